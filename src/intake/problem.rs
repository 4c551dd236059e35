//! What is wrong with a file or a row, in Vietnamese and English, with the mend. Only what reading
//! itself can tell stands here; what the house knows better (unknown units, due before received)
//! it says itself when the row arrives.

use super::record::Shared;
use crate::domain::text::cut;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The row is not read.
    Error,
    /// Worth knowing; nothing is refused for it.
    Note,
}

/// Something wrong at a place, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The file, with the sheet where it has several: `ho-so.xlsx › Danh sách`.
    pub file: Shared,
    /// The line in it, from 1; 0 where it speaks of the whole file.
    pub line: u64,
    /// The column, in spreadsheets with its letter: `F (Ngày hẹn trả)`; empty for the whole row.
    pub field: Box<str>,
    /// What stands there, shortened.
    pub value: Box<str>,
    /// A stable word in `UPPER_SNAKE`.
    pub reason: &'static str,
    /// What is wrong and the mend, in Vietnamese.
    pub message_vi: Box<str>,
    /// The same in English.
    pub message_en: Box<str>,
}

/// Where something is wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub file: &'a str,
    pub line: u64,
    pub field: &'a str,
}

impl Place<'_> {
    /// An error here. `value` is what stands there.
    pub fn error(
        self,
        reason: &'static str,
        value: &str,
        vi: impl Into<Box<str>>,
        en: impl Into<Box<str>>,
    ) -> Problem {
        Problem {
            severity: Severity::Error,
            file: self.file.into(),
            line: self.line,
            field: self.field.into(),
            value: cut(value).into(),
            reason,
            message_vi: self.named(vi.into()),
            message_en: self.named(en.into()),
        }
    }

    /// The sentence with its column first: it is read without its place too.
    fn named(self, said: Box<str>) -> Box<str> {
        if self.field.is_empty() { said } else { format!("{}: {said}", self.field).into() }
    }

    /// Something worth knowing here.
    pub fn note(self, reason: &'static str, vi: impl Into<Box<str>>, en: impl Into<Box<str>>) -> Problem {
        Problem { severity: Severity::Note, ..self.error(reason, "", vi, en) }
    }

    pub fn missing_value(self) -> Problem {
        self.error(
            "MISSING_VALUE",
            "",
            "ô bắt buộc bị bỏ trống; hãy điền giá trị",
            "a required cell is blank; fill it in",
        )
    }

    pub fn bad_instant(self, value: &str, without_offset: bool) -> Problem {
        let shown = cut(value);
        if without_offset {
            return self.error(
                "NAIVE_INSTANT",
                value,
                format!("“{shown}” không ghi múi giờ; hãy thêm độ lệch giờ ở cuối, ví dụ {shown}+07:00"),
                format!("“{shown}” has no offset; add it at the end, such as {shown}+07:00"),
            );
        }
        self.error(
            "BAD_INSTANT",
            value,
            format!("“{shown}” không phải là thời điểm có thật; hãy viết như 2024-05-15T14:47:44+07:00"),
            format!("“{shown}” is no real instant; write it like 2024-05-15T14:47:44+07:00"),
        )
    }

    pub fn bad_date(self, value: &str) -> Problem {
        let shown = cut(value);
        self.error(
            "BAD_DATE",
            value,
            format!("“{shown}” không phải là ngày có thật; hãy viết năm-tháng-ngày như 2024-05-15"),
            format!("“{shown}” is no real date; write year-month-day like 2024-05-15"),
        )
    }

    pub fn bad_number(self, value: &str) -> Problem {
        let shown = cut(value);
        self.error(
            "BAD_NUMBER",
            value,
            format!(
                "“{shown}” không phải là số nguyên; hãy viết liền chữ số, không dấu chấm, không dấu phẩy"
            ),
            format!("“{shown}” is no whole number; write digits only, without points or commas"),
        )
    }

    /// A text with U+0000.
    pub fn nul_character(self, value: &str) -> Problem {
        self.error(
            "NUL_CHARACTER",
            value,
            "có ký tự U+0000 không nhìn thấy được; hãy xóa ký tự đó",
            "it has the character U+0000, which nobody sees; delete it",
        )
    }

    pub fn too_large(self, value: &str) -> Problem {
        let shown = cut(value);
        self.error(
            "TOO_LARGE",
            value,
            format!("số “{shown}” quá lớn; hãy kiểm tra và sửa số này"),
            format!("the number “{shown}” is too large; correct it"),
        )
    }

    pub fn bad_decimal(self, value: &str) -> Problem {
        let shown = cut(value);
        self.error(
            "BAD_NUMBER",
            value,
            format!("“{shown}” không phải là số có tối đa hai chữ số thập phân; hãy viết như 90 hoặc 99.50"),
            format!("“{shown}” is no number of at most two decimals; write it like 90 or 99.50"),
        )
    }

    pub fn unknown_word(self, value: &str, words: &[&str]) -> Problem {
        let shown = cut(value);
        let list = words.join(", ");
        self.error(
            "UNKNOWN_WORD",
            value,
            format!("không có từ “{shown}” ở đây; hãy dùng một trong: {list}"),
            format!("“{shown}” is not known here; use one of: {list}"),
        )
    }

    pub fn duplicate(self, value: &str, first_line: u64) -> Problem {
        let shown = cut(value);
        let file = self.file;
        self.error(
            "DUPLICATE_CODE",
            value,
            format!("“{shown}” đã có ở dòng {first_line} của {file}; hãy bỏ một trong hai dòng hoặc sửa mã"),
            format!("“{shown}” stands already in line {first_line} of {file}; drop one of the two lines or correct the code"),
        )
    }

    /// A dossier that stands in no row whose code could be read; `nameless` are the lines of the others.
    pub fn unknown_dossier(self, value: &str, nameless: &[u64]) -> Problem {
        let shown = cut(value);
        if let Some(lines) = lines(nameless) {
            return self.error(
                "UNKNOWN_DOSSIER",
                value,
                format!(
                    "không có hồ sơ “{shown}” trong dossiers.csv, nhưng có dòng bị từ chối vì mã (dòng {lines}); \
                     nếu đó là hồ sơ này hãy sửa dòng đó trước, nếu không hãy sửa mã ở đây"
                ),
                format!(
                    "there is no dossier “{shown}” in dossiers.csv, but rows are refused for their code (line {lines}); \
                     correct such a row first if it is this dossier, else correct the code here"
                ),
            );
        }
        self.error(
            "UNKNOWN_DOSSIER",
            value,
            format!("không có hồ sơ “{shown}” trong dossiers.csv; hãy sửa mã hoặc thêm hồ sơ đó vào dossiers.csv"),
            format!("there is no dossier “{shown}” in dossiers.csv; correct the code or add the dossier to dossiers.csv"),
        )
    }
}

/// The first of them by number; None where there are none.
fn lines(all: &[u64]) -> Option<String> {
    const NAMED: usize = 5;
    let named: Vec<String> = all.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if all.len() > NAMED { ", …" } else { "" };
    (!named.is_empty()).then(|| named.join(", ") + more)
}
