//! Reminders wait while the office is closed, alarms and reports don't; a backlog of days is one mail a person.

use bonro::domain::schedule::JobName;
use bonro::mail::Post;
use bonro::service::jobs::{Asked, run};
use bonro::world::Clock as _;

use super::office::{OFFICER, Office};
use crate::support::both;
use crate::support::letters::text_of;

impl Office {
    /// The deliverer as the schedule runs it.
    async fn scheduled(&self, instant: &str) -> Vec<(String, String)> {
        self.set(instant);
        let ran = run(&self.house, JobName::DeliverMail, self.clock.now(), Asked::Schedule).await;
        assert_eq!(ran.expect("it runs").slot.state, "done");
        let kind = |key: &str| key.split('/').next().unwrap_or_default().to_owned();
        self.outbox().await.into_iter().map(|mail| (kind(&mail.key), mail.state)).collect()
    }
}

both!(what_waits_for_the_opening_alarms_nobody, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    let oldest = async |instant: &str| {
        office.set(instant);
        let text = office.house.metrics().await.expect("it is measured");
        let line =
            text.lines().find(|line| line.starts_with("bonro_outbox_oldest_seconds ")).expect("a gauge");
        line.rsplit(' ').next().and_then(|age| age.parse::<f64>().ok()).expect("a number")
    };
    // Written in the evening.
    office.set("2024-05-16T11:00:00Z");
    office.run(JobName::SendReminders).await;
    for (instant, seconds) in [
        ("2024-05-16T18:00:00Z", 0.0),
        ("2024-05-16T23:59:00Z", 0.0),
        ("2024-05-17T00:10:00Z", 600.0),
        ("2024-05-17T05:00:00Z", 0.0),
    ] {
        assert_eq!(oldest(instant).await.total_cmp(&seconds), std::cmp::Ordering::Equal, "{instant}");
    }
    // One whose server was asked and didn't answer waits for that, at any hour.
    office.set("2024-05-17T00:20:00Z");
    let away = office.through(Post::from_url("smtp://127.0.0.1:1").expect("a mail URL")).await;
    office.deliver(&away).await.expect("it runs");
    assert!(oldest("2024-05-17T05:00:00Z").await > 18.0 * 3600.0 - 1.0);
});

both!(nobody_is_reminded_while_the_office_is_closed, |house| {
    let office = Office::open(&house.url).await;
    office.run(JobName::ReportPeriod).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.set("2024-05-17T00:15:00Z");
    office.run(JobName::SendReminders).await;
    office.assign("NV-2", Some(OFFICER), "2024-05-20").await;
    let waits = |mails: Vec<(String, String)>| {
        mails.iter().any(|(kind, state)| kind == "reminders" && state == "queued")
    };
    // At lunch and in the evening of Friday, on Saturday, on Sunday at night.
    for closed in
        ["2024-05-17T05:00:00Z", "2024-05-17T12:00:00Z", "2024-05-18T02:00:00Z", "2024-05-19T17:00:00Z"]
    {
        let mails = office.scheduled(closed).await;
        assert!(mails.iter().any(|(kind, state)| kind != "reminders" && state == "sent"), "{mails:?}");
        assert!(waits(mails), "{closed}");
    }
    // Monday's run finds Friday's mail, which speaks for what came since too.
    office.set("2024-05-20T00:15:00Z");
    office.run(JobName::SendReminders).await;
    office.scheduled("2024-05-20T00:16:00Z").await;
    let mails: Vec<_> = office.outbox().await.into_iter().filter(|m| m.kind == "reminder_digest").collect();
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!(mail.state, "sent");
    insta::assert_snapshot!("monday", text_of(mail));
    assert!(office.notices().await.iter().all(|n| matches!(n.state.as_str(), "sent" | "suppressed")));

    // Who asks for it by hand knows what time it is.
    office.assign("NV-3", Some(OFFICER), "2024-05-20").await;
    office.run(JobName::SendReminders).await;
    assert!(waits(office.scheduled("2024-05-20T12:00:00Z").await));
    office.set("2024-05-20T12:01:00Z");
    office.run(JobName::DeliverMail).await;
    assert!(!waits(office.scheduled("2024-05-20T12:05:00Z").await));
});
