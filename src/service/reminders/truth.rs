//! Whether a notice still says the truth, and who is to hear it: asked when a digest is made and again when
//! it is sealed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::Rules;
use crate::domain::dossier::State;
use crate::domain::official::{Official, OfficialRole};
use crate::domain::reminder::{Concern, NoticeRole, Rule, RuleKind};
use crate::store::notices::NoticeRow;
use crate::store::subjects::Subject;

/// Nobody is named for it, neither the responsible official nor a head.
pub(super) const NO_RECIPIENT: &str = "no_recipient";
/// Who is to be told has no address.
pub(super) const NO_ADDRESS: &str = "no_address";

/// Why a notice isn't true any more; None if it is.
pub(super) fn stale(
    rules: &Rules,
    notice: &NoticeRow,
    subject: Option<&Subject>,
    now: DateTime<Utc>,
) -> Option<&'static str> {
    let Some(subject) = subject else { return Some("closed") };
    let Some(kind) = RuleKind::parse(&notice.rule_kind) else { return Some("unknown_rule") };
    let concern = kind.concern();
    match subject.marks.of(concern) {
        Some(from) if from == notice.due_at => {}
        from => return Some(gone(concern, subject, from.is_some())),
    }
    if concern == Concern::Apology && notice.due_at <= now {
        return Some("appointment_passed");
    }
    let speaks = |rule: &Rule| rule.code == notice.rule_code && rule.role.as_str() == notice.role;
    let in_force = rules.reminders_for(subject.kind, subject.unit_id, now);
    if in_force.iter().any(speaks) { None } else { Some("rule_off") }
}

/// What took away the reason of a notice; `moved`: there is one still, measured from another instant.
fn gone(concern: Concern, subject: &Subject, moved: bool) -> &'static str {
    match concern {
        Concern::Acceptance if subject.state == State::NotAccepted.as_str() => "refused",
        Concern::Acceptance if subject.state == State::AwaitingSupplement.as_str() => "supplement_requested",
        Concern::Acceptance => "accepted",
        Concern::Digitisation if subject.open => "reopened",
        Concern::Digitisation => "digitised",
        Concern::Deadline | Concern::Apology | Concern::Standing | Concern::Clarity if !subject.open => {
            "closed"
        }
        Concern::Clarity => "made_clear",
        Concern::Standing if moved => "handed_on",
        Concern::Deadline if moved => "due_moved",
        Concern::Apology if moved || !subject.clock_stopped => "apology_recorded",
        Concern::Standing | Concern::Deadline | Concern::Apology => "clock_stopped",
    }
}

/// The person behind a role: the holder, else the unit's head; the head; the coordinator of the Office.
pub(super) fn person<'a>(rules: &'a Rules, subject: &Subject, role: NoticeRole) -> Option<&'a Official> {
    let head = || subject.unit_id.and_then(|unit| rules.head_of(unit));
    match role {
        NoticeRole::Responsible => {
            subject.holder_id.and_then(|holder| rules.officials.get(&holder)).or_else(head)
        }
        NoticeRole::Head => head(),
        NoticeRole::Coordinator => coordinator(rules, subject.unit_id),
    }
}

/// The coordinator of the nearest unit on the way up that has one, else any of the house.
fn coordinator(rules: &Rules, unit_id: Option<Uuid>) -> Option<&Official> {
    let path = unit_id.map(|id| rules.units.ancestry(id)).unwrap_or_default();
    rules.officials.values().filter(|official| official.role == OfficialRole::Coordinator).min_by_key(
        |official| {
            let distance = path.iter().position(|unit| *unit == official.unit_id).unwrap_or(path.len());
            (distance, &official.code)
        },
    )
}

/// The address of an official, if there is one.
pub(super) fn address(official: &Official) -> Option<&str> {
    official.email.as_deref().map(str::trim).filter(|email| !email.is_empty())
}
