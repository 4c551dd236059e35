//! What was promised and proposed before, as the next report says it: what was kept, what is open, what is overdue, and what
//! nobody has answered. Nothing is said where nothing was recorded.

use chrono::NaiveDate;

use crate::domain::summary::DocumentLine;
use crate::domain::text::{count, date};

use super::ReportInput;
use super::body::capitalised;
use super::template::Saying;
use super::wording;

/// Units that are named at most where they are behind; the others are counted.
const NAMED: usize = 10;

/// What a promise must speak of to be one on the review of procedures: other things are reviewed too.
const PROCEDURES: [&str; 2] = ["thủ tục hành chính", "tthc"];

/// What a report or a plan promised until a day, as it stood at the end of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseLine {
    /// What will be done.
    pub text: String,
    /// The document that promised it, if it is registered.
    pub document: Option<DocumentLine>,
    /// That document's number where it isn't; may be empty.
    pub unregistered: String,
    /// Number and date of the report that promised it, once it has them.
    pub report: Option<(String, NaiveDate)>,
    /// The last day.
    pub due_on: NaiveDate,
    /// The day as of which it is told: the last of the period, or the one up to which a period that isn't over is counted.
    pub until: NaiveDate,
    /// Its last day was over by then.
    pub passed: bool,
    /// This very report promises it.
    pub own: bool,
    /// The units that do it, by code.
    pub units: Vec<PromisePart>,
}

/// A unit's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromisePart {
    /// The unit's name.
    pub unit: String,
    /// When it was done.
    pub done_on: Option<NaiveDate>,
    /// It was done late, or wasn't done by its last day.
    pub late: bool,
}

/// A proposal that nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalLine {
    /// What is to be done.
    pub text: String,
    /// By whom.
    pub addressee: String,
    /// The document that made it before this house kept reports; may be empty.
    pub first_document: String,
    /// Numbers and dates of the reports that said it before.
    pub said_in: Vec<(String, NaiveDate)>,
}

impl PromiseLine {
    fn is_done(&self) -> bool {
        self.units.iter().all(|part| part.done_on.is_some())
    }

    fn is_overdue(&self) -> bool {
        self.units.iter().any(|part| part.done_on.is_none() && part.late)
    }

    /// It is about the review of procedures, which has a section of its own.
    fn is_review(&self) -> bool {
        let text = self.text.to_lowercase();
        let is_said = text.contains("rà soát") && PROCEDURES.iter().any(|words| text.contains(words));
        is_said || self.document.as_ref().is_some_and(wording::is_review)
    }

    /// Where it was promised: `Kế hoạch số 52/KH-UBND ngày 12/3/2024`; empty in the report that promises it.
    fn origin(&self) -> String {
        if let Some(document) = &self.document {
            return wording::document(&DocumentLine { subject: String::new(), ..document.clone() });
        }
        match &self.report {
            _ if !self.unregistered.is_empty() => format!("văn bản số {}", self.unregistered),
            Some(report) if !self.own => cited(report),
            Some(_) | None => String::new(),
        }
    }

    /// How far its units are, in numbers.
    pub fn tally(&self) -> Tally {
        let (done, open): (Vec<&PromisePart>, Vec<&PromisePart>) =
            self.units.iter().partition(|part| part.done_on.is_some());
        let behind: Vec<&str> = open.iter().filter(|part| part.late).map(|part| part.unit.as_str()).collect();
        Tally {
            all: self.units.len(),
            done: done.len(),
            late: done.iter().filter(|part| part.late).count(),
            behind: behind.len(),
            named: behind.iter().take(NAMED).copied().collect::<Vec<_>>().join(", "),
            others: behind.len().saturating_sub(NAMED),
        }
    }

    /// How far it is.
    fn standing(&self) -> String {
        let until = self.until;
        if let [only] = self.units.as_slice() {
            let late = if only.late { ", chậm so với thời hạn" } else { "" };
            return match only.done_on {
                Some(on) => format!("{} đã hoàn thành ngày {}{late}", only.unit, date(on)),
                None if only.late => format!("{} chưa hoàn thành, đã quá hạn", only.unit),
                None => format!("{} đang thực hiện", only.unit),
            };
        }
        let Tally { all, done, late, behind, named, others } = self.tally();
        let after = if late > 0 {
            format!(" (trong đó {} đơn vị chậm so với thời hạn)", n(late))
        } else {
            String::new()
        };
        let done = match done {
            0 => format!("đến ngày {} chưa có đơn vị nào trong {} đơn vị hoàn thành", date(until), n(all)),
            done if done == all => format!("cả {} đơn vị đã hoàn thành{after}", n(all)),
            done => format!("đến ngày {} đã có {}/{} đơn vị hoàn thành{after}", date(until), n(done), n(all)),
        };
        if behind == 0 {
            return done;
        }
        let others = if others > 0 { format!(" và {} đơn vị khác", n(others)) } else { String::new() };
        format!("{done}; {} đơn vị quá hạn chưa hoàn thành: {named}{others}", n(behind))
    }
}

/// How far the units of a promise are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub all: usize,
    /// Those that have done it.
    pub done: usize,
    /// Of those, how many were late.
    pub late: usize,
    /// Those that haven't and are overdue.
    pub behind: usize,
    /// The first of these by name.
    pub named: String,
    /// How many of these aren't named.
    pub others: usize,
}

/// Which promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// On the review of procedures.
    Reviews,
    /// Done within the period.
    Kept,
    /// Overdue, also of the review: it is told among what is lacking.
    Overdue,
    /// Still to be done.
    Ahead,
}

