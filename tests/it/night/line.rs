//! `bonro jobs` and `bonro mails` against a house that serves: what is printed, and the exit codes.

use bonro::app;
use bonro::config::Settings;
use bonro::domain::schedule::JobName;
use serde_json::Value;

use super::office::{OFFICER, Office};
use super::server::Server;
use crate::support::binary::bonro;
use crate::support::both;

struct Served {
    running: app::Running,
}

/// The exit code, and what was printed on either side.
type Said = (Option<i32>, String, String);

impl Served {
    async fn open(url: &str, mails: &std::path::Path, at: &str) -> Self {
        let toml = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[jobs]\nenabled = false\n[database]\nurl = {url:?}\n\
             [mail]\nurl = \"file:{}\"\n",
            mails.display()
        );
        let settings = Settings::layered(&toml, []).expect("the settings are right");
        let running = app::start(settings, Some(at.parse().expect("an instant"))).await.expect("it starts");
        Self { running }
    }

    async fn jobs(&self, arguments: &[&str]) -> Said {
        self.said("jobs", arguments).await
    }

    async fn said(&self, command: &str, arguments: &[&str]) -> Said {
        let mut command = bonro(&[command]);
        command.args(arguments).env("BONRO_SERVER", format!("http://{}", self.running.address()));
        command.env("BONRO_KEY", self.running.admin_key());
        let ended = tokio::task::spawn_blocking(move || command.output().expect("the binary runs")).await;
        let output = ended.expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        let (code, out, err) = self.jobs(&[arguments, &["--json"]].concat()).await;
        assert_eq!(code, Some(0), "{out}{err}");
        serde_json::from_str(&out).expect("it is JSON")
    }
}

both!(jobs_are_looked_after_from_the_command_line, |house| {
    let mails = tempfile::tempdir().expect("a directory for mails");
    // The house begins, and is down for three nights.
    Served::open(&house.url, mails.path(), "2024-05-16T00:15:00Z")
        .await
        .running
        .stop()
        .await
        .expect("it stops");
    let served = Served::open(&house.url, mails.path(), "2024-05-19T03:00:00Z").await;

    let all = served.json(&[]).await;
    let job = |all: &Value, name: &str| {
        let jobs = all["jobs"].as_array().expect("jobs").clone();
        jobs.into_iter().find(|job| job["job"] == name).expect("it is there")
    };
    let check = job(&all, "check_figures");
    assert_eq!(
        (&check["next_slot"], &check["last_slot"], &check["paused"]),
        (&"2024-05-20T02:00:00+07:00".into(), &Value::Null, &false.into())
    );

    let (code, out, _) = served.jobs(&["pause", "check_figures", "--note", "Bảo trì"]).await;
    assert_eq!(code, Some(0));
    assert!(
        out.contains("tạm dừng / paused 19/05/2024 10:00, ") && out.trim_end().ends_with(": Bảo trì"),
        "{out}"
    );
    let (_, out, _) = served.jobs(&["list"]).await;
    let row = out.lines().find(|line| line.starts_with("check_figures")).expect("its row");
    assert!(row.contains("kiểm tra số liệu") && row.contains("Bảo trì"), "{out}");
    let (code, out, _) = served.jobs(&["resume", "check_figures"]).await;
    assert_eq!(code, Some(0));
    assert!(out.contains("works again, next 20/05/2024 02:00"), "{out}");

    let range = ["--from", "2024-05-17T00:00:00+07:00", "--until", "2024-05-19T09:00:00+07:00"];
    let (code, out, _) = served.jobs(&[&["backfill", "check_figures"], &range[..]].concat()).await;
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("17/05/2024 02:00: xong / done"), "{out}");
    assert!(out.contains("Chạy bù 3 lượt, 0 lượt đã chạy từ trước"), "{out}");
    let again = served.json(&[&["backfill", "check_figures"], &range[..]].concat()).await;
    assert_eq!((again["slots"].as_array().map(Vec::len), &again["left"]), (Some(0), &3.into()));

    let ran = served.json(&["run", "flag_overdue"]).await;
    assert_eq!((&ran["state"], &ran["already_done"]), (&"done".into(), &false.into()));
    let latest = job(&served.json(&["list"]).await, "flag_overdue");
    assert_eq!(latest["last_slot"]["slot_at"], "2024-05-19T10:00:00+07:00");

    // What can't be is said in both languages.
    let (code, _, err) = served.jobs(&["pause", "no_such_job", "--note", "x"]).await;
    assert_eq!(code, Some(1), "{err}");
    let (code, _, err) = served.jobs(&["run", "flag_overdue", "--slot", "2030-01-01T00:00:00Z"]).await;
    assert!(code == Some(1) && err.contains("tương lai") && err.contains("future"), "{err}");
    let (code, _, err) = served.jobs(&["backfill", "flag_overdue", "--from", "x", "--until", "y"]).await;
    assert!(code == Some(2) && err.contains("múi giờ"), "{err}");
    served.running.stop().await.expect("it stops");
});

