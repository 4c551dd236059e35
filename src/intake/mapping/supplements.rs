//! Supplements (`DanhSachHoSoBoSung`): each stops a dossier's clock when it is asked for, starts it when it
//! comes in, and may make a new appointment. They stand in a sheet of their own, in a cell as JSON, or in
//! columns of the dossier.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::Value;

use super::super::book::Cell;
use super::super::problem::{Place, Problem};
use super::super::record::{ClockRecord, DossierRecord, Shared};
use super::field::Field;
use super::file::Mapping;
use super::row::{Row, no_instant};
use crate::domain::text::{fold, tidy};

/// What a column of a supplement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The dossier's code.
    Code,
    /// When it was asked for.
    RequestedAt,
    /// When it came in.
    AnsweredAt,
    /// The appointment made then.
    DueAt,
    /// The appointment that held before.
    PreviousDueAt,
    /// Why the clock stood; blank: a supplement.
    Reason,
}

const DEFAULT_REASON: &str = "supplement_requested";

impl Part {
    /// All of them; the code comes first, then when it was asked for.
    pub const ALL: [Self; 6] =
        [Self::Code, Self::RequestedAt, Self::AnsweredAt, Self::DueAt, Self::PreviousDueAt, Self::Reason];

    /// As which field its dates are read.
    pub fn field(self) -> Field {
        match self {
            Self::AnsweredAt => Field::SupplementAnsweredAt,
            Self::DueAt | Self::PreviousDueAt => Field::SupplementDueAt,
            Self::Code | Self::RequestedAt | Self::Reason => Field::SupplementRequestedAt,
        }
    }

    /// What its column, or its key in JSON, is called if the mapping doesn't say.
    pub fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Code => &["MaHoSo", "Mã hồ sơ"],
            Self::RequestedAt => &["NgayBoSung", "Ngày yêu cầu bổ sung", "Ngày bổ sung"],
            Self::AnsweredAt => {
                &["NgayTiepNhanBoSung", "Ngày tiếp nhận bổ sung", "Ngày nộp bổ sung", "Ngày nhận bổ sung"]
            }
            Self::DueAt => &["NgayHenTraMoi", "Ngày hẹn trả mới"],
            Self::PreviousDueAt => &["NgayHenTraTruoc", "Ngày hẹn trả trước", "Ngày hẹn trả cũ"],
            Self::Reason => &["LyDo", "Lý do"],
        }
    }

    /// What it is, in Vietnamese and English, and its key in a mapping.
    pub fn called(self) -> ((&'static str, &'static str), &'static str) {
        match self {
            Self::Code => (("mã hồ sơ", "dossier's code"), "code"),
            Self::RequestedAt => (("ngày yêu cầu bổ sung", "day it was asked for"), "requested_at"),
            Self::AnsweredAt => (("ngày tiếp nhận bổ sung", "day it came in"), "answered_at"),
            Self::DueAt => (("ngày hẹn trả mới", "new appointment"), "due_at"),
            Self::PreviousDueAt => (("ngày hẹn trả trước", "appointment before"), "previous_due_at"),
            Self::Reason => (("lý do", "reason"), "reason"),
        }
    }
}

/// A supplement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplement {
    pub requested_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub previous_due_at: Option<DateTime<Utc>>,
    pub reason: Shared,
    pub line: u64,
    pub file: Shared,
}

