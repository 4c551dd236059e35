//! Parts of XML made into one file: office documents are zip archives of them.
//!
//! The same parts give the same bytes. No clock is read: each part bears the day from which zip archives count.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Packs parts in their order: what a reader must know first comes first.
pub fn packed(parts: &[(&str, impl AsRef<[u8]>)]) -> Vec<u8> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let in_memory = "writing an archive into memory cannot fail";
    for (name, text) in parts {
        archive.start_file(*name, options).expect(in_memory);
        archive.write_all(text.as_ref()).expect(in_memory);
    }
    archive.finish().expect(in_memory).into_inner()
}
