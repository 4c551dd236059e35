//! The law of contributions: the ledger says the same whatever the order in which an accepted set of
//! events was recorded, and for every day the same as an evaluation straight from the events.

use std::collections::BTreeMap;

use chrono::{Days, TimeDelta};
use proptest::prelude::*;

use super::super::super::deadline::overdue_at;
use super::super::super::figure::{self, Contribution, Fact};
use super::super::Outcome;
use super::direct::{At, direct};
use super::*;

/// A step that chance proposes: minutes since the step before, what, and a number to choose by.
type Proposal = (i64, u8, u16);

const HORIZON: &str = "2024-08-01T00:00:00";

/// A draft and, for a voiding, the place of the voided one in the script.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) draft: Draft,
    pub(super) voids: Option<usize>,
}

fn kind_of(what: u8, pick: u16, begun: DateTime<Utc>) -> EventKind {
    let reason = PauseReason::ALL[usize::from(pick) % PauseReason::ALL.len()];
    let flag = [Some(Tracked::Yes), Some(Tracked::No), None][usize::from(pick) % 3];
    match what {
        0 => EventKind::Started,
        1..=5 => EventKind::Paused { reason },
        6..=10 => EventKind::Resumed,
        11 => EventKind::Resolved {
            outcome: if pick.is_multiple_of(2) { Outcome::Granted } else { Outcome::Refused },
        },
        12 => EventKind::Withdrawn,
        13 => EventKind::Stopped,
        14 => EventKind::Returned,
        15 => EventKind::Digitised { intake: flag, result: Some(Tracked::Yes) },
        16 => EventKind::Reappointed {
            promised_at: begun + TimeDelta::days(4 + i64::from(pick % 40)),
            letter: if pick.is_multiple_of(4) { String::new() } else { "03/XL".into() },
        },
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
fn script(laid_down: &Intake, start: i64, registered: bool, proposals: &[Proposal]) -> Vec<Line> {
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
    let laid_down = || Intake {
        // A promise that another software printed lies some days ahead.
        promised_at: laid_down.promised_at.map(|at| begun + (at - DateTime::UNIX_EPOCH)),
        ..laid_down.clone()
    };
    if registered {
        let ahead = begun - TimeDelta::minutes(700);
        let _ = propose(draft(EventKind::Registered(laid_down()), ahead, Source::Own), None);
    }
    let (received, _) = propose(draft(EventKind::Received(laid_down()), begun, Source::Own), None);
    let mut dossier = received.expect("a receipt is accepted");
    let mut when = begun;
    for (place, (gap, what, pick)) in (1i64..).zip(proposals) {
        when = (when + TimeDelta::minutes(*gap)).min(now - TimeDelta::minutes(1));
        // No two at one instant: there the order of recording decides.
        let unlike = TimeDelta::milliseconds(place);
        // Letters of our own count from when they are recorded; here all are recorded at the end.
        let source = if *what == 16 || pick.is_multiple_of(7) { Source::Import } else { Source::Own };
        let (kind, voids, source) = match what {
            18 | 19 => {
                // Earlier than what is recorded already: learnt late.
                let back = when - TimeDelta::minutes(i64::from(pick % 9000));
                let late = draft(
                    kind_of(u8::try_from(pick % 15).expect("below 15"), *pick, begun),
                    back.max(begun) + unlike,
                    source,
                );
                if let (Ok(after), _) = propose(late, None) {
                    dossier = after;
                }
                continue;
            }
            20 | 21 => {
                let (_, known) =
                    propose(draft(EventKind::Resumed, now + TimeDelta::days(1), Source::Own), None);
                let place = usize::from(*pick) % known;
                let number = i32::try_from(place + 1).expect("few lines");
                (EventKind::Voided { number }, Some(place), Source::Own)
            }
            22 => match dossier.judged_due_at() {
                Some(due_at)
                    if dossier.closing.is_none() && overdue_at(&TOWN, dossier.term, due_at) <= when =>
                {
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
    if let (Some(due_at), None) = (dossier.judged_due_at(), dossier.closing)
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
        appointment in any::<bool>(),
        printed in proptest::option::of(4i64..20),
        proposals in proptest::collection::vec((prop_oneof![1i64..1500, 1i64..9000], 0u8..26, any::<u16>()), 0..18),
    ) -> Vec<Line> {
        let laid_down = Intake {
            judge_by: if appointment { JudgeBy::Appointment } else { JudgeBy::Statutory },
            promised_at: printed.map(|days| DateTime::UNIX_EPOCH + TimeDelta::days(days)),
            ..intake(first)
        };
        script(&laid_down, start, registered, &proposals)
    }
}

/// Sums by fact, day, unit and procedure.
type Cells = BTreeMap<(String, NaiveDate, Uuid, Uuid), i64>;

/// Records a script in the order of `turns` as far as each prefix is accepted, the rest as one step,
/// and returns the sum of what was written to the ledger on the way with the history.
fn ledger(lines: &[Line], turns: &[usize]) -> (Cells, History) {
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
            assert_eq!(
                figure::difference(&after, &joined(&before, &rows)),
                [],
                "before + difference is after"
            );
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
    let mut sums = Cells::new();
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
            Fact::OverdueApologised => sum.apologised += c.quantity,
            Fact::ClearedApologised => sum.apologised -= c.quantity,
            // Beside closings; the cases of each are tested one by one.
            Fact::LateApologised | Fact::LateRecorded => {}
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
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

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
        let mut direct = Cells::new();
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
