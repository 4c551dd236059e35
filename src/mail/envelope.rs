//! A letter and its sealing into the bytes that go over the wire. No templates, no sockets.
//!
//! Sealing is deterministic but for a signature's instant: the same letter gives the same bytes. Part boundaries are constants,
//! which is safe because every body is base64, whose alphabet has no `_`.

use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, Date, HeaderName, HeaderValue,
};
use lettre::message::{Mailbox as Addressee, MessageBuilder, MultiPart, SinglePart};

use super::signing::Signing;
use crate::domain::text::tidy;

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// A person's or an office's name; may be empty.
    pub name: String,
    /// `local@domain`.
    pub address: String,
}

/// A file in a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Its type, `text/csv; charset=utf-8`.
    pub mime: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A mail can be addressed to it.
pub fn is_deliverable(address: &str) -> bool {
    address.parse::<lettre::Address>().is_ok()
}

/// A letter, complete but not sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// `<local@domain>`, the same for every attempt at this letter.
    pub message_id: String,
    /// The sender.
    pub from: Mailbox,
    /// The one recipient.
    pub to: Mailbox,
    /// Subject.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// When it was written.
    pub date: DateTime<Utc>,
    /// `List-Id` in ASCII, `<reminders.bonro.example>`, for filters.
    pub list_id: Option<String>,
    /// What it belongs to: the roots of its threads, each a Message-ID that no mail has, the same for all that belong
    /// together. None: it stands alone.
    pub thread: Option<Thread>,
}

/// The threads that a letter belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The root that it answers, `<local@domain>`.
    pub answers: String,
    /// The roots that it refers to, the widest first; the one that it answers is among them.
    pub refers_to: Vec<String>,
}

/// Why a letter can't be sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Not an address.
    #[error("“{0}” is not an e-mail address; write local@domain")]
    Address(String),
    /// A Message-ID or List-Id that isn't `<…>` in printable ASCII.
    #[error("“{0}” is not an identifier; write <local@domain> in ASCII")]
    Identifier(String),
    /// An attachment's type that isn't a media type.
    #[error("“{0}” is not a media type; write type/subtype")]
    MediaType(String),
    /// The letter doesn't hold together.
    #[error("the letter can't be put together: {0}")]
    Parts(String),
}

/// Puts the letter into RFC 5322 bytes, all ASCII, CRLF line ends, signed where there is a key to sign with. A signature
/// holds the instant, so that only an unsigned letter has the same bytes each time.
pub fn seal(letter: &Letter, signing: Option<&Signing>) -> Result<Vec<u8>, MailError> {
    let mut message = MessageBuilder::new()
        .header(Date::new(letter.date.into()))
        .from(mailbox(&letter.from)?)
        .to(mailbox(&letter.to)?)
        .subject(tidy(&letter.subject))
        .message_id(Some(identifier(&letter.message_id)?))
        .raw_header(ascii_header("Auto-Submitted", "auto-generated"))
        // Exchange answers automatically even to generated mails without it.
        .raw_header(ascii_header("X-Auto-Response-Suppress", "All"));
    if let Some(list_id) = &letter.list_id {
        message = message.raw_header(ascii_header("List-Id", &identifier(list_id)?));
    }
    if let Some(thread) = &letter.thread {
        let roots = thread.refers_to.iter().map(|root| identifier(root)).collect::<Result<Vec<_>, _>>()?;
        message = message
            .raw_header(ascii_header("In-Reply-To", &identifier(&thread.answers)?))
            // A line each: identifiers must not be broken, and lines not be long.
            .raw_header(ascii_header("References", &roots.join("\r\n ")));
    }
    let words = MultiPart::alternative()
        .boundary("=_bonro_words")
        .singlepart(words(&letter.text, ContentType::TEXT_PLAIN))
        .singlepart(words(&letter.html, ContentType::TEXT_HTML));
    let body = if letter.attachments.is_empty() {
        words
    } else {
        let mut mixed = MultiPart::mixed().boundary("=_bonro_parts").multipart(words);
        for attachment in &letter.attachments {
            mixed = mixed.singlepart(file(attachment)?);
        }
        mixed
    };
    let mut message = message.multipart(body).map_err(|e| MailError::Parts(e.to_string()))?;
    if let Some(signing) = signing {
        signing.sign(&mut message);
    }
    Ok(message.formatted())
}

fn words(text: &str, kind: ContentType) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(text.to_owned())
}

fn file(attachment: &Attachment) -> Result<SinglePart, MailError> {
    let kind =
        ContentType::parse(&attachment.mime).map_err(|_| MailError::MediaType(attachment.mime.clone()))?;
    Ok(SinglePart::builder()
        .header(ContentDisposition::attachment(&attachment.name))
        .header(kind)
        .header(ContentTransferEncoding::Base64)
        .body(attachment.bytes.clone()))
}

fn mailbox(of: &Mailbox) -> Result<Addressee, MailError> {
    let name = tidy(&of.name);
    Ok(Addressee::new((!name.is_empty()).then_some(name), address(&of.address)?))
}

/// Reads an address.
pub(super) fn address(text: &str) -> Result<Address, MailError> {
    text.trim().parse().map_err(|_| MailError::Address(text.to_owned()))
}

/// `<…>` of printable ASCII without blanks, so that it can stand in a header as it is.
fn identifier(text: &str) -> Result<String, MailError> {
    let inside = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or_default();
    let plain = |c: char| c.is_ascii_graphic() && c != '<' && c != '>';
    if inside.is_empty() || inside.len() > 240 || !inside.chars().all(plain) {
        return Err(MailError::Identifier(text.to_owned()));
    }
    Ok(text.to_owned())
}

fn ascii_header(name: &'static str, value: &str) -> HeaderValue {
    // Pre-encoded: a long identifier must not be folded into encoded words. `identifier` has
    // refused whatever could begin another header.
    HeaderValue::dangerous_new_pre_encoded(
        HeaderName::new_from_ascii_str(name),
        value.to_owned(),
        value.to_owned(),
    )
}
