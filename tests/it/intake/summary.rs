//! The one-stop software's own table by unit: forms with merged heads, numbering rows, totals and groups.

use std::collections::BTreeMap;

use bonro::intake::{Figure, SummaryMapping, read_summary_table};
use rust_xlsxwriter::{Format, Workbook};

/// Form II.06a with two units and their sum.
fn form(cell: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Bìa").expect("a name");
    let sheet = book.add_worksheet();
    sheet.set_name("II.06a").expect("a name");
    let format = Format::new();
    sheet
        .merge_range(0, 0, 0, 12, "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH", &format)
        .expect("a range");
    sheet.write(1, 10, "Đơn vị tính: Số hồ sơ TTHC").expect("a cell");
    for (column, text) in [(0, "STT"), (1, "Lĩnh vực, công việc giải quyết / Đơn vị")] {
        sheet.merge_range(3, column, 5, column, text, &format).expect("a range");
    }
    for (first, last, text) in [
        (2, 5, "Số hồ sơ nhận giải quyết"),
        (6, 9, "Số hồ sơ đã giải quyết"),
        (10, 12, "Số hồ sơ đang giải quyết"),
    ] {
        sheet.merge_range(3, first, 3, last, text, &format).expect("a range");
    }
    sheet.merge_range(4, 2, 5, 2, "Tổng số", &format).expect("a range");
    sheet.merge_range(4, 3, 4, 4, "Trong kỳ", &format).expect("a range");
    sheet.write(5, 3, "Trực tuyến").expect("a cell");
    sheet.write(5, 4, "Trực tiếp, dịch vụ bưu chính").expect("a cell");
    sheet.merge_range(4, 5, 5, 5, "Từ kỳ trước", &format).expect("a range");
    let rest = ["Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn"];
    for (column, text) in (6..).zip(rest) {
        sheet.merge_range(4, column, 5, column, text, &format).expect("a range");
    }
    for column in 0..13_u16 {
        sheet.write(6, column, f64::from(column) + 1.0).expect("a cell");
    }
    sheet.merge_range(7, 0, 7, 12, "A. Cấp huyện", &format).expect("a range");
    let rows = [
        ["1", "Phòng Tư pháp", "1.320", "288", "1.016", "16", "1.277", "1.270", "5", "2", "43", "43", "-"],
        ["2", "UBND xã Phổ An ", cell, "10", "1", "0", "11", "11", "0", "0", "0", "0", ""],
        ["", "Tổng cộng", "1.331", "298", "1.017", "16", "1.288", "1.281", "5", "2", "43", "43", "0"],
    ];
    for (row, cells) in (8..).zip(rows) {
        sheet.write_row(row, 0, cells).expect("a row");
    }
    sheet.write(12, 9, "Thủ trưởng đơn vị").expect("a cell");
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn the_form_is_read_with_its_merged_head() {
    let table =
        read_summary_table("II06a.xlsx", &form("11"), &SummaryMapping::default()).expect("it is read");
    assert_eq!(&*table.place, "II06a.xlsx › II.06a");
    let letters: BTreeMap<&str, &str> =
        table.columns.iter().map(|(figure, label)| (figure.as_str(), &label[..1])).collect();
    let expected = [
        ("received_total", "C"),
        ("received_online", "D"),
        ("received_counter", "E"),
        ("carried_over", "F"),
        ("resolved", "G"),
        ("resolved_early", "H"),
        ("resolved_on_time", "I"),
        ("resolved_late", "J"),
        ("in_process", "K"),
        ("in_process_in_due", "L"),
        ("in_process_overdue", "M"),
    ];
    assert_eq!(letters, BTreeMap::from(expected), "{:#?}", table.columns);
    let units: Vec<(&str, u64)> = table.rows.iter().map(|row| (row.unit.as_str(), row.line)).collect();
    assert_eq!(units, [("Phòng Tư pháp", 9), ("UBND xã Phổ An", 10)]);
    let first = &table.rows[0].values;
    assert_eq!((first[&Figure::ReceivedTotal], first[&Figure::ReceivedCounter]), (1320, 1016));
    assert_eq!(first.get(&Figure::InProcessOverdue), None, "a dash is no number");
    let total = table.total.expect("it has a total");
    assert_eq!((total.line, total.values[&Figure::Resolved]), (11, 1288));
}

#[test]
fn a_cell_that_is_no_number_is_named() {
    let problems =
        read_summary_table("a.xlsx", &form("mười một"), &SummaryMapping::default()).expect_err("it isn't");
    assert_eq!(problems.len(), 1);
    let problem = &problems[0];
    assert_eq!((problem.reason, problem.line, &*problem.value), ("BAD_NUMBER", 10, "mười một"));
    assert_eq!(&*problem.field, "C (Số hồ sơ nhận giải quyết Tổng số)");
}

#[test]
fn a_table_of_other_headings_is_read_by_its_own_mapping() {
    let text =
        "Báo cáo tháng 5;;;;\nĐơn vị;Nhận;Xong;Xong muộn;Rút\nTP;1,320;1277;2;6\nTổng cộng;1320;1277;2;6\n";
    let mapping = SummaryMapping::parse(
        "x",
        "unit = [\"Đơn vị\"]\n[columns]\nreceived_total = [\"Nhận\"]\nresolved = [\"Xong\"]\nresolved_late = [\"Xong muộn\"]\nwithdrawn = [\"Rút\"]\n",
    )
    .expect("a mapping");
    let table = read_summary_table("a.csv", text.as_bytes(), &mapping).expect("it is read");
    let values: Vec<i64> = table.rows[0].values.values().copied().collect();
    assert_eq!((table.rows.len(), values), (1, vec![1320, 1277, 2, 6]));
    assert!(
        SummaryMapping::parse("x", "unit = []\n[columns]\nreceived = [\"x\"]\n")
            .expect_err("no such figure")
            .to_string()
            .contains("received")
    );
    let none = read_summary_table("b.csv", b"a;b\n1;2\n", &mapping).expect_err("no head");
    assert_eq!(none[0].reason, "NO_HEADER");
}

#[test]
fn a_heading_of_one_word_says_nothing_below_another_group() {
    // "Trước hạn" alone is of the resolved; below "Đang giải quyết" it is nothing that we count.
    let head = |group: &str| {
        format!(
            "Đơn vị,Tổng số tiếp nhận,Tổng đã giải quyết,{group}Trước hạn,{group}Đúng hạn\nPhòng Tư pháp,10,8,5,3\n"
        )
    };
    let read = |text: &str| {
        let table =
            read_summary_table("a.csv", text.as_bytes(), &SummaryMapping::default()).expect("it is read");
        table.columns.keys().map(|figure| figure.as_str()).collect::<Vec<_>>()
    };
    let alone = ["received_total", "resolved", "resolved_early", "resolved_on_time"];
    assert_eq!(read(&head("")), alone);
    let below = "Đơn vị,Tổng số tiếp nhận,Tổng đã giải quyết,Trả bưu điện,\n,,,Trước hạn,Đúng hạn\nPhòng Tư pháp,10,8,5,3\n";
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(below.lines()) {
        sheet.write_row(row, 0, line.split(',')).expect("a row");
    }
    sheet.merge_range(0, 3, 0, 4, "Trả qua bưu điện", &Format::new()).expect("a range");
    for column in 0..3 {
        let text = below.split(',').nth(usize::from(column)).expect("a heading");
        sheet.merge_range(0, column, 1, column, text, &Format::new()).expect("a range");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let table = read_summary_table("a.xlsx", &bytes, &SummaryMapping::default()).expect("it is read");
    let found: Vec<&str> = table.columns.keys().map(|figure| figure.as_str()).collect();
    assert_eq!(found, alone[..2], "{:?}", table.columns);
    // A text file has lost what was merged.
    assert_eq!(read(below), alone[..2]);
}

#[test]
fn groups_of_a_text_file_go_on_to_the_right() {
    let text = "STT;Đơn vị;Số hồ sơ nhận giải quyết;;;Số hồ sơ đã giải quyết;;;;Ghi chú\n\
        ;;Tổng số;Trong kỳ;Từ kỳ trước;Tổng số;Trước hạn;Đúng hạn;Quá hạn;\n\
        1;Phòng Tư pháp;10;8;2;9;5;3;1;\n";
    let table = read_summary_table("a.csv", text.as_bytes(), &SummaryMapping::default()).expect("it is read");
    let row: Vec<(&str, i64)> = table.rows[0].values.iter().map(|(f, value)| (f.as_str(), *value)).collect();
    let expected = [
        ("received_total", 10),
        ("carried_over", 2),
        ("resolved", 9),
        ("resolved_early", 5),
        ("resolved_on_time", 3),
        ("resolved_late", 1),
    ];
    assert!(expected.iter().all(|cell| row.contains(cell)), "{row:?}");
}

#[test]
fn a_unit_may_be_named_by_the_number_of_its_code() {
    let text = "Đơn vị,Tổng số tiếp nhận,Tổng đã giải quyết\n21439,10,8\n21440,3,2\n";
    let table = read_summary_table("a.csv", text.as_bytes(), &SummaryMapping::default()).expect("it is read");
    let units: Vec<&str> = table.rows.iter().map(|row| row.unit.as_str()).collect();
    assert_eq!(units, ["21439", "21440"]);
}

#[test]
fn which_of_two_summaries_is_meant_is_not_guessed() {
    let mut book = Workbook::new();
    for name in ["Tháng 5", "Quý II"] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        sheet.write_row(0, 0, ["Đơn vị", "Tổng số tiếp nhận", "Tổng đã giải quyết"]).expect("a row");
        sheet.write_row(1, 0, ["Phòng Tư pháp", "10", "8"]).expect("a row");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let problems = read_summary_table("a.xlsx", &bytes, &SummaryMapping::default()).expect_err("refused");
    assert_eq!(problems[0].reason, "SEVERAL_SHEETS");
    assert!(problems[0].message_vi.contains("“Tháng 5”, “Quý II”"), "{problems:?}");
}

/// The figures of the first row of a text file.
fn first_row(text: &str) -> Vec<(&'static str, i64)> {
    let table = read_summary_table("a.csv", text.as_bytes(), &SummaryMapping::default()).expect("it is read");
    table.rows[0].values.iter().map(|(figure, value)| (figure.as_str(), *value)).collect()
}

#[test]
fn a_title_is_no_group() {
    // It speaks of receiving and of resolving, and stands above all columns.
    let flat = "TÌNH HÌNH TIẾP NHẬN HỒ SƠ VÀ ĐÃ GIẢI QUYẾT,,,,,\n\
        Đơn vị,Tổng tiếp nhận,Trực tuyến,Tổng đã giải quyết,Đang giải quyết,Quá hạn\nPhòng Tư pháp,10,8,9,1,1\n";
    assert_eq!(first_row(flat), [("received_total", 10), ("received_online", 8), ("resolved", 9)]);
    let groups = "STT,Đơn vị,Mới tiếp nhận,Kỳ trước chuyển qua,Đã giải quyết,,,Đang giải quyết,,\n\
        ,,,,Tổng,Trước hạn,Quá hạn,Tổng,Trong hạn,Quá hạn\n1,Phòng Tư pháp,8,2,9,8,1,1,1,0\n";
    let expected = [
        ("received_in_period", 8),
        ("carried_over", 2),
        ("resolved", 9),
        ("resolved_early", 8),
        ("resolved_late", 1),
        ("in_process", 1),
        ("in_process_in_due", 1),
        ("in_process_overdue", 0),
    ];
    assert_eq!(first_row(groups), expected);
    for title in
        ["TÌNH HÌNH TIẾP NHẬN VÀ GIẢI QUYẾT HỒ SƠ,,", "KẾT QUẢ TIẾP NHẬN HỒ SƠ,,,,,Đơn vị tính: hồ sơ"]
    {
        assert_eq!(first_row(&format!("{title}\n{groups}")), expected, "{title}");
    }
    // "Of which" says nothing.
    let within = groups
        .replace(",Đã giải quyết,,,", ",Đã giải quyết,Đã giải quyết,Đã giải quyết,")
        .replace("\n1,Ph", "\n,,,,,,,,,\n1,Ph");
    assert_eq!(first_row(&within), expected);
}

#[test]
fn sums_and_formulas_may_stand_above_the_rows() {
    let head = "STT,Đơn vị,Số hồ sơ nhận giải quyết,,Số hồ sơ đã giải quyết,,\n,,Tổng số,Trong kỳ,Tổng số,Trước hạn,Quá hạn\n";
    let row = "1,Phòng Tư pháp,10,8,9,8,1\n";
    let alone = first_row(&format!("{head}{row}"));
    assert_eq!(alone.len(), 5, "{alone:?}");
    for between in ["Tổng cộng,,10,8,9,8,1\n", ",,(1)=(2)+(3),(2),(4)=(5)+(6),(5),(6)\n"] {
        assert_eq!(first_row(&format!("BIỂU TỔNG HỢP,,,,,,\n{head}{between}{row}")), alone, "{between}");
    }
}
