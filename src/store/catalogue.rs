//! Small counts for summaries that aren't in the ledger: documents, the catalogue's size, ratings of
//! answers to petitions.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{document, petition};
use super::{Door, StoreError};
use crate::domain::summary::DocumentLine;

/// Documents issued from `first` to `last`, in the order of issue and then of recording.
pub async fn documents_between(
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

/// How many of these petitions the citizen rated satisfied or better.
pub async fn satisfied_petitions(door: &impl Door, ids: Vec<Uuid>) -> Result<i64, StoreError> {
    let count = petition::Entity::find()
        .filter(petition::Column::Id.is_in(ids))
        .filter(petition::Column::CitizenRating.is_in(["satisfied", "very_satisfied"]))
        .count(door.conn())
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
