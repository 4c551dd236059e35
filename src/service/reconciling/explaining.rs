//! What may explain a difference: dossiers on our side that the other table must count otherwise, each counted once. A
//! reason says how much of the difference it makes; it is a candidate, and what none explains is said as that.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::members::{self, DossierFigure, Whose};
use super::super::slots::house_calendar;
use super::super::work::Look;
use super::comparing::{Ours, unit_of};
use super::{Ask, Cell, Reason, ReasonKind};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{Term, Timeliness};
use crate::domain::dossier::{EventKind, History};
use crate::intake::Figure;
use crate::store::dossiers::DossierRow;
use crate::store::{events, imports, reconciliations};

/// The dossiers behind our figures, read once each.
struct Behind<'l> {
    look: &'l Look,
    ask: &'l Ask,
    read: HashMap<DossierFigure, Vec<DossierRow>>,
}

/// The counts whose members stand behind a figure of the table.
fn behind(figure: Figure, by_form: bool) -> Vec<DossierFigure> {
    use DossierFigure as F;
    let closed_otherwise = if by_form { vec![F::Withdrawn, F::Stopped] } else { Vec::new() };
    let with = |mut all: Vec<F>| {
        all.extend(closed_otherwise);
        all
    };
    match figure {
        Figure::ReceivedTotal => vec![F::ReceivedTotal],
        Figure::ReceivedInPeriod | Figure::ReceivedOnline | Figure::ReceivedCounter => {
            vec![F::ReceivedInPeriod]
        }
        Figure::CarriedOver => vec![F::CarriedOver],
        Figure::Resolved => with(vec![F::Resolved]),
        Figure::ResolvedEarly => vec![F::ResolvedEarly],
        Figure::ResolvedOnTime => with(vec![F::ResolvedOnTime]),
        Figure::ResolvedNotLate => with(vec![F::ResolvedEarly, F::ResolvedOnTime]),
        Figure::ResolvedLate => vec![F::ResolvedLate],
        Figure::InProcess => vec![F::InProcess],
        Figure::InProcessInDue => vec![F::InDue],
        Figure::InProcessOverdue => vec![F::Overdue],
        Figure::Withdrawn => vec![F::Withdrawn],
        Figure::Stopped => vec![F::Stopped],
    }
}

impl Behind<'_> {
    /// All dossiers of the house behind some counts.
    async fn all(&mut self, counts: &[DossierFigure]) -> Result<Vec<DossierRow>, ServiceError> {
        let mut rows = Vec::new();
        for count in counts {
            if !self.read.contains_key(count) {
                let whole = Whose::default();
                let (look, period) = (self.look, self.ask.period);
                let found = members::list(look, *count, period, &whole, Uuid::nil(), usize::MAX).await?;
                self.read.insert(*count, found.0);
            }
            rows.extend(self.read.get(count).into_iter().flatten().cloned());
        }
        Ok(rows)
    }
}

/// The reasons of a cell; a dossier explains once.
#[derive(Default)]
struct Reasons {
    used: HashSet<Uuid>,
    by_kind: BTreeMap<ReasonKind, (i64, Vec<String>)>,
}

impl Reasons {
    fn say(&mut self, kind: ReasonKind, sign: i64, row: &DossierRow) {
        if self.used.insert(row.id) {
            let (count, codes) = self.by_kind.entry(kind).or_default();
            *count += sign;
            codes.push(row.code.clone());
        }
    }

    fn explained(&self) -> i64 {
        self.by_kind.values().map(|(count, _)| count).sum()
    }
}

