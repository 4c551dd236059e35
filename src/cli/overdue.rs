//! `bonro overdue`: the dossiers that are overdue now, the longest first.

use std::fmt::Write as _;

use chrono_tz::Tz;
use clap::Args;
use serde_json::{Value, json};

use super::connection::{self, ANSWER_BYTES, ConnectionArgs, Line};
use super::exit::Exit;
use super::tables::{Side, Table};
use super::{output, values, wire};
use crate::pb::v1 as pb;
use crate::pb::v1::dossier_service_client::DossierServiceClient;

/// Arguments of `bonro overdue`.
#[derive(Debug, Args)]
pub struct OverdueArgs {
    /// Chỉ đơn vị này và cấp dưới / Only this unit and what is below it
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Số hồ sơ nhiều nhất, 0 là tất cả / How many at most, 0 for all
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = values::count)]
    limit: usize,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs it.
pub async fn run(args: &OverdueArgs, as_json: bool) -> anyhow::Result<Exit> {
    let line = args.connection.connect().await?;
    let mut filter = "overdue = true".to_owned();
    if let Some(unit) = &args.unit {
        // A quoted text of a filter escapes as in JSON.
        let _ = write!(filter, " AND unit = {}", Value::from(format!("units/{unit}")));
    }
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let (dossiers, has_more) = list(&line, filter, limit).await?;
    let zone = connection::zone(&line).await?;
    let today = connection::now(&line).await?.map(|now| now.with_timezone(&zone).date_naive());
    let days = |dossier: &pb::Dossier| {
        let due = dossier.judged_due_at.as_ref().and_then(wire::instant)?.with_timezone(&zone).date_naive();
        Some((today? - due).num_days())
    };
    if as_json {
        output::say_json(&json!({
            "dossiers": dossiers.iter().map(|dossier| as_value(dossier, zone, days(dossier))).collect::<Vec<_>>(),
            "more": has_more,
        }));
        return Ok(Exit::Done);
    }
    if dossiers.is_empty() {
        output::say("Không có hồ sơ quá hạn / No dossier is overdue");
        return Ok(Exit::Done);
    }
    let mut table = Table::new()
        .column("Hồ sơ\nDossier", Side::Left)
        .column("Đơn vị\nUnit", Side::Left)
        .column("Người giữ\nHolder", Side::Left)
        .column("Hạn\nDue", Side::Left)
        .column("Số ngày\nDays", Side::Right);
    for dossier in &dossiers {
        table.row([
            dossier.code.clone(),
            wire::code(&dossier.unit).to_owned(),
            wire::code(&dossier.holder).to_owned(),
            wire::local(dossier.judged_due_at.as_ref(), zone),
            days(dossier).map_or_else(|| "–".to_owned(), |days| days.to_string()),
        ]);
    }
    output::say(&table.to_string());
    let count = dossiers.len();
    let more = if has_more { ", còn nữa / and more (--limit 0)" } else { "" };
    output::say(&format!("\n{count} hồ sơ quá hạn / overdue dossiers{more}"));
    Ok(Exit::Done)
}

/// Up to `limit` dossiers by due date, and whether there are more.
async fn list(line: &Line, filter: String, limit: usize) -> anyhow::Result<(Vec<pb::Dossier>, bool)> {
    let mut client = DossierServiceClient::new(line.clone()).max_decoding_message_size(ANSWER_BYTES);
    let mut dossiers = Vec::new();
    let mut page_token = String::new();
    loop {
        let wanted = (limit - dossiers.len()).min(500);
        let request = pb::ListDossiersRequest {
            page_size: i32::try_from(wanted).expect("at most 500"),
            page_token,
            filter: filter.clone(),
            order_by: "due_at".to_owned(),
        };
        let page = client.list_dossiers(request).await?.into_inner();
        dossiers.extend(page.dossiers);
        page_token = page.next_page_token;
        if page_token.is_empty() || dossiers.len() >= limit {
            return Ok((dossiers, !page_token.is_empty()));
        }
    }
}

fn as_value(dossier: &pb::Dossier, zone: Tz, days: Option<i64>) -> Value {
    let due =
        dossier.judged_due_at.as_ref().and_then(wire::instant).map(|at| at.with_timezone(&zone).to_rfc3339());
    json!({
        "code": dossier.code,
        "unit": wire::code(&dossier.unit),
        "holder": wire::code(&dossier.holder),
        "procedure": wire::code(&dossier.procedure),
        "due_at": due,
        "days": days,
    })
}
