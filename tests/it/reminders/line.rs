//! `bonro reminders preview` against a house that serves: what is printed, and the exit codes.

use bonro::app;
use bonro::config::Settings;
use bonro::pb::v1;
use serde_json::Value;

use super::watch::Watch;
use crate::dossiers::office::Office;
use crate::support::binary::bonro;
use crate::support::both;

both!(a_day_is_previewed_on_the_command_line, |house| {
    let watch = Watch::open(&house).await;
    watch.office.receive(Office::new_dossier("A1")).await;
    let elsewhere = v1::ReceiveDossierRequest {
        unit: "units/B".to_owned(),
        holder: "officials/B-01".to_owned(),
        ..Office::new_dossier("B1")
    };
    watch.office.receive(elsewhere).await;
    let mails = tempfile::tempdir().expect("a directory for mails");
    let toml = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[jobs]\nenabled = false\n[database]\nurl = {:?}\n\
         [mail]\nurl = \"file:{}\"\n",
        house.url,
        mails.path().display()
    );
    let settings = Settings::layered(&toml, []).expect("the settings are right");
    let now = "2024-05-16T02:00:00Z".parse().expect("an instant");
    let running = app::start(settings, Some(now)).await.expect("it starts");
    let key = watch.office.key.clone();
    let address = format!("http://{}", running.address());
    let say = async |arguments: &[&str]| {
        let mut command = bonro(&["reminders", "preview"]);
        command.args(arguments).env("BONRO_SERVER", &address).env("BONRO_KEY", &key);
        let ended = tokio::task::spawn_blocking(move || command.output().expect("the binary runs")).await;
        let output = ended.expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };

    let (code, out, err) = say(&["--on", "2024-05-21"]).await;
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains("21/05/2024 07:15") && out.contains("A-01") && out.contains("before_due v1"),
        "{out}"
    );
    assert!(
        out.contains("B-01") && out.ends_with("2 lời nhắc cho 2 người / notices for 2 persons\n"),
        "{out}"
    );
    let (_, out, _) = say(&["--on", "2024-05-21", "--unit", "B", "--json"]).await;
    let said: Value = serde_json::from_str(&out).expect("it is JSON");
    let notices = said["notices"].as_array().expect("notices");
    assert_eq!(notices.len(), 1, "{said}");
    assert_eq!(notices[0]["subject"], "dossiers/B1");
    assert_eq!(notices[0]["send_at"], "2024-05-21T07:15:00+07:00");
    assert_eq!(
        notices[0]["why"]["en"],
        "due 17:00 on 23 May 2024; 2 working days before: 00:00 on 21 May 2024; \
         rule before_due version 1 of the whole house"
    );
    let (_, out, _) = say(&["--on", "2024-05-20"]).await;
    assert_eq!(out, "Không có lời nhắc nào / Nothing goes out\n");
    let (_, out, _) = say(&["--json"]).await;
    let week: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!(week["notices"].as_array().map(Vec::len), Some(4), "up to the morning of the 23rd: {week}");
    let (code, _, err) = say(&["--on", "2024-05-15"]).await;
    assert_ne!(code, Some(0));
    assert!(err.contains("62 ngày tới"), "{err}");
    running.stop().await.expect("it stops");
});
