//! Units are asked for their part of a report, reminded, and what they give is merged.

use std::collections::HashMap;

use bonro::domain::permission::Scope;
use bonro::domain::record::{OfficialRecord, Record};
use bonro::domain::schedule::JobName;
use bonro::mail::{ContributionMail, Language};
use bonro::pb::v1;
use bonro::pb::v1::contribution_service_client::ContributionServiceClient;
use bonro::pb::v1::report_service_client::ReportServiceClient;
use bonro::report::Forms;
use bonro::service::House;
use bonro::service::contributions;
use bonro::service::jobs::{Asked, run};
use bonro::service::settings::OfficeSettings;
use bonro::store::entity::outbox;
use bonro::world::Clock as _;
use sea_orm::{ColumnTrait as _, Database, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use tonic::Code;

use super::desk::{Desk, refusal};
use crate::records::town::{date, told};
use crate::support::both;

/// Keys of the mails to units, in the order in which they were caused: `unit kind`.
async fn mails(desk: &Desk) -> Vec<outbox::Model> {
    let tables = Database::connect(&desk.town.url).await.expect("the database opens");
    let rows = outbox::Entity::find()
        .filter(outbox::Column::Kind.eq("contribution"))
        .order_by_asc(outbox::Column::CreatedAt)
        .order_by_asc(outbox::Column::ToAddress)
        .all(&tables)
        .await
        .expect("mails are read");
    tables.close().await.expect("it closes");
    rows
}

fn said(row: &outbox::Model) -> (String, String) {
    let kind = row.key.split('/').nth(3).unwrap_or_default();
    (row.to_address.clone(), kind.to_owned())
}

async fn morning(desk: &Desk, instant: &str) {
    desk.set(instant);
    desk.town.house.enter_jobs().await.expect("jobs are entered");
    run(&desk.town.house, JobName::ReportPeriod, desk.town.clock.now(), Asked::Schedule)
        .await
        .expect("it runs");
}

both!(units_are_asked_reminded_and_merged, |house| {
    let mut desk = Desk::open(&house.url).await;
    let head = |code: &str, unit: &str| {
        Record::Official(OfficialRecord {
            code: code.into(),
            unit_code: unit.into(),
            full_name: format!("Lãnh đạo {unit}"),
            role: "head".into(),
            email: format!("{}@tinh.example", code.to_lowercase()),
        })
    };
    // Ward P2 has no head of its own: the committee's answers for it.
    assert_eq!(told(&desk.town.import(vec![head("T-P1", "P1"), head("T-UB", "UB")]).await), ["landed"; 2]);
    let draft = desk.draft().await;
    let coordinator = desk.line.key(&[v1::Role::Coordinator], "", "").await;
    let ward_key = desk.line.key(&[v1::Role::Head], "", "P1").await;
    let mut office = ContributionServiceClient::new(desk.line.call(&coordinator));
    let mut ward = ContributionServiceClient::new(desk.line.call(&ward_key));

    let ask = v1::AskContributionsRequest {
        report: draft.name.clone(),
        units: vec!["units/P1".into(), "units/P2".into()],
        places: vec!["lacking".into(), "causes".into()],
        due_on: Some(date("2024-05-20")),
        request_id: String::new(),
    };
    let bad = v1::AskContributionsRequest {
        units: vec!["units/NOWHERE".into()],
        places: vec!["weather".into()],
        due_on: Some(date("2024-05-01")),
        ..ask.clone()
    };
    let status = office.ask_contributions(bad).await.expect_err("all of it is wrong");
    assert_eq!(refusal(&status).1, ["units", "due_on", "places"]);
    let status = ward.ask_contributions(ask.clone()).await.expect_err("a ward asks nobody");
    assert_eq!(status.code(), Code::PermissionDenied);
    let mut wards = ReportServiceClient::new(desk.line.call(&ward_key));
    let write = v1::WriteNarrativeRequest {
        name: draft.name.clone(),
        place: "causes".into(),
        text: "Phường tự viết.".into(),
        ..Default::default()
    };
    let status = wards.write_narrative(write).await.expect_err("the report is the Office's");
    assert_eq!(status.code(), Code::PermissionDenied);
    let asked =
        office.ask_contributions(ask.clone()).await.expect("they are asked").into_inner().contributions;
    let names: Vec<&str> = asked.iter().map(|of| of.name.as_str()).collect();
    assert_eq!(names, ["contributions/BC-2024-001-P1", "contributions/BC-2024-001-P2"]);
    assert_eq!(office.ask_contributions(ask).await.expect("again").into_inner().contributions, asked);
    let both = |kind: &str| {
        [("t-p1@tinh.example".to_owned(), kind.to_owned()), ("t-ub@tinh.example".to_owned(), kind.to_owned())]
    };
    let rows = mails(&desk).await;
    assert_eq!(rows.iter().map(said).collect::<Vec<_>>(), both("asked"));
    let mail: ContributionMail = serde_json::from_str(&rows[0].render_input).expect("what it says");
    let shown = mail.render(Language::Vi);
    insta::assert_snapshot!("contribution_mail", format!("{}\n\n{}", shown.subject, shown.text));

    // Thursday the 16th: nothing falls due by Friday. Friday the 17th: it does by Monday. Once each.
    morning(&desk, "2024-05-16T00:30:00Z").await;
    assert_eq!(mails(&desk).await.len(), 2);
    for instant in ["2024-05-17T00:30:00Z", "2024-05-20T00:30:00Z"] {
        morning(&desk, instant).await;
        assert_eq!(mails(&desk).await.iter().skip(2).map(said).collect::<Vec<_>>(), both("near_due"));
    }

    // A ward gives its own part, and no other's.
    let list = v1::ListContributionsRequest::default();
    let seen = ward.list_contributions(list).await.expect("its own").into_inner().contributions;
    assert_eq!(seen.iter().map(|of| of.unit.as_str()).collect::<Vec<_>>(), ["units/P1"]);
    let give =
        |code: &str, texts: &[(&str, &str)], figures: v1::FiguresVerdict| v1::GiveContributionRequest {
            name: format!("contributions/{code}"),
            texts: texts
                .iter()
                .map(|(place, said)| ((*place).to_owned(), (*said).to_owned()))
                .collect::<HashMap<_, _>>(),
            figures: figures.into(),
            ..Default::default()
        };
    let confirmed = v1::FiguresVerdict::Confirmed;
    let status = ward.give_contribution(give("BC-2024-001-P2", &[], confirmed)).await.expect_err("another's");
    assert_eq!(status.code(), Code::NotFound);
    let contested = give("BC-2024-001-P1", &[("proposals", "x")], v1::FiguresVerdict::Contested);
    let status = ward.give_contribution(contested).await.expect_err("not asked for, and no word why");
    assert_eq!(refusal(&status).1, ["texts", "objection"]);
    let given = give("BC-2024-001-P1", &[("lacking", "Một hồ sơ trễ hạn.\n Đã xin lỗi.")], confirmed);
    let given = ward.give_contribution(given).await.expect("it is given").into_inner().contribution;
    let given = given.expect("a contribution");
    assert_eq!((given.state(), given.figures()), (v1::ContributionState::Given, confirmed));
    assert_eq!(given.texts["lacking"], "Một hồ sơ trễ hạn.\nĐã xin lỗi.");

    // Only who hasn't given is told that it is overdue.
    morning(&desk, "2024-05-21T00:30:00Z").await;
    assert_eq!(mails(&desk).await.iter().skip(4).map(said).collect::<Vec<_>>(), both("overdue")[1..]);

    let merge = |place: &str| v1::MergeContributionsRequest {
        report: draft.name.clone(),
        place: place.into(),
        ..Default::default()
    };
    let status = office.merge_contributions(merge("causes")).await.expect_err("nobody gave any");
    assert_eq!(refusal(&status).1, ["place"]);
    office.merge_contributions(merge("lacking")).await.expect("it is merged");
    let page = desk.file(&draft.name, v1::ReportPaper::Html).await.expect("a page");
    let page = String::from_utf8(page).expect("text");
    assert!(page.contains("* Tồn tại, hạn chế: - Đơn vị P1: Một hồ sơ trễ hạn."), "{page}");

    // What comes back is asked for anew, with the reason.
    let back = v1::ReturnContributionRequest {
        name: given.name.clone(),
        reason: "Nêu rõ nguyên nhân".into(),
        ..Default::default()
    };
    let back = office.return_contribution(back).await.expect("it is returned").into_inner().contribution;
    assert_eq!(back.expect("a contribution").state(), v1::ContributionState::Returned);
    let again: Vec<_> = mails(&desk).await.into_iter().filter(|row| row.key.ends_with("/asked/3")).collect();
    let [again] = again.as_slice() else { panic!("one mail: {again:?}") };
    let mail: ContributionMail = serde_json::from_str(&again.render_input).expect("what it says");
    assert_eq!((mail.unit.as_str(), mail.returned_why.as_deref()), ("Đơn vị P1", Some("Nêu rõ nguyên nhân")));

    // A report that is submitted waits for nobody.
    for (place, text) in super::desk::PLACES {
        desk.write(&draft.name, place, text).await;
    }
    desk.submit(&draft.name).await;
    let given = give("BC-2024-001-P1", &[], confirmed);
    let status = ward.give_contribution(given).await.expect_err("too late");
    assert_eq!(status.code(), Code::FailedPrecondition);
    let before = mails(&desk).await.len();
    morning(&desk, "2024-05-22T00:30:00Z").await;
    assert_eq!(mails(&desk).await.len(), before);
});

/// A ward's own report: three sections in its own words.
const WARD: &str = r#"
    name = "ward"
    title = "Báo cáo của xã, phường"
    matter = "kết quả tiếp nhận, giải quyết thủ tục hành chính"
    opening = "{office} báo cáo {matter} {range} như sau:"
    closing = "{office} báo cáo {recipient} tổng hợp./."
    copies = ["{recipient}"]
    [[section]]
    heading = "I. Kết quả"
    [[section.block]]
    lead = "-"
    say = "dossiers"
    [[section]]
    heading = "II. Tồn tại, nguyên nhân"
    [[section.block]]
    lead = "-"
    say = ["lacking", "late_causes"]
    place = "lacking"
    label = "Tồn tại"
    [[section]]
    heading = "III. Kiến nghị"
    [[section.block]]
    place = "proposals"
    label = "Kiến nghị"
    [wording.communes]
    dossiers = "Tại Bộ phận Một cửa của phường"
    zero = "không"
"#;

both!(a_contribution_is_a_paper_of_its_unit_by_a_form_of_the_house, |house| {
    let mut desk = Desk::open(&house.url).await;
    let other = super::desk::dossier_of("H-9", "P2", "2024-05-06T02:00:00Z", None);
    assert_eq!(told(&desk.town.import(vec![other]).await), ["landed"]);
    let draft = desk.draft().await;
    let coordinator = desk.line.key(&[v1::Role::Coordinator], "", "").await;
    let ward_key = desk.line.key(&[v1::Role::Head], "", "P1").await;
    let mut office = ContributionServiceClient::new(desk.line.call(&coordinator));
    let mut ward = ContributionServiceClient::new(desk.line.call(&ward_key));
    let ask = v1::AskContributionsRequest {
        report: draft.name.clone(),
        units: vec!["units/P1".into(), "units/P2".into()],
        places: vec!["proposals".into()],
        due_on: Some(date("2024-05-20")),
        request_id: String::new(),
    };
    office.ask_contributions(ask).await.expect("they are asked");
    let give = v1::GiveContributionRequest {
        name: "contributions/BC-2024-001-P1".into(),
        texts: HashMap::from([("proposals".into(), "- Bổ sung một máy quét.".into())]),
        ..Default::default()
    };
    ward.give_contribution(give).await.expect("it is given");

    // With the house's settings a form of its own.
    let mut settings = OfficeSettings::default();
    settings.report.forms = Forms::with(vec![WARD.to_owned()]).expect("a form");
    let with_form =
        House::with_settings(desk.town.house.store.clone(), desk.town.house.world.clone(), settings);
    let look = with_form.look(desk.town.context(Scope::All)).await.expect("it is read");
    let printed = contributions::print(&look, "BC-2024-001-P1", "ward", "html").await.expect("it is printed");
    assert_eq!(printed.file_name, "BC-2024-001-P1.html");
    let page = String::from_utf8(printed.bytes).expect("text");
    for said in [
        "ĐƠN VỊ P1",
        "Đơn vị P1 báo cáo kết quả tiếp nhận, giải quyết thủ tục hành chính từ ngày 01/5/2024 đến ngày 14/5/2024 như sau:",
        "- Tại Bộ phận Một cửa của phường: Đã tiếp nhận 05 hồ sơ (trong kỳ 05, từ kỳ trước chuyển sang không), đã giải quyết 03 hồ sơ",
        "- Trong kỳ báo cáo, số liệu ghi nhận 01 hồ sơ giải quyết trễ hạn; 01 hồ sơ đang giải quyết đã quá hạn",
        "Trong kỳ báo cáo có 01 hồ sơ giải quyết trễ hạn, chưa ghi nguyên nhân.",
        "- Bổ sung một máy quét.",
        "Đơn vị P1 báo cáo Đơn vị VP tổng hợp./.",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    assert!(!page.contains("Phụ lục") && !page.contains("<mark>"), "{page}");
    // What nobody has given yet is a draft.
    let draft = contributions::print(&look, "BC-2024-001-P2", "ward", "html").await.expect("it is printed");
    assert!(String::from_utf8(draft.bytes).expect("text").contains("<mark>"));

    let request = |code: &str, form: &str, paper: v1::ReportPaper| v1::PrintContributionRequest {
        name: format!("contributions/{code}"),
        form: form.into(),
        paper: paper.into(),
    };
    let docx = v1::ReportPaper::Docx;
    let printed =
        ward.print_contribution(request("BC-2024-001-P1", "", docx)).await.expect("printed").into_inner();
    assert_eq!(printed.file_name, "BC-2024-001-P1.docx");
    assert!(printed.content.starts_with(b"PK"));
    let status = ward.print_contribution(request("BC-2024-001-P2", "", docx)).await.expect_err("another's");
    assert_eq!(status.code(), Code::NotFound);
    let status =
        ward.print_contribution(request("BC-2024-001-P1", "annual", docx)).await.expect_err("no such form");
    assert_eq!(refusal(&status).1, ["form"]);
    let none = v1::ReportPaper::Unspecified;
    let status = ward.print_contribution(request("BC-2024-001-P1", "", none)).await.expect_err("no paper");
    assert_eq!(refusal(&status).1, ["paper"]);
});
