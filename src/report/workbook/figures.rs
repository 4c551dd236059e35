//! Counts and rates that aren't the form's: by group, petitions, payments, ratings, and what the pictures show.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartFormat, ChartSolidFill, ChartType, Color, Workbook, XlsxError,
};

use super::super::ReportInput;
use super::super::appendix::{group_name, payment_lines, rate_lines};
use super::super::charts::{DARK, LIGHT, unit_rates};
use super::super::sentences::{groups as groups_of, rating_name};
use super::Cover;
use super::leaf::{Column, Grid, Leaf, Place, Value};
use crate::domain::figure::Rating;

/// Units in the picture of rates.
const PICTURED: u32 = 30;

fn widths(columns: &[Column]) -> Vec<u16> {
    columns.iter().map(|(_, width)| *width).collect()
}

fn sum_of(letter: &str, sum: i64) -> Value {
    Value::Sum(format!("SUM({letter}{{first}}:{letter}{{last}})"), sum)
}

fn total_label() -> Value {
    Value::Text("Tổng cộng".to_owned())
}

/// A sheet of one table.
fn single(book: &mut Workbook, named: (&str, &str), cover: &Cover, grid: &Grid) -> Result<(), XlsxError> {
    let mut leaf = Leaf::begin(book, named, cover, &widths(&grid.columns))?;
    let place = leaf.grid(grid)?;
    leaf.keep(place, 1, None)
}

/// The groups, with withdrawn and stopped dossiers on their own.
pub fn groups(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    const COUNTS: [&str; 10] = ["C", "D", "F", "G", "H", "J", "K", "M", "N", "O"];
    let mut sums = [0; 10];
    let columns = vec![
        ("Nhóm cơ quan", 36),
        ("Đã tiếp nhận", 10),
        ("Trong kỳ", 10),
        ("Từ kỳ trước", 10),
        ("Đã giải quyết", 10),
        ("Trước hạn", 10),
        ("Đúng hạn", 10),
        ("Trễ hạn", 10),
        ("Tỷ lệ trước hạn, đúng hạn", 11),
        ("Rút hồ sơ", 9),
        ("Dừng giải quyết", 9),
        ("Đang giải quyết", 10),
        ("Trong hạn", 10),
        ("Trong đó: tạm dừng", 10),
        ("Quá hạn", 10),
        ("Kiểm tra", 10),
    ];
    // The ten counts; the rest of a row is reckoned from them.
    let row = |label: Value, n: [i64; 10], count: &dyn Fn(usize) -> Value| {
        let (received, resolved, in_process) = (n[0] + n[1], n[2] + n[3] + n[4], n[7] + n[9]);
        vec![
            label,
            Value::Sum("C{r}+D{r}".to_owned(), received),
            count(0),
            count(1),
            Value::Sum("F{r}+G{r}+H{r}".to_owned(), resolved),
            count(2),
            count(3),
            count(4),
            Value::Share("IF(E{r}=0,\"\",(F{r}+G{r})/E{r})".to_owned(), Some((n[2] + n[3], resolved))),
            count(5),
            count(6),
            Value::Sum("M{r}+O{r}".to_owned(), in_process),
            count(7),
            count(8),
            count(9),
            Value::Check(
                "B{r}=E{r}+J{r}+K{r}+L{r}".to_owned(),
                received == resolved + n[5] + n[6] + in_process,
            ),
        ]
    };
    let mut rows = Vec::new();
    for (group, figures) in groups_of(input.summary) {
        let f = &figures.dossiers;
        let n = [
            f.received_in_period,
            f.carried_over,
            f.resolved_early,
            f.resolved_on_time,
            f.resolved_late,
            f.withdrawn,
            f.stopped,
            f.in_process_in_due,
            f.in_process_paused,
            f.in_process_overdue,
        ];
        for (sum, count) in sums.iter_mut().zip(n) {
            *sum += count;
        }
        rows.push(row(Value::Text(group_name(group).to_owned()), n, &|at| Value::Count(n[at])));
    }
    let total = row(total_label(), sums, &|at| sum_of(COUNTS[at], sums[at]));
    let grid = Grid { columns, rows, total: Some(total) };
    single(book, ("Theo nhóm cơ quan", "KẾT QUẢ GIẢI QUYẾT HỒ SƠ TTHC THEO NHÓM CƠ QUAN"), cover, &grid)
}

