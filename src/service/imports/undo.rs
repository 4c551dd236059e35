//! Undoing an import as a whole, whatever it brought: what it received never came in, what it changed stands as before.
//! First all of it is tried without a trace; then it is done in steps, and a break goes on where it stopped. How
//! records of each kind are taken back is in `service::undoing`.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::running::name;
use super::{ImportRun, OutcomeRow, ProblemRow};
use crate::domain::record::{RecordKind, Severity};
use crate::service::House;
use crate::service::error::{ServiceError, Violation};
use crate::service::undoing::{subject_before, take_back};
use crate::service::work::{Context, Work};
use crate::store::sources::SourceRow;
use crate::store::{imports, sources};

/// Rows a step: a transaction lasts a moment.
const STEP: u64 = 500;

impl House {
    /// Undoes an import; goes on where it stopped.
    pub async fn undo_import(
        &self,
        context: Context,
        id: Uuid,
        reason: &str,
    ) -> Result<ImportRun, ServiceError> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Violation::missing("reason").into());
        }
        // Tried in transactions that are dropped: nothing is half undone for a record that somebody worked on.
        let mut way = Way::default();
        loop {
            let (mut work, run) = self.moving(context.clone(), id).await?;
            let run = begun(&work, id, run).await?;
            if run.undone_at.is_some() {
                return Ok(run);
            }
            // What is begun is brought to its end.
            if run.undo_begun_at.is_some() {
                break;
            }
            let Some((kind, rows)) = way.next(&work, id).await? else { break };
            take_back(&mut work, kind, id, &rows).await?;
        }
        let mut way = Way::default();
        loop {
            let (mut work, run) = self.moving(context.clone(), id).await?;
            let mut run = begun(&work, id, run).await?;
            if run.undone_at.is_some() {
                return Ok(run);
            }
            let now = work.now();
            run.undo_begun_at = run.undo_begun_at.or(Some(now));
            run.undo_reason = run.undo_reason.or_else(|| Some(reason.to_owned()));
            run.updated_at = now;
            if let Some((kind, rows)) = way.next(&work, id).await? {
                match take_back(&mut work, kind, id, &rows).await {
                    Ok(()) => undone(&work, &run, kind, &rows).await?,
                    Err(error) if is_of_a_record(&error) => {
                        drop(work);
                        for rows in rows.chunk_by(|a, b| a.code == b.code) {
                            self.undo_or_keep(context.clone(), id, kind, rows).await?;
                        }
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            } else {
                run.undone_at = Some(now);
                sources::not_absent(&work.tx, id).await?;
                speaks_as_before(&work, &run).await?;
                work.note(name(id), &serde_json::json!({ "undone": run.undo_reason }));
            }
            let committed = run.committed_row;
            imports::save(&work.tx, run, committed).await?;
            work.finish(&[]).await?;
        }
    }
}

impl House {
    /// Takes back what the import did to one record, or leaves it as it is and says so: somebody worked on it after the
    /// undoing began, and an undo that can't end would keep its source from being imported.
    async fn undo_or_keep(
        &self,
        context: Context,
        id: Uuid,
        kind: RecordKind,
        rows: &[OutcomeRow],
    ) -> Result<(), ServiceError> {
        let (mut work, run) = self.moving(context.clone(), id).await?;
        let run = begun(&work, id, run).await?;
        match take_back(&mut work, kind, id, rows).await {
            Ok(()) => {
                undone(&work, &run, kind, rows).await?;
                work.finish(&[]).await
            }
            Err(error) if is_of_a_record(&error) => {
                drop(work);
                let (work, run) = self.moving(context, id).await?;
                let run = begun(&work, id, run).await?;
                let Some(row) = rows.last() else { return Ok(()) };
                imports::keep_problems(&work.tx, vec![kept(&work, run.id, row, &error)]).await?;
                let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
                imports::mark_undone(&work.tx, id, &numbers).await?;
                work.finish(&[]).await
            }
            Err(error) => Err(error),
        }
    }
}

/// Notes that these rows are undone.
async fn undone(
    work: &Work,
    run: &ImportRun,
    kind: RecordKind,
    rows: &[OutcomeRow],
) -> Result<(), ServiceError> {
    said_as_before(work, run, kind, rows).await?;
    let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
    Ok(imports::mark_undone(&work.tx, run.id, &numbers).await?)
}

/// Whether it is one record that can't be taken back.
fn is_of_a_record(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Precondition { reason: "WORKED_ON" | "REFERRED", .. })
}

