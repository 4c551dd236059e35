//! In which encoding a text file is written. Unicode says so itself; of those that were used in Viet Nam before it,
//! the one that makes Vietnamese of the bytes is taken, and named.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1258};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{tcvn3, vni};

/// Text, and the name of its encoding where that isn't plain UTF-8.
pub type Decoded = (String, Option<&'static str>);

/// Where bytes are no text.
#[derive(Debug, PartialEq, Eq)]
pub struct Undecoded {
    /// The text as far as it can be read.
    pub text: String,
    /// Where in that the first character is that can't be.
    pub at: usize,
    /// What stands there.
    pub byte: String,
    /// The encoding that it should be; None: none of those that are known.
    pub encoding: Option<&'static str>,
}

/// The text of a file. `named`: what the mapping says it is.
pub fn decode(bytes: &[u8], named: Option<&str>) -> Result<Decoded, Undecoded> {
    match named.map(str::to_ascii_lowercase).as_deref() {
        Some("utf-8" | "utf8") => return utf_8(bytes).map(|text| (text, None)),
        Some("utf-16" | "utf-16le") => return utf_16(bytes, UTF_16LE, "UTF-16"),
        Some("windows-1258" | "cp1258") => return Ok((windows(bytes), Some("Windows-1258"))),
        Some("tcvn3" | "abc") => return Ok((tcvn3::decode(bytes), Some("TCVN3 (ABC)"))),
        Some("vni") => return whole(vni::decode(bytes), "VNI"),
        Some(_) | None => {}
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || nuls(bytes, 1) {
        return utf_16(bytes, UTF_16LE, "UTF-16");
    }
    if bytes.starts_with(&[0xFE, 0xFF]) || nuls(bytes, 0) {
        return utf_16(bytes, UTF_16BE, "UTF-16 (BE)");
    }
    let broken = match utf_8(bytes) {
        Ok(text) => return Ok((text, None)),
        Err(broken) => broken,
    };
    if is_mostly_utf_8(bytes) {
        return Err(broken);
    }
    let mut candidates = [
        (windows(bytes), "Windows-1258"),
        (tcvn3::decode(bytes), "TCVN3 (ABC)"),
        (vni::decode(bytes), "VNI"),
    ]
    .map(|(text, name)| (likeness(&text), text, name));
    candidates.sort_by_key(|found| -found.0);
    let [(best, text, name), (second, ..), _] = candidates;
    // Where two readings make sense, either may be wrong.
    if best > 0 && best - second > best / 5 {
        return whole(text, name);
    }
    Err(Undecoded { encoding: None, ..broken })
}

fn utf_8(bytes: &[u8]) -> Result<String, Undecoded> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let at = error.valid_up_to();
        Undecoded {
            text: String::from_utf8_lossy(bytes).into_owned(),
            at,
            byte: format!("0x{:02X}", bytes[at]),
            encoding: Some("UTF-8"),
        }
    })
}

fn utf_16(bytes: &[u8], encoding: &'static Encoding, name: &'static str) -> Result<Decoded, Undecoded> {
    let (text, _, has_errors) = encoding.decode(bytes);
    if has_errors { whole(text.into_owned(), name) } else { Ok((text.into_owned(), Some(name))) }
}

/// A text of which nothing was lost.
fn whole(text: String, name: &'static str) -> Result<Decoded, Undecoded> {
    match text.find(char::REPLACEMENT_CHARACTER) {
        None => Ok((text, Some(name))),
        Some(at) => Err(Undecoded { text, at, byte: "U+FFFD".to_owned(), encoding: Some(name) }),
    }
}

/// Whether the file is UTF-8 with a few bytes that aren't: another encoding has hardly a letter that is UTF-8 by chance.
fn is_mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 4 * bad
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
        let cases: [(Vec<u8>, Option<&str>); 9] = [
            (TEXT.into(), None),
            (with_mark("\u{feff}".as_bytes(), TEXT.as_bytes()), None),
            (windows_1258(TEXT), Some("Windows-1258")),
            (tcvn3::encode(TEXT), Some("TCVN3 (ABC)")),
            (vni::encode(TEXT), Some("VNI")),
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
    fn other_bytes_are_refused_where_they_stand() {
        for bytes in [&b"a;b\n\xE4\xF6\xFC\xDF;\xB2\xB3\n"[..], b"\x80\x81\x82\x83", b"caf\xE9 \xDF\xDF"] {
            assert_eq!(decode(bytes, None).expect_err("it isn't Vietnamese").encoding, None);
        }
        let refused = |bytes: &[u8], named| {
            let found = decode(bytes, named).expect_err("it isn't that");
            (found.at, found.byte, found.encoding)
        };
        assert_eq!(refused(b"h\xE5", Some("utf-8")), (1, "0xE5".to_owned(), Some("UTF-8")));
        // One broken byte doesn't make another encoding of a file in UTF-8.
        let mut one = TEXT.as_bytes().to_vec();
        one[1] = 0xE5;
        assert_eq!(refused(&one, None), (1, "0xE5".to_owned(), Some("UTF-8")));
        let mut units: Vec<u16> = TEXT.encode_utf16().collect();
        units[3] = 0xD800;
        let bytes: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
        assert_eq!(refused(&bytes, None), (4, "U+FFFD".to_owned(), Some("UTF-16")));
        assert_eq!(refused(b"x\xF8x", Some("vni")), (1, "U+FFFD".to_owned(), Some("VNI")));
    }

    #[test]
    fn what_two_encodings_make_sense_of_is_not_guessed() {
        // `hå` in TCVN3 is hồ; in VNI å stands after vowels only. `sô` is sụ in the one, sơ in the other.
        assert_eq!(decode(b"s\xF4;s\xF4\n", None).expect_err("either may be").encoding, None);
    }
}
