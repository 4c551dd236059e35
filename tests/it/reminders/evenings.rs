//! What is previewed in the evening is what the next day's runs send: to the same persons, of the same things, whatever
//! keeps people from being told, or things from being said.

use std::collections::BTreeSet;

use bonro::domain::schedule::JobName::{DeliverMail, SendReminders};
use bonro::pb::google::r#type::Date;
use bonro::pb::v1;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::pb::v1::official_service_client::OfficialServiceClient;
use bonro::pb::v1::reminder_service_client::ReminderServiceClient;
use bonro::pb::v1::{ReminderKind as Kind, ReminderRole as Level};
use sea_orm::ConnectionTrait as _;

use super::watch::{Watch, rule};
use crate::dossiers::office::{Office, at};
use crate::support::both;

/// Instant of leaving, subject, rule code, step from 1, role and recipient.
type Told = (String, String, String, i32, String, String);

const CODES: [&str; 6] = ["E1", "E2", "E3", "E4", "E5", "E6"];

async fn previewed(watch: &Watch, day: i32) -> BTreeSet<Told> {
    let on = Some(Date { year: 2024, month: 5, day });
    let ask = v1::PreviewRemindersRequest { on, page_size: 1000, ..Default::default() };
    let answer = watch.client().preview_reminders(ask).await.expect("a plan").into_inner();
    let told = answer.planned_notices.into_iter().map(|notice| {
        let seconds = notice.send_at.map(|at| at.seconds).unwrap_or_default();
        let leaves = chrono::DateTime::from_timestamp(seconds, 0).expect("an instant");
        let role = notice.role().as_str_name().trim_start_matches("REMINDER_ROLE_").to_lowercase();
        let own = |name: &str, of: &str| name.trim_start_matches(of).to_owned();
        (
            leaves.format("%d %H:%M").to_string(),
            own(&notice.subject, "dossiers/"),
            notice.rule_code.clone(),
            notice.step + 1,
            role,
            own(&notice.recipient, "officials/"),
        )
    });
    told.collect()
}

/// What left a minute before.
async fn sent(watch: &Watch, leaves: &str) -> BTreeSet<Told> {
    let mails = watch.outbox().await;
    let mut told = BTreeSet::new();
    for row in watch.ledger().await {
        let Some(at) = row.sent_at.filter(|_| row.state == "sent") else { continue };
        if (at - chrono::TimeDelta::minutes(1)).format("%d %H:%M").to_string() != leaves {
            continue;
        }
        let mail = mails.iter().find(|mail| Some(mail.id) == row.outbox_id).expect("its mail");
        let recipient = mail.key.rsplit('/').next().expect("a code").to_owned();
        told.insert((
            leaves.to_owned(),
            row.notice.subject_code,
            row.notice.rule_code,
            row.notice.step,
            row.notice.role,
            recipient,
        ));
    }
    told
}

/// An office where much stands in the way of being told.
async fn hindered(house: &crate::support::House) -> Watch {
    let watch = Watch::silent(house).await;
    watch.employ("T-05", "T", v1::Role::Coordinator).await;
    watch.employ("T-01", "T", v1::Role::Leader).await;
    let overdue = |role: Level, working_days| v1::ReminderRule {
        role: role.into(),
        working_days,
        ..rule(Kind::Overdue)
    };
    let holder = v1::ReminderRule { code: "holder".to_owned(), ..overdue(Level::Responsible, 0) };
    let standing = v1::ReminderRule { office_minutes: 240, role: Level::Head.into(), ..rule(Kind::Standing) };
    for made in [
        v1::ReminderRule { repeat_working_days: Some(1), ..holder },
        overdue(Level::Head, 2),
        overdue(Level::Coordinator, 3),
        overdue(Level::Leader, 2),
        v1::ReminderRule { code: "before".to_owned(), working_days: 1, ..rule(Kind::BeforeDue) },
        v1::ReminderRule { code: "today".to_owned(), ..rule(Kind::DueToday) },
        v1::ReminderRule { repeat_working_days: Some(2), ..standing },
    ] {
        watch.create(made).await.expect("a rule");
    }
    for code in CODES {
        let (unit, holder) = match code {
            "E5" => ("units/B", "officials/B-01"),
            "E6" => ("units/A", ""),
            _ => ("units/A", "officials/A-01"),
        };
        let (unit, holder) = (unit.to_owned(), holder.to_owned());
        watch.office.receive(v1::ReceiveDossierRequest { unit, holder, ..Office::new_dossier(code) }).await;
    }
    // The head is away for two days, and nobody stands in.
    let day = |day| Date { year: 2024, month: 5, day }.into();
    let away = v1::RecordAbsenceRequest {
        name: "officials/A-09".to_owned(),
        absence: Some(v1::Absence { from_on: day(27), to_on: day(28), ..Default::default() }),
        ..Default::default()
    };
    OfficialServiceClient::new(watch.office.call()).record_absence(away).await.expect("it is recorded");
    // The holder can't be written to until Monday, the 27th.
    let key = watch.office.line.key(&[v1::Role::Engineer], "", "").await;
    let unwritten = v1::SuppressAddressRequest {
        address: "a-01@a.example".to_owned(),
        reason: "hộp thư đầy".to_owned(),
        until_time: Some(at("2024-05-27T00:00:00Z")),
        ..Default::default()
    };
    let mut jobs = JobServiceClient::new(watch.office.line.call(&key));
    jobs.suppress_address(unwritten).await.expect("it is put");
    // The source of one is silent.
    for sql in [
        "INSERT INTO source (name, watermark, stale_after_hours, updated_at, version) \
         VALUES ('mc', '2024-05-16 01:00:00+00:00', 1, '2024-05-16 01:00:00+00:00', 1)",
        "UPDATE dossier SET source = 'mc' WHERE code = 'E3'",
    ] {
        watch.tables.execute_unprepared(sql).await.expect("a silent source");
    }
    watch
}

