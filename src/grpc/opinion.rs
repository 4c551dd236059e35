//! OpinionService: opinions on dossiers that are asked of others.

use chrono::{DateTime, Utc};
use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, unit_name_or_empty};
use super::{Front, Plan};
use crate::domain::opinion::OpinionState;
use crate::pb::v1;
use crate::pb::v1::opinion_service_server::OpinionService;
use crate::service::Rules;
use crate::service::opinions::{self, OpinionAsk, OpinionRow, PUBLISHED, Step};

type Wire<T> = Result<Response<T>, Status>;

fn state(word: &str) -> v1::OpinionState {
    match OpinionState::parse(word) {
        Some(OpinionState::Asked) => v1::OpinionState::Asked,
        Some(OpinionState::Given) => v1::OpinionState::Given,
        Some(OpinionState::Withdrawn) => v1::OpinionState::Withdrawn,
        Some(OpinionState::Moot) => v1::OpinionState::Moot,
        None => v1::OpinionState::Unspecified,
    }
}

fn opinion(rules: &Rules, row: OpinionRow, now: DateTime<Utc>) -> v1::Opinion {
    v1::Opinion {
        name: format!("opinions/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        dossier: format!("dossiers/{}", row.dossier_code),
        unit: unit_name_or_empty(rules, row.asked_unit_id),
        agency: row.agency.unwrap_or_default(),
        matter: row.matter,
        asked_at: Some(timestamp(row.asked_at)),
        due_at: Some(timestamp(row.due_at)),
        given_at: row.given_at.map(timestamp),
        document_number: row.document_number.unwrap_or_default(),
        withdrawn_at: row.withdrawn_at.map(timestamp),
        state: state(&row.state).into(),
        overdue: row.overdue_at.is_some_and(|at| at <= now),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

#[tonic::async_trait]
impl OpinionService for Front {
    async fn request_opinion(
        &self,
        request: Request<v1::RequestOpinionRequest>,
    ) -> Wire<v1::RequestOpinionResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RequestOpinionRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("opinion", r.opinion);
                    let ask = OpinionAsk {
                        dossier: fields.code("opinion.dossier", &asked.dossier, "dossiers"),
                        unit: fields.code_or_empty("opinion.unit", &asked.unit, "units"),
                        asked_at: fields.instant_or_none("opinion.asked_at", asked.asked_at),
                        due_at: fields.instant_or_none("opinion.due_at", asked.due_at),
                        agency: asked.agency,
                        matter: asked.matter,
                        working_days: r.working_days,
                    };
                    let row = opinions::request(work, ask, fields.wrong()).await?;
                    Ok(v1::RequestOpinionResponse { opinion: Some(opinion(&work.rules, row, work.now())) })
                })
            },
        )
        .await
    }

    async fn record_opinion(
        &self,
        request: Request<v1::RecordOpinionRequest>,
    ) -> Wire<v1::RecordOpinionResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RecordOpinionRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = Step { code: fields.code("name", &r.name, "opinions"), etag: r.etag };
                    let given_at = fields.instant_or_none("given_at", r.given_at);
                    fields.done()?;
                    let row = opinions::record(work, &step, given_at, &r.document_number).await?;
                    Ok(v1::RecordOpinionResponse { opinion: Some(opinion(&work.rules, row, work.now())) })
                })
            },
        )
        .await
    }

    async fn withdraw_opinion(
        &self,
        request: Request<v1::WithdrawOpinionRequest>,
    ) -> Wire<v1::WithdrawOpinionResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::WithdrawOpinionRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = Step { code: fields.code("name", &r.name, "opinions"), etag: r.etag };
                    fields.done()?;
                    let row = opinions::withdraw(work, &step).await?;
                    let opinion = Some(opinion(&work.rules, row, work.now()));
                    Ok(v1::WithdrawOpinionResponse { opinion })
                })
            },
        )
        .await
    }

    async fn get_opinion(&self, request: Request<v1::GetOpinionRequest>) -> Wire<v1::GetOpinionResponse> {
        self.look(request, |look, r: v1::GetOpinionRequest| {
            Box::pin(async move {
                let row = opinions::get(look, &code_of("name", &r.name, "opinions")?).await?;
                Ok(v1::GetOpinionResponse { opinion: Some(opinion(&look.rules, row, look.context.now)) })
            })
        })
        .await
    }

    async fn list_opinions(
        &self,
        request: Request<v1::ListOpinionsRequest>,
    ) -> Wire<v1::ListOpinionsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("due_at", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = opinions::list(look, listing.query.clone()).await?;
                let now = look.context.now;
                Ok(v1::ListOpinionsResponse {
                    opinions: page.rows.into_iter().map(|row| opinion(&look.rules, row, now)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
