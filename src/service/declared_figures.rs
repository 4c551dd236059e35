//! Declared figures: what a person answers for where only another system's total exists. They are stored, listed
//! and printed as declared; nothing here writes to the ledger, and no counted figure knows of them.

use std::collections::HashSet;

use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::findings::{Findings, Wire, foreign, reaches, twice};
use super::landing::Landed;
use super::narrowing::{Refers, resolve};
use super::work::{Look, Work, check_etag};
use crate::domain::declared::{Declared, DeclaredIndicator, Fault, Measure, Said, Whose};
use crate::domain::period::Period;
use crate::domain::permission::Scope;
use crate::domain::record::DeclaredRecord;
use crate::domain::text;
use crate::domain::unit::Group;
use crate::store::declared_figures;
use crate::store::query::{ListQuery, Page};
use crate::store::rules::Rules;

pub use crate::store::declared_figures::{DeclaredRow, PUBLISHED};

/// Fields of a declared figure on the wire.
const WIRE: Wire = Wire {
    resource: "declared_figure",
    names: &[("unit_code", "unit"), ("from_on", "period.from_on"), ("to_on", "period.to_on")],
};

/// Why a version stands in another's place where an import brought it.
const BY_SOURCE: &str = "nguồn dữ liệu khai báo lại";

/// Declares a figure. `wrong` is what the reader of the request found.
pub async fn create(
    work: &mut Work,
    record: &DeclaredRecord,
    wrong: Vec<Violation>,
) -> Result<DeclaredRow, ServiceError> {
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let row = read(&mut findings, record).filter(|_| findings.is_clean());
    let Some(row) = row else { return Err(findings.invalid()) };
    let name = format!("declaredFigures/{}", row.code);
    if !declared_figures::by_codes(&work.tx, std::slice::from_ref(&row.code)).await?.is_empty() {
        return Err(ServiceError::AlreadyExists(name));
    }
    declared_figures::insert(&work.tx, vec![row.clone()]).await?;
    note(work, name, &row);
    Ok(row)
}

/// Puts a new version in the place of the one that holds. `record.code` says which figure.
pub async fn correct(
    work: &mut Work,
    record: &DeclaredRecord,
    etag: &str,
    reason: &str,
    mut wrong: Vec<Violation>,
) -> Result<DeclaredRow, ServiceError> {
    let name = format!("declaredFigures/{}", record.code);
    let old = declared_figures::find(&work.tx, &record.code, None, &work.context.scope).await?;
    let old = old.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    check_etag(etag, old.revision.into(), &name)?;
    let reason = text::tidy(reason);
    if reason.is_empty() {
        wrong.push(Violation::missing("reason"));
    }
    let mut findings = Findings::of_request(work, WIRE, wrong);
    let row = read(&mut findings, record).filter(|_| findings.is_clean());
    let Some(row) = row else { return Err(findings.invalid()) };
    if says_the_same(&old, &row) {
        return Err(ServiceError::Precondition {
            reason: "NOTHING_TO_CORRECT",
            subject: name,
            vi: "nội dung khai báo lại giống hệt bản đang dùng; hãy sửa nội dung cần đính chính".to_owned(),
            en: "the correction says the same as the version that holds; change what was wrong".to_owned(),
        });
    }
    let row = replace(work, &old, row, &reason).await?;
    note(work, name, &row);
    Ok(row)
}

/// A version by code and number (None: the one that holds), if the caller may know of it.
pub async fn get(look: &Look, code: &str, revision: Option<i32>) -> Result<DeclaredRow, ServiceError> {
    let row = declared_figures::find(&look.door, code, revision, &look.context.scope).await?;
    row.ok_or_else(|| ServiceError::NotFound(format!("declaredFigures/{code}")))
}

/// A page of the versions that the caller may see.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<DeclaredRow>, ServiceError> {
    let asked = resolve(look, query, &[("unit", Refers::Unit)])?;
    Ok(declared_figures::list(&look.door, &asked, &look.context.scope).await?)
}

/// What holds for just this period, of a unit and what is below it (None: of all), as far as the caller reaches.
pub async fn of_period(
    look: &Look,
    period: Period,
    unit_id: Option<Uuid>,
) -> Result<Vec<DeclaredRow>, ServiceError> {
    let asked = unit_id.map(|id| look.rules.units.subtree(id));
    let units: Option<Vec<Uuid>> = match (&look.context.scope, asked) {
        (Scope::All, None) => None,
        (Scope::All, Some(asked)) => Some(asked.into_iter().collect()),
        (Scope::Units(units), None) => Some(units.iter().copied().collect()),
        (Scope::Units(units), Some(asked)) => Some(units.intersection(&asked).copied().collect()),
        (Scope::Own(_), _) => Some(Vec::new()),
    };
    Ok(declared_figures::of_period(&look.door, period.first(), period.last(), units.as_deref()).await?)
}

