//! What becomes of a request for an opinion: it is given, late or not, or isn't needed any more.

use chrono::{DateTime, Utc};

use super::super::error::{ServiceError, Violation, forbidden};
use super::super::work::{Work, check_etag};
use super::{OpinionRow, standing};
use crate::domain::opinion::OpinionState;
use crate::domain::text;
use crate::store::{dossiers, opinions};

/// The longest number of a document, in characters.
const LONGEST_NUMBER: usize = 100;

/// What is done to a request.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its code.
    pub code: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
}

/// Records that the opinion was given, by either side. That of a dossier which closed without it still comes.
pub async fn record(
    work: &mut Work,
    step: &Step,
    given_at: Option<DateTime<Utc>>,
    document_number: &str,
) -> Result<OpinionRow, ServiceError> {
    let (now, row) = (work.now(), load(work, step).await?);
    allow(&row, &[OpinionState::Asked, OpinionState::Moot], OpinionState::Given)?;
    let given_at = given_at.unwrap_or(now);
    let document_number = text::tidy(document_number);
    let mut wrong = Vec::new();
    if given_at > now || given_at < row.asked_at {
        wrong.push(Violation::new(
            "given_at",
            "WRONG_ORDER",
            "given_at: phải sau khi xin ý kiến và không sau thời điểm hiện tại; hãy sửa thời điểm",
            "given_at lies not between the asking and now; correct it",
        ));
    }
    if document_number.chars().count() > LONGEST_NUMBER {
        wrong.push(Violation::new(
            "document_number",
            "TOO_LONG",
            format!("document_number: dài hơn {LONGEST_NUMBER} ký tự; hãy chỉ ghi số, ký hiệu văn bản"),
            format!("document_number has more than {LONGEST_NUMBER} characters; give the number only"),
        ));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let document_number = (!document_number.is_empty()).then_some(document_number);
    finish(work, OpinionRow { given_at: Some(given_at), document_number, ..row }, OpinionState::Given).await
}

/// Records that the opinion isn't needed any more. Only those who asked say so.
pub async fn withdraw(work: &mut Work, step: &Step) -> Result<OpinionRow, ServiceError> {
    let (now, row) = (work.now(), load(work, step).await?);
    if dossiers::find(&work.tx, &row.dossier_code, &work.context.scope).await?.is_none() {
        return Err(ServiceError::Denied(format!("only those who asked withdraw opinions/{}", row.code)));
    }
    allow(&row, &[OpinionState::Asked], OpinionState::Withdrawn)?;
    finish(work, OpinionRow { withdrawn_at: Some(now), ..row }, OpinionState::Withdrawn).await
}

async fn load(work: &Work, step: &Step) -> Result<OpinionRow, ServiceError> {
    let name = format!("opinions/{}", step.code);
    let row = opinions::find(&work.tx, &step.code, &work.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    check_etag(&step.etag, row.version, &name)?;
    Ok(row)
}

/// A step is allowed in some states only.
fn allow(row: &OpinionRow, from: &[OpinionState], to: OpinionState) -> Result<(), ServiceError> {
    let from: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
    if from.contains(&row.state.as_str()) {
        return Ok(());
    }
    Err(forbidden(format!("opinions/{}", row.code), &row.state, &from, to.as_str()))
}

async fn finish(work: &mut Work, row: OpinionRow, state: OpinionState) -> Result<OpinionRow, ServiceError> {
    let version = row.version;
    let row = standing(row, state, work.now());
    opinions::update(&work.tx, row.clone(), version).await?;
    let detail = serde_json::json!({ "state": row.state, "version": row.version });
    work.note(format!("opinions/{}", row.code), &detail);
    Ok(row)
}
