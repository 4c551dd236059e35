//! Incidents of other software, the dossiers and units that they name, and the dossiers that they hit.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::entity::{dossier, incident, incident_hit};
use super::query::{Page, Published, page};
use super::records::{self, Asked, narrowed, published};
use super::{Door, StoreError, Tx, dossiers};
use crate::domain::filter::FieldKind::{Instant, Text};
use crate::domain::permission::Scope;

/// An incident.
pub type IncidentRow = incident::Model;

/// What lists of them may be filtered and ordered by. `unit` is given as a resource name and resolved to
/// identities by the service.
pub const PUBLISHED: [Published; 6] = [
    published("code", Text, true, "code"),
    published("system", Text, false, "system"),
    published("kind", Text, false, "kind"),
    published("unit", Text, false, "unit_id"),
    published("from_at", Instant, true, "from_at"),
    published("to_at", Instant, false, "to_at"),
];

/// Rows a statement.
const CHUNK: usize = 1000;

/// What an incident names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// Units whose dossiers it hit.
    pub units: Vec<Uuid>,
    /// Dossiers.
    pub dossiers: Vec<Uuid>,
}

/// A dossier that was hit, as far as its lateness is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HitRow {
    /// Its identity.
    pub id: Uuid,
    /// How it was finished.
    pub timeliness: Option<String>,
    /// From when on it is overdue, while it is open.
    pub overdue_at: Option<DateTime<Utc>>,
}

/// Inserts new ones. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<IncidentRow>) -> Result<(), StoreError> {
    records::insert::<incident::ActiveModel>(tx, rows).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: IncidentRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((incident::Column::Id, row.id), (incident::Column::Version, version));
    records::update::<incident::ActiveModel>(tx, row, id, at).await
}

/// Takes away one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn delete(tx: &Tx, id: Uuid, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((incident::Column::Id, id), (incident::Column::Version, version));
    records::delete::<incident::Entity>(tx, id, at).await
}

/// Those with these identities, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<IncidentRow>, StoreError> {
    records::by_ids::<incident::Entity>(door, incident::Column::Id, ids).await
}

