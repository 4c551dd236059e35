//! A scratch archive: where a rehearsal of an import lands its rows. It holds the rules, and of all records only
//! those that the rows speak of, copied from a snapshot: so the archive itself is read and never written, nobody
//! waits, and what batch after batch would do is seen as in the archive.

use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ColumnTrait, Condition, ConnectOptions, Database, EntityTrait,
    FromQueryResult, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};

use super::entity::{
    calendar, calendar_day, declared_figure, document, dossier, event, house_state, incident, incident_hit,
    official, official_absence, payment, petition, procedure, procedure_version, reminder_rule, source,
    source_name, source_row, survey, target, task, unit, unit_edge, unit_history, unit_judging,
};
use super::{Door, Snapshot, Store, StoreError, Tx};
use crate::domain::record::RecordKind;

/// Rows a statement: at most 44 columns each, SQLite binds at most 32,766 values.
const CHUNK: usize = 500;

impl Store {
    /// An empty archive in a nameless file that SQLite deletes by itself, in small parts kept in memory.
    pub async fn scratch() -> Result<Self, StoreError> {
        let mut options = ConnectOptions::new("sqlite://?mode=rwc");
        options.max_connections(1).min_connections(1).sqlx_logging(false).record_stmt_in_spans(false);
        // Each connection would have a file of its own: it must live as long as the archive.
        options.idle_timeout(None).max_lifetime(None);
        options.map_sqlx_sqlite_opts(|o| {
            // Applicants and others aren't copied, so that references may lead nowhere.
            o.filename("").foreign_keys(false).pragma("synchronous", "OFF")
        });
        let only = Database::connect(options).await?;
        let store = Self { writer: only.clone(), reader: only };
        store.migrate().await?;
        Ok(store)
    }
}

/// Copies what deadlines and rights are reckoned by.
pub async fn copy_rules(from: &Snapshot, to: &Tx) -> Result<(), StoreError> {
    let all = Condition::all;
    copy::<unit::ActiveModel>(from, to, all()).await?;
    copy::<unit_edge::ActiveModel>(from, to, all()).await?;
    copy::<unit_history::ActiveModel>(from, to, all()).await?;
    copy::<unit_judging::ActiveModel>(from, to, all()).await?;
    copy::<official::ActiveModel>(from, to, all()).await?;
    copy::<official_absence::ActiveModel>(from, to, all()).await?;
    copy::<calendar::ActiveModel>(from, to, all()).await?;
    copy::<calendar_day::ActiveModel>(from, to, all()).await?;
    copy::<procedure::ActiveModel>(from, to, all()).await?;
    copy::<procedure_version::ActiveModel>(from, to, all()).await?;
    copy::<house_state::ActiveModel>(from, to, all()).await?;
    copy::<source::ActiveModel>(from, to, all()).await?;
    copy::<source_name::ActiveModel>(from, to, all()).await?;
    copy::<reminder_rule::ActiveModel>(from, to, all()).await
}

