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
}

/// Where a dossier stands at the beginning of a day.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct At {
    pub(super) received: i64,
    pub(super) closed: i64,
    pub(super) overdue: i64,
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
    for draft in &standing {
        if let EventKind::Received(intake) = &draft.kind {
            version_id = intake.procedure_version_id;
            received_at = Some(draft.occurred_at);
        }
    }
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
    Direct { received_at, closed_at, unit_id, term: version.term, segments }
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
        let due = explain(&TOWN, *from, self.term, pauses).expect("within the tables").due_at;
        let overdue = due.is_some_and(|due| match self.term {
            Term::WorkingHours(_) => due < midnight,
            Term::SameDay | Term::WorkingDays(_) | Term::CalendarDays(_) | Term::Months(_) => {
                TOWN.local_date(due) < b
            }
        });
        let stands = pauses.iter().any(|p| p.from < midnight && p.to.is_none_or(|to| to >= midnight));
        At { received: 1, closed: 0, overdue: i64::from(overdue), paused: i64::from(stands && !overdue) }
    }
}
