//! Where dossiers lay and for how long, how old those are that are open, and what was withdrawn and came again.

use bonro::domain::record::Record;
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use bonro::pb::v1::report_service_client::ReportServiceClient;
use tonic::Code;

use super::desk::{Desk, dossier_of};
use crate::dossiers::office::{Office, act, fields};
use crate::records::town::{date, procedure, told};
use crate::support::both;

fn days(first: &str, last: &str) -> v1::Period {
    let range = v1::DateRange { from_on: Some(date(first)), to_on: Some(date(last)) };
    v1::Period { choice: Some(v1::period::Choice::Range(range)) }
}

async fn hand_over(office: &Office, code: &str, to: &str) {
    let request = v1::HandOverRequest {
        name: format!("dossiers/{code}"),
        to_holder: format!("officials/{to}"),
        step: "Thẩm định".to_owned(),
        ..Default::default()
    };
    DossierServiceClient::new(office.call()).hand_over(request).await.expect("it is handed over");
}

both!(stays_at_units_add_up_to_how_long_it_took, |house| {
    let office = Office::open(&house).await;
    let does = async |verb: &str| drop(act(&office.call(), verb, "S1", "").await.expect(verb));
    // Thursday, 16 May, 08:00. Within unit A nothing moves from unit to unit.
    office.receive(Office::new_dossier("S1")).await;
    office.set("2024-05-16T01:30:00Z");
    does("start").await;
    does("hand_over").await;
    office.set("2024-05-16T02:00:00Z");
    hand_over(&office, "S1", "B-01").await;
    // From 10:00 to 14:00 the clock stands.
    office.set("2024-05-16T03:00:00Z");
    does("supplement").await;
    office.set("2024-05-16T07:00:00Z");
    does("resume").await;
    office.set("2024-05-16T08:30:00Z");
    does("resolve").await;
    // Still open: it counts nowhere.
    office.receive(Office::new_dossier("S2")).await;

    let mut reports = ReportServiceClient::new(office.call());
    let period = Some(days("2024-05-16", "2024-05-16"));
    let request = v1::ListHandOverTimesRequest { period, unit: String::new() };
    let found = reports.list_hand_over_times(request).await.expect("they are reckoned").into_inner();
    let stays: Vec<_> = found
        .hand_overs
        .iter()
        .map(|of| (of.from_unit.as_str(), of.to_unit.as_str(), of.count, of.mean_minutes, of.longest_minutes))
        .collect();
    assert_eq!(stays, [("units/A", "units/B", 1, 60, 60), ("units/B", "", 1, 60 + 90, 150)]);
    let request = v1::ListHandlingTimesRequest { period, unit: String::new() };
    let took = reports.list_handling_times(request).await.expect("it is reckoned").into_inner();
    assert_eq!(took.procedures.iter().map(|of| of.mean_minutes).collect::<Vec<_>>(), [60 + 150]);

    let request = v1::ListHandOverTimesRequest { period, unit: "units/B".to_owned() };
    let none = reports.list_hand_over_times(request).await.expect("they are reckoned").into_inner();
    assert_eq!(none, v1::ListHandOverTimesResponse::default(), "B received none");
});

