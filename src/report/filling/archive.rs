//! A form as its parts: read within bounds, and refused where it would do anything but show.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::super::package::packed;
use super::tree::{Element, Tree};
use super::{Fault, FormKind};

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
        let mut package = Self { kind: FormKind::Docx, parts };
        let types = package.tree(TYPES)?;
        let mut kind = None;
        for said in types.root.all("Override").chain(types.root.all("Default")) {
            let content = said.attribute("ContentType").unwrap_or_default().to_lowercase();
            if content.contains("macroenabled") || content.contains("vbaproject") {
                return Err(refused_content("macro", "macros"));
            }
            if content.ends_with("wordprocessingml.document.main+xml") {
                kind = Some(FormKind::Docx);
            } else if content.ends_with("spreadsheetml.sheet.main+xml") {
                kind = Some(FormKind::Xlsx);
            }
        }
        package.kind = kind.ok_or_else(|| Fault::broken("no document in it"))?;
        package.refuse_what_acts()?;
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
        Tree::read(text).map_err(|what| Fault::broken(&format!("{name}: {what}")))
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

    /// A form shows what it is given. Whatever runs, fetches or reaches out has no place in it.
    fn refuse_what_acts(&self) -> Result<(), Fault> {
        for name in self.names() {
            let name = name.to_ascii_lowercase();
            if name.contains("vbaproject") || name.contains("/activex/") || name.contains("macrosheets/") {
                return Err(refused_content("macro hoặc điều khiển ActiveX", "macros or ActiveX controls"));
            }
            if name.contains("/externallinks/") || name.ends_with("/connections.xml") {
                return Err(refused_content(
                    "liên kết tới tệp hoặc nguồn dữ liệu bên ngoài",
                    "links to files or data outside it",
                ));
            }
        }
        let relations: Vec<String> =
            self.names().filter(|name| has_ending(name, ".rels")).map(str::to_owned).collect();
        for name in relations {
            for relation in self.tree(&name)?.root.all("Relationship") {
                let of = |name: &str| relation.attribute(name).unwrap_or_default();
                let is_outside = of("TargetMode").eq_ignore_ascii_case("External");
                // A link that a person may click fetches nothing by itself.
                if is_outside && !of("Type").ends_with("/hyperlink") {
                    let target = crate::domain::text::cut(&of("Target"));
                    return Err(refused_content(
                        &format!("liên kết tới bên ngoài ({target})"),
                        &format!("a link to the outside ({target})"),
                    ));
                }
            }
        }
        Ok(())
    }
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ending)
}

fn refused_content(vi: &str, en: &str) -> Fault {
    Fault::new(
        "FORBIDDEN_CONTENT",
        format!("tệp có {vi}; hãy bỏ đi và lưu lại thành .docx hoặc .xlsx thường"),
        format!("has {en}; take them out and save it as a plain .docx or .xlsx"),
    )
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