/// Puts reasons beside every cell that differs.
pub(super) async fn explain(
    look: &Look,
    ask: &Ask,
    ours: &Ours,
    cells: &mut [Cell],
) -> Result<(), ServiceError> {
    if cells.is_empty() {
        return Ok(());
    }
    let calendar = house_calendar(&look.rules);
    let (period, _) = ask.period.until(calendar.local_date(look.context.now));
    let until = calendar.midnight(period.end()).min(look.context.now);
    let moved = moved(look).await?;
    let refused = refused(look, ask).await?;
    let mut behind_all = Behind { look, ask, read: HashMap::new() };
    for cell in cells {
        let Some(unit) = look.rules.units.by_code(&cell.unit).map(|unit| unit.id) else { continue };
        let counts = behind(cell.figure, ours.is_by_form());
        let all: Vec<DossierRow> =
            behind_all.all(&counts).await?.into_iter().filter(|row| fits(row, cell.figure)).collect();
        let mine: Vec<&DossierRow> = all.iter().filter(|row| ours.owner(unit_of(row)) == unit).collect();
        let ids: Vec<Uuid> = mine.iter().map(|row| row.id).collect();
        let named = reconciliations::named(&look.door, &ask.source, &ids).await?;
        let mut reasons = Reasons::default();
        for row in &mine {
            if cell.line == 0 {
                reasons.say(ReasonKind::NotInTable, 1, row);
                continue;
            }
            match named.get(&row.id) {
                None => reasons.say(ReasonKind::NotFromSource, 1, row),
                Some(true) => reasons.say(ReasonKind::Absent, 1, row),
                Some(false) if moved.get(&row.id).is_some_and(|from| ours.owner(*from) != unit) => {
                    reasons.say(ReasonKind::OtherUnit, 1, row);
                }
                Some(false) => {}
            }
        }
        for row in all.iter().filter(|row| {
            ours.owner(unit_of(row)) != unit
                && moved.get(&row.id).is_some_and(|from| ours.owner(*from) == unit)
        }) {
            reasons.say(ReasonKind::OtherUnit, -1, row);
        }
        if judged(cell.figure) {
            for row in behind_all.all(&[DossierFigure::Resolved, DossierFigure::InProcess]).await? {
                let sign = if ours.owner(unit_of(&row)) == unit {
                    judged_otherwise(look, &row, cell.figure, &calendar, until)
                } else {
                    0
                };
                if sign != 0 {
                    reasons.say(ReasonKind::OtherDue, sign, &row);
                }
            }
        }
        let rest = cell.ours - cell.theirs - reasons.explained();
        if rest > 0 {
            let closed = behind_all.all(&[DossierFigure::Withdrawn, DossierFigure::Stopped]).await?;
            let closed: Vec<&DossierRow> =
                closed.iter().filter(|row| ours.owner(unit_of(row)) == unit).collect();
            let counted = ours.is_by_form()
                && matches!(cell.figure, Figure::Resolved | Figure::ResolvedOnTime | Figure::ResolvedNotLate);
            if counted && i64::try_from(closed.len()) == Ok(rest) {
                for row in closed {
                    reasons.say(ReasonKind::Withdrawn, 1, row);
                }
            }
        } else if rest < 0 {
            // How they would have been counted isn't known: they explain no more than is missing.
            let here = |of: &Option<Uuid>| of.is_none_or(|of| ours.owner(of) == unit);
            let codes = refused.iter().filter(|(_, of)| here(of)).map(|(code, _)| code.clone());
            let codes: Vec<String> = codes.collect();
            let most = i64::try_from(codes.len()).unwrap_or(i64::MAX);
            if most > 0 {
                reasons.by_kind.insert(ReasonKind::Refused, (rest.max(-most), codes));
            }
        }
        if cell.ours - cell.theirs - reasons.explained() > 0 {
            let others = mine.iter().filter(|row| !reasons.used.contains(&row.id));
            cell.others = others.map(|row| row.code.clone()).collect();
            cell.others.sort_unstable();
        }
        let reason = |(kind, (count, mut dossiers)): (ReasonKind, (i64, Vec<String>))| {
            dossiers.sort_unstable();
            Reason { kind, count, dossiers }
        };
        cell.reasons = reasons.by_kind.into_iter().map(reason).collect();
    }
    Ok(())
}

/// What the source's latest import refused, each with its unit where that is known.
async fn refused(look: &Look, ask: &Ask) -> Result<Vec<(String, Option<Uuid>)>, ServiceError> {
    let Some(import) = imports::newest(&look.door, &ask.source).await? else { return Ok(Vec::new()) };
    let rows = reconciliations::refused(&look.door, import.id).await?;
    let units = &look.rules.units;
    let unit = |code: String| units.by_code(&code).map(|unit| unit.id);
    Ok(rows.into_iter().map(|(code, of)| (code, of.and_then(unit))).collect())
}

