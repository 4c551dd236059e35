//! Payments of fees and taxes, at counters and online: counted by kind, in number and in đồng.

use super::error::{ServiceError, Violation};
use super::findings::{Findings, Wire};
use super::landing::Landed;
use super::narrowing::{Refers, resolve};
use super::registers::sort;
use super::work::{Look, Work};
use crate::domain::calendar::Calendar;
use crate::domain::figure::{Contribution, Fact, difference};
use crate::domain::record::PaymentRecord;
use crate::store::figures::{self, Entry};
use crate::store::payments;
use crate::store::query::{ListQuery, Page};

pub use crate::store::payments::{PUBLISHED, PaymentRow};

/// Fields of a payment on the wire.
const WIRE: Wire = Wire { resource: "payment", names: &[("unit_code", "unit"), ("dossier_code", "dossier")] };

/// Adds a payment. `wrong` is what the reader of the request found.
pub async fn create(
    work: &mut Work,
    record: &PaymentRecord,
    wrong: Vec<Violation>,
) -> Result<PaymentRow, ServiceError> {
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let row = read(&mut findings, record).filter(|_| findings.is_clean());
    let (Some(row), Some(calendar)) = (row, findings.calendar()) else { return Err(findings.invalid()) };
    let name = format!("payments/{}", row.code);
    if !payments::by_codes(&work.tx, std::slice::from_ref(&row.code)).await?.is_empty() {
        return Err(ServiceError::AlreadyExists(name));
    }
    payments::insert(&work.tx, vec![row.clone()]).await?;
    figures::append(&work.tx, &entries(None, Some(&row), &calendar), work.now()).await?;
    work.note(name, &serde_json::json!({ "kind": row.kind, "amount_vnd": row.amount_vnd }));
    Ok(row)
}

/// A payment by code, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<PaymentRow, ServiceError> {
    let row = payments::find(&look.door, code, &look.context.scope).await?;
    row.ok_or_else(|| ServiceError::NotFound(format!("payments/{code}")))
}

/// A page of the payments that the caller may see.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<PaymentRow>, ServiceError> {
    let asked = resolve(look, query, &[("unit", Refers::Unit), ("dossier", Refers::Name("dossiers"))])?;
    Ok(payments::list(&look.door, &asked, &look.context.scope).await?)
}

/// Lands a batch in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, PaymentRecord)>,
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
    let known = payments::by_codes(&work.tx, &codes).await?;
    let sorted = sort(work, taken, &known, &mut outcomes);
    let mut ledger = Vec::new();
    for (row, calendar) in &sorted.fresh {
        ledger.extend(entries(None, Some(row), calendar));
    }
    for (old, row, calendar) in sorted.changed {
        ledger.extend(entries(Some(&old), Some(&row), &calendar));
        payments::update(&work.tx, row, old.version).await?;
    }
    payments::insert(&work.tx, sorted.fresh.into_iter().map(|(row, _)| row).collect()).await?;
    figures::append(&work.tx, &ledger, work.now()).await?;
    Ok(outcomes)
}

/// Reads a record against the house.
fn read(findings: &mut Findings<'_>, record: &PaymentRecord) -> Option<PaymentRow> {
    let code = findings.code("code", &record.code);
    let unit_id = findings.unit("unit_code", &record.unit_code);
    let paid_at = findings.given("paid_at", record.paid_at);
    findings.not_in_future("paid_at", paid_at);
    let kind = findings.given_word("kind", &record.kind);
    if record.amount_vnd < 0 {
        findings.say(
            "amount_vnd",
            "NEGATIVE",
            "số tiền âm; hãy ghi số đồng từ 0 trở lên",
            "is negative; give the amount in đồng, 0 or more",
        );
    }
    // Opaque: the dossier may come later, or be another system's.
    let dossier_code = match record.dossier_code.trim() {
        "" => None,
        code => Some(findings.code("dossier_code", code)),
    };
    Some(PaymentRow {
        id: findings.work().new_id(),
        code,
        unit_id: unit_id?,
        paid_at: paid_at?,
        kind,
        amount_vnd: record.amount_vnd,
        online: record.online,
        dossier_code,
        version: 1,
        created_at: findings.work().now(),
        updated_at: findings.work().now(),
    })
}

/// What a payment adds to the figures: one, and its amount.
pub fn contributions(row: &PaymentRow, calendar: &Calendar) -> Vec<Contribution> {
    let of = |fact, quantity| Contribution {
        fact,
        on: calendar.local_date(row.paid_at),
        unit_id: row.unit_id,
        procedure_id: uuid::Uuid::nil(),
        quantity,
    };
    let (kind, online) = (row.kind.clone(), row.online);
    vec![
        of(Fact::Paid { kind: kind.clone(), online }, 1),
        of(Fact::PaidAmount { kind, online }, row.amount_vnd),
    ]
}

/// What a step from one state to another adds to the ledger; None: it isn't there.
fn entries(old: Option<&PaymentRow>, row: Option<&PaymentRow>, calendar: &Calendar) -> Vec<Entry> {
    let Some(subject_id) = row.or(old).map(|row| row.id) else { return Vec::new() };
    let told = |row: Option<&PaymentRow>| row.map(|row| contributions(row, calendar)).unwrap_or_default();
    let (before, after) = (told(old), told(row));
    let entry = |contribution| Entry { subject_kind: "payment", subject_id, contribution };
    difference(&before, &after).into_iter().map(entry).collect()
}

/// The same by the house's calendar.
pub(super) fn steps(
    work: &Work,
    old: Option<&PaymentRow>,
    row: Option<&PaymentRow>,
) -> Result<Vec<Entry>, ServiceError> {
    let calendar = work.rules.calendar_for(None);
    let calendar = calendar.ok_or_else(|| ServiceError::Internal("the house has no calendar".to_owned()))?;
    Ok(entries(old, row, calendar))
}
