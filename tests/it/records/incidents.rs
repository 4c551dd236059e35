//! The incident log: what is recorded, closed and linked, which dossiers that hit, and what reports and causes of
//! lateness make of it.

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs};
use bonro::domain::period::Period;
use bonro::domain::permission::Scope;
use bonro::domain::record::{DossierRecord, IncidentRecord, Record};
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_server::DossierService as _;
use bonro::pb::v1::incident_service_server::IncidentService as _;
use bonro::service::imports::Start;
use bonro::service::report::{Ask, summarize};
use tonic::Code;

use super::town::{Town, answered, at, day, procedure, refused, stamp, told};
use crate::support::both;

const UUID: &str = "018f7c3e-0000-7000-8000-000000000002";

fn incident(code: &str, hits: v1::IncidentHits) -> v1::Incident {
    v1::Incident {
        code: code.into(),
        system: "phần mềm Một cửa của tỉnh".into(),
        kind: v1::IncidentKind::Down.into(),
        failure: "không luân chuyển được hồ sơ".into(),
        from_at: Some(stamp("2024-05-09T00:30:00Z")),
        to_at: Some(stamp("2024-05-09T04:00:00Z")),
        hits: hits.into(),
        reported_by: "officials/VP-01".into(),
        reference: "Công văn số 12/BC-VP".into(),
        ..v1::Incident::default()
    }
}

fn create(incident: v1::Incident) -> v1::CreateIncidentRequest {
    v1::CreateIncidentRequest { incident: Some(incident), request_id: String::new() }
}

/// A dossier of five working days.
fn dossier(code: &str, unit: &str, received: &str, closed: &str) -> Record {
    Record::Dossier(Box::new(DossierRecord {
        code: code.into(),
        procedure_code: "d5".into(),
        unit_code: unit.into(),
        channel: Some(Channel::Counter),
        applicant_kind: Some(ApplicantKind::Person),
        received_at: Some(at(received)),
        closed_at: (!closed.is_empty()).then(|| at(closed)),
        outcome: (!closed.is_empty()).then_some(ClosedAs::Resolved),
        officer_code: "P1-01".into(),
        ..DossierRecord::default()
    }))
}

/// On 9 May four dossiers were open: two of P1 and two of P2. OTHER is overdue now, and wasn't on 14 May.
async fn open(url: &str) -> Town {
    let town = Town::open(url).await;
    let records = vec![
        procedure(),
        dossier("OVERDUE", "P1", "2024-05-02T02:00:00Z", ""),
        dossier("LATE", "P1", "2024-05-02T03:00:00Z", "2024-05-13T02:00:00Z"),
        dossier("GOOD", "P2", "2024-05-08T02:00:00Z", "2024-05-10T02:00:00Z"),
        dossier("OTHER", "P2", "2024-05-08T02:00:00Z", ""),
        dossier("BEFORE", "P1", "2024-05-02T02:00:00Z", "2024-05-08T02:00:00Z"),
        dossier("AFTER", "P1", "2024-05-10T02:00:00Z", ""),
    ];
    let outcomes = told(&town.import(records).await);
    assert!(outcomes.iter().all(|outcome| outcome.starts_with("landed")), "{outcomes:?}");
    town
}

async fn made(town: &Town, incident: v1::Incident) -> v1::Incident {
    answered(town.front.create_incident(town.ask(create(incident))).await).incident.expect("the incident")
}

async fn seen(town: &Town, scope: Scope, code: &str) -> (v1::Incident, [i64; 3]) {
    let request = v1::GetIncidentRequest { name: format!("incidents/{code}") };
    let answer = answered(town.front.get_incident(town.ask_within(scope, request)).await);
    let effect = answer.effect.expect("what it did");
    (answer.incident.expect("the incident"), [effect.hit, effect.late, effect.overdue])
}

async fn hit_by(town: &Town, code: &str) -> Vec<String> {
    let request = v1::GetDossierRequest { name: format!("dossiers/{code}") };
    answered(town.front.get_dossier(town.ask(request)).await).incidents
}

fn links(code: &str, dossiers: &[&str], etag: &str) -> v1::LinkIncidentDossiersRequest {
    v1::LinkIncidentDossiersRequest {
        name: format!("incidents/{code}"),
        dossiers: dossiers.iter().map(|code| format!("dossiers/{code}")).collect(),
        etag: etag.into(),
        request_id: String::new(),
    }
}

