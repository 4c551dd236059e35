//! The ledger of notices: each that fell due, once.

mod told;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use super::entity::notice;
use super::{Door, StoreError, Tx};

pub use told::{PUBLISHED, ToldNotice, all_but, all_of, list, told, uncopied};

/// A notice.
pub type NoticeRow = notice::Model;

/// Rows a statement: 19 columns each.
const CHUNK: usize = 500;

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
        .filter(unattached())
        .order_by_asc(notice::Column::FellDueAt)
        .order_by_asc(notice::Column::Id)
        .all(door.conn())
        .await?)
}

fn of(ids: &[Uuid]) -> SimpleExpr {
    notice::Column::Id.is_in(ids.to_vec())
}

/// Of no mail, and to be sent.
pub fn unattached() -> Condition {
    Condition::all().add(notice::Column::OutboxId.is_null()).add(notice::Column::Why.is_null())
}

/// Of these identities, those that wait for a mail: said in a term that no index answers. An engine that hasn't been told
/// how the rows are spread may take the index over all that waits, a hundred thousand on a bad morning, for better than
/// the one on fifty identities.
pub fn waiting_among(ids: &[Uuid]) -> Condition {
    let waits = Expr::case(unattached(), true).finally(false).eq(true);
    Condition::all().add(of(ids)).add(waits)
}

/// Of a mail, and said by it.
fn said_by(outbox_id: Uuid) -> Condition {
    Condition::all().add(notice::Column::OutboxId.eq(outbox_id)).add(notice::Column::Why.is_null())
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
        let done =
            notice::Entity::update_many().set(model).filter(waiting_among(chunk)).exec(tx.conn()).await?;
        attached += done.rows_affected;
    }
    Ok(attached)
}

/// Takes notices out of a mail that hasn't left: they wait again.
pub async fn detach(tx: &Tx, outbox_id: Uuid, ids: &[Uuid]) -> Result<(), StoreError> {
    for chunk in ids.chunks(CHUNK) {
        let model =
            notice::ActiveModel { outbox_id: Set(None), official_id: Set(None), ..Default::default() };
        notice::Entity::update_many()
            .set(model)
            .filter(said_by(outbox_id).add(of(chunk)))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Suppresses notices, with the reason: of a mail that hasn't left, or of those that wait for one. Returns how many.
pub async fn suppress(tx: &Tx, outbox_id: Option<Uuid>, ids: &[Uuid], why: &str) -> Result<u64, StoreError> {
    let mut suppressed = 0;
    for chunk in ids.chunks(CHUNK) {
        let done = notice::Entity::update_many()
            .set(notice::ActiveModel { why: Set(Some(why.to_owned())), ..Default::default() })
            .filter(outbox_id.map_or_else(|| waiting_among(chunk), |mail| said_by(mail).add(of(chunk))))
            .exec(tx.conn())
            .await?;
        suppressed += done.rows_affected;
    }
    Ok(suppressed)
}

/// Those of a kind of rule on a kind of subject that fell due from one instant to before another.
pub async fn of_kind_within(
    door: &impl Door,
    subject_kind: &str,
    rule_kind: &str,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<NoticeRow>, StoreError> {
    Ok(notice::Entity::find()
        .filter(notice::Column::FellDueAt.gte(from))
        .filter(notice::Column::FellDueAt.lt(to))
        .filter(notice::Column::SubjectKind.eq(subject_kind))
        .filter(notice::Column::RuleKind.eq(rule_kind))
        .order_by_asc(notice::Column::FellDueAt)
        .order_by_asc(notice::Column::Id)
        .all(door.conn())
        .await?)
}

/// The notices that a mail speaks for.
pub async fn of_mail(door: &impl Door, outbox_id: Uuid) -> Result<Vec<NoticeRow>, StoreError> {
    of_mails(door, &[outbox_id]).await
}

/// The notices that a few mails speak for.
pub async fn of_mails(door: &impl Door, outbox_ids: &[Uuid]) -> Result<Vec<NoticeRow>, StoreError> {
    Ok(notice::Entity::find()
        .filter(notice::Column::OutboxId.is_in(outbox_ids.to_vec()))
        .filter(notice::Column::Why.is_null())
        .order_by_asc(notice::Column::Id)
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

/// What was kept from being told of a subject for one of these reasons waits again: the reason fell away, and it was told by
/// nobody.
pub async fn revive(tx: &Tx, subject_ids: &[Uuid], whys: &[&str]) -> Result<(), StoreError> {
    for chunk in subject_ids.chunks(CHUNK) {
        let waits = notice::ActiveModel {
            why: Set(None),
            outbox_id: Set(None),
            official_id: Set(None),
            ..Default::default()
        };
        notice::Entity::update_many()
            .set(waits)
            .filter(notice::Column::SubjectId.is_in(chunk.to_vec()))
            .filter(notice::Column::Why.is_in(whys.iter().copied()))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}
