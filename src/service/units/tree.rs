//! The tree of units as of a day: pure reading of what the archive holds of them.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::domain::filter::{Condition, Value};
use crate::service::ServiceError;
use crate::service::paging::{Cursor, ListQuery, Page};
use crate::store::units::{EdgeRow, Register, SpanRow, UnitRow};

/// A unit as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitView {
    /// Identity and life, with the attributes of that day.
    pub row: UnitRow,
    /// From which it arose.
    pub predecessors: Vec<Step>,
    /// Into which it went.
    pub successors: Vec<Step>,
    /// The day of these attributes.
    pub as_of: NaiveDate,
}

/// A step between units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The other unit.
    pub unit_id: Uuid,
    /// The first day after the change.
    pub on: NaiveDate,
    /// `rename`, `merge`, `split` or `abolish`.
    pub kind: String,
}

/// All units over time.
pub(super) struct Tree(Register);

/// The attributes of a row as a span from a day on.
pub(super) fn span(id: Uuid, row: &UnitRow, from: NaiveDate) -> SpanRow {
    SpanRow {
        id,
        unit_id: row.id,
        valid_from: from,
        valid_to: None,
        code: row.code.clone(),
        name: row.name.clone(),
        kind: row.kind.clone(),
        parent_id: row.parent_id,
    }
}

fn covers(span: &SpanRow, day: NaiveDate) -> bool {
    span.valid_from <= day && span.valid_to.is_none_or(|last| day <= last)
}

impl Tree {
    pub(super) fn new(register: Register) -> Self {
        Self(register)
    }

    /// The unit that has a code now and stands.
    pub(super) fn standing(&self, code: &str) -> Option<Uuid> {
        self.0.units.iter().find(|row| row.code == code && row.valid_to.is_none()).map(|row| row.id)
    }

    /// Whether a unit hasn't ended.
    pub(super) fn stands(&self, id: Uuid) -> bool {
        self.row(id).is_some_and(|row| row.valid_to.is_none())
    }

    pub(super) fn row(&self, id: Uuid) -> Option<&UnitRow> {
        self.0.units.iter().find(|row| row.id == id)
    }

    /// Living units right below another.
    pub(super) fn children(&self, id: Uuid) -> impl Iterator<Item = &UnitRow> {
        self.0.units.iter().filter(move |row| row.parent_id == Some(id) && row.valid_to.is_none())
    }

    /// The spans of a unit, ascending.
    pub(super) fn spans(&self, id: Uuid) -> &[SpanRow] {
        self.0.spans.get(&id).map_or(&[], Vec::as_slice)
    }

    /// A unit by identity, or by the code that it had on a day, has now, or had last.
    pub(super) fn find(&self, key: &str, as_of: Option<NaiveDate>) -> Option<Uuid> {
        if let Ok(id) = Uuid::parse_str(key) {
            return self.row(id).map(|row| row.id);
        }
        let then = as_of.and_then(|day| {
            let mut spans = self.0.spans.values().flatten();
            spans.find(|span| span.code == key && covers(span, day)).map(|span| span.unit_id)
        });
        then.or_else(|| self.standing(key)).or_else(|| {
            let ended = self.0.units.iter().filter(|row| row.code == key);
            ended.max_by_key(|row| row.valid_to).map(|row| row.id)
        })
    }

    /// A unit with its attributes of a day, else the nearest that are known.
    pub(super) fn view(&self, id: Uuid, day: NaiveDate) -> Result<UnitView, ServiceError> {
        let row = self.row(id).ok_or_else(|| ServiceError::NotFound(format!("units/{id}")))?;
        Ok(self.seen(row, day))
    }

    fn seen(&self, row: &UnitRow, day: NaiveDate) -> UnitView {
        let mut row = row.clone();
        let spans = self.spans(row.id);
        let then = spans.iter().find(|span| covers(span, day));
        if let Some(then) =
            then.or_else(|| spans.iter().rfind(|span| span.valid_from <= day)).or(spans.first())
        {
            row.code.clone_from(&then.code);
            row.name.clone_from(&then.name);
            row.kind.clone_from(&then.kind);
            row.parent_id = then.parent_id;
        }
        let steps = |mine: fn(&EdgeRow) -> Uuid, other: fn(&EdgeRow) -> Uuid| -> Vec<Step> {
            let edges = self.0.edges.iter().filter(|edge| mine(edge) == row.id);
            edges.map(|e| Step { unit_id: other(e), on: e.effective_on, kind: e.kind.clone() }).collect()
        };
        let predecessors = steps(|e| e.to_unit_id, |e| e.from_unit_id);
        let successors = steps(|e| e.from_unit_id, |e| e.to_unit_id);
        UnitView { row, predecessors, successors, as_of: day }
    }

    /// A page of the units that stood on a day.
    pub(super) fn page(&self, query: &ListQuery, day: NaiveDate) -> Result<Page<UnitView>, ServiceError> {
        let stood = |row: &&UnitRow| row.valid_from <= day && row.valid_to.is_none_or(|last| day <= last);
        let views = self.0.units.iter().filter(stood).map(|row| self.seen(row, day));
        let mut keyed: Vec<((String, String), UnitView)> = views
            .filter(|view| query.conditions.iter().all(|condition| holds(&view.row, condition)))
            .map(|view| ((key(&view.row, query.order.field), view.row.id.to_string()), view))
            .collect();
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        if query.order.descending {
            keyed.reverse();
        }
        if let Some(after) = &query.after {
            let Value::Text(last) = &after.key else {
                return Err(ServiceError::Internal("a page of units has a key of text".to_owned()));
            };
            let last = (last.clone(), after.id.clone());
            keyed.retain(|(key, _)| if query.order.descending { *key < last } else { *key > last });
        }
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = keyed.len() > limit;
        keyed.truncate(limit);
        let last = keyed.last().filter(|_| more);
        let next = last.map(|((key, id), _)| Cursor { key: Value::Text(key.clone()), id: id.clone() });
        Ok(Page { rows: keyed.into_iter().map(|(_, view)| view).collect(), next })
    }
}

/// What a unit is ordered by, as a text that sorts alike.
fn key(row: &UnitRow, field: &str) -> String {
    if field == "create_time" {
        format!("{:020}", row.created_at.timestamp_micros())
    } else {
        row.code.clone()
    }
}

fn holds(row: &UnitRow, condition: &Condition) -> bool {
    let value = match condition.field {
        "kind" => Value::Text(row.kind.clone()),
        "parent" => row.parent_id.map_or(Value::Missing, |id| Value::Text(id.to_string())),
        "display_name" => Value::Text(row.name.clone()),
        "create_time" => Value::Instant(row.created_at),
        _ => Value::Text(row.code.clone()),
    };
    condition.fits(&value)
}
