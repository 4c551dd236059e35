//! The comparing: whose row is whose, what we count in each cell, and which cells differ.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::imports::names::{candidates, folded};
use super::super::members::{self, DossierFigure, Whose};
use super::super::report::{self, Breakdown, summarize};
use super::super::work::Look;
use super::{Cell, Pair, TableRow, Unmatched};
use crate::domain::period::Period;
use crate::domain::summary::{DossierFigures, RowKey};
use crate::intake::Figure;
use crate::store::dossiers::DossierRow;
use crate::store::source_names;

/// Our figures by row of the table. A unit counts with the nearest one above it that the table names, itself first:
/// a table that has a commune as one row means its one-stop shop too.
#[derive(Debug, Default)]
pub(super) struct Ours {
    /// What each unit counts, without those below it.
    units: BTreeMap<Uuid, DossierFigures>,
    /// With whom each unit counts.
    owners: HashMap<Uuid, Uuid>,
    /// The units that count with one, where something is counted.
    spans: BTreeMap<Uuid, Vec<Uuid>>,
    /// Received in the period online, where the table asks for it.
    online: HashMap<Uuid, i64>,
    /// The table has no columns for what was withdrawn or stopped: then the form counts it as resolved on time.
    by_form: bool,
    codes: BTreeMap<Uuid, String>,
    figures: Vec<Figure>,
}

impl Ours {
    /// Counts the period for a table that names these units.
    pub async fn count(
        look: &Look,
        period: Period,
        figures: &[Figure],
        named: &BTreeSet<Uuid>,
    ) -> Result<Self, ServiceError> {
        let breakdowns = vec![Breakdown::Unit];
        let ask = report::Ask { period, unit_id: None, as_of: None, breakdowns };
        let summary = summarize(look, &ask).await?;
        let mut ours = Self {
            by_form: !figures.contains(&Figure::Withdrawn) && !figures.contains(&Figure::Stopped),
            figures: figures.to_vec(),
            ..Self::default()
        };
        for row in summary.rows {
            if let RowKey::Unit(id) = row.key {
                ours.units.insert(id, row.figures.dossiers);
            }
        }
        let units = &look.rules.units;
        ours.codes = units.all().map(|unit| (unit.id, unit.code.clone())).collect();
        for id in units.all().map(|unit| unit.id).chain(ours.units.keys().copied()) {
            let owner = units.ancestry(id).into_iter().find(|above| named.contains(above));
            ours.owners.insert(id, owner.unwrap_or(id));
        }
        for id in ours.units.keys() {
            ours.spans.entry(ours.owner(*id)).or_default().push(*id);
        }
        if figures.contains(&Figure::ReceivedOnline) || figures.contains(&Figure::ReceivedCounter) {
            let received = DossierFigure::ReceivedInPeriod;
            let all =
                members::list(look, received, period, &Whose::default(), Uuid::nil(), usize::MAX).await?;
            for row in all.0.iter().filter(|row| row.channel == "online") {
                *ours.online.entry(unit_of(row)).or_default() += 1;
            }
        }
        Ok(ours)
    }

    /// The code of a unit.
    pub fn code(&self, unit: Uuid) -> &str {
        self.codes.get(&unit).map(String::as_str).unwrap_or_default()
    }

    /// Withdrawn and stopped count as resolved on time.
    pub fn is_by_form(&self) -> bool {
        self.by_form
    }

    /// The unit with whose row this one's dossiers count.
    pub fn owner(&self, unit: Uuid) -> Uuid {
        self.owners.get(&unit).copied().unwrap_or(unit)
    }

    /// What we count in a cell.
    pub fn of(&self, unit: Uuid, figure: Figure) -> i64 {
        self.spans.get(&unit).into_iter().flatten().map(|one| self.of_one(*one, figure)).sum()
    }

    fn of_one(&self, unit: Uuid, figure: Figure) -> i64 {
        let Some(f) = self.units.get(&unit) else { return 0 };
        let online = self.online.get(&unit).copied().unwrap_or_default();
        let closed_otherwise = if self.by_form { f.withdrawn + f.stopped } else { 0 };
        match figure {
            Figure::ReceivedTotal => f.received_total,
            Figure::ReceivedInPeriod => f.received_in_period,
            Figure::ReceivedOnline => online,
            Figure::ReceivedCounter => f.received_in_period - online,
            Figure::CarriedOver => f.carried_over,
            Figure::Resolved => f.resolved + closed_otherwise,
            Figure::ResolvedEarly => f.resolved_early,
            Figure::ResolvedOnTime => f.resolved_on_time + closed_otherwise,
            Figure::ResolvedNotLate => f.resolved_early + f.resolved_on_time + closed_otherwise,
            Figure::ResolvedLate => f.resolved_late,
            Figure::InProcess => f.in_process,
            Figure::InProcessInDue => f.in_process_in_due,
            Figure::InProcessOverdue => f.in_process_overdue,
            Figure::Withdrawn => f.withdrawn,
            Figure::Stopped => f.stopped,
        }
    }

