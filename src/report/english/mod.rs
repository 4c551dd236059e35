//! The report in English: a courtesy translation, and never what is signed. It says the same figures in the same order
//! (`sentences`), under the form's English headings. Names of offices, procedures and documents stay as they are, and so
//! does what people wrote, marked as such. Lists and charts stand in the Vietnamese report only.

mod beside;
mod following;
mod sentences;
#[cfg(test)]
mod tests;

use crate::domain::summary::PeriodSummary;
use crate::domain::text::date;

use super::ReportInput;
use super::appendix::FormRow;
use super::body::{Block, Section};
use super::front::{Appendix, Front};
use super::template::{BlockForm, SectionForm};
use super::wording::Locality;
pub use sentences::{period_name, said};

/// What stands before the words that somebody wrote.
const ORIGINAL: &str = "[Vietnamese original]";

/// Said first, and framed.
const COURTESY: &str = "Courtesy translation. Only the Vietnamese report is signed and valid; where the two differ, it holds. \
                        Names of offices, procedures and documents, and what people wrote, are left in Vietnamese.";

/// Numbers as English writes them: the signs of Vietnamese numbers change places.
pub fn numbers(text: &str) -> String {
    let swapped = |c: char| match c {
        '.' => ',',
        ',' => '.',
        other => other,
    };
    text.chars().map(swapped).collect()
}

/// What is reported on; what a form says of it stays as it is.
fn matter<'a>(input: &ReportInput<'a>) -> &'a str {
    if !input.template.matter.is_empty() {
        &input.template.matter
    } else if input.own {
        "results of administrative reform"
    } else {
        "results of advising on administrative reform"
    }
}

fn range(summary: &PeriodSummary) -> String {
    format!("from {} to {}", date(summary.period.first()), date(summary.period.last()))
}

/// What stands around the text.
pub fn front(input: &ReportInput<'_>, blank: &str) -> Front {
    let number = input.number.map_or_else(|| format!("{blank}/BC-{}", input.symbol), str::to_owned);
    let until = input.data_until.with_timezone(&input.zone).naive_local();
    let subject = format!("{} {}", super::body::capitalised(matter(input)), range(input.summary));
    let mut warnings = vec![COURTESY.to_owned()];
    if !input.summary.complete {
        let until = input.summary.computed_until.with_timezone(&input.zone);
        warnings.push(format!(
            "The period isn't over: figures are as of {} on {}.",
            until.format("%H:%M"),
            date(until.date_naive())
        ));
    }
    for identity in input.summary.identities.iter().filter(|identity| !identity.holds()) {
        warnings.push(format!("Figures don't add up, not to be issued: {}.", identity.name));
    }
    let vietnamese = Front::of(input, blank);
    Front {
        superior: vietnamese.superior,
        office: vietnamese.office,
        dated: format!("{}, {}", input.locality.name, date(input.dated_on)),
        subject,
        copies: copies(input),
        signer_title: vietnamese.signer_title,
        signer: vietnamese.signer,
        warnings,
        encloses: vietnamese.encloses,
        appendix: Appendix {
            label: "Appendix",
            name: "RECEIPT AND HANDLING OF DOSSIERS",
            enclosed: format!(
                "(Enclosed with Report No. {number} of {} by {})",
                date(input.dated_on),
                input.office
            ),
            form: format!("1. Form II.06a/VPCP/KSTT, {} (unit: dossiers)", range(input.summary)),
            notes: vec![
                format!(
                    "Records are known up to {} on {}. Number of the ledger: {}.",
                    until.format("%H:%M"),
                    date(until.date()),
                    input.summary.sequence
                ),
                "Lists and charts stand in the Vietnamese report only.".to_owned(),
            ],
        },
        number,
    }
}

fn copies(input: &ReportInput<'_>) -> Vec<String> {
    let named = [
        (!input.own).then(|| format!("- The head of {} (for report);", input.locality.body)),
        Some(format!("- {};", input.recipient)),
        Some("- Offices and units concerned;".to_owned()),
        input.wording.copy_to_communes.then(|| "- The committees of communes and wards;".to_owned()),
        Some("- Archive.".to_owned()),
    ];
    named.into_iter().flatten().collect()
}

/// The sentence before section 1.
pub fn opening(input: &ReportInput<'_>) -> String {
    let request = input.request.map(|letter| format!("At the request of {} ({letter}), ", input.recipient));
    let said = format!(
        "{}{} reports on the {} in {}, as follows:",
        request.unwrap_or_default(),
        input.office,
        matter(input),
        period_name(input.summary.period)
    );
    super::body::capitalised(&said)
}

/// The sentence after the last section.
pub fn closing(input: &ReportInput<'_>) -> String {
    format!(
        "The above are the {} of {} in {}. Respectfully submitted to {}./.",
        matter(input),
        input.office,
        period_name(input.summary.period),
        input.recipient
    )
}

