//! The events of a dossier: what happened, when it happened, when the house learnt it, by whom.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::judging::JudgeBy;
use super::state::{ApplicantKind, Channel, Outcome, PauseReason, State, Tracked};

/// Where an event comes from. Our own verbs are strict; an import keeps the source's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A verb of our API, by an official.
    Own,
    /// Derived from the records of another system.
    Import,
    /// Appended by a job of the house.
    House,
}

impl Source {
    /// The word in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Import => "import",
            Self::House => "house",
        }
    }

    /// Reads the word of a table.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "own" => Some(Self::Own),
            "import" => Some(Self::Import),
            "house" => Some(Self::House),
            _ => None,
        }
    }
}

/// What happened. Saved as a word and a JSON payload; kinds are added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum EventKind {
    /// Registered online (state 1).
    Registered(Intake),
    /// Received: the clock starts. For a registered dossier it is the acceptance.
    Received(Intake),
    /// Not accepted (state 3).
    NotAccepted,
    /// Processing began (state 4).
    Started,
    /// Passed from one official to the next.
    HandedOver {
        /// Who gave it; None for the first.
        from: Option<Uuid>,
        /// Who holds it now.
        to: Uuid,
        /// The step's name in the workflow.
        step: String,
    },
    /// The clock was stopped.
    Paused {
        /// Why.
        reason: PauseReason,
    },
    /// The clock runs again.
    Resumed,
    /// A new promised instant with a letter of apology; the statutory deadline stays.
    Reappointed {
        /// The new promise.
        promised_at: DateTime<Utc>,
        /// Number of the letter.
        letter: String,
    },
    /// A result is there (state 9).
    Resolved {
        /// Granted or refused.
        outcome: Outcome,
    },
    /// The citizen has the result (state 10).
    Returned,
    /// Taken back (state 7).
    Withdrawn,
    /// Stopped for good (state 8, final).
    Stopped,
    /// Fields of the intake were wrong.
    Corrected(Correction),
    /// An earlier event is declared never to have happened.
    Voided {
        /// The number of that event.
        number: i32,
    },
    /// The deadline passed while open: appended by the flagging job.
    DeadlinePassed {
        /// The deadline that passed.
        due_at: DateTime<Utc>,
    },
    /// Papers at intake, or the result, were scanned, or turned out not to be.
    Digitised {
        /// New state of the intake's papers.
        intake: Option<Tracked>,
        /// New state of the result.
        result: Option<Tracked>,
    },
    /// Why it is late, given by holder or head.
    DelayCause {
        /// A word of the list of causes.
        cause: String,
        /// Code of the incident, where software failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<String>,
    },
    /// Another calendar version applies, to the whole term: appended by the house.
    Recalculated {
        /// The version.
        calendar_id: Uuid,
        /// The statutory due instant by the version before; None while the clock stood, and where it wasn't said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        old_due_at: Option<DateTime<Utc>>,
        /// The same by this one. Both only tell: the replay reckons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new_due_at: Option<DateTime<Utc>>,
    },
    /// The import that brought it was undone: it never came in here.
    Retracted,
}

/// What is laid down when a dossier comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    /// The receiving unit.
    pub unit_id: Uuid,
    /// The version of the procedure under which it is accepted, for good.
    pub procedure_version_id: Uuid,
    /// The calendar version by which its deadline is reckoned.
    pub calendar_id: Uuid,
    /// How it came in.
    pub channel: Channel,
    /// Whose it is.
    pub applicant_kind: ApplicantKind,
    /// Whether its papers were scanned.
    pub intake: Tracked,
    /// Whether its result is to be scanned, and was.
    pub result: Tracked,
    /// The responsible official at the start.
    pub holder_id: Option<Uuid>,
    /// What the citizen's receipt says, where the source software gave it.
    pub promised_at: Option<DateTime<Utc>>,
    /// Whose date judges: the setting in force for the unit on the day of receipt. Kept here as the calendar is, so
    /// that neither a later setting nor a change of the tree moves what was reported.
    #[serde(default = "JudgeBy::unsaid", skip_serializing_if = "JudgeBy::is_default")]
    pub judge_by: JudgeBy,
}

/// Corrected fields; None leaves a field as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The true instant of receipt.
    pub received_at: Option<DateTime<Utc>>,
    /// The true unit.
    pub unit_id: Option<Uuid>,
    /// The true procedure's version.
    pub procedure_version_id: Option<Uuid>,
    /// The true channel.
    pub channel: Option<Channel>,
    /// The true kind of applicant.
    pub applicant_kind: Option<ApplicantKind>,
    /// The true responsible official.
    pub holder_id: Option<Uuid>,
    /// What the receipt truly says.
    pub promised_at: Option<DateTime<Utc>>,
    /// Whose date judges the true unit on the true day of receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge_by: Option<JudgeBy>,
}

impl Correction {
    /// Adds a later correction: the fields that it gives replace those of this one.
    pub(super) fn add(&mut self, later: &Self) {
        self.received_at = later.received_at.or(self.received_at);
        self.unit_id = later.unit_id.or(self.unit_id);
        self.procedure_version_id = later.procedure_version_id.or(self.procedure_version_id);
        self.channel = later.channel.or(self.channel);
        self.applicant_kind = later.applicant_kind.or(self.applicant_kind);
        self.holder_id = later.holder_id.or(self.holder_id);
        self.promised_at = later.promised_at.or(self.promised_at);
        self.judge_by = later.judge_by.or(self.judge_by);
    }
}

