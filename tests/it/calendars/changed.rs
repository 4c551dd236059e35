//! An office whose calendar changes.

use bonro::domain::dossier::{ApplicantKind, Channel, Tracked};
use bonro::domain::schedule::JobName::FlagOverdue;
use bonro::pb::google::r#type::Date;
use bonro::pb::v1;
use bonro::pb::v1::calendar_service_client::CalendarServiceClient;
use bonro::service::checker::check;
use bonro::service::dossiers::verbs::{Applicant, NewDossier, receive};
use bonro::service::{Look, Rules};
use bonro::store::entity::{dossier, event, slot};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::dossiers::office::Office;
use crate::reminders::watch::Watch;

/// The office's calendar with these days of May 2024 off, of a unit or (empty) of the house.
pub fn with_days_off(unit: &str, days: &[i32]) -> v1::Calendar {
    let hours = |opens: &str, closes: &str| v1::OfficeHours { opens: opens.into(), closes: closes.into() };
    v1::Calendar {
        unit: if unit.is_empty() { String::new() } else { format!("units/{unit}") },
        time_zone: "Asia/Ho_Chi_Minh".to_owned(),
        working_weekdays: vec![1, 2, 3, 4, 5],
        office_hours: vec![hours("07:00", "11:30"), hours("13:30", "17:00")],
        same_day_cutoff: "15:00".to_owned(),
        first_year: 2023,
        last_year: 2024,
        days: days
            .iter()
            .map(|day| v1::CalendarDay {
                day: Date { year: 2024, month: 5, day: *day }.into(),
                kind: v1::CalendarDayKind::DayOff.into(),
                display_name: "Nghỉ theo quyết định".to_owned(),
                ..v1::CalendarDay::default()
            })
            .collect(),
        ..v1::Calendar::default()
    }
}

/// Puts a calendar in force.
pub async fn put(office: &Office, calendar: v1::Calendar) {
    let request = v1::CreateCalendarRequest { calendar: Some(calendar), ..Default::default() };
    CalendarServiceClient::new(office.call()).create_calendar(request).await.expect("a calendar");
}

/// Receives dossiers PREFIX-0000 … now, in one go.
pub async fn receive_many(office: &Office, prefix: &str, count: usize, (procedure, unit): (&str, &str)) {
    let house = &office.line.house;
    let mut work = house.job(house.own_context(FlagOverdue)).await.expect("a work");
    for i in 0..count {
        let new = NewDossier {
            code: format!("{prefix}-{i:04}"),
            procedure_code: procedure.to_owned(),
            unit_code: unit.to_owned(),
            channel: Some(Channel::Counter),
            applicant: Applicant {
                kind: Some(ApplicantKind::Person),
                full_name: String::new(),
                phone: String::new(),
                email: String::new(),
                address: String::new(),
            },
            holder_code: if i % 100 == 7 { "A-02" } else { "A-01" }.to_owned(),
            at: work.now(),
            promised_at: None,
            intake: Tracked::Untracked,
            registered: false,
        };
        receive(&mut work, new, Vec::new()).await.expect("received");
    }
    work.finish(&[]).await.expect("committed");
}

pub async fn look(office: &Office) -> Look {
    let house = &office.line.house;
    house.look(house.own_context(FlagOverdue)).await.expect("a look")
}

/// The rules in force now.
pub async fn rules(office: &Office) -> Rules {
    (*look(office).await.rules).clone()
}

/// `check figures` finds nothing.
pub async fn is_sound(office: &Office) {
    let look = look(office).await;
    assert_eq!(check(&look).await.expect("the checker ends"), []);
}

/// All dossiers, by code.
pub async fn rows(watch: &Watch) -> Vec<dossier::Model> {
    let select = dossier::Entity::find().order_by_asc(dossier::Column::Code);
    select.all(&watch.tables).await.expect("the dossiers are read")
}

/// How many events say that a deadline was reckoned anew.
pub async fn recalculations(watch: &Watch) -> usize {
    let select = event::Entity::find().filter(event::Column::Kind.eq("recalculated"));
    select.all(&watch.tables).await.expect("the events are read").len()
}

/// What the job said of its latest slot.
pub async fn note(watch: &Watch) -> String {
    let latest = slot::Entity::find()
        .filter(slot::Column::Job.eq("flag_overdue"))
        .order_by_desc(slot::Column::SlotAt)
        .one(&watch.tables)
        .await;
    latest.expect("the slots are read").and_then(|slot| slot.note).unwrap_or_default()
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}
