//! What a walked history tells in the end: the deadline, the date that judges, the closing and the days that count.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::calendar::Calendar;
use super::super::deadline::{Deadline, Pause, Timeliness, deadline, judge};
use super::event::{Intake, Source};
use super::history::Refusal;
use super::judging::{Giver, JudgeBy, Judged, Law, Measure, Promise, Told};
use super::reading::{Closing, Dossier};
use super::replay::Walk;
use super::spans::{Run, Spans};

impl Walk<'_> {
    /// Ends the walk.
    pub(super) fn finish(self) -> Result<Dossier, Refusal> {
        let version = self.version()?.clone();
        let Some((facts, received_at)) = self.intake.clone() else { return Err(Refusal::NoIntake) };
        let calendar = self.calendar(facts.calendar_id)?;
        let measure = Measure { calendar, term: version.term };
        let receipt_due_at = match self.receipt {
            Some((id, _)) => deadline(self.calendar(id)?, received_at, version.term, &[])?.due_at(),
            None => None,
        };
        let promises = self.promises(&facts, received_at, receipt_due_at);
        let mut told = Tellings::default();
        if let Some(from) = self.term_from {
            self.tell(&mut told, measure, from, facts.judge_by, &promises)?;
        }
        let promised_at = promises.last().map(|promise| promise.at);
        let due_at = told.deadline.and_then(|ran| ran.due_at());
        Ok(Dossier {
            state: self.state.ok_or(Refusal::NoIntake)?,
            unit_id: facts.unit_id,
            procedure_id: version.procedure_id,
            procedure_version_id: version.id,
            calendar_id: facts.calendar_id,
            term: version.term,
            online_level: version.online_level,
            channel: facts.channel,
            applicant_kind: facts.applicant_kind,
            intake: facts.intake,
            result: facts.result,
            holder_id: facts.holder_id,
            received_at,
            received_on: calendar.local_date(received_at),
            term_from: self.term_from.unwrap_or(received_at),
            standing_since: self.standing_since,
            deadline: told.deadline,
            promised_at,
            promise_days: promised_at
                .and_then(|promised_at| differs(calendar, promised_at, due_at, receipt_due_at)),
            promises,
            receipt_due_at,
            receipt_calendar_id: self.receipt.map(|(id, _)| id),
            judge_by: facts.judge_by,
            judged: told.judged,
            apologised: told.apologised,
            reappointments: u32::try_from(
                self.reappointed.iter().filter(|promise| promise.giver == Giver::Reappointment).count(),
            )
            .unwrap_or(u32::MAX),
            pauses: self.pauses,
            closing: told.closing,
            returned_at: self.returned_at,
            overdue: told.spans.overdue,
            overdue_apologised: told.spans.apologised,
            paused: told.spans.paused,
            overdue_flagged: told.flagged,
            delay_cause: self.delay_cause,
            retracted: self.retracted,
            warnings: self.warnings,
        })
    }

    fn calendar(&self, id: Uuid) -> Result<&Calendar, Refusal> {
        self.rules.calendars.get(&id).map(Arc::as_ref).ok_or(Refusal::UnknownVersion(id))
    }

    /// The promise of the receipt, then those that came later.
    fn promises(
        &self,
        facts: &Intake,
        received_at: DateTime<Utc>,
        receipt_due_at: Option<DateTime<Utc>>,
    ) -> Vec<Promise> {
        let first = facts.promised_at.or(receipt_due_at).map(|at| Promise {
            at,
            given_at: received_at,
            known_at: received_at,
            giver: if facts.promised_at.is_some() { Giver::Source } else { Giver::Computed },
            letter: String::new(),
            binds: facts.promised_at.is_some()
                || self.receipt.is_some_and(|(_, source)| source == Source::Own),
        });
        first.into_iter().chain(self.reappointed.iter().cloned()).collect()
    }

    /// What follows from the clock of an accepted dossier.
    fn tell(
        &self,
        told: &mut Tellings,
        measure: Measure<'_>,
        from: DateTime<Utc>,
        judge_by: JudgeBy,
        promises: &[Promise],
    ) -> Result<(), Refusal> {
        let Measure { calendar, term } = measure;
        let ran = deadline(calendar, from, term, &self.pauses)?;
        // The term may have begun anew; a promise never does.
        let earlier = self.segments.iter().flat_map(|(_, pauses, _)| pauses);
        let pauses: Vec<Pause> = earlier.chain(&self.pauses).copied().collect();
        let mut laws = Vec::with_capacity(self.segments.len() + 1);
        for (from, pauses, until) in &self.segments {
            let due_at = deadline(calendar, *from, term, pauses)?.due_at();
            laws.push(Law { until: Some(*until), due_at });
        }
        laws.push(Law { until: None, due_at: ran.due_at() });
        let judged = measure.judged(judge_by, promises, &pauses, &laws);
        let due = judged.due_at;
        told.apologised = measure.apologised(due, promises);
        told.flagged = due.is_some_and(|due| self.passed.contains(&due));
        if let Some((at, recorded_at, closed_as, source)) = self.closing {
            let resolved = closed_as.is_resolved();
            let timeliness = due.map(|due| judge(calendar, term, due, at));
            let known_since = self.known_since.unwrap_or(recorded_at);
            let closing = Told { at, recorded_at, source, known_since };
            told.closing = Some(Closing {
                at,
                on: calendar.local_date(at),
                closed_as,
                timeliness: resolved.then(|| timeliness.unwrap_or(Timeliness::Early)),
                while_stopped: resolved && timeliness.is_none(),
                recorded_late: match due {
                    Some(due) => measure.recorded_late(due, &closing, self.recorded)?,
                    None => false,
                },
            });
        }
        let end = told.closing.map(|closing| (closing.at, closing.on));
        let last = |pauses| Run { due, pauses, end, flagged: told.flagged, apologised: told.apologised };
        if judged.by == JudgeBy::Appointment {
            told.spans.add(measure, last(&pauses));
        } else {
            for ((_, pauses, until), law) in self.segments.iter().zip(&laws) {
                let due = law.due_at;
                let end = Some((*until, calendar.local_date(*until)));
                let apologised = measure.apologised(due, promises);
                told.spans.add(measure, Run { due, pauses, end, flagged: false, apologised });
            }
            told.spans.add(measure, last(&self.pauses));
        }
        told.deadline = Some(ran);
        told.judged = Some(judged);
        Ok(())
    }
}

/// What follows from the clock.
#[derive(Default)]
struct Tellings {
    deadline: Option<Deadline>,
    judged: Option<Judged>,
    closing: Option<Closing>,
    spans: Spans,
    flagged: bool,
    apologised: bool,
}

/// By how many days a promise differs from the statutory deadline, of now and of the receipt.
fn differs(
    calendar: &Calendar,
    promised_at: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
    receipt_due_at: Option<DateTime<Utc>>,
) -> Option<i64> {
    let on = |at| calendar.local_date(at);
    // Before acceptance, and while the clock stands, there is none of now.
    let against = due_at.or(receipt_due_at)?;
    let same = [Some(against), receipt_due_at].into_iter().flatten().any(|due| on(due) == on(promised_at));
    (!same).then(|| (on(promised_at) - on(against)).num_days())
}
