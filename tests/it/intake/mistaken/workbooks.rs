//! Cells of XLSX and XLS that would be read as blank, as another value, or keep a whole file from being read.

use bonro::intake::{DossierRecord, Mapping, Problem, read_table};
use rust_xlsxwriter::{Format, Workbook};

use super::super::export::local;
use super::super::whole::{mapping, split};
use super::super::zips::{good, good_with, parts, with};
use super::{HEAD, ROW, reasons, refused};

const XLS: &[u8] = include_bytes!("../libreoffice/mot-cua.xls");
const XLSX: &[u8] = include_bytes!("../libreoffice/mot-cua.xlsx");

/// A workbook of one dossier, in which the cells of these columns are that XML.
fn workbook(changed: &[(char, &str)]) -> Vec<u8> {
    let text = |column: char, row: u32, text: &str| {
        format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let letters = || 'A'..='Z';
    let head: String =
        letters().zip(HEAD.split(',')).map(|(column, heading)| text(column, 1, heading)).collect();
    let row: String = letters()
        .zip(ROW.split(',').map(Some).chain([None; 2]))
        .map(|(column, own)| {
            let other = changed.iter().find(|(of, _)| *of == column);
            match (other, own) {
                (Some((_, xml)), _) => xml.replacen("<c", &format!("<c r=\"{column}2\""), 1),
                (None, own) => text(column, 2, own.unwrap_or_default()),
            }
        })
        .collect();
    good_with(
        "xl/worksheets/sheet1.xml",
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">{head}</row><row r="2">{row}</row></sheetData></worksheet>"#
        ),
    )
}

fn read(bytes: &[u8]) -> (Vec<DossierRecord>, Vec<Problem>) {
    let table = read_table("a.xlsx", bytes, &mapping("mot-cua")).unwrap_or_else(|found| panic!("{found:#?}"));
    let (records, problems) = split(table);
    (records.into_values().collect(), problems)
}

fn one(changed: &[(char, &str)]) -> DossierRecord {
    let (mut records, problems) = read(&workbook(changed));
    assert_eq!(problems, [], "{changed:?}");
    records.pop().expect("a dossier")
}

fn told(changed: &[(char, &str)]) -> Vec<String> {
    let (records, problems) = read(&workbook(changed));
    assert_eq!(records, [], "{changed:?}");
    problems
        .iter()
        .map(|problem| format!("{} {} “{}”", problem.reason, problem.field, problem.value))
        .collect()
}

#[test]
fn a_formula_whose_value_is_not_saved_is_no_blank_cell() {
    for cell in [
        "<c><f>F2+5</f></c>",
        "<c><f>F2+5</f><v></v></c>",
        "<c><f>F2+5</f><v/></c>",
        "<c t=\"str\"><f>F2+5</f></c>",
        "<c><f t=\"shared\" si=\"0\"/></c>",
    ] {
        assert_eq!(told(&[('G', cell)]), ["FORMULA_WITHOUT_VALUE G (Ngày hẹn trả) “”"], "{cell}");
        assert_eq!(told(&[('I', cell)]), ["FORMULA_WITHOUT_VALUE I (Trạng thái) “”"], "{cell}");
        assert_eq!(told(&[('A', cell)])[0], "FORMULA_WITHOUT_VALUE A (Mã hồ sơ) “”", "{cell}");
    }
    // An empty text is a value.
    assert_eq!(one(&[('G', "<c t=\"str\"><f>IF(1=2,1,\"\")</f><v></v></c>")]).due_at, None);
    // A column that nobody reads may hold what it likes.
    assert_eq!(&*one(&[('J', "<c><f>F2+5</f></c>")]).code, "H-1");
}

#[test]
fn newer_errors_are_errors_of_their_cells() {
    for error in
        ["#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#GETTING_DATA", "#DIV/0!"]
    {
        let cell = format!("<c t=\"e\"><v>{error}</v></c>");
        assert_eq!(told(&[('G', &cell)]), [format!("CELL_ERROR G (Ngày hẹn trả) “{error}”")]);
        assert_eq!(told(&[('I', &cell)]), [format!("CELL_ERROR I (Trạng thái) “{error}”")]);
        assert_eq!(&*one(&[('J', &cell)]).code, "H-1");
    }
}

