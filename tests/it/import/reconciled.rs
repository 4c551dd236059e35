//! The one-stop software's own table of a period against ours: the same where both know the same, and where they differ
//! the dossiers that make the difference.

use std::collections::BTreeMap;

use bonro::domain::dossier::ClosedAs;
use bonro::domain::period::Period;
use bonro::domain::record::{DossierRecord, ImportRow, Record, UnitRecord};
use bonro::domain::table_figure::TableFigure as F;
use bonro::grpc::Front;
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_server::DossierService as _;
use bonro::service::ServiceError;
use bonro::service::imports::Start;
use bonro::service::reconciling::{Ask, Cell, ReasonKind, Reconciled, Standing, TableRow, standing};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tonic::Request;
use uuid::Uuid;

use super::year::software::{Software, Whole, evening};
use super::year::town::Town;
use crate::support::both;

const SOURCE: &str = "iGate";

struct Stage {
    town: Town,
    software: Software,
    imports: u128,
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn period() -> Period {
    Period::new(day("2023-12-15"), day("2024-05-15")).expect("a period")
}

fn last_evening() -> DateTime<Utc> {
    evening(day("2024-05-15"))
}

/// What the software counts: by its own words for the units.
fn table(software: &Software, dossiers: &[Whole]) -> BTreeMap<String, BTreeMap<F, i64>> {
    let begins = evening(day("2023-12-14")) + TimeDelta::hours(1);
    let ends = last_evening() + TimeDelta::hours(1);
    let mut units: BTreeMap<String, BTreeMap<F, i64>> = BTreeMap::new();
    for whole in dossiers.iter().filter(|whole| whole.received_at < ends) {
        let closed = whole.closed.filter(|(at, _)| *at < ends);
        if closed.is_some_and(|(at, _)| at < begins) {
            continue;
        }
        let name = software.units[&whole.unit].0.clone();
        let mut count = |figure: F| *units.entry(name.clone()).or_default().entry(figure).or_default() += 1;
        count(F::ReceivedTotal);
        if whole.received_at < begins {
            count(F::CarriedOver);
        } else {
            let online = whole.channel == bonro::domain::dossier::Channel::Online;
            count(if online { F::ReceivedOnline } else { F::ReceivedCounter });
        }
        // By the form, what was withdrawn is done.
        count(if closed.is_some() { F::Resolved } else { F::InProcess });
    }
    for cells in units.values_mut() {
        for figure in [
            F::ReceivedTotal,
            F::CarriedOver,
            F::ReceivedOnline,
            F::ReceivedCounter,
            F::Resolved,
            F::InProcess,
        ] {
            cells.entry(figure).or_default();
        }
    }
    units
}

fn rows(units: &BTreeMap<String, BTreeMap<F, i64>>) -> Vec<TableRow> {
    let row = |(line, (unit, values)): (i64, (&String, &BTreeMap<F, i64>))| TableRow {
        line,
        unit: unit.clone(),
        values: values.clone(),
    };
    (8..).zip(units).map(row).collect()
}

impl Stage {
    async fn open(url: &str) -> Self {
        let software = Software::of_sample(120);
        let town = Town::open(url, &software).await;
        town.clock.set(last_evening() + TimeDelta::hours(8));
        Self { town, software, imports: 0 }
    }

    /// Every dossier as the software tells it on the last evening.
    fn records(&self) -> Vec<DossierRecord> {
        let there = self.software.there(last_evening());
        there.iter().map(|place| self.software.snapshot(*place, last_evening())).collect()
    }

    async fn feed(&mut self, source: &str, full: bool, records: Vec<DossierRecord>) {
        self.imports += 1;
        let start = Start {
            import_id: Uuid::from_u128(self.imports),
            source: source.into(),
            kind: if full { "full" } else { "partial" }.into(),
            watermark: Some(last_evening()),
            ..Start::default()
        };
        let (house, context) = (&self.town.house, || self.town.context());
        house.start_import(context(), &start).await.expect("it opens");
        let row = |record| ImportRow {
            file: "dem.xlsx".into(),
            line: 2,
            record: Record::Dossier(Box::new(record)),
        };
        let rows = records.into_iter().map(row).collect();
        house.import_batch(context(), &start, 1, rows).await.expect("it lands");
        house.finish_import(context(), &start).await.expect("it ends");
    }

    fn ask(rows: Vec<TableRow>) -> Ask {
        Ask {
            period: period(),
            source: SOURCE.into(),
            file_name: "II06a.xlsx".into(),
            sha256: String::new(),
            rows,
            total: None,
        }
    }

