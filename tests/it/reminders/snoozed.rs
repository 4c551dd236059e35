//! Reminders that wait because somebody said so: who may say it, for whom, that the levels above read it, and that nothing
//! of it is lost.

use bonro::domain::schedule::JobName::SendReminders;
use bonro::pb::v1;
use bonro::pb::v1::reminder_service_client::ReminderServiceClient;
use bonro::pb::v1::{ReminderKind as Kind, ReminderRole as Level};
use tonic::{Code, Status};

use super::watch::{Watch, morning, readers, rule};
use crate::dossiers::office::{Office, at, fields, refusal};
use crate::support::both;

/// A caller of the office with one role.
async fn caller(
    watch: &Watch,
    role: v1::Role,
    official: &str,
) -> ReminderServiceClient<crate::support::Call> {
    let key = watch.office.line.key(&[role], official, "A").await;
    ReminderServiceClient::new(watch.office.line.call(&key))
}

async fn snooze(
    client: &mut ReminderServiceClient<crate::support::Call>,
    code: &str,
    until: &str,
    reason: &str,
) -> Result<v1::Snooze, Status> {
    let request = v1::SnoozeRemindersRequest {
        subject: format!("dossiers/{code}"),
        until: Some(at(until)),
        reason: reason.to_owned(),
        ..Default::default()
    };
    Ok(client.snooze_reminders(request).await?.into_inner().snooze.expect("a snooze"))
}

both!(who_holds_it_lets_it_wait_and_the_head_reads_why, |house| {
    let watch = Watch::silent(&house).await;
    let daily = v1::ReminderRule { repeat_working_days: Some(1), ..rule(Kind::Overdue) };
    watch.create(v1::ReminderRule { code: "holder".to_owned(), ..daily.clone() }).await.expect("a rule");
    let head = v1::ReminderRule { role: Level::Head.into(), working_days: 2, ..daily };
    watch.create(head).await.expect("a rule");
    // Due on Thursday, 23 May.
    watch.office.receive(Office::new_dossier("S1")).await;
    watch.office.receive(Office::new_dossier("S2")).await;
    assert_eq!(readers(&morning(&watch, 24).await), ["a-01"]);
    let mut officer = caller(&watch, v1::Role::Officer, "A-01").await;
    let until = "2024-05-29T00:00:00Z";
    let said = snooze(&mut officer, "S1", until, "  chờ xác minh   nguồn gốc đất ").await.expect("it waits");
    assert_eq!((said.level(), said.reason.as_str()), (Level::Responsible, "chờ xác minh nguồn gốc đất"));
    assert_eq!((said.unit.as_str(), said.official.as_str()), ("units/A", "officials/A-01"));

    // The plan ahead knows it: until then only the head hears of it.
    let plan = v1::PreviewRemindersRequest { until: Some(at(until)), page_size: 1000, ..Default::default() };
    let plan = watch.client().preview_reminders(plan).await.expect("a plan").into_inner().planned_notices;
    let of_s1: Vec<_> =
        plan.iter().filter(|n| n.subject == "dossiers/S1").map(v1::PlannedNotice::role).collect();
    assert!(!of_s1.is_empty() && of_s1.iter().all(|role| *role == Level::Head), "{of_s1:?}");

    let monday = morning(&watch, 27).await;
    assert_eq!(readers(&monday), ["a-01", "a-09"]);
    assert!(!monday[0].1.contains("S1") && monday[0].1.contains("S2"), "{}", monday[0].1);
    insta::assert_snapshot!("head_of_snoozed", monday[1].1);
    let tuesday = morning(&watch, 28).await;
    assert!(!tuesday[0].1.contains("S1"), "{}", tuesday[0].1);
    let waiting =
        watch.ledger().await.into_iter().filter(|row| row.state == "queued" && row.subject_code == "S1");
    assert_eq!(waiting.count(), 2, "nothing is lost");
    // Over: one line, however many notices came meanwhile.
    let wednesday = morning(&watch, 29).await;
    assert_eq!(wednesday[0].1.matches("* S1 ").count(), 1, "{}", wednesday[0].1);
    assert!(!wednesday[1].1.contains("tạm hoãn"), "{}", wednesday[1].1);
    assert!(watch.ledger().await.iter().all(|row| row.state != "queued"));
});

