//! The days on which a dossier counted as overdue, and as paused in due (domain.md §6).

use chrono::{DateTime, NaiveDate, Utc};

use super::super::deadline::Pause;
use super::judging::Measure;
use super::reading::Span;

/// The days on which a dossier counted as one or the other.
#[derive(Debug, Default)]
pub(super) struct Spans {
    /// As overdue at their end.
    pub(super) overdue: Vec<Span>,
    /// Of these, with an apology.
    pub(super) apologised: Vec<Span>,
    /// As paused in due at their end.
    pub(super) paused: Vec<Span>,
}

/// One run of the clock against one date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    /// The date that judges it, if there is one.
    pub(super) due: Option<DateTime<Utc>>,
    /// The stops of the clock.
    pub(super) pauses: &'a [Pause],
    /// What ended it, and the local date of that.
    pub(super) end: Option<(DateTime<Utc>, NaiveDate)>,
    /// The flagging job has seen that the date passed.
    pub(super) flagged: bool,
    /// A letter of apology went out before.
    pub(super) apologised: bool,
}

impl Spans {
    /// Adds the days of a run.
    pub(super) fn add(&mut self, measure: Measure<'_>, run: Run<'_>) {
        let calendar = measure.calendar;
        let due_on = run.due.map(|due| calendar.local_date(due));
        if let (Some(due), Some(from)) = (run.due, due_on) {
            let span = match run.end {
                Some((at, on)) if measure.passed(due, at) => Some(Span { from, to: Some(on) }),
                Some(_) => None,
                None => run.flagged.then_some(Span { from, to: None }),
            };
            let span = span.filter(|s| s.to != Some(s.from));
            self.overdue.extend(span);
            self.apologised.extend(span.filter(|_| run.apologised));
        }
        for pause in run.pauses {
            let from = calendar.local_date(pause.from);
            // It ends with the resume, the closing, or the day from whose end on the dossier is overdue.
            let ends = [
                pause.to.map(|at| calendar.local_date(at)),
                run.end.map(|(_, on)| on),
                due_on.filter(|due| {
                    // A due day before the pause or, after rolling, while it lasts.
                    pause.to.is_none_or(|to| *due < calendar.local_date(to))
                }),
            ];
            let to = ends.into_iter().flatten().min();
            if to.is_none_or(|to| from < to) {
                self.paused.push(Span { from, to });
            }
        }
    }
}
