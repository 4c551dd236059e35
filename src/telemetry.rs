//! What the house tells about itself: the log on stderr. Nothing here decides what is told, and no
//! personal data goes there.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Libraries that speak of their own insides at `info`, or write what goes over the wire at `debug`: they are
/// heard from `warn`, whatever the level, unless the settings name them.
const QUIET: &str = "h2=warn,hyper=warn,lettre=warn,rustls=warn,sea_orm=warn,sea_orm_migration=warn,sqlx=warn,\
    tokio_cron_scheduler=warn,tower=warn";

/// Why the log can't begin.
#[derive(Debug, thiserror::Error)]
pub enum NoLog {
    /// The level isn't understood.
    #[error(
        "log.level: “{0}”: error, warn, info, debug, trace, hoặc theo phòng / or by room: info,bonro::jobs=debug"
    )]
    Level(String),
}

/// Begins the log of this process. A second call changes nothing.
pub fn init(log: &Log) -> Result<(), NoLog> {
    let filter: EnvFilter =
        format!("{QUIET},{}", log.level).parse().map_err(|_| NoLog::Level(log.level.clone()))?;
    let on_terminal = io::stderr().is_terminal();
    let as_json = match log.format {
        LogFormat::Auto => !on_terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
    let begun = if as_json { builder.json().try_init() } else { builder.try_init() };
    // Tests begin many houses in one process; the first one's log is good enough.
    drop(begun);
    Ok(())
}
