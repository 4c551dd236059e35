//! A file that opens a great share of its source's closed dossiers again is a broken file far more often than news: a
//! column of states that an update of the software dropped, an export of another period. It is refused unless forced.

use super::running::name;
use super::{ImportRun, RowOutcome, Start};
use crate::service::error::ServiceError;
use crate::service::work::Work;
use crate::store::{dossiers, imports};

/// The reason of the warning that a dossier was opened again.
pub const REOPENED: &str = "REOPENED";

/// An import may open so many again whatever their share, and this share of them whatever their number.
const FEW: u64 = 20;
const PERCENT: u64 = 5;

/// How dossiers end, the field of whose warning tells which it was. Each is looked at by itself: the withdrawn are few,
/// and all of them open again would be lost among the resolved.
const ENDS: [(&str, [&str; 2], &str, &str); 2] = [
    ("closed_at", ["resolved", "refused"], "đã có kết quả", "resolved"),
    ("outcome", ["withdrawn", "stopped"], "đã rút hoặc dừng", "withdrawn or stopped"),
];

/// The field of the warning for a dossier that ended so.
pub fn field(outcome: &str) -> &'static str {
    ENDS.iter().find(|(_, ends, ..)| ends.contains(&outcome)).map_or("closed_at", |(field, ..)| field)
}

/// Why an import can't go on after these rows; None where it can. `work` is the transaction in which they landed.
pub(super) async fn too_many(
    work: &Work,
    start: &Start,
    run: &ImportRun,
    outcomes: &[RowOutcome],
) -> Result<Option<ServiceError>, ServiceError> {
    if start.force {
        return Ok(None);
    }
    for (field, ends, vi, en) in ENDS {
        let is_so = |outcome: &&RowOutcome| {
            outcome.landed.problems.iter().any(|p| p.reason == REOPENED && p.field == field)
        };
        let here = outcomes.iter().filter(is_so).count() as u64;
        if here == 0 {
            continue;
        }
        let opened = here + imports::count_problems(&work.tx, run.id, REOPENED, field).await?;
        let elsewhere = work.closed_elsewhere.get(field).copied().unwrap_or(0);
        let closed = dossiers::count_closed(&work.tx, &run.source, &ends).await? + elsewhere + opened;
        if opened > FEW && opened * 100 > closed * PERCENT {
            return Ok(Some(ServiceError::Precondition {
                reason: "TOO_MANY_REOPENED",
                subject: name(run.id),
                vi: format!(
                    "tệp này mở lại ít nhất {opened} trong {closed} hồ sơ {vi} của nguồn (quá {PERCENT}%), thường do tệp \
                     thiếu cột trạng thái hoặc ngày kết thúc; lượt nạp dừng sau dòng {}; hãy kiểm tra tệp, hoàn tác lượt \
                     nạp nếu đã có dòng được nạp, hoặc nạp lại với force nếu các hồ sơ đó thật sự được mở lại",
                    run.committed_row
                ),
                en: format!(
                    "this file opens again at least {opened} of the source's {closed} dossiers that were {en} (more than \
                     {PERCENT}%), mostly since a column of states or closing dates is missing; the import stops after row \
                     {}; look at the file, undo the import if rows of it landed, or import it again with force if they \
                     really were opened again",
                    run.committed_row
                ),
            }));
        }
    }
    Ok(None)
}

/// How many dossiers of a source ended in each way, by the field of their warning.
pub(super) async fn closed(
    door: &impl crate::store::Door,
    source: &str,
) -> Result<std::collections::BTreeMap<&'static str, u64>, ServiceError> {
    let mut found = std::collections::BTreeMap::new();
    for (field, ends, ..) in ENDS {
        found.insert(field, dossiers::count_closed(door, source, &ends).await?);
    }
    Ok(found)
}
