//! A drop folder: complete files are taken once and end beside a report; whatever can't be taken ends in `failed`, and
//! whoever runs the system is told once.

mod again;
mod hard;
mod own;
mod stage;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use bonro::domain::schedule::JobName;
use bonro::intake::NameTime;
use bonro::mail::Language;
use bonro::service::House;
use bonro::service::jobs::{Asked, run};
use bonro::service::settings::OfficeSettings;
use bonro::store::{Pool, Store};
use bonro::world::{Clock as _, Entropy, World};
use chrono::TimeDelta;

use super::year::software::evening;
use crate::intake::export::workbook;
use crate::support::both;
use stage::{Stage, below, day, note, stable};

both!(a_complete_file_is_taken_once_and_ends_beside_its_report, |house| {
    let stage = Stage::open(&house.url, |folder| folder.settle = TimeDelta::minutes(8)).await;
    // Still being written, whatever time it shows, or under a name that says so.
    let now = stage.town.clock.now();
    let bytes = workbook(&stage.records("2024-03-20"));
    stage.drop_bytes("ho-so.xlsx", &bytes[..1000], now - TimeDelta::hours(1));
    stage.drop_bytes("ho-so-2.xlsx.filepart", b"half", evening(day("2024-03-20")));
    stage.drop_bytes(".ho-so-3.xlsx.Xa2", b"half", evening(day("2024-03-20")));
    let slot = stage.look().await;
    assert_eq!(slot.state, "done", "{slot:?}");
    assert!(note(&slot).contains("0 files taken, 0 refused, 1 not complete yet"), "{slot:?}");
    stage.drop_bytes("ho-so.xlsx", &bytes, now - TimeDelta::hours(1));
    for _ in 0..2 {
        // It grew, and then it stood still for five minutes of eight.
        let slot = stage.look().await;
        assert!(note(&slot).contains("0 files taken, 0 refused, 1 not complete yet"), "{slot:?}");
    }
    assert_eq!(stage.imports().await.len(), 0);
    assert!(stage.path.join("ho-so.xlsx").is_file());

    let slot = stage.look().await;
    assert!(note(&slot).contains("1 files taken, 0 refused, 0 not complete yet"), "{slot:?}");
    let there = [
        ".ho-so-3.xlsx.Xa2",
        "done/2024-03/ho-so.xlsx",
        "done/2024-03/ho-so.xlsx.report.txt",
        "ho-so-2.xlsx.filepart",
    ];
    assert_eq!(below(&stage.path), there);
    let [taken] = &stage.imports().await[..] else { panic!("one import") };
    let rows = i64::try_from(stage.records("2024-03-20").len()).expect("a count");
    assert_eq!((taken.committed_row, taken.landed, taken.refused), (rows, rows, 0));
    assert_eq!((taken.state.as_str(), taken.file_name.as_deref()), ("finished", Some("ho-so.xlsx")));
    assert_eq!(taken.watermark, Some(now - TimeDelta::hours(1)), "its last change");
    assert_eq!(taken.kind, "full");
    insta::assert_snapshot!(
        "report_of_a_taken_file",
        stable(&stage.read("done/2024-03/ho-so.xlsx.report.txt"))
    );
    assert_eq!(stage.letters().await, []);

    // The same name again is another file; the same content changes nothing and keeps both.
    stage.drop_bytes("ho-so.xlsx", &bytes, now + TimeDelta::minutes(5));
    for _ in 0..3 {
        stage.look().await;
    }
    let imports = stage.imports().await;
    assert_eq!((imports.len(), imports[1].unchanged, imports[1].landed), (2, rows, 0));
    assert!(stage.path.join("done/2024-03/ho-so (2).xlsx").is_file());
    assert!(stage.path.join("done/2024-03/ho-so (2).xlsx.report.txt").is_file());
});

