//! JobService: jobs, their slots, and the outbox.

use prost::Message as _;
use tonic::{Request, Response, Status};
use tracing::Instrument as _;

use super::convert::{Fields, code_of, official_name, timestamp, uid_of};
use super::{Front, Plan, Reference};
use crate::pb::v1;
use crate::pb::v1::job_service_server::JobService;
use crate::service::delivery::{self, MailRow, mail_etag};
use crate::service::jobs::{Asked, run};
use crate::service::schedules::{
    self, JobView, PUBLISHED_JOBS, PUBLISHED_SLOTS, SlotView, job_etag, job_named,
};
use crate::service::slots::slot_name;
use crate::service::{Context, Entered, House, ReplayKey, Rules, ServiceError};

fn slot(view: SlotView) -> v1::Slot {
    let row = view.row;
    let state = match row.state.as_str() {
        "claimed" => v1::SlotState::Claimed,
        "done" => v1::SlotState::Done,
        "failed" => v1::SlotState::Failed,
        "skipped" => v1::SlotState::Skipped,
        _ => v1::SlotState::Unspecified,
    };
    v1::Slot {
        name: slot_name(&row.job, row.slot_at),
        slot_at: Some(timestamp(row.slot_at)),
        state: state.into(),
        attempt: row.attempt,
        started_at: row.started_at.map(timestamp),
        finished_at: row.finished_at.map(timestamp),
        late: view.late,
        note: row.note.unwrap_or_default(),
    }
}

fn job(view: JobView) -> v1::Job {
    let etag = job_etag(&view.row);
    let row = view.row;
    let misfire = match row.misfire.as_str() {
        "latest" => v1::MisfirePolicy::Latest,
        "all" => v1::MisfirePolicy::All,
        "skip" => v1::MisfirePolicy::Skip,
        _ => v1::MisfirePolicy::Unspecified,
    };
    v1::Job {
        name: format!("jobs/{}", row.name),
        schedule: row.cron,
        time_zone: view.time_zone,
        working_days_only: row.working_days_only,
        misfire_policy: misfire.into(),
        grace_seconds: row.grace_seconds,
        paused: row.paused,
        paused_note: row.paused_note.unwrap_or_default(),
        next_slot_at: view.next_slot_at.map(timestamp),
        last_slot: view.last_slot.map(slot),
        etag,
    }
}

fn mail(rules: &Rules, row: MailRow) -> v1::Mail {
    let state = match row.state.as_str() {
        "queued" => v1::MailState::Queued,
        "leased" => v1::MailState::Leased,
        "sent" => v1::MailState::Sent,
        "dead" => v1::MailState::Dead,
        "cancelled" => v1::MailState::Cancelled,
        _ => v1::MailState::Unspecified,
    };
    v1::Mail {
        name: format!("mails/{}", row.id),
        uid: row.id.to_string(),
        etag: mail_etag(&row),
        kind: row.kind,
        recipient: official_name(rules, row.recipient_official_id),
        to_address: row.to_address,
        state: state.into(),
        attempt: row.attempt,
        not_before: Some(timestamp(row.not_before)),
        message_id: row.message_id.unwrap_or_default(),
        last_error: row.last_error.unwrap_or_default(),
        create_time: Some(timestamp(row.created_at)),
        sent_at: row.sent_at.map(timestamp),
    }
}

/// Runs a job to its end and keeps the answer. The run has transactions of its own; the kept answer is
/// written after it, so a repeat after a crash finds the slot done instead.
async fn run_job(
    house: House,
    context: Context,
    asked: v1::RunJobRequest,
) -> Result<v1::RunJobResponse, ServiceError> {
    let replay = ReplayKey::new(&asked.request_id, &asked.encode_to_vec())?;
    if replay.is_some()
        && let Entered::Replay(kept) = house.work(context.clone(), replay.clone()).await?
    {
        let unread = |_| ServiceError::Internal("a kept answer can't be read".to_owned());
        return v1::RunJobResponse::decode(kept.as_slice()).map_err(unread);
    }
    let mut fields = Fields::new();
    let name = fields.code("name", &asked.name, "jobs");
    let slot_at = fields.instant_or_none("slot_at", asked.slot_at).unwrap_or(context.now);
    fields.done()?;
    // Boxed: the work of all jobs in one future is large.
    let ran = Box::pin(run(&house, job_named(&name)?, slot_at, Asked::ByHand)).await?;
    let already_done = ran.before;
    let view = schedules::shown(&house.look(context.clone()).await?, ran.slot).await?;
    let answer = v1::RunJobResponse { slot: Some(slot(view)), already_done };
    if let Entered::Fresh(mut work) = house.work(context, replay).await? {
        work.note(
            format!("jobs/{name}"),
            &serde_json::json!({ "run": { "slot_at": slot_at, "already_done": already_done } }),
        );
        work.finish(&answer.encode_to_vec()).await?;
    }
    Ok(answer)
}