both!(an_incident_is_recorded_linked_and_closed, |house| {
    let town = open(&house.url).await;
    let open_ended = v1::Incident { to_at: None, ..incident("SC-1", v1::IncidentHits::Named) };
    let request = v1::CreateIncidentRequest { request_id: UUID.into(), ..create(open_ended.clone()) };
    let first = answered(town.front.create_incident(town.ask(request.clone())).await).incident.expect("it");
    assert_eq!(answered(town.front.create_incident(town.ask(request)).await).incident.as_ref(), Some(&first));
    assert_eq!((first.etag.as_str(), first.to_at, first.name.as_str()), ("1", None, "incidents/SC-1"));
    assert_eq!(
        refused(town.front.create_incident(town.ask(create(open_ended))).await).0,
        Code::AlreadyExists
    );

    let link = async |request| town.front.link_incident_dossiers(town.ask(request)).await;
    assert_eq!(refused(link(links("SC-1", &["LATE"], "9")).await).0, Code::Aborted);
    assert_eq!(refused(link(links("SC-1", &[], "1")).await).2, ["dossiers"]);
    assert_eq!(refused(link(links("SC-1", &["LATE", "NONE"], "1")).await).2, ["dossiers"]);
    assert_eq!(refused(link(links("SC-9", &["LATE"], "")).await).0, Code::NotFound);
    let before = refused(link(links("SC-1", &["LATE", "BEFORE"], "1")).await);
    assert_eq!((before.0, before.1.as_str()), (Code::FailedPrecondition, "NOT_OPEN_THEN"));
    let linked = answered(link(links("SC-1", &["LATE", "OTHER", "LATE"], "1")).await).incident.expect("it");
    assert_eq!((linked.etag.as_str(), linked.dossiers.len()), ("2", 2));
    let again = answered(link(links("SC-1", &["LATE"], "2")).await).incident.expect("it");
    assert_eq!(again.etag, "2", "nothing changed");
    assert_eq!(seen(&town, Scope::All, "SC-1").await, (linked.clone(), [2, 1, 1]));
    assert_eq!(hit_by(&town, "LATE").await, ["incidents/SC-1"]);

    let v1::LinkIncidentDossiersRequest { name, dossiers, etag, request_id } = links("SC-1", &["LATE"], "2");
    let request = v1::UnlinkIncidentDossiersRequest { name, dossiers, etag, request_id };
    let left = answered(town.front.unlink_incident_dossiers(town.ask(request)).await).incident.expect("it");
    assert_eq!((left.etag.as_str(), left.dossiers), ("3", vec!["dossiers/OTHER".to_owned()]));
    assert_eq!(hit_by(&town, "LATE").await, Vec::<String>::new());

    let close = async |to_at: Option<&str>, etag: &str| {
        let (name, to_at, etag) = ("incidents/SC-1".to_owned(), to_at.map(stamp), etag.to_owned());
        let request = v1::CloseIncidentRequest { name, to_at, etag, request_id: String::new() };
        town.front.close_incident(town.ask(request)).await
    };
    assert_eq!(refused(close(Some("2024-05-09T00:30:00Z"), "3").await).2, ["to_at"], "when it began");
    assert_eq!(refused(close(Some("2024-05-16T00:15:01Z"), "3").await).2, ["to_at"], "in the future");
    assert_eq!(refused(close(None, "2").await).0, Code::Aborted);
    let over = answered(close(Some("2024-05-09T04:00:00Z"), "3").await).incident.expect("it");
    assert_eq!((over.etag.as_str(), over.to_at), ("4", Some(stamp("2024-05-09T04:00:00Z"))));
    let twice = refused(close(None, "").await);
    assert_eq!((twice.0, twice.1.as_str()), (Code::FailedPrecondition, "ALREADY_CLOSED"));
});

