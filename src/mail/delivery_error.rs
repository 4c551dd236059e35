//! Why a mail did not leave the house, and what would mend it.

use crate::domain::mail::{Fault, Status};

/// Why a mail was not delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Worth another try: the network, a server that is busy, or nobody who answers.
    #[error("not delivered now{}: {text}", code.map(|c| format!(" ({c})")).unwrap_or_default())]
    Temporary {
        /// The reply code, if the server replied.
        code: Option<u16>,
        /// What went wrong.
        text: String,
        /// The mail may have been taken all the same: its end was sent, and no word came back that refuses it for good.
        in_doubt: bool,
    },
    /// The server refused this recipient for good: another address would help.
    #[error("recipient refused for good ({code}): {text}")]
    Recipient {
        /// The reply code; 0 where the address itself is unusable.
        code: u16,
        /// The server's words.
        text: String,
    },
    /// The server refused what the mail says, or its size, for good.
    #[error("mail refused for good ({code}): {text}")]
    Message {
        /// The reply code; 0 where the bytes themselves are unusable.
        code: u16,
        /// The server's words.
        text: String,
    },
    /// The way out is set up wrongly, here or at the server. Where it is for everybody, no mail is at fault, and all
    /// wait for the mend; where it is for one recipient, theirs are tried for a while as after a temporary one.
    #[error("mail is set up wrongly{}: {text}", code.map(|c| format!(" ({c})")).unwrap_or_default())]
    Configuration {
        /// The reply code, if the server replied.
        code: Option<u16>,
        /// What went wrong.
        text: String,
        /// It keeps every mail back, not only those to this recipient.
        everybody: bool,
        /// It was said of a recipient: where others are let through, it is of this one after all.
        at_recipient: bool,
    },
}

impl DeliveryError {
    /// What keeps every mail back, whoever it is to.
    pub fn set_up_wrongly(code: Option<u16>, text: String) -> Self {
        Self::Configuration { code, text, everybody: true, at_recipient: false }
    }

    pub(super) fn temporary(text: impl Into<String>) -> Self {
        Self::Temporary { code: None, text: text.into(), in_doubt: false }
    }

    /// The same where it turns out to be held against everybody.
    #[must_use]
    pub fn of_everybody(self) -> Self {
        match self {
            Self::Configuration { code, text, at_recipient, .. } => {
                Self::Configuration { code, text, everybody: true, at_recipient }
            }
            other @ (Self::Temporary { .. } | Self::Recipient { .. } | Self::Message { .. }) => other,
        }
    }

    /// By what it would be mended.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Temporary { .. } => Fault::Temporary,
            // What is held against one recipient alone is that mail's own.
            Self::Recipient { .. } | Self::Configuration { everybody: false, .. } => Fault::Recipient,
            Self::Message { .. } => Fault::Message,
            Self::Configuration { everybody: true, .. } => Fault::Configuration,
        }
    }

    /// The server's reply code, if it replied.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Temporary { code, .. } | Self::Configuration { code, .. } => *code,
            // 0 is our own word.
            Self::Recipient { code, .. } | Self::Message { code, .. } => Some(*code).filter(|code| *code > 0),
        }
    }

    /// What the server said, or what went wrong.
    pub fn text(&self) -> &str {
        match self {
            Self::Temporary { text, .. }
            | Self::Configuration { text, .. }
            | Self::Recipient { text, .. }
            | Self::Message { text, .. } => text,
        }
    }

    /// Whether the server may have the mail all the same, so that only the same bytes may go out again.
    pub fn in_doubt(&self) -> bool {
        matches!(self, Self::Temporary { in_doubt: true, .. })
    }

    /// Whether the server says that there is no such address, or none any more: not that it is full, or that we may
    /// not write to it. A bare reply code doesn't say so: servers refuse senders and relaying with the same.
    pub fn says_no_such_address(&self) -> bool {
        let Self::Recipient { text, .. } = self else { return false };
        enhanced(text).is_some_and(|(class, detail)| speaks_of_address(class, detail))
    }
}

/// Whether `X.class.detail` (RFC 3463) says that there is no such address: a bad mailbox or system, or one that is
/// disabled or has moved.
pub(crate) fn speaks_of_address(class: u16, detail: u16) -> bool {
    matches!((class, detail), (1, 1 | 2 | 3 | 6 | 10) | (2, 1))
}

/// The second and third number of the first enhanced status code `5.x.y` in a reply (RFC 3463).
pub(super) fn enhanced(text: &str) -> Option<(u16, u16)> {
    Status::all(text).find(|status| status.class == 5).map(|status| (status.subject, status.detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_codes_are_found_where_they_stand() {
        let found = |text| enhanced(text);
        assert_eq!(found("permanent error (550): 5.1.1 <a@10.0.0.1>: no such user"), Some((1, 1)));
        assert_eq!(found("550-5.7.26 unauthenticated"), Some((7, 26)));
        assert_eq!(found("550 no such user"), None);
        assert_eq!(found("from 5.1.1.7 you may not"), None, "that is a host");
    }

    #[test]
    fn only_an_address_that_is_none_counts_against_it() {
        let says = |code, text: &str| {
            DeliveryError::Recipient { code, text: text.to_owned() }.says_no_such_address()
        };
        assert!(
            says(550, "5.1.1 no such user") && says(550, "5.2.1 disabled") && says(550, "5.1.10 null MX")
        );
        assert!(!says(550, "relay not permitted") && !says(550, "Sender verify failed"));
        assert!(!says(552, "5.2.2 mailbox full") && !says(550, "5.4.1 denied") && !says(552, "full"));
        let spam = DeliveryError::Message { code: 554, text: "5.1.1".to_owned() };
        assert!(!spam.says_no_such_address());
    }
}
