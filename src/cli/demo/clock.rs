//! When the demo takes place: the calendar of the records, the period to report on, and the instant at
//! which the clock stands.

use anyhow::Context as _;
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use uuid::Uuid;

use crate::cli::exit::WrongUsage;
use crate::domain::calendar::{Calendar, default_spec};
use crate::domain::period::Period;
use crate::intake::{Expected, Record, SourceRow};

/// The calendar among the records, or the default one.
pub fn calendar(rows: &[SourceRow]) -> anyhow::Result<Calendar> {
    let found = rows.iter().find_map(|row| {
        if let Record::Calendar(calendar) = &row.record { Some(calendar.spec()) } else { None }
    });
    Calendar::new(Uuid::nil(), found.unwrap_or_else(default_spec)).context("calendar.json")
}

/// The period of the sample's report.
pub fn sample_period() -> Period {
    let day = |year, month| NaiveDate::from_ymd_opt(year, month, 15).expect("the 15th exists");
    Period::new(day(2023, 12), day(2024, 5)).expect("2023 comes before 2024")
}

/// The period for a directory when none is asked for: that of its `expected-summary.json`, so that the
/// figures can be compared; else the reporting year (from 15/12, Decree 09/2019/NĐ-CP) of the last
/// receipt or closing, up to that day.
pub fn period_of(
    expected: Option<&Expected>,
    rows: &[SourceRow],
    calendar: &Calendar,
) -> anyhow::Result<Period> {
    if let Some(expected) = expected {
        return Ok(expected.period);
    }
    let of = |row: &SourceRow| {
        if let Record::Dossier(dossier) = &row.record {
            [Some(dossier.received_at), dossier.closed_at]
        } else {
            [None, None]
        }
    };
    let last = rows.iter().flat_map(of).flatten().filter(|at| is_in_reach(calendar, *at)).max().ok_or_else(
        || {
            WrongUsage(
                "không có hồ sơ có ngày dùng được, hãy cho --from, --to / \
             there are no dossiers with a usable date, give --from and --to"
                    .to_owned(),
            )
        },
    )?;
    let last = calendar.local_date(last);
    let begins = |year| NaiveDate::from_ymd_opt(year, 12, 15);
    let first =
        [begins(last.year()), begins(last.year() - 1)].into_iter().flatten().find(|first| *first <= last);
    Ok(Period::new(first.context("a year before the calendar begins")?, last)?)
}

/// The calendar reaches a working day after that instant. Records of other instants are refused on import, each
/// by its line; no clock is set by them.
fn is_in_reach(calendar: &Calendar, at: DateTime<Utc>) -> bool {
    calendar.add_working_days(calendar.local_date(at), 1).is_ok()
}

/// The last instant that the records tell of; a date counts from its first minute. Deadlines may lie in
/// the future and don't count, nor does what lies beyond the calendar.
pub fn last_instant(rows: &[SourceRow], calendar: &Calendar) -> Option<DateTime<Utc>> {
    let day = |day: NaiveDate| Some(calendar.midnight(day));
    let instants = rows.iter().flat_map(|row| match &row.record {
        Record::Dossier(dossier) => {
            let moves = dossier.moves.iter().map(|moved| Some(moved.at));
            let clock = dossier.clock.iter().map(|event| Some(event.at));
            let ends = [Some(dossier.received_at), dossier.closed_at, dossier.result_returned_at];
            moves.chain(clock).chain(ends).collect()
        }
        Record::Task(task) => vec![day(task.assigned_on), task.completed_at],
        Record::Document(document) => vec![day(document.issued_on)],
        Record::Petition(petition) => {
            vec![Some(petition.received_at), petition.answered_at, petition.published_on.and_then(day)]
        }
        Record::Survey(survey) => vec![Some(survey.rated_at)],
        Record::Payment(payment) => vec![Some(payment.paid_at)],
        Record::Unit(_)
        | Record::Calendar(_)
        | Record::Official(_)
        | Record::Procedure(_)
        | Record::Target(_)
        | Record::Declared(_)
        | Record::Incident(_)
        | Record::Unreadable(_) => Vec::new(),
    });
    instants.flatten().filter(|at| is_in_reach(calendar, *at)).max()
}

