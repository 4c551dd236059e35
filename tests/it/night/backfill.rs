//! Slots that were skipped or never ran are run later, each once, however many ask for it at once.

use bonro::domain::schedule::JobName;
use bonro::mail::Post;
use bonro::pb::v1;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::service::backfilling::backfill;
use bonro::service::jobs::{Asked, run};
use bonro::store::entity::slot;
use chrono::TimeDelta;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::office::{Office, at};
use crate::support::{Line, both};

fn timestamp(text: &str) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at(text).timestamp(), nanos: 0 }
}

fn said(slots: &[slot::Model]) -> Vec<(String, &str, i32)> {
    slots.iter().map(|s| (s.slot_at.format("%dT%H:%M").to_string(), s.state.as_str(), s.attempt)).collect()
}

both!(three_replicas_fill_in_each_slot_once, |house| {
    let office = Office::open(&house.url).await;
    // Three nights that nobody ran: the latest stands for them, and the others are on record.
    office.set("2024-05-19T03:00:00Z");
    let due = office.house.due_slots().await.expect("schedules are read");
    let night = due.iter().find(|d| d.job == JobName::CheckFigures).expect("it is due");
    run(&office.house, night.job, night.slot_at, Asked::Schedule).await.expect("it runs");
    let before = office.slots(JobName::CheckFigures).await;
    assert_eq!(
        said(&before),
        [
            ("16T19:00".to_owned(), "skipped", 0),
            ("17T19:00".to_owned(), "skipped", 0),
            ("18T19:00".to_owned(), "done", 1)
        ]
    );

    // One night more is forgotten, as a house that was never on duty leaves none behind.
    let mut replicas = Vec::new();
    for seed in [21, 22, 23] {
        let replica = office.replica(seed, Post::Directory(office.mails().into())).await;
        let (from, until) = (at("2024-05-15T19:00:00Z"), at("2024-05-18T19:00:00Z"));
        replicas.push(tokio::spawn(async move {
            backfill(&replica, JobName::CheckFigures, from, until).await.expect("it is filled in")
        }));
    }
    let mut ran = Vec::new();
    for replica in replicas {
        let done = replica.await.expect("it ends");
        ran.extend(done.slots.into_iter().filter(|s| s.row.state == "done").map(|s| s.row.slot_at));
        assert!(done.left >= 1, "what is done is left");
    }
    ran.sort_unstable();
    let nights = ["2024-05-15T19:00:00Z", "2024-05-16T19:00:00Z", "2024-05-17T19:00:00Z"].map(at);
    ran.dedup();
    assert_eq!(ran, nights);
    let after = office.slots(JobName::CheckFigures).await;
    assert_eq!(
        said(&after),
        [
            ("15T19:00".to_owned(), "done", 1),
            ("16T19:00".to_owned(), "done", 1),
            ("17T19:00".to_owned(), "done", 1),
            ("18T19:00".to_owned(), "done", 1),
        ],
        "each was begun once"
    );
    assert!(after.iter().all(|s| s.fence == 1), "{after:?}");
});

both!(a_slot_that_ran_is_left_whatever_came_of_it, |house| {
    let office = Office::open(&house.url).await;
    office.set("2024-05-18T03:00:00Z");
    let slots = ["2024-05-16T19:00:00Z", "2024-05-17T19:00:00Z"].map(at);
    let claim = office.house.claim(JobName::CheckFigures, slots[0], Asked::Schedule).await.expect("claimed");
    let bonro::service::slots::Claimed::Ours(claim) = claim else { panic!("a fresh slot is free") };
    let failed = bonro::service::slots::Ending::Failed;
    office.house.end_slot(&claim, failed, "no luck".to_owned()).await.expect("it ends");
    let fill = async || {
        backfill(&office.house, JobName::CheckFigures, slots[0], slots[1]).await.expect("it is filled in")
    };
    let done = fill().await;
    assert_eq!(done.slots.iter().map(|s| s.row.slot_at).collect::<Vec<_>>(), [slots[1]]);
    assert_eq!(done.left, 1);
    let again = fill().await;
    assert_eq!((again.slots.len(), again.left), (0, 2));
    assert_eq!(said(&office.slots(JobName::CheckFigures).await)[0].1, "failed", "that is for a run by hand");
    let by_hand = run(&office.house, JobName::CheckFigures, slots[0], Asked::ByHand).await.expect("it runs");
    assert_eq!((by_hand.slot.state.as_str(), by_hand.slot.attempt), ("done", 2));
});

