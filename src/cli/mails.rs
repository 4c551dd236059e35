//! `bonro mails`: what is to leave, what left and what didn't, and why; dead letters are tried again or given up, and
//! addresses that aren't written to are shown and lifted.

mod history;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use uuid::Uuid;

use super::connection::{self, ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{output, values, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::job_service_client::JobServiceClient;

/// Arguments of `bonro mails`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct MailsArgs {
    #[command(subcommand)]
    command: Option<MailsCommand>,
    #[command(flatten)]
    list: ListArgs,
}

/// `bonro mails …`
#[derive(Debug, Subcommand)]
pub enum MailsCommand {
    /// Các thư, mới nhất trước / The mails, the newest first
    List(ListArgs),
    /// Một thư: đã gửi mấy lần, máy chủ thư trả lời gì / One mail: how often it was tried, what the mail server said
    Show(OneArgs),
    /// Gửi lại một thư đã bỏ / Try a dead letter again
    Retry(OneArgs),
    /// Hủy một thư đang chờ hoặc đã bỏ / Give up a mail that waits or is dead
    GiveUp(GiveUpArgs),
    /// Các địa chỉ không gửi tới nữa / The addresses that aren't written to
    Suppressed(SuppressedArgs),
    /// Không gửi tới một địa chỉ nữa / Keep an address from being written to
    Suppress(SuppressArgs),
    /// Gửi lại tới một địa chỉ / Let an address be written to again
    Lift(LiftArgs),
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    Queued,
    Leased,
    Sent,
    Dead,
    Cancelled,
}

/// Arguments of `bonro mails list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Chỉ thư ở trạng thái này / Only mails that stand so
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Chỉ thư gửi cán bộ này (mã) hoặc địa chỉ này / Only to this official (code) or address
    #[arg(long, value_name = "CODE|ADDR")]
    to: Option<String>,
    /// Số thư nhiều nhất / How many at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u16,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro mails show` and `retry`.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// Mã thư, xem `bonro mails` / The id of the mail, see `bonro mails`
    #[arg(value_name = "UUID", value_parser = values::uuid)]
    id: Uuid,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro mails give-up`.
#[derive(Debug, Args)]
pub struct GiveUpArgs {
    /// Mã thư, xem `bonro mails` / The id of the mail, see `bonro mails`
    #[arg(value_name = "UUID", value_parser = values::uuid)]
    id: Uuid,
    /// Lý do, được lưu lại / Why; it is kept
    #[arg(long, value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro mails suppressed`.
#[derive(Debug, Args)]
pub struct SuppressedArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro mails suppress`.
#[derive(Debug, Args)]
pub struct SuppressArgs {
    /// Địa chỉ thư / The address
    #[arg(value_name = "ADDR", value_parser = values::recipient)]
    address: String,
    /// Lý do, được lưu lại / Why; it is kept
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Đến thời điểm này; mặc định đến khi bỏ chặn / Until then; by default until it is lifted
    #[arg(long, value_name = "INSTANT", value_parser = values::instant)]
    until: Option<DateTime<Utc>>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro mails lift`.
#[derive(Debug, Args)]
pub struct LiftArgs {
    /// Địa chỉ thư, xem `bonro mails suppressed` / The address, see `bonro mails suppressed`
    #[arg(value_name = "ADDR", value_parser = values::recipient)]
    address: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs it.
pub async fn run(args: MailsArgs, as_json: bool) -> anyhow::Result<Exit> {
    match args.command {
        None => list(&args.list, as_json).await,
        Some(MailsCommand::List(args)) => list(&args, as_json).await,
        Some(MailsCommand::Show(args)) => show(&args, as_json).await,
        Some(MailsCommand::Retry(args)) => retry(&args, as_json).await,
        Some(MailsCommand::GiveUp(args)) => give_up(args, as_json).await,
        Some(MailsCommand::Suppressed(args)) => suppressed(&args, as_json).await,
        Some(MailsCommand::Suppress(args)) => suppress(args, as_json).await,
        Some(MailsCommand::Lift(args)) => lift(&args, as_json).await,
    }
}

async fn open(connection: &ConnectionArgs) -> anyhow::Result<(JobServiceClient<Line>, Tz)> {
    let line = connection.connect().await?;
    let zone = connection::zone(&line).await?;
    Ok((JobServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES), zone))
}

async fn list(args: &ListArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    // A quoted text of a filter escapes as in JSON.
    let quoted = |field: &str, text: &str| format!("{field} = {}", Value::from(text));
    let mut filters = Vec::new();
    if let Some(state) = args.state.and_then(|state| state.to_possible_value()) {
        filters.push(quoted("state", state.get_name()));
    }
    if let Some(to) = &args.to {
        filters.push(if to.contains('@') {
            quoted("to_address", to)
        } else {
            quoted("recipient", &format!("officials/{to}"))
        });
    }
    let request = pb::ListOutboxRequest {
        page_size: i32::from(args.limit.clamp(1, 1000)),
        filter: filters.join(" AND "),
        ..Default::default()
    };
    let mails = client.list_outbox(request).await?.into_inner().mails;
    if as_json {
        let mails: Vec<Value> = mails.iter().map(|mail| as_value(mail, zone)).collect();
        output::say_json(&json!({ "mails": mails }));
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Thư\nMail", Side::Left)
        .column("Ghi lúc\nWritten", Side::Left)
        .column("Đến\nTo", Side::Left)
        .column_of("Loại\nKind", Side::Left, 16)
        .column_of("Trạng thái\nState", Side::Left, 40);
    for mail in &mails {
        table.row([
            mail.uid.clone(),
            wire::local(mail.create_time.as_ref(), zone),
            to(mail),
            mail.kind.clone(),
            standing(mail, zone),
        ]);
    }
    output::say(&table.to_string());
    Ok(Exit::Done)
}

fn to(mail: &pb::Mail) -> String {
    if mail.recipient.is_empty() {
        mail.to_address.clone()
    } else {
        format!("{} <{}>", wire::code(&mail.recipient), mail.to_address)
    }
}

fn state(mail: &pb::Mail) -> &'static str {
    match mail.state() {
        pb::MailState::Queued => "đang chờ / queued",
        pb::MailState::Leased => "đang gửi / under way",
        pb::MailState::Sent => "đã gửi / sent",
        pb::MailState::Dead => "đã bỏ / dead",
        pb::MailState::Cancelled => "đã hủy / cancelled",
        pb::MailState::Unspecified => "–",
    }
}

fn fault(mail: &pb::Mail) -> &'static str {
    match mail.fault() {
        pb::MailFault::Temporary => "lỗi tạm thời / for now",
        pb::MailFault::Recipient => "lỗi địa chỉ / the address",
        pb::MailFault::Message => "lỗi nội dung / the mail",
        pb::MailFault::Configuration => "lỗi cấu hình / the setup",
        pb::MailFault::Unspecified => "",
    }
}

