//! What may happen in an office, drawn by chance: acts by any hand, at any hour, in time or told late, and the
//! jobs in between. Acts name dossiers and moments by fractions, so that a history stays one when some are left out.

use bonro::pb::v1;
use proptest::prelude::*;

/// A drawn history, and what is asked when it is over.
#[derive(Debug, Clone)]
pub struct Story {
    /// In this order.
    pub steps: Vec<Step>,
    /// Periods to look at.
    pub probes: Vec<Probe>,
}

/// Some time passes, then somebody does something.
#[derive(Debug, Clone)]
pub struct Step {
    /// Minutes.
    pub wait: i64,
    /// What is done.
    pub act: Act,
}

/// A fraction of what there is to choose from, in 65,536ths.
pub type Part = u16;

/// An act. What the lifecycle forbids is refused, and must leave no trace.
#[derive(Debug, Clone)]
pub enum Act {
    /// A dossier comes in at the counter, `back` minutes ago, or is registered online.
    Receive { unit: Part, procedure: Part, back: i64, registered: bool },
    /// A verb that fits the dossier's state.
    Go { who: Part, verb: Part, when: When },
    /// Any verb, so many minutes ago.
    Wild { who: Part, verb: Part, back: i64 },
    /// The intake was wrong.
    Correct { who: Part, field: Field },
    /// An event never happened: the closing, if there is one, or that many events before the last.
    Void { who: Part, back: usize },
    /// Another system brings a dossier, received `back` minutes ago, with a history of its own.
    /// It promised it for so many minutes after the receipt, or says nothing of that.
    Import {
        unit: Part,
        procedure: Part,
        back: i64,
        turns: Vec<Part>,
        end: Option<(u8, Part)>,
        promise: Option<i64>,
    },
    /// The other system brings it again, as it sees it now.
    Again { who: Part, change: Change },
    /// Whose date judges what a unit's tree receives from tomorrow on.
    Judge { unit: Part, appointment: bool },
    /// The flagging job runs.
    Flag,
    /// The folding job runs.
    Fold,
    /// Somebody keeps the figures of this moment; flagged before, as a report is.
    Keep { flag: bool },
}

/// When something happened that is told now.
#[derive(Debug, Clone)]
pub enum When {
    /// Just now.
    Now,
    /// Between the dossier's last event and now: told late.
    Between(Part),
    /// So many µs from the deadline, as far as that has come.
    Due(i64),
}

/// A corrected field.
#[derive(Debug, Clone)]
pub enum Field {
    /// Received so many minutes later (or earlier).
    Received(i64),
    /// Another unit.
    Unit(Part),
    /// Another procedure, and so another term.
    Procedure(Part),
    /// Another channel.
    Channel,
}

/// What another system says of a dossier that it brought before.
#[derive(Debug, Clone)]
pub enum Change {
    /// Closed now.
    End(u8, Part),
    /// Not closed after all.
    Reopen,
    /// The clock stood at other times.
    Turns(Vec<Part>),
    /// Another unit received it.
    Unit(Part),
    /// Received so many minutes later (or earlier).
    Received(i64),
    /// Promised for so many minutes after the receipt.
    Promise(i64),
}

/// A period, and whose dossiers behind its figures are opened.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Where it begins.
    pub first: Part,
    /// Where it ends.
    pub last: Part,
    /// Moves both to the borders of months, or makes it one day.
    pub shape: u8,
    /// Whose.
    pub whose: Part,
}

const DAY: i64 = 24 * 60;

fn part() -> impl Strategy<Value = Part> {
    any::<Part>()
}

