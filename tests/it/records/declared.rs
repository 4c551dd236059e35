//! Declared figures: what a person answers for, corrected by new versions, seen within reach, imported, and printed
//! apart from what is counted.

use bonro::domain::period::Period;
use bonro::domain::permission::Scope;
use bonro::domain::record::{DeclaredRecord, Record, SurveyRecord};
use bonro::domain::schedule::JobName;
use bonro::mail::{Mailbox, SummaryMail};
use bonro::pb::v1;
use bonro::pb::v1::declared_figure_service_server::DeclaredFigureService as _;
use bonro::pb::v1::report_service_server::ReportService as _;
use bonro::report::Paper;
use bonro::service::jobs::{Asked, run};
use bonro::service::report::{Ask, summarize};
use bonro::service::settings::Closing;
use bonro::service::{House, OfficeSettings};
use bonro::store::entity::outbox;
use bonro::world::Clock as _;
use sea_orm::{Database, EntityTrait as _};
use tonic::Code;
use tonic_types::StatusExt as _;

use super::town::{Town, answered, at, date, day, refused, told};
use crate::support::both;

const UUID: &str = "018f7c3e-0000-7000-8000-000000000001";

fn figure(code: &str, unit: &str) -> v1::DeclaredFigure {
    v1::DeclaredFigure {
        code: code.into(),
        unit: unit.into(),
        indicator: "satisfied_rate".into(),
        measure: v1::DeclaredMeasure::Percent.into(),
        value: Some(9932),
        numerator: Some(294),
        denominator: Some(296),
        period: Some(period()),
        source: "Thiết bị đánh giá".into(),
        file_name: "thiet-bi.pdf".into(),
        file_sha256: "AB".repeat(32),
        declared_by: "officials/VP-01".into(),
        declared_on: Some(date("2024-05-15")),
        ..v1::DeclaredFigure::default()
    }
}

fn period() -> v1::DateRange {
    v1::DateRange { from_on: Some(date("2024-05-01")), to_on: Some(date("2024-05-14")) }
}

fn create(figure: v1::DeclaredFigure) -> v1::CreateDeclaredFigureRequest {
    v1::CreateDeclaredFigureRequest { declared_figure: Some(figure), request_id: String::new() }
}

fn correction(figure: v1::DeclaredFigure, reason: &str, etag: &str) -> v1::CorrectDeclaredFigureRequest {
    let name = format!("declaredFigures/{}", figure.code);
    v1::CorrectDeclaredFigureRequest {
        declared_figure: Some(v1::DeclaredFigure { name, ..figure }),
        reason: reason.into(),
        etag: etag.into(),
        request_id: String::new(),
    }
}

fn record(code: &str, value: i64) -> DeclaredRecord {
    DeclaredRecord {
        code: code.into(),
        indicator: "ratings_total".into(),
        measure: "count".into(),
        value: Some(value),
        unit_code: "P1".into(),
        from_on: Some(day("2024-05-01")),
        to_on: Some(day("2024-05-14")),
        source: "Thiết bị đánh giá".into(),
        declared_by: "P1-01".into(),
        declared_on: Some(day("2024-05-15")),
        ..DeclaredRecord::default()
    }
}

async fn listed(town: &Town, scope: Scope, filter: &str, order: &str) -> Vec<String> {
    let mut request = v1::ListDeclaredFiguresRequest {
        filter: filter.into(),
        order_by: order.into(),
        page_size: 1,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = town.front.list_declared_figures(town.ask_within(scope.clone(), request.clone())).await;
        let page = answered(page);
        found.extend(page.declared_figures.into_iter().map(|f| format!("{}.{}", f.code, f.revision)));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return found;
        }
    }
}

