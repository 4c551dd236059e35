//! A history and how it grows: an event is inserted where it happened, the timeline is replayed,
//! and the first forbidden step refuses it whole.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::event::{Draft, Event, EventKind, Source};
use super::reading::{Dossier, Rulebook};
use super::replay::replay;
use super::state::State;

/// Why an event can't be recorded. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It lies in the future.
    #[error("{event} at {at} lies in the future")]
    Future {
        /// The word of the event.
        event: &'static str,
        /// When it is said to have happened.
        at: DateTime<Utc>,
    },
    /// It lies before the receipt.
    #[error("{event} at {at} lies before the receipt")]
    BeforeReceipt {
        /// The word of the event.
        event: &'static str,
        /// When it is said to have happened.
        at: DateTime<Utc>,
    },
    /// The lifecycle forbids it in that state.
    #[error("{event} at {at} is not allowed in state {}{}", state.as_str(), way(from, *to))]
    Forbidden {
        /// The state on the timeline before it.
        state: State,
        /// The word of the event that doesn't fit.
        event: &'static str,
        /// When that event happened.
        at: DateTime<Utc>,
        /// The event before it.
        previous: Option<(&'static str, DateTime<Utc>)>,
        /// The states in which it is allowed.
        from: &'static [State],
        /// The state to which it would have led, where it changes the state.
        to: Option<State>,
    },
    /// A voiding names no event that could be voided.
    #[error("there is no event {0} that can be voided")]
    NothingToVoid(i32),
    /// The history doesn't begin with a registration or receipt.
    #[error("the history doesn't begin with a receipt")]
    NoIntake,
    /// A version that the rulebook doesn't hold.
    #[error("unknown version {0}")]
    UnknownVersion(Uuid),
    /// The import that brought it was undone.
    #[error("the import that brought the dossier was undone")]
    Retracted,
    /// A day outside the tables of the calendar.
    #[error("a day lies outside the years of calendars (1980–2119)")]
    OutOfRange,
}

/// Where a forbidden step may begin and would have led to.
fn way(from: &[State], to: Option<State>) -> String {
    let to = to.map(|state| format!("; it leads to {}", state.as_str())).unwrap_or_default();
    let from: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
    let from = if from.is_empty() { String::new() } else { format!("; it starts from {}", from.join(", ")) };
    format!("{to}{from}")
}

/// The word of an event's kind.
pub(super) fn word(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Registered(_) => "registered",
        EventKind::Received(_) => "received",
        EventKind::NotAccepted => "not_accepted",
        EventKind::Started => "started",
        EventKind::HandedOver { .. } => "handed_over",
        EventKind::Paused { .. } => "paused",
        EventKind::Resumed => "resumed",
        EventKind::Reappointed { .. } => "reappointed",
        EventKind::Resolved { .. } => "resolved",
        EventKind::Returned => "returned",
        EventKind::Withdrawn => "withdrawn",
        EventKind::Stopped => "stopped",
        EventKind::Corrected(_) => "corrected",
        EventKind::Voided { .. } => "voided",
        EventKind::DeadlinePassed { .. } => "deadline_passed",
        EventKind::Digitised { .. } => "digitised",
        EventKind::DelayCause { .. } => "delay_cause",
        EventKind::Recalculated { .. } => "recalculated",
        EventKind::Retracted => "retracted",
    }
}

/// All that was ever recorded of one dossier, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    events: Vec<Event>,
}

impl History {
    /// Why a dossier that was received at once can't be accepted.
    pub fn never_registered(state: State, at: DateTime<Utc>) -> Refusal {
        let (from, to) = (&[State::Registered], Some(State::Received));
        Refusal::Forbidden { state, event: "received", at, previous: None, from, to }
    }

    /// A history read from the archive, ascending by number.
    pub fn new(events: Vec<Event>) -> Self {
        Self { events }
    }

    /// The events by number.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The number of the last event.
    pub fn version(&self) -> i32 {
        self.events.last().map_or(0, |e| e.number)
    }

    /// Numbers of voided events.
    pub fn voided(&self) -> BTreeSet<i32> {
        self.events
            .iter()
            .filter_map(|e| if let EventKind::Voided { number } = e.draft.kind { Some(number) } else { None })
            .collect()
    }

