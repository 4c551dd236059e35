//! VNI for Windows: a vowel in one byte, its marks in the next; a few letters are bytes of their own. The other half of
//! what was written in Viet Nam before Unicode, mostly in the south.

use unicode_normalization::UnicodeNormalization as _;

const TONES: [(u8, char); 5] =
    [(0xF8, '\u{300}'), (0xF9, '\u{301}'), (0xFB, '\u{309}'), (0xF5, '\u{303}'), (0xEF, '\u{323}')];
/// After a, e, o: the circumflex alone or with the tones in the order of `TONES`.
const ROOFS: [u8; 6] = [0xE2, 0xE0, 0xE1, 0xE5, 0xE3, 0xE4];
/// After a: the breve, likewise.
const BREVES: [u8; 6] = [0xEA, 0xE8, 0xE9, 0xFA, 0xFC, 0xEB];
/// Bytes that are letters by themselves.
const LETTERS: [(u8, char); 9] = [
    (0xEC, 'ì'),
    (0xED, 'í'),
    (0xE6, 'ỉ'),
    (0xF3, 'ĩ'),
    (0xF2, 'ị'),
    (0xEE, 'ỵ'),
    (0xF1, 'đ'),
    (0xF4, 'ơ'),
    (0xF6, 'ư'),
];

/// The text of such bytes; what can't be is U+FFFD.
pub fn decode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    let mut base = ' ';
    for byte in bytes {
        if byte.is_ascii() {
            base = char::from(*byte);
            out.push(base);
            continue;
        }
        // The capitals are 32 lower, marks after capitals too.
        let small = if (0xC0..0xE0).contains(byte) { byte + 0x20 } else { *byte };
        if let Some(marks) = marks(small, base.to_lowercase().next().unwrap_or(base)) {
            out.extend(marks.into_iter().flatten());
            base = ' ';
        } else if let Some((_, letter)) = LETTERS.iter().find(|(of, _)| *of == small) {
            base = if small == *byte { *letter } else { letter.to_uppercase().next().unwrap_or(*letter) };
            out.push(base);
        } else {
            base = ' ';
            // What stands at the same place in Windows-1252 and in no letter.
            let sign = matches!(*byte, 0xA0..=0xBF).then(|| char::from(*byte));
            let quote = match byte {
                0x85 => Some('…'),
                0x91 => Some('‘'),
                0x92 => Some('’'),
                0x93 => Some('“'),
                0x94 => Some('”'),
                0x96 => Some('–'),
                0x97 => Some('—'),
                _ => None,
            };
            out.push(sign.or(quote).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
    out.nfc().collect()
}

/// The marks that a byte puts on the letter before it.
fn marks(byte: u8, base: char) -> Option<[Option<char>; 2]> {
    let tone = |at: usize| at.checked_sub(1).map(|at| TONES[at].1);
    let alone = TONES.iter().find(|(of, _)| *of == byte).map(|(_, tone)| *tone);
    if let Some(tone) = alone {
        return "aeoơuưy".contains(base).then_some([Some(tone), None]);
    }
    if let Some(at) = ROOFS.iter().position(|of| *of == byte) {
        return "aeo".contains(base).then(|| [Some('\u{302}'), tone(at)]);
    }
    let at = BREVES.iter().position(|of| *of == byte)?;
    (base == 'a').then(|| [Some('\u{306}'), tone(at)])
}

/// The bytes of a text.
#[cfg(test)]
pub fn encode(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for c in text.nfc() {
        let small = c.to_lowercase().next().unwrap_or(c);
        let case = if c == small { 0 } else { 0x20 };
        let letter = |c: char| LETTERS.iter().find(|(_, of)| *of == c).map(|(byte, _)| *byte);
        if c.is_ascii() {
            out.push(u8::try_from(c).unwrap_or(b'?'));
        } else if let Some(byte) = letter(small) {
            out.push(byte - case);
        } else {
            let mut parts: Vec<char> = small.nfd().collect();
            let tone = TONES.iter().position(|(_, mark)| parts.contains(mark));
            parts.retain(|part| TONES.iter().all(|(_, mark)| mark != part));
            let toneless: String = parts.iter().collect::<String>().nfc().collect();
            let toneless = toneless.chars().next().unwrap_or(' ');
            let index = tone.map_or(0, |at| at + 1);
            let (base, mark) = match toneless {
                'â' | 'ê' | 'ô' => (parts[0], ROOFS[index]),
                'ă' => ('a', BREVES[index]),
                _ => (toneless, tone.map_or(b'?', |at| TONES[at].0)),
            };
            let base = letter(base).unwrap_or_else(|| u8::try_from(base).unwrap_or(b'?'));
            out.extend([base - case, mark - case]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_read() {
        let small = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ";
        assert_eq!(small.chars().count(), 67);
        for text in [small.to_owned(), small.to_uppercase()] {
            assert_eq!(decode(&encode(&text)), text);
        }
    }

    #[test]
    fn texts_as_people_know_them() {
        let latin = |text: &str| {
            text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect::<Vec<u8>>()
        };
        for (seen, meant) in [
            ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
            ("Ñoäc laäp, Töï do, Haïnh phuùc", "Độc lập, Tự do, Hạnh phúc"),
            ("ÑÖÙC PHOÅ", "ĐỨC PHỔ"),
            (
                "Traû keát quaû giaûi quyeát thuû tuïc haønh chính",
                "Trả kết quả giải quyết thủ tục hành chính",
            ),
            ("Ngaøy heïn, soá ñieän thoaïi, kyõ thuaät, mĩ", "Ngày hẹn, số điện thoại, kỹ thuật, m\u{fffd}"),
            ("xøx", "x\u{fffd}x"),
        ] {
            let bytes = latin(&seen.replace('ĩ', "\u{9d}"));
            assert_eq!(decode(&bytes), meant);
        }
    }
}
