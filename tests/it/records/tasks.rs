//! Tasks: the verbs, the flag, lists, and what imports make of them.

use bonro::domain::permission::Scope;
use bonro::domain::record::{Record, TaskRecord};
use bonro::pb::v1::task_service_server::TaskService as _;
use bonro::pb::v1::{self, Clear, TaskState, TaskVerdict, Timeliness};
use bonro::service::tasks::flag_overdue;
use tonic::Code;

use super::town::{Town, answered, at, date, day, lines, refused, stamp, told};
use crate::support::both;

fn new(title: &str) -> v1::Task {
    v1::Task {
        title: title.into(),
        lead_unit: "units/VP".into(),
        responsible: "officials/VP-01".into(),
        product: "Báo cáo".into(),
        due_on: Some(date("2024-05-20")),
        ..v1::Task::default()
    }
}

async fn assign(town: &Town, task: v1::Task) -> v1::Task {
    let request = v1::AssignTaskRequest { task: Some(task), request_id: String::new() };
    answered(town.front.assign_task(town.ask(request)).await).task.expect("the new task")
}

async fn get(town: &Town, name: &str) -> v1::Task {
    let request = v1::GetTaskRequest { name: name.into() };
    answered(town.front.get_task(town.ask(request)).await).task.expect("the task")
}

async fn flag(town: &Town) -> usize {
    let mut work = town.work().await;
    let flagged = flag_overdue(&mut work, 10).await.expect("it is flagged");
    work.finish(&[]).await.expect("it is kept");
    flagged
}

async fn complete(town: &Town, name: &str, product_on: Option<&str>) -> v1::CompleteTaskResponse {
    let request = v1::CompleteTaskRequest {
        name: name.into(),
        document_number: "12/BC-VP".into(),
        product_on: product_on.map(date),
        ..v1::CompleteTaskRequest::default()
    };
    answered(town.front.complete_task(town.ask(request)).await)
}

async fn confirm(town: &Town, name: &str) -> v1::Task {
    let request = v1::ConfirmTaskRequest {
        name: name.into(),
        verdict: TaskVerdict::Good.into(),
        ..v1::ConfirmTaskRequest::default()
    };
    answered(town.front.confirm_task(town.ask(request)).await).task.expect("the task")
}

both!(a_task_lives_from_assignment_to_confirmation, |house| {
    let town = Town::open(&house.url).await;
    let task = assign(&town, new("Rà soát thủ tục")).await;
    assert_eq!(
        (task.code.as_str(), task.state(), task.etag.as_str()),
        ("NV-2024-001", TaskState::Assigned, "1")
    );
    let name = task.name;

    let accept = v1::AcceptTaskRequest {
        name: name.clone(),
        responsible: "officials/VP-02".into(),
        etag: "1".into(),
        ..v1::AcceptTaskRequest::default()
    };
    let accepted = answered(town.front.accept_task(town.ask(accept.clone())).await).task.expect("the task");
    assert_eq!((accepted.state(), accepted.responsible.as_str()), (TaskState::Accepted, "officials/VP-02"));
    assert_eq!(
        refused(town.front.accept_task(town.ask(accept.clone())).await).0,
        Code::Aborted,
        "a stale etag"
    );
    let again = v1::AcceptTaskRequest { etag: String::new(), responsible: String::new(), ..accept };
    let (code, reason, _) = refused(town.front.accept_task(town.ask(again)).await);
    assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "FORBIDDEN_TRANSITION"));

    let progress = v1::ReportProgressRequest {
        name: name.clone(),
        percent: Some(40),
        note: "đã họp".into(),
        request_id: "018f7e6c-0000-7000-8000-000000000001".into(),
        ..v1::ReportProgressRequest::default()
    };
    let first = answered(town.front.report_progress(town.ask(progress.clone())).await);
    let replayed = answered(town.front.report_progress(town.ask(progress)).await);
    assert_eq!(first, replayed, "the same request is answered the same");
    let reported = first.task.expect("the task");
    assert_eq!((reported.state(), reported.progress_percent), (TaskState::InProgress, Some(40)));

    let extend = v1::ExtendTaskRequest {
        name: name.clone(),
        due_on: Some(date("2024-05-24")),
        reason: "chờ số liệu".into(),
        ..v1::ExtendTaskRequest::default()
    };
    let extended = answered(town.front.extend_task(town.ask(extend)).await).task.expect("the task");
    assert_eq!(
        (extended.due_on, extended.original_due_on),
        (Some(date("2024-05-24")), Some(date("2024-05-20")))
    );

    town.set("2024-05-27T03:00:00Z");
    complete(&town, &name, None).await;
    let back =
        v1::SendBackTaskRequest {
            name: name.clone(), reason: "thiếu phụ lục".into(), ..Default::default()
        };
    let back = answered(town.front.send_back_task(town.ask(back)).await).task.expect("the task");
    assert_eq!(back.state(), TaskState::InProgress);
    complete(&town, &name, Some("2024-05-23")).await;
    let done = confirm(&town, &name).await;
    assert_eq!((done.state(), done.timeliness()), (TaskState::Completed, Timeliness::Early));
    assert_eq!(done.completed_at, Some(stamp("2024-05-23T10:00:00Z")), "the day of the product counts");
    assert_eq!((done.progress_note.as_str(), done.verdict()), ("đã họp", TaskVerdict::Good));
    assert_eq!(get(&town, &name).await, done);
    let expected = ["2024-05-16 VP task_assigned 1", "2024-05-23 VP task_completed:on_time 1"];
    assert_eq!(lines(&town.ledger("task").await), expected);
});

