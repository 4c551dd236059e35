//! By which date a dossier is judged (domain.md §5): by its statutory deadline, or by what the citizen was promised.
//!
//! Here are the promises and the one instant that follows from them. What counts as early, late or overdue
//! against that instant is the deadline's business, the same for both.

use chrono::{DateTime, Utc};

use super::super::calendar::{Calendar, OutOfRange};
use super::super::deadline::{Pause, Term, Timeliness, judge};
use super::event::{Event, EventKind, Source};
use super::state::words;

words! {
    /// Whose date judges.
    JudgeBy {
        /// The statutory deadline.
        Statutory = "statutory",
        /// The appointment, as the national index has it.
        Appointment = "appointment",
    }
}

impl JudgeBy {
    /// What holds where nobody said anything.
    pub const DEFAULT: Self = Self::Statutory;

    /// Whether it needn't be written down.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    pub(super) fn is_default(&self) -> bool {
        *self == Self::DEFAULT
    }

    /// [`Self::DEFAULT`], for histories that say nothing of it.
    pub(super) fn unsaid() -> Self {
        Self::DEFAULT
    }
}

words! {
    /// Who gave a promise.
    Giver {
        /// The house: the deadline as reckoned at the receipt.
        Computed = "computed",
        /// The software that received the dossier, with the receipt or later.
        Source = "source",
        /// An official, by a re-appointment.
        Reappointment = "reappointment",
    }
}

/// What the citizen was told, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// The promised instant.
    pub at: DateTime<Utc>,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// From when on it counts as given. Our own verbs: when they were recorded, so that a letter entered after the
    /// date passed mends nothing. A source brings its records when it comes: when it says it was given.
    pub known_at: DateTime<Utc>,
    /// Who gave it.
    pub giver: Giver,
    /// Number of the letter of apology; empty without one.
    pub letter: String,
    /// It may judge. What the house reckons for a receipt that another software printed is shown, but judges nobody.
    pub binds: bool,
}

/// The date that judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Whose date it is in the end: without a promise the statutory one judges.
    pub by: JudgeBy,
    /// The instant; None while the clock stands and it hadn't passed before.
    pub due_at: Option<DateTime<Utc>>,
}

/// The statutory date of one run of the clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Law {
    /// The resume that began the term anew; None for the last run.
    pub(super) until: Option<DateTime<Utc>>,
    /// The date, if there is one.
    pub(super) due_at: Option<DateTime<Utc>>,
}

/// By what time is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) term: Term,
}

impl Measure<'_> {
    /// Whether a moment lies after a date, at the term's own granularity.
    pub(super) fn passed(&self, due: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        judge(self.calendar, self.term, due, at) == Timeliness::Late
    }

    /// When a promise falls due: at its own instant, or, where the clock stood as that came, when it ran again;
    /// None while it stands. A stop never makes late, and one that begins after the promise passed mends nothing.
    fn falls_due(&self, promised_at: DateTime<Utc>, pauses: &[Pause]) -> Option<DateTime<Utc>> {
        let mut due = promised_at;
        for pause in pauses {
            // Hours: a stop that begins just as they end comes too late, unless it goes on with another.
            let in_time = if self.term.is_judged_by_instant() {
                pause.from < due || (due != promised_at && pause.from == due)
            } else {
                !self.passed(due, pause.from)
            };
            if !in_time {
                break;
            }
            let to = pause.to?;
            if self.passed(due, to) {
                due = to;
            }
        }
        Some(due)
    }

    /// The date that judges. Of the promises in the order in which they were given the last one holds that was given
    /// before the one before it had passed; a promise of what has passed already is none.
    pub(super) fn judged(
        &self,
        judge_by: JudgeBy,
        promises: &[Promise],
        pauses: &[Pause],
        laws: &[Law],
    ) -> Judged {
        let due_at = laws.last().and_then(|law| law.due_at);
        let mut judged = Judged { by: JudgeBy::Statutory, due_at };
        if judge_by == JudgeBy::Statutory {
            return judged;
        }
        for (i, promise) in promises.iter().enumerate().filter(|(_, promise)| promise.binds) {
            if judged.by == JudgeBy::Statutory {
                // Nothing was promised yet: a letter comes in time that is given before the law's date of then.
                let law = laws.iter().find(|law| law.until.is_none_or(|until| promise.known_at < until));
                judged.due_at = law.and_then(|law| law.due_at);
            }
            let too_late = judged.due_at.is_some_and(|due| self.passed(due, promise.known_at))
                || self.passed(promise.at, promise.known_at);
            // What was told with the receipt judges from the beginning.
            if i == 0 || !too_late {
                judged = Judged { by: JudgeBy::Appointment, due_at: self.falls_due(promise.at, pauses) };
            }
        }
        if judged.by == JudgeBy::Statutory {
            judged.due_at = due_at;
        }
        judged
    }

    /// Whether a letter of apology went out before a date passed.
    pub(super) fn apologised(&self, due: Option<DateTime<Utc>>, promises: &[Promise]) -> bool {
        let mut letters = promises.iter().filter(|promise| !promise.letter.is_empty());
        letters.any(|promise| due.is_none_or(|due| !self.passed(due, promise.known_at)))
    }

    /// Whether a closing that occurred in time was recorded too late to be believed unseen.
    pub(super) fn recorded_late(
        &self,
        due: DateTime<Utc>,
        closing: &Told,
        recorded: &[Event],
    ) -> Result<bool, OutOfRange> {
        if self.passed(due, closing.at) {
            return Ok(false); // Late anyway.
        }
        match closing.source {
            Source::Own => Ok(self.passed(due, closing.recorded_at)),
            Source::House => Ok(false),
            Source::Import => {
                // An export made in the night after the due day tells of that day in time; one that comes after the
                // next working day has told of an open dossier in the meantime.
                let next = self.calendar.local_date(due).succ_opt().ok_or(OutOfRange)?;
                let next = self.calendar.on_or_after(next)?.succ_opt().ok_or(OutOfRange)?;
                let seen_open = closing.known_since.max(self.calendar.midnight(next));
                Ok(closing.known_since < closing.recorded_at
                    && seen_open <= closing.recorded_at
                    && !known_closed(recorded, seen_open, closing.recorded_at, closing.at))
            }
        }
    }
}

/// A closing as it was told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// When it happened.
    pub(super) at: DateTime<Utc>,
    /// When the house learnt it.
    pub(super) recorded_at: DateTime<Utc>,
    /// Who told it.
    pub(super) source: Source,
    /// When the house first heard of the dossier.
    pub(super) known_since: DateTime<Utc>,
}

/// Whether by what was on record at an instant, and before another, the dossier was closed: perhaps by a closing that
/// was corrected since. One of the very same instant was known in time, be it that somebody took it back for a while:
/// a broken file that was undone doesn't make it late.
fn known_closed(
    recorded: &[Event],
    at: DateTime<Utc>,
    before: DateTime<Utc>,
    closed_at: DateTime<Utc>,
) -> bool {
    let known = || recorded.iter().filter(|event| event.recorded_at <= at && event.recorded_at < before);
    let closes = |kind: &EventKind| {
        matches!(kind, EventKind::Resolved { .. } | EventKind::Withdrawn | EventKind::Stopped)
    };
    known().filter(|event| closes(&event.draft.kind)).any(|closing| {
        closing.draft.occurred_at == closed_at
            || !known().any(|event| event.draft.kind == EventKind::Voided { number: closing.number })
    })
}
