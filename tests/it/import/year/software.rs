//! The one-stop software: the sample's dossiers, and how each stands on an evening. It tells the list of supplements
//! as the national synchronisation does, names instead of codes, and no hand-overs.

use std::collections::{BTreeMap, HashMap};

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use bonro::domain::record::{ClockRecord, DossierRecord};
use bonro::intake::Files;
use chrono::{DateTime, NaiveDate, Utc};

/// A row of a CSV file by its columns.
pub type Cells = HashMap<String, String>;

/// The software with all that it will ever know.
pub struct Software {
    /// The sample's files.
    pub files: Files,
    /// Every dossier with its whole history, by receipt.
    pub dossiers: Vec<Whole>,
    /// Unit code → name and kind.
    pub units: BTreeMap<String, (String, String)>,
    procedures: BTreeMap<String, String>,
    officials: BTreeMap<String, String>,
}

/// A dossier with all that happens to it.
#[derive(Debug, Clone)]
pub struct Whole {
    pub code: String,
    pub procedure: String,
    pub unit: String,
    pub channel: Channel,
    pub applicant: ApplicantKind,
    pub received_at: DateTime<Utc>,
    pub closed: Option<(DateTime<Utc>, ClosedAs)>,
    pub returned_at: Option<DateTime<Utc>>,
    pub officer: String,
    pub intake: Option<bool>,
    pub result: Option<bool>,
    /// (when, stopped, why), ascending.
    pub clock: Vec<(DateTime<Utc>, bool, String)>,
}

/// 23:00 of a day in Viet Nam: when the software makes its file.
pub fn evening(day: NaiveDate) -> DateTime<Utc> {
    format!("{day}T23:00:00+07:00").parse().expect("an instant")
}

/// The rows of a file of the sample.
pub fn table(files: &Files, name: &str) -> Vec<Cells> {
    let bytes = files.get(name).expect("a file of the sample");
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(|row| row.expect("a row of the sample")).collect()
}

fn instant(cells: &Cells, column: &str) -> Option<DateTime<Utc>> {
    let text = cells[column].as_str();
    (!text.is_empty()).then(|| DateTime::parse_from_rfc3339(text).expect("an instant").to_utc())
}

fn flag(cells: &Cells, column: &str) -> Option<bool> {
    match cells[column].to_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

impl Software {
    /// Every `stride`-th dossier of the sample.
    pub fn of_sample(stride: usize) -> Self {
        let files = Files::sample();
        let mut clock: HashMap<String, Vec<(DateTime<Utc>, bool, String)>> = HashMap::new();
        for cells in table(&files, "dossier_events.csv") {
            let at = instant(&cells, "at").expect("an instant");
            let event = (at, cells["event"] == "paused", cells["reason"].clone());
            clock.entry(cells["dossier_code"].clone()).or_default().push(event);
        }
        let mut dossiers: Vec<Whole> = table(&files, "dossiers.csv")
            .iter()
            .step_by(stride)
            .map(|cells| {
                let mut clock = clock.remove(&cells["code"]).unwrap_or_default();
                clock.sort();
                let outcome = ClosedAs::parse(&cells["outcome"]);
                Whole {
                    code: cells["code"].clone(),
                    procedure: cells["procedure_code"].clone(),
                    unit: cells["unit_code"].clone(),
                    channel: Channel::parse(&cells["channel"]).expect("a channel"),
                    applicant: ApplicantKind::parse(&cells["applicant_kind"]).expect("a kind"),
                    received_at: instant(cells, "received_at").expect("an instant"),
                    closed: instant(cells, "closed_at").zip(outcome),
                    returned_at: instant(cells, "result_returned_at"),
                    officer: cells["officer_code"].clone(),
                    intake: flag(cells, "intake_digitised"),
                    result: flag(cells, "result_digitised"),
                    clock,
                }
            })
            .collect();
        dossiers.sort_by(|a, b| (a.received_at, &a.code).cmp(&(b.received_at, &b.code)));
        let named = |file: &str, name: &str| {
            let rows = table(&files, file);
            rows.into_iter().map(|cells| (cells["code"].clone(), cells[name].clone())).collect()
        };
        let (procedures, officials) = (named("procedures.csv", "name"), named("officials.csv", "full_name"));
        let units = table(&files, "units.csv")
            .into_iter()
            .map(|cells| (cells["code"].clone(), (cells["name"].clone(), cells["kind"].clone())))
            .collect();
        Self { files, dossiers, units, procedures, officials }
    }

    /// The dossiers that are there on an evening, by their places.
    pub fn there(&self, as_of: DateTime<Utc>) -> Vec<usize> {
        (0..self.dossiers.len()).filter(|i| self.dossiers[*i].received_at <= as_of).collect()
    }

    /// How a dossier stands on an evening.
    pub fn snapshot(&self, place: usize, as_of: DateTime<Utc>) -> DossierRecord {
        let whole = &self.dossiers[place];
        let closed = whole.closed.filter(|(at, _)| *at <= as_of);
        let returned_at = whole.returned_at.filter(|at| *at <= as_of && closed.is_some());
        let clock: Vec<_> = whole.clock.iter().filter(|(at, ..)| *at <= as_of).collect();
        let stands_as = match (closed, returned_at, clock.last()) {
            (Some((_, ClosedAs::Resolved | ClosedAs::Refused)), Some(_), _) => State::Returned,
            (Some((_, ClosedAs::Resolved | ClosedAs::Refused)), None, _) => State::Resolved,
            (Some((_, ClosedAs::Withdrawn)), ..) => State::Withdrawn,
            (Some((_, ClosedAs::Stopped)), ..) => State::Stopped,
            (None, _, Some((_, true, reason))) if reason == "financial_obligation" => State::AwaitingPayment,
            (None, _, Some((_, true, reason))) if reason == "supplement_requested" => {
                State::AwaitingSupplement
            }
            (None, _, Some((_, true, _))) => State::Suspended,
            (None, ..) => State::InProcess,
        };
        DossierRecord {
            code: whole.code.clone(),
            // Some files have the one, some the other.
            procedure_code: if place.is_multiple_of(2) {
                whole.procedure.clone()
            } else {
                self.procedures[&whole.procedure].clone()
            },
            unit_code: format!("{} ", self.units[&whole.unit].0),
            channel: Some(whole.channel),
            applicant_kind: Some(whole.applicant),
            received_at: Some(whole.received_at),
            closed_at: closed.map(|(at, _)| at),
            outcome: closed.map(|(_, outcome)| outcome),
            returned_at,
            officer_code: self.officials.get(&whole.officer).cloned().unwrap_or_default(),
            intake_digitised: whole.intake,
            result_digitised: whole.result,
            clock: clock
                .into_iter()
                .map(|(at, stopped, reason)| ClockRecord {
                    at: Some(*at),
                    stopped: *stopped,
                    reason: reason.clone(),
                    ..ClockRecord::default()
                })
                .collect(),
            stands_as: Some(stands_as),
            ..DossierRecord::default()
        }
    }
}