fn standing(mail: &pb::Mail, zone: Tz) -> String {
    let said = state(mail);
    match mail.state() {
        pb::MailState::Sent => format!("{said} {}", wire::local(mail.sent_at.as_ref(), zone)),
        pb::MailState::Queued if mail.fault() != pb::MailFault::Unspecified => {
            let again = wire::local(mail.not_before.as_ref(), zone);
            format!("{said}, {}, gửi lại / again {again}", fault(mail))
        }
        pb::MailState::Dead => format!("{said}, {}", fault(mail)),
        pb::MailState::Queued
        | pb::MailState::Leased
        | pb::MailState::Cancelled
        | pb::MailState::Unspecified => said.to_owned(),
    }
}

fn at(timestamp: Option<&prost_types::Timestamp>, zone: Tz) -> Option<String> {
    timestamp.and_then(wire::instant).map(|at| at.with_timezone(&zone).to_rfc3339())
}

fn as_value(mail: &pb::Mail, zone: Tz) -> Value {
    let word = |name: &str, prefix: &str| name.trim_start_matches(prefix).to_lowercase();
    json!({
        "mail": mail.uid,
        "kind": mail.kind,
        "official": wire::code(&mail.recipient),
        "to": mail.to_address,
        "state": word(mail.state().as_str_name(), "MAIL_STATE_"),
        "fault": (mail.fault() != pb::MailFault::Unspecified)
            .then(|| word(mail.fault().as_str_name(), "MAIL_FAULT_")),
        "attempts": mail.attempt,
        "not_before": at(mail.not_before.as_ref(), zone),
        "message_id": mail.message_id,
        "last_reply": mail.last_error,
        "written": at(mail.create_time.as_ref(), zone),
        "sent": at(mail.sent_at.as_ref(), zone),
    })
}

