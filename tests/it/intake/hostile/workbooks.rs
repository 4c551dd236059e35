//! Workbooks whose parts are hostile: sheets, strings, styles, relations.

use std::fmt::Write as _;

use super::super::zips::{good, good_with, more, parts, sheet};
use super::Fate::{Either, Read, Refused};
use super::{Hostile, hostile};

const MIB: usize = 1024 * 1024;

/// All of them.
pub fn all() -> Vec<Hostile> {
    [cells(), sizes(), markup(), tables(), relations()].into_iter().flatten().collect()
}

/// A row of dossier `H-2` with that for its receipt.
fn receipt(cell: &str) -> Vec<u8> {
    let text =
        |column: char, text: &str| format!("<c r=\"{column}3\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let (before, after) =
        (text('A', "H-2") + &text('B', "1.001") + &text('C', "A") + &text('D', "2"), text('G', "4"));
    more(&format!("<row r=\"3\">{before}{cell}{after}</row>"), "")
}

fn cells() -> Vec<Hostile> {
    let mut all = vec![
        hostile(
            "a formula with its value.xlsx",
            receipt("<c r=\"E3\" t=\"str\"><f>NOW()</f><v>20240506080000</v></c>"),
            Read(2, 0),
        ),
        hostile("a formula without a value.xlsx", receipt("<c r=\"E3\"><f>NOW()</f></c>"), Read(1, 1)),
        hostile(
            "a formula that runs programs.xlsx",
            receipt("<c r=\"E3\"><f>cmd|' /C calc'!A0</f><v>0</v></c>"),
            Read(1, 1),
        ),
        hostile(
            "an array formula.xlsx",
            receipt("<c r=\"E3\"><f t=\"array\" ref=\"A1:XFD1048576\">1</f><v>45418.3</v></c>"),
            Read(2, 0),
        ),
        hostile(
            "a shared formula.xlsx",
            receipt(
                "<c r=\"E3\"><f t=\"shared\" si=\"4294967295\" ref=\"A1:XFD1048576\">1</f><v>45418.3</v></c>",
            ),
            Read(2, 0),
        ),
        hostile("an error for a date.xlsx", receipt("<c r=\"E3\" t=\"e\"><v>#N/A</v></c>"), Read(1, 1)),
        hostile(
            "an error that nobody knows.xlsx",
            receipt("<c r=\"E3\" t=\"e\"><v>#BANANA</v></c>"),
            Read(1, 1),
        ),
        hostile("yes for a date.xlsx", receipt("<c r=\"E3\" t=\"b\"><v>1</v></c>"), Read(1, 1)),
        hostile(
            "text for a date.xlsx",
            receipt("<c r=\"E3\" t=\"inlineStr\"><is><t>hôm qua</t></is></c>"),
            Read(1, 1),
        ),
        hostile(
            "a nul in a text.xlsx",
            receipt("<c r=\"E3\" t=\"inlineStr\"><is><t>a_x0000_b</t></is></c>"),
            Read(1, 1),
        ),
    ];
    for number in ["-1", "0", "1e300", "1e400", "NaN", "inf", "99999999999999999999", "-1e-300"] {
        all.push(hostile(
            format!("the date {number}.xlsx"),
            receipt(&format!("<c r=\"E3\"><v>{number}</v></c>")),
            Read(1, 1),
        ));
    }
    for (what, cell) in [
        ("an unknown kind", "<c r=\"E3\" t=\"weird\"><v>1</v></c>"),
        ("no such text", "<c r=\"E3\" t=\"s\"><v>99999999</v></c>"),
        ("a wrong truth", "<c r=\"E3\" t=\"b\"><v>banana</v></c>"),
        ("a wrong reference", "<c r=\"3E\"><v>1</v></c>"),
        ("a reference out of all bounds", "<c r=\"ZZZZZZZZZZ99999999999\"><v>1</v></c>"),
        ("a zero character", "<c r=\"E3\" t=\"inlineStr\"><is><t>&#0;</t></is></c>"),
        ("an unknown entity", "<c r=\"E3\" t=\"inlineStr\"><is><t>&boom;</t></is></c>"),
    ] {
        all.push(hostile(format!("{what}.xlsx"), receipt(cell), Refused("BROKEN_FILE")));
    }
    all
}

fn rows(count: usize, of: impl Fn(usize) -> String) -> String {
    (3..3 + count).fold(String::new(), |mut text, row| {
        let _ = write!(text, "{}", of(row));
        text
    })
}

fn sizes() -> Vec<Hostile> {
    let columns: String = (0..16_384).fold(String::new(), |mut text, _| {
        text.push_str("<c><v>1</v></c>");
        text
    });
    let long = format!(
        "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>{}</t></is></c></row>",
        "x".repeat(10 * MIB)
    );
    let million = 1_048_574;
    let merges = "<mergeCell ref=\"A1:XFD1048576\"/>".repeat(200_000);
    let blanks = (0..16_384).fold(String::new(), |mut text, _| {
        text.push_str("<c s=\"1\"/>");
        text
    });
    vec![
        hostile(
            "1048576 empty rows.xlsx",
            more(&rows(million, |row| format!("<row r=\"{row}\"/>")), ""),
            Read(1, 0),
        ),
        hostile("1048576 rows without numbers.xlsx", more(&"<row/>".repeat(million), ""), Read(1, 0)),
        hostile(
            "a million rows of formatted blanks.xlsx",
            more(&rows(million, |row| format!("<row r=\"{row}\"><c s=\"1\"/><c s=\"1\"/></row>")), ""),
            Read(1, 0),
        ),
        hostile(
            "16384 formatted blanks.xlsx",
            more(&rows(100, |row| format!("<row r=\"{row}\">{blanks}</row>")), ""),
            Read(1, 0),
        ),
        hostile(
            "16384 columns.xlsx",
            more(&format!("<row r=\"3\">{columns}</row>"), ""),
            Refused("TOO_WIDE"),
        ),
        hostile(
            "the last cell of all.xlsx",
            more("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>", ""),
            Refused("TOO_WIDE"),
        ),
        hostile(
            "the last row.xlsx",
            more("<row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row>", ""),
            Read(1, 0),
        ),
        hostile(
            "a row after the last.xlsx",
            more("<row r=\"1048577\"><c r=\"A1048577\"><v>1</v></c></row>", ""),
            Refused("BROKEN_FILE"),
        ),
        hostile(
            "row zero.xlsx",
            more("<row r=\"0\"><c r=\"A0\"><v>1</v></c></row>", ""),
            Refused("BROKEN_FILE"),
        ),
        hostile(
            "row 4294967295.xlsx",
            more("<row r=\"4294967295\"><c><v>1</v></c></row>", ""),
            Refused("BROKEN_FILE"),
        ),
        hostile("row 99999999999.xlsx", more("<row r=\"99999999999\"><c><v>1</v></c></row>", ""), Either),
        hostile(
            "rows out of order.xlsx",
            more(
                "<row r=\"9\"><c r=\"A9\"><v>1</v></c></row><row r=\"3\"><c r=\"A3\"><v>1</v></c></row>",
                "",
            ),
            Refused("BROKEN_FILE"),
        ),
        hostile("a cell of ten megabytes.xlsx", more(&long, ""), Refused("CELL_TOO_LONG")),
        hostile(
            "two hundred thousand merged areas.xlsx",
            more("", &format!("<mergeCells>{merges}</mergeCells>")),
            Read(1, 0),
        ),
        hostile(
            "a merged area upside down.xlsx",
            more("", "<mergeCells><mergeCell ref=\"C9:A1\"/></mergeCells>"),
            Either,
        ),
        hostile(
            "a merged area of nothing.xlsx",
            more("", "<mergeCells><mergeCell ref=\"\"/></mergeCells>"),
            Either,
        ),
    ]
}

fn markup() -> Vec<Hostile> {
    let mut laughs = "<!DOCTYPE x [<!ENTITY l0 \"ha\">".to_owned();
    for level in 1..30 {
        let _ = write!(laughs, "<!ENTITY l{level} \"&l{0};&l{0};\">", level - 1);
    }
    laughs.push_str("]>");
    let laughing = format!(
        "<?xml version=\"1.0\"?>{laughs}<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&l29;</t></is></c></row></sheetData></worksheet>"
    );
    let reading = laughing.replace(&laughs, "<!DOCTYPE x [<!ENTITY l29 SYSTEM \"file:///etc/passwd\">]>");
    let part = "xl/worksheets/sheet1.xml";
    let utf_16: Vec<u8> = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?><worksheet/>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        hostile("a billion laughs.xlsx", good_with(part, laughing), Refused("BROKEN_FILE")),
        hostile("an entity that reads files.xlsx", good_with(part, reading), Refused("BROKEN_FILE")),
        hostile(
            "deep nesting.xlsx",
            sheet(format!("<sheetData>{}", "<a>".repeat(MIB))),
            Refused("BROKEN_FILE"),
        ),
        hostile(
            "tags that don't close.xlsx",
            sheet("<sheetData><row r=\"1\"><c r=\"A1\"><v>1"),
            Refused("BROKEN_FILE"),
        ),
        hostile("no data.xlsx", sheet(""), Refused("BROKEN_FILE")),
        hostile("an empty sheet.xlsx", sheet("<sheetData/>"), Refused("NO_HEADER")),
        hostile("an empty part.xlsx", good_with(part, ""), Refused("BROKEN_FILE")),
        hostile("no xml.xlsx", good_with(part, vec![0xFF; 1000]), Refused("BROKEN_FILE")),
        hostile("xml in utf-16.xlsx", good_with(part, utf_16), Refused("BROKEN_FILE")),
        hostile(
            "xml in another encoding.xlsx",
            good_with(part, "<?xml version=\"1.0\" encoding=\"iso-2022-jp\"?><worksheet/>"),
            Refused("BROKEN_FILE"),
        ),
        hostile(
            "an attribute of a hundred megabytes.xlsx",
            sheet(format!("<sheetData><row r=\"{}\"/></sheetData>", "1".repeat(100 * MIB))),
            Either,
        ),
    ]
}

