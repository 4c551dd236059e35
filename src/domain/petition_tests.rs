//! The order of a petition's instants, and what it counts for.

use super::*;
use crate::domain::deadline::tests::town;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn petition(due: Option<&str>, answered: Option<&str>, published: Option<&str>) -> Petition {
    Petition {
        unit_id: None,
        received_at: at("2024-05-06T09:00:00+07:00"),
        channel: "portal".into(),
        kind: "behaviour".into(),
        due_at: due.map(at),
        answered_at: answered.map(at),
        published_on: published.map(|day| day.parse().expect("a date")),
        citizen_rating: None,
    }
}

const DUE: &str = "2024-05-20T17:00:00+07:00";
/// Already the 18th in the town.
const ANSWERED: &str = "2024-05-17T23:30:00Z";

#[test]
fn the_order_of_its_instants_is_checked() {
    let town = town();
    let check = |due, answered, published| petition(due, answered, published).check(&town);
    assert_eq!(check(None, None, None), Ok(()));
    assert_eq!(check(Some(DUE), Some(ANSWERED), Some("2024-05-18")), Ok(()));
    assert_eq!(check(None, Some(ANSWERED), Some("2024-05-17")), Err(BadPetition::PublishedBeforeAnswered));
    assert_eq!(check(None, None, Some("2024-05-17")), Err(BadPetition::PublishedBeforeAnswered));
    let early = "2024-05-06T08:59:59+07:00";
    assert_eq!(check(None, Some(early), None), Err(BadPetition::AnsweredBeforeReceived));
    assert_eq!(check(Some(early), None, None), Err(BadPetition::DueBeforeReceived));
}

#[test]
fn its_state_follows_from_what_is_known() {
    assert_eq!(petition(None, None, None).state(), PetitionState::Received);
    assert_eq!(petition(None, Some(ANSWERED), None).state(), PetitionState::Answered);
    assert_eq!(petition(None, Some(ANSWERED), Some("2024-05-18")).state(), PetitionState::Published);
}

#[test]
fn in_time_is_at_or_before_the_due_instant() {
    assert!(petition(Some(DUE), Some(ANSWERED), None).answered_in_time());
    assert!(petition(Some(DUE), Some(DUE), None).answered_in_time());
    assert!(!petition(Some(DUE), Some("2024-05-20T17:00:01+07:00"), None).answered_in_time());
    assert!(!petition(Some(DUE), None, None).answered_in_time());
    assert!(!petition(None, Some(ANSWERED), None).answered_in_time(), "without a due instant never");
}

#[test]
fn it_counts_on_the_local_days() {
    let town = town();
    let facts = |p: Petition| -> Vec<(String, String)> {
        p.contributions(&town).iter().map(|c| (c.fact.to_string(), c.on.to_string())).collect()
    };
    let received = ("petition_received".to_owned(), "2024-05-06".to_owned());
    let answered = ("petition_answered:on_time".to_owned(), "2024-05-18".to_owned());
    let both = [received, answered];
    assert_eq!(facts(petition(Some(DUE), None, None)), both[..1]);
    assert_eq!(facts(petition(Some(DUE), Some(ANSWERED), None)), both);
}
