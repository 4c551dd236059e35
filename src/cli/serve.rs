//! `bonro serve`: a server until it is asked to stop.

use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Args;

use super::exit::Exit;
use super::{SettingsArgs, values};
use crate::{app, telemetry};

/// Arguments of `bonro serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Địa chỉ lắng nghe, thay cho server.listen / Where to listen, instead of server.listen
    #[arg(long, value_name = "ADDR", value_parser = values::listen)]
    listen: Option<SocketAddr>,
}

/// Runs it.
pub async fn run(args: ServeArgs) -> anyhow::Result<Exit> {
    let mut settings = args.settings.load()?;
    settings.server.listen = args.listen.unwrap_or(settings.server.listen);
    telemetry::init(&settings.log)?;
    let running = app::start(settings, None).await?;
    tracing::info!(address = %running.address(), "serving");
    running.until(stop_asked()).await?;
    Ok(Exit::Done)
}

/// Waits for SIGTERM or Ctrl-C.
pub async fn stop_asked() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("SIGTERM")?;
        tokio::select! {
            outcome = tokio::signal::ctrl_c() => outcome.context("Ctrl-C"),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.context("Ctrl-C")
}
