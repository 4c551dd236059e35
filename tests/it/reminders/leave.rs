//! Officials on leave: who stands in is told in their stead, the plan ahead knows it, and on return they get a copy of
//! what is still to be done.

use bonro::domain::schedule::JobName::SendReminders;
use bonro::pb::google::r#type::Date;
use bonro::pb::v1;
use bonro::pb::v1::official_service_client::OfficialServiceClient;

use super::watch::{Watch, morning, readers};
use crate::dossiers::office::{Office, at};
use crate::support::both;

pub async fn leave(watch: &Watch, code: &str, (from, to): (i32, i32), stand_in: &str) {
    let day = |day| Date { year: 2024, month: 5, day }.into();
    let stand_in = if stand_in.is_empty() { String::new() } else { format!("officials/{stand_in}") };
    let request = v1::RecordAbsenceRequest {
        name: format!("officials/{code}"),
        absence: Some(v1::Absence { from_on: day(from), to_on: day(to), stand_in, ..Default::default() }),
        ..Default::default()
    };
    OfficialServiceClient::new(watch.office.call()).record_absence(request).await.expect("it is recorded");
}

both!(who_stands_in_is_told_and_who_returns_gets_a_copy, |house| {
    let watch = Watch::open(&house).await;
    // Due on Thursday, 23 May: told on the 21st, the 23rd and the 24th.
    for code in ["L1", "L2"] {
        watch.office.receive(Office::new_dossier(code)).await;
    }
    leave(&watch, "A-01", (22, 27), "A-02").await;
    let plan = v1::PreviewRemindersRequest { until: Some(at("2024-05-25T00:00:00Z")), ..Default::default() };
    let plan = watch.client().preview_reminders(plan).await.expect("a plan").into_inner().planned_notices;
    let ahead: Vec<(i64, &str)> =
        plan.iter().map(|n| (n.send_at.map_or(0, |at| at.seconds), n.recipient.as_str())).collect();
    let morning_of = |day: &str| at(&format!("2024-05-{day}T00:15:00Z")).seconds;
    assert!(ahead.contains(&(morning_of("21"), "officials/A-01")), "{ahead:?}");
    assert!(ahead.contains(&(morning_of("23"), "officials/A-02")), "{ahead:?}");
    assert!(!ahead.contains(&(morning_of("23"), "officials/A-01")), "{ahead:?}");

    assert_eq!(readers(&morning(&watch, 21).await), ["a-01"]);
    let thursday = morning(&watch, 23).await;
    assert_eq!(readers(&thursday), ["a-02"]);
    insta::assert_snapshot!("stand_in", thursday[0].1);
    assert_eq!(readers(&morning(&watch, 24).await), ["a-02"]);
    watch.office.set("2024-05-27T03:00:00Z");
    watch.office.does("start", "L2").await;
    watch.office.does("resolve", "L2").await;

    // Back on Tuesday: one copy of what is still open, with who was told.
    let tuesday = morning(&watch, 28).await;
    assert_eq!(readers(&tuesday), ["a-01"]);
    insta::assert_snapshot!("returned", tuesday[0].1);
    let copies = watch.ledger().await.into_iter().filter(|row| row.role == "returned");
    let copies: Vec<(String, String)> = copies.map(|row| (row.notice.subject_code, row.state)).collect();
    assert_eq!(copies, [("L1".to_owned(), "sent".to_owned())]);
    // The repeat of the third working day after is the holder's own again, and no copy comes twice.
    let wednesday = morning(&watch, 29).await;
    assert_eq!(readers(&wednesday), ["a-01"]);
    assert!(!wednesday[0].1.contains("vắng"), "{}", wednesday[0].1);
    assert_eq!(readers(&morning(&watch, 30).await), [] as [&str; 0]);
});

both!(a_mail_that_waited_until_the_return_goes_to_who_is_back, |house| {
    let watch = Watch::open(&house).await;
    watch.office.receive(Office::new_dossier("L1")).await;
    leave(&watch, "A-01", (20, 21), "A-02").await;
    watch.at("2024-05-21T00:15:00Z", SendReminders).await;
    // Its mail is sealed only on the next day.
    let wednesday = morning(&watch, 22).await;
    assert_eq!(readers(&wednesday), [] as [&str; 0], "that for the stand-in has nothing to say any more");
    let thursday = morning(&watch, 23).await;
    assert_eq!(readers(&thursday), ["a-01"]);
    let rows = watch.ledger().await;
    let told: Vec<_> = rows.iter().map(|row| (row.rule_code.as_str(), row.why.as_deref())).collect();
    assert_eq!(told, [("before_due", Some("told_later")), ("due_today", None)]);
    assert!(rows.iter().all(|row| row.meant_for_id.is_none()), "nobody gets a copy of their own: {rows:?}");
});

both!(without_a_stand_in_the_head_is_told_with_the_reason, |house| {
    let watch = Watch::open(&house).await;
    watch.office.receive(Office::new_dossier("L1")).await;
    leave(&watch, "A-01", (20, 24), "").await;
    let tuesday = morning(&watch, 21).await;
    assert_eq!(readers(&tuesday), ["a-09"]);
    let text = &tuesday[0].1;
    assert!(text.contains("Thay Cán bộ A-01, vắng đến hết ngày 24/5/2024"), "{text}");
    assert!(text.contains("người thụ lý: Cán bộ A-01"), "{text}");
    // Stand-ins who stand in for one another lead to the head too.
    leave(&watch, "A-02", (28, 31), "A-01").await;
    leave(&watch, "A-01", (27, 31), "A-02").await;
    assert_eq!(readers(&morning(&watch, 29).await), ["a-09"]);
});

both!(who_returns_gets_no_copy_of_what_is_another_s_now, |house| {
    let watch = Watch::open(&house).await;
    for code in ["L1", "L2"] {
        watch.office.receive(Office::new_dossier(code)).await;
    }
    leave(&watch, "A-01", (20, 22), "A-02").await;
    assert_eq!(readers(&morning(&watch, 21).await), ["a-02"]);
    watch.office.set("2024-05-22T03:00:00Z");
    watch.office.does("hand_over", "L1").await;
    let thursday = morning(&watch, 23).await;
    assert_eq!(readers(&thursday), ["a-01", "a-02"]);
    assert!(!thursday[0].1.contains("L1") && thursday[0].1.contains("L2"), "{}", thursday[0].1);
});
