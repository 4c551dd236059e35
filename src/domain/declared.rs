//! Declared figures (số liệu do đơn vị khai báo): totals that another system shows and a person answers for.
//! Which words they go by, in what they are given, and what a declaration can't say. They are never added to
//! counted figures: no function here takes one.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::dossier::state::words;
use super::summary::Rate;
use super::text::{grouped, percent};
use super::unit::Group;

words! {
    /// In what a figure is given.
    Measure {
        /// A number of things.
        Count = "count",
        /// Đồng.
        Vnd = "vnd",
        /// Hundredths of a percent.
        Percent = "percent",
    }
}

words! {
    /// What is declared; each word fits a figure of the period summary.
    DeclaredIndicator {
        /// Ratings of a device, all of them.
        RatingsTotal = "ratings_total",
        /// Of them very satisfied.
        RatingsVerySatisfied = "ratings_very_satisfied",
        /// Of them satisfied.
        RatingsSatisfied = "ratings_satisfied",
        /// Of them neither.
        RatingsNeutral = "ratings_neutral",
        /// Of them dissatisfied.
        RatingsDissatisfied = "ratings_dissatisfied",
        /// Of them very dissatisfied.
        RatingsVeryDissatisfied = "ratings_very_dissatisfied",
        /// Satisfied or better, of all ratings.
        SatisfiedRate = "satisfied_rate",
        /// Petitions received by the portal.
        PetitionsReceived = "petitions_received",
        /// Of them answered.
        PetitionsAnswered = "petitions_answered",
        /// Of those answered on time.
        PetitionsAnsweredOnTime = "petitions_answered_on_time",
        /// Answered on time, of those answered.
        PetitionOnTimeRate = "petition_on_time_rate",
        /// Online payments.
        PaymentsOnline = "payments_online",
        /// Payments of any kind.
        PaymentsAll = "payments_all",
        /// Sum of the online payments.
        PaymentsOnlineAmount = "payments_online_amount",
        /// Online, of all payments.
        PaymentOnlineRate = "payment_online_rate",
        /// Dossiers whose papers were scanned at intake.
        IntakeDigitised = "intake_digitised",
        /// Scanned, of those tracked.
        IntakeDigitisedRate = "intake_digitised_rate",
        /// Results that were scanned.
        ResultDigitised = "result_digitised",
        /// Scanned, of those tracked.
        ResultDigitisedRate = "result_digitised_rate",
    }
}

impl DeclaredIndicator {
    /// In what it is given; no other measure fits.
    pub fn measure(self) -> Measure {
        match self {
            Self::RatingsTotal
            | Self::RatingsVerySatisfied
            | Self::RatingsSatisfied
            | Self::RatingsNeutral
            | Self::RatingsDissatisfied
            | Self::RatingsVeryDissatisfied
            | Self::PetitionsReceived
            | Self::PetitionsAnswered
            | Self::PetitionsAnsweredOnTime
            | Self::PaymentsOnline
            | Self::PaymentsAll
            | Self::IntakeDigitised
            | Self::ResultDigitised => Measure::Count,
            Self::PaymentsOnlineAmount => Measure::Vnd,
            Self::SatisfiedRate
            | Self::PetitionOnTimeRate
            | Self::PaymentOnlineRate
            | Self::IntakeDigitisedRate
            | Self::ResultDigitisedRate => Measure::Percent,
        }
    }

