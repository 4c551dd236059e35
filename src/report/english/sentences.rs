//! The sentences that carry figures, in English: each says the numbers of its Vietnamese twin in their order, so that one
//! can be held against the other.

use chrono::Datelike as _;

use super::super::ReportInput;
use super::super::body::capitalised;
use super::super::sentences::{groups, share as vietnamese_share};
use super::super::template::Saying;
use super::super::wording::{self, Locality};
use super::{beside, following, numbers};
use crate::domain::figure::Rating;
use crate::domain::period::{Period, Preset};
use crate::domain::summary::{DossierFigures, PeriodSummary, PetitionFigures, Rate, TaskFigures};
use crate::domain::text::{grouped, worded_amount};
use crate::domain::unit::Group;

/// `1,320`.
pub fn n(number: i64) -> String {
    numbers(&grouped(number))
}

/// `99.84%`.
pub fn share(rate: Rate) -> Option<String> {
    vietnamese_share(rate).map(|share| numbers(&share))
}

/// A number with its noun.
pub fn some(number: i64, one: &str, more: &str) -> String {
    format!("{} {}", n(number), if number == 1 { one } else { more })
}

/// Dossiers in a sentence.
pub fn dossiers_of(number: i64) -> String {
    some(number, "dossier", "dossiers")
}

/// What a period is called.
pub fn period_name(period: Period) -> String {
    let year = period.last().year();
    let is = |preset: Preset| Period::preset(preset, year).is_ok_and(|p| p == period);
    for (index, roman) in (1..=4).zip(["I", "II", "III", "IV"]) {
        if is(Preset::Quarter(index)) {
            return format!("quarter {roman} of {year}");
        }
    }
    if is(Preset::Year) {
        return format!("the year {year}");
    }
    if is(Preset::SecondHalf) {
        return format!("the last 6 months of {year}");
    }
    for month in 1..=12 {
        if is(Preset::Month(month)) {
            return format!("month {month} of {year}");
        }
    }
    // Whichever free ranges Vietnamese has a name for.
    if wording::period_name(period).ends_with(&format!("tháng đầu năm {year}")) {
        return match period.last().month() {
            1 => format!("the first 1 month of {year}"),
            months => format!("the first {months} months of {year}"),
        };
    }
    "the reporting period".to_owned()
}

/// The paragraphs that figures say.
pub fn said(saying: Saying, input: &ReportInput<'_>) -> Vec<String> {
    let (at, summary) = (input.locality, input.summary);
    let period = period_name(summary.period);
    match saying {
        Saying::Tasks => vec![tasks(&summary.tasks, at, !input.tasks.is_empty())],
        Saying::Documents => vec![beside::documents(input)],
        Saying::Review => vec![beside::review(input)],
        Saying::Procedures => vec![procedures(summary, at)],
        Saying::WhetherDossiers if groups(summary).next().is_none() => {
            vec!["No dossiers are recorded in the period.".to_owned()]
        }
        Saying::WhetherDossiers => vec![String::new()],
        Saying::Dossiers => {
            groups(summary).map(|(group, figures)| dossiers(group, &figures.dossiers, input)).collect()
        }
        Saying::Petitions => {
            vec![petitions(&summary.petitions, &period, !input.wording.petition_portal.is_empty())]
        }
        Saying::Ratings => vec![ratings(input, &period)],
        Saying::DeclaredService => beside::declared(input, true).into_iter().collect(),
        Saying::DeclaredElectronic => beside::declared(input, false).into_iter().collect(),
        Saying::Online => vec![online(summary)],
        Saying::Digitisation => vec![digitisation(summary)],
        Saying::Payments => vec![payments(summary, &period)],
        Saying::Enclosed => vec!["(An appendix is enclosed)".to_owned()],
        Saying::Achieved => vec![beside::achieved(summary)],
        Saying::Targets => input.targets.iter().map(|one| beside::target(one, summary)).collect(),
        Saying::Lacking => vec![beside::lacking(summary)],
        Saying::Incidents if input.incidents.is_empty() => Vec::new(),
        Saying::Incidents => std::iter::once("Incidents of other software in the period:".to_owned())
            .chain(input.incidents.iter().map(beside::incident))
            .collect(),
        Saying::LateCauses => following::late(input),
        Saying::HandOvers => following::stood(&input.following.stood).into_iter().collect(),
        Saying::ReviewPlans => following::reviews(input),
        Saying::PromisesKept => following::kept(input),
        Saying::PromisesOverdue => following::overdue(input),
        Saying::PromisesAhead => following::ahead(input),
        Saying::Proposals => following::proposals(input),
    }
}

/// What a group is called within a sentence.
pub fn group_name(group: Group) -> &'static str {
    match group {
        Group::SpecialisedAgencies => "the specialised agencies",
        Group::Communes => "the one-stop counters of communes and wards",
        Group::LandRegistryBranch => "the branch of the land registration office",
    }
}

