//! Officials: who they are, where they belong, and when somebody stands in for them. How an import lands
//! them is in `landing`.

mod landing;

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

pub use landing::land;

use super::paging::{ListQuery, Page};
use super::{Look, ServiceError, Violation, Work, check_etag, suppressions};
use crate::domain::code::Code;
use crate::domain::official::OfficialRole;
use crate::domain::text;
use crate::store::officials;
pub use crate::store::officials::{AbsenceRow, OfficialRow, PUBLISHED};

/// An official with the absences on record, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialView {
    /// The official.
    pub row: OfficialRow,
    /// The absences.
    pub absences: Vec<AbsenceRow>,
}

/// An official to add.
#[derive(Debug, Clone)]
pub struct NewOfficial {
    /// The code.
    pub code: String,
    /// Code or identity of the unit.
    pub unit: String,
    /// The name.
    pub full_name: String,
    /// What the official is in the unit.
    pub role: Option<OfficialRole>,
    /// Where reminders go; may be empty.
    pub email: String,
    /// `vi` or `en`.
    pub language: String,
    /// The first day in this post.
    pub valid_from: Option<NaiveDate>,
}

/// What changes of an official; None stays.
#[derive(Debug, Clone, Default)]
pub struct Update {
    /// The code that says which.
    pub code: String,
    /// Code or identity of the unit.
    pub unit: Option<String>,
    /// The name.
    pub full_name: Option<String>,
    /// What the official is in the unit.
    pub role: Option<OfficialRole>,
    /// Where reminders go; empty: nowhere.
    pub email: Option<String>,
    /// `vi` or `en`.
    pub language: Option<String>,
    /// The first day in this post.
    pub valid_from: Option<Option<NaiveDate>>,
    /// The last day in this post.
    pub valid_to: Option<Option<NaiveDate>>,
    /// The version that the caller saw.
    pub etag: String,
}

/// Leave to record.
#[derive(Debug, Clone)]
pub struct NewAbsence {
    /// Code of the official.
    pub code: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub to_on: NaiveDate,
    /// Code of who acts meanwhile; may be empty.
    pub stand_in: String,
    /// Why.
    pub reason: String,
    /// The version that the caller saw.
    pub etag: String,
}

/// An official by code.
pub async fn get(look: &Look, code: &str) -> Result<OfficialView, ServiceError> {
    let row = officials::find(&look.door, code).await?.ok_or_else(|| not_found(code))?;
    let absences = officials::absences(&look.door, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok(OfficialView { row, absences })
}

/// A page of officials.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<OfficialView>, ServiceError> {
    let page = officials::list(&look.door, query).await?;
    let ids: Vec<Uuid> = page.rows.iter().map(|row| row.id).collect();
    let mut absences: HashMap<Uuid, Vec<AbsenceRow>> = officials::absences(&look.door, &ids).await?;
    let rows = page.rows.into_iter().map(|row| {
        let absences = absences.remove(&row.id).unwrap_or_default();
        OfficialView { row, absences }
    });
    Ok(Page { rows: rows.collect(), next: page.next })
}

/// Adds an official.
pub async fn create(work: &mut Work, new: NewOfficial) -> Result<OfficialView, ServiceError> {
    let mut wrong = Vec::new();
    let code = code("official.code", &new.code).map_err(|v| wrong.push(v)).unwrap_or_default();
    let unit_id = unit(work, "official.unit", &new.unit).map_err(|v| wrong.push(v)).unwrap_or_default();
    let full_name = name("official.full_name", &new.full_name).map_err(|v| wrong.push(v)).unwrap_or_default();
    let email = email("official.email", &new.email).map_err(|v| wrong.push(v)).unwrap_or_default();
    if new.role.is_none() {
        wrong.push(Violation::missing("official.role"));
    }
    let (true, Some(role)) = (wrong.is_empty(), new.role) else {
        return Err(ServiceError::Invalid(wrong));
    };
    if work.rules.officials_by_code.contains_key(&code) {
        return Err(ServiceError::AlreadyExists(format!("officials/{code}")));
    }
    let row = OfficialRow {
        id: work.new_id(),
        code,
        unit_id,
        name_folded: text::fold(&full_name),
        full_name,
        role: role.as_str().to_owned(),
        email,
        language: new.language,
        valid_from: new.valid_from,
        valid_to: None,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
        withdrawn_at: None,
    };
    work.note(format!("officials/{}", row.code), &serde_json::json!({ "created": { "role": row.role } }));
    officials::insert(&work.tx, vec![row.clone()]).await?;
    work.reload_rules().await?;
    Ok(OfficialView { row, absences: Vec::new() })
}

