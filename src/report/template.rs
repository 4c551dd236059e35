//! The form of a report as data: its sections, which sentences of figures stand in them, where a person writes, and how
//! groups are spoken of. Another office's report, or another period's, is another file and no other code.

use std::collections::BTreeSet;

use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Deserializer};
use toml::{Table, Value};

use super::wording::Wording;

/// The one that comes with the house.
const PERIOD: &str = include_str!("templates/period.toml");

/// A form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// By which it is asked for: small letters, digits and `_`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What is reported on, in lower case, such as `kết quả tiếp nhận, giải quyết TTHC`; empty: the reform of administration.
    #[serde(default)]
    pub matter: String,
    /// What stands below "BÁO CÁO"; empty: the matter, from when to when.
    #[serde(default)]
    pub subject: String,
    /// The sentence before the first section; empty: the house's.
    #[serde(default)]
    pub opening: String,
    /// The sentence after the last section; empty: the house's.
    #[serde(default)]
    pub closing: String,
    /// Who gets it besides the archive; none: those whom the house's report names.
    #[serde(default)]
    pub copies: Vec<String>,
    /// Its sections in their order.
    #[serde(rename = "section")]
    pub sections: Vec<SectionForm>,
    /// What of the house's wording is otherwise, such as `communes.zero = "0"`.
    #[serde(default)]
    pub wording: Table,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionForm {
    /// `1. Về công tác chỉ đạo, …`.
    pub heading: String,
    /// The same in English; empty: it stays as it is.
    #[serde(default)]
    pub heading_en: String,
    /// What stands in it.
    #[serde(rename = "block", default)]
    pub blocks: Vec<BlockForm>,
}

/// What stands in a section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BlockForm {
    /// A lettered heading, and nothing else.
    pub head: String,
    /// The same in English; empty: it stays as it is.
    pub head_en: String,
    /// Sentences that are made of figures: one kind of them, or several in their order.
    #[serde(deserialize_with = "one_or_more")]
    pub say: Vec<Saying>,
    /// The name of the place where a person writes; what figures say stands there until then.
    pub place: String,
    /// What is asked for at that place.
    pub label: String,
    /// Nothing is printed there while nobody has written.
    pub optional: bool,
    /// A person writes there, or confirms, also where figures say something.
    pub required: bool,
    /// What stands before each paragraph that figures say; at a place, before the first only.
    pub lead: String,
    /// The same in English; empty: it stays as it is.
    pub lead_en: String,
}

impl BlockForm {
    /// Somebody has to write there, unless figures say something where that is enough.
    pub fn must_be_written(&self, figures_speak: bool) -> bool {
        !self.place.is_empty() && !self.optional && (self.required || !figures_speak)
    }
}

/// One saying, or a list of them.
fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Saying>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        One(String),
        More(Vec<String>),
    }
    let words = match Given::deserialize(from)? {
        Given::One(word) => vec![word],
        Given::More(words) => words,
    };
    // Word by word, so that the one that isn't known is named.
    words.into_iter().map(|word| Saying::deserialize(word.into_deserializer())).collect()
}

/// Sentences that are made of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saying {
    /// Tasks that were assigned.
    Tasks,
    /// Documents that were issued, but for those on review.
    Documents,
    /// Documents on the review of procedures.
    Review,
    /// The size of the catalogue.
    Procedures,
    /// Nothing where there are dossiers, else that there are none.
    WhetherDossiers,
    /// Dossiers, a paragraph a group.
    Dossiers,
    /// Petitions.
    Petitions,
    /// Ratings.
    Ratings,
    /// What was declared on service: ratings and petitions.
    DeclaredService,
    /// What was declared on electronic government.
    DeclaredElectronic,
    /// Dossiers that came online.
    Online,
    /// What was scanned.
    Digitisation,
    /// Online payments.
    Payments,
    /// That appendices are enclosed.
    Enclosed,
    /// Rates, as facts for the assessment.
    Achieved,
    /// Targets, each with what was reached.
    Targets,
    /// What is late or lacking, as facts for the assessment.
    Lacking,
    /// Incidents of other software.
    Incidents,
    /// Late dossiers by the cause that was recorded.
    LateCauses,
    /// Dossiers that stood with somebody beyond the hours of a rule, by unit.
    HandOvers,
    /// What was promised on the review of procedures, and how far it is.
    ReviewPlans,
    /// What was promised and done within the period.
    PromisesKept,
    /// What was promised and is overdue.
    PromisesOverdue,
    /// What was promised and is still to be done.
    PromisesAhead,
    /// Proposals that nobody has answered.
    Proposals,
}

impl Saying {
    /// Where nothing was recorded, nothing is said, not even that there is nothing.
    pub fn may_be_silent(self) -> bool {
        match self {
            Self::Tasks
            | Self::Documents
            | Self::Review
            | Self::Procedures
            | Self::WhetherDossiers
            | Self::Dossiers
            | Self::Petitions
            | Self::Ratings
            | Self::Online
            | Self::Digitisation
            | Self::Payments
            | Self::Enclosed
            | Self::Achieved
            | Self::Lacking => false,
            Self::DeclaredService
            | Self::DeclaredElectronic
            | Self::Targets
            | Self::Incidents
            | Self::LateCauses
            | Self::HandOvers
            | Self::ReviewPlans
            | Self::PromisesKept
            | Self::PromisesOverdue
            | Self::PromisesAhead
            | Self::Proposals => true,
        }
    }
}

