//! How old dossiers are: whole months since their receipt, by the calendar's dates, whether the clock ran or stood.

use chrono::{Months, NaiveDate};

/// How many bands of age there are.
pub const BANDS: usize = 5;

/// How many dossiers are in each band.
pub type Ages = [i64; BANDS];

/// A band of ages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// Months that are over.
    pub from: u32,
    /// Months that aren't; None: however old.
    pub below: Option<u32>,
    /// What officials call it.
    pub vietnamese: &'static str,
    /// The same in English.
    pub english: &'static str,
}

/// The bands, from the youngest on.
pub const ALL: [Band; BANDS] = [
    Band { from: 0, below: Some(1), vietnamese: "dưới 1 tháng", english: "under 1 month" },
    Band {
        from: 1, below: Some(3), vietnamese: "từ 1 đến dưới 3 tháng", english: "1 to under 3 months"
    },
    Band {
        from: 3, below: Some(6), vietnamese: "từ 3 đến dưới 6 tháng", english: "3 to under 6 months"
    },
    Band {
        from: 6, below: Some(12), vietnamese: "từ 6 đến dưới 12 tháng", english: "6 to under 12 months"
    },
    Band { from: 12, below: None, vietnamese: "từ 12 tháng trở lên", english: "12 months or more" },
];

/// Whether so many months since a day are over on another. A month that has no such day ends on its last one.
pub fn is_over(since: NaiveDate, months: u32, on: NaiveDate) -> bool {
    since.checked_add_months(Months::new(months)).is_some_and(|reached| reached <= on)
}

/// The band of what was received on a day, as of another.
pub fn band(received: NaiveDate, on: NaiveDate) -> usize {
    let younger = |band: &Band| band.below.is_some_and(|below| !is_over(received, below, on));
    ALL.iter().position(younger).unwrap_or(BANDS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn ages_count_whole_months() {
        let received = [
            "2024-05-15",
            "2024-04-16",
            "2024-04-15",
            "2024-02-16",
            "2024-02-15",
            "2023-05-16",
            "2023-05-15",
        ];
        assert_eq!(received.map(|on| band(day(on), day("2024-05-15"))), [0, 0, 1, 1, 2, 3, 4]);
        assert_eq!(band(day("2024-01-31"), day("2024-02-29")), 1, "February's last day");
    }

    #[test]
    fn bands_follow_one_another() {
        assert_eq!((ALL[0].from, ALL[BANDS - 1].below), (0, None));
        assert!(ALL.windows(2).all(|pair| pair[0].below == Some(pair[1].from)));
    }
}
