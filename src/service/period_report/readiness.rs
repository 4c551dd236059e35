//! Whether a period's summary may leave: its day has come, the records reach its last day, and its figures add up. What
//! keeps it back is told to those who draft it, once for each reason.

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::{JOB, Named, of, period_of, periods_of};
use crate::domain::calendar::Calendar;
use crate::domain::schedule::JobName;
use crate::domain::summary::{Identity, PeriodSummary};
use crate::domain::text::date;
use crate::service::House;
use crate::service::error::ServiceError;
use crate::service::imports::{Freshness, moment};
use crate::service::operator::{self, Trouble};
use crate::service::settings::ReportSettings;
use crate::service::slots::{Asked, Claim, house_calendar};
use crate::service::work::Look;
use crate::store::{period_reports, slots};

/// Its figures don't add up.
const BROKEN: &str = "IDENTITY_BROKEN";
/// A source hasn't told of its last day yet.
const BEHIND: &str = "SOURCE_BEHIND";

/// Periods that the schedule still looks at.
const LOOKED_AT: usize = 24;

/// The periods whose reports a slot makes, the oldest first, and what is said of the newest if it isn't among them. By
/// hand it is the last one that is over, whatever its day; a slot that is filled in is of its own day.
pub(super) async fn pending(
    look: &Look,
    settings: &ReportSettings,
    claim: &Claim,
) -> Result<(Vec<Named>, Vec<String>), ServiceError> {
    let calendar = house_calendar(&look.rules);
    let today = calendar.local_date(claim.slot_at);
    let newest = match period_of(settings.closing, today) {
        Ok(newest) => newest,
        Err(error) if claim.asked == Asked::ByHand => return Err(error),
        // There is nothing to report yet, which is no trouble.
        Err(_) => {
            return Ok((Vec::new(), vec!["kỳ báo cáo chưa kết thúc / the period isn't over".to_owned()]));
        }
    };
    let mut looked_at = match (claim.asked, began_on(look).await?) {
        (Asked::Schedule, Some(began)) => periods_of(settings.closing, began, today),
        (Asked::Schedule, None) => Vec::new(),
        (Asked::ByHand | Asked::ToFillIn, _) => vec![newest],
    };
    looked_at.drain(..looked_at.len().saturating_sub(LOOKED_AT));
    if !looked_at.contains(&newest) {
        let (vi, en) = (
            "kết thúc trước khi hệ thống bắt đầu, không lập; cần thì chạy `bonro jobs run report_period`",
            "ended before the house began, not made; if it's wanted, `bonro jobs run report_period`",
        );
        return Ok((Vec::new(), vec![of(newest, vi, en)]));
    }
    let (mut pending, mut notes) = (Vec::new(), Vec::new());
    for named in looked_at {
        let (kind, period) = named;
        let made_on = made_on(&calendar, period.last(), settings.after)?;
        let (vi, en) =
            if period_reports::find(&look.door, kind, period.first(), period.last()).await?.is_some() {
                ("đã chốt từ trước, không gửi thư".to_owned(), "closed before, nothing sent".to_owned())
            } else if claim.asked != Asked::ByHand && today < made_on {
                (format!("sẽ lập ngày {}", date(made_on)), format!("is made on {made_on}"))
            } else {
                pending.push(named);
                continue;
            };
        if named == newest {
            notes.push(of(named, &vi, &en));
        }
    }
    Ok((pending, notes))
}

/// The day on which the house began to report.
async fn began_on(look: &Look) -> Result<Option<NaiveDate>, ServiceError> {
    let job = slots::find_job(&look.door, JobName::ReportPeriod.as_str()).await?;
    Ok(job.map(|job| house_calendar(&look.rules).local_date(job.created_at)))
}

/// Whether a period was over when the house began: there is nothing to report of it.
pub(super) async fn ended_before_house(look: &Look, last: NaiveDate) -> Result<bool, ServiceError> {
    Ok(began_on(look).await?.is_none_or(|began| began > last))
}

/// The day on which a period's report is made: so many working days after its last one.
fn made_on(calendar: &Calendar, last: NaiveDate, after: i64) -> Result<NaiveDate, ServiceError> {
    let beyond = || ServiceError::Internal(format!("the calendar doesn't reach beyond {last}"));
    let next = last.succ_opt().ok_or_else(beyond)?;
    Ok(calendar.add_working_days(last, after).map_err(|_| beyond())?.max(next))
}

