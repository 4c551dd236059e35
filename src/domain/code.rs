//! Codes: the opaque unique texts by which people name units, officials, procedures and dossiers.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// A code: 1 to 100 characters, NFC, without white space, control characters or `/`… except in
/// document numbers, which have a constructor of their own. Never parsed for meaning: a dossier's
/// code holds its agency and date, but a merged agency keeps old codes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(String);

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Nothing was given.
    #[error("is empty; give the code")]
    Empty,
    /// Longer than 100 characters.
    #[error("is longer than 100 characters; give the short code, not the name")]
    TooLong,
    /// A blank, control character or slash inside.
    #[error("has a blank, a slash or a control character inside; write the code without it")]
    Character,
}

impl Code {
    /// Reads a code; surrounding white space falls away.
    pub fn parse(text: &str) -> Result<Self, BadCode> {
        Self::read(text, |c| c.is_whitespace() || c.is_control() || c == '/')
    }

    /// Reads a document's number (`764/QĐ-UBND`), which may have slashes and blanks inside.
    pub fn parse_number(text: &str) -> Result<Self, BadCode> {
        Self::read(text, char::is_control)
    }

    fn read(text: &str, forbidden: impl Fn(char) -> bool) -> Result<Self, BadCode> {
        let text: String = text.trim().nfc().collect();
        if text.is_empty() {
            return Err(BadCode::Empty);
        }
        if text.chars().count() > 100 {
            return Err(BadCode::TooLong);
        }
        if text.chars().any(forbidden) {
            return Err(BadCode::Character);
        }
        Ok(Self(text))
    }

    /// The text of the code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}
