//! What shared folders do to files: times that say nothing, markers of other nights, names in other letters, no room
//! and no right to write, thousands at once.

use std::collections::BTreeSet;
use std::fs;

use bonro::intake::DossierRecord;
use chrono::TimeDelta;

use super::super::year::software::evening;
use super::stage::{Stage, below, day, note};
use crate::intake::export::workbook;
use crate::support::both;

both!(a_marker_of_another_night_completes_nothing, |house| {
    let stage = Stage::open(&house.url, |folder| folder.marker = Some(".xong".to_owned())).await;
    let night = evening(day("2024-03-20"));
    stage.drop_bytes("ho-so.xlsx.xong", b"", night - TimeDelta::days(1));
    stage.drop("ho-so.xlsx", "2024-03-20");
    let slot = stage.look().await;
    assert!(note(&slot).contains("0 files taken, 0 refused, 1 not complete yet"), "{slot:?}");
    // Of the same second it may be: many servers know no shorter time.
    stage.drop_bytes("ho-so.xlsx.xong", b"", night);
    assert!(note(&stage.look().await).contains("1 files taken, 0 refused, 0 not"));
    assert_eq!(below(&stage.path), ["done/2024-03/ho-so.xlsx", "done/2024-03/ho-so.xlsx.report.txt"]);
});

both!(a_later_file_waits_for_one_that_is_still_on_its_way, |house| {
    let stage = Stage::open(&house.url, |folder| folder.settle = TimeDelta::minutes(8)).await;
    stage.drop("hai.xlsx", "2024-03-20");
    stage.look().await;
    stage.look().await;
    // Both are of the night; this one came late and shows the time of its original.
    stage.drop("một.xlsx", "2024-03-19");
    let slot = stage.look().await;
    assert!(note(&slot).contains("0 files taken, 0 refused, 2 not complete yet"), "{slot:?}");
    stage.look().await;
    let slot = stage.look().await;
    assert!(note(&slot).contains("2 files taken, 0 refused, 0 not complete yet"), "{slot:?}");
    assert_eq!(stage.watermark().await, Some(evening(day("2024-03-20"))));
});

both!(names_are_taken_in_whatever_letters_they_come, |house| {
    let stage = Stage::open(&house.url, |folder| folder.marker = Some(".đủ".to_owned())).await;
    let night = evening(day("2024-03-20"));
    let bytes = workbook(&stage.records("2024-03-20"));
    // Letters and marks apart, as a Mac writes them; the marker by another machine.
    let apart = "ho\u{302}\u{300} so\u{31b}.xlsx";
    stage.drop_bytes(apart, &bytes, night);
    stage.drop_bytes("hồ sơ.xlsx.đủ", b"", night);
    assert!(note(&stage.look().await).contains("1 files taken, 0 refused, 0 not"));
    assert_eq!(below(&stage.path), ["done/2024-03/hồ sơ.xlsx", "done/2024-03/hồ sơ.xlsx.report.txt"]);
    let [taken] = &stage.imports().await[..] else { panic!("one import") };
    assert_eq!(taken.file_name.as_deref(), Some("hồ sơ.xlsx"));
});

both!(a_name_as_long_as_it_may_be_leaves_room_for_its_report, |house| {
    let long = format!("{}.xlsx", "hồ".repeat(62));
    assert_eq!(long.len(), 253);
    let stage = Stage::open(&house.url, |_| {}).await;
    stage.drop(&long, "2024-03-20");
    assert!(note(&stage.look().await).contains("1 files taken, 0 refused, 0 not"));
    let there = below(&stage.path);
    assert!(there.len() == 2 && there[0].starts_with("done/2024-03/hồhồ"), "{there:?}");
});

