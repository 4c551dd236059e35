//! What a record adds to the figures: facts with dimensions, an effective day and a quantity.
//!
//! [`dossier`] and its siblings are pure functions of a history. Saving an event writes the
//! *difference* between the contributions before and after it, so the ledger only ever grows and a
//! correction of last month is a visible negative row recorded today.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use uuid::Uuid;

use super::deadline::Timeliness;
use super::dossier::state::words;
use super::dossier::{Channel, ClosedAs, Dossier, State, Tracked};
use super::procedure::OnlineLevel;

words! {
    /// A satisfaction rating.
    Rating {
        /// Rất hài lòng.
        VerySatisfied = "very_satisfied",
        /// Hài lòng.
        Satisfied = "satisfied",
        /// Bình thường.
        Neutral = "neutral",
        /// Không hài lòng.
        Dissatisfied = "dissatisfied",
        /// Rất không hài lòng.
        VeryDissatisfied = "very_dissatisfied",
    }
}

/// A fact of the ledger. Its text is canonical: `name:dimension:…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// A dossier was received.
    Received {
        /// How it came in.
        channel: Channel,
        /// Online level of its procedure at receipt.
        online: OnlineLevel,
        /// Papers scanned.
        intake: Tracked,
    },
    /// A dossier was closed.
    Closed {
        /// How.
        closed_as: ClosedAs,
        /// Judged against its deadline; None for withdrawn and stopped.
        timeliness: Option<Timeliness>,
        /// Result scanned.
        result: Tracked,
    },
    /// The clock of a dossier in due stopped.
    Paused,
    /// It runs again, or the dossier was closed or ran out of its term.
    Unpaused,
    /// Effective on the due day: overdue from that day's end on.
    Overdue,
    /// No longer overdue: closed, or its term began anew.
    Cleared,
    /// Beside `Closed`: it was late with apology.
    LateApologised,
    /// Beside `Overdue`: with apology.
    OverdueApologised,
    /// Beside `Cleared`: of one overdue with apology.
    ClearedApologised,
    /// Beside `Closed`: early or on time, but recorded after the date that judges.
    LateRecorded,
    /// A task was assigned.
    TaskAssigned,
    /// A task was completed; `late` or not.
    TaskCompleted {
        /// After its due date.
        late: bool,
    },
    /// A task went past its due date.
    TaskOverdue,
    /// A task is no longer overdue.
    TaskCleared,
    /// A petition came in.
    PetitionReceived,
    /// A petition was answered; `in_time` at or before its due instant.
    PetitionAnswered {
        /// Answered in time; never without a due instant.
        in_time: bool,
    },
    /// A rating was given.
    Rated(Rating),
    /// A payment was made: how many.
    Paid {
        /// The kind of payment, a word of the source.
        kind: String,
        /// Paid online.
        online: bool,
    },
    /// A payment was made: how much, in đồng.
    PaidAmount {
        /// The kind of payment, a word of the source.
        kind: String,
        /// Paid online.
        online: bool,
    },
}

fn online_word(online: bool) -> &'static str {
    if online { "online" } else { "offline" }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Received { channel, online, intake } => {
                write!(f, "received:{}:{}:{}", channel.as_str(), online.as_str(), intake.as_str())
            }
            Self::Closed { closed_as, timeliness, result } => {
                let timeliness = timeliness.map_or("none", Timeliness::as_str);
                write!(f, "closed:{}:{timeliness}:{}", closed_as.as_str(), result.as_str())
            }
            Self::Paused => f.write_str("paused"),
            Self::Unpaused => f.write_str("unpaused"),
            Self::Overdue => f.write_str("overdue"),
            Self::Cleared => f.write_str("cleared"),
            Self::LateApologised => f.write_str("apologised_late"),
            Self::OverdueApologised => f.write_str("apologised_overdue"),
            Self::ClearedApologised => f.write_str("apologised_cleared"),
            Self::LateRecorded => f.write_str("late_recorded"),
            Self::TaskAssigned => f.write_str("task_assigned"),
            Self::TaskCompleted { late } => {
                write!(f, "task_completed:{}", if *late { "late" } else { "on_time" })
            }
            Self::TaskOverdue => f.write_str("task_overdue"),
            Self::TaskCleared => f.write_str("task_cleared"),
            Self::PetitionReceived => f.write_str("petition_received"),
            Self::PetitionAnswered { in_time } => {
                write!(f, "petition_answered:{}", if *in_time { "on_time" } else { "late" })
            }
            Self::Rated(rating) => write!(f, "rated:{}", rating.as_str()),
            Self::Paid { kind, online } => write!(f, "paid:{kind}:{}", online_word(*online)),
            Self::PaidAmount { kind, online } => write!(f, "paid_amount:{kind}:{}", online_word(*online)),
        }
    }
}

