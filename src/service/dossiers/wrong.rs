//! What can be wrong with a row of dossiers, in words that name the field and the mend.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::sentence;
use super::super::landing::{forbidden, problem};
use crate::domain::dossier::{Refusal, Warning};
use crate::domain::record::{Problem, Severity};
use crate::store::rules::Rules;

/// What is wrong with a record so far.
pub(super) struct Wrong {
    pub(super) now: DateTime<Utc>,
    pub(super) found: Vec<Problem>,
}

impl Wrong {
    pub(super) fn say(&mut self, field: &str, reason: &str, vi: impl Into<String>, en: impl Into<String>) {
        self.found.push(problem(field, reason, vi, en));
    }

    pub(super) fn unknown(&mut self, field: &str, value: &str, vi: &str, en: &str) {
        self.say(
            field,
            "UNKNOWN_REFERENCE",
            format!("{field}: không có {vi} mã \"{}\"; hãy sửa mã hoặc nạp {vi} đó trước", value.trim()),
            format!(
                "{field}: there is no {en} with code \"{}\"; correct the code or import that {en} first",
                value.trim()
            ),
        );
    }

    pub(super) fn official(&mut self, rules: &Rules, field: &str, code: &str) -> Option<Uuid> {
        let code = code.trim();
        if code.is_empty() {
            return None;
        }
        let found = rules.officials_by_code.get(code).copied();
        if found.is_none() {
            self.unknown(field, code, "công chức", "official");
        }
        found
    }

    pub(super) fn given<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.say(
                field,
                "MISSING",
                format!("{field}: chưa có; hãy điền"),
                format!("{field} is missing; give it"),
            );
        }
        value
    }

    pub(super) fn not_in_future(&mut self, field: &str, at: Option<DateTime<Utc>>) {
        if let Some(at) = at.filter(|at| *at > self.now) {
            self.say(
                field,
                "IN_THE_FUTURE",
                format!("{field}: {at} nằm sau thời điểm hiện tại của hệ thống; hãy sửa thời điểm"),
                format!("{field}: {at} lies after the house's present instant; correct it"),
            );
        }
    }

    pub(super) fn order(
        &mut self,
        field: &str,
        later: Option<DateTime<Utc>>,
        than: &str,
        earlier: Option<DateTime<Utc>>,
    ) {
        if later.zip(earlier).is_some_and(|(later, earlier)| later < earlier) {
            self.say(
                field,
                "WRONG_ORDER",
                format!("{field}: trước {than}; hãy sửa một trong hai thời điểm"),
                format!("{field} lies before {than}; correct one of them"),
            );
        }
    }
}

pub(super) fn refused(refusal: &Refusal) -> Problem {
    let (reason, vi) = sentence(refusal);
    let en = refusal.to_string();
    let field = match refusal {
        Refusal::Future { .. } | Refusal::BeforeReceipt { .. } => "at",
        Refusal::Forbidden { .. } | Refusal::NothingToVoid(_) => "outcome",
        Refusal::NoIntake | Refusal::OutOfRange => "received_at",
        Refusal::UnknownVersion(_) => "procedure_code",
    };
    forbidden(field, reason, &vi, &en)
}

pub(super) fn warning(warning: Warning) -> Problem {
    let (reason, vi, en) = match warning {
        Warning::PausedTwice => (
            "PAUSED_TWICE",
            "tạm dừng khi đang tạm dừng: bỏ qua".to_owned(),
            "paused while paused: changes nothing".to_owned(),
        ),
        Warning::ResumedWhileRunning => (
            "RESUMED_WHILE_RUNNING",
            "tiếp tục khi không tạm dừng: bỏ qua".to_owned(),
            "resumed while running: changes nothing".to_owned(),
        ),
        Warning::OutOfOrder { state, event } => (
            "OUT_OF_ORDER",
            format!("thứ tự của nguồn được giữ: {event} khi ở trạng thái {}", state.as_str()),
            format!("kept in the source's order: {event} in state {}", state.as_str()),
        ),
    };
    Problem { severity: Severity::Warning, ..problem("event", reason, vi, en) }
}
