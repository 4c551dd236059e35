//! The law of contributions: the ledger says the same whatever the order in which an accepted set of
//! events was recorded, and for every day the same as an evaluation straight from the events.

use std::collections::BTreeMap;

use chrono::{Days, TimeDelta};
use proptest::prelude::*;

use super::super::super::deadline::{Pause, overdue_at};
use super::super::super::explain::explain;
use super::super::super::figure::{self, Contribution, Fact};
use super::super::super::procedure::ResumePolicy as Policy;
use super::super::Outcome;
use super::*;

/// A step that chance proposes: minutes since the step before, what, and a number to choose by.
type Proposal = (i64, u8, u16);

const HORIZON: &str = "2024-08-01T00:00:00";

/// A draft and, for a voiding, the place of the voided one in the script.
#[derive(Debug, Clone)]
struct Line {
    draft: Draft,
    voids: Option<usize>,
}

fn kind_of(what: u8, pick: u16, begun: DateTime<Utc>) -> EventKind {
    let reason = PauseReason::ALL[usize::from(pick) % PauseReason::ALL.len()];
    let flag = [Some(Tracked::Yes), Some(Tracked::No), None][usize::from(pick) % 3];
    match what {
        0 => EventKind::Started,
        1..=5 => EventKind::Paused { reason },
        6..=10 => EventKind::Resumed,
        11 => EventKind::Resolved { outcome: if pick.is_multiple_of(2) { Outcome::Granted } else { Outcome::Refused } },
        12 => EventKind::Withdrawn,
        13 => EventKind::Stopped,
        14 => EventKind::Returned,
        15 => EventKind::Digitised { intake: flag, result: Some(Tracked::Yes) },
        16 => EventKind::Reappointed { promised_at: begun + TimeDelta::days(40), letter: "03/XL".into() },
        17 => {
            let minutes = i64::from(pick % 8000) - 6000;
            EventKind::Corrected(Correction {
                received_at: pick.is_multiple_of(3).then(|| begun + TimeDelta::minutes(minutes)),
                unit_id: pick.is_multiple_of(2).then(|| id(51)),
                procedure_version_id: pick.is_multiple_of(5).then(|| id(u128::from(pick % 6) + 1)),
                channel: Some(Channel::ALL[usize::from(pick) % 3]),
                ..Correction::default()
            })
        }
        _ => EventKind::HandedOver {
            from: pick.is_multiple_of(2).then(|| id(60)),
            to: id(61 + u128::from(pick % 4)),
            step: "Thẩm định".into(),
        },
    }
}

/// What the house accepts of the proposals, in the order in which they were made.
fn script(first: u128, start: i64, registered: bool, proposals: &[Proposal]) -> Vec<Line> {
    let now = at(HORIZON);
    let mut lines: Vec<Line> = Vec::new();
    let mut history = History::default();
    let mut propose = |draft: Draft, voids: Option<usize>| {
        let dossier = history.record(vec![draft.clone()], now, &RULES);
        if dossier.is_ok() {
            lines.push(Line { draft, voids });
        }
        (dossier, lines.len())
    };
    let begun = at("2024-02-01T00:00:00") + TimeDelta::minutes(start);
    if registered {
        let ahead = begun - TimeDelta::minutes(700);
        let _ = propose(draft(EventKind::Registered(intake(first)), ahead, Source::Own), None);
    }
    let (received, _) = propose(draft(EventKind::Received(intake(first)), begun, Source::Own), None);
    let mut dossier = received.expect("a receipt is accepted");
    let mut when = begun;
    for (place, (gap, what, pick)) in (1i64..).zip(proposals) {
        when = (when + TimeDelta::minutes(*gap)).min(now - TimeDelta::minutes(1));
        // No two at one instant: there the order of recording decides.
        let unlike = TimeDelta::milliseconds(place);
        let source = if pick.is_multiple_of(7) { Source::Import } else { Source::Own };
        let (kind, voids, source) = match what {
            18 | 19 => {
                // Earlier than what is recorded already: learnt late.
                let back = when - TimeDelta::minutes(i64::from(pick % 9000));
                let late = draft(kind_of((pick % 15) as u8, *pick, begun), back.max(begun) + unlike, source);
                if let (Ok(after), _) = propose(late, None) {
                    dossier = after;
                }
                continue;
            }
            20 | 21 => {
                let (_, known) = propose(draft(EventKind::Resumed, now + TimeDelta::days(1), Source::Own), None);
                let place = usize::from(*pick) % known;
                let number = i32::try_from(place + 1).expect("few lines");
                (EventKind::Voided { number }, Some(place), Source::Own)
            }
            22 => match dossier.due_at() {
                Some(due_at) if dossier.closing.is_none() && overdue_at(&TOWN, dossier.term, due_at) <= when => {
                    (EventKind::DeadlinePassed { due_at }, None, Source::House)
                }
                _ => continue,
            },
            _ => (kind_of(*what, *pick, begun), None, source),
        };
        if let (Ok(after), _) = propose(draft(kind, when + unlike, source), voids) {
            dossier = after;
        }
    }
    // The flagging job has seen all that is overdue by the horizon.
    if let (Some(due_at), None) = (dossier.due_at(), dossier.closing)
        && overdue_at(&TOWN, dossier.term, due_at) <= now
        && !dossier.overdue_flagged
    {
        let (flagged, _) = propose(draft(EventKind::DeadlinePassed { due_at }, now, Source::House), None);
        assert!(flagged.expect("a flag is accepted").overdue_flagged);
    }
    lines
}

