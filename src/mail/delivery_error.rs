//! Why a mail did not leave the house, and whether to try again.

/// Why a mail was not delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The server refused this mail for good (5xx): trying again is useless.
    #[error("refused for good ({code}): {text}")]
    Permanent {
        /// The reply code; 0 where the address itself is unusable.
        code: u16,
        /// The server's words.
        text: String,
    },
    /// Anything else, a refused connection and a refused login included: worth another try.
    #[error("not delivered now{}: {text}", code.map(|c| format!(" ({c})")).unwrap_or_default())]
    Temporary {
        /// The reply code, if the server replied.
        code: Option<u16>,
        /// What went wrong.
        text: String,
    },
}

impl DeliveryError {
    pub(super) fn temporary(text: impl Into<String>) -> Self {
        Self::Temporary { code: None, text: text.into() }
    }
}
