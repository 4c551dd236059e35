//! Digital-signing certificates of officials: asked for, delivered, replaced and ended, and who is told when one doesn't
//! come or is about to end.

use bonro::domain::schedule::JobName::{PlanReminders, SendReminders};
use bonro::pb::v1;
use bonro::pb::v1::certificate_service_client::CertificateServiceClient;
use bonro::pb::v1::{
    CertificateKind, CertificateState as State, ReminderKind as Kind, ReminderRole as Level, Role,
};
use sea_orm::ConnectionTrait as _;
use tonic::{Code, Status};

use super::watch::{Watch, line, morning, readers, rule};
use crate::calendars::changed::{put, with_days_off};
use crate::dossiers::office::{Office, at, fields, refusal};
use crate::support::{Call, both};

/// A first one of an official.
fn of(official: &str) -> v1::Certificate {
    v1::Certificate {
        official: format!("officials/{official}"),
        kind: CertificateKind::New.into(),
        provider: "Ban Cơ yếu Chính phủ".to_owned(),
        ..v1::Certificate::default()
    }
}

/// One in the place of another.
fn instead_of(official: &str, code: &str) -> v1::Certificate {
    let kind = CertificateKind::Replacement.into();
    v1::Certificate { kind, replaces: format!("certificates/{code}"), ..of(official) }
}

async fn ask(call: &Call, certificate: v1::Certificate) -> Result<v1::Certificate, Status> {
    let request = v1::RequestCertificateRequest { certificate: Some(certificate), ..Default::default() };
    let answer = CertificateServiceClient::new(call.clone()).request_certificate(request).await?;
    Ok(answer.into_inner().certificate.expect("the certificate"))
}

async fn deliver(
    call: &Call,
    code: &str,
    delivered_at: Option<&str>,
    valid_until: Option<&str>,
) -> Result<v1::Certificate, Status> {
    let request = v1::RecordCertificateDeliveredRequest {
        name: format!("certificates/{code}"),
        delivered_at: delivered_at.map(at),
        valid_until: valid_until.map(at),
        ..Default::default()
    };
    let answer = CertificateServiceClient::new(call.clone()).record_certificate_delivered(request).await?;
    Ok(answer.into_inner().certificate.expect("the certificate"))
}

async fn end(call: &Call, code: &str, reason: &str) -> Result<v1::Certificate, Status> {
    let request = v1::EndCertificateRequest {
        name: format!("certificates/{code}"),
        reason: reason.to_owned(),
        ..Default::default()
    };
    let answer = CertificateServiceClient::new(call.clone()).end_certificate(request).await?;
    Ok(answer.into_inner().certificate.expect("the certificate"))
}

async fn get(call: &Call, code: &str) -> Result<v1::Certificate, Status> {
    let request = v1::GetCertificateRequest { name: format!("certificates/{code}") };
    let answer = CertificateServiceClient::new(call.clone()).get_certificate(request).await?;
    Ok(answer.into_inner().certificate.expect("the certificate"))
}

async fn listed(call: &Call, filter: &str) -> String {
    let request = v1::ListCertificatesRequest {
        filter: filter.to_owned(),
        order_by: "code".to_owned(),
        ..Default::default()
    };
    let page = CertificateServiceClient::new(call.clone()).list_certificates(request).await.expect("listed");
    page.into_inner().certificates.into_iter().map(|c| c.code).collect::<Vec<_>>().join(" ")
}

