//! The equations that every row of figures must satisfy (domain.md §5).

use super::DossierFigures;

/// An equation that the figures must satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The row it is about.
    pub row: String,
    /// The equation in words.
    pub name: &'static str,
    /// Left side.
    pub left: i64,
    /// Right side.
    pub right: i64,
}

impl Identity {
    /// Both sides are equal.
    pub fn holds(&self) -> bool {
        self.left == self.right
    }
}

/// The identities of one row of dossier counts.
pub fn identities(row: &str, f: &DossierFigures) -> Vec<Identity> {
    let identity = |name, left, right| Identity { row: row.to_owned(), name, left, right };
    vec![
        identity(
            "received = resolved + withdrawn + stopped + in process",
            f.received_total,
            f.resolved + f.withdrawn + f.stopped + f.in_process,
        ),
        identity(
            "resolved = early + on time + late",
            f.resolved,
            f.resolved_early + f.resolved_on_time + f.resolved_late,
        ),
        identity("in process = in due + overdue", f.in_process, f.in_process_in_due + f.in_process_overdue),
        identity("nothing is negative", f.smallest().min(0), 0),
        identity(
            "paused is part of in due",
            f.in_process_paused.min(f.in_process_in_due),
            f.in_process_paused,
        ),
    ]
}

impl DossierFigures {
    fn smallest(&self) -> i64 {
        [
            self.received_in_period,
            self.carried_over,
            self.resolved_early,
            self.resolved_on_time,
            self.resolved_late,
            self.in_process_in_due,
            self.in_process_paused,
            self.in_process_overdue,
            self.withdrawn,
            self.stopped,
        ]
        .into_iter()
        .min()
        .expect("the list is not empty")
    }
}
