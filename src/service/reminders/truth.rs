//! Whether a notice still says the truth: asked when a digest is made and again when it is sealed.

use chrono::{DateTime, Utc};

use super::planning::watched;
use super::reach::Reach;
use crate::domain::certificate::CertificateState;
use crate::domain::dossier::State;
use crate::domain::opinion::OpinionState;
use crate::domain::reminder::{Concern, NoticeRole, Rule, RuleKind, SubjectKind};
use crate::store::notices::NoticeRow;
use crate::store::subjects::Subject;

/// Why a notice isn't true any more; None if it is.
pub(super) fn stale(
    reach: &Reach<'_>,
    notice: &NoticeRow,
    subject: Option<&Subject>,
    now: DateTime<Utc>,
) -> Option<&'static str> {
    if let Some(why) = moved(notice, subject) {
        return Some(why);
    }
    let subject = subject?;
    let concern = RuleKind::parse(&notice.rule_kind)?.concern();
    if concern == Concern::Apology && notice.due_at <= now {
        return Some("appointment_passed");
    }
    if notice.role == NoticeRole::Returned.as_str() {
        // What somebody was told meanwhile, whichever rule said so, as long as it is theirs.
        let official = notice.meant_for_id.and_then(|id| reach.rules().officials.get(&id));
        let is_theirs = official
            .is_some_and(|official| reach.level_of(subject, NoticeRole::Responsible, official).is_some());
        return if is_theirs { None } else { Some("handed_on") };
    }
    let list = watched(reach.rules(), subject).map(|(list, _)| list);
    if concern == Concern::Age && list.is_none() {
        return Some("unwatched");
    }
    let looks_at = |rule: &Rule| {
        concern != Concern::Age || rule.watched_list.is_empty() || Some(&*rule.watched_list) == list
    };
    let speaks =
        |rule: &Rule| rule.code == notice.rule_code && rule.role.as_str() == notice.role && looks_at(rule);
    if reach.in_force(subject, |rules| rules.iter().any(speaks)) { None } else { Some("rule_off") }
}

/// What took away the reason of a notice, whichever rule spoke; None if it stands.
pub(super) fn moved(notice: &NoticeRow, subject: Option<&Subject>) -> Option<&'static str> {
    let Some(subject) = subject else { return Some("closed") };
    let Some(kind) = RuleKind::parse(&notice.rule_kind) else { return Some("unknown_rule") };
    let concern = kind.concern();
    match subject.marks.of(concern) {
        Some(from) if from == notice.due_at => None,
        from => Some(gone(concern, subject, from.is_some())),
    }
}

/// What took away the reason of a notice; `moved`: there is one still, measured from another instant.
fn gone(concern: Concern, subject: &Subject, moved: bool) -> &'static str {
    match concern {
        Concern::Acceptance if subject.state == State::NotAccepted.as_str() => "refused",
        Concern::Acceptance if subject.state == State::AwaitingSupplement.as_str() => "supplement_requested",
        Concern::Acceptance => "accepted",
        Concern::Digitisation if subject.open => "reopened",
        Concern::Digitisation => "digitised",
        Concern::Delivery => awaited(concern, subject),
        Concern::Deadline if matches!(subject.kind, SubjectKind::Opinion | SubjectKind::Certificate) => {
            awaited(concern, subject)
        }
        Concern::Deadline | Concern::Apology | Concern::Standing | Concern::Clarity | Concern::Age
            if !subject.open =>
        {
            "closed"
        }
        Concern::Age => "receipt_corrected",
        Concern::Clarity => "made_clear",
        Concern::Standing if moved => "handed_on",
        Concern::Deadline if moved => "due_moved",
        Concern::Apology if moved || !subject.clock_stopped => "apology_recorded",
        Concern::Standing | Concern::Deadline | Concern::Apology => "clock_stopped",
    }
}

/// What became of something that was awaited from another.
fn awaited(concern: Concern, subject: &Subject) -> &'static str {
    match (OpinionState::parse(&subject.state), CertificateState::parse(&subject.state)) {
        (Some(OpinionState::Given), _) => "given",
        (Some(OpinionState::Withdrawn), _) => "withdrawn",
        (Some(OpinionState::Moot), _) => "closed",
        (_, Some(CertificateState::Ended)) => "ended",
        (_, Some(_)) if concern == Concern::Delivery => "delivered",
        (_, Some(_)) => "renewed",
        (Some(OpinionState::Asked) | None, None) => "due_moved",
    }
}
