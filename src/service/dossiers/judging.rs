//! Whose date judges a dossier, and what a source says of its appointment.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::landing::problem;
use super::super::work::Work;
use crate::domain::dossier::{Correction, Dossier, Draft, EventKind, Giver, History, JudgeBy, Source, State};
use crate::domain::record::{DossierRecord, Problem, Severity};
use crate::domain::text;
use crate::store::rules::Rules;

/// Whose date judges what a unit receives at an instant.
pub(super) fn judge_by(work: &Work, unit_id: Uuid, received_at: DateTime<Utc>) -> JudgeBy {
    let calendar = work.rules.calendar_for(Some(unit_id));
    let day = calendar.map_or_else(|| work.rules.local_date(received_at), |c| c.local_date(received_at));
    work.rules.judging_for(unit_id, day).judge_by
}

/// Lets a correction of unit or receipt say whose date judges from now on. What isn't received yet has none.
pub(super) fn judge_anew(
    work: &Work,
    correction: &mut Correction,
    state: State,
    (unit_id, received_at): (Uuid, DateTime<Utc>),
) {
    let received = !matches!(state, State::Registered | State::NotAccepted);
    if received && (correction.unit_id.is_some() || correction.received_at.is_some()) {
        let unit_id = correction.unit_id.unwrap_or(unit_id);
        correction.judge_by = Some(judge_by(work, unit_id, correction.received_at.unwrap_or(received_at)));
    }
}

/// By which a source moved its appointment, and which its next word may leave out.
pub(super) fn is_moved(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Reappointed { letter, .. } if letter.is_empty())
}

/// The appointment that a source says now, where it said another before. It was moved when the clock ran again, if
/// the source tells of that now; else by the closing, or now: never earlier, so that it mends no lateness.
pub(super) fn moved(history: &History, said: &[Draft], now: DateTime<Utc>) -> Option<Draft> {
    let (receipt, promised_at) = said.iter().find_map(|draft| {
        let EventKind::Received(intake) = &draft.kind else { return None };
        Some((draft, intake.promised_at?))
    })?;
    let timeline = history.timeline();
    let before = timeline
        .iter()
        .filter(|event| event.draft.source == Source::Import)
        .filter_map(|event| Some((event.number, event.draft.kind.promises()?)))
        .max();
    let tells = |draft: &Draft| matches!(draft.kind, EventKind::Reappointed { promised_at: at, .. } if at == promised_at);
    if before.is_some_and(|(_, at)| at == promised_at) || said.iter().any(tells) {
        return None;
    }
    let known = |draft: &Draft| {
        timeline.iter().any(|e| e.draft.kind == draft.kind && e.draft.occurred_at == draft.occurred_at)
    };
    let resumed = said.iter().filter(|draft| draft.kind == EventKind::Resumed && !known(draft));
    let closed = said.iter().filter(|draft| {
        matches!(draft.kind, EventKind::Resolved { .. } | EventKind::Withdrawn | EventKind::Stopped)
    });
    let at = resumed.map(|draft| draft.occurred_at).max().or(closed.map(|draft| draft.occurred_at).min());
    Some(Draft {
        kind: EventKind::Reappointed { promised_at, letter: String::new() },
        occurred_at: at.unwrap_or(now),
        reason: "nguồn dữ liệu đổi ngày hẹn trả".to_owned(),
        ..receipt.clone()
    })
}

/// Warns, once, of an appointment of the source that isn't the statutory deadline.
pub(super) fn differs(
    rules: &Rules,
    before: Option<&Dossier>,
    after: &Dossier,
    record: &DossierRecord,
) -> Option<Problem> {
    let days = after.promise_days.filter(|days| before.and_then(|b| b.promise_days) != Some(*days))?;
    let promise =
        after.promises.last().filter(|p| p.giver == Giver::Source && record.promised_at == Some(p.at))?;
    let calendar = rules.book.calendars.get(&after.calendar_id)?;
    let due = calendar.local_date(after.due_at().or(after.receipt_due_at)?);
    let promised = calendar.local_date(promise.at);
    let (way_vi, way_en) = if days < 0 { ("trước", "before") } else { ("sau", "after") };
    let count = days.abs();
    let vi = format!(
        "due_at: ngày hẹn trả {} {way_vi} thời hạn theo quy định {} là {count} ngày; hãy đối chiếu và sửa ở \
         nguồn nếu nhầm",
        text::date(promised),
        text::date(due),
    );
    let en = format!(
        "due_at: the appointment of {promised} lies {count} days {way_en} the statutory deadline of {due}; compare, \
         and correct the source if it is mistaken"
    );
    Some(Problem { severity: Severity::Warning, ..problem("due_at", "PROMISE_DIFFERS", vi, en) })
}
