//! Rates, and figures from sums made by hand.

use super::*;
use crate::domain::figure::Sum;

#[test]
fn rates_are_rounded_half_up_and_none_of_nothing() {
    let percent = |numerator, denominator| Rate { numerator, denominator }.percent();
    assert_eq!(percent(1275, 1277).as_deref(), Some("99.84"));
    assert_eq!(percent(1, 8000).as_deref(), Some("0.01"), "0.0125 is rounded down");
    assert_eq!(percent(1, 20000).as_deref(), Some("0.01"), "0.005 is rounded up");
    assert_eq!(percent(0, 7).as_deref(), Some("0.00"));
    assert_eq!(percent(28, 28).as_deref(), Some("100.00"));
    assert_eq!(percent(0, 0), None);
    assert_eq!(percent(2, 3).as_deref(), Some("66.67"));
    assert_eq!(percent(i64::MAX, i64::MAX).as_deref(), Some("100.00"));
    let union = Rate { numerator: 1, denominator: 2 }.plus(Rate { numerator: 2, denominator: 3 });
    assert_eq!(union, Rate { numerator: 3, denominator: 5 });
}

fn received(channel: Channel, online: OnlineLevel, intake: Tracked) -> Fact {
    Fact::Received { channel, online, intake }
}

fn closed(closed_as: ClosedAs, timeliness: Option<Timeliness>, result: Tracked) -> Fact {
    Fact::Closed { closed_as, timeliness, result }
}

fn sums(entries: Vec<(Fact, i64, i64)>) -> Sums {
    let mut sums = Sums { any_dossier: true, ..Sums::default() };
    for (fact, before, within) in entries {
        sums.add(fact, Sum { before, within });
    }
    sums
}

/// 100 received before and 50 within; 80 and 55 closed.
fn by_hand() -> Sums {
    use ClosedAs::{Refused, Resolved, Stopped, Withdrawn};
    use Timeliness::{Early, Late, OnTime};
    sums(vec![
        (received(Channel::Online, OnlineLevel::Full, Tracked::Yes), 40, 20),
        (received(Channel::Counter, OnlineLevel::Full, Tracked::No), 30, 10),
        (received(Channel::Online, OnlineLevel::Partial, Tracked::Untracked), 10, 5),
        (received(Channel::Post, OnlineLevel::None, Tracked::Untracked), 20, 15),
        (closed(Resolved, Some(Early), Tracked::Yes), 50, 30),
        (closed(Resolved, Some(OnTime), Tracked::No), 20, 10),
        (closed(Refused, Some(Late), Tracked::Yes), 5, 8),
        (closed(Withdrawn, None, Tracked::Yes), 5, 4),
        (closed(Stopped, None, Tracked::No), 0, 3),
        (Fact::Overdue, 9, 12),
        (Fact::Cleared, 6, 9),
        (Fact::LateApologised, 1, 6),
        (Fact::OverdueApologised, 5, 6),
        (Fact::ClearedApologised, 3, 4),
        (Fact::LateRecorded, 2, 7),
        (Fact::Paused, 7, 5),
        (Fact::Unpaused, 6, 4),
    ])
}

#[test]
fn counts_are_read_off_the_sums() {
    let figures = DossierFigures::of(&Sums { unflagged_overdue: 1, unflagged_apologised: 1, ..by_hand() });
    let expected = DossierFigures {
        received_total: 70,
        received_in_period: 50,
        carried_over: 20,
        resolved: 48,
        resolved_early: 30,
        resolved_on_time: 10,
        resolved_late: 8,
        in_process: 15,
        in_process_in_due: 8,
        in_process_paused: 2,
        in_process_overdue: 7,
        withdrawn: 4,
        stopped: 3,
        resolved_late_apologised: 6,
        in_process_overdue_apologised: 5,
        resolved_late_recorded: 7,
    };
    assert_eq!(figures, expected);
    assert_eq!(figures.not_late_rate().percent().as_deref(), Some("83.33"));
    assert_eq!(figures.late_rate(), Rate { numerator: 8, denominator: 48 });
    assert!(identities("row", &figures).iter().all(Identity::holds));
    assert!(!figures.is_empty() && DossierFigures::default().is_empty());
}

