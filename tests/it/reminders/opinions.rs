//! Opinions on dossiers that are asked of others: who may ask, give and withdraw them, what ends them, and whom the rules
//! of reminding tell when they don't come.

use bonro::domain::schedule::JobName::{DeliverMail, PlanReminders, SendReminders};
use bonro::pb::v1;
use bonro::pb::v1::audit_service_client::AuditServiceClient;
use bonro::pb::v1::official_service_client::OfficialServiceClient;
use bonro::pb::v1::opinion_service_client::OpinionServiceClient;
use bonro::pb::v1::reminder_service_client::ReminderServiceClient;
use bonro::pb::v1::{OpinionState as State, ReminderKind as Kind, ReminderRole as Level, Role};
use sea_orm::ConnectionTrait as _;
use tonic::{Code, Status};

use super::watch::{Watch, line, morning, readers, rule};
use crate::calendars::changed::{put, with_days_off};
use crate::dossiers::office::{Office, at, fields, refusal};
use crate::support::{Call, both};

/// What is asked of unit B on a dossier: due in three working days.
fn of_b(dossier: &str) -> v1::RequestOpinionRequest {
    v1::RequestOpinionRequest {
        opinion: Some(v1::Opinion {
            dossier: format!("dossiers/{dossier}"),
            unit: "units/B".to_owned(),
            matter: "  thẩm định  nguồn gốc đất ".to_owned(),
            ..v1::Opinion::default()
        }),
        working_days: 3,
        ..Default::default()
    }
}

/// What is asked of an agency beyond the house: due on Tuesday, 21 May.
fn of_agency(dossier: &str) -> v1::RequestOpinionRequest {
    v1::RequestOpinionRequest {
        opinion: Some(v1::Opinion {
            dossier: format!("dossiers/{dossier}"),
            agency: "Sở Xây dựng".to_owned(),
            matter: "chỉ giới đường đỏ".to_owned(),
            due_at: Some(at("2024-05-21T10:00:00Z")),
            ..v1::Opinion::default()
        }),
        ..Default::default()
    }
}

async fn ask(call: &Call, request: v1::RequestOpinionRequest) -> Result<v1::Opinion, Status> {
    let answer = OpinionServiceClient::new(call.clone()).request_opinion(request).await?;
    Ok(answer.into_inner().opinion.expect("the request"))
}

async fn record(call: &Call, code: &str, given_at: Option<&str>, etag: &str) -> Result<v1::Opinion, Status> {
    let request = v1::RecordOpinionRequest {
        name: format!("opinions/{code}"),
        given_at: given_at.map(at),
        document_number: "12/CV-XD".to_owned(),
        etag: etag.to_owned(),
        ..Default::default()
    };
    let answer = OpinionServiceClient::new(call.clone()).record_opinion(request).await?;
    Ok(answer.into_inner().opinion.expect("the opinion"))
}

async fn withdraw(call: &Call, code: &str) -> Result<v1::Opinion, Status> {
    let request = v1::WithdrawOpinionRequest { name: format!("opinions/{code}"), ..Default::default() };
    let answer = OpinionServiceClient::new(call.clone()).withdraw_opinion(request).await?;
    Ok(answer.into_inner().opinion.expect("the request"))
}

async fn get(call: &Call, code: &str) -> Result<v1::Opinion, Status> {
    let request = v1::GetOpinionRequest { name: format!("opinions/{code}") };
    let answer = OpinionServiceClient::new(call.clone()).get_opinion(request).await?;
    Ok(answer.into_inner().opinion.expect("the request"))
}

async fn listed(call: &Call, filter: &str) -> String {
    let request = v1::ListOpinionsRequest { filter: filter.to_owned(), ..Default::default() };
    let page = OpinionServiceClient::new(call.clone()).list_opinions(request).await.expect("listed");
    page.into_inner().opinions.into_iter().map(|o| o.code).collect::<Vec<_>>().join(" ")
}

/// A dossier on its way.
async fn started(office: &Office, code: &str) {
    office.receive(Office::new_dossier(code)).await;
    office.does("start", code).await;
}

