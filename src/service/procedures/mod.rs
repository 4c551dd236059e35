//! The catalogue of procedures. A version is never changed: another record of the same day stands in its
//! place, and dossiers accepted under the old one keep it. How an import lands them is in `landing`.

mod landing;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

pub use landing::land;

use super::paging::{ListQuery, Page};
use super::units::FROM_THE_BEGINNING;
use super::{Look, Rules, ServiceError, Violation, Work, check_etag};
use crate::domain::code::Code;
use crate::domain::deadline::{BadTerm, Term};
use crate::domain::filter::{Condition, Value};
use crate::domain::procedure::{OnlineLevel, ProcedureLevel, ProcedureVersion, ResumePolicy};
use crate::domain::text;
pub use crate::store::procedures::{PUBLISHED, ProcedureRow, VersionRow};
use crate::store::{procedures, subjects};

/// The longest name of a watched list, in characters.
const LONGEST_LIST: usize = 80;

/// A procedure with its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcedureView {
    /// The procedure.
    pub row: ProcedureRow,
    /// The version in force today, if one has begun.
    pub current: Option<VersionRow>,
    /// All versions that stand, newest first; empty in lists.
    pub versions: Vec<VersionRow>,
}

/// A version as somebody gives it, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewVersion {
    /// The first day; None: since always.
    pub effective_on: Option<NaiveDate>,
    /// Name.
    pub name: String,
    /// Field.
    pub field: String,
    /// `town`, `commune` or `province`.
    pub level: String,
    /// Code or identity of the owning unit; empty: every commune.
    pub unit: String,
    /// Unit of the term.
    pub term_unit: String,
    /// The term.
    pub term: i64,
    /// `none`, `partial` or `full`.
    pub online_level: String,
    /// What a resume does.
    pub resume_policy: Option<ResumePolicy>,
    /// The list on which its dossiers are watched; empty: none.
    pub watched_list: String,
}

/// A procedure by code.
pub async fn get(look: &Look, code: &str) -> Result<ProcedureView, ServiceError> {
    let row = procedures::find(&look.door, code).await?.ok_or_else(|| not_found(code))?;
    let versions = procedures::versions(&look.door, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok(view(row, versions, look.rules.local_date(look.context.now)))
}

fn not_found(code: &str) -> ServiceError {
    ServiceError::NotFound(format!("procedures/{code}"))
}

fn view(row: ProcedureRow, mut versions: Vec<VersionRow>, today: NaiveDate) -> ProcedureView {
    versions.retain(|version| !version.superseded);
    let current = versions.iter().find(|version| version.effective_on <= today).cloned();
    ProcedureView { row, current, versions }
}

/// A page of the catalogue. What is asked of the version in force is answered by the rules first.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<ProcedureView>, ServiceError> {
    let today = look.rules.local_date(look.context.now);
    let own = |condition: &Condition| matches!(condition.field, "code" | "create_time");
    let (conditions, of_version): (Vec<Condition>, Vec<Condition>) =
        query.conditions.iter().cloned().partition(own);
    let among = (!of_version.is_empty()).then(|| {
        let ids = look.rules.versions.keys().copied();
        ids.filter(|id| {
            let version = look.rules.version_on(*id, today);
            version.is_some_and(|version| of_version.iter().all(|condition| holds(version, condition)))
        })
        .collect()
    });
    let query = ListQuery { conditions, ..query.clone() };
    let page = procedures::list(&look.door, &query, among).await?;
    let ids: Vec<Uuid> = page.rows.iter().map(|row| row.id).collect();
    let mut versions: HashMap<Uuid, Vec<VersionRow>> = procedures::versions(&look.door, &ids).await?;
    let rows = page.rows.into_iter().map(|row| {
        let versions = versions.remove(&row.id).unwrap_or_default();
        ProcedureView { versions: Vec::new(), ..view(row, versions, today) }
    });
    Ok(Page { rows: rows.collect(), next: page.next })
}

fn holds(version: &ProcedureVersion, condition: &Condition) -> bool {
    let value = match condition.field {
        "field" => Value::Text(version.field.clone()),
        "level" => Value::Text(version.level.as_str().to_owned()),
        "unit" => version.unit_id.map_or(Value::Missing, |id| Value::Text(id.to_string())),
        "watched_list" => Value::Text(version.watched_list.clone()),
        "online_level" => Value::Text(version.online_level.as_str().to_owned()),
        _ => Value::Text(version.name.clone()),
    };
    condition.fits(&value)
}

