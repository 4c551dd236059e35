//! The records of an XLS stream, each with what continues it, and the formats that make a number a date.

use std::collections::HashSet;

use super::super::cfb::word;
use super::strings;

/// A record with its continuations.
pub struct Record<'s> {
    pub kind: u16,
    /// Its own data, then that of each continuation.
    pub parts: Vec<&'s [u8]>,
}

impl<'s> Record<'s> {
    pub fn data(&self) -> &'s [u8] {
        self.parts.first().copied().unwrap_or_default()
    }
}

/// Records from a place on; a record that is cut short ends them.
pub struct Records<'s> {
    stream: &'s [u8],
    at: usize,
}

impl<'s> Records<'s> {
    pub fn of(stream: &'s [u8], at: usize) -> Self {
        Self { stream, at }
    }

    fn one(&mut self) -> Option<(u16, &'s [u8])> {
        let kind = word(self.stream, self.at)?;
        let length = usize::from(word(self.stream, self.at + 2)?);
        let data = self.stream.get(self.at + 4..self.at + 4 + length)?;
        self.at += 4 + length;
        Some((kind, data))
    }
}

impl<'s> Iterator for Records<'s> {
    type Item = Record<'s>;

    fn next(&mut self) -> Option<Record<'s>> {
        let (kind, data) = self.one()?;
        let mut parts = vec![data];
        while word(self.stream, self.at) == Some(0x003C) {
            let Some((_, more)) = self.one() else { break };
            parts.push(more);
        }
        Some(Record { kind, parts })
    }
}

/// A number in four bytes.
pub fn rk(value: u32) -> f64 {
    let number = if value & 2 == 0 {
        f64::from_bits(u64::from(value & !3) << 32)
    } else {
        f64::from(value.cast_signed() >> 2)
    };
    if value & 1 == 0 { number } else { number / 100.0 }
}

/// Which cell formats show dates.
#[derive(Default)]
pub struct Formats {
    cells: Vec<u16>,
    custom: HashSet<u16>,
}

impl Formats {
    pub fn take_cell(&mut self, data: &[u8]) {
        if self.cells.len() < 65_535 {
            self.cells.push(word(data, 2).unwrap_or(0));
        }
    }

    pub fn take_number(&mut self, data: &[u8]) {
        let (Some(id), Some(length), Some(flags)) = (word(data, 0), word(data, 2), data.get(4)) else {
            return;
        };
        let (code, _) = strings::decode(&data[5..], usize::from(length), flags & 1 != 0);
        if shows_date(&code) {
            self.custom.insert(id);
        }
    }

    /// Whether the cell format with that number shows a date.
    pub fn is_date(&self, cell: u16) -> bool {
        let id = self.cells.get(usize::from(cell)).copied().unwrap_or(0);
        matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58) || self.custom.contains(&id)
    }
}

/// A format code with letters of dates outside quotes, escapes and brackets.
pub fn shows_date(code: &str) -> bool {
    let (mut in_quotes, mut in_brackets, mut escaped) = (false, false, false);
    for c in code.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' | '_' | '*' => escaped = true,
            '"' => in_quotes = !in_quotes,
            '[' if !in_quotes => in_brackets = true,
            ']' if !in_quotes => in_brackets = false,
            'y' | 'd' | 'h' | 's' | 'Y' | 'D' | 'H' | 'S' if !in_quotes && !in_brackets => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the values are exact")]
    fn numbers_in_four_bytes() {
        // As the format's description has them.
        assert_eq!(rk(0x3FF0_0000), 1.0);
        assert_eq!(rk((1234 << 2) | 2), 1234.0);
        assert_eq!(rk((1234 << 2) | 3), 12.34);
        assert_eq!(rk(((-5_i32).cast_unsigned() << 2) | 2), -5.0);
    }

    #[test]
    fn formats_of_dates() {
        for date in ["dd/mm/yyyy", "DD/MM/YYYY HH:MM", "[$-42A]d mmmm yyyy", "h:mm"] {
            assert!(shows_date(date), "{date}");
        }
        for number in ["General", "#,##0.00", "\"đồng\" 0", "0\\d", "[Red]0", "@"] {
            assert!(!shows_date(number), "{number}");
        }
    }
}
