//! The tables behind the report: form II.06a/VPCP/KSTT by group, unit and field, the counts and
//! rates with all their parts, and the lists. No sentences, no layout.

use crate::domain::summary::{DossierFigures, Figures, PeriodSummary, Rate, RowKey};
use crate::domain::text::{date, grouped};
use crate::domain::unit::Group;

use super::ReportInput;
use super::beside;
use super::sentences::{groups, share};
use super::wording::payment_kind;

/// A row of form II.06a/VPCP/KSTT.
#[derive(Debug)]
pub struct FormRow {
    /// Column (1).
    pub number: String,
    /// Column (2).
    pub label: String,
    /// Columns (3) to (13).
    pub cells: Vec<String>,
    /// A heading or sum.
    pub strong: bool,
    /// An identity of the form doesn't hold.
    pub broken: bool,
}

/// A table of plain text cells.
#[derive(Debug)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// Its columns.
    pub columns: Vec<&'static str>,
    /// Its rows: the first cell is a label.
    pub rows: Vec<Vec<String>>,
}

/// The eleven numbers of a row, and whether the form's identities hold. Withdrawn and stopped
/// dossiers count as resolved on time, as the form has no column for them.
fn form_cells(figures: &Figures) -> ([i64; 11], bool) {
    let f = &figures.dossiers;
    let online =
        [figures.online_partial, figures.online_full].into_iter().flatten().map(|r| r.numerator).sum::<i64>();
    let resolved = f.resolved + f.withdrawn + f.stopped;
    let on_time = f.resolved_on_time + f.withdrawn + f.stopped;
    let c = [
        f.received_total,
        online,
        f.received_in_period - online,
        f.carried_over,
        resolved,
        f.resolved_early,
        on_time,
        f.resolved_late,
        f.in_process,
        f.in_process_in_due,
        f.in_process_overdue,
    ];
    let holds = c[0] == c[1] + c[2] + c[3]
        && c[4] == c[5] + c[6] + c[7]
        && c[8] == c[9] + c[10]
        && c[0] == c[4] + c[8];
    (c, holds)
}

fn form_row(number: String, label: &str, figures: &Figures, strong: bool) -> FormRow {
    let (cells, holds) = form_cells(figures);
    FormRow { number, label: label.to_owned(), cells: cells.map(grouped).to_vec(), strong, broken: !holds }
}

/// The form: the groups with their sum, then every further breakdown that was asked for.
pub fn form(summary: &PeriodSummary) -> Vec<FormRow> {
    let mut rows = Vec::new();
    let mut part = 0;
    let titles = ["Theo nhóm cơ quan", "Theo cơ quan, đơn vị", "Theo lĩnh vực", "Theo thủ tục hành chính"];
    for title in titles {
        let there: Vec<_> = summary.rows.iter().filter(|r| breakdown(&r.key) == title).collect();
        if there.is_empty() {
            continue;
        }
        let label = format!("{}. {title}", ["I", "II", "III", "IV"][part]);
        part += 1;
        rows.push(FormRow { number: String::new(), label, cells: Vec::new(), strong: true, broken: false });
        for (i, row) in there.iter().enumerate() {
            let name =
                if let RowKey::Group(group) = row.key { group_name(group) } else { row.label.as_str() };
            rows.push(form_row((i + 1).to_string(), name, &row.figures, false));
        }
        if there.len() > 1 && matches!(there[0].key, RowKey::Group(_)) {
            let mut sums = [0_i64; 11];
            for row in &there {
                for (sum, cell) in sums.iter_mut().zip(form_cells(&row.figures).0) {
                    *sum += cell;
                }
            }
            rows.push(FormRow {
                number: String::new(),
                label: "Tổng cộng".to_owned(),
                cells: sums.map(grouped).to_vec(),
                strong: true,
                broken: false,
            });
        }
    }
    rows
}

/// The breakdown that a row belongs to.
fn breakdown(key: &RowKey) -> &'static str {
    match key {
        RowKey::Group(_) => "Theo nhóm cơ quan",
        RowKey::Unit(_) => "Theo cơ quan, đơn vị",
        RowKey::Field(_) => "Theo lĩnh vực",
        RowKey::Procedure(_) => "Theo thủ tục hành chính",
    }
}

/// What a group is called in a table.
pub fn group_name(group: Group) -> &'static str {
    match group {
        Group::SpecialisedAgencies => "Các cơ quan chuyên môn",
        Group::Communes => "Các xã, phường",
        Group::LandRegistryBranch => "Chi nhánh Văn phòng Đăng ký đất đai",
    }
}

/// Counts, rates, payments and lists, each only where it has something to show.
pub fn tables(input: &ReportInput<'_>) -> Vec<Table> {
    [
        outcomes(input.summary),
        rates(input.summary),
        payments(input.summary),
        beside::declared_table(input),
        tasks(input),
        late_dossiers(input),
    ]
    .into_iter()
    .filter(|table| !table.rows.is_empty())
    .collect()
}

