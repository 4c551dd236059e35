//! `bonro import DIR` and `bonro import FILE --map …`: reads records and sends them, row by row answered. The
//! stream is in `sending`, the counting in `tally`, a file's columns are shown by `table`; `demo` imports by the
//! same way.

mod identity;
mod report;
mod rows;
mod sending;
mod table;
mod tally;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::json;
use uuid::Uuid;

use super::connection::{ConnectionArgs, Line};
use super::exit::{Exit, WrongUsage};
use super::{output, values};
use crate::intake::{Files, OWN_SOURCE, Problem, Reading, SourceRow, TableReading, read};
use crate::pb::v1 as pb;
use crate::pb::v1::import_service_client::ImportServiceClient;

use identity::Part;

pub use report::keep_problems;
pub use sending::{News, Origin, Plan};
pub use table::{bytes_of, name_of, refuse};
pub use tally::Tally;

/// Problems that are printed; the others are counted.
const PRINTED: usize = 50;

/// Arguments of `bonro import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Thư mục chứa các tệp CSV, hoặc một bảng tính cùng với --map / Directory with the CSV files, or a spreadsheet with --map
    #[arg(value_name = "DIR|FILE")]
    path: PathBuf,
    /// Ánh xạ cột của bảng tính: dong-bo-ho-so, mot-cua, duc-pho-csv, bonro (định dạng của Bonro) hoặc tệp .toml / Mapping of a spreadsheet's columns: one of these, bonro for our own format, or a .toml file
    #[arg(long, value_name = "NAME|FILE")]
    map: Option<String>,
    /// Tên nguồn dữ liệu; mặc định theo ánh xạ, hoặc “csv” / Name of the source; by default the mapping's, or “csv”
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Mã lượt nạp, mặc định theo nội dung các tệp / Id of the import; by default from the content of the files
    #[arg(long, value_name = "UUID", value_parser = values::uuid)]
    import_id: Option<Uuid>,
    /// Thư mục chứa toàn bộ dữ liệu của nguồn / The directory holds all that the source has
    #[arg(long)]
    full: bool,
    /// Thời điểm nguồn xuất dữ liệu; mặc định của bảng tính có ánh xạ là lần sửa cuối của tệp, của định dạng Bonro là lúc nạp / When the source made the data; by default the last change of a spreadsheet with a mapping, and for our own format when it is imported
    #[arg(long, value_name = "INSTANT", value_parser = values::instant)]
    as_of: Option<DateTime<Utc>>,
    /// Nạp dù đã có dữ liệu mới hơn, hoặc tệp mở lại nhiều hồ sơ đã xong / Import although newer data is known, or many closed dossiers open again
    #[arg(long)]
    force: bool,
    /// Chỉ kiểm tra, không ghi gì / Check only, store nothing
    #[arg(long)]
    dry_run: bool,
    /// Ghi mọi vấn đề vào tệp .csv hoặc .json / Write every problem to a .csv or .json file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs it.
pub async fn run(args: &ImportArgs, as_json: bool) -> anyhow::Result<Exit> {
    if args.path.is_file() {
        return table::run(args, as_json).await;
    }
    if args.map.is_some() {
        let said = "--map: chỉ dùng cho một tệp bảng tính, không dùng cho thư mục / is for a spreadsheet, not for a directory";
        return Err(WrongUsage(said.to_owned()).into());
    }
    let files = Files::of_directory(&args.path)?;
    let reading = read(&files);
    let parts: Vec<Part<'_>> = files.records().collect();
    let source = args.source.as_deref().unwrap_or(OWN_SOURCE);
    land(args, as_json, source, args.as_of, &parts, &reading, None).await
}

/// Sends what was read and tells what became of it; of a `table` by its columns.
async fn land(
    args: &ImportArgs,
    as_json: bool,
    source: &str,
    as_of: Option<DateTime<Utc>>,
    parts: &[Part<'_>],
    reading: &Reading,
    table: Option<&TableReading>,
) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let kind = if args.full { pb::ImportKind::Full } else { pb::ImportKind::Partial };
    let id = match args.import_id {
        Some(id) => id,
        None if args.dry_run => identity::id(parts, source, kind, 0),
        None => identity::open(&line, parts, source, kind).await?,
    };
    // Of a spreadsheet the first part is the file; the mapping is none of its bytes.
    let of_file = if args.path.is_file() { &parts[..1] } else { parts };
    let origin = Origin {
        file_name: name_of(&args.path),
        sha256: identity::sha256(of_file),
        watermark: as_of,
        force: args.force,
    };
    let plan = Plan { id, source: source.to_owned(), kind, dry_run: args.dry_run, origin };
    let mut tally = carry_out(&line, &plan, &reading.rows).await?;
    let mut value = json!({ "import": format!("imports/{id}"), "dry_run": args.dry_run });
    if let Some(read) = table {
        tally.name_columns(read);
        if args.dry_run {
            value["table"] = table::columns_json(read);
        }
    }
    for (key, part) in tally.to_json(&reading.notes).as_object_mut().into_iter().flatten() {
        value[key] = part.take();
    }
    if let Some(path) = &args.report {
        report::write(path, &tally, &value)?;
    }
    if as_json {
        output::say_json(&value);
    } else {
        print(&plan, reading, &tally, args.report.as_deref());
        if args.full && !args.dry_run {
            print_absent(&line, id).await?;
        }
    }
    Ok(if tally.total().refused > 0 { Exit::Refused } else { Exit::Done })
}

