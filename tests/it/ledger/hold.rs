//! Holds the house's figures against the recount: day by day from the ledger, by period from the summary, by
//! dossier from the lists behind each figure, and as they were known before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bonro::domain::calendar::Calendar;
use bonro::domain::period::Period;
use bonro::domain::permission::Scope;
use bonro::grpc::Front;
use bonro::grpc::convert::wire_date;
use bonro::pb::v1;
use bonro::pb::v1::report_service_server::ReportService as _;
use bonro::service::checker::check;
use bonro::service::{Context, Look, Rules};
use bonro::store::figures::{self, Grain};
use bonro::store::{dossiers, events};
use chrono::{DateTime, Days, NaiveDate, Utc};
use tonic::Request;
use uuid::Uuid;

use super::recount::{Life, Overdue, Span, count};
use super::tables::{Counts, FIGURES, Table, fold, place};
use crate::records::town::{Town, answered};

/// Somebody at the front door who reaches the whole house, at an instant.
pub struct Desk {
    pub front: Front,
    pub context: Context,
}

impl Desk {
    /// At the door of a town, now.
    pub fn of(town: &Town) -> Self {
        Self { front: town.front.clone(), context: town.context(Scope::All) }
    }

    /// A snapshot of what is stored.
    pub async fn look(&self) -> Look {
        self.front.house.look(self.context.clone()).await.expect("a look")
    }

    fn ask<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.extensions_mut().insert(self.context.clone());
        request
    }
}

/// A dossier's code and stored events.
pub struct Told {
    pub code: String,
    pub events: Vec<events::EventRow>,
}

/// All that the house has stored of dossiers.
pub async fn told(look: &Look) -> Vec<Told> {
    let mut found = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let rows = dossiers::after(&look.door, after, 5000).await.expect("dossiers are read");
        let Some(last) = rows.last() else { return found };
        after = last.id;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut events = events::of(&look.door, &ids).await.expect("events are read");
        found.extend(
            rows.into_iter()
                .map(|row| Told { code: row.code, events: events.remove(&row.id).unwrap_or_default() }),
        );
    }
}

/// The calendar of the house, by which periods begin and end.
pub fn town_calendar(rules: &Rules) -> Arc<Calendar> {
    Arc::clone(rules.calendar_for(None).expect("the house has a calendar"))
}

/// Sums by the ledger's words: fact → before and within a period.
type Facts = BTreeMap<String, (i64, i64)>;

/// Figures from sums of the ledger, as its design says: open is received less closed.
fn of_facts(facts: &Facts) -> Counts {
    let sum = |start: &str| {
        facts
            .iter()
            .filter(|(fact, _)| fact.starts_with(start))
            .fold((0, 0), |(before, within), (_, (b, w))| (before + b, within + w))
    };
    let through = |start: &str| sum(start).0 + sum(start).1;
    let resolved =
        |word: &str| sum(&format!("closed:resolved:{word}")).1 + sum(&format!("closed:refused:{word}")).1;
    let carried = sum("received:").0 - sum("closed:").0;
    let open = through("received:") - through("closed:");
    let overdue = through("overdue") - through("cleared");
    [
        sum("received:").1 + carried,
        sum("received:").1,
        carried,
        resolved(""),
        resolved("early:"),
        resolved("on_time:"),
        resolved("late:"),
        open,
        open - overdue,
        through("paused") - through("unpaused"),
        overdue,
        sum("closed:withdrawn:").1,
        sum("closed:stopped:").1,
        sum("apologised_late").1,
        through("apologised_overdue") - through("apologised_cleared"),
        sum("late_recorded").1,
    ]
}

fn without_zeros<K: Ord>(mut table: BTreeMap<K, Counts>) -> BTreeMap<K, Counts> {
    table.retain(|_, counts| *counts != Counts::default());
    table
}

/// The ledger's rows, day by day, against what is counted for each of these days, units and procedures.
/// Returns what was counted.
pub async fn every_day(
    look: &Look,
    lives: &[Life],
    days: (NaiveDate, NaiveDate),
) -> BTreeMap<NaiveDate, Table> {
    let (town, now) = (town_calendar(&look.rules), look.context.now);
    // A dossier adds to one day's figures from its receipt to its end only.
    let mut counted: BTreeMap<NaiveDate, Vec<&Life>> = BTreeMap::new();
    for life in lives {
        let (from, to) = life.days(&town);
        let last = to.unwrap_or(days.1).min(days.1);
        for day in from.max(days.0).iter_days().take_while(|day| *day <= last) {
            counted.entry(day).or_default().push(life);
        }
    }
    let mut rows = figures::by_day(&look.door, Some("dossier"))
        .await
        .expect("the ledger is read")
        .into_iter()
        .peekable();
    let mut ledger: BTreeMap<(Uuid, Uuid), Facts> = BTreeMap::new();
    let mut tables = BTreeMap::new();
    for day in days.0.iter_days().take_while(|day| *day <= days.1) {
        for (before, within) in ledger.values_mut().flat_map(BTreeMap::values_mut) {
            *before += std::mem::take(within);
        }
        while let Some(((on, unit, procedure, fact), quantity)) = rows.next_if(|((on, ..), _)| *on <= day) {
            let sum = ledger.entry((unit, procedure)).or_default().entry(fact).or_default();
            if on < day {
                sum.0 += quantity;
            } else {
                sum.1 += quantity;
            }
        }
        let said: Table = ledger.iter().map(|(of, facts)| (*of, of_facts(facts))).collect();
        let span = Span::new(&town, day, day, now);
        let on_day = counted.remove(&day).unwrap_or_default();
        let truth = count(on_day, &span, Overdue::Flagged);
        assert_eq!(without_zeros(said), truth, "the ledger (left) on {day}, by unit and procedure");
        tables.insert(day, truth);
    }
    tables
}

