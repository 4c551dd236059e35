//! A demo with a real mail server: one that isn't there, comes back, or refuses; and whom it writes to.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use bonro::world::{Clock as _, RealClock};
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait as _, Database, Statement};
use serde_json::Value;

use super::office::{bonro, run, said};
use super::town::Town;
use crate::night::server::Server;
use crate::support::both;

/// More mails than are tried at once.
const TOWN: Town = Town { officials: 30, dossiers: 90, faulty: false };

async fn demo(data: &Path, out: &Path, more: &[&str]) -> (Option<i32>, Value, Output) {
    let mut command = bonro(&["demo", "--json", "--data"]);
    command.arg(data).arg("--out").arg(out).args(more);
    let output = run(command).await;
    let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    (output.status.code(), told, output)
}

fn job<'t>(told: &'t Value, name: &str) -> &'t Value {
    let jobs = told["jobs"].as_array().expect("jobs");
    jobs.iter().find(|job| job["name"] == name).expect("the job")
}

fn headers(server: &Server, name: &str) -> Vec<String> {
    let of = |letter: &String| letter.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    server.letters().iter().filter_map(of).collect()
}

/// Lets the mails that were put off be due at an instant.
async fn due_at(url: &str, at: chrono::DateTime<chrono::Utc>) {
    let archive = Database::connect(url).await.expect("the database");
    let backend = archive.get_database_backend();
    let sql = "UPDATE outbox SET not_before = $1 WHERE state = 'queued' AND attempt > 0";
    let done = archive.execute_raw(Statement::from_sql_and_values(backend, sql, [at.into()])).await;
    assert!(done.expect("it is changed").rows_affected() > 0);
    archive.close().await.expect("it is closed");
}

both!(mail_that_waits_is_said_and_sent_once_by_the_same_command, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let (data, out) = (directory.path().join("data"), directory.path().join("out"));
    std::fs::create_dir(&data).expect("a directory");
    TOWN.write(&data);
    // A port at which nobody answers.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("it is bound").port()
    };
    let mail = format!("smtp://127.0.0.1:{port}");
    let with = ["--database", &*house.url, "--mail", &*mail, "--recipient", "Ông Ước <uoc@tinh.example>"];
    let all = TOWN.officials + 1;

    for _ in 0..2 {
        let (code, told, output) = demo(&data, &out, &with).await;
        assert_eq!(code, Some(1), "{}", said(&output));
        assert_eq!((&told["mails_waiting"], &told["mails_dead"]), (&all.into(), &0.into()), "{told:#}");
        let delivery = job(&told, "deliver_mail");
        assert_eq!(delivery["done"], false, "{delivery:#}");
        assert_eq!(delivery["note"], format!("còn {all} thư chưa gửi / {all} mails wait"));
    }
    let mut plain = bonro(&["demo", "--data"]);
    plain.arg(&data).arg("--out").arg(&out).args(with);
    let output = run(plain).await;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for part in ["thất bại / failed", "mails wait", "Chạy lại cùng lệnh", "Run the same command again"]
    {
        assert!(said(&output).contains(part), "{part}: {}", said(&output));
    }

    // The server is there. Those that were tried before are waited for, the others leave at once.
    let server = Server::at(port, "250 taken").await;
    due_at(&house.url, RealClock.now() + TimeDelta::seconds(10)).await;
    let (code, told, output) = demo(&data, &out, &with).await;
    assert_eq!(code, Some(0), "{}", said(&output));
    assert_eq!((&told["mails_waiting"], &job(&told, "deliver_mail")["done"]), (&0.into(), &true.into()));
    let ids = headers(&server, "Message-ID: ");
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (all, all), "each once");
    let to: BTreeSet<String> = headers(&server, "To: ").into_iter().collect();
    assert_eq!(to.len(), all);
    assert!(to.contains("uoc@tinh.example") && !to.iter().any(|to| to.contains("noivu")), "{to:?}");

    let (code, _, output) = demo(&data, &out, &with).await;
    assert_eq!(code, Some(0), "{}", said(&output));
    assert_eq!(server.heard(), all, "nothing more is sent");
});

both!(refused_mail_is_said_and_nobody_gets_a_report_unasked, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let (data, out) = (directory.path().join("data"), directory.path().join("out"));
    std::fs::create_dir(&data).expect("a directory");
    TOWN.write(&data);
    let server = Server::answering("550 no such person").await;
    let mail = format!("smtp://127.0.0.1:{}", server.port());
    let with = ["--database", &*house.url, "--mail", &*mail];
    let (code, told, output) = demo(&data, &out, &with).await;
    assert_eq!(code, Some(1), "{}", said(&output));
    assert_eq!((&told["mails_waiting"], &told["mails_dead"]), (&0.into(), &TOWN.officials.into()));
    let note = job(&told, "deliver_mail")["note"].as_str().expect("a note");
    assert!(note.contains("không gửi được") && note.contains("can't be sent"), "{note}");

    let report = job(&told, "report_period");
    assert_eq!(report["left_out"], true, "{report:#}");
    assert!(report["note"].as_str().is_some_and(|note| note.contains("--recipient")), "{report:#}");
    let to = headers(&server, "To: ");
    assert!(to.iter().all(|to| to.starts_with('c')), "{to:?}");
    // Asked for later, it goes out.
    let asked = [&with[..], &["--recipient", "uoc@tinh.example"]].concat();
    let (_, told, output) = demo(&data, &out, &asked).await;
    assert_eq!(job(&told, "report_period")["left_out"], false, "{}", said(&output));
    assert!(headers(&server, "To: ").contains(&"uoc@tinh.example".to_owned()));
});
