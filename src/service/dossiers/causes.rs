//! Causes of lateness: an outage of software is one only where the incident log says so.

use super::super::error::{ServiceError, Violation};
use super::super::incidents::hits_dossier;
use super::super::work::Work;
use super::verbs::{self, Done, Step};
use crate::domain::dossier::EventKind;
use crate::domain::permission::Scope;
use crate::store::{dossiers, incidents};

/// The cause that names an incident.
pub const SOFTWARE_OUTAGE: &str = "software_outage";

/// Records the cause of a delay. `incident` is the code of the incident where software failed, else empty.
pub async fn record(
    work: &mut Work,
    step: Step,
    cause: String,
    incident: String,
) -> Result<Done, ServiceError> {
    let incident = Some(incident).filter(|code| !code.is_empty());
    if let Some(code) = &incident {
        check(work, &step.code, code).await?;
    }
    verbs::act(work, step, EventKind::DelayCause { cause, incident }).await
}

/// The incident hit the dossier while it was open.
async fn check(work: &Work, dossier: &str, code: &str) -> Result<(), ServiceError> {
    let subject = format!("dossiers/{dossier}");
    let dossier = dossiers::find(&work.tx, dossier, &work.context.scope).await?;
    let dossier = dossier.ok_or_else(|| ServiceError::NotFound(subject.clone()))?;
    let unknown = || Violation::unknown("incident", code, "sự cố", "incident");
    let row = incidents::by_codes(&work.tx, &[code.to_owned()]).await?.remove(code).ok_or_else(unknown)?;
    let hits = incidents::hits(&work.tx, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    if hits_dossier(&work.rules, &row, &hits, &dossier) {
        return Ok(());
    }
    // Another unit's incident is told as unknown: nobody learns here what there is.
    let seen = match (&work.context.scope, row.unit_id) {
        (Scope::All, _) | (_, None) => true,
        (scope, Some(unit)) => scope.covers(unit, None),
    };
    if !seen {
        return Err(unknown().into());
    }
    Err(ServiceError::Precondition {
        reason: "INCIDENT_MISSED_IT",
        subject,
        vi: format!(
            "sự cố {code} không ảnh hưởng đến hồ sơ này khi còn đang giải quyết; hãy chọn sự cố khác hoặc gắn hồ sơ vào sự cố"
        ),
        en: format!(
            "incident {code} did not hit this dossier while it was open; name another one, or link the dossier to it"
        ),
    })
}
