//! The audit trail as a list; its rows are written by `requests`.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::entity::audit;
use super::query::{ListQuery, Page, Published, page};
use super::records::published;
use super::requests::AuditRow;
use super::{Door, StoreError};
use crate::domain::filter::FieldKind;

/// What the trail may be filtered and ordered by.
pub const PUBLISHED: [Published; 6] = [
    published("sequence", FieldKind::Number, true, "seq"),
    published("at", FieldKind::Instant, false, "at"),
    published("caller", FieldKind::Text, false, "caller"),
    published("official", FieldKind::Text, false, "official_id"),
    published("method", FieldKind::Text, false, "rpc"),
    published("subject", FieldKind::Text, false, "subject"),
];

/// What was noted of a subject, the newest first: the details.
pub async fn of_subject(door: &impl Door, subject: &str) -> Result<Vec<String>, StoreError> {
    let rows = audit::Entity::find()
        .filter(audit::Column::Subject.eq(subject))
        .order_by_desc(audit::Column::Seq)
        .all(door.conn())
        .await?;
    Ok(rows.into_iter().map(|row| row.detail).collect())
}

/// A page of acts.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<AuditRow>, StoreError> {
    page::<audit::Entity>(door, &PUBLISHED, "seq", query, None).await
}
