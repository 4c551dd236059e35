//! Digital-signing certificates of officials: asked for, delivered, replaced by another, ended. They have no figures and no
//! history of their own; who changed what is in the audit.

mod asking;
mod verbs;

use chrono::{DateTime, Utc};

use super::error::ServiceError;
use super::narrowing::{Refers, resolve};
use super::work::Look;
use crate::domain::certificate::{CertificateKind, CertificateState};
use crate::store::certificates;
use crate::store::query::{ListQuery, Page};

pub use crate::store::certificates::{CertificateRow, PUBLISHED};
pub use asking::{CertificateAsk, request};
pub use verbs::{Step, deliver, end};

/// A certificate by code, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<CertificateRow, ServiceError> {
    let row = certificates::find(&look.door, code, &look.context.scope).await?;
    row.ok_or_else(|| ServiceError::NotFound(format!("certificates/{code}")))
}

/// A page of the certificates that the caller may see.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<CertificateRow>, ServiceError> {
    let state = |word: &str| CertificateState::parse(word).is_some();
    let kind = |word: &str| CertificateKind::parse(word).is_some();
    let fields = [
        ("official", Refers::Official),
        ("state", Refers::Word("CERTIFICATE_STATE_", state)),
        ("kind", Refers::Word("CERTIFICATE_KIND_", kind)),
    ];
    let asked = resolve(look, query, &fields)?;
    Ok(certificates::list(&look.door, &asked, &look.context.scope).await?)
}

/// A certificate as it stands in a state from now on: its plan is looked at anew.
fn standing(row: CertificateRow, state: CertificateState, now: DateTime<Utc>) -> CertificateRow {
    let open = matches!(state, CertificateState::Requested | CertificateState::Delivered);
    CertificateRow {
        state: state.as_str().to_owned(),
        open,
        next_notice_at: open.then_some(now),
        next_notice_rule: None,
        next_notice_step: None,
        version: row.version + 1,
        updated_at: now,
        ..row
    }
}
