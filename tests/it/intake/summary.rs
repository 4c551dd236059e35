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
