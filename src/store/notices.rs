//! The ledger of notices: each that fell due, once, and what became of it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait as _, OnConflict, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::notice;
use super::query::{ListQuery, Page, Published, page};
use super::{Door, StoreError, Tx};
use crate::domain::filter::{Field, FieldKind};
use crate::domain::permission::Scope;

/// A notice and what became of it.
pub type NoticeRow = notice::Model;

/// Rows a statement: 21 columns each.
const CHUNK: usize = 500;

const fn text(name: &'static str, column: &'static str) -> Published {
    Published { field: Field { name, kind: FieldKind::Text, sortable: false }, column }
}

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
    text("state", "state"),
    Published {
        field: Field { name: "fell_due_at", kind: FieldKind::Instant, sortable: true },
        column: "fell_due_at",
    },
];

/// Enters notices; one that stands in the ledger already stays as it is. Returns how many are new.
pub async fn enter(tx: &Tx, rows: Vec<NoticeRow>) -> Result<u64, StoreError> {
    let key = [
        notice::Column::SubjectId,
        notice::Column::RuleCode,
        notice::Column::DueAt,
        notice::Column::Step,
        notice::Column::Role,
    ];
    let mut entered = 0;
    for chunk in rows.chunks(CHUNK) {
        let models = chunk.iter().cloned().map(|row| row.into_active_model().reset_all());
        entered += notice::Entity::insert_many(models)
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(entered)
}

/// Notices that wait for a mail, in the order in which they fell due.
pub async fn waiting(door: &impl Door) -> Result<Vec<NoticeRow>, StoreError> {
    Ok(notice::Entity::find()
        .filter(notice::Column::State.eq("queued"))
        .filter(notice::Column::OutboxId.is_null())
        .order_by_asc(notice::Column::FellDueAt)
        .order_by_asc(notice::Column::Id)
        .all(door.conn())
        .await?)
}

/// Notices of these identities that are in one of these states.
///
/// The states stand in a term that no index answers. SQLite, which is told nothing of how the rows of a table are spread,
/// takes an index on a state for better than one on an identity as soon as there are several identities: it would read
/// all that waits, a hundred thousand on a bad morning, for the fifty of a mail.
pub fn among(identity: notice::Column, ids: &[Uuid], states: &[&str]) -> Condition {
    Condition::all().add(identity.is_in(ids.to_vec())).add(among_states(states))
}

/// Of no mail, likewise in a term that no index answers.
pub fn unattached() -> SimpleExpr {
    Expr::case(notice::Column::OutboxId.is_null(), true).finally(false).eq(true)
}

fn among_states(states: &[&str]) -> SimpleExpr {
    let state = notice::Column::State.into_expr().binary(BinOper::Custom("||"), "");
    state.is_in(states.iter().copied().map(str::to_owned))
}

fn unsent(identity: notice::Column, ids: &[Uuid]) -> Condition {
    among(identity, ids, &["queued"])
}

/// Gives waiting notices to a mail to an official, whoever it is that they were meant for. Returns how many still waited.
pub async fn attach(
    tx: &Tx,
    ids: &[Uuid],
    outbox_id: Uuid,
    (official_id, meant_for_id): (Uuid, Option<Uuid>),
) -> Result<u64, StoreError> {
    let mut attached = 0;
    for chunk in ids.chunks(CHUNK) {
        let model = notice::ActiveModel {
            outbox_id: Set(Some(outbox_id)),
            official_id: Set(Some(official_id)),
            meant_for_id: Set(meant_for_id),
            ..Default::default()
        };
        let done = notice::Entity::update_many()
            .set(model)
            .filter(unsent(notice::Column::Id, chunk))
            .filter(unattached())
            .exec(tx.conn())
            .await?;
        attached += done.rows_affected;
    }
    Ok(attached)
}

/// Takes notices out of the mail that they were given to: they wait again.
pub async fn detach(tx: &Tx, ids: &[Uuid]) -> Result<(), StoreError> {
    for chunk in ids.chunks(CHUNK) {
        let model =
            notice::ActiveModel { outbox_id: Set(None), official_id: Set(None), ..Default::default() };
        notice::Entity::update_many()
            .set(model)
            .filter(unsent(notice::Column::Id, chunk))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Suppresses notices that aren't sent yet, with the reason. Returns how many.
pub async fn suppress(tx: &Tx, ids: &[Uuid], why: &str) -> Result<u64, StoreError> {
    let mut suppressed = 0;
    for chunk in ids.chunks(CHUNK) {
        let model = notice::ActiveModel {
            state: Set("suppressed".to_owned()),
            why: Set(Some(why.to_owned())),
            ..Default::default()
        };
        let done = notice::Entity::update_many()
            .set(model)
            .filter(unsent(notice::Column::Id, chunk))
            .exec(tx.conn())
            .await?;
        suppressed += done.rows_affected;
    }
    Ok(suppressed)
}

/// The notices of a mail that aren't sent yet.
pub async fn of_mail(door: &impl Door, outbox_id: Uuid) -> Result<Vec<NoticeRow>, StoreError> {
    Ok(notice::Entity::find()
        .filter(notice::Column::OutboxId.eq(outbox_id))
        .filter(notice::Column::State.eq("queued"))
        .order_by_asc(notice::Column::Id)
        .all(door.conn())
        .await?)
}

/// All notices of subjects, whatever became of them.
pub async fn all_of(door: &impl Door, subject_ids: &[Uuid]) -> Result<Vec<NoticeRow>, StoreError> {
    let mut rows = Vec::new();
    for chunk in subject_ids.chunks(CHUNK) {
        let found = notice::Entity::find()
            .filter(notice::Column::SubjectId.is_in(chunk.to_vec()))
            .all(door.conn())
            .await?;
        rows.extend(found);
    }
    Ok(rows)
}

/// All notices of subjects that were told or will be.
pub async fn told_of(door: &impl Door, subject_ids: &[Uuid]) -> Result<Vec<NoticeRow>, StoreError> {
    let mut rows = Vec::new();
    for chunk in subject_ids.chunks(CHUNK) {
        let found = notice::Entity::find()
            .filter(among(notice::Column::SubjectId, chunk, &["queued", "sent"]))
            .all(door.conn())
            .await?;
        rows.extend(found);
    }
    Ok(rows)
}

/// Notices that were sent to somebody else while the official was away for whom they were meant, and of which that one has
/// no copy yet.
pub async fn uncopied(
    door: &impl Door,
    limit: Option<u64>,
    but_for: &[Uuid],
) -> Result<Vec<NoticeRow>, StoreError> {
    Ok(notice::Entity::find()
        .filter(notice::Column::MeantForId.is_not_null())
        .filter(notice::Column::CopiedAt.is_null())
        .filter(notice::Column::MeantForId.is_not_in(but_for.to_vec()))
        .filter(among_states(&["sent"]))
        .order_by_asc(notice::Column::MeantForId)
        .limit(limit)
        .all(door.conn())
        .await?)
}

/// Notes that the officials for whom these notices were meant have their copy, or need none.
pub async fn copied(tx: &Tx, ids: &[Uuid], now: DateTime<Utc>) -> Result<(), StoreError> {
    for chunk in ids.chunks(CHUNK) {
        let model = notice::ActiveModel { copied_at: Set(Some(now)), ..Default::default() };
        notice::Entity::update_many()
            .set(model)
            .filter(notice::Column::Id.is_in(chunk.to_vec()))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Marks the notices of mails that the server took.
pub async fn sent(tx: &Tx, outbox_ids: &[Uuid], now: DateTime<Utc>) -> Result<u64, StoreError> {
    let mut sent = 0;
    for chunk in outbox_ids.chunks(CHUNK) {
        let model = notice::ActiveModel {
            state: Set("sent".to_owned()),
            sent_at: Set(Some(now)),
            ..Default::default()
        };
        let done = notice::Entity::update_many()
            .set(model)
            .filter(unsent(notice::Column::OutboxId, chunk))
            .exec(tx.conn())
            .await?;
        sent += done.rows_affected;
    }
    Ok(sent)
}

/// The notices of a mail that came back weren't heard: they wait again, in that mail.
pub async fn unheard(tx: &Tx, outbox_id: Uuid) -> Result<(), StoreError> {
    let model =
        notice::ActiveModel { state: Set("queued".to_owned()), sent_at: Set(None), ..Default::default() };
    notice::Entity::update_many()
        .set(model)
        .filter(among(notice::Column::OutboxId, &[outbox_id], &["sent"]))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// A page of notices, of the units in the scope or sent to the official.
pub async fn list(door: &impl Door, query: &ListQuery, scope: &Scope) -> Result<Page<NoticeRow>, StoreError> {
    let within = match scope {
        Scope::All => None,
        Scope::Units(units) => {
            let units: Vec<Uuid> = units.iter().copied().collect();
            Some(Condition::all().add(notice::Column::UnitId.is_in(units)))
        }
        Scope::Own(official) => Some(Condition::all().add(notice::Column::OfficialId.eq(*official))),
    };
    page::<notice::Entity>(door, &PUBLISHED, "id", query, within).await
}
