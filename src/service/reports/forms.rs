//! Forms that recipients of reports send: kept as templates of the office, checked when they are put, filled from a
//! report, and frozen with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::super::error::{ServiceError, Violation};
use super::super::findings::{Findings, Wire};
use super::super::printing::Printing;
use super::super::settings::OfficeSettings;
use super::super::work::{Look, Work, check_etag};
use super::{FileRow, ReportRow, drafted, find, form_of, keeping, name as report_name};
use crate::domain::code::Code;
use crate::domain::report::ReportState;
use crate::domain::text::cut;
use crate::report::{Fault, Names, Registers, Template, blank_names, check_form, fill_form, names_of};
use crate::store::query::{ListQuery, Page};
use crate::store::rules::Rules;
use crate::store::{Door, StoreError, report_forms, reports};

pub use crate::report::{FormKind, NameLine};
pub use crate::store::report_forms::{FormRow, PUBLISHED as PUBLISHED_FORMS};

/// The largest form, in bytes.
const LARGEST: usize = 10 * 1024 * 1024;

/// What is told of a bad form at once, at most.
const TOLD: usize = 50;

/// Forms in force at most: each is filled with every report that it fits.
const MOST: usize = 100;

/// One form at a time: a small file may unfold to much in memory.
static TURN: Semaphore = Semaphore::const_new(1);

/// What the word of a filled form's file begins with.
const FILLED: &str = "form/";

/// A form that is put.
#[derive(Debug, Clone)]
pub struct FormDraft {
    /// Its code; one that is there is replaced.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The code of the unit that it belongs to; empty: it is the house's.
    pub unit: String,
    /// The form of the reports from which it is filled; empty: of any.
    pub report_form: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
}

/// A form's bytes, looked at.
#[derive(Debug)]
pub struct LookedAt {
    bytes: Vec<u8>,
    kind: FormKind,
    places: usize,
}

/// A form that is filled from a report, with its bytes.
pub type Kept = (FormRow, Vec<u8>);

/// The resource name of a form.
pub fn name(code: &str) -> String {
    format!("reportForms/{code}")
}

/// The word by which a filled form is kept among a report's files.
pub fn paper(kind: &str, code: &str) -> String {
    format!("{FILLED}{kind}/{code}")
}

/// The kind and the code of a filled form, by the word of its file.
pub fn of_paper(paper: &str) -> Option<(FormKind, &str)> {
    let (kind, code) = paper.strip_prefix(FILLED)?.split_once('/')?;
    Some((FormKind::parse(kind)?, code))
}

/// What of the registers has names, and the places of these forms of reports.
fn registers<'t>(rules: &Rules, templates: impl Iterator<Item = &'t Template>) -> Registers {
    let mut fields: Vec<String> = rules.book.versions.values().map(|version| version.field.clone()).collect();
    fields.sort_unstable();
    fields.dedup();
    let place = |(_, block): (&str, &crate::report::BlockForm)| (block.place.clone(), block.label.clone());
    Registers {
        units: rules.units.all().map(|unit| (unit.code.clone(), unit.name.clone())).collect(),
        fields,
        places: templates.flat_map(|template| template.places().map(place).collect::<Vec<_>>()).collect(),
    }
}

/// All names that a form may have in this house.
fn known(rules: &Rules, settings: &OfficeSettings) -> Names {
    let forms = &settings.report.forms;
    let templates = forms.names().filter_map(|name| forms.find(name)).map(|(_, template)| template);
    blank_names(&registers(rules, templates))
}

/// Looks at a form beside the workers: whatever it is, it breaks nothing.
pub async fn look_at(look: &Look, bytes: Vec<u8>) -> Result<LookedAt, ServiceError> {
    if bytes.is_empty() || bytes.len() > LARGEST {
        let most = LARGEST / (1024 * 1024);
        return Err(Violation::new(
            "content",
            "TOO_LARGE",
            format!(
                "content: tệp trống hoặc lớn hơn {most} MiB; hãy chọn tệp khác hoặc bớt hình trong biểu mẫu"
            ),
            format!("content: is empty or has more than {most} MiB; take another file, or fewer pictures"),
        )
        .into());
    }
    let names = known(&look.rules, &look.settings);
    let turn = turn().await?;
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        check_form(&bytes, &names).map(|(kind, places)| LookedAt { bytes, kind, places })
    });
    let done = done.await.map_err(|_| ServiceError::Internal("the reader of a form panicked".to_owned()))?;
    done.map_err(|faults| ServiceError::Invalid(faults.iter().take(TOLD).map(violation).collect()))
}

/// The turn goes with the work: a caller who leaves doesn't end it.
async fn turn() -> Result<SemaphorePermit<'static>, ServiceError> {
    TURN.acquire().await.map_err(|error| ServiceError::Internal(error.to_string()))
}

fn violation(fault: &Fault) -> Violation {
    let (vi, en) = (format!("content: {}", fault.vi), format!("content: {}", fault.en));
    Violation::new("content", fault.reason, vi, en)
}

