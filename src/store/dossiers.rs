//! Dossiers: the projection beside the events.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseBackend, EntityTrait, IntoActiveModel, Iterable,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Statement,
};
use uuid::Uuid;

use super::entity::dossier;
use super::query::{ListQuery, Page, Published, page, statement};
use super::records::{self, Asked, keyed, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Flag, Instant, Text};
use crate::domain::permission::Scope;

/// A dossier as it stands.
pub type DossierRow = dossier::Model;

/// Rows a statement: 44 columns each, SQLite binds at most 32,766 values.
const CHUNK: usize = 500;

/// What lists of dossiers may be filtered and ordered by. `unit`, `procedure` and `holder` are given
/// as resource names and resolved to identities by the service.
pub const PUBLISHED: [Published; 20] = [
    published("code", Text, true, "code"),
    published("state", Text, false, "state"),
    published("unit", Text, false, "unit_id"),
    published("procedure", Text, false, "procedure_id"),
    published("holder", Text, false, "holder_id"),
    published("channel", Text, false, "channel"),
    published("received_at", Instant, true, "received_at"),
    published("due_at", Instant, true, "due_at"),
    published("closed_at", Instant, false, "closed_at"),
    published("outcome", Text, false, "outcome"),
    published("timeliness", Text, false, "timeliness"),
    published("open", Flag, false, "open"),
    published("overdue", Flag, false, "overdue_flagged"),
    published("clock_stopped", Flag, false, "clock_stopped"),
    published("provisional", Flag, false, "provisional"),
    published("late_recorded", Flag, false, "late_recorded"),
    published("judge_by", Text, false, "judge_by"),
    published("apologised", Flag, false, "apologised"),
    published("promise_way", Text, false, "promise_way"),
    published("source", Text, false, "source"),
];

/// No due date sorts as the latest.
const KEYS: [(&str, Published); 1] = [("due_at", published("due_key", Instant, true, "due_key"))];