impl EventKind {
    /// The events that stop, start or end the clock: they never lie before the receipt.
    pub(super) fn moves_the_clock(&self) -> bool {
        match self {
            Self::Paused { .. }
            | Self::Resumed
            | Self::Resolved { .. }
            | Self::Returned
            | Self::Withdrawn
            | Self::Stopped => true,
            Self::Registered(_)
            | Self::Received(_)
            | Self::NotAccepted
            | Self::Started
            | Self::HandedOver { .. }
            | Self::Reappointed { .. }
            | Self::Corrected(_)
            | Self::Voided { .. }
            | Self::DeadlinePassed { .. }
            | Self::Digitised { .. }
            | Self::DelayCause { .. }
            | Self::Recalculated { .. }
            | Self::Retracted => false,
        }
    }

    /// The states in which our own verbs may do it: what a refusal tells people. The replay decides.
    pub(super) fn starts_from(&self) -> &'static [State] {
        use State::{
            AwaitingPayment, AwaitingSupplement, InProcess, Received, Registered, Resolved, Suspended,
        };
        match self {
            Self::Received(_) | Self::NotAccepted => &[Registered],
            Self::Started => &[Received],
            Self::HandedOver { .. } | Self::Reappointed { .. } | Self::Withdrawn => {
                &[Received, InProcess, AwaitingSupplement, AwaitingPayment, Suspended]
            }
            Self::Paused { reason: PauseReason::SupplementRequested } => &[Registered, Received, InProcess],
            Self::Paused { .. } | Self::Resolved { .. } => &[Received, InProcess],
            Self::Resumed | Self::Stopped => &[AwaitingSupplement, AwaitingPayment, Suspended],
            Self::Returned => &[Resolved],
            // A dossier is registered once; the rest is never refused for a state.
            Self::Registered(_)
            | Self::Corrected(_)
            | Self::Voided { .. }
            | Self::DeadlinePassed { .. }
            | Self::Digitised { .. }
            | Self::DelayCause { .. }
            | Self::Recalculated { .. }
            | Self::Retracted => &[],
        }
    }

    /// The state to which it leads, where it changes the state.
    pub(super) fn leads_to(&self) -> Option<State> {
        Some(match self {
            Self::Registered(_) => State::Registered,
            Self::Received(_) => State::Received,
            Self::NotAccepted => State::NotAccepted,
            Self::Started | Self::Resumed => State::InProcess,
            Self::Paused { reason } => reason.state(),
            Self::Resolved { .. } => State::Resolved,
            Self::Returned => State::Returned,
            Self::Withdrawn => State::Withdrawn,
            Self::Stopped => State::Stopped,
            Self::HandedOver { .. }
            | Self::Reappointed { .. }
            | Self::Corrected(_)
            | Self::Voided { .. }
            | Self::DeadlinePassed { .. }
            | Self::Digitised { .. }
            | Self::DelayCause { .. }
            | Self::Recalculated { .. }
            | Self::Retracted => return None,
        })
    }

    /// The instant that it promises, where it gives a promise.
    pub fn promises(&self) -> Option<DateTime<Utc>> {
        if let Self::Reappointed { promised_at, .. } = self {
            return Some(*promised_at);
        }
        if let Self::Registered(intake) | Self::Received(intake) = self { intake.promised_at } else { None }
    }

    /// The order of kinds that happened at one instant.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Registered(_) => 0,
            Self::Received(_) => 1,
            Self::NotAccepted => 2,
            Self::Recalculated { .. } => 3,
            Self::Started => 4,
            Self::HandedOver { .. } => 5,
            Self::Reappointed { .. } => 6,
            Self::Paused { .. } => 7,
            Self::Resumed => 8,
            Self::Digitised { .. } => 9,
            Self::DelayCause { .. } => 10,
            Self::DeadlinePassed { .. } => 11,
            Self::Resolved { .. } => 12,
            Self::Withdrawn => 13,
            Self::Stopped => 14,
            Self::Returned => 15,
            Self::Corrected(_) => 16,
            Self::Voided { .. } => 17,
            Self::Retracted => 18,
        }
    }

    /// The word and the JSON payload under which it is saved.
    pub fn to_words(&self) -> (String, String) {
        let value = serde_json::to_value(self).expect("event kinds are plain data");
        let kind = value["kind"].as_str().expect("the tag is a string").to_owned();
        let data = value.get("data").map_or_else(String::new, ToString::to_string);
        (kind, data)
    }

    /// Reads what `to_words` wrote.
    pub fn from_words(kind: &str, data: &str) -> Result<Self, serde_json::Error> {
        let mut value = serde_json::json!({ "kind": kind });
        if !data.is_empty() {
            value["data"] = serde_json::from_str(data)?;
        }
        serde_json::from_value(value)
    }
}

/// An event before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What happened.
    pub kind: EventKind,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// The official who did it, if one of ours.
    pub actor_id: Option<Uuid>,
    /// The caller's name for the record, also where no official stands behind it.
    pub actor: String,
    /// Where it comes from.
    pub source: Source,
    /// Why, in the actor's words.
    pub reason: String,
}

/// A recorded event: the `number`-th of its dossier, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Place in the order of recording.
    pub number: i32,
    /// When the house learnt it.
    pub recorded_at: DateTime<Utc>,
    /// The rest.
    pub draft: Draft,
}

impl Event {
    /// Where it stands on the timeline.
    pub fn place(&self) -> (DateTime<Utc>, u8, i32) {
        (self.draft.occurred_at, self.draft.kind.rank(), self.number)
    }
}
