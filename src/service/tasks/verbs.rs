//! The verbs of a task's life, each one or two events put to its history: the history refuses or takes them,
//! nothing is half done.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::work::{Work, check_etag};
use super::saving::{Change, Draft, save};
use super::{TaskRow, Told, warnings};
use crate::domain::calendar::Calendar;
use crate::domain::dossier::Source;
use crate::domain::task::{TaskEvent, TaskEventKind, TaskRefusal, TaskState, Verdict, standing};
use crate::store::{commitments, events, tasks};

/// What is done to a task.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its code.
    pub code: String,
    /// Version that the caller saw; empty: whatever stands.
    pub etag: String,
    /// When it happened; None: now.
    pub at: Option<DateTime<Utc>>,
    /// Why, or what is said about it.
    pub reason: String,
}

/// A task after a verb, and what it warns of.
#[derive(Debug, Clone)]
pub struct Done {
    /// The task.
    pub told: Told,
    /// What somebody should look at.
    pub warnings: Vec<Violation>,
}

/// The unit accepts the task; `responsible` answers for it from now on, if named.
pub async fn accept(work: &mut Work, step: Step, responsible: &str) -> Result<Done, ServiceError> {
    let mut kinds = Vec::new();
    if !responsible.is_empty() {
        let official = work.rules.official(responsible);
        let official = official
            .ok_or_else(|| Violation::unknown("responsible", responsible, "công chức", "official"))?;
        kinds.push(TaskEventKind::Entrusted { responsible_id: official.id });
    }
    kinds.push(TaskEventKind::Accepted);
    act(work, step, kinds).await
}

/// Reports progress; `percent` is checked to be 0 to 100.
pub async fn progress(work: &mut Work, step: Step, percent: Option<i32>) -> Result<Done, ServiceError> {
    let percent = percent.map(|p| u8::try_from(p).ok().filter(|p| *p <= 100).ok_or(p)).transpose();
    let percent = percent.map_err(|_| {
        Violation::new("percent", "OUT_OF_RANGE", "percent: hãy ghi từ 0 đến 100", "percent: give 0 to 100")
    })?;
    let note = step.reason.trim().to_owned();
    act(work, Step { reason: String::new(), ..step }, vec![TaskEventKind::Progressed { note, percent }]).await
}

/// Grants a later due day; counts for timeliness only if granted before the old day passed.
pub async fn extend(
    work: &mut Work,
    step: Step,
    due_on: Option<NaiveDate>,
    document: String,
) -> Result<Done, ServiceError> {
    let mut wrong = Vec::new();
    if due_on.is_none() {
        wrong.push(Violation::missing("due_on"));
    }
    if step.reason.trim().is_empty() {
        wrong.push(Violation::missing("reason"));
    }
    let Some(due_on) = due_on.filter(|_| wrong.is_empty()) else { return Err(ServiceError::Invalid(wrong)) };
    let mut done = act(work, step, vec![TaskEventKind::Extended { due_on, document }]).await?;
    if done.told.row.due_on != Some(due_on) {
        done.warnings.push(Violation::new(
            "due_on",
            "EXTENDED_LATE",
            "gia hạn sau khi đã quá hạn: vẫn đánh giá theo hạn cũ",
            "extended after the old day had passed: still judged by the old day",
        ));
    }
    Ok(done)
}

/// Submits the result; the task will count as finished on the date of its product.
pub async fn complete(
    work: &mut Work,
    step: Step,
    document: String,
    product_on: Option<NaiveDate>,
) -> Result<Done, ServiceError> {
    let calendar = house_calendar(work)?;
    let at = step.at.unwrap_or(work.now());
    let finished_at = match product_on {
        None => at,
        Some(day) if day == calendar.local_date(at) => at,
        Some(day) if day < calendar.local_date(at) => calendar.closing(day),
        Some(_) => {
            return Err(Violation::new(
                "product_on",
                "IN_THE_FUTURE",
                "product_on: văn bản sản phẩm ghi ngày sau ngày báo cáo hoàn thành; hãy sửa ngày",
                "product_on: the product is dated after the day of completion; correct the date",
            )
            .into());
        }
    };
    act(work, step, vec![TaskEventKind::Submitted { document, finished_at }]).await
}

/// Confirms the result.
pub async fn confirm(work: &mut Work, step: Step, verdict: Option<Verdict>) -> Result<Done, ServiceError> {
    act(work, step, vec![TaskEventKind::Confirmed { verdict }]).await
}

/// Sends the result back.
pub async fn send_back(work: &mut Work, step: Step) -> Result<Done, ServiceError> {
    if step.reason.trim().is_empty() {
        return Err(Violation::missing("reason").into());
    }
    act(work, step, vec![TaskEventKind::SentBack]).await
}

pub(super) fn house_calendar(work: &Work) -> Result<std::sync::Arc<Calendar>, ServiceError> {
    let calendar = work.rules.calendar_for(None).cloned();
    calendar.ok_or_else(|| ServiceError::Internal("the house has no calendar".to_owned()))
}

