//! What a summary is made of: the ledger's sums, and the frame in which they are read. The frame holds all that isn't in
//! the ledger (which unit is of which group, what a procedure is called, which documents there are), so that the figures
//! of a report can be reckoned anew from the ledger by the frame that was kept with it, whatever changed since.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    DocumentLine, Figures, Identity, PaymentFigures, Payments, PeriodSummary, PetitionFigures, Rate, Row,
    RowKey, TaskFigures, identities,
};
use crate::domain::figure::{Fact, Sum, Sums};
use crate::domain::period::Period;
use crate::domain::text::order_key;
use crate::domain::unit::{Group, UnitKind};

/// A breakdown of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdown {
    /// By group of the report.
    Group,
    /// By unit.
    Unit,
    /// By procedure.
    Procedure,
    /// By field of procedures.
    Field,
}

impl Breakdown {
    /// It needs sums by procedure.
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Procedure | Self::Field)
    }
}

/// What stands beside the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The period asked for.
    pub period: Period,
    /// The part of it that is counted: up to today where it isn't over.
    pub counted: Period,
    /// The instant up to which it is counted.
    pub until: DateTime<Utc>,
    /// The period was over.
    pub complete: bool,
    /// The units by identity.
    pub units: BTreeMap<Uuid, FramedUnit>,
    /// The procedures by identity, as their last versions have them.
    pub procedures: BTreeMap<Uuid, FramedProcedure>,
    /// Size of the catalogue by level on the last day that is counted.
    pub catalogue: BTreeMap<String, i64>,
    /// Units, and procedures where sums are by them (else nil), with a dossier of whatever time.
    pub with_dossiers: BTreeSet<(Uuid, Uuid)>,
    /// What is known of petitions beside their days.
    pub petitions: BTreeMap<Uuid, PetitionMarks>,
    /// Documents issued in the part that is counted.
    pub documents: Vec<DocumentLine>,
}

/// A unit as a summary needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FramedUnit {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
}

/// A procedure as a summary needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FramedProcedure {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its field.
    pub field: String,
}

/// What a petition's record says beside the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with one another")]
pub struct PetitionMarks {
    /// Its citizen is satisfied or better.
    pub satisfied: bool,
    /// Its answer is published.
    pub published: bool,
    /// It is about a regulation.
    pub on_regulation: bool,
    /// It came by the national portal.
    pub by_portal: bool,
}

/// What the ledger says of a period, within a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The last number that was read.
    pub sequence: i64,
    /// Sums by unit, procedure (nil where they are by unit) and fact.
    pub sums: Vec<(Uuid, Uuid, Fact, Sum)>,
    /// What is overdue and not flagged yet, by unit and procedure; nothing as of a number of the ledger.
    pub unflagged: Vec<Unflagged>,
    /// What petitions did before the end of the period.
    pub petitions: Vec<PetitionFact>,
}

/// Open records past their deadline that no row of the ledger tells of yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unflagged {
    /// The unit.
    pub unit_id: Uuid,
    /// The procedure; nil for tasks, and where sums are by unit.
    pub procedure_id: Uuid,
    /// Dossiers.
    pub dossiers: i64,
    /// Of those, with apology.
    pub apologised: i64,
    /// Tasks.
    pub tasks: i64,
}

/// A day of a petition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PetitionFact {
    /// The petition.
    pub id: Uuid,
    /// Received or answered.
    pub fact: Fact,
    /// When.
    pub on: NaiveDate,
}

/// The summary of a period: a pure function of the frame and the ledger.
pub fn summary(frame: &Frame, ledger: &Ledger, breakdowns: &[Breakdown]) -> PeriodSummary {
    let cells = cells(frame, ledger);
    let mut total = Sums::default();
    for (_, sums) in &cells {
        total.merge(sums);
    }
    let breakdowns = if breakdowns.is_empty() { &[Breakdown::Group] } else { breakdowns };
    let rows: Vec<Row> = breakdowns.iter().flat_map(|breakdown| rows_of(frame, &cells, *breakdown)).collect();
    let mut checks = identities("total", &Figures::of(&total).dossiers);
    for row in &rows {
        checks.extend(identities(&row.code, &row.figures.dossiers));
    }
    let online_overall = rows_of(frame, &cells, Breakdown::Group)
        .iter()
        .flat_map(|row| [row.figures.online_partial, row.figures.online_full])
        .flatten()
        .fold(Rate::default(), Rate::plus);
    let tasks = TaskFigures::of(&total);
    checks.push(Identity {
        row: "tasks".to_owned(),
        name: "in progress = in due + overdue",
        name_vi: "đang thực hiện = trong hạn + quá hạn",
        left: tasks.in_progress,
        right: tasks.in_progress_in_due + tasks.in_progress_overdue,
    });
    PeriodSummary {
        period: frame.period,
        computed_until: frame.until,
        complete: frame.complete,
        sequence: ledger.sequence,
        total: Figures::of(&total),
        rows,
        online_overall,
        tasks,
        procedures: frame.catalogue.clone(),
        petitions: petitions(frame, &ledger.petitions),
        payments: payments(frame, &cells, &total),
        ratings_total: total.of(|f| matches!(f, Fact::Rated(_))).within,
        documents: frame.documents.clone(),
        identities: checks,
    }
}

