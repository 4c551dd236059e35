//! A calendar read from its words: what is stored, or all that is wrong with it, each finding with its place.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{DayRow, NewCalendar, NewDay};
use crate::domain::calendar::{BadCalendar, Calendar, CalendarSpec, DayKind};
use crate::domain::text;
use crate::service::Violation;

/// The years that tables of working days hold.
const YEARS: std::ops::RangeInclusive<i32> = 1980..=2119;

/// What is wrong or should be looked at, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file of an import; empty for the record's own.
    pub file: String,
    /// The line in it; 0 for the record's own.
    pub line: i64,
    /// What.
    pub violation: Violation,
}

/// What comes before the names of fields on the wire.
pub(super) const WIRE: &str = "calendar.";

/// A calendar as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) time_zone: String,
    pub(super) working_weekdays: String,
    pub(super) office_hours: String,
    pub(super) same_day_cutoff: String,
    pub(super) loaded_years: Option<(i32, i32)>,
    /// By date; the identity of the calendar is still open.
    pub(super) days: Vec<DayRow>,
}

impl Content {
    /// The same content has the same hash.
    pub(super) fn hash(&self) -> String {
        let mut digest = Sha256::new();
        let mut part = |text: &str| {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        };
        for text in [&self.time_zone, &self.working_weekdays, &self.office_hours, &self.same_day_cutoff] {
            part(text);
        }
        part(&self.loaded_years.map(|(first, last)| format!("{first}-{last}")).unwrap_or_default());
        for day in &self.days {
            part(&day.day.to_string());
            part(&day.kind);
            part(&day.name);
            part(&day.swapped_with.map(|day| day.to_string()).unwrap_or_default());
            part(day.basis.as_deref().unwrap_or_default());
        }
        hex::encode(digest.finalize())
    }
}

struct Reading<'a> {
    at: &'a str,
    findings: Vec<Finding>,
}

impl Reading<'_> {
    fn wrong(&mut self, field: &str, reason: &'static str, vi: &str, en: &str) {
        self.wrong_day(None, field, reason, vi, en);
    }

    fn wrong_day(&mut self, day: Option<&NewDay>, field: &str, reason: &'static str, vi: &str, en: &str) {
        let field = if self.at.is_empty() { column(field).to_owned() } else { format!("{}{field}", self.at) };
        let violation = Violation::new(&field, reason, format!("{field}: {vi}"), format!("{field}: {en}"));
        let (file, line) = day.map(|day| (day.file.clone(), day.line)).unwrap_or_default();
        self.findings.push(Finding { file, line, violation });
    }

    fn time(&mut self, field: &str, text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text.trim(), "%H:%M").unwrap_or_else(|_| {
            let text = text::cut(text);
            let (vi, en) = (
                format!("“{text}” không phải giờ; hãy viết dạng 07:00"),
                format!("“{text}” is no time; write 07:00"),
            );
            self.wrong(field, "BAD_TIME", &vi, &en);
            NaiveTime::MIN
        })
    }
}

/// A field of the wire as the files of an import call it: `days[24].day` is the column `day` of calendar.csv,
/// `office_hours[0].opens` a part of `office_hours` in calendar.json.
fn column(field: &str) -> &str {
    match field.strip_prefix("days[").and_then(|rest| rest.split_once("].")) {
        Some((_, column)) => column,
        None => field.split_once('[').map_or(field, |(whole, _)| whole),
    }
}

