//! `bonro letters` against a house that serves: the file that is written, and the exit codes.

use bonro::app;
use bonro::config::Settings;
use serde_json::Value;

use super::receive;
use crate::dossiers::office::Office;
use crate::support::binary::bonro;
use crate::support::both;
use crate::support::packages::words;

both!(letters_are_written_by_the_command_line, |house| {
    let office = Office::open(&house).await;
    receive(&office, "X-1", "A", "A-01").await;
    office.does("delay_cause", "X-1").await;
    let folder = tempfile::tempdir().expect("a folder");
    let toml = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[jobs]\nenabled = false\n[database]\nurl = {:?}\n\
         [mail]\nurl = \"file:{}\"\n[report]\nissuing_body = \"Văn phòng HĐND và UBND\"\nplace = \"thị xã Đức Phổ\"\n",
        house.url,
        folder.path().join("mail").display()
    );
    let settings = Settings::layered(&toml, []).expect("the settings are right");
    let now = "2024-05-28T02:00:00Z".parse().expect("an instant");
    let running = app::start(settings, Some(now)).await.expect("it starts");
    let (key, address) = (office.key.clone(), format!("http://{}", running.address()));
    let file = |name: &str| folder.path().join(name).display().to_string();
    let say = async |arguments: &[&str]| {
        let mut command = bonro(&["letters"]);
        command.args(arguments).env("BONRO_SERVER", &address).env("BONRO_KEY", &key);
        let ended = tokio::task::spawn_blocking(move || command.output().expect("the binary runs")).await;
        let output = ended.expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };

    let out = file("don-doc.docx");
    let (code, said, err) = say(&["urge", "--unit", "A", "--out", &out]).await;
    assert_eq!(code, Some(0), "{err}");
    assert!(said.ends_with("1 overdue dossiers, 0 that soon fall due\n") && said.contains(&out), "{said}");
    let written = std::fs::read(&out).expect("the file");
    let text = words(&written);
    for part in ["VĂN PHÒNG HĐND VÀ UBND", "Đức Phổ, ngày …… tháng …… năm ……", "Kính gửi: Đơn vị A", "X-1"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (code, _, err) = say(&["urge", "--unit", "A", "--out", &out]).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("đã có"), "{err}");
    assert_eq!(std::fs::read(&out).expect("the file"), written, "nothing is written over");
    let (code, _, err) = say(&["urge", "--unit", "B", "--out", &file("b.docx")]).await;
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("không có hồ sơ quá hạn") && err.contains("no overdue dossier"), "{err}");
    assert!(!folder.path().join("b.docx").exists());
    let (_, said, _) =
        say(&["urge", "--unit", "A", "--due-within", "0", "--out", &file("c.docx"), "--json"]).await;
    let said: Value = serde_json::from_str(&said).expect("it is JSON");
    assert_eq!((&said["overdue"], &said["near_due"]), (&Value::from(1), &Value::from(0)));

    let out = file("xin-loi.docx");
    let (code, said, err) = say(&["apologise", "X-1", "--out", &out]).await;
    assert_eq!(code, Some(0), "{err}");
    assert!(said.ends_with("still to fill in: the applicant, the new appointment\n"), "{said}");
    assert!(
        words(&std::fs::read(&out).expect("the file")).contains("PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ")
    );
    let promise = "2024-06-03T17:00:00+07:00";
    let (code, said, err) =
        say(&["apologise", "dossiers/X-1", "--promise", promise, "--out", &file("d.docx"), "--json"]).await;
    assert_eq!(code, Some(0), "{err}");
    let said: Value = serde_json::from_str(&said).expect("it is JSON");
    assert_eq!((&said["promised_at"], &said["has_cause"]), (&Value::from(promise), &Value::from(true)));
    let (code, _, err) =
        say(&["apologise", "X-1", "--promise", "2024-05-20T17:00:00+07:00", "--out", &file("e.docx")]).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("promised_at"), "{err}");
    let (code, _, err) = say(&["apologise", "NONE", "--out", &file("f.docx")]).await;
    assert_eq!(code, Some(1), "{err}");
    running.stop().await.expect("it stops");
});
