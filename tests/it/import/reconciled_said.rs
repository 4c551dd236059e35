//! What people see of a reconciliation: the command's output, and the sentence in the report that goes out.

use std::fmt::Write as _;
use std::path::Path;

use bonro::app::Running;
use bonro::config::{Secret, Settings};
use bonro::pb::google::r#type::Date;
use bonro::pb::v1;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::pb::v1::report_service_client::ReportServiceClient;
use serde_json::Value;

use super::office::{AT, Address, bonro, run, said};
use super::town::Town;
use crate::support::both;
use crate::support::letters::parts;

const TOWN: Town = Town { officials: 5, dossiers: 60, faulty: false };
/// The month that was closed last on the day of these houses.
const MONTH: [&str; 4] = ["--from", "2024-04-15", "--to", "2024-05-14"];

/// A house that sends the month's summary to somebody.
async fn opened(url: &str, mail: &Path) -> (Running, Address) {
    let mut settings = Settings::default();
    settings.server.listen = ([127, 0, 0, 1], 0).into();
    settings.database.url = Secret::new(url.to_owned());
    settings.mail.url = Secret::new(format!("file:{}", mail.display()));
    settings.jobs.enabled = false;
    settings.report.recipients = vec!["Phòng Nội vụ <noivu@tinh.example>".to_owned()];
    let running = bonro::app::start(settings, Some(AT.parse().expect("an instant"))).await;
    let running = running.expect("the house starts");
    let server = format!("http://{}", running.address());
    let key = running.admin_key().to_owned();
    (running, Address { server, key })
}

impl Address {
    async fn reconciling(&self, file: &Path, more: &[&str]) -> (Option<i32>, String) {
        let mut command = bonro(&["reconcile"]);
        command.arg(file).args(MONTH).args(["--server", &self.server, "--key", &self.key]).args(more);
        let output = run(command).await;
        (output.status.code(), said(&output))
    }

    /// What the house counts in that month: unit, received, of that before, resolved, in process.
    async fn counted(&self) -> Vec<(String, [i64; 4])> {
        let day = |month, day| Some(Date { year: 2024, month, day });
        let range = v1::DateRange { from_on: day(4, 15), to_on: day(5, 14) };
        let request = v1::SummarizePeriodRequest {
            period: Some(v1::Period { choice: Some(v1::period::Choice::Range(range)) }),
            breakdowns: vec![v1::Breakdown::Unit.into()],
            ..Default::default()
        };
        let answer = ReportServiceClient::new(self.line()).summarize_period(request).await;
        let rows = answer.expect("a summary").into_inner().summary.expect("a summary").rows;
        let units = rows.into_iter().filter_map(|row| {
            let counts = row.dossiers?;
            let unit = row.key.strip_prefix("units/")?.to_owned();
            Some((unit, [counts.received_total, counts.carried_over, counts.resolved, counts.in_process]))
        });
        units.collect()
    }

    async fn job(&self, name: &str) -> String {
        let request = v1::RunJobRequest { name: format!("jobs/{name}"), ..Default::default() };
        let answer = JobServiceClient::new(self.line()).run_job(request).await.expect("it runs");
        let slot = answer.into_inner().slot.expect("a slot");
        assert_eq!(slot.state(), v1::SlotState::Done, "{}", slot.note);
        slot.note
    }
}

fn table(rows: &[(String, [i64; 4])]) -> String {
    let mut text = "TÌNH HÌNH GIẢI QUYẾT HỒ SƠ;;;;\nĐơn vị;Nhận;Từ kỳ trước;Xong;Còn\n".to_owned();
    for (unit, [received, before, resolved, open]) in rows {
        let _ = writeln!(text, "{unit};{received};{before};{resolved};{open}");
    }
    text
}

/// One for all directories.
const SOURCE: &str = "csv";
const MAPPING: &str = "unit = [\"Đơn vị\"]\n[columns]\nreceived_total = [\"Nhận\"]\ncarried_over = [\"Từ kỳ trước\"]\n\
    resolved = [\"Xong\"]\nin_process = [\"Còn\"]\n";

both!(a_reconciliation_is_printed_and_stands_in_the_report, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let (data, mails) = (path("data"), path("mails"));
    for new in [&data, &mails] {
        std::fs::create_dir(new).expect("a directory");
    }
    TOWN.write(&data);
    let (running, address) = opened(&house.url, &mails).await;
    assert_eq!(address.import(&data).await.0, 0);
    let mut rows = address.counted().await;
    std::fs::write(path("cot.toml"), MAPPING).expect("a file");
    let (file, map) = (path("thang-4.csv"), path("cot.toml").display().to_string());
    let with = ["--map", &*map, "--source", SOURCE];

    std::fs::write(&file, table(&rows)).expect("a file");
    let (code, printed) = address.reconciling(&file, &with[..2]).await;
    assert!(code != Some(0) && printed.contains("các nguồn đã có: csv"), "{printed}");

    let (code, printed) = address.reconciling(&file, &with).await;
    assert_eq!((code, printed.trim()), (Some(0), "Khớp cả 20 ô / all 20 cells are equal"));

    address.job("report_period").await;
    address.job("deliver_mail").await;
    let mails: Vec<String> = std::fs::read_dir(&mails)
        .expect("mails")
        .map(|entry| std::fs::read_to_string(entry.expect("a mail").path()).expect("text"))
        .collect();
    let [mail] = &mails[..] else { panic!("{} mails", mails.len()) };
    let sentence = "Đã đối chiếu với bảng “thang-4.csv” của phần mềm một cửa ngày 20/5/2024: khớp cả 20 ô.";
    // As text, as HTML, and in the enclosed document, workbook and page.
    let told: Vec<String> = parts(mail).iter().map(|part| part.replace(['\r', '\n'], " ")).collect();
    let told: Vec<bool> = told.iter().map(|part| part.contains(sentence)).collect();
    assert_eq!(told.iter().filter(|told| **told).count(), 5, "{told:?}");

    // Three received too many, a unit that isn't known, and one that is left out.
    rows[0].1[0] -= 3;
    let (gone, cells) = rows.pop().expect("a unit");
    rows.push(("Phòng Không Có".to_owned(), cells));
    std::fs::write(&file, table(&rows)).expect("a file");
    let (code, printed) = address.reconciling(&file, &with).await;
    assert_eq!(code, Some(1), "{printed}");
    insta::with_settings!({ description => "of a table that differs", omit_expression => true }, {
        insta::assert_snapshot!("reconciled_differs", printed);
    });
    assert!(printed.contains(&gone), "the unit that is left out is told: {printed}");
    let (_, told) = address.reconciling(&file, &[&with[..], &["--json"]].concat()).await;
    let told: Value = serde_json::from_str(&told).expect("one value");
    assert_eq!(
        (&told["state"], &told["unmatched"][0]["unit"]),
        (&"differs".into(), &"Phòng Không Có".into())
    );
    running.stop().await.expect("the house drains");
});
