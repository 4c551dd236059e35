//! `bonro reconcile`: the one-stop software's own table of a period against the house's figures, cell by cell, and what
//! may explain each difference.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::connection::{ANSWER_BYTES, ConnectionArgs};
use super::exit::{Exit, WrongUsage};
use super::import::{bytes_of, name_of, refuse};
use super::tables::{Side, Table};
use super::{output, values, wire};
use crate::intake::{Figure, SummaryMapping, SummaryRow, read_summary_table};
use crate::pb::v1 as pb;
use crate::pb::v1::report_service_client::ReportServiceClient;

/// Codes that an explanation prints.
const PRINTED: usize = 5;

/// Arguments of `bonro reconcile`.
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    /// Bảng tổng hợp theo đơn vị của phần mềm một cửa, ví dụ biểu II.06a / The one-stop software's summary by unit
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Ngày đầu kỳ của bảng / First day of the table's period
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    from: NaiveDate,
    /// Ngày cuối kỳ, tính cả ngày này / Last day, included
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    to: NaiveDate,
    /// Nguồn dữ liệu của phần mềm đó / The source under which that software's files are imported
    #[arg(long, value_name = "NAME", default_value = "mot-cua")]
    source: String,
    /// Tệp TOML ghi tên các cột, nếu không theo biểu II.06a / TOML with the columns' names, if not as in form II.06a
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs it.
pub async fn run(args: &ReconcileArgs, as_json: bool) -> anyhow::Result<Exit> {
    if args.to < args.from {
        return Err(WrongUsage("--to: trước / lies before --from".to_owned()).into());
    }
    let mapping = match &args.map {
        None => SummaryMapping::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            SummaryMapping::parse(&name_of(path), &text)?
        }
    };
    let bytes = bytes_of(&args.file)?;
    let name = name_of(&args.file);
    let table = match read_summary_table(&name, &bytes, &mapping) {
        Ok(table) => table,
        Err(problems) => return Ok(refuse(&problems, as_json)),
    };
    let request = pb::ReconcileFiguresRequest {
        period: Some(wire::period(args.from, args.to)),
        source: args.source.clone(),
        file_name: name,
        sha256: hex::encode(Sha256::digest(&bytes)),
        rows: table.rows.iter().map(row).collect(),
        total: table.total.as_ref().map(row),
    };
    let line = args.connection.connect().await?;
    let mut client = ReportServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES);
    let answer = client.reconcile_figures(request).await?.into_inner();
    let done = answer.reconciliation.clone().context("an answer without a reconciliation")?;
    if as_json {
        output::say_json(&as_value(&answer, &done));
    } else {
        print(&answer, &done);
    }
    Ok(if done.state() == pb::ReconciliationState::Clean { Exit::Done } else { Exit::Failed })
}

fn row(row: &SummaryRow) -> pb::TableRow {
    let cell = |(figure, value): (&Figure, &i64)| pb::TableCell {
        figure: pb::TableFigure::from_str_name(&format!("TABLE_FIGURE_{}", figure.as_str().to_uppercase()))
            .unwrap_or_default()
            .into(),
        value: *value,
    };
    pb::TableRow {
        line: i64::try_from(row.line).unwrap_or(i64::MAX),
        unit: row.unit.clone(),
        cells: row.values.iter().map(cell).collect(),
    }
}

/// What officials call a column.
fn called(figure: pb::TableFigure) -> &'static str {
    use pb::TableFigure as F;
    match figure {
        F::Unspecified => "",
        F::ReceivedTotal => "tiếp nhận, tổng số",
        F::ReceivedInPeriod => "tiếp nhận trong kỳ",
        F::ReceivedOnline => "tiếp nhận trực tuyến",
        F::ReceivedCounter => "tiếp nhận trực tiếp, bưu chính",
        F::CarriedOver => "từ kỳ trước",
        F::Resolved => "đã giải quyết, tổng số",
        F::ResolvedEarly => "giải quyết trước hạn",
        F::ResolvedOnTime => "giải quyết đúng hạn",
        F::ResolvedNotLate => "giải quyết trước và đúng hạn",
        F::ResolvedLate => "giải quyết quá hạn",
        F::InProcess => "đang giải quyết, tổng số",
        F::InProcessInDue => "đang giải quyết trong hạn",
        F::InProcessOverdue => "đang giải quyết quá hạn",
        F::Withdrawn => "rút hồ sơ",
        F::Stopped => "dừng giải quyết",
    }
}

fn why(reason: pb::DifferenceReason) -> (&'static str, &'static str) {
    use pb::DifferenceReason as R;
    match reason {
        R::Unspecified => ("", ""),
        R::NotFromSource => ("không có trong nguồn, ghi tại đây", "recorded here, never named by the source"),
        R::Absent => ("tệp mới nhất của nguồn không còn nêu", "no longer named by the source"),
        R::OtherUnit => ("đã sửa đơn vị tại đây", "unit corrected here"),
        R::OtherDue => ("ngày hẹn của nguồn khác hạn xét", "judged otherwise by the source's appointment"),
        R::Withdrawn => ("rút, dừng: biểu tính vào đúng hạn", "withdrawn or stopped, on time by the form"),
        R::NotInTable => ("bảng không có dòng của đơn vị này", "the table has no row of this unit"),
        R::Refused => (
            "dòng bị từ chối khi nạp, của đơn vị này hoặc chưa rõ",
            "refused in the import, of this unit or an unknown one",
        ),
    }
}

