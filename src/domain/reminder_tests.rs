//! The plan of notices, told one by one, and the law that the next one is taken from it.

use std::sync::LazyLock;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::domain::deadline::tests::town;

static TOWN: LazyLock<Calendar> = LazyLock::new(town);

fn at(text: &str) -> DateTime<Utc> {
    TOWN.instant(text.parse().expect("a local time"))
}

fn midnight(text: &str) -> DateTime<Utc> {
    TOWN.midnight(text.parse::<NaiveDate>().expect("a date"))
}

/// What a fresh house tells of dossiers.
fn house() -> Vec<Rule> {
    in_force(&default_rules(), SubjectKind::Dossier, &[], at("2024-01-01T00:00:00"))
}

fn due(due: DateTime<Utc>) -> Marks {
    Marks { due: Some(due), ..Marks::default() }
}

/// A rule for dossiers, told once.
fn rule(kind: RuleKind, working_days: i64, office_minutes: i64) -> Rule {
    Rule { kind, working_days, office_minutes, ..house()[0].clone() }
}

/// All notices up to an instant, ascending, each found from the one before it.
fn plan(
    rules: &[Rule],
    calendar: &Calendar,
    marks: &Marks,
    until: DateTime<Utc>,
) -> Result<Vec<Planned>, OutOfRange> {
    let mut planned = Vec::new();
    for rule in rules.iter().filter(|r| r.enabled) {
        let Some(from) = marks.of(rule.kind.concern()) else { continue };
        if rule.kind == RuleKind::Ageing {
            let day = calendar.local_date(from);
            let notice = |month| (months_old(calendar, day, month), i32::try_from(month).expect("a few"));
            let months = (rule.months..).map(notice).map(|(at, step)| Ok((at?, step)));
            for month in months.take_while(|month| month.as_ref().map_or(true, |(at, _)| *at <= until)) {
                let (at, step) = month?;
                planned.push(Planned { at, kind: rule.kind, step, rule_id: rule.id });
            }
            continue;
        }
        let mut at = rule.first(calendar, from)?;
        let mut step = 1;
        while at <= until {
            planned.push(Planned { at, kind: rule.kind, step, rule_id: rule.id });
            if rule.repeat_working_days == 0 {
                break;
            }
            let day = calendar.local_date(at);
            at = calendar.midnight(calendar.add_working_days(day, rule.repeat_working_days)?);
            step += i32::try_from(rule.repeat_working_days).expect("a few");
        }
    }
    planned.sort();
    Ok(planned)
}

fn first(rule: &Rule, from: &str) -> String {
    let told = rule.first(&TOWN, at(from)).expect("in range");
    TOWN.local(told).format("%Y-%m-%dT%H:%M").to_string()
}

fn days(planned: &[Planned]) -> Vec<(String, RuleKind, i32)> {
    planned.iter().map(|p| (TOWN.local_date(p.at).to_string(), p.kind, p.step)).collect()
}

fn told(day: &str, kind: RuleKind, step: i32) -> (String, RuleKind, i32) {
    (day.to_owned(), kind, step)
}

#[test]
fn two_days_before_on_the_day_and_over_the_new_year() {
    let planned =
        plan(&house(), &TOWN, &due(at("2024-02-06T17:00:00")), midnight("2024-02-23")).expect("in range");
    let expected = [
        told("2024-02-02", RuleKind::BeforeDue, 1),
        told("2024-02-06", RuleKind::DueToday, 1),
        told("2024-02-07", RuleKind::Overdue, 1),
        // The third working day after: the office was closed from the 8th to the 14th.
        told("2024-02-19", RuleKind::Overdue, 4),
        told("2024-02-22", RuleKind::Overdue, 7),
    ];
    assert_eq!(days(&planned), expected);
    let last_before = plan(&house(), &TOWN, &due(at("2024-02-07T17:00:00")), midnight("2024-02-16"));
    let expected = [
        told("2024-02-05", RuleKind::BeforeDue, 1),
        told("2024-02-07", RuleKind::DueToday, 1),
        told("2024-02-15", RuleKind::Overdue, 1),
    ];
    assert_eq!(days(&last_before.expect("in range")), expected);
}

