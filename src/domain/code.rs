//! Codes: the opaque unique texts by which people name units, officials, procedures and dossiers.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// A code: 1 to 100 characters, NFC, without white space, control characters or `/`, since it is a part of
/// resource names (`dossiers/CODE`)… except in document numbers, which have a constructor of their own.
/// Never parsed for meaning: a dossier's code holds its agency and date, but a merged agency keeps old codes.
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
    /// A blank or a slash inside.
    #[error(
        "has a blank or a slash inside, and a code is a part of resource names such as dossiers/CODE; write it without them"
    )]
    Character,
    /// A control character inside.
    #[error("has a control character inside, which nobody sees; delete that character")]
    Control,
}

impl BadCode {
    /// What is wrong and the mend, in Vietnamese; `Display` says the same in English.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Empty => "chưa có; hãy điền mã",
            Self::TooLong => "dài hơn 100 ký tự; hãy ghi mã ngắn, không ghi tên",
            Self::Character => {
                "có dấu cách hoặc dấu gạch chéo bên trong, mà mã là một phần của tên tài nguyên như dossiers/MÃ; \
                 hãy viết mã không có các dấu đó"
            }
            Self::Control => "có ký tự điều khiển không nhìn thấy được; hãy xóa ký tự đó",
        }
    }
}

impl Code {
    /// Reads a code; surrounding white space falls away.
    pub fn parse(text: &str) -> Result<Self, BadCode> {
        Self::read(text, |c| c.is_whitespace() || c == '/')
    }

    /// Reads a document's number (`764/QĐ-UBND`), which may have slashes and blanks inside.
    pub fn parse_number(text: &str) -> Result<Self, BadCode> {
        Self::read(text, |_| false)
    }

    fn read(text: &str, forbidden: impl Fn(char) -> bool) -> Result<Self, BadCode> {
        let text: String = text.trim().nfc().collect();
        if text.is_empty() {
            return Err(BadCode::Empty);
        }
        if text.chars().count() > 100 {
            return Err(BadCode::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(BadCode::Control);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_opaque_text_in_one_normal_form() {
        let read = |text: &str| Code::parse(text).map(String::from);
        assert_eq!(read(" 000.00.53.H48-220921-0099\r\n").as_deref(), Ok("000.00.53.H48-220921-0099"));
        assert_eq!(read("Phổ"), read("Pho\u{302}\u{309}"), "composed and decomposed are one code");
        assert_eq!(read("p").as_deref(), Ok("p"));
        assert_ne!(read("p"), read("P"), "case is kept");
        for (text, error) in [
            ("", BadCode::Empty),
            (" \u{a0}\t", BadCode::Empty),
            ("a b", BadCode::Character),
            ("a\u{a0}b", BadCode::Character),
            ("764/QĐ", BadCode::Character),
            ("a\tb", BadCode::Control),
            ("a\u{0}b", BadCode::Control),
        ] {
            assert_eq!(Code::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn the_longest_code_has_a_hundred_characters() {
        assert!(Code::parse(&"ộ".repeat(100)).is_ok(), "characters, not bytes");
        assert_eq!(Code::parse(&"ộ".repeat(101)), Err(BadCode::TooLong));
        assert!(Code::parse(&"o\u{323}\u{302}".repeat(100)).is_ok(), "counted as composed");
    }

    #[test]
    fn numbers_of_documents_have_slashes_and_blanks() {
        let number = Code::parse_number(" 764/QĐ-UBND ").expect("a number");
        assert_eq!((number.as_str(), number.to_string().as_str()), ("764/QĐ-UBND", "764/QĐ-UBND"));
        assert!(Code::parse_number("12 /BC-VP").is_ok());
        assert_eq!(Code::parse_number("12\n/BC"), Err(BadCode::Control));
    }

    #[test]
    fn each_reason_is_said_in_both_languages_with_its_mend() {
        for bad in [BadCode::Empty, BadCode::TooLong, BadCode::Character, BadCode::Control] {
            let (vi, en) = (bad.vietnamese(), bad.to_string());
            assert!(vi.contains("; hãy ") && en.contains("; "), "{vi} / {en}");
            assert!(!vi.contains(" is ") && !vi.contains(" has "), "{vi}");
            assert_eq!(vi.contains("gạch chéo"), en.contains("slash"), "{vi} / {en}");
            assert_eq!(vi.contains("tên tài nguyên"), en.contains("resource names"), "{vi} / {en}");
        }
    }
}
