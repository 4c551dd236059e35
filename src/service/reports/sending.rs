//! A signed report goes to those it is for: one mail an address, through the outbox, with the signed file first.

use serde_json::json;
use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::letterhead::Letterhead;
use super::super::settings::mailbox;
use super::super::work::Work;
use super::{ReportRow, Step, corrupt, forms, freezing, keeping, load, name, period_of, request_of, save};
use crate::domain::report::ReportStep;
use crate::mail::{Attachment, Corrected, EnclosedFile, Mailbox, ReportMail, is_deliverable};
use crate::report::{Paper, period_range};
use crate::store::outbox::{self, NewMail};
use crate::store::{StoreError, Tx, reports};

/// Addresses of one sending at most.
const MOST: usize = 100;

/// Sends a signed report to these addresses; to those of the settings where there are none. One that it was sent to
/// before gets it once.
pub async fn send(work: &mut Work, step: &Step, recipients: &[String]) -> Result<ReportRow, ServiceError> {
    let (row, state) = load(&work.tx, step, ReportStep::Send).await?;
    let to = addressed(work, recipients)?;
    let mail = mail(work, &row).await?;
    let input = serde_json::to_string(&mail).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let mut sent = 0;
    for recipient in &to {
        let mail = NewMail {
            id: work.new_id(),
            key: format!("report/{}/{}", row.id, recipient.address.to_lowercase()),
            kind: "report",
            recipient_official_id: None,
            to_address: recipient.address.clone(),
            language: work.settings.report.language.clone(),
            render_input: input.clone(),
            not_before: work.world.lease.now(),
            created_at: work.now(),
        };
        sent += usize::from(outbox::enqueue(&work.tx, mail).await?);
    }
    let detail = json!({ "sent": { "mails": sent, "recipients": to.len() } });
    let sent_at = row.sent_at.or(Some(work.now()));
    save(work, ReportRow { sent_at, ..row }, state, &detail).await
}

fn addressed(work: &Work, recipients: &[String]) -> Result<Vec<Mailbox>, ServiceError> {
    let usual = &work.settings.report.recipients;
    let to: Vec<Mailbox> = if recipients.is_empty() {
        usual.clone()
    } else {
        recipients.iter().map(|text| mailbox(text)).collect()
    };
    let (reason, vi, en) = if to.is_empty() {
        (
            "MISSING",
            "recipients: chưa có người nhận; hãy điền, hoặc đặt report.recipients trong cấu hình".to_owned(),
            "recipients: there are none; give some, or set report.recipients".to_owned(),
        )
    } else if to.len() > MOST {
        (
            "TOO_MANY",
            format!("recipients: nhiều hơn {MOST} người nhận"),
            format!("recipients: more than {MOST}"),
        )
    } else if let Some(bad) = to.iter().find(|to| !is_deliverable(&to.address)) {
        (
            "BAD_ADDRESS",
            format!("recipients: “{}” không phải địa chỉ thư; hãy sửa", bad.address),
            format!("recipients: “{}” is no mail address; correct it", bad.address),
        )
    } else {
        return Ok(to);
    };
    Err(Violation::new("recipients", reason, vi, en).into())
}

async fn mail(work: &Work, row: &ReportRow) -> Result<ReportMail, ServiceError> {
    let missing = |column| corrupt(column, &row.code);
    let head = Letterhead::of(&work.settings.report, &work.rules.units);
    let number = row.number.clone().ok_or_else(|| missing("number"))?;
    let corrects = match row.corrects_id {
        None => None,
        Some(id) => reports::by_ids(&work.tx, &[id]).await?.pop().and_then(|old| {
            let reason = row.reason.clone().unwrap_or_default();
            Some(Corrected { number: old.number?, dated_on: old.dated_on?, reason })
        }),
    };
    let stem = slug(&number);
    let mut files = Vec::new();
    for line in reports::files(&work.tx, row.id).await? {
        let signed = line.paper == keeping::SIGNED;
        // The signed pages stand for those that were printed to be signed; the page for screens is for screens.
        let enclosed = match keeping::paper(&line.paper) {
            Some(paper @ (Paper::Docx | Paper::Xlsx)) => Some((paper.extension(), paper.media_type())),
            Some(Paper::Pdf | Paper::Html) => None,
            None => signed.then_some(("pdf", Paper::Pdf.media_type())),
        };
        if line.paper == freezing::SENTENCES {
            continue;
        }
        if let Some((kind, code)) = forms::of_paper(&line.paper) {
            let (name, mime) =
                (format!("bieu-mau-{}-{stem}.{}", slug(code), kind.extension()), kind.media_type());
            let mime = mime.to_owned();
            files.push(EnclosedFile { name, mime, sha256: line.sha256, signed, paper: line.paper });
            continue;
        }
        if let Some((extension, mime)) = enclosed {
            let name = if extension == "xlsx" {
                format!("phu-luc-{stem}.xlsx")
            } else {
                format!("bao-cao-{stem}.{extension}")
            };
            files.push(EnclosedFile {
                paper: line.paper,
                name,
                mime: mime.to_owned(),
                sha256: line.sha256,
                signed,
            });
        }
    }
    files.sort_by_key(|file| !file.signed);
    let matter = if head.own { "kết quả thực hiện" } else { "kết quả tham mưu thực hiện" };
    Ok(ReportMail {
        report_id: row.id,
        addressee: row.addressee.clone(),
        office: head.office.clone(),
        number,
        dated_on: row.dated_on.ok_or_else(|| missing("dated_on"))?,
        subject: format!("{matter} công tác cải cách hành chính {}", period_range(period_of(row)?)),
        request: request_of(row),
        corrects,
        sequence: row.frozen_seq.ok_or_else(|| missing("frozen_seq"))?,
        files,
    })
}

/// What of a number or code may stand in a file's name.
fn slug(words: &str) -> String {
    words.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect()
}

/// The files of a mail, as they are kept.
pub async fn enclosed(tx: &Tx, mail: &ReportMail) -> Result<Vec<Attachment>, StoreError> {
    let mut files = Vec::with_capacity(mail.files.len());
    for file in &mail.files {
        let kept = reports::file(tx, mail.report_id, &file.paper).await?;
        let kept = kept.ok_or_else(|| StoreError::Corrupt {
            table: "report_file",
            column: "paper",
            row: name(&Uuid::to_string(&mail.report_id)),
        })?;
        files.push(Attachment { name: file.name.clone(), mime: file.mime.clone(), bytes: kept.bytes });
    }
    Ok(files)
}
