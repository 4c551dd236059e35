//! Rules of reminding: the first ones, those of the settings, new ones, changed ones. A change is a new version; the plan
//! of what it touches is looked at anew as soon as it counts, and what was sent stays.
//!
//! Of one code the newest word holds, whoever said it, with one exception: what a person set through the API, the
//! settings don't set back at the next start.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::House;
use super::super::error::{ServiceError, Violation};
use super::super::work::{Look, Work, check_etag};
use super::planning::replan;
use super::sense;
use crate::domain::permission::Scope;
use crate::domain::reminder::{NoticeRole, Rule, RuleKind, SubjectKind, default_rules, usual_code};
use crate::domain::schedule::JobName;
use crate::domain::text;
use crate::store::query::{ListQuery, Page};
use crate::store::reminder_rules::{self, Maker, RuleRow};
use crate::store::rules as kept;

/// A new rule as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleDraft {
    /// Code of the unit whose subtree it holds for; empty: the whole house.
    pub unit: String,
    /// Its own code; empty: by its kind and role.
    pub code: String,
    /// Of what it reminds.
    pub subject_kind: SubjectKind,
    /// What it watches.
    pub kind: RuleKind,
    /// Working days before or after the instant that it measures from.
    pub working_days: i64,
    /// Office time before or after it, in minutes; 0: it is measured in working days.
    pub office_minutes: i64,
    /// Months of age from which on it speaks; of `Ageing` only.
    pub months: i64,
    /// The watched list that it looks at; empty: any. Of `Ageing` only.
    pub watched_list: String,
    /// Working days between repeats; None: told once.
    pub repeat_working_days: Option<i64>,
    /// Whom it tells.
    pub role: NoticeRole,
    /// In force.
    pub enabled: bool,
    /// From when on it counts; None: from now on.
    pub valid_from: Option<DateTime<Utc>>,
}

/// What changes of a rule; None leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleChange {
    /// Working days before or after the instant that it measures from.
    pub working_days: Option<i64>,
    /// Office time before or after it, in minutes.
    pub office_minutes: Option<i64>,
    /// Months of age from which on it speaks.
    pub months: Option<i64>,
    /// The watched list that it looks at.
    pub watched_list: Option<String>,
    /// Working days between repeats; Some(None): told once.
    pub repeat_working_days: Option<Option<i64>>,
    /// Whom it tells.
    pub role: Option<NoticeRole>,
    /// In force.
    pub enabled: Option<bool>,
    /// From when on the change counts; None: from now on.
    pub valid_from: Option<DateTime<Utc>>,
}

impl RuleDraft {
    /// The rule that is asked for, its first version; the unit and the identity are put in by whoever knows them.
    fn rule(&self, now: DateTime<Utc>) -> Rule {
        let code = self.code.trim();
        Rule {
            id: Uuid::nil(),
            version: 1,
            valid_from: self.valid_from.unwrap_or(now),
            code: if code.is_empty() { usual_code(self.kind, self.role) } else { code.to_owned() },
            unit_id: None,
            subject_kind: self.subject_kind,
            kind: self.kind,
            working_days: self.working_days,
            office_minutes: self.office_minutes,
            months: self.months,
            watched_list: text::tidy(&self.watched_list),
            repeat_working_days: self.repeat_working_days.unwrap_or(0),
            role: self.role,
            enabled: self.enabled,
            since: self.valid_from.unwrap_or(now),
        }
    }

