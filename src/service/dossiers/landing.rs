//! Dossiers of an import: a record with all its moves and pauses becomes events, or all that is wrong with it is
//! said. How a history grows by them is in `growing`.

use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::findings::{foreign, reaches};
use super::super::imports::Arrival;
use super::super::landing::Landed;
use super::super::work::Work;
use super::corrected::corrected;
use super::growing::{Said, draft, fresh, grown};
use super::judging::{differs as promise_differs, judge_by};
use super::saving::save;
use super::wrong::{Wrong, differs, refused, warning};
use crate::domain::code::Code;
use crate::domain::dossier::{ClosedAs, Draft, EventKind, Intake, Outcome, PauseReason, State, Tracked};
use crate::domain::record::{DossierRecord, Problem};
use crate::store::{dossiers, events};

/// Lands a batch of dossiers in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    arrival: &Arrival,
    rows: Vec<(usize, DossierRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    // What is no code is refused below; PostgreSQL wouldn't even look for a text with U+0000.
    let codes = rows.iter().map(|(_, r)| r.code.trim()).filter(|code| Code::parse(code).is_ok());
    let codes: Vec<String> = codes.map(str::to_owned).collect();
    let mut known = dossiers::by_codes(&work.tx, &codes).await?;
    let ids: Vec<Uuid> = known.values().map(|row| row.id).collect();
    let mut histories = events::histories(&work.tx, &ids).await?;
    let mut changes = Vec::new();
    let mut outcomes = Vec::new();
    for (row, record) in rows {
        let drafts = match read(work, &record) {
            Ok(drafts) => drafts,
            Err(problems) => {
                outcomes.push((row, Landed::refused(problems)));
                continue;
            }
        };
        let existing = known.remove(record.code.trim());
        let said = Said { record: &record, drafts, as_of: arrival.as_of };
        let change = match existing {
            None => fresh(work, &arrival.source, said),
            Some(old)
                if !reaches(work, Some(old.unit_id))
                    && !old.continuing_unit_id.is_some_and(|unit| reaches(work, Some(unit))) =>
            {
                outcomes.push((row, foreign(&record.code)));
                continue;
            }
            Some(old) => {
                let history = histories.remove(&old.id).unwrap_or_default();
                grown(work, old, history, said)
            }
        };
        match change {
            Err(refusal) => {
                outcomes.push((row, Landed::refused(vec![refused(&refusal, &record, work.rules.zone())])));
            }
            Ok(None) => outcomes.push((row, Landed::unchanged())),
            Ok(Some(change)) => {
                let warned = change.after.warnings.iter();
                let mut warnings: Vec<Problem> = warned.map(|(at, w)| warning(*at, *w, &record)).collect();
                warnings.extend(differs(&record, &change.after));
                warnings.extend(promise_differs(&work.rules, change.before.as_ref(), &change.after, &record));
                warnings.extend(corrected(&work.rules, &change));
                let mut landed = if change.row.is_none() {
                    Landed::fresh(change.id, warnings)
                } else {
                    Landed::changed(change.id, warnings)
                };
                landed.events = change.added();
                landed.due_at = change.after.due_at();
                landed.provisional = change.after.deadline.is_some_and(|d| d.provisional);
                outcomes.push((row, landed));
                changes.push(change);
            }
        }
    }
    save(work, &changes).await?;
    Ok(outcomes)
}

