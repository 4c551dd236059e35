//! A leader hears of something only when those below had the time to say why it is late, counted from what they were told
//! of it, or from the deadline. Nobody below can keep it from the leader for ever: a level that lets its reminders wait, or
//! whose mails don't leave, doesn't lengthen it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::reach::Reach;
use super::snoozing::waits_by;
use crate::domain::calendar::Calendar;
use crate::domain::mail::folded;
use crate::domain::reminder::{Concern, NoticeRole, NoticeState, RuleKind};
use crate::store::notices::{self, NoticeRow, ToldNotice};
use crate::store::snoozes::SnoozeRow;
use crate::store::subjects::Subject;
use crate::store::{Door, StoreError};

/// A level whose mail hasn't left for so long isn't waited for any more: by then mails are given up.
const UNSENT: TimeDelta = TimeDelta::days(4);

/// The notices of what leaders are to be told, by subject.
#[derive(Debug, Default)]
pub(super) struct Below(HashMap<Uuid, Vec<ToldNotice>>);

impl Below {
    /// Reads them.
    pub async fn read(door: &impl Door, mut subjects: Vec<Uuid>) -> Result<Self, StoreError> {
        subjects.sort_unstable();
        subjects.dedup();
        let mut of: HashMap<Uuid, Vec<ToldNotice>> = HashMap::new();
        for told in notices::all_of(door, &subjects).await? {
            of.entry(told.notice.subject_id).or_default().push(told);
        }
        Ok(Self(of))
    }

    /// Those of the subject of a notice.
    pub fn of(&self, notice: &NoticeRow) -> &[ToldNotice] {
        self.0.get(&notice.subject_id).map_or(&[], Vec::as_slice)
    }
}

/// Whether a notice reaches a leader as such, be it for one or fallen to one.
pub(super) fn to_leader(reach: &Reach<'_>, subject: &Subject, notice: &NoticeRow) -> bool {
    let Some(role) = NoticeRole::parse(&notice.role).filter(|role| *role != NoticeRole::Returned) else {
        return false;
    };
    let hearer = reach.of_level(subject, role);
    hearer.is_ok_and(|hearer| reach.level_of(subject, role, hearer.official) == Some(NoticeRole::Leader))
}

/// What the time of those below is judged by.
pub(super) struct Grace<'a> {
    /// The officials.
    pub reach: &'a Reach<'a>,
    /// How long it is, in office minutes.
    pub minutes: i64,
    /// Addresses that aren't written to.
    pub unwritten: &'a HashSet<String>,
    /// Whose reminders wait because somebody said so.
    pub snoozed: &'a HashMap<Uuid, SnoozeRow>,
    /// The run.
    pub now: DateTime<Utc>,
}

impl Grace<'_> {
    /// Whether those below the leader had their time.
    pub fn is_over(
        &self,
        calendar: &Calendar,
        subject: &Subject,
        notice: &NoticeRow,
        ledger: &[ToldNotice],
    ) -> bool {
        let Some(concern) = RuleKind::parse(&notice.rule_kind).map(RuleKind::concern) else { return true };
        let Some(role) = NoticeRole::parse(&notice.role) else { return true };
        let leader = self.reach.of_level(subject, role).map(|hearer| hearer.official.id);
        [NoticeRole::Responsible, NoticeRole::Head].into_iter().all(|level| {
            let of_level =
                |rule: &crate::domain::reminder::Rule| rule.role == level && rule.kind.concern() == concern;
            let is_ruled = self.reach.in_force(subject, |rules| rules.iter().any(of_level));
            let Ok(hearer) = self.reach.of_level(subject, level) else { return true };
            let is_reached =
                Ok(hearer.official.id) != leader && !self.unwritten.contains(&folded(hearer.address));
            if !is_ruled || !is_reached {
                return true;
            }
            self.since(subject, (level, concern), notice.due_at, ledger).is_some_and(|since| {
                let since = if concern == Concern::Deadline { since.max(notice.due_at) } else { since };
                let had = minutes_between(calendar, since, self.now);
                had.is_none_or(|had| had >= self.minutes)
            })
        })
    }

    /// From when on a level had its time; None: it is to be told yet.
    fn since(
        &self,
        subject: &Subject,
        (level, concern): (NoticeRole, Concern),
        due_at: DateTime<Utc>,
        ledger: &[ToldNotice],
    ) -> Option<DateTime<Utc>> {
        let of_it = |told: &&ToldNotice| {
            let row = &told.notice;
            row.role == level.as_str()
                && row.due_at == due_at
                && RuleKind::parse(&row.rule_kind).is_some_and(|kind| kind.concern() == concern)
        };
        let rows = || ledger.iter().filter(of_it);
        if let Some(first) = rows().filter_map(|told| told.sent_at).min() {
            return Some(first);
        }
        // What was taken from the ledger for good, or nobody lets out, counts from when it fell due.
        let asleep = self.snoozed.get(&subject.id).is_some_and(|by| waits_by(by, subject, level.as_str()));
        let counts = |told: &&ToldNotice| {
            asleep || told.state() != NoticeState::Queued || told.notice.created_at + UNSENT <= self.now
        };
        rows().filter(counts).map(|told| told.notice.created_at).min()
    }
}

fn minutes_between(calendar: &Calendar, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<i64> {
    let from = calendar.office_micros(from).ok()?;
    Some((calendar.office_micros(to).ok()? - from) / 60_000_000)
}
