//! What is said of reports on the terminal.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::super::exit::Exit;
use super::super::tables::{Side, Table};
use super::super::{output, wire};
use super::{OneArgs, client, name};
use crate::domain::report::ReportState;
use crate::pb::v1 as pb;

/// The word of a state.
fn state(report: &pb::Report) -> (&'static str, &'static str) {
    let state = match report.state() {
        pb::ReportState::Submitted => ReportState::Submitted,
        pb::ReportState::Signed => ReportState::Signed,
        pb::ReportState::Sent => ReportState::Sent,
        pb::ReportState::Superseded => ReportState::Superseded,
        pb::ReportState::Cancelled => ReportState::Cancelled,
        pb::ReportState::Draft | pb::ReportState::Unspecified => ReportState::Draft,
    };
    (state.vietnamese(), state.as_str())
}

fn day(date: Option<&crate::pb::google::r#type::Date>) -> Option<NaiveDate> {
    date.and_then(wire::day)
}

fn shown(date: Option<&crate::pb::google::r#type::Date>) -> String {
    day(date).map(|on| on.format("%d/%m/%Y").to_string()).unwrap_or_default()
}

fn period(report: &pb::Report) -> String {
    let range = report.period.unwrap_or_default();
    format!("{} – {}", shown(range.from_on.as_ref()), shown(range.to_on.as_ref()))
}

/// Whether a file is a courtesy translation.
fn is_english(file: &pb::ReportFile) -> bool {
    file.language() == pb::Language::English
}

/// A paper's word.
pub fn paper(paper: pb::ReportPaper) -> &'static str {
    match paper {
        pb::ReportPaper::Pdf => "pdf",
        pb::ReportPaper::Docx => "docx",
        pb::ReportPaper::Xlsx => "xlsx",
        pb::ReportPaper::Html => "html",
        pb::ReportPaper::Signed => "signed",
        pb::ReportPaper::Sentences => "sentences",
        pb::ReportPaper::Form => "form",
        pb::ReportPaper::Unspecified => "",
    }
}

/// A report for programs.
pub fn json_of(report: &pb::Report) -> Value {
    let range = report.period.unwrap_or_default();
    json!({
        "name": report.name,
        "code": report.code,
        "from": day(range.from_on.as_ref()),
        "to": day(range.to_on.as_ref()),
        "form": report.form,
        "state": state(report).1,
        "number": report.number,
        "dated_on": day(report.dated_on.as_ref()),
        "due_on": day(report.due_on.as_ref()),
        "letter": report.request.as_ref().map(|letter| letter.number.as_str()),
        "addressee": report.addressee,
        "frozen_sequence": report.frozen_sequence,
        "figures_sha256": report.figures_sha256,
        "corrects": report.corrects,
        "superseded_by": report.superseded_by,
        "files": report
            .files
            .iter()
            .map(|file| {
                let (paper, form) = (paper(file.paper()), &file.form);
                let language = if is_english(file) { "en" } else { "vi" };
                json!({
                    "paper": paper, "form": form, "language": language, "size": file.size,
                    "sha256": file.sha256,
                })
            })
            .collect::<Vec<_>>(),
    })
}

/// The reports as a table.
pub fn list(reports: &[pb::Report], as_json: bool) {
    if as_json {
        output::say_json(&Value::Array(reports.iter().map(json_of).collect()));
        return;
    }
    if reports.is_empty() {
        output::say("Chưa có báo cáo nào / There are no reports");
        return;
    }
    let mut table = Table::new()
        .column("Mã\ncode", Side::Left)
        .column("Kỳ\nperiod", Side::Left)
        .column("Trạng thái\nstate", Side::Left)
        .column("Số\nnumber", Side::Left)
        .column("Ngày\ndate", Side::Left)
        .column("Nơi nhận\nto", Side::Left);
    for report in reports {
        let dated = shown(report.dated_on.as_ref());
        let number = report.number.clone();
        let word = state(report).0.to_owned();
        table.row([report.code.clone(), period(report), word, number, dated, report.addressee.clone()]);
    }
    output::say(&table.to_string());
}

