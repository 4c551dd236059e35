//! `bonro assess`: figures by which offices are judged, what is ahead, and what may make a figure look better than it is.

mod times;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::connection::{self, ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::{Exit, WrongUsage};
use super::tables::{Side, Table};
use super::{output, values, wire};
use crate::domain::text::{grouped, percent};
use crate::pb::v1 as pb;
use crate::pb::v1::report_service_client::ReportServiceClient;

/// Rows that are printed; the others are counted.
const PRINTED: usize = 100;

/// `bonro assess …`
#[derive(Debug, Subcommand)]
pub enum AssessCommand {
    /// Bộ chỉ số theo Quyết định 766/QĐ-TTg, kèm chỉ tiêu, kỳ trước, cùng kỳ / The indicators of Decision 766, with targets and earlier periods
    Indicators(PeriodArgs),
    /// Hồ sơ sắp quá hạn theo đơn vị và ngày / What will be overdue by unit and day
    Forecast(ForecastArgs),
    /// Thời gian giải quyết theo thủ tục / How long dossiers took, by procedure
    Times(PeriodArgs),
    /// Hồ sơ nằm ở từng đơn vị bao lâu trước khi chuyển tiếp / How long each unit had dossiers before it handed them on
    HandOvers(PeriodArgs),
    /// Tuổi của hồ sơ đang giải quyết, theo đơn vị và danh mục theo dõi / How old open dossiers are, by unit and watched list
    Ages(AgesArgs),
    /// Dấu hiệu bất thường trong số liệu / What may make figures look better than they are
    Irregularities(PeriodArgs),
}

/// Arguments of commands on a period.
#[derive(Debug, Args)]
pub struct PeriodArgs {
    /// Ngày đầu kỳ / First day of the period
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    from: NaiveDate,
    /// Ngày cuối kỳ, tính cả ngày này / Last day, included
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    to: NaiveDate,
    /// Chỉ đơn vị này và cấp dưới / Only this unit and what is below it
    #[arg(long, default_value = "", value_name = "CODE")]
    unit: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro assess forecast`.
#[derive(Debug, Args)]
pub struct ForecastArgs {
    /// Số ngày làm việc tới, mặc định 5 / Working days ahead, 5 by default
    #[arg(long, default_value_t = 5, value_name = "N")]
    days: i32,
    /// Chỉ đơn vị này và cấp dưới / Only this unit and what is below it
    #[arg(long, default_value = "", value_name = "CODE")]
    unit: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Arguments of `bonro assess ages`.
#[derive(Debug, Args)]
pub struct AgesArgs {
    /// Cuối ngày nào, mặc định hôm nay / At the end of which day, today by default
    #[arg(long, value_name = "DATE", value_parser = values::day)]
    on: Option<NaiveDate>,
    /// Chỉ đơn vị này và cấp dưới / Only this unit and what is below it
    #[arg(long, default_value = "", value_name = "CODE")]
    unit: String,
    /// Chỉ thủ tục thuộc danh mục theo dõi này / Only procedures on this watched list
    #[arg(long, default_value = "", value_name = "LIST")]
    watched_list: String,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl PeriodArgs {
    fn period(&self) -> anyhow::Result<Option<pb::Period>> {
        if self.to < self.from {
            return Err(WrongUsage("--to: trước / lies before --from".to_owned()).into());
        }
        Ok(Some(wire::period(self.from, self.to)))
    }
}

fn unit(code: &str) -> String {
    if code.is_empty() {
        String::new()
    } else {
        format!("units/{}", code.strip_prefix("units/").unwrap_or(code))
    }
}

fn client(line: Line) -> ReportServiceClient<Line> {
    ReportServiceClient::new(line).max_decoding_message_size(ANSWER_BYTES)
}

/// Runs it.
pub async fn run(command: AssessCommand, as_json: bool) -> anyhow::Result<Exit> {
    match command {
        AssessCommand::Indicators(args) => indicators(&args, as_json).await?,
        AssessCommand::Forecast(args) => forecast(&args, as_json).await?,
        AssessCommand::Times(args) => times::handling(&args, as_json).await?,
        AssessCommand::HandOvers(args) => times::hand_overs(&args, as_json).await?,
        AssessCommand::Ages(args) => times::ages(&args, as_json).await?,
        AssessCommand::Irregularities(args) => irregularities(&args, as_json).await?,
    }
    Ok(Exit::Done)
}

fn rate(of: Option<&pb::RateParts>) -> String {
    match of {
        Some(parts) if parts.denominator > 0 => {
            format!(
                "{} ({}/{})",
                percent(&parts.percent),
                grouped(parts.numerator),
                grouped(parts.denominator)
            )
        }
        Some(_) | None => "–".to_owned(),
    }
}

fn rate_json(of: Option<&pb::RateParts>) -> Value {
    of.map_or(Value::Null, |parts| {
        let percent = (!parts.percent.is_empty()).then_some(&parts.percent);
        json!({ "numerator": parts.numerator, "denominator": parts.denominator, "percent": percent })
    })
}

fn light(of: &pb::ServiceIndicator) -> (&'static str, &'static str) {
    match of.light() {
        pb::Light::Unspecified => ("", ""),
        pb::Light::Green => ("đạt", "green"),
        pb::Light::Amber => ("gần đạt", "amber"),
        pb::Light::Red => ("chưa đạt", "red"),
    }
}

async fn indicators(args: &PeriodArgs, as_json: bool) -> anyhow::Result<()> {
    let request = pb::AssessPeriodRequest { period: args.period()?, unit: unit(&args.unit) };
    let found =
        client(args.connection.connect().await?).assess_period(request).await?.into_inner().indicators;
    if as_json {
        let all = found.iter().map(|of| {
            json!({
                "code": of.code, "name": of.display_name, "formula": of.formula, "rate": rate_json(of.rate.as_ref()),
                "missing": of.missing, "before": rate_json(of.before.as_ref()),
                "year_before": rate_json(of.year_before.as_ref()), "target_hundredths": of.target_hundredths,
                "light": light(of).1,
            })
        });
        output::say_json(&all.collect());
        return Ok(());
    }
    let mut table = Table::new()
        .column("Số\nno.", Side::Left)
        .column_of("Chỉ số\nindicator", Side::Left, 40)
        .column("Kỳ này\nnow", Side::Right)
        .column("Kỳ trước\nbefore", Side::Right)
        .column("Cùng kỳ\na year before", Side::Right)
        .column("Chỉ tiêu\ntarget", Side::Left);
    for of in &found {
        let now =
            if of.missing.is_empty() { rate(of.rate.as_ref()) } else { "không tính được".to_owned() };
        let target = of.target_hundredths.map_or_else(String::new, |value| {
            let way = if of.target_at_most { "≤" } else { "≥" };
            format!("{way} {}: {}", percent(&format!("{}.{:02}", value / 100, value % 100)), light(of).0)
        });
        table.row([
            of.code.clone(),
            of.display_name.clone(),
            now,
            rate(of.before.as_ref()),
            rate(of.year_before.as_ref()),
            target,
        ]);
    }
    output::say(&table.to_string());
    for of in found.iter().filter(|of| !of.missing.is_empty()) {
        output::say(&format!("{}: thiếu / missing: {}", of.code, of.missing));
    }
    Ok(())
}

async fn forecast(args: &ForecastArgs, as_json: bool) -> anyhow::Result<()> {
    let request = pb::ForecastOverdueRequest { working_days: args.days, unit: unit(&args.unit) };
    let found = client(args.connection.connect().await?).forecast_overdue(request).await?.into_inner();
    let until = found.until.as_ref().and_then(wire::day);
    let day = |of: &pb::DueOnDay| of.on.as_ref().and_then(wire::day);
    if as_json {
        let units: Vec<Value> = found
            .units
            .iter()
            .map(|of| {
                let days: Vec<Value> =
                    of.days.iter().map(|on| json!({ "on": day(on), "count": on.count })).collect();
                json!({
                    "unit": of.unit, "overdue": of.overdue, "falling_due": of.falling_due,
                    "standing": of.standing, "days": days,
                })
            })
            .collect();
        output::say_json(&json!({ "until": until, "units": units }));
        return Ok(());
    }
    if found.units.is_empty() {
        output::say("Không có hồ sơ nào / There are no dossiers");
        return Ok(());
    }
    let mut table = Table::new()
        .column("Đơn vị\nunit", Side::Left)
        .column("Đã quá hạn\noverdue", Side::Right)
        .column("Sắp đến hạn\nfalling due", Side::Right)
        .column("Chưa luân chuyển từ 5 ngày\nstanding", Side::Right)
        .column_of("Theo ngày\nby day", Side::Left, 60);
    for of in &found.units {
        let days: Vec<String> = of
            .days
            .iter()
            .map(|on| {
                let day = day(on).map(|day| day.format("%d/%m").to_string()).unwrap_or_default();
                format!("{day}: {}", on.count)
            })
            .collect();
        table.row([
            wire::code(&of.unit).to_owned(),
            grouped(of.overdue),
            grouped(of.falling_due),
            grouped(of.standing),
            days.join(", "),
        ]);
    }
    output::say(&table.to_string());
    Ok(())
}

fn kind(of: pb::IrregularityKind) -> &'static str {
    of.as_str_name().strip_prefix("IRREGULARITY_KIND_").unwrap_or_default()
}

async fn irregularities(args: &PeriodArgs, as_json: bool) -> anyhow::Result<()> {
    let request = pb::ListIrregularitiesRequest { period: args.period()?, unit: unit(&args.unit) };
    let line = args.connection.connect().await?;
    let zone = connection::zone(&line).await?;
    let found = client(line).list_irregularities(request).await?.into_inner();
    if as_json {
        let at = |at: Option<&prost_types::Timestamp>| at.and_then(wire::instant);
        let dossiers: Vec<Value> = found
            .dossiers
            .iter()
            .map(|of| {
                json!({
                    "kind": kind(of.kind()).to_lowercase(), "dossier": of.dossier, "unit": of.unit,
                    "occurred_at": at(of.occurred_at.as_ref()), "recorded_at": at(of.recorded_at.as_ref()),
                    "due_at": at(of.due_at.as_ref()), "actor": of.actor,
                    "again": (!of.again.is_empty()).then_some(&of.again),
                })
            })
            .collect();
        let heaps: Vec<Value> = found
            .heaps
            .iter()
            .map(|of| json!({ "unit": of.unit, "on": of.on.as_ref().and_then(wire::day), "closed": of.closed }))
            .collect();
        output::say_json(&json!({
            "dossiers": dossiers, "heaps": heaps, "unmatched": found.unmatched, "left_out": found.left_out,
        }));
        return Ok(());
    }
    if found.unmatched > 0 {
        output::say(&format!(
            "Hồ sơ rút không có thông tin người nộp nên không biết có nộp lại không / withdrawn dossiers without an \
             applicant on record, so whether they came again can't be seen: {}",
            grouped(found.unmatched)
        ));
    }
    times::say_left_out(found.left_out);
    if found.counts.is_empty() {
        output::say("Không thấy dấu hiệu bất thường / Nothing odd was found");
        return Ok(());
    }
    for of in &found.counts {
        output::say(&format!("{:>6}  {}", grouped(of.count), of.display_name));
    }
    let mut table = Table::new()
        .column("Hồ sơ\ndossier", Side::Left)
        .column("Đơn vị\nunit", Side::Left)
        .column_of("Dấu hiệu\nwhat is odd", Side::Left, 34)
        .column("Xảy ra\nhappened", Side::Left)
        .column("Ghi nhận\nrecorded", Side::Left)
        .column("Hạn\ndue", Side::Left);
    for of in found.dossiers.iter().take(PRINTED) {
        let named = found.counts.iter().find(|count| count.kind == of.kind);
        table.row([
            wire::code(&of.dossier).to_owned(),
            wire::code(&of.unit).to_owned(),
            format!(
                "{}{}",
                named.map(|count| count.display_name.as_str()).unwrap_or_default(),
                if of.again.is_empty() { String::new() } else { format!(" → {}", wire::code(&of.again)) }
            ),
            wire::local(of.occurred_at.as_ref(), zone),
            wire::local(of.recorded_at.as_ref(), zone),
            wire::local(of.due_at.as_ref(), zone),
        ]);
    }
    output::say(&format!("\n{table}"));
    for of in &found.heaps {
        let on = of.on.as_ref().and_then(wire::day).map(|on| on.format("%d/%m/%Y").to_string());
        output::say(&format!(
            "{}: {} hồ sơ kết thúc ngày {} / closed on that day",
            wire::code(&of.unit),
            grouped(of.closed),
            on.unwrap_or_default()
        ));
    }
    if found.dossiers.len() > PRINTED {
        output::say(&format!(
            "… và {0} dòng nữa, xem --json / and {0} more, see --json",
            found.dossiers.len() - PRINTED
        ));
    }
    Ok(())
}
