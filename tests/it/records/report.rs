//! The printed report of a house: as things stood at the period's end, and nothing that no record shows.

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs};
use bonro::domain::period::Period;
use bonro::domain::permission::Scope;
use bonro::domain::record::{DossierRecord, PetitionRecord, Record, TargetRecord, TaskRecord};
use bonro::service::report::{Ask, summarize};

use super::town::{Town, at, day, procedure, told};
use crate::support::both;

/// The report of the first half of May.
async fn page(town: &Town) -> String {
    let look = town.house.look(town.context(Scope::All)).await.expect("the house is read");
    let period = Period::new(day("2024-05-01"), day("2024-05-14")).expect("in order");
    let ask = Ask { period, unit_id: None, as_of: None, breakdowns: Vec::new() };
    let summary = summarize(&look, &ask).await.expect("it is counted");
    town.printed(&look, &summary).await
}

/// The rows of the lists that speak of a code.
fn row<'a>(page: &'a str, code: &str) -> &'a str {
    let head = format!("<td>{code}</td>");
    page.lines().find(|line| line.contains(&head)).unwrap_or_else(|| panic!("{code} isn't listed"))
}

both!(lists_tell_the_state_at_the_periods_end, |house| {
    let town = Town::open(&house.url).await;
    let dossier = |code: &str, closed: &str, outcome| {
        Record::Dossier(Box::new(DossierRecord {
            code: code.into(),
            procedure_code: "d5".into(),
            unit_code: "P1".into(),
            channel: Some(Channel::Counter),
            applicant_kind: Some(ApplicantKind::Person),
            received_at: Some(at("2024-05-02T02:00:00Z")),
            closed_at: Some(at(closed)),
            outcome: Some(outcome),
            officer_code: "P1-01".into(),
            ..DossierRecord::default()
        }))
    };
    let task = |code: &str, completed: &str| {
        Record::Task(TaskRecord {
            code: code.into(),
            title: "Việc".into(),
            assigned_on: Some(day("2024-05-02")),
            lead_unit_code: "VP".into(),
            due_on: Some(day("2024-05-08")),
            completed_at: Some(at(completed)),
            ..TaskRecord::default()
        })
    };
    let outcomes = town
        .import(vec![
            procedure(),
            dossier("W1", "2024-05-15T02:00:00Z", ClosedAs::Withdrawn),
            dossier("W2", "2024-05-15T02:00:00Z", ClosedAs::Resolved),
            dossier("W3", "2024-05-15T02:00:00Z", ClosedAs::Stopped),
            dossier("W4", "2024-05-13T02:00:00Z", ClosedAs::Refused),
            task("T1", "2024-05-15T02:00:00Z"),
            task("T2", "2024-05-13T02:00:00Z"),
        ])
        .await;
    assert!(
        outcomes.iter().all(|o| !told(std::slice::from_ref(o))[0].starts_with("refused")),
        "{outcomes:?}"
    );
    let page = page(&town).await;
    for code in ["W1", "W2", "W3"] {
        assert!(row(&page, code).contains("<td>quá hạn, đang giải quyết</td>"), "{}", row(&page, code));
    }
    assert!(row(&page, "W4").contains("<td>trễ hạn, xong 13/5/2024</td>"), "{}", row(&page, "W4"));
    assert!(row(&page, "T1").contains("<td>Đang thực hiện, quá hạn</td>"), "{}", row(&page, "T1"));
    assert!(row(&page, "T2").contains("<td>Hoàn thành 13/5/2024, trễ hạn</td>"), "{}", row(&page, "T2"));
});

both!(petitions_and_targets_are_said_as_recorded, |house| {
    let town = Town::open(&house.url).await;
    let petition = |code: &str, kind: &str, channel: &str| {
        Record::Petition(PetitionRecord {
            code: code.into(),
            received_at: Some(at("2024-05-06T02:00:00Z")),
            kind: kind.into(),
            channel: channel.into(),
            due_at: Some(at("2024-05-13T10:00:00Z")),
            answered_at: Some(at("2024-05-08T02:00:00Z")),
            ..PetitionRecord::default()
        })
    };
    let target = |code: &str, name: &str, unit: &str, to_on: &str| {
        Record::Target(TargetRecord {
            code: code.into(),
            name: name.into(),
            unit_code: unit.into(),
            indicator: "petition_on_time_rate".into(),
            comparison: "at_least".into(),
            value_hundredths: 9000,
            from_on: Some(day("2024-01-01")),
            to_on: Some(day(to_on)),
            basis: "Kế hoạch số 1/KH-UBND".into(),
        })
    };
    let records = vec![
        petition("K-1", "regulation", "pakn.dichvucong.gov.vn"),
        target("CT-1", "Trả lời đúng hạn", "", "2024-12-31"),
        target("CT-2", "Của phường", "P1", "2024-12-31"),
        target("CT-3", "Của năm trước", "", "2024-05-13"),
        target("CT-4", "Của Ủy ban", "UB", "2024-05-14"),
    ];
    assert_eq!(told(&town.import(records).await), ["landed"; 5]);
    let seen = page(&town).await;
    let all = "phát sinh 01 phản ánh kiến nghị của người dân, tổ chức liên quan đến quy định TTHC trên pakn.dichvucong.gov.vn, đã giải quyết 01";
    assert!(seen.contains(all), "{seen}");
    let reached =
        "chỉ tiêu được giao từ 90% trở lên (Kế hoạch số 1/KH-UBND); thực hiện 100% (1/1), vượt chỉ tiêu.";
    assert!(seen.contains(&format!("- Trả lời đúng hạn: {reached}")), "{seen}");
    assert!(seen.contains(&format!("- Của Ủy ban: {reached}")));
    assert!(!seen.contains("Của phường") && !seen.contains("Của năm trước"));
    assert_eq!(told(&town.import(vec![petition("K-2", "behaviour", "duong-day-nong")]).await), ["landed"]);
    let seen = page(&town).await;
    let some = "phát sinh 02 phản ánh kiến nghị của người dân, tổ chức (trong đó 01 phản ánh liên quan đến quy định TTHC; 01 phản ánh tiếp nhận trên pakn.dichvucong.gov.vn), đã giải quyết 02";
    assert!(seen.contains(some), "{seen}");
});
