//! Laws of working time and deadlines, tried on random calendars, receipts and pauses.

use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use super::calendar::{Calendar, DayKind, DayOverride, default_spec};
use super::deadline::{Due, Pause, Term, deadline};
use super::explain::{Why, explain};

fn instant(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 / 60 * 60 + minutes * 60, 0).expect("in range")
}

/// Calendars of chance, built once: their tables are the dearest part of a case.
static CALENDARS: LazyLock<Vec<Calendar>> = LazyLock::new(|| {
    let mut runner = TestRunner::deterministic();
    let mut fresh = || any_calendar().new_tree(&mut runner).expect("no calendar is rejected").current();
    (0..40).map(|_| fresh()).collect()
});

fn calendars() -> impl Strategy<Value = &'static Calendar> {
    (0..CALENDARS.len()).prop_map(|i| &CALENDARS[i])
}

prop_compose! {
    fn any_calendar()(days in proptest::collection::btree_map(0u64..500, any::<bool>(), 0..60),
                   zone in prop_oneof![Just(chrono_tz::Asia::Ho_Chi_Minh), Just(chrono_tz::Europe::Berlin)],
                   early in any::<bool>()) -> Calendar {
        let mut spec = default_spec();
        spec.time_zone = zone;
        if early {
            spec.office_hours[0].0 = NaiveTime::from_hms_opt(7, 30, 0).expect("a time");
        }
        let first = spec_day();
        for (offset, worked) in days {
            let kind = if worked { DayKind::WorkingDay } else { DayKind::DayOff };
            spec.days.insert(first + Days::new(offset), DayOverride { kind, name: "x".into(), swapped_with: None });
        }
        spec.loaded_years = Some((2023, 2025));
        Calendar::new(Uuid::nil(), spec).expect("a calendar")
    }
}

fn spec_day() -> chrono::NaiveDate {
    instant(0).date_naive()
}

fn terms() -> impl Strategy<Value = Term> {
    prop_oneof![
        Just(Term::SameDay),
        (1u32..80).prop_map(Term::WorkingHours),
        (1u32..40).prop_map(Term::WorkingDays),
        (1u32..60).prop_map(Term::CalendarDays),
        (1u32..4).prop_map(Term::Months),
    ]
}

/// Ascending, disjoint pauses after the receipt, the last perhaps open.
fn pauses(received: i64) -> impl Strategy<Value = Vec<Pause>> {
    (proptest::collection::vec((0i64..6000, 0i64..9000), 0..4), any::<bool>()).prop_map(
        move |(gaps, open)| {
            let mut at = received;
            let mut found: Vec<Pause> = gaps
                .into_iter()
                .map(|(wait, length)| {
                    let from = at + wait;
                    at = from + length;
                    Pause { from: instant(from), to: Some(instant(at)) }
                })
                .collect();
            if open && let Some(last) = found.last_mut() {
                last.to = None;
            }
            found
        },
    )
}

fn cases() -> impl Strategy<Value = (&'static Calendar, i64, Term, Vec<Pause>)> {
    (calendars(), 0i64..400_000, terms())
        .prop_flat_map(|(c, received, term)| (Just(c), Just(received), Just(term), pauses(received)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn office_time_is_additive(c in calendars(), a in 0i64..400_000, b in 0i64..50_000, d in 0i64..50_000) {
        let between = |x: i64, y: i64| {
            c.office_micros(instant(y)).expect("in range") - c.office_micros(instant(x)).expect("in range")
        };
        prop_assert_eq!(between(a, a + b) + between(a + b, a + b + d), between(a, a + b + d));
        prop_assert!(between(a, a + b) >= 0);
        let total = c.office_micros(instant(a)).expect("in range");
        let back = c.at_office_micros(total).expect("in range");
        prop_assert!(back <= instant(a));
        prop_assert_eq!(c.office_micros(back).expect("in range"), total);
    }

    #[test]
    fn a_later_receipt_is_never_due_earlier(c in calendars(), a in 0i64..400_000, later in 0i64..30_000, term in terms()) {
        let due = |at: i64| deadline(c, instant(at), term, &[]).expect("in range").due_at();
        prop_assert!(due(a) <= due(a + later));
    }

    #[test]
    fn a_pause_never_makes_a_deadline_earlier((c, received, term, pauses) in cases()) {
        let with = deadline(c, instant(received), term, &pauses).expect("in range");
        for fewer in 0..pauses.len() {
            let without = deadline(c, instant(received), term, &pauses[..fewer]).expect("in range");
            if let (Some(with), Some(without)) = (with.due_at(), without.due_at()) {
                prop_assert!(without <= with);
            }
        }
    }

    #[test]
    fn the_trail_counts_to_the_deadline((c, received, term, pauses) in cases()) {
        let computed = deadline(c, instant(received), term, &pauses).expect("in range");
        let told = explain(c, instant(received), term, &pauses).expect("in range");
        prop_assert_eq!(told.due_at, computed.due_at(), "{:#?}", told);
        let sum: i64 = told.trail.iter().map(|d| d.counted).sum();
        prop_assert_eq!(told.trail.last().map(|d| d.sum), Some(sum));
        match computed.due {
            Due::At(at) => {
                prop_assert_eq!(sum, told.needed);
                prop_assert_eq!(told.trail.last().map(|d| d.day), Some(c.local_date(at)));
            }
            Due::Stopped { rest } => prop_assert_eq!(sum + rest, told.needed),
        }
        for pair in told.trail.windows(2) {
            prop_assert_eq!(pair[0].day + Days::new(1), pair[1].day, "a day is missing");
        }
        let idle = told.trail.iter().all(|d| d.why != Why::Stopped || d.counted == 0);
        prop_assert!(idle, "a stopped day counted");
    }

    #[test]
    fn slots_of_time_are_found_again(c in calendars(), a in 0i64..400_000, n in 1i64..200) {
        let day = c.local_date(instant(a));
        let there = c.add_working_days(day, n).expect("in range");
        prop_assert_eq!(c.working_days_between(day, there).expect("in range"), n);
        let back = c.add_working_days(there, -n).expect("in range");
        prop_assert!(back <= day || !c.is_working(day));
        prop_assert!(c.midnight(day) + TimeDelta::hours(30) > c.closing(day));
    }
}
