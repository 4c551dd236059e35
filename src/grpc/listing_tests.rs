//! Page sizes and tokens.

use chrono::DateTime;
use uuid::Uuid;

use super::*;
use crate::domain::filter::FieldKind;
use crate::domain::permission::Caller;

const PLAN: Plan = Plan {
    published: &[
        Published { field: Field { name: "code", kind: FieldKind::Text, sortable: true }, column: "code" },
        Published {
            field: Field { name: "unit", kind: FieldKind::Text, sortable: false },
            column: "unit_id",
        },
    ],
    order: ("code", false),
    references: &[("unit", Reference::Unit)],
};

fn context(key: u128) -> Context {
    let caller = Caller {
        label: "a".to_owned(),
        key_id: Uuid::from_u128(key),
        official_id: None,
        unit_id: None,
        roles: Vec::new(),
        language: "vi".to_owned(),
    };
    Context { caller, scope: Scope::All, rpc: "x".to_owned(), now: DateTime::UNIX_EPOCH }
}

fn ask(key: u128, request: &v1::ListOfficialsRequest) -> Result<Listing, Vec<&'static str>> {
    listing(b"secret", Limits::default(), &context(key), &Rules::default(), request, PLAN).map_err(|error| {
        let ServiceError::Invalid(violations) = error else { panic!("{error}") };
        violations.iter().map(|v| v.reason).collect()
    })
}

#[test]
fn page_sizes_are_coerced_and_all_faults_said_at_once() {
    let request = |page_size| v1::ListOfficialsRequest { page_size, ..Default::default() };
    for (asked, given) in [(0, 50), (1, 1), (1000, 1000), (i32::MAX, 1000)] {
        assert_eq!(ask(1, &request(asked)).expect("a listing").query.limit, given);
    }
    let wrong = v1::ListOfficialsRequest {
        page_size: -1,
        filter: "colour = red".to_owned(),
        order_by: "unit".to_owned(),
        page_token: "???".to_owned(),
    };
    let said = ask(1, &wrong).expect_err("four faults");
    assert_eq!(said, ["NEGATIVE", "UNKNOWN_FIELD", "UNKNOWN_FIELD", "FOREIGN_PAGE_TOKEN"]);
    let unknown = v1::ListOfficialsRequest { filter: "unit = \"units/X\"".to_owned(), ..Default::default() };
    assert_eq!(ask(1, &unknown).expect_err("an unknown unit"), ["UNKNOWN_REFERENCE"]);
}

#[test]
fn a_token_opens_only_its_own_question() {
    let mut request =
        v1::ListOfficialsRequest { page_size: 2, filter: "code != \"x\"".to_owned(), ..Default::default() };
    let cursor = Cursor { key: Value::Text("b".to_owned()), id: Uuid::nil().to_string() };
    let first = ask(1, &request).expect("a listing");
    assert_eq!(first.token(None).expect("a token"), "");
    request.page_token = first.token(Some(&cursor)).expect("a token");
    request.page_size = 9;
    assert_eq!(ask(1, &request).expect("the next page").query.after, Some(cursor));
    assert_eq!(ask(2, &request).expect_err("another caller"), ["FOREIGN_PAGE_TOKEN"]);
    let other = v1::ListOfficialsRequest { filter: "code != \"y\"".to_owned(), ..request.clone() };
    assert_eq!(ask(1, &other).expect_err("another filter"), ["FOREIGN_PAGE_TOKEN"]);
    let other = v1::ListOfficialsRequest { order_by: "code desc".to_owned(), ..request.clone() };
    assert_eq!(ask(1, &other).expect_err("another order"), ["FOREIGN_PAGE_TOKEN"]);
    let mut forged = request.clone();
    forged.page_token.replace_range(60..61, if &forged.page_token[60..61] == "A" { "B" } else { "A" });
    assert_eq!(ask(1, &forged).expect_err("a changed token"), ["FOREIGN_PAGE_TOKEN"]);
}
