//! A form shows what it is given. Whatever runs, fetches or reaches out has no place in it, in whatever part it stands
//! and whatever that part is called.

use super::Fault;
use super::archive::{Package, read};
use super::tree::Element;
use crate::domain::text::cut;

/// What kinds of content are called that act or hold other files.
const TYPES: [&str; 8] = [
    "macroenabled",
    "vbaproject",
    "activex",
    "oleobject",
    "macrosheet",
    "externallink",
    "connections+xml",
    "webextension",
];

/// What relations are called, at their ends, that act, hold other files or fetch.
const RELATIONS: [&str; 14] = [
    "vbaproject",
    "control",
    "activexcontrolbinary",
    "oleobject",
    "afchunk",
    "subdocument",
    "attachedtemplate",
    "mailmergesource",
    "externallink",
    "connections",
    "querytable",
    "xlmacrosheet",
    "webextension",
    "webextensiontaskpanes",
];

/// Fields of a document that fetch or run something.
const FIELDS: [&str; 11] = [
    "dde",
    "ddeauto",
    "includetext",
    "includepicture",
    "import",
    "link",
    "database",
    "embed",
    "rd",
    "macrobutton",
    "control",
];

/// Functions of a workbook that fetch or run something.
const FUNCTIONS: [&str; 8] =
    ["WEBSERVICE", "IMAGE", "RTD", "DDE", "CALL", "REGISTER", "REGISTER.ID", "STOCKHISTORY"];

/// Elements that fetch or hold other files.
const ELEMENTS: [&str; 8] =
    ["altChunk", "subDoc", "mailMerge", "OLEObject", "oleObject", "externalBook", "ddeLink", "dbPr"];

/// Elements whose words are reckoned.
const FORMULAS: [&str; 7] =
    ["f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula"];

/// Refuses a package that would do anything but show.
pub fn refuse(package: &Package) -> Result<(), Fault> {
    for name in package.names() {
        let name = name.to_ascii_lowercase();
        if name.contains("vbaproject") || name.contains("/activex/") || name.contains("macrosheets/") {
            return Err(refused("macro hoặc điều khiển ActiveX", "macros or ActiveX controls"));
        }
        if name.contains("/externallinks/") || name.ends_with("/connections.xml") {
            return Err(refused(
                "liên kết tới tệp hoặc nguồn dữ liệu bên ngoài",
                "links to files or data outside it",
            ));
        }
    }
    for part in package.texts() {
        let (name, content, text) = part?;
        let tree = match read(name, &text) {
            Ok(tree) => tree,
            // Drawings of this old kind are written loosely by the programs themselves.
            Err(fault) if content.ends_with("vmldrawing") && fault.reason != "TOO_LARGE" => {
                refuse_loose(&text)?;
                continue;
            }
            Err(fault) => return Err(fault),
        };
        if name.to_ascii_lowercase().ends_with(".rels") || content.contains("relationships+xml") {
            let of_chart = name.to_ascii_lowercase().contains("charts/_rels/");
            tree.root.all("Relationship").try_for_each(|relation| refuse_relation(relation, of_chart))?;
        }
        let mut fields = Fields::default();
        fields.walk(&tree.root)?;
        fields.end()?;
    }
    Ok(())
}

/// Refuses a kind of content, in small letters.
pub fn refuse_type(content: &str) -> Result<(), Fault> {
    if !TYPES.iter().any(|bad| content.contains(bad)) {
        return Ok(());
    }
    Err(refused(
        &format!("macro, điều khiển, tệp nhúng hoặc liên kết ra ngoài ({content})"),
        &format!("macros, controls, embedded files or links to the outside ({content})"),
    ))
}

fn refuse_relation(relation: &Element, of_chart: bool) -> Result<(), Fault> {
    if ["Type", "TargetMode"].iter().any(|name| relation.attributes(name) > 1) {
        return Err(Fault::broken("a relation of two kinds"));
    }
    let of = |name: &str| relation.attribute(name).unwrap_or_default();
    let (kind, target) = (of("Type").to_lowercase(), cut(&of("Target")));
    let kind = kind.rsplit('/').next().unwrap_or_default();
    // A link that a person may click fetches nothing by itself.
    if of("TargetMode").eq_ignore_ascii_case("External") && kind != "hyperlink" {
        return Err(refused(
            &format!("liên kết tới bên ngoài ({target})"),
            &format!("a link to the outside ({target})"),
        ));
    }
    // A chart keeps the sheet of its own numbers as a file within.
    if RELATIONS.contains(&kind) || (kind == "package" && !of_chart) {
        return Err(refused(
            &format!("tệp nhúng, điều khiển hoặc nguồn dữ liệu ({target})"),
            &format!("embedded files, controls or sources of data ({target})"),
        ));
    }
    Ok(())
}

fn refuse_loose(text: &str) -> Result<(), Fault> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let is_outside = ["src=\"", "src='", "href=\"", "href='"].iter().any(|named| {
        text.match_indices(named).any(|(at, _)| {
            let target = &text[at + named.len()..];
            target.starts_with("http") || target.starts_with("file:") || target.starts_with("\\\\")
        })
    });
    if ["fldchar", "fldsimple", "instrtext", "<relationship", "<f>"].iter().any(|other| text.contains(other))
    {
        return Err(Fault::broken("a drawing that is none"));
    }
    if is_outside { Err(outside_picture()) } else { Ok(()) }
}

