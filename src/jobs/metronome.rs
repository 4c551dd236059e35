//! The metronome: beats, and nothing else. Its own cron would shift around daylight saving and keep no record
//! of missed beats; slots are rows instead.

use std::sync::Arc;
use std::time::Duration;

use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use super::run::Watch;
use crate::service::House;

/// The metronome can't be started.
#[derive(Debug, thiserror::Error)]
#[error("the night watch can't be started")]
pub struct CannotStart(#[from] JobSchedulerError);

/// The night watch of a house.
pub struct NightWatch {
    scheduler: JobScheduler,
    watch: Arc<Watch>,
}

impl NightWatch {
    /// Goes on duty: looks at once, and then with every beat.
    pub async fn start(house: House, beat: Duration) -> Result<Self, CannotStart> {
        let watch = Arc::new(Watch::new(house));
        let scheduler = JobScheduler::new().await?;
        let beaten = Arc::clone(&watch);
        let job = Job::new_repeated_async(beat, move |_, _| {
            let watch = Arc::clone(&beaten);
            Box::pin(async move { watch.beat().await })
        })?;
        scheduler.add(job).await?;
        scheduler.start().await?;
        watch.beat().await;
        Ok(Self { scheduler, watch })
    }

    /// Goes off duty: no beat more, and running jobs may finish within `patience`. False: some were left at
    /// work; their leases run out, and another replica or the next start takes them up.
    pub async fn stop(mut self, patience: Duration) -> bool {
        if let Err(error) = self.scheduler.shutdown().await {
            tracing::warn!(%error, "the metronome didn't stop");
        }
        tokio::time::timeout(patience, self.watch.leave()).await.is_ok()
    }
}
