//! Signs of dressed-up figures in a dossier's history: what makes it look better than it went. Each is a fact that can be
//! looked up, not a verdict; there may be a good reason, and whoever asks sees the event.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Calendar;
use super::deadline::Timeliness;
use super::dossier::state::words;
use super::dossier::{Event, EventKind, History, Rulebook};

words! {
    /// What is odd.
    Irregularity {
        /// Hẹn lại sau khi đã quá hạn: a new promise, or a corrected receipt, recorded after the deadline had passed.
        DueMovedAfterBreach = "due_moved_after_breach",
        /// Tạm dừng vào đúng ngày đến hạn: the clock was stopped on the due day.
        PausedOnDueDay = "paused_on_due_day",
        /// Kết thúc rồi mở lại: a closing was declared never to have happened.
        ClosedAndReopened = "closed_and_reopened",
        /// Rút hồ sơ vào hoặc sau ngày đến hạn.
        WithdrawnWhenDue = "withdrawn_when_due",
        /// Rút rồi nộp lại: withdrawn, and handed in again by the same applicant under the same procedure soon after.
        WithdrawnAndResubmitted = "withdrawn_and_resubmitted",
        /// Ghi nhận trễ mà tính trong hạn: recorded after the deadline as having been closed before it.
        RecordedLateAsInTime = "recorded_late_as_in_time",
        /// Kết thúc dồn cuối kỳ: a unit closed on the period's last working days far more than on others.
        BulkClosing = "bulk_closing",
    }
}

impl Irregularity {
    /// What officials call it.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::DueMovedAfterBreach => "đổi hạn sau khi đã quá hạn",
            Self::PausedOnDueDay => "tạm dừng vào đúng ngày đến hạn",
            Self::ClosedAndReopened => "kết thúc rồi mở lại",
            Self::WithdrawnWhenDue => "rút hồ sơ vào hoặc sau ngày đến hạn",
            Self::WithdrawnAndResubmitted => "rút hồ sơ rồi nộp lại",
            Self::RecordedLateAsInTime => "ghi nhận sau hạn nhưng tính là trong hạn",
            Self::BulkClosing => "kết thúc hồ sơ dồn vào cuối kỳ",
        }
    }

    /// The same in English.
    pub fn english(self) -> &'static str {
        match self {
            Self::DueMovedAfterBreach => "due date moved after it was missed",
            Self::PausedOnDueDay => "clock stopped on the due day",
            Self::ClosedAndReopened => "closed and reopened",
            Self::WithdrawnWhenDue => "withdrawn on or after the due day",
            Self::WithdrawnAndResubmitted => "withdrawn and handed in again",
            Self::RecordedLateAsInTime => "recorded late as closed in time",
            Self::BulkClosing => "closings heaped at the period's end",
        }
    }
}

/// A sign in a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// What is odd.
    pub kind: Irregularity,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When the house learnt it.
    pub recorded_at: DateTime<Utc>,
    /// The deadline that it stands to, where there was one.
    pub due_at: Option<DateTime<Utc>>,
    /// Who did it, for the record.
    pub actor: String,
    /// Code of the dossier that was handed in again, where it is about one.
    pub again: Option<String>,
}

