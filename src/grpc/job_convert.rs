//! Jobs, slots, troubles and mails as the contract says them, and what a change of a job asks for.

use super::convert::{check_mask, official_name, timestamp, unspecified};
use crate::domain::mail::Outcome;
use crate::domain::schedule::{JobName, Misfire};
use crate::pb::v1;
use crate::service::mails::{AttemptRow, MailRow, mail_etag};
use crate::service::schedules::{JobView, SlotView, job_etag};
use crate::service::slots::slot_name;
use crate::service::timetable::JobChange;
use crate::service::troubles::TroubleRow;
use crate::service::{Rules, ServiceError, Violation};

/// A slot.
pub(super) fn slot(view: SlotView) -> v1::Slot {
    let row = view.row;
    let state = match row.state.as_str() {
        "claimed" => v1::SlotState::Claimed,
        "done" => v1::SlotState::Done,
        "failed" => v1::SlotState::Failed,
        "skipped" => v1::SlotState::Skipped,
        _ => v1::SlotState::Unspecified,
    };
    v1::Slot {
        name: slot_name(&row.job, row.slot_at),
        slot_at: Some(timestamp(row.slot_at)),
        state: state.into(),
        attempt: row.attempt,
        started_at: row.started_at.map(timestamp),
        finished_at: row.finished_at.map(timestamp),
        late: view.late,
        note: row.note.unwrap_or_default(),
    }
}

/// A job.
pub(super) fn job(view: JobView) -> v1::Job {
    let etag = job_etag(&view.row);
    let row = view.row;
    let misfire = match row.misfire.as_str() {
        "latest" => v1::MisfirePolicy::Latest,
        "all" => v1::MisfirePolicy::All,
        "skip" => v1::MisfirePolicy::Skip,
        _ => v1::MisfirePolicy::Unspecified,
    };
    v1::Job {
        name: format!("jobs/{}", row.name),
        schedule: row.cron,
        time_zone: view.time_zone,
        working_days_only: row.working_days_only,
        misfire_policy: misfire.into(),
        grace_seconds: row.grace_seconds,
        paused: row.paused,
        paused_note: row.paused_note.unwrap_or_default(),
        next_slot_at: view.next_slot_at.map(timestamp),
        last_slot: view.last_slot.map(slot),
        etag,
        paused_by: row.paused_by.unwrap_or_default(),
        pause_time: row.paused_at.map(timestamp),
        changed_by_hand: row.changed_by_hand,
    }
}

/// A mail.
pub(super) fn mail(rules: &Rules, row: MailRow) -> v1::Mail {
    let state = match row.state.as_str() {
        "queued" => v1::MailState::Queued,
        "leased" => v1::MailState::Leased,
        "sent" => v1::MailState::Sent,
        "dead" => v1::MailState::Dead,
        "cancelled" => v1::MailState::Cancelled,
        _ => v1::MailState::Unspecified,
    };
    v1::Mail {
        fault: fault(row.fault.as_deref()).into(),
        name: format!("mails/{}", row.id),
        uid: row.id.to_string(),
        etag: mail_etag(&row),
        kind: row.kind,
        recipient: official_name(rules, row.recipient_official_id),
        to_address: row.to_address,
        state: state.into(),
        attempt: row.attempt,
        not_before: Some(timestamp(row.not_before)),
        message_id: row.message_id.unwrap_or_default(),
        last_error: row.last_error.unwrap_or_default(),
        create_time: Some(timestamp(row.created_at)),
        sent_at: row.sent_at.map(timestamp),
    }
}

fn fault(word: Option<&str>) -> v1::MailFault {
    match word {
        Some("temporary") => v1::MailFault::Temporary,
        Some("recipient") => v1::MailFault::Recipient,
        Some("message") => v1::MailFault::Message,
        Some("configuration") => v1::MailFault::Configuration,
        Some(_) | None => v1::MailFault::Unspecified,
    }
}