/// What became of a report.
pub fn done(report: Option<pb::Report>, as_json: bool) -> Exit {
    let report = report.unwrap_or_default();
    if as_json {
        output::say_json(&json_of(&report));
    } else {
        let (vi, en) = state(&report);
        let number =
            if report.number.is_empty() { String::new() } else { format!(" số {}", report.number) };
        output::say(&format!(
            "Báo cáo {}{number}, kỳ {}: {vi} / Report {}: {en}",
            report.code,
            period(&report),
            report.code
        ));
        if report.frozen_sequence > 0 {
            output::say(&format!(
                "Số liệu chốt ở số {} của sổ số liệu, SHA-256 {} / figures frozen at number {} of the ledger",
                report.frozen_sequence, report.figures_sha256, report.frozen_sequence
            ));
        }
        if let Some(check) = &report.signed_check {
            output::say(&format!(
                "Bản ký: {} câu có số liệu, {} khớp nguyên văn, {} khớp số, {} không thấy / \
                 signed file: {} sentences with figures, {} word for word, {} by numbers, {} missing",
                check.sentences,
                check.found,
                check.reworded.len(),
                check.missing.len(),
                check.sentences,
                check.found,
                check.reworded.len(),
                check.missing.len()
            ));
        }
        if !report.superseded_by.is_empty() {
            output::say(&format!("Đã được thay thế bởi / superseded by {}", report.superseded_by));
        }
    }
    Exit::Done
}

/// A report with its places.
pub async fn show(args: &OneArgs, as_json: bool) -> anyhow::Result<Exit> {
    let mut client = client(args.connection.connect().await?);
    let request = pb::GetReportRequest { name: name(&args.code) };
    let report = client.get_report(request).await?.into_inner().report.unwrap_or_default();
    let request = pb::ListNarrativeRequest { name: report.name.clone() };
    let places = client.list_narrative(request).await?.into_inner().places;
    if as_json {
        let mut whole = json_of(&report);
        whole["narrative"] = places.iter().map(place_json).collect();
        output::say_json(&whole);
        return Ok(Exit::Done);
    }
    done(Some(report.clone()), false);
    for file in &report.files {
        let form = if file.form.is_empty() { String::new() } else { format!("  {}", file.form) };
        let form = if is_english(file) { "  tiếng Anh / in English".to_owned() } else { form };
        output::say(&format!("  {:<9} {:>9} byte  {}{form}", paper(file.paper()), file.size, file.sha256));
    }
    output::say("");
    for place in &places {
        output::say(&format!("[{}] {} – {}: {}", place.place, place.section, place.label, standing(place)));
        let text = place.written.as_ref().map_or(place.prefill.as_str(), |written| written.text.as_str());
        for line in text.lines() {
            output::say(&format!("    {line}"));
        }
    }
    Ok(Exit::Done)
}

fn standing(place: &pb::NarrativePlace) -> String {
    match &place.written {
        Some(written) if written.carried_over => {
            format!("chép từ {0}, cần rà soát / from {0}, to be looked at", written.written_by)
        }
        Some(written) => {
            format!("bản {0} của {1} / version {0} by {1}", written.version, written.written_by)
        }
        None if place.required && !place.prefill.is_empty() => {
            "CHƯA SOẠN, số liệu gợi ý / NOT WRITTEN, figures suggest".to_owned()
        }
        None if !place.prefill.is_empty() => "theo số liệu / as figures say".to_owned(),
        None if place.optional => "không bắt buộc / optional".to_owned(),
        None => "CHƯA SOẠN / NOT WRITTEN".to_owned(),
    }
}

fn place_json(place: &pb::NarrativePlace) -> Value {
    let written = place.written.as_ref();
    json!({
        "place": place.place,
        "section": place.section,
        "label": place.label,
        "optional": place.optional,
        "required": place.required,
        "prefill": place.prefill,
        "text": written.map(|written| written.text.clone()),
        "version": written.map(|written| written.version),
        "written_by": written.map(|written| written.written_by.clone()),
        "carried_over": written.is_some_and(|written| written.carried_over),
    })
}
