//! Dossiers, tasks and petitions alike, as far as they are reminded of: their deadline, who answers for them,
//! and their next notice. Everything else about them is in the files of their own.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use uuid::Uuid;

use super::entity::{dossier, event, petition, task};
use super::{Door, StoreError, Tx};
use crate::domain::permission::Scope;
use crate::domain::reminder::{Planned, SubjectKind};

/// Identities a statement.
const CHUNK: usize = 1000;

/// Something with a deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// Identity.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// The unit that must act.
    pub unit_id: Option<Uuid>,
    /// The official who holds it.
    pub holder_id: Option<Uuid>,
    /// Word of its state.
    pub state: String,
    /// Not closed.
    pub open: bool,
    /// The date that judges it; None while the clock stands.
    pub due_at: Option<DateTime<Utc>>,
    /// The first instant at which it is overdue.
    pub overdue_at: Option<DateTime<Utc>>,
    /// When it came in.
    pub began: Began,
    /// What it is about, without a word on persons.
    pub about: About,
    /// When its next notice falls due.
    pub next_notice_at: Option<DateTime<Utc>>,
    /// The software that it was imported from.
    pub source: Option<String>,
}

/// When a subject came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Began {
    /// On that local date.
    On(NaiveDate),
    /// At that instant.
    At(DateTime<Utc>),
}

/// What a subject is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A version of a procedure.
    Procedure(Uuid),
    /// Words.
    Text(String),
}

impl From<dossier::Model> for Subject {
    fn from(row: dossier::Model) -> Self {
        Self {
            kind: SubjectKind::Dossier,
            id: row.id,
            code: row.code,
            unit_id: row.continuing_unit_id.or(Some(row.unit_id)),
            holder_id: row.holder_id,
            state: row.state,
            open: row.open,
            // Who is nagged by a date that doesn't judge stops reading.
            due_at: row.judged_due_at,
            overdue_at: row.overdue_at,
            began: Began::On(row.received_on),
            about: About::Procedure(row.procedure_version_id),
            next_notice_at: row.next_notice_at,
            source: row.source,
        }
    }
}

impl From<task::Model> for Subject {
    fn from(row: task::Model) -> Self {
        Self {
            kind: SubjectKind::Task,
            id: row.id,
            code: row.code,
            unit_id: Some(row.lead_unit_id),
            holder_id: row.responsible_id,
            state: row.state,
            open: row.open,
            due_at: row.due_at,
            overdue_at: row.overdue_at,
            began: Began::On(row.assigned_on),
            about: About::Text(row.title),
            next_notice_at: row.next_notice_at,
            source: None,
        }
    }
}

impl From<petition::Model> for Subject {
    fn from(row: petition::Model) -> Self {
        Self {
            kind: SubjectKind::Petition,
            id: row.id,
            code: row.code,
            unit_id: row.unit_id,
            holder_id: None,
            state: row.state,
            open: row.open,
            due_at: row.due_at,
            overdue_at: row.overdue_at,
            began: Began::At(row.received_at),
            // Its own subject line may name persons.
            about: About::Text(row.kind),
            next_notice_at: row.next_notice_at,
            source: None,
        }
    }
}

/// The column of the date that judges, and the one by which subjects are read in its order.
trait Judges: Sized {
    const DUE: Self;
    const BY_DUE: Self;
}

impl Judges for dossier::Column {
    const DUE: Self = Self::JudgedDueAt;
    const BY_DUE: Self = Self::JudgedDueAt;
}

impl Judges for task::Column {
    const DUE: Self = Self::DueAt;
    const BY_DUE: Self = Self::DueKey;
}

impl Judges for petition::Column {
    const DUE: Self = Self::DueAt;
    const BY_DUE: Self = Self::DueKey;
}

/// The same statement for each table.
macro_rules! by_kind {
    ($kind:expr, |$table:ident| $body:expr) => {
        match $kind {
            SubjectKind::Dossier => {
                use dossier as $table;
                $body
            }
            SubjectKind::Task => {
                use task as $table;
                $body
            }
            SubjectKind::Petition => {
                use petition as $table;
                $body
            }
        }
    };
}

