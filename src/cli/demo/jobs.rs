//! The jobs of the house, each run once for the instant at which the clock stands, the report's for the end of
//! its period. A job that ran for its instant before stays done: nothing is sent twice. How mail
//! goes on leaving is in `post`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tonic::Code;

use super::post;
use crate::app::{Running, Unsent};
use crate::cli::connection::Line;
use crate::cli::tables::{Side, Table};
use crate::cli::wire;
use crate::pb::v1 as pb;
use crate::pb::v1::job_service_client::JobServiceClient;

/// The job whose slot is the end of the period, so that each period has its own.
const REPORT: &str = "report_period";

/// The job that mail leaves by.
pub const DELIVER: &str = "deliver_mail";

/// In the order of a morning: what is overdue, who is reminded, what is counted, what goes out.
const JOBS: [(&str, &str); 6] = [
    ("flag_overdue", "Đánh dấu quá hạn / flag overdue"),
    ("plan_reminders", "Lập nhắc việc / plan reminders"),
    ("send_reminders", "Soạn thư nhắc / digests"),
    ("fold_figures", "Gộp số liệu / fold figures"),
    (REPORT, "Báo cáo kỳ / report the period"),
    (DELIVER, "Gửi thư / deliver mail"),
];

/// A killed demo's slot is free again when its lease has run out.
pub const LONGEST_WAIT: Duration = Duration::from_mins(2);
/// Between two looks.
pub const PAUSE: Duration = Duration::from_secs(2);

/// When the jobs run, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Morning {
    /// Where the clock stands.
    pub at: DateTime<Utc>,
    /// The instant with which the period ends.
    pub period_end: DateTime<Utc>,
    /// Somebody is to get the period's summary.
    pub has_recipient: bool,
}

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It did what it should.
    Done,
    /// It did before.
    Before,
    /// Its time has not come.
    Early,
    /// There is nobody to do it for.
    LeftOut,
    /// It didn't, or not all of it.
    Failed,
}

/// A job and what became of it.
#[derive(Debug)]
pub struct Ran {
    name: &'static str,
    label: &'static str,
    outcome: Outcome,
    note: String,
}

impl Ran {
    /// It didn't do what it should.
    pub fn has_failed(&self) -> bool {
        self.outcome == Outcome::Failed
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "done": !self.has_failed(),
            "already_done": self.outcome == Outcome::Before,
            "not_yet": self.outcome == Outcome::Early,
            "left_out": self.outcome == Outcome::LeftOut,
            "note": self.note,
        })
    }
}

/// Runs all of them, and says what of the mail hasn't left.
pub async fn run(line: &Line, house: &Running, morning: Morning) -> anyhow::Result<(Vec<Ran>, Unsent)> {
    let mut client = JobServiceClient::new(line.clone());
    let mut all = Vec::with_capacity(JOBS.len());
    let mut unsent = Unsent::default();
    for (name, label) in JOBS {
        let slot_at = if name == REPORT { morning.period_end } else { morning.at };
        let not_run = if slot_at > morning.at {
            Some((Outcome::Early, "kỳ chưa kết thúc / the period isn't over"))
        } else if name == REPORT && !morning.has_recipient {
            let note = "chưa có người nhận, hãy thêm --recipient / nobody to send it to, add --recipient";
            Some((Outcome::LeftOut, note))
        } else {
            None
        };
        if let Some((outcome, note)) = not_run {
            all.push(Ran { name, label, outcome, note: note.to_owned() });
            continue;
        }
        let before = house.unsent().await?;
        let answer = once(&mut client, name, slot_at).await?;
        let slot = answer.slot.unwrap_or_default();
        let outcome = match slot.state() {
            pb::SlotState::Done | pb::SlotState::Skipped if answer.already_done => Outcome::Before,
            pb::SlotState::Done | pb::SlotState::Skipped => Outcome::Done,
            pb::SlotState::Failed | pb::SlotState::Claimed | pb::SlotState::Unspecified => Outcome::Failed,
        };
        let mut ran = Ran { name, label, outcome, note: slot.note };
        if name == DELIVER {
            unsent = post::deliver(&mut client, house, before).await?;
            if unsent.waiting + unsent.dead > 0 {
                ran.outcome = Outcome::Failed;
                ran.note = post::left(&unsent);
            }
        }
        all.push(ran);
    }
    Ok((all, unsent))
}

/// Runs a job for a slot; one that another worker holds is waited for.
pub async fn once(
    client: &mut JobServiceClient<Line>,
    name: &str,
    slot_at: DateTime<Utc>,
) -> anyhow::Result<pb::RunJobResponse> {
    let request = pb::RunJobRequest {
        name: format!("jobs/{name}"),
        slot_at: Some(wire::timestamp(slot_at)),
        request_id: String::new(),
    };
    let mut waited = Duration::ZERO;
    loop {
        match client.run_job(request.clone()).await {
            Err(status) if status.code() == Code::Aborted && waited < LONGEST_WAIT => {
                tokio::time::sleep(PAUSE).await;
                waited += PAUSE;
            }
            answer => return Ok(answer?.into_inner()),
        }
    }
}

/// A line a job.
pub fn table(all: &[Ran]) -> Table {
    let mut table = Table::new()
        .column("Công việc\nJob", Side::Left)
        .column("Kết quả\nOutcome", Side::Left)
        .column_of("Ghi chú\nNote", Side::Left, 40);
    for ran in all {
        let outcome = match ran.outcome {
            Outcome::Done => "xong / done",
            Outcome::Before => "đã xong từ trước / done before",
            Outcome::Early => "chưa đến lúc / not yet",
            Outcome::LeftOut => "bỏ qua / left out",
            Outcome::Failed => "thất bại / failed",
        };
        table.row([ran.label, outcome, &ran.note]);
    }
    table
}