/// Adds a procedure with its first version.
pub async fn create(work: &mut Work, code: &str, new: &NewVersion) -> Result<ProcedureView, ServiceError> {
    let mut wrong = Vec::new();
    let code = read_code("code", code).map_err(|v| wrong.push(v)).unwrap_or_default();
    let id = work.new_id();
    let version = read(work, "version.", id, new).map_err(|more| wrong.extend(more));
    let (true, Ok(version)) = (wrong.is_empty(), version) else {
        return Err(ServiceError::Invalid(wrong));
    };
    let name = format!("procedures/{code}");
    if work.rules.procedures_by_code.contains_key(&code) {
        return Err(ServiceError::AlreadyExists(name));
    }
    let (now, withdrawn_at) = (work.now(), None);
    let row = ProcedureRow { id, code, version: 1, created_at: now, updated_at: now, withdrawn_at };
    work.note(name, &serde_json::json!({ "created": version.id }));
    procedures::insert(&work.tx, vec![row.clone()]).await?;
    procedures::insert_versions(&work.tx, vec![version.clone()]).await?;
    work.reload_rules().await?;
    Ok(view(row, vec![version], work.rules.local_date(work.now())))
}

/// Adds a version; one of the same day gives way to it.
pub async fn add_version(
    work: &mut Work,
    code: &str,
    new: &NewVersion,
    etag: &str,
) -> Result<ProcedureView, ServiceError> {
    let mut row = procedures::find(&work.tx, code).await?.ok_or_else(|| not_found(code))?;
    let name = format!("procedures/{code}");
    check_etag(etag, row.version, &name)?;
    let mut version = read(work, "version.", row.id, new).map_err(ServiceError::Invalid)?;
    let mut versions = procedures::versions(&work.tx, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    let superseded = put(&mut version, &versions);
    work.note(name, &serde_json::json!({ "version": version.id, "superseded": superseded }));
    procedures::supersede(&work.tx, &superseded, true).await?;
    procedures::insert_versions(&work.tx, vec![version]).await?;
    procedures::touch(&work.tx, row.id, row.version, work.now()).await?;
    reload(work, &[row.id]).await?;
    row.version += 1;
    row.updated_at = work.now();
    versions = procedures::versions(&work.tx, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok(view(row, versions, work.rules.local_date(work.now())))
}

/// Reads the rules anew. What is watched from now on, or isn't any more, is looked at anew.
pub(super) async fn reload(work: &mut Work, changed: &[Uuid]) -> Result<(), ServiceError> {
    let before = work.rules.clone();
    work.reload_rules().await?;
    let list = |rules: &Rules, id: Uuid| rules.watched(id).map(|(list, _)| list.to_owned());
    let moved = changed.iter().copied().filter(|id| list(&before, *id) != list(&work.rules, *id));
    Ok(subjects::replan_of(&work.tx, &moved.collect::<Vec<_>>(), work.now()).await?)
}

/// Puts a version beside those that are known: which give way to it. Two records of the same day within one
/// instant are told apart by a µs.
fn put(version: &mut VersionRow, known: &[VersionRow]) -> Vec<Uuid> {
    let same_day = || known.iter().filter(|other| other.effective_on == version.effective_on);
    let last: Option<DateTime<Utc>> = same_day().map(|other| other.recorded_at).max();
    let giving_way = same_day().filter(|other| !other.superseded).map(|other| other.id).collect();
    if let Some(last) = last.filter(|last| *last >= version.recorded_at) {
        version.recorded_at = last + TimeDelta::microseconds(1);
    }
    giving_way
}

fn read_code(field: &str, text: &str) -> Result<String, Violation> {
    if text.trim().is_empty() {
        return Err(Violation::missing(field));
    }
    Code::parse(text).map(String::from).map_err(|bad| Violation::bad_code(field, bad))
}

/// A version read from its words, or all that is wrong with it. `at` comes before the fields' names.
fn read(work: &Work, at: &str, procedure_id: Uuid, new: &NewVersion) -> Result<VersionRow, Vec<Violation>> {
    let names = Names { at, wire: !at.is_empty() };
    let mut wrong = Vec::new();
    let name = text::tidy(&new.name);
    if name.is_empty() {
        wrong.push(Violation::missing(&names.of("display_name", "name")));
    }
    let levels = ProcedureLevel::ALL.iter().map(|level| level.as_str());
    let level = ProcedureLevel::parse(new.level.trim());
    let level =
        level.ok_or_else(|| wrong.push(unknown_word(&names.of("level", "level"), &new.level, levels)));
    let levels = OnlineLevel::ALL.iter().map(|level| level.as_str());
    let online = OnlineLevel::parse(new.online_level.trim());
    let at_online = names.of("online_level", "online_level");
    let online = online.ok_or_else(|| wrong.push(unknown_word(&at_online, &new.online_level, levels)));
    let term =
        Term::parse(new.term_unit.trim(), new.term).map_err(|bad| wrong.push(bad_term(&names, new, bad)));
    let watched_list = text::tidy(&new.watched_list);
    if watched_list.chars().count() > LONGEST_LIST {
        wrong.push(Violation::new(
            &names.of("watched_list", "watched_list"),
            "TOO_LONG",
            format!("tên danh mục theo dõi dài hơn {LONGEST_LIST} ký tự; hãy đặt tên ngắn hơn"),
            format!("the watched list's name has more than {LONGEST_LIST} characters; make it shorter"),
        ));
    }
    let unit_id = match new.unit.trim() {
        "" => None,
        key => {
            let found = unit(&work.rules, &names.of("unit", "unit_code"), key);
            found.map_err(|v| wrong.push(v)).ok()
        }
    };
    let (Ok(level), Ok(online), Ok(term), true) = (level, online, term, wrong.is_empty()) else {
        return Err(wrong);
    };
    Ok(VersionRow {
        id: work.new_id(),
        procedure_id,
        effective_on: new.effective_on.unwrap_or(FROM_THE_BEGINNING),
        name_folded: text::fold(&name),
        name,
        // A procedure may be in no field.
        field: text::tidy(&new.field),
        level: level.as_str().to_owned(),
        unit_id,
        term_unit: term.unit().to_owned(),
        term: i32::try_from(term.amount()).unwrap_or(i32::MAX),
        online_level: online.as_str().to_owned(),
        resume_policy: new.resume_policy.unwrap_or(ResumePolicy::Continue).as_str().to_owned(),
        watched_list,
        superseded: false,
        recorded_at: work.now(),
    })
}

/// Names of fields: the wire's behind a path, or those of an import's columns.
struct Names<'a> {
    at: &'a str,
    wire: bool,
}

impl Names<'_> {
    fn of(&self, wire: &str, column: &str) -> String {
        if self.wire { format!("{}{wire}", self.at) } else { column.to_owned() }
    }
}

