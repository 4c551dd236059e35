//! Laws of slots over a whole year, in zones that change their clocks: held against an oracle that knows every minute of
//! the year and nothing of patterns or changes.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{at, daily, zoned};
use crate::domain::calendar::Calendar;
use crate::domain::schedule::slots;

const ZONES: [Tz; 7] = [
    chrono_tz::Europe::Berlin,
    chrono_tz::America::New_York,
    chrono_tz::America::Santiago,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Australia::Sydney,
    // Two hours at once.
    chrono_tz::Antarctica::Troll,
    chrono_tz::Asia::Ho_Chi_Minh,
];

const BEGIN: &str = "2024-01-01T12:00:00Z";
const END: &str = "2025-01-01T12:00:00Z";

/// A year of a zone, minute by minute.
struct Year {
    calendar: Calendar,
    instants: HashMap<NaiveDateTime, Vec<DateTime<Utc>>>,
    /// Minutes that the clock on the wall never shows, and the first instant after them.
    skipped: Vec<(NaiveDateTime, DateTime<Utc>)>,
}

static YEARS: LazyLock<Vec<Year>> = LazyLock::new(|| ZONES.iter().map(|zone| year(*zone)).collect());

fn year(zone: Tz) -> Year {
    let calendar = zoned(zone);
    let mut instants: HashMap<NaiveDateTime, Vec<DateTime<Utc>>> = HashMap::new();
    let mut skipped = Vec::new();
    let (mut now, end) = (at(BEGIN), at(END));
    let mut expected = calendar.local(now);
    while now <= end {
        let wall = calendar.local(now);
        while expected < wall {
            skipped.push((expected, now));
            expected += TimeDelta::minutes(1);
        }
        instants.entry(wall).or_default().push(now);
        expected = wall + TimeDelta::minutes(1);
        now += TimeDelta::minutes(1);
    }
    Year { calendar, instants, skipped }
}

impl Year {
    /// The first instants after the zone's changes, and one of another day.
    fn changes(&self) -> Vec<DateTime<Utc>> {
        let doubled = self.instants.values().filter_map(|at| at.get(1)).min();
        let ends = [self.skipped.first().map(|(_, end)| end), doubled];
        ends.into_iter().flatten().copied().chain([at("2024-06-12T03:00:00Z")]).collect()
    }

    /// All slots of the year of a pattern that is true for these times on the wall.
    fn slots(&self, fits: impl Fn(NaiveDateTime) -> bool, every_hour: bool) -> Vec<DateTime<Utc>> {
        let shown = self.instants.iter().filter(|(wall, _)| fits(**wall));
        let mut all: BTreeSet<DateTime<Utc>> =
            shown.flat_map(|(_, at)| at.iter().take(if every_hour { 2 } else { 1 }).copied()).collect();
        all.extend(self.skipped.iter().filter(|(wall, _)| fits(*wall)).map(|(_, end)| *end));
        all.remove(&at(BEGIN));
        all.into_iter().collect()
    }
}

#[derive(Debug, Clone)]
struct Pattern {
    cron: String,
    minutes: Vec<u32>,
    hours: Vec<u32>,
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let minutes = prop_oneof![
        (0u32..60).prop_map(|m| (m.to_string(), vec![m])),
        (0u32..30, 30u32..60).prop_map(|(a, b)| (format!("{a},{b}"), vec![a, b])),
        Just(("*/20".to_owned(), vec![0, 20, 40])),
    ];
    let hours = prop_oneof![
        // The hours of the changes are likelier than the others.
        3 => (0u32..4).prop_map(|h| (h.to_string(), vec![h])),
        1 => (0u32..24).prop_map(|h| (h.to_string(), vec![h])),
        1 => (0u32..3, 3u32..24).prop_map(|(a, b)| (format!("{a}-{b}"), (a..=b).collect())),
        1 => Just(("*/2".to_owned(), (0..24).step_by(2).collect::<Vec<u32>>())),
        2 => Just(("*".to_owned(), (0..24).collect::<Vec<u32>>())),
    ];
    (minutes, hours).prop_map(|((minute, minutes), (hour, hours))| Pattern {
        cron: format!("{minute} {hour} * * *"),
        minutes,
        hours,
    })
}

impl Pattern {
    fn expected(&self, year: &Year) -> Vec<DateTime<Utc>> {
        let fits =
            |wall: NaiveDateTime| self.minutes.contains(&wall.minute()) && self.hours.contains(&wall.hour());
        year.slots(fits, self.hours.len() == 24)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Wherever beats cut the year, each slot is found once and none is missed.
    #[test]
    fn beats_find_each_slot_of_a_year_once(
        zone in 0..ZONES.len(),
        pattern in pattern(),
        beats in proptest::collection::vec(1i64..60_000, 1..40),
    ) {
        let year = &YEARS[zone];
        let (mut last, end) = (at(BEGIN), at(END));
        let mut found = Vec::new();
        for minutes in beats.iter().cycle() {
            let now = (last + TimeDelta::minutes(*minutes)).min(end);
            found.extend(slots(&daily(&pattern.cron), &year.calendar, last, now).expect("the pattern is read"));
            last = now;
            if now == end {
                break;
            }
        }
        prop_assert_eq!(found, pattern.expected(year), "{} {}", ZONES[zone], pattern.cron);
    }

    /// Beats about the changes, a few minutes apart, while somebody sets the office's clock back by an hour now and then:
    /// a slot on record isn't found again, and none is left out.
    #[test]
    fn a_clock_set_back_doubles_and_loses_nothing(
        zone in 0..ZONES.len(),
        pattern in pattern(),
        steps in proptest::collection::vec((1i64..50, 0u8..12), 1..30),
    ) {
        let year = &YEARS[zone];
        let expected = pattern.expected(year);
        for change in year.changes() {
            let (begin, end) = (change - TimeDelta::hours(9), change + TimeDelta::hours(9));
            let mut recorded: BTreeSet<DateTime<Utc>> = BTreeSet::new();
            let (mut now, mut furthest, mut set_back) = (begin, begin, 0);
            for (minutes, back) in steps.iter().cycle() {
                now += TimeDelta::minutes(*minutes);
                if *back == 0 && set_back < 10 && now - TimeDelta::hours(1) > begin {
                    now -= TimeDelta::hours(1);
                    set_back += 1;
                }
                // What lies beyond the present isn't known to have been in time: the search begins before it.
                let last = recorded.range(..=now).next_back().copied().unwrap_or(begin);
                for slot in slots(&daily(&pattern.cron), &year.calendar, last, now).expect("it is read") {
                    prop_assert!(recorded.insert(slot), "{} twice", slot);
                }
                furthest = furthest.max(now);
                if furthest >= end {
                    break;
                }
            }
            let in_time: BTreeSet<_> =
                expected.iter().filter(|at| begin < **at && **at <= furthest).copied().collect();
            prop_assert_eq!(recorded, in_time, "{} {}", ZONES[zone], pattern.cron);
        }
    }
}
