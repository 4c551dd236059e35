//! What rules measure in months, and how far they look back: what was over before a rule began isn't told of all at once.

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};

use super::super::calendar::{Calendar, OutOfRange};
use super::{Concern, Planned, Rule};

/// How far a rule that watches what is closed looks back beyond its own beginning: what was closed before is left in peace,
/// or a rule that is switched on would tell of years at once.
pub const LOOK_BACK_DAYS: i64 = 30;

impl Rule {
    /// The instant before which what it measures from is too old for it; None: nothing is.
    pub fn looks_back_to(&self, calendar: &Calendar) -> Option<DateTime<Utc>> {
        let began = calendar.local_date(self.since);
        match self.kind.concern() {
            Concern::Digitisation => {
                let back = calendar.add_working_days(began, -LOOK_BACK_DAYS).unwrap_or(began);
                Some(calendar.midnight(back))
            }
            Concern::Deadline
            | Concern::Apology
            | Concern::Acceptance
            | Concern::Standing
            | Concern::Clarity
            | Concern::Age
            | Concern::Delivery => None,
        }
    }

    /// The same of what ages. A month that was over before the rule began isn't told of: the next one comes within a month.
    pub(super) fn months_around(
        &self,
        calendar: &Calendar,
        from: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<(Option<Planned>, Option<Planned>), OutOfRange> {
        let (day, today) = (calendar.local_date(from), calendar.local_date(at));
        let notice = |month: i64| -> Result<Planned, OutOfRange> {
            Ok(Planned {
                at: months_old(calendar, day, month)?,
                kind: self.kind,
                step: i32::try_from(month).unwrap_or(i32::MAX),
                rule_id: self.id,
            })
        };
        let mut month = months_between(day, today);
        // Its day may be a day off, and the notice yet to come.
        while month > 0 && notice(month)?.at > at {
            month -= 1;
        }
        let began = calendar.midnight(calendar.local_date(self.since));
        let last = if month >= self.months { Some(notice(month)?).filter(|n| n.at >= began) } else { None };
        Ok((last, Some(notice(self.months.max(month + 1))?)))
    }
}

/// Whole months from a day to another, by their dates: the 31st is a month old on the last day of a shorter month.
pub fn months_between(from: NaiveDate, to: NaiveDate) -> i64 {
    let months = i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month());
    if after_months(from, months).is_some_and(|day| day > to) { months - 1 } else { months }
}

fn after_months(day: NaiveDate, months: i64) -> Option<NaiveDate> {
    let months = Months::new(u32::try_from(months).ok()?);
    day.checked_add_months(months)
}

