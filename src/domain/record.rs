//! Records of another system as an import brings them: typed, but not yet checked against the house.
//! A row is one record with its place in its file, so that each outcome can name it.

use chrono::{DateTime, NaiveDate, Utc};

use super::dossier::state::words;
use super::dossier::{ApplicantKind, Channel, ClosedAs, State};

mod registers;

pub use registers::{
    DeclaredRecord, DocumentRecord, IncidentRecord, PaymentRecord, PetitionRecord, SurveyRecord, TargetRecord,
};

words! {
    /// What a row is a record of.
    RecordKind {
        /// A unit.
        Unit = "unit",
        /// An official.
        Official = "official",
        /// A calendar with its days.
        Calendar = "calendar",
        /// A procedure.
        Procedure = "procedure",
        /// A dossier with all its moves and pauses.
        Dossier = "dossier",
        /// An assigned task.
        Task = "task",
        /// An issued document.
        Document = "document",
        /// A petition.
        Petition = "petition",
        /// A rating.
        Survey = "survey",
        /// A payment.
        Payment = "payment",
        /// A target.
        Target = "target",
        /// A declared figure.
        Declared = "declared",
        /// An incident of other software.
        Incident = "incident",
    }
}

/// A row of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// The file it stands in.
    pub file: String,
    /// Its line.
    pub line: i64,
    /// What it says.
    pub record: Record,
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A unit.
    Unit(UnitRecord),
    /// An official.
    Official(OfficialRecord),
    /// A calendar.
    Calendar(CalendarRecord),
    /// A procedure.
    Procedure(ProcedureRecord),
    /// A dossier.
    Dossier(Box<DossierRecord>),
    /// A task.
    Task(TaskRecord),
    /// A document.
    Document(DocumentRecord),
    /// A petition.
    Petition(PetitionRecord),
    /// A rating.
    Survey(SurveyRecord),
    /// A payment.
    Payment(PaymentRecord),
    /// A target.
    Target(TargetRecord),
    /// A declared figure.
    Declared(Box<DeclaredRecord>),
    /// An incident of other software.
    Incident(Box<IncidentRecord>),
    /// A row that the reader couldn't read.
    Unreadable {
        /// What it would have been.
        kind: RecordKind,
        /// Its code, if that could be read.
        code: String,
        /// Why.
        problems: Vec<Problem>,
    },
}

impl Record {
    /// What it is a record of, and its code (empty for the house's calendar).
    pub fn key(&self) -> (RecordKind, &str) {
        match self {
            Self::Unit(r) => (RecordKind::Unit, &r.code),
            Self::Official(r) => (RecordKind::Official, &r.code),
            Self::Calendar(r) => (RecordKind::Calendar, &r.unit_code),
            Self::Procedure(r) => (RecordKind::Procedure, &r.code),
            Self::Dossier(r) => (RecordKind::Dossier, &r.code),
            Self::Task(r) => (RecordKind::Task, &r.code),
            Self::Document(r) => (RecordKind::Document, &r.number),
            Self::Petition(r) => (RecordKind::Petition, &r.code),
            Self::Survey(r) => (RecordKind::Survey, &r.code),
            Self::Payment(r) => (RecordKind::Payment, &r.code),
            Self::Target(r) => (RecordKind::Target, &r.code),
            Self::Declared(r) => (RecordKind::Declared, &r.code),
            Self::Incident(r) => (RecordKind::Incident, &r.code),
            Self::Unreadable { kind, code, .. } => (*kind, code),
        }
    }
}

words! {
    /// How grave a problem is.
    Severity {
        /// The row was refused.
        Error = "error",
        /// The row landed; somebody should look.
        Warning = "warning",
    }
}

/// A problem of a row: which field, what is wrong and how to mend it, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How grave.
    pub severity: Severity,
    /// The column.
    pub field: String,
    /// The file, where it isn't the row's own; empty otherwise.
    pub file: String,
    /// The line in it; 0 for the row's own.
    pub line: i64,
    /// UPPER_SNAKE word for programs.
    pub reason: String,
    /// What is wrong and the mend, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
}

/// A unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitRecord {
    /// Code.
    pub code: String,
    /// Code of the parent; empty for a root.
    pub parent_code: String,
    /// Kind, a word.
    pub kind: String,
    /// Name.
    pub name: String,
    /// First day of validity.
    pub valid_from: Option<NaiveDate>,
}

