//! What the office proposes to others, and the reports that said it.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{proposal, proposal_mention, report};
use super::query::{Page, Published, page};
use super::records::{self, Asked, keyed, narrowed, published};
use super::reports::ReportRow;
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Day, Instant, Text};

/// A proposal as it stands.
pub type ProposalRow = proposal::Model;

/// What lists of them may be filtered and ordered by.
pub const PUBLISHED: [Published; 6] = [
    published("code", Text, true, "code"),
    published("addressee", Text, false, "addressee"),
    published("state", Text, false, "state"),
    published("made_on", Day, true, "made_on"),
    published("answered_on", Day, false, "answered_on"),
    published("create_time", Instant, true, "created_at"),
];

/// Identities are minted in the order of recording.
const KEYS: [(&str, Published); 1] = [("create_time", published("id", Text, true, "id"))];

/// Enters a new one. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, row: ProposalRow) -> Result<(), StoreError> {
    records::insert::<proposal::ActiveModel>(tx, vec![row]).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: ProposalRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((proposal::Column::Id, row.id), (proposal::Column::Version, version));
    records::update::<proposal::ActiveModel>(tx, row, id, at).await
}

/// One by code.
pub async fn find(door: &impl Door, code: &str) -> Result<Option<ProposalRow>, StoreError> {
    Ok(proposal::Entity::find().filter(proposal::Column::Code.eq(code)).one(door.conn()).await?)
}

/// How many codes begin so: where the house looks for the next free one.
pub async fn count_codes(door: &impl Door, prefix: &str) -> Result<u64, StoreError> {
    let found = proposal::Entity::find().filter(proposal::Column::Code.starts_with(prefix));
    Ok(found.count(door.conn()).await?)
}

/// Any was ever recorded.
pub async fn are_recorded(door: &impl Door) -> Result<bool, StoreError> {
    Ok(proposal::Entity::find().count(door.conn()).await? > 0)
}

/// Those that nobody has answered, the oldest first.
pub async fn unanswered(door: &impl Door) -> Result<Vec<ProposalRow>, StoreError> {
    Ok(proposal::Entity::find()
        .filter(proposal::Column::State.eq("open"))
        .order_by_asc(proposal::Column::MadeOn)
        .order_by_asc(proposal::Column::Id)
        .all(door.conn())
        .await?)
}

/// The reports that said these proposals and were issued, the oldest first.
pub async fn issued_mentions(
    door: &impl Door,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<ReportRow>>, StoreError> {
    let said = proposal_mention::Entity::find()
        .filter(proposal_mention::Column::ProposalId.is_in(ids.to_vec()))
        .all(door.conn())
        .await?;
    let reports: Vec<Uuid> = said.iter().map(|row| row.report_id).collect();
    let reports = report::Entity::find()
        .filter(report::Column::Id.is_in(reports))
        .filter(report::Column::State.is_in(["signed", "sent"]))
        .order_by_asc(report::Column::DatedOn)
        .order_by_asc(report::Column::Id)
        .all(door.conn())
        .await?;
    let mut found: HashMap<Uuid, Vec<ReportRow>> = HashMap::new();
    for report in reports {
        for row in said.iter().filter(|row| row.report_id == report.id) {
            found.entry(row.proposal_id).or_default().push(report.clone());
        }
    }
    Ok(found)
}

/// Notes that a report says these proposals, and no others.
pub async fn mention(tx: &Tx, report_id: Uuid, ids: &[Uuid]) -> Result<(), StoreError> {
    proposal_mention::Entity::delete_many()
        .filter(proposal_mention::Column::ReportId.eq(report_id))
        .exec(tx.conn())
        .await?;
    let rows: Vec<_> = ids
        .iter()
        .map(|proposal_id| {
            proposal_mention::Model { proposal_id: *proposal_id, report_id }.into_active_model()
        })
        .collect();
    if !rows.is_empty() {
        let rows = rows.into_iter().map(sea_orm::ActiveModelTrait::reset_all);
        proposal_mention::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// A page of them.
pub async fn list(door: &impl Door, asked: &Asked) -> Result<Page<ProposalRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, None);
    let columns: Vec<Published> = PUBLISHED.iter().copied().chain(KEYS.iter().map(|(_, key)| *key)).collect();
    page::<proposal::Entity>(door, &columns, "id", &keyed(query, &KEYS), Some(narrow)).await
}
