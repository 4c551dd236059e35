//! Reading good and bad files, in memory and from the embedded sample.

use std::collections::BTreeMap;

use super::{DossierRecord, Files, Problem, Reading, Record, SourceRow, UnitRecord, read};
use crate::domain::record::RecordKind;

const UNITS: &str = "code,parent_code,kind,name,valid_from\nA,,people_committee,Ủy ban,2020-02-01\n";
const DOSSIERS: &str = "code,procedure_code,unit_code,channel,applicant_kind,received_at,due_at,closed_at,outcome,\
result_returned_at,officer_code,intake_digitised,result_digitised\n";

fn of(files: &[(&str, &str)]) -> Reading {
    of_bytes(&files.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>())
}

fn of_bytes(files: &[(&str, &[u8])]) -> Reading {
    read(&Files::of_memory(files.iter().map(|(name, bytes)| (*name, bytes.to_vec()))))
}

fn dossier(code: &str, received_at: &str) -> String {
    format!("{code},P1,A,counter,person,{received_at},,,,,,,\n")
}

/// `reason field line` of every problem, by row.
fn problems(reading: &Reading) -> Vec<String> {
    let of = |problem: &Problem| format!("{} {} {}", problem.reason, problem.field, problem.line);
    reading.rows.iter().flat_map(|row| refusals(row).iter().map(of)).collect()
}

fn refusals(row: &SourceRow) -> &[Problem] {
    if let Record::Unreadable(row) = &row.record { &row.problems } else { &[] }
}

fn dossiers(reading: &Reading) -> Vec<&DossierRecord> {
    fn of(row: &SourceRow) -> Option<&DossierRecord> {
        if let Record::Dossier(dossier) = &row.record { Some(dossier) } else { None }
    }
    reading.rows.iter().filter_map(of).collect()
}

fn units(reading: &Reading) -> Vec<&UnitRecord> {
    fn of(row: &SourceRow) -> Option<&UnitRecord> {
        if let Record::Unit(unit) = &row.record { Some(unit) } else { None }
    }
    reading.rows.iter().filter_map(of).collect()
}

fn notes(reading: &Reading) -> Vec<&str> {
    reading.notes.iter().map(|note| note.reason).collect()
}

#[test]
fn the_embedded_sample_is_read_without_a_problem() {
    let reading = read(&Files::sample());
    assert_eq!(problems(&reading), Vec::<String>::new());
    assert_eq!(reading.notes, []);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut parts = [0, 0];
    for row in &reading.rows {
        *counts.entry(&*row.file).or_default() += 1;
        if let Record::Dossier(dossier) = &row.record {
            parts[0] += dossier.moves.len();
            parts[1] += dossier.clock.len();
        }
    }
    let expected = [
        ("calendar.json", 1),
        ("documents.csv", 5),
        ("dossiers.csv", 24_580),
        ("officials.csv", 122),
        ("payments.csv", 10_954),
        ("petitions.csv", 2),
        ("procedures.csv", 424),
        ("surveys.csv", 3_989),
        ("tasks.csv", 15),
        ("units.csv", 30),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
    assert_eq!(parts, [2930, 2344]);
}

#[test]
fn marks_line_ends_order_and_strange_columns_change_nothing() {
    let plain = of(&[("units.csv", UNITS)]);
    assert_eq!(problems(&plain), Vec::<String>::new());
    let bom = format!("\u{feff}{}", UNITS.replace('\n', "\r\n"));
    assert_eq!(of(&[("units.csv", &bom)]).rows, plain.rows);
    let mac = UNITS.replace('\n', "\r");
    assert_eq!(of(&[("units.csv", &mac)]).rows, plain.rows);
    let semicolons = UNITS.replace(',', ";");
    assert_eq!(of(&[("units.csv", &semicolons)]).rows, plain.rows);
    let reordered = "Name, VALID_FROM,kind,parent_code,code\nỦy ban,2020-02-01,people_committee,,A\n";
    assert_eq!(of(&[("units.csv", reordered)]).rows, plain.rows);

    let header: Vec<String> = (0..195).map(|n| format!("extra_{n}")).collect();
    let wide = format!(
        "{},code,parent_code,kind,name,valid_from\n{}A,,people_committee,Ủy ban,2020-02-01\n",
        header.join(","),
        "x,".repeat(195)
    );
    let wide = of(&[("units.csv", &wide)]);
    assert_eq!(wide.rows, plain.rows);
    assert_eq!(notes(&wide), ["UNKNOWN_COLUMN"]);
    assert!(wide.notes[0].message_en.starts_with("195 columns"), "{}", wide.notes[0].message_en);
}

#[test]
fn quoted_line_breaks_and_blank_lines_keep_the_line_numbers() {
    let text = "code,parent_code,kind,name,valid_from\r\n\r\nA,,office,\"Văn\r\nphòng, \"\"một\"\"\",\r\n,,,,\r\n  \r\nB,A,office,B,\r\n";
    let reading = of(&[("units.csv", text)]);
    assert_eq!(problems(&reading), Vec::<String>::new());
    assert_eq!(reading.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 7]);
    assert_eq!(&*units(&reading)[0].name, "Văn\r\nphòng, \"một\"");
}