both!(an_opinion_is_asked_and_given, |house| {
    let office = Office::open(&house).await;
    let call = office.call();
    started(&office, "O1").await;
    let asked = ask(&call, of_b("O1")).await.expect("it is asked");
    assert_eq!((asked.code.as_str(), asked.state()), ("O1-YK1", State::Asked));
    assert_eq!(
        (asked.dossier.as_str(), asked.unit.as_str(), asked.matter.as_str()),
        ("dossiers/O1", "units/B", "thẩm định nguồn gốc đất")
    );
    // Thursday, and three working days after it.
    assert_eq!(asked.due_at, Some(at("2024-05-21T10:00:00Z")));
    let other = ask(&call, of_agency("O1")).await.expect("it is asked");
    assert_eq!((other.code.as_str(), other.agency.as_str()), ("O1-YK2", "Sở Xây dựng"));

    // Either side gives it: the one that was asked reaches it through its unit.
    let b = office.line.call(&office.line.key(&[Role::Head], "", "B").await);
    let a1 = office.line.call(&office.line.key(&[Role::Head], "", "A1").await);
    assert_eq!(record(&a1, "O1-YK1", None, "").await.expect_err("not theirs").code(), Code::NotFound);
    assert_eq!(record(&b, "O1-YK2", None, "").await.expect_err("not theirs").code(), Code::NotFound);
    assert_eq!(withdraw(&b, "O1-YK1").await.expect_err("they didn't ask").code(), Code::PermissionDenied);
    for early in ["2024-05-16T00:00:00Z", "2024-05-17T00:00:00Z"] {
        let wrong = record(&b, "O1-YK1", Some(early), "").await.expect_err("not between the asking and now");
        assert_eq!((wrong.code(), fields(&wrong)), (Code::InvalidArgument, vec!["given_at".to_owned()]));
    }
    assert_eq!(record(&b, "O1-YK1", None, "7").await.expect_err("another etag").code(), Code::Aborted);
    assert_eq!((listed(&b, "").await, listed(&a1, "").await), ("O1-YK1".to_owned(), String::new()));

    // It is in time up to the due instant itself.
    office.set("2024-05-21T10:00:00Z");
    assert!(!get(&call, "O1-YK1").await.expect("it is there").overdue);
    office.set("2024-05-22T01:00:00Z");
    assert!(get(&call, "O1-YK1").await.expect("it is there").overdue);
    assert_eq!(listed(&call, "overdue = true").await, "O1-YK1 O1-YK2");
    let given = record(&b, "O1-YK1", Some("2024-05-22T00:30:00Z"), "1").await.expect("given");
    assert_eq!((given.state(), given.etag.as_str(), given.overdue), (State::Given, "2", false));
    assert_eq!(
        (given.document_number.as_str(), given.given_at),
        ("12/CV-XD", Some(at("2024-05-22T00:30:00Z")))
    );
    assert_eq!(get(&call, "O1-YK1").await.expect("it is there"), given);
    let again = record(&b, "O1-YK1", None, "").await.expect_err("once is once");
    assert_eq!(refusal(&again), (Code::FailedPrecondition, "FORBIDDEN_TRANSITION".to_owned()));
    assert_eq!(withdraw(&call, "O1-YK2").await.expect("not needed").state(), State::Withdrawn);

    for (filter, codes) in [
        ("dossier = \"dossiers/O1\"", "O1-YK1 O1-YK2"),
        ("unit = \"units/B\"", "O1-YK1"),
        ("unit = \"units/T\" AND state = OPINION_STATE_GIVEN", "O1-YK1"),
        ("open = true", ""),
        ("overdue = true", ""),
    ] {
        assert_eq!(listed(&call, filter).await, codes, "{filter}");
    }
});

/// The fields that a refusal names of what is asked of unit B, so changed.
async fn refused(
    call: &Call,
    change: impl FnOnce(&mut v1::RequestOpinionRequest, &mut v1::Opinion),
) -> String {
    let mut request = of_b("O1");
    let mut opinion = request.opinion.take().unwrap_or_default();
    change(&mut request, &mut opinion);
    let wrong = ask(call, v1::RequestOpinionRequest { opinion: Some(opinion), ..request }).await;
    let wrong = wrong.expect_err("it can't be so");
    assert_eq!(wrong.code(), Code::InvalidArgument);
    fields(&wrong).join(" ")
}

