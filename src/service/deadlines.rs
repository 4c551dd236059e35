//! Deadlines for whoever asks: counted from given inputs or from the history of a dossier, and explained day
//! by day. Nothing is stored.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::calendars::{self, CalendarRow, DayRow, Which};
use super::error::refused;
use super::{Look, ServiceError, Violation};
use crate::domain::calendar::{Calendar, OutOfRange};
use crate::domain::deadline::{Deadline, Pause, Term, deadline};
use crate::domain::dossier::{Dossier, Event, History, Judged, Promise};
use crate::domain::explain::{Explanation, explain};
use crate::domain::procedure::{ProcedureVersion, ResumePolicy};
use crate::store::{calendars as shelf, dossiers, events};

/// All that a deadline depends on, as somebody gives it.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The receipt.
    pub received_at: DateTime<Utc>,
    /// The term; None where a procedure gives it.
    pub term: Option<Term>,
    /// Code of the procedure; empty where the term is given.
    pub procedure_code: String,
    /// Ascending and disjoint; only the last may be open.
    pub pauses: Vec<Pause>,
    /// What a resume does, beside a given term.
    pub resume_policy: ResumePolicy,
    /// Code or identity of the unit whose calendar counts; empty: the house's.
    pub unit: String,
    /// One version to count by.
    pub calendar: Option<Which>,
}

/// A counted deadline and what it was counted from.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The receipt.
    pub received_at: DateTime<Utc>,
    /// From which the term runs: the receipt, or the resume that began it anew.
    pub term_from: DateTime<Utc>,
    /// The term.
    pub term: Term,
    /// What a resume does.
    pub resume_policy: ResumePolicy,
    /// The pauses since `term_from`.
    pub pauses: Vec<Pause>,
    /// Code of the procedure; empty where the term was given.
    pub procedure_code: String,
    /// The calendar version that counted.
    pub calendar: CalendarRow,
    /// The deadline.
    pub deadline: Deadline,
    tables: Arc<Calendar>,
}

/// What a dossier's citizen was told, beside what the law says.
#[derive(Debug, Clone)]
pub struct Told {
    /// In the order of time, each with who entered it, as the history has it.
    pub promises: Vec<(Promise, String)>,
    /// Whose date judges in the end, and which.
    pub judged: Option<Judged>,
    /// By how many days the promise lies after the statutory deadline, where they differ.
    pub promise_days: Option<i64>,
    /// The deadline as it was reckoned at the receipt.
    pub receipt_due_at: Option<DateTime<Utc>>,
    /// The trail of that deadline, and the overrides of its calendar.
    pub receipt: Trail,
}

/// A trail with the overrides of the calendar that it walks, by date.
#[derive(Debug, Clone)]
pub struct Trail {
    /// Day by day.
    pub explanation: Explanation,
    /// The overrides.
    pub overrides: HashMap<NaiveDate, DayRow>,
}

/// The way to a deadline.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The deadline.
    pub counted: Counted,
    /// Day by day.
    pub trail: Trail,
    /// What the citizen was told; None for given inputs.
    pub told: Option<Told>,
}

/// Counts a deadline from inputs. Beyond the loaded years it isn't told: nobody knows their holidays.
pub async fn compute(look: &Look, inputs: Inputs) -> Result<Counted, ServiceError> {
    let rules = &look.rules;
    let (row, tables) = by_which(look, &inputs).await?;
    let (term, resume_policy) = if let Some(term) = inputs.term {
        (term, inputs.resume_policy)
    } else {
        let version = version_at_receipt(look, &inputs, tables.local_date(inputs.received_at))?;
        (version.term, version.resume_policy)
    };
    let mut pauses = inputs.pauses;
    let mut term_from = inputs.received_at;
    if resume_policy == ResumePolicy::Restart
        && let Some(resumed) = pauses.iter().filter_map(|pause| pause.to).next_back()
    {
        term_from = resumed;
        pauses.retain(|pause| pause.to.is_none());
    }
    let deadline = deadline(&tables, term_from, term, &pauses).map_err(|OutOfRange| out_of_range())?;
    if deadline.provisional {
        return Err(beyond(&calendars::name(rules, &row), &row));
    }
    Ok(Counted {
        received_at: inputs.received_at,
        term_from,
        term,
        resume_policy,
        pauses,
        procedure_code: inputs.procedure_code,
        calendar: row,
        deadline,
        tables,
    })
}

/// The version of the procedure that holds on the day of receipt.
fn version_at_receipt<'l>(
    look: &'l Look,
    inputs: &Inputs,
    day: NaiveDate,
) -> Result<&'l ProcedureVersion, ServiceError> {
    let (rules, code) = (&look.rules, &inputs.procedure_code);
    let id = rules.procedures_by_code.get(code);
    let id = id.ok_or_else(|| ServiceError::NotFound(format!("procedures/{code}")))?;
    let version = rules.version_on(*id, day).ok_or_else(|| {
        Violation::new(
            "inputs.procedure",
            "NOT_IN_FORCE",
            format!("thủ tục {code} chưa có hiệu lực vào ngày tiếp nhận; hãy chọn ngày hoặc thủ tục khác"),
            format!("procedure {code} isn't in force on the day of receipt; take another day or procedure"),
        )
    })?;
    Ok(version)
}

/// Counts and explains a deadline from inputs.
pub async fn explain_inputs(look: &Look, inputs: Inputs) -> Result<Explained, ServiceError> {
    let counted = compute(look, inputs).await?;
    explained(look, counted, None).await
}