/// The sums that a summary is made of, cells and rows together, for a period as known at a number.
async fn sums(look: &Look, period: (NaiveDate, NaiveDate), as_of: Option<i64>) -> Table {
    let period = Period::new(period.0, period.1).expect("a period");
    let rows = figures::sums(&look.door, &period, Grain::Procedure, as_of).await.expect("sums are read");
    let mut ledger: BTreeMap<(Uuid, Uuid), Facts> = BTreeMap::new();
    for row in rows {
        ledger.entry((row.unit_id, row.procedure_id)).or_default().insert(row.fact, (row.before, row.within));
    }
    without_zeros(ledger.iter().map(|(of, facts)| (*of, of_facts(facts))).collect())
}

fn counts_of(row: &v1::FigureRow) -> Counts {
    let d = row.dossiers.clone().unwrap_or_default();
    [
        d.received_total,
        d.received_in_period,
        d.carried_over,
        d.resolved,
        d.resolved_early,
        d.resolved_on_time,
        d.resolved_late,
        d.in_process,
        d.in_process_in_due,
        d.in_process_paused,
        d.in_process_overdue,
        d.withdrawn,
        d.stopped,
        d.resolved_late_apologised,
        d.in_process_overdue_apologised,
        d.resolved_late_recorded,
    ]
}

/// A period for the wire.
pub fn period(first: NaiveDate, last: NaiveDate) -> v1::Period {
    let range = v1::DateRange { from_on: Some(wire_date(first)), to_on: Some(wire_date(last)) };
    v1::Period { choice: Some(v1::period::Choice::Range(range)) }
}

/// Figures by `units/CODE` or `procedures/CODE`; all together under the empty name.
type Named = BTreeMap<String, Counts>;

/// The summary's rows of a breakdown, and its total. Every identity holds.
pub async fn summary(
    desk: &Desk,
    (first, last): (NaiveDate, NaiveDate),
    unit: &str,
    breakdown: v1::Breakdown,
    as_of_sequence: Option<i64>,
) -> (Named, i64) {
    let ask = v1::SummarizePeriodRequest {
        period: Some(period(first, last)),
        unit: if unit.is_empty() { String::new() } else { format!("units/{unit}") },
        as_of_sequence,
        breakdowns: vec![breakdown.into()],
    };
    let summary = answered(desk.front.summarize_period(desk.ask(ask)).await).summary.expect("a summary");
    for identity in &summary.identities {
        assert!(identity.holds, "{first}..={last}: {identity:?}");
    }
    let rows = summary.rows.iter().chain(&summary.total).map(|row| (row.key.clone(), counts_of(row)));
    (without_zeros(rows.collect()), summary.as_of_sequence)
}

/// A table under the names of a summary's rows.
pub fn named(rules: &Rules, table: &Table, breakdown: v1::Breakdown) -> Named {
    let mut names = fold(table, |(unit, procedure)| {
        if breakdown == v1::Breakdown::Unit {
            format!("units/{}", rules.unit_code(*unit))
        } else {
            format!("procedures/{}", rules.procedure_code(*procedure))
        }
    });
    names.extend(fold(table, |_| String::new()));
    names
}

/// A period's summary by unit and by procedure, and the sums behind it, against the recount.
pub async fn whole_period(desk: &Desk, look: &Look, lives: &[Life], days: (NaiveDate, NaiveDate)) -> Table {
    let calendar = town_calendar(&look.rules);
    let span = Span::new(&calendar, days.0, days.1, look.context.now);
    let truth = count(lives, &span, Overdue::All);
    for breakdown in [v1::Breakdown::Unit, v1::Breakdown::Procedure] {
        let (said, _) = summary(desk, days, "", breakdown, None).await;
        assert_eq!(
            said,
            named(&look.rules, &truth, breakdown),
            "the summary (left) of {days:?}, {breakdown:?}"
        );
    }
    let known = count(lives, &span, Overdue::Flagged);
    assert_eq!(sums(look, days, None).await, known, "the sums (left) of {days:?}");
    truth
}

