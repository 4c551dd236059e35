//! The office: what the house can do, a file a topic. Only here are transactions opened and committed.
//! No word of the wire and none of SQL.

pub mod ageing;
pub mod assessing;
pub mod audit;
pub mod backfilling;
pub mod calendars;
pub mod certificates;
mod charting;
pub mod checker;
pub mod commitments;
pub mod contributions;
pub mod deadlines;
pub mod declared_figures;
pub mod delivery;
pub mod documents;
pub mod dossiers;
mod enclosures;
pub mod error;
mod findings;
mod flagging;
pub mod folders;
mod following;
pub mod forecast;
pub mod founding;
pub mod imports;
pub mod incidents;
pub mod irregularities;
pub mod jobs;
pub mod keys;
pub mod landing;
mod letterhead;
pub mod letters;
pub mod mails;
mod measuring;
pub mod members;
mod narrowing;
pub mod officials;
mod operator;
pub mod opinions;
pub mod paging;
pub mod payments;
pub mod period_report;
pub mod petitions;
pub mod printing;
pub mod procedures;
pub mod proposals;
pub mod reconciling;
mod registers;
pub mod reminders;
pub mod report;
pub mod reports;
mod resubmission;
pub mod returned;
pub mod schedules;
pub mod settings;
pub mod slots;
pub mod suppressions;
pub mod surveys;
pub mod targets;
pub mod tasks;
pub mod times;
pub mod timetable;
pub mod troubles;
mod undoing;
pub mod units;
mod work;

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

pub use error::{ServiceError, Violation};
pub use settings::OfficeSettings;
pub use work::{Context, Entered, Look, ReplayKey, Work, check_etag};

use crate::meter::Meter;
pub use crate::store::StoreError;
pub use crate::store::query::{Cursor, ListQuery, Page, Published};
use crate::store::rules;
pub use crate::store::rules::Rules;
use crate::store::{Door, Store};
use crate::world::World;

/// The house: archive, time and chance, and the rules as last read.
#[derive(Debug, Clone)]
pub struct House {
    /// The archive.
    pub store: Store,
    /// Time and chance.
    pub world: World,
    /// What it is told about itself.
    pub settings: Arc<OfficeSettings>,
    /// Names this instance among the replicas.
    pub instance: Arc<str>,
    /// What it counts about its own running.
    pub meter: Meter,
    /// Open dossiers that the archive doesn't hold though they count: none, but in a rehearsal.
    open_elsewhere: u64,
    /// The same of a source's closed ones, by how they ended.
    closed_elsewhere: BTreeMap<&'static str, u64>,
    cache: Arc<RwLock<Arc<Rules>>>,
}

impl House {
    /// A house over an archive, with the settings of a fresh one.
    pub fn new(store: Store, world: World) -> Self {
        Self::with_settings(store, world, OfficeSettings::default())
    }

    /// A house over an archive.
    pub fn with_settings(store: Store, world: World, settings: OfficeSettings) -> Self {
        let instance = world.entropy.uuid(world.lease.now()).to_string().into();
        let cache = Arc::new(RwLock::new(Arc::new(Rules { epoch: -1, ..Rules::default() })));
        Self {
            store,
            world,
            settings: Arc::new(settings),
            instance,
            meter: Meter::default(),
            open_elsewhere: 0,
            closed_elsewhere: BTreeMap::new(),
            cache,
        }
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
