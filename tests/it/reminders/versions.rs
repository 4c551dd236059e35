//! A change is a new version that counts from an instant on; the ledger says which one spoke. The settings' rules.

use bonro::app;
use bonro::config::Settings;
use bonro::domain::schedule::JobName::{PlanReminders, SendReminders};
use bonro::pb::v1;
use bonro::pb::v1::ReminderKind as Kind;
use bonro::pb::v1::audit_service_client::AuditServiceClient;
use bonro::store::entity::reminder_rule;
use sea_orm::{Database, EntityTrait as _, QueryOrder as _};
use tonic::Code;

use super::watch::{Watch, rule};
use crate::dossiers::office::{Office, at, fields};
use crate::support::both;

both!(a_later_version_speaks_from_its_instant_on, |house| {
    let watch = Watch::silent(&house).await;
    let first = watch
        .create(v1::ReminderRule { code: "early".to_owned(), working_days: 1, ..rule(Kind::BeforeDue) })
        .await;
    let first = first.expect("a rule");
    watch.office.receive(Office::new_dossier("V1")).await;
    // From Monday, 20 May, on: three days before instead of one.
    let past =
        v1::ReminderRule { valid_from: Some(at("2024-05-16T00:00:00Z")), working_days: 3, ..first.clone() };
    let refused = watch.change(past, &["working_days", "valid_from"]).await.expect_err("the past");
    assert_eq!(fields(&refused), ["reminder_rule.valid_from"]);
    watch.office.tick();
    let monday = Some(at("2024-05-19T17:00:00Z"));
    let later = v1::ReminderRule { valid_from: monday, working_days: 3, ..first.clone() };
    let second = watch.change(later.clone(), &["working_days", "valid_from"]).await.expect("a new version");
    assert_eq!((second.version, second.valid_from, second.etag.as_str()), (2, monday, "2"));
    let stale = watch.change(later, &["working_days"]).await.expect_err("the etag is old");
    assert_eq!(stale.code(), Code::Aborted);

    watch.at("2024-05-17T00:15:00Z", SendReminders).await;
    assert_eq!(watch.said().await, [], "the first version counts, and one day before is the 22nd");
    watch.office.receive(Office::new_dossier("V0")).await;
    watch.at("2024-05-20T00:15:00Z", SendReminders).await;
    let told: Vec<_> = watch
        .ledger()
        .await
        .into_iter()
        .map(|row| {
            (row.notice.subject_code, row.notice.rule_version, row.notice.rule_id.map(|id| id.to_string()))
        })
        .collect();
    assert_eq!(told, [("V1".to_owned(), Some(2), Some(first.uid.clone()))], "three days before the 23rd");
    watch.at("2024-05-22T00:15:00Z", SendReminders).await;
    let told: Vec<_> = watch
        .ledger()
        .await
        .into_iter()
        .map(|row| (row.notice.subject_code, row.notice.rule_version))
        .collect();
    assert_eq!(told, [("V1".to_owned(), Some(2)), ("V0".to_owned(), Some(2))], "nothing by the old one");

    let versions: Vec<_> = watch
        .rules(true)
        .await
        .into_iter()
        .filter(|r| r.code == "early")
        .map(|r| (r.version, r.working_days))
        .collect();
    assert_eq!(versions, [(1, 1), (2, 3)]);
    let newest: Vec<_> = watch.rules(false).await.into_iter().filter(|r| r.code == "early").collect();
    assert_eq!(newest, [second]);
    let ask =
        v1::ListAuditEntriesRequest { filter: format!("subject = \"{}\"", first.name), ..Default::default() };
    let entries = AuditServiceClient::new(watch.office.call()).list_audit_entries(ask).await.expect("listed");
    let entries = entries.into_inner().audit_entries;
    assert_eq!(entries.len(), 2);
});

both!(an_earlier_word_is_withdrawn_by_a_later_one, |house| {
    let watch = Watch::silent(&house).await;
    let early = v1::ReminderRule { code: "early".to_owned(), working_days: 1, ..rule(Kind::BeforeDue) };
    let first = watch.create(early).await.expect("a rule");
    watch.office.receive(Office::new_dossier("W1")).await;
    let later = v1::ReminderRule { valid_from: Some(at("2024-05-19T17:00:00Z")), working_days: 3, ..first };
    let second = watch.change(later, &["working_days", "valid_from"]).await.expect("a new version");
    let off = v1::ReminderRule { enabled: false, ..second };
    watch.change(off, &["enabled"]).await.expect("switched off at once");
    for day in ["17", "20", "22"] {
        watch.at(&format!("2024-05-{day}T00:14:00Z"), PlanReminders).await;
    }
    assert_eq!(watch.said().await, []);
});

