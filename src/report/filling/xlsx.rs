//! Workbooks: cells that are filled by their defined names.

use std::collections::{BTreeMap, BTreeSet};

use super::archive::Package;
use super::docx::{missing, words};
use super::names::{Names, PREFIX, Value};
use super::tree::{Element, Node};
use super::{Fault, MOST_FAULTS, Room};
use crate::domain::text::cut;

/// Rows and columns of a sheet at most, as Excel has them.
const MOST: (u32, u32) = (1_048_576, 16_384);
/// Rows that are kept free for a list, at most.
const MOST_ROWS: u32 = 5000;
/// What a cell that is filled takes in memory besides its words, about.
const CELL: usize = 1000;

/// Cells from one corner to the other: rows and columns from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    first: (u32, u32),
    last: (u32, u32),
}

/// What becomes of a sheet.
#[derive(Default)]
struct Edits {
    cells: BTreeMap<(u32, u32), Option<Value>>,
    hidden: BTreeSet<u32>,
    /// Lists and the rows that they take.
    lists: BTreeMap<String, (u32, u32)>,
}

/// Fills a workbook; says how many names were filled.
pub fn fill(
    package: &mut Package,
    names: &Names,
    faults: &mut Vec<Fault>,
    room: &mut Room,
) -> Result<usize, Fault> {
    let no_workbook = || Fault::broken("no workbook in it");
    let relations = package.relations("")?;
    let workbook = relations.iter().find(|(_, kind, _)| kind.ends_with("/officeDocument"));
    let workbook = workbook.map(|(_, _, part)| part.clone()).ok_or_else(no_workbook)?;
    let mut tree = package.tree(&workbook)?;
    let relations = package.relations(&workbook)?;
    let worksheets = relations.iter().filter(|(_, kind, _)| kind.ends_with("/worksheet"));
    let parts: BTreeMap<&str, &String> = worksheets.map(|(id, _, part)| (id.as_str(), part)).collect();
    let mut sheets = BTreeMap::new();
    for sheet in tree.root.all("sheets").flat_map(|sheets| sheets.all("sheet")) {
        let id = sheet.attribute("id").unwrap_or_default();
        if let (Some(name), Some(part)) = (sheet.attribute("name"), parts.get(id.as_str())) {
            sheets.insert(name.to_lowercase(), (*part).clone());
        }
    }
    let mut edits: BTreeMap<String, Edits> = BTreeMap::new();
    let mut filled = 0;
    for defined in tree.root.all("definedNames").flat_map(|names| names.all("definedName")) {
        let name = defined.attribute("name").unwrap_or_default();
        if name.to_lowercase().starts_with(PREFIX) {
            filled += 1;
            match entered(names, &name, &defined.text(), &sheets, &mut edits) {
                Ok(asked) => room.take(asked)?,
                // Each name that isn't there is compared with all that are: enough is told.
                Err(fault) => faults.push(fault),
            }
            if faults.len() >= MOST_FAULTS {
                return Ok(filled);
            }
        }
    }
    for (part, edits) in &edits {
        rows_of_lists(names, edits, faults);
        let mut sheet = package.tree(part)?;
        edited(&mut sheet.root, edits, faults)?;
        package.put(part, &sheet);
    }
    // What was reckoned from the old numbers isn't true any more, on whatever sheet it stands.
    for part in sheets.values().collect::<BTreeSet<_>>() {
        let mut sheet = package.tree(part)?;
        forget_results(&mut sheet.root);
        package.put(part, &sheet);
    }
    reckon_on_load(&mut tree.root);
    package.put(&workbook, &tree);
    Ok(filled)
}

