//! TaskService: assigned tasks from assignment to confirmation.

use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::convert::{Fields, code_of, official_name, timestamp, unit_name, wire_date};
use super::{Front, Plan};
use crate::domain::record::TaskRecord;
use crate::domain::task::{Clear, TaskState, Verdict};
use crate::pb::v1;
use crate::pb::v1::task_service_server::TaskService;
use crate::service::tasks::verbs::{self, Done, Step};
use crate::service::tasks::{self, NewTask, PUBLISHED, Told};
use crate::service::{Rules, Work};

type Wire<T> = Result<Response<T>, Status>;

fn state(word: &str) -> v1::TaskState {
    match TaskState::parse(word) {
        Some(TaskState::Assigned) => v1::TaskState::Assigned,
        Some(TaskState::Accepted) => v1::TaskState::Accepted,
        Some(TaskState::InProgress) => v1::TaskState::InProgress,
        Some(TaskState::Submitted) => v1::TaskState::Submitted,
        Some(TaskState::Completed) => v1::TaskState::Completed,
        Some(TaskState::Cancelled) => v1::TaskState::Cancelled,
        None => v1::TaskState::Unspecified,
    }
}

fn clear(word: &str) -> v1::Clear {
    match Clear::parse(word) {
        Some(Clear::Person) => v1::Clear::Person,
        Some(Clear::Work) => v1::Clear::Work,
        Some(Clear::Result) => v1::Clear::Result,
        Some(Clear::Responsibility) => v1::Clear::Responsibility,
        None => v1::Clear::Unspecified,
    }
}

fn timeliness(word: Option<&str>) -> v1::Timeliness {
    match word {
        Some("early") => v1::Timeliness::Early,
        Some("on_time") => v1::Timeliness::OnTime,
        Some("late") => v1::Timeliness::Late,
        _ => v1::Timeliness::Unspecified,
    }
}

/// Parts of a list in a column.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|part| !part.is_empty())
}

fn task(rules: &Rules, told: Told, now: DateTime<Utc>) -> v1::Task {
    let Told { row, parent_code, original_due_on, progress_percent, progress_note, commitment_code } = told;
    let verdict = match row.verdict.as_deref().and_then(Verdict::parse) {
        Some(Verdict::Good) => v1::TaskVerdict::Good,
        Some(Verdict::NotGood) => v1::TaskVerdict::NotGood,
        None => v1::TaskVerdict::Unspecified,
    };
    let helping = parts(&row.cooperating_unit_ids).filter_map(|id| Uuid::parse_str(id).ok());
    v1::Task {
        name: format!("tasks/{}", row.code),
        uid: row.id.to_string(),
        cooperating_units: helping.map(|id| unit_name(rules, id)).collect(),
        missing_clears: parts(&row.missing_clears).map(|word| clear(word).into()).collect(),
        code: row.code,
        title: row.title,
        assigned_by: row.assigned_by,
        source_document: row.source_document,
        assigned_on: Some(wire_date(row.assigned_on)),
        lead_unit: unit_name(rules, row.lead_unit_id),
        responsible: official_name(rules, row.responsible_id),
        parent: if parent_code.is_empty() { parent_code } else { format!("tasks/{parent_code}") },
        product: row.product,
        due_on: row.due_on.map(wire_date),
        original_due_on: original_due_on.map(wire_date),
        state: state(&row.state).into(),
        completed_at: row.completed_at.map(timestamp),
        timeliness: timeliness(row.timeliness.as_deref()).into(),
        overdue: row.overdue_at.is_some_and(|at| at <= now),
        verdict: verdict.into(),
        progress_percent: progress_percent.map(i32::from),
        progress_note,
        recurrence: row.recurrence.unwrap_or_default(),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
        commitment: if commitment_code.is_empty() {
            commitment_code
        } else {
            format!("commitments/{commitment_code}")
        },
    }
}

/// The answer of a verb.
fn told(work: &Work, done: Done) -> (Option<v1::Task>, Vec<v1::Warning>) {
    let english = work.context.caller.language.starts_with("en");
    let warnings = done
        .warnings
        .into_iter()
        .map(|w| v1::Warning { reason: w.reason.to_owned(), message: if english { w.en } else { w.vi } })
        .collect();
    (Some(task(&work.rules, done.told, work.now())), warnings)
}

/// The fields that all verbs share.
fn step(fields: &mut Fields, name: &str, etag: String, at: Option<Timestamp>, reason: String) -> Step {
    Step {
        code: fields.code("name", name, "tasks"),
        etag,
        at: fields.instant_or_none("occurred_at", at),
        reason,
    }
}

fn new_task(fields: &mut Fields, asked: v1::Task) -> NewTask {
    let helping = asked.cooperating_units.iter();
    NewTask {
        record: TaskRecord {
            cooperating_unit_codes: helping
                .map(|name| fields.code("task.cooperating_units", name, "units"))
                .collect(),
            assigned_on: fields.date_or_none("task.assigned_on", asked.assigned_on),
            lead_unit_code: fields.code("task.lead_unit", &asked.lead_unit, "units"),
            responsible_official: fields.code_or_empty("task.responsible", &asked.responsible, "officials"),
            due_on: fields.date_or_none("task.due_on", asked.due_on),
            code: asked.code,
            title: asked.title,
            assigned_by: asked.assigned_by,
            source_document: asked.source_document,
            completed_at: None,
            product: asked.product,
        },
        parent_code: fields.code_or_empty("task.parent", &asked.parent, "tasks"),
        recurrence: asked.recurrence,
    }
}

