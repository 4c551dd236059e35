//! What a calendar would move is known before, by unit, and nothing is stored.

use bonro::domain::schedule::JobName::FlagOverdue;
use bonro::pb::v1;
use bonro::pb::v1::calendar_service_client::CalendarServiceClient;
use tonic::{Code, Status};

use super::changed::{put, recalculations, receive_many, rows, with_days_off};
use crate::dossiers::office::{Office, fields};
use crate::dossiers::plans::{explained, one_connection};
use crate::reminders::watch::Watch;
use crate::support::{Call, both};

async fn preview(call: Call, calendar: v1::Calendar) -> Result<v1::PreviewCalendarResponse, Status> {
    let request = v1::PreviewCalendarRequest { calendar: Some(calendar) };
    CalendarServiceClient::new(call).preview_calendar(request).await.map(tonic::Response::into_inner)
}

fn effect(unit: &str, counts: [i64; 5]) -> v1::CalendarEffect {
    let [open, later, stopped, newly_overdue, no_longer_overdue] = counts;
    v1::CalendarEffect {
        unit: if unit.is_empty() { String::new() } else { format!("units/{unit}") },
        open,
        later,
        unmoved: open - later,
        stopped,
        newly_overdue,
        no_longer_overdue,
        ..v1::CalendarEffect::default()
    }
}

both!(a_preview_says_what_then_happens, |house| {
    let watch = Watch::open(&house).await;
    let office = &watch.office;
    put(office, with_days_off("B", &[])).await;
    receive_many(office, "A", 5, ("P5", "A")).await;
    receive_many(office, "A1", 3, ("P5", "A1")).await;
    receive_many(office, "B", 2, ("P5", "B")).await;
    receive_many(office, "H", 1, ("P8H", "A1")).await;
    office.does("start", "A-0001").await;
    office.does("supplement", "A-0001").await;
    office.does("start", "A-0002").await;
    office.does("resolve", "A-0002").await;
    watch.at("2024-05-24T01:00:00Z", FlagOverdue).await;
    let before = (rows(&watch).await, office.count("calendar").await, office.count("event").await);
    let told = preview(office.call(), with_days_off("", &[22])).await.expect("a preview");
    // Three of A, all but the one of hours of A1: due on the 24th instead of the 23rd, so not overdue today.
    let expected = [effect("A", [4, 3, 1, 0, 3]), effect("A1", [4, 3, 0, 0, 3])];
    assert_eq!((told.total, &told.units[..]), (Some(effect("", [8, 6, 1, 0, 6])), &expected[..]));
    let of_a_unit = preview(office.call(), with_days_off("A1", &[22])).await.expect("a preview");
    assert_eq!(of_a_unit.units, [effect("A1", [4, 3, 0, 0, 3])]);
    let same = preview(office.call(), with_days_off("", &[])).await.expect("a preview");
    assert_eq!(same.total, Some(effect("", [8, 0, 1, 0, 0])));
    assert_eq!((rows(&watch).await, office.count("calendar").await, office.count("event").await), before);

    put(office, with_days_off("", &[22])).await;
    watch.at("2024-05-24T01:05:00Z", FlagOverdue).await;
    assert_eq!(recalculations(&watch).await, 8);
    let back = preview(office.call(), with_days_off("", &[])).await.expect("a preview").total.expect("a sum");
    assert_eq!((back.earlier, back.later, back.newly_overdue), (6, 0, 6));
});

both!(a_preview_is_for_those_who_may_change_the_calendar, |house| {
    let office = Office::open(&house).await;
    let denied = office.line.call(&office.line.key(&[v1::Role::Head], "", "A").await);
    let denied = preview(denied, with_days_off("A", &[22])).await.expect_err("denied");
    assert_eq!(denied.code(), Code::PermissionDenied);
    let of_a = office.line.call(&office.line.key(&[v1::Role::Coordinator], "", "A").await);
    preview(of_a.clone(), with_days_off("A1", &[22])).await.expect("within its reach");
    for beyond in ["", "B", "T", "X"] {
        let refused =
            preview(of_a.clone(), with_days_off(beyond, &[22])).await.expect_err("beyond its reach");
        assert_eq!(
            (refused.code(), fields(&refused)),
            (Code::InvalidArgument, vec!["calendar.unit".to_owned()])
        );
    }
    let bad = v1::Calendar { time_zone: "Mars".to_owned(), ..with_days_off("X", &[22]) };
    let refused = preview(office.call(), bad).await.expect_err("both are named");
    assert_eq!(fields(&refused), ["calendar.time_zone", "calendar.unit"]);
});

both!(the_open_dossiers_of_a_calendar_come_from_an_index, |house| {
    let office = Office::open(&house).await;
    receive_many(&office, "A", 20, ("P5", "A")).await;
    let database = one_connection(&house.url).await;
    let engine = sea_orm::ConnectionTrait::get_database_backend(&database);
    let id = uuid::Uuid::from_u128(7);
    for units in [None, Some(&[id, uuid::Uuid::from_u128(8)][..])] {
        for after in [None, Some((id, id))] {
            let statement = bonro::store::dossiers::reckoned_statement(engine, id, units, after);
            let plan = explained(&database, statement).await;
            assert!(plan.contains("ix_dossier_calendar_id_unit_id_id"), "{units:?} {after:?}:\n{plan}");
        }
    }
    database.close().await.expect("an idle connection closes");
});