fn tasks(f: &TaskFigures, at: Locality<'_>, listed: bool) -> String {
    let head = format!("Progress and results of the tasks given by {}:", super::givers(at));
    if f.completed == 0 && f.in_progress == 0 {
        return format!("{head} no tasks are recorded in the period.");
    }
    let tasks_of = |number| some(number, "task", "tasks");
    let completed = match (f.completed, f.completed_on_time, f.completed_late) {
        (0, _, _) => "no tasks were completed in the period".to_owned(),
        (all, _, 0) => format!("{} completed (on time)", tasks_of(all)),
        (all, on_time, late) => {
            format!("{} completed ({} on time, {} late)", tasks_of(all), n(on_time), n(late))
        }
    };
    let going_on = match (f.in_progress, f.in_progress_in_due, f.in_progress_overdue) {
        (0, _, _) => "none in progress".to_owned(),
        (all, _, 0) => format!("{} in progress (in due)", n(all)),
        (all, in_due, overdue) => {
            format!("{} in progress ({} in due, {} overdue)", n(all), n(in_due), n(overdue))
        }
    };
    let list = if listed { " (lists are enclosed)" } else { "" };
    format!("{head} {completed}, {going_on}{list}.")
}

fn procedures(summary: &PeriodSummary, at: Locality<'_>) -> String {
    let own = match at.kind {
        "tỉnh" => "province",
        _ if at.is_commune() => "commune",
        _ => "town",
    };
    let levels = [
        ("province", "the provincial committee"),
        ("town", "the district committee"),
        ("commune", "the communal committees"),
    ];
    let said: Vec<String> = levels
        .into_iter()
        .filter_map(|(level, name)| {
            Some((level, name, *summary.procedures.get(level).filter(|size| **size > 0)?))
        })
        .map(|(level, name, size)| {
            let whose = if level == own { at.body } else { name };
            format!(
                "procedures within the competence of {whose} (with those of sectoral agencies): {}",
                n(size)
            )
        })
        .collect();
    if said.is_empty() {
        return "The catalogue of procedures isn't recorded in the system.".to_owned();
    }
    capitalised(&said.join("; ")) + "."
}

fn dossiers(group: Group, f: &DossierFigures, input: &ReportInput<'_>) -> String {
    let name = capitalised(group_name(group));
    if f.received_total == 0 && f.resolved == 0 && f.in_process == 0 {
        return format!("{name}: no dossiers arose in the period.");
    }
    let mut said = vec![format!("{name}: {} received", dossiers_of(f.received_total))];
    if input.wording.group(group).split_received {
        said.push(format!(
            " ({} in the period, {} carried over)",
            n(f.received_in_period),
            n(f.carried_over)
        ));
    }
    said.push(format!(", {} resolved", n(f.resolved)));
    if let (Some(good), Some(late)) = (share(f.not_late_rate()), share(f.late_rate())) {
        let early = if input.wording.merge_early {
            format!("{} ahead of or on the due date", n(f.resolved_early + f.resolved_on_time))
        } else {
            format!("{} early, {} on time", n(f.resolved_early), n(f.resolved_on_time))
        };
        said.push(format!(" ({early}, {good}; {} late, {late})", n(f.resolved_late)));
    }
    said.push(format!(", {} in process ({} in due", n(f.in_process), n(f.in_process_in_due)));
    if f.in_process_paused > 0 {
        said.push(format!(", of which {} with the clock standing", n(f.in_process_paused)));
    }
    said.push(format!(", {} overdue), {} withdrawn", n(f.in_process_overdue), n(f.withdrawn)));
    if f.stopped > 0 {
        said.push(format!(", {} stopped", n(f.stopped)));
    }
    said.concat() + "."
}

/// What petitions are about.
pub fn petitions_of_people(f: &PetitionFigures) -> String {
    let about = if f.on_regulation == f.received { " on regulations of procedures" } else { "" };
    format!("petitions of citizens and organisations{about}")
}

fn petitions(f: &PetitionFigures, period: &str, portal: bool) -> String {
    let on_portal =
        if portal { format!(" on {}", crate::domain::summary::PETITION_PORTAL) } else { String::new() };
    let whole = if f.by_portal == f.received { on_portal.as_str() } else { "" };
    let about = format!("{}{whole}", petitions_of_people(f));
    if f.received == 0 {
        return format!("In {period} there were no {about}.");
    }
    let partly = |number: i64| number > 0 && number < f.received;
    let mut parts = Vec::new();
    if partly(f.on_regulation) {
        parts.push(format!("{} on regulations of procedures", n(f.on_regulation)));
    }
    if partly(f.by_portal) && portal {
        parts.push(format!("{} received{on_portal}", n(f.by_portal)));
    }
    let parts = if parts.is_empty() { String::new() } else { format!(" (of which {})", parts.join("; ")) };
    let mut said = vec![format!("In {period} there were {} {about}{parts}", n(f.received))];
    if f.answered == 0 {
        return said.concat() + ", none answered yet.";
    }
    said.push(format!(", {} answered", n(f.answered)));
    if f.answered_on_time == f.answered {
        said.push(" in time".to_owned());
    } else {
        said.push(format!(" ({} in time)", n(f.answered_on_time)));
    }
    if f.published > 0 && f.published == f.answered {
        said.push(" and published as prescribed".to_owned());
    } else if f.published > 0 {
        said.push(format!(", {} published", n(f.published)));
    }
    if f.satisfied > 0 && f.satisfied == f.answered {
        said.push(", with the citizens satisfied".to_owned());
    } else if f.satisfied > 0 {
        said.push(format!(", {} with the citizen satisfied", n(f.satisfied)));
    }
    said.concat() + "."
}

