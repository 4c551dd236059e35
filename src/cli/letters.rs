//! `bonro letters`: a letter is drawn by the server and written into a file, for somebody to edit, number and sign.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use super::connection::{self, ANSWER_BYTES, ConnectionArgs};
use super::exit::Exit;
use super::{output, values, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::letter_service_client::LetterServiceClient;

/// `bonro letters …`
#[derive(Debug, Subcommand)]
pub enum LettersCommand {
    /// Công văn đôn đốc một đơn vị / The letter that urges a unit
    Urge(UrgeArgs),
    /// Phiếu xin lỗi và hẹn lại ngày trả kết quả (mẫu 04) / The letter of apology (form 04)
    Apologise(ApologiseArgs),
}

/// Arguments of `bonro letters urge`.
#[derive(Debug, Args)]
pub struct UrgeArgs {
    /// Mã đơn vị bị đôn đốc, kể cả cấp dưới / Code of the unit that is urged, with what is below it
    #[arg(long, value_name = "CODE")]
    unit: String,
    /// Kèm hồ sơ đến hạn trong bấy nhiêu ngày làm việc, mặc định 3 / Also what falls due within so many working days, 3 by default
    #[arg(long, value_name = "N")]
    due_within: Option<i32>,
    /// Tệp DOCX sẽ ghi, không ghi đè / DOCX file to write, never over another
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro letters apologise`.
#[derive(Debug, Args)]
pub struct ApologiseArgs {
    /// Mã hồ sơ / Code of the dossier
    #[arg(value_name = "DOSSIER")]
    dossier: String,
    /// Ngày hẹn mới nếu chưa ghi hẹn lại / The new appointment, where it isn't recorded yet
    #[arg(long, value_name = "INSTANT", value_parser = values::instant)]
    promise: Option<DateTime<Utc>>,
    /// Tệp DOCX sẽ ghi, không ghi đè / DOCX file to write, never over another
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs it.
pub async fn run(command: LettersCommand, as_json: bool) -> anyhow::Result<Exit> {
    match command {
        LettersCommand::Urge(args) => urge(&args, as_json).await,
        LettersCommand::Apologise(args) => apologise(&args, as_json).await,
    }
}

async fn urge(args: &UrgeArgs, as_json: bool) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let unit = args.unit.strip_prefix("units/").unwrap_or(&args.unit);
    let request =
        pb::DraftUrgingRequest { unit: format!("units/{unit}"), due_within_working_days: args.due_within };
    let mut client = LetterServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES);
    let answer = client.draft_urging(request).await?.into_inner();
    written(&args.out, answer.file)?;
    let (overdue, near) = (answer.overdue_count, answer.near_due_count);
    if as_json {
        output::say_json(&json!({ "file": args.out, "overdue": overdue, "near_due": near }));
    } else {
        let file = args.out.display();
        output::say(&format!(
            "Đã ghi {file}: {overdue} hồ sơ quá hạn, {near} sắp đến hạn / \
             Wrote {file}: {overdue} overdue dossiers, {near} that soon fall due"
        ));
    }
    Ok(Exit::Done)
}

async fn apologise(args: &ApologiseArgs, as_json: bool) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let zone = connection::zone(&line).await?;
    let code = args.dossier.strip_prefix("dossiers/").unwrap_or(&args.dossier);
    let request = pb::DraftApologyRequest {
        dossier: format!("dossiers/{code}"),
        promised_at: args.promise.map(wire::timestamp),
    };
    let mut client = LetterServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES);
    let answer = client.draft_apology(request).await?.into_inner();
    let has_cause = answer.cause() != pb::DelayCause::Unspecified;
    let promised_at = answer.promised_at;
    written(&args.out, answer.file)?;
    if as_json {
        let at = promised_at.as_ref().and_then(wire::instant).map(|at| at.with_timezone(&zone).to_rfc3339());
        output::say_json(&json!({ "file": args.out, "promised_at": at, "has_cause": has_cause }));
        return Ok(Exit::Done);
    }
    let blanks = [
        (true, "người nhận", "the applicant"),
        (!has_cause, "lý do", "the cause"),
        (promised_at.is_none(), "ngày hẹn lại", "the new appointment"),
    ];
    let said = |pick: fn(&(bool, &'static str, &'static str)) -> &'static str| {
        blanks.iter().filter(|blank| blank.0).map(pick).collect::<Vec<_>>().join(", ")
    };
    let file = args.out.display();
    output::say(&format!(
        "Đã ghi {file}; còn phải điền: {} / Wrote {file}; still to fill in: {}",
        said(|blank| blank.1),
        said(|blank| blank.2)
    ));
    Ok(Exit::Done)
}

/// Writes the letter.
fn written(path: &Path, file: Option<pb::LetterFile>) -> anyhow::Result<()> {
    output::write_new(path, &file.context("an answer without a file")?.content)
}
