//! The dossiers behind a figure of the period summary, by the same definition as the count.

use std::collections::HashSet;

use uuid::Uuid;

use super::error::ServiceError;
use super::work::Look;
use crate::domain::age;
use crate::domain::dossier::state::words;
use crate::domain::period::Period;
use crate::domain::permission::Scope;
use crate::domain::unit::Group;
use crate::store::Door;
use crate::store::dossiers::DossierRow;
use crate::store::members::{self, Among, Receipt, Weight};

/// Dossiers that are read at once.
const CHUNK: usize = 500;

words! {
    /// A figure of [`crate::domain::summary::DossierFigures`].
    DossierFigure {
        /// In the period and carried over.
        ReceivedTotal = "received_total",
        /// Received in the period.
        ReceivedInPeriod = "received_in_period",
        /// Open when it began.
        CarriedOver = "carried_over",
        /// Closed with a result.
        Resolved = "resolved",
        /// Before the deadline.
        ResolvedEarly = "resolved_early",
        /// On it.
        ResolvedOnTime = "resolved_on_time",
        /// After it.
        ResolvedLate = "resolved_late",
        /// Open at the end.
        InProcess = "in_process",
        /// Of those, in due.
        InDue = "in_process_in_due",
        /// Of those in due, with the clock standing.
        Paused = "in_process_paused",
        /// Open past the deadline.
        Overdue = "in_process_overdue",
        /// Taken back.
        Withdrawn = "withdrawn",
        /// Stopped for good.
        Stopped = "stopped",
        /// Of those resolved late, with apology.
        LateApologised = "resolved_late_apologised",
        /// Of those overdue, with apology.
        OverdueApologised = "in_process_overdue_apologised",
        /// Of those resolved early or on time, recorded after the date that judges.
        LateRecorded = "resolved_late_recorded",
    }
}

/// Whose dossiers.
#[derive(Debug, Clone, Default)]
pub struct Whose {
    /// A group of the report.
    pub group: Option<Group>,
    /// A unit and what belongs to it.
    pub unit_id: Option<Uuid>,
    /// A procedure.
    pub procedure_id: Option<Uuid>,
    /// A field of procedures.
    pub field: Option<String>,
    /// As known at that number of the ledger; None: as known now.
    pub as_of: Option<i64>,
    /// Received so many whole months before the period's last day, or before today where that is to come; and below so
    /// many, if any.
    pub months: Option<(u32, Option<u32>)>,
    /// Of procedures that are watched on that list.
    pub watched_list: Option<String>,
}

fn weights(figure: DossierFigure) -> Vec<Weight> {
    let w = |fact: &str, before, within| Weight { fact: fact.to_owned(), before, within };
    let closed = |as_: &str, timeliness: &str| w(&format!("closed:{as_}:{timeliness}:"), 0, 1);
    match figure {
        DossierFigure::ReceivedTotal => vec![w("received:", 1, 1), w("closed:", -1, 0)],
        DossierFigure::ReceivedInPeriod => vec![w("received:", 0, 1)],
        DossierFigure::CarriedOver => vec![w("received:", 1, 0), w("closed:", -1, 0)],
        DossierFigure::Resolved => vec![w("closed:resolved:", 0, 1), w("closed:refused:", 0, 1)],
        DossierFigure::ResolvedEarly => vec![closed("resolved", "early"), closed("refused", "early")],
        DossierFigure::ResolvedOnTime => vec![closed("resolved", "on_time"), closed("refused", "on_time")],
        DossierFigure::ResolvedLate => vec![closed("resolved", "late"), closed("refused", "late")],
        DossierFigure::InProcess => vec![w("received:", 1, 1), w("closed:", -1, -1)],
        DossierFigure::InDue => {
            vec![w("received:", 1, 1), w("closed:", -1, -1), w("overdue", -1, -1), w("cleared", 1, 1)]
        }
        DossierFigure::Paused => vec![w("paused", 1, 1), w("unpaused", -1, -1)],
        DossierFigure::Overdue => vec![w("overdue", 1, 1), w("cleared", -1, -1)],
        DossierFigure::Withdrawn => vec![w("closed:withdrawn:", 0, 1)],
        DossierFigure::Stopped => vec![w("closed:stopped:", 0, 1)],
        DossierFigure::LateApologised => vec![w("apologised_late", 0, 1)],
        DossierFigure::OverdueApologised => {
            vec![w("apologised_overdue", 1, 1), w("apologised_cleared", -1, -1)]
        }
        DossierFigure::LateRecorded => vec![w("late_recorded", 0, 1)],
    }
}

/// Who is behind such a figure was open at the period's end: came in and wasn't closed, or stood or was overdue, of which
/// a closing is the end.
fn is_of_open(figure: DossierFigure) -> bool {
    matches!(
        figure,
        DossierFigure::InProcess
            | DossierFigure::InDue
            | DossierFigure::Paused
            | DossierFigure::Overdue
            | DossierFigure::OverdueApologised
    )
}

