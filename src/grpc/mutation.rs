//! How handlers run: a verb inside one unit of work with replay and retry, or a reading inside one
//! snapshot. What they do is in the services' files.

use futures_util::future::BoxFuture;
use prost::Message;
use tonic::{Request, Response, Status};
use tracing::Instrument as _;

use super::{Front, status};
use crate::service::StoreError;
use crate::service::{Context, Entered, House, Look, ReplayKey, ServiceError, Work};

/// How often a verb runs while other writers are faster.
const ATTEMPTS: usize = 3;

impl Front {
    /// Runs a verb: finds the kept answer of the same request id, or begins a work, runs `verb`, and commits
    /// with its answer. Runs again while another writer was faster; runs to its end even if the caller leaves.
    pub async fn mutate<Q, A, F>(
        &self,
        request: Request<Q>,
        request_id: fn(&Q) -> &str,
        verb: F,
    ) -> Result<Response<A>, Status>
    where
        Q: Message + Clone + 'static,
        A: Message + Default + Clone + 'static,
        F: for<'w> Fn(&'w mut Work, Q) -> BoxFuture<'w, Result<A, ServiceError>> + Send + Sync + 'static,
    {
        self.mutate_keeping(request, request_id, verb, A::clone).await
    }

    /// As [`Front::mutate`]; a replay gets what `keep` leaves of the answer.
    pub async fn mutate_keeping<Q, A, F>(
        &self,
        request: Request<Q>,
        request_id: fn(&Q) -> &str,
        verb: F,
        keep: fn(&A) -> A,
    ) -> Result<Response<A>, Status>
    where
        Q: Message + Clone + 'static,
        A: Message + Default + Clone + 'static,
        F: for<'w> Fn(&'w mut Work, Q) -> BoxFuture<'w, Result<A, ServiceError>> + Send + Sync + 'static,
    {
        let context = Self::context(&request)?;
        let asked = request.into_inner();
        let replay = ReplayKey::new(request_id(&asked), &asked.encode_to_vec())
            .map_err(|error| status::refuse(&context, error))?;
        self.run(context, replay, asked, verb, keep).await
    }

    /// Runs a verb for a request that was read already, under the key of its whole content.
    pub async fn run<Q, A, F>(
        &self,
        context: Context,
        replay: Option<ReplayKey>,
        asked: Q,
        verb: F,
        keep: fn(&A) -> A,
    ) -> Result<Response<A>, Status>
    where
        Q: Clone + Send + Sync + 'static,
        A: Message + Default + Clone + 'static,
        F: for<'w> Fn(&'w mut Work, Q) -> BoxFuture<'w, Result<A, ServiceError>> + Send + Sync + 'static,
    {
        let (house, within) = (self.house.clone(), context.clone());
        let running = async move {
            let mut attempt = 1;
            loop {
                match once(&house, &within, replay.clone(), &asked, &verb, keep).await {
                    Err(error) if attempt < ATTEMPTS && another_was_faster(&error) => attempt += 1,
                    done => return done,
                }
            }
        };
        let done = tokio::spawn(running.in_current_span()).await;
        done.unwrap_or_else(|_| Err(ServiceError::Internal("a verb panicked".to_owned())))
            .map(Response::new)
            .map_err(|error| status::refuse(&context, error))
    }

    /// Reads inside one snapshot.
    pub async fn look<Q, A, F>(&self, request: Request<Q>, reading: F) -> Result<Response<A>, Status>
    where
        F: for<'l> FnOnce(&'l Look, Q) -> BoxFuture<'l, Result<A, ServiceError>> + Send,
        Q: Send,
    {
        let context = Self::context(&request)?;
        let asked = request.into_inner();
        let read = async {
            let look = self.house.look(context.clone()).await?;
            reading(&look, asked).await
        };
        read.await.map(Response::new).map_err(|error| status::refuse(&context, error))
    }

    /// An error for the caller of a context: for streams, which answer outside of [`Front::mutate`].
    pub fn refuse(context: &Context, error: ServiceError) -> Status {
        status::refuse(context, error)
    }
}

async fn once<Q, A, F>(
    house: &House,
    context: &Context,
    replay: Option<ReplayKey>,
    asked: &Q,
    verb: &F,
    keep: fn(&A) -> A,
) -> Result<A, ServiceError>
where
    Q: Clone,
    A: Message + Default,
    F: for<'w> Fn(&'w mut Work, Q) -> BoxFuture<'w, Result<A, ServiceError>> + Sync,
{
    match house.work(context.clone(), replay).await? {
        Entered::Replay(kept) => A::decode(kept.as_slice())
            .map_err(|_| ServiceError::Internal("a kept answer can't be read".to_owned())),
        Entered::Fresh(mut work) => {
            let answer = verb(&mut work, asked.clone()).await?;
            work.finish(&keep(&answer).encode_to_vec()).await?;
            Ok(answer)
        }
    }
}

fn another_was_faster(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::Aborted(_) | ServiceError::Store(StoreError::Duplicate | StoreError::Conflict)
    )
}
