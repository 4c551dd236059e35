//! Dossiers and their events for the wire.

use super::convert::{judge_by, official_name, term, timestamp, unit_name, wire_date};
use crate::domain::dossier::{
    Correction, Event, EventKind, History, JudgeBy, Outcome, PauseReason, State, Tracked, Warning,
};
use crate::pb::v1;
use crate::service::dossiers::DossierRow;
use crate::service::{Rules, calendars};

fn tracked(word: &str) -> Option<bool> {
    match Tracked::parse(word) {
        Some(Tracked::Yes) => Some(true),
        Some(Tracked::No) => Some(false),
        Some(Tracked::Untracked) | None => None,
    }
}

fn flag(state: Option<Tracked>) -> Option<bool> {
    state.and_then(|s| tracked(s.as_str()))
}

/// The state for the wire; its number is the national code, but for the temporary stop.
fn state(state: State) -> v1::DossierState {
    match state {
        State::Registered => v1::DossierState::Registered,
        State::Received => v1::DossierState::Received,
        State::NotAccepted => v1::DossierState::NotAccepted,
        State::InProcess => v1::DossierState::InProcess,
        State::AwaitingSupplement => v1::DossierState::AwaitingSupplement,
        State::AwaitingPayment => v1::DossierState::AwaitingPayment,
        State::Withdrawn => v1::DossierState::Withdrawn,
        State::Suspended => v1::DossierState::Suspended,
        State::Stopped => v1::DossierState::Stopped,
        State::Resolved => v1::DossierState::Resolved,
        State::Returned => v1::DossierState::Returned,
    }
}

/// How it was closed, from its word.
pub fn outcome(word: Option<&str>) -> v1::Outcome {
    match word {
        Some("resolved") => v1::Outcome::Resolved,
        Some("refused") => v1::Outcome::Refused,
        Some("withdrawn") => v1::Outcome::Withdrawn,
        Some("stopped") => v1::Outcome::Stopped,
        _ => v1::Outcome::Unspecified,
    }
}

/// Early, on time or late, from its word.
pub fn timeliness(word: Option<&str>) -> v1::Timeliness {
    match word {
        Some("early") => v1::Timeliness::Early,
        Some("on_time") => v1::Timeliness::OnTime,
        Some("late") => v1::Timeliness::Late,
        _ => v1::Timeliness::Unspecified,
    }
}

/// The words of causes of lateness, as they are saved.
const CAUSES: [(v1::DelayCause, &str); 5] = [
    (v1::DelayCause::OwnAgency, "own_agency"),
    (v1::DelayCause::CooperatingAgency, "cooperating_agency"),
    (v1::DelayCause::Citizen, "citizen"),
    (v1::DelayCause::Regulation, "regulation"),
    (v1::DelayCause::SoftwareOutage, "software_outage"),
];

/// The word of a cause; None where it isn't said.
pub fn cause_word(cause: v1::DelayCause) -> Option<&'static str> {
    CAUSES.iter().find(|(c, _)| *c == cause).map(|(_, word)| *word)
}

/// A cause from its word.
pub fn cause(word: &str) -> v1::DelayCause {
    CAUSES.iter().find(|(_, w)| *w == word).map_or(v1::DelayCause::Unspecified, |(c, _)| *c)
}

fn stop_reason(state: State) -> v1::StopReason {
    match state {
        State::AwaitingSupplement => v1::StopReason::SupplementRequested,
        State::AwaitingPayment => v1::StopReason::FinancialObligation,
        State::Suspended => v1::StopReason::Suspended,
        State::Registered
        | State::Received
        | State::NotAccepted
        | State::InProcess
        | State::Withdrawn
        | State::Stopped
        | State::Resolved
        | State::Returned => v1::StopReason::Unspecified,
    }
}

