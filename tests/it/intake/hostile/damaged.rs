//! Files of LibreOffice, damaged: XLS and ODS whose structure lies, and many with a few bytes changed at random.

use std::fmt::Write as _;

use super::super::zips::{pack, parts, with};
use super::Fate::{Either, Refused};
use super::{Hostile, hostile};

const XLS: &[u8] = include_bytes!("../libreoffice/mot-cua.xls");
const ODS: &[u8] = include_bytes!("../libreoffice/mot-cua.ods");
const XLSX: &[u8] = include_bytes!("../libreoffice/mot-cua.xlsx");

/// All of them.
pub fn all() -> Vec<Hostile> {
    [xls(), ods(), noisy()].into_iter().flatten().collect()
}

fn patched(bytes: &[u8], at: usize, by: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[at..at + by.len()].copy_from_slice(by);
    out
}

/// Every place of a word in the file.
fn places(bytes: &[u8], word: &[u8]) -> Vec<usize> {
    bytes.windows(word.len()).enumerate().filter(|(_, window)| *window == word).map(|(at, _)| at).collect()
}

fn xls() -> Vec<Hostile> {
    // The table of sectors, each of which says which comes after it.
    let first =
        usize::try_from(u32::from_le_bytes(XLS[76..80].try_into().expect("four bytes"))).expect("small");
    let table = 512 * (first + 1);
    let circle: Vec<u8> = (0..128_u32).flat_map(|sector| (sector.saturating_sub(1)).to_le_bytes()).collect();
    let itself: Vec<u8> = (0..128_u32).flat_map(u32::to_le_bytes).collect();
    let names = places(XLS, &"Workbook".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let name = *names.first().expect("the stream's name");
    let mut encrypted = vec![0; 34];
    for (at, unit) in "EncryptedPackage".encode_utf16().enumerate() {
        encrypted[2 * at..2 * at + 2].copy_from_slice(&unit.to_le_bytes());
    }
    let mut sealed = patched(XLS, name, &encrypted);
    sealed[name + 64] = 34;
    let dimensions = *places(XLS, &[0x00, 0x02, 0x0E, 0x00]).first().expect("the size of a sheet");
    let beginning = *places(XLS, &[0x09, 0x08, 0x10, 0x00]).first().expect("the first record");
    let sst = *places(XLS, &[0xFC, 0x00]).first().expect("the shared texts");
    vec![
        hostile("sectors in a circle.xls", patched(XLS, table, &circle), Refused("NO_SHEET")),
        hostile("sectors after themselves.xls", patched(XLS, table, &itself), Either),
        hostile(
            "tables without an end.xls",
            patched(&patched(XLS, 68, &[0, 0, 0, 0]), 72, &[0xFF; 4]),
            Either,
        ),
        hostile(
            "a directory out of the file.xls",
            patched(XLS, 48, &[0xF0, 0xFF, 0xFF, 0x7F]),
            Refused("BROKEN_FILE"),
        ),
        hostile("sectors of no size.xls", patched(XLS, 30, &[0, 0]), Refused("BROKEN_FILE")),
        hostile("a locked workbook.xls", sealed, Refused("ENCRYPTED")),
        hostile("only its head.xls", &XLS[..512], Refused("BROKEN_FILE")),
        hostile("half of it.xls", &XLS[..XLS.len() / 2], Either),
        hostile(
            "a sheet that says it is huge.xls",
            patched(XLS, dimensions + 4, &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]),
            Either,
        ),
        hostile("the form of Excel 95.xls", patched(XLS, beginning + 4, &[0x00, 0x05]), Refused("OLD_FORM")),
        hostile("strings that say they are many.xls", patched(XLS, sst + 8, &[0xFF; 4]), Either),
    ]
}

