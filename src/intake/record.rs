//! The records that files tell of, typed: what a column says, and no more. Codes stay text; whether
//! the house knows them is its own business.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

mod beside;

pub use beside::{DeclaredRecord, IncidentRecord};

use super::problem::Problem;
use crate::domain::calendar::DayKind;
use crate::domain::deadline::Term;
use crate::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use crate::domain::official::OfficialRole;
use crate::domain::procedure::OnlineLevel;
use crate::domain::record::RecordKind;

/// A text that many rows share.
pub type Shared = Arc<str>;

/// A record with its place in the source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// The file it came from, with the sheet where it has several: `ho-so.xlsx › Danh sách`.
    pub file: Shared,
    /// The line in that file, from 1.
    pub line: u64,
    /// What it tells.
    pub record: Record,
}

/// What a row tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A unit.
    Unit(UnitRecord),
    /// The calendar with all its days.
    Calendar(Box<CalendarRecord>),
    /// An official.
    Official(OfficialRecord),
    /// A procedure.
    Procedure(Box<ProcedureRecord>),
    /// A dossier with its moves and clock events.
    Dossier(Box<DossierRecord>),
    /// A task.
    Task(Box<TaskRecord>),
    /// A document.
    Document(DocumentRecord),
    /// A petition.
    Petition(Box<PetitionRecord>),
    /// A rating.
    Survey(SurveyRecord),
    /// A payment.
    Payment(PaymentRecord),
    /// A target.
    Target(Box<TargetRecord>),
    /// A declared figure.
    Declared(Box<DeclaredRecord>),
    /// An incident of other software.
    Incident(Box<IncidentRecord>),
    /// A row that can't be read. It keeps its place among the rows, so that nothing is lost silently.
    Unreadable(Unreadable),
}

impl Record {
    /// What it tells of, and its code (that of the unit for a calendar, which is empty for the house).
    pub fn key(&self) -> (RecordKind, &str) {
        match self {
            Self::Unit(record) => (RecordKind::Unit, &record.code),
            Self::Calendar(record) => (RecordKind::Calendar, &record.unit_code),
            Self::Official(record) => (RecordKind::Official, &record.code),
            Self::Procedure(record) => (RecordKind::Procedure, &record.code),
            Self::Dossier(record) => (RecordKind::Dossier, &record.code),
            Self::Task(record) => (RecordKind::Task, &record.code),
            Self::Document(record) => (RecordKind::Document, &record.number),
            Self::Petition(record) => (RecordKind::Petition, &record.code),
            Self::Survey(record) => (RecordKind::Survey, &record.code),
            Self::Payment(record) => (RecordKind::Payment, &record.code),
            Self::Target(record) => (RecordKind::Target, &record.code),
            Self::Declared(record) => (RecordKind::Declared, &record.code),
            Self::Incident(record) => (RecordKind::Incident, &record.code),
            Self::Unreadable(row) => (row.kind, &row.code),
        }
    }
}

/// A row that can't be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// What it would have told of.
    pub kind: RecordKind,
    /// Its code, if that much could be read.
    pub code: Box<str>,
    /// What is wrong: at least one.
    pub problems: Vec<Problem>,
}

/// A unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRecord {
    /// Column `code`.
    pub code: Shared,
    /// Column `parent_code`; empty at the root.
    pub parent_code: Shared,
    /// Column `kind`, as written.
    pub kind: Shared,
    /// Column `name`.
    pub name: Box<str>,
    /// Column `valid_from`.
    pub valid_from: Option<NaiveDate>,
}

/// A calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarRecord {
    /// The unit it is for; empty for the house.
    pub unit_code: Shared,
    /// The zone of its days.
    pub time_zone: Tz,
    /// ISO weekdays, 1 = Monday.
    pub working_weekdays: Vec<u8>,
    /// Spans of a working day.
    pub office_hours: Vec<(NaiveTime, NaiveTime)>,
    /// Same-day procedures received later are due the next working day.
    pub same_day_cutoff: NaiveTime,
    /// First and last loaded year where the file says so; otherwise those of the overrides count.
    pub years: Option<(i32, i32)>,
    /// The dated overrides, by day.
    pub days: Vec<CalendarDayRecord>,
}

