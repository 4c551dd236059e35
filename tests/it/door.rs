//! The front door: who may enter, what refusals say, pages, replays, and the registry of units, officials,
//! calendars and procedures.

mod landing;
mod registry;

use bonro::pb::v1;
use bonro::pb::v1::key_service_client::KeyServiceClient;
use bonro::pb::v1::unit_service_client::UnitServiceClient;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::support::{Line, both};

const ENGINEER: [v1::Role; 1] = [v1::Role::Engineer];

fn unit(code: &str, parent: &str) -> v1::CreateUnitRequest {
    let unit = v1::Unit {
        code: code.to_owned(),
        display_name: format!("Đơn vị {code}"),
        kind: "commune".to_owned(),
        parent: if parent.is_empty() { String::new() } else { format!("units/{parent}") },
        valid_from: day(2020, 1, 1),
        ..v1::Unit::default()
    };
    v1::CreateUnitRequest { unit: Some(unit), request_id: String::new() }
}

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are options")]
fn day(year: i32, month: i32, day: i32) -> Option<bonro::pb::google::r#type::Date> {
    Some(bonro::pb::google::r#type::Date { year, month, day })
}

both!(only_known_callers_with_the_role_enter, |house| {
    let line = Line::open(&house.url).await;
    let clerk = line.key(&[v1::Role::Clerk], "", "").await;
    let nobody = UnitServiceClient::new(line.call("")).list_units(v1::ListUnitsRequest::default()).await;
    let refused = nobody.expect_err("no key");
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert_eq!(refused.get_details_error_info().map(|i| i.reason), Some("MISSING_KEY".to_owned()));
    let wrong =
        UnitServiceClient::new(line.call("bonro_x")).list_units(v1::ListUnitsRequest::default()).await;
    let reason = wrong.expect_err("no such key").get_details_error_info().map(|i| i.reason);
    assert_eq!(reason, Some("UNKNOWN_KEY".to_owned()));

    let mut units = UnitServiceClient::new(line.call(&clerk));
    units.list_units(v1::ListUnitsRequest::default()).await.expect("a clerk may read");
    let refused = units.create_unit(unit("X", "")).await.expect_err("a clerk may not write");
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert_eq!(refused.get_details_error_info().map(|i| i.reason), Some("ROLE_MISSING".to_owned()));
});

both!(a_secret_is_shown_once_and_ends_when_revoked, |house| {
    let line = Line::open(&house.url).await;
    let mut keys = KeyServiceClient::new(line.call(&line.key(&ENGINEER, "", "").await));
    let request = v1::CreateKeyRequest {
        key: Some(v1::Key {
            label: "máy quét".to_owned(),
            roles: vec![v1::Role::Importer.into()],
            ..v1::Key::default()
        }),
        request_id: "01900000-0000-7000-8000-000000000001".to_owned(),
    };
    let made = keys.create_key(request.clone()).await.expect("a key").into_inner();
    assert!(made.secret.len() > 40);
    let again = keys.create_key(request.clone()).await.expect("the same key").into_inner();
    assert_eq!((again.key.clone(), again.secret), (made.key.clone(), String::new()));
    let other = v1::CreateKeyRequest {
        key: Some(v1::Key { label: "khác".to_owned(), ..made.key.clone().unwrap_or_default() }),
        ..request
    };
    let reused = keys.create_key(other).await.expect_err("the id was used");
    assert_eq!(reused.get_details_error_info().map(|i| i.reason), Some("REQUEST_ID_REUSED".to_owned()));

    let mut units = UnitServiceClient::new(line.call(&made.secret));
    units.list_units(v1::ListUnitsRequest::default()).await.expect("the new key opens");
    let name = made.key.unwrap_or_default().name;
    let revoked =
        keys.revoke_key(v1::RevokeKeyRequest { name, ..Default::default() }).await.expect("revoked");
    assert!(revoked.into_inner().key.unwrap_or_default().revoked_at.is_some());
    let closed = units.list_units(v1::ListUnitsRequest::default()).await.expect_err("it opens no more");
    assert_eq!(closed.code(), Code::Unauthenticated);
    let listed = |filter: &str| v1::ListKeysRequest { filter: filter.to_owned(), ..Default::default() };
    let standing = keys.list_keys(listed("revoked = false")).await.expect("a list").into_inner().keys;
    let ended = keys.list_keys(listed("revoked = true")).await.expect("a list").into_inner().keys;
    assert_eq!((standing.len(), ended.len()), (1, 1));
});

