//! What an import changed though it is laid down for good is shown; and what people read of instants and errors.

use super::mends::{dossier, problems, sentences, write};
use super::office::{bonro, open, run, said};
use crate::support::both;

both!(what_a_source_corrects_or_reopens_is_shown, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let (running, address) = open(&house.url, path).await;
    let closed = "2024-05-08T09:00:00+07:00,resolved";
    let units =
        "code,parent_code,kind,name\nA,,people_committee,Ủy ban nhân dân\nB,A,specialised_agency,Phòng B\n";
    let procedures = "code,name,field,level,unit_code,term_unit,term,online_level\n\
        P,Thủ tục,Hộ tịch,town,,working_days,5,full\nQ,Thủ tục Q,Hộ tịch,town,,working_days,5,full\n";
    let more = [("units.csv", units), ("procedures.csv", procedures)];
    let first: String = ["D1", "D2", "D3", "D4"]
        .map(|code| dossier(code, closed))
        .into_iter()
        .chain([dossier("D5", ",")])
        .collect();
    write(path, &first, &more);
    let (code, told) = address.import(path).await;
    assert_eq!((code, problems(&told)), (0, vec![]), "{told:#}");

    // A later state of a dossier corrects nothing.
    let second = [
        dossier("D1", ","),
        dossier("D2", "2024-05-09T09:00:00+07:00,withdrawn"),
        dossier("D3", closed).replace("T08:00", "T07:30").replace("D3,P,A,counter", "D3,Q,B,online"),
        dossier("D4", closed),
        dossier("D5", closed),
    ];
    write(path, &second.concat(), &more);
    let (code, told) = address.import(path).await;
    assert_eq!(code, 0, "a warning refuses nothing: {told:#}");
    let mut found = problems(&told);
    found.sort();
    assert_eq!(
        found,
        [
            "dossiers.csv:2 closed_at REOPENED",
            "dossiers.csv:3 closed_at CORRECTED_FIELD",
            "dossiers.csv:3 outcome CORRECTED_FIELD",
            "dossiers.csv:4 channel CORRECTED_FIELD",
            "dossiers.csv:4 procedure_code CORRECTED_FIELD",
            "dossiers.csv:4 received_at CORRECTED_FIELD",
            "dossiers.csv:4 unit_code CORRECTED_FIELD",
        ]
    );
    let all = told["problems"].as_array().expect("problems");
    assert!(all.iter().all(|problem| problem["severity"] == "warning"), "{all:#?}");
    assert_eq!((&told["total"]["changed"], &told["total"]["warned"]), (&4.into(), &3.into()));
    let said = sentences(&told);
    for part in [
        "(8 giờ 00, ngày 06/5/2024 → 7 giờ 30, ngày 06/5/2024)",
        "(2024-05-06T08:00:00+07:00 → 2024-05-06T07:30:00+07:00)",
        "(A → B)",
        "(P → Q)",
        "(đã giải quyết → rút hồ sơ)",
        "(resolved → withdrawn)",
        "lúc 9 giờ 00, ngày 08/5/2024; hồ sơ được mở lại, hãy kiểm tra",
        "closed at 2024-05-08T09:00:00+07:00; the dossier is open again, look at it",
    ] {
        assert!(said.iter().any(|sentence| sentence.contains(part)), "{part}: {said:#?}");
    }
    let (code, told) = address.import(path).await;
    assert_eq!((code, problems(&told)), (0, vec![]), "what is known is said once: {told:#}");
    running.stop().await.expect("the house drains");
});

