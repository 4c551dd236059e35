//! Events of all subjects: the truth from which the rest is derived.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::event;
use super::error::word;
use super::{Door, StoreError, Tx};
use crate::domain::dossier::{Draft, Event, EventKind, History, Source};
use crate::domain::task::{TaskEvent, TaskEventKind};

/// Rows a statement: far below the engines' limits of bound values.
const CHUNK: usize = 1000;

/// A recorded event of any subject, in words.
pub type EventRow = event::Model;

/// An event to record.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// `dossier`, `task` or `petition`.
    pub subject_kind: &'static str,
    /// The subject.
    pub subject_id: Uuid,
    /// Its how-manieth event.
    pub number: i32,
    /// Word of the kind.
    pub kind: String,
    /// JSON of the kind's data.
    pub payload: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When the house learnt it.
    pub recorded_at: DateTime<Utc>,
    /// The official who did it.
    pub actor_id: Option<Uuid>,
    /// The caller's name.
    pub actor: String,
    /// Where it comes from.
    pub source: Source,
    /// Why.
    pub reason: String,
}

impl NewEvent {
    /// A dossier's event in words.
    pub fn of_dossier(subject_id: Uuid, event: &Event) -> Self {
        let (kind, payload) = event.draft.kind.to_words();
        Self {
            subject_kind: "dossier",
            subject_id,
            number: event.number,
            kind,
            payload,
            occurred_at: event.draft.occurred_at,
            recorded_at: event.recorded_at,
            actor_id: event.draft.actor_id,
            actor: event.draft.actor.clone(),
            source: event.draft.source,
            reason: event.draft.reason.clone(),
        }
    }
}

/// Records events. A number that is taken is a [`StoreError::Duplicate`]: somebody wrote first.
pub async fn append(tx: &Tx, events: &[NewEvent]) -> Result<(), StoreError> {
    for chunk in events.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(|e| event::ActiveModel {
            subject_kind: Set(e.subject_kind.to_owned()),
            subject_id: Set(e.subject_id),
            number: Set(e.number),
            kind: Set(e.kind),
            occurred_at: Set(e.occurred_at),
            recorded_at: Set(e.recorded_at),
            actor_id: Set(e.actor_id),
            actor_label: Set(e.actor),
            source: Set(e.source.as_str().to_owned()),
            reason: Set(e.reason),
            payload: Set(e.payload),
            ..Default::default()
        });
        event::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// All events of some subjects, by subject, ascending by number.
pub async fn of(door: &impl Door, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<EventRow>>, StoreError> {
    let mut found: HashMap<Uuid, Vec<EventRow>> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = event::Entity::find()
            .filter(event::Column::SubjectId.is_in(chunk.to_vec()))
            .order_by_asc(event::Column::Number)
            .all(door.conn())
            .await?;
        for row in rows {
            found.entry(row.subject_id).or_default().push(row);
        }
    }
    Ok(found)
}

/// Dossiers with an event in `[from, to)` that may dress up figures: a stop, a new promise, a correction, a voiding or a
/// withdrawal. Ascending by identity.
pub async fn odd_between(
    door: &impl Door,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Uuid>, StoreError> {
    let ids: Vec<Uuid> = event::Entity::find()
        .select_only()
        .column(event::Column::SubjectId)
        .distinct()
        // Word for word as the index has it.
        .filter(Expr::cust("kind IN ('paused', 'reappointed', 'corrected', 'voided', 'withdrawn')"))
        .filter(event::Column::SubjectKind.eq("dossier"))
        .filter(event::Column::OccurredAt.gte(from))
        .filter(event::Column::OccurredAt.lt(to))
        .order_by_asc(event::Column::SubjectId)
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(ids)
}

/// Histories of dossiers.
pub async fn histories(door: &impl Door, ids: &[Uuid]) -> Result<HashMap<Uuid, History>, StoreError> {
    let mut found = HashMap::new();
    for (id, rows) in of(door, ids).await? {
        let events = rows.into_iter().map(dossier_event).collect::<Result<Vec<_>, _>>()?;
        found.insert(id, History::new(events));
    }
    Ok(found)
}

/// The history of a dossier.
pub async fn history(door: &impl Door, id: Uuid) -> Result<History, StoreError> {
    Ok(histories(door, &[id]).await?.remove(&id).unwrap_or_default())
}

/// Reads a stored dossier event.
pub fn dossier_event(row: EventRow) -> Result<Event, StoreError> {
    let seq = row.seq;
    let kind = EventKind::from_words(&row.kind, &row.payload).map_err(|_| StoreError::Corrupt {
        table: "event",
        column: "payload",
        row: seq.to_string(),
    })?;
    Ok(Event {
        number: row.number,
        recorded_at: row.recorded_at,
        draft: Draft {
            kind,
            occurred_at: row.occurred_at,
            actor_id: row.actor_id,
            actor: row.actor_label,
            source: word(Source::parse(&row.source), "event", "source", seq)?,
            reason: row.reason,
        },
    })
}

/// Reads the stored events of a task.
pub fn task_events(rows: &[EventRow]) -> Result<Vec<TaskEvent>, StoreError> {
    rows.iter()
        .map(|row| {
            let mut value = serde_json::json!({ "kind": row.kind });
            let corrupt =
                || StoreError::Corrupt { table: "event", column: "payload", row: row.seq.to_string() };
            if !row.payload.is_empty() {
                value["data"] = serde_json::from_str(&row.payload).map_err(|_| corrupt())?;
            }
            let kind: TaskEventKind = serde_json::from_value(value).map_err(|_| corrupt())?;
            let source = word(Source::parse(&row.source), "event", "source", row.seq)?;
            Ok(TaskEvent { kind, occurred_at: row.occurred_at, source })
        })
        .collect()
}
