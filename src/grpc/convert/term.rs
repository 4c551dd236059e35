//! Terms and what procedures say beside them, between wire and domain.

use crate::domain::deadline::Term;
use crate::domain::dossier::JudgeBy;
use crate::domain::procedure::{OnlineLevel, ResumePolicy};
use crate::pb::v1;

/// A term for the wire.
pub fn term(term: Term) -> v1::Term {
    let unit = match term {
        Term::SameDay => v1::TermUnit::SameDay,
        Term::WorkingHours(_) => v1::TermUnit::WorkingHours,
        Term::WorkingDays(_) => v1::TermUnit::WorkingDays,
        Term::CalendarDays(_) => v1::TermUnit::CalendarDays,
        Term::Months(_) => v1::TermUnit::Months,
    };
    v1::Term { unit: unit.into(), count: i32::try_from(term.amount()).unwrap_or(i32::MAX) }
}

/// A term of the wire in the words of records: unit (empty where it isn't said) and number.
pub fn term_parts(term: v1::Term) -> (&'static str, i64) {
    let unit = match term.unit() {
        v1::TermUnit::Unspecified => "",
        v1::TermUnit::SameDay => "same_day",
        v1::TermUnit::WorkingHours => "working_hours",
        v1::TermUnit::WorkingDays => "working_days",
        v1::TermUnit::CalendarDays => "calendar_days",
        v1::TermUnit::Months => "months",
    };
    (unit, term.count.into())
}

/// An online level for the wire.
pub fn online_level(level: OnlineLevel) -> v1::OnlineLevel {
    match level {
        OnlineLevel::None => v1::OnlineLevel::None,
        OnlineLevel::Partial => v1::OnlineLevel::Partial,
        OnlineLevel::Full => v1::OnlineLevel::Full,
    }
}

/// The word of an online level of the wire; empty where it isn't said.
pub fn online_level_word(level: v1::OnlineLevel) -> &'static str {
    match level {
        v1::OnlineLevel::Unspecified => "",
        v1::OnlineLevel::None => "none",
        v1::OnlineLevel::Partial => "partial",
        v1::OnlineLevel::Full => "full",
    }
}

/// A resume policy for the wire.
pub fn resume_policy(policy: ResumePolicy) -> v1::ResumePolicy {
    match policy {
        ResumePolicy::Continue => v1::ResumePolicy::Continue,
        ResumePolicy::Restart => v1::ResumePolicy::Restart,
    }
}

/// A resume policy of the wire: not said, the term continues.
pub fn resume_policy_word(policy: v1::ResumePolicy) -> ResumePolicy {
    match policy {
        v1::ResumePolicy::Unspecified | v1::ResumePolicy::Continue => ResumePolicy::Continue,
        v1::ResumePolicy::Restart => ResumePolicy::Restart,
    }
}

/// Whose date judges, for the wire.
pub fn judge_by(judge_by: JudgeBy) -> v1::JudgeBy {
    match judge_by {
        JudgeBy::Statutory => v1::JudgeBy::Statutory,
        JudgeBy::Appointment => v1::JudgeBy::Appointment,
    }
}

/// Whose date judges, of the wire; None where it isn't said.
pub fn judge_by_word(judge_by: v1::JudgeBy) -> Option<JudgeBy> {
    match judge_by {
        v1::JudgeBy::Unspecified => None,
        v1::JudgeBy::Statutory => Some(JudgeBy::Statutory),
        v1::JudgeBy::Appointment => Some(JudgeBy::Appointment),
    }
}