both!(a_task_without_the_four_clears_is_taken_and_flagged, |house| {
    let town = Town::open(&house.url).await;
    let bare = v1::Task { title: "Việc".into(), lead_unit: "units/VP".into(), ..v1::Task::default() };
    let request = v1::AssignTaskRequest { task: Some(bare), request_id: String::new() };
    let answer = answered(town.front.assign_task(town.ask(request)).await);
    let task = answer.task.expect("the task");
    let missing: Vec<Clear> = task.missing_clears().collect();
    assert_eq!(missing, [Clear::Person, Clear::Result, Clear::Responsibility]);
    assert_eq!(answer.warnings.iter().map(|w| w.reason.as_str()).collect::<Vec<_>>(), ["MISSING_CLEARS"]);
    assert!(!task.overdue);

    let wrong = v1::Task {
        code: "a b".into(),
        lead_unit: "units/XX".into(),
        responsible: "VP-01".into(),
        assigned_on: Some(date("2024-05-17")),
        parent: "tasks/NV-9".into(),
        recurrence: "every day".into(),
        cooperating_units: vec!["units/YY".into()],
        ..v1::Task::default()
    };
    let request = v1::AssignTaskRequest { task: Some(wrong), request_id: String::new() };
    let (code, _, mut fields) = refused(town.front.assign_task(town.ask(request)).await);
    fields.sort();
    assert_eq!(code, Code::InvalidArgument);
    let expected = [
        "task.assigned_on",
        "task.code",
        "task.cooperating_units",
        "task.lead_unit",
        "task.parent",
        "task.recurrence",
        "task.responsible",
        "task.title",
    ];
    assert_eq!(fields, expected, "all at once");
});

