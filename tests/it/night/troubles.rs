//! What didn't go as it should is a record, and one mail when it begins and one when it is over, however many replicas
//! look after it.

use bonro::domain::schedule::JobName;
use bonro::mail::{Mailbox, OperatorNotice};
use bonro::pb::v1;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::service::House;
use bonro::service::jobs::{Asked, run};
use bonro::service::settings::OfficeSettings;
use bonro::service::slots::{Claimed, Ending};
use bonro::store::entity::{outbox, trouble};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::office::{Office, at};
use crate::support::{Line, both};

const ENGINEER: &str = "kysu@ducpho.example";
const CHIEF: &str = "chanhvanphong@ducpho.example";

pub fn mailbox(address: &str) -> Mailbox {
    Mailbox { name: String::new(), address: address.to_owned() }
}

pub fn with_operator(settings: &mut OfficeSettings) {
    settings.mail.operator = Some(mailbox(ENGINEER));
}

impl Office {
    pub async fn troubles(&self) -> Vec<trouble::Model> {
        let all = trouble::Entity::find()
            .order_by_asc(trouble::Column::Kind)
            .order_by_asc(trouble::Column::Subject);
        all.all(&self.tables).await.expect("troubles are read")
    }

    /// The operator's mails: to whom, and what they say.
    pub async fn letters(&self) -> Vec<(String, OperatorNotice)> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::Kind.eq("operator_notice"))
            .order_by_asc(outbox::Column::CreatedAt)
            .order_by_asc(outbox::Column::ToAddress)
            .all(&self.tables)
            .await
            .expect("mails are read");
        let notice = |row: &outbox::Model| serde_json::from_str(&row.render_input).expect("a notice");
        rows.iter().map(|row| (row.to_address.clone(), notice(row))).collect()
    }

    /// A slot of the schedule that comes to a bad end, or to a good one.
    async fn slot(&self, house: &House, job: JobName, slot_at: &str, ending: Ending) {
        let claimed = house.claim(job, at(slot_at), Asked::Schedule).await.expect("it is claimed");
        let Claimed::Ours(claim) = claimed else { panic!("a fresh slot is free") };
        house.end_slot(&claim, ending, "đĩa đầy".to_owned()).await.expect("it ends");
    }
}

/// Three replicas look after the troubles at once.
async fn watch(replicas: &[House]) {
    let mut watching = Vec::new();
    for replica in replicas {
        let replica = replica.clone();
        watching.push(tokio::spawn(async move { replica.watch_troubles().await }));
    }
    for replica in watching {
        replica.await.expect("it ends").expect("it is watched");
    }
}

async fn replicas(office: &Office, tell: fn(&mut OfficeSettings)) -> Vec<House> {
    let mut all = Vec::new();
    for seed in [41, 42, 43] {
        all.push(office.told(seed, tell).await);
    }
    all
}

both!(a_failure_is_told_once_and_its_end_once, |house| {
    let office = Office::open(&house.url).await;
    let houses = replicas(&office, with_operator).await;
    office.set("2024-05-16T01:00:00Z");
    office.slot(&houses[0], JobName::FoldFigures, "2024-05-16T01:00:00Z", Ending::Failed).await;
    watch(&houses).await;
    assert!(office.letters().await.is_empty(), "what begins with it is waited for");
    office.wait(TimeDelta::minutes(1));
    office.slot(&houses[1], JobName::FoldFigures, "2024-05-16T01:01:00Z", Ending::Failed).await;
    office.slot(&houses[1], JobName::CheckFigures, "2024-05-16T01:01:00Z", Ending::Failed).await;
    for _ in 0..3 {
        watch(&houses).await;
    }
    let letters = office.letters().await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(
        (letters[0].0.as_str(), letters[0].1.headline.as_str()),
        (ENGINEER, "2 sự cố của việc tự động")
    );
    let fold = letters[0].1.details.iter().find(|line| line.contains("fold_figures")).expect("it is told of");
    assert_eq!(
        fold,
        "Việc gộp số liệu (fold_figures): thất bại, 2 lượt từ 8 giờ 00, ngày 16/5/2024 đến 8 giờ 01, ngày 16/5/2024: đĩa đầy."
    );

    // More of the same is one trouble, and no second mail.
    office.wait(TimeDelta::minutes(10));
    office.slot(&houses[2], JobName::FoldFigures, "2024-05-16T01:11:00Z", Ending::Failed).await;
    office.wait(TimeDelta::minutes(10));
    watch(&houses).await;
    let rows = office.troubles().await;
    assert_eq!(
        rows.iter().map(|t| (t.kind.as_str(), t.subject.as_str(), t.count)).collect::<Vec<_>>(),
        [("failed", "check_figures", 1), ("failed", "fold_figures", 3)]
    );
    assert_eq!(office.letters().await.len(), 1);

    // It goes well again, and for a while.
    office.slot(&houses[2], JobName::FoldFigures, "2024-05-16T01:21:00Z", Ending::Done).await;
    watch(&houses).await;
    assert!(office.troubles().await.iter().all(|t| t.over_at.is_none()), "it isn't quiet yet");
    office.wait(TimeDelta::minutes(10));
    watch(&houses).await;
    watch(&houses).await;
    let letters = office.letters().await;
    assert_eq!(letters.len(), 2, "{letters:?}");
    assert_eq!(letters[1].1.headline, "Đã qua: Việc gộp số liệu (fold_figures): thất bại");
    let over: Vec<_> = office.troubles().await.iter().map(|t| t.over_at.is_some()).collect();
    assert_eq!(over, [false, true]);

    // The next failure is another trouble.
    office.slot(&houses[0], JobName::FoldFigures, "2024-05-16T01:31:00Z", Ending::Failed).await;
    office.wait(TimeDelta::minutes(2));
    watch(&houses).await;
    assert_eq!((office.troubles().await.len(), office.letters().await.len()), (3, 3));
    // The mail leaves, rendered.
    run(&houses[0], JobName::DeliverMail, at("2024-05-16T01:33:00Z"), Asked::ByHand).await.expect("it runs");
    assert_eq!(office.files().len(), 3);
});

