//! The night watch through the front door: jobs run, rest and work again, rules and the plan ahead are read.

use bonro::pb::v1;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::pb::v1::reminder_service_client::ReminderServiceClient;
use tonic::Code;

use super::office::{OFFICER, Office, at};
use crate::support::{Line, both};

fn timestamp(text: &str) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at(text).timestamp(), nanos: 0 }
}

both!(jobs_are_run_and_rest_by_hand, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    let line = Line::open(&house.url).await;
    line.clock.set(at("2024-05-16T00:15:00Z"));
    let key = line.key(&[v1::Role::Engineer], "", "").await;
    let mut client = JobServiceClient::new(line.call(&key));

    let request = v1::RunJobRequest {
        name: "jobs/send_reminders".to_owned(),
        slot_at: Some(timestamp("2024-05-16T00:15:00Z")),
        request_id: "0190b3f0-0000-7000-8000-000000000001".to_owned(),
    };
    let first = client.run_job(request.clone()).await.expect("it runs").into_inner();
    let slot = first.slot.clone().expect("a slot");
    assert_eq!(
        (slot.state(), slot.note.as_str()),
        (v1::SlotState::Done, "1 thư gồm 1 lời nhắc / 1 digests of 1 notices")
    );
    assert_eq!(slot.name, "jobs/send_reminders/slots/2024-05-16T00:15:00Z");
    let replayed = client.run_job(request.clone()).await.expect("it is answered").into_inner();
    assert_eq!(replayed, first, "the same request has the first answer");
    let other = v1::RunJobRequest { request_id: String::new(), ..request.clone() };
    assert!(client.run_job(other).await.expect("it is answered").into_inner().already_done);
    let late = v1::RunJobRequest {
        slot_at: Some(timestamp("2024-05-17T00:00:00Z")),
        request_id: String::new(),
        ..request
    };
    let refused = client.run_job(late).await.expect_err("the future is refused");
    assert_eq!(refused.code(), Code::FailedPrecondition);

    let pause = v1::PauseJobRequest {
        name: "jobs/flag_overdue".to_owned(),
        note: "Bảo trì".to_owned(),
        ..v1::PauseJobRequest::default()
    };
    let paused = client.pause_job(pause.clone()).await.expect("it rests").into_inner().job.expect("a job");
    assert!(paused.paused && paused.next_slot_at.is_none());
    let stale = v1::ResumeJobRequest {
        name: pause.name.clone(),
        etag: "of another time".to_owned(),
        ..v1::ResumeJobRequest::default()
    };
    assert_eq!(client.resume_job(stale).await.expect_err("it is stale").code(), Code::Aborted);
    let ask = v1::ListJobsRequest { filter: "paused = true".to_owned(), ..v1::ListJobsRequest::default() };
    let resting = client.list_jobs(ask).await.expect("they are listed").into_inner().jobs;
    assert_eq!(resting.iter().map(|j| j.paused_note.as_str()).collect::<Vec<_>>(), ["Bảo trì"]);
    let resume =
        v1::ResumeJobRequest { name: pause.name, etag: paused.etag, ..v1::ResumeJobRequest::default() };
    let working = client.resume_job(resume).await.expect("it works").into_inner().job.expect("a job");
    assert_eq!(working.next_slot_at, Some(timestamp("2024-05-16T00:30:00Z")));

    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let ask = v1::ListJobsRequest { page_size: 3, page_token, ..v1::ListJobsRequest::default() };
        let page = client.list_jobs(ask).await.expect("they are listed").into_inner();
        names.extend(page.jobs.into_iter().map(|job| job.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names.len(), 8);
    let ask = v1::ListSlotsRequest {
        parent: "jobs/-".to_owned(),
        filter: "state = \"done\" AND late = false".to_owned(),
        ..v1::ListSlotsRequest::default()
    };
    let slots = client.list_slots(ask).await.expect("they are listed").into_inner().slots;
    assert_eq!(slots, [slot]);
    let mails = client
        .list_outbox(v1::ListOutboxRequest::default())
        .await
        .expect("they are listed")
        .into_inner()
        .mails;
    assert_eq!(
        mails.iter().map(|m| (m.recipient.as_str(), m.state())).collect::<Vec<_>>(),
        [("officials/YT-02", v1::MailState::Queued)]
    );
    let retry = v1::RetryMailRequest { name: mails[0].name.clone(), ..v1::RetryMailRequest::default() };
    assert_eq!(client.retry_mail(retry).await.expect_err("it isn't dead").code(), Code::FailedPrecondition);
});

