//! The figures of a period as tables for a terminal, Vietnamese with English beside, at most 100
//! columns wide.

use super::summary_json::groups;
use super::tables::{Side, Table};
use super::wire;
use crate::domain::summary::Rate;
use crate::domain::text;
use crate::pb::v1 as pb;

/// All tables of a summary.
pub fn of(summary: &pb::PeriodSummary) -> String {
    let parts = [
        head(summary),
        dossiers(summary),
        rates(summary),
        matters(summary),
        surveys(summary),
        payments(summary),
    ];
    let mut text: Vec<String> = parts.into_iter().flatten().collect();
    text.extend(details(summary));
    text.extend(sources(summary));
    text.extend(broken(summary));
    text.join("\n\n")
}

fn head(summary: &pb::PeriodSummary) -> Option<String> {
    let range = summary.period.as_ref()?;
    let day =
        |date: &Option<_>| date.as_ref().and_then(wire::day).map(|day| day.format("%d/%m/%Y").to_string());
    let (first, last) = (day(&range.from_on)?, day(&range.to_on)?);
    let mut head = format!("SỐ LIỆU TỪ {first} ĐẾN {last} / FIGURES FROM {first} TO {last}");
    if !summary.complete {
        head.push_str(
            "\nKỳ chưa kết thúc, số liệu tính đến hiện tại / The period isn't over: figures up to now",
        );
    }
    Some(head)
}

fn heading(key: &str) -> String {
    match key {
        "specialised_agencies" => "CQ chuyên môn\nAgencies".to_owned(),
        "communes" => "Xã, phường\nCommunes".to_owned(),
        "land_registry_branch" => "CN VPĐK đất đai\nLand registry".to_owned(),
        other => other.to_owned(),
    }
}

fn percent(rate: Option<&pb::Rate>) -> String {
    rate.and_then(|rate| rate.percent.as_deref()).map_or_else(|| "–".to_owned(), text::percent)
}

