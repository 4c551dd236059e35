//! Reconciliations, and what they ask of sources: which dossiers a source named, and which it no longer names.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{dossier, event, import_problem, reconciliation, source_row};
use super::{Door, StoreError, Tx};

/// What came of one.
pub type ReconciliationRow = reconciliation::Model;

/// Identities a statement.
const CHUNK: usize = 1000;

/// Keeps one.
pub async fn insert(tx: &Tx, row: ReconciliationRow) -> Result<(), StoreError> {
    row.into_active_model().reset_all().insert(tx.conn()).await?;
    Ok(())
}

/// The newest of a period.
pub async fn newest(
    door: &impl Door,
    from_on: NaiveDate,
    to_on: NaiveDate,
) -> Result<Option<ReconciliationRow>, StoreError> {
    Ok(reconciliation::Entity::find()
        .filter(reconciliation::Column::FromOn.eq(from_on))
        .filter(reconciliation::Column::ToOn.eq(to_on))
        .order_by_desc(reconciliation::Column::CreatedAt)
        .order_by_desc(reconciliation::Column::Id)
        .one(door.conn())
        .await?)
}

/// Which of these dossiers a source has named, and whether its latest full file no longer does.
pub async fn named(door: &impl Door, source: &str, ids: &[Uuid]) -> Result<HashMap<Uuid, bool>, StoreError> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<(Uuid, Option<Uuid>)> = source_row::Entity::find()
            .select_only()
            .column(source_row::Column::SubjectId)
            .column(source_row::Column::AbsentSince)
            .filter(source_row::Column::Source.eq(source))
            .filter(source_row::Column::Kind.eq("dossier"))
            .filter(source_row::Column::SubjectId.is_in(chunk.to_vec()))
            .into_tuple()
            .all(door.conn())
            .await?;
        found.extend(rows.into_iter().map(|(id, absent)| (id, absent.is_some())));
    }
    Ok(found)
}

/// Codes of dossiers that an import refused and the house doesn't know, each with its unit's code where that was read.
pub async fn refused(door: &impl Door, import_id: Uuid) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let rows: Vec<(Option<String>, Option<String>)> = import_problem::Entity::find()
        .select_only()
        .column(import_problem::Column::Code)
        .column(import_problem::Column::UnitCode)
        .filter(import_problem::Column::ImportId.eq(import_id))
        .filter(import_problem::Column::Kind.eq("dossier"))
        .filter(import_problem::Column::Severity.eq("error"))
        .distinct()
        .into_tuple()
        .all(door.conn())
        .await?;
    let mut units: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (code, unit) in rows {
        if let Some(code) = code.filter(|code| !code.is_empty()) {
            let known = units.entry(code).or_default();
            *known = known.take().or(unit);
        }
    }
    let codes: Vec<String> = units.keys().cloned().collect();
    for chunk in codes.chunks(CHUNK) {
        let known: Vec<String> = dossier::Entity::find()
            .select_only()
            .column(dossier::Column::Code)
            .filter(dossier::Column::Code.is_in(chunk.to_vec()))
            .into_tuple()
            .all(door.conn())
            .await?;
        for code in known {
            units.remove(&code);
        }
    }
    Ok(units.into_iter().collect())
}

/// Dossiers whose unit somebody corrected here.
pub async fn moved(door: &impl Door) -> Result<Vec<Uuid>, StoreError> {
    let mut ids: Vec<Uuid> = event::Entity::find()
        .select_only()
        .column(event::Column::SubjectId)
        .filter(event::Column::Kind.eq("corrected"))
        .filter(event::Column::Source.eq("own"))
        .filter(event::Column::Payload.contains("\"unit_id\":\""))
        .into_tuple()
        .all(door.conn())
        .await?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
