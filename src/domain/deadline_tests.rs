//! The golden vectors of domain.md §4, and the corners that they leave open.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use uuid::Uuid;

use super::*;
use crate::domain::calendar::{Calendar, CalendarSpec, DayKind, DayOverride, default_spec};
use crate::domain::explain::explain;

/// The first user's days off and swapped days, 2023–2026.
pub(crate) fn town() -> Calendar {
    let off = "2023-01-02 2023-01-20 2023-01-23 2023-01-24 2023-01-25 2023-01-26 2023-05-01 2023-05-02 2023-05-03 \
        2023-09-01 2023-09-04 2024-01-01 2024-02-08 2024-02-09 2024-02-12 2024-02-13 2024-02-14 2024-04-18 2024-04-29 \
        2024-04-30 2024-05-01 2024-09-02 2024-09-03 2025-01-01 2025-01-27 2025-01-28 2025-01-29 2025-01-30 2025-01-31 \
        2025-04-07 2025-04-30 2025-05-01 2025-05-02 2025-09-01 2025-09-02 2026-01-01 2026-01-02 2026-02-16 2026-02-17 \
        2026-02-18 2026-02-19 2026-02-20 2026-04-27 2026-04-30 2026-05-01 2026-08-31 2026-09-01 2026-09-02 2026-11-24";
    let worked = "2024-05-04 2025-04-26 2026-01-10 2026-08-22";
    let mut spec: CalendarSpec = default_spec();
    for (days, kind) in [(off, DayKind::DayOff), (worked, DayKind::WorkingDay)] {
        for day in days.split_whitespace() {
            let entry = DayOverride { kind, name: day.to_owned(), swapped_with: None };
            spec.days.insert(date(day), entry);
        }
    }
    spec.loaded_years = Some((2023, 2026));
    Calendar::new(Uuid::nil(), spec).expect("a calendar")
}

static TOWN: LazyLock<Calendar> = LazyLock::new(town);

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn local(calendar: &Calendar, text: &str) -> DateTime<Utc> {
    calendar.instant(text.parse().expect("a local time"))
}

