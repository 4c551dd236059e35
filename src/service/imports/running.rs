//! The way of an import: opened or gone on with, batch after batch, finished.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::landing::{Arrival, land};
use super::turn::{no_undo, not_older, overtaken, words};
use super::{ImportRun, MOST_ROWS, OutcomeRow, ProblemRow, RowOutcome, Start, reopening};
use crate::domain::permission::Scope;
use crate::domain::record::{ImportRow, Problem, RecordKind, Severity};
use crate::domain::text;
use crate::service::House;
use crate::service::error::{ServiceError, Violation};
use crate::service::landing::LandedResult;
use crate::service::work::{Context, Work};
use crate::store::{imports, sources};

/// The state of an import whose last row was sent.
const FINISHED: &str = "finished";
/// After so many rows the engine looks at how those of the sources are spread.
const LOOKED_AT: [i64; 3] = [5_000, 20_000, 100_000];

impl House {
    /// Opens an import, or finds how far it came.
    pub async fn start_import(&self, context: Context, start: &Start) -> Result<ImportRun, ServiceError> {
        let fresh = opened(&context, start)?;
        let only_own = context.scope != Scope::All;
        let work = self.job(context).await?;
        imports::alone(&work.tx, &fresh.source).await?;
        if let Some(run) = imports::hold(&work.tx, start.import_id).await? {
            if only_own && run.caller != fresh.caller {
                return Err(ServiceError::NotFound(name(start.import_id)));
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
            if run.undo_begun_at.is_some() {
                return Err(ServiceError::Precondition {
                    reason: "IMPORT_UNDONE",
                    subject: name(run.id),
                    vi: "lượt nạp này đã được hoàn tác; hãy dùng UUID mới để nạp lại".to_owned(),
                    en: "this import was undone; draw a new UUID to import again".to_owned(),
                });
            }
            return Ok(run);
        }
        not_older(&work, start, &fresh).await?;
        imports::open(&work.tx, fresh.clone()).await?;
        work.finish(&[]).await?;
        Ok(fresh)
    }

    /// Lands a batch whose first row has the number `first_row`; returns the outcome of each row and the
    /// number of the last committed one. Rows that were committed before are passed over.
    ///
    /// In a box: all that can land, laid out in each caller, takes the compiler minutes.
    pub fn import_batch<'a>(
        &'a self,
        context: Context,
        start: &'a Start,
        first_row: i64,
        rows: Vec<ImportRow>,
    ) -> BoxFuture<'a, Result<(Vec<RowOutcome>, i64), ServiceError>> {
        Box::pin(self.batch_of(context, start, first_row, rows))
    }

    async fn batch_of(
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
        let (mut work, run) = self.moving(context.clone(), start.import_id).await?;
        let name = name(start.import_id);
        let mut run = run.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
        let committed = run.committed_row;
        // Unset it is 0: its rows would count as sent before, or the first of them.
        if first_row < 1 {
            return Err(Violation::new(
                "batch.first_row",
                "OUT_OF_RANGE",
                format!("số thứ tự dòng đầu của lô phải từ 1; hãy gửi tiếp từ dòng {}", committed + 1),
                format!("a batch's first row is numbered from 1; go on from row {}", committed + 1),
            )
            .into());
        }
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
        no_undo(&work, &run.source).await?;
        if let Some(refusal) = overtaken(&work, start, &run).await? {
            drop(work);
            self.stop_import(context, start).await?;
            return Err(refusal);
        }
        let arrival = Arrival {
            import_id: run.id,
            source: run.source.clone(),
            // Who doesn't say up to when the records speak sends what stands now.
            as_of: run.watermark.unwrap_or_else(|| work.now()).min(work.now()),
            full: run.kind == "full",
        };
        let calendar_refused = imports::has_refused(&work.tx, run.id, RecordKind::Calendar.as_str()).await?;
        let outcomes = land(&mut work, &arrival, numbered, calendar_refused).await?;
        if let Some(refusal) = reopening::too_many(&work, start, &run, &outcomes).await? {
            drop(work);
            self.stop_import(context, start).await?;
            return Err(refusal);
        }
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
        imports::keep_outcomes(&work.tx, outcome_rows(run.id, &outcomes)).await?;
        imports::save(&work.tx, run, committed).await?;
        work.finish(&[]).await?;
        if LOOKED_AT.iter().any(|mark| (committed..last).contains(mark)) {
            self.store.look_at_spread("source_row").await;
        }
        Ok((outcomes, last))
    }

    /// Begins to move an import, if there is such a one, alone among those of its source: what is read of the others
    /// stands until it is done, by whatever replica they are moved.
    pub(super) async fn moving(
        &self,
        context: Context,
        id: Uuid,
    ) -> Result<(Work, Option<ImportRun>), ServiceError> {
        let mut work = self.job(context).await?;
        let Some(run) = imports::find(&work.tx, id).await? else { return Ok((work, None)) };
        imports::alone(&work.tx, &run.source).await?;
        // It was waited for who moved them before: the rules and the import are as those left them.
        work.rules = self.rules(&work.tx).await?;
        let run = imports::hold(&work.tx, id).await?;
        Ok((work, run))
    }

    /// Ends an import where it stands, so that what landed of it can be undone. It isn't the source's word on anything.
    async fn stop_import(&self, context: Context, start: &Start) -> Result<(), ServiceError> {
        let (mut work, run) = self.moving(context, start.import_id).await?;
        let Some(mut run) = run else { return Ok(()) };
        FINISHED.clone_into(&mut run.state);
        run.finished_at = Some(work.now());
        let (committed, watermark) = (run.committed_row, run.watermark.take());
        work.note(
            self::name(run.id),
            &serde_json::json!({ "source": run.source, "stopped_after": committed, "watermark": watermark }),
        );
        imports::save(&work.tx, run, committed).await?;
        work.finish(&[]).await
    }

    /// Marks an import finished: the client has sent its last row. A full one tells what its source no longer names.
    pub async fn finish_import(&self, context: Context, start: &Start) -> Result<(), ServiceError> {
        let (mut work, run) = self.moving(context.clone(), start.import_id).await?;
        let Some(mut run) = run else { return Ok(()) };
        if run.state == FINISHED {
            return Ok(());
        }
        no_undo(&work, &run.source).await?;
        if overtaken(&work, start, &run).await?.is_some() {
            drop(work);
            return self.stop_import(context, start).await;
        }
        FINISHED.clone_into(&mut run.state);
        run.finished_at = Some(work.now());
        let committed = run.committed_row;
        if run.kind == "full" {
            let missing = sources::newly_absent(&work.tx, &run.source, run.id).await?;
            run.absent = i64::try_from(missing.len()).unwrap_or(i64::MAX);
            let file = run.file_name.clone().unwrap_or_default();
            let rows = (committed + 1..).zip(missing).map(|(number, (kind, code, subject_id))| OutcomeRow {
                import_id: run.id,
                number,
                file: file.clone(),
                line: 0,
                kind,
                code,
                result: "absent".to_owned(),
                subject_id: Some(subject_id),
                hash_before: None,
                events_from: None,
                events_to: None,
                undone: false,
                before: None,
                left_hash: None,
                said_as: None,
            });
            imports::keep_outcomes(&work.tx, rows.collect()).await?;
        }
        // A unit's file says nothing of how fresh the others' records are, and one that was refused row by row nothing
        // at all: reminders would go out by what stood before it.
        let told = run.refused < committed || committed == 0;
        let watermark = run.watermark.filter(|_| told && work.context.scope == Scope::All);
        sources::speaks_up_to(&work.tx, &run.source, run.id, watermark, work.now()).await?;
        let detail = serde_json::json!({
            "source": run.source, "landed": run.landed, "changed": run.changed,
            "unchanged": run.unchanged, "refused": run.refused, "absent": run.absent,
            "sha256": run.sha256, "watermark": run.watermark,
        });
        work.note(self::name(run.id), &detail);
        imports::save(&work.tx, run, committed).await?;
        work.finish(&[]).await
    }
}

