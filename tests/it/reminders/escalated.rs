//! What isn't done goes up: holder, head, coordinator, leader, each level hearing what those below were told, and the
//! leader only after these had the time to say why it is late. A level that can't be told is named, never left out.

use bonro::domain::schedule::JobName::{DeliverMail, SendReminders};
use bonro::pb::v1;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::pb::v1::reminder_service_client::ReminderServiceClient;
use bonro::pb::v1::{ReminderKind as Kind, ReminderRole as Role};
use sea_orm::ConnectionTrait as _;
use tonic::Code;

use super::watch::{Watch, morning, readers, rule};
use crate::dossiers::office::{Office, at, fields};
use crate::support::both;

fn overdue(role: Role, working_days: i32) -> v1::ReminderRule {
    v1::ReminderRule { role: role.into(), working_days, ..rule(Kind::Overdue) }
}

/// A house with a coordinator and a leader, whose rules go up within three working days.
async fn chain(house: &crate::support::House) -> Watch {
    let watch = Watch::silent(house).await;
    watch.employ("T-05", "T", v1::Role::Coordinator).await;
    watch.employ("T-01", "T", v1::Role::Leader).await;
    let holder = v1::ReminderRule { code: "holder".to_owned(), ..overdue(Role::Responsible, 0) };
    watch.create(v1::ReminderRule { repeat_working_days: Some(1), ..holder }).await.expect("a rule");
    watch.create(overdue(Role::Head, 2)).await.expect("a rule");
    watch.create(overdue(Role::Coordinator, 3)).await.expect("a rule");
    watch.create(overdue(Role::Leader, 2)).await.expect("a rule");
    watch
}

both!(each_level_hears_what_those_below_were_told, |house| {
    let watch = chain(&house).await;
    // Both are due on Thursday, 23 May.
    watch.office.receive(Office::new_dossier("E1")).await;
    watch.office.receive(Office::new_dossier("E2")).await;
    assert_eq!(readers(&morning(&watch, 24).await), ["a-01"]);
    // Two working days past: the head, and the leader, who isn't told in the same breath.
    let monday = morning(&watch, 27).await;
    assert_eq!(readers(&monday), ["a-01", "a-09"]);
    insta::assert_snapshot!("head", monday[1].1);
    watch.office.set("2024-05-27T03:00:00Z");
    watch.office.does("delay_cause", "E2").await;
    // A working day later they had their time.
    let tuesday = morning(&watch, 28).await;
    assert_eq!(readers(&tuesday), ["a-01", "t-01", "t-05"]);
    insta::assert_snapshot!("leader", tuesday[1].1);
    insta::assert_snapshot!("coordinator", tuesday[2].1);
    // Once is once.
    assert_eq!(readers(&morning(&watch, 29).await), ["a-01"]);
});

both!(a_level_that_cannot_be_told_is_named_by_the_next, |house| {
    let watch = chain(&house).await;
    watch.office.receive(Office::new_dossier("E1")).await;
    let nobody = v1::ReceiveDossierRequest { holder: String::new(), ..Office::new_dossier("E2") };
    watch.office.receive(nobody).await;
    let elsewhere = v1::ReceiveDossierRequest {
        unit: "units/B".to_owned(),
        holder: "officials/B-01".to_owned(),
        ..Office::new_dossier("E3")
    };
    watch.office.receive(elsewhere).await;
    watch
        .tables
        .execute_unprepared("UPDATE official SET email = NULL WHERE code IN ('A-01', 'A-09')")
        .await
        .expect("two have no address");
    // The house reads its officials anew.
    watch.employ("A-77", "A", v1::Role::Officer).await;
    let friday = morning(&watch, 24).await;
    // Neither the holder nor the head of unit A can be written to.
    assert_eq!(readers(&friday), ["b-01", "t-05"]);
    insta::assert_snapshot!("instead_of_holder_and_head", friday[1].1);
    // Unit B has no head: its officials are told, and the coordinator in the head's stead.
    let monday = morning(&watch, 27).await;
    assert_eq!(readers(&monday), ["b-01", "t-05"]);
    insta::assert_snapshot!("instead_of_head", monday[1].1);
});

