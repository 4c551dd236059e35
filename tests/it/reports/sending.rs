//! A signed report goes out by mail, once an address, with the file that was signed.

use std::sync::Arc;

use bonro::domain::schedule::JobName;
use bonro::mail::{Language, Post, ReportMail};
use bonro::pb::v1;
use bonro::service::House;
use bonro::service::jobs::{Asked, run};
use bonro::service::settings::OfficeSettings;
use bonro::store::outbox::MailRow;
use bonro::world::Clock as _;
use sea_orm::Database;
use tonic::Code;

use super::desk::{Desk, refusal};
use crate::support::both;
use crate::support::letters::{enclosed, mails_of};

async fn mails(desk: &Desk) -> Vec<MailRow> {
    let tables = Database::connect(&desk.town.url).await.expect("the database opens");
    let mut rows = mails_of(&tables).await;
    tables.close().await.expect("it closes");
    rows.retain(|row| row.kind == "report");
    rows.sort_by(|a, b| (a.created_at, &a.to_address).cmp(&(b.created_at, &b.to_address)));
    rows
}

both!(a_signed_report_is_mailed_once_an_address, |house| {
    let mut desk = Desk::open(&house.url).await;
    let report = desk.submitted().await;
    let send = |to: &[&str]| v1::SendReportRequest {
        name: report.name.clone(),
        recipients: to.iter().map(|to| (*to).to_owned()).collect(),
        ..Default::default()
    };
    let status = desk.reports.send_report(send(&["a@x.example"])).await.expect_err("it isn't signed");
    assert_eq!(
        (status.code(), refusal(&status).0.as_str()),
        (Code::FailedPrecondition, "FORBIDDEN_TRANSITION")
    );
    let pdf = desk.signed_pdf(&report.name).await;
    desk.sign(&report.name, "05/BC-VP", &pdf, "").await.expect("it is signed");
    for to in [&[][..], &["không phải địa chỉ"][..]] {
        let status = desk.reports.send_report(send(to)).await.expect_err("nobody");
        assert_eq!(refusal(&status).1, ["recipients"]);
    }
    let to = ["Phòng Nội vụ <noivu@tinh.example>", "vp@tinh.example"];
    let gone = desk.reports.send_report(send(&to)).await.expect("it is sent").into_inner().report;
    assert_eq!(gone.expect("a report").state(), v1::ReportState::Sent);
    desk.reports.send_report(send(&["vp@tinh.example", "lanhdao@tinh.example"])).await.expect("again");
    let rows = mails(&desk).await;
    let to: Vec<&str> = rows.iter().map(|row| row.to_address.as_str()).collect();
    assert_eq!(to.len(), 3, "{to:?}");
    let mail: ReportMail = serde_json::from_str(&rows[0].render_input).expect("what it says");
    insta::assert_snapshot!("report_mail", {
        let shown = mail.render(Vec::new(), Language::Vi);
        let hidden = |text: &str| {
            let mut text = text.to_owned();
            for file in &mail.files {
                text = text.replace(&file.sha256, "(SHA-256)");
            }
            text.replace(&format!("số {} của", mail.sequence), "số (N) của")
        };
        format!("{}\n\n{}", shown.subject, hidden(&shown.text))
    });
    let out = tempfile::tempdir().expect("a directory for mails");
    let mut settings = OfficeSettings::default();
    settings.mail.post = Arc::new(Post::Directory(out.path().to_owned()));
    let house = House::with_settings(desk.town.house.store.clone(), desk.town.house.world.clone(), settings);
    house.enter_jobs().await.expect("jobs are entered");
    run(&house, JobName::DeliverMail, desk.town.clock.now(), Asked::ByHand).await.expect("it runs");
    let rows = mails(&desk).await;
    assert!(rows.iter().all(|row| row.state == "sent"), "{:?}", rows[0].last_error);
    let sealed = String::from_utf8(rows[0].sealed.clone().expect("bytes")).expect("a mail is text");
    let (name, bytes) = enclosed(&sealed, ".pdf").expect("the signed file is enclosed");
    assert_eq!((name.as_str(), bytes), ("bao-cao-05-BC-VP.pdf", pdf));
});
