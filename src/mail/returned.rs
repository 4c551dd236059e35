//! Reports of what became of a mail (RFC 3464), read from bytes that anybody may have written: how far they are looked at
//! is bounded, and nothing in them is looked into deeper than one level. Which mail they speak of, and what follows, isn't
//! known here.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;
use mail_parser::{Header, HeaderName, HeaderValue, MessageParser};
use memchr::memmem;

use super::delivery_error::DeliveryError;
use super::judging::judge_returned;
use crate::domain::mail::Status;
use crate::domain::text::{cut_reply, tidy};

/// The largest mail that is read, in bytes.
pub const MAIL_BYTES: usize = 5 << 20;
/// Headers are looked at so far, in bytes; those of a mail that went over many servers take a tenth of it.
const HEAD_BYTES: usize = 64 << 10;
/// A report has three parts.
const MOST_PARTS: usize = 16;
/// A mail of ours has one recipient; behind a list there may be more.
const MOST_RECIPIENTS: usize = 200;

/// What a mail turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A report of what became of a mail.
    Report(Report),
    /// A mail, but no such report: an answer of somebody who is away, a confirmation of reading, a letter.
    Other,
    /// No mail, or a report that lacks what makes it one: why.
    Broken(&'static str),
}

/// A report of what became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its own Message-ID.
    pub own_id: Option<String>,
    /// The Message-ID of the mail that it brings back, `<local@domain>`; None: it brings none.
    pub message_id: Option<String>,
    /// What it says of each recipient; not empty.
    pub recipients: Vec<RecipientReport>,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It was delivered.
    Delivered,
    /// It went on to where nobody reports.
    Relayed,
    /// It went on to those behind a list.
    Expanded,
    /// It is still tried.
    Delayed,
    /// It is not tried any more.
    Failed,
}

impl Action {
    fn parse(text: &str) -> Option<Self> {
        // What stands behind is a comment.
        let word = text.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty())?;
        match word.to_ascii_lowercase().as_str() {
            "delivered" => Some(Self::Delivered),
            "relayed" => Some(Self::Relayed),
            "expanded" => Some(Self::Expanded),
            "delayed" => Some(Self::Delayed),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }

    /// Its word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
            Self::Delayed => "delayed",
            Self::Failed => "failed",
        }
    }
}

/// What a report says of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientReport {
    /// To whom the mail was last on its way, and to whom it was sent, as far as they are mail addresses.
    pub addresses: Vec<String>,
    /// What became of it.
    pub action: Action,
    /// Why, as a number: the one in the server's words where the report's own says nothing (`5.0.0`).
    pub status: Option<Status>,
    /// Why, in the words of the server that said so; cut.
    pub diagnostic: String,
}

impl RecipientReport {
    /// The reply code in the server's words; None where no server said a thing.
    pub fn code(&self) -> Option<u16> {
        let words = self.diagnostic.split(|c: char| !c.is_ascii_digit() && c != '.');
        words
            .filter(|word| word.len() == 3)
            .filter_map(|word| word.parse().ok())
            .find(|code| (200..600).contains(code))
    }

    /// All of it in one line: `failed 5.1.1 smtp; 550 no such user`.
    pub fn text(&self) -> String {
        let status = self.status.map(|status| status.to_string()).unwrap_or_default();
        cut_reply(&tidy(&format!("{} {status} {}", self.action.as_str(), self.diagnostic)))
    }

    /// Whose fault it is that the mail came back; None: it didn't.
    pub fn failure(&self) -> Option<DeliveryError> {
        (self.action == Action::Failed).then(|| judge_returned(self.status, self.code(), self.text()))
    }
}

