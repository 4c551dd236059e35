//! What the columns of other software's summary tables count.

use super::dossier::state::words;

words! {
    /// What a column of the table counts.
    TableFigure {
        /// Received, all.
        ReceivedTotal = "received_total",
        /// Received in the period.
        ReceivedInPeriod = "received_in_period",
        /// Of them online.
        ReceivedOnline = "received_online",
        /// Of them at the counter or by post.
        ReceivedCounter = "received_counter",
        /// Open from earlier periods.
        CarriedOver = "carried_over",
        /// Resolved, all.
        Resolved = "resolved",
        /// Resolved before the due day.
        ResolvedEarly = "resolved_early",
        /// Resolved on the due day.
        ResolvedOnTime = "resolved_on_time",
        /// Resolved not late, where the table doesn't divide them.
        ResolvedNotLate = "resolved_not_late",
        /// Resolved late.
        ResolvedLate = "resolved_late",
        /// In process, all.
        InProcess = "in_process",
        /// In process, not yet due.
        InProcessInDue = "in_process_in_due",
        /// In process, overdue.
        InProcessOverdue = "in_process_overdue",
        /// Withdrawn.
        Withdrawn = "withdrawn",
        /// Stopped.
        Stopped = "stopped",
    }
}
