//! What becomes of a notice that waits. A run asks it, the sealing of its mail asks it again, and the plan ahead asks the
//! same of the runs to come: what is previewed can't be anything else than what goes out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::grace::{Grace, to_leader};
use super::planning::calendar_of;
use super::reach::{Hearer, Reach, Unheard};
use super::sending::Round;
use super::snoozing::waits_by;
use super::sources::Sources;
use super::truth::stale;
use crate::domain::calendar::Calendar;
use crate::domain::reminder::RuleKind;
use crate::store::notices::{NoticeRow, ToldNotice};
use crate::store::snoozes::SnoozeRow;
use crate::store::subjects::Subject;

/// Nobody is named for it, at no level.
const NO_RECIPIENT: &str = "no_recipient";
/// Of those who could be told, none has an address.
const NO_ADDRESS: &str = "no_address";

/// Why a notice waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wait {
    /// A later run takes it.
    Later,
    /// Somebody said so.
    Snoozed,
    /// Its source is silent.
    Source,
    /// Those below the leader have their time to say why it is late.
    Grace,
    /// Nobody who could be told has an address that is written to: of these, the first.
    Address(Uuid),
}

/// What becomes of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict<'a> {
    /// It waits.
    Waits(Wait),
    /// It isn't true any more, and why.
    Untrue(&'static str),
    /// Nobody can be told, and why.
    Unheard(&'static str),
    /// That official is told.
    Told(Hearer<'a>),
}

/// What is asked of a notice at an instant, whoever asks.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    /// The officials.
    pub reach: &'a Reach<'a>,
    /// Which sources are silent.
    pub sources: &'a Sources,
    /// Whose reminders wait because somebody said so.
    pub snoozed: &'a HashMap<Uuid, SnoozeRow>,
    /// The instant.
    pub now: DateTime<Utc>,
}

impl<'a> Desk<'a> {
    /// What becomes of a notice of a subject; None: it isn't there any more.
    pub fn verdict(&self, notice: &NoticeRow, subject: Option<&Subject>) -> Verdict<'a> {
        let subject = match self.stands(notice, subject) {
            Ok(subject) => subject,
            Err(verdict) => return verdict,
        };
        self.heard(notice, subject)
    }

    /// Whether the reminders of a subject for a role wait because somebody said so.
    pub fn is_asleep(&self, subject: &Subject, role: &str) -> bool {
        let by = self.snoozed.get(&subject.id).filter(|by| by.until_at > self.now);
        by.is_some_and(|by| waits_by(by, subject, role))
    }

    /// Whether it is true and may be said.
    fn stands<'s>(
        &self,
        notice: &NoticeRow,
        subject: Option<&'s Subject>,
    ) -> Result<&'s Subject, Verdict<'a>> {
        if let Some(subject) = subject {
            if self.is_asleep(subject, &notice.role) {
                return Err(Verdict::Waits(Wait::Snoozed));
            }
            if self.sources.waits(subject) {
                return Err(Verdict::Waits(Wait::Source));
            }
        }
        match (stale(self.reach, notice, subject, self.now), subject) {
            (Some(why), _) => Err(Verdict::Untrue(why)),
            (None, None) => Err(Verdict::Unheard(NO_RECIPIENT)),
            (None, Some(subject)) => Ok(subject),
        }
    }

    fn heard(&self, notice: &NoticeRow, subject: &Subject) -> Verdict<'a> {
        match self.reach.hearer(subject, notice) {
            Ok(hearer) => Verdict::Told(hearer),
            Err(Unheard::Unwritten(official)) => Verdict::Waits(Wait::Address(official.id)),
            Err(Unheard::NoAddress) => Verdict::Unheard(NO_ADDRESS),
            Err(Unheard::NoRecipient) => Verdict::Unheard(NO_RECIPIENT),
        }
    }
}

/// What a run asks besides.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    /// What everybody asks.
    pub desk: Desk<'a>,
    /// Of what it reminds.
    pub round: Round,
    /// The midnight of its day.
    pub today: DateTime<Utc>,
    /// How long those below a leader have, in office minutes.
    pub grace_minutes: i64,
    /// The house's calendar, for units without their own.
    pub calendar: &'a Calendar,
}

impl<'a> Run<'a> {
    /// Whether it looks at a notice at all.
    pub fn takes(&self, notice: &NoticeRow) -> bool {
        let kind = RuleKind::parse(&notice.rule_kind);
        kind.is_some_and(|kind| self.round.takes((kind, &notice.role), notice.fell_due_at, self.today))
    }

    /// What becomes of a notice in it. `ledger`: all of its subject, where it is for a leader.
    pub fn verdict(
        &self,
        notice: &NoticeRow,
        subject: Option<&Subject>,
        ledger: &[ToldNotice],
    ) -> Verdict<'a> {
        if !self.takes(notice) {
            return Verdict::Waits(Wait::Later);
        }
        let subject = match self.desk.stands(notice, subject) {
            Ok(subject) => subject,
            Err(verdict) => return verdict,
        };
        let Desk { reach, now, .. } = self.desk;
        if to_leader(reach, subject, notice) {
            let calendar = calendar_of(reach.rules(), subject).unwrap_or(self.calendar);
            let grace = Grace { desk: &self.desk, minutes: self.grace_minutes, now };
            if !grace.is_over(calendar, subject, notice, ledger) {
                return Verdict::Waits(Wait::Grace);
            }
        }
        self.desk.heard(notice, subject)
    }
}