/// Keeps a form, in the place of one with its code.
pub async fn put(
    work: &mut Work,
    draft: &FormDraft,
    looked_at: &Arc<LookedAt>,
) -> Result<FormRow, ServiceError> {
    let reports_forms: Vec<String> = work.settings.report.forms.names().map(str::to_owned).collect();
    let mut findings = Findings::of_request(work, Wire { resource: "form", names: &[] }, Vec::new());
    let code = findings.code("code", &draft.code);
    let title = findings.mailed_text("name", &draft.name);
    if title.is_empty() {
        findings.missing("name");
    }
    let unit_id = if draft.unit.is_empty() { None } else { findings.known_unit("unit", &draft.unit) };
    if !draft.report_form.is_empty() && !reports_forms.contains(&draft.report_form) {
        let (said, all) = (cut(&draft.report_form), reports_forms.join(", "));
        findings.say(
            "report_form",
            "UNKNOWN_FORM",
            &format!("không có mẫu báo cáo “{said}”; các mẫu hiện có: {all}"),
            &format!("there is no form of reports “{said}”; there are: {all}"),
        );
    }
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    let known = report_forms::find(&work.tx, &code).await?;
    if let Some(row) = &known {
        check_etag(&draft.etag, row.version, &name(&row.code))?;
    }
    let is_counted = known.as_ref().is_some_and(|row| row.withdrawn_at.is_none());
    if !is_counted && report_forms::in_force(&work.tx).await?.len() >= MOST {
        return Err(ServiceError::Precondition {
            reason: "TOO_MANY_FORMS",
            subject: name(&code),
            vi: format!("đã có {MOST} biểu mẫu; hãy thôi dùng biểu mẫu cũ trước"),
            en: format!("there are {MOST} forms already; withdraw an old one first"),
        });
    }
    let now = work.now();
    let row = FormRow {
        id: known.as_ref().map_or_else(|| work.new_id(), |row| row.id),
        code,
        name: title,
        kind: looked_at.kind.extension().to_owned(),
        unit_id,
        report_form: draft.report_form.clone(),
        places: i32::try_from(looked_at.places).unwrap_or(i32::MAX),
        sha256: keeping::sha256(&looked_at.bytes),
        size: i64::try_from(looked_at.bytes.len()).unwrap_or(i64::MAX),
        put_by: work.context.caller.label.clone(),
        withdrawn_at: None,
        version: known.as_ref().map_or(1, |row| row.version + 1),
        created_at: known.as_ref().map_or(now, |row| row.created_at),
        updated_at: now,
    };
    match known {
        Some(old) => {
            report_forms::update(&work.tx, row.clone(), old.version).await?;
            report_forms::replace(&work.tx, row.id, looked_at.bytes.clone()).await?;
        }
        None => report_forms::insert(&work.tx, row.clone(), looked_at.bytes.clone()).await?,
    }
    let detail = json!({ "put": {
        "name": row.name, "kind": row.kind, "sha256": row.sha256, "places": row.places, "version": row.version
    } });
    work.note(name(&row.code), &detail);
    Ok(row)
}

/// Reports fill it no more. What they filled before stays.
pub async fn withdraw(work: &mut Work, code: &str, etag: &str) -> Result<FormRow, ServiceError> {
    let row = found(&work.tx, code).await?;
    check_etag(etag, row.version, &name(&row.code))?;
    if row.withdrawn_at.is_some() {
        return Ok(row);
    }
    let version = row.version;
    let now = work.now();
    let row = FormRow { withdrawn_at: Some(now), version: version + 1, updated_at: now, ..row };
    report_forms::update(&work.tx, row.clone(), version).await?;
    work.note(name(&row.code), &json!({ "withdrawn": { "version": row.version } }));
    Ok(row)
}

/// A form by code.
pub async fn found(door: &impl Door, code: &str) -> Result<FormRow, ServiceError> {
    report_forms::find(door, code).await?.ok_or_else(|| ServiceError::NotFound(name(code)))
}

/// A form with its bytes.
pub async fn kept(door: &impl Door, row: FormRow) -> Result<Kept, ServiceError> {
    let bytes = report_forms::content(door, row.id).await?;
    let corrupt =
        || StoreError::Corrupt { table: "report_form_content", column: "bytes", row: row.code.clone() };
    let bytes = bytes.filter(|bytes| keeping::sha256(bytes) == row.sha256).ok_or_else(corrupt)?;
    Ok((row, bytes))
}

/// A page of the forms.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<FormRow>, ServiceError> {
    Ok(report_forms::list(&look.door, query).await?)
}

/// Which of these codes can't be filled from reports of a form: what is said of them.
pub async fn unfit(
    door: &impl Door,
    codes: &[String],
    report_form: &str,
) -> Result<Option<(String, String)>, ServiceError> {
    if codes.is_empty() {
        return Ok(None);
    }
    let report_form = if report_form.is_empty() { "period" } else { report_form };
    let all = report_forms::in_force(door).await?;
    let fit: Vec<&str> =
        all.iter().filter(|row| is_of(row, report_form)).map(|row| row.code.as_str()).collect();
    let Some(bad) = codes.iter().find(|code| Code::parse(code).is_err() || !fit.contains(&code.as_str()))
    else {
        return Ok(None);
    };
    let (bad, fit) = (cut(bad), fit.join(", "));
    Ok(Some((
        format!("không có biểu mẫu “{bad}” dùng cho báo cáo này; các biểu mẫu hiện có: {fit}"),
        format!("there is no form “{bad}” for this report; there are: {fit}"),
    )))
}

