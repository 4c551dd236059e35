//! What was told before of the subjects that a digest speaks of: a later notice stands for an earlier one, a level hears
//! what the levels below were told, and a leader only after these had the time to say why.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::reach::Reach;
use crate::domain::calendar::Calendar;
use crate::domain::reminder::{Concern, NoticeRole, RuleKind};
use crate::store::notices::{self, NoticeRow};
use crate::store::subjects::Subject;
use crate::store::{Door, StoreError};

/// A notice that left.
#[derive(Debug, Clone, Copy)]
struct Sent {
    role: NoticeRole,
    official_id: Uuid,
    meant_for_id: Option<Uuid>,
    from: DateTime<Utc>,
    at: DateTime<Utc>,
}

/// What one official was told of a concern of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    /// As what.
    pub role: NoticeRole,
    /// Who.
    pub official_id: Uuid,
    /// How often.
    pub times: usize,
    /// When for the last time.
    pub last: DateTime<Utc>,
}

/// The ledger of some subjects.
#[derive(Debug, Default)]
pub(super) struct History {
    latest: HashMap<(Uuid, String, Concern), DateTime<Utc>>,
    sent: HashMap<(Uuid, Concern), Vec<Sent>>,
}

impl History {
    /// Of what these notices speak of.
    pub async fn read(door: &impl Door, of: &[NoticeRow]) -> Result<Self, StoreError> {
        let mut ids: Vec<Uuid> = of.iter().map(|notice| notice.subject_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut history = Self::default();
        for row in notices::told_of(door, &ids).await? {
            let Some(concern) = RuleKind::parse(&row.rule_kind).map(RuleKind::concern) else { continue };
            let latest =
                history.latest.entry((row.subject_id, row.role.clone(), concern)).or_insert(row.fell_due_at);
            *latest = (*latest).max(row.fell_due_at);
            let who = NoticeRole::parse(&row.role).zip(row.official_id).zip(row.sent_at);
            if let Some(((role, official_id), at)) = who {
                let sent = Sent { role, official_id, meant_for_id: row.meant_for_id, from: row.due_at, at };
                history.sent.entry((row.subject_id, concern)).or_default().push(sent);
            }
        }
        Ok(history)
    }

    /// A later notice of the same concern, for the same role, was told or will be.
    pub fn is_told_later(&self, notice: &NoticeRow) -> bool {
        let concern = RuleKind::parse(&notice.rule_kind).map(RuleKind::concern);
        let key = concern.map(|concern| (notice.subject_id, notice.role.clone(), concern));
        key.is_some_and(|key| self.latest.get(&key).is_some_and(|at| *at > notice.fell_due_at))
    }

    fn below(&self, subject: Uuid, concern: Concern, role: NoticeRole) -> impl Iterator<Item = &Sent> {
        let sent = self.sent.get(&(subject, concern)).map_or(&[] as &[Sent], Vec::as_slice);
        sent.iter().filter(move |sent| sent.role < role)
    }

    /// What the levels below one were told of the same deadline before an instant, the lowest first. What leaves in the
    /// same breath doesn't count: which of two mails is faster is chance.
    pub fn told_below(
        &self,
        subject: Uuid,
        (concern, from): (Concern, DateTime<Utc>),
        role: NoticeRole,
        before: DateTime<Utc>,
    ) -> Vec<Heard> {
        let mut heard: Vec<Heard> = Vec::new();
        let below = self.below(subject, concern, role);
        for sent in below.filter(|sent| sent.from == from && sent.at < before) {
            let known = heard.iter_mut().find(|h| (h.role, h.official_id) == (sent.role, sent.official_id));
            match known {
                Some(known) => {
                    known.times += 1;
                    known.last = known.last.max(sent.at);
                }
                None => {
                    let Sent { role, official_id, at, .. } = *sent;
                    heard.push(Heard { role, official_id, times: 1, last: at });
                }
            }
        }
        heard.sort_unstable_by_key(|heard| (heard.role, heard.last));
        heard
    }

    /// Who was told while somebody was away, and when: of what a copy on return speaks.
    pub fn told_instead_of(
        &self,
        subject: Uuid,
        concern: Concern,
        away: Uuid,
    ) -> Option<(Uuid, DateTime<Utc>)> {
        let of_them = self
            .below(subject, concern, NoticeRole::Returned)
            .filter(|sent| sent.meant_for_id == Some(away) && sent.official_id != away);
        of_them.max_by_key(|sent| sent.at).map(|sent| (sent.official_id, sent.at))
    }

    /// Whether a leader may be told: whoever holds it and the head were, where rules say so, and had so many office
    /// minutes from their first notice on to record the cause.
    pub fn had_grace(
        &self,
        (reach, calendar): (&Reach<'_>, &Calendar),
        (subject, notice): (&Subject, &NoticeRow),
        grace_minutes: i64,
        now: DateTime<Utc>,
    ) -> bool {
        let Some(concern) = RuleKind::parse(&notice.rule_kind).map(RuleKind::concern) else { return true };
        [NoticeRole::Responsible, NoticeRole::Head].into_iter().all(|level| {
            let is_ruled = reach.in_force(subject, |rules| {
                rules.iter().any(|rule| rule.role == level && rule.kind.concern() == concern)
            });
            let first = self
                .below(subject.id, concern, NoticeRole::Leader)
                .filter(|sent| sent.role == level && sent.from == notice.due_at)
                .map(|sent| sent.at)
                .min();
            match first {
                Some(first) => minutes_between(calendar, first, now).is_none_or(|had| had >= grace_minutes),
                None => !is_ruled || reach.of_level(subject, level).is_err(),
            }
        })
    }
}

fn minutes_between(calendar: &Calendar, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<i64> {
    let from = calendar.office_micros(from).ok()?;
    Some((calendar.office_micros(to).ok()? - from) / 60_000_000)
}
