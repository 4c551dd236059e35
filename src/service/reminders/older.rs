//! What rules pass over because it was over long before they began: it is counted, so that nobody takes silence for
//! tidiness.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::slots::house_calendar;
use super::super::work::Look;
use crate::domain::permission::Scope;
use crate::domain::reminder::{Rule, SubjectKind};
use crate::store::subjects;

/// What a rule passes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Older {
    /// The rule.
    pub rule: Rule,
    /// What was over before.
    pub before: DateTime<Utc>,
    /// How many.
    pub count: u64,
}

/// Code and identity of a rule, and how far it looks back by a unit's calendar.
type Key = (String, Uuid, DateTime<Utc>);

/// What the rules that hold at an instant pass over in the units of a scope, by code.
pub(super) async fn older(look: &Look, scope: &Scope, at: DateTime<Utc>) -> Result<Vec<Older>, ServiceError> {
    let house = house_calendar(&look.rules);
    let seen = |unit: Uuid| match scope {
        Scope::All => true,
        Scope::Units(units) => units.contains(&unit),
        Scope::Own(_) => false,
    };
    let mut of_rules: BTreeMap<Key, (Rule, Vec<Uuid>)> = BTreeMap::new();
    for unit in look.rules.units.all().filter(|unit| seen(unit.id)) {
        let calendar = look.rules.calendar_for(Some(unit.id)).unwrap_or(&house);
        for rule in look.rules.reminders_for(SubjectKind::Dossier, Some(unit.id), at) {
            let Some(before) = rule.looks_back_to(calendar) else { continue };
            let of_rule = of_rules.entry((rule.code.clone(), rule.id, before));
            of_rule.or_insert_with(|| (rule, Vec::new())).1.push(unit.id);
        }
    }
    let mut older = Vec::new();
    for ((_, _, before), (rule, units)) in of_rules {
        let count = subjects::undigitised_before(&look.door, &units, before).await?;
        if count > 0 {
            older.push(Older { rule, before, count });
        }
    }
    Ok(older)
}