both!(a_certificate_is_asked_for_delivered_and_replaced, |house| {
    let office = Office::open(&house).await;
    let call = office.call();
    let asked = ask(&call, of("A-01")).await.expect("it is asked for");
    assert_eq!((asked.code.as_str(), asked.state()), ("A-01-CTS1", State::Requested));
    office.tick();
    let (early, earlier) = (Some("2024-05-16T00:00:00Z"), Some("2024-05-15T00:00:00Z"));
    let wrong = deliver(&call, "A-01-CTS1", early, earlier).await.expect_err("before it was asked for");
    assert_eq!(fields(&wrong), ["delivered_at", "valid_until"]);
    assert_eq!(fields(&deliver(&call, "A-01-CTS1", None, None).await.expect_err("no end")), ["valid_until"]);
    let never = ask(&call, instead_of("A-01", "A-01-CTS1")).await.expect_err("there is none to replace");
    assert_eq!(refusal(&never), (Code::FailedPrecondition, "NOT_DELIVERED".to_owned()));
    let until = Some("2024-05-30T10:00:00Z");
    let first = deliver(&call, "A-01-CTS1", None, until).await.expect("delivered");
    assert_eq!((first.state(), first.etag.as_str(), first.expired), (State::Delivered, "2", false));
    let again = deliver(&call, "A-01-CTS1", None, until).await.expect_err("once is once");
    assert_eq!(refusal(&again), (Code::FailedPrecondition, "FORBIDDEN_TRANSITION".to_owned()));

    // One that isn't awaited any more leaves the first as it was.
    let second = ask(&call, instead_of("A-01", "A-01-CTS1")).await.expect("it is asked for");
    assert_eq!(second.replaces, "certificates/A-01-CTS1");
    assert_eq!(get(&call, "A-01-CTS1").await.expect("known").replaced_by, "certificates/A-01-CTS2");
    let third = ask(&call, instead_of("A-01", "A-01-CTS1")).await.expect_err("one is enough");
    assert_eq!(refusal(&third), (Code::FailedPrecondition, "REPLACED".to_owned()));
    assert_eq!(fields(&end(&call, "A-01-CTS2", " ").await.expect_err("no reason")), ["reason"]);
    assert_eq!(fields(&end(&call, "A-01-CTS2", "Hỏng").await.expect_err("no word")), ["reason"]);
    let ended = end(&call, "A-01-CTS2", "cancelled").await.expect("it isn't awaited");
    assert_eq!((ended.state(), ended.end_reason.as_str()), (State::Ended, "cancelled"));
    let first = get(&call, "A-01-CTS1").await.expect("known");
    assert_eq!((first.state(), first.replaced_by.as_str()), (State::Delivered, ""));

    // A broken one is replaced too, and stays what it is.
    end(&call, "A-01-CTS1", "damaged").await.expect("it broke");
    let third = ask(&call, instead_of("A-01", "A-01-CTS1")).await.expect("it is asked for");
    deliver(&call, &third.code, None, Some("2026-05-30T10:00:00Z")).await.expect("delivered");
    let first = get(&call, "A-01-CTS1").await.expect("known");
    assert_eq!((first.state(), first.replaced_by.as_str()), (State::Ended, "certificates/A-01-CTS3"));
    let fourth = ask(&call, instead_of("A-01", "A-01-CTS3")).await.expect("it is asked for");
    deliver(&call, &fourth.code, None, Some("2024-05-20T10:00:00Z")).await.expect("delivered");
    assert_eq!(get(&call, "A-01-CTS3").await.expect("known").state(), State::Replaced);
    office.set("2024-05-21T01:00:00Z");
    assert!(get(&call, "A-01-CTS4").await.expect("known").expired);

    for (filter, codes) in [
        ("official = \"officials/A-01\" AND open = true", "A-01-CTS4"),
        ("state = CERTIFICATE_STATE_ENDED", "A-01-CTS1 A-01-CTS2"),
        ("kind = new", "A-01-CTS1"),
        ("state = delivered AND valid_until < \"2024-06-01T00:00:00Z\"", "A-01-CTS4"),
    ] {
        assert_eq!(listed(&call, filter).await, codes, "{filter}");
    }
});

both!(who_may_ask_for_whose_certificate, |house| {
    let office = Office::open(&house).await;
    let call = office.call();
    ask(&call, of("A-01")).await.expect("it is asked for");
    ask(&call, of("B-01")).await.expect("it is asked for");
    let refused = async |certificate| fields(&ask(&call, certificate).await.expect_err("it can't be so"));
    assert_eq!(
        refused(v1::Certificate::default()).await,
        ["certificate.kind", "certificate.official", "certificate.provider"]
    );
    assert_eq!(
        refused(v1::Certificate { asked_at: Some(at("2024-06-01T00:00:00Z")), ..of("A-01") }).await,
        ["certificate.asked_at"]
    );
    let first = v1::Certificate { kind: CertificateKind::New.into(), ..instead_of("A-01", "A-01-CTS1") };
    assert_eq!(refused(first).await, ["certificate.replaces"]);
    assert_eq!(refused(instead_of("A-01", "B-01-CTS1")).await, ["certificate.replaces"]);

    // An officer reaches their own, a head those of the unit, a leader reads.
    let officer = office.line.call(&office.line.key(&[Role::Officer], "A-02", "A").await);
    assert_eq!(fields(&ask(&officer, of("A-01")).await.expect_err("another's")), ["certificate.official"]);
    assert_eq!(get(&officer, "A-01-CTS1").await.expect_err("another's").code(), Code::NotFound);
    ask(&officer, of("A-02")).await.expect("their own");
    assert_eq!(listed(&officer, "").await, "A-02-CTS1");
    let refused = end(&officer, "A-02-CTS1", "lost").await.expect_err("a head ends it");
    assert_eq!(refused.code(), Code::PermissionDenied);
    let head = office.line.call(&office.line.key(&[Role::Head], "A-09", "A").await);
    assert_eq!(listed(&head, "").await, "A-01-CTS1 A-02-CTS1");
    end(&head, "A-02-CTS1", "lost").await.expect("a head ends it");
    assert_eq!(end(&head, "B-01-CTS1", "lost").await.expect_err("another's").code(), Code::NotFound);
    let leader = office.line.call(&office.line.key(&[Role::Leader], "", "").await);
    assert_eq!(listed(&leader, "state = requested").await, "A-01-CTS1 B-01-CTS1");
    assert_eq!(ask(&leader, of("A-01")).await.expect_err("leaders read").code(), Code::PermissionDenied);
});

