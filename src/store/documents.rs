//! Issued documents.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::document;
use super::query::{Page, Published, page};
use super::records::{self, Asked, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Day, Text};
use crate::domain::summary::DocumentLine;

/// An issued document.
pub type DocumentRow = document::Model;

/// What names a document: numbers begin anew each year with each issuer.
pub type DocumentKey = (String, String, i32);

/// What lists of documents may be filtered and ordered by.
pub const PUBLISHED: [Published; 4] = [
    published("number", Text, true, "number"),
    published("kind", Text, false, "kind"),
    published("issuer", Text, false, "issuer"),
    published("issued_on", Day, true, "issued_on"),
];

/// Rows a statement.
const CHUNK: usize = 1000;

/// Number, issuer and year of a document.
pub fn key(row: &DocumentRow) -> DocumentKey {
    (row.number.clone(), row.issuer.clone(), row.issued_on.year())
}

/// Inserts new documents. A taken number is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<DocumentRow>) -> Result<(), StoreError> {
    records::insert::<document::ActiveModel>(tx, rows).await
}

/// Saves a document that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: DocumentRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((document::Column::Id, row.id), (document::Column::Version, version));
    records::update::<document::ActiveModel>(tx, row, id, at).await
}

/// Takes away one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn delete(tx: &Tx, id: Uuid, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((document::Column::Id, id), (document::Column::Version, version));
    records::delete::<document::Entity>(tx, id, at).await
}

/// Those with these identities, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<DocumentRow>, StoreError> {
    records::by_ids::<document::Entity>(door, document::Column::Id, ids).await
}

/// The latest document of that number.
pub async fn find(door: &impl Door, number: &str) -> Result<Option<DocumentRow>, StoreError> {
    Ok(document::Entity::find()
        .filter(document::Column::Number.eq(number))
        .order_by_desc(document::Column::IssuedOn)
        .order_by_desc(document::Column::Id)
        .one(door.conn())
        .await?)
}

/// All documents of these numbers, by number, issuer and year.
pub async fn by_numbers(
    door: &impl Door,
    numbers: &[String],
) -> Result<HashMap<DocumentKey, DocumentRow>, StoreError> {
    let mut found = HashMap::new();
    for chunk in numbers.chunks(CHUNK) {
        let rows = document::Entity::find()
            .filter(document::Column::Number.is_in(chunk.to_vec()))
            .all(door.conn())
            .await?;
        found.extend(rows.into_iter().map(|row| (key(&row), row)));
    }
    Ok(found)
}

/// A page of documents.
pub async fn list(door: &impl Door, asked: &Asked) -> Result<Page<DocumentRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, None);
    page::<document::Entity>(door, &PUBLISHED, "id", &query, Some(narrow)).await
}

/// Documents issued from `first` to `last`, in the order of issue and then of recording.
pub async fn issued_between(
    door: &impl Door,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<DocumentLine>, StoreError> {
    let rows = document::Entity::find()
        .filter(document::Column::IssuedOn.gte(first))
        .filter(document::Column::IssuedOn.lte(last))
        .order_by_asc(document::Column::IssuedOn)
        .order_by_asc(document::Column::CreatedAt)
        .order_by_asc(document::Column::Id)
        .all(door.conn())
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| DocumentLine {
            number: r.number,
            kind: r.kind,
            issued_on: r.issued_on,
            issuer: r.issuer,
            subject: r.subject,
        })
        .collect())
}