/// An official.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfficialRecord {
    /// Code.
    pub code: String,
    /// Code of the unit.
    pub unit_code: String,
    /// Name.
    pub full_name: String,
    /// Role, a word.
    pub role: String,
    /// Address; may be empty.
    pub email: String,
}

/// A calendar with all its days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarRecord {
    /// The unit it belongs to; empty: the house.
    pub unit_code: String,
    /// IANA name of the zone.
    pub time_zone: String,
    /// ISO numbers of the worked weekdays.
    pub working_weekdays: Vec<i32>,
    /// Spans of office hours, `HH:MM` each.
    pub office_hours: Vec<(String, String)>,
    /// `HH:MM`.
    pub same_day_cutoff: String,
    /// Dated overrides.
    pub days: Vec<CalendarDayRecord>,
    /// First loaded year; None: of the first day.
    pub first_year: Option<i32>,
    /// Last loaded year; None: of the last day.
    pub last_year: Option<i32>,
}

/// A dated override with its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarDayRecord {
    /// File.
    pub file: String,
    /// Line.
    pub line: i64,
    /// The day.
    pub day: Option<NaiveDate>,
    /// `day_off` or `working_day`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Exchanged with.
    pub swapped_with: Option<NaiveDate>,
    /// The document that orders it; may be empty.
    pub legal_basis: String,
}

/// A procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcedureRecord {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Field.
    pub field: String,
    /// `town`, `commune` or `province`.
    pub level: String,
    /// Owning unit; empty: every commune.
    pub unit_code: String,
    /// Unit of the term.
    pub term_unit: String,
    /// The term.
    pub term: i64,
    /// `none`, `partial` or `full`.
    pub online_level: String,
    /// First day of the version; None: from the beginning.
    pub effective_on: Option<NaiveDate>,
    /// The list on which its dossiers are watched for their age; None: as it was, `-`: none.
    pub watched_list: Option<String>,
}

/// A dossier with all its moves and pauses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DossierRecord {
    /// Code.
    pub code: String,
    /// Procedure.
    pub procedure_code: String,
    /// Receiving unit.
    pub unit_code: String,
    /// How it came in.
    pub channel: Option<Channel>,
    /// Whose it is.
    pub applicant_kind: Option<ApplicantKind>,
    /// When it was received.
    pub received_at: Option<DateTime<Utc>>,
    /// The appointment that the source gives.
    pub promised_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// How.
    pub outcome: Option<ClosedAs>,
    /// When the citizen got the result.
    pub returned_at: Option<DateTime<Utc>>,
    /// The responsible official; may be empty.
    pub officer_code: String,
    /// Papers scanned; None: not tracked.
    pub intake_digitised: Option<bool>,
    /// Result scanned; None: need not be.
    pub result_digitised: Option<bool>,
    /// Hand-overs, in any order.
    pub moves: Vec<MoveRecord>,
    /// Stops and starts of the clock, in any order.
    pub clock: Vec<ClockRecord>,
    /// How it stands, where the source tells no history; None: the record tells all that happened.
    pub stands_as: Option<State>,
}

/// A hand-over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoveRecord {
    /// File.
    pub file: String,
    /// Line.
    pub line: i64,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// From whom; empty for the first.
    pub from_official: String,
    /// To whom.
    pub to_official: String,
    /// Name of the step.
    pub step: String,
}

/// A stop or start of the clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClockRecord {
    /// File.
    pub file: String,
    /// Line.
    pub line: i64,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// Stopped, or started again.
    pub stopped: bool,
    /// Why, a word.
    pub reason: String,
}

/// A task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskRecord {
    /// Code.
    pub code: String,
    /// What is to be done.
    pub title: String,
    /// Who gave it.
    pub assigned_by: String,
    /// By which document.
    pub source_document: String,
    /// When.
    pub assigned_on: Option<NaiveDate>,
    /// Leading unit.
    pub lead_unit_code: String,
    /// Responsible official; may be empty.
    pub responsible_official: String,
    /// Helping units.
    pub cooperating_unit_codes: Vec<String>,
    /// Last day; may be missing.
    pub due_on: Option<NaiveDate>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// Expected product.
    pub product: String,
}
