//! Undoing an import as a whole: each dossier that it received never came in, each that it changed stands as before,
//! by new events that void its own. First all of it is tried without a trace; then it is done in steps, and a break
//! goes on where it stopped.

use uuid::Uuid;

use super::running::name;
use super::{ImportRun, OutcomeRow};
use crate::domain::dossier::{Draft, EventKind, History, Source};
use crate::domain::record::RecordKind;
use crate::service::House;
use crate::service::dossiers::saving::{Change, save};
use crate::service::error::{ServiceError, Violation, refused};
use crate::service::work::{Context, Work};
use crate::store::sources::SourceRow;
use crate::store::{dossiers, events, imports, sources};

/// Dossiers a step: a transaction lasts a moment.
const STEP: u64 = 500;

/// Why, in the words of the events.
const WHY: &str = "hoàn tác lượt nạp";

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
        let mut after = 0;
        // Tried in transactions that are dropped: nothing is half undone for a dossier that somebody worked on.
        loop {
            let work = self.job(context.clone()).await?;
            let run = begun(&work, id).await?;
            if run.undone_at.is_some() {
                return Ok(run);
            }
            let rows = imports::done(&work.tx, id, after, STEP).await?;
            let Some(last) = rows.last() else { break };
            after = last.number;
            changes(&work, &run, &rows).await?;
        }
        loop {
            let mut work = self.job(context.clone()).await?;
            let mut run = begun(&work, id).await?;
            if run.undone_at.is_some() {
                return Ok(run);
            }
            let now = work.now();
            run.undo_begun_at = run.undo_begun_at.or(Some(now));
            run.undo_reason = run.undo_reason.or_else(|| Some(reason.to_owned()));
            run.updated_at = now;
            let rows = imports::done(&work.tx, id, 0, STEP).await?;
            if rows.is_empty() {
                run.undone_at = Some(now);
                sources::not_absent(&work.tx, id).await?;
                speaks_as_before(&work, &run).await?;
                work.note(name(id), &serde_json::json!({ "undone": run.undo_reason }));
            } else {
                let changes = changes(&work, &run, &rows).await?;
                save(&work, &changes).await?;
                said_as_before(&work, &run, &rows).await?;
                let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
                imports::mark_undone(&work.tx, id, &numbers).await?;
            }
            let committed = run.committed_row;
            imports::save(&work.tx, run.clone(), committed).await?;
            work.finish(&[]).await?;
        }
    }
}

fn cannot(reason: &'static str, id: Uuid, vi: String, en: String) -> ServiceError {
    ServiceError::Precondition { reason, subject: name(id), vi, en }
}

/// The import, if it may be undone.
async fn begun(work: &Work, id: Uuid) -> Result<ImportRun, ServiceError> {
    let run = imports::hold(&work.tx, id).await?.ok_or_else(|| ServiceError::NotFound(name(id)))?;
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

/// The histories of these rows' dossiers as they stood before the import.
async fn changes(work: &Work, run: &ImportRun, rows: &[OutcomeRow]) -> Result<Vec<Change>, ServiceError> {
    if let Some(other) = rows.iter().find(|row| row.kind != RecordKind::Dossier.as_str()) {
        return Err(cannot(
            "OTHER_RECORDS",
            run.id,
            format!(
                "lượt nạp có dữ liệu khác ngoài hồ sơ (dòng {}, {}); chỉ hoàn tác được lượt nạp hồ sơ, \
                 hãy sửa dữ liệu đó rồi nạp lại",
                other.number, other.kind
            ),
            format!(
                "the import brought other records than dossiers (row {}, {}); only imports of dossiers can be \
                 undone, correct those records and import them again",
                other.number, other.kind
            ),
        ));
    }
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.subject_id).collect();
    let mut projections = dossiers::by_ids(&work.tx, &ids).await?;
    let mut histories = events::histories(&work.tx, &ids).await?;
    let mut changes = Vec::with_capacity(rows.len());
    for outcome in rows {
        let Some(id) = outcome.subject_id else { continue };
        let (Some(row), Some(mut history)) = (projections.remove(&id), histories.remove(&id)) else {
            continue;
        };
        let subject = format!("dossiers/{}", row.code);
        let before =
            history.replay(&work.rules.book).map_err(|r| refused(&subject, &r, work.rules.zone()))?;
        let drafts = taken_back(work, outcome, &history, &subject)?;
        if drafts.is_empty() {
            continue;
        }
        let known = history.events().len();
        let after = history
            .record(drafts, work.now(), &work.rules.book)
            .map_err(|r| refused(&subject, &r, work.rules.zone()))?;
        changes.push(Change {
            id,
            code: row.code.clone(),
            row: Some(row),
            before: Some(before),
            history,
            known,
            after,
            source: None,
            applicant_id: None,
        });
    }
    Ok(changes)
}

