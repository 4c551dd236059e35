//! The subjects behind a figure: the ledger's rows by subject, weighed by the same definition by which
//! they are counted.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{CaseStatement, Condition, Expr, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::entity::{dossier, figure_entry};
use super::figures::of_kind;
use super::{Door, StoreError};
use crate::domain::period::Period;

/// Rows a statement.
const CHUNK: usize = 1000;

/// How rows of a fact weigh: by the beginning of the fact's canonical text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// Beginning of the fact's text, or the whole text.
    pub fact: String,
    /// Weight of rows before the period.
    pub before: i64,
    /// Weight of rows within it.
    pub within: i64,
}

/// Which of them.
#[derive(Debug, Clone, Default)]
pub struct Among {
    /// Only these units; None: all.
    pub units: Option<Vec<Uuid>>,
    /// Only these procedures; None: all.
    pub procedures: Option<Vec<Uuid>>,
    /// Only what was known at that number of the ledger; None: all that is known.
    pub as_of: Option<i64>,
    /// Who has a positive sum was open at the period's end: only those that are open now, or of which the ledger tells
    /// anything later, are looked at. Whatever was closed in all the years before isn't.
    pub open_at_end: bool,
}

/// Subjects of a kind (`dossier`, `task`, `petition`) whose weighed sum is positive, ascending by identity.
pub async fn members(
    door: &impl Door,
    subject_kind: &str,
    period: &Period,
    weights: &[Weight],
    among: &Among,
) -> Result<Vec<Uuid>, StoreError> {
    let fact = || -> SimpleExpr { Expr::col(figure_entry::Column::Fact) };
    let quantity = || -> SimpleExpr { Expr::col(figure_entry::Column::Quantity) };
    let early = || -> SimpleExpr { figure_entry::Column::EffectiveOn.lt(period.first()) };
    let matches = |weight: &Weight| -> SimpleExpr {
        if weight.fact.ends_with(':') {
            fact().like(format!("{}%", weight.fact))
        } else {
            fact().eq(weight.fact.clone())
        }
    };
    let mut weighed = CaseStatement::new();
    let mut told = Condition::any();
    for weight in weights {
        told = told.add(matches(weight));
        weighed = weighed
            .case(matches(weight).and(early()), quantity().mul(weight.before))
            .case(matches(weight), quantity().mul(weight.within));
    }
    let weighed: SimpleExpr = weighed.finally(0_i64).into();
    let sum = weighed.sum();
    let mut select = Query::select();
    select
        .column(figure_entry::Column::SubjectId)
        .from(figure_entry::Entity)
        .and_where(of_kind(subject_kind))
        .and_where(figure_entry::Column::EffectiveOn.lt(period.end()))
        .cond_where(told)
        .add_group_by([Expr::col(figure_entry::Column::SubjectId)])
        .and_having(sum.gt(0))
        .order_by(figure_entry::Column::SubjectId, sea_orm::Order::Asc);
    if let Some(units) = &among.units {
        select.and_where(figure_entry::Column::UnitId.is_in(units.clone()));
    }
    if let Some(procedures) = &among.procedures {
        select.and_where(figure_entry::Column::ProcedureId.is_in(procedures.clone()));
    }
    if let Some(as_of) = among.as_of {
        select.and_where(figure_entry::Column::Seq.lte(as_of));
    }
    if weights.iter().all(|weight| weight.before == 0) {
        select.and_where(figure_entry::Column::EffectiveOn.gte(period.first()));
    }
    if among.open_at_end && subject_kind == "dossier" {
        select.and_where(
            figure_entry::Column::SubjectId.in_subquery(open_or_told_of_later(*period, among.as_of)),
        );
    }
    let mut found = Vec::new();
    for row in door.conn().query_all(&select).await? {
        found.push(row.try_get("", "subject_id")?);
    }
    Ok(found)
}

/// Dossiers that are open now, or of which the ledger tells something after a period's end or after a number of its own.
fn open_or_told_of_later(period: Period, as_of: Option<i64>) -> SelectStatement {
    let entries = || {
        let mut select = Query::select();
        select
            .column(figure_entry::Column::SubjectId)
            .from(figure_entry::Entity)
            .and_where(figure_entry::Column::SubjectKind.eq("dossier"));
        select
    };
    let mut open = Query::select();
    open.column(dossier::Column::Id).from(dossier::Entity).and_where(dossier::Column::Open.eq(true));
    open.union(
        UnionType::Distinct,
        entries().and_where(figure_entry::Column::EffectiveOn.gte(period.end())).take(),
    );
    if let Some(as_of) = as_of {
        open.union(UnionType::Distinct, entries().and_where(figure_entry::Column::Seq.gt(as_of)).take());
    }
    open
}

/// Open dossiers past the date that judges them at `until` that aren't flagged yet; `apologised`: only those with
/// apology.
pub async fn unflagged(
    door: &impl Door,
    until: DateTime<Utc>,
    apologised: bool,
) -> Result<HashSet<Uuid>, StoreError> {
    let mut select = dossier::Entity::find();
    if apologised {
        select = select.filter(dossier::Column::Apologised.eq(true));
    }
    let ids: Vec<Uuid> = select
        .select_only()
        .column(dossier::Column::Id)
        .filter(dossier::Column::Open.eq(true))
        .filter(dossier::Column::OverdueFlagged.eq(false))
        .filter(dossier::Column::OverdueAt.lte(until))
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(ids.into_iter().collect())
}

/// Dossiers by identity, in the order asked for.
pub async fn dossiers(door: &impl Door, ids: &[Uuid]) -> Result<Vec<dossier::Model>, StoreError> {
    let mut found = std::collections::HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = dossier::Entity::find()
            .filter(dossier::Column::Id.is_in(chunk.to_vec()))
            .all(door.conn())
            .await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Where and when a dossier was received, and under what.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Receipt {
    /// The dossier.
    pub id: Uuid,
    /// The local day.
    pub received_on: NaiveDate,
    /// Where.
    pub unit_id: Uuid,
    /// Under what.
    pub procedure_id: Uuid,
}

/// The receipts of at most a few hundred dossiers, in no order.
pub async fn receipts(door: &impl Door, ids: &[Uuid]) -> Result<Vec<Receipt>, StoreError> {
    Ok(dossier::Entity::find()
        .select_only()
        .columns([
            dossier::Column::Id,
            dossier::Column::ReceivedOn,
            dossier::Column::UnitId,
            dossier::Column::ProcedureId,
        ])
        .filter(dossier::Column::Id.is_in(ids.iter().copied()))
        .into_model()
        .all(door.conn())
        .await?)
}