both!(what_cannot_be_asked_is_named, |house| {
    let office = Office::open(&house).await;
    let call = office.call();
    started(&office, "O1").await;
    let several = |r: &mut v1::RequestOpinionRequest, o: &mut v1::Opinion| {
        r.working_days = -1;
        *o = v1::Opinion {
            dossier: "dossiers/XX".to_owned(),
            unit: "units/XX".to_owned(),
            asked_at: Some(at("2024-06-01T00:00:00Z")),
            ..v1::Opinion::default()
        };
    };
    let all = "opinion.asked_at opinion.dossier opinion.matter opinion.unit working_days";
    assert_eq!(refused(&call, several).await, all);
    assert_eq!(refused(&call, |_, o| "Sở Xây dựng".clone_into(&mut o.agency)).await, "opinion.agency");
    assert_eq!(refused(&call, |_, o| o.unit = String::new()).await, "opinion.unit");
    assert_eq!(refused(&call, |_, o| "units/A".clone_into(&mut o.unit)).await, "opinion.unit");
    assert_eq!(refused(&call, |r, _| r.working_days = 0).await, "opinion.due_at");
    assert_eq!(refused(&call, |r, _| r.working_days = 67).await, "working_days");
    let twice = |_: &mut _, o: &mut v1::Opinion| o.due_at = Some(at("2024-05-20T10:00:00Z"));
    assert_eq!(refused(&call, twice).await, "working_days");
    let before = |r: &mut v1::RequestOpinionRequest, o: &mut v1::Opinion| {
        r.working_days = 0;
        o.due_at = Some(at("2024-05-16T01:00:00Z"));
    };
    assert_eq!(refused(&call, before).await, "opinion.due_at");
    let early = |_: &mut _, o: &mut v1::Opinion| o.asked_at = Some(at("2024-05-15T01:00:00Z"));
    assert_eq!(refused(&call, early).await, "opinion.asked_at");
    assert_eq!(
        refused(&call, |_, o| "CCCD 051 089 001 234".clone_into(&mut o.matter)).await,
        "opinion.matter"
    );
    assert_eq!(refused(&call, |_, o| o.matter = "đất ".repeat(80)).await, "opinion.matter");

    // Beyond one's reach, not open, and roles that only read.
    let b = office.line.call(&office.line.key(&[Role::Head], "", "B").await);
    assert_eq!(fields(&ask(&b, of_b("O1")).await.expect_err("not theirs")), ["opinion.dossier"]);
    let leader = office.line.call(&office.line.key(&[Role::Leader], "", "").await);
    let denied = ask(&leader, of_b("O1")).await.expect_err("leaders don't ask");
    assert_eq!(denied.code(), Code::PermissionDenied);
    office.register("R1").await;
    let early = ask(&call, of_b("R1")).await.expect_err("it isn't received yet");
    assert_eq!(refusal(&early), (Code::FailedPrecondition, "NOT_OPEN".to_owned()));

    // A unit that is no more answers nobody.
    let tables = office.behind().await;
    let ended = "UPDATE unit SET valid_to = '2024-05-10' WHERE code = 'B'";
    tables.execute_unprepared(ended).await.expect("it has ended");
    let gone = ask(&call, of_b("O1")).await.expect_err("it has ended");
    assert!(gone.message().contains("ended on 2024-05-10"), "{}", gone.message());
    assert_eq!(fields(&gone), ["opinion.unit"]);
});

