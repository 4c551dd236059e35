//! Rules of reminding as rows, one a version; how they work is the domain's business. All of them are read with the
//! other rules, so whoever changes one bumps the rules' epoch.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, Value};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::entity::reminder_rule;
use super::query::{ListQuery, Page, Published, page};
use super::{Door, StoreError, Tx};
use crate::domain::filter::{Field, FieldKind};
use crate::domain::permission::Scope;
use crate::domain::reminder::{Rule, SubjectKind};

/// A version of a rule as it is kept.
pub type RuleRow = reminder_rule::Model;

const fn text(name: &'static str, column: &'static str) -> Published {
    Published { field: Field { name, kind: FieldKind::Text, sortable: false }, column }
}

/// What lists of rules may be filtered and ordered by. `unit` is given as a resource name.
pub const PUBLISHED: [Published; 7] = [
    text("unit", "unit_id"),
    text("code", "code"),
    text("kind", "kind"),
    text("subject_kind", "subject_kind"),
    text("role", "role"),
    Published { field: Field { name: "enabled", kind: FieldKind::Flag, sortable: false }, column: "enabled" },
    Published {
        field: Field { name: "create_time", kind: FieldKind::Instant, sortable: true },
        column: "created_at",
    },
];

/// Who makes a version of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// The house: the first rules.
    House,
    /// The settings.
    File,
    /// Somebody, through the API.
    Person,
}

impl Maker {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::House => "house",
            Self::File => "file",
            Self::Person => "person",
        }
    }
}

/// The row of a version that is made now.
pub fn row_of(id: Uuid, rule: &Rule, maker: Maker, now: DateTime<Utc>) -> RuleRow {
    let whole = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    RuleRow {
        id,
        rule_id: rule.id,
        version: rule.version,
        code: rule.code.clone(),
        unit_id: rule.unit_id,
        kind: rule.kind.as_str().to_owned(),
        subject_kind: rule.subject_kind.as_str().to_owned(),
        working_days: whole(rule.working_days),
        office_minutes: whole(rule.office_minutes),
        months: whole(rule.months),
        watched_list: rule.watched_list.clone(),
        repeat_working_days: (rule.repeat_working_days > 0).then(|| whole(rule.repeat_working_days)),
        role: rule.role.as_str().to_owned(),
        enabled: rule.enabled,
        made_by: maker.as_str().to_owned(),
        valid_from: rule.valid_from,
        created_at: now,
        replaced_at: None,
        awaited_at: (rule.valid_from > now).then_some(rule.valid_from),
    }
}

/// Waits until nobody else changes rules, and keeps others from it until the transaction ends.
pub async fn hold(tx: &Tx) -> Result<(), StoreError> {
    super::hold_alone(tx, super::RULES_LOCK).await
}

/// The kinds of subjects that there are rules for, in force or not.
pub async fn subject_kinds(door: &impl Door) -> Result<HashSet<String>, StoreError> {
    let kinds: Vec<String> = reminder_rule::Entity::find()
        .select_only()
        .column(reminder_rule::Column::SubjectKind)
        .distinct()
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(kinds.into_iter().collect())
}

/// A version of a rule.
pub async fn version(door: &impl Door, rule_id: Uuid, version: i64) -> Result<Option<RuleRow>, StoreError> {
    Ok(reminder_rule::Entity::find()
        .filter(reminder_rule::Column::RuleId.eq(rule_id))
        .filter(reminder_rule::Column::Version.eq(version))
        .one(door.conn())
        .await?)
}

/// The newest version of a rule.
pub async fn find(door: &impl Door, rule_id: Uuid) -> Result<Option<RuleRow>, StoreError> {
    Ok(reminder_rule::Entity::find()
        .filter(reminder_rule::Column::RuleId.eq(rule_id))
        .filter(reminder_rule::Column::ReplacedAt.is_null())
        .one(door.conn())
        .await?)
}

/// The newest versions of the rules with a code for a kind of subject, whatever their unit.
pub async fn of_code(
    door: &impl Door,
    subject_kind: SubjectKind,
    code: &str,
) -> Result<Vec<RuleRow>, StoreError> {
    Ok(reminder_rule::Entity::find()
        .filter(reminder_rule::Column::SubjectKind.eq(subject_kind.as_str()))
        .filter(reminder_rule::Column::Code.eq(code))
        .filter(reminder_rule::Column::ReplacedAt.is_null())
        .all(door.conn())
        .await?)
}

/// Inserts versions.
pub async fn insert(tx: &Tx, rows: Vec<RuleRow>) -> Result<(), StoreError> {
    let models = rows.into_iter().map(|row| row.into_active_model().reset_all());
    reminder_rule::Entity::insert_many(models).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Puts a new version in the place of the newest one; [`StoreError::Conflict`] if that isn't the newest any more.
pub async fn replace(tx: &Tx, old: &RuleRow, new: RuleRow) -> Result<(), StoreError> {
    let done = reminder_rule::Entity::update_many()
        .col_expr(reminder_rule::Column::ReplacedAt, Expr::value(new.created_at))
        .filter(reminder_rule::Column::Id.eq(old.id))
        .filter(reminder_rule::Column::ReplacedAt.is_null())
        .exec(tx.conn())
        .await?;
    if done.rows_affected != 1 {
        return Err(StoreError::Conflict);
    }
    insert(tx, vec![new]).await
}

/// Versions that were made before they count and count now, but that the plan hasn't followed.
pub async fn arrived(tx: &Tx, now: DateTime<Utc>) -> Result<Vec<RuleRow>, StoreError> {
    Ok(reminder_rule::Entity::find()
        .filter(reminder_rule::Column::AwaitedAt.lte(now))
        .order_by_asc(reminder_rule::Column::AwaitedAt)
        .order_by_asc(reminder_rule::Column::Id)
        .all(tx.conn())
        .await?)
}

/// The plan has followed a version.
pub async fn followed(tx: &Tx, id: Uuid) -> Result<(), StoreError> {
    reminder_rule::Entity::update_many()
        .col_expr(reminder_rule::Column::AwaitedAt, Expr::value(Value::from(None::<DateTime<Utc>>)))
        .filter(reminder_rule::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// A page of rules: those of the house, and those of the units in the scope; each in its newest version, or in all.
pub async fn list(
    door: &impl Door,
    query: &ListQuery,
    scope: &Scope,
    all_versions: bool,
) -> Result<Page<RuleRow>, StoreError> {
    let seen = match scope {
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
    let newest = (!all_versions).then(|| reminder_rule::Column::ReplacedAt.is_null());
    let within = Condition::all().add_option(seen).add_option(newest);
    page::<reminder_rule::Entity>(door, &PUBLISHED, "id", query, Some(within)).await
}
