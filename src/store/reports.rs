//! Reports that people work on, what they wrote, and the files.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::entity::{report, report_file, report_member, report_text};
use super::query::{Page, Published, page};
use super::records::{self, Asked, keyed, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Day, Instant, Text};

/// A report as it stands.
pub type ReportRow = report::Model;

/// What somebody wrote.
pub type TextRow = report_text::Model;

/// A file with its bytes.
pub type FileRow = report_file::Model;

/// What lists of them may be filtered and ordered by.
pub const PUBLISHED: [Published; 6] = [
    published("code", Text, true, "code"),
    published("number", Text, false, "number"),
    published("state", Text, false, "state"),
    published("from_on", Day, false, "from_on"),
    published("to_on", Day, true, "to_on"),
    published("create_time", Instant, true, "created_at"),
];

/// Identities are minted in the order of recording.
const KEYS: [(&str, Published); 1] = [("create_time", published("id", Text, true, "id"))];

/// Rows a statement.
const CHUNK: usize = 1000;

/// A file without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// `pdf`, `docx`, `xlsx`, `html` or `signed`.
    pub paper: String,
    /// Of the bytes, in hexadecimal digits.
    pub sha256: String,
    /// How many bytes.
    pub size: i64,
}

/// Enters a new one. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, row: ReportRow) -> Result<(), StoreError> {
    records::insert::<report::ActiveModel>(tx, vec![row]).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: ReportRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((report::Column::Id, row.id), (report::Column::Version, version));
    records::update::<report::ActiveModel>(tx, row, id, at).await
}

/// One by code.
pub async fn find(door: &impl Door, code: &str) -> Result<Option<ReportRow>, StoreError> {
    Ok(report::Entity::find().filter(report::Column::Code.eq(code)).one(door.conn()).await?)
}

/// The newest state of one, held until the end of the transaction.
pub async fn hold(tx: &Tx, id: Uuid) -> Result<Option<ReportRow>, StoreError> {
    Ok(report::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?)
}

/// Those with that number of the document system, the newest first: numbers begin anew each year.
pub async fn numbered(door: &impl Door, number: &str) -> Result<Vec<ReportRow>, StoreError> {
    Ok(report::Entity::find()
        .filter(report::Column::Number.eq(number))
        .order_by_desc(report::Column::DatedOn)
        .order_by_desc(report::Column::Id)
        .all(door.conn())
        .await?)
}

/// Those with these identities, in no order.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<ReportRow>, StoreError> {
    records::by_ids::<report::Entity>(door, report::Column::Id, ids).await
}

/// The one that corrects another and wasn't cancelled.
pub async fn correcting(door: &impl Door, id: Uuid) -> Result<Option<ReportRow>, StoreError> {
    Ok(report::Entity::find()
        .filter(report::Column::CorrectsId.eq(id))
        .filter(report::Column::State.ne("cancelled"))
        .one(door.conn())
        .await?)
}

/// The newest of a form whose period ended before a day, that was submitted: whose words the next one begins with.
pub async fn before(
    door: &impl Door,
    form_name: &str,
    day: chrono::NaiveDate,
) -> Result<Option<ReportRow>, StoreError> {
    Ok(report::Entity::find()
        .filter(report::Column::FormName.eq(form_name))
        .filter(report::Column::ToOn.lt(day))
        .filter(report::Column::State.is_in(["submitted", "signed", "sent"]))
        .order_by_desc(report::Column::ToOn)
        .order_by_desc(report::Column::Id)
        .one(door.conn())
        .await?)
}

/// How many of a period were opened and not cancelled.
pub async fn of_period(
    door: &impl Door,
    from_on: chrono::NaiveDate,
    to_on: chrono::NaiveDate,
) -> Result<u64, StoreError> {
    Ok(report::Entity::find()
        .filter(report::Column::FromOn.eq(from_on))
        .filter(report::Column::ToOn.eq(to_on))
        .filter(report::Column::State.ne("cancelled"))
        .count(door.conn())
        .await?)
}

/// How many codes begin so: where the house looks for the next free one.
pub async fn count_codes(door: &impl Door, prefix: &str) -> Result<u64, StoreError> {
    Ok(report::Entity::find().filter(report::Column::Code.starts_with(prefix)).count(door.conn()).await?)
}