    async fn reconcile(&self, rows: Vec<TableRow>) -> Result<Reconciled, ServiceError> {
        Box::pin(self.town.house.reconcile(self.town.context(), &Self::ask(rows))).await
    }

    async fn stands(&self) -> Option<Standing> {
        let look = self.town.house.look(self.town.context()).await.expect("a look");
        standing(&look, period()).await.expect("an answer").map(|(_, standing)| standing)
    }

    /// A dossier of the software that is open or closed as asked.
    fn some(&self, fits: impl Fn(&Whole) -> bool) -> usize {
        let there = self.software.there(last_evening());
        let begins = evening(day("2023-12-14"));
        let found = there.into_iter().find(|place| {
            let whole = &self.software.dossiers[*place];
            whole.received_at > begins && fits(whole)
        });
        found.expect("the sample has one")
    }
}

/// (unit, figure, ours − theirs, reason, its count) of every explanation, and that nothing stays open.
fn explained(cells: &[Cell]) -> Vec<(String, F, i64, ReasonKind, Vec<String>)> {
    let mut all = Vec::new();
    for cell in cells {
        assert_eq!(cell.unexplained(), 0, "{cell:?}");
        for reason in &cell.reasons {
            let dossiers = reason.dossiers.clone();
            all.push((cell.unit.clone(), cell.figure, reason.count, reason.kind, dossiers));
        }
    }
    all
}

both!(a_table_of_what_both_know_is_clean_until_something_moves, |house| {
    let mut stage = Stage::open(&house.url).await;
    let records = stage.records();
    stage.feed(SOURCE, true, records).await;
    assert_eq!(stage.stands().await, None);
    let units = table(&stage.software, &stage.software.dossiers);
    let done = stage.reconcile(rows(&units)).await.expect("it is compared");
    assert_eq!((&done.cells[..], &done.unmatched[..]), (&[][..], &[][..]));
    assert_eq!((done.row.differing, done.row.cells), (0, i64::try_from(units.len() * 6).expect("a count")));
    assert_eq!(stage.stands().await, Some(Standing::Clean));

    // The same file again moves nothing; a dossier more does.
    let records = stage.records();
    stage.feed(SOURCE, true, records).await;
    assert_eq!(stage.stands().await, Some(Standing::Clean));
    let place = stage.some(|whole| whole.closed.is_none());
    let mut another = stage.software.snapshot(place, last_evening());
    "000.15.25.H48-240514-9999".clone_into(&mut another.code);
    let unit = stage.software.dossiers[place].unit.clone();
    stage.feed("sổ tay", false, vec![another]).await;
    assert_eq!(stage.stands().await, Some(Standing::Stale));

    // The table doesn't know it: it was recorded here. Of two comparisons the later one stands.
    stage.town.clock.advance(TimeDelta::minutes(1));
    let done = stage.reconcile(rows(&units)).await.expect("it is compared");
    assert_eq!(stage.stands().await, Some(Standing::Differs));
    let found = explained(&done.cells);
    assert_eq!(found.len(), 3, "received, by which channel, in process: {found:#?}");
    for (of, _, count, kind, codes) in found {
        assert_eq!((of, count, kind), (unit.clone(), 1, ReasonKind::NotFromSource));
        assert_eq!(codes, ["000.15.25.H48-240514-9999"]);
    }
});

both!(what_differs_is_explained_by_the_dossiers_behind_it, |house| {
    let mut stage = Stage::open(&house.url).await;
    let places = stage.software.there(last_evening());
    let open = |stage: &Stage, nth: usize| {
        let all = places.iter().filter(|place| {
            let whole = &stage.software.dossiers[**place];
            whole.closed.is_none() && whole.received_at > evening(day("2023-12-14"))
        });
        *all.clone().nth(nth).expect("the sample has some")
    };
    let (refused, absent, moved) = (open(&stage, 0), open(&stage, 1), open(&stage, 2));
    let elsewhere = (3..60)
        .map(|nth| open(&stage, nth))
        .find(|place| stage.software.dossiers[*place].unit != stage.software.dossiers[refused].unit);
    let elsewhere = elsewhere.expect("another unit has one");
    let mut records = stage.records();
    let code = |stage: &Stage, place: usize| stage.software.dossiers[place].code.clone();
    let at = |records: &[DossierRecord], code: &str| {
        records.iter().position(|r| r.code == code).expect("it is there")
    };
    // One that the house can't take, and one that the next full file leaves out.
    let index = at(&records, &code(&stage, refused));
    "Phòng Không Có".clone_into(&mut records[index].unit_code);
    let index = at(&records, &code(&stage, elsewhere));
    "Thủ tục không có".clone_into(&mut records[index].procedure_code);
    stage.feed(SOURCE, true, records.clone()).await;
    let index = at(&records, &code(&stage, absent));
    records.remove(index);
    stage.feed(SOURCE, true, records).await;
    // One whose unit somebody corrected here.
    let from = stage.software.dossiers[moved].unit.clone();
    let to = stage.software.units.iter().find(|(unit, (_, kind))| **unit != from && kind == "commune");
    let to = to.expect("another unit").0.clone();
    let front = Front::new(stage.town.house.clone(), Some(b"a key of the tests")).await.expect("a door");
    let mut request = Request::new(v1::CorrectDossierRequest {
        name: format!("dossiers/{}", code(&stage, moved)),
        correction: Some(v1::correct_dossier_request::Correction::Fields(v1::DossierCorrection {
            unit: Some(format!("units/{to}")),
            ..Default::default()
        })),
        reason: "nhập nhầm đơn vị".into(),
        ..Default::default()
    });
    request.extensions_mut().insert(stage.town.context());
    front.correct_dossier(request).await.expect("it is corrected");

    // The software counts all but what it no longer names.
    let gone = code(&stage, absent);
    let known: Vec<Whole> =
        stage.software.dossiers.iter().filter(|whole| whole.code != gone).cloned().collect();
    let done = stage.reconcile(rows(&table(&stage.software, &known))).await.expect("it is compared");
    let mut by_kind: BTreeMap<ReasonKind, (i64, Vec<String>)> = BTreeMap::new();
    let cells = done.cells.iter().filter(|cell| cell.figure == F::InProcess);
    for (.., count, kind, codes) in explained(&cells.cloned().collect::<Vec<_>>()) {
        let entry = by_kind.entry(kind).or_default();
        entry.0 += count;
        entry.1.extend(codes);
    }
    assert_eq!(by_kind[&ReasonKind::Absent], (1, vec![gone]));
    // Of an unknown unit: a candidate wherever something is missing. Of a known one: only there.
    let mut both = vec![code(&stage, refused), code(&stage, refused), code(&stage, elsewhere)];
    both.sort();
    let (count, mut codes) = by_kind[&ReasonKind::Refused].clone();
    codes.sort();
    assert_eq!((count, codes), (-2, both));
    // More in one unit, less in the other.
    assert_eq!(by_kind[&ReasonKind::OtherUnit], (0, vec![code(&stage, moved); 2]));
    assert_eq!(by_kind.len(), 3, "{by_kind:?}");
    explained(&done.cells);
});

both!(another_due_day_and_another_way_to_count_withdrawals_are_told, |house| {
    let mut stage = Stage::open(&house.url).await;
    let late = stage.some(|whole| whole.closed.is_some_and(|(_, how)| how == ClosedAs::Resolved));
    let whole = stage.software.dossiers[late].clone();
    let mut records = stage.records();
    let record = records.iter_mut().find(|record| record.code == whole.code).expect("it is there");
    // The source promised it for the day before it was done.
    record.promised_at = Some(whole.closed.expect("it is closed").0 - TimeDelta::days(1));
    stage.feed(SOURCE, true, records).await;
    // Our own table, and in it the one as the source judges it; withdrawn ones are left out.
    let withdrawn = |unit: &str| {
        let begins = evening(day("2023-12-14")) + TimeDelta::hours(1);
        let all = stage.software.dossiers.iter().filter(|whole| whole.unit == unit);
        let closed =
            all.filter_map(|whole| whole.closed).filter(|(at, _)| *at > begins && *at < last_evening());
        i64::try_from(closed.filter(|(_, how)| *how == ClosedAs::Withdrawn).count()).expect("a count")
    };
    let units = table(&stage.software, &stage.software.dossiers);
    let mut asked = rows(&units);
    for row in &mut asked {
        let code = stage.software.units.iter().find(|(_, (name, _))| *name == row.unit).expect("a unit").0;
        row.values.retain(|figure, _| *figure == F::Resolved);
        *row.values.get_mut(&F::Resolved).expect("it is there") -= withdrawn(code);
        row.values.insert(F::ResolvedLate, i64::from(*code == whole.unit));
    }
    let done = stage.reconcile(asked).await.expect("it is compared");
    let found = done.cells.iter().filter(|cell| cell.figure == F::Resolved);
    let told: Vec<Cell> = found.cloned().collect();
    assert!(!told.is_empty(), "the sample has withdrawals");
    for (unit, _, count, kind, _) in explained(&told) {
        assert_eq!((count, kind), (withdrawn(&unit), ReasonKind::Withdrawn));
    }
    let late: Vec<&Cell> =
        done.cells.iter().filter(|cell| cell.unit == whole.unit && cell.figure == F::ResolvedLate).collect();
    let reasons: Vec<_> =
        late.iter().flat_map(|cell| &cell.reasons).filter(|r| r.kind == ReasonKind::OtherDue).collect();
    assert!(
        late.is_empty() || reasons.iter().any(|reason| reason.dossiers.contains(&whole.code)),
        "{late:#?}"
    );
    assert!(!late.is_empty(), "we don't count it as late");
});

both!(bad_tables_are_refused_and_unknown_units_are_listed, |house| {
    let mut stage = Stage::open(&house.url).await;
    let records = stage.records();
    stage.feed(SOURCE, true, records).await;
    let one = |unit: &str, value: i64| TableRow {
        line: 9,
        unit: unit.into(),
        values: BTreeMap::from([(F::Resolved, value)]),
    };
    let Err(ServiceError::Invalid(wrong)) =
        stage.reconcile(vec![one("A", -1), one("B", 0), one("B", 0)]).await
    else {
        panic!("it is refused")
    };
    let fields: Vec<&str> = wrong.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["rows[0].cells", "rows[2].unit"], "{wrong:?}");
    assert_eq!(stage.stands().await, None);
    let mut units = table(&stage.software, &stage.software.dossiers);
    let (name, cells) = units.pop_first().expect("a unit");
    units.insert("Phòng Không Có".into(), cells);
    let done = stage.reconcile(rows(&units)).await.expect("it is compared");
    assert_eq!(done.unmatched.len(), 1);
    assert_eq!((done.unmatched[0].unit.as_str(), done.row.unmatched), ("Phòng Không Có", 1));
    let code = stage.software.units.iter().find(|(_, (known, _))| *known == name).expect("a unit").0;
    assert!(done.cells.iter().all(|cell| cell.unit == *code && cell.line == 0), "{:?}", done.cells);
    assert_eq!(stage.stands().await, Some(Standing::Differs));
});