/// The first codes of some dossiers, and how many more there are.
fn codes(names: &[String], count: i32) -> String {
    let shown = names.iter().take(PRINTED).map(|name| name.trim_start_matches("dossiers/"));
    let mut text = shown.collect::<Vec<_>>().join(", ");
    let left = usize::try_from(count).unwrap_or_default().saturating_sub(PRINTED);
    if left > 0 {
        let _ = write!(text, " … (+{left})");
    }
    text
}

fn print(answer: &pb::ReconcileFiguresResponse, done: &pb::Reconciliation) {
    for row in &answer.unmatched_rows {
        let said = if row.candidates.is_empty() {
            "không có đơn vị tên này; hãy sửa tên hoặc ghi mã / no unit of this name; correct it or write its code"
                .to_owned()
        } else {
            format!("có thể là / may be {}; hãy ghi mã / write the code", row.candidates.join(", "))
        };
        output::say(&format!("dòng / row {}  “{}”: {said}", row.line, row.unit));
    }
    for total in &answer.bad_totals {
        output::say(&format!(
            "dòng tổng của bảng / the table's total: {} = {}, cộng các dòng / its rows add up to {}",
            called(total.figure()),
            total.said,
            total.added
        ));
    }
    if !answer.differences.is_empty() {
        let mut table = Table::new()
            .column("Đơn vị\nUnit", Side::Left)
            .column("Dòng\nRow", Side::Right)
            .column("Chỉ tiêu\nFigure", Side::Left)
            .column("Bonro", Side::Right)
            .column("Bảng\nTable", Side::Right)
            .column("Lệch\nDiff.", Side::Right)
            .column("Chưa rõ\nOpen", Side::Right);
        for cell in &answer.differences {
            table.row([
                cell.unit.trim_start_matches("units/"),
                &if cell.line == 0 { "–".to_owned() } else { cell.line.to_string() },
                called(cell.figure()),
                &cell.ours.to_string(),
                &cell.theirs.to_string(),
                &format!("{:+}", cell.ours - cell.theirs),
                &format!("{:+}", cell.unexplained),
            ]);
        }
        output::say(&format!("{table}"));
        let has_more =
            |cell: &&pb::CellDifference| !cell.explanations.is_empty() || !cell.dossiers.is_empty();
        for cell in answer.differences.iter().filter(has_more) {
            output::say(&format!("\n{} · {}", cell.unit.trim_start_matches("units/"), called(cell.figure())));
            for explanation in &cell.explanations {
                let (vi, en) = why(explanation.reason());
                let codes = codes(&explanation.dossiers, explanation.dossiers_count);
                output::say(&format!("  {:+}  {vi} / {en}: {codes}", explanation.count));
            }
            if !cell.dossiers.is_empty() {
                let codes = codes(&cell.dossiers, cell.dossiers_count);
                output::say(&format!(
                    "  {:+}  chưa rõ, trong các hồ sơ / not explained, among: {codes}",
                    cell.unexplained
                ));
            }
        }
    }
    let (cells, differing) = (done.cells_count, done.differing_count);
    output::say(&if done.state() == pb::ReconciliationState::Clean {
        format!("Khớp cả {cells} ô / all {cells} cells are equal")
    } else {
        format!(
            "\nLệch {differing} trong {cells} ô, {} dòng chưa rõ đơn vị / {differing} of {cells} cells differ, {} rows without a unit",
            done.unmatched_count, done.unmatched_count
        )
    });
}

fn as_value(answer: &pb::ReconcileFiguresResponse, done: &pb::Reconciliation) -> Value {
    let word = |name: &str, prefix: &str| name.trim_start_matches(prefix).to_lowercase();
    let figure = |figure: pb::TableFigure| word(figure.as_str_name(), "TABLE_FIGURE_");
    let differences = answer.differences.iter().map(|cell| {
        let explanations = cell.explanations.iter().map(|explanation| {
            json!({
                "reason": word(explanation.reason().as_str_name(), "DIFFERENCE_REASON_"),
                "count": explanation.count,
                "dossiers": explanation.dossiers,
                "dossiers_count": explanation.dossiers_count,
            })
        });
        json!({
            "unit": cell.unit, "row": cell.line, "figure": figure(cell.figure()), "ours": cell.ours,
            "theirs": cell.theirs, "unexplained": cell.unexplained,
            "explanations": explanations.collect::<Vec<_>>(),
            "dossiers": cell.dossiers, "dossiers_count": cell.dossiers_count,
        })
    });
    json!({
        "reconciliation": done.name,
        "state": word(done.state().as_str_name(), "RECONCILIATION_STATE_"),
        "cells": done.cells_count,
        "differing": done.differing_count,
        "sequence": done.sequence,
        "differences": differences.collect::<Vec<_>>(),
        "unmatched": answer
            .unmatched_rows
            .iter()
            .map(|row| json!({ "row": row.line, "unit": row.unit, "candidates": row.candidates }))
            .collect::<Vec<_>>(),
        "bad_totals": answer
            .bad_totals
            .iter()
            .map(|t| json!({ "figure": figure(t.figure()), "said": t.said, "added": t.added }))
            .collect::<Vec<_>>(),
    })
}