/// Puts down what a name asks for; says what room that takes.
fn entered(
    names: &Names,
    name: &str,
    refers_to: &str,
    sheets: &BTreeMap<String, String>,
    edits: &mut BTreeMap<String, Edits>,
) -> Result<usize, Fault> {
    let place = format!("{} ({})", cut(name), cut(refers_to));
    let fault = |reason, vi: &str, en: &str| {
        Fault::new(reason, format!("tên ô {place}: {vi}"), format!("cell name {place}: {en}"))
    };
    let found =
        reference(refers_to).and_then(|(sheet, range)| Some((sheets.get(&sheet.to_lowercase())?, range)));
    let Some((part, range)) = found else {
        return Err(fault(
            "BAD_REFERENCE",
            "không trỏ tới ô nào của một trang tính; hãy đặt lại, ví dụ Sheet1!$B$5",
            "points at no cells of a sheet; set it anew, such as Sheet1!$B$5",
        ));
    };
    let known = match names.of_cell(name) {
        [] => {
            if let Some((reason, vi, en)) = missing(names, name) {
                return Err(fault(reason, &vi, &en));
            }
            edits.entry(part.clone()).or_default().cells.insert(range.first, None);
            return Ok(CELL);
        }
        [known] => known,
        several => {
            let several = several.join(", ");
            return Err(fault(
                "AMBIGUOUS_NAME",
                &format!("có thể là {several}; hãy dùng Word cho các tên này"),
                &format!("may be {several}; use a document for these"),
            ));
        }
    };
    let edits = edits.entry(part.clone()).or_default();
    let Some((list, column)) = names.column(known) else {
        let value = names.single(known).cloned();
        let words = value.as_ref().map_or(0, |value| words(value).len());
        edits.cells.insert(range.first, value);
        return Ok(CELL + words);
    };
    let rows = (range.first.0, range.last.0);
    if range.first.1 != range.last.1 || rows.1 - rows.0 >= MOST_ROWS {
        return Err(fault(
            "BAD_LIST_RANGE",
            "tên của danh sách phải trỏ tới các ô của một cột, từ dòng đầu đến dòng cuối dành cho danh sách",
            "a list's name points at cells of one column, from the first to the last row kept free for it",
        ));
    }
    let clashing = edits.lists.iter().find(|(other, taken)| {
        if *other == list { **taken != rows } else { taken.0 <= rows.1 && rows.0 <= taken.1 }
    });
    if let Some((other, (first, last))) = clashing {
        return Err(fault(
            "CLASHING_LISTS",
            &format!(
                "danh sách {other} dùng các dòng {first}–{last}; các cột của một danh sách phải cùng số dòng, hai danh sách không chung dòng"
            ),
            &format!(
                "the list {other} has rows {first} to {last}; a list's columns have the same rows, two lists share none"
            ),
        ));
    }
    edits.lists.insert(list.to_owned(), rows);
    let (items, mut asked) = (names.items(list), 0);
    for (row, item) in (rows.0..=rows.1).zip(items.iter().map(Some).chain(std::iter::repeat(None))) {
        let value = item.and_then(|item| item.get(column)).cloned();
        asked += CELL + value.as_ref().map_or(0, |value| words(value).len());
        edits.cells.insert((row, range.first.1), value);
        // The first row stays, so that an empty list is seen to be one.
        if item.is_none() && row > rows.0 {
            edits.hidden.insert(row);
        }
    }
    Ok(asked)
}

/// Lists must have room.
fn rows_of_lists(names: &Names, edits: &Edits, faults: &mut Vec<Fault>) {
    for (list, (first, last)) in &edits.lists {
        let (room, needed) = (last - first + 1, names.items(list).len());
        if usize::try_from(room).is_ok_and(|room| needed > room) {
            faults.push(Fault::new(
                "TOO_FEW_ROWS",
                format!("danh sách {list}: cần {needed} dòng, các dòng {first}–{last} chỉ có {room}; hãy chừa thêm dòng trong biểu mẫu và sửa các tên ô bonro_{list}_…"),
                format!("list {list}: {needed} rows are needed, rows {first} to {last} are {room}; keep more rows free in the form and mend the names bonro_{list}_…"),
            ));
        }
    }
}

/// `Sheet1!$B$5`, `'Tờ 1'!$A$1:$A$5`: the sheet and the cells.
fn reference(text: &str) -> Option<(String, Range)> {
    let (sheet, cells) = text.trim().rsplit_once('!')?;
    let sheet = match sheet.strip_prefix('\'') {
        Some(quoted) => quoted.strip_suffix('\'')?.replace("''", "'"),
        None => sheet.to_owned(),
    };
    let (first, last) = cells.split_once(':').unwrap_or((cells, cells));
    let (first, last) = (cell(&first.replace('$', ""))?, cell(&last.replace('$', ""))?);
    (first.0 <= last.0 && first.1 <= last.1).then_some((sheet, Range { first, last }))
}

/// `B5` as row and column.
fn cell(text: &str) -> Option<(u32, u32)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || !digits.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let column = letters.chars().try_fold(0, |column: u32, c| {
        let letter = c.to_ascii_uppercase();
        letter.is_ascii_uppercase().then(|| column * 26 + (u32::from(letter) - u32::from('A') + 1))
    })?;
    let row: u32 = digits.parse().ok()?;
    ((1..=MOST.0).contains(&row) && (1..=MOST.1).contains(&column)).then_some((row, column))
}

