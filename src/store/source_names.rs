//! Names by which sources call units, officials and procedures, and whom somebody decided that they mean.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::entity::source_name;
use super::query::{ListQuery, Page, Published, page};
use super::records::{self, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind;

/// A name.
pub type NameRow = source_name::Model;

/// What lists of names may be filtered and ordered by.
pub const PUBLISHED: [Published; 4] = [
    published("source", FieldKind::Text, false, "source"),
    published("kind", FieldKind::Text, false, "kind"),
    published("text", FieldKind::Text, true, "text"),
    published("decide_time", FieldKind::Instant, false, "decided_at"),
];

/// All names of a source: it has as many as its people, at the most.
pub async fn of_source(door: &impl Door, source: &str) -> Result<Vec<NameRow>, StoreError> {
    let all = source_name::Entity::find().filter(source_name::Column::Source.eq(source));
    Ok(all.all(door.conn()).await?)
}

/// A name by its identity.
pub async fn find(door: &impl Door, id: Uuid) -> Result<Option<NameRow>, StoreError> {
    Ok(source_name::Entity::find_by_id(id).one(door.conn()).await?)
}

/// A page of names.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<NameRow>, StoreError> {
    page::<source_name::Entity>(door, &PUBLISHED, "id", query, None).await
}

/// A name that was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// Identity, if it is new.
    pub id: Uuid,
    /// `unit`, `official` or `procedure`.
    pub kind: &'static str,
    /// By which it is found.
    pub folded: String,
    /// As the source wrote it.
    pub text: String,
}

/// Notes names that led to nobody or to several, unless they are known.
pub async fn note(tx: &Tx, source: &str, met: Vec<Met>, now: DateTime<Utc>) -> Result<(), StoreError> {
    if met.is_empty() {
        return Ok(());
    }
    let rows = met.into_iter().map(|name| {
        let row = NameRow {
            id: name.id,
            source: source.to_owned(),
            kind: name.kind.to_owned(),
            folded: name.folded,
            text: name.text,
            subject_id: None,
            decided_by: None,
            decided_at: None,
            first_seen_at: now,
            version: 1,
        };
        row.into_active_model().reset_all()
    });
    source_name::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([
                source_name::Column::Source,
                source_name::Column::Kind,
                source_name::Column::Folded,
            ])
            .do_nothing()
            .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Saves a name that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: NameRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((source_name::Column::Id, row.id), (source_name::Column::Version, version));
    records::update::<source_name::ActiveModel>(tx, row, id, at).await
}
