//! `bonro explain CODE`: the deadline of a dossier, day by day, as an official would tell it.

use anyhow::Context as _;
use chrono::{Datelike, Weekday};
use chrono_tz::Tz;
use clap::Args;
use serde_json::{Value, json};

use super::connection::{self, ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{output, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::calendar_service_client::CalendarServiceClient;

/// Arguments of `bonro explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Mã hồ sơ / Code of the dossier
    #[arg(value_name = "CODE")]
    code: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs it.
pub async fn run(args: &ExplainArgs, as_json: bool) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let code = args.code.strip_prefix("dossiers/").unwrap_or(&args.code);
    let subject = pb::explain_deadline_request::Subject::Dossier(format!("dossiers/{code}"));
    let request = pb::ExplainDeadlineRequest { subject: Some(subject) };
    let mut client = CalendarServiceClient::new(line.clone()).max_decoding_message_size(ANSWER_BYTES);
    let answer = client.explain_deadline(request).await?.into_inner();
    let deadline = answer.deadline.clone().context("an answer without a deadline")?;
    let zone = zone_of(&line, &deadline.calendar).await?;
    if as_json {
        output::say_json(&as_value(code, &answer, &deadline, zone));
    } else {
        output::say(&told(code, &answer, &deadline, zone));
    }
    Ok(Exit::Done)
}

/// The zone of the calendar that counted.
async fn zone_of(line: &Line, calendar: &str) -> anyhow::Result<Tz> {
    if calendar.is_empty() {
        return connection::zone(line).await;
    }
    let request = pb::GetCalendarRequest { name: calendar.to_owned() };
    let answer = CalendarServiceClient::new(line.clone()).get_calendar(request).await?.into_inner();
    match answer.calendar.and_then(|calendar| calendar.time_zone.parse().ok()) {
        Some(zone) => Ok(zone),
        None => connection::zone(line).await,
    }
}

fn told(code: &str, answer: &pb::ExplainDeadlineResponse, deadline: &pb::Deadline, zone: Tz) -> String {
    let inputs = answer.inputs.clone().unwrap_or_default();
    let mut lines = vec![
        format!("Hồ sơ / dossier       {code}"),
        format!("Tiếp nhận / received  {}", wire::local(inputs.received_at.as_ref(), zone)),
        format!("Thời hạn / term       {}", term(deadline.term.as_ref())),
    ];
    for pause in &inputs.pauses {
        let (from, to) =
            (wire::local(pause.paused_at.as_ref(), zone), wire::local(pause.resumed_at.as_ref(), zone));
        lines.push(format!("Tạm dừng / stopped    {from} → {to}"));
    }
    lines.push(match &deadline.due_at {
        Some(due) => format!("Đến hạn / due         {}", wire::local(Some(due), zone)),
        None => format!("Đang tạm dừng, thời hạn còn lại / The clock stands, left: {}", left(deadline)),
    });
    if answer.promised_at.is_some() && answer.promised_at != deadline.due_at {
        lines.push(format!("Hẹn trả / promised    {}", wire::local(answer.promised_at.as_ref(), zone)));
    }
    lines.extend(promises(answer, zone));
    if deadline.provisional {
        lines
            .push("Tạm tính: ngoài các năm đã nạp lịch / Provisional: beyond the loaded calendar".to_owned());
    }
    let by_hours = deadline.term.as_ref().is_some_and(|term| term.unit() == pb::TermUnit::WorkingHours);
    let amount = |total: i64| if by_hours { hours(total) } else { total.to_string() };
    let mut table = Table::new()
        .column("Ngày\nDay", Side::Left)
        .column("Thứ\nWeekday", Side::Left)
        .column("Đếm\nCount", Side::Right)
        .column_of("Giải thích\nExplanation", Side::Left, 68);
    for trail in &answer.days {
        let day = trail.day.as_ref().and_then(wire::day);
        table.row([
            day.map_or_else(String::new, |day| day.format("%d/%m/%Y").to_string()),
            day.map_or("", |day| weekday(day.weekday())).to_owned(),
            if trail.counted == 0 { "·".to_owned() } else { amount(trail.running_total) },
            format!("{}\n{}", trail.text_vi, trail.text_en),
        ]);
    }
    format!("{}\n\n{table}", lines.join("\n"))
}

/// Who promised what, where it isn't just the receipt's deadline, and whose date judges.
fn promises(answer: &pb::ExplainDeadlineResponse, zone: Tz) -> Vec<String> {
    let told = |promise: &pb::Promise| {
        let giver = match promise.giver() {
            pb::PromiseGiver::Unspecified | pb::PromiseGiver::Computed => return None,
            pb::PromiseGiver::Source => "nguồn dữ liệu / the source".to_owned(),
            pb::PromiseGiver::Reappointment => {
                format!("hẹn lại / re-appointment {} {}", promise.letter_number, promise.actor_label)
            }
        };
        let (from, to) =
            (wire::local(promise.given_at.as_ref(), zone), wire::local(promise.promised_at.as_ref(), zone));
        Some(format!("  {from} → {to}  {}", giver.trim_end()))
    };
    let mut lines: Vec<String> = answer.promises.iter().filter_map(told).collect();
    if let Some(days) = answer.promise_days {
        lines.push(format!("Lệch / differs by     {days:+} ngày / days"));
    }
    if answer.judged_by() == pb::JudgeBy::Appointment {
        let due = wire::local(answer.judged_due_at.as_ref(), zone);
        lines.push(format!("Xét theo / judged by  ngày hẹn trả / the appointment: {due}"));
    }
    lines
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "T2 Mon",
        Weekday::Tue => "T3 Tue",
        Weekday::Wed => "T4 Wed",
        Weekday::Thu => "T5 Thu",
        Weekday::Fri => "T6 Fri",
        Weekday::Sat => "T7 Sat",
        Weekday::Sun => "CN Sun",
    }
}

