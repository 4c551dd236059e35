//! Files that look right and would be read wrongly: each is refused, or its row is, and says why.

mod documents;
mod libreoffice;
mod texts;
mod workbooks;

use bonro::intake::{Mapping, Problem, read_table};
use rust_xlsxwriter::Workbook;

use super::export::{cells, sample};
use super::whole::{mapping, split};

const HEAD: &str =
    "Mã hồ sơ,Mã TTHC,Đơn vị,Kênh tiếp nhận,Đối tượng,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc,Trạng thái";
const ROW: &str = "H-1,1.001,TP,Trực tiếp,Công dân,06/05/2024 08:00,13/05/2024 17:00,,Đang xử lý";

fn refused(name: &str, bytes: &[u8]) -> Vec<Problem> {
    read_table(name, bytes, &mapping("mot-cua")).expect_err("the whole file is refused")
}

fn reasons(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.reason).collect()
}

#[test]
fn a_row_of_another_length_than_its_head_is_refused() {
    // An unquoted comma moves every later cell to the right; a cut file ends within a row.
    for (row, cells) in [(ROW.replace("Trực tiếp", "Trực tiếp, tại quầy"), 10), (ROW[..60].to_owned(), 7)]
    {
        let text = format!("{HEAD}\n{ROW}\n{}\n", row.replace("H-1", "H-2"));
        let table = read_table("a.csv", text.as_bytes(), &mapping("mot-cua")).expect("it is read");
        let (records, problems) = split(table);
        assert_eq!((records.len(), reasons(&problems)), (1, vec!["CELL_COUNT"]), "{row}");
        assert!(problems[0].message_vi.contains(&format!("{cells} ô")), "{problems:?}");
        assert_eq!(problems[0].line, 3);
    }
}

#[test]
fn rows_that_end_with_one_delimiter_too_many_are_taken_where_the_mapping_says_so() {
    let trailing = format!("trailing_delimiter = true\n{}", mapping("mot-cua").text);
    let trailing = Mapping::parse("trailing", &trailing).expect("a mapping");
    let read = |rows: &[String], by: &Mapping| {
        let text = format!("{HEAD}\n{}\n", rows.join("\n"));
        let (records, problems) = split(read_table("a.csv", text.as_bytes(), by).expect("it is read"));
        assert!(reasons(&problems).iter().all(|reason| *reason == "CELL_COUNT"), "{problems:?}");
        let says = problems.iter().any(|problem| problem.message_vi.contains("trailing_delimiter"));
        (records.len(), problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), says)
    };
    let row = |number: u32, end: &str| format!("{}{end}", ROW.replace("H-1", &format!("H-{number}")));
    let all = [row(1, ","), row(2, ","), row(3, ",")];
    assert_eq!(read(&all, &trailing), (3, vec![], false));
    // An unquoted comma in every row beside a blank last column looks the same: nobody guesses.
    assert_eq!(read(&all, &mapping("mot-cua")), (0, vec![2, 3, 4], true));
    let apart = row(4, ",").replace("Trực tiếp", "Trực tiếp, tại quầy");
    assert_eq!(read(&[row(1, ","), row(2, ""), apart], &trailing), (1, vec![3, 4], false));
    assert_eq!(read(&[row(1, ",x")], &trailing), (0, vec![2], false), "what stands there is no delimiter");
}

#[test]
fn a_file_that_does_not_say_how_dossiers_stand_is_refused() {
    let head = HEAD.replace("Ngày kết thúc", "Xong lúc").replace("Trạng thái", "Bước");
    let problems = refused("a.csv", format!("{head}\n{ROW}\n").as_bytes());
    assert_eq!(reasons(&problems), ["NO_STANDING"]);
    assert!(problems[0].message_vi.contains("H (Xong lúc)"), "{problems:?}");
    // What is expected isn't what happened.
    let head = HEAD.replace("Ngày kết thúc", "Ngày trả kết quả (dự kiến)").replace("Trạng thái", "Bước");
    assert_eq!(reasons(&refused("a.csv", format!("{head}\n{ROW}\n").as_bytes())), ["NO_STANDING"]);
    let head = HEAD.replace("Ngày hẹn trả", "Ngày hẹn trả (dd/MM/yyyy)");
    read_table("a.csv", format!("{head}\n{ROW}\n").as_bytes(), &mapping("mot-cua")).expect("a hint is none");
}

#[test]
fn lines_may_end_with_a_carriage_return_alone() {
    let text = format!("{HEAD}\n{ROW}\n").replace('\n', "\r");
    let table = read_table("mac.csv", text.as_bytes(), &mapping("mot-cua")).expect("it is read");
    let (records, problems) = split(table);
    assert_eq!((records.len(), problems), (1, Vec::new()));
    assert_eq!(reasons(&refused("a.csv", format!("{HEAD}\n").as_bytes())), ["NO_ROWS"]);
}

#[test]
fn of_two_lists_in_one_file_none_is_dropped_silently() {
    let mut book = Workbook::new();
    for (number, name) in ["Tháng 4", "Tháng 5", "Ghi chú"].into_iter().enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        if name == "Ghi chú" {
            sheet.write(0, 0, "Không có gì").expect("a cell");
            continue;
        }
        sheet.write_row(0, 0, HEAD.split(',')).expect("a row");
        sheet.write_row(1, 0, ROW.replace("H-1", &format!("H-{number}")).split(',')).expect("a row");
    }
    let problems = refused("a.xlsx", &book.save_to_buffer().expect("a workbook"));
    assert_eq!(reasons(&problems), ["SEVERAL_SHEETS"]);
    assert!(problems[0].message_vi.contains("“Tháng 4”, “Tháng 5”"), "{problems:?}");
    assert_eq!(
        cells(0, &sample()[0]).len(),
        16,
        "the usual export has one list and one sheet of supplements"
    );
}
