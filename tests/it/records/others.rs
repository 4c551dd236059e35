//! Ratings, payments, documents and targets: what is given once, counted, and corrected by its source.

use bonro::domain::record::{DocumentRecord, PaymentRecord, Record, SurveyRecord, TargetRecord};
use bonro::pb::v1;
use bonro::pb::v1::document_service_server::DocumentService as _;
use bonro::pb::v1::payment_service_server::PaymentService as _;
use bonro::pb::v1::survey_service_server::SurveyService as _;
use bonro::pb::v1::target_service_server::TargetService as _;
use bonro::store::documents;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::town::{Town, answered, at, date, day, lines, refused, stamp, told};
use crate::support::both;

both!(ratings_are_counted_by_their_word, |house| {
    let town = Town::open(&house.url).await;
    let survey = v1::Survey {
        code: "DG-1".into(),
        unit: "units/P1".into(),
        rated_at: Some(stamp("2024-05-15T03:00:00Z")),
        rating: "satisfied".into(),
        ..v1::Survey::default()
    };
    let create =
        |survey: v1::Survey| v1::CreateSurveyRequest { survey: Some(survey), request_id: String::new() };
    let made = answered(town.front.create_survey(town.ask(create(survey.clone()))).await)
        .survey
        .expect("the rating");
    let request = v1::GetSurveyRequest { name: "surveys/DG-1".into() };
    assert_eq!(answered(town.front.get_survey(town.ask(request)).await).survey, Some(made));
    let twice = town.front.create_survey(town.ask(create(survey))).await;
    assert_eq!(refused(twice).0, Code::AlreadyExists);
    let wrong = v1::Survey { rating: "great".into(), unit: "P1".into(), ..v1::Survey::default() };
    let (code, _, fields) = refused(town.front.create_survey(town.ask(create(wrong))).await);
    assert_eq!(code, Code::InvalidArgument);
    assert_eq!(fields, ["survey.unit", "survey.code", "survey.rated_at", "survey.rating"]);

    let record = |code: &str, rating: &str| SurveyRecord {
        code: code.into(),
        unit_code: "P2".into(),
        rated_at: Some(at("2024-05-14T18:00:00Z")),
        rating: rating.into(),
    };
    let import = async |records: Vec<SurveyRecord>| {
        town.import(records.into_iter().map(Record::Survey).collect()).await
    };
    let future = SurveyRecord { rated_at: Some(at("2024-05-16T00:16:00Z")), ..record("DG-4", "satisfied") };
    let outcomes =
        import(vec![record("DG-2", "neutral"), record("DG-3", "great"), future, record("DG-1", "neutral")])
            .await;
    assert_eq!(told(&outcomes), ["landed", "refused rating", "refused rated_at", "changed"]);
    assert!(outcomes[1].landed.problems[0].vi.contains("very_satisfied, satisfied, neutral"));
    // 18:00 in Greenwich is the next day in the town.
    assert_eq!(lines(&town.ledger("survey").await), ["2024-05-15 P2 rated:neutral 2"]);
    let outcomes = import(vec![record("DG-2", "neutral"), record("DG-1", "satisfied")]).await;
    assert_eq!(told(&outcomes), ["unchanged", "changed"]);
    let expected = ["2024-05-15 P2 rated:neutral 1", "2024-05-15 P2 rated:satisfied 1"];
    assert_eq!(lines(&town.ledger("survey").await), expected);
    let request = v1::ListSurveysRequest {
        filter: "unit = units/UB".into(),
        order_by: "code desc".into(),
        ..Default::default()
    };
    let page = answered(town.front.list_surveys(town.ask(request)).await);
    assert_eq!(page.surveys.iter().map(|s| s.code.as_str()).collect::<Vec<_>>(), ["DG-2", "DG-1"]);
});

