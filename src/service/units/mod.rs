//! Units: the tree over time. Reading it, and adding to it; how units change is in `changes`, how an
//! import lands them in `landing`.

mod changes;
mod judging;
mod landing;
mod tree;

use chrono::NaiveDate;
use uuid::Uuid;

pub use changes::{Abolish, Merge, Rename, Split, Successor, abolish, merge, rename, split};
pub use judging::{SetJudgeBy, set_judge_by};
pub use landing::land;
pub use tree::{Step, UnitView};

use tree::Tree;

use super::paging::{ListQuery, Page};
use super::{Look, Rules, ServiceError, Violation, Work};
use crate::domain::code::Code;
use crate::domain::permission::Scope;
use crate::domain::text;
use crate::domain::unit::UnitKind;
use crate::store::units;
pub use crate::store::units::{PUBLISHED, UnitRow};

/// The first day of what is said to hold since always.
pub const FROM_THE_BEGINNING: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a real day");

/// A unit to add.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewUnit {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind, a word.
    pub kind: String,
    /// Code or identity of the parent; empty at the root.
    pub parent: String,
    /// The first day on which it stands.
    pub valid_from: NaiveDate,
}

/// One unit as of a day, today by default.
pub async fn get(look: &Look, key: &str, as_of: Option<NaiveDate>) -> Result<UnitView, ServiceError> {
    let tree = Tree::new(units::register(&look.door).await?);
    let today = look.rules.local_date(look.context.now);
    let id = tree.find(key, as_of).ok_or_else(|| ServiceError::NotFound(format!("units/{key}")))?;
    tree.view(id, as_of.unwrap_or(today))
}

/// A page of the tree as it stood on a day, today by default.
pub async fn list(
    look: &Look,
    query: &ListQuery,
    as_of: Option<NaiveDate>,
) -> Result<Page<UnitView>, ServiceError> {
    let tree = Tree::new(units::register(&look.door).await?);
    tree.page(query, as_of.unwrap_or(look.rules.local_date(look.context.now)))
}

/// Adds a unit to the tree.
pub async fn create(work: &mut Work, new: NewUnit) -> Result<UnitView, ServiceError> {
    let tree = Tree::new(units::register(&work.tx).await?);
    let rows = added(work, &tree, &[("unit", new)], &[])?;
    finish(work, rows, "created").await
}

/// The rows of units to add, or all that is wrong with them. Codes of units that end with the same change are free.
fn added(
    work: &Work,
    tree: &Tree,
    news: &[(&str, NewUnit)],
    ending: &[Uuid],
) -> Result<Vec<UnitRow>, ServiceError> {
    let mut wrong = Vec::new();
    let mut taken = None;
    let mut rows: Vec<UnitRow> = Vec::new();
    for (at, new) in news {
        let field = |name: &str| format!("{at}.{name}");
        let code = code(&field("code"), &new.code).map_err(|v| wrong.push(v)).unwrap_or_default();
        let holder = tree.standing(&code).filter(|id| !ending.contains(id));
        if holder.is_some() || rows.iter().any(|row| row.code == code) {
            taken = Some(code.clone());
        }
        let name = text::tidy(&new.name);
        if name.is_empty() {
            wrong.push(Violation::missing(&field("display_name")));
        }
        let kind = kind(&field("kind"), &new.kind).map_err(|v| wrong.push(v)).unwrap_or(UnitKind::Other);
        let parent_id = match new.parent.as_str() {
            "" => None,
            key => {
                let found = parent(&work.rules, &work.context.scope, tree, &field("parent"), key);
                found.map_err(|v| wrong.push(v)).ok()
            }
        };
        if parent_id.is_none() && new.parent.is_empty() && work.context.scope != Scope::All {
            wrong.push(Violation::missing(&field("parent")));
        }
        rows.push(UnitRow {
            id: work.new_id(),
            code,
            name_folded: text::fold(&name),
            name,
            kind: kind.as_str().to_owned(),
            parent_id,
            valid_from: new.valid_from,
            valid_to: None,
            version: 1,
            created_at: work.now(),
            updated_at: work.now(),
            withdrawn_at: None,
        });
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    match taken {
        Some(code) => Err(ServiceError::AlreadyExists(format!("units/{code}"))),
        None => Ok(rows),
    }
}

/// Stores new units and shows the last of them.
async fn finish(work: &mut Work, rows: Vec<UnitRow>, what: &str) -> Result<UnitView, ServiceError> {
    let id =
        rows.last().map(|row| row.id).ok_or_else(|| ServiceError::Internal("no unit to add".to_owned()))?;
    insert(work, rows, what).await?;
    work.reload_rules().await?;
    view(work, id).await
}

async fn insert(work: &mut Work, rows: Vec<UnitRow>, what: &str) -> Result<(), ServiceError> {
    for row in &rows {
        work.note(format!("units/{}", row.code), &serde_json::json!({ what: row.id }));
    }
    let spans = rows.iter().map(|row| tree::span(work.new_id(), row, row.valid_from)).collect();
    Ok(units::insert(&work.tx, rows, spans).await?)
}

/// A unit as it stands within the work.
async fn view(work: &Work, id: Uuid) -> Result<UnitView, ServiceError> {
    Tree::new(units::register(&work.tx).await?).view(id, work.rules.local_date(work.now()))
}

fn code(field: &str, text: &str) -> Result<String, Violation> {
    if text.trim().is_empty() {
        return Err(Violation::missing(field));
    }
    Code::parse(text).map(String::from).map_err(|bad| Violation::bad_code(field, bad))
}

fn kind(field: &str, word: &str) -> Result<UnitKind, Violation> {
    UnitKind::parse(word.trim()).ok_or_else(|| {
        let word = text::cut(word);
        let kinds = UnitKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        Violation::new(
            field,
            "UNKNOWN_KIND",
            format!("{field}: loại cơ quan “{word}” không có; hãy chọn một trong: {kinds}"),
            format!("{field}: there is no kind of unit “{word}”; take one of {kinds}"),
        )
    })
}

fn parent(rules: &Rules, scope: &Scope, tree: &Tree, field: &str, key: &str) -> Result<Uuid, Violation> {
    let found = rules.unit(key).map(|unit| unit.id).filter(|id| scope.covers(*id, None) && tree.stands(*id));
    found.ok_or_else(|| Violation::unknown(field, key, "cơ quan cấp trên", "parent unit"))
}
