//! A form as its parts, read within bounds.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::super::package::packed;
use super::tree::{Element, Tree, Unread};
use super::{Fault, FormKind, acting};

/// Parts of a package at most.
const PARTS: usize = 1000;
/// Bytes of all parts together at most.
const UNPACKED: u64 = 64 * 1024 * 1024;
/// How files of the old kinds begin, and packages under a password.
const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];
/// A reader must know them first.
const TYPES: &str = "[Content_Types].xml";

/// The parts, in the order in which they came.
pub struct Package {
    kind: FormKind,
    parts: Vec<(String, Vec<u8>)>,
    /// By the name of a part, and by the ending of its file, in small letters.
    types: (BTreeMap<String, String>, BTreeMap<String, String>),
}

impl Package {
    /// Reads a package.
    pub fn open(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.starts_with(COMPOUND) {
            return Err(Fault::new(
                "OLD_OR_ENCRYPTED",
                "tệp đặt mật khẩu, hoặc là .doc, .xls đời cũ; hãy bỏ mật khẩu và lưu thành .docx hoặc .xlsx",
                "is under a password, or an old .doc or .xls; take the password off and save it as .docx or .xlsx",
            ));
        }
        let parts = unpacked(bytes)?;
        let mut package = Self { kind: FormKind::Docx, parts, types: (BTreeMap::new(), BTreeMap::new()) };
        let types = package.tree(TYPES)?;
        let mut kind = None;
        for said in types.root.all("Override").chain(types.root.all("Default")) {
            let of = |name: &str| said.attribute(name).unwrap_or_default().to_lowercase();
            let content = of("ContentType");
            acting::refuse_type(&content)?;
            let (named, by_ending) = &mut package.types;
            if said.local() == "Override" {
                named.insert(of("PartName").trim_start_matches('/').to_owned(), content.clone());
            } else {
                by_ending.insert(of("Extension"), content.clone());
            }
            if content.ends_with("wordprocessingml.document.main+xml") {
                kind = Some(FormKind::Docx);
            } else if content.ends_with("spreadsheetml.sheet.main+xml") {
                kind = Some(FormKind::Xlsx);
            }
        }
        package.kind = kind.ok_or_else(|| Fault::broken("no document in it"))?;
        acting::refuse(&package)?;
        Ok(package)
    }

    /// What it is.
    pub fn kind(&self) -> FormKind {
        self.kind
    }

    /// The names of its parts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|(name, _)| name.as_str())
    }

    /// A part as XML.
    pub fn tree(&self, name: &str) -> Result<Tree, Fault> {
        let found = self.parts.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, bytes) = found.ok_or_else(|| Fault::broken(&format!("no part {name}")))?;
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::broken(&format!("{name}: not UTF-8")))?;
        read(name, text)
    }

    /// The parts that may be XML, whatever they are called: name, kind of content and words. Pictures
    /// are none: programs that draw them write them loosely.
    pub fn texts(&self) -> impl Iterator<Item = Result<(&str, &str, Cow<'_, str>), Fault>> {
        self.parts.iter().filter_map(|(name, bytes)| {
            let content = self.content_type(name);
            let is_wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
            let first = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
            let is_marked = first.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
            let has = |words: &str| memchr::memmem::find(bytes, words.as_bytes()).is_some();
            let is_picture = content == "image/svg+xml" && has("<svg") && !has("wordprocessingml");
            if is_picture && !name.to_ascii_lowercase().ends_with(".rels") {
                return None;
            }
            if !(is_wide || is_marked || content.ends_with("xml")) {
                return None;
            }
            let text = if is_wide { wide(bytes) } else { std::str::from_utf8(bytes).ok().map(Cow::Borrowed) };
            // Wide words without a mark look like narrow ones with nothing between the letters.
            let text = text.filter(|text| !text.contains('\0'));
            let text = text.ok_or_else(|| Fault::broken(&format!("{name}: not UTF-8")));
            Some(text.map(|text| (name.as_str(), content, text)))
        })
    }

    /// What the package says that a part is, in small letters.
    pub fn content_type(&self, name: &str) -> &str {
        let name = name.to_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let (named, by_ending) = &self.types;
        named.get(&name).or_else(|| by_ending.get(ending)).map(String::as_str).unwrap_or_default()
    }

    /// Puts a part in the place of itself.
    pub fn put(&mut self, name: &str, tree: &Tree) {
        if let Some((_, bytes)) = self.parts.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            *bytes = tree.written().into_bytes();
        }
    }

    /// What a part refers to within the package: identity, kind and part.
    pub fn relations(&self, part: &str) -> Result<Vec<(String, String, String)>, Fault> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let joint = if folder.is_empty() { "" } else { "/" };
        let relations = self.tree(&format!("{folder}{joint}_rels/{file}.rels"))?;
        let told = |relation: &Element| {
            let of = |name: &str| relation.attribute(name).unwrap_or_default();
            (of("Id"), of("Type"), resolved(folder, &of("Target")))
        };
        Ok(relations.root.all("Relationship").map(told).collect())
    }

    /// The file.
    pub fn packed(&self) -> Vec<u8> {
        let parts: Vec<(&str, &[u8])> =
            self.parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        packed(&parts)
    }
}