/// Inserts new dossiers. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<DossierRow>) -> Result<(), StoreError> {
    for chunk in rows.chunks(CHUNK) {
        let models = chunk
            .iter()
            .cloned()
            .map(IntoActiveModel::into_active_model)
            .map(dossier::ActiveModel::reset_all);
        dossier::Entity::insert_many(models).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Saves dossiers that stood at the versions beside them; [`StoreError::Conflict`] if one doesn't any more.
pub async fn update(tx: &Tx, rows: Vec<(DossierRow, i64)>) -> Result<(), StoreError> {
    let mut by_growth: BTreeMap<i64, Vec<DossierRow>> = BTreeMap::new();
    for (row, version) in rows {
        by_growth.entry(row.version - version).or_default().push(row);
    }
    for (grown, rows) in by_growth {
        // Many rows a statement, which an UPDATE can't do on both engines: each is there, so none is inserted.
        let stood = Expr::col(("excluded", dossier::Column::Version)).sub(grown);
        let over = OnConflict::column(dossier::Column::Id)
            .update_columns(dossier::Column::iter().filter(|column| !matches!(column, dossier::Column::Id)))
            .action_and_where(Expr::col((dossier::Entity, dossier::Column::Version)).eq(stood))
            .to_owned();
        for chunk in rows.chunks(CHUNK) {
            let models = chunk.iter().cloned().map(|row| row.into_active_model().reset_all());
            let done = dossier::Entity::insert_many(models)
                .on_conflict(over.clone())
                .exec_without_returning(tx.conn())
                .await?;
            if done != chunk.len() as u64 {
                return Err(StoreError::Conflict);
            }
        }
    }
    Ok(())
}

/// A dossier as it stands, which nobody else changes until the transaction ends.
pub async fn hold(tx: &Tx, id: Uuid) -> Result<Option<DossierRow>, StoreError> {
    Ok(dossier::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?)
}

/// A dossier by code, if the caller may know of it.
pub async fn find(door: &impl Door, code: &str, scope: &Scope) -> Result<Option<DossierRow>, StoreError> {
    let mut select = dossier::Entity::find().filter(dossier::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// Dossiers by code, whoever asks: for imports.
pub async fn by_codes(door: &impl Door, codes: &[String]) -> Result<HashMap<String, DossierRow>, StoreError> {
    let mut found = HashMap::new();
    for chunk in codes.chunks(CHUNK) {
        let rows = dossier::Entity::find()
            .filter(dossier::Column::Code.is_in(chunk.to_vec()))
            .all(door.conn())
            .await?;
        found.extend(rows.into_iter().map(|row| (row.code.clone(), row)));
    }
    Ok(found)
}

/// What a scope lets see: receiving or continuing unit in the subtree, or held by the official.
pub fn within(scope: &Scope) -> Option<Condition> {
    match scope {
        Scope::All => None,
        Scope::Units(units) => {
            let units: Vec<Uuid> = units.iter().copied().collect();
            Some(
                Condition::any()
                    .add(dossier::Column::UnitId.is_in(units.clone()))
                    .add(dossier::Column::ContinuingUnitId.is_in(units)),
            )
        }
        Scope::Own(official) => Some(Condition::all().add(dossier::Column::HolderId.eq(*official))),
    }
}

/// The question of a list, with the columns that it may speak of and the one that breaks ties: codes are unique.
fn question(asked: &Asked, scope: &Scope) -> (ListQuery, Condition, Vec<Published>, &'static str) {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    let columns = PUBLISHED.into_iter().chain(KEYS.map(|(_, key)| key)).collect();
    let identity = if query.order.field == "code" { "code" } else { "id" };
    (keyed(query, &KEYS), narrow, columns, identity)
}

/// A page of dossiers.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<DossierRow>, StoreError> {
    let (query, narrow, columns, identity) = question(asked, scope);
    page::<dossier::Entity>(door, &columns, identity, &query, Some(narrow)).await
}

/// The statement by which an engine reads that page, to be explained by it.
pub fn list_statement(
    engine: DatabaseBackend,
    asked: &Asked,
    scope: &Scope,
) -> Result<Statement, StoreError> {
    let (query, narrow, columns, identity) = question(asked, scope);
    Ok(statement::<dossier::Entity>(&columns, identity, &query, Some(narrow))?.build(engine))
}

/// The last code that begins so and goes on with a digit. Whoever asks draws the next one: one after the other.
pub async fn last_code(tx: &Tx, prefix: &str) -> Result<Option<String>, StoreError> {
    tx.draws_codes().await?;
    Ok(dossier::Entity::find()
        .select_only()
        .column(dossier::Column::Code)
        .filter(dossier::Column::Code.gte(format!("{prefix}0")))
        .filter(dossier::Column::Code.lt(format!("{prefix}A")))
        .order_by_desc(dossier::Column::Code)
        .limit(1)
        .into_tuple()
        .one(tx.conn())
        .await?)
}

/// How many dossiers of these units were received on or after a day.
pub async fn received_since(door: &impl Door, units: &[Uuid], day: NaiveDate) -> Result<u64, StoreError> {
    Ok(dossier::Entity::find()
        .filter(dossier::Column::UnitId.is_in(units.to_vec()))
        .filter(dossier::Column::ReceivedOn.gte(day))
        .filter(dossier::Column::State.is_not_in(["registered", "not_accepted"]))
        // One whose import was undone never came in.
        .filter(dossier::Column::Flags.not_like("%retracted%"))
        .count(door.conn())
        .await?)
}

/// What of the open ones is overdue by an instant, in these units' hands.
pub fn overdue_in(units: &[Uuid], by: DateTime<Utc>) -> Condition {
    let own = Condition::all()
        .add(dossier::Column::ContinuingUnitId.is_null())
        .add(dossier::Column::UnitId.is_in(units.to_vec()));
    let hands = Condition::any().add(dossier::Column::ContinuingUnitId.is_in(units.to_vec())).add(own);
    Condition::all()
        // Both: the index of open ones with a deadline begins with it.
        .add(dossier::Column::OverdueFlagged.is_in([false, true]))
        .add(dossier::Column::OverdueAt.lte(by))
        .add(hands)
}

/// Open dossiers in the hands of these units that are overdue by an instant, the earliest first.
pub async fn overdue_by(
    door: &impl Door,
    units: &[Uuid],
    by: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<DossierRow>, StoreError> {
    Ok(dossier::Entity::find()
        .filter(overdue_in(units, by))
        .order_by_asc(dossier::Column::OverdueAt)
        .order_by_asc(dossier::Column::Code)
        .limit(limit)
        .all(door.conn())
        .await?)
}

/// How many dossiers are open.
pub async fn count_open(door: &impl Door) -> Result<u64, StoreError> {
    Ok(dossier::Entity::find().filter(dossier::Column::Open.eq(true)).count(door.conn()).await?)
}

/// How many dossiers that came from a source ended in one of these ways.
pub async fn count_closed(door: &impl Door, source: &str, ends: &[&str]) -> Result<u64, StoreError> {
    Ok(dossier::Entity::find()
        .filter(dossier::Column::Source.eq(source))
        .filter(dossier::Column::Outcome.is_in(ends.iter().copied()))
        .filter(dossier::Column::Flags.not_like("%retracted%"))
        .count(door.conn())
        .await?)
}

/// Open dossiers past the date that judges them at `now` that aren't flagged yet: the flagging job's work list.
pub async fn newly_overdue(
    door: &impl Door,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<DossierRow>, StoreError> {
    Ok(dossier::Entity::find()
        .filter(dossier::Column::Open.eq(true))
        .filter(dossier::Column::OverdueFlagged.eq(false))
        .filter(dossier::Column::OverdueAt.lte(now))
        .order_by_asc(dossier::Column::OverdueAt)
        .order_by_asc(dossier::Column::Id)
        .limit(limit)
        .all(door.conn())
        .await?)
}

/// Open dossiers whose next notice has fallen due: the planning job's work list.
pub async fn notices_due(
    door: &impl Door,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<DossierRow>, StoreError> {
    Ok(dossier::Entity::find()
        .filter(dossier::Column::NextNoticeAt.lte(now))
        .order_by_asc(dossier::Column::NextNoticeAt)
        .order_by_asc(dossier::Column::Id)
        .limit(limit)
        .all(door.conn())
        .await?)
}

/// A place in the order of [`reckoned_by`]: unit and identity.
pub type Place = (Uuid, Uuid);

/// Open dossiers that are reckoned by a calendar version, of these units (None: of all), after a place.
fn reckoned(
    calendar_id: Uuid,
    units: Option<&[Uuid]>,
    after: Option<Place>,
    limit: u64,
) -> Select<dossier::Entity> {
    // The literal, not a bound value: by it the planners know the index of the open ones.
    let mut select = dossier::Entity::find()
        .filter(Expr::col((dossier::Entity, dossier::Column::Open)))
        .filter(dossier::Column::CalendarId.eq(calendar_id));
    if let Some(units) = units {
        select = select.filter(dossier::Column::UnitId.is_in(units.iter().copied()));
    }
    if let Some((unit_id, id)) = after {
        let beyond =
            Condition::any().add(dossier::Column::UnitId.gt(unit_id)).add(dossier::Column::Id.gt(id));
        select = select.filter(dossier::Column::UnitId.gte(unit_id)).filter(beyond);
    }
    select.order_by_asc(dossier::Column::UnitId).order_by_asc(dossier::Column::Id).limit(limit)
}

/// Open dossiers that are reckoned by a calendar version, by unit and identity.
pub async fn reckoned_by(
    door: &impl Door,
    calendar_id: Uuid,
    units: &[Uuid],
    after: Option<Place>,
    limit: u64,
) -> Result<Vec<DossierRow>, StoreError> {
    Ok(reckoned(calendar_id, Some(units), after, limit).all(door.conn()).await?)
}

/// The same of these units (None: of all), locked until the transaction ends: what is to be reckoned by another one.
pub async fn to_reckon_anew(
    tx: &Tx,
    calendar_id: Uuid,
    units: Option<&[Uuid]>,
    after: Option<Place>,
    limit: u64,
) -> Result<Vec<DossierRow>, StoreError> {
    // A verb waits, and then begins anew from what is written here.
    Ok(reckoned(calendar_id, units, after, limit).lock_exclusive().all(tx.conn()).await?)
}

/// The statement by which an engine reads them, to be explained by it.
pub fn reckoned_statement(
    engine: DatabaseBackend,
    calendar_id: Uuid,
    units: Option<&[Uuid]>,
    after: Option<Place>,
) -> Statement {
    reckoned(calendar_id, units, after, 500).build(engine)
}

/// Dossiers by identity.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<HashMap<Uuid, DossierRow>, StoreError> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = dossier::Entity::find().filter(dossier::Column::Id.is_in(chunk.to_vec()));
        found.extend(rows.all(door.conn()).await?.into_iter().map(|row| (row.id, row)));
    }
    Ok(found)
}

/// An open dossier whose clock runs, as far as its deadline goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FallingDue {
    /// The unit that answers for it.
    pub unit_id: Uuid,
    /// The instant that judges.
    pub due_at: DateTime<Utc>,
    /// The first instant at which it is overdue.
    pub overdue_at: DateTime<Utc>,
    /// The last hand-over, resume or receipt.
    pub standing_since: Option<DateTime<Utc>>,
}

/// Open dossiers that are overdue at an instant if nobody closes them.
pub async fn falling_due(door: &impl Door, at: DateTime<Utc>) -> Result<Vec<FallingDue>, StoreError> {
    type Row = (Uuid, Option<Uuid>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = dossier::Entity::find()
        .select_only()
        .column(dossier::Column::UnitId)
        .column(dossier::Column::ContinuingUnitId)
        .column(dossier::Column::JudgedDueAt)
        .column(dossier::Column::OverdueAt)
        .column(dossier::Column::StandingSince)
        .filter(dossier::Column::Open.eq(true))
        .filter(dossier::Column::OverdueAt.lte(at))
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(unit_id, continuing, due_at, overdue_at, standing_since)| {
            let unit_id = continuing.unwrap_or(unit_id);
            Some(FallingDue { unit_id, due_at: due_at?, overdue_at: overdue_at?, standing_since })
        })
        .collect())
}

/// Dossiers in the order of their identity, for the checker that recounts them all.
pub async fn after(door: &impl Door, after: Uuid, limit: u64) -> Result<Vec<DossierRow>, StoreError> {
    records::after::<dossier::Entity>(door, dossier::Column::Id, after, limit).await
}
