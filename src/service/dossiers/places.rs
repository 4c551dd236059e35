//! Where an event of an imported dossier stands: its clock events and hand-overs have lines of their own, in
//! files of their own; receipt, closing and return are columns of the dossier's row.

use chrono::{DateTime, Utc};

use crate::domain::record::{DossierRecord, Problem};

/// The column that tells of an event, by the event's word.
pub(super) fn column(event: &str) -> &'static str {
    match event {
        "resolved" | "withdrawn" | "stopped" => "closed_at",
        "returned" => "result_returned_at",
        "handed_over" | "paused" | "resumed" => "at",
        _ => "received_at",
    }
}

/// Gives a problem the line of the event that it speaks of. Of several of one kind and instant the last is meant:
/// the first one did what it says.
pub(super) fn place(problem: &mut Problem, record: &DossierRecord, event: &str, at: DateTime<Utc>) {
    let found = match event {
        "handed_over" => {
            let found = record.moves.iter().rfind(|step| step.at == Some(at));
            found.map(|step| (&step.file, step.line))
        }
        "paused" | "resumed" => {
            let stops = event == "paused";
            let found = record.clock.iter().rfind(|event| event.at == Some(at) && event.stopped == stops);
            found.map(|event| (&event.file, event.line))
        }
        _ => None,
    };
    if let Some((file, line)) = found {
        problem.file.clone_from(file);
        problem.line = line;
    }
}
