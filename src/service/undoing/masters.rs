//! Master data: units, officials, calendars, procedures. Histories that were taken back still name them, so a new one
//! isn't deleted but withdrawn: its code is free, no list and no rule knows it any more. One that anything else refers
//! to stays, and with it the whole import.

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::referring::refuse_needed;
use super::{Back, Standing, WHY};
use crate::service::calendars as dated;
use crate::service::error::ServiceError;
use crate::service::procedures::reload;
use crate::service::work::Work;
use crate::store::StoreError;
use crate::store::calendars::{self, CalendarRow};
use crate::store::officials::{self, OfficialRow};
use crate::store::procedures::{self, ProcedureRow, VersionRow};
use crate::store::references::Referred;
use crate::store::units::{self, SpanRow, UnitRow};

/// Those that weren't there before, by identity and name.
fn new<S: Standing>(backs: &[Back<S>]) -> Vec<(Uuid, String)> {
    let gone = backs.iter().filter(|back| back.before.is_none());
    gone.map(|back| (back.stands.subject(), back.stands.name())).collect()
}

/// Notes what was done to a record.
fn note<S: Standing>(work: &mut Work, back: &Back<S>) {
    let what = if back.before.is_some() { "put_back" } else { "withdrawn" };
    work.note(back.stands.name(), &serde_json::json!({ what: back.stands.subject(), "why": WHY }));
}

/// A unit with its attributes over time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct UnitStanding {
    row: UnitRow,
    spans: Vec<SpanRow>,
}

impl Standing for UnitStanding {
    fn subject(&self) -> Uuid {
        self.row.id
    }

    fn name(&self) -> String {
        format!("units/{}", self.row.code)
    }

    fn settled(self) -> Self {
        let row = UnitRow { version: 0, updated_at: DateTime::UNIX_EPOCH, ..self.row };
        Self { row, spans: self.spans }
    }

    async fn of_codes(work: &Work, codes: &[String]) -> Result<Vec<Self>, ServiceError> {
        let ids: Vec<Uuid> =
            codes.iter().filter_map(|code| work.rules.units.by_code(code)).map(|unit| unit.id).collect();
        Self::of_ids(work, &ids).await
    }

    async fn of_ids(work: &Work, ids: &[Uuid]) -> Result<Vec<Self>, ServiceError> {
        let found = units::by_ids(&work.tx, ids).await?;
        Ok(found.into_iter().map(|(row, spans)| Self { row, spans }).collect())
    }

    async fn take_back(work: &mut Work, import_id: Uuid, backs: Vec<Back<Self>>) -> Result<(), ServiceError> {
        refuse_needed(work, import_id, Referred::Unit, &new(&backs)).await?;
        for back in backs {
            note(work, &back);
            let Back { stands: Self { row, .. }, before } = back;
            let (id, version, now) = (row.id, row.version, work.now());
            let (row, spans) = match before {
                None => (UnitRow { withdrawn_at: Some(now), ..row }, None),
                Some(before) => (before.row, Some(before.spans)),
            };
            units::update(&work.tx, UnitRow { version: version + 1, updated_at: now, ..row }, version)
                .await?;
            if let Some(spans) = spans {
                units::put_spans(&work.tx, id, spans).await?;
            }
        }
        work.reload_rules().await
    }
}

impl Standing for OfficialRow {
    fn subject(&self) -> Uuid {
        self.id
    }

    fn name(&self) -> String {
        format!("officials/{}", self.code)
    }

    fn settled(self) -> Self {
        Self { version: 0, updated_at: DateTime::UNIX_EPOCH, ..self }
    }

    async fn of_codes(work: &Work, codes: &[String]) -> Result<Vec<Self>, ServiceError> {
        Ok(officials::by_codes(&work.tx, codes).await?.into_values().collect())
    }

    async fn of_ids(work: &Work, ids: &[Uuid]) -> Result<Vec<Self>, ServiceError> {
        Ok(officials::by_ids(&work.tx, ids).await?)
    }

    async fn take_back(work: &mut Work, import_id: Uuid, backs: Vec<Back<Self>>) -> Result<(), ServiceError> {
        refuse_needed(work, import_id, Referred::Official, &new(&backs)).await?;
        for back in backs {
            note(work, &back);
            let Back { stands, before } = back;
            let (version, now) = (stands.version, work.now());
            let row = before.unwrap_or(Self { withdrawn_at: Some(now), ..stands });
            let row = Self { version: version + 1, updated_at: now, ..row };
            officials::update(&work.tx, row, version).await?;
        }
        work.reload_rules().await
    }
}

/// A version of a calendar, which never changes, and whether it is the one that counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CalendarStanding {
    row: CalendarRow,
    counts: bool,
    name: String,
}

impl CalendarStanding {
    fn new(work: &Work, row: CalendarRow) -> Self {
        let counts = work.rules.calendars.get(&row.unit_id).is_some_and(|calendar| calendar.id() == row.id);
        Self { name: dated::name(&work.rules, &row), row, counts }
    }
}