both!(a_week_of_downtime_is_one_mail, |house| {
    let office = Office::open(&house.url).await;
    let houses = replicas(&office, with_operator).await;
    office.set("2024-05-23T01:00:00Z");
    for _ in 0..2 {
        let mut beats = Vec::new();
        for replica in &houses {
            let replica = replica.clone();
            beats.push(tokio::spawn(async move { replica.due_slots().await.expect("schedules are read") }));
        }
        for beat in beats {
            beat.await.expect("it ends");
        }
    }
    let rows = office.troubles().await;
    let of = |kind: &str, job: JobName| {
        rows.iter()
            .find(|t| t.kind == kind && t.subject == job.as_str())
            .map(|t| (t.count, t.first_at, t.last_at))
    };
    assert_eq!(
        of("skipped", JobName::SendReminders),
        Some((9, at("2024-05-16T08:30:00Z"), at("2024-05-22T08:30:00Z"))),
        "all are counted, by one replica only"
    );
    // A minute for each of a week, but the first and the last.
    assert_eq!(of("skipped", JobName::DeliverMail).map(|t| t.0), Some(7 * 24 * 60 + 44));
    assert_eq!(of("late", JobName::SendReminders).map(|t| t.0), Some(1), "it waits, 45 minutes late");
    assert_eq!(of("late", JobName::DeliverMail), None, "the latest is in time");

    let due = office.house.due_slots().await.expect("schedules are read");
    for slot in due {
        run(&houses[0], slot.job, slot.slot_at, Asked::Schedule).await.expect("it runs");
    }
    office.wait(TimeDelta::minutes(1));
    watch(&houses).await;
    let letters = office.letters().await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].1.details.len(), office.troubles().await.len());

    // What was skipped is over when the next slots go well; the late reminders when the next round is in time.
    office.wait(TimeDelta::minutes(16));
    watch(&houses).await;
    let open = |rows: &[trouble::Model]| {
        rows.iter()
            .filter(|t| t.over_at.is_none())
            .map(|t| (t.kind.clone(), t.subject.clone()))
            .collect::<Vec<_>>()
    };
    let still = open(&office.troubles().await);
    assert!(still.iter().all(|(kind, _)| kind == "late"), "{still:?}");
    assert!(still.contains(&("late".to_owned(), "send_reminders".to_owned())), "{still:?}");
    office.set("2024-05-23T08:30:00Z");
    for slot in office.house.due_slots().await.expect("schedules are read") {
        run(&houses[1], slot.job, slot.slot_at, Asked::Schedule).await.expect("it runs");
    }
    watch(&houses).await;
    let still = open(&office.troubles().await);
    assert!(!still.iter().any(|(_, job)| job == "send_reminders"), "{still:?}");
});

fn with_alarm(settings: &mut OfficeSettings) {
    with_operator(settings);
    settings.report.alarm_recipients = vec![mailbox(CHIEF)];
}

