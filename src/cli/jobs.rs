//! `bonro jobs`: what the house does by itself, what became of it, and what didn't go as it should; jobs rest and work
//! again, run now, and run what was missed.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::connection::{self, ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{output, values, wire};
use crate::domain::schedule::JobName;
use crate::pb::v1 as pb;
use crate::pb::v1::job_service_client::JobServiceClient;

/// Arguments of `bonro jobs`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct JobsArgs {
    #[command(subcommand)]
    command: Option<JobsCommand>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// `bonro jobs …`
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// Các việc và sự cố đang có / The jobs, and the troubles that go on
    List(ListArgs),
    /// Tạm dừng một việc / Let a job rest
    Pause(PauseArgs),
    /// Cho một việc chạy tiếp / Let a job work again
    Resume(ResumeArgs),
    /// Chạy một việc ngay / Run a job now
    Run(RunArgs),
    /// Chạy bù các lượt bị bỏ qua hoặc chưa chạy / Run slots that were skipped or never ran
    Backfill(BackfillArgs),
}

/// Arguments of `bonro jobs list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro jobs pause`.
#[derive(Debug, Args)]
pub struct PauseArgs {
    /// Tên việc, xem `bonro jobs` / The job, see `bonro jobs`
    #[arg(value_name = "JOB")]
    job: String,
    /// Lý do, được lưu lại / Why; it is kept
    #[arg(long, value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro jobs resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// Tên việc, xem `bonro jobs` / The job, see `bonro jobs`
    #[arg(value_name = "JOB")]
    job: String,
    /// Lý do, được lưu lại / Why; it is kept
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro jobs run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Tên việc, xem `bonro jobs` / The job, see `bonro jobs`
    #[arg(value_name = "JOB")]
    job: String,
    /// Lượt cần chạy lại; mặc định là bây giờ / The slot to run again; now by default
    #[arg(long, value_name = "INSTANT", value_parser = values::instant)]
    slot: Option<DateTime<Utc>>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro jobs backfill`.
#[derive(Debug, Args)]
pub struct BackfillArgs {
    /// Tên việc, xem `bonro jobs` / The job, see `bonro jobs`
    #[arg(value_name = "JOB")]
    job: String,
    /// Từ thời điểm này / From here on
    #[arg(long, value_name = "INSTANT", value_parser = values::instant)]
    from: DateTime<Utc>,
    /// Đến thời điểm này / Up to here
    #[arg(long, value_name = "INSTANT", value_parser = values::instant)]
    until: DateTime<Utc>,
    /// Mã yêu cầu: gọi lại với cùng mã thì nhận lại câu trả lời đầu / Id of the request: the same one again gets the first answer
    #[arg(long, value_name = "UUID", value_parser = values::uuid)]
    request_id: Option<Uuid>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs it.
pub async fn run(args: JobsArgs, as_json: bool) -> anyhow::Result<Exit> {
    match args.command {
        None => list(&args.connection, as_json).await,
        Some(JobsCommand::List(args)) => list(&args.connection, as_json).await,
        Some(JobsCommand::Pause(args)) => pause(args, as_json).await,
        Some(JobsCommand::Resume(args)) => resume(args, as_json).await,
        Some(JobsCommand::Run(args)) => run_one(&args, as_json).await,
        Some(JobsCommand::Backfill(args)) => backfill(&args, as_json).await,
    }
}

async fn open(connection: &ConnectionArgs) -> anyhow::Result<(JobServiceClient<Line>, Tz)> {
    let line = connection.connect().await?;
    let zone = connection::zone(&line).await?;
    Ok((JobServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES), zone))
}

async fn list(connection: &ConnectionArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(connection).await?;
    let request = pb::ListJobsRequest { page_size: 1000, ..Default::default() };
    let jobs = client.list_jobs(request).await?.into_inner().jobs;
    let request = pb::ListTroublesRequest {
        page_size: 1000,
        filter: "end_time = null".to_owned(),
        ..Default::default()
    };
    let troubles = client.list_troubles(request).await?.into_inner().troubles;
    if as_json {
        output::say_json(&json!({
            "jobs": jobs.iter().map(|job| job_value(job, zone)).collect::<Vec<_>>(),
            "troubles": troubles.iter().map(|trouble| trouble_value(trouble, zone)).collect::<Vec<_>>(),
        }));
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Việc\nJob", Side::Left)
        .column("Lượt tới\nNext", Side::Left)
        .column("Lượt gần nhất\nLatest", Side::Left)
        .column_of("Kết quả\nOutcome", Side::Left, 44);
    for job in &jobs {
        let code = wire::code(&job.name);
        let word = JobName::parse(code).map_or("", JobName::vietnamese);
        let next = if job.paused { rest(job, zone) } else { wire::local(job.next_slot_at.as_ref(), zone) };
        let last = job.last_slot.as_ref();
        table.row([
            format!("{code} ({word})"),
            next,
            wire::local(last.and_then(|slot| slot.slot_at.as_ref()), zone),
            last.map_or_else(|| "–".to_owned(), outcome),
        ]);
    }
    output::say(&table.to_string());
    if !troubles.is_empty() {
        output::say("\nSự cố đang có / troubles that go on:");
    }
    for trouble in &troubles {
        let since = wire::local(trouble.create_time.as_ref(), zone);
        let (what, count) = (trouble_word(trouble), trouble.count);
        output::say(&format!(
            "  {}: {what} ({count}), {since}: {}",
            wire::code(&trouble.subject),
            trouble.note
        ));
    }
    Ok(Exit::Done)
}

/// What stands in place of the next slot of a job that rests.
fn rest(job: &pb::Job, zone: Tz) -> String {
    let since = wire::local(job.pause_time.as_ref(), zone);
    format!("tạm dừng / paused {since}, {}: {}", job.paused_by, job.paused_note)
}

fn state(slot: &pb::Slot) -> &'static str {
    match slot.state() {
        pb::SlotState::Claimed => "đang chạy / running",
        pb::SlotState::Done => "xong / done",
        pb::SlotState::Failed => "thất bại / failed",
        pb::SlotState::Skipped => "bỏ qua / skipped",
        pb::SlotState::Unspecified => "–",
    }
}

fn outcome(slot: &pb::Slot) -> String {
    let late = if slot.late { ", muộn / late" } else { "" };
    let note = if slot.note.is_empty() { String::new() } else { format!(": {}", slot.note) };
    format!("{}{late}{note}", state(slot))
}

fn trouble_word(trouble: &pb::Trouble) -> &'static str {
    match trouble.kind() {
        pb::TroubleKind::Late => "chạy muộn / late",
        pb::TroubleKind::Skipped => "bị bỏ lỡ / skipped",
        pb::TroubleKind::Failed => "thất bại / failed",
        pb::TroubleKind::Unreported => "chưa gửi báo cáo kỳ / no report",
        pb::TroubleKind::MailSetup if trouble.subject.contains('@') => {
            "máy chủ thư từ chối, xem `bonro mails` / refused by the mail server, see `bonro mails`"
        }
        pb::TroubleKind::MailSetup => {
            "thư không đi do cấu hình, xem `bonro mails` / mail set up wrongly, see `bonro mails`"
        }
        pb::TroubleKind::MailAddress => "không gửi thư được nữa / not written to any more",
        pb::TroubleKind::Unspecified => "–",
    }
}

fn at(timestamp: Option<&prost_types::Timestamp>, zone: Tz) -> Option<String> {
    timestamp.and_then(wire::instant).map(|at| at.with_timezone(&zone).to_rfc3339())
}

fn slot_value(slot: &pb::Slot, zone: Tz) -> Value {
    json!({
        "slot_at": at(slot.slot_at.as_ref(), zone),
        "state": slot.state().as_str_name().trim_start_matches("SLOT_STATE_").to_lowercase(),
        "attempt": slot.attempt,
        "started": at(slot.started_at.as_ref(), zone),
        "finished": at(slot.finished_at.as_ref(), zone),
        "late": slot.late,
        "note": slot.note,
    })
}

fn job_value(job: &pb::Job, zone: Tz) -> Value {
    json!({
        "job": wire::code(&job.name),
        "schedule": job.schedule,
        "time_zone": job.time_zone,
        "working_days_only": job.working_days_only,
        "misfire_policy": job.misfire_policy().as_str_name().trim_start_matches("MISFIRE_POLICY_").to_lowercase(),
        "grace_seconds": job.grace_seconds,
        "changed_by_hand": job.changed_by_hand,
        "paused": job.paused,
        "paused_by": job.paused_by,
        "paused_since": at(job.pause_time.as_ref(), zone),
        "paused_note": job.paused_note,
        "next_slot": at(job.next_slot_at.as_ref(), zone),
        "last_slot": job.last_slot.as_ref().map(|slot| slot_value(slot, zone)),
    })
}

fn trouble_value(trouble: &pb::Trouble, zone: Tz) -> Value {
    json!({
        "kind": trouble.kind().as_str_name().trim_start_matches("TROUBLE_KIND_").to_lowercase(),
        "subject": trouble.subject,
        "first_slot": at(trouble.first_slot_at.as_ref(), zone),
        "last_slot": at(trouble.last_slot_at.as_ref(), zone),
        "count": trouble.count,
        "note": trouble.note,
        "since": at(trouble.create_time.as_ref(), zone),
        "told": at(trouble.tell_time.as_ref(), zone),
    })
}

async fn pause(args: PauseArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let name = format!("jobs/{}", args.job);
    let request = pb::PauseJobRequest { name, note: args.note, ..Default::default() };
    let job = client.pause_job(request).await?.into_inner().job.unwrap_or_default();
    if as_json {
        output::say_json(&job_value(&job, zone));
    } else {
        output::say(&format!("{}: {}", args.job, rest(&job, zone)));
    }
    Ok(Exit::Done)
}

async fn resume(args: ResumeArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let name = format!("jobs/{}", args.job);
    let request = pb::ResumeJobRequest { name, note: args.note, ..Default::default() };
    let job = client.resume_job(request).await?.into_inner().job.unwrap_or_default();
    if as_json {
        output::say_json(&job_value(&job, zone));
    } else {
        let next = wire::local(job.next_slot_at.as_ref(), zone);
        output::say(&format!("{}: chạy tiếp, lượt tới / works again, next {next}", args.job));
    }
    Ok(Exit::Done)
}

async fn run_one(args: &RunArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let request = pb::RunJobRequest {
        name: format!("jobs/{}", args.job),
        slot_at: args.slot.map(wire::timestamp),
        ..Default::default()
    };
    let answer = client.run_job(request).await?.into_inner();
    let slot = answer.slot.unwrap_or_default();
    if as_json {
        let mut value = slot_value(&slot, zone);
        value["already_done"] = answer.already_done.into();
        output::say_json(&value);
    } else {
        let before = if answer.already_done { "đã chạy từ trước / ran before: " } else { "" };
        output::say(&format!("{}: {before}{}", wire::local(slot.slot_at.as_ref(), zone), outcome(&slot)));
    }
    Ok(ended(&[slot]))
}

async fn backfill(args: &BackfillArgs, as_json: bool) -> anyhow::Result<Exit> {
    let (mut client, zone) = open(&args.connection).await?;
    let request = pb::BackfillJobRequest {
        name: format!("jobs/{}", args.job),
        from: Some(wire::timestamp(args.from)),
        until: Some(wire::timestamp(args.until)),
        request_id: args.request_id.map(|id| id.to_string()).unwrap_or_default(),
    };
    let answer = client.backfill_job(request).await?.into_inner();
    if as_json {
        let slots: Vec<Value> = answer.slots.iter().map(|slot| slot_value(slot, zone)).collect();
        output::say_json(&json!({ "slots": slots, "left": answer.left }));
    } else {
        for slot in &answer.slots {
            output::say(&format!("{}: {}", wire::local(slot.slot_at.as_ref(), zone), outcome(slot)));
        }
        let (ran, left) = (answer.slots.len(), answer.left);
        output::say(&format!(
            "Chạy bù {ran} lượt, {left} lượt đã chạy từ trước / {ran} slots were run, {left} had run before"
        ));
    }
    Ok(ended(&answer.slots))
}

/// What didn't succeed isn't done.
fn ended(slots: &[pb::Slot]) -> Exit {
    let failed = slots.iter().any(|slot| slot.state() == pb::SlotState::Failed);
    if failed { Exit::Failed } else { Exit::Done }
}
