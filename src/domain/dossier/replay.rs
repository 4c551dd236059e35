//! The replay: from the events of a dossier to all that is derived from them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::calendar::OutOfRange;
use super::super::deadline::Pause;
use super::super::procedure::{ProcedureVersion, ResumePolicy};
use super::event::{Correction, Event, EventKind, Intake, Source};
use super::history::Refusal;
use super::judging::{Giver, Promise};
use super::reading::{Dossier, Rulebook, Warning};
use super::state::{ClosedAs, Outcome, PauseReason, State};

/// What is gathered while walking the timeline.
pub(super) struct Walk<'a> {
    pub(super) rules: &'a Rulebook,
    /// All that was recorded, by number.
    pub(super) recorded: &'a [Event],
    pub(super) state: Option<State>,
    pub(super) intake: Option<(Intake, DateTime<Utc>)>,
    /// The calendar version of the receipt, by which the promise was reckoned, and who told the receipt.
    pub(super) receipt: Option<(Uuid, Source)>,
    /// When the house first heard of it.
    pub(super) known_since: Option<DateTime<Utc>>,
    pub(super) term_from: Option<DateTime<Utc>>,
    /// Since when it lies with its holder while its clock runs.
    pub(super) standing_since: Option<DateTime<Utc>>,
    pub(super) pauses: Vec<Pause>,
    /// Segments ended by a restart: their beginning, pauses and end.
    pub(super) segments: Vec<(DateTime<Utc>, Vec<Pause>, DateTime<Utc>)>,
    pub(super) closing: Option<(DateTime<Utc>, DateTime<Utc>, ClosedAs, Source)>,
    pub(super) returned_at: Option<DateTime<Utc>>,
    pub(super) passed: Vec<DateTime<Utc>>,
    pub(super) delay_cause: Option<String>,
    /// Promises beyond the receipt's.
    pub(super) reappointed: Vec<Promise>,
    pub(super) retracted: bool,
    pub(super) warnings: Vec<(DateTime<Utc>, Warning)>,
    previous: Option<(&'static str, DateTime<Utc>)>,
}

/// Replays a timeline: events ascending by place, voided ones and their voiding left out.
/// `corrections` hold from the beginning, whenever they were made.
pub(super) fn replay(timeline: &[&Event], recorded: &[Event], rules: &Rulebook) -> Result<Dossier, Refusal> {
    let mut walk = Walk {
        rules,
        recorded,
        state: None,
        intake: None,
        receipt: None,
        known_since: timeline.first().map(|event| event.recorded_at),
        term_from: None,
        standing_since: None,
        pauses: Vec::new(),
        segments: Vec::new(),
        closing: None,
        returned_at: None,
        passed: Vec::new(),
        delay_cause: None,
        reappointed: Vec::new(),
        retracted: false,
        warnings: Vec::new(),
        previous: None,
    };
    let correction = timeline.iter().fold(Correction::default(), |mut sum, event| {
        if let EventKind::Corrected(c) = &event.draft.kind {
            sum.add(c);
        }
        sum
    });
    for event in timeline {
        walk.step(event, &correction)?;
    }
    if let (None, Some(at)) = (walk.term_from, correction.received_at) {
        // There is no receipt yet whose instant could be wrong.
        return Err(Refusal::BeforeReceipt { event: "corrected", at });
    }
    walk.finish()
}

