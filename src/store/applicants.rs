//! Applicants: apart from their dossiers, so that they can be erased alone.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::entity::{applicant, dossier};
use super::{Door, StoreError, Tx, records};

/// Whose a dossier is.
pub type ApplicantRow = applicant::Model;

/// Stores an applicant.
pub async fn insert(tx: &Tx, row: ApplicantRow) -> Result<(), StoreError> {
    row.into_active_model().reset_all().insert(tx.conn()).await?;
    Ok(())
}

/// Those that weren't erased, by identity.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<ApplicantRow>, StoreError> {
    let mut found = records::by_ids::<applicant::Entity>(door, applicant::Column::Id, ids).await?;
    found.retain(|row| row.erased_at.is_none());
    Ok(found)
}

/// A dossier that has an applicant.
#[derive(Debug, Clone, FromQueryResult)]
pub struct HandedIn {
    /// Its identity.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// Where.
    pub unit_id: Uuid,
    /// Under what.
    pub procedure_id: Uuid,
    /// When.
    pub received_at: DateTime<Utc>,
    /// By whom.
    pub applicant_id: Uuid,
}

/// A page of the dossiers with an applicant that were received in `[from, to)` under one of these procedures, ascending by
/// identity after `after`.
pub async fn handed_in(
    door: &impl Door,
    procedure_ids: &[Uuid],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    after: Uuid,
    limit: u64,
) -> Result<Vec<HandedIn>, StoreError> {
    Ok(dossier::Entity::find()
        .select_only()
        .columns([
            dossier::Column::Id,
            dossier::Column::Code,
            dossier::Column::UnitId,
            dossier::Column::ProcedureId,
            dossier::Column::ReceivedAt,
            dossier::Column::ApplicantId,
        ])
        .filter(dossier::Column::ApplicantId.is_not_null())
        .filter(dossier::Column::ProcedureId.is_in(procedure_ids.iter().copied()))
        .filter(dossier::Column::ReceivedAt.gte(from))
        .filter(dossier::Column::ReceivedAt.lt(to))
        .filter(dossier::Column::Id.gt(after))
        .order_by_asc(dossier::Column::Id)
        .limit(limit)
        .into_model()
        .all(door.conn())
        .await?)
}
