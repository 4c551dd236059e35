//! What a draft answers comes later than the schedule that opened it; facts stand where people are about to write.

use bonro::domain::permission::Scope;
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use bonro::store::notices::{self, NoticeRow};
use bonro::store::{Pool, Store, dossiers};
use chrono::{DateTime, Utc};
use tonic::Code;
use uuid::Uuid;

use super::desk::{Desk, PLACES, period, refusal};
use crate::records::town::{at, date};
use crate::support::both;

both!(a_letter_is_added_to_a_draft_and_not_to_what_was_submitted, |house| {
    let mut desk = Desk::open(&house.url).await;
    let open = v1::OpenReportRequest { period: Some(period()), ..Default::default() };
    let draft = desk.reports.open_report(open).await.expect("opened").into_inner().report.expect("one");
    assert!(draft.request.is_none());
    let update = |report: v1::Report, paths: &[&str]| v1::UpdateReportRequest {
        report: Some(v1::Report { name: draft.name.clone(), ..report }),
        update_mask: Some(prost_types::FieldMask {
            paths: paths.iter().map(|path| (*path).into()).collect(),
        }),
        request_id: String::new(),
    };
    let letter = v1::ReportRequest {
        number: "549/PNV".into(),
        dated_on: Some(date("2024-05-15")),
        matter: "báo cáo cải cách hành chính".into(),
    };
    let with_letter =
        v1::Report { request: Some(letter.clone()), due_on: Some(date("2024-05-20")), ..Default::default() };
    let changed = desk.reports.update_report(update(with_letter.clone(), &[])).await.expect("it is added");
    let changed = changed.into_inner().report.expect("one");
    assert_eq!((&changed.request, changed.due_on), (&Some(letter), Some(date("2024-05-20"))));
    assert_eq!(changed.addressee, "Phòng Nội vụ");
    let page = desk.file(&draft.name, v1::ReportPaper::Html).await.expect("a page");
    let page = String::from_utf8(page).expect("text");
    assert!(
        page.contains("tại Công văn số 549/PNV ngày 15/5/2024 về việc báo cáo cải cách hành chính, "),
        "{page}"
    );

    // By the mask: what is named and not given is emptied, what isn't named stays.
    let other =
        v1::Report { addressee: "Sở Nội vụ".into(), form: "period".into(), ..Default::default() };
    let answer = desk.reports.update_report(update(other, &["addressee", "due_on"])).await.expect("changed");
    let changed = answer.into_inner().report.expect("one");
    assert_eq!((changed.addressee.as_str(), changed.due_on), ("Sở Nội vụ", None));
    assert!(changed.request.is_some());
    let stale = v1::Report { etag: draft.etag.clone(), ..with_letter.clone() };
    let status = desk.reports.update_report(update(stale, &[])).await.expect_err("an older state");
    assert_eq!(status.code(), Code::Aborted);
    let wrong = v1::Report {
        request: Some(v1::ReportRequest { dated_on: Some(date("2024-06-01")), ..Default::default() }),
        form: "annual".into(),
        addressee: "Ông A, 012345678912".into(),
        ..Default::default()
    };
    let status = desk.reports.update_report(update(wrong, &[])).await.expect_err("all of it is wrong");
    let mut fields = refusal(&status).1;
    fields.sort();
    assert_eq!(
        fields,
        ["report.addressee", "report.form", "report.request.dated_on", "report.request.number"]
    );
    let status =
        desk.reports.update_report(update(v1::Report::default(), &["number"])).await.expect_err("no such");
    assert_eq!(refusal(&status).1, ["update_mask"]);

    for (place, text) in PLACES {
        desk.write(&draft.name, place, text).await;
    }
    desk.submit(&draft.name).await;
    let status = desk.reports.update_report(update(with_letter, &[])).await.expect_err("it is frozen");
    assert_eq!(
        (status.code(), refusal(&status).0.as_str()),
        (Code::FailedPrecondition, "FORBIDDEN_TRANSITION")
    );
});

/// A notice that a dossier stood with the officer of ward P1, or of the ward itself where it names nobody.
fn stood(dossier: Uuid, unit: Uuid, held: DateTime<Utc>, role: &str, official: Option<Uuid>) -> NoticeRow {
    NoticeRow {
        id: Uuid::from_u128(
            dossier.as_u128() ^ u128::from(held.timestamp().unsigned_abs()) ^ role.len() as u128,
        ),
        subject_kind: "dossier".into(),
        subject_id: dossier,
        subject_code: "x".into(),
        unit_id: Some(unit),
        rule_kind: "standing".into(),
        due_at: held,
        step: 1,
        role: role.into(),
        why: None,
        official_id: official,
        fell_due_at: held + chrono::TimeDelta::days(1),
        outbox_id: None,
        created_at: held,
        rule_code: format!("standing_{role}"),
        rule_id: None,
        rule_version: None,
        meant_for_id: None,
        copied_at: None,
    }
}