prop_compose! {
    fn scripts()(
        first in 1u128..7,
        start in 0i64..60_000,
        registered in any::<bool>(),
        proposals in proptest::collection::vec((prop_oneof![1i64..1500, 1i64..9000], 0u8..26, any::<u16>()), 0..18),
    ) -> Vec<Line> {
        script(first, start, registered, &proposals)
    }
}

/// Records a script in the order of `turns` as far as each prefix is accepted, the rest as one step,
/// and returns the sum of what was written to the ledger on the way with the history.
fn ledger(lines: &[Line], turns: &[usize]) -> (BTreeMap<(String, NaiveDate, Uuid, Uuid), i64>, History) {
    let now = at(HORIZON);
    let mut history = History::default();
    let mut numbers: BTreeMap<usize, i32> = BTreeMap::new();
    let mut written: Vec<Contribution> = Vec::new();
    let mut before: Vec<Contribution> = Vec::new();
    let mut waiting = turns.to_vec();
    while !waiting.is_empty() {
        let known = waiting.len();
        let mut step = |history: &mut History, drafts: Vec<Draft>| {
            let Ok(dossier) = history.record(drafts, now, &RULES) else { return false };
            let after = figure::dossier(&dossier);
            let rows = figure::difference(&before, &after);
            assert_eq!(figure::difference(&after, &joined(&before, &rows)), [], "before + difference is after");
            written.extend(rows);
            before = after;
            true
        };
        waiting.retain(|place| {
            let Some(draft) = numbered(&lines[*place], &numbers) else { return true };
            if step(&mut history, vec![draft]) {
                numbers.insert(*place, history.version());
                return false;
            }
            true
        });
        if waiting.len() == known {
            // Neither of the rest is accepted alone: a pause and its resume before a known closing.
            waiting.sort_unstable();
            let mut drafts = Vec::new();
            for (number, place) in (history.version() + 1..).zip(&waiting) {
                drafts.push(numbered(&lines[*place], &numbers).expect("what it voids comes before it"));
                numbers.insert(*place, number);
            }
            assert!(step(&mut history, drafts), "an accepted set is accepted as one step");
            waiting.clear();
        }
    }
    let mut sums = BTreeMap::new();
    for c in written {
        *sums.entry((c.fact.to_string(), c.on, c.unit_id, c.procedure_id)).or_insert(0) += c.quantity;
    }
    sums.retain(|_, quantity| *quantity != 0);
    (sums, history)
}

fn joined(a: &[Contribution], b: &[Contribution]) -> Vec<Contribution> {
    a.iter().chain(b).cloned().collect()
}

