//! The signed file comes from the office's document system, with its number, date and signer. What it says is held against
//! what figures said when the report was submitted; that it differs is told, and taken only with a reason.

use chrono::NaiveDate;
use serde_json::json;

use super::super::error::{ServiceError, Violation};
use super::super::findings::{Findings, Wire};
use super::super::work::Work;
use super::{ReportRow, Step, find, freezing, keeping, load, name, save};
use crate::domain::report::{ReportState, ReportStep};
use crate::report::{SignedReading, held_against, read_signed};
use crate::store::reports;

/// The largest signed file, in bytes.
const LARGEST: usize = 24 * 1024 * 1024;

/// What is signed.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Its number: `05/BC-VP`.
    pub number: String,
    /// Its date.
    pub dated_on: NaiveDate,
    /// The signer's name.
    pub signer_name: String,
    /// The signer's office as it stands above the name, such as `KT. CHÁNH VĂN PHÒNG, PHÓ CHÁNH VĂN PHÒNG`.
    pub signer_title: String,
    /// Why it is taken though it doesn't say what figures said, or can't be read; empty: then it isn't.
    pub differences_accepted: String,
}

/// Reads a signed file beside the workers: whatever it is, it breaks nothing.
pub async fn reading(bytes: Vec<u8>) -> Result<(Vec<u8>, SignedReading), ServiceError> {
    if bytes.is_empty() || bytes.len() > LARGEST || !bytes.starts_with(b"%PDF-") {
        let most = LARGEST / (1024 * 1024);
        return Err(Violation::new(
            "content",
            "NOT_A_PDF",
            format!("content: không phải tệp PDF, hoặc lớn hơn {most} MiB; hãy đính kèm bản PDF đã ký"),
            format!("content: is no PDF, or has more than {most} MiB; attach the signed PDF"),
        )
        .into());
    }
    let done = tokio::task::spawn_blocking(move || {
        let reading = read_signed(&bytes);
        (bytes, reading)
    });
    done.await.map_err(|_| ServiceError::Internal("the reader of a signed file panicked".to_owned()))
}

/// Attaches the signed file.
pub async fn attach(
    work: &mut Work,
    step: &Step,
    signature: &Signature,
    (bytes, reading): &(Vec<u8>, SignedReading),
) -> Result<ReportRow, ServiceError> {
    let (row, state) = load(&work.tx, step, ReportStep::Sign).await?;
    let mut findings = Findings::of_request(work, Wire { resource: "", names: &[] }, Vec::new());
    let number = findings.mailed_text("number", &signature.number);
    let signer_name = findings.mailed_text("signer_name", &signature.signer_name);
    let signer_title = findings.mailed_text("signer_title", &signature.signer_title);
    let accepted = findings.mailed_text("differences_accepted", &signature.differences_accepted);
    for (field, text) in [("number", &number), ("signer_name", &signer_name), ("signer_title", &signer_title)]
    {
        if text.is_empty() {
            findings.missing(field);
        }
    }
    findings.not_after_today("dated_on", Some(signature.dated_on));
    if !findings.is_clean() {
        return Err(findings.invalid());
    }
    let same_year = |other: &ReportRow| {
        other.dated_on.map(|on| chrono::Datelike::year(&on))
            == Some(chrono::Datelike::year(&signature.dated_on))
    };
    if let Some(other) = reports::numbered(&work.tx, &number).await?.iter().find(|other| same_year(other)) {
        return Err(ServiceError::AlreadyExists(format!(
            "{} với số / with number {number}",
            name(&other.code)
        )));
    }
    let sentences = reports::file(&work.tx, row.id, freezing::SENTENCES).await?;
    let sentences =
        sentences.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
    let held = held_against(reading, sentences.lines());
    if !held.is_equal() && accepted.is_empty() {
        let (vi, en) = held.told();
        return Err(ServiceError::Precondition {
            reason: "SIGNED_FILE_DIFFERS",
            subject: name(&row.code),
            vi: format!("{vi}; hãy kiểm tra tệp, hoặc nêu lý do chấp nhận ở differences_accepted"),
            en: format!("{en}; look at the file, or say in differences_accepted why it is right"),
        });
    }
    let check = json!({
        "readable": held.readable, "sentences": held.sentences, "found": held.found,
        "reworded": held.reworded, "missing": held.missing, "accepted": accepted,
    });
    let now = work.now();
    let file = keeping::file(work.new_id(), &row, keeping::SIGNED, bytes.clone(), now);
    let detail = json!({ "signed": { "number": number, "sha256": file.sha256, "check": check } });
    reports::put_file(&work.tx, file).await?;
    let corrects = row.corrects_id;
    let row = ReportRow {
        number: Some(number),
        dated_on: Some(signature.dated_on),
        signer_name: Some(signer_name),
        signer_title: Some(signer_title),
        signed_at: Some(now),
        signed_check: Some(check.to_string()),
        ..row
    };
    let row = save(work, row, state, &detail).await?;
    if let Some(old) = corrects {
        supersede(work, old, &row).await?;
    }
    Ok(row)
}

/// The issue that was corrected stands no more.
async fn supersede(work: &mut Work, old: uuid::Uuid, by: &ReportRow) -> Result<(), ServiceError> {
    let found = reports::by_ids(&work.tx, &[old]).await?.pop();
    let old = found.ok_or_else(|| ServiceError::NotFound(format!("reports/{old}")))?;
    let old = find(&work.tx, &old.code).await?;
    let state = super::allow(&old, ReportStep::Supersede)?;
    debug_assert_eq!(state, ReportState::Superseded);
    let detail = json!({ "superseded_by": name(&by.code) });
    save(work, ReportRow { superseded_by_id: Some(by.id), ..old }, state, &detail).await?;
    Ok(())
}
