//! The figures by which an office is judged, side by side: the indicator set of Decision 766, targets with their lights,
//! the period before and the same one a year before.

use uuid::Uuid;

use super::error::ServiceError;
use super::report::{Ask, Breakdown, summarize};
use super::targets;
use super::work::Look;
use crate::domain::index_766::{OnlineCatalogue, Score, is_online, scores};
use crate::domain::period::Period;
use crate::domain::permission::Scope;
use crate::domain::report::{before, year_before};
use crate::domain::summary::{PeriodSummary, Rate, RowKey};
use crate::domain::target::{Light, Target};

/// An indicator with what it is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    /// The indicator.
    pub score: Score,
    /// The same of the period before; None: not reckoned here.
    pub before: Option<Rate>,
    /// The same of the same period a year before.
    pub year_before: Option<Rate>,
    /// The target for it with its light, if there is one.
    pub target: Option<(Target, Option<Light>)>,
}

/// The indicators of a period within the caller's scope, held against targets and earlier periods.
pub async fn assess(
    look: &Look,
    period: Period,
    unit_id: Option<Uuid>,
) -> Result<Vec<Assessed>, ServiceError> {
    let (now, summary) = of_period(look, period, unit_id).await?;
    let (earlier, _) = of_period(look, before(period), unit_id).await?;
    let (last_year, _) = of_period(look, year_before(period), unit_id).await?;
    let targets = targets::of_house(look, period).await?;
    Ok(now
        .into_iter()
        .zip(earlier)
        .zip(last_year)
        .map(|((score, earlier), last_year)| {
            let target = targets.iter().find(|target| Some(target.indicator) == score.target).cloned();
            let target = target.map(|target| {
                // By the figure that the report holds against it.
                let light = target.light(target.indicator.of(&summary));
                (target, light)
            });
            Assessed { before: earlier.rate, year_before: last_year.rate, target, score }
        })
        .collect())
}

async fn of_period(
    look: &Look,
    period: Period,
    unit_id: Option<Uuid>,
) -> Result<(Vec<Score>, PeriodSummary), ServiceError> {
    let breakdowns = vec![Breakdown::Group, Breakdown::Procedure];
    let summary = summarize(look, &Ask { period, unit_id, as_of: None, breakdowns }).await?;
    // The catalogue is the house's: of a part of it there is no such rate.
    let whole = unit_id.is_none() && look.context.scope == Scope::All;
    let scores = scores(&summary, whole.then(|| catalogue(look, &summary)));
    Ok((scores, summary))
}

/// What of the catalogue counts on the period's last day.
fn catalogue(look: &Look, summary: &PeriodSummary) -> OnlineCatalogue {
    let mut counted = OnlineCatalogue::default();
    let last = summary.period.last();
    let online = |id: &Uuid| look.rules.version_on(*id, last).map(|version| is_online(version.online_level));
    for id in look.rules.versions.keys() {
        if let Some(is_online) = online(id) {
            counted.procedures += 1;
            counted.online += i64::from(is_online);
        }
    }
    for row in &summary.rows {
        let RowKey::Procedure(id) = row.key else { continue };
        let rates = [row.figures.online_partial, row.figures.online_full];
        let came = rates.into_iter().flatten().any(|rate| rate.numerator > 0);
        counted.used += i64::from(came && online(&id) == Some(true));
    }
    counted
}