/// The rates with both their parts.
pub fn rates(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    let row = |(name, rate): (String, crate::domain::summary::Rate)| {
        vec![
            Value::Text(name),
            Value::Count(rate.numerator),
            Value::Count(rate.denominator),
            Value::Share("IF(C{r}=0,\"\",B{r}/C{r})".to_owned(), Some((rate.numerator, rate.denominator))),
        ]
    };
    let rows = rate_lines(input.summary).into_iter().map(row).collect();
    let columns = vec![("Chỉ tiêu", 70), ("Tử số", 14), ("Mẫu số", 14), ("Tỷ lệ", 12)];
    single(book, ("Tỷ lệ", "CÁC TỶ LỆ, VỚI TỬ SỐ VÀ MẪU SỐ"), cover, &Grid { columns, rows, total: None })
}

/// Petitions.
pub fn petitions(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    let f = &input.summary.petitions;
    let rows = [
        ("Tiếp nhận trong kỳ", f.received),
        ("Trong đó: liên quan đến quy định TTHC", f.on_regulation),
        ("Trong đó: qua Cổng Dịch vụ công quốc gia", f.by_portal),
        ("Đã trả lời", f.answered),
        ("Trong đó: đúng thời hạn", f.answered_on_time),
        ("Trong đó: công khai", f.published),
        ("Trong đó: được đánh giá hài lòng", f.satisfied),
    ];
    let rows = rows.map(|(name, count)| vec![Value::Text(name.to_owned()), Value::Count(count)]).into();
    let columns = vec![("Chỉ tiêu", 80), ("Số lượng", 16)];
    let grid = Grid { columns, rows, total: None };
    single(book, ("Phản ánh, kiến nghị", "TIẾP NHẬN, XỬ LÝ PHẢN ÁNH, KIẾN NGHỊ"), cover, &grid)
}

/// Online payments by place and kind, to the đồng.
pub fn payments(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    let lines = payment_lines(input.summary);
    let sums = lines.iter().fold((0, 0), |sum, (_, times, amount)| (sum.0 + times, sum.1 + amount));
    let row = |(name, times, amount)| vec![Value::Text(name), Value::Count(times), Value::Count(amount)];
    let columns = vec![("Nơi và loại", 76), ("Số lượt", 14), ("Số tiền (đồng)", 22)];
    let total = Some(vec![total_label(), sum_of("B", sums.0), sum_of("C", sums.1)]);
    let grid = Grid { columns, rows: lines.into_iter().map(row).collect(), total };
    single(book, ("Thanh toán trực tuyến", "THANH TOÁN TRỰC TUYẾN"), cover, &grid)
}

/// Ratings by group and kind.
pub fn ratings(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    const KINDS: [&str; 5] = ["B", "C", "D", "E", "F"];
    let mut sums: BTreeMap<Rating, i64> = BTreeMap::new();
    let rated = groups_of(input.summary).filter(|(_, figures)| !figures.ratings.is_empty());
    let row = |label: Value, given: &BTreeMap<Rating, i64>, summed: bool| {
        let of = |rating: &Rating| given.get(rating).copied().unwrap_or_default();
        let kinds = Rating::ALL.iter().zip(KINDS).map(|(rating, letter)| {
            if summed { sum_of(letter, of(rating)) } else { Value::Count(of(rating)) }
        });
        let all = Value::Sum("SUM(B{r}:F{r})".to_owned(), given.values().sum());
        [label].into_iter().chain(kinds).chain([all]).collect::<Vec<_>>()
    };
    let mut rows = Vec::new();
    for (group, figures) in rated {
        for (rating, count) in &figures.ratings {
            *sums.entry(*rating).or_default() += count;
        }
        rows.push(row(Value::Text(group_name(group).to_owned()), &figures.ratings, false));
    }
    let total = Some(row(total_label(), &sums, true));
    let mut columns = vec![("Nhóm cơ quan", 44)];
    columns.extend(Rating::ALL.iter().map(|rating| (rating_name(*rating), 14)));
    columns.push(("Tổng số", 14));
    let grid = Grid { columns, rows, total };
    single(book, ("Đánh giá hài lòng", "ĐÁNH GIÁ SỰ HÀI LÒNG"), cover, &grid)
}

