//! Declared figures for a terminal and for programs: under a heading of their own, never among counted ones.

use serde_json::{Value, json};

use super::tables::{Side, Table};
use super::wire;
use crate::domain::declared::{DeclaredIndicator, Measure};
use crate::domain::text;
use crate::pb::google::r#type::Date;
use crate::pb::v1 as pb;

/// The heading.
const HEADING: &str = "Số liệu do đơn vị khai báo, không do hệ thống đếm / declared, not counted";

/// The table under its heading, if anything was declared.
pub fn of(declared: &[pb::DeclaredFigure]) -> Option<String> {
    let mut table = Table::new()
        .column_of("Khai báo\nDeclared", Side::Left, 26)
        .column_of("Của\nOf", Side::Left, 14)
        .column("Giá trị\nValue", Side::Right)
        .column_of("Nguồn\nSource", Side::Left, 20)
        .column("Người khai, ngày\nBy, on", Side::Left);
    for figure in declared {
        let (by, office) = (wire::code(&figure.declared_by), wire::code(&figure.declared_by_unit));
        let source = if figure.file_name.is_empty() {
            figure.source.clone()
        } else {
            format!("{} ({})", figure.source, figure.file_name)
        };
        table.row([
            label(&figure.indicator),
            whose(figure),
            value(figure),
            source,
            format!("{by} ({office})\n{}", day(figure.declared_on.as_ref(), "%d/%m/%Y")),
        ]);
    }
    (!table.is_empty()).then(|| format!("{HEADING}\n\n{table}"))
}

/// For programs: each as declared, the value in its measure.
pub fn json(declared: &[pb::DeclaredFigure]) -> Value {
    let one = |figure: &pb::DeclaredFigure| {
        let value = match figure.measure() {
            pb::DeclaredMeasure::Percent => json!(hundredths(figure.value())),
            pb::DeclaredMeasure::Count | pb::DeclaredMeasure::Vnd | pb::DeclaredMeasure::Unspecified => {
                json!(figure.value())
            }
        };
        json!({
            "code": figure.code,
            "revision": figure.revision,
            "unit": wire::code(&figure.unit),
            "group": figure.group,
            "indicator": figure.indicator,
            "measure": figure.measure().as_str_name().trim_start_matches("DECLARED_MEASURE_").to_lowercase(),
            "value": value,
            "numerator": figure.numerator,
            "denominator": figure.denominator,
            "source": figure.source,
            "file_name": figure.file_name,
            "file_sha256": figure.file_sha256,
            "declared_by": wire::code(&figure.declared_by),
            "declared_by_unit": wire::code(&figure.declared_by_unit),
            "declared_on": day(figure.declared_on.as_ref(), "%Y-%m-%d"),
        })
    };
    declared.iter().map(one).collect()
}

fn label(word: &str) -> String {
    DeclaredIndicator::parse(word).map_or_else(
        || word.to_owned(),
        |indicator| format!("{} / {}", indicator.vietnamese(), indicator.english()),
    )
}

fn whose(figure: &pb::DeclaredFigure) -> String {
    match (figure.unit.as_str(), figure.group.as_str()) {
        ("", "") => "cả đơn vị / all".to_owned(),
        ("", "specialised_agencies") => "CQ chuyên môn / agencies".to_owned(),
        ("", "communes") => "xã, phường / communes".to_owned(),
        ("", "land_registry_branch") => "CN VPĐK đất đai / land registry".to_owned(),
        ("", other) => other.to_owned(),
        (unit, _) => wire::code(unit).to_owned(),
    }
}

fn hundredths(value: i64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

fn value(figure: &pb::DeclaredFigure) -> String {
    let measure = DeclaredIndicator::parse(&figure.indicator).map(DeclaredIndicator::measure);
    let value = figure.value();
    match (measure, figure.numerator.zip(figure.denominator)) {
        (Some(Measure::Percent), None) => text::percent(&hundredths(value)),
        (Some(Measure::Percent), Some((numerator, denominator))) => {
            let parts = format!("{}/{}", text::grouped(numerator), text::grouped(denominator));
            format!("{}\n{parts}", text::percent(&hundredths(value)))
        }
        (Some(Measure::Vnd), _) => format!("{} đ", text::grouped(value)),
        (Some(Measure::Count) | None, _) => text::grouped(value),
    }
}

fn day(date: Option<&Date>, form: &str) -> String {
    date.and_then(wire::day).map(|day| day.format(form).to_string()).unwrap_or_default()
}
