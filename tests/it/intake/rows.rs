//! Single rows: what each state, date and word becomes, and what is said of those that can't be read.

use std::fmt::Write as _;

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use bonro::intake::{BadMapping, DossierRecord, Mapping, Problem, TableReading, read_table};

use super::export::local;
use super::whole::{mapping, split};

const NATIONAL: &str = "MaHoSo;MaTTHC;DonViXuLy;KenhThucHien;LoaiDoiTuong;NgayNopHoSo;NgayTiepNhan;NgayHenTra;\
    TrangThaiHoSo;NgayKetThucXuLy;NgayTra;NguoiXuLy;DanhSachHoSoBoSung\n";

/// A file of the national fields; a row is its cells with `;` between them.
fn national(rows: &[&str]) -> TableReading {
    let text = rows.iter().fold(NATIONAL.to_owned(), |mut text, row| {
        let _ = writeln!(text, "{row}");
        text
    });
    read_table("dong-bo.csv", text.as_bytes(), &mapping("dong-bo-ho-so")).expect("it is read")
}

fn told(problem: &Problem) -> String {
    format!("{} {}:{} {} “{}”", problem.reason, problem.file, problem.line, problem.field, problem.value)
}

fn one(row: &str) -> DossierRecord {
    let (mut records, problems) = split(national(&[row]));
    assert_eq!(problems, [], "{row}");
    records.remove("H-1").expect("it is read")
}

fn at(instant: Option<chrono::DateTime<chrono::Utc>>) -> String {
    local(instant, "%d/%m %H:%M")
}

/// State, outcome, closed, returned.
fn standing(state: &str, closed: &str, returned: &str) -> (Option<State>, Option<ClosedAs>, String, String) {
    let row = format!("H-1;1.001;A;2;2;;20240506080000;20240513170000;{state};{closed};{returned};C1;");
    let dossier = one(&row);
    (dossier.stands_as, dossier.outcome, at(dossier.closed_at), at(dossier.result_returned_at))
}

#[test]
fn each_national_state_has_its_meaning() {
    let (closed, returned) = ("20240509150000", "20240510090000");
    let (c, r, none) = ("09/05 15:00".to_owned(), "10/05 09:00".to_owned(), String::new);
    let open = |state| (Some(state), None, none(), none());
    for (code, state) in [
        ("1", State::Registered),
        ("2", State::Received),
        ("3", State::NotAccepted),
        ("4", State::InProcess),
        ("Đang xử lý", State::InProcess),
        ("5", State::AwaitingSupplement),
        ("6", State::AwaitingPayment),
        ("8", State::Suspended),
    ] {
        assert_eq!(standing(code, "", ""), open(state));
    }
    assert_eq!(
        standing("7", closed, ""),
        (Some(State::Withdrawn), Some(ClosedAs::Withdrawn), c.clone(), none())
    );
    assert_eq!(standing("8", closed, ""), (Some(State::Stopped), Some(ClosedAs::Stopped), c.clone(), none()));
    assert_eq!(
        standing("9", closed, ""),
        (Some(State::Resolved), Some(ClosedAs::Resolved), c.clone(), none())
    );
    assert_eq!(
        standing("10", closed, returned),
        (Some(State::Returned), Some(ClosedAs::Resolved), c, r.clone())
    );
    // Without a closing instant the return stands for it, and that is said.
    assert_eq!(standing("10", "", returned), (Some(State::Returned), Some(ClosedAs::Resolved), r.clone(), r));
    let table = national(&["H-1;1.001;A;2;2;;20240506080000;;10;;20240510090000;;"]);
    let notes = table.reading.notes.iter().filter(|note| note.reason != "ABSENT_COLUMN");
    let notes: Vec<String> = notes.map(told).collect();
    assert_eq!(notes, ["CLOSED_WHEN_RETURNED dong-bo.csv:2 J (NgayKetThucXuLy) “”"]);
    // An open state with a closing instant contradicts itself: the state counts, and that is said.
    let table = national(&["H-1;1.001;A;2;2;;20240506080000;;4;20240509150000;;;"]);
    assert!(table.reading.notes.iter().any(|note| note.reason == "CLOSED_BUT_OPEN"));
}

