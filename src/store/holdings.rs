//! Which records there are, by their codes alone, wherever they came from.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::entity::{
    declared_figure, document, dossier, incident, official, payment, petition, procedure, source_row, survey,
    target, task, unit,
};
use super::{Door, StoreError};
use crate::domain::record::RecordKind;

/// The codes of all records of a kind; of calendars, those of the units for which a source sent one.
pub async fn codes(door: &impl Door, kind: RecordKind) -> Result<Vec<String>, StoreError> {
    match kind {
        RecordKind::Unit => {
            standing::<unit::Entity>(door, unit::Column::Code, unit::Column::WithdrawnAt).await
        }
        RecordKind::Official => {
            standing::<official::Entity>(door, official::Column::Code, official::Column::WithdrawnAt).await
        }
        // Every house is founded with one, which nobody sent.
        RecordKind::Calendar => Ok(source_row::Entity::find()
            .select_only()
            .column(source_row::Column::Code)
            .filter(source_row::Column::Kind.eq(kind.as_str()))
            .into_tuple()
            .all(door.conn())
            .await?),
        RecordKind::Procedure => {
            standing::<procedure::Entity>(door, procedure::Column::Code, procedure::Column::WithdrawnAt).await
        }
        RecordKind::Dossier => all::<dossier::Entity>(door, dossier::Column::Code).await,
        RecordKind::Task => all::<task::Entity>(door, task::Column::Code).await,
        RecordKind::Document => all::<document::Entity>(door, document::Column::Number).await,
        RecordKind::Petition => all::<petition::Entity>(door, petition::Column::Code).await,
        RecordKind::Survey => all::<survey::Entity>(door, survey::Column::Code).await,
        RecordKind::Payment => all::<payment::Entity>(door, payment::Column::Code).await,
        RecordKind::Target => all::<target::Entity>(door, target::Column::Code).await,
        RecordKind::Declared => all::<declared_figure::Entity>(door, declared_figure::Column::Code).await,
        RecordKind::Incident => all::<incident::Entity>(door, incident::Column::Code).await,
    }
}

/// Those that weren't withdrawn.
async fn standing<E: EntityTrait>(
    door: &impl Door,
    code: E::Column,
    withdrawn_at: E::Column,
) -> Result<Vec<String>, StoreError> {
    let select = E::find().select_only().column(code).filter(withdrawn_at.is_null());
    Ok(select.into_tuple().all(door.conn()).await?)
}

async fn all<E: EntityTrait>(door: &impl Door, code: E::Column) -> Result<Vec<String>, StoreError> {
    Ok(E::find().select_only().column(code).into_tuple().all(door.conn()).await?)
}
