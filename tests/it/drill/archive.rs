//! The archive of a drill: founded with a few officials, and counted anew at the end.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use super::clerks::HOLDERS;
use super::post::UNKNOWN;
use crate::support::binary::bonro;

/// The sender of everything.
pub const SENDER: &str = "bonro@co-quan.example";

const UNITS: &str = "code,parent_code,kind,name\n\
    GOC,,people_committee,Ủy ban nhân dân\nP1,GOC,specialised_agency,Phòng Một\n";
/// Every day is a working day, so that a drill on a Sunday is no other.
const CALENDAR: &str = r#"{"office_hours":[["00:00","12:00"],["12:00","23:59"]],"working_weekdays":[1,2,3,4,5,6,7],
    "time_zone":"Asia/Ho_Chi_Minh","same_day_cutoff":"15:00"}"#;
const PROCEDURES: &str = "code,name,field,level,unit_code,term_unit,term,online_level\n\
    A,Thủ tục A,Hộ tịch,town,,working_days,1,full\n";

/// Migrates a fresh archive, loads the officials, and returns a key with every role.
pub async fn found(database: &str, directory: &Path) -> String {
    let mut minting = bonro(&["key", "create", "--label", "drill", "--json"]);
    for role in ["clerk", "officer", "head", "leader", "coordinator", "engineer", "importer"] {
        minting.args(["--role", role]);
    }
    let minted = run(minting, database).await;
    let minted: serde_json::Value = serde_json::from_slice(&minted.stdout).expect("JSON");
    let key = minted["secret"].as_str().expect("a secret").to_owned();
    let records = directory.join("records");
    std::fs::create_dir(&records).expect("a fresh directory");
    let put = |name: &str, text: &str| std::fs::write(records.join(name), text).expect("a file");
    put("units.csv", UNITS);
    put("calendar.json", CALENDAR);
    put("calendar.csv", "day,kind,name\n");
    put("procedures.csv", PROCEDURES);
    let mut officials = "code,unit_code,full_name,role,email\n".to_owned();
    for number in 0..HOLDERS {
        let local = if number + 1 == HOLDERS { UNKNOWN.to_owned() } else { format!("c{number}") };
        let _ = writeln!(officials, "C{number},P1,Công chức {number},officer,{local}@tinh.example");
    }
    put("officials.csv", &officials);
    let mut settings = bonro::config::Settings::default();
    settings.server.listen = ([127, 0, 0, 1], 0).into();
    settings.database.url = bonro::config::Secret::new(database.to_owned());
    settings.mail.url = bonro::config::Secret::new(format!("file:{}", directory.display()));
    settings.jobs.enabled = false;
    let running = bonro::app::start(settings, None).await.expect("the house starts");
    let mut importing = bonro(&["import"]);
    importing.arg(&records).args(["--server", &format!("http://{}", running.address()), "--key", &key]);
    run(importing, database).await;
    running.stop().await.expect("the house drains");
    key
}

/// What `bonro check figures` has to say against the archive; empty where all is well.
pub async fn differences(database: &str) -> String {
    let mut checking = bonro(&["check", "figures"]);
    checking.env("BONRO_DATABASE__URL", database).env("BONRO_MAIL__URL", "file:/dev/null");
    let output = output(checking).await;
    if output.status.success() { String::new() } else { said(&output) }
}

async fn run(mut command: Command, database: &str) -> Output {
    command.env("BONRO_DATABASE__URL", database).env("BONRO_MAIL__URL", "file:/dev/null");
    let output = output(command).await;
    assert!(output.status.success(), "{}", said(&output));
    output
}

async fn output(mut command: Command) -> Output {
    let ended = tokio::task::spawn_blocking(move || command.output());
    ended.await.expect("the command is waited for").expect("the binary runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