/// Subjects whose next notice has fallen due, locked until the transaction ends: the planning job's work list.
pub async fn notices_due(
    tx: &Tx,
    kind: SubjectKind,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Subject>, StoreError> {
    by_kind!(kind, |table| {
        let rows = table::Entity::find()
            .filter(table::Column::NextNoticeAt.lte(now))
            .order_by_asc(table::Column::NextNoticeAt)
            .order_by_asc(table::Column::Id)
            .limit(limit)
            // A verb that moves a deadline waits, and writes its own next notice after ours.
            .lock_exclusive()
            .all(tx.conn())
            .await?;
        Ok(rows.into_iter().map(Subject::from).collect())
    })
}

/// Open subjects due in `[from, until)`, by their deadline, from a row on.
pub async fn due_between(
    door: &impl Door,
    kind: SubjectKind,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Subject>, StoreError> {
    by_kind!(kind, |table| {
        let (due, id) = (table::Column::BY_DUE, table::Column::Id);
        let mut select = table::Entity::find()
            .filter(table::Column::Open.eq(true))
            .filter(due.gte(from))
            .filter(due.lt(until));
        if let Some((due_at, last)) = after {
            let same = Condition::all().add(due.eq(due_at)).add(id.gt(last));
            select = select.filter(Condition::any().add(due.gt(due_at)).add(same));
        }
        let rows = select.order_by_asc(due).order_by_asc(id).limit(limit).all(door.conn()).await?;
        Ok(rows.into_iter().map(Subject::from).collect())
    })
}

/// Open subjects of a scope with a deadline, in the order of their identity: what a plan is made of.
pub async fn open_after(
    door: &impl Door,
    kind: SubjectKind,
    scope: &Scope,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Subject>, StoreError> {
    by_kind!(kind, |table| {
        let mut select = table::Entity::find()
            .filter(table::Column::Open.eq(true))
            .filter(table::Column::DUE.is_not_null())
            .filter(table::Column::Id.gt(after));
        if let Some(within) = within(kind, scope) {
            select = select.filter(within);
        }
        let rows = select.order_by_asc(table::Column::Id).limit(limit).all(door.conn()).await?;
        Ok(rows.into_iter().map(Subject::from).collect())
    })
}

fn within(kind: SubjectKind, scope: &Scope) -> Option<Condition> {
    let units: Vec<Uuid> = match scope {
        Scope::All => return None,
        Scope::Units(units) => units.iter().copied().collect(),
        Scope::Own(official) => {
            return Some(Condition::all().add(match kind {
                SubjectKind::Dossier => dossier::Column::HolderId.eq(*official),
                SubjectKind::Task => task::Column::ResponsibleId.eq(*official),
                // Nobody holds a petition.
                SubjectKind::Petition => petition::Column::Id.is_null(),
            }));
        }
    };
    Some(match kind {
        SubjectKind::Dossier => Condition::any()
            .add(dossier::Column::UnitId.is_in(units.clone()))
            .add(dossier::Column::ContinuingUnitId.is_in(units)),
        SubjectKind::Task => Condition::all().add(task::Column::LeadUnitId.is_in(units)),
        SubjectKind::Petition => Condition::all().add(petition::Column::UnitId.is_in(units)),
    })
}

/// Subjects by identity, as they stand now.
pub async fn of(door: &impl Door, kind: SubjectKind, ids: &[Uuid]) -> Result<Vec<Subject>, StoreError> {
    let mut all = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let found: Vec<Subject> = by_kind!(kind, |table| {
            let rows = table::Entity::find()
                .filter(table::Column::Id.is_in(chunk.to_vec()))
                .all(door.conn())
                .await?;
            rows.into_iter().map(Subject::from).collect()
        });
        all.extend(found);
    }
    Ok(all)
}

/// Sets the next notice of subjects that have the same one, without touching their histories.
pub async fn set_next(
    tx: &Tx,
    kind: SubjectKind,
    ids: &[Uuid],
    next: Option<Planned>,
) -> Result<(), StoreError> {
    for chunk in ids.chunks(CHUNK) {
        by_kind!(kind, |table| {
            let rule = next.map(|n| n.kind.as_str().to_owned());
            table::Entity::update_many()
                .col_expr(table::Column::NextNoticeAt, Expr::value(Value::from(next.map(|n| n.at))))
                .col_expr(table::Column::NextNoticeRule, Expr::value(Value::from(rule)))
                .col_expr(table::Column::NextNoticeStep, Expr::value(Value::from(next.map(|n| n.step))))
                .filter(table::Column::Id.is_in(chunk.to_vec()))
                .exec(tx.conn())
                .await?;
        });
    }
    Ok(())
}

/// Has the next notice of all open subjects of a kind looked at anew at the next planning: a rule changed.
/// `units`: only theirs.
pub async fn replan(
    tx: &Tx,
    kind: SubjectKind,
    units: Option<&[Uuid]>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let scope = units.map_or(Scope::All, |units| Scope::Units(units.iter().copied().collect()));
    by_kind!(kind, |table| {
        let mut update = table::Entity::update_many()
            .col_expr(table::Column::NextNoticeAt, Expr::value(now))
            .filter(table::Column::Open.eq(true))
            .filter(table::Column::DUE.is_not_null());
        if let Some(within) = within(kind, &scope) {
            update = update.filter(within);
        }
        Ok(update.exec(tx.conn()).await?.rows_affected)
    })
}

/// When the house learnt the latest event of all: up to then its records are known.
pub async fn last_recorded(door: &impl Door) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(event::Entity::find()
        .select_only()
        .column(event::Column::RecordedAt)
        .order_by_desc(event::Column::Seq)
        .into_tuple()
        .one(door.conn())
        .await?)
}
