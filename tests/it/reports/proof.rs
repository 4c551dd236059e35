//! An issued report is reckoned anew: after ten thousand later events, corrections of its period, another calendar and
//! other names it gives the same bytes, and a comparison names exactly the records that changed today's view.

use std::collections::BTreeMap;

use bonro::domain::dossier::ClosedAs;
use bonro::domain::record::{CalendarDayRecord, CalendarRecord, Record, UnitRecord};
use bonro::domain::schedule::JobName;
use bonro::pb::v1;
use bonro::service::jobs::{Asked, run};
use bonro::store::entity::{figure_entry, report, report_file};
use bonro::world::Clock as _;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Database, EntityTrait as _, ExprTrait as _, QueryFilter as _};
use tonic::Code;

use super::desk::{Desk, dossier, dossier_of, period};
use crate::records::town::{day, told};
use crate::support::both;

/// Dossiers that come later: each is received and resolved, two events.
const LATER: usize = 5_000;

async fn compare(desk: &mut Desk, report: &str) -> v1::ComparePeriodsResponse {
    use v1::figures_view::View;
    let today = v1::PeriodView { period: Some(period()), as_of_sequence: None };
    let request = v1::ComparePeriodsRequest {
        was: Some(v1::FiguresView { view: Some(View::Report(report.to_owned())) }),
        is: Some(v1::FiguresView { view: Some(View::Period(today)) }),
    };
    desk.reports.compare_periods(request).await.expect("they are compared").into_inner()
}

/// A dossier of which is known whether its result was scanned.
fn scanned(record: Record, is_scanned: bool) -> Record {
    let Record::Dossier(mut dossier) = record else { panic!("a dossier") };
    dossier.result_digitised = Some(is_scanned);
    Record::Dossier(dossier)
}

/// The cells of the whole house that changed.
fn whole(changes: &[v1::CellChange]) -> BTreeMap<&str, (i64, i64)> {
    let whole = changes.iter().filter_map(|c| Some((c.cell.strip_prefix("total/dossiers/")?, (c.was, c.is))));
    whole.collect()
}

both!(an_issued_report_is_reckoned_anew_to_the_last_cell, |house| {
    let mut desk = Desk::open(&house.url).await;
    let unscanned = scanned(dossier("H-1", Some(("2024-05-08T02:00:00Z", ClosedAs::Resolved))), false);
    assert_eq!(told(&desk.town.import(vec![unscanned]).await), ["changed"]);
    let issued = desk.submitted().await;
    let kept = |desk: &Desk| {
        let url = desk.town.url.clone();
        async move {
            let tables = Database::connect(&url).await.expect("the database opens");
            let row = report::Entity::find().one(&tables).await.expect("it is read").expect("a report");
            tables.close().await.expect("it closes");
            (row.figures.expect("cells"), row.figures_sha256.expect("their hash"))
        }
    };
    let before = kept(&desk).await;
    assert!(before.0.contains("total/dossiers/resolved_late\t1\n"), "{}", before.0);
    let first = desk.check(&issued.name).await;
    assert!(first.equal && first.cells > 20 && first.members >= 3, "{first:?}");
    assert_eq!(compare(&mut desk, &issued.name).await.changes, []);

    // Ten thousand later events, which concern another period.
    desk.set("2024-06-20T03:00:00Z");
    for from in (0..LATER).step_by(1000) {
        let batch = (from..from + 1000).map(|number| {
            let closed = Some(("2024-06-05T02:00:00Z", ClosedAs::Resolved));
            dossier_of(&format!("S-{number}"), "P2", "2024-06-03T02:00:00Z", closed)
        });
        let outcomes = desk.town.import(batch.collect()).await;
        assert!(told(&outcomes).iter().all(|said| said == "landed"));
    }
    // Corrections of the period: H-3 was in time after all, H-6 was never entered, H-4 was resolved on its due day.
    let corrections = vec![
        dossier("H-3", Some(("2024-05-09T03:00:00Z", ClosedAs::Resolved))),
        dossier("H-4", Some(("2024-05-09T09:00:00Z", ClosedAs::Resolved))),
        dossier("H-6", Some(("2024-05-06T02:00:00Z", ClosedAs::Resolved))),
        // Scanned only now.
        scanned(dossier("H-1", Some(("2024-05-08T02:00:00Z", ClosedAs::Resolved))), true),
    ];
    let said = told(&desk.town.import(corrections).await);
    assert!(said.iter().all(|said| said.starts_with("landed") || said.starts_with("changed")), "{said:?}");
    // Another calendar, another kind of unit and another name.
    let calendar = CalendarRecord {
        time_zone: "Asia/Ho_Chi_Minh".into(),
        working_weekdays: vec![1, 2, 3, 4, 5],
        office_hours: vec![("07:00".into(), "11:30".into()), ("13:30".into(), "17:00".into())],
        same_day_cutoff: "15:00".into(),
        days: vec![CalendarDayRecord {
            file: "calendar.csv".into(),
            line: 2,
            day: Some(day("2024-05-03")),
            kind: "day_off".into(),
            name: "Nghỉ bù".into(),
            ..CalendarDayRecord::default()
        }],
        first_year: Some(2023),
        last_year: Some(2024),
        ..CalendarRecord::default()
    };
    let unit = UnitRecord {
        code: "P1".into(),
        parent_code: "UB".into(),
        kind: "specialised_agency".into(),
        name: "Phòng đã đổi tên".into(),
        valid_from: None,
    };
    let said = told(&desk.town.import(vec![Record::Calendar(calendar), Record::Unit(unit)]).await);
    assert!(said.iter().all(|said| !said.starts_with("refused")), "{said:?}");
    for job in [JobName::FlagOverdue, JobName::FoldFigures] {
        desk.town.house.enter_jobs().await.expect("jobs are entered");
        run(&desk.town.house, job, desk.town.clock.now(), Asked::ByHand).await.expect("the job runs");
    }

    let after = desk.check(&issued.name).await;
    assert!(after.equal, "{after:?}");
    assert_eq!((after.cells, after.members), (first.cells, first.members));
    assert_eq!(kept(&desk).await, before, "the same bytes");

    let compared = compare(&mut desk, &issued.name).await;
    let changed = whole(&compared.changes);
    assert_eq!(changed["resolved_late"], (1, 0));
    assert_eq!(changed["in_process_overdue"], (1, 0));
    assert_eq!(changed["received_in_period"], (5, 6));
    assert!(!changed.contains_key("withdrawn"), "{changed:?}");
    let names: Vec<&str> = compared.records.iter().map(|record| record.record.as_str()).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        ["dossiers/H-1", "dossiers/H-3", "dossiers/H-4", "dossiers/H-6"],
        "exactly those that changed it"
    );
    let scan = compared.records.iter().find(|record| record.record == "dossiers/H-1").expect("it is named");
    assert_eq!((scan.cells["total/result/numerator"], scan.cells.get("total/result/denominator")), (1, None));
    assert!(compared.explained && compared.left_out == 0);
    for record in &compared.records {
        assert!(!record.events.is_empty(), "{record:?}");
    }
    let late = compared.records.iter().find(|record| record.record == "dossiers/H-3").expect("it is named");
    assert_eq!(late.cells["total/dossiers/resolved_late"], -1);
    // All that the records don't explain is that P1 is of another group now.
    let beside: Vec<&str> = compared.beside_the_ledger.iter().map(|change| change.cell.as_str()).collect();
    assert!(beside.iter().all(|cell| cell.starts_with("groups/")), "{beside:?}");
    assert!(beside.contains(&"groups/communes/dossiers/resolved"), "{beside:?}");
});

