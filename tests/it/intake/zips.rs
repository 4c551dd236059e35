//! Packages taken apart and put together again, for files that no honest program writes.

use std::io::{Cursor, Read as _, Write as _};

use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// A part of a package.
pub type Part = (String, Vec<u8>);

/// A workbook with one good dossier, by the national fields.
pub fn good() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let heads =
        ["MaHoSo", "MaTTHC", "DonViXuLy", "KenhThucHien", "NgayTiepNhan", "NgayHenTra", "TrangThaiHoSo"];
    let cells = ["H-1", "1.001", "A", "2", "20240506080000", "20240513170000", "4"];
    for (row, texts) in [heads, cells].into_iter().enumerate() {
        for (column, text) in texts.into_iter().enumerate() {
            let (row, column) = (u32::try_from(row), u16::try_from(column));
            sheet.write(row.expect("a small number"), column.expect("a small number"), text).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// The parts of a package.
pub fn parts(bytes: &[u8]) -> Vec<Part> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a package");
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).expect("a part");
            let name = part.name().expect("a name").into_owned();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).expect("its bytes");
            (name, bytes)
        })
        .collect()
}

/// A package of parts.
pub fn pack(parts: &[Part]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        writer.start_file(name.as_str(), options).expect("a part");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("a package").into_inner()
}

/// A package with that part in place of its own, or beside them.
pub fn with(bytes: &[u8], name: &str, content: impl Into<Vec<u8>>) -> Vec<u8> {
    let mut parts = parts(bytes);
    parts.retain(|(other, _)| other != name);
    parts.push((name.to_owned(), content.into()));
    pack(&parts)
}

/// The good workbook with that part.
pub fn good_with(name: &str, content: impl Into<Vec<u8>>) -> Vec<u8> {
    with(&good(), name, content)
}

/// The good workbook whose sheet is this.
pub fn sheet(content: impl AsRef<str>) -> Vec<u8> {
    let head = r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#;
    good_with("xl/worksheets/sheet1.xml", format!("{head}{}</worksheet>", content.as_ref()))
}

/// The good workbook's sheet with more in it: `rows` after its rows, `after` after its data.
pub fn more(rows: &str, after: &str) -> Vec<u8> {
    let parts = parts(&good());
    let (_, own) = parts.iter().find(|(name, _)| name == "xl/worksheets/sheet1.xml").expect("the sheet");
    let own = String::from_utf8(own.clone()).expect("UTF-8");
    let text = own.replace("</sheetData>", &format!("{rows}</sheetData>{after}"));
    good_with("xl/worksheets/sheet1.xml", text)
}

/// A package with its directory changed: `patch` gets each entry of it.
pub fn lying(bytes: &[u8], patch: impl Fn(&mut [u8])) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = out[at..].windows(4).position(|window| window == b"PK\x01\x02") {
        at += found;
        let end = (at + 46).min(out.len());
        patch(&mut out[at..end]);
        at += 4;
    }
    out
}
