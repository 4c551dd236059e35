//! Words about mails that didn't arrive, and how their addresses are compared.

use std::fmt;

use super::dossier::state::words;

words! {
    /// Why a mail didn't leave, by what would mend it.
    Fault {
        /// Time: the server, the network or the mailbox isn't ready.
        Temporary = "temporary",
        /// Another address: the server refused the recipient for good.
        Recipient = "recipient",
        /// Another mail: the server refused what it says, or its size, for good.
        Message = "message",
        /// Whoever runs the system: the login, the certificate, or that the server doesn't send for us.
        Configuration = "configuration",
    }
}

impl Fault {
    /// For people, in Vietnamese.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Temporary => "tạm thời",
            Self::Recipient => "địa chỉ người nhận",
            Self::Message => "nội dung thư",
            Self::Configuration => "cấu hình",
        }
    }
}

/// An enhanced status code (RFC 3463): `5.1.1` is a mailbox that isn't there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// 2 it went well, 4 not now, 5 never.
    pub class: u16,
    /// What it speaks of: 1 the address, 2 the mailbox, 3 the system, 4 the way, 5 the protocol, 6 the content, 7 policy.
    pub subject: u16,
    /// What of it.
    pub detail: u16,
}

impl Status {
    /// Those that stand in a text, in their order.
    pub fn all(text: &str) -> impl Iterator<Item = Self> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|word| {
            let mut parts = word.split('.');
            let class = parts.next()?.parse().ok().filter(|class| matches!(class, 2 | 4 | 5))?;
            let (subject, detail) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            parts.next().is_none().then_some(Self { class, subject, detail })
        })
    }

    /// The one that a reply of that code gives as its own.
    pub fn of_reply(code: u16, text: &str) -> Option<Self> {
        Self::all(text).find(|status| status.class == code / 100)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

words! {
    /// How an attempt at a mail ended, or what a report said of it later.
    Outcome {
        /// The server took it.
        Taken = "taken",
        /// Not now: it is tried again.
        PutOff = "put_off",
        /// Given up.
        Refused = "refused",
        /// Somebody else had the mail by then: what the server said doesn't count.
        Lost = "lost",
        /// It came back: a server on the way could not deliver it.
        Returned = "returned",
        /// A report that isn't a failure: delayed, delivered, relayed or expanded.
        Reported = "reported",
    }
}

/// An address as addresses are compared: without blanks around it and in lower case.
pub fn folded(address: &str) -> String {
    address.trim().to_lowercase()
}
