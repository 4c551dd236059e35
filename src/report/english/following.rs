//! What was promised and proposed before, what is late and why, and what stood, in English. What people wrote (promises,
//! proposals, causes) and names of units stay in Vietnamese.

use chrono::NaiveDate;

use super::super::ReportInput;
use super::super::body::capitalised;
use super::super::causes::{ByCause, Stood, late_by_cause};
use super::super::promises::{PromiseLine, Tally, Which, by_addressee, lines_of, under};
use super::beside::document;
use super::sentences::{n as grouped, period_name, some};
use crate::domain::summary::DocumentLine;
use crate::domain::text::date;

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn n(count: usize) -> String {
    grouped(number(count))
}

fn units(count: usize) -> String {
    some(number(count), "unit", "units")
}

fn cited((number, on): &(String, NaiveDate)) -> String {
    format!("Report No. {number} of {}", date(*on))
}

fn quoted(text: &str) -> String {
    format!("“{}”", text.trim_end_matches('.'))
}

fn origin(line: &PromiseLine) -> String {
    if let Some(registered) = &line.document {
        return document(&DocumentLine { subject: String::new(), ..registered.clone() });
    }
    match &line.report {
        _ if !line.unregistered.is_empty() => format!("Document No. {}", line.unregistered),
        Some(report) if !line.own => cited(report),
        Some(_) | None => String::new(),
    }
}

fn standing(line: &PromiseLine) -> String {
    if let [only] = line.units.as_slice() {
        let late = if only.late { ", late" } else { "" };
        return match only.done_on {
            Some(on) => format!("{} completed it on {}{late}", only.unit, date(on)),
            None if only.late => format!("{} hasn't completed it and is overdue", only.unit),
            None => format!("{} is at work on it", only.unit),
        };
    }
    let Tally { all, done, late, behind, named, others } = line.tally();
    let after = if late > 0 { format!(" ({} of them late)", n(late)) } else { String::new() };
    let until = date(line.until);
    let done = match done {
        0 => format!("by {until} none of {} had completed it", units(all)),
        done if done == all => format!("all {} have completed it{after}", units(all)),
        done => format!("by {until} {}/{} had completed it{after}", n(done), units(all)),
    };
    if behind == 0 {
        return done;
    }
    let others = if others > 0 { format!(" and {} others", n(others)) } else { String::new() };
    format!("{done}; overdue at {}: {named}{others}", units(behind))
}

fn with(text: &str, parts: &[String]) -> String {
    let said: Vec<&str> = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
    if said.is_empty() { quoted(text) } else { format!("{} ({})", quoted(text), said.join(", ")) }
}

fn term(line: &PromiseLine) -> String {
    format!("due by {}", date(line.due_on))
}

/// What was promised on the review of procedures, and how far it is.
pub fn reviews(input: &ReportInput<'_>) -> Vec<String> {
    let line = |line: &PromiseLine| {
        let origin = origin(line);
        let origin = if origin.is_empty() { origin } else { format!("{origin}: ") };
        capitalised(&format!("{origin}{}, {}; {}.", quoted(&line.text), term(line), standing(line)))
    };
    lines_of(Which::Reviews, input).into_iter().map(line).collect()
}

/// What was promised and done within the period.
pub fn kept(input: &ReportInput<'_>) -> Vec<String> {
    let line = |line: &PromiseLine| format!("- {}: {}.", with(&line.text, &[origin(line)]), standing(line));
    under("Completed in the period:", lines_of(Which::Kept, input).into_iter().map(line).collect())
}

/// What was promised and is overdue.
pub fn overdue(input: &ReportInput<'_>) -> Vec<String> {
    let line = |line: &PromiseLine| {
        format!("- {}: {}.", with(&line.text, &[origin(line), term(line)]), standing(line))
    };
    under("Overdue and not completed:", lines_of(Which::Overdue, input).into_iter().map(line).collect())
}

/// What was promised and is still to be done.
pub fn ahead(input: &ReportInput<'_>) -> Vec<String> {
    let line = |line: &PromiseLine| {
        let by = match line.units.as_slice() {
            [only] => format!("by {}", only.unit),
            all => format!("by {}", units(all.len())),
        };
        let passed = format!("was due by {}", date(line.due_on));
        let term = if line.passed { passed } else { term(line) };
        format!("- {}: {by}, {term}.", with(&line.text, &[origin(line)]))
    };
    under("With a date:", lines_of(Which::Ahead, input).into_iter().map(line).collect())
}

/// Proposals that nobody has answered, by whom they are made to.
pub fn proposals(input: &ReportInput<'_>) -> Vec<String> {
    let mut said = Vec::new();
    for (addressee, lines) in by_addressee(input) {
        said.push(format!("To {addressee}:"));
        said.extend(lines.into_iter().map(|line| {
            let before: Vec<String> = Some(line.first_document.clone())
                .filter(|document| !document.is_empty())
                .into_iter()
                .chain(line.said_in.iter().map(cited))
                .collect();
            let before = match before.as_slice() {
                [] => String::new(),
                said => format!("proposed in {}; not answered yet", said.join(", ")),
            };
            format!("- {}.", with(&line.text, &[before]))
        }));
    }
    said
}

/// The late dossiers by cause.
pub fn late(input: &ReportInput<'_>) -> Vec<String> {
    let said = |of: &ByCause<'_>| {
        let more = if of.closed { "dossiers resolved late" } else { "dossiers in process and overdue" };
        let one = if of.closed { "dossier resolved late" } else { "dossier in process and overdue" };
        let said = by_cause(of, &some(number(of.all), one, more));
        if of.of_list {
            format!("In the enclosed list of late dossiers: {said}.")
        } else {
            format!("In {}: {said}.", period_name(input.summary.period))
        }
    };
    late_by_cause(input).iter().map(said).collect()
}

fn by_cause(of: &ByCause<'_>, all: &str) -> String {
    match (of.causes.as_slice(), of.unsaid) {
        ([], _) => format!("{all}, no cause recorded"),
        ([(cause, 1)], 0) => format!("{all}, {}", quoted(cause)),
        ([(cause, _)], 0) => format!("{all}, all of them {}", quoted(cause)),
        (causes, unsaid) => {
            let said: Vec<String> =
                causes.iter().map(|(cause, times)| format!("{} {}", n(*times), quoted(cause))).collect();
            let rest =
                if unsaid > 0 { format!("; {} with no cause recorded", n(unsaid)) } else { String::new() };
            format!("{all}: {}{rest}", said.join(", "))
        }
    }
}

/// Dossiers that stood.
pub fn stood(stood: &Stood) -> Option<String> {
    if stood.dossiers == 0 {
        return None;
    }
    let within = match stood.office_minutes.map(|minutes| (minutes / 60, minutes % 60)) {
        None => "the time set".to_owned(),
        Some((hours, 0)) => format!("{} of office time", some(hours, "hour", "hours")),
        Some((0, minutes)) => format!("{} of office time", some(minutes, "minute", "minutes")),
        Some((hours, minutes)) => {
            format!("{} {} of office time", some(hours, "hour", "hours"), some(minutes, "minute", "minutes"))
        }
    };
    let units: Vec<String> =
        stood.units.iter().map(|(unit, dossiers)| format!("{unit} ({})", n(*dossiers))).collect();
    let at = if let [(only, _)] = stood.units.as_slice() { only.clone() } else { units.join(", ") };
    let dossiers = some(number(stood.dossiers), "dossier", "dossiers");
    Some(capitalised(&format!("{dossiers} not handed on within {within}, at: {at}.")))
}