both!(a_correction_is_a_new_version_and_the_old_one_stays, |house| {
    let town = Town::open(&house.url).await;
    let request = v1::CreateDeclaredFigureRequest { request_id: UUID.into(), ..create(figure("KB-1", "")) };
    let made = answered(town.front.create_declared_figure(town.ask(request.clone())).await).declared_figure;
    let made = made.expect("the figure");
    assert_eq!((made.revision, made.etag.as_str(), made.declared_by_unit.as_str()), (1, "1", "units/VP"));
    assert_eq!(made.file_sha256, "ab".repeat(32), "in small letters");
    // A lost answer is given again; the same id for something else is refused, and so is the code.
    let again = answered(town.front.create_declared_figure(town.ask(request)).await).declared_figure;
    assert_eq!(again.as_ref(), Some(&made));
    let other = v1::CreateDeclaredFigureRequest { request_id: UUID.into(), ..create(figure("KB-2", "")) };
    let other = refused(town.front.create_declared_figure(town.ask(other)).await);
    assert_eq!((other.0, other.1.as_str()), (Code::InvalidArgument, "REQUEST_ID_REUSED"));
    let taken = town.front.create_declared_figure(town.ask(create(figure("KB-1", "")))).await;
    assert_eq!(refused(taken).0, Code::AlreadyExists);

    let right = v1::DeclaredFigure { value: Some(9966), numerator: Some(295), ..figure("KB-1", "") };
    let ask = async |request| town.front.correct_declared_figure(town.ask(request)).await;
    let none = refused(ask(correction(right.clone(), " ", "1")).await);
    assert_eq!((none.0, none.2), (Code::InvalidArgument, vec!["reason".to_owned()]));
    assert_eq!(refused(ask(correction(right.clone(), "đếm lại", "7")).await).0, Code::Aborted);
    let same = refused(ask(correction(figure("KB-1", ""), "đếm lại", "1")).await);
    assert_eq!((same.0, same.1.as_str()), (Code::FailedPrecondition, "NOTHING_TO_CORRECT"));
    assert_eq!(refused(ask(correction(figure("KB-9", ""), "đếm lại", "")).await).0, Code::NotFound);
    town.set("2024-05-16T01:00:00Z");
    let now = answered(ask(correction(right.clone(), "đếm lại", "1")).await).declared_figure.expect("it");
    assert_eq!((now.revision, now.value, now.reason.as_str()), (2, Some(9966), "đếm lại"));
    assert_eq!(
        refused(ask(correction(figure("KB-1", ""), "nhầm", "1")).await).0,
        Code::Aborted,
        "the old etag"
    );

    let get = async |revision| {
        let request = v1::GetDeclaredFigureRequest { name: "declaredFigures/KB-1".into(), revision };
        town.front.get_declared_figure(town.ask(request)).await
    };
    assert_eq!(answered(get(0).await).declared_figure, Some(now.clone()));
    let old = answered(get(1).await).declared_figure.expect("it stays");
    assert_eq!(old.supersede_time, now.create_time);
    assert_eq!(v1::DeclaredFigure { supersede_time: None, ..old }, made, "as it was declared");
    assert_eq!(refused(get(3).await).0, Code::NotFound);
    assert_eq!(listed(&town, Scope::All, "", "").await, ["KB-1.1", "KB-1.2"]);
    assert_eq!(listed(&town, Scope::All, "supersede_time = null", "").await, ["KB-1.2"]);
});

