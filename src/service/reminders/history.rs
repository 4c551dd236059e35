//! What was told before of the subjects that a digest speaks of: a later notice stands for an earlier one, and a level
//! hears what the levels below were told.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::reminder::{Concern, NoticeRole, NoticeState, RuleKind};
use crate::store::notices::{self, NoticeRow, ToldNotice};
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

/// What a later notice stands for: of one subject, concern and instant that rules measure from, for one role; of copies,
/// for one official.
type Key = (Uuid, Concern, DateTime<Utc>, String, Option<Uuid>);

fn key(notice: &NoticeRow) -> Option<Key> {
    let concern = RuleKind::parse(&notice.rule_kind)?.concern();
    let copied_to = notice.meant_for_id.filter(|_| notice.role == NoticeRole::Returned.as_str());
    Some((notice.subject_id, concern, notice.due_at, notice.role.clone(), copied_to))
}

/// The ledger of some subjects.
#[derive(Debug, Default)]
pub(super) struct History {
    latest: HashMap<Key, DateTime<Utc>>,
    sent: HashMap<(Uuid, Concern), Vec<Sent>>,
}

impl History {
    /// Of what these notices speak of.
    pub async fn read(door: &impl Door, of: &[NoticeRow]) -> Result<Self, StoreError> {
        let mut ids: Vec<Uuid> = of.iter().map(|notice| notice.subject_id).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(Self::of(&notices::all_of(door, &ids).await?))
    }

    /// Of what these notices speak of, which are all that mails say that haven't left: these aren't read once more.
    pub async fn beside(door: &impl Door, leaving: &[NoticeRow]) -> Result<Self, StoreError> {
        let mut ids: Vec<Uuid> = leaving.iter().map(|notice| notice.subject_id).collect();
        let mut mails: Vec<Uuid> = leaving.iter().filter_map(|notice| notice.outbox_id).collect();
        for all in [&mut ids, &mut mails] {
            all.sort_unstable();
            all.dedup();
        }
        let mut ledger = notices::all_but(door, &ids, &mails).await?;
        let own = leaving.iter().cloned();
        ledger.extend(own.map(|notice| ToldNotice { notice, sent_at: None, is_leaving: true }));
        Ok(Self::of(&ledger))
    }

    /// Of those of these notices that were told or will be.
    pub fn of<'n>(ledger: impl IntoIterator<Item = &'n ToldNotice>) -> Self {
        let mut history = Self::default();
        let is_said = |told: &&ToldNotice| told.state() != NoticeState::Suppressed;
        for told in ledger.into_iter().filter(is_said) {
            let (row, sent_at) = (&told.notice, told.sent_at);
            let Some(key) = key(row) else { continue };
            let concern = key.1;
            let latest = history.latest.entry(key).or_insert(row.fell_due_at);
            *latest = (*latest).max(row.fell_due_at);
            let who = NoticeRole::parse(&row.role).zip(row.official_id).zip(sent_at);
            if let Some(((role, official_id), at)) = who {
                let sent = Sent { role, official_id, meant_for_id: row.meant_for_id, from: row.due_at, at };
                history.sent.entry((row.subject_id, concern)).or_default().push(sent);
            }
        }
        history
    }

    /// A later notice of the same concern, for the same role, was told or will be.
    pub fn is_told_later(&self, notice: &NoticeRow) -> bool {
        key(notice).is_some_and(|key| self.latest.get(&key).is_some_and(|at| *at > notice.fell_due_at))
    }

    fn below(&self, subject: Uuid, concern: Concern, role: NoticeRole) -> impl Iterator<Item = &Sent> {
        let sent = self.sent.get(&(subject, concern)).map_or(&[] as &[Sent], Vec::as_slice);
        sent.iter().filter(move |sent| sent.role < role)
    }

    /// What the levels below one had been told of the same deadline before an instant, the lowest first.
    pub fn told_below(
        &self,
        (notice, before): (&NoticeRow, DateTime<Utc>),
        (concern, from): (Concern, DateTime<Utc>),
        role: NoticeRole,
    ) -> Vec<Heard> {
        let mut heard: Vec<Heard> = Vec::new();
        let before = |sent: &&Sent| sent.from == from && sent.at < before;
        for sent in self.below(notice.subject_id, concern, role).filter(before) {
            let known = heard.iter_mut().find(|h| (h.role, h.official_id) == (sent.role, sent.official_id));
            if let Some(known) = known {
                known.times += 1;
                known.last = known.last.max(sent.at);
            } else {
                let Sent { role, official_id, at, .. } = *sent;
                heard.push(Heard { role, official_id, times: 1, last: at });
            }
        }
        heard.sort_unstable_by_key(|heard| (heard.role, heard.last));
        heard
    }

    /// Whether the one for whom a notice was meant was told of the same themselves since it was sent to another.
    pub fn told_since(&self, told: &ToldNotice) -> bool {
        let notice = &told.notice;
        let concern = RuleKind::parse(&notice.rule_kind).map(RuleKind::concern);
        let sent = concern.and_then(|concern| self.sent.get(&(notice.subject_id, concern)));
        sent.is_some_and(|sent| {
            sent.iter().any(|s| Some(s.official_id) == notice.meant_for_id && told.sent_at < Some(s.at))
        })
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
}
