//! Lists: filter, order and keyset pages over any table, by its published fields.

use std::str::FromStr;

use sea_orm::sea_query::{Alias, Expr, SimpleExpr};
use sea_orm::{
    Condition as Where, EntityTrait, ExprTrait, FromQueryResult, ModelTrait, Order as Direction, QueryFilter,
    QueryOrder, QuerySelect, Select,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Door, StoreError};
use crate::domain::filter::{Condition, Field, Op, Order, Value};

/// A published field and the column behind it.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// The field.
    pub field: Field,
    /// The column.
    pub column: &'static str,
}

/// What to list.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Comparisons, joined by AND. Values of reference fields are resolved to ids by the caller.
    pub conditions: Vec<Condition>,
    /// The order; identity breaks ties.
    pub order: Order,
    /// The row after which the page begins.
    pub after: Option<Cursor>,
    /// Rows a page.
    pub limit: u64,
}

/// The key of a page's last row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Value of the order's column.
    pub key: Value,
    /// Identity of the row: its uuid or number as text.
    pub id: String,
}

/// A page of rows.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; None at the end.
    pub next: Option<Cursor>,
}

fn operand(value: &Value) -> Option<sea_orm::Value> {
    Some(match value {
        Value::Text(text) => text.clone().into(),
        Value::Number(number) => (*number).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Instant(at) => (*at).into(),
        Value::Day(day) => (*day).into(),
        Value::Missing => return None,
    })
}

fn compare(column: SimpleExpr, op: Op, value: &Value) -> SimpleExpr {
    let Some(value) = operand(value) else {
        return if op == Op::Ne { column.is_not_null() } else { column.is_null() };
    };
    match op {
        Op::Eq => column.eq(value),
        Op::Ne => column.ne(value),
        Op::Lt => column.lt(value),
        Op::Le => column.lte(value),
        Op::Gt => column.gt(value),
        Op::Ge => column.gte(value),
    }
}

/// Text values of a uuid column are given as the uuid's text.
fn typed(column: &str, value: &Value) -> Result<sea_orm::Value, StoreError> {
    if let (true, Value::Text(text)) = (column.ends_with("_id") || column == "id", value) {
        return Uuid::parse_str(text).map(Into::into).map_err(|_| corrupt(column));
    }
    operand(value).ok_or_else(|| corrupt(column))
}

fn corrupt(column: &str) -> StoreError {
    StoreError::Corrupt { table: "page token", column: "key", row: column.to_owned() }
}

/// The column behind a published field.
fn column_of(published: &[Published], name: &str) -> Result<&'static str, StoreError> {
    published.iter().find(|p| p.field.name == name).map(|p| p.column).ok_or_else(|| corrupt(name))
}

/// The statement that reads a page and one row more of a table whose identity column is `id` (uuid), `seq`
/// (number), or the order's own column where that is unique: then nothing else breaks ties. `scope` is what the caller may see. Its order is that of an index, and its beginning a bound on that
/// index: the hundredth page costs what the first one does.
pub fn statement<E>(
    published: &[Published],
    identity: &'static str,
    query: &ListQuery,
    scope: Option<Where>,
) -> Result<Select<E>, StoreError>
where
    E: EntityTrait,
{
    let mut select = E::find();
    for condition in &query.conditions {
        let column = column_of(published, condition.field)?;
        let column_expr: SimpleExpr = Expr::col((E::default(), Alias::new(column)));
        let filter = match (&condition.value, column.ends_with("_id")) {
            (Value::Text(_), true) => {
                let id = typed(column, &condition.value)?;
                if condition.op == Op::Ne { column_expr.ne(id) } else { column_expr.eq(id) }
            }
            _ => compare(column_expr, condition.op, &condition.value),
        };
        select = select.filter(filter);
    }
    if let Some(scope) = scope {
        select = select.filter(scope);
    }
    let key = column_of(published, query.order.field)?;
    let key_expr = || -> SimpleExpr { Expr::col((E::default(), Alias::new(key))) };
    let id_expr = || -> SimpleExpr { Expr::col((E::default(), Alias::new(identity))) };
    if let Some(after) = &query.after {
        let key_value = typed(key, &after.key)?;
        let id_value: sea_orm::Value = if identity == key {
            key_value.clone()
        } else if identity == "seq" {
            after.id.parse::<i64>().map_err(|_| corrupt(identity))?.into()
        } else {
            Uuid::parse_str(&after.id).map_err(|_| corrupt(identity))?.into()
        };
        let beyond = |expr: SimpleExpr, value: sea_orm::Value| {
            if query.order.descending { expr.lt(value) } else { expr.gt(value) }
        };
        // Said apart: an index is bound by a comparison, not by an OR.
        let bound = if query.order.descending {
            key_expr().lte(key_value.clone())
        } else {
            key_expr().gte(key_value.clone())
        };
        select = select
            .filter(bound)
            .filter(Where::any().add(beyond(key_expr(), key_value)).add(beyond(id_expr(), id_value)));
    }
    let direction = if query.order.descending { Direction::Desc } else { Direction::Asc };
    // Keys are never null: no word about nulls, which no index would match.
    select = select.order_by(key_expr(), direction.clone());
    if identity != key {
        select = select.order_by(id_expr(), direction);
    }
    Ok(select.limit(query.limit + 1))
}

/// A page of a table, as [`statement`] asks for it.
pub async fn page<E>(
    door: &impl Door,
    published: &[Published],
    identity: &'static str,
    query: &ListQuery,
    scope: Option<Where>,
) -> Result<Page<E::Model>, StoreError>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Sync,
    <E::Column as FromStr>::Err: std::fmt::Debug,
{
    let key = column_of(published, query.order.field)?;
    let mut rows = statement::<E>(published, identity, query, scope)?.all(door.conn()).await?;
    let more = rows.len() as u64 > query.limit;
    rows.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    let next = match rows.last().filter(|_| more) {
        None => None,
        Some(last) => {
            let read = |name: &str| -> Result<sea_orm::Value, StoreError> {
                let column = E::Column::from_str(name).map_err(|_| corrupt(name))?;
                Ok(last.get(column))
            };
            Some(Cursor {
                key: back(read(key)?).ok_or_else(|| corrupt(key))?,
                id: id_text(&read(identity)?, identity)?,
            })
        }
    };
    Ok(Page { rows, next })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is sea-query's; identities are of three kinds")]
fn id_text(value: &sea_orm::Value, identity: &'static str) -> Result<String, StoreError> {
    match value {
        sea_orm::Value::Uuid(Some(id)) => Ok(id.to_string()),
        sea_orm::Value::BigInt(Some(n)) => Ok(n.to_string()),
        sea_orm::Value::String(Some(text)) => Ok(text.clone()),
        _ => Err(corrupt(identity)),
    }
}

/// A page's key must not be null: sortable columns are never null.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is sea-query's; sortable columns are of these kinds"
)]
fn back(value: sea_orm::Value) -> Option<Value> {
    Some(match value {
        sea_orm::Value::String(Some(text)) => Value::Text(text.clone()),
        sea_orm::Value::BigInt(Some(n)) => Value::Number(n),
        sea_orm::Value::Int(Some(n)) => Value::Number(i64::from(n)),
        sea_orm::Value::Bool(Some(flag)) => Value::Flag(flag),
        sea_orm::Value::ChronoDateTimeUtc(Some(at)) => Value::Instant(at),
        sea_orm::Value::ChronoDate(Some(day)) => Value::Day(day),
        sea_orm::Value::Uuid(Some(id)) => Value::Text(id.to_string()),
        _ => return None,
    })
}
