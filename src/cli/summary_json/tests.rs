//! The sample's figures by hand as the contract has them, and an empty period.

#![expect(clippy::unnecessary_wraps, reason = "the fields of the contract are optional")]

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{differences, of};
use crate::cli::wire;
use crate::intake::{EXPECTED_SUMMARY, Files};
use crate::pb::v1 as pb;

fn expected() -> Value {
    let files = Files::sample();
    serde_json::from_slice(files.get(EXPECTED_SUMMARY).expect("the sample has it")).expect("it is JSON")
}

fn rate(numerator: i64, denominator: i64, percent: &str) -> Option<pb::Rate> {
    Some(pb::Rate { numerator, denominator, percent: Some(percent.to_owned()) })
}

/// received, in period, carried, resolved, early, on time, late, in process, in due, paused, overdue, withdrawn.
fn figures(n: [i64; 12], not_late: &str, late: &str) -> Option<pb::DossierFigures> {
    Some(pb::DossierFigures {
        received_total: n[0],
        received_in_period: n[1],
        carried_over: n[2],
        resolved: n[3],
        resolved_early: n[4],
        resolved_on_time: n[5],
        resolved_late: n[6],
        in_process: n[7],
        in_process_in_due: n[8],
        in_process_paused: n[9],
        in_process_overdue: n[10],
        withdrawn: n[11],
        stopped: 0,
        not_late_rate: rate(n[4] + n[5], n[3], not_late),
        late_rate: rate(n[6], n[3], late),
        ..pb::DossierFigures::default()
    })
}

fn online(online: i64, received: i64, percent: &str) -> Option<pb::OnlineFigures> {
    Some(pb::OnlineFigures { received, online, rate: rate(online, received, percent) })
}

fn scans(digitised: i64, of: i64, percent: &str) -> Option<pb::DigitisationFigures> {
    Some(pb::DigitisationFigures { digitised, of, rate: rate(digitised, of, percent) })
}

fn counts(pairs: &[(&str, i64)]) -> HashMap<String, i64> {
    pairs.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect()
}

fn group(key: &str) -> pb::FigureRow {
    pb::FigureRow { breakdown: pb::Breakdown::Group.into(), key: key.to_owned(), ..Default::default() }
}

fn sample() -> pb::PeriodSummary {
    let day = |month, date, year| NaiveDate::from_ymd_opt(year, month, date).map(wire::date);
    let payment = |key: &str, transactions, amount_vnd| pb::PaymentRow {
        key: key.to_owned(),
        transactions,
        amount_vnd,
    };
    pb::PeriodSummary {
        period: Some(pb::DateRange { from_on: day(12, 15, 2023), to_on: day(5, 15, 2024) }),
        rows: vec![
            pb::FigureRow {
                dossiers: figures([1320, 1304, 16, 1277, 1054, 221, 2, 37, 37, 0, 0, 6], "99.84", "0.16"),
                online_partial: online(258, 260, "99.23"),
                online_full: online(28, 28, "100.00"),
                intake_digitisation: scans(1300, 1304, "99.69"),
                result_digitisation: scans(1251, 1257, "99.52"),
                surveys: counts(&[("satisfied", 5), ("very_satisfied", 291), ("neutral", 0)]),
                surveys_total: 296,
                ..group("specialised_agencies")
            },
            pb::FigureRow {
                dossiers: figures(
                    [15205, 15028, 177, 14909, 10214, 4687, 8, 142, 142, 0, 0, 154],
                    "99.95",
                    "0.05",
                ),
                online_partial: online(11730, 11739, "99.92"),
                online_full: online(3203, 3206, "99.91"),
                intake_digitisation: scans(15016, 15028, "99.92"),
                result_digitisation: scans(14866, 14909, "99.71"),
                ..group("communes")
            },
            pb::FigureRow {
                dossiers: figures(
                    [8055, 6848, 1207, 6338, 5341, 863, 134, 1142, 1014, 0, 128, 575],
                    "97.89",
                    "2.11",
                ),
                surveys: counts(&[("satisfied", 87), ("very_satisfied", 3603), ("neutral", 3)]),
                surveys_total: 3693,
                ..group("land_registry_branch")
            },
            // Rows of other breakdowns are in no group.
            pb::FigureRow {
                breakdown: pb::Breakdown::Unit.into(),
                dossiers: figures([1; 12], "0.00", "0.00"),
                ..group("units/VP")
            },
        ],
        online_overall: online(15219, 15233, "99.91"),
        surveys_total: 3989,
        tasks: Some(pb::TaskFigures {
            completed: 9,
            completed_on_time: 8,
            completed_late: 1,
            in_progress: 6,
            in_progress_in_due: 6,
            in_progress_overdue: 0,
        }),
        procedures_by_level: counts(&[("town", 281), ("commune", 143)]),
        petitions: Some(pb::PetitionFigures { received: 2, answered: 2, answered_on_time: 2 }),
        payments: Some(pb::PaymentFigures {
            rows: vec![
                payment("town.land_tax_and_registration_fee", 950, 5_214_350_000),
                payment("town.fee", 423, 9_870_000),
                payment("communes.fee", 9580, 195_840_000),
            ],
            online: 10953,
            all: 10954,
            rate: rate(10953, 10954, "99.99"),
        }),
        document_numbers: ["54/KH-UBND", "764/QĐ-UBND", "51/KH-UBND", "52/KH-UBND", "53/KH-UBND"]
            .map(str::to_owned)
            .to_vec(),
        ..Default::default()
    }
}

