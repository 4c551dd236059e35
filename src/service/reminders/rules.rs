//! Rules of reminding: the first ones, new ones, changed ones. A changed rule has the plan of what it touches
//! looked at anew; what was sent stays.

use uuid::Uuid;

use super::super::House;
use super::super::error::{ServiceError, Violation};
use super::super::work::{Look, Work, check_etag};
use crate::domain::permission::Scope;
use crate::domain::reminder::{NoticeRole, Rule, RuleKind, SubjectKind, default_rules};
use crate::domain::schedule::JobName;
use crate::store::query::{ListQuery, Page};
use crate::store::reminder_rules::{self, RuleRow};
use crate::store::{rules as kept, subjects};

/// The most working days that a rule may name: a quarter of a year.
const MOST_DAYS: i64 = 66;

/// A new rule as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleDraft {
    /// Code of the unit whose subtree it holds for; empty: the whole house.
    pub unit: String,
    /// Of what it reminds.
    pub subject_kind: SubjectKind,
    /// What it watches.
    pub kind: RuleKind,
    /// Working days before the due day.
    pub working_days: i64,
    /// Working days between repeats; None: told once.
    pub repeat_working_days: Option<i64>,
    /// Whom it tells.
    pub role: NoticeRole,
    /// In force.
    pub enabled: bool,
}

/// What changes of a rule; None leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleChange {
    /// Working days before the due day.
    pub working_days: Option<i64>,
    /// Working days between repeats; Some(None): told once.
    pub repeat_working_days: Option<Option<i64>>,
    /// Whom it tells.
    pub role: Option<NoticeRole>,
    /// In force.
    pub enabled: Option<bool>,
}

impl House {
    /// Enters the first rules of reminding into a house that has none.
    pub async fn enter_default_rules(&self) -> Result<(), ServiceError> {
        let mut work = self.job(self.own_context(JobName::PlanReminders)).await?;
        if reminder_rules::count(&work.tx).await? > 0 {
            return Ok(());
        }
        let now = work.now();
        let rows: Vec<RuleRow> =
            default_rules().iter().map(|rule| reminder_rules::row_of(work.new_id(), rule, now)).collect();
        reminder_rules::insert(&work.tx, rows).await?;
        work.reload_rules().await?;
        work.finish(&[]).await
    }
}

/// Adds a rule.
pub async fn create_rule(work: &mut Work, draft: RuleDraft) -> Result<RuleRow, ServiceError> {
    let rule = Rule {
        id: Uuid::nil(),
        unit_id: unit_in_scope(work, &draft.unit)?,
        subject_kind: draft.subject_kind,
        kind: draft.kind,
        working_days: draft.working_days,
        repeat_working_days: draft.repeat_working_days.unwrap_or(0),
        role: draft.role,
        enabled: draft.enabled,
    };
    check(&rule, draft.repeat_working_days)?;
    let row = reminder_rules::row_of(work.new_id(), &rule, work.now());
    reminder_rules::insert(&work.tx, vec![row.clone()]).await?;
    follow(work, &row, "created").await?;
    Ok(row)
}

/// Changes a rule.
pub async fn update_rule(
    work: &mut Work,
    id: Uuid,
    etag: &str,
    change: RuleChange,
) -> Result<RuleRow, ServiceError> {
    let name = format!("reminderRules/{id}");
    let found = reminder_rules::find(&work.tx, id).await?;
    let old =
        found.filter(|r| may_touch(work, r.unit_id)).ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    check_etag(etag, old.version, &name)?;
    let mut rule = kept::reminder(&old)?;
    let repeats = (rule.repeat_working_days > 0).then_some(rule.repeat_working_days);
    let repeat = change.repeat_working_days.unwrap_or(repeats);
    rule.working_days = change.working_days.unwrap_or(rule.working_days);
    rule.repeat_working_days = repeat.unwrap_or(0);
    rule.role = change.role.unwrap_or(rule.role);
    rule.enabled = change.enabled.unwrap_or(rule.enabled);
    check(&rule, repeat)?;
    let row = RuleRow {
        version: old.version + 1,
        valid_from: old.valid_from,
        ..reminder_rules::row_of(id, &rule, work.now())
    };
    reminder_rules::update(&work.tx, row.clone(), old.version).await?;
    follow(work, &row, "updated").await?;
    Ok(row)
}

