//! What units give to a report: words for its places, and whether their own figures are right. They are asked by mail,
//! reminded before and after the day, and what they wrote is merged into the report by whoever drafts it.

mod printing;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::json;

use super::House;
use super::error::{ServiceError, Violation, forbidden};
use super::findings::{Findings, Wire};
use super::letterhead::Letterhead;
use super::narrowing::{Refers, resolve};
use super::reports::{self, ReportRow, Written};
use super::slots::{Claim, house_calendar};
use super::work::{Look, Work, check_etag};
use crate::domain::dossier::state::words;
use crate::domain::official::{Official, OfficialRole};
use crate::domain::report::ReportState;
use crate::domain::text;
use crate::mail::{Asking, ContributionMail};
use crate::report::Template;
use crate::store::contributions;
use crate::store::outbox::{self, NewMail};
use crate::store::query::{ListQuery, Page};

pub use crate::store::contributions::{ContributionRow, PUBLISHED};
pub use printing::{Printed, print};

words! {
    /// Where a contribution stands.
    ContributionState {
        /// The unit hasn't answered.
        Asked = "asked",
        /// The unit has answered.
        Given = "given",
        /// Its answer was given back.
        Returned = "returned",
    }
}

/// Units that are asked at once, at most.
const MOST_UNITS: usize = 500;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The report's code.
    pub report: String,
    /// Codes of the units.
    pub units: Vec<String>,
    /// Places of its form that they write for; none: only their figures are to be confirmed.
    pub places: Vec<String>,
    /// Until when.
    pub due_on: NaiveDate,
}

/// What a unit gives.
#[derive(Debug, Clone)]
pub struct Given {
    /// The contribution's code.
    pub code: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
    /// Paragraphs by place.
    pub texts: BTreeMap<String, String>,
    /// The unit's figures are right; None: nothing is said of them.
    pub figures_confirmed: Option<bool>,
    /// What is wrong with them.
    pub objection: String,
}

fn name(code: &str) -> String {
    format!("contributions/{code}")
}

/// Asks units for their part of a draft. One that was asked before stays as it is.
pub async fn ask(work: &mut Work, asked: &Asked) -> Result<Vec<ContributionRow>, ServiceError> {
    let report = draft(work, &asked.report).await?;
    let form = reports::form_of(&report)?;
    let today = house_calendar(&work.rules).local_date(work.now());
    let mut findings = Findings::of_request(work, Wire { resource: "", names: &[] }, Vec::new());
    if asked.units.is_empty() || asked.units.len() > MOST_UNITS {
        let (vi, en) =
            (format!("cần từ 1 đến {MOST_UNITS} đơn vị"), format!("takes 1 to {MOST_UNITS} units"));
        findings.say("units", "OUT_OF_RANGE", &vi, &en);
    }
    let units: BTreeSet<_> =
        asked.units.iter().filter_map(|unit| findings.known_unit("units", unit)).collect();
    if asked.due_on < today {
        findings.say("due_on", "IN_THE_PAST", "đã qua; hãy chọn ngày khác", "has passed; take another day");
    }
    if let Some(unknown) =
        asked.places.iter().find(|place| labels(&form, std::slice::from_ref(place)).is_empty())
    {
        let unknown = text::cut(unknown);
        findings.say(
            "places",
            "UNKNOWN_PLACE",
            &format!("mẫu báo cáo không có phần “{unknown}”"),
            &format!("the form has no place “{unknown}”"),
        );
    }
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    let before = contributions::of_report(&work.tx, report.id).await?;
    let mut rows = Vec::new();
    for unit_id in units {
        if before.iter().any(|row| row.unit_id == unit_id) {
            continue;
        }
        rows.push(ContributionRow {
            id: work.new_id(),
            code: format!("{}-{}", report.code, work.rules.unit_code(unit_id)),
            report_code: report.code.clone(),
            report_id: report.id,
            unit_id,
            places: asked.places.join(","),
            due_on: asked.due_on,
            state: ContributionState::Asked.as_str().to_owned(),
            open: true,
            texts: "{}".to_owned(),
            figures: None,
            objection: String::new(),
            given_by_id: None,
            given_by: None,
            given_at: None,
            returned_why: None,
            version: 1,
            created_at: work.now(),
            updated_at: work.now(),
        });
    }
    contributions::insert(&work.tx, rows.clone()).await?;
    for row in &rows {
        write(work, &report, row, Asking::Asked).await?;
        work.note(name(&row.code), &json!({ "asked": { "due_on": row.due_on, "places": row.places } }));
    }
    contributions::of_report(&work.tx, report.id).await.map_err(Into::into)
}

