//! Dossiers with their hand-overs and clock events, gathered from three files whose rows come in any
//! order. A dossier one of whose events can't be read is not read either: without that pause its
//! deadline would be wrong, and nobody would see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::fields::{Fields, Pool, normal};
use super::record::{ClockRecord, DossierRecord, MoveRecord, Record, SourceRow, Unreadable};
use super::sheet::Attempt;
use super::table::{Desk, Format, unreadable};
use crate::domain::code::Code;
use crate::domain::dossier::{ApplicantKind, Channel, ClosedAs};

const DOSSIERS: Format = Format {
    file: "dossiers.csv",
    kind: RecordKind::Dossier,
    required: &["code", "procedure_code", "unit_code", "channel", "applicant_kind", "received_at"],
    optional: &[
        "due_at",
        "closed_at",
        "outcome",
        "result_returned_at",
        "officer_code",
        "intake_digitised",
        "result_digitised",
    ],
    key: &["code"],
};

const MOVES: Format = Format {
    file: "dossier_moves.csv",
    kind: RecordKind::Dossier,
    required: &["dossier_code", "at", "to_official"],
    optional: &["from_official", "step"],
    key: &[],
};

const EVENTS: Format = Format {
    file: "dossier_events.csv",
    kind: RecordKind::Dossier,
    required: &["dossier_code", "at", "event"],
    optional: &["reason"],
    key: &[],
};
use crate::domain::record::RecordKind;

/// The dossiers by receipt; those that can't be read after the others.
pub(super) fn dossiers(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    let mut gathered = Gathered::new(read(desk));
    for (format, part) in [(&MOVES, handed_over as fn(&mut Fields<'_, '_>, u64) -> Part), (&EVENTS, clock)] {
        let outcome = desk.each(format, |attempt, pool| gathered.attach(&attempt, pool, part));
        gathered.strays.extend(outcome.err());
    }
    gathered.in_order()
}

/// What a row of the other two files adds to its dossier.
enum Part {
    Move(MoveRecord),
    Clock(ClockRecord),
}

fn handed_over(fields: &mut Fields<'_, '_>, line: u64) -> Part {
    Part::Move(MoveRecord {
        at: fields.required_instant("at"),
        from_official: fields.shared("from_official"),
        to_official: fields.required_shared("to_official"),
        step: fields.shared("step"),
        line,
        file: fields.file(),
    })
}

fn clock(fields: &mut Fields<'_, '_>, line: u64) -> Part {
    Part::Clock(ClockRecord {
        at: fields.required_instant("at"),
        resumed: fields.required_word("event", false, resumed, &["paused", "resumed"]),
        reason: fields.shared("reason"),
        line,
        file: fields.file(),
    })
}

fn resumed(word: &str) -> Option<bool> {
    match word {
        "paused" => Some(false),
        "resumed" => Some(true),
        _ => None,
    }
}

fn read(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    let channels: Vec<&str> = Channel::ALL.iter().map(|word| word.as_str()).collect();
    let applicants: Vec<&str> = ApplicantKind::ALL.iter().map(|word| word.as_str()).collect();
    let outcomes: Vec<&str> = ClosedAs::ALL.iter().map(|word| word.as_str()).collect();
    desk.records(&DOSSIERS, |fields| {
        Record::Dossier(Box::new(DossierRecord {
            code: fields.required_text("code"),
            procedure_code: fields.required_shared("procedure_code"),
            unit_code: fields.required_shared("unit_code"),
            channel: fields.required_word("channel", Channel::Counter, Channel::parse, &channels),
            applicant_kind: fields.required_word(
                "applicant_kind",
                ApplicantKind::Person,
                ApplicantKind::parse,
                &applicants,
            ),
            received_at: fields.required_instant("received_at"),
            due_at: fields.instant("due_at"),
            closed_at: fields.instant("closed_at"),
            outcome: fields.word("outcome", ClosedAs::parse, &outcomes),
            result_returned_at: fields.instant("result_returned_at"),
            officer_code: fields.shared("officer_code"),
            intake_digitised: fields.flag("intake_digitised"),
            result_digitised: fields.flag("result_digitised"),
            moves: Vec::new(),
            clock: Vec::new(),
            stands_as: None,
        }))
    })
}

