//! The small registers (payments, ratings, targets): records that are known by their code and replaced
//! as a whole by what their source says later.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::findings::{foreign, reaches, twice};
use super::landing::Landed;
use super::work::Work;
use crate::store::payments::PaymentRow;
use crate::store::surveys::SurveyRow;
use crate::store::targets::TargetRow;

/// A row of such a register.
pub trait Kept: Clone + PartialEq {
    /// What it is known by.
    fn code(&self) -> &str;
    /// Its identity.
    fn id(&self) -> Uuid;
    /// Its unit; None: the whole house.
    fn unit_id(&self) -> Option<Uuid>;
    /// Stands in the place of `old`: its identity, age and number of changes.
    fn replaces(&mut self, old: &Self);
    /// One change more, made `at`.
    fn changed(&mut self, at: DateTime<Utc>);
}

macro_rules! kept {
    ($row:ty, |$self:ident| $unit:expr) => {
        impl Kept for $row {
            fn code(&self) -> &str {
                &self.code
            }
            fn id(&self) -> Uuid {
                self.id
            }
            fn unit_id(&$self) -> Option<Uuid> {
                $unit
            }
            fn replaces(&mut self, old: &Self) {
                (self.id, self.created_at, self.updated_at) = (old.id, old.created_at, old.updated_at);
                self.version = old.version;
            }
            fn changed(&mut self, at: DateTime<Utc>) {
                (self.version, self.updated_at) = (self.version + 1, at);
            }
        }
    };
}

kept!(PaymentRow, |self| Some(self.unit_id));
kept!(SurveyRow, |self| Some(self.unit_id));
kept!(TargetRow, |self| self.unit_id);

/// The rows of a batch that must be written. Each bears what was found out while it was read.
#[derive(Debug)]
pub struct Sorted<R, X> {
    /// To be inserted.
    pub fresh: Vec<(R, X)>,
    /// To be updated: as it stands, and as it will.
    pub changed: Vec<(R, R, X)>,
}

/// Tells new rows from changed ones; all outcomes go to `outcomes`, with the rows' numbers.
pub fn sort<R: Kept, X>(
    work: &Work,
    rows: Vec<(usize, R, X)>,
    known: &HashMap<String, R>,
    outcomes: &mut Vec<(usize, Landed)>,
) -> Sorted<R, X> {
    let mut sorted = Sorted { fresh: Vec::new(), changed: Vec::new() };
    let mut seen = HashSet::new();
    for (number, mut row, beside) in rows {
        if !seen.insert(row.code().to_owned()) {
            outcomes.push((number, twice(row.code())));
            continue;
        }
        let Some(old) = known.get(row.code()) else {
            outcomes.push((number, Landed::fresh(row.id(), Vec::new())));
            sorted.fresh.push((row, beside));
            continue;
        };
        if !reaches(work, old.unit_id()) {
            outcomes.push((number, foreign(row.code())));
            continue;
        }
        row.replaces(old);
        if row == *old {
            outcomes.push((number, Landed::unchanged()));
            continue;
        }
        row.changed(work.now());
        outcomes.push((number, Landed::changed(row.id(), Vec::new())));
        sorted.changed.push((old.clone(), row, beside));
    }
    sorted
}
