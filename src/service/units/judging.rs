//! Whose date judges the dossiers of a unit's tree: the law's, or the appointment's, from a day of receipt on.
//!
//! A dossier keeps the setting of its unit and its day of receipt, as it keeps its calendar and its version of the
//! procedure. So a setting never judges anew what was received already, figures that were reported don't move, and
//! no dry run is needed: a day on or before which something of the tree was received is refused.

use chrono::NaiveDate;

use super::changes::{mine, tree};
use super::{UnitView, view};
use crate::domain::dossier::JudgeBy;
use crate::domain::text;
use crate::service::{ServiceError, Violation, Work, check_etag};
use crate::store::dossiers;
use crate::store::units::{self, JudgingRow, UnitRow};

/// A setting to make.
#[derive(Debug, Clone)]
pub struct SetJudgeBy {
    /// Code or identity of the unit.
    pub key: String,
    /// Whose date judges; must be said.
    pub judge_by: Option<JudgeBy>,
    /// The first day of receipt for which it holds.
    pub effective_on: NaiveDate,
    /// The version that the caller saw.
    pub etag: String,
}

/// Sets whose date judges what a unit and those below it receive from a day on.
pub async fn set_judge_by(work: &mut Work, change: SetJudgeBy) -> Result<UnitView, ServiceError> {
    let tree = tree(work).await?;
    let row = mine(work, &tree, &change.key)?;
    let subject = format!("units/{}", row.code);
    check_etag(&change.etag, row.version, &subject)?;
    let Some(judge_by) = change.judge_by else { return Err(Violation::missing("judge_by").into()) };
    if !tree.stands(row.id) {
        let (vi, en) = (
            format!("{subject} đã kết thúc; hãy chọn đơn vị kế tục"),
            format!("{subject} has ended; take the unit that goes on"),
        );
        return Err(ServiceError::Precondition { reason: "UNIT_ENDED", subject, vi, en });
    }
    let on = change.effective_on;
    let below: Vec<_> = work.rules.units.subtree(row.id).into_iter().collect();
    let received = dossiers::received_since(&work.tx, &below, on).await?;
    if received > 0 {
        let vi = format!(
            "{subject} đã tiếp nhận {received} hồ sơ từ ngày {}; hãy chọn ngày sau ngày tiếp nhận cuối cùng",
            text::date(on)
        );
        let en = format!(
            "{subject} has received {received} dossiers since {on}; take a day after the last receipt"
        );
        return Err(ServiceError::Precondition { reason: "RECEIVED_ALREADY", subject, vi, en });
    }
    let setting = JudgingRow {
        id: work.new_id(),
        unit_id: row.id,
        effective_on: on,
        judge_by: judge_by.as_str().to_owned(),
        created_at: work.now(),
        updated_at: work.now(),
    };
    units::save_judging(&work.tx, setting).await?;
    let (id, version) = (row.id, row.version);
    let changed = UnitRow { version: version + 1, updated_at: work.now(), ..row };
    units::update(&work.tx, changed, version).await?;
    let detail = serde_json::json!({ "judge_by": judge_by.as_str(), "effective_on": on });
    work.note(subject, &detail);
    work.reload_rules().await?;
    view(work, id).await
}
