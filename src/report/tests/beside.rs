//! What stands beside the counted figures: declared ones and incidents, said as what they are.

use chrono::NaiveDateTime;

use crate::domain::declared::{Declared, DeclaredIndicator, Whose};
use crate::domain::incident::IncidentKind;
use crate::domain::unit::Group;
use crate::report::IncidentLine;

use super::*;

fn declared(indicator: DeclaredIndicator, value: i64, parts: Option<(i64, i64)>, whose: Whose) -> Declared {
    Declared {
        code: "KB".to_owned(),
        indicator,
        value,
        parts,
        whose,
        source: "Thiết bị đánh giá".to_owned(),
        file: String::new(),
        office: "Văn phòng".to_owned(),
        declared_on: day("2024-05-15"),
        corrections: 0,
    }
}

#[test]
fn declared_figures_are_said_as_declared_and_change_nothing_else() {
    let mut lines = vec![
        declared(DeclaredIndicator::RatingsTotal, 3989, None, Whose::Unit("Bộ phận Một cửa".to_owned())),
        declared(DeclaredIndicator::SatisfiedRate, 9932, Some((2940, 2960)), Whose::House),
        declared(DeclaredIndicator::PaymentsOnlineAmount, 195_840_000, None, Whose::Group(Group::Communes)),
    ];
    lines.push(declared(DeclaredIndicator::PetitionsReceived, 2, None, Whose::House));
    (lines[1].file, lines[1].corrections) = ("thiet-bi.pdf".to_owned(), 2);
    let (summary, wording) = (sample(), reference());
    let plain = print(&summary, &wording, true);
    let page = print_as(&summary, &wording, true, |input| input.declared = &lines);
    for said in [
        "<p class=\"text\">- Số liệu do đơn vị khai báo, không do hệ thống đếm: Bộ phận Một cửa: lượt đánh giá sự hài lòng 3.989 (nguồn: Thiết bị đánh giá; Văn phòng khai báo ngày 15/5/2024); Toàn thị xã: tỷ lệ hài lòng 99,32% (2.940/2.960) (nguồn: Thiết bị đánh giá, tệp thiet-bi.pdf; Văn phòng khai báo ngày 15/5/2024); Toàn thị xã: phản ánh, kiến nghị tiếp nhận 02 (nguồn: Thiết bị đánh giá; Văn phòng khai báo ngày 15/5/2024).</p>",
        "<p class=\"text\">- Số liệu do đơn vị khai báo, không do hệ thống đếm: Các xã, phường: số tiền thanh toán trực tuyến 195.840.000 đồng (nguồn: Thiết bị đánh giá; Văn phòng khai báo ngày 15/5/2024).</p>",
        "Số liệu do đơn vị khai báo, không do hệ thống đếm</h3>",
        "<td>Tỷ lệ hài lòng</td><td>Toàn thị xã</td><td>99,32% (2.940/2.960)</td><td>Thiết bị đánh giá, tệp thiet-bi.pdf</td><td>Văn phòng</td><td>15/5/2024 (đã đính chính 02 lần)</td>",
    ] {
        assert!(page.contains(said), "not in the report: {said}");
    }
    assert!(!plain.contains("khai báo"));
    // Every line of the report without them is there, in its order.
    let mut rest = page.lines();
    for line in plain.lines() {
        // The lists after the new table are numbered one higher.
        let heading = line.split_once(". ").filter(|_| line.starts_with("<h3>"));
        let same = |other: &str| other == line || heading.is_some_and(|(_, tail)| other.ends_with(tail));
        assert!(rest.any(same), "lost or moved: {line}");
    }
}

#[test]
fn incidents_are_quoted_with_what_they_hit() {
    let local = |text: &str| text.parse::<NaiveDateTime>().expect("a local time");
    let line = |kind, to: Option<&str>, hit, late, overdue| IncidentLine {
        system: "phần mềm Một cửa của tỉnh".to_owned(),
        kind,
        failure: "không luân chuyển được hồ sơ.".to_owned(),
        from: local("2024-05-15T07:30:00"),
        to: to.map(local),
        reference: if hit == 0 { String::new() } else { "Công văn số 12/BC-VP".to_owned() },
        hit,
        late,
        overdue,
    };
    let lines = [
        line(IncidentKind::Down, Some("2024-05-15T11:00:00"), 35, 2, 1),
        line(IncidentKind::OutOfSync, None, 4, 0, 0),
        line(IncidentKind::WrongData, Some("2024-06-01T00:05:00"), 0, 0, 0),
    ];
    let (summary, wording) = (sample(), reference());
    let page = print_as(&summary, &wording, false, |input| input.incidents = &lines);
    for said in [
        "<p class=\"text\">- Phần mềm Một cửa của tỉnh ngừng hoạt động từ 07 giờ 30 ngày 15/5/2024 đến 11 giờ 00 ngày 15/5/2024, kéo dài 03 giờ 30 phút (Công văn số 12/BC-VP): không luân chuyển được hồ sơ; ảnh hưởng đến 35 hồ sơ, trong đó có 02 hồ sơ giải quyết trễ hạn, 01 hồ sơ đang giải quyết đã quá hạn.</p>",
        "không đồng bộ dữ liệu từ 07 giờ 30 ngày 15/5/2024, đến thời điểm báo cáo chưa khắc phục xong (Công văn số 12/BC-VP): không luân chuyển được hồ sơ; ảnh hưởng đến 04 hồ sơ, không có hồ sơ trễ hạn hoặc quá hạn.",
        "ghi nhận sai dữ liệu từ 07 giờ 30 ngày 15/5/2024 đến 00 giờ 05 ngày 01/6/2024, kéo dài 16 ngày 16 giờ: không luân chuyển được hồ sơ; không ghi nhận hồ sơ bị ảnh hưởng.",
    ] {
        assert!(page.contains(said), "not in the report: {said}");
    }
    assert!(!print(&summary, &wording, false).contains("sự cố"));
}