/// 07:15 local on the first working day after the later of the period's end and the last instant.
pub fn standing_at(rows: &[SourceRow], calendar: &Calendar, period: Period) -> anyhow::Result<DateTime<Utc>> {
    let last = last_instant(rows, calendar).map(|at| calendar.local_date(at));
    let day = calendar.add_working_days(last.map_or(period.last(), |last| last.max(period.last())), 1)?;
    let time = NaiveTime::from_hms_opt(7, 15, 0).expect("a time of day");
    Ok(calendar.instant(day.and_time(time)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Files, read};

    #[test]
    fn the_sample_stands_on_the_morning_after_its_period() {
        let files = Files::sample();
        let rows = read(&files).rows;
        let calendar = calendar(&rows).expect("the sample has a calendar");
        let period = sample_period();
        let expected = files.expected().expect("the sample has figures").expect("they can be read");
        assert_eq!(period_of(Some(&expected), &rows, &calendar).expect("a period"), period);
        let at = standing_at(&rows, &calendar, period).expect("a day in the calendar");
        assert_eq!(at.to_rfc3339(), "2024-05-16T00:15:00+00:00");
        // Without the expected figures: the reporting year up to the last receipt or closing.
        assert_eq!(period_of(None, &rows, &calendar).expect("a period"), period);
    }

    #[test]
    fn the_clock_waits_for_the_last_record_and_a_working_day() {
        let dossiers = "code,procedure_code,unit_code,channel,applicant_kind,received_at\n\
            D1,P,A,counter,person,2024-04-26T16:00:00+07:00\n";
        let days = "day,kind\n2024-04-29,day_off\n2024-04-30,day_off\n2024-05-01,day_off\n";
        let files =
            Files::of_memory([("dossiers.csv", dossiers.into()), ("calendar.csv", days.as_bytes().to_vec())]);
        let rows = read(&files).rows;
        let calendar = calendar(&rows).expect("a calendar");
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let early = Period::new(day("2024-01-01"), day("2024-01-31")).expect("a period");
        let at = standing_at(&rows, &calendar, early).expect("a day in the calendar");
        assert_eq!(at.to_rfc3339(), "2024-05-02T00:15:00+00:00");
        let period = period_of(None, &rows, &calendar).expect("a period");
        assert_eq!((period.first(), period.last()), (day("2023-12-15"), day("2024-04-26")));
    }

    #[test]
    fn instants_beyond_the_calendar_set_no_clock() {
        let rows = |beyond: &str| {
            let dossiers = format!(
                "code,procedure_code,unit_code,channel,applicant_kind,received_at,closed_at,outcome\n\
                 D1,P,A,counter,person,2024-05-06T08:00:00+07:00,,\n\
                 D2,P,A,counter,person,{beyond},,\n\
                 D3,P,A,counter,person,2024-05-06T08:00:00+07:00,{beyond},resolved\n"
            );
            read(&Files::of_memory([("dossiers.csv", dossiers.into_bytes())])).rows
        };
        let usual = rows("2024-05-07T08:00:00+07:00");
        let calendar = calendar(&usual).expect("a calendar");
        let period = period_of(None, &usual, &calendar).expect("a period");
        assert_eq!(period.last().to_string(), "2024-05-07");
        for beyond in ["9999-12-31T23:59:59+07:00", "2121-01-01T08:00:00+07:00", "0001-01-01T00:00:00+07:00"]
        {
            let rows = rows(beyond);
            let period = period_of(None, &rows, &calendar).expect("a period");
            assert_eq!(period.last().to_string(), "2024-05-06", "{beyond}");
            let at = standing_at(&rows, &calendar, period).expect("a day in the calendar");
            assert_eq!(at.to_rfc3339(), "2024-05-07T00:15:00+00:00", "{beyond}");
        }
    }
}
