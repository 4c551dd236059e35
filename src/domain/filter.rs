//! Filters and orders of lists (AIP-160, the part that offices need): comparisons of published
//! fields joined by AND. An unknown field is refused, never ignored.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::text::cut;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text, compared exactly.
    Text,
    /// A whole number.
    Number,
    /// true or false.
    Flag,
    /// An instant, RFC 3339 with offset.
    Instant,
    /// A local date.
    Day,
}

/// A published field of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// May be ordered by.
    pub sortable: bool,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// A value of a filter or of a page's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// true or false.
    Flag(bool),
    /// An instant.
    Instant(DateTime<Utc>),
    /// A local date.
    Day(NaiveDate),
    /// `null`: not set.
    Missing,
}

/// One comparison of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The field's published name.
    pub field: &'static str,
    /// The comparison.
    pub op: Op,
    /// With what.
    pub value: Value,
}

impl Condition {
    /// Whether a value fits it, for lists that are read whole.
    pub fn fits(&self, value: &Value) -> bool {
        let order = match (value, &self.value) {
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Number(a), Value::Number(b)) => a.cmp(b),
            (Value::Flag(a), Value::Flag(b)) => a.cmp(b),
            (Value::Instant(a), Value::Instant(b)) => a.cmp(b),
            (Value::Day(a), Value::Day(b)) => a.cmp(b),
            (a, b) => return (a == b) == (self.op == Op::Eq),
        };
        match self.op {
            Op::Eq => order.is_eq(),
            Op::Ne => order.is_ne(),
            Op::Lt => order.is_lt(),
            Op::Le => order.is_le(),
            Op::Gt => order.is_gt(),
            Op::Ge => order.is_ge(),
        }
    }
}

/// The order of a list; the row's identity always breaks ties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The field's published name.
    pub field: &'static str,
    /// Descending.
    pub descending: bool,
}

/// Why a filter or order can't be read. Names what is published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFilter {
    /// A field that isn't published.
    #[error("unknown field “{field}”; published are {published}")]
    UnknownField {
        /// What was written.
        field: String,
        /// What may be.
        published: String,
    },
    /// Not `field op value`.
    #[error("can't read “{0}”; write field = value, joined by AND, texts in double quotes")]
    Syntax(String),
    /// A value of another kind.
    #[error("{field}: “{value}” is no {expected}")]
    Value {
        /// The field.
        field: &'static str,
        /// What was written.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
}

fn unknown(field: &str, fields: &[Field], sortable_only: bool) -> BadFilter {
    let published: Vec<&str> =
        fields.iter().filter(|f| !sortable_only || f.sortable).map(|f| f.name).collect();
    BadFilter::UnknownField { field: cut(field), published: published.join(", ") }
}

/// Reads a filter against the published fields. Empty: no condition.
pub fn parse(text: &str, fields: &[Field]) -> Result<Vec<Condition>, BadFilter> {
    let mut rest = text.trim();
    let mut conditions = Vec::new();
    while !rest.is_empty() {
        if !conditions.is_empty() {
            rest = rest
                .strip_prefix("AND")
                .filter(|r| r.starts_with(char::is_whitespace))
                .ok_or_else(|| BadFilter::Syntax(cut(rest)))?
                .trim_start();
        }
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let field = fields.iter().find(|f| f.name == name).ok_or_else(|| unknown(name, fields, false))?;
        let (op, after) = operator(after.trim_start())?;
        let (literal, quoted, after) = literal(after.trim_start())?;
        conditions.push(Condition { field: field.name, op, value: value(field, &literal, quoted)? });
        rest = after.trim_start();
    }
    Ok(conditions)
}

fn operator(text: &str) -> Result<(Op, &str), BadFilter> {
    const OPS: [(&str, Op); 7] = [
        ("!=", Op::Ne),
        ("<=", Op::Le),
        (">=", Op::Ge),
        ("=", Op::Eq),
        ("<", Op::Lt),
        (">", Op::Gt),
        (":", Op::Eq),
    ];
    OPS.iter()
        .find_map(|(sign, op)| text.strip_prefix(sign).map(|rest| (*op, rest)))
        .ok_or_else(|| BadFilter::Syntax(cut(text)))
}

/// The literal at the beginning, whether it was quoted, and what follows.
fn literal(text: &str) -> Result<(String, bool, &str), BadFilter> {
    let Some(inner) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        if end == 0 {
            return Err(BadFilter::Syntax(cut(text)));
        }
        return Ok((text[..end].to_owned(), false, &text[end..]));
    };
    let mut out = String::new();
    let mut escaped = false;
    for (i, c) in inner.char_indices() {
        match c {
            _ if escaped => {
                out.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Ok((out, true, &inner[i + 1..])),
            _ => out.push(c),
        }
    }
    Err(BadFilter::Syntax(cut(text)))
}