#[test]
fn what_closed_needs_its_instant() {
    let table = national(&[
        "H-7;1.001;A;2;2;;20240506080000;;7;;;;",
        "H-9;1.001;A;2;2;;20240506080000;;9;;;;",
        "H-3;1.001;A;;;20240505080000;;;3;;;;",
        "H-4;1.001;A;;;20240505080000;;;4;;;;",
    ]);
    let (records, problems) = split(table);
    assert_eq!(
        problems.iter().map(told).collect::<Vec<_>>(),
        [
            "MISSING_VALUE dong-bo.csv:2 J (NgayKetThucXuLy) “”",
            "MISSING_VALUE dong-bo.csv:3 J (NgayKetThucXuLy) “”",
            "MISSING_VALUE dong-bo.csv:5 G (NgayTiepNhan) “”",
        ]
    );
    // What wasn't accepted was never received: it stands by when it was handed in. A blank channel counts as 1.
    let refused = &records["H-3"];
    assert_eq!(
        (at(Some(refused.received_at)), refused.channel),
        ("05/05 08:00".to_owned(), Channel::Counter)
    );
    assert_eq!(refused.applicant_kind, ApplicantKind::Person);
}

#[test]
fn supplements_in_a_cell_stop_the_clock_and_move_the_appointment() {
    let json = r#""[{""HoSoBoSungId"":1,""NgayBoSung"":""20240507090000"",""NgayTiepNhanBoSung"":""20240508100000"",""NgayHenTraTruoc"":""20240513170000"",""NgayHenTraMoi"":""20240515170000""},{""NgayBoSung"":""20240509090000"",""NgayTiepNhanBoSung"":null}]""#;
    let dossier = one(&format!("H-1;1.001;A;2;2;;20240506080000;20240513170000;5;;;C1;{json}"));
    let events: Vec<(String, bool)> =
        dossier.clock.iter().map(|event| (at(Some(event.at)), event.resumed)).collect();
    let event = |at: &str, resumed| (at.to_owned(), resumed);
    assert_eq!(
        events,
        [event("07/05 09:00", false), event("08/05 10:00", true), event("09/05 09:00", false)]
    );
    assert_eq!(at(dossier.due_at), "15/05 17:00");
    assert_eq!((&*dossier.clock[0].reason, &*dossier.clock[0].file), ("supplement_requested", "dong-bo.csv"));

    let broken = json.replace("20240515170000", "15.5.2024");
    let lacking = r#""[{""NgayTiepNhanBoSung"":""20240508100000""}]""#;
    let table = national(&[
        &format!("H-1;1.001;A;2;2;;20240506080000;20240513170000;5;;;C1;{broken}"),
        &format!("H-2;1.001;A;2;2;;20240506080000;20240513170000;5;;;C1;{lacking}"),
        "H-3;1.001;A;2;2;;20240506080000;20240513170000;5;;;C1;[{",
    ]);
    let (records, problems) = split(table);
    assert_eq!(records.len(), 0);
    assert_eq!(
        problems.iter().map(told).collect::<Vec<_>>(),
        [
            "BAD_INSTANT dong-bo.csv:2 M (DanhSachHoSoBoSung) › NgayHenTraMoi “15.5.2024”",
            "MISSING_VALUE dong-bo.csv:3 M (DanhSachHoSoBoSung) › NgayBoSung “”",
            "BAD_JSON dong-bo.csv:4 M (DanhSachHoSoBoSung) “[{”",
        ]
    );
}