/// The midnight of the first working day on or after the day on which what began on a day is so many months old.
pub(super) fn months_old(
    calendar: &Calendar,
    day: NaiveDate,
    months: i64,
) -> Result<DateTime<Utc>, OutOfRange> {
    let on = after_months(day, months).unwrap_or(NaiveDate::MAX);
    Ok(calendar.midnight(calendar.on_or_after(on)?))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::super::deadline::tests::town;
    use super::super::{Marks, RuleKind, SubjectKind, default_rules, in_force, next};
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn at(text: &str) -> DateTime<Utc> {
        town().instant(text.parse().expect("a local time"))
    }

    fn watching(months: i64, since: &str) -> Rule {
        Rule { kind: RuleKind::Ageing, months, since: at(since), ..default_rules().swap_remove(0) }
    }

    #[test]
    fn months_are_counted_by_dates() {
        for (from, to, months) in [
            ("2024-05-16", "2024-05-16", 0),
            ("2024-05-16", "2024-12-15", 6),
            ("2024-05-16", "2024-12-16", 7),
            ("2024-01-31", "2024-02-28", 0),
            ("2024-01-31", "2024-02-29", 1),
            ("2024-01-31", "2024-03-30", 1),
            ("2024-02-29", "2025-02-28", 12),
            ("2023-11-30", "2024-11-29", 11),
        ] {
            assert_eq!(months_between(day(from), day(to)), months, "{from} {to}");
        }
    }

    /// What falls due next, as its local time and its age, having told of what fell due before.
    fn told(rule: &Rule, received: &str, told: Option<&str>, now: &str) -> Option<(String, i32)> {
        let marks = Marks { aged: Some(at(received)), ..Marks::default() };
        let next = next(std::slice::from_ref(rule), &town(), &marks, told.map(at), at(now));
        next.expect("within the tables").map(|n| (town().local(n.at).to_string(), n.step))
    }

    #[test]
    fn each_month_is_told_on_the_first_working_day_from_its_date_on() {
        let rule = watching(2, "2024-01-02T00:00:00");
        let fell = |when: &str, step| Some((format!("{when} 00:00:00"), step));
        let received = "2024-03-18T16:30:00";
        assert_eq!(told(&rule, received, None, "2024-03-20T07:00:00"), fell("2024-05-20", 2), "a Saturday");
        assert_eq!(told(&rule, received, None, "2024-05-19T23:59:00"), fell("2024-05-20", 2));
        assert_eq!(told(&rule, received, None, "2024-05-20T00:00:00"), fell("2024-05-20", 2));
        let once = Some("2024-05-20T00:00:00");
        assert_eq!(told(&rule, received, once, "2024-05-20T07:15:00"), fell("2024-06-18", 3));
        assert_eq!(told(&rule, received, once, "2024-07-30T07:15:00"), fell("2024-07-18", 4), "the latest");
        // The 31st is a month old on the last day of a shorter one.
        assert_eq!(told(&rule, "2024-01-31T08:00:00", None, "2024-03-01T00:00:00"), fell("2024-04-01", 2));
    }

    #[test]
    fn months_that_were_over_before_the_rule_are_not_told_of() {
        let received = "2023-10-18T08:00:00";
        let fell = |when: &str, step| Some((format!("{when} 00:00:00"), step));
        let of_that_day = watching(3, "2024-05-20T10:00:00");
        assert_eq!(told(&of_that_day, received, None, "2024-05-20T10:00:00"), fell("2024-05-20", 7));
        let later = watching(3, "2024-05-21T10:00:00");
        assert_eq!(told(&later, received, None, "2024-05-21T10:00:00"), fell("2024-06-18", 8));
    }

    #[test]
    fn a_rule_on_what_is_closed_looks_back_thirty_working_days_from_its_unbroken_beginning() {
        let version = |version, from: &str, enabled| Rule {
            id: Uuid::from_u128(1),
            version,
            kind: RuleKind::Undigitised,
            valid_from: at(from),
            enabled,
            ..default_rules().swap_remove(0)
        };
        let mut rules =
            vec![version(1, "2024-03-01T00:00:00", true), version(2, "2024-06-03T00:00:00", true)];
        let since = |rules: &[Rule]| {
            let found = in_force(rules, SubjectKind::Dossier, &[], at("2024-08-01T00:00:00"));
            found.first().map(|rule| (rule.version, rule.since, rule.looks_back_to(&town())))
        };
        let (number, began, back) = since(&rules).expect("it holds");
        assert_eq!((number, began), (2, at("2024-03-01T00:00:00")), "a change is no new beginning");
        // Tết lies between: 8 to 14 February.
        assert_eq!(back.map(|at| town().local_date(at)), Some(day("2024-01-12")));
        rules.push(version(3, "2024-07-01T00:00:00", false));
        assert_eq!(since(&rules), None);
        rules.push(version(4, "2024-07-15T00:00:00", true));
        assert_eq!(since(&rules).map(|(_, since, _)| since), Some(at("2024-07-15T00:00:00")));
        let closed = |when: &str| {
            let marks = Marks { undigitised: Some(at(when)), ..Marks::default() };
            let now = at("2024-08-01T00:00:00");
            next(&in_force(&rules, SubjectKind::Dossier, &[], now), &town(), &marks, None, now)
        };
        assert_eq!(closed("2024-05-31T16:59:00"), Ok(None));
        assert!(closed("2024-06-03T08:00:00").is_ok_and(|planned| planned.is_some()));
    }
}
