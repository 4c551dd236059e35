//! Rules of reminding, notices and snoozes, between the contract and the house.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::convert::{code_of, code_or_empty, official_name, timestamp, unit_name_or_empty};
use crate::domain::reminder::{NoticeRole, NoticeState, RuleKind, SubjectKind};
use crate::pb::v1;
use crate::service::reminders::{Ahead, Older, PlannedNotice, RuleRow, SnoozeRow, ToldNotice, Wait};
use crate::service::{Rules, Violation};

pub(super) fn subject_kind(kind: SubjectKind) -> v1::SubjectKind {
    match kind {
        SubjectKind::Dossier => v1::SubjectKind::Dossier,
        SubjectKind::Task => v1::SubjectKind::Task,
        SubjectKind::Petition => v1::SubjectKind::Petition,
        SubjectKind::Opinion => v1::SubjectKind::Opinion,
        SubjectKind::Certificate => v1::SubjectKind::Certificate,
    }
}

pub(super) fn rule_kind(kind: RuleKind) -> v1::ReminderKind {
    match kind {
        RuleKind::BeforeDue => v1::ReminderKind::BeforeDue,
        RuleKind::DueToday => v1::ReminderKind::DueToday,
        RuleKind::Overdue => v1::ReminderKind::Overdue,
        RuleKind::ApologyDue => v1::ReminderKind::ApologyDue,
        RuleKind::Unaccepted => v1::ReminderKind::Unaccepted,
        RuleKind::Standing => v1::ReminderKind::Standing,
        RuleKind::Unclear => v1::ReminderKind::Unclear,
        RuleKind::Undigitised => v1::ReminderKind::Undigitised,
        RuleKind::Ageing => v1::ReminderKind::Ageing,
        RuleKind::Undelivered => v1::ReminderKind::Undelivered,
    }
}

pub(super) fn role(role: NoticeRole) -> v1::ReminderRole {
    match role {
        NoticeRole::Responsible => v1::ReminderRole::Responsible,
        NoticeRole::Head => v1::ReminderRole::Head,
        NoticeRole::Coordinator => v1::ReminderRole::Coordinator,
        NoticeRole::Leader => v1::ReminderRole::Leader,
        NoticeRole::Returned => v1::ReminderRole::Returned,
    }
}

pub(super) fn read_subject_kind(kind: v1::SubjectKind) -> Option<SubjectKind> {
    match kind {
        v1::SubjectKind::Unspecified => None,
        v1::SubjectKind::Dossier => Some(SubjectKind::Dossier),
        v1::SubjectKind::Task => Some(SubjectKind::Task),
        v1::SubjectKind::Petition => Some(SubjectKind::Petition),
        v1::SubjectKind::Opinion => Some(SubjectKind::Opinion),
        v1::SubjectKind::Certificate => Some(SubjectKind::Certificate),
    }
}

pub(super) fn read_rule_kind(kind: v1::ReminderKind) -> Option<RuleKind> {
    match kind {
        v1::ReminderKind::Unspecified => None,
        v1::ReminderKind::BeforeDue => Some(RuleKind::BeforeDue),
        v1::ReminderKind::DueToday => Some(RuleKind::DueToday),
        v1::ReminderKind::Overdue => Some(RuleKind::Overdue),
        v1::ReminderKind::ApologyDue => Some(RuleKind::ApologyDue),
        v1::ReminderKind::Unaccepted => Some(RuleKind::Unaccepted),
        v1::ReminderKind::Standing => Some(RuleKind::Standing),
        v1::ReminderKind::Unclear => Some(RuleKind::Unclear),
        v1::ReminderKind::Undigitised => Some(RuleKind::Undigitised),
        v1::ReminderKind::Ageing => Some(RuleKind::Ageing),
        v1::ReminderKind::Undelivered => Some(RuleKind::Undelivered),
    }
}

