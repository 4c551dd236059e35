//! The entities and the tables that the migrations make, side by side.

use std::collections::BTreeMap;

use bonro::store::entity::{self, figure_cell, figure_entry, job, outbox};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ColumnType;
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, IntoActiveModel, Iterable, PrimaryKeyToColumn,
    QueryOrder, Statement,
};

use crate::support::both;

/// Of a column: its type's word in the catalogue, whether it may be NULL, whether it is in the key.
type Columns = BTreeMap<String, (String, bool, bool)>;

both!(entities_fit_the_tables, |house| {
    let db = Database::connect(&house.url).await.expect("the database answers");
    assert_fit(&db).await;
    assert_values_come_back(&db).await;
    assert_numbers_are_never_drawn_twice(&db).await;
    db.close().await.expect("the connections close");
});

async fn assert_fit(db: &DatabaseConnection) {
    let mut tables = all_tables(db).await;
    macro_rules! fit {
        ($($entity:ident),+ $(,)?) => {$(
            let name = sea_orm::EntityName::table_name(&entity::$entity::Entity).to_owned();
            let expected = of_entity::<entity::$entity::Entity>(db.get_database_backend());
            assert_eq!(tables.remove(&name), Some(expected), "{name}");
        )+};
    }
    fit![
        api_key,
        applicant,
        audit,
        calendar,
        calendar_day,
        certificate,
        commitment,
        contribution,
        declared_figure,
        document,
        dossier,
        event,
        figure_cell,
        figure_cut,
        figure_entry,
        house_state,
        import,
        import_problem,
        import_row,
        incident,
        incident_hit,
        job,
        mail_attempt,
        mail_suppression,
        notice,
        official,
        official_absence,
        opinion,
        outbox,
        payment,
        period_report,
        petition,
        procedure,
        procedure_version,
        proposal,
        proposal_mention,
        reconciliation,
        reminder_rule,
        reminder_snooze,
        report,
        report_file,
        report_form,
        report_form_content,
        report_member,
        report_text,
        request_replay,
        sealed_mail,
        slot,
        source,
        source_name,
        source_row,
        survey,
        target,
        task,
        trouble,
        unit,
        unit_edge,
        unit_history,
        unit_judging,
    ];
    assert_eq!(tables.into_keys().collect::<Vec<_>>(), ["seaql_migrations"], "tables without an entity");
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is sea-query's, and the others are no columns of ours"
)]
fn of_entity<E: EntityTrait>(backend: DbBackend) -> Columns {
    let key: Vec<String> = E::PrimaryKey::iter().map(|k| k.into_column().as_str().to_owned()).collect();
    E::Column::iter()
        .map(|column| {
            let def = column.def();
            let (sqlite, postgres) = match def.get_column_type() {
                ColumnType::Uuid => ("uuid_text", "uuid"),
                ColumnType::String(_) => ("text", "text"),
                ColumnType::TimestampWithTimeZone => ("timestamp_with_timezone_text", "timestamptz"),
                ColumnType::Date => ("date_text", "date"),
                ColumnType::Integer => ("integer", "int4"),
                ColumnType::BigInteger => ("integer", "int8"),
                ColumnType::Boolean => ("boolean", "bool"),
                ColumnType::VarBinary(_) => ("blob", "bytea"),
                other => panic!("{}: no column of ours is {other:?}", column.as_str()),
            };
            let word = if backend == DbBackend::Sqlite { sqlite } else { postgres };
            let name = column.as_str().to_owned();
            let in_key = key.contains(&name);
            (name, (word.to_owned(), def.is_null(), in_key))
        })
        .collect()
}

async fn all_tables(db: &DatabaseConnection) -> BTreeMap<String, Columns> {
    let sql = if db.get_database_backend() == DbBackend::Sqlite {
        "SELECT t.name, c.name, lower(c.type), c.\"notnull\" = 0, c.pk > 0 \
         FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT c.table_name::text, c.column_name::text, c.udt_name::text, c.is_nullable = 'YES', EXISTS ( \
           SELECT 1 FROM information_schema.table_constraints k \
           JOIN information_schema.key_column_usage u USING (constraint_schema, constraint_name, table_name) \
           WHERE k.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema \
             AND k.table_name = c.table_name AND u.column_name = c.column_name) \
         FROM information_schema.columns c WHERE c.table_schema = current_schema()"
    };
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for row in db.query_all_raw(statement).await.expect("the catalogue answers") {
        let (table, column, word, null, key): (String, String, String, bool, bool) =
            row.try_get_many_by_index().expect("the columns above");
        tables.entry(table).or_default().insert(column, (word, null, key));
    }
    tables
}

