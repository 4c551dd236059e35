//! The tables behind the report: form II.06a/VPCP/KSTT by group, unit and field, the counts and
//! rates with all their parts, and the lists. No sentences, no layout.

use serde::Serialize;

use crate::domain::summary::{DossierFigures, Figures, PeriodSummary, Rate, RowKey};
use crate::domain::text::{date, grouped};
use crate::domain::unit::Group;

use super::beside;
use super::sentences::{groups, share};
use super::wording::payment_kind;
use super::{DossierLine, Paper, ReportInput, TaskLine};

/// Rows of a list on paper.
const LISTED: usize = 1000;

/// A row of form II.06a/VPCP/KSTT.
#[derive(Debug, Serialize)]
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
#[derive(Debug, Serialize)]
pub struct Table {
    /// What it shows.
    pub title: &'static str,
    /// Its columns, 252 mm in all.
    pub columns: Vec<Column>,
    /// Its rows: the first cell is a label.
    pub rows: Vec<Vec<String>>,
    /// What is said under it; may be empty.
    pub note: String,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Column {
    /// Its head.
    pub head: &'static str,
    /// Its width in millimetres.
    pub width: u32,
    /// On which side its cells stand.
    pub side: Side,
}

/// On which side a cell's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Words.
    Left,
    /// Dates and codes.
    Centre,
    /// Numbers.
    Right,
}

impl Table {
    /// It lists things rather than numbers.
    pub fn is_list(&self) -> bool {
        self.columns.iter().all(|column| column.side != Side::Right)
    }
}

/// Columns by head and width.
pub fn columns<const N: usize>(side: Side, heads: [(&'static str, u32); N]) -> impl Iterator<Item = Column> {
    heads.into_iter().map(move |(head, width)| Column { head, width, side })
}

/// A column of words, then columns of numbers.
fn counted<const N: usize>(label: (&'static str, u32), heads: [(&'static str, u32); N]) -> Vec<Column> {
    columns(Side::Left, [label]).chain(columns(Side::Right, heads)).collect()
}

/// The eleven numbers of a row, and whether the form's identities hold. Withdrawn and stopped
/// dossiers count as resolved on time, as the form has no column for them.
pub fn form_cells(figures: &Figures) -> ([i64; 11], bool) {
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

/// There is something to say of it: units may have tasks only.
pub fn is_counted(figures: &Figures) -> bool {
    form_cells(figures).0 != [0; 11]
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
        let there: Vec<_> = summary
            .rows
            .iter()
            .filter(|r| breakdown(&r.key) == title)
            .filter(|r| matches!(r.key, RowKey::Group(_)) || is_counted(&r.figures))
            .collect();
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

/// What is said under the form.
pub fn form_note(form: &[FormRow]) -> &'static str {
    if form.is_empty() {
        "Trong kỳ không ghi nhận hồ sơ TTHC."
    } else if form.iter().any(|row| row.broken) {
        "Có dòng chưa khớp với đẳng thức của biểu (được đánh dấu)."
    } else {
        "Đã kiểm tra: (3) = (4) + (5) + (6); (7) = (8) + (9) + (10); (11) = (12) + (13); (3) = (7) + (11). Hồ sơ rút và hồ sơ dừng giải quyết được tính vào cột (9) theo biểu mẫu; bảng sau tách riêng."
    }
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
    .map(shortened)
    .collect()
}

/// As much of a list as people read on paper; the workbook has all of it.
fn shortened(table: Table) -> Table {
    let rest = i64::try_from(table.rows.len().saturating_sub(LISTED)).unwrap_or(i64::MAX);
    if rest == 0 {
        return table;
    }
    let rows = table.rows.into_iter().take(LISTED).collect();
    let (named, rest) = (Paper::Xlsx.file_name(), grouped(rest));
    // A list that isn't whole in the workbook either says so itself.
    let whole = if table.note.is_empty() { "danh sách đầy đủ" } else { "xem tiếp" };
    let note = format!("Còn {rest} dòng; {whole} trong tệp {named}. {}", table.note);
    Table { rows, note: note.trim_end().to_owned(), ..table }
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
        title: "Kết quả giải quyết, tách riêng trước hạn và đúng hạn",
        columns: counted(
            ("Nhóm cơ quan", 72),
            [
                ("Đã giải quyết", 18),
                ("Trước hạn", 18),
                ("Đúng hạn", 18),
                ("Trễ hạn", 18),
                ("Rút hồ sơ", 18),
                ("Dừng giải quyết", 18),
                ("Đang giải quyết", 18),
                ("Trong hạn", 18),
                ("Trong đó: tạm dừng", 18),
                ("Quá hạn", 18),
            ],
        ),
        rows: groups(summary).map(row).collect(),
        note: String::new(),
    }
}

/// Every rate that is one of something, with both its parts.
pub fn rate_lines(summary: &PeriodSummary) -> Vec<(String, Rate)> {
    let mut lines = Vec::new();
    for (group, f) in groups(summary) {
        let name = group_name(group);
        lines.extend([
            (format!("{name}: giải quyết trước hạn, đúng hạn"), Some(f.dossiers.not_late_rate())),
            (format!("{name}: hồ sơ trực tuyến mức độ 3"), f.online_partial),
            (format!("{name}: hồ sơ trực tuyến mức độ 4"), f.online_full),
            (format!("{name}: số hóa hồ sơ khi tiếp nhận"), f.intake),
            (format!("{name}: số hóa kết quả giải quyết"), f.result),
        ]);
    }
    lines.push(("Hồ sơ nộp trực tuyến, chung".to_owned(), Some(summary.online_overall)));
    lines.push(("Thanh toán trực tuyến, chung".to_owned(), summary.payments.online.into()));
    lines.into_iter().filter_map(|(name, rate)| Some((name, rate.filter(|r| r.denominator != 0)?))).collect()
}

fn rates(summary: &PeriodSummary) -> Table {
    let row = |(name, rate): (String, Rate)| {
        vec![name, grouped(rate.numerator), grouped(rate.denominator), share(rate).unwrap_or_default()]
    };
    let rows = rate_lines(summary).into_iter().map(row).collect();
    Table {
        title: "Các tỷ lệ, với tử số và mẫu số",
        columns: counted(("Chỉ tiêu", 162), [("Tử số", 30), ("Mẫu số", 30), ("Tỷ lệ", 30)]),
        rows,
        note: String::new(),
    }
}

/// Online payments by place and kind: how many, and how many đồng.
pub fn payment_lines(summary: &PeriodSummary) -> Vec<(String, i64, i64)> {
    let place = |code: &str| match code {
        "town" => "Bộ phận Một cửa".to_owned(),
        "communes" => "Bộ phận Một cửa các xã, phường".to_owned(),
        other => other.to_owned(),
    };
    let line = |((at, kind), p): (&(String, String), &crate::domain::summary::PaymentFigures)| {
        (format!("{}: {}", place(at), payment_kind(kind)), p.transactions, p.amount_vnd)
    };
    summary.payments.by_place.iter().rev().map(line).collect()
}

fn payments(summary: &PeriodSummary) -> Table {
    let row = |(name, times, amount)| vec![name, grouped(times), grouped(amount)];
    Table {
        title: "Thanh toán trực tuyến, số tiền chính xác",
        columns: counted(("Nơi và loại", 162), [("Số lượt", 40), ("Số tiền (đồng)", 50)]),
        rows: payment_lines(summary).into_iter().map(row).collect(),
        note: String::new(),
    }
}

/// Whether a task is late, as it follows what became of it.
pub fn task_state(task: &TaskLine) -> &'static str {
    match (task.late, task.completed_on) {
        (false, _) => "",
        (true, Some(_)) => ", trễ hạn",
        (true, None) => ", quá hạn",
    }
}

