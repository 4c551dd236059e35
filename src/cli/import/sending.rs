//! The stream of an import: batches, how many are on the way, and going on after a break from the row
//! that the server committed last. Counting outcomes is the business of `tally`.

use std::collections::VecDeque;
use std::error::Error as _;
use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{DateTime, Utc};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};
use uuid::Uuid;

use super::rows;
use crate::cli::connection::{ANSWER_BYTES, Line};
use crate::cli::wire::timestamp;
use crate::intake::SourceRow;
use crate::pb::v1 as pb;
use crate::pb::v1::import_request::Message as Ask;
use crate::pb::v1::import_response::Message as Answer;
use crate::pb::v1::import_service_client::ImportServiceClient;

/// Rows of a batch, at most.
const BATCH_ROWS: usize = 1000;
/// Bytes of a batch, at most: 1 MiB with room for what frames the rows.
const BATCH_BYTES: usize = 1024 * 1024 - 1024;
/// Batches that wait for their answer, at most.
const IN_FLIGHT: usize = 8;
/// Breaks in a row without one new outcome, at most: some two minutes of waiting.
const BREAKS: u32 = 25;

/// What is imported, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The id of the import.
    pub id: Uuid,
    /// The source that it is keyed by.
    pub source: String,
    /// All of the source, or a part.
    pub kind: pb::ImportKind,
    /// Check only.
    pub dry_run: bool,
    /// What is said of the file.
    pub origin: Origin,
}

/// What is said of the file that an import is.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Its name.
    pub file_name: String,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Up to when it speaks, where that is known.
    pub watermark: Option<DateTime<Utc>>,
    /// Taken although a newer one was taken before.
    pub force: bool,
}

