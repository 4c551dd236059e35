//! CalendarService: working calendars, and deadlines counted and explained by them.

use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, unit_name, unit_name_or_empty, wire_date};
use super::{Front, Plan, Reference, deadline};
use crate::pb::v1;
use crate::pb::v1::calendar_service_server::CalendarService;
use crate::service::calendars::{self, CalendarRow, DayRow, Effect, Finding, NewCalendar, NewDay, PUBLISHED};
use crate::service::{Rules, ServiceError, Violation, deadlines};

const PLAN: Plan =
    Plan { published: &PUBLISHED, order: ("create_time", false), references: &[("unit", Reference::Unit)] };

fn wire(rules: &Rules, row: &CalendarRow, days: &[DayRow]) -> v1::Calendar {
    let spans = row.office_hours.split(',').filter_map(|span| span.split_once('-'));
    let state = if row.state == "in_force" { v1::CalendarState::InForce } else { v1::CalendarState::Draft };
    v1::Calendar {
        name: calendars::name(rules, row),
        uid: row.id.to_string(),
        unit: unit_name_or_empty(rules, row.unit_id),
        version: row.version,
        time_zone: row.time_zone.clone(),
        working_weekdays: row.working_weekdays.split(',').filter_map(|day| day.parse().ok()).collect(),
        office_hours: spans
            .map(|(opens, closes)| v1::OfficeHours { opens: opens.to_owned(), closes: closes.to_owned() })
            .collect(),
        same_day_cutoff: row.same_day_cutoff.clone(),
        first_year: row.first_year.unwrap_or(0),
        last_year: row.last_year.unwrap_or(0),
        state: state.into(),
        in_force_from: row.in_force_from.map(timestamp),
        days: days.iter().map(wire_day).collect(),
        create_time: Some(timestamp(row.created_at)),
        // A version never changes.
        update_time: Some(timestamp(row.created_at)),
        etag: "1".to_owned(),
    }
}

fn wire_day(day: &DayRow) -> v1::CalendarDay {
    let kind = match day.kind.as_str() {
        "working_day" => v1::CalendarDayKind::WorkingDay,
        _ => v1::CalendarDayKind::DayOff,
    };
    v1::CalendarDay {
        day: Some(wire_date(day.day)),
        kind: kind.into(),
        display_name: day.name.clone(),
        swapped_with: day.swapped_with.map(wire_date),
        legal_basis: day.basis.clone().unwrap_or_default(),
    }
}

fn new_calendar(calendar: Option<v1::Calendar>) -> Result<NewCalendar, ServiceError> {
    let mut fields = Fields::new();
    let calendar = fields.message("calendar", calendar);
    let mut days = Vec::with_capacity(calendar.days.len());
    for (i, day) in calendar.days.into_iter().enumerate() {
        let kind = match day.kind() {
            v1::CalendarDayKind::Unspecified => "",
            v1::CalendarDayKind::DayOff => "day_off",
            v1::CalendarDayKind::WorkingDay => "working_day",
        };
        days.push(NewDay {
            kind: kind.to_owned(),
            day: Some(fields.date(&format!("calendar.days[{i}].day"), day.day)),
            swapped_with: fields.date_or_none(&format!("calendar.days[{i}].swapped_with"), day.swapped_with),
            name: day.display_name,
            basis: day.legal_basis,
            ..NewDay::default()
        });
    }
    let spans = calendar.office_hours.into_iter();
    let new = NewCalendar {
        unit: fields.code_or_empty("calendar.unit", &calendar.unit, "units"),
        time_zone: calendar.time_zone,
        working_weekdays: calendar.working_weekdays,
        office_hours: spans.map(|span| (span.opens, span.closes)).collect(),
        same_day_cutoff: calendar.same_day_cutoff,
        first_year: (calendar.first_year != 0).then_some(calendar.first_year),
        last_year: (calendar.last_year != 0).then_some(calendar.last_year),
        days,
    };
    fields.done()?;
    Ok(new)
}

fn wire_effect(unit: String, effect: &Effect) -> v1::CalendarEffect {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    v1::CalendarEffect {
        unit,
        open: count(effect.moved.all()),
        later: count(effect.moved.later),
        earlier: count(effect.moved.earlier),
        unmoved: count(effect.moved.unmoved),
        stopped: count(effect.stopped),
        newly_overdue: count(effect.newly_overdue),
        no_longer_overdue: count(effect.no_longer_overdue),
    }
}

