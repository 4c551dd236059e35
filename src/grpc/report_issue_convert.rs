//! Reports that people work on, on the wire.

use super::convert::{official_name, timestamp, wire_date};
use crate::domain::report::{ReportOrigin, ReportState};
use crate::domain::summary::cells::CellChange;
use crate::pb::v1;
use crate::service::Rules;
use crate::service::reports::{
    self, Checked, Compared, Explained, FileLine, Place, Report, ReportRow, TextRow, forms, is_carried,
};

fn state(word: &str) -> v1::ReportState {
    match ReportState::parse(word) {
        Some(ReportState::Draft) => v1::ReportState::Draft,
        Some(ReportState::Submitted) => v1::ReportState::Submitted,
        Some(ReportState::Signed) => v1::ReportState::Signed,
        Some(ReportState::Sent) => v1::ReportState::Sent,
        Some(ReportState::Superseded) => v1::ReportState::Superseded,
        Some(ReportState::Cancelled) => v1::ReportState::Cancelled,
        None => v1::ReportState::Unspecified,
    }
}

fn origin(word: &str) -> v1::ReportOrigin {
    match ReportOrigin::parse(word) {
        Some(ReportOrigin::Request) => v1::ReportOrigin::Request,
        Some(ReportOrigin::Schedule) => v1::ReportOrigin::Schedule,
        Some(ReportOrigin::Correction) => v1::ReportOrigin::Correction,
        None => v1::ReportOrigin::Unspecified,
    }
}

/// The word by which a file is kept; None: the wire doesn't say.
pub fn paper_word(paper: v1::ReportPaper) -> Option<&'static str> {
    Some(match paper {
        v1::ReportPaper::Unspecified => return None,
        v1::ReportPaper::Pdf => "pdf",
        v1::ReportPaper::Docx => "docx",
        v1::ReportPaper::Xlsx => "xlsx",
        v1::ReportPaper::Html => "html",
        v1::ReportPaper::Signed => "signed",
        v1::ReportPaper::Sentences => "sentences",
        v1::ReportPaper::Form => "form",
    })
}

fn paper(word: &str) -> v1::ReportPaper {
    match word {
        "pdf" => v1::ReportPaper::Pdf,
        "docx" => v1::ReportPaper::Docx,
        "xlsx" => v1::ReportPaper::Xlsx,
        "html" => v1::ReportPaper::Html,
        "signed" => v1::ReportPaper::Signed,
        "sentences" => v1::ReportPaper::Sentences,
        _ => v1::ReportPaper::Unspecified,
    }
}

/// A file without its bytes.
pub fn file(line: FileLine) -> v1::ReportFile {
    let of = v1::ReportFile { sha256: line.sha256, size: line.size, ..Default::default() };
    if let Some(translated) = reports::translation_of(&line.paper) {
        let (paper, language) = (paper(translated.extension()).into(), v1::Language::English.into());
        return v1::ReportFile { paper, language, ..of };
    }
    match forms::of_paper(&line.paper) {
        None => v1::ReportFile { paper: paper(&line.paper).into(), ..of },
        Some((kind, code)) => v1::ReportFile {
            paper: v1::ReportPaper::Form.into(),
            form: forms::name(code),
            extension: kind.extension().to_owned(),
            ..of
        },
    }
}

/// A report with what belongs to it.
pub fn report(of: Report) -> v1::Report {
    let named = |code: Option<String>| code.map(|code| format!("reports/{code}")).unwrap_or_default();
    let (corrects, superseded_by) = (named(of.corrects), named(of.superseded_by));
    v1::Report { corrects, superseded_by, files: of.files.into_iter().map(file).collect(), ..line(of.row) }
}

/// A report's record.
pub fn line(row: ReportRow) -> v1::Report {
    v1::Report {
        name: format!("reports/{}", row.code),
        uid: row.id.to_string(),
        period: Some(v1::DateRange {
            from_on: Some(wire_date(row.from_on)),
            to_on: Some(wire_date(row.to_on)),
        }),
        form: row.form_name,
        state: state(&row.state).into(),
        origin: origin(&row.origin).into(),
        request: row.request_number.map(|number| v1::ReportRequest {
            number,
            dated_on: row.request_dated_on.map(wire_date),
            matter: row.request_matter.unwrap_or_default(),
        }),
        addressee: row.addressee,
        due_on: row.due_on.map(wire_date),
        frozen_sequence: row.frozen_seq.unwrap_or_default(),
        frozen_time: row.frozen_at.map(timestamp),
        figures_sha256: row.figures_sha256.unwrap_or_default(),
        number: row.number.unwrap_or_default(),
        dated_on: row.dated_on.map(wire_date),
        signer_name: row.signer_name.unwrap_or_default(),
        signer_title: row.signer_title.unwrap_or_default(),
        signed_check: row.signed_check.as_deref().and_then(signed_check),
        sent_time: row.sent_at.map(timestamp),
        reason: row.reason.unwrap_or_default(),
        recipient_forms: row
            .recipient_forms
            .map(|codes| codes.split(' ').map(forms::name).collect())
            .unwrap_or_default(),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
        code: row.code,
        corrects: String::new(),
        superseded_by: String::new(),
        files: Vec::new(),
    }
}