both!(facts_stand_where_people_are_about_to_write, |house| {
    let mut desk = Desk::open(&house.url).await;
    let key = desk.line.key(&[v1::Role::Coordinator], "", "").await;
    let cause = v1::RecordDelayCauseRequest {
        name: "dossiers/H-3".into(),
        cause: v1::DelayCause::CooperatingAgency.into(),
        reason: "Chờ ý kiến của phòng chuyên môn".into(),
        ..Default::default()
    };
    DossierServiceClient::new(desk.line.call(&key)).record_delay_cause(cause).await.expect("a cause");
    let store = Store::connect(&desk.town.url, Pool::default()).await.expect("it opens");
    let work = desk.town.work().await;
    let unit = |code: &str| work.rules.units.by_code(code).expect("a unit").id;
    let (p1, p2, ub) = (unit("P1"), unit("P2"), unit("UB"));
    let officer = work.rules.official("P1-01").expect("an officer").id;
    let closed =
        dossiers::find(&work.tx, "H-3", &Scope::All).await.expect("it is read").expect("a dossier").id;
    let taken_back = |held: &str, why: &str| NoticeRow {
        why: Some(why.into()),
        ..stood(closed, p1, at(held), "head", None)
    };
    drop(work);
    let tx = store.begin().await.expect("a transaction");
    let rows = vec![
        // One standing, told to whoever holds it and to the head above.
        stood(Uuid::from_u128(1), ub, at("2024-05-02T03:00:00Z"), "responsible", Some(officer)),
        stood(Uuid::from_u128(1), ub, at("2024-05-02T03:00:00Z"), "head", None),
        stood(Uuid::from_u128(2), p1, at("2024-05-06T03:00:00Z"), "head", None),
        stood(Uuid::from_u128(3), p2, at("2024-05-06T03:00:00Z"), "head", None),
        // It was closed on the 13th: after the first of these fell due, before the second did.
        taken_back("2024-05-09T10:00:00Z", "closed"),
        taken_back("2024-05-12T12:00:00Z", "closed"),
        // A rule that was switched off, and nobody was told.
        taken_back("2024-05-08T10:00:00Z", "rule_off"),
        // Before the period.
        stood(Uuid::from_u128(4), p2, at("2024-04-20T03:00:00Z"), "head", None),
    ];
    notices::enter(&tx, rows).await.expect("they are entered");
    tx.commit().await.expect("they are kept");

    let draft = desk.draft().await;
    let request = v1::ListNarrativeRequest { name: draft.name.clone() };
    let places = desk.reports.list_narrative(request).await.expect("they are read").into_inner().places;
    let place =
        |name: &str| places.iter().find(|place| place.place == name).expect("the form has it").clone();
    let lacking = place("lacking").prefill;
    assert!(
        lacking.ends_with(
            "\nCó 04 hồ sơ chưa được luân chuyển sau thời gian quy định tại: Đơn vị P1 (03), Đơn vị P2 (01)."
        ),
        "{lacking}"
    );
    let causes = place("causes");
    assert_eq!(
        causes.prefill,
        "Trong kỳ báo cáo có 01 hồ sơ giải quyết trễ hạn, do cơ quan phối hợp.\n\
         Trong kỳ báo cáo có 01 hồ sơ đang giải quyết đã quá hạn, chưa ghi nguyên nhân."
    );
    assert!(causes.required && causes.written.is_none());
    assert!(!causes.prefill.contains("Cán bộ") && !lacking.contains("Cán bộ"), "no official is named");

    // Facts alone are no judgement: somebody writes it, and what stood as a fact is frozen with the report.
    for (place, text) in PLACES.iter().filter(|(place, _)| *place != "causes") {
        desk.write(&draft.name, place, text).await;
    }
    let submit = v1::SubmitReportRequest { name: draft.name.clone(), ..Default::default() };
    let status = desk.reports.submit_report(submit).await.expect_err("the causes aren't written");
    assert_eq!(refusal(&status).1, ["narrative.causes"]);
    desk.write(&draft.name, "causes", &causes.prefill).await;
    desk.submit(&draft.name).await;
    let said = desk.file(&draft.name, v1::ReportPaper::Sentences).await.expect("they are kept");
    let said = String::from_utf8(said).expect("text");
    assert!(said.contains("Có 04 hồ sơ chưa được luân chuyển"), "{said}");
    assert!(desk.check(&draft.name).await.equal);
});
