//! The sample's figures, as its `expected-summary.json` has them, for the tests of the report.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::figure::Rating;
use crate::domain::period::Period;
use crate::domain::summary::{
    DocumentLine, DossierFigures, Figures, PaymentFigures, Payments, PeriodSummary, PetitionFigures, Rate,
    Row, RowKey, TaskFigures,
};
use crate::domain::unit::Group;

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn rate(numerator: i64, denominator: i64) -> Rate {
    Rate { numerator, denominator }
}

/// In the order of `DossierFigures`.
pub fn counts(n: [i64; 13]) -> DossierFigures {
    DossierFigures {
        received_total: n[0],
        received_in_period: n[1],
        carried_over: n[2],
        resolved: n[3],
        resolved_early: n[4],
        resolved_on_time: n[5],
        resolved_late: n[6],
        in_process: n[7],
        in_process_in_due: n[8],
        in_process_paused: n[9],
        in_process_overdue: n[10],
        withdrawn: n[11],
        stopped: n[12],
        ..DossierFigures::default()
    }
}

pub fn figures(dossiers: DossierFigures) -> Figures {
    Figures {
        dossiers,
        has_dossiers: true,
        online_partial: None,
        online_full: None,
        intake: None,
        result: None,
        ratings: BTreeMap::new(),
    }
}

fn row(key: RowKey, code: &str, label: &str, figures: Figures) -> Row {
    Row { key, code: code.to_owned(), label: label.to_owned(), figures }
}

pub fn group(group: Group, figures: Figures) -> Row {
    row(RowKey::Group(group), group.as_str(), group.as_str(), figures)
}

pub fn document(number: &str, kind: &str, subject: &str) -> DocumentLine {
    DocumentLine {
        number: number.to_owned(),
        kind: kind.to_owned(),
        issued_on: day("2024-03-12"),
        issuer: "UBND thị xã Đức Phổ".to_owned(),
        subject: subject.to_owned(),
    }
}

/// Nothing at all.
pub fn nothing() -> PeriodSummary {
    PeriodSummary {
        period: Period::new(day("2023-12-15"), day("2024-05-15")).expect("in order"),
        computed_until: instant("2024-05-15T17:00:00Z"),
        complete: true,
        sequence: 0,
        total: figures(DossierFigures::default()),
        rows: Vec::new(),
        online_overall: Rate::default(),
        tasks: TaskFigures::default(),
        procedures: BTreeMap::new(),
        petitions: PetitionFigures::default(),
        payments: Payments::default(),
        ratings_total: 0,
        documents: Vec::new(),
        identities: Vec::new(),
    }
}

/// The figures of the sample's `expected-summary.json`.
pub fn sample() -> PeriodSummary {
    let agencies = Figures {
        online_partial: Some(rate(258, 260)),
        online_full: Some(rate(28, 28)),
        intake: Some(rate(1300, 1304)),
        result: Some(rate(1251, 1257)),
        ratings: BTreeMap::from([(Rating::VerySatisfied, 291), (Rating::Satisfied, 5)]),
        ..figures(counts([1320, 1304, 16, 1277, 1054, 221, 2, 37, 37, 0, 0, 6, 0]))
    };
    let communes = Figures {
        online_partial: Some(rate(11_730, 11_739)),
        online_full: Some(rate(3203, 3206)),
        intake: Some(rate(15_016, 15_028)),
        result: Some(rate(14_866, 14_909)),
        ..figures(counts([15_205, 15_028, 177, 14_909, 10_214, 4687, 8, 142, 142, 0, 0, 154, 0]))
    };
    let land = Figures {
        ratings: BTreeMap::from([
            (Rating::VerySatisfied, 3603),
            (Rating::Satisfied, 87),
            (Rating::Neutral, 3),
        ]),
        ..figures(counts([8055, 6848, 1207, 6338, 5341, 863, 134, 1142, 1014, 0, 128, 575, 0]))
    };
    let paid = |place: &str, kind: &str, transactions, amount_vnd| {
        ((place.to_owned(), kind.to_owned()), PaymentFigures { transactions, amount_vnd })
    };
    let at = "trên địa bàn thị xã Đức Phổ";
    PeriodSummary {
        sequence: 98_765,
        rows: vec![
            group(Group::SpecialisedAgencies, agencies),
            group(Group::Communes, communes),
            group(Group::LandRegistryBranch, land.clone()),
            row(
                RowKey::Unit(Uuid::nil()),
                "CNVPDK",
                "Văn phòng Đăng ký đất đai tỉnh - Chi nhánh thị xã Đức Phổ",
                land,
            ),
        ],
        online_overall: Rate { numerator: 15_219, denominator: 15_233 },
        tasks: TaskFigures {
            completed: 9,
            completed_on_time: 8,
            completed_late: 1,
            in_progress: 6,
            in_progress_in_due: 6,
            in_progress_overdue: 0,
        },
        procedures: BTreeMap::from([("commune".to_owned(), 143), ("town".to_owned(), 281)]),
        petitions: PetitionFigures {
            received: 2,
            on_regulation: 2,
            by_portal: 2,
            answered: 2,
            answered_on_time: 2,
            satisfied: 2,
            published: 2,
        },
        payments: Payments {
            by_place: BTreeMap::from([
                paid("communes", "fee", 9580, 195_840_000),
                paid("town", "fee", 423, 9_870_000),
                paid("town", "land_tax_and_registration_fee", 950, 5_214_350_000),
            ]),
            online: Rate { numerator: 10_953, denominator: 10_954 },
        },
        ratings_total: 3989,
        documents: vec![
            document(
                "764/QĐ-UBND",
                "decision",
                &format!("Ban hành Kế hoạch hoạt động kiểm soát thủ tục hành chính năm 2024 {at}"),
            ),
            document(
                "51/KH-UBND",
                "plan",
                &format!("Truyền thông về hoạt động kiểm soát thủ tục hành chính năm 2024 {at}"),
            ),
            document("52/KH-UBND", "plan", &format!("Rà soát, đánh giá thủ tục hành chính năm 2024 {at}")),
            document(
                "53/KH-UBND",
                "plan",
                "Kiểm tra nội bộ việc tiếp nhận, giải quyết thủ tục hành chính tại Bộ phận Tiếp nhận và Trả kết quả thị xã Đức Phổ năm 2024",
            ),
            document(
                "54/KH-UBND",
                "plan",
                "Tổ chức thực hiện Hội nghị đối thoại với tổ chức, công dân về thủ tục hành chính và giải quyết thủ tục hành chính năm 2024",
            ),
        ],
        ..nothing()
    }
}