/// All sections. What the form has no English words for stays in Vietnamese.
pub fn sections(input: &ReportInput<'_>) -> Vec<Section> {
    let section = |form: &SectionForm| Section {
        heading: filled(or(&form.heading_en, &form.heading), input),
        blocks: form.blocks.iter().flat_map(|block| blocks(block, input)).collect(),
    };
    input.template.sections.iter().map(section).collect()
}

fn or<'a>(english: &'a str, vietnamese: &'a str) -> &'a str {
    if english.is_empty() { vietnamese } else { english }
}

fn blocks(form: &BlockForm, input: &ReportInput<'_>) -> Vec<Block> {
    if !form.head.is_empty() {
        return vec![Block { head: true, text: filled(or(&form.head_en, &form.head), input), draft: false }];
    }
    let before = filled(or(&form.lead_en, &form.lead), input);
    let led = |words: &str| format!("{before} {words}").trim().to_owned();
    let written = input.narrative.get(&form.place).filter(|_| !form.place.is_empty());
    if let Some(written) = written {
        let draft = !written.confirmed && !input.is_final;
        let mut lines = written.text.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().map(|line| led(&format!("{ORIGINAL} {line}")));
        let others = lines.map(str::to_owned);
        return first.into_iter().chain(others).map(|text| Block { head: false, text, draft }).collect();
    }
    let draft = !form.place.is_empty() && !input.is_final;
    let mut said: Vec<String> = form.say.iter().flat_map(|saying| said(*saying, input)).collect();
    if said.is_empty() && draft && !form.optional {
        said.push(String::new());
    }
    let is_led = |nth: usize| nth == 0 || form.place.is_empty();
    let text = |(nth, words): (usize, &String)| if is_led(nth) { led(words) } else { words.clone() };
    said.iter().enumerate().map(text).map(|text| Block { head: false, text, draft }).collect()
}

/// Words of the form with what the house and the figures put into them.
fn filled(words: &str, input: &ReportInput<'_>) -> String {
    let portal =
        if input.wording.payment_portal.is_empty() { "" } else { " on the national public service portal" };
    words
        .replace("{givers}", &givers(input.locality))
        .replace("{year}", &chrono::Datelike::year(&input.summary.period.last()).to_string())
        .replace("{period}", &period_name(input.summary.period))
        .replace("{range}", &range(input.summary))
        .replace("{matter}", matter(input))
        .replace("{office}", input.office)
        .replace("{recipient}", input.recipient)
        .replace("{place}", &input.locality.full())
        .replace("{petitions}", &sentences::petitions_of_people(&input.summary.petitions))
        .replace("{portal}", portal)
}

/// Who gives tasks to the locality.
fn givers(at: Locality<'_>) -> String {
    match at.kind {
        "tỉnh" => "the Government and the Prime Minister".to_owned(),
        _ => format!("the People's Committee of the {0} and its Chairman", upper(at)),
    }
}

fn upper(at: Locality<'_>) -> &str {
    match at.upper {
        "tỉnh" => "province",
        "thành phố" => "city",
        "huyện" | "quận" | "thị xã" => "district",
        other => other,
    }
}

/// The rows of the form with English names and numbers.
pub fn form(rows: Vec<FormRow>) -> Vec<FormRow> {
    let named = |label: String| match label.as_str() {
        "Tổng cộng" => "Total".to_owned(),
        "Các cơ quan chuyên môn" => "Specialised agencies".to_owned(),
        "Các xã, phường" => "Communes and wards".to_owned(),
        "Chi nhánh Văn phòng Đăng ký đất đai" => {
            "Branch of the land registration office".to_owned()
        }
        _ => {
            let titles = [
                ("Theo nhóm cơ quan", "By group of offices"),
                ("Theo cơ quan, đơn vị", "By office"),
                ("Theo lĩnh vực", "By field"),
                ("Theo thủ tục hành chính", "By procedure"),
            ];
            let found = titles.iter().find(|(vi, _)| label.ends_with(&format!(". {vi}")));
            found.map_or_else(|| label.clone(), |(vi, en)| label.replace(vi, en))
        }
    };
    let row = |row: FormRow| FormRow {
        label: named(row.label),
        cells: row.cells.iter().map(|cell| numbers(cell)).collect(),
        ..row
    };
    rows.into_iter().map(row).collect()
}

/// What is said under it.
pub fn form_note(form: &[FormRow]) -> &'static str {
    if form.is_empty() {
        "No dossiers are recorded in the period."
    } else if form.iter().any(|row| row.broken) {
        "Some rows break an identity of the form (they are marked)."
    } else {
        "Checked: (3) = (4) + (5) + (6); (7) = (8) + (9) + (10); (11) = (12) + (13); (3) = (7) + (11). Dossiers withdrawn \
         and stopped count in column (9), as the form has it."
    }
}
