//! A mapping file: TOML that says which column is which field. A key that nobody knows is refused by name,
//! since a misspelt one would be silently without effect.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use chrono_tz::Tz;
use serde::Deserialize;

use super::dates::Dates;
use super::field::{Field, Holds};
use super::pattern::Pattern;
use super::supplements::Part;
use super::words;
use crate::domain::text::fold;

/// Encodings that a mapping may name.
const ENCODINGS: [&str; 8] = ["utf-8", "utf8", "utf-16", "windows-1258", "cp1258", "tcvn3", "abc", "vni"];

/// Why a mapping can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMapping {
    /// No TOML, or a key that nobody knows.
    #[error("tệp ánh xạ “{name}” sai: {said} / the mapping “{name}” is wrong: {said}")]
    Toml {
        /// The mapping.
        name: String,
        /// What the parser says; it names key and line.
        said: String,
    },
    /// A key has a value that can't be.
    #[error("tệp ánh xạ “{name}”, {key}: {vi} / the mapping “{name}”, {key}: {en}")]
    Value {
        /// The mapping.
        name: String,
        /// The key.
        key: String,
        /// What is wrong and the mend, in Vietnamese.
        vi: String,
        /// The same in English.
        en: String,
    },
    /// There is no such ready mapping and no such file.
    #[error(
        "không có ánh xạ “{name}”; hãy ghi tên tệp .toml hoặc một trong: {ready} / there is no mapping “{name}”; give a .toml file or one of: {ready}"
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// Those that the binary carries.
        ready: String,
    },
}

/// Which column is which field, and how cells are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Its name.
    pub name: String,
    /// The text it was read from: a part of what an import is.
    pub text: String,
    /// The source of its rows, if it says one.
    pub source: Option<String>,
    /// The sheet, if it says one.
    pub sheet: Option<String>,
    pub(in super::super) encoding: Option<String>,
    pub(in super::super) delimiter: Option<u8>,
    /// Its rows tell all that happened to a dossier, not only how it stands.
    pub tells_all: bool,
    /// Every row of a text file ends with one delimiter more than its head. Whether it does, or an unquoted delimiter moved
    /// all cells to the right, can't be seen in the rows: a person says it.
    pub(super) trailing_delimiter: bool,
    /// Headings by field; the first that is found counts.
    pub(super) columns: BTreeMap<Field, Vec<String>>,
    pub(super) constants: BTreeMap<Field, String>,
    pub(super) dates: Dates,
    /// Words of our own format by field and folded text.
    pub(super) values: BTreeMap<Field, BTreeMap<String, String>>,
    pub(super) supplements: Supplements,
}

