//! Who reaches what: a key of a unit, an officer, a key of the whole house. What lies beyond is not there.

use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use tonic::Code;

use super::filters::list;
use super::office::{ALL, Office, VERBS, act, refusal};
use crate::support::{Call, both};

async fn codes(call: &Call, filter: &str) -> Vec<String> {
    let mut client = DossierServiceClient::new(call.clone());
    let page = client.list_dossiers(list(filter, "code", 0, "")).await.expect("a list").into_inner();
    page.dossiers.into_iter().map(|dossier| dossier.code).collect()
}

async fn read(call: &Call, code: &str) -> Result<(), tonic::Status> {
    let mut client = DossierServiceClient::new(call.clone());
    client.get_dossier(v1::GetDossierRequest { name: format!("dossiers/{code}") }).await?;
    let parent = format!("dossiers/{code}");
    client.list_dossier_events(v1::ListDossierEventsRequest { parent, ..Default::default() }).await?;
    Ok(())
}

/// One dossier in each unit, held by A-01 but for the last two.
async fn fill(office: &Office) {
    for (code, unit, holder) in [
        ("T-1", "T", "A-01"),
        ("A-1", "A", "A-01"),
        ("A1-1", "A1", "A-01"),
        ("A-2", "A", "A-02"),
        ("B-1", "B", "B-01"),
    ] {
        let request = v1::ReceiveDossierRequest {
            unit: format!("units/{unit}"),
            holder: format!("officials/{holder}"),
            ..Office::new_dossier(code)
        };
        office.receive(request).await;
    }
}

both!(a_key_of_a_unit_reaches_its_subtree, |house| {
    let office = Office::open(&house).await;
    fill(&office).await;
    for (unit, expected) in [
        ("", &["A-1", "A-2", "A1-1", "B-1", "T-1"][..]),
        ("T", &["A-1", "A-2", "A1-1", "B-1", "T-1"]),
        ("A", &["A-1", "A-2", "A1-1"]),
        ("A1", &["A1-1"]),
        ("B", &["B-1"]),
    ] {
        let call = office.line.call(&office.line.key(&ALL, "", unit).await);
        assert_eq!(codes(&call, "").await, expected, "a key of {unit:?}");
        let within: Vec<&str> = expected.iter().copied().filter(|code| *code == "B-1").collect();
        assert_eq!(codes(&call, "unit = \"units/B\"").await, within, "a filter widens no reach");
        for code in ["T-1", "A-1", "A1-1", "A-2", "B-1"] {
            let seen = read(&call, code).await;
            if expected.contains(&code) {
                seen.expect("within reach");
                continue;
            }
            let unknown = read(&call, "NONE").await.expect_err("it doesn't exist");
            let hidden = seen.expect_err("beyond reach");
            assert_eq!(refusal(&hidden), (Code::NotFound, "NOT_FOUND".to_owned()), "{code} for {unit}");
            assert_eq!(hidden.message().replace(code, "NONE"), unknown.message(), "told as unknown");
            for verb in VERBS {
                let refused = act(&call, verb, code, "").await.expect_err(verb);
                assert_eq!(refused.code(), Code::NotFound, "{verb} of {code} for {unit}");
                // Not even the etag tells that it exists.
                let refused = act(&call, verb, code, "stale").await.expect_err(verb);
                assert_eq!(refused.code(), Code::NotFound, "{verb} of {code} for {unit}");
            }
        }
    }
    assert_eq!(office.count("event").await, 5, "nothing was done");

    // It receives within its subtree only, and isn't told what lies beyond.
    let call = office.line.call(&office.line.key(&[v1::Role::Clerk], "", "A").await);
    let mut clerk = DossierServiceClient::new(call);
    let new = |unit: &str| v1::ReceiveDossierRequest { unit: unit.to_owned(), ..Office::new_dossier("N") };
    let beyond = clerk.receive_dossier(new("units/B")).await.expect_err("beyond reach");
    let unknown = clerk.receive_dossier(new("units/NONE")).await.expect_err("unknown");
    assert_eq!(refusal(&beyond), refusal(&unknown));
    assert_eq!(beyond.message().replace("“B”", "“NONE”"), unknown.message());
    clerk.receive_dossier(new("units/A1")).await.expect("below its unit");
});

both!(an_officer_works_on_what_is_his, |house| {
    let office = Office::open(&house).await;
    fill(&office).await;
    let officer = office.line.call(&office.line.key(&[v1::Role::Officer], "A-01", "A").await);
    // He reads his unit, as the contract says of reading, and works on what he holds.
    assert_eq!(codes(&officer, "").await, ["A-1", "A-2", "A1-1"]);
    let own_work =
        ["start", "supplement", "resume", "payment", "resume", "reappoint", "delay_cause", "suspend"];
    for verb in own_work {
        office.tick();
        let refused = act(&officer, verb, "A-2", "").await.expect_err("a colleague's");
        assert_eq!(refusal(&refused), (Code::NotFound, "NOT_FOUND".to_owned()), "{verb}");
        act(&officer, verb, "A-1", "").await.unwrap_or_else(|status| panic!("{verb}: {status:?}"));
    }
    office.tick();
    act(&officer, "resume", "A-1", "").await.expect("his");
    // Handed over it is no longer his.
    office.tick();
    act(&officer, "hand_over", "A-1", "").await.expect("his");
    let refused = act(&officer, "resolve", "A-1", "").await.expect_err("no longer his");
    assert_eq!(refused.code(), Code::NotFound);
    let other = office.line.call(&office.line.key(&[v1::Role::Officer], "A-02", "A").await);
    office.tick();
    act(&other, "resolve", "A-1", "").await.expect("it is the other's now");

    // With another role that the verb allows the reach is the unit's.
    let both = office.line.key(&[v1::Role::Officer, v1::Role::Head], "A-01", "A").await;
    act(&office.line.call(&both), "start", "A-2", "").await.expect("a head reaches the unit");
    // An officer's key without an official holds nothing.
    let nobody = office.line.call(&office.line.key(&[v1::Role::Officer], "", "").await);
    let refused = act(&nobody, "start", "A1-1", "").await.expect_err("nobody's");
    assert_eq!(refused.code(), Code::NotFound);
    // Verbs that aren't an officer's at all.
    let refused = act(&officer, "correct", "A1-1", "").await.expect_err("a head's verb");
    assert_eq!(refusal(&refused), (Code::PermissionDenied, "ROLE_MISSING".to_owned()));
});