/// An attempt at a mail, or a report of it.
pub(super) fn attempt(row: AttemptRow) -> v1::MailAttempt {
    let outcome = match Outcome::parse(&row.outcome) {
        Some(Outcome::Taken) => v1::MailOutcome::Taken,
        Some(Outcome::PutOff) => v1::MailOutcome::PutOff,
        Some(Outcome::Refused) => v1::MailOutcome::Refused,
        Some(Outcome::Lost) => v1::MailOutcome::Lost,
        Some(Outcome::Returned) => v1::MailOutcome::Returned,
        Some(Outcome::Reported) => v1::MailOutcome::Reported,
        None => v1::MailOutcome::Unspecified,
    };
    v1::MailAttempt {
        number: row.number,
        try_time: Some(timestamp(row.tried_at)),
        outcome: outcome.into(),
        fault: fault(row.fault.as_deref()).into(),
        reply_code: row.code.unwrap_or_default(),
        status: row.status.unwrap_or_default(),
        reply: row.reply,
        worker: row.worker,
    }
}

/// A trouble.
pub(super) fn trouble(row: TroubleRow) -> v1::Trouble {
    let kind = match row.kind.as_str() {
        "late" => v1::TroubleKind::Late,
        "skipped" => v1::TroubleKind::Skipped,
        "failed" => v1::TroubleKind::Failed,
        "unreported" => v1::TroubleKind::Unreported,
        "mail_setup" => v1::TroubleKind::MailSetup,
        "mail_address" => v1::TroubleKind::MailAddress,
        _ => v1::TroubleKind::Unspecified,
    };
    let is_job = JobName::parse(&row.subject).is_some();
    v1::Trouble {
        name: format!("troubles/{}", row.id),
        uid: row.id.to_string(),
        kind: kind.into(),
        subject: if is_job { format!("jobs/{}", row.subject) } else { row.subject },
        first_slot_at: Some(timestamp(row.first_at)),
        last_slot_at: Some(timestamp(row.last_at)),
        count: row.count,
        note: row.note,
        create_time: Some(timestamp(row.opened_at)),
        tell_time: row.told_at.map(timestamp),
        end_time: row.over_at.map(timestamp),
    }
}

/// The fields that an update may change.
const CHANGEABLE: [&str; 5] =
    ["schedule", "working_days_only", "misfire_policy", "grace_seconds", "changed_by_hand"];

/// What an update asks for.
pub(super) fn change(job: v1::Job, mask: &[String]) -> Result<JobChange, ServiceError> {
    check_mask(mask, &CHANGEABLE)?;
    let named = |field: &str| mask.iter().any(|path| path == field);
    if named("changed_by_hand") && (job.changed_by_hand || mask.len() > 1) {
        return Err(Violation::new(
            "job.changed_by_hand",
            "ONLY_FALSE_ALONE",
            "changed_by_hand chỉ đặt được thành false và không kèm trường nào khác; hãy bỏ các trường khác",
            "changed_by_hand can only be set to false, with no other field; leave the others out",
        )
        .into());
    }
    let wanted = |field: &str| mask.is_empty() || named(field);
    let misfire = match job.misfire_policy() {
        v1::MisfirePolicy::Latest => Some(Misfire::Latest),
        v1::MisfirePolicy::All => Some(Misfire::All),
        v1::MisfirePolicy::Skip => Some(Misfire::Skip),
        v1::MisfirePolicy::Unspecified => None,
    };
    if wanted("misfire_policy") && misfire.is_none() {
        return Err(unspecified("job.misfire_policy").into());
    }
    Ok(JobChange {
        misfire: misfire.filter(|_| wanted("misfire_policy")),
        working_days_only: wanted("working_days_only").then_some(job.working_days_only),
        grace_seconds: wanted("grace_seconds").then_some(job.grace_seconds),
        schedule: wanted("schedule").then_some(job.schedule),
        changed_by_hand: named("changed_by_hand").then_some(false),
    })
}
