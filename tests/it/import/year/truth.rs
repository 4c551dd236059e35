//! What is true: figures counted dossier by dossier from the sample, each as far as it is known, by the rules of the
//! periods and of timeliness alone. No event, ledger or projection of the house is looked at.

use std::collections::BTreeMap;

use bonro::domain::calendar::Calendar;
use bonro::domain::deadline::{Pause, Term, Timeliness, deadline, judge};
use bonro::domain::dossier::ClosedAs;
use chrono::{DateTime, Days, NaiveDate, Utc};

use super::software::{Software, Whole, table};

/// received total, in period, carried over, resolved, early, on time, late, in process, in due, paused, overdue,
/// withdrawn, stopped.
pub type Figures = [i64; 13];

/// The figures of the groups in a period, of dossiers that are known up to an instant each. The period's last day is
/// over.
pub fn figures(
    software: &Software,
    calendar: &Calendar,
    known: &[Option<DateTime<Utc>>],
    (first, last): (NaiveDate, NaiveDate),
) -> BTreeMap<String, Figures> {
    let terms: BTreeMap<String, Term> = table(&software.files, "procedures.csv")
        .into_iter()
        .map(|cells| {
            let amount = cells["term"].parse().unwrap_or_default();
            (cells["code"].clone(), Term::parse(&cells["term_unit"], amount).expect("a term"))
        })
        .collect();
    let (a, b) = (calendar.midnight(first), calendar.midnight(last + Days::new(1)));
    let mut groups: BTreeMap<String, Figures> = BTreeMap::new();
    for (whole, known) in software.dossiers.iter().zip(known) {
        let Some(known) = *known else { continue };
        let kind = software.units[&whole.unit].1.as_str();
        let group = match kind {
            "specialised_agency" => "specialised_agencies",
            "commune" => "communes",
            "land_registry_branch" => "land_registry_branch",
            _ => continue,
        };
        let figures = groups.entry(group.to_owned()).or_default();
        count(figures, calendar, terms[&whole.procedure], whole, known, (a, b));
    }
    groups
}

fn count(
    figures: &mut Figures,
    calendar: &Calendar,
    term: Term,
    whole: &Whole,
    known: DateTime<Utc>,
    (a, b): (DateTime<Utc>, DateTime<Utc>),
) {
    let closed = whole.closed.filter(|(at, _)| *at <= known);
    let closed_before = |end: DateTime<Utc>| closed.is_some_and(|(at, _)| at < end);
    if whole.received_at >= b || closed_before(a) {
        return;
    }
    figures[0] += 1;
    figures[if whole.received_at >= a { 1 } else { 2 }] += 1;
    let mut pauses: Vec<Pause> = Vec::new();
    for (at, stopped, _) in whole.clock.iter().filter(|(at, ..)| *at <= known) {
        match pauses.last_mut().filter(|pause| pause.to.is_none()) {
            Some(open) if !stopped => open.to = Some(*at),
            None if *stopped => pauses.push(Pause { from: *at, to: None }),
            _ => {}
        }
    }
    let due = deadline(calendar, whole.received_at, term, &pauses).expect("within the calendar").due_at();
    if let Some((at, outcome)) = closed.filter(|(at, _)| *at < b) {
        match outcome {
            ClosedAs::Withdrawn => figures[11] += 1,
            ClosedAs::Stopped => figures[12] += 1,
            ClosedAs::Resolved | ClosedAs::Refused => {
                figures[3] += 1;
                let timeliness = due.map_or(Timeliness::Early, |due| judge(calendar, term, due, at));
                figures[match timeliness {
                    Timeliness::Early => 4,
                    Timeliness::OnTime => 5,
                    Timeliness::Late => 6,
                }] += 1;
            }
        }
        return;
    }
    figures[7] += 1;
    // The last day is over: what was due on it or before is overdue.
    let overdue = due.is_some_and(|due| due < b);
    figures[if overdue { 10 } else { 8 }] += 1;
    let stands = pauses.iter().any(|p| p.from < b && p.to.is_none_or(|to| to >= b));
    figures[9] += i64::from(stands && !overdue);
}
