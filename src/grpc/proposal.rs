//! ProposalService: what the office proposes to others, until it is answered.

use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, wire_date};
use super::{Front, Plan};
use crate::pb::v1;
use crate::pb::v1::proposal_service_server::ProposalService;
use crate::service::proposals::{self, Answer, NewProposal, PUBLISHED, Proposal, ProposalState};

type Wire<T> = Result<Response<T>, Status>;

fn state(word: &str) -> v1::ProposalState {
    match ProposalState::parse(word) {
        Some(ProposalState::Open) => v1::ProposalState::Open,
        Some(ProposalState::Answered) => v1::ProposalState::Answered,
        Some(ProposalState::Withdrawn) => v1::ProposalState::Withdrawn,
        None => v1::ProposalState::Unspecified,
    }
}

fn proposal(of: Proposal) -> v1::Proposal {
    let Proposal { row, report, said_in } = of;
    let mention = |report: crate::service::reports::ReportRow| v1::ProposalMention {
        report: format!("reports/{}", report.code),
        number: report.number.unwrap_or_default(),
        dated_on: report.dated_on.map(wire_date),
    };
    v1::Proposal {
        name: format!("proposals/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        text: row.text,
        addressee: row.addressee,
        report: if report.is_empty() { report } else { format!("reports/{report}") },
        first_document: row.first_document,
        made_on: Some(wire_date(row.made_on)),
        state: state(&row.state).into(),
        answer_document: row.answer_document.unwrap_or_default(),
        answered_on: row.answered_on.map(wire_date),
        answer: row.answer.unwrap_or_default(),
        said_in: said_in.into_iter().map(mention).collect(),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

#[tonic::async_trait]
impl ProposalService for Front {
    async fn make_proposal(
        &self,
        request: Request<v1::MakeProposalRequest>,
    ) -> Wire<v1::MakeProposalResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::MakeProposalRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("proposal", r.proposal);
                    let new = NewProposal {
                        report: fields.code_or_empty("proposal.report", &asked.report, "reports"),
                        made_on: fields.date_or_none("proposal.made_on", asked.made_on),
                        text: asked.text,
                        addressee: asked.addressee,
                        first_document: asked.first_document,
                    };
                    let made = proposals::make(work, &new, fields.wrong()).await?;
                    Ok(v1::MakeProposalResponse { proposal: Some(proposal(made)) })
                })
            },
        )
        .await
    }

    async fn answer_proposal(
        &self,
        request: Request<v1::AnswerProposalRequest>,
    ) -> Wire<v1::AnswerProposalResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::AnswerProposalRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let answer = Answer {
                        code: fields.code("name", &r.name, "proposals"),
                        answered_on: fields.date_or_none("answered_on", r.answered_on),
                        etag: r.etag,
                        document: r.document,
                        text: r.text,
                    };
                    fields.done()?;
                    let answered = proposals::answer(work, &answer).await?;
                    Ok(v1::AnswerProposalResponse { proposal: Some(proposal(answered)) })
                })
            },
        )
        .await
    }

    async fn withdraw_proposal(
        &self,
        request: Request<v1::WithdrawProposalRequest>,
    ) -> Wire<v1::WithdrawProposalResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::WithdrawProposalRequest| {
                Box::pin(async move {
                    let code = code_of("name", &r.name, "proposals")?;
                    let withdrawn = proposals::withdraw(work, &code, &r.etag, &r.reason).await?;
                    Ok(v1::WithdrawProposalResponse { proposal: Some(proposal(withdrawn)) })
                })
            },
        )
        .await
    }

    async fn get_proposal(&self, request: Request<v1::GetProposalRequest>) -> Wire<v1::GetProposalResponse> {
        self.look(request, |look, r: v1::GetProposalRequest| {
            Box::pin(async move {
                let found = proposals::get(look, &code_of("name", &r.name, "proposals")?).await?;
                Ok(v1::GetProposalResponse { proposal: Some(proposal(found)) })
            })
        })
        .await
    }

    async fn list_proposals(
        &self,
        request: Request<v1::ListProposalsRequest>,
    ) -> Wire<v1::ListProposalsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("made_on", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = proposals::list(look, listing.query.clone()).await?;
                Ok(v1::ListProposalsResponse {
                    proposals: page.rows.into_iter().map(proposal).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