/// The dossiers behind each figure of a period, of a unit or a procedure or of all, page by page.
pub async fn members(
    desk: &Desk,
    look: &Look,
    lives: &[(String, Life)],
    days: (NaiveDate, NaiveDate),
    (unit, procedure): (&str, &str),
) {
    let rules = &look.rules;
    let span = Span::new(&town_calendar(rules), days.0, days.1, look.context.now);
    let named = |collection: &str, code: &str| {
        if code.is_empty() { String::new() } else { format!("{collection}/{code}") }
    };
    let mut truth: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); FIGURES.len()];
    for (code, life) in lives {
        let of_unit = unit.is_empty() || rules.unit_code(life.unit) == unit;
        if of_unit && (procedure.is_empty() || rules.procedure_code(life.procedure) == procedure) {
            life.within(&span, Overdue::All, |figure| {
                truth[place(figure)].insert(code);
            });
        }
    }
    if procedure.is_empty() {
        let (said, _) = summary(desk, days, unit, v1::Breakdown::Unit, None).await;
        let counts: Vec<i64> =
            truth.iter().map(|codes| i64::try_from(codes.len()).expect("not so many")).collect();
        assert_eq!(said.get("").copied().unwrap_or_default().to_vec(), counts, "{days:?} of {unit}");
    }
    for (figure, truth) in FIGURES.into_iter().zip(truth) {
        let mut found = BTreeSet::new();
        let mut ask = v1::ListFigureMembersRequest {
            figure: figure.into(),
            period: Some(period(days.0, days.1)),
            unit: named("units", unit),
            procedure: named("procedures", procedure),
            page_size: 17,
            ..v1::ListFigureMembersRequest::default()
        };
        loop {
            let page = answered(desk.front.list_figure_members(desk.ask(ask.clone())).await);
            assert_eq!(usize::try_from(page.total_size), Ok(truth.len()), "{figure:?} of {days:?}");
            for member in page.members {
                let code = member.dossier.trim_start_matches("dossiers/").to_owned();
                assert!(found.insert(code), "{figure:?} of {days:?} names a dossier twice");
            }
            ask.page_token = page.next_page_token;
            if ask.page_token.is_empty() {
                break;
            }
        }
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(found, truth, "the dossiers (left) behind {figure:?} of {days:?}, {unit} {procedure}");
    }
}

/// Figures that were kept at a moment.
pub struct Kept {
    at: DateTime<Utc>,
    sequence: i64,
    /// What was overdue had been flagged, as before a report.
    flagged: bool,
    rows: Vec<((NaiveDate, NaiveDate), v1::Breakdown, Named)>,
}

/// Keeps the figures of this moment: of the day, of the month, and of all time so far.
pub async fn keep(desk: &Desk, flagged: bool) -> Kept {
    let at = desk.context.now;
    let today = town_calendar(&desk.look().await.rules).local_date(at);
    let mut kept = Kept { at, sequence: 0, flagged, rows: Vec::new() };
    for before in [0, 30, 130] {
        let days = (today - Days::new(before), today);
        for breakdown in [v1::Breakdown::Unit, v1::Breakdown::Procedure] {
            let (rows, sequence) = summary(desk, days, "", breakdown, None).await;
            kept.sequence = sequence;
            kept.rows.push((days, breakdown, rows));
        }
    }
    kept
}

impl Kept {
    /// The same figures, asked for later as known then.
    pub async fn compare(&self, desk: &Desk, look: &Look, told: &[Told]) {
        let rules = &look.rules;
        let read = |told: &Told| Life::read(&told.events, &rules.book, Some(self.at));
        let lives: Vec<Life> = told.iter().filter_map(read).collect();
        for (days, breakdown, then) in &self.rows {
            let span = Span::new(&town_calendar(rules), days.0, days.1, self.at);
            let what = format!("{days:?} as known at {} ({})", self.at, self.sequence);
            let all = named(rules, &count(&lives, &span, Overdue::All), *breakdown);
            assert_eq!(*then, all, "kept (left): {what}");
            let flagged = count(&lives, &span, Overdue::Flagged);
            let (now, _) = summary(desk, *days, "", *breakdown, Some(self.sequence)).await;
            assert_eq!(now, named(rules, &flagged, *breakdown), "as known then (left): {what}");
            assert_eq!(sums(look, *days, Some(self.sequence)).await, flagged, "sums (left): {what}");
            if self.flagged {
                assert_eq!(now, *then, "known then, and kept (right): {what}");
            }
        }
    }
}

/// The house's own checker finds no difference.
pub async fn checker_agrees(look: &Look) {
    let found = check(look).await.expect("the checker ends");
    assert_eq!(found, [], "the checker");
}