both!(each_evening_previews_the_next_day, |house| {
    let watch = hindered(&house).await;
    let key = watch.office.line.key(&[v1::Role::Officer], "A-01", "A").await;
    let mut kinds = BTreeSet::new();
    for (evening, day) in
        [(20, 21), (21, 22), (22, 23), (23, 24), (26, 27), (27, 28), (28, 29), (29, 30), (30, 31)]
    {
        watch.office.set(&format!("2024-05-{evening}T11:00:00Z"));
        let ahead = previewed(&watch, day).await;
        let mut went = BTreeSet::new();
        for run in ["00:15", "08:30"] {
            let before = watch.letters().await.len();
            watch.at(&format!("2024-05-{day}T{run}:00Z"), SendReminders).await;
            let next = run.replace(":15", ":16").replace(":30", ":31");
            watch.at(&format!("2024-05-{day}T{next}:00Z"), DeliverMail).await;
            let told = sent(&watch, &format!("{day} {run}")).await;
            for (to, text) in watch.letters().await.split_off(before) {
                let of_reader = |(_, subject, .., reader): &Told| {
                    (format!("{}@a.example", reader.to_lowercase()) == to).then(|| subject.clone())
                };
                let said: BTreeSet<String> = told.iter().filter_map(of_reader).collect();
                let named = CODES.iter().filter(|code| text.contains(**code)).map(|code| (*code).to_owned());
                assert_eq!(named.collect::<BTreeSet<String>>(), said, "{day} {run} to {to}");
            }
            went.extend(told);
        }
        assert_eq!(ahead, went, "of {day} May");
        kinds.extend(went.into_iter().map(|(_, subject, _, _, role, reader)| (subject, role, reader)));
        // What happens in the middle of the day the next evening knows.
        match day {
            23 => {
                watch.office.set("2024-05-23T09:00:00Z");
                let ask = v1::SnoozeRemindersRequest {
                    subject: "dossiers/E4".to_owned(),
                    until: Some(at("2024-05-28T03:00:00Z")),
                    reason: "chờ ý kiến".to_owned(),
                    ..Default::default()
                };
                let mut holder = ReminderServiceClient::new(watch.office.line.call(&key));
                holder.snooze_reminders(ask).await.expect("it waits");
            }
            27 => {
                watch.office.set("2024-05-27T09:00:00Z");
                watch.office.does("hand_over", "E2").await;
            }
            29 => {
                let sql = "UPDATE source SET stale_after_hours = 0 WHERE name = 'mc'";
                watch.tables.execute_unprepared(sql).await.expect("it speaks again");
            }
            _ => {}
        }
    }
    let told = |subject: &str, role: &str, reader: &str| {
        let told = (subject.to_owned(), role.to_owned(), reader.to_owned());
        assert!(kinds.contains(&told), "{told:?} of {kinds:?}");
    };
    // Each of what stood in the way did, for a time.
    told("E1", "responsible", "A-09");
    told("E1", "responsible", "A-01");
    told("E1", "returned", "A-01");
    told("E1", "head", "T-05");
    told("E1", "returned", "A-09");
    told("E1", "leader", "T-01");
    told("E2", "responsible", "A-02");
    told("E3", "responsible", "A-01");
    told("E4", "responsible", "A-01");
});

both!(what_a_run_before_the_opening_writes_leaves_as_the_office_opens, |house| {
    let watch = hindered(&house).await;
    let sql = "UPDATE job SET cron = '30 6 * * *' WHERE name = 'send_reminders'";
    watch.tables.execute_unprepared(sql).await.expect("it runs earlier");
    watch.office.set("2024-05-23T11:00:00Z");
    let ahead = previewed(&watch, 24).await;
    assert!(!ahead.is_empty() && ahead.iter().all(|(leaves, ..)| leaves == "24 00:00"), "{ahead:?}");
    watch.at("2024-05-23T23:30:00Z", SendReminders).await;
    for (instant, leaves) in [("2024-05-23T23:31:00Z", false), ("2024-05-24T00:01:00Z", true)] {
        watch.office.set(instant);
        watch.scheduled(DeliverMail).await;
        assert_eq!(!watch.letters().await.is_empty(), leaves, "{instant}");
    }
    assert_eq!(sent(&watch, "24 00:00").await, ahead);
});