fn certificate_rule(code: &str, kind: Kind, role: Level, working_days: i32) -> v1::ReminderRule {
    v1::ReminderRule {
        code: code.to_owned(),
        subject_kind: v1::SubjectKind::Certificate.into(),
        role: role.into(),
        working_days,
        ..rule(kind)
    }
}

both!(one_that_does_not_come_and_one_that_ends_are_told, |house| {
    let watch = Watch::silent(&house).await;
    let waits = certificate_rule("waits", Kind::Undelivered, Level::Responsible, 3);
    watch.create(v1::ReminderRule { repeat_working_days: Some(2), ..waits }).await.expect("a rule");
    for made in [
        certificate_rule("waits_head", Kind::Undelivered, Level::Head, 4),
        certificate_rule("ends", Kind::BeforeDue, Level::Responsible, 3),
        certificate_rule("ended", Kind::Overdue, Level::Responsible, 0),
    ] {
        watch.create(made).await.expect("a rule");
    }
    let call = watch.office.call();
    ask(&call, of("A-01")).await.expect("it is asked for");
    assert_eq!(readers(&morning(&watch, 20).await), [""; 0]);
    let tuesday = morning(&watch, 21).await;
    assert_eq!(readers(&tuesday), ["a-01"]);
    insta::assert_snapshot!("undelivered", tuesday[0].1);
    let wednesday = morning(&watch, 22).await;
    assert_eq!(readers(&wednesday), ["a-09"]);
    insta::assert_snapshot!("undelivered_head", wednesday[0].1);
    assert_eq!(readers(&morning(&watch, 23).await), ["a-01"], "every second working day");
    watch.office.set("2024-05-23T03:00:00Z");
    deliver(&call, "A-01-CTS1", None, Some("2024-05-29T09:30:00Z")).await.expect("delivered");
    let friday = morning(&watch, 24).await;
    assert_eq!(readers(&friday), ["a-01"]);
    insta::assert_snapshot!("about_to_end", friday[0].1);

    // With another asked for, that one is what is told of, and not the end of the first.
    watch.office.set("2024-05-27T01:00:00Z");
    ask(&call, instead_of("A-01", "A-01-CTS1")).await.expect("it is asked for");
    let thursday = morning(&watch, 30).await;
    assert_eq!(readers(&thursday), ["a-01"]);
    assert!(thursday[0].1.contains("A-01-CTS2") && !thursday[0].1.contains("A-01-CTS1"), "{}", thursday[0].1);
    // Not awaited any more: the first one, which ended meanwhile, is told of again.
    end(&call, "A-01-CTS2", "cancelled").await.expect("it isn't awaited");
    let friday = morning(&watch, 31).await;
    assert_eq!(readers(&friday), ["a-01"]);
    insta::assert_snapshot!("ended", friday[0].1);
});

