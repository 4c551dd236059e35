//! Small things between wire and domain: instants, dates, names, words. What is wrong becomes a
//! [`Violation`] with the field's path; a [`Fields`] gathers them all. Whole resources are in the services' files.

mod fields;
pub mod role;
mod term;

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Utc};
use prost_types::Timestamp;
use uuid::Uuid;

pub use fields::Fields;
pub use term::{
    judge_by, judge_by_word, online_level, online_level_word, resume_policy, resume_policy_word, term,
    term_parts,
};

use crate::domain::text::cut;
use crate::pb::google::r#type::Date;
use crate::service::{Rules, Violation};

/// An instant for the wire.
pub fn timestamp(at: DateTime<Utc>) -> Timestamp {
    // The µs of an instant are below a second, so the nanoseconds fit.
    Timestamp { seconds: at.timestamp(), nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or(0) }
}

/// An instant of the wire, cut to µs; None where it is none, or lies outside the years 1 to 9999.
pub fn instant(at: &Timestamp) -> Option<DateTime<Utc>> {
    let nanos = u32::try_from(at.nanos).ok()?;
    let at = DateTime::from_timestamp(at.seconds, nanos)?.trunc_subsecs(6);
    (1..=9999).contains(&at.year()).then_some(at)
}

/// A date for the wire.
pub fn wire_date(day: NaiveDate) -> Date {
    // Months and days are small.
    let small = |n: u32| i32::try_from(n).unwrap_or(0);
    Date { year: day.year(), month: small(day.month()), day: small(day.day()) }
}

/// A whole date of the wire; None where it is none.
pub fn date(day: &Date) -> Option<NaiveDate> {
    let day =
        NaiveDate::from_ymd_opt(day.year, u32::try_from(day.month).ok()?, u32::try_from(day.day).ok()?)?;
    (1..=9999).contains(&day.year()).then_some(day)
}

/// `collection/CODE` → the code. Of documents and reports, whose numbers hold slashes, all after the first is the number.
pub fn code_of(field: &str, name: &str, collection: &str) -> Result<String, Violation> {
    if name.is_empty() {
        return Err(Violation::missing(field));
    }
    let rest = name.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default();
    let holds_slash = rest.contains('/') && !matches!(collection, "documents" | "reports");
    if rest.is_empty() || holds_slash { Err(bad_name(field, collection)) } else { Ok(rest.to_owned()) }
}

/// Refuses a mask of an update that names a field which isn't changeable.
pub fn check_mask<'m>(
    mask: impl IntoIterator<Item = &'m String>,
    changeable: &[&str],
) -> Result<(), Violation> {
    let mut paths = mask.into_iter();
    let Some(stranger) = paths.find(|path| !changeable.contains(&path.as_str())) else { return Ok(()) };
    let (stranger, known) = (cut(stranger), changeable.join(", "));
    Err(Violation::new(
        "update_mask",
        "UNKNOWN_FIELD",
        format!("không sửa được trường “{stranger}”; các trường sửa được: {known}"),
        format!("the field “{stranger}” can't be changed; changeable are {known}"),
    ))
}

/// As [`code_of`], empty for an empty name.
pub fn code_or_empty(field: &str, name: &str, collection: &str) -> Result<String, Violation> {
    if name.is_empty() { Ok(String::new()) } else { code_of(field, name, collection) }
}

/// `collection/UID` → the identity.
pub fn uid_of(field: &str, name: &str, collection: &str) -> Result<Uuid, Violation> {
    Uuid::parse_str(&code_of(field, name, collection)?).map_err(|_| bad_name(field, collection))
}

/// A name of another form than the contract's.
pub fn bad_name(field: &str, collection: &str) -> Violation {
    Violation::new(
        field,
        "BAD_NAME",
        format!("{field}: hãy viết tên dạng {collection}/MÃ"),
        format!("{field}: write a name such as {collection}/CODE"),
    )
}

/// A word or number of an enum that isn't said or isn't known.
pub fn unspecified(field: &str) -> Violation {
    Violation::new(
        field,
        "UNSPECIFIED",
        format!("{field}: chưa chọn giá trị; hãy chọn một giá trị của hợp đồng API"),
        format!("{field} isn't said; take one of the contract's values"),
    )
}

/// Resource name of a unit.
pub fn unit_name(rules: &Rules, id: Uuid) -> String {
    format!("units/{}", rules.unit_key(id))
}

/// Resource name of a unit; empty for none.
pub fn unit_name_or_empty(rules: &Rules, id: Option<Uuid>) -> String {
    id.map(|id| unit_name(rules, id)).unwrap_or_default()
}

/// Resource name of an official; empty for none.
pub fn official_name(rules: &Rules, id: Option<Uuid>) -> String {
    match rules.official_code(id) {
        "" => String::new(),
        code => format!("officials/{code}"),
    }
}

/// Resource name of a procedure.
pub fn procedure_name(rules: &Rules, id: Uuid) -> String {
    format!("procedures/{}", rules.procedure_code(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_dates_go_both_ways() {
        let at: DateTime<Utc> = "2024-05-15T10:00:00.123456Z".parse().expect("an instant");
        assert_eq!(instant(&timestamp(at)), Some(at));
        let before = DateTime::from_timestamp_micros(-1).expect("an instant");
        assert_eq!(instant(&timestamp(before)), Some(before));
        assert_eq!(instant(&Timestamp { seconds: 0, nanos: -1 }), None);
        assert_eq!(instant(&Timestamp { seconds: i64::MAX, nanos: 0 }), None);
        let day = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a day");
        assert_eq!(date(&wire_date(day)), Some(day));
        for (year, month, day) in [(2023, 2, 29), (2024, 0, 1), (2024, 1, 0), (0, 1, 1), (2024, -1, 1)] {
            assert_eq!(date(&Date { year, month, day }), None);
        }
    }

    #[test]
    fn names_have_one_form() {
        assert_eq!(code_of("name", "units/VP", "units").as_deref(), Ok("VP"));
        assert_eq!(code_of("name", "documents/764/QĐ-UBND", "documents").as_deref(), Ok("764/QĐ-UBND"));
        for name in ["VP", "units/", "units/VP/x", "officials/VP", "unitsVP"] {
            assert_eq!(code_of("name", name, "units").map_err(|v| v.reason), Err("BAD_NAME"), "{name}");
        }
        assert_eq!(code_of("name", "", "units").map_err(|v| v.reason), Err("MISSING"));
    }
}
