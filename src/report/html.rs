//! The report as one self-contained HTML page: printable on A4 after Decree 30/2020/NĐ-CP,
//! readable on a phone. No scripts, nothing from outside. Words come from elsewhere.

use askama::Template;

use super::ReportInput;
use super::appendix::{self, FormRow, Table};
use super::body::{self, Section};
use super::charts::{self, Picture};
use super::front::{DRAFT, Front};

#[derive(Template)]
#[template(path = "report.html", config = "src/report/templates/askama.toml")]
struct Page {
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
    let form = appendix::form(input.summary);
    let pictures = charts::pictures(input);
    let page = Page {
        front: Front::of(input, &"\u{a0}".repeat(6)),
        opening: body::opening(input),
        sections: body::sections(input),
        closing: body::closing(input),
        form_note: appendix::form_note(&form),
        form,
        first_table: 1 + usize::from(!pictures.is_empty()),
        pictures,
        tables: appendix::tables(input),
    };
    page.render().expect("writing a compiled template into a string cannot fail")
}
