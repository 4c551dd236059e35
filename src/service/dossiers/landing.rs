//! Dossiers of an import: a record with all its moves and pauses becomes events. A new code is
//! received; a later state of a known one becomes the events that are missing, the events that the
//! source took back are voided, and a changed receipt, unit or procedure is a flagged correction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::findings::{foreign, reaches};
use super::super::landing::Landed;
use super::super::work::Work;
use super::judging::{differs, is_moved, judge_anew, judge_by, moved};
use super::saving::{Change, save};
use super::wrong::{Wrong, refused, warning};
use crate::domain::code::Code;
use crate::domain::dossier::{
    ClosedAs, Correction, Draft, EventKind, History, Intake, Outcome, PauseReason, Refusal, Source, Tracked,
};
use crate::domain::record::{DossierRecord, Problem};
use crate::store::{dossiers, events};

/// Lands a batch of dossiers in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    source: &str,
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
        let change = match existing {
            None => fresh(work, source, &record, drafts),
            Some(old)
                if !reaches(work, Some(old.unit_id))
                    && !old.continuing_unit_id.is_some_and(|unit| reaches(work, Some(unit))) =>
            {
                outcomes.push((row, foreign(&record.code)));
                continue;
            }
            Some(old) => {
                let history = histories.remove(&old.id).unwrap_or_default();
                grown(work, old, history, drafts)
            }
        };
        match change {
            Err(refusal) => outcomes.push((row, Landed::refused(vec![refused(&refusal, &record)]))),
            Ok(None) => outcomes.push((row, Landed::unchanged())),
            Ok(Some(change)) => {
                let warned = change.after.warnings.iter();
                let mut warnings: Vec<Problem> = warned.map(|(at, w)| warning(*at, *w, &record)).collect();
                warnings.extend(differs(&work.rules, change.before.as_ref(), &change.after, &record));
                let mut landed = if change.row.is_none() {
                    Landed::fresh(change.id, warnings)
                } else {
                    Landed::changed(change.id, warnings)
                };
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

fn fresh(
    work: &Work,
    source: &str,
    record: &DossierRecord,
    drafts: Vec<Draft>,
) -> Result<Option<Change>, Refusal> {
    let mut history = History::default();
    let after = history.record(drafts, work.now(), &work.rules.book)?;
    Ok(Some(Change {
        id: work.new_id(),
        code: record.code.trim().to_owned(),
        row: None,
        before: None,
        history,
        known: 0,
        after,
        source: Some(source.to_owned()),
        applicant_id: None,
    }))
}

/// What a known dossier's history lacks, and what of it the source no longer says.
fn grown(
    work: &Work,
    row: dossiers::DossierRow,
    mut history: History,
    target: Vec<Draft>,
) -> Result<Option<Change>, Refusal> {
    let before = history.replay(&work.rules.book)?;
    let mut missing: Vec<Draft> = Vec::new();
    let mut standing: HashMap<i32, bool> = history
        .timeline()
        .iter()
        .filter(|e| e.draft.source == Source::Import)
        .filter(|e| {
            !matches!(
                e.draft.kind,
                EventKind::Received(_) | EventKind::Corrected(_) | EventKind::Digitised { .. }
            ) && !is_moved(&e.draft.kind)
        })
        .map(|e| (e.number, false))
        .collect();
    let moved = moved(&history, &target, work.now());
    for draft in target.into_iter().chain(moved) {
        if let EventKind::Received(intake) = &draft.kind {
            missing.extend(correction(work, &before, intake, &draft));
            continue;
        }
        let same = history
            .timeline()
            .iter()
            .find(|e| e.draft.kind == draft.kind && e.draft.occurred_at == draft.occurred_at)
            .map(|e| e.number);
        match same {
            Some(number) => {
                standing.insert(number, true);
            }
            None => missing.push(draft),
        }
    }
    let mut taken_back: Vec<i32> =
        standing.into_iter().filter(|(_, said)| !said).map(|(number, _)| number).collect();
    taken_back.sort_unstable();
    let mut drafts: Vec<Draft> = taken_back
        .into_iter()
        .map(|number| {
            draft(
                work,
                EventKind::Voided { number },
                work.now(),
                "nguồn dữ liệu không còn ghi sự kiện này".to_owned(),
            )
        })
        .collect();
    drafts.extend(missing);
    if drafts.is_empty() {
        return Ok(None);
    }
    let known = history.events().len();
    let after = history.record(drafts, work.now(), &work.rules.book)?;
    Ok(Some(Change {
        id: row.id,
        code: row.code.clone(),
        row: Some(row),
        before: Some(before),
        history,
        known,
        after,
        source: None,
        applicant_id: None,
    }))
}

/// A flagged correction where the source changed what was laid down at the receipt, and the scans.
fn correction(
    work: &Work,
    before: &crate::domain::dossier::Dossier,
    said: &Intake,
    receipt: &Draft,
) -> Vec<Draft> {
    let mut found = Vec::new();
    let mut changed = Correction {
        received_at: (before.received_at != receipt.occurred_at).then_some(receipt.occurred_at),
        unit_id: (before.unit_id != said.unit_id).then_some(said.unit_id),
        procedure_version_id: (before.procedure_version_id != said.procedure_version_id)
            .then_some(said.procedure_version_id),
        channel: (before.channel != said.channel).then_some(said.channel),
        applicant_kind: (before.applicant_kind != said.applicant_kind).then_some(said.applicant_kind),
        holder_id: said.holder_id.filter(|_| before.holder_id.is_none()),
        promised_at: None,
        judge_by: None,
    };
    judge_anew(work, &mut changed, before.state, (before.unit_id, before.received_at));
    // The correction that occurred last holds, so it is dated when it was learnt.
    let at = |kind| Draft { kind, occurred_at: work.now(), ..receipt.clone() };
    if changed != Correction::default() {
        found.push(at(EventKind::Corrected(changed)));
    }
    let intake = (before.intake != said.intake).then_some(said.intake);
    let result = (before.result != said.result).then_some(said.result);
    if intake.is_some() || result.is_some() {
        found.push(at(EventKind::Digitised { intake, result }));
    }
    found
}

fn draft(work: &Work, kind: EventKind, occurred_at: DateTime<Utc>, reason: String) -> Draft {
    Draft {
        kind,
        occurred_at,
        actor_id: work.context.caller.official_id,
        actor: work.context.caller.label.clone(),
        source: Source::Import,
        reason,
    }
}

/// Reads a record against the house: the drafts that it says, or all that is wrong with it.
fn read(work: &Work, record: &DossierRecord) -> Result<Vec<Draft>, Vec<Problem>> {
    let rules = &work.rules;
    let mut wrong = Wrong { now: work.now(), found: Vec::new() };
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
        (None, Some(_)) => wrong.say(
            "closed_at",
            "MISSING",
            "closed_at: có kết quả nhưng thiếu thời điểm kết thúc; hãy điền closed_at hoặc để trống outcome",
            "closed_at is missing beside an outcome; give it or leave the outcome blank",
        ),
        _ => {}
    }
    if record.closed_at.is_some() {
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
    let mut drafts = vec![draft(work, EventKind::Received(intake), received_at, String::new())];
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