/// Reads a calendar: its content and warnings, or all that is wrong. `at` comes before the fields' names.
pub(super) fn read(new: &NewCalendar, at: &str) -> Result<(Content, Vec<Finding>), Vec<Finding>> {
    let mut reading = Reading { at, findings: Vec::new() };
    let time_zone: Option<Tz> = new.time_zone.trim().parse().ok();
    if time_zone.is_none() {
        reading.wrong(
            "time_zone",
            "UNKNOWN_ZONE",
            "không có múi giờ đó; ví dụ Asia/Ho_Chi_Minh",
            "there is no such zone; write Asia/Ho_Chi_Minh",
        );
    }
    let mut weekdays: Vec<u8> =
        new.working_weekdays.iter().map(|day| u8::try_from(*day).unwrap_or(0)).collect();
    weekdays.sort_unstable();
    weekdays.dedup();
    let hours: Vec<(NaiveTime, NaiveTime)> = new
        .office_hours
        .iter()
        .enumerate()
        .map(|(i, (opens, closes))| {
            let field = |end: &str| format!("office_hours[{i}].{end}");
            (reading.time(&field("opens"), opens), reading.time(&field("closes"), closes))
        })
        .collect();
    let cutoff = reading.time("same_day_cutoff", &new.same_day_cutoff);
    let times_read = reading.findings.iter().all(|finding| finding.violation.reason != "BAD_TIME");
    let days = read_days(&mut reading, new);
    let loaded_years = years(&mut reading, new, &days);
    let spec = CalendarSpec {
        time_zone: time_zone.unwrap_or(Tz::UTC),
        working_weekdays: weekdays.clone(),
        office_hours: hours.clone(),
        same_day_cutoff: cutoff,
        days: BTreeMap::new(),
        loaded_years: None,
    };
    let cutoff_fits = spec.check_cutoff();
    match Calendar::new(Uuid::nil(), spec).and(cutoff_fits) {
        Ok(()) => {}
        Err(BadCalendar::Weekdays) => reading.wrong(
            "working_weekdays",
            "BAD_WEEKDAYS",
            "hãy nêu ít nhất một ngày từ 1 (thứ Hai) đến 7 (Chủ nhật)",
            "name at least one of 1 (Monday) to 7 (Sunday)",
        ),
        // A time that can't be read was named already.
        Err(BadCalendar::OfficeHours | BadCalendar::Cutoff) if !times_read => {}
        Err(BadCalendar::Cutoff) => reading.wrong(
            "same_day_cutoff",
            "CUTOFF_OUTSIDE_HOURS",
            "giờ chốt nằm ngoài giờ làm việc; hãy ghi giờ từ lúc mở cửa đến lúc đóng cửa",
            "the cut-off lies outside the office hours; write a time from their beginning to their end",
        ),
        Err(BadCalendar::OfficeHours) => reading.wrong(
            "office_hours",
            "BAD_OFFICE_HOURS",
            "hãy nêu các khoảng tăng dần, không chồng nhau, như 07:00-11:30",
            "give ascending, disjoint spans such as 07:00-11:30",
        ),
    }
    if !reading.findings.is_empty() {
        return Err(reading.findings);
    }
    let warnings = warnings(&mut reading, new, loaded_years);
    let spans = hours.iter().map(|(from, to)| format!("{}-{}", from.format("%H:%M"), to.format("%H:%M")));
    let content = Content {
        time_zone: new.time_zone.trim().to_owned(),
        working_weekdays: weekdays.iter().map(u8::to_string).collect::<Vec<_>>().join(","),
        office_hours: spans.collect::<Vec<_>>().join(","),
        same_day_cutoff: cutoff.format("%H:%M").to_string(),
        loaded_years,
        days: days.into_values().collect(),
    };
    Ok((content, warnings))
}

fn read_days(reading: &mut Reading<'_>, new: &NewCalendar) -> BTreeMap<NaiveDate, DayRow> {
    let mut days = BTreeMap::new();
    for (i, day) in new.days.iter().enumerate() {
        let at = Some(day);
        let field = |name: &str| format!("days[{i}].{name}");
        let Some(date) = day.day.filter(|date| YEARS.contains(&date.year())) else {
            reading.wrong_day(
                at,
                &field("day"),
                "NO_SUCH_DAY",
                &format!(
                    "{}; hãy ghi ngày trong các năm 1980–2119 hoặc xóa dòng này",
                    day.day.map_or_else(
                        || "thiếu ngày".to_owned(),
                        |date| format!("ngày {date} nằm ngoài phạm vi của lịch")
                    )
                ),
                &format!(
                    "{}; write a day of the years 1980–2119 or delete the line",
                    day.day.map_or_else(
                        || "there is no day".to_owned(),
                        |date| format!("{date} lies outside what calendars reach")
                    )
                ),
            );
            continue;
        };
        let Some(kind) = DayKind::parse(day.kind.trim()) else {
            reading.wrong_day(
                at,
                &field("kind"),
                "UNKNOWN_KIND",
                "không có loại ngày đó; hãy chọn day_off hoặc working_day",
                "there is no such kind of day; take day_off or working_day",
            );
            continue;
        };
        let basis = text::tidy(&day.basis);
        let row = DayRow {
            calendar_id: Uuid::nil(),
            day: date,
            kind: kind.as_str().to_owned(),
            name: text::tidy(&day.name),
            swapped_with: day.swapped_with,
            basis: (!basis.is_empty()).then_some(basis),
        };
        if days.insert(date, row).is_some() {
            let (vi, en) = (
                format!("ngày {date} có hai lần; hãy xóa một dòng"),
                format!("{date} stands twice; delete one of both"),
            );
            reading.wrong_day(at, &field("day"), "DAY_TWICE", &vi, &en);
        }
    }
    days
}