fn tables() -> Vec<Hostile> {
    let strings = |attributes: &str, content: &str| {
        let text = format!(
            "<?xml version=\"1.0\"?><sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"{attributes}>{content}</sst>"
        );
        good_with("xl/sharedStrings.xml", text)
    };
    let styles = |content: &str| {
        let text = format!(
            "<?xml version=\"1.0\"?><styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{content}</styleSheet>"
        );
        good_with("xl/styles.xml", text)
    };
    let format = |length: usize, count: usize| {
        let code = "0".repeat(length);
        let cells = "<xf numFmtId=\"200\"/>".repeat(count);
        styles(&format!(
            "<numFmts><numFmt numFmtId=\"200\" formatCode=\"{code}\"/></numFmts><cellXfs>{cells}</cellXfs>"
        ))
    };
    let digits = |count: usize| {
        (0..count).fold(String::new(), |mut text, number| {
            let _ = write!(text, "<si><t>{number}</t></si>");
            text
        })
    };
    vec![
        hostile(
            "strings that say they are many.xlsx",
            strings(" uniqueCount=\"999999999999\"", ""),
            Refused("BROKEN_FILE"),
        ),
        hostile(
            "strings that say they are very many.xlsx",
            strings(" uniqueCount = '99999999999999999999999'", ""),
            Refused("BROKEN_FILE"),
        ),
        hostile("three million strings.xlsx", strings("", &digits(3_000_000)), Either),
        hostile(
            "a string of 200 megabytes.xlsx",
            strings("", &format!("<si><t>{}</t></si>", "ab cd ef ".repeat(23 * MIB))),
            Either,
        ),
        hostile("strings that don't close.xlsx", strings("", "<si><t>x"), Refused("BROKEN_FILE")),
        hostile("formats of a megabyte.xlsx", format(MIB, 60_000), Read(1, 0)),
        hostile("a million formats.xlsx", format(10, 1_000_000), Refused("TOO_LARGE")),
        hostile(
            "formats of no font.xlsx",
            styles("<cellXfs><xf fontId=\"999999\" fillId=\"-1\" borderId=\"x\"/></cellXfs>"),
            Read(1, 0),
        ),
        hostile("styles that don't close.xlsx", styles("<cellXfs><xf"), Refused("BROKEN_FILE")),
    ]
}