#[test]
fn a_fresh_deadline_is_told_of_in_its_turn() {
    let rules = house();
    let due = due(at("2024-05-13T17:00:00"));
    let mut now = at("2024-05-06T09:00:00");
    let mut last_told = None;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let notice = next(&rules, &TOWN, &due, last_told, now).expect("in range").expect("there is one");
        seen.push(notice);
        now = notice.at.max(now) + TimeDelta::hours(7);
        last_told = Some(notice.at);
    }
    let expected = [
        told("2024-05-09", RuleKind::BeforeDue, 1),
        told("2024-05-13", RuleKind::DueToday, 1),
        told("2024-05-14", RuleKind::Overdue, 1),
        told("2024-05-17", RuleKind::Overdue, 4),
        told("2024-05-22", RuleKind::Overdue, 7),
    ];
    assert_eq!(days(&seen), expected);
}

#[test]
fn after_a_week_of_downtime_one_notice_stands_for_all() {
    let rules = house();
    let due = due(at("2024-05-06T17:00:00"));
    let told_last = Some(midnight("2024-05-06"));
    let now = at("2024-05-20T07:15:00");
    let one = next(&rules, &TOWN, &due, told_last, now).expect("in range").expect("there is one");
    assert_eq!(days(&[one]), [told("2024-05-20", RuleKind::Overdue, 10)]);
    let then = next(&rules, &TOWN, &due, Some(one.at), now).expect("in range").expect("there is one");
    assert_eq!(days(&[then]), [told("2024-05-23", RuleKind::Overdue, 13)]);
}

#[test]
fn told_once_means_once() {
    let once: Vec<Rule> = house().into_iter().map(|r| Rule { repeat_working_days: 0, ..r }).collect();
    let due = due(at("2024-05-06T17:00:00"));
    let planned = plan(&once, &TOWN, &due, midnight("2024-12-31")).expect("in range");
    assert_eq!(planned.len(), 3);
    let after = next(&once, &TOWN, &due, Some(midnight("2024-05-07")), at("2024-05-08T08:00:00"));
    assert_eq!(after, Ok(None));
    let off: Vec<Rule> = once.into_iter().map(|r| Rule { enabled: false, ..r }).collect();
    assert_eq!(next(&off, &TOWN, &due, None, at("2024-05-08T08:00:00")), Ok(None));
}

#[test]
fn a_day_of_rest_is_counted_from_its_last_working_day() {
    // A petition due on a Sunday: two working days before are Saturday 4 May, worked, and Friday.
    let planned =
        plan(&house(), &TOWN, &due(at("2024-05-05T17:00:00")), midnight("2024-05-07")).expect("in range");
    let expected = [
        told("2024-05-03", RuleKind::BeforeDue, 1),
        told("2024-05-05", RuleKind::DueToday, 1),
        told("2024-05-06", RuleKind::Overdue, 1),
    ];
    assert_eq!(days(&planned), expected);
}

#[test]
fn hours_before_are_office_hours() {
    let four = rule(RuleKind::BeforeDue, 0, 240);
    assert_eq!(first(&four, "2024-05-13T17:00:00"), "2024-05-13T11:00", "over lunch");
    assert_eq!(first(&four, "2024-05-13T11:30:00"), "2024-05-13T07:30");
    assert_eq!(first(&four, "2024-05-13T09:00:00"), "2024-05-10T15:00", "over the weekend");
    assert_eq!(first(&four, "2024-02-15T09:00:00"), "2024-02-07T15:00", "over the new year");
}

