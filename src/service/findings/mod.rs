//! What is wrong with a record, all of it at once: read for a request (fields of the wire) and for an import
//! (columns of a file) by the same rules. Rules of one topic are in its own file.

mod references;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::error::{ServiceError, Violation};
use super::landing::Landed;
use super::work::Work;
use crate::domain::calendar::Calendar;
use crate::domain::code::{BadCode, Code};
use crate::domain::record::Problem;
use crate::domain::text::{self, cut};

pub use references::{foreign, reaches};

/// Characters of a text that stands in a line of a mail, at most.
const LONGEST_MAILED: usize = 300;

/// The longest text of a record.
const LONGEST: usize = 2000;

/// How fields are called on the wire: the resource, and those whose name differs from the file's column.
#[derive(Debug, Clone, Copy)]
pub struct Wire {
    /// The resource in the request, such as `survey`; empty where its fields are the request's own.
    pub resource: &'static str,
    /// (column, field).
    pub names: &'static [(&'static str, &'static str)],
}

/// What was found so far. A field is named once: its first fault explains the others.
#[derive(Debug)]
pub struct Findings<'w> {
    work: &'w Work,
    wire: Option<Wire>,
    wrong: Vec<Violation>,
}

impl<'w> Findings<'w> {
    /// For a row of an import.
    pub fn of_row(work: &'w Work) -> Self {
        Self { work, wire: None, wrong: Vec::new() }
    }

    /// For a request, whose fields may have been unreadable already.
    pub fn of_request(work: &'w Work, wire: Wire, wrong: Vec<Violation>) -> Self {
        Self { wire: Some(wire), wrong, ..Self::of_row(work) }
    }

