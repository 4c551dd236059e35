//! Imports of every kind of record are undone as if they had never been: figures, lists and what the source said are as
//! before, whatever was brought or changed; what others need or worked on since stops all of it; a break goes on.

mod records;
mod replicas;

use std::collections::BTreeMap;

use bonro::domain::permission::Scope;
use bonro::domain::record::{ImportRow, Record, RecordKind};
use bonro::pb::v1;
use bonro::pb::v1::import_service_server::ImportService as _;
use bonro::pb::v1::incident_service_server::IncidentService as _;
use bonro::pb::v1::official_service_server::OfficialService as _;
use bonro::pb::v1::petition_service_server::PetitionService as _;
use bonro::pb::v1::procedure_service_server::ProcedureService as _;
use bonro::pb::v1::task_service_server::TaskService as _;
use bonro::pb::v1::unit_service_server::UnitService as _;
use bonro::service::ServiceError;
use bonro::service::imports::{RowOutcome, Start};
use bonro::service::landing::LandedResult;
use sea_orm::{
    ConnectionTrait as _, Database, DatabaseConnection, FromQueryResult as _, JsonValue, Statement,
};
use uuid::Uuid;

use crate::records::checked::found;
use crate::records::town::{Town, answered, at, procedure, refused};
use crate::support::both;
use records::{dossier, first, official, second, survey, task, unit, whole};

const SOURCE: &str = "một cửa";

fn start(number: u128) -> Start {
    let watermark = Some(at("2024-05-15T16:00:00Z"));
    let import_id = Uuid::from_u128(number);
    Start { import_id, source: SOURCE.into(), kind: "partial".into(), watermark, ..Start::default() }
}

/// An import from its beginning to its end, a minute after what was before.
async fn feed(town: &Town, number: u128, records: Vec<Record>) -> Vec<RowOutcome> {
    town.clock.advance(chrono::TimeDelta::minutes(1));
    let start = start(number);
    let context = || town.context(Scope::All);
    town.house.start_import(context(), &start).await.expect("it opens");
    let row = |(line, record)| ImportRow { file: "nguon.csv".into(), line, record };
    let rows = (2..).zip(records).map(row).collect();
    let (outcomes, _) = town.house.import_batch(context(), &start, 1, rows).await.expect("it lands");
    town.house.finish_import(context(), &start).await.expect("it ends");
    outcomes
}

fn all(outcomes: &[RowOutcome], result: LandedResult) {
    assert!(outcomes.iter().all(|o| o.landed.result == result), "{outcomes:#?}");
}

async fn undo(town: &Town, number: u128) {
    town.clock.advance(chrono::TimeDelta::minutes(1));
    let name = format!("imports/{}", Uuid::from_u128(number));
    let request = v1::UndoImportRequest { name, reason: "nhầm tệp".into() };
    let run = answered(town.front.undo_import(town.ask(request)).await).import_run.expect("it");
    assert_eq!(run.state(), v1::ImportState::Undone);
}

/// The word and the sentence by which an undo is refused; nothing of it was done.
async fn refusal(town: &Town, number: u128) -> (&'static str, String) {
    let before = picture(town).await;
    town.clock.advance(chrono::TimeDelta::minutes(1));
    let refused = town.house.undo_import(town.context(Scope::All), Uuid::from_u128(number), "nhầm tệp").await;
    let Err(ServiceError::Precondition { reason, vi, en, .. }) = refused else { panic!("{refused:?}") };
    assert!(vi.contains("hãy"), "{vi}");
    assert_eq!(picture(town).await, before, "nothing is undone");
    (reason, format!("{vi} / {en}"))
}

async fn tables(url: &str) -> DatabaseConnection {
    Database::connect(url).await.expect("the database opens")
}

/// What people see of the house, by table: rows without the numbers and times of their changes. What was withdrawn is
/// in no list, and a dossier that never came in only by its code.
const SEEN: &[(&str, &str)] = &[
    ("unit", "withdrawn_at IS NULL"),
    ("unit_history", "unit_id IN (SELECT id FROM unit WHERE withdrawn_at IS NULL)"),
    ("official", "withdrawn_at IS NULL"),
    ("calendar", "withdrawn_at IS NULL"),
    ("procedure", "withdrawn_at IS NULL"),
    ("procedure_version", "NOT superseded"),
    ("dossier", "flags NOT LIKE '%retracted%'"),
    ("task", "1 = 1"),
    ("document", "1 = 1"),
    ("petition", "1 = 1"),
    ("survey", "1 = 1"),
    ("payment", "1 = 1"),
    ("target", "1 = 1"),
    ("declared_figure", "1 = 1"),
    ("incident", "1 = 1"),
    ("incident_hit", "1 = 1"),
    ("source_row", "1 = 1"),
    // One that no import of stands says nothing.
    ("source", "watermark IS NOT NULL"),
];

