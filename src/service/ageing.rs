//! How old what is open is: by bands of months, by unit, and by the lists on which such dossiers are watched.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::error::ServiceError;
use super::members::{self, DossierFigure, Whose};
use super::slots::house_calendar;
use super::work::Look;
use crate::domain::age::{self, Ages};
use crate::domain::period::Period;

/// Open dossiers by age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aged {
    /// At the end of which day they are open.
    pub on: NaiveDate,
    /// All of them.
    pub all: Ages,
    /// By unit.
    pub units: BTreeMap<Uuid, Ages>,
    /// Of those that are watched, by the name of their list.
    pub lists: BTreeMap<String, Ages>,
}

/// Those that are open at the end of a day, or of today where none is given or it is to come, within the caller's scope.
pub async fn open(look: &Look, on: Option<NaiveDate>, whose: &Whose) -> Result<Aged, ServiceError> {
    let today = house_calendar(&look.rules).local_date(look.context.now);
    let on = on.map_or(today, |on| on.min(today));
    let day = Period::new(on, on).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let ids = members::ids(look, DossierFigure::InProcess, day, whose).await?;
    let mut aged = Aged { on, all: Ages::default(), units: BTreeMap::new(), lists: BTreeMap::new() };
    members::each_receipt(look, &ids, |receipt| {
        let band = age::band(receipt.received_on, on);
        aged.all[band] += 1;
        aged.units.entry(receipt.unit_id).or_default()[band] += 1;
        if let Some((list, _)) = look.rules.watched(receipt.procedure_id) {
            aged.lists.entry(list.to_owned()).or_default()[band] += 1;
        }
    })
    .await?;
    Ok(aged)
}