both!(payments_are_counted_and_summed, |house| {
    let town = Town::open(&house.url).await;
    let record = |code: &str, amount_vnd: i64| PaymentRecord {
        code: code.into(),
        unit_code: "P1".into(),
        paid_at: Some(at("2024-05-15T03:00:00Z")),
        kind: "fee".into(),
        amount_vnd,
        online: true,
        dossier_code: "000.00.53.H48-240508-0001".into(),
    };
    let import = async |records: Vec<PaymentRecord>| {
        told(&town.import(records.into_iter().map(Record::Payment).collect()).await)
    };
    let odd = PaymentRecord { kind: "phí:lệ".into(), unit_code: String::new(), ..record("TT-3", 0) };
    let outcomes = import(vec![record("TT-1", 21_000), record("TT-2", -1), odd, record("TT-4", 0)]).await;
    assert_eq!(outcomes, ["landed", "refused amount_vnd", "refused unit_code kind", "landed"]);
    assert_eq!(
        lines(&town.ledger("payment").await),
        ["2024-05-15 P1 paid:fee:online 2", "2024-05-15 P1 paid_amount:fee:online 21000"]
    );
    let offline = PaymentRecord { online: false, ..record("TT-1", 20_000) };
    assert_eq!(import(vec![offline]).await, ["changed"]);
    assert_eq!(
        lines(&town.ledger("payment").await),
        [
            "2024-05-15 P1 paid:fee:offline 1",
            "2024-05-15 P1 paid:fee:online 1",
            "2024-05-15 P1 paid_amount:fee:offline 20000",
        ]
    );
    let payment = v1::Payment {
        code: "TT-9".into(),
        unit: "units/VP".into(),
        paid_at: Some(stamp("2024-05-15T03:00:00Z")),
        kind: "land_tax_and_registration_fee".into(),
        amount_vnd: 5,
        ..v1::Payment::default()
    };
    let create = |payment| v1::CreatePaymentRequest { payment: Some(payment), request_id: String::new() };
    let made = answered(town.front.create_payment(town.ask(create(payment.clone()))).await).payment;
    let request = v1::GetPaymentRequest { name: "payments/TT-9".into() };
    assert_eq!(answered(town.front.get_payment(town.ask(request)).await).payment, made);
    // Beyond the caller's reach a unit is unknown.
    let payment = v1::Payment { code: "TT-10".into(), ..payment };
    let (_, _, fields) =
        refused(town.front.create_payment(town.ask_within(town.unit("P1").await, create(payment))).await);
    assert_eq!(fields, ["payment.unit"]);
    let filter = "dossier = \"dossiers/000.00.53.H48-240508-0001\" AND online = true".to_owned();
    let request = v1::ListPaymentsRequest { filter, ..v1::ListPaymentsRequest::default() };
    let page = answered(town.front.list_payments(town.ask(request)).await);
    assert_eq!(page.payments.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["TT-4"]);
});

