//! The figures of a period with exactly the keys and forms of the sample's `expected-summary.json`:
//! rates as strings with two decimals, null where nothing was counted, a group only where the data
//! holds something of it.

use serde_json::{Map, Value, json};

use super::wire;
use crate::pb::v1 as pb;

/// The summary, for programs.
pub fn of(summary: &pb::PeriodSummary) -> Value {
    let day = |date: Option<&crate::pb::google::r#type::Date>| {
        date.and_then(wire::day).map_or(Value::Null, |day| day.to_string().into())
    };
    let period = summary.period.as_ref();
    json!({
        "period": [
            day(period.and_then(|range| range.from_on.as_ref())),
            day(period.and_then(|range| range.to_on.as_ref())),
        ],
        "dossiers": dossiers(summary),
        "online": online(summary),
        "digitisation": digitisation(summary),
        "tasks": tasks(summary.tasks.unwrap_or_default()),
        "procedures": sorted(&summary.procedures_by_level),
        "petitions": petitions(summary.petitions.unwrap_or_default()),
        "surveys": surveys(summary),
        "payments": payments(summary.payments.as_ref()),
        "documents": summary.document_numbers,
    })
}

/// The rows of the report's groups, by key.
pub fn groups(summary: &pb::PeriodSummary) -> Vec<&pb::FigureRow> {
    let mut rows: Vec<_> =
        summary.rows.iter().filter(|row| row.breakdown() == pb::Breakdown::Group).collect();
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    rows
}

fn rate(rate: Option<&pb::Rate>) -> Value {
    rate.and_then(|rate| rate.percent.as_deref()).map_or(Value::Null, Value::from)
}

fn dossiers(summary: &pb::PeriodSummary) -> Map<String, Value> {
    let of = |row: &&pb::FigureRow| {
        let figures = row.dossiers.as_ref()?;
        let value = json!({
            "received_total": figures.received_total,
            "received_in_period": figures.received_in_period,
            "carried_over": figures.carried_over,
            "resolved": figures.resolved,
            "resolved_early": figures.resolved_early,
            "resolved_on_time": figures.resolved_on_time,
            "resolved_late": figures.resolved_late,
            "in_process": figures.in_process,
            "in_process_in_due": figures.in_process_in_due,
            "in_process_paused": figures.in_process_paused,
            "in_process_overdue": figures.in_process_overdue,
            "withdrawn": figures.withdrawn,
            "stopped": figures.stopped,
            "not_late_rate": rate(figures.not_late_rate.as_ref()),
            "late_rate": rate(figures.late_rate.as_ref()),
        });
        Some((row.key.clone(), value))
    };
    groups(summary).iter().filter_map(of).collect()
}

fn level(figures: Option<&pb::OnlineFigures>) -> Option<Value> {
    let figures = figures.filter(|figures| figures.received > 0)?;
    Some(
        json!({ "online": figures.online, "received": figures.received, "rate": rate(figures.rate.as_ref()) }),
    )
}

fn online(summary: &pb::PeriodSummary) -> Map<String, Value> {
    let mut out = Map::new();
    for row in groups(summary) {
        let levels = [("partial", row.online_partial.as_ref()), ("full", row.online_full.as_ref())];
        let levels: Map<String, Value> = levels
            .into_iter()
            .filter_map(|(name, figures)| Some((name.to_owned(), level(figures)?)))
            .collect();
        if !levels.is_empty() {
            out.insert(row.key.clone(), levels.into());
        }
    }
    if let Some(overall) = level(summary.online_overall.as_ref()) {
        out.insert("overall".to_owned(), overall);
    }
    out
}

fn digitisation(summary: &pb::PeriodSummary) -> Map<String, Value> {
    let part = |figures: Option<&pb::DigitisationFigures>| {
        let figures = figures.filter(|figures| figures.of > 0)?;
        Some(json!({ "digitised": figures.digitised, "of": figures.of, "rate": rate(figures.rate.as_ref()) }))
    };
    let mut out = Map::new();
    for row in groups(summary) {
        // A group is there where its intake is tracked.
        let Some(intake) = part(row.intake_digitisation.as_ref()) else { continue };
        let mut parts = Map::from_iter([("intake".to_owned(), intake)]);
        parts.extend(part(row.result_digitisation.as_ref()).map(|result| ("result".to_owned(), result)));
        out.insert(row.key.clone(), parts.into());
    }
    out
}

fn tasks(tasks: pb::TaskFigures) -> Value {
    json!({
        "completed": tasks.completed,
        "completed_on_time": tasks.completed_on_time,
        "completed_late": tasks.completed_late,
        "in_progress": tasks.in_progress,
        "in_progress_in_due": tasks.in_progress_in_due,
        "in_progress_overdue": tasks.in_progress_overdue,
    })
}

fn petitions(petitions: pb::PetitionFigures) -> Value {
    json!({
        "received": petitions.received,
        "answered": petitions.answered,
        "answered_on_time": petitions.answered_on_time,
    })
}

/// Counts by key, in the order of the keys, without zeros.
fn sorted(counts: &std::collections::HashMap<String, i64>) -> Map<String, Value> {
    let mut counts: Vec<_> = counts.iter().filter(|(_, count)| **count != 0).collect();
    counts.sort();
    counts.into_iter().map(|(key, count)| (key.clone(), (*count).into())).collect()
}

fn surveys(summary: &pb::PeriodSummary) -> Map<String, Value> {
    let mut out = Map::new();
    for row in groups(summary) {
        let mut ratings = sorted(&row.surveys);
        if !ratings.is_empty() {
            ratings.insert("total".to_owned(), row.surveys_total.into());
            out.insert(row.key.clone(), ratings.into());
        }
    }
    if summary.surveys_total > 0 {
        out.insert("total".to_owned(), summary.surveys_total.into());
    }
    out
}

fn payments(payments: Option<&pb::PaymentFigures>) -> Map<String, Value> {
    let Some(payments) = payments.filter(|payments| payments.all > 0) else { return Map::new() };
    let mut rows: Vec<_> = payments.rows.iter().filter(|row| row.transactions > 0).collect();
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    let mut out: Map<String, Value> = rows
        .into_iter()
        .map(|row| {
            (row.key.clone(), json!({ "transactions": row.transactions, "amount_vnd": row.amount_vnd }))
        })
        .collect();
    out.insert("online".to_owned(), payments.online.into());
    out.insert("all".to_owned(), payments.all.into());
    out.insert("rate".to_owned(), rate(payments.rate.as_ref()));
    out
}

/// Where two summaries differ: `path: expected …, found …`. The order of `documents` doesn't count.
pub fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut out = Vec::new();
    compare("", expected, found, &mut out);
    out
}

fn compare(path: &str, expected: &Value, found: &Value, out: &mut Vec<String>) {
    if let (Some(wanted), Some(had)) = (expected.as_object(), found.as_object()) {
        let strange = had.keys().filter(|key| !wanted.contains_key(*key));
        for key in wanted.keys().chain(strange) {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let of = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or(json!("(absent)"));
            compare(&path, &of(wanted), &of(had), out);
        }
        return;
    }
    let as_set = |value: &Value| {
        let mut texts: Vec<String> =
            value.as_array().into_iter().flatten().map(ToString::to_string).collect();
        texts.sort();
        texts
    };
    let equal = if path == "documents" { as_set(expected) == as_set(found) } else { expected == found };
    if !equal {
        out.push(format!("{path}: expected {expected}, found {found}"));
    }
}

#[cfg(test)]
mod tests;
