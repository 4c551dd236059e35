//! Units, officials, procedures, calendars and their deadlines through the front door.

use bonro::pb::v1;
use bonro::pb::v1::audit_service_client::AuditServiceClient;
use bonro::pb::v1::calendar_service_client::CalendarServiceClient;
use bonro::pb::v1::official_service_client::OfficialServiceClient;
use bonro::pb::v1::procedure_service_client::ProcedureServiceClient;
use bonro::pb::v1::unit_service_client::UnitServiceClient;
use prost_types::{FieldMask, Timestamp};
use tonic::Code;
use tonic_types::StatusExt as _;

use super::{ENGINEER, day, unit};
use crate::support::{Line, both};

fn at(text: &str) -> Option<Timestamp> {
    let at: chrono::DateTime<chrono::Utc> = text.parse().ok()?;
    Some(Timestamp { seconds: at.timestamp(), nanos: 0 })
}

async fn tree(line: &Line, codes: &[(&str, &str)]) -> UnitServiceClient<crate::support::Call> {
    let mut units = UnitServiceClient::new(line.call(&line.key(&ENGINEER, "", "").await));
    for (code, parent) in codes {
        units.create_unit(unit(code, parent)).await.expect("a unit");
    }
    units
}

async fn get(units: &mut UnitServiceClient<crate::support::Call>, name: &str) -> v1::Unit {
    let request = v1::GetUnitRequest { name: name.to_owned(), as_of: None };
    units.get_unit(request).await.expect("a unit").into_inner().unit.unwrap_or_default()
}

both!(units_change_and_what_held_before_stays_known, |house| {
    let line = Line::open(&house.url).await;
    let mut units = tree(&line, &[("T", ""), ("A", "T"), ("B", "T"), ("B1", "B")]).await;
    let taken = units.create_unit(unit("A", "T")).await.expect_err("the code is taken");
    assert_eq!(taken.code(), Code::AlreadyExists);

    let rename = |on, name: &str, etag: &str| v1::RenameUnitRequest {
        name: "units/A".to_owned(),
        on,
        display_name: Some(name.to_owned()),
        etag: etag.to_owned(),
        ..Default::default()
    };
    let renamed =
        units.rename_unit(rename(day(2024, 3, 1), "Tên mới", "1")).await.expect("renamed").into_inner();
    assert_eq!(renamed.unit.unwrap_or_default().display_name, "Tên mới");
    let stale = units.rename_unit(rename(day(2024, 4, 1), "Khác", "1")).await.expect_err("a stale etag");
    assert_eq!(stale.code(), Code::Aborted);
    let future = units.rename_unit(rename(day(2030, 1, 1), "Khác", "")).await.expect_err("the future");
    assert_eq!(future.get_details_error_info().map(|i| i.reason), Some("IN_THE_FUTURE".to_owned()));
    let before = v1::GetUnitRequest { name: "units/A".to_owned(), as_of: day(2024, 2, 29) };
    let before = units.get_unit(before).await.expect("as it was").into_inner().unit.unwrap_or_default();
    assert_eq!(before.display_name, "Đơn vị A");

    let merge = v1::MergeUnitsRequest {
        names: vec!["units/A".to_owned(), "units/B".to_owned()],
        new_unit: Some(v1::Unit {
            code: "A".to_owned(),
            display_name: "Xã mới".to_owned(),
            kind: "commune".to_owned(),
            ..Default::default()
        }),
        on: day(2024, 5, 1),
        ..Default::default()
    };
    let merged = units.merge_units(merge).await.expect("merged").into_inner().unit.unwrap_or_default();
    assert_eq!(
        (merged.name.as_str(), merged.parent.as_str(), merged.predecessors.len()),
        ("units/A", "units/T", 2)
    );
    let old = get(&mut units, &merged.predecessors[1].unit).await;
    assert_eq!((old.valid_to, old.successors[0].unit.as_str()), (day(2024, 4, 30), "units/A"));
    assert_eq!(get(&mut units, "units/B1").await.parent, "units/A", "children go to the heir");
    let then = v1::ListUnitsRequest { as_of: day(2024, 4, 30), ..Default::default() };
    let then = units.list_units(then).await.expect("the tree").into_inner().units;
    assert_eq!(then.iter().map(|u| u.code.as_str()).collect::<Vec<_>>(), ["A", "B", "B1", "T"]);

    let below =
        v1::AbolishUnitRequest { name: "units/A".to_owned(), on: day(2024, 5, 2), ..Default::default() };
    let below = units.abolish_unit(below).await.expect_err("a unit stands below it");
    assert_eq!(below.code(), Code::FailedPrecondition);
    let split = v1::SplitUnitRequest {
        name: "units/A".to_owned(),
        new_units: ["P", "Q"].map(|code| unit(code, "").unit.unwrap_or_default()).to_vec(),
        continuing_unit_code: "Q".to_owned(),
        on: day(2024, 5, 10),
        ..Default::default()
    };
    let split = units.split_unit(split).await.expect("split").into_inner().units;
    assert_eq!(split.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["units/P", "units/Q"]);
    assert_eq!(get(&mut units, "units/B1").await.parent, "units/Q");
    let end =
        v1::AbolishUnitRequest { name: "units/P".to_owned(), on: day(2024, 5, 15), ..Default::default() };
    let ended = units.abolish_unit(end).await.expect("nothing is open").into_inner().unit.unwrap_or_default();
    assert_eq!(ended.valid_to, day(2024, 5, 14));
    let mut audit = AuditServiceClient::new(line.call(&line.key(&ENGINEER, "", "").await));
    let acts = v1::ListAuditEntriesRequest { page_size: 3, ..Default::default() };
    let acts = audit.list_audit_entries(acts).await.expect("the trail").into_inner();
    assert!(acts.audit_entries.windows(2).all(|pair| pair[0].sequence > pair[1].sequence));
    assert!(!acts.next_page_token.is_empty());
});

