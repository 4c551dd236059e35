//! In which encoding a text file is written. Unicode says so itself; of the two that were used in Viet Nam
//! before it, the one that makes Vietnamese of the bytes is taken, and named.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1258};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::limits::Trouble;
use super::tcvn3;

/// Text, and the name of its encoding where that isn't plain UTF-8.
pub type Decoded = (String, Option<&'static str>);

/// The text of a file. `named`: what the mapping says it is.
pub fn decode(bytes: &[u8], named: Option<&str>) -> Result<Decoded, Trouble> {
    match named.map(str::to_ascii_lowercase).as_deref() {
        Some("utf-8" | "utf8") => return utf_8(bytes).map(|text| (text, None)).ok_or_else(unknown),
        Some("utf-16" | "utf-16le") => return Ok((UTF_16LE.decode(bytes).0.into_owned(), Some("UTF-16"))),
        Some("windows-1258" | "cp1258") => return Ok((windows(bytes), Some("Windows-1258"))),
        Some("tcvn3" | "abc") => return Ok((tcvn3::decode(bytes), Some("TCVN3 (ABC)"))),
        Some(_) | None => {}
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || nuls(bytes, 1) {
        return Ok((UTF_16LE.decode(bytes).0.into_owned(), Some("UTF-16")));
    }
    if bytes.starts_with(&[0xFE, 0xFF]) || nuls(bytes, 0) {
        return Ok((UTF_16BE.decode(bytes).0.into_owned(), Some("UTF-16 (BE)")));
    }
    if let Some(text) = utf_8(bytes) {
        return Ok((text, None));
    }
    let candidates = [(windows(bytes), "Windows-1258"), (tcvn3::decode(bytes), "TCVN3 (ABC)")];
    let best =
        candidates.into_iter().map(|(text, name)| (likeness(&text), text, name)).max_by_key(|found| found.0);
    match best {
        Some((likeness, text, name)) if likeness > 0 => Ok((text, Some(name))),
        Some(_) | None => Err(unknown()),
    }
}

fn utf_8(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

/// Letters with their tones as one character each.
fn windows(bytes: &[u8]) -> String {
    WINDOWS_1258.decode_without_bom_handling(bytes).0.nfc().collect()
}

/// Whether most bytes of one parity in the first lines are zero.
fn nuls(bytes: &[u8], parity: usize) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    let zero = head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    head.len() >= 4 && zero * 2 > head.len() / 2
}

fn unknown() -> Trouble {
    Trouble::new(
        "UNKNOWN_ENCODING",
        "không nhận ra bảng mã của tệp; hãy lưu lại ở dạng “CSV UTF-8”, hoặc ghi encoding = \"windows-1258\" hay \"tcvn3\" trong tệp ánh xạ",
        "the encoding of the file isn't known; save it as “CSV UTF-8”, or write encoding = \"windows-1258\" or \"tcvn3\" in the mapping",
    )
}

/// Words with marks that can be Vietnamese, less those that can't.
fn likeness(text: &str) -> i64 {
    let words =
        text.split(|c: char| c.is_ascii() && !c.is_ascii_alphabetic()).filter(|word| !word.is_ascii());
    words.take(20_000).map(|word| if is_syllable(word) { 1 } else { -1 }).sum()
}

/// Consonants, up to three vowels with at most one tone, consonants.
fn is_syllable(word: &str) -> bool {
    const TONES: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];
    const SHAPES: [char; 3] = ['\u{302}', '\u{306}', '\u{31b}'];
    let mut tones = 0;
    let mut kinds = String::new();
    let (mut has_small, mut mixed) = (false, false);
    for c in word.nfd() {
        if is_combining_mark(c) {
            if !TONES.contains(&c) && !SHAPES.contains(&c) {
                return false;
            }
            tones += usize::from(TONES.contains(&c));
            continue;
        }
        mixed |= has_small && c.is_uppercase();
        has_small |= c.is_lowercase();
        kinds.push(match c.to_ascii_lowercase() {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' => 'v',
            'b'..='z' | 'đ' | 'Đ' => 'c',
            _ => return false,
        });
    }
    let inner = kinds.trim_start_matches('c').trim_end_matches('c');
    tones <= 1 && !mixed && inner.len() <= 3 && !inner.contains('c') && kinds.len() <= 7
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Mã hồ sơ;Tên thủ tục;Ngày tiếp nhận\n1;Đăng ký kết hôn, chứng thực chữ ký;Đức Phổ\n";

    fn windows_1258(text: &str) -> Vec<u8> {
        // A letter keeps its shape and gives away its tone.
        let mut parts = String::new();
        for c in text.nfc() {
            let decomposed: Vec<char> = c.nfd().collect();
            let (tones, rest): (Vec<char>, Vec<char>) =
                decomposed.into_iter().partition(|c| "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(*c));
            parts.extend(rest.into_iter().collect::<String>().nfc());
            parts.extend(tones);
        }
        let (bytes, _, failed) = WINDOWS_1258.encode(&parts);
        assert!(!failed);
        bytes.into_owned()
    }

    #[test]
    fn encodings_are_noticed_and_named() {
        let utf_16: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let with_mark = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        let cases: [(Vec<u8>, Option<&str>); 8] = [
            (TEXT.into(), None),
            (with_mark("\u{feff}".as_bytes(), TEXT.as_bytes()), None),
            (windows_1258(TEXT), Some("Windows-1258")),
            (tcvn3::encode(TEXT), Some("TCVN3 (ABC)")),
            (utf_16.clone(), Some("UTF-16")),
            (with_mark(&[0xFF, 0xFE], &utf_16), Some("UTF-16")),
            (big.clone(), Some("UTF-16 (BE)")),
            (with_mark(&[0xFE, 0xFF], &big), Some("UTF-16 (BE)")),
        ];
        for (bytes, name) in cases {
            assert_eq!(decode(&bytes, None), Ok((TEXT.to_owned(), name)));
        }
        // A mapping that says it is asked first.
        assert_eq!(
            decode(&windows_1258("hồ"), Some("Windows-1258")),
            Ok(("hồ".to_owned(), Some("Windows-1258")))
        );
    }

    #[test]
    fn other_bytes_are_refused() {
        for bytes in [&b"a;b\n\xE4\xF6\xFC\xDF;\xB2\xB3\n"[..], b"\x80\x81\x82\x83", b"caf\xE9 \xDF\xDF"] {
            assert_eq!(decode(bytes, None).expect_err("it isn't Vietnamese").reason, "UNKNOWN_ENCODING");
        }
        assert_eq!(decode(b"h\xE5", Some("utf-8")).expect_err("it isn't UTF-8").reason, "UNKNOWN_ENCODING");
    }
}
