//! Calendars: versions that never change. How one is read from its words is in `reading`, how an import
//! lands one in `landing`, what it would move in `preview`; deadlines by them are in `service::deadlines`. What one
//! that comes into force means for open dossiers is done by the job that flags, in `dossiers::recomputing`.

mod landing;
mod preview;
mod reading;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

pub use landing::land;
pub use preview::{Effect, Preview, preview};
pub use reading::Finding;

use reading::{Content, read};

use super::paging::{ListQuery, Page};
use super::{Look, Rules, ServiceError, Violation, Work};
use crate::domain::permission::Scope;
use crate::domain::reminder::{Concern, SubjectKind};
pub use crate::store::calendars::{CalendarRow, DayRow, PUBLISHED};
use crate::store::{Door, calendars, subjects};

/// A version with its days; lists leave them out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarView {
    /// The version.
    pub row: CalendarRow,
    /// Its dated overrides, by date.
    pub days: Vec<DayRow>,
}

/// A calendar as somebody gives it, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewCalendar {
    /// Code or identity of the unit; empty: the house.
    pub unit: String,
    /// IANA name of the zone.
    pub time_zone: String,
    /// ISO numbers of the worked weekdays.
    pub working_weekdays: Vec<i32>,
    /// Spans of office hours, `HH:MM` each.
    pub office_hours: Vec<(String, String)>,
    /// `HH:MM`.
    pub same_day_cutoff: String,
    /// First loaded year; None: of the first day.
    pub first_year: Option<i32>,
    /// Last loaded year; None: of the last day.
    pub last_year: Option<i32>,
    /// Dated overrides.
    pub days: Vec<NewDay>,
}

/// A dated override with the place where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewDay {
    /// File, of an import.
    pub file: String,
    /// Line in it.
    pub line: i64,
    /// The day.
    pub day: Option<NaiveDate>,
    /// `day_off` or `working_day`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Exchanged with.
    pub swapped_with: Option<NaiveDate>,
    /// The document that orders it.
    pub basis: String,
}

/// Which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Which {
    /// Code or identity of the unit; empty: the house.
    pub unit: String,
    /// Its number; None: the newest in force.
    pub version: Option<i32>,
}

impl std::fmt::Display for Which {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.unit.is_empty() {
            write!(f, "units/{}/", self.unit)?;
        }
        match self.version {
            Some(version) => write!(f, "calendars/{version}"),
            None => f.write_str("calendars/latest"),
        }
    }
}

/// A version.
pub async fn find(door: &impl Door, rules: &Rules, which: &Which) -> Result<CalendarRow, ServiceError> {
    let not_found = || ServiceError::NotFound(which.to_string());
    let unit_id = match which.unit.as_str() {
        "" => None,
        key => Some(rules.unit(key).ok_or_else(not_found)?.id),
    };
    let row = match which.version {
        Some(version) => calendars::find(door, unit_id, version).await?,
        None => calendars::in_force(door, unit_id).await?,
    };
    row.ok_or_else(not_found)
}

/// A version with its days.
pub async fn get(look: &Look, which: &Which) -> Result<CalendarView, ServiceError> {
    let row = find(&look.door, &look.rules, which).await?;
    let days = calendars::days(&look.door, row.id).await?;
    Ok(CalendarView { row, days })
}

/// A page of versions.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<CalendarRow>, ServiceError> {
    Ok(calendars::list(&look.door, query).await?)
}

/// Resource name of a version.
pub fn name(rules: &Rules, row: &CalendarRow) -> String {
    let unit = row.unit_id.map(|id| rules.unit_key(id)).unwrap_or_default();
    Which { unit, version: Some(row.version) }.to_string()
}

/// Resource name of the version of an id, as long as the house has it.
pub fn name_of(rules: &Rules, id: Uuid) -> Option<String> {
    let (unit_id, version) = rules.calendar_versions.get(&id)?;
    let unit = unit_id.map(|id| rules.unit_key(id)).unwrap_or_default();
    Some(Which { unit, version: Some(*version) }.to_string())
}

