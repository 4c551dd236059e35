//! What an import lands of the registry: new, changed, unchanged, refused.

use bonro::domain::permission::{Caller, Scope};
use bonro::domain::record::{CalendarDayRecord, CalendarRecord, OfficialRecord, ProcedureRecord, UnitRecord};
use bonro::service::landing::{Landed, LandedResult};
use bonro::service::{Context, Work, calendars, officials, procedures, units};
use bonro::world::Clock as _;
use uuid::Uuid;

use crate::support::{Line, both};

async fn work(line: &Line) -> Work {
    let caller = Caller {
        label: "import".to_owned(),
        key_id: Uuid::nil(),
        official_id: None,
        unit_id: None,
        roles: Vec::new(),
        language: "vi".to_owned(),
    };
    let context = Context { caller, scope: Scope::All, rpc: "test".to_owned(), now: line.clock.now() };
    line.house.job(context).await.expect("a work begins")
}

/// Results by row, with the reasons of refusals.
fn told(mut outcomes: Vec<(usize, Landed)>) -> Vec<(LandedResult, String)> {
    outcomes.sort_by_key(|(row, _)| *row);
    let reasons =
        |landed: &Landed| landed.problems.iter().map(|p| p.reason.clone()).collect::<Vec<_>>().join(" ");
    outcomes.iter().map(|(_, landed)| (landed.result, reasons(landed))).collect()
}

fn all(result: LandedResult, count: usize) -> Vec<(LandedResult, String)> {
    vec![(result, String::new()); count]
}

fn unit(code: &str, parent: &str, kind: &str) -> UnitRecord {
    UnitRecord {
        code: code.to_owned(),
        parent_code: parent.to_owned(),
        kind: kind.to_owned(),
        name: format!("Đơn vị {code}"),
        valid_from: None,
    }
}

fn rows<T>(records: Vec<T>) -> Vec<(usize, T)> {
    records.into_iter().enumerate().collect()
}

both!(units_land_in_any_order, |house| {
    let line = Line::open(&house.url).await;
    let batch = || {
        rows(vec![
            unit("C", "B", "commune"),
            unit("B", "A", "office"),
            unit("A", "", "people_committee"),
            unit("X", "NOWHERE", "office"),
            unit("Y", "X", "office"),
            unit("P", "Q", "office"),
            unit("Q", "P", "office"),
            unit("Z", "A", "palace"),
        ])
    };
    let mut one = work(&line).await;
    let outcomes = told(units::land(&mut one, batch()).await.expect("landed"));
    assert_eq!(outcomes[..3], all(LandedResult::Landed, 3));
    let refused: Vec<&str> = outcomes[3..].iter().map(|(_, reasons)| reasons.as_str()).collect();
    assert_eq!(refused, ["UNKNOWN_REFERENCE", "UNKNOWN_REFERENCE", "CIRCLE", "CIRCLE", "UNKNOWN_KIND"]);
    assert!(one.rules.units.by_code("C").is_some(), "the work sees them");
    one.finish(&[]).await.expect("kept");

    let mut two = work(&line).await;
    let again = told(units::land(&mut two, batch()).await.expect("landed"));
    assert_eq!(again[..3], all(LandedResult::Unchanged, 3));
    // Below a unit that comes later in the same batch, and is new.
    let moved = rows(vec![unit("C", "N", "commune"), unit("N", "A", "office")]);
    let moved = told(units::land(&mut two, moved).await.expect("landed"));
    assert_eq!(moved, [(LandedResult::Changed, String::new()), (LandedResult::Landed, String::new())]);
    let circle = told(units::land(&mut two, rows(vec![unit("A", "C", "office")])).await.expect("landed"));
    assert_eq!(circle, [(LandedResult::Refused, "CIRCLE".to_owned())]);
    two.finish(&[]).await.expect("kept");
});

both!(officials_land_by_code, |house| {
    let line = Line::open(&house.url).await;
    let mut work = work(&line).await;
    units::land(&mut work, rows(vec![unit("A", "", "office")])).await.expect("landed");
    let official = |unit_code: &str, role: &str, email: &str| OfficialRecord {
        code: "A1".to_owned(),
        unit_code: unit_code.to_owned(),
        full_name: "Nguyễn Văn A".to_owned(),
        role: role.to_owned(),
        email: email.to_owned(),
    };
    let mut land = async |record| told(officials::land(&mut work, vec![(0, record)]).await.expect("landed"));
    let wrong = land(official("B", "king", "x")).await;
    assert_eq!(wrong, [(LandedResult::Refused, "UNKNOWN_REFERENCE BAD_EMAIL UNKNOWN_ROLE".to_owned())]);
    assert_eq!(land(official("A", "officer", "")).await, all(LandedResult::Landed, 1));
    assert_eq!(land(official("A", "officer", "")).await, all(LandedResult::Unchanged, 1));
    assert_eq!(land(official("A", "head", "a@a.example")).await, all(LandedResult::Changed, 1));
});

