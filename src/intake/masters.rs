//! Units, officials and procedures: what the other records refer to.

use std::collections::HashSet;

use super::fields::Fields;
use super::record::{OfficialRecord, ProcedureRecord, Record, SourceRow, UnitRecord};
use super::table::{Desk, Format};
use crate::domain::deadline::{BadTerm, Term};
use crate::domain::official::OfficialRole;
use crate::domain::procedure::OnlineLevel;

const UNITS: Format = Format {
    file: "units.csv",
    kind: RecordKind::Unit,
    required: &["code", "parent_code", "kind", "name"],
    optional: &["valid_from"],
    key: &["code"],
};

const OFFICIALS: Format = Format {
    file: "officials.csv",
    kind: RecordKind::Official,
    required: &["code", "unit_code", "full_name", "role"],
    optional: &["email"],
    key: &["code"],
};

const PROCEDURES: Format = Format {
    file: "procedures.csv",
    kind: RecordKind::Procedure,
    required: &["code", "name", "field", "level", "unit_code", "term_unit", "term", "online_level"],
    optional: &["effective_on", "watched_list"],
    // A later version of a procedure is a row of its own.
    key: &["code", "effective_on"],
};
use crate::domain::record::RecordKind;

const TERM_UNITS: [&str; 5] = ["same_day", "working_hours", "working_days", "calendar_days", "months"];

/// The units, parents before children as far as the file knows them.
pub(super) fn units(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    parents_first(desk.records(&UNITS, |fields| {
        Record::Unit(UnitRecord {
            code: fields.required_shared("code"),
            parent_code: fields.shared("parent_code"),
            kind: fields.required_shared("kind"),
            name: fields.required_text("name"),
            valid_from: fields.date("valid_from"),
        })
    }))
}

/// The officials.
pub(super) fn officials(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    let roles: Vec<&str> = OfficialRole::ALL.iter().map(|role| role.as_str()).collect();
    desk.records(&OFFICIALS, |fields| {
        Record::Official(OfficialRecord {
            code: fields.required_shared("code"),
            unit_code: fields.required_shared("unit_code"),
            full_name: fields.required_text("full_name"),
            role: fields.required_word("role", OfficialRole::Officer, OfficialRole::parse, &roles),
            email: fields.text("email"),
        })
    })
}

/// The procedures.
pub(super) fn procedures(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    let levels: Vec<&str> = OnlineLevel::ALL.iter().map(|level| level.as_str()).collect();
    desk.records(&PROCEDURES, |fields| {
        Record::Procedure(Box::new(ProcedureRecord {
            code: fields.required_shared("code"),
            name: fields.required_text("name"),
            field: fields.shared("field"),
            level: fields.required_shared("level"),
            unit_code: fields.shared("unit_code"),
            term: term(fields),
            online_level: fields.required_word(
                "online_level",
                OnlineLevel::None,
                OnlineLevel::parse,
                &levels,
            ),
            effective_on: fields.date("effective_on"),
            watched_list: fields.shared("watched_list"),
        }))
    })
}

fn term(fields: &mut Fields<'_, '_>) -> Term {
    let unit = fields.required_shared("term_unit").to_ascii_lowercase();
    if unit.is_empty() {
        return Term::SameDay;
    }
    let before = fields.problems.len();
    let amount = if unit == "same_day" { 0 } else { fields.number("term") };
    match Term::parse(&unit, amount) {
        Ok(term) => return term,
        Err(BadTerm::Unit) => {
            fields.problems.truncate(before);
            fields.complain("term_unit", |place, value| place.unknown_word(value, &TERM_UNITS));
        }
        // A term that couldn't be read was complained of already.
        Err(BadTerm::Amount { .. }) if fields.problems.len() > before => {}
        Err(BadTerm::Amount { most }) => fields.complain("term", |place, value| {
            place.error(
                "BAD_TERM",
                value,
                format!("thời hạn phải là số nguyên từ 1 đến {most}; hãy sửa số này"),
                format!("the term must be a whole number from 1 to {most}; correct it"),
            )
        }),
    }
    Term::SameDay
}

/// Orders units so that a parent comes before its children. Those in a circle come last, as they stand:
/// the house refuses them by name.
fn parents_first(rows: Vec<SourceRow>) -> Vec<SourceRow> {
    let code_and_parent = |row: &SourceRow| {
        if let Record::Unit(unit) = &row.record {
            Some((unit.code.clone(), unit.parent_code.clone()))
        } else {
            None
        }
    };
    let mut waiting_for: HashSet<_> = rows.iter().filter_map(code_and_parent).map(|(code, _)| code).collect();
    let mut placed = Vec::with_capacity(rows.len());
    let mut rest = rows;
    loop {
        let (ready, waiting): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|row| code_and_parent(row).is_some_and(|(_, parent)| !waiting_for.contains(&parent)));
        if ready.is_empty() {
            placed.extend(waiting);
            return placed;
        }
        for (code, _) in ready.iter().filter_map(code_and_parent) {
            waiting_for.remove(&code);
        }
        placed.extend(ready);
        rest = waiting;
    }
}