/// Changes of no meaning.
const MOVED: [&str; 5] = ["version", "updated_at", "imported_at", "withdrawn_at", "import_id"];

type Picture = BTreeMap<String, Vec<String>>;

async fn picture(town: &Town) -> Picture {
    let mut picture = Picture::new();
    let tables = tables(&town.url).await;
    for (table, which) in SEEN {
        let sql = format!("SELECT * FROM {table} WHERE {which}");
        let statement = Statement::from_string(tables.get_database_backend(), sql);
        let rows = JsonValue::find_by_statement(statement).all(&tables).await.expect("the table is read");
        let bare = |mut row: JsonValue| {
            let columns = row.as_object_mut().expect("a row");
            // A version of a procedure or a calendar has no other number.
            columns.retain(|name, _| {
                !MOVED.contains(&name.as_str()) || (*table == "calendar" && name == "version")
            });
            row.to_string()
        };
        let mut rows: Vec<String> = rows.into_iter().map(bare).collect();
        rows.sort();
        picture.insert((*table).to_owned(), rows);
    }
    tables.close().await.expect("an idle connection closes");
    for kind in ["dossier", "task", "petition", "survey", "payment"] {
        let ledger = town.ledger(kind).await;
        picture.insert(format!("ledger of {kind}"), crate::records::town::lines(&ledger));
    }
    assert_eq!(found(town).await, [] as [String; 0], "the ledger is what the records say");
    picture
}

fn assert_same(now: &Picture, before: &Picture, what: &str) {
    for (table, rows) in before {
        assert_eq!(&now[table], rows, "{what}: {table}");
    }
}

both!(every_kind_is_undone_as_if_it_had_never_been, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure(), dossier("CU-1", None)]).await;
    for (number, kind) in (1..).step_by(10).zip(RecordKind::ALL) {
        let word = kind.as_str();
        let nothing = picture(&town).await;
        all(&feed(&town, number, first(*kind)).await, LandedResult::Landed);
        let one = picture(&town).await;
        assert_ne!(one, nothing, "{word}");
        let outcomes = feed(&town, number + 1, second(*kind)).await;
        let results: Vec<LandedResult> = outcomes.iter().map(|o| o.landed.result).collect();
        assert_eq!(results, [LandedResult::Changed, LandedResult::Landed], "{word}: {outcomes:#?}");
        let two = picture(&town).await;
        assert_ne!(two, one, "{word}");
        undo(&town, number + 1).await;
        assert_same(&picture(&town).await, &one, word);
        // The same again, as if nothing had been; and back from there, one after the other.
        feed(&town, number + 2, second(*kind)).await;
        assert_eq!(found(&town).await, [] as [String; 0], "{word}");
        undo(&town, number + 2).await;
        assert_same(&picture(&town).await, &one, word);
        undo(&town, number).await;
        assert_same(&picture(&town).await, &nothing, word);
    }
});

