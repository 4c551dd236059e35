//! Working days, office hours and the zones with their gaps.

use super::*;
use crate::domain::deadline::tests::town;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn zoned(zone: Tz) -> Calendar {
    Calendar::new(Uuid::nil(), CalendarSpec { time_zone: zone, ..default_spec() }).expect("a calendar")
}

#[test]
fn a_time_that_the_zone_skips_is_the_end_of_the_gap() {
    let cases = [
        (chrono_tz::Europe::Berlin, "2024-03-31T02:00:00", "2024-03-31T01:00:00Z"),
        (chrono_tz::Europe::Berlin, "2024-03-31T02:07:30", "2024-03-31T01:00:00Z"),
        (chrono_tz::Europe::Berlin, "2024-03-31T02:59:59.999999", "2024-03-31T01:00:00Z"),
        (chrono_tz::Europe::Berlin, "2024-03-31T03:00:00", "2024-03-31T01:00:00Z"),
        (chrono_tz::Australia::Lord_Howe, "2024-10-06T02:10:00", "2024-10-05T15:30:00Z"),
        (chrono_tz::America::Havana, "2024-03-10T00:00:00", "2024-03-10T05:00:00Z"),
        // Samoa had no 30 December 2011.
        (chrono_tz::Pacific::Apia, "2011-12-30T12:00:00", "2011-12-30T10:00:00Z"),
    ];
    for (zone, wall, expected) in cases {
        assert_eq!(zoned(zone).instant(wall.parse().expect("a local time")), utc(expected), "{zone} {wall}");
    }
    assert_eq!(zoned(chrono_tz::America::Havana).midnight(day("2024-03-10")), utc("2024-03-10T05:00:00Z"));
}

#[test]
fn of_a_time_that_the_zone_has_twice_the_first_is_taken() {
    let berlin = zoned(chrono_tz::Europe::Berlin);
    assert_eq!(
        berlin.instant("2024-10-27T02:30:00".parse().expect("a local time")),
        utc("2024-10-27T00:30:00Z")
    );
    assert_eq!(berlin.local_date(utc("2024-10-26T22:00:00Z")), day("2024-10-27"));
    assert_eq!(berlin.local_date(utc("2024-10-27T23:00:00Z")), day("2024-10-28"));
}

#[test]
fn every_day_begins_after_the_one_before() {
    for zone in [chrono_tz::Europe::Berlin, chrono_tz::America::Havana, chrono_tz::Asia::Ho_Chi_Minh] {
        let calendar = zoned(zone);
        for day in day("2024-01-01").iter_days().take(366) {
            let (begins, ends) = (calendar.midnight(day), calendar.midnight(day + Days::new(1)));
            assert!(begins < ends);
            assert_eq!(calendar.local_date(begins), day);
            assert!(calendar.local_date(ends - TimeDelta::microseconds(1)) <= day);
        }
    }
}

#[test]
fn the_change_of_clocks_takes_no_office_time() {
    let berlin = zoned(chrono_tz::Europe::Berlin);
    let friday = berlin.instant("2024-03-29T16:00:00".parse().expect("a local time"));
    let monday = berlin.instant("2024-04-01T08:00:00".parse().expect("a local time"));
    let ran =
        berlin.office_micros(monday).expect("in range") - berlin.office_micros(friday).expect("in range");
    assert_eq!(ran, 2 * 3_600_000_000);
}

#[test]
fn days_say_why_they_are_worked() {
    let town = town();
    let holiday = town.spec().days[&day("2024-04-30")].clone();
    assert_eq!(town.reason(day("2024-04-30")), (DayReason::Override(&holiday), false));
    assert_eq!(town.reason(day("2024-05-06")), (DayReason::Weekday, true));
    assert_eq!(town.reason(day("2024-05-05")), (DayReason::Weekend, false));
    assert!(town.is_working(day("2024-05-04")), "a Saturday worked in exchange");
    assert_eq!(town.reason(day("2027-04-30")), (DayReason::FixedHoliday("Ngày Chiến thắng"), false));
    assert_eq!(town.reason(day("2025-11-24")), (DayReason::Weekday, true), "a holiday from 2026 on");
    assert!(town.is_loaded(day("2026-12-31")) && !town.is_loaded(day("2027-01-01")));
}

