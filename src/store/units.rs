//! Units: their present attributes, what they were before, and how one became another.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use super::entity::{dossier, opinion, petition, task, unit, unit_edge, unit_history, unit_judging};
use super::query::Published;
use super::records::{self, published};
use super::{Door, StoreError, Tx, opinions};
use crate::domain::filter::FieldKind;

/// A unit with its present attributes.
pub type UnitRow = unit::Model;
/// The attributes of a unit in a span of days.
pub type SpanRow = unit_history::Model;
/// Whose date judges, from a day on.
pub type JudgingRow = unit_judging::Model;
/// A step from a unit to its successor.
pub type EdgeRow = unit_edge::Model;

/// What lists of units may be filtered and ordered by. The tree of a day is read whole and narrowed by the service.
pub const PUBLISHED: [Published; 5] = [
    published("code", FieldKind::Text, true, "code"),
    published("kind", FieldKind::Text, false, "kind"),
    published("parent", FieldKind::Text, false, "parent_id"),
    published("display_name", FieldKind::Text, false, "name"),
    published("create_time", FieldKind::Instant, true, "created_at"),
];

/// All that was ever recorded of units.
#[derive(Debug, Clone, Default)]
pub struct Register {
    /// The units.
    pub units: Vec<UnitRow>,
    /// Their attributes over time, ascending, by unit.
    pub spans: HashMap<Uuid, Vec<SpanRow>>,
    /// How they became others.
    pub edges: Vec<EdgeRow>,
}

/// Reads all of it, units aside that were withdrawn.
pub async fn register(door: &impl Door) -> Result<Register, StoreError> {
    let mut spans: HashMap<Uuid, Vec<SpanRow>> = HashMap::new();
    let rows =
        unit_history::Entity::find().order_by_asc(unit_history::Column::ValidFrom).all(door.conn()).await?;
    for row in rows {
        spans.entry(row.unit_id).or_default().push(row);
    }
    let edges = unit_edge::Entity::find()
        .order_by_asc(unit_edge::Column::EffectiveOn)
        .order_by_asc(unit_edge::Column::Id)
        .all(door.conn())
        .await?;
    let units = unit::Entity::find().filter(unit::Column::WithdrawnAt.is_null()).all(door.conn()).await?;
    let standing: HashSet<Uuid> = units.iter().map(|row| row.id).collect();
    spans.retain(|id, _| standing.contains(id));
    Ok(Register { units, spans, edges })
}

/// Inserts new units with their first spans; parents before children.
pub async fn insert(tx: &Tx, rows: Vec<UnitRow>, spans: Vec<SpanRow>) -> Result<(), StoreError> {
    records::insert::<unit::ActiveModel>(tx, rows).await?;
    records::insert::<unit_history::ActiveModel>(tx, spans).await
}

/// Saves a unit that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: UnitRow, version: i64) -> Result<(), StoreError> {
    let id = row.id;
    let (identity, version) = ((unit::Column::Id, id), (unit::Column::Version, version));
    records::update::<unit::ActiveModel>(tx, row, identity, version).await
}

