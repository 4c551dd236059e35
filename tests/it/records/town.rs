//! A small town: its committee with an office and two wards, three officials, a calendar without holidays, and a
//! clock that stands at Thursday, 16 May 2024, 07:15.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use bonro::domain::permission::{Caller, Scope};
use bonro::domain::record::{
    CalendarRecord, ImportRow, OfficialRecord, Problem, ProcedureRecord, Record, UnitRecord,
};
use bonro::domain::summary::PeriodSummary;
use bonro::grpc::Front;
use bonro::report::Paper;
use bonro::service::imports::{RowOutcome, Start};
use bonro::service::landing::LandedResult;
use bonro::service::printing::printed;
use bonro::service::{Context, House, Look, Work};
use bonro::store::{Pool, Store, figures};
use bonro::world::{Clock as _, Entropy, StandingClock, World};
use chrono::{DateTime, NaiveDate, Utc};
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

/// The town.
pub struct Town {
    pub front: Front,
    pub house: House,
    pub clock: Arc<StandingClock>,
    /// Where its database is.
    pub url: String,
    rows: std::sync::atomic::AtomicI64,
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub fn date(text: &str) -> bonro::pb::google::r#type::Date {
    bonro::grpc::convert::wire_date(day(text))
}

pub fn stamp(text: &str) -> prost_types::Timestamp {
    bonro::grpc::convert::timestamp(at(text))
}

/// A procedure of five working days that every ward offers: `d5`.
pub fn procedure() -> Record {
    Record::Procedure(ProcedureRecord {
        code: "d5".into(),
        name: "Năm ngày".into(),
        field: "Đất đai".into(),
        level: "commune".into(),
        unit_code: String::new(),
        term_unit: "working_days".into(),
        term: 5,
        online_level: "none".into(),
        effective_on: None,
        watched_list: None,
    })
}

/// Net sums of a kind's ledger rows: (day, unit, fact) → quantity.
pub type Ledger = BTreeMap<(NaiveDate, String, String), i64>;

impl Town {
    pub async fn open(url: &str) -> Self {
        let clock = Arc::new(StandingClock::at(at("2024-05-16T00:15:00Z")));
        let world =
            World { office: clock.clone(), lease: clock.clone(), entropy: Arc::new(Entropy::seeded(7)) };
        let store = Store::connect(url, Pool::default()).await.expect("a fresh database can be opened");
        let house = House::new(store, world);
        let front =
            Front::new(house.clone(), Some(b"a key of the tests")).await.expect("the contract has rights");
        let town = Self { front, house, clock, url: url.to_owned(), rows: 1.into() };
        let unit = |code: &str, parent: &str, kind: &str| {
            Record::Unit(UnitRecord {
                code: code.into(),
                parent_code: parent.into(),
                kind: kind.into(),
                name: format!("Đơn vị {code}"),
                valid_from: None,
            })
        };
        let official = |code: &str, unit: &str| {
            Record::Official(OfficialRecord {
                code: code.into(),
                unit_code: unit.into(),
                full_name: format!("Cán bộ {code}"),
                role: "officer".into(),
                email: String::new(),
            })
        };
        let calendar = CalendarRecord {
            time_zone: "Asia/Ho_Chi_Minh".into(),
            working_weekdays: vec![1, 2, 3, 4, 5],
            office_hours: vec![("07:00".into(), "11:30".into()), ("13:30".into(), "17:00".into())],
            same_day_cutoff: "15:00".into(),
            first_year: Some(2023),
            last_year: Some(2024),
            ..CalendarRecord::default()
        };
        let founding = vec![
            Record::Calendar(calendar),
            unit("UB", "", "people_committee"),
            unit("VP", "UB", "office"),
            unit("P1", "UB", "commune"),
            unit("P2", "UB", "commune"),
            official("VP-01", "VP"),
            official("VP-02", "VP"),
            official("P1-01", "P1"),
        ];
        let outcomes = town.import(founding).await;
        assert!(outcomes.iter().all(|o| o.landed.result == LandedResult::Landed), "{outcomes:?}");
        town
    }

    pub fn set(&self, instant: &str) {
        self.clock.set(at(instant));
    }