/// A page of the dossiers behind a figure after `after`, ascending by identity, and how many there are.
pub async fn list(
    look: &Look,
    figure: DossierFigure,
    period: Period,
    whose: &Whose,
    after: Uuid,
    limit: usize,
) -> Result<(Vec<DossierRow>, usize), ServiceError> {
    let ids = ids(look, figure, period, whose).await?;
    let total = ids.len();
    let page: Vec<Uuid> = ids.into_iter().filter(|id| *id > after).take(limit).collect();
    Ok((members::dossiers(&look.door, &page).await?, total))
}

/// Has each of these dossiers' receipt looked at.
pub(super) async fn each_receipt(
    look: &Look,
    ids: &[Uuid],
    mut see: impl FnMut(Receipt) + Send,
) -> Result<(), ServiceError> {
    for chunk in ids.chunks(CHUNK) {
        members::receipts(&look.door, chunk).await?.into_iter().for_each(&mut see);
    }
    Ok(())
}

/// The identities of all dossiers behind a figure, ascending.
pub async fn ids(
    look: &Look,
    figure: DossierFigure,
    period: Period,
    whose: &Whose,
) -> Result<Vec<Uuid>, ServiceError> {
    let calendar = look
        .rules
        .calendar_for(None)
        .ok_or_else(|| ServiceError::Internal("the house has no calendar".to_owned()))?;
    let now = look.context.now;
    let (period, _) = period.until(calendar.local_date(now));
    let until = calendar.midnight(period.end()).min(now);
    let among = Among { open_at_end: is_of_open(figure), ..among(look, whose) };
    let mut ids = members::members(&look.door, "dossier", &period, &weights(figure), &among).await?;
    let apologised = figure == DossierFigure::OverdueApologised;
    let flagged_later = apologised || matches!(figure, DossierFigure::InDue | DossierFigure::Overdue);
    if whose.as_of.is_none() && flagged_later {
        let unflagged = members::unflagged(&look.door, until, apologised).await?;
        if figure == DossierFigure::InDue {
            ids.retain(|id| !unflagged.contains(id));
        } else if !unflagged.is_empty() {
            // They are open, so they are among those in process at the end.
            let among = Among { open_at_end: true, ..among };
            let open =
                members::members(&look.door, "dossier", &period, &weights(DossierFigure::InProcess), &among)
                    .await?;
            ids.extend(open.into_iter().filter(|id| unflagged.contains(id)));
            ids.sort_unstable();
            ids.dedup();
        }
    }
    if let Some((from, below)) = whose.months {
        let on = period.last();
        let mut aged = HashSet::new();
        each_receipt(look, &ids, |receipt| {
            let is_over = |months| age::is_over(receipt.received_on, months, on);
            if is_over(from) && !below.is_some_and(is_over) {
                aged.insert(receipt.id);
            }
        })
        .await?;
        ids.retain(|id| aged.contains(id));
    }
    Ok(ids)
}

/// Codes of the house's dossiers behind a figure as known at a number of the ledger, in their order. `counted` is the part
/// of the period that was counted.
pub async fn codes_at(
    door: &impl Door,
    figure: DossierFigure,
    counted: &Period,
    as_of: i64,
) -> Result<Vec<String>, ServiceError> {
    let among = Among { as_of: Some(as_of), open_at_end: is_of_open(figure), ..Among::default() };
    let ids = members::members(door, "dossier", counted, &weights(figure), &among).await?;
    let mut codes: Vec<String> =
        members::dossiers(door, &ids).await?.into_iter().map(|dossier| dossier.code).collect();
    codes.sort_unstable();
    Ok(codes)
}

fn among(look: &Look, whose: &Whose) -> Among {
    let rules = &look.rules;
    let mut units: Option<Vec<Uuid>> = match &look.context.scope {
        Scope::All => None,
        Scope::Units(units) => Some(units.iter().copied().collect()),
        Scope::Own(_) => Some(Vec::new()),
    };
    let mut keep = |inside: &dyn Fn(Uuid) -> bool| {
        let from = units.take().unwrap_or_else(|| rules.units.all().map(|u| u.id).collect());
        units = Some(from.into_iter().filter(|id| inside(*id)).collect());
    };
    if let Some(group) = whose.group {
        keep(&|id| rules.units.get(id).and_then(|u| u.kind.group()) == Some(group));
    }
    if let Some(root) = whose.unit_id {
        let subtree = rules.units.subtree(root);
        keep(&|id| subtree.contains(&id));
    }
    let procedures = match (&whose.procedure_id, &whose.field) {
        (Some(id), _) => Some(vec![*id]),
        (None, Some(field)) => Some(
            rules
                .versions
                .iter()
                .filter(|(_, versions)| versions.last().is_some_and(|v| v.field == *field))
                .map(|(id, _)| *id)
                .collect(),
        ),
        (None, None) => None,
    };
    let watched = whose.watched_list.as_deref().map(|list| {
        let is_watched = |id: &Uuid| rules.watched(*id).is_some_and(|(watched, _)| watched == list);
        let all = procedures.clone().unwrap_or_else(|| rules.versions.keys().copied().collect());
        all.into_iter().filter(is_watched).collect()
    });
    Among { units, procedures: watched.or(procedures), as_of: whose.as_of, open_at_end: false }
}