both!(an_import_of_all_kinds_is_undone_whole, |house| {
    let town = Town::open(&house.url).await;
    let nothing = picture(&town).await;
    let lists = async || {
        let units = answered(town.front.list_units(town.ask(v1::ListUnitsRequest::default())).await).units;
        let officials = town.front.list_officials(town.ask(v1::ListOfficialsRequest::default())).await;
        let procedures = town.front.list_procedures(town.ask(v1::ListProceduresRequest::default())).await;
        let mut names: Vec<String> = units.into_iter().map(|unit| unit.name).collect();
        names.extend(answered(officials).officials.into_iter().map(|official| official.name));
        names.extend(answered(procedures).procedures.into_iter().map(|procedure| procedure.name));
        names
    };
    let known = lists().await;
    for number in [1, 2] {
        let outcomes = feed(&town, number, whole()).await;
        let kinds: Vec<RecordKind> = outcomes.iter().map(|o| o.kind).collect();
        assert!(RecordKind::ALL.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
        assert!(outcomes.iter().all(|o| o.landed.result != LandedResult::Refused), "{outcomes:#?}");
        assert_ne!(lists().await, known);
        assert_eq!(found(&town).await, [] as [String; 0]);
        undo(&town, number).await;
        assert_same(&picture(&town).await, &nothing, "all kinds");
        assert_eq!(lists().await, known);
    }
    // What is withdrawn is free for who comes next.
    let create = v1::CreateOfficialRequest {
        official: Some(v1::Official {
            code: "X1-01".into(),
            unit: "units/P1".into(),
            full_name: "Cán bộ khác".into(),
            role: v1::Role::Officer.into(),
            language: v1::Language::Vietnamese.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    answered(town.front.create_official(town.ask(create)).await);
});

both!(one_import_that_names_a_record_twice_is_undone, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure(), dossier("CU-1", None)]).await;
    for (number, kind) in (1..).zip(RecordKind::ALL) {
        let nothing = picture(&town).await;
        town.clock.advance(chrono::TimeDelta::minutes(1));
        let start = start(number);
        let context = || town.context(Scope::All);
        town.house.start_import(context(), &start).await.expect("it opens");
        // Batch after batch: within one a record may stand only once.
        let mut from = 1;
        for records in [first(*kind), second(*kind)] {
            let row = |(line, record)| ImportRow { file: "nguon.csv".into(), line, record };
            let rows = (from + 1..).zip(records).map(row).collect();
            let done = town.house.import_batch(context(), &start, from, rows).await.expect("it lands");
            from = done.1 + 1;
        }
        town.house.finish_import(context(), &start).await.expect("it ends");
        undo(&town, number).await;
        assert_same(&picture(&town).await, &nothing, kind.as_str());
    }
});

both!(what_others_need_stops_the_whole_undo, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure()]).await;
    let brought = |code: &str| vec![survey("DG-1", "P1", "satisfied"), unit(code, "UB", "Đơn vị mới")];
    feed(&town, 1, brought("X1")).await;
    town.import(vec![official("Y-01", "X1", "Người khác")]).await;
    let (reason, said) = refusal(&town, 1).await;
    assert_eq!(reason, "REFERRED");
    assert!(said.contains("units/X1 đang được dùng ở công chức Y-01"), "{said}");
    assert!(said.contains("units/X1 is referred to by official Y-01"), "{said}");
    // A unit below it.
    feed(&town, 2, brought("X2")).await;
    town.import(vec![unit("X3", "X2", "Tổ")]).await;
    assert!(refusal(&town, 2).await.1.contains("by unit X3"));
    feed(&town, 3, vec![official("Z-01", "P1", "Người mới")]).await;
    town.import(vec![task("NV-9", "Z-01", "2024-05-20")]).await;
    assert!(refusal(&town, 3).await.1.contains("officials/Z-01 is referred to by task NV-9"));
    // What was received under a procedure, or by a calendar, is judged by it.
    feed(&town, 4, first(RecordKind::Procedure)).await;
    town.import(vec![records::under("p9", "H-9")]).await;
    assert!(refusal(&town, 4).await.1.contains("procedures/p9 is referred to by dossier H-9"));
    feed(&town, 5, first(RecordKind::Calendar)).await;
    town.import(vec![dossier("H-10", None)]).await;
    assert!(refusal(&town, 5).await.1.contains("units/P1/calendars/1 is referred to by dossier H-10"));
    // A part of a task.
    feed(&town, 6, vec![task("NV-1", "", "2024-05-20")]).await;
    let part = v1::AssignTaskRequest {
        task: Some(v1::Task {
            code: "NV-1a".into(),
            title: "Một phần".into(),
            lead_unit: "units/VP".into(),
            assigned_on: Some(crate::records::town::date("2024-05-16")),
            parent: "tasks/NV-1".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    answered(town.front.assign_task(town.ask(part)).await);
    assert!(refusal(&town, 6).await.1.contains("tasks/NV-1 is referred to by task NV-1a"));
});

both!(what_somebody_worked_on_stops_the_whole_undo, |house| {
    let town = Town::open(&house.url).await;
    town.import(vec![procedure(), dossier("CU-1", None)]).await;
    // Each beside a rating that would have gone first.
    for (number, kind) in (1..).zip(RecordKind::ALL) {
        let mut records = first(*kind);
        records.push(survey(&format!("BEN-{number}"), "P1", "satisfied"));
        feed(&town, number, records).await;
        town.clock.advance(chrono::TimeDelta::minutes(1));
        // Another source says otherwise since.
        let outcomes = town.import(second(*kind)).await;
        assert_eq!(outcomes[0].landed.result, LandedResult::Changed, "{outcomes:#?}");
        assert_eq!(refusal(&town, number).await.0, "WORKED_ON", "{}", kind.as_str());
    }
    // And people.
    feed(&town, 50, vec![task("NV-50", "", "2024-05-20")]).await;
    let accept = v1::AcceptTaskRequest { name: "tasks/NV-50".into(), ..Default::default() };
    answered(town.front.accept_task(town.ask(accept)).await);
    assert_eq!(refusal(&town, 50).await.0, "WORKED_ON");
    feed(&town, 51, vec![records::petition("PA-51", None)]).await;
    let answer = v1::AnswerPetitionRequest { name: "petitions/PA-51".into(), ..Default::default() };
    answered(town.front.answer_petition(town.ask(answer)).await);
    assert_eq!(refusal(&town, 51).await.0, "WORKED_ON");
    feed(&town, 52, vec![records::incident("SC-52", &["CU-1"])]).await;
    let close = v1::CloseIncidentRequest { name: "incidents/SC-52".into(), ..Default::default() };
    answered(town.front.close_incident(town.ask(close)).await);
    assert_eq!(refusal(&town, 52).await.0, "WORKED_ON");
    feed(&town, 53, vec![unit("X53", "UB", "Đơn vị 53")]).await;
    let rename = v1::RenameUnitRequest {
        name: "units/X53".into(),
        display_name: Some("Tên khác".into()),
        on: Some(crate::records::town::date("2024-05-16")),
        ..Default::default()
    };
    answered(town.front.rename_unit(town.ask(rename)).await);
    assert_eq!(refusal(&town, 53).await.0, "WORKED_ON");
});

both!(an_undo_that_broke_off_goes_on, |house| {
    let town = Town::open(&house.url).await;
    let mut records = vec![unit("X1", "UB", "Đơn vị mới")];
    // More than two steps.
    records.extend((0..900).map(|n| survey(&format!("DG-{n:04}"), "P1", "satisfied")));
    all(&feed(&town, 1, records).await, LandedResult::Landed);
    // The house dies in the middle of the second step, when the first one is kept.
    let tables = tables(&house.url).await;
    let dying = "OLD.code = 'DG-0700' AND EXISTS (SELECT 1 FROM import WHERE undo_begun_at IS NOT NULL)";
    let (make, mend) = if town.house.store.is_postgres() {
        (
            format!(
                "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {dying} THEN \
                 RAISE EXCEPTION 'dead'; END IF; RETURN OLD; END $$; \
                 CREATE TRIGGER die BEFORE DELETE ON survey FOR EACH ROW EXECUTE FUNCTION die()"
            ),
            "DROP TRIGGER die ON survey",
        )
    } else {
        (
            format!(
                "CREATE TRIGGER die BEFORE DELETE ON survey WHEN {dying} BEGIN SELECT RAISE(ABORT, 'dead'); END"
            ),
            "DROP TRIGGER die",
        )
    };
    tables.execute_unprepared(&make).await.expect("whoever may write may do so");
    let context = || town.context(Scope::All);
    let broken = town.house.undo_import(context(), Uuid::from_u128(1), "nhầm tệp").await;
    assert!(matches!(broken, Err(ServiceError::Store(_))), "{broken:?}");
    let request = v1::GetImportRequest { name: format!("imports/{}", Uuid::from_u128(1)) };
    let run = answered(town.front.get_import(town.ask(request)).await).import_run.expect("it");
    assert_eq!(run.state(), v1::ImportState::Undoing);
    assert_eq!(town.ledger("survey").await.values().sum::<i64>(), 400, "one step was kept");
    assert_eq!(found(&town).await, [] as [String; 0]);
    // Meanwhile nothing lands, and nothing ends.
    let next = town.house.start_import(context(), &start(2)).await;
    assert!(matches!(next, Err(ServiceError::Precondition { reason: "UNDO_UNDER_WAY", .. })), "{next:?}");
    tables.execute_unprepared(mend).await.expect("whoever may write may do so");
    // And somebody puts another unit below the one that it brought: that one stays, or the undo would never end.
    town.import(vec![unit("X2", "X1", "Đơn vị dưới")]).await;
    undo(&town, 1).await;
    assert_eq!(town.ledger("survey").await.values().sum::<i64>(), 0);
    let request = v1::ListImportProblemsRequest {
        parent: format!("imports/{}", Uuid::from_u128(1)),
        page_size: 1000,
        ..Default::default()
    };
    let kept = answered(town.front.list_import_problems(town.ask(request)).await).problems;
    let kept: Vec<(&str, &str)> =
        kept.iter().map(|p| (p.code.as_str(), p.problem.as_ref().map_or("", |why| &why.reason))).collect();
    assert_eq!(kept, [("X1", "KEPT_IN_UNDO")]);
    let stands = v1::GetUnitRequest { name: "units/X1".into(), ..Default::default() };
    answered(town.front.get_unit(town.ask(stands)).await);
    assert_eq!(found(&town).await, [] as [String; 0]);
});

both!(imports_from_before_outcomes_kept_what_stood_are_not_guessed_at, |house| {
    let town = Town::open(&house.url).await;
    feed(&town, 1, vec![survey("DG-1", "P1", "satisfied")]).await;
    let tables = tables(&house.url).await;
    let sql = "UPDATE import_row SET left_hash = NULL";
    tables.execute_unprepared(sql).await.expect("whoever may write may do so");
    assert_eq!(refusal(&town, 1).await.0, "OUTCOMES_UNKNOWN");
    let wrong = v1::UndoImportRequest { name: "imports/x".into(), reason: "nhầm tệp".into() };
    assert_eq!(refused(town.front.undo_import(town.ask(wrong)).await).2, ["name"]);
});

/// The evening that some records speak of.
fn evening() -> chrono::DateTime<chrono::Utc> {
    at("2024-05-14T02:00:00Z")
}