fn years(
    reading: &mut Reading<'_>,
    new: &NewCalendar,
    days: &BTreeMap<NaiveDate, DayRow>,
) -> Option<(i32, i32)> {
    let of_days = days.keys().next().zip(days.keys().next_back()).map(|(a, b)| (a.year(), b.year()));
    let first = new.first_year.or(of_days.map(|(first, _)| first));
    let last = new.last_year.or(of_days.map(|(_, last)| last));
    match (first, last) {
        (Some(first), Some(last)) if first <= last && YEARS.contains(&first) && YEARS.contains(&last) => {
            Some((first, last))
        }
        (None, None) => None,
        _ => {
            let (vi, en) = (
                "các năm không hợp lý; hãy ghi first_year ≤ last_year trong 1980–2119",
                "these are no years of a calendar; write first_year ≤ last_year within 1980–2119",
            );
            reading.wrong("last_year", "BAD_YEARS", vi, en);
            None
        }
    }
}

/// A day outside the loaded years counts, but its year is still taken for unknown.
fn warnings(reading: &mut Reading<'_>, new: &NewCalendar, loaded: Option<(i32, i32)>) -> Vec<Finding> {
    for (i, day) in new.days.iter().enumerate() {
        let Some(date) = day.day else { continue };
        if !loaded.is_some_and(|(first, last)| (first..=last).contains(&date.year())) {
            let vi = format!(
                "ngày {date} ngoài các năm đã nạp; thời hạn trong năm đó vẫn là tạm tính; hãy sửa ngày hoặc mở rộng first_year–last_year"
            );
            let en = format!(
                "{date} lies outside the loaded years; deadlines of its year stay provisional; correct the day or widen first_year–last_year"
            );
            reading.wrong_day(Some(day), &format!("days[{i}].day"), "DAY_OUTSIDE_YEARS", &vi, &en);
        }
    }
    std::mem::take(&mut reading.findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(day: Option<NaiveDate>, cutoff: &str) -> NewCalendar {
        let days = vec![NewDay {
            file: "calendar.csv".into(),
            line: 26,
            day,
            kind: "day_off".into(),
            ..NewDay::default()
        }];
        NewCalendar {
            time_zone: "Asia/Ho_Chi_Minh".to_owned(),
            working_weekdays: vec![1, 2, 3, 4, 5],
            office_hours: vec![("07:00".into(), "11:30".into()), ("13:30".into(), "17:00".into())],
            same_day_cutoff: cutoff.to_owned(),
            days,
            ..NewCalendar::default()
        }
    }

    fn found(new: &NewCalendar, at: &str) -> Vec<Finding> {
        read(new, at).err().unwrap_or_default()
    }

    #[test]
    fn a_day_out_of_reach_names_its_line_its_column_and_its_mend() {
        let new = given(NaiveDate::from_ymd_opt(9999, 1, 1), "15:00");
        let wrong = found(&new, "");
        let [wrong] = wrong.as_slice() else { panic!("{wrong:?}") };
        assert_eq!(
            (wrong.file.as_str(), wrong.line, wrong.violation.field.as_str()),
            ("calendar.csv", 26, "day")
        );
        let (vi, en) = (&wrong.violation.vi, &wrong.violation.en);
        assert!(vi.starts_with("day: ngày 9999-01-01 ") && vi.contains("; hãy "), "{vi}");
        assert!(en.starts_with("day: 9999-01-01 ") && en.contains("; write "), "{en}");
        // On the wire it is the path of the field.
        assert_eq!(found(&new, WIRE)[0].violation.field, "calendar.days[0].day");
    }

    #[test]
    fn a_cutoff_outside_the_office_hours_is_refused() {
        let day = NaiveDate::from_ymd_opt(2024, 5, 1);
        for fits in ["07:00", "12:00", "17:00"] {
            assert_eq!(found(&given(day, fits), ""), [], "{fits}");
        }
        for beyond in ["06:59", "17:01", "23:59"] {
            let wrong = found(&given(day, beyond), WIRE);
            let fields: Vec<&str> = wrong.iter().map(|wrong| wrong.violation.field.as_str()).collect();
            assert_eq!(fields, ["calendar.same_day_cutoff"], "{beyond}");
            assert!(wrong[0].violation.vi.contains("; hãy ") && wrong[0].violation.en.contains("; write "));
        }
        let mut unread = given(day, "x".repeat(1 << 20).as_str());
        assert!(found(&unread, "").iter().all(|wrong| wrong.violation.vi.len() < 300));
        unread.office_hours.push(("8h".into(), "9h".into()));
        let wrong = found(&unread, "");
        assert!(wrong.iter().any(|wrong| wrong.violation.field == "office_hours"), "{wrong:?}");
    }
}
