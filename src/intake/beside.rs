//! Declared figures and incidents: `declared.csv` and `incidents.csv`.

use super::record::{DeclaredRecord, IncidentRecord, Record, SourceRow};
use super::table::{Desk, Format};
use crate::domain::declared::Measure;
use crate::domain::incident::{HitRule, IncidentKind};
use crate::domain::record::RecordKind;

const DECLARED: Format = Format {
    file: "declared.csv",
    kind: RecordKind::Declared,
    required: &[
        "code",
        "indicator",
        "measure",
        "value",
        "from_on",
        "to_on",
        "source",
        "declared_by",
        "declared_on",
    ],
    optional: &["numerator", "denominator", "unit_code", "group", "file_name", "file_sha256"],
    key: &["code"],
};

const INCIDENTS: Format = Format {
    file: "incidents.csv",
    kind: RecordKind::Incident,
    required: &["code", "system", "kind", "failure", "from_at", "hits", "reported_by"],
    optional: &["to_at", "unit_code", "hit_unit_codes", "dossier_codes", "reference"],
    key: &["code"],
};

/// The declared figures. A percentage has at most two decimals, other values have none.
pub(super) fn declared(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    desk.records(&DECLARED, |fields| {
        let measure =
            fields.required_word("measure", Measure::Count, Measure::parse, &["count", "vnd", "percent"]);
        Record::Declared(Box::new(DeclaredRecord {
            code: fields.required_text("code"),
            indicator: fields.required_shared("indicator"),
            measure,
            value: if measure == Measure::Percent {
                fields.hundredths("value")
            } else {
                fields.number("value")
            },
            numerator: fields.number_or_none("numerator"),
            denominator: fields.number_or_none("denominator"),
            unit_code: fields.shared("unit_code"),
            group: fields.shared("group"),
            from_on: fields.required_date("from_on"),
            to_on: fields.required_date("to_on"),
            source: fields.required_shared("source"),
            file_name: fields.shared("file_name"),
            file_sha256: fields.shared("file_sha256"),
            declared_by: fields.required_shared("declared_by"),
            declared_on: fields.required_date("declared_on"),
        }))
    })
}

/// The incidents.
pub(super) fn incidents(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    desk.records(&INCIDENTS, |fields| {
        Record::Incident(Box::new(IncidentRecord {
            code: fields.required_text("code"),
            system: fields.required_shared("system"),
            kind: fields.required_word(
                "kind",
                IncidentKind::Down,
                IncidentKind::parse,
                &["down", "out_of_sync", "wrong_data"],
            ),
            failure: fields.required_text("failure"),
            from_at: fields.required_instant("from_at"),
            to_at: fields.instant("to_at"),
            unit_code: fields.shared("unit_code"),
            hits: fields.required_word("hits", HitRule::Named, HitRule::parse, &["all", "named"]),
            hit_unit_codes: fields.list("hit_unit_codes"),
            dossier_codes: fields.list("dossier_codes"),
            reported_by: fields.required_shared("reported_by"),
            reference: fields.text("reference"),
        }))
    })
}

#[cfg(test)]
mod tests {
    use crate::intake::{Files, Record, read};

    fn of(name: &str, text: &str) -> (Vec<Record>, Vec<String>) {
        let reading = read(&Files::of_memory([(name, text.as_bytes().to_vec())]));
        let mut problems = Vec::new();
        for row in &reading.rows {
            if let Record::Unreadable(row) = &row.record {
                for problem in &row.problems {
                    assert!(
                        problem.message_vi.contains("hãy ") && !problem.message_en.is_empty(),
                        "{problem:?}"
                    );
                    problems.push(format!("{} {} {}", problem.reason, problem.field, problem.line));
                }
            }
        }
        (reading.rows.into_iter().map(|row| row.record).collect(), problems)
    }

    #[test]
    fn declared_values_are_read_in_their_measure() {
        let head = "code,indicator,measure,value,numerator,denominator,from_on,to_on,source,declared_by,declared_on\n";
        let rows = "K1,satisfied_rate,percent,99.3,294,296,2024-05-01,2024-05-14,Thiết bị,VP-01,2024-05-15\n\
            K2,ratings_total,count,3989,,,2024-05-01,2024-05-14,Thiết bị,VP-01,2024-05-15\n\
            K3,ratings_total,count,39.5,,,2024-05-01,2024-05-14,Thiết bị,VP-01,2024-05-15\n\
            K4,satisfied_rate,percent,99.333,x,,2024-05-01,14/5/2024,,VP-01,\n\
            K5,ratings_total,pieces,1,,,2024-05-01,2024-05-14,Thiết bị,VP-01,2024-05-15\n\
            K2,ratings_total,count,1,,,2024-05-01,2024-05-14,Thiết bị,VP-01,2024-05-15\n";
        let (records, problems) = of("declared.csv", &format!("{head}{rows}"));
        let values: Vec<_> = records
            .iter()
            .filter_map(
                |record| if let Record::Declared(r) = record { Some((r.value, r.numerator)) } else { None },
            )
            .collect();
        assert_eq!(values, [(9930, Some(294)), (3989, None)]);
        assert_eq!(
            problems,
            [
                "BAD_NUMBER value 4",
                "BAD_NUMBER value 5",
                "BAD_NUMBER numerator 5",
                "BAD_DATE to_on 5",
                "MISSING_VALUE source 5",
                "MISSING_VALUE declared_on 5",
                "UNKNOWN_WORD measure 6",
                "DUPLICATE_CODE code 7",
            ]
        );
    }

    #[test]
    fn incidents_name_units_and_dossiers() {
        let head = "code,system,kind,failure,from_at,to_at,hits,dossier_codes,reported_by\n";
        let rows = "S1,Một cửa,down,Không truy cập được,2024-05-06T07:30:00+07:00,,named,H-1; H-2,VP-01\n\
            S2,Một cửa,broken,,2024-05-06T07:30:00,2024-05-06,some,,\n";
        let (records, problems) = of("incidents.csv", &format!("{head}{rows}"));
        let Some(Record::Incident(incident)) = records.first() else { panic!("{problems:?}") };
        let codes: Vec<&str> = incident.dossier_codes.iter().map(|code| &**code).collect();
        assert_eq!((codes, incident.to_at), (vec!["H-1", "H-2"], None));
        assert_eq!(
            problems,
            [
                "UNKNOWN_WORD kind 3",
                "MISSING_VALUE failure 3",
                "NAIVE_INSTANT from_at 3",
                "BAD_INSTANT to_at 3",
                "UNKNOWN_WORD hits 3",
                "MISSING_VALUE reported_by 3",
            ]
        );
    }
}
