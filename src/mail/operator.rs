//! A short letter to the one who runs the system: something needs a hand. What and why is the
//! caller's; here it only gets its form.

use askama::Template;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::{Language, Rendered};

/// What the operator is told: the outbox's render input, already in the operator's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorNotice {
    /// What happened, in one line.
    pub headline: String,
    /// When it was noticed, local time.
    pub noticed_at: NaiveDateTime,
    /// Which house speaks, so that two installations can be told apart.
    pub house: String,
    /// Particulars, a line each.
    pub details: Vec<String>,
    /// What to do about it.
    pub mend: Option<String>,
}

impl OperatorNotice {
    /// Writes the mail.
    pub fn render(&self, language: Language) -> Rendered {
        let noticed = language.moment(self.noticed_at);
        let written = "writing a compiled template into a string cannot fail";
        Rendered {
            subject: SubjectLine { l: language, n: self }.render().expect(written).trim().to_owned(),
            text: Body { l: language, n: self, noticed: &noticed }.render().expect(written),
            html: Page { l: language, n: self, noticed: &noticed }.render().expect(written),
            attachments: Vec::new(),
        }
    }
}

#[derive(Template)]
#[template(path = "operator/subject.txt", config = "src/mail/templates/askama.toml")]
struct SubjectLine<'a> {
    l: Language,
    n: &'a OperatorNotice,
}

#[derive(Template)]
#[template(path = "operator/body.txt", config = "src/mail/templates/askama.toml")]
struct Body<'a> {
    l: Language,
    n: &'a OperatorNotice,
    noticed: &'a str,
}

#[derive(Template)]
#[template(path = "operator/body.html", config = "src/mail/templates/askama.toml")]
struct Page<'a> {
    l: Language,
    n: &'a OperatorNotice,
    noticed: &'a str,
}