fn rating_name(rating: Rating) -> &'static str {
    match rating {
        Rating::VerySatisfied => "very satisfied",
        Rating::Satisfied => "satisfied",
        Rating::Neutral => "neutral",
        Rating::Dissatisfied => "dissatisfied",
        Rating::VeryDissatisfied => "very dissatisfied",
    }
}

fn ratings(input: &ReportInput<'_>, period: &str) -> String {
    let summary = input.summary;
    if summary.ratings_total == 0 {
        return format!("In {period} no ratings of satisfaction are recorded.");
    }
    let (mut named, mut parts) = (0, Vec::new());
    for (group, figures) in groups(summary) {
        let given: i64 = figures.ratings.values().sum();
        if given == 0 {
            continue;
        }
        named += given;
        let kinds = Rating::ALL.iter().filter_map(|rating| Some((rating, *figures.ratings.get(rating)?)));
        let kinds: Vec<String> =
            kinds.map(|(rating, number)| format!("{} {}", n(number), rating_name(*rating))).collect();
        parts.push(format!(
            "{}: {}, with {}",
            group_name(group),
            some(given, "rating", "ratings"),
            kinds.join(", ")
        ));
    }
    let others = summary.ratings_total - named;
    if others > 0 && named > 0 {
        parts.push(format!("others: {}", some(others, "rating", "ratings")));
    }
    let inside = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) };
    format!(
        "In {period} {} of satisfaction were given{inside}.",
        some(summary.ratings_total, "rating", "ratings")
    )
}

fn online(summary: &PeriodSummary) -> String {
    let Some(overall) = share(summary.online_overall) else {
        return "No dossiers of procedures with an online service were received in the period.".to_owned();
    };
    let mut said = Vec::new();
    for (group, figures) in groups(summary) {
        let levels = [(figures.online_partial, "3"), (figures.online_full, "4")];
        let levels: Vec<String> = levels
            .into_iter()
            .filter_map(|(rate, level)| {
                let rate = rate?;
                let (online, all) = (n(rate.numerator), n(rate.denominator));
                Some(format!("{online} online at level {level} of {all} received, {}", share(rate)?))
            })
            .collect();
        if !levels.is_empty() {
            said.push(format!("{}: {}. ", capitalised(group_name(group)), levels.join("; ")));
        }
    }
    said.push(format!("Over all, {overall} of dossiers were submitted online."));
    said.concat()
}

fn digitisation(summary: &PeriodSummary) -> String {
    let parts: Vec<String> = groups(summary)
        .filter_map(|(group, figures)| {
            let intake = figures.intake.and_then(share);
            let result = figures.result.and_then(share);
            let said: Vec<String> = [
                intake.map(|share| format!("dossiers digitised at intake {share}")),
                result.map(|share| format!("results digitised {share}")),
            ]
            .into_iter()
            .flatten()
            .collect();
            (!said.is_empty()).then(|| format!("{}: {}", group_name(group), said.join(", ")))
        })
        .collect();
    if parts.is_empty() {
        return "No dossiers in the period are tracked for digitisation.".to_owned();
    }
    capitalised(&parts.join("; ")) + "."
}

/// `over 5.2 billion VND`.
fn amount(dong: i64) -> String {
    numbers(&worded_amount(dong))
        .replace("trên ", "over ")
        .replace("gần ", "nearly ")
        .replace("tỷ đồng", "billion VND")
        .replace("triệu đồng", "million VND")
        .replace(" đồng", " VND")
}

fn payments(summary: &PeriodSummary, period: &str) -> String {
    let f = &summary.payments;
    let Some(rate) = share(f.online) else {
        return format!("In {period} there were no payments.");
    };
    let mut places = Vec::new();
    for (place, name) in
        [("town", "at the one-stop counter"), ("communes", "at the counters of communes and wards")]
    {
        let mut there: Vec<_> =
            f.by_place.iter().filter(|((at, _), paid)| at == place && paid.transactions != 0).collect();
        there.sort_by_key(|(_, paid)| std::cmp::Reverse(paid.amount_vnd));
        let kinds: Vec<String> = there
            .into_iter()
            .map(|((_, kind), paid)| {
                let kind = match kind.as_str() {
                    "land_tax_and_registration_fee" => "land tax and registration fees".to_owned(),
                    "fee" => "fees and charges".to_owned(),
                    other => other.replace('_', " "),
                };
                let times = some(paid.transactions, "online payment", "online payments");
                format!("{times} of {kind}, {}", amount(paid.amount_vnd))
            })
            .collect();
        if !kinds.is_empty() {
            places.push(format!("{name} {}", kinds.join("; ")));
        }
    }
    let told =
        if places.is_empty() { String::new() } else { format!("{}. ", capitalised(&places.join("; "))) };
    format!("{told}The share of online payments in {period} is {rate}.")
}
