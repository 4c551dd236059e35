//! Jobs that are run by hand. A run has transactions of its own; the kept answer is written after it, so a repeat after a
//! crash finds what was done instead. A caller who leaves doesn't break it off.

use prost::Message;
use tonic::{Request, Response, Status};
use tracing::Instrument as _;

use super::Front;
use super::convert::Fields;
use super::job_convert::slot;
use crate::pb::v1;
use crate::service::backfilling::{self, Backfilled};
use crate::service::jobs::{Asked, run};
use crate::service::schedules::{self, job_named};
use crate::service::{Context, Entered, House, ReplayKey, ServiceError};

/// Finds the kept answer of the same request id, or runs and keeps the answer, with a word for the audit.
async fn kept<A, F>(
    house: &House,
    context: &Context,
    replay: Option<ReplayKey>,
    running: F,
) -> Result<A, ServiceError>
where
    A: Message + Default,
    F: Future<Output = Result<(A, String, serde_json::Value), ServiceError>>,
{
    if replay.is_some()
        && let Entered::Replay(kept) = house.work(context.clone(), replay.clone()).await?
    {
        let unread = |_| ServiceError::Internal("a kept answer can't be read".to_owned());
        return A::decode(kept.as_slice()).map_err(unread);
    }
    let (answer, subject, detail) = running.await?;
    if let Entered::Fresh(mut work) = house.work(context.clone(), replay).await? {
        work.note(subject, &detail);
        work.finish(&answer.encode_to_vec()).await?;
    }
    Ok(answer)
}

async fn run_job(
    house: House,
    context: Context,
    asked: v1::RunJobRequest,
) -> Result<v1::RunJobResponse, ServiceError> {
    let replay = ReplayKey::new(&asked.request_id, &asked.encode_to_vec())?;
    let running = async {
        let mut fields = Fields::new();
        let name = fields.code("name", &asked.name, "jobs");
        let slot_at = fields.instant_or_none("slot_at", asked.slot_at).unwrap_or(context.now);
        fields.done()?;
        // Boxed: the work of all jobs in one future is large.
        let ran = Box::pin(run(&house, job_named(&name)?, slot_at, Asked::ByHand)).await?;
        let already_done = ran.before;
        let view = schedules::shown(&house.look(context.clone()).await?, ran.slot).await?;
        let answer = v1::RunJobResponse { slot: Some(slot(view)), already_done };
        let detail = serde_json::json!({ "run": { "slot_at": slot_at, "already_done": already_done } });
        Ok((answer, format!("jobs/{name}"), detail))
    };
    kept(&house, &context, replay, running).await
}

async fn backfill_job(
    house: House,
    context: Context,
    asked: v1::BackfillJobRequest,
) -> Result<v1::BackfillJobResponse, ServiceError> {
    let replay = ReplayKey::new(&asked.request_id, &asked.encode_to_vec())?;
    let running = async {
        let mut fields = Fields::new();
        let name = fields.code("name", &asked.name, "jobs");
        let from = fields.instant("from", asked.from);
        let until = fields.instant("until", asked.until);
        fields.done()?;
        let Backfilled { slots, left } =
            backfilling::backfill(&house, job_named(&name)?, from, until).await?;
        let detail = serde_json::json!({
            "backfilled": { "from": from, "until": until, "slots": slots.len(), "left": left }
        });
        let answer = v1::BackfillJobResponse {
            slots: slots.into_iter().map(slot).collect(),
            left: i32::try_from(left).unwrap_or(i32::MAX),
        };
        Ok((answer, format!("jobs/{name}"), detail))
    };
    kept(&house, &context, replay, running).await
}

impl Front {
    /// Runs a job for a slot.
    pub(super) async fn run_one(
        &self,
        request: Request<v1::RunJobRequest>,
    ) -> Result<Response<v1::RunJobResponse>, Status> {
        self.to_its_end(request, run_job).await
    }

    /// Runs what was skipped or never ran.
    pub(super) async fn run_range(
        &self,
        request: Request<v1::BackfillJobRequest>,
    ) -> Result<Response<v1::BackfillJobResponse>, Status> {
        self.to_its_end(request, backfill_job).await
    }

    pub(super) async fn to_its_end<Q, A, F>(
        &self,
        request: Request<Q>,
        run: fn(House, Context, Q) -> F,
    ) -> Result<Response<A>, Status>
    where
        F: Future<Output = Result<A, ServiceError>> + Send + 'static,
        A: Send + 'static,
    {
        let context = Self::context(&request)?;
        let running = run(self.house.clone(), context.clone(), request.into_inner());
        let done = tokio::spawn(running.in_current_span()).await;
        done.unwrap_or_else(|_| Err(ServiceError::Internal("a job panicked".to_owned())))
            .map(Response::new)
            .map_err(|error| Self::refuse(&context, error))
    }
}
