//! The outbox: mails from the transaction that causes them to the mail server's final word. What a mail says
//! is an input to be rendered and then sealed bytes; both are only kept here.
//!
//! Leases and the time before which a mail isn't tried are in lease time, all else in office time.

mod group;
mod held;
mod returned;
mod sealed;
mod waiting;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::outbox;
use super::query::{ListQuery, Page, Published, page};
use super::{Door, StoreError, Tx};
use crate::domain::filter::{Field, FieldKind};
use crate::domain::mail::Fault;

pub use group::{give_back, sent};
pub use held::{hold_all, misconfigured, wake, wake_to};
pub use returned::{bury_returned, hold_message, stayed_away};
pub use sealed::{keep_bytes, seal, sealed_bytes};
pub use waiting::{Untried, join, oldest, open_digests};

/// A mail and where it stands.
pub type MailRow = outbox::Model;

/// What lists of mails may be filtered and ordered by. `recipient` is given as a resource name.
pub const PUBLISHED: [Published; 7] = [
    Published { field: Field { name: "state", kind: FieldKind::Text, sortable: false }, column: "state" },
    Published { field: Field { name: "kind", kind: FieldKind::Text, sortable: false }, column: "kind" },
    Published {
        field: Field { name: "recipient", kind: FieldKind::Text, sortable: false },
        column: "recipient_official_id",
    },
    Published {
        field: Field { name: "to_address", kind: FieldKind::Text, sortable: false },
        column: "to_address",
    },
    Published { field: Field { name: "fault", kind: FieldKind::Text, sortable: false }, column: "fault" },
    Published {
        field: Field { name: "create_time", kind: FieldKind::Instant, sortable: true },
        column: "created_at",
    },
    Published {
        field: Field { name: "sent_at", kind: FieldKind::Instant, sortable: false },
        column: "sent_at",
    },
];

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// Its identity; the local part of its Message-ID.
    pub id: Uuid,
    /// Names its cause: the same cause makes one mail.
    pub key: String,
    /// `reminder_digest`, `period_summary`, `report`, `contribution` or `operator_notice`.
    pub kind: &'static str,
    /// The official it is for, if one of ours.
    pub recipient_official_id: Option<Uuid>,
    /// The address.
    pub to_address: String,
    /// `vi` or `en`.
    pub language: String,
    /// JSON; never an applicant's data.
    pub render_input: String,
    /// Lease time: not tried before.
    pub not_before: DateTime<Utc>,
    /// Office time.
    pub created_at: DateTime<Utc>,
}

/// Who holds a mail: a worker and the attempt it leased it for. A worker whose lease ran out holds nothing,
/// even where it leased the mail anew itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The mail.
    pub id: Uuid,
    /// The worker.
    pub by: String,
    /// The attempt.
    pub attempt: i32,
}

/// Puts a mail in. False: its cause has made one before.
pub async fn enqueue(tx: &Tx, mail: NewMail) -> Result<bool, StoreError> {
    let model = outbox::ActiveModel {
        id: Set(mail.id),
        key: Set(mail.key),
        kind: Set(mail.kind.to_owned()),
        recipient_official_id: Set(mail.recipient_official_id),
        to_address: Set(mail.to_address),
        language: Set(mail.language),
        render_input: Set(mail.render_input),
        state: Set("queued".to_owned()),
        attempt: Set(0),
        not_before: Set(mail.not_before),
        leased_by: Set(None),
        leased_until: Set(None),
        is_sealed: Set(false),
        message_id: Set(None),
        last_error: Set(None),
        created_at: Set(mail.created_at),
        sent_at: Set(None),
        fault: Set(None),
    };
    let done = outbox::Entity::insert(model)
        .on_conflict(OnConflict::column(outbox::Column::Key).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(done == 1)
}

/// A mail by identity.
pub async fn find(door: &impl Door, id: Uuid) -> Result<Option<MailRow>, StoreError> {
    Ok(outbox::Entity::find_by_id(id).one(door.conn()).await?)
}

/// A page of mails.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<MailRow>, StoreError> {
    page::<outbox::Entity>(door, &PUBLISHED, "id", query, None).await
}

/// Mails that haven't left and aren't cancelled: those that wait, those under way, and dead letters.
pub async fn unsent(door: &impl Door) -> Result<Vec<MailRow>, StoreError> {
    Ok(outbox::Entity::find()
        .filter(outbox::Column::State.is_in(["queued", "leased", "dead"]))
        .all(door.conn())
        .await?)
}

