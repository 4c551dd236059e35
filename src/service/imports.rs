//! Imports: batches of records, keyed by source and code, each batch one transaction with its outcomes.
//! Going on after a break means the same import from the row after the last committed one.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::landing::{Landed, LandedResult, problem};
use super::work::{Context, Look, Work};
use super::{
    House, calendars, documents, dossiers, officials, payments, petitions, procedures, surveys, targets,
    tasks, units,
};
use crate::domain::record::{ImportRow, Problem, Record, RecordKind, Severity};
use crate::store::imports;
use crate::store::query::{ListQuery, Page};

pub use crate::store::imports::{ImportRun, PUBLISHED, PUBLISHED_PROBLEMS, ProblemRow};

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
    /// Nothing is kept.
    pub dry_run: bool,
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
        let caller = context.caller.label.clone();
        let fresh = ImportRun {
            id: start.import_id,
            source: start.source.trim().to_owned(),
            kind: start.kind.clone(),
            dry_run: start.dry_run,
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
        if start.dry_run {
            return Ok(fresh);
        }
        let work = self.job(context).await?;
        if let Some(run) = imports::hold(&work.tx, start.import_id).await? {
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
        let run = if start.dry_run { None } else { imports::hold(&work.tx, start.import_id).await? };
        let committed = run.as_ref().map_or(first_row - 1, |r| r.committed_row);
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
        let last = numbered.last().map_or(committed, |(number, _)| *number);
        let outcomes = land(&mut work, &start.source, numbered).await?;
        let Some(mut run) = run else {
            // A dry run: the transaction is dropped and nothing is kept.
            return Ok((outcomes, last));
        };
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
        "open".clone_into(&mut run.state);
        imports::keep_problems(&work.tx, problem_rows(&work, run.id, &outcomes)).await?;
        imports::save(&work.tx, run, committed).await?;
        work.finish(&[]).await?;
        Ok((outcomes, last))
    }

    /// Marks an import finished: the client has sent its last row.
    pub async fn finish_import(&self, context: Context, start: &Start) -> Result<(), ServiceError> {
        if start.dry_run {
            return Ok(());
        }
        let mut work = self.job(context).await?;
        let Some(mut run) = imports::hold(&work.tx, start.import_id).await? else { return Ok(()) };
        "finished".clone_into(&mut run.state);
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

/// Hash of what a record says, without its place in a file.
fn content_hash(record: &Record) -> String {
    let mut bare = record.clone();
    match &mut bare {
        Record::Dossier(dossier) => {
            for step in &mut dossier.moves {
                step.file.clear();
                step.line = 0;
            }
            for event in &mut dossier.clock {
                event.file.clear();
                event.line = 0;
            }
        }
        Record::Calendar(calendar) => {
            for day in &mut calendar.days {
                day.file.clear();
                day.line = 0;
            }
        }
        Record::Unit(_)
        | Record::Official(_)
        | Record::Procedure(_)
        | Record::Task(_)
        | Record::Document(_)
        | Record::Petition(_)
        | Record::Survey(_)
        | Record::Payment(_)
        | Record::Target(_)
        | Record::Unreadable { .. } => {}
    }
    hex::encode(Sha256::digest(format!("{bare:?}")))
}

/// A row on its way.
struct Pending {
    number: i64,
    file: String,
    line: i64,
    kind: RecordKind,
    code: String,
    hash: String,
    landed: Option<Landed>,
}

/// The key under which a source's record is remembered. Versions of a procedure are records of their own.
fn source_key(record: &Record) -> String {
    let code = record.key().1.trim();
    if let Record::Procedure(procedure) = record
        && let Some(day) = procedure.effective_on
    {
        format!("{code}@{day}")
    } else {
        code.to_owned()
    }
}

/// Lands rows kind by kind, in the order in which kinds need each other.
async fn land(
    work: &mut Work,
    source: &str,
    rows: Vec<(i64, ImportRow)>,
) -> Result<Vec<RowOutcome>, ServiceError> {
    let mut pending: Vec<Pending> = Vec::with_capacity(rows.len());
    let mut records: Vec<Option<Record>> = Vec::with_capacity(rows.len());
    for (number, row) in rows {
        let (kind, code) = row.record.key();
        let (code, hash) = (code.trim().to_owned(), content_hash(&row.record));
        pending.push(Pending { number, file: row.file, line: row.line, kind, code, hash, landed: None });
        records.push(Some(row.record));
    }
    let keys: Vec<String> = records.iter().map(|r| r.as_ref().map(source_key).unwrap_or_default()).collect();
    for kind in RecordKind::ALL {
        let of_kind: Vec<usize> = (0..pending.len()).filter(|i| pending[*i].kind == *kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let codes: Vec<String> = of_kind.iter().map(|i| keys[*i].clone()).collect();
        let known = imports::source_rows(&work.tx, source, kind.as_str(), &codes).await?;
        let mut batch = Batch::default();
        let mut seen: HashMap<String, i64> = HashMap::new();
        for i in of_kind {
            let Some(record) = records[i].take() else { continue };
            if let Record::Unreadable { problems, .. } = record {
                pending[i].landed = Some(Landed::refused(problems));
            } else if let Some(first) = seen.get(&keys[i]) {
                pending[i].landed = Some(Landed::refused(vec![twice(&pending[i].code, *first)]));
            } else if known.get(&keys[i]).is_some_and(|(hash, _)| *hash == pending[i].hash) {
                pending[i].landed = Some(Landed::unchanged());
                seen.insert(keys[i].clone(), pending[i].line);
            } else {
                seen.insert(keys[i].clone(), pending[i].line);
                batch.push(i, record);
            }
        }
        let landed = batch.land(work, source).await?;
        let mut remembered = Vec::new();
        for (i, outcome) in landed {
            if let Some(subject) = outcome.subject_id {
                remembered.push((keys[i].clone(), pending[i].hash.clone(), subject));
            }
            pending[i].landed = Some(outcome);
        }
        let now: DateTime<Utc> = work.now();
        imports::remember(&work.tx, source, kind.as_str(), remembered, now).await?;
    }
    Ok(pending
        .into_iter()
        .map(|p| RowOutcome {
            row: p.number,
            file: p.file,
            line: p.line,
            kind: p.kind,
            code: p.code,
            landed: p.landed.unwrap_or_else(Landed::unchanged),
        })
        .collect())
}

fn twice(code: &str, first: i64) -> Problem {
    problem(
        "code",
        "TWICE_IN_FILE",
        format!("code: mã {code} đã có ở dòng {first} của cùng lần nạp; hãy xóa một trong hai dòng"),
        format!("code {code} stands already at line {first} of this import; delete one of both rows"),
    )
}

/// Rows of one kind, by the service that lands them.
#[derive(Default)]
struct Batch {
    rows: BTreeMap<usize, Record>,
}

/// Picks the records of one kind out of a batch.
macro_rules! pick {
    ($rows:expr, $variant:ident) => {
        $rows
            .into_iter()
            .filter_map(|(i, record)| if let Record::$variant(r) = record { Some((i, r)) } else { None })
            .collect::<Vec<_>>()
    };
}

impl Batch {
    fn push(&mut self, index: usize, record: Record) {
        self.rows.insert(index, record);
    }

    async fn land(self, work: &mut Work, source: &str) -> Result<Vec<(usize, Landed)>, ServiceError> {
        let Some(kind) = self.rows.values().next().map(|r| r.key().0) else { return Ok(Vec::new()) };
        let rows = self.rows;
        match kind {
            RecordKind::Unit => units::land(work, pick!(rows, Unit)).await,
            RecordKind::Official => officials::land(work, pick!(rows, Official)).await,
            RecordKind::Calendar => calendars::land(work, pick!(rows, Calendar)).await,
            RecordKind::Procedure => procedures::land(work, pick!(rows, Procedure)).await,
            RecordKind::Dossier => {
                let rows = pick!(rows, Dossier).into_iter().map(|(i, r)| (i, *r)).collect();
                dossiers::land(work, source, rows).await
            }
            RecordKind::Task => tasks::land(work, pick!(rows, Task)).await,
            RecordKind::Document => documents::land(work, pick!(rows, Document)).await,
            RecordKind::Petition => petitions::land(work, pick!(rows, Petition)).await,
            RecordKind::Survey => surveys::land(work, pick!(rows, Survey)).await,
            RecordKind::Payment => payments::land(work, pick!(rows, Payment)).await,
            RecordKind::Target => targets::land(work, pick!(rows, Target)).await,
        }
    }
}

/// An import by id.
pub async fn get(look: &Look, id: Uuid) -> Result<ImportRun, ServiceError> {
    imports::find(&look.door, id).await?.ok_or_else(|| ServiceError::NotFound(format!("imports/{id}")))
}

/// A page of imports.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<ImportRun>, ServiceError> {
    Ok(imports::list(&look.door, query).await?)
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
