//! Petitions: received, answered, published, and what imports make of them.

use bonro::domain::record::{PetitionRecord, Record};
use bonro::pb::v1::petition_service_server::PetitionService as _;
use bonro::pb::v1::{self, PetitionState};
use bonro::service::petitions::flag_overdue;
use tonic::Code;

use super::town::{Town, answered, at, date, day, lines, refused, stamp, told};
use crate::support::both;

async fn get(town: &Town, name: &str) -> v1::Petition {
    let request = v1::GetPetitionRequest { name: name.into() };
    answered(town.front.get_petition(town.ask(request)).await).petition.expect("the petition")
}

both!(a_petition_is_received_answered_and_published, |house| {
    let town = Town::open(&house.url).await;
    let asked = v1::Petition {
        unit: "units/VP".into(),
        channel: "pakn.dichvucong.gov.vn".into(),
        kind: "regulation".into(),
        subject: "Thủ tục đất đai".into(),
        due_at: Some(stamp("2024-05-20T10:00:00Z")),
        ..v1::Petition::default()
    };
    let request = v1::ReceivePetitionRequest { petition: Some(asked.clone()), request_id: String::new() };
    let received =
        answered(town.front.receive_petition(town.ask(request)).await).petition.expect("the petition");
    assert_eq!((received.code.as_str(), received.state()), ("PAKN-2024-001", PetitionState::Received));
    let name = received.name;

    let publish = v1::PublishPetitionRequest { name: name.clone(), ..v1::PublishPetitionRequest::default() };
    let (code, reason, _) = refused(town.front.publish_petition(town.ask(publish.clone())).await);
    assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "FORBIDDEN_TRANSITION"));
    let early = v1::AnswerPetitionRequest {
        name: name.clone(),
        occurred_at: Some(stamp("2024-05-15T00:00:00Z")),
        ..v1::AnswerPetitionRequest::default()
    };
    assert_eq!(refused(town.front.answer_petition(town.ask(early)).await).0, Code::FailedPrecondition);

    town.set("2024-05-20T10:00:00Z");
    assert!(!get(&town, &name).await.overdue, "in time up to the due instant");
    let answer = v1::AnswerPetitionRequest { name: name.clone(), etag: "1".into(), ..Default::default() };
    let done =
        answered(town.front.answer_petition(town.ask(answer.clone())).await).petition.expect("the petition");
    assert_eq!((done.state(), done.etag.as_str()), (PetitionState::Answered, "2"));
    assert_eq!(refused(town.front.answer_petition(town.ask(answer)).await).0, Code::Aborted);
    let rated = v1::PublishPetitionRequest { citizen_rating: "satisfied".into(), ..publish };
    let done = answered(town.front.publish_petition(town.ask(rated)).await).petition.expect("the petition");
    assert_eq!((done.published_on, done.citizen_rating.as_str()), (Some(date("2024-05-20")), "satisfied"));
    assert_eq!(get(&town, &name).await, done);
    assert_eq!(done.subject, "Thủ tục đất đai");
    let expected = ["2024-05-16 VP petition_received 1", "2024-05-20 VP petition_answered:on_time 1"];
    assert_eq!(lines(&town.ledger("petition").await), expected);

    let wrong = v1::Petition {
        unit: "units/XX".into(),
        kind: "Khiếu nại".into(),
        received_at: Some(stamp("2024-05-21T00:00:00Z")),
        due_at: Some(stamp("2024-05-01T00:00:00Z")),
        ..asked.clone()
    };
    let request = v1::ReceivePetitionRequest { petition: Some(wrong), request_id: String::new() };
    let (code, _, mut fields) = refused(town.front.receive_petition(town.ask(request)).await);
    fields.sort();
    assert_eq!(code, Code::InvalidArgument);
    assert_eq!(fields, ["petition.due_at", "petition.kind", "petition.received_at", "petition.unit"]);

    // Who reaches one unit must name it, and sees no other's.
    let homeless = v1::Petition { unit: String::new(), ..asked };
    let request = v1::ReceivePetitionRequest { petition: Some(homeless), request_id: String::new() };
    let scope = town.unit("P1").await;
    let (_, _, fields) = refused(town.front.receive_petition(town.ask_within(scope.clone(), request)).await);
    assert_eq!(fields, ["petition.unit"]);
    let request = v1::GetPetitionRequest { name };
    assert_eq!(refused(town.front.get_petition(town.ask_within(scope, request)).await).0, Code::NotFound);
});

