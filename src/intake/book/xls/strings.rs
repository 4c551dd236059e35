//! Texts of an XLS. The shared ones run on over continuations, each of which says anew how wide its letters
//! are.

use super::super::limits::{CELL_BYTES, Trouble};
use super::records::Record;

/// Texts that cells share.
#[derive(Default)]
pub struct Strings(Vec<Box<str>>);

/// Letters of one or two bytes, at most `length` of them, and the bytes that they took.
pub fn decode(bytes: &[u8], length: usize, wide: bool) -> (String, usize) {
    if wide {
        let bytes = &bytes[..bytes.len().min(length.saturating_mul(2)) / 2 * 2];
        let units: Vec<u16> =
            bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        (String::from_utf16_lossy(&units), bytes.len())
    } else {
        let bytes = &bytes[..bytes.len().min(length)];
        (bytes.iter().map(|byte| char::from(*byte)).collect(), bytes.len())
    }
}

/// The text that begins `at` in a record: its length in letters, flags, letters.
pub fn text_of(record: &Record<'_>, at: usize) -> Option<String> {
    let mut reader = Reader { parts: &record.parts, part: 0, at };
    let length = usize::from(reader.word()?);
    let wide = reader.byte()? & 1 != 0;
    reader.letters(length, wide)
}

impl Strings {
    pub fn get(&self, index: u32) -> Option<&str> {
        self.0.get(index as usize).map(|text| &**text)
    }

    /// Reads the table. How many it says it has is not believed.
    pub fn read(record: &Record<'_>) -> Result<Self, Trouble> {
        let mut reader = Reader { parts: &record.parts, part: 0, at: 8 };
        let mut strings = Vec::new();
        while let Some(length) = reader.word() {
            strings.push(reader.text(length).ok_or_else(|| Trouble::broken("the shared texts"))?.into());
        }
        Ok(Self(strings))
    }
}

struct Reader<'p, 's> {
    parts: &'p [&'s [u8]],
    part: usize,
    at: usize,
}

impl Reader<'_, '_> {
    /// What is left of the part; at its end the next one.
    fn rest(&mut self) -> Option<&[u8]> {
        while self.at >= self.parts.get(self.part)?.len() {
            self.part += 1;
            self.at = 0;
        }
        self.parts[self.part].get(self.at..)
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.rest()?[0];
        self.at += 1;
        Some(byte)
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let step = self.rest()?.len().min(count);
            self.at += step;
            count -= step;
        }
        Some(())
    }

    fn text(&mut self, length: u16) -> Option<String> {
        let flags = self.byte()?;
        let runs = if flags & 8 == 0 { 0 } else { usize::from(self.word()?) };
        let extra =
            if flags & 4 == 0 { 0 } else { usize::from(self.word()?) | (usize::from(self.word()?) << 16) };
        let text = self.letters(usize::from(length), flags & 1 != 0)?;
        self.skip(runs * 4)?;
        self.skip(extra)?;
        Some(text)
    }

    fn letters(&mut self, length: usize, mut wide: bool) -> Option<String> {
        let mut text = String::new();
        let mut left = length;
        while left > 0 {
            let part = *self.parts.get(self.part)?;
            if self.at >= part.len() {
                self.part += 1;
                self.at = 1;
                wide = self.parts.get(self.part)?.first()? & 1 != 0;
                continue;
            }
            let (some, used) = decode(&part[self.at..], left, wide);
            if used == 0 || text.len() > CELL_BYTES {
                return None;
            }
            text.push_str(&some);
            self.at += used;
            left -= used / if wide { 2 } else { 1 };
        }
        Some(text)
    }
}