/// How many mails haven't left and aren't cancelled, by kind and state.
pub async fn depth(door: &impl Door) -> Result<Vec<(String, String, i64)>, StoreError> {
    Ok(outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Kind)
        .column(outbox::Column::State)
        .column_as(outbox::Column::Id.count(), "count")
        .filter(outbox::Column::State.is_in(["queued", "leased", "dead"]))
        .group_by(outbox::Column::Kind)
        .group_by(outbox::Column::State)
        .order_by_asc(outbox::Column::Kind)
        .order_by_asc(outbox::Column::State)
        .into_tuple()
        .all(door.conn())
        .await?)
}

/// The states of the mails whose keys begin so.
pub async fn states(door: &impl Door, key: &str) -> Result<Vec<String>, StoreError> {
    Ok(outbox::Entity::find()
        .select_only()
        .column(outbox::Column::State)
        .filter(outbox::Column::Key.starts_with(key))
        .into_tuple()
        .all(door.conn())
        .await?)
}

/// Leases at most `limit` mails that may be tried now, oldest first: queued ones whose time has come, and
/// those of a worker that is gone.
pub async fn lease(
    tx: &Tx,
    by: &str,
    lease_now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u64,
    but_for: Option<&str>,
) -> Result<Vec<MailRow>, StoreError> {
    let (state, not_before) = (outbox::Column::State, outbox::Column::NotBefore);
    let ready = || {
        let ready = Condition::any()
            .add(state.eq("queued").and(not_before.lte(lease_now)))
            .add(state.eq("leased").and(outbox::Column::LeasedUntil.lte(lease_now)));
        Condition::all().add(ready).add_option(but_for.map(|kind| outbox::Column::Kind.ne(kind)))
    };
    let mut chosen = Query::select();
    chosen
        .column(outbox::Column::Id)
        .from(outbox::Entity)
        .cond_where(ready())
        .order_by(not_before, sea_orm::Order::Asc)
        .order_by(outbox::Column::Id, sea_orm::Order::Asc)
        .limit(limit)
        // PostgreSQL: two workers take different rows. SQLite has one writer, and drops this clause.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let mut rows = outbox::Entity::update_many()
        .col_expr(state, Expr::value("leased"))
        .col_expr(outbox::Column::LeasedBy, Expr::value(by))
        .col_expr(outbox::Column::LeasedUntil, Expr::value(lease_until))
        .col_expr(outbox::Column::Attempt, Expr::col(outbox::Column::Attempt).add(1))
        .filter(outbox::Column::Id.in_subquery(chosen))
        // Again: the subquery's answer may be older than the row by the time its lock is free.
        .filter(ready())
        .exec_with_returning(tx.conn())
        .await?;
    rows.sort_by_key(|row| (row.not_before, row.id));
    Ok(rows)
}

fn leased_by(by: &str, attempt: i32) -> Condition {
    Condition::all()
        .add(outbox::Column::State.eq("leased"))
        .add(outbox::Column::LeasedBy.eq(by))
        .add(outbox::Column::Attempt.eq(attempt))
}

/// How an attempt failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Whose fault it is.
    pub fault: Fault,
    /// What the server said.
    pub text: String,
    /// No server can have the bytes: the next attempt says what is true then.
    pub unseal: bool,
}

impl Failure {
    fn model(self, state: &str) -> outbox::ActiveModel {
        let is_sealed = if self.unseal { Set(false) } else { sea_orm::ActiveValue::NotSet };
        let (fault, last_error) = (Set(Some(self.fault.as_str().to_owned())), Set(Some(self.text)));
        outbox::ActiveModel { is_sealed, last_error, fault, ..ended(state) }
    }
}

/// Queues a mail again for a later attempt. One that waits for a mend of the way out hasn't used up this attempt. False:
/// the lease is lost.
pub async fn put_off(
    tx: &Tx,
    lease: &Lease,
    not_before: DateTime<Utc>,
    failure: Failure,
) -> Result<bool, StoreError> {
    let attempt = lease.attempt - i32::from(failure.fault == Fault::Configuration);
    let unseal = failure.unseal;
    let model =
        outbox::ActiveModel { not_before: Set(not_before), attempt: Set(attempt), ..failure.model("queued") };
    let kept = change(tx, lease, model).await?;
    if kept && unseal {
        sealed::forget(tx, lease.id).await?;
    }
    Ok(kept)
}

