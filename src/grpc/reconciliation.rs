//! Reconciliations between the wire and the service.

use std::collections::BTreeMap;

use super::convert::{timestamp, wire_date};
use super::report_convert::period;
use crate::domain::period::Period;
use crate::domain::table_figure::TableFigure;
use crate::pb::v1;
use crate::service::error::{ServiceError, Violation};
use crate::service::reconciling::{
    Ask, Cell, Reason, ReasonKind, Reconciled, ReconciliationRow, Standing, TableRow, Unmatched,
};

/// Dossiers that an explanation names.
const NAMED: usize = 100;

fn read_figure(field: &str, wire: v1::TableFigure) -> Result<TableFigure, Violation> {
    let word = wire.as_str_name().trim_start_matches("TABLE_FIGURE_").to_lowercase();
    TableFigure::parse(&word).ok_or_else(|| Violation::missing(field))
}

fn figure(figure: TableFigure) -> v1::TableFigure {
    let name = format!("TABLE_FIGURE_{}", figure.as_str().to_uppercase());
    v1::TableFigure::from_str_name(&name).unwrap_or_default()
}

fn row(field: &str, wire: v1::TableRow, wrong: &mut Vec<Violation>) -> TableRow {
    let mut values = BTreeMap::new();
    for (number, cell) in wire.cells.iter().enumerate() {
        let field = format!("{field}.cells[{number}].figure");
        match read_figure(&field, cell.figure()) {
            Err(violation) => wrong.push(violation),
            Ok(figure) => {
                if values.insert(figure, cell.value).is_some() {
                    let word = figure.as_str();
                    wrong.push(Violation::new(
                        &field,
                        "TWICE",
                        format!("{field}: {word} đã có trong dòng này; hãy bỏ một ô"),
                        format!("{field}: {word} stands already in this row; drop one of the two"),
                    ));
                }
            }
        }
    }
    TableRow { line: wire.line, unit: wire.unit, values }
}

/// What a request asks for.
pub fn ask(r: v1::ReconcileFiguresRequest) -> Result<Ask, ServiceError> {
    let mut wrong = Vec::new();
    let range: Option<Period> = match period(r.period) {
        Ok(range) => Some(range),
        Err(violation) => {
            wrong.push(violation);
            None
        }
    };
    let rows = r.rows.into_iter().enumerate();
    let rows = rows.map(|(number, told)| row(&format!("rows[{number}]"), told, &mut wrong)).collect();
    let total = r.total.map(|told| row("total", told, &mut wrong));
    match range {
        Some(period) if wrong.is_empty() => {
            let (source, file_name, sha256) = (r.source, r.file_name, r.sha256);
            Ok(Ask { period, source, file_name, sha256, rows, total })
        }
        Some(_) | None => Err(ServiceError::Invalid(wrong)),
    }
}

/// A reconciliation as it stands; without a row the period never was reconciled.
pub fn reconciliation(found: Option<(ReconciliationRow, Standing)>) -> v1::Reconciliation {
    use v1::ReconciliationState as S;
    let Some((row, standing)) = found else {
        return v1::Reconciliation { state: S::NotReconciled.into(), ..Default::default() };
    };
    v1::Reconciliation {
        name: format!("reconciliations/{}", row.id),
        state: match standing {
            Standing::Clean => S::Clean,
            Standing::Differs => S::Differs,
            Standing::Stale => S::Stale,
        }
        .into(),
        period: Some(v1::DateRange {
            from_on: Some(wire_date(row.from_on)),
            to_on: Some(wire_date(row.to_on)),
        }),
        source: row.source,
        file_name: row.file_name,
        sha256: row.sha256,
        sequence: row.sequence,
        cells_count: row.cells,
        differing_count: row.differing,
        unmatched_count: row.unmatched,
        caller: row.caller_label,
        create_time: Some(timestamp(row.created_at)),
    }
}

fn explanation(reason: &Reason) -> v1::Explanation {
    use v1::DifferenceReason as R;
    let kind = match reason.kind {
        ReasonKind::NotFromSource => R::NotFromSource,
        ReasonKind::Absent => R::Absent,
        ReasonKind::OtherUnit => R::OtherUnit,
        ReasonKind::OtherDue => R::OtherDue,
        ReasonKind::Withdrawn => R::Withdrawn,
        ReasonKind::Refused => R::Refused,
        ReasonKind::NotInTable => R::NotInTable,
    };
    v1::Explanation {
        reason: kind.into(),
        count: reason.count,
        dossiers: names(&reason.dossiers),
        dossiers_count: i32::try_from(reason.dossiers.len()).unwrap_or(i32::MAX),
    }
}

fn names(codes: &[String]) -> Vec<String> {
    codes.iter().take(NAMED).map(|code| format!("dossiers/{code}")).collect()
}

fn difference(cell: &Cell) -> v1::CellDifference {
    v1::CellDifference {
        unexplained: cell.unexplained(),
        unit: format!("units/{}", cell.unit),
        line: cell.line,
        figure: figure(cell.figure).into(),
        ours: cell.ours,
        theirs: cell.theirs,
        explanations: cell.reasons.iter().map(explanation).collect(),
        dossiers: names(&cell.others),
        dossiers_count: i32::try_from(cell.others.len()).unwrap_or(i32::MAX),
    }
}

fn unmatched(row: Unmatched) -> v1::UnmatchedRow {
    v1::UnmatchedRow { line: row.line, unit: row.unit, candidates: row.candidates }
}

/// The answer.
pub fn response(done: Reconciled) -> v1::ReconcileFiguresResponse {
    let clean = done.cells.is_empty() && done.unmatched.is_empty() && done.bad_totals.is_empty();
    let standing = if clean { Standing::Clean } else { Standing::Differs };
    v1::ReconcileFiguresResponse {
        reconciliation: Some(reconciliation(Some((done.row, standing)))),
        differences: done.cells.iter().map(difference).collect(),
        unmatched_rows: done.unmatched.into_iter().map(unmatched).collect(),
        bad_totals: done
            .bad_totals
            .iter()
            .map(|total| v1::BadTotal {
                figure: figure(total.figure).into(),
                said: total.said,
                added: total.added,
            })
            .collect(),
    }
}
