//! The jobs of the house, each run once for the instant at which the clock stands, the report's for the end of
//! its period. A job that ran for its instant before stays done: nothing is sent twice.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tonic::Code;

use crate::cli::connection::Line;
use crate::cli::tables::{Side, Table};
use crate::cli::wire;
use crate::pb::v1 as pb;
use crate::pb::v1::job_service_client::JobServiceClient;

/// The job whose slot is the end of the period, so that each period has its own.
const REPORT: &str = "report_period";

/// In the order of a morning: what is overdue, who is reminded, what is counted, what goes out.
const JOBS: [(&str, &str); 6] = [
    ("flag_overdue", "Đánh dấu quá hạn / flag overdue"),
    ("plan_reminders", "Lập nhắc việc / plan reminders"),
    ("send_reminders", "Soạn thư nhắc / digests"),
    ("fold_figures", "Gộp số liệu / fold figures"),
    (REPORT, "Báo cáo kỳ / report the period"),
    ("deliver_mail", "Gửi thư / deliver mail"),
];

/// A killed demo's slot is free again when its lease has run out.
const LONGEST_WAIT: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_secs(2);

/// A job that ran.
#[derive(Debug)]
pub struct Ran {
    name: &'static str,
    label: &'static str,
    /// It did what it should, now or before.
    pub done: bool,
    already: bool,
    /// Its time has not come.
    early: bool,
    note: String,
}

impl Ran {
    /// For programs.
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name, "done": self.done, "already_done": self.already, "not_yet": self.early,
            "note": self.note,
        })
    }
}

/// Runs all of them with the clock at `at`, for a period that ends with the instant `period_end`.
pub async fn run(line: &Line, at: DateTime<Utc>, period_end: DateTime<Utc>) -> anyhow::Result<Vec<Ran>> {
    let mut client = JobServiceClient::new(line.clone());
    let mut all = Vec::with_capacity(JOBS.len());
    for (name, label) in JOBS {
        let slot_at = if name == REPORT { period_end } else { at };
        if slot_at > at {
            let note = "kỳ chưa kết thúc / the period isn't over".to_owned();
            all.push(Ran { name, label, done: true, already: false, early: true, note });
            continue;
        }
        let request = pb::RunJobRequest {
            name: format!("jobs/{name}"),
            slot_at: Some(wire::timestamp(slot_at)),
            request_id: String::new(),
        };
        let mut waited = Duration::ZERO;
        let answer = loop {
            match client.run_job(request.clone()).await {
                Err(status) if status.code() == Code::Aborted && waited < LONGEST_WAIT => {
                    tokio::time::sleep(PAUSE).await;
                    waited += PAUSE;
                }
                answer => break answer?.into_inner(),
            }
        };
        let slot = answer.slot.unwrap_or_default();
        let done = matches!(slot.state(), pb::SlotState::Done | pb::SlotState::Skipped);
        all.push(Ran { name, label, done, already: answer.already_done, early: false, note: slot.note });
    }
    Ok(all)
}

/// A line a job.
pub fn table(all: &[Ran]) -> Table {
    let mut table = Table::new()
        .column("Công việc\nJob", Side::Left)
        .column("Kết quả\nOutcome", Side::Left)
        .column_of("Ghi chú\nNote", Side::Left, 40);
    for ran in all {
        let outcome = match ran {
            Ran { done: false, .. } => "thất bại / failed",
            Ran { early: true, .. } => "chưa đến lúc / not yet",
            Ran { already: true, .. } => "đã xong từ trước / done before",
            Ran { .. } => "xong / done",
        };
        table.row([ran.label, outcome, &ran.note]);
    }
    table
}
