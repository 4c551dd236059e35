//! The lines of a digest as a list in the reader's words, all of them: what the enclosed sheet shows. How a sheet is
//! made is known elsewhere.

use chrono::{NaiveDate, NaiveDateTime};

use super::Language;
use super::digest::{Digest, Line, Subject, most_urgent_first};
use super::digest_remarks::said;
use super::digest_words::{Kind, status, step, subject_name, title};

/// A digest's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The file's name without its ending: `danh-sach-YT-2024-05-16`.
    pub file_stem: String,
    /// The sheet's name.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Whose it is, and up to when the records are known.
    pub notes: Vec<String>,
    /// The heads of an entry's fields, in their order.
    pub heads: [&'static str; 10],
    /// How days are shown: those left, those past, none.
    pub days_pattern: &'static str,
    /// The lines by unit, each unit's most urgent first.
    pub entries: Vec<Entry>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The unit that must act.
    pub unit: String,
    /// The subject's code.
    pub code: String,
    /// The procedure, or the task's title.
    pub matter: String,
    /// Received or assigned.
    pub received_on: NaiveDate,
    /// The deadline, local time.
    pub due: Option<NaiveDateTime>,
    /// Where it stands.
    pub step: String,
    /// Who holds it; empty: nobody is named.
    pub holder: String,
    /// Working days to the deadline; negative: past it. None where the line isn't about that, or the calendar ends.
    pub days: Option<i64>,
    /// Why it is listed.
    pub status: String,
    /// What else is to be known of it, as in the mail: who was told and when, why it is late, who lets it wait.
    pub remarks: String,
}

impl Digest {
    /// All its lines as a list.
    pub fn listing(&self, language: Language) -> Listing {
        let word = |vi, en| language.pick(vi, en);
        let mut entries: Vec<Entry> = Vec::new();
        for kind in Kind::ALL {
            let lines = most_urgent_first(self.lines(kind));
            entries.extend(lines.into_iter().map(|line| self.entry(line, kind, language)));
        }
        // Stable: within a unit the order stays.
        entries.sort_by(|a, b| a.unit.cmp(&b.unit));
        let until = self.data_until.map(|at| {
            format!("{} {}; ", word("Số liệu đồng bộ đến", "Records are known up to"), language.watermark(at))
        });
        let made = format!("{} {}", word("lập lúc", "made at"), language.moment(self.run_at));
        let whose =
            if self.oversees { self.unit.clone() } else { format!("{} ({})", self.recipient, self.unit) };
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        Listing {
            file_stem: format!(
                "{}-{}-{}",
                word("danh-sach", "list"),
                self.list_code.chars().map(plain).collect::<String>(),
                self.run_at.date()
            ),
            name: word("Danh sách", "List"),
            title: word("DANH SÁCH HỒ SƠ, CÔNG VIỆC CẦN XỬ LÝ", "DOSSIERS AND WORK TO ATTEND TO"),
            notes: vec![whose, format!("{}{made}", until.unwrap_or_default())],
            heads: language.pick(
                [
                    "Đơn vị",
                    "Mã hồ sơ",
                    "Thủ tục",
                    "Ngày tiếp nhận",
                    "Hạn trả",
                    "Bước, trạng thái",
                    "Người giữ",
                    "Quá hạn/Còn (ngày làm việc)",
                    "Tình trạng",
                    "Ghi chú",
                ],
                [
                    "Unit",
                    "Code",
                    "Procedure",
                    "Received",
                    "Due",
                    "Step, state",
                    "Held by",
                    "Overdue/left (working days)",
                    "Status",
                    "Remarks",
                ],
            ),
            days_pattern: word("\"còn \"0;[Red]\"quá \"0;0", "0\" left\";[Red]0\" over\";0"),
            entries,
        }
    }

    fn entry(&self, line: &Line, kind: Kind, language: Language) -> Entry {
        let matter = match line.subject {
            Subject::Dossier => line.procedure.clone(),
            Subject::Task | Subject::Petition | Subject::Opinion | Subject::Certificate => {
                format!("{}: {}", subject_name(line.subject, language), line.procedure)
            }
        };
        let (days, status) = match kind {
            Kind::Overdue | Kind::DueToday | Kind::DueSoon => {
                (line.working_days, title(kind, language).to_owned())
            }
            Kind::Of(_) => {
                let stands = status(line, kind, self.run_at.date(), language);
                (None, format!("{} ({stands})", title(kind, language)))
            }
        };
        Entry {
            unit: line.unit.clone(),
            code: line.code.clone(),
            matter,
            received_on: line.received_on,
            due: line.due,
            step: step(&line.step, language),
            holder: line.holder.clone().unwrap_or_default(),
            days,
            status,
            remarks: line.remarks.iter().map(|remark| said(remark, language)).collect::<Vec<_>>().join("; "),
        }
    }
}
