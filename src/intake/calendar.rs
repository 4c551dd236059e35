//! The calendar: `calendar.json` (the ordinary week) and `calendar.csv` (the days that differ) make one
//! record. It is read whole or not at all: a calendar that lacks one holiday would count every
//! deadline across it wrong, and nobody would see it.

use chrono::{Datelike, NaiveTime};
use chrono_tz::Tz;
use serde::Deserialize;
use uuid::Uuid;

use super::fields::Fields;
use super::problem::{Place, Problem};
use super::record::{CalendarDayRecord, CalendarRecord, Record, SourceRow};
use super::sheet::Source;
use super::table::{Desk, Format, unreadable};
use crate::domain::calendar::{BadCalendar, Calendar, CalendarSpec, DayKind, DayOverride, default_spec};
use crate::domain::text::cut;

const DAYS: Format = Format {
    file: "calendar.csv",
    kind: RecordKind::Calendar,
    required: &["day", "kind"],
    optional: &["name", "swapped_with", "legal_basis", "basis"],
    key: &[],
};
use crate::domain::record::RecordKind;

const WEEK: &str = "calendar.json";

#[derive(Deserialize)]
struct WeekFile {
    office_hours: Vec<(String, String)>,
    working_weekdays: Vec<u8>,
    time_zone: String,
    same_day_cutoff: String,
    #[serde(default)]
    unit_code: String,
    first_year: Option<i32>,
    last_year: Option<i32>,
}

impl CalendarRecord {
    /// The calendar as the domain knows it.
    pub fn spec(&self) -> CalendarSpec {
        let years = self.days.iter().map(|day| day.day.year());
        let loaded = years.clone().min().zip(years.max());
        CalendarSpec {
            time_zone: self.time_zone,
            working_weekdays: self.working_weekdays.clone(),
            office_hours: self.office_hours.clone(),
            same_day_cutoff: self.same_day_cutoff,
            days: self
                .days
                .iter()
                .map(|day| {
                    let entry = DayOverride {
                        kind: day.kind,
                        name: day.name.to_string(),
                        swapped_with: day.swapped_with,
                    };
                    (day.day, entry)
                })
                .collect(),
            loaded_years: self.years.or(loaded),
        }
    }
}

/// The calendar, if one of its files is there.
pub(super) fn calendar(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    let Some((file, _)) = desk.tables.get(WEEK).or_else(|| desk.tables.get(DAYS.file)) else {
        return Vec::new();
    };
    let file = file.clone();
    let mut problems = Vec::new();
    let mut record = match desk.tables.get(WEEK) {
        Some((_, Source::Text(bytes))) => week(bytes).unwrap_or_else(|found| {
            problems.push(found);
            of_spec(&default_spec())
        }),
        Some((_, Source::Rows(_))) | None => of_spec(&default_spec()),
    };
    record.days = days(desk, &mut problems);
    if problems.is_empty() {
        vec![SourceRow { file, line: 1, record: Record::Calendar(Box::new(record)) }]
    } else {
        let line = problems.first().map_or(1, |problem| problem.line);
        let file = problems.first().map_or(file, |problem| problem.file.clone());
        vec![unreadable(&file, line, RecordKind::Calendar, &record.unit_code, problems)]
    }
}

fn of_spec(spec: &CalendarSpec) -> CalendarRecord {
    CalendarRecord {
        unit_code: "".into(),
        time_zone: spec.time_zone,
        working_weekdays: spec.working_weekdays.clone(),
        office_hours: spec.office_hours.clone(),
        same_day_cutoff: spec.same_day_cutoff,
        years: spec.loaded_years,
        days: Vec::new(),
    }
}