fn signed_check(json: &str) -> Option<v1::SignedCheck> {
    let check: serde_json::Value = serde_json::from_str(json).ok()?;
    let count =
        |name: &str| check[name].as_i64().and_then(|count| i32::try_from(count).ok()).unwrap_or_default();
    let words = |name: &str| -> Vec<String> {
        let all = check[name].as_array().into_iter().flatten();
        all.filter_map(|said| said.as_str().map(str::to_owned)).collect()
    };
    Some(v1::SignedCheck {
        readable: check["readable"].as_bool().unwrap_or_default(),
        sentences: count("sentences"),
        found: count("found"),
        reworded: words("reworded"),
        missing: words("missing"),
        accepted: check["accepted"].as_str().unwrap_or_default().to_owned(),
    })
}

/// What was written at a place.
pub fn text(rules: &Rules, row: TextRow) -> v1::NarrativeText {
    v1::NarrativeText {
        carried_over: is_carried(&row),
        text: row.text,
        version: row.number,
        written_by_official: official_name(rules, row.written_by_id),
        written_by: row.written_by,
        written_time: Some(timestamp(row.written_at)),
    }
}

/// A place with what stands there.
pub fn place(rules: &Rules, of: Place) -> v1::NarrativePlace {
    v1::NarrativePlace {
        place: of.form.place,
        section: of.section,
        label: of.form.label,
        optional: of.form.optional,
        required: of.form.required,
        prefill: of.prefill,
        written: of.written.map(|row| text(rules, row)),
    }
}

fn change(of: CellChange) -> v1::CellChange {
    v1::CellChange { cell: of.cell, was: of.was, is: of.is }
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The proof of a report.
pub fn checked(of: Report, checked: Checked) -> v1::CheckReportResponse {
    let dossiers = |codes: Vec<String>| codes.into_iter().map(|code| format!("dossiers/{code}")).collect();
    v1::CheckReportResponse {
        report: Some(report(of)),
        equal: checked.is_equal(),
        sequence: checked.sequence,
        cells: number(checked.cells),
        changes: checked.changes.into_iter().map(change).collect(),
        figures_altered: checked.figures_altered,
        members: number(checked.members),
        member_changes: checked
            .member_changes
            .into_iter()
            .map(|of| v1::MemberChange {
                figure: of.figure,
                missing: dossiers(of.missing),
                added: dossiers(of.added),
            })
            .collect(),
        files: number(checked.files),
        files_altered: checked.files_altered.into_iter().map(file).collect(),
        unlike_audit: checked.unlike_audit,
    }
}

/// Two views held against each other.
pub fn compared(of: Compared) -> v1::ComparePeriodsResponse {
    v1::ComparePeriodsResponse {
        was_sequence: of.sequences.0,
        is_sequence: of.sequences.1,
        changes: of.changes.into_iter().map(change).collect(),
        explained: of.is_explained,
        records: of.explained.into_iter().map(record).collect(),
        left_out: number(of.left_out),
        beside_the_ledger: of.beside.into_iter().map(change).collect(),
    }
}

fn record(of: Explained) -> v1::ExplainingRecord {
    let collection = match of.kind.as_str() {
        "dossier" => "dossiers/",
        "task" => "tasks/",
        "petition" => "petitions/",
        _ => "",
    };
    v1::ExplainingRecord {
        record: format!("{collection}{}", of.code),
        kind: of.kind,
        cells: of.cells.into_iter().collect(),
        events: of
            .events
            .into_iter()
            .map(|event| v1::ExplainingEvent {
                kind: event.kind,
                occurred_at: Some(timestamp(event.occurred_at)),
                recorded_at: Some(timestamp(event.recorded_at)),
                actor: event.actor_label,
                reason: event.reason,
            })
            .collect(),
    }
}