/// Explains the deadline of a dossier by its history.
pub async fn explain_dossier(look: &Look, code: &str) -> Result<Explained, ServiceError> {
    let subject = format!("dossiers/{code}");
    let found = dossiers::find(&look.door, code, &look.context.scope).await?;
    let row = found.ok_or_else(|| ServiceError::NotFound(subject.clone()))?;
    let history = events::history(&look.door, row.id).await?;
    let book = &look.rules.book;
    let dossier = history.replay(book).map_err(|refusal| refused(&subject, &refusal, look.rules.zone()))?;
    let Some(deadline) = dossier.deadline else {
        let vi = format!("{subject} chưa được tiếp nhận nên chưa có thời hạn");
        let en = format!("{subject} isn't received yet, so it has no deadline");
        return Err(ServiceError::Precondition { reason: "NOT_RECEIVED", subject, vi, en });
    };
    let unknown =
        || ServiceError::Internal(format!("{subject} names an unknown calendar or procedure version"));
    let tables = book.calendars.get(&dossier.calendar_id).ok_or_else(unknown)?.clone();
    let calendar = shelf::by_id(&look.door, dossier.calendar_id).await?.ok_or_else(unknown)?;
    let version = book.versions.get(&dossier.procedure_version_id).ok_or_else(unknown)?;
    let told = told(look, &history, &dossier).await?;
    let counted = Counted {
        received_at: dossier.received_at,
        term_from: dossier.term_from,
        term: dossier.term,
        resume_policy: version.resume_policy,
        pauses: dossier.pauses,
        procedure_code: look.rules.procedure_code(dossier.procedure_id).to_owned(),
        calendar,
        deadline,
        tables,
    };
    explained(look, counted, told).await
}

/// What the citizen was told: each promise, and the trail to the first one.
async fn told(look: &Look, history: &History, dossier: &Dossier) -> Result<Option<Told>, ServiceError> {
    let Some(tables) = dossier.receipt_calendar_id.and_then(|id| look.rules.book.calendars.get(&id)) else {
        return Ok(None);
    };
    let actor = |promise: &Promise| {
        let gives = |event: &&&Event| event.draft.kind.promises() == Some(promise.at);
        let timeline = history.timeline();
        let event = timeline.iter().filter(gives).find(|e| e.draft.occurred_at == promise.given_at);
        event.map(|event| event.draft.actor.clone()).unwrap_or_default()
    };
    let promises = dossier.promises.iter().map(|promise| (promise.clone(), actor(promise))).collect();
    Ok(Some(Told {
        promises,
        judged: dossier.judged,
        promise_days: dossier.promise_days,
        receipt_due_at: dossier.receipt_due_at,
        receipt: trail(look, tables, dossier.received_at, dossier.term, &[]).await?,
    }))
}

async fn trail(
    look: &Look,
    tables: &Calendar,
    from: DateTime<Utc>,
    term: Term,
    pauses: &[Pause],
) -> Result<Trail, ServiceError> {
    let explanation = explain(tables, from, term, pauses).map_err(|OutOfRange| out_of_range())?;
    let days = shelf::days(&look.door, tables.id()).await?;
    Ok(Trail { explanation, overrides: days.into_iter().map(|day| (day.day, day)).collect() })
}

async fn explained(look: &Look, counted: Counted, told: Option<Told>) -> Result<Explained, ServiceError> {
    let trail = trail(look, &counted.tables, counted.term_from, counted.term, &counted.pauses).await?;
    Ok(Explained { counted, trail, told })
}

async fn by_which(look: &Look, inputs: &Inputs) -> Result<(CalendarRow, Arc<Calendar>), ServiceError> {
    let rules = &look.rules;
    let unit_id = match inputs.unit.as_str() {
        "" => None,
        key => {
            let unit = rules.unit(key).ok_or_else(|| ServiceError::NotFound(format!("units/{key}")))?;
            Some(unit.id)
        }
    };
    let row = match &inputs.calendar {
        Some(which) => Some(calendars::find(&look.door, rules, which).await?),
        None => match rules.calendar_for(unit_id) {
            Some(calendar) => shelf::by_id(&look.door, calendar.id()).await?,
            None => None,
        },
    };
    let row = row.ok_or_else(|| ServiceError::Precondition {
        reason: "NO_CALENDAR",
        subject: "calendars/latest".to_owned(),
        vi: "chưa có lịch làm việc; hãy nạp lịch trước".to_owned(),
        en: "there is no calendar in force; import one first".to_owned(),
    })?;
    let tables = rules.book.calendars.get(&row.id).cloned();
    tables
        .map(|tables| (row, tables))
        .ok_or_else(|| ServiceError::Internal("a calendar without tables".to_owned()))
}

fn out_of_range() -> ServiceError {
    Violation::new(
        "inputs.received_at",
        "OUT_OF_RANGE",
        "thời hạn nằm ngoài phạm vi lịch (1980–2119); hãy sửa ngày",
        "the deadline lies outside 1980–2119; mend the days",
    )
    .into()
}

fn beyond(name: &str, row: &CalendarRow) -> ServiceError {
    let (vi, en) = match row.first_year.zip(row.last_year) {
        Some((first, last)) => (
            format!("{name} chỉ có ngày nghỉ các năm {first}–{last}; hãy nạp lịch của năm cần tính"),
            format!(
                "{name} holds the holidays of {first}–{last} only; load the calendar of the year in question"
            ),
        ),
        None => (
            format!("{name} chưa có ngày nghỉ của năm nào; hãy nạp lịch của năm cần tính"),
            format!("{name} holds the holidays of no year; load the calendar of the year in question"),
        ),
    };
    ServiceError::Precondition { reason: "BEYOND_CALENDAR", subject: name.to_owned(), vi, en }
}
