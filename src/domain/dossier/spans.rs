//! The days on which a dossier counted as overdue, and as paused in due (domain.md §6).

use chrono::{DateTime, NaiveDate, Utc};

use super::super::calendar::Calendar;
use super::super::deadline::{Deadline, Pause, Term, Timeliness, judge};
use super::reading::Span;

/// The days on which one segment of the clock counted as overdue, and as paused in due.
#[expect(clippy::too_many_arguments, reason = "one pure function of a segment, called twice")]
pub(super) fn spans(
    calendar: &Calendar,
    term: Term,
    ran: &Deadline,
    pauses: &[Pause],
    end: Option<(DateTime<Utc>, NaiveDate)>,
    flagged: bool,
    overdue: &mut Vec<Span>,
    standing: &mut Vec<Span>,
) {
    let due_on = ran.due_at().map(|due| calendar.local_date(due));
    if let (Some(due), Some(from)) = (ran.due_at(), due_on) {
        let span = match end {
            Some((at, on)) if judge(calendar, term, due, at) == Timeliness::Late => {
                Some(Span { from, to: Some(on) })
            }
            Some(_) => None,
            None => flagged.then_some(Span { from, to: None }),
        };
        overdue.extend(span.filter(|s| s.to != Some(s.from)));
    }
    for pause in pauses {
        let from = calendar.local_date(pause.from);
        // It ends with the resume, the closing, or the day from whose end on the dossier is overdue.
        let ends = [
            pause.to.map(|at| calendar.local_date(at)),
            end.map(|(_, on)| on),
            due_on.filter(|_| {
                // A due day before the pause or, after rolling, while it lasts.
                due_on.is_some_and(|due| pause.to.is_none_or(|to| due < calendar.local_date(to)))
            }),
        ];
        let to = ends.into_iter().flatten().min();
        if to.is_none_or(|to| from < to) {
            standing.push(Span { from, to });
        }
    }
}
