//! Import rows of declared figures and incidents, between the wire and the domain.

use super::declared_figure::measure_word;
use super::import_convert::{at, on};
use super::incident::{hits_word, kind_word};
use crate::domain::record::{DeclaredRecord, IncidentRecord, Record};
use crate::pb::v1;

/// A declared figure.
pub(super) fn declared(r: v1::DeclaredRecord) -> Record {
    Record::Declared(Box::new(DeclaredRecord {
        measure: measure_word(r.measure()).to_owned(),
        code: r.code,
        indicator: r.indicator,
        value: r.value,
        numerator: r.numerator,
        denominator: r.denominator,
        unit_code: r.unit_code,
        group: r.group,
        from_on: on(r.from_on),
        to_on: on(r.to_on),
        source: r.source,
        file_name: r.file_name,
        file_sha256: r.file_sha256,
        declared_by: r.declared_by,
        declared_on: on(r.declared_on),
    }))
}

/// An incident.
pub(super) fn incident(r: v1::IncidentRecord) -> Record {
    Record::Incident(Box::new(IncidentRecord {
        kind: kind_word(r.kind()).to_owned(),
        hits: hits_word(r.hits()).to_owned(),
        code: r.code,
        system: r.system,
        failure: r.failure,
        from_at: at(r.from_at),
        to_at: at(r.to_at),
        unit_code: r.unit_code,
        hit_unit_codes: r.hit_unit_codes,
        dossier_codes: r.dossier_codes,
        reported_by: r.reported_by,
        reference: r.reference,
    }))
}
