//! Forms that recipients of reports send, with their bytes kept apart.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{report_form, report_form_content};
use super::query::{ListQuery, Page, Published, page};
use super::records::{self, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::Text;

/// A form as it stands, without its bytes.
pub type FormRow = report_form::Model;

/// What lists of them may be filtered and ordered by.
pub const PUBLISHED: [Published; 3] = [
    published("code", Text, true, "code"),
    published("kind", Text, false, "kind"),
    published("report_form", Text, false, "report_form"),
];

/// Enters a new one with its bytes. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, row: FormRow, bytes: Vec<u8>) -> Result<(), StoreError> {
    let id = row.id;
    records::insert::<report_form::ActiveModel>(tx, vec![row]).await?;
    keep(tx, id, bytes).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: FormRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((report_form::Column::Id, row.id), (report_form::Column::Version, version));
    records::update::<report_form::ActiveModel>(tx, row, id, at).await
}

/// Keeps the bytes of one, in the place of those that it had.
pub async fn replace(tx: &Tx, id: Uuid, bytes: Vec<u8>) -> Result<(), StoreError> {
    report_form_content::Entity::delete_by_id(id).exec(tx.conn()).await?;
    keep(tx, id, bytes).await
}

async fn keep(tx: &Tx, form_id: Uuid, bytes: Vec<u8>) -> Result<(), StoreError> {
    let row = report_form_content::Model { form_id, bytes };
    report_form_content::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// One by code.
pub async fn find(door: &impl Door, code: &str) -> Result<Option<FormRow>, StoreError> {
    Ok(report_form::Entity::find().filter(report_form::Column::Code.eq(code)).one(door.conn()).await?)
}

/// All that are in force, by code.
pub async fn in_force(door: &impl Door) -> Result<Vec<FormRow>, StoreError> {
    Ok(report_form::Entity::find()
        .filter(report_form::Column::WithdrawnAt.is_null())
        .order_by_asc(report_form::Column::Code)
        .all(door.conn())
        .await?)
}

/// The bytes of one.
pub async fn content(door: &impl Door, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
    let found = report_form_content::Entity::find_by_id(id).one(door.conn()).await?;
    Ok(found.map(|row| row.bytes))
}

/// A page of them, those that were withdrawn too.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<FormRow>, StoreError> {
    page::<report_form::Entity>(door, &PUBLISHED, "id", query, None).await
}