/// Changes master data.
pub async fn update(work: &mut Work, change: Update) -> Result<OfficialView, ServiceError> {
    let old = mine(work, &change.code).await?;
    check_etag(&change.etag, old.version, &format!("officials/{}", old.code))?;
    let mut row = old.clone();
    let mut wrong = Vec::new();
    if let Some(key) = &change.unit {
        unit(work, "official.unit", key).map_or_else(|v| wrong.push(v), |id| row.unit_id = id);
    }
    if let Some(text) = &change.full_name {
        name("official.full_name", text).map_or_else(|v| wrong.push(v), |name| row.full_name = name);
        row.name_folded = text::fold(&row.full_name);
    }
    if let Some(text) = &change.email {
        email("official.email", text).map_or_else(|v| wrong.push(v), |email| row.email = email);
    }
    if let Some(role) = change.role {
        role.as_str().clone_into(&mut row.role);
    }
    row.language = change.language.unwrap_or(row.language);
    row.valid_from = change.valid_from.unwrap_or(row.valid_from);
    row.valid_to = change.valid_to.unwrap_or(row.valid_to);
    if row.valid_from.zip(row.valid_to).is_some_and(|(from, to)| to < from) {
        wrong.push(reversed("official.valid_to"));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    if row != old {
        if row.email != old.email {
            suppressions::replaced(work, row.id, old.email.as_deref()).await?;
        }
        save(work, &mut row).await?;
        work.reload_rules().await?;
    }
    let absences = officials::absences(&work.tx, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok(OfficialView { row, absences })
}

/// Records leave and who stands in.
pub async fn record_absence(work: &mut Work, new: NewAbsence) -> Result<OfficialView, ServiceError> {
    let mut row = mine(work, &new.code).await?;
    let subject = format!("officials/{}", row.code);
    check_etag(&new.etag, row.version, &subject)?;
    let mut wrong = Vec::new();
    if new.to_on < new.from_on {
        wrong.push(reversed("absence.to_on"));
    }
    let stand_in_id = work.rules.officials_by_code.get(&new.stand_in).copied();
    if stand_in_id.is_none() && !new.stand_in.is_empty() {
        wrong.push(Violation::unknown("absence.stand_in", &new.stand_in, "cán bộ", "official"));
    }
    if stand_in_id == Some(row.id) {
        let (vi, en) =
            ("absence.stand_in: không thể tự thay mình", "absence.stand_in: nobody stands in for themselves");
        wrong.push(Violation::new("absence.stand_in", "STANDS_IN_FOR_SELF", vi, en));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let known = officials::absences(&work.tx, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    if let Some(other) = known.iter().find(|a| a.from_on <= new.to_on && new.from_on <= a.to_on) {
        let (from, to) = (other.from_on, other.to_on);
        return Err(ServiceError::Precondition {
            reason: "ABSENCES_OVERLAP",
            vi: format!("{subject} đã có đợt nghỉ {from} – {to}; hãy chọn ngày khác"),
            en: format!("{subject} is absent from {from} to {to} already; take other days"),
            subject,
        });
    }
    let reason = text::tidy(&new.reason);
    let absence = AbsenceRow {
        id: work.new_id(),
        official_id: row.id,
        from_on: new.from_on,
        to_on: new.to_on,
        stand_in_id,
        reason: (!reason.is_empty()).then_some(reason),
    };
    officials::insert_absence(&work.tx, absence).await?;
    save(work, &mut row).await?;
    work.reload_rules().await?;
    let absences = officials::absences(&work.tx, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    Ok(OfficialView { row, absences })
}

fn not_found(code: &str) -> ServiceError {
    ServiceError::NotFound(format!("officials/{code}"))
}

/// An official within the caller's scope.
async fn mine(work: &Work, code: &str) -> Result<OfficialRow, ServiceError> {
    let row = officials::find(&work.tx, code).await?;
    row.filter(|row| work.context.scope.covers(row.unit_id, Some(row.id))).ok_or_else(|| not_found(code))
}

async fn save(work: &mut Work, row: &mut OfficialRow) -> Result<(), ServiceError> {
    let version = row.version;
    row.version += 1;
    row.updated_at = work.now();
    work.note(format!("officials/{}", row.code), &serde_json::json!({ "changed": { "role": row.role } }));
    Ok(officials::update(&work.tx, row.clone(), version).await?)
}

fn reversed(field: &str) -> Violation {
    let vi = format!("{field}: ngày cuối trước ngày đầu; hãy sửa một trong hai ngày");
    Violation::new(field, "REVERSED", vi, format!("{field} lies before the first day; mend one of both"))
}

fn code(field: &str, text: &str) -> Result<String, Violation> {
    if text.trim().is_empty() {
        return Err(Violation::missing(field));
    }
    Code::parse(text).map(String::from).map_err(|bad| Violation::bad_code(field, bad))
}

fn unit(work: &Work, field: &str, key: &str) -> Result<Uuid, Violation> {
    if key.is_empty() {
        return Err(Violation::missing(field));
    }
    let found = work.rules.unit(key).map(|unit| unit.id).filter(|id| work.context.scope.covers(*id, None));
    found.ok_or_else(|| Violation::unknown(field, key, "cơ quan", "unit"))
}

fn name(field: &str, text: &str) -> Result<String, Violation> {
    let name = text::tidy(text);
    if name.is_empty() { Err(Violation::missing(field)) } else { Ok(name) }
}

/// Only what can't be an address at all is refused: the mail server knows better.
fn email(field: &str, text: &str) -> Result<Option<String>, Violation> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let plausible = text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !host.contains('@')
    });
    if plausible && !text.contains(|c: char| c.is_whitespace() || c.is_control()) && text.len() <= 254 {
        return Ok(Some(text.to_owned()));
    }
    let text = text::cut(text);
    let vi = format!("{field}: “{text}” không phải địa chỉ thư; hãy viết dạng ten@coquan.vn hoặc để trống");
    let en = format!("{field}: “{text}” is no mail address; write name@office.vn or leave it empty");
    Err(Violation::new(field, "BAD_EMAIL", vi, en))
}