both!(mails_are_looked_after_from_the_command_line, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    let refusing = Server::answering("554 5.6.0 spam").await;
    office.deliver(&office.through(refusing.post()).await).await.expect("it runs");
    let id = office.outbox().await[0].id.to_string();
    let served = Served::open(&house.url, office.mails(), "2024-05-16T00:20:00Z").await;

    let (code, out, _) = served.said("mails", &[]).await;
    assert!(code == Some(0) && out.contains(&id) && out.contains("YT-02 <yt-02@ducpho.example>"), "{out}");
    assert!(out.contains("đã bỏ / dead, lỗi nội dung"), "{out}");
    let (_, out, _) = served.said("mails", &["--state", "sent"]).await;
    assert!(!out.contains(&id), "{out}");
    let (_, out, _) = served.said("mails", &["list", "--state", "dead", "--to", "YT-02", "--json"]).await;
    let all: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(
        (&all["mails"][0]["mail"], &all["mails"][0]["fault"]),
        (&id.as_str().into(), &"message".into())
    );
    let (code, out, _) = served.said("mails", &["show", &id]).await;
    assert!(code == Some(0) && out.contains("attempts: 1") && out.contains("554"), "{out}");
    assert!(out.contains("từ chối / refused"), "its history: {out}");
    let (_, out, _) = served.said("mails", &["show", &id, "--json"]).await;
    let shown: Value = serde_json::from_str(&out).expect("it is JSON");
    let tried = &shown["history"][0];
    assert_eq!(
        (&tried["outcome"], &tried["status"], &tried["code"]),
        (&"refused".into(), &"5.6.0".into(), &554.into())
    );

    let (code, out, err) = served.said("mails", &["retry", &id]).await;
    assert!(code == Some(0) && out.contains("đang chờ / queued"), "{out}{err}");
    let (code, _, err) = served.said("mails", &["retry", &id]).await;
    assert!(code == Some(1) && err.contains("only a dead letter"), "{err}");
    let (code, out, _) = served.said("mails", &["give-up", &id, "--note", "không cần nữa"]).await;
    assert!(code == Some(0) && out.contains("đã hủy / cancelled"), "{out}");

    let address = "nghi@ducpho.example";
    let (code, out, _) = served.said("mails", &["suppress", address, "--reason", "nghỉ phép"]).await;
    assert!(code == Some(0) && out.contains("not written to any more"), "{out}");
    let (_, out, _) = served.said("mails", &["suppressed"]).await;
    assert!(out.contains(address) && out.contains("nghỉ phép"), "{out}");
    let (code, out, _) = served.said("mails", &["lift", "Nghi@ducpho.example"]).await;
    assert!(code == Some(0) && out.contains("written to again"), "{out}");
    let (code, _, err) = served.said("mails", &["lift", address]).await;
    assert!(code == Some(1) && err.contains("không bị chặn"), "{err}");
    served.running.stop().await.expect("it stops");
});
