//! The incident log: when other software was down, out of sync or wrong, who reported it, and which dossiers that
//! hit. What a record must say is in `reading`, whom an incident hit in `hitting`.

mod hitting;
mod reading;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::findings::{Findings, Wire, foreign, reaches, twice};
use super::landing::Landed;
use super::narrowing::{Refers, resolve};
use super::work::{Look, Work, check_etag};
use crate::domain::code::Code;
use crate::domain::incident::{HitRule, IncidentKind};
use crate::domain::record::IncidentRecord;
use crate::store::dossiers::{self, DossierRow};
use crate::store::incidents;
use crate::store::query::{ListQuery, Page};

pub use crate::store::incidents::{Hits, IncidentRow, PUBLISHED};
pub use hitting::{Effect, effect, hits_dossier, hitting, linked_within, of_period};

use hitting::met;

/// Fields of an incident on the wire.
const WIRE: Wire = Wire {
    resource: "incident",
    names: &[("unit_code", "unit"), ("hit_unit_codes", "hit_units"), ("dossier_codes", "dossiers")],
};

/// The most dossiers that one request links.
pub const MOST_LINKED: usize = 1000;

/// Records an incident. `wrong` is what the reader of the request found.
pub async fn create(
    work: &mut Work,
    record: &IncidentRecord,
    wrong: Vec<Violation>,
) -> Result<(IncidentRow, Hits), ServiceError> {
    let known = dossiers::by_codes(&work.tx, &lookable(&record.dossier_codes)).await?;
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let read = reading::read(&mut findings, record, &known).filter(|_| findings.is_clean());
    let Some((row, hits)) = read else { return Err(findings.invalid()) };
    let name = format!("incidents/{}", row.code);
    if !incidents::by_codes(&work.tx, std::slice::from_ref(&row.code)).await?.is_empty() {
        return Err(ServiceError::AlreadyExists(name));
    }
    incidents::insert(&work.tx, vec![row.clone()]).await?;
    incidents::link(&work.tx, row.id, &hits).await?;
    let detail =
        serde_json::json!({ "kind": row.kind, "system": row.system, "dossiers": hits.dossiers.len() });
    work.note(name, &detail);
    Ok((row, hits))
}

/// An incident by code with what it names, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<(IncidentRow, Hits), ServiceError> {
    let row = incidents::find(&look.door, code, &look.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(format!("incidents/{code}")))?;
    let hits = incidents::hits(&look.door, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok((row, hits))
}

/// A page of the incidents that the caller may see, each with what it names.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<(IncidentRow, Hits)>, ServiceError> {
    let known = |word: &str| IncidentKind::parse(word).is_some();
    let fields = [("unit", Refers::Unit), ("kind", Refers::Word("INCIDENT_KIND_", known))];
    let asked = resolve(look, query, &fields)?;
    let page = incidents::list(&look.door, &asked, &look.context.scope).await?;
    let ids: Vec<Uuid> = page.rows.iter().map(|row| row.id).collect();
    let mut hits = incidents::hits(&look.door, &ids).await?;
    let rows = page.rows.into_iter().map(|row| {
        let named = hits.remove(&row.id).unwrap_or_default();
        (row, named)
    });
    Ok(Page { rows: rows.collect(), next: page.next })
}

