//! What a report says of commitments: as they stood at the end of its period, or on the day up to which it is counted where
//! that isn't over, as known now. A draft says it anew each time,
//! a submitted one keeps what it said.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{CommitmentRow, CommitmentState};
use crate::domain::summary::{DocumentLine, PeriodSummary};
use crate::domain::task::TaskState;
use crate::report::{PromiseLine, PromisePart};
use crate::service::error::ServiceError;
use crate::service::slots::house_calendar;
use crate::service::work::Look;
use crate::store::commitments;
use crate::store::documents::{self, DocumentRow};
use crate::store::reports::{self, ReportRow};

/// The commitments that were made by a period's end, or by one of these reports, and weren't over before it began; only what
/// these units do, where they are given.
pub async fn of_period(
    look: &Look,
    summary: &PeriodSummary,
    by: &[Uuid],
    among: Option<&HashSet<Uuid>>,
) -> Result<Vec<PromiseLine>, ServiceError> {
    let calendar = house_calendar(&look.rules);
    // A frozen report is told as of the day on which it was frozen, whenever it is printed again.
    let (period, is_over) = (summary.period, summary.complete);
    let last = if is_over { period.last() } else { calendar.local_date(summary.computed_until) };
    // Nobody has missed a day that isn't over.
    let passed = |due_on: NaiveDate| due_on < last || (is_over && due_on == last);
    let own = |row: &CommitmentRow| row.report_id.is_some_and(|report| by.contains(&report));
    let rows: Vec<CommitmentRow> = commitments::not_over_before(&look.door, period.first())
        .await?
        .into_iter()
        .filter(|row| row.made_on <= last || own(row))
        // What was dropped later still stood then.
        .filter(|row| {
            row.state != CommitmentState::Dropped.as_str() || row.ended_on.is_none_or(|on| on > last)
        })
        .collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut parts = commitments::parts(&look.door, &ids).await?;
    parts.retain(|part| among.is_none_or(|among| among.contains(&part.lead_unit_id)));
    let numbers: Vec<String> = rows.iter().map(|row| row.document.clone()).collect();
    let documents = documents::by_numbers(&look.door, &numbers).await?;
    let made_in: Vec<Uuid> = rows.iter().filter_map(|row| row.report_id).collect();
    let made_in = reports::by_ids(&look.door, &made_in).await?;
    let made_in: HashMap<Uuid, &ReportRow> = made_in.iter().map(|report| (report.id, report)).collect();
    let lines = rows.iter().map(|row| {
        // Numbers begin anew each year: the one of the commitment's own, the latest by then.
        let document = documents
            .values()
            .filter(|document| document.number == row.document && document.issued_on <= row.made_on)
            .max_by_key(|document| document.issued_on);
        let is_taken_back = |state: &str| {
            state == TaskState::Cancelled.as_str() && row.state != CommitmentState::Dropped.as_str()
        };
        let of_row = parts.iter().filter(|part| part.commitment_id == Some(row.id));
        let units = of_row.filter(|part| !is_taken_back(&part.state)).map(|part| {
            let done_on = part.completed_at.map(|at| calendar.local_date(at)).filter(|on| *on <= last);
            let due_on = part.due_on.unwrap_or(row.due_on);
            PromisePart {
                unit: look.rules.units.get(part.lead_unit_id).map(|u| u.name.clone()).unwrap_or_default(),
                done_on,
                late: done_on.map_or_else(|| passed(due_on), |on| on > due_on),
            }
        });
        PromiseLine {
            text: row.text.clone(),
            document: document.map(line),
            unregistered: if document.is_some() { String::new() } else { row.document.clone() },
            report: row.report_id.and_then(|id| made_in.get(&id)).and_then(|report| issued(report)),
            due_on: row.due_on,
            until: last,
            passed: passed(row.due_on),
            own: own(row),
            units: units.collect(),
        }
    });
    Ok(lines.filter(|line: &PromiseLine| !line.units.is_empty()).collect())
}

fn line(row: &DocumentRow) -> DocumentLine {
    DocumentLine {
        number: row.number.clone(),
        kind: row.kind.clone(),
        issued_on: row.issued_on,
        issuer: row.issuer.clone(),
        subject: row.subject.clone(),
    }
}

/// A report's number and date, once it has them.
pub fn issued(report: &ReportRow) -> Option<(String, NaiveDate)> {
    report.number.clone().zip(report.dated_on)
}
