//! The sections of the report in their order: which sentence stands where, and which places a
//! person fills. No figures are worded here (`sentences`), no layout (`html`).

use crate::domain::summary::{DocumentLine, Rate};
use crate::domain::text::{count, grouped};

use super::ReportInput;
use super::beside;
use super::sentences::{self, groups, share};
use super::wording::{document, is_review, period_name};

/// A numbered section.
#[derive(Debug)]
pub struct Section {
    /// `1. Về công tác chỉ đạo, …`.
    pub heading: &'static str,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A paragraph, or a place for one.
#[derive(Debug)]
pub struct Block {
    /// A lettered heading.
    pub head: bool,
    /// Its text; may be empty where a person writes all of it.
    pub text: String,
    /// A person adds to it.
    pub draft: bool,
}

fn head(text: &str) -> Block {
    Block { head: true, text: text.to_owned(), draft: false }
}

fn text(text: String) -> Block {
    Block { head: false, text, draft: false }
}

fn draft(text: &str) -> Block {
    Block { head: false, text: text.to_owned(), draft: true }
}

/// All sections.
pub fn sections(input: &ReportInput<'_>) -> Vec<Section> {
    vec![
        Section {
            heading: "1. Về công tác chỉ đạo, điều hành cải cách hành chính",
            blocks: direction(input),
        },
        Section { heading: "2. Cải cách thủ tục hành chính", blocks: procedures(input) },
        Section {
            heading: "3. Xây dựng và phát triển Chính phủ điện tử", blocks: electronic(input)
        },
        Section { heading: "4. Đánh giá chung", blocks: assessment(input) },
        Section {
            heading: "5. Một số nhiệm vụ trọng tâm trong thời gian đến", blocks: vec![draft("")]
        },
        Section { heading: "6. Đề xuất, kiến nghị", blocks: vec![draft("")] },
    ]
}

/// The sentence before section 1.
pub fn opening(input: &ReportInput<'_>) -> String {
    let request = input
        .request
        .map(|letter| format!("Theo đề nghị của {} tại {letter}, ", input.recipient))
        .unwrap_or_default();
    format!(
        "{request}{} báo cáo {} trong {}, như sau:",
        input.office,
        input.matter(),
        period_name(input.summary.period)
    )
}

/// The sentence after section 6.
pub fn closing(input: &ReportInput<'_>) -> String {
    let at = input.locality;
    let place = if !at.kind.is_empty() && input.office.ends_with(at.kind) { at.name } else { "" };
    let office = format!("{} {place}", input.office);
    format!(
        "Trên đây là {} {} của {}. Kính gửi {} tổng hợp./.",
        input.matter(),
        period_name(input.summary.period),
        office.trim_end(),
        input.recipient
    )
}

fn direction(input: &ReportInput<'_>) -> Vec<Block> {
    let (at, summary) = (input.locality, input.summary);
    let documents = summary.documents.iter().filter(|d| !is_review(d)).collect::<Vec<_>>();
    let year = chrono::Datelike::year(&summary.period.last());
    let aim = format!("Để thực hiện có hiệu quả công tác kiểm soát TTHC năm {year}, ");
    let committee = if at.has_committee() { "UBND" } else { at.body };
    let issued = issued(input, &documents, committee).map_or_else(
        || "Trong kỳ không ghi nhận văn bản nào được ban hành.".to_owned(),
        |said| format!("{aim}{said}."),
    );
    vec![
        head(&format!("a) Việc thực hiện các nhiệm vụ được {} giao:", at.givers())),
        text(sentences::tasks(&summary.tasks, at, !input.tasks.is_empty())),
        head(&format!("b) Việc xây dựng, ban hành các văn bản về kiểm soát TTHC năm {year}:")),
        text(issued),
    ]
}

/// `UBND đã ban hành A; B`; each document's own issuer where it isn't the locality's committee.
fn issued(input: &ReportInput<'_>, documents: &[&DocumentLine], committee: &str) -> Option<String> {
    let at = input.locality;
    let own = if at.has_committee() { format!("UBND {}", at.full()) } else { at.body.to_owned() };
    let listed: Vec<String> = documents
        .iter()
        .map(|d| {
            let issuer = if d.issuer == own || d.issuer.is_empty() {
                String::new()
            } else {
                format!(" (do {} ban hành)", d.issuer)
            };
            document(d) + &issuer
        })
        .collect();
    let all_own = documents.iter().all(|d| d.issuer == own);
    let subject = if all_own {
        format!("{committee} đã ban hành ")
    } else {
        "các văn bản đã được ban hành: ".to_owned()
    };
    (!listed.is_empty()).then(|| subject + &listed.join("; "))
}

fn procedures(input: &ReportInput<'_>) -> Vec<Block> {
    let (at, summary, wording) = (input.locality, input.summary, input.wording);
    let period = period_name(summary.period);
    let reviews = summary.documents.iter().filter(|d| is_review(d)).collect::<Vec<_>>();
    let review = issued(input, &reviews, at.body).map_or_else(
        || "Trong kỳ không ghi nhận văn bản về rà soát, đánh giá thủ tục hành chính.".to_owned(),
        |said| format!("{}.", capitalised(&said)),
    );
    let mut blocks = vec![
        head("b) Việc rà soát, cắt giảm, đơn giản hóa thủ tục hành chính (TTHC):"),
        draft(&review),
        head("c) Tổng hợp, cập nhật số lượng TTHC thuộc thẩm quyền giải quyết:"),
        text(sentences::procedures(&summary.procedures, at)),
        head("d) Kết quả thực hiện cơ chế một cửa, một cửa liên thông trong giải quyết TTHC:"),
        draft("- Tình hình tổ chức và hoạt động của Bộ phận Một cửa các cấp:"),
    ];
    let results = "- Tổng hợp, cập nhật kết quả giải quyết hồ sơ TTHC:";
    if groups(summary).next().is_none() {
        blocks.push(text(format!("{results} Trong kỳ không ghi nhận hồ sơ TTHC.")));
    } else {
        blocks.push(text(results.to_owned()));
    }
    for (group, figures) in groups(summary) {
        let said = sentences::dossiers(&figures.dossiers, wording.group(group), wording.merge_early);
        blocks.push(text(format!("+ {said}")));
    }
    let petitions = sentences::petitions_of_people(&summary.petitions);
    let said = sentences::petitions(&summary.petitions, &period, wording);
    blocks.push(draft(&format!("- Kết quả tiếp nhận, xử lý {petitions}: {said}")));
    let said = sentences::ratings(summary, &period, wording, at);
    blocks.push(text(format!("- Kết quả thực hiện việc đánh giá chất lượng giải quyết TTHC: {said}")));
    blocks.extend(beside::declared(input, true).map(text));
    blocks
}

fn electronic(input: &ReportInput<'_>) -> Vec<Block> {
    let (at, summary, wording) = (input.locality, input.summary, input.wording);
    let period = period_name(summary.period);
    let portal = if wording.payment_portal.is_empty() {
        String::new()
    } else {
        format!(" {}", wording.payment_portal)
    };
    let mut blocks = vec![
        text(format!("- {}", sentences::online(summary, wording, at))),
        text(format!(
            "- Kết quả số hóa hồ sơ, kết quả giải quyết TTHC: {}",
            sentences::digitisation(summary, wording)
        )),
        text(format!(
            "- Việc thanh toán trực tuyến{portal}: {}",
            sentences::payments(&summary.payments, &period, wording, at)
        )),
    ];
    blocks.extend(beside::declared(input, false).map(text));
    blocks.push(text("(Có Phụ lục kèm theo)".to_owned()));
    blocks
}

/// Facts for the one who writes the assessment; what they mean is not the system's to say.
fn assessment(input: &ReportInput<'_>) -> Vec<Block> {
    let summary = input.summary;
    let period = period_name(summary.period);
    let over = |rate: fn(&crate::domain::summary::Figures) -> Option<Rate>| {
        groups(summary).filter_map(|(_, f)| rate(f)).fold(Rate::default(), Rate::plus)
    };
    let good = over(|f| Some(f.dossiers.not_late_rate()));
    let rates: Vec<String> = [
        ("hồ sơ giải quyết trước hạn, đúng hạn", good),
        ("hồ sơ nộp trực tuyến", summary.online_overall),
        ("thanh toán trực tuyến", summary.payments.online),
    ]
    .into_iter()
    .filter_map(|(name, rate)| {
        Some(format!(
            "{name} đạt {} ({}/{})",
            share(rate)?,
            grouped(rate.numerator),
            grouped(rate.denominator)
        ))
    })
    .collect();
    let achieved = if rates.is_empty() {
        String::new()
    } else {
        format!("Trong {period}, tỷ lệ {}.", rates.join("; tỷ lệ "))
    };
    let late: i64 = groups(summary).map(|(_, f)| f.dossiers.resolved_late).sum();
    let overdue: i64 = groups(summary).map(|(_, f)| f.dossiers.in_process_overdue).sum();
    let result = over(|f| f.result);
    let intake = over(|f| f.intake);
    let facts: Vec<String> = [
        (late, "hồ sơ giải quyết trễ hạn"),
        (overdue, "hồ sơ đang giải quyết đã quá hạn"),
        (intake.denominator - intake.numerator, "hồ sơ chưa số hóa khi tiếp nhận"),
        (result.denominator - result.numerator, "kết quả giải quyết chưa số hóa"),
        (summary.tasks.completed_late, "nhiệm vụ hoàn thành trễ hạn"),
        (summary.tasks.in_progress_overdue, "nhiệm vụ đang thực hiện đã quá hạn"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{} {what}", count(number)))
    .collect();
    let lacking = if facts.is_empty() {
        format!(
            "* Tồn tại, hạn chế: Trong {period}, số liệu không ghi nhận hồ sơ, nhiệm vụ trễ hạn hoặc quá hạn."
        )
    } else {
        format!("* Tồn tại, hạn chế: Trong {period}, số liệu ghi nhận {}.", facts.join("; "))
    };
    let mut blocks = vec![head("a) Kết quả đạt được"), draft(&achieved)];
    blocks.extend(input.targets.iter().map(|target| text(sentences::target(target, summary))));
    blocks.extend([
        head("b) Tồn tại, hạn chế và nguyên nhân"),
        draft(&lacking),
        draft("* Nguyên nhân của tồn tại, hạn chế:"),
    ]);
    if !input.incidents.is_empty() {
        blocks.push(text("Trong kỳ có sự cố phần mềm của hệ thống khác:".to_owned()));
    }
    blocks.extend(input.incidents.iter().map(|line| text(beside::incident(line))));
    blocks
}

/// With a capital letter first.
pub fn capitalised(said: &str) -> String {
    let mut letters = said.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
