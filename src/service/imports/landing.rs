//! Rows of a batch, each by the service that knows its kind: what is known already is passed over, what stands
//! twice is refused, and what needs a calendar waits for one that can be read.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::RowOutcome;
use super::names::Names;
use crate::domain::code::Code;
use crate::domain::record::{ImportRow, Problem, Record, RecordKind};
use crate::domain::text;
use crate::service::landing::{Landed, LandedResult, problem};
use crate::service::{
    ServiceError, Work, calendars, declared_figures, documents, dossiers, incidents, officials, payments,
    petitions, procedures, surveys, targets, tasks, undoing, units,
};
use crate::store::{source_names, sources};

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
        | Record::Declared(_)
        | Record::Incident(_)
        | Record::Unreadable { .. } => {}
    }
    hex::encode(Sha256::digest(format!("{bare:?}")))
}

/// The import that rows come with.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its id.
    pub import_id: Uuid,
    /// Its source.
    pub source: String,
    /// Up to when its records speak.
    pub as_of: DateTime<Utc>,
    /// It holds all that the source has.
    pub full: bool,
}

/// A row on its way.
struct Pending {
    number: i64,
    file: String,
    line: i64,
    kind: RecordKind,
    code: String,
    said_as: Option<String>,
    hash: String,
    hash_before: Option<String>,
    unit: Option<String>,
    landed: Option<Landed>,
}

impl Pending {
    fn is_refused(&self) -> bool {
        self.landed.as_ref().is_some_and(|landed| landed.result == LandedResult::Refused)
    }
}

/// Whether a deadline of such a record is counted by a calendar.
fn needs_calendar(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Dossier | RecordKind::Task | RecordKind::Petition)
}

/// Counted by another calendar than the one that came with it, a deadline would be wrong and nobody would see it.
fn without_calendar() -> Problem {
    problem(
        "calendar",
        "CALENDAR_REFUSED",
        "calendar: lịch làm việc của lần nạp này bị từ chối nên chưa tính được thời hạn; \
         hãy sửa lịch trước rồi nạp lại",
        "calendar: the calendar of this import was refused, so that no deadline can be counted; \
         correct the calendar first, then import again",
    )
}

/// The code as outcomes and problems name the row: whatever can't be one is cut.
fn shown(code: &str) -> String {
    if Code::parse_number(code).is_ok() { code.trim().to_owned() } else { text::cut(code) }
}

/// The key under which a source's record is remembered. Versions of a procedure are records of their own.
pub(super) fn source_key(record: &Record) -> String {
    let code = record.key().1.trim();
    if let Record::Procedure(procedure) = record
        && let Some(day) = procedure.effective_on
    {
        format!("{code}@{day}")
    } else {
        code.to_owned()
    }
}

