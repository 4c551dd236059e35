//! Procedures of an import. A record says what holds from a day on: an unknown day is a new version, other
//! content of a known day stands in place of the old record, which histories may still name.

use std::collections::HashMap;

use uuid::Uuid;

use super::{NewVersion, ProcedureRow, VersionRow, put, read, read_code, reload};
use crate::domain::procedure::ResumePolicy;
use crate::domain::record::ProcedureRecord;
use crate::service::landing::Landed;
use crate::service::{ServiceError, Violation, Work};
use crate::store::procedures;

/// Lands a batch of procedures in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, ProcedureRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let codes: Vec<String> = rows.iter().filter_map(|(_, r)| read_code("code", &r.code).ok()).collect();
    let mut known = procedures::by_codes(&work.tx, &codes).await?;
    let ids: Vec<Uuid> = known.values().map(|row| row.id).collect();
    let mut versions = procedures::versions(&work.tx, &ids).await?;
    let mut batch = Batch::default();
    let mut outcomes = Vec::with_capacity(rows.len());
    for (number, record) in rows {
        let outcome = match one(work, &mut known, &mut versions, &mut batch, record) {
            Ok(landed) => landed,
            Err(wrong) => Landed::refused(wrong.into_iter().map(Into::into).collect()),
        };
        outcomes.push((number, outcome));
    }
    let changed = batch.save(work).await?;
    if !changed.is_empty() {
        reload(work, &changed).await?;
    }
    Ok(outcomes)
}

/// What a batch writes.
#[derive(Default)]
struct Batch {
    procedures: Vec<ProcedureRow>,
    versions: Vec<VersionRow>,
    superseded: Vec<Uuid>,
    /// Known procedures that changed, with the version at which they stood.
    touched: HashMap<Uuid, i64>,
}

impl Batch {
    /// Returns the procedures that have another version.
    async fn save(self, work: &mut Work) -> Result<Vec<Uuid>, ServiceError> {
        let changed = self.versions.iter().map(|version| version.procedure_id).collect();
        procedures::insert(&work.tx, self.procedures).await?;
        procedures::supersede(&work.tx, &self.superseded, true).await?;
        // Versions of this batch that gave way within it are stored as such.
        let versions = self.versions.into_iter().map(|mut version| {
            version.superseded = self.superseded.contains(&version.id);
            version
        });
        procedures::insert_versions(&work.tx, versions.collect()).await?;
        for (id, version) in self.touched {
            procedures::touch(&work.tx, id, version, work.now()).await?;
        }
        Ok(changed)
    }
}

fn one(
    work: &mut Work,
    known: &mut HashMap<String, ProcedureRow>,
    versions: &mut HashMap<Uuid, Vec<VersionRow>>,
    batch: &mut Batch,
    record: ProcedureRecord,
) -> Result<Landed, Vec<Violation>> {
    let mut wrong = Vec::new();
    let code = read_code("code", &record.code).map_err(|v| wrong.push(v)).unwrap_or_default();
    let old = known.get(&code).cloned();
    let id = old.as_ref().map_or_else(|| work.new_id(), |row| row.id);
    let mut new = NewVersion {
        effective_on: record.effective_on,
        name: record.name,
        field: record.field,
        level: record.level,
        unit: record.unit_code,
        term_unit: record.term_unit,
        term: record.term,
        online_level: record.online_level,
        resume_policy: None,
        watched_list: String::new(),
    };
    let of_procedure = versions.entry(id).or_default();
    let standing = |day| of_procedure.iter().find(|v| !v.superseded && Some(v.effective_on) == day);
    // Records say nothing of the resume policy: what was set here stays.
    let before = standing(Some(record.effective_on.unwrap_or(super::FROM_THE_BEGINNING)));
    new.resume_policy = before.and_then(|v| ResumePolicy::parse(&v.resume_policy));
    // Nor does a file without such a column of the watched list, which all versions have in common.
    let latest = of_procedure.iter().filter(|v| !v.superseded).max_by_key(|v| v.effective_on);
    new.watched_list = match record.watched_list.as_deref().map(str::trim) {
        None => before.or(latest).map(|v| v.watched_list.clone()).unwrap_or_default(),
        Some("-") => String::new(),
        Some(list) => list.to_owned(),
    };
    let version = read(work, "", id, &new).map_err(|more| wrong.extend(more));
    let (true, Ok(mut version)) = (wrong.is_empty(), version) else { return Err(wrong) };
    if before.is_some_and(|before| same(before, &version)) {
        return Ok(Landed::unchanged());
    }
    let giving_way = put(&mut version, of_procedure);
    for other in of_procedure.iter_mut().filter(|other| giving_way.contains(&other.id)) {
        other.superseded = true;
    }
    work.note(
        format!("procedures/{code}"),
        &serde_json::json!({ "landed": version.id, "superseded": giving_way }),
    );
    of_procedure.push(version.clone());
    batch.superseded.extend(giving_way);
    batch.versions.push(version);
    match old {
        None => {
            let row = ProcedureRow {
                id,
                code: code.clone(),
                version: 1,
                created_at: work.now(),
                updated_at: work.now(),
                withdrawn_at: None,
            };
            known.insert(code, row.clone());
            batch.procedures.push(row);
            Ok(Landed::fresh(id, Vec::new()))
        }
        Some(row) => {
            if !batch.procedures.iter().any(|new| new.id == id) {
                batch.touched.insert(id, row.version);
            }
            Ok(Landed::changed(id, Vec::new()))
        }
    }
}

/// The same content, whoever recorded it when.
fn same(one: &VersionRow, other: &VersionRow) -> bool {
    let bare = |row: &VersionRow| VersionRow {
        id: Uuid::nil(),
        recorded_at: chrono::DateTime::UNIX_EPOCH,
        superseded: false,
        ..row.clone()
    };
    bare(one) == bare(other)
}
