//! Files of every form give the same cells.

use super::*;

/// The rows of a sheet as text.
pub fn rows(book: &mut Book, sheet: usize) -> Result<Vec<(u64, Vec<String>)>, Problem> {
    let mut rows = Vec::new();
    book.each(sheet, &mut |line| {
        rows.push((line.number, line.cells.iter().map(|cell| cell.shown().into_owned()).collect()));
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

fn text(text: &str) -> Vec<(u64, Vec<String>)> {
    let mut book = Book::open("a.csv", text.as_bytes(), &Hints::default()).expect("it opens");
    rows(&mut book, 0).expect("it is read")
}

#[test]
fn delimiters_are_noticed() {
    for delimiter in [",", ";", "\t", "|"] {
        let table = "Danh sách\n\n\"a; , | b\",x\n2,y\r\n\n"
            .replace('x', "X")
            .replace(",X", &format!("{delimiter}X"))
            .replace("2,", &format!("2{delimiter}"));
        let found = text(&table);
        assert_eq!(found[1], (3, vec!["a; , | b".to_owned(), "X".to_owned()]), "{delimiter}");
        assert_eq!(found[2].0, 4);
    }
    assert_eq!(text("sep=|\na;b|c\n"), [(2, vec!["a;b".to_owned(), "c".to_owned()])]);
}

#[test]
fn a_quote_that_nobody_closes_is_a_cell_that_is_too_long() {
    let long = format!("a,b\n1,\"x\n{}", "2,y\n".repeat(50_000));
    let mut book = Book::open("a.csv", long.as_bytes(), &Hints::default()).expect("it opens");
    let problem = rows(&mut book, 0).expect_err("it isn't read");
    assert_eq!((problem.reason, problem.line, &*problem.field), ("CELL_TOO_LONG", 2, "B"));
}

#[test]
fn what_is_no_table_is_refused_by_name() {
    let reason =
        |bytes: &[u8]| Book::open("a.xls", bytes, &Hints::default()).err().map(|problem| problem.reason);
    assert_eq!(reason(b""), Some("EMPTY_FILE"));
    assert_eq!(reason(b"  <html><table><tr><td>1</td></tr></table>"), Some("NOT_A_TABLE"));
    assert_eq!(reason(b"<?xml version=\"1.0\"?><Workbook/>"), Some("NOT_A_TABLE"));
    assert_eq!(reason(b"%PDF-1.7"), Some("NOT_A_TABLE"));
    assert_eq!(reason(b"PK\x03\x04rubbish"), Some("BROKEN_FILE"));
    assert_eq!(reason(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rubbish"), Some("BROKEN_FILE"));
}