both!(all_that_is_wrong_is_said_at_once_in_both_languages, |house| {
    let line = Line::open(&house.url).await;
    let mut units = UnitServiceClient::new(line.call(&line.key(&ENGINEER, "", "").await));
    let mut request = unit("", "NOWHERE");
    request.unit = request.unit.map(|unit| v1::Unit { kind: "palace".to_owned(), ..unit });
    let refused = units.create_unit(request).await.expect_err("three faults");
    assert_eq!(refused.code(), Code::InvalidArgument);
    let details = refused.get_error_details();
    let fields = &details.bad_request().expect("violations").field_violations;
    let said: Vec<_> = fields.iter().map(|f| (f.field.as_str(), f.reason.as_str())).collect();
    assert_eq!(
        said,
        [("unit.code", "MISSING"), ("unit.kind", "UNKNOWN_KIND"), ("unit.parent", "UNKNOWN_REFERENCE")]
    );
    assert_eq!(details.localized_message().map(|m| m.locale.as_str()), Some("en"));
});

both!(pages_follow_each_other_and_tokens_are_bound, |house| {
    let line = Line::open(&house.url).await;
    let key = line.key(&ENGINEER, "", "").await;
    let mut units = UnitServiceClient::new(line.call(&key));
    for code in ["A", "B", "C", "D", "E"] {
        units.create_unit(unit(code, if code == "A" { "" } else { "A" })).await.expect("a unit");
    }
    let ask = |page_token: &str, order_by: &str| v1::ListUnitsRequest {
        page_size: 2,
        page_token: page_token.to_owned(),
        filter: "parent = \"units/A\"".to_owned(),
        order_by: order_by.to_owned(),
        as_of: None,
    };
    let mut codes = Vec::new();
    let mut token = String::new();
    loop {
        let page = units.list_units(ask(&token, "code desc")).await.expect("a page").into_inner();
        codes.extend(page.units.into_iter().map(|unit| unit.code));
        if page.next_page_token.is_empty() {
            break;
        }
        token = page.next_page_token;
    }
    assert_eq!(codes, ["E", "D", "C", "B"]);
    let foreign = units.list_units(ask(&token, "code")).await.expect_err("another order");
    assert_eq!(foreign.get_details_error_info().map(|i| i.reason), Some("FOREIGN_PAGE_TOKEN".to_owned()));
    let other = line.key(&ENGINEER, "", "").await;
    let foreign = UnitServiceClient::new(line.call(&other)).list_units(ask(&token, "code desc")).await;
    assert_eq!(foreign.expect_err("another caller").code(), Code::InvalidArgument);
    // The key that seals tokens is kept: another replica opens them too.
    let replica = Line::open(&house.url).await;
    let page = UnitServiceClient::new(replica.call(&key)).list_units(ask(&token, "code desc")).await;
    assert!(!page.expect("the same page").into_inner().units.is_empty());
});

both!(health_and_reflection_are_open, |house| {
    use tonic_health::pb::HealthCheckRequest;
    use tonic_health::pb::health_client::HealthClient;

    let line = Line::open(&house.url).await;
    let mut health = HealthClient::new(line.call(""));
    for service in ["", "bonro.v1.UnitService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let answer = health.check(request).await.expect("open to anybody").into_inner();
        assert_eq!(
            answer.status(),
            tonic_health::pb::health_check_response::ServingStatus::Serving,
            "{service}"
        );
    }
});