/// Queues a mail again that isn't sent because its address isn't written to: that is no attempt. False: the lease is
/// lost.
pub async fn hold_back(
    tx: &Tx,
    lease: &Lease,
    not_before: DateTime<Utc>,
    why: String,
) -> Result<bool, StoreError> {
    let failure = Failure { fault: Fault::Recipient, text: why, unseal: false };
    let model = outbox::ActiveModel {
        not_before: Set(not_before),
        attempt: Set(lease.attempt - 1),
        ..failure.model("queued")
    };
    change(tx, lease, model).await
}

/// Gives a mail up: a dead letter, to be tried again by hand. False: the lease is lost.
pub async fn bury(tx: &Tx, lease: &Lease, failure: Failure) -> Result<bool, StoreError> {
    let unseal = failure.unseal;
    let kept = change(tx, lease, failure.model("dead")).await?;
    if kept && unseal {
        sealed::forget(tx, lease.id).await?;
    }
    Ok(kept)
}

/// Drops a mail that has nothing to say any more. False: the lease is lost.
pub async fn cancel(tx: &Tx, lease: &Lease, why: String) -> Result<bool, StoreError> {
    let model = outbox::ActiveModel { last_error: Set(Some(why)), fault: Set(None), ..ended("cancelled") };
    change(tx, lease, model).await
}

/// The newest mail to an address that isn't cancelled.
pub async fn newest_to(door: &impl Door, address: &str) -> Result<Option<MailRow>, StoreError> {
    Ok(outbox::Entity::find()
        .filter(outbox::Column::ToAddress.eq(address))
        .filter(outbox::Column::State.ne("cancelled"))
        .order_by_desc(outbox::Column::CreatedAt)
        .order_by_desc(outbox::Column::Id)
        .one(door.conn())
        .await?)
}

fn ended(state: &str) -> outbox::ActiveModel {
    outbox::ActiveModel {
        state: Set(state.to_owned()),
        leased_by: Set(None),
        leased_until: Set(None),
        ..Default::default()
    }
}

async fn change(tx: &Tx, lease: &Lease, model: outbox::ActiveModel) -> Result<bool, StoreError> {
    let done = outbox::Entity::update_many()
        .set(model)
        .filter(outbox::Column::Id.eq(lease.id))
        .filter(leased_by(&lease.by, lease.attempt))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Lengthens a lease. False: it is lost.
pub async fn hold(tx: &Tx, lease: &Lease, lease_until: DateTime<Utc>) -> Result<bool, StoreError> {
    let model = outbox::ActiveModel { leased_until: Set(Some(lease_until)), ..Default::default() };
    change(tx, lease, model).await
}

/// Queues a dead letter anew, as if it had never been tried; what was sealed stays sealed. False: it isn't
/// dead, or not the one of that attempt any more.
pub async fn revive(tx: &Tx, id: Uuid, attempt: i32, not_before: DateTime<Utc>) -> Result<bool, StoreError> {
    let model = outbox::ActiveModel {
        not_before: Set(not_before),
        attempt: Set(0),
        fault: Set(None),
        ..ended("queued")
    };
    let done = outbox::Entity::update_many()
        .set(model)
        .filter(outbox::Column::Id.eq(id))
        .filter(outbox::Column::State.eq("dead"))
        .filter(outbox::Column::Attempt.eq(attempt))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Gives up by hand a mail that waits or is dead. False: it is neither, or not the one of that attempt any more.
pub async fn give_up(tx: &Tx, id: Uuid, attempt: i32, why: &str) -> Result<bool, StoreError> {
    let model = outbox::ActiveModel { last_error: Set(Some(why.to_owned())), ..ended("cancelled") };
    let done = outbox::Entity::update_many()
        .set(model)
        .filter(outbox::Column::Id.eq(id))
        .filter(outbox::Column::State.is_in(["queued", "dead"]))
        .filter(outbox::Column::Attempt.eq(attempt))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends all leases on mails: on SQLite, where no other instance can be alive when one starts.
pub async fn free_all(tx: &Tx) -> Result<u64, StoreError> {
    let done = outbox::Entity::update_many()
        .set(ended("queued"))
        .filter(outbox::Column::State.eq("leased"))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}