/// Lands rows kind by kind, in the order in which kinds need each other. Where the calendar of the import was
/// refused (`calendar_refused`: in a batch before), what is counted by one is refused too.
pub(super) async fn land(
    work: &mut Work,
    arrival: &Arrival,
    rows: Vec<(i64, ImportRow)>,
    mut calendar_refused: bool,
) -> Result<Vec<RowOutcome>, ServiceError> {
    let mut pending: Vec<Pending> = Vec::with_capacity(rows.len());
    let mut records: Vec<Option<Record>> = Vec::with_capacity(rows.len());
    for (number, row) in rows {
        let (kind, code) = row.record.key();
        let (code, hash) = (shown(code), content_hash(&row.record));
        let (file, line) = (row.file, row.line);
        let said_as = Some(source_key(&row.record)).filter(|key| *key != code && !key.contains('\0'));
        let (hash_before, unit, landed) = (None, None, None);
        pending.push(Pending { number, file, line, kind, code, said_as, hash, hash_before, unit, landed });
        records.push(Some(row.record));
    }
    let keys: Vec<String> = records.iter().map(|r| r.as_ref().map(source_key).unwrap_or_default()).collect();
    for kind in RecordKind::ALL {
        let of_kind: Vec<usize> = (0..pending.len()).filter(|i| pending[*i].kind == *kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        // PostgreSQL knows no text with U+0000; no code has it.
        let codes = of_kind.iter().map(|i| &keys[*i]).filter(|key| !key.contains('\0')).cloned();
        let codes: Vec<String> = codes.collect();
        let known = sources::said(&work.tx, &arrival.source, kind.as_str(), &codes).await?;
        let mut batch = Batch::default();
        // What was founded in this batch has names too.
        let mut names = Names::of(work, &arrival.source).await?;
        let mut seen: HashMap<String, i64> = HashMap::new();
        for i in of_kind {
            let Some(mut record) = records[i].take() else { continue };
            pending[i].hash_before = known.get(&keys[i]).map(|(hash, _)| hash.clone());
            if let Record::Unreadable { problems, .. } = record {
                pending[i].landed = Some(Landed::refused(problems));
            } else if let Some(first) = seen.get(&keys[i]) {
                pending[i].landed = Some(Landed::refused(vec![twice(&pending[i].code, *first)]));
            } else if pending[i].hash_before.as_ref() == Some(&pending[i].hash) {
                pending[i].landed = Some(Landed::unchanged());
                seen.insert(keys[i].clone(), pending[i].line);
            } else {
                seen.insert(keys[i].clone(), pending[i].line);
                let ambiguous = names.resolve(&mut record);
                if let Record::Dossier(dossier) = &record {
                    pending[i].unit = Some(shown(&dossier.unit_code)).filter(|code| !code.is_empty());
                }
                if calendar_refused && needs_calendar(*kind) {
                    pending[i].landed = Some(Landed::refused(vec![without_calendar()]));
                } else if !ambiguous.is_empty() {
                    pending[i].landed = Some(Landed::refused(ambiguous));
                } else {
                    batch.push(i, record);
                }
            }
        }
        let met = names.met();
        source_names::note(&work.tx, &arrival.source, met, work.now()).await?;
        let before = undoing::before(work, *kind, &batch.codes()).await?;
        let mut landed = batch.land(work, arrival).await?;
        undoing::note(work, *kind, &before, &mut landed).await?;
        let mut remembered = Vec::new();
        for (i, outcome) in landed {
            if let Some(subject) = outcome.subject_id {
                remembered.push((keys[i].clone(), pending[i].hash.clone(), subject));
            }
            pending[i].landed = Some(outcome);
        }
        calendar_refused |= *kind == RecordKind::Calendar
            && pending.iter().filter(|p| p.kind == *kind).any(Pending::is_refused);
        let now: DateTime<Utc> = work.now();
        sources::remember(&work.tx, &arrival.source, kind.as_str(), remembered, now).await?;
        if arrival.full {
            sources::seen(&work.tx, &arrival.source, kind.as_str(), &codes, arrival.import_id).await?;
        }
    }
    Ok(pending
        .into_iter()
        .map(|p| RowOutcome {
            row: p.number,
            file: p.file,
            line: p.line,
            kind: p.kind,
            code: p.code,
            said_as: p.said_as,
            hash_before: p.hash_before,
            unit: p.unit,
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

    /// The codes of its records, as the house knows them; empty for the house's calendar.
    fn codes(&self) -> Vec<String> {
        let codes = self.rows.values().map(|record| record.key().1.trim());
        let known = |code: &str| Code::parse_number(code).map(String::from).ok();
        codes.filter_map(|code| if code.is_empty() { Some(String::new()) } else { known(code) }).collect()
    }

    /// In a box: the kinds side by side, laid out in each caller, take the compiler minutes.
    fn land<'a>(
        self,
        work: &'a mut Work,
        arrival: &'a Arrival,
    ) -> BoxFuture<'a, Result<Vec<(usize, Landed)>, ServiceError>> {
        Box::pin(async move {
            let Some(kind) = self.rows.values().next().map(|r| r.key().0) else { return Ok(Vec::new()) };
            let rows = self.rows;
            match kind {
                RecordKind::Unit => units::land(work, pick!(rows, Unit)).await,
                RecordKind::Official => officials::land(work, pick!(rows, Official)).await,
                RecordKind::Calendar => calendars::land(work, pick!(rows, Calendar)).await,
                RecordKind::Procedure => procedures::land(work, pick!(rows, Procedure)).await,
                RecordKind::Dossier => {
                    let rows = pick!(rows, Dossier).into_iter().map(|(i, r)| (i, *r)).collect();
                    dossiers::land(work, arrival, rows).await
                }
                RecordKind::Task => tasks::land(work, pick!(rows, Task)).await,
                RecordKind::Document => documents::land(work, pick!(rows, Document)).await,
                RecordKind::Petition => petitions::land(work, pick!(rows, Petition)).await,
                RecordKind::Survey => surveys::land(work, pick!(rows, Survey)).await,
                RecordKind::Payment => payments::land(work, pick!(rows, Payment)).await,
                RecordKind::Target => targets::land(work, pick!(rows, Target)).await,
                RecordKind::Declared => {
                    let rows = pick!(rows, Declared).into_iter().map(|(i, r)| (i, *r)).collect();
                    declared_figures::land(work, rows).await
                }
                RecordKind::Incident => {
                    let rows = pick!(rows, Incident).into_iter().map(|(i, r)| (i, *r)).collect();
                    incidents::land(work, rows).await
                }
            }
        })
    }
}