fn outside_picture() -> Fault {
    refused("hình lấy từ bên ngoài", "a picture that is fetched from outside")
}

/// The fields that aren't ended: what the instruction of each says so far, and whether that goes on.
#[derive(Default)]
struct Fields {
    open: Vec<(String, bool)>,
}

impl Fields {
    /// Elements in the order of their text: an instruction may be split over runs and paragraphs.
    fn walk(&mut self, element: &Element) -> Result<(), Fault> {
        match element.local() {
            "fldChar" => self.mark(element)?,
            "instrText" | "delInstrText" | "t" => {
                let text = element.text();
                if !self.say(&text) && element.local() != "t" {
                    refuse_field(&text)?;
                }
            }
            "fldSimple" => {
                if element.attributes("instr") > 1 {
                    return Err(Fault::broken("a field with two instructions"));
                }
                refuse_field(&element.attribute("instr").unwrap_or_default())?;
            }
            "imagedata" | "fill" | "image" | "blip" => {
                let of = |name: &str| element.attribute(name).unwrap_or_default();
                let is_outside = |target: String| target.contains("://") || target.starts_with("\\\\");
                if element.attributes("link") > 0 || ["src", "href"].into_iter().map(of).any(is_outside) {
                    return Err(outside_picture());
                }
            }
            name if FORMULAS.contains(&name) => refuse_formula(&element.text())?,
            name if ELEMENTS.contains(&name) => {
                return Err(refused(
                    &format!("tệp nhúng hoặc nguồn dữ liệu ({name})"),
                    &format!("embedded files or sources of data ({name})"),
                ));
            }
            _ => {}
        }
        element.elements().try_for_each(|child| self.walk(child))
    }

    /// Whether an instruction says this. What a field within comes to is part of the instruction around it.
    fn say(&mut self, text: &str) -> bool {
        let instruction = self.open.iter_mut().rev().find(|(_, is_instruction)| *is_instruction);
        if let Some((said, _)) = instruction {
            said.push_str(text);
            return true;
        }
        false
    }

    fn mark(&mut self, mark: &Element) -> Result<(), Fault> {
        if mark.attributes("fldCharType") != 1 {
            return Err(Fault::broken("a field's mark of no kind"));
        }
        match mark.attribute("fldCharType").unwrap_or_default().as_str() {
            "begin" => {
                if let Some((said, true)) = self.open.last() {
                    let said = said.trim_start();
                    if !said.starts_with('=') && !said.contains(char::is_whitespace) {
                        return Err(refused(
                            "trường mà tên do trường khác tính ra",
                            "a field whose kind is reckoned by another",
                        ));
                    }
                }
                self.open.push((String::new(), true));
            }
            "separate" => {
                if let Some((said, is_instruction)) = self.open.last_mut() {
                    *is_instruction = false;
                    refuse_field(said)?;
                }
            }
            _ => {
                if let Some((said, _)) = self.open.pop() {
                    refuse_field(&said)?;
                }
            }
        }
        Ok(())
    }

    fn end(self) -> Result<(), Fault> {
        self.open.iter().try_for_each(|(said, _)| refuse_field(said))
    }
}

fn refuse_field(instruction: &str) -> Result<(), Fault> {
    let instruction = instruction.replace(['"', '“', '”'], " ").to_lowercase();
    let word = instruction.split_whitespace().next().unwrap_or_default();
    // What follows may stand right beside it.
    let word = word.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if !FIELDS.contains(&word) {
        return Ok(());
    }
    Err(Fault::new(
        "FORBIDDEN_CONTENT",
        format!("văn bản có trường {word} lấy dữ liệu từ bên ngoài; hãy bỏ trường này"),
        format!("has the field {word}, which fetches from outside; take it out"),
    ))
}

/// A formula as it reckons: without its texts and the names of its sheets.
fn without_texts(formula: &str) -> String {
    let (mut kept, mut quote) = (String::new(), None);
    for c in formula.chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => {
                quote = Some(c);
                kept.push(' ');
            }
            None => kept.push(c),
        }
    }
    kept.to_uppercase()
}

fn refuse_formula(formula: &str) -> Result<(), Fault> {
    let reckons = without_texts(formula);
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
    let mut rest = reckons.as_str();
    let mut called = reckons.contains('|').then_some("DDE");
    while let Some(from) = rest.find(is_word) {
        let word = &rest[from..];
        let end = word.find(|c| !is_word(c)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        rest = after;
        // `_xlfn.WEBSERVICE`, `_xleta.WEBSERVICE`; a sheet may be called so.
        let is = |name: &&&str| word.strip_suffix(**name).is_some_and(|b| b.is_empty() || b.ends_with('.'));
        if !after.trim_start().starts_with('!') {
            called = called.or(FUNCTIONS.iter().find(is).copied());
        }
    }
    let Some(called) = called else { return Ok(()) };
    let formula = cut(formula);
    Err(refused(
        &format!("công thức lấy dữ liệu từ bên ngoài bằng {called} ({formula})"),
        &format!("a formula that fetches from outside by {called} ({formula})"),
    ))
}

fn refused(vi: &str, en: &str) -> Fault {
    Fault::new(
        "FORBIDDEN_CONTENT",
        format!("tệp có {vi}; hãy bỏ đi và lưu lại thành .docx hoặc .xlsx thường"),
        format!("has {en}; take them out and save it as a plain .docx or .xlsx"),
    )
}