both!(what_cannot_be_declared_is_named_field_by_field, |house| {
    let town = Town::open(&house.url).await;
    let ask = async |figure| refused(town.front.create_declared_figure(town.ask(create(figure))).await).2;
    let all = ask(v1::DeclaredFigure::default()).await;
    let fields = ["code", "indicator", "measure", "value", "period.from_on", "period.to_on", "source"];
    let fields = fields.into_iter().chain(["declared_by", "declared_on"]);
    assert_eq!(all, fields.map(|field| format!("declared_figure.{field}")).collect::<Vec<_>>());
    let base = figure("KB-1", "");
    let cases = [
        (v1::DeclaredFigure { value: Some(9933), ..base.clone() }, "value"),
        (v1::DeclaredFigure { value: Some(-1), numerator: None, denominator: None, ..base.clone() }, "value"),
        (v1::DeclaredFigure { numerator: None, ..base.clone() }, "denominator"),
        (v1::DeclaredFigure { numerator: Some(297), ..base.clone() }, "numerator"),
        (
            v1::DeclaredFigure {
                measure: v1::DeclaredMeasure::Count.into(),
                numerator: None,
                denominator: None,
                ..base.clone()
            },
            "measure",
        ),
        (v1::DeclaredFigure { indicator: "happiness".into(), ..base.clone() }, "indicator"),
        (v1::DeclaredFigure { group: "communes".into(), unit: "units/P1".into(), ..base.clone() }, "group"),
        (v1::DeclaredFigure { group: "wards".into(), ..base.clone() }, "group"),
        (v1::DeclaredFigure { unit: "units/NONE".into(), ..base.clone() }, "unit"),
        (v1::DeclaredFigure { unit: "P1".into(), ..base.clone() }, "unit"),
        (v1::DeclaredFigure { file_sha256: "abc".into(), ..base.clone() }, "file_sha256"),
        (v1::DeclaredFigure { file_name: String::new(), ..base.clone() }, "file_name"),
        (v1::DeclaredFigure { declared_by: "officials/NONE".into(), ..base.clone() }, "declared_by"),
        (v1::DeclaredFigure { declared_on: Some(date("2024-05-17")), ..base.clone() }, "declared_on"),
        (v1::DeclaredFigure { declared_on: Some(date("2024-04-30")), ..base.clone() }, "declared_on"),
    ];
    for (wrong, field) in cases {
        assert_eq!(ask(wrong).await, [format!("declared_figure.{field}")]);
    }
    let wrong = create(v1::DeclaredFigure { value: Some(9933), ..base });
    let status = town.front.create_declared_figure(town.ask(wrong)).await.expect_err("it disagrees");
    let said = status.get_details_bad_request().expect("it names the field").field_violations;
    assert!(said[0].description.contains("make 99.32 percent; correct one of the three"), "{said:?}");
});

both!(declared_figures_are_seen_and_made_within_reach, |house| {
    let town = Town::open(&house.url).await;
    for (minute, (code, unit)) in
        [("KB-0", ""), ("KB-1", "units/P1"), ("KB-2", "units/P2")].iter().enumerate()
    {
        town.set(&format!("2024-05-16T00:1{minute}:00Z"));
        let request = town.ask(create(figure(code, unit)));
        answered(town.front.create_declared_figure(request).await);
    }
    let ward = town.unit("P1").await;
    assert_eq!(listed(&town, ward.clone(), "", "").await, ["KB-1.1"]);
    assert_eq!(listed(&town, Scope::All, "", "create_time desc").await, ["KB-2.1", "KB-1.1", "KB-0.1"]);
    assert_eq!(listed(&town, Scope::All, "unit = units/P2", "").await, ["KB-2.1"]);
    for code in ["KB-0", "KB-2", "NONE"] {
        let request = v1::GetDeclaredFigureRequest { name: format!("declaredFigures/{code}"), revision: 0 };
        let beyond = refused(town.front.get_declared_figure(town.ask_within(ward.clone(), request)).await);
        assert_eq!(beyond.0, Code::NotFound, "{code}");
        let request = correction(figure(code, "units/P1"), "của tôi", "");
        let beyond =
            refused(town.front.correct_declared_figure(town.ask_within(ward.clone(), request)).await);
        assert_eq!(beyond.0, Code::NotFound, "{code}");
    }
    for unit in ["", "units/P2"] {
        let request = town.ask_within(ward.clone(), create(figure("KB-3", unit)));
        assert_eq!(refused(town.front.create_declared_figure(request).await).2, ["declared_figure.unit"]);
    }
});

