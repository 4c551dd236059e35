//! The report on A4 pages to sign and file, typeset by typst. The layout is `templates/report.typ`; what stands in it
//! goes there as data, never as markup.
//!
//! The file is PDF/A-2a and PDF/UA-1: tagged, with its language and its letters in it, so that it can be read aloud
//! and filed for good. No font of the machine is used and nothing is fetched: what the template asks for lies here.

mod desk;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use chrono::Datelike as _;
use serde::Serialize;
use serde_json::Value;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use unicode_normalization::UnicodeNormalization as _;

use super::appendix::{FormRow, Table};
use super::charts::Picture;
use super::front::Front;
use super::labels::Labels;
use super::pages::Pages;
use super::{Paper, PrintError, ReportInput};
use desk::Desk;

/// Long-term archiving, and reading by those who can't see it.
static STANDARDS: LazyLock<PdfStandards> = LazyLock::new(|| {
    PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).expect("the two go together")
});

/// What the template is filled with.
#[derive(Debug, Serialize)]
struct Filling<'a> {
    author: &'a str,
    labels: &'a Labels,
    front: Front,
    opening: String,
    sections: Vec<Section<'a>>,
    closing: String,
    form: Vec<FormRow>,
    form_note: &'a str,
    pictures: Vec<Picture>,
    tables: Vec<Table>,
}

#[derive(Debug, Serialize)]
struct Section<'a> {
    heading: &'a str,
    blocks: Vec<Block<'a>>,
}

#[derive(Debug, Serialize)]
struct Block<'a> {
    head: bool,
    text: &'a str,
    draft: bool,
}

/// Prints the report.
pub fn pdf(input: &ReportInput<'_>) -> Result<Vec<u8>, PrintError> {
    let pages = typst::compile::<PagedDocument>(&Desk::with(filling(input)?)).output.map_err(|e| said(&e));
    // What typst remembers of a run is of no use to the next report: it would only grow.
    typst::comemo::evict(0);
    let day = input.dated_on;
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    let dated = Datetime::from_ymd_hms(day.year(), small(day.month()), small(day.day()), 0, 0, 0);
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {}", input.office, input.summary.period.last())),
        creator: Smart::Custom(Some("Bonro".to_owned())),
        timestamp: dated.map(Timestamp::new_utc),
        standards: STANDARDS.clone(),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&pages?, &options).map_err(|e| said(&e))
}

fn filling(input: &ReportInput<'_>) -> Result<Vec<u8>, PrintError> {
    let pages = Pages::of(input, &"\u{a0}".repeat(6));
    let sections = pages.sections.iter().map(|section| Section {
        heading: &section.heading,
        blocks: section
            .blocks
            .iter()
            .map(|block| Block { head: block.head, text: &block.text, draft: block.draft })
            .collect(),
    });
    let filling = Filling {
        author: input.office,
        labels: pages.labels,
        front: pages.front,
        opening: pages.opening,
        sections: sections.collect(),
        closing: pages.closing,
        form_note: pages.form_note,
        form: pages.form,
        pictures: pages.pictures,
        tables: pages.tables,
    };
    let mut filling = serde_json::to_value(&filling).map_err(|e| refused(&e.to_string()))?;
    make_showable(&mut filling);
    Ok(filling.to_string().into_bytes())
}

/// A file for the archive must show every sign that it holds, or it isn't printed at all. What the fonts don't have
/// becomes a box, as readers know it: a strange sign in one record doesn't keep a report back.
fn make_showable(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.nfc().filter_map(shown).collect(),
        Value::Array(values) => values.iter_mut().for_each(make_showable),
        Value::Object(fields) => fields.values_mut().for_each(make_showable),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn shown(sign: char) -> Option<char> {
    match sign {
        // Joiners, marks of direction and the like: there is nothing to see.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}' => None,
        '\u{a0}' => Some(sign),
        _ if sign.is_whitespace() || sign.is_control() => Some(' '),
        _ if Desk::shows(sign) => Some(sign),
        _ => Some('□'),
    }
}

fn said(errors: &[SourceDiagnostic]) -> PrintError {
    let said: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    refused(&said.join("; "))
}

fn refused(reason: &str) -> PrintError {
    PrintError::Refused { paper: Paper::Pdf.extension(), reason: reason.to_owned() }
}