/// What voids the events of a row: those that it added go, those that it voided come again.
fn taken_back(
    work: &Work,
    outcome: &OutcomeRow,
    history: &History,
    subject: &str,
) -> Result<Vec<Draft>, ServiceError> {
    let (Some(first), Some(last)) = (outcome.events_from, outcome.events_to) else { return Ok(Vec::new()) };
    let landed = outcome.result == "landed";
    let retracted = |number: i32| {
        history.events().iter().any(|e| e.number == number && e.draft.kind == EventKind::Retracted)
    };
    // It brought the dossier in, for the first time or once more.
    let brought = landed
        || history
            .events()
            .iter()
            .filter(|e| (first..=last).contains(&e.number))
            .any(|e| matches!(e.draft.kind, EventKind::Voided { number } if retracted(number)));
    let since = history.events().iter().find(|e| e.number > last && e.draft.source != Source::House);
    if let (true, Some(own)) = (brought, since) {
        return Err(ServiceError::Precondition {
            reason: "WORKED_ON",
            subject: subject.to_owned(),
            vi: format!(
                "{subject}: đã có sự kiện khác sau lượt nạp (số {}); hãy xử lý hồ sơ này bằng tay",
                own.number
            ),
            en: format!(
                "{subject}: something happened to it since the import (event {}); mend this dossier by hand",
                own.number
            ),
        });
    }
    let draft = |kind, occurred_at| Draft {
        kind,
        occurred_at,
        actor_id: work.context.caller.official_id,
        actor: work.context.caller.label.clone(),
        source: Source::Import,
        reason: WHY.to_owned(),
    };
    let now = work.now();
    if landed {
        return Ok(if history.retraction().is_some() {
            Vec::new()
        } else {
            vec![draft(EventKind::Retracted, now)]
        });
    }
    let voided = history.voided();
    let mut drafts = Vec::new();
    for event in history.events().iter().filter(|e| (first..=last).contains(&e.number)) {
        if let EventKind::Voided { number } = event.draft.kind {
            let again = history.events().iter().find(|e| e.number == number);
            drafts.extend(again.map(|e| Draft { reason: WHY.to_owned(), ..e.draft.clone() }));
        } else if !voided.contains(&event.number) {
            drafts.push(draft(EventKind::Voided { number: event.number }, now));
        }
    }
    Ok(drafts)
}

/// The source's word of these records is what it was.
async fn said_as_before(work: &Work, run: &ImportRun, rows: &[OutcomeRow]) -> Result<(), ServiceError> {
    let (known, new): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.hash_before.is_some());
    let codes: Vec<String> = new.iter().map(|row| row.code.clone()).collect();
    let kind = RecordKind::Dossier.as_str();
    sources::forget(&work.tx, &run.source, kind, &codes).await?;
    let before = known
        .iter()
        .filter_map(|row| Some((row.code.clone(), row.hash_before.clone()?, row.subject_id?)))
        .collect();
    Ok(sources::remember(&work.tx, &run.source, kind, before, work.now()).await?)
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
