//! What the office promises in reports and plans: by when, and by which units (mỗi đơn vị rà soát ít nhất 01 TTHC trước
//! ngày 01/9). What each unit has to do for it is a task (`tasks/promising`), so that it has the deadline, the reminders, the
//! extension and the confirmation that tasks have, and is no second kind of them; it counts among none given from above.
//! The next report says what was kept, what is open and what is overdue.

mod following;
mod telling;

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use serde_json::json;
use uuid::Uuid;

use super::error::{ServiceError, Violation, forbidden};
use super::findings::{Findings, Wire};
use super::letterhead::Letterhead;
use super::narrowing::{Refers, resolve};
use super::slots::house_calendar;
use super::tasks::promising::{self, Part};
use super::work::{Look, Work, check_etag};
use crate::domain::dossier::state::words;
use crate::domain::permission::Scope;
use crate::domain::text;
use crate::domain::unit::UnitKind;
use crate::store::query::{ListQuery, Page};
use crate::store::tasks::TaskRow;
use crate::store::{Door, commitments, reports, units};

pub use crate::store::commitments::{CommitmentRow, PUBLISHED};
pub use following::follow;
pub(super) use telling::{issued, of_period};

words! {
    /// Where a commitment stands.
    CommitmentState {
        /// Some unit hasn't done its part.
        Open = "open",
        /// All have.
        Done = "done",
        /// It isn't held to any more.
        Dropped = "dropped",
    }
}

/// Fields on the wire.
const WIRE: Wire = Wire {
    resource: "",
    names: &[
        ("text", "commitment.text"),
        ("document", "commitment.document"),
        ("report", "commitment.report"),
        ("made_on", "commitment.made_on"),
        ("due_on", "commitment.due_on"),
        ("product", "commitment.product"),
    ],
};

/// What is promised.
#[derive(Debug, Clone, Default)]
pub struct Promise {
    /// What will be done.
    pub text: String,
    /// Number of the document that promises it; may be empty where a report does.
    pub document: String,
    /// Code of the report that promises it; may be empty where a document does.
    pub report: String,
    /// When; None: today.
    pub made_on: Option<NaiveDate>,
    /// The last day.
    pub due_on: Option<NaiveDate>,
    /// What comes of it; empty: what is promised.
    pub product: String,
    /// Codes of the units that do it.
    pub units: Vec<String>,
    /// Words of kinds, every unit of which does it.
    pub unit_kinds: Vec<String>,
}

/// What is said of the units' parts.
#[derive(Debug, Clone)]
pub struct Settling {
    /// The commitment's code.
    pub code: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
    /// Codes of the units that have done it; none: all that hadn't.
    pub units: Vec<String>,
    /// When; None: today.
    pub done_on: Option<NaiveDate>,
    /// By what that is seen.
    pub note: String,
}

/// A commitment with its parts.
#[derive(Debug, Clone)]
pub struct Commitment {
    /// Its record.
    pub row: CommitmentRow,
    /// The units' parts, by code.
    pub parts: Vec<TaskRow>,
    /// The code of the report that promises it; empty: none.
    pub report: String,
}

impl Commitment {
    /// Leaves the parts that a scope lets see.
    fn narrow(&mut self, scope: &Scope) {
        self.parts.retain(|part| scope.covers(part.lead_unit_id, part.responsible_id));
    }
}

fn name(code: &str) -> String {
    format!("commitments/{code}")
}

/// Promises something. `wrong` is what the reader of the request found.
pub async fn make(
    work: &mut Work,
    promise: &Promise,
    wrong: Vec<Violation>,
) -> Result<Commitment, ServiceError> {
    let report = match promise.report.as_str() {
        "" => None,
        code => Some(reports::find(&work.tx, code).await?),
    };
    let today = house_calendar(&work.rules).local_date(work.now());
    let standing = units::standing(&work.tx, today).await?;
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let text = findings.mailed_text("text", &promise.text);
    if text.is_empty() {
        findings.missing("text");
    }
    let document = findings.mailed_text("document", &promise.document);
    let product = findings.mailed_text("product", &promise.product);
    if let Some(None) = &report {
        findings.unknown("report", &promise.report, "báo cáo", "report");
    }
    if document.is_empty() && report.is_none() {
        findings.missing("document");
    }
    let made_on = promise.made_on.unwrap_or(today);
    findings.not_after_today("made_on", Some(made_on));
    let due_on = findings.given("due_on", promise.due_on);
    findings.order("due_on", due_on, "made_on", Some(made_on));
    let units = units(&mut findings, promise, &standing);
    let Some(due_on) = due_on.filter(|_| findings.is_clean()) else { return Err(findings.invalid()) };
    let prefix = format!("CK-{}-", made_on.year());
    let taken = commitments::count_codes(&work.tx, &prefix).await?;
    let row = CommitmentRow {
        id: work.new_id(),
        code: format!("{prefix}{:03}", taken + 1),
        text,
        document,
        report_id: report.flatten().map(|report| report.id),
        made_on,
        due_on,
        state: CommitmentState::Open.as_str().to_owned(),
        ended_on: None,
        dropped_why: None,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
    };
    commitments::insert(&work.tx, row.clone()).await?;
    let part = Part {
        by: Letterhead::of(&work.settings.report, &work.rules.units).office,
        document: row.document.clone(),
        product: if product.is_empty() { row.text.clone() } else { product },
    };
    promising::entrust(work, &row, &part, &units).await?;
    work.note(name(&row.code), &json!({ "made": { "due_on": row.due_on, "units": units.len() } }));
    told(&work.tx, row).await
}

