//! Dossiers of procedures on a watched list are told of by their age, month by month, and rules that look back don't tell
//! of years at once.

use bonro::domain::schedule::JobName::{DeliverMail, PlanReminders, SendReminders};
use bonro::pb::google::r#type::Date;
use bonro::pb::v1;
use bonro::pb::v1::procedure_service_client::ProcedureServiceClient;
use bonro::pb::v1::{ReminderKind as Kind, ReminderRole as Level};

use super::watch::{Watch, line, readers, rule};
use crate::dossiers::office::{Office, at, fields};
use crate::support::both;

const LIST: &str = "Cấp giấy chứng nhận lần đầu";

/// The mails of a day's first run, to whom and what they say.
async fn run(watch: &Watch, day: &str) -> Vec<(String, String)> {
    let before = watch.letters().await.len();
    watch.at(&format!("{day}T00:15:00Z"), SendReminders).await;
    watch.run(DeliverMail).await;
    watch.letters().await.split_off(before)
}

/// Puts the procedure of five days on a list, or takes it off.
async fn watch_for(watch: &Watch, list: &str) {
    let version = v1::ProcedureVersion {
        effective_on: Some(Date { year: 2020, month: 1, day: 1 }),
        display_name: "Cấp giấy chứng nhận quyền sử dụng đất".to_owned(),
        field: "Đất đai".to_owned(),
        level: "town".to_owned(),
        term: Some(v1::Term { unit: v1::TermUnit::WorkingDays.into(), count: 5 }),
        online_level: v1::OnlineLevel::Full.into(),
        watched_list: list.to_owned(),
        ..Default::default()
    };
    let name = "procedures/P5".to_owned();
    let request = v1::AddProcedureVersionRequest { name, version: Some(version), ..Default::default() };
    let added = ProcedureServiceClient::new(watch.office.call()).add_procedure_version(request).await;
    let procedure = added.expect("a version").into_inner().procedure.expect("the procedure");
    assert_eq!(procedure.current.map(|version| version.watched_list), Some(list.to_owned()));
}

async fn receive(watch: &Watch, code: &str, on: &str) {
    let occurred_at = Some(at(&format!("{on}T02:00:00Z")));
    watch.office.receive(v1::ReceiveDossierRequest { occurred_at, ..Office::new_dossier(code) }).await;
}

fn ageing(months: i32) -> v1::ReminderRule {
    v1::ReminderRule { months, role: Level::Head.into(), ..rule(Kind::Ageing) }
}

both!(what_is_watched_is_told_of_by_its_age_month_by_month, |house| {
    let watch = Watch::silent(&house).await;
    receive(&watch, "D1", "2023-05-16").await;
    receive(&watch, "D2", "2023-11-16").await;
    receive(&watch, "D3", "2024-03-16").await;
    let elsewhere =
        v1::ReceiveDossierRequest { procedure: "procedures/P8H".to_owned(), ..Office::new_dossier("X1") };
    watch.office.receive(elsewhere).await;
    watch.create(v1::ReminderRule { watched_list: LIST.to_owned(), ..ageing(2) }).await.expect("a rule");
    let other = v1::ReminderRule { code: "other".to_owned(), watched_list: "Khác".to_owned(), ..ageing(1) };
    watch.create(other).await.expect("a rule");
    watch_for(&watch, LIST).await;
    // All were so many months old on the day of the list, and before: that day is told of.
    let friday = run(&watch, "2024-05-17").await;
    assert_eq!(readers(&friday), ["a-09"]);
    insta::assert_snapshot!("watched", friday[0].1);
    // A dossier whose clock stands ages all the same. The 16th of June is a Sunday.
    watch.office.set("2024-06-03T02:00:00Z");
    watch.office.does("supplement", "D2").await;
    let plan = v1::PreviewRemindersRequest { until: Some(at("2024-06-18T00:00:00Z")), ..Default::default() };
    let ahead = watch.client().preview_reminders(plan).await.expect("a plan").into_inner().planned_notices;
    let ahead: Vec<_> = ahead.iter().map(|n| (n.subject.as_str(), n.step + 1, n.send_at)).collect();
    let monday = Some(at("2024-06-17T00:15:00Z"));
    assert_eq!(ahead, [("dossiers/D1", 13, monday), ("dossiers/D2", 7, monday), ("dossiers/D3", 3, monday)]);
    assert_eq!(run(&watch, "2024-06-14").await, []);
    let monday = run(&watch, "2024-06-17").await;
    assert!(monday[0].1.contains("* D2 - đã 7 tháng"), "{}", monday[0].1);
    assert!(monday[0].1.contains("Tính từ ngày nhận - từ 12 tháng trở lên: 1; từ 6 đến"), "{}", monday[0].1);
    assert_eq!(run(&watch, "2024-06-18").await, [], "until the next month");
    // Closed, or taken off the list, none is told of, whatever waits.
    watch.office.set("2024-07-15T02:00:00Z");
    watch.office.does("start", "D3").await;
    watch.office.does("resolve", "D3").await;
    watch.at("2024-07-16T00:14:00Z", PlanReminders).await;
    watch_for(&watch, "").await;
    assert_eq!(run(&watch, "2024-07-16").await, []);
    let said = watch.said().await.split_off(6);
    let fell = |code| line(code, "ageing_head", "16/07 00:00", "head", "suppressed", Some("unwatched"));
    assert_eq!(said, [fell("D1"), fell("D2")]);
    // Put there again, each comes with its next month.
    watch.office.set("2024-07-23T02:00:00Z");
    watch_for(&watch, LIST).await;
    assert_eq!(run(&watch, "2024-07-24").await, []);
    let friday = run(&watch, "2024-08-16").await;
    assert!(friday[0].1.contains("* D1 - đã 15 tháng"), "{}", friday[0].1);
});

