//! For tests: a package as its parts, by name.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

/// The parts as text, in the order of their names.
pub fn parts(package: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).expect("a package is a zip archive");
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).expect("a part can be read");
            let mut text = String::new();
            file.read_to_string(&mut text).expect("a part is UTF-8");
            (file.name().expect("a part has a name").into_owned(), text)
        })
        .collect()
}

/// What stands in an attribute of the first element that begins so.
pub fn attribute<'x>(xml: &'x str, element: &str, name: &str) -> Option<&'x str> {
    let rest = xml.split_once(&format!("<{element} "))?.1;
    let tag = rest.split_once('>')?.0;
    Some(tag.split_once(&format!("{name}=\""))?.1.split_once('"')?.0)
}