fn relations() -> Vec<Hostile> {
    let own = |name: &str| {
        let parts = parts(&good());
        let (_, bytes) = parts.into_iter().find(|(other, _)| other == name).expect("the part");
        String::from_utf8(bytes).expect("UTF-8")
    };
    let (workbook, relations) = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels");
    let one = "<sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/>";
    let many: String = (0..2000).map(|number| one.replace("Sheet1", &format!("S{number}"))).collect();
    let sheets = |text: &str| {
        let own = own(workbook);
        assert!(own.contains(one), "{own}");
        good_with(workbook, own.replace(one, text))
    };
    let target = |text: &str| {
        let own = own(relations);
        assert!(own.contains("worksheets/sheet1.xml"), "{own}");
        good_with(relations, own.replace("worksheets/sheet1.xml", text))
    };
    vec![
        hostile("no sheets.xlsx", sheets(""), Refused("NO_SHEET")),
        hostile("two sheets of one name.xlsx", sheets(&format!("{one}{one}")), Read(1, 0)),
        hostile("two thousand sheets.xlsx", sheets(&many), Refused("TOO_LARGE")),
        hostile(
            "a sheet name of a megabyte.xlsx",
            sheets(&one.replace("Sheet1", &"x".repeat(MIB))),
            Read(1, 0),
        ),
        hostile("a sheet without its part.xlsx", sheets(&one.replace("rId1", "rId99")), Either),
        hostile("a sheet outside the package.xlsx", target("../../../../etc/passwd"), Refused("BROKEN_FILE")),
        hostile("a sheet from the network.xlsx", target("http://127.0.0.1:9/x.xml"), Refused("BROKEN_FILE")),
        hostile("a sheet that is the workbook.xlsx", target("workbook.xml"), Refused("BROKEN_FILE")),
        hostile(
            "macros.xlsm",
            good_with("xl/vbaProject.bin", &b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1macro"[..]),
            Read(1, 0),
        ),
        hostile(
            "a hidden sheet.xlsx",
            sheets(&one.replace("sheetId", "state=\"veryHidden\" sheetId")),
            Refused("HIDDEN_SHEET"),
        ),
    ]
}
