//! "No report was produced": a period whose summary hasn't left some working days after the period's end. A job that
//! rests, fails, or was never started is found alike: only what left counts.

use chrono::NaiveDate;

use super::readiness::ended_before_house;
use super::{keys, period_of};
use crate::domain::period::Period;
use crate::domain::text::date;
use crate::service::error::ServiceError;
use crate::service::settings::OfficeSettings;
use crate::service::slots::house_calendar;
use crate::service::work::Look;
use crate::store::{outbox, period_reports};

/// A period whose summary should have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::service) struct Unreported {
    /// `month`, `quarter` or `range`.
    pub kind: String,
    /// The period.
    pub period: Period,
    /// What is missing, in Vietnamese and English.
    pub why: (String, String),
}

impl Unreported {
    /// How a trouble names it: `month 2024-04-15..2024-05-14`.
    pub fn subject(&self) -> String {
        format!("{} {}..{}", self.kind, self.period.first(), self.period.last())
    }

    /// The same in words, in Vietnamese.
    pub fn vietnamese(&self) -> String {
        format!("Kỳ {} – {}", date(self.period.first()), date(self.period.last()))
    }

    /// What such a name names.
    pub fn of_subject(subject: &str) -> Option<Self> {
        let (kind, days) = subject.split_once(' ')?;
        let (first, last) = days.split_once("..")?;
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let period = Period::new(day(first)?, day(last)?).ok()?;
        Some(Self { kind: kind.to_owned(), period, why: (String::new(), String::new()) })
    }

    /// Whether its summary has left by now.
    pub async fn has_left(&self, look: &Look, settings: &OfficeSettings) -> Result<bool, ServiceError> {
        Ok(missing(look, settings, &self.kind, self.period).await?.is_none())
    }
}

/// What is missing of a period's summary. Where nobody is to get it, it need only be made.
async fn missing(
    look: &Look,
    settings: &OfficeSettings,
    kind: &str,
    period: Period,
) -> Result<Option<(String, String)>, ServiceError> {
    let said = |vi: &str, en: &str| Some((vi.to_owned(), en.to_owned()));
    if period_reports::find(&look.door, kind, period.first(), period.last()).await?.is_none() {
        return Ok(said("chưa lập báo cáo", "no report was made"));
    }
    if settings.report.recipients.is_empty() {
        return Ok(None);
    }
    let states = outbox::states(&look.door, &keys(kind, period)).await?;
    let waiting = states.iter().filter(|state| *state != "sent").count();
    Ok(if states.is_empty() {
        said("đã chốt nhưng không gửi thư cho ai", "closed, but mailed to nobody")
    } else if waiting > 0 {
        let all = states.len();
        Some((format!("{waiting}/{all} thư chưa gửi được"), format!("{waiting} of {all} mails haven't left")))
    } else {
        None
    })
}

/// The last period that is over, if its summary should have left and hasn't. A house that began after the period's end has
/// nothing to report of it.
pub(in crate::service) async fn unreported(
    look: &Look,
    settings: &OfficeSettings,
) -> Result<Option<Unreported>, ServiceError> {
    let days = settings.report.alarm_after;
    if days <= 0 {
        return Ok(None);
    }
    let calendar = house_calendar(&look.rules);
    let today = calendar.local_date(look.context.now);
    // None is over yet.
    let Ok((kind, period)) = period_of(settings.report.closing, today) else { return Ok(None) };
    // Beyond the calendar's years nothing is due.
    let Ok(due_on) = calendar.add_working_days(period.last(), days) else { return Ok(None) };
    if today <= due_on {
        return Ok(None);
    }
    if ended_before_house(look, period.last()).await? {
        return Ok(None);
    }
    let why = missing(look, settings, kind, period).await?;
    Ok(why.map(|why| Unreported { kind: kind.to_owned(), period, why }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_names_its_period() {
        let found = Unreported::of_subject("month 2024-04-15..2024-05-14").expect("it names one");
        assert_eq!(found.subject(), "month 2024-04-15..2024-05-14");
        assert_eq!(found.vietnamese(), "Kỳ 15/4/2024 – 14/5/2024");
        for other in ["report_period", "month 2024-05-14..2024-04-15", "month x..y", ""] {
            assert_eq!(Unreported::of_subject(other), None, "{other}");
        }
    }
}
