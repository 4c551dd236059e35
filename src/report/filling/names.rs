//! All that a form may name, with what stands there today.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use super::figures::{self, Meaning};
use crate::domain::figure::Rating;
use crate::domain::summary::Rate;
use crate::domain::text::{count, grouped, percent};
use crate::domain::unit::Group;
use crate::report::appendix::group_name;
use crate::report::sentences::rating_name;

/// What names of cells begin with.
pub const PREFIX: &str = "bonro_";

/// What of the house's registers has names.
#[derive(Debug, Clone, Default)]
pub struct Registers {
    /// Units: code and name.
    pub units: Vec<(String, String)>,
    /// Fields of procedures.
    pub fields: Vec<String>,
    /// Places where people write: name and what is asked for there.
    pub places: Vec<(String, String)>,
}

/// What stands at a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Count(i64),
    /// A rate in percent.
    Percent(Rate),
    /// A rate as a part of one.
    Share(Rate),
    /// Words; several paragraphs, one a line.
    Text(String),
}

/// How a number is written in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `1.320`, `9`, `99,84%`.
    Grouped,
    /// `1.320`, `09`: as running text has it.
    Running,
    /// `1320`, `9`, `99.84`.
    Raw,
}

impl Value {
    /// As a document has it.
    pub fn shown(&self, style: Style) -> String {
        match (self, style) {
            (Self::Count(number), Style::Grouped) => grouped(*number),
            (Self::Count(number), Style::Running) => count(*number),
            (Self::Count(number), Style::Raw) => number.to_string(),
            (Self::Percent(rate) | Self::Share(rate), Style::Grouped | Style::Running) => {
                rate.percent().map_or_else(|| "-".to_owned(), |canonical| percent(&canonical))
            }
            (Self::Percent(_) | Self::Share(_), Style::Raw) => self.number().unwrap_or_default(),
            (Self::Text(text), _) => text.clone(),
        }
    }

    /// As a workbook keeps it; None: it is no number, or nothing out of nothing.
    pub fn number(&self) -> Option<String> {
        match self {
            Self::Count(number) => Some(number.to_string()),
            Self::Percent(rate) => rate.percent(),
            Self::Share(rate) => {
                let hundredths: i64 = rate.percent()?.replace('.', "").parse().ok()?;
                Some(format!("{}.{:04}", hundredths / 10_000, hundredths % 10_000))
            }
            Self::Text(_) => None,
        }
    }
}

/// An item of a list: what stands at each of its columns.
pub type Item = BTreeMap<String, Value>;

#[derive(Debug, Clone, Default)]
struct List {
    /// Name and meaning.
    columns: BTreeMap<String, String>,
    items: Vec<Item>,
}

/// A name as people are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// For documents: `total/dossiers/resolved`, `unit.name`.
    pub name: String,
    /// For cells of workbooks: `bonro_total_dossiers_resolved`.
    pub cell_name: String,
    /// What it means, Vietnamese and English.
    pub meaning: String,
    /// What stands there; of a list, what stands in its first item.
    pub value: String,
    /// The same as programs write it; empty for words.
    pub raw: String,
    /// How many items the list has; None: it is of no list.
    pub items: Option<usize>,
}

/// All names.
#[derive(Debug, Clone, Default)]
pub struct Names {
    singles: BTreeMap<String, (String, Value)>,
    lists: BTreeMap<String, List>,
    cells: BTreeMap<String, Vec<String>>,
    is_blank: bool,
}

/// What a name is that has nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Its place stays empty.
    Empty,
    /// What it asks for is known only when the report is signed.
    AtSigning,
    /// There is none such.
    Unknown,
}

/// The name by which a cell is filled. Letters with marks stay; a name counts without regard to case.
pub fn cell_name(name: &str) -> String {
    name.nfc().fold(PREFIX.to_owned(), |mut cell, c| {
        cell.push(if c.is_alphanumeric() { c } else { '_' });
        cell
    })
}

fn told((vi, en): (&str, &str)) -> String {
    format!("{vi} / {en}")
}