    /// The work that it is found in.
    pub fn work(&self) -> &'w Work {
        self.work
    }

    /// The field's name where the record came from.
    fn name(&self, column: &str) -> String {
        match self.wire {
            None => column.to_owned(),
            Some(wire) => {
                let found = wire.names.iter().find(|(file, _)| *file == column);
                let field = found.map_or(column, |(_, field)| field);
                if wire.resource.is_empty() { field.to_owned() } else { format!("{}.{field}", wire.resource) }
            }
        }
    }

    /// Notes what is wrong with a column.
    pub fn say(&mut self, column: &str, reason: &'static str, vi: &str, en: &str) {
        let field = self.name(column);
        if self.wrong.iter().all(|v| v.field != field) {
            let (vi, en) = (format!("{field}: {vi}"), format!("{field}: {en}"));
            self.wrong.push(Violation { field, reason, vi, en });
        }
    }

    /// A code that must be given.
    pub fn code(&mut self, column: &str, text: &str) -> String {
        self.read_code(column, Code::parse(text))
    }

    /// A document's number that must be given.
    pub fn number(&mut self, column: &str, text: &str) -> String {
        self.read_code(column, Code::parse_number(text))
    }

    fn read_code(&mut self, column: &str, read: Result<Code, BadCode>) -> String {
        match read {
            Ok(code) => code.into(),
            Err(bad) => {
                self.say(column, "BAD_CODE", bad.vietnamese(), &bad.to_string());
                String::new()
            }
        }
    }

    /// A text in one line; may be empty.
    pub fn text(&mut self, column: &str, text: &str) -> String {
        let text = text::tidy(text);
        if text.chars().count() > LONGEST {
            self.say(
                column,
                "TOO_LONG",
                "dài hơn 2.000 ký tự; hãy rút ngắn",
                "is longer than 2,000 characters; shorten it",
            );
        }
        text
    }

    /// A text that must be given.
    pub fn given_text(&mut self, column: &str, text: &str) -> String {
        let text = self.text(column, text);
        if text.is_empty() {
            self.missing(column);
        }
        text
    }

    /// A short text that stands in a line of a mail, and so without numbers of persons; may be empty.
    pub fn mailed_text(&mut self, column: &str, text: &str) -> String {
        let text = text::tidy(text);
        if text.chars().count() > LONGEST_MAILED {
            let (vi, en) = (
                format!("dài hơn {LONGEST_MAILED} ký tự; hãy viết ngắn lại"),
                format!("has more than {LONGEST_MAILED} characters; make it shorter"),
            );
            self.say(column, "TOO_LONG", &vi, &en);
        }
        if text::names_a_number(&text) {
            self.say(
                column,
                "PERSONAL_DATA",
                "có dãy từ 9 chữ số (số định danh, điện thoại…), mà nội dung này được gửi qua thư; hãy bỏ dữ liệu cá nhân",
                "has nine digits or more in a row (an identity or telephone number), and is sent by mail; leave personal data out",
            );
        }
        text
    }

    /// A word of letters a–z, digits and underscores; may be empty.
    pub fn word(&mut self, column: &str, text: &str) -> String {
        let word = text.trim();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if word.len() > 100 || !word.chars().all(fits) {
            self.say(
                column,
                "BAD_WORD",
                &format!(
                    "“{}” không hợp lệ; chỉ dùng chữ a–z, chữ số và dấu gạch dưới, ví dụ: fee",
                    cut(word)
                ),
                &format!("“{}” is no word; use a–z, digits and underscores only, such as fee", cut(word)),
            );
        }
        word.to_owned()
    }

    /// A word that must be given.
    pub fn given_word(&mut self, column: &str, text: &str) -> String {
        if text.trim().is_empty() {
            self.missing(column);
        }
        self.word(column, text)
    }

    /// One of the published words; None where it isn't.
    pub fn one_of<T: Copy>(
        &mut self,
        column: &str,
        text: &str,
        all: &'static [T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let text = text.trim();
        if text.is_empty() {
            self.missing(column);
            return None;
        }
        let found = all.iter().copied().find(|one| word(*one) == text);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|one| word(*one)).collect();
            let words = words.join(", ");
            self.say(
                column,
                "UNKNOWN_WORD",
                &format!("không có giá trị “{}”; hãy dùng một trong: {words}", cut(text)),
                &format!("“{}” is unknown; use one of: {words}", cut(text)),
            );
        }
        found
    }

    /// Notes that something must be given.
    pub fn missing(&mut self, column: &str) {
        self.say(column, "MISSING", "chưa có; hãy điền", "is missing; give it");
    }

    /// What must be given.
    pub fn given<T>(&mut self, column: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.missing(column);
        }
        value
    }

    /// The house's calendar, by which days are told from instants.
    pub fn calendar(&mut self) -> Option<Arc<Calendar>> {
        let found = self.work.rules.calendar_for(None).cloned();
        if found.is_none() {
            self.say(
                "calendar",
                "NO_CALENDAR",
                "chưa có lịch làm việc; hãy nạp lịch trước",
                "the house has no calendar; import one first",
            );
        }
        found
    }

    /// An instant at or before now.
    pub fn not_in_future(&mut self, column: &str, at: Option<DateTime<Utc>>) {
        if at.is_some_and(|at| at > self.work.now()) {
            self.future(column);
        }
    }

    /// A day up to today.
    pub fn not_after_today(&mut self, column: &str, day: Option<NaiveDate>) {
        let Some(today) = self.work.rules.calendar_for(None).map(|c| c.local_date(self.work.now())) else {
            return;
        };
        if day.is_some_and(|day| day > today) {
            self.future(column);
        }
    }

    fn future(&mut self, column: &str) {
        self.say(
            column,
            "IN_THE_FUTURE",
            "nằm sau thời điểm hiện tại của hệ thống; thời điểm muộn hơn không được nhận, hãy sửa lại",
            "lies after the house's present, and later instants are refused; correct it",
        );
    }

    /// Two times in their order.
    pub fn order<T: PartialOrd>(&mut self, column: &str, later: Option<T>, than: &str, earlier: Option<T>) {
        if later.zip(earlier).is_some_and(|(later, earlier)| later < earlier) {
            let than = self.name(than);
            self.say(
                column,
                "WRONG_ORDER",
                &format!("trước {than}; hãy sửa một trong hai"),
                &format!("lies before {than}; correct one of them"),
            );
        }
    }

    /// Nothing is wrong so far.
    pub fn is_clean(&self) -> bool {
        self.wrong.is_empty()
    }

    /// The refused row.
    pub fn refused(self) -> Landed {
        Landed::refused(self.wrong.into_iter().map(Problem::from).collect())
    }

    /// The refused request.
    pub fn invalid(self) -> ServiceError {
        ServiceError::Invalid(self.wrong)
    }
}

/// A code that a batch brought before.
pub fn twice(code: &str) -> Landed {
    let violation = Violation::new(
        "code",
        "TWICE_IN_FILE",
        format!("code: mã {code} đã có ở một dòng trước của cùng lần nạp; hãy xóa một trong hai dòng"),
        format!("code {code} stands already in an earlier row of this import; delete one of both rows"),
    );
    Landed::refused(vec![violation.into()])
}