fn unit(rules: &Rules, field: &str, key: &str) -> Result<Uuid, Violation> {
    rules.unit(key).map(|unit| unit.id).ok_or_else(|| Violation::unknown(field, key, "cơ quan", "unit"))
}

fn unknown_word<'a>(field: &str, word: &str, words: impl Iterator<Item = &'a str>) -> Violation {
    if word.trim().is_empty() {
        return Violation::missing(field);
    }
    let (word, words) = (text::cut(word), words.collect::<Vec<_>>().join(", "));
    Violation::new(
        field,
        "UNKNOWN_WORD",
        format!("{field}: không có giá trị “{word}”; hãy chọn một trong: {words}"),
        format!("{field}: there is no “{word}”; take one of {words}"),
    )
}

fn bad_term(names: &Names<'_>, new: &NewVersion, bad: BadTerm) -> Violation {
    match bad {
        BadTerm::Unit => {
            let units = ["same_day", "working_hours", "working_days", "calendar_days", "months"];
            unknown_word(&names.of("term.unit", "term_unit"), &new.term_unit, units.into_iter())
        }
        BadTerm::Amount { most } => {
            let field = names.of("term.count", "term");
            let vi = format!("{field}: thời hạn phải là số nguyên từ 1 đến {most}; hãy sửa số này");
            let en = format!("{field}: the term must be a whole number from 1 to {most}; correct it");
            Violation::new(&field, "BAD_TERM", vi, en)
        }
    }
}
