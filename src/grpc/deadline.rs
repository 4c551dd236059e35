//! Deadlines between wire and domain: what they are counted from, what they are, and the trail with a line for
//! people on each day.

use super::convert::{
    Fields, bad_name, judge_by, resume_policy, resume_policy_word, term, term_parts, timestamp, wire_date,
};
use crate::domain::deadline::{BadTerm, Due, Pause, Term};
use crate::domain::dossier::{Giver, Promise};
use crate::domain::explain::{TrailDay, Why};
use crate::domain::text;
use crate::pb::v1;
use crate::service::calendars::{self, Which};
use crate::service::deadlines::{Counted, Explained, Inputs, Trail};
use crate::service::{Rules, ServiceError, Violation};

/// Which version a name says: `calendars/3`, `units/VP/calendars/3`, and `latest` for the newest in force.
pub fn which(field: &str, name: &str) -> Result<Which, Violation> {
    let bad = || bad_name(field, "calendars");
    let parts: Vec<&str> = name.split('/').collect();
    let (unit, version) = match parts.as_slice() {
        ["calendars", version] => ("", *version),
        ["units", unit, "calendars", version] if !unit.is_empty() => (*unit, *version),
        _ => return Err(if name.is_empty() { Violation::missing(field) } else { bad() }),
    };
    let version = if version == "latest" { None } else { Some(version.parse().map_err(|_| bad())?) };
    Ok(Which { unit: unit.to_owned(), version })
}

/// The inputs of a request.
pub fn inputs(inputs: Option<v1::DeadlineInputs>) -> Result<Inputs, ServiceError> {
    let mut fields = Fields::new();
    let wire = fields.message("inputs", inputs);
    let policy = resume_policy_word(wire.resume_policy());
    let procedure_code = fields.code_or_empty("inputs.procedure", &wire.procedure, "procedures");
    if wire.term.is_some() != procedure_code.is_empty() {
        let (vi, en) = (
            "inputs.term: hãy nêu thời hạn hoặc thủ tục, một trong hai",
            "inputs.term: give a term or a procedure, one of both",
        );
        fields.refuse(Violation::new("inputs.term", "TERM_OR_PROCEDURE", vi, en));
    }
    let term = wire.term.and_then(|wire| {
        let (unit, count) = term_parts(wire);
        let read = Term::parse(unit, count);
        read.map_err(|bad| fields.refuse(bad_term(bad))).ok()
    });
    let mut pauses = Vec::with_capacity(wire.pauses.len());
    let received_at = fields.instant("inputs.received_at", wire.received_at);
    for (i, pause) in wire.pauses.into_iter().enumerate() {
        let from = fields.instant(&format!("inputs.pauses[{i}].paused_at"), pause.paused_at);
        let to = fields.instant_or_none(&format!("inputs.pauses[{i}].resumed_at"), pause.resumed_at);
        pauses.push(Pause { from, to });
    }
    if !in_order(&pauses, received_at) {
        let (vi, en) = (
            "inputs.pauses: hãy nêu theo thời gian, sau khi tiếp nhận, không chồng nhau; chỉ lần cuối được bỏ ngỏ",
            "inputs.pauses: give them in order, after the receipt, disjoint; only the last may be open",
        );
        fields.refuse(Violation::new("inputs.pauses", "NOT_IN_ORDER", vi, en));
    }
    let calendar = if wire.calendar.is_empty() {
        None
    } else {
        which("inputs.calendar", &wire.calendar).map_err(|violation| fields.refuse(violation)).ok()
    };
    let unit = fields.code_or_empty("inputs.unit", &wire.unit, "units");
    fields.done()?;
    Ok(Inputs { received_at, term, procedure_code, pauses, resume_policy: policy, unit, calendar })
}