/// Reads a mail.
pub fn read(bytes: &[u8]) -> Read {
    if bytes.len() > MAIL_BYTES {
        return Read::Broken("it is too large");
    }
    let headless = Read::Broken("it has no headers, or no end of them");
    let Some((head, body)) = divided(bytes).filter(|(head, _)| !head.is_empty()) else { return headless };
    let Some(top) = Head::of(head) else { return headless };
    let is_report = top.kind == "multipart/report"
        && top.report.is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
    if !is_report {
        return Read::Other;
    }
    let Some(boundary) = top.boundary else { return Read::Broken("a report without a boundary") };
    let (mut recipients, mut message_id) = (None, None);
    for part in parts(body, &boundary) {
        let Some((head, body)) = divided(part) else { continue };
        let head = Head::of(head).unwrap_or_default();
        match head.kind.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                recipients = recipients.or_else(|| Some(recipients_of(&head.decoded(body))));
            }
            "text/rfc822-headers"
            | "message/rfc822"
            | "message/global"
            | "message/global-headers"
            | "text/rfc822-header" => {
                message_id = message_id
                    .or_else(|| Head::of(&head.decoded(body)).and_then(|brought| brought.message_id));
            }
            _ => {}
        }
    }
    match recipients {
        None => Read::Broken("a report without the part that says what became of the mail"),
        Some(recipients) if recipients.is_empty() => Read::Broken("a report that speaks of no recipient"),
        Some(recipients) => Read::Report(Report { own_id: top.message_id, message_id, recipients }),
    }
}

/// Headers and body. None: no end of the headers within bounds.
fn divided(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let looked_at = &bytes[..bytes.len().min(HEAD_BYTES)];
    if let Some(rest) = bytes.strip_prefix(b"\r\n").or_else(|| bytes.strip_prefix(b"\n")) {
        return Some((&[], rest));
    }
    let ends = [(b"\n\r\n".as_slice(), 3), (b"\n\n".as_slice(), 2)];
    let found = ends.iter().filter_map(|(end, length)| Some((memmem::find(looked_at, end)?, length)));
    let (at, length) = found.min()?;
    Some((&bytes[..=at], &bytes[at + length..]))
}

/// What is read of headers.
#[derive(Debug, Default)]
struct Head {
    /// `type/subtype` in lower case; empty if none is said.
    kind: String,
    boundary: Option<String>,
    report: Option<String>,
    encoding: String,
    /// `<local@domain>`.
    message_id: Option<String>,
}

impl Head {
    /// Of headers, or of what begins with them. None: there are none.
    fn of(bytes: &[u8]) -> Option<Self> {
        let mut head = Self::default();
        for (name, value) in blocks(bytes, 1).into_iter().next()? {
            match (name, value) {
                (HeaderName::ContentType, HeaderValue::ContentType(kind)) => {
                    let subtype = kind.subtype().unwrap_or_default();
                    head.kind = format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase();
                    head.boundary =
                        kind.attribute("boundary").filter(|found| !found.is_empty()).map(str::to_owned);
                    head.report = kind.attribute("report-type").map(str::to_owned);
                }
                (HeaderName::ContentTransferEncoding, HeaderValue::Text(said)) => {
                    head.encoding = said.trim().to_ascii_lowercase();
                }
                (HeaderName::MessageId, HeaderValue::Text(id)) => {
                    head.message_id = Some(format!("<{}>", id.trim()));
                }
                _ => {}
            }
        }
        Some(head)
    }

    /// The beginning of a part's body as it was before it was packed for the way.
    fn decoded(&self, body: &[u8]) -> Vec<u8> {
        let mut decoded = match self.encoding.as_str() {
            "base64" => base64_decode(body).unwrap_or_default(),
            "quoted-printable" => quoted_printable_decode(body).unwrap_or_default(),
            _ => body[..body.len().min(HEAD_BYTES)].to_vec(),
        };
        decoded.truncate(HEAD_BYTES);
        decoded
    }
}

/// A header field.
type Field = (HeaderName<'static>, HeaderValue<'static>);

