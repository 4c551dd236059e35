//! The letter by which the Office urges a unit: its open dossiers that are overdue, and those that soon will be, by
//! official.

use std::collections::HashMap;

use chrono::{DateTime, Days, Utc};
use uuid::Uuid;

use super::{DrawnFile, unit_name};
use crate::domain::calendar::OutOfRange;
use crate::domain::dossier::State;
use crate::domain::permission::Scope;
use crate::domain::unit::Unit;
use crate::report::{HolderList, Issuer, UrgedLine, Urging};
use crate::service::error::{ServiceError, Violation};
use crate::service::imports::data_until;
use crate::service::letterhead::Letterhead;
use crate::service::slots::house_calendar;
use crate::service::work::Look;
use crate::store::dossiers::{self, DossierRow};

/// Working days ahead where nothing is said.
const USUAL_DAYS: i64 = 3;
/// The most: about a month.
const MOST_DAYS: i64 = 22;
/// The most dossiers that a letter lists.
const LISTED: usize = 2000;

/// Which unit is urged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgingAsk {
    /// Code or identity of the unit; what is below it belongs to it.
    pub unit: String,
    /// Also what falls due within so many working days; 0: only what is overdue; None: as usual.
    pub near_days: Option<i64>,
}

/// The letter, and of how many dossiers it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnUrging {
    /// The letter.
    pub file: DrawnFile,
    /// Overdue ones.
    pub overdue: usize,
    /// Those that soon fall due.
    pub near: usize,
}

/// Draws the letter.
pub async fn urging(look: &Look, ask: &UrgingAsk) -> Result<DrawnUrging, ServiceError> {
    let near_days = ask.near_days.unwrap_or(USUAL_DAYS);
    if !(0..=MOST_DAYS).contains(&near_days) {
        return Err(Violation::new(
            "due_within_working_days",
            "OUT_OF_RANGE",
            format!("due_within_working_days: phải từ 0 đến {MOST_DAYS} ngày làm việc; hãy sửa số ngày"),
            format!("due_within_working_days must be 0 to {MOST_DAYS} working days; correct it"),
        )
        .into());
    }
    let name = format!("units/{}", ask.unit);
    let seen = |unit: &&Unit| look.context.scope == Scope::All || look.context.scope.covers(unit.id, None);
    let unit = look.rules.unit(&ask.unit).filter(seen);
    let unit = unit.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    let now = look.context.now;
    let calendar =
        look.rules.calendar_for(Some(unit.id)).cloned().unwrap_or_else(|| house_calendar(&look.rules));
    let until = match near_days {
        0 => now,
        days => {
            let last = calendar.add_working_days(calendar.local_date(now), days).map_err(beyond)?;
            calendar.midnight(last + Days::new(1))
        }
    };
    let units: Vec<Uuid> = look.rules.units.subtree(unit.id).into_iter().collect();
    let rows = dossiers::overdue_by(&look.door, &units, until, LISTED as u64 + 1).await?;
    let overdue = rows.iter().filter(|row| is_overdue(row, now)).count();
    if rows.len() > LISTED {
        return Err(too_many(name));
    }
    if overdue == 0 {
        return Err(nothing(name, unit, rows.len()));
    }
    let head = Letterhead::of(&look.settings.report, &look.rules.units);
    let local = |at: DateTime<Utc>| calendar.local(at);
    let letter = Urging {
        issuer: Issuer {
            superior: &head.superior,
            office: &head.office,
            place: head.locality().name,
            signer_title: &head.signer_title,
        },
        symbol: head.symbol,
        unit: &unit.name,
        holders: by_holder(look, unit, &rows)?,
        near_days,
        made_at: (local(now), now),
        data_until: data_until(look).await?.map(local),
    };
    let stem = format!("cong-van-don-doc-{}-{}", unit.code, calendar.local_date(now));
    let file = DrawnFile::of(&stem, &letter.draw());
    Ok(DrawnUrging { file, overdue, near: rows.len() - overdue })
}

fn is_overdue(row: &DossierRow, now: DateTime<Utc>) -> bool {
    row.overdue_at.is_some_and(|at| at <= now)
}

/// The dossiers by holder and unit, in the order of the most urgent one of each.
fn by_holder(look: &Look, asked: &Unit, rows: &[DossierRow]) -> Result<Vec<HolderList>, ServiceError> {
    let rules = &look.rules;
    let mut places: HashMap<(Option<Uuid>, Uuid), usize> = HashMap::new();
    let mut lists: Vec<HolderList> = Vec::new();
    for row in rows {
        let unit = row.continuing_unit_id.unwrap_or(row.unit_id);
        let holder = row.holder_id.and_then(|id| rules.officials.get(&id));
        let at = *places.entry((holder.map(|official| official.id), unit)).or_insert_with(|| {
            lists.push(HolderList {
                holder: holder.map(|official| official.full_name.clone()),
                unit: (unit != asked.id).then(|| unit_name(rules, unit)),
                lines: Vec::new(),
            });
            lists.len() - 1
        });
        lists[at].lines.extend(line(look, row, unit)?);
    }
    Ok(lists)
}

/// A dossier of the list; None where nothing says when it is due.
fn line(look: &Look, row: &DossierRow, unit: Uuid) -> Result<Option<UrgedLine>, ServiceError> {
    let (rules, now) = (&look.rules, look.context.now);
    let Some(due_at) = row.judged_due_at else { return Ok(None) };
    let calendar = rules.calendar_for(Some(unit)).cloned().unwrap_or_else(|| house_calendar(rules));
    let version = rules.book.versions.get(&row.procedure_version_id);
    let (today, due_on) = (calendar.local_date(now), calendar.local_date(due_at));
    Ok(Some(UrgedLine {
        code: row.code.clone(),
        procedure: version.map(|version| version.name.clone()).unwrap_or_default(),
        received_on: row.received_on,
        due: calendar.local(due_at),
        by_the_hour: version.is_some_and(|version| version.term.is_judged_by_instant()),
        state: State::parse(&row.state).map(|state| state.vietnamese().to_owned()).unwrap_or_default(),
        overdue: is_overdue(row, now),
        days: Some(calendar.working_days_between(today, due_on).map_err(beyond)?),
        apologised: row.apologised,
    }))
}

fn beyond(OutOfRange: OutOfRange) -> ServiceError {
    ServiceError::Internal("a day beyond the calendar's years".to_owned())
}

fn nothing(subject: String, unit: &Unit, near: usize) -> ServiceError {
    ServiceError::Precondition {
        reason: "NOTHING_OVERDUE",
        vi: format!(
            "{subject}: {} không có hồ sơ quá hạn ({near} hồ sơ sắp đến hạn), chưa cần công văn đôn đốc; hãy chọn đơn vị khác",
            unit.name
        ),
        en: format!(
            "{subject} has no overdue dossier ({near} soon fall due), so there is nothing to urge; choose another unit"
        ),
        subject,
    }
}

fn too_many(subject: String) -> ServiceError {
    ServiceError::Precondition {
        reason: "TOO_MANY",
        vi: format!(
            "{subject}: quá {LISTED} hồ sơ cho một công văn; hãy chọn đơn vị cấp dưới hoặc giảm due_within_working_days"
        ),
        en: format!(
            "{subject} has more than {LISTED} dossiers for one letter; choose a unit below it, or fewer due_within_working_days"
        ),
        subject,
    }
}
