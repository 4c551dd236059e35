//! Dossiers, tasks, petitions, opinions and certificates alike, as far as they are reminded of: the instants that rules
//! measure from, who answers for them, and their next notice. Everything else about them is in the files of their own.

mod awaited;
mod marks;
mod rows;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, ValueType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ModelTrait as _, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Value,
};
use uuid::Uuid;

use self::rows::{Judges as _, Reminded as _};
use super::entity::{certificate, dossier, event, opinion, petition, task};
use super::{Door, StoreError, Tx, certificates, dossiers, opinions, petitions, tasks};
use crate::domain::certificate::CertificateState;
use crate::domain::dossier::State;
use crate::domain::permission::Scope;
use crate::domain::reminder::{Concern, Marks, Planned, SubjectKind};

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
    /// The unit of which an opinion is asked: its head answers for it.
    pub asked_unit_id: Option<Uuid>,
    /// Word of its state.
    pub state: String,
    /// Not closed.
    pub open: bool,
    /// Its clock stands.
    pub clock_stopped: bool,
    /// From what rules measure.
    pub marks: Marks,
    /// Words for what isn't clear about it: a clear (`person`), or `deadline`.
    pub missing: Vec<String>,
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
    /// Why it is late: None where that is never recorded, Some("") where it isn't yet, else a word of the list of causes.
    pub delay_cause: Option<String>,
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
    /// An opinion.
    Opinion {
        /// The agency beyond the house that was asked; empty where a unit was.
        agency: String,
        /// What was asked.
        matter: String,
        /// On which dossier.
        dossier_code: String,
    },
    /// A certificate.
    Certificate {
        /// `new` or `replacement`.
        kind: String,
        /// Who makes it.
        provider: String,
    },
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
            SubjectKind::Opinion => {
                use opinion as $table;
                $body
            }
            SubjectKind::Certificate => {
                use certificate as $table;
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
            // A verb that moves a deadline waits, and writes its own next notice after ours; what one holds already is left to
            // it, or to the next planning.
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(tx.conn())
            .await?;
        table::Model::subjects(tx, rows).await
    })
}

/// Open subjects due in `[from, until)`, by their deadline, from a row on; and the last row, if there is one.
pub async fn due_between(
    door: &impl Door,
    kind: SubjectKind,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<(Vec<Subject>, Option<(DateTime<Utc>, Uuid)>), StoreError> {
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
        // Of the row itself: what isn't judged by that date any more is still the last one read.
        let last = rows.last().and_then(|row| Some((ValueType::try_from(row.get(due)).ok()?, row.id)));
        Ok((table::Model::subjects(door, rows).await?, last))
    })
}

/// Subjects of a scope that are looked at up to an instant, in the order of their identity: those whose next notice
/// falls due by then, open ones due between two instants, and those that a rule of one of these concerns may speak of.
pub async fn planned_until(
    door: &impl Door,
    kind: SubjectKind,
    scope: &Scope,
    (from, until, concerns): (DateTime<Utc>, DateTime<Utc>, &[Concern]),
    after: Uuid,
    limit: u64,
) -> Result<Vec<Subject>, StoreError> {
    by_kind!(kind, |table| {
        let due = Condition::all()
            .add(table::Column::Open.eq(true))
            .add(table::Column::BY_DUE.gte(from))
            .add(table::Column::BY_DUE.lte(until));
        let mut looked_at = Condition::any().add(table::Column::NextNoticeAt.lte(until)).add(due);
        for concern in concerns {
            looked_at = looked_at.add(concerned(kind, *concern));
        }
        let mut select = table::Entity::find().filter(looked_at).filter(table::Column::Id.gt(after));
        if let Some(within) = within(kind, scope) {
            select = select.filter(within);
        }
        let rows = select.order_by_asc(table::Column::Id).limit(limit).all(door.conn()).await?;
        table::Model::subjects(door, rows).await
    })
}

/// Of what a rule of a concern may speak.
fn concerned(kind: SubjectKind, concern: Concern) -> Condition {
    match concern {
        Concern::Acceptance => Condition::all().add(dossier::Column::State.eq(State::Registered.as_str())),
        Concern::Digitisation => Condition::all()
            .add(dossier::Column::ClosedAt.is_not_null())
            .add(dossier::Column::Result.eq("no")),
        Concern::Delivery => {
            Condition::all().add(certificate::Column::State.eq(CertificateState::Requested.as_str()))
        }
        Concern::Deadline | Concern::Apology | Concern::Standing | Concern::Clarity | Concern::Age => {
            by_kind!(kind, |table| Condition::all().add(table::Column::Open.eq(true)))
        }
    }
}

fn within(kind: SubjectKind, scope: &Scope) -> Option<Condition> {
    match kind {
        SubjectKind::Dossier => dossiers::within(scope),
        SubjectKind::Task => tasks::within(scope),
        SubjectKind::Petition => petitions::within(scope),
        SubjectKind::Opinion => opinions::within(scope),
        SubjectKind::Certificate => certificates::within(scope),
    }
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
            table::Model::subjects(door, rows).await?
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

/// Has the next notice of all that rules of a concern may speak of looked at anew at the next planning: a rule
/// changed. `units`: only theirs.
pub async fn replan(
    tx: &Tx,
    kind: SubjectKind,
    concern: Concern,
    units: Option<&[Uuid]>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let scope = units.map_or(Scope::All, |units| Scope::Units(units.iter().copied().collect()));
    by_kind!(kind, |table| {
        let mut update = table::Entity::update_many()
            .col_expr(table::Column::NextNoticeAt, Expr::value(now))
            .filter(concerned(kind, concern));
        if let Some(within) = within(kind, &scope) {
            update = update.filter(within);
        }
        Ok(update.exec(tx.conn()).await?.rows_affected)
    })
}

/// Has the next notice of the open dossiers of these procedures looked at anew at the next planning.
pub async fn replan_of(tx: &Tx, procedures: &[Uuid], now: DateTime<Utc>) -> Result<(), StoreError> {
    for chunk in procedures.chunks(CHUNK) {
        dossier::Entity::update_many()
            .col_expr(dossier::Column::NextNoticeAt, Expr::value(now))
            .filter(dossier::Column::Open.eq(true))
            .filter(dossier::Column::ProcedureId.is_in(chunk.to_vec()))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// How many dossiers of units a rule about scans passes over because they were closed before an instant.
pub async fn undigitised_before(
    door: &impl Door,
    units: &[Uuid],
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let own = Condition::all()
        .add(dossier::Column::ContinuingUnitId.is_null())
        .add(dossier::Column::UnitId.is_in(units.to_vec()));
    Ok(dossier::Entity::find()
        .filter(concerned(SubjectKind::Dossier, Concern::Digitisation))
        .filter(dossier::Column::Outcome.is_in(["resolved", "refused"]))
        .filter(dossier::Column::ClosedAt.lt(before))
        .filter(Condition::any().add(own).add(dossier::Column::ContinuingUnitId.is_in(units.to_vec())))
        .count(door.conn())
        .await?)
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