fn warning(finding: Finding, language: &str) -> v1::Warning {
    let violation = finding.violation;
    let message = if language == "en" { violation.en } else { violation.vi };
    v1::Warning { reason: violation.reason.to_owned(), message }
}

#[tonic::async_trait]
impl CalendarService for Front {
    async fn create_calendar(
        &self,
        request: Request<v1::CreateCalendarRequest>,
    ) -> Result<Response<v1::CreateCalendarResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateCalendarRequest| {
                Box::pin(async move {
                    let (view, findings) =
                        calendars::create(work, new_calendar(r.calendar)?, r.draft).await?;
                    let language = &work.context.caller.language;
                    Ok(v1::CreateCalendarResponse {
                        calendar: Some(wire(&work.rules, &view.row, &view.days)),
                        warnings: findings.into_iter().map(|finding| warning(finding, language)).collect(),
                    })
                })
            },
        )
        .await
    }

    async fn preview_calendar(
        &self,
        request: Request<v1::PreviewCalendarRequest>,
    ) -> Result<Response<v1::PreviewCalendarResponse>, Status> {
        self.look(request, |look, r: v1::PreviewCalendarRequest| {
            Box::pin(async move {
                let told = calendars::preview(look, &new_calendar(r.calendar)?).await?;
                let language = &look.context.caller.language;
                let unit = |(id, effect): &(_, _)| wire_effect(unit_name(&look.rules, *id), effect);
                Ok(v1::PreviewCalendarResponse {
                    total: Some(wire_effect(String::new(), &told.total)),
                    units: told.units.iter().map(unit).collect(),
                    warnings: told.warnings.into_iter().map(|finding| warning(finding, language)).collect(),
                })
            })
        })
        .await
    }

    async fn get_calendar(
        &self,
        request: Request<v1::GetCalendarRequest>,
    ) -> Result<Response<v1::GetCalendarResponse>, Status> {
        self.look(request, |look, r: v1::GetCalendarRequest| {
            Box::pin(async move {
                let view = calendars::get(look, &deadline::which("name", &r.name)?).await?;
                Ok(v1::GetCalendarResponse { calendar: Some(wire(&look.rules, &view.row, &view.days)) })
            })
        })
        .await
    }

    async fn list_calendars(
        &self,
        request: Request<v1::ListCalendarsRequest>,
    ) -> Result<Response<v1::ListCalendarsResponse>, Status> {
        self.list(request, PLAN, |look, _, listing| {
            Box::pin(async move {
                let page = calendars::list(look, &listing.query).await?;
                Ok(v1::ListCalendarsResponse {
                    calendars: page.rows.iter().map(|row| wire(&look.rules, row, &[])).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn compute_deadline(
        &self,
        request: Request<v1::ComputeDeadlineRequest>,
    ) -> Result<Response<v1::ComputeDeadlineResponse>, Status> {
        self.look(request, |look, r: v1::ComputeDeadlineRequest| {
            Box::pin(async move {
                let counted = deadlines::compute(look, deadline::inputs(r.inputs)?).await?;
                Ok(v1::ComputeDeadlineResponse { deadline: Some(deadline::deadline(&look.rules, &counted)) })
            })
        })
        .await
    }

    async fn explain_deadline(
        &self,
        request: Request<v1::ExplainDeadlineRequest>,
    ) -> Result<Response<v1::ExplainDeadlineResponse>, Status> {
        use v1::explain_deadline_request::Subject;
        self.look(request, |look, r: v1::ExplainDeadlineRequest| {
            Box::pin(async move {
                let explained = match r.subject {
                    None => return Err(Violation::missing("subject").into()),
                    Some(Subject::Dossier(name)) => {
                        deadlines::explain_dossier(look, &code_of("dossier", &name, "dossiers")?).await?
                    }
                    Some(Subject::Inputs(inputs)) => {
                        deadlines::explain_inputs(look, deadline::inputs(Some(inputs))?).await?
                    }
                };
                Ok(deadline::explained(&look.rules, &explained))
            })
        })
        .await
    }
}
