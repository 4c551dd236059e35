//! The proof of an issued report, and two views of figures side by side.

use chrono::NaiveDate;
use clap::Args;
use serde_json::{Value, json};

use super::super::connection::ConnectionArgs;
use super::super::exit::{Exit, WrongUsage};
use super::super::tables::{Side, Table};
use super::super::{output, values, wire};
use super::{OneArgs, client, name, showing};
use crate::domain::period::Period;
use crate::domain::report::{before, year_before};
use crate::domain::text::grouped;
use crate::pb::v1 as pb;

/// Changes that are printed; the others are counted.
const PRINTED: usize = 60;

/// Arguments of `bonro reports compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Mã hoặc số của báo cáo: so với số liệu hiện nay của kỳ đó / A report's code or number: held against today's figures of its period
    #[arg(value_name = "REPORT", required_unless_present = "from")]
    report: Option<String>,
    /// Ngày đầu kỳ / First day of a period
    #[arg(long, value_name = "DATE", value_parser = values::day, requires = "to", conflicts_with = "report")]
    from: Option<NaiveDate>,
    /// Ngày cuối kỳ / Last day of it
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    to: Option<NaiveDate>,
    /// So với cùng kỳ năm trước thay vì kỳ trước / With the same period a year before instead of the period before
    #[arg(long)]
    year_before: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// `bonro check report`.
pub async fn check(args: &OneArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let checked = client.check_report(pb::CheckReportRequest { name: name(&args.code) }).await?.into_inner();
    let exit = if checked.equal { Exit::Done } else { Exit::Failed };
    let report = checked.report.clone().unwrap_or_default();
    let altered: Vec<&str> = checked.files_altered.iter().map(|file| showing::paper(file.paper())).collect();
    if as_json {
        let members: Vec<Value> = checked
            .member_changes
            .iter()
            .map(
                |change| json!({ "figure": change.figure, "missing": change.missing, "added": change.added }),
            )
            .collect();
        output::say_json(&json!({
            "report": showing::json_of(&report), "equal": checked.equal, "sequence": checked.sequence,
            "cells": checked.cells, "changes": changes_json(&checked.changes),
            "figures_altered": checked.figures_altered, "members": checked.members,
            "member_changes": members, "files": checked.files, "files_altered": altered,
            "unlike_audit": checked.unlike_audit,
        }));
        return Ok(exit);
    }
    let called = if report.number.is_empty() {
        report.code.clone()
    } else {
        format!("{} ({})", report.number, report.code)
    };
    if checked.equal {
        output::say(&format!(
            "Báo cáo {called}: tính lại ở số {0} của sổ số liệu, {1} ô số liệu, {2} hồ sơ và {3} tệp đều đúng như đã phát hành / \
             Report {called}: reckoned anew at number {0} of the ledger, {1} cells, {2} dossiers and {3} files are as they were issued",
            checked.sequence, checked.cells, checked.members, checked.files
        ));
        return Ok(exit);
    }
    print_changes(&checked.changes);
    for change in &checked.member_changes {
        output::say(&format!(
            "{}: thiếu / missing {}; thêm / added {}",
            change.figure,
            change.missing.join(", "),
            change.added.join(", ")
        ));
    }
    if checked.figures_altered {
        output::say("Số liệu lưu không khớp mã băm / the kept cells aren't those that were hashed");
    }
    if !checked.unlike_audit.is_empty() {
        let unlike = checked.unlike_audit.join(", ");
        output::say(&format!("Khác với nhật ký / unlike the audit trail: {unlike}"));
    }
    if !altered.is_empty() {
        output::say(&format!("Tệp bị đổi / altered files: {}", altered.join(", ")));
    }
    output::complain(&format!("Báo cáo {called} KHÔNG khớp / Report {called} is NOT equal"));
    Ok(exit)
}

