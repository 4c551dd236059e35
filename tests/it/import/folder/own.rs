//! Files of our own format in a folder: every kind of record, and each kind by its own time.

use bonro::domain::record::RecordKind;
use bonro::intake::{Files, read};
use bonro::service::folders::Form;
use bonro::store::entity::{import, import_problem};
use bonro::store::imports::ImportRun;
use chrono::TimeDelta;
use rust_xlsxwriter::Workbook;
use sea_orm::{EntityTrait as _, QueryOrder as _};

use super::super::year::software::evening;
use super::stage::{Stage, below, day, note};
use crate::support::both;

const DECLARED: &str = "code,indicator,measure,value,numerator,denominator,from_on,to_on,source,declared_by,declared_on\n\
    K1,satisfied_rate,percent,99.32,294,296,2024-03-01,2024-03-14,Thiết bị đánh giá,VP-01,2024-03-15\n";
const INCIDENTS: &str = "code,system,kind,failure,from_at,to_at,hits,dossier_codes,reported_by\n\
    S1,Một cửa,down,Không truy cập được,2024-03-06T07:30:00+07:00,2024-03-06T09:00:00+07:00,named,,VP-01\n";
const TARGETS: &str = "code,name,indicator,comparison,value,from_on,to_on,basis\n\
    CT1,Đúng hạn,not_late_rate,at_least,95,2024-01-01,2024-12-31,51/KH-UBND\n";

async fn open(url: &str) -> Stage {
    let own = |folder: &mut bonro::service::folders::Folder| {
        folder.form = Form::Own;
        folder.full = false;
        "sổ tay".clone_into(&mut folder.source);
    };
    Stage::open(url, own).await
}

impl Stage {
    async fn own_imports(&self) -> Vec<ImportRun> {
        let all = import::Entity::find().order_by_asc(import::Column::StartedAt).all(&self.tables).await;
        all.expect("the imports are read").into_iter().filter(|run| run.source == "sổ tay").collect()
    }

    async fn problems(&self) -> Vec<String> {
        let all = import_problem::Entity::find().all(&self.tables).await.expect("the problems are read");
        let errors = all.into_iter().filter(|problem| problem.severity == "error");
        errors.map(|p| format!("{} {:?} {}", p.kind, p.code, p.message_en)).collect()
    }
}

/// The head of a file of the sample and its rows up to a line.
fn part(name: &str, lines: usize) -> String {
    let files = Files::sample();
    let text = String::from_utf8(files.get(name).expect("it is there").to_vec()).expect("UTF-8");
    text.lines().take(lines).flat_map(|line| [line, "\n"]).collect()
}

/// The first dossiers of the sample with whatever is told of them, as sheets of one workbook.
fn dossiers() -> (Vec<u8>, usize) {
    let all = part("dossiers.csv", 31);
    let codes: Vec<&str> = all.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let mut book = Workbook::new();
    let mut told = 0;
    for (sheet, name) in [
        ("dossiers", "dossiers.csv"),
        ("Dossier_moves", "dossier_moves.csv"),
        ("dossier_events", "dossier_events.csv"),
    ] {
        let text = part(name, usize::MAX);
        let mine = |line: &&str| line.split(',').next().is_some_and(|code| codes.contains(&code));
        let rows = text.lines().take(1).chain(text.lines().skip(1).filter(mine));
        let worksheet = book.add_worksheet();
        worksheet.set_name(sheet).expect("a name");
        for (row, line) in rows.enumerate() {
            told += usize::from(row > 0 && sheet != "dossiers");
            for (column, cell) in line.split(',').enumerate() {
                let (row, column) =
                    (u32::try_from(row).expect("a row"), u16::try_from(column).expect("a column"));
                worksheet.write_string(row, column, cell).expect("a cell");
            }
        }
    }
    assert!(told > 0, "no dossier has a move or a pause");
    (book.save_to_buffer().expect("a workbook"), codes.len())
}

