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
use crate::domain::summary::PeriodSummary;
use crate::report::{Following, Stood};
use crate::store::notices::NoticeRow;
use crate::store::{events, notices, reminder_rules};

/// Why a notice is taken back once the dossier moved on, which may have been before it fell due.
const MOVED_ON: [&str; 3] = ["handed_on", "closed", "clock_stopped"];

/// What happens to a dossier that stays where it is.
const STAYING: [&str; 3] = ["deadline_passed", "digitised", "delay_cause"];

/// Why a notice is taken back that should never have been.
const NEVER_TRUE: [&str; 2] = ["rule_off", "unknown_rule"];

/// All of it for a period; `reports` are the report itself and the issues that it corrects. Of these units only, where they are
/// given: proposals are the house's.
pub async fn of_period(
    look: &Look,
    summary: &PeriodSummary,
    reports: &[Uuid],
    units: Option<&HashSet<Uuid>>,
) -> Result<Following, ServiceError> {
    let period = summary.period;
    let unanswered = match units {
        None => proposals::unanswered(&look.door, period.last(), reports).await?,
        Some(_) => Vec::new(),
    };
    Ok(Following {
        promises: commitments::of_period(look, summary, reports, units).await?,
        proposals: unanswered.into_iter().map(|(_, line)| line).collect(),
        stood: stood(look, period, units).await?,
    })
}

/// Dossiers of which a rule spoke within a period because nobody handed them on, each once at each unit.
async fn stood(look: &Look, period: Period, among: Option<&HashSet<Uuid>>) -> Result<Stood, ServiceError> {
    let calendar = house_calendar(&look.rules);
    let span = (calendar.midnight(period.first()), calendar.midnight(period.end()));
    let rows = notices::of_kind_within(&look.door, "dossier", RuleKind::Standing.as_str(), span).await?;
    let rows = still_true(look, rows).await?;
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

/// The notices that hold by what is known now. One that was taken back before it was told does where all that is recorded of
/// the dossier since it came to whoever held it happened after the notice fell due: a hand-over that was entered late
/// didn't, nor does a rule that was switched off speak.
async fn still_true(look: &Look, mut rows: Vec<NoticeRow>) -> Result<Vec<NoticeRow>, ServiceError> {
    let is_in_question = |row: &NoticeRow| row.why.as_deref().is_some_and(|why| MOVED_ON.contains(&why));
    let asked: BTreeSet<Uuid> =
        rows.iter().filter(|row| is_in_question(row)).map(|row| row.subject_id).collect();
    let known = events::of(&look.door, &asked.into_iter().collect::<Vec<_>>()).await?;
    rows.retain(|row| match row.why.as_deref() {
        Some(why) if NEVER_TRUE.contains(&why) => false,
        Some(_) if is_in_question(row) => known.get(&row.subject_id).is_some_and(|known| {
            let mut moving = known.iter().filter(|event| !STAYING.contains(&&*event.kind));
            !moving.any(|event| event.occurred_at > row.due_at && event.occurred_at <= row.fell_due_at)
        }),
        Some(_) | None => true,
    });
    Ok(rows)
}

/// The unit of whoever held it: for whom the notice to the responsible was meant.
fn holder_unit(look: &Look, row: &NoticeRow) -> Option<Uuid> {
    if row.role != NoticeRole::Responsible.as_str() {
        return None;
    }
    let official = look.rules.officials.get(&row.meant_for_id.or(row.official_id)?)?;
    Some(official.unit_id)
}