#[test]
fn an_empty_file_has_no_rows_and_an_absent_one_neither() {
    for empty in ["", "\n\r\n", "\u{feff}", "  \n"] {
        let reading = of(&[("units.csv", UNITS), ("dossiers.csv", empty)]);
        assert_eq!((reading.rows.len(), notes(&reading)), (1, vec!["EMPTY_FILE"]), "{empty:?}");
    }
    let header_only = of(&[("units.csv", UNITS), ("dossiers.csv", DOSSIERS)]);
    assert_eq!((header_only.rows.len(), header_only.notes), (1, vec![]));
}

#[test]
fn a_missing_column_refuses_the_file_once() {
    let reading = of(&[("units.csv", "code,kind,name\nA,office,A\nB,office,B\n")]);
    assert_eq!(problems(&reading), ["MISSING_COLUMN parent_code 1"]);
}

#[test]
fn broken_utf_8_names_its_line_and_leaves_the_other_rows_alone() {
    let mut text = b"code,parent_code,kind,name,valid_from\nA,,office,\"x\ny".to_vec();
    text.extend([0xC4, b'"', b',', b'\n']);
    text.extend("B,,office,Ổn,\n".bytes());
    let reading = of_bytes(&[("units.csv", &text)]);
    assert_eq!(problems(&reading), ["BAD_UTF8 name 3"]);
    assert_eq!(reading.rows.len(), 2);
    let utf_16 = of_bytes(&[("units.csv", &[0xFF, 0xFE, b'c', 0, b'o', 0])]);
    assert_eq!(problems(&utf_16), ["BAD_UTF8  1"]);
}

#[test]
fn a_quote_that_nobody_closes_costs_its_own_line_only() {
    let text = "code,parent_code,kind,name,valid_from\nA,,office,\"Mở,\nB,,office,Ổn,\nC,,office,\"Tốt\",\nD,,office,D\nE,,office,E, , \n";
    let reading = of(&[("units.csv", text)]);
    assert_eq!(problems(&reading), ["UNCLOSED_QUOTE  2", "CELL_COUNT  5"]);
    assert_eq!(reading.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 4, 6, 2, 5]);
}

#[test]
fn every_broken_cell_of_a_row_is_named_at_once() {
    let row = "D1,,A,phone,person,2024-05-32T08:00:00+07:00,2024-05-20T17:00:00,16/5/2024,done,,,maybe,\n";
    let reading = of(&[("dossiers.csv", &format!("{DOSSIERS}{row}"))]);
    assert_eq!(
        problems(&reading),
        [
            "MISSING_VALUE procedure_code 2",
            "UNKNOWN_WORD channel 2",
            "BAD_INSTANT received_at 2",
            "NAIVE_INSTANT due_at 2",
            "BAD_INSTANT closed_at 2",
            "UNKNOWN_WORD outcome 2",
            "UNKNOWN_WORD intake_digitised 2",
        ]
    );
    let Record::Unreadable(row) = &reading.rows[0].record else { panic!("the row can't be read") };
    assert_eq!((&*row.code, row.kind), ("D1", RecordKind::Dossier));
    assert_eq!(row.problems[3].value.as_ref(), "2024-05-20T17:00:00");
    assert!(row.problems[3].message_vi.contains("2024-05-20T17:00:00+07:00"));
    assert!(
        row.problems.iter().all(|problem| !problem.message_vi.is_empty() && !problem.message_en.is_empty())
    );
}

