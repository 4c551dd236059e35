//! Codes of dossiers, procedures, units and officials: what tells that one stands in a cell, and what of them is lost
//! where a spreadsheet made numbers of them.

use super::super::book::{Cell, Guise};
use super::super::problem::{Place, Problem};

/// Whether a text alone says that its row is a dossier: figures and other signs without blanks. A row of which no more
/// is filled is refused for what it lacks, not passed over.
pub fn is_code(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    text.contains(is_digit) && !text.chars().all(is_digit) && !text.contains(char::is_whitespace)
}

/// Whether a number has all digits of a national procedure's code, `1.001612`: one before the point, six behind it.
fn is_procedure(shown: &str) -> bool {
    shown.split_once('.').is_some_and(|(first, rest)| first.len() == 1 && rest.len() == 6)
}

/// A double keeps 15 digits; of more, and of zeros before them or behind the point, some are lost.
const KEPT: f64 = 1e15;

/// What is said of a code that a spreadsheet made a number of, where its digits aren't sure any more. A plain whole
/// number is its digits, and so is a procedure's code that ends in no zero.
pub fn not_its_digits(place: Place<'_>, cell: &Cell) -> Option<Problem> {
    let shown = cell.shown();
    let is_lost = match cell {
        Cell::Number(number) | Cell::Guised(number, Guise::From1904) => {
            number.abs() >= KEPT || (number.fract() != 0.0 && !is_procedure(&shown))
        }
        Cell::Guised(_, Guise::Dressed) | Cell::Serial(_) => true,
        // 2,40506E+15, as a spreadsheet saves it as text.
        Cell::Text(_) => {
            let is_number = |part: &str| {
                part.starts_with(|c: char| c.is_ascii_digit())
                    && part.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
            };
            shown.split_once("E+").is_some_and(|(number, power)| is_number(number) && is_number(power))
        }
        Cell::Blank | Cell::Flag(_) | Cell::Fault(_) | Cell::Unsaved => false,
    };
    is_lost.then(|| {
        place.error(
            "CODE_AS_NUMBER",
            &shown,
            format!("mã được lưu dưới dạng số {shown} nên có thể đã mất chữ số; hãy định dạng cột là văn bản (Text) rồi nhập lại mã, hoặc xuất lại từ phần mềm"),
            format!("the code is stored as the number {shown} and may have lost digits; format the column as text and type the code again, or export it again"),
        )
    })
}