#[test]
fn numbers_truths_and_dates_are_read_as_they_stand() {
    let text = |cell: &str| one(&[('C', cell)]).unit_code.to_string();
    assert_eq!(text("<c><v>1</v></c>"), "1");
    assert_eq!(text("<c><v>1.0</v></c>"), "1");
    assert_eq!(text("<c t=\"n\"><v>1.5E3</v></c>"), "1500");
    assert_eq!(text("<c t=\"b\"><v>1</v></c>"), "true");
    assert_eq!(text("<c t=\"str\"><f>A1</f><v>TP &amp; HT</v></c>"), "TP & HT");
    assert_eq!(
        text("<c t=\"inlineStr\"><is><r><t>Phòng </t></r><r><t>TP</t></r><rPh><t>x</t></rPh></is></c>"),
        "Phòng TP"
    );
    assert_eq!(text("<c t=\"str\"><v>a_x000D_b</v></c>"), "a b");
    // As careless programs write it.
    assert_eq!(text("<c t=\"inlineStr\"><v>TP</v></c>"), "TP");
    assert_eq!(text("<c><is><t>TP</t></is></c>"), "TP");
    let due = |cell: &str| local(one(&[('G', cell)]).due_at, "%d/%m/%Y %H:%M:%S");
    assert_eq!(due("<c t=\"d\"><v>2024-05-13T16:30:15</v></c>"), "13/05/2024 16:30:15");
    assert_eq!(due("<c t=\"d\"><v>2024-05-13</v></c>"), "13/05/2024 17:00:00");
    assert_eq!(due("<c t=\"d\"><v>2024-05-13T09:30:15Z</v></c>"), "13/05/2024 16:30:15");
    // A value before its formula, blanks around it, a prefix before every name.
    assert_eq!(due("<c><v> 45425.5 </v><f>F2+7</f></c>"), "13/05/2024 12:00:00");
    assert_eq!(told(&[('G', "<c t=\"b\"><v>1</v></c>")]), ["BAD_INSTANT G (Ngày hẹn trả) “true”"]);
    // 0 in a cell of dates is what a reference to a blank cell gives; 1.06 is a duration of 25 hours.
    for number in ["0", "1.06"] {
        assert_eq!(
            told(&[('G', &format!("<c><v>{number}</v></c>"))]),
            [format!("BAD_INSTANT G (Ngày hẹn trả) “{number}”")]
        );
    }
}

#[test]
fn a_name_with_a_prefix_is_the_same_name() {
    let own = parts(&workbook(&[]));
    let (_, sheet) = own.iter().find(|(name, _)| name == "xl/worksheets/sheet1.xml").expect("the sheet");
    let sheet = String::from_utf8(sheet.clone()).expect("UTF-8");
    let sheet = ["worksheet", "sheetData", "row", "c ", "is>", "t>"].iter().fold(sheet, |sheet, name| {
        sheet
            .replace(&format!("<{name}"), &format!("<x:{name}"))
            .replace(&format!("</{name}"), &format!("</x:{name}"))
    });
    let sheet = sheet.replace("</c>", "</x:c>").replace(" xmlns=", " xmlns:x=");
    let (records, problems) = read(&good_with("xl/worksheets/sheet1.xml", sheet));
    assert_eq!((records.len(), problems), (1, Vec::new()));
}

/// A workbook of one dossier with that number and format as its codes.
fn coded(number: f64, format: &str) -> Vec<String> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEAD.split(',')).expect("a row");
    sheet.write_row(1, 0, ROW.split(',')).expect("a row");
    let format = Format::new().set_num_format(format);
    for column in 0..3 {
        sheet.write_with_format(1, column, number, &format).expect("a cell");
    }
    let (records, problems) = read(&book.save_to_buffer().expect("a workbook"));
    let good = records.iter().map(|record| {
        assert_eq!((&record.code, &*record.procedure_code), (&record.code, &*record.unit_code));
        record.code.to_string()
    });
    let bad = problems.iter().map(|problem| format!("{} {}", problem.reason, &problem.field[..1]));
    good.chain(bad).collect()
}

#[test]
fn a_code_that_became_a_number_is_taken_only_where_its_digits_are_sure() {
    let lost = ["CODE_AS_NUMBER A", "CODE_AS_NUMBER B", "CODE_AS_NUMBER C"];
    assert_eq!(coded(1234.0, "000000"), lost);
    assert_eq!(coded(1234.0, "\"HS-\"0"), lost);
    assert_eq!(coded(1_234_567_890_123_456.0, "0"), lost);
    assert_eq!(coded(1.00161, "General"), lost);
    assert_eq!(coded(45418.0, "dd/mm/yyyy"), lost);
    assert_eq!(coded(123_456.0, "000000"), ["123456"]);
    assert_eq!(coded(240_508_000_001.0, "General"), ["240508000001"]);
    assert_eq!(coded(12.0, "#,##0"), ["12"]);
    // A list of texts that was opened and saved again; 1.001610 would have lost its zero.
    assert_eq!(coded(1.001_612, "General"), ["1.001612"]);
    let text = ROW.replace("H-1", "\"2,40508E+14\"");
    let table =
        read_table("a.csv", format!("{HEAD}\n{text}\n").as_bytes(), &mapping("mot-cua")).expect("it is read");
    let problems = split(table).1;
    assert_eq!(reasons(&problems), ["CODE_AS_NUMBER"]);
    assert_eq!(&*problems[0].value, "2,40508E+14");
}

