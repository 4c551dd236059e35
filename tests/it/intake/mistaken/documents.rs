//! Cells and sheets of ODS that would be read as something else.

use std::fmt::Write as _;

use bonro::intake::{DossierRecord, Mapping, Problem, read_table};

use super::super::export::local;
use super::super::whole::{mapping, split};
use super::super::zips::with;
use super::{HEAD, ROW, reasons, refused};

const ODS: &[u8] = include_bytes!("../libreoffice/mot-cua.ods");

fn text(text: &str) -> String {
    format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
}

fn row(cells: &str) -> String {
    format!("<table:table-row>{cells}</table:table-row>")
}

/// A table of one dossier, in which the cells of these columns, from 0, are that XML.
fn table(name: &str, attributes: &str, changed: &[(usize, &str)]) -> String {
    let head: String = HEAD.split(',').map(text).collect();
    let own = ROW.replace("H-1", name);
    let cells: String = own
        .split(',')
        .chain([""])
        .enumerate()
        .map(|(at, own)| {
            let other = changed.iter().find(|(of, _)| *of == at);
            other.map_or_else(|| text(own), |(_, xml)| (*xml).to_owned())
        })
        .collect();
    format!("<table:table table:name=\"{name}\" {attributes}>{}{}</table:table>", row(&head), row(&cells))
}

/// A document of such tables.
fn document(tables: &str) -> Vec<u8> {
    let names = ["office", "table", "text", "style", "draw", "svg", "calcext", "number", "dc"];
    let names = names.iter().fold(String::new(), |mut all, name| {
        let _ = write!(all, " xmlns:{name}=\"urn:{name}\"");
        all
    });
    let styles = "<office:automatic-styles><style:style style:name=\"ta1\" style:family=\"table\"><style:table-properties table:display=\"true\"/></style:style><style:style style:name=\"ta2\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style></office:automatic-styles>";
    with(
        ODS,
        "content.xml",
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content{names}>{styles}<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
        ),
    )
}

fn read(changed: &[(usize, &str)]) -> (Vec<DossierRecord>, Vec<Problem>) {
    let bytes = document(&table("H-1", "", changed));
    let table = read_table("a.ods", &bytes, &mapping("mot-cua")).unwrap_or_else(|found| panic!("{found:#?}"));
    let (records, problems) = split(table);
    (records.into_values().collect(), problems)
}

fn one(changed: &[(usize, &str)]) -> DossierRecord {
    let (mut records, problems) = read(changed);
    assert_eq!(problems, [], "{changed:?}");
    records.pop().expect("a dossier")
}

fn told(changed: &[(usize, &str)]) -> Vec<String> {
    let (records, problems) = read(changed);
    assert_eq!(records, [], "{changed:?}");
    problems
        .iter()
        .map(|problem| format!("{} {} “{}”", problem.reason, problem.field, problem.value))
        .collect()
}

#[test]
fn what_lies_on_a_cell_is_no_text_of_it() {
    let note = "<office:annotation><dc:date>2024-05-06</dc:date><text:p>ghi chú</text:p></office:annotation>";
    let shape = "<draw:frame><draw:text-box><text:p>đóng dấu</text:p></draw:text-box><svg:title>x</svg:title></draw:frame>";
    let own = "<text:p>Phòng <text:span>Tư</text:span><text:s/>pháp</text:p>";
    for content in [
        format!("{note}{own}"),
        format!("{own}{note}"),
        format!("{shape}\n{own}\n"),
        format!("{own}\n  {shape}\n"),
        format!("<draw:custom-shape><text:p>a</text:p></draw:custom-shape>{own}"),
        own.replace("pháp", "<draw:a><draw:frame><text:p>b</text:p></draw:frame></draw:a>pháp"),
        own.replace(
            "<text:s/>",
            "<text:ruby><text:ruby-base> </text:ruby-base><text:ruby-text>c</text:ruby-text></text:ruby>",
        ),
    ] {
        let cell = format!("<table:table-cell office:value-type=\"string\">{content}</table:table-cell>");
        assert_eq!(&*one(&[(2, &cell)]).unit_code, "Phòng Tư pháp", "{content}");
    }
    let empty = format!("<table:table-cell>{shape}{note}</table:table-cell>");
    assert_eq!(one(&[(6, &empty)]).due_at, None);
    assert_eq!(told(&[(2, &empty)]), ["MISSING_VALUE C (Đơn vị) “”"]);
}