fn record(code: &str) -> PetitionRecord {
    PetitionRecord {
        code: code.into(),
        received_at: Some(at("2024-05-06T02:00:00Z")),
        channel: "portal".into(),
        kind: "behaviour".into(),
        due_at: Some(at("2024-05-14T10:00:00Z")),
        unit_code: "VP".into(),
        ..PetitionRecord::default()
    }
}

both!(an_import_of_petitions_tells_their_story, |house| {
    let town = Town::open(&house.url).await;
    let import = async |records: Vec<PetitionRecord>| {
        told(&town.import(records.into_iter().map(Record::Petition).collect()).await)
    };
    let whole = PetitionRecord {
        answered_at: Some(at("2024-05-15T02:00:00Z")),
        published_on: Some(day("2024-05-16")),
        citizen_rating: "satisfied".into(),
        ..record("K-2")
    };
    let bad = PetitionRecord {
        answered_at: Some(at("2024-05-05T02:00:00Z")),
        unit_code: "XX".into(),
        ..record("K-3")
    };
    let unanswered = PetitionRecord { published_on: Some(day("2024-05-16")), ..record("K-4") };
    let outcomes = import(vec![record("K-1"), whole.clone(), bad, unanswered]).await;
    assert_eq!(outcomes, ["landed", "landed", "refused unit_code answered_at", "refused published_on"]);
    assert_eq!(get(&town, "petitions/K-2").await.etag, "3", "received, answered, published");
    assert_eq!(get(&town, "petitions/K-2").await.state(), PetitionState::Published);
    assert!(get(&town, "petitions/K-1").await.overdue);
    let expected = ["2024-05-06 VP petition_received 2", "2024-05-15 VP petition_answered:late 1"];
    assert_eq!(lines(&town.ledger("petition").await), expected);

    let mut work = town.work().await;
    assert_eq!(flag_overdue(&mut work, 10).await.ok(), Some(1));
    assert_eq!(flag_overdue(&mut work, 10).await.ok(), Some(0));
    work.finish(&[]).await.expect("it is kept");

    // Answered here; the source, which hasn't heard of it, corrects the deadline.
    let answer = v1::AnswerPetitionRequest { name: "petitions/K-1".into(), ..Default::default() };
    answered(town.front.answer_petition(town.ask(answer)).await);
    let later = PetitionRecord { due_at: Some(at("2024-05-20T10:00:00Z")), ..record("K-1") };
    assert_eq!(import(vec![later.clone(), whole]).await, ["changed", "unchanged"]);
    let known = get(&town, "petitions/K-1").await;
    assert_eq!((known.state(), known.due_at), (PetitionState::Answered, Some(stamp("2024-05-20T10:00:00Z"))));
    let expected = [
        "2024-05-06 VP petition_received 2",
        "2024-05-15 VP petition_answered:late 1",
        "2024-05-16 VP petition_answered:on_time 1",
    ];
    assert_eq!(lines(&town.ledger("petition").await), expected);
    let again = town.import_from("another", vec![Record::Petition(later)]).await;
    assert_eq!(told(&again), ["unchanged"]);

    let list = async |filter: &str, order: &str| {
        let request =
            v1::ListPetitionsRequest { filter: filter.into(), order_by: order.into(), ..Default::default() };
        let page = answered(town.front.list_petitions(town.ask(request)).await);
        page.petitions.into_iter().map(|p| p.code).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(list("unit = units/UB AND answered_at != null", "due_at desc").await, "K-1 K-2");
    assert_eq!(list("overdue = true", "").await, "", "both are answered");
    assert_eq!(list("state = PETITION_STATE_PUBLISHED", "").await, "K-2");
});