both!(documents_keep_their_order_and_their_years, |house| {
    let town = Town::open(&house.url).await;
    let record = |number: &str, issued_on: &str| DocumentRecord {
        number: number.into(),
        kind: "plan".into(),
        issued_on: Some(day(issued_on)),
        issuer: "UBND thị xã".into(),
        subject: "Về việc".into(),
    };
    let import = async |records: Vec<DocumentRecord>| {
        told(&town.import(records.into_iter().map(Record::Document).collect()).await)
    };
    let numbers = ["764/QĐ-UBND", "51/KH-UBND", "52/KH-UBND", "53/KH-UBND"];
    let mut records: Vec<_> = numbers.iter().map(|number| record(number, "2024-03-12")).collect();
    records.push(record("54/KH-UBND", "2024-05-17"));
    assert_eq!(import(records).await, ["landed", "landed", "landed", "landed", "refused issued_on"]);
    let look =
        town.house.look(town.context(bonro::domain::permission::Scope::All)).await.expect("a snapshot");
    let lines = documents::issued_between(&look.door, day("2024-03-01"), day("2024-03-31"))
        .await
        .expect("they are read");
    assert_eq!(lines.iter().map(|line| line.number.as_str()).collect::<Vec<_>>(), numbers);

    // A corrected day changes the document; last year's of the same number is another one.
    assert_eq!(import(vec![record("51/KH-UBND", "2024-03-11")]).await, ["changed"]);
    assert_eq!(import(vec![record("51/KH-UBND", "2023-03-12")]).await, ["landed"]);
    let request = v1::GetDocumentRequest { name: "documents/51/KH-UBND".into() };
    let latest = answered(town.front.get_document(town.ask(request)).await).document.expect("the document");
    assert_eq!((latest.issued_on, latest.etag.as_str()), (Some(date("2024-03-11")), "2"));

    let document = v1::Document {
        number: "99/BC-VP".into(),
        kind: "report".into(),
        issued_on: Some(date("2024-05-16")),
        ..v1::Document::default()
    };
    let create = |document| v1::CreateDocumentRequest { document: Some(document), request_id: String::new() };
    answered(town.front.create_document(town.ask(create(document.clone()))).await);
    assert_eq!(refused(town.front.create_document(town.ask(create(document))).await).0, Code::AlreadyExists);
    let wrong = v1::Document {
        issued_on: Some(bonro::pb::google::r#type::Date { year: 2024, month: 2, day: 30 }),
        ..Default::default()
    };
    let (_, _, fields) = refused(town.front.create_document(town.ask(create(wrong))).await);
    assert_eq!(fields, ["document.issued_on", "document.number", "document.kind"]);
    let request = v1::ListDocumentsRequest {
        filter: "issued_on >= 2024-03-11".into(),
        page_size: 2,
        ..Default::default()
    };
    let page = answered(town.front.list_documents(town.ask(request)).await);
    assert_eq!(page.documents.first().map(|d| d.number.as_str()), Some("51/KH-UBND"));
    assert!(!page.next_page_token.is_empty());
});

both!(targets_of_the_house_are_seen_by_all, |house| {
    let town = Town::open(&house.url).await;
    let target = |code: &str, unit: &str| v1::Target {
        code: code.into(),
        display_name: "Tỷ lệ trực tuyến".into(),
        unit: unit.into(),
        indicator: "online_rate".into(),
        comparison: v1::TargetComparison::AtLeast.into(),
        value_hundredths: 9000,
        from_on: Some(date("2024-01-01")),
        to_on: Some(date("2024-12-31")),
        ..v1::Target::default()
    };
    let create = |target| v1::CreateTargetRequest { target: Some(target), request_id: String::new() };
    for (code, unit) in [("CT-1", ""), ("CT-2", "units/P1"), ("CT-3", "units/P2")] {
        answered(town.front.create_target(town.ask(create(target(code, unit)))).await);
    }
    let list = async |order: &str, scope| {
        let request = v1::ListTargetsRequest { order_by: order.into(), page_size: 1, ..Default::default() };
        let (mut codes, mut token) = (Vec::new(), String::new());
        loop {
            let request = v1::ListTargetsRequest { page_token: token, ..request.clone() };
            let page =
                answered(town.front.list_targets(town.ask_within(Clone::clone(&scope), request)).await);
            codes.extend(page.targets.into_iter().map(|t| t.code));
            token = page.next_page_token;
            if token.is_empty() {
                return codes.join(" ");
            }
        }
    };
    assert_eq!(list("", town.unit("P1").await).await, "CT-1 CT-2");
    assert_eq!(list("code desc", bonro::domain::permission::Scope::All).await, "CT-3 CT-2 CT-1");
    let scope = town.unit("P1").await;
    let (_, _, fields) =
        refused(town.front.create_target(town.ask_within(scope, create(target("CT-4", "")))).await);
    assert_eq!(fields, ["target.unit"]);
    let wrong = v1::Target { to_on: Some(date("2023-12-31")), comparison: 0, ..target("CT-4", "") };
    let (_, _, fields) = refused(town.front.create_target(town.ask(create(wrong))).await);
    assert_eq!(fields, ["target.comparison", "target.to_on"]);
    let unknown = v1::Target { indicator: "on_line".into(), ..target("CT-4", "") };
    let status =
        town.front.create_target(town.ask(create(unknown.clone()))).await.expect_err("a word of nobody");
    let said = status.get_details_bad_request().expect("it names the field").field_violations;
    assert!(said[0].description.contains("not_late_rate, late_rate, online_rate, "), "{said:?}");
    assert_eq!(refused(town.front.create_target(town.ask(create(unknown))).await).2, ["target.indicator"]);
    let record = TargetRecord {
        code: "CT-1".into(),
        name: "Tỷ lệ trực tuyến".into(),
        indicator: "online_rate".into(),
        comparison: "at_least".into(),
        value_hundredths: 9500,
        from_on: Some(day("2024-01-01")),
        to_on: Some(day("2024-12-31")),
        ..TargetRecord::default()
    };
    assert_eq!(told(&town.import(vec![Record::Target(record)]).await), ["changed"]);
    let request = v1::GetTargetRequest { name: "targets/CT-1".into() };
    let changed = answered(town.front.get_target(town.ask(request)).await).target.expect("the target");
    assert_eq!((changed.value_hundredths, changed.etag.as_str()), (9500, "2"));
});
