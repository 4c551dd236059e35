//! ProcedureService: the catalogue of procedures.

use tonic::{Request, Response, Status};

use super::convert::{
    Fields, code_of, online_level, online_level_word, resume_policy, resume_policy_word, term, term_parts,
    timestamp, unit_name_or_empty, wire_date,
};
use super::{Front, Plan, Reference};
use crate::domain::deadline::Term;
use crate::domain::procedure::{OnlineLevel, ResumePolicy};
use crate::pb::v1;
use crate::pb::v1::procedure_service_server::ProcedureService;
use crate::service::procedures::{self, NewVersion, PUBLISHED, ProcedureView, VersionRow};
use crate::service::{Rules, ServiceError};

const PLAN: Plan =
    Plan { published: &PUBLISHED, order: ("code", false), references: &[("unit", Reference::Unit)] };

fn version(rules: &Rules, row: &VersionRow) -> v1::ProcedureVersion {
    let online = OnlineLevel::parse(&row.online_level).map_or(v1::OnlineLevel::Unspecified, online_level);
    let policy = ResumePolicy::parse(&row.resume_policy).map_or(v1::ResumePolicy::Unspecified, resume_policy);
    v1::ProcedureVersion {
        uid: row.id.to_string(),
        effective_on: Some(wire_date(row.effective_on)),
        display_name: row.name.clone(),
        field: row.field.clone(),
        level: row.level.clone(),
        unit: unit_name_or_empty(rules, row.unit_id),
        term: Term::parse(&row.term_unit, row.term.into()).ok().map(term),
        online_level: online.into(),
        resume_policy: policy.into(),
        recorded_at: Some(timestamp(row.recorded_at)),
        watched_list: row.watched_list.clone(),
    }
}

fn wire(rules: &Rules, view: &ProcedureView) -> v1::Procedure {
    v1::Procedure {
        name: format!("procedures/{}", view.row.code),
        uid: view.row.id.to_string(),
        code: view.row.code.clone(),
        current: view.current.as_ref().map(|row| version(rules, row)),
        versions: view.versions.iter().map(|row| version(rules, row)).collect(),
        create_time: Some(timestamp(view.row.created_at)),
        update_time: Some(timestamp(view.row.updated_at)),
        etag: view.row.version.to_string(),
    }
}

fn new_version(version: Option<v1::ProcedureVersion>) -> Result<NewVersion, ServiceError> {
    let mut fields = Fields::new();
    let version = fields.message("version", version);
    let (term_unit, count) = version.term.map(term_parts).unwrap_or_default();
    let new = NewVersion {
        online_level: online_level_word(version.online_level()).to_owned(),
        resume_policy: Some(resume_policy_word(version.resume_policy())),
        effective_on: Some(fields.date("version.effective_on", version.effective_on)),
        unit: fields.code_or_empty("version.unit", &version.unit, "units"),
        name: version.display_name,
        field: version.field,
        level: version.level,
        watched_list: version.watched_list,
        term_unit: term_unit.to_owned(),
        term: count,
    };
    fields.done()?;
    Ok(new)
}

#[tonic::async_trait]
impl ProcedureService for Front {
    async fn create_procedure(
        &self,
        request: Request<v1::CreateProcedureRequest>,
    ) -> Result<Response<v1::CreateProcedureResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateProcedureRequest| {
                Box::pin(async move {
                    let view = procedures::create(work, &r.code, &new_version(r.version)?).await?;
                    Ok(v1::CreateProcedureResponse { procedure: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }

    async fn add_procedure_version(
        &self,
        request: Request<v1::AddProcedureVersionRequest>,
    ) -> Result<Response<v1::AddProcedureVersionResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::AddProcedureVersionRequest| {
                Box::pin(async move {
                    let code = code_of("name", &r.name, "procedures")?;
                    let view =
                        procedures::add_version(work, &code, &new_version(r.version)?, &r.etag).await?;
                    Ok(v1::AddProcedureVersionResponse { procedure: Some(wire(&work.rules, &view)) })
                })
            },
        )
        .await
    }

    async fn get_procedure(
        &self,
        request: Request<v1::GetProcedureRequest>,
    ) -> Result<Response<v1::GetProcedureResponse>, Status> {
        self.look(request, |look, r: v1::GetProcedureRequest| {
            Box::pin(async move {
                let view = procedures::get(look, &code_of("name", &r.name, "procedures")?).await?;
                Ok(v1::GetProcedureResponse { procedure: Some(wire(&look.rules, &view)) })
            })
        })
        .await
    }

    async fn list_procedures(
        &self,
        request: Request<v1::ListProceduresRequest>,
    ) -> Result<Response<v1::ListProceduresResponse>, Status> {
        self.list(request, PLAN, |look, _, listing| {
            Box::pin(async move {
                let page = procedures::list(look, &listing.query).await?;
                Ok(v1::ListProceduresResponse {
                    procedures: page.rows.iter().map(|view| wire(&look.rules, view)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
