//! Office files as a test looks into them: the parts of the archive, and the words of a document.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::Event;

/// The parts by name; each must be well-formed XML.
pub fn parts(package: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).expect("an office file is a zip archive");
    let mut parts = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a part can be read");
        let name = file.name().expect("a part has a name").into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).expect("a part is UTF-8");
        well_formed(&name, &text);
        parts.insert(name, text);
    }
    parts
}

fn well_formed(name: &str, xml: &str) {
    let mut reader = Reader::from_str(xml);
    let mut depth = 0;
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}"));
        depth += i32::from(matches!(event, Event::Start(_))) - i32::from(matches!(event, Event::End(_)));
        if matches!(event, Event::Eof) {
            break;
        }
    }
    assert_eq!(depth, 0, "{name} ends before its elements do");
}

/// The words of a document, a line a paragraph.
pub fn words(document: &[u8]) -> String {
    let parts = parts(document);
    let mut lines = vec![String::new()];
    for piece in parts["word/document.xml"].split('<') {
        if let Some(text) = piece.strip_prefix("w:t ").and_then(|rest| rest.split_once('>')) {
            lines.last_mut().expect("there is a line").push_str(text.1);
        } else if piece.starts_with("w:tab/>") {
            lines.last_mut().expect("there is a line").push_str("......");
        } else if piece.starts_with("w:br/>") {
            lines.last_mut().expect("there is a line").push(' ');
        } else if piece.starts_with("/w:p>") {
            lines.push(String::new());
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n").replace("&#38;", "&").replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"")
}