/// As they are printed, by indicator in the order of the trade.
pub fn printed(rules: &Rules, rows: Vec<DeclaredRow>) -> Vec<Declared> {
    let unit = |id: Uuid| rules.units.get(id).map(|unit| unit.name.clone()).unwrap_or_default();
    let mut lines: Vec<Declared> = rows
        .into_iter()
        .filter_map(|row| {
            let group = row.unit_group.as_deref().and_then(Group::parse).map(Whose::Group);
            let office = rules.officials.get(&row.declared_by_id).map(|official| unit(official.unit_id));
            Some(Declared {
                indicator: DeclaredIndicator::parse(&row.indicator)?,
                parts: row.numerator.zip(row.denominator),
                whose: row.unit_id.map(|id| Whose::Unit(unit(id))).or(group).unwrap_or(Whose::House),
                office: office.unwrap_or_default(),
                corrections: row.revision - 1,
                code: row.code,
                value: row.value,
                source: row.source,
                file: row.file_name,
                declared_on: row.declared_on,
            })
        })
        .collect();
    lines.sort_by(|a, b| (a.indicator, &a.code).cmp(&(b.indicator, &b.code)));
    lines
}

/// Lands a batch in the transaction of `work`. Outcomes carry the rows' numbers. A changed row is a new version.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, DeclaredRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut taken = Vec::with_capacity(rows.len());
    for (number, record) in rows {
        let mut findings = Findings::of_row(work);
        match read(&mut findings, &record).filter(|_| findings.is_clean()) {
            Some(row) => taken.push((number, row)),
            None => outcomes.push((number, findings.refused())),
        }
    }
    let codes: Vec<String> = taken.iter().map(|(_, row)| row.code.clone()).collect();
    let known = declared_figures::by_codes(&work.tx, &codes).await?;
    let mut seen = HashSet::new();
    let mut fresh = Vec::new();
    for (number, row) in taken {
        let outcome = if !seen.insert(row.code.clone()) {
            twice(&row.code)
        } else if let Some(old) = known.get(&row.code) {
            if !reaches(work, old.unit_id) {
                foreign(&row.code)
            } else if says_the_same(old, &row) {
                Landed::unchanged()
            } else {
                Landed::changed(replace(work, old, row, BY_SOURCE).await?.id, Vec::new())
            }
        } else {
            let landed = Landed::fresh(row.id, Vec::new());
            fresh.push(row);
            landed
        };
        outcomes.push((number, outcome));
    }
    declared_figures::insert(&work.tx, fresh).await?;
    Ok(outcomes)
}

fn note(work: &mut Work, name: String, row: &DeclaredRow) {
    let detail = serde_json::json!({
        "indicator": row.indicator, "value": row.value, "revision": row.revision, "reason": row.reason,
    });
    work.note(name, &detail);
}

async fn replace(
    work: &Work,
    old: &DeclaredRow,
    row: DeclaredRow,
    reason: &str,
) -> Result<DeclaredRow, ServiceError> {
    declared_figures::supersede(&work.tx, old.id, work.now()).await?;
    let row = DeclaredRow { revision: old.revision + 1, reason: reason.to_owned(), ..row };
    declared_figures::insert(&work.tx, vec![row.clone()]).await?;
    Ok(row)
}

/// Whether two versions declare the same.
fn says_the_same(old: &DeclaredRow, row: &DeclaredRow) -> bool {
    let of_old = DeclaredRow {
        id: row.id,
        revision: row.revision,
        reason: row.reason.clone(),
        created_at: row.created_at,
        superseded_at: row.superseded_at,
        ..old.clone()
    };
    of_old == *row
}