#[test]
fn times_errors_and_formulas_are_what_they_are() {
    let cell = |attributes: &str, shown: &str| {
        format!("<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>")
    };
    let due = |cell: &str| local(one(&[(6, cell)]).due_at, "%d/%m/%Y %H:%M:%S");
    // A date whose format shows the time of day alone.
    let whole = cell("office:value-type=\"time\" office:time-value=\"PT1090216H30M15S\"", "16:30");
    assert_eq!(due(&whole), "13/05/2024 16:30:15");
    let bare = cell("office:value-type=\"time\" office:time-value=\"PT16H30M00S\"", "16:30");
    assert_eq!(told(&[(6, &bare)]), ["BAD_INSTANT G (Ngày hẹn trả) “16:30:00”"]);
    let date = cell("office:value-type=\"date\" office:date-value=\"2024-05-13T16:30:15.5\"", "13/5");
    assert_eq!(due(&date), "13/05/2024 16:30:15");
    let failed = "office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"";
    assert_eq!(told(&[(6, &cell(failed, "#N/A"))]), ["CELL_ERROR G (Ngày hẹn trả) “#N/A”"]);
    assert_eq!(told(&[(2, &cell(failed, "Err:502"))]), ["CELL_ERROR C (Đơn vị) “Err:502”"]);
    // As OpenOffice writes it.
    let older = "table:formula=\"of:=NA()\" office:value-type=\"float\" office:value=\"0\"";
    for error in ["#N/A", "Err:508", "#DIV/0!", "#NAME?"] {
        assert_eq!(told(&[(2, &cell(older, error))]), [format!("CELL_ERROR C (Đơn vị) “{error}”")]);
    }
    let unsaved = "<table:table-cell table:formula=\"of:=[.F2]+5\"/>";
    assert_eq!(told(&[(6, unsaved)]), ["FORMULA_WITHOUT_VALUE G (Ngày hẹn trả) “”"]);
    let empty =
        cell("table:formula=\"of:=&quot;&quot;\" office:value-type=\"string\" office:string-value=\"\"", "");
    assert_eq!(one(&[(6, &empty)]).due_at, None);
    assert_eq!(one(&[(6, &cell("table:formula=\"of:=&quot;&quot;\"", ""))]).due_at, None);
}

#[test]
fn a_code_that_became_a_number_is_taken_only_where_its_digits_are_sure() {
    let cell = |number: &str, shown: &str| {
        format!(
            "<table:table-cell office:value-type=\"float\" office:value=\"{number}\"><text:p>{shown}</text:p></table:table-cell>"
        )
    };
    for (number, shown) in
        [("1234", "001234"), ("1234", "HS-1234"), ("1234567890123456", "1234567890123456"), ("1.5", "1,5")]
    {
        assert_eq!(told(&[(2, &cell(number, shown))]), [format!("CODE_AS_NUMBER C (Đơn vị) “{number}”")]);
    }
    for (number, shown) in [("1234", "1.234"), ("1234", "1234"), ("240508000001", "2,40508E+11"), ("0", "0")]
    {
        assert_eq!(&*one(&[(2, &cell(number, shown))]).unit_code, number);
    }
}

#[test]
fn a_hidden_sheet_is_read_only_where_the_mapping_names_it() {
    let own = mapping("mot-cua");
    let codes = |bytes: &[u8], mapping: &Mapping| -> Vec<String> {
        let table = read_table("a.ods", bytes, mapping).unwrap_or_else(|found| panic!("{found:#?}"));
        split(table).0.into_keys().collect()
    };
    let hidden = table("An", "table:style-name=\"ta2\"", &[]);
    let seen = table("Thay", "table:style-name=\"ta1\"", &[]);
    let named = Mapping::parse("x", &format!("sheet = \"An\"\n{}", own.text)).expect("a mapping");
    let book = document(&format!("{hidden}{seen}"));
    assert_eq!((codes(&book, &own), codes(&book, &named)), (vec!["Thay".to_owned()], vec!["An".to_owned()]));
    let alone = document(&hidden);
    assert_eq!(
        (reasons(&refused("a.ods", &alone)), codes(&alone, &named)),
        (vec!["HIDDEN_SHEET"], vec!["An".to_owned()])
    );
    // What a link keeps of another file, and what was deleted, are no sheets.
    let link = format!(
        "<table:dde-links><table:dde-link>{}</table:dde-link></table:dde-links>",
        table("DDE", "", &[])
    );
    let old = format!(
        "<table:tracked-changes><table:deletion>{}</table:deletion></table:tracked-changes>",
        text("x")
    );
    assert_eq!(codes(&document(&format!("{old}{seen}{link}")), &own), ["Thay"]);
}

#[test]
fn a_long_sheet_is_read_whole_after_its_beginning_was_kept() {
    let head: String = HEAD.split(',').map(text).collect();
    let of = |number: usize| {
        row(&ROW.replace("H-1", &format!("H-{number}")).split(',').map(text).collect::<String>())
    };
    let rows: String = (0..200).map(of).collect();
    let first = table("Bìa", "", &[]).replace("Mã hồ sơ", "x").replace("Trạng thái", "y");
    let book = document(&format!("{first}<table:table table:name=\"A\">{}{rows}</table:table>", row(&head)));
    let found = read_table("a.ods", &book, &mapping("mot-cua")).unwrap_or_else(|found| panic!("{found:#?}"));
    let (records, problems) = split(found);
    assert_eq!((records.len(), problems), (200, Vec::new()));
    assert_eq!(
        records.values().map(|record| &record.code).collect::<std::collections::BTreeSet<_>>().len(),
        200
    );
    let many: String = (0..257).map(|number| table(&format!("S{number}"), "", &[])).collect();
    assert_eq!(reasons(&refused("a.ods", &document(&many))), ["TOO_LARGE"]);
}
