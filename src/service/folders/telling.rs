//! What is told of a file: the report beside it, and the letter to the one who runs the system where it needs a hand.
//! Vietnamese first, then English.

use std::fmt::Write as _;
use std::path::Path;

use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::imports::{ImportRun, ProblemRow};
use super::super::operator::Trouble;
use super::Folder;
use super::reading::FileReading;
use crate::domain::text;
use crate::intake::{self, TableReading};

/// Problems that a report shows; the sheet beside it has all.
const SHOWN: usize = 50;
/// Problems that a letter names.
const NAMED: usize = 5;

/// Why a file isn't taken: sentences in Vietnamese and English, each with its mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal(Vec<(String, String)>);

impl Refusal {
    fn one(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self(vec![(vi.into(), en.into())])
    }

    /// Its name doesn't say up to when it speaks.
    pub fn no_time(folder: &Folder) -> Self {
        let pattern = folder.name_time.as_ref().map(intake::NameTime::text).unwrap_or_default();
        Self::one(
            format!("tên tệp không có thời điểm theo mẫu “{pattern}”; hãy đổi tên tệp rồi thả lại"),
            format!("the file's name has no instant of the form “{pattern}”; rename it and drop it again"),
        )
    }

    /// Not one of its rows could land.
    pub fn every_row() -> Self {
        Self::one(
            "mọi dòng đều bị từ chối; hãy xem các vấn đề dưới đây, sửa ánh xạ cột hoặc danh mục rồi thả lại",
            "every row was refused; see the problems below, correct the mapping or the registers and drop it again",
        )
    }

    /// Its import was stopped before its end.
    pub fn stopped(id: Uuid) -> Self {
        Self::one(
            format!(
                "lượt nạp imports/{id} của tệp này đã bị dừng giữa chừng; hãy kiểm tra tệp, rồi hoàn tác lượt nạp hoặc nạp tệp bằng bonro import --force"
            ),
            format!(
                "the import imports/{id} of this file was stopped before its end; look at the file, then undo the import, or take the file by bonro import --force"
            ),
        )
    }

    /// It can't be read at all.
    pub fn unreadable(problems: &[intake::Problem]) -> Self {
        let said = |problem: &intake::Problem, message: &str| {
            let place = [place(&problem.file, i64::try_from(problem.line).unwrap_or(0)), message.to_owned()];
            place.join(": ")
        };
        let both = |problem: &intake::Problem| {
            (said(problem, &problem.message_vi), said(problem, &problem.message_en))
        };
        Self(problems.iter().map(both).collect())
    }

    /// What an import refuses for good; any other error is one of the moment.
    pub fn of(error: ServiceError) -> Result<Self, ServiceError> {
        let lasting = ["OLDER_THAN_KNOWN", "WATERMARK_MISSING", "IMPORT_UNDONE", "TOO_MANY_REOPENED"];
        if let ServiceError::Invalid(violations) = error {
            return Ok(Self(violations.into_iter().map(|violation| (violation.vi, violation.en)).collect()));
        }
        if let ServiceError::Precondition { reason, vi, en, .. } = &error
            && lasting.contains(reason)
        {
            return Ok(Self::one(vi.as_str(), en.as_str()));
        }
        Err(error)
    }
}

/// `ho-so.xlsx › Danh sách, dòng 7`.
fn place(file: &str, line: i64) -> String {
    if line > 0 { format!("{file}, dòng / row {line}") } else { file.to_owned() }
}

/// A file at its end.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its name.
    pub name: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its source.
    pub source: String,
    /// It holds all that the source has.
    pub full: bool,
    /// Up to when it speaks, in Vietnamese and English.
    pub as_of: Option<(String, String)>,
    /// What was read.
    pub read: Option<FileReading>,
    /// Its import.
    pub run: Option<ImportRun>,
    /// Why it is refused.
    pub refusal: Option<Refusal>,
    /// What is wrong with its rows: errors first.
    pub problems: Vec<ProblemRow>,
}

impl Ended {
    /// Keeps what was read. Columns of a mapped table are named as they stand there, where the house names fields.
    pub fn name_columns(&mut self, read: FileReading) {
        if let FileReading::Table(table) = &read {
            for problem in self.problems.iter_mut().filter(|p| p.file.as_deref() == Some(&*table.place)) {
                let Some(field) = problem.field.take() else { continue };
                problem.message_vi = table.in_columns(&field, &problem.message_vi);
                problem.message_en = table.in_columns(&field, &problem.message_en);
                problem.field = Some(table.column(&field).unwrap_or(field));
            }
        }
        self.read = Some(read);
    }

    /// The report beside it.
    pub fn report(&self) -> String {
        let mut text = String::new();
        let verdict = match (&self.refusal, &self.run) {
            (Some(_), _) => "KHÔNG NẠP ĐƯỢC / REFUSED",
            (None, Some(run)) if run.refused > 0 => "ĐÃ NẠP, CÓ DÒNG BỊ TỪ CHỐI / TAKEN, SOME ROWS REFUSED",
            (None, _) => "ĐÃ NẠP / TAKEN",
        };
        let kind = if self.full { "toàn bộ / all" } else { "một phần / a part" };
        let _ = writeln!(text, "{}: {verdict}\n", self.name);
        let _ = writeln!(text, "SHA-256: {}", self.sha256);
        let _ = writeln!(text, "Nguồn / source: {} ({kind})", self.source);
        if let Some((vi, en)) = &self.as_of {
            let _ = writeln!(text, "Số liệu đến / records up to: {vi} / {en}");
        }
        if let Some(run) = &self.run {
            let _ = writeln!(text, "Lượt nạp / import: imports/{}\n", run.id);
            let counts = [
                ("dòng / rows", run.committed_row),
                ("mới / new", run.landed),
                ("thay đổi / changed", run.changed),
                ("không đổi / unchanged", run.unchanged),
                ("bị từ chối / refused", run.refused),
                ("có cảnh báo / with a warning", run.warned),
                ("nguồn không còn nêu / no longer named by the source", run.absent),
            ];
            for (what, count) in counts {
                let _ = writeln!(text, "{count:>9}  {what}");
            }
        }
        if let Some(Refusal(why)) = &self.refusal {
            let _ = writeln!(text, "\nVì sao / why:");
            for (vi, en) in why {
                let _ = writeln!(text, "- {vi}\n  {en}");
            }
        }
        if let Some(FileReading::Table(table)) = &self.read {
            columns(&mut text, table);
        }
        notes(&mut text, self.read.as_ref().map_or(&[], FileReading::notes));
        self.found(&mut text);
        text
    }