/// The units that do it, each once, by code: of those that stand, no two of which have one code. One that has ended can do
/// nothing, and its code may be another's by now.
fn units(findings: &mut Findings<'_>, promise: &Promise, standing: &HashSet<Uuid>) -> Vec<Uuid> {
    let mut found = Vec::new();
    for code in &promise.units {
        let Some(known) = findings.known_unit("units", code) else { continue };
        let mut named = findings.work().rules.units.all().filter(|unit| unit.code == code.trim());
        if let Some(unit) = named.find(|unit| standing.contains(&unit.id)).map(|unit| unit.id) {
            found.push(unit);
            continue;
        }
        let name = findings.work().rules.unit_code(known).to_owned();
        findings.say(
            "units",
            "ENDED",
            &format!("đơn vị {name} không còn hoạt động; hãy ghi đơn vị kế tục"),
            &format!("unit {name} has ended; name the one that succeeds it"),
        );
    }
    for word in &promise.unit_kinds {
        let kind = findings.one_of("unit_kinds", word, UnitKind::ALL, UnitKind::as_str);
        let of_kind = findings.work().rules.units.all().filter(|unit| Some(unit.kind) == kind);
        let of_kind = of_kind.filter(|unit| standing.contains(&unit.id));
        found.extend(of_kind.map(|unit| unit.id));
    }
    if found.is_empty() && findings.is_clean() {
        findings.say(
            "units",
            "MISSING",
            "chưa có đơn vị thực hiện; hãy ghi đơn vị, hoặc loại đơn vị có ở đây",
            "no unit does it; name units, or a kind of which there are some",
        );
    }
    let rules = &findings.work().rules;
    found.sort_by(|a, b| rules.unit_code(*a).cmp(rules.unit_code(*b)));
    found.dedup();
    found
}

/// Notes that units have done their part.
pub async fn settle(work: &mut Work, settling: &Settling) -> Result<Commitment, ServiceError> {
    let row = load(work, &settling.code, &settling.etag, "done").await?;
    let today = house_calendar(&work.rules).local_date(work.now());
    let done_on = settling.done_on.unwrap_or(today);
    let mut findings = Findings::of_request(work, Wire { resource: "", names: &[] }, Vec::new());
    findings.not_after_today("done_on", Some(done_on));
    findings.order("done_on", Some(done_on), "made_on", Some(row.made_on));
    let note = findings.mailed_text("note", &settling.note);
    let open: Vec<TaskRow> =
        commitments::parts(&work.tx, &[row.id]).await?.into_iter().filter(|part| part.open).collect();
    let mut done = Vec::new();
    for code in &settling.units {
        let unit = findings.known_unit("units", code);
        // By code: a unit that ended may share it with one that stands.
        let is_of = |part: &&TaskRow| findings.work().rules.unit_code(part.lead_unit_id) == code.trim();
        let of_unit: Vec<TaskRow> = open.iter().filter(is_of).cloned().collect();
        if unit.is_some() && of_unit.is_empty() {
            let code = text::cut(code);
            findings.say(
                "units",
                "NOT_OPEN",
                &format!("đơn vị {code} không có phần việc nào còn mở ở đây"),
                &format!("unit {code} has no open part in it"),
            );
        }
        done.extend(of_unit);
    }
    let done = if settling.units.is_empty() { open } else { done };
    let becomes_timely = |due_on: NaiveDate| done_on <= due_on && due_on < today;
    if note.is_empty() && done.iter().filter_map(|part| part.due_on).any(becomes_timely) {
        findings.say(
            "note",
            "MISSING",
            "ngày hoàn thành lùi về trước làm việc đã quá hạn thành đúng hạn; hãy ghi căn cứ, ví dụ số công văn của đơn vị",
            "the earlier day makes in time what is overdue by now; say by what that is seen, such as the unit's letter",
        );
    }
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    let units: Vec<&str> = done.iter().map(|part| work.rules.unit_code(part.lead_unit_id)).collect();
    let detail = json!({ "done": { "on": done_on, "units": units, "note": note } });
    promising::settle(work, done, done_on, &note).await?;
    // Where none was open any more it is done all the same.
    follow(work, &[row.id]).await?;
    work.note(name(&row.code), &detail);
    reread(work, &row.code).await
}