#[test]
fn rates_count_what_was_received_or_resolved_in_the_period() {
    let figures = Figures::of(&by_hand());
    assert_eq!(figures.online_full, Some(Rate { numerator: 20, denominator: 30 }));
    assert_eq!(figures.online_partial, Some(Rate { numerator: 5, denominator: 5 }));
    assert_eq!(figures.intake, Some(Rate { numerator: 20, denominator: 30 }), "only where it is tracked");
    assert_eq!(figures.result, Some(Rate { numerator: 38, denominator: 48 }), "only of what was resolved");
    let nothing = Figures::of(&Sums::default());
    assert_eq!((nothing.online_full, nothing.intake, nothing.result), (None, None, None));
    assert!(!nothing.has_dossiers && nothing.ratings.is_empty());
}

#[test]
fn a_period_carries_over_what_the_one_before_left() {
    let first = by_hand();
    let mut second = Sums::default();
    for (fact, sum) in &first.facts {
        second.add(fact.clone(), Sum { before: sum.through(), within: 1 });
    }
    assert_eq!(DossierFigures::of(&second).carried_over, DossierFigures::of(&first).in_process);
}

fn broken(figures: &DossierFigures) -> Vec<&'static str> {
    identities("row", figures).into_iter().filter(|i| !i.holds()).map(|i| i.name).collect()
}

#[test]
fn a_figure_that_breaks_an_identity_is_found() {
    let good = DossierFigures::of(&by_hand());
    assert_eq!(broken(&good), Vec::<&str>::new());
    let resolved = "resolved = early + on time + late";
    let total = "received = resolved + withdrawn + stopped + in process";
    assert_eq!(broken(&DossierFigures { resolved_late: good.resolved_late + 1, ..good }), [resolved]);
    assert_eq!(broken(&DossierFigures { withdrawn: good.withdrawn + 1, ..good }), [total]);
    assert_eq!(broken(&DossierFigures { received_total: good.received_total - 1, ..good }), [total]);
    let in_due = DossierFigures { in_process_in_due: good.in_process_in_due - 1, ..good };
    assert_eq!(broken(&in_due), ["in process = in due + overdue"]);
}

#[test]
fn sums_that_cannot_be_are_found() {
    let early = Some(Timeliness::Early);
    let mut more_closed = by_hand();
    more_closed.add(closed(ClosedAs::Resolved, early, Tracked::Yes), Sum { before: 30, within: 0 });
    assert!(broken(&DossierFigures::of(&more_closed)).contains(&"nothing is negative"));
    let mut unjudged = by_hand();
    unjudged.add(closed(ClosedAs::Resolved, None, Tracked::Yes), Sum { before: 0, within: 1 });
    assert_eq!(broken(&DossierFigures::of(&unjudged)), ["resolved = early + on time + late"]);
    let mut judged = by_hand();
    judged.add(closed(ClosedAs::Withdrawn, early, Tracked::No), Sum { before: 0, within: 1 });
    assert_eq!(broken(&DossierFigures::of(&judged)), ["resolved = early + on time + late"]);
    let mut paused = by_hand();
    paused.add(Fact::Paused, Sum { before: 0, within: 20 });
    assert_eq!(broken(&DossierFigures::of(&paused)), ["paused is part of in due"]);
    let mut overdue = by_hand();
    overdue.add(Fact::Overdue, Sum { before: 0, within: 20 });
    assert!(broken(&DossierFigures::of(&overdue)).contains(&"nothing is negative"));
}

#[test]
fn tasks_are_counted_from_sums() {
    let mut sums = sums(vec![
        (Fact::TaskAssigned, 10, 20),
        (Fact::TaskCompleted { late: false }, 4, 9),
        (Fact::TaskCompleted { late: true }, 2, 3),
        (Fact::TaskOverdue, 3, 5),
        (Fact::TaskCleared, 2, 3),
    ]);
    sums.unflagged_tasks = 1;
    let expected = TaskFigures {
        completed: 12,
        completed_on_time: 9,
        completed_late: 3,
        in_progress: 12,
        in_progress_in_due: 8,
        in_progress_overdue: 4,
    };
    assert_eq!(TaskFigures::of(&sums), expected);
}

#[test]
fn ratings_name_only_kinds_that_occur() {
    let sums = sums(vec![
        (Fact::Rated(Rating::Satisfied), 5, 2),
        (Fact::Rated(Rating::Neutral), 5, 0),
        (Fact::Rated(Rating::VerySatisfied), 0, 7),
    ]);
    let ratings = Figures::of(&sums).ratings;
    assert_eq!(ratings, [(Rating::VerySatisfied, 7), (Rating::Satisfied, 2)].into());
}
