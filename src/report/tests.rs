//! The report of the sample's figures, sentence by sentence, and reports of little or nothing.

use crate::domain::period::Period;
use crate::domain::summary::{DossierFigures, Identity, PeriodSummary, PetitionFigures, TaskFigures};
use crate::domain::unit::Group;

use super::sample::{counts, day, document, figures, group, instant, nothing, sample};
use super::template::Template;
use super::{
    AgeBand, Charts, DossierLine, Locality, MonthFigures, Registered, ReportInput, TaskLine, Wording, html,
    period_name,
};

mod beside;
mod houses;
mod written;

const TOWN: Locality<'static> =
    Locality { kind: "thị xã", name: "Đức Phổ", upper: "tỉnh", body: "UBND thị xã" };
const BRANCH: &str = "Văn phòng Đăng ký đất đai tỉnh - Chi nhánh thị xã Đức Phổ";

/// The words of the report of May 2024.
pub fn reference() -> Wording {
    Wording::reference(TOWN, &Registered { branches: vec![BRANCH], communes: true })
}

fn task_lines() -> Vec<TaskLine> {
    let task = |code: &str, due: Option<&str>, done: Option<&str>, late| TaskLine {
        code: code.to_owned(),
        title: format!("Nhiệm vụ UBND tỉnh giao số {code}"),
        assigned_by: "Chủ tịch UBND tỉnh (1703/UBND-KGVX)".to_owned(),
        lead_unit: "Phòng Y tế".to_owned(),
        due_on: due.map(day),
        completed_on: done.map(day),
        late,
    };
    vec![
        task("NV-2024-001", Some("2024-01-11"), Some("2024-01-04"), false),
        task("NV-2024-002", Some("2024-02-01"), Some("2024-02-05"), true),
        task("NV-2024-003", None, None, false),
    ]
}

/// The sample's months, and the ages of what is open.
fn pictured() -> Charts {
    let months = [
        ("2023-12-15", "2023-12-31", 2106, 2011),
        ("2024-01-01", "2024-01-31", 4620, 4515),
        ("2024-02-01", "2024-02-29", 3480, 3390),
        ("2024-03-01", "2024-03-31", 4870, 4702),
        ("2024-04-01", "2024-04-30", 5010, 4911),
        ("2024-05-01", "2024-05-15", 3094, 2995),
    ];
    let month = |(first, last, received, resolved)| MonthFigures {
        first: day(first),
        last: day(last),
        received,
        resolved,
    };
    let ages = [("dưới 1 tháng", 812), ("từ 1 đến dưới 3 tháng", 377), ("từ 12 tháng", 132)];
    Charts {
        months: months.map(month).into(),
        ages: ages.map(|(label, open)| AgeBand { label, open }).into(),
    }
}

fn late_lines() -> Vec<DossierLine> {
    let dossier = |code: &str, closed: Option<&str>| DossierLine {
        code: code.to_owned(),
        unit: "Phòng Tài nguyên và Môi trường".to_owned(),
        procedure: "Cấp giấy chứng nhận quyền sử dụng đất lần đầu".to_owned(),
        received_on: day("2024-02-01"),
        due_on: Some(day("2024-03-20")),
        closed_on: closed.map(day),
        cause: closed.map(|_| "do cơ quan phối hợp".to_owned()),
        apologised: closed.is_none(),
    };
    vec![dossier("000.15.25.H48-240201-0001", Some("2024-03-22")), dossier("000.15.25.H48-240201-0002", None)]
}

/// Prints `summary` as the Office does; `full` with the lists.
fn print(summary: &PeriodSummary, wording: &Wording, full: bool) -> String {
    print_as(summary, wording, full, |_| ())
}

/// The same with something changed.
fn print_as<'a>(
    summary: &'a PeriodSummary,
    wording: &'a Wording,
    full: bool,
    change: impl FnOnce(&mut ReportInput<'a>),
) -> String {
    let mut input = input(summary, wording, full);
    change(&mut input);
    html(&input)
}

/// What it is printed from.
pub fn input<'a>(summary: &'a PeriodSummary, wording: &'a Wording, full: bool) -> ReportInput<'a> {
    let (tasks, late) = if full { (task_lines(), late_lines()) } else { (Vec::new(), Vec::new()) };
    let (tasks, late): (&'a [TaskLine], &'a [DossierLine]) = (tasks.leak(), late.leak());
    ReportInput {
        summary,
        superior: "UBND thị xã Đức Phổ",
        office: "Văn phòng HĐND và UBND thị xã",
        symbol: "VP",
        own: false,
        locality: TOWN,
        dated_on: day("2024-05-15"),
        number: full.then_some("05/BC-VP"),
        recipient: "Phòng Nội vụ",
        request: full.then_some(
            "Công văn số 549/PNV ngày 15/5/2024 về việc báo cáo kết quả thực hiện công tác cải cách hành chính 05 tháng đầu năm 2024",
        ),
        signer_title: "Chánh Văn phòng",
        signer: None,
        data_until: instant("2024-05-16T00:15:00Z"),
        reconciled: None,
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        tasks,
        targets: &[],
        declared: &[],
        incidents: &[],
        late_dossiers: late,
        template: Box::leak(Box::new(Template::period())),
        narrative: Box::leak(Box::default()),
        is_final: false,
        charts: Box::leak(Box::new(pictured())),
        wording,
    }
}

