//! The rules of a house that has made none yet.

use chrono::DateTime;
use uuid::Uuid;

use super::{NoticeRole, Rule, RuleKind, SubjectKind, usual_code};

/// The first rules of each kind of subject: two working days before, on the day, and from the first working day after it
/// every third working day. A certificate takes weeks to be made anew: a month before it ends, each week once it has, and
/// each week in which one that was asked for doesn't come.
pub fn default_rules() -> Vec<Rule> {
    let rule = |subject_kind, kind, working_days, repeat_working_days| Rule {
        id: Uuid::nil(),
        version: 1,
        valid_from: DateTime::UNIX_EPOCH,
        code: usual_code(kind, NoticeRole::Responsible),
        unit_id: None,
        subject_kind,
        kind,
        working_days,
        office_minutes: 0,
        months: 0,
        watched_list: String::new(),
        repeat_working_days,
        role: NoticeRole::Responsible,
        enabled: true,
        since: DateTime::UNIX_EPOCH,
    };
    let of = |subject| match subject {
        SubjectKind::Dossier | SubjectKind::Task | SubjectKind::Petition | SubjectKind::Opinion => [
            rule(subject, RuleKind::BeforeDue, 2, 0),
            rule(subject, RuleKind::DueToday, 0, 0),
            rule(subject, RuleKind::Overdue, 0, 3),
        ],
        SubjectKind::Certificate => [
            rule(subject, RuleKind::BeforeDue, 22, 0),
            rule(subject, RuleKind::Overdue, 0, 5),
            rule(subject, RuleKind::Undelivered, 5, 5),
        ],
    };
    SubjectKind::ALL.iter().copied().flat_map(of).collect()
}
