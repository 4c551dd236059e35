//! What a record of an incident says, held against the house: a request's and an import's alike.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::find;
use super::hitting::{met, within};
use crate::domain::incident::{HitRule, IncidentKind};
use crate::domain::record::IncidentRecord;
use crate::domain::text::cut;
use crate::service::findings::Findings;
use crate::store::dossiers::DossierRow;
use crate::store::incidents::{Hits, IncidentRow};

/// Reads a record. `known` are the dossiers that it names, whosoever they are.
pub(super) fn read(
    findings: &mut Findings<'_>,
    record: &IncidentRecord,
    known: &HashMap<String, DossierRow>,
) -> Option<(IncidentRow, Hits)> {
    let code = findings.code("code", &record.code);
    let system = findings.given_text("system", &record.system);
    let kind = findings.one_of("kind", &record.kind, IncidentKind::ALL, IncidentKind::as_str);
    let failure = findings.given_text("failure", &record.failure);
    let from_at = findings.given("from_at", record.from_at);
    findings.not_in_future("from_at", from_at);
    findings.not_in_future("to_at", record.to_at);
    if record.to_at.zip(from_at).is_some_and(|(to, from)| to <= from) {
        findings.say(
            "to_at",
            "WRONG_ORDER",
            "không sau from_at; hãy sửa một trong hai",
            "lies not after from_at; correct one of them",
        );
    }
    let unit_id = findings.unit_or_house("unit_code", &record.unit_code);
    let hits = findings.one_of("hits", &record.hits, HitRule::ALL, HitRule::as_str);
    if hits == Some(HitRule::All) {
        refuse_names(findings, record);
    }
    let units = units(findings, record);
    if record.reported_by.trim().is_empty() {
        findings.missing("reported_by");
    }
    let reported_by = findings.official("reported_by", &record.reported_by);
    let reference = findings.text("reference", &record.reference);
    let now = findings.work().now();
    let row = IncidentRow {
        id: findings.work().new_id(),
        code,
        system,
        kind: kind?.as_str().to_owned(),
        failure,
        from_at: from_at?,
        to_at: record.to_at,
        unit_id,
        hits: hits?.as_str().to_owned(),
        reported_by_id: reported_by?,
        reference,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let dossiers = dossiers(findings, record, known, &row);
    Some((row, Hits { units, dossiers }))
}

/// All are hit: names beside it would say less.
fn refuse_names(findings: &mut Findings<'_>, record: &IncidentRecord) {
    let named = [
        ("hit_unit_codes", !record.hit_unit_codes.is_empty()),
        ("dossier_codes", !record.dossier_codes.is_empty()),
    ];
    for (column, _) in named.into_iter().filter(|(_, there)| *there) {
        findings.say(
            column,
            "ALL_AND_NAMED",
            "sự cố đã tính cho mọi hồ sơ; hãy bỏ trống, hoặc ghi hits là named",
            "all dossiers are hit already; delete these, or write named in hits",
        );
    }
}

/// The named units, each once, in one order.
fn units(findings: &mut Findings<'_>, record: &IncidentRecord) -> Vec<Uuid> {
    let found: BTreeSet<Uuid> =
        record.hit_unit_codes.iter().filter_map(|code| findings.unit("hit_unit_codes", code)).collect();
    found.into_iter().collect()
}

/// The named dossiers, each once, in one order: within reach, and open at some time of the span.
fn dossiers(
    findings: &mut Findings<'_>,
    record: &IncidentRecord,
    known: &HashMap<String, DossierRow>,
    row: &IncidentRow,
) -> Vec<Uuid> {
    let mut found = BTreeSet::new();
    for code in &record.dossier_codes {
        let scope = &findings.work().context.scope;
        match find(known, code).filter(|dossier| within(scope, dossier)) {
            None => findings.unknown("dossier_codes", code, "hồ sơ", "dossier"),
            Some(dossier) if !met(row, dossier) => findings.say(
                "dossier_codes",
                "NOT_OPEN_THEN",
                &format!("hồ sơ {} không mở trong thời gian sự cố; hãy bỏ hồ sơ đó", cut(code)),
                &format!("dossier {} was not open within the incident's span; drop it", cut(code)),
            ),
            Some(dossier) => _ = found.insert(dossier.id),
        }
    }
    found.into_iter().collect()
}
