//! What is said of faults that need more than a look at one cell: a calendar that can't be taken, events out of
//! their order, units in a circle, values of a megabyte.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::office::{bonro, open, run, said};
use super::town::Town;
use crate::support::both;

const WEEK: &str = r#"{"office_hours":[["07:00","11:30"],["13:30","17:00"]],"working_weekdays":[1,2,3,4,5],"time_zone":"Asia/Ho_Chi_Minh","same_day_cutoff":"15:00"}"#;
const HEAD: &str =
    "code,procedure_code,unit_code,channel,applicant_kind,received_at,closed_at,outcome,officer_code\n";

/// A house of one unit, with the given dossiers.
pub fn write(directory: &Path, dossiers: &str, more: &[(&str, &str)]) {
    let put = |name: &str, text: &str| std::fs::write(directory.join(name), text).expect("a file");
    put("units.csv", "code,parent_code,kind,name\nA,,people_committee,Ủy ban nhân dân\n");
    put("calendar.json", WEEK);
    put("calendar.csv", "day,kind,name\n2024-04-30,day_off,Nghỉ lễ\n");
    put("officials.csv", "code,unit_code,full_name,role,email\nC1,A,Công chức 1,officer,\n");
    put(
        "procedures.csv",
        "code,name,field,level,unit_code,term_unit,term,online_level\nP,Thủ tục,Hộ tịch,town,,working_days,5,full\n",
    );
    put("dossiers.csv", &format!("{HEAD}{dossiers}"));
    for (name, text) in more {
        put(name, text);
    }
}

pub fn dossier(code: &str, closed: &str) -> String {
    format!("{code},P,A,counter,person,2024-05-06T08:00:00+07:00,{closed},C1\n")
}

pub fn problems(told: &Value) -> Vec<String> {
    let of = |problem: &Value| {
        let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
        format!("{}:{} {} {}", text("file"), problem["line"], text("field"), text("reason"))
    };
    told["problems"].as_array().expect("problems").iter().map(of).collect()
}

pub fn sentences(told: &Value) -> Vec<&str> {
    let problems = told["problems"].as_array().expect("problems");
    problems.iter().flat_map(|p| [&p["message_vi"], &p["message_en"]]).filter_map(Value::as_str).collect()
}

both!(without_its_calendar_nothing_lands_that_needs_one, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let (running, address) = open(&house.url, path).await;
    // The dossiers come in the second batch, when the calendar was refused in the first.
    let town = Town { officials: 990, dossiers: 300, faulty: false };
    town.write(path);
    let days = std::fs::read_to_string(path.join("calendar.csv")).expect("the days");
    std::fs::write(path.join("calendar.csv"), format!("{days}9999-01-01,day_off,Nghỉ lễ\n")).expect("a file");
    let tasks = "code,title,assigned_on,lead_unit_code,responsible_official,due_on\n\
        G1,Báo cáo,2024-04-02,GOC,C0,2024-05-10\n";
    std::fs::write(path.join("tasks.csv"), tasks).expect("a file");

    let (code, told) = address.import(path).await;
    assert_eq!(code, 4);
    let found: BTreeSet<String> =
        problems(&told).into_iter().filter(|p| !p.starts_with("dossiers.csv")).collect();
    let expected = ["calendar.csv:4 day NO_SUCH_DAY", "tasks.csv:2 calendar CALENDAR_REFUSED"];
    assert_eq!(found, expected.map(str::to_owned).into());
    assert_eq!(told["files"]["dossiers.csv"]["refused"], 300);
    assert_eq!(told["total"]["refused"], 302);
    assert!(sentences(&told).iter().any(|said| said.contains("hãy sửa lịch trước rồi nạp lại")));
    assert!(sentences(&told).iter().any(|said| said.contains("correct the calendar first")));
    assert_eq!(address.picture(100).await.dossiers.len(), 0);

    // The mended directory lands all of it, by its own calendar.
    std::fs::write(path.join("calendar.csv"), days).expect("a file");
    let (code, told) = address.import(path).await;
    assert_eq!(code, 0, "{:#}", told["problems"]);
    assert_eq!(told["files"]["dossiers.csv"]["landed"], 300);
    assert_eq!(told["total"]["landed"], 301);
    running.stop().await.expect("the house drains");
});