both!(rules_and_the_plan_ahead_are_read, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-20").await;
    let line = Line::open(&house.url).await;
    line.clock.set(at("2024-05-16T00:15:00Z"));
    let key = line.key(&[v1::Role::Engineer, v1::Role::Coordinator], "", "").await;
    JobServiceClient::new(line.call(&key))
        .run_job(v1::RunJobRequest { name: "jobs/send_reminders".to_owned(), ..v1::RunJobRequest::default() })
        .await
        .expect("it runs");
    let mut client = ReminderServiceClient::new(line.call(&key));

    let ask = v1::ListNoticesRequest {
        filter: "subject = \"tasks/NV-1\" AND recipient = \"officials/YT-02\"".to_owned(),
        ..v1::ListNoticesRequest::default()
    };
    let told = client.list_notices(ask).await.expect("they are listed").into_inner().notices;
    assert_eq!(
        told.iter().map(|n| (n.kind(), n.step, n.state())).collect::<Vec<_>>(),
        [(v1::ReminderKind::BeforeDue, 0, v1::NoticeState::Queued)]
    );

    let ask = v1::PreviewRemindersRequest {
        until: Some(timestamp("2024-05-25T00:00:00Z")),
        page_size: 3,
        ..v1::PreviewRemindersRequest::default()
    };
    let page = client.preview_reminders(ask.clone()).await.expect("a plan").into_inner();
    let said = |n: &v1::PlannedNotice| (n.kind(), n.send_at, n.recipient.clone());
    let officer = "officials/YT-02".to_owned();
    assert_eq!(
        page.planned_notices.iter().map(said).collect::<Vec<_>>(),
        [
            // The one before the due day stands in the ledger, and its mail in the outbox.
            (v1::ReminderKind::DueToday, Some(timestamp("2024-05-20T00:15:00Z")), officer.clone()),
            (v1::ReminderKind::DueToday, Some(timestamp("2024-05-20T08:30:00Z")), officer.clone()),
            (v1::ReminderKind::Overdue, Some(timestamp("2024-05-21T00:15:00Z")), officer.clone()),
        ]
    );
    let ask = v1::PreviewRemindersRequest { page_token: page.next_page_token, ..ask };
    let rest = client.preview_reminders(ask).await.expect("a plan").into_inner();
    assert_eq!(
        rest.planned_notices.iter().map(said).collect::<Vec<_>>(),
        [(v1::ReminderKind::Overdue, Some(timestamp("2024-05-24T00:15:00Z")), officer)]
    );
    assert_eq!(rest.next_page_token, "");

    let all = client
        .list_reminder_rules(v1::ListReminderRulesRequest::default())
        .await
        .expect("listed")
        .into_inner();
    assert_eq!(all.reminder_rules.len(), 15);
    let mut rule =
        all.reminder_rules.into_iter().find(|r| r.kind() == v1::ReminderKind::BeforeDue).expect("a rule");
    rule.working_days = 0;
    let update = v1::UpdateReminderRuleRequest { reminder_rule: Some(rule.clone()), ..Default::default() };
    assert_eq!(client.update_reminder_rule(update).await.expect_err("0 days").code(), Code::InvalidArgument);
    rule.working_days = 4;
    let update = v1::UpdateReminderRuleRequest { reminder_rule: Some(rule), ..Default::default() };
    let changed = client.update_reminder_rule(update).await.expect("it changes").into_inner();
    assert_eq!(changed.reminder_rule.map(|r| (r.working_days, r.etag)), Some((4, "2".to_owned())));
});