#[test]
fn instants_keep_their_offset_and_no_more_than_microseconds() {
    let rows = dossier("D1", "2024-05-06T09:00:00.1234567+07:00") + &dossier("D2", "2024-05-06T01:00:00Z");
    let reading = of(&[("dossiers.csv", &format!("{DOSSIERS}{rows}"))]);
    let received: Vec<String> = dossiers(&reading).iter().map(|row| row.received_at.to_rfc3339()).collect();
    assert_eq!(received, ["2024-05-06T01:00:00+00:00", "2024-05-06T02:00:00.123456+00:00"]);
}

#[test]
fn the_same_code_twice_refuses_the_second_and_names_the_first() {
    let rows = dossier("D1", "2024-05-06T09:00:00+07:00") + &dossier("D1", "2024-05-07T09:00:00+07:00");
    let reading = of(&[("dossiers.csv", &format!("{DOSSIERS}{rows}"))]);
    assert_eq!(problems(&reading), ["DUPLICATE_CODE code 3"]);
    let Record::Unreadable(row) = &reading.rows[1].record else { panic!("the second row is refused") };
    assert!(row.problems[0].message_en.contains("line 2 of dossiers.csv"), "{}", row.problems[0].message_en);
}

#[test]
fn events_and_moves_find_their_dossier_in_any_order() {
    let rows = dossier("D2", "2024-05-07T09:00:00+07:00") + &dossier("D1", "2024-05-06T09:00:00+07:00");
    let events = "dossier_code,at,event,reason\n\
        D1,2024-05-09T09:00:00+07:00,resumed,x\n\
        D2,2024-05-08T09:00:00+07:00,paused,x\n\
        NIE,2024-05-08T09:00:00+07:00,paused,x\n\
        ,2024-05-08T09:00:00+07:00,paused,x\n\
        D1,2024-05-08T09:00:00+07:00,paused,x\n";
    let moves = "step,to_official,from_official,at,dossier_code\n\
        Thẩm định,O2,O1,2024-05-07T08:00:00+07:00,D1\n\
        Tiếp nhận,O1,,2024-05-06T09:00:00+07:00,D1\n";
    let reading = of(&[
        ("dossier_events.csv", events),
        ("dossiers.csv", &format!("{DOSSIERS}{rows}")),
        ("dossier_moves.csv", moves),
    ]);
    assert_eq!(problems(&reading), ["UNKNOWN_DOSSIER dossier_code 4", "MISSING_VALUE dossier_code 5"]);
    let first = dossiers(&reading)[0];
    assert_eq!(&*first.code, "D1");
    assert_eq!(
        first.clock.iter().map(|event| (event.resumed, event.line)).collect::<Vec<_>>(),
        [(false, 6), (true, 2)]
    );
    assert_eq!(first.moves.iter().map(|moved| &*moved.to_official).collect::<Vec<_>>(), ["O1", "O2"]);
}

#[test]
fn an_event_whose_dossier_has_lost_its_code_says_so() {
    let rows = dossier("D1", "2024-05-06T09:00:00+07:00") + &dossier("", "2024-05-06T09:00:00+07:00");
    let events = "dossier_code,at,event,reason\nD2,2024-05-08T09:00:00+07:00,paused,x\n";
    let said = |rows: &str| {
        let reading = of(&[("dossier_events.csv", events), ("dossiers.csv", &format!("{DOSSIERS}{rows}"))]);
        let found = reading.rows.iter().find_map(|row| {
            let Record::Unreadable(row) = &row.record else { return None };
            row.problems.iter().find(|p| p.reason == "UNKNOWN_DOSSIER").cloned()
        });
        let found = found.expect("the event leads nowhere");
        (found.message_vi.into_string(), found.message_en.into_string())
    };
    let (vi, en) = said(&rows);
    assert!(vi.contains("dòng bị từ chối vì mã (dòng 3); nếu đó là hồ sơ này hãy sửa dòng đó trước"), "{vi}");
    assert!(en.contains("refused for their code (line 3); correct such a row first"), "{en}");
    let (vi, en) = said(&dossier("D1", "2024-05-06T09:00:00+07:00"));
    assert!(vi.contains("thêm hồ sơ đó vào dossiers.csv") && en.contains("add the dossier"), "{vi} {en}");
}

