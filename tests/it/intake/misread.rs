//! Tables in which a heading, a date, a supplement or a row below the last may be taken for what it isn't: each is told
//! apart or refused, with its column and the mend.

use bonro::intake::{Mapping, Problem, TableReading, guess, read_table};
use rust_xlsxwriter::{Format, Workbook};

use super::export::local;
use super::whole::{mapping, split};
use crate::support::binary::bonro;

const HEAD: &str = "Mã hồ sơ;Mã TTHC;Đơn vị xử lý;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc xử lý;Trạng thái";

/// A file of the usual columns; a row is its cells with `;` between them.
fn csv(rows: &[&str]) -> Vec<u8> {
    format!("{HEAD}\n{}\n", rows.join("\n")).into_bytes()
}

fn read(bytes: &[u8]) -> TableReading {
    read_table("a.csv", bytes, &mapping("mot-cua")).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// What keeps a whole file from being read: each reason with the column and the row.
fn refused(bytes: &[u8], mapping: &Mapping) -> (Vec<String>, Vec<Problem>) {
    let problems = read_table("a.csv", bytes, mapping).expect_err("the whole file is refused");
    for problem in &problems {
        assert!(problem.message_vi.contains("hãy "), "{problem:#?}");
    }
    (problems.iter().map(|p| format!("{}:{} {}", p.reason, p.line, p.field)).collect(), problems)
}

/// The problems of single rows.
fn wrong(table: TableReading) -> Vec<String> {
    split(table).1.iter().map(|p| format!("{}:{} {} “{}”", p.reason, p.line, p.field, p.value)).collect()
}

fn notes<'t>(table: &'t TableReading, reason: &str) -> Vec<&'t str> {
    let notes = table.reading.notes.iter().filter(|note| note.reason == reason);
    notes.map(|note| &*note.message_vi).collect()
}

fn row(number: usize, received: &str) -> String {
    format!("H-{number};1.001;TP;{received};;;Đang xử lý")
}

#[test]
fn of_two_columns_of_one_name_none_is_taken() {
    let head = HEAD.replace("Ngày kết thúc xử lý", "NGÀY HẸN TRẢ:;Ngày kết thúc xử lý");
    let text = format!("{head}\nH-1;1.001;TP;06/05/2024;13/05/2024;15/05/2024;;Đang xử lý\n");
    let own = mapping("mot-cua");
    let (told, problems) = refused(text.as_bytes(), &own);
    assert_eq!(told, ["AMBIGUOUS_COLUMN:1 E (Ngày hẹn trả), F (NGÀY HẸN TRẢ:)"]);
    assert!(problems[0].message_vi.contains("due_at = \"E (Ngày hẹn trả)\""), "{problems:?}");
    // The mapping says which; or one of them is empty, as under a heading merged over two columns.
    let said = own.text.replace("due_at = [", "due_at = [\"F (NGÀY HẸN TRẢ:)\", ");
    let said = Mapping::parse("said", &said).expect("a mapping");
    let due = |table: TableReading| local(split(table).0["H-1"].due_at, "%d/%m");
    assert_eq!(due(read_table("a.csv", text.as_bytes(), &said).expect("it is read")), "15/05");
    assert_eq!(due(read(text.replace(";15/05/2024;", ";;").as_bytes())), "13/05");
    assert_eq!(due(read(text.replace(";13/05/2024;", ";;").as_bytes())), "15/05", "the filled one is meant");
    // What a guess proposes says it, too.
    let guessed = guess("a.csv", text.as_bytes()).expect("it is recognised");
    assert!(
        guessed.toml.contains("due_at = \"E (Ngày hẹn trả)\"  # E: ngày hẹn trả; hãy chọn"),
        "{}",
        guessed.toml
    );
    let guessed = Mapping::parse("guessed", &guessed.toml).expect("a mapping");
    assert_eq!(due(read_table("a.csv", text.as_bytes(), &guessed).expect("it is read")), "13/05");
}

