//! What stands on all pages of a report, whatever prints them: in Vietnamese, or as a courtesy translation.

use super::appendix::{self, FormRow, Table};
use super::body::{self, Section};
use super::charts::{self, Picture};
use super::front::Front;
use super::labels::{Labels, Language};
use super::{ReportInput, english};

/// All of it.
#[derive(Debug)]
pub struct Pages {
    /// Fixed words.
    pub labels: &'static Labels,
    /// What stands around the text.
    pub front: Front,
    /// The first sentence.
    pub opening: String,
    /// The text.
    pub sections: Vec<Section>,
    /// The last sentence.
    pub closing: String,
    /// The form of the appendix.
    pub form: Vec<FormRow>,
    /// What is said under it.
    pub form_note: &'static str,
    /// Pictures; a translation has none.
    pub pictures: Vec<Picture>,
    /// Further tables; a translation has none.
    pub tables: Vec<Table>,
}

impl Pages {
    /// `blank`: what stands where a number is to be written.
    pub fn of(input: &ReportInput<'_>, blank: &str) -> Self {
        let labels = input.language.labels();
        let form = appendix::form(input.summary);
        match input.language {
            Language::Vi => Self {
                labels,
                front: Front::of(input, blank),
                opening: body::opening(input),
                sections: body::sections(input),
                closing: body::closing(input),
                form_note: appendix::form_note(&form),
                form,
                pictures: charts::pictures(input),
                tables: appendix::tables(input),
            },
            Language::En => Self {
                labels,
                front: english::front(input, blank),
                opening: english::opening(input),
                sections: english::sections(input),
                closing: english::closing(input),
                form_note: english::form_note(&form),
                form: english::form(form),
                pictures: Vec::new(),
                tables: Vec::new(),
            },
        }
    }
}
