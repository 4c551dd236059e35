//! What is said of contributions on the terminal.

use serde_json::{Value, json};

use super::super::tables::{Side, Table};
use super::super::{output, wire};
use crate::pb::google::r#type::Date;
use crate::pb::v1 as pb;

/// What is asked for, a line each.
pub fn listed(all: &[pb::Contribution], as_json: bool) {
    if as_json {
        output::say_json(&all.iter().map(json_of).collect());
        return;
    }
    if all.is_empty() {
        output::say("Chưa đề nghị đơn vị nào / No unit is asked");
        return;
    }
    let mut table = Table::new()
        .column("Mã\ncode", Side::Left)
        .column("Đơn vị\nunit", Side::Left)
        .column("Hạn\ndue", Side::Left)
        .column("Trạng thái\nstate", Side::Left)
        .column("Số liệu\nfigures", Side::Left);
    for of in all {
        let unit = wire::code(&of.unit).to_owned();
        let words = (state(of).0.to_owned(), figures(of).0.to_owned());
        table.row([of.code.clone(), unit, shown(of.due_on.as_ref()), words.0, words.1]);
    }
    output::say(&table.to_string());
}

fn state(of: &pb::Contribution) -> (&'static str, &'static str) {
    match of.state() {
        pb::ContributionState::Asked | pb::ContributionState::Unspecified => ("chờ đơn vị", "asked"),
        pb::ContributionState::Given => ("đã gửi", "given"),
        pb::ContributionState::Returned => ("đã trả lại", "returned"),
    }
}

fn figures(of: &pb::Contribution) -> (&'static str, &'static str) {
    match of.figures() {
        pb::FiguresVerdict::Unspecified => ("chưa nói", "nothing said"),
        pb::FiguresVerdict::Confirmed => ("đúng", "confirmed"),
        pb::FiguresVerdict::Contested => ("CHƯA ĐÚNG", "CONTESTED"),
    }
}

fn shown(date: Option<&Date>) -> String {
    date.and_then(wire::day).map(|on| on.format("%d/%m/%Y").to_string()).unwrap_or_default()
}

/// One with what was given.
pub fn show(of: &pb::Contribution, as_json: bool) {
    if as_json {
        output::say_json(&json_of(of));
        return;
    }
    let (now, verdict) = (state(of), figures(of));
    output::say(&format!(
        "{}, hạn {}: {}; số liệu: {} / due {}: {}; figures: {}",
        of.code,
        shown(of.due_on.as_ref()),
        now.0,
        verdict.0,
        shown(of.due_on.as_ref()),
        now.1,
        verdict.1
    ));
    for place in &of.places {
        let text = of.texts.get(place).map(String::as_str).unwrap_or_default();
        output::say(&format!("[{place}]{}", if text.is_empty() { " chưa có / nothing yet" } else { "" }));
        for line in text.lines() {
            output::say(&format!("    {line}"));
        }
    }
    for (vi, en, said) in [
        ("Chỗ chưa đúng", "objection", &of.objection),
        ("Trả lại vì", "returned because", &of.returned_why),
        ("Người gửi", "given by", &of.given_by),
    ] {
        if !said.is_empty() {
            output::say(&format!("{vi} / {en}: {said}"));
        }
    }
}

fn json_of(of: &pb::Contribution) -> Value {
    json!({
        "name": of.name,
        "code": of.code,
        "report": of.report,
        "unit": wire::code(&of.unit),
        "places": of.places,
        "due_on": of.due_on.as_ref().and_then(wire::day),
        "state": state(of).1,
        "texts": of.texts,
        "figures": figures(of).1,
        "objection": of.objection,
        "given_by": of.given_by,
        "returned_why": of.returned_why,
        "etag": of.etag,
    })
}