both!(a_row_of_a_unit_means_what_belongs_to_it_too, |house| {
    let mut stage = Stage::open(&house.url).await;
    // The one-stop shop of a commune, which the table doesn't know.
    let place = stage.some(|_| true);
    let above = stage.software.dossiers[place].unit.clone();
    let shop = UnitRecord {
        code: "MC-X".into(),
        parent_code: above.clone(),
        kind: "one_stop_shop".into(),
        name: "Bộ phận một cửa X".into(),
        valid_from: Some(day("2020-01-01")),
    };
    let start = Start {
        source: "sổ".into(),
        kind: "partial".into(),
        import_id: Uuid::from_u128(77),
        ..Start::default()
    };
    let (desk, context) = (&stage.town.house, || stage.town.context());
    desk.start_import(context(), &start).await.expect("it opens");
    let shops = vec![ImportRow { file: "u.csv".into(), line: 2, record: Record::Unit(shop) }];
    let (outcomes, _) = desk.import_batch(context(), &start, 1, shops).await.expect("it lands");
    assert_eq!(outcomes[0].landed.problems, []);
    let mut records = stage.records();
    let known = &stage.software.dossiers;
    let of_above = |code: &str| known.iter().any(|whole| whole.code == code && whole.unit == above);
    let moved: Vec<usize> = (0..records.len()).filter(|i| of_above(&records[*i].code)).step_by(2).collect();
    assert!(!moved.is_empty());
    for index in moved {
        "Bộ phận một cửa X".clone_into(&mut records[index].unit_code);
    }
    stage.feed(SOURCE, true, records).await;
    let mut units = table(&stage.software, &stage.software.dossiers);
    let done = stage.reconcile(rows(&units)).await.expect("it is compared");
    assert_eq!((&done.cells[..], &done.unmatched[..]), (&[][..], &[][..]));
    assert_eq!(stage.stands().await, Some(Standing::Clean));

    // Named apart, each is held against its own.
    units.insert("Bộ phận một cửa X".into(), BTreeMap::from([(F::ReceivedTotal, 0)]));
    let done = stage.reconcile(rows(&units)).await.expect("it is compared");
    let received: BTreeMap<&str, i64> = done
        .cells
        .iter()
        .filter(|cell| cell.figure == F::ReceivedTotal)
        .map(|cell| (cell.unit.as_str(), cell.ours - cell.theirs))
        .collect();
    assert_eq!(received.len(), 2, "{received:?}");
    assert_eq!(received["MC-X"], -received[above.as_str()]);
    // The same unit by its code and by its name would be held twice against the whole.
    units.insert("MC-X".into(), BTreeMap::from([(F::ReceivedTotal, 0)]));
    let done = stage.reconcile(rows(&units)).await.expect("it is compared");
    assert_eq!(done.unmatched.len(), 1, "{:?}", done.unmatched);
});
