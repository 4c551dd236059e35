//! What can be wrong with a row of dossiers, in words that name the field and the mend.

use chrono::{DateTime, Datelike as _, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::super::error::{Violation, local, sentence, vi_event};
use super::super::landing::{forbidden, problem};
use super::places::{column, place};
use crate::domain::dossier::{Dossier, Refusal, State, Warning};
use crate::domain::record::{DossierRecord, Problem, Severity};
use crate::store::rules::Rules;

/// What is wrong with a record so far.
pub(super) struct Wrong {
    pub(super) now: DateTime<Utc>,
    /// In which instants are told.
    pub(super) zone: Tz,
    pub(super) found: Vec<Problem>,
}

impl Wrong {
    pub(super) fn say(&mut self, field: &str, reason: &str, vi: impl Into<String>, en: impl Into<String>) {
        self.found.push(problem(field, reason, vi, en));
    }

    pub(super) fn unknown(&mut self, field: &str, value: &str, vi: &str, en: &str) {
        self.found.push(Violation::unknown(field, value, vi, en).into());
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
        if let Some(at) = at.filter(|at| *at > self.now && self.is_plausible(*at)) {
            let at = local(at, self.zone);
            self.say(
                field,
                "IN_THE_FUTURE",
                format!("{field}: {at} nằm sau thời điểm hiện tại của hệ thống; hãy sửa thời điểm"),
                format!("{field}: {at} lies after the house's present instant; correct it"),
            );
        }
    }

    fn is_plausible(&self, at: DateTime<Utc>) -> bool {
        let year = |at: DateTime<Utc>| at.with_timezone(&self.zone).year();
        (1990..=year(self.now) + 10).contains(&year(at))
    }

    /// A year in which nothing of an office can be: before 1990, or more than ten years ahead.
    pub(super) fn plausible(&mut self, field: &str, at: Option<DateTime<Utc>>) {
        if let Some(at) = at.filter(|at| !self.is_plausible(*at)) {
            let at = local(at, self.zone);
            self.say(
                field,
                "IMPLAUSIBLE_DATE",
                format!("{field}: {at} không thể là ngày của một hồ sơ (trước năm 1990 hoặc quá mười năm nữa); hãy sửa năm"),
                format!("{field}: {at} can't be a date of a dossier (before 1990 or more than ten years ahead); correct the year"),
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
        let Some((later, earlier)) = later.zip(earlier).filter(|(later, earlier)| later < earlier) else {
            return;
        };
        let (later, earlier) = (local(later, self.zone), local(earlier, self.zone));
        self.say(
            field,
            "WRONG_ORDER",
            format!("{field}: {later} nằm trước {than} {earlier}; hãy sửa một trong hai thời điểm"),
            format!("{field}: {later} lies before {than} {earlier}; correct one of them"),
        );
    }
}

pub(super) fn refused(refusal: &Refusal, record: &DossierRecord, zone: Tz) -> Problem {
    let (reason, vi, en) = sentence(refusal, zone);
    let field = match refusal {
        Refusal::Future { event, .. } | Refusal::BeforeReceipt { event, .. } => column(event),
        Refusal::Forbidden { .. } | Refusal::NothingToVoid(_) | Refusal::Retracted => "outcome",
        Refusal::NoIntake | Refusal::OutOfRange => "received_at",
        Refusal::UnknownVersion(_) => "procedure_code",
    };
    let mut problem = forbidden(field, reason, &vi, &en);
    if let Refusal::Future { event, at }
    | Refusal::BeforeReceipt { event, at }
    | Refusal::Forbidden { event, at, .. } = refusal
    {
        place(&mut problem, record, event, *at);
    }
    problem
}

/// What an import did that nobody would do here, at the line of the event that did it.
pub(super) fn warning(at: DateTime<Utc>, warning: Warning, record: &DossierRecord) -> Problem {
    let (event, field, reason, vi, en) = match warning {
        Warning::PausedTwice => (
            "paused",
            "event",
            "PAUSED_TWICE",
            "tạm dừng khi đang tạm dừng nên không thay đổi gì".to_owned(),
            "paused while paused, which changes nothing".to_owned(),
        ),
        Warning::ResumedWhileRunning => (
            "resumed",
            "event",
            "RESUMED_WHILE_RUNNING",
            "xử lý tiếp khi không tạm dừng nên không thay đổi gì".to_owned(),
            "resumed while running, which changes nothing".to_owned(),
        ),
        Warning::OutOfOrder { state, event } => (
            event,
            if matches!(event, "paused" | "resumed") { "event" } else { column(event) },
            "OUT_OF_ORDER",
            format!(
                "{} khi hồ sơ ở trạng thái {}; thứ tự của nguồn được giữ",
                vi_event(event),
                state.vietnamese()
            ),
            format!("{event} in state {}; the source's order is kept", state.as_str()),
        ),
    };
    let vi = format!("{field}: {vi}; hãy sửa dòng này nếu nguồn ghi nhầm");
    let en = format!("{field}: {en}; correct the row if the source is mistaken");
    let mut problem = Problem { severity: Severity::Warning, ..problem(field, reason, vi, en) };
    place(&mut problem, record, event, at);
    problem
}

/// A source and the house that tell of different states, though the house took in all that the source says.
pub(super) fn differs(record: &DossierRecord, told: &Dossier) -> Option<Problem> {
    let said = record.stands_as?;
    if said.national_code() == told.state.national_code() {
        return None;
    }
    let called = |state: State| format!("{} ({})", state.national_code(), state.vietnamese());
    let found = problem(
        "state",
        "STATE_DIFFERS",
        format!(
            "state: nguồn ghi trạng thái {} nhưng theo các sự kiện đã biết là {}; hãy kiểm tra cả hai bên",
            called(said),
            called(told.state)
        ),
        format!(
            "state: the source says {} and the known events {}; look at both sides",
            said.as_str(),
            told.state.as_str()
        ),
    );
    Some(Problem { severity: Severity::Warning, ..found })
}