impl Standing for CalendarStanding {
    fn subject(&self) -> Uuid {
        self.row.id
    }

    /// Whose it is.
    fn handle(&self) -> String {
        self.row.unit_id.map(|id| id.to_string()).unwrap_or_default()
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    /// The unit that names it may be called otherwise since.
    fn settled(self) -> Self {
        Self { name: String::new(), ..self }
    }

    async fn of_codes(work: &Work, codes: &[String]) -> Result<Vec<Self>, ServiceError> {
        let mut found = Vec::new();
        for code in codes {
            let unit_id = if code.is_empty() {
                None
            } else {
                let Some(unit) = work.rules.unit(code) else { continue };
                Some(unit.id)
            };
            found.extend(calendars::in_force(&work.tx, unit_id).await?.map(|row| Self::new(work, row)));
        }
        Ok(found)
    }

    async fn of_ids(work: &Work, ids: &[Uuid]) -> Result<Vec<Self>, ServiceError> {
        let rows = calendars::by_ids(&work.tx, ids).await?;
        Ok(rows.into_iter().map(|row| Self::new(work, row)).collect())
    }

    /// What was counted by a version goes on being counted by it: so none may be that isn't taken back too.
    async fn take_back(work: &mut Work, import_id: Uuid, backs: Vec<Back<Self>>) -> Result<(), ServiceError> {
        let versions: Vec<(Uuid, String)> =
            backs.iter().map(|back| (back.stands.row.id, back.stands.name.clone())).collect();
        refuse_needed(work, import_id, Referred::Calendar, &versions).await?;
        for back in backs {
            note(work, &back);
            let Back { stands: Self { row, .. }, before } = back;
            let from = before.map_or(0, |before| before.row.version);
            calendars::withdraw(&work.tx, row.unit_id, (from, row.version), work.now()).await?;
        }
        work.reload_rules().await
    }
}

/// A procedure and its versions that stand, by identity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ProcedureStanding {
    row: ProcedureRow,
    versions: Vec<Uuid>,
}

impl ProcedureStanding {
    async fn with_versions(work: &Work, rows: Vec<ProcedureRow>) -> Result<Vec<Self>, StoreError> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut versions = procedures::versions(&work.tx, &ids).await?;
        let with = |row: ProcedureRow| {
            let all: Vec<VersionRow> = versions.remove(&row.id).unwrap_or_default();
            let mut versions: Vec<Uuid> = all.iter().filter(|v| !v.superseded).map(|v| v.id).collect();
            versions.sort_unstable();
            Self { row, versions }
        };
        Ok(rows.into_iter().map(with).collect())
    }
}

impl Standing for ProcedureStanding {
    fn subject(&self) -> Uuid {
        self.row.id
    }

    fn name(&self) -> String {
        format!("procedures/{}", self.row.code)
    }

    fn settled(self) -> Self {
        let row = ProcedureRow { version: 0, updated_at: DateTime::UNIX_EPOCH, ..self.row };
        Self { row, versions: self.versions }
    }

    async fn of_codes(work: &Work, codes: &[String]) -> Result<Vec<Self>, ServiceError> {
        let rows = procedures::by_codes(&work.tx, codes).await?;
        Ok(Self::with_versions(work, rows.into_values().collect()).await?)
    }

    async fn of_ids(work: &Work, ids: &[Uuid]) -> Result<Vec<Self>, ServiceError> {
        Ok(Self::with_versions(work, procedures::by_ids(&work.tx, ids).await?).await?)
    }

    async fn take_back(work: &mut Work, import_id: Uuid, backs: Vec<Back<Self>>) -> Result<(), ServiceError> {
        refuse_needed(work, import_id, Referred::Procedure, &new(&backs)).await?;
        let (mut fallen, mut risen) = (Vec::new(), Vec::new());
        for Back { stands, before } in &backs {
            let then = before.as_ref().map(|before| before.versions.as_slice()).unwrap_or_default();
            let falls = stands.versions.iter().filter(|id| !then.contains(id));
            fallen.extend(falls.map(|id| (*id, stands.name())));
            risen.extend(then.iter().filter(|id| !stands.versions.contains(id)).copied());
        }
        refuse_needed(work, import_id, Referred::ProcedureVersion, &fallen).await?;
        let fallen: Vec<Uuid> = fallen.into_iter().map(|(id, _)| id).collect();
        procedures::supersede(&work.tx, &fallen, true).await?;
        procedures::supersede(&work.tx, &risen, false).await?;
        let mut changed = Vec::with_capacity(backs.len());
        for back in backs {
            note(work, &back);
            let Back { stands: Self { row, .. }, before } = back;
            let (version, now) = (row.version, work.now());
            let row = before.map_or(ProcedureRow { withdrawn_at: Some(now), ..row }, |before| before.row);
            let row = ProcedureRow { version: version + 1, updated_at: now, ..row };
            changed.push(row.id);
            procedures::update(&work.tx, row, version).await?;
        }
        reload(work, &changed).await
    }
}
