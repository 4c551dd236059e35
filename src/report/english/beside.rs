//! What stands beside the counted figures, in English: documents, targets, facts for the assessment, what was declared,
//! incidents.

use chrono::Datelike as _;

use super::super::ReportInput;
use super::super::beside::of_services;
use super::super::body;
use super::super::wording::is_review;
use super::sentences::{dossiers_of, group_name, n, period_name, share, some};
use crate::domain::declared::{Declared, Measure, Whose};
use crate::domain::incident::IncidentKind;
use crate::domain::summary::{DocumentLine, PeriodSummary, Rate};
use crate::domain::target::{Target, Verdict};
use crate::domain::text::date;
use crate::report::IncidentLine;

/// A document by its kind, number, date and Vietnamese title.
pub fn document(line: &DocumentLine) -> String {
    let kind = match line.kind.as_str() {
        "decision" => "Decision",
        "plan" => "Plan",
        "directive" => "Directive",
        "resolution" => "Resolution",
        "report" => "Report",
        "notice" => "Notice",
        "official_letter" | "letter" => "Official Letter",
        _ => "Document",
    };
    let subject = if line.subject.is_empty() { String::new() } else { format!(" “{}”", line.subject) };
    format!("{kind} No. {} of {}{subject}", line.number, date(line.issued_on))
}

fn issued(input: &ReportInput<'_>, wanted: impl Fn(&DocumentLine) -> bool) -> Option<String> {
    let listed: Vec<String> =
        input.summary.documents.iter().filter(|line| wanted(line)).map(document).collect();
    (!listed.is_empty()).then(|| listed.join("; "))
}

/// Documents issued, but for those on review.
pub fn documents(input: &ReportInput<'_>) -> String {
    let year = input.summary.period.last().year();
    issued(input, |line| !is_review(line)).map_or_else(
        || "No documents are recorded as issued in the period.".to_owned(),
        |said| format!("For the control of administrative procedures in {year} there were issued: {said}."),
    )
}

/// Documents on the review of procedures.
pub fn review(input: &ReportInput<'_>) -> String {
    issued(input, is_review).map_or_else(
        || "No documents on the review of procedures are recorded in the period.".to_owned(),
        |said| format!("On the review of procedures there were issued: {said}."),
    )
}

/// A target, what was reached, and what comes of it.
pub fn target(target: &Target, summary: &PeriodSummary) -> String {
    let asked = share(Rate { numerator: target.value_hundredths, denominator: 10_000 }).unwrap_or_default();
    let asked = if target.at_most { format!("at most {asked}") } else { format!("{asked} or more") };
    let basis = if target.basis.is_empty() { String::new() } else { format!(" ({})", target.basis) };
    let rate = target.indicator.of(summary);
    let head = format!("- {}: target {asked}{basis}", target.name);
    let (Some(reached), Some(verdict)) = (share(rate), target.verdict(rate)) else {
        return format!("{head}; there are no figures in the period to judge by.");
    };
    let verdict = match verdict {
        Verdict::Exceeded => "exceeded",
        Verdict::Reached => "reached",
        Verdict::Missed => "missed",
    };
    format!("{head}; reached {reached} ({}/{}), {verdict}.", n(rate.numerator), n(rate.denominator))
}

/// Rates, as facts for the assessment.
pub fn achieved(summary: &PeriodSummary) -> String {
    let rates: Vec<String> = body::achieved_rates(summary)
        .into_iter()
        .zip([
            "dossiers resolved ahead of or on the due date",
            "dossiers submitted online",
            "payments online",
        ])
        .filter_map(|(rate, name)| {
            Some(format!("{name} {} ({}/{})", share(rate)?, n(rate.numerator), n(rate.denominator)))
        })
        .collect();
    if rates.is_empty() {
        return String::new();
    }
    format!("In {}: {}.", period_name(summary.period), rates.join("; "))
}

/// What is late or lacking, as facts for the assessment.
pub fn lacking(summary: &PeriodSummary) -> String {
    let names = [
        ("dossier", "dossiers", "resolved late"),
        ("dossier", "dossiers", "in process and overdue"),
        ("dossier", "dossiers", "not digitised at intake"),
        ("result", "results", "not digitised"),
        ("task", "tasks", "completed late"),
        ("task", "tasks", "in progress and overdue"),
    ];
    let facts: Vec<String> = body::lacking_counts(summary)
        .into_iter()
        .zip(names)
        .filter(|(number, _)| *number > 0)
        .map(|(number, (one, more, how))| format!("{} {how}", some(number, one, more)))
        .collect();
    let period = period_name(summary.period);
    if facts.is_empty() {
        return format!("In {period} no dossiers or tasks are recorded as late or overdue.");
    }
    format!("In {period} the figures show {}.", facts.join("; "))
}

/// What units declared for a section.
pub fn declared(input: &ReportInput<'_>, services: bool) -> Option<String> {
    let line = |line: &Declared| {
        let whose = match &line.whose {
            Whose::House => "the whole house".to_owned(),
            Whose::Group(group) => group_name(*group).to_owned(),
            Whose::Unit(name) => name.clone(),
        };
        let value =
            if line.indicator.measure() == Measure::Count { n(line.value) } else { line.shown_in_english() };
        let (indicator, source, office) = (line.indicator.english(), &line.source, &line.office);
        let file = if line.file.is_empty() { String::new() } else { format!(", file {}", line.file) };
        format!(
            "{whose}: {indicator} {value} (source: {source}{file}; declared by {office} on {})",
            date(line.declared_on)
        )
    };
    let all = input.declared.iter().filter(|line| of_services(line.indicator) == services);
    let said: Vec<String> = all.map(line).collect();
    (!said.is_empty())
        .then(|| format!("- Declared by units, not counted by the system: {}.", said.join("; ")))
}

/// An incident and what it hit.
pub fn incident(line: &IncidentLine) -> String {
    let failed = match line.kind {
        IncidentKind::Down => "was down",
        IncidentKind::OutOfSync => "was out of sync",
        IncidentKind::WrongData => "recorded wrong data",
    };
    let moment = |at: chrono::NaiveDateTime| format!("{} on {}", at.format("%H:%M"), date(at.date()));
    let until = line.to.map_or_else(|| ", not yet mended".to_owned(), |to| format!(" to {}", moment(to)));
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let hit = if line.hit == 0 {
        "no dossiers were hit".to_owned()
    } else {
        let parts = [(line.late, "resolved late"), (line.overdue, "in process and overdue")];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", n(number(count))))
            .collect();
        let parts = if parts.is_empty() { "none late or overdue".to_owned() } else { parts.join(", ") };
        format!("{} hit, {parts}", dossiers_of(number(line.hit)))
    };
    let letter = if line.reference.is_empty() { String::new() } else { format!(" ({})", line.reference) };
    let failure = line.failure.trim_end_matches('.');
    format!("- {} {failed} from {}{until}{letter}: {failure}; {hit}.", line.system, moment(line.from))
}