/// Each type of column, out and in again.
async fn assert_values_come_back(db: &DatabaseConnection) {
    let at = "2024-05-15T16:59:59.123456Z".parse().expect("an instant");
    let mail = outbox::Model {
        id: Uuid::from_u128(0x018f_7c3e_0000_7000_8000_0000_0000_0001),
        key: "nhắc việc".into(),
        kind: "digest".into(),
        recipient_official_id: None,
        to_address: "np.01@ducpho.example".into(),
        language: "vi".into(),
        render_input: "{}".into(),
        state: "queued".into(),
        attempt: 0,
        not_before: at,
        leased_by: None,
        leased_until: Some(at),
        is_sealed: true,
        sealed: None,
        message_id: None,
        last_error: None,
        created_at: at,
        sent_at: None,
        fault: Some("temporary".into()),
    };
    outbox::Entity::insert(mail.clone().into_active_model().reset_all())
        .exec_without_returning(db)
        .await
        .expect("it fits");
    assert_eq!(outbox::Entity::find_by_id(mail.id).one(db).await.expect("it is read"), Some(mail.clone()));
    let odd = outbox::Model { id: Uuid::nil(), key: "another".into(), state: "lost".into(), ..mail };
    let refused =
        outbox::Entity::insert(odd.into_active_model().reset_all()).exec_without_returning(db).await;
    assert!(refused.is_err(), "a state that isn't among the words");

    let schedule = job::Model {
        name: "remind".into(),
        cron: "15 7 * * *".into(),
        time_zone: "Asia/Ho_Chi_Minh".into(),
        working_days_only: true,
        misfire: "latest".into(),
        grace_seconds: 3600,
        paused: false,
        paused_note: None,
        created_at: at,
        paused_by: None,
        paused_at: None,
        resumed_at: None,
        scheduled_at: None,
        changed_by_hand: false,
    };
    job::Entity::insert(schedule.clone().into_active_model().reset_all())
        .exec_without_returning(db)
        .await
        .expect("it fits");
    assert_eq!(job::Entity::find_by_id("remind").one(db).await.expect("it is read"), Some(schedule));

    let cell = figure_cell::Model {
        grain: "month".into(),
        bucket_on: "2024-05-01".parse().expect("a day"),
        unit_id: Uuid::nil(),
        procedure_id: Uuid::nil(),
        fact: "paid_amount:fee:online".into(),
        quantity: i64::MAX,
    };
    figure_cell::Entity::insert(cell.clone().into_active_model().reset_all())
        .exec_without_returning(db)
        .await
        .expect("it fits");
    assert_eq!(figure_cell::Entity::find().one(db).await.expect("it is read"), Some(cell));
}

async fn assert_numbers_are_never_drawn_twice(db: &DatabaseConnection) {
    let on = "2024-05-15".parse().expect("a day");
    let entry = figure_entry::Model {
        seq: 0,
        subject_kind: "dossier".into(),
        subject_id: Uuid::nil(),
        effective_on: on,
        effective_month: on,
        unit_id: Uuid::nil(),
        procedure_id: Uuid::nil(),
        fact: "paused".into(),
        quantity: -1,
        recorded_at: "2024-05-15T17:00:00Z".parse().expect("an instant"),
    };
    let fresh = || {
        let mut row = entry.clone().into_active_model().reset_all();
        row.seq = sea_orm::ActiveValue::NotSet;
        row
    };
    figure_entry::Entity::insert_many([fresh(), fresh()]).exec_without_returning(db).await.expect("they fit");
    figure_entry::Entity::delete_by_id(2).exec(db).await.expect("it goes");
    figure_entry::Entity::insert(fresh()).exec_without_returning(db).await.expect("it fits");
    let rows = figure_entry::Entity::find()
        .order_by_asc(figure_entry::Column::Seq)
        .all(db)
        .await
        .expect("they are read");
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 3]);
}
