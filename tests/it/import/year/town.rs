//! The town of the sample upon a database: its units, officials, procedures and calendar, and what it says.

use std::collections::BTreeMap;
use std::sync::Arc;

use bonro::domain::calendar::Calendar;
use bonro::domain::permission::{Caller, Scope};
use bonro::domain::record::{
    CalendarDayRecord, CalendarRecord, ImportRow, OfficialRecord, ProcedureRecord, Record, UnitRecord,
};
use bonro::domain::schedule::JobName;
use bonro::grpc::Front;
use bonro::grpc::convert::wire_date;
use bonro::pb::v1;
use bonro::pb::v1::report_service_server::ReportService as _;
use bonro::service::imports::Start;
use bonro::service::jobs::{Asked, run};
use bonro::service::landing::LandedResult;
use bonro::service::settings::OfficeSettings;
use bonro::service::{Context, House, checker};
use bonro::store::{Pool, Store};
use bonro::world::{Clock as _, Entropy, StandingClock, World};
use chrono::NaiveDate;
use tonic::Request;
use uuid::Uuid;

use super::software::{Cells, Software, evening, table};
use super::truth::Figures;

/// The town.
pub struct Town {
    pub house: House,
    pub clock: Arc<StandingClock>,
    pub front: Front,
}

fn day(cells: &Cells, column: &str) -> Option<NaiveDate> {
    let text = cells[column].as_str();
    (!text.is_empty()).then(|| text.parse().expect("a date"))
}

/// All that isn't a dossier, in the order in which it can land.
fn founding(software: &Software) -> Vec<Record> {
    let week: serde_json::Value =
        serde_json::from_slice(software.files.get("calendar.json").expect("the week")).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let list = |key: &str| week[key].as_array().expect("a list").clone();
    let rows = |name: &str| table(&software.files, name);
    let days = rows("calendar.csv").into_iter().map(|cells| CalendarDayRecord {
        day: day(&cells, "day"),
        kind: cells["kind"].clone(),
        name: cells["name"].clone(),
        swapped_with: day(&cells, "swapped_with"),
        ..CalendarDayRecord::default()
    });
    let mut records = vec![Record::Calendar(CalendarRecord {
        time_zone: text(&week["time_zone"]),
        working_weekdays: list("working_weekdays")
            .iter()
            .map(|n| i32::try_from(n.as_i64().expect("a number")).expect("a weekday"))
            .collect(),
        office_hours: list("office_hours").iter().map(|span| (text(&span[0]), text(&span[1]))).collect(),
        same_day_cutoff: text(&week["same_day_cutoff"]),
        days: days.collect(),
        ..CalendarRecord::default()
    })];
    records.extend(rows("units.csv").into_iter().map(|cells| {
        Record::Unit(UnitRecord {
            code: cells["code"].clone(),
            parent_code: cells["parent_code"].clone(),
            kind: cells["kind"].clone(),
            name: cells["name"].clone(),
            valid_from: day(&cells, "valid_from"),
        })
    }));
    records.extend(rows("officials.csv").into_iter().map(|cells| {
        Record::Official(OfficialRecord {
            code: cells["code"].clone(),
            unit_code: cells["unit_code"].clone(),
            full_name: cells["full_name"].clone(),
            role: cells["role"].clone(),
            email: cells["email"].clone(),
        })
    }));
    records.extend(rows("procedures.csv").into_iter().map(|cells| {
        Record::Procedure(ProcedureRecord {
            code: cells["code"].clone(),
            name: cells["name"].clone(),
            field: cells["field"].clone(),
            level: cells["level"].clone(),
            unit_code: cells["unit_code"].clone(),
            term_unit: cells["term_unit"].clone(),
            term: cells["term"].parse().unwrap_or_default(),
            online_level: cells["online_level"].clone(),
            effective_on: None,
            watched_list: None,
        })
    }));
    records
}

