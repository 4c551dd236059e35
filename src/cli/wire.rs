//! Values of the contract as the values that people's tables need, and back.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use prost_types::Timestamp;

use crate::pb::google::r#type::Date;
use crate::pb::v1 as pb;

/// A date for the wire.
pub fn date(day: NaiveDate) -> Date {
    let small = |number: u32| i32::try_from(number).expect("days and months are small");
    Date { year: day.year(), month: small(day.month()), day: small(day.day()) }
}

/// A date from the wire; None where it is no real one.
pub fn day(date: &Date) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year, u32::try_from(date.month).ok()?, u32::try_from(date.day).ok()?)
}

/// An instant for the wire.
pub fn timestamp(at: DateTime<Utc>) -> Timestamp {
    let nanos = i32::try_from(at.timestamp_subsec_nanos()).expect("nanoseconds are fewer than 2^31");
    Timestamp { seconds: at.timestamp(), nanos }
}

/// An instant from the wire; None where it is no real one.
pub fn instant(timestamp: &Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(timestamp.seconds, u32::try_from(timestamp.nanos).ok()?)
}

/// `15/05/2024 17:00` in that zone; a dash for none.
pub fn local(at: Option<&Timestamp>, zone: Tz) -> String {
    let local = at.and_then(instant).map(|at| at.with_timezone(&zone).format("%d/%m/%Y %H:%M").to_string());
    local.unwrap_or_else(|| "–".to_owned())
}

/// `units/VP` → `VP`.
pub fn code(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, code)| code)
}

/// A free range of dates.
pub fn period(first: NaiveDate, last: NaiveDate) -> pb::Period {
    let range = pb::DateRange { from_on: Some(date(first)), to_on: Some(date(last)) };
    pb::Period { choice: Some(pb::period::Choice::Range(range)) }
}