/// Drops a commitment, with the reason. Parts that were done stay done.
pub async fn drop(work: &mut Work, code: &str, etag: &str, reason: &str) -> Result<Commitment, ServiceError> {
    let row = load(work, code, etag, "dropped").await?;
    let mut findings = Findings::of_request(work, Wire { resource: "", names: &[] }, Vec::new());
    let reason = findings.mailed_text("reason", reason);
    if reason.is_empty() {
        findings.missing("reason");
    }
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    let version = row.version;
    let row = CommitmentRow {
        state: CommitmentState::Dropped.as_str().to_owned(),
        ended_on: Some(house_calendar(&work.rules).local_date(work.now())),
        dropped_why: Some(reason.clone()),
        version: version + 1,
        updated_at: work.now(),
        ..row
    };
    commitments::update(&work.tx, row.clone(), version).await?;
    let parts = commitments::parts(&work.tx, &[row.id]).await?.into_iter().filter(|part| part.open);
    promising::take_off(work, parts.collect(), &reason).await?;
    work.note(name(&row.code), &json!({ "dropped": { "reason": reason } }));
    told(&work.tx, row).await
}

/// A commitment by code, with the parts that the caller may see; one of which it may see none is unknown.
pub async fn get(look: &Look, code: &str) -> Result<Commitment, ServiceError> {
    let scope = &look.context.scope;
    let mut told = told(&look.door, find(&look.door, code).await?).await?;
    told.narrow(scope);
    if told.parts.is_empty() && *scope != Scope::All {
        return Err(ServiceError::NotFound(name(code)));
    }
    Ok(told)
}

/// A page of the commitments of which the caller may see a part, with these.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<Commitment>, ServiceError> {
    let known = |word: &str| CommitmentState::parse(word).is_some();
    let asked = resolve(look, query, &[("state", Refers::Word("COMMITMENT_STATE_", known))])?;
    let scope = &look.context.scope;
    let page = commitments::list(&look.door, &asked, scope).await?;
    let mut rows = all_told(&look.door, page.rows).await?;
    for of in &mut rows {
        of.narrow(scope);
    }
    Ok(Page { rows, next: page.next })
}

async fn find(door: &impl Door, code: &str) -> Result<CommitmentRow, ServiceError> {
    commitments::find(door, code).await?.ok_or_else(|| ServiceError::NotFound(name(code)))
}

async fn reread(work: &Work, code: &str) -> Result<Commitment, ServiceError> {
    told(&work.tx, find(&work.tx, code).await?).await
}

/// An open one.
async fn load(work: &Work, code: &str, etag: &str, verb: &str) -> Result<CommitmentRow, ServiceError> {
    let row = find(&work.tx, code).await?;
    check_etag(etag, row.version, &name(code))?;
    if row.state == CommitmentState::Open.as_str() {
        return Ok(row);
    }
    Err(forbidden(name(code), &row.state, &[CommitmentState::Open.as_str()], verb))
}

async fn told(door: &impl Door, row: CommitmentRow) -> Result<Commitment, ServiceError> {
    let mut told = all_told(door, vec![row]).await?;
    told.pop().ok_or_else(|| ServiceError::Internal("one row, one commitment".to_owned()))
}

async fn all_told(door: &impl Door, rows: Vec<CommitmentRow>) -> Result<Vec<Commitment>, ServiceError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut parts = commitments::parts(door, &ids).await?;
    let by: Vec<Uuid> = rows.iter().filter_map(|row| row.report_id).collect();
    let reports = reports::by_ids(door, &by).await?;
    let tell = |row: CommitmentRow| {
        let report = reports.iter().find(|report| Some(report.id) == row.report_id);
        Commitment {
            parts: parts.extract_if(.., |part| part.commitment_id == Some(row.id)).collect(),
            report: report.map(|report| report.code.clone()).unwrap_or_default(),
            row,
        }
    };
    Ok(rows.into_iter().map(tell).collect())
}