#[test]
fn the_sample_has_exactly_the_expected_keys_and_forms() {
    assert_eq!(differences(&expected(), &of(&sample())), Vec::<String>::new());
}

#[test]
fn differences_name_the_path_on_both_sides() {
    let mut found = of(&sample());
    found["dossiers"]["communes"]["late_rate"] = json!("0.06");
    found["payments"]["town.x"] = json!(1);
    found["online"].as_object_mut().expect("an object").remove("overall");
    let expected_text = "online.overall: expected ";
    let differences = differences(&expected(), &found);
    assert_eq!(differences.len(), 3, "{differences:#?}");
    assert_eq!(differences[0], "dossiers.communes.late_rate: expected \"0.05\", found \"0.06\"");
    assert!(differences[1].starts_with(expected_text));
    assert_eq!(differences[2], "payments.town.x: expected \"(absent)\", found 1");
}

#[test]
fn an_empty_period_keeps_groups_with_zeros_and_drops_what_was_not_counted() {
    let none = Some(pb::Rate::default());
    let zeros = pb::DossierFigures { not_late_rate: none.clone(), late_rate: none, ..Default::default() };
    let empty = pb::PeriodSummary {
        rows: vec![
            pb::FigureRow { dossiers: Some(zeros), ..group("communes") },
            group("specialised_agencies"),
        ],
        online_overall: Some(pb::OnlineFigures::default()),
        payments: Some(pb::PaymentFigures::default()),
        ..Default::default()
    };
    let value = of(&empty);
    let communes = &value["dossiers"]["communes"];
    assert_eq!((&communes["received_total"], &communes["not_late_rate"]), (&json!(0), &Value::Null));
    assert_eq!(value["dossiers"].as_object().map(serde_json::Map::len), Some(1));
    for part in ["online", "digitisation", "surveys", "payments"] {
        assert_eq!(value[part], json!({}), "{part}");
    }
    assert_eq!((&value["tasks"]["completed"], &value["documents"]), (&json!(0), &json!([])));
}

#[test]
fn the_tables_of_the_sample_fit_a_terminal() {
    let mut summary = sample();
    let mut all = pb::DossierFigures::default();
    for dossiers in summary.rows.iter().filter_map(|row| row.dossiers.as_ref()) {
        all.received_total += dossiers.received_total;
        all.received_in_period += dossiers.received_in_period;
        all.carried_over += dossiers.carried_over;
        all.resolved += dossiers.resolved;
        all.resolved_early += dossiers.resolved_early;
        all.resolved_on_time += dossiers.resolved_on_time;
        all.resolved_late += dossiers.resolved_late;
        all.in_process += dossiers.in_process;
        all.in_process_in_due += dossiers.in_process_in_due;
        all.in_process_paused += dossiers.in_process_paused;
        all.in_process_overdue += dossiers.in_process_overdue;
        all.withdrawn += dossiers.withdrawn;
        all.stopped += dossiers.stopped;
    }
    summary.total = Some(pb::FigureRow { dossiers: Some(all), ..Default::default() });
    let text = crate::cli::summary_tables::of(&summary);
    for line in text.lines() {
        assert!(crate::cli::tables::width(line) <= 100, "{line}");
    }
    for part in ["15.205", "99,84%", "5.214.350.000", "764/QĐ-UBND", "rất hài lòng"] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}
