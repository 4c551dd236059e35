//! Clients that this project didn't write: Python grpcio by reflection, and `buf curl`. Where they
//! aren't installed the test says so and is skipped; with `BONRO_REQUIRE_CLIENTS=1` it fails.

use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use bonro::config::{Secret, Settings};
use prost::Message as _;

/// A house of one unit, one procedure of five working days, and the calendar of May 2024.
const DATA: [(&str, &str); 4] = [
    (
        "units.csv",
        "code,parent_code,kind,name,valid_from\nUBND,,people_committee,Ủy ban nhân dân,2020-02-01\nNV,UBND,specialised_agency,Phòng Nội vụ,2020-02-01\n",
    ),
    (
        "calendar.csv",
        "day,kind,name,swapped_with\n2024-04-30,day_off,Ngày Chiến thắng,\n2024-05-01,day_off,Ngày Quốc tế lao động,\n",
    ),
    (
        "calendar.json",
        r#"{"office_hours":[["07:00","11:30"],["13:30","17:00"]],"working_weekdays":[1,2,3,4,5],"time_zone":"Asia/Ho_Chi_Minh","same_day_cutoff":"15:00"}"#,
    ),
    (
        "procedures.csv",
        "code,name,field,level,unit_code,term_unit,term,online_level\nTEST-5,Thủ tục thử,Thử,town,NV,working_days,5,none\n",
    ),
];

fn is_there(command: &str, arguments: &[&str]) -> bool {
    let found = Command::new(command).args(arguments).output().is_ok_and(|o| o.status.success());
    if !found {
        assert!(
            std::env::var("BONRO_REQUIRE_CLIENTS").is_err(),
            "{command} {arguments:?} is missing though BONRO_REQUIRE_CLIENTS is set"
        );
        eprintln!("!!! SKIPPED: {command} {arguments:?} isn't installed, so no foreign client was tried !!!");
    }
    found
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_clients_get_along() {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in DATA {
        std::fs::write(directory.path().join(name), text).expect("a file");
    }
    let mut settings = Settings::default();
    settings.server.listen = ([127, 0, 0, 1], 0).into();
    settings.database.url =
        Secret::new(format!("sqlite://{}", directory.path().join("house.sqlite").display()));
    settings.mail.url = Secret::new(format!("file:{}", directory.path().join("mail").display()));
    settings.jobs.enabled = false;
    let at = "2024-05-20T00:15:00Z".parse().expect("an instant");
    let running = bonro::app::start(settings, Some(at)).await.expect("the house starts");
    let (address, key) = (running.address().to_string(), running.admin_key().to_owned());
    let data = directory.path().to_owned();

    let tried = tokio::task::spawn_blocking(move || {
        let server = format!("http://{address}");
        let import = Command::new(env!("CARGO_BIN_EXE_bonro"))
            .arg("import")
            .arg(&data)
            .args(["--server", &server, "--key", &key])
            .output()
            .expect("the binary runs");
        assert!(import.status.success(), "{}", said(&import));
        python(&address, &key);
        buf(&server, &key);
    });
    tried.await.expect("the clients are content");
    running.stop().await.expect("the house drains");
}

fn python(address: &str, key: &str) {
    if !is_there("python3", &["-c", "import grpc, grpc_reflection, grpc_health, google.rpc"]) {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients/check.py");
    let output = Command::new("python3").arg(script).args([address, key]).output().expect("python3 runs");
    assert!(output.status.success(), "{}", said(&output));
}

fn buf(server: &str, key: &str) {
    if !is_there("buf", &["--version"]) {
        return;
    }
    // The newest reflection only; Python's client asks the older one.
    let curl = |arguments: &[&str]| {
        let output = Command::new("buf")
            .args(["curl", "--http2-prior-knowledge", "--protocol", "grpc", "--reflect-protocol", "grpc-v1"])
            .args(["--header", &format!("authorization: Bearer {key}")])
            .args(arguments)
            .output()
            .expect("buf runs");
        (output.status.success(), said(&output))
    };
    let call = |method: &str, data: &str| curl(&["--data", data, &format!("{server}/bonro.v1.{method}")]);

    let (listed, services) = curl(&["--list-services", server]);
    assert!(listed, "{services}");
    for service in [
        "bonro.v1.DossierService",
        "bonro.v1.ReportService",
        "bonro.v1.DeclaredFigureService",
        "bonro.v1.IncidentService",
        "grpc.health.v1.Health",
    ] {
        assert!(services.lines().any(|line| line.trim() == service), "{service} isn't among {services}");
    }
    let code = "000.00.04.H48-240506-9002";
    let ask = |unit: &str| {
        format!(
            r#"{{"code": "{code}", "procedure": "procedures/TEST-5", "unit": "units/{unit}",
                "channel": "CHANNEL_COUNTER", "applicant": {{"kind": "APPLICANT_KIND_PERSON", "fullName": "Người Thử"}},
                "occurredAt": "2024-05-06T02:00:00Z"}}"#
        )
    };
    let (received, dossier) = call("DossierService/ReceiveDossier", &ask("NV"));
    assert!(received && dossier.contains("2024-05-13T10:00:00Z"), "{dossier}");
    let asked = format!(r#"{{"dossier": "dossiers/{code}"}}"#);
    let (explained, trail) = call("CalendarService/ExplainDeadline", &asked);
    assert!(explained, "{trail}");
    let told: serde_json::Value = serde_json::from_str(&trail).expect("JSON");
    let days = told["days"].as_array().expect("the days of the law's deadline");
    assert_eq!(days.iter().filter(|day| day["counted"] == "1").count(), 5, "{trail}");
    let (taken, refused) = call("DossierService/ReceiveDossier", &ask("NOWHERE"));
    assert!(!taken && refused.contains("unit: there is no unit with code"), "{refused}");
    // buf shows the details as they came over the wire.
    let bad = serde_json::from_str::<serde_json::Value>(&refused).ok().and_then(|told| {
        let details = told["details"].as_array()?.clone();
        let bad = details.iter().find(|detail| detail["type"] == "google.rpc.BadRequest")?;
        let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(bad["value"].as_str()?).ok()?;
        tonic_types::pb::BadRequest::decode(bytes.as_slice()).ok()
    });
    let violations = bad.unwrap_or_else(|| panic!("{refused}")).field_violations;
    assert_eq!(violations.iter().map(|v| v.field.as_str()).collect::<Vec<_>>(), ["unit"]);
}
