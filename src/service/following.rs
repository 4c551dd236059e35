//! What a report says of what went before it: promises, proposals that nobody has answered, and dossiers that stood with
//! somebody, by the ledger of notices.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use uuid::Uuid;

use super::error::ServiceError;
use super::slots::house_calendar;
use super::work::Look;
use super::{commitments, proposals};
use crate::domain::period::Period;
use crate::domain::reminder::{NoticeRole, RuleKind};
use crate::report::{Following, Stood};
use crate::store::notices::NoticeRow;
use crate::store::{notices, reminder_rules};

/// All of it for a period; `reports` are the report itself and the issue that it corrects. Of these units only, where they are
/// given: proposals are the house's.
pub async fn of_period(
    look: &Look,
    period: Period,
    reports: &[Uuid],
    units: Option<&HashSet<Uuid>>,
) -> Result<Following, ServiceError> {
    let unanswered = match units {
        None => proposals::unanswered(&look.door, period.last(), reports).await?,
        Some(_) => Vec::new(),
    };
    Ok(Following {
        promises: commitments::of_period(look, period, reports, units).await?,
        proposals: unanswered.into_iter().map(|(_, line)| line).collect(),
        stood: stood(look, period, units).await?,
    })
}

/// Dossiers of which a rule spoke within a period because nobody handed them on, each once at each unit.
async fn stood(look: &Look, period: Period, among: Option<&HashSet<Uuid>>) -> Result<Stood, ServiceError> {
    let calendar = house_calendar(&look.rules);
    let span = (calendar.midnight(period.first()), calendar.midnight(period.end()));
    let rows = notices::of_kind_within(&look.door, "dossier", RuleKind::Standing.as_str(), span).await?;
    let rules: BTreeSet<(Uuid, i64)> =
        rows.iter().filter_map(|row| row.rule_id.zip(row.rule_version)).collect();
    let mut minutes = BTreeSet::new();
    for (rule, version) in rules {
        minutes
            .extend(reminder_rules::version(&look.door, rule, version).await?.map(|row| row.office_minutes));
    }
    // A rule that isn't known any more may have spoken after other hours.
    let all_known = rows.iter().all(|row| row.rule_id.is_some() && row.rule_version.is_some());
    let only = minutes.first().copied().filter(|_| minutes.len() == 1 && all_known);

    // Of the notices on one standing, that to whoever held it says where it stood.
    let mut standing: BTreeMap<_, (bool, Option<Uuid>)> = BTreeMap::new();
    for row in &rows {
        let holder = holder_unit(look, row);
        let found = standing
            .entry((row.subject_id, row.due_at))
            .or_insert((holder.is_some(), holder.or(row.unit_id)));
        if !found.0 && holder.is_some() {
            *found = (true, holder);
        }
    }
    let mut units: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    standing.retain(|_, (_, unit)| among.is_none_or(|among| unit.is_some_and(|unit| among.contains(&unit))));
    for ((dossier, _), (_, unit)) in &standing {
        units.entry(unit.unwrap_or_default()).or_default().insert(*dossier);
    }
    let name =
        |unit: Uuid| look.rules.units.get(unit).map_or("đơn vị khác", |unit| unit.name.as_str()).to_owned();
    let mut units: Vec<(String, usize)> =
        units.into_iter().map(|(unit, dossiers)| (name(unit), dossiers.len())).collect();
    units.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let dossiers: BTreeSet<Uuid> = standing.into_keys().map(|(dossier, _)| dossier).collect();
    Ok(Stood { office_minutes: only.map(i64::from), dossiers: dossiers.len(), units })
}

/// The unit of whoever held it: for whom the notice to the responsible was meant.
fn holder_unit(look: &Look, row: &NoticeRow) -> Option<Uuid> {
    if row.role != NoticeRole::Responsible.as_str() {
        return None;
    }
    let official = look.rules.officials.get(&row.meant_for_id.or(row.official_id)?)?;
    Some(official.unit_id)
}
