//! ReminderService: rules of reminding, the plan ahead, and the ledger of notices.

use tonic::{Request, Response, Status};

use super::convert::{Fields, check_mask, uid_of, unspecified};
use super::reminder_convert::{
    notice, older, planned, read_role, read_rule_kind, read_subject_kind, rule, snooze, subject_code,
    subject_of, waiting,
};
use super::{Front, Plan, Reference};
use crate::domain::filter::Value;
use crate::pb::v1;
use crate::pb::v1::reminder_service_server::ReminderService;
use crate::service::reminders::{
    self, PUBLISHED_NOTICES, PUBLISHED_RULES, PUBLISHED_SNOOZES, PreviewAsk, RuleChange, RuleDraft, SnoozeAsk,
};
use crate::service::{Cursor, ListQuery, ServiceError, Violation};

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
        months: asked.months.into(),
        watched_list: asked.watched_list,
        repeat_working_days: asked.repeat_working_days.map(Into::into),
        role,
        enabled: asked.enabled,
        valid_from,
    })
}

/// The fields that an update may change.
const CHANGEABLE: [&str; 8] = [
    "working_days",
    "office_minutes",
    "months",
    "watched_list",
    "repeat_working_days",
    "role",
    "enabled",
    "valid_from",
];

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
        months: wanted("months").then_some(rule.months.into()),
        watched_list: wanted("watched_list").then(|| rule.watched_list.clone()),
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
                    ahead.notices.iter().skip(from).take(limit).map(|n| planned(&look.rules, n)).collect();
                let reached = from.saturating_add(page.len());
                let next = (reached < ahead.notices.len()).then(|| Cursor {
                    key: Value::Number(i64::try_from(reached).unwrap_or(i64::MAX)),
                    id: String::new(),
                });
                Ok(v1::PreviewRemindersResponse {
                    next_page_token: listing.token(next.as_ref())?,
                    planned_notices: page,
                    waiting: waiting(&ahead),
                    older: ahead.older.iter().map(older).collect(),
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
                by_code(&mut query);
                let page = reminders::list_notices(look, &query).await?;
                Ok(v1::ListNoticesResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    notices: page.rows.into_iter().map(|row| notice(&look.rules, row)).collect(),
                })
            })
        })
        .await
    }

    async fn snooze_reminders(
        &self,
        request: Request<v1::SnoozeRemindersRequest>,
    ) -> Result<Response<v1::SnoozeRemindersResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::SnoozeRemindersRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let subject = fields.take(subject_of("subject", &r.subject).map(Some));
                    let until = fields.instant("until", r.until);
                    let Some((kind, code)) = subject else {
                        return Err(ServiceError::Invalid(fields.wrong()));
                    };
                    fields.done()?;
                    let ask = SnoozeAsk { kind, code, until, reason: r.reason };
                    let row = reminders::snooze(work, ask).await?;
                    Ok(v1::SnoozeRemindersResponse { snooze: Some(snooze(&work.rules, row)) })
                })
            },
        )
        .await
    }

    async fn end_snooze(
        &self,
        request: Request<v1::EndSnoozeRequest>,
    ) -> Result<Response<v1::EndSnoozeResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::EndSnoozeRequest| {
                Box::pin(async move {
                    let id = uid_of("name", &r.name, "snoozes")?;
                    let row = reminders::end_snooze(work, id).await?;
                    Ok(v1::EndSnoozeResponse { snooze: Some(snooze(&work.rules, row)) })
                })
            },
        )
        .await
    }

    async fn list_snoozes(
        &self,
        request: Request<v1::ListSnoozesRequest>,
    ) -> Result<Response<v1::ListSnoozesResponse>, Status> {
        let references = &[("unit", Reference::Unit), ("official", Reference::Official)];
        let plan = Plan { published: &PUBLISHED_SNOOZES, order: ("create_time", false), references };
        self.list(request, plan, |look, r: v1::ListSnoozesRequest, listing| {
            Box::pin(async move {
                let mut query = listing.query.clone();
                by_code(&mut query);
                let page = reminders::list_snoozes(look, &query, r.those_over_too).await?;
                Ok(v1::ListSnoozesResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    snoozes: page.rows.into_iter().map(|row| snooze(&look.rules, row)).collect(),
                })
            })
        })
        .await
    }
}

/// A subject is asked for by its resource name; what is listed keeps its code.
fn by_code(query: &mut ListQuery) {
    for condition in query.conditions.iter_mut().filter(|c| c.field == "subject") {
        if let Value::Text(name) = &condition.value
            && let Ok(code) = subject_code(name)
        {
            condition.value = Value::Text(code);
        }
    }
}
