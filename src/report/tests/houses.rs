//! What other houses' reports say and don't: their names, petitions, lists and targets.

use crate::domain::figure::Rating;
use crate::domain::summary::{PetitionFigures, Rate, RowKey};
use crate::domain::target::{Indicator, Target};

use super::*;

fn has(page: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(page.contains(sentence), "not in the report: {sentence}");
    }
}

fn silent(page: &str, words: &[&str]) {
    for word in words {
        assert!(!page.contains(word), "in the report: {word}");
    }
}

#[test]
fn a_commune_reports_in_its_own_name() {
    let at = Locality { kind: "xã", name: "Tre Xanh", upper: "tỉnh", body: "UBND xã" };
    let wording = Wording::reference(at, &Registered::default());
    let mut summary = sample();
    summary.procedures.remove("town");
    summary.documents.clear();
    let page = print_as(&summary, &wording, false, |input| {
        (input.superior, input.office, input.symbol) = ("", "Ủy ban nhân dân xã Tre Xanh", "UBND");
        (input.own, input.locality, input.signer_title) = (true, at, "Chủ tịch");
    });
    has(
        &page,
        &[
            "<div class=\"issuer\">\n    <p class=\"strong ruled short\">ỦY BAN NHÂN DÂN XÃ TRE XANH</p>",
            "/BC-UBND",
            "Tre Xanh, ngày 15 tháng 5 năm 2024",
            "Ủy ban nhân dân xã Tre Xanh báo cáo kết quả thực hiện công tác cải cách hành chính trong",
            "Trên đây là kết quả thực hiện công tác cải cách hành chính 05 tháng đầu năm 2024 của Ủy ban nhân dân xã Tre Xanh. Kính gửi",
            "Tổng số thủ tục hành chính thuộc thẩm quyền giải quyết của UBND xã: 143 (bao gồm cả TTHC của cơ quan ngành dọc).",
            "+ Tại Bộ phận Một cửa xã: Đã tiếp nhận",
            "Bộ phận một cửa xã thanh toán trực tuyến",
            "<p>- Phòng Nội vụ;</p>",
            ">CHỦ TỊCH</p>",
        ],
    );
    silent(&page, &["UBND thị xã", "xã, phường thanh", "UBND các xã, phường", "(b/c)", "tham mưu", "/BC-VP"]);
}

#[test]
fn a_house_of_no_known_kind_leaves_no_hole() {
    let at = Locality { kind: "", name: "Gốc", upper: "tỉnh", body: "Gốc" };
    let wording = Wording::reference(at, &Registered { branches: vec!["Chi nhánh Đông"], communes: true });
    let page = print_as(&sample(), &wording, true, |input| input.locality = at);
    has(
        &page,
        &[
            "Gốc, ngày 15 tháng 5 năm 2024",
            "giao: Gốc thực hiện hoàn thành 09 nhiệm vụ",
            "+ Các cơ quan chuyên môn của Gốc: Đã tiếp nhận",
            "+ Chi nhánh Đông: Đã tiếp nhận",
            "Tỷ lệ hồ sơ nộp trực tuyến chung đạt 99,91%.",
            "của Văn phòng HĐND và UBND thị xã. Kính gửi",
            "- Lãnh đạo Gốc (b/c);",
            "- Phòng Nội vụ;",
        ],
    );
    silent(&page, &["UBND  ", "toàn  ", " ;", "  đã", "Gốc Gốc"]);
}

#[test]
fn several_branches_are_said_as_several() {
    let wording = Wording::reference(TOWN, &Registered { branches: vec!["Đông", "Tây"], communes: false });
    let mut summary = sample();
    let branches = RowKey::Group(Group::LandRegistryBranch);
    let row = summary.rows.iter_mut().find(|row| row.key == branches).expect("the sample has it");
    row.figures.result = Some(Rate { numerator: 1, denominator: 2 });
    let page = print(&summary, &wording, false);
    has(
        &page,
        &[
            "+ Các Chi nhánh Văn phòng Đăng ký đất đai: Đã tiếp nhận 8.055 hồ sơ",
            "; các Chi nhánh Văn phòng Đăng ký đất đai có 3.693 lượt đánh giá",
            "; các Chi nhánh Văn phòng Đăng ký đất đai số hóa kết quả giải quyết TTHC đạt 50%.",
        ],
    );
    silent(&page, &["; Các ", "UBND các xã, phường;", "Chi nhánh thị xã Đức Phổ:"]);
}