impl Names {
    /// All that there is, with nothing in it.
    pub fn blank(registers: &Registers) -> Self {
        let mut names = Self::default();
        for (name, vi, en) in figures::HEAD {
            names.put(name, &told((vi, en)), Value::Text(String::new()));
        }
        names.put(
            "period/range",
            "từ ngày … đến ngày … / from the first to the last day",
            Value::Text(String::new()),
        );
        names.row("total", "toàn bộ", "over all");
        for group in Group::ALL {
            let name = group_name(*group);
            names.row(&format!("groups/{}", group.as_str()), name, group.as_str());
        }
        for (code, name) in &registers.units {
            names.row(&format!("units/{code}"), name, name);
        }
        for field in &registers.fields {
            names.row(&format!("fields/{field}"), field, field);
        }
        for (name, vi, en) in figures::HOUSE {
            names.put(name, &told((vi, en)), Value::Count(0));
        }
        for (name, vi, en) in figures::HOUSE_RATES {
            names.put_rate(name, vi, en, Rate::default());
        }
        for (name, vi, en) in figures::PAYMENTS {
            names.put(
                &format!("{name}/transactions"),
                &told((&format!("{vi}: số lượt"), en)),
                Value::Count(0),
            );
            let amount = format!("{vi}: số tiền (đồng)");
            names.put(&format!("{name}/amount_vnd"), &told((&amount, en)), Value::Count(0));
        }
        for (place, label) in &registers.places {
            let meaning = format!("{label} / what is written there");
            names.put(&format!("place/{place}"), &meaning, Value::Text(String::new()));
        }
        for (list, vi, en) in figures::ROW_LISTS {
            let mut columns = Item::new();
            let mut meanings = BTreeMap::new();
            for (column, meaning, english) in figures::ROW {
                meanings.insert(
                    column.to_owned(),
                    told((&format!("{vi}: {meaning}"), &format!("{en}: {english}"))),
                );
            }
            for (name, meaning) in row_names(vi, en, &mut columns) {
                meanings.insert(name, meaning);
            }
            names.lists.insert(list.to_owned(), List { columns: meanings, items: Vec::new() });
        }
        names.columns("document", &figures::DOCUMENT);
        names.columns("task", &figures::TASK);
        names
    }

    fn columns(&mut self, list: &str, columns: &[Meaning]) {
        let columns = columns.iter().map(|(name, vi, en)| ((*name).to_owned(), told((vi, en)))).collect();
        self.lists.insert(list.to_owned(), List { columns, items: Vec::new() });
    }

    fn row(&mut self, row: &str, vi: &str, en: &str) {
        let mut values = Item::new();
        for (name, meaning) in row_names(vi, en, &mut values) {
            let value = values.remove(&name).unwrap_or(Value::Count(0));
            self.put(&format!("{row}/{name}"), &meaning, value);
        }
    }

    fn put_rate(&mut self, name: &str, vi: &str, en: &str, rate: Rate) {
        for (part, part_vi, part_en) in figures::RATE_PARTS {
            let meaning = told((&format!("{vi}: {part_vi}"), &format!("{en}: {part_en}")));
            self.put(&format!("{name}/{part}"), &meaning, rate_part(part, rate));
        }
    }

    fn put(&mut self, name: &str, meaning: &str, value: Value) {
        let name: String = name.nfc().collect();
        self.singles.insert(name, (meaning.to_owned(), value));
    }

    /// A name of words, and what it means.
    pub fn tell(&mut self, name: &str, meaning: &str) {
        self.put(name, meaning, Value::Text(String::new()));
    }

    /// What stands at a name, whatever stood there. One that isn't there yet has no meaning to be told.
    pub fn set(&mut self, name: &str, value: Value) {
        let name: String = name.nfc().collect();
        self.singles.entry(name).or_insert_with(|| (String::new(), Value::Count(0))).1 = value;
    }

    /// Sets the parts of a rate.
    pub fn set_rate(&mut self, name: &str, rate: Rate) {
        for (part, _, _) in figures::RATE_PARTS {
            self.set(&format!("{name}/{part}"), rate_part(part, rate));
        }
    }

    /// A further item of a list.
    pub fn add(&mut self, list: &str, mut item: Item) {
        if let Some(list) = self.lists.get_mut(list) {
            let number = i64::try_from(list.items.len()).unwrap_or(i64::MAX).saturating_add(1);
            item.insert("no".to_owned(), Value::Count(number));
            list.items.push(item);
        }
    }

    /// Makes ready what cells are called; after that nothing is added.
    #[must_use]
    pub fn done(mut self) -> Self {
        let columns = self
            .lists
            .iter()
            .flat_map(|(list, known)| known.columns.keys().map(move |column| format!("{list}.{column}")));
        let all: Vec<String> = self.singles.keys().cloned().chain(columns).collect();
        for name in all {
            self.cells.entry(cell_name(&name).to_lowercase()).or_default().push(name);
        }
        self
    }

    /// What stands at a name that is of no list.
    pub fn single(&self, name: &str) -> Option<&Value> {
        self.singles.get(name).map(|(_, value)| value)
    }

