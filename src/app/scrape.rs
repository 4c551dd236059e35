//! Where those who watch the house read its meter: plain HTTP, `GET /metrics`, and nothing else.

use std::net::SocketAddr;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::meter::CONTENT_TYPE;
use crate::service::House;

/// The door of the meter.
pub(super) struct Scrape {
    pub(super) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Scrape {
    /// Listens. A reading that is under way when the house closes is cut off: the next one is of another process.
    pub(super) async fn open(house: House, listen: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("metrics.listen: {listen} can't be listened on"))?;
        let address = listener.local_addr()?;
        let router = Router::new().route("/metrics", get(reading)).with_state(house);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "the meter can't be read any more");
            }
        });
        Ok(Self { address, task })
    }
}

impl Scrape {
    /// Shuts the door.
    pub(super) async fn close(self) {
        self.task.abort();
        // It was cancelled, or had ended by itself.
        let _ended = self.task.await;
    }
}

async fn reading(State(house): State<House>) -> Response {
    match house.metrics().await {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(error) => {
            tracing::warn!(%error, "the meter can't be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
