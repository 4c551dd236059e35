//! One beat: what has fallen due is run, lane by lane. A lane that is still at work is left alone; what it
//! misses is found again by the next beat.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

use super::table::LANES;
use crate::domain::schedule::JobName;
use crate::service::jobs::{Asked, run};
use crate::service::slots::Due;
use crate::service::{House, ServiceError};

/// The watch on duty.
#[derive(Debug)]
pub struct Watch {
    house: House,
    lanes: [Arc<Mutex<()>>; LANES.len()],
    leaving: AtomicBool,
}

impl Watch {
    /// A watch over a house.
    pub fn new(house: House) -> Self {
        Self { house, lanes: std::array::from_fn(|_| Arc::default()), leaving: AtomicBool::new(false) }
    }

    /// Looks what has fallen due and starts it.
    pub async fn beat(self: &Arc<Self>) {
        if self.leaving.load(Ordering::SeqCst) {
            return;
        }
        let due = match self.house.due_slots().await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "the night watch can't read the schedules");
                return;
            }
        };
        for (lane, jobs) in self.lanes.iter().zip(LANES) {
            let slots: Vec<Due> = due.iter().filter(|d| jobs.contains(&d.job)).cloned().collect();
            if slots.is_empty() {
                continue;
            }
            let Ok(at_work) = Arc::clone(lane).try_lock_owned() else { continue };
            let watch = Arc::clone(self);
            tokio::spawn(async move {
                for slot in slots {
                    if watch.leaving.load(Ordering::SeqCst) {
                        break;
                    }
                    watch.run(slot.job, slot.slot_at).await;
                }
                drop(at_work);
            });
        }
        if let Err(error) = self.house.watch_troubles().await {
            tracing::warn!(%error, "troubles can't be looked after");
        }
    }

    async fn run(&self, job: JobName, slot_at: chrono::DateTime<chrono::Utc>) {
        // Boxed: the work of all jobs in one future is large.
        match Box::pin(run(&self.house, job, slot_at, Asked::Schedule)).await {
            Ok(_) => {}
            Err(ServiceError::Aborted(slot)) => tracing::debug!(slot, "another worker has it"),
            Err(error) => tracing::warn!(job = job.as_str(), %slot_at, %error, "a slot could not be run"),
        }
    }

    /// Starts nothing more, and waits until all lanes are at rest.
    pub async fn leave(&self) {
        self.leaving.store(true, Ordering::SeqCst);
        for lane in &self.lanes {
            drop(lane.lock().await);
        }
    }
}
