//! Targets that were set: stored figures, held against counted ones by reports. They are no figures of the
//! ledger.

use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::findings::{Findings, Wire};
use super::landing::Landed;
use super::narrowing::{Refers, resolve};
use super::registers::sort;
use super::work::{Look, Work};
use crate::domain::period::Period;
use crate::domain::record::TargetRecord;
use crate::domain::target::{Indicator, Target};
use crate::store::query::{ListQuery, Page};
use crate::store::targets;

pub use crate::store::targets::{PUBLISHED, TargetRow};

/// Fields of a target on the wire.
const WIRE: Wire = Wire { resource: "target", names: &[("name", "display_name"), ("unit_code", "unit")] };

/// How a figure is held against a target.
const COMPARISONS: &[&str] = &["at_least", "at_most"];

/// Adds a target. `wrong` is what the reader of the request found.
pub async fn create(
    work: &mut Work,
    record: &TargetRecord,
    wrong: Vec<Violation>,
) -> Result<TargetRow, ServiceError> {
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let row = read(&mut findings, record).filter(|_| findings.is_clean());
    let Some(row) = row else { return Err(findings.invalid()) };
    let name = format!("targets/{}", row.code);
    if !targets::by_codes(&work.tx, std::slice::from_ref(&row.code)).await?.is_empty() {
        return Err(ServiceError::AlreadyExists(name));
    }
    targets::insert(&work.tx, vec![row.clone()]).await?;
    let detail = serde_json::json!({ "indicator": row.indicator, "value_hundredths": row.value_hundredths });
    work.note(name, &detail);
    Ok(row)
}

/// A target by code, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<TargetRow, ServiceError> {
    let row = targets::find(&look.door, code, &look.context.scope).await?;
    row.ok_or_else(|| ServiceError::NotFound(format!("targets/{code}")))
}

/// A page of the targets that the caller may see.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<TargetRow>, ServiceError> {
    let asked = resolve(look, query, &[("unit", Refers::Unit)])?;
    Ok(targets::list(&look.door, &asked, &look.context.scope).await?)
}

/// The targets of the whole house that are in force on a period's last day, by code. One that is recorded for
/// the house's topmost unit is the house's.
pub async fn of_house(look: &Look, period: Period) -> Result<Vec<Target>, ServiceError> {
    let roots: Vec<Uuid> =
        look.rules.units.all().filter(|unit| unit.parent_id.is_none()).map(|unit| unit.id).collect();
    let house = |row: &TargetRow| row.unit_id.is_none_or(|id| roots == [id]);
    let rows = targets::in_force(&look.door, period.last()).await?;
    Ok(rows
        .into_iter()
        .filter(house)
        .filter_map(|row| {
            Some(Target {
                // Rows from before the words were fixed may speak of anything.
                indicator: Indicator::parse(&row.indicator)?,
                at_most: row.comparison == "at_most",
                name: row.name,
                value_hundredths: row.value_hundredths,
                basis: row.basis,
            })
        })
        .collect())
}

/// Lands a batch in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, TargetRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut taken = Vec::with_capacity(rows.len());
    for (number, record) in rows {
        let mut findings = Findings::of_row(work);
        match read(&mut findings, &record).filter(|_| findings.is_clean()) {
            Some(row) => taken.push((number, row, ())),
            None => outcomes.push((number, findings.refused())),
        }
    }
    let codes: Vec<String> = taken.iter().map(|(_, row, ())| row.code.clone()).collect();
    let known = targets::by_codes(&work.tx, &codes).await?;
    let sorted = sort(work, taken, &known, &mut outcomes);
    for (old, row, ()) in sorted.changed {
        targets::update(&work.tx, row, old.version).await?;
    }
    targets::insert(&work.tx, sorted.fresh.into_iter().map(|(row, ())| row).collect()).await?;
    Ok(outcomes)
}

/// Reads a record against the house.
fn read(findings: &mut Findings<'_>, record: &TargetRecord) -> Option<TargetRow> {
    let code = findings.code("code", &record.code);
    let name = findings.given_text("name", &record.name);
    let unit_id = findings.unit_or_house("unit_code", &record.unit_code);
    let indicator = findings.one_of("indicator", &record.indicator, Indicator::ALL, Indicator::as_str);
    let comparison = findings.one_of("comparison", &record.comparison, COMPARISONS, |word| word);
    let from_on = findings.given("from_on", record.from_on);
    let to_on = findings.given("to_on", record.to_on);
    findings.order("to_on", to_on, "from_on", from_on);
    let basis = findings.text("basis", &record.basis);
    Some(TargetRow {
        id: findings.work().new_id(),
        code,
        name,
        unit_id,
        indicator: indicator?.as_str().to_owned(),
        comparison: comparison?.to_owned(),
        value_hundredths: record.value_hundredths,
        from_on: from_on?,
        to_on: to_on?,
        basis,
        version: 1,
        created_at: findings.work().now(),
        updated_at: findings.work().now(),
    })
}
