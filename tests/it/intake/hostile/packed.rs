//! Packages that lie about what is in them, and files that are something else.

use std::fmt::Write as _;

use super::super::zips::{good, good_with, lying, pack, parts, with};
use super::Fate::{Either, Read, Refused};
use super::{Hostile, hostile};

const MIB: usize = 1024 * 1024;

/// All of them.
pub fn all() -> Vec<Hostile> {
    let mut all = Vec::new();
    let good = good();
    for percent in [10, 25, 50, 75, 90, 99] {
        let cut = good[..good.len() * percent / 100].to_vec();
        all.push(hostile(format!("cut at {percent} of a hundred.xlsx"), cut, Refused("BROKEN_FILE")));
    }
    for (name, bytes) in [
        ("../../etc/passwd", &b"x"[..]),
        ("/etc/passwd", b"x"),
        ("..\\..\\windows", b"x"),
        ("C:\\windows", b"x"),
        ("xl/../../x", b"x"),
    ] {
        all.push(hostile(
            format!("a part named {name}.xlsx").replace('/', "-"),
            good_with(name, bytes),
            Refused("BAD_PART_NAME"),
        ));
    }
    let zeros = vec![0; 600 * MIB];
    let spaces = vec![b' '; 600 * MIB];
    all.extend([
        hostile("a bomb in a picture.xlsx", good_with("xl/media/image1.png", zeros), Refused("TOO_LARGE")),
        hostile(
            "a bomb in the sheet.xlsx",
            good_with("xl/worksheets/sheet1.xml", spaces.as_slice()),
            Refused("TOO_LARGE"),
        ),
        hostile(
            "a bomb in the strings.xlsx",
            good_with("xl/sharedStrings.xml", spaces),
            Refused("TOO_LARGE"),
        ),
        hostile(
            "a package in a package.xlsx",
            good_with("xl/embeddings/inner.xlsx", good.clone()),
            Read(1, 0),
        ),
        hostile(
            "no package of a spreadsheet.xlsx",
            pack(&[("a.txt".to_owned(), b"x".to_vec())]),
            Refused("NOT_A_TABLE"),
        ),
        hostile("only the beginning.xlsx", &b"PK\x03\x04"[..], Refused("BROKEN_FILE")),
        hostile("an empty package.xlsx", pack(&[]), Refused("NOT_A_TABLE")),
        hostile("encrypted parts.xlsx", lying(&good, |entry| entry[8] |= 1), Refused("ENCRYPTED")),
        hostile("an unknown method.xlsx", lying(&good, |entry| entry[10] = 99), Refused("BROKEN_FILE")),
        hostile("a wrong checksum.xlsx", lying(&good, |entry| entry[16] ^= 0xFF), Refused("BROKEN_FILE")),
        hostile("sizes said too small.xlsx", lying(&good, |entry| entry[24..28].fill(0)), Either),
        hostile("sizes said too large.xlsx", lying(&good, |entry| entry[24..28].fill(0xFE)), Either),
        hostile("packed sizes said too large.xlsx", lying(&good, |entry| entry[20..24].fill(0xFE)), Either),
        hostile(
            "parts at the wrong place.xlsx",
            lying(&good, |entry| entry[42..46].fill(0x7E)),
            Refused("BROKEN_FILE"),
        ),
        hostile(
            "rubbish before it.xlsx",
            [&b"rubbish, rubbish"[..], &good].concat(),
            Refused("UNKNOWN_ENCODING"),
        ),
        hostile("rubbish after it.xlsx", [&good[..], &vec![b'x'; 1000]].concat(), Either),
        hostile("many parts.xlsx", many_parts(), Refused("TOO_LARGE")),
        hostile("no relations.xlsx", without("_rels/.rels"), Refused("BROKEN_FILE")),
        hostile("no workbook.xlsx", without("xl/workbook.xml"), Refused("BROKEN_FILE")),
        hostile("no sheet.xlsx", without("xl/worksheets/sheet1.xml"), Refused("BROKEN_FILE")),
        hostile("no strings.xlsx", without("xl/sharedStrings.xml"), Refused("BROKEN_FILE")),
        hostile("no styles.xlsx", without("xl/styles.xml"), Read(1, 0)),
    ]);
    all.extend(others());
    all
}

fn without(name: &str) -> Vec<u8> {
    let mut parts = parts(&good());
    parts.retain(|(other, _)| other != name);
    pack(&parts)
}

fn many_parts() -> Vec<u8> {
    let mut parts = parts(&good());
    parts.extend((0..10_000).map(|number| (format!("x/{number}"), Vec::new())));
    pack(&parts)
}

/// What isn't a package at all.
fn others() -> Vec<Hostile> {
    let head = "MaHoSo,MaTTHC,DonViXuLy,KenhThucHien,NgayTiepNhan,TrangThaiHoSo";
    let row = "H-1,1.001,A,2,20240506080000,4";
    let mut wide = "x,".repeat(100_000);
    let _ = write!(wide, "\n{head}\n{row}\n");
    let unclosed =
        format!("{head}\nH-1,\"1.001,A,2,20240506080000,4\n{}", format!("{row}\n").repeat(300_000));
    let noise: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let doubled = with(&good(), "mimetype", "application/vnd.oasis.opendocument.spreadsheet");
    vec![
        hostile("empty.xlsx", [], Refused("EMPTY_FILE")),
        hostile(
            "a web page.xls",
            "<html><table><tr><td>MaHoSo</td></tr></table></html>",
            Refused("NOT_A_TABLE"),
        ),
        hostile(
            "a web page in UTF-16.xls",
            "\u{feff}<HTML>".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            Refused("NOT_A_TABLE"),
        ),
        hostile("xml of 2003.xls", "<?xml version=\"1.0\"?><Workbook/>", Refused("NOT_A_TABLE")),
        hostile("a pdf.xlsx", "%PDF-1.7 …", Refused("NOT_A_TABLE")),
        hostile("a program.csv", &b"\x7FELF\x02\x01"[..], Refused("NOT_A_TABLE")),
        hostile("noise.csv", noise, Either),
        hostile("zeros.csv", vec![0; MIB], Either),
        hostile("one line without an end.csv", vec![b'a'; 60 * MIB], Refused("CELL_TOO_LONG")),
        hostile("larger than allowed.csv", vec![b'a'; 65 * MIB], Refused("TOO_LARGE")),
        hostile("a hundred thousand columns.csv", wide, Refused("TOO_WIDE")),
        hostile("a quote that nobody closes.csv", unclosed, Refused("CELL_TOO_LONG")),
        hostile("a million blank lines.csv", format!("{head}\n{}{row}\n", "\n".repeat(10 * MIB)), Read(1, 0)),
        hostile(
            "a million lines of commas.csv",
            format!("{head}\n{}{row}\n", ",,,,,\n".repeat(MIB)),
            Read(1, 0),
        ),
        hostile(
            "formulas as text.csv",
            format!("{head}\n=cmd|' /C calc'!A0,1.001,A,2,20240506080000,4\n"),
            Read(1, 0),
        ),
        hostile("nul characters.csv", format!("{head}\nH\0-1,1.001,A,2,20240506080000,4\n"), Read(0, 1)),
        hostile("a workbook that says it is ods.xlsx", doubled, Read(1, 0)),
    ]
}