impl Fact {
    /// Reads the canonical text.
    pub fn parse(text: &str) -> Option<Self> {
        // The kind of a payment is a word of the source and may itself hold a colon.
        if let Some(("paid", rest)) = text.split_once(':') {
            let (kind, online) = payment(rest)?;
            return Some(Self::Paid { kind, online });
        }
        if let Some(("paid_amount", rest)) = text.split_once(':') {
            let (kind, online) = payment(rest)?;
            return Some(Self::PaidAmount { kind, online });
        }
        let parts: Vec<&str> = text.split(':').collect();
        Some(match parts.as_slice() {
            ["received", channel, online, intake] => Self::Received {
                channel: Channel::parse(channel)?,
                online: OnlineLevel::parse(online)?,
                intake: Tracked::parse(intake)?,
            },
            ["closed", closed_as, timeliness, result] => Self::Closed {
                closed_as: ClosedAs::parse(closed_as)?,
                timeliness: match *timeliness {
                    "none" => None,
                    "early" => Some(Timeliness::Early),
                    "on_time" => Some(Timeliness::OnTime),
                    "late" => Some(Timeliness::Late),
                    _ => return None,
                },
                result: Tracked::parse(result)?,
            },
            ["paused"] => Self::Paused,
            ["unpaused"] => Self::Unpaused,
            ["overdue"] => Self::Overdue,
            ["cleared"] => Self::Cleared,
            ["apologised_late"] => Self::LateApologised,
            ["apologised_overdue"] => Self::OverdueApologised,
            ["apologised_cleared"] => Self::ClearedApologised,
            ["late_recorded"] => Self::LateRecorded,
            ["task_assigned"] => Self::TaskAssigned,
            ["task_completed", "late"] => Self::TaskCompleted { late: true },
            ["task_completed", "on_time"] => Self::TaskCompleted { late: false },
            ["task_overdue"] => Self::TaskOverdue,
            ["task_cleared"] => Self::TaskCleared,
            ["petition_received"] => Self::PetitionReceived,
            ["petition_answered", "on_time"] => Self::PetitionAnswered { in_time: true },
            ["petition_answered", "late"] => Self::PetitionAnswered { in_time: false },
            ["rated", rating] => Self::Rated(Rating::parse(rating)?),
            _ => return None,
        })
    }
}

/// The kind of a payment, and whether it was made online.
fn payment(text: &str) -> Option<(String, bool)> {
    let (kind, place) = text.rsplit_once(':')?;
    let online = [true, false].into_iter().find(|online| online_word(*online) == place)?;
    Some((kind.to_owned(), online))
}

/// One contribution of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contribution {
    /// What counts.
    pub fact: Fact,
    /// The local day on which it takes effect.
    pub on: NaiveDate,
    /// The unit it counts for.
    pub unit_id: Uuid,
    /// The procedure it counts for; nil where there is none.
    pub procedure_id: Uuid,
    /// How many, or how much in đồng.
    pub quantity: i64,
}

