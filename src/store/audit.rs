//! The audit trail as a list; its rows are written by `requests`.

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

/// A page of acts.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<AuditRow>, StoreError> {
    page::<audit::Entity>(door, &PUBLISHED, "seq", query, None).await
}
