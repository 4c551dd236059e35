//! How a dossier stands, where its source tells the state only: what each national code means for closing,
//! outcome and return, and what is said where the columns contradict it.

use super::super::record::DossierRecord;
use super::field::Field;
use super::row::Row;
use crate::domain::dossier::{ClosedAs, State};

/// Settles state, closing, outcome and return of a record by its state column, or, without one, by its instants.
pub fn settle(row: &mut Row<'_>, dossier: &mut DossierRecord, said: Option<State>) {
    let state = match (said, dossier.outcome) {
        // A withdrawal or a stop is given back to the citizen, too: the outcome tells more than the state.
        (None | Some(State::Resolved | State::Returned), Some(ClosedAs::Withdrawn)) => State::Withdrawn,
        (None | Some(State::Resolved | State::Returned), Some(ClosedAs::Stopped)) => State::Stopped,
        (Some(State::Suspended), _) if dossier.closed_at.is_some() => State::Stopped,
        (Some(State::Resolved), _) if dossier.result_returned_at.is_some() => {
            note_of(
                row,
                Field::ResultReturnedAt,
                "RETURNED_ALREADY",
                "có ngày trả kết quả dù trạng thái chưa phải là đã trả; hồ sơ được xem là đã trả kết quả",
                "there is a date of return though the state doesn't say returned; it is taken as returned",
            );
            State::Returned
        }
        (Some(state), _) => state,
        (None, _) if dossier.result_returned_at.is_some() => State::Returned,
        (None, _) if dossier.closed_at.is_some() => State::Resolved,
        (None, _) => State::InProcess,
    };
    dossier.stands_as = Some(state);
    match state {
        State::Registered
        | State::Received
        | State::NotAccepted
        | State::InProcess
        | State::AwaitingSupplement
        | State::AwaitingPayment
        | State::Suspended => stay_open(row, dossier),
        State::Withdrawn => close(row, dossier, ClosedAs::Withdrawn),
        State::Stopped => close(row, dossier, ClosedAs::Stopped),
        State::Resolved | State::Returned => {
            let outcome = dossier.outcome.unwrap_or(ClosedAs::Resolved);
            close(row, dossier, outcome);
            if state == State::Returned && dossier.result_returned_at.is_none() {
                note_of(
                    row,
                    Field::ResultReturnedAt,
                    "NO_RETURN_DATE",
                    "đã trả kết quả nhưng không có ngày trả; hãy bổ sung ngày trả trong phần mềm một cửa",
                    "returned, but without a date; add the date in the one-stop software",
                );
            }
        }
    }
}

fn note_of(row: &mut Row<'_>, field: Field, reason: &'static str, vi: &str, en: &str) {
    let note = row.place(field).note(reason, vi, en);
    row.notes.push(note);
}

fn stay_open(row: &mut Row<'_>, dossier: &mut DossierRecord) {
    if dossier.closed_at.is_some() || dossier.result_returned_at.is_some() {
        let field = if dossier.closed_at.is_some() { Field::ClosedAt } else { Field::ResultReturnedAt };
        note_of(
            row,
            field,
            "CLOSED_BUT_OPEN",
            "trạng thái là chưa xong nên ngày kết thúc không được dùng; hãy đối chiếu trong phần mềm một cửa",
            "the state says that it is open, so the closing date isn't used; compare with the one-stop software",
        );
    }
    dossier.closed_at = None;
    dossier.outcome = None;
    dossier.result_returned_at = None;
}

fn close(row: &mut Row<'_>, dossier: &mut DossierRecord, outcome: ClosedAs) {
    dossier.outcome = Some(outcome);
    if dossier.closed_at.is_none() && dossier.result_returned_at.is_some() {
        note_of(
            row,
            Field::ClosedAt,
            "CLOSED_WHEN_RETURNED",
            "không có ngày kết thúc xử lý, ngày trả kết quả được dùng thay; hãy bổ sung trong phần mềm một cửa",
            "there is no closing date, the date of return stands for it; add it in the one-stop software",
        );
        dossier.closed_at = dossier.result_returned_at;
    }
    if dossier.closed_at.is_none() && row.problems.is_empty() {
        row.need(Field::ClosedAt);
    }
    if matches!(outcome, ClosedAs::Withdrawn | ClosedAs::Stopped) {
        dossier.result_returned_at = None;
    }
}
