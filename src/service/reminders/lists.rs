//! The ledger of notices, as lists.

use super::super::error::ServiceError;
use super::super::work::Look;
use crate::store::notices::{self, ToldNotice};
use crate::store::query::{ListQuery, Page};

/// A page of the ledger.
pub async fn list_notices(look: &Look, query: &ListQuery) -> Result<Page<ToldNotice>, ServiceError> {
    Ok(notices::list(&look.door, query, &look.context.scope).await?)
}
