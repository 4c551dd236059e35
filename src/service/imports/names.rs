//! Names instead of codes: other software calls units, officials and procedures as people do. A code that the house
//! knows is taken as it is; then what somebody decided for the source holds, then a name that only one has. What leads
//! to several or to nobody is noted, so that it is decided once.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::domain::record::{Problem, Record, RecordKind};
use crate::domain::text::{cut, fold};
use crate::domain::unit::UnitKind;
use crate::service::error::{ServiceError, Violation};
use crate::service::landing::problem;
use crate::service::work::{Look, Work, check_etag};
use crate::service::{ListQuery, Page};
use crate::store::rules::Rules;
use crate::store::source_names::{self, Met};
use crate::store::sources;

pub use crate::store::source_names::{NameRow, PUBLISHED};

/// Candidates that a sentence names.
const NAMED: usize = 5;

/// Bytes of the longest name that is noted: what is longer is no name.
const LONGEST: usize = 500;

/// Whom a name may mean.
type Index = HashMap<String, Vec<Uuid>>;

/// The names of a batch.
pub(super) struct Names<'w> {
    work: &'w Work,
    units: Index,
    officials: Index,
    procedures: Index,
    decided: HashMap<(&'static str, String), Option<Uuid>>,
    /// Noted in this batch.
    met: BTreeMap<(&'static str, String), Met>,
}

/// The word of a kind that has names.
fn word(kind: RecordKind) -> &'static str {
    kind.as_str()
}

