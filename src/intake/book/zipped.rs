//! A packed file before anybody reads it: every part is unpacked once and counted, since what the directory
//! says of sizes may be false.

use std::io::Cursor;

use zip::ZipArchive;

use super::limits::{Trouble, UNPACKED_BYTES};

/// Parts of a package.
const PARTS: usize = 4096;
/// A part larger than this may not be packed tighter than [`RATIO`].
const RATIO_FROM: u64 = 32 * 1024 * 1024;
/// Unpacked bytes a packed byte. Tables reach 20 to 60; deflate ends at 1032.
const RATIO: u64 = 400;

/// What a package is.
#[derive(Debug, Default)]
pub struct Parts {
    pub is_xlsx: bool,
    pub is_ods: bool,
}

/// Counts all that is in a package.
pub fn inspect(bytes: &[u8]) -> Result<Parts, Trouble> {
    let many = || Trouble::bomb("tệp nén có quá nhiều phần", "the package has too many parts");
    // Before the directory is laid out in memory.
    if occurrences(bytes, b"PK\x01\x02") > PARTS {
        return Err(many());
    }
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| Trouble::broken(&error.to_string()))?;
    if archive.len() > PARTS {
        return Err(many());
    }
    let mut parts = Parts::default();
    let mut left = UNPACKED_BYTES;
    for index in 0..archive.len() {
        let (name, packed) = {
            let part = archive.by_index_raw(index).map_err(|error| Trouble::broken(&error.to_string()))?;
            if part.encrypted() {
                return Err(Trouble::encrypted());
            }
            let name = part.name().map_err(|error| Trouble::broken(&error.to_string()))?.into_owned();
            (name, part.compressed_size())
        };
        check_name(&name)?;
        parts.is_xlsx |= name.eq_ignore_ascii_case("[Content_Types].xml");
        parts.is_ods |= name == "content.xml";
        let mut part = archive.by_index(index).map_err(|error| Trouble::broken(&error.to_string()))?;
        let count = unpack(&mut part, left, packed)?;
        left -= count.bytes;
        if is_xml(&name) {
            count.check_xml()?;
        }
    }
    Ok(parts)
}

/// Nothing is ever written under these names; a package that tries has no good will.
fn check_name(name: &str) -> Result<(), Trouble> {
    let climbs = name.split(['/', '\\']).any(|part| part == "..");
    if climbs || name.starts_with(['/', '\\']) || name.contains(':') || name.contains('\0') {
        let shown = crate::domain::text::cut(name);
        return Err(Trouble::new(
            "BAD_PART_NAME",
            format!("tệp nén có phần mang tên lạ “{shown}”; hãy xuất lại tệp từ phần mềm"),
            format!("the package has a part with the strange name “{shown}”; export the file again"),
        ));
    }
    Ok(())
}

fn is_xml(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".xml", ".rels", ".vml"].iter().any(|end| name.ends_with(end))
}

/// What was seen of a part.
#[derive(Default)]
struct Count {
    bytes: u64,
    head: Vec<u8>,
}

fn unpack(part: &mut impl std::io::Read, left: u64, packed: u64) -> Result<Count, Trouble> {
    let mut count = Count::default();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = part.read(&mut chunk).map_err(|error| Trouble::broken(&error.to_string()))?;
        if read == 0 {
            return Ok(count);
        }
        count.bytes += read as u64;
        let is_tight = count.bytes > RATIO_FROM && count.bytes / packed.max(1) > RATIO;
        if count.bytes > left || is_tight {
            let most = UNPACKED_BYTES / (1024 * 1024);
            return Err(Trouble::bomb(
                &format!("tệp nén nở ra quá lớn (quá {most} MiB hoặc nén bất thường)"),
                &format!("the package unpacks to too much (more than {most} MiB, or strangely tight)"),
            ));
        }
        if count.head.len() < 256 {
            count.head.extend(chunk[..read].iter().take(256));
        }
    }
}

impl Count {
    /// The readers know UTF-8 alone.
    fn check_xml(&self) -> Result<(), Trouble> {
        let head = self.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.head);
        let head = head.trim_ascii_start();
        if !head.is_empty() && (head[0] != b'<' || head.get(1) == Some(&0)) {
            return Err(Trouble::broken("not XML in UTF-8"));
        }
        let declared = String::from_utf8_lossy(head).to_ascii_lowercase();
        let encoding = declared.split_once("encoding=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
        if encoding.is_some_and(|name| !name.starts_with("utf-8") && !name.starts_with("us-ascii")) {
            return Err(Trouble::broken("not XML in UTF-8"));
        }
        Ok(())
    }
}

fn occurrences(bytes: &[u8], word: &[u8]) -> usize {
    memchr::memmem::find_iter(bytes, word).count()
}
