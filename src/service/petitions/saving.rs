//! Saving: new events of petitions with the projection, the next notice and the ledger's difference beside
//! them, in one transaction.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::work::Work;
use super::PetitionRow;
use crate::domain::calendar::Calendar;
use crate::domain::dossier::Source;
use crate::domain::figure;
use crate::domain::petition::{Petition, PetitionState};
use crate::domain::reminder::{Marks, SubjectKind};
use crate::store::StoreError;
use crate::store::events::{self, EventRow, NewEvent};
use crate::store::figures::{self, Entry};
use crate::store::petitions;
use crate::store::rules::Rules;

/// What happened to a petition: the word of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happened {
    /// It came in.
    Received,
    /// It was answered.
    Answered,
    /// The answer was made public.
    Published,
    /// The source says otherwise than before, or what it said is taken back.
    Corrected,
    /// The import that brought it was undone: it never came in.
    Retracted,
}

impl Happened {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Answered => "answered",
            Self::Published => "published",
            Self::Corrected => "corrected",
            Self::Retracted => "retracted",
        }
    }
}

/// A petition as an event tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    /// What counts.
    #[serde(flatten)]
    pub petition: Petition,
    /// What it is about.
    #[serde(default)]
    pub subject: String,
    /// The document of the answer.
    #[serde(default)]
    pub document_number: String,
}

impl Told {
    /// Reads an event of a petition: it holds the whole.
    pub(super) fn of(row: &EventRow) -> Result<Self, StoreError> {
        let corrupt = |_| StoreError::Corrupt { table: "event", column: "payload", row: row.seq.to_string() };
        serde_json::from_str(&row.payload).map_err(corrupt)
    }

    /// Reads the last event; None if the petition never came in.
    pub(super) fn last(rows: &[EventRow]) -> Result<Option<Self>, StoreError> {
        let last = rows.last().filter(|row| row.kind != Happened::Retracted.as_str());
        last.map(Self::of).transpose()
    }
}

/// An event that is put to a petition.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// What happened.
    pub happened: Happened,
    /// When.
    pub at: DateTime<Utc>,
    /// The petition then.
    pub told: Told,
}

/// A petition with its new events, at least one.
#[derive(Debug)]
pub(super) struct Change {
    /// Identity.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// The projection before; None for a new one.
    pub row: Option<PetitionRow>,
    /// What the events told before.
    pub before: Option<Told>,
    /// The new ones.
    pub drafts: Vec<Draft>,
    /// Where they come from.
    pub source: Source,
    /// Why; mostly empty.
    pub reason: &'static str,
}

impl Change {
    /// The first and the last of the new events.
    pub(super) fn added(&self) -> (i32, i32) {
        let number = |at: i64| i32::try_from(at).unwrap_or(i32::MAX);
        let known = self.known();
        (number(known + 1), number(known + i64::try_from(self.drafts.len()).unwrap_or(i64::MAX)))
    }

    fn is_retracted(&self) -> bool {
        self.drafts.last().is_some_and(|draft| draft.happened == Happened::Retracted)
    }

    fn known(&self) -> i64 {
        self.row.as_ref().map_or(0, |row| row.version)
    }

    fn after(&self) -> Option<&Told> {
        self.drafts.last().map(|draft| &draft.told)
    }
}

/// The far end of time: the sort key of petitions without a due instant.
fn never() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_214_400, 0).expect("the year 9999 is in range")
}

/// The projection of a change.
fn project(
    rules: &Rules,
    calendar: &Calendar,
    change: &Change,
    told: &Told,
    now: DateTime<Utc>,
) -> PetitionRow {
    let petition = &told.petition;
    let state = petition.state();
    let open = state == PetitionState::Received;
    let due_at = petition.due_at;
    let marks = Marks { due: due_at.filter(|_| open), ..Marks::default() };
    let notice = rules.next_notice((SubjectKind::Petition, petition.unit_id), calendar, &marks, now);
    // It is in time up to the due instant itself.
    let overdue_at = due_at.filter(|_| open).map(|due| due + TimeDelta::microseconds(1));
    let flagged = change.row.as_ref().is_some_and(|row| row.overdue_flagged && row.overdue_at == overdue_at);
    PetitionRow {
        id: change.id,
        code: change.code.clone(),
        unit_id: petition.unit_id,
        received_at: petition.received_at,
        channel: petition.channel.clone(),
        kind: petition.kind.clone(),
        subject: (!told.subject.is_empty()).then(|| told.subject.clone()),
        due_at,
        due_key: due_at.unwrap_or_else(never),
        overdue_at,
        overdue_flagged: flagged && overdue_at.is_some(),
        answered_at: petition.answered_at,
        published_on: petition.published_on,
        citizen_rating: petition.citizen_rating.clone(),
        state: state.as_str().to_owned(),
        open,
        next_notice_at: notice.map(|n| n.at),
        next_notice_rule: notice.map(|n| n.kind.as_str().to_owned()),
        next_notice_step: notice.map(|n| n.step),
        version: change.known() + i64::try_from(change.drafts.len()).unwrap_or(i64::MAX),
        created_at: change.row.as_ref().map_or(now, |row| row.created_at),
        updated_at: now,
    }
}

/// Saves changes: new petitions in bulk, known ones where they still stand at their version. Returns the
/// projections in the order of the changes.
pub(super) async fn save(
    work: &Work,
    calendar: &Calendar,
    changes: &[Change],
) -> Result<Vec<PetitionRow>, ServiceError> {
    let now = work.now();
    let mut rows = Vec::with_capacity(changes.len());
    let (mut fresh, mut recorded, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        let Some(after) = change.after() else { continue };
        let row = project(&work.rules, calendar, change, after, now);
        for (number, draft) in (change.known() + 1..).zip(&change.drafts) {
            let payload = serde_json::to_string(&draft.told)
                .map_err(|_| ServiceError::Internal("a petition's event can't be written".to_owned()))?;
            recorded.push(NewEvent {
                subject_kind: "petition",
                subject_id: change.id,
                number: i32::try_from(number).unwrap_or(i32::MAX),
                kind: draft.happened.as_str().to_owned(),
                payload,
                occurred_at: draft.at,
                recorded_at: now,
                actor_id: work.context.caller.official_id,
                actor: work.context.caller.label.clone(),
                source: change.source,
                reason: change.reason.to_owned(),
            });
        }
        let before =
            change.before.as_ref().map(|told| told.petition.contributions(calendar)).unwrap_or_default();
        let told = if change.is_retracted() { Vec::new() } else { after.petition.contributions(calendar) };
        let difference = figure::difference(&before, &told);
        entries.extend(difference.into_iter().map(|contribution| Entry {
            subject_kind: "petition",
            subject_id: change.id,
            contribution,
        }));
        match &change.row {
            None => fresh.push(row.clone()),
            Some(old) => petitions::update(&work.tx, row.clone(), old.version).await?,
        }
        rows.push(row);
    }
    petitions::insert(&work.tx, fresh).await?;
    events::append(&work.tx, &recorded).await?;
    figures::append(&work.tx, &entries, now).await?;
    Ok(rows)
}
