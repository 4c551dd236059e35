//! What stands around the sections of the report on every paper: letterhead, title, recipients, signature, and what
//! a reader must know before trusting it. No sentences of the body, no layout.

use serde::Serialize;

use crate::domain::text::{date, long_date, moment};

use super::ReportInput;
use super::body::{capitalised, filled};
use super::wording::period_range;

/// What a person fills on the papers.
pub const DRAFT: &str = "(phần do người soạn thảo bổ sung)";

/// The parts around the text.
#[derive(Debug, Serialize)]
pub struct Front {
    /// The body above, in capitals; may be empty.
    pub superior: String,
    /// The issuing body, in capitals.
    pub office: String,
    /// `05/BC-VP`, or with room for the number.
    pub number: String,
    /// Place and date.
    pub dated: String,
    /// What it reports on, and from when to when.
    pub subject: String,
    /// Who gets it, besides the archive: each with its dash and stop.
    pub copies: Vec<String>,
    /// The signer's office, in capitals.
    pub signer_title: String,
    /// The signer's name; may be empty.
    pub signer: String,
    /// Said first, and framed.
    pub warnings: Vec<String>,
    /// An appendix is enclosed.
    pub encloses: bool,
    /// What the appendix says of itself.
    pub appendix: Appendix,
}

/// The words of the appendix around its tables.
#[derive(Debug, Serialize)]
pub struct Appendix {
    /// `Phụ lục`.
    pub label: &'static str,
    /// Its name, in capitals.
    pub name: &'static str,
    /// To what it belongs.
    pub enclosed: String,
    /// The heading of the form.
    pub form: String,
    /// At its end.
    pub notes: Vec<String>,
}

impl Front {
    /// `blank`: what stands where a number is to be written.
    pub fn of(input: &ReportInput<'_>, blank: &str) -> Self {
        let at = input.locality;
        let number = input.number.map_or_else(|| format!("{blank}/BC-{}", input.symbol), str::to_owned);
        Self {
            superior: input.superior.to_uppercase(),
            office: input.office.to_uppercase(),
            dated: format!("{}, {}", at.name, long_date(input.dated_on)),
            subject: if input.template.subject.is_empty() {
                format!("{} {}", capitalised(input.matter()), period_range(input.summary.period))
            } else {
                filled(&input.template.subject, input)
            },
            copies: copies(input),
            signer_title: input.signer_title.to_uppercase(),
            signer: input.signer.unwrap_or_default().to_owned(),
            warnings: warnings(input),
            encloses: input.has_appendix(),
            appendix: Appendix {
                label: "Phụ lục",
                name: "TÌNH HÌNH, KẾT QUẢ TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ TTHC",
                enclosed: format!(
                    "(Kèm theo Báo cáo số {number} {} của {})",
                    long_date(input.dated_on),
                    input.office
                ),
                form: format!(
                    "1. Biểu số II.06a/VPCP/KSTT, {} (đơn vị tính: hồ sơ)",
                    period_range(input.summary.period)
                ),
                notes: notes(input),
            },
            number,
        }
    }
}

/// Who gets the report, besides the archive.
fn copies(input: &ReportInput<'_>) -> Vec<String> {
    if !input.template.copies.is_empty() {
        let named = input.template.copies.iter().map(|copy| format!("- {};", filled(copy, input)));
        return named.chain(["- Lưu: VT.".to_owned()]).collect();
    }
    let at = input.locality;
    let leader = if at.has_committee() { "Chủ tịch" } else { "Lãnh đạo" };
    // Only a town's or district's own division bears its kind: `Phòng Nội vụ thị xã`.
    let district = !at.is_commune() && at.kind != "tỉnh";
    let recipient = if district { at.of(input.recipient) } else { input.recipient.to_owned() };
    let named = [
        (!input.own).then(|| format!("- {leader} {} (b/c);", at.body)),
        Some(format!("- {recipient};")),
        Some("- Các cơ quan, đơn vị liên quan;".to_owned()),
        input.wording.copy_to_communes.then(|| "- UBND các xã, phường;".to_owned()),
        Some("- Lưu: VT.".to_owned()),
    ];
    named.into_iter().flatten().collect()
}

/// What a reader must know before trusting the page: a period that isn't over, figures that don't
/// add up.
fn warnings(input: &ReportInput<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    if !input.summary.complete {
        let until = input.summary.computed_until.with_timezone(&input.zone);
        warnings.push(format!(
            "Kỳ báo cáo chưa kết thúc: số liệu tính đến {} ngày {}.",
            until.format("%H:%M"),
            date(until.date_naive())
        ));
    }
    for identity in input.summary.identities.iter().filter(|i| !i.holds()) {
        warnings.push(format!("Số liệu chưa khớp, không được phát hành: {}.", identity.vietnamese()));
    }
    warnings
}

/// How the words of the report stand to the tables, and up to when the records are known.
fn notes(input: &ReportInput<'_>) -> Vec<String> {
    let until = moment(input.data_until.with_timezone(&input.zone).naive_local());
    let merged = "Trong phần lời của báo cáo, \"trước hạn\" gồm cả hồ sơ giải quyết đúng hạn.";
    let merged = input.wording.merge_early.then(|| merged.to_owned());
    let reconciled = input.reconciled.map(|said| format!(" {said}")).unwrap_or_default();
    let known =
        format!("Số liệu đồng bộ đến {until}. Số thứ tự sổ cái: {}.{reconciled}", input.summary.sequence);
    merged.into_iter().chain([known]).collect()
}
