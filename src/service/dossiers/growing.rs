//! How a dossier's history grows by what a source says. A new code is received; a later state of a known one becomes
//! the events that are missing, the events that the source took back are voided, and a changed receipt, unit or
//! procedure is a flagged correction.
//!
//! Some sources tell all that happened, others only how a dossier stands, or who has it: there what that says beyond
//! the named events becomes an event of the instant up to which the source speaks, and what isn't named stands.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::super::work::Work;
use super::judging::{is_moved, judge_anew, moved};
use super::saving::Change;
use crate::domain::dossier::{
    Correction, Dossier, Draft, Event, EventKind, History, Intake, PauseReason, Refusal, Source, State,
};
use crate::domain::record::DossierRecord;
use crate::store::dossiers::DossierRow;

/// Why an event that no row names stands in a history.
const BY_STATE: &str = "theo trạng thái mà nguồn ghi";

/// What a source says of a dossier.
pub(super) struct Said<'r> {
    /// The record.
    pub record: &'r DossierRecord,
    /// The events that it names, the receipt first.
    pub drafts: Vec<Draft>,
    /// Up to when the source speaks.
    pub as_of: DateTime<Utc>,
}

/// An event of the import.
pub(super) fn draft(work: &Work, kind: EventKind, occurred_at: DateTime<Utc>, reason: String) -> Draft {
    Draft {
        kind,
        occurred_at,
        actor_id: work.context.caller.official_id,
        actor: work.context.caller.label.clone(),
        source: Source::Import,
        reason,
    }
}

/// A dossier that is new to the house.
pub(super) fn fresh(work: &Work, source: &str, said: Said<'_>) -> Result<Option<Change>, Refusal> {
    let mut history = History::default();
    let Said { record, drafts, as_of } = said;
    let told = history.record(drafts, work.now(), &work.rules.book)?;
    let after = aligned(work, &mut history, told, record, as_of)?;
    Ok(Some(Change {
        id: work.new_id(),
        code: record.code.trim().to_owned(),
        row: None,
        before: None,
        history,
        known: 0,
        after,
        source: Some(source.to_owned()),
        applicant_id: None,
    }))
}

/// What a known dossier's history lacks, and what of it the source no longer says.
pub(super) fn grown(
    work: &Work,
    row: DossierRow,
    mut history: History,
    said: Said<'_>,
) -> Result<Option<Change>, Refusal> {
    let Said { record, drafts: target, as_of } = said;
    let before = history.replay(&work.rules.book)?;
    let was_received = history.timeline().iter().any(|e| matches!(e.draft.kind, EventKind::Received(_)));
    let mut missing: Vec<Draft> = Vec::new();
    let mut standing: HashMap<i32, bool> = history
        .timeline()
        .into_iter()
        .filter(|e| e.draft.source == Source::Import && may_be_taken_back(e, record))
        .map(|e| (e.number, false))
        .collect();
    let moved = moved(&history, &target, work.now());
    for draft in target.into_iter().chain(moved) {
        if let (EventKind::Received(intake), true) = (&draft.kind, was_received) {
            // Where the source tells no hand-overs, another official is one.
            let keeps_holder = record.stands_as.is_some();
            missing.extend(correction(work, &before, intake, &draft, keeps_holder));
            continue;
        }
        // It was registered or received before; a source that forgot the receipt is warned of its state.
        if matches!(draft.kind, EventKind::Registered(_)) {
            continue;
        }
        let same = history
            .timeline()
            .iter()
            .find(|e| e.draft.kind == draft.kind && e.draft.occurred_at == draft.occurred_at)
            .map(|e| e.number);
        match same {
            Some(number) => {
                standing.insert(number, true);
            }
            None => missing.push(draft),
        }
    }
    let mut taken_back: Vec<i32> =
        standing.into_iter().filter(|(_, said)| !said).map(|(number, _)| number).collect();
    taken_back.sort_unstable();
    let void = |number, why: &str| draft(work, EventKind::Voided { number }, work.now(), why.to_owned());
    // It comes in again after the import that brought it was undone.
    let mut drafts: Vec<Draft> =
        history.retraction().map(|number| void(number, "nạp lại sau khi hoàn tác")).into_iter().collect();
    let unsaid = "nguồn dữ liệu không còn ghi sự kiện này";
    drafts.extend(taken_back.into_iter().map(|number| void(number, unsaid)));
    drafts.extend(missing);
    let known = history.events().len();
    let told = if drafts.is_empty() {
        before.clone()
    } else {
        history.record(drafts, work.now(), &work.rules.book)?
    };
    let after = aligned(work, &mut history, told, record, as_of)?;
    if history.events().len() == known {
        return Ok(None);
    }
    Ok(Some(Change::of_known(row, before, (history, known), after)))
}

