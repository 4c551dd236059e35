//! A file that opens a great share of its source's closed dossiers again: it is stopped before it does, in a dry run and
//! in earnest, unless somebody forces it; and what it did before can be undone.

use bonro::domain::dossier::{ClosedAs, State};
use bonro::domain::permission::Scope;
use bonro::domain::record::{DossierRecord, ImportRow, Record};
use bonro::pb::v1;
use bonro::pb::v1::import_service_server::ImportService as _;
use bonro::service::ServiceError;
use bonro::service::imports::Start;
use uuid::Uuid;

use super::nights::{Night, dossier, feed, night, row};
use crate::records::checked::found;
use crate::records::town::{Town, answered, at, procedure, told};
use crate::support::both;

fn resolved(number: usize) -> DossierRecord {
    DossierRecord {
        closed_at: Some(at("2024-05-08T03:00:00Z")),
        outcome: Some(ClosedAs::Resolved),
        ..row(&format!("H-{number}"), State::Resolved)
    }
}

fn open(number: usize) -> DossierRecord {
    row(&format!("H-{number}"), State::InProcess)
}

fn withdrawn(number: usize) -> DossierRecord {
    DossierRecord { outcome: Some(ClosedAs::Withdrawn), ..row(&format!("W-{number}"), State::Withdrawn) }
}

fn why<T>(result: Result<T, ServiceError>) -> (String, String) {
    match result {
        Err(ServiceError::Precondition { reason, vi, .. }) => (reason.to_owned(), vi),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was taken"),
    }
}

both!(a_file_that_opens_many_closed_dossiers_again_is_stopped, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    let first = (0..300).map(resolved).chain((0..30).map(withdrawn)).collect();
    let first = feed(&town, night(1, "2024-05-08T16:00:00Z"), first).await.expect("it lands");
    assert!(told(&first).iter().all(|t| t == "landed"), "{first:?}");

    // Twenty may be news; twenty-one of three hundred are not.
    let some = |count: usize| -> Vec<DossierRecord> {
        (0..count).map(open).chain((count..300).map(resolved)).collect()
    };
    let second = feed(&town, night(2, "2024-05-09T16:00:00Z"), some(20)).await.expect("it lands");
    assert_eq!(told(&second).iter().filter(|t| t.starts_with("changed")).count(), 20);
    assert_eq!(second[0].landed.problems[0].field, "closed_at");
    let ledger = town.ledger("dossier").await;
    let (reason, vi) = why(feed(&town, night(3, "2024-05-10T16:00:00Z"), some(60)).await);
    assert_eq!(reason, "TOO_MANY_REOPENED");
    assert!(vi.contains("40 trong 280") && vi.contains("hãy"), "{vi}");
    assert_eq!(town.ledger("dossier").await, ledger, "nothing of the batch landed");

    // The column of states is gone: the resolved have their date, the withdrawn have nothing left.
    let third = |number: usize| DossierRecord {
        stands_as: Some(State::InProcess),
        outcome: None,
        ..withdrawn(number)
    };
    let stateless: Vec<DossierRecord> = (20..300).map(resolved).chain((0..30).map(third)).collect();
    let (reason, vi) = why(feed(&town, night(4, "2024-05-10T17:00:00Z"), stateless.clone()).await);
    assert!(reason == "TOO_MANY_REOPENED" && vi.contains("30 trong 30"), "{vi}");
    assert_eq!(town.ledger("dossier").await, ledger);

    // The same by force, and the same again without it: nothing is opened any more.
    let forced = Night { force: true, ..night(5, "2024-05-10T17:00:00Z") };
    feed(&town, forced, stateless.clone()).await.expect("it lands");
    assert_eq!(dossier(&town, "W-29").await.state(), v1::DossierState::InProcess);
    feed(&town, night(6, "2024-05-10T18:00:00Z"), stateless).await.expect("it lands");
    assert_eq!(found(&town).await, [] as [String; 0]);
});

both!(an_import_that_was_stopped_is_rehearsed_alike_and_can_be_undone, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    let all: Vec<DossierRecord> = (0..120).map(resolved).collect();
    feed(&town, night(1, "2024-05-08T16:00:00Z"), all).await.expect("it lands");
    let start = |number: u128| Start {
        import_id: Uuid::from_u128(number),
        source: "iGate".into(),
        kind: "partial".into(),
        watermark: Some(at("2024-05-09T16:00:00Z")),
        ..Start::default()
    };
    let batch = |from: usize| -> Vec<ImportRow> {
        let record = |number| Record::Dossier(Box::new(open(number)));
        let one = |(line, number)| ImportRow { file: "dem.xlsx".into(), line, record: record(number) };
        (2..).zip(from..from + 15).map(one).collect()
    };
    let context = || town.context(Scope::All);

    // The first batch of fifteen is news; with the second the import opens thirty of a hundred and twenty.
    let mut rehearsal = town.house.rehearse(context(), &start(2)).await.expect("it begins");
    rehearsal.batch(&town.house, context(), 1, batch(0)).await.expect("it is looked at");
    let rehearsed = why(rehearsal.batch(&town.house, context(), 16, batch(15)).await);
    drop(rehearsal);
    let ledger = town.ledger("dossier").await;
    town.house.start_import(context(), &start(2)).await.expect("it opens");
    town.house.import_batch(context(), &start(2), 1, batch(0)).await.expect("it lands");
    let stopped = why(town.house.import_batch(context(), &start(2), 16, batch(15)).await);
    assert_eq!(stopped, rehearsed);
    assert!(stopped.1.contains("30 trong 120") && stopped.1.contains("sau dòng 15"), "{stopped:?}");

    let undo =
        v1::UndoImportRequest { name: format!("imports/{}", Uuid::from_u128(2)), reason: "nhầm".into() };
    answered(town.front.undo_import(town.ask(undo)).await);
    assert_eq!(dossier(&town, "H-3").await.state(), v1::DossierState::Resolved);
    assert_eq!(town.ledger("dossier").await, ledger, "what was done and undone adds up to nothing");
    assert_eq!(found(&town).await, [] as [String; 0]);
});

both!(years_in_which_nothing_can_be_are_refused_by_the_house, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    let due =
        |code: &str, due: &str| DossierRecord { promised_at: Some(at(due)), ..row(code, State::InProcess) };
    let rows = vec![
        due("H-1", "2034-05-13T10:00:00Z"),
        due("H-2", "2035-05-13T10:00:00Z"),
        DossierRecord { received_at: Some(at("1924-05-06T02:00:00Z")), ..row("H-3", State::InProcess) },
    ];
    let outcomes = feed(&town, night(1, "2024-05-13T16:00:00Z"), rows).await.expect("it is answered");
    let said: Vec<Vec<(&str, &str)>> = outcomes
        .iter()
        .map(|o| o.landed.problems.iter().map(|p| (p.field.as_str(), p.reason.as_str())).collect())
        .collect();
    assert!(said[0].iter().all(|(_, reason)| *reason != "IMPLAUSIBLE_DATE"), "{said:?}");
    assert!(said[1].contains(&("due_at", "IMPLAUSIBLE_DATE")), "{said:?}");
    assert!(said[2].contains(&("received_at", "IMPLAUSIBLE_DATE")), "{said:?}");
});