#[cfg(target_os = "linux")]
both!(a_name_that_is_no_unicode_is_taken, |house| {
    use std::os::unix::ffi::OsStringExt as _;
    let stage = Stage::open(&house.url, |_| {}).await;
    stage.drop("ho-so.xlsx", "2024-03-20");
    // TCVN3, as an old server keeps it.
    let name = std::ffi::OsString::from_vec(b"h\xe5 s\xac.xlsx".to_vec());
    fs::rename(stage.path.join("ho-so.xlsx"), stage.path.join(name)).expect("it is moved");
    assert!(note(&stage.look().await).contains("1 files taken, 0 refused, 0 not"));
    assert_eq!(
        below(&stage.path),
        ["done/2024-03/h\u{fffd} s\u{fffd}.xlsx", "done/2024-03/h\u{fffd} s\u{fffd}.xlsx.report.txt"]
    );
});

both!(where_nothing_can_be_put_the_file_waits_and_the_operator_is_told_once, |house| {
    let stage = Stage::open(&house.url, |_| {}).await;
    let rows = i64::try_from(stage.records("2024-03-20").len()).expect("a count");
    stage.drop("ho-so.xlsx", "2024-03-20");
    // Nothing can be moved: nothing is begun.
    fs::write(stage.path.join("taking"), b"").expect("a file");
    fs::write(stage.path.join("done"), b"").expect("a file");
    for _ in 0..2 {
        assert_eq!(stage.look().await.state, "failed");
    }
    assert_eq!((stage.imports().await.len(), stage.letters().await.len()), (0, 1));
    // It is taken in, but can't be put away; what is behind it waits.
    fs::remove_file(stage.path.join("taking")).expect("it is there");
    stage.drop("ho-so-2.xlsx", "2024-03-20");
    for _ in 0..2 {
        let slot = stage.look().await;
        assert_eq!(slot.state, "failed", "{slot:?}");
    }
    let letters = stage.letters().await;
    assert_eq!(letters.len(), 2, "{letters:#?}");
    assert!(letters.iter().any(|letter| letter.headline.contains("bị dừng ở tệp “ho-so")), "{letters:#?}");
    fs::remove_file(stage.path.join("done")).expect("it is there");
    assert!(note(&stage.look().await).contains("2 files taken, 0 refused"));
    let imports = stage.imports().await;
    assert_eq!(imports.iter().map(|run| run.landed).sum::<i64>(), rows);
    assert_eq!(stage.letters().await.len(), 2);
    assert_eq!(below(&stage.path).len(), 4, "{:?}", below(&stage.path));
});

both!(many_files_are_taken_in_the_order_in_which_they_speak, |house| {
    const MANY: i64 = 130;
    let stage = Stage::open(&house.url, |_| {}).await;
    let some: Vec<DossierRecord> = stage.records("2024-03-20").into_iter().take(3).collect();
    for n in (0..MANY).rev() {
        // The contents differ, or a copy would be told from news.
        let mut records = some.clone();
        records[0].received_at += TimeDelta::seconds(n);
        let at = evening(day("2024-03-18")) + TimeDelta::minutes(n);
        stage.drop_bytes(&format!("{:03}.xlsx", (n * 37) % MANY), &workbook(&records), at);
    }
    let slot = stage.look().await;
    assert!(note(&slot).contains("130 files taken, 0 refused, 0 not complete yet"), "{slot:?}");
    let imports = stage.imports().await;
    let watermarks: Vec<_> = imports.iter().filter_map(|run| run.watermark).collect();
    assert_eq!(watermarks.iter().collect::<BTreeSet<_>>().len(), 130);
    assert_eq!(stage.watermark().await, Some(evening(day("2024-03-18")) + TimeDelta::minutes(MANY - 1)));
});

both!(hundreds_of_broken_files_make_a_handful_of_letters, |house| {
    let stage = Stage::open(&house.url, |_| {}).await;
    for n in 0..25 {
        stage.drop_bytes(
            &format!("{n}.xlsx"),
            format!("PK\u{3}\u{4}{n}").as_bytes(),
            evening(day("2024-03-20")),
        );
    }
    assert!(note(&stage.look().await).contains("0 files taken, 25 refused"));
    let letters = stage.letters().await;
    assert_eq!(letters.len(), 11);
    assert_eq!(letters.iter().filter(|letter| letter.headline.contains("Nhiều tệp")).count(), 1);
});