/// Dossiers while their parts come in.
struct Gathered {
    rows: Vec<SourceRow>,
    by_code: HashMap<Box<str>, usize>,
    /// Lines whose code is none: whatever the other files tell of these dossiers leads nowhere.
    nameless: Vec<u64>,
    strays: Vec<SourceRow>,
}

impl Gathered {
    fn new(rows: Vec<SourceRow>) -> Self {
        let mut by_code = HashMap::with_capacity(rows.len());
        let mut nameless = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let code = if let Record::Unreadable(refused) = &row.record { Some(&refused.code) } else { None };
            let Some(code) = code.or_else(|| dossier_of(row).map(|dossier| &dossier.code)) else { continue };
            if Code::parse(code).is_err() {
                nameless.push(row.line);
            }
            // Of a code that stands twice the first row counts.
            by_code.entry(code.clone()).or_insert(index);
        }
        nameless.sort_unstable();
        Self { rows, by_code, nameless, strays: Vec::new() }
    }

    /// Gives a row to its dossier, or keeps it as a stray.
    fn attach(&mut self, attempt: &Attempt<'_>, pool: &mut Pool, read: fn(&mut Fields<'_, '_>, u64) -> Part) {
        let row = match attempt {
            Ok(row) | Err((_, row)) => *row,
        };
        let code = normal(row.cell("dossier_code"));
        let mut fields = Fields::of(row, pool);
        let part = match attempt {
            Ok(_) => {
                fields.required_text("dossier_code");
                Some(read(&mut fields, row.line))
            }
            Err((problem, _)) => {
                fields.problems.push(problem.clone());
                None
            }
        };
        let Some(index) = self.by_code.get(&code).copied() else {
            if !code.is_empty() && part.is_some() {
                fields.stray("dossier_code", &self.nameless);
            }
            self.strays.push(unreadable(row.file, row.line, RecordKind::Dossier, &code, fields.problems));
            return;
        };
        let (owner, mut problems) = (&mut self.rows[index].record, fields.problems);
        match (&mut *owner, part) {
            (Record::Unreadable(refused), _) => refused.problems.append(&mut problems),
            (Record::Dossier(dossier), Some(part)) if problems.is_empty() => match part {
                Part::Move(moved) => dossier.moves.push(moved),
                Part::Clock(event) => dossier.clock.push(event),
            },
            _ => *owner = Record::Unreadable(Unreadable { kind: RecordKind::Dossier, code, problems }),
        }
    }

    fn in_order(mut self) -> Vec<SourceRow> {
        for row in &mut self.rows {
            if let Record::Dossier(dossier) = &mut row.record {
                dossier.moves.sort();
                dossier.clock.sort();
                dossier.moves.shrink_to_fit();
                dossier.clock.shrink_to_fit();
            }
        }
        self.rows.append(&mut self.strays);
        in_order(self.rows)
    }
}

/// Dossiers by receipt, then what can't be read.
pub(super) fn in_order(rows: Vec<SourceRow>) -> Vec<SourceRow> {
    let (mut readable, refused): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| dossier_of(row).is_some());
    readable.sort_by(|one, other| receipt(one).cmp(&receipt(other)));
    readable.into_iter().chain(refused).collect()
}

fn dossier_of(row: &SourceRow) -> Option<&DossierRecord> {
    if let Record::Dossier(dossier) = &row.record { Some(dossier) } else { None }
}

fn receipt(row: &SourceRow) -> Option<(DateTime<Utc>, &str)> {
    dossier_of(row).map(|dossier| (dossier.received_at, &*dossier.code))
}