#[tonic::async_trait]
impl JobService for Front {
    async fn list_jobs(
        &self,
        request: Request<v1::ListJobsRequest>,
    ) -> Result<Response<v1::ListJobsResponse>, Status> {
        let plan = Plan { published: &PUBLISHED_JOBS, order: ("name", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = schedules::list_jobs(look, &listing.query).await?;
                Ok(v1::ListJobsResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    jobs: page.rows.into_iter().map(job).collect(),
                })
            })
        })
        .await
    }

    async fn list_slots(
        &self,
        request: Request<v1::ListSlotsRequest>,
    ) -> Result<Response<v1::ListSlotsResponse>, Status> {
        let plan = Plan { published: &PUBLISHED_SLOTS, order: ("slot_at", true), references: &[] };
        self.list(request, plan, |look, asked: v1::ListSlotsRequest, listing| {
            Box::pin(async move {
                let of = match code_of("parent", &asked.parent, "jobs")?.as_str() {
                    "-" => None,
                    name => Some(job_named(name)?),
                };
                let page = schedules::list_slots(look, of, &listing.query).await?;
                Ok(v1::ListSlotsResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    slots: page.rows.into_iter().map(slot).collect(),
                })
            })
        })
        .await
    }

    async fn run_job(
        &self,
        request: Request<v1::RunJobRequest>,
    ) -> Result<Response<v1::RunJobResponse>, Status> {
        let context = Self::context(&request)?;
        let running = run_job(self.house.clone(), context.clone(), request.into_inner());
        // A caller who leaves doesn't break a job off.
        let done = tokio::spawn(running.in_current_span()).await;
        done.unwrap_or_else(|_| Err(ServiceError::Internal("a job panicked".to_owned())))
            .map(Response::new)
            .map_err(|error| Self::refuse(&context, error))
    }

    async fn pause_job(
        &self,
        request: Request<v1::PauseJobRequest>,
    ) -> Result<Response<v1::PauseJobResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::PauseJobRequest| {
                Box::pin(async move {
                    let name = code_of("name", &r.name, "jobs")?;
                    let view = schedules::set_paused(work, &name, &r.etag, true, &r.note).await?;
                    Ok(v1::PauseJobResponse { job: Some(job(view)) })
                })
            },
        )
        .await
    }

    async fn resume_job(
        &self,
        request: Request<v1::ResumeJobRequest>,
    ) -> Result<Response<v1::ResumeJobResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::ResumeJobRequest| {
                Box::pin(async move {
                    let name = code_of("name", &r.name, "jobs")?;
                    let view = schedules::set_paused(work, &name, &r.etag, false, &r.note).await?;
                    Ok(v1::ResumeJobResponse { job: Some(job(view)) })
                })
            },
        )
        .await
    }

    async fn list_outbox(
        &self,
        request: Request<v1::ListOutboxRequest>,
    ) -> Result<Response<v1::ListOutboxResponse>, Status> {
        let references = &[("recipient", Reference::Official)];
        let plan = Plan { published: &delivery::PUBLISHED, order: ("create_time", true), references };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = delivery::list_mails(look, &listing.query).await?;
                Ok(v1::ListOutboxResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    mails: page.rows.into_iter().map(|row| mail(&look.rules, row)).collect(),
                })
            })
        })
        .await
    }

    async fn retry_mail(
        &self,
        request: Request<v1::RetryMailRequest>,
    ) -> Result<Response<v1::RetryMailResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RetryMailRequest| {
                Box::pin(async move {
                    let id = uid_of("name", &r.name, "mails")?;
                    let row = delivery::retry(work, id, &r.etag).await?;
                    Ok(v1::RetryMailResponse { mail: Some(mail(&work.rules, row)) })
                })
            },
        )
        .await
    }
}