#[test]
fn petitions_are_what_the_records_show() {
    let mut summary = sample();
    let said = |summary: &PeriodSummary| print(summary, &reference(), false);
    let petitions = PetitionFigures { received: 2, ..PetitionFigures::default() };
    summary.petitions = PetitionFigures { on_regulation: 1, by_portal: 1, ..petitions };
    has(
        &said(&summary),
        &[
            "xử lý phản ánh kiến nghị của người dân, tổ chức: Trong 05 tháng đầu năm 2024, phát sinh 02 phản ánh kiến nghị của người dân, tổ chức (trong đó 01 phản ánh liên quan đến quy định TTHC; 01 phản ánh tiếp nhận trên pakn.dichvucong.gov.vn), chưa có phản ánh nào được trả lời.",
        ],
    );
    summary.petitions = petitions;
    let page = said(&summary);
    has(&page, &["phát sinh 02 phản ánh kiến nghị của người dân, tổ chức, chưa có"]);
    silent(&page, &["liên quan đến quy định", "pakn."]);
    summary.petitions = PetitionFigures { on_regulation: 2, ..petitions };
    has(
        &said(&summary),
        &["phát sinh 02 phản ánh kiến nghị của người dân, tổ chức liên quan đến quy định TTHC, chưa"],
    );
}

#[test]
fn a_deadline_that_moved_after_the_period_is_not_told() {
    let mut lines = late_lines();
    lines[1].due_on = None;
    let (summary, wording) = (sample(), reference());
    let page = print_as(&summary, &wording, false, |input| input.late_dossiers = &lines);
    has(&page, &["<td>thay đổi sau kỳ</td><td>quá hạn, đang giải quyết</td>"]);
}

#[test]
fn a_list_that_is_cut_says_how_many_are_left_out() {
    let (summary, wording) = (sample(), reference());
    let page = print_as(&summary, &wording, true, |input| input.late_left_out = 12_345);
    has(&page, &["Danh sách nêu 2 hồ sơ, còn 12.345 hồ sơ không nêu ở đây; số liệu đã tính đủ"]);
    silent(&print(&summary, &wording, true), &["không nêu ở đây"]);
}

#[test]
fn every_rating_has_its_words() {
    let mut summary = sample();
    summary.rows[0].figures.ratings = Rating::ALL.iter().map(|rating| (*rating, 1)).collect();
    has(
        &print(&summary, &reference(), false),
        &[
            "01 lượt đánh giá bình thường, 01 lượt đánh giá không hài lòng, 01 lượt đánh giá rất không hài lòng",
        ],
    );
}

#[test]
fn targets_are_held_against_what_was_reached() {
    let target = |name: &str, indicator, at_most, value_hundredths, basis: &str| Target {
        name: name.to_owned(),
        indicator,
        at_most,
        value_hundredths,
        basis: basis.to_owned(),
    };
    let targets = [
        target("Hồ sơ giải quyết đúng hạn", Indicator::NotLateRate, false, 9500, "Kế hoạch số 1/KH-UBND"),
        target("Hồ sơ trễ hạn", Indicator::LateRate, true, 50, ""),
        target("Nhiệm vụ đúng hạn", Indicator::TaskOnTimeRate, false, 10_000, ""),
        target("Số hóa", Indicator::ResultDigitisedRate, false, 9000, ""),
    ];
    let mut summary = sample();
    for row in &mut summary.rows {
        row.figures.result = None;
    }
    let wording = reference();
    let page = print_as(&summary, &wording, false, |input| input.targets = &targets);
    has(
        &page,
        &[
            "- Hồ sơ giải quyết đúng hạn: chỉ tiêu được giao từ 95% trở lên (Kế hoạch số 1/KH-UBND); thực hiện 99,36% (22.380/22.524), vượt chỉ tiêu.",
            "- Hồ sơ trễ hạn: chỉ tiêu được giao không quá 0,50%; thực hiện 0,64% (144/22.524), chưa đạt chỉ tiêu.",
            "- Nhiệm vụ đúng hạn: chỉ tiêu được giao từ 100% trở lên; thực hiện 88,89% (8/9), chưa đạt chỉ tiêu.",
            "- Số hóa: chỉ tiêu được giao từ 90% trở lên; trong kỳ chưa có số liệu để đánh giá.",
        ],
    );
    silent(&print(&summary, &reference(), false), &["chỉ tiêu được giao"]);
}