both!(an_opinion_that_does_not_come_goes_up_the_dossiers_levels, |house| {
    let watch = Watch::silent(&house).await;
    watch.employ("B-09", "B", Role::Head).await;
    let coordinator = v1::Official {
        code: "T-05".to_owned(),
        unit: "units/T".to_owned(),
        full_name: "Coordinator T-05".to_owned(),
        role: Role::Coordinator.into(),
        email: "t-05@a.example".to_owned(),
        language: v1::Language::English.into(),
        ..v1::Official::default()
    };
    let request = v1::CreateOfficialRequest { official: Some(coordinator), ..Default::default() };
    let mut officials = OfficialServiceClient::new(watch.office.call());
    officials.create_official(request).await.expect("an official");
    let of = |kind, role: Level, working_days| v1::ReminderRule {
        subject_kind: v1::SubjectKind::Opinion.into(),
        role: role.into(),
        working_days,
        ..rule(kind)
    };
    for (code, kind, role, days) in [
        ("soon", Kind::BeforeDue, Level::Responsible, 1),
        ("today", Kind::DueToday, Level::Responsible, 0),
        ("late", Kind::Overdue, Level::Responsible, 0),
        ("late_head", Kind::Overdue, Level::Head, 2),
        ("late_coordinator", Kind::Overdue, Level::Coordinator, 3),
    ] {
        let code = code.to_owned();
        watch.create(v1::ReminderRule { code, ..of(kind, role, days) }).await.expect("a rule");
    }
    started(&watch.office, "O1").await;
    started(&watch.office, "O2").await;
    let call = watch.office.call();
    // Both are due on Tuesday, 21 May.
    ask(&call, of_b("O1")).await.expect("it is asked");
    ask(&call, of_agency("O2")).await.expect("it is asked");

    let monday = morning(&watch, 20).await;
    assert_eq!(readers(&monday), ["a-01", "b-09"]);
    insta::assert_snapshot!("awaited_from_an_agency", monday[0].1);
    insta::assert_snapshot!("asked_of_a_unit", monday[1].1);
    // Due today, in the morning and again in the afternoon.
    assert_eq!(readers(&morning(&watch, 21).await), ["a-01", "b-09"]);
    let told = watch.letters().await.len();
    watch.at("2024-05-21T08:30:00Z", SendReminders).await;
    watch.run(DeliverMail).await;
    assert_eq!(readers(&watch.letters().await.split_off(told)), ["a-01", "b-09"]);
    // Past it: who must act, then the head of the unit that waits, then the coordinator, in English.
    assert_eq!(readers(&morning(&watch, 22).await), ["a-01", "b-09"]);
    let thursday = morning(&watch, 23).await;
    assert_eq!(readers(&thursday), ["a-09"]);
    insta::assert_snapshot!("head", thursday[0].1);
    let friday = morning(&watch, 24).await;
    assert_eq!(readers(&friday), ["t-05"]);
    insta::assert_snapshot!("coordinator", friday[0].1);
    assert_eq!(readers(&morning(&watch, 27).await), [""; 0], "once is once");
});