#[tonic::async_trait]
impl TaskService for Front {
    async fn assign_task(&self, request: Request<v1::AssignTaskRequest>) -> Wire<v1::AssignTaskResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::AssignTaskRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("task", r.task);
                    let new = new_task(&mut fields, asked);
                    let done = tasks::assign(work, new, fields.wrong()).await?;
                    let (task, warnings) = told(work, done);
                    Ok(v1::AssignTaskResponse { task, warnings })
                })
            },
        )
        .await
    }

    async fn get_task(&self, request: Request<v1::GetTaskRequest>) -> Wire<v1::GetTaskResponse> {
        self.look(request, |look, r: v1::GetTaskRequest| {
            Box::pin(async move {
                let found = tasks::get(look, &code_of("name", &r.name, "tasks")?).await?;
                Ok(v1::GetTaskResponse { task: Some(task(&look.rules, found, look.context.now)) })
            })
        })
        .await
    }

    async fn list_tasks(&self, request: Request<v1::ListTasksRequest>) -> Wire<v1::ListTasksResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("due_on", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = tasks::list(look, listing.query.clone()).await?;
                let now = look.context.now;
                Ok(v1::ListTasksResponse {
                    tasks: page.rows.into_iter().map(|told| task(&look.rules, told, now)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn accept_task(&self, request: Request<v1::AcceptTaskRequest>) -> Wire<v1::AcceptTaskResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::AcceptTaskRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = step(&mut fields, &r.name, r.etag, r.occurred_at, String::new());
                    let responsible = fields.code_or_empty("responsible", &r.responsible, "officials");
                    fields.done()?;
                    let done = verbs::accept(work, step, &responsible).await?;
                    let (task, warnings) = told(work, done);
                    Ok(v1::AcceptTaskResponse { task, warnings })
                })
            },
        )
        .await
    }

    async fn report_progress(
        &self,
        request: Request<v1::ReportProgressRequest>,
    ) -> Wire<v1::ReportProgressResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::ReportProgressRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = step(&mut fields, &r.name, r.etag, r.occurred_at, r.note);
                    fields.done()?;
                    let done = verbs::progress(work, step, r.percent).await?;
                    let (task, warnings) = told(work, done);
                    Ok(v1::ReportProgressResponse { task, warnings })
                })
            },
        )
        .await
    }

    async fn extend_task(&self, request: Request<v1::ExtendTaskRequest>) -> Wire<v1::ExtendTaskResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::ExtendTaskRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = step(&mut fields, &r.name, r.etag, r.occurred_at, r.reason);
                    let due_on = fields.date_or_none("due_on", r.due_on);
                    fields.done()?;
                    let done = verbs::extend(work, step, due_on, r.document_number).await?;
                    let (task, warnings) = told(work, done);
                    Ok(v1::ExtendTaskResponse { task, warnings })
                })
            },
        )
        .await
    }

    async fn complete_task(
        &self,
        request: Request<v1::CompleteTaskRequest>,
    ) -> Wire<v1::CompleteTaskResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CompleteTaskRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = step(&mut fields, &r.name, r.etag, r.occurred_at, r.note);
                    let product_on = fields.date_or_none("product_on", r.product_on);
                    fields.done()?;
                    let done = verbs::complete(work, step, r.document_number, product_on).await?;
                    let (task, warnings) = told(work, done);
                    Ok(v1::CompleteTaskResponse { task, warnings })
                })
            },
        )
        .await
    }

    async fn confirm_task(&self, request: Request<v1::ConfirmTaskRequest>) -> Wire<v1::ConfirmTaskResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::ConfirmTaskRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let verdict = match r.verdict() {
                        v1::TaskVerdict::Unspecified => None,
                        v1::TaskVerdict::Good => Some(Verdict::Good),
                        v1::TaskVerdict::NotGood => Some(Verdict::NotGood),
                    };
                    let step = step(&mut fields, &r.name, r.etag, r.occurred_at, r.note);
                    fields.done()?;
                    let done = verbs::confirm(work, step, verdict).await?;
                    let (task, warnings) = told(work, done);
                    Ok(v1::ConfirmTaskResponse { task, warnings })
                })
            },
        )
        .await
    }

    async fn send_back_task(
        &self,
        request: Request<v1::SendBackTaskRequest>,
    ) -> Wire<v1::SendBackTaskResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::SendBackTaskRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = step(&mut fields, &r.name, r.etag, r.occurred_at, r.reason);
                    fields.done()?;
                    let done = verbs::send_back(work, step).await?;
                    let (task, warnings) = told(work, done);
                    Ok(v1::SendBackTaskResponse { task, warnings })
                })
            },
        )
        .await
    }
}
