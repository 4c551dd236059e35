//! The history of a mail as it is shown: each attempt, and each report of what became of it later.

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::super::tables::{Side, Table};
use super::super::wire;
use super::at;
use crate::pb::v1 as pb;

fn outcome(one: &pb::MailAttempt) -> &'static str {
    match one.outcome() {
        pb::MailOutcome::Taken => "đã nhận / taken",
        pb::MailOutcome::PutOff => "hoãn / put off",
        pb::MailOutcome::Refused => "từ chối / refused",
        pb::MailOutcome::Lost => "máy khác đã giữ / lost",
        pb::MailOutcome::Returned => "bị trả lại / returned",
        pb::MailOutcome::Reported => "được báo lại / reported",
        pb::MailOutcome::Unspecified => "–",
    }
}

/// For programs.
pub(super) fn value(one: &pb::MailAttempt, zone: Tz) -> Value {
    let word = |name: &str, prefix: &str| name.trim_start_matches(prefix).to_lowercase();
    json!({
        "number": one.number,
        "at": at(one.try_time.as_ref(), zone),
        "outcome": word(one.outcome().as_str_name(), "MAIL_OUTCOME_"),
        "fault": (one.fault() != pb::MailFault::Unspecified)
            .then(|| word(one.fault().as_str_name(), "MAIL_FAULT_")),
        "code": (one.reply_code > 0).then_some(one.reply_code),
        "status": (!one.status.is_empty()).then_some(one.status.as_str()),
        "reply": one.reply,
        "worker": one.worker,
    })
}

/// What was tried and what was said, a row each.
pub(super) fn table(attempts: &[pb::MailAttempt], zone: Tz) -> Table {
    let mut table = Table::new()
        .column("Lần\nNo.", Side::Right)
        .column("Lúc\nAt", Side::Left)
        .column("Kết quả\nOutcome", Side::Left)
        .column_of("Trả lời\nReply", Side::Left, 60);
    for one in attempts {
        let code = one.reply_code.to_string();
        // Of what a server refuses the reply has its code already.
        let said = if one.reply_code == 0 || one.reply.contains(&code) { "" } else { code.as_str() };
        table.row([
            one.number.to_string(),
            wire::local(one.try_time.as_ref(), zone),
            outcome(one).to_owned(),
            format!("{said} {}", one.reply).trim().to_owned(),
        ]);
    }
    table
}