    /// How many cells are compared: those that stand in the table, and those of units that it doesn't name.
    pub fn compared(&self, pairs: &[Pair<'_>]) -> usize {
        self.cells(pairs).len()
    }

    /// All cells: the unit, its line (0: not in the table), the figure and what the table says.
    fn cells(&self, pairs: &[Pair<'_>]) -> Vec<(Uuid, i64, Figure, i64)> {
        let mut all = Vec::new();
        for (unit, row) in pairs {
            all.extend(row.values.iter().map(|(figure, value)| (*unit, row.line, *figure, *value)));
        }
        let named: BTreeSet<Uuid> = pairs.iter().map(|(unit, _)| *unit).collect();
        for unit in self.spans.keys().filter(|unit| !named.contains(unit)) {
            let counted = self.figures.iter().filter(|figure| self.of(*unit, **figure) != 0);
            all.extend(counted.map(|figure| (*unit, 0, *figure, 0)));
        }
        all
    }

    /// What is kept of it.
    pub fn to_json(&self, pairs: &[Pair<'_>]) -> Value {
        let cells = self
            .cells(pairs)
            .into_iter()
            .map(|(unit, _, figure, _)| json!([unit, figure.as_str(), self.of(unit, figure)]));
        let figures: Vec<&str> = self.figures.iter().map(|figure| figure.as_str()).collect();
        let named: BTreeSet<Uuid> = pairs.iter().map(|(unit, _)| *unit).collect();
        json!({ "figures": figures, "named": named, "cells": cells.collect::<Vec<_>>() })
    }

    /// Whether one of the kept cells counts otherwise today, or another unit counts what none did.
    pub fn moved(&self, kept: &Value) -> bool {
        let mut then: BTreeMap<(Uuid, Figure), i64> = BTreeMap::new();
        for cell in kept["cells"].as_array().into_iter().flatten() {
            let unit = cell[0].as_str().and_then(|text| Uuid::parse_str(text).ok());
            let figure = cell[1].as_str().and_then(Figure::parse);
            if let (Some(unit), Some(figure), Some(value)) = (unit, figure, cell[2].as_i64()) {
                then.insert((unit, figure), value);
            }
        }
        then.iter().any(|((unit, figure), value)| self.of(*unit, *figure) != *value)
            || self.spans.keys().any(|unit| {
                let mut figures = self.figures.iter();
                figures.any(|figure| self.of(*unit, *figure) != 0 && !then.contains_key(&(*unit, *figure)))
            })
    }
}

/// The figures of a kept comparison.
pub(super) fn figures_in(kept: &Value) -> Vec<Figure> {
    let all = kept["figures"].as_array().into_iter().flatten();
    all.filter_map(|word| Figure::parse(word.as_str()?)).collect()
}

/// Whose dossier it is today.
pub(super) fn unit_of(row: &DossierRow) -> Uuid {
    row.continuing_unit_id.unwrap_or(row.unit_id)
}

/// The units that the table of a kept comparison named.
pub(super) fn named_in(kept: &Value) -> BTreeSet<Uuid> {
    let all = kept["named"].as_array().into_iter().flatten();
    all.filter_map(|id| Uuid::parse_str(id.as_str()?).ok()).collect()
}

/// The cells that differ.
pub(super) fn differing(ours: &Ours, pairs: &[Pair<'_>]) -> Vec<Cell> {
    let cell = |(unit, line, figure, theirs): (Uuid, i64, Figure, i64)| Cell {
        unit: ours.code(unit).to_owned(),
        line,
        figure,
        ours: ours.of(unit, figure),
        theirs,
        reasons: Vec::new(),
        others: Vec::new(),
    };
    ours.cells(pairs).into_iter().map(cell).filter(|cell| cell.ours != cell.theirs).collect()
}

/// Rows with their units: by code, else as was decided for the source, else by a name that only one has.
pub(super) async fn matched<'a>(
    look: &Look,
    source: &str,
    rows: &'a [TableRow],
) -> Result<(Vec<Pair<'a>>, Vec<Unmatched>), ServiceError> {
    let decided: HashMap<String, Uuid> = source_names::of_source(&look.door, source)
        .await?
        .into_iter()
        .filter(|row| row.kind == "unit")
        .filter_map(|row| Some((row.folded, row.subject_id?)))
        .collect();
    let (mut pairs, mut unmatched) = (Vec::new(), Vec::new());
    for row in rows {
        let text = row.unit.trim();
        let units = &look.rules.units;
        let by_code = units.by_code(text).map(|unit| unit.id);
        let found = by_code.or_else(|| decided.get(&folded(text)).copied());
        let mut named = Vec::new();
        let found = found.or_else(|| {
            named = candidates(&look.rules, "unit", text);
            let [only] = &named[..] else { return None };
            units.by_code(only.trim_start_matches("units/")).map(|unit| unit.id)
        });
        // A unit that stands there twice, by its code and by its name, would be held twice against the whole.
        let again = found.is_some_and(|unit| pairs.iter().any(|(known, _): &Pair<'_>| *known == unit));
        match found.filter(|_| !again) {
            Some(unit) => pairs.push((unit, row)),
            None => unmatched.push(Unmatched { line: row.line, unit: row.unit.clone(), candidates: named }),
        }
    }
    Ok((pairs, unmatched))
}
