//! Form II.06a/VPCP/KSTT by field and by unit. Its columns (3), (7) and (11) are sums of those beside them, and each
//! row says whether (3) = (7) + (11) holds.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::super::ReportInput;
use super::super::appendix::{form_cells, is_counted};
use super::super::sheet::{framed, head_format, height};
use super::Cover;
use super::leaf::{Column, Grid, Leaf, Value};
use crate::domain::summary::{Row, RowKey};

const COLUMNS: [Column; 14] = [
    ("(1)", 6),
    ("(2)", 46),
    ("(3)", 10),
    ("(4)", 10),
    ("(5)", 12),
    ("(6)", 10),
    ("(7)", 10),
    ("(8)", 10),
    ("(9)", 10),
    ("(10)", 10),
    ("(11)", 10),
    ("(12)", 10),
    ("(13)", 10),
    ("(3) = (7) + (11)", 12),
];
/// The columns of the form's numbers, by their letters.
const LETTERS: [&str; 11] = ["C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M"];
/// Rows of the head, the numbers of the columns among them.
const HEADS: u32 = 4;
const REMARK: &str = "Hồ sơ rút và hồ sơ dừng giải quyết được tính vào cột (9) theo biểu mẫu; trang “Theo nhóm cơ quan” tách riêng.";

/// Writes both.
pub fn write(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    let rows = || input.summary.rows.iter().filter(|row| is_counted(&row.figures));
    let fields = rows().filter(|row| matches!(row.key, RowKey::Field(_))).collect::<Vec<_>>();
    let units = rows().filter(|row| matches!(row.key, RowKey::Unit(_))).collect::<Vec<_>>();
    form(book, ("II.06a theo lĩnh vực", "theo lĩnh vực", "Lĩnh vực giải quyết"), &fields, cover)?;
    form(book, ("II.06a theo đơn vị", "theo cơ quan, đơn vị", "Cơ quan, đơn vị giải quyết"), &units, cover)
}

fn form(
    book: &mut Workbook,
    (name, by, label): (&str, &str, &str),
    rows: &[&Row],
    cover: &Cover,
) -> Result<(), XlsxError> {
    let title =
        format!("TÌNH HÌNH, KẾT QUẢ TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ TTHC (Biểu số II.06a/VPCP/KSTT, {by})");
    let mut leaf = Leaf::begin(book, (name, &title), cover, &COLUMNS.map(|(_, width)| width))?;
    heads(&mut leaf, label)?;
    let mut sums = [0; 11];
    let numbered = rows.iter().enumerate().map(|(at, row)| {
        let (cells, _) = form_cells(&row.figures);
        for (sum, cell) in sums.iter_mut().zip(cells) {
            *sum += cell;
        }
        line((at + 1).to_string(), &row.label, cells)
    });
    let rows = numbered.collect();
    let grid = Grid { columns: COLUMNS.into(), rows, total: Some(total(sums)) };
    let place = leaf.body(&grid)?;
    leaf.keep(place, HEADS, None)?;
    let last = u16::try_from(COLUMNS.len() - 1).map_err(|_| XlsxError::RowColumnLimitError)?;
    leaf.sheet.merge_range(place.next, 0, place.next, last, REMARK, &framed().set_italic())?;
    Ok(())
}

/// A row: the sums of its parts are reckoned, not told.
fn line(number: String, label: &str, c: [i64; 11]) -> Vec<Value> {
    let received = c[1] + c[2] + c[3];
    let resolved = c[5] + c[6] + c[7];
    let in_process = c[9] + c[10];
    vec![
        Value::Word(number),
        Value::Text(label.to_owned()),
        Value::Sum("D{r}+E{r}+F{r}".to_owned(), received),
        Value::Count(c[1]),
        Value::Count(c[2]),
        Value::Count(c[3]),
        Value::Sum("H{r}+I{r}+J{r}".to_owned(), resolved),
        Value::Count(c[5]),
        Value::Count(c[6]),
        Value::Count(c[7]),
        Value::Sum("L{r}+M{r}".to_owned(), in_process),
        Value::Count(c[9]),
        Value::Count(c[10]),
        check(received == resolved + in_process),
    ]
}

fn check(holds: bool) -> Value {
    Value::Check("C{r}=G{r}+K{r}".to_owned(), holds)
}

fn total(sums: [i64; 11]) -> Vec<Value> {
    let numbers = LETTERS.into_iter().zip(sums);
    let numbers =
        numbers.map(|(letter, sum)| Value::Sum(format!("SUM({letter}{{first}}:{letter}{{last}})"), sum));
    [Value::Word(String::new()), Value::Text("Tổng cộng".to_owned())]
        .into_iter()
        .chain(numbers)
        .chain([check(sums[0] == sums[4] + sums[8])])
        .collect()
}

/// The head: what the numbers are, over the numbers of the columns.
fn heads(leaf: &mut Leaf<'_>, label: &str) -> Result<(), XlsxError> {
    let (sheet, top, format) = (&mut *leaf.sheet, leaf.row, head_format());
    for (column, text) in [(0, "STT"), (1, label), (13, "Kiểm tra")] {
        sheet.merge_range(top, column, top + 2, column, text, &format)?;
    }
    for (first, last, text) in [
        (2, 5, "Số lượng hồ sơ tiếp nhận"),
        (6, 9, "Số lượng hồ sơ đã giải quyết"),
        (10, 12, "Số lượng hồ sơ đang giải quyết"),
    ] {
        sheet.merge_range(top, first, top, last, text, &format)?;
    }
    sheet.merge_range(top + 1, 3, top + 1, 4, "Trong kỳ", &format)?;
    for (column, text) in [
        (2, "Tổng số"),
        (5, "Từ kỳ trước"),
        (6, "Tổng số"),
        (7, "Trước hạn"),
        (8, "Đúng hạn"),
        (9, "Quá hạn"),
        (10, "Tổng số"),
        (11, "Trong hạn"),
        (12, "Quá hạn"),
    ] {
        sheet.merge_range(top + 1, column, top + 2, column, text, &format)?;
    }
    let post = ("Trực tiếp, dịch vụ bưu chính", 10);
    sheet.write_string_with_format(top + 2, 3, "Trực tuyến", &format)?;
    sheet.write_string_with_format(top + 2, 4, post.0, &format)?;
    sheet.set_row_height(top + 2, height([post].into_iter()))?;
    let plain = framed().set_italic().set_align(rust_xlsxwriter::FormatAlign::Center);
    for (column, (number, _)) in (0u16..).zip(COLUMNS) {
        sheet.write_string_with_format(top + 3, column, number, &plain)?;
    }
    leaf.row += HEADS;
    Ok(())
}
