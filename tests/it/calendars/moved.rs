//! A day off inserted into the terms of open dossiers: what moves, what stays, and what people are told.

use std::collections::BTreeMap;

use bonro::domain::deadline::{Pause, deadline};
use bonro::domain::schedule::JobName::{DeliverMail, FlagOverdue, PlanReminders, SendReminders};
use bonro::pb::v1;
use bonro::pb::v1::report_service_client::ReportServiceClient;
use bonro::service::dossiers::recomputing::recompute;

use super::changed::{
    instant, is_sound, look, note, put, recalculations, receive_many, rows, rules, with_days_off,
};
use crate::dossiers::office::Office;
use crate::reminders::watch::Watch;
use crate::support::both;

both!(a_day_off_moves_a_thousand_deadlines_once, |house| {
    let watch = Watch::open(&house).await;
    let office = &watch.office;
    // Due on Friday, 24 May; told on Wednesday, two working days before.
    office.set("2024-05-17T01:00:00Z");
    receive_many(office, "N", 940, ("P5", "A")).await;
    receive_many(office, "K", 4, ("P5", "A1")).await;
    // Stopped for a while: due on the 27th.
    office.set("2024-05-20T01:00:00Z");
    office.does("start", "K-0000").await;
    office.does("supplement", "K-0000").await;
    let stopped = instant("2024-05-20T01:02:00Z");
    office.set("2024-05-21T01:00:00Z");
    office.does("resume", "K-0000").await;
    let resumed = instant("2024-05-21T01:01:00Z");
    // Its clock stands: the new calendar counts when it runs again.
    office.does("start", "K-0001").await;
    office.does("supplement", "K-0001").await;
    // Closed before anything changed.
    office.does("start", "K-0002").await;
    office.does("resolve", "K-0002").await;
    watch.at("2024-05-22T00:15:00Z", SendReminders).await;
    watch.run(DeliverMail).await;
    // Eight office hours end on Friday at 08:30; the notice of before is in the ledger, but not sent.
    office.set("2024-05-23T01:30:00Z");
    receive_many(office, "H", 60, ("P8H", "A")).await;
    watch.run(PlanReminders).await;
    let before: BTreeMap<String, _> =
        rows(&watch).await.into_iter().map(|row| (row.code.clone(), row)).collect();
    let sent_before: Vec<_> = watch.ledger().await.into_iter().filter(|n| n.state == "sent").collect();
    assert!(sent_before.len() >= 940, "{}", sent_before.len());

    office.set("2024-05-23T03:00:00Z");
    put(office, with_days_off("", &[24])).await;
    let began = std::time::Instant::now();
    watch.run(FlagOverdue).await;
    println!("1,003 open dossiers reckoned anew in {:?}", began.elapsed());
    // All but the closed one and the stopped one.
    let said = note(&watch).await;
    assert!(said.contains("1002 deadlines later, 0 earlier, 1 unmoved"), "{said}");
    assert_eq!(recalculations(&watch).await, 1003);
    let rules = rules(office).await;
    let calendar = rules.calendar_for(None).expect("a calendar");
    for row in rows(&watch).await {
        let was = &before[&row.code];
        if row.code == "K-0002" {
            assert_eq!(&row, was, "what is closed stays as it was judged");
            continue;
        }
        let pauses = match row.code.as_str() {
            "K-0000" => vec![Pause { from: stopped, to: Some(resumed) }],
            "K-0001" => vec![Pause { from: instant("2024-05-21T01:03:00Z"), to: None }],
            _ => Vec::new(),
        };
        let term = rules.book.versions[&row.procedure_version_id].term;
        let due = deadline(calendar, row.received_at, term, &pauses).expect("the calendar reaches").due_at();
        assert_eq!((row.calendar_id, row.due_at), (calendar.id(), due), "{}", row.code);
        assert_eq!(row.judged_due_at, due, "{}", row.code);
        assert_eq!(row.due_at > was.due_at, row.code != "K-0001", "{}", row.code);
        assert_eq!(row.overdue_at > was.overdue_at, row.code != "K-0001", "{}", row.code);
        assert_eq!(row.promised_at, was.promised_at, "what the receipt says stays: {}", row.code);
        assert_eq!(row.version, was.version + 1);
    }
    is_sound(office).await;
    let event = office.events("K-0000").await.pop().expect("a history");
    assert_eq!(event.kind(), v1::DossierEventKind::DeadlineRecomputed);
    assert_eq!((event.calendar.as_str(), event.actor_label.as_str()), ("calendars/2", "jobs/flag_overdue"));
    assert_eq!(event.old_due_at.map(|at| at.seconds), Some(instant("2024-05-27T10:00:00Z").timestamp()));
    assert_eq!(event.new_due_at.map(|at| at.seconds), Some(instant("2024-05-28T10:00:00Z").timestamp()));
    assert_eq!(event.reason, "lịch calendars/2 thay cho calendars/1");

    // A second run finds nothing to do, and the clock that stood goes on by the new calendar.
    let events = office.count("event").await;
    watch.at("2024-05-23T03:05:00Z", FlagOverdue).await;
    assert_eq!(office.count("event").await, events);
    assert!(!note(&watch).await.contains("lịch mới"));
    office.does("resume", "K-0001").await;
    let due = office.get("K-0001").await.due_at.map(|at| at.seconds);
    assert_eq!(
        due,
        Some(instant("2024-05-29T10:00:00Z").timestamp()),
        "four days from the 23rd, without the 24th"
    );

    // What was sent stays; what waited speaks of a date that isn't any more; the next mail names the new one.
    watch.at("2024-05-27T00:15:00Z", SendReminders).await;
    watch.run(DeliverMail).await;
    let ledger = watch.ledger().await;
    for sent in &sent_before {
        let now = ledger.iter().find(|n| n.id == sent.id);
        assert_eq!(now, Some(sent), "{}", sent.subject_code);
    }
    let of_hours = ledger.iter().filter(|n| n.subject_code.starts_with("H-"));
    let (old, new): (Vec<_>, Vec<_>) = of_hours.partition(|n| n.due_at == instant("2024-05-24T01:30:00Z"));
    let whys: Vec<_> = old.iter().map(|n| (n.state.as_str(), n.why.as_deref())).collect();
    assert_eq!(whys, vec![("suppressed", Some("due_moved")); 60]);
    assert!(!new.is_empty() && new.iter().all(|n| n.due_at == instant("2024-05-27T01:30:00Z")));
    let letters = watch.letters().await;
    let (_, last) = letters.iter().rfind(|(to, _)| to == "a-02@a.example").expect("a mail");
    insta::assert_snapshot!("after_the_day_off", last);
});