/// A supplement from its cells: `get` gives the cell of a part and its column's name. None where nothing stands.
pub fn read(
    file: &Shared,
    line: u64,
    mapping: &Mapping,
    get: &dyn Fn(Part) -> (Cell, String),
) -> Result<Option<Supplement>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut instant = |part: Part| {
        let (cell, label) = get(part);
        if let Some(problem) = cell.fault(Place { file, line, field: &label }) {
            problems.push(problem);
            return None;
        }
        match mapping.dates.read(part.field(), &cell) {
            Ok(found) => found.map(|found| found.at),
            Err(why) => {
                let place = Place { file, line, field: &label };
                problems.push(no_instant(place, &cell.shown(), why, mapping, part.field()));
                None
            }
        }
    };
    let (requested, answered, due, previous) = (
        instant(Part::RequestedAt),
        instant(Part::AnsweredAt),
        instant(Part::DueAt),
        instant(Part::PreviousDueAt),
    );
    let (reason, label) = get(Part::Reason);
    problems.extend(reason.fault(Place { file, line, field: &label }));
    let (cell, label) = get(Part::AnsweredAt);
    // A stop that ends before it begins would never end.
    if requested.zip(answered).is_some_and(|(requested, answered)| answered < requested) {
        let (asked, _) = get(Part::RequestedAt);
        let (answered, asked) = (cell.shown(), asked.shown());
        problems.push(Place { file, line, field: &label }.error(
            "WRONG_ORDER",
            &answered,
            format!("tiếp nhận bổ sung “{answered}” trước khi yêu cầu bổ sung “{asked}”; hãy sửa một trong hai ngày"),
            format!("a supplement came in on “{answered}” before it was asked for on “{asked}”; correct one of both"),
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let Some(requested_at) = requested else {
        if answered.is_none() && due.is_none() && previous.is_none() {
            return Ok(None);
        }
        let (_, label) = get(Part::RequestedAt);
        return Err(vec![Place { file, line, field: &label }.missing_value()]);
    };
    let reason = tidy(&reason.shown());
    let reason = if reason.is_empty() { DEFAULT_REASON.to_owned() } else { reason };
    Ok(Some(Supplement {
        requested_at,
        answered_at: answered,
        due_at: due,
        previous_due_at: previous,
        reason: reason.into(),
        line,
        file: file.clone(),
    }))
}

/// The supplements that stand in the dossier's own row.
pub fn of_row(row: &mut Row<'_>) -> Vec<Supplement> {
    let mut found = Vec::new();
    for result in [of_json(row), of_columns(row)].concat() {
        match result {
            Ok(supplement) => found.extend(supplement),
            Err(mut problems) => row.problems.append(&mut problems),
        }
    }
    found
}

type Results = Vec<Result<Option<Supplement>, Vec<Problem>>>;

fn of_json(row: &Row<'_>) -> Results {
    let cell = row.cell(Field::Supplements);
    let text = cell.shown();
    if matches!(&*text, "" | "null" | "[]") {
        return Vec::new();
    }
    let bad = || {
        row.place(Field::Supplements).error(
            "BAD_JSON",
            &text,
            "danh sách bổ sung không đúng dạng JSON; hãy xuất lại, hoặc để các lần bổ sung ở một trang tính riêng",
            "the list of supplements isn't valid JSON; export it again, or put the supplements into a sheet of their own",
        )
    };
    let list = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Array(list)) => list,
        Ok(one @ Value::Object(_)) => vec![one],
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | Err(_) => {
            return vec![Err(vec![bad()])];
        }
    };
    let label = row.label(Field::Supplements);
    let one = |value: &Value| {
        let get = |part: Part| {
            let found = key(row.mapping, part, value);
            let name = found.map_or(part.headings()[0], |(name, _)| name);
            let cell = match found.map(|(_, value)| value) {
                None | Some(Value::Null) => Cell::Blank,
                Some(Value::String(text)) => Cell::Text(text.clone()),
                Some(other) => Cell::Text(other.to_string()),
            };
            (cell, format!("{label} › {name}"))
        };
        let Some(object) = value.as_object() else { return Err(vec![bad()]) };
        let strange = object.iter().filter(|(name, value)| is_strange(row.mapping, name, value));
        let problems: Vec<Problem> = strange.map(|(name, value)| unknown_key(row, name, value)).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        match read(row.file, row.line, row.mapping, &get) {
            // It tells of a supplement, and not of when.
            Ok(None) if object.values().any(|value| !value.is_null()) => {
                let (_, label) = get(Part::RequestedAt);
                Err(vec![Place { file: row.file, line: row.line, field: &label }.missing_value()])
            }
            read => read,
        }
    };
    list.iter().map(one).collect()
}

