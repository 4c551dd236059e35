//! Jobs in people's hands: they rest with a note and a name, their schedules are changed, and a clock that is set back
//! runs nothing twice.

use std::collections::BTreeMap;

use bonro::domain::schedule::{JobName, Misfire};
use bonro::pb::v1;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::service::jobs::{Asked, run};
use bonro::service::timetable::{JobChange, change_job, set_paused};
use bonro::store::entity::job;
use chrono::{DateTime, TimeDelta, Utc};
use prost_types::FieldMask;
use sea_orm::EntityTrait as _;
use tonic::Code;

use super::office::{Office, at};
use crate::support::{Line, both};

const NONE: [DateTime<Utc>; 0] = [];

impl Office {
    async fn pause(&self, name: &str, paused: bool, note: &str) {
        let mut work = self.house.job(self.house.own_context(JobName::FlagOverdue)).await.expect("a work");
        set_paused(&mut work, name, "", paused, note).await.expect("it is done");
        work.finish(&[]).await.expect("it commits");
    }

    async fn change(&self, name: &str, change: JobChange) {
        let mut work = self.house.job(self.house.own_context(JobName::FlagOverdue)).await.expect("a work");
        change_job(&mut work, name, "", change).await.expect("it is done");
        work.finish(&[]).await.expect("it commits");
    }

    async fn due(&self, job: JobName) -> Vec<DateTime<Utc>> {
        let due = self.house.due_slots().await.expect("schedules are read");
        due.into_iter().filter(|d| d.job == job).map(|d| d.slot_at).collect()
    }

    async fn job(&self, job: JobName) -> job::Model {
        let found = job::Entity::find_by_id(job.as_str().to_owned()).one(&self.tables).await;
        found.expect("it is read").expect("it is there")
    }
}

both!(a_job_that_rests_skips_its_slots_and_says_why, |house| {
    let office = Office::open(&house.url).await;
    office.pause("check_figures", true, "Bảo trì máy chủ").await;
    let row = office.job(JobName::CheckFigures).await;
    assert_eq!(
        (row.paused_by.as_deref(), row.paused_at),
        (Some("jobs/flag_overdue"), Some(at("2024-05-16T00:15:00Z")))
    );
    for day in ["16T20:00", "17T20:00", "18T20:00"] {
        office.set(&format!("2024-05-{day}:00Z"));
        assert_eq!(office.due(JobName::CheckFigures).await, NONE, "it rests");
    }
    let slots = office.slots(JobName::CheckFigures).await;
    let notes: Vec<_> =
        slots.iter().map(|s| (s.state.as_str(), s.note.as_deref().unwrap_or_default())).collect();
    assert_eq!(notes, [("skipped", "paused: Bảo trì máy chủ"); 2], "all but the one that it will run");
    // A second pause only renews the note.
    office.pause("check_figures", true, "Vẫn bảo trì").await;
    assert_eq!(office.job(JobName::CheckFigures).await.paused_at, Some(at("2024-05-16T00:15:00Z")));

    office.pause("check_figures", false, "").await;
    let row = office.job(JobName::CheckFigures).await;
    assert_eq!((row.paused_by, row.paused_at, row.paused_note), (None, None, None));
    assert_eq!(office.due(JobName::CheckFigures).await, [at("2024-05-18T19:00:00Z")], "the latest is run");
    assert_eq!(office.slots(JobName::CheckFigures).await.len(), 2);
    office.wait(TimeDelta::minutes(20));
    office.house.watch_troubles().await.expect("it is watched");
    let troubles = office.troubles().await;
    assert!(troubles.iter().all(|t| t.subject != "check_figures"), "resting is no trouble: {troubles:?}");
});

