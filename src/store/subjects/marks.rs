//! The instants that rules of reminding measure from, out of the rows of what they watch.

use crate::domain::dossier::State;
use crate::domain::reminder::Marks;
use crate::store::entity::{dossier, petition, task};

/// What isn't clear about an open dossier: its procedure says the work and the result, its unit is never missing.
pub(super) fn missing_of_dossier(row: &dossier::Model) -> Vec<String> {
    let missing = [
        (row.holder_id.is_none(), "person"),
        (row.judged_due_at.is_none() && !row.clock_stopped, "deadline"),
    ];
    missing.iter().filter(|(is, _)| row.open && *is).map(|(_, word)| (*word).to_owned()).collect()
}

impl From<&dossier::Model> for Marks {
    fn from(row: &dossier::Model) -> Self {
        // What was taken back never came in.
        let stands = !row.flags.split(',').any(|flag| flag == "retracted");
        let running = row.open && !row.clock_stopped;
        let registered = stands && row.state == State::Registered.as_str();
        let has_result = matches!(row.outcome.as_deref(), Some("resolved" | "refused"));
        Self {
            // Who is nagged by a date that doesn't judge stops reading.
            due: row.judged_due_at.filter(|_| row.open),
            appointment: row.promised_at.filter(|_| running && !row.apologised),
            registered: registered.then_some(row.received_at),
            standing: row.standing_since.filter(|_| running),
            unclear: (!missing_of_dossier(row).is_empty()).then_some(row.received_at),
            undigitised: row.closed_at.filter(|_| stands && has_result && row.result == "no"),
            aged: (row.open && row.state != State::Registered.as_str()).then_some(row.received_at),
            undelivered: None,
        }
    }
}

impl From<&task::Model> for Marks {
    fn from(row: &task::Model) -> Self {
        let unclear = row.open && !row.missing_clears.is_empty();
        Self {
            due: row.due_at.filter(|_| row.open),
            unclear: unclear.then_some(row.created_at),
            ..Self::default()
        }
    }
}

impl From<&petition::Model> for Marks {
    fn from(row: &petition::Model) -> Self {
        Self { due: row.due_at.filter(|_| row.open), ..Self::default() }
    }
}
