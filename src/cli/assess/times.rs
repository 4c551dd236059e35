//! How long dossiers took, where they lay, and how old those are that are open.

use serde_json::{Value, json};

use super::{AgesArgs, PeriodArgs, client, unit};
use crate::cli::tables::{Side, Table};
use crate::cli::{output, wire};
use crate::domain::text::grouped;
use crate::pb::v1 as pb;

/// `bonro assess times`.
pub(super) async fn handling(args: &PeriodArgs, as_json: bool) -> anyhow::Result<()> {
    let request = pb::ListHandlingTimesRequest { period: args.period()?, unit: unit(&args.unit) };
    let found = client(args.connection.connect().await?).list_handling_times(request).await?.into_inner();
    if as_json {
        let all: Vec<Value> = found
            .procedures
            .iter()
            .map(|of| {
                json!({
                    "procedure": of.procedure, "name": of.display_name, "resolved": of.resolved,
                    "mean_minutes": of.mean_minutes, "median_minutes": of.median_minutes,
                    "longest_minutes": of.longest_minutes,
                })
            })
            .collect();
        output::say_json(&json!({ "procedures": all, "left_out": found.left_out }));
        return Ok(());
    }
    let mut table = Table::new()
        .column("Mã\ncode", Side::Left)
        .column_of("Thủ tục\nprocedure", Side::Left, 50)
        .column("Đã giải quyết\nresolved", Side::Right)
        .column("Trung bình (giờ)\nmean (hours)", Side::Right)
        .column("Trung vị\nmedian", Side::Right)
        .column("Lâu nhất\nlongest", Side::Right);
    for of in &found.procedures {
        table.row([
            wire::code(&of.procedure).to_owned(),
            of.display_name.clone(),
            grouped(of.resolved),
            hours(of.mean_minutes),
            hours(of.median_minutes),
            hours(of.longest_minutes),
        ]);
    }
    output::say(&table.to_string());
    say_left_out(found.left_out);
    Ok(())
}

fn hours(minutes: i64) -> String {
    format!("{},{}", grouped(minutes / 60), minutes % 60 * 10 / 60)
}

/// What wasn't looked at, if anything.
pub(super) fn say_left_out(left_out: i64) {
    if left_out > 0 {
        output::say(&format!("Chưa xét / not looked at: {}", grouped(left_out)));
    }
}

/// `bonro assess hand-overs`.
pub(super) async fn hand_overs(args: &PeriodArgs, as_json: bool) -> anyhow::Result<()> {
    let request = pb::ListHandOverTimesRequest { period: args.period()?, unit: unit(&args.unit) };
    let found = client(args.connection.connect().await?).list_hand_over_times(request).await?.into_inner();
    if as_json {
        let all: Vec<Value> = found
            .hand_overs
            .iter()
            .map(|of| {
                json!({
                    "from_unit": of.from_unit, "to_unit": (!of.to_unit.is_empty()).then_some(&of.to_unit),
                    "count": of.count, "mean_minutes": of.mean_minutes,
                    "median_minutes": of.median_minutes, "longest_minutes": of.longest_minutes,
                })
            })
            .collect();
        output::say_json(&json!({ "hand_overs": all, "left_out": found.left_out }));
        return Ok(());
    }
    let mut table = Table::new()
        .column("Nằm ở\nwas at", Side::Left)
        .column("rồi chuyển đến\nthen went to", Side::Left)
        .column("Số lần\ntimes", Side::Right)
        .column("Trung bình (giờ)\nmean (hours)", Side::Right)
        .column("Trung vị\nmedian", Side::Right)
        .column("Lâu nhất\nlongest", Side::Right);
    for of in &found.hand_overs {
        let closed = of.to_unit.is_empty();
        table.row([
            wire::code(&of.from_unit).to_owned(),
            if closed { "(kết thúc / closed)".to_owned() } else { wire::code(&of.to_unit).to_owned() },
            grouped(of.count),
            hours(of.mean_minutes),
            hours(of.median_minutes),
            hours(of.longest_minutes),
        ]);
    }
    output::say(&table.to_string());
    say_left_out(found.left_out);
    Ok(())
}

/// `bonro assess ages`.
pub(super) async fn ages(args: &AgesArgs, as_json: bool) -> anyhow::Result<()> {
    let request = pb::ListOpenAgesRequest {
        on: args.on.map(wire::date),
        unit: unit(&args.unit),
        watched_list: args.watched_list.clone(),
        as_of_sequence: None,
    };
    let found = client(args.connection.connect().await?).list_open_ages(request).await?.into_inner();
    let all = found.all.unwrap_or_default();
    if as_json {
        let ages = |of: &pb::OpenAges| {
            let band = |band: &pb::AgeBand| json!({ "from_months": band.from_months, "below_months": band.below_months, "open": band.open });
            let of_ = (!of.of.is_empty()).then_some(&of.of);
            json!({ "of": of_, "open": of.open, "bands": of.bands.iter().map(band).collect::<Vec<_>>() })
        };
        output::say_json(&json!({
            "on": found.on.as_ref().and_then(wire::day), "all": ages(&all),
            "units": found.units.iter().map(ages).collect::<Vec<_>>(),
            "watched_lists": found.watched_lists.iter().map(ages).collect::<Vec<_>>(),
        }));
        return Ok(());
    }
    let mut table = Table::new()
        .column("Đơn vị, danh mục\nunit, list", Side::Left)
        .column("Đang giải quyết\nopen", Side::Right);
    for band in &all.bands {
        table = table.column(&band.display_name, Side::Right);
    }
    let named = found.units.iter().chain(&found.watched_lists).map(|of| (wire::code(&of.of).to_owned(), of));
    for (name, of) in named.chain([("Tổng / all".to_owned(), &all)]) {
        let counts = of.bands.iter().map(|band| grouped(band.open));
        table.row([name, grouped(of.open)].into_iter().chain(counts));
    }
    output::say(&table.to_string());
    Ok(())
}