/// How a listed dossier stood at the period's end.
pub fn dossier_state(dossier: &DossierLine) -> &'static str {
    if dossier.closed_on.is_some() { "trễ hạn" } else { "quá hạn, đang giải quyết" }
}

fn tasks(input: &ReportInput<'_>) -> Table {
    let row = |t: &TaskLine| {
        let done = t
            .completed_on
            .map_or_else(|| "Đang thực hiện".to_owned(), |on| format!("Hoàn thành {}", date(on)));
        let state = format!("{done}{}", task_state(t));
        let due = t.due_on.map_or_else(|| "không ghi hạn".to_owned(), date);
        vec![t.code.clone(), t.title.clone(), t.assigned_by.clone(), t.lead_unit.clone(), due, state]
    };
    Table {
        title: "Danh sách nhiệm vụ được giao",
        columns: columns(
            Side::Left,
            [("Mã", 28), ("Nhiệm vụ", 86), ("Cơ quan giao", 42), ("Đơn vị chủ trì", 38)],
        )
        .chain(columns(Side::Centre, [("Hạn", 22)]))
        .chain(columns(Side::Left, [("Kết quả", 36)]))
        .collect(),
        rows: input.tasks.iter().map(row).collect(),
        note: String::new(),
    }
}

fn late_dossiers(input: &ReportInput<'_>) -> Table {
    let row = |d: &DossierLine| {
        let done = d.closed_on.map(|on| format!(", xong {}", date(on))).unwrap_or_default();
        let state = format!("{}{done}", dossier_state(d));
        let apology = if d.apologised { "; đã xin lỗi" } else { "" };
        let cause = format!("{}{apology}", d.cause.as_deref().unwrap_or("chưa được ghi"));
        let due = d.due_on.map_or_else(|| "thay đổi sau kỳ".to_owned(), date);
        vec![d.code.clone(), d.unit.clone(), d.procedure.clone(), date(d.received_on), due, state, cause]
    };
    Table {
        title: "Danh sách hồ sơ trễ hạn, quá hạn",
        columns: columns(Side::Left, [("Mã hồ sơ", 49), ("Cơ quan", 62), ("Thủ tục", 52)])
            .chain(columns(Side::Centre, [("Tiếp nhận", 19), ("Hạn trả", 19)]))
            .chain(columns(Side::Left, [("Tình trạng", 26), ("Nguyên nhân", 25)]))
            .collect(),
        rows: input.late_dossiers.iter().map(row).collect(),
        note: left_out(input).unwrap_or_default(),
    }
}

/// What is said where there are more late dossiers than the list holds.
pub fn left_out(input: &ReportInput<'_>) -> Option<String> {
    let more = i64::try_from(input.late_left_out).unwrap_or(i64::MAX);
    let listed = i64::try_from(input.late_dossiers.len()).unwrap_or(i64::MAX);
    (more > 0).then(|| {
        format!(
            "Danh sách nêu {} hồ sơ, còn {} hồ sơ không nêu ở đây; số liệu đã tính đủ, danh sách đầy đủ tra trên hệ thống.",
            grouped(listed),
            grouped(more)
        )
    })
}
