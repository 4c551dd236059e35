//! What a signed PDF says, held against what figures said. Whoever signs may have changed the words; the numbers of a
//! sentence must follow one another in the file as they do in the sentence.

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use pdf_extract::{Document, ObjectId};
use unicode_normalization::UnicodeNormalization as _;

/// Letters that a file must have to be no scan.
const FEWEST: usize = 200;

/// Pages of a file that is read at most.
const MOST_PAGES: usize = 2_000;
/// Letters of a file that are read at most: some thousand pages.
const MOST: usize = 4_000_000;

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
    // The reader gives up on some files by a panic, and on one whose forms draw themselves only with the process.
    let read = catch_unwind(|| {
        let document = Document::load_mem(bytes).ok().filter(|document| !draws_itself(document))?;
        pdf_extract::extract_text_from_mem(bytes).ok().filter(|_| document.get_pages().len() <= MOST_PAGES)
    });
    match read {
        Ok(Some(text)) if text.chars().filter(|c| c.is_alphabetic()).count() >= FEWEST => {
            let text: String = text.chars().take(MOST).collect();
            SignedReading::Text(without_page_numbers(&text))
        }
        Ok(_) | Err(_) => SignedReading::Nothing,
    }
}

/// A form of the document draws itself, by way of others or not.
fn draws_itself(document: &Document) -> bool {
    let draws = |id: &ObjectId| -> Vec<ObjectId> {
        let stream = document.get_object(*id).ok().and_then(|object| object.as_stream().ok());
        let resources = stream.and_then(|stream| stream.dict.get(b"Resources").ok());
        let resources = resources.and_then(|object| document.dereference(object).ok()?.1.as_dict().ok());
        let forms = resources.and_then(|resources| resources.get(b"XObject").ok());
        let forms = forms.and_then(|object| document.dereference(object).ok()?.1.as_dict().ok());
        forms
            .into_iter()
            .flat_map(|forms| forms.iter())
            .filter_map(|(_, form)| form.as_reference().ok())
            .collect()
    };
    // What draws only what is done already is done; what is left in the end goes in circles.
    let mut open: BTreeMap<ObjectId, Vec<ObjectId>> =
        document.objects.keys().map(|id| (*id, draws(id))).filter(|(_, drawn)| !drawn.is_empty()).collect();
    loop {
        let done: Vec<ObjectId> = open
            .iter()
            .filter(|(_, drawn)| drawn.iter().all(|id| !open.contains_key(id)))
            .map(|(id, _)| *id)
            .collect();
        if done.is_empty() {
            return !open.is_empty();
        }
        for id in done {
            open.remove(&id);
        }
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

/// Text without the lines that hold a page's number only: it stands in the middle of a sentence that crosses a page.
fn without_page_numbers(text: &str) -> String {
    let is_number = |line: &str| !line.trim().is_empty() && line.trim().chars().all(|c| c.is_ascii_digit());
    text.lines().filter(|line| !is_number(line)).collect::<Vec<_>>().join("\n")
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
    use std::fmt::Write as _;

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
    fn a_sentence_may_cross_a_page() {
        let (first, rest) = SAID.split_once("từ kỳ").expect("it has these words");
        let text = without_page_numbers(&format!("{first}\n\n  12 \n\ntừ kỳ{rest}"));
        assert_eq!(held(&text).found, 1);
    }

    #[test]
    fn forms_that_draw_themselves_are_known() {
        let file = |drawn: &str| {
            let form = |number: u8, drawn: &str| {
                format!(
                    "{number} 0 obj<</Type/XObject/Subtype/Form/Resources<</XObject<</A {drawn}>>>>/Length 0>>stream\n\nendstream endobj\n"
                )
            };
            let mut text = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n".to_owned();
            text += &form(3, "4 0 R");
            text += &form(4, drawn);
            let places: Vec<usize> =
                (1..=4).map(|n| text.find(&format!("{n} 0 obj")).expect("it is there")).collect();
            let start = text.len();
            text += "xref\n0 5\n0000000000 65535 f \n";
            for place in places {
                let _ = writeln!(text, "{place:010} 00000 n ");
            }
            text + &format!("trailer<</Size 5/Root 1 0 R>>\nstartxref\n{start}\n%%EOF")
        };
        let draws = |drawn: &str| draws_itself(&Document::load_mem(file(drawn).as_bytes()).expect("a PDF"));
        assert_eq!((draws("3 0 R"), draws("4 0 R"), draws("9 0 R")), (true, true, false));
        assert_eq!(read_signed(file("3 0 R").as_bytes()), SignedReading::Nothing);
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
