//! Figures by which offices are judged: indicators with their parts, what is ahead, how long it took, and what is odd.

use bonro::domain::dossier::ClosedAs;
use bonro::domain::record::{ClockRecord, DossierRecord, Record, TargetRecord};
use bonro::domain::schedule::JobName;
use bonro::pb::v1;
use bonro::service::jobs::{Asked, run};
use bonro::world::Clock as _;

use super::desk::{Desk, dossier, dossier_of, period};
use crate::records::town::{at, date, day, told};
use crate::support::both;

/// A dossier with other fields.
fn with(record: Record, change: impl FnOnce(&mut DossierRecord)) -> Record {
    let Record::Dossier(mut dossier) = record else { panic!("a dossier") };
    change(&mut dossier);
    Record::Dossier(dossier)
}

fn clock(at_: &str, stopped: bool) -> ClockRecord {
    ClockRecord {
        file: "clock.csv".into(),
        line: 2,
        at: Some(at(at_)),
        stopped,
        reason: "supplement_requested".into(),
    }
}

async fn job(desk: &Desk, name: JobName) {
    desk.town.house.enter_jobs().await.expect("jobs are entered");
    run(&desk.town.house, name, desk.town.clock.now(), Asked::ByHand).await.expect("the job runs");
}

async fn odd(desk: &mut Desk) -> Vec<String> {
    odd_in(desk, period()).await
}

async fn odd_in(desk: &mut Desk, period: v1::Period) -> Vec<String> {
    let request = v1::ListIrregularitiesRequest { period: Some(period), unit: String::new() };
    let found = desk.reports.list_irregularities(request).await.expect("they are found").into_inner();
    let word = |kind: v1::IrregularityKind| {
        kind.as_str_name().trim_start_matches("IRREGULARITY_KIND_").to_lowercase()
    };
    let named = found.dossiers.iter().map(|of| format!("{} {}", of.dossier, word(of.kind())));
    let heaps = found.heaps.iter().map(|of| format!("{} closed {}", of.unit, of.closed));
    let all: Vec<String> = named.chain(heaps).collect();
    let counted: i64 = found.counts.iter().map(|of| of.count).sum();
    assert_eq!(usize::try_from(counted).ok(), Some(all.len()), "{found:?}");
    all
}

both!(what_dresses_up_figures_is_found_and_nothing_else, |house| {
    let mut desk = Desk::open(&house.url).await;
    assert_eq!(odd(&mut desk).await, Vec::<String>::new(), "H-5 was withdrawn before its due day");
    job(&desk, JobName::FlagOverdue).await;
    desk.set("2024-05-16T03:00:00Z");
    let withdrawn = |code: &str, on: &str| dossier(code, Some((on, ClosedAs::Withdrawn)));
    let paused = |code: &str, on: &str| {
        with(dossier(code, Some(("2024-05-14T02:00:00Z", ClosedAs::Resolved))), |dossier| {
            dossier.clock = vec![clock(on, true), clock("2024-05-13T02:00:00Z", false)];
        })
    };
    let records = vec![
        withdrawn("W-1", "2024-05-09T01:00:00Z"),
        withdrawn("W-2", "2024-05-08T01:00:00Z"),
        paused("P-1", "2024-05-09T01:00:00Z"),
        paused("P-2", "2024-05-08T01:00:00Z"),
        // Known here as open and overdue: now it is said to have been closed in time, or received later.
        dossier("H-4", Some(("2024-05-09T02:00:00Z", ClosedAs::Resolved))),
    ];
    let said = told(&desk.town.import(records).await);
    assert!(said.iter().all(|said| !said.starts_with("refused")), "{said:?}");
    assert_eq!(
        odd(&mut desk).await,
        [
            "dossiers/H-4 recorded_late_as_in_time",
            "dossiers/P-1 paused_on_due_day",
            "dossiers/W-1 withdrawn_when_due"
        ]
    );
    // A closing that never was, and a receipt that is corrected once the deadline has passed: both happen today.
    assert_eq!(
        told(&desk.town.import(vec![dossier_of("C-1", "P1", "2024-05-03T02:00:00Z", None)]).await),
        ["landed"]
    );
    job(&desk, JobName::FlagOverdue).await;
    desk.set("2024-05-16T04:00:00Z");
    let records = vec![dossier("H-2", None), dossier_of("C-1", "P1", "2024-05-13T02:00:00Z", None)];
    let said = told(&desk.town.import(records).await);
    assert!(said.iter().all(|said| !said.starts_with("refused")), "{said:?}");
    let today = v1::DateRange { from_on: Some(date("2024-05-15")), to_on: Some(date("2024-05-16")) };
    let today = v1::Period { choice: Some(v1::period::Choice::Range(today)) };
    assert_eq!(
        odd_in(&mut desk, today).await,
        ["dossiers/C-1 due_moved_after_breach", "dossiers/H-2 closed_and_reopened"]
    );
    assert_eq!(odd(&mut desk).await.len(), 3, "they aren't of the period before");

    // A ward that closes everything on the last day.
    let heap = (0..25).map(|number| {
        let closed = Some(("2024-05-14T03:00:00Z", ClosedAs::Resolved));
        dossier_of(&format!("D-{number}"), "P2", "2024-05-13T02:00:00Z", closed)
    });
    desk.town.import(heap.collect()).await;
    let found = odd(&mut desk).await;
    assert_eq!(found.last().map(String::as_str), Some("units/P2 closed 25"), "{found:?}");
    job(&desk, JobName::FoldFigures).await;
    assert_eq!(odd(&mut desk).await, found, "folded or not");
});