both!(a_passed_due_day_is_flagged_once_and_cleared_by_late_evidence, |house| {
    let town = Town::open(&house.url).await;
    let task = assign(&town, new("Báo cáo tháng")).await;
    town.set("2024-05-20T16:59:59Z");
    assert_eq!(flag(&town).await, 0, "the due day ends at local midnight");
    town.set("2024-05-20T17:00:00Z");
    assert!(get(&town, &task.name).await.overdue, "also before the job came by");
    assert_eq!((flag(&town).await, flag(&town).await), (1, 0));
    let expected = ["2024-05-16 VP task_assigned 1", "2024-05-20 VP task_overdue 1"];
    assert_eq!(lines(&town.ledger("task").await), expected);

    let extend = v1::ExtendTaskRequest {
        name: task.name.clone(),
        due_on: Some(date("2024-05-30")),
        reason: "xin lùi".into(),
        ..v1::ExtendTaskRequest::default()
    };
    let late = answered(town.front.extend_task(town.ask(extend)).await);
    assert_eq!(late.warnings.first().map(|w| w.reason.as_str()), Some("EXTENDED_LATE"));
    assert!(late.task.is_some_and(|t| t.overdue), "still judged by the old day");

    complete(&town, &task.name, Some("2024-05-17")).await;
    let done = confirm(&town, &task.name).await;
    assert_eq!((done.timeliness(), done.overdue), (Timeliness::Early, false));
    let expected = ["2024-05-16 VP task_assigned 1", "2024-05-17 VP task_completed:on_time 1"];
    assert_eq!(lines(&town.ledger("task").await), expected, "never overdue after all");
});

both!(tasks_are_listed_by_filter_order_and_page, |house| {
    let town = Town::open(&house.url).await;
    let given = [
        ("A", "VP", Some("2024-05-20")),
        ("B", "P1", None),
        ("C", "P1", Some("2024-05-17")),
        ("D", "P2", Some("2024-05-20")),
    ];
    for (code, unit, due) in given {
        let task = v1::Task {
            code: code.into(),
            lead_unit: format!("units/{unit}"),
            responsible: String::new(),
            due_on: due.map(date),
            parent: if code == "D" { "tasks/A".into() } else { String::new() },
            ..new(code)
        };
        town.clock.advance(chrono::TimeDelta::seconds(1));
        assign(&town, task).await;
    }
    town.set("2024-05-18T00:00:00Z");
    let list = async |filter: &str, order: &str, size: i32, scope: Scope| {
        let (mut codes, mut token) = (Vec::new(), String::new());
        loop {
            let request = v1::ListTasksRequest {
                page_size: size,
                page_token: token,
                filter: filter.into(),
                order_by: order.into(),
            };
            let page = answered(town.front.list_tasks(town.ask_within(scope.clone(), request)).await);
            codes.extend(page.tasks.into_iter().map(|task| task.code));
            token = page.next_page_token;
            if token.is_empty() {
                return codes.join("");
            }
        }
    };
    let all = |filter: &'static str, order: &'static str| list(filter, order, 1, Scope::All);
    let by_due = all("", "").await;
    assert_eq!((&by_due[..1], &by_due[3..]), ("C", "B"), "no due day sorts last: {by_due}");
    assert_eq!(all("", "create_time desc").await, "DCBA");
    assert_eq!(all("", "code desc").await, "DCBA");
    assert_eq!(all("lead_unit = units/UB", "code").await, "ABCD", "with its subtree");
    assert_eq!(all("lead_unit != units/P1", "code").await, "AD");
    assert_eq!(all("overdue = true", "code").await, "C");
    assert_eq!(all("overdue = false AND due_on = null", "code").await, "B");
    assert_eq!(all("due_on >= 2024-05-18 AND open = true", "code").await, "AD");
    assert_eq!(all("parent = tasks/A", "code").await, "D");
    assert_eq!(all("state = TASK_STATE_ASSIGNED AND assigned_on = 2024-05-16", "code").await, "ABCD");
    assert_eq!(list("", "code", 50, town.unit("P1").await).await, "BC", "within the caller's reach");
    for filter in
        ["colour = red", "state = asleep", "lead_unit = units/XX", "lead_unit > units/P1", "parent = Z"]
    {
        let request = v1::ListTasksRequest { filter: filter.into(), ..v1::ListTasksRequest::default() };
        let (code, ..) = refused(town.front.list_tasks(town.ask(request)).await);
        assert_eq!(code, Code::InvalidArgument, "{filter}");
    }
    let request = v1::GetTaskRequest { name: "tasks/A".into() };
    let foreign = town.front.get_task(town.ask_within(town.unit("P1").await, request)).await;
    assert_eq!(refused(foreign).0, Code::NotFound);
});

