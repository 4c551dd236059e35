//! Documents: placeholders in paragraphs, table rows that are repeated.

use unicode_normalization::UnicodeNormalization as _;

use super::archive::Package;
use super::names::{Absent, Item, Names, Style, Value};
use super::tree::{Element, Node};
use super::{FORESEEN, Fault, MOST_FAULTS, Room};
use crate::domain::text::{cut, tidy};

/// What a place takes besides what is written there, about.
const PLACE: usize = 1024;

/// Rows of a repeated table row at most.
const MOST_ROWS: usize = 5000;

/// A placeholder in a paragraph's text.
struct Spot {
    from: usize,
    to: usize,
    name: String,
    style: Style,
}

struct Filling<'a> {
    names: &'a Names,
    part: &'static str,
    faults: &'a mut Vec<Fault>,
    room: &'a mut Room,
    filled: usize,
}

/// Fills a document; says how many places were filled.
pub fn fill(
    package: &mut Package,
    names: &Names,
    faults: &mut Vec<Fault>,
    room: &mut Room,
) -> Result<usize, Fault> {
    let parts: Vec<(String, &'static str)> =
        package.names().filter_map(|name| Some((name.to_owned(), called(name)?))).collect();
    let mut filled = 0;
    for (name, part) in parts {
        let mut tree = package.tree(&name)?;
        let mut filling = Filling { names, part, faults: &mut *faults, room: &mut *room, filled: 0 };
        filling.container(&mut tree.root, None)?;
        if filling.filled > 0 {
            filled += filling.filled;
            package.put(&name, &tree);
        }
    }
    Ok(filled)
}

/// What people call a part with text; None: it has none.
fn called(name: &str) -> Option<&'static str> {
    let file = name.strip_prefix("word/")?.strip_suffix(".xml")?;
    let is =
        |kind: &str| file.strip_prefix(kind).is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()));
    match file {
        "footnotes" | "endnotes" => Some("chú thích / note"),
        _ if is("document") => Some("thân văn bản / body"),
        _ if is("header") => Some("đầu trang / header"),
        _ if is("footer") => Some("chân trang / footer"),
        _ => None,
    }
}

/// The texts of a paragraph in their order, without those of paragraphs in it, such as in a text box.
fn texts<'e>(element: &'e mut Element, found: &mut Vec<&'e mut Element>) {
    for child in element.elements_mut() {
        match child.local() {
            "p" => {}
            "t" => found.push(child),
            _ => texts(child, found),
        }
    }
}

fn whole_text(element: &Element) -> String {
    let mut text = String::new();
    for child in element.elements() {
        match child.local() {
            "p" => {}
            "t" => text += &child.text(),
            _ => text += &whole_text(child),
        }
    }
    text
}

/// The texts of all paragraphs in an element.
fn paragraphs(element: &Element, found: &mut Vec<String>) {
    for child in element.elements() {
        if child.local() == "p" {
            found.push(whole_text(child));
        }
        paragraphs(child, found);
    }
}

/// The placeholders of a text. Err: one that isn't closed.
fn spots(text: &str) -> Result<Vec<Spot>, ()> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(start) = text[at..].find("{{") {
        let from = at + start;
        let inner = from + 2;
        let end = text[inner..].find("}}").ok_or(())?;
        let said = &text[inner..inner + end];
        if said.contains("{{") {
            return Err(());
        }
        let (name, style) = said.split_once('|').map_or((said, ""), |(name, style)| (name, style.trim()));
        let style = match style {
            "raw" => Style::Raw,
            "00" => Style::Running,
            "" => Style::Grouped,
            _ => return Err(()),
        };
        // Blanks that Word makes of its own are blanks.
        let name = tidy(&name.nfc().collect::<String>());
        at = inner + end + 2;
        found.push(Spot { from, to: at, name, style });
    }
    Ok(found)
}

