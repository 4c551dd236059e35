//! The report as one self-contained HTML page: printable on A4 after Decree 30/2020/NĐ-CP,
//! readable on a phone. No scripts, nothing from outside. Words come from elsewhere.

use askama::Template;

use super::ReportInput;
use super::appendix::{FormRow, Table};
use super::body::Section;
use super::charts::Picture;
use super::front::Front;
use super::labels::Labels;
use super::pages::Pages;

#[derive(Template)]
#[template(path = "report.html", config = "src/report/templates/askama.toml")]
struct Page {
    labels: &'static Labels,
    front: Front,
    opening: String,
    sections: Vec<Section>,
    closing: String,
    form: Vec<FormRow>,
    form_note: &'static str,
    pictures: Vec<Picture>,
    /// What is added to a table's place to make its number.
    first_table: usize,
    tables: Vec<Table>,
}

/// Prints the report.
pub fn html(input: &ReportInput<'_>) -> String {
    let pages = Pages::of(input, &"\u{a0}".repeat(6));
    let page = Page {
        labels: pages.labels,
        front: pages.front,
        opening: pages.opening,
        sections: pages.sections,
        closing: pages.closing,
        form_note: pages.form_note,
        form: pages.form,
        first_table: 1 + usize::from(!pages.pictures.is_empty()),
        pictures: pages.pictures,
        tables: pages.tables,
    };
    page.render().expect("writing a compiled template into a string cannot fail")
}