#[test]
fn half_a_day_with_one_holder() {
    let half = rule(RuleKind::Standing, 0, 240);
    assert_eq!(first(&half, "2024-05-13T07:00:00"), "2024-05-13T11:00");
    assert_eq!(first(&half, "2024-05-13T08:00:00"), "2024-05-13T14:00", "lunch isn't counted");
    assert_eq!(first(&half, "2024-05-13T12:15:00"), "2024-05-14T07:30", "received at lunch");
    assert_eq!(first(&half, "2024-05-10T15:00:00"), "2024-05-13T09:00", "nor is the weekend");
    assert_eq!(first(&half, "2024-05-03T15:00:00"), "2024-05-04T09:00", "but a Saturday that is worked");
    assert_eq!(first(&half, "2024-02-07T16:00:00"), "2024-02-15T10:00", "nor is Tết");
    assert_eq!(first(&half, "2024-05-13T22:00:00"), "2024-05-14T11:00", "nor the night");
    let morning = rule(RuleKind::Standing, 0, 270);
    assert_eq!(first(&morning, "2024-05-13T07:00:00"), "2024-05-13T11:30", "it ends with the session");
}

#[test]
fn what_has_no_instant_to_measure_from_is_not_told() {
    let rules = [
        rule(RuleKind::ApologyDue, 1, 0),
        rule(RuleKind::Unaccepted, 0, 480),
        rule(RuleKind::Standing, 0, 240),
        rule(RuleKind::Unclear, 1, 0),
        rule(RuleKind::Undigitised, 1, 0),
        rule(RuleKind::Undelivered, 1, 0),
    ];
    let (from, until) = (at("2024-05-13T08:00:00"), midnight("2024-12-31"));
    assert_eq!(plan(&rules, &TOWN, &due(from), until), Ok(Vec::new()));
    let some = Some(from);
    let told = |marks: Marks| days(&plan(&rules, &TOWN, &marks, until).expect("in range"));
    let none = Marks::default();
    assert_eq!(
        told(Marks { appointment: some, ..none }),
        [("2024-05-10".to_owned(), RuleKind::ApologyDue, 1)],
        "before it passes"
    );
    let next = |kind| [("2024-05-14".to_owned(), kind, 1)];
    assert_eq!(told(Marks { registered: some, ..none }), next(RuleKind::Unaccepted));
    assert_eq!(told(Marks { unclear: some, ..none }), next(RuleKind::Unclear));
    assert_eq!(told(Marks { undigitised: some, ..none }), next(RuleKind::Undigitised));
    assert_eq!(told(Marks { undelivered: some, ..none }), next(RuleKind::Undelivered));
    assert_eq!(told(Marks { standing: some, ..none }), [("2024-05-13".to_owned(), RuleKind::Standing, 1)]);
}

#[test]
fn what_was_measured_in_hours_is_repeated_on_later_days() {
    let standing = Rule { repeat_working_days: 2, ..rule(RuleKind::Standing, 0, 240) };
    let marks = Marks { standing: Some(at("2024-02-06T15:00:00")), ..Marks::default() };
    let told = plan(&[standing], &TOWN, &marks, midnight("2024-02-20")).expect("in range");
    let expected = [
        told_at("2024-02-07T09:00:00", 1),
        told_at("2024-02-16T00:00:00", 3),
        told_at("2024-02-20T00:00:00", 5),
    ];
    assert_eq!(told.iter().map(|p| (p.at, p.step)).collect::<Vec<_>>(), expected);
}

#[test]
fn a_changed_distance_of_repeats_swallows_no_day_to_come() {
    let every = |days| Rule { repeat_working_days: days, ..rule(RuleKind::Overdue, 0, 0) };
    let marks = due(at("2024-03-01T17:00:00"));
    let steps = |rule: Rule, until| -> Vec<(DateTime<Utc>, i32)> {
        let told = plan(&[rule], &TOWN, &marks, midnight(until)).expect("in range");
        told.iter().map(|p| (p.at, p.step)).collect()
    };
    let (before, after) = (steps(every(3), "2024-04-15"), steps(every(5), "2024-06-15"));
    assert!(before.len() > 8 && after.len() > 10);
    for (at, step) in &after {
        assert!(before.iter().all(|told| (told.0 == *at) == (told.1 == *step)), "{at}: {step}");
    }
}