both!(ages_of_what_is_open_are_counted_and_listed, |house| {
    let mut desk = Desk::open(&house.url).await;
    let Record::Procedure(five_days) = procedure() else { panic!("a procedure") };
    let land = Record::Procedure(bonro::domain::record::ProcedureRecord {
        code: "land".into(),
        watched_list: Some("Cấp giấy lần đầu".into()),
        ..five_days
    });
    let on_land = |code: &str, received: &str| {
        let Record::Dossier(mut dossier) = dossier_of(code, "P2", received, None) else {
            panic!("a dossier")
        };
        dossier.procedure_code = "land".into();
        Record::Dossier(dossier)
    };
    let records = vec![
        land,
        dossier_of("G-1", "P1", "2024-04-14T20:00:00Z", None),
        dossier_of("G-2", "P2", "2024-04-15T20:00:00Z", None),
        on_land("G-3", "2024-02-15T02:00:00Z"),
        on_land("G-4", "2023-05-15T02:00:00Z"),
    ];
    let said = told(&desk.town.import(records).await);
    assert!(said.iter().all(|said| !said.starts_with("refused")), "{said:?}");

    let ages = |of: &v1::OpenAges| {
        let bands: Vec<i64> = of.bands.iter().map(|band| band.open).collect();
        assert_eq!(of.open, bands.iter().sum::<i64>());
        (of.of.clone(), bands)
    };
    let ask = v1::ListOpenAgesRequest { on: Some(date("2024-05-15")), ..Default::default() };
    let found = desk.reports.list_open_ages(ask).await.expect("they are counted").into_inner();
    let all = found.all.clone().expect("all of them");
    // H-4 of 2 May and G-2, received on 16 April by the local day; G-1 is one month old to the day.
    assert_eq!(ages(&all), (String::new(), vec![2, 1, 1, 0, 1]));
    assert_eq!(
        found.units.iter().map(ages).collect::<Vec<_>>(),
        [("units/P1".to_owned(), vec![1, 1, 0, 0, 0]), ("units/P2".to_owned(), vec![1, 0, 1, 0, 1])]
    );
    let watched = ("Cấp giấy lần đầu".to_owned(), vec![0, 0, 1, 0, 1]);
    assert_eq!(found.watched_lists.iter().map(ages).collect::<Vec<_>>(), [watched]);

    // Each band's dossiers are as many, and those.
    let mut listed = Vec::new();
    for band in &all.bands {
        let request = v1::ListFigureMembersRequest {
            figure: v1::DossierFigure::InProcess.into(),
            period: Some(days("2024-05-15", "2024-05-15")),
            from_months: band.from_months,
            below_months: band.below_months,
            ..Default::default()
        };
        let page = desk.reports.list_figure_members(request).await.expect("they are listed").into_inner();
        assert_eq!(page.total_size, band.open, "{band:?}");
        listed.extend(page.members.into_iter().map(|of| of.dossier));
    }
    assert_eq!(listed[2..], ["dossiers/G-1", "dossiers/G-3", "dossiers/G-4"]);
    let of_list = |watched_list: &str, from_months, below_months| v1::ListFigureMembersRequest {
        figure: v1::DossierFigure::InProcess.into(),
        period: Some(days("2024-05-15", "2024-05-15")),
        watched_list: watched_list.to_owned(),
        from_months,
        below_months,
        ..Default::default()
    };
    for (list, count) in [("Cấp giấy lần đầu", 2), ("Khác", 0)] {
        let page = desk.reports.list_figure_members(of_list(list, 0, None)).await.expect("listed");
        assert_eq!(page.into_inner().total_size, count, "{list}");
    }
    for (from, below, field) in [(-1, None, "from_months"), (3, Some(3), "below_months")] {
        let refused = desk.reports.list_figure_members(of_list("", from, below)).await.expect_err("no age");
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec![field.to_owned()]));
    }

    // As it was: a day earlier it was a month younger; and nothing is open on a day to come but what is now.
    let ask = v1::ListOpenAgesRequest {
        on: Some(date("2024-05-14")),
        watched_list: "Cấp giấy lần đầu".to_owned(),
        ..Default::default()
    };
    let found = desk.reports.list_open_ages(ask).await.expect("they are counted").into_inner();
    assert_eq!(ages(&found.all.expect("all of them")).1, [0, 1, 0, 1, 0]);
    let ask = v1::ListOpenAgesRequest { on: Some(date("2025-01-01")), ..Default::default() };
    let found = desk.reports.list_open_ages(ask).await.expect("they are counted").into_inner();
    assert_eq!(found.on, Some(date("2024-05-16")), "today");
});

both!(what_was_withdrawn_and_handed_in_again_is_found, |house| {
    let office = Office::open(&house).await;
    let receive = async |code: &str, name: &str, phone: &str, procedure: &str| {
        let mut request = Office::new_dossier(code);
        request.procedure = format!("procedures/{procedure}");
        request.applicant = Some(v1::Applicant {
            kind: v1::ApplicantKind::Person.into(),
            full_name: name.to_owned(),
            phone: phone.to_owned(),
            ..Default::default()
        });
        office.receive(request).await;
    };
    receive("W-1", "Người nộp Một", "0900 000 001", "P5").await;
    receive("W-2", "Người nộp Hai", "0900 000 002", "P5").await;
    receive("W-3", "Người nộp Ba", "0900 000 003", "P5").await;
    office.receive(Office::new_dossier("W-4")).await;
    // Before the withdrawal it isn't again.
    receive("E-1", "Người nộp Một", "0900000001", "P5").await;
    for code in ["W-1", "W-2", "W-3", "W-4"] {
        office.does("withdraw", code).await;
    }
    office.tick();
    receive("R-1", "người nộp một", "0900000001", "P5").await;
    receive("R-2", "Người nộp Một", "0900000001", "P5").await;
    // A namesake, and another procedure.
    receive("N-2", "Người nộp Hai", "0900000009", "P5").await;
    receive("N-3", "Người nộp Ba", "0900000003", "P8H").await;

    let mut reports = ReportServiceClient::new(office.call());
    let ask = |first: &str, last: &str| v1::ListIrregularitiesRequest {
        period: Some(days(first, last)),
        unit: String::new(),
    };
    let found =
        reports.list_irregularities(ask("2024-05-01", "2024-05-31")).await.expect("found").into_inner();
    let again: Vec<_> =
        found.dossiers.iter().map(|of| (of.kind(), of.dossier.as_str(), of.again.as_str())).collect();
    let kind = v1::IrregularityKind::WithdrawnAndResubmitted;
    assert_eq!(again, [(kind, "dossiers/W-1", "dossiers/R-1")], "{found:?}");
    assert_eq!((found.unmatched, found.left_out), (1, 0), "W-4 has no applicant on record");
    assert!(!format!("{found:?}").contains("0900"), "nobody's telephone is told");
    let before =
        reports.list_irregularities(ask("2024-05-01", "2024-05-15")).await.expect("found").into_inner();
    assert_eq!(before, v1::ListIrregularitiesResponse::default());
});