fn bad_term(bad: BadTerm) -> Violation {
    match bad {
        BadTerm::Unit => super::convert::unspecified("inputs.term.unit"),
        BadTerm::Amount { most } => {
            let (vi, en) = (
                format!("inputs.term.count: thời hạn phải là số nguyên từ 1 đến {most}"),
                format!("inputs.term.count: a whole number from 1 to {most}"),
            );
            Violation::new("inputs.term.count", "BAD_TERM", vi, en)
        }
    }
}

fn in_order(pauses: &[Pause], received_at: chrono::DateTime<chrono::Utc>) -> bool {
    let mut free_from = Some(received_at);
    for pause in pauses {
        if free_from.is_none_or(|free| pause.from < free) || pause.to.is_some_and(|to| to < pause.from) {
            return false;
        }
        free_from = pause.to;
    }
    true
}

/// Seconds of office time for a term in hours; days stay days.
fn measured(term: Term, amount: i64) -> i64 {
    if term.is_judged_by_instant() { amount / 1_000_000 } else { amount }
}

/// A deadline for the wire.
pub fn deadline(rules: &Rules, counted: &Counted) -> v1::Deadline {
    v1::Deadline {
        due_at: counted.deadline.due_at().map(timestamp),
        provisional: counted.deadline.provisional,
        calendar: calendars::name(rules, &counted.calendar),
        term: Some(term(counted.term)),
        remaining: match counted.deadline.due {
            Due::At(_) => 0,
            Due::Stopped { rest } => measured(counted.term, rest),
        },
    }
}

fn counted_from(rules: &Rules, counted: &Counted) -> v1::DeadlineInputs {
    let pause = |pause: &Pause| v1::Pause {
        paused_at: Some(timestamp(pause.from)),
        resumed_at: pause.to.map(timestamp),
    };
    let procedure = match counted.procedure_code.as_str() {
        "" => String::new(),
        code => format!("procedures/{code}"),
    };
    v1::DeadlineInputs {
        received_at: Some(timestamp(counted.received_at)),
        term: Some(term(counted.term)),
        procedure,
        pauses: counted.pauses.iter().map(pause).collect(),
        resume_policy: resume_policy(counted.resume_policy).into(),
        unit: counted.calendar.unit_id.map(|id| super::convert::unit_name(rules, id)).unwrap_or_default(),
        calendar: calendars::name(rules, &counted.calendar),
    }
}

/// A deadline and the way to it for the wire.
pub fn explained(rules: &Rules, explained: &Explained) -> v1::ExplainDeadlineResponse {
    let counted = &explained.counted;
    let told = explained.told.as_ref();
    let judged = told.and_then(|told| told.judged);
    let promises = told.map(|told| told.promises.as_slice()).unwrap_or_default();
    v1::ExplainDeadlineResponse {
        days: trail_days(counted.term, &explained.trail),
        deadline: Some(deadline(rules, counted)),
        promised_at: promises.last().map(|(promise, _)| timestamp(promise.at)),
        inputs: Some(counted_from(rules, counted)),
        needed: measured(counted.term, explained.trail.explanation.needed),
        promises: promises.iter().map(|(promise, actor)| promised(promise, actor)).collect(),
        judged_by: judged.map_or(v1::JudgeBy::Unspecified, |judged| judge_by(judged.by)).into(),
        judged_due_at: judged.and_then(|judged| judged.due_at).map(timestamp),
        promise_days: told.and_then(|told| told.promise_days).and_then(|days| i32::try_from(days).ok()),
        receipt_due_at: told.and_then(|told| told.receipt_due_at).map(timestamp),
        receipt_days: told.map(|told| trail_days(counted.term, &told.receipt)).unwrap_or_default(),
    }
}

