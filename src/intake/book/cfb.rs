//! The compound file that an XLS is packed in: a small file system of sectors and chains. Chains may run in
//! circles or out of the file; both end them.

use super::limits::Trouble;

const END: u32 = 0xFFFF_FFFA;

/// An opened compound file.
pub struct Compound<'b> {
    bytes: &'b [u8],
    sector: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u32,
    size: u64,
}

pub fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

pub fn double_word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).filter_map(|chunk| double_word(chunk, 0))
}

impl<'b> Compound<'b> {
    pub fn open(bytes: &'b [u8]) -> Result<Self, Trouble> {
        Self::read(bytes).ok_or_else(|| Trouble::broken("the sectors of the file"))
    }

    fn read(bytes: &'b [u8]) -> Option<Self> {
        let sector = match word(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = Self {
            bytes,
            sector,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            entries: Vec::new(),
        };
        let mut tables: Vec<u32> = words(bytes.get(76..512)?).collect();
        let mut next = double_word(bytes, 68)?;
        // Each link is a sector of the file: no chain is longer than the file.
        for _ in 0..bytes.len() / sector {
            if next >= END {
                break;
            }
            let mut more: Vec<u32> = words(file.sector(next)?).collect();
            next = more.pop()?;
            tables.append(&mut more);
        }
        for table in tables.into_iter().filter(|table| *table < END).take(bytes.len() / sector + 1) {
            let Some(part) = file.sector(table) else { break };
            file.fat.extend(words(part));
        }
        let directory = file.chain(double_word(bytes, 48)?, u64::MAX);
        file.entries = directory.chunks_exact(128).filter_map(entry).collect();
        let root = file.entries.first()?;
        let (start, size) = (root.start, root.size);
        file.mini = file.chain(start, size);
        file.mini_fat = words(&file.chain(double_word(bytes, 60)?, u64::MAX)).collect();
        Some(file)
    }

    /// A sector; the last one may be cut short.
    fn sector(&self, number: u32) -> Option<&'b [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(start..self.bytes.len().min(start.checked_add(self.sector)?))
    }

    fn chain(&self, start: u32, size: u64) -> Vec<u8> {
        let mut out = Vec::new();
        let mut next = start;
        for _ in 0..=self.bytes.len() / self.sector {
            if next >= END || out.len() as u64 >= size {
                break;
            }
            let Some(part) = self.sector(next) else { break };
            out.extend_from_slice(part);
            next = self.fat.get(next as usize).copied().unwrap_or(END);
        }
        out.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        out
    }

    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// A stream by name.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        if entry.size >= 4096 {
            return Some(self.chain(entry.start, entry.size));
        }
        let mut out = Vec::new();
        let mut next = entry.start;
        for _ in 0..=4096 / 64 {
            if next >= END || out.len() as u64 >= entry.size {
                break;
            }
            let start = (next as usize).checked_mul(64)?;
            out.extend_from_slice(self.mini.get(start..self.mini.len().min(start.checked_add(64)?))?);
            next = self.mini_fat.get(next as usize).copied().unwrap_or(END);
        }
        out.truncate(usize::try_from(entry.size).ok()?);
        Some(out)
    }
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    let length = usize::from(word(bytes, 64)?).clamp(2, 64) - 2;
    let units: Vec<u16> = bytes[..length].chunks_exact(2).filter_map(|pair| word(pair, 0)).collect();
    Some(Entry {
        name: String::from_utf16_lossy(&units),
        start: double_word(bytes, 116)?,
        // The upper half is rubbish in old files, and no file here has 4 GiB.
        size: u64::from(double_word(bytes, 120)?),
    })
}
