//! How large anything in a file may be, and what is said where it is larger or broken.

use super::super::problem::{Place, Problem};
use super::super::record::Shared;
use super::cell::letters;
use crate::domain::text::cut;

/// Bytes of a file.
pub const FILE_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of everything that is packed in a file.
pub const UNPACKED_BYTES: u64 = 512 * 1024 * 1024;
/// Rows of a sheet, as Excel has them.
pub const ROWS: u32 = 1_048_576;
/// Sheets of a file.
pub const SHEETS: usize = 256;
/// Columns that hold something.
pub const COLUMNS: usize = 1024;
/// Bytes of one cell.
pub const CELL_BYTES: usize = 128 * 1024;
/// Cells of a sheet that hold something.
const CELLS: u64 = 20_000_000;
/// Bytes of text of a sheet.
const TEXT_BYTES: u64 = 512 * 1024 * 1024;

/// Why a file, or a sheet from some row on, can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub reason: &'static str,
    pub row: u64,
    pub column: Option<usize>,
    pub value: String,
    pub vi: String,
    pub en: String,
}

/// A sheet's place in words.
pub fn place(file: &str, sheet: &str) -> Shared {
    if sheet.is_empty() { file.into() } else { format!("{file} › {}", cut(sheet)).into() }
}

impl Trouble {
    pub fn new(reason: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { reason, row: 0, column: None, value: String::new(), vi: vi.into(), en: en.into() }
    }

    pub fn cell(mut self, row: u64, column: usize, value: &str) -> Self {
        self.row = row;
        self.column = Some(column);
        cut(value).clone_into(&mut self.value);
        self
    }

    /// As a problem of that file and sheet.
    pub fn at(self, file: &str, sheet: &str) -> Problem {
        let field = self.column.map(letters).unwrap_or_default();
        let place = Place { file: &place(file, sheet), line: self.row, field: &field };
        place.error(self.reason, &self.value, self.vi, self.en)
    }

    /// The reader gave up. What it said is for engineers; people are told what to do.
    pub fn broken(said: &str) -> Self {
        let said = cut(said);
        Self::new(
            "BROKEN_FILE",
            format!(
                "tệp bị hỏng hoặc tải chưa hết ({said}); hãy xuất lại, hoặc mở bằng Excel hay LibreOffice rồi lưu lại thành .xlsx"
            ),
            format!(
                "the file is broken or incomplete ({said}); export it again, or open it in Excel or LibreOffice and save it as .xlsx"
            ),
        )
    }

    pub fn bomb(what_vi: &str, what_en: &str) -> Self {
        Self::new(
            "TOO_LARGE",
            format!("{what_vi}; hãy chia tệp theo tháng hoặc theo đơn vị rồi nạp từng phần"),
            format!("{what_en}; split the file by month or unit and import the parts"),
        )
    }

    pub fn many_sheets() -> Self {
        Self::new(
            "TOO_LARGE",
            format!("tệp có hơn {SHEETS} trang tính; hãy xóa các trang thừa rồi lưu lại"),
            format!("the file has more than {SHEETS} sheets; delete the superfluous ones and save again"),
        )
    }

    pub fn encrypted() -> Self {
        Self::new(
            "ENCRYPTED",
            "tệp có mật khẩu; hãy mở tệp, bỏ mật khẩu rồi lưu lại",
            "the file has a password; open it, remove the password and save it again",
        )
    }

    pub fn markup() -> Self {
        Self::new(
            "NOT_A_TABLE",
            "tệp là trang HTML hoặc XML được đổi tên; hãy mở bằng Excel hay LibreOffice rồi lưu lại thành .xlsx",
            "the file is a web page or XML under another name; open it in Excel or LibreOffice and save it as .xlsx",
        )
    }

    pub fn not_a_table() -> Self {
        Self::new(
            "NOT_A_TABLE",
            "tệp không phải là bảng tính; hãy dùng tệp .xlsx, .xls, .ods, .csv hoặc .tsv",
            "the file is no spreadsheet; use an .xlsx, .xls, .ods, .csv or .tsv file",
        )
    }

    pub fn no_sheet() -> Self {
        Self::new(
            "NO_SHEET",
            "tệp không có trang tính nào; hãy xuất lại tệp",
            "the file has no sheet; export it again",
        )
    }
}

/// Refuses a file that is too large before anything of it is looked at.
pub fn check_file(bytes: usize) -> Result<(), Trouble> {
    if bytes == 0 {
        return Err(Trouble::new(
            "EMPTY_FILE",
            "tệp trống, không có dữ liệu; hãy xuất lại tệp",
            "the file is empty; export it again",
        ));
    }
    if bytes > FILE_BYTES {
        let most = FILE_BYTES / (1024 * 1024);
        return Err(Trouble::bomb(
            &format!("tệp nặng hơn {most} MiB"),
            &format!("the file has more than {most} MiB"),
        ));
    }
    Ok(())
}

/// What may still be read of a sheet.
#[derive(Debug)]
pub struct Budget {
    cells: u64,
    text: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { cells: CELLS, text: TEXT_BYTES }
    }
}

impl Budget {
    /// Takes a cell (row from 1, column from 0) with that much text.
    pub fn spend(&mut self, row: u64, column: usize, text: &str) -> Result<(), Trouble> {
        if column >= COLUMNS {
            let trouble = Trouble::new(
                "TOO_WIDE",
                format!("có dữ liệu ngoài cột thứ {COLUMNS}; hãy xóa các cột thừa rồi lưu lại"),
                format!(
                    "there is something beyond column {COLUMNS}; delete the superfluous columns and save again"
                ),
            );
            return Err(trouble.cell(row, column, text));
        }
        if text.len() > CELL_BYTES {
            let most = CELL_BYTES / 1024;
            let trouble = Trouble::new(
                "CELL_TOO_LONG",
                format!(
                    "ô dài hơn {most} KiB; hãy rút ngắn ô này, hoặc kiểm tra dấu ngoặc kép \" mở mà không đóng"
                ),
                format!(
                    "the cell is longer than {most} KiB; shorten it, or look for a quotation mark \" that doesn't close"
                ),
            );
            return Err(trouble.cell(row, column, text));
        }
        self.cells = self.cells.saturating_sub(1);
        self.text = self.text.saturating_sub(text.len() as u64);
        if self.cells == 0 || self.text == 0 {
            let trouble = Trouble::bomb("trang tính có quá nhiều dữ liệu", "the sheet holds too much");
            return Err(trouble.cell(row, column, text));
        }
        Ok(())
    }
}