/// Whether an event of an import falls when the source no longer says it.
fn may_be_taken_back(event: &Event, record: &DossierRecord) -> bool {
    let kind = &event.draft.kind;
    if matches!(
        kind,
        EventKind::Registered(_)
            | EventKind::Received(_)
            | EventKind::Corrected(_)
            | EventKind::Digitised { .. }
            | EventKind::Retracted
    ) || is_moved(kind)
    {
        return false;
    }
    let by_state = event.draft.reason == BY_STATE;
    let Some(state) = record.stands_as else {
        // A source without hand-overs can't take back the one that its official's name meant.
        return !(by_state && record.moves.is_empty() && matches!(kind, EventKind::HandedOver { .. }));
    };
    match kind {
        // The source tells no hand-overs, and the clock only where it lists stops: those it lists are all.
        EventKind::Paused { .. } | EventKind::Resumed => !by_state && !record.clock.is_empty(),
        EventKind::Resolved { .. } => true,
        // An event by state gives way to one that the row dates.
        EventKind::Returned => !(by_state && state == State::Returned && record.returned_at.is_none()),
        EventKind::Withdrawn => !(by_state && state == State::Withdrawn && record.closed_at.is_none()),
        EventKind::Stopped => !(by_state && state == State::Stopped && record.closed_at.is_none()),
        EventKind::NotAccepted => state != State::NotAccepted,
        EventKind::HandedOver { .. } => !by_state && !record.moves.is_empty(),
        EventKind::Registered(_)
        | EventKind::Received(_)
        | EventKind::Started
        | EventKind::Reappointed { .. }
        | EventKind::Corrected(_)
        | EventKind::Voided { .. }
        | EventKind::DeadlinePassed { .. }
        | EventKind::Digitised { .. }
        | EventKind::DelayCause { .. }
        | EventKind::Recalculated { .. }
        | EventKind::Retracted => false,
    }
}

/// Whether an event tells when a dossier went on: its state, its clock or its holder. The others are dated when they
/// were learnt, or by the house.
fn moves_on(kind: &EventKind) -> bool {
    match kind {
        EventKind::Registered(_)
        | EventKind::Received(_)
        | EventKind::NotAccepted
        | EventKind::Started
        | EventKind::HandedOver { .. }
        | EventKind::Paused { .. }
        | EventKind::Resumed
        | EventKind::Resolved { .. }
        | EventKind::Returned
        | EventKind::Withdrawn
        | EventKind::Stopped => true,
        EventKind::Reappointed { .. }
        | EventKind::Corrected(_)
        | EventKind::Voided { .. }
        | EventKind::DeadlinePassed { .. }
        | EventKind::Digitised { .. }
        | EventKind::DelayCause { .. }
        | EventKind::Recalculated { .. }
        | EventKind::Retracted => false,
    }
}