both!(what_cannot_be_an_incident_is_named_field_by_field, |house| {
    let town = open(&house.url).await;
    let ask = async |incident| refused(town.front.create_incident(town.ask(create(incident))).await).2;
    let fields = ["code", "system", "kind", "failure", "from_at", "hits", "reported_by"];
    assert_eq!(ask(v1::Incident::default()).await, fields.map(|field| format!("incident.{field}")));
    let (all, named) = (v1::IncidentHits::All, v1::IncidentHits::Named);
    let units = vec!["units/P1".to_owned()];
    let dossiers = |code: &str| vec![format!("dossiers/{code}")];
    for (wrong, field) in [
        (v1::Incident { to_at: Some(stamp("2024-05-09T00:30:00Z")), ..incident("S", all) }, "to_at"),
        (v1::Incident { to_at: Some(stamp("2024-05-17T00:00:00Z")), ..incident("S", all) }, "to_at"),
        (v1::Incident { hit_units: units, ..incident("S", all) }, "hit_units"),
        (v1::Incident { dossiers: dossiers("LATE"), ..incident("S", all) }, "dossiers"),
        (v1::Incident { dossiers: dossiers("NONE"), ..incident("S", named) }, "dossiers"),
        (v1::Incident { dossiers: dossiers("AFTER"), ..incident("S", named) }, "dossiers"),
        (v1::Incident { dossiers: vec!["LATE".into()], ..incident("S", named) }, "dossiers"),
        (v1::Incident { unit: "units/NONE".into(), ..incident("S", all) }, "unit"),
        (v1::Incident { reported_by: "officials/NONE".into(), ..incident("S", all) }, "reported_by"),
    ] {
        assert_eq!(ask(wrong).await, [format!("incident.{field}")]);
    }
});

both!(an_incident_hits_whom_its_rule_says_within_reach, |house| {
    let town = open(&house.url).await;
    made(&town, incident("HOUSE", v1::IncidentHits::All)).await;
    made(&town, v1::Incident { unit: "units/P1".into(), ..incident("WARD", v1::IncidentHits::All) }).await;
    let named = v1::Incident {
        hit_units: vec!["units/P2".into()],
        dossiers: vec!["dossiers/LATE".into()],
        ..incident("NAMED", v1::IncidentHits::Named)
    };
    let named = made(&town, named).await;
    let (ward, other) = (town.unit("P1").await, town.unit("P2").await);
    assert_eq!(seen(&town, Scope::All, "HOUSE").await.1, [4, 1, 2]);
    assert_eq!(seen(&town, Scope::All, "WARD").await.1, [2, 1, 1]);
    assert_eq!(seen(&town, Scope::All, "NAMED").await, (named.clone(), [3, 1, 1]));
    // Each counts and sees its own.
    assert_eq!(seen(&town, other.clone(), "HOUSE").await.1, [2, 0, 1]);
    let (seen_by_other, effect) = seen(&town, other.clone(), "NAMED").await;
    assert_eq!((seen_by_other.dossiers.len(), effect), (0, [2, 0, 1]));
    assert_eq!(hit_by(&town, "LATE").await, ["incidents/HOUSE", "incidents/NAMED", "incidents/WARD"]);
    assert_eq!(hit_by(&town, "GOOD").await, ["incidents/HOUSE", "incidents/NAMED"]);
    assert_eq!(hit_by(&town, "BEFORE").await, Vec::<String>::new());

    let listed = async |scope, filter: &str| {
        let request =
            v1::ListIncidentsRequest { filter: filter.into(), order_by: "code".into(), ..Default::default() };
        let page = answered(town.front.list_incidents(town.ask_within(scope, request)).await);
        page.incidents.into_iter().map(|incident| incident.code).collect::<Vec<_>>()
    };
    assert_eq!(listed(Scope::All, "").await, ["HOUSE", "NAMED", "WARD"]);
    assert_eq!(listed(other.clone(), "").await, ["HOUSE", "NAMED"]);
    assert_eq!(listed(Scope::All, "unit = units/P1 AND kind = down").await, ["WARD"]);
    assert_eq!(listed(Scope::All, "to_at = null").await, Vec::<String>::new());
    let request = v1::GetIncidentRequest { name: "incidents/WARD".into() };
    assert_eq!(
        refused(town.front.get_incident(town.ask_within(other.clone(), request)).await).0,
        Code::NotFound
    );

    // The house's incident takes a ward's dossiers from that ward, is ended by the house, and no ward makes one.
    let request = town.ask_within(ward.clone(), links("NAMED", &["OTHER"], ""));
    assert_eq!(refused(town.front.link_incident_dossiers(request).await).2, ["dossiers"]);
    let request = town.ask_within(ward.clone(), links("NAMED", &["OVERDUE"], ""));
    answered(town.front.link_incident_dossiers(request).await);
    let request = town.ask_within(ward.clone(), links("WARD", &["OVERDUE"], ""));
    assert_eq!(refused(town.front.link_incident_dossiers(request).await).1, "HITS_ALL");
    let going_on = v1::Incident { to_at: None, ..incident("ON", v1::IncidentHits::All) };
    made(&town, going_on.clone()).await;
    let request = v1::CloseIncidentRequest { name: "incidents/ON".into(), ..Default::default() };
    let denied = refused(town.front.close_incident(town.ask_within(ward.clone(), request)).await);
    assert_eq!(denied.0, Code::PermissionDenied);
    let request = town.ask_within(ward, create(v1::Incident { code: "OWN".into(), ..going_on }));
    assert_eq!(refused(town.front.create_incident(request).await).2, ["incident.unit"]);
});