    /// What can't be so about it, all at once. It knows neither units nor other rules.
    pub fn check(&self) -> Result<(), Vec<Violation>> {
        let wrong = sense::wrong(&self.rule(DateTime::UNIX_EPOCH), self.repeat_working_days);
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

impl House {
    /// Enters the first rules of reminding for each kind of subject that has none, be it that the house is new or the kind,
    /// and those of the settings where they say something new.
    pub async fn enter_default_rules(&self) -> Result<(), ServiceError> {
        let mut work = self.job(self.own_context(JobName::PlanReminders)).await?;
        // Replicas that start together enter them once.
        reminder_rules::hold(&work.tx).await?;
        let (now, known) = (work.now(), reminder_rules::subject_kinds(&work.tx).await?);
        let is_new = |rule: &Rule| !known.contains(rule.subject_kind.as_str());
        let rows = default_rules().into_iter().filter(is_new).map(|rule| {
            let rule = Rule { id: work.new_id(), valid_from: now, ..rule };
            reminder_rules::row_of(rule.id, &rule, Maker::House, now)
        });
        let rows: Vec<RuleRow> = rows.collect();
        if !rows.is_empty() {
            reminder_rules::insert(&work.tx, rows).await?;
            work.reload_rules().await?;
        }
        for draft in self.settings.reminder_rules.clone() {
            enter_from_settings(&mut work, &draft).await?;
        }
        work.finish(&[]).await
    }
}

/// Enters a rule of the settings; what a person made of its code stays.
async fn enter_from_settings(work: &mut Work, draft: &RuleDraft) -> Result<(), ServiceError> {
    draft.check().map_err(ServiceError::Invalid)?;
    let wanted = draft.rule(work.now());
    let namesakes = check_namesakes(work, &wanted).await?;
    let Some(old) = namesakes.into_iter().find(|row| row.unit_id.is_none()) else {
        add(work, wanted, Maker::File).await?;
        return Ok(());
    };
    let stands = kept::reminder(&old)?;
    let same = Rule {
        id: stands.id,
        version: stands.version,
        valid_from: stands.valid_from,
        since: stands.since,
        ..wanted.clone()
    };
    if stands == same {
        return Ok(());
    }
    if old.made_by == Maker::Person.as_str() {
        tracing::info!(
            subject = %old.subject_kind, code = %old.code,
            "a rule of reminding in the settings isn't taken: it was changed through the API"
        );
        return Ok(());
    }
    let new = Rule { version: old.version + 1, valid_from: work.now(), ..same };
    put_in_place(work, &old, &new, Maker::File).await?;
    Ok(())
}

/// Adds a rule.
pub async fn create_rule(work: &mut Work, draft: RuleDraft) -> Result<RuleRow, ServiceError> {
    let unit_id = unit_in_scope(work, &draft.unit)?;
    let mut wrong = draft.check().err().unwrap_or_default();
    wrong.extend(sense::too_early(draft.valid_from, work.now()));
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let rule = Rule { unit_id, ..draft.rule(work.now()) };
    let namesakes = check_namesakes(work, &rule).await?;
    if let Some(there) = namesakes.iter().find(|row| row.unit_id == unit_id) {
        return Err(ServiceError::AlreadyExists(format!("reminderRules/{}", there.rule_id)));
    }
    add(work, rule, Maker::Person).await
}

/// Changes a rule: a new version in place of the newest one.
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
    rule.office_minutes = change.office_minutes.unwrap_or(rule.office_minutes);
    rule.months = change.months.unwrap_or(rule.months);
    rule.watched_list = change.watched_list.map_or(rule.watched_list, |list| text::tidy(&list));
    rule.repeat_working_days = repeat.unwrap_or(0);
    rule.role = change.role.unwrap_or(rule.role);
    rule.enabled = change.enabled.unwrap_or(rule.enabled);
    let mut wrong = sense::wrong(&rule, repeat);
    wrong.extend(sense::too_early(change.valid_from, work.now()));
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    rule.version = old.version + 1;
    rule.valid_from = change.valid_from.unwrap_or(work.now());
    put_in_place(work, &old, &rule, Maker::Person).await
}

/// A page of rules, each in its newest version, or in all of them.
pub async fn list_rules(
    look: &Look,
    query: &ListQuery,
    all_versions: bool,
) -> Result<Page<RuleRow>, ServiceError> {
    Ok(reminder_rules::list(&look.door, query, &look.context.scope, all_versions).await?)
}

/// The newest versions of the rules that have the code of a rule for its kind of subject. A code says what is watched:
/// it must be the same everywhere, or a unit would silence what it doesn't speak of.
async fn check_namesakes(work: &Work, rule: &Rule) -> Result<Vec<RuleRow>, ServiceError> {
    // Of two that come at once with one code the second must see the first.
    reminder_rules::hold(&work.tx).await?;
    let namesakes = reminder_rules::of_code(&work.tx, rule.subject_kind, &rule.code).await?;
    if let Some(other) = namesakes.iter().find(|row| row.kind != rule.kind.as_str()) {
        return Err(sense::other_kind(&rule.code, &other.kind).into());
    }
    Ok(namesakes)
}

async fn add(work: &mut Work, rule: Rule, maker: Maker) -> Result<RuleRow, ServiceError> {
    let rule = Rule { id: work.new_id(), ..rule };
    let row = reminder_rules::row_of(rule.id, &rule, maker, work.now());
    reminder_rules::insert(&work.tx, vec![row.clone()]).await?;
    follow(work, &rule, &row, "created").await?;
    Ok(row)
}

async fn put_in_place(
    work: &mut Work,
    old: &RuleRow,
    new: &Rule,
    maker: Maker,
) -> Result<RuleRow, ServiceError> {
    let row = reminder_rules::row_of(work.new_id(), new, maker, work.now());
    reminder_rules::replace(&work.tx, old, row.clone()).await?;
    follow(work, new, &row, "updated").await?;
    Ok(row)
}

/// The plan follows a version that counts now; one that counts later is followed when it does.
async fn follow(work: &mut Work, rule: &Rule, row: &RuleRow, verb: &str) -> Result<(), ServiceError> {
    work.reload_rules().await?;
    if row.awaited_at.is_none() {
        replan(work, rule).await?;
    }
    let detail = serde_json::json!({
        verb: {
            "code": row.code, "version": row.version, "kind": row.kind, "subject_kind": row.subject_kind,
            "working_days": row.working_days, "office_minutes": row.office_minutes,
            "months": row.months, "watched_list": row.watched_list,
            "repeat_working_days": row.repeat_working_days, "role": row.role, "enabled": row.enabled,
            "valid_from": row.valid_from,
        }
    });
    work.note(format!("reminderRules/{}", row.rule_id), &detail);
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
