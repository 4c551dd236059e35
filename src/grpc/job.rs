//! JobService: jobs, their slots and troubles, and the outbox. Runs are in `job_run`, mails in `job_mail`.

use tonic::{Request, Response, Status};

use super::convert::code_of;
use super::job_convert::{change, job, slot, trouble};
use super::{Front, Plan};
use crate::domain::filter::Value;
use crate::pb::v1;
use crate::pb::v1::job_service_server::JobService;
use crate::service::schedules::{self, PUBLISHED_JOBS, PUBLISHED_SLOTS, job_named};
use crate::service::{Violation, timetable, troubles};

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
        self.run_one(request).await
    }

    async fn backfill_job(
        &self,
        request: Request<v1::BackfillJobRequest>,
    ) -> Result<Response<v1::BackfillJobResponse>, Status> {
        self.run_range(request).await
    }

    async fn update_job(
        &self,
        request: Request<v1::UpdateJobRequest>,
    ) -> Result<Response<v1::UpdateJobResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::UpdateJobRequest| {
                Box::pin(async move {
                    let asked = r.job.ok_or_else(|| Violation::missing("job"))?;
                    let (name, etag) = (code_of("job.name", &asked.name, "jobs")?, asked.etag.clone());
                    let change = change(asked, &r.update_mask.unwrap_or_default().paths)?;
                    let view = timetable::change_job(work, &name, &etag, change).await?;
                    Ok(v1::UpdateJobResponse { job: Some(job(view)) })
                })
            },
        )
        .await
    }

    async fn list_troubles(
        &self,
        request: Request<v1::ListTroublesRequest>,
    ) -> Result<Response<v1::ListTroublesResponse>, Status> {
        let plan = Plan { published: &troubles::PUBLISHED, order: ("create_time", true), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let mut query = listing.query.clone();
                for condition in query.conditions.iter_mut().filter(|c| c.field == "subject") {
                    // A job is written as a resource name; the record keeps its bare one.
                    if let Value::Text(name) = &condition.value {
                        condition.value = Value::Text(name.trim_start_matches("jobs/").to_owned());
                    }
                }
                let page = troubles::list(look, &query).await?;
                Ok(v1::ListTroublesResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    troubles: page.rows.into_iter().map(trouble).collect(),
                })
            })
        })
        .await
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
                    let view = timetable::set_paused(work, &name, &r.etag, true, &r.note).await?;
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
                    let view = timetable::set_paused(work, &name, &r.etag, false, &r.note).await?;
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
        self.mails(request).await
    }

    async fn retry_mail(
        &self,
        request: Request<v1::RetryMailRequest>,
    ) -> Result<Response<v1::RetryMailResponse>, Status> {
        self.try_again(request).await
    }

    async fn get_mail(
        &self,
        request: Request<v1::GetMailRequest>,
    ) -> Result<Response<v1::GetMailResponse>, Status> {
        self.one_mail(request).await
    }

    async fn give_up_mail(
        &self,
        request: Request<v1::GiveUpMailRequest>,
    ) -> Result<Response<v1::GiveUpMailResponse>, Status> {
        self.drop_mail(request).await
    }

    async fn list_suppressions(
        &self,
        request: Request<v1::ListSuppressionsRequest>,
    ) -> Result<Response<v1::ListSuppressionsResponse>, Status> {
        self.suppressed_addresses(request).await
    }

    async fn suppress_address(
        &self,
        request: Request<v1::SuppressAddressRequest>,
    ) -> Result<Response<v1::SuppressAddressResponse>, Status> {
        self.suppress(request).await
    }

    async fn lift_suppression(
        &self,
        request: Request<v1::LiftSuppressionRequest>,
    ) -> Result<Response<v1::LiftSuppressionResponse>, Status> {
        self.lift(request).await
    }
}
