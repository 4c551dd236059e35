//! The figures of a period, made of ledger sums: counts, rates with both parts, identities
//! (domain.md §6).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::deadline::Timeliness;
use super::dossier::{Channel, ClosedAs, Tracked};
use super::figure::{Fact, Rating, Sums};
use super::period::Period;
use super::procedure::OnlineLevel;
use super::unit::Group;

pub mod cells;
mod frame;
mod identity;

pub use frame::{
    Breakdown, Frame, FramedProcedure, FramedUnit, Ledger, PetitionFact, PetitionMarks, Unflagged, summary,
};
pub use identity::{Identity, identities};

/// A rate with both parts. 0/0 is "none", neither 0 nor 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// What counts.
    pub numerator: i64,
    /// Of how many.
    pub denominator: i64,
}

impl Rate {
    /// Percent with two decimals, half up; None for 0/0.
    pub fn percent(self) -> Option<String> {
        if self.denominator == 0 {
            return None;
        }
        let (n, d) = (i128::from(self.numerator), i128::from(self.denominator));
        let hundredths = (n * 20_000 + d).div_euclid(2 * d);
        Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
    }

    /// Two rates over the union of what they count.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            numerator: self.numerator + other.numerator,
            denominator: self.denominator + other.denominator,
        }
    }
}

/// The counts of dossiers of one breakdown row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DossierFigures {
    /// In the period and carried over.
    pub received_total: i64,
    /// Received in the period.
    pub received_in_period: i64,
    /// Open when the period began.
    pub carried_over: i64,
    /// Closed with a result in the period.
    pub resolved: i64,
    /// Before the deadline.
    pub resolved_early: i64,
    /// On it.
    pub resolved_on_time: i64,
    /// After it.
    pub resolved_late: i64,
    /// Open at the end.
    pub in_process: i64,
    /// Of those, in due.
    pub in_process_in_due: i64,
    /// Of those in due, with the clock standing.
    pub in_process_paused: i64,
    /// Open and past the deadline at the end.
    pub in_process_overdue: i64,
    /// Taken back in the period.
    pub withdrawn: i64,
    /// Stopped for good in the period.
    pub stopped: i64,
    /// Of those resolved late, with apology.
    pub resolved_late_apologised: i64,
    /// Of those overdue at the end, with apology.
    pub in_process_overdue_apologised: i64,
    /// Of those resolved early or on time, recorded after the date that judges.
    pub resolved_late_recorded: i64,
}

impl DossierFigures {
    /// Counts from sums. `resolved`, `received_total` and `in_process_in_due` are counted on their
    /// own way where there is one, so that the identities can fail.
    pub fn of(sums: &Sums) -> Self {
        let received = sums.of(|f| matches!(f, Fact::Received { .. }));
        let closed = sums.of(|f| matches!(f, Fact::Closed { .. }));
        let timed = |t: Timeliness| {
            sums.of(|f| matches!(f, Fact::Closed { timeliness, .. } if *timeliness == Some(t))).within
        };
        let as_ =
            |c: ClosedAs| sums.of(|f| matches!(f, Fact::Closed { closed_as, .. } if *closed_as == c)).within;
        let overdue = sums.of(|f| *f == Fact::Overdue).through() - sums.of(|f| *f == Fact::Cleared).through()
            + sums.unflagged_overdue;
        let carried_over = received.before - closed.before;
        let in_process = received.through() - closed.through();
        Self {
            received_total: received.within + carried_over,
            received_in_period: received.within,
            carried_over,
            resolved: as_(ClosedAs::Resolved) + as_(ClosedAs::Refused),
            resolved_early: timed(Timeliness::Early),
            resolved_on_time: timed(Timeliness::OnTime),
            resolved_late: timed(Timeliness::Late),
            in_process,
            in_process_in_due: in_process - overdue,
            in_process_paused: sums.of(|f| *f == Fact::Paused).through()
                - sums.of(|f| *f == Fact::Unpaused).through(),
            in_process_overdue: overdue,
            withdrawn: as_(ClosedAs::Withdrawn),
            stopped: as_(ClosedAs::Stopped),
            resolved_late_apologised: sums.of(|f| *f == Fact::LateApologised).within,
            in_process_overdue_apologised: sums.of(|f| *f == Fact::OverdueApologised).through()
                - sums.of(|f| *f == Fact::ClearedApologised).through()
                + sums.unflagged_apologised,
            resolved_late_recorded: sums.of(|f| *f == Fact::LateRecorded).within,
        }
    }