/// Copies the records of a kind with these codes that aren't there yet, and what `source` said of those under `keys`.
/// Returns how many open dossiers were among them.
pub async fn copy_known(
    from: &Snapshot,
    to: &Tx,
    source: &str,
    kind: RecordKind,
    (codes, keys): (&[String], &[String]),
) -> Result<u64, StoreError> {
    let said = Condition::all()
        .add(source_row::Column::Source.eq(source))
        .add(source_row::Column::Kind.eq(kind.as_str()))
        .add(source_row::Column::Code.is_in(keys));
    copy::<source_row::ActiveModel>(from, to, said).await?;
    let mut open = 0;
    match kind {
        // They are rules.
        RecordKind::Unit | RecordKind::Official | RecordKind::Calendar | RecordKind::Procedure => {}
        RecordKind::Dossier => {
            let known = Condition::all().add(dossier::Column::Code.is_in(codes));
            let rows = dossier::Entity::find().filter(known.clone());
            open = rows.clone().filter(dossier::Column::Open.eq(true)).count(from.conn()).await?;
            let ids = rows.all(from.conn()).await?.into_iter().map(|row| row.id);
            copy_events(from, to, ids).await?;
            copy::<dossier::ActiveModel>(from, to, known).await?;
        }
        RecordKind::Task => {
            let known = Condition::all().add(task::Column::Code.is_in(codes));
            let rows = task::Entity::find().filter(known.clone()).all(from.conn()).await?;
            copy_events(from, to, rows.into_iter().map(|row| row.id)).await?;
            copy::<task::ActiveModel>(from, to, known).await?;
        }
        RecordKind::Petition => {
            let known = Condition::all().add(petition::Column::Code.is_in(codes));
            let rows = petition::Entity::find().filter(known.clone()).all(from.conn()).await?;
            copy_events(from, to, rows.into_iter().map(|row| row.id)).await?;
            copy::<petition::ActiveModel>(from, to, known).await?;
        }
        RecordKind::Document => {
            let known = Condition::all().add(document::Column::Number.is_in(codes));
            copy::<document::ActiveModel>(from, to, known).await?;
        }
        RecordKind::Survey => {
            copy::<survey::ActiveModel>(from, to, Condition::all().add(survey::Column::Code.is_in(codes)))
                .await?;
        }
        RecordKind::Payment => {
            copy::<payment::ActiveModel>(from, to, Condition::all().add(payment::Column::Code.is_in(codes)))
                .await?;
        }
        RecordKind::Target => {
            copy::<target::ActiveModel>(from, to, Condition::all().add(target::Column::Code.is_in(codes)))
                .await?;
        }
        RecordKind::Declared => {
            let known = Condition::all().add(declared_figure::Column::Code.is_in(codes));
            copy::<declared_figure::ActiveModel>(from, to, known).await?;
        }
        RecordKind::Incident => {
            let known = Condition::all().add(incident::Column::Code.is_in(codes));
            let rows = incident::Entity::find().filter(known.clone()).all(from.conn()).await?;
            let ids: Vec<uuid::Uuid> = rows.into_iter().map(|row| row.id).collect();
            copy::<incident::ActiveModel>(from, to, known).await?;
            let named = Condition::all().add(incident_hit::Column::IncidentId.is_in(ids));
            copy::<incident_hit::ActiveModel>(from, to, named).await?;
        }
    }
    Ok(open)
}

/// Copies the rows of a table that fit.
async fn copy<A>(from: &Snapshot, to: &Tx, which: Condition) -> Result<(), StoreError>
where
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A> + FromQueryResult + Send + Sync,
{
    let rows = A::Entity::find().filter(which).all(from.conn()).await?;
    let mut models = rows.into_iter().map(|row| row.into_active_model().reset_all());
    loop {
        let chunk: Vec<A> = models.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        <A::Entity as EntityTrait>::insert_many(chunk).exec_without_returning(to.conn()).await?;
    }
}

/// Copies the events of subjects. Their numbers of the whole archive are drawn anew: rehearsed ones took some.
async fn copy_events(
    from: &Snapshot,
    to: &Tx,
    subjects: impl Iterator<Item = uuid::Uuid>,
) -> Result<(), StoreError> {
    let subjects: Vec<uuid::Uuid> = subjects.collect();
    for chunk in subjects.chunks(CHUNK) {
        let rows = event::Entity::find()
            .filter(event::Column::SubjectId.is_in(chunk.to_vec()))
            .order_by_asc(event::Column::Seq)
            .all(from.conn())
            .await?;
        for chunk in rows.chunks(CHUNK) {
            let models = chunk.iter().cloned().map(|row| {
                let mut model = row.into_active_model().reset_all();
                model.seq = NotSet;
                model
            });
            event::Entity::insert_many(models).exec_without_returning(to.conn()).await?;
        }
    }
    Ok(())
}
