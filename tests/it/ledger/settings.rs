//! Whose date judges, as it is set on the way, and what follows from that for a unit and a day.

use std::collections::BTreeMap;

use bonro::pb::v1;
use bonro::pb::v1::unit_service_server::UnitService as _;
use bonro::world::Clock as _;
use chrono::{Days, NaiveDate};

use crate::records::town::{Town, answered, day};

/// The units of the town, the root first.
pub const TREE: [&str; 4] = ["UB", "VP", "P1", "P2"];

/// What was set: by unit and first day of receipt, whether the appointment judges.
#[derive(Debug, Default)]
pub struct Settings(BTreeMap<(&'static str, NaiveDate), bool>);

impl Settings {
    /// Sets it from tomorrow on: nothing can have been received then.
    pub async fn judge(&mut self, town: &Town, unit: &'static str, appointment: bool) {
        let zone = chrono_tz::Asia::Ho_Chi_Minh;
        let tomorrow = town.clock.now().with_timezone(&zone).date_naive() + Days::new(1);
        self.set(town, unit, appointment, tomorrow).await;
    }

    /// The appointment judges a unit from the beginning: nothing was received yet.
    pub async fn judge_always(&mut self, town: &Town, unit: &'static str) {
        self.set(town, unit, true, day("2020-01-01")).await;
    }

    async fn set(&mut self, town: &Town, unit: &'static str, appointment: bool, on: NaiveDate) {
        let judge_by = if appointment { v1::JudgeBy::Appointment } else { v1::JudgeBy::Statutory };
        let request = v1::SetJudgeByRequest {
            name: format!("units/{unit}"),
            judge_by: judge_by.into(),
            effective_on: Some(bonro::grpc::convert::wire_date(on)),
            ..v1::SetJudgeByRequest::default()
        };
        answered(town.front.set_judge_by(town.ask(request)).await);
        self.0.insert((unit, on), appointment);
    }

    /// Whether the appointment judges what a unit receives on a day: its own word, else the root's, else no.
    pub fn say(&self, unit: &str, on: NaiveDate) -> bool {
        let own = |unit: &str| {
            let mut said = self.0.iter().filter(|((of, from), _)| *of == unit && *from <= on);
            said.next_back().map(|(_, appointment)| *appointment)
        };
        own(unit).or_else(|| own(TREE[0])).unwrap_or(false)
    }
}
