//! Instants, days and names between the wire and the domain, for dossiers, imports and reports.

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Timelike, Utc};

use crate::pb::google::r#type::Date;
use crate::service::Violation;

/// An instant of the wire, truncated to µs; None if it is no instant.
pub fn instant(wire: &prost_types::Timestamp) -> Option<DateTime<Utc>> {
    let nanos = u32::try_from(wire.nanos).ok()?;
    DateTime::from_timestamp(wire.seconds, nanos).map(|at| at.trunc_subsecs(6))
}

/// An instant for the wire.
pub fn timestamp(at: DateTime<Utc>) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.timestamp(), nanos: i32::try_from(at.nanosecond()).unwrap_or(0) }
}

/// A legal date of the wire; None if it is no whole date.
pub fn date(wire: &Date) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(wire.year, u32::try_from(wire.month).ok()?, u32::try_from(wire.day).ok()?)
}

/// A legal date for the wire.
pub fn wire_date(day: NaiveDate) -> Date {
    let small = |n: u32| i32::try_from(n).unwrap_or(0);
    Date { year: day.year(), month: small(day.month()), day: small(day.day()) }
}

/// The code behind a resource name such as `dossiers/CODE`.
pub fn code_of(field: &str, collection: &str, name: &str) -> Result<String, Violation> {
    let code =
        name.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/')).filter(|code| !code.is_empty());
    code.map(str::to_owned).ok_or_else(|| {
        Violation::new(
            field,
            "BAD_NAME",
            format!("{field}: viết dạng {collection}/MÃ"),
            format!("{field}: write it as {collection}/CODE"),
        )
    })
}