/// The sentences of the real report whose figures come out of records, word for word. Not among
/// them, because no record shows it or a person writes it:
/// - 2b "theo đó, chỉ đạo các cơ quan chuyên môn … trước ngày 01/9/2024" (a plan's content);
/// - 2d "thường xuyên được quan tâm sửa chữa, cải tạo", "được triển khai kịp thời, hiệu quả. Các
///   thông tin về điện thoại … niêm yết", "đều hài lòng và đánh giá cao tinh thần" (opinions);
/// - 3 "tiếp tục được đẩy mạnh thực hiện có hiệu quả" (an opinion).
const SENTENCES: &[&str] = &[
    "Kết quả tham mưu thực hiện công tác cải cách hành chính từ ngày 15/12/2023 đến ngày 15/5/2024",
    "Theo đề nghị của Phòng Nội vụ tại Công văn số 549/PNV ngày 15/5/2024 về việc báo cáo kết quả thực hiện công tác cải cách hành chính 05 tháng đầu năm 2024, Văn phòng HĐND và UBND thị xã báo cáo kết quả tham mưu thực hiện công tác cải cách hành chính trong 05 tháng đầu năm 2024, như sau:",
    "1. Về công tác chỉ đạo, điều hành cải cách hành chính",
    "a) Việc thực hiện các nhiệm vụ được UBND tỉnh, Chủ tịch UBND tỉnh giao:",
    "Tổng hợp, cập nhật tiến độ, kết quả thực hiện các nhiệm vụ được UBND tỉnh, Chủ tịch UBND tỉnh giao: UBND thị xã thực hiện hoàn thành 09 nhiệm vụ (trong đó có 08 nhiệm vụ đúng hạn, 01 nhiệm vụ trễ hạn), 06 nhiệm vụ đang thực hiện (còn thời hạn) (cụ thể có các danh sách gửi kèm).",
    "b) Việc xây dựng, ban hành các văn bản về kiểm soát TTHC năm 2024:",
    "Để thực hiện có hiệu quả công tác kiểm soát TTHC năm 2024, UBND đã ban hành Quyết định số 764/QĐ-UBND ngày 12/3/2024 ban hành Kế hoạch hoạt động kiểm soát thủ tục hành chính năm 2024 trên địa bàn thị xã Đức Phổ; Kế hoạch số 51/KH-UBND ngày 12/3/2024 về truyền thông về hoạt động kiểm soát thủ tục hành chính năm 2024 trên địa bàn thị xã Đức Phổ; Kế hoạch số 53/KH-UBND ngày 12/3/2024 kiểm tra nội bộ việc tiếp nhận, giải quyết thủ tục hành chính tại Bộ phận Tiếp nhận và Trả kết quả thị xã Đức Phổ năm 2024; Kế hoạch số 54/KH-UBND ngày 12/3/2024 tổ chức thực hiện Hội nghị đối thoại với tổ chức, công dân về thủ tục hành chính và giải quyết thủ tục hành chính năm 2024.",
    "b) Việc rà soát, cắt giảm, đơn giản hóa thủ tục hành chính (TTHC):",
    "UBND thị xã đã ban hành Kế hoạch số 52/KH-UBND ngày 12/3/2024 về rà soát, đánh giá thủ tục hành chính năm 2024 trên địa bàn thị xã Đức Phổ",
    "c) Tổng hợp, cập nhật số lượng TTHC thuộc thẩm quyền giải quyết:",
    "Tổng số thủ tục hành chính thuộc thẩm quyền giải quyết của UBND thị xã: 281 (bao gồm cả TTHC của cơ quan ngành dọc); tổng số thủ tục hành chính thuộc thẩm quyền giải quyết của UBND cấp xã (bao gồm cả TTHC của cơ quan ngành dọc): 143.",
    "d) Kết quả thực hiện cơ chế một cửa, một cửa liên thông trong giải quyết TTHC:",
    "+ Các cơ quan chuyên môn của UBND thị xã: Đã tiếp nhận 1.320 hồ sơ (trong kỳ 1.304, từ kỳ trước chuyển sang 16), đã giải quyết 1.277 hồ sơ (trước hạn 1.275 hồ sơ, chiếm tỷ lệ 99,84%; trễ hạn 02 hồ sơ, chiếm tỷ lệ 0,16%), đang giải quyết 37 hồ sơ (trong hạn 37, quá hạn 0), hồ sơ rút 06.",
    "+ Tại Bộ phận Một cửa các xã, phường: Đã tiếp nhận 15.205 hồ sơ (trong kỳ 15.028, từ kỳ trước chuyển sang 177), đã giải quyết 14.909 hồ sơ (trước hạn 14.901, chiếm tỷ lệ 99,95%; trễ hạn 08 hồ sơ, chiếm 0,05%), đang giải quyết 142 hồ sơ (trong hạn 142, quá hạn 00), hồ sơ rút 154.",
    "+ Văn phòng Đăng ký đất đai tỉnh - Chi nhánh thị xã Đức Phổ: Đã tiếp nhận 8.055 hồ sơ, đã giải quyết 6.338 hồ sơ (trước hạn 6.204 hồ sơ, chiếm tỷ lệ 97,89%; trễ hạn 134 hồ sơ, chiếm 2,11%), đang giải quyết 1.142 hồ sơ (trong hạn 1.014, quá hạn 128), hồ sơ rút 575.",
    "- Kết quả tiếp nhận, xử lý phản ánh kiến nghị của người dân, tổ chức liên quan đến quy định TTHC:",
    "Trong 05 tháng đầu năm 2024, phát sinh 02 phản ánh kiến nghị của người dân, tổ chức liên quan đến quy định TTHC trên pakn.dichvucong.gov.vn, đã giải quyết 02 phản ánh đảm bảo thời gian và thực hiện công khai theo quy định, được công dân đánh giá hài lòng.",
    "Trong 05 tháng đầu năm 2024, Bộ phận một cửa thị xã đã thực hiện 3.989 lượt đánh giá sự hài lòng bằng thiết bị điện tử (trong đó: các cơ quan chuyên môn thị xã có 296 lượt đánh giá, kết quả 291 lượt đánh giá rất hài lòng, 05 lượt đánh giá hài lòng; Văn phòng đăng ký đất đai tỉnh – Chi nhánh thị xã Đức Phổ có 3.693 lượt đánh giá, kết quả 3.603 lượt đánh giá rất hài lòng, 87 lượt đánh giá hài lòng, 03 lượt đánh giá bình thường).",
    "- Các cơ quan chuyên môn thị xã: Đã tiếp nhận 258 hồ sơ trực tuyến mức độ 3/tổng số 260 hồ sơ tiếp nhận, đạt tỷ lệ 99,23%; 28 hồ sơ trực tuyến mức độ 4/tổng số 28 hồ sơ tiếp nhận, đạt tỷ lệ 100%. Bộ phận Một cửa các xã, phường: Đã tiếp nhận 11.730 hồ sơ trực tuyến mức độ 3/tổng số 11.739 hồ sơ tiếp nhận, đạt tỷ lệ 99,92%; 3.203 hồ sơ trực tuyến mức độ 4/tổng số 3.206 hồ sơ tiếp nhận, đạt tỷ lệ 99,91%. Tỷ lệ hồ sơ nộp trực tuyến chung của toàn thị xã đạt 99,91%.",
    "- Kết quả số hóa hồ sơ, kết quả giải quyết TTHC: Các cơ quan chuyên môn của UBND thị xã số hóa hồ sơ khi tiếp nhận TTHC đạt tỷ lệ 99,69%, số hóa kết quả giải quyết TTHC đạt 99,52%; các xã, phường số hóa hồ sơ khi tiếp nhận TTHC đạt tỷ lệ 99,92%, số hóa kết quả giải quyết TTHC đạt 99,71%.",
    "- Việc thanh toán trực tuyến trên Cổng Dịch vụ công quốc gia",
    "Tại Bộ phận Một cửa thị xã đã thực hiện thanh toán trực tuyến thuế đất, lệ phí trước bạ với 950 lượt, tổng số tiền trên 5,2 tỷ đồng, thanh toán phí, lệ phí 423 lượt, tổng số tiền gần 10 triệu đồng; Bộ phận một cửa các xã, phường thanh toán trực tuyến phí, lệ phí 9.580 lượt với gần 196 triệu đồng. Tỷ lệ thanh toán trực tuyến trong 05 tháng đầu năm 2024 đạt 99,99%.",
    "(Có Phụ lục kèm theo)",
    "Trên đây là kết quả tham mưu thực hiện công tác cải cách hành chính 05 tháng đầu năm 2024 của Văn phòng HĐND và UBND thị xã Đức Phổ. Kính gửi Phòng Nội vụ tổng hợp./.",
];

