//! OfficialService: officials, roles, leave and stand-ins.

use tonic::{Request, Response, Status};

use super::convert::{
    Fields, check_mask, code_of, date, official_name, role, timestamp, unit_name, unspecified, wire_date,
};
use super::{Front, Plan, Reference};
use crate::pb::v1;
use crate::pb::v1::official_service_server::OfficialService;
use crate::service::officials::{self, NewAbsence, NewOfficial, OfficialView, PUBLISHED, Update};
use crate::service::{Rules, ServiceError};

const PLAN: Plan =
    Plan { published: &PUBLISHED, order: ("code", false), references: &[("unit", Reference::Unit)] };

/// What an update may name.
const MASK: [&str; 7] = ["unit", "full_name", "role", "email", "language", "valid_from", "valid_to"];

fn wire(rules: &Rules, view: &OfficialView) -> v1::Official {
    let row = &view.row;
    v1::Official {
        name: format!("officials/{}", row.code),
        uid: row.id.to_string(),
        code: row.code.clone(),
        unit: unit_name(rules, row.unit_id),
        full_name: row.full_name.clone(),
        role: role::of_word(&row.role).into(),
        email: row.email.clone().unwrap_or_default(),
        language: role::wire_language(&row.language).into(),
        valid_from: row.valid_from.map(wire_date),
        valid_to: row.valid_to.map(wire_date),
        absences: view
            .absences
            .iter()
            .map(|absence| v1::Absence {
                uid: absence.id.to_string(),
                from_on: Some(wire_date(absence.from_on)),
                to_on: Some(wire_date(absence.to_on)),
                stand_in: official_name(rules, absence.stand_in_id),
                reason: absence.reason.clone().unwrap_or_default(),
            })
            .collect(),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

fn new_official(official: Option<v1::Official>) -> Result<NewOfficial, ServiceError> {
    let mut fields = Fields::new();
    let official = fields.message("official", official);
    let new = NewOfficial {
        unit: fields.code("official.unit", &official.unit, "units"),
        role: role::official(official.role()),
        language: role::language(official.language()).unwrap_or("vi").to_owned(),
        valid_from: fields.date_or_none("official.valid_from", official.valid_from),
        code: official.code,
        full_name: official.full_name,
        email: official.email,
    };
    fields.done()?;
    Ok(new)
}

/// What changes: the fields of the mask, or every field that says something.
fn update(request: v1::UpdateOfficialRequest) -> Result<Update, ServiceError> {
    let mut fields = Fields::new();
    let official = fields.message("official", request.official);
    let paths = request.update_mask.map(|mask| mask.paths).unwrap_or_default();
    if let Err(refused) = check_mask(paths.iter().filter(|path| *path != "*"), &MASK) {
        fields.refuse(refused);
    }
    let named = |field: &str, says: bool| {
        if paths.is_empty() { says } else { paths.iter().any(|path| path == field || path == "*") }
    };
    let mut change = Update {
        code: fields.code("official.name", &official.name, "officials"),
        etag: official.etag.clone(),
        ..Update::default()
    };
    if named("unit", !official.unit.is_empty()) {
        change.unit = Some(fields.code("official.unit", &official.unit, "units"));
    }
    if named("role", official.role() != v1::Role::Unspecified) {
        change.role = role::official(official.role());
        if change.role.is_none() {
            fields.refuse(unspecified("official.role"));
        }
    }
    if named("language", official.language() != v1::Language::Unspecified) {
        change.language = Some(role::language(official.language()).unwrap_or("vi").to_owned());
    }
    if named("valid_from", official.valid_from.as_ref().and_then(date).is_some()) {
        change.valid_from = Some(fields.date_or_none("official.valid_from", official.valid_from));
    }
    if named("valid_to", official.valid_to.as_ref().and_then(date).is_some()) {
        change.valid_to = Some(fields.date_or_none("official.valid_to", official.valid_to));
    }
    change.full_name = named("full_name", !official.full_name.is_empty()).then_some(official.full_name);
    change.email = named("email", !official.email.is_empty()).then_some(official.email);
    fields.done()?;
    Ok(change)
}

fn new_absence(request: v1::RecordAbsenceRequest) -> Result<NewAbsence, ServiceError> {
    let mut fields = Fields::new();
    let absence = fields.message("absence", request.absence);
    let new = NewAbsence {
        code: fields.code("name", &request.name, "officials"),
        from_on: fields.date("absence.from_on", absence.from_on),
        to_on: fields.date("absence.to_on", absence.to_on),
        stand_in: fields.code_or_empty("absence.stand_in", &absence.stand_in, "officials"),
        reason: absence.reason,
        etag: request.etag,
    };
    fields.done()?;
    Ok(new)
}

#[tonic::async_trait]
impl OfficialService for Front {
    async fn create_official(
        &self,
        request: Request<v1::CreateOfficialRequest>,
    ) -> Result<Response<v1::CreateOfficialResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateOfficialRequest| {
                Box::pin(async move {
                    let view = officials::create(work, new_official(r.official)?).await?;
                    Ok(v1::CreateOfficialResponse { official: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }

    async fn get_official(
        &self,
        request: Request<v1::GetOfficialRequest>,
    ) -> Result<Response<v1::GetOfficialResponse>, Status> {
        self.look(request, |look, r: v1::GetOfficialRequest| {
            Box::pin(async move {
                let view = officials::get(look, &code_of("name", &r.name, "officials")?).await?;
                Ok(v1::GetOfficialResponse { official: Some(wire(&look.rules, &view)) })
            })
        })
        .await
    }

    async fn list_officials(
        &self,
        request: Request<v1::ListOfficialsRequest>,
    ) -> Result<Response<v1::ListOfficialsResponse>, Status> {
        self.list(request, PLAN, |look, _, listing| {
            Box::pin(async move {
                let page = officials::list(look, &listing.query).await?;
                Ok(v1::ListOfficialsResponse {
                    officials: page.rows.iter().map(|view| wire(&look.rules, view)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn update_official(
        &self,
        request: Request<v1::UpdateOfficialRequest>,
    ) -> Result<Response<v1::UpdateOfficialResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::UpdateOfficialRequest| {
                Box::pin(async move {
                    let view = officials::update(work, update(r)?).await?;
                    Ok(v1::UpdateOfficialResponse { official: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }

    async fn record_absence(
        &self,
        request: Request<v1::RecordAbsenceRequest>,
    ) -> Result<Response<v1::RecordAbsenceResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RecordAbsenceRequest| {
                Box::pin(async move {
                    let view = officials::record_absence(work, new_absence(r)?).await?;
                    Ok(v1::RecordAbsenceResponse { official: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }
}
