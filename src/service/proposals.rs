//! What the office proposes to others (đề xuất, kiến nghị): carried from report to report until it is answered. The reports
//! that were submitted with it in their words are kept with it; those of them that were issued are cited by the next one.

use chrono::{Datelike, NaiveDate};
use serde_json::json;
use uuid::Uuid;

use super::commitments::issued;
use super::error::{ServiceError, Violation, forbidden};
use super::findings::{Findings, Wire};
use super::narrowing::{Refers, resolve};
use super::slots::house_calendar;
use super::work::{Look, Work, check_etag};
use crate::domain::dossier::state::words;
use crate::report::ProposalLine;
use crate::store::query::{ListQuery, Page};
use crate::store::reports::ReportRow;
use crate::store::{Door, proposals, reports};

pub use crate::store::proposals::{PUBLISHED, ProposalRow};

words! {
    /// Where a proposal stands.
    ProposalState {
        /// Nobody has answered.
        Open = "open",
        /// It was answered.
        Answered = "answered",
        /// The office doesn't hold to it any more.
        Withdrawn = "withdrawn",
    }
}

/// Fields on the wire.
const WIRE: Wire = Wire { resource: "proposal", names: &[] };

/// What is proposed.
#[derive(Debug, Clone, Default)]
pub struct NewProposal {
    /// What is to be done.
    pub text: String,
    /// To whom.
    pub addressee: String,
    /// Code of the report for which it is made; may be empty.
    pub report: String,
    /// The document that made it before, as it is cited; may be empty.
    pub first_document: String,
    /// When; None: today.
    pub made_on: Option<NaiveDate>,
}

/// How it was answered.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The proposal's code.
    pub code: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
    /// The answering document.
    pub document: String,
    /// Its date; None: today.
    pub answered_on: Option<NaiveDate>,
    /// What it says; may be empty.
    pub text: String,
}

/// A proposal with the reports that said it.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Its record.
    pub row: ProposalRow,
    /// The code of the report for which it was first recorded; empty: none.
    pub report: String,
    /// Issued reports that said it, the oldest first.
    pub said_in: Vec<ReportRow>,
}

fn name(code: &str) -> String {
    format!("proposals/{code}")
}

/// Makes a proposal. `wrong` is what the reader of the request found.
pub async fn make(
    work: &mut Work,
    new: &NewProposal,
    wrong: Vec<Violation>,
) -> Result<Proposal, ServiceError> {
    let report = match new.report.as_str() {
        "" => None,
        code => Some(reports::find(&work.tx, code).await?),
    };
    let today = house_calendar(&work.rules).local_date(work.now());
    let made_on = new.made_on.unwrap_or(today);
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let text = findings.given_text("text", &new.text);
    let addressee = findings.given_text("addressee", &new.addressee);
    let first_document = findings.text("first_document", &new.first_document);
    findings.not_after_today("made_on", Some(made_on));
    if let Some(None) = &report {
        findings.unknown("report", &new.report, "báo cáo", "report");
    }
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    let prefix = format!("KN-{}-", made_on.year());
    let taken = proposals::count_codes(&work.tx, &prefix).await?;
    let row = ProposalRow {
        id: work.new_id(),
        code: format!("{prefix}{:03}", taken + 1),
        text,
        addressee,
        report_id: report.flatten().map(|report| report.id),
        first_document,
        made_on,
        state: ProposalState::Open.as_str().to_owned(),
        answer_document: None,
        answered_on: None,
        answer: None,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
    };
    proposals::insert(&work.tx, row.clone()).await?;
    work.note(name(&row.code), &json!({ "made": { "addressee": row.addressee, "on": row.made_on } }));
    told(&work.tx, row).await
}

/// Notes how a proposal was answered: the next report doesn't say it any more.
pub async fn answer(work: &mut Work, answer: &Answer) -> Result<Proposal, ServiceError> {
    let row = load(work, &answer.code, &answer.etag, ProposalState::Answered).await?;
    let today = house_calendar(&work.rules).local_date(work.now());
    let answered_on = answer.answered_on.unwrap_or(today);
    let mut findings = Findings::of_request(work, Wire { resource: "", names: &[] }, Vec::new());
    let document = findings.given_text("document", &answer.document);
    let text = findings.text("text", &answer.text);
    findings.not_after_today("answered_on", Some(answered_on));
    findings.order("answered_on", Some(answered_on), "made_on", Some(row.made_on));
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    let row = ProposalRow {
        answer_document: Some(document),
        answered_on: Some(answered_on),
        answer: Some(text),
        ..row
    };
    save(work, row, ProposalState::Answered).await
}

