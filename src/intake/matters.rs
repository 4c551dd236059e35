//! Tasks, documents, petitions, ratings, payments and targets.

use super::record::{
    Comparison, DocumentRecord, PaymentRecord, PetitionRecord, Record, SourceRow, SurveyRecord, TargetRecord,
    TaskRecord,
};
use super::table::{Desk, Format};

const TASKS: Format = Format {
    file: "tasks.csv",
    kind: RecordKind::Task,
    required: &["code", "title", "assigned_on", "lead_unit_code"],
    optional: &[
        "assigned_by",
        "source_document",
        "responsible_official",
        "cooperating_unit_code",
        "due_on",
        "completed_at",
        "product",
    ],
    key: &["code"],
};

const DOCUMENTS: Format = Format {
    file: "documents.csv",
    kind: RecordKind::Document,
    required: &["number", "kind", "issued_on"],
    optional: &["issuer", "subject"],
    key: &["number"],
};

const PETITIONS: Format = Format {
    file: "petitions.csv",
    kind: RecordKind::Petition,
    required: &["code", "received_at"],
    optional: &[
        "channel",
        "kind",
        "due_at",
        "answered_at",
        "published_on",
        "citizen_rating",
        "unit_code",
        "subject",
    ],
    key: &["code"],
};

const SURVEYS: Format = Format {
    file: "surveys.csv",
    kind: RecordKind::Survey,
    required: &["code", "unit_code", "rated_at", "rating"],
    optional: &[],
    key: &["code"],
};

const PAYMENTS: Format = Format {
    file: "payments.csv",
    kind: RecordKind::Payment,
    required: &["code", "unit_code", "paid_at", "kind", "amount_vnd", "online"],
    optional: &["dossier_code"],
    key: &["code"],
};

const TARGETS: Format = Format {
    file: "targets.csv",
    kind: RecordKind::Target,
    required: &["code", "name", "indicator", "comparison", "value", "from_on", "to_on"],
    optional: &["unit_code", "basis"],
    key: &["code"],
};
use crate::domain::record::RecordKind;

/// The tasks.
pub(super) fn tasks(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    desk.records(&TASKS, |fields| {
        Record::Task(Box::new(TaskRecord {
            code: fields.required_text("code"),
            title: fields.text("title"),
            assigned_by: fields.text("assigned_by"),
            source_document: fields.text("source_document"),
            assigned_on: fields.required_date("assigned_on"),
            lead_unit_code: fields.required_shared("lead_unit_code"),
            responsible_official: fields.shared("responsible_official"),
            cooperating_unit_codes: fields.list("cooperating_unit_code"),
            due_on: fields.date("due_on"),
            completed_at: fields.instant("completed_at"),
            product: fields.text("product"),
        }))
    })
}

/// The issued documents.
pub(super) fn documents(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    desk.records(&DOCUMENTS, |fields| {
        Record::Document(DocumentRecord {
            number: fields.required_text("number"),
            kind: fields.required_shared("kind"),
            issued_on: fields.required_date("issued_on"),
            issuer: fields.shared("issuer"),
            subject: fields.text("subject"),
        })
    })
}

/// The petitions.
pub(super) fn petitions(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    desk.records(&PETITIONS, |fields| {
        Record::Petition(Box::new(PetitionRecord {
            code: fields.required_text("code"),
            received_at: fields.required_instant("received_at"),
            channel: fields.shared("channel"),
            kind: fields.shared("kind"),
            due_at: fields.instant("due_at"),
            answered_at: fields.instant("answered_at"),
            published_on: fields.date("published_on"),
            citizen_rating: fields.shared("citizen_rating"),
            unit_code: fields.shared("unit_code"),
            subject: fields.text("subject"),
        }))
    })
}

/// The ratings.
pub(super) fn surveys(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    desk.records(&SURVEYS, |fields| {
        Record::Survey(SurveyRecord {
            code: fields.required_text("code"),
            unit_code: fields.required_shared("unit_code"),
            rated_at: fields.required_instant("rated_at"),
            rating: fields.required_shared("rating"),
        })
    })
}

/// The payments.
pub(super) fn payments(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    desk.records(&PAYMENTS, |fields| {
        Record::Payment(PaymentRecord {
            code: fields.required_text("code"),
            unit_code: fields.required_shared("unit_code"),
            paid_at: fields.required_instant("paid_at"),
            kind: fields.required_shared("kind"),
            amount_vnd: fields.number("amount_vnd"),
            online: fields.required_flag("online"),
            dossier_code: fields.text("dossier_code"),
        })
    })
}

/// The targets.
pub(super) fn targets(desk: &mut Desk<'_>) -> Vec<SourceRow> {
    desk.records(&TARGETS, |fields| {
        Record::Target(Box::new(TargetRecord {
            code: fields.required_text("code"),
            name: fields.required_text("name"),
            unit_code: fields.shared("unit_code"),
            indicator: fields.required_shared("indicator"),
            comparison: fields.required_word(
                "comparison",
                Comparison::AtLeast,
                comparison,
                &["at_least", "at_most"],
            ),
            value_hundredths: fields.hundredths("value"),
            from_on: fields.required_date("from_on"),
            to_on: fields.required_date("to_on"),
            basis: fields.text("basis"),
        }))
    })
}

fn comparison(word: &str) -> Option<Comparison> {
    match word {
        "at_least" => Some(Comparison::AtLeast),
        "at_most" => Some(Comparison::AtMost),
        _ => None,
    }
}