/// Reads a record against the house.
fn read(findings: &mut Findings<'_>, record: &DeclaredRecord) -> Option<DeclaredRow> {
    let code = findings.code("code", &record.code);
    let (unit_id, group) = whose(findings, record);
    let indicator =
        findings.one_of("indicator", &record.indicator, DeclaredIndicator::ALL, DeclaredIndicator::as_str);
    let measure = findings.one_of("measure", &record.measure, Measure::ALL, Measure::as_str);
    let value = findings.given("value", record.value);
    let (numerator, denominator) = (record.numerator, record.denominator);
    if let (Some(indicator), Some(measure), Some(value)) = (indicator, measure, value) {
        for fault in (Said { indicator, measure, value, numerator, denominator }).faults() {
            tell(findings, &fault);
        }
    }
    let from_on = findings.given("from_on", record.from_on);
    let to_on = findings.given("to_on", record.to_on);
    findings.order("to_on", to_on, "from_on", from_on);
    let source = findings.given_text("source", &record.source);
    let (file_name, file_sha256) = file(findings, record);
    if record.declared_by.trim().is_empty() {
        findings.missing("declared_by");
    }
    let declared_by = findings.official("declared_by", &record.declared_by);
    let declared_on = findings.given("declared_on", record.declared_on);
    findings.not_after_today("declared_on", declared_on);
    findings.order("declared_on", declared_on, "from_on", from_on);
    Some(DeclaredRow {
        id: findings.work().new_id(),
        code,
        revision: 1,
        unit_id,
        unit_group: group.map(|group| group.as_str().to_owned()),
        indicator: indicator?.as_str().to_owned(),
        measure: measure?.as_str().to_owned(),
        value: value?,
        numerator,
        denominator,
        from_on: from_on?,
        to_on: to_on?,
        source,
        file_name,
        file_sha256,
        declared_by_id: declared_by?,
        declared_on: declared_on?,
        reason: String::new(),
        created_at: findings.work().now(),
        superseded_at: None,
    })
}

/// A unit, a group, or the house.
fn whose(findings: &mut Findings<'_>, record: &DeclaredRecord) -> (Option<Uuid>, Option<Group>) {
    let unit_id = findings.unit_or_house("unit_code", &record.unit_code);
    if record.group.trim().is_empty() {
        return (unit_id, None);
    }
    if !record.unit_code.trim().is_empty() {
        findings.say(
            "group",
            "UNIT_AND_GROUP",
            "đã ghi cơ quan thì không ghi nhóm; hãy bỏ một trong hai",
            "a unit is named already; drop one of both",
        );
    }
    (unit_id, findings.one_of("group", &record.group, Group::ALL, Group::as_str))
}

/// The file that shows it, and its SHA-256 in small letters.
fn file(findings: &mut Findings<'_>, record: &DeclaredRecord) -> (String, String) {
    let name = findings.text("file_name", &record.file_name);
    let sha256 = record.file_sha256.trim().to_ascii_lowercase();
    if !sha256.is_empty() && !hex::decode(&sha256).is_ok_and(|bytes| bytes.len() == 32) {
        findings.say(
            "file_sha256",
            "BAD_SHA256",
            "không phải mã SHA-256; hãy ghi đủ 64 chữ số thập lục phân, hoặc để trống",
            "is no SHA-256; give its 64 hexadecimal digits, or leave it blank",
        );
    }
    if !sha256.is_empty() && name.is_empty() {
        findings.missing("file_name");
    }
    (name, sha256)
}

/// Says a fault of the value in both languages, at its field.
fn tell(findings: &mut Findings<'_>, fault: &Fault) {
    match fault {
        Fault::OtherMeasure(fits) => {
            let fits = fits.as_str();
            findings.say(
                "measure",
                "OTHER_MEASURE",
                &format!("chỉ tiêu này tính bằng {fits}; hãy ghi {fits} hoặc sửa chỉ tiêu"),
                &format!("this indicator is given in {fits}; write {fits} or correct the indicator"),
            );
        }
        Fault::Negative => {
            let (vi, en) = ("là số âm; hãy ghi từ 0 trở lên", "is negative; give 0 or more");
            findings.say("value", "NEGATIVE", vi, en);
        }
        Fault::OverHundred => {
            let (vi, en) = ("vượt quá 100%; hãy sửa lại", "is more than 100 percent; correct it");
            findings.say("value", "OVER_HUNDRED", vi, en);
        }
        Fault::PartsOfNoRate => findings.say(
            "numerator",
            "PARTS_OF_NO_RATE",
            "chỉ tỷ lệ mới có tử số và mẫu số; hãy bỏ trống cả hai",
            "only a percentage has numerator and denominator; delete both",
        ),
        Fault::OnePart => findings.say(
            "denominator",
            "ONE_PART",
            "tử số và mẫu số phải cùng có hoặc cùng để trống; hãy điền nốt hoặc bỏ trống cả hai",
            "numerator and denominator are given together or not at all; fill in the other or drop both",
        ),
        Fault::BadParts => findings.say(
            "numerator",
            "BAD_PARTS",
            "tử số phải từ 0 đến mẫu số, và mẫu số lớn hơn 0; hãy sửa lại",
            "must be from 0 to the denominator, which is greater than 0; correct them",
        ),
        Fault::Disagrees(made) => {
            let shown = text::percent(made);
            findings.say(
                "value",
                "DISAGREES_WITH_PARTS",
                &format!("không khớp tử số và mẫu số, hai số đó cho {shown}; hãy sửa một trong ba số"),
                &format!("doesn't agree with its parts, which make {made} percent; correct one of the three"),
            );
        }
    }
}