both!(what_comes_or_is_not_needed_is_not_reminded_of, |house| {
    let watch = Watch::silent(&house).await;
    let before = v1::ReminderRule {
        code: "soon".to_owned(),
        subject_kind: v1::SubjectKind::Opinion.into(),
        working_days: 1,
        ..rule(Kind::BeforeDue)
    };
    watch.create(before).await.expect("a rule");
    let call = watch.office.call();
    for code in ["O1", "O2", "O3", "O4"] {
        started(&watch.office, code).await;
        ask(&call, of_agency(code)).await.expect("it is asked");
    }
    watch.at("2024-05-20T00:14:00Z", PlanReminders).await;
    record(&call, "O1-YK1", None, "").await.expect("given");
    withdraw(&call, "O2-YK1").await.expect("not needed");
    watch.office.does("resolve", "O3").await;
    assert_eq!(get(&call, "O3-YK1").await.expect("it is there").state(), State::Moot);
    let late = ask(&call, of_b("O3")).await.expect_err("it is closed");
    assert_eq!(refusal(&late), (Code::FailedPrecondition, "NOT_OPEN".to_owned()));
    watch.at("2024-05-20T00:16:00Z", SendReminders).await;
    let fell = |code: &str, state, why| line(code, "soon", "20/05 00:00", "responsible", state, why);
    let mut expected = [
        fell("O1-YK1", "suppressed", Some("given")),
        fell("O2-YK1", "suppressed", Some("withdrawn")),
        fell("O3-YK1", "suppressed", Some("closed")),
        fell("O4-YK1", "queued", None),
    ];
    assert_eq!(watch.said().await, expected);
    // The last moment is the sealing.
    watch.office.does("withdraw", "O4").await;
    watch.run(DeliverMail).await;
    expected[3] = fell("O4-YK1", "suppressed", Some("closed"));
    assert_eq!(watch.said().await, expected);
    assert_eq!(watch.letters().await, []);

    // Reopened, it is asked again; what comes after the closing is recorded all the same.
    watch.office.reopen("O3").await;
    let asked = get(&call, "O3-YK1").await.expect("it is there");
    assert_eq!((asked.state(), asked.etag.as_str()), (State::Asked, "3"));
    watch.office.does("resolve", "O3").await;
    assert_eq!(record(&call, "O3-YK1", None, "").await.expect("late").state(), State::Given);
    let filter = "subject = \"opinions/O3-YK1\"".to_owned();
    let trail = v1::ListAuditEntriesRequest { filter, ..Default::default() };
    let trail =
        AuditServiceClient::new(call).list_audit_entries(trail).await.expect("the trail").into_inner();
    let noted: Vec<&str> = trail.audit_entries.iter().map(|entry| entry.detail.as_str()).collect();
    assert_eq!(noted.len(), 5, "{noted:?}");
    let closed = r#"{"moot":{"why":"dossier_closed"}}"#;
    assert_eq!(noted[1..4], [closed, r#"{"asked":{"why":"dossier_reopened"}}"#, closed], "the newest first");
});

both!(days_off_are_no_days_to_answer_in, |house| {
    let watch = Watch::silent(&house).await;
    put(&watch.office, with_days_off("", &[20])).await;
    let before = v1::ReminderRule {
        code: "soon".to_owned(),
        subject_kind: v1::SubjectKind::Opinion.into(),
        working_days: 1,
        ..rule(Kind::BeforeDue)
    };
    watch.create(before).await.expect("a rule");
    watch.employ("B-09", "B", Role::Head).await;
    let call = watch.office.call();
    started(&watch.office, "O1").await;
    let asked = ask(&call, of_b("O1")).await.expect("it is asked");
    assert_eq!(asked.due_at, Some(at("2024-05-22T10:00:00Z")), "Monday is none of the three days");
    ask(&call, of_agency("O1")).await.expect("it is asked");
    let plan = v1::PreviewRemindersRequest {
        until: Some(at("2024-05-24T00:00:00Z")),
        page_size: 1000,
        ..Default::default()
    };
    let plan = watch.client().preview_reminders(plan).await.expect("a plan").into_inner().planned_notices;
    let of = |n: &v1::PlannedNotice| (n.subject.clone(), n.send_at, n.recipient.clone());
    let ahead: Vec<_> = plan.iter().map(of).collect();
    let own = str::to_owned;
    let expected = [
        // The last working day before Tuesday is Friday.
        (own("opinions/O1-YK2"), Some(at("2024-05-17T00:15:00Z")), own("officials/A-01")),
        (own("opinions/O1-YK1"), Some(at("2024-05-21T00:15:00Z")), own("officials/B-09")),
    ];
    assert_eq!(ahead, expected);
    assert_eq!(readers(&morning(&watch, 17).await), ["a-01"]);
    // Tuesday turns out to be a day off too: the day before the due one is gone by, and the next run tells of it.
    put(&watch.office, with_days_off("", &[20, 21])).await;
    assert_eq!(readers(&morning(&watch, 22).await), ["b-09"]);
});

both!(the_head_of_the_asked_unit_lets_only_their_own_wait, |house| {
    let watch = Watch::silent(&house).await;
    watch.employ("B-09", "B", Role::Head).await;
    for (code, role) in [("late", Level::Responsible), ("late_head", Level::Head)] {
        let late = v1::ReminderRule {
            code: code.to_owned(),
            subject_kind: v1::SubjectKind::Opinion.into(),
            role: role.into(),
            repeat_working_days: Some(1),
            ..rule(Kind::Overdue)
        };
        watch.create(late).await.expect("a rule");
    }
    let call = watch.office.call();
    started(&watch.office, "O1").await;
    ask(&call, of_b("O1")).await.expect("it is asked");
    assert_eq!(readers(&morning(&watch, 22).await), ["a-09", "b-09"]);
    let key = watch.office.line.key(&[Role::Head], "B-09", "B").await;
    let request = v1::SnoozeRemindersRequest {
        subject: "opinions/O1-YK1".to_owned(),
        until: Some(at("2024-05-27T00:00:00Z")),
        reason: "chờ đo đạc lại".to_owned(),
        ..Default::default()
    };
    let mut head = ReminderServiceClient::new(watch.office.line.call(&key));
    let waits =
        head.snooze_reminders(request).await.expect("it waits").into_inner().snooze.expect("a snooze");
    assert_eq!(waits.level(), Level::Responsible);
    let thursday = morning(&watch, 23).await;
    assert_eq!(readers(&thursday), ["a-09"]);
    assert!(thursday[0].1.contains("chờ đo đạc lại"), "{}", thursday[0].1);
});
