//! What the pictures of a report show besides its figures: the months of its period, and the age of what is open at
//! its end. By the ledger, as the figures are.

use chrono::{Datelike as _, Days, Months};

use super::ageing;
use super::error::ServiceError;
use super::members::Whose;
use super::report::summed_within;
use super::slots::house_calendar;
use super::work::Look;
use crate::domain::age;
use crate::domain::period::Period;
use crate::domain::summary::{Figures, PeriodSummary};
use crate::report::{AgeBand, Charts, MonthFigures};

/// What the pictures of a summary's report show.
pub async fn charts(look: &Look, summary: &PeriodSummary) -> Result<Charts, ServiceError> {
    let calendar = house_calendar(&look.rules);
    // Days that haven't come have no figures.
    let (period, _) = summary.period.until(calendar.local_date(look.context.now));
    let mut months = Vec::new();
    for month in months_of(period) {
        // What came in and what was resolved: neither has anything to do with what came before.
        let figures = Figures::of(&summed_within(look, &month, summary.sequence).await?).dossiers;
        months.push(MonthFigures {
            first: month.first(),
            last: month.last(),
            received: figures.received_in_period,
            resolved: figures.resolved,
        });
    }
    let whose = Whose { as_of: Some(summary.sequence), ..Whose::default() };
    let counted = ageing::open(look, Some(period.last()), &whose).await?.all.into_iter();
    let ages = age::ALL.iter().zip(counted).map(|(band, open)| AgeBand { label: band.vietnamese, open });
    Ok(Charts { months, ages: ages.collect() })
}

/// The months of a period, the first and the last as much of them as it holds.
fn months_of(period: Period) -> Vec<Period> {
    let mut months = Vec::new();
    let mut first = period.first();
    while first <= period.last() {
        let next = first.with_day(1).and_then(|day| day.checked_add_months(Months::new(1)));
        let last = next.map_or(period.last(), |next| (next - Days::new(1)).min(period.last()));
        months.extend(Period::new(first, last));
        first = last + Days::new(1);
    }
    months
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_period_is_cut_at_the_ends_of_months() {
        let of = |first, last| {
            let period = Period::new(day(first), day(last)).expect("in order");
            let months = months_of(period);
            months.iter().map(|m| format!("{}..{}", m.first(), m.last())).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            of("2023-12-15", "2024-02-15"),
            "2023-12-15..2023-12-31 2024-01-01..2024-01-31 2024-02-01..2024-02-15"
        );
        assert_eq!(of("2024-02-01", "2024-02-29"), "2024-02-01..2024-02-29");
        assert_eq!(of("2024-02-07", "2024-02-07"), "2024-02-07..2024-02-07");
    }
}
