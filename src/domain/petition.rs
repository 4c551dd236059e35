//! Petitions (phản ánh, kiến nghị): a complaint or suggestion with a deadline of its own, answered
//! and then published.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::calendar::Calendar;
use super::dossier::state::words;
use super::figure::{Contribution, Fact};

words! {
    /// Where a petition stands.
    PetitionState {
        /// Came in.
        Received = "received",
        /// Answered.
        Answered = "answered",
        /// Answered and made public.
        Published = "published",
    }
}

/// A petition with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Petition {
    /// The unit that must answer, if one is named.
    pub unit_id: Option<Uuid>,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// Through what (pakn.dichvucong.gov.vn, post, …).
    pub channel: String,
    /// On a regulation, or on behaviour.
    pub kind: String,
    /// Its deadline, if it has one.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// When the answer was made public.
    pub published_on: Option<NaiveDate>,
    /// How the citizen rated the answer.
    pub citizen_rating: Option<String>,
}

/// Why a petition's data don't fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPetition {
    /// The answer lies before the receipt.
    #[error("answered_at lies before received_at; correct one of them")]
    AnsweredBeforeReceived,
    /// The deadline lies before the receipt.
    #[error("due_at lies before received_at; correct one of them")]
    DueBeforeReceived,
    /// Made public without or before an answer.
    #[error("published_on without an answer on or before that day; give answered_at")]
    PublishedBeforeAnswered,
}

impl Petition {
    /// Checks the order of its instants.
    pub fn check(&self, calendar: &Calendar) -> Result<(), BadPetition> {
        if self.answered_at.is_some_and(|at| at < self.received_at) {
            return Err(BadPetition::AnsweredBeforeReceived);
        }
        if self.due_at.is_some_and(|at| at < self.received_at) {
            return Err(BadPetition::DueBeforeReceived);
        }
        let answered_on = self.answered_at.map(|at| calendar.local_date(at));
        match (self.published_on, answered_on) {
            (Some(_), None) => Err(BadPetition::PublishedBeforeAnswered),
            (Some(published), Some(answered)) if published < answered => {
                Err(BadPetition::PublishedBeforeAnswered)
            }
            _ => Ok(()),
        }
    }

    /// Where it stands.
    pub fn state(&self) -> PetitionState {
        if self.published_on.is_some() {
            PetitionState::Published
        } else if self.answered_at.is_some() {
            PetitionState::Answered
        } else {
            PetitionState::Received
        }
    }

    /// Answered at or before the due instant; without one never.
    pub fn answered_in_time(&self) -> bool {
        matches!((self.answered_at, self.due_at), (Some(answered), Some(due)) if answered <= due)
    }

    /// What it adds to the figures.
    pub fn contributions(&self, calendar: &Calendar) -> Vec<Contribution> {
        let row = |fact, at| Contribution {
            fact,
            on: calendar.local_date(at),
            unit_id: self.unit_id.unwrap_or_default(),
            procedure_id: Uuid::nil(),
            quantity: 1,
        };
        let mut rows = vec![row(Fact::PetitionReceived, self.received_at)];
        let answered = Fact::PetitionAnswered { in_time: self.answered_in_time() };
        rows.extend(self.answered_at.map(|at| row(answered, at)));
        rows
    }
}

#[cfg(test)]
#[path = "petition_tests.rs"]
mod tests;