fn received(bytes: &[u8]) -> String {
    let table = read_table("a", bytes, &mapping("mot-cua")).unwrap_or_else(|found| panic!("{found:#?}"));
    let (records, problems) = split(table);
    assert_eq!(problems, []);
    local(Some(records["000.00.25.H48-240506-0001"].received_at), "%d/%m/%Y %H:%M:%S")
}

#[test]
fn days_that_are_counted_from_1904_are_the_same_days() {
    assert_eq!([received(XLS), received(XLSX)], ["06/05/2024 08:15:30"; 2]);
    // 1462 days later by the other count.
    let record = [0x22, 0, 2, 0, 0, 0];
    let at = XLS.windows(6).position(|window| window == record).expect("how days are counted");
    let mut xls = XLS.to_vec();
    xls[at + 4] = 1;
    let own = parts(XLSX);
    let (_, own) = own.iter().find(|(name, _)| name == "xl/workbook.xml").expect("the workbook");
    let own = String::from_utf8(own.clone()).expect("UTF-8");
    assert!(own.contains("date1904=\"false\"") || own.contains("<workbookPr "), "{own}");
    let changed =
        own.replace("date1904=\"false\"", "").replace("<workbookPr ", "<workbookPr date1904=\"1\" ");
    let xlsx = with(XLSX, "xl/workbook.xml", changed);
    assert_eq!([received(&xls), received(&xlsx)], ["07/05/2028 08:15:30"; 2]);
}

#[test]
fn a_bare_number_counts_from_1904_too() {
    let own = parts(&good());
    let (_, own) = own.iter().find(|(name, _)| name == "xl/workbook.xml").expect("the workbook");
    let own = String::from_utf8(own.clone())
        .expect("UTF-8")
        .replace("<workbookPr ", "<workbookPr date1904=\"true\" ");
    let book =
        with(&workbook(&[('G', "<c><v>43963.5</v></c>"), ('C', "<c><v>7</v></c>")]), "xl/workbook.xml", own);
    let (records, problems) = read(&book);
    assert_eq!(problems, []);
    assert_eq!(
        (local(records[0].due_at, "%d/%m/%Y %H:%M"), &*records[0].unit_code),
        ("13/05/2024 12:00".to_owned(), "7")
    );
}

/// A workbook of such sheets; each holds one dossier.
fn sheets(of: &[(&str, bool)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, is_hidden) in of {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).expect("a name").set_hidden(*is_hidden);
        if !is_hidden {
            // Else the first one counts as opened, and what is open isn't hidden.
            sheet.set_active(true).set_first_tab(true);
        }
        sheet.write_row(0, 0, HEAD.split(',')).expect("a row");
        sheet.write_row(1, 0, ROW.replace("H-1", name).split(',')).expect("a row");
    }
    book.save_to_buffer().expect("a workbook")
}

fn codes(bytes: &[u8], mapping: &Mapping) -> Vec<String> {
    let table = read_table("a", bytes, mapping).unwrap_or_else(|found| panic!("{found:#?}"));
    split(table).0.into_keys().collect()
}

#[test]
fn a_hidden_sheet_is_read_only_where_the_mapping_names_it() {
    let own = mapping("mot-cua");
    let named = Mapping::parse("x", &format!("sheet = \"Ẩn\"\n{}", own.text)).expect("a mapping");
    let book = sheets(&[("Ẩn", true), ("Thấy", false)]);
    assert_eq!((codes(&book, &own), codes(&book, &named)), (vec!["Thấy".to_owned()], vec!["Ẩn".to_owned()]));
    // In XLS: the list of LibreOffice's file, hidden; its other sheet is none.
    let name: Vec<u8> = "Danh sách".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = XLS.windows(name.len()).position(|window| window == name);
    let narrow: Vec<u8> = "Danh sách".chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    let at =
        wide.or_else(|| XLS.windows(narrow.len()).position(|window| window == narrow)).expect("its name");
    let mut hidden = XLS.to_vec();
    assert_eq!(hidden[at - 4], 0, "it is seen");
    hidden[at - 4] = 1;
    let problems = refused("a.xls", &hidden);
    assert_eq!(reasons(&problems), ["HIDDEN_SHEET"], "{problems:?}");
    assert!(problems[0].message_vi.contains("“Danh sách”"), "{problems:?}");
    let named = Mapping::parse("x", &format!("sheet = \"Danh sách\"\n{}", own.text)).expect("a mapping");
    assert_eq!(codes(&hidden, &named).len(), 3);
}

#[test]
fn a_file_of_more_sheets_than_anybody_needs_is_refused() {
    let names: Vec<String> = (0..257).map(|number| format!("S{number}")).collect();
    let of: Vec<(&str, bool)> = names.iter().map(|name| (name.as_str(), true)).collect();
    assert_eq!(reasons(&refused("a.xlsx", &sheets(&of))), ["TOO_LARGE"]);
    let mut of = of[..256].to_vec();
    of[200].1 = false;
    assert_eq!(codes(&sheets(&of), &mapping("mot-cua")), ["S200"]);
}
