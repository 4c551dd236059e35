//! The checker: recounts the ledger from the records behind it, one by one, and names every cell that differs.
//! Dossiers, tasks and petitions are counted from their events; ratings and payments have none: from the records.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::error::{ServiceError, refused};
use super::work::Look;
use super::{payments as paid, petitions as asked, surveys as rated, tasks as given};
use crate::domain::calendar::Calendar;
use crate::domain::figure::{self, Contribution};
use crate::store::{dossiers, events, figures, payments, petitions, surveys, tasks};

/// A cell whose ledger sum isn't what the events say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The local day.
    pub on: NaiveDate,
    /// The unit.
    pub unit_id: Uuid,
    /// The procedure.
    pub procedure_id: Uuid,
    /// The fact.
    pub fact: String,
    /// What the ledger sums to.
    pub ledger: i64,
    /// What the events sum to.
    pub events: i64,
}

/// Records a step: bounds the memory, not the work.
const STEP: u64 = 2000;

/// Sums by day, unit, procedure and fact.
type Sums = BTreeMap<(NaiveDate, Uuid, Uuid, String), i64>;

/// Walks all records of a table in steps; `$each` has the rows of one.
macro_rules! walk {
    ($look:expr, $table:ident, |$rows:ident| $each:expr) => {
        let mut after = Uuid::nil();
        loop {
            let $rows = $table::after(&$look.door, after, STEP).await?;
            let Some(last) = $rows.last() else { break };
            after = last.id;
            $each
        }
    };
}

/// Recounts every record and compares each day, unit, procedure and fact with the ledger's rows, and the cells
/// with the rows they were folded from.
pub async fn check(look: &Look) -> Result<Vec<Difference>, ServiceError> {
    let mut counted = Sums::new();
    count_dossiers(look, &mut counted).await?;
    // Without a calendar nothing else was ever counted: what the ledger holds then is a difference.
    if let Some(calendar) = look.rules.calendar_for(None) {
        count_others(look, calendar, &mut counted).await?;
    }
    let ledger = figures::by_day(&look.door, None).await?;
    let mut differences = compare(&counted, &ledger);
    differences.extend(figures::cells_against_entries(&look.door).await?.into_iter().map(
        |(on, unit_id, procedure_id, fact, ledger, events)| Difference {
            on,
            unit_id,
            procedure_id,
            fact,
            ledger,
            events,
        },
    ));
    Ok(differences)
}

async fn count_dossiers(look: &Look, counted: &mut Sums) -> Result<(), ServiceError> {
    walk!(look, dossiers, |rows| {
        let ids: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
        let histories = events::histories(&look.door, &ids).await?;
        for row in &rows {
            let Some(history) = histories.get(&row.id) else { continue };
            let told = history
                .replay(&look.rules.book)
                .map_err(|r| refused(&format!("dossiers/{}", row.code), &r, look.rules.zone()))?;
            add(counted, figure::dossier(&told));
        }
    });
    Ok(())
}

async fn count_others(look: &Look, calendar: &Calendar, counted: &mut Sums) -> Result<(), ServiceError> {
    walk!(look, tasks, |rows| {
        let ids: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
        let histories = events::of(&look.door, &ids).await?;
        for row in &rows {
            let Some(history) = histories.get(&row.id) else { continue };
            add(counted, given::contributions(&format!("tasks/{}", row.code), history, calendar)?);
        }
    });
    walk!(look, petitions, |rows| {
        let ids: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
        let histories = events::of(&look.door, &ids).await?;
        for history in histories.values() {
            add(counted, asked::contributions(history, calendar)?);
        }
    });
    walk!(look, surveys, |rows| {
        for row in &rows {
            add(counted, rated::contributions(row, calendar)?);
        }
    });
    walk!(look, payments, |rows| {
        for row in &rows {
            add(counted, paid::contributions(row, calendar));
        }
    });
    Ok(())
}

fn add(counted: &mut Sums, contributions: Vec<Contribution>) {
    for c in contributions {
        *counted.entry((c.on, c.unit_id, c.procedure_id, c.fact.to_string())).or_default() += c.quantity;
    }
}

fn compare(counted: &Sums, ledger: &Sums) -> Vec<Difference> {
    let keys: std::collections::BTreeSet<_> = counted.keys().chain(ledger.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let events = counted.get(key).copied().unwrap_or_default();
            let ledger = ledger.get(key).copied().unwrap_or_default();
            let (on, unit_id, procedure_id, fact) = key.clone();
            (events != ledger).then_some(Difference { on, unit_id, procedure_id, fact, ledger, events })
        })
        .collect()
}