pub(super) fn read_role(role: v1::ReminderRole) -> Option<NoticeRole> {
    match role {
        v1::ReminderRole::Unspecified => None,
        v1::ReminderRole::Responsible => Some(NoticeRole::Responsible),
        v1::ReminderRole::Head => Some(NoticeRole::Head),
        v1::ReminderRole::Coordinator => Some(NoticeRole::Coordinator),
        v1::ReminderRole::Leader => Some(NoticeRole::Leader),
        v1::ReminderRole::Returned => Some(NoticeRole::Returned),
    }
}

/// `collection/CODE` of a subject.
pub(super) fn subject_name(kind: SubjectKind, code: &str) -> String {
    format!("{}s/{code}", kind.as_str())
}

/// `reminderRules/UID`, or nothing.
pub(super) fn rule_name(id: Option<Uuid>) -> String {
    id.map(|id| format!("reminderRules/{id}")).unwrap_or_default()
}

pub(super) fn rule(rules: &Rules, row: &RuleRow) -> v1::ReminderRule {
    v1::ReminderRule {
        name: format!("reminderRules/{}", row.rule_id),
        uid: row.rule_id.to_string(),
        unit: unit_name_or_empty(rules, row.unit_id),
        kind: RuleKind::parse(&row.kind).map_or(0, |kind| rule_kind(kind).into()),
        subject_kind: SubjectKind::parse(&row.subject_kind).map_or(0, |kind| subject_kind(kind).into()),
        working_days: row.working_days,
        repeat_working_days: row.repeat_working_days,
        role: NoticeRole::parse(&row.role).map_or(0, |found| role(found).into()),
        enabled: row.enabled,
        valid_from: Some(timestamp(row.valid_from)),
        create_time: Some(timestamp(row.created_at)),
        update_time: row.replaced_at.map(timestamp),
        etag: row.version.to_string(),
        code: row.code.clone(),
        office_minutes: row.office_minutes,
        months: row.months,
        watched_list: row.watched_list.clone(),
        version: row.version,
    }
}

pub(super) fn notice(rules: &Rules, told: ToldNotice) -> v1::Notice {
    let state = match told.state() {
        NoticeState::Queued => v1::NoticeState::Queued,
        NoticeState::Sent => v1::NoticeState::Sent,
        NoticeState::Suppressed => v1::NoticeState::Suppressed,
    };
    let ToldNotice { notice: row, sent_at, .. } = told;
    let kind = SubjectKind::parse(&row.subject_kind);
    v1::Notice {
        name: format!("notices/{}", row.id),
        uid: row.id.to_string(),
        subject_kind: kind.map_or(0, |kind| subject_kind(kind).into()),
        subject: kind.map(|kind| subject_name(kind, &row.subject_code)).unwrap_or_default(),
        unit: unit_name_or_empty(rules, row.unit_id),
        kind: RuleKind::parse(&row.rule_kind).map_or(0, |kind| rule_kind(kind).into()),
        due_at: Some(timestamp(row.due_at)),
        // The contract counts repeats from 0.
        step: row.step - 1,
        role: NoticeRole::parse(&row.role).map_or(0, |found| role(found).into()),
        recipient: official_name(rules, row.official_id),
        state: state.into(),
        why: row.why.unwrap_or_default(),
        fell_due_at: Some(timestamp(row.fell_due_at)),
        mail: row.outbox_id.map(|id| format!("mails/{id}")).unwrap_or_default(),
        create_time: Some(timestamp(row.created_at)),
        sent_at: sent_at.map(timestamp),
        rule: rule_name(row.rule_id),
        rule_code: row.rule_code,
        rule_version: row.rule_version.unwrap_or(0),
        meant_for: official_name(rules, row.meant_for_id),
    }
}

