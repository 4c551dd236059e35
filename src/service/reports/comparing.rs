//! Two views of figures side by side: a report as it was issued and its period as it is known today, one period and
//! another, or one number of the ledger and another. Where both count the same days, each difference is explained by the
//! records whose rows came between, with their events.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::report::{Ask, counted, ledger_of};
use super::super::work::Look;
use super::{BREAKDOWNS, checking, find_called};
use crate::domain::figure::{Fact, Sum};
use crate::domain::period::Period;
use crate::domain::summary::cells::{self, CellChange, Cells};
use crate::domain::summary::{Frame, Ledger, PetitionFact, summary};
use crate::store::events::{self, EventRow};
use crate::store::figures::{self, LaterEntry};
use crate::store::{StoreError, dossiers, petitions, tasks};

/// Records that are named at most; the others are counted.
pub const MOST_EXPLAINED: usize = 2_000;
/// Rows of the ledger between two numbers that are read at most.
const MOST_READ: i64 = 2_000_000;

/// What is held against another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// The frozen figures of a report, by its code or number.
    Report(String),
    /// A period as known at a number of the ledger; None: as known now.
    Period(Period, Option<i64>),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The ledger's numbers of both sides.
    pub sequences: (i64, i64),
    /// Cells that differ.
    pub changes: Vec<CellChange>,
    /// Both sides count the same days, so that what differs is explained.
    pub is_explained: bool,
    /// What explains it, by record.
    pub explained: Vec<Explained>,
    /// How many records explain something beyond those that are named.
    pub left_out: usize,
    /// What no row of the ledger explains: kinds and names of units, the catalogue, documents, marks of petitions, and
    /// deadlines that passed without being flagged yet.
    pub beside: Vec<CellChange>,
}

/// A record whose rows came between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// `dossier`, `task`, `petition`, `survey` or `payment`.
    pub kind: String,
    /// Its code; its identity where it has none that can be read.
    pub code: String,
    /// The cells that it changed, by how much.
    pub cells: BTreeMap<String, i64>,
    /// When its rows were written.
    pub recorded_at: BTreeSet<DateTime<Utc>>,
    /// What happened to it then.
    pub events: Vec<EventRow>,
}

struct View {
    frame: Frame,
    ledger: Ledger,
    cells: Cells,
}

/// Holds two sides against each other. What was before comes first.
pub async fn compare(look: &Look, was: &Side, is: &Side) -> Result<Compared, ServiceError> {
    let (was, is) = (view(look, was).await?, view(look, is).await?);
    let changes = cells::changes(&was.cells, &is.cells);
    let sequences = (was.ledger.sequence, is.ledger.sequence);
    let same_days = was.frame.counted == is.frame.counted && sequences.0 <= sequences.1;
    if !same_days {
        return Ok(Compared {
            sequences,
            changes,
            is_explained: false,
            explained: Vec::new(),
            left_out: 0,
            beside: Vec::new(),
        });
    }
    if sequences.1 - sequences.0 > MOST_READ {
        return Err(ServiceError::OutOfRange(Violation::new(
            "was",
            "TOO_FAR_APART",
            format!("was: giữa hai số có hơn {MOST_READ} dòng của sổ số liệu; hãy chọn số gần hơn"),
            format!("was: more than {MOST_READ} rows of the ledger lie between; take a nearer number"),
        )));
    }
    let later = figures::between(&look.door, sequences.0, sequences.1, is.frame.counted.end()).await?;
    let explained = explained(&was, &is, later)?;
    let mut by_records = Cells::new();
    for (cell, by) in explained.iter().flat_map(|record| &record.cells) {
        *by_records.entry(cell.clone()).or_default() += by;
    }
    let named: BTreeSet<&String> =
        by_records.keys().chain(changes.iter().map(|change| &change.cell)).collect();
    let beside = named
        .into_iter()
        .map(|cell| CellChange {
            cell: cell.clone(),
            was: was.cells.get(cell).copied().unwrap_or_default()
                + by_records.get(cell).copied().unwrap_or_default(),
            is: is.cells.get(cell).copied().unwrap_or_default(),
        })
        .filter(|change| change.was != change.is)
        .collect();
    let left_out = explained.len().saturating_sub(MOST_EXPLAINED);
    let explained = named_ones(look, explained).await?;
    Ok(Compared { sequences, changes, is_explained: true, explained, left_out, beside })
}

