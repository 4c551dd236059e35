//! What the dates of one column tell together and none of them alone: that a program took some for days and left
//! others, that some may lack their time.

use super::super::problem::{Place, Problem};
use super::asides::listed;
use super::dates::{Found, Written};
use chrono::Datelike as _;

/// Of each sort so many at least: three dates of a column fall on such days by chance in one case of fifty.
const FEW: u64 = 3;

/// The dates of a column.
#[derive(Debug, Default)]
pub struct Seen {
    /// Texts and serials by whether their day can't be a month.
    late_texts: u64,
    early_texts: u64,
    late_serials: u64,
    early_serials: u64,
    /// The first text, and the first serial.
    first: [Option<(u64, String)>; 2],
    has_times: bool,
    /// Rows with a whole serial, and with 00:00.
    whole: Vec<u64>,
    midnight: Vec<u64>,
}

impl Seen {
    /// Takes in a date.
    pub fn take(&mut self, line: u64, found: &Found, shown: &str) {
        let is_late = found.day.day() > 12;
        let count = match (found.is_serial, found.has_order, is_late) {
            (true, _, true) => Some(&mut self.late_serials),
            (true, _, false) => Some(&mut self.early_serials),
            (false, true, true) => Some(&mut self.late_texts),
            (false, true, false) => Some(&mut self.early_texts),
            (false, false, _) => None,
        };
        if let Some(count) = count {
            *count += 1;
            self.first[usize::from(found.is_serial)].get_or_insert_with(|| (line, shown.to_owned()));
        }
        match found.time {
            Written::Time => self.has_times = true,
            Written::Midnight => self.midnight.push(line),
            Written::Whole => self.whole.push(line),
            Written::Nothing => {}
        }
    }

    /// A spreadsheet that writes month before day has made dates of the texts that can be ones so, with day and month
    /// in each other's place, and has left the others as text.
    pub fn problem(&self, file: &str, label: &str) -> Option<Problem> {
        let is_half_taken = self.late_texts >= FEW
            && self.early_serials >= FEW
            && self.early_texts == 0
            && self.late_serials == 0;
        let [Some((line, text)), Some((other, date))] = &self.first else { return None };
        is_half_taken.then(|| {
            Place { file, line: *line, field: label }.error(
                "HALF_DATES",
                text,
                format!("“{text}” là chữ còn “{date}” (dòng {other}) là ngày, và mọi ô ngày đều có ngày từ 12 trở xuống: bảng tính đã đảo ngày và tháng khi mở tệp gốc; hãy nạp thẳng tệp do phần mềm một cửa xuất, không mở rồi lưu lại"),
                format!("“{text}” is text while “{date}” (row {other}) is a date, and no date has a day after the 12th: a spreadsheet program swapped day and month on opening the file; import the one-stop software's own export, not one opened and saved"),
            )
        })
    }

    /// What is worth knowing of the times of day.
    pub fn notes(&self, file: &str, label: &str, time: &str) -> Vec<Problem> {
        let place = Place { file, line: 0, field: label };
        let mut notes = Vec::new();
        if self.has_times && !self.whole.is_empty() {
            let (count, rows) = (self.whole.len(), listed(&self.whole));
            notes.push(place.note(
                "DATE_AMONG_TIMES",
                format!("{count} ô chỉ có ngày, hoặc 00:00, giữa các ô có giờ; được hiểu là {time} của ngày đó: dòng {rows}; hãy kiểm tra nếu thời hạn tính theo giờ"),
                format!("{count} cells hold a date alone, or 00:00, among others with a time; they are read as {time} of that day: rows {rows}; check them where terms are in hours"),
            ));
        }
        if !self.midnight.is_empty() {
            let (count, rows) = (self.midnight.len(), listed(&self.midnight));
            notes.push(place.note(
                "MIDNIGHT",
                format!("{count} ô ghi 00:00 và được lấy đúng như vậy: dòng {rows}; hãy kiểm tra nếu phần mềm ghi 00:00 khi không biết giờ"),
                format!("{count} cells say 00:00 and are taken at their word: rows {rows}; check them if the software writes 00:00 where it knows no time"),
            ));
        }
        notes
    }
}