#[test]
fn one_date_of_another_order_refuses_them_all() {
    let rows: Vec<String> = ["05/06/2024", "05/07/2024", "05/13/2024", "06/14/2024"]
        .iter()
        .zip(1..)
        .map(|(day, n)| row(n, day))
        .collect();
    let bytes = csv(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let (told, problems) = refused(&bytes, &mapping("mot-cua"));
    assert_eq!(told, ["DAY_MONTH_ORDER:4 D (Ngày tiếp nhận)"], "one a column, with its proof");
    assert!(problems[0].message_vi.contains("“05/13/2024”") && problems[0].message_vi.contains("[dates]"));
    // A guess sees the order, and its mapping reads the file.
    let guessed = guess("a.csv", &bytes).expect("it is recognised");
    assert!(guessed.toml.contains("patterns = [\"MM/dd/yyyy\"]"), "{}", guessed.toml);
    let guessed = Mapping::parse("guessed", &guessed.toml).expect("a mapping");
    let (records, problems) = split(read_table("a.csv", &bytes, &guessed).expect("it is read"));
    assert_eq!((problems.len(), local(Some(records["H-1"].received_at), "%d/%m")), (0, "06/05".to_owned()));
    // Both orders in one mapping would make two dates of one cell.
    let both = mapping("mot-cua").text.replace("\"dd/MM/yyyy\", ", "\"dd/MM/yyyy\", \"MM/dd/yyyy\", ");
    let said = Mapping::parse("x", &both).expect_err("it contradicts itself").to_string();
    assert!(said.contains("dates.patterns") && said.contains("MM/dd/yyyy"), "{said}");
}

/// A workbook with the usual columns; receipts are texts or serials.
fn workbook(receipts: &[Result<&str, f64>]) -> Vec<u8> {
    let (mut book, format) = (Workbook::new(), Format::new().set_num_format("dd/mm/yyyy hh:mm"));
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEAD.split(';')).expect("a row");
    for (number, receipt) in (1..).zip(receipts) {
        sheet.write_row(number, 0, row(number as usize, "").split(';')).expect("a row");
        match receipt {
            Ok(text) => sheet.write(number, 3, *text).expect("a cell"),
            Err(serial) => sheet.write_with_format(number, 3, *serial, &format).expect("a cell"),
        };
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn dates_of_which_a_spreadsheet_swapped_half_are_refused() {
    // 05/06, 07/06 and 08/06 became 6 May, 6 July and 6 August; what has no 13th month stayed text.
    let texts = [Ok("13/06/2024"), Ok("14/06/2024"), Ok("28/06/2024")];
    let serials = [Err(45_418.0), Err(45_479.0), Err(45_510.0)];
    let half: Vec<_> = texts.into_iter().chain(serials).collect();
    assert_eq!(refused(&workbook(&half), &mapping("mot-cua")).0, ["HALF_DATES:2 D (Ngày tiếp nhận)"]);
    // With a day that both have this is a column of two sorts, no more.
    let mixed: Vec<_> = half.iter().copied().chain([Err(45_427.0)]).collect();
    assert_eq!(split(read(&workbook(&mixed))).0.len(), 7);
}

#[test]
fn a_date_alone_among_times_and_midnight_are_told() {
    let table = read(&workbook(&[Err(45_427.5), Err(45_427.0), Ok("15/05/2024 00:00"), Ok("15/05/2024")]));
    let told = [notes(&table, "DATE_AMONG_TIMES"), notes(&table, "MIDNIGHT")];
    let rows = ["1 ô", "07:00", "dòng 3"].iter().all(|part| told[0][0].contains(part));
    assert!(rows && told[0][0].starts_with("D (Ngày tiếp nhận)"), "{told:?}");
    assert!(told[1][0].contains("1 ô ghi 00:00") && told[1][0].contains("dòng 4"), "{told:?}");
    let (records, _) = split(table);
    let times = ["H-1", "H-2", "H-3", "H-4"].map(|code| local(Some(records[code].received_at), "%H:%M"));
    assert_eq!(times, ["12:00", "07:00", "00:00", "07:00"]);
    // A column of dates alone needs no word.
    let plain = read(&workbook(&[Err(45_427.0), Err(45_428.0)]));
    assert_eq!((notes(&plain, "DATE_AMONG_TIMES"), notes(&plain, "MIDNIGHT")), (Vec::new(), Vec::new()));
}

#[test]
fn years_in_which_nothing_can_be_are_refused() {
    let days = ["15/05/0024", "01/01/1900", "31/12/9999", "15/05/1989", "15/05/2024"];
    let rows: Vec<String> = days.iter().zip(1..).map(|(day, n)| row(n, day)).collect();
    let told = wrong(read(&csv(&rows.iter().map(String::as_str).collect::<Vec<_>>())));
    let expected = days[..4]
        .iter()
        .zip(2..)
        .map(|(day, line)| format!("IMPLAUSIBLE_DATE:{line} D (Ngày tiếp nhận) “{day}”"));
    assert_eq!(told, expected.collect::<Vec<_>>());
}

#[test]
fn the_half_of_the_day_is_no_ornament() {
    let rows = [
        row(1, "06/05/2024 2:30 CH"),
        row(2, "06/05/2024 02:30:00 SA"),
        row(3, "2:30 PM 06/05/2024"),
        row(4, "06/05/2024 14:30 SA"),
    ];
    let table = read(&csv(&rows.each_ref().map(String::as_str)));
    let (records, problems) = split(table);
    let times = ["H-1", "H-2", "H-3"].map(|code| local(Some(records[code].received_at), "%H:%M"));
    assert_eq!((times, problems.len()), (["14:30", "02:30", "14:30"].map(str::to_owned), 1));
    let said =
        Mapping::parse("x", &mapping("mot-cua").text.replace("hh:mm a\"", "hh:mm\"")).expect_err("no half");
    assert!(said.to_string().contains("dates.patterns"), "{said}");
}

/// A workbook with the usual list of two dossiers and, under their heads, the rows of both sheets.
fn sheets(list: &[&[&str]], supplements: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Danh sách").expect("a name");
    sheet.write_row(0, 0, HEAD.split(';')).expect("a row");
    for (number, cells) in (1..).zip(list) {
        sheet.write_row(number, 0, cells.iter().copied()).expect("a row");
    }
    let sheet = book.add_worksheet();
    sheet.set_name("Bổ sung").expect("a name");
    let head =
        ["STT", "Mã hồ sơ", "Ngày yêu cầu bổ sung", "Ngày tiếp nhận bổ sung", "Ngày hẹn trả mới", "Lý do"];
    sheet.write_row(0, 0, head).expect("a row");
    for (number, cells) in (1..).zip(supplements) {
        sheet.write_row(number, 0, cells.iter().copied()).expect("a row");
    }
    book.save_to_buffer().expect("a workbook")
}

const NUMBERING: &[&str] = &["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"];
const FIRST: &[&str] = &["H-1", "1.001", "TP", "06/05/2024 08:00", "13/05/2024", "", "Đang xử lý"];
const SECOND: &[&str] = &["H-2", "1.001", "TP", "06/05/2024 08:00", "13/05/2024", "", "Đang xử lý"];
const SIGNED: [&[&str]; 4] = [
    &["Người lập biểu", "", "Thủ trưởng đơn vị", "(Ký tên, đóng dấu)"],
    &["(Ký, ghi rõ họ tên)", "", "KT. CHỦ TỊCH"],
    &["Nguyễn Văn A", "", "Trần Thị B", "Lê Văn C"],
    &["Nơi nhận: - Như trên", "- Lưu VT", "Văn phòng"],
];

#[test]
fn signatures_and_numberings_are_passed_over_in_both_sheets_and_told() {
    let mut list = vec![NUMBERING, FIRST, SECOND];
    list.extend(SIGNED);
    let good: &[&str] = &["1", "H-1", "07/05/2024 08:00", "08/05/2024 08:00", "15/05/2024", "Thiếu giấy"];
    let signed: [&[&str]; 3] = [
        &["", "Người lập biểu", "", "", "Thủ trưởng đơn vị", "(Ký tên)"],
        &["", "Nguyễn Văn A", "", "", "Trần Thị B", ""],
        &["", "Nơi nhận", "- Lưu VT", "", "", ""],
    ];
    let supplements: Vec<&[&str]> = [&NUMBERING[..6], good].into_iter().chain(signed).collect();
    let bytes = sheets(&list, &supplements);
    let table = read(&bytes);
    let told = notes(&table, "PASSED_OVER");
    assert!(told[0].contains("4 dòng") && told[0].ends_with(": 2, 4, 5, 6"), "the supplements: {told:?}");
    assert!(told[1].contains("5 dòng") && told[1].ends_with(": 2, 5, 6, 7, 8"), "{told:?}");
    let (records, problems) = split(table);
    assert_eq!((records.len(), problems), (2, Vec::new()));
    assert_eq!(records["H-1"].clock.len(), 2);
    // A dossier below the signatures is one, and so is a broken one.
    list.extend([
        &["H-3", "1.001", "TP", "06/05/2024", "", "", "Đang xử lý"][..],
        &["H-4", "1.001", "TP", "x", "", "", ""][..],
    ]);
    assert_eq!(wrong(read(&sheets(&list, &[]))), ["BAD_INSTANT:10 D (Ngày tiếp nhận) “x”"]);
    // A guess reads the same, supplements included.
    let guessed = guess("a.xlsx", &bytes).expect("it is recognised").toml;
    let guessed = Mapping::parse("guessed", &guessed).unwrap_or_else(|why| panic!("{why}\n{guessed}"));
    let (again, problems) = split(read_table("a.xlsx", &bytes, &guessed).expect("it is read"));
    assert_eq!((problems, again["H-1"].clock.len()), (Vec::new(), 2));
}

#[test]
fn no_supplement_is_dropped() {
    let supplements: [&[&str]; 5] = [
        &["1", "H-1", "", "", "", "Thiếu giấy"],
        &["2", "H-2", "08/05/2024 08:00", "07/05/2024 08:00", "", ""],
        &["3", "", "08/05/2024 08:00", "", "", "Thiếu giấy"],
        &["4", "H-9", "08/05/2024 08:00", "", "", ""],
        &["5", "H-1", "08/05/2024 08:00", "", "mai", ""],
    ];
    assert_eq!(
        wrong(read(&sheets(&[FIRST, SECOND], &supplements))),
        [
            "MISSING_VALUE:2 C (Ngày yêu cầu bổ sung) “”",
            "BAD_INSTANT:6 E (Ngày hẹn trả mới) “mai”",
            "WRONG_ORDER:3 D (Ngày tiếp nhận bổ sung) “07/05/2024 08:00”",
            "MISSING_VALUE:4 B (Mã hồ sơ) “”",
            "UNKNOWN_DOSSIER:5 B (Mã hồ sơ) “H-9”",
        ]
    );
    let json = |due: &str, list: &str| {
        let head = "MaHoSo;MaTTHC;DonViXuLy;NgayTiepNhan;NgayHenTra;TrangThaiHoSo;DanhSachHoSoBoSung";
        let list = list.replace('\'', "\"\"");
        let text = format!("{head}\nH-1;1.001;TP;20240506080000;{due};4;\"{list}\"\n");
        read_table("a.csv", text.as_bytes(), &mapping("dong-bo-ho-so")).expect("it is read")
    };
    for (list, told) in [
        (
            "[{'NgayYeuCau':'20240507080000'}]",
            "UNKNOWN_KEY:2 G (DanhSachHoSoBoSung) › NgayYeuCau “20240507080000”",
        ),
        (
            "[{'NgayBoSung':'20240507080000','NgayTiepNhanBS':'sai'}]",
            "UNKNOWN_KEY:2 G (DanhSachHoSoBoSung) › NgayTiepNhanBS “sai”",
        ),
        ("[{'HoSoBoSungId':7}]", "MISSING_VALUE:2 G (DanhSachHoSoBoSung) › NgayBoSung “”"),
        (
            "[{'NgayBoSung':'20240507080000','NgayHenTraTruoc':'x'}]",
            "BAD_INSTANT:2 G (DanhSachHoSoBoSung) › NgayHenTraTruoc “x”",
        ),
        (
            "[{'NgayBoSung':'20240507080000','NgayTiepNhanBoSung':'20240506090000'}]",
            "WRONG_ORDER:2 G (DanhSachHoSoBoSung) › NgayTiepNhanBoSung “20240506090000”",
        ),
    ] {
        assert_eq!(wrong(json("", list)), [told], "{list}");
    }
    let one = "[{'HoSoBoSungId':7,'NoiDung':'x','NgayBoSung':'20240507080000','NgayTiepNhanBoSung':'20240508080000','NgayHenTraTruoc':'20240513170000','NgayHenTraMoi':'20240514170000'}]";
    let due = |own: &str, list: &str| {
        let table = json(own, list);
        let told = notes(&table, "DUE_DIFFERS").len();
        (local(split(table).0["H-1"].due_at, "%d/%m"), told)
    };
    // The list's own appointments give way to each other; one that was made since stands.
    assert_eq!(due("20240513170000", one), ("14/05".to_owned(), 0));
    assert_eq!(due("20240514170000", one), ("14/05".to_owned(), 0));
    assert_eq!(due("20240520170000", one), ("20/05".to_owned(), 1));
    assert_eq!(
        due("", &one.replace("'NgayHenTraMoi':'20240514170000'", "'NgayHenTraMoi':null")),
        ("13/05".to_owned(), 0)
    );
}

#[test]
fn sentences_speak_of_columns_as_people_do_and_show_what_was_seen() {
    let table = read(&csv(&[&row(1, "06/05/2024")]));
    let told = notes(&table, "ABSENT_COLUMN");
    assert!(told[0].contains("ngày nộp (“Ngày nộp” / ") && !told[0].contains("submitted_at"), "{told:?}");
    let english = table.reading.notes.iter().find(|note| note.reason == "ABSENT_COLUMN").expect("a note");
    assert!(english.message_en.contains("day of submission (“Ngày nộp”"), "{english:?}");
    let text = "DANH SÁCH;;\nMã phiếu;Thủ tục hành chánh;Nhận lúc\n1;2;3\n";
    let (told, problems) = refused(text.as_bytes(), &mapping("mot-cua"));
    assert_eq!(told, ["NO_HEADER:0 "]);
    let said = &problems[0].message_vi;
    assert!(said.contains("1: “DANH SÁCH”; 2: “Mã phiếu”, “Thủ tục hành chánh”, “Nhận lúc”"), "{said}");
    assert!(said.contains("thủ tục ≈ B2 (Thủ tục hành chánh)"), "{said}");
    let nul = wrong_messages(&csv(&[&row(1, "06/05/2024").replace("H-1", "H-\u{0}1")]));
    assert_eq!(nul[0].matches("A (Mã hồ sơ)").count(), 1, "{nul:?}");
}

fn wrong_messages(bytes: &[u8]) -> Vec<String> {
    split(read(bytes)).1.iter().map(|problem| problem.message_vi.to_string()).collect()
}

#[test]
fn headings_of_the_ready_mapping_mean_one_field_each() {
    let own = mapping("mot-cua");
    let table: toml::Table = own.text.parse().expect("TOML");
    let mut seen = std::collections::BTreeMap::new();
    for (field, headings) in table["columns"].as_table().expect("a table") {
        for heading in headings.as_array().expect("a list") {
            let folded = bonro::domain::text::fold(heading.as_str().expect("a text"));
            let before = seen.insert(folded.clone(), field.clone());
            assert_eq!(before, None, "{folded} is {field}, too");
        }
    }
    for heading in [
        "Trạng thái xử lý",
        "Cơ quan tiếp nhận",
        "Cán bộ đang xử lý",
        "Ngày tiếp nhận hồ sơ",
        "Hạn trả kết quả",
    ] {
        assert!(seen.contains_key(&bonro::domain::text::fold(heading)), "{heading}");
    }
}

#[test]
fn a_dry_run_without_a_key_writes_its_report() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    let reported = |bytes: &[u8], report: &str| {
        std::fs::write(at("a.csv"), bytes).expect("a file");
        let mut command = bonro(&["import", "--map", "mot-cua", "--dry-run", "--report"]);
        let output = command.arg(at(report)).arg(at("a.csv")).output().expect("it runs");
        (output.status.code(), std::fs::read_to_string(at(report)).expect("a report"))
    };
    let broken = csv(&[&row(1, "06/05/2024"), &row(2, "mai")]);
    let (code, text) = reported(&broken, "problems.csv");
    assert!(
        code == Some(4) && text.lines().count() == 2 && text.contains("a.csv,3,D (Ngày tiếp nhận),error"),
        "{text}"
    );
    let (_, text) = reported(&broken, "problems.json");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&value["readable"], &value["refused"]), (&1.into(), &1.into()));
    let (code, text) = reported(b"x;y\n1;2\n", "refused.csv");
    assert!(code == Some(2) && text.contains("NO_HEADER"), "{text}");
}