fn act() -> impl Strategy<Value = Act> {
    let back = || prop_oneof![3 => 0..DAY, 2 => 0..25 * DAY];
    let shift = || prop_oneof![-2 * DAY..DAY, -20 * DAY..6 * DAY];
    let turns = || proptest::collection::vec(part(), 0..5);
    let end = || (0u8..4, part());
    let field = prop_oneof![
        shift().prop_map(Field::Received),
        part().prop_map(Field::Unit),
        part().prop_map(Field::Procedure),
        Just(Field::Channel),
    ];
    let change = prop_oneof![
        2 => end().prop_map(|(how, at)| Change::End(how, at)),
        2 => Just(Change::Reopen),
        1 => turns().prop_map(Change::Turns),
        1 => part().prop_map(Change::Unit),
        2 => (DAY..25 * DAY).prop_map(Change::Promise),
        1 => shift().prop_map(Change::Received),
    ];
    let hour = 3_600_000_000_i64;
    let when = prop_oneof![
        2 => Just(When::Now),
        4 => part().prop_map(When::Between),
        // A deadline in days is at 17:00 and ends seven hours later.
        5 => prop_oneof![Just(0), -1..2_i64, -12 * hour..12 * hour, 7 * hour - 1..7 * hour + 2]
            .prop_map(When::Due),
    ];
    prop_oneof![
        10 => (part(), part(), back(), proptest::bool::weighted(0.15))
            .prop_map(|(unit, procedure, back, registered)| Act::Receive { unit, procedure, back, registered }),
        28 => (part(), part(), when)
            .prop_map(|(who, verb, when)| Act::Go { who, verb, when }),
        4 => (part(), part(), back()).prop_map(|(who, verb, back)| Act::Wild { who, verb, back }),
        5 => (part(), field).prop_map(|(who, field)| Act::Correct { who, field }),
        5 => (part(), 0usize..4).prop_map(|(who, back)| Act::Void { who, back }),
        4 => (part(), part(), 0..40 * DAY, turns(), proptest::option::weighted(0.4, end()),
            proptest::option::of(DAY..25 * DAY))
            .prop_map(|(unit, procedure, back, turns, end, promise)| {
                Act::Import { unit, procedure, back, turns, end, promise }
            }),
        3 => (part(), change).prop_map(|(who, change)| Act::Again { who, change }),
        1 => (part(), any::<bool>()).prop_map(|(unit, appointment)| Act::Judge { unit, appointment }),
        3 => Just(Act::Flag),
        2 => Just(Act::Fold),
        2 => any::<bool>().prop_map(|flag| Act::Keep { flag }),
    ]
}

/// Stories of so many steps.
pub fn stories(steps: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Story> {
    let wait = prop_oneof![4 => 1..6 * 60i64, 2 => 1..3 * DAY];
    let step = (wait, act()).prop_map(|(wait, act)| Step { wait, act });
    let probe = (part(), part(), 0u8..5, part()).prop_map(|(first, last, shape, whose)| Probe {
        first,
        last,
        shape,
        whose,
    });
    (proptest::collection::vec(step, steps), proptest::collection::vec(probe, 6))
        .prop_map(|(steps, probes)| Story { steps, probes })
}

/// Who receives dossiers.
pub const UNITS: [&str; 3] = ["VP", "P1", "P2"];

/// Code, unit and length of the term, and whether a resume begins it anew.
pub const PROCEDURES: [(&str, v1::TermUnit, i32, bool); 7] = [
    ("T1", v1::TermUnit::SameDay, 0, false),
    ("T2", v1::TermUnit::WorkingHours, 8, false),
    ("T3", v1::TermUnit::WorkingHours, 20, true),
    ("T4", v1::TermUnit::WorkingDays, 5, false),
    ("T5", v1::TermUnit::WorkingDays, 3, true),
    ("T6", v1::TermUnit::CalendarDays, 10, false),
    ("T7", v1::TermUnit::Months, 1, false),
];

/// One of them.
pub fn pick<T>(of: &[T], part: Part) -> usize {
    of.len() * usize::from(part) / (usize::from(Part::MAX) + 1)
}

/// A unit's or a procedure's code, or neither: whose dossiers are opened.
pub fn whose(part: Part) -> (&'static str, &'static str) {
    let mut choices = vec![("", "")];
    choices.extend(UNITS.map(|unit| (unit, "")));
    choices.extend(PROCEDURES.map(|(procedure, ..)| ("", procedure)));
    choices.push(("P1", "T4"));
    choices[pick(&choices, part)]
}