/// Brings a history to the state in which a source says that the dossier stands, and to the official whom it names
/// where it tells no hand-overs.
fn aligned(
    work: &Work,
    history: &mut History,
    told: Dossier,
    record: &DossierRecord,
    as_of: DateTime<Utc>,
) -> Result<Dossier, Refusal> {
    if record.stands_as.is_none() && !record.moves.is_empty() {
        return Ok(told);
    }
    let timeline = history.timeline();
    let moves = || timeline.iter().filter(|e| moves_on(&e.draft.kind));
    // What people did here since the source spoke is news to it: the next file tells.
    if moves().any(|e| e.draft.source == Source::Own && e.draft.occurred_at > as_of) {
        return Ok(told);
    }
    // Never before what is known to have happened, and never after now.
    let last = moves().map(|e| e.draft.occurred_at).max();
    let at = last.map_or(as_of, |last| last.max(as_of)).min(work.now());
    let mut kinds = record.stands_as.map(|state| steps(told.state, state)).unwrap_or_default();
    let holder = work.rules.officials_by_code.get(record.officer_code.trim()).copied();
    if let Some(to) = holder.filter(|to| told.state.is_open() && told.holder_id != Some(*to)) {
        kinds.insert(0, EventKind::HandedOver { from: told.holder_id, to, step: String::new() });
    }
    if kinds.is_empty() {
        return Ok(told);
    }
    let drafts = kinds.into_iter().map(|kind| draft(work, kind, at, BY_STATE.to_owned())).collect();
    history.record(drafts, work.now(), &work.rules.book)
}

/// What must have happened between the state that is known and the one that is said.
fn steps(known: State, said: State) -> Vec<EventKind> {
    if known == said {
        return Vec::new();
    }
    let pause = match said {
        State::AwaitingSupplement => Some(PauseReason::SupplementRequested),
        State::AwaitingPayment => Some(PauseReason::FinancialObligation),
        State::Suspended => Some(PauseReason::Suspension),
        State::Registered
        | State::Received
        | State::NotAccepted
        | State::InProcess
        | State::Withdrawn
        | State::Stopped
        | State::Resolved
        | State::Returned => None,
    };
    match (pause, said) {
        (Some(reason), _) if known.is_paused() => vec![EventKind::Resumed, EventKind::Paused { reason }],
        (Some(reason), _) if known.is_open() => vec![EventKind::Paused { reason }],
        (None, State::Received | State::InProcess) if known.is_paused() => vec![EventKind::Resumed],
        (None, State::InProcess) if known == State::Received => vec![EventKind::Started],
        (None, State::NotAccepted) if known == State::Registered => vec![EventKind::NotAccepted],
        (None, State::Withdrawn) if known.is_open() => vec![EventKind::Withdrawn],
        (None, State::Stopped) if known.is_open() => vec![EventKind::Stopped],
        (None, State::Returned) if known == State::Resolved => vec![EventKind::Returned],
        _ => Vec::new(),
    }
}

/// A flagged correction where the source changed what was laid down at the receipt, and the scans.
fn correction(
    work: &Work,
    before: &Dossier,
    said: &Intake,
    receipt: &Draft,
    keeps_holder: bool,
) -> Vec<Draft> {
    let mut found = Vec::new();
    let mut changed = Correction {
        received_at: (before.received_at != receipt.occurred_at).then_some(receipt.occurred_at),
        unit_id: (before.unit_id != said.unit_id).then_some(said.unit_id),
        procedure_version_id: (before.procedure_version_id != said.procedure_version_id)
            .then_some(said.procedure_version_id),
        channel: (before.channel != said.channel).then_some(said.channel),
        applicant_kind: (before.applicant_kind != said.applicant_kind).then_some(said.applicant_kind),
        holder_id: said.holder_id.filter(|_| before.holder_id.is_none() && !keeps_holder),
        promised_at: None,
        judge_by: None,
    };
    judge_anew(work, &mut changed, before.state, (before.unit_id, before.received_at));
    // The correction that occurred last holds, so it is dated when it was learnt.
    let at = |kind| Draft { kind, occurred_at: work.now(), ..receipt.clone() };
    if changed != Correction::default() {
        found.push(at(EventKind::Corrected(changed)));
    }
    let intake = (before.intake != said.intake).then_some(said.intake);
    let result = (before.result != said.result).then_some(said.result);
    if intake.is_some() || result.is_some() {
        found.push(at(EventKind::Digitised { intake, result }));
    }
    found
}
