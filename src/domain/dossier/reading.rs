//! What a replay yields: the dossier as its history tells it, and the rulebook that it was read by.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::super::calendar::Calendar;
use super::super::deadline::{Deadline, Pause, Term, Timeliness};
use super::super::procedure::{OnlineLevel, ProcedureVersion};
use super::judging::{JudgeBy, Judged, Promise};
use super::state::{ApplicantKind, Channel, ClosedAs, State, Tracked};

/// The versions that histories name. Immutable versions, so a replay is a pure function.
#[derive(Debug, Clone, Default)]
pub struct Rulebook {
    /// Procedure versions by id.
    pub versions: HashMap<Uuid, Arc<ProcedureVersion>>,
    /// Calendar versions by id.
    pub calendars: HashMap<Uuid, Arc<Calendar>>,
}

/// How and when a dossier was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The local date of it.
    pub on: NaiveDate,
    /// How.
    pub closed_as: ClosedAs,
    /// Early, on time or late; None for withdrawn and stopped.
    pub timeliness: Option<Timeliness>,
    /// Finished while the clock stood and no due instant existed: early, and flagged.
    pub while_stopped: bool,
    /// Recorded after the date that judges as having occurred before it. A first import of history isn't: only
    /// what was known here as open after that date.
    pub recorded_late: bool,
}

/// A span of local dates `[from, to)`; open while `to` is None.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The first day after it.
    pub to: Option<NaiveDate>,
}

/// Something that an import may do, and that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// A pause while paused changes nothing.
    PausedTwice,
    /// A resume while running changes nothing.
    ResumedWhileRunning,
    /// A step that our own verbs would refuse.
    OutOfOrder {
        /// The state before it.
        state: State,
        /// The word of the event.
        event: &'static str,
    },
}

/// A dossier as its history tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// Where it stands.
    pub state: State,
    /// The receiving unit.
    pub unit_id: Uuid,
    /// The procedure.
    pub procedure_id: Uuid,
    /// The version under which it was accepted.
    pub procedure_version_id: Uuid,
    /// The calendar version by which it is reckoned.
    pub calendar_id: Uuid,
    /// The term.
    pub term: Term,
    /// Online level of the procedure at receipt.
    pub online_level: OnlineLevel,
    /// How it came in.
    pub channel: Channel,
    /// Whose it is.
    pub applicant_kind: ApplicantKind,
    /// Scanned at intake.
    pub intake: Tracked,
    /// Result scanned.
    pub result: Tracked,
    /// The official who holds it.
    pub holder_id: Option<Uuid>,
    /// The instant of receipt (of registration, while only registered).
    pub received_at: DateTime<Utc>,
    /// The local date of it.
    pub received_on: NaiveDate,
    /// The instant from which the term runs: the receipt, or the last resume that restarted it.
    pub term_from: DateTime<Utc>,
    /// The last hand-over, resume or receipt: since when it lies with its holder; None before acceptance.
    pub standing_since: Option<DateTime<Utc>>,
    /// The statutory deadline; None before acceptance.
    pub deadline: Option<Deadline>,
    /// What the citizen was promised.
    pub promised_at: Option<DateTime<Utc>>,
    /// All that the citizen was promised, in the order of time.
    pub promises: Vec<Promise>,
    /// The deadline as it was reckoned at the receipt: without stops, by the calendar of then.
    pub receipt_due_at: Option<DateTime<Utc>>,
    /// The calendar version of the receipt.
    pub receipt_calendar_id: Option<Uuid>,
    /// By how many days the promise lies after the statutory deadline (before it: negative); None where it equals it,
    /// or what it was at the receipt, by date.
    pub promise_days: Option<i64>,
    /// Whose date is set to judge.
    pub judge_by: JudgeBy,
    /// The date that judges; None before acceptance.
    pub judged: Option<Judged>,
    /// A letter of apology went out before that date passed: if it is late or overdue, it is so with apology.
    pub apologised: bool,
    /// How often the promise was renewed.
    pub reappointments: u32,
    /// Stops of the clock since `term_from`.
    pub pauses: Vec<Pause>,
    /// The closing.
    pub closing: Option<Closing>,
    /// When the citizen got the result.
    pub returned_at: Option<DateTime<Utc>>,
    /// Days on which it counted as overdue at their end.
    pub overdue: Vec<Span>,
    /// Of these days, those of a lateness with apology.
    pub overdue_apologised: Vec<Span>,
    /// Days at whose end its clock stood while it was in due.
    pub paused: Vec<Span>,
    /// The flagging job recorded that the present deadline passed.
    pub overdue_flagged: bool,
    /// Why it is late.
    pub delay_cause: Option<String>,
    /// The import that brought it was undone: it never came in, and counts nowhere.
    pub retracted: bool,
    /// What an import did that our own verbs would refuse, each with the instant of the event that did it.
    pub warnings: Vec<(DateTime<Utc>, Warning)>,
}

impl Dossier {
    /// The instant that judges it, if there is one now.
    pub fn judged_due_at(&self) -> Option<DateTime<Utc>> {
        self.judged.and_then(|judged| judged.due_at)
    }

    /// The statutory due instant, if there is one now.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        self.deadline.as_ref().and_then(Deadline::due_at)
    }

    /// The clock stands.
    pub fn clock_stopped(&self) -> bool {
        self.pauses.last().is_some_and(|p| p.to.is_none())
    }
}
