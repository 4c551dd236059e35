//! A mapping proposed for a file that nobody has described yet: by what its headings are called elsewhere,
//! and by what its cells look like. A proposal to be read and corrected, not a decision.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use super::super::book::{Book, Cell, Hints, letters};
use super::super::problem::{Place, Problem};
use super::asides::{is_numbering, is_total};
use super::dates::LIKELY;
use super::field::{Field, Holds};
use super::head::{self, Column, bare};
use super::pattern::Pattern;
use super::sheets::tops;
use super::words;
use super::{Mapping, second};
use crate::domain::text::{cut, fold, tidy};

/// Rows whose cells are looked at.
pub(super) const SAMPLED: usize = 300;

/// Patterns of dates that are tried, the longer before the shorter.
const PATTERNS: [&str; 14] = [
    "dd/MM/yyyy HH:mm:ss",
    "dd/MM/yyyy HH:mm",
    "dd/MM/yyyy hh:mm:ss a",
    "dd/MM/yyyy hh:mm a",
    "HH:mm:ss dd/MM/yyyy",
    "HH:mm dd/MM/yyyy",
    "hh:mm:ss a dd/MM/yyyy",
    "hh:mm a dd/MM/yyyy",
    "dd-MM-yyyy HH:mm:ss",
    "dd-MM-yyyy HH:mm",
    "yyyyMMddHHmmss",
    "iso",
    "dd/MM/yyyy",
    "dd-MM-yyyy",
];