/// Stores a new version and, unless it is a draft, counts by it from now on. The findings are warnings.
pub async fn create(
    work: &mut Work,
    new: NewCalendar,
    draft: bool,
) -> Result<(CalendarView, Vec<Finding>), ServiceError> {
    let unit = unit_of(&work.rules, &work.context.scope, "calendar.unit", new.unit.trim());
    let (unit_id, content, warnings) = given(&new, unit)?;
    let view = store(work, unit_id, content, draft).await?;
    work.reload_rules().await?;
    Ok((view, warnings))
}

/// A calendar that a request gives, read, and what is to be said of it; all that is wrong with it at once.
fn given(
    new: &NewCalendar,
    unit: Result<Option<Uuid>, Violation>,
) -> Result<(Option<Uuid>, Content, Vec<Finding>), ServiceError> {
    match (read(new, reading::WIRE), unit) {
        (Ok((content, warnings)), Ok(unit_id)) => Ok((unit_id, content, warnings)),
        (read, unit) => {
            let findings = read.err().unwrap_or_default();
            let mut wrong: Vec<Violation> = findings.into_iter().map(|finding| finding.violation).collect();
            wrong.extend(unit.err());
            Err(ServiceError::Invalid(wrong))
        }
    }
}

/// The unit whose calendar it is, within the caller's scope; None is the house.
fn unit_of(rules: &Rules, scope: &Scope, field: &str, key: &str) -> Result<Option<Uuid>, Violation> {
    if key.is_empty() {
        return if *scope == Scope::All { Ok(None) } else { Err(Violation::missing(field)) };
    }
    let found = rules.unit(key).map(|unit| unit.id).filter(|id| scope.covers(*id, None));
    found.map(Some).ok_or_else(|| Violation::unknown(field, key, "cơ quan", "unit"))
}

async fn store(
    work: &mut Work,
    unit_id: Option<Uuid>,
    content: Content,
    draft: bool,
) -> Result<CalendarView, ServiceError> {
    let newest = calendars::newest(&work.tx, unit_id).await?;
    let (row, days) = rows(work.new_id(), (unit_id, newest + 1), content, draft, work.now());
    work.note(name(&work.rules, &row), &serde_json::json!({ "state": row.state, "days": days.len() }));
    calendars::insert(&work.tx, row.clone(), days.clone()).await?;
    if !draft {
        remind_anew(work, unit_id).await?;
    }
    Ok(CalendarView { row, days })
}

/// What is stored of a version that is made now.
fn rows(
    id: Uuid,
    (unit_id, version): (Option<Uuid>, i32),
    content: Content,
    draft: bool,
    now: DateTime<Utc>,
) -> (CalendarRow, Vec<DayRow>) {
    let row = CalendarRow {
        id,
        unit_id,
        version,
        content_hash: content.hash(),
        time_zone: content.time_zone,
        working_weekdays: content.working_weekdays,
        office_hours: content.office_hours,
        same_day_cutoff: content.same_day_cutoff,
        first_year: content.loaded_years.map(|(first, _)| first),
        last_year: content.loaded_years.map(|(_, last)| last),
        in_force_from: (!draft).then_some(now),
        state: if draft { "draft" } else { "in_force" }.to_owned(),
        created_at: now,
        withdrawn_at: None,
    };
    (row, content.days.into_iter().map(|day| DayRow { calendar_id: id, ..day }).collect())
}

/// All but dossiers have a due day of their own, which no calendar moves; how many working days before it somebody is
/// reminded does change. Dossiers are planned anew when they are reckoned anew.
async fn remind_anew(work: &Work, unit_id: Option<Uuid>) -> Result<(), ServiceError> {
    let units: Option<Vec<Uuid>> = unit_id.map(|id| work.rules.units.subtree(id).into_iter().collect());
    let now = work.now();
    for kind in SubjectKind::ALL.iter().copied().filter(|kind| *kind != SubjectKind::Dossier) {
        subjects::replan(&work.tx, kind, Concern::Deadline, units.as_deref(), now).await?;
    }
    Ok(())
}
