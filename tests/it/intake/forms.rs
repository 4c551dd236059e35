//! One list in every form: saved by LibreOffice as XLSX, XLS and ODS, and as text in the encodings of Viet Nam.

use std::fmt::Write as _;

use bonro::domain::dossier::{Channel, State};
use bonro::intake::{DossierRecord, Mapping, read_table};
use encoding_rs::WINDOWS_1258;
use unicode_normalization::UnicodeNormalization as _;

use super::export::{HEADINGS, cells, comparable, local, sample};
use super::whole::{mapping, split};

/// Saved by LibreOffice 7.4: titles, a head of two rows, merged cells, real dates, a sum, a second sheet.
const SAVED: [(&str, &[u8]); 3] = [
    ("mot-cua.xlsx", include_bytes!("libreoffice/mot-cua.xlsx")),
    ("mot-cua.xls", include_bytes!("libreoffice/mot-cua.xls")),
    ("mot-cua.ods", include_bytes!("libreoffice/mot-cua.ods")),
];

#[test]
fn what_libreoffice_saves_is_read_alike() {
    for (name, bytes) in SAVED {
        let table = read_table(name, bytes, &mapping("mot-cua")).unwrap_or_else(|found| panic!("{found:#?}"));
        assert_eq!((&*table.place, table.head_row), (format!("{name} › Danh sách").as_str(), 5), "{name}");
        let (records, problems) = split(table);
        assert_eq!(problems, [], "{name}");
        assert_eq!(records.len(), 3, "{name}");
        let at = |at| local(at, "%d/%m %H:%M:%S");
        let first = &records["000.00.25.H48-240506-0001"];
        assert_eq!(
            (&*first.procedure_code, &*first.unit_code),
            ("Đăng ký kết hôn", "Phòng Tư pháp"),
            "{name}"
        );
        assert_eq!((first.channel, first.stands_as), (Channel::Online, Some(State::Returned)), "{name}");
        let instants =
            [Some(first.received_at), first.due_at, first.closed_at, first.result_returned_at].map(at);
        assert_eq!(
            instants,
            ["06/05 08:15:30", "09/05 17:00:00", "08/05 14:47:44", "10/05 09:00:00"],
            "{name}"
        );
        // A date alone is due when the office closes.
        let second = &records["000.00.25.H48-240507-0001"];
        assert_eq!(
            (at(second.due_at).as_str(), second.stands_as),
            ("08/05 17:00:00", Some(State::InProcess)),
            "{name}"
        );
        let third = &records["000.00.25.H48-240508-0001"];
        assert_eq!(
            (third.channel, third.stands_as),
            (Channel::Post, Some(State::AwaitingSupplement)),
            "{name}"
        );
        let events: Vec<String> = third.clock.iter().map(|event| at(Some(event.at))).collect();
        assert_eq!(events, ["10/05 10:00:00", "13/05 08:00:00", "14/05 10:00:00"], "{name}");
        assert_eq!(at(third.due_at), "30/05 17:00:00", "{name}");
        assert_eq!(&*third.clock[0].file, format!("{name} › Bổ sung"), "{name}");
    }
}

/// Some dossiers as text, as the export has them.
fn text(dossiers: &[DossierRecord], delimiter: &str) -> String {
    let mut text = format!("DANH SÁCH HỒ SƠ{0}{0}\n\n{1}\n", delimiter, HEADINGS.join(delimiter));
    for (number, dossier) in dossiers.iter().enumerate() {
        let _ = writeln!(text, "{}", cells(number, dossier).join(delimiter).replace('\u{a0}', " "));
    }
    let _ = writeln!(text, "{delimiter}Tổng cộng{delimiter}{delimiter}{}", dossiers.len());
    text
}