/// The folded form of a name. Two abbreviations are so common that both ways are one.
pub(crate) fn folded(text: &str) -> String {
    let words = fold(text);
    let words = words.split(' ').map(|word| match word {
        "ubnd" => "uy ban nhan dan",
        "hdnd" => "hoi dong nhan dan",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Those who have a name, by kind.
pub fn candidates(rules: &Rules, kind: &str, name: &str) -> Vec<String> {
    let name = folded(name);
    let mut found: Vec<String> = match kind {
        "unit" => rules
            .units
            .all()
            .filter(|unit| folded(&unit.name) == name)
            .map(|unit| format!("units/{}", unit.code))
            .collect(),
        "official" => rules
            .officials
            .values()
            .filter(|official| folded(&official.full_name) == name)
            .map(|official| format!("officials/{}", official.code))
            .collect(),
        _ => rules
            .versions
            .iter()
            .filter(|(_, versions)| versions.iter().any(|version| folded(&version.name) == name))
            .filter_map(|(id, _)| rules.procedure_codes.get(id))
            .map(|code| format!("procedures/{code}"))
            .collect(),
    };
    found.sort();
    found.dedup();
    found
}

impl<'w> Names<'w> {
    /// The names that the house and a source know.
    pub async fn of(work: &'w Work, source: &str) -> Result<Self, ServiceError> {
        let mut names = Self {
            work,
            units: Index::new(),
            officials: Index::new(),
            procedures: Index::new(),
            decided: HashMap::new(),
            met: BTreeMap::new(),
        };
        for row in source_names::of_source(&work.tx, source).await? {
            let kind = RecordKind::ALL.iter().copied().find(|kind| kind.as_str() == row.kind);
            if let Some(kind) = kind {
                names.decided.insert((word(kind), row.folded), row.subject_id);
            }
        }
        Ok(names)
    }

    /// Puts codes in the place of names, or says what can't be told.
    pub fn resolve(&mut self, record: &mut Record) -> Vec<Problem> {
        let mut wrong = Vec::new();
        match record {
            Record::Dossier(dossier) => {
                self.put(&mut dossier.unit_code, "unit_code", RecordKind::Unit, None, &mut wrong);
                let unit = self.work.rules.units.by_code(dossier.unit_code.trim()).map(|unit| unit.id);
                let procedure = &mut dossier.procedure_code;
                self.put(procedure, "procedure_code", RecordKind::Procedure, unit, &mut wrong);
                self.put(&mut dossier.officer_code, "officer_code", RecordKind::Official, unit, &mut wrong);
                for step in &mut dossier.moves {
                    let before = wrong.len();
                    self.put(
                        &mut step.from_official,
                        "from_official",
                        RecordKind::Official,
                        unit,
                        &mut wrong,
                    );
                    self.put(&mut step.to_official, "to_official", RecordKind::Official, unit, &mut wrong);
                    for problem in &mut wrong[before..] {
                        problem.file.clone_from(&step.file);
                        problem.line = step.line;
                    }
                }
            }
            Record::Task(task) => {
                self.put(&mut task.lead_unit_code, "lead_unit_code", RecordKind::Unit, None, &mut wrong);
                let unit = self.work.rules.units.by_code(task.lead_unit_code.trim()).map(|unit| unit.id);
                let person = &mut task.responsible_official;
                self.put(person, "responsible_official", RecordKind::Official, unit, &mut wrong);
            }
            Record::Petition(r) => {
                self.put(&mut r.unit_code, "unit_code", RecordKind::Unit, None, &mut wrong);
            }
            Record::Survey(r) => self.put(&mut r.unit_code, "unit_code", RecordKind::Unit, None, &mut wrong),
            Record::Payment(r) => self.put(&mut r.unit_code, "unit_code", RecordKind::Unit, None, &mut wrong),
            // What founds the house has codes of its own.
            Record::Unit(_)
            | Record::Official(_)
            | Record::Calendar(_)
            | Record::Procedure(_)
            | Record::Document(_)
            | Record::Target(_)
            | Record::Declared(_)
            | Record::Incident(_)
            | Record::Unreadable { .. } => {}
        }
        wrong
    }

    /// Keeps the names that were noted.
    pub fn met(self) -> Vec<Met> {
        self.met.into_values().collect()
    }

    fn code(&self, kind: RecordKind, id: Uuid) -> Option<String> {
        let rules = &self.work.rules;
        if kind == RecordKind::Unit {
            Some(rules.unit_code(id).to_owned()).filter(|code| !code.is_empty())
        } else if kind == RecordKind::Official {
            rules.officials.get(&id).map(|official| official.code.clone())
        } else {
            rules.procedure_codes.get(&id).cloned()
        }
    }

    fn is_code(&self, kind: RecordKind, text: &str) -> bool {
        let rules = &self.work.rules;
        if kind == RecordKind::Unit {
            rules.units.by_code(text).is_some()
        } else if kind == RecordKind::Official {
            rules.officials_by_code.contains_key(text)
        } else {
            rules.procedures_by_code.contains_key(text)
        }
    }

    /// All who bear a folded name. The index is made when the first name asks for it: most sources have codes.
    fn bearers(&mut self, kind: RecordKind, name: &str) -> Vec<Uuid> {
        let rules = &self.work.rules;
        let index = if kind == RecordKind::Unit {
            if self.units.is_empty() {
                for unit in rules.units.all() {
                    self.units.entry(folded(&unit.name)).or_default().push(unit.id);
                }
            }
            &self.units
        } else if kind == RecordKind::Official {
            if self.officials.is_empty() {
                for official in rules.officials.values() {
                    self.officials.entry(folded(&official.full_name)).or_default().push(official.id);
                }
            }
            &self.officials
        } else {
            if self.procedures.is_empty() {
                for (id, versions) in &rules.versions {
                    for version in versions {
                        let bearers = self.procedures.entry(folded(&version.name)).or_default();
                        if !bearers.contains(id) {
                            bearers.push(*id);
                        }
                    }
                }
            }
            &self.procedures
        };
        index.get(name).cloned().unwrap_or_default()
    }

    /// Whether a bearer of a name is the dossier's own unit's: of two of one name that one is meant. A procedure
    /// without an owner is every commune's.
    fn is_of(&self, kind: RecordKind, id: Uuid, unit: Uuid) -> bool {
        let rules = &self.work.rules;
        if kind == RecordKind::Official {
            return rules.officials.get(&id).is_some_and(|official| official.unit_id == unit);
        }
        let is_commune = rules.units.get(unit).is_some_and(|unit| unit.kind == UnitKind::Commune);
        let versions = rules.versions.get(&id).into_iter().flatten();
        kind == RecordKind::Procedure
            && versions
                .map(|version| version.unit_id)
                .any(|owner| owner.map_or(is_commune, |owner| owner == unit))
    }

    fn put(
        &mut self,
        text: &mut String,
        field: &str,
        kind: RecordKind,
        unit: Option<Uuid>,
        wrong: &mut Vec<Problem>,
    ) {
        let given = text.trim();
        if given.is_empty() || given.contains('\0') || self.is_code(kind, given) {
            return;
        }
        let name = folded(given);
        if let Some(Some(id)) = self.decided.get(&(word(kind), name.clone()))
            && let Some(code) = self.code(kind, *id)
        {
            *text = code;
            return;
        }
        let mut bearers = self.bearers(kind, &name);
        if let (true, Some(unit)) = (bearers.len() > 1, unit) {
            let own: Vec<Uuid> = bearers.iter().copied().filter(|id| self.is_of(kind, *id, unit)).collect();
            if own.len() == 1 {
                bearers = own;
            }
        }
        if let [only] = bearers.as_slice()
            && let Some(code) = self.code(kind, *only)
        {
            *text = code;
            return;
        }
        let known = self.decided.contains_key(&(word(kind), name.clone()));
        if !known && name.len() <= LONGEST {
            let met = Met {
                id: self.work.new_id(),
                kind: word(kind),
                folded: name.clone(),
                text: given.to_owned(),
            };
            self.met.entry((word(kind), name)).or_insert(met);
        }
        if !bearers.is_empty() {
            let mut codes: Vec<String> = bearers.iter().filter_map(|id| self.code(kind, *id)).collect();
            codes.sort();
            wrong.push(ambiguous(field, given, &codes));
        }
        // What leads to nobody is told by whoever lands the record.
    }
}

fn ambiguous(field: &str, name: &str, codes: &[String]) -> Problem {
    let (name, more) = (cut(name), if codes.len() > NAMED { ", …" } else { "" });
    let codes = codes.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    problem(
        field,
        "AMBIGUOUS_NAME",
        format!(
            "{field}: tên “{name}” là của nhiều nơi ({codes}{more}); hãy quyết định một lần bằng lệnh \
             bonro names, hoặc ghi mã"
        ),
        format!(
            "{field}: the name “{name}” belongs to several ({codes}{more}); \
             decide it once with bonro names, or give the code"
        ),
    )
}

/// A page of names with those that each could mean.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<NameRow>, ServiceError> {
    Ok(source_names::list(&look.door, query).await?)
}

/// Decides whom a name means: a resource's name, or nothing to take a decision back.
pub async fn decide(work: &mut Work, id: Uuid, means: &str, etag: &str) -> Result<NameRow, ServiceError> {
    let resource = format!("sourceNames/{id}");
    let row = source_names::find(&work.tx, id).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(resource.clone()))?;
    check_etag(etag, row.version, &resource)?;
    let collection = match row.kind.as_str() {
        "unit" => "units",
        "official" => "officials",
        _ => "procedures",
    };
    let subject_id = if means.is_empty() {
        None
    } else {
        let code = means.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/'));
        let code = code.ok_or_else(|| {
            Violation::new(
                "means",
                "BAD_NAME",
                format!("means: hãy viết dạng {collection}/MÃ"),
                format!("means: write it as {collection}/CODE"),
            )
        })?;
        let rules = &work.rules;
        let (found, vi, en) = match collection {
            "units" => (rules.units.by_code(code).map(|unit| unit.id), "cơ quan", "unit"),
            "officials" => (rules.officials_by_code.get(code).copied(), "công chức", "official"),
            _ => (rules.procedures_by_code.get(code).copied(), "thủ tục", "procedure"),
        };
        Some(found.ok_or_else(|| Violation::unknown("means", code, vi, en))?)
    };
    if row.subject_id.is_some_and(|before| subject_id != Some(before)) {
        // What landed by the former decision comes again with the next file.
        sources::doubt(&work.tx, &row.source).await?;
    }
    let version = row.version;
    let row = NameRow {
        subject_id,
        decided_by: subject_id.map(|_| work.context.caller.label.clone()),
        decided_at: subject_id.map(|_| work.now()),
        version: version + 1,
        ..row
    };
    source_names::update(&work.tx, row.clone(), version).await?;
    work.note(resource, &serde_json::json!({ "source": row.source, "text": row.text, "means": means }));
    Ok(row)
}