/// One by code, if the caller may know of it.
pub async fn find(door: &impl Door, code: &str, scope: &Scope) -> Result<Option<IncidentRow>, StoreError> {
    let mut select = incident::Entity::find().filter(incident::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// Those with these codes, whoever asks.
pub async fn by_codes(
    door: &impl Door,
    codes: &[String],
) -> Result<HashMap<String, IncidentRow>, StoreError> {
    records::by_codes(door, incident::Entity::find(), incident::Column::Code, codes, |row| &row.code).await
}

/// Those that began before `until` (None: any) and weren't over at `from`, the earliest first.
pub async fn meeting(
    door: &impl Door,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<Vec<IncidentRow>, StoreError> {
    let goes_on = incident::Column::ToAt.is_null().or(incident::Column::ToAt.gt(from));
    let mut select = incident::Entity::find().filter(goes_on);
    if let Some(until) = until {
        select = select.filter(incident::Column::FromAt.lt(until));
    }
    let select = select.order_by_asc(incident::Column::FromAt).order_by_asc(incident::Column::Code);
    Ok(select.all(door.conn()).await?)
}

/// What incidents name, by their identity.
pub async fn hits(door: &impl Door, ids: &[Uuid]) -> Result<HashMap<Uuid, Hits>, StoreError> {
    let mut found: HashMap<Uuid, Hits> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = incident_hit::Entity::find()
            .filter(incident_hit::Column::IncidentId.is_in(chunk.to_vec()))
            .order_by_asc(incident_hit::Column::SubjectId)
            .all(door.conn())
            .await?;
        for row in rows {
            let named = found.entry(row.incident_id).or_default();
            let list = if row.subject_kind == "unit" { &mut named.units } else { &mut named.dossiers };
            list.push(row.subject_id);
        }
    }
    Ok(found)
}

/// Notes that an incident hit these; what is noted already stays.
pub async fn link(tx: &Tx, id: Uuid, hits: &Hits) -> Result<(), StoreError> {
    let units = hits.units.iter().map(|unit| ("unit", *unit));
    let all: Vec<_> = units.chain(hits.dossiers.iter().map(|dossier| ("dossier", *dossier))).collect();
    for chunk in all.chunks(CHUNK) {
        let rows = chunk.iter().map(|(kind, subject)| incident_hit::ActiveModel {
            incident_id: Set(id),
            subject_kind: Set((*kind).to_owned()),
            subject_id: Set(*subject),
        });
        let key = [
            incident_hit::Column::IncidentId,
            incident_hit::Column::SubjectKind,
            incident_hit::Column::SubjectId,
        ];
        incident_hit::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// Takes that back for these.
pub async fn unlink(tx: &Tx, id: Uuid, hits: &Hits) -> Result<(), StoreError> {
    for (kind, subjects) in [("unit", &hits.units), ("dossier", &hits.dossiers)] {
        for chunk in subjects.chunks(CHUNK) {
            incident_hit::Entity::delete_many()
                .filter(incident_hit::Column::IncidentId.eq(id))
                .filter(incident_hit::Column::SubjectKind.eq(kind))
                .filter(incident_hit::Column::SubjectId.is_in(chunk.to_vec()))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok(())
}

/// The dossiers that were open within an incident's span, received before `until`, and belong to these units
/// (None: to any) or are linked to it. Those that were never received are in no count.
pub async fn hit_dossiers(
    door: &impl Door,
    row: &IncidentRow,
    units: Option<&[Uuid]>,
    until: DateTime<Utc>,
    scope: &Scope,
) -> Result<Vec<HitRow>, StoreError> {
    let until = row.to_at.map_or(until, |to| std::cmp::min(to, until));
    let still = dossier::Column::ClosedAt.is_null().or(dossier::Column::ClosedAt.gt(row.from_at));
    let mut select = dossier::Entity::find()
        .select_only()
        .column(dossier::Column::Id)
        .column(dossier::Column::Timeliness)
        .column(dossier::Column::OverdueAt)
        .filter(dossier::Column::State.is_not_in(["registered", "not_accepted"]))
        .filter(dossier::Column::ReceivedAt.lt(until))
        // One whose import was undone never came in.
        .filter(dossier::Column::Flags.not_like("%retracted%"))
        .filter(still);
    if let Some(units) = units {
        let linked = Query::select()
            .column(incident_hit::Column::SubjectId)
            .from(incident_hit::Entity)
            .and_where(incident_hit::Column::IncidentId.eq(row.id))
            .and_where(incident_hit::Column::SubjectKind.eq("dossier"))
            .to_owned();
        let among = Condition::any()
            .add(dossier::Column::UnitId.is_in(units.to_vec()))
            .add(dossier::Column::ContinuingUnitId.is_in(units.to_vec()))
            .add(dossier::Column::Id.in_subquery(linked));
        select = select.filter(among);
    }
    if let Some(scope) = dossiers::within(scope) {
        select = select.filter(scope);
    }
    let rows: Vec<(Uuid, Option<String>, Option<DateTime<Utc>>)> =
        select.into_tuple().all(door.conn()).await?;
    Ok(rows.into_iter().map(|(id, timeliness, overdue_at)| HitRow { id, timeliness, overdue_at }).collect())
}

/// What a scope lets see: those of the subtree, and those of the whole house.
fn within(scope: &Scope) -> Option<Condition> {
    Some(Condition::all().add(match scope {
        Scope::All => return None,
        Scope::Units(units) => {
            incident::Column::UnitId.is_null().or(incident::Column::UnitId.is_in(units.iter().copied()))
        }
        Scope::Own(_) => incident::Column::UnitId.is_null(),
    }))
}

/// A page of them.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<IncidentRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    page::<incident::Entity>(door, &PUBLISHED, "id", &query, Some(narrow)).await
}
