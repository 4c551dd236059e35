//! Forms as recipients send them, with nothing filled in yet.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook};
use zip::write::SimpleFileOptions;

use crate::support::packages::parts;

/// The Home Affairs office's document, as Word leaves one: a header, a sentence in pieces, a table.
pub fn document() -> Vec<u8> {
    let run =
        |text: &str| format!("<w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let paragraph = |texts: &[&str]| {
        format!(
            "<w:p>{}</w:p>",
            texts
                .iter()
                .map(|text| run(text))
                .collect::<Vec<_>>()
                .join("<w:proofErr w:type=\"spellStart\"/>")
        )
    };
    let cell = |text: &str| {
        format!("<w:tc><w:tcPr><w:tcW w:w=\"3000\" w:type=\"dxa\"/></w:tcPr>{}</w:tc>", paragraph(&[text]))
    };
    let row =
        |texts: &[&str]| format!("<w:tr>{}</w:tr>", texts.iter().map(|text| cell(text)).collect::<String>());
    let borders: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .map(|side| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>"))
        .concat();
    let body = [
        paragraph(&["Biểu tổng hợp của {{report/office}}, {{period/", "range}} (kèm Báo cáo số …/BC-VP)"]),
        paragraph(&["{{say/dossiers}}"]),
        paragraph(&["Nguyên nhân: {{place/causes}}"]),
        paragraph(&[
            "Tiếp nhận {",
            "{total/dossiers/received_total",
            "}} hồ sơ, trễ hạn {{total/dossiers/resolved_late|00}} hồ sơ, đúng hạn {{total/not_late/percent}}.",
        ]),
        format!(
            "<w:tbl><w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid><w:gridCol w:w=\"3000\"/><w:gridCol w:w=\"3000\"/><w:gridCol w:w=\"3000\"/></w:tblGrid>{}{}</w:tbl>",
            row(&["STT", "Cơ quan", "Đã giải quyết"]),
            row(&["{{unit.no}}", "{{unit.name}}", "{{unit.dossiers/resolved}}"]),
        ),
        paragraph(&["{{report/place}}, ngày … tháng … năm …"]),
    ];
    let word = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
                xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    let relations = |inside: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inside}</Relationships>"
        )
    };
    let relation = |id: &str, kind: &str, target: &str| {
        format!(
            "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"
        )
    };
    let main = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    packed(&[
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Override PartName=\"/word/document.xml\" ContentType=\"{main}.document.main+xml\"/>\
             <Override PartName=\"/word/header1.xml\" ContentType=\"{main}.header+xml\"/></Types>"
            ),
        ),
        ("_rels/.rels", relations(&relation("r1", "officeDocument", "word/document.xml"))),
        ("word/_rels/document.xml.rels", relations(&relation("r1", "header", "header1.xml"))),
        (
            "word/header1.xml",
            format!(
                "<w:hdr {word}>{}</w:hdr>",
                paragraph(&["Kỳ báo cáo: {{period/name}} – {{report/place}}"])
            ),
        ),
        (
            "word/document.xml",
            format!(
                "<w:document {word}><w:body>{}<w:sectPr><w:headerReference w:type=\"default\" r:id=\"r1\"/>\
             <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"851\" w:bottom=\"1134\" w:left=\"1701\"/></w:sectPr></w:body></w:document>",
                body.concat()
            ),
        ),
    ])
}

fn packed(parts: &[(&str, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a part begins");
        archive.write_all(text.as_bytes()).expect("it is written");
    }
    archive.finish().expect("it is a package").into_inner()
}

/// The Home Affairs office's workbook: rows for units, their sum, a share of all, on a second sheet a formula over both.
pub fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let head = Format::new().set_bold().set_align(FormatAlign::Center).set_border(FormatBorder::Thin);
    let (boxed, share) = (
        Format::new().set_border(FormatBorder::Thin),
        Format::new().set_num_format("0.00%").set_border(FormatBorder::Thin),
    );
    let sheet = workbook.add_worksheet().set_name("Biểu 01").expect("a name");
    sheet.set_column_width(1, 40).expect("wide");
    sheet.set_column_width(2, 14).expect("wide");
    sheet.write_string_with_format(0, 1, "BIỂU TỔNG HỢP KẾT QUẢ GIẢI QUYẾT TTHC", &head).expect("written");
    sheet.write_string(1, 1, "Kỳ báo cáo").expect("written");
    for (column, text) in (0..).zip(["STT", "Cơ quan", "Tiếp nhận", "Giải quyết", "Đúng hạn"]) {
        sheet.write_string_with_format(3, column, text, &head).expect("written");
    }
    for row in 4..14 {
        for column in 0..4 {
            sheet.write_blank(row, column, &boxed).expect("written");
        }
        sheet.write_blank(row, 4, &share).expect("written");
    }
    sheet.write_string_with_format(14, 1, "Tổng cộng", &head).expect("written");
    sheet.write_formula_with_format(14, 2, "=SUM(C5:C14)", &boxed).expect("written");
    sheet.write_formula_with_format(14, 3, "=SUM(D5:D14)", &boxed).expect("written");
    sheet.write_formula_with_format(14, 4, "=bonro_total_not_late_share", &share).expect("written");
    let second = workbook.add_worksheet().set_name("Tỷ lệ").expect("a name");
    second.write_formula(0, 0, "=ROUND('Biểu 01'!D15/'Biểu 01'!C15*100,2)").expect("written");
    for (name, place) in [
        ("bonro_period_range", "$C$2"),
        ("bonro_total_not_late_share", "$G$2"),
        ("bonro_unit_no", "$A$5:$A$14"),
        ("bonro_unit_name", "$B$5:$B$14"),
        ("bonro_unit_dossiers_received_total", "$C$5:$C$14"),
        ("bonro_unit_dossiers_resolved", "$D$5:$D$14"),
        ("bonro_unit_not_late_share", "$E$5:$E$14"),
    ] {
        workbook.define_name(name, &format!("='Biểu 01'!{place}")).expect("a name");
    }
    workbook.save_to_buffer().expect("it is saved")
}

/// A small workbook whose names ask for more cells than a form has.
pub fn rows_of_many_columns() -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("A").expect("a name");
    let mut form = workbook.save_to_buffer().map(|bytes| parts(&bytes)).expect("it is saved");
    let mut names = String::from("<definedNames>");
    for column in 0_u8..100 {
        let letters = format!("{}{}", char::from(b'A' + column / 26), char::from(b'A' + column % 26));
        let _ = write!(
            names,
            "<definedName name=\"bonro_unit_name\">A!${letters}$1:${letters}$5000</definedName>"
        );
    }
    let book = form.get_mut("xl/workbook.xml").expect("a workbook");
    *book = book.replace("</sheets>", &format!("</sheets>{names}</definedNames>"));
    let all: Vec<(&str, String)> = form.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    packed(&all)
}