/// A unit gives its part, or gives it anew.
pub async fn give(work: &mut Work, given: &Given) -> Result<ContributionRow, ServiceError> {
    let row = load(work, &given.code, &given.etag).await?;
    let report = of_report(work, &row).await?;
    let mut wrong = Vec::new();
    let mut texts = BTreeMap::new();
    for (place, said) in &given.texts {
        if !row.places.split(',').any(|asked| asked == place) {
            let place = text::cut(place);
            wrong.push(Violation::new(
                "texts",
                "NOT_ASKED_FOR",
                format!("texts: không đề nghị soạn phần “{place}”; các phần: {}", row.places),
                format!("texts: “{place}” isn't asked for; asked for are {}", row.places),
            ));
            continue;
        }
        texts.insert(place.clone(), reports::tidied("texts", said)?);
    }
    let objection = reports::tidied("objection", &given.objection)?;
    if given.figures_confirmed == Some(false) && objection.is_empty() {
        wrong.push(Violation::missing("objection"));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let figures =
        given.figures_confirmed.map(|right| if right { "confirmed" } else { "contested" }.to_owned());
    let version = row.version;
    let row = ContributionRow {
        state: ContributionState::Given.as_str().to_owned(),
        open: false,
        texts: json!(texts).to_string(),
        figures,
        objection,
        given_by_id: work.context.caller.official_id,
        given_by: Some(work.context.caller.label.clone()),
        given_at: Some(work.now()),
        version: version + 1,
        updated_at: work.now(),
        ..row
    };
    contributions::update(&work.tx, row.clone(), version).await?;
    let detail =
        json!({ "given": { "report": report.code, "figures": row.figures, "version": row.version } });
    work.note(name(&row.code), &detail);
    Ok(row)
}

/// Gives an answer back to its unit.
pub async fn send_back(
    work: &mut Work,
    code: &str,
    etag: &str,
    why: &str,
) -> Result<ContributionRow, ServiceError> {
    let row = load(work, code, etag).await?;
    let report = of_report(work, &row).await?;
    if row.state != ContributionState::Given.as_str() {
        return Err(forbidden(name(code), &row.state, &["given"], "returned"));
    }
    let mut findings = Findings::of_request(work, Wire { resource: "", names: &[] }, Vec::new());
    let why = findings.mailed_text("reason", why);
    if why.is_empty() {
        findings.missing("reason");
    }
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    let version = row.version;
    let row = ContributionRow {
        state: ContributionState::Returned.as_str().to_owned(),
        open: true,
        returned_why: Some(why),
        version: version + 1,
        updated_at: work.now(),
        ..row
    };
    contributions::update(&work.tx, row.clone(), version).await?;
    write(work, &report, &row, Asking::Asked).await?;
    work.note(name(code), &json!({ "returned": { "version": row.version } }));
    Ok(row)
}

/// Writes what units gave for a place into the report: each unit's text under its name, by code.
pub async fn merge(
    work: &mut Work,
    report: &str,
    etag: &str,
    place: &str,
) -> Result<ReportRow, ServiceError> {
    let row = draft(work, report).await?;
    check_etag(etag, row.version, &format!("reports/{report}"))?;
    let mut paragraphs = Vec::new();
    for given in contributions::of_report(&work.tx, row.id).await? {
        if given.state != ContributionState::Given.as_str() {
            continue;
        }
        let unit = work.rules.units.get(given.unit_id).map(|unit| unit.name.clone()).unwrap_or_default();
        if let Some(said) = texts(&given).get(place).filter(|said| !said.is_empty()) {
            paragraphs.push(format!("- {unit}: {said}"));
        }
    }
    if paragraphs.is_empty() {
        let place = text::cut(place);
        return Err(Violation::new(
            "place",
            "NOTHING_GIVEN",
            format!("place: chưa có đơn vị nào gửi nội dung cho phần “{place}”"),
            format!("place: no unit has given anything for “{place}”"),
        )
        .into());
    }
    let step = reports::Step { code: row.code, etag: String::new() };
    reports::write(work, &step, &Written { place: place.to_owned(), text: paragraphs.join("\n") }).await
}

/// Text by place.
pub fn texts(row: &ContributionRow) -> BTreeMap<String, String> {
    serde_json::from_str(&row.texts).unwrap_or_default()
}

/// A contribution by code, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<ContributionRow, ServiceError> {
    let row = contributions::find(&look.door, code, &look.context.scope).await?;
    row.ok_or_else(|| ServiceError::NotFound(name(code)))
}

/// A page of the contributions of units that the caller sees.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<ContributionRow>, ServiceError> {
    let known = |word: &str| ContributionState::parse(word).is_some();
    let fields = [("unit", Refers::Unit), ("state", Refers::Word("CONTRIBUTION_STATE_", known))];
    let asked = resolve(look, query, &fields)?;
    Ok(contributions::list(&look.door, &asked, &look.context.scope).await?)
}

