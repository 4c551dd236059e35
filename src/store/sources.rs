//! Other software that sends its records: up to when each speaks, and what it said last of each record.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{source, source_row};
use super::{Door, StoreError, Tx};

/// A source.
pub type SourceRow = source::Model;

/// Rows a statement: far below the engines' limits of bound values.
const CHUNK: usize = 1000;

/// What a source said last of a record: a hash of it, and whose record it is.
pub type Said = (String, Uuid);

/// What a source said last of its records: content hash and subject by code.
pub async fn said(
    door: &impl Door,
    source: &str,
    kind: &str,
    codes: &[String],
) -> Result<HashMap<String, Said>, StoreError> {
    let mut found = HashMap::new();
    for chunk in codes.chunks(CHUNK) {
        let rows = source_row::Entity::find()
            .filter(source_row::Column::Source.eq(source))
            .filter(source_row::Column::Kind.eq(kind))
            .filter(source_row::Column::Code.is_in(chunk.to_vec()))
            .all(door.conn())
            .await?;
        found.extend(rows.into_iter().map(|row| (row.code, (row.content_hash, row.subject_id))));
    }
    Ok(found)
}

/// Remembers what a source said: (code, content hash, subject).
pub async fn remember(
    tx: &Tx,
    source: &str,
    kind: &str,
    rows: Vec<(String, String, Uuid)>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for chunk in rows.chunks(CHUNK) {
        let models = chunk.iter().cloned().map(|(code, content_hash, subject_id)| source_row::ActiveModel {
            source: Set(source.to_owned()),
            kind: Set(kind.to_owned()),
            code: Set(code),
            content_hash: Set(content_hash),
            subject_id: Set(subject_id),
            imported_at: Set(now),
            ..Default::default()
        });
        source_row::Entity::insert_many(models)
            .on_conflict(
                OnConflict::columns([
                    source_row::Column::Source,
                    source_row::Column::Kind,
                    source_row::Column::Code,
                ])
                .update_columns([
                    source_row::Column::ContentHash,
                    source_row::Column::SubjectId,
                    source_row::Column::ImportedAt,
                ])
                .to_owned(),
            )
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// Forgets what a source said of records.
pub async fn forget(tx: &Tx, source: &str, kind: &str, codes: &[String]) -> Result<(), StoreError> {
    for chunk in codes.chunks(CHUNK) {
        source_row::Entity::delete_many()
            .filter(source_row::Column::Source.eq(source))
            .filter(source_row::Column::Kind.eq(kind))
            .filter(source_row::Column::Code.is_in(chunk.to_vec()))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Notes that a full import named these records, whatever became of its rows.
pub async fn seen(
    tx: &Tx,
    source: &str,
    kind: &str,
    codes: &[String],
    import_id: Uuid,
) -> Result<(), StoreError> {
    for chunk in codes.chunks(CHUNK) {
        source_row::Entity::update_many()
            .col_expr(source_row::Column::SeenIn, Expr::value(import_id))
            .col_expr(source_row::Column::AbsentSince, Expr::value(Option::<Uuid>::None))
            .filter(source_row::Column::Source.eq(source))
            .filter(source_row::Column::Kind.eq(kind))
            .filter(source_row::Column::Code.is_in(chunk.to_vec()))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Marks the records that a full import is the first not to name, of the kinds that it names, and tells of each its
/// kind, code and subject. They stay as they are: what is missing from a file may be in the next.
pub async fn newly_absent(
    tx: &Tx,
    source: &str,
    import_id: Uuid,
) -> Result<Vec<(String, String, Uuid)>, StoreError> {
    let named = Query::select()
        .distinct()
        .column(source_row::Column::Kind)
        .from(source_row::Entity)
        .and_where(source_row::Column::Source.eq(source))
        .and_where(source_row::Column::SeenIn.eq(import_id))
        .take();
    let missing = sea_orm::Condition::all()
        .add(source_row::Column::Source.eq(source))
        .add(source_row::Column::Kind.in_subquery(named))
        .add(source_row::Column::AbsentSince.is_null())
        .add(
            sea_orm::Condition::any()
                .add(source_row::Column::SeenIn.is_null())
                .add(source_row::Column::SeenIn.ne(import_id)),
        );
    let rows = source_row::Entity::find()
        .filter(missing)
        .order_by_asc(source_row::Column::Kind)
        .order_by_asc(source_row::Column::Code)
        .all(tx.conn())
        .await?;
    let mut by_kind: HashMap<&str, Vec<String>> = HashMap::new();
    for row in &rows {
        by_kind.entry(&row.kind).or_default().push(row.code.clone());
    }
    for (kind, codes) in by_kind {
        for chunk in codes.chunks(CHUNK) {
            source_row::Entity::update_many()
                .col_expr(source_row::Column::AbsentSince, Expr::value(import_id))
                .filter(source_row::Column::Source.eq(source))
                .filter(source_row::Column::Kind.eq(kind))
                .filter(source_row::Column::Code.is_in(chunk.to_vec()))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok(rows.into_iter().map(|row| (row.kind, row.code, row.subject_id)).collect())
}

/// Takes back that a full import missed records: it is undone.
pub async fn not_absent(tx: &Tx, import_id: Uuid) -> Result<(), StoreError> {
    source_row::Entity::update_many()
        .col_expr(source_row::Column::AbsentSince, Expr::value(Option::<Uuid>::None))
        .filter(source_row::Column::AbsentSince.eq(import_id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// A source by name.
pub async fn find(door: &impl Door, name: &str) -> Result<Option<SourceRow>, StoreError> {
    Ok(source::Entity::find_by_id(name.to_owned()).one(door.conn()).await?)
}

/// A source by name, held until the transaction ends: whoever changes it waits. (SQLite has one writer anyway.)
pub async fn hold(tx: &Tx, name: &str) -> Result<Option<SourceRow>, StoreError> {
    Ok(source::Entity::find_by_id(name.to_owned()).lock_exclusive().one(tx.conn()).await?)
}

/// Has all that a source says looked at anew: whom its names mean has changed.
pub async fn doubt(tx: &Tx, name: &str) -> Result<(), StoreError> {
    source_row::Entity::update_many()
        .col_expr(source_row::Column::ContentHash, Expr::value(""))
        .filter(source_row::Column::Source.eq(name))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// All sources by name: a house has a handful.
pub async fn all(door: &impl Door) -> Result<Vec<SourceRow>, StoreError> {
    Ok(source::Entity::find().order_by_asc(source::Column::Name).all(door.conn()).await?)
}

/// Notes that an import of a source is finished, and up to when it speaks. An older one leaves that as it is.
pub async fn speaks_up_to(
    tx: &Tx,
    name: &str,
    import_id: Uuid,
    watermark: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let known = hold(tx, name).await?;
    let before = known.as_ref().and_then(|source| source.watermark);
    let newer = watermark.is_some() && watermark >= before;
    let row = SourceRow {
        name: name.to_owned(),
        watermark: before.max(watermark),
        import_id: if newer || known.is_none() {
            Some(import_id)
        } else {
            known.as_ref().and_then(|source| source.import_id)
        },
        stale_after_hours: known.as_ref().and_then(|source| source.stale_after_hours),
        updated_at: now,
        version: known.map_or(1, |source| source.version + 1),
    };
    put(tx, row).await
}

/// Saves a source, new or known.
pub async fn put(tx: &Tx, row: SourceRow) -> Result<(), StoreError> {
    let model = source::ActiveModel {
        name: Set(row.name),
        watermark: Set(row.watermark),
        import_id: Set(row.import_id),
        stale_after_hours: Set(row.stale_after_hours),
        updated_at: Set(row.updated_at),
        version: Set(row.version),
    };
    source::Entity::insert(model)
        .on_conflict(
            OnConflict::column(source::Column::Name)
                .update_columns([
                    source::Column::Watermark,
                    source::Column::ImportId,
                    source::Column::StaleAfterHours,
                    source::Column::UpdatedAt,
                    source::Column::Version,
                ])
                .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
