//! A workbook of our own format: sheets by their names, date cells as our format writes them, faults by row and column.

use bonro::domain::record::RecordKind;
use bonro::intake::{OwnReading, Problem, Record, read_own};
use chrono::NaiveDate;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::import::office::{bonro, run, said};

fn read(file: &str, book: &mut Workbook) -> Result<OwnReading, Vec<Problem>> {
    let bytes = book.save_to_buffer().expect("a workbook");
    read_own(file, &bytes, chrono_tz::Asia::Ho_Chi_Minh)
}

fn sheet(book: &mut Workbook, name: &str, rows: &[&[&str]]) {
    let sheet = book.add_worksheet();
    sheet.set_name(name).expect("a name");
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let (row, column) =
                (u32::try_from(row).expect("a row"), u16::try_from(column).expect("a column"));
            if !cell.is_empty() {
                sheet.write_string(row, column, *cell).expect("a cell");
            }
        }
    }
}

const TASKS: &[&str] = &["code", "title", "assigned_on", "lead_unit_code", "completed_at"];

#[test]
fn cells_are_read_as_our_format_writes_them() {
    let mut book = Workbook::new();
    sheet(
        &mut book,
        "Tasks",
        &[TASKS, &[], &["NV-1", "Báo cáo\nquý", "", "VP", ""], &["NV-2", "Họp", "2024-03-01", "VP", ""]],
    );
    sheet(&mut book, "Ghi chú", &[&["in tay"]]);
    let (date, time) =
        (Format::new().set_num_format("dd/mm/yyyy"), Format::new().set_num_format("dd/mm/yyyy hh:mm"));
    let cells = book.worksheet_from_index(0).expect("a sheet");
    let at = |hour| ExcelDateTime::from_ymd(2024, 3, 5).expect("a date").and_hms(hour, 0, 0).expect("a time");
    cells.write_datetime_with_format(2, 2, at(0), &date).expect("a cell");
    cells.write_datetime_with_format(2, 4, at(15), &time).expect("a cell");
    let own = read("tháng 3.xlsx", &mut book).expect("it is read");
    assert_eq!(own.kinds.into_iter().collect::<Vec<_>>(), [RecordKind::Task]);
    let [one, other] = &own.reading.rows[..] else { panic!("{:?}", own.reading) };
    assert_eq!((&*one.file, one.line, other.line), ("tháng 3.xlsx › Tasks", 3, 4));
    let Record::Task(task) = &one.record else { panic!("{one:?}") };
    assert_eq!(task.assigned_on, NaiveDate::from_ymd_opt(2024, 3, 5).expect("a date"));
    assert_eq!(task.completed_at.map(|at| at.to_rfc3339()).as_deref(), Some("2024-03-05T08:00:00+00:00"));
    assert_eq!(&*task.title, "Báo cáo\nquý");
    let notes: Vec<(&str, &str)> = own.reading.notes.iter().map(|note| (note.reason, &*note.file)).collect();
    assert_eq!(notes, [("UNKNOWN_SHEET", "tháng 3.xlsx › Ghi chú")]);
}

#[test]
fn faults_are_told_by_sheet_row_and_column() {
    let mut book = Workbook::new();
    sheet(&mut book, "Sheet1", &[TASKS, &["NV-1", "Họp", "1/3/2024", "VP"], &["NV-2", "Họp", "", "VP"]]);
    let cells = book.worksheet_from_index(0).expect("a sheet");
    cells.write_formula(2, 2, Formula::new("=1/0").set_result("#DIV/0!")).expect("a cell");
    // Shown as 000012, a number all the same.
    let padded = Format::new().set_num_format("000000");
    for (column, text) in [(0, "NV-3"), (1, "Họp"), (2, "2024-03-01")] {
        cells.write_string(3, column, text).expect("a cell");
    }
    cells.write_number_with_format(3, 3, 12.0, &padded).expect("a cell");
    // A single sheet may be what its file is called.
    let own = read("tasks_20240320.xlsx", &mut book).expect("it is read");
    let problems: Vec<String> = own
        .reading
        .rows
        .iter()
        .filter_map(|row| if let Record::Unreadable(row) = &row.record { Some(&row.problems) } else { None })
        .flatten()
        .map(|p| format!("{}:{} {} {} {}", p.file, p.line, p.field, p.reason, p.value))
        .collect();
    assert_eq!(
        problems,
        [
            "tasks_20240320.xlsx › Sheet1:2 assigned_on BAD_DATE 1/3/2024",
            "tasks_20240320.xlsx › Sheet1:3 assigned_on CELL_ERROR #DIV/0!",
            "tasks_20240320.xlsx › Sheet1:4 lead_unit_code CODE_AS_NUMBER 12",
        ]
    );
}

#[test]
fn which_table_a_sheet_is_is_never_guessed() {
    let reasons = |file: &str, sheets: &[&str]| {
        let mut book = Workbook::new();
        for name in sheets {
            sheet(&mut book, name, &[TASKS]);
        }
        let problems = read(file, &mut book).map(|_| ()).expect_err("it is refused");
        problems.into_iter().map(|problem| problem.reason).collect::<Vec<_>>()
    };
    assert_eq!(reasons("a.xlsx", &["Sheet1"]), ["NO_TABLE"]);
    assert_eq!(reasons("tasks.xlsx", &["Sheet1", "Sheet2"]), ["NO_TABLE"]);
    assert_eq!(reasons("a.xlsx", &["tasks", "tasks (2)"]), ["SEVERAL_SHEETS"]);
    assert_eq!(reasons("a.xlsx", &["dossier_events"]), ["PART_ALONE"]);
    assert_eq!(reasons("a.xlsx", &["subtasks"]), ["NO_TABLE"]);
    assert_eq!(reasons("a.xlsx", &["surveys"]), ["MISSING_COLUMN"; 3]);
}

#[tokio::test]
async fn the_command_reads_what_a_folder_reads() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("Tasks tháng 3.xlsx");
    let mut book = Workbook::new();
    sheet(&mut book, "Sheet1", &[TASKS, &["NV-1", "Họp", "2024-03-01", "VP"], &["NV-2", "Họp", "1/3", "VP"]]);
    std::fs::write(&file, book.save_to_buffer().expect("a workbook")).expect("a file");
    let mut command = bonro(&["import"]);
    command.arg(&file).args(["--map", "bonro", "--dry-run", "--json"]);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&told["readable"], &told["refused"]), (&1.into(), &1.into()), "{told:#}");
    assert_eq!(told["problems"][0]["file"], "Tasks tháng 3.xlsx › Sheet1");
    assert_eq!(told["problems"][0]["line"], 3);
}
