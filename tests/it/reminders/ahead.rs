//! What is previewed is what then goes out: each run of a week, notice by notice.

use std::collections::BTreeSet;

use bonro::domain::schedule::JobName::{DeliverMail, PlanReminders, SendReminders};
use bonro::pb::v1;
use bonro::pb::v1::ReminderKind as Kind;

use super::watch::{Watch, rule};
use crate::dossiers::office::{Office, at, fields};
use crate::support::both;

/// Run, subject, rule code, version, step from 1, role and recipient.
type Told = (String, String, String, i64, i32, String, String);

both!(the_preview_is_what_goes_out, |house| {
    let watch = Watch::open(&house).await;
    let head = v1::ReminderRole::Head.into();
    for made in [
        v1::ReminderRule { office_minutes: 480, repeat_working_days: Some(2), ..rule(Kind::Unaccepted) },
        v1::ReminderRule {
            office_minutes: 240,
            role: head,
            repeat_working_days: Some(1),
            ..rule(Kind::Standing)
        },
        v1::ReminderRule { working_days: 1, ..rule(Kind::ApologyDue) },
        v1::ReminderRule { working_days: 2, ..rule(Kind::Undigitised) },
        v1::ReminderRule { working_days: 1, role: head, repeat_working_days: Some(1), ..rule(Kind::Unclear) },
        v1::ReminderRule { code: "in_hours".to_owned(), office_minutes: 600, ..rule(Kind::BeforeDue) },
        v1::ReminderRule { unit: "units/B".to_owned(), working_days: 4, ..rule(Kind::BeforeDue) },
    ] {
        watch.create(made).await.expect("a rule");
    }
    watch.office.register("R1").await;
    for (code, unit, holder) in
        [("A1", "A", "A-01"), ("A2", "A1", "A-02"), ("B1", "B", "B-01"), ("A3", "A", "")]
    {
        let holder = if holder.is_empty() { String::new() } else { format!("officials/{holder}") };
        let unit = format!("units/{unit}");
        watch.office.receive(v1::ReceiveDossierRequest { unit, holder, ..Office::new_dossier(code) }).await;
    }
    let closed = Office::new_dossier("C1");
    watch.office.receive(closed).await;
    watch.office.does("start", "C1").await;
    let request = v1::ResolveDossierRequest {
        name: "dossiers/C1".to_owned(),
        outcome: v1::Outcome::Resolved.into(),
        result_digitised: Some(false),
        ..Default::default()
    };
    watch.office.dossiers().resolve_dossier(request).await.expect("resolved");
    // In the afternoon some notices fall due that wait in the ledger for the next morning.
    watch.at("2024-05-16T08:30:00Z", PlanReminders).await;
    // From Tuesday on another version counts, and a rule that is new.
    let tuesday = Some(at("2024-05-20T17:00:00Z"));
    let apology =
        watch.rules(false).await.into_iter().find(|r| r.code == "apology_due").expect("it is there");
    let later = v1::ReminderRule { valid_from: tuesday, working_days: 3, ..apology };
    watch.change(later, &["working_days", "valid_from"]).await.expect("a new version");
    let new = v1::ReminderRule {
        code: "new".to_owned(),
        working_days: 3,
        valid_from: tuesday,
        role: head,
        ..rule(Kind::BeforeDue)
    };
    watch.create(new).await.expect("a rule");

    watch.office.set("2024-05-16T08:31:00Z");
    let runs: Vec<String> = ["17", "20", "21", "22", "23", "24", "27"]
        .iter()
        .flat_map(|day| ["00:15", "08:30"].map(|hour| format!("2024-05-{day}T{hour}:00Z")))
        .collect();
    let ask = v1::PreviewRemindersRequest {
        until: Some(at("2024-05-27T09:00:00Z")),
        page_size: 1000,
        ..Default::default()
    };
    let planned = watch.client().preview_reminders(ask).await.expect("a plan").into_inner().planned_notices;
    let role = |role: i32| v1::ReminderRole::try_from(role).expect("a role").as_str_name().to_lowercase();
    let ahead: Vec<Told> = planned
        .iter()
        .filter(|notice| !notice.recipient.is_empty())
        .map(|notice| {
            let run = notice.send_at.as_ref().map(|at| at.seconds).unwrap_or_default();
            let run = chrono::DateTime::from_timestamp(run, 0).expect("an instant");
            (
                run.format("%Y-%m-%dT%H:%M:00Z").to_string(),
                notice.subject.trim_start_matches("dossiers/").to_owned(),
                notice.rule_code.clone(),
                notice.rule_version,
                notice.step + 1,
                role(notice.role).trim_start_matches("reminder_role_").to_owned(),
                notice.recipient.trim_start_matches("officials/").to_owned(),
            )
        })
        .collect();
    assert!(ahead.len() > 40, "there is something to say: {}", ahead.len());

    let mut went: BTreeSet<Told> = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for run in &runs {
        watch.at(run, SendReminders).await;
        watch.run(DeliverMail).await;
        let persons = watch.outbox().await;
        for row in watch.ledger().await {
            let Some(mail) = row.outbox_id.filter(|_| row.state == "sent" && seen.insert(row.id)) else {
                continue;
            };
            let mail = persons.iter().find(|m| m.id == mail).expect("its mail");
            assert!(mail.key.contains(&run.replace(":00Z", "")), "{} in {run}", mail.key);
            let recipient = mail.key.rsplit('/').next().expect("a code").to_owned();
            let version = row.rule_version.expect("it has one");
            went.insert((
                run.clone(),
                row.notice.subject_code,
                row.notice.rule_code,
                version,
                row.notice.step,
                row.notice.role,
                recipient,
            ));
        }
    }
    let ahead: BTreeSet<Told> = ahead.into_iter().collect();
    assert_eq!(ahead.difference(&went).collect::<Vec<_>>(), [] as [&Told; 0], "promised, and not sent");
    assert_eq!(went.difference(&ahead).collect::<Vec<_>>(), [] as [&Told; 0], "sent, and not promised");
    let kinds: BTreeSet<&str> = went.iter().map(|(_, _, code, ..)| code.as_str()).collect();
    assert_eq!(kinds.len(), 10, "each rule spoke: {kinds:?}");
    assert!(went.iter().any(|(_, _, code, version, ..)| code == "apology_due" && *version == 2));
});