both!(what_cannot_be_taken_is_put_aside_and_told_once, |house| {
    let stage = Stage::open(&house.url, |_| {}).await;
    let whole = workbook(&stage.records("2024-03-20"));
    stage.drop_bytes("cụt.xlsx", &whole[..whole.len() / 2], evening(day("2024-03-20")));
    stage.drop_bytes("khác.txt", "Kính gửi phòng Nội vụ\n".as_bytes(), evening(day("2024-03-20")));
    let slot = stage.look().await;
    assert!(note(&slot).contains("0 files taken, 2 refused"), "{slot:?}");
    let there =
        ["failed/cụt.xlsx", "failed/cụt.xlsx.report.txt", "failed/khác.txt", "failed/khác.txt.report.txt"];
    assert_eq!(below(&stage.path), there);
    assert_eq!(stage.imports().await.len(), 0);
    let letters = stage.letters().await;
    assert_eq!(letters.len(), 2);
    assert!(
        letters.iter().all(|letter| letter.details.iter().any(|line| line.contains("failed/"))),
        "{letters:#?}"
    );
    assert!(letters[0].headline.contains("cụt.xlsx"), "{letters:#?}");
    insta::assert_snapshot!("report_of_a_cut_file", stable(&stage.read("failed/cụt.xlsx.report.txt")));

    // Nothing is told twice, and a newer file is taken as if nothing had been.
    stage.drop("ho-so.xlsx", "2024-03-20");
    stage.look().await;
    stage.drop("cũ.xlsx", "2024-03-19");
    let slot = stage.look().await;
    assert!(note(&slot).contains("0 files taken, 1 refused"), "{slot:?}");
    assert!(stage.read("failed/cũ.xlsx.report.txt").contains("cũ hơn dữ liệu đã nạp"));
    stage.look().await;
    let letters = stage.letters().await;
    assert_eq!(letters.len(), 3);
    assert!(letters[2].details[0].contains("23 giờ 00, ngày 19/3/2024"), "{:?}", letters[2]);
    let rendered = letters[2].render(Language::Vi);
    let place = stage.path.display().to_string();
    insta::assert_snapshot!("letter_of_an_older_file", rendered.text.replace(&place, "/srv/bonro/mot-cua"));
});

both!(refused_rows_are_named_by_sheet_row_column_and_value, |house| {
    let stage = Stage::open(&house.url, |_| {}).await;
    let mut records = stage.records("2024-03-20");
    let rows = i64::try_from(records.len()).expect("a count");
    records[3].unit_code = "Phòng Không Có".into();
    records[5].received_at = "2025-01-01T00:00:00Z".parse().expect("an instant");
    stage.drop_bytes("ho-so.xlsx", &workbook(&records), evening(day("2024-03-20")));
    let slot = stage.look().await;
    assert!(note(&slot).contains("1 files taken, 0 refused"), "{slot:?}");
    let [taken] = &stage.imports().await[..] else { panic!("one import") };
    assert_eq!((taken.committed_row, taken.landed, taken.refused), (rows, rows - 2, 2));
    let report = stage.read("done/2024-03/ho-so.xlsx.report.txt");
    insta::assert_snapshot!("report_of_refused_rows", stable(&report));
    let sheet = stage.read("done/2024-03/ho-so.xlsx.problems.csv");
    assert!(sheet.starts_with("\u{feff}file,line,code,field,severity,reason,vi,en\n"), "{sheet}");
    let wrong: BTreeSet<&str> = sheet.lines().skip(1).filter_map(|line| line.split(',').nth(2)).collect();
    assert_eq!(wrong.len(), 2, "{sheet}");
    let [letter] = &stage.letters().await[..] else { panic!("one letter") };
    assert!(letter.headline.contains("02 dòng bị từ chối"), "{letter:?}");
    assert!(
        letter.details.iter().any(|line| line.contains("Phòng Không Có") && line.contains("dòng / row 10"))
    );

    // Not one row fits: the file is refused, though its import stands with what was wrong.
    for record in &mut records {
        record.unit_code = "Phòng Không Có".into();
    }
    stage.drop_bytes("sai.xlsx", &workbook(&records), evening(day("2024-03-20")) + TimeDelta::hours(1));
    let slot = stage.look().await;
    assert!(note(&slot).contains("0 files taken, 1 refused"), "{slot:?}");
    assert!(stage.read("failed/sai.xlsx.report.txt").contains("mọi dòng đều bị từ chối"));
});

both!(a_marker_or_a_name_says_when, |house| {
    let stage = Stage::open(&house.url, |folder| {
        folder.marker = Some(".xong".to_owned());
        folder.name_time = NameTime::parse("yyyyMMdd_HHmm");
    })
    .await;
    let bytes = workbook(&stage.records("2024-03-20"));
    let late = evening(day("2024-03-25"));
    for name in ["hs_20240320_2300.xlsx", "hs_20240319_2300.xlsx", "hs.xlsx"] {
        stage.drop_bytes(name, &bytes, late);
    }
    let slot = stage.look().await;
    assert!(note(&slot).contains("0 files taken, 0 refused, 3 not complete yet"), "{slot:?}");
    for name in ["hs_20240320_2300.xlsx", "hs_20240319_2300.xlsx", "hs.xlsx"] {
        stage.drop_bytes(&format!("{name}.xong"), b"", late);
    }
    let slot = stage.look().await;
    assert!(note(&slot).contains("2 files taken, 1 refused, 0 not complete yet"), "{slot:?}");
    // The later one first, and the earlier one would have been refused.
    let watermarks: BTreeSet<_> = stage.imports().await.into_iter().filter_map(|run| run.watermark).collect();
    assert_eq!(watermarks, BTreeSet::from(["2024-03-19", "2024-03-20"].map(|text| evening(day(text)))));
    assert!(stage.read("failed/hs.xlsx.report.txt").contains("yyyyMMdd_HHmm"));
    assert!(!below(&stage.path).iter().any(|path| path.contains(".xong")), "{:?}", below(&stage.path));
});