/// Sums of one unit and procedure.
type Cell = ((Uuid, Uuid), Sums);

/// The sums, with what isn't flagged yet.
fn cells(frame: &Frame, ledger: &Ledger) -> Vec<Cell> {
    let mut cells: BTreeMap<(Uuid, Uuid), Sums> = BTreeMap::new();
    for (unit, procedure, fact, sum) in &ledger.sums {
        cells.entry((*unit, *procedure)).or_default().add(fact.clone(), *sum);
    }
    for more in &ledger.unflagged {
        let sums = cells.entry((more.unit_id, more.procedure_id)).or_default();
        sums.unflagged_overdue += more.dossiers;
        sums.unflagged_apologised += more.apologised;
        sums.unflagged_tasks += more.tasks;
    }
    for key in &frame.with_dossiers {
        cells.entry(*key).or_default().any_dossier = true;
    }
    cells.into_iter().collect()
}

fn rows_of(frame: &Frame, cells: &[Cell], breakdown: Breakdown) -> Vec<Row> {
    let mut sums: BTreeMap<(String, String), (RowKey, Sums)> = BTreeMap::new();
    for ((unit_id, procedure_id), cell) in cells {
        let unit = frame.units.get(unit_id);
        let procedure = || frame.procedures.get(procedure_id);
        let found = match breakdown {
            Breakdown::Group => unit.and_then(|unit| unit.kind.group()).map(|group| {
                let order = Group::ALL.iter().position(|g| *g == group).unwrap_or_default();
                (RowKey::Group(group), order.to_string(), group.as_str().to_owned())
            }),
            Breakdown::Unit => {
                unit.map(|unit| (RowKey::Unit(*unit_id), format!("units/{}", unit.code), unit.name.clone()))
            }
            Breakdown::Procedure => procedure().map(|p| {
                (RowKey::Procedure(*procedure_id), format!("procedures/{}", p.code), p.name.clone())
            }),
            Breakdown::Field => {
                procedure().map(|p| (RowKey::Field(p.field.clone()), p.field.clone(), p.field.clone()))
            }
        };
        if let Some((row_key, code, label)) = found {
            sums.entry((code, label)).or_insert_with(|| (row_key, Sums::default())).1.merge(cell);
        }
    }
    let mut rows: Vec<Row> = sums
        .into_iter()
        .map(|((code, label), (key, sums))| {
            let (code, label) = match &key {
                RowKey::Group(group) => (group.as_str().to_owned(), group.vietnamese().to_owned()),
                RowKey::Unit(_) | RowKey::Procedure(_) | RowKey::Field(_) => (code, label),
            };
            Row { key, code, label, figures: Figures::of(&sums) }
        })
        .collect();
    if breakdown == Breakdown::Field {
        rows.sort_by_cached_key(|row| order_key(&row.label));
    }
    rows
}

/// Petitions received in the period; of them answered before its end, and answered in time.
fn petitions(frame: &Frame, facts: &[PetitionFact]) -> PetitionFigures {
    let received: HashSet<Uuid> = facts
        .iter()
        .filter(|day| day.fact == Fact::PetitionReceived && day.on >= frame.counted.first())
        .map(|day| day.id)
        .collect();
    let mut figures = PetitionFigures::default();
    let marks = |id: &Uuid| frame.petitions.get(id).copied().unwrap_or_default();
    for id in &received {
        figures.received += 1;
        figures.on_regulation += i64::from(marks(id).on_regulation);
        figures.by_portal += i64::from(marks(id).by_portal);
    }
    for day in facts.iter().filter(|day| received.contains(&day.id)) {
        if let Fact::PetitionAnswered { in_time } = day.fact {
            figures.answered += 1;
            figures.answered_on_time += i64::from(in_time);
            figures.satisfied += i64::from(marks(&day.id).satisfied);
            figures.published += i64::from(marks(&day.id).published);
        }
    }
    figures
}

/// Online payments at the one-stop shop (`town`) and the communes; other places count in the totals.
fn payments(frame: &Frame, cells: &[Cell], total: &Sums) -> Payments {
    let mut payments = Payments::default();
    for ((unit_id, _), sums) in cells {
        let place = match frame.units.get(unit_id).map(|unit| unit.kind) {
            Some(UnitKind::OneStopShop) => "town",
            Some(UnitKind::Commune) => "communes",
            _ => continue,
        };
        for (fact, sum) in &sums.facts {
            if sum.within == 0 {
                continue;
            }
            if let Fact::Paid { kind, online: true } = fact {
                entry(&mut payments, place, kind).transactions += sum.within;
            } else if let Fact::PaidAmount { kind, online: true } = fact {
                entry(&mut payments, place, kind).amount_vnd += sum.within;
            }
        }
    }
    payments.online = Rate {
        numerator: total.of(|f| matches!(f, Fact::Paid { online: true, .. })).within,
        denominator: total.of(|f| matches!(f, Fact::Paid { .. })).within,
    };
    payments
}

fn entry<'a>(payments: &'a mut Payments, place: &str, kind: &str) -> &'a mut PaymentFigures {
    payments.by_place.entry((place.to_owned(), kind.to_owned())).or_default()
}
