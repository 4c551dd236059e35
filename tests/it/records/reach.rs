//! An import reaches as far as its caller, and folds that run at once add each row once.

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs};
use bonro::domain::record::{DossierRecord, OfficialRecord, PaymentRecord, Record};
use bonro::store::figures;

use super::town::{Town, at, procedure, told};
use crate::support::both;

fn dossier(code: &str, unit: &str, closed: Option<&str>) -> Record {
    Record::Dossier(Box::new(DossierRecord {
        code: code.into(),
        procedure_code: "d5".into(),
        unit_code: unit.into(),
        channel: Some(Channel::Counter),
        applicant_kind: Some(ApplicantKind::Person),
        received_at: Some(at("2024-05-02T02:00:00Z")),
        closed_at: closed.map(at),
        outcome: closed.map(|_| ClosedAs::Resolved),
        ..DossierRecord::default()
    }))
}

both!(an_import_reaches_as_far_as_its_caller, |house| {
    let town = Town::open(&house.url).await;
    let official = |unit: &str, email: &str| {
        Record::Official(OfficialRecord {
            code: "P2-09".into(),
            unit_code: unit.into(),
            full_name: "Cán bộ P2-09".into(),
            role: "officer".into(),
            email: email.into(),
        })
    };
    let closed = dossier("H2", "P2", Some("2024-05-03T02:00:00Z"));
    let standing = vec![procedure(), closed, official("P2", "p2.09@ducpho.example")];
    assert_eq!(told(&town.import(standing).await), ["landed"; 3]);

    let own = town.unit("P1").await;
    let stolen = official("P1", "elsewhere@ducpho.example");
    let rows = vec![dossier("H1", "P1", None), dossier("H2", "P1", None), dossier("H3", "P2", None), stolen];
    let outcomes = told(&town.import_within(own, "ward", rows).await);
    assert_eq!(outcomes, ["landed", "refused code", "refused unit_code", "refused code"]);
});

both!(imports_are_known_to_the_key_that_began_them, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![dossier("H9", "P1", None)]).await;
    let list = async |scope| {
        let mut context = town.context(scope);
        // Another key than the town's own.
        context.caller.key_id = uuid::Uuid::from_u128(7);
        let look = town.house.look(context).await.expect("a snapshot");
        let query = bonro::service::ListQuery {
            conditions: Vec::new(),
            order: bonro::domain::filter::Order { field: "create_time", descending: false },
            after: None,
            limit: 10,
        };
        bonro::service::imports::list(&look, &query).await.expect("a page").rows.len()
    };
    assert!(list(bonro::domain::permission::Scope::All).await > 0);
    assert_eq!(list(town.unit("P1").await).await, 0);
});

both!(folds_at_once_add_each_row_once, |house| {
    let town = Town::open(&house.url).await;
    let payments = (0..50).map(|n| {
        Record::Payment(PaymentRecord {
            code: format!("TT-{n}"),
            unit_code: "P1".into(),
            paid_at: Some(at("2024-05-14T02:00:00Z")),
            kind: "fee".into(),
            amount_vnd: 1000 + n,
            online: true,
            ..PaymentRecord::default()
        })
    });
    town.import(payments.collect()).await;
    let cut = figures::cut(&town.house.store, at("2024-05-16T00:15:00Z")).await.expect("a cut");
    let fold = || {
        let store = town.house.store.clone();
        tokio::spawn(async move {
            let tx = store.begin().await.expect("a transaction");
            let folded = figures::fold(&tx, cut).await.expect("it folds");
            // Long enough for another one to have read the same number, if it could.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            tx.commit().await.expect("it is kept");
            folded
        })
    };
    let (a, b, c) = (fold(), fold(), fold());
    let mut folded = [a.await.expect("a"), b.await.expect("b"), c.await.expect("c")];
    folded.sort_unstable();
    assert_eq!(folded, [0, 0, 100]);
    let look = town.work().await;
    let differing = figures::cells_against_entries(&look.tx).await.expect("they are compared");
    assert!(differing.is_empty(), "{differing:?}");
});
