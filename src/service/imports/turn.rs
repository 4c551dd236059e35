//! Whose turn it is: nothing lands while an import of its source is undone, and no file goes over a newer one.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::running::name;
use super::sources::moment;
use super::{ImportRun, Start};
use crate::domain::record::RecordKind;
use crate::service::error::ServiceError;
use crate::service::work::Work;
use crate::store::imports;

/// Nothing lands while another import of the source is being undone.
pub(super) async fn no_undo(work: &Work, source: &str) -> Result<(), ServiceError> {
    let Some(undoing) = imports::being_undone(&work.tx, source).await? else { return Ok(()) };
    Err(ServiceError::Precondition {
        reason: "UNDO_UNDER_WAY",
        subject: name(undoing),
        vi: "một lượt nạp của nguồn này đang được hoàn tác; hãy chạy lại lệnh hoàn tác cho xong rồi nạp"
            .to_owned(),
        en: "an import of this source is being undone; run the undo again to its end, then import".to_owned(),
    })
}

/// Up to when the other imports of the source speak that tell of the same; None by force.
async fn newest_word(
    work: &Work,
    start: &Start,
    run: &ImportRun,
) -> Result<Option<DateTime<Utc>>, ServiceError> {
    let all = imports::newest_watermarks(&work.tx, &run.source, run.id).await?;
    let known = all.into_iter().filter(|(kinds, _)| tell_of_the_same(kinds.as_deref(), &start.kinds));
    Ok(known.map(|(_, at)| at).max().filter(|_| !start.force))
}

/// Why an import that was begun can't go on: a newer file came in meanwhile.
pub(super) async fn overtaken(
    work: &Work,
    start: &Start,
    run: &ImportRun,
) -> Result<Option<ServiceError>, ServiceError> {
    let newer = newest_word(work, start, run).await?.zip(run.watermark).filter(|(known, own)| own < known);
    Ok(newer.map(|(known, own)| older(work, &run.source, own, known)))
}

fn older(work: &Work, source: &str, given: DateTime<Utc>, known: DateTime<Utc>) -> ServiceError {
    let (known_vi, known_en) = moment(&work.rules, known);
    let (given_vi, given_en) = moment(&work.rules, given);
    ServiceError::Precondition {
        reason: "OLDER_THAN_KNOWN",
        subject: format!("sources/{source}"),
        vi: format!(
            "dữ liệu xuất lúc {given_vi} cũ hơn dữ liệu đã nạp (xuất lúc {known_vi}); hãy nạp tệp mới hơn, \
             hoặc dùng force nếu thật sự muốn lấy lại dữ liệu cũ"
        ),
        en: format!(
            "these records are of {given_en}, older than those taken before (of {known_en}); import a newer file, \
             or use force if the older state is really wanted"
        ),
    }
}

/// A file that is older than what is known, be it of an import that isn't finished, would take back what happened
/// since: it is taken only by force. One that doesn't say of when it is may be older.
pub(super) async fn not_older(work: &Work, start: &Start, fresh: &ImportRun) -> Result<(), ServiceError> {
    no_undo(work, &fresh.source).await?;
    let Some(known) = newest_word(work, start, fresh).await? else { return Ok(()) };
    let (known_vi, known_en) = moment(&work.rules, known);
    let subject = format!("sources/{}", fresh.source);
    let Some(given) = fresh.watermark else {
        return Err(ServiceError::Precondition {
            reason: "WATERMARK_MISSING",
            subject,
            vi: format!(
                "nguồn này đã có dữ liệu xuất lúc {known_vi}; hãy ghi thời điểm xuất của tệp mới (watermark, \
                 --as-of), hoặc dùng force"
            ),
            en: format!(
                "records of {known_en} are known of this source; give the instant of the new file (watermark, \
                 --as-of), or use force"
            ),
        });
    };
    let (given_vi, given_en) = moment(&work.rules, given);
    if given < known {
        return Err(older(work, &fresh.source, given, known));
    }
    let (true, Some(sha256)) = (start.may_be_copy, &fresh.sha256) else { return Ok(()) };
    match imports::newest_of_content(&work.tx, &fresh.source, sha256).await? {
        // What the source said before its latest word isn't its word again because somebody copied the file.
        Some(said) if said < known => {
            let (said_vi, said_en) = moment(&work.rules, said);
            Err(ServiceError::Precondition {
                reason: "OLDER_THAN_KNOWN",
                subject,
                vi: format!(
                    "nội dung tệp đúng như tệp đã nạp của lúc {said_vi}, cũ hơn dữ liệu mới nhất của nguồn (lúc {known_vi}), \
                     dù tệp mang giờ {given_vi}; hãy thả tệp mới xuất, hoặc nạp bằng bonro import --force \
                     nếu thật sự muốn lấy lại dữ liệu cũ"
                ),
                en: format!(
                    "the content is that of a file taken before (of {said_en}), older than the source's latest (of \
                     {known_en}), though the file is dated {given_en}; drop a newly made file, or use bonro import \
                     --force if the older state is really wanted"
                ),
            })
        }
        Some(_) | None => Ok(()),
    }
}

/// Kinds as an import keeps them.
pub(super) fn words(kinds: &BTreeSet<RecordKind>) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(",")
}

/// Whether an import tells of something that these kinds are: who doesn't say of what tells of everything.
fn tell_of_the_same(kept: Option<&str>, kinds: &BTreeSet<RecordKind>) -> bool {
    let is_among = |word: &str| kinds.iter().any(|kind| kind.as_str() == word);
    kinds.is_empty() || kept.is_none_or(|words| words.split(',').any(is_among))
}