/// Where supplements stand, and what their columns, or the keys of their JSON, are called.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Supplements {
    pub sheet: Option<String>,
    pub columns: BTreeMap<Part, Vec<String>>,
    /// Keys of JSON that tell of nothing that is needed.
    pub ignored: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    kind: Kind,
    sheet: Option<String>,
    encoding: Option<String>,
    delimiter: Option<String>,
    #[serde(default)]
    tells_all: bool,
    #[serde(default)]
    trailing_delimiter: bool,
    columns: BTreeMap<Field, Headings>,
    #[serde(default)]
    constants: BTreeMap<Field, String>,
    #[serde(default)]
    dates: RawDates,
    #[serde(default)]
    values: BTreeMap<Field, BTreeMap<String, String>>,
    #[serde(default)]
    supplements: RawSupplements,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Dossiers,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Headings {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawDates {
    zone: String,
    patterns: Vec<String>,
    serials: bool,
    times: BTreeMap<Field, String>,
    blanks: Vec<String>,
}

impl Default for RawDates {
    fn default() -> Self {
        Self {
            zone: "Asia/Ho_Chi_Minh".to_owned(),
            patterns: vec!["iso".to_owned()],
            serials: true,
            times: BTreeMap::new(),
            blanks: Vec::new(),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawSupplements {
    sheet: Option<String>,
    columns: BTreeMap<Part, Headings>,
    ignored: Vec<String>,
}

impl Headings {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(heading) => vec![heading],
            Self::Several(headings) => headings,
        }
    }
}

impl Mapping {
    /// Reads a mapping.
    pub fn parse(name: &str, text: &str) -> Result<Self, BadMapping> {
        let raw: Raw = toml::from_str(text).map_err(|error| BadMapping::Toml {
            name: name.to_owned(),
            said: error.to_string().trim_end().to_owned(),
        })?;
        let wrong =
            |key: String, vi: String, en: String| BadMapping::Value { name: name.to_owned(), key, vi, en };
        let Kind::Dossiers = raw.kind;
        let word = |key: &str, field: Field, text: &str| -> Result<(), BadMapping> {
            let own = words::own(field);
            if own.is_empty() && field.holds() == Holds::Text && !text.trim().is_empty()
                || own.contains(&text)
            {
                return Ok(());
            }
            let list = own.join(", ");
            Err(wrong(
                format!("{key}.{}", field.as_str()),
                format!("không dùng được “{text}” ở đây; hãy dùng một trong: {list}"),
                format!("“{text}” can't stand here; use one of: {list}"),
            ))
        };
        for (field, text) in &raw.constants {
            word("constants", *field, text)?;
        }
        for (field, map) in &raw.values {
            for text in map.values() {
                word("values", *field, text)?;
            }
        }
        let mut needed = Field::ALL.iter().filter(|field| field.is_needed());
        let absent =
            needed.find(|field| !raw.columns.contains_key(field) && !raw.constants.contains_key(field));
        if let Some(field) = absent {
            let (key, vi) = (field.as_str(), field.vietnamese());
            return Err(wrong(
                format!("columns.{key}"),
                format!("chưa nói cột nào là {vi}; hãy thêm {key} vào [columns] hoặc [constants]"),
                format!("no column is said for it; add {key} to [columns] or [constants]"),
            ));
        }
        if raw.tells_all && raw.columns.contains_key(&Field::State) {
            return Err(wrong(
                "tells_all".to_owned(),
                "tệp kể mọi diễn biến thì không dùng cột trạng thái; hãy bỏ state hoặc tells_all".to_owned(),
                "a file that tells all that happened has no use for a state; drop state or tells_all"
                    .to_owned(),
            ));
        }
        let delimiter = match raw.delimiter.as_deref().map(str::as_bytes) {
            None => None,
            Some([byte]) if *byte != b'"' && !byte.is_ascii_alphanumeric() => Some(*byte),
            Some(_) => {
                return Err(wrong(
                    "delimiter".to_owned(),
                    "phải là một ký tự, ví dụ \";\" hoặc \"\\t\"; hãy sửa lại".to_owned(),
                    "must be one character such as \";\" or \"\\t\"; correct it".to_owned(),
                ));
            }
        };
        let encoding = raw.encoding.map(|text| text.to_ascii_lowercase());
        if let Some(text) = encoding.as_deref().filter(|text| !ENCODINGS.contains(text)) {
            return Err(wrong(
                "encoding".to_owned(),
                format!("không có bảng mã “{text}”; hãy dùng utf-8, utf-16, windows-1258, tcvn3 hoặc vni"),
                format!("there is no encoding “{text}”; use utf-8, utf-16, windows-1258, tcvn3 or vni"),
            ));
        }
        let lists =
            |columns: BTreeMap<Field, Headings>| columns.into_iter().map(|(field, of)| (field, of.list()));
        Ok(Self {
            name: name.to_owned(),
            text: text.to_owned(),
            source: raw.source,
            sheet: raw.sheet,
            encoding,
            delimiter,
            tells_all: raw.tells_all,
            trailing_delimiter: raw.trailing_delimiter,
            columns: lists(raw.columns).collect(),
            constants: raw.constants,
            dates: dates(name, &raw.dates)?,
            values: raw
                .values
                .into_iter()
                .map(|(field, map)| {
                    (field, map.into_iter().map(|(text, word)| (fold(&text), word)).collect())
                })
                .collect(),
            supplements: Supplements {
                sheet: raw.supplements.sheet,
                columns: raw.supplements.columns.into_iter().map(|(part, of)| (part, of.list())).collect(),
                ignored: raw.supplements.ignored,
            },
        })
    }
}

fn dates(name: &str, raw: &RawDates) -> Result<Dates, BadMapping> {
    let wrong = |key: &str, vi: String, en: String| BadMapping::Value {
        name: name.to_owned(),
        key: format!("dates.{key}"),
        vi,
        en,
    };
    let zone: Tz = raw.zone.parse().map_err(|_| {
        let zone = &raw.zone;
        wrong(
            "zone",
            format!("không có múi giờ “{zone}”; hãy dùng tên IANA như Asia/Ho_Chi_Minh"),
            format!("there is no time zone “{zone}”; use an IANA name such as Asia/Ho_Chi_Minh"),
        )
    })?;
    let mut patterns: Vec<Pattern> = Vec::new();
    for text in &raw.patterns {
        patterns.push(Pattern::parse(text).map_err(|part| {
            wrong(
                "patterns",
                format!("không hiểu “{part}” trong mẫu “{text}”; hãy viết như dd/MM/yyyy HH:mm, dd/MM/yyyy hh:mm a (SA/CH), yyyyMMddHHmmss hoặc iso"),
                format!("“{part}” in the pattern “{text}” isn't understood; write it like dd/MM/yyyy HH:mm, dd/MM/yyyy hh:mm a (AM/PM), yyyyMMddHHmmss or iso"),
            )
        })?);
    }
    let other = |pattern: &Pattern| {
        let swapped = pattern.swapped()?;
        patterns.iter().find(|other| swapped.is_like(other)).map(|other| other.text.clone())
    };
    if let Some((one, other)) = patterns.iter().find_map(|one| Some((&one.text, other(one)?))) {
        return Err(wrong(
            "patterns",
            format!("“{one}” và “{other}” đọc cùng một ô thành hai ngày khác nhau; hãy bỏ một mẫu"),
            format!("“{one}” and “{other}” make two dates of one cell; drop one of them"),
        ));
    }
    let mut times = BTreeMap::new();
    for (field, text) in &raw.times {
        let time = NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| {
            wrong(
                "times",
                format!("“{text}” không phải là giờ có thật; hãy viết như 17:00"),
                format!("“{text}” is no real time of day; write it like 17:00"),
            )
        })?;
        times.insert(*field, time);
    }
    let blanks = raw.blanks.iter().map(|text| fold(text)).collect();
    Ok(Dates { zone, patterns, times, serials: raw.serials, blanks })
}
