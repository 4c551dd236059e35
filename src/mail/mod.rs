//! The post room: what a mail says, how it is sealed, how it leaves, and what a report says that comes back. The only room
//! that speaks lettre and mail-parser.
//!
//! Here belong the templates of mails (Vietnamese and English), the sealing into RFC 5322 bytes
//! and the delivery over SMTP or into a directory. Who is written to, when, and what is recorded
//! about it belongs to `service`; no mail carries an applicant's data, only codes.

mod contribution_mail;
mod delivery_error;
mod digest;
mod digest_list;
mod digest_paste;
mod digest_remarks;
mod digest_words;
mod envelope;
mod judging;
mod operator;
mod pace;
mod post;
mod report_mail;
mod returned;
mod signing;
mod smtp;
mod summary_mail;

#[cfg(test)]
mod digest_tests;
#[cfg(test)]
mod post_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;

use chrono::{NaiveDate, NaiveDateTime};

pub use contribution_mail::{Asking, ContributionMail};
pub use delivery_error::DeliveryError;
pub use digest::{Digest, Line, Measured, Remark, Subject};
pub use digest_list::{Entry, Listing};
pub use envelope::{Attachment, Letter, MailError, Mailbox, Thread, is_deliverable, seal};
pub use operator::OperatorNotice;
pub use post::{BadAuthorities, BadPostUrl, Post};
pub use report_mail::{Corrected, EnclosedFile, ReportMail};
pub use returned::{Action, MAIL_BYTES, Read, RecipientReport, Report, read};
pub use signing::{BadSigningKey, Signing};
pub use smtp::{SmtpPost, Taken};
pub use summary_mail::{Enclosed, GroupLine, SummaryMail};

/// The language of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Language {
    /// Reads `vi` or `en`; anything else is Vietnamese, the language of the house.
    pub fn of(code: &str) -> Self {
        if code.eq_ignore_ascii_case("en") { Self::En } else { Self::Vi }
    }

    /// The text of this language.
    fn pick<T>(self, vi: T, en: T) -> T {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }

    /// For `lang` in HTML.
    fn code(self) -> &'static str {
        self.pick("vi", "en")
    }

    /// A date: `15/5/2024` or `15 May 2024`.
    fn date(self, day: NaiveDate) -> String {
        match self {
            Self::Vi => crate::domain::text::date(day),
            Self::En => day.format("%-d %B %Y").to_string(),
        }
    }

    /// A time of a day: `07:15 ngày 16/5/2024` or `07:15 on 16 May 2024`.
    fn moment(self, at: NaiveDateTime) -> String {
        format!("{} {} {}", at.format("%H:%M"), self.pick("ngày", "on"), self.date(at.date()))
    }

    /// Up to when records are known, in the words of reports: `23 giờ 00, ngày 15/5/2024`.
    fn watermark(self, at: NaiveDateTime) -> String {
        match self {
            Self::Vi => crate::domain::text::moment(at),
            Self::En => self.moment(at),
        }
    }
}

/// A mail's words, before it is addressed and sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Subject, one line.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Files.
    pub attachments: Vec<Attachment>,
}
