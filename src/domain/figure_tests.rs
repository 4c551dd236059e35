//! The text of facts, the difference of contributions and the sums.

use super::*;

/// Every fact with every dimension.
fn every_fact() -> Vec<Fact> {
    let mut facts = vec![
        Fact::Paused,
        Fact::Unpaused,
        Fact::Overdue,
        Fact::Cleared,
        Fact::LateApologised,
        Fact::OverdueApologised,
        Fact::ClearedApologised,
        Fact::LateRecorded,
        Fact::TaskAssigned,
        Fact::TaskOverdue,
        Fact::TaskCleared,
        Fact::PetitionReceived,
    ];
    for channel in Channel::ALL {
        for online in OnlineLevel::ALL {
            facts.extend(Tracked::ALL.iter().map(|intake| Fact::Received {
                channel: *channel,
                online: *online,
                intake: *intake,
            }));
        }
    }
    let timeliness = [None, Some(Timeliness::Early), Some(Timeliness::OnTime), Some(Timeliness::Late)];
    for closed_as in ClosedAs::ALL {
        for timeliness in timeliness {
            facts.extend(Tracked::ALL.iter().map(|result| Fact::Closed {
                closed_as: *closed_as,
                timeliness,
                result: *result,
            }));
        }
    }
    facts.extend(Rating::ALL.iter().map(|rating| Fact::Rated(*rating)));
    for flag in [true, false] {
        facts.push(Fact::TaskCompleted { late: flag });
        facts.push(Fact::PetitionAnswered { in_time: flag });
        for kind in ["fee", "thuế đất", "a:b", "online", ""] {
            facts.push(Fact::Paid { kind: kind.into(), online: flag });
            facts.push(Fact::PaidAmount { kind: kind.into(), online: flag });
        }
    }
    facts
}

#[test]
fn the_text_of_every_fact_is_read_again() {
    let facts = every_fact();
    let mut texts: Vec<String> = facts.iter().map(Fact::to_string).collect();
    for (fact, text) in facts.iter().zip(&texts) {
        assert_eq!(Fact::parse(text).as_ref(), Some(fact), "{text}");
    }
    let many = texts.len();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), many, "two facts have one text");
}

#[test]
fn the_canonical_texts_stay() {
    let received =
        Fact::Received { channel: Channel::Online, online: OnlineLevel::Full, intake: Tracked::Untracked };
    assert_eq!(received.to_string(), "received:online:full:untracked");
    let closed = Fact::Closed { closed_as: ClosedAs::Withdrawn, timeliness: None, result: Tracked::No };
    assert_eq!(closed.to_string(), "closed:withdrawn:none:no");
    assert_eq!(Fact::TaskCompleted { late: false }.to_string(), "task_completed:on_time");
    assert_eq!(Fact::PaidAmount { kind: "fee".into(), online: false }.to_string(), "paid_amount:fee:offline");
}

#[test]
fn other_texts_are_no_facts() {
    let texts = [
        "",
        "paused:x",
        "received",
        "received:online:full",
        "received:fax:full:yes",
        "closed:resolved:soon:yes",
        "task_completed:early",
        "petition_answered:no",
        "rated:",
        "rated:fine",
        "paid:fee",
        "paid:fee:maybe",
        "paid",
        "Paused",
    ];
    for text in texts {
        assert_eq!(Fact::parse(text), None, "{text}");
    }
}

fn row(fact: Fact, on: &str, unit: u128, quantity: i64) -> Contribution {
    let on = on.parse().expect("a date");
    Contribution { fact, on, unit_id: Uuid::from_u128(unit), procedure_id: Uuid::nil(), quantity }
}

#[test]
fn a_difference_is_what_must_be_added() {
    let before = [row(Fact::Paused, "2024-05-06", 1, 1), row(Fact::Overdue, "2024-05-07", 1, 1)];
    let after = [
        row(Fact::Paused, "2024-05-06", 2, 1),
        row(Fact::Overdue, "2024-05-07", 1, 1),
        row(Fact::Cleared, "2024-05-09", 1, 1),
    ];
    let rows = difference(&before, &after);
    let expected = [
        row(Fact::Paused, "2024-05-06", 1, -1),
        row(Fact::Paused, "2024-05-06", 2, 1),
        row(Fact::Cleared, "2024-05-09", 1, 1),
    ];
    assert_eq!(rows, expected);
    assert_eq!(difference(&after, &after), []);
    let sum: Vec<Contribution> = before.iter().chain(&rows).cloned().collect();
    assert_eq!(difference(&sum, &after), []);
    let twice = [row(Fact::Paused, "2024-05-06", 1, 1), row(Fact::Paused, "2024-05-06", 1, 1)];
    assert_eq!(difference(&[], &twice), [row(Fact::Paused, "2024-05-06", 1, 2)]);
    let amount = |dong| [row(Fact::PaidAmount { kind: "fee".into(), online: true }, "2024-05-06", 1, dong)];
    assert_eq!(difference(&amount(50_000), &amount(20_000)), amount(-30_000));
}

#[test]
fn sums_are_added_and_merged() {
    let mut sums = Sums { unflagged_overdue: 1, ..Sums::default() };
    sums.add(Fact::Paused, Sum { before: 2, within: 3 });
    sums.add(Fact::Paused, Sum { before: 0, within: -1 });
    let mut other = Sums { unflagged_tasks: 2, any_dossier: true, ..Sums::default() };
    other.add(Fact::Paused, Sum { before: 1, within: 0 });
    other.add(Fact::Unpaused, Sum { before: 5, within: 7 });
    sums.merge(&other);
    assert_eq!(sums.of(|f| *f == Fact::Paused), Sum { before: 3, within: 2 });
    assert_eq!(sums.of(|_| true).through(), 17);
    assert_eq!((sums.unflagged_overdue, sums.unflagged_tasks, sums.any_dossier), (1, 2, true));
}