#[test]
fn a_dossier_without_one_of_its_events_is_not_read() {
    let rows = dossier("D1", "2024-05-06T09:00:00+07:00") + &dossier("D2", "2024-05-06T09:00:00+07:00");
    let events = "dossier_code,at,event,reason\n\
        D1,2024-05-08T09:00:00+07:00,paused,x\n\
        D1,2024-05-09,resumed,x\n\
        D1,2024-05-09T09:00:00+07:00,stopped,x\n\
        D2,2024-05-09T09:00:00+07:00,paused,x,y\n";
    let reading = of(&[("dossiers.csv", &format!("{DOSSIERS}{rows}")), ("dossier_events.csv", events)]);
    assert_eq!(problems(&reading), ["BAD_INSTANT at 3", "UNKNOWN_WORD event 4", "CELL_COUNT  5"]);
    assert_eq!((reading.rows.len(), dossiers(&reading).len()), (2, 0));
}

#[test]
fn units_come_parents_first_and_circles_last() {
    let text = "code,parent_code,kind,name\nC,B,x,C\nX,Y,x,X\nB,A,x,B\nY,X,x,Y\nA,,x,A\nZ,ELSEWHERE,x,Z\n";
    let reading = of(&[("units.csv", text)]);
    let codes: Vec<&str> = units(&reading).iter().map(|unit| &*unit.code).collect();
    assert_eq!(codes, ["A", "Z", "B", "C", "X", "Y"]);
}

#[test]
fn a_calendar_is_read_whole_or_not_at_all() {
    let week = r#"{"office_hours":[["07:00","11:30"],["13:30","17:00"]],"working_weekdays":[1,2,3,4,5],
        "time_zone":"Asia/Ho_Chi_Minh","same_day_cutoff":"15:00"}"#;
    let days = "day,kind,name,swapped_with\n2024-05-01,day_off,Lễ,\n2024-05-04,working_day,Bù,2024-04-29\n";
    let good = of(&[("calendar.json", week), ("calendar.csv", days)]);
    let Record::Calendar(calendar) = &good.rows[0].record else { panic!("a calendar") };
    assert_eq!((calendar.days.len(), calendar.spec().loaded_years), (2, Some((2024, 2024))));
    let alone = of(&[("calendar.csv", days)]);
    assert!(matches!(&alone.rows[0].record, Record::Calendar(calendar) if calendar.office_hours.len() == 2));

    let bad = format!("{days}2024-05-01,day_off,Lễ,\n2024-13-01,holiday,,\n");
    let bad = of(&[("calendar.json", week), ("calendar.csv", &bad)]);
    assert_eq!(problems(&bad), ["DUPLICATE_CODE day 4", "BAD_DATE day 5", "UNKNOWN_WORD kind 5"]);
    let zone = of(&[("calendar.json", &week.replace("Asia/Ho_Chi_Minh", "Asia/Duc_Pho"))]);
    assert_eq!(problems(&zone), ["UNKNOWN_WORD time_zone 1"]);
    let hours = of(&[("calendar.json", &week.replace("13:30", "18:30"))]);
    assert_eq!(problems(&hours), ["BAD_CALENDAR office_hours 1"]);
    for (cutoff, found) in [
        ("17:00", vec![]),
        ("07:00", vec![]),
        ("17:01", vec!["BAD_CALENDAR same_day_cutoff 1"]),
        ("06:59", vec!["BAD_CALENDAR same_day_cutoff 1"]),
    ] {
        let read = of(&[("calendar.json", &week.replace("15:00", cutoff))]);
        assert_eq!(problems(&read), found, "{cutoff}");
        assert!(
            refusals(&read.rows[0]).iter().all(|p| p.message_vi.contains("từ 07:00 đến 17:00")),
            "{cutoff}"
        );
    }
    assert_eq!(problems(&of(&[("calendar.json", "{\n \"office_hours\": 7\n}")])), ["BAD_JSON  2"]);
}