/// A dossier for the wire. What only its history knows (`step`, `stopped_since`) stays unsaid here.
pub fn dossier(rules: &Rules, row: &DossierRow, now: chrono::DateTime<chrono::Utc>) -> v1::Dossier {
    let known = State::parse(&row.state).unwrap_or(State::Received);
    let version = rules.book.versions.get(&row.procedure_version_id);
    v1::Dossier {
        name: format!("dossiers/{}", row.code),
        uid: row.id.to_string(),
        code: row.code.clone(),
        procedure: format!("procedures/{}", rules.procedure_code(row.procedure_id)),
        procedure_version_uid: row.procedure_version_id.to_string(),
        term: version.map(|v| term(v.term)),
        unit: unit_name(rules, row.unit_id),
        continuing_unit: row.continuing_unit_id.map(|id| unit_name(rules, id)).unwrap_or_default(),
        applicant_kind: if row.applicant_kind == "organisation" {
            v1::ApplicantKind::Organisation.into()
        } else {
            v1::ApplicantKind::Person.into()
        },
        channel: match row.channel.as_str() {
            "online" => v1::Channel::Online.into(),
            "post" => v1::Channel::Post.into(),
            _ => v1::Channel::Counter.into(),
        },
        state: state(known).into(),
        national_code: known.national_code().into(),
        holder: official_name(rules, row.holder_id),
        step: String::new(),
        received_at: Some(timestamp(row.received_at)),
        received_on: Some(wire_date(row.received_on)),
        due_at: row.due_at.map(timestamp),
        promised_at: row.promised_at.map(timestamp),
        provisional: row.provisional,
        closed_at: row.closed_at.map(timestamp),
        outcome: outcome(row.outcome.as_deref()).into(),
        timeliness: timeliness(row.timeliness.as_deref()).into(),
        returned_at: row.returned_at.map(timestamp),
        intake_digitised: tracked(&row.intake),
        result_digitised: tracked(&row.result),
        clock_stopped: row.clock_stopped,
        stop_reason: stop_reason(known).into(),
        stopped_since: None,
        overdue_at: row.overdue_at.map(timestamp),
        overdue: row.open && row.overdue_at.is_some_and(|at| at <= now),
        open: row.open,
        late_recorded: row.late_recorded,
        flags: row.flags.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect(),
        delay_cause: row.delay_cause.as_deref().map_or(v1::DelayCause::Unspecified, cause).into(),
        delay_note: String::new(),
        source: row.source.clone().unwrap_or_default(),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
        judge_by: JudgeBy::parse(&row.judge_by).map_or(v1::JudgeBy::Unspecified, judge_by).into(),
        judged_due_at: row.judged_due_at.map(timestamp),
        apologised: row.apologised,
        promise_days: row.promise_days,
    }
}

/// Warnings for the wire, in Vietnamese or English.
pub fn warnings(warnings: &[Warning], vietnamese: bool) -> Vec<v1::Warning> {
    let say = |reason: &str, vi: String, en: String| v1::Warning {
        reason: reason.to_owned(),
        message: if vietnamese { vi } else { en },
    };
    warnings
        .iter()
        .map(|warning| match warning {
            Warning::PausedTwice => say(
                "PAUSED_TWICE",
                "đang tạm dừng, không thay đổi gì".into(),
                "paused already; nothing changed".into(),
            ),
            Warning::ResumedWhileRunning => say(
                "RESUMED_WHILE_RUNNING",
                "hồ sơ không tạm dừng, không thay đổi gì".into(),
                "the clock was running; nothing changed".into(),
            ),
            Warning::OutOfOrder { state, event } => say(
                "OUT_OF_ORDER",
                format!("thứ tự của nguồn được giữ: {event} ở trạng thái {}", state.as_str()),
                format!("the source's order is kept: {event} in state {}", state.as_str()),
            ),
        })
        .collect()
}

fn correction(rules: &Rules, c: &Correction) -> v1::DossierCorrection {
    let version = c.procedure_version_id.and_then(|id| rules.book.versions.get(&id));
    let channel = |c: crate::domain::dossier::Channel| match c {
        crate::domain::dossier::Channel::Counter => v1::Channel::Counter,
        crate::domain::dossier::Channel::Online => v1::Channel::Online,
        crate::domain::dossier::Channel::Post => v1::Channel::Post,
    };
    let kind = |k: crate::domain::dossier::ApplicantKind| match k {
        crate::domain::dossier::ApplicantKind::Person => v1::ApplicantKind::Person,
        crate::domain::dossier::ApplicantKind::Organisation => v1::ApplicantKind::Organisation,
    };
    v1::DossierCorrection {
        procedure: version.map(|v| format!("procedures/{}", rules.procedure_code(v.procedure_id))),
        unit: c.unit_id.map(|id| unit_name(rules, id)),
        channel: c.channel.map(|c| channel(c).into()),
        applicant_kind: c.applicant_kind.map(|k| kind(k).into()),
        received_at: c.received_at.map(timestamp),
        promised_at: c.promised_at.map(timestamp),
        holder: c.holder_id.map(|id| official_name(rules, Some(id))),
    }
}

