//! The report of the sample's figures, sentence by sentence, and reports of little or nothing.

use crate::domain::period::Period;
use crate::domain::summary::{DossierFigures, Identity, PeriodSummary, PetitionFigures, TaskFigures};
use crate::domain::unit::Group;

use super::sample::{counts, day, document, figures, group, instant, nothing, sample};
use super::template::Template;
use super::{
    AgeBand, Charts, DossierLine, Language, Locality, MonthFigures, Registered, ReportInput, TaskLine,
    Wording, html, period_name,
};

mod beside;
mod houses;
mod promises;
mod sentences;
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
        late_left_out: 0,
        following: Box::leak(Box::default()),
        template: Box::leak(Box::new(Template::period())),
        narrative: Box::leak(Box::default()),
        is_final: false,
        charts: Box::leak(Box::new(pictured())),
        wording,
        language: Language::Vi,
    }
}

/// What the demo doesn't say, as it answers no request and is dated otherwise.
const OPENING: [&str; 2] = [
    "Kết quả tham mưu thực hiện công tác cải cách hành chính từ ngày 15/12/2023 đến ngày 15/5/2024",
    "Theo đề nghị của Phòng Nội vụ tại Công văn số 549/PNV ngày 15/5/2024 về việc báo cáo kết quả thực hiện công tác cải cách hành chính 05 tháng đầu năm 2024, Văn phòng HĐND và UBND thị xã báo cáo kết quả tham mưu thực hiện công tác cải cách hành chính trong 05 tháng đầu năm 2024, như sau:",
];

#[test]
fn the_sample_reads_as_the_real_report() {
    let page = print(&sample(), &reference(), true);
    for sentence in OPENING.iter().chain(sentences::SENTENCES) {
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
    assert_eq!(name("2024-04-15", "2024-05-14"), "tháng 5 năm 2024");
    assert_eq!(name("2023-12-15", "2024-01-14"), "tháng 01 năm 2024");
    assert_eq!(name("2024-05-01", "2024-05-31"), "tháng 5 năm 2024");
    assert_eq!(name("2024-02-01", "2024-02-29"), "tháng 02 năm 2024");
    assert_eq!(name("2024-04-01", "2024-06-30"), "quý II năm 2024");
    assert_eq!(name("2024-01-01", "2024-05-31"), "05 tháng đầu năm 2024");
    assert_eq!(name("2024-01-01", "2024-06-30"), "06 tháng đầu năm 2024");
    assert_eq!(name("2024-07-01", "2024-12-31"), "06 tháng cuối năm 2024");
    assert_eq!(name("2024-01-01", "2024-12-31"), "năm 2024");
    assert_eq!(name("2024-05-01", "2024-05-30"), "kỳ báo cáo");
    assert_eq!(name("2023-12-15", "2024-12-14"), "năm 2024");
    assert_eq!(name("2024-06-15", "2024-12-14"), "06 tháng cuối năm 2024");
    assert_eq!(name("2024-02-03", "2024-02-20"), "kỳ báo cáo");
}
