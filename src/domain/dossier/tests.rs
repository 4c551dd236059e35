//! The life of a dossier under test: here what the tests of one kind share, in the modules the tests.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::super::calendar::Calendar;
use super::super::deadline::Term;
use super::super::deadline::tests::town;
use super::super::procedure::{OnlineLevel, ProcedureLevel, ProcedureVersion, ResumePolicy};
use super::{
    ApplicantKind, Channel, Correction, Dossier, Draft, EventKind, History, Intake, JudgeBy, PauseReason,
    Refusal, Rulebook, Source, Tracked,
};

mod amend;
mod clock;
mod direct;
mod judging;
mod law;
mod lifecycle;

/// The town's calendar, built once.
static TOWN: LazyLock<Arc<Calendar>> = LazyLock::new(|| Arc::new(town()));

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// An instant by the town's wall clock: `2024-05-06T09:00:00`.
fn at(text: &str) -> DateTime<Utc> {
    TOWN.instant(text.parse().expect("a local time"))
}

fn version(number: u128, term: Term, resume_policy: ResumePolicy) -> Arc<ProcedureVersion> {
    Arc::new(ProcedureVersion {
        id: id(number),
        procedure_id: id(1000 + number),
        effective_on: day("2020-01-01"),
        name: "Cấp bản sao".into(),
        field: "Hộ tịch".into(),
        level: ProcedureLevel::Town,
        unit_id: None,
        term,
        online_level: OnlineLevel::Full,
        resume_policy,
        watched_list: String::new(),
        recorded_at: DateTime::UNIX_EPOCH,
    })
}

/// Versions 1 (5 working days), 2 (the same, a resume begins anew), 3 (8 working hours), 4 (10 days),
/// 5 (hours, anew) and 6 (same day); the calendar has the nil id.
static RULES: LazyLock<Rulebook> = LazyLock::new(|| {
    let versions = [
        version(1, Term::WorkingDays(5), ResumePolicy::Continue),
        version(2, Term::WorkingDays(5), ResumePolicy::Restart),
        version(3, Term::WorkingHours(8), ResumePolicy::Continue),
        version(4, Term::CalendarDays(10), ResumePolicy::Continue),
        version(5, Term::WorkingHours(20), ResumePolicy::Restart),
        version(6, Term::SameDay, ResumePolicy::Continue),
    ];
    Rulebook {
        versions: versions.into_iter().map(|v| (v.id, v)).collect(),
        calendars: [(Uuid::nil(), Arc::clone(&TOWN))].into(),
    }
});

fn intake(version: u128) -> Intake {
    Intake {
        unit_id: id(50),
        procedure_version_id: id(version),
        calendar_id: Uuid::nil(),
        channel: Channel::Counter,
        applicant_kind: ApplicantKind::Person,
        intake: Tracked::Untracked,
        result: Tracked::Untracked,
        holder_id: Some(id(60)),
        promised_at: None,
        judge_by: JudgeBy::Statutory,
    }
}

fn draft(kind: EventKind, occurred_at: DateTime<Utc>, source: Source) -> Draft {
    Draft { kind, occurred_at, actor_id: None, actor: "test".into(), source, reason: String::new() }
}

fn paused() -> EventKind {
    EventKind::Paused { reason: PauseReason::SupplementRequested }
}

fn resolved() -> EventKind {
    EventKind::Resolved { outcome: super::Outcome::Granted }
}

/// A history under test; each event is recorded when it happens, unless said otherwise.
#[derive(Default)]
struct Case {
    history: History,
}

impl Case {
    /// Received on Monday 2024-05-06 at 09:00 under a version.
    fn received(version: u128) -> Self {
        let mut case = Self::default();
        case.own(EventKind::Received(intake(version)), "2024-05-06T09:00:00").expect("a receipt");
        case
    }

    fn record(
        &mut self,
        kind: EventKind,
        occurred: &str,
        source: Source,
        now: &str,
    ) -> Result<Dossier, Refusal> {
        let before = self.history.clone();
        let outcome = self.history.record(vec![draft(kind, at(occurred), source)], at(now), &RULES);
        match &outcome {
            Ok(dossier) => assert_eq!(self.history.replay(&RULES).as_ref(), Ok(dossier)),
            Err(_) => assert_eq!(self.history, before, "a refusal changes nothing"),
        }
        outcome
    }

    fn own(&mut self, kind: EventKind, occurred: &str) -> Result<Dossier, Refusal> {
        self.record(kind, occurred, Source::Own, occurred)
    }

    fn import(&mut self, kind: EventKind, occurred: &str) -> Result<Dossier, Refusal> {
        self.record(kind, occurred, Source::Import, occurred)
    }

    /// The recorded kinds as one step, all imported.
    fn of(events: Vec<(EventKind, &str)>) -> Result<Dossier, Refusal> {
        let drafts = events.into_iter().map(|(kind, when)| draft(kind, at(when), Source::Import)).collect();
        History::default().record(drafts, at("2025-01-01T00:00:00"), &RULES)
    }
}

fn correction(received_at: &str) -> EventKind {
    EventKind::Corrected(Correction { received_at: Some(at(received_at)), ..Correction::default() })
}