    /// (early + on time) / resolved.
    pub fn not_late_rate(&self) -> Rate {
        Rate { numerator: self.resolved_early + self.resolved_on_time, denominator: self.resolved }
    }

    /// late / resolved.
    pub fn late_rate(&self) -> Rate {
        Rate { numerator: self.resolved_late, denominator: self.resolved }
    }

    /// Nothing was ever counted in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Dossiers received in the period under procedures of one online level, and how many came online.
fn online(sums: &Sums, level: OnlineLevel) -> Option<Rate> {
    let denominator = sums.of(|f| matches!(f, Fact::Received { online, .. } if *online == level)).within;
    let numerator = sums
        .of(|f| matches!(f, Fact::Received { channel: Channel::Online, online, .. } if *online == level))
        .within;
    // In the part of one record the denominator may cancel out where the numerator does not.
    (denominator != 0 || numerator != 0).then_some(Rate { numerator, denominator })
}

/// Tracked things and how many of them were done.
fn tracked(sums: &Sums, state: impl Fn(&Fact) -> Option<Tracked>) -> Option<Rate> {
    let count = |wanted: Tracked| sums.of(|f| state(f) == Some(wanted)).within;
    let (yes, no) = (count(Tracked::Yes), count(Tracked::No));
    (yes != 0 || no != 0).then_some(Rate { numerator: yes, denominator: yes + no })
}

fn intake_state(fact: &Fact) -> Option<Tracked> {
    if let Fact::Received { intake, .. } = fact { Some(*intake) } else { None }
}

fn result_state(fact: &Fact) -> Option<Tracked> {
    if let Fact::Closed { closed_as, result, .. } = fact {
        closed_as.is_resolved().then_some(*result)
    } else {
        None
    }
}

/// All figures of one breakdown row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Counts of dossiers.
    pub dossiers: DossierFigures,
    /// Some dossier was ever received or closed in this row, also outside the period.
    pub has_dossiers: bool,
    /// Online share under partly served procedures.
    pub online_partial: Option<Rate>,
    /// Online share under wholly served procedures.
    pub online_full: Option<Rate>,
    /// Papers scanned at intake.
    pub intake: Option<Rate>,
    /// Results scanned.
    pub result: Option<Rate>,
    /// Ratings given in the period, by kind; only kinds that occur.
    pub ratings: BTreeMap<Rating, i64>,
}

impl Figures {
    /// Computes a row.
    pub fn of(sums: &Sums) -> Self {
        let mut ratings = BTreeMap::new();
        for (fact, sum) in &sums.facts {
            if let Fact::Rated(rating) = fact
                && sum.within != 0
            {
                ratings.insert(*rating, sum.within);
            }
        }
        Self {
            dossiers: DossierFigures::of(sums),
            has_dossiers: sums.any_dossier,
            online_partial: online(sums, OnlineLevel::Partial),
            online_full: online(sums, OnlineLevel::Full),
            intake: tracked(sums, intake_state),
            result: tracked(sums, result_state),
            ratings,
        }
    }
}

/// Tasks assigned on or before the last day and not completed before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskFigures {
    /// Completed in the period.
    pub completed: i64,
    /// Of those, on or before the due date, or without one.
    pub completed_on_time: i64,
    /// Of those, after it.
    pub completed_late: i64,
    /// Open at the end.
    pub in_progress: i64,
    /// Of those, not yet due.
    pub in_progress_in_due: i64,
    /// Of those, with a due date on or before the last day.
    pub in_progress_overdue: i64,
}

