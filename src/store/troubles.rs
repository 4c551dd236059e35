//! Troubles: what didn't go as it should, one row from its beginning to its end. What is one, and when it is over, isn't
//! known here.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use super::entity::trouble;
use super::query::{ListQuery, Page, Published, page};
use super::records::published;
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Instant, Text};

/// A trouble.
pub type TroubleRow = trouble::Model;

/// What lists of them may be filtered and ordered by.
pub const PUBLISHED: [Published; 4] = [
    published("kind", Text, false, "kind"),
    published("subject", Text, false, "subject"),
    published("create_time", Instant, true, "opened_at"),
    published("end_time", Instant, false, "over_at"),
];

/// Opens a trouble, or lets the one that goes on grow by what `row` counts.
pub async fn note(tx: &Tx, row: TroubleRow) -> Result<(), StoreError> {
    let grown = Expr::col((trouble::Entity, trouble::Column::Count)).add(row.count);
    trouble::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([trouble::Column::Kind, trouble::Column::Subject])
                .target_and_where(Expr::col(trouble::Column::OverAt).is_null())
                .update_columns([trouble::Column::LastAt, trouble::Column::Note, trouble::Column::NoticedAt])
                .value(trouble::Column::Count, grown)
                .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// The trouble of that kind that a subject is in.
pub async fn of(door: &impl Door, kind: &str, subject: &str) -> Result<Option<TroubleRow>, StoreError> {
    Ok(trouble::Entity::find()
        .filter(trouble::Column::OverAt.is_null())
        .filter(trouble::Column::Kind.eq(kind))
        .filter(trouble::Column::Subject.eq(subject))
        .one(door.conn())
        .await?)
}

/// Those that go on, the oldest first.
pub async fn going_on(door: &impl Door) -> Result<Vec<TroubleRow>, StoreError> {
    Ok(trouble::Entity::find()
        .filter(trouble::Column::OverAt.is_null())
        .order_by_asc(trouble::Column::OpenedAt)
        .order_by_asc(trouble::Column::Id)
        .all(door.conn())
        .await?)
}

/// Marks troubles as told. How many of them weren't yet.
pub async fn tell(tx: &Tx, ids: &[Uuid], now: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = trouble::Entity::update_many()
        .set(trouble::ActiveModel { told_at: Set(Some(now)), ..Default::default() })
        .filter(trouble::Column::Id.is_in(ids.iter().copied()))
        .filter(trouble::Column::ToldAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}

/// Ends a trouble as it was read. False: it has grown meanwhile, or somebody else ended it.
pub async fn end(tx: &Tx, row: &TroubleRow, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let done = trouble::Entity::update_many()
        .set(trouble::ActiveModel { over_at: Set(Some(now)), ..Default::default() })
        .filter(trouble::Column::Id.eq(row.id))
        .filter(trouble::Column::OverAt.is_null())
        .filter(trouble::Column::NoticedAt.eq(row.noticed_at))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// A page of troubles.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<TroubleRow>, StoreError> {
    page::<trouble::Entity>(door, &PUBLISHED, "id", query, None).await
}
