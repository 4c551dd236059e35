//! The mail that asks a unit for its part of a report, and reminds it.

use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Language, Rendered};

/// Why it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    /// It is asked for the first time, or was given back.
    Asked,
    /// It falls due.
    NearDue,
    /// It wasn't given in time.
    Overdue,
}

/// What a unit is asked for: the outbox's render input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContributionMail {
    /// Why it is written.
    pub asking: Asking,
    /// The unit's name.
    pub unit: String,
    /// Who asks.
    pub office: String,
    /// The code under which it is given.
    pub code: String,
    /// The period's first day.
    pub first: NaiveDate,
    /// Its last day.
    pub last: NaiveDate,
    /// Until when.
    pub due_on: NaiveDate,
    /// What is to be written, in the form's words.
    pub places: Vec<String>,
    /// Why what was given came back.
    pub returned_why: Option<String>,
}

impl ContributionMail {
    /// Writes the mail.
    pub fn render(&self, language: Language) -> Rendered {
        let headline = match self.asking {
            Asking::Asked => language.pick("đề nghị gửi nội dung", "your part is asked for"),
            Asking::NearDue => language.pick("sắp đến hạn gửi nội dung", "your part falls due"),
            Asking::Overdue => language.pick("quá hạn gửi nội dung", "your part is overdue"),
        };
        let due = language.date(self.due_on);
        let range = format!("{} – {}", language.date(self.first), language.date(self.last));
        let period = match language {
            Language::Vi => format!("kỳ {range}"),
            Language::En => format!("of {range}"),
        };
        let written = "writing a compiled template into a string cannot fail";
        let subject = SubjectLine { l: language, m: self, headline, due: &due };
        Rendered {
            subject: subject.render().expect(written).trim().to_owned(),
            text: Body { l: language, m: self, due: &due, period: &period }.render().expect(written),
            html: Page { l: language, m: self, headline, due: &due, period: &period }
                .render()
                .expect(written),
            attachments: Vec::new(),
        }
    }
}

#[derive(Template)]
#[template(path = "contribution/subject.txt", config = "src/mail/templates/askama.toml")]
struct SubjectLine<'a> {
    l: Language,
    m: &'a ContributionMail,
    headline: &'a str,
    due: &'a str,
}

#[derive(Template)]
#[template(path = "contribution/body.txt", config = "src/mail/templates/askama.toml")]
struct Body<'a> {
    l: Language,
    m: &'a ContributionMail,
    due: &'a str,
    period: &'a str,
}

#[derive(Template)]
#[template(path = "contribution/body.html", config = "src/mail/templates/askama.toml")]
struct Page<'a> {
    l: Language,
    m: &'a ContributionMail,
    headline: &'a str,
    due: &'a str,
    period: &'a str,
}
