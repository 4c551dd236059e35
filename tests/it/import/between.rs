//! What must not happen between files and people: a state dated by a flag, a file that takes back what somebody did
//! since, an older one that slips in, an undo over people's work.

use bonro::domain::dossier::State;
use bonro::domain::permission::Scope;
use bonro::domain::record::DossierRecord;
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_server::DossierService as _;
use bonro::pb::v1::import_service_server::ImportService as _;
use bonro::service::ServiceError;
use bonro::service::imports::Start;
use uuid::Uuid;

use super::nights::{dossier, events, feed, night, row, source};
use crate::records::checked::found;
use crate::records::town::{Town, answered, at, procedure, refused};
use crate::support::both;

both!(what_people_did_since_the_file_stands_and_flags_move_no_day, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    // Fed the next morning after the flagging job ran and the appointment moved: the states are of the evening.
    let due = |record| DossierRecord { promised_at: Some(at("2024-05-13T10:00:00Z")), ..record };
    let first =
        vec![due(row("H-1", State::InProcess)), row("H-2", State::InProcess), row("H-3", State::InProcess)];
    feed(&town, night(1, "2024-05-13T16:00:00Z"), first).await.expect("it lands");
    town.set("2024-05-14T00:30:00Z");
    let mut work = town.work().await;
    bonro::service::dossiers::flag_overdue(&mut work, 100).await.expect("it flags");
    work.finish(&[]).await.expect("it is kept");
    let handed = v1::HandOverRequest {
        name: "dossiers/H-3".into(),
        to_holder: "officials/P1-01".into(),
        ..Default::default()
    };
    answered(town.front.hand_over(town.ask(handed)).await);
    town.set("2024-05-14T01:00:00Z");
    let moved = DossierRecord {
        promised_at: Some(at("2024-05-20T10:00:00Z")),
        ..row("H-1", State::AwaitingSupplement)
    };
    let third = DossierRecord { officer_code: "VP-01".into(), ..row("H-3", State::AwaitingSupplement) };
    let second = vec![moved, row("H-2", State::AwaitingSupplement), third];
    let outcome = feed(&town, night(2, "2024-05-13T16:30:00Z"), second).await.expect("it lands");
    for code in ["H-1", "H-2"] {
        let stood = events(&town, code).await;
        let paused = stood.iter().find(|(kind, _)| kind == "paused").expect("it stands");
        assert_eq!(paused.1, at("2024-05-13T16:30:00Z"), "{code}: {stood:?}");
    }
    // Handed over here this morning: last night's file neither takes it back nor stops it.
    let here = dossier(&town, "H-3").await;
    assert_eq!((here.holder.as_str(), here.state()), ("officials/P1-01", v1::DossierState::InProcess));
    let reasons: Vec<&str> = outcome[2].landed.problems.iter().map(|p| p.reason.as_str()).collect();
    assert!(outcome[2].landed.problems.is_empty() || reasons.contains(&"STATE_DIFFERS"), "{outcome:?}");
    assert_eq!(found(&town).await, [] as [String; 0]);
});

both!(files_of_no_date_and_of_units_take_nothing_back, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    // A newer file that broke off counts as known.
    let start = |number: u128, watermark: Option<&str>, kind: &str| Start {
        import_id: Uuid::from_u128(number),
        source: "iGate".into(),
        kind: kind.into(),
        watermark: watermark.map(at),
        ..Start::default()
    };
    let open = async |start: &Start, scope| town.house.start_import(town.context(scope), start).await;
    open(&start(1, Some("2024-05-10T16:00:00Z"), "full"), Scope::All).await.expect("it opens");
    for (number, watermark, reason) in
        [(2, Some("2024-05-09T16:00:00Z"), "OLDER_THAN_KNOWN"), (3, None, "WATERMARK_MISSING")]
    {
        let refusal = open(&start(number, watermark, "full"), Scope::All).await;
        let Err(ServiceError::Precondition { reason: said, vi, .. }) = refusal else {
            panic!("it was taken")
        };
        assert!(said == reason && vi.contains("hãy"), "{said} {vi}");
    }
    let unit = town.unit("P1").await;
    let refusal = open(&start(4, Some("2024-05-11T16:00:00Z"), "full"), unit.clone()).await;
    let Err(ServiceError::Invalid(wrong)) = refusal else { panic!("a unit's key brought all of a source") };
    assert_eq!(wrong[0].field, "start.kind");
    let part = start(5, Some("2024-05-11T16:00:00Z"), "partial");
    open(&part, unit.clone()).await.expect("a part");
    town.house.finish_import(town.context(unit), &part).await.expect("it ends");
    assert_eq!(source(&town).await.watermark, None, "it says nothing of the others' records");
});

both!(what_was_brought_again_is_not_undone_over_peoples_work, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    let undo = |number: u128| v1::UndoImportRequest {
        name: format!("imports/{}", Uuid::from_u128(number)),
        reason: "nhầm tệp".into(),
    };
    feed(&town, night(1, "2024-05-08T16:00:00Z"), vec![row("H-1", State::InProcess)])
        .await
        .expect("it lands");
    answered(town.front.undo_import(town.ask(undo(1))).await);
    // The same id is over; a new one brings it again.
    let again = feed(&town, night(1, "2024-05-08T16:00:00Z"), vec![row("H-1", State::InProcess)]).await;
    assert!(matches!(again, Err(ServiceError::Precondition { reason: "IMPORT_UNDONE", .. })), "{again:?}");
    town.clock.advance(chrono::TimeDelta::minutes(1));
    feed(&town, night(2, "2024-05-08T16:00:00Z"), vec![row("H-1", State::InProcess)])
        .await
        .expect("it lands");
    let resolve = v1::ResolveDossierRequest {
        name: "dossiers/H-1".into(),
        outcome: v1::Outcome::Resolved.into(),
        ..Default::default()
    };
    answered(town.front.resolve_dossier(town.ask(resolve)).await);
    assert_eq!(refused(town.front.undo_import(town.ask(undo(2))).await).1, "WORKED_ON");
    assert_eq!(dossier(&town, "H-1").await.state(), v1::DossierState::Resolved);
});