#[test]
fn every_broken_cell_is_named_with_its_column_value_and_mend() {
    let rows = [
        ";1.001;A;2;2;;20240506080000;;4;;;;",
        "H-1;;A;9;2;;20240532080000;20240513;11;;;;",
        "H-2;1.001;A;2;2;;20240506080000;;4;;;;",
        "H-2;1.001;A;2;2;;20240506080000;;4;;;;",
    ];
    let (_, problems) = split(national(&rows));
    assert_eq!(
        problems.iter().map(told).collect::<Vec<_>>(),
        [
            "MISSING_VALUE dong-bo.csv:2 A (MaHoSo) “”",
            "MISSING_VALUE dong-bo.csv:3 B (MaTTHC) “”",
            "UNKNOWN_WORD dong-bo.csv:3 I (TrangThaiHoSo) “11”",
            "BAD_INSTANT dong-bo.csv:3 G (NgayTiepNhan) “20240532080000”",
            "UNKNOWN_WORD dong-bo.csv:3 D (KenhThucHien) “9”",
            "BAD_INSTANT dong-bo.csv:3 H (NgayHenTra) “20240513”",
            "DUPLICATE_CODE dong-bo.csv:5 A (MaHoSo) “H-2”",
        ]
    );
    for problem in &problems {
        let (vi, en) = (&problem.message_vi, &problem.message_en);
        assert!(vi.starts_with(&*problem.field) && vi.contains("hãy "), "{vi}");
        assert!(en.starts_with(&*problem.field) && en.contains("; "), "{en}");
    }
}

#[test]
fn a_file_that_does_not_fit_says_what_is_missing() {
    let wrong = |text: &str| {
        let problems =
            read_table("x.csv", text.as_bytes(), &mapping("dong-bo-ho-so")).expect_err("it doesn't fit");
        problems.iter().map(|problem| format!("{} {}", problem.reason, problem.field)).collect::<Vec<_>>()
    };
    assert_eq!(wrong("a;b\n1;2\n"), ["NO_HEADER "]);
    assert_eq!(
        wrong("MaHoSo;DonViXuLy;KenhThucHien\nH-1;A;1\n"),
        ["MISSING_COLUMN procedure_code", "MISSING_COLUMN received_at"]
    );
}

#[test]
fn a_mapping_that_is_wrong_names_its_key() {
    let base = "[columns]\ncode = \"Mã\"\nprocedure_code = \"TT\"\nunit_code = \"ĐV\"\nreceived_at = \"Nhận\"\n\
        [constants]\nchannel = \"counter\"\napplicant_kind = \"person\"\n";
    assert!(Mapping::parse("x", base).is_ok());
    let said = |text: &str| Mapping::parse("x", text).expect_err("it is wrong").to_string();
    let cases = [
        (format!("colums = 1\n{base}"), "colums"),
        (base.replace("code = \"Mã\"", "kode = \"Mã\""), "kode"),
        (base.replace("unit_code = \"ĐV\"\n", ""), "unit_code"),
        (base.replace("\"counter\"", "\"phone\""), "constants.channel"),
        (format!("{base}[dates]\npatterns = [\"dd/MM\"]\n"), "dates.patterns"),
        (format!("{base}[dates]\nzone = \"Asia/Duc_Pho\"\n"), "dates.zone"),
        (format!("{base}[dates.times]\ndue_at = \"25:00\"\n"), "dates.times"),
        (format!("{base}[values.state]\n\"Ký\" = \"signed\"\n"), "values.state"),
        (format!("encoding = \"latin1\"\n{base}"), "encoding"),
        (format!("delimiter = \"::\"\n{base}"), "delimiter"),
        (
            format!("tells_all = true\n{base}").replace("code = \"Mã\"", "code = \"Mã\"\nstate = \"x\""),
            "tells_all",
        ),
    ];
    for (text, key) in cases {
        assert!(said(&text).contains(key), "{key}: {}", said(&text));
    }
    assert!(matches!(Mapping::load("nowhere.toml"), Err(BadMapping::Unknown { .. })));
    for name in Mapping::ready() {
        assert!(matches!(Mapping::named(name), Some(Ok(_))), "{name}");
    }
}
