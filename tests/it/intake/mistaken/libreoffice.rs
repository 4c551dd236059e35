//! A list with everything odd that people do in spreadsheets, saved by LibreOffice in its three forms: each form gives the
//! same dossiers and the same refusals.

use bonro::intake::read_table;

use super::super::export::local;
use super::super::whole::{mapping, split};

/// Saved by LibreOffice 7.4: notes, a text box and a shape, formulas and their errors, codes with the format 000000 or
/// `HS-`0000, times of day, truths, links, an old list in a hidden sheet.
const SAVED: [(&str, &[u8]); 3] = [
    ("le.xlsx", include_bytes!("../libreoffice/le.xlsx")),
    ("le.xls", include_bytes!("../libreoffice/le.xls")),
    ("le.ods", include_bytes!("../libreoffice/le.ods")),
];

#[test]
fn what_is_odd_is_odd_in_every_form() {
    for (name, bytes) in SAVED {
        let table = read_table(name, bytes, &mapping("mot-cua")).unwrap_or_else(|found| panic!("{found:#?}"));
        assert_eq!(&*table.place, format!("{name} › Danh sách"));
        let (records, problems) = split(table);
        let mut told: Vec<String> = problems
            .iter()
            .map(|problem| {
                // XLSX has 15 digits of a number, the others 16.
                let value: String = problem.value.chars().take(14).collect();
                format!("{} {} {} {value}", problem.line, problem.reason, &problem.field[..1])
            })
            .collect();
        told.sort_by_key(|line| line.split(' ').next().and_then(|line| line.parse::<u64>().ok()));
        assert_eq!(
            told,
            [
                "6 CELL_ERROR G #N/A",
                "7 CELL_ERROR I #DIV/0!",
                // What a reference to a blank cell shows.
                "8 BAD_INSTANT G 00:00:00",
                "9 CODE_AS_NUMBER A 1234",
                "10 CODE_AS_NUMBER A 12",
                "11 CODE_AS_NUMBER A 12345678901234",
                "12 CODE_AS_NUMBER B 1.00161",
                "16 BAD_INSTANT G 16:30:00",
            ],
            "{name}"
        );
        let read: Vec<String> = records
            .values()
            .map(|record| {
                assert_eq!((&*record.unit_code, record.closed_at), ("Phòng Tư pháp", None), "{name}");
                let digitised = record.intake_digitised.map(|flag| format!(" {flag}")).unwrap_or_default();
                format!("{} {}{digitised}", record.code, local(record.due_at, "%d/%m/%Y %H:%M:%S"))
            })
            .collect();
        assert_eq!(
            read,
            [
                "0020 13/05/2024 17:00:00",
                "123456 13/05/2024 17:00:00",
                "240508000001 13/05/2024 17:00:00",
                "H-1 13/05/2024 17:00:00",
                "H-13 13/05/2024 16:30:15",
                "H-15 13/05/2024 17:00:00",
                "H-16 13/05/2024 12:00:00",
                "H-17 13/05/2024 17:00:00 true",
                "H-18 13/05/2024 17:00:00 false",
                "H-19 13/05/2024 17:00:00",
                "H-2 13/05/2024 17:00:00",
                "H-21 13/05/2024 17:00:00",
                "H-3 13/05/2024 08:15:30",
            ],
            "{name}"
        );
    }
}
