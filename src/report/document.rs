//! The report for a word processor: its sections, and the appendix on pages that lie on their sides. Words come from
//! elsewhere, and how a style looks is known in `docx`.

use chrono::NaiveTime;

use super::ReportInput;
use super::appendix::{FormRow, Side, Table as List};
use super::body;
use super::docx::{BLANK, Block, Cell, Document, Down, Paragraph, Row, Run, Section, Style, Table};
use super::letters::{ending, letterhead};
use super::pages::Pages;

/// The widths of the form's columns in millimetres, 252 in all.
const FORM: [u32; 13] = [10, 55, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17];
/// How many rows are the form's head.
const FORM_HEADS: usize = 4;

/// Draws the report.
pub fn document(input: &ReportInput<'_>) -> Document {
    let pages = Pages::of(input, BLANK);
    let annex = pages.front.encloses.then(|| Section { landscape: true, blocks: annex(&pages) });
    Document {
        title: pages.front.subject.clone(),
        creator: input.office.to_owned(),
        made_at: input.dated_on.and_time(NaiveTime::MIN).and_utc(),
        sections: std::iter::once(Section { landscape: false, blocks: text(&pages) }).chain(annex).collect(),
    }
}

fn said(style: Style, text: &str) -> Block {
    Paragraph::new(style, text).into()
}

fn text(pages: &Pages) -> Vec<Block> {
    let (front, labels) = (&pages.front, pages.labels);
    let mut blocks: Vec<Block> = front.warnings.iter().map(|text| said(Style::Warning, text)).collect();
    blocks.extend([
        letterhead(labels, &front.superior, &front.office, &front.number, None, &front.dated),
        said(Style::Title, labels.title),
        said(Style::Subject, &front.subject),
        said(Style::SubjectRule, ""),
        said(Style::Body, &pages.opening),
    ]);
    for section in &pages.sections {
        blocks.push(said(Style::SectionHeading, &section.heading));
        blocks.extend(section.blocks.iter().map(|block| paragraph(block, labels.draft)));
    }
    blocks.push(said(Style::Body, &pages.closing));
    let copies: Vec<String> =
        front.copies.iter().map(|copy| copy.trim_start_matches("- ").to_owned()).collect();
    blocks.push(ending(labels, &copies, &front.signer_title, &front.signer));
    blocks
}

fn paragraph(block: &body::Block, draft: &str) -> Block {
    if block.head {
        return said(Style::PartHeading, &block.text);
    }
    let mut runs = vec![Run::Plain(block.text.clone())];
    if block.draft {
        let joint = if block.text.is_empty() { "" } else { " " };
        runs = vec![Run::Plain(format!("{}{joint}", block.text)), Run::Draft(draft.to_owned())];
    }
    Paragraph::of(Style::Body, runs).into()
}

fn annex(pages: &Pages) -> Vec<Block> {
    let words = &pages.front.appendix;
    let mut blocks = vec![
        said(Style::Heading, words.label),
        said(Style::AnnexName, words.name),
        said(Style::Subtitle, &words.enclosed),
        said(Style::TableTitle, &words.form),
    ];
    if !pages.form.is_empty() {
        blocks.push(form_table(&pages.form, &pages.labels.form).into());
    }
    blocks.push(said(Style::Note, pages.form_note));
    for (at, list) in (2..).zip(&pages.tables) {
        blocks.push(said(Style::TableTitle, &format!("{at}. {}", list.title)));
        blocks.push(list_table(list).into());
        if !list.note.is_empty() {
            blocks.push(said(Style::Note, &list.note));
        }
    }
    blocks.extend(words.notes.iter().map(|note| said(Style::Note, note)));
    blocks
}

fn head(text: &str) -> Cell {
    Cell::text(Style::CellHead, text)
}

fn form_table(form: &[FormRow], heads: &[&str; 14]) -> Table {
    let mut rows: Vec<Row> = form_heads(heads)
        .into_iter()
        .map(|cells| Row { cells: cells.into_iter().collect(), leads: true })
        .collect();
    rows.extend(form.iter().map(|row| {
        if row.cells.is_empty() {
            let cell = Cell { span: FORM.len(), ..Cell::text(Style::CellGroup, &row.label) };
            return Row { cells: vec![cell], leads: true };
        }
        let (label, number) = if row.strong {
            (Style::CellGroup, Style::CellTotal)
        } else {
            (Style::CellText, Style::CellNumber)
        };
        let named = [Cell::text(Style::CellCentre, &row.number), Cell::text(label, &row.label)];
        let counted = row.cells.iter().map(|text| Cell::text(number, text));
        let cells = named.into_iter().chain(counted).map(|cell| Cell { marked: row.broken, ..cell });
        Row { cells: cells.collect(), leads: false }
    }));
    let caption = "Biểu số II.06a/VPCP/KSTT".to_owned();
    Table { ruled: true, caption, widths: FORM.into(), heads: FORM_HEADS, rows }
}

/// The head of form II.06a/VPCP/KSTT.
fn form_heads(names: &[&str; 14]) -> [Vec<Cell>; FORM_HEADS] {
    let wide = |at: usize, span: usize| Cell { span, ..head(names[at]) };
    let deep = |at: usize| Cell { down: Down::Begins, ..head(names[at]) };
    let goes_on = || Cell { down: Down::GoesOn, ..head("") };
    let counts = [5, 8, 9, 10, 5, 11, 10];
    let mut second = vec![goes_on(), goes_on(), deep(5), wide(6, 2), deep(7)];
    second.extend(counts.map(deep));
    let mut third = vec![goes_on(), goes_on(), goes_on()];
    third.extend([head(names[12]), head(names[13]), goes_on()]);
    third.extend(counts.map(|_| goes_on()));
    [
        vec![deep(0), deep(1), wide(2, 4), wide(3, 4), wide(4, 3)],
        second,
        third,
        (1..=FORM.len()).map(|n| Cell::text(Style::CellCentre, format!("({n})"))).collect(),
    ]
}

fn list_table(list: &List) -> Table {
    let heads = list.columns.iter().map(|column| head(column.head)).collect();
    let style = |side: Side| match side {
        Side::Left => Style::CellText,
        Side::Centre => Style::CellCentre,
        Side::Right => Style::CellNumber,
    };
    let row = |cells: &Vec<String>| Row {
        cells: cells.iter().zip(&list.columns).map(|(text, c)| Cell::text(style(c.side), text)).collect(),
        leads: false,
    };
    Table {
        ruled: true,
        caption: list.title.to_owned(),
        widths: list.columns.iter().map(|column| column.width).collect(),
        heads: 1,
        rows: std::iter::once(Row { cells: heads, leads: true }).chain(list.rows.iter().map(row)).collect(),
    }
}
