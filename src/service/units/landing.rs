//! Units of an import: unknown codes are added, known ones get other attributes. They may come in any
//! order: a parent later in the same batch is fine.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::changes::change_row;
use super::tree::Tree;
use super::{FROM_THE_BEGINNING, UnitRow, code, insert, kind};
use crate::domain::permission::Scope;
use crate::domain::record::UnitRecord;
use crate::domain::text;
use crate::domain::unit::UnitKind;
use crate::service::landing::Landed;
use crate::service::{ServiceError, Violation, Work};
use crate::store::units;

/// A record that could be read, with the identity that it has or gets.
struct Read {
    row: usize,
    id: Uuid,
    code: String,
    name: String,
    kind: UnitKind,
    parent_code: String,
    valid_from: Option<NaiveDate>,
}

/// Lands a batch of units in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, UnitRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let tree = Tree::new(units::register(&work.tx).await?);
    let mut outcomes = Vec::new();
    let mut reads: Vec<Read> = Vec::new();
    for (row, record) in rows {
        match read(work, &tree, row, &record) {
            Ok(read) => reads.push(read),
            Err(wrong) => outcomes.push((row, refused(wrong))),
        }
    }
    let batch: HashMap<String, Uuid> = reads.iter().map(|read| (read.code.clone(), read.id)).collect();
    let mut pending: Vec<(Read, Option<Uuid>)> = Vec::new();
    for read in reads {
        match parent(work, &tree, &batch, &read.parent_code) {
            Ok(parent_id) => pending.push((read, parent_id)),
            Err(violation) => outcomes.push((read.row, refused(vec![violation]))),
        }
    }
    // What refers to a refused row, or to itself by a circle, is refused too.
    let (placed, left) = place(&tree, pending);
    for (read, in_circle) in left {
        let violation = if in_circle { circle(&read) } else { unknown_parent(&read.parent_code) };
        outcomes.push((read.row, refused(vec![violation])));
    }
    let mut news = Vec::new();
    let mut touched = false;
    for (read, parent_id) in placed {
        let outcome = match tree.row(read.id) {
            None => {
                news.push(fresh(work, &read, parent_id));
                Landed::fresh(read.id, Vec::new())
            }
            Some(old) => {
                let new = UnitRow {
                    name_folded: text::fold(&read.name),
                    name: read.name,
                    kind: read.kind.as_str().to_owned(),
                    parent_id,
                    ..old.clone()
                };
                if new == *old {
                    Landed::unchanged()
                } else {
                    // New parents must stand before those that refer to them.
                    insert(work, std::mem::take(&mut news), "landed").await?;
                    let since = tree.spans(old.id).last().map_or(old.valid_from, |span| span.valid_from);
                    change_row(work, &tree, new, read.valid_from.unwrap_or(since).max(since)).await?;
                    touched = true;
                    Landed::changed(read.id, Vec::new())
                }
            }
        };
        outcomes.push((read.row, outcome));
    }
    touched |= outcomes.iter().any(|(_, landed)| landed.subject_id.is_some());
    insert(work, news, "landed").await?;
    if touched {
        work.reload_rules().await?;
    }
    Ok(outcomes)
}

fn refused(wrong: Vec<Violation>) -> Landed {
    Landed::refused(wrong.into_iter().map(Into::into).collect())
}

fn read(work: &Work, tree: &Tree, row: usize, record: &UnitRecord) -> Result<Read, Vec<Violation>> {
    let mut wrong = Vec::new();
    let code = code("code", &record.code).map_err(|v| wrong.push(v)).unwrap_or_default();
    let kind = kind("kind", &record.kind).map_err(|v| wrong.push(v)).unwrap_or(UnitKind::Other);
    let name = text::tidy(&record.name);
    if name.is_empty() {
        wrong.push(Violation::missing("name"));
    }
    let known = tree.standing(&code);
    if let Some(id) = known
        && !work.context.scope.covers(id, None)
    {
        wrong.push(outside("code", &code));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let parent_code = record.parent_code.trim().to_owned();
    let id = known.unwrap_or_else(|| work.new_id());
    Ok(Read { row, id, code, name, kind, parent_code, valid_from: record.valid_from })
}

fn outside(field: &str, code: &str) -> Violation {
    Violation::new(
        field,
        "OUT_OF_SCOPE",
        format!("{field}: cơ quan “{code}” ngoài phạm vi của khóa; hãy dùng khóa khác"),
        format!("{field}: unit “{code}” is beyond the key's scope; use another key"),
    )
}

fn circle(read: &Read) -> Violation {
    let (code, parent) = (&read.code, &read.parent_code);
    let (vi, en) = if code == parent {
        ("chính nó".to_owned(), "itself".to_owned())
    } else {
        (
            format!("{parent}, mà {parent} lại nằm dưới {code}"),
            format!("{parent}, which lies below {code} itself"),
        )
    };
    Violation::new(
        "parent_code",
        "CIRCLE",
        format!("parent_code: cơ quan {code} không thể thuộc {vi}; hãy sửa parent_code của {code}"),
        format!("parent_code: unit {code} can't belong to {en}; correct parent_code of {code}"),
    )
}

fn unknown_parent(code: &str) -> Violation {
    Violation::unknown("parent_code", code, "cơ quan cấp trên", "parent unit")
}

fn parent(
    work: &Work,
    tree: &Tree,
    batch: &HashMap<String, Uuid>,
    code: &str,
) -> Result<Option<Uuid>, Violation> {
    if code.is_empty() {
        return if work.context.scope == Scope::All { Ok(None) } else { Err(outside("parent_code", code)) };
    }
    if let Some(id) = batch.get(code) {
        return Ok(Some(*id));
    }
    let id = tree.standing(code).ok_or_else(|| unknown_parent(code))?;
    if work.context.scope.covers(id, None) { Ok(Some(id)) } else { Err(outside("parent_code", code)) }
}

type Pending = Vec<(Read, Option<Uuid>)>;

/// Parents before children. Left over are those whose parent was refused (false) or that are in a circle (true).
fn place(tree: &Tree, pending: Pending) -> (Pending, Vec<(Read, bool)>) {
    let parents: HashMap<Uuid, Option<Uuid>> =
        pending.iter().map(|(read, parent)| (read.id, *parent)).collect();
    let depth = |id: Uuid| -> Result<usize, bool> {
        let (mut at, mut depth) = (id, 0);
        loop {
            let next = match parents.get(&at) {
                Some(parent) => *parent,
                None => tree.row(at).ok_or(false)?.parent_id,
            };
            let Some(next) = next else { return Ok(depth) };
            depth += 1;
            if next == id || depth > 100 {
                // A circle that it isn't part of is the fault of its parent, which is refused too.
                return Err(next == id);
            }
            at = next;
        }
    };
    let (mut placed, mut left) = (Vec::new(), Vec::new());
    for (read, parent) in pending {
        match depth(read.id) {
            Ok(depth) => placed.push((depth, read, parent)),
            Err(in_circle) => left.push((read, in_circle)),
        }
    }
    placed.sort_by_key(|(depth, ..)| *depth);
    (placed.into_iter().map(|(_, read, parent)| (read, parent)).collect(), left)
}

fn fresh(work: &Work, read: &Read, parent_id: Option<Uuid>) -> UnitRow {
    UnitRow {
        id: read.id,
        code: read.code.clone(),
        name: read.name.clone(),
        name_folded: text::fold(&read.name),
        kind: read.kind.as_str().to_owned(),
        parent_id,
        valid_from: read.valid_from.unwrap_or(FROM_THE_BEGINNING),
        valid_to: None,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
        withdrawn_at: None,
    }
}
