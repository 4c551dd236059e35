//! The mail that carries an issued report to those it is for. Its files are kept with the report; here are their names.

use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Attachment, Language, Rendered};

/// An issued report on its way: the outbox's render input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportMail {
    /// The report whose files are enclosed.
    pub report_id: Uuid,
    /// Whom it addresses: `Phòng Nội vụ`.
    pub addressee: String,
    /// Who sends it: `Văn phòng HĐND và UBND thị xã`.
    pub office: String,
    /// Its number: `05/BC-VP`.
    pub number: String,
    /// Its date.
    pub dated_on: NaiveDate,
    /// What it is on: `kết quả … từ ngày 15/12/2023 đến ngày 15/5/2024`.
    pub subject: String,
    /// The letter that asked for it.
    pub request: Option<String>,
    /// The issue that it supersedes.
    pub corrects: Option<Corrected>,
    /// The ledger's number of its figures.
    pub sequence: i64,
    /// What is enclosed.
    pub files: Vec<EnclosedFile>,
}

/// An issue that stands no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// Its number.
    pub number: String,
    /// Its date.
    pub dated_on: NaiveDate,
    /// Why it is superseded.
    pub reason: String,
}

/// A file of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnclosedFile {
    /// The word by which it is kept.
    pub paper: String,
    /// The file's name.
    pub name: String,
    /// Its media type.
    pub mime: String,
    /// Of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// It is the one that was signed.
    pub signed: bool,
}

impl ReportMail {
    /// Writes the mail around the files.
    pub fn render(&self, files: Vec<Attachment>, language: Language) -> Rendered {
        let view = View {
            l: language,
            m: self,
            dated: language.date(self.dated_on),
            corrected_on: self.corrects.as_ref().map(|old| language.date(old.dated_on)).unwrap_or_default(),
        };
        let written = "writing a compiled template into a string cannot fail";
        Rendered {
            subject: SubjectLine { l: language, m: self }.render().expect(written).trim().to_owned(),
            text: Body::of(&view).render().expect(written),
            html: Page::of(&view).render().expect(written),
            attachments: files,
        }
    }
}

struct View<'a> {
    l: Language,
    m: &'a ReportMail,
    dated: String,
    corrected_on: String,
}

#[derive(Template)]
#[template(path = "report/subject.txt", config = "src/mail/templates/askama.toml")]
struct SubjectLine<'a> {
    l: Language,
    m: &'a ReportMail,
}

macro_rules! page {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path, config = "src/mail/templates/askama.toml")]
        struct $name<'a> {
            l: Language,
            m: &'a ReportMail,
            dated: &'a str,
            corrected_on: &'a str,
        }

        impl<'a> $name<'a> {
            fn of(view: &'a View<'a>) -> Self {
                Self { l: view.l, m: view.m, dated: &view.dated, corrected_on: &view.corrected_on }
            }
        }
    };
}

page!(Body, "report/body.txt");
page!(Page, "report/body.html");