/// The problem of a record that stayed as it was.
fn kept(work: &Work, import_id: Uuid, row: &OutcomeRow, error: &ServiceError) -> ProblemRow {
    let (why_vi, why_en) = if let ServiceError::Precondition { vi, en, .. } = error {
        (vi.clone(), en.clone())
    } else {
        (error.to_string(), error.to_string())
    };
    ProblemRow {
        id: work.new_id(),
        import_id,
        row_number: row.number,
        file: Some(row.file.clone()),
        line: Some(row.line),
        kind: row.kind.clone(),
        code: Some(row.code.clone()),
        field: None,
        reason: "KEPT_IN_UNDO".to_owned(),
        severity: Severity::Warning.as_str().to_owned(),
        message_vi: format!("giữ nguyên khi hoàn tác: {why_vi}"),
        message_en: format!("left as it is by the undo: {why_en}"),
        recorded_at: work.now(),
        unit_code: None,
    }
}

/// The way through what an import did: kind by kind, those first that need others.
#[derive(Debug, Default)]
struct Way {
    /// Kinds that are through.
    kinds: usize,
    /// The last code of the present kind.
    after: Option<String>,
}

impl Way {
    /// The next records that aren't undone, all of one kind.
    async fn next(
        &mut self,
        work: &Work,
        id: Uuid,
    ) -> Result<Option<(RecordKind, Vec<OutcomeRow>)>, ServiceError> {
        while let Some(kind) = RecordKind::ALL.iter().rev().nth(self.kinds) {
            let rows = imports::done(&work.tx, id, kind.as_str(), self.after.as_deref(), STEP).await?;
            if let Some(last) = rows.last() {
                self.after = Some(last.code.clone());
                return Ok(Some((*kind, rows)));
            }
            (self.kinds, self.after) = (self.kinds + 1, None);
        }
        Ok(None)
    }
}

fn cannot(reason: &'static str, id: Uuid, vi: String, en: String) -> ServiceError {
    ServiceError::Precondition { reason, subject: name(id), vi, en }
}

/// The import, if it may be undone.
async fn begun(work: &Work, id: Uuid, run: Option<ImportRun>) -> Result<ImportRun, ServiceError> {
    let run = run.ok_or_else(|| ServiceError::NotFound(name(id)))?;
    if run.undone_at.is_some() {
        return Ok(run);
    }
    if run.finished_at.is_none() {
        return Err(cannot(
            "IMPORT_OPEN",
            id,
            "lượt nạp chưa kết thúc; hãy nạp tiếp cho xong rồi hoàn tác".to_owned(),
            "the import isn't finished; send its last rows, then undo it".to_owned(),
        ));
    }
    if run.landed + run.changed > 0 && !imports::has_outcomes(&work.tx, id).await? {
        return Err(cannot(
            "OUTCOMES_UNKNOWN",
            id,
            "lượt nạp này có trước khi hệ thống ghi kết quả từng dòng nên không hoàn tác được; hãy nạp tệp đúng".to_owned(),
            "this import is from before outcomes were kept, so it can't be undone; import the right file".to_owned(),
        ));
    }
    if let Some(newer) = imports::newer_stands(&work.tx, &run).await? {
        return Err(cannot(
            "NEWER_STANDS",
            id,
            format!("nguồn này có lượt nạp mới hơn (imports/{newer}); hãy hoàn tác lượt đó trước"),
            format!("a newer import of this source stands (imports/{newer}); undo that one first"),
        ));
    }
    Ok(run)
}

/// The source's word of these records is what it was before the first row of each.
async fn said_as_before(
    work: &Work,
    run: &ImportRun,
    kind: RecordKind,
    rows: &[OutcomeRow],
) -> Result<(), ServiceError> {
    let mut first: BTreeMap<&str, &OutcomeRow> = BTreeMap::new();
    for row in rows {
        first.entry(row.said_as.as_deref().unwrap_or(&row.code)).or_insert(row);
    }
    let new = first.iter().filter(|(_, row)| row.hash_before.is_none());
    let new: Vec<String> = new.map(|(key, _)| (*key).to_owned()).collect();
    sources::forget(&work.tx, &run.source, kind.as_str(), &new).await?;
    let before = first
        .into_iter()
        .filter_map(|(key, row)| {
            let subject = subject_before(kind, row).or(row.subject_id)?;
            Some((key.to_owned(), row.hash_before.clone()?, subject))
        })
        .collect();
    Ok(sources::remember(&work.tx, &run.source, kind.as_str(), before, work.now()).await?)
}

/// The source speaks up to when its newest import does that stands.
async fn speaks_as_before(work: &Work, run: &ImportRun) -> Result<(), ServiceError> {
    let Some(source) = sources::hold(&work.tx, &run.source).await? else { return Ok(()) };
    let newest = imports::newest(&work.tx, &run.source).await?;
    let row = SourceRow {
        watermark: newest.as_ref().and_then(|run| run.watermark),
        import_id: newest.map(|run| run.id),
        updated_at: work.now(),
        version: source.version + 1,
        ..source
    };
    Ok(sources::put(&work.tx, row).await?)
}