const RULES: &str = "[[reminders.rules]]\nsubject = \"dossier\"\nkind = \"unaccepted\"\noffice_minutes = 420\n\
                     [[reminders.rules]]\nsubject = \"dossier\"\nkind = \"before_due\"\nworking_days = 3\n";

both!(the_settings_have_rules_of_the_house, |house| {
    let mails = tempfile::tempdir().expect("a directory for mails");
    let start = async |rules: &str, instant: &str| {
        let toml = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[jobs]\nenabled = false\n[database]\nurl = {:?}\n\
             [mail]\nurl = \"file:{}\"\n{rules}",
            house.url,
            mails.path().display()
        );
        let settings = Settings::layered(&toml, []).expect("the settings can be read");
        let started = app::start(settings, Some(instant.parse().expect("an instant"))).await;
        match started {
            Ok(running) => {
                running.stop().await.expect("it stops");
                String::new()
            }
            Err(error) => format!("{error:#}"),
        }
    };
    let tables = Database::connect(&house.url).await.expect("the database opens");
    let stand = async || {
        let rows = reminder_rule::Entity::find()
            .order_by_asc(reminder_rule::Column::Code)
            .order_by_asc(reminder_rule::Column::Version)
            .all(&tables)
            .await
            .expect("rules are read");
        rows.into_iter()
            .filter(|row| row.subject_kind == "dossier" && (row.made_by == "file" || row.version > 1))
            .map(|row| (row.code, row.version, row.working_days, row.office_minutes, row.made_by))
            .collect::<Vec<_>>()
    };
    let of = |code: &str, version, days, minutes, by: &str| {
        (code.to_owned(), version, days, minutes, by.to_owned())
    };
    assert_eq!(start(RULES, "2024-05-16T01:00:00Z").await, "");
    let taken = [of("before_due", 2, 3, 0, "file"), of("unaccepted", 1, 0, 420, "file")];
    assert_eq!(stand().await, taken);
    assert_eq!(start(RULES, "2024-05-16T02:00:00Z").await, "");
    assert_eq!(stand().await, taken, "the same words make no new version");
    assert_eq!(start(&RULES.replace("420", "360"), "2024-05-16T03:00:00Z").await, "");
    let taken = [taken[0].clone(), taken[1].clone(), of("unaccepted", 2, 0, 360, "file")];
    assert_eq!(stand().await, taken, "others do");

    // What a person set, the settings don't set back.
    let watch = Watch::open(&house).await;
    let mut unaccepted =
        watch.rules(false).await.into_iter().find(|r| r.code == "unaccepted").expect("it is there");
    unaccepted.office_minutes = 300;
    watch.change(unaccepted, &["office_minutes"]).await.expect("changed");
    assert_eq!(start(RULES, "2024-05-16T04:00:00Z").await, "");
    assert_eq!(stand().await.last(), Some(&of("unaccepted", 3, 0, 300, "person")));

    for (wrong, word) in [
        ("unaccepted", "reminders.rules[0]: kind: “chưa nhận” phải là một trong / must be one of before_due"),
        ("office_minutes = 420", "reminders.rules[0]: office_minutes: số phút làm việc phải từ 1"),
    ] {
        let instead = if wrong == "unaccepted" { "chưa nhận" } else { "office_minutes = 0" };
        let said = start(&RULES.replacen(wrong, instead, 1), "2024-05-16T05:00:00Z").await;
        assert!(said.contains(word), "{said}");
    }
    let other = |subject: &str, kind: &str| {
        format!("[[reminders.rules]]\nsubject = \"{subject}\"\nkind = \"{kind}\"\nworking_days = 4\n")
    };
    let fitting = other("opinion", "before_due") + &other("certificate", "undelivered");
    assert_eq!(start(&fitting, "2024-05-16T06:00:00Z").await, "");
    let unfit = start(&other("opinion", "undelivered"), "2024-05-16T07:00:00Z").await;
    assert!(
        unfit.contains("reminders.rules[0]: kind: quy tắc undelivered không áp dụng cho opinion"),
        "{unfit}"
    );
});