both!(another_official_of_a_source_without_hand_overs_is_one_hand_over, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let (running, address) = open(&house.url, path).await;
    let officials =
        "code,unit_code,full_name,role,email\nC1,A,Công chức 1,officer,\nC2,A,Công chức 2,officer,\n";
    let more = [("officials.csv", officials)];
    // Each time something else of it changed.
    let nights = [
        ("C1", "counter", vec![]),
        ("C2", "counter", vec!["officials/C2"]),
        ("C2", "online", vec!["officials/C2"]),
        ("C1", "online", vec!["officials/C2", "officials/C1"]),
        ("C1", "counter", vec!["officials/C2", "officials/C1"]),
    ];
    for (official, channel, expected) in nights {
        let row = dossier("D1", ",").replace(",C1", &format!(",{official}")).replace("counter", channel);
        write(path, &row, &more);
        let (code, told) = address.import(path).await;
        assert_eq!(code, 0, "{told:#}");
        let picture = address.picture(1).await;
        let handed: Vec<&str> = picture.events["D1"]
            .iter()
            .filter(|event| event.contains("HANDED_OVER"))
            .filter_map(|event| event.split(' ').nth(2))
            .collect();
        assert_eq!(handed, expected, "{official} {channel}: {:#?}", picture.events);
        assert!(!picture.events["D1"].iter().any(|event| event.contains("VOIDED")), "{:#?}", picture.events);
        assert_eq!(picture.dossiers["D1"].holder, format!("officials/{official}"));
    }
    running.stop().await.expect("the house drains");
});

both!(people_read_their_own_time_and_both_languages, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let (running, address) = open(&house.url, path).await;
    let later = "2024-06-05T08:00:00+07:00";
    let dossiers = dossier("D1", ",").replace("2024-05-06", "2024-06-05")
        + &dossier("D2", ",").replace("P,A", "P,KHONG")
        + &dossier("D4", ",");
    let events = format!("dossier_code,at,event,reason\nD4,{later},paused,suspension\n");
    let officials = "code,unit_code,full_name,role,email\nC1,A,Một,officer,\nC2,KHONG,Hai,officer,\n";
    write(path, &dossiers, &[("dossier_events.csv", &events), ("officials.csv", officials)]);
    let (code, told) = address.import(path).await;
    assert_eq!(code, 4, "{told:#}");
    let told_of = |reason: &str| -> Vec<&str> {
        let all = told["problems"].as_array().expect("problems").iter();
        let of = all.filter(|problem| problem["reason"] == reason);
        of.flat_map(|problem| [&problem["message_vi"], &problem["message_en"]])
            .filter_map(serde_json::Value::as_str)
            .collect()
    };
    let future = told_of("IN_THE_FUTURE");
    assert_eq!(future.len(), 4, "{future:#?}");
    assert!(future.iter().all(|said| said.contains(later) && !said.contains("UTC")), "{future:#?}");
    // One word and one kind of quotation marks for the same fault, wherever it stands.
    let unknown = told_of("UNKNOWN_REFERENCE");
    assert_eq!(
        unknown,
        [
            "unit_code: không có cơ quan mã “KHONG”; hãy sửa mã hoặc nạp cơ quan đó trước",
            "unit_code: there is no unit with code “KHONG”; correct the code or import that unit first",
        ]
        .repeat(2)
    );

    let ask = async |arguments: &[&str]| {
        let mut command = bonro(arguments);
        command.args(["--server", &address.server, "--key", &address.key]);
        let output = run(command).await;
        (output.status.code(), said(&output))
    };
    let (code, text) = ask(&["explain", "NOPE"]).await;
    assert_eq!(code, Some(1), "{text}");
    assert_eq!(text, "Lỗi / error: không tìm thấy dossiers/NOPE / dossiers/NOPE not found\n");
    let (code, text) = ask(&["summary", "--from", "2024-05-01", "--to", "2024-05-02", "--unit", "XX"]).await;
    assert_eq!(code, Some(2), "{text}");
    assert_eq!(
        text,
        "Lỗi / error: unit: không có cơ quan mã “XX”; hãy sửa mã hoặc nạp cơ quan đó trước / \
         unit: there is no unit with code “XX”; correct the code or import that unit first\n"
    );
    let (code, text) = ask(&["summary", "--from", "2024-02-30", "--to", "2024-05-02"]).await;
    assert_eq!(code, Some(2), "{text}");
    assert!(text.starts_with("Lỗi / error: --from <DATE>: “2024-02-30” không phải là ngày"), "{text}");
    assert!(text.contains(" / is no real date"), "{text}");
    running.stop().await.expect("the house drains");
});

#[tokio::test]
async fn the_role_that_everybody_names_stands_in_the_help() {
    let help = said(&run(bonro(&["key", "create", "--help"])).await);
    assert!(help.contains("engineer, admin"), "{help}");
}
