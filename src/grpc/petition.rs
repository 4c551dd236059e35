//! PetitionService: petitions, their answers and publication.

use chrono::{DateTime, Utc};
use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, unit_name_or_empty, wire_date};
use super::{Front, Plan};
use crate::domain::petition::PetitionState;
use crate::domain::record::PetitionRecord;
use crate::pb::v1;
use crate::pb::v1::petition_service_server::PetitionService;
use crate::service::Rules;
use crate::service::petitions::{self, PUBLISHED, PetitionRow, Step};

type Wire<T> = Result<Response<T>, Status>;

fn state(word: &str) -> v1::PetitionState {
    match PetitionState::parse(word) {
        Some(PetitionState::Received) => v1::PetitionState::Received,
        Some(PetitionState::Answered) => v1::PetitionState::Answered,
        Some(PetitionState::Published) => v1::PetitionState::Published,
        None => v1::PetitionState::Unspecified,
    }
}

fn petition(rules: &Rules, row: PetitionRow, now: DateTime<Utc>) -> v1::Petition {
    v1::Petition {
        name: format!("petitions/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        unit: unit_name_or_empty(rules, row.unit_id),
        received_at: Some(timestamp(row.received_at)),
        channel: row.channel,
        kind: row.kind,
        subject: row.subject.unwrap_or_default(),
        due_at: row.due_at.map(timestamp),
        answered_at: row.answered_at.map(timestamp),
        published_on: row.published_on.map(wire_date),
        citizen_rating: row.citizen_rating.unwrap_or_default(),
        state: state(&row.state).into(),
        overdue: row.overdue_at.is_some_and(|at| at <= now),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

#[tonic::async_trait]
impl PetitionService for Front {
    async fn receive_petition(
        &self,
        request: Request<v1::ReceivePetitionRequest>,
    ) -> Wire<v1::ReceivePetitionResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::ReceivePetitionRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("petition", r.petition);
                    let record = PetitionRecord {
                        unit_code: fields.code_or_empty("petition.unit", &asked.unit, "units"),
                        received_at: fields.instant_or_none("petition.received_at", asked.received_at),
                        due_at: fields.instant_or_none("petition.due_at", asked.due_at),
                        code: asked.code,
                        channel: asked.channel,
                        kind: asked.kind,
                        subject: asked.subject,
                        ..PetitionRecord::default()
                    };
                    let row = petitions::receive(work, record, fields.wrong()).await?;
                    Ok(v1::ReceivePetitionResponse { petition: Some(petition(&work.rules, row, work.now())) })
                })
            },
        )
        .await
    }

    async fn answer_petition(
        &self,
        request: Request<v1::AnswerPetitionRequest>,
    ) -> Wire<v1::AnswerPetitionResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::AnswerPetitionRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = Step { code: fields.code("name", &r.name, "petitions"), etag: r.etag };
                    let at = fields.instant_or_none("occurred_at", r.occurred_at);
                    fields.done()?;
                    let row = petitions::answer(work, step, at, r.document_number).await?;
                    Ok(v1::AnswerPetitionResponse { petition: Some(petition(&work.rules, row, work.now())) })
                })
            },
        )
        .await
    }

    async fn publish_petition(
        &self,
        request: Request<v1::PublishPetitionRequest>,
    ) -> Wire<v1::PublishPetitionResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::PublishPetitionRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = Step { code: fields.code("name", &r.name, "petitions"), etag: r.etag };
                    let day = fields.date_or_none("published_on", r.published_on);
                    fields.done()?;
                    let row = petitions::publish(work, step, day, &r.citizen_rating).await?;
                    Ok(v1::PublishPetitionResponse { petition: Some(petition(&work.rules, row, work.now())) })
                })
            },
        )
        .await
    }

    async fn get_petition(&self, request: Request<v1::GetPetitionRequest>) -> Wire<v1::GetPetitionResponse> {
        self.look(request, |look, r: v1::GetPetitionRequest| {
            Box::pin(async move {
                let row = petitions::get(look, &code_of("name", &r.name, "petitions")?).await?;
                Ok(v1::GetPetitionResponse { petition: Some(petition(&look.rules, row, look.context.now)) })
            })
        })
        .await
    }

    async fn list_petitions(
        &self,
        request: Request<v1::ListPetitionsRequest>,
    ) -> Wire<v1::ListPetitionsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("received_at", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = petitions::list(look, listing.query.clone()).await?;
                let now = look.context.now;
                Ok(v1::ListPetitionsResponse {
                    petitions: page.rows.into_iter().map(|row| petition(&look.rules, row, now)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