/// Whether a member of the counts stands behind the figure, where that asks for more.
fn fits(row: &DossierRow, figure: Figure) -> bool {
    match figure {
        Figure::ReceivedOnline => row.channel == "online",
        Figure::ReceivedCounter => row.channel != "online",
        Figure::ReceivedTotal
        | Figure::ReceivedInPeriod
        | Figure::CarriedOver
        | Figure::Resolved
        | Figure::ResolvedEarly
        | Figure::ResolvedOnTime
        | Figure::ResolvedNotLate
        | Figure::ResolvedLate
        | Figure::InProcess
        | Figure::InProcessInDue
        | Figure::InProcessOverdue
        | Figure::Withdrawn
        | Figure::Stopped => true,
    }
}

/// Dossiers whose unit was corrected here, with the unit that they came in with.
async fn moved(look: &Look) -> Result<HashMap<Uuid, Uuid>, ServiceError> {
    let ids = reconciliations::moved(&look.door).await?;
    let histories = events::histories(&look.door, &ids).await?;
    let first = |(id, history): (Uuid, History)| {
        let voided = history.voided();
        let unit = history.events().iter().find_map(|event| {
            let kind = &event.draft.kind;
            if let EventKind::Received(intake) | EventKind::Registered(intake) = kind {
                Some(intake.unit_id)
            } else {
                None
            }
        })?;
        let stands = history.events().iter().any(|event| {
            matches!(&event.draft.kind, EventKind::Corrected(c) if c.unit_id.is_some())
                && !voided.contains(&event.number)
        });
        stands.then_some((id, unit))
    };
    Ok(histories.into_iter().filter_map(first).collect())
}

/// Figures that a due instant decides.
fn judged(figure: Figure) -> bool {
    matches!(
        figure,
        Figure::ResolvedEarly
            | Figure::ResolvedOnTime
            | Figure::ResolvedNotLate
            | Figure::ResolvedLate
            | Figure::InProcessInDue
            | Figure::InProcessOverdue
    )
}

/// 1: we count it there and the source's appointment doesn't; −1: the other way round; 0: both alike.
fn judged_otherwise(
    look: &Look,
    row: &DossierRow,
    figure: Figure,
    calendar: &Calendar,
    until: DateTime<Utc>,
) -> i64 {
    let Some(promised) = row.promised_at else { return 0 };
    let version = look.rules.book.versions.get(&row.procedure_version_id);
    let by_instant = version.is_some_and(|version| matches!(version.term, Term::WorkingHours(_)));
    let order = |at: DateTime<Utc>, due: DateTime<Utc>| {
        if by_instant { at.cmp(&due) } else { calendar.local_date(at).cmp(&calendar.local_date(due)) }
    };
    let here = |early: bool, on_time: bool, late: bool| {
        (early && matches!(figure, Figure::ResolvedEarly | Figure::ResolvedNotLate))
            || (on_time && matches!(figure, Figure::ResolvedOnTime | Figure::ResolvedNotLate))
            || (late && figure == Figure::ResolvedLate)
    };
    let (ours, theirs) = match (row.closed_at, row.timeliness.as_deref()) {
        (Some(closed), Some(timeliness)) => {
            let is = |t: Timeliness| timeliness == t.as_str();
            let by_promise = order(closed, promised);
            (
                here(is(Timeliness::Early), is(Timeliness::OnTime), is(Timeliness::Late)),
                here(by_promise.is_lt(), by_promise.is_eq(), by_promise.is_gt()),
            )
        }
        (None, _) if row.open => {
            let overdue = row.overdue_at.is_some_and(|at| at <= until);
            // A due day ends with its midnight.
            let passed = if by_instant {
                promised < until
            } else {
                calendar.local_date(promised).succ_opt().is_some_and(|day| calendar.midnight(day) <= until)
            };
            let here = |overdue: bool| {
                figure == if overdue { Figure::InProcessOverdue } else { Figure::InProcessInDue }
            };
            (here(overdue), here(passed))
        }
        (_, _) => (false, false),
    };
    i64::from(ours) - i64::from(theirs)
}