/// Takes a proposal back, with the reason.
pub async fn withdraw(
    work: &mut Work,
    code: &str,
    etag: &str,
    reason: &str,
) -> Result<Proposal, ServiceError> {
    let row = load(work, code, etag, ProposalState::Withdrawn).await?;
    let today = house_calendar(&work.rules).local_date(work.now());
    let mut findings = Findings::of_request(work, Wire { resource: "", names: &[] }, Vec::new());
    let reason = findings.given_text("reason", reason);
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    let row = ProposalRow { answered_on: Some(today), answer: Some(reason), ..row };
    save(work, row, ProposalState::Withdrawn).await
}

/// A proposal by code.
pub async fn get(look: &Look, code: &str) -> Result<Proposal, ServiceError> {
    told(&look.door, find(&look.door, code).await?).await
}

/// A page of the proposals.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<Proposal>, ServiceError> {
    let known = |word: &str| ProposalState::parse(word).is_some();
    let asked = resolve(look, query, &[("state", Refers::Word("PROPOSAL_STATE_", known))])?;
    let page = proposals::list(&look.door, &asked).await?;
    Ok(Page { rows: all_told(&look.door, page.rows).await?, next: page.next })
}

/// What a report with that last day says of proposals that nobody has answered, each with its identity. What was first made
/// for a later period, or for no report after that day, isn't of this one.
pub async fn unanswered(
    door: &impl Door,
    last: NaiveDate,
    by: &[Uuid],
) -> Result<Vec<(Uuid, ProposalLine)>, ServiceError> {
    let rows = all_told(door, proposals::unanswered(door).await?).await?;
    let ids: Vec<Uuid> = rows.iter().filter_map(|of| of.row.report_id).collect();
    let first = reports::by_ids(door, &ids).await?;
    let line = |of: Proposal| {
        let made_for = first.iter().find(|report| Some(report.id) == of.row.report_id);
        if made_for.map_or(of.row.made_on, |report| report.to_on) > last {
            return None;
        }
        // What this report itself says, or the issue that it corrects, was said before by neither.
        let said = of.said_in.iter().filter(|report| !by.contains(&report.id) && report.to_on <= last);
        let line = ProposalLine {
            text: of.row.text,
            addressee: of.row.addressee,
            first_document: of.row.first_document,
            said_in: said.filter_map(issued).collect(),
        };
        Some((of.row.id, line))
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

async fn find(door: &impl Door, code: &str) -> Result<ProposalRow, ServiceError> {
    proposals::find(door, code).await?.ok_or_else(|| ServiceError::NotFound(name(code)))
}

/// One that nobody has answered.
async fn load(
    work: &Work,
    code: &str,
    etag: &str,
    after: ProposalState,
) -> Result<ProposalRow, ServiceError> {
    let row = find(&work.tx, code).await?;
    check_etag(etag, row.version, &name(code))?;
    if row.state == ProposalState::Open.as_str() {
        return Ok(row);
    }
    Err(forbidden(name(code), &row.state, &[ProposalState::Open.as_str()], after.as_str()))
}

async fn save(work: &mut Work, row: ProposalRow, state: ProposalState) -> Result<Proposal, ServiceError> {
    let version = row.version;
    let row =
        ProposalRow { state: state.as_str().to_owned(), version: version + 1, updated_at: work.now(), ..row };
    proposals::update(&work.tx, row.clone(), version).await?;
    work.note(
        name(&row.code),
        &json!({ "state": row.state, "version": row.version, "document": row.answer_document }),
    );
    told(&work.tx, row).await
}

async fn told(door: &impl Door, row: ProposalRow) -> Result<Proposal, ServiceError> {
    let mut told = all_told(door, vec![row]).await?;
    told.pop().ok_or_else(|| ServiceError::Internal("one row, one proposal".to_owned()))
}

async fn all_told(door: &impl Door, rows: Vec<ProposalRow>) -> Result<Vec<Proposal>, ServiceError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut said = proposals::issued_mentions(door, &ids).await?;
    let first: Vec<Uuid> = rows.iter().filter_map(|row| row.report_id).collect();
    let first = reports::by_ids(door, &first).await?;
    let tell = |row: ProposalRow| {
        let report = first.iter().find(|report| Some(report.id) == row.report_id);
        Proposal {
            report: report.map(|report| report.code.clone()).unwrap_or_default(),
            said_in: said.remove(&row.id).unwrap_or_default(),
            row,
        }
    };
    Ok(rows.into_iter().map(tell).collect())
}