fn is_of(row: &FormRow, report_form: &str) -> bool {
    row.report_form.is_empty() || row.report_form == report_form
}

/// The forms that are filled from a report: those that it names, or all of the house that fit.
pub async fn of_report(door: &impl Door, report: &ReportRow) -> Result<Vec<Kept>, ServiceError> {
    let mut kept_forms = Vec::new();
    match &report.recipient_forms {
        None => {
            for row in report_forms::in_force(door).await? {
                if row.unit_id.is_none() && is_of(&row, &report.form_name) {
                    kept_forms.push(kept(door, row).await?);
                }
            }
        }
        Some(codes) => {
            let mut seen = BTreeSet::new();
            for code in codes.split(' ').filter(|code| seen.insert(*code)) {
                // It was named when it was in force: what became of it since doesn't change what was asked for.
                kept_forms.push(kept(door, found(door, code).await?).await?);
            }
        }
    }
    Ok(kept_forms)
}

/// Fills forms from what a report is printed from, beside the workers. By the words of their files.
pub async fn filled(
    rules: &Rules,
    report: &ReportRow,
    printing: &Printing,
    forms: Vec<Kept>,
) -> Result<Vec<(String, Vec<u8>)>, ServiceError> {
    if forms.is_empty() {
        return Ok(Vec::new());
    }
    let names = names(rules, report, printing)?;
    let turn = turn().await?;
    let all = move || {
        let _turn = turn;
        let one = |(row, bytes): &Kept| match fill_form(bytes, &names) {
            Ok(bytes) => Ok((paper(&row.kind, &row.code), bytes)),
            Err(faults) => Err(not_filled(&row.code, &faults)),
        };
        forms.iter().map(one).collect::<Result<Vec<_>, _>>()
    };
    let done = tokio::task::spawn_blocking(all).await;
    done.map_err(|_| ServiceError::Internal("the filler of forms panicked".to_owned()))?
}

fn not_filled(code: &str, faults: &[Fault]) -> ServiceError {
    let joined = |said: fn(&Fault) -> &String| {
        faults.iter().take(TOLD).map(|fault| said(fault).as_str()).collect::<Vec<_>>().join("; ")
    };
    ServiceError::Precondition {
        reason: "FORM_NOT_FILLED",
        subject: name(code),
        vi: format!("biểu mẫu {code} không điền được: {}", joined(|fault| &fault.vi)),
        en: format!("form {code} can't be filled: {}", joined(|fault| &fault.en)),
    }
}

fn names(rules: &Rules, report: &ReportRow, printing: &Printing) -> Result<Names, ServiceError> {
    let template = form_of(report)?;
    Ok(names_of(&printing.input(), &registers(rules, std::iter::once(&template)), &report.code))
}

/// What stands at all names of a draft today. Of what was frozen, today's figures would tell something else.
pub async fn list_names(look: &Look, code: &str) -> Result<Vec<NameLine>, ServiceError> {
    let row = find(&look.door, code).await?;
    if row.state != ReportState::Draft.as_str() {
        return Err(ServiceError::Precondition {
            reason: "NOT_A_DRAFT",
            subject: report_name(&row.code),
            vi: "báo cáo không còn là dự thảo, số liệu hôm nay có thể đã khác; giá trị đã chốt nằm trong biểu mẫu đã điền (bonro reports fill) và các tệp của báo cáo (bonro reports file)".to_owned(),
            en: "is no draft any more and today's figures may differ; what was frozen stands in its filled forms (bonro reports fill) and its files (bonro reports file)".to_owned(),
        });
    }
    let printing = drafted(look, &row, &look.settings.report).await?;
    Ok(names(&look.rules, &row, &printing)?.lines())
}

/// A form filled from a report: as it was kept, or from a draft as it would be filled now.
pub async fn file(look: &Look, code: &str, form: &str) -> Result<FileRow, ServiceError> {
    let row = find(&look.door, code).await?;
    let files = reports::files(&look.door, row.id).await?;
    let kept_line = files.iter().find(|line| of_paper(&line.paper).is_some_and(|(_, known)| known == form));
    if let Some(line) = kept_line
        && let Some(file) = reports::file(&look.door, row.id, &line.paper).await?
    {
        return Ok(file);
    }
    if row.state != ReportState::Draft.as_str() {
        return Err(ServiceError::NotFound(format!("{}/files/form/{form}", report_name(&row.code))));
    }
    let kept_form = kept(&look.door, found(&look.door, form).await?).await?;
    let printing = drafted(look, &row, &look.settings.report).await?;
    let (paper, bytes) = filled(&look.rules, &row, &printing, vec![kept_form]).await?.remove(0);
    Ok(keeping::file(uuid::Uuid::nil(), &row, &paper, bytes, look.context.now))
}