#[test]
fn golden_vectors_of_working_days() {
    let calendar = town();
    let vectors = [
        ("2023-04-28", 2, "2023-05-05"),
        ("2024-02-06", 3, "2024-02-16"),
        ("2024-04-26", 5, "2024-05-07"),
        ("2024-05-03", 1, "2024-05-04"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-04-25", 1, "2025-04-26"),
        ("2025-04-25", 5, "2025-05-06"),
        ("2025-12-31", 3, "2026-01-07"),
        ("2026-08-21", 1, "2026-08-22"),
        ("2026-08-28", 3, "2026-09-07"),
        ("2026-11-23", 1, "2026-11-25"),
    ];
    let nine = NaiveTime::from_hms_opt(9, 0, 0).expect("a time");
    for (from, n, to) in vectors {
        let received = calendar.instant(date(from).and_time(nine));
        let term = Term::WorkingDays(n);
        let got = deadline(&calendar, received, term, &[]).expect("within the tables");
        assert_eq!(got.due, Due::At(calendar.closing(date(to))), "{from}+{n}");
        assert!(!got.provisional);
        let told = explain(&calendar, received, term, &[]).expect("within the tables");
        assert_eq!(told.due_at, got.due_at());
    }
}

#[test]
fn golden_vectors_of_pauses() {
    let calendar = town();
    let pause =
        |from: &str, to: &str| [Pause { from: local(&calendar, from), to: Some(local(&calendar, to)) }];
    let received = local(&calendar, "2024-05-06T09:00:00");
    let days = deadline(
        &calendar,
        received,
        Term::WorkingDays(5),
        &pause("2024-05-08T10:00:00", "2024-05-10T08:00:00"),
    );
    assert_eq!(days.expect("a deadline").due_at(), Some(local(&calendar, "2024-05-15T17:00:00")));
    let hours = deadline(
        &calendar,
        received,
        Term::WorkingHours(4),
        &pause("2024-05-06T10:00:00", "2024-05-10T09:00:00"),
    );
    assert_eq!(hours.expect("a deadline").due_at(), Some(local(&calendar, "2024-05-10T14:00:00")));
}

fn due(term: Term, received: &str, pauses: &[(&str, Option<&str>)]) -> Due {
    let calendar = &*TOWN;
    let pauses: Vec<Pause> = pauses
        .iter()
        .map(|(from, to)| Pause { from: local(calendar, from), to: to.map(|to| local(calendar, to)) })
        .collect();
    let got = deadline(calendar, local(calendar, received), term, &pauses).expect("within the tables");
    let told = explain(calendar, local(calendar, received), term, &pauses).expect("within the tables");
    assert_eq!(told.due_at, got.due_at(), "the trail ends elsewhere: {told:#?}");
    got.due
}

fn at(text: &str) -> Due {
    Due::At(local(&TOWN, text))
}

#[test]
fn same_day_knows_the_cutoff_and_the_day_off() {
    assert_eq!(due(Term::SameDay, "2024-05-06T15:00:00", &[]), at("2024-05-06T17:00:00"));
    assert_eq!(due(Term::SameDay, "2024-05-06T15:00:01", &[]), at("2024-05-07T17:00:00"));
    assert_eq!(due(Term::SameDay, "2024-05-05T08:00:00", &[]), at("2024-05-06T17:00:00"));
    let stopped = [("2024-05-06T09:00:00", Some("2024-05-08T16:30:00"))];
    assert_eq!(
        due(Term::SameDay, "2024-05-06T08:00:00", &stopped),
        at("2024-05-08T17:00:00"),
        "the cut-off applies to the receipt only"
    );
}

#[test]
fn hours_end_at_a_closing_not_at_the_next_opening() {
    assert_eq!(due(Term::WorkingHours(4), "2024-05-06T07:30:00", &[]), at("2024-05-06T11:30:00"));
    assert_eq!(due(Term::WorkingHours(8), "2024-05-06T07:00:00", &[]), at("2024-05-06T17:00:00"));
    assert_eq!(due(Term::WorkingHours(8), "2024-05-03T16:00:00", &[]), at("2024-05-04T16:00:00"));
    assert_eq!(due(Term::WorkingHours(1), "2024-05-05T10:00:00", &[]), at("2024-05-06T08:00:00"));
}

#[test]
fn dates_roll_forward_and_months_clamp() {
    assert_eq!(due(Term::CalendarDays(3), "2024-05-02T09:00:00", &[]), at("2024-05-06T17:00:00"));
    assert_eq!(due(Term::Months(1), "2024-01-31T09:00:00", &[]), at("2024-02-29T17:00:00"));
    assert_eq!(
        due(Term::Months(1), "2024-03-05T09:00:00", &[("2024-03-05T10:00:00", Some("2024-03-08T10:00:00"))]),
        at("2024-04-08T17:00:00"),
        "the receipt date is added too"
    );
    assert_eq!(
        due(
            Term::CalendarDays(2),
            "2024-05-03T09:00:00",
            &[("2024-05-06T08:00:00", Some("2024-05-09T08:00:00"))]
        ),
        at("2024-05-06T17:00:00"),
        "a pause after the last counted day doesn't move the rolled due day"
    );
}

#[test]
fn an_open_pause_leaves_the_rest_of_the_term() {
    let open = [("2024-05-08T10:00:00", None)];
    assert_eq!(due(Term::WorkingDays(5), "2024-05-06T09:00:00", &open), Due::Stopped { rest: 4 });
    assert_eq!(due(Term::CalendarDays(5), "2024-05-06T09:00:00", &open), Due::Stopped { rest: 4 });
    assert_eq!(due(Term::WorkingDays(1), "2024-05-06T09:00:00", &open), at("2024-05-07T17:00:00"));
    let hours = due(Term::WorkingHours(4), "2024-05-08T09:00:00", &open);
    assert_eq!(hours, Due::Stopped { rest: 3 * 3_600_000_000 });
    assert_eq!(due(Term::WorkingHours(1), "2024-05-08T09:00:00", &open), at("2024-05-08T10:00:00"));
}

#[test]
fn beyond_the_loaded_years_fixed_holidays_hold_and_it_is_provisional() {
    let calendar = town();
    let received = local(&calendar, "2026-12-31T09:00:00");
    let got = deadline(&calendar, received, Term::WorkingDays(1), &[]).expect("a deadline");
    assert_eq!(got.due_at(), Some(local(&calendar, "2027-01-04T17:00:00")));
    assert!(got.provisional);
    assert!(!calendar.is_working(date("2027-11-24")), "from 2026 on a fixed holiday");
    let before = deadline(&calendar, local(&calendar, "2022-11-23T09:00:00"), Term::WorkingDays(1), &[]);
    assert_eq!(before.expect("a deadline").due_at(), Some(local(&calendar, "2022-11-24T17:00:00")));
}
