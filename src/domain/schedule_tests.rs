//! Slots in the zone, on working days, over the changes of its clock, and what is done with those that were missed.

use super::*;
use crate::domain::calendar::{Calendar, default_spec};
use uuid::Uuid;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

#[test]
fn slots_are_in_the_zone_and_on_working_days() {
    let calendar = Calendar::new(Uuid::nil(), default_spec()).expect("the default is a calendar");
    let schedule = Schedule {
        cron: "15 7 * * *".into(),
        working_days_only: true,
        misfire: Misfire::Latest,
        grace_seconds: 3600,
    };
    // Friday evening to Tuesday morning: Monday and Tuesday 07:15 in Ho Chi Minh City.
    let found = slots(&schedule, &calendar, at("2024-05-17T12:00:00Z"), at("2024-05-21T02:00:00Z"))
        .expect("the pattern is read");
    assert_eq!(found, [at("2024-05-20T00:15:00Z"), at("2024-05-21T00:15:00Z")]);
    let decision = decide(&schedule, found.clone(), at("2024-05-21T02:00:00Z"));
    assert_eq!((decision.run, decision.skip), (vec![found[1]], vec![found[0]]));
    let skipping = Schedule { misfire: Misfire::Skip, ..schedule };
    let decision = decide(&skipping, found.clone(), at("2024-05-21T02:00:00Z"));
    assert_eq!((decision.run, decision.skip), (vec![], found));
}

#[test]
fn several_patterns_make_one_schedule() {
    let calendar = Calendar::new(Uuid::nil(), default_spec()).expect("the default is a calendar");
    let schedule = Schedule {
        cron: "15 7 * * *; 30 15 * * *".into(),
        working_days_only: true,
        misfire: Misfire::Latest,
        grace_seconds: 3600,
    };
    let friday = at("2024-05-17T00:00:00Z");
    let found =
        slots(&schedule, &calendar, friday, at("2024-05-20T01:00:00Z")).expect("the patterns are read");
    let morning = at("2024-05-17T00:15:00Z");
    assert_eq!(found, [morning, at("2024-05-17T08:30:00Z"), at("2024-05-20T00:15:00Z")]);
    assert_eq!(is_slot(&schedule, &calendar, morning), Ok(true));
    assert_eq!(is_slot(&schedule, &calendar, morning + TimeDelta::microseconds(1)), Ok(false));
    assert_eq!(next_slot(&schedule, &calendar, found[1]), Ok(Some(found[2])), "the week-end is left out");
}

#[test]
fn a_beat_between_seconds_finds_the_same_slot() {
    let calendar = Calendar::new(Uuid::nil(), default_spec()).expect("the default is a calendar");
    let schedule = Schedule {
        cron: "15 7 * * *".into(),
        working_days_only: false,
        misfire: Misfire::All,
        grace_seconds: 0,
    };
    let slot = at("2024-05-17T00:15:00Z");
    let found = |after: &str, until: &str| slots(&schedule, &calendar, at(after), at(until));
    assert_eq!(found("2024-05-17T00:14:30.5Z", "2024-05-17T00:15:00.25Z"), Ok(vec![slot]));
    assert_eq!(found("2024-05-17T00:15:00Z", "2024-05-17T00:15:30Z"), Ok(vec![]));
    assert_eq!(found("2024-05-17T00:15:00.5Z", "2024-05-17T00:15:30Z"), Ok(vec![]));
    assert_eq!(next_slot(&schedule, &calendar, at("2024-05-17T00:14:59.999999Z")), Ok(Some(slot)));
}

#[test]
fn a_broken_pattern_is_named() {
    let calendar = Calendar::new(Uuid::nil(), default_spec()).expect("the default is a calendar");
    let schedule =
        Schedule { cron: "soon".into(), working_days_only: false, misfire: Misfire::All, grace_seconds: 0 };
    let now = at("2024-05-17T12:00:00Z");
    assert_eq!(slots(&schedule, &calendar, now, now), Err(BadCron("soon".into())));
}

#[path = "schedule_laws.rs"]
mod laws;

fn zoned(zone: chrono_tz::Tz) -> Calendar {
    let spec = crate::domain::calendar::CalendarSpec { time_zone: zone, ..default_spec() };
    Calendar::new(Uuid::nil(), spec).expect("a calendar")
}

fn daily(cron: &str) -> Schedule {
    Schedule { cron: cron.into(), working_days_only: false, misfire: Misfire::Latest, grace_seconds: 0 }
}

