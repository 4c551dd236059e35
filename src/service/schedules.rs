//! Jobs and slots as people see them: what runs when, what ran, and which jobs rest.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::error::ServiceError;
use super::slots::{house_calendar, schedule_of};
use super::work::Look;
use crate::domain::filter::{Field, FieldKind, Op, Value};
use crate::domain::schedule::{self, JobName};
use crate::store::Door;
use crate::store::query::{Cursor, ListQuery, Page, Published};
use crate::store::slots::{self, JobRow, SlotQuery, SlotRow};

/// What lists of jobs may be filtered and ordered by.
pub const PUBLISHED_JOBS: [Published; 2] = [
    Published { field: Field { name: "name", kind: FieldKind::Text, sortable: true }, column: "name" },
    Published { field: Field { name: "paused", kind: FieldKind::Flag, sortable: false }, column: "paused" },
];

/// What lists of slots may be filtered and ordered by.
pub const PUBLISHED_SLOTS: [Published; 3] = [
    Published {
        field: Field { name: "slot_at", kind: FieldKind::Instant, sortable: true },
        column: "slot_at",
    },
    Published { field: Field { name: "state", kind: FieldKind::Text, sortable: false }, column: "state" },
    Published { field: Field { name: "late", kind: FieldKind::Flag, sortable: false }, column: "started_at" },
];

/// Slots a statement.
const STEP: u64 = 500;

/// A job with its next and its latest slot.
#[derive(Debug, Clone)]
pub struct JobView {
    /// The job.
    pub row: JobRow,
    /// The zone that its patterns are read in.
    pub time_zone: String,
    /// When it is due next; None while it rests.
    pub next_slot_at: Option<DateTime<Utc>>,
    /// Its latest slot.
    pub last_slot: Option<SlotView>,
}

/// A slot, and whether it began after its grace.
#[derive(Debug, Clone)]
pub struct SlotView {
    /// The slot.
    pub row: SlotRow,
    /// Began later than its grace allows.
    pub late: bool,
}

impl SlotView {
    /// A slot of a job.
    pub fn of(row: SlotRow, grace_seconds: i64) -> Self {
        let late = row.started_at.is_some_and(|at| (at - row.slot_at).num_seconds() > grace_seconds);
        Self { row, late }
    }
}

/// The etag of a job: another for each change of its schedule or rest.
pub fn job_etag(row: &JobRow) -> String {
    let said = format!(
        "{}\n{}\n{}\n{}\n{}\n{:?}\n{}",
        row.cron,
        row.working_days_only,
        row.misfire,
        row.grace_seconds,
        row.paused,
        row.paused_note,
        row.changed_by_hand
    );
    hex::encode(&Sha256::digest(said)[..8])
}

/// A job of the contract by name.
pub fn job_named(name: &str) -> Result<JobName, ServiceError> {
    JobName::parse(name).ok_or_else(|| ServiceError::NotFound(format!("jobs/{name}")))
}

/// A job as it is shown.
pub(super) async fn view(
    door: &impl Door,
    rules: &super::Rules,
    row: JobRow,
    now: DateTime<Utc>,
) -> Result<JobView, ServiceError> {
    let calendar = house_calendar(rules);
    let next = schedule::next_slot(&schedule_of(&row)?, &calendar, now)
        .map_err(|e| ServiceError::Internal(e.to_string()))?;
    let last = slots::latest(door, &row.name, now, 1).await?.into_iter().next();
    Ok(JobView {
        time_zone: calendar.spec().time_zone.name().to_owned(),
        next_slot_at: next.filter(|_| !row.paused),
        last_slot: last.map(|slot| SlotView::of(slot, row.grace_seconds)),
        row,
    })
}

/// A page of the jobs. They are few: filter, order and page are applied here.
pub async fn list_jobs(look: &Look, query: &ListQuery) -> Result<Page<JobView>, ServiceError> {
    let mut rows = slots::jobs(&look.door).await?;
    for condition in &query.conditions {
        rows.retain(|row| match condition.field {
            "paused" => condition.fits(&Value::Flag(row.paused)),
            _ => condition.fits(&Value::Text(row.name.clone())),
        });
    }
    if query.order.descending {
        rows.reverse();
    }
    if let Some(Cursor { id, .. }) = &query.after {
        rows.retain(|row| if query.order.descending { row.name < *id } else { row.name > *id });
    }
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let cursor = |row: &JobRow| Cursor { key: Value::Text(row.name.clone()), id: row.name.clone() };
    let next = rows.last().filter(|_| more).map(cursor);
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        views.push(view(&look.door, &look.rules, row, look.context.now).await?);
    }
    Ok(Page { rows: views, next })
}

/// A page of the slots of a job, or of all.
pub async fn list_slots(
    look: &Look,
    job: Option<JobName>,
    query: &ListQuery,
) -> Result<Page<SlotView>, ServiceError> {
    let graces: HashMap<String, i64> =
        slots::jobs(&look.door).await?.into_iter().map(|row| (row.name, row.grace_seconds)).collect();
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut asked = narrowed(job, query);
    let mut found: Vec<SlotView> = Vec::new();
    // Whether a slot was late isn't a column: rows are read on until a page of wanted ones is full.
    while found.len() <= limit {
        let rows = slots::list(&look.door, &asked).await?;
        let Some(last) = rows.last() else { break };
        asked.after = Some((last.slot_at, last.job.clone()));
        let views = rows.into_iter().map(|row| {
            let grace = graces.get(&row.job).copied().unwrap_or_default();
            SlotView::of(row, grace)
        });
        found.extend(views.filter(|view| {
            query.conditions.iter().all(|condition| match condition.field {
                "slot_at" => condition.fits(&Value::Instant(view.row.slot_at)),
                "late" => condition.fits(&Value::Flag(view.late)),
                _ => condition.fits(&Value::Text(view.row.state.clone())),
            })
        }));
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let cursor = |view: &SlotView| Cursor { key: Value::Instant(view.row.slot_at), id: view.row.job.clone() };
    let next = found.last().filter(|_| more).map(cursor);
    Ok(Page { rows: found, next })
}

/// The part of a question that the archive answers by itself.
fn narrowed(job: Option<JobName>, query: &ListQuery) -> SlotQuery {
    let after = query.after.as_ref().and_then(|cursor| match &cursor.key {
        Value::Instant(at) => Some((*at, cursor.id.clone())),
        Value::Text(_) | Value::Number(_) | Value::Flag(_) | Value::Day(_) | Value::Missing => None,
    });
    let mut asked = SlotQuery {
        job: job.map(|job| job.as_str().to_owned()),
        states: Vec::new(),
        from: None,
        until: None,
        descending: query.order.descending,
        after,
        limit: STEP.min(query.limit + 1),
    };
    for condition in &query.conditions {
        match (condition.field, condition.op, &condition.value) {
            ("slot_at", Op::Ge | Op::Gt, Value::Instant(at)) => asked.from = asked.from.max(Some(*at)),
            ("slot_at", Op::Lt, Value::Instant(at)) => {
                asked.until = Some(asked.until.map_or(*at, |until| until.min(*at)));
            }
            ("state", Op::Eq, Value::Text(state)) => asked.states = vec![state.clone()],
            _ => {}
        }
    }
    asked
}

/// A slot as it is shown: with its job's grace.
pub async fn shown(look: &Look, slot: SlotRow) -> Result<SlotView, ServiceError> {
    let grace = slots::find_job(&look.door, &slot.job).await?.map_or(0, |row| row.grace_seconds);
    Ok(SlotView::of(slot, grace))
}
