//! The period report: a period is closed, counted at a cut, checked, printed and put in the outbox for the
//! Home Affairs office. Whether it may leave is asked in `readiness`, whether it left in time is looked after in `alarm`.

mod alarm;
mod readiness;

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};

use super::error::ServiceError;
use super::flagging::{By, flag_overdue};
use super::imports::{Freshness, data_until, freshness};
use super::letterhead::Letterhead;
use super::printing::{Draft, Printing};
use super::report::{Ask, summarize};
use super::reports::{self, BREAKDOWNS, Opening};
use super::settings::Closing;
use super::slots::{Asked, Claim, house_calendar};
use super::{House, contributions};
use crate::domain::period::{Period, Preset};
use crate::domain::report::ReportOrigin;
use crate::domain::summary::{PeriodSummary, Rate, RowKey};
use crate::domain::text::date;
use crate::mail::{Enclosed, Mailbox, SummaryMail};
use crate::report::Paper;
use crate::store::figures;
use crate::store::outbox::{self, NewMail};
use crate::store::period_reports::{self, PeriodReportRow};
pub(super) use alarm::{Unreported, unreported};
pub(super) use readiness::check_figures;

/// Whose fault it is where a period can't be closed.
const JOB: &str = "jobs/report_period";

/// A period by its kind: `month`, `quarter` or `range`.
type Named = (&'static str, Period);

/// What is said of a period in a slot's note.
fn of((kind, period): Named, vi: &str, en: &str) -> String {
    let (first, last) = (period.first(), period.last());
    format!("kỳ {} – {}: {vi} / {kind} {first} to {last}: {en}", date(first), date(last))
}

/// Closes the periods whose day has come and mails their summaries. Returns the slot's note. Whoever drafts a report is
/// told what keeps it back; that doesn't keep others back.
pub async fn close(house: &House, claim: &Claim) -> Result<String, ServiceError> {
    flag_overdue(house, By::Slot(claim)).await?;
    if let Err(error) = contributions::remind(house, claim).await {
        // Periods are closed all the same; it is tried again with the next slot.
        tracing::error!(%error, "units could not be reminded of what they give to reports");
    }
    // Before the cut: what a source has said by now is within it.
    let look = house.look(house.own_context(claim.job)).await?;
    let usual_hours = house.settings.stale_after_hours;
    let sources = freshness(&look.door, &look.rules, usual_hours, look.context.now).await?;
    let (periods, mut notes) = readiness::pending(&look, &house.settings.report, claim).await?;
    drop(look);
    let mut kept_back = None;
    for named in periods {
        match close_period(house, claim, named, &sources).await {
            Ok(note) => notes.push(note),
            Err(error) => {
                readiness::tell(house, claim, named, &error).await?;
                kept_back.get_or_insert(error);
            }
        }
    }
    kept_back.map_or_else(|| Ok(notes.join("; ")), Err)
}

async fn close_period(
    house: &House,
    claim: &Claim,
    (kind, period): Named,
    sources: &[Freshness],
) -> Result<String, ServiceError> {
    let cut = figures::cut(&house.store, house.world.office.now()).await?;
    let look = house.look(house.own_context(claim.job)).await?;
    let calendar = house_calendar(&look.rules);
    let settings = &house.settings.report;
    let named = |vi: &str, en: &str| of((kind, period), vi, en);
    // Whoever runs it by hand wants what there is.
    if claim.asked != Asked::ByHand {
        readiness::check_sources(&look, sources, period.last())?;
    }
    let ask = Ask { period, unit_id: None, as_of: Some(cut), breakdowns: BREAKDOWNS.to_vec() };
    let summary = summarize(&look, &ask).await?;
    check_figures(JOB, &summary)?;
    let known_until = data_until(&look).await?;
    let known_until = known_until.map(|at| calendar.local(at));
    let draft = Draft { as_of: Some(cut), ..Draft::default() };
    let printing = Printing::gather(&look, summary, settings, draft).await?;
    let papers: Vec<Paper> = Paper::ALL.into_iter().filter(|paper| paper.is_available()).collect();
    let printed = printing.print(&papers).await?;
    let summary = &printing.summary;
    let figures_json = to_json(summary);
    let mut mail = SummaryMail::of(
        summary,
        &settings.recipient,
        &Letterhead::of(settings, &look.rules.units).office,
        calendar.local(look.context.now),
    )
    .enclosing(papers.iter().zip(printed).map(enclosed).collect(), format!("{figures_json:#}\n"));
    mail.data_until = known_until;
    mail.declared.clone_from(&printing.declared);
    mail.reconciled.clone_from(&printing.reconciled);
    let input = serde_json::to_string(&mail).map_err(|e| ServiceError::Internal(e.to_string()))?;
    drop(look);

    let mut work = house.batch(claim).await?;
    let mut first = None;
    for recipient in &settings.recipients {
        let mail = NewMail {
            id: work.new_id(),
            key: key(kind, period, recipient),
            kind: "period_summary",
            recipient_official_id: None,
            to_address: recipient.address.clone(),
            language: if settings.language == "en" { "en" } else { "vi" }.to_owned(),
            render_input: input.clone(),
            not_before: house.world.lease.now(),
            created_at: work.now(),
        };
        let id = mail.id;
        if outbox::enqueue(&work.tx, mail).await? {
            first.get_or_insert(id);
        }
    }
    let row = PeriodReportRow {
        id: work.new_id(),
        from_on: period.first(),
        to_on: period.last(),
        kind: kind.to_owned(),
        cut_seq: cut,
        summary: figures_json.to_string(),
        outbox_id: first,
        created_at: work.now(),
    };
    let id = row.id;
    if !period_reports::insert(&work.tx, row).await? {
        // Another slot closed it meanwhile: dropping the work takes our mails back.
        return Ok(named("vừa được chốt, không gửi thư", "closed meanwhile, nothing sent"));
    }
    // What the office writes around the figures begins here; one that somebody opened before goes on.
    if !reports::is_under_way(&work.tx, period).await? {
        let opening = Opening::of(period);
        reports::open(&mut work, opening, ReportOrigin::Schedule, Vec::new()).await?;
    }
    work.note(
        format!("periodReports/{id}"),
        &json!({ "closed": { "kind": kind, "from": period.first(), "to": period.last() } }),
    );
    work.finish(&[]).await?;
    let mails = settings.recipients.len();
    Ok(named(&format!("chốt ở số {cut}, {mails} thư"), &format!("closed at {cut}, {mails} mails")))
}

fn key(kind: &str, period: Period, recipient: &Mailbox) -> String {
    format!("{}{}", keys(kind, period), recipient.address)
}

/// What the keys of a period's mails begin with.
fn keys(kind: &str, period: Period) -> String {
    format!("report_period/{kind}/{}_{}/", period.first(), period.last())
}

/// The periods that ended from `since` on and before a day, in their order.
fn periods_of(closing: Closing, since: NaiveDate, today: NaiveDate) -> Vec<Named> {
    let presets: Vec<Preset> = match closing {
        Closing::Month => (1..=12).map(Preset::Month).collect(),
        Closing::Quarter => (1..=4).map(Preset::Quarter).collect(),
        Closing::Fixed(period) => {
            let is_over = since <= period.last() && period.last() < today;
            return if is_over { vec![("range", period)] } else { Vec::new() };
        }
    };
    let kind = if closing == Closing::Month { "month" } else { "quarter" };
    let years = since.year() - 1..=today.year() + 1;
    let all = years.flat_map(|year| presets.iter().filter_map(move |p| Period::preset(*p, year).ok()));
    let mut ended: Vec<Named> =
        all.filter(|p| since <= p.last() && p.last() < today).map(|period| (kind, period)).collect();
    ended.sort_by_key(|(_, period)| period.last());
    ended
}

/// The last period that ended before a day.
fn period_of(closing: Closing, today: NaiveDate) -> Result<Named, ServiceError> {
    let since = match closing {
        Closing::Fixed(period) => period.last(),
        Closing::Month | Closing::Quarter => today - Days::new(200),
    };
    periods_of(closing, since, today).pop().ok_or_else(not_over)
}

fn not_over() -> ServiceError {
    ServiceError::Precondition {
        reason: "PERIOD_NOT_OVER",
        subject: "jobs/report_period".to_owned(),
        vi: "kỳ báo cáo chưa kết thúc; hãy chạy lại sau ngày cuối kỳ".to_owned(),
        en: "the period isn't over; run it again after its last day".to_owned(),
    }
}

fn enclosed((paper, bytes): (&Paper, Vec<u8>)) -> Enclosed {
    Enclosed { name: paper.file_name().to_owned(), mime: paper.media_type().to_owned(), bytes }
}

/// The key figures for programs, and for the archive.
fn to_json(summary: &PeriodSummary) -> Value {
    let rate = |rate: Rate| json!({ "numerator": rate.numerator, "denominator": rate.denominator, "percent": rate.percent() });
    let groups: serde_json::Map<String, Value> = summary
        .rows
        .iter()
        .filter(|row| matches!(row.key, RowKey::Group(_)))
        .map(|row| {
            let d = &row.figures.dossiers;
            let figures = json!({
                "received_total": d.received_total, "received_in_period": d.received_in_period,
                "carried_over": d.carried_over, "resolved": d.resolved, "resolved_early": d.resolved_early,
                "resolved_on_time": d.resolved_on_time, "resolved_late": d.resolved_late,
                "in_process": d.in_process, "in_process_in_due": d.in_process_in_due,
                "in_process_paused": d.in_process_paused, "in_process_overdue": d.in_process_overdue,
                "withdrawn": d.withdrawn, "stopped": d.stopped,
                "not_late_rate": d.not_late_rate().percent(), "late_rate": d.late_rate().percent(),
            });
            (row.code.clone(), figures)
        })
        .collect();
    let (tasks, petitions) = (&summary.tasks, &summary.petitions);
    json!({
        "period": [summary.period.first(), summary.period.last()],
        "computed_until": summary.computed_until,
        "sequence": summary.sequence,
        "dossiers": groups,
        "online_overall": rate(summary.online_overall),
        "tasks": {
            "completed": tasks.completed, "completed_on_time": tasks.completed_on_time,
            "completed_late": tasks.completed_late, "in_progress": tasks.in_progress,
            "in_progress_in_due": tasks.in_progress_in_due, "in_progress_overdue": tasks.in_progress_overdue,
        },
        "procedures": summary.procedures,
        "documents": summary.documents.iter().map(|d| &d.number).collect::<Vec<_>>(),
        "petitions": {
            "received": petitions.received, "answered": petitions.answered,
            "answered_on_time": petitions.answered_on_time,
        },
        "ratings_total": summary.ratings_total,
        "payments_online": rate(summary.payments.online),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_closes_the_last_period_that_is_over() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let of = |closing, today: &str| {
            let (kind, period) = period_of(closing, day(today)).expect("there is a period");
            (kind, period.first().to_string(), period.last().to_string())
        };
        let is = |kind: &'static str, first: &str, last: &str| (kind, first.to_owned(), last.to_owned());
        assert_eq!(of(Closing::Month, "2024-05-15"), is("month", "2024-04-15", "2024-05-14"));
        assert_eq!(of(Closing::Month, "2024-05-14"), is("month", "2024-03-15", "2024-04-14"));
        assert_eq!(of(Closing::Month, "2024-12-15"), is("month", "2024-11-15", "2024-12-14"));
        assert_eq!(of(Closing::Quarter, "2024-01-03"), is("quarter", "2023-09-15", "2023-12-14"));
        let fixed = Closing::Fixed(Period::new(day("2023-12-15"), day("2024-05-15")).expect("a period"));
        assert_eq!(of(fixed, "2024-05-16"), is("range", "2023-12-15", "2024-05-15"));
        assert!(period_of(fixed, day("2024-05-15")).is_err());
    }
}
