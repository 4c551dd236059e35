//! The checker recounts tasks and petitions from their events, ratings and payments from their records: it finds
//! nothing where all went its way, and names each row of the ledger that was changed behind the house's back.

use bonro::domain::permission::Scope;
use bonro::domain::record::{PaymentRecord, PetitionRecord, Record, SurveyRecord, TaskRecord};
use bonro::service::checker;
use sea_orm::{ConnectionTrait as _, Database};

use super::town::{Town, at, day, told};
use crate::support::both;

/// What the checker names: `day unit fact: ledger, events`.
pub async fn found(town: &Town) -> Vec<String> {
    let look = town.house.look(town.context(Scope::All)).await.expect("a look");
    let found = checker::check(&look).await.expect("the checker ends");
    let unit = |id| look.rules.unit_code(id);
    found
        .iter()
        .map(|d| format!("{} {} {}: {}, {}", d.on, unit(d.unit_id), d.fact, d.ledger, d.events))
        .collect()
}

both!(the_checker_recounts_every_kind_of_record, |house| {
    let town = Town::open(&house.url).await;
    let task = Record::Task(TaskRecord {
        code: "NV-1".into(),
        title: "Báo cáo".into(),
        assigned_on: Some(day("2024-05-02")),
        lead_unit_code: "VP".into(),
        due_on: Some(day("2024-05-06")),
        completed_at: Some(at("2024-05-07T02:00:00Z")),
        ..TaskRecord::default()
    });
    let petition = Record::Petition(PetitionRecord {
        code: "PA-1".into(),
        unit_code: "P1".into(),
        received_at: Some(at("2024-05-03T02:00:00Z")),
        due_at: Some(at("2024-05-10T02:00:00Z")),
        answered_at: Some(at("2024-05-08T02:00:00Z")),
        channel: "portal".into(),
        kind: "behaviour".into(),
        ..PetitionRecord::default()
    });
    let survey = Record::Survey(SurveyRecord {
        code: "DG-1".into(),
        unit_code: "P2".into(),
        rated_at: Some(at("2024-05-03T02:00:00Z")),
        rating: "satisfied".into(),
    });
    let payment = |amount_vnd| {
        Record::Payment(PaymentRecord {
            code: "TT-1".into(),
            unit_code: "VP".into(),
            paid_at: Some(at("2024-05-03T02:00:00Z")),
            kind: "fee".into(),
            amount_vnd,
            online: true,
            dossier_code: String::new(),
        })
    };
    let outcomes = town.import(vec![task, petition, survey, payment(20_000)]).await;
    assert!(told(&outcomes).iter().all(|o| o.starts_with("landed")), "{:?}", told(&outcomes));
    assert_eq!(told(&town.import(vec![payment(50_000)]).await), ["changed"]);
    assert_eq!(found(&town).await, [] as [String; 0]);

    let tables = Database::connect(&house.url).await.expect("the database opens");
    for (fact, line) in [
        ("task_completed:late", "2024-05-07 VP task_completed:late: 2, 1"),
        ("task_overdue", "2024-05-06 VP task_overdue: 2, 1"),
        ("petition_answered:on_time", "2024-05-08 P1 petition_answered:on_time: 2, 1"),
        ("rated:satisfied", "2024-05-03 P2 rated:satisfied: 2, 1"),
    ] {
        let set = async |quantity: i32| {
            let sql = format!("UPDATE figure_entry SET quantity = {quantity} WHERE fact = '{fact}'");
            let done = tables.execute_unprepared(&sql).await.expect("whoever may write may do so");
            assert_eq!(done.rows_affected(), 1, "{sql}");
        };
        set(2).await;
        assert_eq!(found(&town).await, [line]);
        set(1).await;
    }
    // The amount was corrected once: the row that says so is lost.
    let sql = "DELETE FROM figure_entry WHERE subject_kind = 'payment' AND quantity = 30000";
    let done = tables.execute_unprepared(sql).await.expect("whoever may write may do so");
    assert_eq!(done.rows_affected(), 1);
    let line = found(&town).await;
    assert!(line.len() == 1 && line[0].ends_with(": 20000, 50000"), "{line:?}");
});
