//! A unit apologises to a citizen.

use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use bonro::pb::v1::incident_service_client::IncidentServiceClient;
use bonro::pb::v1::reminder_service_client::ReminderServiceClient;
use tonic::{Code, Status};

use super::{bytes, client, receive, refused, sentence};
use crate::dossiers::office::{Office, at};
use crate::support::both;
use crate::support::packages::words;

async fn ask(
    office: &Office,
    code: &str,
    promised_at: Option<&str>,
) -> Result<v1::DraftApologyResponse, Status> {
    let request =
        v1::DraftApologyRequest { dossier: format!("dossiers/{code}"), promised_at: promised_at.map(at) };
    client(office, &office.key).draft_apology(request).await.map(tonic::Response::into_inner)
}

both!(an_apology_is_filled_but_for_the_applicant, |house| {
    let office = Office::open(&house).await;
    receive(&office, "X-1", "A", "A-01").await;
    // Due on Thursday, 23 May; a day before, it is time.
    office.set("2024-05-22T02:00:00Z");
    let blank = ask(&office, "X-1", None).await.expect("a letter");
    assert_eq!((blank.promised_at, blank.cause()), (None, v1::DelayCause::Unspecified));
    insta::assert_snapshot!("apology_before", words(&bytes(blank.file, "xin-loi-X-1.docx")));

    let asked = ask(&office, "X-1", Some("2024-05-30T10:00:00Z")).await.expect("a letter");
    assert_eq!(asked.promised_at, Some(at("2024-05-30T10:00:00Z")));
    let text = words(&bytes(asked.file, "xin-loi-X-1.docx"));
    assert!(text.contains("hẹn trả kết quả vào: 17 giờ 00, ngày 30/5/2024."), "{text}");
    for wrong in ["2024-05-23T16:59:00Z", "2024-05-21T10:00:00Z"] {
        let refusal = refused(ask(&office, "X-1", Some(wrong)).await);
        assert_eq!((refusal.1.as_str(), refusal.2), ("NOT_LATER", vec!["promised_at".to_owned()]), "{wrong}");
    }

    // What is recorded is what the letter says.
    office.does("delay_cause", "X-1").await;
    office.does("reappoint", "X-1").await;
    let recorded = ask(&office, "X-1", None).await.expect("a letter");
    assert_eq!(recorded.promised_at, Some(at("2024-06-03T10:00:00Z")));
    assert_eq!(recorded.cause(), v1::DelayCause::CooperatingAgency);
    insta::assert_snapshot!("apology_recorded", words(&bytes(recorded.file, "xin-loi-X-1.docx")));
    let other = refused(ask(&office, "X-1", Some("2024-05-30T10:00:00Z")).await);
    assert_eq!((other.1.as_str(), other.2), ("PROMISED_OTHERWISE", vec!["promised_at".to_owned()]));
    ask(&office, "X-1", Some("2024-06-03T10:00:00Z")).await.expect("the same again");

    // The new appointment passes too: now that one is broken, and there is room for another.
    office.set("2024-06-04T02:00:00Z");
    let again = ask(&office, "X-1", None).await.expect("a letter");
    assert_eq!(again.promised_at, None);
    let text = words(&bytes(again.file, "xin-loi-X-1.docx"));
    assert!(text.contains("Thời gian hẹn trả kết quả: 17 giờ 00, ngày 03/6/2024."), "{text}");
    assert!(text.contains("Đến nay, Đơn vị A chưa trả kết quả"), "{text}");
});