/// Says when an incident ended; None: now.
pub async fn close(
    work: &mut Work,
    code: &str,
    etag: &str,
    to_at: Option<DateTime<Utc>>,
) -> Result<(IncidentRow, Hits), ServiceError> {
    let (old, hits) = load(work, code, etag).await?;
    let name = format!("incidents/{code}");
    // One of the whole house is seen by all, and ended by who reaches the house.
    if !reaches(work, old.unit_id) {
        return Err(ServiceError::Denied(name));
    }
    if old.to_at.is_some() {
        return Err(ServiceError::Precondition {
            reason: "ALREADY_CLOSED",
            subject: name,
            vi: "sự cố này đã ghi thời điểm kết thúc; nếu ghi sai, hãy ghi sự cố khác cho phần còn lại"
                .to_owned(),
            en: "the incident is closed already; record another one for what went on".to_owned(),
        });
    }
    let to_at = to_at.unwrap_or(work.now());
    if to_at > work.now() || to_at <= old.from_at {
        return Err(Violation::new(
            "to_at",
            "WRONG_ORDER",
            "to_at: phải sau from_at và không sau thời điểm hiện tại; hãy sửa thời điểm",
            "to_at lies not between from_at and now; correct it",
        )
        .into());
    }
    let row = IncidentRow { to_at: Some(to_at), version: old.version + 1, updated_at: work.now(), ..old };
    incidents::update(&work.tx, row.clone(), row.version - 1).await?;
    work.note(name, &serde_json::json!({ "to_at": to_at }));
    Ok((row, hits))
}

/// Links dossiers to an incident (`linked`), or takes their links away. `codes` are theirs.
pub async fn set_links(
    work: &mut Work,
    code: &str,
    etag: &str,
    codes: &[String],
    linked: bool,
) -> Result<(IncidentRow, Hits), ServiceError> {
    let (row, mut hits) = load(work, code, etag).await?;
    let name = format!("incidents/{code}");
    if row.hits == HitRule::All.as_str() {
        return Err(ServiceError::Precondition {
            reason: "HITS_ALL",
            subject: name,
            vi: "sự cố này đã tính cho mọi hồ sơ trong phạm vi; không cần gắn từng hồ sơ".to_owned(),
            en: "the incident hits all dossiers of its reach; none needs to be linked".to_owned(),
        });
    }
    let known = dossiers::by_codes(&work.tx, &lookable(codes)).await?;
    let rows = named(work, codes, &known)?;
    let was: HashSet<Uuid> = hits.dossiers.iter().copied().collect();
    if linked && let Some(late) = rows.iter().find(|dossier| !met(&row, dossier)) {
        return Err(not_open_then(&name, &late.code));
    }
    let changed = rows.iter().map(|dossier| dossier.id).filter(|id| was.contains(id) != linked);
    let changed = Hits { units: Vec::new(), dossiers: changed.collect() };
    if changed.dossiers.is_empty() {
        return Ok((row, hits));
    }
    if linked {
        incidents::link(&work.tx, row.id, &changed).await?;
        hits.dossiers.extend(&changed.dossiers);
    } else {
        incidents::unlink(&work.tx, row.id, &changed).await?;
        hits.dossiers.retain(|id| !changed.dossiers.contains(id));
    }
    let row = IncidentRow { version: row.version + 1, updated_at: work.now(), ..row };
    incidents::update(&work.tx, row.clone(), row.version - 1).await?;
    let what = if linked { "linked" } else { "unlinked" };
    let codes: Vec<&String> =
        rows.iter().filter(|dossier| changed.dossiers.contains(&dossier.id)).map(|row| &row.code).collect();
    work.note(name, &serde_json::json!({ what: codes }));
    Ok((row, hits))
}

