//! Etags and writers that meet: nobody overwrites what somebody else has just done.

use bonro::pb::v1;
use tonic::Code;

use super::office::{Office, act, refusal};
use crate::support::both;

both!(a_stale_etag_is_refused_and_the_newest_works, |house| {
    let office = Office::open(&house).await;
    let seen = office.receive(Office::new_dossier("D")).await.etag;
    let newest = office.does("start", "D").await.etag;
    assert_ne!(seen, newest);
    for verb in
        ["hand_over", "supplement", "payment", "suspend", "reappoint", "resolve", "withdraw", "correct"]
    {
        office.tick();
        let refused = act(&office.call(), verb, "D", &seen).await.expect_err(verb);
        assert_eq!(refusal(&refused), (Code::Aborted, "CHANGED_MEANWHILE".to_owned()), "{verb}");
        assert!(refused.message().contains("dossiers/D"), "{verb}: {}", refused.message());
    }
    assert_eq!(office.get("D").await.etag, newest, "nothing happened");
    let done = act(&office.call(), "hand_over", "D", &newest).await.expect("the newest");
    assert_ne!(done.etag, newest);
});

fn hand_over(number: usize, etag: &str) -> v1::HandOverRequest {
    v1::HandOverRequest {
        name: "dossiers/D".to_owned(),
        to_holder: format!("officials/A-0{}", number % 2 + 1),
        step: format!("bước {number}"),
        etag: etag.to_owned(),
        ..Default::default()
    }
}

/// Steps of the hand-overs that the history holds.
async fn steps(office: &Office) -> Vec<String> {
    let events = office.events("D").await;
    assert!(events.iter().zip(1..).all(|(event, number)| event.number == number), "no number twice");
    let mut steps: Vec<String> =
        events.into_iter().map(|event| event.step).filter(|s| !s.is_empty()).collect();
    steps.sort();
    steps
}

both!(of_concurrent_writers_with_one_etag_one_wins, |house| {
    let office = Office::open(&house).await;
    let etag = office.receive(Office::new_dossier("D")).await.etag;
    office.tick();
    let writers = (0..6).map(|number| {
        let (mut client, request) = (office.dossiers(), hand_over(number, &etag));
        async move { client.hand_over(request).await.map(|_| format!("bước {number}")) }
    });
    let (mut won, mut lost) = (Vec::new(), 0);
    for outcome in futures_util::future::join_all(writers).await {
        match outcome {
            Ok(step) => won.push(step),
            Err(status) => {
                assert_eq!(refusal(&status), (Code::Aborted, "CHANGED_MEANWHILE".to_owned()));
                lost += 1;
            }
        }
    }
    assert_eq!((won.len(), lost), (1, 5));
    assert_eq!(steps(&office).await, won);
});

both!(concurrent_writers_without_an_etag_lose_nothing, |house| {
    let office = Office::open(&house).await;
    office.receive(Office::new_dossier("D")).await;
    office.tick();
    let writers = (0..6).map(|number| {
        let (mut client, request) = (office.dossiers(), hand_over(number, ""));
        async move { client.hand_over(request).await.map(|_| format!("bước {number}")) }
    });
    let mut done = Vec::new();
    for outcome in futures_util::future::join_all(writers).await {
        match outcome {
            Ok(step) => done.push(step),
            Err(status) => assert_eq!(status.code(), Code::Aborted, "{status:?}"),
        }
    }
    done.sort();
    assert!(!done.is_empty());
    assert_eq!(steps(&office).await, done, "what was answered is there, and nothing else");
    let dossier = office.get("D").await;
    assert_eq!(dossier.etag, (done.len() + 1).to_string());
});