/// Why a file is no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// It can't be read.
    #[error("{0}")]
    Unreadable(String),
    /// Its name isn't one.
    #[error("name: small letters, digits and _ only, not \"{0}\"")]
    Name(String),
    /// A block says nothing.
    #[error("section \"{0}\": a block has neither head, say nor place")]
    Empty(String),
    /// A place is named twice.
    #[error("place \"{0}\" is there twice; give each its own name")]
    Twice(String),
    /// A person is asked to write and not told what.
    #[error("place \"{0}\" has no label")]
    Unlabelled(String),
    /// The wording has a key or a value that isn't one.
    #[error("wording: {0}")]
    Wording(String),
}

impl Template {
    /// The period report that comes with the house.
    pub fn period() -> Self {
        Self::read(PERIOD).expect("the form that comes with the house is one")
    }

    /// The text of [`Template::period`].
    pub fn period_text() -> &'static str {
        PERIOD
    }

    /// Reads a form.
    ///
    /// # Errors
    /// What is wrong with it, with the key.
    pub fn read(text: &str) -> Result<Self, BadTemplate> {
        let template: Self =
            toml::from_str(text).map_err(|error| BadTemplate::Unreadable(error.to_string()))?;
        let is_word = |word: &str| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        if !is_word(&template.name) {
            return Err(BadTemplate::Name(template.name));
        }
        let mut places = BTreeSet::new();
        for section in &template.sections {
            for block in &section.blocks {
                if block.head.is_empty() && block.say.is_empty() && block.place.is_empty() {
                    return Err(BadTemplate::Empty(section.heading.clone()));
                }
                if block.place.is_empty() {
                    continue;
                }
                if !is_word(&block.place) {
                    return Err(BadTemplate::Name(block.place.clone()));
                }
                if block.label.is_empty() {
                    return Err(BadTemplate::Unlabelled(block.place.clone()));
                }
                if !places.insert(block.place.clone()) {
                    return Err(BadTemplate::Twice(block.place.clone()));
                }
            }
        }
        // What it changes must be there to be changed: any wording has the same keys.
        template.worded(&Wording::any())?;
        Ok(template)
    }

    /// Its places in their order, each with the heading of its section and what is asked for.
    pub fn places(&self) -> impl Iterator<Item = (&str, &BlockForm)> {
        self.sections.iter().flat_map(|section| {
            let there = section.blocks.iter().filter(|block| !block.place.is_empty());
            there.map(|block| (section.heading.as_str(), block))
        })
    }

    /// Something of it is made of that.
    pub fn says(&self, saying: Saying) -> bool {
        self.sections.iter().flat_map(|section| &section.blocks).any(|block| block.say.contains(&saying))
    }

    /// The house's wording with what the form says otherwise.
    ///
    /// # Errors
    /// A key that no wording has, or a value of another kind.
    pub fn worded(&self, wording: &Wording) -> Result<Wording, BadTemplate> {
        if self.wording.is_empty() {
            return Ok(wording.clone());
        }
        let bad = |error: String| BadTemplate::Wording(error);
        let mut table = Table::try_from(wording).map_err(|error| bad(error.to_string()))?;
        lay_over(&mut table, &self.wording).map_err(bad)?;
        table.try_into().map_err(|error: toml::de::Error| bad(error.to_string()))
    }
}

/// Lays values over others of the same keys.
fn lay_over(under: &mut Table, over: &Table) -> Result<(), String> {
    for (key, value) in over {
        match (under.get_mut(key), value) {
            (None, _) => return Err(format!("there is no \"{key}\"")),
            (Some(Value::Table(under)), Value::Table(over)) => lay_over(under, over)?,
            (Some(under), value) => *under = value.clone(),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(rest: &str) -> Result<Template, BadTemplate> {
        Template::read(&format!("name = \"a\"\ntitle = \"A\"\n{rest}"))
    }

    #[test]
    fn a_form_that_can_not_be_filled_is_refused_with_the_key() {
        let block = |rest: &str| form(&format!("[[section]]\nheading = \"1.\"\n[[section.block]]\n{rest}"));
        assert_eq!(block("lead = \"-\"").unwrap_err(), BadTemplate::Empty("1.".to_owned()));
        assert_eq!(block("place = \"a\"").unwrap_err(), BadTemplate::Unlabelled("a".to_owned()));
        assert_eq!(block("place = \"A b\"\nlabel = \"x\"").unwrap_err(), BadTemplate::Name("A b".to_owned()));
        let twice = "place = \"a\"\nlabel = \"x\"\n[[section.block]]\nplace = \"a\"\nlabel = \"y\"";
        assert_eq!(block(twice).unwrap_err(), BadTemplate::Twice("a".to_owned()));
        let BadTemplate::Unreadable(said) = block("say = \"wishes\"").unwrap_err() else {
            panic!("it is no saying")
        };
        assert!(said.contains("wishes"), "{said}");
        let said = form("section = []\n[wording.comunes]\nzero = \"0\"").unwrap_err();
        assert_eq!(said, BadTemplate::Wording("there is no \"comunes\"".to_owned()));
        assert!(matches!(form("section = []\n[wording]\nmerge_early = 3"), Err(BadTemplate::Wording(_))));
    }

    #[test]
    fn a_form_changes_the_wording_where_it_says_so() {
        let form = form("section = []\n[wording]\nmerge_early = false\n[wording.communes]\nzero = \"0\"");
        let worded = form.expect("a form").worded(&Wording::any()).expect("a wording");
        let usual = Wording::any();
        assert_eq!((worded.merge_early, worded.communes.zero.as_str()), (false, "0"));
        assert_eq!((usual.merge_early, usual.communes.zero.as_str()), (true, "00"));
        assert_eq!(worded.communes.late_share, usual.communes.late_share);
    }
}
