//! Imports: batches of records, keyed by source and code, each batch one transaction with its outcomes.
//! Going on after a break means the same import from the row after the last committed one. How the rows of
//! a batch land is in `landing`, a dry run in `rehearsal`.

mod landing;
mod rehearsal;

use uuid::Uuid;

use landing::land;

use super::House;
use super::error::{ServiceError, Violation};
use super::landing::{Landed, LandedResult};
use super::work::{Context, Look, Work};
use crate::domain::permission::Scope;
use crate::domain::record::{ImportRow, Problem, RecordKind, Severity};
use crate::store::imports;
use crate::store::query::{ListQuery, Page};

pub use rehearsal::Rehearsal;

pub use crate::store::imports::{ImportRun, PUBLISHED, PUBLISHED_PROBLEMS, ProblemRow};

/// The state of an import whose last row was sent.
const FINISHED: &str = "finished";
/// The most rows of a batch.
pub const MOST_ROWS: usize = 1000;

/// What an import is opened with.
#[derive(Debug, Clone)]
pub struct Start {
    /// The client's id; the same again goes on.
    pub import_id: Uuid,
    /// The source's name: records are keyed by it.
    pub source: String,
    /// `full` or `partial`.
    pub kind: String,
}

/// The outcome of a row.
#[derive(Debug, Clone)]
pub struct RowOutcome {
    /// Its number in the import, from 1.
    pub row: i64,
    /// Its file.
    pub file: String,
    /// Its line.
    pub line: i64,
    /// What it is a record of.
    pub kind: RecordKind,
    /// Its code.
    pub code: String,
    /// What became of it.
    pub landed: Landed,
}

impl House {
    /// Opens an import, or finds how far it came.
    pub async fn start_import(&self, context: Context, start: &Start) -> Result<ImportRun, ServiceError> {
        if start.source.trim().is_empty() {
            return Err(Violation::missing("start.source").into());
        }
        let now = context.now;
        let caller = context.caller.key_id.to_string();
        let only_own = context.scope != Scope::All;
        let fresh = ImportRun {
            id: start.import_id,
            source: start.source.trim().to_owned(),
            kind: start.kind.clone(),
            dry_run: false,
            state: "open".to_owned(),
            committed_row: 0,
            landed: 0,
            unchanged: 0,
            changed: 0,
            refused: 0,
            warned: 0,
            caller,
            started_at: now,
            updated_at: now,
            finished_at: None,
        };
        let work = self.job(context).await?;
        if let Some(run) = imports::hold(&work.tx, start.import_id).await? {
            if only_own && run.caller != fresh.caller {
                return Err(ServiceError::NotFound(format!("imports/{}", start.import_id)));
            }
            if run.source != fresh.source || run.kind != fresh.kind {
                return Err(Violation::new(
                    "start.import_id",
                    "IMPORT_ID_REUSED",
                    "import_id đã dùng cho một nguồn khác; hãy dùng UUID mới",
                    "import_id was used for another source; draw a new UUID",
                )
                .into());
            }
            return Ok(run);
        }
        imports::open(&work.tx, fresh.clone()).await?;
        work.finish(&[]).await?;
        Ok(fresh)
    }

