//! What an import of a known dossier changed though it is laid down for good: the receipt, the unit, the procedure,
//! the closing. The source is believed, and each change is shown, so that somebody looks at it.

use chrono::DateTime;

use super::super::error::local;
use super::super::imports::{REOPENED, reopened_field};
use super::super::landing::problem;
use super::saving::Change;
use crate::domain::dossier::{ClosedAs, Dossier};
use crate::domain::record::{Problem, Severity};
use crate::domain::text::moment;
use crate::store::rules::Rules;

/// A warning for each such change.
pub(super) fn corrected(rules: &Rules, change: &Change) -> Vec<Problem> {
    // Before its acceptance nothing is laid down, and what was undone comes in as something new.
    let known = change.before.as_ref().filter(|before| before.deadline.is_some() && !before.retracted);
    let Some(before) = known else { return Vec::new() };
    let (after, zone) = (&change.after, rules.zone());
    let mut fields = vec![
        ("received_at", local(before.received_at, zone), local(after.received_at, zone)),
        ("unit_code", rules.unit_code(before.unit_id).to_owned(), rules.unit_code(after.unit_id).to_owned()),
        ("procedure_code", procedure(rules, before, after), procedure(rules, after, before)),
        ("channel", before.channel.as_str().to_owned(), after.channel.as_str().to_owned()),
        (
            "applicant_kind",
            before.applicant_kind.as_str().to_owned(),
            after.applicant_kind.as_str().to_owned(),
        ),
    ];
    let mut found = Vec::new();
    match (before.closing, after.closing) {
        (Some(was), Some(is)) => {
            fields.push(("closed_at", local(was.at, zone), local(is.at, zone)));
            fields.push(("outcome", was.closed_as.as_str().to_owned(), is.closed_as.as_str().to_owned()));
            if let Some(was) = before.returned_at {
                let is = after.returned_at.map(|at| local(at, zone)).unwrap_or_default();
                fields.push(("result_returned_at", local(was, zone), is));
            }
        }
        (Some(was), None) => found.push(reopened(was.closed_as, &local(was.at, zone))),
        (None, Some(_) | None) => {}
    }
    found.extend(
        fields.iter().filter(|(_, was, is)| was != is).map(|(field, was, is)| differs(field, was, is)),
    );
    found
}

/// How the procedure of `one` is called: by its code, and where `other` is under another version of it, by both.
fn procedure(rules: &Rules, one: &Dossier, other: &Dossier) -> String {
    let code = rules.procedure_code(one.procedure_id).to_owned();
    if one.procedure_id != other.procedure_id || one.procedure_version_id == other.procedure_version_id {
        return code;
    }
    match rules.book.versions.get(&one.procedure_version_id) {
        Some(version) => format!("{code}@{}", version.effective_on),
        None => code,
    }
}

fn warning(field: &str, reason: &str, vi: String, en: String) -> Problem {
    Problem { severity: Severity::Warning, ..problem(field, reason, vi, en) }
}

/// A value in Vietnamese.
fn worded(field: &str, value: &str) -> String {
    if let Ok(at) = DateTime::parse_from_rfc3339(value) {
        return moment(at.naive_local());
    }
    let word = match (field, value) {
        ("channel", "online") => "trực tuyến",
        ("channel", "counter") => "trực tiếp",
        ("channel", "post") => "bưu chính",
        ("applicant_kind", "person") => "cá nhân",
        ("applicant_kind", "organisation") => "tổ chức",
        ("outcome", "resolved") => "đã giải quyết",
        ("outcome", "refused") => "từ chối giải quyết",
        ("outcome", "withdrawn") => "rút hồ sơ",
        ("outcome", "stopped") => "dừng giải quyết",
        (_, "") => "–",
        _ => value,
    };
    word.to_owned()
}

fn differs(field: &str, was: &str, is: &str) -> Problem {
    let (was_vi, is_vi) = (worded(field, was), worded(field, is));
    let is = if is.is_empty() { "–" } else { is };
    warning(
        field,
        "CORRECTED_FIELD",
        format!("{field}: khác với lần nạp trước ({was_vi} → {is_vi}); đã lấy theo nguồn, hãy kiểm tra"),
        format!("{field} differs from what was known ({was} → {is}); the source's is taken, look at it"),
    )
}

fn reopened(closed_as: ClosedAs, was: &str) -> Problem {
    let field = reopened_field(closed_as.as_str());
    warning(
        field,
        REOPENED,
        format!(
            "{field}: nguồn không còn ghi đã kết thúc lúc {}; hồ sơ được mở lại, hãy kiểm tra",
            worded(field, was)
        ),
        format!("{field}: the source no longer says closed at {was}; the dossier is open again, look at it"),
    )
}