both!(who_is_in_time_needs_no_apology, |house| {
    let office = Office::open(&house).await;
    receive(&office, "X-1", "A", "A-01").await;
    let early = ask(&office, "X-1", None).await;
    assert_eq!(refused(early.clone()).1, "NOT_LATE");
    assert_eq!(
        sentence(early),
        "dossiers/X-1: it is in due (appointment 2024-05-23 17:00) and is apologised for from 2024-05-22 00:00 on; if it \
         surely can't be kept, record the re-appointment first (DossierService/Reappoint)"
    );
    let rule = v1::ReminderRule {
        subject_kind: v1::SubjectKind::Dossier.into(),
        kind: v1::ReminderKind::ApologyDue.into(),
        working_days: 2,
        role: v1::ReminderRole::Responsible.into(),
        enabled: true,
        ..Default::default()
    };
    let request = v1::CreateReminderRuleRequest { reminder_rule: Some(rule), ..Default::default() };
    ReminderServiceClient::new(office.call()).create_reminder_rule(request).await.expect("a rule");
    office.set("2024-05-21T02:00:00Z");
    ask(&office, "X-1", None).await.expect("two days before, as the rule says");

    receive(&office, "X-2", "A", "A-01").await;
    office.does("start", "X-2").await;
    office.does("supplement", "X-2").await;
    assert_eq!(refused(ask(&office, "X-2", None).await).1, "CLOCK_STOPPED");
    receive(&office, "X-3", "A", "A-01").await;
    office.does("reappoint", "X-3").await;
    ask(&office, "X-3", None).await.expect("somebody knows that it can't be kept");
    receive(&office, "X-4", "A", "A-01").await;
    office.does("start", "X-4").await;
    office.does("resolve", "X-4").await;
    office.register("X-5").await;
    for code in ["X-4", "X-5"] {
        assert_eq!(refused(ask(&office, code, None).await).1, "NOT_OPEN", "{code}");
    }
    assert_eq!(refused(ask(&office, "NONE", None).await).0, Code::NotFound);
    let empty = client(&office, &office.key).draft_apology(v1::DraftApologyRequest::default()).await;
    assert_eq!(refused(empty).2, ["dossier"]);
});

both!(an_officer_apologises_for_own_work_only, |house| {
    let office = Office::open(&house).await;
    receive(&office, "X-1", "A", "A-01").await;
    office.set("2024-05-28T02:00:00Z");
    let by = async |roles: &[v1::Role], official: &str, unit: &str| {
        let key = office.line.key(roles, official, unit).await;
        let request = v1::DraftApologyRequest { dossier: "dossiers/X-1".to_owned(), promised_at: None };
        client(&office, &key).draft_apology(request).await
    };
    by(&[v1::Role::Officer], "A-01", "A").await.expect("the holder");
    by(&[v1::Role::Head], "A-09", "A").await.expect("the head");
    by(&[v1::Role::Clerk], "", "").await.expect("the counter hands it out");
    assert_eq!(refused(by(&[v1::Role::Officer], "A-02", "A").await).0, Code::NotFound);
    assert_eq!(refused(by(&[v1::Role::Head], "", "B").await).0, Code::NotFound);
    assert_eq!(refused(by(&[v1::Role::Engineer], "", "").await).0, Code::PermissionDenied);
});

both!(an_outage_is_named, |house| {
    let office = Office::open(&house).await;
    receive(&office, "X-1", "A", "A-01").await;
    office.set("2024-05-28T02:00:00Z");
    let incident = v1::Incident {
        code: "SC-1".to_owned(),
        system: "phần mềm Một cửa của tỉnh".to_owned(),
        kind: v1::IncidentKind::Down.into(),
        failure: "không luân chuyển được hồ sơ".to_owned(),
        from_at: Some(at("2024-05-20T00:30:00Z")),
        to_at: Some(at("2024-05-21T04:00:00Z")),
        hits: v1::IncidentHits::All.into(),
        reported_by: "officials/A-09".to_owned(),
        ..v1::Incident::default()
    };
    let request = v1::CreateIncidentRequest { incident: Some(incident), ..Default::default() };
    IncidentServiceClient::new(office.call()).create_incident(request).await.expect("an incident");
    let cause = v1::RecordDelayCauseRequest {
        name: "dossiers/X-1".to_owned(),
        cause: v1::DelayCause::SoftwareOutage.into(),
        incident: "incidents/SC-1".to_owned(),
        reason: "chỉ dành cho nội bộ".to_owned(),
        ..Default::default()
    };
    DossierServiceClient::new(office.call()).record_delay_cause(cause).await.expect("a cause");
    let drawn = ask(&office, "X-1", None).await.expect("a letter");
    let text = words(&bytes(drawn.file, "xin-loi-X-1.docx"));
    assert!(text.contains("Lý do: sự cố của phần mềm Một cửa của tỉnh."), "{text}");
    assert!(!text.contains("nội bộ"), "what was written for the house stays in the house: {text}");
});
