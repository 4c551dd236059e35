//! Filters that name other resources: a unit means its subtree, names become identities, words of the
//! contract's enums become words of the tables. Reading filters and pages is not done here.

use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::work::Look;
use crate::domain::filter::{Op, Value};
use crate::domain::text::cut;
use crate::store::query::ListQuery;
use crate::store::records::{Among, Asked};

/// What the fields of a list refer to.
#[derive(Debug, Clone, Copy)]
pub enum Refers {
    /// `units/CODE` with its subtree.
    Unit,
    /// `officials/CODE`.
    Official,
    /// `procedures/CODE`.
    Procedure,
    /// `tasks/CODE`, whose identity the list's own service looks up.
    Name(&'static str),
    /// A word of an enum, also with the contract's prefix: `TASK_STATE_ACCEPTED` for `accepted`.
    Word(&'static str, fn(&str) -> bool),
}

/// The question with its references resolved.
pub fn resolve(
    look: &Look,
    query: ListQuery,
    fields: &[(&'static str, Refers)],
) -> Result<Asked, ServiceError> {
    let mut asked = Asked { query, among: Vec::new(), now: look.context.now };
    let mut wrong = Vec::new();
    let conditions = std::mem::take(&mut asked.query.conditions);
    for mut condition in conditions {
        let refers = fields.iter().find(|(field, _)| *field == condition.field).map(|(_, refers)| refers);
        let (Some(refers), Value::Text(text)) = (refers, condition.value.clone()) else {
            asked.query.conditions.push(condition);
            continue;
        };
        if matches!(refers, Refers::Unit | Refers::Official | Refers::Procedure)
            && !matches!(condition.op, Op::Eq | Op::Ne)
        {
            wrong.push(only_equal(condition.field));
            continue;
        }
        match refers {
            Refers::Unit => match subtree(look, &text) {
                Ok(ids) => {
                    asked.among.push(Among { field: condition.field, ids, inside: condition.op == Op::Eq });
                }
                Err(violation) => wrong.push(violation),
            },
            Refers::Official | Refers::Procedure => {
                let (collection, known, vi, en) = if matches!(refers, Refers::Official) {
                    ("officials/", &look.rules.officials_by_code, "công chức", "official")
                } else {
                    ("procedures/", &look.rules.procedures_by_code, "thủ tục", "procedure")
                };
                let code = text.strip_prefix(collection).unwrap_or(&text);
                match known.get(code) {
                    Some(id) => {
                        condition.value = Value::Text(id.to_string());
                        asked.query.conditions.push(condition);
                    }
                    None => wrong.push(Violation::unknown("filter", code, vi, en)),
                }
            }
            Refers::Name(collection) => {
                let code = text.strip_prefix(collection).and_then(|rest| rest.strip_prefix('/'));
                condition.value = Value::Text(code.unwrap_or(&text).to_owned());
                asked.query.conditions.push(condition);
            }
            Refers::Word(prefix, known) => {
                let word = text.strip_prefix(prefix).unwrap_or(&text).to_ascii_lowercase();
                if known(&word) {
                    condition.value = Value::Text(word);
                    asked.query.conditions.push(condition);
                } else {
                    let text = cut(&text);
                    wrong.push(Violation::new(
                        "filter",
                        "UNKNOWN_WORD",
                        format!("filter: {} không có giá trị “{text}”", condition.field),
                        format!("filter: {} has no value “{text}”", condition.field),
                    ));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(asked) } else { Err(ServiceError::Invalid(wrong)) }
}

fn subtree(look: &Look, text: &str) -> Result<Vec<Uuid>, Violation> {
    let code = text.strip_prefix("units/").unwrap_or(text);
    let unit = look.rules.units.by_code(code);
    let unit = unit.ok_or_else(|| Violation::unknown("filter", code, "cơ quan", "unit"))?;
    let mut ids: Vec<Uuid> = look.rules.units.subtree(unit.id).into_iter().collect();
    // One order for one question: what is prepared once is found again.
    ids.sort_unstable();
    Ok(ids)
}

fn only_equal(field: &str) -> Violation {
    Violation::new(
        "filter",
        "BAD_OPERATOR",
        format!("filter: {field} chỉ so sánh bằng = hoặc !="),
        format!("filter: {field} is compared by = or != only"),
    )
}
