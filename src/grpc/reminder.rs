//! ReminderService: rules of reminding, the plan ahead, and the ledger of notices.

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::convert::{
    Fields, check_mask, code_or_empty, official_name, timestamp, uid_of, unit_name_or_empty, unspecified,
};
use super::{Front, Plan, Reference};
use crate::domain::filter::Value;
use crate::domain::reminder::{NoticeRole, RuleKind, SubjectKind};
use crate::pb::v1;
use crate::pb::v1::reminder_service_server::ReminderService;
use crate::service::reminders::{
    self, NoticeRow, PUBLISHED_NOTICES, PUBLISHED_RULES, PlannedNotice, PreviewAsk, RuleChange, RuleDraft,
    RuleRow,
};
use crate::service::{Cursor, Rules, ServiceError, Violation};

fn subject_kind(kind: SubjectKind) -> v1::SubjectKind {
    match kind {
        SubjectKind::Dossier => v1::SubjectKind::Dossier,
        SubjectKind::Task => v1::SubjectKind::Task,
        SubjectKind::Petition => v1::SubjectKind::Petition,
    }
}

fn rule_kind(kind: RuleKind) -> v1::ReminderKind {
    match kind {
        RuleKind::BeforeDue => v1::ReminderKind::BeforeDue,
        RuleKind::DueToday => v1::ReminderKind::DueToday,
        RuleKind::Overdue => v1::ReminderKind::Overdue,
        RuleKind::ApologyDue => v1::ReminderKind::ApologyDue,
        RuleKind::Unaccepted => v1::ReminderKind::Unaccepted,
        RuleKind::Standing => v1::ReminderKind::Standing,
        RuleKind::Unclear => v1::ReminderKind::Unclear,
        RuleKind::Undigitised => v1::ReminderKind::Undigitised,
    }
}

fn role(role: NoticeRole) -> v1::ReminderRole {
    match role {
        NoticeRole::Responsible => v1::ReminderRole::Responsible,
        NoticeRole::Head => v1::ReminderRole::Head,
        NoticeRole::Coordinator => v1::ReminderRole::Coordinator,
        NoticeRole::Leader => v1::ReminderRole::Leader,
        NoticeRole::Returned => v1::ReminderRole::Returned,
    }
}

fn read_subject_kind(kind: v1::SubjectKind) -> Option<SubjectKind> {
    match kind {
        v1::SubjectKind::Unspecified => None,
        v1::SubjectKind::Dossier => Some(SubjectKind::Dossier),
        v1::SubjectKind::Task => Some(SubjectKind::Task),
        v1::SubjectKind::Petition => Some(SubjectKind::Petition),
    }
}

fn read_rule_kind(kind: v1::ReminderKind) -> Option<RuleKind> {
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
    }
}

fn read_role(role: v1::ReminderRole) -> Option<NoticeRole> {
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
fn subject_name(kind: SubjectKind, code: &str) -> String {
    format!("{}s/{code}", kind.as_str())
}

/// `reminderRules/UID`, or nothing.
fn rule_name(id: Option<Uuid>) -> String {
    id.map(|id| format!("reminderRules/{id}")).unwrap_or_default()
}

fn rule(rules: &Rules, row: &RuleRow) -> v1::ReminderRule {
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
        version: row.version,
    }
}

fn notice(rules: &Rules, row: NoticeRow) -> v1::Notice {
    let kind = SubjectKind::parse(&row.subject_kind);
    let state = match row.state.as_str() {
        "queued" => v1::NoticeState::Queued,
        "sent" => v1::NoticeState::Sent,
        "suppressed" => v1::NoticeState::Suppressed,
        "cancelled" => v1::NoticeState::Cancelled,
        _ => v1::NoticeState::Unspecified,
    };
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
        sent_at: row.sent_at.map(timestamp),
        rule: rule_name(row.rule_id),
        rule_code: row.rule_code,
        rule_version: row.rule_version.unwrap_or(0),
        meant_for: official_name(rules, row.meant_for_id),
    }
}