fn value(field: &Field, literal: &str, quoted: bool) -> Result<Value, BadFilter> {
    if literal == "null" && !quoted {
        return Ok(Value::Missing);
    }
    let bad = |expected| BadFilter::Value { field: field.name, value: cut(literal), expected };
    match field.kind {
        FieldKind::Text => Ok(Value::Text(literal.to_owned())),
        FieldKind::Number => literal.parse().map(Value::Number).map_err(|_| bad("whole number")),
        FieldKind::Flag => literal.parse().map(Value::Flag).map_err(|_| bad("true or false")),
        FieldKind::Instant => DateTime::parse_from_rfc3339(literal)
            .map(|at| Value::Instant(at.to_utc()))
            .map_err(|_| bad("instant such as 2024-05-15T17:00:00+07:00")),
        FieldKind::Day => literal.parse().map(Value::Day).map_err(|_| bad("date such as 2024-05-15")),
    }
}

/// Reads `field`, `field asc` or `field desc`. Empty: the given default.
pub fn parse_order(text: &str, fields: &[Field], default: Order) -> Result<Order, BadFilter> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (name, descending) = match words.as_slice() {
        [] => return Ok(default),
        [name] | [name, "asc"] => (*name, false),
        [name, "desc"] => (*name, true),
        _ => return Err(BadFilter::Syntax(cut(text))),
    };
    let field =
        fields.iter().find(|f| f.sortable && f.name == name).ok_or_else(|| unknown(name, fields, true))?;
    Ok(Order { field: field.name, descending })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [Field; 4] = [
        Field { name: "unit", kind: FieldKind::Text, sortable: true },
        Field { name: "due_at", kind: FieldKind::Instant, sortable: true },
        Field { name: "open", kind: FieldKind::Flag, sortable: false },
        Field { name: "count", kind: FieldKind::Number, sortable: false },
    ];

    #[test]
    fn comparisons_are_read_and_joined() {
        let got = parse(
            r#"unit = "Phổ \"An\"" AND open=true AND due_at<2024-05-15T17:00:00+07:00 AND unit != null"#,
            &FIELDS,
        )
        .expect("a filter");
        let at = "2024-05-15T10:00:00Z".parse().expect("an instant");
        assert_eq!(
            got,
            [
                Condition { field: "unit", op: Op::Eq, value: Value::Text("Phổ \"An\"".into()) },
                Condition { field: "open", op: Op::Eq, value: Value::Flag(true) },
                Condition { field: "due_at", op: Op::Lt, value: Value::Instant(at) },
                Condition { field: "unit", op: Op::Ne, value: Value::Missing },
            ]
        );
        assert_eq!(parse("  ", &FIELDS), Ok(vec![]));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert!(
            matches!(parse("colour = red", &FIELDS), Err(BadFilter::UnknownField { field, .. }) if field == "colour")
        );
        assert!(matches!(parse("count = many", &FIELDS), Err(BadFilter::Value { field: "count", .. })));
        for broken in
            ["unit", "unit =", "unit = \"a", "unit = a OR unit = b", "unit ~ a", "unit = a unit = b"]
        {
            assert!(matches!(parse(broken, &FIELDS), Err(BadFilter::Syntax(_))), "{broken}");
        }
    }

    #[test]
    fn values_fit_as_the_engines_compare_them() {
        let fits = |text: &str, value: &Value| parse(text, &FIELDS).expect("a filter")[0].fits(value);
        assert!(fits("count >= 3", &Value::Number(3)) && !fits("count > 3", &Value::Number(3)));
        assert!(fits("count < 4", &Value::Number(3)) && !fits("count != 3", &Value::Number(3)));
        assert!(fits("open = null", &Value::Missing) && !fits("open = null", &Value::Flag(false)));
        assert!(fits("open != null", &Value::Flag(false)) && fits("open <= true", &Value::Flag(false)));
    }

    #[test]
    fn only_published_orders_are_taken() {
        let default = Order { field: "unit", descending: false };
        assert_eq!(
            parse_order("due_at desc", &FIELDS, default.clone()),
            Ok(Order { field: "due_at", descending: true })
        );
        assert_eq!(parse_order("", &FIELDS, default.clone()), Ok(default.clone()));
        assert!(parse_order("open", &FIELDS, default.clone()).is_err());
        assert!(parse_order("unit sideways", &FIELDS, default).is_err());
    }
}