both!(a_key_of_a_unit_writes_below_it_only, |house| {
    let line = Line::open(&house.url).await;
    tree(&line, &[("T", ""), ("A", "T"), ("B", "T")]).await;
    let mut units = UnitServiceClient::new(line.call(&line.key(&ENGINEER, "", "A").await));
    units.create_unit(unit("A1", "A")).await.expect("below its unit");
    assert_eq!(
        units.create_unit(unit("B1", "B")).await.expect_err("beside it").code(),
        Code::InvalidArgument
    );
    assert_eq!(units.create_unit(unit("R", "")).await.expect_err("a root").code(), Code::InvalidArgument);
    let other =
        v1::AbolishUnitRequest { name: "units/B".to_owned(), on: day(2024, 5, 1), ..Default::default() };
    assert_eq!(units.abolish_unit(other).await.expect_err("not its own").code(), Code::NotFound);
    assert_eq!(get(&mut units, "units/B").await.code, "B", "reading reaches the whole house");
});

both!(officials_are_kept_with_their_leave, |house| {
    let line = Line::open(&house.url).await;
    tree(&line, &[("T", ""), ("A", "T")]).await;
    let key = line.key(&[v1::Role::Coordinator], "", "").await;
    let mut officials = OfficialServiceClient::new(line.call(&key));
    let new = |code: &str, email: &str| v1::CreateOfficialRequest {
        official: Some(v1::Official {
            code: code.to_owned(),
            unit: "units/A".to_owned(),
            full_name: format!("  Nguyễn  Văn {code}"),
            role: v1::Role::Officer.into(),
            email: email.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let made =
        officials.create_official(new("A1", "a1@phong.example")).await.expect("an official").into_inner();
    assert_eq!(made.official.unwrap_or_default().full_name, "Nguyễn Văn A1");
    officials.create_official(new("A2", "")).await.expect("another");
    let bad = officials.create_official(new("A3", "a3 at home")).await.expect_err("no address");
    assert_eq!(bad.get_details_error_info().map(|i| i.reason), Some("BAD_EMAIL".to_owned()));

    let update = |mask: &[&str]| v1::UpdateOfficialRequest {
        official: Some(v1::Official {
            name: "officials/A1".to_owned(),
            role: v1::Role::Head.into(),
            full_name: "Khác".to_owned(),
            ..Default::default()
        }),
        update_mask: Some(FieldMask { paths: mask.iter().map(|path| (*path).to_owned()).collect() }),
        ..Default::default()
    };
    let changed = officials.update_official(update(&["role", "email"])).await.expect("changed").into_inner();
    let changed = changed.official.unwrap_or_default();
    assert_eq!(
        (changed.role(), changed.email.as_str(), changed.full_name.as_str()),
        (v1::Role::Head, "", "Nguyễn Văn A1")
    );
    assert_eq!(
        officials.update_official(update(&["code"])).await.expect_err("fixed").code(),
        Code::InvalidArgument
    );

    let leave = |from, to, etag: &str| v1::RecordAbsenceRequest {
        name: "officials/A1".to_owned(),
        absence: Some(v1::Absence {
            from_on: from,
            to_on: to,
            stand_in: "officials/A2".to_owned(),
            ..Default::default()
        }),
        etag: etag.to_owned(),
        ..Default::default()
    };
    let away = officials
        .record_absence(leave(day(2024, 6, 3), day(2024, 6, 7), "2"))
        .await
        .expect("leave")
        .into_inner();
    assert_eq!(away.official.unwrap_or_default().absences[0].stand_in, "officials/A2");
    let twice =
        officials.record_absence(leave(day(2024, 6, 7), day(2024, 6, 9), "")).await.expect_err("an overlap");
    assert_eq!(twice.code(), Code::FailedPrecondition);
    let heads = v1::ListOfficialsRequest {
        filter: "role = head AND unit = \"units/A\"".to_owned(),
        ..Default::default()
    };
    let heads = officials.list_officials(heads).await.expect("a list").into_inner().officials;
    assert_eq!(heads.iter().map(|o| o.code.as_str()).collect::<Vec<_>>(), ["A1"]);
});

fn calendar(first_year: i32, last_year: i32) -> v1::CreateCalendarRequest {
    let span =
        |opens: &str, closes: &str| v1::OfficeHours { opens: opens.to_owned(), closes: closes.to_owned() };
    let holiday = v1::CalendarDay {
        day: day(2024, 5, 1),
        kind: v1::CalendarDayKind::DayOff.into(),
        display_name: "Ngày Quốc tế lao động".to_owned(),
        legal_basis: "Bộ luật Lao động 2019, Điều 112".to_owned(),
        swapped_with: None,
    };
    v1::CreateCalendarRequest {
        calendar: Some(v1::Calendar {
            time_zone: "Asia/Ho_Chi_Minh".to_owned(),
            working_weekdays: vec![1, 2, 3, 4, 5],
            office_hours: vec![span("07:00", "11:30"), span("13:30", "17:00")],
            same_day_cutoff: "15:00".to_owned(),
            first_year,
            last_year,
            days: vec![holiday],
            ..Default::default()
        }),
        ..Default::default()
    }
}

both!(deadlines_are_counted_and_explained, |house| {
    let line = Line::open(&house.url).await;
    let key = line.key(&[v1::Role::Coordinator], "", "").await;
    let mut calendars = CalendarServiceClient::new(line.call(&key));
    let inputs = |unit: v1::TermUnit, count: i32, received: &str| v1::DeadlineInputs {
        received_at: at(received),
        term: Some(v1::Term { unit: unit.into(), count }),
        ..Default::default()
    };
    let ask = |inputs| v1::ComputeDeadlineRequest { inputs: Some(inputs) };
    let five = inputs(v1::TermUnit::WorkingDays, 5, "2024-04-26T02:00:00Z");
    let none = calendars.compute_deadline(ask(five.clone())).await.expect_err("no calendar");
    assert_eq!(none.get_details_error_info().map(|i| i.reason), Some("NO_CALENDAR".to_owned()));

    let made = calendars.create_calendar(calendar(2024, 2024)).await.expect("a calendar").into_inner();
    assert_eq!(made.calendar.unwrap_or_default().name, "calendars/1");
    let made = calendars.create_calendar(calendar(2023, 2023)).await.expect("another").into_inner();
    assert_eq!(made.warnings.iter().map(|w| w.reason.as_str()).collect::<Vec<_>>(), ["DAY_OUTSIDE_YEARS"]);
    let horizon = calendars.compute_deadline(ask(five.clone())).await.expect_err("beyond the newest");
    assert_eq!(horizon.code(), Code::FailedPrecondition);
    assert!(horizon.message().contains("2023"), "{}", horizon.message());
    let by_first = v1::DeadlineInputs { calendar: "calendars/1".to_owned(), ..five };
    let due = calendars.compute_deadline(ask(by_first.clone())).await.expect("a deadline").into_inner();
    assert_eq!(due.deadline.unwrap_or_default().due_at, at("2024-05-06T10:00:00Z"));

    let explain = |inputs| v1::ExplainDeadlineRequest {
        subject: Some(v1::explain_deadline_request::Subject::Inputs(inputs)),
    };
    let why = calendars.explain_deadline(explain(by_first)).await.expect("a trail").into_inner();
    assert_eq!((why.needed, why.days.len(), why.days.last().map(|d| d.running_total)), (5, 11, Some(5)));
    let labour = why.days.iter().find(|d| d.day == day(2024, 5, 1)).expect("the holiday is in it");
    assert_eq!(labour.reason(), v1::DayReason::DayOff);
    assert!(
        labour.legal_basis.contains("112") && labour.text_vi.starts_with("01/5/2024: ngày nghỉ"),
        "{labour:?}"
    );

    let hours = v1::DeadlineInputs {
        calendar: "calendars/1".to_owned(),
        pauses: vec![v1::Pause { paused_at: at("2024-05-02T03:00:00Z"), resumed_at: None }],
        ..inputs(v1::TermUnit::WorkingHours, 8, "2024-05-02T01:00:00Z")
    };
    let stopped = calendars.explain_deadline(explain(hours)).await.expect("a trail").into_inner();
    let deadline = stopped.deadline.unwrap_or_default();
    assert_eq!((deadline.due_at, deadline.remaining, stopped.needed), (None, 6 * 3600, 8 * 3600));
    assert_eq!(stopped.days.iter().map(|d| d.counted).sum::<i64>(), 2 * 3600);

    let wrong = v1::DeadlineInputs {
        procedure: "procedures/X".to_owned(),
        pauses: vec![v1::Pause { paused_at: at("2024-05-01T03:00:00Z"), resumed_at: None }],
        ..inputs(v1::TermUnit::Months, 0, "2024-05-02T01:00:00Z")
    };
    let wrong = calendars.compute_deadline(ask(wrong)).await.expect_err("three faults").get_error_details();
    assert_eq!(wrong.bad_request().map(|b| b.field_violations.len()), Some(3));
    let latest = v1::GetCalendarRequest { name: "calendars/latest".to_owned() };
    let latest =
        calendars.get_calendar(latest).await.expect("the newest").into_inner().calendar.unwrap_or_default();
    assert_eq!((latest.version, latest.days.len()), (2, 1));
});

both!(procedures_keep_their_versions, |house| {
    let line = Line::open(&house.url).await;
    tree(&line, &[("T", "")]).await;
    let mut procedures = ProcedureServiceClient::new(line.call(&line.key(&ENGINEER, "", "").await));
    let version = |year, count| v1::ProcedureVersion {
        effective_on: day(year, 1, 1),
        display_name: format!("Thủ tục {count}"),
        field: "Hộ tịch".to_owned(),
        level: "town".to_owned(),
        unit: "units/T".to_owned(),
        term: Some(v1::Term { unit: v1::TermUnit::WorkingDays.into(), count }),
        online_level: v1::OnlineLevel::Partial.into(),
        ..Default::default()
    };
    let new = v1::CreateProcedureRequest {
        code: "1.000".to_owned(),
        version: Some(version(2020, 5)),
        ..Default::default()
    };
    procedures.create_procedure(new).await.expect("a procedure");
    let add = |version, etag: &str| v1::AddProcedureVersionRequest {
        name: "procedures/1.000".to_owned(),
        version: Some(version),
        etag: etag.to_owned(),
        ..Default::default()
    };
    procedures.add_procedure_version(add(version(2024, 7), "1")).await.expect("a version");
    procedures.add_procedure_version(add(version(2030, 9), "")).await.expect("a later one");
    let mended =
        procedures.add_procedure_version(add(version(2024, 8), "3")).await.expect("mended").into_inner();
    let mended = mended.procedure.unwrap_or_default();
    let terms: Vec<_> = mended.versions.iter().map(|v| v.term.unwrap_or_default().count).collect();
    assert_eq!((terms, mended.current.and_then(|v| v.term).map(|t| t.count)), (vec![9, 8, 5], Some(8)));
    let stale = procedures.add_procedure_version(add(version(2025, 1), "1")).await.expect_err("a stale etag");
    assert_eq!(stale.code(), Code::Aborted);
    let list = |filter: &str| v1::ListProceduresRequest { filter: filter.to_owned(), ..Default::default() };
    let found =
        procedures.list_procedures(list("field = \"Hộ tịch\" AND unit = \"units/T\"")).await.expect("a list");
    assert_eq!(found.into_inner().procedures.len(), 1);
    let none = procedures.list_procedures(list("level = commune")).await.expect("a list").into_inner();
    assert_eq!(none.procedures, []);
});
