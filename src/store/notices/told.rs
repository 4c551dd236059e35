//! What became of notices. Whether one was sent is told by its mail: nothing is written beside each notice when it leaves.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::super::entity::{notice, outbox};
use super::super::query::{ListQuery, Page, Published, page};
use super::super::{Door, StoreError};
use super::{CHUNK, NoticeRow};
use crate::domain::filter::{Condition as Comparison, Field, FieldKind, Op, Value};
use crate::domain::permission::Scope;
use crate::domain::reminder::NoticeState;

/// A notice and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldNotice {
    /// The notice.
    pub notice: NoticeRow,
    /// When its mail was taken by the server.
    pub sent_at: Option<DateTime<Utc>>,
    /// Its mail waits for its turn or for its server, or is under way.
    pub is_leaving: bool,
}

impl ToldNotice {
    /// Where it stands.
    pub fn state(&self) -> NoticeState {
        match (&self.notice.why, self.sent_at) {
            (Some(_), _) => NoticeState::Suppressed,
            (None, Some(_)) => NoticeState::Sent,
            (None, None) => NoticeState::Queued,
        }
    }
}

const fn text(name: &'static str, column: &'static str) -> Published {
    Published { field: Field { name, kind: FieldKind::Text, sortable: false }, column }
}

/// The field that no column stands behind.
const STATE: &str = "state";

/// What lists of notices may be filtered and ordered by. `unit`, `recipient` and `subject` are given as
/// resource names.
pub const PUBLISHED: [Published; 9] = [
    text("subject_kind", "subject_kind"),
    text("subject", "subject_code"),
    text("unit", "unit_id"),
    text("kind", "rule_kind"),
    text("rule_code", "rule_code"),
    text("role", "role"),
    text("recipient", "official_id"),
    text(STATE, STATE),
    Published {
        field: Field { name: "fell_due_at", kind: FieldKind::Instant, sortable: true },
        column: "fell_due_at",
    },
];

/// The mails that no server took, or that came back: few beside the others.
fn unsent_mails() -> SelectStatement {
    Query::select()
        .column(outbox::Column::Id)
        .from(outbox::Entity)
        .and_where(outbox::Column::State.is_in(["queued", "leased", "dead", "cancelled"]))
        .to_owned()
}

fn in_state(state: NoticeState) -> Condition {
    let unsuppressed = Condition::all().add(notice::Column::Why.is_null());
    let mail = notice::Column::OutboxId;
    match state {
        NoticeState::Suppressed => Condition::all().add(notice::Column::Why.is_not_null()),
        NoticeState::Sent => unsuppressed.add(mail.is_not_null()).add(mail.not_in_subquery(unsent_mails())),
        NoticeState::Queued => {
            unsuppressed.add(Condition::any().add(mail.is_null()).add(mail.in_subquery(unsent_mails())))
        }
    }
}

/// What a comparison with the state says of the columns.
fn compared(comparison: &Comparison) -> Condition {
    let named = match &comparison.value {
        Value::Text(word) => NoticeState::parse(word),
        Value::Missing | Value::Number(_) | Value::Flag(_) | Value::Instant(_) | Value::Day(_) => None,
    };
    let is_ne = comparison.op == Op::Ne;
    // Each has one of the states: none has another.
    let of = |state: &&NoticeState| (Some(**state) == named) != is_ne;
    NoticeState::ALL
        .iter()
        .filter(of)
        .fold(Condition::any().add(notice::Column::Id.is_null()), |any, state| any.add(in_state(*state)))
}

/// A page of notices, of the units in the scope or sent to the official.
pub async fn list(
    door: &impl Door,
    query: &ListQuery,
    scope: &Scope,
) -> Result<Page<ToldNotice>, StoreError> {
    let mut within = Condition::all();
    match scope {
        Scope::All => {}
        Scope::Units(units) => {
            let units: Vec<Uuid> = units.iter().copied().collect();
            within = within.add(notice::Column::UnitId.is_in(units));
        }
        Scope::Own(official) => within = within.add(notice::Column::OfficialId.eq(*official)),
    }
    let (of_state, others): (Vec<_>, Vec<_>) =
        query.conditions.iter().cloned().partition(|comparison| comparison.field == STATE);
    for comparison in &of_state {
        within = within.add(compared(comparison));
    }
    let query = ListQuery { conditions: others, ..query.clone() };
    let Page { rows, next } = page::<notice::Entity>(door, &PUBLISHED, "id", &query, Some(within)).await?;
    Ok(Page { rows: told(door, rows).await?, next })
}

/// What became of these, in their order.
pub async fn told(door: &impl Door, notices: Vec<NoticeRow>) -> Result<Vec<ToldNotice>, StoreError> {
    let mut mails: Vec<Uuid> = notices.iter().filter_map(|notice| notice.outbox_id).collect();
    mails.sort_unstable();
    mails.dedup();
    let mut known: HashMap<Uuid, Option<DateTime<Utc>>> = HashMap::new();
    for chunk in mails.chunks(CHUNK) {
        let found: Vec<(Uuid, String, Option<DateTime<Utc>>)> = outbox::Entity::find()
            .select_only()
            .column(outbox::Column::Id)
            .column(outbox::Column::State)
            .column(outbox::Column::SentAt)
            .filter(outbox::Column::Id.is_in(chunk.to_vec()))
            .filter(outbox::Column::State.is_in(["queued", "leased", "sent"]))
            .into_tuple()
            .all(door.conn())
            .await?;
        known.extend(found.into_iter().map(|(id, state, at)| (id, at.filter(|_| state == "sent"))));
    }
    let told = |notice: NoticeRow| {
        let mail = notice.outbox_id.and_then(|mail| known.get(&mail)).filter(|_| notice.why.is_none());
        ToldNotice { sent_at: mail.copied().flatten(), is_leaving: mail.is_some_and(Option::is_none), notice }
    };
    Ok(notices.into_iter().map(told).collect())
}

/// All notices of subjects.
pub async fn all_of(door: &impl Door, subject_ids: &[Uuid]) -> Result<Vec<ToldNotice>, StoreError> {
    all_but(door, subject_ids, &[]).await
}

/// The same but for those of a few mails.
pub async fn all_but(
    door: &impl Door,
    subject_ids: &[Uuid],
    mails: &[Uuid],
) -> Result<Vec<ToldNotice>, StoreError> {
    let (mail, others) = (notice::Column::OutboxId, mails.to_vec());
    let beside = Condition::any().add(mail.is_null()).add(mail.is_not_in(others));
    let mut rows = Vec::new();
    for chunk in subject_ids.chunks(CHUNK) {
        let found = notice::Entity::find()
            .filter(notice::Column::SubjectId.is_in(chunk.to_vec()))
            .filter(beside.clone())
            .all(door.conn())
            .await?;
        rows.extend(found);
    }
    told(door, rows).await
}

/// Notices that were sent to somebody else while the official was away for whom they were meant, and of which that one has
/// no copy yet.
pub async fn uncopied(
    door: &impl Door,
    limit: Option<u64>,
    but_for: &[Uuid],
) -> Result<Vec<ToldNotice>, StoreError> {
    let rows = notice::Entity::find()
        .filter(notice::Column::MeantForId.is_not_null())
        .filter(notice::Column::CopiedAt.is_null())
        .filter(notice::Column::MeantForId.is_not_in(but_for.to_vec()))
        .filter(in_state(NoticeState::Sent))
        .order_by_asc(notice::Column::MeantForId)
        .limit(limit)
        .all(door.conn())
        .await?;
    told(door, rows).await
}