both!(minutes_and_snoozes_keep_nothing_from_the_leader_for_ever, |house| {
    let watch = chain(&house).await;
    watch.office.receive(Office::new_dossier("E1")).await;
    watch.office.receive(Office::new_dossier("E2")).await;
    // Whoever holds it lets it wait before anything is said.
    watch.office.set("2024-05-23T03:00:00Z");
    let key = watch.office.line.key(&[v1::Role::Officer], "A-01", "A").await;
    let ask = v1::SnoozeRemindersRequest {
        subject: "dossiers/E2".to_owned(),
        until: Some(at("2024-06-05T03:00:00Z")),
        reason: "chờ".to_owned(),
        ..Default::default()
    };
    let mut holder = ReminderServiceClient::new(watch.office.line.call(&key));
    holder.snooze_reminders(ask).await.expect("it waits");
    assert_eq!(readers(&morning(&watch, 24).await), ["a-01"]);
    // The head's mail leaves two minutes after the run, so that on the next morning a minute of the time is missing.
    watch.at("2024-05-27T00:15:00Z", SendReminders).await;
    watch.at("2024-05-27T00:17:00Z", DeliverMail).await;
    assert_eq!(readers(&morning(&watch, 28).await), ["a-01", "t-05"]);
    let before = watch.letters().await.len();
    watch.at("2024-05-28T08:30:00Z", SendReminders).await;
    watch.run(DeliverMail).await;
    let afternoon = watch.letters().await.split_off(before);
    assert_eq!(readers(&afternoon), ["t-01"]);
    assert!(afternoon[0].1.contains("E1") && afternoon[0].1.contains("E2"), "{}", afternoon[0].1);
});

both!(whoever_gets_it_has_the_time_anew_and_all_of_them_once, |house| {
    let watch = chain(&house).await;
    watch.employ("A-03", "A", v1::Role::Officer).await;
    for code in ["E1", "E2", "E3"] {
        watch.office.receive(Office::new_dossier(code)).await;
    }
    assert_eq!(readers(&morning(&watch, 24).await), ["a-01"]);
    assert_eq!(readers(&morning(&watch, 27).await), ["a-01", "a-09"]);
    let hand = async |code: &str, to: &str| {
        let request = v1::HandOverRequest {
            name: format!("dossiers/{code}"),
            to_holder: format!("officials/{to}"),
            reason: "theo phân công".to_owned(),
            ..Default::default()
        };
        watch.office.dossiers().hand_over(request).await.expect("it is handed over");
    };
    // On Monday all go into other hands; on Tuesday one goes back, and one goes on.
    watch.office.set("2024-05-27T03:00:00Z");
    for code in ["E1", "E2", "E3"] {
        hand(code, "A-02").await;
    }
    assert_eq!(readers(&morning(&watch, 28).await), ["a-02", "t-05"], "who has it now has the time too");
    watch.office.set("2024-05-28T03:00:00Z");
    hand("E2", "A-01").await;
    hand("E3", "A-03").await;
    let before = watch.letters().await.len();
    watch.at("2024-05-28T08:30:00Z", SendReminders).await;
    watch.run(DeliverMail).await;
    let afternoon = watch.letters().await.split_off(before);
    assert_eq!(readers(&afternoon), ["t-01"]);
    let text = &afternoon[0].1;
    assert!(text.contains("E2") && !text.contains("E1") && !text.contains("E3"), "had its time: {text}");
    // The next morning the time of whoever got it first is over, and handing on lengthens it no further.
    let wednesday = morning(&watch, 29).await;
    assert_eq!(readers(&wednesday), ["a-01", "a-02", "a-03", "t-01"]);
    let text = &wednesday[3].1;
    assert!(text.contains("E1") && text.contains("E3") && !text.contains("E2"), "{text}");
});