both!(another_term_supersedes_the_old_version, |house| {
    let line = Line::open(&house.url).await;
    let mut work = work(&line).await;
    let procedure = |term: i64, level: &str| ProcedureRecord {
        code: "1.0".to_owned(),
        name: "Thủ tục".to_owned(),
        field: "Hộ tịch".to_owned(),
        level: level.to_owned(),
        unit_code: String::new(),
        term_unit: "working_days".to_owned(),
        term,
        online_level: "full".to_owned(),
        effective_on: None,
        watched_list: None,
    };
    let wrong = told(procedures::land(&mut work, vec![(0, procedure(0, "planet"))]).await.expect("landed"));
    assert_eq!(wrong, [(LandedResult::Refused, "UNKNOWN_WORD BAD_TERM".to_owned())]);
    let first = told(
        procedures::land(&mut work, rows(vec![procedure(5, "town"), procedure(7, "town")]))
            .await
            .expect("landed"),
    );
    assert_eq!(first, [(LandedResult::Landed, String::new()), (LandedResult::Changed, String::new())]);
    let same = told(procedures::land(&mut work, vec![(0, procedure(7, "town"))]).await.expect("landed"));
    assert_eq!(same, all(LandedResult::Unchanged, 1));
    let third = told(procedures::land(&mut work, vec![(0, procedure(9, "town"))]).await.expect("landed"));
    assert_eq!(third, all(LandedResult::Changed, 1));
    let id = work.rules.procedures_by_code["1.0"];
    let standing: Vec<u32> = work.rules.versions[&id].iter().map(|version| version.term.amount()).collect();
    assert_eq!((standing, work.rules.book.versions.len()), (vec![9], 3), "histories may name the old ones");
    // A list that is named once stays where nothing is said of it, also for a later version.
    let on = |list: Option<&str>, effective_on: Option<&str>| ProcedureRecord {
        watched_list: list.map(str::to_owned),
        effective_on: effective_on.and_then(|day| day.parse().ok()),
        ..procedure(9, "town")
    };
    for (list, effective_on, landed, watched) in [
        (Some(" Theo dõi "), None, LandedResult::Changed, Some("Theo dõi")),
        (None, None, LandedResult::Unchanged, Some("Theo dõi")),
        (None, Some("2024-07-01"), LandedResult::Changed, Some("Theo dõi")),
        (Some("-"), Some("2024-07-01"), LandedResult::Changed, None),
    ] {
        let outcome = procedures::land(&mut work, vec![(0, on(list, effective_on))]).await.expect("landed");
        assert_eq!(told(outcome), all(landed, 1), "{list:?} {effective_on:?}");
        assert_eq!(work.rules.watched(id).map(|(list, _)| list), watched, "{list:?} {effective_on:?}");
    }
});

both!(a_calendar_lands_whole_or_not_at_all, |house| {
    let line = Line::open(&house.url).await;
    let mut work = work(&line).await;
    let day = |line, date: &str, kind: &str| CalendarDayRecord {
        file: "calendar.csv".to_owned(),
        line,
        day: date.parse().ok(),
        kind: kind.to_owned(),
        name: "Nghỉ".to_owned(),
        swapped_with: None,
        ..CalendarDayRecord::default()
    };
    let calendar = |days| CalendarRecord {
        unit_code: String::new(),
        time_zone: "Asia/Ho_Chi_Minh".to_owned(),
        working_weekdays: vec![1, 2, 3, 4, 5],
        office_hours: vec![
            ("07:00".to_owned(), "11:30".to_owned()),
            ("13:30".to_owned(), "17:00".to_owned()),
        ],
        same_day_cutoff: "15:00".to_owned(),
        days,
        first_year: None,
        last_year: None,
    };
    let bad = calendar(vec![
        day(2, "2024-05-01", "day_off"),
        day(3, "2024-05-01", "day_off"),
        day(4, "2024-13-01", "day_off"),
    ]);
    let bad = calendars::land(&mut work, vec![(0, bad)]).await.expect("landed");
    let places: Vec<_> =
        bad[0].1.problems.iter().map(|p| (p.file.as_str(), p.line, p.reason.as_str())).collect();
    assert_eq!(places, [("calendar.csv", 3, "DAY_TWICE"), ("calendar.csv", 4, "NO_SUCH_DAY")]);
    let good = || calendar(vec![day(2, "2024-05-01", "day_off"), day(3, "2025-05-01", "day_off")]);
    assert_eq!(
        told(calendars::land(&mut work, vec![(0, good())]).await.expect("landed")),
        all(LandedResult::Landed, 1)
    );
    assert_eq!(
        told(calendars::land(&mut work, vec![(0, good())]).await.expect("landed")),
        all(LandedResult::Unchanged, 1)
    );
    let more = calendar(vec![day(2, "2024-05-01", "day_off")]);
    assert_eq!(
        told(calendars::land(&mut work, vec![(0, more)]).await.expect("landed")),
        all(LandedResult::Changed, 1)
    );
    let standing = work.rules.calendar_for(None).expect("a calendar in force");
    assert_eq!(standing.spec().loaded_years, Some((2024, 2024)));
    assert_eq!(work.rules.book.calendars.len(), 2);
});