fn promised(promise: &Promise, actor: &str) -> v1::Promise {
    let giver = match promise.giver {
        Giver::Computed => v1::PromiseGiver::Computed,
        Giver::Source => v1::PromiseGiver::Source,
        Giver::Reappointment => v1::PromiseGiver::Reappointment,
    };
    v1::Promise {
        promised_at: Some(timestamp(promise.at)),
        given_at: Some(timestamp(promise.given_at)),
        giver: giver.into(),
        actor_label: actor.to_owned(),
        letter_number: promise.letter.clone(),
    }
}

fn trail_days(term: Term, trail: &Trail) -> Vec<v1::TrailDay> {
    let mut before = 0;
    let days = trail.explanation.trail.iter().map(|day| {
        let sum = measured(term, day.sum);
        let wire = trail_day(term, trail, day, sum - before, sum);
        before = sum;
        wire
    });
    days.collect()
}

fn trail_day(term: Term, trail: &Trail, day: &TrailDay, counted: i64, sum: i64) -> v1::TrailDay {
    let found = trail.overrides.get(&day.day);
    let (reason, name) = match &day.why {
        Why::Receipt => (v1::DayReason::ReceiptDay, None),
        Why::Counted => (v1::DayReason::Counted, None),
        Why::SwappedIn(name) => (v1::DayReason::SwappedWorkingDay, Some(name)),
        Why::Weekend => (v1::DayReason::Weekend, None),
        Why::Holiday(name) => (v1::DayReason::DayOff, Some(name)),
        Why::Stopped => (v1::DayReason::ClockStopped, None),
        Why::RollForward => (v1::DayReason::RollForward, None),
        Why::AfterCutoff => (v1::DayReason::AfterCutOff, None),
    };
    let holiday_name = name.cloned().or_else(|| found.map(|row| row.name.clone())).unwrap_or_default();
    let (text_vi, text_en) = line(term, day, counted, &holiday_name);
    v1::TrailDay {
        day: Some(wire_date(day.day)),
        counted,
        reason: reason.into(),
        running_total: sum,
        legal_basis: found.and_then(|row| row.basis.clone()).unwrap_or_default(),
        swapped_with: found.and_then(|row| row.swapped_with).map(wire_date),
        holiday_name,
        text_vi,
        text_en,
    }
}

/// What was added on a day, in words.
fn added(term: Term, counted: i64) -> (String, String) {
    if term.is_judged_by_instant() {
        let (hours, minutes) = (counted / 3600, counted % 3600 / 60);
        (format!("tính {hours} giờ {minutes:02} phút"), format!("counts {hours} h {minutes:02} min"))
    } else {
        (format!("tính {} ngày", text::count(counted)), format!("counts {counted}"))
    }
}

fn line(term: Term, day: &TrailDay, counted: i64, name: &str) -> (String, String) {
    let (added_vi, added_en) = added(term, counted);
    let (vi, en) = match &day.why {
        Why::Receipt => ("ngày tiếp nhận, chưa tính".to_owned(), "day of receipt, doesn't count".to_owned()),
        Why::Counted => (added_vi, added_en),
        Why::SwappedIn(_) => {
            (format!("làm bù ({name}), {added_vi}"), format!("worked in exchange ({name}), {added_en}"))
        }
        Why::Weekend => ("ngày nghỉ hằng tuần".to_owned(), "weekend".to_owned()),
        Why::Holiday(_) => (format!("ngày nghỉ: {name}"), format!("day off: {name}")),
        Why::Stopped => ("đang tạm dừng, không tính".to_owned(), "the clock stood".to_owned()),
        Why::RollForward => (
            "hạn rơi vào ngày nghỉ, chuyển sang ngày làm việc kế tiếp".to_owned(),
            "the term ended on a day off, moved to the next working day".to_owned(),
        ),
        Why::AfterCutoff => (
            "tiếp nhận sau giờ chốt trong ngày, tính từ ngày làm việc kế tiếp".to_owned(),
            "received after the same-day cut-off, counts from the next working day".to_owned(),
        ),
    };
    (format!("{}: {vi}", text::date(day.day)), format!("{}: {en}", day.day))
}
