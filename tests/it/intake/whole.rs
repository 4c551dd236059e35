//! The whole sample, exported to a workbook and read back by the ready mapping, is the sample.

use std::collections::BTreeMap;

use bonro::domain::dossier::State;
use bonro::intake::{DossierRecord, Mapping, Problem, Record, TableReading, read_table};

use super::export::{comparable, sample, state, workbook};

/// The records by code, and the problems of the rows that can't be read.
pub fn split(table: TableReading) -> (BTreeMap<String, DossierRecord>, Vec<Problem>) {
    let (mut records, mut problems) = (BTreeMap::new(), Vec::new());
    for row in table.reading.rows {
        let key = row.record.key().1.to_owned();
        if let Record::Dossier(dossier) = row.record {
            records.insert(key, *dossier);
        } else if let Record::Unreadable(refused) = row.record {
            problems.extend(refused.problems);
        }
    }
    (records, problems)
}

pub fn mapping(name: &str) -> Mapping {
    Mapping::load(name).expect("the binary carries it")
}

#[test]
fn the_sample_as_a_workbook_is_the_sample() {
    let dossiers = sample();
    let table = read_table("ho-so.xlsx", &workbook(&dossiers), &mapping("mot-cua")).expect("it is read");
    assert_eq!((&*table.place, table.head_row), ("ho-so.xlsx › Danh sách hồ sơ", 5));
    let reasons: Vec<&str> = table.reading.notes.iter().map(|note| note.reason).collect();
    // One result was given out at midnight to the second.
    assert_eq!(reasons, ["ABSENT_COLUMN", "PASSED_OVER", "MIDNIGHT"], "{:#?}", table.reading.notes);
    assert!(table.reading.notes[1].message_en.starts_with("4 rows"), "{:?}", table.reading.notes[1]);
    // What stands in a column, and what it was read as.
    let shown: Vec<String> =
        table.columns.iter().map(|c| format!("{} {} → {}", c.letters, c.example, c.read_as)).collect();
    assert!(shown.contains(&"G 21/08/2023 16:35:27 → 2023-08-21T16:35:27+07:00".to_owned()), "{shown:#?}");
    assert_eq!(table.columns.last().map(|column| column.field), Some(None));

    let (records, problems) = split(table);
    assert_eq!(problems, []);
    assert_eq!(records.len(), 24_580);
    let mut states: BTreeMap<State, usize> = BTreeMap::new();
    for dossier in dossiers {
        let found = &records[&*dossier.code];
        let stands = state(&dossier);
        assert_eq!(found.stands_as, Some(stands), "{}", dossier.code);
        *states.entry(stands).or_default() += 1;
        assert_eq!(comparable(found.clone()), comparable(dossier));
    }
    assert!(states.len() >= 4, "the sample has many states: {states:?}");
}

#[test]
fn the_samples_own_file_is_read_by_its_mapping() {
    let files = bonro::intake::Files::sample();
    let bytes = files.get("dossiers.csv").expect("it is there");
    let table = read_table("dossiers.csv", bytes, &mapping("duc-pho-csv")).expect("it is read");
    let reasons: Vec<&str> = table.reading.notes.iter().map(|note| note.reason).collect();
    assert_eq!(reasons, ["MIDNIGHT"], "{:#?}", table.reading.notes);
    let (records, problems) = split(table);
    assert_eq!(problems, []);
    for dossier in sample() {
        let mut expected = dossier.clone();
        expected.moves.clear();
        expected.clock.clear();
        assert_eq!(records[&*dossier.code], expected);
    }
}