both!(a_head_lets_the_holders_wait_too_and_ends_what_waits, |house| {
    let watch = Watch::open(&house).await;
    watch.office.receive(Office::new_dossier("S1")).await;
    let mut officer = caller(&watch, v1::Role::Officer, "A-01").await;
    let mut head = caller(&watch, v1::Role::Head, "A-09").await;
    let first = snooze(&mut officer, "S1", "2024-05-24T03:00:00Z", "chờ").await.expect("it waits");
    watch.office.tick();
    let second = snooze(&mut head, "S1", "2024-05-22T03:00:00Z", "đã rõ").await.expect("it waits");
    assert_eq!(second.level(), Level::Head);
    let list = async |client: &mut ReminderServiceClient<crate::support::Call>, all: bool| {
        let ask = v1::ListSnoozesRequest {
            filter: r#"subject = "dossiers/S1""#.to_owned(),
            those_over_too: all,
            ..Default::default()
        };
        let found = client.list_snoozes(ask).await.expect("listed").into_inner().snoozes;
        found.into_iter().map(|s| (s.uid, s.end_time.is_some())).collect::<Vec<_>>()
    };
    // The later word holds.
    assert_eq!(list(&mut head, false).await, [(second.uid.clone(), false)]);
    assert_eq!(list(&mut head, true).await, [(first.uid.clone(), true), (second.uid.clone(), false)]);
    assert_eq!(readers(&morning(&watch, 21).await), [] as [&str; 0]);
    // Ended before its time, it is told by the next run.
    let end = v1::EndSnoozeRequest { name: second.name.clone(), ..Default::default() };
    head.end_snooze(end.clone()).await.expect("it is over");
    let again = head.end_snooze(end).await.expect_err("once");
    assert_eq!(refusal(&again), (Code::FailedPrecondition, "OVER".to_owned()));
    watch.at("2024-05-21T08:30:00Z", SendReminders).await;
    assert_eq!(readers(&morning(&watch, 22).await), ["a-01"]);
});

both!(what_a_holder_said_does_not_hold_for_the_next_one, |house| {
    let watch = Watch::open(&house).await;
    watch.office.receive(Office::new_dossier("S1")).await;
    let mut officer = caller(&watch, v1::Role::Officer, "A-01").await;
    snooze(&mut officer, "S1", "2024-05-29T03:00:00Z", "chờ").await.expect("it waits");
    assert_eq!(readers(&morning(&watch, 21).await), [] as [&str; 0]);
    watch.office.set("2024-05-21T03:00:00Z");
    watch.office.does("hand_over", "S1").await;
    assert_eq!(readers(&morning(&watch, 22).await), ["a-02"]);
});

both!(what_cannot_wait_is_refused_with_the_mend, |house| {
    let watch = Watch::open(&house).await;
    watch.office.receive(Office::new_dossier("S1")).await;
    let mut officer = caller(&watch, v1::Role::Officer, "A-02").await;
    let other = snooze(&mut officer, "S1", "2024-05-21T03:00:00Z", "chờ").await.expect_err("another's");
    assert_eq!(other.code(), Code::PermissionDenied);
    let mut head = caller(&watch, v1::Role::Head, "A-09").await;
    let wrong = snooze(&mut head, "S1", "2024-06-03T03:00:00Z", " ").await.expect_err("too long, and why?");
    assert_eq!(fields(&wrong), ["reason", "until"]);
    assert_eq!(
        fields(&snooze(&mut head, "S1", "2024-05-15T03:00:00Z", "x").await.expect_err("past")),
        ["until"]
    );
    let number = snooze(&mut head, "S1", "2024-05-21T03:00:00Z", "chờ số 051 090.123 456").await;
    assert_eq!(fields(&number.expect_err("a person's number")), ["reason"]);
    let request = v1::SnoozeRemindersRequest { subject: "units/A".to_owned(), ..Default::default() };
    let wrong = head.snooze_reminders(request).await.expect_err("no subject, no instant");
    assert_eq!(fields(&wrong), ["subject", "until"]);
    assert_eq!(
        snooze(&mut head, "S9", "2024-05-21T03:00:00Z", "x").await.expect_err("none").code(),
        Code::NotFound
    );
    watch.office.does("start", "S1").await;
    watch.office.does("resolve", "S1").await;
    let closed = snooze(&mut head, "S1", "2024-05-21T03:00:00Z", "x").await.expect_err("it is closed");
    assert_eq!(refusal(&closed), (Code::FailedPrecondition, "CLOSED".to_owned()));
});
