//! The sections of the report in their order: which sentence stands where, and which places a
//! person fills. No figures are worded here (`sentences`), no layout (`html`).

use crate::domain::summary::{DocumentLine, PeriodSummary, Rate};
use crate::domain::text::{count, grouped};

use super::ReportInput;
use super::sentences::{self, groups, share};
use super::template::{BlockForm, Saying, SectionForm};
use super::wording::{document, is_review, period_name, period_range};
use super::{beside, causes, promises};

/// A numbered section.
#[derive(Debug)]
pub struct Section {
    /// `1. Về công tác chỉ đạo, …`.
    pub heading: String,
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
    /// A person still has to write there, or to add to it.
    pub draft: bool,
}

/// All sections, as the form has them.
pub fn sections(input: &ReportInput<'_>) -> Vec<Section> {
    let section = |form: &SectionForm| Section {
        heading: filled(&form.heading, input),
        blocks: form.blocks.iter().flat_map(|block| blocks(block, input)).collect(),
    };
    input.template.sections.iter().map(section).collect()
}

/// What figures say at a place, for a person who is about to write there.
pub fn prefill(form: &BlockForm, input: &ReportInput<'_>) -> String {
    all_said(form, input).join("\n")
}

/// Something stands in the report word for word, whether figures say it or a person wrote it.
pub fn says(input: &ReportInput<'_>, words: &str) -> bool {
    let words = words.trim_end_matches('.');
    sections(input).iter().flat_map(|section| &section.blocks).any(|block| block.text.contains(words))
}

/// The paragraphs that figures say and nobody wrote over: what the signed document must say too.
pub fn said_by_figures(input: &ReportInput<'_>) -> Vec<String> {
    let forms = input.template.sections.iter().flat_map(|section| &section.blocks);
    forms
        .filter(|form| form.place.is_empty() || !input.narrative.contains_key(&form.place))
        .flat_map(|form| all_said(form, input))
        .filter(|words| words.chars().any(|c| c.is_ascii_digit()))
        .collect()
}

fn blocks(form: &BlockForm, input: &ReportInput<'_>) -> Vec<Block> {
    if !form.head.is_empty() {
        return vec![Block { head: true, text: filled(&form.head, input), draft: false }];
    }
    let before = filled(&form.lead, input);
    let led = |words: &str| format!("{before} {words}").trim().to_owned();
    let written = input.narrative.get(&form.place).filter(|_| !form.place.is_empty());
    if let Some(written) = written {
        let draft = !written.confirmed && !input.is_final;
        let mut lines = written.text.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().map(led);
        let others = lines.map(str::to_owned);
        return first.into_iter().chain(others).map(|text| Block { head: false, text, draft }).collect();
    }
    let draft = !form.place.is_empty() && !input.is_final;
    let mut said = all_said(form, input);
    if said.is_empty() && draft && !form.optional {
        said.push(String::new());
    }
    let is_led = |nth: usize| nth == 0 || form.place.is_empty();
    let text = |(nth, words): (usize, &String)| if is_led(nth) { led(words) } else { words.clone() };
    let texts = said.iter().enumerate().map(text);
    texts.map(|text| Block { head: false, text, draft }).collect()
}

/// The paragraphs that figures say at a block.
fn all_said(form: &BlockForm, input: &ReportInput<'_>) -> Vec<String> {
    form.say.iter().flat_map(|saying| said(*saying, input)).collect()
}

/// Words of the form with what the house and the figures put into them.
pub(super) fn filled(words: &str, input: &ReportInput<'_>) -> String {
    let portal = if input.wording.payment_portal.is_empty() {
        String::new()
    } else {
        format!(" {}", input.wording.payment_portal)
    };
    words
        .replace("{givers}", &input.locality.givers())
        .replace("{year}", &chrono::Datelike::year(&input.summary.period.last()).to_string())
        .replace("{period}", &period_name(input.summary.period))
        .replace("{range}", &period_range(input.summary.period))
        .replace("{matter}", input.matter())
        .replace("{office}", input.office)
        .replace("{recipient}", input.recipient)
        .replace("{request}", &request(input))
        .replace("{place}", &input.locality.full())
        .replace("{petitions}", &sentences::petitions_of_people(&input.summary.petitions))
        .replace("{portal}", &portal)
}

