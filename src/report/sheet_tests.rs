//! The list as a workbook: what an office sees when it opens and prints it, held against the parts of the file.

use chrono::{NaiveDate, NaiveDateTime};

use super::unpacked::{attribute, parts};
use super::*;

fn local(text: &str) -> NaiveDateTime {
    text.parse().expect("a local time")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn list() -> Sheet {
    let column = |head: &str, width| Column { head: head.to_owned(), width };
    let text = |text: &str| Cell::Text(text.to_owned());
    let row = |code: &str, matter: &str, due, days| {
        vec![
            text(code),
            text(matter),
            Cell::Day(day("2024-04-08")),
            due,
            Cell::Number(days, "\"còn \"0;\"quá \"0;0"),
        ]
    };
    Sheet {
        name: "Danh sách: [1/2]".to_owned(),
        title: "DANH SÁCH HỒ SƠ".to_owned(),
        notes: vec!["Phòng Y tế".to_owned(), "Số liệu đồng bộ đến 18 giờ 00, ngày 15/5/2024".to_owned()],
        columns: vec![
            column("Mã hồ sơ", 26),
            column("Thủ tục", 44),
            column("Ngày tiếp nhận", 13),
            column("Hạn trả", 17),
            column("Quá hạn/Còn", 15),
        ],
        rows: vec![
            row(
                "000.15.25.H48-240408-0001",
                "Cấp & đổi <giấy> phép",
                Cell::Moment(local("2024-05-14T17:00:00")),
                -2,
            ),
            row("=HYPERLINK(\"x\")", "Cấp mới", Cell::Blank, 3),
        ],
        made_at: local("2024-05-16T07:15:00"),
    }
}

#[test]
fn the_same_list_gives_the_same_bytes() {
    let bytes = list().xlsx().expect("a workbook");
    assert_eq!(bytes, list().xlsx().expect("a workbook"));
    let core = &parts(&bytes)["docProps/core.xml"];
    assert!(core.contains(">2024-05-16T07:15:00Z</dcterms:created>"), "{core}");
    assert!(core.contains("<dc:title>DANH SÁCH HỒ SƠ</dc:title>"), "{core}");
}

#[test]
fn a_list_is_filtered_scrolled_and_printed_under_its_head() {
    let parts = parts(&list().xlsx().expect("a workbook"));
    let (sheet, book) = (&parts["xl/worksheets/sheet1.xml"], &parts["xl/workbook.xml"]);
    // Title, two notes and a row of air; then the head in row 5, and two rows.
    assert_eq!(attribute(sheet, "autoFilter", "ref"), Some("A5:E7"));
    assert_eq!(attribute(sheet, "pane", "ySplit"), Some("5"));
    assert_eq!(attribute(sheet, "pane", "state"), Some("frozen"));
    assert_eq!(attribute(sheet, "pageSetup", "paperSize"), Some("9"));
    assert_eq!(attribute(sheet, "pageSetup", "orientation"), Some("landscape"));
    assert_eq!(attribute(sheet, "pageSetup", "fitToHeight"), Some("0"), "as many pages as it takes");
    assert!(book.contains("'!$5:$5</definedName>") && book.contains("_xlnm.Print_Titles"), "{book}");
    assert_eq!(attribute(book, "sheet", "name"), Some("Danh sách 12"), "no sign that a tab may not bear");
    assert!(sheet.contains("<mergeCell ref=\"A1:E1\"/>"), "{sheet}");
    let styles = &parts["xl/styles.xml"];
    let fonts = styles.split("<fonts").nth(1).and_then(|s| s.split("</fonts>").next()).expect("fonts");
    assert_eq!(
        fonts.matches("Times New Roman").count() + fonts.matches("Calibri").count(),
        fonts.matches("<name").count()
    );
    // The one that a workbook must begin with, which no cell has.
    assert_eq!(fonts.matches("Calibri").count(), 1, "{fonts}");
}

#[test]
fn rows_are_as_high_as_their_texts() {
    let tall = |text: &str, width| {
        let column = Column { head: "Đầu".to_owned(), width };
        let rows = vec![vec![Cell::Text(text.to_owned())]];
        let parts = parts(
            &Sheet { columns: vec![column], rows, notes: vec![], ..list() }.xlsx().expect("a workbook"),
        );
        let sheet = &parts["xl/worksheets/sheet1.xml"];
        let row = sheet.split("<row r=\"4\" ").nth(1).expect("the row");
        let row = row.split('>').next().expect("its attributes");
        row.split("ht=\"").nth(1).and_then(|ht| ht.split('"').next()).map(str::to_owned)
    };
    assert_eq!(tall("một hai", 10).as_deref(), Some("15.75"));
    assert_eq!(tall("một hai ba bốn", 9).as_deref(), Some("30"));
    assert_eq!(tall("000.15.25.H48-240408-0001", 8).as_deref(), Some("44.25"));
    assert_eq!(tall(&"từ ".repeat(4000), 10).as_deref(), Some("400.5"));
}

#[test]
fn dates_are_dates_and_text_is_never_a_formula() {
    let parts = parts(&list().xlsx().expect("a workbook"));
    let (sheet, strings) = (&parts["xl/worksheets/sheet1.xml"], &parts["xl/sharedStrings.xml"]);
    // 8 April and 14 May 2024, 17:00, in days since 1900.
    for cell in [">45390</v>", ">45426.708333333336</v>", ">-2</v>", ">3</v>"] {
        assert!(sheet.contains(cell), "{cell}: {sheet}");
    }
    assert!(!sheet.contains("<f>"), "{sheet}");
    for text in [
        "=HYPERLINK(\"x\")",
        "Cấp &amp; đổi &lt;giấy&gt; phép",
        "Số liệu đồng bộ đến 18 giờ 00, ngày 15/5/2024",
    ] {
        assert!(strings.contains(text), "{text}: {strings}");
    }
    let styles = &parts["xl/styles.xml"];
    for pattern in ["\"dd/mm/yyyy\"", "\"dd/mm/yyyy hh:mm\"", "&quot;còn &quot;0;&quot;quá &quot;0;0"] {
        assert!(styles.contains(pattern), "{pattern}: {styles}");
    }
    // A year that somebody mistyped is shown as it is.
    let mistyped = Sheet { rows: vec![vec![Cell::Day(day("0204-05-14"))]], ..list() };
    let parts = super::unpacked::parts(&mistyped.xlsx().expect("a workbook"));
    assert!(parts["xl/sharedStrings.xml"].contains(">0204-05-14<"));
}