type Line = (&'static str, fn(&pb::DossierFigures) -> String);

const LINES: [Line; 15] = [
    ("Đã tiếp nhận / Received", |row| text::grouped(row.received_total)),
    ("  trong kỳ / in the period", |row| text::grouped(row.received_in_period)),
    ("  kỳ trước chuyển sang / carried over", |row| text::grouped(row.carried_over)),
    ("Đã giải quyết / Resolved", |row| text::grouped(row.resolved)),
    ("  trước hạn / early", |row| text::grouped(row.resolved_early)),
    ("  đúng hạn / on time", |row| text::grouped(row.resolved_on_time)),
    ("  trễ hạn / late", |row| text::grouped(row.resolved_late)),
    ("Đang giải quyết / In process", |row| text::grouped(row.in_process)),
    ("  trong hạn / in due", |row| text::grouped(row.in_process_in_due)),
    ("    đang tạm dừng / clock stopped", |row| text::grouped(row.in_process_paused)),
    ("  quá hạn / overdue", |row| text::grouped(row.in_process_overdue)),
    ("Hồ sơ rút / Withdrawn", |row| text::grouped(row.withdrawn)),
    ("Dừng giải quyết / Stopped", |row| text::grouped(row.stopped)),
    ("Tỷ lệ không trễ hạn / Not-late rate", |row| percent(row.not_late_rate.as_ref())),
    ("Tỷ lệ trễ hạn / Late rate", |row| percent(row.late_rate.as_ref())),
];

/// What of all dossiers no group shows: those of units that are in none.
fn others(total: &pb::DossierFigures, shown: &[&pb::DossierFigures]) -> Option<pb::DossierFigures> {
    let rest = |figure: fn(&pb::DossierFigures) -> i64| {
        figure(total) - shown.iter().map(|row| figure(row)).sum::<i64>()
    };
    let mut others = pb::DossierFigures {
        received_total: rest(|row| row.received_total),
        received_in_period: rest(|row| row.received_in_period),
        carried_over: rest(|row| row.carried_over),
        resolved: rest(|row| row.resolved),
        resolved_early: rest(|row| row.resolved_early),
        resolved_on_time: rest(|row| row.resolved_on_time),
        resolved_late: rest(|row| row.resolved_late),
        in_process: rest(|row| row.in_process),
        in_process_in_due: rest(|row| row.in_process_in_due),
        in_process_paused: rest(|row| row.in_process_paused),
        in_process_overdue: rest(|row| row.in_process_overdue),
        withdrawn: rest(|row| row.withdrawn),
        stopped: rest(|row| row.stopped),
        ..Default::default()
    };
    if others == pb::DossierFigures::default() {
        return None;
    }
    let rate = |numerator: i64| {
        let denominator = others.resolved;
        let percent = Rate { numerator, denominator }.percent();
        Some(pb::Rate { numerator, denominator, percent })
    };
    let not_late = rate(others.resolved_early + others.resolved_on_time);
    (others.not_late_rate, others.late_rate) = (not_late, rate(others.resolved_late));
    Some(others)
}

fn dossiers(summary: &pb::PeriodSummary) -> Option<String> {
    let total = summary.total.as_ref().and_then(|row| row.dossiers.as_ref());
    let mut columns: Vec<(String, &pb::DossierFigures)> = groups(summary)
        .into_iter()
        .filter_map(|row| Some((heading(&row.key), row.dossiers.as_ref()?)))
        .collect();
    let shown: Vec<&pb::DossierFigures> = columns.iter().map(|(_, row)| *row).collect();
    let others = total.filter(|_| !shown.is_empty()).and_then(|total| others(total, &shown));
    columns.extend(others.as_ref().map(|figures| ("Khác\nOther".to_owned(), figures)));
    columns.extend(total.map(|figures| ("Tất cả\nAll".to_owned(), figures)));
    if columns.is_empty() {
        return None;
    }
    let mut table = Table::new().column("Hồ sơ thủ tục hành chính\nDossiers", Side::Left);
    for (head, _) in &columns {
        table = table.column(head, Side::Right);
    }
    for (label, figure) in LINES {
        table.row(std::iter::once(label.to_owned()).chain(columns.iter().map(|(_, row)| figure(row))));
    }
    Some(table.to_string())
}

fn group_label(key: &str) -> String {
    heading(key).replace('\n', " / ")
}

/// Rates with both their parts: online and digitisation.
fn rates(summary: &pb::PeriodSummary) -> Option<String> {
    let mut table = Table::new()
        .column("Trực tuyến, số hóa\nOnline, digitisation", Side::Left)
        .column("Nhóm\nGroup", Side::Left)
        .column("Đạt\nDone", Side::Right)
        .column("Trên tổng\nOf", Side::Right)
        .column("Tỷ lệ\nRate", Side::Right);
    let mut add = |what: &str, group: &str, done: i64, of: i64, rate: Option<&pb::Rate>| {
        if of > 0 {
            table.row([what, group, &text::grouped(done), &text::grouped(of), &percent(rate)]);
        }
    };
    for row in groups(summary) {
        let group = group_label(&row.key);
        for (what, figures) in [
            ("Mức độ 3 / partly online", &row.online_partial),
            ("Mức độ 4 / wholly online", &row.online_full),
        ] {
            if let Some(figures) = figures {
                add(what, &group, figures.online, figures.received, figures.rate.as_ref());
            }
        }
    }
    if let Some(overall) = &summary.online_overall {
        add("Trực tuyến chung / online overall", "", overall.online, overall.received, overall.rate.as_ref());
    }
    for row in groups(summary) {
        let group = group_label(&row.key);
        for (what, figures) in [
            ("Số hóa khi tiếp nhận / intake scanned", &row.intake_digitisation),
            ("Số hóa kết quả / results scanned", &row.result_digitisation),
        ] {
            if let Some(figures) = figures {
                add(what, &group, figures.digitised, figures.of, figures.rate.as_ref());
            }
        }
    }
    (!table.is_empty()).then(|| table.to_string())
}

/// Tasks, petitions, procedures and documents.
fn matters(summary: &pb::PeriodSummary) -> Option<String> {
    let mut table = Table::new()
        .column("Nhiệm vụ, phản ánh, thủ tục, văn bản\nTasks, petitions, procedures, documents", Side::Left)
        .column("Số\nCount", Side::Right);
    if let Some(tasks) = &summary.tasks {
        for (label, count) in [
            ("Nhiệm vụ hoàn thành / Tasks completed", tasks.completed),
            ("  đúng hạn / on time", tasks.completed_on_time),
            ("  trễ hạn / late", tasks.completed_late),
            ("Nhiệm vụ đang thực hiện / Tasks in progress", tasks.in_progress),
            ("  trong hạn / in due", tasks.in_progress_in_due),
            ("  quá hạn / overdue", tasks.in_progress_overdue),
        ] {
            table.row([label, &text::grouped(count)]);
        }
    }
    if let Some(petitions) = &summary.petitions {
        for (label, count) in [
            ("Phản ánh, kiến nghị tiếp nhận / Petitions received", petitions.received),
            ("  đã trả lời / answered", petitions.answered),
            ("  trả lời đúng hạn / answered on time", petitions.answered_on_time),
        ] {
            table.row([label, &text::grouped(count)]);
        }
    }
    let mut levels: Vec<_> = summary.procedures_by_level.iter().collect();
    levels.sort();
    for (level, count) in levels {
        let label = match level.as_str() {
            "town" => "Thủ tục cấp thị xã / Procedures of the town",
            "commune" => "Thủ tục cấp xã / Procedures of the communes",
            "province" => "Thủ tục cấp tỉnh / Procedures of the province",
            other => other,
        };
        table.row([label, &text::grouped(*count)]);
    }
    if !summary.document_numbers.is_empty() {
        let count = i64::try_from(summary.document_numbers.len()).unwrap_or(i64::MAX);
        table.row(["Văn bản đã ban hành / Documents issued", &text::grouped(count)]);
    }
    let numbers = super::tables::broken(&summary.document_numbers.join(", "), 96).join("\n  ");
    (!table.is_empty())
        .then(|| if numbers.is_empty() { table.to_string() } else { format!("{table}\n  {numbers}") })
}

fn surveys(summary: &pb::PeriodSummary) -> Option<String> {
    let mut table = Table::new()
        .column("Đánh giá hài lòng\nSurveys", Side::Left)
        .column("Nhóm\nGroup", Side::Left)
        .column("Số\nCount", Side::Right);
    for row in groups(summary) {
        let mut ratings: Vec<_> = row.surveys.iter().filter(|(_, count)| **count > 0).collect();
        ratings.sort();
        for (rating, count) in ratings {
            table.row([rating_label(rating), group_label(&row.key), text::grouped(*count)]);
        }
    }
    if !table.is_empty() {
        table.row(["Tổng / total".to_owned(), String::new(), text::grouped(summary.surveys_total)]);
    }
    (!table.is_empty()).then(|| table.to_string())
}

fn rating_label(rating: &str) -> String {
    let vietnamese = match rating {
        "very_satisfied" => "rất hài lòng",
        "satisfied" => "hài lòng",
        "neutral" => "bình thường",
        "dissatisfied" => "không hài lòng",
        "very_dissatisfied" => "rất không hài lòng",
        other => return other.to_owned(),
    };
    format!("{vietnamese} / {}", rating.replace('_', " "))
}

fn payments(summary: &pb::PeriodSummary) -> Option<String> {
    let payments = summary.payments.as_ref().filter(|payments| payments.all > 0)?;
    let mut table = Table::new()
        .column("Thanh toán trực tuyến\nOnline payments", Side::Left)
        .column("Lượt\nTransactions", Side::Right)
        .column("Số tiền (đồng)\nAmount (VND)", Side::Right);
    let mut rows: Vec<_> = payments.rows.iter().collect();
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    for row in rows {
        table.row([row.key.clone(), text::grouped(row.transactions), text::grouped(row.amount_vnd)]);
    }
    let (online, all) = (text::grouped(payments.online), text::grouped(payments.all));
    let rate = percent(payments.rate.as_ref());
    Some(format!("{table}\nTrực tuyến / online: {online} trên tổng số / of {all} = {rate}"))
}

/// Rows by unit, procedure or field, where they were asked for.
fn details(summary: &pb::PeriodSummary) -> Option<String> {
    let mut table = Table::new().column_of("Chi tiết\nDetails", Side::Left, 40);
    for head in [
        "Tiếp nhận\nReceived",
        "Giải quyết\nResolved",
        "Trễ\nLate",
        "Đang GQ\nOpen",
        "Quá hạn\nOverdue",
        "Không trễ\nNot late",
    ] {
        table = table.column(head, Side::Right);
    }
    let mut rows: Vec<_> =
        summary.rows.iter().filter(|row| row.breakdown() != pb::Breakdown::Group).collect();
    rows.sort_by(|one, other| (one.breakdown, &one.key).cmp(&(other.breakdown, &other.key)));
    for row in rows {
        let Some(figures) = &row.dossiers else { continue };
        let code = wire::code(&row.key);
        let label = if row.label.is_empty() || row.label == code {
            code.to_owned()
        } else {
            format!("{code} {}", row.label)
        };
        table.row([
            label,
            text::grouped(figures.received_total),
            text::grouped(figures.resolved),
            text::grouped(figures.resolved_late),
            text::grouped(figures.in_process),
            text::grouped(figures.in_process_overdue),
            percent(figures.not_late_rate.as_ref()),
        ]);
    }
    (!table.is_empty()).then(|| table.to_string())
}

/// Up to when each source speaks.
fn sources(summary: &pb::PeriodSummary) -> Option<String> {
    let said = summary.sources.iter().filter(|source| !source.watermark_vi.is_empty()).map(|source| {
        let stale = if source.stale { " — ĐÃ CŨ / STALE" } else { "" };
        format!("  {}: {} / {}{stale}", source.display_name, source.watermark_vi, source.watermark_en)
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| format!("Số liệu đồng bộ đến / Records are known up to\n{}", said.join("\n")))
}

/// Sums that don't hold: nothing should be issued from such figures.
fn broken(summary: &pb::PeriodSummary) -> Option<String> {
    let lines: Vec<String> = summary
        .identities
        .iter()
        .filter(|identity| !identity.holds)
        .map(|identity| {
            let row = if identity.row.is_empty() { "tất cả / all" } else { &identity.row };
            let (vi, en) = (&identity.name_vi, &identity.name);
            format!("  {row}: {vi} / {en} ({} ≠ {})", identity.left, identity.right)
        })
        .collect();
    (!lines.is_empty())
        .then(|| format!("SỐ LIỆU KHÔNG CÂN ĐỐI / FIGURES THAT DON'T ADD UP:\n{}", lines.join("\n")))
}

#[cfg(test)]
mod tests;