both!(a_changed_schedule_is_the_jobs_own_until_it_is_given_back, |house| {
    let office = Office::open(&house.url).await;
    office.set("2024-05-16T03:00:00Z");
    let change = JobChange { schedule: Some("0 9 * * *".into()), ..JobChange::default() };
    office.change("check_figures", change).await;
    // 09:00 here was an hour ago: no slot lies before the change.
    assert_eq!(office.due(JobName::CheckFigures).await, NONE);
    office.house.enter_jobs().await.expect("a start");
    let row = office.job(JobName::CheckFigures).await;
    assert_eq!((row.cron.as_str(), row.changed_by_hand), ("0 9 * * *", true), "a start leaves it");
    office.set("2024-05-18T03:00:00Z");
    assert_eq!(office.due(JobName::CheckFigures).await, [at("2024-05-18T02:00:00Z")]);

    let change = JobChange { misfire: Some(Misfire::Skip), grace_seconds: Some(60), ..JobChange::default() };
    office.change("check_figures", change).await;
    assert_eq!(
        office.due(JobName::CheckFigures).await,
        NONE,
        "what is late by more than its grace is skipped now"
    );
    let row = office.job(JobName::CheckFigures).await;
    assert_eq!((row.cron.as_str(), row.grace_seconds), ("0 9 * * *", 60));

    office.change("check_figures", JobChange { changed_by_hand: Some(false), ..JobChange::default() }).await;
    let row = office.job(JobName::CheckFigures).await;
    assert_eq!(
        (row.cron.as_str(), row.misfire.as_str(), row.changed_by_hand),
        ("0 2 * * *", "latest", false)
    );
    assert_eq!(
        office.due(JobName::CheckFigures).await,
        NONE,
        "the nights before the change are no slots of it"
    );
});

both!(other_settings_at_a_start_make_no_slots_in_the_past, |house| {
    let office = Office::open(&house.url).await;
    office.set("2024-05-20T03:00:00Z");
    let told = office.told(7, |settings| "0 9 * * *".clone_into(&mut settings.jobs.check_figures)).await;
    told.enter_jobs().await.expect("a start");
    assert_eq!(office.job(JobName::CheckFigures).await.cron, "0 9 * * *");
    assert_eq!(office.due(JobName::CheckFigures).await, NONE);
    assert!(office.slots(JobName::CheckFigures).await.is_empty());
    // A start with the same settings changes nothing.
    office.set("2024-05-21T03:00:00Z");
    told.enter_jobs().await.expect("a start");
    assert_eq!(office.due(JobName::CheckFigures).await, [at("2024-05-21T02:00:00Z")]);
});

both!(schedules_are_changed_through_the_door, |house| {
    let _office = Office::open(&house.url).await;
    let line = Line::open(&house.url).await;
    let key = line.key(&[v1::Role::Engineer], "", "").await;
    let mut client = JobServiceClient::new(line.call(&key));
    let job = |schedule: &str, grace: i64| v1::Job {
        name: "jobs/check_figures".to_owned(),
        schedule: schedule.to_owned(),
        misfire_policy: v1::MisfirePolicy::All.into(),
        grace_seconds: grace,
        ..v1::Job::default()
    };
    let request = |job: v1::Job, mask: &[&str]| v1::UpdateJobRequest {
        job: Some(job),
        update_mask: Some(FieldMask { paths: mask.iter().map(|p| (*p).to_owned()).collect() }),
        request_id: String::new(),
    };
    for (job, mask) in [
        (job("soon", 5), &["schedule"][..]),
        (job("0 0 30 2 *", 5), &["schedule"]),
        (job("0 1 * * *", -1), &["grace_seconds"]),
        (job("0 1 * * *", 700_000), &["grace_seconds"]),
        (v1::Job { misfire_policy: 0, ..job("0 1 * * *", 5) }, &["misfire_policy"]),
        (job("0 1 * * *", 5), &["paused"]),
        (v1::Job { changed_by_hand: true, ..job("0 1 * * *", 5) }, &["changed_by_hand"]),
        (job("0 1 * * *", 5), &["changed_by_hand", "schedule"]),
    ] {
        let refused = client.update_job(request(job, mask)).await.expect_err("it is refused");
        assert_eq!(refused.code(), Code::InvalidArgument, "{mask:?}");
    }
    let done = client.update_job(request(job("0 1 * * *", 7), &[])).await.expect("it is changed");
    let changed = done.into_inner().job.expect("a job");
    assert_eq!(
        (changed.schedule.as_str(), changed.grace_seconds, changed.changed_by_hand),
        ("0 1 * * *", 7, true)
    );
    assert_eq!(changed.misfire_policy(), v1::MisfirePolicy::All);
    let stale = v1::Job { etag: "of another time".to_owned(), ..job("0 3 * * *", 7) };
    assert_eq!(
        client.update_job(request(stale, &["schedule"])).await.expect_err("stale").code(),
        Code::Aborted
    );
    let back = client.update_job(request(job("", 0), &["changed_by_hand"])).await.expect("it is given back");
    let back = back.into_inner().job.expect("a job");
    assert_eq!(
        (back.schedule.as_str(), back.grace_seconds, back.changed_by_hand),
        ("0 2 * * *", 3600, false)
    );

    let pause = v1::PauseJobRequest { name: back.name, note: "nghỉ".to_owned(), ..Default::default() };
    let paused = client.pause_job(pause).await.expect("it rests").into_inner().job.expect("a job");
    assert_eq!((paused.paused_by.as_str(), paused.pause_time.is_some()), ("test", true));
    let clerk = line.key(&[v1::Role::Coordinator], "", "").await;
    let mut clerk = JobServiceClient::new(line.call(&clerk));
    let denied = clerk.update_job(request(job("0 1 * * *", 7), &[])).await.expect_err("not for them");
    assert_eq!(denied.code(), Code::PermissionDenied);
});