both!(an_import_declares_and_corrects, |house| {
    let town = Town::open(&house.url).await;
    let import = async |scope, records: Vec<DeclaredRecord>| {
        let rows = records.into_iter().map(|r| Record::Declared(Box::new(r))).collect();
        town.import_within(scope, "portal", rows).await
    };
    let bad = DeclaredRecord { unit_code: "NONE".into(), value: None, ..record("KB-2", 0) };
    let rate = DeclaredRecord {
        indicator: "satisfied_rate".into(),
        measure: "percent".into(),
        numerator: Some(1),
        denominator: Some(3),
        ..record("KB-3", 3334)
    };
    let outcomes = import(Scope::All, vec![record("KB-1", 296), bad, rate, record("KB-1", 297)]).await;
    assert_eq!(told(&outcomes), ["landed", "refused unit_code value", "refused value", "refused code"]);
    assert!(outcomes[2].landed.problems[0].vi.contains("hai số đó cho 33,33%; hãy sửa"), "{outcomes:?}");
    assert_eq!(told(&import(Scope::All, vec![record("KB-1", 296)]).await), ["unchanged"]);
    town.set("2024-05-16T01:00:00Z");
    assert_eq!(told(&import(Scope::All, vec![record("KB-1", 300)]).await), ["changed"]);
    let filter = "supersede_time = null AND code = \"KB-1\"";
    assert_eq!(listed(&town, Scope::All, filter, "").await, ["KB-1.2"]);
    assert_eq!(listed(&town, Scope::All, "", "").await, ["KB-1.1", "KB-1.2"]);
    // Another unit's code is taken, and isn't overwritten.
    let other = town.unit("P2").await;
    let stolen = DeclaredRecord { unit_code: "P2".into(), ..record("KB-1", 5) };
    assert_eq!(told(&import(other, vec![stolen]).await), ["refused code"]);
    // A person's correction isn't undone by the file that was read before.
    let right = v1::DeclaredFigure {
        indicator: "ratings_total".into(),
        measure: v1::DeclaredMeasure::Count.into(),
        value: Some(301),
        numerator: None,
        denominator: None,
        ..figure("KB-1", "units/P1")
    };
    answered(town.front.correct_declared_figure(town.ask(correction(right, "đếm lại", ""))).await);
    assert_eq!(told(&import(Scope::All, vec![record("KB-1", 300)]).await), ["unchanged"]);
    assert_eq!(listed(&town, Scope::All, "supersede_time = null", "").await, ["KB-1.3"]);
});

async fn summary(town: &Town, scope: Scope, unit: &str, to: &str) -> (v1::PeriodSummary, Vec<String>) {
    let range = v1::DateRange { from_on: Some(date("2024-05-01")), to_on: Some(date(to)) };
    let request = v1::SummarizePeriodRequest {
        period: Some(v1::Period { choice: Some(v1::period::Choice::Range(range)) }),
        unit: unit.into(),
        ..Default::default()
    };
    let answer = answered(town.front.summarize_period(town.ask_within(scope, request)).await);
    let declared = answer.declared_figures.iter().map(|f| format!("{}.{}", f.code, f.revision)).collect();
    (answer.summary.expect("a summary"), declared)
}

