//! What the cells of an XLSX refer to: texts that they share, and what their formats show.

use std::collections::HashMap;
use std::io::BufRead;

use quick_xml::events::Event;

use super::super::formats::Shows;
use super::super::limits::Trouble;
use super::super::xml::{broken, character, local, reader};

/// Cell formats, as Excel has them.
const FORMATS: usize = 65_490;

/// Texts that cells share.
#[derive(Default)]
pub struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    pub fn get(&self, index: usize) -> Option<&str> {
        let from = if index == 0 { 0 } else { *self.ends.get(index - 1)? };
        self.text.get(from..*self.ends.get(index)?)
    }

    /// Reads the table. How many it says it has is not believed.
    pub fn read(part: impl BufRead) -> Result<Self, Trouble> {
        let mut xml = reader(part);
        let mut strings = Self::default();
        let mut rich = Rich::default();
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(broken)? {
                Event::Start(element) => rich.start(element.local_name().as_ref()),
                Event::End(element) => match element.local_name().as_ref() {
                    "si" => {
                        strings.text.push_str(&unescaped(&rich.take()));
                        strings.ends.push(strings.text.len());
                    }
                    "sst" => return Ok(strings),
                    name => rich.end(name),
                },
                Event::Text(text) => rich.text(&text.xml10_content()),
                Event::CData(text) => rich.text(&text.xml10_content()),
                Event::GeneralRef(entity) => rich.text(&character(&entity)?),
                Event::Eof => return Err(Trouble::broken("the shared texts end early")),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }
}

/// A text in runs. How it is pronounced is none of it.
#[derive(Default)]
pub struct Rich {
    text: String,
    is_open: bool,
    aside: usize,
}

impl Rich {
    pub fn start(&mut self, name: &str) {
        match name {
            "rPh" => self.aside += 1,
            "t" => self.is_open = self.aside == 0,
            _ => {}
        }
    }

    pub fn end(&mut self, name: &str) {
        match name {
            "rPh" => self.aside = self.aside.saturating_sub(1),
            "t" => self.is_open = false,
            _ => {}
        }
    }

    pub fn text(&mut self, text: &str) {
        if self.is_open {
            self.text.push_str(text);
        }
    }

    pub fn take(&mut self) -> String {
        std::mem::take(self).text
    }
}

/// A text without the escapes that XLSX has for what XML can't hold: `_x000D_`.
pub fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let digits = rest.get(at + 2..at + 6).filter(|_| rest[at + 6..].starts_with('_'));
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let escaped = digits.and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
        out.push_str(&rest[..at]);
        if let Some(c) = escaped {
            out.push(c);
            rest = &rest[at + 7..];
        } else {
            out.push_str("_x");
            rest = &rest[at + 2..];
        }
    }
    out.push_str(rest);
    out
}

/// What each cell format shows.
pub fn formats(part: impl BufRead) -> Result<Vec<Shows>, Trouble> {
    let mut xml = reader(part);
    let mut custom: HashMap<u32, Shows> = HashMap::new();
    let mut formats = Vec::new();
    let (mut buffer, mut is_open) = (Vec::new(), false);
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(broken)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "numFmt" => {
                    let id = local(&element, "numFmtId")?.and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, local(&element, "formatCode")?) {
                        custom.insert(id, Shows::of_code(&code));
                    }
                }
                "cellXfs" => is_open = true,
                "xf" if is_open => {
                    if formats.len() == FORMATS {
                        return Err(Trouble::bomb(
                            "tệp có quá nhiều kiểu định dạng ô",
                            "the file has too many cell formats",
                        ));
                    }
                    let id = local(&element, "numFmtId")?.and_then(|id| id.parse().ok()).unwrap_or(0);
                    formats.push(custom.get(&id).copied().unwrap_or_else(|| Shows::of_id(id)));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => is_open = false,
            Event::End(element) if element.local_name().as_ref() == "styleSheet" => return Ok(formats),
            Event::Eof => return Err(Trouble::broken("the cell formats end early")),
            Event::End(_)
            | Event::Empty(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_what_xml_cant_hold() {
        for (text, meant) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("a_x12", "a_x12"),
            ("_xZZZZ_", "_xZZZZ_"),
            ("_xộ_x0041_", "_xộA"),
            ("_x", "_x"),
        ] {
            assert_eq!(unescaped(text), meant);
        }
    }

    #[test]
    fn texts_in_runs_are_whole_and_without_their_reading() {
        let table = "<sst><si><t>một</t></si><si><r><t xml:space=\"preserve\">Đức </t></r><r><t>Phổ</t></r><rPh><t>x</t></rPh></si><si/></sst>";
        let strings = Strings::read(table.as_bytes()).expect("it is read");
        assert_eq!([0, 1, 2, 3].map(|at| strings.get(at)), [Some("một"), Some("Đức Phổ"), Some(""), None]);
        assert!(Strings::read(&b"<sst><si>"[..]).is_err());
    }
}