/// Puts events to a task's history.
async fn act(work: &mut Work, step: Step, kinds: Vec<TaskEventKind>) -> Result<Done, ServiceError> {
    let subject = format!("tasks/{}", step.code);
    let calendar = house_calendar(work)?;
    let row = tasks::find(&work.tx, &step.code, &work.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(subject.clone()))?;
    check_etag(&step.etag, row.version, &subject)?;
    let known = events::of(&work.tx, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    let known = events::task_events(&known)?;
    let at = step.at.unwrap_or(work.now());
    in_order(&subject, &known, at, work.now())?;
    // What a deadline already passed over is recorded late: somebody should look at the evidence.
    let late = row.overdue_at.is_some_and(|passed| at < passed && passed <= work.now());
    let reason = step.reason.trim();
    let drafts = kinds.into_iter().map(|kind| own(kind, at, reason.to_owned())).collect();
    let change = Change::grown(row, known, drafts, &calendar).map_err(|r| refused(&step.code, r))?;
    let mut done = finish(work, &calendar, change).await?;
    if late {
        done.warnings.push(Violation::new(
            "occurred_at",
            "RECORDED_LATE",
            "ghi nhận sau khi đã quá hạn một việc được cho là xảy ra trước hạn; hãy kiểm tra bằng chứng",
            "recorded after the due day as having happened before it; look at the evidence",
        ));
    }
    Ok(done)
}

/// Neither in the future nor before what was done last; the day that a deadline passed is no deed.
fn in_order(
    subject: &str,
    known: &[TaskEvent],
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let refuse = |reason, vi: String, en: String| ServiceError::Precondition {
        reason,
        subject: subject.to_owned(),
        vi,
        en: format!("{subject}: {en}"),
    };
    if at > now {
        let vi = format!("thời điểm {at} nằm trong tương lai; hãy sửa thời điểm");
        return Err(refuse("IN_THE_FUTURE", vi, format!("{at} lies in the future; correct it")));
    }
    let deeds =
        standing(known).into_iter().filter(|e| !matches!(e.kind, TaskEventKind::DeadlinePassed { .. }));
    match deeds.map(|e| e.occurred_at).max() {
        Some(last) if at < last => {
            let vi = format!("thời điểm {at} trước việc đã ghi nhận lúc {last}; hãy sửa thời điểm");
            let en = format!("{at} lies before what was recorded at {last}; correct the instant");
            Err(refuse("BEFORE_LAST_EVENT", vi, en))
        }
        _ => Ok(()),
    }
}

pub(super) fn own(kind: TaskEventKind, occurred_at: DateTime<Utc>, reason: String) -> Draft {
    Draft { event: TaskEvent { kind, occurred_at, source: Source::Own }, reason }
}

pub(super) async fn finish(
    work: &mut Work,
    calendar: &Calendar,
    change: Change,
) -> Result<Done, ServiceError> {
    let changes = [change];
    let rows = save(work, calendar, &changes).await?;
    let ([change], Some(row)) = (changes, rows.into_iter().next()) else {
        return Err(ServiceError::Internal("one change, one row".to_owned()));
    };
    let detail = serde_json::json!({ "state": row.state, "version": row.version });
    work.note(format!("tasks/{}", row.code), &detail);
    let part_of = (parent_code(work, &row).await?, commitment_code(work, &row).await?);
    Ok(Done { told: Told::new(row, part_of, &change.events), warnings: warnings(&change.after) })
}

async fn parent_code(work: &Work, row: &TaskRow) -> Result<String, ServiceError> {
    let ids: Vec<Uuid> = row.parent_id.into_iter().collect();
    Ok(tasks::codes(&work.tx, ids).await?.into_values().next().unwrap_or_default())
}

async fn commitment_code(work: &Work, row: &TaskRow) -> Result<String, ServiceError> {
    let ids: Vec<Uuid> = row.commitment_id.into_iter().collect();
    let found = commitments::by_ids(&work.tx, &ids).await?.pop();
    Ok(found.map(|commitment| commitment.code).unwrap_or_default())
}

/// A state in Vietnamese.
fn vi_state(state: TaskState) -> &'static str {
    match state {
        TaskState::Assigned => "đã giao",
        TaskState::Accepted => "đã tiếp nhận",
        TaskState::InProgress => "đang thực hiện",
        TaskState::Submitted => "đã báo cáo hoàn thành",
        TaskState::Completed => "đã hoàn thành",
        TaskState::Cancelled => "đã hủy",
    }
}

/// A refusal of a task's history as an error about it.
pub(super) fn refused(code: &str, refusal: TaskRefusal) -> ServiceError {
    let subject = format!("tasks/{code}");
    let (reason, vi) = sentence(refusal);
    ServiceError::Precondition { reason, en: format!("{subject}: {refusal}"), subject, vi }
}

/// The word for programs and the Vietnamese sentence of a refusal.
pub(super) fn sentence(refusal: TaskRefusal) -> (&'static str, String) {
    match refusal {
        TaskRefusal::NotAssigned => ("NOT_ASSIGNED", "nhiệm vụ chưa được giao".to_owned()),
        TaskRefusal::Forbidden(state) => (
            "FORBIDDEN_TRANSITION",
            format!(
                "không thực hiện được khi nhiệm vụ ở trạng thái {} ({})",
                vi_state(state),
                state.as_str()
            ),
        ),
        TaskRefusal::FinishedBeforeAssigned => (
            "FINISHED_BEFORE_ASSIGNED",
            "thời điểm hoàn thành trước ngày giao; hãy sửa một trong hai".to_owned(),
        ),
        TaskRefusal::NotLater => {
            ("NOT_LATER", "hạn mới không muộn hơn hạn hiện tại; hãy chọn ngày muộn hơn".to_owned())
        }
    }
}
