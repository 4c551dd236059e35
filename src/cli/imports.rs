//! `bonro imports`: what was imported, what one did and no longer found, and undoing it.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::connection::{self, ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{output, wire};
use crate::domain::text;
use crate::pb::v1 as pb;
use crate::pb::v1::import_service_client::ImportServiceClient;

/// Outcomes that are printed; the others are counted.
const PRINTED: usize = 200;

/// `bonro imports …`
#[derive(Debug, Subcommand)]
pub enum ImportsCommand {
    /// Các lượt nạp, mới nhất trước / The imports, the newest first
    List(ListArgs),
    /// Một lượt nạp: kết quả từng dòng và hồ sơ không còn trong tệp / One import: what became of its rows, and what it no longer names
    Show(ShowArgs),
    /// Hoàn tác cả lượt nạp, dữ liệu gì cũng được / Take back all that an import did, whatever it brought
    Undo(UndoArgs),
}

/// Arguments of `bonro imports list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Chỉ của nguồn này / Only of this source
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Số lượt nhiều nhất / How many at most
    #[arg(long, value_name = "N", default_value_t = 30)]
    limit: u16,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro imports show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Mã lượt nạp / The id of the import
    #[arg(value_name = "UUID")]
    id: Uuid,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro imports undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Mã lượt nạp / The id of the import
    #[arg(value_name = "UUID")]
    id: Uuid,
    /// Lý do, được lưu lại / Why; it is kept
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs it.
pub async fn run(command: ImportsCommand, as_json: bool) -> anyhow::Result<Exit> {
    match command {
        ImportsCommand::List(args) => list(&args, as_json).await,
        ImportsCommand::Show(args) => show(&args, as_json).await,
        ImportsCommand::Undo(args) => undo(&args, as_json).await,
    }
}

fn client(line: &Line) -> ImportServiceClient<Line> {
    ImportServiceClient::new(line.clone()).max_decoding_message_size(ANSWER_BYTES)
}

async fn list(args: &ListArgs, as_json: bool) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let zone = connection::zone(&line).await?;
    // A quoted text of a filter escapes as in JSON.
    let filter = args.source.as_ref().map(|name| format!("source = {}", Value::from(name.as_str())));
    let request = pb::ListImportsRequest {
        page_size: i32::from(args.limit.clamp(1, 1000)),
        filter: filter.unwrap_or_default(),
        ..Default::default()
    };
    let runs = client(&line).list_imports(request).await?.into_inner().imports;
    if as_json {
        output::say_json(
            &json!({ "imports": runs.iter().map(|run| as_value(run, zone)).collect::<Vec<_>>() }),
        );
        return Ok(Exit::Done);
    }
    output::say(&table(&runs, zone).to_string());
    Ok(Exit::Done)
}

fn table(runs: &[pb::Import], zone: Tz) -> Table {
    let mut table = Table::new()
        .column("Lượt nạp\nImport", Side::Left)
        .column_of("Nguồn\nSource", Side::Left, 14)
        .column("Đến\nUp to", Side::Left);
    for head in ["Mới\nNew", "Đổi\nChanged", "Từ chối\nRefused", "Vắng\nAbsent"] {
        table = table.column(head, Side::Right);
    }
    for run in runs {
        table.row([
            format!("{}{}", run.uid, state(run)),
            run.source.clone(),
            wire::local(run.watermark.as_ref(), zone),
            text::grouped(run.landed),
            text::grouped(run.changed),
            text::grouped(run.refused),
            text::grouped(run.absent),
        ]);
    }
    table
}

fn state(run: &pb::Import) -> &'static str {
    match run.state() {
        pb::ImportState::Open => " (dở / open)",
        pb::ImportState::Undoing => " (đang hoàn tác / undoing)",
        pb::ImportState::Undone => " (đã hoàn tác / undone)",
        pb::ImportState::Finished | pb::ImportState::Unspecified => "",
    }
}

fn as_value(run: &pb::Import, zone: Tz) -> Value {
    let at = |at: &Option<prost_types::Timestamp>| {
        at.as_ref().and_then(wire::instant).map(|at| at.with_timezone(&zone).to_rfc3339())
    };
    json!({
        "import": run.uid,
        "source": run.source,
        "kind": if run.kind() == pb::ImportKind::Full { "full" } else { "partial" },
        "state": run.state().as_str_name().trim_start_matches("IMPORT_STATE_").to_lowercase(),
        "file": run.file_name,
        "sha256": run.sha256,
        "sender": run.sender,
        "watermark": at(&run.watermark),
        "began": at(&run.create_time),
        "finished": at(&run.finished_at),
        "rows": run.committed_row,
        "landed": run.landed,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "refused": run.refused,
        "warned": run.warned,
        "absent": run.absent,
        "undone": at(&run.undo_time),
        "undo_reason": run.undo_reason,
    })
}

async fn get(line: &Line, id: Uuid) -> anyhow::Result<pb::Import> {
    let request = pb::GetImportRequest { name: format!("imports/{id}") };
    Ok(client(line).get_import(request).await?.into_inner().import_run.unwrap_or_default())
}

