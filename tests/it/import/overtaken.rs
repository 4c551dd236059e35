//! Imports that lost their turn: begun, overtaken by a newer file, and gone on with; or refused row by row. Neither is
//! their source's word.

use bonro::domain::dossier::State;
use bonro::domain::permission::Scope;
use bonro::domain::record::{ImportRow, Record};
use bonro::pb::v1;
use bonro::pb::v1::import_service_server::ImportService as _;
use bonro::service::ServiceError;
use bonro::service::imports::Start;
use chrono::TimeDelta;
use uuid::Uuid;

use super::nights::{dossier, feed, night, row, source};
use crate::records::town::{Town, answered, at, procedure};
use crate::support::both;

fn rows(codes: &[&str], state: State) -> Vec<ImportRow> {
    let row = |(line, code): (u64, &&str)| ImportRow {
        file: "dem.xlsx".into(),
        line: line.try_into().expect("a line"),
        record: Record::Dossier(Box::new(row(code, state))),
    };
    (2..).zip(codes).map(row).collect()
}

both!(an_import_that_was_overtaken_goes_on_no_more, |house| {
    let town = Town::open(&house.url).await;
    town.set("2024-05-16T01:00:00Z");
    town.import(vec![procedure()]).await;
    // Monday's file dies after its first batch.
    let monday = Start {
        import_id: Uuid::from_u128(1),
        source: "iGate".into(),
        kind: "full".into(),
        watermark: Some(at("2024-05-13T16:00:00Z")),
        ..Start::default()
    };
    let context = || town.context(Scope::All);
    town.house.start_import(context(), &monday).await.expect("it opens");
    town.house.import_batch(context(), &monday, 1, rows(&["D-1"], State::InProcess)).await.expect("it lands");
    town.clock.advance(TimeDelta::minutes(1));
    // A batch that isn't numbered would count as one that was sent before.
    let unnumbered = town.house.import_batch(context(), &monday, 0, rows(&["D-9"], State::InProcess)).await;
    let Err(ServiceError::Invalid(wrong)) = unnumbered else { panic!("{unnumbered:?}") };
    assert_eq!(wrong[0].field, "batch.first_row");

    let tuesday = vec![row("D-1", State::InProcess), row("D-2", State::AwaitingPayment)];
    feed(&town, night(2, "2024-05-14T16:00:00Z"), tuesday).await.expect("it lands");
    town.clock.advance(TimeDelta::minutes(1));
    // Gone on with, its rows would take back what Tuesday told.
    let again = town.house.start_import(context(), &monday).await.expect("it is known");
    assert_eq!(again.committed_row, 1);
    let late = town.house.import_batch(context(), &monday, 2, rows(&["D-2"], State::InProcess)).await;
    assert!(matches!(&late, Err(ServiceError::Precondition { reason: "OLDER_THAN_KNOWN", .. })), "{late:?}");
    assert_eq!(dossier(&town, "D-2").await.state(), v1::DossierState::AwaitingPayment);
    // It is over, and names nothing as missing.
    town.house.finish_import(context(), &monday).await.expect("it is over");
    let known = source(&town).await.watermark.expect("it speaks");
    assert_eq!(known.seconds, at("2024-05-14T16:00:00Z").timestamp());
    // What is newer than Tuesday comes in as ever.
    let wednesday = vec![row("D-1", State::InProcess), row("D-2", State::InProcess)];
    feed(&town, night(3, "2024-05-15T16:00:00Z"), wednesday).await.expect("it lands");
});

both!(a_file_that_was_refused_row_by_row_makes_nothing_fresh, |house| {
    let town = Town::open(&house.url).await;
    town.set("2024-05-16T01:00:00Z");
    town.import(vec![procedure()]).await;
    feed(&town, night(1, "2024-05-13T16:00:00Z"), vec![row("D-1", State::InProcess)])
        .await
        .expect("it lands");
    town.clock.advance(TimeDelta::minutes(1));
    // The software renamed the unit.
    let mut renamed = row("D-1", State::InProcess);
    "Phòng Không Có".clone_into(&mut renamed.unit_code);
    feed(&town, night(2, "2024-05-15T16:00:00Z"), vec![renamed]).await.expect("it is answered");
    let known = source(&town).await.watermark.expect("it speaks");
    assert_eq!(known.seconds, at("2024-05-13T16:00:00Z").timestamp(), "still Monday's");
    // Nor does it keep out Tuesday's file.
    feed(&town, night(3, "2024-05-14T16:00:00Z"), vec![row("D-1", State::InProcess)])
        .await
        .expect("it lands");
    let known = source(&town).await.watermark.expect("it speaks");
    assert_eq!(known.seconds, at("2024-05-14T16:00:00Z").timestamp());
});

both!(a_source_that_does_not_say_up_to_when_speaks_of_when_it_was_sent, |house| {
    let town = Town::open(&house.url).await;
    town.set("2024-05-13T01:00:00Z");
    town.import(vec![procedure()]).await;
    let context = || town.context(Scope::All);
    for (number, sent) in [(1, "2024-05-13T02:00:00Z"), (2, "2024-05-13T03:00:00Z")] {
        let start = Start {
            import_id: Uuid::from_u128(number),
            source: "iGate".into(),
            kind: "partial".into(),
            ..Start::default()
        };
        town.set(sent);
        town.house.start_import(context(), &start).await.expect("it opens");
        town.house.import_batch(context(), &start, 1, rows(&["D-1"], State::InProcess)).await.expect("lands");
        town.clock.advance(TimeDelta::minutes(1));
        town.house.finish_import(context(), &start).await.expect("it ends");
    }
    // A week later it is old, but nobody promised a next file.
    town.set("2024-05-20T03:00:00Z");
    let known = source(&town).await;
    assert_eq!(known.watermark.map(|at| at.seconds), Some(at("2024-05-13T03:00:00Z").timestamp()));
    assert_eq!((known.age_minutes, known.stale), (Some(5 * 8 * 60), false));
    // Whoever sets a limit expects one.
    let request = v1::UpdateSourceRequest {
        name: "sources/iGate".into(),
        stale_after_hours: Some(39),
        ..Default::default()
    };
    let known = answered(town.front.update_source(town.ask(request)).await).source.expect("the source");
    assert!(known.stale);
    // A file that says more than that is the source's word from then on.
    feed(&town, night(3, "2024-05-19T16:00:00Z"), vec![row("D-1", State::InProcess)]).await.expect("lands");
    let known = source(&town).await;
    assert_eq!(known.watermark.map(|at| at.seconds), Some(at("2024-05-19T16:00:00Z").timestamp()));
    assert!(!known.stale);
});