both!(every_kind_of_our_own_format_is_taken, |house| {
    let stage = open(&house.url).await;
    let night = evening(day("2024-03-20"));
    let (workbook, count) = dossiers();
    let files = [
        ("units_20240320.csv", part("units.csv", 999)),
        ("calendar.csv", part("calendar.csv", 999)),
        ("officials.csv", part("officials.csv", 9)),
        ("procedures.csv", part("procedures.csv", 9)),
        ("tasks.csv", part("tasks.csv", 9)),
        ("documents.csv", part("documents.csv", 9)),
        ("petitions.csv", part("petitions.csv", 2)),
        ("surveys.csv", part("surveys.csv", 9)),
        ("payments.csv", part("payments.csv", 9)),
        ("Targets 2024.csv", TARGETS.to_owned()),
        ("declared.csv", DECLARED.to_owned()),
        ("incidents.csv", INCIDENTS.to_owned()),
    ];
    for (name, text) in &files {
        stage.drop_bytes(name, text.as_bytes(), night);
    }
    stage.drop_bytes("hồ sơ.xlsx", &workbook, night);
    let slot = stage.look().await;
    assert!(
        note(&slot).contains("13 files taken, 0 refused, 0 not"),
        "{slot:?} {:#?}",
        stage.problems().await
    );
    assert_eq!(stage.problems().await, [] as [String; 0]);
    let imports = stage.own_imports().await;
    let mut kinds: Vec<&str> = imports.iter().filter_map(|run| run.kinds.as_deref()).collect();
    kinds.sort_unstable();
    let mut all: Vec<&str> = RecordKind::ALL.iter().map(|kind| kind.as_str()).collect();
    all.sort_unstable();
    assert_eq!(kinds, all);
    for run in &imports {
        let name = run.file_name.as_deref().unwrap_or_default();
        let told = files.iter().find(|(file, _)| *file == name).map_or(count, |(file, text)| {
            let known =
                format!("{}.csv", file.to_lowercase().split(['_', '.', ' ']).next().unwrap_or_default());
            read(&Files::of_memory([(known.as_str(), text.clone().into_bytes())])).rows.len()
        });
        assert_eq!((run.committed_row, run.refused), (i64::try_from(told).expect("a count"), 0), "{run:?}");
        assert!(told > 0, "{run:?}");
    }
    // The same by the same names: nothing changes.
    for (name, text) in &files {
        stage.drop_bytes(name, text.as_bytes(), night + TimeDelta::hours(1));
    }
    stage.drop_bytes("hồ sơ.xlsx", &workbook, night + TimeDelta::hours(1));
    stage.look().await;
    let again = stage.own_imports().await;
    assert_eq!(again.len(), 26);
    for run in &again[13..] {
        assert_eq!((run.unchanged, run.landed, run.changed), (run.committed_row, 0, 0), "{run:?}");
    }
});

both!(a_kind_is_old_by_files_of_its_own_kind, |house| {
    let stage = open(&house.url).await;
    let night = evening(day("2024-03-20"));
    stage.drop_bytes("tasks.csv", part("tasks.csv", 9).as_bytes(), night);
    stage.look().await;
    // Written earlier the same night, and here later: it tells of something else.
    stage.drop_bytes("payments.csv", part("payments.csv", 9).as_bytes(), night - TimeDelta::minutes(10));
    assert!(note(&stage.look().await).contains("1 files taken, 0 refused"));
    stage.drop_bytes("tasks.csv", part("tasks.csv", 8).as_bytes(), night - TimeDelta::minutes(10));
    assert!(note(&stage.look().await).contains("0 files taken, 1 refused"));
});

both!(what_is_no_table_of_ours_is_refused_by_name, |house| {
    let stage = open(&house.url).await;
    let night = evening(day("2024-03-20"));
    let files = [
        ("ghi chú.csv", "code,title\n1,2\n", "hãy đặt tên như tasks.csv"),
        (
            "dossier_moves.csv",
            "dossier_code,at,to_official\nH-1,2024-03-20T08:00:00+07:00,VP-01\n",
            "thành các trang",
        ),
        ("tasks.csv", "code,title\nNV-1,Báo cáo\n", "thiếu cột “assigned_on”"),
        ("surveys.csv", "", "tệp trống"),
    ];
    for (name, text, _) in files {
        stage.drop_bytes(name, text.as_bytes(), night);
    }
    assert!(note(&stage.look().await).contains("0 files taken, 4 refused"));
    for (name, _, said) in files {
        let report = stage.read(&format!("failed/{name}.report.txt"));
        assert!(report.contains(said), "{report}");
    }
    assert_eq!(stage.own_imports().await.len(), 0, "{:?}", below(&stage.path));
    // A head alone tells that there is nothing.
    stage.drop_bytes("payments.csv", part("payments.csv", 1).as_bytes(), night);
    assert!(note(&stage.look().await).contains("1 files taken, 0 refused"));
});
