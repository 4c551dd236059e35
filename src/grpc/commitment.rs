//! CommitmentService: what the office promises, by when and by which units.

use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, unit_name, wire_date};
use super::{Front, Plan};
use crate::domain::task::TaskState;
use crate::pb::v1;
use crate::pb::v1::commitment_service_server::CommitmentService;
use crate::service::commitments::{self, Commitment, CommitmentState, PUBLISHED, Promise, Settling};
use crate::service::slots::house_calendar;
use crate::service::{Rules, ServiceError};

type Wire<T> = Result<Response<T>, Status>;

fn state(word: &str) -> v1::CommitmentState {
    match CommitmentState::parse(word) {
        Some(CommitmentState::Open) => v1::CommitmentState::Open,
        Some(CommitmentState::Done) => v1::CommitmentState::Done,
        Some(CommitmentState::Dropped) => v1::CommitmentState::Dropped,
        None => v1::CommitmentState::Unspecified,
    }
}

fn commitment(rules: &Rules, of: Commitment, now: chrono::DateTime<chrono::Utc>) -> v1::Commitment {
    let calendar = house_calendar(rules);
    let today = calendar.local_date(now);
    let Commitment { row, parts, report } = of;
    let part = |part: crate::service::tasks::TaskRow| {
        let done_on = part.completed_at.map(|at| calendar.local_date(at));
        let taken_back = part.state == TaskState::Cancelled.as_str();
        let judged = done_on.unwrap_or(today);
        v1::CommitmentPart {
            unit: unit_name(rules, part.lead_unit_id),
            task: format!("tasks/{}", part.code),
            due_on: part.due_on.map(wire_date),
            done_on: done_on.map(wire_date),
            late: !taken_back && part.due_on.is_some_and(|due| judged > due),
            taken_back,
        }
    };
    v1::Commitment {
        name: format!("commitments/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        text: row.text,
        document: row.document,
        report: if report.is_empty() { report } else { format!("reports/{report}") },
        made_on: Some(wire_date(row.made_on)),
        due_on: Some(wire_date(row.due_on)),
        product: String::new(),
        state: state(&row.state).into(),
        ended_on: row.ended_on.map(wire_date),
        dropped_why: row.dropped_why.unwrap_or_default(),
        parts: parts.into_iter().map(part).collect(),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

async fn make(
    work: &mut crate::service::Work,
    r: v1::MakeCommitmentRequest,
) -> Result<v1::MakeCommitmentResponse, ServiceError> {
    let mut fields = Fields::new();
    let asked = fields.message("commitment", r.commitment);
    let promise = Promise {
        report: fields.code_or_empty("commitment.report", &asked.report, "reports"),
        made_on: fields.date_or_none("commitment.made_on", asked.made_on),
        due_on: fields.date_or_none("commitment.due_on", asked.due_on),
        units: r.units.iter().map(|unit| fields.code("units", unit, "units")).collect(),
        unit_kinds: r.unit_kinds,
        text: asked.text,
        document: asked.document,
        product: asked.product,
    };
    let made = commitments::make(work, &promise, fields.wrong()).await?;
    Ok(v1::MakeCommitmentResponse { commitment: Some(commitment(&work.rules, made, work.now())) })
}

#[tonic::async_trait]
impl CommitmentService for Front {
    async fn make_commitment(
        &self,
        request: Request<v1::MakeCommitmentRequest>,
    ) -> Wire<v1::MakeCommitmentResponse> {
        self.mutate(request, |r| &r.request_id, |work, r| Box::pin(make(work, r))).await
    }

    async fn settle_commitment(
        &self,
        request: Request<v1::SettleCommitmentRequest>,
    ) -> Wire<v1::SettleCommitmentResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::SettleCommitmentRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let settling = Settling {
                        code: fields.code("name", &r.name, "commitments"),
                        etag: r.etag,
                        units: r.units.iter().map(|unit| fields.code("units", unit, "units")).collect(),
                        done_on: fields.date_or_none("done_on", r.done_on),
                        note: r.note,
                    };
                    fields.done()?;
                    let settled = commitments::settle(work, &settling).await?;
                    let commitment = Some(commitment(&work.rules, settled, work.now()));
                    Ok(v1::SettleCommitmentResponse { commitment })
                })
            },
        )
        .await
    }

    async fn drop_commitment(
        &self,
        request: Request<v1::DropCommitmentRequest>,
    ) -> Wire<v1::DropCommitmentResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::DropCommitmentRequest| {
                Box::pin(async move {
                    let code = code_of("name", &r.name, "commitments")?;
                    let dropped = commitments::drop(work, &code, &r.etag, &r.reason).await?;
                    let commitment = Some(commitment(&work.rules, dropped, work.now()));
                    Ok(v1::DropCommitmentResponse { commitment })
                })
            },
        )
        .await
    }

    async fn get_commitment(
        &self,
        request: Request<v1::GetCommitmentRequest>,
    ) -> Wire<v1::GetCommitmentResponse> {
        self.look(request, |look, r: v1::GetCommitmentRequest| {
            Box::pin(async move {
                let found = commitments::get(look, &code_of("name", &r.name, "commitments")?).await?;
                let commitment = Some(commitment(&look.rules, found, look.context.now));
                Ok(v1::GetCommitmentResponse { commitment })
            })
        })
        .await
    }

    async fn list_commitments(
        &self,
        request: Request<v1::ListCommitmentsRequest>,
    ) -> Wire<v1::ListCommitmentsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("due_on", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = commitments::list(look, listing.query.clone()).await?;
                let rows = page.rows.into_iter();
                Ok(v1::ListCommitmentsResponse {
                    commitments: rows.map(|of| commitment(&look.rules, of, look.context.now)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
