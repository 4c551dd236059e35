//! The figures of a period: sums of the ledger, read in a frame, made into rows by group, unit, procedure or field.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::slots::house_calendar;
use super::work::Look;
use crate::domain::figure::{Fact, Sum, Sums};
use crate::domain::period::Period;
pub use crate::domain::summary::Breakdown;
use crate::domain::summary::{
    Frame, FramedProcedure, FramedUnit, Ledger, PeriodSummary, PetitionFact, Unflagged, summary,
};
use crate::store::figures::{self, Grain, SumRow};
use crate::store::{Door, StoreError, documents, petitions};

/// What to summarise.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The period.
    pub period: Period,
    /// Only this unit and what belongs to it.
    pub unit_id: Option<Uuid>,
    /// As known at that ledger number; None: as known now.
    pub as_of: Option<i64>,
    /// The rows; empty: by group.
    pub breakdowns: Vec<Breakdown>,
}

/// Summarises a period. Writes nothing.
pub async fn summarize(look: &Look, ask: &Ask) -> Result<PeriodSummary, ServiceError> {
    let (frame, ledger) = counted(look, ask).await?;
    Ok(summary(&frame, &ledger, &ask.breakdowns))
}

/// The frame of a period as things stand, and what the ledger says, within the caller's scope.
pub async fn counted(look: &Look, ask: &Ask) -> Result<(Frame, Ledger), ServiceError> {
    let last = figures::last_sequence(&look.door).await?;
    if ask.as_of.is_some_and(|asked| !(0..=last).contains(&asked)) {
        return Err(beyond(last));
    }
    let calendar = house_calendar(&look.rules);
    let now = look.context.now;
    let (counted, complete) = ask.period.until(calendar.local_date(now));
    let until = calendar.midnight(counted.end()).min(now);
    let seen = look.counting(ask.unit_id);
    let fine = ask.breakdowns.iter().any(|breakdown| breakdown.is_fine());
    let ledger = ledger(&look.door, &counted, until, fine, ask.as_of, &seen).await?;
    let rules = &look.rules;
    let last_versions = rules.versions.iter().filter_map(|(id, versions)| Some((id, versions.last()?)));
    let petitions: Vec<Uuid> = ledger.petitions.iter().map(|day| day.id).collect();
    let mut frame = Frame {
        period: ask.period,
        counted,
        until,
        complete,
        units: rules
            .units
            .all()
            .map(|unit| {
                (unit.id, FramedUnit { code: unit.code.clone(), name: unit.name.clone(), kind: unit.kind })
            })
            .collect(),
        procedures: last_versions
            .map(|(id, version)| {
                let code = rules.procedure_code(*id).to_owned();
                (*id, FramedProcedure { code, name: version.name.clone(), field: version.field.clone() })
            })
            .collect(),
        catalogue: std::collections::BTreeMap::new(),
        with_dossiers: figures::with_dossiers(&look.door)
            .await?
            .into_iter()
            .filter(|(unit, _)| seen(*unit))
            .map(|(unit, procedure)| (unit, if fine { procedure } else { Uuid::nil() }))
            .collect(),
        petitions: petitions::marks(&look.door, &petitions).await?,
        documents: documents::issued_between(&look.door, counted.first(), counted.last()).await?,
    };
    for id in rules.versions.keys() {
        if let Some(version) = rules.version_on(*id, counted.last()) {
            *frame.catalogue.entry(version.level.as_str().to_owned()).or_default() += 1;
        }
    }
    Ok((frame, ledger))
}

/// What the ledger says of a frame that was kept, as known at a number of it.
pub async fn ledger_of(door: &impl Door, frame: &Frame, as_of: i64) -> Result<Ledger, ServiceError> {
    ledger(door, &frame.counted, frame.until, true, Some(as_of), &|_| true).await
}

/// The house's sums within a period that are within the caller's scope: nothing of what came before it.
pub(super) async fn summed_within(look: &Look, period: &Period, as_of: i64) -> Result<Sums, ServiceError> {
    let seen = look.counting(None);
    let mut total = Sums::default();
    for row in figures::sums_within(&look.door, period, Grain::Unit, Some(as_of)).await? {
        if seen(row.unit_id) {
            total.add(parsed(row.fact)?, Sum { before: row.before, within: row.within });
        }
    }
    Ok(total)
}

/// A number that the ledger hasn't reached would give other figures when asked for again.
fn beyond(last: i64) -> ServiceError {
    ServiceError::OutOfRange(Violation::new(
        "as_of_sequence",
        "BEYOND_LEDGER",
        format!("as_of_sequence: sổ số liệu mới đến {last}; hãy dùng số từ 0 đến {last}"),
        format!("as_of_sequence: the ledger has come to {last}; take a number from 0 to {last}"),
    ))
}

fn parsed(fact: String) -> Result<Fact, StoreError> {
    Fact::parse(&fact).ok_or(StoreError::Corrupt { table: "figure_entry", column: "fact", row: fact })
}

/// The sums of the ledger for units that are seen, by procedure where they are `fine`, with what isn't flagged yet.
async fn ledger(
    door: &impl Door,
    counted: &Period,
    until: DateTime<Utc>,
    fine: bool,
    as_of: Option<i64>,
    seen: &(dyn Fn(Uuid) -> bool + Sync),
) -> Result<Ledger, ServiceError> {
    let grain = if fine { Grain::Procedure } else { Grain::Unit };
    let sequence = match as_of {
        Some(as_of) => as_of,
        None => figures::last_sequence(door).await?,
    };
    let mut ledger = Ledger { sequence, ..Ledger::default() };
    for SumRow { unit_id, procedure_id, fact, before, within } in
        figures::sums(door, counted, grain, as_of).await?.into_iter().filter(|row| seen(row.unit_id))
    {
        ledger.sums.push((unit_id, procedure_id, parsed(fact)?, Sum { before, within }));
    }
    if as_of.is_none() {
        let dossiers = figures::unflagged_dossiers(door, until).await?;
        let tasks = figures::unflagged_tasks(door, until).await?;
        ledger.unflagged.extend(dossiers.into_iter().filter(|row| seen(row.unit_id)).map(|row| Unflagged {
            unit_id: row.unit_id,
            procedure_id: if fine { row.procedure_id } else { Uuid::nil() },
            dossiers: row.count,
            apologised: row.apologised,
            tasks: 0,
        }));
        ledger.unflagged.extend(tasks.into_iter().filter(|row| seen(row.unit_id)).map(|row| Unflagged {
            unit_id: row.unit_id,
            procedure_id: Uuid::nil(),
            dossiers: 0,
            apologised: 0,
            tasks: row.count,
        }));
    }
    for (id, unit_id, fact, on) in figures::subject_rows(door, "petition", counted.end(), as_of).await? {
        if seen(unit_id) {
            ledger.petitions.push(PetitionFact { id, fact: parsed(fact)?, on });
        }
    }
    Ok(ledger)
}