/// Reminds units of what falls due by the next working day, and of what is overdue, once each. Returns how many are awaited.
pub async fn remind(house: &House, claim: &Claim) -> Result<usize, ServiceError> {
    let mut work = house.batch(claim).await?;
    let calendar = house_calendar(&work.rules);
    let today = calendar.local_date(work.now());
    let next = calendar.add_working_days(today, 1).unwrap_or(today);
    let rows = contributions::awaited(&work.tx, next).await?;
    for row in &rows {
        let report = match of_report(&work, row).await {
            // It was submitted meanwhile: nobody waits for it.
            Err(ServiceError::Precondition { .. }) => continue,
            report => report?,
        };
        let asking = if row.due_on < today { Asking::Overdue } else { Asking::NearDue };
        write(&mut work, &report, row, asking).await?;
    }
    work.finish(&[]).await?;
    Ok(rows.len())
}

async fn draft(work: &Work, code: &str) -> Result<ReportRow, ServiceError> {
    let report = reports::find(&work.tx, code).await?;
    // Whoever submits it at the same time waits for this, or has done so.
    let report = crate::store::reports::hold(&work.tx, report.id).await?.unwrap_or(report);
    if reports::state_of(&report)? == ReportState::Draft {
        return Ok(report);
    }
    Err(forbidden(format!("reports/{code}"), &report.state, &["draft"], "contributions"))
}

async fn of_report(work: &Work, row: &ContributionRow) -> Result<ReportRow, ServiceError> {
    let report = crate::store::reports::by_ids(&work.tx, &[row.report_id]).await?.pop();
    let report = report.ok_or_else(|| ServiceError::NotFound(format!("reports/{}", row.report_id)))?;
    draft(work, &report.code).await
}

async fn load(work: &Work, code: &str, etag: &str) -> Result<ContributionRow, ServiceError> {
    let row = contributions::find(&work.tx, code, &work.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(name(code)))?;
    check_etag(etag, row.version, &name(code))?;
    Ok(row)
}

fn labels(form: &Template, places: &[String]) -> Vec<String> {
    let named = form.places().filter(|(_, block)| places.contains(&block.place));
    named.map(|(_, block)| block.label.clone()).collect()
}

/// Who answers for a unit: its head, else the head above it who has an address.
fn answering<'w>(work: &'w Work, row: &ContributionRow) -> Option<&'w Official> {
    let path = work.rules.units.ancestry(row.unit_id);
    std::iter::once(row.unit_id).chain(path).find_map(|unit| {
        let mut heads: Vec<&Official> = work
            .rules
            .officials
            .values()
            .filter(|o| o.unit_id == unit && o.role == OfficialRole::Head && o.email.is_some())
            .collect();
        heads.sort_unstable_by(|a, b| a.code.cmp(&b.code));
        heads.into_iter().next()
    })
}

/// Puts the mail in the outbox, once for each reason and day; where nobody answers for the unit the log says so.
async fn write(
    work: &mut Work,
    report: &ReportRow,
    row: &ContributionRow,
    asking: Asking,
) -> Result<(), ServiceError> {
    let Some(head) = answering(work, row) else {
        tracing::warn!(contribution = row.code, "nobody with an address answers for the unit");
        return Ok(());
    };
    let Some(address) = head.email.clone() else { return Ok(()) };
    let form = reports::form_of(report)?;
    let places: Vec<String> = row.places.split(',').map(str::to_owned).collect();
    let mail = ContributionMail {
        asking,
        unit: work.rules.units.get(row.unit_id).map(|unit| unit.name.clone()).unwrap_or_default(),
        office: Letterhead::of(&work.settings.report, &work.rules.units).office,
        code: row.code.clone(),
        first: report.from_on,
        last: report.to_on,
        due_on: row.due_on,
        places: labels(&form, &places),
        returned_why: row.returned_why.clone(),
    };
    let returned = if asking == Asking::Asked { format!("/{}", row.version) } else { String::new() };
    let kind = match asking {
        Asking::Asked => "asked",
        Asking::NearDue => "near_due",
        Asking::Overdue => "overdue",
    };
    let new = NewMail {
        id: work.new_id(),
        key: format!("contribution/{}/{}/{kind}{returned}", row.id, row.due_on),
        kind: "contribution",
        recipient_official_id: Some(head.id),
        to_address: address,
        language: head.language.clone(),
        render_input: serde_json::to_string(&mail).map_err(|e| ServiceError::Internal(e.to_string()))?,
        not_before: work.world.lease.now(),
        created_at: work.now(),
    };
    outbox::enqueue(&work.tx, new).await?;
    Ok(())
}
