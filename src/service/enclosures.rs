//! What is enclosed with a period report: the dossiers that are late and the tasks behind the figures. By
//! the ledger, so that lists and figures agree.

use std::collections::HashSet;

use uuid::Uuid;

use super::error::ServiceError;
use super::members::{self, DossierFigure, Whose};
use super::slots::house_calendar;
use super::work::Look;
use crate::domain::deadline::Timeliness;
use crate::domain::period::Period;
use crate::report::{DossierLine, TaskLine};
use crate::store::members::{Among, Weight, members as subjects};
use crate::store::tasks;

/// Dossiers of each figure that the enclosed list names at most: it is held in memory, and nobody reads more. The figure
/// itself counts all of them, and `ListFigureMembers` pages through them.
const LISTED: usize = 5000;

/// Dossiers resolved late in a period or overdue at its end, as they stood then: by which figure a dossier is
/// listed says what it was, not its state of today. `as_of`: as known at that number of the ledger. `unit_id`: only those of
/// the unit and what is below it. With how many there are beyond those that are listed.
pub async fn late_dossiers(
    look: &Look,
    period: Period,
    as_of: Option<i64>,
    unit_id: Option<Uuid>,
) -> Result<(Vec<DossierLine>, usize), ServiceError> {
    let calendar = house_calendar(&look.rules);
    let whose = Whose { unit_id, as_of, ..Whose::default() };
    let (mut lines, mut left_out) = (Vec::new(), 0);
    for figure in [DossierFigure::ResolvedLate, DossierFigure::Overdue] {
        let (rows, total) = members::list(look, figure, period, &whose, Uuid::nil(), LISTED).await?;
        left_out += total.saturating_sub(rows.len());
        for row in rows {
            let closed_at = row.closed_at.filter(|_| figure == DossierFigure::ResolvedLate);
            let late_by = closed_at.map_or(period.last(), |at| calendar.local_date(at));
            let version = look.rules.book.versions.get(&row.procedure_version_id);
            lines.push(DossierLine {
                unit: look.rules.units.get(row.unit_id).map(|u| u.name.clone()).unwrap_or_default(),
                procedure: version.map(|v| v.name.clone()).unwrap_or_default(),
                received_on: row.received_on,
                due_on: row.judged_due_at.map(|at| calendar.local_date(at)).filter(|on| *on <= late_by),
                closed_on: closed_at.map(|at| calendar.local_date(at)),
                cause: row.delay_cause.as_deref().filter(|cause| !cause.is_empty()).map(cause_words),
                apologised: row.apologised,
                code: row.code,
            });
        }
    }
    lines.sort_by(|a, b| (&a.unit, a.due_on, &a.code).cmp(&(&b.unit, b.due_on, &b.code)));
    Ok((lines, left_out))
}

/// The words of the list of causes.
fn cause_words(cause: &str) -> String {
    match cause {
        "own_agency" => "do cơ quan giải quyết",
        "cooperating_agency" => "do cơ quan phối hợp",
        "citizen" => "do tổ chức, cá nhân",
        "regulation" => "do quy định",
        "software_outage" => "do sự cố phần mềm",
        other => other,
    }
    .to_owned()
}

/// Tasks completed in a period or in progress at its end, as they stand now; of these units, where they are given.
pub async fn listed_tasks(
    look: &Look,
    period: Period,
    as_of: Option<i64>,
    units: Option<&HashSet<Uuid>>,
) -> Result<Vec<TaskLine>, ServiceError> {
    let calendar = house_calendar(&look.rules);
    let weights = [weight("task_assigned", 1, 1), weight("task_completed:", -1, 0)];
    let (period, _) = period.until(calendar.local_date(look.context.now));
    let units = units.map(|units| {
        let mut ids: Vec<Uuid> = units.iter().copied().collect();
        // One order for one question: what is prepared once is found again.
        ids.sort_unstable();
        ids
    });
    let among = Among { units, as_of, ..Among::default() };
    let ids = subjects(&look.door, "task", &period, &weights, &among).await?;
    let overdue_weights = [weight("task_overdue", 1, 1), weight("task_cleared", -1, -1)];
    let overdue = subjects(&look.door, "task", &period, &overdue_weights, &among).await?;
    let mut lines: Vec<TaskLine> = tasks::by_ids(&look.door, &ids)
        .await?
        .into_iter()
        .map(|row| {
            // What happened after the period's end isn't told by its report.
            let completed_on =
                row.completed_at.map(|at| calendar.local_date(at)).filter(|on| *on <= period.last());
            let late = match completed_on {
                Some(_) => row.timeliness.as_deref() == Some(Timeliness::Late.as_str()),
                None => overdue.contains(&row.id),
            };
            TaskLine {
                lead_unit: look.rules.units.get(row.lead_unit_id).map(|u| u.name.clone()).unwrap_or_default(),
                due_on: row.due_on,
                completed_on,
                late,
                code: row.code,
                title: row.title,
                assigned_by: row.assigned_by,
            }
        })
        .collect();
    lines.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(lines)
}

fn weight(fact: &str, before: i64, within: i64) -> Weight {
    Weight { fact: fact.to_owned(), before, within }
}
