//! Whom an incident hit: counted from the dossiers themselves, for one dossier, one incident, or a report.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::domain::incident::{HitRule, IncidentKind, Met, Reach, Span};
use crate::domain::period::Period;
use crate::domain::permission::Scope;
use crate::report::IncidentLine;
use crate::service::ServiceError;
use crate::service::members::{self, DossierFigure, Whose};
use crate::service::slots::house_calendar;
use crate::service::work::Look;
use crate::store::dossiers::DossierRow;
use crate::store::incidents::{self, HitRow, Hits, IncidentRow};
use crate::store::rules::Rules;
use crate::store::{Door, members as subjects};

/// How many dossiers an incident hit, as they stand now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    /// All of them.
    pub hit: usize,
    /// Of those resolved late.
    pub late: usize,
    /// Of those open and overdue.
    pub overdue: usize,
}

fn rule(row: &IncidentRow) -> HitRule {
    HitRule::parse(&row.hits).unwrap_or(HitRule::Named)
}

fn span(row: &IncidentRow) -> Span {
    Span { from: row.from_at, to: row.to_at }
}

/// Whether a dossier was open at some time within an incident's span. One that was never received was not.
pub(super) fn met(row: &IncidentRow, dossier: &DossierRow) -> bool {
    let received = !matches!(dossier.state.as_str(), "registered" | "not_accepted");
    received && span(row).meets(dossier.received_at, dossier.closed_at)
}

/// Whether a dossier lies within a reach, by its receiving or continuing unit.
pub(super) fn within(scope: &Scope, dossier: &DossierRow) -> bool {
    let continuing = dossier.continuing_unit_id.is_some_and(|unit| scope.covers(unit, None));
    continuing || scope.covers(dossier.unit_id, dossier.holder_id)
}

/// Whether an incident that names these hit a dossier.
pub fn hits_dossier(rules: &Rules, row: &IncidentRow, hits: &Hits, dossier: &DossierRow) -> bool {
    let units = std::iter::once(dossier.unit_id).chain(dossier.continuing_unit_id);
    let ancestry: Vec<Uuid> = units.flat_map(|unit| rules.units.ancestry(unit)).collect();
    let reach = Reach {
        rule: rule(row),
        unit_id: row.unit_id,
        span: span(row),
        units: &hits.units,
        dossiers: &hits.dossiers,
    };
    let (opened, closed) = (dossier.received_at, dossier.closed_at);
    met(row, dossier) && reach.hits(&Met { id: dossier.id, ancestry: &ancestry, opened, closed })
}

/// The incidents that hit a dossier while it was open, the earliest first.
pub async fn hitting(look: &Look, dossier: &DossierRow) -> Result<Vec<IncidentRow>, ServiceError> {
    let rows = incidents::meeting(&look.door, dossier.received_at, dossier.closed_at).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let named = incidents::hits(&look.door, &ids).await?;
    let none = Hits::default();
    let hit =
        |row: &IncidentRow| hits_dossier(&look.rules, row, named.get(&row.id).unwrap_or(&none), dossier);
    Ok(rows.into_iter().filter(hit).collect())
}

/// Codes of an incident's linked dossiers, as far as a caller reaches.
pub async fn linked_within(
    door: &impl Door,
    hits: &Hits,
    scope: &Scope,
) -> Result<Vec<String>, ServiceError> {
    let rows = subjects::dossiers(door, &hits.dossiers).await?;
    let mut codes: Vec<String> =
        rows.into_iter().filter(|row| within(scope, row)).map(|row| row.code).collect();
    codes.sort();
    Ok(codes)
}

/// The dossiers hit up to an instant, as far as the caller reaches.
async fn hit_rows(
    look: &Look,
    row: &IncidentRow,
    hits: &Hits,
    until: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<HitRow>, ServiceError> {
    let below = |roots: &[Uuid]| {
        let all: HashSet<Uuid> = roots.iter().flat_map(|root| look.rules.units.subtree(*root)).collect();
        all.into_iter().collect::<Vec<Uuid>>()
    };
    let units = match (rule(row), row.unit_id) {
        (HitRule::All, None) => None,
        (HitRule::All, Some(unit)) => Some(below(&[unit])),
        (HitRule::Named, _) => Some(below(&hits.units)),
    };
    Ok(incidents::hit_dossiers(&look.door, row, units.as_deref(), until, &look.context.scope).await?)
}

/// How many dossiers an incident hit, as they stand now and as far as the caller reaches.
pub async fn effect(look: &Look, row: &IncidentRow, hits: &Hits) -> Result<Effect, ServiceError> {
    let now = look.context.now;
    let rows = hit_rows(look, row, hits, now).await?;
    Ok(Effect {
        hit: rows.len(),
        late: rows.iter().filter(|row| row.timeliness.as_deref() == Some("late")).count(),
        overdue: rows.iter().filter(|row| row.overdue_at.is_some_and(|at| at <= now)).count(),
    })
}

/// The incidents that lie within a period, with the dossiers that they hit by its end: how many of those were
/// resolved late in it or overdue at its end, by the figures of the same report.
pub async fn of_period(
    look: &Look,
    period: Period,
    as_of: Option<i64>,
) -> Result<Vec<IncidentLine>, ServiceError> {
    let calendar = house_calendar(&look.rules);
    let until = calendar.midnight(period.end()).min(look.context.now);
    let rows = incidents::meeting(&look.door, calendar.midnight(period.first()), Some(until)).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let named: HashMap<Uuid, Hits> = incidents::hits(&look.door, &ids).await?;
    let late = behind(look, DossierFigure::ResolvedLate, period, as_of).await?;
    let overdue = behind(look, DossierFigure::Overdue, period, as_of).await?;
    let none = Hits::default();
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let hit = hit_rows(look, &row, named.get(&row.id).unwrap_or(&none), until).await?;
        let of = |among: &HashSet<Uuid>| hit.iter().filter(|row| among.contains(&row.id)).count();
        lines.push(IncidentLine {
            kind: IncidentKind::parse(&row.kind).unwrap_or(IncidentKind::Down),
            from: calendar.local(row.from_at),
            to: row.to_at.map(|to| calendar.local(to)),
            hit: hit.len(),
            late: of(&late),
            overdue: of(&overdue),
            system: row.system,
            failure: row.failure,
            reference: row.reference,
        });
    }
    Ok(lines)
}

/// The dossiers behind a figure of a period.
async fn behind(
    look: &Look,
    figure: DossierFigure,
    period: Period,
    as_of: Option<i64>,
) -> Result<HashSet<Uuid>, ServiceError> {
    let whose = Whose { as_of, ..Whose::default() };
    let (rows, _) = members::list(look, figure, period, &whose, Uuid::nil(), usize::MAX).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
