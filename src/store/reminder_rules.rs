//! Rules of reminding as rows; how they work is the domain's business. All of them are read with the other
//! rules, so whoever changes one bumps the rules' epoch.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

use super::entity::reminder_rule;
use super::query::{ListQuery, Page, Published, page};
use super::{Door, StoreError, Tx};
use crate::domain::filter::{Field, FieldKind};
use crate::domain::permission::Scope;
use crate::domain::reminder::Rule;

/// A rule as it is kept.
pub type RuleRow = reminder_rule::Model;

/// What lists of rules may be filtered and ordered by. `unit` is given as a resource name.
pub const PUBLISHED: [Published; 6] = [
    Published { field: Field { name: "unit", kind: FieldKind::Text, sortable: false }, column: "unit_id" },
    Published { field: Field { name: "kind", kind: FieldKind::Text, sortable: false }, column: "kind" },
    Published {
        field: Field { name: "subject_kind", kind: FieldKind::Text, sortable: false },
        column: "subject_kind",
    },
    Published { field: Field { name: "role", kind: FieldKind::Text, sortable: false }, column: "role" },
    Published { field: Field { name: "enabled", kind: FieldKind::Flag, sortable: false }, column: "enabled" },
    Published {
        field: Field { name: "create_time", kind: FieldKind::Instant, sortable: true },
        column: "valid_from",
    },
];

/// The row of a rule that counts from `now` on.
pub fn row_of(id: Uuid, rule: &Rule, now: DateTime<Utc>) -> RuleRow {
    let whole = |days: i64| i32::try_from(days).unwrap_or(i32::MAX);
    RuleRow {
        id,
        unit_id: rule.unit_id,
        kind: rule.kind.as_str().to_owned(),
        subject_kind: rule.subject_kind.as_str().to_owned(),
        working_days: whole(rule.working_days),
        repeat_working_days: (rule.repeat_working_days > 0).then(|| whole(rule.repeat_working_days)),
        role: rule.role.as_str().to_owned(),
        enabled: rule.enabled,
        version: 1,
        valid_from: now,
    }
}

/// How many there are.
pub async fn count(door: &impl Door) -> Result<u64, StoreError> {
    Ok(reminder_rule::Entity::find().count(door.conn()).await?)
}

/// A rule by identity.
pub async fn find(door: &impl Door, id: Uuid) -> Result<Option<RuleRow>, StoreError> {
    Ok(reminder_rule::Entity::find_by_id(id).one(door.conn()).await?)
}

/// Inserts rules.
pub async fn insert(tx: &Tx, rows: Vec<RuleRow>) -> Result<(), StoreError> {
    let models = rows.into_iter().map(|row| row.into_active_model().reset_all());
    reminder_rule::Entity::insert_many(models).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Saves a rule that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: RuleRow, version: i64) -> Result<(), StoreError> {
    let id = row.id;
    let mut model = row.into_active_model().reset_all();
    model.id = sea_orm::ActiveValue::Unchanged(id);
    let done = reminder_rule::Entity::update_many()
        .set(model)
        .filter(reminder_rule::Column::Id.eq(id))
        .filter(reminder_rule::Column::Version.eq(version))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// A page of rules: those of the house, and those of the units in the scope.
pub async fn list(door: &impl Door, query: &ListQuery, scope: &Scope) -> Result<Page<RuleRow>, StoreError> {
    let within = match scope {
        Scope::All => None,
        Scope::Units(units) => {
            let units: Vec<Uuid> = units.iter().copied().collect();
            Some(
                Condition::any()
                    .add(reminder_rule::Column::UnitId.is_null())
                    .add(reminder_rule::Column::UnitId.is_in(units)),
            )
        }
        Scope::Own(_) => Some(Condition::all().add(reminder_rule::Column::UnitId.is_null())),
    };
    page::<reminder_rule::Entity>(door, &PUBLISHED, "id", query, within).await
}
