//! What becomes of a certificate: it is delivered and takes the place of another, or it ends.

use chrono::{DateTime, Utc};

use super::super::error::{ServiceError, Violation, forbidden};
use super::super::work::{Work, check_etag};
use super::{CertificateRow, standing};
use crate::domain::certificate::CertificateState;
use crate::domain::permission::Scope;
use crate::store::{certificates, notices};

/// What is done to a certificate.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its code.
    pub code: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
}

/// Records that it was delivered, and until when it is good.
pub async fn deliver(
    work: &mut Work,
    step: &Step,
    delivered_at: Option<DateTime<Utc>>,
    valid_until: DateTime<Utc>,
) -> Result<CertificateRow, ServiceError> {
    let (now, row) = (work.now(), load(work, step).await?);
    allow(&row, &[CertificateState::Requested], CertificateState::Delivered)?;
    let delivered_at = delivered_at.unwrap_or(now);
    let mut wrong = Vec::new();
    if delivered_at > now || delivered_at < row.asked_at {
        wrong.push(Violation::new(
            "delivered_at",
            "WRONG_ORDER",
            "delivered_at: phải sau khi đề nghị cấp và không sau thời điểm hiện tại; hãy sửa thời điểm",
            "delivered_at lies not between the asking and now; correct it",
        ));
    }
    if valid_until <= delivered_at {
        wrong.push(Violation::new(
            "valid_until",
            "WRONG_ORDER",
            "valid_until: phải sau delivered_at; hãy ghi đúng thời điểm hết hạn trên chứng thư số",
            "valid_until must lie after delivered_at; give the end that the certificate says",
        ));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    if let Some((old, CertificateState::Delivered)) = replaced(work, &row).await? {
        let version = old.version;
        let old = standing(old, CertificateState::Replaced, now);
        work.note(format!("certificates/{}", old.code), &serde_json::json!({ "state": old.state }));
        certificates::update(&work.tx, old, version).await?;
    }
    let row = CertificateRow { delivered_at: Some(delivered_at), valid_until: Some(valid_until), ..row };
    finish(work, row, CertificateState::Delivered).await
}

/// Records that it ended, or isn't awaited any more. What it was to replace stands again.
pub async fn end(
    work: &mut Work,
    step: &Step,
    ended_at: Option<DateTime<Utc>>,
    reason: &str,
) -> Result<CertificateRow, ServiceError> {
    let (now, row) = (work.now(), load(work, step).await?);
    allow(&row, &[CertificateState::Requested, CertificateState::Delivered], CertificateState::Ended)?;
    let (ended_at, reason) = (ended_at.unwrap_or(now), reason.trim());
    let mut wrong = Vec::new();
    if reason.is_empty() {
        wrong.push(Violation::missing("reason"));
    } else if !reason.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        wrong.push(Violation::new(
            "reason",
            "BAD_WORD",
            "reason: chỉ dùng chữ a–z, chữ số và dấu gạch dưới, ví dụ: damaged",
            "reason: use a–z, digits and underscores only, such as damaged",
        ));
    }
    if ended_at > now || ended_at < row.delivered_at.unwrap_or(row.asked_at) {
        wrong.push(Violation::new(
            "ended_at",
            "WRONG_ORDER",
            "ended_at: phải sau khi đề nghị hoặc cấp và không sau thời điểm hiện tại; hãy sửa thời điểm",
            "ended_at lies not between the asking or delivery and now; correct it",
        ));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let was_awaited = row.state == CertificateState::Requested.as_str();
    if was_awaited && let Some((old, state)) = replaced(work, &row).await? {
        let version = old.version;
        let old = standing(CertificateRow { replaced_by: None, ..old }, state, now);
        notices::revive(&work.tx, &[old.id], &["renewed"]).await?;
        work.note(format!("certificates/{}", old.code), &serde_json::json!({ "not_replaced_by": row.code }));
        certificates::update(&work.tx, old, version).await?;
    }
    let row = CertificateRow { ended_at: Some(ended_at), end_reason: Some(reason.to_owned()), ..row };
    finish(work, row, CertificateState::Ended).await
}

/// The certificate whose place one takes, or was to take, with its state.
async fn replaced(
    work: &Work,
    row: &CertificateRow,
) -> Result<Option<(CertificateRow, CertificateState)>, ServiceError> {
    let Some(code) = &row.replaces else { return Ok(None) };
    // It is the same official's.
    let old = certificates::find(&work.tx, code, &Scope::All).await?;
    Ok(old.and_then(|old| {
        let state = CertificateState::parse(&old.state)?;
        Some((old, state))
    }))
}

async fn load(work: &Work, step: &Step) -> Result<CertificateRow, ServiceError> {
    let name = format!("certificates/{}", step.code);
    let row = certificates::find(&work.tx, &step.code, &work.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    check_etag(&step.etag, row.version, &name)?;
    Ok(row)
}

/// A step is allowed in some states only.
fn allow(row: &CertificateRow, from: &[CertificateState], to: CertificateState) -> Result<(), ServiceError> {
    let from: Vec<&str> = from.iter().map(|state| state.as_str()).collect();
    if from.contains(&row.state.as_str()) {
        return Ok(());
    }
    Err(forbidden(format!("certificates/{}", row.code), &row.state, &from, to.as_str()))
}

async fn finish(
    work: &mut Work,
    row: CertificateRow,
    state: CertificateState,
) -> Result<CertificateRow, ServiceError> {
    let version = row.version;
    let row = standing(row, state, work.now());
    certificates::update(&work.tx, row.clone(), version).await?;
    let detail = serde_json::json!({ "state": row.state, "version": row.version });
    work.note(format!("certificates/{}", row.code), &detail);
    Ok(row)
}
