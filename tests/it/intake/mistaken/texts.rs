//! Text files whose letters, or the marks that exports put around codes, would be read as something else.

use bonro::intake::{DossierRecord, Mapping, Problem, read_table};

use super::super::whole::{mapping, split};
use super::{HEAD, ROW, reasons, refused};

fn read(text: &[u8]) -> (Vec<DossierRecord>, Vec<Problem>) {
    let table = read_table("a.csv", text, &mapping("mot-cua")).unwrap_or_else(|found| panic!("{found:#?}"));
    let (records, problems) = split(table);
    (records.into_values().collect(), problems)
}

#[test]
fn codes_are_read_without_what_guards_them_and_what_nobody_sees() {
    for (written, code) in [
        ("=\"0012\"", "0012"),
        ("\"=\"\"0012\"\"\"", "0012"),
        ("'0012", "0012"),
        ("\u{200e}H\u{2011}240506\u{2011}0001\u{200b}", "H-240506-0001"),
        ("H\u{ad}-240506-\u{feff}0001\u{200f}", "H-240506-0001"),
        ("H-1\u{202c}", "H-1"),
    ] {
        let (records, problems) = read(format!("{HEAD}\n{}\n", ROW.replace("H-1", written)).as_bytes());
        assert_eq!(problems, [], "{written}");
        assert_eq!(&*records[0].code, code, "{written}");
    }
    // The same dossier twice, once with a hyphen that doesn't break: it is said.
    let twice = format!("{HEAD}\n{ROW}\n{}\n", ROW.replace("H-1", "H\u{2011}1"));
    assert_eq!(reasons(&read(twice.as_bytes()).1), ["DUPLICATE_CODE"]);
}

#[test]
fn a_byte_that_is_no_utf_8_is_named_with_its_cell() {
    let mut text = format!("Danh sách\n{HEAD}\n{ROW}\n{}\n", ROW.replace("H-1", "H-2")).into_bytes();
    let at = text.windows(5).rposition(|window| window == "Công".as_bytes()).expect("the last applicant");
    text[at + 1] = 0xE5;
    let problems = refused("a.csv", &text);
    assert_eq!(reasons(&problems), ["BAD_UTF8"]);
    assert_eq!((problems[0].line, &*problems[0].field), (4, "E"));
    assert!(
        problems[0].value.starts_with("C\u{fffd}") && problems[0].value.ends_with("ng dân"),
        "{problems:?}"
    );
    assert!(
        problems[0].message_vi.contains("0xE5") && problems[0].message_vi.contains("UTF-8"),
        "{problems:?}"
    );
    assert!(problems[0].message_vi.contains("hãy "), "{problems:?}");
    // Neither UTF-8 nor any other: what was tried is said.
    let problems = refused("a.csv", b"a;b\n1;caf\xE9 \xDF\xDF\n");
    assert_eq!(
        (reasons(&problems), problems[0].line, &*problems[0].field),
        (vec!["UNKNOWN_ENCODING"], 2, "B")
    );
    for name in ["0xE9", "UTF-16", "Windows-1258", "TCVN3", "VNI"] {
        assert!(
            problems[0].message_vi.contains(name) && problems[0].message_en.contains(name),
            "{problems:?}"
        );
    }
}

/// What is written so in VNI, letter by letter as a program without its font shows it.
fn vni(text: &str) -> Vec<u8> {
    let of = |c: char| u8::try_from(u32::from(c)).unwrap_or_else(|_| panic!("{c}"));
    text.chars().map(of).collect()
}

#[test]
fn vni_is_noticed_and_read_as_what_people_saw() {
    let head = "Maõ hoà sô,Maõ TTHC,Ñôn vò,Keânh tieáp nhaän,Ñoái töôïng,Ngaøy tieáp nhaän,Ngaøy heïn traû,Ngaøy keát thuùc,Traïng thaùi";
    let row =
        "H-1,1.001,Phoøng Tö phaùp,Tröïc tuyeán,Coâng daân,06/05/2024 08:00,13/05/2024 17:00,,Ñang xöû lyù";
    let text = vni(&format!("{head}\n{row}\n"));
    let own = mapping("mot-cua");
    let named = Mapping::parse("x", &format!("encoding = \"vni\"\n{}", own.text)).expect("a mapping");
    for (mapping, is_noted) in [(own, true), (named, true)] {
        let table = read_table("a.csv", &text, &mapping).unwrap_or_else(|found| panic!("{found:#?}"));
        let note = table.reading.notes.iter().find(|note| note.reason == "ENCODING");
        assert_eq!(note.is_some_and(|note| note.message_vi.contains("VNI")), is_noted);
        let (records, problems) = split(table);
        assert_eq!(problems, []);
        assert_eq!(&*records["H-1"].unit_code, "Phòng Tư pháp");
    }
}

#[test]
fn what_the_mapping_says_for_all_rows_counts_as_filled() {
    let constants = "[columns]\ncode = \"Mã hồ sơ\"\nreceived_at = \"Ngày tiếp nhận\"\nstate = \"Trạng thái\"\n\
        [constants]\nprocedure_code = \"1.001\"\nunit_code = \"TP\"\nchannel = \"counter\"\napplicant_kind = \"person\"\n\
        [dates]\npatterns = [\"dd/MM/yyyy HH:mm\"]\n";
    let mapping = Mapping::parse("x", constants).expect("a mapping");
    let text = "Mã hồ sơ,Ngày tiếp nhận,Trạng thái\nH-1,06/05/2024 08:00,Đang xử lý\nH-2,,Đang xử lý\n,07/05/2024 08:00,Đang xử lý\n,,Ký tên\n";
    let (records, problems) = split(read_table("a.csv", text.as_bytes(), &mapping).expect("it is read"));
    assert_eq!(records.keys().collect::<Vec<_>>(), ["H-1"]);
    let told: Vec<(u64, &str, &str)> =
        problems.iter().map(|problem| (problem.line, problem.reason, &*problem.field)).collect();
    assert_eq!(told, [(3, "MISSING_VALUE", "B (Ngày tiếp nhận)"), (4, "MISSING_VALUE", "A (Mã hồ sơ)")]);
}

#[test]
fn a_row_with_nothing_but_a_code_is_a_dossier() {
    let text = format!("{HEAD}\n{ROW}\nH-2,,,,,,,,\nNgười lập biểu,,,,,,,,\n24580,,,,,,,,\n");
    let table = read_table("a.csv", text.as_bytes(), &mapping("mot-cua")).expect("it is read");
    let note = table.reading.notes.iter().find(|note| note.reason == "PASSED_OVER").expect("a note");
    assert!(note.message_en.starts_with("2 rows") && note.message_en.ends_with("4, 5"), "{note:?}");
    let (records, problems) = split(table);
    assert_eq!(records.len(), 1);
    assert!(
        problems.iter().all(|problem| problem.line == 3 && problem.reason == "MISSING_VALUE"),
        "{problems:?}"
    );
}
