//! The checker: recounts the ledger from the events, record by record, and names every cell that differs.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::error::{ServiceError, refused};
use super::work::Look;
use crate::domain::figure;
use crate::store::{dossiers, events, figures};

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

/// Dossiers a step: bounds the memory, not the work.
const STEP: u64 = 2000;

/// Recounts every dossier from its events and compares each day, unit, procedure and fact with the
/// ledger's rows, and the cells with the rows they were folded from.
pub async fn check_dossiers(look: &Look) -> Result<Vec<Difference>, ServiceError> {
    let mut counted: BTreeMap<(NaiveDate, Uuid, Uuid, String), i64> = BTreeMap::new();
    let mut after = Uuid::nil();
    loop {
        let rows = dossiers::after(&look.door, after, STEP).await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        let ids: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
        let histories = events::histories(&look.door, &ids).await?;
        for row in &rows {
            let Some(history) = histories.get(&row.id) else { continue };
            let told = history
                .replay(&look.rules.book)
                .map_err(|r| refused(&format!("dossiers/{}", row.code), &r))?;
            for c in figure::dossier(&told) {
                *counted.entry((c.on, c.unit_id, c.procedure_id, c.fact.to_string())).or_default() +=
                    c.quantity;
            }
        }
    }
    let ledger = figures::by_day(&look.door, "dossier").await?;
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

type Sums = BTreeMap<(NaiveDate, Uuid, Uuid, String), i64>;

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