/// Reads a record against the house: the drafts that it says, or all that is wrong with it.
fn read(work: &Work, record: &DossierRecord) -> Result<Vec<Draft>, Vec<Problem>> {
    let rules = &work.rules;
    let mut wrong = Wrong { now: work.now(), zone: rules.zone(), found: Vec::new() };
    if let Err(bad) = Code::parse(&record.code) {
        wrong.found.push(Violation::bad_code("code", bad).into());
    }
    let unit = rules.units.by_code(record.unit_code.trim());
    // Beyond the caller's reach is as if it weren't there.
    if unit.is_none_or(|unit| !reaches(work, Some(unit.id))) {
        wrong.unknown("unit_code", &record.unit_code, "cơ quan", "unit");
    }
    let procedure_id = rules.procedures_by_code.get(record.procedure_code.trim());
    if procedure_id.is_none() {
        wrong.unknown("procedure_code", &record.procedure_code, "thủ tục", "procedure");
    }
    let holder_id = wrong.official(rules, "officer_code", &record.officer_code);
    let channel = wrong.given("channel", record.channel);
    let applicant_kind = wrong.given("applicant_kind", record.applicant_kind);
    let received_at = wrong.given("received_at", record.received_at);
    for (field, at) in [
        ("received_at", record.received_at),
        ("due_at", record.promised_at),
        ("closed_at", record.closed_at),
        ("result_returned_at", record.returned_at),
    ] {
        wrong.plausible(field, at);
    }
    wrong.not_in_future("received_at", record.received_at);
    wrong.order("due_at", record.promised_at, "received_at", record.received_at);
    wrong.order("closed_at", record.closed_at, "received_at", record.received_at);
    wrong.not_in_future("closed_at", record.closed_at);
    wrong.not_in_future("result_returned_at", record.returned_at);
    match (record.closed_at, record.outcome) {
        (Some(_), None) => wrong.say(
            "outcome",
            "MISSING",
            "outcome: có closed_at nhưng thiếu kết quả; hãy ghi resolved, refused, withdrawn hoặc stopped",
            "outcome is missing beside closed_at; write resolved, refused, withdrawn or stopped",
        ),
        // Software that tells no history may know that it is closed, and not since when.
        (None, Some(ClosedAs::Withdrawn | ClosedAs::Stopped)) if record.stands_as.is_some() => {}
        (None, Some(_)) => wrong.say(
            "closed_at",
            "MISSING",
            "closed_at: có kết quả nhưng thiếu thời điểm kết thúc; hãy điền closed_at hoặc để trống outcome",
            "closed_at is missing beside an outcome; give it or leave the outcome blank",
        ),
        _ => {}
    }
    if record.closed_at.is_none() && matches!(record.stands_as, Some(State::Resolved | State::Returned)) {
        wrong.say(
            "closed_at",
            "MISSING",
            "closed_at: nguồn ghi đã xử lý xong nhưng thiếu thời điểm xử lý xong; hãy bổ sung thời điểm đó",
            "closed_at: the source says resolved and not when; give the instant",
        );
    } else if record.closed_at.is_some() {
        wrong.order("result_returned_at", record.returned_at, "closed_at", record.closed_at);
    } else if record.returned_at.is_some() {
        wrong.say(
            "closed_at",
            "MISSING",
            "closed_at: đã trả kết quả nhưng thiếu thời điểm xử lý xong; hãy điền closed_at",
            "closed_at is missing though the result was returned; give it",
        );
    }
    let calendar = rules.calendar_for(unit.map(|u| u.id));
    let received_on = calendar.zip(received_at).map(|(c, at)| c.local_date(at));
    let version = procedure_id.zip(received_on).and_then(|(id, day)| rules.version_on(*id, day));
    if procedure_id.is_some() && received_on.is_some() && version.is_none() {
        wrong.say(
            "procedure_code",
            "NOT_IN_FORCE",
            format!(
                "procedure_code: thủ tục {} chưa có hiệu lực vào ngày tiếp nhận; hãy nạp phiên bản đúng ngày",
                record.procedure_code
            ),
            format!(
                "procedure_code: {} has no version in force on the day of receipt; import that version",
                record.procedure_code
            ),
        );
    }
    let mut later = moves(work, record, &mut wrong);
    later.extend(clock(work, record, &mut wrong));
    let (Some(unit), Some(version), Some(calendar), Some(channel), Some(applicant_kind), Some(received_at)) =
        (unit, version, calendar, channel, applicant_kind, received_at)
    else {
        if wrong.found.is_empty() {
            wrong.say(
                "unit_code",
                "NO_CALENDAR",
                "chưa có lịch làm việc; hãy nạp lịch trước",
                "there is no calendar; import one first",
            );
        }
        return Err(wrong.found);
    };
    if !wrong.found.is_empty() {
        return Err(wrong.found);
    }
    let intake = Intake {
        unit_id: unit.id,
        procedure_version_id: version.id,
        calendar_id: calendar.id(),
        channel,
        applicant_kind,
        intake: Tracked::from_flag(record.intake_digitised),
        result: Tracked::from_flag(record.result_digitised),
        holder_id,
        promised_at: record.promised_at,
        judge_by: judge_by(work, unit.id, received_at),
    };
    let came_in = if matches!(record.stands_as, Some(State::Registered | State::NotAccepted)) {
        EventKind::Registered(intake)
    } else {
        EventKind::Received(intake)
    };
    let mut drafts = vec![draft(work, came_in, received_at, String::new())];
    later.sort_by_key(|d| d.occurred_at);
    drafts.extend(later);
    if let (Some(at), Some(outcome)) = (record.closed_at, record.outcome) {
        let kind = match outcome {
            ClosedAs::Resolved => EventKind::Resolved { outcome: Outcome::Granted },
            ClosedAs::Refused => EventKind::Resolved { outcome: Outcome::Refused },
            ClosedAs::Withdrawn => EventKind::Withdrawn,
            ClosedAs::Stopped => EventKind::Stopped,
        };
        drafts.push(draft(work, kind, at, String::new()));
    }
    if let Some(at) = record.returned_at {
        drafts.push(draft(work, EventKind::Returned, at, String::new()));
    }
    Ok(drafts)
}

fn moves(work: &Work, record: &DossierRecord, wrong: &mut Wrong) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for step in &record.moves {
        let before = wrong.found.len();
        let at = wrong.given("at", step.at);
        wrong.not_in_future("at", step.at);
        wrong.order("at", step.at, "received_at", record.received_at);
        let from = wrong.official(&work.rules, "from_official", &step.from_official);
        let to = wrong.official(&work.rules, "to_official", &step.to_official);
        if step.to_official.trim().is_empty() {
            wrong.say(
                "to_official",
                "MISSING",
                "to_official: chưa có người nhận; hãy điền mã công chức",
                "to_official is missing; give the official's code",
            );
        }
        for found in &mut wrong.found[before..] {
            found.file.clone_from(&step.file);
            found.line = step.line;
        }
        if let (Some(at), Some(to)) = (at, to) {
            drafts.push(draft(
                work,
                EventKind::HandedOver { from, to, step: step.step.trim().to_owned() },
                at,
                String::new(),
            ));
        }
    }
    drafts
}

fn clock(work: &Work, record: &DossierRecord, wrong: &mut Wrong) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for event in &record.clock {
        let before = wrong.found.len();
        let at = wrong.given("at", event.at);
        wrong.not_in_future("at", event.at);
        wrong.order("at", event.at, "received_at", record.received_at);
        for found in &mut wrong.found[before..] {
            found.file.clone_from(&event.file);
            found.line = event.line;
        }
        let kind = if event.stopped {
            // A word that isn't one of ours still stops the clock; it is kept as the reason.
            EventKind::Paused {
                reason: PauseReason::parse(event.reason.trim()).unwrap_or(PauseReason::Suspension),
            }
        } else {
            EventKind::Resumed
        };
        drafts.extend(at.map(|at| draft(work, kind, at, event.reason.trim().to_owned())));
    }
    drafts
}
