//! Sources: up to when each speaks, and when its word is stale. What hangs on it (reminders that wait, what mails and
//! reports print) asks here.

use chrono::{DateTime, Utc};

use crate::domain::permission::Scope;
use crate::domain::text;
use crate::service::error::{ServiceError, Violation};
use crate::service::work::{Look, Work, check_etag};
use crate::store::Door;
use crate::store::imports;
use crate::store::rules::Rules;
use crate::store::sources::{self, SourceRow};
use crate::store::subjects;

/// A source and whether its word still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The source.
    pub row: SourceRow,
    /// Its watermark. Who doesn't say up to when the records speak sends what stands at that moment, so that of such a
    /// source it is when its newest import was begun; None before the first import is finished, and
    /// while only units have brought files of their own.
    pub watermark: Option<DateTime<Utc>>,
    /// Office hours after which its word is stale; 0: never, as it is for a source that never said up to when it speaks
    /// and whose limit nobody set: most of these are taken in once, and then kept by the office itself.
    pub limit_hours: i32,
    /// Office minutes since its watermark; None without a watermark or calendar.
    pub age_minutes: Option<i64>,
}

impl Freshness {
    /// Its word is older than the limit.
    pub fn is_stale(&self) -> bool {
        self.limit_hours > 0 && self.age_minutes.is_some_and(|age| age >= i64::from(self.limit_hours) * 60)
    }
}

/// An instant in the house's zone, in Vietnamese and English.
pub fn moment(rules: &Rules, at: DateTime<Utc>) -> (String, String) {
    let local = rules.calendar_for(None).map_or_else(|| at.naive_utc(), |calendar| calendar.local(at));
    (text::moment(local), local.format("%Y-%m-%d %H:%M").to_string())
}

/// How fresh every source is. `usual_hours` is the limit of those that have none of their own.
pub async fn freshness(
    door: &impl Door,
    rules: &Rules,
    usual_hours: i32,
    now: DateTime<Utc>,
) -> Result<Vec<Freshness>, ServiceError> {
    let calendar = rules.calendar_for(None);
    let age = |watermark: DateTime<Utc>| {
        let calendar = calendar?;
        let since = calendar.office_micros(watermark).ok()?;
        Some((calendar.office_micros(now).ok()? - since) / 60_000_000)
    };
    let mut all = Vec::new();
    for row in sources::all(door).await? {
        let (watermark, usual_hours) = match row.watermark {
            Some(said) => (Some(said), usual_hours),
            None => (imports::newest_begun(door, &row.name).await?, 0),
        };
        all.push(Freshness {
            watermark,
            limit_hours: row.stale_after_hours.unwrap_or(usual_hours),
            age_minutes: watermark.and_then(age),
            row,
        });
    }
    Ok(all)
}

/// Up to when the records of the house are known: the oldest watermark among its sources, those aside that are never
/// stale; without any, when the house learnt the latest event.
pub async fn known_until(door: &impl Door, all: &[Freshness]) -> Result<Option<DateTime<Utc>>, ServiceError> {
    let oldest = all.iter().filter(|s| s.limit_hours > 0).filter_map(|s| s.watermark).min();
    match oldest {
        Some(oldest) => Ok(Some(oldest)),
        None => Ok(subjects::last_recorded(door).await?),
    }
}

/// Up to when the records are known, for whoever looks.
pub async fn data_until(look: &Look) -> Result<Option<DateTime<Utc>>, ServiceError> {
    let usual_hours = look.settings.stale_after_hours;
    let all = freshness(&look.door, &look.rules, usual_hours, look.context.now).await?;
    known_until(&look.door, &all).await
}

/// The sources, by name. Who doesn't reach the whole house may know them too: how fresh the figures are is no secret.
pub async fn list_sources(look: &Look, usual_hours: i32) -> Result<Vec<Freshness>, ServiceError> {
    freshness(&look.door, &look.rules, usual_hours, look.context.now).await
}

/// Sets after how many office hours a source is stale: None as the house does, 0 never.
pub async fn set_staleness(
    work: &mut Work,
    name: &str,
    hours: Option<i32>,
    etag: &str,
) -> Result<SourceRow, ServiceError> {
    let resource = format!("sources/{name}");
    if work.context.scope != Scope::All {
        return Err(ServiceError::Denied("a source belongs to the whole house".to_owned()));
    }
    if hours.is_some_and(|hours| !(0..=10_000).contains(&hours)) {
        return Err(Violation::new(
            "stale_after_hours",
            "OUT_OF_RANGE",
            "stale_after_hours: phải từ 0 đến 10.000 giờ làm việc; hãy sửa số giờ",
            "stale_after_hours must be from 0 to 10,000 office hours; correct it",
        )
        .into());
    }
    let row = sources::hold(&work.tx, name).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(resource.clone()))?;
    check_etag(etag, row.version, &resource)?;
    let row = SourceRow { stale_after_hours: hours, updated_at: work.now(), version: row.version + 1, ..row };
    sources::put(&work.tx, row.clone()).await?;
    work.note(resource, &serde_json::json!({ "stale_after_hours": hours }));
    Ok(row)
}
