//! What letters have in common: the head with nation and issuing body, and the foot with recipients and signer.

use super::super::docx::{BLANK, Block, Cell, Paragraph, Row, Run, Style, Table};
use super::super::labels::{Labels, VIETNAMESE};

/// Widths of the two halves of a head in millimetres, 165 in all: the nation's name takes 89 mm on one line.
const HEAD: [u32; 2] = [74, 91];
/// Bold capitals that stand on a line of the first half.
const A_LINE: usize = 25;
/// Those of a foot.
const FOOT: [u32; 2] = [80, 85];

/// Who issues a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issuer<'a> {
    /// The body above; empty: none is named.
    pub superior: &'a str,
    /// The issuing body.
    pub office: &'a str,
    /// Where it is; empty: it isn't known.
    pub place: &'a str,
    /// The signer's office; empty: it isn't known.
    pub signer_title: &'a str,
}

/// The head of a letter. `number`: what follows the blank in its number, such as `/VP-`; `matter`: what it is about,
/// where it bears no name of its kind.
pub fn head(issuer: Issuer<'_>, number: &str, matter: Option<&str>) -> Block {
    let place = if issuer.place.is_empty() { BLANK } else { issuer.place };
    letterhead(
        &VIETNAMESE,
        issuer.superior,
        or_blank(issuer.office),
        &format!("{BLANK}{number}"),
        matter,
        &format!("{place}, ngày {BLANK} tháng {BLANK} năm {BLANK}"),
    )
}

/// The head of any document: `superior` may be empty.
pub fn letterhead(
    labels: &Labels,
    superior: &str,
    office: &str,
    number: &str,
    matter: Option<&str>,
    dated: &str,
) -> Block {
    let mut body = vec![
        balanced(Style::Superior, &superior.to_uppercase()),
        balanced(Style::Issuer, &office.to_uppercase()),
        Paragraph::new(Style::IssuerRule, ""),
        Paragraph::new(Style::Number, format!("{} {number}", labels.number)),
    ];
    if superior.is_empty() {
        body.remove(0);
    }
    body.extend(matter.map(|matter| Paragraph::new(Style::Matter, format!("V/v {matter}"))));
    let nation = [
        Paragraph::new(Style::Nation, labels.nation),
        Paragraph::new(Style::Motto, labels.motto),
        Paragraph::new(Style::MottoRule, ""),
        Paragraph::new(Style::PlaceDate, dated),
    ];
    placed("Quốc hiệu và cơ quan ban hành", HEAD, [Cell::new(body), Cell::new(nation)])
}

/// The foot of a letter: to whom it goes besides the archive, and who signs.
pub fn foot(issuer: Issuer<'_>, copies: &[String]) -> Block {
    let mut named: Vec<String> = copies.iter().map(|copy| format!("{copy};")).collect();
    named.push("Lưu: VT.".to_owned());
    ending(&VIETNAMESE, &named, issuer.signer_title, "")
}

/// The foot of any document: what isn't known of the signer is left blank.
pub fn ending(labels: &Labels, copies: &[String], signer_title: &str, signer: &str) -> Block {
    let mut named = vec![Paragraph::new(Style::CopiesHead, labels.copies)];
    named.extend(copies.iter().map(|copy| Paragraph::new(Style::CopiesItem, copy)));
    let signer = [
        Paragraph::new(Style::SignerTitle, or_blank(signer_title).to_uppercase()),
        Paragraph::new(Style::SignerName, or_blank(signer)),
    ];
    placed("Nơi nhận và chữ ký", FOOT, [Cell::new(named), Cell::new(signer)])
}

/// A name in lines of about equal length, where one can't hold it.
fn balanced(style: Style, name: &str) -> Paragraph {
    let length = name.chars().count();
    let aim = length.div_ceil(length.div_ceil(A_LINE).max(1));
    let mut runs = Vec::new();
    let mut line = String::new();
    for word in name.split_whitespace() {
        // A line is full when the next word would take it further beyond its aim than it falls short without.
        let with = line.chars().count() + 1 + word.chars().count();
        if !line.is_empty()
            && (with > A_LINE || with.saturating_sub(aim) > aim.saturating_sub(line.chars().count()))
        {
            runs.extend([Run::Plain(std::mem::take(&mut line)), Run::Break]);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    runs.push(Run::Plain(line));
    Paragraph::of(style, runs)
}

/// Two things beside each other.
fn placed(caption: &str, widths: [u32; 2], cells: [Cell; 2]) -> Block {
    let row = Row { cells: cells.into(), leads: false };
    Table { ruled: false, caption: caption.to_owned(), widths: widths.into(), heads: 0, rows: vec![row] }
        .into()
}

/// The name within a sentence, or a blank.
pub fn or_blank(name: &str) -> &str {
    if name.is_empty() { BLANK } else { name }
}
