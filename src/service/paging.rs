//! Lists as services hand them on, and the house's own key for the tokens of their pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{House, ServiceError};
pub use crate::store::query::{Cursor, ListQuery, Page, Published};
use crate::store::state;

/// Where the key is kept.
const KEY: &str = "page_secret";

/// The key that seals page tokens: made once, kept in the archive, the same on all replicas.
pub async fn secret(house: &House) -> Result<Vec<u8>, ServiceError> {
    let kept = state::find(&house.store.read().await?, KEY).await?;
    let text = if let Some(text) = kept {
        text
    } else {
        let tx = house.store.begin().await?;
        let text = state::keep(&tx, KEY, &STANDARD.encode(house.world.entropy.bytes::<32>())).await?;
        tx.commit().await?;
        text
    };
    STANDARD.decode(text).map_err(|_| ServiceError::Internal("the page key can't be read".to_owned()))
}
