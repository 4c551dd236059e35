//! Gathers what is wrong with the fields of a request, so that all of it is said at once.

use chrono::{DateTime, NaiveDate, Utc};
use prost_types::Timestamp;

use super::{code_of, code_or_empty, date, instant};
use crate::pb::google::r#type::Date;
use crate::service::{ServiceError, Violation};

/// Violations so far. Each reader gives a stand-in value where the field is wrong; [`Fields::done`] then refuses.
#[derive(Debug, Default)]
pub struct Fields {
    wrong: Vec<Violation>,
}

impl Fields {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a violation.
    pub fn refuse(&mut self, violation: Violation) {
        self.wrong.push(violation);
    }

    /// The value, or a stand-in and a violation.
    pub fn take<T: Default>(&mut self, value: Result<T, Violation>) -> T {
        value.unwrap_or_else(|violation| {
            self.wrong.push(violation);
            T::default()
        })
    }

    /// A message that must be given.
    pub fn message<T: Default>(&mut self, field: &str, value: Option<T>) -> T {
        self.take(value.ok_or_else(|| Violation::missing(field)))
    }

    /// A text that must be given.
    pub fn text(&mut self, field: &str, value: String) -> String {
        if value.trim().is_empty() {
            self.wrong.push(Violation::missing(field));
        }
        value
    }

    /// The code in a name that must be given.
    pub fn code(&mut self, field: &str, name: &str, collection: &str) -> String {
        let code = code_of(field, name, collection);
        self.take(code)
    }

    /// The code in a name; empty for an empty name.
    pub fn code_or_empty(&mut self, field: &str, name: &str, collection: &str) -> String {
        let code = code_or_empty(field, name, collection);
        self.take(code)
    }

    /// A date that may be left out.
    pub fn date_or_none(&mut self, field: &str, value: Option<Date>) -> Option<NaiveDate> {
        let read = value.map(|value| {
            date(&value).ok_or_else(|| {
                let (vi, en) =
                    (format!("{field}: không có ngày đó"), format!("{field}: there is no such day"));
                Violation::new(field, "NO_SUCH_DAY", vi, en)
            })
        });
        self.take(read.transpose())
    }

    /// A date that must be given.
    pub fn date(&mut self, field: &str, value: Option<Date>) -> NaiveDate {
        if value.is_none() {
            self.wrong.push(Violation::missing(field));
        }
        self.date_or_none(field, value).unwrap_or_default()
    }

    /// An instant that may be left out.
    pub fn instant_or_none(&mut self, field: &str, value: Option<Timestamp>) -> Option<DateTime<Utc>> {
        let read = value.map(|value| {
            instant(&value).ok_or_else(|| {
                let (vi, en) =
                    (format!("{field}: không có thời điểm đó"), format!("{field}: there is no such instant"));
                Violation::new(field, "NO_SUCH_INSTANT", vi, en)
            })
        });
        self.take(read.transpose())
    }

    /// An instant that must be given.
    pub fn instant(&mut self, field: &str, value: Option<Timestamp>) -> DateTime<Utc> {
        if value.is_none() {
            self.wrong.push(Violation::missing(field));
        }
        self.instant_or_none(field, value).unwrap_or_default()
    }

    /// What was wrong, for a service that finds what else is: all of it is said at once.
    pub fn wrong(self) -> Vec<Violation> {
        self.wrong
    }

    /// Refuses if anything was wrong.
    pub fn done(self) -> Result<(), ServiceError> {
        if self.wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(self.wrong)) }
    }
}