/// Whether a key that nobody knows may tell when something happened: a stop or a start of the clock would be lost.
fn is_strange(mapping: &Mapping, name: &str, value: &Value) -> bool {
    let folded = fold(name);
    let said = mapping.supplements.columns.values().flatten().map(String::as_str);
    let own = Part::ALL.iter().flat_map(|part| part.headings().iter().copied());
    let ignored = mapping.supplements.ignored.iter().map(String::as_str);
    if value.is_null() || said.chain(own).chain(ignored).any(|known| fold(known) == folded) {
        return false;
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let reads = mapping.dates.patterns.iter().any(|pattern| pattern.reads(&text).is_some());
    reads || ["ngay", "thoi gian", "thoigian", "thoidiem"].iter().any(|start| folded.starts_with(start))
}

fn unknown_key(row: &Row<'_>, name: &str, value: &Value) -> Problem {
    let label = format!("{} › {name}", row.label(Field::Supplements));
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Place { file: row.file, line: row.line, field: &label }.error(
        "UNKNOWN_KEY",
        &value,
        format!("không biết “{name}” là ngày gì của lần bổ sung; hãy thêm vào [supplements.columns] của tệp ánh xạ, hoặc vào ignored = [\"{name}\"] của [supplements] nếu không cần"),
        format!("what day of a supplement “{name}” is isn't known; add it to [supplements.columns] of the mapping, or to ignored = [\"{name}\"] of [supplements] if it isn't needed"),
    )
}

fn key<'v>(mapping: &Mapping, part: Part, value: &'v Value) -> Option<(&'v str, &'v Value)> {
    let said = mapping.supplements.columns.get(&part).into_iter().flatten().map(String::as_str);
    let mut names = said.chain(part.headings().iter().copied());
    let object = value.as_object()?;
    names.find_map(|name| {
        object.iter().find(|(key, _)| fold(key) == fold(name)).map(|(key, value)| (key.as_str(), value))
    })
}

/// Columns hold one supplement, or several with `;` or line ends between them.
fn of_columns(row: &Row<'_>) -> Results {
    const COLUMNS: [Part; 3] = [Part::RequestedAt, Part::AnsweredAt, Part::DueAt];
    let split = |part: Part| -> Vec<Cell> {
        let cell = row.cell(part.field());
        if let Cell::Text(text) = cell {
            text.split([';', '\n', '|']).map(|piece| Cell::Text(piece.trim().to_owned())).collect()
        } else if cell.is_blank() {
            Vec::new()
        } else {
            vec![cell.clone()]
        }
    };
    let columns = COLUMNS.map(split);
    let count = columns.iter().map(Vec::len).max().unwrap_or(0);
    let one = |index: usize| {
        let get = |part: Part| {
            let column = COLUMNS.iter().position(|other| *other == part);
            let cell = column.and_then(|column| columns[column].get(index)).cloned().unwrap_or_default();
            (cell, row.label(part.field()).to_owned())
        };
        read(row.file, row.line, row.mapping, &get)
    };
    (0..count).map(one).collect()
}

/// An appointment of the dossier's row that is later than the one of its last supplement, and none that a supplement
/// tells of: it was made since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterDue {
    own: String,
    last: String,
}

impl LaterDue {
    /// What is said of it.
    pub fn note(&self, place: Place<'_>) -> Problem {
        let Self { own, last } = self;
        place.note(
            "DUE_DIFFERS",
            format!("ngày hẹn trả {own} muộn hơn ngày hẹn mới {last} của lần bổ sung cuối; ngày hẹn {own} được dùng, hãy đối chiếu"),
            format!("the appointment {own} is later than {last}, made with the last supplement; {own} is used, compare them"),
        )
    }
}

/// Puts supplements into their dossier: stops and starts of its clock, and the newest appointment.
pub fn attach(dossier: &mut DossierRecord, mut supplements: Vec<Supplement>, zone: Tz) -> Option<LaterDue> {
    supplements.sort_by_key(|supplement| supplement.requested_at);
    for supplement in &supplements {
        let mut event = |at, resumed| {
            dossier.clock.push(ClockRecord {
                at,
                resumed,
                reason: supplement.reason.clone(),
                line: supplement.line,
                file: supplement.file.clone(),
            });
        };
        event(supplement.requested_at, false);
        if let Some(at) = supplement.answered_at {
            event(at, true);
        }
    }
    dossier.clock.sort();
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let told = supplements.iter().flat_map(|supplement| [supplement.due_at, supplement.previous_due_at]);
    let told: Vec<_> = told.flatten().map(day).collect();
    let last = supplements.iter().rev().find_map(|supplement| supplement.due_at);
    let before = supplements.iter().rev().find_map(|supplement| supplement.previous_due_at);
    match (dossier.due_at, last) {
        (Some(own), Some(last)) if day(own) > day(last) && !told.contains(&day(own)) => {
            let shown = |at| day(at).format("%d/%m/%Y").to_string();
            Some(LaterDue { own: shown(own), last: shown(last) })
        }
        (own, last) => {
            dossier.due_at = last.or(own).or(before);
            None
        }
    }
}
