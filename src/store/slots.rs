//! Jobs with their schedules, and their slots: due times and what became of them. What is due and what a job
//! does belong elsewhere; here a slot is claimed, held and finished, each by one conditional statement.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, Order, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::entity::{job, slot};
use super::{Door, StoreError, Tx};

/// A job and its schedule.
pub type JobRow = job::Model;
/// A slot and what became of it.
pub type SlotRow = slot::Model;

/// Who wants a slot, and for how long.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The job.
    pub job: String,
    /// The slot.
    pub slot_at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// Office time: when the work begins.
    pub started_at: DateTime<Utc>,
    /// Lease time: now.
    pub lease_now: DateTime<Utc>,
    /// Lease time: until when it belongs to who claims it.
    pub lease_until: DateTime<Utc>,
    /// Take also what has ended in one of these states.
    pub also: &'static [&'static str],
}

/// Enters a job. One that is known stays as it is.
pub async fn enter_job(tx: &Tx, row: JobRow) -> Result<(), StoreError> {
    job::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::column(job::Column::Name).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// All jobs, by name.
pub async fn jobs(door: &impl Door) -> Result<Vec<JobRow>, StoreError> {
    Ok(job::Entity::find().order_by_asc(job::Column::Name).all(door.conn()).await?)
}

/// A job by name.
pub async fn find_job(door: &impl Door, name: &str) -> Result<Option<JobRow>, StoreError> {
    Ok(job::Entity::find_by_id(name.to_owned()).one(door.conn()).await?)
}

/// A job by name, which nobody else changes until the end of the transaction.
pub async fn hold_job(tx: &Tx, name: &str) -> Result<Option<JobRow>, StoreError> {
    Ok(job::Entity::find_by_id(name.to_owned()).lock_exclusive().one(tx.conn()).await?)
}

/// Writes a job as it now is: its rest and its schedule.
pub async fn put_job(tx: &Tx, row: JobRow) -> Result<(), StoreError> {
    let name = row.name.clone();
    let model = job::ActiveModel { name: NotSet, ..row.into_active_model().reset_all() };
    job::Entity::update_many().set(model).filter(job::Column::Name.eq(name)).exec(tx.conn()).await?;
    Ok(())
}

/// A slot.
pub async fn find(
    door: &impl Door,
    job: &str,
    slot_at: DateTime<Utc>,
) -> Result<Option<SlotRow>, StoreError> {
    Ok(slot::Entity::find_by_id((job.to_owned(), slot_at)).one(door.conn()).await?)
}

/// The latest slots of a job up to an instant, the latest first. Slots beyond the present are those of a clock that was
/// set back.
pub async fn latest(
    door: &impl Door,
    job: &str,
    until: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<SlotRow>, StoreError> {
    Ok(slot::Entity::find()
        .filter(slot::Column::Job.eq(job))
        .filter(slot::Column::SlotAt.lte(until))
        .order_by_desc(slot::Column::SlotAt)
        .limit(limit)
        .all(door.conn())
        .await?)
}

/// The slots of a job in a range, both ends included, and their states.
pub async fn states(
    door: &impl Door,
    job: &str,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<(DateTime<Utc>, String)>, StoreError> {
    Ok(slot::Entity::find()
        .select_only()
        .column(slot::Column::SlotAt)
        .column(slot::Column::State)
        .filter(slot::Column::Job.eq(job))
        .filter(slot::Column::SlotAt.between(from, until))
        .into_tuple()
        .all(door.conn())
        .await?)
}

/// The latest slot of a job that is done.
pub async fn last_done(door: &impl Door, job: &str) -> Result<Option<SlotRow>, StoreError> {
    Ok(slot::Entity::find()
        .filter(slot::Column::Job.eq(job))
        .filter(slot::Column::State.eq("done"))
        .order_by_desc(slot::Column::SlotAt)
        .one(door.conn())
        .await?)
}

/// Slots whose worker is gone: claimed, and their lease has run out.
pub async fn orphaned(door: &impl Door, lease_now: DateTime<Utc>) -> Result<Vec<SlotRow>, StoreError> {
    Ok(slot::Entity::find()
        .filter(slot::Column::State.eq("claimed"))
        .filter(slot::Column::LeasedUntil.lte(lease_now))
        .order_by_asc(slot::Column::SlotAt)
        .all(door.conn())
        .await?)
}

/// Claims a slot. Whoever gets it has the greatest fence; None if it is done, or somebody else's.
pub async fn claim(tx: &Tx, wish: &Wish) -> Result<Option<SlotRow>, StoreError> {
    let new = slot::ActiveModel {
        job: Set(wish.job.clone()),
        slot_at: Set(wish.slot_at),
        state: Set("claimed".to_owned()),
        fence: Set(1),
        leased_by: Set(Some(wish.by.clone())),
        leased_until: Set(Some(wish.lease_until)),
        attempt: Set(1),
        started_at: Set(Some(wish.started_at)),
        finished_at: Set(None),
        note: Set(None),
    };
    let own = |column: slot::Column| Expr::col((slot::Entity, column));
    let mut free = Condition::any()
        .add(own(slot::Column::State).eq("claimed").and(own(slot::Column::LeasedUntil).lte(wish.lease_now)));
    if !wish.also.is_empty() {
        free = free.add(own(slot::Column::State).is_in(wish.also.iter().copied()));
    }
    let done = slot::Entity::insert(new)
        .on_conflict(
            OnConflict::columns([slot::Column::Job, slot::Column::SlotAt])
                .update_columns([
                    slot::Column::State,
                    slot::Column::LeasedBy,
                    slot::Column::LeasedUntil,
                    slot::Column::StartedAt,
                    slot::Column::FinishedAt,
                    slot::Column::Note,
                ])
                .value(slot::Column::Fence, own(slot::Column::Fence).add(1))
                .value(slot::Column::Attempt, own(slot::Column::Attempt).add(1))
                .action_cond_where(free)
                .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    if done == 0 { Ok(None) } else { find(tx, &wish.job, wish.slot_at).await }
}

/// Checks the fence and lengthens the lease: the first statement of each batch of a job. False: another
/// worker has taken the slot, and nothing of this batch may be kept.
pub async fn hold(
    tx: &Tx,
    job: &str,
    slot_at: DateTime<Utc>,
    fence: i64,
    lease_until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let model = slot::ActiveModel { leased_until: Set(Some(lease_until)), ..Default::default() };
    change(tx, job, slot_at, fence, model).await
}

/// Ends a slot: `done` or `failed`, with a note. False: another worker has taken it.
pub async fn finish(
    tx: &Tx,
    job: &str,
    slot_at: DateTime<Utc>,
    fence: i64,
    state: &str,
    finished_at: DateTime<Utc>,
    note: String,
) -> Result<bool, StoreError> {
    let model = slot::ActiveModel {
        state: Set(state.to_owned()),
        leased_until: Set(None),
        finished_at: Set(Some(finished_at)),
        note: Set(Some(note)),
        ..Default::default()
    };
    change(tx, job, slot_at, fence, model).await
}

/// Gives a slot back to be tried again from `free_at` (lease time) on, with a note on what went wrong.
pub async fn give_back(
    tx: &Tx,
    job: &str,
    slot_at: DateTime<Utc>,
    fence: i64,
    free_at: DateTime<Utc>,
    note: String,
) -> Result<bool, StoreError> {
    let model =
        slot::ActiveModel { leased_until: Set(Some(free_at)), note: Set(Some(note)), ..Default::default() };
    change(tx, job, slot_at, fence, model).await
}

async fn change(
    tx: &Tx,
    job: &str,
    slot_at: DateTime<Utc>,
    fence: i64,
    model: slot::ActiveModel,
) -> Result<bool, StoreError> {
    let done = slot::Entity::update_many()
        .set(model)
        .filter(slot::Column::Job.eq(job))
        .filter(slot::Column::SlotAt.eq(slot_at))
        .filter(slot::Column::Fence.eq(fence))
        .filter(slot::Column::State.eq("claimed"))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Records slots that are not run, with the reason. Those that are recorded already stay as they are; how many weren't.
pub async fn skip(
    tx: &Tx,
    job: &str,
    slots: &[DateTime<Utc>],
    now: DateTime<Utc>,
    note: &str,
) -> Result<u64, StoreError> {
    let rows: Vec<slot::ActiveModel> = slots
        .iter()
        .map(|slot_at| slot::ActiveModel {
            job: Set(job.to_owned()),
            slot_at: Set(*slot_at),
            state: Set("skipped".to_owned()),
            fence: Set(0),
            leased_by: Set(None),
            leased_until: Set(None),
            attempt: Set(0),
            started_at: Set(None),
            finished_at: Set(Some(now)),
            note: Set(Some(note.to_owned())),
        })
        .collect();
    if rows.is_empty() {
        return Ok(0);
    }
    Ok(slot::Entity::insert_many(rows)
        .on_conflict(OnConflict::columns([slot::Column::Job, slot::Column::SlotAt]).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?)
}

/// Ends all leases on slots: on SQLite, where no other instance can be alive when one starts.
pub async fn free_all(tx: &Tx, lease_now: DateTime<Utc>) -> Result<u64, StoreError> {
    let model = slot::ActiveModel { leased_until: Set(Some(lease_now)), ..Default::default() };
    let done = slot::Entity::update_many()
        .set(model)
        .filter(slot::Column::State.eq("claimed"))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}

/// Forgets slots of a job that ended well before `until`.
pub async fn forget(tx: &Tx, job: &str, until: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = slot::Entity::delete_many()
        .filter(slot::Column::Job.eq(job))
        .filter(slot::Column::SlotAt.lt(until))
        .filter(slot::Column::State.is_in(["done", "skipped"]))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}

/// Which slots to list.
#[derive(Debug, Clone)]
pub struct SlotQuery {
    /// Of one job; None: of all.
    pub job: Option<String>,
    /// In one of these states; empty: in any.
    pub states: Vec<String>,
    /// At or after.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
    /// The latest first.
    pub descending: bool,
    /// The row after which the page begins.
    pub after: Option<(DateTime<Utc>, String)>,
    /// How many.
    pub limit: u64,
}

/// Slots in the order of their time, then of their job.
pub async fn list(door: &impl Door, query: &SlotQuery) -> Result<Vec<SlotRow>, StoreError> {
    let mut select = slot::Entity::find();
    if let Some(job) = &query.job {
        select = select.filter(slot::Column::Job.eq(job));
    }
    if !query.states.is_empty() {
        select = select.filter(slot::Column::State.is_in(query.states.clone()));
    }
    if let Some(from) = query.from {
        select = select.filter(slot::Column::SlotAt.gte(from));
    }
    if let Some(until) = query.until {
        select = select.filter(slot::Column::SlotAt.lt(until));
    }
    if let Some((slot_at, job)) = &query.after {
        let (at, name) = (slot::Column::SlotAt, slot::Column::Job);
        let (later, next) =
            if query.descending { (at.lt(*slot_at), name.lt(job)) } else { (at.gt(*slot_at), name.gt(job)) };
        select =
            select.filter(Condition::any().add(later).add(Condition::all().add(at.eq(*slot_at)).add(next)));
    }
    let order = if query.descending { Order::Desc } else { Order::Asc };
    Ok(select
        .order_by(slot::Column::SlotAt, order.clone())
        .order_by(slot::Column::Job, order)
        .limit(query.limit)
        .all(door.conn())
        .await?)
}
