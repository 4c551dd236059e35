//! What lies behind the figures, one by one: to be filtered and sorted.

use rust_xlsxwriter::{Workbook, XlsxError};

use super::super::ReportInput;
use super::super::appendix::{dossier_state, task_state};
use super::super::beside::declared_table;
use super::Cover;
use super::leaf::{Column, Grid, Leaf, Value};

fn list(
    book: &mut Workbook,
    named: (&str, &str),
    cover: &Cover,
    columns: Vec<Column>,
    rows: Vec<Vec<Value>>,
) -> Result<(), XlsxError> {
    let widths: Vec<u16> = columns.iter().map(|(_, width)| *width).collect();
    let grid = Grid { columns, rows, total: None };
    let mut leaf = Leaf::begin(book, named, cover, &widths)?;
    let place = leaf.grid(&grid)?;
    leaf.keep(place, 1, Some(&grid))
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Assigned tasks.
pub fn tasks(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    let columns = vec![
        ("Mã", 18),
        ("Nhiệm vụ", 62),
        ("Cơ quan giao", 30),
        ("Đơn vị chủ trì", 30),
        ("Hạn", 12),
        ("Hoàn thành", 12),
        ("Kết quả", 24),
    ];
    let rows = input.tasks.iter().map(|task| {
        let completed = if task.completed_on.is_some() { "Hoàn thành" } else { "Đang thực hiện" };
        vec![
            text(&task.code),
            text(&task.title),
            text(&task.assigned_by),
            text(&task.lead_unit),
            Value::Day(task.due_on),
            Value::Day(task.completed_on),
            Value::Text(format!("{completed}{}", task_state(task))),
        ]
    });
    list(book, ("Nhiệm vụ được giao", "DANH SÁCH NHIỆM VỤ ĐƯỢC GIAO"), cover, columns, rows.collect())
}

/// Dossiers resolved late, and open ones past their deadline: never their applicants.
pub fn late_dossiers(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    let columns = vec![
        ("Mã hồ sơ", 29),
        ("Cơ quan", 32),
        ("Thủ tục", 50),
        ("Tiếp nhận", 12),
        ("Hạn trả", 12),
        ("Giải quyết xong", 12),
        ("Tình trạng", 22),
        ("Nguyên nhân chậm", 24),
        ("Xin lỗi trước khi hết hạn", 13),
    ];
    let rows = input.late_dossiers.iter().map(|dossier| {
        vec![
            text(&dossier.code),
            text(&dossier.unit),
            text(&dossier.procedure),
            Value::Day(Some(dossier.received_on)),
            Value::Day(dossier.due_on),
            Value::Day(dossier.closed_on),
            text(dossier_state(dossier)),
            text(dossier.cause.as_deref().unwrap_or("chưa được ghi")),
            Value::Word(if dossier.apologised { "có" } else { "không" }.to_owned()),
        ]
    });
    let named = ("Hồ sơ trễ hạn, quá hạn", "DANH SÁCH HỒ SƠ TRỄ HẠN, QUÁ HẠN");
    list(book, named, cover, columns, rows.collect())
}

/// Figures that somebody declared.
pub fn declared(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    let table = declared_table(input);
    let columns = table.columns.iter().map(|column| (column.head, if column.width > 45 { 40 } else { 24 }));
    let rows = table.rows.iter().map(|row| row.iter().map(|cell| text(cell)).collect());
    let named = ("Số liệu khai báo", "SỐ LIỆU DO ĐƠN VỊ KHAI BÁO, KHÔNG DO HỆ THỐNG ĐẾM");
    list(book, named, cover, columns.collect(), rows.collect())
}