/// The letters of a column.
fn letters(mut column: u32) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        let letter = u8::try_from((column - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        column = (column - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Changes the cells of a sheet.
fn edited(sheet: &mut Element, edits: &Edits, faults: &mut Vec<Fault>) -> Result<(), Fault> {
    sheet.children.retain(|node| !matches!(node, Node::Element(e) if e.local() == "dimension"));
    let data = sheet.first_mut("sheetData").ok_or_else(|| Fault::broken("a sheet without cells"))?;
    let (row_name, cell_name) = (data.beside("row"), data.beside("c"));
    let mut rows: BTreeMap<u32, Element> = BTreeMap::new();
    for (number, row) in numbered(data, |row| row.parse().ok())? {
        rows.insert(number, row);
    }
    let mut by_row: BTreeMap<u32, Vec<(u32, &Option<Value>)>> = BTreeMap::new();
    for ((row, column), value) in &edits.cells {
        by_row.entry(*row).or_default().push((*column, value));
    }
    for (number, values) in by_row {
        let row = rows.entry(number).or_insert_with(|| Element::new(row_name.as_str()));
        let of_column = |text: &str| cell(text).map(|(_, column)| column);
        let mut cells: BTreeMap<u32, Element> = numbered(row, of_column)?.into_iter().collect();
        for (column, value) in values {
            let place = cells.entry(column).or_insert_with(|| Element::new(cell_name.as_str()));
            if place.all("f").next().is_some() && faults.len() < MOST_FAULTS {
                let at = format!("{}{number}", letters(column));
                faults.push(Fault::new(
                    "FORMULA_THERE",
                    format!("ô {at} có công thức; tên ô bonro_… phải trỏ tới ô không có công thức"),
                    format!("cell {at} has a formula; names bonro_… point at cells without one"),
                ));
            }
            written(place, value.as_ref());
        }
        for (column, place) in &mut cells {
            place.set("r", &format!("{}{number}", letters(*column)));
        }
        row.children = cells.into_values().map(Node::Element).collect();
        row.unset("spans");
        if edits.hidden.contains(&number) {
            row.set("hidden", "1");
        }
    }
    for (number, row) in &mut rows {
        row.set("r", &number.to_string());
    }
    data.children = rows.into_values().map(Node::Element).collect();
    Ok(())
}

/// The elements in one, each by the number that it bears or else by its place after the one before.
fn numbered(parent: &mut Element, read: impl Fn(&str) -> Option<u32>) -> Result<Vec<(u32, Element)>, Fault> {
    let (mut found, mut last) = (Vec::new(), 0);
    for node in std::mem::take(&mut parent.children) {
        let Node::Element(element) = node else { continue };
        if !matches!(element.local(), "row" | "c") {
            continue;
        }
        let number = match element.attribute("r") {
            Some(said) => read(&said).ok_or_else(|| Fault::broken("a cell without place"))?,
            None => last + 1,
        };
        if number <= last || number > MOST.0 {
            return Err(Fault::broken("cells out of order"));
        }
        last = number;
        found.push((number, element));
    }
    Ok(found)
}

/// Writes into a cell, whose style stays.
fn written(place: &mut Element, value: Option<&Value>) {
    place.children.clear();
    place.unset("t");
    let Some(value) = value else { return };
    if let Some(number) = value.number() {
        let mut said = Element::new(place.beside("v"));
        said.children.push(Node::Text(number));
        place.children.push(Node::Element(said));
        return;
    }
    // A rate of nothing out of nothing is an empty cell: a dash would break the sums.
    let text = if matches!(value, Value::Text(_)) { words(value) } else { String::new() };
    if text.is_empty() {
        return;
    }
    place.set("t", "inlineStr");
    let mut said = Element::new(place.beside("t"));
    said.set("xml:space", "preserve");
    said.children.push(Node::Text(text));
    let mut inline = Element::new(place.beside("is"));
    inline.children.push(Node::Element(said));
    place.children.push(Node::Element(inline));
}

/// Takes away what formulas came to: programs that find nothing there reckon.
fn forget_results(sheet: &mut Element) {
    let rows = sheet.first_mut("sheetData").into_iter().flat_map(Element::elements_mut);
    for place in rows.flat_map(Element::elements_mut) {
        if place.all("f").next().is_some() {
            place.children.retain(|node| !matches!(node, Node::Element(e) if e.local() == "v"));
            place.unset("t");
        }
    }
}

/// Whoever opens the workbook reckons all of it.
fn reckon_on_load(workbook: &mut Element) {
    if workbook.first_mut("calcPr").is_none() {
        let after = workbook
            .children
            .iter()
            .rposition(|node| matches!(node, Node::Element(e) if matches!(e.local(), "sheets" | "definedNames" | "externalReferences" | "functionGroups")));
        let new = Element::new(workbook.beside("calcPr"));
        workbook.children.insert(after.map_or(0, |at| at + 1), Node::Element(new));
    }
    if let Some(reckoning) = workbook.first_mut("calcPr") {
        reckoning.set("fullCalcOnLoad", "1");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_excel_writes_them() {
        let range = |first, last| Range { first, last };
        assert_eq!(reference("Sheet1!$B$5"), Some(("Sheet1".to_owned(), range((5, 2), (5, 2)))));
        let quoted = reference("'Tờ ''A'' 1'!$A$1:$AB$12");
        assert_eq!(quoted, Some(("Tờ 'A' 1".to_owned(), range((1, 1), (12, 28)))));
        for bad in
            ["#REF!", "Sheet1!#REF!", "5", "Sheet1!A", "Sheet1!$A:$A", "Sheet1!$XFE$1", "A!B0", "A!$C$2:$A$1"]
        {
            assert_eq!(reference(bad), None, "{bad}");
        }
        assert_eq!((letters(1), letters(28), letters(16_384)), ("A".into(), "AB".into(), "XFD".into()));
    }
}
