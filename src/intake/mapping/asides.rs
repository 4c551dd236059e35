//! Rows of a table that are no records: its numbering, its head once more, sums, the place for signatures. They are
//! passed over, and each is told of by its number.

use super::super::book::Cell;
use super::super::problem::{Place, Problem};
use crate::domain::text::fold;

/// Rows that a sentence names.
const TOLD: usize = 10;

/// How cells below a table begin, folded: who made it, who signs, who gets it.
const SIGNATURES: [&str; 31] = [
    "nguoi lap",
    "nguoi tong hop",
    "nguoi kiem",
    "nguoi bao cao",
    "nguoi phe duyet",
    "nguoi duyet",
    "can bo lap",
    "can bo tong hop",
    "thu truong",
    "noi nhan",
    "ky ten",
    "ky, ",
    "ky va ",
    "ky ghi ",
    "da ky",
    "xac nhan cua",
    "lanh dao",
    "chu tich",
    "pho chu tich",
    "truong phong",
    "pho truong phong",
    "truong bo phan",
    "chanh van phong",
    "pho chanh van phong",
    "giam doc",
    "pho giam doc",
    "tm.",
    "kt.",
    "tl.",
    "tuq.",
    "ghi chu:",
];

/// `(1) (2) (3)` or `A B C` under the head.
pub fn is_numbering(cells: &[Cell]) -> bool {
    let mut count = 0;
    for cell in cells.iter().filter(|cell| !cell.is_blank()) {
        let text = cell.shown();
        let bare = text.trim_matches(['(', ')', '[', ']', ' ']);
        let is_number = bare.len() <= 2 && bare.bytes().all(|byte| byte.is_ascii_digit());
        let is_letter = bare.len() == 1 && bare.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_number && !is_letter {
            return false;
        }
        count += 1;
    }
    count >= 3
}

/// Whether the first filled cell says that the row is a sum.
pub fn is_total(cells: &[Cell]) -> bool {
    cells.iter().find(|cell| !cell.is_blank()).is_some_and(|cell| is_total_word(&cell.shown()))
}

/// Whether a text says that its row is a sum.
pub fn is_total_word(text: &str) -> bool {
    let folded = fold(text);
    let bare = folded.trim_end_matches([':', ' ', '.']);
    matches!(bare, "tong" | "cong" | "tong cong" | "tong so" | "toan tinh" | "toan huyen" | "toan thi xa")
        || ["tong cong ", "tong so ", "cong:", "tong:", "cong (", "tong cong:"]
            .iter()
            .any(|start| folded.starts_with(start))
}

/// Whether a row that holds no record belongs to the place for signatures.
pub fn is_signature(cells: &[Cell]) -> bool {
    cells.iter().filter(|cell| !cell.is_blank()).any(|cell| {
        let folded = fold(&cell.shown());
        let bare = folded.trim_start_matches(['(', '-', '*', ' ']);
        SIGNATURES.iter().any(|start| bare.starts_with(start))
    })
}

/// Whether a code cell may hold a code: what people sign with has no digits.
pub fn may_be_code(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

/// Whether a code cell repeats its heading, or the lowest row of it.
pub fn is_heading(code: &str, heading: &str) -> bool {
    !code.is_empty() && !may_be_code(code) && fold(heading).ends_with(&fold(code))
}

/// The first of some rows by number.
pub fn listed(lines: &[u64]) -> String {
    let some = lines.iter().take(TOLD).map(u64::to_string).collect::<Vec<_>>().join(", ");
    let more = if lines.len() > TOLD { ", …" } else { "" };
    some + more
}

/// What is said of rows that were passed over; None where there are none.
pub fn note(file: &str, lines: &[u64]) -> Option<Problem> {
    let (count, rows) = (lines.len(), listed(lines));
    (count > 0).then(|| {
        Place { file, line: 0, field: "" }.note(
            "PASSED_OVER",
            format!("bỏ qua {count} dòng không phải hồ sơ (đánh số cột, tiêu đề lặp lại, dòng cộng, chữ ký, ghi chú): {rows}"),
            format!("{count} rows that are no dossiers (numbering, headings again, totals, signatures, notes) were passed over: {rows}"),
        )
    })
}