both!(whoever_touches_what_was_issued_is_found_out, |house| {
    let mut desk = Desk::open(&house.url).await;
    let issued = desk.submitted().await;
    let tables = Database::connect(&desk.town.url).await.expect("the database opens");
    // A row of the ledger is turned behind the house's back.
    figure_entry::Entity::update_many()
        .col_expr(figure_entry::Column::Quantity, Expr::col(figure_entry::Column::Quantity).add(1))
        .filter(figure_entry::Column::Fact.eq("closed:resolved:late:untracked"))
        .exec(&tables)
        .await
        .expect("it is turned");
    let found = desk.check(&issued.name).await;
    let cells: Vec<_> = found.changes.iter().map(|c| (c.cell.as_str(), c.was, c.is)).collect();
    assert!(!found.equal && cells.contains(&("total/dossiers/resolved_late", 1, 2)), "{found:?}");
    figure_entry::Entity::update_many()
        .col_expr(figure_entry::Column::Quantity, Expr::col(figure_entry::Column::Quantity).sub(1))
        .filter(figure_entry::Column::Fact.eq("closed:resolved:late:untracked"))
        .exec(&tables)
        .await
        .expect("it is turned back");
    assert!(desk.check(&issued.name).await.equal);
    let row = report::Entity::find().one(&tables).await.expect("it is read").expect("a report");
    let frame = row.frame.expect("a frame");

    report_file::Entity::update_many()
        .col_expr(report_file::Column::Bytes, Expr::value(b"another page".to_vec()))
        .filter(report_file::Column::Paper.eq("html"))
        .exec(&tables)
        .await
        .expect("a file is altered");
    let unlike = desk.check(&issued.name).await;
    assert_eq!(
        (unlike.equal, unlike.unlike_audit.len()),
        (false, 0),
        "the bytes, not their hash: {unlike:?}"
    );
    // Whoever alters the hash too, or takes a file away, is found out by the audit trail.
    report_file::Entity::update_many()
        .col_expr(report_file::Column::Sha256, Expr::value("00"))
        .filter(report_file::Column::Paper.eq("docx"))
        .exec(&tables)
        .await
        .expect("a hash is altered");
    report_file::Entity::delete_many()
        .filter(report_file::Column::Paper.eq("pdf"))
        .exec(&tables)
        .await
        .expect("a file is taken away");
    report::Entity::update_many()
        .col_expr(report::Column::Frame, Expr::value(b"another frame".to_vec()))
        .exec(&tables)
        .await
        .expect("the frame is altered");
    let check = v1::CheckReportRequest { name: issued.name.clone() };
    assert_eq!(desk.reports.check_report(check).await.expect_err("it can't be read").code(), Code::Internal);
    report::Entity::update_many()
        .col_expr(report::Column::Frame, Expr::value(frame))
        .exec(&tables)
        .await
        .expect("the frame is put back");
    assert_eq!(desk.check(&issued.name).await.unlike_audit, ["files/docx", "files/pdf"]);
    let row = report::Entity::find().one(&tables).await.expect("it is read").expect("a report");
    let figures = row.figures.expect("cells").replace("resolved_late\t1", "resolved_late\t0");
    report::Entity::update_many()
        .col_expr(report::Column::Figures, Expr::value(figures))
        .exec(&tables)
        .await
        .expect("the cells are altered");
    tables.close().await.expect("it closes");
    let found = desk.check(&issued.name).await;
    let altered: Vec<_> = found.files_altered.iter().map(v1::ReportFile::paper).collect();
    assert_eq!((found.figures_altered, altered), (true, vec![v1::ReportPaper::Docx, v1::ReportPaper::Html]));
    assert!(found.changes.iter().any(|change| (change.was, change.is) == (0, 1)), "{found:?}");
});