/// A dated override.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarDayRecord {
    /// The file.
    pub file: Shared,
    /// The line in it.
    pub line: u64,
    /// The day.
    pub day: NaiveDate,
    /// Off or worked.
    pub kind: DayKind,
    /// Why.
    pub name: Box<str>,
    /// The day it was exchanged with.
    pub swapped_with: Option<NaiveDate>,
    /// The document that orders it; mostly empty.
    pub legal_basis: Box<str>,
}

/// An official.
#[derive(Debug, Clone, PartialEq)]
pub struct OfficialRecord {
    /// Column `code`.
    pub code: Shared,
    /// Column `unit_code`.
    pub unit_code: Shared,
    /// Column `full_name`.
    pub full_name: Box<str>,
    /// Column `role`.
    pub role: OfficialRole,
    /// Column `email`; may be empty.
    pub email: Box<str>,
}

/// A procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcedureRecord {
    /// Column `code`.
    pub code: Shared,
    /// Column `name`.
    pub name: Box<str>,
    /// Column `field`.
    pub field: Shared,
    /// Column `level`, as written.
    pub level: Shared,
    /// Column `unit_code`; empty for every commune.
    pub unit_code: Shared,
    /// Columns `term_unit` and `term`.
    pub term: Term,
    /// Column `online_level`.
    pub online_level: OnlineLevel,
    /// Column `effective_on`, which most files don't have.
    pub effective_on: Option<NaiveDate>,
    /// Column `watched_list`; blank: as it was, `-`: none.
    pub watched_list: Shared,
}

/// A dossier with all that happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct DossierRecord {
    /// Column `code`.
    pub code: Box<str>,
    /// Column `procedure_code`.
    pub procedure_code: Shared,
    /// Column `unit_code`.
    pub unit_code: Shared,
    /// Column `channel`.
    pub channel: Channel,
    /// Column `applicant_kind`.
    pub applicant_kind: ApplicantKind,
    /// Column `received_at`.
    pub received_at: DateTime<Utc>,
    /// Column `due_at`: what the source says is due.
    pub due_at: Option<DateTime<Utc>>,
    /// Column `closed_at`.
    pub closed_at: Option<DateTime<Utc>>,
    /// Column `outcome`.
    pub outcome: Option<ClosedAs>,
    /// Column `result_returned_at`.
    pub result_returned_at: Option<DateTime<Utc>>,
    /// Column `officer_code`; empty if not known.
    pub officer_code: Shared,
    /// Column `intake_digitised`; None: not tracked.
    pub intake_digitised: Option<bool>,
    /// Column `result_digitised`; None: need not be.
    pub result_digitised: Option<bool>,
    /// Its hand-overs in the order of time, whatever their order in the file.
    pub moves: Vec<MoveRecord>,
    /// Its stops and starts in the order of time, whatever their order in the file.
    pub clock: Vec<ClockRecord>,
    /// How it stands, where the file tells no history; None: the record tells all that happened.
    pub stands_as: Option<State>,
}

/// A hand-over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MoveRecord {
    /// Column `at`.
    pub at: DateTime<Utc>,
    /// Column `from_official`; empty at the first.
    pub from_official: Shared,
    /// Column `to_official`.
    pub to_official: Shared,
    /// Column `step`.
    pub step: Shared,
    /// The line in its file.
    pub line: u64,
    /// The file.
    pub file: Shared,
}