both!(what_falls_due_is_foreseen_by_day, |house| {
    let mut desk = Desk::open(&house.url).await;
    // It is Thursday, 16 May, 07:15: H-4 is overdue; these fall due on Tuesday 21 and Wednesday 22.
    let stopped = with(dossier_of("F-3", "P2", "2024-05-15T02:00:00Z", None), |dossier| {
        dossier.clock = vec![clock("2024-05-15T03:00:00Z", true)];
    });
    let records = vec![
        dossier_of("F-1", "P2", "2024-05-14T02:00:00Z", None),
        dossier_of("F-2", "P2", "2024-05-15T02:00:00Z", None),
        stopped,
    ];
    let said = told(&desk.town.import(records).await);
    assert!(said.iter().all(|said| !said.starts_with("refused")), "{said:?}");
    let mut ahead = async |working_days| {
        let request = v1::ForecastOverdueRequest { working_days, unit: String::new() };
        let found = desk.reports.forecast_overdue(request).await.expect("it is foreseen").into_inner();
        let unit = |of: &v1::UnitForecast| {
            let days: Vec<_> =
                of.days.iter().map(|on| (on.on.map(|on| on.day).unwrap_or_default(), on.count)).collect();
            (of.unit.clone(), of.overdue, days)
        };
        found.units.iter().map(unit).collect::<Vec<_>>()
    };
    let p1 = || ("units/P1".to_owned(), 1, Vec::new());
    assert_eq!(ahead(2).await, [p1()]);
    assert_eq!(ahead(3).await, [p1(), ("units/P2".to_owned(), 0, vec![(21, 1)])]);
    assert_eq!(ahead(5).await, [p1(), ("units/P2".to_owned(), 0, vec![(21, 1), (22, 1)])]);
    let request = v1::ForecastOverdueRequest { working_days: 67, unit: String::new() };
    assert!(desk.reports.forecast_overdue(request).await.is_err());
});

both!(indicators_have_both_parts_or_say_what_is_missing, |house| {
    let mut desk = Desk::open(&house.url).await;
    let target = TargetRecord {
        code: "CT-1".into(),
        name: "Trả lời đúng hạn".into(),
        unit_code: String::new(),
        indicator: "payment_online_rate".into(),
        comparison: "at_least".into(),
        value_hundredths: 9000,
        from_on: Some(day("2024-01-01")),
        to_on: Some(day("2024-12-31")),
        basis: "Kế hoạch số 1/KH-UBND".into(),
    };
    assert_eq!(told(&desk.town.import(vec![Record::Target(target)]).await), ["landed"]);
    let request = v1::AssessPeriodRequest { period: Some(period()), unit: String::new() };
    let found = desk.reports.assess_period(request).await.expect("it is assessed").into_inner().indicators;
    let of = |code: &str| found.iter().find(|of| of.code == code).expect("it is of the set");
    // H-1 and H-2 in time, H-3 late, H-4 overdue; withdrawn ones don't count.
    let rate = of("2.1").rate.clone().expect("a rate");
    assert_eq!((rate.numerator, rate.denominator, rate.percent.as_str()), (2, 4, "50.00"));
    assert_eq!(
        of("2.1").before.clone().map(|rate| (rate.denominator, rate.percent)),
        Some((0, String::new()))
    );
    assert_eq!(of("3.1").rate.clone().map(|rate| (rate.numerator, rate.denominator)), Some((0, 1)));
    assert!(of("4.3").rate.is_none() && of("4.3").missing.contains("portal"));
    let payments = of("3.6");
    assert_eq!(
        (payments.target_hundredths, payments.light()),
        (Some(9000), v1::Light::Unspecified),
        "nothing was paid"
    );
    for of in &found {
        assert_eq!(of.rate.is_some(), of.missing.is_empty(), "{of:?}");
        assert!(of.rate.is_none() || !of.formula.is_empty(), "{of:?}");
    }
});

both!(how_long_it_took_is_office_time_without_stops, |house| {
    let mut desk = Desk::open(&house.url).await;
    // Office hours are 7:00–11:30 and 13:30–17:00: eight a day. Received Thursday 2 May at 9:00.
    let stopped = with(dossier("T-1", Some(("2024-05-06T02:00:00Z", ClosedAs::Resolved))), |dossier| {
        dossier.clock = vec![clock("2024-05-02T03:00:00Z", true), clock("2024-05-03T03:00:00Z", false)];
    });
    let said = told(&desk.town.import(vec![stopped]).await);
    assert!(!said[0].starts_with("refused"), "{said:?}");
    let request = v1::ListHandlingTimesRequest { period: Some(period()), unit: String::new() };
    let found = desk.reports.list_handling_times(request).await.expect("it is reckoned").into_inner();
    let [d5] = found.procedures.as_slice() else { panic!("{found:?}") };
    // T-1: 9:00–10:00, then Friday 10:00 to Monday 9:00: 1 + 5 + 2 = 8 hours. H-1: four working days, 32 hours; H-2: 40;
    // H-3: Monday 13 May 9:00, seven working days: 56.
    assert_eq!((d5.procedure.as_str(), d5.resolved), ("procedures/d5", 4));
    assert_eq!((d5.mean_minutes, d5.longest_minutes), ((8 + 32 + 40 + 56) * 60 / 4, 56 * 60));
    assert_eq!(d5.median_minutes, (32 + 40) * 60 / 2);
    assert_eq!(found.left_out, 0);
});
