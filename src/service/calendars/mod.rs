//! Calendars: versions that never change. How one is read from its words is in `reading`, how an import
//! lands one in `landing`; deadlines by them are in `service::deadlines`.

mod landing;
mod reading;

use chrono::NaiveDate;
use uuid::Uuid;

pub use landing::land;
pub use reading::Finding;

use reading::{Content, read};

use super::paging::{ListQuery, Page};
use super::{Look, Rules, ServiceError, Violation, Work};
use crate::domain::permission::Scope;
use crate::store::Door;
use crate::store::calendars;
pub use crate::store::calendars::{CalendarRow, DayRow, PUBLISHED};

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

/// Stores a new version and, unless it is a draft, counts by it from now on. The findings are warnings.
pub async fn create(
    work: &mut Work,
    new: NewCalendar,
    draft: bool,
) -> Result<(CalendarView, Vec<Finding>), ServiceError> {
    let unit = unit_of(work, "calendar.unit", new.unit.trim());
    let (content, warnings) = match read(&new, reading::WIRE) {
        Ok(read) => read,
        Err(findings) => {
            let mut wrong: Vec<Violation> = findings.into_iter().map(|finding| finding.violation).collect();
            wrong.extend(unit.err());
            return Err(ServiceError::Invalid(wrong));
        }
    };
    let view = store(work, unit?, content, draft).await?;
    work.reload_rules().await?;
    Ok((view, warnings))
}

/// The unit whose calendar it is, within the caller's scope; None is the house.
fn unit_of(work: &Work, field: &str, key: &str) -> Result<Option<Uuid>, Violation> {
    let scope = &work.context.scope;
    if key.is_empty() {
        return if *scope == Scope::All { Ok(None) } else { Err(Violation::missing(field)) };
    }
    let found = work.rules.unit(key).map(|unit| unit.id).filter(|id| scope.covers(*id, None));
    found.map(Some).ok_or_else(|| Violation::unknown(field, key, "cơ quan", "unit"))
}

async fn store(
    work: &mut Work,
    unit_id: Option<Uuid>,
    content: Content,
    draft: bool,
) -> Result<CalendarView, ServiceError> {
    let newest = calendars::newest(&work.tx, unit_id).await?;
    let row = CalendarRow {
        id: work.new_id(),
        unit_id,
        version: newest + 1,
        content_hash: content.hash(),
        time_zone: content.time_zone,
        working_weekdays: content.working_weekdays,
        office_hours: content.office_hours,
        same_day_cutoff: content.same_day_cutoff,
        first_year: content.loaded_years.map(|(first, _)| first),
        last_year: content.loaded_years.map(|(_, last)| last),
        in_force_from: (!draft).then_some(work.now()),
        state: if draft { "draft" } else { "in_force" }.to_owned(),
        created_at: work.now(),
        withdrawn_at: None,
    };
    let days: Vec<DayRow> =
        content.days.into_iter().map(|day| DayRow { calendar_id: row.id, ..day }).collect();
    work.note(name(&work.rules, &row), &serde_json::json!({ "state": row.state, "days": days.len() }));
    calendars::insert(&work.tx, row.clone(), days.clone()).await?;
    Ok(CalendarView { row, days })
}
