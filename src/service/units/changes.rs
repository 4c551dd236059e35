//! How units change: another name or parent, several become one, one becomes several, one ends. What
//! held before stays known, and open work goes on with the successor.
//!
//! A change holds from a day up to today: a reform is recorded when it begins. So a unit that has a last day
//! doesn't stand any more, and nothing has to happen at midnight.

use chrono::NaiveDate;
use uuid::Uuid;

use super::tree::{Tree, span};
use super::{NewUnit, UnitView, added, code, insert, kind, parent, view};
use crate::domain::text;
use crate::domain::unit::UnitTree;
use crate::service::{ServiceError, Violation, Work, check_etag};
use crate::store::units::{self, EdgeRow, SpanRow, UnitRow};

/// Another name, code, kind or parent.
#[derive(Debug, Clone, Default)]
pub struct Rename {
    /// Code or identity of the unit.
    pub key: String,
    /// The first day of the new attributes.
    pub on: NaiveDate,
    /// The new name.
    pub name: Option<String>,
    /// The new code.
    pub code: Option<String>,
    /// The new kind.
    pub kind: Option<String>,
    /// Code or identity of the new parent; empty: none.
    pub parent: Option<String>,
    /// The version that the caller saw.
    pub etag: String,
}

/// Who goes on.
#[derive(Debug, Clone)]
pub enum Successor {
    /// A unit that stands, by code or identity.
    Standing(String),
    /// A unit to create.
    New(NewUnit),
}

/// Several units become one.
#[derive(Debug, Clone)]
pub struct Merge {
    /// Those that end, by code or identity.
    pub keys: Vec<String>,
    /// Who goes on.
    pub successor: Successor,
    /// The first day after the change.
    pub on: NaiveDate,
}

/// One unit becomes several.
#[derive(Debug, Clone)]
pub struct Split {
    /// The one that ends.
    pub key: String,
    /// The units to create.
    pub news: Vec<NewUnit>,
    /// Code of the new one that goes on with open dossiers.
    pub continuing_code: String,
    /// The first day after the change.
    pub on: NaiveDate,
    /// The version that the caller saw.
    pub etag: String,
}

/// A unit ends.
#[derive(Debug, Clone)]
pub struct Abolish {
    /// The unit.
    pub key: String,
    /// Who goes on; empty: nobody.
    pub successor: String,
    /// The first day after the end.
    pub on: NaiveDate,
    /// The version that the caller saw.
    pub etag: String,
}

pub(super) async fn tree(work: &Work) -> Result<Tree, ServiceError> {
    Ok(Tree::new(units::register(&work.tx).await?))
}

/// A unit within the caller's scope.
pub(super) fn mine(work: &Work, tree: &Tree, key: &str) -> Result<UnitRow, ServiceError> {
    let found = tree.find(key, None).filter(|id| work.context.scope.covers(*id, None));
    found.and_then(|id| tree.row(id)).cloned().ok_or_else(|| ServiceError::NotFound(format!("units/{key}")))
}

fn not_in_future(work: &Work, on: NaiveDate) -> Result<(), Violation> {
    if on <= work.rules.local_date(work.now()) {
        return Ok(());
    }
    let (vi, en) = (
        "on: ngày ở tương lai; hãy ghi nhận khi thay đổi có hiệu lực",
        "on lies in the future; record it when it takes effect",
    );
    Err(Violation::new("on", "IN_THE_FUTURE", vi, en))
}

/// A unit that changes on a day must stand then, and not have changed later.
fn stands_on(tree: &Tree, row: &UnitRow, on: NaiveDate) -> Result<(), ServiceError> {
    let since = tree.spans(row.id).last().map_or(row.valid_from, |span| span.valid_from);
    let subject = format!("units/{}", row.code);
    if let Some(last) = row.valid_to {
        let (vi, en) = (format!("{subject} đã kết thúc ngày {last}"), format!("{subject} ended on {last}"));
        return Err(ServiceError::Precondition { reason: "UNIT_ENDED", subject, vi, en });
    }
    if on < since {
        let vi = format!("{subject} chỉ có dữ liệu hiện tại từ ngày {since}; hãy chọn ngày từ đó trở đi");
        let en = format!("{subject} stands as it is since {since}; take that day or a later one");
        return Err(ServiceError::Precondition { reason: "CHANGED_LATER", subject, vi, en });
    }
    Ok(())
}