both!(periods_that_nobody_closed_are_closed_afterwards, |house| {
    let office = Office::open(&house.url).await;
    let (from, until) = (at("2024-02-16T00:00:00Z"), at("2024-05-16T00:00:00Z"));
    let done = backfill(&office.house, JobName::ReportPeriod, from, until).await.expect("it is filled in");
    let days = done.slots.len();
    let notes: Vec<_> = done.slots.iter().filter_map(|s| s.row.note.clone()).collect();
    let notes: Vec<_> = notes.into_iter().filter(|note| note.contains(": closed at ")).collect();
    assert_eq!(notes.len(), 4, "{notes:?}");
    assert!(notes[1].contains("2024-02-15 to 2024-03-14: closed"), "{notes:?}");
    assert_eq!(office.outbox().await.len(), 4, "a mail a period");
    let again = backfill(&office.house, JobName::ReportPeriod, from, until).await.expect("it is answered");
    assert_eq!((again.slots.len(), again.left, office.outbox().await.len()), (0, days, 4));
});

both!(ranges_are_filled_in_through_the_door, |house| {
    let office = Office::open(&house.url).await;
    office.set("2024-05-19T03:00:00Z");
    let line = Line::open(&house.url).await;
    line.clock.set(at("2024-05-19T03:00:00Z"));
    let key = line.key(&[v1::Role::Engineer], "", "").await;
    let mut client = JobServiceClient::new(line.call(&key));
    let request = v1::BackfillJobRequest {
        name: "jobs/check_figures".to_owned(),
        from: Some(timestamp("2024-05-17T00:00:00Z")),
        until: Some(timestamp("2024-05-18T23:00:00Z")),
        request_id: "0190b3f0-0000-7000-8000-0000000000bf".to_owned(),
    };
    let first = client.backfill_job(request.clone()).await.expect("it is filled in").into_inner();
    assert_eq!(first.slots.iter().map(v1::Slot::state).collect::<Vec<_>>(), [v1::SlotState::Done; 2]);
    assert_eq!(
        (first.slots[0].name.as_str(), first.left),
        ("jobs/check_figures/slots/2024-05-17T19:00:00Z", 0)
    );
    let replayed = client.backfill_job(request.clone()).await.expect("it is answered").into_inner();
    assert_eq!(replayed, first, "the same request has the first answer");
    let other = v1::BackfillJobRequest { request_id: String::new(), ..request.clone() };
    let other = client.backfill_job(other).await.expect("it is answered").into_inner();
    assert_eq!((other.slots.len(), other.left), (0, 2));
    let reused = v1::BackfillJobRequest { until: Some(timestamp("2024-05-18T22:00:00Z")), ..request.clone() };
    assert_eq!(client.backfill_job(reused).await.expect_err("another content").code(), Code::InvalidArgument);

    let bare = v1::BackfillJobRequest { request_id: String::new(), ..request };
    for (bad, field) in [
        (v1::BackfillJobRequest { until: Some(timestamp("2024-06-01T00:00:00Z")), ..bare.clone() }, "until"),
        (v1::BackfillJobRequest { until: Some(timestamp("2024-05-16T00:00:00Z")), ..bare.clone() }, "from"),
        (v1::BackfillJobRequest { from: None, ..bare.clone() }, "from"),
        (
            v1::BackfillJobRequest {
                name: "jobs/deliver_mail".to_owned(),
                from: Some(timestamp("2024-04-01T00:00:00Z")),
                ..bare.clone()
            },
            "from",
        ),
        (v1::BackfillJobRequest { name: "jobs/deliver_mail".to_owned(), ..bare.clone() }, "until"),
    ] {
        let wrong = client.backfill_job(bad.clone()).await.expect_err("it is refused");
        let details = wrong.get_details_bad_request().expect("the fields are named");
        assert_eq!(details.field_violations[0].field, field, "{bad:?}: {wrong:?}");
    }
    let unknown = v1::BackfillJobRequest { name: "jobs/no_such".to_owned(), ..bare };
    assert_eq!(client.backfill_job(unknown).await.expect_err("unknown").code(), Code::NotFound);
    office.wait(TimeDelta::seconds(1));
});
