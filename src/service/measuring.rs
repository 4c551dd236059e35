//! What the meter is told of the archive at each reading: mail that waits, sources, jobs and troubles.

use chrono::{DateTime, Utc};

use super::House;
use super::error::ServiceError;
use super::imports::freshness;
use super::slots::house_calendar;
use super::work::Look;
use crate::domain::schedule::JobName;
use crate::meter::{JobStanding, SourceStanding, Standing};
use crate::store::outbox::{self, Untried};
use crate::store::{slots, troubles};

/// The mails that wait for the office to open.
const QUIET: &str = "reminder_digest";

impl House {
    /// All metrics as text, in the form of [`crate::meter::CONTENT_TYPE`].
    pub async fn metrics(&self) -> Result<String, ServiceError> {
        let look = self.look(self.own_context(JobName::FlagOverdue)).await?;
        let (door, now) = (&look.door, look.context.now);
        let age = |since: DateTime<Utc>| (now - since).to_std().unwrap_or_default().as_secs_f64();
        let mut jobs = Vec::new();
        for row in slots::jobs(door).await? {
            let done = slots::last_done(door, &row.name).await?;
            // Microseconds of our age fit a real without loss.
            let at = done.and_then(|slot| Some(slot.finished_at?.timestamp_micros()));
            #[expect(clippy::cast_precision_loss, reason = "2^53 µs are 285 years")]
            let last_done = at.map(|micros| micros as f64 / 1e6);
            jobs.push(JobStanding { name: row.name, is_paused: row.paused, last_done });
        }
        let sources = freshness(door, &look.rules, self.settings.stale_after_hours, now).await?;
        let standing = Standing {
            outbox: outbox::depth(door).await?,
            oldest_mail_seconds: self.oldest_mail(&look).await?.map_or(0.0, age),
            sources: sources
                .into_iter()
                .map(|source| SourceStanding {
                    is_stale: source.is_stale(),
                    age_seconds: source.watermark.map(age),
                    name: source.row.name,
                })
                .collect(),
            jobs,
            troubles: troubles::going_on(door)
                .await?
                .into_iter()
                .map(|row| (row.kind, row.subject))
                .collect(),
        };
        Ok(self.meter.read(&standing))
    }

    /// Since when the oldest mail waits for its server. What only waited for the office to open waits since it did.
    async fn oldest_mail(&self, look: &Look) -> Result<Option<DateTime<Utc>>, ServiceError> {
        let door = &look.door;
        if !self.settings.quiet_when_closed {
            return Ok(outbox::oldest(door, None).await?);
        }
        let others = outbox::oldest(door, Some(Untried::But(QUIET))).await?;
        let Some(opened) = house_calendar(&look.rules).open_since(look.context.now) else {
            return Ok(others);
        };
        let quiet = outbox::oldest(door, Some(Untried::Only(QUIET))).await?.map(|at| at.max(opened));
        Ok([others, quiet].into_iter().flatten().min())
    }
}