fn outcomes(summary: &PeriodSummary) -> Table {
    let row = |(group, figures): (Group, &Figures)| {
        let f: &DossierFigures = &figures.dossiers;
        let counts = [
            f.resolved,
            f.resolved_early,
            f.resolved_on_time,
            f.resolved_late,
            f.withdrawn,
            f.stopped,
            f.in_process,
            f.in_process_in_due,
            f.in_process_paused,
            f.in_process_overdue,
        ];
        [group_name(group).to_owned()].into_iter().chain(counts.map(grouped)).collect()
    };
    Table {
        title: "Kết quả giải quyết, tách riêng trước hạn và đúng hạn".to_owned(),
        columns: vec![
            "Nhóm cơ quan",
            "Đã giải quyết",
            "Trước hạn",
            "Đúng hạn",
            "Trễ hạn",
            "Rút hồ sơ",
            "Dừng giải quyết",
            "Đang giải quyết",
            "Trong hạn",
            "Trong đó: tạm dừng",
            "Quá hạn",
        ],
        rows: groups(summary).map(row).collect(),
    }
}

fn rates(summary: &PeriodSummary) -> Table {
    let mut rows = Vec::new();
    let mut push = |name: String, rate: Option<Rate>| {
        if let Some((rate, percent)) = rate.and_then(|r| Some((r, share(r)?))) {
            rows.push(vec![name, grouped(rate.numerator), grouped(rate.denominator), percent]);
        }
    };
    for (group, f) in groups(summary) {
        let name = group_name(group);
        push(format!("{name}: giải quyết trước hạn, đúng hạn"), Some(f.dossiers.not_late_rate()));
        push(format!("{name}: hồ sơ trực tuyến mức độ 3"), f.online_partial);
        push(format!("{name}: hồ sơ trực tuyến mức độ 4"), f.online_full);
        push(format!("{name}: số hóa hồ sơ khi tiếp nhận"), f.intake);
        push(format!("{name}: số hóa kết quả giải quyết"), f.result);
    }
    push("Hồ sơ nộp trực tuyến, chung".to_owned(), Some(summary.online_overall));
    push("Thanh toán trực tuyến, chung".to_owned(), Some(summary.payments.online));
    Table {
        title: "Các tỷ lệ, với tử số và mẫu số".to_owned(),
        columns: vec!["Chỉ tiêu", "Tử số", "Mẫu số", "Tỷ lệ"],
        rows,
    }
}

fn payments(summary: &PeriodSummary) -> Table {
    let place = |code: &str| match code {
        "town" => "Bộ phận Một cửa".to_owned(),
        "communes" => "Bộ phận Một cửa các xã, phường".to_owned(),
        other => other.to_owned(),
    };
    let row = |((at, kind), p): (&(String, String), &crate::domain::summary::PaymentFigures)| {
        vec![format!("{}: {}", place(at), payment_kind(kind)), grouped(p.transactions), grouped(p.amount_vnd)]
    };
    Table {
        title: "Thanh toán trực tuyến, số tiền chính xác".to_owned(),
        columns: vec!["Nơi và loại", "Số lượt", "Số tiền (đồng)"],
        rows: summary.payments.by_place.iter().rev().map(row).collect(),
    }
}

fn tasks(input: &ReportInput<'_>) -> Table {
    let row = |t: &super::TaskLine| {
        let state = match (t.completed_on, t.late) {
            (Some(on), false) => format!("Hoàn thành {}", date(on)),
            (Some(on), true) => format!("Hoàn thành {}, trễ hạn", date(on)),
            (None, true) => "Đang thực hiện, quá hạn".to_owned(),
            (None, false) => "Đang thực hiện".to_owned(),
        };
        let due = t.due_on.map_or_else(|| "không ghi hạn".to_owned(), date);
        vec![t.code.clone(), t.title.clone(), t.assigned_by.clone(), t.lead_unit.clone(), due, state]
    };
    Table {
        title: "Danh sách nhiệm vụ được giao".to_owned(),
        columns: vec!["Mã", "Nhiệm vụ", "Cơ quan giao", "Đơn vị chủ trì", "Hạn", "Kết quả"],
        rows: input.tasks.iter().map(row).collect(),
    }
}

fn late_dossiers(input: &ReportInput<'_>) -> Table {
    let row = |d: &super::DossierLine| {
        let state = d.closed_on.map_or_else(
            || "quá hạn, đang giải quyết".to_owned(),
            |on| format!("trễ hạn, xong {}", date(on)),
        );
        let due = d.due_on.map_or_else(|| "thay đổi sau kỳ".to_owned(), date);
        vec![d.code.clone(), d.unit.clone(), d.procedure.clone(), date(d.received_on), due, state]
    };
    Table {
        title: "Danh sách hồ sơ trễ hạn, quá hạn".to_owned(),
        columns: vec!["Mã hồ sơ", "Cơ quan", "Thủ tục", "Tiếp nhận", "Hạn trả", "Tình trạng"],
        rows: input.late_dossiers.iter().map(row).collect(),
    }
}
