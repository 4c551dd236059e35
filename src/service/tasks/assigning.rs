//! A new task: read against the house, from a request or a row, and registered with what it lacks.

use chrono::{Datelike, NaiveDate};

use super::super::error::{ServiceError, Violation};
use super::super::findings::{Findings, Wire};
use super::super::work::Work;
use super::saving::Change;
use super::verbs::{Done, finish, own, refused};
use crate::domain::record::TaskRecord;
use crate::domain::task::{Assignment, TaskEventKind};
use crate::store::tasks;

/// Fields of a task on the wire.
const WIRE: Wire = Wire {
    resource: "task",
    names: &[
        ("lead_unit_code", "lead_unit"),
        ("responsible_official", "responsible"),
        ("cooperating_unit_code", "cooperating_units"),
    ],
};

/// A task that is given.
#[derive(Debug, Clone, Default)]
pub struct NewTask {
    /// What an import knows, too; without a code one is drawn, without a day it is today's.
    pub record: TaskRecord,
    /// Code of the task that it is a part of; may be empty.
    pub parent_code: String,
    /// RFC 5545 rule; may be empty.
    pub recurrence: String,
}

/// Registers a task; missing clears are flagged, not refused. `wrong` is what the reader of the request found.
pub async fn assign(work: &mut Work, mut new: NewTask, wrong: Vec<Violation>) -> Result<Done, ServiceError> {
    let parent = match new.parent_code.as_str() {
        "" => None,
        code => Some(tasks::find(&work.tx, code, &work.context.scope).await?),
    };
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let Some(calendar) = findings.calendar() else { return Err(findings.invalid()) };
    let today = calendar.local_date(work.now());
    new.record.assigned_on.get_or_insert(today);
    if new.record.code.trim().is_empty() {
        new.record.code = draw(work, today).await?;
    }
    if let Some(None) = &parent {
        findings.unknown("parent", &new.parent_code, "nhiệm vụ", "task");
    }
    let recurrence = rule(&mut findings, &new.recurrence);
    findings.given_text("title", &new.record.title);
    let read = read(&mut findings, &new.record).filter(|_| findings.is_clean());
    let Some((code, assignment)) = read else { return Err(findings.invalid()) };
    let parent = parent.flatten();
    let assignment = Assignment { parent_id: parent.as_ref().map(|row| row.id), recurrence, ..assignment };
    if !tasks::by_codes(&work.tx, std::slice::from_ref(&code)).await?.is_empty() {
        return Err(ServiceError::AlreadyExists(format!("tasks/{code}")));
    }
    let at = calendar.opening(assignment.assigned_on).min(work.now());
    let draft = own(TaskEventKind::Assigned(assignment), at, String::new());
    let change = Change::fresh(work.new_id(), code.clone(), vec![draft], &calendar);
    finish(work, &calendar, change.map_err(|r| refused(&code, r))?).await
}

/// The next free code of the year.
async fn draw(work: &Work, today: NaiveDate) -> Result<String, ServiceError> {
    let prefix = format!("NV-{}-", today.year());
    let taken = tasks::count_codes(&work.tx, &prefix).await?;
    let candidates: Vec<String> = (taken + 1..taken + 100).map(|n| format!("{prefix}{n:03}")).collect();
    let known = tasks::by_codes(&work.tx, &candidates).await?;
    let free = candidates.into_iter().find(|code| !known.contains_key(code));
    free.ok_or_else(|| Violation::missing("task.code").into())
}

/// A rule of recurrence, checked as far as its shape goes.
fn rule(findings: &mut Findings<'_>, text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("RRULE:");
    if text.is_empty() {
        return None;
    }
    let frequent =
        ["YEARLY", "MONTHLY", "WEEKLY", "DAILY"].iter().any(|f| text.contains(&format!("FREQ={f}")));
    let parts =
        text.split(';').all(|part| part.split_once('=').is_some_and(|(k, v)| !k.is_empty() && !v.is_empty()));
    if !frequent || !parts || text.len() > 200 {
        findings.say(
            "recurrence",
            "BAD_RULE",
            "không phải quy tắc lặp RFC 5545; hãy ghi ví dụ FREQ=MONTHLY;BYMONTHDAY=15",
            "is no RFC 5545 rule; write such as FREQ=MONTHLY;BYMONTHDAY=15",
        );
    }
    Some(text.to_owned())
}

/// Reads a record against the house: the code and what the task names.
pub(super) fn read(findings: &mut Findings<'_>, record: &TaskRecord) -> Option<(String, Assignment)> {
    let code = findings.code("code", &record.code);
    let assigned_on = findings.given("assigned_on", record.assigned_on);
    findings.not_after_today("assigned_on", assigned_on);
    let lead_unit_id = findings.unit("lead_unit_code", &record.lead_unit_code);
    let responsible_id = findings.official("responsible_official", &record.responsible_official);
    let mut cooperating_unit_ids = Vec::new();
    for unit in record.cooperating_unit_codes.iter().filter(|code| !code.trim().is_empty()) {
        let unit = findings.known_unit("cooperating_unit_code", unit);
        cooperating_unit_ids.extend(unit.filter(|id| !cooperating_unit_ids.contains(id)));
    }
    let assignment = Assignment {
        title: findings.text("title", &record.title),
        assigned_by: findings.text("assigned_by", &record.assigned_by),
        source_document: findings.text("source_document", &record.source_document),
        assigned_on: assigned_on?,
        lead_unit_id: lead_unit_id?,
        responsible_id,
        cooperating_unit_ids,
        due_on: record.due_on,
        product: findings.text("product", &record.product),
        parent_id: None,
        recurrence: None,
        commitment_id: None,
    };
    Some((code, assignment))
}