/// The import of these files that isn't finished yet, or a new one.
pub async fn plan_of(line: &Line, files: &Files, source: &str) -> anyhow::Result<Plan> {
    let kind = pb::ImportKind::Partial;
    let parts: Vec<Part<'_>> = files.records().collect();
    let id = identity::open(line, &parts, source, kind).await?;
    let origin = Origin { sha256: identity::sha256(&parts), ..Origin::default() };
    Ok(Plan { id, source: source.to_owned(), kind, dry_run: false, origin })
}

/// Sends all rows, with a bar on the terminal, and gathers what became of them.
pub async fn carry_out(line: &Line, plan: &Plan, rows: &[SourceRow]) -> anyhow::Result<Tally> {
    let bar = output::progress(rows.len(), "Nạp / import");
    let mut tally = Tally::default();
    let mut tell = |news: News<'_>| {
        match &news {
            News::Outcome(..) => bar.inc(1),
            News::Before(range) => bar.set_position(*range.end() as u64),
            News::Anew => bar.set_position(0),
            News::Broken(status) => {
                let text = status.message();
                let said = format!("Mất kết nối, đang nối lại / The connection broke, trying again: {text}");
                bar.suspend(|| output::complain(&said));
            }
        }
        tally.take(rows, news);
    };
    let outcome = sending::send(line, plan, rows, &mut tell).await;
    bar.finish_and_clear();
    outcome?;
    recall(line, plan, rows, &mut tally).await?;
    tally.found.sort_by_key(|found| found.row);
    Ok(tally)
}

/// Asks the house for the problems of rows whose outcomes were said to somebody else.
async fn recall(line: &Line, plan: &Plan, rows: &[SourceRow], tally: &mut Tally) -> anyhow::Result<()> {
    if tally.unseen.is_empty() {
        return Ok(());
    }
    let mut client = ImportServiceClient::new(line.clone());
    let mut page_token = String::new();
    loop {
        let request = pb::ListImportProblemsRequest {
            parent: format!("imports/{}", plan.id),
            page_size: 1000,
            page_token,
            ..Default::default()
        };
        let page = client.list_import_problems(request).await?.into_inner();
        for kept in page.problems {
            let row = usize::try_from(kept.row).unwrap_or(0);
            if tally.unseen.iter().any(|range| range.contains(&row)) {
                tally.recall(rows, kept);
            }
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(());
        }
    }
}

fn print(plan: &Plan, reading: &Reading, tally: &Tally, report: Option<&Path>) {
    print_notes(&reading.notes);
    let all = report.map_or_else(|| "--report problems.csv".to_owned(), |path| path.display().to_string());
    print_outcome(tally, &all);
    if plan.dry_run {
        output::say("\nChỉ kiểm tra: chưa ghi gì / Checked only: nothing was stored");
    } else {
        output::say(&format!("\nLượt nạp / import: imports/{}", plan.id));
    }
}

/// Prints how many records a file of all that the source has no longer names.
async fn print_absent(line: &Line, id: Uuid) -> anyhow::Result<()> {
    let request = pb::GetImportRequest { name: format!("imports/{id}") };
    let run = ImportServiceClient::new(line.clone()).get_import(request).await?.into_inner().import_run;
    let absent = run.unwrap_or_default().absent;
    if absent > 0 {
        output::say(&format!(
            "{absent} hồ sơ, việc của nguồn không còn trong tệp; xem / of the source's records aren't in the file; see: bonro imports show {id}"
        ));
    }
    Ok(())
}

/// Prints what is worth knowing about the files.
pub fn print_notes(notes: &[Problem]) {
    for note in notes.iter().take(PRINTED) {
        output::say(&tally::told("", &rows::problem(note)));
    }
    let more = notes.len().saturating_sub(PRINTED);
    if more > 0 {
        output::say(&format!("… và {more} lưu ý khác / and {more} more notes"));
    }
}

/// Prints the counts and the first problems, errors before warnings; `all` says where all of them are.
pub fn print_outcome(tally: &Tally, all: &str) {
    output::say(&tally.table().to_string());
    if tally.found.is_empty() {
        return;
    }
    output::say("");
    let by_gravity = tally.by_gravity();
    for found in by_gravity.iter().take(PRINTED) {
        output::say(&tally::told(&found.code, &found.problem));
    }
    let more = by_gravity.len().saturating_sub(PRINTED);
    if more > 0 {
        output::say(&format!("… và {more} vấn đề khác / and {more} more"));
    }
    output::say(&format!("Tất cả vấn đề / all problems: {all}"));
}

#[cfg(test)]
mod tests;