/// Figures speak of the plans of review at a place of their own, and nobody wrote over it.
fn speaks_of_reviews(input: &ReportInput<'_>) -> bool {
    let blocks = input.template.sections.iter().flat_map(|section| &section.blocks);
    let mut speaking = blocks.filter(|block| block.say.contains(&Saying::ReviewPlans));
    speaking.any(|block| block.place.is_empty() || !input.narrative.contains_key(&block.place))
}

/// Promises; the others but for those of which the report speaks apart.
pub fn lines_of<'a>(which: Which, input: &'a ReportInput<'_>) -> Vec<&'a PromiseLine> {
    let period = input.summary.period;
    let apart = speaks_of_reviews(input);
    let other = |line: &PromiseLine| !(apart && line.is_review());
    let kept = |line: &PromiseLine| {
        let last = line.units.iter().filter_map(|part| part.done_on).max();
        line.is_done() && last.is_some_and(|on| on >= period.first())
    };
    let is_told = |line: &&PromiseLine| match which {
        Which::Reviews => line.is_review(),
        Which::Kept => other(line) && kept(line),
        Which::Overdue => line.is_overdue(),
        Which::Ahead => other(line) && !line.is_done(),
    };
    input.following.promises.iter().filter(is_told).collect()
}

/// The unanswered proposals by whom they are made to, in the order in which these first come.
pub fn by_addressee<'a>(input: &'a ReportInput<'_>) -> Vec<(&'a str, Vec<&'a ProposalLine>)> {
    let mut all: Vec<(&str, Vec<&ProposalLine>)> = Vec::new();
    for line in &input.following.proposals {
        match all.iter_mut().find(|(addressee, _)| *addressee == line.addressee) {
            Some((_, lines)) => lines.push(line),
            None => all.push((&line.addressee, vec![line])),
        }
    }
    all
}

fn n(number: usize) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX))
}

fn cited((number, on): &(String, NaiveDate)) -> String {
    format!("Báo cáo số {number} ngày {}", date(*on))
}

/// `text (a, b)`, without parts that are empty.
fn with(text: &str, parts: &[String]) -> String {
    let said: Vec<&str> = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
    let text = text.trim_end_matches('.');
    if said.is_empty() { text.to_owned() } else { format!("{text} ({})", said.join(", ")) }
}

/// A paragraph before others; nothing where there are none.
pub fn under(head: &str, lines: Vec<String>) -> Vec<String> {
    let head = (!lines.is_empty()).then(|| head.to_owned());
    head.into_iter().chain(lines).collect()
}

fn term(line: &PromiseLine) -> String {
    format!("thời hạn chậm nhất ngày {}", date(line.due_on))
}

/// What was promised on the review of procedures, and how far it is.
pub fn reviews(input: &ReportInput<'_>) -> Vec<String> {
    let line = |line: &PromiseLine| {
        let origin = line.origin();
        let origin = if origin.is_empty() { origin } else { format!("{origin}: ") };
        let text = line.text.trim_end_matches('.');
        capitalised(&format!("{origin}{text}, {}; {}.", term(line), line.standing()))
    };
    lines_of(Which::Reviews, input).into_iter().map(line).collect()
}

/// What was promised and done within the period.
pub fn kept(input: &ReportInput<'_>) -> Vec<String> {
    let line = |line: &PromiseLine| format!("- {}: {}.", with(&line.text, &[line.origin()]), line.standing());
    let kept = lines_of(Which::Kept, input).into_iter();
    under("Nhiệm vụ đã đề ra, hoàn thành trong kỳ:", kept.map(line).collect())
}

/// What was promised and is overdue, also of the review: it is told among what is lacking.
pub fn overdue(input: &ReportInput<'_>) -> Vec<String> {
    let line = |line: &PromiseLine| {
        format!("- {}: {}.", with(&line.text, &[line.origin(), term(line)]), line.standing())
    };
    let late = lines_of(Which::Overdue, input).into_iter();
    under("Nhiệm vụ đã đề ra, quá hạn chưa hoàn thành:", late.map(line).collect())
}

/// What was promised and is still to be done.
pub fn ahead(input: &ReportInput<'_>) -> Vec<String> {
    let line = |line: &PromiseLine| {
        let units = match line.units.as_slice() {
            [only] => format!("{} thực hiện", only.unit),
            units => format!("{} đơn vị thực hiện", n(units.len())),
        };
        let passed = format!("đã quá thời hạn ngày {}", date(line.due_on));
        let term = if line.passed { passed } else { term(line) };
        format!("- {}: {units}, {term}.", with(&line.text, &[line.origin()]))
    };
    let ahead = lines_of(Which::Ahead, input).into_iter();
    under("Nhiệm vụ có thời hạn:", ahead.map(line).collect())
}

/// Proposals that nobody has answered, by whom they are made to.
pub fn proposals(input: &ReportInput<'_>) -> Vec<String> {
    let mut said = Vec::new();
    for (addressee, lines) in by_addressee(input) {
        said.push(format!("Đề nghị {addressee}:"));
        said.extend(lines.into_iter().map(|line| {
            let before: Vec<String> = Some(line.first_document.clone())
                .filter(|document| !document.is_empty())
                .into_iter()
                .chain(line.said_in.iter().map(cited))
                .collect();
            let before = match before.as_slice() {
                [] => String::new(),
                said => format!("đã kiến nghị tại {}; chưa được trả lời", said.join(", ")),
            };
            format!("- {}.", with(&line.text, &[before]))
        }));
    }
    said
}
