//! The report as one self-contained HTML page: printable on A4 after Decree 30/2020/NĐ-CP,
//! readable on a phone. No scripts, nothing from outside. Words come from elsewhere.

use askama::Template;

use crate::domain::text::{date, long_date, moment};

use super::ReportInput;
use super::appendix::{self, FormRow, Table};
use super::body::{self, Section, capitalised};
use super::wording::period_range;

#[derive(Template)]
#[template(path = "report.html", config = "src/report/templates/askama.toml")]
struct Page<'a> {
    input: &'a ReportInput<'a>,
    superior: String,
    office: String,
    number: String,
    dated: String,
    subject: String,
    opening: String,
    sections: Vec<Section>,
    closing: String,
    copies: Vec<String>,
    signer_title: String,
    warnings: Vec<String>,
    period: String,
    form: Vec<FormRow>,
    broken: bool,
    tables: Vec<Table>,
    until: String,
}

/// Prints the report.
pub fn html(input: &ReportInput<'_>) -> String {
    let period = period_range(input.summary.period);
    let at = input.locality;
    let form = appendix::form(input.summary);
    let until = input.data_until.with_timezone(&input.zone);
    let page = Page {
        superior: input.superior.to_uppercase(),
        office: input.office.to_uppercase(),
        number: input
            .number
            .map_or_else(|| format!("{}/BC-{}", "\u{a0}".repeat(6), input.symbol), str::to_owned),
        dated: format!("{}, {}", at.name, long_date(input.dated_on)),
        subject: format!("{} {period}", capitalised(input.matter())),
        opening: body::opening(input),
        sections: body::sections(input),
        closing: body::closing(input),
        copies: copies(input),
        signer_title: input.signer_title.to_uppercase(),
        warnings: warnings(input),
        period,
        broken: form.iter().any(|row| row.broken),
        form,
        tables: appendix::tables(input),
        until: moment(until.naive_local()),
        input,
    };
    page.render().expect("writing a compiled template into a string cannot fail")
}

/// Who gets the report, besides the archive.
fn copies(input: &ReportInput<'_>) -> Vec<String> {
    let at = input.locality;
    let leader = if at.has_committee() { "Chủ tịch" } else { "Lãnh đạo" };
    // Only a town's or district's own division bears its kind: `Phòng Nội vụ thị xã`.
    let district = !at.is_commune() && at.kind != "tỉnh";
    let recipient = if district { at.of(input.recipient) } else { input.recipient.to_owned() };
    let named = [
        (!input.own).then(|| format!("- {leader} {} (b/c);", at.body)),
        Some(format!("- {recipient};")),
        Some("- Các cơ quan, đơn vị liên quan;".to_owned()),
        input.wording.copy_to_communes.then(|| "- UBND các xã, phường;".to_owned()),
        Some("- Lưu: VT.".to_owned()),
    ];
    named.into_iter().flatten().collect()
}

/// What a reader must know before trusting the page: a period that isn't over, figures that don't
/// add up.
fn warnings(input: &ReportInput<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    if !input.summary.complete {
        let until = input.summary.computed_until.with_timezone(&input.zone);
        warnings.push(format!(
            "Kỳ báo cáo chưa kết thúc: số liệu tính đến {} ngày {}.",
            until.format("%H:%M"),
            date(until.date_naive())
        ));
    }
    for identity in input.summary.identities.iter().filter(|i| !i.holds()) {
        warnings.push(format!("Số liệu chưa khớp, không được phát hành: {}.", identity.vietnamese()));
    }
    warnings
}
