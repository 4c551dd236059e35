//! Targets that were set (chỉ tiêu được giao): which figures can be held against one, and what comes of it.

use super::dossier::state::words;
use super::figure::Rating;
use super::summary::{Figures, PeriodSummary, Rate};
use super::unit::Group;

words! {
    /// A figure that a target may speak of. All are rates of a period, in percent.
    Indicator {
        /// Dossiers resolved early or on time, of those resolved.
        NotLateRate = "not_late_rate",
        /// Dossiers resolved late, of those resolved.
        LateRate = "late_rate",
        /// Dossiers that came online, of those that could.
        OnlineRate = "online_rate",
        /// Dossiers whose papers were scanned at intake, of those tracked.
        IntakeDigitisedRate = "intake_digitised_rate",
        /// Results that were scanned, of those tracked.
        ResultDigitisedRate = "result_digitised_rate",
        /// Payments made online, of all.
        PaymentOnlineRate = "payment_online_rate",
        /// Ratings satisfied or better, of all.
        SatisfiedRate = "satisfied_rate",
        /// Tasks completed on time, of those completed.
        TaskOnTimeRate = "task_on_time_rate",
        /// Petitions answered on time, of those answered.
        PetitionOnTimeRate = "petition_on_time_rate",
    }
}

impl Indicator {
    /// The figure of a period, over the groups of the report as its sentences have it.
    pub fn of(self, summary: &PeriodSummary) -> Rate {
        let over = |rate: fn(&Figures) -> Option<Rate>| {
            let groups = Group::ALL.iter().filter_map(|group| summary.group(*group));
            groups.filter_map(rate).fold(Rate::default(), Rate::plus)
        };
        let (tasks, petitions) = (&summary.tasks, &summary.petitions);
        match self {
            Self::NotLateRate => over(|f| Some(f.dossiers.not_late_rate())),
            Self::LateRate => over(|f| Some(f.dossiers.late_rate())),
            Self::OnlineRate => summary.online_overall,
            Self::IntakeDigitisedRate => over(|f| f.intake),
            Self::ResultDigitisedRate => over(|f| f.result),
            Self::PaymentOnlineRate => summary.payments.online,
            Self::SatisfiedRate => {
                let given = |rating| summary.total.ratings.get(&rating).copied().unwrap_or(0);
                let satisfied = given(Rating::Satisfied) + given(Rating::VerySatisfied);
                Rate { numerator: satisfied, denominator: summary.total.ratings.values().sum() }
            }
            Self::TaskOnTimeRate => Rate { numerator: tasks.completed_on_time, denominator: tasks.completed },
            Self::PetitionOnTimeRate => {
                Rate { numerator: petitions.answered_on_time, denominator: petitions.answered }
            }
        }
    }
}

/// A target of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What it is called.
    pub name: String,
    /// Of what.
    pub indicator: Indicator,
    /// The figure must not exceed the value; else it must reach it.
    pub at_most: bool,
    /// The value in hundredths of a percent.
    pub value_hundredths: i64,
    /// The document that sets it; may be empty.
    pub basis: String,
}

/// What a figure is against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// More than was asked.
    Exceeded,
    /// Just as much, or no more than is allowed.
    Reached,
    /// Not there.
    Missed,
}

/// What is shown beside a figure that has a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// Reached.
    Green,
    /// Missed by one percentage point at most.
    Amber,
    /// Missed by more.
    Red,
}

/// Hundredths of a percent by which a target may be missed that is still amber.
const NEAR: i64 = 100;

impl Target {
    /// The light of a figure; None for 0/0.
    pub fn light(&self, rate: Rate) -> Option<Light> {
        let eased = if self.at_most { self.value_hundredths + NEAR } else { self.value_hundredths - NEAR };
        let eased = Self { value_hundredths: eased, ..self.clone() };
        Some(match (self.verdict(rate)?, eased.verdict(rate)?) {
            (Verdict::Exceeded | Verdict::Reached, _) => Light::Green,
            (Verdict::Missed, Verdict::Exceeded | Verdict::Reached) => Light::Amber,
            (Verdict::Missed, Verdict::Missed) => Light::Red,
        })
    }

    /// Compares exactly, not by rounded percents; None for 0/0.
    pub fn verdict(&self, rate: Rate) -> Option<Verdict> {
        if rate.denominator == 0 {
            return None;
        }
        let reached = i128::from(rate.numerator) * 10_000;
        let asked = i128::from(self.value_hundredths) * i128::from(rate.denominator);
        Some(match (reached.cmp(&asked), self.at_most) {
            (std::cmp::Ordering::Greater, false) => Verdict::Exceeded,
            (std::cmp::Ordering::Equal, _) | (std::cmp::Ordering::Less, true) => Verdict::Reached,
            (std::cmp::Ordering::Less, false) | (std::cmp::Ordering::Greater, true) => Verdict::Missed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_held_against_a_target_exactly() {
        let verdict = |numerator, denominator, value_hundredths, at_most| {
            let (name, basis) = (String::new(), String::new());
            let target = Target { name, indicator: Indicator::LateRate, at_most, value_hundredths, basis };
            target.verdict(Rate { numerator, denominator })
        };
        assert_eq!(verdict(91, 100, 9000, false), Some(Verdict::Exceeded));
        assert_eq!(verdict(90, 100, 9000, false), Some(Verdict::Reached));
        assert_eq!(verdict(89_999, 100_000, 9000, false), Some(Verdict::Missed), "though it rounds to 90.00");
        assert_eq!(verdict(1, 100, 100, true), Some(Verdict::Reached));
        assert_eq!(verdict(0, 100, 100, true), Some(Verdict::Reached));
        assert_eq!(verdict(2, 100, 100, true), Some(Verdict::Missed));
        assert_eq!(verdict(0, 0, 100, true), None);
        let light = |numerator, value_hundredths, at_most| {
            let (name, basis) = (String::new(), String::new());
            let target = Target { name, indicator: Indicator::LateRate, at_most, value_hundredths, basis };
            target.light(Rate { numerator, denominator: 1000 })
        };
        assert_eq!(
            (light(900, 9000, false), light(890, 9000, false)),
            (Some(Light::Green), Some(Light::Amber))
        );
        assert_eq!((light(889, 9000, false), light(20, 100, true)), (Some(Light::Red), Some(Light::Amber)));
        assert_eq!(light(21, 100, true), Some(Light::Red));
    }
}
