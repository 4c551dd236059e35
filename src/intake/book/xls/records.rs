//! The records of an XLS stream, each with what continues it, and what formats make of a number.

use std::collections::HashMap;

use super::super::cfb::word;
use super::super::formats::Shows;
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

/// What cell formats show.
#[derive(Default)]
pub struct Formats {
    cells: Vec<u16>,
    custom: HashMap<u16, Shows>,
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
        self.custom.insert(id, Shows::of_code(&code));
    }

    /// What the cell format with that number shows.
    pub fn shows(&self, cell: u16) -> Shows {
        let id = self.cells.get(usize::from(cell)).copied().unwrap_or(0);
        self.custom.get(&id).copied().unwrap_or_else(|| Shows::of_id(u32::from(id)))
    }
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
}