/// The paragraphs that figures say.
pub fn said(saying: Saying, input: &ReportInput<'_>) -> Vec<String> {
    let (at, summary, wording) = (input.locality, input.summary, input.wording);
    let period = period_name(summary.period);
    match saying {
        Saying::Tasks => vec![sentences::tasks(&summary.tasks, at, !input.tasks.is_empty())],
        Saying::Documents => vec![documents(input)],
        Saying::Review => vec![review(input)],
        Saying::Procedures => vec![sentences::procedures(&summary.procedures, at)],
        Saying::WhetherDossiers if groups(summary).next().is_none() => {
            vec!["Trong kỳ không ghi nhận hồ sơ TTHC.".to_owned()]
        }
        Saying::WhetherDossiers => vec![String::new()],
        Saying::Dossiers => groups(summary)
            .map(|(group, figures)| {
                sentences::dossiers(&figures.dossiers, wording.group(group), wording.merge_early)
            })
            .collect(),
        Saying::Petitions => vec![sentences::petitions(&summary.petitions, &period, wording)],
        Saying::Ratings => vec![sentences::ratings(summary, &period, wording, at)],
        Saying::DeclaredService => beside::declared(input, true).into_iter().collect(),
        Saying::DeclaredElectronic => beside::declared(input, false).into_iter().collect(),
        Saying::Online => vec![sentences::online(summary, wording, at)],
        Saying::Digitisation => vec![sentences::digitisation(summary, wording)],
        Saying::Payments => vec![sentences::payments(&summary.payments, &period, wording, at)],
        Saying::Enclosed => vec!["(Có Phụ lục kèm theo)".to_owned()],
        Saying::Achieved => vec![achieved(summary)],
        Saying::Targets => input.targets.iter().map(|target| sentences::target(target, summary)).collect(),
        Saying::Lacking => vec![lacking(summary)],
        Saying::Incidents if input.incidents.is_empty() => Vec::new(),
        Saying::Incidents => std::iter::once("Trong kỳ có sự cố phần mềm của hệ thống khác:".to_owned())
            .chain(input.incidents.iter().map(beside::incident))
            .collect(),
        Saying::LateCauses => causes::late(input),
        Saying::HandOvers => causes::stood(&input.following.stood).into_iter().collect(),
        Saying::ReviewPlans => promises::reviews(input),
        Saying::PromisesKept => promises::kept(input),
        Saying::PromisesOverdue => promises::overdue(input),
        Saying::PromisesAhead => promises::ahead(input),
        Saying::Proposals => promises::proposals(input),
    }
}

/// The sentence before the first section.
pub fn opening(input: &ReportInput<'_>) -> String {
    if !input.template.opening.is_empty() {
        return capitalised(&filled(&input.template.opening, input));
    }
    let request = request(input);
    format!(
        "{request}{} báo cáo {} trong {}, như sau:",
        input.office,
        input.matter(),
        period_name(input.summary.period)
    )
}

/// `Theo đề nghị của Phòng Nội vụ tại Công văn …, `; empty where no letter asks for it.
fn request(input: &ReportInput<'_>) -> String {
    let said = input.request.map(|letter| format!("Theo đề nghị của {} tại {letter}, ", input.recipient));
    said.unwrap_or_default()
}