/// A proposal.
#[derive(Debug, Clone)]
pub struct Guess {
    /// The mapping as TOML, with comments.
    pub toml: String,
    /// The sheet, where the file has several.
    pub sheet: Option<String>,
    /// The row of the headings.
    pub head_row: u64,
    /// Letters, heading, the field if one was guessed, and an example.
    pub columns: Vec<(String, String, Option<&'static str>, String)>,
    /// Fields that no dossier can do without and that no column was found for.
    pub missing: Vec<&'static str>,
}

/// Proposes a mapping for a file.
pub fn guess(file: &str, bytes: &[u8]) -> Result<Guess, Problem> {
    let mut book = Book::open(file, bytes, &Hints::default())?;
    // What the ready mapping knows is known here too.
    let ready = Mapping::named("mot-cua").and_then(Result::ok);
    let of_ready = |field: &Field| ready.as_ref()?.columns.get(field);
    let headings: Vec<Vec<String>> = Field::ALL
        .iter()
        .map(|field| {
            let own = field.headings().iter().map(|heading| (*heading).to_owned());
            own.chain(of_ready(field).into_iter().flatten().cloned()).collect()
        })
        .collect();
    let wanted: Vec<&[String]> = headings.iter().map(Vec::as_slice).collect();
    let mut best: Option<(usize, usize, head::Head)> = None;
    for sheet in 0..book.seen() {
        let Some(head) = head::find(&tops(&mut book, sheet)?, &wanted) else { continue };
        let count = head.found.iter().flatten().count();
        if best.as_ref().is_none_or(|(_, most, _)| count > *most) {
            best = Some((sheet, count, head));
        }
    }
    let Some((sheet, _, mut head)) = best.filter(|(_, count, _)| *count >= 2) else {
        return Err(Place { file, line: 0, field: "" }.error(
            "NO_HEADER",
            "",
            "không nhận ra dòng tiêu đề nào của danh sách hồ sơ; hãy viết tệp ánh xạ theo mẫu trong deploy/mappings",
            "no header of a list of dossiers was recognised; write a mapping after those in deploy/mappings",
        ));
    };
    // The first of `wanted` is the code.
    head::settle(&mut book, sheet, &mut head, 0)?;
    let second = second::guess(&mut book, sheet)?;
    let samples = samples(&mut book, sheet, head.last_row)?;
    let mut by_field: BTreeMap<Field, usize> =
        Field::ALL.iter().zip(&head.found).filter_map(|(field, at)| Some((*field, (*at)?))).collect();
    // `Thời hạn` may be a span: without a single date it is no date.
    by_field.retain(|field, at| {
        let cells = samples.get(&head.columns[*at].index).map(Vec::as_slice).unwrap_or_default();
        field.holds() != Holds::Instant || cells.is_empty() || cells.iter().any(Draft::is_date)
    });
    by_looks(&mut by_field, &head.columns, &samples);
    let name = book.sheets().get(sheet).filter(|_| book.sheets().len() > 1).cloned();
    let fields: BTreeMap<usize, Field> = by_field.iter().map(|(field, at)| (*at, *field)).collect();
    let example = |column: &Column| {
        samples
            .get(&column.index)
            .and_then(|cells| cells.first())
            .map(|cell| cut(&cell.shown()))
            .unwrap_or_default()
    };
    let columns = head.columns.iter().enumerate().map(|(at, column)| {
        let field = fields.get(&at).map(|field| field.as_str());
        (letters(column.index), column.heading.clone(), field, example(column))
    });
    let columns: Vec<_> = columns.collect();
    let missing: Vec<&'static str> = Field::ALL
        .iter()
        .filter(|field| field.is_needed() && !by_field.contains_key(field))
        .map(|field| field.as_str())
        .collect();
    let (sheet, head) = (name.as_deref(), &head);
    let draft = Draft { file, sheet, head, by_field: &by_field, samples: &samples, second: second.as_ref() };
    Ok(Guess { toml: draft.toml(), sheet: name.clone(), head_row: head.last_row, columns, missing })
}

type Samples = BTreeMap<usize, Vec<Cell>>;

fn samples(book: &mut Book, sheet: usize, after: u64) -> Result<Samples, Problem> {
    let mut samples = Samples::new();
    let mut rows = 0;
    book.each(sheet, &mut |line| {
        let filled = line.cells.iter().filter(|cell| !cell.is_blank()).count();
        if line.number > after && filled > 2 && !is_numbering(line.cells) && !is_total(line.cells) {
            rows += 1;
            for (index, cell) in line.cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
                samples.entry(index).or_default().push(cell.clone());
            }
        }
        if rows < SAMPLED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(samples)
}

/// Columns whose heading says nothing, by their cells: codes of dossiers and of procedures are unmistakable.
fn by_looks(by_field: &mut BTreeMap<Field, usize>, columns: &[Column], samples: &Samples) {
    for (field, looks) in [(Field::Code, is_code as fn(&str) -> bool), (Field::ProcedureCode, is_procedure)] {
        if by_field.contains_key(&field) {
            continue;
        }
        let taken: Vec<usize> = by_field.values().copied().collect();
        let most = |column: &Column| {
            let cells = samples.get(&column.index).map(Vec::as_slice).unwrap_or_default();
            !cells.is_empty()
                && cells.iter().filter(|cell| looks(&cell.shown())).count() * 10 >= cells.len() * 8
        };
        if let Some(at) = (0..columns.len()).find(|at| !taken.contains(at) && most(&columns[*at])) {
            by_field.insert(field, at);
        }
    }
}

/// `000.00.53.H48-220921-0099`.
fn is_code(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts[..], [agency, day, number] if agency.contains('.') && day.len() == 6 && digits(day) && digits(number))
}

/// `1.001612` or `1.001612.000.00.00.H48`.
fn is_procedure(text: &str) -> bool {
    let mut parts = text.split('.');
    let digits = |part: Option<&str>, length: usize| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    digits(parts.next(), 1) && digits(parts.next(), 6)
}

fn day_first() -> Vec<Pattern> {
    PATTERNS.iter().filter_map(|pattern| Pattern::parse(pattern).ok()).collect()
}

struct Draft<'d> {
    file: &'d str,
    sheet: Option<&'d str>,
    head: &'d head::Head,
    by_field: &'d BTreeMap<Field, usize>,
    samples: &'d Samples,
    /// A sheet of supplements.
    second: Option<&'d second::Guess>,
}