    /// The events that stand, in the order in which they happened.
    pub fn timeline(&self) -> Vec<&Event> {
        let voided = self.voided();
        let mut standing: Vec<&Event> = self
            .events
            .iter()
            .filter(|e| !voided.contains(&e.number) && !matches!(e.draft.kind, EventKind::Voided { .. }))
            .collect();
        standing.sort_by_key(|e| e.place());
        let corrected = standing.iter().rev().find_map(|e| corrected_receipt(&e.draft.kind));
        if let Some(corrected) = corrected {
            // What happened after the true receipt is not before it.
            standing.sort_by_key(|e| {
                let (at, rank, number) = e.place();
                let received = matches!(e.draft.kind, EventKind::Received(_));
                (if received { at.min(corrected) } else { at }, rank, number)
            });
        }
        resume_before_pause(&mut standing);
        standing
    }

    /// The number of the event by which it never came in, if it stands.
    pub fn retraction(&self) -> Option<i32> {
        let voided = self.voided();
        let last = self.events.iter().rev().find(|e| e.draft.kind == EventKind::Retracted)?;
        (!voided.contains(&last.number)).then_some(last.number)
    }

    /// What the history tells.
    pub fn replay(&self, rules: &Rulebook) -> Result<Dossier, Refusal> {
        replay(&self.timeline(), &self.events, rules)
    }

    /// Records drafts as one step, in their order. Either all fit, or nothing has changed.
    pub fn record(
        &mut self,
        drafts: Vec<Draft>,
        now: DateTime<Utc>,
        rules: &Rulebook,
    ) -> Result<Dossier, Refusal> {
        let kept = self.events.len();
        let outcome = self.try_record(drafts, now, rules);
        if outcome.is_err() {
            self.events.truncate(kept);
        }
        outcome
    }

    fn try_record(
        &mut self,
        drafts: Vec<Draft>,
        now: DateTime<Utc>,
        rules: &Rulebook,
    ) -> Result<Dossier, Refusal> {
        for draft in drafts {
            let latest =
                corrected_receipt(&draft.kind).map_or(draft.occurred_at, |at| at.max(draft.occurred_at));
            if latest > now {
                return Err(Refusal::Future { event: word(&draft.kind), at: latest });
            }
            if draft.source == Source::Own && self.retraction().is_some() {
                return Err(Refusal::Retracted);
            }
            if let EventKind::Voided { number } = draft.kind {
                let voidable = self.events.iter().any(|e| {
                    e.number == number
                        && !matches!(
                            e.draft.kind,
                            EventKind::Voided { .. } | EventKind::Received(_) | EventKind::Registered(_)
                        )
                });
                if !voidable || self.voided().contains(&number) {
                    return Err(Refusal::NothingToVoid(number));
                }
            }
            self.events.push(Event { number: self.version() + 1, recorded_at: now, draft });
        }
        self.replay(rules)
    }
}

/// The true instant of receipt that an event lays down.
fn corrected_receipt(kind: &EventKind) -> Option<DateTime<Utc>> {
    if let EventKind::Corrected(correction) = kind { correction.received_at } else { None }
}

/// Of a pause and a resume at one instant the resume comes first while the clock stands: it ends
/// the old pause, and the new one begins.
fn resume_before_pause(timeline: &mut [&Event]) {
    let mut stands = false;
    for i in 0..timeline.len() {
        let at = timeline[i].draft.occurred_at;
        if stands && matches!(timeline[i].draft.kind, EventKind::Paused { .. }) {
            let together = timeline[i..].iter().take_while(|e| e.draft.occurred_at == at);
            let resume =
                together.enumerate().find(|(_, e)| e.draft.kind == EventKind::Resumed).map(|(j, _)| j);
            if let Some(j) = resume {
                timeline[i..=i + j].rotate_right(1);
            }
        }
        let kind = &timeline[i].draft.kind;
        stands = matches!(kind, EventKind::Paused { .. })
            || (stands && !matches!(kind, EventKind::Resumed | EventKind::Received(_)));
    }
}