both!(a_summary_tells_declared_figures_apart, |house| {
    let town = Town::open(&house.url).await;
    let survey = SurveyRecord {
        code: "DG-1".into(),
        unit_code: "P1".into(),
        rated_at: Some(at("2024-05-10T03:00:00Z")),
        rating: "satisfied".into(),
    };
    assert_eq!(told(&town.import(vec![Record::Survey(survey)]).await), ["landed"]);
    let before = summary(&town, Scope::All, "", "2024-05-14").await;
    assert_eq!((before.0.surveys_total, before.1.len()), (1, 0));
    let of_year = v1::DateRange { to_on: Some(date("2024-12-31")), ..period() };
    for figure in [
        figure("KB-0", ""),
        v1::DeclaredFigure { group: "communes".into(), ..figure("KB-1", "") },
        figure("KB-2", "units/P1"),
        figure("KB-3", "units/P2"),
        v1::DeclaredFigure { period: Some(of_year), ..figure("KB-4", "") },
    ] {
        answered(town.front.create_declared_figure(town.ask(create(figure))).await);
    }
    let right = v1::DeclaredFigure { value: Some(9966), numerator: Some(295), ..figure("KB-2", "units/P1") };
    answered(town.front.correct_declared_figure(town.ask(correction(right, "đếm lại", ""))).await);
    let after = summary(&town, Scope::All, "", "2024-05-14").await;
    assert_eq!(after.0, before.0, "no counted figure moves");
    assert_eq!(after.1, ["KB-0.1", "KB-1.1", "KB-2.2", "KB-3.1"]);
    assert_eq!(
        summary(&town, Scope::All, "", "2024-05-13").await.1,
        Vec::<String>::new(),
        "just that period"
    );
    assert_eq!(summary(&town, Scope::All, "", "2024-12-31").await.1, ["KB-4.1"]);
    assert_eq!(summary(&town, Scope::All, "units/P1", "2024-05-14").await.1, ["KB-2.2"]);
    assert_eq!(summary(&town, town.unit("P2").await, "", "2024-05-14").await.1, ["KB-3.1"]);
    assert_eq!(summary(&town, town.unit("P2").await, "units/P1", "2024-05-14").await.1, Vec::<String>::new());

    let look = town.house.look(town.context(Scope::All)).await.expect("the house is read");
    let of = Period::new(day("2024-05-01"), day("2024-05-14")).expect("in order");
    let ask = Ask { period: of, unit_id: None, as_of: None, breakdowns: Vec::new() };
    let counted = summarize(&look, &ask).await.expect("it is counted");
    let page = town.printed(&look, &counted).await;
    for said in [
        "<td>Tỷ lệ hài lòng</td><td>Đơn vị P1</td><td>99,66% (295/296)</td><td>Thiết bị đánh giá, tệp thiet-bi.pdf</td><td>Đơn vị VP</td><td>15/5/2024 (đã đính chính 01 lần)</td>",
        "Các xã, phường: tỷ lệ hài lòng 99,32% (294/296) (nguồn: Thiết bị đánh giá, tệp thiet-bi.pdf; Đơn vị VP khai báo ngày 15/5/2024)",
        "đã thực hiện 01 lượt đánh giá sự hài lòng",
    ] {
        assert!(page.contains(said), "not in the report: {said}\n{page}");
    }
    assert!(!page.contains("KB-4"));
});

both!(the_mail_of_a_closed_period_tells_what_was_declared, |house| {
    let town = Town::open(&house.url).await;
    answered(town.front.create_declared_figure(town.ask(create(figure("KB-1", "units/P1")))).await);
    let mut settings = OfficeSettings::default();
    let closed = Period::new(day("2024-05-01"), day("2024-05-14")).expect("in order");
    settings.report.closing = Closing::Fixed(closed);
    settings.report.recipients =
        vec![Mailbox { name: "Phòng Nội vụ".into(), address: "noivu@tinh.example".into() }];
    let closing = House::with_settings(town.house.store.clone(), town.house.world.clone(), settings);
    closing.enter_jobs().await.expect("jobs are entered");
    run(&closing, JobName::ReportPeriod, town.clock.now(), Asked::ByHand).await.expect("the job runs");
    let tables = Database::connect(&house.url).await.expect("the database opens");
    let mails = outbox::Entity::find().all(&tables).await.expect("mails are read");
    let mails: Vec<_> = mails.into_iter().filter(|mail| mail.kind == "period_summary").collect();
    assert_eq!(mails.len(), 1);
    let mail: SummaryMail = serde_json::from_str(&mails[0].render_input).expect("what the mail says");
    let told: Vec<_> = mail.declared.iter().map(|f| (f.code.as_str(), f.office.as_str(), f.value)).collect();
    assert_eq!(told, [("KB-1", "Đơn vị VP", 9932)]);
    let enclosed: Vec<&str> = mail.papers.iter().map(|paper| paper.name.as_str()).collect();
    let papers = Paper::ALL.into_iter().filter(|paper| paper.is_available());
    assert_eq!(enclosed, papers.map(Paper::file_name).collect::<Vec<_>>());
    let page = String::from_utf8_lossy(&mail.papers[mail.papers.len() - 1].bytes);
    assert!(page.contains("99,32% (294/296)"), "{page}");
    assert!(
        !mail.summary_json.contains("9932") && !mail.summary_json.contains("declared"),
        "{}",
        mail.summary_json
    );
    tables.close().await.expect("an idle connection closes");
});
