//! What the tables show beside the groups.

use super::*;

fn row(key: &str, received_total: i64) -> pb::FigureRow {
    let dossiers = pb::DossierFigures { received_total, resolved: 2, resolved_late: 1, ..Default::default() };
    pb::FigureRow {
        breakdown: pb::Breakdown::Group.into(),
        key: key.to_owned(),
        dossiers: Some(dossiers),
        ..Default::default()
    }
}

fn summary(all: i64) -> pb::PeriodSummary {
    let dossiers = pb::DossierFigures {
        received_total: all,
        resolved: 8,
        resolved_early: 2,
        resolved_late: 3,
        ..Default::default()
    };
    pb::PeriodSummary {
        rows: vec![
            row("specialised_agencies", 3000),
            row("communes", 4000),
            row("land_registry_branch", 5000),
        ],
        total: Some(pb::FigureRow { dossiers: Some(dossiers), ..Default::default() }),
        ..Default::default()
    }
}

#[test]
fn dossiers_outside_the_groups_have_a_column() {
    let table = dossiers(&summary(12_007)).expect("there are dossiers");
    let line = |head: &str| {
        let found = table.lines().find(|line| line.starts_with(head)).expect("the line is there");
        found[head.len()..].split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line("Đã tiếp nhận / Received"), ["4.000", "5.000", "3.000", "7", "12.007"]);
    assert_eq!(line("Tỷ lệ không trễ hạn / Not-late rate")[3], "100%", "2 of 2");
    assert!(table.lines().next().is_some_and(|head| head.ends_with("Khác  Tất cả")), "{table}");
    assert!(table.lines().all(|line| crate::cli::tables::width(line) <= 100), "{table}");

    let wide = dossiers(&summary(999_999)).expect("there are dossiers");
    assert!(wide.lines().all(|line| crate::cli::tables::width(line) <= 100), "{wide}");

    let mut same = summary(12_000);
    let all = same.total.as_mut().and_then(|row| row.dossiers.as_mut()).expect("the total");
    (all.resolved, all.resolved_early) = (6, 0);
    let table = dossiers(&same).expect("there are dossiers");
    assert!(!table.contains("Khác"), "{table}");
}

#[test]
fn every_rating_has_a_label() {
    for rating in crate::domain::figure::Rating::ALL {
        let label = rating_label(rating.as_str());
        assert!(label.contains(" / "), "{label}");
    }
}