both!(an_outage_is_a_cause_only_where_the_log_says_so, |house| {
    let town = open(&house.url).await;
    let cause = async |code: &str, cause: v1::DelayCause, incident: &str| {
        let request = v1::RecordDelayCauseRequest {
            name: format!("dossiers/{code}"),
            cause: cause.into(),
            incident: incident.into(),
            ..Default::default()
        };
        town.front.record_delay_cause(town.ask(request)).await
    };
    let outage = v1::DelayCause::SoftwareOutage;
    assert_eq!(refused(cause("LATE", outage, "").await).2, ["incident"]);
    assert_eq!(refused(cause("LATE", v1::DelayCause::Citizen, "incidents/SC").await).2, ["incident"]);
    assert_eq!(refused(cause("LATE", outage, "SC").await).2, ["incident"]);
    assert_eq!(refused(cause("LATE", outage, "incidents/NONE").await).2, ["incident"]);
    assert_eq!(refused(cause("NONE", outage, "incidents/NONE").await).0, Code::NotFound);
    let named =
        v1::Incident { dossiers: vec!["dossiers/OTHER".into()], ..incident("SC-1", v1::IncidentHits::Named) };
    made(&town, named).await;
    let missed = refused(cause("LATE", outage, "incidents/SC-1").await);
    assert_eq!((missed.0, missed.1.as_str()), (Code::FailedPrecondition, "INCIDENT_MISSED_IT"));
    made(&town, incident("SC-2", v1::IncidentHits::All)).await;
    let missed = refused(cause("AFTER", outage, "incidents/SC-2").await);
    assert_eq!(missed.0, Code::FailedPrecondition, "received when it was over");
    let done = answered(cause("LATE", outage, "incidents/SC-2").await).dossier.expect("the dossier");
    assert_eq!(done.delay_cause(), outage);
    let request = v1::ListDossierEventsRequest { parent: "dossiers/LATE".into(), ..Default::default() };
    let events = answered(town.front.list_dossier_events(town.ask(request)).await).events;
    assert_eq!(events.last().map(|event| event.incident.as_str()), Some("incidents/SC-2"));
    answered(cause("OVERDUE", v1::DelayCause::Citizen, "").await);
});

fn record(code: &str, dossiers: &[&str]) -> IncidentRecord {
    IncidentRecord {
        code: code.into(),
        system: "cổng thanh toán".into(),
        kind: "out_of_sync".into(),
        failure: "giao dịch không về".into(),
        from_at: Some(at("2024-05-09T00:30:00Z")),
        hits: "named".into(),
        dossier_codes: dossiers.iter().map(|code| (*code).to_owned()).collect(),
        reported_by: "VP-01".into(),
        ..IncidentRecord::default()
    }
}

