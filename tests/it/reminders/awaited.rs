//! What is awaited from others follows whoever has it: the unit that goes on with another's work, the official who is
//! handed a dossier, who stands in while somebody is away.

use bonro::pb::google::r#type::Date;
use bonro::pb::v1;
use bonro::pb::v1::opinion_service_client::OpinionServiceClient;
use bonro::pb::v1::unit_service_client::UnitServiceClient;
use bonro::pb::v1::{ReminderKind as Kind, Role};
use tonic::Code;

use super::leave::leave;
use super::watch::{Watch, morning, readers, rule};
use crate::dossiers::office::{Office, at, refusal};
use crate::support::both;

/// Asks for an opinion on a dossier that is due on Tuesday, 21 May.
async fn ask(watch: &Watch, dossier: &str, (unit, agency): (&str, &str)) {
    let opinion = v1::Opinion {
        dossier: format!("dossiers/{dossier}"),
        unit: if unit.is_empty() { String::new() } else { format!("units/{unit}") },
        agency: agency.to_owned(),
        matter: "thẩm định nguồn gốc đất".to_owned(),
        due_at: Some(at("2024-05-21T10:00:00Z")),
        ..v1::Opinion::default()
    };
    let request = v1::RequestOpinionRequest { opinion: Some(opinion), ..Default::default() };
    OpinionServiceClient::new(watch.office.call()).request_opinion(request).await.expect("it is asked");
}

both!(opinions_follow_units_holders_and_absences, |house| {
    let watch = Watch::silent(&house).await;
    let soon = v1::ReminderRule {
        code: "soon".to_owned(),
        subject_kind: v1::SubjectKind::Opinion.into(),
        working_days: 1,
        ..rule(Kind::BeforeDue)
    };
    watch.create(soon).await.expect("a rule");
    watch.employ("A1-09", "A1", Role::Head).await;
    for code in ["O1", "O2"] {
        watch.office.receive(Office::new_dossier(code)).await;
    }
    ask(&watch, "O1", ("B", "")).await;
    ask(&watch, "O2", ("", "Sở Xây dựng")).await;

    // What a unit was asked is open work of its own, which another goes on with.
    let mut units = UnitServiceClient::new(watch.office.call());
    let on = Date { year: 2024, month: 5, day: 16 };
    let ends = v1::AbolishUnitRequest { name: "units/B".to_owned(), on: Some(on), ..Default::default() };
    let open = units.abolish_unit(ends.clone()).await.expect_err("it was asked");
    assert_eq!(refusal(&open), (Code::FailedPrecondition, "OPEN_WORK".to_owned()));
    let ends = v1::AbolishUnitRequest { successor: "units/A1".to_owned(), ..ends };
    units.abolish_unit(ends).await.expect("it ends");
    watch.office.does("hand_over", "O2").await;
    leave(&watch, "A1-09", (20, 20), "A-01").await;

    let monday = morning(&watch, 20).await;
    assert_eq!(readers(&monday), ["a-01", "a-02"]);
    let (stands_in, holds) = (&monday[0].1, &monday[1].1);
    assert!(stands_in.contains("* O1-YK1 - ") && stands_in.contains("Thay Cán bộ A1-09"), "{stands_in}");
    assert!(stands_in.contains("Chờ ý kiến: Đơn vị A1 - "), "{stands_in}");
    assert!(holds.contains("* O2-YK1 - ") && !holds.contains("O1-YK1"), "{holds}");
    // Back on Tuesday: a copy of what is still to be done.
    let tuesday = morning(&watch, 21).await;
    assert_eq!(readers(&tuesday), ["a1-09"]);
    assert!(tuesday[0].1.contains("Đã báo Cán bộ A-01"), "{}", tuesday[0].1);
});