    /// Lands a batch whose first row has the number `first_row`; returns the outcome of each row and the
    /// number of the last committed one. Rows that were committed before are passed over.
    pub async fn import_batch(
        &self,
        context: Context,
        start: &Start,
        first_row: i64,
        rows: Vec<ImportRow>,
    ) -> Result<(Vec<RowOutcome>, i64), ServiceError> {
        if rows.len() > MOST_ROWS {
            return Err(Violation::new(
                "batch.rows",
                "TOO_MANY",
                "mỗi lô tối đa 1.000 dòng; hãy chia nhỏ",
                "a batch has at most 1,000 rows; split it",
            )
            .into());
        }
        let mut work = self.job(context).await?;
        let name = format!("imports/{}", start.import_id);
        let run = imports::hold(&work.tx, start.import_id).await?;
        let mut run = run.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
        let committed = run.committed_row;
        if first_row > committed + 1 {
            return Err(Violation::new(
                "batch.first_row",
                "GAP",
                format!("thiếu các dòng sau dòng {committed}; hãy gửi tiếp từ dòng {}", committed + 1),
                format!("rows after {committed} are missing; go on from row {}", committed + 1),
            )
            .into());
        }
        let numbered: Vec<(i64, ImportRow)> =
            (first_row..).zip(rows).filter(|(number, _)| *number > committed).collect();
        let Some((last, _)) = numbered.last() else { return Ok((Vec::new(), committed)) };
        let last = *last;
        if run.state == FINISHED {
            return Err(ServiceError::Precondition {
                reason: "IMPORT_FINISHED",
                subject: name,
                vi: "lượt nạp này đã kết thúc; hãy dùng UUID mới cho các dòng mới".to_owned(),
                en: "this import is finished; draw a new UUID for new rows".to_owned(),
            });
        }
        let calendar_refused = imports::has_refused(&work.tx, run.id, RecordKind::Calendar.as_str()).await?;
        let outcomes = land(&mut work, &start.source, numbered, calendar_refused).await?;
        for outcome in &outcomes {
            match outcome.landed.result {
                LandedResult::Landed => run.landed += 1,
                LandedResult::Unchanged => run.unchanged += 1,
                LandedResult::Changed => run.changed += 1,
                LandedResult::Refused => run.refused += 1,
            }
            run.warned += i64::from(outcome.landed.problems.iter().any(|p| p.severity == Severity::Warning));
        }
        run.committed_row = last;
        run.updated_at = work.now();
        imports::keep_problems(&work.tx, problem_rows(&work, run.id, &outcomes)).await?;
        imports::save(&work.tx, run, committed).await?;
        work.finish(&[]).await?;
        Ok((outcomes, last))
    }

    /// Marks an import finished: the client has sent its last row.
    pub async fn finish_import(&self, context: Context, start: &Start) -> Result<(), ServiceError> {
        let mut work = self.job(context).await?;
        let Some(mut run) = imports::hold(&work.tx, start.import_id).await? else { return Ok(()) };
        if run.state == FINISHED {
            return Ok(());
        }
        FINISHED.clone_into(&mut run.state);
        run.finished_at = Some(work.now());
        let committed = run.committed_row;
        let detail = serde_json::json!({
            "source": run.source, "landed": run.landed, "changed": run.changed,
            "unchanged": run.unchanged, "refused": run.refused,
        });
        work.note(format!("imports/{}", run.id), &detail);
        imports::save(&work.tx, run, committed).await?;
        work.finish(&[]).await
    }
}

fn problem_rows(work: &Work, import_id: Uuid, outcomes: &[RowOutcome]) -> Vec<ProblemRow> {
    let now = work.now();
    let row = |outcome: &RowOutcome, problem: &Problem| ProblemRow {
        id: work.new_id(),
        import_id,
        row_number: outcome.row,
        file: Some(if problem.file.is_empty() { outcome.file.clone() } else { problem.file.clone() }),
        line: Some(if problem.line == 0 { outcome.line } else { problem.line }),
        kind: outcome.kind.as_str().to_owned(),
        code: Some(outcome.code.clone()),
        field: Some(problem.field.clone()),
        reason: problem.reason.clone(),
        severity: problem.severity.as_str().to_owned(),
        message_vi: problem.vi.clone(),
        message_en: problem.en.clone(),
        recorded_at: now,
    };
    outcomes.iter().flat_map(|o| o.landed.problems.iter().map(move |p| row(o, p))).collect()
}

/// An import by id.
pub async fn get(look: &Look, id: Uuid) -> Result<ImportRun, ServiceError> {
    let found = imports::find(&look.door, id).await?;
    let mine = own(look);
    found
        .filter(|run| mine.as_ref().is_none_or(|key| run.caller == *key))
        .ok_or_else(|| ServiceError::NotFound(format!("imports/{id}")))
}

/// A page of imports.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<ImportRun>, ServiceError> {
    Ok(imports::list(&look.door, query, own(look).as_deref()).await?)
}

/// An import brings records of many units: who doesn't reach the whole house knows of those that its own key began.
fn own(look: &Look) -> Option<String> {
    (look.context.scope != Scope::All).then(|| look.context.caller.key_id.to_string())
}

/// A page of an import's problems.
pub async fn list_problems(
    look: &Look,
    id: Uuid,
    query: &ListQuery,
) -> Result<Page<ProblemRow>, ServiceError> {
    get(look, id).await?;
    Ok(imports::list_problems(&look.door, id, query).await?)
}
