//! The appendix as a workbook: every formula is reckoned anew, here by hand and by LibreOffice, and gives the result
//! that the file bears.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use super::papers::converted;
use crate::support::packages;

/// The cells of a sheet.
#[derive(Default)]
struct Cells {
    /// Numbers and the results of formulas.
    values: BTreeMap<String, String>,
    formulas: BTreeMap<String, String>,
}

impl Cells {
    fn read(xml: &str) -> Self {
        let mut cells = Self::default();
        let inside = |text: &str, from: &str, to: &str| {
            text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(found, _)| unescaped(found))
        };
        for cell in xml.split("<c r=\"").skip(1) {
            let cell = cell.split("</c>").next().expect("a cell ends");
            let (at, rest) = cell.split_once('"').expect("a cell has a place");
            let is_shared =
                rest.starts_with(" s=") && rest.split('>').next().is_some_and(|h| h.contains("t=\"s\""));
            if let (Some(value), false) = (inside(rest, "<v>", "</v>"), is_shared) {
                cells.values.insert(at.to_owned(), value);
            }
            if let Some(formula) = inside(rest, "<f>", "</f>") {
                cells.formulas.insert(at.to_owned(), formula);
            }
        }
        cells
    }

    fn number(&self, at: &str) -> f64 {
        self.values.get(at).and_then(|value| value.parse().ok()).unwrap_or_default()
    }

    /// A sum of cells: `D8+E8`, or of a span of a column or row: `SUM(C8:C20)`.
    fn sum(&self, terms: &str) -> f64 {
        let terms = terms.trim_start_matches('(').trim_end_matches(')');
        if let Some(span) = terms.strip_prefix("SUM(") {
            let (from, to) = span.split_once(':').expect("a span");
            let ((first, top), (last, bottom)) = (place(from), place(to));
            let within = |at: &&String| {
                let (column, row) = place(at);
                (first..=last).contains(&column) && (top..=bottom).contains(&row)
            };
            return self.values.keys().filter(within).map(|at| self.number(at)).sum();
        }
        terms.split('+').map(|at| self.number(at)).sum()
    }

    /// What a formula of the workbook gives.
    fn reckoned(&self, formula: &str) -> String {
        let Some(condition) = formula.strip_prefix("IF(").and_then(|rest| rest.strip_suffix(')')) else {
            return self.sum(formula).to_string();
        };
        if let Some(held) = condition.strip_suffix(",\"khớp\",\"lệch\"") {
            let (left, right) = held.split_once('=').expect("an identity");
            let holds = (self.sum(left) - self.sum(right)).abs() < 0.5;
            return if holds { "khớp" } else { "lệch" }.to_owned();
        }
        let (whole, share) = condition.split_once("=0,\"\",").expect("a share");
        let (part, _) = share.split_once('/').expect("a share");
        if self.number(whole).abs() < 0.5 {
            String::new()
        } else {
            (self.sum(part) / self.number(whole)).to_string()
        }
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Column and row of `C8`, both from 1. The sheets have fewer columns than letters.
fn place(at: &str) -> (u32, usize) {
    let column = at.chars().next().map_or(0, |letter| u32::from(letter) - u32::from('A') + 1);
    (column, at[1..].parse().expect("a row"))
}

fn same(one: &str, other: &str) -> bool {
    // LibreOffice writes shares as percents, even where numbers are asked for as they are.
    let number = |text: &str| match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse(),
    };
    match (number(one), number(other)) {
        (Ok(one), Ok(other)) => (one - other).abs() < 1e-9,
        _ => one == other,
    }
}

pub fn check(out: &Path, book: &[u8]) {
    let parts = packages::parts(book);
    let names = parts["xl/workbook.xml"].split("<sheet name=\"").skip(1);
    let names: Vec<&str> = names.filter_map(|rest| rest.split('"').next()).collect();
    let sheets: Vec<Cells> =
        (1..=names.len()).map(|n| Cells::read(&parts[&format!("xl/worksheets/sheet{n}.xml")])).collect();
    let mut count = 0;
    for (name, cells) in names.iter().zip(&sheets) {
        for (at, formula) in &cells.formulas {
            let bears = cells.values.get(at).map_or("", String::as_str);
            let gives = cells.reckoned(formula);
            assert!(same(bears, &gives), "{name}!{at} = {formula}: bears {bears}, gives {gives}");
            assert_ne!(bears, "lệch", "{name}!{at} = {formula}");
            count += 1;
        }
    }
    // 16 fields, 27 units and their sums, four of each row; groups, rates and the rest.
    assert!(count > 250, "{count} formulas");

    // LibreOffice trusts the results that a file bears, so it gets one that bears none.
    let bare = out.join("bare.xlsx");
    std::fs::write(&bare, without_results(book)).expect("it is written");
    // Every sheet as CSV, UTF-8, numbers as they are and not as they are shown.
    let Some(directory) = converted(
        out,
        &bare,
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1",
    ) else {
        return;
    };
    for (name, cells) in names.iter().zip(&sheets) {
        let file = directory.join(format!("bare-{name}.csv"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
        for (at, formula) in &cells.formulas {
            let (column, row) = place(at);
            let gives = rows[row - 1].get(usize::try_from(column).expect("small") - 1).unwrap_or_default();
            let bears = cells.values.get(at).map_or("", String::as_str);
            assert!(same(bears, gives), "{name}!{at} = {formula}: bears {bears}, LibreOffice says {gives}");
        }
    }
}

/// The workbook with formulas that bear no results.
fn without_results(book: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).expect("a zip archive");
    let mut bare = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let name = part.name().expect("a part has a name").into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).expect("UTF-8");
        if name.starts_with("xl/worksheets/sheet") {
            let mut pieces = text.split("</f>");
            let mut kept = pieces.next().unwrap_or_default().to_owned();
            for piece in pieces {
                kept.push_str("</f>");
                kept.push_str(match piece.strip_prefix("<v>").and_then(|rest| rest.split_once("</v>")) {
                    Some((_, rest)) => rest,
                    None => piece,
                });
            }
            text = kept;
        }
        bare.start_file(name, zip::write::SimpleFileOptions::default()).expect("it is written");
        bare.write_all(text.as_bytes()).expect("it is written");
    }
    bare.finish().expect("it is written").into_inner()
}
