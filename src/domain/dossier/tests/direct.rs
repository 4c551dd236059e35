//! A dossier evaluated straight from its events, without replay, prefix sums or
//! contributions: what the law compares the ledger with.

use super::super::super::deadline::Pause;
use super::super::super::explain::explain;
use super::law::Line;
use super::*;

/// A dossier as its events alone tell it.
pub(super) struct Direct {
    pub(super) received_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    pub(super) unit_id: Uuid,
    term: Term,
    /// Beginnings of the term with the stops of its clock.
    segments: Vec<(DateTime<Utc>, Vec<Pause>)>,
    judge_by: JudgeBy,
    /// What the receipt promised, where another software printed it.
    printed: Option<DateTime<Utc>>,
    /// Letters: when they were given, what they promise, whether they apologise.
    letters: Vec<(DateTime<Utc>, DateTime<Utc>, bool)>,
}

/// Where a dossier stands at the beginning of a day.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct At {
    pub(super) received: i64,
    pub(super) closed: i64,
    pub(super) overdue: i64,
    pub(super) apologised: i64,
    pub(super) paused: i64,
}

/// Reads a script.
pub(super) fn direct(lines: &[Line]) -> Direct {
    let voided: Vec<usize> = lines.iter().filter_map(|l| l.voids).collect();
    let standing = lines.iter().enumerate().filter(|(i, l)| !voided.contains(i) && l.voids.is_none());
    let mut standing: Vec<&Draft> = standing.map(|(_, l)| &l.draft).collect();
    standing.sort_by_key(|d| d.occurred_at);
    let mut unit_id = id(50);
    let mut version_id = Uuid::nil();
    let mut received_at = None;
    let (mut judge_by, mut printed) = (JudgeBy::Statutory, None);
    for draft in &standing {
        if let EventKind::Received(intake) = &draft.kind {
            version_id = intake.procedure_version_id;
            received_at = Some(draft.occurred_at);
            (judge_by, printed) = (intake.judge_by, intake.promised_at);
        }
    }
    let accepted_at = received_at;
    for draft in &standing {
        if let EventKind::Corrected(c) = &draft.kind {
            unit_id = c.unit_id.unwrap_or(unit_id);
            version_id = c.procedure_version_id.unwrap_or(version_id);
            received_at = c.received_at.or(received_at);
        }
    }
    let received_at = received_at.expect("a receipt");
    let version = &RULES.versions[&version_id];
    let closing = |d: &&&Draft| {
        matches!(d.kind, EventKind::Resolved { .. } | EventKind::Withdrawn | EventKind::Stopped)
    };
    let closed_at = standing.iter().find(closing).map(|d| d.occurred_at);
    let mut segments = vec![(received_at, Vec::<Pause>::new())];
    for draft in &standing {
        let pauses = &mut segments.last_mut().expect("at least one").1;
        let open = pauses.last_mut().filter(|p| p.to.is_none());
        let closed = closed_at.is_some_and(|closed| closed < draft.occurred_at);
        match (&draft.kind, open) {
            (EventKind::Paused { .. }, None) if !closed => {
                pauses.push(Pause { from: draft.occurred_at, to: None });
            }
            (EventKind::Resumed, Some(pause)) => {
                pause.to = Some(draft.occurred_at);
                if version.resume_policy == ResumePolicy::Restart && !closed {
                    segments.push((draft.occurred_at, Vec::new()));
                }
            }
            _ => {}
        }
    }
    let open_from = accepted_at.map_or(received_at, |at| at.min(received_at));
    let letters = standing.iter().filter_map(|draft| {
        let EventKind::Reappointed { promised_at, letter } = &draft.kind else { return None };
        let given_at = draft.occurred_at;
        let open = given_at > open_from && closed_at.is_none_or(|closed| given_at < closed);
        open.then_some((given_at, *promised_at, !letter.is_empty()))
    });
    let letters = letters.collect();
    Direct { received_at, closed_at, unit_id, term: version.term, segments, judge_by, printed, letters }
}

impl Direct {
    /// Where it stands at the beginning of the local day `b` (domain.md §6).
    pub(super) fn at(&self, b: NaiveDate) -> At {
        let midnight = TOWN.midnight(b);
        let received = self.received_at < midnight;
        let closed = self.closed_at.is_some_and(|at| at < midnight);
        if !received || closed {
            return At { received: i64::from(received), closed: i64::from(closed), ..At::default() };
        }
        let (from, pauses) =
            self.segments.iter().rev().find(|(from, _)| *from < midnight).expect("it was received");
        let by_law = explain(&TOWN, *from, self.term, pauses).expect("within the tables").due_at;
        let due = if self.judge_by == JudgeBy::Statutory { by_law } else { self.promise_lapses(b) };
        let overdue =
            due.is_some_and(|due| if self.in_hours() { due < midnight } else { TOWN.local_date(due) < b });
        let in_time = |given_at: DateTime<Utc>| {
            due.is_some_and(|due| {
                if self.in_hours() {
                    given_at <= due
                } else {
                    TOWN.local_date(given_at) <= TOWN.local_date(due)
                }
            })
        };
        let apologised =
            overdue && self.letters.iter().any(|(given_at, _, letter)| *letter && in_time(*given_at));
        let all = || self.segments.iter().flat_map(|(_, pauses)| pauses);
        let stands = all().any(|p| p.from < midnight && p.to.is_none_or(|to| to >= midnight));
        At {
            received: 1,
            closed: 0,
            overdue: i64::from(overdue),
            apologised: i64::from(apologised),
            paused: i64::from(stands && !overdue),
        }
    }

    fn in_hours(&self) -> bool {
        matches!(self.term, Term::WorkingHours(_))
    }

    /// When the promise that holds has passed while the clock ran, as far as that happened before a day: by walking
    /// the days, or for hours from one stop to the next.
    fn promise_lapses(&self, b: NaiveDate) -> Option<DateTime<Utc>> {
        let pauses = || self.segments.iter().flat_map(|(_, pauses)| pauses);
        let reckoned = || explain(&TOWN, self.received_at, self.term, &[]).expect("within the tables").due_at;
        let mut promise = self.printed.or_else(reckoned).expect("the clock of a receipt runs");
        if self.in_hours() {
            let runs_again = |mut at: DateTime<Utc>| loop {
                let Some(stop) = pauses().find(|p| p.from < at && p.to.is_none_or(|to| to > at)) else {
                    return Some(at);
                };
                at = stop.to?;
            };
            for (given_at, promised_at, _) in &self.letters {
                let too_late = runs_again(promise).is_some_and(|lapsed| lapsed < *given_at);
                if !too_late && given_at <= promised_at {
                    promise = *promised_at;
                }
            }
            return runs_again(promise);
        }
        let on = |at| TOWN.local_date(at);
        let first =
            self.letters.first().map_or(self.received_at, |(given_at, ..)| self.received_at.min(*given_at));
        for today in on(first).iter_days().take_while(|day| *day < b) {
            for (_, promised_at, _) in self.letters.iter().filter(|(given_at, ..)| on(*given_at) == today) {
                if on(*promised_at) >= today {
                    promise = *promised_at;
                }
            }
            let stands = pauses().any(|p| on(p.from) <= today && p.to.is_none_or(|to| on(to) > today));
            if on(promise) <= today && !stands {
                return Some(TOWN.closing(today));
            }
        }
        None
    }
}
