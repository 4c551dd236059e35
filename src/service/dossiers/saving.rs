//! Saving dossiers: events, projection and ledger in one transaction, one at a time or by the thousand.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::opinions;
use super::super::work::Work;
use crate::domain::deadline::{self, Timeliness};
use crate::domain::dossier::{Dossier, History};
use crate::domain::figure;
use crate::domain::reminder::{Marks, SubjectKind};
use crate::store::dossiers::{self, DossierRow};
use crate::store::events::{self, NewEvent};
use crate::store::figures::{self, Entry};
use crate::store::notices;
use crate::store::rules::Rules;

/// A dossier whose history grew.
#[derive(Debug)]
pub struct Change {
    /// Its identity.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// The projection before; None for a new one.
    pub row: Option<DossierRow>,
    /// What the history told before.
    pub before: Option<Dossier>,
    /// The grown history.
    pub history: History,
    /// How many of its events were there before.
    pub known: usize,
    /// What it tells now.
    pub after: Dossier,
    /// The source that brought it, for new ones.
    pub source: Option<String>,
    /// The applicant, kept apart.
    pub applicant_id: Option<Uuid>,
}

impl Change {
    /// What a known dossier becomes: its row, how it stood, its history grown beyond `known` events, how it stands.
    pub fn of_known(
        row: DossierRow,
        before: Dossier,
        (history, known): (History, usize),
        after: Dossier,
    ) -> Self {
        let (id, code) = (row.id, row.code.clone());
        let (source, applicant_id) = (None, None);
        Self { id, code, row: Some(row), before: Some(before), history, known, after, source, applicant_id }
    }

    /// The first and the last number of the new events.
    pub fn added(&self) -> Option<(i32, i32)> {
        let new = self.history.events().get(self.known..)?;
        Some((new.first()?.number, new.last()?.number))
    }
}

/// The far end of time: the sort key of dossiers without a due instant.
fn never() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_214_400, 0).expect("the year 9999 is in range")
}

/// The projection of a history.
pub fn project(rules: &Rules, change: &Change, now: DateTime<Utc>) -> DossierRow {
    let d = &change.after;
    let calendar = rules.book.calendars.get(&d.calendar_id);
    let open = d.state.is_open() && !d.retracted;
    let due_at = d.due_at();
    let overdue_at = calendar
        .zip(d.judged_due_at())
        .filter(|_| open)
        .map(|(calendar, due)| deadline::overdue_at(calendar, d.term, due));
    let mut flags = Vec::new();
    if d.closing.is_some_and(|c| c.while_stopped) {
        flags.push("closed_while_stopped");
    }
    if d.reappointments > 1 {
        flags.push("reappointed_twice");
    }
    if d.holder_id.is_none() && open {
        flags.push("no_holder");
    }
    if d.retracted {
        flags.push("retracted");
    }
    let mut row = DossierRow {
        id: change.id,
        code: change.code.clone(),
        procedure_id: d.procedure_id,
        procedure_version_id: d.procedure_version_id,
        calendar_id: d.calendar_id,
        unit_id: d.unit_id,
        continuing_unit_id: change.row.as_ref().and_then(|r| r.continuing_unit_id),
        applicant_id: change.row.as_ref().and_then(|r| r.applicant_id).or(change.applicant_id),
        applicant_kind: d.applicant_kind.as_str().to_owned(),
        channel: d.channel.as_str().to_owned(),
        state: d.state.as_str().to_owned(),
        holder_id: d.holder_id,
        received_at: d.received_at,
        received_on: d.received_on,
        due_at,
        due_key: due_at.unwrap_or_else(never),
        promised_at: d.promised_at,
        provisional: d.deadline.is_some_and(|dl| dl.provisional),
        closed_at: d.closing.map(|c| c.at),
        outcome: d.closing.map(|c| c.closed_as.as_str().to_owned()),
        timeliness: d.closing.and_then(|c| c.timeliness).map(|t: Timeliness| t.as_str().to_owned()),
        returned_at: d.returned_at,
        intake: d.intake.as_str().to_owned(),
        result: d.result.as_str().to_owned(),
        clock_stopped: d.clock_stopped(),
        overdue_at,
        overdue_flagged: open && d.overdue_flagged,
        open,
        late_recorded: d.closing.is_some_and(|c| c.recorded_late),
        judge_by: d.judge_by.as_str().to_owned(),
        judged_due_at: d.judged_due_at(),
        apologised: d.apologised,
        promise_way: match d.promise_days {
            None => "same",
            Some(days) if days < 0 => "earlier",
            Some(_) => "later",
        }
        .to_owned(),
        promise_days: d.promise_days.and_then(|days| i32::try_from(days).ok()),
        flags: flags.join(","),
        delay_cause: d.delay_cause.clone(),
        next_notice_at: None,
        next_notice_rule: None,
        next_notice_step: None,
        version: change.history.version().into(),
        source: change.row.as_ref().map_or_else(|| change.source.clone(), |r| r.source.clone()),
        created_at: change.row.as_ref().map_or(now, |r| r.created_at),
        updated_at: now,
        standing_since: d.standing_since,
    };
    let unit_id = row.continuing_unit_id.or(Some(row.unit_id));
    let mut marks = Marks::from(&row);
    marks.aged = marks.aged.filter(|_| rules.watched(row.procedure_id).is_some());
    let notice = calendar
        .and_then(|calendar| rules.next_notice((SubjectKind::Dossier, unit_id), calendar, &marks, now));
    row.next_notice_at = notice.map(|n| n.at);
    row.next_notice_rule = notice.map(|n| n.kind.as_str().to_owned());
    row.next_notice_step = notice.map(|n| n.step);
    row
}

/// Saves changes: new dossiers in bulk, known ones where they still stand at their version. Returns
/// the projections in the order of the changes.
pub fn save<'a>(
    work: &'a Work,
    changes: &'a [Change],
) -> BoxFuture<'a, Result<Vec<DossierRow>, ServiceError>> {
    Box::pin(async move {
        let now = work.now();
        let mut rows = Vec::with_capacity(changes.len());
        let (mut fresh, mut known) = (Vec::new(), Vec::new());
        let mut new_events = Vec::new();
        let mut entries = Vec::new();
        for change in changes {
            let row = project(&work.rules, change, now);
            let grown = &change.history.events()[change.known..];
            new_events.extend(grown.iter().map(|event| NewEvent::of_dossier(change.id, event)));
            let before = change.before.as_ref().map(figure::dossier).unwrap_or_default();
            let difference = figure::difference(&before, &figure::dossier(&change.after));
            entries.extend(difference.into_iter().map(|contribution| Entry {
                subject_kind: "dossier",
                subject_id: change.id,
                contribution,
            }));
            match &change.row {
                None => fresh.push(row.clone()),
                Some(old) => known.push((row.clone(), old.version)),
            }
            rows.push(row);
        }
        dossiers::insert(&work.tx, fresh).await?;
        dossiers::update(&work.tx, known).await?;
        let turned = changes.iter().zip(&rows).filter_map(|(change, row)| {
            let was_open = change.row.as_ref()?.open;
            (was_open != row.open).then_some((row.id, row.open))
        });
        let turned: Vec<_> = turned.collect();
        opinions::follow(work, &turned).await?;
        // What wasn't told of a dossier because it had closed may be true again.
        let reopened: Vec<_> = turned.iter().filter(|(_, open)| *open).map(|(id, _)| *id).collect();
        notices::revive(&work.tx, &reopened, &["closed"]).await?;
        events::append(&work.tx, &new_events).await?;
        figures::append(&work.tx, &entries, now).await?;
        Ok(rows)
    })
}
