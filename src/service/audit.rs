//! Who did what: reading the trail that every work leaves.

use super::paging::{ListQuery, Page};
use super::{Look, ServiceError};
use crate::store::audit;
pub use crate::store::audit::PUBLISHED;
pub use crate::store::requests::AuditRow;

/// A page of acts.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<AuditRow>, ServiceError> {
    Ok(audit::list(&look.door, query).await?)
}
