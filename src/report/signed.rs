//! What a signed PDF says, held against what figures said. Whoever signs may have changed the words; the numbers of a
//! sentence must follow one another in the file as they do in the sentence.

use std::panic::catch_unwind;

use unicode_normalization::UnicodeNormalization as _;

/// Letters that a file must have to be no scan.
const FEWEST: usize = 200;

/// What could be read of a signed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedReading {
    /// Its text.
    Text(String),
    /// It holds pictures only, or can't be read.
    Nothing,
}

/// How a signed file stands to the sentences of figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// It has text.
    pub readable: bool,
    /// How many sentences there are.
    pub sentences: usize,
    /// Those that stand in it word for word.
    pub found: usize,
    /// Those whose words are others, with the same numbers in the same order.
    pub reworded: Vec<String>,
    /// Those whose numbers it doesn't have.
    pub missing: Vec<String>,
}

impl Held {
    /// It says all that figures said.
    pub fn is_equal(&self) -> bool {
        self.readable && self.missing.is_empty()
    }

    /// What is the matter, in Vietnamese and English.
    pub fn told(&self) -> (String, String) {
        if !self.readable {
            return (
                "tệp không có chữ đọc được (bản quét?), không đối chiếu được số liệu".to_owned(),
                "the file has no text (a scan?), its figures can't be held against the frozen ones"
                    .to_owned(),
            );
        }
        let first: Vec<String> =
            self.missing.iter().take(3).map(|said| format!("“{}”", crate::domain::text::cut(said))).collect();
        let (count, first) = (self.missing.len(), first.join("; "));
        (
            format!("{count} câu có số liệu đã chốt không thấy trong tệp: {first}"),
            format!("{count} sentences with frozen figures aren't in the file: {first}"),
        )
    }
}

/// Reads the text of a PDF.
pub fn read_signed(bytes: &[u8]) -> SignedReading {
    // The reader gives up on some files by a panic.
    let read = catch_unwind(|| pdf_extract::extract_text_from_mem(bytes));
    match read {
        Ok(Ok(text)) if text.chars().filter(|c| c.is_alphabetic()).count() >= FEWEST => {
            SignedReading::Text(text)
        }
        Ok(_) | Err(_) => SignedReading::Nothing,
    }
}

/// Holds the text of a signed file against sentences.
pub fn held_against<'a>(reading: &SignedReading, sentences: impl Iterator<Item = &'a str>) -> Held {
    let SignedReading::Text(text) = reading else {
        return Held { sentences: sentences.count(), ..Held::default() };
    };
    let (letters, all_numbers) = (bare(text), numbers(text));
    let mut held = Held { readable: true, ..Held::default() };
    for said in sentences.filter(|said| !said.trim().is_empty()) {
        held.sentences += 1;
        if letters.contains(&bare(said)) {
            held.found += 1;
        } else if follows(&all_numbers, &numbers(said)) {
            held.reworded.push(said.to_owned());
        } else {
            held.missing.push(said.to_owned());
        }
    }
    held
}

/// Text without blanks: a document breaks its lines where it likes.
fn bare(text: &str) -> String {
    let plain = |c: char| match c {
        '–' | '—' | '‑' | '‐' => '-',
        other => other,
    };
    text.nfc().filter(|c| !c.is_whitespace() && *c != '\u{ad}').map(plain).collect()
}

/// The numbers of a text in their order: `1.320`, `99,84%`, `09`.
fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut number = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (!number.is_empty() && matches!(c, '.' | ',' | '/')) {
            number.push(c);
        } else if !number.is_empty() {
            found.push(number.trim_end_matches(['.', ',', '/']).to_owned());
            number.clear();
        }
    }
    found
}

/// Numbers follow one another somewhere in others.
fn follows(all: &[String], some: &[String]) -> bool {
    some.is_empty() || all.windows(some.len()).any(|window| window == some)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "Đã tiếp nhận 1.320 hồ sơ (trong kỳ 1.304, từ kỳ trước 16), tỷ lệ 99,84%.";

    fn held(text: &str) -> Held {
        held_against(&SignedReading::Text(text.to_owned()), [SAID].into_iter())
    }

    #[test]
    fn words_may_change_but_no_number() {
        let broken =
            "1. Mở đầu\nĐã tiếp nhận 1.320 hồ\nsơ (trong kỳ 1.304, từ kỳ trước 16), tỷ lệ 99,84%. Hết";
        assert_eq!((held(broken).found, held(broken).is_equal()), (1, true));
        // Decomposed letters are the same letters.
        let decomposed: String = broken.nfd().collect();
        assert_eq!(held(&decomposed).found, 1);
        let reworded =
            held("Các cơ quan tiếp nhận 1.320 hồ sơ, gồm 1.304 hồ sơ mới và 16 hồ sơ cũ; đạt 99,84%");
        assert_eq!((reworded.reworded.len(), reworded.is_equal()), (1, true));
        let wrong = held("Đã tiếp nhận 1.320 hồ sơ (trong kỳ 1.305, từ kỳ trước 16), tỷ lệ 99,84%.");
        assert_eq!((wrong.missing.as_slice(), wrong.is_equal()), ([SAID.to_owned()].as_slice(), false));
        assert!(wrong.told().0.contains("1.320"), "{wrong:?}");
    }

    #[test]
    fn a_file_that_is_no_pdf_breaks_nothing() {
        for bytes in [
            b"%PDF-1.7\nnothing".as_slice(),
            b"",
            b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>",
        ] {
            assert_eq!(read_signed(bytes), SignedReading::Nothing);
        }
        assert!(!held_against(&SignedReading::Nothing, [SAID].into_iter()).is_equal());
    }
}
