//! The same file again: a copy of an old one is no news, and one that was put back is tried again.

use std::time::Duration;

use bonro::domain::schedule::JobName;
use bonro::intake::NameTime;
use bonro::service::jobs::{Asked, run};
use bonro::world::Clock as _;
use chrono::TimeDelta;

use super::super::year::software::evening;
use super::stage::{Stage, below, day, note};
use crate::intake::export::workbook;
use crate::support::both;

both!(a_copy_of_an_old_file_is_no_news, |house| {
    let stage = Stage::open(&house.url, |_| {}).await;
    let old = workbook(&stage.records("2024-03-19"));
    let new = workbook(&stage.records("2024-03-20"));
    stage.drop_bytes("cũ.xlsx", &old, evening(day("2024-03-19")));
    stage.drop_bytes("mới.xlsx", &new, evening(day("2024-03-20")));
    assert!(note(&stage.look().await).contains("2 files taken, 0 refused"));

    // Somebody copied it: the file's time is new, what it says is not.
    let later = evening(day("2024-03-20")) + TimeDelta::hours(2);
    stage.drop_bytes("cũ - Copy.xlsx", &old, later);
    let slot = stage.look().await;
    assert!(note(&slot).contains("0 files taken, 1 refused"), "{slot:?}");
    let report = stage.read("failed/cũ - Copy.xlsx.report.txt");
    assert!(report.contains("đúng như tệp đã nạp của lúc 23 giờ 00, ngày 19/3/2024"), "{report}");
    assert!(report.contains("of 2024-03-19 23:00") && report.contains("--force"), "{report}");
    assert_eq!(stage.watermark().await, Some(evening(day("2024-03-20"))));
    assert_eq!(stage.letters().await.len(), 1);

    // The latest word again is still so: nothing changes but up to when it is known.
    stage.drop_bytes("mới - Copy.xlsx", &new, later);
    assert!(note(&stage.look().await).contains("1 files taken, 0 refused"));
    assert_eq!(stage.watermark().await, Some(later));
    let imports = stage.imports().await;
    let last = imports.last().expect("an import");
    assert_eq!((last.landed, last.changed, last.absent, last.unchanged), (0, 0, 0, last.committed_row));

    // Undone, it is the latest word no more, and the one before is.
    let why = "tệp sai";
    for run in imports.iter().rev().filter(|run| run.file_name.as_deref() != Some("cũ.xlsx")) {
        stage.town.house.undo_import(stage.town.context(), run.id, why).await.expect("it is undone");
    }
    stage.drop_bytes("cũ.xlsx", &old, later + TimeDelta::hours(1));
    assert!(note(&stage.look().await).contains("1 files taken, 0 refused"));
    assert_eq!(stage.watermark().await, Some(later + TimeDelta::hours(1)));
});

both!(a_name_that_says_when_is_believed, |house| {
    let stage = Stage::open(&house.url, |folder| folder.name_time = NameTime::parse("yyyyMMdd_HHmm")).await;
    // A register may stand again as it stood: who makes the name knows.
    let (one, other) = (workbook(&stage.records("2024-03-17")), workbook(&stage.records("2024-03-18")));
    let late = evening(day("2024-03-20"));
    for (name, bytes) in [("20240317", &one), ("20240318", &other), ("20240319", &one)] {
        stage.drop_bytes(&format!("hs_{name}_2300.xlsx"), bytes, late);
    }
    assert!(note(&stage.look().await).contains("3 files taken, 0 refused"));
    assert_eq!(stage.watermark().await, Some(evening(day("2024-03-19"))));
});

both!(a_file_that_was_put_back_is_tried_again, |house| {
    let stage = Stage::open(&house.url, |_| {}).await;
    let mut records = stage.records("2024-03-20");
    // Of one unit, whose name the software writes otherwise one night.
    records.retain(|record| record.unit_code.starts_with("Văn phòng Đăng ký đất đai"));
    assert!(!records.is_empty());
    let rows = i64::try_from(records.len()).expect("a count");
    for record in &mut records {
        record.unit_code = "Phòng Không Có".into();
    }
    stage.drop_bytes("sai.xlsx", &workbook(&records), evening(day("2024-03-20")));
    assert!(note(&stage.look().await).contains("0 files taken, 1 refused"));
    // Put back before anything was mended: tried, refused and told again.
    stage.put_back("failed/sai.xlsx");
    assert!(note(&stage.look().await).contains("0 files taken, 1 refused"));
    assert_eq!((stage.imports().await.len(), stage.letters().await.len()), (2, 2));
    // The runs in between find nothing to do.
    assert!(note(&stage.look().await).contains("0 files taken, 0 refused"));

    stage.decide_unit("Phòng Không Có", "CNVPDK").await;
    stage.put_back("failed/sai.xlsx");
    // Dropped after so many milliseconds, wherever it is then, until it was fast enough once.
    let mut deaths = 0;
    for patience in (0..).map(|n| n * 7) {
        stage.town.clock.advance(TimeDelta::minutes(5));
        let now = stage.town.clock.now();
        let ran = run(&stage.town.house, JobName::TakeFiles, now, Asked::ByHand);
        match tokio::time::timeout(Duration::from_millis(patience), ran).await {
            Ok(ran) => {
                assert_eq!(ran.expect("it runs").slot.state, "done");
                break;
            }
            Err(_) => deaths += 1,
        }
    }
    assert!(deaths > 2, "{deaths}");
    stage.look().await;
    let imports = stage.imports().await;
    assert_eq!(imports.len(), 3, "{imports:#?}");
    assert_eq!((imports[2].landed, imports[2].refused), (rows, 0), "{imports:#?}");
    assert_eq!(stage.letters().await.len(), 2);
    let there = below(&stage.path);
    let done: Vec<&String> = there.iter().filter(|path| path.starts_with("done/")).collect();
    assert_eq!(done, ["done/2024-03/sai.xlsx", "done/2024-03/sai.xlsx.report.txt"], "{there:?}");
    assert!(!stage.path.join("taking").join(imports[2].id.to_string()).exists());
});
