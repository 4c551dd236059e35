//! Copies on return: who was away, or had an address that wasn't written to, gets one of what somebody else was told
//! meanwhile and is still to be done.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::House;
use super::super::error::ServiceError;
use super::super::slots::Claim;
use super::history::History;
use super::reach::{Hindrances, Reach};
use super::sending::subjects_of;
use super::truth::moved;
use crate::domain::reminder::{NoticeRole, RuleKind};
use crate::store::notices::{self, NoticeRow, ToldNotice};
use crate::store::subjects::Subject;

/// Notices a transaction.
const BATCH: u64 = 200;

/// Enters a copy for everybody who is back: of each thing, the latest that was told. Returns how many are new.
pub(super) async fn copy(house: &House, claim: &Claim) -> Result<u64, ServiceError> {
    let mut entered = 0;
    loop {
        let work = house.batch(claim).await?;
        let now = work.now();
        let hindrances = Hindrances::read(&work.tx, &work.rules, now).await?;
        let reach = Reach::at(&work.rules, &hindrances, now);
        let rows = notices::uncopied(&work.tx, Some(BATCH), &reach.hindered()).await?;
        if rows.is_empty() {
            break;
        }
        let about: Vec<NoticeRow> = rows.iter().map(|told| told.notice.clone()).collect();
        let subjects = subjects_of(&work.tx, &about).await?;
        let history = History::read(&work.tx, &about).await?;
        let copies = to_copy(&reach, &rows, |id| subjects.get(&id), &history);
        let copies = copies.into_iter().map(|row| copy_of(row, work.new_id(), now));
        entered += notices::enter(&work.tx, copies.collect()).await?;
        let ids: Vec<Uuid> = about.iter().map(|row| row.id).collect();
        notices::copied(&work.tx, &ids, now).await?;
        work.finish(&[]).await?;
    }
    Ok(entered)
}

/// Of notices that somebody else heard, those that who was meant gets a copy of: of each thing the latest.
pub(super) fn to_copy<'n>(
    reach: &Reach<'_>,
    rows: impl IntoIterator<Item = &'n ToldNotice>,
    subject: impl Fn(Uuid) -> Option<&'n Subject>,
    history: &History,
) -> Vec<&'n NoticeRow> {
    let mut latest: BTreeMap<_, &NoticeRow> = BTreeMap::new();
    for told in rows {
        let row = &told.notice;
        let Some(subject) = subject(row.subject_id) else { continue };
        // Handed on meanwhile, or told since: it is none of theirs any more, or they know.
        if moved(row, Some(subject)).is_some() || !is_theirs(reach, subject, row) || history.told_since(told)
        {
            continue;
        }
        let concern = RuleKind::parse(&row.rule_kind).map(RuleKind::concern);
        let known = latest.entry((row.meant_for_id, row.subject_id, concern)).or_insert(row);
        if row.fell_due_at > known.fell_due_at {
            *known = row;
        }
    }
    latest.into_values().collect()
}

/// The copy of a notice.
pub(super) fn copy_of(row: &NoticeRow, id: Uuid, now: DateTime<Utc>) -> NoticeRow {
    NoticeRow {
        id,
        role: NoticeRole::Returned.as_str().to_owned(),
        official_id: None,
        outbox_id: None,
        fell_due_at: now,
        created_at: now,
        copied_at: Some(now),
        ..row.clone()
    }
}

/// Whether the one for whom a notice was meant is still of its level.
fn is_theirs(reach: &Reach<'_>, subject: &Subject, row: &NoticeRow) -> bool {
    let official = row.meant_for_id.and_then(|id| reach.rules().officials.get(&id));
    let role = NoticeRole::parse(&row.role);
    official.zip(role).is_some_and(|(official, role)| reach.level_of(subject, role, official).is_some())
}