both!(an_address_that_is_not_written_to_is_passed_by_and_named, |house| {
    let watch = chain(&house).await;
    watch.office.receive(Office::new_dossier("E1")).await;
    let first = suppress(&watch, "a-01").await;
    let friday = morning(&watch, 24).await;
    assert_eq!(readers(&friday), ["a-09"]);
    insta::assert_snapshot!("instead_of_unwritten", friday[0].1);
    // Nor can the head be written to: the next one who can is told what is for either.
    suppress(&watch, "a-09").await;
    let monday = morning(&watch, 27).await;
    assert_eq!(readers(&monday), ["t-05"]);
    insta::assert_snapshot!("instead_of_two_unwritten", monday[0].1);
    // Nobody is left: all of it waits, and is told as soon as somebody can be.
    suppress(&watch, "t-05").await;
    suppress(&watch, "t-01").await;
    assert_eq!(readers(&morning(&watch, 28).await), [] as [&str; 0]);
    let ask = v1::PreviewRemindersRequest { until: Some(at("2024-05-28T23:00:00Z")), ..Default::default() };
    let ahead = watch.client().preview_reminders(ask).await.expect("a plan").into_inner();
    assert_eq!(ahead.planned_notices, []);
    let waits: Vec<_> = ahead.waiting.iter().map(|some| (some.why(), some.count > 0)).collect();
    assert_eq!(waits, [(v1::NoticeWait::Address, true)]);
    let lift = v1::LiftSuppressionRequest { name: first, ..Default::default() };
    jobs(&watch).await.lift_suppression(lift).await.expect("it is lifted");
    let wednesday = morning(&watch, 29).await;
    assert_eq!(readers(&wednesday), ["a-01"]);
    assert!(wednesday[0].1.contains("E1"), "{}", wednesday[0].1);
});

async fn jobs(watch: &Watch) -> JobServiceClient<crate::support::Call> {
    let key = watch.office.line.key(&[v1::Role::Engineer], "", "").await;
    JobServiceClient::new(watch.office.line.call(&key))
}

/// Keeps an official from being written to.
async fn suppress(watch: &Watch, code: &str) -> String {
    let ask = v1::SuppressAddressRequest {
        address: format!("{code}@a.example"),
        reason: "hộp thư đã đóng".to_owned(),
        ..Default::default()
    };
    let answer = jobs(watch).await.suppress_address(ask).await.expect("it is put").into_inner();
    answer.suppression.expect("one").name
}

both!(who_was_withdrawn_keeps_a_name, |house| {
    let watch = chain(&house).await;
    watch.office.receive(Office::new_dossier("E1")).await;
    assert_eq!(readers(&morning(&watch, 24).await), ["a-01"]);
    let sql = "UPDATE official SET withdrawn_at = created_at WHERE code = 'A-01'";
    watch.tables.execute_unprepared(sql).await.expect("an import is undone");
    // The house reads its officials anew.
    watch.employ("A-77", "A", v1::Role::Officer).await;
    let monday = morning(&watch, 27).await;
    assert_eq!(readers(&monday), ["a-09"]);
    assert!(monday[0].1.contains("Đã nhắc Cán bộ A-01 lúc 07:15 ngày 24/5/2024"), "{}", monday[0].1);
});

both!(what_falls_to_the_leader_has_its_grace_too, |house| {
    let watch = Watch::silent(&house).await;
    watch.employ("T-01", "T", v1::Role::Leader).await;
    let holder = v1::ReminderRule { code: "holder".to_owned(), ..overdue(Role::Responsible, 0) };
    watch.create(holder).await.expect("a rule");
    // There is no coordinator: the rule's notice is for the leader then.
    watch.create(overdue(Role::Coordinator, 0)).await.expect("a rule");
    watch.office.receive(Office::new_dossier("E1")).await;
    assert_eq!(readers(&morning(&watch, 24).await), ["a-01"], "not in the same breath");
    let monday = morning(&watch, 27).await;
    assert_eq!(readers(&monday), ["t-01"]);
    assert!(monday[0].1.contains("Chưa có công chức đầu mối"), "{}", monday[0].1);
});

both!(copies_on_return_have_no_rules, |house| {
    let watch = Watch::silent(&house).await;
    let refused = watch.create(overdue(Role::Returned, 1)).await.expect_err("no such rule");
    assert_eq!(
        (refused.code(), fields(&refused)),
        (Code::InvalidArgument, vec!["reminder_rule.role".to_owned()])
    );
});