    /// What it is called in Vietnamese.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::RatingsTotal => "lượt đánh giá sự hài lòng",
            Self::RatingsVerySatisfied => "lượt đánh giá rất hài lòng",
            Self::RatingsSatisfied => "lượt đánh giá hài lòng",
            Self::RatingsNeutral => "lượt đánh giá bình thường",
            Self::RatingsDissatisfied => "lượt đánh giá không hài lòng",
            Self::RatingsVeryDissatisfied => "lượt đánh giá rất không hài lòng",
            Self::SatisfiedRate => "tỷ lệ hài lòng",
            Self::PetitionsReceived => "phản ánh, kiến nghị tiếp nhận",
            Self::PetitionsAnswered => "phản ánh, kiến nghị đã trả lời",
            Self::PetitionsAnsweredOnTime => "phản ánh, kiến nghị trả lời đúng hạn",
            Self::PetitionOnTimeRate => "tỷ lệ trả lời phản ánh, kiến nghị đúng hạn",
            Self::PaymentsOnline => "lượt thanh toán trực tuyến",
            Self::PaymentsAll => "lượt thanh toán các hình thức",
            Self::PaymentsOnlineAmount => "số tiền thanh toán trực tuyến",
            Self::PaymentOnlineRate => "tỷ lệ thanh toán trực tuyến",
            Self::IntakeDigitised => "hồ sơ đã số hóa khi tiếp nhận",
            Self::IntakeDigitisedRate => "tỷ lệ số hóa hồ sơ khi tiếp nhận",
            Self::ResultDigitised => "kết quả giải quyết đã số hóa",
            Self::ResultDigitisedRate => "tỷ lệ số hóa kết quả giải quyết",
        }
    }

    /// What it is called in English.
    pub fn english(self) -> &'static str {
        match self {
            Self::RatingsTotal => "ratings",
            Self::RatingsVerySatisfied => "ratings very satisfied",
            Self::RatingsSatisfied => "ratings satisfied",
            Self::RatingsNeutral => "ratings neutral",
            Self::RatingsDissatisfied => "ratings dissatisfied",
            Self::RatingsVeryDissatisfied => "ratings very dissatisfied",
            Self::SatisfiedRate => "satisfied rate",
            Self::PetitionsReceived => "petitions received",
            Self::PetitionsAnswered => "petitions answered",
            Self::PetitionsAnsweredOnTime => "petitions answered on time",
            Self::PetitionOnTimeRate => "petitions on-time rate",
            Self::PaymentsOnline => "online payments",
            Self::PaymentsAll => "payments of any kind",
            Self::PaymentsOnlineAmount => "amount paid online",
            Self::PaymentOnlineRate => "online payment rate",
            Self::IntakeDigitised => "dossiers scanned at intake",
            Self::IntakeDigitisedRate => "intake scanned rate",
            Self::ResultDigitised => "results scanned",
            Self::ResultDigitisedRate => "results scanned rate",
        }
    }
}

/// What a declaration says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// What is declared.
    pub indicator: DeclaredIndicator,
    /// In what.
    pub measure: Measure,
    /// Things, đồng, or hundredths of a percent.
    pub value: i64,
    /// The part of a percentage, if known.
    pub numerator: Option<i64>,
    /// The whole of a percentage, if known.
    pub denominator: Option<i64>,
}

/// What can't be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The indicator is given in another measure.
    OtherMeasure(Measure),
    /// The value is negative.
    Negative,
    /// More than all.
    OverHundred,
    /// Only a percentage has parts.
    PartsOfNoRate,
    /// One part without the other.
    OnePart,
    /// Not 0 ≤ numerator ≤ denominator, 0 < denominator.
    BadParts,
    /// Both parts make another percentage, canonical: `99.84`.
    Disagrees(String),
}

impl Said {
    /// Everything that is wrong with it.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let fits = self.indicator.measure();
        if self.measure != fits {
            faults.push(Fault::OtherMeasure(fits));
        }
        if self.value < 0 {
            faults.push(Fault::Negative);
        }
        if self.measure != Measure::Percent {
            if self.numerator.or(self.denominator).is_some() {
                faults.push(Fault::PartsOfNoRate);
            }
            return faults;
        }
        if self.value > 10_000 {
            faults.push(Fault::OverHundred);
        }
        match (self.numerator, self.denominator) {
            (None, None) => {}
            (Some(numerator), Some(denominator))
                if denominator > 0 && (0..=denominator).contains(&numerator) =>
            {
                let made = Rate { numerator, denominator }.percent().unwrap_or_default();
                if made != hundredths(self.value) {
                    faults.push(Fault::Disagrees(made));
                }
            }
            (Some(_), Some(_)) => faults.push(Fault::BadParts),
            (Some(_), None) | (None, Some(_)) => faults.push(Fault::OnePart),
        }
        faults
    }
}

/// Hundredths in canonical form: `99.84`. Only for what isn't negative.
fn hundredths(value: i64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

/// Whose figure it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The whole house's.
    House,
    /// A group's.
    Group(Group),
    /// A unit's, by its name.
    Unit(String),
}

/// A declared figure as reports, mails and tables print it: with its source, the office of the person who
/// declared it, and the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// Its code.
    pub code: String,
    /// What is declared.
    pub indicator: DeclaredIndicator,
    /// The value in the indicator's measure.
    pub value: i64,
    /// Numerator and denominator, if known.
    pub parts: Option<(i64, i64)>,
    /// Whose figure it is.
    pub whose: Whose,
    /// The system or device.
    pub source: String,
    /// The file that shows it; may be empty.
    pub file: String,
    /// The name of the declaring official's unit.
    pub office: String,
    /// When it was declared.
    pub declared_on: NaiveDate,
    /// How often it was corrected.
    pub corrections: i32,
}