async fn view(look: &Look, side: &Side) -> Result<View, ServiceError> {
    match side {
        Side::Report(called) => {
            let kept = checking::kept(&find_called(&look.door, called).await?)?;
            let ledger = ledger_of(&look.door, &kept.frame, kept.sequence).await?;
            Ok(View { frame: kept.frame, ledger, cells: kept.cells })
        }
        Side::Period(period, as_of) => {
            let ask = Ask { period: *period, unit_id: None, as_of: *as_of, breakdowns: BREAKDOWNS.to_vec() };
            let (frame, ledger) = counted(look, &ask).await?;
            let cells = cells::cells(&summary(&frame, &ledger, &BREAKDOWNS));
            Ok(View { frame, ledger, cells })
        }
    }
}

/// What each record's rows changed, those that changed nothing left out.
fn explained(was: &View, is: &View, later: Vec<LaterEntry>) -> Result<Vec<Explained>, ServiceError> {
    let mut records: BTreeMap<(String, Uuid), Vec<LaterEntry>> = BTreeMap::new();
    for entry in later {
        records.entry((entry.subject_kind.clone(), entry.subject_id)).or_default().push(entry);
    }
    // A record's own part needs nothing but names: a row of nought is no cell.
    let bare = |frame: &Frame| Frame {
        catalogue: BTreeMap::new(),
        with_dossiers: BTreeSet::new(),
        documents: Vec::new(),
        ..frame.clone()
    };
    let (mut was_frame, is_frame) = (bare(&was.frame), bare(&is.frame));
    // A petition that came later has the marks of now.
    for (id, marks) in &is_frame.petitions {
        was_frame.petitions.entry(*id).or_insert(*marks);
    }
    let part = |frame: &Frame, ledger: &Ledger| cells::cells(&summary(frame, ledger, &BREAKDOWNS));
    let mut found = Vec::new();
    for ((kind, id), entries) in records {
        let changed = if kind == "petition" {
            // Whether an answer counts hangs on the day of receipt: both sides are counted whole.
            let days = |view: &View| -> Vec<PetitionFact> {
                view.ledger.petitions.iter().filter(|day| day.id == id).cloned().collect()
            };
            let of = |frame: &Frame, days| part(frame, &Ledger { petitions: days, ..Ledger::default() });
            // By the marks of then: those of today are beside the ledger.
            cells::changes(&of(&was_frame, days(was)), &of(&was_frame, days(is)))
        } else {
            let mut ledger = Ledger::default();
            for entry in &entries {
                let early = entry.effective_on < is.frame.counted.first();
                let (before, within) = if early { (entry.quantity, 0) } else { (0, entry.quantity) };
                let fact = Fact::parse(&entry.fact).ok_or_else(|| StoreError::Corrupt {
                    table: "figure_entry",
                    column: "fact",
                    row: entry.fact.clone(),
                })?;
                ledger.sums.push((entry.unit_id, entry.procedure_id, fact, Sum { before, within }));
            }
            cells::changes(&Cells::new(), &part(&is_frame, &ledger))
        };
        if changed.is_empty() {
            continue;
        }
        found.push(Explained {
            kind,
            code: id.to_string(),
            cells: changed.into_iter().map(|change| (change.cell, change.is - change.was)).collect(),
            recorded_at: entries.iter().map(|entry| entry.recorded_at).collect(),
            events: Vec::new(),
        });
    }
    Ok(found)
}

/// The first of them with their codes and what happened to them.
async fn named_ones(look: &Look, mut all: Vec<Explained>) -> Result<Vec<Explained>, ServiceError> {
    all.truncate(MOST_EXPLAINED);
    let ids = |kind: &str| -> Vec<Uuid> {
        all.iter()
            .filter(|record| record.kind == kind)
            .filter_map(|record| record.code.parse().ok())
            .collect()
    };
    let door = &look.door;
    let mut codes: BTreeMap<Uuid, String> = BTreeMap::new();
    codes.extend(dossiers::by_ids(door, &ids("dossier")).await?.into_iter().map(|(id, row)| (id, row.code)));
    codes.extend(tasks::by_ids(door, &ids("task")).await?.into_iter().map(|row| (row.id, row.code)));
    codes.extend(petitions::by_ids(door, &ids("petition")).await?.into_iter().map(|row| (row.id, row.code)));
    let with_events: Vec<Uuid> = ["dossier", "task", "petition"].into_iter().flat_map(ids).collect();
    let mut histories = events::of(door, &with_events).await?;
    for record in &mut all {
        let Ok(id) = record.code.parse::<Uuid>() else { continue };
        let events = histories.remove(&id).unwrap_or_default();
        record.events =
            events.into_iter().filter(|event| record.recorded_at.contains(&event.recorded_at)).collect();
        if let Some(code) = codes.remove(&id) {
            record.code = code;
        }
    }
    Ok(all)
}
