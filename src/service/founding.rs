//! What a fresh house must have before anything else: a calendar, the rules of reminding, its jobs.

use super::House;
use super::error::ServiceError;
use super::work::Context;
use crate::domain::permission::{Caller, Scope};
use crate::domain::record::CalendarRecord;

/// Lays what is missing. Does nothing to a house that has it.
pub async fn found(house: &House) -> Result<(), ServiceError> {
    let caller = Caller {
        label: "founding".to_owned(),
        key_id: uuid::Uuid::nil(),
        official_id: None,
        unit_id: None,
        roles: Vec::new(),
        language: "vi".to_owned(),
    };
    let context =
        Context { caller, scope: Scope::All, rpc: "founding".to_owned(), now: house.world.office.now() };
    let mut work = house.job(context).await?;
    if work.rules.calendar_for(None).is_none() {
        // Office hours as everywhere here, no holidays loaded: all is provisional until a calendar comes.
        let usual = crate::domain::calendar::default_spec();
        let record = CalendarRecord {
            time_zone: house.settings.time_zone.clone(),
            working_weekdays: usual.working_weekdays.iter().map(|d| i32::from(*d)).collect(),
            office_hours: usual
                .office_hours
                .iter()
                .map(|(a, b)| (a.format("%H:%M").to_string(), b.format("%H:%M").to_string()))
                .collect(),
            same_day_cutoff: usual.same_day_cutoff.format("%H:%M").to_string(),
            ..CalendarRecord::default()
        };
        super::calendars::land(&mut work, vec![(0, record)]).await?;
    }
    work.finish(&[]).await?;
    house.enter_default_rules().await?;
    house.enter_jobs().await
}