both!(a_warning_stands_at_the_line_of_its_event, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let (running, address) = open(&house.url, path).await;
    let dossiers = dossier("D1", ",") + &dossier("D2", "2024-05-08T09:00:00+07:00,resolved");
    let events = "dossier_code,at,event,reason\n\
        D2,2024-05-09T09:00:00+07:00,paused,suspension\n\
        D1,2024-05-08T09:00:00+07:00,paused,suspension\n\
        D1,2024-05-08T09:00:00+07:00,paused,financial_obligation\n\
        D1,2024-05-07T09:00:00+07:00,resumed,suspension\n";
    let moves = "dossier_code,at,from_official,to_official,step\n\
        D1,2024-05-06T09:00:00+07:00,,C1,Tiếp nhận\nD2,2024-05-10T09:00:00+07:00,,C1,Trả\n";
    write(path, &dossiers, &[("dossier_events.csv", events), ("dossier_moves.csv", moves)]);
    let (code, told) = address.import(path).await;
    assert_eq!(code, 0, "{told:#}");
    let mut found = problems(&told);
    found.sort();
    assert_eq!(
        found,
        [
            "dossier_events.csv:2 event OUT_OF_ORDER",
            "dossier_events.csv:3 event PAUSED_TWICE",
            "dossier_events.csv:5 event RESUMED_WHILE_RUNNING",
            "dossier_moves.csv:3 at OUT_OF_ORDER",
        ]
    );
    for said in sentences(&told) {
        assert!(!said.contains("tạm dừng") || !said.contains("paused"), "both languages in one: {said}");
        assert!(said.contains("hãy sửa dòng này") || said.contains("correct the row"), "{said}");
    }
    running.stop().await.expect("the house drains");
});

both!(codes_that_can_be_none_are_named_in_short, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let (running, address) = open(&house.url, path).await;
    let long = "Đ".repeat(500_000);
    let dossiers = [
        dossier(&long, ","),
        dossier("D\u{0}X", ","),
        dossier("D/1", ","),
        dossier("D 2", ","),
        format!("D3,{long},A,counter,person,2024-05-06T08:00:00+07:00,,,C1\n"),
        dossier("D4", ","),
    ]
    .concat();
    let units = "code,parent_code,kind,name\nA,,people_committee,Ủy ban\nB,C,office,B\nC,B,office,C\nD,B,office,D\n\
        E,E,office,E\nF/G,A,office,F\n";
    write(path, &dossiers, &[("units.csv", units)]);
    let (code, told) = address.import(path).await;
    assert_eq!(code, 4, "{told:#}");
    let mut found = problems(&told);
    found.sort();
    assert_eq!(
        found,
        [
            "dossiers.csv:2 code BAD_CODE",
            "dossiers.csv:3 code NUL_CHARACTER",
            "dossiers.csv:4 code BAD_CODE",
            "dossiers.csv:5 code BAD_CODE",
            "dossiers.csv:6 procedure_code UNKNOWN_REFERENCE",
            "units.csv:3 parent_code CIRCLE",
            "units.csv:4 parent_code CIRCLE",
            "units.csv:5 parent_code UNKNOWN_REFERENCE",
            "units.csv:6 parent_code CIRCLE",
            "units.csv:7 code BAD_CODE",
        ]
    );
    assert!(told.to_string().len() < 20_000, "a value of a megabyte is echoed");
    for problem in told["problems"].as_array().expect("problems") {
        let of = |key: &str| problem[key].as_str().expect("a text");
        let (code, vi, en) = (of("code"), of("message_vi"), of("message_en"));
        assert!(vi.contains("; hãy ") && !vi.contains(" is ") && !vi.contains(" has "), "{vi}");
        if of("reason") == "CIRCLE" {
            assert!(vi.contains(&format!("hãy sửa parent_code của {code}")), "{vi}");
            assert!(en.contains(&format!("correct parent_code of {code}")), "{en}");
        }
        if code.contains(['/', ' ']) {
            assert!(vi.contains("gạch chéo") && vi.contains("tên tài nguyên"), "{vi}");
            assert!(en.contains("slash") && en.contains("resource names"), "{en}");
        }
    }
    running.stop().await.expect("the house drains");
});

/// The demo on files whose figures to compare with are broken and whose only fault is a year.
#[tokio::test]
async fn the_demo_lists_every_refused_row_in_a_file_and_says_what_it_does_not_compare() {
    let directory = tempfile::tempdir().expect("a directory");
    let (data, out) = (directory.path().join("data"), directory.path().join("out"));
    std::fs::create_dir(&data).expect("a directory");
    let beyond = dossier("D2", ",").replace("2024", "9999");
    let figures = ("expected-summary.json", "{\"period\":");
    write(&data, &(dossier("D1", ",") + &beyond), &[figures]);
    let demo = async |more: &[&str]| {
        let mut command = bonro(&["demo"]);
        command.arg("--data").arg(&data).arg("--out").arg(&out).args(more);
        run(command).await
    };
    let problems = out.join("problems.csv");

    let output = demo(&[]).await;
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let printed = said(&output);
    for word in [
        "dossiers.csv:3",
        "problems.csv",
        "expected-summary.json:1",
        "EXPECTED_UNREADABLE",
        "không so sánh được",
    ] {
        assert!(printed.contains(word), "{word} isn't told:\n{printed}");
    }
    let text = std::fs::read_to_string(&problems).expect("problems.csv");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[0], "file,line,field,severity,reason,vi,en");
    assert!(lines[1].starts_with("dossiers.csv,3,received_at,error,"), "{text}");

    write(&data, &dossier("D1", ","), &[figures]);
    let output = demo(&["--json"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["import"]["notes"][0]["reason"], "EXPECTED_UNREADABLE");
    assert!(!problems.exists(), "the problems of an earlier run are gone");
}