/// The signs in a history. `calendar` says on which day an instant lies. What can't be read has none.
pub fn signs(history: &History, book: &Rulebook, calendar: &Calendar) -> Vec<Sign> {
    let sign = |kind, event: &Event, due_at| Sign {
        kind,
        at: event.draft.occurred_at,
        recorded_at: event.recorded_at,
        due_at,
        actor: event.draft.actor.clone(),
        again: None,
    };
    let events = history.events();
    let voided = history.voided();
    let mut found = Vec::new();
    let mut missed: Option<DateTime<Utc>> = None;
    for event in events {
        let kind = &event.draft.kind;
        if let EventKind::Voided { number } = kind {
            let closed = events.iter().find(|other| other.number == *number);
            if closed.is_some_and(|closed| closes(&closed.draft.kind)) {
                found.push(sign(Irregularity::ClosedAndReopened, event, None));
            }
        }
        if voided.contains(&event.number) {
            continue;
        }
        let occurred_on = calendar.local_date(event.draft.occurred_at);
        let due_on = |due_at: DateTime<Utc>| calendar.local_date(due_at);
        if let EventKind::DeadlinePassed { due_at } = kind {
            missed = Some(*due_at);
        } else if let EventKind::Reappointed { .. } = kind {
            let due_at = missed.or_else(|| due_before(history, event, book));
            if due_at.is_some_and(|due_at| event.draft.occurred_at > due_at) {
                found.push(sign(Irregularity::DueMovedAfterBreach, event, due_at));
            }
        } else if let EventKind::Corrected(correction) = kind {
            let moves = correction.received_at.is_some()
                || correction.promised_at.is_some()
                || correction.procedure_version_id.is_some();
            if let Some(due_at) = missed.or_else(|| late_before(history, event, book)).filter(|_| moves) {
                found.push(sign(Irregularity::DueMovedAfterBreach, event, Some(due_at)));
            }
        } else if let EventKind::Paused { .. } = kind {
            let due_at = due_before(history, event, book);
            if due_at.is_some_and(|due_at| due_on(due_at) == occurred_on) {
                found.push(sign(Irregularity::PausedOnDueDay, event, due_at));
            }
        } else if matches!(kind, EventKind::Withdrawn) {
            let due_at = due_before(history, event, book);
            if due_at.is_some_and(|due_at| occurred_on >= due_on(due_at)) {
                found.push(sign(Irregularity::WithdrawnWhenDue, event, due_at));
            }
        } else if closes(kind) {
            let late = history.replay(book).ok().and_then(|dossier| {
                let closing = dossier.closing.filter(|closing| closing.recorded_late)?;
                (closing.at == event.draft.occurred_at).then_some(dossier.judged?.due_at)
            });
            if let Some(due_at) = late {
                found.push(sign(Irregularity::RecordedLateAsInTime, event, due_at));
            }
        }
    }
    found
}

fn closes(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Resolved { .. } | EventKind::Withdrawn | EventKind::Stopped)
}

/// The date that judged just before an event, by what was recorded before it.
fn due_before(history: &History, event: &Event, book: &Rulebook) -> Option<DateTime<Utc>> {
    let before = history
        .events()
        .iter()
        .filter(|other| other.number < event.number && other.draft.occurred_at <= event.draft.occurred_at);
    History::new(before.cloned().collect()).replay(book).ok()?.judged?.due_at
}

/// The deadline that was missed by what was recorded before an event: closed late, or open beyond it.
fn late_before(history: &History, event: &Event, book: &Rulebook) -> Option<DateTime<Utc>> {
    let before = history.events().iter().filter(|other| other.number < event.number);
    let dossier = History::new(before.cloned().collect()).replay(book).ok()?;
    let due_at = dossier.judged?.due_at?;
    let is_late = match dossier.closing {
        Some(closing) => closing.timeliness == Some(Timeliness::Late),
        None => due_at < event.recorded_at,
    };
    is_late.then_some(due_at)
}

/// The days on which a unit closed far more than it usually does: those among `last`, the period's last working days, with
/// at least [`FEWEST`] closings and [`TIMES`] times the mean of the other working days.
pub fn heaped(by_day: &[(NaiveDate, i64)], working_days: i64, last: &[NaiveDate]) -> Vec<(NaiveDate, i64)> {
    let others: i64 = by_day.iter().filter(|(day, _)| !last.contains(day)).map(|(_, count)| count).sum();
    let other_days = working_days - i64::try_from(last.len()).unwrap_or(0);
    if other_days < 1 {
        // There is nothing to hold them against.
        return Vec::new();
    }
    by_day
        .iter()
        .filter(|(day, count)| last.contains(day) && *count >= FEWEST && count * other_days > TIMES * others)
        .copied()
        .collect()
}

/// Closings on a day below which nothing is odd.
pub const FEWEST: i64 = 20;
/// How many times the usual number of closings is odd.
pub const TIMES: i64 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closings_are_heaped_where_the_last_days_have_many_times_the_others() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let last = [day("2024-05-13"), day("2024-05-14")];
        let by_day = [
            (day("2024-05-02"), 10),
            (day("2024-05-06"), 10),
            (day("2024-05-13"), 19),
            (day("2024-05-14"), 40),
        ];
        // 20 on eight other working days: 2.5 a day; 40 is 16 times as many, 19 are too few to be odd.
        assert_eq!(heaped(&by_day, 10, &last), [(day("2024-05-14"), 40)]);
        assert_eq!(heaped(&by_day[..2], 10, &last), []);
        assert_eq!(
            heaped(&[(day("2024-05-14"), 25)], 10, &last),
            [(day("2024-05-14"), 25)],
            "nothing else at all"
        );
        assert_eq!(heaped(&[(day("2024-05-14"), 25)], 2, &last), [], "nothing to hold it against");
        assert_eq!(heaped(&[(day("2024-05-02"), 80), (day("2024-05-14"), 40)], 10, &last), []);
    }
}
