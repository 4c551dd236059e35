//! Declared figures and incidents as people import and read them: the real binary takes the files, refuses what is
//! wrong with its mend, and prints what was declared apart from what is counted.

use std::path::Path;

use serde_json::Value;

use super::assert_mends;
use super::office::{Address, bonro, open, run, said};
use crate::support::both;

const FILES: [(&str, &str); 5] = [
    (
        "units.csv",
        "code,parent_code,kind,name\nUB,,people_committee,Ủy ban nhân dân\nPX,UB,commune,Phường X\n",
    ),
    ("officials.csv", "code,unit_code,full_name,role,email\nC1,PX,Công chức 1,officer,\n"),
    (
        "procedures.csv",
        "code,name,field,level,unit_code,term_unit,term,online_level\nP,Thủ tục,Hộ tịch,town,,working_days,5,full\n",
    ),
    ("calendar.csv", "day,kind,name\n2024-04-30,day_off,Nghỉ lễ\n"),
    (
        "calendar.json",
        r#"{"office_hours":[["07:00","11:30"],["13:30","17:00"]],"working_weekdays":[1,2,3,4,5],"time_zone":"Asia/Ho_Chi_Minh","same_day_cutoff":"15:00"}"#,
    ),
];
const DOSSIERS: &str = "code,procedure_code,unit_code,channel,applicant_kind,received_at,closed_at,outcome,officer_code\n\
    H-1,P,PX,counter,person,2024-05-06T08:00:00+07:00,2024-05-15T08:00:00+07:00,resolved,C1\n";
const DECLARED: &str = "code,indicator,measure,value,numerator,denominator,unit_code,group,from_on,to_on,source,file_name,file_sha256,declared_by,declared_on\n";
const INCIDENTS: &str = "code,system,kind,failure,from_at,to_at,unit_code,hits,hit_unit_codes,dossier_codes,reported_by,reference\n";
const PERIOD: &str = "2024-05-01,2024-05-17,Thiết bị đánh giá,,,C1,2024-05-18";

fn write(directory: &Path, declared: &str, incidents: &str) {
    let put = |name: &str, text: &str| std::fs::write(directory.join(name), text).expect("a file");
    for (name, text) in FILES {
        put(name, text);
    }
    put("dossiers.csv", DOSSIERS);
    put("declared.csv", &format!("{DECLARED}{declared}"));
    put("incidents.csv", &format!("{INCIDENTS}{incidents}"));
}

async fn summary(address: &Address, more: &[&str]) -> String {
    let mut command = bonro(&["summary", "--from", "2024-05-01", "--to", "2024-05-17"]);
    command.args(["--server", &address.server, "--key", &address.key]).args(more);
    let output = run(command).await;
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).expect("text")
}

fn problems(told: &Value) -> Vec<String> {
    let of = |problem: &Value| {
        let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
        format!("{}:{} {} {}", text("file"), problem["line"], text("field"), text("reason"))
    };
    told["problems"].as_array().expect("problems").iter().map(of).collect()
}