/// What the pictures show, and the pictures beside it.
pub fn charts(book: &mut Workbook, input: &ReportInput<'_>, cover: &Cover) -> Result<(), XlsxError> {
    const NAME: &str = "Biểu đồ";
    let months = input.charts.months.iter().map(|month| {
        vec![Value::Text(month.label()), Value::Count(month.received), Value::Count(month.resolved)]
    });
    let ages = input
        .charts
        .ages
        .iter()
        .map(|band| vec![Value::Text(band.label.to_owned()), Value::Count(band.open)]);
    let rates = unit_rates(input).into_iter().map(|(unit, rate)| {
        vec![
            Value::Text(unit.to_owned()),
            Value::Count(rate.numerator),
            Value::Count(rate.denominator),
            Value::Share("IF(C{r}=0,\"\",B{r}/C{r})".to_owned(), Some((rate.numerator, rate.denominator))),
        ]
    });
    let months = Grid {
        columns: vec![("Tháng", 44), ("Tiếp nhận", 12), ("Đã giải quyết", 12)],
        rows: months.collect(),
        total: None,
    };
    let ages = Grid {
        columns: vec![("Thời gian kể từ khi tiếp nhận", 44), ("Hồ sơ đang giải quyết", 12)],
        rows: ages.collect(),
        total: None,
    };
    let rates = Grid {
        columns: vec![
            ("Cơ quan, đơn vị", 44),
            ("Trước hạn, đúng hạn", 12),
            ("Đã giải quyết", 12),
            ("Tỷ lệ", 12),
        ],
        rows: rates.collect(),
        total: None,
    };
    let mut leaf = Leaf::begin(book, (NAME, "BIỂU ĐỒ"), cover, &[44, 12, 12, 12, 4, 14, 14, 14, 14, 14, 14])?;
    let top = leaf.row;
    let by_month = leaf.grid(&months)?;
    let by_age = leaf.grid(&ages)?;
    let by_unit = leaf.grid(&rates)?;
    let series = |place: Place, last: u32, column: u16| (NAME, place.first, column, last, column);
    let mut row = top;
    let pictures = [
        ("Hồ sơ tiếp nhận và giải quyết theo tháng", ChartType::Column, by_month, &[1, 2][..], &months),
        (
            "Hồ sơ đang giải quyết cuối kỳ theo thời gian kể từ khi tiếp nhận",
            ChartType::Column,
            by_age,
            &[1],
            &ages,
        ),
        ("Tỷ lệ giải quyết trước hạn, đúng hạn theo cơ quan, đơn vị", ChartType::Bar, by_unit, &[3], &rates),
    ];
    for (title, kind, place, columns, grid) in pictures {
        if grid.rows.is_empty() {
            continue;
        }
        let last = place.last.min(place.first + PICTURED - 1);
        let mut chart = Chart::new(kind);
        chart.title().set_name(title);
        for (column, colour) in columns.iter().zip([DARK, LIGHT]) {
            let (head, _) = grid.columns[usize::from(*column)];
            chart
                .add_series()
                .set_name(head)
                .set_categories(series(place, last, 0))
                .set_values(series(place, last, *column))
                .set_format(
                    ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(Color::RGB(colour))),
                )
                .set_data_label(ChartDataLabel::new().show_value());
        }
        if columns.len() == 1 {
            chart.legend().set_hidden();
        }
        let bars = last - place.first + 1;
        let high = if kind == ChartType::Bar { 90 + 22 * bars } else { 300 };
        if kind == ChartType::Bar {
            // The first row on top, as in the table.
            chart.y_axis().set_reverse();
            chart.x_axis().set_min(0).set_max(1).set_num_format("0%");
            leaf.sheet.set_page_breaks(&[row])?;
        }
        chart.set_width(620).set_height(high).set_alt_text(title);
        leaf.sheet.insert_chart(row, 5, &chart)?;
        // A row is about 20 pixels high.
        row += high / 20 + 2;
    }
    Ok(())
}
