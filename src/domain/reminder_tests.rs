//! The plan of notices, and the law that the next one is taken from it.

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
    in_force(&default_rules(), SubjectKind::Dossier, &[])
}

fn days(planned: &[Planned]) -> Vec<(String, RuleKind, i32)> {
    planned.iter().map(|p| (TOWN.local_date(p.at).to_string(), p.kind, p.step)).collect()
}

fn told(day: &str, kind: RuleKind, step: i32) -> (String, RuleKind, i32) {
    (day.to_owned(), kind, step)
}

#[test]
fn two_days_before_on_the_day_and_over_the_new_year() {
    let due = at("2024-02-06T17:00:00");
    let planned = plan(&house(), &TOWN, due, midnight("2024-02-23")).expect("in range");
    let expected = [
        told("2024-02-02", RuleKind::BeforeDue, 1),
        told("2024-02-06", RuleKind::DueToday, 1),
        told("2024-02-07", RuleKind::Overdue, 1),
        // The third working day after: the office was closed from the 8th to the 14th.
        told("2024-02-19", RuleKind::Overdue, 2),
        told("2024-02-22", RuleKind::Overdue, 3),
    ];
    assert_eq!(days(&planned), expected);
    let last_before = plan(&house(), &TOWN, at("2024-02-07T17:00:00"), midnight("2024-02-16"));
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
    let due = at("2024-05-13T17:00:00");
    let mut now = at("2024-05-06T09:00:00");
    let mut last_told = None;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let notice = next(&rules, &TOWN, due, last_told, now).expect("in range").expect("there is one");
        seen.push(notice);
        now = notice.at.max(now) + TimeDelta::hours(7);
        last_told = Some(notice.at);
    }
    let expected = [
        told("2024-05-09", RuleKind::BeforeDue, 1),
        told("2024-05-13", RuleKind::DueToday, 1),
        told("2024-05-14", RuleKind::Overdue, 1),
        told("2024-05-17", RuleKind::Overdue, 2),
        told("2024-05-22", RuleKind::Overdue, 3),
    ];
    assert_eq!(days(&seen), expected);
}

#[test]
fn after_a_week_of_downtime_one_notice_stands_for_all() {
    let rules = house();
    let due = at("2024-05-06T17:00:00");
    let told_last = Some(midnight("2024-05-06"));
    let now = at("2024-05-20T07:15:00");
    let one = next(&rules, &TOWN, due, told_last, now).expect("in range").expect("there is one");
    assert_eq!(days(&[one]), [told("2024-05-20", RuleKind::Overdue, 4)]);
    let then = next(&rules, &TOWN, due, Some(one.at), now).expect("in range").expect("there is one");
    assert_eq!(days(&[then]), [told("2024-05-23", RuleKind::Overdue, 5)]);
}

#[test]
fn told_once_means_once() {
    let once: Vec<Rule> = house().into_iter().map(|r| Rule { repeat_working_days: 0, ..r }).collect();
    let due = at("2024-05-06T17:00:00");
    let planned = plan(&once, &TOWN, due, midnight("2024-12-31")).expect("in range");
    assert_eq!(planned.len(), 3);
    let after = next(&once, &TOWN, due, Some(midnight("2024-05-07")), at("2024-05-08T08:00:00"));
    assert_eq!(after, Ok(None));
    let off: Vec<Rule> = once.into_iter().map(|r| Rule { enabled: false, ..r }).collect();
    assert_eq!(next(&off, &TOWN, due, None, at("2024-05-08T08:00:00")), Ok(None));
}

#[test]
fn a_day_of_rest_is_counted_from_its_last_working_day() {
    // A petition due on a Sunday: two working days before are Saturday 4 May, worked, and Friday.
    let planned = plan(&house(), &TOWN, at("2024-05-05T17:00:00"), midnight("2024-05-07")).expect("in range");
    let expected = [
        told("2024-05-03", RuleKind::BeforeDue, 1),
        told("2024-05-05", RuleKind::DueToday, 1),
        told("2024-05-06", RuleKind::Overdue, 1),
    ];
    assert_eq!(days(&planned), expected);
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let kinds = prop_oneof![Just(RuleKind::BeforeDue), Just(RuleKind::DueToday), Just(RuleKind::Overdue)];
    let rule = (kinds, 0i64..12, 0i64..6, any::<bool>(), any::<bool>()).prop_map(
        |(kind, ahead, repeat, one, two)| Rule {
            id: Uuid::nil(),
            unit_id: None,
            subject_kind: SubjectKind::Dossier,
            kind,
            working_days: ahead,
            repeat_working_days: repeat,
            role: NoticeRole::Responsible,
            enabled: one || two,
        },
    );
    proptest::collection::vec(rule, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_next_notice_is_the_plans(
        rules in rules(), due in 0i64..50_000, told in proptest::option::of(-300i64..3000), now in -400i64..3000,
    ) {
        let due = at("2023-06-01T00:00:00") + TimeDelta::minutes(due * 17);
        let now = due + TimeDelta::hours(now);
        // Told at a planned instant, or at any, but never later than now.
        let told = told.map(|hours| (due + TimeDelta::hours(hours)).min(now));
        let far = plan(&rules, &TOWN, due, now + TimeDelta::days(400)).expect("in range");
        prop_assert!(far.is_sorted());
        let waiting = |p: &&Planned| told.is_none_or(|told| p.at > told);
        let fallen = far.iter().filter(waiting).rfind(|p| p.at <= now);
        let expected = fallen.or_else(|| far.iter().find(|p| p.at > now));
        prop_assert_eq!(next(&rules, &TOWN, due, told, now).expect("in range"), expected.copied());
    }

    #[test]
    fn notices_fall_due_at_the_beginning_of_a_day(rules in rules(), due in 0i64..50_000) {
        let due = at("2023-06-01T00:00:00") + TimeDelta::minutes(due * 17);
        for p in plan(&rules, &TOWN, due, due + TimeDelta::days(60)).expect("in range") {
            let day = TOWN.local_date(p.at);
            prop_assert_eq!(p.at, TOWN.midnight(day));
            let away = day.cmp(&TOWN.local_date(due));
            match p.kind {
                RuleKind::BeforeDue => prop_assert!(away.is_le() && TOWN.is_working(day)),
                RuleKind::DueToday => prop_assert!(away.is_eq()),
                RuleKind::Overdue => prop_assert!(away.is_gt() && TOWN.is_working(day)),
            }
        }
    }
}
