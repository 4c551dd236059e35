//! Reports that people work on: opened by a letter, by the schedule or to correct another one; written; submitted with
//! frozen figures; signed outside; sent. What was issued stays as it is and can be reckoned anew.

mod checking;
mod comparing;
pub mod forms;
mod freezing;
mod keeping;
mod narrating;
mod opening;
mod sending;
mod signing;
mod updating;

use std::collections::BTreeMap;

use serde_json::json;

use super::error::{ServiceError, forbidden};
use super::narrowing::{Refers, resolve};
use super::printing::{Draft, Printing};
use super::report::{Ask, Breakdown, summarize};
use super::settings::ReportSettings;
use super::work::{Look, Work, check_etag};
use crate::domain::period::Period;
use crate::domain::report::{ReportState, ReportStep};
use crate::domain::text::date;
use crate::report::{BlockForm, Language, Narrated, Paper, Template, prefill};
use crate::store::query::{ListQuery, Page};
use crate::store::{Door, StoreError, reports};

pub use crate::report::SignedReading;
pub use crate::store::reports::{FileLine, FileRow, PUBLISHED, ReportRow, TextRow};
pub use checking::{Checked, MemberChange, check, kept};
pub use comparing::{Compared, Explained, Side, compare};
pub use freezing::{Submitted, submit};
pub use keeping::{paper, translation_of};
pub use narrating::{Written, tidied, write};
pub use opening::{Opening, cancel, correct, is_under_way, open, send_back};
pub use sending::{enclosed, send};
pub use signing::{Signature, attach, reading};
pub use updating::{Letter, Update, update};

/// The rows of a report: the groups that its sentences speak of, and what its appendix tells apart.
pub const BREAKDOWNS: [Breakdown; 3] = [Breakdown::Group, Breakdown::Unit, Breakdown::Field];

/// What is done to a report.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its code.
    pub code: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
}

/// A place where people write, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The heading of its section.
    pub section: String,
    /// The form of its block.
    pub form: BlockForm,
    /// What figures say there; empty where the report is frozen.
    pub prefill: String,
    /// What was written last.
    pub written: Option<TextRow>,
}

/// A report with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its record.
    pub row: ReportRow,
    /// Its files.
    pub files: Vec<FileLine>,
    /// The code of the one that it corrects.
    pub corrects: Option<String>,
    /// The code of the one that supersedes it.
    pub superseded_by: Option<String>,
}

/// The period of a report.
pub fn period_of(row: &ReportRow) -> Result<Period, ServiceError> {
    Period::new(row.from_on, row.to_on).map_err(|_| corrupt("to_on", &row.code))
}

/// Where a report stands.
pub fn state_of(row: &ReportRow) -> Result<ReportState, ServiceError> {
    ReportState::parse(&row.state).ok_or_else(|| corrupt("state", &row.code))
}

/// The form of a report as it was when the report was opened.
pub fn form_of(row: &ReportRow) -> Result<Template, ServiceError> {
    Template::read(&row.form).map_err(|_| corrupt("form", &row.code))
}

fn corrupt(column: &'static str, code: &str) -> ServiceError {
    StoreError::Corrupt { table: "report", column, row: code.to_owned() }.into()
}

fn name(code: &str) -> String {
    format!("reports/{code}")
}

/// A report by code.
pub async fn find(door: &impl Door, code: &str) -> Result<ReportRow, ServiceError> {
    reports::find(door, code).await?.ok_or_else(|| ServiceError::NotFound(name(code)))
}

/// A report by its code or by its number of the document system; the newest of those with a number.
pub async fn find_called(door: &impl Door, called: &str) -> Result<ReportRow, ServiceError> {
    if let Some(row) = reports::find(door, called).await? {
        return Ok(row);
    }
    let numbered = reports::numbered(door, called).await?.into_iter().next();
    numbered.ok_or_else(|| ServiceError::NotFound(name(called)))
}

/// A report with what belongs to it.
pub async fn get(door: &impl Door, row: ReportRow) -> Result<Report, ServiceError> {
    let others: Vec<_> = row.corrects_id.into_iter().chain(row.superseded_by_id).collect();
    let codes: BTreeMap<_, _> =
        reports::by_ids(door, &others).await?.into_iter().map(|other| (other.id, other.code)).collect();
    let code = |id: Option<uuid::Uuid>| id.and_then(|id| codes.get(&id).cloned());
    Ok(Report {
        files: reports::files(door, row.id).await?,
        corrects: code(row.corrects_id),
        superseded_by: code(row.superseded_by_id),
        row,
    })
}

/// A page of the reports.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<ReportRow>, ServiceError> {
    let known = |word: &str| ReportState::parse(word).is_some();
    let asked = resolve(look, query, &[("state", Refers::Word("REPORT_STATE_", known))])?;
    Ok(reports::list(&look.door, &asked).await?)
}

/// The places of a report in the order of its form. While it is drafted, each with what figures say now.
pub async fn places(look: &Look, row: &ReportRow) -> Result<Vec<Place>, ServiceError> {
    let form = form_of(row)?;
    let mut texts = reports::texts(&look.door, row.id).await?;
    let is_draft = state_of(row)? == ReportState::Draft;
    let printing = if is_draft { Some(drafted(look, row, &look.settings.report).await?) } else { None };
    let place = |(section, block): (&str, &BlockForm)| Place {
        section: section.to_owned(),
        prefill: printing.as_ref().map(|printing| prefill(block, &printing.input())).unwrap_or_default(),
        written: texts.remove(&block.place).filter(|text| !text.text.is_empty()),
        form: block.clone(),
    };
    Ok(form.places().map(place).collect())
}