fn ods() -> Vec<Hostile> {
    let content = |text: &str| {
        let head = r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="A">"#;
        let whole = format!(
            "{head}{text}</table:table></office:spreadsheet></office:body></office:document-content>"
        );
        with(ODS, "content.xml", whole)
    };
    let cell = |attributes: &str| {
        format!(
            "<table:table-cell office:value-type=\"string\" {attributes}><text:p>x</text:p></table:table-cell>"
        )
    };
    let repeated = |rows: &str, columns: &str| {
        let cell = cell(&format!("table:number-columns-repeated=\"{columns}\""));
        content(&format!("<table:table-row table:number-rows-repeated=\"{rows}\">{cell}</table:table-row>"))
    };
    // Gone through once for every sheet they would take minutes.
    let full = format!("<table:table-row>{}</table:table-row>", cell("").repeat(10)).repeat(1000);
    let sheets = (0..100).fold(String::new(), |mut all, number| {
        let _ = write!(all, "</table:table><table:table table:name=\"S{number}\">{full}");
        all
    });
    let manifest = "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let blank = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    vec![
        hostile("every cell is filled.ods", repeated("1048576", "16384"), Refused("TOO_WIDE")),
        hostile("a thousand columns to the end.ods", repeated("1048576", "1000"), Refused("TOO_LARGE")),
        hostile("rows repeated for ever.ods", repeated("99999999999", "1"), Refused("NO_HEADER")),
        hostile("blank to the end, a hundred times.ods", content(&blank.repeat(100)), Refused("NO_HEADER")),
        hostile(
            "content after the last row.ods",
            content(&format!("{blank}<table:table-row>{}</table:table-row>", cell(""))),
            Refused("TOO_LARGE"),
        ),
        hostile(
            "spaces without number.ods",
            content(
                "<table:table-row><table:table-cell office:value-type=\"string\"><text:p><text:s text:c=\"4294967295\"/>x</text:p></table:table-cell></table:table-row>",
            ),
            Refused("NO_HEADER"),
        ),
        hostile(
            "a text without an end.ods",
            content(&format!(
                "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>{}</text:p></table:table-cell></table:table-row>",
                "x".repeat(1 << 20)
            )),
            Refused("CELL_TOO_LONG"),
        ),
        hostile(
            "tables in tables.ods",
            content(&"<table:table table:name=\"x\"><table:table-row><table:table-cell>".repeat(100_000)),
            Refused("BROKEN_FILE"),
        ),
        hostile("a locked document.ods", with(ODS, "META-INF/manifest.xml", manifest), Refused("ENCRYPTED")),
        hostile(
            "a text document.ods",
            with(ODS, "mimetype", "application/vnd.oasis.opendocument.text"),
            Refused("NOT_A_TABLE"),
        ),
        hostile("a hundred full sheets.ods", content(&sheets), Refused("NO_HEADER")),
        hostile("no content.ods", with(ODS, "content.xml", ""), Refused("NO_SHEET")),
    ]
}

/// Files with bytes changed; of packages the parts, since their checksums would tell.
fn noisy() -> Vec<Hostile> {
    let mut all = Vec::new();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).expect("small")).expect("small")
    };
    for number in 0..24 {
        let mut bytes = XLS.to_vec();
        for _ in 0..=number {
            let at = 8 + next(bytes.len() - 8);
            bytes[at] = u8::try_from(next(256)).expect("a byte");
        }
        all.push(hostile(format!("noise {number}.xls"), bytes, Either));
    }
    for (number, base, extension) in (0..16).map(|n| (n, XLSX, "xlsx")).chain((0..8).map(|n| (n, ODS, "ods")))
    {
        let mut parts = parts(base);
        for (name, bytes) in parts.iter_mut().filter(|(name, _)| name.rsplit('.').next() == Some("xml")) {
            if !bytes.is_empty() && (extension == "xlsx" || name == "content.xml") && next(3) == 0 {
                for _ in 0..=number {
                    let at = next(bytes.len());
                    bytes[at] = u8::try_from(32 + next(95)).expect("a byte");
                }
            }
        }
        all.push(hostile(format!("noise {number}.{extension}"), pack(&parts), Either));
    }
    all
}