impl Filling<'_> {
    fn fault(&mut self, reason: &'static str, text: &str, vi: &str, en: &str) {
        if self.faults.len() >= MOST_FAULTS {
            return;
        }
        let (place, text) = (self.part, cut(text));
        self.faults.push(Fault::new(
            reason,
            format!("{place}, đoạn “{text}”: {vi}"),
            format!("{place}, paragraph “{text}”: {en}"),
        ));
    }

    /// Fills what stands in an element. `item`: the item for which a table row is repeated.
    fn container(&mut self, element: &mut Element, item: Option<(&str, &Item)>) -> Result<(), Fault> {
        let nodes = std::mem::take(&mut element.children);
        for node in nodes {
            let Node::Element(mut child) = node else {
                element.children.push(node);
                continue;
            };
            match child.local() {
                "tr" if item.is_none() => self.row(child, &mut element.children)?,
                "p" => {
                    for mut paragraph in self.paragraph(child, item)? {
                        // A text box within has paragraphs of its own.
                        self.container(&mut paragraph, item)?;
                        element.children.push(Node::Element(paragraph));
                    }
                }
                _ => {
                    self.container(&mut child, item)?;
                    element.children.push(Node::Element(child));
                }
            }
        }
        Ok(())
    }

    /// A row of a table: repeated for each item of the list that it names.
    fn row(&mut self, mut row: Element, out: &mut Vec<Node>) -> Result<(), Fault> {
        let mut all = Vec::new();
        paragraphs(&row, &mut all);
        let mut list: Option<String> = None;
        for text in &all {
            for spot in spots(text).unwrap_or_default() {
                let Some((named, _)) = self.names.column(&spot.name) else { continue };
                if list.as_deref().is_some_and(|before| before != named) {
                    let vi = "một hàng của bảng chỉ lấy từ một danh sách";
                    self.fault("TWO_LISTS", text, vi, "a table row takes from one list only");
                    return Ok(());
                }
                list = Some(named.to_owned());
            }
        }
        let Some(list) = list else {
            self.container(&mut row, None)?;
            out.push(Node::Element(row));
            return Ok(());
        };
        let items = self.names.items(&list);
        if items.len() > MOST_ROWS {
            let vi = format!("danh sách có {} dòng, nhiều hơn {MOST_ROWS}", items.len());
            let en = format!("the list has {} rows, more than {MOST_ROWS}", items.len());
            self.fault("LIST_TOO_LONG", &list, &vi, &en);
            return Ok(());
        }
        // Before there is a report no list has items: the form must have room for those that will be.
        let copies = if self.names.is_blank() { FORESEEN } else { items.len() };
        self.room.take(row.weight().saturating_mul(copies))?;
        // Nothing to tell of: the row stays, with nothing in it.
        let nothing = [Item::new()];
        let items = if items.is_empty() { &nothing } else { items };
        for (number, item) in items.iter().enumerate() {
            let mut copy = row.clone();
            if number > 0 {
                without_identities(&mut copy);
            }
            self.container(&mut copy, Some((&list, item)))?;
            out.push(Node::Element(copy));
        }
        Ok(())
    }

    /// A paragraph, filled; one for each line where a value of several lines is all that it says.
    fn paragraph(
        &mut self,
        mut paragraph: Element,
        item: Option<(&str, &Item)>,
    ) -> Result<Vec<Element>, Fault> {
        let text = whole_text(&paragraph);
        if !text.contains("{{") {
            return Ok(vec![paragraph]);
        }
        let Ok(spots) = spots(&text) else {
            let vi = "có “{{” mà không có “}}”, hoặc cách ghi sau “|” không phải raw, 00";
            self.fault(
                "BAD_PLACEHOLDER",
                &text,
                vi,
                "“{{” without “}}”, or what follows “|” is neither raw nor 00",
            );
            return Ok(vec![paragraph]);
        };
        let mut values = Vec::new();
        for spot in &spots {
            let value = self.value(spot, item, &text).unwrap_or_default();
            self.room.take(PLACE + value.len())?;
            values.push(value);
        }
        self.filled += spots.len();
        if let ([only], [value]) = (spots.as_slice(), values.as_slice())
            && text.trim().len() == only.to - only.from
            && value.contains('\n')
        {
            self.room.take(paragraph.weight().saturating_mul(value.lines().count()))?;
            let lines = value.lines().enumerate().map(|(number, line)| {
                let mut copy = paragraph.clone();
                if number > 0 {
                    without_identities(&mut copy);
                }
                write(&mut copy, &spots, &[line.to_owned()]);
                copy
            });
            return Ok(lines.collect());
        }
        write(&mut paragraph, &spots, &values);
        Ok(vec![paragraph])
    }

    fn value(&mut self, spot: &Spot, item: Option<(&str, &Item)>, text: &str) -> Option<String> {
        let names = self.names;
        if let Some((list, column)) = names.column(&spot.name) {
            let Some((_, item)) = item.filter(|(repeated, _)| *repeated == list) else {
                let vi = format!("“{}” chỉ dùng trong một hàng của bảng", spot.name);
                let en = format!("“{}” stands in rows of tables only", spot.name);
                self.fault("NO_ROW", text, &vi, &en);
                return None;
            };
            return item.get(column).map(|value| value.shown(spot.style));
        }
        if let Some(value) = names.single(&spot.name) {
            return Some(value.shown(spot.style));
        }
        // Each name that isn't there is compared with all that are.
        if self.faults.len() < MOST_FAULTS
            && let Some((reason, vi, en)) = missing(names, &spot.name)
        {
            self.fault(reason, text, &vi, &en);
        }
        None
    }
}

