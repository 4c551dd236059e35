//! Ratings of satisfaction: given once, counted by their word.

use super::error::{ServiceError, Violation};
use super::findings::{Findings, Wire};
use super::landing::Landed;
use super::narrowing::{Refers, resolve};
use super::registers::sort;
use super::work::{Look, Work};
use crate::domain::calendar::Calendar;
use crate::domain::figure::{Contribution, Fact, Rating, difference};
use crate::domain::record::SurveyRecord;
use crate::store::figures::{self, Entry};
use crate::store::query::{ListQuery, Page};
use crate::store::{StoreError, surveys};

pub use crate::store::surveys::{PUBLISHED, SurveyRow};

/// Fields of a survey on the wire.
const WIRE: Wire = Wire { resource: "survey", names: &[("unit_code", "unit")] };

/// Adds a rating. `wrong` is what the reader of the request found.
pub async fn create(
    work: &mut Work,
    record: &SurveyRecord,
    wrong: Vec<Violation>,
) -> Result<SurveyRow, ServiceError> {
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let row = read(&mut findings, record).filter(|_| findings.is_clean());
    let (Some(row), Some(calendar)) = (row, findings.calendar()) else { return Err(findings.invalid()) };
    let name = format!("surveys/{}", row.code);
    if !surveys::by_codes(&work.tx, std::slice::from_ref(&row.code)).await?.is_empty() {
        return Err(ServiceError::AlreadyExists(name));
    }
    surveys::insert(&work.tx, vec![row.clone()]).await?;
    figures::append(&work.tx, &entries(None, Some(&row), &calendar)?, work.now()).await?;
    work.note(name, &serde_json::json!({ "rating": row.rating }));
    Ok(row)
}

/// A rating by code, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<SurveyRow, ServiceError> {
    let row = surveys::find(&look.door, code, &look.context.scope).await?;
    row.ok_or_else(|| ServiceError::NotFound(format!("surveys/{code}")))
}

/// A page of the ratings that the caller may see.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<SurveyRow>, ServiceError> {
    let asked = resolve(look, query, &[("unit", Refers::Unit)])?;
    Ok(surveys::list(&look.door, &asked, &look.context.scope).await?)
}

/// Lands a batch in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, SurveyRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut taken = Vec::with_capacity(rows.len());
    for (number, record) in rows {
        let mut findings = Findings::of_row(work);
        let row = read(&mut findings, &record).filter(|_| findings.is_clean());
        match (row, findings.calendar()) {
            (Some(row), Some(calendar)) => taken.push((number, row, calendar)),
            _ => outcomes.push((number, findings.refused())),
        }
    }
    let codes: Vec<String> = taken.iter().map(|(_, row, _)| row.code.clone()).collect();
    let known = surveys::by_codes(&work.tx, &codes).await?;
    let sorted = sort(work, taken, &known, &mut outcomes);
    let mut ledger = Vec::new();
    for (row, calendar) in &sorted.fresh {
        ledger.extend(entries(None, Some(row), calendar)?);
    }
    for (old, row, calendar) in sorted.changed {
        ledger.extend(entries(Some(&old), Some(&row), &calendar)?);
        surveys::update(&work.tx, row, old.version).await?;
    }
    surveys::insert(&work.tx, sorted.fresh.into_iter().map(|(row, _)| row).collect()).await?;
    figures::append(&work.tx, &ledger, work.now()).await?;
    Ok(outcomes)
}

/// Reads a record against the house.
fn read(findings: &mut Findings<'_>, record: &SurveyRecord) -> Option<SurveyRow> {
    let code = findings.code("code", &record.code);
    let unit_id = findings.unit("unit_code", &record.unit_code);
    let rated_at = findings.given("rated_at", record.rated_at);
    findings.not_in_future("rated_at", rated_at);
    let rating = findings.one_of("rating", &record.rating, Rating::ALL, Rating::as_str);
    Some(SurveyRow {
        id: findings.work().new_id(),
        code,
        unit_id: unit_id?,
        rated_at: rated_at?,
        rating: rating?.as_str().to_owned(),
        version: 1,
        created_at: findings.work().now(),
        updated_at: findings.work().now(),
    })
}

/// What a rating adds to the figures.
pub fn contributions(row: &SurveyRow, calendar: &Calendar) -> Result<Vec<Contribution>, StoreError> {
    let corrupt = || StoreError::Corrupt { table: "survey", column: "rating", row: row.code.clone() };
    Ok(vec![Contribution {
        fact: Fact::Rated(Rating::parse(&row.rating).ok_or_else(corrupt)?),
        on: calendar.local_date(row.rated_at),
        unit_id: row.unit_id,
        procedure_id: uuid::Uuid::nil(),
        quantity: 1,
    }])
}

/// What a step from one state to another adds to the ledger; None: it isn't there.
fn entries(
    old: Option<&SurveyRow>,
    row: Option<&SurveyRow>,
    calendar: &Calendar,
) -> Result<Vec<Entry>, StoreError> {
    let Some(subject_id) = row.or(old).map(|row| row.id) else { return Ok(Vec::new()) };
    let told = |row: Option<&SurveyRow>| row.map(|row| contributions(row, calendar)).transpose();
    let (before, after) = (told(old)?.unwrap_or_default(), told(row)?.unwrap_or_default());
    let entry = |contribution| Entry { subject_kind: "survey", subject_id, contribution };
    Ok(difference(&before, &after).into_iter().map(entry).collect())
}

/// The same by the house's calendar.
pub(super) fn steps(
    work: &Work,
    old: Option<&SurveyRow>,
    row: Option<&SurveyRow>,
) -> Result<Vec<Entry>, ServiceError> {
    let calendar = work.rules.calendar_for(None);
    let calendar = calendar.ok_or_else(|| ServiceError::Internal("the house has no calendar".to_owned()))?;
    Ok(entries(old, row, calendar)?)
}
