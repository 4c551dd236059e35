//! The workbook against the format and against itself: every formula's result is what the formula gives.

use super::super::sample::sample;
use super::super::tests::{input, reference};
use super::super::unpacked::parts;
use super::*;

#[test]
fn every_sheet_is_there_and_the_same_report_is_the_same_file() {
    let (summary, wording) = (sample(), reference());
    let input = input(&summary, &wording, true);
    let book = workbook(&input).expect("it is written");
    assert_eq!(workbook(&input).expect("it is written"), book);
    let parts = parts(&book);
    let named = &parts["xl/workbook.xml"];
    for name in [
        "II.06a theo lĩnh vực",
        "II.06a theo đơn vị",
        "Theo nhóm cơ quan",
        "Tỷ lệ",
        "Nhiệm vụ được giao",
        "Hồ sơ trễ hạn, quá hạn",
        "Phản ánh, kiến nghị",
        "Thanh toán trực tuyến",
        "Đánh giá hài lòng",
        "Số liệu khai báo",
        "Biểu đồ",
    ] {
        assert!(named.contains(&format!("<sheet name=\"{name}\"")), "no sheet {name}: {named}");
    }
    assert_eq!(parts.keys().filter(|part| part.starts_with("xl/charts/chart")).count(), 3);
}

/// The cells of a sheet: reference → formula and value.
fn formulas(xml: &str) -> Vec<(String, String, String)> {
    let cells = xml.split("<c r=\"").skip(1);
    cells
        .filter_map(|cell| {
            let cell = cell.split("</c>").next()?;
            let (at, rest) = cell.split_once('"')?;
            let formula = rest.split_once("<f>")?.1.split_once("</f>")?.0;
            let value = rest.split_once("<v>").and_then(|(_, v)| v.split_once("</v>")).map_or("", |v| v.0);
            Some((at.to_owned(), formula.to_owned(), value.to_owned()))
        })
        .collect()
}

#[test]
fn identities_are_formulas_that_bear_their_results() {
    let (summary, wording) = (sample(), reference());
    let parts = parts(&workbook(&input(&summary, &wording, true)).expect("it is written"));
    // By unit: the land registry's branch.
    let found = formulas(&parts["xl/worksheets/sheet2.xml"]);
    let has = |formula: &str, value: &str| {
        assert!(
            found.iter().any(|(_, f, v)| f == formula && v == value),
            "{formula} = {value} isn't in {found:?}"
        );
    };
    let row = found[0].0.trim_start_matches(char::is_alphabetic).to_owned();
    has(&format!("D{row}+E{row}+F{row}"), "8055");
    has(&format!("H{row}+I{row}+J{row}"), "6913");
    has(&format!("L{row}+M{row}"), "1142");
    has(&format!("IF(C{row}=G{row}+K{row},\"khớp\",\"lệch\")"), "khớp");
    has(&format!("SUM(C{row}:C{row})"), "8055");
    // By group, with the sums.
    let found = formulas(&parts["xl/worksheets/sheet3.xml"]);
    let values: Vec<&str> = found.iter().map(|(_, _, value)| value.as_str()).collect();
    for value in ["1320", "15205", "8055", "24580", "22524", "khớp"] {
        assert!(values.contains(&value), "{value} isn't in {found:?}");
    }
    assert!(!values.contains(&"lệch") && !values.contains(&""), "{found:?}");
}
