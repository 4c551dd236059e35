//! `bonro migrate`: brings the tables to today's form, where a server doesn't do it at its start.

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::{SettingsArgs, output};
use crate::{app, telemetry};

/// Arguments of `bonro migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Runs it.
pub async fn run(args: &MigrateArgs, as_json: bool) -> anyhow::Result<Exit> {
    let settings = args.settings.load()?;
    telemetry::init(&settings.log)?;
    let applied = app::migrate(&settings).await?;
    if as_json {
        output::say_json(&json!({ "applied": applied }));
    } else if applied.is_empty() {
        output::say("Các bảng đã ở dạng mới nhất / The tables are of today's form already");
    } else {
        for name in &applied {
            output::say(&format!("đã áp dụng / applied: {name}"));
        }
    }
    Ok(Exit::Done)
}