both!(what_stands_beside_the_figures_is_imported_and_told_apart, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let (running, address) = open(&house.url, path).await;
    write(path, "", "");
    assert_eq!(address.import(path).await.0, 0);
    let counted = summary(&address, &[]).await;
    let figures: Value = serde_json::from_str(&summary(&address, &["--json"]).await).expect("figures");
    assert!(!counted.contains("khai báo") && figures.get("declared").is_none(), "{counted}");

    let declared = [
        format!("K-1,satisfied_rate,percent,99.32,294,296,PX,,{PERIOD}"),
        format!("K-2,payments_online_amount,vnd,195840000,,,,communes,{PERIOD}"),
        format!("K-3,satisfied_rate,percent,99.33,294,296,PX,,{PERIOD}"),
        format!("K-4,ratings_total,count,99.5,,,PX,,{PERIOD}"),
        format!("K-5,ratings_total,vnd,99,1,,PX,communes,{PERIOD}"),
        "K-6,ratings_total,count,99,,,NONE,,2024-05-17,2024-05-01,x,,aa,NONE,2024-05-21".to_owned(),
        format!("K-7,satisfied_rate,percent,100.01,5,4,,wards,{PERIOD}"),
    ];
    let span = "2024-05-09T07:30:00+07:00,2024-05-09T11:00:00+07:00";
    let incidents = [
        format!("S-1,Một cửa,down,Không truy cập được,{span},,named,,H-1,C1,12/CV"),
        format!("S-2,Một cửa,down,Không truy cập được,{span},,all,PX,H-1,C1,"),
        "S-3,Một cửa,down,x,2024-05-16T07:30:00+07:00,2024-05-16T07:00:00+07:00,,named,,H-1;H-9,NONE,"
            .to_owned(),
        "S-4,Một cửa,stolen,x,2024-05-16T07:30:00,,,named,,,C1,".to_owned(),
    ];
    write(path, &(declared.join("\n") + "\n"), &(incidents.join("\n") + "\n"));
    let (code, told) = address.import(path).await;
    assert_eq!(code, 4, "{told:#}");
    assert_mends(&told);
    assert_eq!(
        problems(&told),
        [
            "declared.csv:4 value DISAGREES_WITH_PARTS",
            "declared.csv:5 value BAD_NUMBER",
            "declared.csv:6 group UNIT_AND_GROUP",
            "declared.csv:6 measure OTHER_MEASURE",
            "declared.csv:6 numerator PARTS_OF_NO_RATE",
            "declared.csv:7 unit_code UNKNOWN_REFERENCE",
            "declared.csv:7 to_on WRONG_ORDER",
            "declared.csv:7 file_sha256 BAD_SHA256",
            "declared.csv:7 file_name MISSING",
            "declared.csv:7 declared_by UNKNOWN_REFERENCE",
            "declared.csv:7 declared_on IN_THE_FUTURE",
            "declared.csv:8 group UNKNOWN_WORD",
            "declared.csv:8 value OVER_HUNDRED",
            "declared.csv:8 numerator BAD_PARTS",
            "incidents.csv:3 hit_unit_codes ALL_AND_NAMED",
            "incidents.csv:3 dossier_codes ALL_AND_NAMED",
            "incidents.csv:4 to_at WRONG_ORDER",
            "incidents.csv:4 reported_by UNKNOWN_REFERENCE",
            "incidents.csv:5 kind UNKNOWN_WORD",
            "incidents.csv:5 from_at NAIVE_INSTANT",
        ],
        "{told:#}"
    );
    let of = |file: &str| told["files"][file]["landed"].as_u64();
    assert_eq!((of("declared.csv"), of("incidents.csv")), (Some(2), Some(1)));

    // The counted figures stand as they were; what was declared follows under its own heading.
    let printed = summary(&address, &[]).await;
    let (above, below) = printed
        .split_once("\n\nSố liệu do đơn vị khai báo, không do hệ thống đếm / declared, not counted\n")
        .expect("a heading");
    assert_eq!(above.trim_end(), counted.trim_end());
    for said in [
        "tỷ lệ hài lòng / satisfied",
        "99,32%",
        "294/296",
        "195.840.000 đ",
        "xã, phường /",
        "Thiết bị đánh giá",
        "C1 (PX)",
        "18/05/2024",
    ] {
        assert!(below.contains(said), "{said} isn't in\n{below}");
    }
    let mut now: Value = serde_json::from_str(&summary(&address, &["--json"]).await).expect("figures");
    let declared = now.as_object_mut().expect("an object").remove("declared").expect("the declared ones");
    assert_eq!(now, figures, "no counted key changes");
    assert_eq!(
        (&declared[0]["code"], &declared[0]["value"], &declared[0]["measure"]),
        (&"K-1".into(), &"99.32".into(), &"percent".into())
    );
    assert_eq!(declared[1]["value"], 195_840_000);

    // The same files again change nothing.
    let (_, again) = address.import(path).await;
    assert_eq!((again["total"]["landed"].as_u64(), again["total"]["changed"].as_u64()), (Some(0), Some(0)));
    running.stop().await.expect("the house drains");
});