pub(super) fn name(id: Uuid) -> String {
    format!("imports/{id}")
}

/// An import that has no rows yet, or all that is wrong with its beginning.
fn opened(context: &Context, start: &Start) -> Result<ImportRun, ServiceError> {
    let mut wrong = Vec::new();
    if start.source.trim().is_empty() {
        wrong.push(Violation::missing("start.source"));
    }
    if start.kind == "full" && context.scope != Scope::All {
        // What it doesn't name would count as missing, and it can't name what others have.
        wrong.push(Violation::new(
            "start.kind",
            "OUT_OF_REACH",
            "start.kind: khóa của một cơ quan không nạp được toàn bộ dữ liệu của nguồn; hãy nạp một phần (partial)",
            "start.kind: a unit's key can't bring all that a source has; import a part",
        ));
    }
    let sha256 = start.sha256.trim().to_lowercase();
    if !sha256.is_empty() && hex::decode(&sha256).map_or(true, |bytes| bytes.len() != 32) {
        wrong.push(Violation::new(
            "start.sha256",
            "BAD_HASH",
            "start.sha256: không phải là SHA-256; hãy ghi 64 chữ số thập lục phân hoặc để trống",
            "start.sha256 is no SHA-256; give 64 hexadecimal digits or leave it out",
        ));
    }
    if start.watermark.is_some_and(|at| at > context.now) {
        wrong.push(Violation::new(
            "start.watermark",
            "IN_THE_FUTURE",
            "start.watermark: nằm sau thời điểm hiện tại của hệ thống; hãy sửa thời điểm xuất dữ liệu",
            "start.watermark lies after the house's present; correct when the file was made",
        ));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(ImportRun {
        id: start.import_id,
        source: start.source.trim().to_owned(),
        kind: start.kind.clone(),
        state: "open".to_owned(),
        committed_row: 0,
        landed: 0,
        unchanged: 0,
        changed: 0,
        refused: 0,
        warned: 0,
        caller: context.caller.key_id.to_string(),
        started_at: context.now,
        updated_at: context.now,
        finished_at: None,
        file_name: given(&text::tidy(&start.file_name)),
        sha256: given(&sha256),
        watermark: start.watermark,
        kinds: given(&words(&start.kinds)),
        caller_label: Some(context.caller.label.clone()),
        absent: 0,
        undo_begun_at: None,
        undone_at: None,
        undo_reason: None,
    })
}

fn problem_rows(work: &Work, import_id: Uuid, outcomes: &[RowOutcome]) -> Vec<ProblemRow> {
    let now: DateTime<Utc> = work.now();
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
        unit_code: outcome.unit.clone(),
    };
    let mut rows: Vec<ProblemRow> =
        outcomes.iter().flat_map(|o| o.landed.problems.iter().map(move |p| row(o, p))).collect();
    // They are read in the order of their identities, which those of one instant draw by chance: in that of being found.
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    for (row, id) in rows.iter_mut().zip(ids) {
        row.id = id;
    }
    rows
}

fn outcome_rows(import_id: Uuid, outcomes: &[RowOutcome]) -> Vec<OutcomeRow> {
    let row = |outcome: &RowOutcome| {
        let result = match outcome.landed.result {
            LandedResult::Landed => "landed",
            LandedResult::Changed => "changed",
            LandedResult::Refused => "refused",
            LandedResult::Unchanged => return None,
        };
        Some(OutcomeRow {
            import_id,
            number: outcome.row,
            file: outcome.file.clone(),
            line: outcome.line,
            kind: outcome.kind.as_str().to_owned(),
            code: outcome.code.clone(),
            result: result.to_owned(),
            subject_id: outcome.landed.subject_id,
            hash_before: outcome.hash_before.clone(),
            events_from: outcome.landed.events.map(|(first, _)| first),
            events_to: outcome.landed.events.map(|(_, last)| last),
            undone: false,
            before: outcome.landed.before.clone(),
            left_hash: outcome.landed.left_hash.clone(),
            said_as: outcome.said_as.clone(),
        })
    };
    outcomes.iter().filter_map(row).collect()
}
