//! A leader hears of something only when those below had the time to say why it is late, counted from what they were told
//! of it, or from the deadline; where it was handed over since, from when it came to who has it now. Nobody below can keep
//! it from the leader for ever: a level that lets its reminders wait, or whose mails don't leave, doesn't lengthen it, and
//! hand-overs do once.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::deciding::Desk;
use super::reach::Reach;
use crate::domain::calendar::Calendar;
use crate::domain::reminder::{Concern, NoticeRole, NoticeState, Rule, RuleKind};
use crate::store::notices::{self, NoticeRow, ToldNotice};
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
    /// Whom notices reach, and which wait.
    pub desk: &'a Desk<'a>,
    /// How long it is, in office minutes.
    pub minutes: i64,
    /// The run.
    pub now: DateTime<Utc>,
}

impl Grace<'_> {
    /// Whether those below the leader had their time. Who got it since the first notice has it anew, but all of them
    /// together no more than that once: else it could be handed on and on.
    pub fn is_over(
        &self,
        calendar: &Calendar,
        subject: &Subject,
        notice: &NoticeRow,
        ledger: &[ToldNotice],
    ) -> bool {
        let Some(concern) = RuleKind::parse(&notice.rule_kind).map(RuleKind::concern) else { return true };
        let Some(role) = NoticeRole::parse(&notice.role) else { return true };
        let reach = self.desk.reach;
        let leader = reach.of_level(subject, role).map(|hearer| hearer.official.id);
        // Beyond the tables of the calendar nobody waits.
        let Ok(now) = calendar.office_micros(self.now) else { return true };
        let micros = |at| calendar.office_micros(at).unwrap_or(i64::MIN);
        let time = self.minutes * 60_000_000;
        let counted_from = |since: DateTime<Utc>| {
            if concern == Concern::Deadline { since.max(notice.due_at) } else { since }
        };
        let end = |since| micros(counted_from(since)).saturating_add(time);
        let (mut of_first, mut of_all) = (micros(notice.fell_due_at), i64::MIN);
        for level in [NoticeRole::Responsible, NoticeRole::Head] {
            let of_level = |rule: &Rule| rule.role == level && rule.kind.concern() == concern;
            let is_ruled = reach.in_force(subject, |rules| rules.iter().any(of_level));
            let Ok(hearer) = reach.of_level(subject, level) else { continue };
            if !is_ruled || Ok(hearer.official.id) == leader {
                continue;
            }
            let of_it = |told: &&ToldNotice| {
                let row = &told.notice;
                row.role == level.as_str()
                    && row.due_at == notice.due_at
                    && RuleKind::parse(&row.rule_kind).is_some_and(|kind| kind.concern() == concern)
            };
            let rows: Vec<&ToldNotice> = ledger.iter().filter(of_it).collect();
            let Some(first) = self.since(subject, level, &rows) else { return false };
            let present = [Some(hearer.official.id), reach.level(subject, level).map(|official| official.id)];
            let since = newcomer(subject, &present, &rows, first).unwrap_or(first);
            of_first = of_first.max(end(first));
            of_all = of_all.max(end(since));
        }
        now >= of_all.min(of_first.saturating_add(time))
    }

    /// From when on a level had its time; None: it is to be told yet.
    fn since(&self, subject: &Subject, level: NoticeRole, rows: &[&ToldNotice]) -> Option<DateTime<Utc>> {
        if let Some(first) = rows.iter().filter_map(|told| told.sent_at).min() {
            return Some(first);
        }
        // What was taken from the ledger for good, or nobody lets out, counts from when it fell due.
        let asleep = self.desk.is_asleep(subject, level.as_str());
        let counts = |told: &&&ToldNotice| {
            asleep || told.state() != NoticeState::Queued || told.notice.created_at + UNSENT <= self.now
        };
        rows.iter().filter(counts).map(|told| told.notice.created_at).min()
    }
}

/// From when on those have it who have it at present, where others were told first: from their own first notice on, or
/// from when it came to them. None: they were the first, or nobody knows.
fn newcomer(
    subject: &Subject,
    present: &[Option<Uuid>],
    rows: &[&ToldNotice],
    first: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let is_theirs = |who: Option<Uuid>| who.is_some() && present.contains(&who);
    let heard =
        |told: &&&ToldNotice| is_theirs(told.notice.official_id) || is_theirs(told.notice.meant_for_id);
    match rows.iter().filter(heard).filter_map(|told| told.sent_at).min() {
        Some(told) => Some(told),
        None => subject.marks.standing.map(|held| held.max(first)),
    }
}
