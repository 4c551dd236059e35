//! Figures by ledger equal figures by recounting events: for every day, unit and procedure, for periods, for the
//! dossiers behind each figure and for what was known before; on histories drawn by chance and on the sample.

mod acts;
mod hold;
mod judging;
mod recount;
pub mod sample;
mod settings;
mod stage;
mod tables;
mod tampered;
mod verbs;

use std::cell::RefCell;

use bonro::pb::v1::report_service_server::ReportService as _;
use bonro::pb::v1::{Breakdown, DossierFigure, SummarizePeriodRequest};
use chrono::{Datelike as _, Days, Months, NaiveDate, TimeDelta};
use proptest::prelude::*;
use proptest::test_runner::{TestRng, TestRunner};
use tonic::Code;

use crate::records::town::{day, refused};
use crate::support::{both, house, postgres, sqlite};
use acts::{Act, Part, Probe, Step, Story, stories};
use hold::{Desk, checker_agrees, every_day, members, summary, told, whole_period};
use recount::Life;
use stage::Stage;
use tables::{Counts, FIGURES, place};

/// Stories a test, unless `PROPTEST_CASES` asks for more.
const STORIES: u32 = 5;
const STEPS: usize = 160;

/// The period of a probe between two days.
fn probed(probe: &Probe, from: NaiveDate, to: NaiveDate) -> (NaiveDate, NaiveDate) {
    let length = (to - from).num_days().unsigned_abs() + 1;
    let at = |part: Part| from + Days::new(length * u64::from(part) / 65_536);
    let (first, last) = (at(probe.first.min(probe.last)), at(probe.first.max(probe.last)));
    let month = |day: NaiveDate| day.with_day(1).expect("every month has a first");
    match probe.shape {
        0 => (first, first),
        1 => (month(first), month(last) + Months::new(1) - Days::new(1)),
        2 => (month(first), last),
        3 => (from, last),
        _ => (first, last),
    }
}

/// Plays a story in a fresh house and holds all its figures against the recount. Returns what there was to count.
async fn play(url: &str, story: &Story) -> Counts {
    let mut stage = Stage::open(url).await;
    for step in &story.steps {
        stage.play(step).await;
    }
    // Deadlines pass that no job has seen yet: they count as overdue all the same.
    stage.town.clock.advance(TimeDelta::days(4));
    let desk = Desk::of(&stage.town);
    let look = desk.look().await;
    let stored = told(&look).await;
    let read =
        |told: &hold::Told| Some((told.code.clone(), Life::read(&told.events, &look.rules.book, None)?));
    let coded: Vec<(String, Life)> = stored.iter().filter_map(read).collect();
    let lives: Vec<Life> = coded.iter().map(|(_, life)| life.clone()).collect();

    let today = hold::town_calendar(&look.rules).local_date(look.context.now);
    let first = day("2024-03-01");
    every_day(&look, &lives, (first, today)).await;
    let mut sum = Counts::default();
    for on in first.iter_days().take_while(|on| *on <= today) {
        let table = whole_period(&desk, &look, &lives, (on, on)).await;
        for counts in table.values() {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
    members(&desk, &look, &coded, (first, today), ("", "")).await;
    for probe in &story.probes {
        let days = probed(probe, first, today);
        whole_period(&desk, &look, &lives, days).await;
        members(&desk, &look, &coded, days, acts::whose(probe.whose)).await;
    }
    for (code, life) in &coded {
        let unit = look.rules.unit_code(life.unit);
        let (by_appointment, received_on) = life.is_judged_by_appointment();
        assert_eq!(by_appointment, stage.settings.say(unit, received_on), "{code} of {unit}, {received_on}");
    }
    for kept in &stage.kept {
        kept.compare(&desk, &look, &stored).await;
    }
    checker_agrees(&look).await;
    drop(look);
    desk.front.house.store.close().await.expect("idle connections close");
    sum
}

fn random_histories(fresh: impl AsyncFn() -> Option<(String, Option<sqlite::Fresh>)>) {
    let usual = ProptestConfig::default();
    // The same few stories each time, so that a change is what fails; whoever asks for more gets new ones.
    let exploring = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if exploring { usual.cases } else { STORIES };
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 150,
        max_shrink_time: 60_000,
        ..usual
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let sums = RefCell::new(Some(Counts::default()));
    let algorithm = config.rng_algorithm;
    let mut runner = if exploring {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(algorithm))
    };
    let outcome = runner.run(&stories(STEPS / 2..STEPS), |story| {
        runtime.block_on(async {
            let Some((url, _directory)) = fresh().await else {
                *sums.borrow_mut() = None;
                return;
            };
            let counts = play(&url, &story).await;
            if let Some(sums) = sums.borrow_mut().as_mut() {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        });
        Ok(())
    });
    if let Err(failed) = outcome {
        panic!("{failed}");
    }
    if let Some(sums) = sums.into_inner() {
        // The marks beside lateness are rare: few stories needn't have one, and other tests count each by hand.
        let drawn = if exploring { FIGURES.len() } else { place(DossierFigure::ResolvedLateApologised) };
        for (figure, sum) in FIGURES.iter().zip(sums).take(drawn) {
            assert!(sum > 0, "no story had anything to count as {figure:?}");
        }
    }
}

#[test]
fn random_histories_count_right_on_sqlite() {
    random_histories(async || {
        let fresh = sqlite::fresh(house::migrate).await;
        Some((fresh.url().to_owned(), Some(fresh)))
    });
}

#[test]
fn random_histories_count_right_on_postgres() {
    random_histories(async || Some((postgres::fresh_url(house::migrate).await?, None)));
}

both!(what_happens_after_a_closing_moves_no_figure, |house| {
    // Received at 8:15 to be done that day, stopped at 10:15, closed at 12:15, and "started again" at 14:15.
    let import = Act::Import {
        unit: 0,
        procedure: 0,
        back: 8 * 60,
        turns: vec![1 << 14, 3 << 14],
        end: Some((0, 21_844)),
        promise: None,
    };
    let story = Story { steps: vec![Step { wait: 9 * 60, act: import }], probes: Vec::new() };
    let sum = play(&house.url, &story).await;
    assert_eq!(sum[place(DossierFigure::ResolvedEarly)], 1, "{sum:?}");
});

both!(a_number_beyond_the_ledger_is_refused, |house| {
    let mut stage = Stage::open(&house.url).await;
    let receive = Act::Receive { unit: 0, procedure: 0, back: 0, registered: false };
    stage.play(&Step { wait: 60, act: receive }).await;
    let on = day("2024-05-16");
    let (_, last) = summary(&Desk::of(&stage.town), (on, on), "", Breakdown::Unit, None).await;
    for sequence in [last + 1, -1] {
        let ask = SummarizePeriodRequest {
            period: Some(hold::period(on, on)),
            as_of_sequence: Some(sequence),
            ..SummarizePeriodRequest::default()
        };
        let answer = stage.town.front.summarize_period(stage.town.ask(ask)).await;
        let named = (Code::OutOfRange, "BEYOND_LEDGER".to_owned(), vec!["as_of_sequence".to_owned()]);
        assert_eq!(refused(answer), named, "{sequence}");
    }
    let (none, _) = summary(&Desk::of(&stage.town), (on, on), "", Breakdown::Unit, Some(0)).await;
    assert_eq!(none.len(), 0, "nothing was known at first");
});