pub(super) fn planned(rules: &Rules, notice: &PlannedNotice) -> v1::PlannedNotice {
    v1::PlannedNotice {
        subject_kind: subject_kind(notice.subject_kind).into(),
        subject: subject_name(notice.subject_kind, &notice.subject_code),
        unit: unit_name_or_empty(rules, notice.unit_id),
        kind: rule_kind(notice.kind).into(),
        rule: rule_name(notice.rule_id),
        due_at: Some(timestamp(notice.due_at)),
        step: notice.step - 1,
        role: role(notice.role).into(),
        recipient: official_name(rules, notice.recipient_id),
        send_at: Some(timestamp(notice.send_at)),
        rule_code: notice.rule_code.clone(),
        rule_version: notice.rule_version.unwrap_or(0),
        falls_due_at: Some(timestamp(notice.falls_due_at)),
        reason_vi: notice.reason.vi.clone(),
        reason_en: notice.reason.en.clone(),
    }
}

/// What waits on, each reason once.
pub(super) fn waiting(ahead: &Ahead) -> Vec<v1::WaitingNotices> {
    let mut counts: BTreeMap<i32, i64> = BTreeMap::new();
    for (why, count) in &ahead.waits {
        let why = match why {
            // The next run takes it: it waits for nothing.
            Wait::Later => continue,
            Wait::Snoozed => v1::NoticeWait::Snoozed,
            Wait::Source => v1::NoticeWait::StaleSource,
            Wait::Grace => v1::NoticeWait::Grace,
            Wait::Address(_) => v1::NoticeWait::Address,
        };
        *counts.entry(why.into()).or_default() += i64::try_from(*count).unwrap_or(i64::MAX);
    }
    counts.into_iter().map(|(why, count)| v1::WaitingNotices { why, count }).collect()
}

/// What a rule passes over.
pub(super) fn older(older: &Older) -> v1::OlderThings {
    v1::OlderThings {
        rule: rule_name(Some(older.rule.id)),
        rule_code: older.rule.code.clone(),
        before: Some(timestamp(older.before)),
        count: i64::try_from(older.count).unwrap_or(i64::MAX),
    }
}

/// A snooze.
pub(super) fn snooze(rules: &Rules, row: SnoozeRow) -> v1::Snooze {
    let kind = SubjectKind::parse(&row.subject_kind);
    v1::Snooze {
        name: format!("snoozes/{}", row.id),
        uid: row.id.to_string(),
        subject: kind.map(|kind| subject_name(kind, &row.subject_code)).unwrap_or_default(),
        unit: unit_name_or_empty(rules, row.unit_id),
        level: NoticeRole::parse(&row.level).map_or(0, |level| role(level).into()),
        reason: row.reason,
        official: official_name(rules, row.official_id),
        made_by: row.made_by,
        create_time: Some(timestamp(row.created_at)),
        until: Some(timestamp(row.until_at)),
        end_time: row.ended_at.map(timestamp),
    }
}

/// Kind and code of a subject given as a resource name.
pub(super) fn subject_of(field: &str, name: &str) -> Result<(SubjectKind, String), Violation> {
    let collection = name.split_once('/').map_or("", |(collection, _)| collection);
    let kind = SubjectKind::ALL.iter().find(|kind| format!("{}s", kind.as_str()) == collection);
    match kind {
        Some(kind) => Ok((*kind, code_of(field, name, collection)?)),
        None => Err(Violation::new(
            field,
            "BAD_NAME",
            format!(
                "{field} phải có dạng dossiers/MÃ, tasks/MÃ, petitions/MÃ, opinions/MÃ hoặc certificates/MÃ"
            ),
            format!(
                "{field} must read dossiers/CODE, tasks/CODE, petitions/CODE, opinions/CODE or certificates/CODE"
            ),
        )),
    }
}

/// The code in the name of a subject.
pub(super) fn subject_code(name: &str) -> Result<String, Violation> {
    let collection = name.split_once('/').map_or("", |(collection, _)| collection);
    code_or_empty("filter", name, collection)
}