/// Gives a unit other attributes from a day on.
pub async fn rename(work: &mut Work, change: Rename) -> Result<UnitView, ServiceError> {
    let tree = tree(work).await?;
    let mut row = mine(work, &tree, &change.key)?;
    check_etag(&change.etag, row.version, &format!("units/{}", change.key))?;
    let mut wrong = Vec::new();
    not_in_future(work, change.on).unwrap_or_else(|v| wrong.push(v));
    let mut taken = None;
    if let Some(new) = &change.code {
        match code("code", new) {
            Ok(new) => {
                taken = tree.standing(&new).filter(|id| *id != row.id).map(|_| new.clone());
                row.code = new;
            }
            Err(violation) => wrong.push(violation),
        }
    }
    if let Some(name) = &change.name {
        row.name = text::tidy(name);
        row.name_folded = text::fold(name);
        if row.name.is_empty() {
            wrong.push(Violation::missing("display_name"));
        }
    }
    if let Some(word) = &change.kind {
        match kind("kind", word) {
            Ok(kind) => kind.as_str().clone_into(&mut row.kind),
            Err(violation) => wrong.push(violation),
        }
    }
    match change.parent.as_deref() {
        None => {}
        Some("") => row.parent_id = None,
        Some(key) => match parent(&work.rules, &work.context.scope, &tree, "parent", key) {
            Ok(id) if within(&work.rules.units, id, row.id) => wrong.push(circle("parent")),
            Ok(id) => row.parent_id = Some(id),
            Err(violation) => wrong.push(violation),
        },
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    if let Some(code) = taken {
        return Err(ServiceError::AlreadyExists(format!("units/{code}")));
    }
    stands_on(&tree, &row, change.on)?;
    let id = row.id;
    change_row(work, &tree, row, change.on).await?;
    work.reload_rules().await?;
    view(work, id).await
}

/// Whether a unit is another or stands below it.
pub(super) fn within(units: &UnitTree, id: Uuid, above: Uuid) -> bool {
    units.ancestry(id).contains(&above)
}

pub(super) fn circle(field: &str) -> Violation {
    let vi = format!("{field}: cơ quan không thể thuộc chính nó hoặc cơ quan dưới nó; hãy chọn cơ quan khác");
    let en = format!("{field}: a unit can't belong to itself or to one below it; take another unit");
    Violation::new(field, "CIRCLE", vi, en)
}

/// Saves a row with other attributes and its span from a day on.
pub(super) async fn change_row(
    work: &mut Work,
    tree: &Tree,
    mut row: UnitRow,
    on: NaiveDate,
) -> Result<(), ServiceError> {
    let version = row.version;
    row.version += 1;
    row.updated_at = work.now();
    let last = tree.spans(row.id).last();
    let span: SpanRow = match last {
        // Of the same day: the earlier record was a mistake.
        Some(last) if on <= last.valid_from => {
            SpanRow { id: last.id, ..span(last.id, &row, last.valid_from) }
        }
        Some(_) | None => {
            units::end_span(&work.tx, row.id, on.pred_opt().unwrap_or(on)).await?;
            span(work.new_id(), &row, on)
        }
    };
    work.note(format!("units/{}", row.code), &serde_json::json!({ "changed": { "unit": row.id, "on": on } }));
    units::update(&work.tx, row, version).await?;
    Ok(units::save_span(&work.tx, span).await?)
}

/// Ends a unit on the day before `on`; its children go to the heir.
async fn end(work: &mut Work, row: &UnitRow, on: NaiveDate, heir: Option<Uuid>) -> Result<(), ServiceError> {
    let last = on.pred_opt().unwrap_or(on).max(row.valid_from);
    let ended =
        UnitRow { valid_to: Some(last), version: row.version + 1, updated_at: work.now(), ..row.clone() };
    units::update(&work.tx, ended, row.version).await?;
    units::end_span(&work.tx, row.id, last).await?;
    work.note(
        format!("units/{}", row.code),
        &serde_json::json!({ "ended": { "unit": row.id, "on": on, "heir": heir } }),
    );
    Ok(())
}

async fn adopt(
    work: &mut Work,
    tree: &Tree,
    ended: &[Uuid],
    heir: Uuid,
    on: NaiveDate,
) -> Result<(), ServiceError> {
    let orphans: Vec<UnitRow> = ended
        .iter()
        .flat_map(|id| tree.children(*id))
        .filter(|child| child.id != heir && !ended.contains(&child.id))
        .cloned()
        .collect();
    for child in orphans {
        change_row(work, tree, UnitRow { parent_id: Some(heir), ..child }, on).await?;
    }
    Ok(())
}

fn edge(work: &Work, from: Uuid, to: Uuid, on: NaiveDate, kind: &str) -> EdgeRow {
    EdgeRow { id: work.new_id(), from_unit_id: from, to_unit_id: to, effective_on: on, kind: kind.to_owned() }
}

/// Merges units.
pub async fn merge(work: &mut Work, change: Merge) -> Result<UnitView, ServiceError> {
    let tree = tree(work).await?;
    let mut wrong = Vec::new();
    not_in_future(work, change.on).unwrap_or_else(|v| wrong.push(v));
    if change.keys.is_empty() {
        wrong.push(Violation::missing("names"));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let mut ending: Vec<UnitRow> = Vec::new();
    for key in &change.keys {
        let row = mine(work, &tree, key)?;
        stands_on(&tree, &row, change.on)?;
        if !ending.iter().any(|known| known.id == row.id) {
            ending.push(row);
        }
    }
    let ids: Vec<Uuid> = ending.iter().map(|row| row.id).collect();
    let heir = match change.successor {
        Successor::Standing(key) => {
            let heir = mine(work, &tree, &key)?;
            stands_on(&tree, &heir, change.on.max(heir.valid_from))?;
            if ids.contains(&heir.id) {
                let (vi, en) = (
                    "successor: cơ quan kế tục không thể là cơ quan kết thúc",
                    "successor can't be one of the units that end",
                );
                return Err(Violation::new("successor", "ENDS_ITSELF", vi, en).into());
            }
            end_all(work, &ending, change.on, heir.id).await?;
            heir.id
        }
        Successor::New(new) => {
            let beside = ending[0].parent_id.map(|id| id.to_string()).unwrap_or_default();
            let parent = if new.parent.is_empty() { beside } else { new.parent };
            let new = NewUnit { valid_from: change.on, parent, ..new };
            let rows = added(work, &tree, &[("new_unit", new)], &ids)?;
            let heir = rows[0].id;
            end_all(work, &ending, change.on, heir).await?;
            insert(work, rows, "created").await?;
            heir
        }
    };
    let edges = ids.iter().map(|id| edge(work, *id, heir, change.on, "merge")).collect();
    units::insert_edges(&work.tx, edges).await?;
    adopt(work, &tree, &ids, heir, change.on).await?;
    units::hand_on(&work.tx, &ids, heir).await?;
    work.reload_rules().await?;
    view(work, heir).await
}

async fn end_all(work: &mut Work, ending: &[UnitRow], on: NaiveDate, heir: Uuid) -> Result<(), ServiceError> {
    for row in ending {
        end(work, row, on, Some(heir)).await?;
    }
    Ok(())
}

/// Splits a unit.
pub async fn split(work: &mut Work, change: Split) -> Result<Vec<UnitView>, ServiceError> {
    let tree = tree(work).await?;
    let row = mine(work, &tree, &change.key)?;
    check_etag(&change.etag, row.version, &format!("units/{}", change.key))?;
    let mut wrong = Vec::new();
    not_in_future(work, change.on).unwrap_or_else(|v| wrong.push(v));
    if change.news.len() < 2 {
        let (vi, en) = ("new_units: cần ít nhất hai cơ quan", "new_units: at least two are needed");
        wrong.push(Violation::new("new_units", "TOO_FEW", vi, en));
    }
    let going_on = change.news.iter().position(|new| new.code.trim() == change.continuing_code.trim());
    if going_on.is_none() {
        let field = "continuing_unit_code";
        wrong.push(Violation::unknown(field, &change.continuing_code, "cơ quan mới", "new unit"));
    }
    let (true, Some(going_on)) = (wrong.is_empty(), going_on) else {
        return Err(ServiceError::Invalid(wrong));
    };
    stands_on(&tree, &row, change.on)?;
    let fields: Vec<String> = (0..change.news.len()).map(|i| format!("new_units[{i}]")).collect();
    let own_parent = row.parent_id.map(|id| id.to_string()).unwrap_or_default();
    let news: Vec<(&str, NewUnit)> = fields
        .iter()
        .zip(change.news)
        .map(|(field, new)| {
            let parent = if new.parent.is_empty() { own_parent.clone() } else { new.parent };
            (field.as_str(), NewUnit { valid_from: change.on, parent, ..new })
        })
        .collect();
    let rows = added(work, &tree, &news, &[row.id])?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let heir = ids[going_on];
    end(work, &row, change.on, Some(heir)).await?;
    insert(work, rows, "created").await?;
    let edges = ids.iter().map(|id| edge(work, row.id, *id, change.on, "split")).collect();
    units::insert_edges(&work.tx, edges).await?;
    adopt(work, &tree, &[row.id], heir, change.on).await?;
    units::hand_on(&work.tx, &[row.id], heir).await?;
    work.reload_rules().await?;
    let mut views = Vec::with_capacity(ids.len());
    for id in ids {
        views.push(view(work, id).await?);
    }
    Ok(views)
}

/// Ends a unit.
pub async fn abolish(work: &mut Work, change: Abolish) -> Result<UnitView, ServiceError> {
    let tree = tree(work).await?;
    let row = mine(work, &tree, &change.key)?;
    check_etag(&change.etag, row.version, &format!("units/{}", change.key))?;
    not_in_future(work, change.on)?;
    stands_on(&tree, &row, change.on)?;
    let subject = format!("units/{}", row.code);
    if change.successor.is_empty() {
        let open = units::open_work(&work.tx, row.id).await?;
        if open > 0 {
            let vi = format!("{subject} còn {open} việc chưa xong; hãy nêu cơ quan kế tục");
            let en = format!("{subject} has {open} pieces of open work; name a successor");
            return Err(ServiceError::Precondition { reason: "OPEN_WORK", subject, vi, en });
        }
        let below = tree.children(row.id).count();
        if below > 0 {
            let vi = format!("{subject} còn {below} cơ quan trực thuộc; hãy nêu cơ quan kế tục");
            let en = format!("{subject} has {below} units below it; name a successor");
            return Err(ServiceError::Precondition { reason: "UNITS_BELOW", subject, vi, en });
        }
        end(work, &row, change.on, None).await?;
    } else {
        let heir = mine(work, &tree, &change.successor)?;
        stands_on(&tree, &heir, change.on.max(heir.valid_from))?;
        if heir.id == row.id {
            return Err(circle("successor").into());
        }
        end(work, &row, change.on, Some(heir.id)).await?;
        units::insert_edges(&work.tx, vec![edge(work, row.id, heir.id, change.on, "abolish")]).await?;
        adopt(work, &tree, &[row.id], heir.id, change.on).await?;
        units::hand_on(&work.tx, &[row.id], heir.id).await?;
    }
    work.reload_rules().await?;
    view(work, row.id).await
}