async fn outcomes(line: &Line, id: Uuid) -> anyhow::Result<Vec<pb::ImportOutcome>> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListImportOutcomesRequest {
            parent: format!("imports/{id}"),
            page_size: 1000,
            page_token,
            ..Default::default()
        };
        let page = client(line).list_import_outcomes(request).await?.into_inner();
        all.extend(page.outcomes);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(all);
        }
    }
}

/// What is said of refused rows and of those with warnings, by row.
async fn problems(line: &Line, id: Uuid) -> anyhow::Result<BTreeMap<i64, Vec<String>>> {
    let (mut all, mut page_token) = (BTreeMap::<i64, Vec<String>>::new(), String::new());
    loop {
        let request = pb::ListImportProblemsRequest {
            parent: format!("imports/{id}"),
            page_size: 1000,
            page_token,
            ..Default::default()
        };
        let page = client(line).list_import_problems(request).await?.into_inner();
        for found in page.problems {
            let said = found.problem.map(|problem| problem.message_vi).unwrap_or_default();
            all.entry(found.row).or_default().push(said);
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(all);
        }
    }
}

async fn show(args: &ShowArgs, as_json: bool) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let zone = connection::zone(&line).await?;
    let run = get(&line, args.id).await?;
    let mut all = outcomes(&line, args.id).await?;
    let why = problems(&line, args.id).await?;
    if as_json {
        let mut value = as_value(&run, zone);
        value["outcomes"] = all.iter().map(|outcome| outcome_value(outcome, &why)).collect();
        output::say_json(&value);
        return Ok(Exit::Done);
    }
    output::say(&table(std::slice::from_ref(&run), zone).to_string());
    if !run.file_name.is_empty() {
        output::say(&format!("\nTệp / file: {} (SHA-256 {})", run.file_name, run.sha256));
    }
    let kind = if run.kind() == pb::ImportKind::Full { "toàn bộ / all" } else { "một phần / a part" };
    output::say(&format!("Phạm vi / holds: {kind}"));
    output::say(&format!("Người nạp / sender: {}", run.sender));
    if run.unchanged > 0 {
        let count = text::grouped(run.unchanged);
        output::say(&format!(
            "{count} dòng không đổi gì, không liệt kê / rows changed nothing and aren't listed"
        ));
    }
    // What needs a hand first, then as the file has it.
    let gravity = |outcome: &pb::ImportOutcome| match outcome.result() {
        pb::RowResult::Refused => 0,
        pb::RowResult::Absent => 1,
        pb::RowResult::Landed
        | pb::RowResult::Changed
        | pb::RowResult::Unchanged
        | pb::RowResult::Unspecified => 2,
    };
    all.sort_by(|a, b| (gravity(a), &a.file, a.line, a.row).cmp(&(gravity(b), &b.file, b.line, b.row)));
    let mut rows = Table::new()
        .column_of("Tệp\nFile", Side::Left, 30)
        .column("Dòng\nRow", Side::Right)
        .column("Mã\nCode", Side::Left)
        .column("Kết quả\nOutcome", Side::Left)
        .column_of("Vấn đề\nProblem", Side::Left, 60);
    for outcome in all.iter().take(PRINTED) {
        let row = if outcome.line > 0 { outcome.line.to_string() } else { "–".to_owned() };
        let why = why.get(&outcome.row).map(|said| said.join("; ")).unwrap_or_default();
        rows.row([outcome.file.clone(), row, outcome.code.clone(), said(outcome), why]);
    }
    if !all.is_empty() {
        output::say(&format!("\n{rows}"));
    }
    if all.len() > PRINTED {
        let more = all.len() - PRINTED;
        output::say(&format!("… và {more} dòng khác (--json) / and {more} more rows (--json)"));
    }
    Ok(Exit::Done)
}

fn said(outcome: &pb::ImportOutcome) -> String {
    let word = match outcome.result() {
        pb::RowResult::Landed => "mới / new",
        pb::RowResult::Changed => "thay đổi / changed",
        pb::RowResult::Refused => "bị từ chối / refused",
        pb::RowResult::Absent => "không còn trong tệp / no longer in the file",
        pb::RowResult::Unchanged | pb::RowResult::Unspecified => "–",
    };
    if outcome.undone { format!("{word}, đã hoàn tác / undone") } else { word.to_owned() }
}

fn outcome_value(outcome: &pb::ImportOutcome, why: &BTreeMap<i64, Vec<String>>) -> Value {
    json!({
        "problems": why.get(&outcome.row).cloned().unwrap_or_default(),
        "row": outcome.row,
        "file": outcome.file,
        "line": outcome.line,
        "code": outcome.code,
        "result": outcome.result().as_str_name().trim_start_matches("ROW_RESULT_").to_lowercase(),
        "undone": outcome.undone,
    })
}

async fn undo(args: &UndoArgs, as_json: bool) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let zone = connection::zone(&line).await?;
    let request = pb::UndoImportRequest { name: format!("imports/{}", args.id), reason: args.reason.clone() };
    let run = client(&line).undo_import(request).await?.into_inner().import_run.unwrap_or_default();
    if as_json {
        output::say_json(&as_value(&run, zone));
    } else {
        let count = text::grouped(run.landed + run.changed);
        output::say(&format!("Đã hoàn tác {count} dòng / {count} rows were undone"));
    }
    Ok(Exit::Done)
}