/// Everything that was ever written at a place, the newest first.
pub async fn versions(look: &Look, code: &str, place: &str) -> Result<Vec<TextRow>, ServiceError> {
    let row = find(&look.door, code).await?;
    narrating::known(&form_of(&row)?, place)?;
    Ok(reports::versions(&look.door, row.id, place).await?)
}

/// A file of a report: as it was kept, or of a draft as it would be printed now.
pub async fn file(look: &Look, code: &str, paper: &str) -> Result<FileRow, ServiceError> {
    let row = find(&look.door, code).await?;
    if let Some(file) = reports::file(&look.door, row.id, paper).await? {
        return Ok(file);
    }
    let paper = keeping::paper(paper)
        .filter(|_| row.state == ReportState::Draft.as_str())
        .ok_or_else(|| ServiceError::NotFound(format!("{}/files/{paper}", name(code))))?;
    let printing = drafted(look, &row, &look.settings.report).await?;
    let bytes = printing.print(&[paper]).await?.concat();
    Ok(keeping::file(uuid::Uuid::nil(), &row, paper.extension(), bytes, look.context.now))
}

/// A courtesy translation of a report: as it was kept when the report was submitted, or of a draft as it would be printed
/// now. It is never signed or sent.
pub async fn translation(look: &Look, code: &str, paper: Paper) -> Result<FileRow, ServiceError> {
    let row = find(&look.door, code).await?;
    let word = keeping::translated(paper);
    if let Some(file) = reports::file(&look.door, row.id, &word).await? {
        return Ok(file);
    }
    if row.state != ReportState::Draft.as_str() && paper.has_translation() {
        return Err(ServiceError::NotFound(format!("{}/files/{word}", name(code))));
    }
    let printing = drafted(look, &row, &look.settings.report).await?.translated();
    let bytes = printing.print(&[paper]).await?.concat();
    Ok(keeping::file(uuid::Uuid::nil(), &row, &word, bytes, look.context.now))
}

/// A draft as it would be printed now.
async fn drafted(look: &Look, row: &ReportRow, settings: &ReportSettings) -> Result<Printing, ServiceError> {
    let ask = Ask { period: period_of(row)?, unit_id: None, as_of: None, breakdowns: BREAKDOWNS.to_vec() };
    let summary = summarize(look, &ask).await?;
    Printing::gather(look, summary, settings, draft_of(&look.door, row, None).await?).await
}

/// What people have said of a report so far.
async fn draft_of(door: &impl Door, row: &ReportRow, as_of: Option<i64>) -> Result<Draft, ServiceError> {
    let texts = reports::texts(door, row.id).await?;
    let narrated = |text: TextRow| Narrated { confirmed: !is_carried(&text), text: text.text };
    let written = texts.into_iter().filter(|(_, text)| !text.text.is_empty());
    Ok(Draft {
        dated_on: row.dated_on,
        number: row.number.clone(),
        addressee: Some(row.addressee.clone()),
        request: request_of(row),
        signer: row.signer_title.clone().zip(row.signer_name.clone()),
        template: form_of(row)?,
        narrative: written.map(|(place, text)| (place, narrated(text))).collect(),
        is_final: as_of.is_some(),
        as_of,
        language: Language::Vi,
        reports: itself(door, row).await?,
        unit_id: None,
    })
}

/// A report, and the issues that it corrects, back to the first.
async fn itself(door: &impl Door, row: &ReportRow) -> Result<Vec<uuid::Uuid>, ServiceError> {
    let (mut ids, mut corrected) = (vec![row.id], row.corrects_id);
    while let Some(id) = corrected.filter(|id| !ids.contains(id)) {
        ids.push(id);
        corrected = reports::by_ids(door, &[id]).await?.first().and_then(|issue| issue.corrects_id);
    }
    Ok(ids)
}

/// A text comes from an earlier report, and nobody has looked at it yet.
pub fn is_carried(text: &TextRow) -> bool {
    text.written_by_id.is_none() && text.written_by.starts_with("reports/")
}

/// The letter that asked for it in running text: `Công văn số 549/PNV ngày 15/5/2024 về việc báo cáo …`.
fn request_of(row: &ReportRow) -> Option<String> {
    let number = row.request_number.as_ref()?;
    let on = row.request_dated_on.map(|on| format!(" ngày {}", date(on))).unwrap_or_default();
    let matter = row.request_matter.as_ref().map(|matter| format!(" về việc {matter}")).unwrap_or_default();
    Some(format!("Công văn số {number}{on}{matter}"))
}

/// A report of which a step is asked, and the state after it.
async fn load(
    door: &impl Door,
    step: &Step,
    taken: ReportStep,
) -> Result<(ReportRow, ReportState), ServiceError> {
    let row = find(door, &step.code).await?;
    check_etag(&step.etag, row.version, &name(&row.code))?;
    let after = allow(&row, taken)?;
    Ok((row, after))
}

/// The state after a step, if it is allowed.
fn allow(row: &ReportRow, taken: ReportStep) -> Result<ReportState, ServiceError> {
    let state = state_of(row)?;
    state.after(taken).ok_or_else(|| {
        let from: Vec<&str> = ReportState::allowing(taken).iter().map(|state| state.as_str()).collect();
        forbidden(name(&row.code), &row.state, &from, taken.as_str())
    })
}

/// Saves what became of a report, and notes it.
async fn save(
    work: &mut Work,
    row: ReportRow,
    state: ReportState,
    detail: &serde_json::Value,
) -> Result<ReportRow, ServiceError> {
    let version = row.version;
    let row =
        ReportRow { state: state.as_str().to_owned(), version: version + 1, updated_at: work.now(), ..row };
    reports::update(&work.tx, row.clone(), version).await?;
    work.note(name(&row.code), &json!({ "state": row.state, "version": row.version, "step": detail }));
    Ok(row)
}
