//! What stands beside the counted figures: figures that were declared, and incidents of other software. Each is
//! said as what it is, with its source; nothing here is added to a counted figure.

use chrono::{NaiveDateTime, TimeDelta};

use crate::domain::declared::{Declared, DeclaredIndicator, Measure, Whose};
use crate::domain::incident::IncidentKind;
use crate::domain::text::{count, date};

use super::appendix::{Side, Table, columns, group_name};
use super::body::capitalised;
use super::{IncidentLine, ReportInput};

/// What declared figures are called wherever they are printed.
pub const DECLARED: &str = "Số liệu do đơn vị khai báo, không do hệ thống đếm";

/// Ratings and petitions, which section 2 speaks of; section 3 speaks of the others.
pub fn of_services(indicator: DeclaredIndicator) -> bool {
    let word = indicator.as_str();
    word.starts_with("ratings_")
        || word.starts_with("petition")
        || indicator == DeclaredIndicator::SatisfiedRate
}

fn whose(input: &ReportInput<'_>, whose: &Whose) -> String {
    match whose {
        Whose::House if input.locality.kind.is_empty() => "Toàn đơn vị".to_owned(),
        Whose::House => input.locality.of("Toàn"),
        Whose::Group(group) => group_name(*group).to_owned(),
        Whose::Unit(name) => name.clone(),
    }
}

fn source(line: &Declared) -> String {
    if line.file.is_empty() { line.source.clone() } else { format!("{}, tệp {}", line.source, line.file) }
}

/// The paragraph of a section, if anything was declared for it.
pub fn declared(input: &ReportInput<'_>, services: bool) -> Option<String> {
    let of_section = input.declared.iter().filter(|line| of_services(line.indicator) == services);
    let said: Vec<String> = of_section
        .map(|line| {
            let on = date(line.declared_on);
            format!(
                "{}: {} {} (nguồn: {}; {} khai báo ngày {on})",
                whose(input, &line.whose),
                line.indicator.vietnamese(),
                // Below ten a count in running text has a leading zero.
                if line.indicator.measure() == Measure::Count { count(line.value) } else { line.shown() },
                source(line),
                line.office
            )
        })
        .collect();
    (!said.is_empty()).then(|| format!("- {DECLARED}: {}.", said.join("; ")))
}

/// The table of everything that was declared.
pub fn declared_table(input: &ReportInput<'_>) -> Table {
    let row = |line: &Declared| {
        let corrected = match line.corrections {
            0 => String::new(),
            times => format!(" (đã đính chính {} lần)", count(times.into())),
        };
        vec![
            capitalised(line.indicator.vietnamese()),
            whose(input, &line.whose),
            line.shown(),
            source(line),
            line.office.clone(),
            format!("{}{corrected}", date(line.declared_on)),
        ]
    };
    Table {
        title: DECLARED,
        columns: columns(Side::Left, [("Chỉ tiêu", 52), ("Phạm vi", 48)])
            .chain(columns(Side::Centre, [("Giá trị", 34)]))
            .chain(columns(Side::Left, [("Nguồn", 50), ("Đơn vị khai báo", 38), ("Ngày khai báo", 30)]))
            .collect(),
        rows: input.declared.iter().map(row).collect(),
        note: String::new(),
    }
}

/// `07 giờ 30 ngày 15/5/2024`.
fn moment(at: NaiveDateTime) -> String {
    format!("{} ngày {}", at.format("%H giờ %M"), date(at.date()))
}

/// `02 ngày 03 giờ`, `01 giờ 30 phút`: the two greatest parts, as far as they aren't nought.
fn lasted(span: TimeDelta) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours() % 24, span.num_minutes() % 60);
    let parts = [(days, "ngày"), (hours, "giờ"), (minutes, "phút")];
    let said: Vec<String> = parts
        .into_iter()
        .skip_while(|(number, _)| *number == 0)
        .take(2)
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{} {unit}", count(number)))
        .collect();
    if said.is_empty() { "dưới 01 phút".to_owned() } else { said.join(" ") }
}

/// An incident, how long it lasted, how many dossiers it hit, and how many of those became late.
pub fn incident(line: &IncidentLine) -> String {
    let failed = match line.kind {
        IncidentKind::Down => "ngừng hoạt động",
        IncidentKind::OutOfSync => "không đồng bộ dữ liệu",
        IncidentKind::WrongData => "ghi nhận sai dữ liệu",
    };
    let until = line.to.map_or_else(
        || ", đến thời điểm báo cáo chưa khắc phục xong".to_owned(),
        |to| format!(" đến {}, kéo dài {}", moment(to), lasted(to - line.from)),
    );
    let number = |count: usize| self::count(i64::try_from(count).unwrap_or(i64::MAX));
    let dossiers = match (line.hit, line.late, line.overdue) {
        (0, _, _) => "không ghi nhận hồ sơ bị ảnh hưởng".to_owned(),
        (hit, 0, 0) => format!("ảnh hưởng đến {} hồ sơ, không có hồ sơ trễ hạn hoặc quá hạn", number(hit)),
        (hit, late, overdue) => {
            let parts = [(late, "hồ sơ giải quyết trễ hạn"), (overdue, "hồ sơ đang giải quyết đã quá hạn")];
            let parts: Vec<String> = parts
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{} {what}", number(count)))
                .collect();
            format!("ảnh hưởng đến {} hồ sơ, trong đó có {}", number(hit), parts.join(", "))
        }
    };
    let letter = if line.reference.is_empty() { String::new() } else { format!(" ({})", line.reference) };
    format!(
        "- {} {failed} từ {}{until}{letter}: {}; {dossiers}.",
        capitalised(&line.system),
        moment(line.from),
        line.failure.trim_end_matches('.')
    )
}