/// A page of rules.
pub async fn list_rules(look: &Look, query: &ListQuery) -> Result<Page<RuleRow>, ServiceError> {
    Ok(reminder_rules::list(&look.door, query, &look.context.scope).await?)
}

/// The plan follows a rule: what it touches is looked at anew at the next planning.
async fn follow(work: &mut Work, row: &RuleRow, verb: &str) -> Result<(), ServiceError> {
    work.reload_rules().await?;
    let rule = kept::reminder(row)?;
    let units: Option<Vec<Uuid>> =
        row.unit_id.map(|unit| work.rules.units.subtree(unit).into_iter().collect());
    subjects::replan(&work.tx, rule.subject_kind, units.as_deref(), work.now()).await?;
    let detail = serde_json::json!({
        verb: {
            "kind": row.kind, "subject_kind": row.subject_kind, "working_days": row.working_days,
            "repeat_working_days": row.repeat_working_days, "role": row.role, "enabled": row.enabled,
        }
    });
    work.note(format!("reminderRules/{}", row.id), &detail);
    Ok(())
}

/// The unit named by code, if the caller may make rules for it. Only who sees all makes rules of the house.
fn unit_in_scope(work: &Work, code: &str) -> Result<Option<Uuid>, ServiceError> {
    if code.is_empty() {
        return if work.context.scope == Scope::All {
            Ok(None)
        } else {
            Err(ServiceError::Denied("a rule of the whole house".to_owned()))
        };
    }
    let unit = work.rules.units.by_code(code).filter(|unit| may_touch(work, Some(unit.id)));
    match unit {
        Some(unit) => Ok(Some(unit.id)),
        None => Err(ServiceError::NotFound(format!("units/{code}"))),
    }
}

fn may_touch(work: &Work, unit_id: Option<Uuid>) -> bool {
    match (&work.context.scope, unit_id) {
        (Scope::All, _) => true,
        (Scope::Units(units), Some(unit)) => units.contains(&unit),
        (Scope::Units(_), None) | (Scope::Own(_), _) => false,
    }
}

fn check(rule: &Rule, repeat: Option<i64>) -> Result<(), ServiceError> {
    let mut wrong = Vec::new();
    let days = match rule.kind {
        RuleKind::BeforeDue => 1..=MOST_DAYS,
        RuleKind::DueToday | RuleKind::Overdue => 0..=0,
    };
    if !days.contains(&rule.working_days) {
        wrong.push(Violation::new(
            "reminder_rule.working_days",
            "OUT_OF_RANGE",
            format!("số ngày làm việc phải từ {} đến {} đối với quy tắc này", days.start(), days.end()),
            format!("working_days must be {} to {} for this kind of rule", days.start(), days.end()),
        ));
    }
    let fits = match (rule.kind, repeat) {
        (_, None) => true,
        (RuleKind::Overdue, Some(days)) => (1..=MOST_DAYS).contains(&days),
        (RuleKind::BeforeDue | RuleKind::DueToday, Some(_)) => false,
    };
    if !fits {
        wrong.push(Violation::new(
            "reminder_rule.repeat_working_days",
            "OUT_OF_RANGE",
            format!("chỉ quy tắc quá hạn được nhắc lại, sau 1 đến {MOST_DAYS} ngày làm việc; hãy bỏ trống"),
            format!("only an overdue rule repeats, after 1 to {MOST_DAYS} working days; leave it out"),
        ));
    }
    if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(wrong)) }
}