async fn show(args: &OneArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let request = pb::GetMailRequest { name: format!("mails/{}", args.id) };
    let found = client.get_mail(request).await?.into_inner();
    let mail = found.mail.unwrap_or_default();
    if as_json {
        let mut value = as_value(&mail, zone);
        value["history"] = found.attempts.iter().map(|one| history::value(one, zone)).collect();
        output::say_json(&value);
        return Ok(Exit::Done);
    }
    let or_none = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    for (what, value) in [
        ("Đến / to", to(&mail)),
        ("Loại / kind", mail.kind.clone()),
        ("Ghi lúc / written", wire::local(mail.create_time.as_ref(), zone)),
        ("Trạng thái / state", standing(&mail, zone)),
        ("Số lần gửi / attempts", mail.attempt.to_string()),
        ("Trả lời gần nhất / last reply", or_none(&mail.last_error)),
        ("Message-ID", or_none(&mail.message_id)),
    ] {
        output::say(&format!("{what}: {value}"));
    }
    if !found.attempts.is_empty() {
        output::say(&history::table(&found.attempts, zone).to_string());
    }
    Ok(Exit::Done)
}

fn say(mail: &pb::Mail, zone: Tz, as_json: bool) {
    if as_json {
        output::say_json(&as_value(mail, zone));
    } else {
        output::say(&format!("{}: {}", mail.uid, standing(mail, zone)));
    }
}

async fn retry(args: &OneArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let request = pb::RetryMailRequest { name: format!("mails/{}", args.id), ..Default::default() };
    say(&client.retry_mail(request).await?.into_inner().mail.unwrap_or_default(), zone, as_json);
    Ok(Exit::Done)
}

async fn give_up(args: GiveUpArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let name = format!("mails/{}", args.id);
    let request = pb::GiveUpMailRequest { name, note: args.note, ..Default::default() };
    say(&client.give_up_mail(request).await?.into_inner().mail.unwrap_or_default(), zone, as_json);
    Ok(Exit::Done)
}

fn suppression_value(found: &pb::Suppression, zone: Tz) -> Value {
    json!({
        "address": found.address,
        "in_force": found.in_force,
        "failures": found.failures,
        "reason": found.reason,
        "by": found.entered_by,
        "last_failure": at(found.last_failure_time.as_ref(), zone),
        "since": at(found.suppress_time.as_ref(), zone),
        "until": at(found.until_time.as_ref(), zone),
    })
}

async fn suppressed(args: &SuppressedArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let request = pb::ListSuppressionsRequest { page_size: 1000, ..Default::default() };
    let found = client.list_suppressions(request).await?.into_inner().suppressions;
    if as_json {
        let found: Vec<Value> = found.iter().map(|one| suppression_value(one, zone)).collect();
        output::say_json(&json!({ "suppressions": found }));
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Địa chỉ\nAddress", Side::Left)
        .column("Chặn từ\nSince", Side::Left)
        .column("Đến\nUntil", Side::Left)
        .column("Lỗi\nFailures", Side::Right)
        .column_of("Lý do\nReason", Side::Left, 44);
    for one in &found {
        table.row([
            one.address.clone(),
            wire::local(one.suppress_time.as_ref(), zone),
            wire::local(one.until_time.as_ref(), zone),
            one.failures.to_string(),
            format!("{}: {}", one.entered_by, one.reason),
        ]);
    }
    output::say(&table.to_string());
    Ok(Exit::Done)
}

async fn suppress(args: SuppressArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let request = pb::SuppressAddressRequest {
        address: args.address,
        reason: args.reason,
        until_time: args.until.map(wire::timestamp),
        ..Default::default()
    };
    let done = client.suppress_address(request).await?.into_inner().suppression.unwrap_or_default();
    if as_json {
        output::say_json(&suppression_value(&done, zone));
    } else {
        output::say(&format!("{}: không gửi tới nữa / not written to any more", done.address));
    }
    Ok(Exit::Done)
}

async fn lift(args: &LiftArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let filter = format!("address = {}", Value::from(args.address.as_str()));
    let request = pb::ListSuppressionsRequest { page_size: 1, filter, ..Default::default() };
    let found = client.list_suppressions(request).await?.into_inner().suppressions;
    let Some(one) = found.into_iter().next() else {
        anyhow::bail!("{}: không bị chặn / isn't kept from being written to", args.address);
    };
    let request = pb::LiftSuppressionRequest { name: one.name, ..Default::default() };
    let done = client.lift_suppression(request).await?.into_inner().suppression.unwrap_or_default();
    if as_json {
        output::say_json(&suppression_value(&done, zone));
    } else {
        output::say(&format!("{}: lại được gửi thư / written to again", done.address));
    }
    Ok(Exit::Done)
}
