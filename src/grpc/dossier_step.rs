//! What the verbs of DossierService share: from a request to a step of one history. All that is wrong with a
//! request is gathered before anything is done.

use uuid::Uuid;

use super::convert::Fields;
use super::dossier_convert::{cause_word, dossier, warnings};
use super::import_convert::{applicant_kind, channel};
use crate::domain::dossier::Correction;
use crate::pb::v1;
use crate::service::dossiers::causes::SOFTWARE_OUTAGE;
use crate::service::dossiers::verbs::{Applicant, Done};
use crate::service::{Rules, Violation, Work};

/// The answer of a verb.
pub(super) fn told(work: &Work, done: &Done) -> (Option<v1::Dossier>, Vec<v1::Warning>) {
    let vietnamese = work.context.caller.language != "en";
    (Some(dossier(&work.rules, &done.row, work.now())), warnings(&done.warnings, vietnamese))
}

/// The fields that all verbs share.
macro_rules! step {
    ($fields:ident, $request:ident) => {
        Step {
            code: $fields.code("name", &$request.name, "dossiers"),
            etag: $request.etag.clone(),
            at: $fields.instant_or_none("occurred_at", $request.occurred_at),
            reason: $request.reason.clone(),
        }
    };
}

pub(super) fn official(fields: &mut Fields, rules: &Rules, field: &str, name: &str) -> Option<Uuid> {
    let code = fields.code_or_empty(field, name, "officials");
    if code.is_empty() {
        return None;
    }
    let found = rules.officials_by_code.get(&code).copied();
    fields.take(found.map(Some).ok_or_else(|| Violation::unknown(field, &code, "công chức", "official")))
}

/// Who asks, as far as it is said.
pub(super) fn applicant(wire: v1::Applicant) -> Applicant {
    Applicant {
        kind: applicant_kind(wire.kind()),
        full_name: wire.full_name,
        phone: wire.phone,
        email: wire.email,
        address: wire.address,
    }
}

/// What receiving and registering have in common; `$channel` is the one where none is said.
macro_rules! intake {
    ($request:ident, $work:ident, $registered:expr, $channel:expr) => {{
        let mut fields = Fields::new();
        let channel = channel($request.channel()).or($channel);
        let new = NewDossier {
            procedure_code: fields.code("procedure", &$request.procedure, "procedures"),
            unit_code: fields.code("unit", &$request.unit, "units"),
            holder_code: fields.code_or_empty("holder", &$request.holder, "officials"),
            at: fields.instant_or_none("occurred_at", $request.occurred_at).unwrap_or($work.now()),
            promised_at: fields.instant_or_none("promised_at", $request.promised_at),
            intake: Tracked::from_flag($request.intake_digitised),
            applicant: applicant($request.applicant.unwrap_or_default()),
            code: $request.code,
            channel,
            registered: $registered,
        };
        verbs::receive($work, new, fields.wrong()).await
    }};
}

/// A verb that is one event: the answer's type, the request and how the event is made.
macro_rules! verb {
    ($self:ident, $request:ident, $answer:ident, |$fields:ident, $r:ident| $kind:expr) => {
        $self
            .mutate(
                $request,
                |r| &r.request_id,
                |work, $r| {
                    Box::pin(async move {
                        let mut $fields = Fields::new();
                        let step = step!($fields, $r);
                        let kind = $kind;
                        $fields.done()?;
                        let done = verbs::act(work, step, kind).await?;
                        let (dossier, warnings) = told(work, &done);
                        Ok(v1::$answer { dossier, warnings })
                    })
                },
            )
            .await
    };
}

/// The cause of a delay, and the code of the incident that an outage of software names.
pub(super) fn cause_and_incident(
    fields: &mut Fields,
    request: &v1::RecordDelayCauseRequest,
) -> (String, String) {
    let cause = cause_word(request.cause()).map(str::to_owned);
    let cause = fields.take(cause.ok_or_else(|| super::convert::unspecified("cause")));
    let incident = fields.code_or_empty("incident", &request.incident, "incidents");
    if cause == SOFTWARE_OUTAGE && request.incident.is_empty() {
        fields.refuse(Violation::missing("incident"));
    }
    if !cause.is_empty() && cause != SOFTWARE_OUTAGE && !request.incident.is_empty() {
        fields.refuse(Violation::new(
            "incident",
            "NO_OUTAGE",
            "incident: chỉ ghi sự cố khi nguyên nhân là lỗi phần mềm; hãy bỏ trống hoặc sửa nguyên nhân",
            "incident: only an outage of software names one; leave it out or correct the cause",
        ));
    }
    (cause, incident)
}

/// A word of an enum that is given is one of the contract's.
fn word<T>(
    fields: &mut Fields,
    field: &str,
    number: Option<i32>,
    read: impl Fn(i32) -> Option<T>,
) -> Option<T> {
    let number = number?;
    fields.take(read(number).map(Some).ok_or_else(|| super::convert::unspecified(field)))
}

/// Corrected fields of the wire.
pub(super) fn corrected(fields: &mut Fields, rules: &Rules, said: &v1::DossierCorrection) -> Correction {
    let procedure_version_id = said.procedure.as_ref().and_then(|name| {
        let code = fields.code("fields.procedure", name, "procedures");
        let id = rules.procedures_by_code.get(&code).and_then(|id| rules.versions.get(id)?.last());
        let unknown = || Violation::unknown("fields.procedure", &code, "thủ tục", "procedure");
        if code.is_empty() { None } else { fields.take(id.map(|v| Some(v.id)).ok_or_else(unknown)) }
    });
    let unit_id = said.unit.as_ref().and_then(|name| {
        let code = fields.code("fields.unit", name, "units");
        let unknown = || Violation::unknown("fields.unit", &code, "cơ quan", "unit");
        let id = rules.units.by_code(&code).map(|unit| Some(unit.id));
        if code.is_empty() { None } else { fields.take(id.ok_or_else(unknown)) }
    });
    let name = said.holder.as_deref().unwrap_or_default();
    Correction {
        received_at: fields.instant_or_none("fields.received_at", said.received_at),
        unit_id,
        procedure_version_id,
        channel: word(fields, "fields.channel", said.channel, |c| channel(v1::Channel::try_from(c).ok()?)),
        applicant_kind: word(fields, "fields.applicant_kind", said.applicant_kind, |k| {
            applicant_kind(v1::ApplicantKind::try_from(k).ok()?)
        }),
        holder_id: official(fields, rules, "fields.holder", name),
        promised_at: fields.instant_or_none("fields.promised_at", said.promised_at),
        // Follows from unit and receipt; nobody says it.
        judge_by: None,
    }
}

pub(super) use {intake, step, verb};
