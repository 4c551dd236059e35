//! `bonro check`: settings as a server would read them, figures counted anew from the events, and issued reports.

use clap::Subcommand;
use serde_json::json;

use super::exit::Exit;
use super::reports::{self, OneArgs};
use super::{SettingsArgs, output};
use crate::{app, telemetry};

/// What to check.
#[derive(Debug, Subcommand)]
pub enum CheckCommand {
    /// Đếm lại mọi số liệu từ sự kiện gốc và so sánh / Recount every figure from the events and compare
    Figures(SettingsArgs),
    /// Tính lại một báo cáo đã trình ký, theo mã hoặc số, và so từng ô / Reckon a submitted report anew, by code or number, and compare each cell
    Report(OneArgs),
    /// Đọc cấu hình như máy chủ và in ra, che bí mật / Read the settings as a server would and print them, secrets masked
    Config(SettingsArgs),
}

/// Runs it.
pub async fn run(command: CheckCommand, as_json: bool) -> anyhow::Result<Exit> {
    match command {
        CheckCommand::Config(args) => {
            let settings = args.load()?;
            if as_json {
                output::say_json(&serde_json::to_value(&settings)?);
            } else {
                output::say(settings.to_toml().trim_end());
            }
            Ok(Exit::Done)
        }
        CheckCommand::Report(args) => reports::check(&args, as_json).await,
        CheckCommand::Figures(args) => {
            let settings = args.load()?;
            telemetry::init(&settings.log)?;
            let differences = app::check_figures(&settings).await?;
            if as_json {
                output::say_json(&json!({ "equal": differences.is_empty(), "differences": differences }));
            } else if differences.is_empty() {
                output::say("Mọi số liệu khớp với sự kiện gốc / Every figure equals the events behind it");
            } else {
                for line in &differences {
                    output::say(line);
                }
                let count = differences.len();
                output::complain(&format!(
                    "{count} ô số liệu khác với sự kiện gốc / {count} cells differ from the events"
                ));
            }
            Ok(if differences.is_empty() { Exit::Done } else { Exit::Failed })
        }
    }
}
