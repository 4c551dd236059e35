//! The print shop: the figures of a period become the report that the Office sends, what is overdue becomes letters
//! and lists.
//!
//! Here belong words, sections, tables and layout (Decree 30/2020/NĐ-CP). Nothing here counts: every figure of the
//! report comes out of [`PeriodSummary`], and nothing is said that it doesn't show. What a person must write is a
//! marked place, never a guess. No database, no clock, no mail.
//!
//! `paper` prints one report on four papers: `html`, `pdf`, `document` and `workbook` lay it out, `front`, `body`,
//! `appendix` and `charts` say what stands on all of them. `docx` and `sheet` write documents and lists of any content,
//! `letters` says what stands in letters, and `filling` fills the forms that
//! recipients send.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

use crate::domain::declared::Declared;
use crate::domain::incident::IncidentKind;
use crate::domain::summary::PeriodSummary;
use crate::domain::target::Target;

mod appendix;
mod beside;
mod body;
mod causes;
mod charts;
mod document;
mod docx;
mod english;
mod filling;
mod forms;
mod front;
mod html;
mod labels;
mod letters;
mod package;
mod pages;
mod paper;
#[cfg(feature = "pdf")]
mod pdf;
mod promises;
mod sentences;
mod sheet;
mod signed;
mod template;
mod wording;
mod workbook;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod sheet_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unpacked;

pub use body::{prefill, said_by_figures, says};
pub use causes::Stood;
pub use charts::{AgeBand, Charts, MonthFigures};
pub use docx::{DOCUMENT, Document};
pub use filling::{
    Fault, FormKind, Line as NameLine, Names, Registers, blank as blank_names, check as check_form,
    fill as fill_form, names_of,
};
pub use forms::Forms;
pub use html::html;
pub use labels::Language;
pub use letters::{Apology, Cause, HolderList, Issuer, UrgedLine, Urging, form_of};
pub use paper::{Paper, PrintError, print};
pub use promises::{PromiseLine, PromisePart, ProposalLine};
pub use sheet::{Cell, Column, Sheet, WORKBOOK};
pub use signed::{Held, SignedReading, held_against, read_signed};
pub use template::{BadTemplate, BlockForm, Saying, SectionForm, Template};
pub use wording::{GroupWords, Locality, Registered, Wording, period_name, period_range};

/// Everything that a report is printed from.
#[derive(Debug, Clone)]
pub struct ReportInput<'a> {
    /// The figures.
    pub summary: &'a PeriodSummary,
    /// The body above the issuing one, for the letterhead: `UBND thị xã Đức Phổ`; empty: none is named.
    pub superior: &'a str,
    /// The issuing office: `Văn phòng HĐND và UBND thị xã`.
    pub office: &'a str,
    /// What stands for it in a number: `VP`.
    pub symbol: &'a str,
    /// It is the locality's own body, which advises nobody and reports to no chairman of its own.
    pub own: bool,
    /// Where it is.
    pub locality: Locality<'a>,
    /// The date of the document.
    pub dated_on: NaiveDate,
    /// Its number, `05/BC-VP`; None leaves room for it.
    pub number: Option<&'a str>,
    /// To whom it goes: `Phòng Nội vụ`.
    pub recipient: &'a str,
    /// The letter that asked for it: `Công văn số 549/PNV ngày 15/5/2024 về việc báo cáo …`.
    pub request: Option<&'a str>,
    /// The signer's office: `Chánh Văn phòng`.
    pub signer_title: &'a str,
    /// The signer's name; None leaves room for it.
    pub signer: Option<&'a str>,
    /// Up to when the sources' records are known.
    pub data_until: DateTime<Utc>,
    /// How the figures stand to the one-stop software's own table; None: they were never held against it.
    pub reconciled: Option<&'a str>,
    /// The zone in which instants are printed.
    pub zone: Tz,
    /// The tasks behind the figures, enclosed as a list; none: no list is spoken of.
    pub tasks: &'a [TaskLine],
    /// The house's targets in force at the period's end.
    pub targets: &'a [Target],
    /// Figures that were declared for the period; printed as such.
    pub declared: &'a [Declared],
    /// Incidents of other software within the period.
    pub incidents: &'a [IncidentLine],
    /// Dossiers resolved late or open and overdue, enclosed as a list by code only.
    pub late_dossiers: &'a [DossierLine],
    /// How many there are beyond those in the list.
    pub late_left_out: usize,
    /// What was promised and proposed before, and what stood.
    pub following: &'a Following,
    /// Its form.
    pub template: &'a Template,
    /// What people wrote at the form's places, by the place's name.
    pub narrative: &'a BTreeMap<String, Narrated>,
    /// It goes to be signed: nothing in it is marked as still to be written.
    pub is_final: bool,
    /// What pictures show besides the figures.
    pub charts: &'a Charts,
    /// Words and options of the sentences.
    pub wording: &'a Wording,
    /// In which language it is printed.
    pub language: Language,
}