/// The house runs through both changes of Berlin's clock, with replicas, while somebody sets the office's clock back.
async fn live(office: &Office, from: &str, hours: i64) -> BTreeMap<DateTime<Utc>, i32> {
    office.set(from);
    let mut replicas = Vec::new();
    for seed in [31, 32, 33] {
        let replica = office
            .told(seed, |settings| "30 2 * * *; 10 * * * *".clone_into(&mut settings.jobs.check_figures));
        replicas.push(replica.await);
    }
    replicas[0].enter_jobs().await.expect("a start");
    for step in 0..hours * 4 {
        office.wait(TimeDelta::minutes(15));
        if step == hours * 2 {
            // The lease's clock is another one: it never goes back.
            office.clock.advance(-TimeDelta::hours(1));
        }
        let mut beats = Vec::new();
        for replica in &replicas {
            let replica = replica.clone();
            beats.push(tokio::spawn(async move {
                for due in replica.due_slots().await.expect("schedules are read") {
                    if due.job == JobName::CheckFigures {
                        // Held by another: that is as it should be.
                        let _held = run(&replica, due.job, due.slot_at, Asked::Schedule).await;
                    }
                }
            }));
        }
        for beat in beats {
            beat.await.expect("it ends");
        }
    }
    let slots = office.slots(JobName::CheckFigures).await;
    assert!(slots.iter().all(|s| s.state == "done"), "{slots:?}");
    slots.into_iter().map(|s| (s.slot_at, s.attempt)).collect()
}

async fn in_berlin(office: &Office) {
    use bonro::store::entity::calendar;
    use sea_orm::sea_query::Expr;
    calendar::Entity::update_many()
        .col_expr(calendar::Column::TimeZone, Expr::value("Europe/Berlin"))
        .exec(&office.tables)
        .await
        .expect("the calendar is moved");
}

both!(no_slot_is_doubled_or_missed_when_the_clock_goes_forward, |house| {
    let office = Office::open(&house.url).await;
    in_berlin(&office).await;
    let ran = live(&office, "2025-03-29T22:00:00Z", 8).await;
    let expected: Vec<_> = [
        "29T22:10", "29T23:10", "30T00:10", // 02:10 and 02:30 don't exist: both are at 03:00.
        "30T01:00", "30T01:10", "30T02:10", "30T03:10", "30T04:10",
    ]
    .iter()
    .map(|at| format!("2025-03-{at}:00Z").parse::<DateTime<Utc>>().expect("an instant"))
    .collect();
    assert_eq!(ran.keys().copied().collect::<Vec<_>>(), expected);
    assert!(ran.values().all(|attempt| *attempt == 1), "{ran:?}");
});

both!(no_slot_is_doubled_or_missed_when_the_clock_goes_back, |house| {
    let office = Office::open(&house.url).await;
    in_berlin(&office).await;
    let ran = live(&office, "2025-10-25T22:00:00Z", 8).await;
    let expected: Vec<_> = [
        "25T22:10", "25T23:10", "26T00:10", "26T00:30", // 02:30 the first time only.
        "26T01:10", "26T02:10", "26T03:10", "26T04:10",
    ]
    .iter()
    .map(|at| format!("2025-10-{at}:00Z").parse::<DateTime<Utc>>().expect("an instant"))
    .collect();
    assert_eq!(ran.keys().copied().collect::<Vec<_>>(), expected);
    assert!(ran.values().all(|attempt| *attempt == 1), "{ran:?}");
});

both!(a_clock_that_ran_ahead_for_a_year_silences_nothing, |house| {
    let office = Office::open(&house.url).await;
    office.set("2025-05-16T00:15:00Z");
    for due in office.house.due_slots().await.expect("schedules are read") {
        if due.job == JobName::CheckFigures {
            run(&office.house, due.job, due.slot_at, Asked::Schedule).await.expect("it runs");
        }
    }
    office.set("2024-05-16T20:00:00Z");
    assert_eq!(office.due(JobName::CheckFigures).await, [at("2024-05-16T19:00:00Z")], "the nights go on");
});