fn record(code: &str) -> TaskRecord {
    TaskRecord {
        code: code.into(),
        title: "Nhiệm vụ".into(),
        assigned_by: "Chủ tịch".into(),
        source_document: "12/UBND".into(),
        assigned_on: Some(day("2024-05-02")),
        lead_unit_code: "VP".into(),
        responsible_official: "VP-01".into(),
        cooperating_unit_codes: vec!["P1".into()],
        due_on: Some(day("2024-05-20")),
        completed_at: None,
        product: "Báo cáo".into(),
    }
}

both!(an_import_of_tasks_lands_changes_and_refuses, |house| {
    let town = Town::open(&house.url).await;
    let import =
        async |records: Vec<TaskRecord>| town.import(records.into_iter().map(Record::Task).collect()).await;
    let done = TaskRecord { completed_at: Some(at("2024-05-10T03:00:00Z")), ..record("T-2") };
    let bad = TaskRecord {
        lead_unit_code: "XX".into(),
        responsible_official: "nobody".into(),
        completed_at: Some(at("2024-05-01T03:00:00Z")),
        ..record("T-3")
    };
    let future = TaskRecord { completed_at: Some(at("2024-05-16T00:15:01Z")), ..record("T-4") };
    let vague = TaskRecord { due_on: None, ..record("T-5") };
    let outcomes = import(vec![record("T-1"), done.clone(), bad, future, vague]).await;
    assert_eq!(
        told(&outcomes),
        [
            "landed",
            "landed",
            "refused lead_unit_code responsible_official completed_at",
            "refused completed_at",
            "landed task",
        ]
    );
    assert!(outcomes[3].landed.problems[0].en.contains("later instants"));
    let finished = get(&town, "tasks/T-2").await;
    assert_eq!((finished.state(), finished.timeliness()), (TaskState::Completed, Timeliness::Early));
    let expected = ["2024-05-02 VP task_assigned 3", "2024-05-10 VP task_completed:on_time 1"];
    assert_eq!(lines(&town.ledger("task").await), expected);

    // What is granted here stands while the source speaks of other things.
    let extend = v1::ExtendTaskRequest {
        name: "tasks/T-1".into(),
        due_on: Some(date("2024-05-30")),
        reason: "xin lùi".into(),
        ..v1::ExtendTaskRequest::default()
    };
    answered(town.front.extend_task(town.ask(extend)).await);
    let renamed = TaskRecord { title: "Nhiệm vụ mới".into(), ..record("T-1") };
    let reopened = TaskRecord { completed_at: None, ..done };
    assert_eq!(told(&import(vec![renamed.clone(), reopened]).await), ["changed", "changed"]);
    let task = get(&town, "tasks/T-1").await;
    assert_eq!((task.title.as_str(), task.due_on), ("Nhiệm vụ mới", Some(date("2024-05-30"))));
    assert_eq!(task.original_due_on, Some(date("2024-05-20")));
    assert_eq!(get(&town, "tasks/T-2").await.state(), TaskState::InProgress, "the source took it back");
    assert_eq!(lines(&town.ledger("task").await), ["2024-05-02 VP task_assigned 3"]);
    let mut outcomes = import(vec![renamed.clone()]).await;
    assert_eq!(told(&outcomes), ["unchanged"]);
    outcomes = town.import_from("another", vec![Record::Task(renamed.clone())]).await;
    assert_eq!(told(&outcomes), ["unchanged"], "the same from another source");

    // A moved unit and due day are taken on the source's word, and shown.
    let moved = TaskRecord { lead_unit_code: "P1".into(), due_on: Some(day("2024-05-08")), ..renamed };
    assert_eq!(told(&import(vec![moved]).await), ["changed due_on"]);
    assert_eq!(flag(&town).await, 1);
    let expected =
        ["2024-05-02 P1 task_assigned 1", "2024-05-02 VP task_assigned 2", "2024-05-08 P1 task_overdue 1"];
    assert_eq!(lines(&town.ledger("task").await), expected);
});
