//! The verbs of a petition's life: received, answered, published, each strictly after the other.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::super::error::{ServiceError, Violation};
use super::super::findings::{Findings, Wire};
use super::super::work::{Work, check_etag};
use super::PetitionRow;
use super::landing::read;
use super::saving::{Change, Draft, Happened, Told, save};
use crate::domain::calendar::Calendar;
use crate::domain::dossier::Source;
use crate::domain::petition::{BadPetition, PetitionState};
use crate::domain::record::PetitionRecord;
use crate::store::{events, petitions};

/// Fields of a petition on the wire.
const WIRE: Wire = Wire { resource: "petition", names: &[("unit_code", "unit")] };

/// What is done to a petition.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its code.
    pub code: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
}

/// Registers a petition. Without a code one is drawn, without an instant it came in now. `wrong` is what the
/// reader of the request found.
pub async fn receive(
    work: &mut Work,
    mut record: PetitionRecord,
    wrong: Vec<Violation>,
) -> Result<PetitionRow, ServiceError> {
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let Some(calendar) = findings.calendar() else { return Err(findings.invalid()) };
    let received_at = *record.received_at.get_or_insert(work.now());
    if record.code.trim().is_empty() {
        record.code = draw(work, calendar.local_date(received_at)).await?;
    }
    // What follows the receipt has verbs of its own.
    (record.answered_at, record.published_on) = (None, None);
    record.citizen_rating.clear();
    let read = read(&mut findings, &record, &calendar).filter(|_| findings.is_clean());
    let Some((code, told)) = read else { return Err(findings.invalid()) };
    let name = format!("petitions/{code}");
    if !petitions::by_codes(&work.tx, std::slice::from_ref(&code)).await?.is_empty() {
        return Err(ServiceError::AlreadyExists(name));
    }
    let draft = Draft { happened: Happened::Received, at: told.petition.received_at, told };
    let id = work.new_id();
    finish(
        work,
        &calendar,
        Change { id, code, row: None, before: None, drafts: vec![draft], source: Source::Own, reason: "" },
    )
    .await
}

/// The next free code of the year.
async fn draw(work: &Work, day: NaiveDate) -> Result<String, ServiceError> {
    let prefix = format!("PAKN-{}-", day.year());
    let taken = petitions::count_codes(&work.tx, &prefix).await?;
    let candidates: Vec<String> = (taken + 1..taken + 100).map(|n| format!("{prefix}{n:03}")).collect();
    let known = petitions::by_codes(&work.tx, &candidates).await?;
    let free = candidates.into_iter().find(|code| !known.contains_key(code));
    free.ok_or_else(|| Violation::missing("petition.code").into())
}

/// Records the answer.
pub async fn answer(
    work: &mut Work,
    step: Step,
    at: Option<DateTime<Utc>>,
    document_number: String,
) -> Result<PetitionRow, ServiceError> {
    let at = at.unwrap_or(work.now());
    let (calendar, row, mut told) = load(work, &step).await?;
    let before = told.clone();
    in_state(&row, PetitionState::Received, PetitionState::Answered)?;
    if at > work.now() {
        return Err(refused(
            &row.code,
            "IN_THE_FUTURE",
            &format!("thời điểm {at} nằm trong tương lai; hãy sửa thời điểm"),
            &format!("{at} lies in the future; correct it"),
        ));
    }
    told.petition.answered_at = Some(at);
    told.document_number = document_number.trim().to_owned();
    grow(work, &calendar, row, before, Draft { happened: Happened::Answered, at, told }).await
}

