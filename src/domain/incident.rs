//! Incidents of other software (nhật ký sự cố): what was the matter, for how long, and which dossiers that hit.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::dossier::state::words;

words! {
    /// What was the matter.
    IncidentKind {
        /// It did not answer.
        Down = "down",
        /// Its data came late or not at all.
        OutOfSync = "out_of_sync",
        /// Its data were wrong.
        WrongData = "wrong_data",
    }
}

words! {
    /// Which dossiers were hit, among those that were open within the span.
    HitRule {
        /// All of the incident's unit and below, or of the whole house.
        All = "all",
        /// Those that are linked, and those of the named units and below.
        Named = "named",
    }
}

/// The time of an incident: from its beginning to before its end; None while it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: Option<DateTime<Utc>>,
}

impl Span {
    /// Whether something that was open from `opened` to before `closed` (None: still is) met it.
    pub fn meets(self, opened: DateTime<Utc>, closed: Option<DateTime<Utc>>) -> bool {
        closed.is_none_or(|closed| self.from < closed) && self.to.is_none_or(|to| opened < to)
    }
}

/// What decides whether an incident hit a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach<'a> {
    /// By which rule.
    pub rule: HitRule,
    /// Its unit; None: the whole house.
    pub unit_id: Option<Uuid>,
    /// When.
    pub span: Span,
    /// Units that were named.
    pub units: &'a [Uuid],
    /// Dossiers that were linked.
    pub dossiers: &'a [Uuid],
}

/// A dossier as an incident meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met<'a> {
    /// Its identity.
    pub id: Uuid,
    /// Its units (receiving and continuing), each with what it belongs to.
    pub ancestry: &'a [Uuid],
    /// When it was received.
    pub opened: DateTime<Utc>,
    /// When it was closed.
    pub closed: Option<DateTime<Utc>>,
}

impl Reach<'_> {
    /// Whether the incident hit the dossier.
    pub fn hits(&self, met: &Met<'_>) -> bool {
        let among = match self.rule {
            HitRule::All => self.unit_id.is_none_or(|unit| met.ancestry.contains(&unit)),
            HitRule::Named => {
                self.dossiers.contains(&met.id) || self.units.iter().any(|unit| met.ancestry.contains(unit))
            }
        };
        among && self.span.meets(met.opened, met.closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32) -> DateTime<Utc> {
        DateTime::from_timestamp(i64::from(hour) * 3600, 0).expect("an instant")
    }

    #[test]
    fn spans_meet_where_both_have_time() {
        let span = |from, to: Option<u32>| Span { from: at(from), to: to.map(at) };
        assert!(span(2, Some(4)).meets(at(3), Some(at(5))) && span(2, Some(4)).meets(at(1), Some(at(3))));
        assert!(!span(2, Some(4)).meets(at(4), None), "received when it was over");
        assert!(!span(2, Some(4)).meets(at(0), Some(at(2))), "closed when it began");
        assert!(span(2, None).meets(at(9), None) && !span(2, None).meets(at(0), Some(at(1))));
    }

    #[test]
    fn all_or_named_dossiers_are_hit() {
        let [house, ward, other, dossier] = [1, 2, 3, 4].map(Uuid::from_u128);
        let hits = |rule, unit_id: Option<Uuid>, units: &[Uuid], dossiers: &[Uuid], opened| {
            let span = Span { from: at(2), to: Some(at(4)) };
            let met = Met { id: dossier, ancestry: &[ward, house], opened: at(opened), closed: None };
            Reach { rule, unit_id, span, units, dossiers }.hits(&met)
        };
        assert!(hits(HitRule::All, None, &[], &[], 3) && hits(HitRule::All, Some(house), &[], &[], 3));
        assert!(!hits(HitRule::All, Some(other), &[], &[dossier], 3), "links count among named ones only");
        assert!(!hits(HitRule::Named, None, &[], &[], 3), "an incident of the house that names others");
        assert!(
            hits(HitRule::Named, None, &[house], &[], 3) && hits(HitRule::Named, None, &[], &[dossier], 3)
        );
        assert!(!hits(HitRule::Named, None, &[other], &[], 3));
        assert!(!hits(HitRule::Named, None, &[ward], &[dossier], 4), "linked, but received later");
    }
}