both!(a_folder_that_is_not_there_fails_the_slot_and_is_told_once_a_day, |house| {
    let stage = Stage::open(&house.url, |_| {}).await;
    fs::remove_dir(&stage.path).expect("it was empty");
    for _ in 0..2 {
        let slot = stage.look().await;
        assert_eq!(slot.state, "failed", "{slot:?}");
        assert!(note(&slot).contains("mot-cua"), "{slot:?}");
    }
    let [letter] = &stage.letters().await[..] else { panic!("one letter") };
    assert!(letter.headline.contains("Không đọc được thư mục nhận tệp"), "{letter:?}");
    // The mount comes back.
    fs::create_dir(&stage.path).expect("a folder");
    stage.drop("ho-so.xlsx", "2024-03-20");
    assert_eq!(stage.look().await.state, "done");
    assert_eq!(stage.imports().await.len(), 1);
});

both!(a_run_that_dies_anywhere_is_gone_on_with, |house| {
    let stage = Stage::open(&house.url, |_| {}).await;
    let rows = i64::try_from(stage.records("2024-03-20").len()).expect("a count");
    let mut records = stage.records("2024-03-20");
    records[3].unit_code = "Phòng Không Có".into();
    stage.drop_bytes("ho-so.xlsx", &workbook(&records), evening(day("2024-03-20")));
    // Dropped after so many milliseconds, wherever it is then, until it was fast enough once.
    let mut deaths = 0;
    for patience in (0..).map(|n| n * 7) {
        stage.town.clock.advance(TimeDelta::minutes(5));
        let now = stage.town.clock.now();
        let ran = run(&stage.town.house, JobName::TakeFiles, now, Asked::ByHand);
        match tokio::time::timeout(std::time::Duration::from_millis(patience), ran).await {
            Ok(ran) => {
                assert_eq!(ran.expect("it runs").slot.state, "done");
                break;
            }
            Err(_) => deaths += 1,
        }
    }
    assert!(deaths > 2, "{deaths}");
    assert!(stage.look().await.state == "done");
    // One import, one letter, one file, one report.
    let [taken] = &stage.imports().await[..] else { panic!("one import") };
    assert_eq!((taken.committed_row, taken.landed, taken.refused), (rows, rows - 1, 1), "{taken:?}");
    assert_eq!(stage.letters().await.len(), 1);
    let there = [
        "done/2024-03/ho-so.xlsx",
        "done/2024-03/ho-so.xlsx.problems.csv",
        "done/2024-03/ho-so.xlsx.report.txt",
    ];
    assert_eq!(below(&stage.path), there);
});

both!(two_replicas_take_a_file_once, |house| {
    let stage = Stage::open(&house.url, |_| {}).await;
    let rows = i64::try_from(stage.records("2024-03-20").len()).expect("a count");
    stage.drop("ho-so.xlsx", "2024-03-20");
    let now = stage.town.clock.now();
    let store = Store::connect(&house.url, Pool::default()).await.expect("the archive opens");
    let (clock, entropy) = (stage.town.clock.clone(), Arc::new(Entropy::seeded(8)));
    let world = World { office: clock.clone(), lease: clock, entropy };
    let other = House::with_settings(store, world, OfficeSettings::clone(&stage.town.house.settings));
    // Two slots, as if each had been given up for dead by the other.
    let earlier = now - TimeDelta::minutes(5);
    let (one, two) = tokio::join!(
        run(&stage.town.house, JobName::TakeFiles, now, Asked::ByHand),
        run(&other, JobName::TakeFiles, earlier, Asked::ByHand),
    );
    for ran in [one, two] {
        let slot = ran.expect("it runs").slot;
        assert!(slot.state == "done" || note(&slot).contains("changed meanwhile"), "{slot:?}");
    }
    stage.look().await;
    let [taken] = &stage.imports().await[..] else { panic!("one import") };
    assert_eq!((taken.committed_row, taken.landed, taken.refused), (rows, rows, 0));
    let there = below(&stage.path);
    assert_eq!(there.iter().filter(|path| !path.contains(".report.")).count(), 1, "{there:?}");
});