/// A text as TOML has it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Draft<'_> {
    fn cells(&self, field: Field) -> &[Cell] {
        let at = self.by_field.get(&field).map(|at| self.head.columns[*at].index);
        at.and_then(|at| self.samples.get(&at)).map(Vec::as_slice).unwrap_or_default()
    }

    fn toml(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "# Đề xuất cho {}; hãy đọc lại từng dòng rồi thử: bonro import TỆP --map TỆP-NÀY --dry-run",
            cut(self.file)
        );
        let _ = writeln!(
            out,
            "# A proposal; read each line, then try it: bonro import FILE --map THIS-FILE --dry-run"
        );
        if let Some(sheet) = self.sheet {
            let _ = writeln!(out, "sheet = {}", quoted(sheet));
        }
        let _ = writeln!(out, "\n[columns]");
        for (field, at) in self.by_field {
            let column = &self.head.columns[*at];
            let alike: Vec<&str> = self.alike(column).map(|other| &*other.label).collect();
            // Its letters tell it from others that are called alike.
            let heading = if alike.is_empty() { &column.heading } else { &*column.label };
            let or = if alike.is_empty() {
                String::new()
            } else {
                format!("; hãy chọn, cũng có thể là / choose, or: {}", alike.join(", "))
            };
            let _ = writeln!(
                out,
                "{} = {}  # {}: {}{or}",
                field.as_str(),
                quoted(heading),
                letters(column.index),
                field.vietnamese()
            );
        }
        for field in Field::ALL.iter().filter(|field| field.is_needed() && !self.by_field.contains_key(field))
        {
            if !matches!(field, Field::Channel | Field::ApplicantKind) {
                let _ =
                    writeln!(out, "{} = \"?\"  # CHƯA CÓ / MISSING: {}", field.as_str(), field.vietnamese());
            }
        }
        let unused = self
            .head
            .columns
            .iter()
            .enumerate()
            .filter(|(at, _)| !self.by_field.values().any(|used| used == at));
        for (_, column) in unused {
            let _ = writeln!(
                out,
                "# {}: {} – không dùng / not used",
                letters(column.index),
                quoted(&column.heading)
            );
        }
        self.constants(&mut out);
        self.dates(&mut out);
        self.values(&mut out);
        out.extend(self.second.map(|second| second.toml.as_str()));
        out
    }

    /// Other columns that hold something and are called as one is.
    fn alike(&self, column: &Column) -> impl Iterator<Item = &Column> {
        let heading = fold(&bare(&column.heading));
        let index = column.index;
        self.head.columns.iter().filter(move |other| {
            other.index != index
                && fold(&bare(&other.heading)) == heading
                && self.samples.contains_key(&other.index)
        })
    }

    fn constants(&self, out: &mut String) {
        let of = [(Field::Channel, "counter"), (Field::ApplicantKind, "person")];
        let missing: Vec<_> =
            of.into_iter().filter(|(field, _)| !self.by_field.contains_key(field)).collect();
        if !missing.is_empty() {
            let _ = writeln!(
                out,
                "\n# Tệp không có các cột này: mọi hồ sơ nhận một giá trị.\n# The file has no such columns: one value for all.\n[constants]"
            );
            for (field, word) in missing {
                let _ = writeln!(out, "{} = \"{word}\"  # {}", field.as_str(), field.vietnamese());
            }
        }
    }

    fn is_date(cell: &Cell) -> bool {
        let text = tidy(&cell.shown());
        if text.parse().is_ok_and(|number| LIKELY.contains(&number)) {
            return true;
        }
        let reads = |pattern: &Pattern| pattern.reads(&text).is_some();
        day_first().iter().any(|pattern| reads(pattern) || pattern.swapped().as_ref().is_some_and(reads))
    }

    /// The patterns that a column may have: those with the month first where one of its cells can't be read otherwise.
    fn known(cells: &[Cell]) -> Vec<Pattern> {
        let day_first = day_first();
        let month_first: Vec<Pattern> = day_first.iter().filter_map(Pattern::swapped).collect();
        let reads = |patterns: &[Pattern], text: &str| patterns.iter().any(|p| p.reads(text).is_some());
        let shows = |cell: &Cell| {
            let text = tidy(&cell.shown());
            !reads(&day_first, &text) && reads(&month_first, &text)
        };
        if cells.iter().any(shows) { month_first } else { day_first }
    }

    fn dates(&self, out: &mut String) {
        let mut patterns: Vec<String> = Vec::new();
        let day_first = day_first();
        let mut without_time: Vec<Field> = Vec::new();
        let of_list = self.by_field.keys().filter(|field| field.holds() == Holds::Instant);
        let of_list = of_list.map(|field| (*field, self.cells(*field)));
        let beside = self.second.into_iter().flat_map(|second| &second.dates);
        for (field, cells) in of_list.chain(beside.map(|(field, cells)| (*field, cells.as_slice()))) {
            let known = Self::known(cells);
            for cell in cells {
                let text = tidy(&cell.shown());
                let is_serial = matches!(cell, Cell::Serial(_));
                // Serials are shown with the day first.
                let of = if is_serial { &day_first[..] } else { &known[..] };
                let found = of.iter().find_map(|pattern| Some((pattern, pattern.reads(&text)?)));
                if let Some((pattern, has_time)) = found {
                    if !is_serial && !patterns.contains(&pattern.text) {
                        patterns.push(pattern.text.clone());
                    }
                    if !has_time && !without_time.contains(&field) {
                        without_time.push(field);
                    }
                }
            }
        }
        let longer_first = |pattern: &String| {
            PATTERNS.iter().position(|other| {
                other == pattern
                    || Pattern::parse(other)
                        .ok()
                        .and_then(|p| p.swapped())
                        .is_some_and(|p| p.text == *pattern)
            })
        };
        patterns.sort_by_key(longer_first);
        let list = patterns.iter().map(|pattern| quoted(pattern)).collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "\n[dates]\nzone = \"Asia/Ho_Chi_Minh\"\npatterns = [{list}]");
        if !without_time.is_empty() {
            let _ = writeln!(
                out,
                "\n# Các cột này có ngày không ghi giờ: giờ nào được hiểu là của ngày đó?\n# Dates without a time stand in these columns: which time do they mean?\n[dates.times]"
            );
            for field in without_time {
                let time = if matches!(
                    field,
                    Field::ReceivedAt | Field::SubmittedAt | Field::SupplementAnsweredAt
                ) {
                    "07:30"
                } else {
                    "17:00"
                };
                let _ = writeln!(out, "{} = \"{time}\"", field.as_str());
            }
        }
    }

    /// Words of closed lists that aren't known by themselves, for people to decide.
    fn values(&self, out: &mut String) {
        for field in self.by_field.keys().filter(|field| matches!(field.holds(), Holds::Word | Holds::Flag)) {
            let mut unknown: Vec<String> = Vec::new();
            for cell in self.cells(*field) {
                let text = tidy(&cell.shown());
                if words::read(*field, &text).is_none()
                    && !unknown.iter().any(|other| fold(other) == fold(&text))
                {
                    unknown.push(text);
                }
            }
            if !unknown.is_empty() {
                let list = words::own(*field).join(", ");
                let _ = writeln!(
                    out,
                    "\n# Hãy chọn cho mỗi từ một trong: {list}\n# Choose for each word one of these\n[values.{}]",
                    field.as_str()
                );
                for text in unknown.iter().take(50) {
                    let _ = writeln!(out, "# {} = \"\"", quoted(&cut(text)));
                }
            }
        }
    }
}