#[test]
fn a_slot_of_a_skipped_hour_is_at_its_end_and_one_of_a_doubled_hour_is_in_the_first() {
    use chrono_tz::{America, Australia, Europe};
    for (zone, cron, after, until, expected) in [
        // Berlin skips 02:00–03:00 on 31 March 2024: all that falls there is at 03:00, once.
        (Europe::Berlin, "30 2 * * *", "2024-03-30T12:00:00Z", "2024-04-01T12:00:00Z", "31T01:00 01T00:30"),
        (Europe::Berlin, "0,15,30 2 * * *", "2024-03-30T12:00:00Z", "2024-03-31T12:00:00Z", "31T01:00"),
        (Europe::Berlin, "30 2 * * *; 0 3 * * *", "2024-03-30T12:00:00Z", "2024-03-31T12:00:00Z", "31T01:00"),
        // A beat that ends, or begins, between the two.
        (Europe::Berlin, "30 2 * * *", "2024-03-31T00:59:59Z", "2024-03-31T01:00:00Z", "31T01:00"),
        (Europe::Berlin, "30 2 * * *", "2024-03-31T00:00:00Z", "2024-03-31T00:59:59Z", ""),
        (Europe::Berlin, "30 2 * * *", "2024-03-31T01:00:00Z", "2024-03-31T12:00:00Z", ""),
        // It has 02:00–03:00 twice on 27 October 2024.
        (Europe::Berlin, "30 2 * * *", "2024-10-26T12:00:00Z", "2024-10-28T12:00:00Z", "27T00:30 28T01:30"),
        (Europe::Berlin, "30 2 * * *", "2024-10-27T00:30:00Z", "2024-10-27T12:00:00Z", ""),
        (Europe::Berlin, "0 3 * * *", "2024-10-27T00:59:00Z", "2024-10-27T02:00:00Z", "27T02:00"),
        // What runs every hour goes on through both.
        (
            Europe::Berlin,
            "30 * * * *",
            "2024-10-26T23:00:00Z",
            "2024-10-27T02:30:00Z",
            "26T23:30 27T00:30 27T01:30 27T02:30",
        ),
        (Europe::Berlin, "10 * * * *", "2024-10-27T00:30:00Z", "2024-10-27T01:20:00Z", "27T01:10"),
        (
            America::New_York,
            "30 2 * * *",
            "2024-03-10T00:00:00Z",
            "2024-03-11T12:00:00Z",
            "10T07:00 11T06:30",
        ),
        (
            America::New_York,
            "30 1 * * *",
            "2024-11-03T00:00:00Z",
            "2024-11-04T12:00:00Z",
            "03T05:30 04T06:30",
        ),
        // Lord Howe moves by half an hour: 02:00–02:30 is skipped, 01:30–02:00 is there twice.
        (
            Australia::Lord_Howe,
            "10 2 * * *",
            "2024-10-05T00:00:00Z",
            "2024-10-06T20:00:00Z",
            "05T15:30 06T15:10",
        ),
        (
            Australia::Lord_Howe,
            "45 1 * * *",
            "2024-04-06T00:00:00Z",
            "2024-04-07T20:00:00Z",
            "06T14:45 07T15:15",
        ),
        (Australia::Lord_Howe, "45 1 * * *", "2024-04-06T14:45:00Z", "2024-04-06T20:00:00Z", ""),
        // Santiago skips the hour with which a day begins.
        (America::Santiago, "0 0 * * *", "2024-09-07T12:00:00Z", "2024-09-09T12:00:00Z", "08T04:00 09T03:00"),
    ] {
        let found = slots(&daily(cron), &zoned(zone), at(after), at(until)).expect("the pattern is read");
        let said: Vec<String> = found.iter().map(|at| at.format("%dT%H:%M").to_string()).collect();
        assert_eq!(said.join(" "), expected, "{zone} {cron} {after}");
        for slot in found {
            assert_eq!(is_slot(&daily(cron), &zoned(zone), slot), Ok(true), "{zone} {cron} {slot}");
        }
    }
    let berlin = zoned(Europe::Berlin);
    let next =
        |after: &str| next_slot(&daily("30 2 * * *"), &berlin, at(after)).expect("the pattern is read");
    assert_eq!(next("2024-03-31T00:30:00Z"), Some(at("2024-03-31T01:00:00Z")));
    assert_eq!(next("2024-03-31T01:00:00Z"), Some(at("2024-04-01T00:30:00Z")));
    assert_eq!(next("2024-10-27T00:30:00Z"), Some(at("2024-10-28T01:30:00Z")));
    let never = next_slot(&daily("0 0 30 2 *"), &berlin, at("2024-01-01T00:00:00Z"));
    assert_eq!(never, Ok(None), "there is no 30 February");
}

#[test]
fn calendar_rules_of_patterns_go_by_the_calendars_days() {
    let town = crate::domain::deadline::tests::town();
    let months = |cron: &str, working_days_only: bool, from: &str, until: &str| {
        let schedule = Schedule { working_days_only, ..daily(cron) };
        let found = slots(&schedule, &town, at(from), at(until)).expect("the pattern is read");
        found.iter().map(|at| town.local(*at).format("%d/%m").to_string()).collect::<Vec<_>>().join(" ")
    };
    let year = ("2024-01-01T00:00:00Z", "2024-07-01T00:00:00Z");
    assert_eq!(months("0 8 L * *", false, year.0, year.1), "31/01 29/02 31/03 30/04 31/05 30/06");
    // The weekday nearest to the 15th: 16 and 15 June 2024 are a week-end.
    assert_eq!(months("0 8 15W * *", false, year.0, year.1), "15/01 15/02 15/03 15/04 15/05 14/06");
    assert_eq!(months("0 8 * * MON#1", false, year.0, year.1), "01/01 05/02 04/03 01/04 06/05 03/06");
    assert_eq!(months("0 8 * * FRI#L", false, year.0, year.1), "26/01 23/02 29/03 26/04 31/05 28/06");
    // On working days only: a holiday on Monday is left out, the Saturday worked in exchange isn't.
    assert_eq!(months("0 8 * * MON#1", true, year.0, year.1), "05/02 04/03 01/04 06/05 03/06");
    let april = ("2024-04-25T17:00:00Z", "2024-05-06T16:59:00Z");
    assert_eq!(months("0 8 * * *", true, april.0, april.1), "26/04 02/05 03/05 04/05 06/05");
}