/// A part's words as XML.
pub fn read(name: &str, text: &str) -> Result<Tree, Fault> {
    Tree::read(text).map_err(|unread| match unread {
        Unread::Broken(what) => Fault::broken(&format!("{name}: {what}")),
        Unread::TooMuch => Fault::too_much(),
    })
}

/// Words of two bytes each, as some programs leave the data beside a document.
fn wide(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let is_little = bytes.starts_with(&[0xff, 0xfe]);
    let pairs = bytes.get(2..)?.chunks_exact(2).map(|pair| match pair {
        [first, second] if is_little => u16::from_le_bytes([*first, *second]),
        [first, second] => u16::from_be_bytes([*first, *second]),
        _ => 0,
    });
    let text: Result<String, _> = char::decode_utf16(pairs).collect();
    text.ok().map(Cow::Owned)
}

fn unpacked(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let broken = |error: &dyn std::fmt::Display| Fault::broken(&error.to_string());
    let too_much = || {
        Fault::new(
            "TOO_LARGE",
            "tệp nở ra quá lớn khi giải nén (quá 64 MiB hoặc quá 1.000 phần); hãy rút gọn biểu mẫu",
            "unpacks to too much (more than 64 MiB or 1,000 parts); make the form smaller",
        )
    };
    // Counted before the directory is laid out in memory: it says of itself what it likes.
    if memchr::memmem::find_iter(bytes, b"PK\x01\x02").count() > PARTS {
        return Err(too_much());
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > PARTS {
        return Err(too_much());
    }
    let (mut parts, mut left) = (Vec::new(), UNPACKED);
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| broken(&error))?;
        let name = part.name().map_err(|error| broken(&error))?.into_owned();
        if name.ends_with('/') {
            continue;
        }
        let mut content = Vec::new();
        part.by_ref().take(left + 1).read_to_end(&mut content).map_err(|error| broken(&error))?;
        left = left.checked_sub(content.len() as u64).ok_or_else(too_much)?;
        if parts.iter().any(|(known, _): &(String, Vec<u8>)| known.eq_ignore_ascii_case(&name)) {
            return Err(Fault::broken(&format!("{name} twice")));
        }
        parts.push((name, content));
    }
    Ok(parts)
}

/// The name of a part that another one in `folder` calls so.
fn resolved(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder.split('/').filter(|step| !step.is_empty()).collect(),
    };
    for step in target.split('/').filter(|step| !step.is_empty() && *step != ".") {
        if step == ".." {
            steps.pop();
        } else {
            steps.push(step);
        }
    }
    steps.join("/")
}
