//! The life of a period report (domain.md §8; Decree 30/2020/NĐ-CP on the way of a document): drafted, submitted for
//! signing (trình ký) with its figures frozen, signed outside, sent, and corrected by a new issue; what was issued is never
//! changed.

use super::dossier::state::words;
use super::period::{Period, Preset};

words! {
    /// Where a report stands.
    ReportState {
        /// Đang soạn: figures are counted anew each time, people write.
        Draft = "draft",
        /// Đã trình ký: figures and files are frozen.
        Submitted = "submitted",
        /// Đã ký: it has its number, date, signer and signed file.
        Signed = "signed",
        /// Đã gửi.
        Sent = "sent",
        /// Đã thay thế: a corrected issue was signed.
        Superseded = "superseded",
        /// Đã hủy, before it was signed.
        Cancelled = "cancelled",
    }
}

words! {
    /// What is done to a report.
    ReportStep {
        /// Somebody writes at a place.
        Write = "write",
        /// What it answers, or for whom, changes.
        Change = "change",
        /// It is submitted for signing.
        Submit = "submit",
        /// The signer gives it back: it is drafted on, and what was frozen is thrown away.
        Return = "return",
        /// The signed file comes from the document system.
        Sign = "sign",
        /// It is mailed to those it is for.
        Send = "send",
        /// It isn't needed.
        Cancel = "cancel",
        /// A corrected issue is begun.
        Correct = "correct",
        /// The corrected issue was signed.
        Supersede = "supersede",
    }
}

words! {
    /// How a report came about.
    ReportOrigin {
        /// A letter asked for it.
        Request = "request",
        /// Its period ended.
        Schedule = "schedule",
        /// Another one has to be corrected.
        Correction = "correction",
    }
}

impl ReportState {
    /// The state after a step; None: the step isn't allowed in this one.
    pub fn after(self, step: ReportStep) -> Option<Self> {
        match (self, step) {
            (Self::Draft, ReportStep::Write | ReportStep::Change) | (Self::Submitted, ReportStep::Return) => {
                Some(Self::Draft)
            }
            (Self::Draft, ReportStep::Submit) => Some(Self::Submitted),
            (Self::Submitted, ReportStep::Sign) | (Self::Signed, ReportStep::Correct) => Some(Self::Signed),
            (Self::Signed, ReportStep::Send) | (Self::Sent, ReportStep::Send | ReportStep::Correct) => {
                Some(Self::Sent)
            }
            (Self::Draft | Self::Submitted, ReportStep::Cancel) => Some(Self::Cancelled),
            (Self::Signed | Self::Sent, ReportStep::Supersede) => Some(Self::Superseded),
            (
                Self::Draft
                | Self::Submitted
                | Self::Signed
                | Self::Sent
                | Self::Superseded
                | Self::Cancelled,
                _,
            ) => None,
        }
    }

    /// The states in which a step is allowed.
    pub fn allowing(step: ReportStep) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|state| state.after(step).is_some()).collect()
    }

    /// Its figures are kept.
    pub fn is_frozen(self) -> bool {
        matches!(self, Self::Submitted | Self::Signed | Self::Sent | Self::Superseded)
    }

    /// What people call it.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::Draft => "đang soạn",
            Self::Submitted => "đã trình ký",
            Self::Signed => "đã ký",
            Self::Sent => "đã gửi",
            Self::Superseded => "đã thay thế",
            Self::Cancelled => "đã hủy",
        }
    }
}

/// The same period a year before: the preset of that year, or the same days, the last of February for the 29th.
pub fn year_before(period: Period) -> Period {
    preset_of(period).and_then(|(preset, year)| Period::preset(preset, year - 1).ok()).unwrap_or_else(|| {
        let back = chrono::Months::new(12);
        Period::new(period.first() - back, period.last() - back).unwrap_or(period)
    })
}

/// The period before: the preset before of the same kind, or as many days that end the day before.
pub fn before(period: Period) -> Period {
    let earlier = preset_of(period).and_then(|(preset, year)| {
        let (preset, year) = match preset {
            Preset::Month(1) => (Preset::Month(12), year - 1),
            Preset::Month(month) => (Preset::Month(month - 1), year),
            Preset::Quarter(1) => (Preset::Quarter(4), year - 1),
            Preset::Quarter(quarter) => (Preset::Quarter(quarter - 1), year),
            Preset::FirstHalf => (Preset::SecondHalf, year - 1),
            Preset::SecondHalf => (Preset::FirstHalf, year),
            // What is counted from the year's beginning is held against the same of the year before.
            Preset::NineMonths | Preset::Year => (preset, year - 1),
        };
        Period::preset(preset, year).ok()
    });
    earlier.unwrap_or_else(|| {
        let days = chrono::Days::new((period.end() - period.first()).num_days().unsigned_abs());
        let last = period.first().pred_opt().unwrap_or(period.first());
        Period::new(period.first() - days, last).unwrap_or(period)
    })
}

/// Which preset a period is, and of which year.
pub fn preset_of(period: Period) -> Option<(Preset, i32)> {
    use chrono::Datelike as _;
    let months = (1..=12).map(Preset::Month);
    let quarters = (1..=4).map(Preset::Quarter);
    let longer = [Preset::FirstHalf, Preset::SecondHalf, Preset::NineMonths, Preset::Year];
    let year = period.last().year();
    months
        .chain(quarters)
        .chain(longer)
        .find(|preset| Period::preset(*preset, year).is_ok_and(|found| found == period))
        .map(|preset| (preset, year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_issued_is_never_changed_but_superseded() {
        for state in [ReportState::Signed, ReportState::Sent, ReportState::Superseded, ReportState::Cancelled]
        {
            for step in [
                ReportStep::Write,
                ReportStep::Change,
                ReportStep::Submit,
                ReportStep::Return,
                ReportStep::Cancel,
            ] {
                assert_eq!(state.after(step), None, "{state:?} {step:?}");
            }
        }
        assert_eq!(ReportState::allowing(ReportStep::Supersede), [ReportState::Signed, ReportState::Sent]);
        assert_eq!(ReportState::allowing(ReportStep::Sign), [ReportState::Submitted]);
    }

    #[test]
    fn periods_are_held_against_those_before() {
        let range = |first: &str, last: &str| {
            Period::new(first.parse().expect("a date"), last.parse().expect("a date")).expect("a period")
        };
        let january = range("2023-12-15", "2024-01-14");
        assert_eq!(before(january), range("2023-11-15", "2023-12-14"));
        assert_eq!(year_before(january), range("2022-12-15", "2023-01-14"));
        let free = range("2023-12-15", "2024-05-15");
        assert_eq!(year_before(free), range("2022-12-15", "2023-05-15"));
        assert_eq!(before(free), range("2023-07-15", "2023-12-14"));
        assert_eq!(before(range("2023-12-15", "2024-12-14")), range("2022-12-15", "2023-12-14"));
    }
}
