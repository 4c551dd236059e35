//! The figures of a summary as cells with names: what is kept of a report, held against a later count, and hashed. A cell
//! that is nought isn't kept, so that a row which only came later changes nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{DossierFigures, Figures, PeriodSummary, Rate, RowKey};

/// Cells by name: `groups/communes/dossiers/resolved_late`, `total/online_full/numerator`.
pub type Cells = BTreeMap<String, i64>;

/// A cell that isn't what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// Its name.
    pub cell: String,
    /// What it was; 0 where it wasn't.
    pub was: i64,
    /// What it is.
    pub is: i64,
}

/// All cells of a summary.
pub fn cells(summary: &PeriodSummary) -> Cells {
    let mut cells = Cells::new();
    let mut put = |name: String, value: i64| {
        if value != 0 {
            *cells.entry(name).or_default() += value;
        }
    };
    let mut of_row = |row: &str, figures: &Figures| {
        for (name, count) in dossier_counts(&figures.dossiers) {
            put(format!("{row}/dossiers/{name}"), count);
        }
        let rates = [
            ("online_partial", figures.online_partial),
            ("online_full", figures.online_full),
            ("intake", figures.intake),
            ("result", figures.result),
        ];
        for (name, rate) in rates {
            let Rate { numerator, denominator } = rate.unwrap_or_default();
            put(format!("{row}/{name}/numerator"), numerator);
            put(format!("{row}/{name}/denominator"), denominator);
        }
        for (rating, count) in &figures.ratings {
            put(format!("{row}/ratings/{}", rating.as_str()), *count);
        }
    };
    of_row("total", &summary.total);
    for row in &summary.rows {
        let name = match &row.key {
            RowKey::Group(group) => format!("groups/{}", group.as_str()),
            RowKey::Unit(_) | RowKey::Procedure(_) => row.code.clone(),
            RowKey::Field(field) => format!("fields/{}", field.replace(['\t', '\n', '\r'], " ")),
        };
        of_row(&name, &row.figures);
    }
    let t = &summary.tasks;
    let p = &summary.petitions;
    let counts = [
        ("online_overall/numerator", summary.online_overall.numerator),
        ("online_overall/denominator", summary.online_overall.denominator),
        ("tasks/completed", t.completed),
        ("tasks/completed_on_time", t.completed_on_time),
        ("tasks/completed_late", t.completed_late),
        ("tasks/in_progress", t.in_progress),
        ("tasks/in_progress_in_due", t.in_progress_in_due),
        ("tasks/in_progress_overdue", t.in_progress_overdue),
        ("petitions/received", p.received),
        ("petitions/on_regulation", p.on_regulation),
        ("petitions/by_portal", p.by_portal),
        ("petitions/answered", p.answered),
        ("petitions/answered_on_time", p.answered_on_time),
        ("petitions/satisfied", p.satisfied),
        ("petitions/published", p.published),
        ("payments/online/numerator", summary.payments.online.numerator),
        ("payments/online/denominator", summary.payments.online.denominator),
        ("ratings/total", summary.ratings_total),
    ];
    for (name, count) in counts {
        put(name.to_owned(), count);
    }
    for ((place, kind), paid) in &summary.payments.by_place {
        put(format!("payments/{place}/{kind}/transactions"), paid.transactions);
        put(format!("payments/{place}/{kind}/amount_vnd"), paid.amount_vnd);
    }
    for (level, count) in &summary.procedures {
        put(format!("procedures/{level}"), *count);
    }
    for document in &summary.documents {
        put(format!("documents/{}/{}/{}", document.issued_on, document.issuer, document.number), 1);
    }
    cells
}

/// The counts of dossiers of a row by the last part of their cells' names.
pub fn dossier_counts(d: &DossierFigures) -> [(&'static str, i64); 16] {
    [
        ("received_total", d.received_total),
        ("received_in_period", d.received_in_period),
        ("carried_over", d.carried_over),
        ("resolved", d.resolved),
        ("resolved_early", d.resolved_early),
        ("resolved_on_time", d.resolved_on_time),
        ("resolved_late", d.resolved_late),
        ("resolved_late_apologised", d.resolved_late_apologised),
        ("resolved_late_recorded", d.resolved_late_recorded),
        ("in_process", d.in_process),
        ("in_process_in_due", d.in_process_in_due),
        ("in_process_paused", d.in_process_paused),
        ("in_process_overdue", d.in_process_overdue),
        ("in_process_overdue_apologised", d.in_process_overdue_apologised),
        ("withdrawn", d.withdrawn),
        ("stopped", d.stopped),
    ]
}

/// The cells as a file: a line a cell, in the order of their names. What is hashed.
pub fn written(cells: &Cells) -> String {
    cells.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "{}\t{value}", name.replace(['\t', '\n', '\r'], " "));
        text
    })
}

/// Reads such a file. None: it isn't one.
pub fn read(text: &str) -> Option<Cells> {
    text.lines()
        .map(|line| {
            let (name, value) = line.rsplit_once('\t')?;
            Some((name.to_owned(), value.parse().ok()?))
        })
        .collect()
}

/// The cells that differ.
pub fn changes(was: &Cells, is: &Cells) -> Vec<CellChange> {
    let names: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    names
        .into_iter()
        .map(|cell| {
            let value = |of: &Cells| of.get(cell).copied().unwrap_or_default();
            CellChange { cell: cell.clone(), was: value(was), is: value(is) }
        })
        .filter(|change| change.was != change.is)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_cells_is_read_as_it_was_written_and_nought_is_no_change() {
        let mut was =
            Cells::from([("units/A/dossiers/resolved".to_owned(), 3), ("fields/Đất\tđai/x".to_owned(), -1)]);
        let text = written(&was);
        assert_eq!(text, "fields/Đất đai/x\t-1\nunits/A/dossiers/resolved\t3\n");
        was.remove("fields/Đất\tđai/x");
        was.insert("fields/Đất đai/x".to_owned(), -1);
        assert_eq!(read(&text), Some(was.clone()));
        assert_eq!(read("no value"), None);
        let is = Cells::from([("units/A/dossiers/resolved".to_owned(), 4), ("new".to_owned(), 0)]);
        let told: Vec<_> = changes(&was, &is).into_iter().map(|c| (c.cell, c.was, c.is)).collect();
        let cell = |name: &str, was, is| (name.to_owned(), was, is);
        assert_eq!(told, [cell("fields/Đất đai/x", -1, 0), cell("units/A/dossiers/resolved", 3, 4)]);
    }
}
