//! Records which deadlines passed: a job of its own, and what a period report does first. What another calendar
//! counts for is reckoned by it before: a deadline that a new day off moved hasn't passed.

use super::dossiers::recomputing::{Moved, recompute};
use super::error::ServiceError;
use super::slots::Claim;
use super::work::{Context, Work};
use super::{House, dossiers, petitions, tasks};
use crate::domain::reminder::SubjectKind;

/// Newly overdue subjects a transaction.
const FLAGGED: u64 = 500;
/// Dossiers a transaction that are reckoned by another calendar.
const RECKONED: u64 = 500;

/// On whose behalf it is done.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// A slot's, under its fence.
    Slot(&'a Claim),
    /// A caller's who needs it done first.
    Caller(&'a Context),
}

impl By<'_> {
    async fn begin(self, house: &House) -> Result<Work, ServiceError> {
        match self {
            Self::Slot(claim) => house.batch(claim).await,
            Self::Caller(context) => house.job(context.clone()).await,
        }
    }
}

/// Flags what is overdue, batch by batch, until nothing is left. Returns the slot's note.
pub async fn flag_overdue(house: &House, by: By<'_>) -> Result<String, ServiceError> {
    let moved = reckon_anew(house, by).await?;
    let mut flagged = [0; 3];
    for (kind, sum) in SubjectKind::ALL.iter().zip(&mut flagged) {
        loop {
            let mut work = by.begin(house).await?;
            let found = match kind {
                SubjectKind::Dossier => dossiers::flag_overdue(&mut work, FLAGGED).await?,
                SubjectKind::Task => tasks::flag_overdue(&mut work, FLAGGED).await?,
                SubjectKind::Petition => petitions::flag_overdue(&mut work, FLAGGED).await?,
                // What is awaited from others has no figures.
                SubjectKind::Opinion | SubjectKind::Certificate => 0,
            };
            work.finish(&[]).await?;
            *sum += found;
            if found == 0 {
                break;
            }
        }
    }
    let [dossiers, tasks, petitions] = flagged;
    let flagged = format!(
        "đánh dấu {dossiers} hồ sơ, {tasks} nhiệm vụ, {petitions} phản ánh, kiến nghị / \
         {dossiers} dossiers, {tasks} tasks and {petitions} petitions flagged"
    );
    if moved.all() == 0 {
        return Ok(flagged);
    }
    let Moved { later, earlier, unmoved } = moved;
    Ok(format!(
        "{flagged}; theo lịch mới: {later} hồ sơ lùi hạn, {earlier} sớm hạn, {unmoved} giữ hạn / \
         by the new calendar: {later} deadlines later, {earlier} earlier, {unmoved} unmoved"
    ))
}

/// Reckons open dossiers by the calendars that count now, batch by batch, until nothing is left.
async fn reckon_anew(house: &House, by: By<'_>) -> Result<Moved, ServiceError> {
    let (mut sum, mut reached) = (Moved::default(), None);
    loop {
        let mut work = by.begin(house).await?;
        let moved = recompute(&mut work, &mut reached, RECKONED).await?;
        work.finish(&[]).await?;
        sum.add(moved);
        if moved.all() == 0 {
            return Ok(sum);
        }
    }
}