/// A page of them.
pub async fn list(door: &impl Door, asked: &Asked) -> Result<Page<ReportRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, None);
    let columns: Vec<Published> = PUBLISHED.iter().copied().chain(KEYS.iter().map(|(_, key)| *key)).collect();
    page::<report::Entity>(door, &columns, "id", &keyed(query, &KEYS), Some(narrow)).await
}

/// What stands at the places of a report: the last that was written at each.
pub async fn texts(door: &impl Door, report_id: Uuid) -> Result<BTreeMap<String, TextRow>, StoreError> {
    let rows = report_text::Entity::find()
        .filter(report_text::Column::ReportId.eq(report_id))
        .order_by_asc(report_text::Column::Number)
        .all(door.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (row.place.clone(), row)).collect())
}

/// All that was ever written at a place, the newest first.
pub async fn versions(door: &impl Door, report_id: Uuid, place: &str) -> Result<Vec<TextRow>, StoreError> {
    Ok(report_text::Entity::find()
        .filter(report_text::Column::ReportId.eq(report_id))
        .filter(report_text::Column::Place.eq(place))
        .order_by_desc(report_text::Column::Number)
        .all(door.conn())
        .await?)
}

/// Writes at a place. A number that is taken is a [`StoreError::Duplicate`]: another one wrote at the same time.
pub async fn write(tx: &Tx, rows: Vec<TextRow>) -> Result<(), StoreError> {
    records::insert::<report_text::ActiveModel>(tx, rows).await
}

/// Keeps a file, in the place of one of the same paper.
pub async fn put_file(tx: &Tx, row: FileRow) -> Result<(), StoreError> {
    report_file::Entity::delete_many()
        .filter(report_file::Column::ReportId.eq(row.report_id))
        .filter(report_file::Column::Paper.eq(row.paper.clone()))
        .exec(tx.conn())
        .await?;
    report_file::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// The files of a report, without their bytes, by paper.
pub async fn files(door: &impl Door, report_id: Uuid) -> Result<Vec<FileLine>, StoreError> {
    let rows: Vec<(String, String, i64)> = report_file::Entity::find()
        .select_only()
        .column(report_file::Column::Paper)
        .column(report_file::Column::Sha256)
        .column(report_file::Column::Size)
        .filter(report_file::Column::ReportId.eq(report_id))
        .order_by_asc(report_file::Column::Paper)
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(rows.into_iter().map(|(paper, sha256, size)| FileLine { paper, sha256, size }).collect())
}

/// A file with its bytes.
pub async fn file(door: &impl Door, report_id: Uuid, paper: &str) -> Result<Option<FileRow>, StoreError> {
    Ok(report_file::Entity::find()
        .filter(report_file::Column::ReportId.eq(report_id))
        .filter(report_file::Column::Paper.eq(paper))
        .one(door.conn())
        .await?)
}

/// The dossiers behind exceptional figures, by figure; codes in their order.
pub async fn members(door: &impl Door, report_id: Uuid) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    let rows = report_member::Entity::find()
        .filter(report_member::Column::ReportId.eq(report_id))
        .order_by_asc(report_member::Column::Subject)
        .all(door.conn())
        .await?;
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        members.entry(row.figure).or_default().push(row.subject);
    }
    // The engines order text each in its own way.
    for codes in members.values_mut() {
        codes.sort_unstable();
    }
    Ok(members)
}

/// Keeps the dossiers behind exceptional figures.
pub async fn keep_members(
    tx: &Tx,
    report_id: Uuid,
    members: &BTreeMap<String, Vec<String>>,
) -> Result<(), StoreError> {
    let all = members.iter().flat_map(|(figure, codes)| {
        codes.iter().map(move |code| report_member::Model {
            report_id,
            figure: figure.clone(),
            subject: code.clone(),
        })
    });
    let rows: Vec<_> = all.collect();
    for chunk in rows.chunks(CHUNK) {
        let models = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
        report_member::Entity::insert_many(models).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Takes back what was frozen: the printed files and the dossiers behind figures.
pub async fn thaw(tx: &Tx, report_id: Uuid) -> Result<(), StoreError> {
    report_file::Entity::delete_many()
        .filter(report_file::Column::ReportId.eq(report_id))
        .exec(tx.conn())
        .await?;
    report_member::Entity::delete_many()
        .filter(report_member::Column::ReportId.eq(report_id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