fn windows_1258(text: &str) -> Vec<u8> {
    let mut parts = String::new();
    for c in text.nfc() {
        // A letter keeps its shape and gives away its tone.
        let (tones, rest): (Vec<char>, Vec<char>) =
            c.nfd().partition(|c| "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(*c));
        parts.extend(rest.into_iter().collect::<String>().nfc());
        parts.extend(tones);
    }
    let (bytes, _, failed) = WINDOWS_1258.encode(&parts);
    assert!(!failed, "every letter has its byte");
    bytes.into_owned()
}

/// TCVN 5712:1993, the letters with which this text is written, as old programs have them.
fn tcvn3(text: &str) -> Vec<u8> {
    const LETTERS: &str =
        "ĂÂÊÔƠƯĐăâêôơưđ      àảãáạ ằẳẵắ       ặầẩẫấậè ẻẽéẹềểễếệìỉ   ĩíịò ỏõóọồổỗốộờởỡớợù ủũúụừửữứựỳỷỹýỵ";
    let byte = |c: char| LETTERS.chars().position(|letter| letter == c).filter(|_| c != ' ');
    let of = |c: char| {
        if c.is_ascii() {
            return u8::try_from(c).expect("ASCII");
        }
        let found = byte(c).or_else(|| c.to_lowercase().next().and_then(byte));
        u8::try_from(found.unwrap_or_else(|| panic!("{c}")) + 0xA1).expect("a byte")
    };
    text.nfc().map(of).collect()
}

#[test]
fn text_files_of_every_encoding_are_read_alike_and_named() {
    let dossiers: Vec<DossierRecord> =
        sample().into_iter().filter(|d| d.clock.is_empty()).step_by(99).collect();
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let cases: [(&str, Vec<u8>, Option<&str>); 6] = [
        ("a.csv", text(&dossiers, ",").into_bytes(), None),
        ("b.csv", format!("\u{feff}{}", text(&dossiers, ";").replace('\n', "\r\n")).into_bytes(), None),
        ("c.tsv", text(&dossiers, "\t").into_bytes(), None),
        ("d.csv", utf_16(&text(&dossiers, "\t")), Some("UTF-16")),
        ("e.csv", windows_1258(&text(&dossiers, ";")), Some("Windows-1258")),
        ("f.csv", tcvn3(&text(&dossiers, ";")), Some("TCVN3 (ABC)")),
    ];
    for (name, bytes, encoding) in cases {
        let table =
            read_table(name, &bytes, &mapping("mot-cua")).unwrap_or_else(|found| panic!("{found:#?}"));
        let noted = table.reading.notes.iter().find(|note| note.reason == "ENCODING");
        assert_eq!(noted.is_some(), encoding.is_some(), "{name}");
        if let (Some(note), Some(encoding)) = (noted, encoding) {
            assert!(note.message_vi.contains(encoding) && note.message_en.contains(encoding), "{note:?}");
        }
        let (records, problems) = split(table);
        assert_eq!(problems, [], "{name}");
        assert_eq!(records.len(), dossiers.len(), "{name}");
        for dossier in &dossiers {
            assert_eq!(comparable(records[&*dossier.code].clone()), comparable(dossier.clone()), "{name}");
        }
    }
}

#[test]
fn the_sheet_that_is_named_is_read_and_none_is_guessed() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "Hướng dẫn").expect("a cell");
    for (name, code) in [("Kỳ trước", "H-1"), ("Kỳ này", "H-2")] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        let rows = [
            ["Mã hồ sơ", "Mã TTHC", "Đơn vị", "Ngày tiếp nhận", "Ngày kết thúc xử lý"],
            [code, "1.001", "A", "06/05/2024 08:00", ""],
        ];
        for (row, cells) in (0..).zip(rows) {
            sheet.write_row(row, 0, cells).expect("a row");
        }
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    let codes = |mapping: &Mapping| {
        read_table("a.xlsx", &bytes, mapping).map(|table| split(table).0.into_keys().collect::<Vec<_>>())
    };
    let own = mapping("mot-cua");
    assert_eq!(codes(&own).expect_err("two fit")[0].reason, "SEVERAL_SHEETS");
    let named =
        |sheet: &str| Mapping::parse("x", &format!("sheet = \"{sheet}\"\n{}", own.text)).expect("a mapping");
    assert_eq!(codes(&named("ky NAY")).expect("it is read"), ["H-2"]);
    let problems = codes(&named("Kỳ sau")).expect_err("there is none");
    assert_eq!((problems[0].reason, problems[0].message_en.contains("“Kỳ này”")), ("NO_SHEET", true));
}