/// What is said of a name that isn't there; None: its place stays empty.
pub fn missing(names: &Names, name: &str) -> Option<(&'static str, String, String)> {
    let of_signing = || {
        let name = cut(name);
        (
            "KNOWN_AT_SIGNING",
            format!(
                "“{name}” chỉ có khi ký (số, ngày, người ký), còn biểu mẫu được điền và chốt từ lúc trình ký; hãy bỏ tên này và chừa trống để điền tay"
            ),
            format!(
                "“{name}” is known only at signing (number, date, signer), while forms are filled and frozen at submission; take it out and leave room to write it by hand"
            ),
        )
    };
    match names.absent(name) {
        Absent::Empty => None,
        Absent::AtSigning => Some(of_signing()),
        Absent::Unknown => {
            let (vi, en) = unknown(names, name);
            Some(("UNKNOWN_NAME", vi, en))
        }
    }
}

fn unknown(names: &Names, name: &str) -> (String, String) {
    let near = names.nearest(name).join(", ");
    let name = cut(name);
    if near.is_empty() {
        return (
            format!("không có tên “{name}”; xem `bonro reports names`"),
            format!("there is no name “{name}”; see `bonro reports names`"),
        );
    }
    (
        format!("không có tên “{name}”; gần giống: {near}"),
        format!("there is no name “{name}”; there are: {near}"),
    )
}

/// Identities are of one paragraph and one bookmark each.
fn without_identities(element: &mut Element) {
    for name in ["w14:paraId", "w14:textId"] {
        element.unset(name);
    }
    element.children.retain(|node| match node {
        Node::Element(child) => !matches!(child.local(), "bookmarkStart" | "bookmarkEnd"),
        Node::Text(_) => true,
    });
    element.elements_mut().for_each(without_identities);
}

/// Writes values in the place of placeholders: each into the text in which its placeholder begins.
fn write(paragraph: &mut Element, spots: &[Spot], values: &[String]) {
    let mut found = Vec::new();
    texts(paragraph, &mut found);
    let (mut begin, mut next) = (0, 0);
    for text in found {
        let old = text.text();
        let end = begin + old.len();
        let (mut new, mut at) = (String::new(), begin);
        // Placeholders come in order: those that ended before this text aren't looked at again.
        next += spots[next..].iter().take_while(|spot| spot.to <= begin).count();
        for (spot, value) in spots.iter().zip(values).skip(next).take_while(|(spot, _)| spot.from < end) {
            if spot.from >= begin {
                new += &old[at - begin..spot.from - begin];
                new += value;
            }
            at = spot.to.min(end);
        }
        new += &old[at - begin..];
        if new != old {
            text.set("xml:space", "preserve");
            text.children = vec![Node::Text(sayable(&new))];
        }
        begin = end;
    }
    broken_lines(paragraph);
}

/// Text as XML may hold it.
pub fn sayable(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')))
        .collect()
}

/// Lines of a text become breaks of its run.
fn broken_lines(element: &mut Element) {
    let nodes = std::mem::take(&mut element.children);
    for node in nodes {
        match node {
            Node::Element(text) if text.local() == "t" && text.text().contains('\n') => {
                for (number, line) in text.text().lines().enumerate() {
                    if number > 0 {
                        element.children.push(Node::Element(Element::new(text.beside("br"))));
                    }
                    let mut piece = text.clone();
                    piece.children = vec![Node::Text(line.to_owned())];
                    element.children.push(Node::Element(piece));
                }
            }
            Node::Element(mut child) => {
                if child.local() != "p" {
                    broken_lines(&mut child);
                }
                element.children.push(Node::Element(child));
            }
            Node::Text(_) => element.children.push(node),
        }
    }
}

/// Kept beside the documents' own use: workbooks say the same of a value without a number.
pub fn words(value: &Value) -> String {
    sayable(&value.shown(Style::Grouped))
}
