//! `bonro reminders preview`: what goes out on a day if nothing changes, to whom, and why.

use anyhow::Context as _;
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::connection::{self, ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{output, values, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::reminder_service_client::ReminderServiceClient;

/// How far ahead to look where no day is named.
const WEEK: TimeDelta = TimeDelta::days(7);

/// `bonro reminders …`
#[derive(Debug, Subcommand)]
pub enum RemindersCommand {
    /// Lời nhắc sẽ gửi: cho ai, vì sao / What goes out, to whom and why
    Preview(PreviewArgs),
}

/// Arguments of `bonro reminders preview`.
#[derive(Debug, Args)]
pub struct PreviewArgs {
    /// Ngày gửi, không nêu là bảy ngày tới / The day of sending; by default the next seven
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    on: Option<NaiveDate>,
    /// Chỉ đơn vị này và cấp dưới / Only this unit and what is below it
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs it.
pub async fn run(command: &RemindersCommand, as_json: bool) -> anyhow::Result<Exit> {
    let RemindersCommand::Preview(args) = command;
    let line = args.connection.connect().await?;
    let zone = connection::zone(&line).await?;
    let mut until = None;
    if args.on.is_none() {
        // The house's own clock says what lies ahead.
        let now = connection::now(&line).await?;
        let now = now.context("máy chủ không cho biết giờ / the server doesn't say what time it is")?;
        until = Some(wire::timestamp(now + WEEK));
    }
    let ask = pb::PreviewRemindersRequest {
        until,
        on: args.on.map(wire::date),
        unit: args.unit.as_ref().map(|unit| format!("units/{unit}")).unwrap_or_default(),
        page_size: 500,
        ..pb::PreviewRemindersRequest::default()
    };
    let (notices, rest) = list(&line, ask).await?;
    if as_json {
        let notices: Vec<Value> = notices.iter().map(|notice| as_value(notice, zone)).collect();
        let waiting: serde_json::Map<String, Value> =
            rest.waiting.iter().map(|some| (word(some.why()).0.to_owned(), some.count.into())).collect();
        let older: serde_json::Map<String, Value> =
            rest.older.iter().map(|some| (some.rule_code.clone(), some.count.into())).collect();
        output::say_json(&json!({ "notices": notices, "waiting": waiting, "older": older }));
        return Ok(Exit::Done);
    }
    if notices.is_empty() {
        output::say("Không có lời nhắc nào / Nothing goes out");
        say_rest(&rest, zone);
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Gửi lúc\nSent at", Side::Left)
        .column("Người nhận\nTo", Side::Left)
        .column("Về\nAbout", Side::Left)
        .column("Quy tắc\nRule", Side::Left)
        .column("Lý do\nWhy", Side::Left);
    for notice in &notices {
        let recipient = wire::code(&notice.recipient);
        table.row([
            wire::local(notice.send_at.as_ref(), zone),
            if recipient.is_empty() { "–" } else { recipient }.to_owned(),
            wire::code(&notice.subject).to_owned(),
            format!("{} v{}", notice.rule_code, notice.rule_version),
            format!("{}\n{}", notice.reason_vi, notice.reason_en),
        ]);
    }
    output::say(&table.to_string());
    let persons: std::collections::BTreeSet<&str> =
        notices.iter().map(|notice| notice.recipient.as_str()).filter(|name| !name.is_empty()).collect();
    output::say(&format!(
        "\n{} lời nhắc cho {} người / notices for {} persons",
        notices.len(),
        persons.len(),
        persons.len()
    ));
    say_rest(&rest, zone);
    Ok(Exit::Done)
}

/// What doesn't go out, and why.
fn say_rest(rest: &Rest, zone: Tz) {
    for some in &rest.waiting {
        let (_, vi, en) = word(some.why());
        output::say(&format!("{} lời nhắc {vi} / {} {en}", some.count, some.count));
    }
    for some in &rest.older {
        let before = wire::local(some.before.as_ref(), zone);
        output::say(&format!(
            "{} hồ sơ xong trước {before} không nhắc theo quy tắc {} / dossiers closed before that, which it passes over",
            some.count, some.rule_code
        ));
    }
}

/// A reason in JSON, in Vietnamese and in English.
fn word(why: pb::NoticeWait) -> (&'static str, &'static str, &'static str) {
    match why {
        pb::NoticeWait::Unspecified => ("unknown", "đang chờ", "wait"),
        pb::NoticeWait::Snoozed => ("snoozed", "đang tạm hoãn", "are snoozed"),
        pb::NoticeWait::StaleSource => {
            ("stale_source", "chờ số liệu mới của nguồn", "wait for a newer file of their source")
        }
        pb::NoticeWait::Grace => (
            "grace",
            "gửi lãnh đạo chờ cấp dưới ghi nguyên nhân",
            "to leaders wait for those below to record the cause",
        ),
        pb::NoticeWait::Address => {
            ("address", "chờ địa chỉ thư được sửa", "wait for an address to be mended")
        }
    }
}

/// What a plan says besides what goes out.
struct Rest {
    waiting: Vec<pb::WaitingNotices>,
    older: Vec<pb::OlderThings>,
}

async fn list(
    line: &Line,
    mut ask: pb::PreviewRemindersRequest,
) -> anyhow::Result<(Vec<pb::PlannedNotice>, Rest)> {
    let mut client = ReminderServiceClient::new(line.clone()).max_decoding_message_size(ANSWER_BYTES);
    let mut notices = Vec::new();
    loop {
        let page = client.preview_reminders(ask.clone()).await?.into_inner();
        notices.extend(page.planned_notices);
        ask.page_token = page.next_page_token;
        if ask.page_token.is_empty() {
            return Ok((notices, Rest { waiting: page.waiting, older: page.older }));
        }
    }
}

fn as_value(notice: &pb::PlannedNotice, zone: Tz) -> Value {
    let local = |at: &Option<prost_types::Timestamp>| {
        at.as_ref().and_then(wire::instant).map(|at| at.with_timezone(&zone).to_rfc3339())
    };
    let role = notice.role().as_str_name().trim_start_matches("REMINDER_ROLE_").to_lowercase();
    json!({
        "send_at": local(&notice.send_at),
        "recipient": wire::code(&notice.recipient),
        "role": role,
        "subject": notice.subject,
        "unit": wire::code(&notice.unit),
        "rule": notice.rule_code,
        "version": notice.rule_version,
        "notice": notice.step + 1,
        "measured_from": local(&notice.due_at),
        "falls_due_at": local(&notice.falls_due_at),
        "why": { "vi": notice.reason_vi, "en": notice.reason_en },
    })
}