impl<'a> ReportInput<'a> {
    /// What is reported on: an office advises, a committee does.
    fn matter(&self) -> &'a str {
        if !self.template.matter.is_empty() {
            &self.template.matter
        } else if self.own {
            "kết quả thực hiện công tác cải cách hành chính"
        } else {
            "kết quả tham mưu thực hiện công tác cải cách hành chính"
        }
    }

    /// Tables are enclosed: the form says so.
    fn has_appendix(&self) -> bool {
        self.template.says(Saying::Enclosed)
    }
}

/// What a report says of what went before it, and of how work went on within it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Following {
    /// What was promised until a day, the earliest first.
    pub promises: Vec<PromiseLine>,
    /// Proposals that nobody has answered, the oldest first.
    pub proposals: Vec<ProposalLine>,
    /// Dossiers that weren't handed on.
    pub stood: Stood,
}

/// What somebody wrote at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrated {
    /// Paragraphs, one a line.
    pub text: String,
    /// It was written for this report; not, where it comes from the last one and nobody has looked at it yet.
    pub confirmed: bool,
}

/// An assigned task as the enclosed list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLine {
    /// Its code.
    pub code: String,
    /// What is to be done.
    pub title: String,
    /// Who gave it, by which document.
    pub assigned_by: String,
    /// The unit that leads.
    pub lead_unit: String,
    /// Last day, if it has one.
    pub due_on: Option<NaiveDate>,
    /// When it was completed.
    pub completed_on: Option<NaiveDate>,
    /// Completed late, or open and overdue.
    pub late: bool,
}

/// A late or overdue dossier as the enclosed list names it: never the applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierLine {
    /// Its code.
    pub code: String,
    /// The unit that answers for it.
    pub unit: String,
    /// The name of its procedure.
    pub procedure: String,
    /// Received on.
    pub received_on: NaiveDate,
    /// Due on, as far as that is still so: a deadline may have moved after the period's end.
    pub due_on: Option<NaiveDate>,
    /// Resolved late on, in the period; None: open and overdue at its end, whatever came later.
    pub closed_on: Option<NaiveDate>,
    /// Why it is late, in words; None: nobody has said so.
    pub cause: Option<String>,
    /// A letter of apology went out before the deadline passed.
    pub apologised: bool,
}

/// An incident of other software as the report tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentLine {
    /// The software.
    pub system: String,
    /// What was the matter.
    pub kind: IncidentKind,
    /// What failed.
    pub failure: String,
    /// When it began, local time.
    pub from: NaiveDateTime,
    /// When it ended, local time; None: it goes on.
    pub to: Option<NaiveDateTime>,
    /// The letter that tells of it; may be empty.
    pub reference: String,
    /// Dossiers that it hit.
    pub hit: usize,
    /// Of those, resolved late in the period.
    pub late: usize,
    /// Of those, overdue at its end.
    pub overdue: usize,
}