#[test]
fn the_sample_reads_as_the_real_report() {
    let page = print(&sample(), &reference(), true);
    for sentence in SENTENCES {
        assert!(page.contains(sentence), "not in the report: {sentence}");
    }
    insta::assert_snapshot!("sample", page);
}

#[test]
fn a_report_of_nothing_asserts_nothing() {
    let page = print(&nothing(), &reference(), false);
    for silent in [
        "hài lòng, ",
        "đảm bảo thời gian",
        "đạt tỷ lệ",
        "vượt chỉ tiêu",
        "gửi kèm",
        "None",
        "NaN",
        "công khai",
    ] {
        assert!(!page.contains(silent), "said without data: {silent}");
    }
    insta::assert_snapshot!("nothing", page);
}

#[test]
fn odd_figures_read_well() {
    let mut summary = sample();
    summary.rows = vec![
        group(Group::Communes, figures(DossierFigures::default())),
        group(Group::LandRegistryBranch, figures(counts([12, 9, 3, 0, 0, 0, 0, 8, 7, 2, 1, 3, 1]))),
    ];
    summary.tasks = TaskFigures {
        in_progress: 4,
        in_progress_in_due: 3,
        in_progress_overdue: 1,
        ..TaskFigures::default()
    };
    summary.petitions = PetitionFigures {
        received: 3,
        answered: 2,
        answered_on_time: 1,
        satisfied: 1,
        ..PetitionFigures::default()
    };
    let said = |wording: &Wording| print(&summary, wording, false);
    let page = said(&reference());
    for sentence in [
        "UBND thị xã chưa có nhiệm vụ hoàn thành trong kỳ, 04 nhiệm vụ đang thực hiện (còn thời hạn 03, quá hạn 01).",
        "+ Tại Bộ phận Một cửa các xã, phường: Trong kỳ không phát sinh hồ sơ.",
        "Đã tiếp nhận 12 hồ sơ, đã giải quyết 0 hồ sơ, đang giải quyết 08 hồ sơ (trong hạn 07, trong đó 02 hồ sơ đang tạm dừng tính thời hạn, quá hạn 01), hồ sơ rút 03, dừng giải quyết 01.",
        "đã giải quyết 02 phản ánh (trong đó 01 phản ánh đảm bảo thời gian), 01 phản ánh được công dân đánh giá hài lòng.",
        "Trong kỳ không có hồ sơ thuộc diện theo dõi số hóa.",
    ] {
        assert!(page.contains(sentence), "not in the report: {sentence}");
    }
    let split = Wording { merge_early: false, ..reference() };
    let page = print(&sample(), &split, false);
    assert!(
        page.contains("(trước hạn 1.054 hồ sơ, đúng hạn 221 hồ sơ, chiếm tỷ lệ 99,84%; trễ hạn 02 hồ sơ")
    );
}