/// A source that is looked after has not told of the period's last working day to its end: figures of it would be too
/// small. One that was never fresh nor stale is believed, as reminders believe it.
pub(super) fn check_sources(look: &Look, sources: &[Freshness], last: NaiveDate) -> Result<(), ServiceError> {
    let calendar = house_calendar(&look.rules);
    let next = last.succ_opt().unwrap_or(last);
    let worked = calendar.add_working_days(next, -1).unwrap_or(last).min(last);
    let end = calendar.closing(worked);
    let is_behind = |source: &&Freshness| {
        source.limit_hours > 0 && source.watermark.is_some_and(|watermark| watermark < end)
    };
    let behind: Vec<(String, String)> = sources
        .iter()
        .filter(is_behind)
        .map(|source| {
            let until = source.watermark.map(|at| moment(&look.rules, at)).unwrap_or_default();
            let name = &source.row.name;
            (format!("“{name}” đến {}", until.0), format!("“{name}” up to {}", until.1))
        })
        .collect();
    if behind.is_empty() {
        return Ok(());
    }
    let (vi, en): (Vec<String>, Vec<String>) = behind.into_iter().unzip();
    Err(kept_back(
        JOB,
        BEHIND,
        format!("số liệu chưa đồng bộ đến hết ngày làm việc cuối kỳ {}: {}", date(worked), vi.join("; ")),
        format!(
            "the records don't reach the end of the period's last working day {worked}: {}",
            en.join("; ")
        ),
    ))
}

/// All identities hold, or the cells that break one are named.
pub fn check_figures(subject: &str, summary: &PeriodSummary) -> Result<(), ServiceError> {
    let broken: Vec<&Identity> = summary.identities.iter().filter(|identity| !identity.holds()).collect();
    if broken.is_empty() {
        return Ok(());
    }
    let vi: Vec<String> = broken.iter().map(|identity| identity.vietnamese()).collect();
    let en = broken.iter().map(|i| format!("{}: {} ({} ≠ {})", i.row, i.name, i.left, i.right));
    Err(kept_back(
        subject,
        BROKEN,
        format!("số liệu chưa khớp, không phát hành: {}", vi.join("; ")),
        format!("figures that don't add up are not sent: {}", en.collect::<Vec<_>>().join("; ")),
    ))
}

fn kept_back(subject: &str, reason: &'static str, vi: String, en: String) -> ServiceError {
    ServiceError::Precondition { reason, subject: subject.to_owned(), vi, en }
}

/// Tells those who draft the report why it was kept back, once for each reason. Other errors are for whoever runs the
/// system.
pub(super) async fn tell(
    house: &House,
    claim: &Claim,
    (kind, period): Named,
    error: &ServiceError,
) -> Result<(), ServiceError> {
    let ServiceError::Precondition { reason, vi, .. } = error else { return Ok(()) };
    let mend = match *reason {
        BROKEN => {
            "báo người vận hành hệ thống chạy `bonro check figures` để biết hồ sơ nào lệch sổ; khi số liệu khớp, báo \
             cáo tự gửi vào sáng ngày làm việc sau"
        }
        BEHIND => {
            "nạp tệp mới nhất của nguồn, báo cáo tự gửi vào sáng ngày làm việc sau. Cần gửi ngay với số liệu hiện có, \
             nhờ người vận hành chạy `bonro jobs run report_period`; nguồn đã ngừng dùng thì \
             `bonro sources set TÊN --stale-after 0`"
        }
        _ => return Ok(()),
    };
    // Numbers move from morning to morning; the reason is the same.
    let reason: String = vi.chars().filter(|c| !c.is_ascii_digit()).collect();
    let why = hex::encode(&Sha256::digest(reason)[..8]);
    let (first, last) = (period.first(), period.last());
    let work = house.batch(claim).await?;
    for drafter in &house.settings.report.drafters {
        let trouble = Trouble {
            key: format!("report_kept_back/{kind}/{first}_{last}/{why}/{}", drafter.address),
            headline: format!("Chưa gửi báo cáo kỳ {} – {}", date(first), date(last)),
            details: vec![format!("Lý do: {vi}.")],
            mend: mend.to_owned(),
        };
        operator::enqueue(house, &work, drafter, trouble).await?;
    }
    work.finish(&[]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::default_spec;

    #[test]
    fn a_report_is_made_on_a_working_day_after_the_period() {
        let calendar = Calendar::new(uuid::Uuid::nil(), default_spec()).expect("a calendar");
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let of = |last: &str, after| made_on(&calendar, day(last), after).expect("a day").to_string();
        // 14/6/2024 is a Friday.
        assert_eq!(of("2024-06-14", 0), "2024-06-15");
        assert_eq!(of("2024-06-14", 1), "2024-06-17");
        assert_eq!(of("2024-06-14", 3), "2024-06-19");
    }
}
