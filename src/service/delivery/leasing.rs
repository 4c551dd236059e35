//! Which mails are sent next, and how many are leased ahead of their turn.

use std::collections::HashSet;

use chrono::TimeDelta;

use super::super::House;
use super::super::error::ServiceError;
use super::super::slots::{Asked, Claim, house_calendar};
use super::super::suppressions;
use crate::store::outbox::{self, Lease, MailRow};

/// Mails leased at once for each connection, at first and whenever something went wrong.
pub(super) const FIRST: usize = 4;
/// The most, on a server that takes them quickly.
const MOST: usize = 64;

/// How many mails are leased at once. What is leased waits, should this process die, until its lease ends: so that no more
/// is than goes out within a small part of a lease.
#[derive(Debug)]
pub(super) struct Ahead {
    /// Connections to the mail server.
    pub connections: usize,
    each: usize,
    most: usize,
    lease: TimeDelta,
}

impl Ahead {
    /// Before anything is known of the server.
    pub fn at_first(house: &House) -> Self {
        let connections = house.settings.mail.connections.max(1);
        // Where mails are paced, each one that is leased is on its way at once: none waits beyond its lease.
        let (first, most) = if house.settings.mail.paced { (1, 1) } else { (FIRST, MOST) };
        Self { connections, each: first, most, lease: house.settings.jobs.lease }
    }

    /// How many.
    pub fn mails(&self) -> usize {
        self.connections * self.each
    }

    /// The server takes mails so quickly that those to come may be leased while others are under way.
    pub fn is_trusted(&self) -> bool {
        self.each > FIRST
    }

    /// So many took that long; `is_well`: all of them were sent.
    pub fn learn(&mut self, is_well: bool, took: TimeDelta) {
        let is_quick = took * 16 < self.lease;
        self.each = if is_well && is_quick { self.each * 4 } else { FIRST }.min(self.most);
    }
}

/// Mails that are ours for a while.
#[derive(Debug)]
pub(super) struct Leased {
    pub mails: Vec<(MailRow, Lease)>,
    /// Of their addresses those that something is held against.
    pub failing: HashSet<String>,
}

/// Leases mails whose time has come, under the fence of the slot. `went_through`: others have in this run, so those that wait
/// for a mend of the way out needn't any more.
pub(super) async fn lease(
    house: &House,
    claim: &Claim,
    limit: usize,
    went_through: bool,
) -> Result<Leased, ServiceError> {
    let work = house.batch(claim).await?;
    // Nobody is reminded at night, on days off or at Tết, unless somebody runs it by hand. What else there is goes: the
    // summary has a time of its own, and a trouble can't wait.
    let quiet = house.settings.quiet_when_closed
        && claim.asked == Asked::Schedule
        && !house_calendar(&work.rules).is_open(house.world.office.now());
    let but_for = quiet.then_some("reminder_digest");
    let now = house.world.lease.now();
    if went_through {
        outbox::wake(&work.tx, now).await?;
    }
    let until = now + house.settings.jobs.lease;
    let rows = outbox::lease(&work.tx, &house.instance, now, until, limit as u64, but_for).await?;
    let lease = |row: &MailRow| Lease { id: row.id, by: house.instance.to_string(), attempt: row.attempt };
    let with_lease = |row: MailRow| {
        let lease = lease(&row);
        (row, lease)
    };
    let mails: Vec<_> = rows.into_iter().map(with_lease).collect();
    let failing = suppressions::failing(&work.tx, &mails).await?;
    work.finish(&[]).await?;
    Ok(Leased { mails, failing })
}

/// Gives back what was leased and isn't tried now.
pub(super) async fn give_back(house: &House, leases: &[Lease]) -> Result<(), ServiceError> {
    if leases.is_empty() {
        return Ok(());
    }
    let tx = house.store.begin().await?;
    outbox::give_back(&tx, &leases.iter().collect::<Vec<_>>()).await?;
    Ok(tx.commit().await?)
}