    /// The page of a summary's report.
    pub async fn printed(&self, look: &Look, summary: &PeriodSummary) -> String {
        let printed = printed(look, summary.clone(), &self.house.settings.report, &[Paper::Html]).await;
        String::from_utf8(printed.expect("it is printed").concat()).expect("a page is UTF-8")
    }

    pub fn context(&self, scope: Scope) -> Context {
        let caller = Caller {
            label: "test".into(),
            key_id: Uuid::nil(),
            official_id: None,
            unit_id: None,
            roles: vec![],
            language: "en".into(),
        };
        Context { caller, scope, rpc: "test".into(), now: self.clock.now() }
    }

    /// A request of somebody who reaches the whole house.
    pub fn ask<T>(&self, message: T) -> Request<T> {
        self.ask_within(Scope::All, message)
    }

    /// A request of somebody with a reach.
    pub fn ask_within<T>(&self, scope: Scope, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.extensions_mut().insert(self.context(scope));
        request
    }

    /// The reach of a unit's key.
    pub async fn unit(&self, code: &str) -> Scope {
        let work = self.work().await;
        let unit = work.rules.units.by_code(code).expect("a unit of the town").id;
        Scope::Units(HashSet::from([unit]))
    }

    pub async fn work(&self) -> Work {
        self.house.job(self.context(Scope::All)).await.expect("a work begins")
    }

    /// Lands records as one batch.
    pub async fn import(&self, records: Vec<Record>) -> Vec<RowOutcome> {
        self.import_from("sample", records).await
    }

    pub async fn import_from(&self, source: &str, records: Vec<Record>) -> Vec<RowOutcome> {
        self.import_within(Scope::All, source, records).await
    }

    /// The same by a caller with a reach.
    pub async fn import_within(&self, scope: Scope, source: &str, records: Vec<Record>) -> Vec<RowOutcome> {
        let start = Start {
            import_id: self.house.world.entropy.uuid(self.clock.now()),
            source: source.into(),
            kind: "partial".into(),
            ..Start::default()
        };
        self.house.start_import(self.context(scope.clone()), &start).await.expect("an import opens");
        let line = || self.rows.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let rows = records
            .into_iter()
            .map(|record| ImportRow { file: "f.csv".into(), line: line(), record })
            .collect();
        let done = self.house.import_batch(self.context(scope), &start, 1, rows).await;
        done.expect("a batch is answered").0
    }

    /// What the ledger says of a kind, without what cancels out.
    pub async fn ledger(&self, kind: &str) -> Ledger {
        let work = self.work().await;
        let rows = figures::by_day(&work.tx, Some(kind)).await.expect("the ledger is read");
        let named = |((on, unit, _, fact), quantity): ((NaiveDate, Uuid, Uuid, String), i64)| {
            ((on, work.rules.unit_code(unit).to_owned(), fact), quantity)
        };
        rows.into_iter().map(named).filter(|(_, quantity)| *quantity != 0).collect()
    }
}

/// The ledger in short: `day unit fact quantity`.
pub fn lines(ledger: &Ledger) -> Vec<String> {
    ledger.iter().map(|((on, unit, fact), quantity)| format!("{on} {unit} {fact} {quantity}")).collect()
}

/// The answer of a handler.
pub fn answered<T>(result: Result<Response<T>, Status>) -> T {
    result.unwrap_or_else(|status| panic!("{status:?}")).into_inner()
}

/// The refusal of a handler: its code and word, and the fields that it names.
pub fn refused<T>(result: Result<Response<T>, Status>) -> (Code, String, Vec<String>) {
    let Err(status) = result else { panic!("it was answered") };
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    let fields = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    (status.code(), reason, fields.into_iter().map(|v| v.field).collect())
}

/// Results of rows with the fields of their problems: `landed`, `refused unit_code code`.
pub fn told(outcomes: &[RowOutcome]) -> Vec<String> {
    outcomes
        .iter()
        .map(|outcome| {
            let result = match outcome.landed.result {
                LandedResult::Landed => "landed",
                LandedResult::Unchanged => "unchanged",
                LandedResult::Changed => "changed",
                LandedResult::Refused => "refused",
            };
            let fields: Vec<&str> =
                outcome.landed.problems.iter().map(|p: &Problem| p.field.as_str()).collect();
            format!("{result} {}", fields.join(" ")).trim().to_owned()
        })
        .collect()
}
