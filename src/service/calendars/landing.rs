//! Calendars of an import: other content than what is in force is a new version, in force at once.

use super::reading::{Finding, read};
use super::{NewCalendar, NewDay, store, unit_of};
use crate::domain::record::{CalendarRecord, Problem, Severity};
use crate::service::landing::{self, Landed};
use crate::service::{ServiceError, Work};
use crate::store::{calendars, dossiers};

/// Lands a batch of calendars in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, CalendarRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let mut outcomes = Vec::with_capacity(rows.len());
    for (number, record) in rows {
        outcomes.push((number, one(work, record).await?));
    }
    if outcomes.iter().any(|(_, landed)| landed.subject_id.is_some()) {
        work.reload_rules().await?;
    }
    Ok(outcomes)
}

async fn one(work: &mut Work, record: CalendarRecord) -> Result<Landed, ServiceError> {
    let new = NewCalendar {
        unit: record.unit_code,
        time_zone: record.time_zone,
        working_weekdays: record.working_weekdays,
        office_hours: record.office_hours,
        same_day_cutoff: record.same_day_cutoff,
        first_year: record.first_year,
        last_year: record.last_year,
        days: record
            .days
            .into_iter()
            .map(|day| NewDay {
                file: day.file,
                line: day.line,
                day: day.day,
                kind: day.kind,
                name: day.name,
                swapped_with: day.swapped_with,
                basis: day.legal_basis,
            })
            .collect(),
    };
    let unit = unit_of(&work.rules, &work.context.scope, "unit_code", new.unit.trim());
    let read = read(&new, "");
    let (unit_id, content, warnings) = match (unit, read) {
        (Ok(unit_id), Ok((content, warnings))) => (unit_id, content, warnings),
        (unit, read) => {
            let mut problems: Vec<Problem> = unit.err().into_iter().map(Into::into).collect();
            problems.extend(read.err().unwrap_or_default().into_iter().map(|f| problem(f, Severity::Error)));
            return Ok(Landed::refused(problems));
        }
    };
    let standing = calendars::in_force(&work.tx, unit_id).await?;
    if standing.as_ref().is_some_and(|row| row.content_hash == content.hash()) {
        return Ok(Landed::unchanged());
    }
    let view = store(work, unit_id, content, false).await?;
    let mut warnings: Vec<Problem> =
        warnings.into_iter().map(|finding| problem(finding, Severity::Warning)).collect();
    if standing.is_none() {
        return Ok(Landed::fresh(view.row.id, warnings));
    }
    // People were told the deadlines of what is open: whoever brings the file should know before it is taken over.
    let open = dossiers::count_open(&work.tx).await? + work.open_elsewhere;
    if open > 0 {
        warnings.push(Problem { severity: Severity::Warning, ..recomputed(open, view.row.version) });
    }
    Ok(Landed::changed(view.row.id, warnings))
}

fn recomputed(open: u64, version: i32) -> Problem {
    landing::problem(
        "days",
        "OPEN_DEADLINES_RECOMPUTED",
        format!(
            "days: hạn của {open} hồ sơ đang mở sẽ được tính lại theo lịch phiên bản {version} nơi lịch này áp dụng; \
             PreviewCalendar cho biết trước bao nhiêu hạn thay đổi"
        ),
        format!(
            "days: the deadlines of {open} open dossiers will be reckoned anew by calendar version {version} where it \
             holds; PreviewCalendar says beforehand how many move"
        ),
    )
}

fn problem(finding: Finding, severity: Severity) -> Problem {
    Problem { severity, file: finding.file, line: finding.line, ..finding.violation.into() }
}