/// What a dossier adds. Registered and not accepted ones add nothing, nor does one whose import was undone.
pub fn dossier(dossier: &Dossier) -> Vec<Contribution> {
    if dossier.retracted
        || matches!(dossier.state, State::Registered | State::NotAccepted)
        || dossier.deadline.is_none()
    {
        return Vec::new();
    }
    let row = |fact, on| Contribution {
        fact,
        on,
        unit_id: dossier.unit_id,
        procedure_id: dossier.procedure_id,
        quantity: 1,
    };
    let mut rows = vec![row(
        Fact::Received { channel: dossier.channel, online: dossier.online_level, intake: dossier.intake },
        dossier.received_on,
    )];
    if let Some(closing) = &dossier.closing {
        let fact = Fact::Closed {
            closed_as: closing.closed_as,
            timeliness: closing.timeliness,
            result: dossier.result,
        };
        rows.push(row(fact, closing.on));
        if closing.timeliness == Some(Timeliness::Late) && dossier.apologised {
            rows.push(row(Fact::LateApologised, closing.on));
        }
        if closing.timeliness.is_some() && closing.recorded_late {
            rows.push(row(Fact::LateRecorded, closing.on));
        }
    }
    for span in &dossier.paused {
        rows.push(row(Fact::Paused, span.from));
        rows.extend(span.to.map(|to| row(Fact::Unpaused, to)));
    }
    for span in &dossier.overdue {
        rows.push(row(Fact::Overdue, span.from));
        rows.extend(span.to.map(|to| row(Fact::Cleared, to)));
    }
    for span in &dossier.overdue_apologised {
        rows.push(row(Fact::OverdueApologised, span.from));
        rows.extend(span.to.map(|to| row(Fact::ClearedApologised, to)));
    }
    rows
}

/// What must be added to the ledger so that it says `after` instead of `before`.
pub fn difference(before: &[Contribution], after: &[Contribution]) -> Vec<Contribution> {
    let mut sums: BTreeMap<(Fact, NaiveDate, Uuid, Uuid), i64> = BTreeMap::new();
    let signed = before.iter().map(|c| (c, -1)).chain(after.iter().map(|c| (c, 1)));
    for (c, sign) in signed {
        *sums.entry((c.fact.clone(), c.on, c.unit_id, c.procedure_id)).or_default() += sign * c.quantity;
    }
    sums.into_iter()
        .filter(|(_, quantity)| *quantity != 0)
        .map(|((fact, on, unit_id, procedure_id), quantity)| Contribution {
            fact,
            on,
            unit_id,
            procedure_id,
            quantity,
        })
        .collect()
}

/// Sums of a fact before a period and within it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Effective before the first day.
    pub before: i64,
    /// Effective from the first to the last day.
    pub within: i64,
}

impl Sum {
    /// Through the last day.
    pub fn through(self) -> i64 {
        self.before + self.within
    }
}

/// The sums of one breakdown row: what a summary is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// By fact.
    pub facts: BTreeMap<Fact, Sum>,
    /// Open dossiers past their deadline at the period's end that the job hasn't flagged yet.
    pub unflagged_overdue: i64,
    /// Of those, with apology.
    pub unflagged_apologised: i64,
    /// Open tasks likewise.
    pub unflagged_tasks: i64,
    /// The archive holds a dossier of this row, of whatever time.
    pub any_dossier: bool,
}

impl Sums {
    /// Adds a quantity of a fact.
    pub fn add(&mut self, fact: Fact, sum: Sum) {
        let entry = self.facts.entry(fact).or_default();
        entry.before += sum.before;
        entry.within += sum.within;
    }

    /// Adds another breakdown row.
    pub fn merge(&mut self, other: &Self) {
        for (fact, sum) in &other.facts {
            self.add(fact.clone(), *sum);
        }
        self.unflagged_overdue += other.unflagged_overdue;
        self.unflagged_apologised += other.unflagged_apologised;
        self.unflagged_tasks += other.unflagged_tasks;
        self.any_dossier |= other.any_dossier;
    }

    /// The sum over the facts that a filter picks.
    pub fn of(&self, pick: impl Fn(&Fact) -> bool) -> Sum {
        self.facts.iter().filter(|(fact, _)| pick(fact)).fold(Sum::default(), |mut sum, (_, s)| {
            sum.before += s.before;
            sum.within += s.within;
            sum
        })
    }
}

#[cfg(test)]
#[path = "figure_tests.rs"]
mod tests;
