//! Values of arguments: days, instants, addresses. What can't be one is said in Vietnamese and English with an
//! example; clap itself speaks English only.

use std::net::SocketAddr;

use chrono::{DateTime, NaiveDate, Utc};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use uuid::Uuid;

use crate::domain::text::cut;

/// A day.
pub fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| {
        "không phải là ngày có thật; hãy viết năm-tháng-ngày như 2024-05-15 / \
         is no real date; write year-month-day like 2024-05-15"
            .to_owned()
    })
}

/// An instant with its offset.
pub fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(|_| {
        "không phải là thời điểm có múi giờ; hãy viết như 2024-05-16T07:15:00+07:00 / \
         is no instant with its offset; write it like 2024-05-16T07:15:00+07:00"
            .to_owned()
    })
}

/// An address to listen on.
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "không phải là địa chỉ; hãy viết như 127.0.0.1:50051 / is no address; write it like 127.0.0.1:50051"
            .to_owned()
    })
}

/// An identity.
pub fn uuid(text: &str) -> Result<Uuid, String> {
    text.parse().map_err(|_| {
        "không phải là UUID; hãy viết như 0190b3f0-0000-7000-8000-000000000001 / \
         is no UUID; write it like 0190b3f0-0000-7000-8000-000000000001"
            .to_owned()
    })
}

/// A count.
pub fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| {
        "không phải là số nguyên; hãy viết như 50 / is no whole number; write it like 50".to_owned()
    })
}

/// The address of a mail, with or without a name before it.
pub fn recipient(text: &str) -> Result<String, String> {
    let bare = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>')).trim();
    let parts = bare.split_once('@');
    let fits = parts.is_some_and(|(local, domain)| {
        !local.is_empty() && domain.len() > 2 && !domain.contains('@') && !bare.contains(char::is_whitespace)
    });
    if fits && !text.contains(char::is_control) {
        return Ok(text.trim().to_owned());
    }
    Err("không phải là địa chỉ thư; hãy viết như ten@coquan.example / \
         is no mail address; write it like name@office.example"
        .to_owned())
}

/// What is wrong with a value, in both languages; None where the error speaks of something else.
pub fn told(error: &clap::Error) -> Option<String> {
    let text = |kind| {
        let found = error.get(kind)?;
        if let ContextValue::Strings(all) = found { Some(all.join(", ")) } else { Some(found.to_string()) }
    };
    let (argument, value) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
    let kind = error.kind();
    let why = if kind == ErrorKind::ValueValidation {
        std::error::Error::source(error)?.to_string()
    } else if kind == ErrorKind::InvalidValue && value.is_empty() {
        "chưa có giá trị / a value is missing".to_owned()
    } else if kind == ErrorKind::InvalidValue {
        let words = text(ContextKind::ValidValue)?;
        format!("không có ở đây; hãy dùng một trong / is not known here; use one of: {words}")
    } else {
        return None;
    };
    Some(format!("Lỗi / error: {argument}: “{}” {why}", cut(&value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Arguments, help};
    use clap::CommandFactory as _;

    #[test]
    fn values_are_refused_in_both_languages() {
        for (arguments, argument, vi, en) in [
            (
                &["demo", "--from", "2025-02-30", "--to", "2025-03-01"][..],
                "--from",
                "ngày có thật",
                "no real date",
            ),
            (&["demo", "--at", "2025-02-20"], "--at", "múi giờ", "offset"),
            (&["demo", "--serve", "--listen", "here"], "--listen", "địa chỉ", "no address"),
            (&["demo", "--recipient", "nobody"], "--recipient", "địa chỉ thư", "no mail address"),
            (&["summary", "--from", "x", "--to", "2025-03-01"], "--from", "ngày có thật", "no real date"),
            (
                &["summary", "--from", "2025-03-01", "--to", "2025-03-01", "--by", "y"],
                "--by",
                "hãy dùng",
                "unit, p",
            ),
            (&["import", "x", "--as-of", "today"], "--as-of", "múi giờ", "offset"),
            (&["import", "x", "--import-id", "7"], "--import-id", "UUID", "no UUID"),
            (&["serve", "--listen", "here"], "--listen", "địa chỉ", "no address"),
            (&["overdue", "--limit", "x"], "--limit", "số nguyên", "whole number"),
            (&["key", "create", "--label", "x", "--role", "king"], "--role", "hãy dùng", "admin"),
        ] {
            let command = help::bilingual(Arguments::command());
            let words = std::iter::once("bonro").chain(arguments.iter().copied());
            let error = command.try_get_matches_from(words).expect_err("a wrong value");
            let said = told(&error).unwrap_or_else(|| panic!("{error}"));
            assert!(said.starts_with("Lỗi / error: ") && said.contains(argument), "{said}");
            let (first, second) =
                said.split_once(" / ").and_then(|(_, rest)| rest.split_once(" / ")).expect("both");
            assert!(first.contains(vi) && second.contains(en), "{said}");
        }
    }

    #[test]
    fn recipients_are_addresses() {
        for good in ["a@b.example", "Phòng Nội vụ <noivu@b.example>"] {
            assert_eq!(recipient(good).as_deref(), Ok(good));
        }
        for bad in
            ["", "a", "a@", "@b.example", "a b@c.example", "a@b@c.example", "a@b.example\nBcc: x@y.example"]
        {
            assert!(recipient(bad).is_err(), "{bad}");
        }
    }
}