/// What happens on the way.
#[derive(Debug)]
pub enum News<'a> {
    /// A row has its outcome.
    Outcome(&'a SourceRow, pb::RowOutcome),
    /// These rows (from 1) were committed before; their outcomes were said to somebody else.
    Before(RangeInclusive<usize>),
    /// A dry run that broke begins anew: what was said so far doesn't count.
    Anew,
    /// The connection broke; it is tried again.
    Broken(&'a Status),
}

/// Sends the rows and tells the news until all are committed.
pub async fn send(
    line: &Line,
    plan: &Plan,
    source_rows: &[SourceRow],
    tell: &mut (dyn FnMut(News<'_>) + Send),
) -> anyhow::Result<()> {
    let mut seen = 0;
    let mut breaks = 0;
    loop {
        let before = seen;
        let Err(status) = session(line, plan, source_rows, &mut seen, tell).await else {
            return Ok(());
        };
        breaks = if seen > before { 1 } else { breaks + 1 };
        if !is_break(&status) || breaks > BREAKS {
            return Err(status.into());
        }
        tell(News::Broken(&status));
        tokio::time::sleep(Duration::from_millis(500) * breaks.min(10)).await;
    }
}

/// Whether the connection broke, the server says that it will be back, or another stream moved the import.
fn is_break(status: &Status) -> bool {
    matches!(status.code(), Code::Unavailable | Code::Aborted) || status.source().is_some()
}

/// One stream, from the row after the last committed one to the end.
async fn session(
    line: &Line,
    plan: &Plan,
    source_rows: &[SourceRow],
    seen: &mut usize,
    tell: &mut (dyn FnMut(News<'_>) + Send),
) -> Result<(), Status> {
    let (asks, receiver) = mpsc::channel(IN_FLIGHT + 1);
    let start = pb::ImportStart {
        import_id: plan.id.to_string(),
        source: plan.source.clone(),
        kind: plan.kind.into(),
        dry_run: plan.dry_run,
        file_name: plan.origin.file_name.clone(),
        sha256: plan.origin.sha256.clone(),
        watermark: plan.origin.watermark.map(timestamp),
        force: plan.origin.force,
    };
    put(&asks, Ask::Start(start)).await;
    let mut client = ImportServiceClient::new(line.clone()).max_decoding_message_size(ANSWER_BYTES);
    let mut answers = client.import(ReceiverStream::new(receiver)).await?.into_inner();
    let committed = match next(&mut answers).await? {
        Some(Answer::Started(started)) => usize::try_from(started.committed_row).unwrap_or(0),
        Some(Answer::Outcome(_)) | None => {
            return Err(Status::internal("the server didn't begin with `started`"));
        }
    };
    if committed > source_rows.len() {
        return Err(Status::failed_precondition("the import with this id has more rows than these files"));
    }
    if committed > *seen {
        tell(News::Before(*seen + 1..=committed));
    } else if committed < *seen {
        tell(News::Anew);
    }
    *seen = committed;

    let mut sent = committed;
    let mut on_the_way = VecDeque::with_capacity(IN_FLIGHT);
    loop {
        while on_the_way.len() < IN_FLIGHT && sent < source_rows.len() {
            let batch = batch(source_rows, sent);
            sent += batch.rows.len();
            on_the_way.push_back(batch.rows.len());
            put(&asks, Ask::Batch(batch)).await;
        }
        let Some(expected) = on_the_way.pop_front() else { break };
        let Some(Answer::Outcome(outcome)) = next(&mut answers).await? else {
            return Err(Status::unavailable("the server ended the stream before the last row"));
        };
        if outcome.outcomes.len() != expected {
            // A stream that was given up for dead came before: its rows are told of as committed.
            return Err(Status::aborted("rows of this batch were committed by another stream"));
        }
        for outcome in outcome.outcomes {
            tell(News::Outcome(&source_rows[*seen], outcome));
            *seen += 1;
        }
    }
    drop(asks);
    // The import is finished when the server ends the stream.
    while next(&mut answers).await?.is_some() {}
    Ok(())
}

/// Hands a message to the stream. If the stream is gone, its end says why.
async fn put(asks: &mpsc::Sender<pb::ImportRequest>, message: Ask) {
    let _ = asks.send(pb::ImportRequest { message: Some(message) }).await;
}

async fn next(answers: &mut Streaming<pb::ImportResponse>) -> Result<Option<Answer>, Status> {
    match answers.message().await? {
        None => Ok(None),
        Some(answer) => answer.message.map(Some).ok_or_else(|| Status::internal("an answer without content")),
    }
}

/// The batch that begins after `sent` rows.
fn batch(source_rows: &[SourceRow], sent: usize) -> pb::ImportBatch {
    let mut rows = Vec::new();
    let mut bytes = 0;
    for source_row in source_rows[sent..].iter().take(BATCH_ROWS) {
        let mut row = rows::row(source_row);
        let mut length = framed(&row);
        if length > BATCH_BYTES {
            row = too_large(source_row);
            length = framed(&row);
        }
        if bytes + length > BATCH_BYTES {
            break;
        }
        bytes += length;
        rows.push(row);
    }
    pb::ImportBatch { first_row: i64::try_from(sent + 1).unwrap_or(i64::MAX), rows }
}

/// The bytes of a row in a batch: itself, a tag and its length.
fn framed(row: &pb::ImportRow) -> usize {
    row.encoded_len() + 6
}

/// A row that no batch can hold is refused by name rather than breaking the stream.
fn too_large(source_row: &SourceRow) -> pb::ImportRow {
    let (file, line) = (source_row.file.to_string(), i64::try_from(source_row.line).unwrap_or(i64::MAX));
    let problem = pb::RowProblem {
        severity: pb::Severity::Error.into(),
        field: String::new(),
        file: file.clone(),
        line,
        reason: "ROW_TOO_LARGE".to_owned(),
        message_vi: "dòng dài hơn 1 MiB; hãy rút ngắn các ô chữ hoặc kiểm tra dấu ngoặc kép".to_owned(),
        message_en: "the row is longer than 1 MiB; shorten its texts or check the quotation marks".to_owned(),
    };
    let (kind, code) = source_row.record.key();
    let code = code.chars().take(100).collect();
    let record = pb::UnreadableRecord { kind: rows::kind(kind).into(), code, problems: vec![problem] };
    pb::ImportRow { file, line, record: Some(pb::import_row::Record::Unreadable(record)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Files, read};

    #[test]
    fn batches_hold_every_row_once_within_their_bounds() {
        let reading = read(&Files::sample());
        let (mut sent, mut batches) = (0, 0);
        while sent < reading.rows.len() {
            let batch = batch(&reading.rows, sent);
            assert_eq!(batch.first_row, i64::try_from(sent + 1).expect("a small number"));
            assert!(!batch.rows.is_empty() && batch.rows.len() <= BATCH_ROWS);
            assert!(batch.encoded_len() <= 1024 * 1024);
            sent += batch.rows.len();
            batches += 1;
        }
        assert_eq!((sent, batches), (40_122, 41));
    }

    #[test]
    fn a_row_that_no_batch_can_hold_is_refused_by_name() {
        let text = format!("code,parent_code,kind,name\nA,,office,{}\nB,,office,B\n", "x".repeat(2_000_000));
        let reading = read(&Files::of_memory([("units.csv", text.into_bytes())]));
        let batch = batch(&reading.rows, 0);
        assert_eq!(batch.rows.len(), 2);
        assert!(
            matches!(&batch.rows[0].record, Some(pb::import_row::Record::Unreadable(row)) if row.code == "A")
        );
    }
}