/// `bonro reports compare`.
pub async fn run(args: &CompareArgs, as_json: bool) -> anyhow::Result<Exit> {
    use pb::figures_view::View;
    let mut client = client(args.connection.connect().await?);
    let view = |view| Some(pb::FiguresView { view: Some(view) });
    let of = |period: Period| {
        View::Period(pb::PeriodView {
            period: Some(wire::period(period.first(), period.last())),
            as_of_sequence: None,
        })
    };
    let (was, is) = if let Some(report) = &args.report {
        let request = pb::GetReportRequest { name: name(report) };
        let found = client.get_report(request).await?.into_inner().report.unwrap_or_default();
        let range = found.period.unwrap_or_default();
        let asked = pb::PeriodView {
            period: Some(pb::Period { choice: Some(pb::period::Choice::Range(range)) }),
            as_of_sequence: None,
        };
        (View::Report(found.name), View::Period(asked))
    } else {
        let (Some(from), Some(to)) = (args.from, args.to) else {
            return Err(WrongUsage("--from, --to: cần cả hai / both are needed".to_owned()).into());
        };
        let period =
            Period::new(from, to).map_err(|_| WrongUsage("--to: trước / lies before --from".to_owned()))?;
        let earlier = if args.year_before { year_before(period) } else { before(period) };
        (of(earlier), of(period))
    };
    let request = pb::ComparePeriodsRequest { was: view(was), is: view(is) };
    let found = client.compare_periods(request).await?.into_inner();
    if as_json {
        output::say_json(&json!({
            "was_sequence": found.was_sequence, "is_sequence": found.is_sequence,
            "changes": changes_json(&found.changes), "explained": found.explained,
            "records": found.records.iter().map(record_json).collect::<Vec<_>>(),
            "left_out": found.left_out, "beside_the_ledger": changes_json(&found.beside_the_ledger),
        }));
        return Ok(Exit::Done);
    }
    if found.changes.is_empty() {
        output::say("Không ô số liệu nào khác / No cell differs");
        return Ok(Exit::Done);
    }
    print_changes(&found.changes);
    if !found.explained {
        return Ok(Exit::Done);
    }
    output::say(&format!(
        "\nDo {0} bản ghi, từ số {1} đến số {2} của sổ số liệu / By {0} records, from number {1} to {2} of the ledger:",
        grouped(i64::from(found.left_out) + i64::try_from(found.records.len()).unwrap_or(i64::MAX)),
        found.was_sequence,
        found.is_sequence
    ));
    for record in found.records.iter().take(PRINTED) {
        let cells: Vec<String> = told(record).collect();
        let events: Vec<String> = record.events.iter().map(event).collect();
        output::say(&format!("{}: {}", record.record, cells.join(", ")));
        for event in events {
            output::say(&format!("    {event}"));
        }
    }
    if !found.beside_the_ledger.is_empty() {
        output::say(
            "\nNgoài sổ số liệu (tên, loại đơn vị, danh mục, văn bản) / Beside the ledger (names and kinds of units, catalogue, documents):",
        );
        print_changes(&found.beside_the_ledger);
    }
    Ok(Exit::Done)
}

/// The cells of the whole house that a record changed; all of them where there are no others.
fn told(record: &pb::ExplainingRecord) -> impl Iterator<Item = String> {
    let mut cells: Vec<(&String, &i64)> = record.cells.iter().collect();
    cells.sort();
    let whole = cells.iter().any(|(cell, _)| cell.starts_with("total/"));
    cells.into_iter().filter(move |(cell, _)| !whole || cell.starts_with("total/")).map(|(cell, by)| {
        let sign = if *by > 0 { "+" } else { "" };
        format!("{} {sign}{by}", cell.strip_prefix("total/").unwrap_or(cell))
    })
}

fn event(event: &pb::ExplainingEvent) -> String {
    let at = |at: Option<&prost_types::Timestamp>| {
        at.and_then(wire::instant).map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default()
    };
    let reason = if event.reason.is_empty() { String::new() } else { format!(" ({})", event.reason) };
    format!(
        "{}: {}, ghi nhận / recorded {} {}{reason}",
        event.kind,
        at(event.occurred_at.as_ref()),
        at(event.recorded_at.as_ref()),
        event.actor
    )
}

fn print_changes(changes: &[pb::CellChange]) {
    let mut table = Table::new()
        .column("Ô số liệu\ncell", Side::Left)
        .column("Trước\nwas", Side::Right)
        .column("Nay\nis", Side::Right)
        .column("Chênh\ndifference", Side::Right);
    for change in changes.iter().take(PRINTED) {
        let by = change.is - change.was;
        let by = if by > 0 { format!("+{}", grouped(by)) } else { grouped(by) };
        table.row([change.cell.clone(), grouped(change.was), grouped(change.is), by]);
    }
    output::say(&table.to_string());
    if changes.len() > PRINTED {
        output::say(&format!(
            "… và {0} ô nữa, xem --json / and {0} more, see --json",
            changes.len() - PRINTED
        ));
    }
}

fn changes_json(changes: &[pb::CellChange]) -> Value {
    changes.iter().map(|c| json!({ "cell": c.cell, "was": c.was, "is": c.is })).collect()
}

fn record_json(record: &pb::ExplainingRecord) -> Value {
    json!({
        "kind": record.kind, "record": record.record,
        "cells": record.cells.iter().collect::<std::collections::BTreeMap<_, _>>(),
        "events": record.events.iter().map(|event| json!({
            "kind": event.kind,
            "occurred_at": event.occurred_at.as_ref().and_then(wire::instant),
            "recorded_at": event.recorded_at.as_ref().and_then(wire::instant),
            "actor": event.actor, "reason": event.reason,
        })).collect::<Vec<_>>(),
    })
}
