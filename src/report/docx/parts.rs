//! The parts of the file: each is a template, filled and packed.

use askama::Template;

use super::super::package::packed;
use super::{Block, Cell, Document, Down, Paragraph, Run, Table, sayable, twips};

#[derive(Template)]
#[template(path = "docx/document.xml", config = "src/report/templates/askama.toml")]
struct Body {
    sections: Vec<Pages>,
}

#[derive(Template)]
#[template(path = "docx/core.xml", config = "src/report/templates/askama.toml")]
struct Core<'a> {
    title: String,
    creator: String,
    made_at: &'a str,
}

/// A section as it is written.
struct Pages {
    landscape: bool,
    blocks: Vec<Written>,
    is_last: bool,
}

enum Written {
    Paragraph(Paragraph),
    Table(Grid),
}

/// A table with the widths of its cells reckoned.
struct Grid {
    ruled: bool,
    caption: String,
    widths: Vec<u32>,
    width: u32,
    rows: Vec<Line>,
}

struct Line {
    is_head: bool,
    cells: Vec<Field>,
}

struct Field {
    width: u32,
    span: usize,
    down: Down,
    marked: bool,
    paragraphs: Vec<Paragraph>,
    leads: bool,
}

/// The whole file.
pub fn written(document: &Document) -> Vec<u8> {
    let last = document.sections.len().saturating_sub(1);
    let sections = document.sections.iter().enumerate().map(|(at, section)| Pages {
        landscape: section.landscape,
        blocks: section.blocks.iter().map(block).collect(),
        is_last: at == last,
    });
    let made_at = document.made_at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let core =
        Core { title: sayable(&document.title), creator: sayable(&document.creator), made_at: &made_at };
    let written = "writing a compiled template into a string cannot fail";
    let same = |text: &str| text.to_owned();
    packed(&[
        ("[Content_Types].xml", same(include_str!("../templates/docx/content_types.xml"))),
        ("_rels/.rels", same(include_str!("../templates/docx/rels.xml"))),
        ("docProps/core.xml", core.render().expect(written)),
        ("docProps/app.xml", same(include_str!("../templates/docx/app.xml"))),
        ("word/document.xml", Body { sections: sections.collect() }.render().expect(written)),
        ("word/_rels/document.xml.rels", same(include_str!("../templates/docx/document_rels.xml"))),
        ("word/styles.xml", same(include_str!("../templates/docx/styles.xml"))),
        ("word/numbering.xml", same(include_str!("../templates/docx/numbering.xml"))),
        ("word/settings.xml", same(include_str!("../templates/docx/settings.xml"))),
        ("word/fontTable.xml", same(include_str!("../templates/docx/font_table.xml"))),
        ("word/header.xml", same(include_str!("../templates/docx/header.xml"))),
    ])
}

fn block(block: &Block) -> Written {
    match block {
        Block::Paragraph(said) => Written::Paragraph(paragraph(said)),
        Block::Table(table) => Written::Table(grid(table)),
    }
}

fn paragraph(said: &Paragraph) -> Paragraph {
    let run = |run: &Run| match run {
        Run::Plain(text) => Run::Plain(edges(text)),
        Run::Bold(text) => Run::Bold(edges(text)),
        Run::Draft(text) => Run::Draft(edges(text)),
        Run::Break => Run::Break,
        Run::Dots => Run::Dots,
    };
    Paragraph { style: said.style, runs: said.runs.iter().map(run).collect() }
}

/// A run's text, with one blank where it began or ended with some.
fn edges(text: &str) -> String {
    let blank = |is: bool| if is { " " } else { "" };
    let (first, last) = (text.starts_with(' '), text.ends_with(' '));
    format!("{}{}{}", blank(first), sayable(text), blank(last))
}

fn grid(table: &Table) -> Grid {
    let widths: Vec<u32> = table.widths.iter().map(|width| twips(*width)).collect();
    let rows = table.rows.iter().enumerate().map(|(at, row)| {
        let mut column = 0;
        let cells = row.cells.iter().map(|cell| {
            let Cell { span, down, marked, paragraphs } = cell;
            let width = widths.iter().skip(column).take(*span).sum();
            column += span;
            Field {
                width,
                span: *span,
                down: *down,
                marked: *marked,
                paragraphs: paragraphs.iter().map(paragraph).collect(),
                leads: row.leads,
            }
        });
        Line { cells: cells.collect(), is_head: at < table.heads }
    });
    Grid {
        ruled: table.ruled,
        caption: sayable(&table.caption),
        width: widths.iter().sum(),
        rows: rows.collect(),
        widths,
    }
}