/// The clock stopped or ran again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockRecord {
    /// Column `at`.
    pub at: DateTime<Utc>,
    /// Column `event`: `resumed` (`paused` sorts first among events of one instant).
    pub resumed: bool,
    /// Column `reason`, as written.
    pub reason: Shared,
    /// The line in its file.
    pub line: u64,
    /// The file.
    pub file: Shared,
}

/// A task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRecord {
    /// Column `code`.
    pub code: Box<str>,
    /// Column `title`.
    pub title: Box<str>,
    /// Column `assigned_by`.
    pub assigned_by: Box<str>,
    /// Column `source_document`.
    pub source_document: Box<str>,
    /// Column `assigned_on`.
    pub assigned_on: NaiveDate,
    /// Column `lead_unit_code`.
    pub lead_unit_code: Shared,
    /// Column `responsible_official`; empty if not named.
    pub responsible_official: Shared,
    /// Column `cooperating_unit_code`: none, one, or several with `;` between them.
    pub cooperating_unit_codes: Vec<Shared>,
    /// Column `due_on`.
    pub due_on: Option<NaiveDate>,
    /// Column `completed_at`.
    pub completed_at: Option<DateTime<Utc>>,
    /// Column `product`.
    pub product: Box<str>,
}

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentRecord {
    /// Column `number`.
    pub number: Box<str>,
    /// Column `kind`, as written.
    pub kind: Shared,
    /// Column `issued_on`.
    pub issued_on: NaiveDate,
    /// Column `issuer`.
    pub issuer: Shared,
    /// Column `subject`.
    pub subject: Box<str>,
}

/// A petition.
#[derive(Debug, Clone, PartialEq)]
pub struct PetitionRecord {
    /// Column `code`.
    pub code: Box<str>,
    /// Column `received_at`.
    pub received_at: DateTime<Utc>,
    /// Column `channel`, as written.
    pub channel: Shared,
    /// Column `kind`, as written.
    pub kind: Shared,
    /// Column `due_at`.
    pub due_at: Option<DateTime<Utc>>,
    /// Column `answered_at`.
    pub answered_at: Option<DateTime<Utc>>,
    /// Column `published_on`.
    pub published_on: Option<NaiveDate>,
    /// Column `citizen_rating`; may be empty.
    pub citizen_rating: Shared,
    /// Column `unit_code`, which most files don't have.
    pub unit_code: Shared,
    /// Column `subject`, which most files don't have.
    pub subject: Box<str>,
}

/// A rating.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyRecord {
    /// Column `code`.
    pub code: Box<str>,
    /// Column `unit_code`.
    pub unit_code: Shared,
    /// Column `rated_at`.
    pub rated_at: DateTime<Utc>,
    /// Column `rating`, as written.
    pub rating: Shared,
}

/// A payment.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentRecord {
    /// Column `code`.
    pub code: Box<str>,
    /// Column `unit_code`.
    pub unit_code: Shared,
    /// Column `paid_at`.
    pub paid_at: DateTime<Utc>,
    /// Column `kind`, as written.
    pub kind: Shared,
    /// Column `amount_vnd`, in đồng.
    pub amount_vnd: i64,
    /// Column `online`.
    pub online: bool,
    /// Column `dossier_code`, which most files don't have.
    pub dossier_code: Box<str>,
}

/// How a figure is held against a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// It must reach the value.
    AtLeast,
    /// It must not exceed the value.
    AtMost,
}

/// A target.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetRecord {
    /// Column `code`.
    pub code: Box<str>,
    /// Column `name`.
    pub name: Box<str>,
    /// Column `unit_code`; empty for the whole house.
    pub unit_code: Shared,
    /// Column `indicator`, as written.
    pub indicator: Shared,
    /// Column `comparison`.
    pub comparison: Comparison,
    /// Column `value`, in hundredths.
    pub value_hundredths: i64,
    /// Column `from_on`.
    pub from_on: NaiveDate,
    /// Column `to_on`.
    pub to_on: NaiveDate,
    /// Column `basis`.
    pub basis: Box<str>,
}
