//! Issued documents. They have no figures of their own: a period's are read from the table.

use std::collections::HashSet;

use super::error::{ServiceError, Violation};
use super::findings::{Findings, Wire, twice};
use super::landing::Landed;
use super::work::{Look, Work};
use crate::domain::record::DocumentRecord;
use crate::store::documents;
use crate::store::query::{ListQuery, Page};
use crate::store::records::Asked;

pub use crate::store::documents::{DocumentRow, PUBLISHED};

/// Fields of a document on the wire.
const WIRE: Wire = Wire { resource: "document", names: &[] };

/// Adds a document. `wrong` is what the reader of the request found.
pub async fn create(
    work: &mut Work,
    record: &DocumentRecord,
    wrong: Vec<Violation>,
) -> Result<DocumentRow, ServiceError> {
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let row = read(&mut findings, record).filter(|_| findings.is_clean());
    let Some(row) = row else { return Err(findings.invalid()) };
    let name = format!("documents/{}", row.number);
    let known = documents::by_numbers(&work.tx, std::slice::from_ref(&row.number)).await?;
    if known.contains_key(&documents::key(&row)) {
        return Err(ServiceError::AlreadyExists(name));
    }
    documents::insert(&work.tx, vec![row.clone()]).await?;
    work.note(name, &serde_json::json!({ "kind": row.kind, "issued_on": row.issued_on }));
    Ok(row)
}

/// A document by number: the latest, as numbers begin anew each year with each issuer.
pub async fn get(look: &Look, number: &str) -> Result<DocumentRow, ServiceError> {
    let row = documents::find(&look.door, number).await?;
    row.ok_or_else(|| ServiceError::NotFound(format!("documents/{number}")))
}

/// A page of the documents.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<DocumentRow>, ServiceError> {
    let asked = Asked { query, among: Vec::new(), now: look.context.now };
    Ok(documents::list(&look.door, &asked).await?)
}

/// Lands a batch in the transaction of `work`. A document is known by number, issuer and year: a corrected
/// date within the year changes it, next year's bearer of its number is another one.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, DocumentRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut taken = Vec::with_capacity(rows.len());
    for (number, record) in rows {
        let mut findings = Findings::of_row(work);
        match read(&mut findings, &record).filter(|_| findings.is_clean()) {
            Some(row) => taken.push((number, row)),
            None => outcomes.push((number, findings.refused())),
        }
    }
    // Within one instant identities are drawn in no order: documents of one day keep that of the file.
    let mut ids: Vec<_> = taken.iter().map(|(_, row)| row.id).collect();
    ids.sort_unstable();
    let numbers: Vec<String> = taken.iter().map(|(_, row)| row.number.clone()).collect();
    let known = documents::by_numbers(&work.tx, &numbers).await?;
    let (mut fresh, mut seen) = (Vec::new(), HashSet::new());
    for ((number, mut row), id) in taken.into_iter().zip(ids) {
        let key = documents::key(&row);
        if !seen.insert(key.clone()) {
            outcomes.push((number, twice(&row.number)));
            continue;
        }
        let Some(old) = known.get(&key) else {
            row.id = id;
            outcomes.push((number, Landed::fresh(id, Vec::new())));
            fresh.push(row);
            continue;
        };
        (row.id, row.created_at, row.version) = (old.id, old.created_at, old.version + 1);
        if (&row.kind, row.issued_on, &row.subject) == (&old.kind, old.issued_on, &old.subject) {
            outcomes.push((number, Landed::unchanged()));
            continue;
        }
        outcomes.push((number, Landed::changed(row.id, Vec::new())));
        documents::update(&work.tx, row, old.version).await?;
    }
    documents::insert(&work.tx, fresh).await?;
    Ok(outcomes)
}

/// Reads a record against the house.
fn read(findings: &mut Findings<'_>, record: &DocumentRecord) -> Option<DocumentRow> {
    let number = findings.number("number", &record.number);
    let kind = findings.given_word("kind", &record.kind);
    let issued_on = findings.given("issued_on", record.issued_on);
    findings.not_after_today("issued_on", issued_on);
    let issuer = findings.text("issuer", &record.issuer);
    let subject = findings.text("subject", &record.subject);
    Some(DocumentRow {
        id: findings.work().new_id(),
        number,
        kind,
        issued_on: issued_on?,
        issuer,
        subject,
        version: 1,
        created_at: findings.work().now(),
        updated_at: findings.work().now(),
    })
}
