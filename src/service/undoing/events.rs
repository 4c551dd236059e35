//! What an import did to a subject with events: its own events, and whether somebody worked on it since.

use std::collections::HashMap;

use uuid::Uuid;

use super::{WHY, unknown, worked_on};
use crate::domain::dossier::Source;
use crate::service::error::ServiceError;
use crate::service::work::Work;
use crate::store::events::EventRow;
use crate::store::imports::{self, OutcomeRow};

/// What an import did to one subject.
#[derive(Debug, Clone)]
pub struct Deed {
    /// The subject.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// It brought the subject in.
    pub landed: bool,
    /// Its own events, by their first and last number.
    own: Vec<(i32, i32)>,
    /// Those that imports added which are undone, and its own.
    fallen: Vec<(i32, i32)>,
}

fn holds(spans: &[(i32, i32)], number: i32) -> bool {
    spans.iter().any(|(first, last)| (*first..=*last).contains(&number))
}

fn alike(one: &EventRow, other: &EventRow) -> bool {
    one.kind == other.kind && one.payload == other.payload && one.occurred_at == other.occurred_at
}

impl Deed {
    /// Whether it added that event.
    pub fn is_own(&self, number: i32) -> bool {
        holds(&self.own, number)
    }

    /// The first of its events.
    pub fn first(&self) -> i32 {
        self.own.iter().map(|(first, _)| *first).min().unwrap_or_default()
    }

    /// The first event that somebody else added since: neither the house, nor an import that was undone, nor its
    /// undo, which adds those again that the import had voided.
    pub fn since<'e>(&self, events: &'e [EventRow]) -> Option<&'e EventRow> {
        let last = self.own.iter().map(|(_, last)| *last).max().unwrap_or_default();
        events.iter().find(|event| {
            event.number > last
                && event.source != Source::House.as_str()
                && !holds(&self.fallen, event.number)
                && !(event.source == Source::Import.as_str()
                    && (event.reason == WHY || events.iter().any(|e| e.number <= last && alike(e, event))))
        })
    }

    /// Refuses if somebody worked on it since.
    pub fn refuse_worked_on(&self, subject: &str, events: &[EventRow]) -> Result<(), ServiceError> {
        if self.since(events).is_some() { Err(worked_on(subject)) } else { Ok(()) }
    }
}

/// What an import did, by subject, in the order of its rows.
pub async fn deeds(work: &Work, import_id: Uuid, rows: &[OutcomeRow]) -> Result<Vec<Deed>, ServiceError> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.subject_id).collect();
    let mut fallen = imports::taken_back(&work.tx, import_id, &ids).await?;
    let mut deeds: Vec<Deed> = Vec::new();
    let mut known: HashMap<Uuid, usize> = HashMap::new();
    for row in rows {
        let (Some(id), Some(first), Some(last)) = (row.subject_id, row.events_from, row.events_to) else {
            return Err(unknown(row));
        };
        let at = *known.entry(id).or_insert_with(|| {
            let fallen = fallen.remove(&id).unwrap_or_default();
            deeds.push(Deed { id, code: row.code.clone(), landed: false, own: Vec::new(), fallen });
            deeds.len() - 1
        });
        deeds[at].landed |= row.result == "landed";
        deeds[at].own.push((first, last));
    }
    Ok(deeds)
}