#[test]
fn an_appointment_that_passed_calls_for_no_letter_any_more() {
    let ahead = rule(RuleKind::ApologyDue, 1, 0);
    let marks = Marks { appointment: Some(at("2024-05-14T11:00:00")), ..Marks::default() };
    let next_at = |now| next(std::slice::from_ref(&ahead), &TOWN, &marks, None, at(now)).expect("in range");
    assert!(next_at("2024-05-14T08:00:00").is_some(), "it can still go out");
    assert_eq!(next_at("2024-05-14T11:00:00"), None);
    assert_eq!(next_at("2024-08-14T11:00:00"), None);
}

fn told_at(text: &str, step: i32) -> (DateTime<Utc>, i32) {
    (at(text), step)
}

const TOWN_UNIT: Uuid = Uuid::from_u128(1);
const OFFICE: Uuid = Uuid::from_u128(2);

fn codes(rules: &[Rule], ancestry: &[Uuid], when: &str) -> Vec<(String, Option<Uuid>, i64)> {
    let found = in_force(rules, SubjectKind::Dossier, ancestry, at(when));
    found.into_iter().map(|rule| (rule.code, rule.unit_id, rule.working_days)).collect()
}

#[test]
fn of_one_code_the_nearest_unit_decides() {
    let mut rules = default_rules();
    let of = |unit_id, enabled| Rule { unit_id: Some(unit_id), enabled, ..default_rules()[0].clone() };
    rules.extend([of(TOWN_UNIT, true), of(Uuid::from_u128(3), true)]);
    let found = codes(&rules, &[OFFICE, TOWN_UNIT], "2024-05-13T08:00:00");
    assert_eq!(found.len(), 3);
    assert!(found.contains(&("before_due".to_owned(), Some(TOWN_UNIT), 2)), "{found:?}");
    // Another code stands beside it, whatever its kind and role.
    rules.push(Rule { code: "a_week_before".to_owned(), working_days: 5, ..default_rules()[0].clone() });
    assert_eq!(codes(&rules, &[OFFICE, TOWN_UNIT], "2024-05-13T08:00:00").len(), 4);
    rules.push(of(OFFICE, false));
    let found = codes(&rules, &[OFFICE, TOWN_UNIT], "2024-05-13T08:00:00");
    assert!(found.iter().all(|(code, ..)| code != "before_due"), "silenced in the office: {found:?}");
    assert_eq!(found.len(), 3);
    assert_eq!(codes(&rules, &[TOWN_UNIT], "2024-05-13T08:00:00").len(), 4, "but not above it");
}

#[test]
fn the_newest_version_that_counts_already_holds() {
    let version = |version, working_days, from: &str| Rule {
        version,
        working_days,
        valid_from: at(from),
        ..default_rules()[0].clone()
    };
    let mut rules = vec![version(1, 2, "2024-05-02T00:00:00"), version(2, 5, "2024-06-03T00:00:00")];
    let days = |rules: &[Rule], when: &str| codes(rules, &[], when).first().map(|(.., days)| *days);
    assert_eq!(days(&rules, "2024-05-01T23:59:00"), None);
    assert_eq!(days(&rules, "2024-06-02T23:59:00"), Some(2));
    assert_eq!(days(&rules, "2024-06-03T00:00:00"), Some(5));
    // A later word withdraws what was to count from June on.
    rules.push(version(3, 3, "2024-05-20T00:00:00"));
    assert_eq!(days(&rules, "2024-05-20T00:00:00"), Some(3));
    assert_eq!(days(&rules, "2024-06-03T00:00:00"), Some(3));
    // A unit's rule silences the house's only once it counts.
    let silent = Rule { unit_id: Some(OFFICE), enabled: false, ..version(1, 2, "2024-06-10T00:00:00") };
    rules.push(silent);
    assert_eq!(codes(&rules, &[OFFICE], "2024-06-09T23:59:00").len(), 1);
    assert_eq!(codes(&rules, &[OFFICE], "2024-06-10T00:00:00"), []);
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let kinds = proptest::sample::select(RuleKind::ALL);
    let rule = (kinds, 0i64..12, 1i64..3000, 0i64..6, any::<bool>(), any::<bool>()).prop_map(
        |(kind, ahead, minutes, repeat, one, two)| {
            let once = matches!(kind, RuleKind::BeforeDue | RuleKind::DueToday | RuleKind::ApologyDue);
            let in_hours = matches!(kind, RuleKind::Standing | RuleKind::Unaccepted) || one;
            Rule {
                working_days: ahead,
                office_minutes: if in_hours { minutes } else { 0 },
                months: repeat + 1,
                repeat_working_days: if once { 0 } else { repeat },
                enabled: one || two,
                ..rule(kind, 0, 0)
            }
        },
    );
    proptest::collection::vec(rule, 0..4)
}

