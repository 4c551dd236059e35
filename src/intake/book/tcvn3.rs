//! TCVN3, which people call ABC: the letters of Vietnamese in single bytes, as files of before Unicode have
//! them. The table is that of TCVN 5712:1993; capitals with tones are mostly written as small letters that a
//! font of capitals shows.

/// The bytes from 0x80 on.
const UPPER: &str = "\
    ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨ\
    ÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\
    \u{a0}ĂÂÊÔƠƯĐăâêôơưđẰ\
    \u{300}\u{309}\u{303}\u{301}\u{323}àảãáạẲằẳẵắẴ\
    ẮẦẨẪẤỀặầẩẫấậèỂẻẽ\
    éẹềểễếệìỉỄẾỒĩíịò\
    Ổỏõóọồổỗốộờởỡớợù\
    ỖủũúụừửữứựỳỷỹýỵỐ";

/// The text of such bytes; capitals as people saw them.
pub fn decode(bytes: &[u8]) -> String {
    let table: Vec<char> = UPPER.chars().collect();
    let letter = |byte: u8| {
        let index = usize::from(byte & 0x7F);
        if byte < 0x80 {
            char::from(byte)
        } else {
            table.get(index).copied().unwrap_or(char::REPLACEMENT_CHARACTER)
        }
    };
    raised(&bytes.iter().map(|byte| letter(*byte)).collect::<String>())
}

/// Words whose plain letters are capitals get their toned letters raised: `§øC` reads `ĐứC` and means `ĐỨC`.
fn raised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        let (mut capitals, mut small) = (0, 0);
        for c in piece.chars().filter(|c| c.is_alphabetic()) {
            if c.is_uppercase() {
                capitals += 1;
            } else if c.is_ascii() || "ăâêôơưđ".contains(c) {
                small += 1;
            }
        }
        if capitals >= 2 && small == 0 { out.push_str(&piece.to_uppercase()) } else { out.push_str(piece) }
    }
    out
}

/// The bytes of a text, as old programs wrote them.
#[cfg(test)]
pub fn encode(text: &str) -> Vec<u8> {
    use unicode_normalization::UnicodeNormalization as _;
    let find =
        |c: char| UPPER.chars().position(|other| other == c).and_then(|at| u8::try_from(at + 0x80).ok());
    let byte = |c: char| {
        if c.is_ascii() {
            return u8::try_from(c).unwrap_or(b'?');
        }
        let plain = find(c).filter(|byte| !c.is_uppercase() || (0xA1..=0xA7).contains(byte));
        plain.or_else(|| c.to_lowercase().next().and_then(find)).unwrap_or(b'?')
    };
    text.nfc().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_its_byte() {
        assert_eq!(UPPER.chars().count(), 128);
        let small = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ";
        assert_eq!(decode(&encode(small)), small);
        // As fonts of that time had them.
        assert_eq!(encode("Số hồ sơ"), b"S\xE8 h\xE5 s\xAC");
        assert_eq!(decode(b"\xA7\xF8C PH\xE6, t\xCBn"), "ĐỨC PHỔ, tận");
        assert_eq!(decode(&encode("Ủy ban nhân dân thị xã ĐỨC PHỔ")), "ủy ban nhân dân thị xã ĐỨC PHỔ");
    }
}