    fn found(&self, text: &mut String) {
        if self.problems.is_empty() {
            return;
        }
        let _ = writeln!(text, "\nVấn đề / problems:");
        for problem in self.problems.iter().take(SHOWN) {
            let word =
                if problem.severity == "error" { "TỪ CHỐI / REFUSED" } else { "cảnh báo / warning" };
            let at = problem_place(problem);
            let code = problem.code.as_deref().unwrap_or_default();
            let _ =
                writeln!(text, "- {at} {code} [{word}]\n  {}\n  {}", problem.message_vi, problem.message_en);
        }
        let more = self.problems.len().saturating_sub(SHOWN);
        if more > 0 {
            let count = text::count(i64::try_from(more).unwrap_or(i64::MAX));
            let _ = writeln!(
                text,
                "… và {count} vấn đề khác trong {name}.problems.csv / and {more} more in {name}.problems.csv",
                name = self.name
            );
        }
    }

    /// Every problem as a sheet.
    pub fn problems_csv(&self) -> String {
        let mut text = String::from("\u{feff}file,line,code,field,severity,reason,vi,en\n");
        for problem in &self.problems {
            let line = problem.line.unwrap_or_default().to_string();
            let cells = [
                problem.file.as_deref().unwrap_or_default(),
                &line,
                problem.code.as_deref().unwrap_or_default(),
                problem.field.as_deref().unwrap_or_default(),
                &problem.severity,
                &problem.reason,
                &problem.message_vi,
                &problem.message_en,
            ];
            let _ = writeln!(text, "{}", cells.map(text::sheet_cell).join(","));
        }
        text
    }

    /// What the one who runs the system must hear; None: it went well.
    pub fn trouble(&self, id: Uuid, place: &Path) -> Option<Trouble> {
        let refused = self.run.as_ref().map_or(0, |run| run.refused);
        let count = text::count(refused);
        let lies = format!("Tệp và báo cáo nằm ở: {}", place.display());
        if let Some(Refusal(why)) = &self.refusal {
            let mut details: Vec<String> = why.iter().take(NAMED).map(|(vi, _)| sentence(vi)).collect();
            details.extend(self.errors());
            details.push(lies);
            return Some(Trouble {
                key: format!("folder/{id}/refused"),
                headline: format!("Không nạp được tệp “{}” của nguồn “{}”", self.name, self.source),
                details,
                mend: "sửa theo báo cáo bên cạnh tệp, rồi xuất và thả tệp mới vào thư mục".to_owned(),
            });
        }
        (refused > 0).then(|| {
            let mut details = vec![format!("{count} dòng bị từ chối, các dòng khác đã nạp.")];
            details.extend(self.errors());
            details.push(lies);
            Trouble {
                key: format!("folder/{id}/rows"),
                headline: format!(
                    "Tệp “{}” của nguồn “{}” có {count} dòng bị từ chối",
                    self.name, self.source
                ),
                details,
                mend: "sửa các dòng này trong phần mềm một cửa, hoặc bổ sung danh mục, rồi chờ tệp sau"
                    .to_owned(),
            }
        })
    }

    /// The first refused rows, a line each.
    fn errors(&self) -> Vec<String> {
        let errors = self.problems.iter().filter(|problem| problem.severity == "error");
        let said = |problem: &ProblemRow| {
            let code = problem.code.as_deref().unwrap_or_default();
            sentence(&format!("{} {code}: {}", problem_place(problem), problem.message_vi))
        };
        errors.take(NAMED).map(said).collect()
    }
}

/// What each column of the table was read as.
fn columns(text: &mut String, table: &TableReading) {
    let _ = writeln!(text, "\nCác cột của {} (tiêu đề ở dòng {}) / columns:", table.place, table.head_row);
    for column in &table.columns {
        let field = column.field.map_or("không dùng / not used", intake::Field::as_str);
        let _ = writeln!(text, "  {:>2}  {} → {field}", column.letters, column.heading);
    }
}

/// What is worth knowing of a file.
fn notes(text: &mut String, notes: &[intake::Problem]) {
    if !notes.is_empty() {
        let _ = writeln!(text, "\nLưu ý / notes:");
    }
    for note in notes.iter().take(SHOWN) {
        let at = place(&note.file, i64::try_from(note.line).unwrap_or(0));
        let _ = writeln!(text, "- {at}: {}\n  {}", note.message_vi, note.message_en);
    }
}

fn problem_place(problem: &ProblemRow) -> String {
    place(problem.file.as_deref().unwrap_or_default(), problem.line.unwrap_or_default())
}

/// With a capital, unless it begins with the name of a file, and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let is_name = text.split(' ').next().is_some_and(|word| word.contains('.'));
    let capital = |c: char| if is_name { c.to_string() } else { c.to_uppercase().to_string() };
    let first = letters.next().map(capital).unwrap_or_default();
    let rest = letters.as_str();
    let stop = if rest.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{rest}{stop}")
}
