//! Records of each kind: one, then the same with other content beside a new one; and a directory of all kinds whose
//! records need each other.

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs};
use bonro::domain::record::{
    CalendarRecord, DeclaredRecord, DocumentRecord, DossierRecord, IncidentRecord, OfficialRecord,
    PaymentRecord, PetitionRecord, ProcedureRecord, Record, RecordKind, SurveyRecord, TargetRecord,
    TaskRecord, UnitRecord,
};
use chrono::{DateTime, Utc};

use super::evening;
use crate::records::town::{at, day, procedure};

pub fn unit(code: &str, parent: &str, name: &str) -> Record {
    Record::Unit(UnitRecord {
        code: code.into(),
        parent_code: parent.into(),
        kind: "commune".into(),
        name: name.into(),
        valid_from: None,
    })
}

pub fn official(code: &str, unit: &str, name: &str) -> Record {
    Record::Official(OfficialRecord {
        code: code.into(),
        unit_code: unit.into(),
        full_name: name.into(),
        role: "officer".into(),
        email: String::new(),
    })
}

fn calendar(unit: &str, morning: &str) -> Record {
    Record::Calendar(CalendarRecord {
        unit_code: unit.into(),
        time_zone: "Asia/Ho_Chi_Minh".into(),
        working_weekdays: vec![1, 2, 3, 4, 5],
        office_hours: vec![(morning.into(), "11:30".into()), ("13:30".into(), "17:00".into())],
        same_day_cutoff: "15:00".into(),
        first_year: Some(2023),
        last_year: Some(2024),
        ..CalendarRecord::default()
    })
}

fn listed(code: &str, unit: &str, term: i64) -> Record {
    Record::Procedure(ProcedureRecord {
        code: code.into(),
        name: format!("Thủ tục {code}"),
        field: "Hộ tịch".into(),
        level: "commune".into(),
        unit_code: unit.into(),
        term_unit: "working_days".into(),
        term,
        online_level: "none".into(),
        effective_on: None,
        watched_list: None,
    })
}

fn received(code: &str, unit: &str, procedure: &str, officer: &str) -> DossierRecord {
    DossierRecord {
        code: code.into(),
        procedure_code: procedure.into(),
        unit_code: unit.into(),
        channel: Some(Channel::Counter),
        applicant_kind: Some(ApplicantKind::Person),
        received_at: Some(at("2024-05-06T02:00:00Z")),
        officer_code: officer.into(),
        ..DossierRecord::default()
    }
}

/// A dossier of P1; closed at an instant, if one is given.
pub fn dossier(code: &str, closed_at: Option<DateTime<Utc>>) -> Record {
    let outcome = closed_at.map(|_| ClosedAs::Resolved);
    Record::Dossier(Box::new(DossierRecord { closed_at, outcome, ..received(code, "P1", "d5", "") }))
}

/// A dossier of P1 under a procedure.
pub fn under(procedure: &str, code: &str) -> Record {
    Record::Dossier(Box::new(received(code, "P1", procedure, "")))
}

pub fn task(code: &str, responsible: &str, due_on: &str) -> Record {
    Record::Task(given(code, "VP", responsible, due_on))
}

fn given(code: &str, unit: &str, responsible: &str, due_on: &str) -> TaskRecord {
    TaskRecord {
        code: code.into(),
        title: "Báo cáo".into(),
        assigned_on: Some(day("2024-05-02")),
        lead_unit_code: unit.into(),
        responsible_official: responsible.into(),
        due_on: Some(day(due_on)),
        ..TaskRecord::default()
    }
}

fn document(number: &str, subject: &str) -> Record {
    Record::Document(DocumentRecord {
        number: number.into(),
        kind: "report".into(),
        issued_on: Some(day("2024-05-03")),
        issuer: "UBND".into(),
        subject: subject.into(),
    })
}

pub fn petition(code: &str, answered_at: Option<DateTime<Utc>>) -> Record {
    asked(code, "P1", answered_at)
}

fn asked(code: &str, unit: &str, answered_at: Option<DateTime<Utc>>) -> Record {
    Record::Petition(PetitionRecord {
        code: code.into(),
        unit_code: unit.into(),
        received_at: Some(at("2024-05-03T02:00:00Z")),
        due_at: Some(at("2024-05-20T02:00:00Z")),
        answered_at,
        channel: "portal".into(),
        kind: "behaviour".into(),
        ..PetitionRecord::default()
    })
}

pub fn survey(code: &str, unit: &str, rating: &str) -> Record {
    Record::Survey(SurveyRecord {
        code: code.into(),
        unit_code: unit.into(),
        rated_at: Some(evening()),
        rating: rating.into(),
    })
}

fn payment(code: &str, unit: &str, amount_vnd: i64) -> Record {
    Record::Payment(PaymentRecord {
        code: code.into(),
        unit_code: unit.into(),
        paid_at: Some(evening()),
        kind: "fee".into(),
        amount_vnd,
        online: true,
        dossier_code: String::new(),
    })
}

fn target(code: &str, unit: &str, value_hundredths: i64) -> Record {
    Record::Target(TargetRecord {
        code: code.into(),
        name: "Đúng hạn".into(),
        unit_code: unit.into(),
        indicator: "satisfied_rate".into(),
        comparison: "at_least".into(),
        value_hundredths,
        from_on: Some(day("2024-01-01")),
        to_on: Some(day("2024-12-31")),
        basis: "KH 1".into(),
    })
}