/// Records the publication of the answer; today if no day is said.
pub async fn publish(
    work: &mut Work,
    step: Step,
    published_on: Option<NaiveDate>,
    citizen_rating: &str,
) -> Result<PetitionRow, ServiceError> {
    let (calendar, row, mut told) = load(work, &step).await?;
    let before = told.clone();
    let today = calendar.local_date(work.now());
    let day = published_on.unwrap_or(today);
    let mut wrong = Vec::new();
    if day > today {
        wrong.push(Violation::new(
            "published_on",
            "IN_THE_FUTURE",
            "published_on: nằm trong tương lai; hãy sửa ngày",
            "published_on lies in the future; correct it",
        ));
    }
    let rating = citizen_rating.trim();
    if !rating.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        wrong.push(Violation::new(
            "citizen_rating",
            "BAD_WORD",
            "citizen_rating: chỉ dùng chữ a–z, chữ số và dấu gạch dưới, ví dụ: satisfied",
            "citizen_rating: use a–z, digits and underscores only, such as satisfied",
        ));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    in_state(&row, PetitionState::Answered, PetitionState::Published)?;
    told.petition.published_on = Some(day);
    if !rating.is_empty() {
        told.petition.citizen_rating = Some(rating.to_owned());
    }
    let at = if day == today { work.now() } else { calendar.opening(day) };
    grow(work, &calendar, row, before, Draft { happened: Happened::Published, at, told }).await
}

type Loaded = (std::sync::Arc<Calendar>, PetitionRow, Told);

async fn load(work: &Work, step: &Step) -> Result<Loaded, ServiceError> {
    let name = format!("petitions/{}", step.code);
    let calendar = work.rules.calendar_for(None).cloned();
    let calendar = calendar.ok_or_else(|| ServiceError::Internal("the house has no calendar".to_owned()))?;
    let row = petitions::find(&work.tx, &step.code, &work.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    check_etag(&step.etag, row.version, &name)?;
    let events = events::of(&work.tx, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    let told = Told::last(&events)?.ok_or_else(|| ServiceError::Internal(format!("{name} has no event")))?;
    Ok((calendar, row, told))
}

/// A step is allowed in one state only.
fn in_state(row: &PetitionRow, needed: PetitionState, to: PetitionState) -> Result<(), ServiceError> {
    if row.state == needed.as_str() {
        return Ok(());
    }
    let (now, needed, to) = (&row.state, needed.as_str(), to.as_str());
    Err(refused(
        &row.code,
        "FORBIDDEN_TRANSITION",
        &format!("không chuyển được từ trạng thái {now} sang {to}; phải ở trạng thái {needed}"),
        &format!("can't go from {now} to {to}; it must be {needed}"),
    ))
}

async fn grow(
    work: &mut Work,
    calendar: &Calendar,
    row: PetitionRow,
    before: Told,
    draft: Draft,
) -> Result<PetitionRow, ServiceError> {
    draft.told.petition.check(calendar).map_err(|bad| {
        let (_, reason, vi) = fault(bad);
        refused(&row.code, reason, vi, &bad.to_string())
    })?;
    let (id, code) = (row.id, row.code.clone());
    let change = Change {
        id,
        code,
        row: Some(row),
        before: Some(before),
        drafts: vec![draft],
        source: Source::Own,
        reason: "",
    };
    finish(work, calendar, change).await
}

async fn finish(work: &mut Work, calendar: &Calendar, change: Change) -> Result<PetitionRow, ServiceError> {
    let rows = save(work, calendar, &[change]).await?;
    let row =
        rows.into_iter().next().ok_or_else(|| ServiceError::Internal("one change, one row".to_owned()))?;
    let detail = serde_json::json!({ "state": row.state, "version": row.version });
    work.note(format!("petitions/{}", row.code), &detail);
    Ok(row)
}

fn refused(code: &str, reason: &'static str, vi: &str, en: &str) -> ServiceError {
    let subject = format!("petitions/{code}");
    ServiceError::Precondition { reason, en: format!("{subject}: {en}"), subject, vi: vi.to_owned() }
}

/// Column, word and Vietnamese sentence of what doesn't fit together.
pub(super) fn fault(bad: BadPetition) -> (&'static str, &'static str, &'static str) {
    match bad {
        BadPetition::AnsweredBeforeReceived => {
            ("answered_at", "WRONG_ORDER", "thời điểm trả lời trước khi tiếp nhận; hãy sửa một trong hai")
        }
        BadPetition::DueBeforeReceived => {
            ("due_at", "WRONG_ORDER", "hạn trả lời trước khi tiếp nhận; hãy sửa một trong hai")
        }
        BadPetition::PublishedBeforeAnswered => (
            "published_on",
            "WRONG_ORDER",
            "công khai khi chưa trả lời hoặc trước ngày trả lời; hãy điền hoặc sửa answered_at",
        ),
    }
}