both!(a_rule_on_age_names_its_months, |house| {
    let watch = Watch::silent(&house).await;
    let refused = async |rule| fields(&watch.create(rule).await.expect_err("refused"));
    assert_eq!(refused(ageing(0)).await, ["reminder_rule.months"]);
    let repeated = v1::ReminderRule { repeat_working_days: Some(1), ..ageing(1) };
    assert_eq!(refused(repeated).await, ["reminder_rule.repeat_working_days"]);
    let listed = v1::ReminderRule { watched_list: LIST.to_owned(), months: 1, ..rule(Kind::DueToday) };
    assert_eq!(refused(listed).await, ["reminder_rule.months", "reminder_rule.watched_list"]);
    let made = watch.create(ageing(3)).await.expect("a rule");
    let any = v1::ReminderRule { months: 6, watched_list: LIST.to_owned(), ..made };
    let changed = watch.change(any, &["months", "watched_list"]).await.expect("another version");
    assert_eq!((changed.months, changed.watched_list.as_str(), changed.version), (6, LIST, 2));
});

both!(a_rule_on_scans_that_is_switched_on_does_not_tell_of_years, |house| {
    let watch = Watch::silent(&house).await;
    let close = async |code: &str| {
        watch.office.receive(Office::new_dossier(code)).await;
        watch.office.does("start", code).await;
        let request = v1::ResolveDossierRequest {
            name: format!("dossiers/{code}"),
            outcome: v1::Outcome::Resolved.into(),
            result_digitised: Some(false),
            ..Default::default()
        };
        watch.office.dossiers().resolve_dossier(request).await.expect("resolved");
    };
    close("O1").await;
    close("O2").await;
    watch.office.set("2024-06-20T02:00:00Z");
    close("N1").await;
    // Thirty working days before the 5th of July were the 24th of May.
    watch.office.set("2024-07-05T02:00:00Z");
    watch.create(v1::ReminderRule { working_days: 2, ..rule(Kind::Undigitised) }).await.expect("a rule");
    let plan = v1::PreviewRemindersRequest { until: Some(at("2024-07-09T00:00:00Z")), ..Default::default() };
    let ahead = watch.client().preview_reminders(plan).await.expect("a plan").into_inner();
    let subjects: Vec<_> = ahead.planned_notices.iter().map(|n| n.subject.as_str()).collect();
    assert_eq!(subjects, ["dossiers/N1"]);
    let [older] = ahead.older.as_slice() else { panic!("{:?}", ahead.older) };
    assert_eq!(
        (older.rule_code.as_str(), older.count, older.before),
        ("undigitised", 2, Some(at("2024-05-23T17:00:00Z")))
    );
    let monday = run(&watch, "2024-07-08").await;
    assert!(monday[0].1.contains("N1") && !monday[0].1.contains("O1"), "{}", monday[0].1);
    assert_eq!(watch.said().await.len(), 1);
});