fn declared(code: &str, unit: &str, by: &str, value: i64) -> Record {
    Record::Declared(Box::new(DeclaredRecord {
        code: code.into(),
        indicator: "ratings_total".into(),
        measure: "count".into(),
        value: Some(value),
        unit_code: unit.into(),
        from_on: Some(day("2024-05-01")),
        to_on: Some(day("2024-05-14")),
        source: "Thiết bị đánh giá".into(),
        declared_by: by.into(),
        declared_on: Some(day("2024-05-15")),
        ..DeclaredRecord::default()
    }))
}

pub fn incident(code: &str, dossiers: &[&str]) -> Record {
    reported(code, "VP-01", dossiers)
}

fn reported(code: &str, by: &str, dossiers: &[&str]) -> Record {
    Record::Incident(Box::new(IncidentRecord {
        code: code.into(),
        system: "cổng thanh toán".into(),
        kind: "out_of_sync".into(),
        failure: "giao dịch không về".into(),
        from_at: Some(at("2024-05-09T00:30:00Z")),
        hits: "named".into(),
        dossier_codes: dossiers.iter().map(|code| (*code).to_owned()).collect(),
        reported_by: by.into(),
        ..IncidentRecord::default()
    }))
}

/// One record of a kind.
pub fn first(kind: RecordKind) -> Vec<Record> {
    vec![match kind {
        RecordKind::Unit => unit("X1", "UB", "Đơn vị mới"),
        RecordKind::Official => official("X-01", "P1", "Cán bộ mới"),
        RecordKind::Calendar => calendar("P1", "07:30"),
        RecordKind::Procedure => listed("p9", "", 3),
        RecordKind::Dossier => dossier("H-1", None),
        RecordKind::Task => task("NV-1", "", "2024-05-10"),
        RecordKind::Document => document("1/BC", "Tháng 4"),
        RecordKind::Petition => petition("PA-1", None),
        RecordKind::Survey => survey("DG-1", "P1", "satisfied"),
        RecordKind::Payment => payment("TT-1", "P1", 20_000),
        RecordKind::Target => target("CT-1", "P1", 9500),
        RecordKind::Declared => declared("KB-1", "P1", "P1-01", 296),
        RecordKind::Incident => incident("SC-1", &[]),
    }]
}

/// The same with other content, and another one.
pub fn second(kind: RecordKind) -> Vec<Record> {
    let (one, two) = match kind {
        RecordKind::Unit => (unit("X1", "VP", "Tên khác"), unit("X2", "X1", "Tổ")),
        RecordKind::Official => (official("X-01", "P2", "Tên khác"), official("X-02", "P1", "Người nữa")),
        RecordKind::Calendar => (calendar("P1", "08:00"), calendar("P2", "08:00")),
        RecordKind::Procedure => (listed("p9", "P1", 4), listed("p8", "", 5)),
        RecordKind::Dossier => (dossier("H-1", Some(at("2024-05-09T03:00:00Z"))), dossier("H-2", None)),
        RecordKind::Task => {
            let done =
                TaskRecord { completed_at: Some(evening()), ..given("NV-1", "P1", "P1-01", "2024-05-13") };
            (Record::Task(done), task("NV-2", "", "2024-05-20"))
        }
        RecordKind::Document => (document("1/BC", "Tháng 5"), document("2/BC", "Tháng 5")),
        RecordKind::Petition => (petition("PA-1", Some(evening())), petition("PA-2", None)),
        RecordKind::Survey => (survey("DG-1", "P2", "dissatisfied"), survey("DG-2", "P1", "neutral")),
        RecordKind::Payment => (payment("TT-1", "P2", 50_000), payment("TT-2", "P1", 10_000)),
        RecordKind::Target => (target("CT-1", "P1", 9800), target("CT-2", "P2", 9000)),
        RecordKind::Declared => (declared("KB-1", "P1", "P1-01", 300), declared("KB-2", "P2", "VP-01", 5)),
        RecordKind::Incident => (incident("SC-1", &["CU-1"]), incident("SC-2", &["CU-1"])),
    };
    vec![one, two]
}

/// A directory of all kinds: each record needs one of the others, and what was known is changed too.
pub fn whole() -> Vec<Record> {
    let held = received("H-1", "X1", "p9", "X1-01");
    vec![
        unit("X1", "UB", "Đơn vị mới"),
        unit("X2", "X1", "Tổ"),
        unit("P1", "X1", "Đơn vị P1"),
        official("X1-01", "X1", "Cán bộ mới"),
        official("P1-01", "X2", "Cán bộ P1-01"),
        calendar("", "08:00"),
        calendar("X1", "07:30"),
        procedure(),
        listed("p9", "X1", 3),
        Record::Dossier(Box::new(held)),
        Record::Task(given("NV-1", "X1", "X1-01", "2024-05-10")),
        document("1/BC", "Tháng 4"),
        asked("PA-1", "X1", Some(evening())),
        survey("DG-1", "X1", "satisfied"),
        payment("TT-1", "X1", 20_000),
        target("CT-1", "X1", 9500),
        declared("KB-1", "X1", "X1-01", 296),
        reported("SC-1", "X1-01", &["H-1"]),
    ]
}
