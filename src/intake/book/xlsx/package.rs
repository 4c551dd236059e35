//! The parts of an XLSX and how they belong together: relations, the workbook's list of sheets.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor};

use quick_xml::events::Event;
use zip::ZipArchive;

use super::super::limits::{SHEETS, Trouble};
use super::super::xml::{broken, local, reader};

/// A package of which parts are read by name. Names count without regard to case, as Excel has it.
pub struct Package {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    by_name: HashMap<String, usize>,
}

/// What a part refers to.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

/// A sheet with cells.
pub struct Listed {
    pub name: String,
    pub part: String,
    pub is_seen: bool,
}

/// What the workbook says of itself.
pub struct Contents {
    /// In their order, each part once.
    pub sheets: Vec<Listed>,
    pub is_1904: bool,
    pub strings: Option<String>,
    pub styles: Option<String>,
}

impl Package {
    pub fn open(bytes: &[u8]) -> Result<Self, Trouble> {
        let mut archive = ZipArchive::new(Cursor::new(bytes.to_vec())).map_err(broken)?;
        let mut by_name = HashMap::new();
        for index in 0..archive.len() {
            let part = archive.by_index_raw(index).map_err(broken)?;
            let name = part.name().map_err(broken)?.to_lowercase();
            by_name.entry(name).or_insert(index);
        }
        Ok(Self { archive, by_name })
    }

    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(&name.to_lowercase())
    }

    /// A part that must be there.
    pub fn part(&mut self, name: &str) -> Result<impl BufRead, Trouble> {
        let index = self.by_name.get(&name.to_lowercase()).copied();
        let index = index.ok_or_else(|| Trouble::broken(&format!("no part {name}")))?;
        self.archive.by_index(index).map(BufReader::new).map_err(broken)
    }

    /// What a part refers to within the package. A part without relations has none.
    fn relations(&mut self, part: &str) -> Result<Vec<Relation>, Trouble> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = format!("{folder}{}_rels/{file}.rels", if folder.is_empty() { "" } else { "/" });
        let mut found = Vec::new();
        if !self.has(&name) {
            return Ok(found);
        }
        let mut xml = reader(self.part(&name)?);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = xml.read_event_into(&mut buffer).map_err(broken)?;
            if matches!(event, Event::Eof) {
                return Ok(found);
            }
            let Event::Start(element) = event else { continue };
            let get = |name: &str| Ok(local(&element, name)?.unwrap_or_default());
            let is_inside = !get("TargetMode")?.eq_ignore_ascii_case("External");
            if is_inside && element.local_name().as_ref() == "Relationship" {
                let target = resolved(folder, &get("Target")?);
                found.push(Relation { id: get("Id")?, kind: get("Type")?, target });
            }
        }
    }

    /// The workbook's list of its parts.
    pub fn contents(&mut self) -> Result<Contents, Trouble> {
        let of_kind = |relations: &[Relation], kind: &str| {
            relations.iter().find(|relation| relation.kind.ends_with(kind)).map(|found| found.target.clone())
        };
        let workbook = of_kind(&self.relations("")?, "/officeDocument")
            .ok_or_else(|| Trouble::broken("no relation to a workbook"))?;
        let relations = self.relations(&workbook)?;
        let mut contents = Contents {
            sheets: Vec::new(),
            is_1904: false,
            strings: of_kind(&relations, "/sharedStrings"),
            styles: of_kind(&relations, "/styles"),
        };
        let mut xml = reader(self.part(&workbook)?);
        let (mut buffer, mut count) = (Vec::new(), 0);
        loop {
            buffer.clear();
            let event = xml.read_event_into(&mut buffer).map_err(broken)?;
            if matches!(event, Event::Eof) {
                return Ok(contents);
            }
            let Event::Start(element) = event else { continue };
            match element.local_name().as_ref() {
                "workbookPr" => {
                    let said = local(&element, "date1904")?;
                    contents.is_1904 = matches!(said.as_deref(), Some("1" | "true" | "on"));
                }
                "sheet" => {
                    count += 1;
                    if count > SHEETS {
                        return Err(Trouble::many_sheets());
                    }
                    let name = local(&element, "name")?.unwrap_or_default();
                    let id = local(&element, "id")?.unwrap_or_default();
                    let relation = relations.iter().find(|relation| relation.id == id);
                    let relation = relation.ok_or_else(|| Trouble::broken("a sheet without its part"))?;
                    let is_new = contents
                        .sheets
                        .iter()
                        .all(|sheet| sheet.name != name && sheet.part != relation.target);
                    // Charts and macro sheets have no cells.
                    if is_new && relation.kind.ends_with("/worksheet") {
                        let state = local(&element, "state")?;
                        let is_seen = !matches!(state.as_deref(), Some("hidden" | "veryHidden"));
                        contents.sheets.push(Listed { name, part: relation.target.clone(), is_seen });
                    }
                }
                _ => {}
            }
        }
    }
}

/// The name of a part that another one in `folder` calls so.
fn resolved(folder: &str, target: &str) -> String {
    let mut steps: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder.split('/').filter(|step| !step.is_empty()).collect(),
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => _ = steps.pop(),
            step => steps.push(step),
        }
    }
    steps.join("/")
}
