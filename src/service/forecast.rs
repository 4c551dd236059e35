//! What will be overdue: open dossiers by unit and by the day on which they fall due, if nobody closes them before.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::slots::house_calendar;
use super::work::Look;
use crate::store::dossiers;

/// Working days ahead at most.
pub const MOST_DAYS: i32 = 66;

/// A unit's dossiers ahead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ahead {
    /// Overdue already.
    pub overdue: i64,
    /// Falling due, by local day, from today on.
    pub due: BTreeMap<NaiveDate, i64>,
    /// Of those that fall due, how many nobody has handed on, resumed or received for five working days or more.
    pub standing: i64,
}

/// What is ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The last day that is looked at.
    pub until: NaiveDate,
    /// By unit.
    pub units: BTreeMap<Uuid, Ahead>,
}

/// Working days after which a dossier that nobody moved counts as standing.
const STANDS_AFTER: i64 = 5;

/// Looks so many working days ahead, within a unit's subtree where one is named. Dossiers whose clock stands fall due on
/// no day.
pub async fn forecast(
    look: &Look,
    unit_id: Option<Uuid>,
    working_days: i32,
) -> Result<Forecast, ServiceError> {
    if !(1..=MOST_DAYS).contains(&working_days) {
        return Err(Violation::new(
            "working_days",
            "OUT_OF_RANGE",
            format!("working_days: từ 1 đến {MOST_DAYS} ngày làm việc"),
            format!("working_days: 1 to {MOST_DAYS}"),
        )
        .into());
    }
    let calendar = house_calendar(&look.rules);
    let now = look.context.now;
    let today = calendar.local_date(now);
    let beyond = |_| ServiceError::Internal("the calendar doesn't reach so far".to_owned());
    let until = calendar.add_working_days(today, working_days.into()).map_err(beyond)?;
    let stands_since = calendar.add_working_days(today, -STANDS_AFTER).map_err(beyond)?;
    let seen = look.counting(unit_id);
    let mut units: BTreeMap<Uuid, Ahead> = BTreeMap::new();
    let rows = dossiers::falling_due(&look.door, calendar.midnight(until + chrono::Days::new(1))).await?;
    for row in rows.into_iter().filter(|row| seen(row.unit_id)) {
        let ahead = units.entry(row.unit_id).or_default();
        if row.overdue_at <= now {
            ahead.overdue += 1;
        } else {
            *ahead.due.entry(calendar.local_date(row.due_at)).or_default() += 1;
            let stood = row.standing_since.is_some_and(|since| calendar.local_date(since) <= stands_since);
            ahead.standing += i64::from(stood);
        }
    }
    Ok(Forecast { until, units })
}