both!(a_period_that_nobody_reported_is_told_once, |house| {
    let office = Office::open(&house.url).await;
    let houses = replicas(&office, with_alarm).await;
    // The period of May began before the house did, and ended under its eyes: on Friday, 14 June. Three working days later,
    // on Wednesday the 19th, its summary is due.
    let told = async |office: &Office| {
        watch(&houses).await;
        office.wait(TimeDelta::minutes(2));
        watch(&houses).await;
        office.letters().await
    };
    office.set("2024-06-19T16:00:00Z");
    assert!(told(&office).await.is_empty(), "until midnight there is time");
    office.set("2024-06-19T17:01:00Z");
    let letters = told(&office).await;
    let to: Vec<_> = letters.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, [CHIEF, ENGINEER]);
    assert_eq!(letters[0].1.headline, "Kỳ 15/5/2024 – 14/6/2024: chưa gửi báo cáo kỳ");
    assert_eq!(
        letters[0].1.details,
        ["Kỳ 15/5/2024 – 14/6/2024: chưa gửi báo cáo kỳ: chưa lập báo cáo / no report was made."]
    );
    office.set("2024-06-21T03:00:00Z");
    assert_eq!(told(&office).await.len(), 2, "once");

    // Made, but its mail hasn't left: the trouble goes on. Then it has left.
    run(&houses[0], JobName::ReportPeriod, at("2024-06-21T03:00:00Z"), Asked::ByHand).await.expect("it runs");
    assert_eq!(told(&office).await.len(), 2);
    run(&houses[0], JobName::DeliverMail, at("2024-06-21T03:01:00Z"), Asked::ByHand).await.expect("it runs");
    let letters = told(&office).await;
    assert_eq!(letters.len(), 4);
    assert_eq!(letters[2].1.headline, "Đã qua: Kỳ 15/5/2024 – 14/6/2024: chưa gửi báo cáo kỳ");
    assert_eq!(told(&office).await.len(), 4);
    let rows = office.troubles().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].kind.as_str(), rows[0].subject.as_str()),
        ("unreported", "month 2024-05-15..2024-06-14")
    );
});

both!(what_was_reported_or_ended_before_the_house_is_no_alarm, |house| {
    let office = Office::open(&house.url).await;
    let houses = replicas(&office, with_alarm).await;
    // 14 May lies before the house's first day.
    office.set("2024-06-10T03:00:00Z");
    watch(&houses).await;
    assert!(office.troubles().await.is_empty());
    // The next one is reported in time, by a job that rests afterwards.
    office.set("2024-06-15T01:00:00Z");
    run(&houses[0], JobName::ReportPeriod, at("2024-06-15T01:00:00Z"), Asked::ByHand).await.expect("it runs");
    run(&houses[0], JobName::DeliverMail, at("2024-06-15T01:00:00Z"), Asked::ByHand).await.expect("it runs");
    office.set("2024-07-05T03:00:00Z");
    watch(&houses).await;
    assert!(office.troubles().await.is_empty());
    // Whoever wants no alarm has none.
    office.set("2024-08-05T03:00:00Z");
    let silent = office.told(44, |settings| settings.report.alarm_after = 0).await;
    silent.watch_troubles().await.expect("it is watched");
    assert!(office.troubles().await.is_empty());
    houses[0].watch_troubles().await.expect("it is watched");
    assert_eq!(office.troubles().await.len(), 1);
});

both!(troubles_are_listed, |house| {
    let office = Office::open(&house.url).await;
    office.set("2024-05-16T01:00:00Z");
    office.slot(&office.house, JobName::FoldFigures, "2024-05-16T01:00:00Z", Ending::Failed).await;
    office.slot(&office.house, JobName::CheckFigures, "2024-05-15T19:00:00Z", Ending::Done).await;
    let line = Line::open(&house.url).await;
    let key = line.key(&[v1::Role::Coordinator], "", "").await;
    let mut client = JobServiceClient::new(line.call(&key));
    let mut listed = async |filter: &str| {
        let ask = v1::ListTroublesRequest { filter: filter.to_owned(), ..Default::default() };
        let all = client.list_troubles(ask).await.expect("they are listed").into_inner().troubles;
        all.into_iter().map(|t| (t.kind(), t.subject.clone(), t.count, t.note)).collect::<Vec<_>>()
    };
    let failed = (v1::TroubleKind::Failed, "jobs/fold_figures".to_owned(), 1, "đĩa đầy".to_owned());
    let late = (v1::TroubleKind::Late, "jobs/check_figures".to_owned(), 1, "begun late".to_owned());
    assert_eq!(listed("kind = \"failed\"").await, [failed]);
    assert_eq!(listed("subject = \"jobs/check_figures\" AND end_time = null").await, [late]);
    assert_eq!(listed("end_time != null").await, []);
    let stranger = v1::ListTroublesRequest { filter: "colour = \"red\"".to_owned(), ..Default::default() };
    let refused = client.list_troubles(stranger).await.expect_err("it isn't known");
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);
});