both!(a_run_that_broke_off_goes_on_where_it_was, |house| {
    let watch = Watch::open(&house).await;
    let office = &watch.office;
    receive_many(office, "N", 10, ("P5", "A")).await;
    put(office, with_days_off("", &[22])).await;
    let batch = async |reached: &mut _, commit: bool| {
        let house = &office.line.house;
        let mut work = house.job(house.own_context(FlagOverdue)).await.expect("a work");
        let moved = recompute(&mut work, reached, 3).await.expect("reckoned anew");
        if commit {
            work.finish(&[]).await.expect("committed");
        }
        moved.all()
    };
    let mut reached = None;
    assert_eq!(batch(&mut reached, true).await, 3);
    assert_eq!(batch(&mut reached, false).await, 3, "it dies before it commits");
    assert_eq!(recalculations(&watch).await, 3);
    watch.run(FlagOverdue).await;
    assert!(note(&watch).await.contains("7 deadlines later"));
    assert_eq!(recalculations(&watch).await, 10);
    let due = instant("2024-05-24T10:00:00Z");
    assert!(rows(&watch).await.iter().all(|row| row.due_at == Some(due)));
    is_sound(office).await;
});

both!(each_unit_goes_by_the_calendar_that_counts_for_it, |house| {
    let watch = Watch::open(&house).await;
    let office = &watch.office;
    put(office, with_days_off("B", &[])).await;
    receive_many(office, "A", 2, ("P5", "A")).await;
    receive_many(office, "A1", 2, ("P5", "A1")).await;
    receive_many(office, "B", 2, ("P5", "B")).await;
    let due = async || {
        let rows = rows(&watch).await;
        let day = |row: &bonro::store::entity::dossier::Model| {
            row.due_at.map(|at| at.format("%d").to_string()).unwrap_or_default()
        };
        rows.iter().step_by(2).map(day).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(due().await, "23 23 23", "of A, A1 and B");
    put(office, with_days_off("", &[22])).await;
    watch.run(FlagOverdue).await;
    assert_eq!(due().await, "24 24 23", "B has a calendar of its own");
    // The first one of a unit counts for what is below it too.
    office.set("2024-05-16T02:00:00Z");
    put(office, with_days_off("A", &[21, 22])).await;
    watch.run(FlagOverdue).await;
    assert_eq!(due().await, "27 27 23");
    // A day off that is taken back is worked again.
    office.set("2024-05-16T03:00:00Z");
    put(office, with_days_off("A", &[])).await;
    watch.run(FlagOverdue).await;
    assert!(note(&watch).await.contains("0 deadlines later, 4 earlier, 0 unmoved"));
    assert_eq!(due().await, "23 23 23");
    // A draft counts for nothing.
    office.set("2024-05-16T04:00:00Z");
    let draft = v1::CreateCalendarRequest {
        calendar: Some(with_days_off("A", &[20])),
        draft: true,
        ..Default::default()
    };
    let mut client = v1::calendar_service_client::CalendarServiceClient::new(office.call());
    client.create_calendar(draft).await.expect("a draft");
    watch.run(FlagOverdue).await;
    assert_eq!((due().await.as_str(), recalculations(&watch).await), ("23 23 23", 12));
    is_sound(office).await;
});

/// How many are overdue in May, and up to where the ledger was counted.
async fn overdue(office: &Office, as_of_sequence: Option<i64>) -> (i64, i64) {
    let day = |day| bonro::pb::google::r#type::Date { year: 2024, month: 5, day }.into();
    let range = v1::DateRange { from_on: day(1), to_on: day(31) };
    let period = Some(v1::Period { choice: Some(v1::period::Choice::Range(range)) });
    let request = v1::SummarizePeriodRequest { period, as_of_sequence, ..Default::default() };
    let answer = ReportServiceClient::new(office.call()).summarize_period(request).await.expect("figures");
    let summary = answer.into_inner().summary.expect("a summary");
    let dossiers = summary.total.and_then(|total| total.dossiers).expect("figures of dossiers");
    (dossiers.in_process_overdue, summary.as_of_sequence)
}

both!(only_a_day_off_before_the_due_day_ends_a_lateness, |house| {
    let watch = Watch::open(&house).await;
    let office = &watch.office;
    receive_many(office, "L", 1, ("P5", "A")).await;
    watch.at("2024-05-27T01:00:00Z", FlagOverdue).await;
    let is_overdue = async || {
        let row = rows(&watch).await.remove(0);
        is_sound(office).await;
        (row.overdue_flagged, row.due_at.map(|at| at.format("%d").to_string()).unwrap_or_default())
    };
    assert_eq!(is_overdue().await, (true, "23".to_owned()));
    put(office, with_days_off("", &[24])).await;
    watch.at("2024-05-27T01:05:00Z", FlagOverdue).await;
    assert_eq!(is_overdue().await, (true, "23".to_owned()), "a day off after the due day");
    let (count, known) = overdue(office, None).await;
    assert_eq!(count, 1);

    put(office, with_days_off("", &[22, 24])).await;
    watch.at("2024-05-27T01:10:00Z", FlagOverdue).await;
    assert_eq!(is_overdue().await, (false, "27".to_owned()), "two days off in its term");
    assert_eq!(overdue(office, None).await.0, 0);
    assert_eq!(overdue(office, Some(known)).await.0, 1, "what was reported then stays");
    watch.at("2024-05-28T01:00:00Z", FlagOverdue).await;
    assert_eq!(is_overdue().await, (true, "27".to_owned()), "the new date passes too");

    // The 22nd was worked after all: the earlier date has passed in the same run.
    put(office, with_days_off("", &[])).await;
    watch.at("2024-05-28T01:05:00Z", FlagOverdue).await;
    assert_eq!(is_overdue().await, (true, "23".to_owned()));
    assert_eq!(
        look(office).await.rules.superseded_calendars().iter().filter(|(_, u)| u.is_none()).count(),
        3
    );
});