/// The first blocks of header fields, which empty lines divide.
fn blocks(bytes: &[u8], most: usize) -> Vec<Vec<Field>> {
    let mut bytes = bytes[..bytes.len().min(HEAD_BYTES)].to_vec();
    // The last field and the last block have an end.
    bytes.extend_from_slice(b"\r\n\r\n");
    let parser = MessageParser::default();
    let mut stream = MessageStream::new(&bytes);
    let (mut found, mut headers) = (Vec::new(), Vec::<Header<'_>>::new());
    while found.len() < most && stream.parse_headers(&parser, &mut headers) {
        if !headers.is_empty() {
            let owned = |header: Header<'_>| (header.name.into_owned(), header.value.into_owned());
            found.push(std::mem::take(&mut headers).into_iter().map(owned).collect());
        }
    }
    found
}

/// The parts between the lines that a boundary makes. One that lacks its end goes to the end.
fn parts<'b>(body: &'b [u8], boundary: &str) -> Vec<&'b [u8]> {
    let line = format!("--{boundary}");
    let (mut found, mut began) = (Vec::new(), None);
    let mut at = 0;
    while at < body.len() {
        let end = memchr::memchr(b'\n', &body[at..]).map_or(body.len(), |length| at + length + 1);
        if let Some(rest) = body[at..end].strip_prefix(line.as_bytes()) {
            let rest = rest.trim_ascii();
            if rest.is_empty() || rest == b"--" {
                found.extend(began.take().map(|from| &body[from..at]));
                if rest == b"--" || found.len() == MOST_PARTS {
                    return found;
                }
                began = Some(end);
            }
        }
        at = end;
    }
    found.extend(began.map(|from| &body[from..]));
    found
}

/// What a report's second part says: a block of the mail, then one of each recipient.
fn recipients_of(status: &[u8]) -> Vec<RecipientReport> {
    blocks(status, MOST_RECIPIENTS + 1).iter().filter_map(|block| recipient_of(block)).collect()
}

fn recipient_of(block: &[Field]) -> Option<RecipientReport> {
    let value = |wanted: &str| {
        block.iter().find_map(|(name, value)| {
            name.as_str().eq_ignore_ascii_case(wanted).then(|| value.as_text().map(tidy)).flatten()
        })
    };
    let action = Action::parse(&value("Action")?)?;
    let addresses: Vec<String> = ["Final-Recipient", "Original-Recipient"]
        .iter()
        .filter_map(|name| value(name).as_deref().and_then(address))
        .collect();
    let diagnostic = value("Diagnostic-Code").unwrap_or_default();
    let said = value("Status").and_then(|text| Status::all(&text).next());
    let status = match said {
        Some(status) if (status.subject, status.detail) == (0, 0) => {
            Status::all(&diagnostic).find(|other| other.class == status.class).or(said)
        }
        Some(_) => said,
        None => Status::all(&diagnostic).next(),
    };
    Some(RecipientReport { addresses, action, status, diagnostic: cut_reply(&diagnostic) })
}

/// `rfc822; a@b.vn` or `utf-8; a@b.vn` (RFC 6533), or without the kind; None: another kind of address.
fn address(text: &str) -> Option<String> {
    let (kind, address) = text.split_once(';').unwrap_or(("rfc822", text));
    let kind = kind.trim();
    if !kind.eq_ignore_ascii_case("rfc822") && !kind.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let address = address.trim().trim_start_matches('<').trim_end_matches('>');
    Some(unescaped(address))
}

/// What stands as `\x{1EC7}` where only ASCII may stand.
fn unescaped(address: &str) -> String {
    let mut pieces = address.split("\\x{");
    let mut found = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let letter = piece.split_once('}').and_then(|(hex, rest)| {
            Some((u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)?, rest))
        });
        if let Some((letter, rest)) = letter {
            found.push(letter);
            found.push_str(rest);
        } else {
            found.push_str("\\x{");
            found.push_str(piece);
        }
    }
    found
}

#[cfg(test)]
#[path = "returned_tests.rs"]
mod tests;