fn days(desk: &mut Desk<'_>, problems: &mut Vec<Problem>) -> Vec<CalendarDayRecord> {
    let mut days: Vec<CalendarDayRecord> = Vec::new();
    let outcome = desk.each(&DAYS, |attempt, pool| match attempt {
        Err((problem, _)) => problems.push(problem),
        Ok(row) => {
            let mut fields = Fields::of(row, pool);
            let day = CalendarDayRecord {
                file: fields.file(),
                line: row.line,
                day: fields.required_date("day"),
                kind: fields.required_word(
                    "kind",
                    DayKind::DayOff,
                    DayKind::parse,
                    &["day_off", "working_day"],
                ),
                name: fields.text("name"),
                swapped_with: fields.date("swapped_with"),
                legal_basis: match fields.text("legal_basis") {
                    blank if blank.is_empty() => fields.text("basis"),
                    basis => basis,
                },
            };
            if let Some(first) = days.iter().find(|other| other.day == day.day) {
                let line = first.line;
                fields.complain("day", |place, value| place.duplicate(value, line));
            }
            if fields.problems.is_empty() {
                days.push(day);
            } else {
                problems.append(&mut fields.problems);
            }
        }
    });
    if let Err(SourceRow { record: Record::Unreadable(row), .. }) = outcome {
        problems.extend(row.problems);
    }
    days.sort_by_key(|day| day.day);
    days
}

fn week(bytes: &[u8]) -> Result<CalendarRecord, Problem> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let file: WeekFile = serde_json::from_slice(bytes).map_err(|error| {
        let line = u64::try_from(error.line()).unwrap_or(1).max(1);
        // What serde says is English; where it points is for everybody.
        let at = error.column();
        Place { file: WEEK, line, field: "" }.error(
            "BAD_JSON",
            "",
            format!("không đọc được lịch làm việc (sai ở dòng {line}, cột {at}); hãy đối chiếu với tệp calendar.json mẫu"),
            format!("the working week can't be read ({error}); compare with the calendar.json of the sample"),
        )
    })?;
    let place = |field| Place { file: WEEK, line: 1, field };
    let time_zone: Tz = file.time_zone.parse().map_err(|_| {
        let shown = cut(&file.time_zone);
        place("time_zone").error(
            "UNKNOWN_WORD",
            &file.time_zone,
            format!("không có múi giờ “{shown}”; hãy dùng tên IANA như Asia/Ho_Chi_Minh"),
            format!("there is no time zone “{shown}”; use an IANA name such as Asia/Ho_Chi_Minh"),
        )
    })?;
    let time = |field, text: &str| {
        NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| {
            let shown = cut(text);
            place(field).error(
                "BAD_TIME",
                text,
                format!("“{shown}” không phải là giờ có thật; hãy viết như 07:00"),
                format!("“{shown}” is no real time of day; write it like 07:00"),
            )
        })
    };
    let mut office_hours = Vec::with_capacity(file.office_hours.len());
    for (opens, closes) in &file.office_hours {
        office_hours.push((time("office_hours", opens)?, time("office_hours", closes)?));
    }
    let record = CalendarRecord {
        unit_code: file.unit_code.trim().into(),
        time_zone,
        working_weekdays: file.working_weekdays,
        office_hours,
        same_day_cutoff: time("same_day_cutoff", &file.same_day_cutoff)?,
        years: file.first_year.zip(file.last_year),
        days: Vec::new(),
    };
    let spec = record.spec();
    let cutoff_fits = spec.check_cutoff();
    match Calendar::new(Uuid::nil(), spec).and(cutoff_fits) {
        Ok(()) => Ok(record),
        Err(BadCalendar::Cutoff) => {
            let shown = |time: Option<&NaiveTime>| {
                time.map(|time| time.format("%H:%M").to_string()).unwrap_or_default()
            };
            let opens = shown(record.office_hours.first().map(|(opens, _)| opens));
            let closes = shown(record.office_hours.last().map(|(_, closes)| closes));
            Err(place("same_day_cutoff").error(
                "BAD_CALENDAR",
                &file.same_day_cutoff,
                format!("giờ chốt nằm ngoài giờ làm việc; hãy ghi giờ từ {opens} đến {closes}"),
                format!("the cut-off lies outside the office hours; write a time from {opens} to {closes}"),
            ))
        }
        Err(error @ BadCalendar::Weekdays) => Err(place("working_weekdays").error(
            "BAD_CALENDAR",
            "",
            "phải có ít nhất một ngày làm việc từ 1 (thứ Hai) đến 7 (Chủ nhật)",
            error.to_string(),
        )),
        Err(error @ BadCalendar::OfficeHours) => Err(place("office_hours").error(
            "BAD_CALENDAR",
            "",
            "các khoảng giờ làm việc phải tăng dần, không chồng nhau, ví dụ 07:00–11:30, 13:30–17:00",
            error.to_string(),
        )),
    }
}
