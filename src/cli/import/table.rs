//! `bonro import FILE --map …`: a spreadsheet of the one-stop software, and what a dry run shows of it: what
//! each column became, which aren't used, and the first problems.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use chrono::{DateTime, SubsecRound as _, Utc};
use serde_json::{Value, json};

use super::identity::Part;
use super::tally::{Tally, as_json, told};
use super::{ImportArgs, land, report, rows};
use crate::cli::exit::{Exit, WrongUsage};
use crate::cli::output;
use crate::cli::tables::{Side, Table};
use crate::domain::calendar::default_spec;
use crate::intake::{
    CannotRead, FILE_BYTES, Field, Mapping, OWN_FORMAT, OWN_SOURCE, Problem, Reading, Record, TableReading,
    read_own, read_table,
};

/// Problems that a dry run without a server prints.
const PRINTED: usize = 20;

/// Runs it.
pub async fn run(args: &ImportArgs, as_json: bool) -> anyhow::Result<Exit> {
    let Some(map) = &args.map else {
        let ready = Mapping::ready().collect::<Vec<_>>().join(", ");
        return Err(WrongUsage(format!(
            "hãy thêm --map với một trong {ready}, hoặc một tệp do `bonro map guess` đề xuất / add --map with one of {ready}, or a file that `bonro map guess` proposed"
        ))
        .into());
    };
    let name = name_of(&args.path);
    if map == OWN_FORMAT {
        return run_own(args, as_json, &name).await;
    }
    let mapping = Mapping::load(map)?;
    let bytes = bytes_of(&args.path)?;
    let table = match read_table(&name, &bytes, &mapping) {
        Ok(table) => table,
        Err(problems) => return unread(args, &problems, as_json),
    };
    let source = args.source.as_deref().or(mapping.source.as_deref()).unwrap_or(OWN_SOURCE);
    if args.dry_run && !as_json {
        show(&table);
    }
    if args.dry_run && args.connection.key.is_none() {
        return read_only(&table.reading, Some(&table), args.report.as_deref(), as_json);
    }
    let parts: [Part<'_>; 2] = [("table", &bytes), ("mapping", mapping.text.as_bytes())];
    // What a row says of now needs to know when that is.
    let last_change = if mapping.tells_all { None } else { Some(last_change(&args.path)?) };
    if let Some(at) = last_change.filter(|_| args.as_of.is_none() && !as_json) {
        let at = at.with_timezone(&default_spec().time_zone).format("%H:%M %d/%m/%Y");
        output::say(&format!(
            "Số liệu đến {at}, lần sửa cuối của tệp; nếu không phải, hãy ghi --as-of / known up to {at}, the file's last change; if it isn't, say --as-of"
        ));
    }
    let as_of = args.as_of.or(last_change);
    land(args, as_json, source, as_of, &parts, &table.reading, Some(&table)).await
}

/// When a file was last changed, as drop folders take it.
fn last_change(path: &Path) -> anyhow::Result<DateTime<Utc>> {
    let failed = |source| CannotRead::Io { path: path.to_owned(), source };
    let changed = fs::metadata(path).and_then(|about| about.modified()).map_err(failed)?;
    Ok(DateTime::<Utc>::from(changed).trunc_subsecs(6))
}

/// A single file of our own format, as a drop folder takes it.
async fn run_own(args: &ImportArgs, as_json: bool, name: &str) -> anyhow::Result<Exit> {
    let bytes = bytes_of(&args.path)?;
    let reading = match read_own(name, &bytes, default_spec().time_zone) {
        Ok(own) => own.reading,
        Err(problems) => return unread(args, &problems, as_json),
    };
    if args.dry_run && args.connection.key.is_none() {
        return read_only(&reading, None, args.report.as_deref(), as_json);
    }
    let source = args.source.as_deref().unwrap_or(OWN_SOURCE);
    let parts: [Part<'_>; 2] = [(name, &bytes), ("mapping", OWN_FORMAT.as_bytes())];
    land(args, as_json, source, args.as_of, &parts, &reading, None).await
}

/// Tells why a whole file can't be read, in the report too where one is asked for.
fn unread(args: &ImportArgs, problems: &[Problem], as_json: bool) -> anyhow::Result<Exit> {
    if let Some(path) = &args.report {
        let told = json!({ "refused": problems_json(problems) });
        report::write(path, &Tally::of(problems.iter().map(|problem| ("", problem))), &told)?;
    }
    Ok(refuse(problems, as_json))
}

/// The bytes of a file. Of one that is too large the reader refuses what is read here: one byte too many.
pub fn bytes_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    let failed = |source| CannotRead::Io { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The file's own name.
pub fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Tells why a whole file can't be read.
pub fn refuse(problems: &[Problem], in_json: bool) -> Exit {
    if in_json {
        output::say_json(&json!({ "refused": problems_json(problems) }));
    }
    for problem in problems {
        output::complain(&told("", &rows::problem(problem)));
    }
    Exit::Usage
}

fn problems_json(problems: &[Problem]) -> Value {
    problems.iter().map(|problem| as_json(&rows::problem(problem))).collect()
}

/// How many rows can be read, and the problems of the others.
fn judged(reading: &Reading) -> (usize, Vec<(&str, &Problem)>) {
    let mut readable = 0;
    let mut problems = Vec::new();
    for row in &reading.rows {
        if let Record::Unreadable(refused) = &row.record {
            problems.extend(refused.problems.iter().map(|problem| (&*refused.code, problem)));
        } else {
            readable += 1;
        }
    }
    (readable, problems)
}

/// A dry run without a key: what the file alone can tell.
fn read_only(
    reading: &Reading,
    table: Option<&TableReading>,
    report: Option<&Path>,
    in_json: bool,
) -> anyhow::Result<Exit> {
    let (readable, problems) = judged(reading);
    let refused = reading.rows.len() - readable;
    let all: Vec<Problem> = problems.iter().map(|(_, problem)| (*problem).clone()).collect();
    let whole = json!({
        "dry_run": true,
        "table": table.map(columns_json),
        "readable": readable,
        "refused": refused,
        "problems": problems_json(&all),
        "notes": problems_json(&reading.notes),
    });
    if let Some(path) = report {
        report::write(path, &Tally::of(problems.iter().copied()), &whole)?;
    }
    if in_json {
        output::say_json(&whole);
    } else {
        super::print_notes(&reading.notes);
        for (code, problem) in problems.iter().take(PRINTED) {
            output::say(&told(code, &rows::problem(problem)));
        }
        let more = problems.len().saturating_sub(PRINTED);
        if more > 0 {
            output::say(&format!("… và {more} vấn đề khác / and {more} more"));
        }
        if let Some(path) = report {
            output::say(&format!("Tất cả vấn đề / all problems: {}", path.display()));
        }
        output::say(&format!(
            "\nĐọc được {readable} dòng, {refused} dòng bị từ chối; thêm --key để máy chủ kiểm tra tiếp\n\
             {readable} rows can be read, {refused} are refused; add --key to have the server check them too"
        ));
    }
    Ok(if refused > 0 { Exit::Refused } else { Exit::Done })
}

/// What each column became.
pub fn columns_json(table: &TableReading) -> Value {
    let columns = table.columns.iter().map(|column| {
        json!({
            "column": column.letters,
            "heading": column.heading,
            "field": column.field.map(Field::as_str),
            "example": column.example,
            "read_as": column.read_as,
        })
    });
    json!({ "file": &*table.place, "head_row": table.head_row, "columns": columns.collect::<Vec<_>>() })
}

/// What each column became.
fn show(table: &TableReading) {
    output::say(&format!("{} (dòng tiêu đề / header row: {})\n", table.place, table.head_row));
    let mut shown = Table::new()
        .column("Cột\nColumn", Side::Left)
        .column_of("Tiêu đề\nHeading", Side::Left, 34)
        .column("Trường\nField", Side::Left)
        .column_of("Ví dụ\nExample", Side::Left, 34)
        .column_of("Đọc là\nRead as", Side::Left, 34);
    for column in &table.columns {
        let field = column.field.map_or("– (không dùng / not used)", Field::as_str);
        shown.row([column.letters.as_str(), &column.heading, field, &column.example, &column.read_as]);
    }
    output::say(&format!("{shown}\n"));
}