both!(what_came_or_ended_is_not_told, |house| {
    let watch = Watch::silent(&house).await;
    watch.create(certificate_rule("waits", Kind::Undelivered, Level::Responsible, 3)).await.expect("a rule");
    watch.create(certificate_rule("ends", Kind::BeforeDue, Level::Responsible, 3)).await.expect("a rule");
    put(&watch.office, with_days_off("", &[20])).await;
    let call = watch.office.call();
    for official in ["A-01", "A-02", "A-09", "B-01"] {
        ask(&call, of(official)).await.expect("it is asked for");
    }
    deliver(&call, "A-09-CTS1", None, Some("2024-05-27T09:30:00Z")).await.expect("delivered");
    // Monday is no working day: three after Thursday is Wednesday.
    watch.at("2024-05-21T08:30:00Z", PlanReminders).await;
    assert_eq!(watch.said().await, []);
    watch.at("2024-05-22T00:14:00Z", PlanReminders).await;
    deliver(&call, "A-01-CTS1", None, Some("2026-05-27T09:30:00Z")).await.expect("delivered");
    end(&call, "A-02-CTS1", "cancelled").await.expect("it isn't awaited");
    ask(&call, instead_of("A-09", "A-09-CTS1")).await.expect("it is asked for");
    watch.at("2024-05-22T00:16:00Z", SendReminders).await;
    let fell = |code, rule, state, why| line(code, rule, "22/05 00:00", "responsible", state, why);
    let expected = [
        fell("A-01-CTS1", "waits", "suppressed", Some("delivered")),
        fell("A-02-CTS1", "waits", "suppressed", Some("ended")),
        fell("A-09-CTS1", "ends", "suppressed", Some("renewed")),
        fell("B-01-CTS1", "waits", "queued", None),
    ];
    assert_eq!(watch.said().await, expected);
});

both!(rules_fit_what_they_watch, |house| {
    let watch = Watch::open(&house).await;
    for (kind, subject) in [
        (Kind::Undelivered, v1::SubjectKind::Dossier),
        (Kind::Undelivered, v1::SubjectKind::Opinion),
        (Kind::Unclear, v1::SubjectKind::Opinion),
        (Kind::Standing, v1::SubjectKind::Certificate),
    ] {
        let odd = v1::ReminderRule { subject_kind: subject.into(), working_days: 1, ..rule(kind) };
        let refused = watch.create(odd).await.expect_err("it doesn't fit");
        assert!(fields(&refused).contains(&"reminder_rule.kind".to_owned()), "{refused:?}");
    }
    let at_once = certificate_rule("waits", Kind::Undelivered, Level::Responsible, 0);
    let refused = watch.create(at_once).await.expect_err("0 days");
    assert_eq!(fields(&refused), ["reminder_rule.working_days"]);

    // A house of before they were known gets the first rules of the new kinds at its next start, and no others.
    let before = watch.rules(true).await;
    let forget = "DELETE FROM reminder_rule WHERE subject_kind IN ('opinion', 'certificate')";
    watch.tables.execute_unprepared(forget).await.expect("they go");
    let dossiers =
        before.iter().find(|rule| rule.subject_kind() == v1::SubjectKind::Dossier).expect("a rule");
    let changed = v1::ReminderRule { enabled: false, ..dossiers.clone() };
    watch.change(changed, &["enabled"]).await.expect("it is switched off");
    watch.office.line.house.enter_default_rules().await.expect("the first rules");
    let codes = |rules: Vec<v1::ReminderRule>| {
        let mut codes: Vec<_> = rules.into_iter().map(|rule| (rule.subject_kind, rule.code)).collect();
        codes.sort();
        codes
    };
    assert_eq!(codes(watch.rules(false).await), codes(before));
});

both!(an_end_is_told_once_nothing_takes_its_place_any_more, |house| {
    let watch = Watch::silent(&house).await;
    watch.create(certificate_rule("ends", Kind::BeforeDue, Level::Responsible, 3)).await.expect("a rule");
    watch.create(certificate_rule("today", Kind::DueToday, Level::Responsible, 0)).await.expect("a rule");
    let call = watch.office.call();
    ask(&call, of("A-01")).await.expect("it is asked for");
    deliver(&call, "A-01-CTS1", None, Some("2024-05-29T09:30:00Z")).await.expect("delivered");
    watch.at("2024-05-24T00:10:00Z", PlanReminders).await;
    ask(&call, instead_of("A-01", "A-01-CTS1")).await.expect("it is asked for");
    assert_eq!(readers(&morning(&watch, 24).await), [""; 0], "another one comes");
    end(&call, "A-01-CTS2", "cancelled").await.expect("it isn't awaited");
    assert_eq!(readers(&morning(&watch, 27).await), ["a-01"], "it was told by nobody");

    // On its last day another one is on its way: the afternoon says nothing of it, and comes to an end.
    ask(&call, instead_of("A-01", "A-01-CTS1")).await.expect("it is asked for");
    let afternoon = watch.at("2024-05-29T08:30:00Z", SendReminders);
    tokio::time::timeout(std::time::Duration::from_mins(1), afternoon).await.expect("it ends");
    assert_eq!(watch.outbox().await.len(), 1);
});
