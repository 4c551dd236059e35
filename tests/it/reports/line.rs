//! `bonro contributions`, `commitments`, `proposals` and `reports update` against a house that serves.

use bonro::app;
use bonro::config::Settings;
use bonro::pb::v1;
use serde_json::Value;

use super::desk::Desk;
use crate::support::binary::bonro;
use crate::support::both;

struct Terminal {
    running: app::Running,
    key: String,
}

impl Terminal {
    async fn open(url: &str, key: String) -> Self {
        let toml = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[jobs]\nenabled = false\n[database]\nurl = {url:?}\n"
        );
        let settings = Settings::layered(&toml, []).expect("the settings are right");
        let at = "2024-05-16T03:00:00Z".parse().expect("an instant");
        Self { running: app::start(settings, Some(at)).await.expect("it starts"), key }
    }

    /// The exit code, and what was printed on either side.
    async fn said(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = bonro(arguments);
        command.env("BONRO_SERVER", format!("http://{}", self.running.address()));
        command.env("BONRO_KEY", &self.key);
        let ended = tokio::task::spawn_blocking(move || command.output().expect("the binary runs")).await;
        let output = ended.expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    async fn done(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.said(arguments).await;
        assert_eq!(code, Some(0), "{arguments:?}: {out}{err}");
        out
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        let out = self.done(&[arguments, &["--json"]].concat()).await;
        serde_json::from_str(&out).expect("it is JSON")
    }
}

both!(a_report_and_what_belongs_to_it_from_the_command_line, |house| {
    let mut desk = Desk::open(&house.url).await;
    desk.draft().await;
    let key = desk.line.key(&[v1::Role::Coordinator], "", "").await;
    let at = Terminal::open(&house.url, key).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();

    let (code, _, err) = at.said(&["reports", "update", "BC-2024-001"]).await;
    assert_eq!(code, Some(2), "nothing changes: {err}");
    let changed = ["--letter", "612/PNV", "--letter-date", "2024-05-16", "--due", "2024-05-20"];
    let changed = at.json(&[&["reports", "update", "BC-2024-001"][..], &changed].concat()).await;
    assert_eq!((&changed["due_on"], &changed["letter"]), (&"2024-05-20".into(), &"612/PNV".into()));

    let ask = [
        "contributions",
        "ask",
        "BC-2024-001",
        "--unit",
        "P1",
        "--unit",
        "P2",
        "--place",
        "lacking",
        "--due",
        "2024-05-20",
    ];
    let asked = at.done(&ask).await;
    assert!(asked.contains("BC-2024-001-P1") && asked.contains("chờ đơn vị"), "{asked}");
    std::fs::write(path("p1.txt"), "Một hồ sơ trễ hạn.\nĐã xin lỗi.\n").expect("it is written");
    let text = format!("lacking=@{}", path("p1.txt"));
    let given = at.json(&["contributions", "give", "BC-2024-001-P1", "--text", &text]).await;
    assert_eq!(
        (&given["texts"]["lacking"], &given["figures"]),
        (&"Một hồ sơ trễ hạn.\nĐã xin lỗi.".into(), &"nothing said".into())
    );
    let judged = at.json(&["contributions", "confirm", "BC-2024-001-P1"]).await;
    assert_eq!((&judged["texts"], &judged["figures"]), (&given["texts"], &"confirmed".into()));
    let contested = ["contributions", "contest", "BC-2024-001-P1", "--objection", "Thiếu một hồ sơ"];
    assert!(at.done(&contested).await.contains("Chỗ chưa đúng / objection: Thiếu một hồ sơ"));
    let (code, _, err) = at.said(&["contributions", "give", "BC-2024-001-P1", "--text", "lacking"]).await;
    assert!(code == Some(2) && err.contains("PLACE=TEXT"), "{err}");
    at.done(&["contributions", "return", "BC-2024-001-P1", "--reason", "Nêu rõ nguyên nhân"]).await;
    let open = at.json(&["contributions", "list", "--filter", "open = true"]).await;
    assert_eq!(open.as_array().map(Vec::len), Some(2));
    at.done(&["contributions", "give", "BC-2024-001-P1", "--text", "lacking=Một hồ sơ.", "--confirm"]).await;
    at.done(&["contributions", "merge", "BC-2024-001", "lacking"]).await;
    let file = ["contributions", "file", "BC-2024-001-P1", "--paper", "html", "--out"];
    let page = path("p1.html");
    at.done(&[&file[..], &[&page]].concat()).await;
    let page = std::fs::read_to_string(&page).expect("it is there");
    assert!(page.contains("ĐƠN VỊ P1") && page.contains("* Tồn tại, hạn chế: Một hồ sơ."), "{page}");
    let (code, _, err) = at.said(&[&file[..], &[&path("p1.html")]].concat()).await;
    assert!(code == Some(2) && err.contains("đã có"), "{err}");

    let made = ["commitments", "make", "--text", "Mỗi đơn vị rà soát 01 TTHC", "--due", "2024-08-31"];
    let made = [&made[..], &["--document", "52/KH-UBND", "--every", "commune"]].concat();
    assert!(at.done(&made).await.contains("CK-2024-001 Mỗi đơn vị rà soát 01 TTHC, hạn 31/08/2024"));
    let done = at.json(&["commitments", "done", "CK-2024-001", "--unit", "P2", "--on", "2024-05-16"]).await;
    assert_eq!((&done["parts"][1]["done_on"], &done["state"]), (&"2024-05-16".into(), &"open".into()));
    assert!(at.done(&["commitments", "list", "--filter", "state = open"]).await.contains("1/2"));
    at.done(&["commitments", "drop", "CK-2024-001", "--reason", "Tỉnh đã làm"]).await;
    assert!(at.done(&["commitments", "show", "CK-2024-001"]).await.contains("Lý do / why: Tỉnh đã làm"));

    at.done(&[
        "proposals",
        "make",
        "--to",
        "UBND tỉnh",
        "--text",
        "Cấp chứng thư số",
        "--report",
        "BC-2024-001",
    ])
    .await;
    assert!(at.done(&["proposals", "list"]).await.contains("chưa được trả lời"));
    let answer = ["proposals", "answer", "KN-2024-001", "--document", "Công văn số 812/STTTT"];
    assert_eq!(at.json(&answer).await["state"], "answered");
    assert!(at.done(&["proposals", "show", "KN-2024-001"]).await.contains("→ Công văn số 812/STTTT"));
    at.running.stop().await.expect("it stops");
});