fn planned(rules: &Rules, notice: &PlannedNotice) -> v1::PlannedNotice {
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

fn draft(asked: Option<v1::ReminderRule>) -> Result<RuleDraft, ServiceError> {
    let mut fields = Fields::new();
    let asked = fields.message("reminder_rule", asked);
    let unit = fields.code_or_empty("reminder_rule.unit", &asked.unit, "units");
    let chosen =
        (read_subject_kind(asked.subject_kind()), read_rule_kind(asked.kind()), read_role(asked.role()));
    let unsaid = [
        (chosen.0.is_none(), "reminder_rule.subject_kind"),
        (chosen.1.is_none(), "reminder_rule.kind"),
        (chosen.2.is_none(), "reminder_rule.role"),
    ];
    for (_, field) in unsaid.into_iter().filter(|(is_unsaid, _)| *is_unsaid) {
        fields.refuse(unspecified(field));
    }
    let (Some(subject_kind), Some(kind), Some(role)) = chosen else {
        return Err(ServiceError::Invalid(fields.wrong()));
    };
    let valid_from = fields.instant_or_none("reminder_rule.valid_from", asked.valid_from);
    fields.done()?;
    Ok(RuleDraft {
        unit,
        code: asked.code,
        subject_kind,
        kind,
        working_days: asked.working_days.into(),
        office_minutes: asked.office_minutes.into(),
        repeat_working_days: asked.repeat_working_days.map(Into::into),
        role,
        enabled: asked.enabled,
        valid_from,
    })
}

/// The fields that an update may change.
const CHANGEABLE: [&str; 6] =
    ["working_days", "office_minutes", "repeat_working_days", "role", "enabled", "valid_from"];

fn change(rule: &v1::ReminderRule, mask: &[String]) -> Result<RuleChange, ServiceError> {
    check_mask(mask, &CHANGEABLE)?;
    let wanted = |field: &str| mask.is_empty() || mask.iter().any(|path| path == field);
    let chosen = read_role(rule.role());
    if wanted("role") && chosen.is_none() {
        return Err(unspecified("reminder_rule.role").into());
    }
    // What was read has an instant too, of a version that counts already: it says nothing of the change.
    let valid_from = rule.valid_from.filter(|_| mask.iter().any(|path| path == "valid_from"));
    let mut fields = Fields::new();
    let valid_from = fields.instant_or_none("reminder_rule.valid_from", valid_from);
    fields.done()?;
    Ok(RuleChange {
        working_days: wanted("working_days").then_some(rule.working_days.into()),
        office_minutes: wanted("office_minutes").then_some(rule.office_minutes.into()),
        repeat_working_days: wanted("repeat_working_days")
            .then_some(rule.repeat_working_days.map(Into::into)),
        role: chosen.filter(|_| wanted("role")),
        enabled: wanted("enabled").then_some(rule.enabled),
        valid_from,
    })
}

#[tonic::async_trait]
impl ReminderService for Front {
    async fn list_reminder_rules(
        &self,
        request: Request<v1::ListReminderRulesRequest>,
    ) -> Result<Response<v1::ListReminderRulesResponse>, Status> {
        let references = &[("unit", Reference::Unit)];
        let plan = Plan { published: &PUBLISHED_RULES, order: ("create_time", false), references };
        self.list(request, plan, |look, r: v1::ListReminderRulesRequest, listing| {
            Box::pin(async move {
                let page = reminders::list_rules(look, &listing.query, r.all_versions).await?;
                Ok(v1::ListReminderRulesResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    reminder_rules: page.rows.iter().map(|row| rule(&look.rules, row)).collect(),
                })
            })
        })
        .await
    }

    async fn create_reminder_rule(
        &self,
        request: Request<v1::CreateReminderRuleRequest>,
    ) -> Result<Response<v1::CreateReminderRuleResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateReminderRuleRequest| {
                Box::pin(async move {
                    let row = reminders::create_rule(work, draft(r.reminder_rule)?).await?;
                    Ok(v1::CreateReminderRuleResponse { reminder_rule: Some(rule(&work.rules, &row)) })
                })
            },
        )
        .await
    }

    async fn update_reminder_rule(
        &self,
        request: Request<v1::UpdateReminderRuleRequest>,
    ) -> Result<Response<v1::UpdateReminderRuleResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::UpdateReminderRuleRequest| {
                Box::pin(async move {
                    let asked = r.reminder_rule.ok_or_else(|| Violation::missing("reminder_rule"))?;
                    let id = uid_of("reminder_rule.name", &asked.name, "reminderRules")?;
                    let change = change(&asked, &r.update_mask.unwrap_or_default().paths)?;
                    let row = reminders::update_rule(work, id, &asked.etag, change).await?;
                    Ok(v1::UpdateReminderRuleResponse { reminder_rule: Some(rule(&work.rules, &row)) })
                })
            },
        )
        .await
    }

    async fn preview_reminders(
        &self,
        request: Request<v1::PreviewRemindersRequest>,
    ) -> Result<Response<v1::PreviewRemindersResponse>, Status> {
        // In the order of sending; the request names no filter and no order of its own.
        let plan = Plan { published: &[], order: ("send_at", false), references: &[] };
        self.list(request, plan, |look, r: v1::PreviewRemindersRequest, listing| {
            Box::pin(async move {
                let mut fields = Fields::new();
                let until = fields.instant_or_none("until", r.until);
                let on = fields.date_or_none("on", r.on);
                let unit = fields.code_or_empty("unit", &r.unit, "units");
                let recipient = fields.code_or_empty("recipient", &r.recipient, "officials");
                fields.done()?;
                let ahead = reminders::preview(look, &PreviewAsk { until, on, unit, recipient }).await?;
                let from = if let Some(Cursor { key: Value::Number(from), .. }) = &listing.query.after {
                    usize::try_from(*from).unwrap_or(usize::MAX)
                } else {
                    0
                };
                let limit = usize::try_from(listing.query.limit).unwrap_or(usize::MAX);
                let page: Vec<_> =
                    ahead.iter().skip(from).take(limit).map(|n| planned(&look.rules, n)).collect();
                let reached = from.saturating_add(page.len());
                let next = (reached < ahead.len()).then(|| Cursor {
                    key: Value::Number(i64::try_from(reached).unwrap_or(i64::MAX)),
                    id: String::new(),
                });
                Ok(v1::PreviewRemindersResponse {
                    next_page_token: listing.token(next.as_ref())?,
                    planned_notices: page,
                })
            })
        })
        .await
    }

    async fn list_notices(
        &self,
        request: Request<v1::ListNoticesRequest>,
    ) -> Result<Response<v1::ListNoticesResponse>, Status> {
        let references = &[("unit", Reference::Unit), ("recipient", Reference::Official)];
        let plan = Plan { published: &PUBLISHED_NOTICES, order: ("fell_due_at", false), references };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let mut query = listing.query.clone();
                for condition in query.conditions.iter_mut().filter(|c| c.field == "subject") {
                    // A subject is written as a resource name; the ledger keeps its code.
                    if let Value::Text(name) = &condition.value
                        && let Ok(code) = subject_code(name)
                    {
                        condition.value = Value::Text(code);
                    }
                }
                let page = reminders::list_notices(look, &query).await?;
                Ok(v1::ListNoticesResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    notices: page.rows.into_iter().map(|row| notice(&look.rules, row)).collect(),
                })
            })
        })
        .await
    }
}

/// The code in the name of a dossier, task or petition.
fn subject_code(name: &str) -> Result<String, Violation> {
    let collection = name.split_once('/').map_or("", |(collection, _)| collection);
    code_or_empty("filter", name, collection)
}
