//! The figures that a directory expects, to be compared with what the house counts. They are no records: a file
//! that can't be read refuses nothing, but it is said, or a comparison would be missing without a word.

use serde_json::Value;

use super::files::{EXPECTED_SUMMARY, Files};
use super::problem::{Place, Problem};
use crate::domain::period::Period;

/// Figures of a period, by another program.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// The period that they are of.
    pub period: Period,
    /// The whole file.
    pub figures: Value,
}

impl Files {
    /// The expected figures, if there are any; or a note why they can't be compared with.
    pub fn expected(&self) -> Option<Result<Expected, Problem>> {
        self.get(EXPECTED_SUMMARY).map(read)
    }
}

fn read(bytes: &[u8]) -> Result<Expected, Problem> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let figures: Value = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        note(
            u64::try_from(line).unwrap_or_default(),
            &format!("không đọc được (sai ở dòng {line}, cột {column})"),
            &format!("can't be read ({error})"),
        )
    })?;
    let day = |index: usize| figures["period"][index].as_str()?.parse().ok();
    let period = day(0).zip(day(1)).and_then(|(first, last)| Period::new(first, last).ok());
    match period {
        Some(period) => Ok(Expected { period, figures }),
        None => Err(note(0, "không có \"period\" gồm hai ngày", "has no \"period\" of two dates")),
    }
}

fn note(line: u64, vi: &str, en: &str) -> Problem {
    Place { file: EXPECTED_SUMMARY, line, field: "" }.note(
        "EXPECTED_UNREADABLE",
        format!("tệp số liệu để so sánh {vi} nên không so sánh được; hãy sửa hoặc xóa tệp"),
        format!(
            "the figures to compare with: the file {en}, so that nothing is compared; correct or delete it"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Result<Expected, Problem>> {
        Files::of_memory([(EXPECTED_SUMMARY, text.into())]).expected()
    }

    #[test]
    fn figures_that_cannot_be_read_are_said() {
        assert_eq!(Files::of_memory([]).expected(), None);
        for (text, line) in
            [("", 1), ("{\n\"period\": X}", 2), ("{}", 0), ("[1]", 0), (r#"{"period":["x","y"]}"#, 0)]
        {
            let Some(Err(note)) = of(text) else { panic!("{text:?} can be read") };
            assert_eq!(
                (note.file, note.line, note.reason),
                (EXPECTED_SUMMARY.into(), line, "EXPECTED_UNREADABLE"),
                "{text:?}"
            );
        }
        let read = of("\u{feff}{\"period\":[\"2024-05-01\",\"2024-05-31\"]}")
            .expect("it is there")
            .expect("a period");
        assert_eq!(read.period.first().to_string(), "2024-05-01");
    }
}