impl Walk<'_> {
    fn step(&mut self, event: &Event, correction: &Correction) -> Result<(), Refusal> {
        let at = event.draft.occurred_at;
        let word = super::history::word(&event.draft.kind);
        if let (None, EventKind::Registered(_) | EventKind::Received(_)) = (self.state, &event.draft.kind) {
        } else if self.state.is_none() {
            return Err(Refusal::BeforeReceipt { event: word, at });
        }
        if self.term_from.is_some()
            && event.draft.kind.moves_the_clock()
            && self.intake.as_ref().is_some_and(|(_, received_at)| at < *received_at)
        {
            // The receipt was corrected to a later instant.
            return Err(Refusal::BeforeReceipt { event: word, at });
        }
        match &event.draft.kind {
            EventKind::Registered(intake) => {
                let first = self.state.is_none();
                self.allow(event, word, first)?;
                if first {
                    self.state = Some(State::Registered);
                    self.take_in(intake, at, correction);
                }
            }
            EventKind::Received(intake) => {
                let fits =
                    self.state.is_none_or(|s| matches!(s, State::Registered | State::AwaitingSupplement));
                let first = self.term_from.is_none() && self.closing.is_none();
                self.allow(event, word, fits && first)?;
                if first {
                    self.state = Some(State::Received);
                    // Pauses before acceptance stop no clock: none ran.
                    self.pauses.clear();
                    self.reappointed.clear();
                    let received_at = correction.received_at.unwrap_or(at);
                    self.take_in(intake, received_at, correction);
                    self.receipt = Some((intake.calendar_id, event.draft.source));
                    self.term_from = Some(received_at);
                    self.standing_since = Some(received_at);
                }
            }
            EventKind::NotAccepted => self.pass(event, word, &[State::Registered], State::NotAccepted)?,
            EventKind::Started => self.pass(event, word, &[State::Received], State::InProcess)?,
            EventKind::HandedOver { from, to, .. } => self.hand_over(event, word, from.is_some(), *to)?,
            EventKind::Paused { reason } => self.pause(event, word, *reason)?,
            EventKind::Resumed => self.resume(event, word)?,
            EventKind::Reappointed { promised_at, letter } => {
                let open = self.is_open();
                self.allow(event, word, open)?;
                if open {
                    self.reappointed.push(promise(event, *promised_at, letter));
                }
            }
            EventKind::Resolved { outcome } => {
                let closed_as = match outcome {
                    Outcome::Granted => ClosedAs::Resolved,
                    Outcome::Refused => ClosedAs::Refused,
                };
                self.allow(event, word, matches!(self.state, Some(State::Received | State::InProcess)))?;
                self.close(event, closed_as, State::Resolved);
            }
            EventKind::Withdrawn => {
                self.allow(event, word, self.is_open())?;
                self.close(event, ClosedAs::Withdrawn, State::Withdrawn);
            }
            EventKind::Stopped => {
                self.allow(event, word, self.state.is_some_and(State::is_paused))?;
                self.close(event, ClosedAs::Stopped, State::Stopped);
            }
            EventKind::Returned => {
                self.allow(event, word, self.state == Some(State::Resolved))?;
                self.returned_at = Some(at);
                if self.state == Some(State::Resolved) {
                    self.state = Some(State::Returned);
                }
            }
            EventKind::DeadlinePassed { due_at } => self.passed.push(*due_at),
            EventKind::Digitised { intake, result } => {
                let (facts, _) = self.intake.as_mut().expect("every history begins with an intake");
                facts.intake = intake.unwrap_or(facts.intake);
                facts.result = result.unwrap_or(facts.result);
            }
            EventKind::DelayCause { cause, .. } => self.delay_cause = Some(cause.clone()),
            EventKind::Recalculated { calendar_id, .. } => {
                self.intake.as_mut().expect("every history begins with an intake").0.calendar_id =
                    *calendar_id;
            }
            EventKind::Corrected(correction) => {
                // The rest holds from the beginning; a holder until the next hand-over.
                let (facts, _) = self.intake.as_mut().expect("every history begins with an intake");
                facts.holder_id = correction.holder_id.or(facts.holder_id);
            }
            EventKind::Voided { .. } => {}
            EventKind::Retracted => self.retracted = true,
        }
        self.previous = Some((word, at));
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.state.is_some_and(State::is_open)
    }

    /// Own verbs are refused where the lifecycle forbids; an import is warned.
    fn allow(&mut self, event: &Event, word: &'static str, fits: bool) -> Result<(), Refusal> {
        if fits {
            return Ok(());
        }
        let state = self.state.unwrap_or(State::Registered);
        match event.draft.source {
            Source::Own => Err(Refusal::Forbidden {
                state,
                event: word,
                at: event.draft.occurred_at,
                previous: self.previous,
                from: event.draft.kind.starts_from(),
                to: event.draft.kind.leads_to(),
            }),
            Source::Import | Source::House => {
                self.warnings.push((event.draft.occurred_at, Warning::OutOfOrder { state, event: word }));
                Ok(())
            }
        }
    }

    fn pass(&mut self, event: &Event, word: &'static str, from: &[State], to: State) -> Result<(), Refusal> {
        let fits = self.state.is_some_and(|s| from.contains(&s));
        self.allow(event, word, fits)?;
        // An import's late word never re-opens what is closed, and never starts a clock that stands.
        let starts_clock = to == State::InProcess && self.state.is_some_and(State::is_paused);
        if fits || (self.is_open() && !starts_clock) {
            self.state = Some(to);
        }
        Ok(())
    }

    fn take_in(&mut self, intake: &Intake, at: DateTime<Utc>, correction: &Correction) {
        let mut facts = intake.clone();
        facts.unit_id = correction.unit_id.unwrap_or(facts.unit_id);
        facts.procedure_version_id = correction.procedure_version_id.unwrap_or(facts.procedure_version_id);
        facts.channel = correction.channel.unwrap_or(facts.channel);
        facts.applicant_kind = correction.applicant_kind.unwrap_or(facts.applicant_kind);
        facts.holder_id = correction.holder_id.or(facts.holder_id);
        facts.promised_at = correction.promised_at.or(facts.promised_at);
        facts.judge_by = correction.judge_by.unwrap_or(facts.judge_by);
        self.intake = Some((facts, at));
    }

    fn hand_over(&mut self, event: &Event, word: &'static str, given: bool, to: Uuid) -> Result<(), Refusal> {
        let open = self.is_open();
        self.allow(event, word, open)?;
        if open {
            if given && self.state == Some(State::Received) {
                self.state = Some(State::InProcess);
            }
            self.intake.as_mut().expect("every history begins with an intake").0.holder_id = Some(to);
            self.standing_since = Some(event.draft.occurred_at);
        }
        Ok(())
    }

    fn pause(&mut self, event: &Event, word: &'static str, reason: PauseReason) -> Result<(), Refusal> {
        if self.pauses.last().is_some_and(|p| p.to.is_none()) {
            return self.idle(event, word, Warning::PausedTwice);
        }
        let before_acceptance =
            self.state == Some(State::Registered) && reason == PauseReason::SupplementRequested;
        let underway = matches!(self.state, Some(State::Received | State::InProcess));
        self.allow(event, word, underway || before_acceptance)?;
        // After a closing there is no clock that could stop.
        if underway || before_acceptance {
            self.pauses.push(Pause { from: event.draft.occurred_at, to: None });
            self.state = Some(reason.state());
        }
        Ok(())
    }

    /// What changes nothing: our own verbs are refused, an import is warned.
    fn idle(&mut self, event: &Event, word: &'static str, warning: Warning) -> Result<(), Refusal> {
        self.allow(event, word, event.draft.source != Source::Own)?;
        self.warnings.push((event.draft.occurred_at, warning));
        Ok(())
    }

    fn resume(&mut self, event: &Event, word: &'static str) -> Result<(), Refusal> {
        let at = event.draft.occurred_at;
        let running = self.is_open() || self.state == Some(State::Registered);
        match self.pauses.last_mut().filter(|p| p.to.is_none()) {
            // Closed while the clock stood: it stood when it was judged, whatever the source says later.
            Some(_) if self.closing.is_some() => return self.allow(event, word, false),
            Some(pause) => pause.to = Some(at),
            None if running => return self.idle(event, word, Warning::ResumedWhileRunning),
            None => return self.allow(event, word, false),
        }
        let paused = self.state.is_some_and(State::is_paused);
        self.allow(event, word, paused)?;
        if paused {
            self.standing_since = self.term_from.and(Some(at));
            // Before acceptance a supplement leads back to registered.
            self.state = Some(if self.term_from.is_some() { State::InProcess } else { State::Registered });
        }
        if paused
            && self.version()?.resume_policy == ResumePolicy::Restart
            && let Some(from) = self.term_from
        {
            self.segments.push((from, std::mem::take(&mut self.pauses), at));
            self.term_from = Some(at);
        }
        Ok(())
    }

    fn close(&mut self, event: &Event, closed_as: ClosedAs, state: State) {
        if self.closing.is_none() {
            self.closing = Some((event.draft.occurred_at, event.recorded_at, closed_as, event.draft.source));
            self.state = Some(state);
        }
    }

    pub(super) fn version(&self) -> Result<&ProcedureVersion, Refusal> {
        let id = self.intake.as_ref().ok_or(Refusal::NoIntake)?.0.procedure_version_id;
        self.rules.versions.get(&id).map(Arc::as_ref).ok_or(Refusal::UnknownVersion(id))
    }
}

/// What a re-appointment promises. One by which a source moved its appointment has no letter.
fn promise(event: &Event, at: DateTime<Utc>, letter: &str) -> Promise {
    let given_at = event.draft.occurred_at;
    let own = event.draft.source == Source::Own;
    let letter = letter.trim().to_owned();
    Promise {
        at,
        given_at,
        known_at: if own { given_at.max(event.recorded_at) } else { given_at },
        giver: if own || !letter.is_empty() { Giver::Reappointment } else { Giver::Source },
        letter,
        binds: true,
    }
}

impl From<OutOfRange> for Refusal {
    fn from(_: OutOfRange) -> Self {
        Self::OutOfRange
    }
}