/// The sentence after the last section.
pub fn closing(input: &ReportInput<'_>) -> String {
    if !input.template.closing.is_empty() {
        return capitalised(&filled(&input.template.closing, input));
    }
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

fn documents(input: &ReportInput<'_>) -> String {
    let (at, summary) = (input.locality, input.summary);
    let documents = summary.documents.iter().filter(|d| !is_review(d)).collect::<Vec<_>>();
    let year = chrono::Datelike::year(&summary.period.last());
    let aim = format!("Để thực hiện có hiệu quả công tác kiểm soát TTHC năm {year}, ");
    let committee = if at.has_committee() { "UBND" } else { at.body };
    issued(input, &documents, committee).map_or_else(
        || "Trong kỳ không ghi nhận văn bản nào được ban hành.".to_owned(),
        |said| format!("{aim}{said}."),
    )
}

fn review(input: &ReportInput<'_>) -> String {
    let reviews = input.summary.documents.iter().filter(|d| is_review(d)).collect::<Vec<_>>();
    issued(input, &reviews, input.locality.body).map_or_else(
        || "Trong kỳ không ghi nhận văn bản về rà soát, đánh giá thủ tục hành chính.".to_owned(),
        |said| format!("{}.", capitalised(&said)),
    )
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

/// A rate over all groups of the report.
fn over(summary: &PeriodSummary, rate: fn(&crate::domain::summary::Figures) -> Option<Rate>) -> Rate {
    groups(summary).filter_map(|(_, figures)| rate(figures)).fold(Rate::default(), Rate::plus)
}

/// The rates of [`achieved`], in its order.
pub fn achieved_rates(summary: &PeriodSummary) -> [Rate; 3] {
    let good = over(summary, |f| Some(f.dossiers.not_late_rate()));
    [good, summary.online_overall, summary.payments.online]
}

/// Facts for the one who writes the assessment; what they mean is not the system's to say.
fn achieved(summary: &PeriodSummary) -> String {
    let names = ["hồ sơ giải quyết trước hạn, đúng hạn", "hồ sơ nộp trực tuyến", "thanh toán trực tuyến"];
    let rates: Vec<String> = names
        .into_iter()
        .zip(achieved_rates(summary))
        .filter_map(|(name, rate)| {
            Some(format!(
                "{name} đạt {} ({}/{})",
                share(rate)?,
                grouped(rate.numerator),
                grouped(rate.denominator)
            ))
        })
        .collect();
    if rates.is_empty() {
        String::new()
    } else {
        format!("Trong {}, tỷ lệ {}.", period_name(summary.period), rates.join("; tỷ lệ "))
    }
}

/// The counts of [`lacking`], in its order.
pub fn lacking_counts(summary: &PeriodSummary) -> [i64; 6] {
    let result = over(summary, |f| f.result);
    let intake = over(summary, |f| f.intake);
    [
        groups(summary).map(|(_, f)| f.dossiers.resolved_late).sum(),
        groups(summary).map(|(_, f)| f.dossiers.in_process_overdue).sum(),
        intake.denominator - intake.numerator,
        result.denominator - result.numerator,
        summary.tasks.completed_late,
        summary.tasks.in_progress_overdue,
    ]
}

/// The same of what is late or lacking.
fn lacking(summary: &PeriodSummary) -> String {
    let period = period_name(summary.period);
    let names = [
        "hồ sơ giải quyết trễ hạn",
        "hồ sơ đang giải quyết đã quá hạn",
        "hồ sơ chưa số hóa khi tiếp nhận",
        "kết quả giải quyết chưa số hóa",
        "nhiệm vụ hoàn thành trễ hạn",
        "nhiệm vụ đang thực hiện đã quá hạn",
    ];
    let facts: Vec<String> = lacking_counts(summary)
        .into_iter()
        .zip(names)
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", count(number)))
        .collect();
    if facts.is_empty() {
        format!("Trong {period}, số liệu không ghi nhận hồ sơ, nhiệm vụ trễ hạn hoặc quá hạn.")
    } else {
        format!("Trong {period}, số liệu ghi nhận {}.", facts.join("; "))
    }
}

/// With a capital letter first.
pub fn capitalised(said: &str) -> String {
    let mut letters = said.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
