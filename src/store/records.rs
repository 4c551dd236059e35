//! What the tables of plain records share: insert in bulk, save at a version, find by code, and lists that
//! are narrowed by more than a comparison. Nothing here knows a table by name.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Expr, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition as Where, EntityTrait, ExprTrait, FromQueryResult,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::query::{ListQuery, Published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::{Condition, Field, FieldKind, Op, Order, Value};

/// Rows a statement: at most 31 columns each, SQLite binds at most 32,766 values.
const CHUNK: usize = 1000;

/// A published field.
pub(super) const fn published(
    name: &'static str,
    kind: FieldKind,
    sortable: bool,
    column: &'static str,
) -> Published {
    Published { field: Field { name, kind, sortable }, column }
}

/// Inserts new records. A taken code is a [`StoreError::Duplicate`].
pub(super) async fn insert<A>(tx: &Tx, rows: Vec<<A::Entity as EntityTrait>::Model>) -> Result<(), StoreError>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let mut models = rows.into_iter().map(|row| row.into_active_model().reset_all());
    loop {
        let chunk: Vec<A> = models.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        <A::Entity as EntityTrait>::insert_many(chunk).exec_without_returning(tx.conn()).await?;
    }
}

/// Saves a record that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub(super) async fn update<A>(
    tx: &Tx,
    row: <A::Entity as EntityTrait>::Model,
    identity: (<A::Entity as EntityTrait>::Column, Uuid),
    version: (<A::Entity as EntityTrait>::Column, i64),
) -> Result<(), StoreError>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let mut model = row.into_active_model().reset_all();
    model.not_set(identity.0);
    let done = <A::Entity as EntityTrait>::update_many()
        .set(model)
        .filter(identity.0.eq(identity.1))
        .filter(version.0.eq(version.1))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Records by code among `of`, whoever asks: for imports.
pub(super) async fn by_codes<E>(
    door: &impl Door,
    of: Select<E>,
    column: E::Column,
    codes: &[String],
    code: fn(&E::Model) -> &String,
) -> Result<HashMap<String, E::Model>, StoreError>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Send + Sync,
{
    let mut found = HashMap::new();
    for chunk in codes.chunks(CHUNK) {
        let rows = of.clone().filter(column.is_in(chunk.to_vec())).all(door.conn()).await?;
        found.extend(rows.into_iter().map(|row| (code(&row).clone(), row)));
    }
    Ok(found)
}

/// Records by identity, in no order, whoever asks.
pub(super) async fn by_ids<E>(
    door: &impl Door,
    identity: E::Column,
    ids: &[Uuid],
) -> Result<Vec<E::Model>, StoreError>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Send + Sync,
{
    let mut found = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        found.extend(E::find().filter(identity.is_in(chunk.to_vec())).all(door.conn()).await?);
    }
    Ok(found)
}

/// Takes away a record that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub(super) async fn delete<E: EntityTrait>(
    tx: &Tx,
    identity: (E::Column, Uuid),
    version: (E::Column, i64),
) -> Result<(), StoreError> {
    let done = E::delete_many()
        .filter(identity.0.eq(identity.1))
        .filter(version.0.eq(version.1))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Records in the order of their identity, for the checker that recounts them all.
pub(super) async fn after<E>(
    door: &impl Door,
    identity: E::Column,
    after: Uuid,
    limit: u64,
) -> Result<Vec<E::Model>, StoreError>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Send + Sync,
{
    let rows = E::find().filter(identity.gt(after)).order_by_asc(identity).limit(limit);
    Ok(rows.all(door.conn()).await?)
}

/// What a list is narrowed by where one comparison can't say it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Comparisons, order and page.
    pub query: ListQuery,
    /// References to one of several records, such as a unit with its subtree.
    pub among: Vec<Among>,
    /// The instant at which "overdue" is asked.
    pub now: DateTime<Utc>,
}

/// A reference column and the identities that it may, or may not, hold.
#[derive(Debug, Clone)]
pub struct Among {
    /// The published field.
    pub field: &'static str,
    /// The identities.
    pub ids: Vec<Uuid>,
    /// It holds one of them; else it holds none of them.
    pub inside: bool,
}

/// A column by name.
pub(super) fn named(column: &'static str) -> SimpleExpr {
    Expr::col(Alias::new(column))
}

/// The narrowing as a condition, and the rest of the question as comparisons.
pub(super) fn narrowed(asked: &Asked, published: &[Published], scope: Option<Where>) -> (ListQuery, Where) {
    let mut all = Where::all();
    if let Some(scope) = scope {
        all = all.add(scope);
    }
    for among in &asked.among {
        if let Some(found) = published.iter().find(|p| p.field.name == among.field) {
            let column = named(found.column);
            all = all.add(if among.inside {
                column.is_in(among.ids.clone())
            } else {
                // A record without a unit isn't in the subtree either.
                named(found.column).is_null().or(column.is_not_in(among.ids.clone()))
            });
        }
    }
    let mut query = asked.query.clone();
    let (overdue, conditions): (Vec<Condition>, Vec<Condition>) =
        query.conditions.into_iter().partition(|c| c.field == "overdue");
    query.conditions = conditions;
    for condition in overdue {
        let past = named("overdue_at").lte(asked.now);
        let not_past = named("overdue_at").is_null().or(named("overdue_at").gt(asked.now));
        let mut either = Where::any();
        if holds(condition.op, true, &condition.value) {
            either = either.add(past);
        }
        if holds(condition.op, false, &condition.value) {
            either = either.add(not_past);
        }
        // An empty ANY would let everything through.
        all = all.add(if either.is_empty() { Where::all().add(Expr::value(1).eq(0)) } else { either });
    }
    (query, all)
}

/// Whether a flag compares so with the value of a filter.
fn holds(op: Op, flag: bool, value: &Value) -> bool {
    let Value::Flag(other) = value else { return op == Op::Ne };
    match op {
        Op::Eq => flag == *other,
        Op::Ne => flag != *other,
        Op::Lt => !flag && *other,
        Op::Le => flag <= *other,
        Op::Gt => flag && !*other,
        Op::Ge => flag >= *other,
    }
}

/// Orders whose key is another column than the field's own: a due date that sorts last where there is
/// none, the time of recording by the identities that were minted with it.
pub(super) fn keyed(mut query: ListQuery, keys: &'static [(&'static str, Published)]) -> ListQuery {
    if let Some((_, key)) = keys.iter().find(|(name, _)| *name == query.order.field) {
        query.order = Order { field: key.field.name, descending: query.order.descending };
    }
    query
}
