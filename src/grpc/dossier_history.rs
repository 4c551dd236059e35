//! The list of a dossier's events. A history is short and read whole; filter, order and page are applied to it
//! here as the engines apply them to tables.

use super::convert::instant;
use super::listing::{Listing, Plan};
use crate::domain::filter::{Condition, Field, FieldKind, Value};
use crate::domain::text::cut;
use crate::pb::v1::{DossierEvent, DossierEventKind};
use crate::service::{Cursor, Published, ServiceError, Violation};

/// Before the names of kinds in the contract.
const PREFIX: &str = "DOSSIER_EVENT_KIND_";

const fn published(name: &'static str, kind: FieldKind, sortable: bool) -> Published {
    Published { field: Field { name, kind, sortable }, column: name }
}

const PUBLISHED: [Published; 4] = [
    published("number", FieldKind::Number, true),
    published("kind", FieldKind::Text, false),
    published("occurred_at", FieldKind::Instant, true),
    published("recorded_at", FieldKind::Instant, false),
];

/// What the list publishes.
pub(super) const PLAN: Plan = Plan { published: &PUBLISHED, order: ("number", false), references: &[] };

fn value(event: &DossierEvent, field: &str) -> Value {
    let at =
        |wire: Option<&prost_types::Timestamp>| wire.and_then(instant).map_or(Value::Missing, Value::Instant);
    match field {
        "kind" => Value::Text(event.kind().as_str_name().trim_start_matches(PREFIX).to_ascii_lowercase()),
        "occurred_at" => at(event.occurred_at.as_ref()),
        "recorded_at" => at(event.recorded_at.as_ref()),
        _ => Value::Number(event.number.into()),
    }
}

/// A page of the events, and the token of the next one.
pub(super) fn page(
    events: Vec<DossierEvent>,
    listing: &Listing,
) -> Result<(Vec<DossierEvent>, String), ServiceError> {
    let query = &listing.query;
    let conditions: Vec<Condition> = query.conditions.iter().cloned().map(word).collect::<Result<_, _>>()?;
    let mut keyed: Vec<(Value, DossierEvent)> = events
        .into_iter()
        .filter(|event| conditions.iter().all(|c| c.fits(&value(event, c.field))))
        .map(|event| (value(&event, query.order.field), event))
        .collect();
    keyed.sort_by_key(|(key, event)| (ticks(key), event.number));
    if query.order.descending {
        keyed.reverse();
    }
    if let Some(after) = &query.after {
        let place = keyed.iter().position(|(_, event)| event.number.to_string() == after.id);
        keyed.drain(..place.map_or(0, |place| place + 1));
    }
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = keyed.len() > limit;
    keyed.truncate(limit);
    let last = keyed.last().filter(|_| more);
    let next = last.map(|(key, event)| Cursor { key: key.clone(), id: event.number.to_string() });
    Ok((keyed.into_iter().map(|(_, event)| event).collect(), listing.token(next.as_ref())?))
}

/// The keys of the two orders as numbers.
fn ticks(key: &Value) -> i64 {
    match key {
        Value::Number(number) => *number,
        Value::Instant(at) => at.timestamp_micros(),
        Value::Text(_) | Value::Flag(_) | Value::Day(_) | Value::Missing => 0,
    }
}

/// A kind by its word, also with the contract's prefix.
fn word(mut condition: Condition) -> Result<Condition, Violation> {
    if let ("kind", Value::Text(text)) = (condition.field, &condition.value) {
        let word = text.trim_start_matches(PREFIX).to_ascii_uppercase();
        if DossierEventKind::from_str_name(&format!("{PREFIX}{word}")).is_none() {
            let text = cut(text);
            return Err(Violation::new(
                "filter",
                "UNKNOWN_WORD",
                format!("filter: kind không có giá trị “{text}”"),
                format!("filter: kind has no value “{text}”"),
            ));
        }
        condition.value = Value::Text(word.to_ascii_lowercase());
    }
    Ok(condition)
}