#[test]
fn working_days_are_stepped_over_the_new_year() {
    let town = town();
    let cases = [
        ("2024-02-07", 1, "2024-02-15"),
        ("2024-02-15", -1, "2024-02-07"),
        ("2024-02-10", 1, "2024-02-15"),
        ("2024-02-10", -2, "2024-02-06"),
        ("2024-05-03", 1, "2024-05-04"),
        ("2024-05-06", -2, "2024-05-03"),
    ];
    for (from, n, to) in cases {
        assert_eq!(town.add_working_days(day(from), n), Ok(day(to)), "{from} {n}");
    }
    assert_eq!(town.on_or_after(day("2024-02-08")), Ok(day("2024-02-15")));
    assert_eq!(town.on_or_after(day("2024-02-15")), Ok(day("2024-02-15")));
    assert_eq!(town.working_days_between(day("2024-02-07"), day("2024-02-16")), Ok(2));
    assert_eq!(town.working_days_between(day("2024-02-16"), day("2024-02-07")), Ok(-2));
}

#[test]
fn beyond_the_tables_is_an_error_and_no_guess() {
    let town = town();
    assert_eq!(town.worked_through(day("1979-12-31")), Err(OutOfRange));
    assert_eq!(town.worked_through(day("2120-01-01")), Err(OutOfRange));
    assert_eq!(town.add_working_days(day("2119-12-29"), 30), Err(OutOfRange));
    assert_eq!(town.nth_working_day(0), Err(OutOfRange));
    assert!(town.worked_through(day("2119-12-31")).is_ok());
}

#[test]
fn the_office_is_open_in_its_hours_only() {
    let town = town();
    let open = |wall: &str| town.is_open(town.instant(wall.parse().expect("a local time")));
    assert!(open("2024-05-06T07:00:00") && open("2024-05-06T11:29:59") && open("2024-05-04T13:30:00"));
    assert!(!open("2024-05-06T06:59:59") && !open("2024-05-06T11:30:00") && !open("2024-05-06T17:00:00"));
    assert!(!open("2024-05-05T09:00:00") && !open("2024-04-30T09:00:00"));
    let since = town.open_since(utc("2024-05-06T07:15:00Z"));
    assert_eq!(since, Some(utc("2024-05-06T06:30:00Z")), "in the afternoon since 13:30");
    assert_eq!(town.opening(day("2024-05-06")), utc("2024-05-06T00:00:00Z"));
    assert_eq!(town.closing(day("2024-05-06")), utc("2024-05-06T10:00:00Z"));
    assert_eq!(town.day_span(), 8 * 3_600_000_000);
}

#[test]
fn the_office_opens_next_where_it_is_closed() {
    let town = town();
    let opens = |wall: &str| {
        let at = town.instant(wall.parse().expect("a local time"));
        town.next_open(at).map(|at| town.local(at).to_string())
    };
    for (wall, expected) in [
        ("2024-05-16T07:15:00", "2024-05-16 07:15:00"),
        ("2024-05-16T06:30:00", "2024-05-16 07:00:00"),
        ("2024-05-16T11:30:00", "2024-05-16 13:30:00"),
        ("2024-05-16T17:00:00", "2024-05-17 07:00:00"),
        // A Saturday.
        ("2024-05-18T10:00:00", "2024-05-20 07:00:00"),
    ] {
        assert_eq!(opens(wall), Ok(expected.to_owned()), "{wall}");
    }
}

#[test]
fn what_is_no_calendar_is_refused() {
    let time = |text: &str| text.parse::<NaiveTime>().expect("a time");
    let weekdays = |days: &[u8]| CalendarSpec { working_weekdays: days.to_vec(), ..default_spec() };
    let hours = |spans: &[(&str, &str)]| CalendarSpec {
        office_hours: spans.iter().map(|(a, b)| (time(a), time(b))).collect(),
        ..default_spec()
    };
    let built = |spec| Calendar::new(Uuid::nil(), spec).map(|c| c.id());
    for bad in [weekdays(&[]), weekdays(&[0]), weekdays(&[1, 8])] {
        assert_eq!(built(bad), Err(BadCalendar::Weekdays));
    }
    let overlapping = hours(&[("07:00:00", "12:00:00"), ("11:00:00", "17:00:00")]);
    let descending = hours(&[("13:00:00", "17:00:00"), ("07:00:00", "11:00:00")]);
    for bad in [hours(&[]), hours(&[("08:00:00", "08:00:00")]), overlapping, descending] {
        assert_eq!(built(bad), Err(BadCalendar::OfficeHours));
    }
    assert!(built(hours(&[("07:00:00", "12:00:00"), ("12:00:00", "17:00:00")])).is_ok());
}

#[test]
fn the_words_of_days_are_read_again() {
    for kind in [DayKind::DayOff, DayKind::WorkingDay] {
        assert_eq!(DayKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(DayKind::parse("holiday"), None);
}
