//! Reminders of something wait until an instant because somebody said so, with the reason. The deadline doesn't, nor do
//! the levels above whoever said it: these read who lets it wait, until when and why.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::slots::house_calendar;
use super::super::work::{Look, Work};
use crate::domain::permission::Role;
use crate::domain::reminder::{NoticeRole, SubjectKind};
use crate::domain::text;
use crate::store::query::{ListQuery, Page};
use crate::store::snoozes::{self, SnoozeRow};
use crate::store::subjects::Subject;
use crate::store::{certificates, dossiers, opinions, petitions, subjects, tasks};

/// The most working days that reminders may wait at once.
const MOST_DAYS: i64 = 10;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// What is to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnoozeAsk {
    /// Of what.
    pub kind: SubjectKind,
    /// Its code.
    pub code: String,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// Lets the reminders of something open wait, in place of an earlier word. Who holds it lets their own wait, a head those
/// of the holder too, the coordinator all but the leader's.
pub async fn snooze(work: &mut Work, ask: SnoozeAsk) -> Result<SnoozeRow, ServiceError> {
    let name = format!("{}s/{}", ask.kind.as_str(), ask.code);
    let subject = subject_of(work, ask.kind, &ask.code).await?;
    let subject = subject.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    let (roles, scope) = (&work.context.caller.roles, &work.context.scope);
    // A head whose unit was asked for an opinion doesn't head the unit that waits for it.
    let above = subject.unit_id.is_none_or(|unit| scope.covers(unit, subject.holder_id));
    let level = if above && roles.contains(&Role::Coordinator) {
        NoticeRole::Coordinator
    } else if above && roles.contains(&Role::Head) {
        NoticeRole::Head
    } else {
        NoticeRole::Responsible
    };
    let holds = subject.holder_id.is_some() && subject.holder_id == work.context.caller.official_id;
    let answers = subject.asked_unit_id.is_some_and(|unit| scope.covers(unit, None));
    let own = holds || answers && roles.contains(&Role::Head);
    if level == NoticeRole::Responsible && !own {
        return Err(ServiceError::Denied(format!(
            "only who holds {name}, or their head, lets its reminders wait"
        )));
    }
    if !subject.open {
        return Err(ServiceError::Precondition {
            reason: "CLOSED",
            vi: format!("{name} đã kết thúc, không còn nhắc về thời hạn; không cần tạm hoãn"),
            en: format!("{name} is closed and isn't reminded of any more; there is nothing to let wait"),
            subject: name,
        });
    }
    let reason = text::tidy(&ask.reason);
    let mut wrong = Vec::new();
    if reason.is_empty() {
        wrong.push(Violation::missing("reason"));
    } else if reason.chars().count() > LONGEST_REASON {
        wrong.push(Violation::new(
            "reason",
            "TOO_LONG",
            format!("lý do dài hơn {LONGEST_REASON} ký tự; hãy viết ngắn lại"),
            format!("the reason has more than {LONGEST_REASON} characters; make it shorter"),
        ));
    }
    if text::names_a_number(&reason) {
        wrong.push(Violation::new(
            "reason",
            "PERSONAL_DATA",
            "lý do có dãy từ 9 chữ số (số định danh, điện thoại…); lý do được gửi qua thư, hãy bỏ dữ liệu cá nhân",
            "the reason has nine digits or more in a row (an identity or telephone number); it is sent by mail, leave personal data out",
        ));
    }
    let calendar = house_calendar(&work.rules);
    let last = calendar.add_working_days(calendar.local_date(work.now()), MOST_DAYS);
    let last = last.map(|day| calendar.closing(day));
    if ask.until <= work.now() || last.is_ok_and(|last| ask.until > last) {
        wrong.push(Violation::new(
            "until",
            "OUT_OF_RANGE",
            format!("thời điểm nhắc lại phải sau bây giờ và trong vòng {MOST_DAYS} ngày làm việc"),
            format!("the instant must lie after now and within {MOST_DAYS} working days"),
        ));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let row = SnoozeRow {
        id: work.new_id(),
        subject_kind: ask.kind.as_str().to_owned(),
        subject_id: subject.id,
        subject_code: subject.code,
        unit_id: subject.unit_id,
        level: level.as_str().to_owned(),
        reason,
        made_by: work.context.caller.label.clone(),
        official_id: work.context.caller.official_id,
        created_at: work.now(),
        until_at: ask.until,
        ended_at: None,
    };
    snoozes::put(&work.tx, row.clone()).await?;
    let detail =
        serde_json::json!({ "snoozed": { "until": row.until_at, "level": row.level, "id": row.id } });
    work.note(name, &detail);
    Ok(row)
}

async fn subject_of(work: &Work, kind: SubjectKind, code: &str) -> Result<Option<Subject>, ServiceError> {
    let scope = &work.context.scope;
    Ok(match kind {
        SubjectKind::Dossier => dossiers::find(&work.tx, code, scope).await?.map(Subject::from),
        SubjectKind::Task => tasks::find(&work.tx, code, scope).await?.map(Subject::from),
        SubjectKind::Petition => petitions::find(&work.tx, code, scope).await?.map(Subject::from),
        SubjectKind::Opinion => {
            let id = opinions::find(&work.tx, code, scope).await?.map(|row| row.id);
            subjects::of(&work.tx, kind, id.as_slice()).await?.pop()
        }
        SubjectKind::Certificate => {
            let id = certificates::find(&work.tx, code, scope).await?.map(|row| row.id);
            subjects::of(&work.tx, kind, id.as_slice()).await?.pop()
        }
    })
}

/// Has reminders come again before their time. Who may see that they wait may end it.
pub async fn end_snooze(work: &mut Work, id: Uuid) -> Result<SnoozeRow, ServiceError> {
    let name = format!("snoozes/{id}");
    let row = snoozes::find(&work.tx, id).await?.filter(|row| {
        row.official_id.is_some() && row.official_id == work.context.caller.official_id
            || row.unit_id.is_some_and(|unit| work.context.scope.covers(unit, row.official_id))
    });
    let row = row.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    let over = row.ended_at.is_some() || row.until_at <= work.now();
    if over || !snoozes::end(&work.tx, id, work.now()).await? {
        return Err(ServiceError::Precondition {
            reason: "OVER",
            vi: "đợt tạm hoãn này đã kết thúc; không cần làm gì".to_owned(),
            en: "it is over already; nothing is to be done".to_owned(),
            subject: name,
        });
    }
    work.note(name, &serde_json::json!({ "ended": { "subject": row.subject_code } }));
    Ok(SnoozeRow { ended_at: Some(work.now()), ..row })
}

/// A page of those that stand, or of all.
pub async fn list_snoozes(
    look: &Look,
    query: &ListQuery,
    those_over_too: bool,
) -> Result<Page<SnoozeRow>, ServiceError> {
    let standing_at = (!those_over_too).then_some(look.context.now);
    Ok(snoozes::list(&look.door, query, &look.context.scope, standing_at).await?)
}

/// Whether it still counts: what a holder said doesn't hold for who has it now.
pub(super) fn counts(row: &SnoozeRow, subject: &Subject) -> bool {
    row.level != NoticeRole::Responsible.as_str()
        || row.official_id == subject.holder_id
        // Whoever said it heads the unit that was asked, or did in these days.
        || subject.asked_unit_id.is_some()
}

/// Whether the notices of a role wait by it.
pub(super) fn waits_by(row: &SnoozeRow, subject: &Subject, role: &str) -> bool {
    if !counts(row, subject) {
        return false;
    }
    let levels = (NoticeRole::parse(&row.level), NoticeRole::parse(role));
    // A copy on return is for who holds it.
    let level = |role| if role == NoticeRole::Returned { NoticeRole::Responsible } else { role };
    matches!(levels, (Some(up_to), Some(role)) if level(role) <= up_to)
}
