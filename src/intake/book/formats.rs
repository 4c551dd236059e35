//! What a number's format makes of it: a date, or digits that the number itself doesn't have.

use super::cell::{Cell, FROM_1904, Guise};

/// How a format shows a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shows {
    /// As a number.
    #[default]
    Number,
    /// As a date, a time of day, or both.
    Date,
    /// With at least that many digits before the point: `000000`.
    Digits(u8),
    /// With letters or signs between or beside its digits: `"HS-"0000`, `000\.00`.
    Dressed,
}

impl Shows {
    /// Of a format that each program knows by its number.
    pub fn of_id(id: u32) -> Self {
        // 46 is a duration.
        if matches!(id, 14..=22 | 27..=36 | 45 | 47 | 50..=58) { Self::Date } else { Self::Number }
    }

    /// Of a format code. What it says of positive numbers comes first.
    pub fn of_code(code: &str) -> Self {
        if shows_date(code) {
            return Self::Date;
        }
        let (mut zeros, mut after_point, mut is_dressed) = (0_u8, false, false);
        let mut rest = code.chars();
        while let Some(c) = rest.next() {
            match c {
                ';' => break,
                '"' => {
                    let quoted: Vec<char> = rest.by_ref().take_while(|c| *c != '"').collect();
                    is_dressed |= quoted.iter().any(|c| !c.is_whitespace());
                }
                '\\' => is_dressed |= rest.next().is_some_and(|c| !c.is_whitespace() && !"()".contains(c)),
                '_' | '*' => _ = rest.next(),
                '[' => _ = rest.by_ref().find(|c| *c == ']'),
                '.' | 'E' | 'e' | '/' => after_point = true,
                '0' if !after_point => zeros = zeros.saturating_add(1),
                '-' if zeros > 0 => is_dressed = true,
                _ => {}
            }
        }
        match (is_dressed, zeros) {
            (true, _) => Self::Dressed,
            (false, 2..) => Self::Digits(zeros),
            (false, _) => Self::Number,
        }
    }

    /// The cell of a number with that format; `is_1904`: the workbook counts its days from 1904.
    pub fn cell(self, value: f64, is_1904: bool) -> Cell {
        match self {
            // A time of day has no day that could be counted otherwise.
            Self::Date if is_1904 && value >= 1.0 => Cell::Serial(value + FROM_1904),
            Self::Date => Cell::Serial(value),
            Self::Digits(least) if has_fewer(value, least) => Cell::Guised(value, Guise::Dressed),
            Self::Dressed => Cell::Guised(value, Guise::Dressed),
            Self::Number | Self::Digits(_) if is_1904 => Cell::Guised(value, Guise::From1904),
            Self::Number | Self::Digits(_) => Cell::Number(value),
        }
    }
}

fn has_fewer(value: f64, digits: u8) -> bool {
    value.abs() < 10_f64.powi(i32::from(digits) - 1)
}

/// A format code with letters of dates outside quotes, escapes and brackets. A duration, `[h]:mm:ss`, is none.
fn shows_date(code: &str) -> bool {
    let (mut in_quotes, mut escaped) = (false, false);
    let mut brackets: Option<String> = None;
    for c in code.chars() {
        match (&mut brackets, c) {
            _ if escaped => escaped = false,
            (Some(inside), ']') => {
                if !inside.is_empty()
                    && inside.chars().all(|c| matches!(c, 'h' | 'm' | 's' | 'H' | 'M' | 'S'))
                {
                    return false;
                }
                brackets = None;
            }
            (Some(inside), _) => inside.push(c),
            (None, '"') => in_quotes = !in_quotes,
            (None, _) if in_quotes => {}
            (None, '\\' | '_' | '*') => escaped = true,
            (None, '[') => brackets = Some(String::new()),
            (None, 'y' | 'd' | 'h' | 's' | 'Y' | 'D' | 'H' | 'S') => return true,
            (None, _) => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_dates() {
        for date in ["dd/mm/yyyy", "DD/MM/YYYY HH:MM", "[$-42A]d mmmm yyyy", "h:mm", "[Red]dd/mm", "\"h\"d/m"]
        {
            assert_eq!(Shows::of_code(date), Shows::Date, "{date}");
        }
        for number in
            ["General", "#,##0.00", "0", "[Red]0", "@", "[h]:mm:ss", "[mm]:ss", "0_d", "#,##0_);(#,##0)"]
        {
            assert_eq!(Shows::of_code(number), Shows::Number, "{number}");
        }
        assert_eq!(
            [14, 22, 45, 46, 1].map(Shows::of_id).map(|shows| shows == Shows::Date),
            [true, true, true, false, false]
        );
    }

    #[test]
    fn formats_that_show_more_than_the_number() {
        for (code, shows) in [
            ("000000", Shows::Digits(6)),
            ("00.00", Shows::Digits(2)),
            ("000000;[Red]-000000", Shows::Digits(6)),
            ("\"HS-\"0000", Shows::Dressed),
            ("000\\.00", Shows::Dressed),
            ("000-000", Shows::Dressed),
            ("#,##0\" \"", Shows::Number),
        ] {
            assert_eq!(Shows::of_code(code), shows, "{code}");
        }
        let cell = |shows: Shows, value| shows.cell(value, false);
        assert_eq!(cell(Shows::Digits(6), 1234.0), Cell::Guised(1234.0, Guise::Dressed));
        assert_eq!(cell(Shows::Digits(6), 123_456.0), Cell::Number(123_456.0));
        assert_eq!(cell(Shows::Dressed, 1.0), Cell::Guised(1.0, Guise::Dressed));
    }

    #[test]
    fn days_from_1904_are_days_all_the_same() {
        assert_eq!(Shows::Date.cell(43965.0, true), Cell::Serial(45427.0));
        assert_eq!(Shows::Date.cell(0.5, true), Cell::Serial(0.5));
        assert_eq!(Shows::Number.cell(43965.0, true), Cell::Guised(43965.0, Guise::From1904));
    }
}
