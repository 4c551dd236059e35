//! The office: what the house can do, a file a topic. Only here are transactions opened and committed.
//! No word of the wire and none of SQL.

pub mod checker;
pub mod dossiers;
pub mod error;
pub mod imports;
pub mod landing;
pub mod report;
mod work;

use std::sync::{Arc, RwLock};

pub use error::{ServiceError, Violation};
pub use work::{Context, Entered, Look, ReplayKey, Work, check_etag};

use crate::store::rules::{self, Rules};
use crate::store::{Door, Store};
use crate::world::World;

/// The house: archive, time and chance, and the rules as last read.
#[derive(Debug, Clone)]
pub struct House {
    /// The archive.
    pub store: Store,
    /// Time and chance.
    pub world: World,
    cache: Arc<RwLock<Arc<Rules>>>,
}

impl House {
    /// A house over an archive.
    pub fn new(store: Store, world: World) -> Self {
        Self { store, world, cache: Arc::new(RwLock::new(Arc::new(Rules { epoch: -1, ..Rules::default() }))) }
    }

    /// The rules as a door sees them: the cached ones if their epoch still stands, else read anew.
    pub async fn rules(&self, door: &impl Door) -> Result<Arc<Rules>, ServiceError> {
        let epoch = rules::epoch(door).await?;
        let cached = self.cache.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if cached.epoch == epoch {
            return Ok(cached);
        }
        let fresh = Arc::new(rules::load(door).await?);
        // A work that later rolls back may have read its own changes: those never come here, because
        // they are read by `Work::reload_rules`. An older snapshot must not replace newer rules.
        let mut slot = self.cache.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if slot.epoch < fresh.epoch {
            *slot = fresh.clone();
        }
        Ok(fresh)
    }
}
