//! What the verbs of DossierService share: from a request to a step of one history.

use uuid::Uuid;

use super::dossier_convert::{dossier, warnings};
use super::import_convert::{applicant_kind, channel};
use super::wire::{code_of, instant_field, optional_code};
use crate::domain::dossier::Correction;
use crate::pb::v1;
use crate::service::dossiers::verbs::{Done, Step};
use crate::service::{Rules, ServiceError, Violation, Work};

/// The answer of a verb.
pub(super) fn told(work: &Work, done: &Done) -> (Option<v1::Dossier>, Vec<v1::Warning>) {
    let vietnamese = work.context.caller.language != "en";
    (Some(dossier(&work.rules, &done.row, work.now())), warnings(&done.warnings, vietnamese))
}

/// The fields that all verbs share.
pub(super) fn step(
    name: &str,
    etag: &str,
    at: Option<&prost_types::Timestamp>,
    reason: &str,
) -> Result<Step, ServiceError> {
    Ok(Step {
        code: code_of("name", "dossiers", name)?,
        etag: etag.to_owned(),
        at: instant_field("occurred_at", at)?,
        reason: reason.to_owned(),
    })
}

pub(super) fn official(rules: &Rules, field: &str, name: &str) -> Result<Option<Uuid>, ServiceError> {
    let code = optional_code(field, "officials", name)?;
    if code.is_empty() {
        return Ok(None);
    }
    let found = rules.officials_by_code.get(&code).copied();
    Ok(Some(found.ok_or_else(|| Violation::unknown(field, &code, "công chức", "official"))?))
}

pub(super) fn reason_given(reason: &str) -> Result<(), ServiceError> {
    if reason.trim().is_empty() { Err(Violation::missing("reason").into()) } else { Ok(()) }
}

/// What receiving and registering have in common.
macro_rules! intake {
    ($request:ident, $work:ident, $registered:expr) => {{
        let r = $request;
        let mut wrong = Vec::new();
        let mut keep = |outcome: Result<String, Violation>| {
            outcome.unwrap_or_else(|v| {
                wrong.push(v);
                String::new()
            })
        };
        let procedure_code = keep(code_of("procedure", "procedures", &r.procedure));
        let unit_code = keep(code_of("unit", "units", &r.unit));
        let holder_code = keep(optional_code("holder", "officials", &r.holder));
        let channel = channel(r.channel());
        if channel.is_none() {
            wrong.push(Violation::missing("channel"));
        }
        let applicant = r.applicant.clone().unwrap_or_default();
        let kind = applicant_kind(applicant.kind());
        if kind.is_none() {
            wrong.push(Violation::missing("applicant.kind"));
        }
        let (Some(channel), Some(applicant_kind)) = (channel, kind) else {
            return Err(ServiceError::Invalid(wrong));
        };
        if !wrong.is_empty() {
            return Err(ServiceError::Invalid(wrong));
        }
        let at: DateTime<Utc> = instant_field("occurred_at", r.occurred_at.as_ref())?.unwrap_or($work.now());
        NewDossier {
            promised_at: instant_field("promised_at", r.promised_at.as_ref())?,
            intake: Tracked::from_flag(r.intake_digitised),
            code: r.code,
            procedure_code,
            unit_code,
            channel,
            applicant_kind,
            applicant_name: applicant.full_name,
            holder_code,
            at,
            registered: $registered,
        }
    }};
}

/// A verb that is one event: the answer's type, the request and how the event is made.
macro_rules! verb {
    ($self:ident, $request:ident, $answer:ident, |$work:ident, $r:ident| $kind:expr) => {
        $self
            .mutate(
                $request,
                |r| &r.request_id,
                |$work, $r| {
                    Box::pin(async move {
                        let step = step(&$r.name, &$r.etag, $r.occurred_at.as_ref(), &$r.reason)?;
                        let kind = $kind;
                        let done = verbs::act($work, step, kind).await?;
                        let (dossier, warnings) = told($work, &done);
                        Ok(v1::$answer { dossier, warnings })
                    })
                },
            )
            .await
    };
}

/// Corrected fields of the wire.
pub(super) fn corrected(rules: &Rules, fields: &v1::DossierCorrection) -> Result<Correction, ServiceError> {
    let procedure_version_id = match &fields.procedure {
        None => None,
        Some(name) => {
            let code = code_of("fields.procedure", "procedures", name)?;
            let id = rules.procedures_by_code.get(&code).and_then(|id| rules.versions.get(id)?.last());
            Some(id.ok_or_else(|| Violation::unknown("fields.procedure", &code, "thủ tục", "procedure"))?.id)
        }
    };
    let unit_id = match &fields.unit {
        None => None,
        Some(name) => {
            let code = code_of("fields.unit", "units", name)?;
            let unit = rules.units.by_code(&code);
            Some(unit.ok_or_else(|| Violation::unknown("fields.unit", &code, "cơ quan", "unit"))?.id)
        }
    };
    Ok(Correction {
        received_at: instant_field("fields.received_at", fields.received_at.as_ref())?,
        unit_id,
        procedure_version_id,
        channel: fields.channel.and_then(|c| channel(v1::Channel::try_from(c).unwrap_or_default())),
        applicant_kind: fields
            .applicant_kind
            .and_then(|k| applicant_kind(v1::ApplicantKind::try_from(k).unwrap_or_default())),
        holder_id: official(rules, "fields.holder", fields.holder.as_deref().unwrap_or_default())?,
        promised_at: instant_field("fields.promised_at", fields.promised_at.as_ref())?,
    })
}

pub(super) use {intake, verb};