/// The same instant for all that is measured.
fn all(from: DateTime<Utc>) -> Marks {
    let from = Some(from);
    Marks {
        due: from,
        appointment: from,
        registered: from,
        standing: from,
        unclear: from,
        undigitised: from,
        aged: from,
        undelivered: from,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_next_notice_is_the_plans(
        rules in rules(), from in 0i64..50_000, told in proptest::option::of(-300i64..3000), now in -400i64..3000,
    ) {
        let from = at("2023-06-01T00:00:00") + TimeDelta::minutes(from * 17);
        let now = from + TimeDelta::hours(now);
        // Told at a planned instant, or at any, but never later than now.
        let told = told.map(|hours| (from + TimeDelta::hours(hours)).min(now));
        let far = plan(&rules, &TOWN, &all(from), now + TimeDelta::days(400)).expect("in range");
        prop_assert!(far.is_sorted());
        // Once the appointment has passed, no letter can go out before it.
        let far: Vec<Planned> =
            far.into_iter().filter(|p| p.kind != RuleKind::ApologyDue || now < from).collect();
        let waiting = |p: &&Planned| told.is_none_or(|told| p.at > told);
        let fallen = far.iter().filter(waiting).rfind(|p| p.at <= now);
        let expected = fallen.or_else(|| far.iter().find(|p| p.at > now));
        prop_assert_eq!(next(&rules, &TOWN, &all(from), told, now).expect("in range"), expected.copied());
    }

    #[test]
    fn notices_fall_due_at_the_beginning_of_a_day_or_in_office_time(rules in rules(), from in 0i64..50_000) {
        let from = at("2023-06-01T00:00:00") + TimeDelta::minutes(from * 17);
        for p in plan(&rules, &TOWN, &all(from), from + TimeDelta::days(60)).expect("in range") {
            let day = TOWN.local_date(p.at);
            let away = day.cmp(&TOWN.local_date(from));
            let at_midnight = p.at == TOWN.midnight(day);
            match p.kind {
                RuleKind::BeforeDue | RuleKind::ApologyDue => {
                    prop_assert!(away.is_le() && TOWN.is_working(day));
                    prop_assert!(at_midnight || p.at <= from || !TOWN.is_open(from));
                }
                RuleKind::DueToday => prop_assert!(away.is_eq() && at_midnight),
                RuleKind::Overdue => prop_assert!(away.is_gt() && at_midnight && TOWN.is_working(day)),
                RuleKind::Standing | RuleKind::Unaccepted => {
                    prop_assert!(away.is_ge() && TOWN.is_working(day) && (p.step == 1 || at_midnight));
                }
                RuleKind::Ageing => {
                    prop_assert!(away.is_gt() && at_midnight && TOWN.is_working(day));
                    let age = months_between(TOWN.local_date(from), day);
                    prop_assert!(age == i64::from(p.step) || age == i64::from(p.step) + 1, "over a long holiday");
                }
                RuleKind::Unclear | RuleKind::Undigitised | RuleKind::Undelivered => {
                    prop_assert!(p.at == from || (away.is_gt() && at_midnight && TOWN.is_working(day)));
                }
            }
        }
    }
}