#[test]
fn numbers_terms_and_words_of_the_other_files() {
    let procedures = "code,name,field,level,unit_code,term_unit,term,online_level,watched_list\n\
        P1,A,F,town,,same_day,,none, Theo dõi \nP2,B,F,town,,working_days,0,none,\nP3,C,F,town,,weeks,2,none,\nP4,D,F,town,,months,x,half,\n";
    let payments = "code,unit_code,paid_at,kind,amount_vnd,online\n\
        T1,A,2024-05-06T09:00:00+07:00,fee,5.531.000,true\nT2,A,2024-05-06T09:00:00+07:00,fee,31000,TRUE\n\
        T3,A,2024-05-06T09:00:00+07:00,fee,99999999999999999999,true\n";
    let targets = "code,name,indicator,comparison,value,from_on,to_on\n\
        C1,Đúng hạn,not_late_rate,at_least,99.5,2024-01-01,2024-12-31\nC2,x,late_rate,at_most,1.234,2024-01-01,2024-12-31\n\
        C3,x,late_rate,at_most,99999999999999999999.5,2024-01-01,2024-12-31\nC4,x,late_rate,at_most,-0.5,2024-01-01,2024-12-31\n";
    let tasks = "code,title,assigned_on,lead_unit_code,cooperating_unit_code\nN1,x,2024-01-01,A,\"B; C,D\"\n";
    let reading = of(&[
        ("procedures.csv", procedures),
        ("payments.csv", payments),
        ("targets.csv", targets),
        ("tasks.csv", tasks),
    ]);
    assert_eq!(
        problems(&reading),
        [
            "BAD_TERM term 3",
            "UNKNOWN_WORD term_unit 4",
            "BAD_NUMBER term 5",
            "UNKNOWN_WORD online_level 5",
            "BAD_NUMBER amount_vnd 2",
            "TOO_LARGE amount_vnd 4",
            "BAD_NUMBER value 3",
            "TOO_LARGE value 4",
        ]
    );
    let mut seen = (Vec::new(), Vec::new());
    for row in &reading.rows {
        if let Record::Procedure(procedure) = &row.record {
            assert_eq!(&*procedure.watched_list, "Theo dõi");
        }
        if let Record::Task(task) = &row.record {
            seen.0 = task.cooperating_unit_codes.iter().map(|code| &**code).collect();
        }
        if let Record::Target(target) = &row.record {
            seen.1.push(target.value_hundredths);
        }
    }
    assert_eq!(seen, (vec!["B", "C", "D"], vec![9950, -50]));
}

proptest::proptest! {
    /// Whatever bytes come, nothing panics, and every line that is said lies in its file.
    #[test]
    fn no_bytes_break_the_reader(pieces in proptest::collection::vec(proptest::sample::select(vec![
        &b"code"[..], b",", b",", b"\n", b"\r\n", b"\r", b"\"", b"\"\"", b"parent_code,kind,name", b"A", b";", b"\t", b" ",
        b"\xC4", b"\xEF\xBB\xBF", b"dossier_code,at,event,to_official", b"2024-05-06T09:00:00+07:00",
    ]), 0..40)) {
        let bytes = pieces.concat();
        let whole = [&b"code,parent_code,kind,name\n"[..], &bytes].concat();
        for text in [&bytes, &whole] {
            let reading = of_bytes(&[("units.csv", text), ("dossier_events.csv", text), ("calendar.json", text)]);
            let lines = text.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
            for row in &reading.rows {
                proptest::prop_assert!(row.line >= 1 && row.line <= lines as u64, "{row:?}");
            }
        }
    }
}
