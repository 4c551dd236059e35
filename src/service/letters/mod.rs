//! Letters drawn on request: which dossiers they speak of, and whether there is anything to write. Nothing is stored:
//! a draft is edited, numbered and signed elsewhere, and a re-appointment is recorded by its own verb.

mod apology;
mod urging;

pub use apology::{ApologyAsk, DrawnApology, apology};
pub use urging::{DrawnUrging, UrgingAsk, urging};

use uuid::Uuid;

use crate::report::{DOCUMENT, Document};
use crate::store::rules::Rules;

/// A file for whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnFile {
    /// Its name, in signs that every file system takes.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl DrawnFile {
    fn of(stem: &str, document: &Document) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let name = format!("{}.docx", stem.chars().map(plain).collect::<String>());
        Self { name, media_type: DOCUMENT, bytes: document.docx() }
    }
}

fn unit_name(rules: &Rules, id: Uuid) -> String {
    rules.units.get(id).map(|unit| unit.name.clone()).unwrap_or_default()
}