    /// The list and the column of a name.
    pub fn column<'n>(&self, name: &'n str) -> Option<(&'n str, &'n str)> {
        let (list, column) = name.split_once('.')?;
        self.lists.get(list)?.columns.contains_key(column).then_some((list, column))
    }

    /// The items of a list.
    pub fn items(&self, list: &str) -> &[Item] {
        self.lists.get(list).map(|list| list.items.as_slice()).unwrap_or_default()
    }

    /// The names that a cell's name may mean: one, unless two differ only by signs that a cell's name can't have.
    pub fn of_cell(&self, cell: &str) -> &[String] {
        let folded: String = cell.nfc().collect::<String>().to_lowercase();
        self.cells.get(&folded).map(Vec::as_slice).unwrap_or_default()
    }

    /// What a name, or a cell's name, is that isn't there. What was put once is filled: with nothing, where it asks for the
    /// words of another form's place, or for what signing brings and forms of earlier days could ask for.
    pub fn absent(&self, name: &str) -> Absent {
        let name: String = name.nfc().collect::<String>().to_lowercase();
        let cell = if name.starts_with(PREFIX) { name } else { cell_name(&name) };
        if figures::AT_SIGNING.iter().any(|known| cell_name(known) == cell) {
            return if self.is_blank { Absent::AtSigning } else { Absent::Empty };
        }
        let is_place = cell.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with("place_"));
        if is_place && !self.is_blank { Absent::Empty } else { Absent::Unknown }
    }

    /// There is no report yet.
    pub fn is_blank(&self) -> bool {
        self.is_blank
    }

    /// The same, where there is no report yet.
    #[must_use]
    pub fn before_a_report(self) -> Self {
        Self { is_blank: true, ..self }
    }

    /// Names like one that isn't there, the nearest first; of cells where that one is a cell's.
    pub fn nearest(&self, name: &str) -> Vec<String> {
        let of_cells = name.to_lowercase().starts_with(PREFIX);
        let known = self.cells.values().flatten();
        let mut all: Vec<(f64, String)> = known
            .map(|known| if of_cells { cell_name(known) } else { known.clone() })
            .map(|known| (strsim::normalized_damerau_levenshtein(name, &known), known))
            .filter(|(likeness, _)| *likeness > 0.5)
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        all.into_iter().take(3).map(|(_, known)| known).collect()
    }

    /// All of them for people: first what is of no list, by name.
    pub fn lines(&self) -> Vec<Line> {
        let line = |name: &str, meaning: &str, value: Option<&Value>, items: Option<usize>| Line {
            name: name.to_owned(),
            cell_name: cell_name(name),
            meaning: meaning.to_owned(),
            value: value.map(|value| value.shown(Style::Grouped)).unwrap_or_default(),
            raw: value.and_then(Value::number).unwrap_or_default(),
            items,
        };
        let singles =
            self.singles.iter().map(|(name, (meaning, value))| line(name, meaning, Some(value), None));
        let columns = self.lists.iter().flat_map(|(list, known)| {
            known.columns.iter().map(move |(column, meaning)| {
                let first = known.items.first().and_then(|item| item.get(column));
                line(&format!("{list}.{column}"), meaning, first, Some(known.items.len()))
            })
        });
        singles.chain(columns).collect()
    }
}

/// A part of a rate.
pub fn rate_part(part: &str, rate: Rate) -> Value {
    match part {
        "numerator" => Value::Count(rate.numerator),
        "denominator" => Value::Count(rate.denominator),
        "percent" => Value::Percent(rate),
        _ => Value::Share(rate),
    }
}

/// The figures of a row, each with its meaning; `values` gets nothing for each.
fn row_names(vi: &str, en: &str, values: &mut Item) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for (name, meaning, english) in figures::DOSSIERS {
        names.push((
            format!("dossiers/{name}"),
            told((&format!("{vi}: hồ sơ {meaning}"), &format!("{en}: {english}"))),
        ));
    }
    for (name, meaning, english) in figures::RATES {
        for (part, part_vi, part_en) in figures::RATE_PARTS {
            let name = format!("{name}/{part}");
            values.insert(name.clone(), rate_part(part, Rate::default()));
            let meaning = format!("{vi}: {meaning}, {part_vi}");
            names.push((name, told((&meaning, &format!("{en}: {english}, {part_en}")))));
        }
    }
    for rating in Rating::ALL {
        let meaning = format!("{vi}: lượt đánh giá {}", rating_name(*rating));
        names.push((format!("ratings/{}", rating.as_str()), told((&meaning, &format!("{en}: ratings")))));
    }
    names
}