both!(incidents_are_imported_with_their_dossiers, |house| {
    let town = open(&house.url).await;
    let rows = |records: Vec<IncidentRecord>| {
        records.into_iter().map(|r| Record::Incident(Box::new(r))).collect::<Vec<_>>()
    };
    let import = async |records| town.import(rows(records)).await;
    let bad = IncidentRecord { kind: "broken".into(), from_at: None, ..record("SC-2", &[]) };
    let odd = IncidentRecord { dossier_codes: vec!["a\u{0}b".into()], ..record("SC-4", &[]) };
    let all = IncidentRecord { hits: "all".into(), ..record("SC-5", &["LATE"]) };
    let outcomes =
        import(vec![record("SC-1", &["LATE"]), bad, record("SC-3", &["NONE", "BEFORE"]), odd, all]).await;
    let expected = [
        "landed",
        "refused kind from_at",
        "refused dossier_codes",
        "refused dossier_codes",
        "refused dossier_codes",
    ];
    assert_eq!(told(&outcomes), expected);
    assert_eq!(told(&import(vec![record("SC-1", &["LATE"])]).await), ["unchanged"]);
    // The same from another source, in another order: still the same.
    let again = town.import_from("portal", rows(vec![record("SC-1", &["LATE"])])).await;
    assert_eq!(told(&again), ["unchanged"]);
    assert_eq!(told(&import(vec![record("SC-1", &["OTHER", "GOOD"])]).await), ["changed"]);
    let (now, effect) = seen(&town, Scope::All, "SC-1").await;
    assert_eq!(
        (now.dossiers, now.etag.as_str()),
        (vec!["dossiers/GOOD".into(), "dossiers/OTHER".into()], "2")
    );
    assert_eq!(effect, [2, 0, 1]);

    // A dry run finds the dossiers that are known from long ago.
    let start = Start {
        import_id: uuid::Uuid::from_u128(9),
        source: "portal".into(),
        kind: "partial".into(),
        ..Start::default()
    };
    let mut dry = town.house.rehearse(town.context(Scope::All), &start).await.expect("it begins");
    let asked = [record("SC-1", &["LATE"]), record("SC-9", &["OVERDUE"]), record("SC-8", &["NONE"])];
    let asked = rows(asked.to_vec()).into_iter().map(|record| bonro::domain::record::ImportRow {
        file: "incidents.csv".into(),
        line: 2,
        record,
    });
    let (outcomes, _) =
        dry.batch(&town.house, town.context(Scope::All), 1, asked.collect()).await.expect("it answers");
    assert_eq!(told(&outcomes), ["changed", "landed", "refused dossier_codes"]);
    assert_eq!(seen(&town, Scope::All, "SC-1").await.1, [2, 0, 1], "nothing was done");
});

both!(the_report_quotes_the_incidents_of_its_period, |house| {
    let town = open(&house.url).await;
    let page = async || {
        let look = town.house.look(town.context(Scope::All)).await.expect("the house is read");
        let period = Period::new(day("2024-05-01"), day("2024-05-14")).expect("in order");
        let ask = Ask { period, unit_id: None, as_of: None, breakdowns: Vec::new() };
        let counted = summarize(&look, &ask).await.expect("it is counted");
        town.printed(&look, &counted).await
    };
    assert!(!page().await.contains("sự cố"));
    let at = |from: &str, to: Option<&str>, incident: v1::Incident| v1::Incident {
        from_at: Some(stamp(from)),
        to_at: to.map(stamp),
        ..incident
    };
    made(&town, incident("SC-1", v1::IncidentHits::All)).await;
    let named = v1::Incident {
        system: "cổng thanh toán".into(),
        reference: String::new(),
        ..incident("SC-2", v1::IncidentHits::Named)
    };
    made(&town, at("2024-05-14T16:59:00Z", None, named.clone())).await;
    let other = v1::Incident { system: "hệ thống khác".into(), ..named };
    // The day before the period, and the day after it.
    made(
        &town,
        v1::Incident {
            code: "SC-3".into(),
            ..at("2024-04-29T00:00:00Z", Some("2024-04-30T17:00:00Z"), other.clone())
        },
    )
    .await;
    made(&town, v1::Incident { code: "SC-4".into(), ..at("2024-05-14T17:00:00Z", None, other) }).await;
    let seen = page().await;
    for said in [
        "<p class=\"text\">- Phần mềm Một cửa của tỉnh ngừng hoạt động từ 07 giờ 30 ngày 09/5/2024 đến 11 giờ 00 ngày 09/5/2024, kéo dài 03 giờ 30 phút (Công văn số 12/BC-VP): không luân chuyển được hồ sơ; ảnh hưởng đến 04 hồ sơ, trong đó có 01 hồ sơ giải quyết trễ hạn, 01 hồ sơ đang giải quyết đã quá hạn.</p>",
        "<p class=\"text\">- Cổng thanh toán ngừng hoạt động từ 23 giờ 59 ngày 14/5/2024, đến thời điểm báo cáo chưa khắc phục xong: không luân chuyển được hồ sơ; không ghi nhận hồ sơ bị ảnh hưởng.</p>",
    ] {
        assert!(seen.contains(said), "not in the report: {said}\n{seen}");
    }
    assert!(!seen.contains("Hệ thống khác"));
});