/// The units that stand on a day.
pub async fn standing(door: &impl Door, day: NaiveDate) -> Result<HashSet<Uuid>, StoreError> {
    let until = unit::Column::ValidTo;
    let found = unit::Entity::find()
        .filter(unit::Column::WithdrawnAt.is_null())
        .filter(unit::Column::ValidFrom.lte(day))
        .filter(Condition::any().add(until.is_null()).add(until.gte(day)))
        .all(door.conn())
        .await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Units by identity with their spans, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<(UnitRow, Vec<SpanRow>)>, StoreError> {
    let rows = records::by_ids::<unit::Entity>(door, unit::Column::Id, ids).await?;
    let mut spans: HashMap<Uuid, Vec<SpanRow>> = HashMap::new();
    for span in records::by_ids::<unit_history::Entity>(door, unit_history::Column::UnitId, ids).await? {
        spans.entry(span.unit_id).or_default().push(span);
    }
    for spans in spans.values_mut() {
        spans.sort_by_key(|span| (span.valid_from, span.id));
    }
    let mut with = |row: UnitRow| {
        let spans = spans.remove(&row.id).unwrap_or_default();
        (row, spans)
    };
    Ok(rows.into_iter().map(&mut with).collect())
}

/// Saves the attributes of a span: a new one, or one with other content.
pub async fn save_span(tx: &Tx, row: SpanRow) -> Result<(), StoreError> {
    unit_history::Entity::delete_by_id(row.id).exec(tx.conn()).await?;
    row.into_active_model().reset_all().insert(tx.conn()).await?;
    Ok(())
}

/// The spans of a unit are these, and no others.
pub async fn put_spans(tx: &Tx, unit_id: Uuid, spans: Vec<SpanRow>) -> Result<(), StoreError> {
    unit_history::Entity::delete_many()
        .filter(unit_history::Column::UnitId.eq(unit_id))
        .exec(tx.conn())
        .await?;
    records::insert::<unit_history::ActiveModel>(tx, spans).await
}

/// Ends the span that is open, on its last day.
pub async fn end_span(tx: &Tx, unit_id: Uuid, last: NaiveDate) -> Result<(), StoreError> {
    unit_history::Entity::update_many()
        .col_expr(unit_history::Column::ValidTo, Expr::value(last))
        .filter(unit_history::Column::UnitId.eq(unit_id))
        .filter(unit_history::Column::ValidTo.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Saves whose date judges what a unit receives from a day on; of one unit and day the last word holds.
pub async fn save_judging(tx: &Tx, row: JudgingRow) -> Result<(), StoreError> {
    unit_judging::Entity::delete_many()
        .filter(unit_judging::Column::UnitId.eq(row.unit_id))
        .filter(unit_judging::Column::EffectiveOn.eq(row.effective_on))
        .exec(tx.conn())
        .await?;
    row.into_active_model().reset_all().insert(tx.conn()).await?;
    Ok(())
}

/// Records how units became others.
pub async fn insert_edges(tx: &Tx, rows: Vec<EdgeRow>) -> Result<(), StoreError> {
    records::insert::<unit_edge::ActiveModel>(tx, rows).await
}

/// The unit that goes on with the open dossiers of others, and answers what these were asked for.
pub async fn hand_on(tx: &Tx, from: &[Uuid], to: Uuid) -> Result<u64, StoreError> {
    let (asked, from) = (from, from.to_vec());
    let done = dossier::Entity::update_many()
        .col_expr(dossier::Column::ContinuingUnitId, Expr::value(to))
        .filter(dossier::Column::Open.eq(true))
        .filter(
            Condition::any().add(dossier::Column::ContinuingUnitId.is_in(from.clone())).add(
                Condition::all()
                    .add(dossier::Column::ContinuingUnitId.is_null())
                    .add(dossier::Column::UnitId.is_in(from)),
            ),
        )
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected + opinions::hand_on(tx, asked, to).await?)
}

/// How much open work a unit answers for: dossiers, tasks, petitions, and opinions that it was asked for.
pub async fn open_work(tx: &Tx, id: Uuid) -> Result<u64, StoreError> {
    let dossiers = dossier::Entity::find()
        .filter(dossier::Column::Open.eq(true))
        .filter(
            Condition::any().add(dossier::Column::ContinuingUnitId.eq(id)).add(
                Condition::all()
                    .add(dossier::Column::ContinuingUnitId.is_null())
                    .add(dossier::Column::UnitId.eq(id)),
            ),
        )
        .count(tx.conn())
        .await?;
    let tasks = task::Entity::find()
        .filter(task::Column::Open.eq(true))
        .filter(task::Column::LeadUnitId.eq(id))
        .count(tx.conn())
        .await?;
    let petitions = petition::Entity::find()
        .filter(petition::Column::Open.eq(true))
        .filter(petition::Column::UnitId.eq(id))
        .count(tx.conn())
        .await?;
    let opinions = opinion::Entity::find()
        .filter(opinion::Column::Open.eq(true))
        .filter(opinion::Column::AskedUnitId.eq(id))
        .count(tx.conn())
        .await?;
    Ok(dossiers + tasks + petitions + opinions)
}