fn term(term: Option<&pb::Term>) -> String {
    let Some(term) = term else { return "–".to_owned() };
    let count = term.count;
    match term.unit() {
        pb::TermUnit::SameDay => "trong ngày / the same day".to_owned(),
        pb::TermUnit::WorkingHours => format!("{count} giờ làm việc / working hours"),
        pb::TermUnit::WorkingDays => format!("{count} ngày làm việc / working days"),
        pb::TermUnit::CalendarDays => format!("{count} ngày / calendar days"),
        pb::TermUnit::Months => format!("{count} tháng / months"),
        pb::TermUnit::Unspecified => "–".to_owned(),
    }
}

fn left(deadline: &pb::Deadline) -> String {
    if deadline.term.as_ref().is_some_and(|term| term.unit() == pb::TermUnit::WorkingHours) {
        format!("{} giờ / h", hours(deadline.remaining))
    } else {
        format!("{} ngày / days", deadline.remaining)
    }
}

/// Seconds as hours and minutes: `4:30`.
fn hours(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 3600, seconds % 3600 / 60)
}

fn as_value(code: &str, answer: &pb::ExplainDeadlineResponse, deadline: &pb::Deadline, zone: Tz) -> Value {
    let instant = |at: &Option<prost_types::Timestamp>| {
        at.as_ref().and_then(wire::instant).map(|at| at.with_timezone(&zone).to_rfc3339())
    };
    let inputs = answer.inputs.clone().unwrap_or_default();
    let days = answer.days.iter().map(|trail| {
        json!({
            "day": trail.day.as_ref().and_then(wire::day).map(|day| day.to_string()),
            "counted": trail.counted,
            "reason": trail.reason().as_str_name().trim_start_matches("DAY_REASON_").to_lowercase(),
            "running_total": trail.running_total,
            "text_vi": trail.text_vi,
            "text_en": trail.text_en,
        })
    });
    json!({
        "dossier": code,
        "received_at": instant(&inputs.received_at),
        "due_at": instant(&deadline.due_at),
        "promised_at": instant(&answer.promised_at),
        "promise_days": answer.promise_days,
        "judged_by": answer.judged_by().as_str_name().trim_start_matches("JUDGE_BY_").to_lowercase(),
        "judged_due_at": instant(&answer.judged_due_at),
        "provisional": deadline.provisional,
        "pauses": inputs.pauses.iter().map(|pause| {
            json!({ "paused_at": instant(&pause.paused_at), "resumed_at": instant(&pause.resumed_at) })
        }).collect::<Vec<_>>(),
        "days": days.collect::<Vec<_>>(),
    })
}