impl Town {
    /// The town upon a migrated database.
    pub async fn open(url: &str, software: &Software) -> Self {
        Self::with_settings(url, software, OfficeSettings::default()).await
    }

    /// The same with settings of its own.
    pub async fn with_settings(url: &str, software: &Software, settings: OfficeSettings) -> Self {
        let clock =
            Arc::new(StandingClock::at(evening(NaiveDate::from_ymd_opt(2023, 11, 1).expect("a date"))));
        let world =
            World { office: clock.clone(), lease: clock.clone(), entropy: Arc::new(Entropy::seeded(7)) };
        let store = Store::connect(url, Pool::default()).await.expect("the archive opens");
        let house = House::with_settings(store, world, settings);
        let front = Front::new(house.clone(), Some(b"a key of the tests")).await.expect("the door opens");
        let town = Self { house, clock, front };
        let start = Start { source: "sổ".into(), kind: "partial".into(), ..Start::default() };
        town.house.start_import(town.context(), &start).await.expect("an import opens");
        let row = |record| ImportRow { file: "f.csv".into(), line: 2, record };
        let rows = founding(software).into_iter().map(row).collect();
        let (outcomes, _) =
            town.house.import_batch(town.context(), &start, 1, rows).await.expect("it is answered");
        let wrong = outcomes.iter().find(|o| o.landed.result == LandedResult::Refused);
        assert!(wrong.is_none(), "{wrong:?}");
        town.house.enter_default_rules().await.expect("rules are entered");
        town.house.enter_jobs().await.expect("jobs are entered");
        town
    }

    /// Somebody who reaches the whole house, now.
    pub fn context(&self) -> Context {
        let caller = Caller {
            label: "iGate".into(),
            key_id: Uuid::nil(),
            official_id: None,
            unit_id: None,
            roles: vec![],
            language: "vi".into(),
        };
        Context { caller, scope: Scope::All, rpc: "nights".into(), now: self.clock.now() }
    }

    /// The calendar.
    pub async fn calendar(&self) -> Arc<Calendar> {
        let look = self.house.look(self.context()).await.expect("a look");
        look.rules.calendar_for(None).expect("the calendar").clone()
    }

    /// Runs a job now; its note.
    pub async fn job(&self, job: JobName) -> String {
        let ran = run(&self.house, job, self.clock.now(), Asked::ByHand).await.expect("the job runs");
        assert_eq!(ran.slot.state, "done", "{:?}", ran.slot);
        ran.slot.note.unwrap_or_default()
    }

    /// The figures of the groups.
    pub async fn figures(&self, first: NaiveDate, last: NaiveDate) -> BTreeMap<String, Figures> {
        let range = v1::DateRange { from_on: Some(wire_date(first)), to_on: Some(wire_date(last)) };
        let message = v1::SummarizePeriodRequest {
            period: Some(v1::Period { choice: Some(v1::period::Choice::Range(range)) }),
            breakdowns: vec![v1::Breakdown::Group.into()],
            ..Default::default()
        };
        let mut request = Request::new(message);
        request.extensions_mut().insert(self.context());
        let answer = self.front.summarize_period(request).await.expect("a summary").into_inner();
        let rows = answer.summary.expect("a summary").rows;
        let figures = |row: v1::FigureRow| {
            let d = row.dossiers?;
            let all = [
                d.received_total,
                d.received_in_period,
                d.carried_over,
                d.resolved,
                d.resolved_early,
                d.resolved_on_time,
                d.resolved_late,
                d.in_process,
                d.in_process_in_due,
                d.in_process_paused,
                d.in_process_overdue,
                d.withdrawn,
                d.stopped,
            ];
            Some((row.key, all))
        };
        rows.into_iter().filter_map(figures).collect()
    }

    /// The house's own checker finds nothing.
    pub async fn checker_agrees(&self) {
        let look = self.house.look(self.context()).await.expect("a look");
        assert_eq!(checker::check(&look).await.expect("the checker ends"), [], "the checker");
    }
}