/// The events of a dossier for the wire, by number.
pub fn events(rules: &Rules, code: &str, history: &History) -> Vec<v1::DossierEvent> {
    let voided_by = |number: i32| {
        let voids = |e: &&Event| matches!(&e.draft.kind, EventKind::Voided { number: n } if *n == number);
        history.events().iter().find(voids).map(|e| e.number)
    };
    history.events().iter().map(|e| event(rules, code, e, voided_by(e.number).unwrap_or_default())).collect()
}

fn event(rules: &Rules, code: &str, event: &Event, voided_by_number: i32) -> v1::DossierEvent {
    use v1::DossierEventKind as Kind;

    let draft = &event.draft;
    let mut wire = v1::DossierEvent {
        name: format!("dossiers/{code}/events/{}", event.number),
        number: event.number,
        occurred_at: Some(timestamp(draft.occurred_at)),
        recorded_at: Some(timestamp(event.recorded_at)),
        actor: official_name(rules, draft.actor_id),
        actor_label: draft.actor.clone(),
        source: draft.source.as_str().to_owned(),
        reason: draft.reason.clone(),
        voided_by_number,
        ..v1::DossierEvent::default()
    };
    let kind = match &draft.kind {
        EventKind::Registered(intake) | EventKind::Received(intake) => {
            wire.to_holder = official_name(rules, intake.holder_id);
            wire.promised_at = intake.promised_at.map(timestamp);
            wire.intake_digitised = flag(Some(intake.intake));
            if matches!(draft.kind, EventKind::Registered(_)) { Kind::Registered } else { Kind::Received }
        }
        EventKind::NotAccepted => Kind::NotAccepted,
        EventKind::Started => Kind::ProcessingStarted,
        EventKind::HandedOver { from, to, step } => {
            wire.from_holder = official_name(rules, *from);
            wire.to_holder = official_name(rules, Some(*to));
            wire.step.clone_from(step);
            Kind::HandedOver
        }
        EventKind::Paused { reason } => {
            let reason = match reason {
                PauseReason::SupplementRequested => v1::StopReason::SupplementRequested,
                PauseReason::FinancialObligation => v1::StopReason::FinancialObligation,
                PauseReason::Suspension => v1::StopReason::Suspended,
            };
            wire.stop_reason = reason.into();
            Kind::Paused
        }
        EventKind::Resumed => Kind::Resumed,
        EventKind::Reappointed { promised_at, letter } => {
            wire.promised_at = Some(timestamp(*promised_at));
            wire.letter_number.clone_from(letter);
            Kind::Reappointed
        }
        EventKind::Resolved { outcome } => {
            let outcome = match outcome {
                Outcome::Granted => v1::Outcome::Resolved,
                Outcome::Refused => v1::Outcome::Refused,
            };
            wire.outcome = outcome.into();
            Kind::Resolved
        }
        EventKind::Returned => Kind::Returned,
        EventKind::Withdrawn => Kind::Withdrawn,
        EventKind::Stopped => Kind::Stopped,
        EventKind::Corrected(fields) => {
            wire.correction = Some(correction(rules, fields));
            Kind::Corrected
        }
        EventKind::Voided { number } => {
            wire.voids_number = *number;
            Kind::Voided
        }
        EventKind::DeadlinePassed { due_at } => {
            wire.old_due_at = Some(timestamp(*due_at));
            Kind::DeadlinePassed
        }
        EventKind::Digitised { intake, result } => {
            wire.intake_digitised = flag(*intake);
            wire.result_digitised = flag(*result);
            Kind::Digitised
        }
        EventKind::DelayCause { cause: word, incident } => {
            wire.delay_cause = cause(word).into();
            wire.incident = incident.as_ref().map(|code| format!("incidents/{code}")).unwrap_or_default();
            Kind::DelayCauseRecorded
        }
        EventKind::Recalculated { calendar_id, old_due_at, new_due_at } => {
            wire.calendar = calendars::name_of(rules, *calendar_id).unwrap_or_default();
            wire.old_due_at = old_due_at.map(timestamp);
            wire.new_due_at = new_due_at.map(timestamp);
            Kind::DeadlineRecomputed
        }
        EventKind::Retracted => Kind::Retracted,
    };
    wire.kind = kind.into();
    wire
}
