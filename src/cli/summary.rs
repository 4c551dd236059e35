//! `bonro summary`: the figures of a period, as tables or as the keys of the sample's
//! `expected-summary.json`.

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::connection::{ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::{Exit, WrongUsage};
use super::{declared_tables, output, summary_json, summary_tables, values, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::report_service_client::ReportServiceClient;

/// Arguments of `bonro summary`.
#[derive(Debug, Args)]
pub struct SummaryArgs {
    /// Ngày đầu kỳ, ví dụ 2023-12-15 / First day, such as 2023-12-15
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    from: NaiveDate,
    /// Ngày cuối kỳ, tính cả ngày này / Last day, included
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    to: NaiveDate,
    /// Chỉ đơn vị này và cấp dưới / Only this unit and what is below it
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Bảng chi tiết thêm, có thể lặp lại / More rows beside the groups; may be repeated
    #[arg(long, value_name = "WHAT")]
    by: Vec<By>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// By what figures are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Unit,
    Procedure,
    Field,
}

/// Runs it.
pub async fn run(args: &SummaryArgs, as_json: bool) -> anyhow::Result<Exit> {
    if args.to < args.from {
        return Err(WrongUsage("--to: trước / lies before --from".to_owned()).into());
    }
    let line = args.connection.connect().await?;
    let more = args.by.iter().map(|by| match by {
        By::Unit => pb::Breakdown::Unit,
        By::Procedure => pb::Breakdown::Procedure,
        By::Field => pb::Breakdown::Field,
    });
    let breakdowns: Vec<pb::Breakdown> = std::iter::once(pb::Breakdown::Group).chain(more).collect();
    let unit = args.unit.as_ref().map(|code| format!("units/{code}")).unwrap_or_default();
    let (summary, declared) = ask_all(&line, args.from, args.to, unit, &breakdowns).await?;
    if as_json {
        let mut figures = summary_json::of(&summary);
        if !declared.is_empty() {
            figures["declared"] = declared_tables::json(&declared);
        }
        output::say_json(&figures);
    } else {
        output::say(&summary_tables::of(&summary));
        if let Some(table) = declared_tables::of(&declared) {
            output::say(&format!("\n{table}"));
        }
    }
    Ok(Exit::Done)
}

/// Asks the house for the counted figures of a period.
pub async fn ask(
    line: &Line,
    first: NaiveDate,
    last: NaiveDate,
    unit: String,
    breakdowns: &[pb::Breakdown],
) -> anyhow::Result<pb::PeriodSummary> {
    Ok(ask_all(line, first, last, unit, breakdowns).await?.0)
}

/// The counted figures of a period, and apart from them what was declared for it.
async fn ask_all(
    line: &Line,
    first: NaiveDate,
    last: NaiveDate,
    unit: String,
    breakdowns: &[pb::Breakdown],
) -> anyhow::Result<(pb::PeriodSummary, Vec<pb::DeclaredFigure>)> {
    let request = pb::SummarizePeriodRequest {
        period: Some(wire::period(first, last)),
        unit,
        breakdowns: breakdowns.iter().map(|breakdown| i32::from(*breakdown)).collect(),
        ..Default::default()
    };
    let mut client = ReportServiceClient::new(line.clone()).max_decoding_message_size(ANSWER_BYTES);
    let answer = client.summarize_period(request).await?.into_inner();
    Ok((answer.summary.context("an answer without a summary")?, answer.declared_figures))
}