both!(a_day_is_previewed_with_its_reasons, |house| {
    let watch = Watch::open(&house).await;
    watch.office.receive(Office::new_dossier("A1")).await;
    let date = |day| Some(bonro::pb::google::r#type::Date { year: 2024, month: 5, day });
    let ask = |on| v1::PreviewRemindersRequest { on, ..Default::default() };
    let day = async |on| {
        let answer = watch.client().preview_reminders(ask(date(on))).await.expect("a plan").into_inner();
        answer.planned_notices
    };
    let told = day(21).await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].reason_vi,
        "hạn 17:00 ngày 23/05/2024; trước 2 ngày làm việc: 00:00 ngày 21/05/2024; \
         quy tắc before_due bản 1 của toàn cơ quan"
    );
    assert_eq!((told[0].rule_code.as_str(), told[0].rule_version), ("before_due", 1));
    assert_eq!(told[0].send_at, Some(at("2024-05-21T00:15:00Z")));
    assert_eq!(day(22).await, []);
    assert_eq!(day(23).await.len(), 2, "in the morning, and in the afternoon");

    // Planned before the run, it stands in the ledger, and still goes out with its reason.
    watch.at("2024-05-21T00:14:00Z", PlanReminders).await;
    let waiting = day(21).await;
    assert_eq!(waiting, told);
    watch.at("2024-05-21T00:15:00Z", SendReminders).await;
    assert_eq!(day(21).await, [], "what is in a mail isn't ahead");

    let refused = async |on, until| {
        let ask = v1::PreviewRemindersRequest { on, until, ..Default::default() };
        fields(&watch.client().preview_reminders(ask).await.expect_err("refused"))
    };
    let later = Some(at("2024-05-22T00:00:00Z"));
    assert_eq!(refused(date(22), later).await, ["on"], "one of the two");
    assert_eq!(refused(date(20), None).await, ["on"], "the past");
    assert_eq!(refused(None, None).await, ["until"]);
});