/// The draft, voiding the number that its target got in this history; None before it has one.
fn numbered(line: &Line, numbers: &BTreeMap<usize, i32>) -> Option<Draft> {
    let mut draft = line.draft.clone();
    if let Some(place) = line.voids {
        draft.kind = EventKind::Voided { number: *numbers.get(&place)? };
    }
    Some(draft)
}

/// A dossier evaluated straight from its events, without replay, prefix sums or contributions.
struct Direct {
    received_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    unit_id: Uuid,
    term: Term,
    /// Beginnings of the term with the stops of its clock.
    segments: Vec<(DateTime<Utc>, Vec<Pause>)>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct At {
    received: i64,
    closed: i64,
    overdue: i64,
    paused: i64,
}

fn direct(lines: &[Line]) -> Direct {
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
                if version.resume_policy == Policy::Restart && !closed {
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
    fn at(&self, b: NaiveDate) -> At {
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
            Term::SameDay | Term::WorkingDays(_) | Term::CalendarDays(_) | Term::Months(_) => TOWN.local_date(due) < b,
        });
        let stands = pauses.iter().any(|p| p.from < midnight && p.to.is_none_or(|to| to >= midnight));
        At { received: 1, closed: 0, overdue: i64::from(overdue), paused: i64::from(stands && !overdue) }
    }
}

fn summed(rows: &[Contribution], b: NaiveDate) -> At {
    let mut sum = At::default();
    for c in rows.iter().filter(|c| c.on < b) {
        match c.fact {
            Fact::Received { .. } => sum.received += c.quantity,
            Fact::Closed { .. } => sum.closed += c.quantity,
            Fact::Paused => sum.paused += c.quantity,
            Fact::Unpaused => sum.paused -= c.quantity,
            Fact::Overdue => sum.overdue += c.quantity,
            Fact::Cleared => sum.overdue -= c.quantity,
            Fact::TaskAssigned
            | Fact::TaskCompleted { .. }
            | Fact::TaskOverdue
            | Fact::TaskCleared
            | Fact::PetitionReceived
            | Fact::PetitionAnswered { .. }
            | Fact::Rated(_)
            | Fact::Paid { .. }
            | Fact::PaidAmount { .. } => panic!("a dossier gives no {}", c.fact),
        }
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_recording_doesnt_matter(
        (lines, turns) in scripts().prop_flat_map(|lines| {
            let places: Vec<usize> = (0..lines.len()).collect();
            (Just(lines), Just(places).prop_shuffle())
        })
    ) {
        let natural: Vec<usize> = (0..lines.len()).collect();
        let (first, one) = ledger(&lines, &natural);
        let (second, other) = ledger(&lines, &turns);
        prop_assert_eq!(&first, &second, "{:#?}", lines);
        let dossier = one.replay(&RULES).expect("accepted");
        let mut direct: BTreeMap<_, i64> = BTreeMap::new();
        for c in figure::dossier(&dossier) {
            *direct.entry((c.fact.to_string(), c.on, c.unit_id, c.procedure_id)).or_default() += c.quantity;
        }
        direct.retain(|_, quantity| *quantity != 0);
        prop_assert_eq!(first, direct, "the ledger is the sum of the contributions");
        prop_assert_eq!(other.replay(&RULES).expect("accepted"), dossier);
    }

    #[test]
    fn every_day_counts_as_the_events_say(lines in scripts()) {
        let turns: Vec<usize> = (0..lines.len()).collect();
        let (_, history) = ledger(&lines, &turns);
        let rows = figure::dossier(&history.replay(&RULES).expect("accepted"));
        let told = direct(&lines);
        prop_assert!(rows.iter().all(|c| c.unit_id == told.unit_id));
        let last = TOWN.local_date(at(HORIZON));
        for b in TOWN.local_date(told.received_at - TimeDelta::days(2)).iter_days().take_while(|b| *b <= last) {
            prop_assert_eq!(summed(&rows, b), told.at(b), "at the beginning of {}: {:#?} {:#?}", b, lines, rows);
        }
        // Beyond the horizon nothing changes until somebody records it.
        prop_assert_eq!(summed(&rows, last + Days::new(500)), summed(&rows, last));
    }
}
