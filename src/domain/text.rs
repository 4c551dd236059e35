//! Vietnamese text and numbers: folding for search, and the number style of Decree 30/2020.
//! No layout and no sentences: those belong to `report` and `mail`.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A cell of a CSV sheet that people open: quoted, and never a formula.
pub fn sheet_cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// The text in NFC, trimmed, inner runs of white space made one blank.
pub fn tidy(text: &str) -> String {
    text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Nine digits or more in a row, blanks and dots aside: a number of a person.
pub fn names_a_number(text: &str) -> bool {
    let mut run = 0;
    text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).any(|c| {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        run >= 9
    })
}

/// The most characters of a value that a sentence quotes.
const QUOTED: usize = 60;

/// A value for a sentence: one line, without control characters, cut after 60 characters with `…`.
pub fn cut(value: &str) -> String {
    cut_after(QUOTED, value)
}

/// The most characters that are kept of what somebody else's program said.
const KEPT: usize = 300;

/// What somebody else's program said, as [`cut`] writes it, but cut after 300 characters: the reason stands at its end.
pub fn cut_reply(value: &str) -> String {
    cut_after(KEPT, value)
}

fn cut_after(most: usize, value: &str) -> String {
    let mut out = String::new();
    for (count, c) in value.trim().chars().enumerate() {
        if count == most {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Folded for comparison on every engine alike: lower case, without diacritics, đ → d.
pub fn fold(text: &str) -> String {
    tidy(text)
        .to_lowercase()
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

/// What names are sorted by, as a Vietnamese dictionary sorts them: word by word, ă and â after a, đ after d, and of words with
/// the same letters by their tones (ngang, huyền, hỏi, ngã, sắc, nặng). Byte by byte đ would come after y.
pub fn order_key(text: &str) -> Vec<(Vec<u32>, Vec<u8>)> {
    let text = tidy(text).to_lowercase();
    text.split(' ').map(word_key).collect()
}

fn word_key(word: &str) -> (Vec<u32>, Vec<u8>) {
    let (mut letters, mut tones): (Vec<u32>, Vec<u8>) = (Vec::new(), Vec::new());
    for sign in word.nfd() {
        let (shape, tone) = match sign {
            '\u{306}' => (1, 0),
            '\u{302}' => (2, 0),
            '\u{31b}' => (3, 0),
            '\u{300}' => (0, 1),
            '\u{309}' => (0, 2),
            '\u{303}' => (0, 3),
            '\u{301}' => (0, 4),
            '\u{323}' => (0, 5),
            _ => {
                letters.push(letter_key(sign));
                tones.push(0);
                continue;
            }
        };
        if let (Some(letter), Some(last)) = (letters.last_mut(), tones.last_mut()) {
            *letter += shape;
            *last = tone.max(*last);
        }
    }
    (letters, tones)
}

/// Latin letters four apart, which leaves room for their shapes; digits and stops before them, all others after them.
fn letter_key(sign: char) -> u32 {
    const FIRST: u32 = 0x100;
    match sign {
        'a'..='z' => FIRST + 4 * (u32::from(sign) - u32::from('a')),
        'đ' => letter_key('d') + 1,
        _ if sign.is_ascii() => u32::from(sign),
        _ => 2 * FIRST + u32::from(sign),
    }
}

/// A number with thousands grouped by a full stop: `1.320`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        out.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// A count in running text: below ten with a leading zero (`09`), zero as `0`, others grouped.
pub fn count(number: i64) -> String {
    if (1..10).contains(&number) { format!("0{number}") } else { grouped(number) }
}

/// A percentage in Vietnamese style from its canonical form: `99.84` → `99,84%`, `100.00` → `100%`.
pub fn percent(canonical: &str) -> String {
    let short = canonical.strip_suffix(".00").unwrap_or(canonical);
    format!("{}%", short.replace('.', ","))
}

/// A legal date in running text: `15/5/2024`; days below ten and the months 1 and 2 get a
/// leading zero (Decree 30/2020/NĐ-CP, annex I).
pub fn date(day: NaiveDate) -> String {
    format!("{:02}/{}/{}", day.day(), month(day.month()), day.year())
}

/// The long form of a date for the place-and-date line: `ngày 15 tháng 5 năm 2024`.
pub fn long_date(day: NaiveDate) -> String {
    format!("ngày {:02} tháng {} năm {}", day.day(), month(day.month()), day.year())
}

/// An instant by the wall clock, as mails and reports say it: `23 giờ 00, ngày 15/5/2024`.
pub fn moment(local: NaiveDateTime) -> String {
    format!("{} giờ {:02}, ngày {}", local.hour(), local.minute(), date(local.date()))
}

fn month(number: u32) -> String {
    if number < 3 { format!("0{number}") } else { number.to_string() }
}

/// An amount of money worded by the direction of rounding: `trên 5,2 tỷ đồng` where the exact
/// amount exceeds the worded one, `gần 196 triệu đồng` where it falls short, bare where equal.
/// Rounded to a tenth of a billion, or to a whole million, whichever unit fits.
pub fn worded_amount(dong: i64) -> String {
    const MILLION: i64 = 1_000_000;
    let (step, scale, name) = if dong >= 1000 * MILLION {
        (100 * MILLION, 10, "tỷ đồng")
    } else if dong >= MILLION {
        (MILLION, 1, "triệu đồng")
    } else {
        return format!("{} đồng", grouped(dong));
    };
    let rounded = (dong + step / 2) / step;
    let direction = match (rounded * step).cmp(&dong) {
        std::cmp::Ordering::Less => "trên ",
        std::cmp::Ordering::Equal => "",
        std::cmp::Ordering::Greater => "gần ",
    };
    let figure = if scale == 10 && rounded % 10 != 0 {
        format!("{},{}", grouped(rounded / 10), rounded % 10)
    } else {
        grouped(rounded / scale)
    };
    format!("{direction}{figure} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_the_report() {
        assert_eq!(
            [count(1320), count(9), count(0), count(37), grouped(-1_234_567)],
            ["1.320", "09", "0", "37", "-1.234.567"]
        );
        assert_eq!([percent("99.84"), percent("100.00")], ["99,84%", "100%"]);
        assert_eq!(worded_amount(5_214_350_000), "trên 5,2 tỷ đồng");
        assert_eq!(worded_amount(195_840_000), "gần 196 triệu đồng");
        assert_eq!(worded_amount(9_870_000), "gần 10 triệu đồng");
        assert_eq!(worded_amount(2_000_000_000), "2 tỷ đồng");
        assert_eq!(worded_amount(950), "950 đồng");
    }

    #[test]
    fn a_value_in_a_sentence_is_one_short_line() {
        assert_eq!(cut(" a\u{0}b\nc "), "a\\u{0}b\\nc");
        assert_eq!(cut(&"ộ".repeat(60)), "ộ".repeat(60));
        assert_eq!(cut(&"x".repeat(1 << 20)), format!("{}…", "x".repeat(60)));
    }

    #[test]
    fn folding_ignores_case_marks_and_normal_form() {
        assert_eq!(fold("  Phòng  Nội Vụ "), "phong noi vu");
        assert_eq!(fold("Đức Phổ"), fold("ĐỨC PHÔ\u{309}"));
    }

    #[test]
    fn names_are_sorted_as_a_dictionary_sorts_them() {
        let mut names = [
            "Y tế",
            "Đất đai",
            "Xây dựng",
            "Dân tộc",
            "An toàn",
            "Âm nhạc",
            "Ăn uống",
            "Hộ tịch",
            "Hỗ trợ",
            "Hồ sơ",
            "Hơi",
            "Ho",
            "Đầu tư",
            "3 nghề",
            "Dạy nghề",
            "An ninh",
        ];
        names.sort_by_key(|name| order_key(name));
        assert_eq!(
            names,
            [
                "3 nghề",
                "An ninh",
                "An toàn",
                "Ăn uống",
                "Âm nhạc",
                "Dạy nghề",
                "Dân tộc",
                "Đất đai",
                "Đầu tư",
                "Ho",
                "Hồ sơ",
                "Hỗ trợ",
                "Hộ tịch",
                "Hơi",
                "Xây dựng",
                "Y tế",
            ]
        );
        // Whether marks stand apart or not, the name has one place.
        assert_eq!(order_key("Đo\u{302}\u{323}c"), order_key("độc"));
    }

    #[test]
    fn dates_follow_decree_30() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("a real day");
        assert_eq!(long_date(day(2024, 5, 15)), "ngày 15 tháng 5 năm 2024");
        assert_eq!(date(day(2024, 2, 9)), "09/02/2024");
        assert_eq!(date(day(2023, 12, 15)), "15/12/2023");
    }
}