/// Lands a batch in the transaction of `work`. Outcomes carry the rows' numbers. A changed row replaces what was
/// said before, with what it names.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, IncidentRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let codes: Vec<String> = rows.iter().flat_map(|(_, record)| lookable(&record.dossier_codes)).collect();
    let among = dossiers::by_codes(&work.tx, &codes).await?;
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut taken = Vec::with_capacity(rows.len());
    for (number, record) in rows {
        let mut findings = Findings::of_row(work);
        match reading::read(&mut findings, &record, &among).filter(|_| findings.is_clean()) {
            Some((row, hits)) => taken.push((number, row, hits)),
            None => outcomes.push((number, findings.refused())),
        }
    }
    let codes: Vec<String> = taken.iter().map(|(_, row, _)| row.code.clone()).collect();
    let known = incidents::by_codes(&work.tx, &codes).await?;
    let ids: Vec<Uuid> = known.values().map(|row| row.id).collect();
    let mut before = incidents::hits(&work.tx, &ids).await?;
    let mut seen = HashSet::new();
    for (number, row, hits) in taken {
        let outcome = match known.get(&row.code) {
            _ if !seen.insert(row.code.clone()) => twice(&row.code),
            Some(old) if !reaches(work, old.unit_id) => foreign(&row.code),
            Some(old) => {
                let was = before.remove(&old.id).unwrap_or_default();
                replace(work, old, was, row, hits).await?
            }
            None => {
                let landed = Landed::fresh(row.id, Vec::new());
                incidents::insert(&work.tx, vec![row.clone()]).await?;
                incidents::link(&work.tx, row.id, &hits).await?;
                landed
            }
        };
        outcomes.push((number, outcome));
    }
    Ok(outcomes)
}

async fn replace(
    work: &Work,
    old: &IncidentRow,
    was: Hits,
    row: IncidentRow,
    hits: Hits,
) -> Result<Landed, ServiceError> {
    let (id, version, created_at, updated_at) = (old.id, old.version, old.created_at, old.updated_at);
    let mut row = IncidentRow { id, version, created_at, updated_at, ..row };
    if row == *old && was == hits {
        return Ok(Landed::unchanged());
    }
    (row.version, row.updated_at) = (version + 1, work.now());
    incidents::update(&work.tx, row, version).await?;
    incidents::unlink(&work.tx, id, &was).await?;
    incidents::link(&work.tx, id, &hits).await?;
    Ok(Landed::changed(id, Vec::new()))
}

/// A dossier by its code as somebody wrote it.
fn find<'k>(known: &'k HashMap<String, DossierRow>, code: &str) -> Option<&'k DossierRow> {
    known.get(Code::parse(code).ok()?.as_str())
}

/// What may be a code: PostgreSQL wouldn't even look for a text with U+0000.
fn lookable(codes: &[String]) -> Vec<String> {
    codes.iter().filter_map(|code| Code::parse(code).ok()).map(String::from).collect()
}

async fn load(work: &Work, code: &str, etag: &str) -> Result<(IncidentRow, Hits), ServiceError> {
    let name = format!("incidents/{code}");
    let row = incidents::find(&work.tx, code, &work.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    check_etag(etag, row.version, &name)?;
    let hits = incidents::hits(&work.tx, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok((row, hits))
}

/// The dossiers of a request, all within the caller's reach.
fn named<'k>(
    work: &Work,
    codes: &[String],
    known: &'k HashMap<String, DossierRow>,
) -> Result<Vec<&'k DossierRow>, ServiceError> {
    if codes.is_empty() || codes.len() > MOST_LINKED {
        return Err(Violation::new(
            "dossiers",
            "BAD_NUMBER_OF_NAMES",
            "dossiers: mỗi lần từ 1 đến 1.000 hồ sơ; hãy điền hoặc chia nhỏ",
            "dossiers: name 1 to 1,000 of them; fill it in or split the request",
        )
        .into());
    }
    let mut rows = Vec::with_capacity(codes.len());
    let mut wrong = Vec::new();
    for code in codes {
        match find(known, code).filter(|row| hitting::within(&work.context.scope, row)) {
            Some(row) => rows.push(row),
            None => wrong.push(Violation::unknown("dossiers", code, "hồ sơ", "dossier")),
        }
    }
    if wrong.is_empty() { Ok(rows) } else { Err(ServiceError::Invalid(wrong)) }
}

fn not_open_then(name: &str, code: &str) -> ServiceError {
    ServiceError::Precondition {
        reason: "NOT_OPEN_THEN",
        subject: name.to_owned(),
        vi: format!("hồ sơ {code} không mở trong thời gian sự cố; hãy bỏ hồ sơ đó"),
        en: format!("dossier {code} was not open within the incident's span; leave it out"),
    }
}