impl Declared {
    /// The value as people read it, with both parts where they are known: `99,30% (294/296)`, `1.320`,
    /// `195.840.000 đồng`.
    pub fn shown(&self) -> String {
        match self.indicator.measure() {
            Measure::Count => grouped(self.value),
            Measure::Vnd => format!("{} đồng", grouped(self.value)),
            Measure::Percent => {
                let value = percent(&hundredths(self.value));
                match self.parts {
                    Some((numerator, denominator)) => {
                        format!("{value} ({}/{})", grouped(numerator), grouped(denominator))
                    }
                    None => value,
                }
            }
        }
    }

    /// The same for English readers: `99.32% (294/296)`, `1,320`, `195,840,000 VND`.
    pub fn shown_in_english(&self) -> String {
        let swapped = self.shown().replace(" đồng", " VND");
        swapped
            .chars()
            .map(|c| {
                if c == ',' {
                    '.'
                } else if c == '.' {
                    ','
                } else {
                    c
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(value: i64, parts: Option<(i64, i64)>) -> Vec<Fault> {
        let (numerator, denominator) = (parts.map(|p| p.0), parts.map(|p| p.1));
        let (indicator, measure) = (DeclaredIndicator::SatisfiedRate, Measure::Percent);
        Said { indicator, measure, value, numerator, denominator }.faults()
    }

    #[test]
    fn a_percentage_agrees_with_its_parts_half_up() {
        assert_eq!(rate(9932, Some((294, 296))), []);
        assert_eq!(rate(9933, Some((294, 296))), [Fault::Disagrees("99.32".into())]);
        // 1/800 is 0.125 percent: half goes up.
        assert_eq!(rate(13, Some((1, 800))), []);
        assert_eq!(rate(12, Some((1, 800))), [Fault::Disagrees("0.13".into())]);
        assert_eq!(
            (rate(10_000, Some((5, 5))), rate(0, Some((0, 5))), rate(9_999, None)),
            (vec![], vec![], vec![])
        );
        assert_eq!(rate(10_001, None), [Fault::OverHundred]);
        assert_eq!(rate(-1, None), [Fault::Negative]);
        for parts in [(0, 0), (-1, 5), (6, 5), (1, -5)] {
            assert_eq!(rate(5000, Some(parts)), [Fault::BadParts], "{parts:?}");
        }
    }

    #[test]
    fn each_word_has_its_measure_and_only_a_percentage_has_parts() {
        let said = |indicator: DeclaredIndicator, measure, numerator| {
            Said { indicator, measure, value: 5, numerator, denominator: None }.faults()
        };
        for indicator in DeclaredIndicator::ALL {
            assert_eq!(said(*indicator, indicator.measure(), None), [], "{indicator:?}");
            assert_eq!(indicator.as_str().ends_with("_rate"), indicator.measure() == Measure::Percent);
            assert!(!indicator.vietnamese().is_empty() && indicator.english().is_ascii());
        }
        let wrong = said(DeclaredIndicator::RatingsTotal, Measure::Vnd, Some(1));
        assert_eq!(wrong, [Fault::OtherMeasure(Measure::Count), Fault::PartsOfNoRate]);
        assert_eq!(said(DeclaredIndicator::SatisfiedRate, Measure::Percent, Some(1)), [Fault::OnePart]);
    }

    #[test]
    fn values_read_as_in_the_report() {
        let shown = |indicator, value, parts| {
            let (code, source, file, office) = Default::default();
            let declared_on = NaiveDate::default();
            let whose = Whose::House;
            Declared {
                code,
                indicator,
                value,
                parts,
                whose,
                source,
                file,
                office,
                declared_on,
                corrections: 0,
            }
            .shown()
        };
        assert_eq!(shown(DeclaredIndicator::RatingsTotal, 3989, None), "3.989");
        assert_eq!(shown(DeclaredIndicator::PaymentsOnlineAmount, 195_840_000, None), "195.840.000 đồng");
        assert_eq!(shown(DeclaredIndicator::SatisfiedRate, 9932, Some((2940, 2960))), "99,32% (2.940/2.960)");
        assert_eq!(shown(DeclaredIndicator::SatisfiedRate, 10_000, None), "100%");
    }
}