impl TaskFigures {
    /// Counts from sums.
    pub fn of(sums: &Sums) -> Self {
        let assigned = sums.of(|f| *f == Fact::TaskAssigned);
        let completed = sums.of(|f| matches!(f, Fact::TaskCompleted { .. }));
        let late = sums.of(|f| *f == Fact::TaskCompleted { late: true }).within;
        let overdue = sums.of(|f| *f == Fact::TaskOverdue).through()
            - sums.of(|f| *f == Fact::TaskCleared).through()
            + sums.unflagged_tasks;
        let in_progress = assigned.through() - completed.through();
        Self {
            completed: completed.within,
            completed_on_time: completed.within - late,
            completed_late: late,
            in_progress,
            in_progress_in_due: in_progress - overdue,
            in_progress_overdue: overdue,
        }
    }
}

/// The national portal as a petition's channel has it.
pub const PETITION_PORTAL: &str = "pakn.dichvucong.gov.vn";
/// The kind of petitions that are about a regulation, not about conduct or something else.
pub const ON_REGULATION: &str = "regulation";

/// Petitions received in the period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PetitionFigures {
    /// Received in the period.
    pub received: i64,
    /// Of those, about a regulation.
    pub on_regulation: i64,
    /// Of those, by the national portal.
    pub by_portal: i64,
    /// Of those, answered before its end.
    pub answered: i64,
    /// Of those, at or before the due instant.
    pub answered_on_time: i64,
    /// Of those, answered and rated satisfied or better by the citizen.
    pub satisfied: i64,
    /// Of those answered, the answer is published, as far as is known now.
    pub published: i64,
}

/// Payments of one kind at one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaymentFigures {
    /// How many.
    pub transactions: i64,
    /// How much, in đồng.
    pub amount_vnd: i64,
}

/// Online payments of the period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payments {
    /// Online payments by place (`town`, `communes`) and kind.
    pub by_place: BTreeMap<(String, String), PaymentFigures>,
    /// Online ones of all.
    pub online: Rate,
}

/// What a row of a breakdown stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowKey {
    /// A group of the report.
    Group(Group),
    /// A unit.
    Unit(Uuid),
    /// A procedure.
    Procedure(Uuid),
    /// A field of procedures.
    Field(String),
}

/// One row of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it stands for.
    pub key: RowKey,
    /// Its code, for people and clients.
    pub code: String,
    /// Its name in Vietnamese.
    pub label: String,
    /// Its figures.
    pub figures: Figures,
}

/// The summary of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodSummary {
    /// The period asked for.
    pub period: Period,
    /// The instant up to which it was summarised.
    pub computed_until: DateTime<Utc>,
    /// The period was over.
    pub complete: bool,
    /// The ledger's last number that was read.
    pub sequence: i64,
    /// All units together.
    pub total: Figures,
    /// The groups of the report, or the breakdowns that were asked for.
    pub rows: Vec<Row>,
    /// Online dossiers over all groups and both levels.
    pub online_overall: Rate,
    /// Tasks.
    pub tasks: TaskFigures,
    /// Size of the catalogue by level.
    pub procedures: BTreeMap<String, i64>,
    /// Petitions.
    pub petitions: PetitionFigures,
    /// Payments.
    pub payments: Payments,
    /// All ratings of the period.
    pub ratings_total: i64,
    /// Numbers of the documents issued in the period.
    pub documents: Vec<DocumentLine>,
    /// Equations, each checked.
    pub identities: Vec<Identity>,
}

/// A document as the report names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentLine {
    /// Its number.
    pub number: String,
    /// Its kind, a word of the source.
    pub kind: String,
    /// When it was issued.
    pub issued_on: chrono::NaiveDate,
    /// Who issued it.
    pub issuer: String,
    /// What it is about.
    pub subject: String,
}

impl PeriodSummary {
    /// The figures of a group, if it has any.
    pub fn group(&self, group: Group) -> Option<&Figures> {
        self.rows.iter().find(|r| r.key == RowKey::Group(group)).map(|r| &r.figures)
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