#[test]
fn an_unfinished_period_and_a_broken_identity_are_said_first() {
    let mut summary = sample();
    summary.complete = false;
    summary.computed_until = instant("2024-05-10T02:30:00Z");
    let broken = Identity { row: "communes".to_owned(), name: "a = b", name_vi: "c = d", left: 3, right: 4 };
    summary.identities.push(broken);
    let page = print(&summary, &reference(), false);
    assert!(page.contains("Kỳ báo cáo chưa kết thúc: số liệu tính đến 09:30 ngày 10/5/2024."));
    assert!(page.contains("Số liệu chưa khớp, không được phát hành: Các xã, phường: c = d (3 khác 4)."));
}

#[test]
fn names_from_records_cannot_become_markup() {
    let mut summary = sample();
    summary.documents.push(document("<b>1</b>", "plan", "<script>alert(1)</script>"));
    let page = print(&summary, &reference(), false);
    assert!(!page.contains("<script") && !page.contains("<b>1"));
}

#[test]
fn periods_are_called_as_people_do() {
    let name = |first, last| period_name(Period::new(day(first), day(last)).expect("in order"));
    assert_eq!(name("2023-12-15", "2024-05-15"), "05 tháng đầu năm 2024");
    assert_eq!(name("2023-12-15", "2024-06-14"), "06 tháng đầu năm 2024");
    assert_eq!(name("2023-12-15", "2024-09-14"), "09 tháng đầu năm 2024");
    assert_eq!(name("2023-12-15", "2024-03-14"), "quý I năm 2024");
    assert_eq!(name("2024-04-15", "2024-05-14"), "tháng 05 năm 2024");
    assert_eq!(name("2023-12-15", "2024-12-14"), "năm 2024");
    assert_eq!(name("2024-06-15", "2024-12-14"), "06 tháng cuối năm 2024");
    assert_eq!(name("2024-02-03", "2024-02-20"), "kỳ báo cáo");
}
