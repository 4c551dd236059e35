//! The life of a task, its date, and what it counts for.

use std::sync::LazyLock;

use super::*;
use crate::domain::deadline::tests::town;

static TOWN: LazyLock<Calendar> = LazyLock::new(town);

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn at(text: &str) -> DateTime<Utc> {
    TOWN.instant(day(text).and_hms_opt(9, 0, 0).expect("a time"))
}

fn assignment(due_on: Option<&str>) -> Assignment {
    Assignment {
        title: "Báo cáo".into(),
        assigned_by: "UBND tỉnh".into(),
        source_document: "764/QĐ-UBND".into(),
        assigned_on: day("2024-05-02"),
        lead_unit_id: Uuid::from_u128(1),
        responsible_id: Some(Uuid::from_u128(2)),
        cooperating_unit_ids: vec![],
        due_on: due_on.map(day),
        product: "Kế hoạch".into(),
        parent_id: None,
        recurrence: None,
        commitment_id: None,
    }
}

type Step = (TaskEventKind, &'static str);

fn run(source: Source, due_on: Option<&str>, steps: &[Step]) -> Result<Task, TaskRefusal> {
    let given = (TaskEventKind::Assigned(assignment(due_on)), "2024-05-02");
    let events: Vec<TaskEvent> = [given]
        .iter()
        .chain(steps)
        .map(|(kind, when)| TaskEvent { kind: kind.clone(), occurred_at: at(when), source })
        .collect();
    replay(&events, &TOWN)
}

fn own(steps: &[Step]) -> Result<Task, TaskRefusal> {
    run(Source::Own, Some("2024-05-10"), steps)
}

fn submitted(finished: &str) -> TaskEventKind {
    TaskEventKind::Submitted { document: "12/BC".into(), finished_at: at(finished) }
}

const CONFIRMED: TaskEventKind = TaskEventKind::Confirmed { verdict: Some(Verdict::Good) };

fn extended(to: &str) -> TaskEventKind {
    TaskEventKind::Extended { due_on: day(to), document: "13/CV".into() }
}

fn progressed() -> TaskEventKind {
    TaskEventKind::Progressed { note: "đang làm".into(), percent: Some(50) }
}

fn passed(due_on: &str) -> TaskEventKind {
    TaskEventKind::DeadlinePassed { due_on: day(due_on) }
}

#[test]
fn every_step_has_its_states() {
    use TaskState::{Accepted, Assigned, Cancelled, Completed, InProgress, Submitted};
    let done = || submitted("2024-05-06");
    let to: [(TaskState, Vec<TaskEventKind>); 6] = [
        (Assigned, vec![]),
        (Accepted, vec![TaskEventKind::Accepted]),
        (InProgress, vec![progressed()]),
        (Submitted, vec![done()]),
        (Completed, vec![done(), CONFIRMED]),
        (Cancelled, vec![TaskEventKind::Cancelled]),
    ];
    let verbs: [(TaskEventKind, &[TaskState], TaskState); 7] = [
        (TaskEventKind::Accepted, &[Assigned], Accepted),
        (progressed(), &[Assigned, Accepted, InProgress, Submitted], InProgress),
        (done(), &[Assigned, Accepted, InProgress], Submitted),
        (CONFIRMED, &[Submitted], Completed),
        (TaskEventKind::SentBack, &[Submitted], InProgress),
        (TaskEventKind::Cancelled, &[Assigned, Accepted, InProgress, Submitted], Cancelled),
        (TaskEventKind::Assigned(assignment(None)), &[], Assigned),
    ];
    for (state, steps) in to {
        for (verb, from, leads_to) in &verbs {
            let steps: Vec<Step> =
                steps.iter().chain([verb]).map(|kind| (kind.clone(), "2024-05-07")).collect();
            let outcome = own(&steps).map(|task| task.state);
            let expected =
                if from.contains(&state) { Ok(*leads_to) } else { Err(TaskRefusal::Forbidden(state)) };
            assert_eq!(outcome, expected, "{verb:?} in {state:?}");
        }
    }
    assert_eq!(replay(&[], &TOWN), Err(TaskRefusal::NotAssigned));
}

#[test]
fn the_words_of_states_are_read_again() {
    for state in TaskState::ALL {
        assert_eq!(TaskState::parse(state.as_str()), Some(*state));
    }
}

#[test]
fn a_task_names_four_clears_or_says_which_it_lacks() {
    assert_eq!(assignment(Some("2024-05-10")).missing_clears(), []);
    let bare =
        Assignment { title: " ".into(), responsible_id: None, product: String::new(), ..assignment(None) };
    assert_eq!(bare.missing_clears(), Clear::ALL);
}

#[test]
fn finished_is_the_date_of_the_product_once_confirmed() {
    let waiting = own(&[(submitted("2024-05-10"), "2024-05-14")]).expect("submitted");
    assert_eq!((waiting.completed_at, waiting.submitted), (None, Some(at("2024-05-10"))));
    let on_time =
        own(&[(submitted("2024-05-10"), "2024-05-14"), (CONFIRMED, "2024-05-20")]).expect("confirmed");
    assert_eq!((on_time.completed_at, on_time.late), (Some(at("2024-05-10")), false));
    assert_eq!(on_time.verdict, Some(Verdict::Good));
    let late = own(&[(submitted("2024-05-11"), "2024-05-11"), (CONFIRMED, "2024-05-20")]).expect("confirmed");
    assert!(late.late);
    let before = own(&[(submitted("2024-05-01"), "2024-05-14")]);
    assert_eq!(before, Err(TaskRefusal::FinishedBeforeAssigned));
}

#[test]
fn sent_back_is_open_again() {
    let steps = [(submitted("2024-05-10"), "2024-05-10"), (TaskEventKind::SentBack, "2024-05-13")];
    let task = own(&steps).expect("sent back");
    assert_eq!((task.state, task.submitted, task.completed_at), (TaskState::InProgress, None, None));
}

#[test]
fn an_extension_counts_if_it_came_before_the_old_date_passed() {
    let finish = [(submitted("2024-05-16"), "2024-05-16"), (CONFIRMED, "2024-05-17")];
    let late = |granted: &'static str| {
        let steps: Vec<Step> =
            [(extended("2024-05-17"), granted)].into_iter().chain(finish.clone()).collect();
        let task = own(&steps).expect("an extension");
        assert_eq!(task.assignment.due_on, Some(day("2024-05-17")));
        task.late
    };
    assert!(!late("2024-05-09") && !late("2024-05-10"), "on its last day it hadn't passed");
    assert!(late("2024-05-11"));
    for not_later in ["2024-05-10", "2024-05-09"] {
        assert_eq!(own(&[(extended(not_later), "2024-05-09")]), Err(TaskRefusal::NotLater));
    }
    let after_the_end = own(&[
        (submitted("2024-05-10"), "2024-05-10"),
        (CONFIRMED, "2024-05-10"),
        (extended("2024-05-17"), "2024-05-10"),
    ]);
    assert_eq!(after_the_end, Err(TaskRefusal::Forbidden(TaskState::Completed)));
}

#[test]
fn without_a_due_date_it_is_never_late() {
    let steps = [(submitted("2030-05-10"), "2030-05-10"), (CONFIRMED, "2030-05-14")];
    let task = run(Source::Own, None, &steps).expect("confirmed");
    assert!(!task.late);
    let dated = run(Source::Own, None, &[(extended("2024-05-17"), "2024-05-09")]).expect("an extension");
    assert_eq!(dated.judged_due_on, Some(day("2024-05-17")));
}

fn facts(task: &Task) -> Vec<(String, String)> {
    contributions(task, &TOWN).iter().map(|c| (c.fact.to_string(), c.on.to_string())).collect()
}

fn fact(fact: &str, on: &str) -> (String, String) {
    (fact.to_owned(), on.to_owned())
}

#[test]
fn an_open_task_is_overdue_once_its_date_is_recorded_as_passed() {
    let task = own(&[]).expect("assigned");
    assert_eq!(facts(&task), [fact("task_assigned", "2024-05-02")]);
    let task = own(&[(passed("2024-05-10"), "2024-05-11")]).expect("flagged");
    assert!(task.overdue_flagged);
    assert_eq!(facts(&task), [fact("task_assigned", "2024-05-02"), fact("task_overdue", "2024-05-10")]);
    let steps = [
        (passed("2024-05-10"), "2024-05-11"),
        (submitted("2024-05-15"), "2024-05-15"),
        (CONFIRMED, "2024-05-16"),
    ];
    let task = own(&steps).expect("completed");
    let expected = [
        fact("task_assigned", "2024-05-02"),
        fact("task_completed:late", "2024-05-15"),
        fact("task_overdue", "2024-05-10"),
        fact("task_cleared", "2024-05-15"),
    ];
    assert_eq!(facts(&task), expected);
    let unflagged = own(&steps[1..]).expect("completed");
    assert_eq!(facts(&unflagged), expected, "the same whether the job saw it or not");
    let extended = own(&[(extended("2024-05-17"), "2024-05-09"), (passed("2024-05-10"), "2024-05-11")]);
    assert_eq!(facts(&extended.expect("extended")), [fact("task_assigned", "2024-05-02")]);
}

#[test]
fn given_with_a_date_already_past_it_is_overdue_from_then_on() {
    let steps = [(passed("2024-04-30"), "2024-05-02")];
    let task = run(Source::Own, Some("2024-04-30"), &steps).expect("flagged");
    assert_eq!(facts(&task), [fact("task_assigned", "2024-05-02"), fact("task_overdue", "2024-05-02")]);
}

#[test]
fn a_cancelled_task_counts_nowhere() {
    let task = own(&[(TaskEventKind::Cancelled, "2024-05-06")]).expect("cancelled");
    assert_eq!((facts(&task), task.cancelled_on), (vec![], Some(day("2024-05-06"))));
}

#[test]
fn an_import_that_corrects_the_assignment_keeps_what_was_done() {
    let corrected = |due_on| TaskEventKind::Assigned(assignment(due_on));
    let done = [(submitted("2024-05-15"), "2024-05-15"), (CONFIRMED, "2024-05-15")];
    let with = |due_on| {
        let steps: Vec<Step> = done.iter().cloned().chain([(corrected(due_on), "2024-05-20")]).collect();
        run(Source::Import, Some("2024-05-10"), &steps).expect("an import")
    };
    let same = with(Some("2024-05-10"));
    assert_eq!(
        (same.state, same.completed_at, same.late),
        (TaskState::Completed, Some(at("2024-05-15")), true)
    );
    assert!(!with(Some("2024-05-16")).late, "judged by the true date");
    assert!(!with(None).late);
    let flagged = [(passed("2024-05-10"), "2024-05-11"), (corrected(Some("2024-05-10")), "2024-05-20")];
    assert!(run(Source::Import, Some("2024-05-10"), &flagged).expect("an import").overdue_flagged);
}

#[test]
fn an_imports_late_word_never_opens_a_completed_task() {
    let done = [(submitted("2024-05-09"), "2024-05-09"), (CONFIRMED, "2024-05-09")];
    for word in [TaskEventKind::Accepted, progressed()] {
        let steps: Vec<Step> = done.iter().cloned().chain([(word, "2024-05-20")]).collect();
        let task = run(Source::Import, Some("2024-05-10"), &steps).expect("an import");
        assert_eq!((task.state, task.completed_at), (TaskState::Completed, Some(at("2024-05-09"))));
    }
    let moved = [(submitted("2024-05-13"), "2024-05-20"), (CONFIRMED, "2024-05-20")];
    let steps: Vec<Step> = done.iter().chain(&moved).cloned().collect();
    let task = run(Source::Import, Some("2024-05-10"), &steps).expect("the source corrected the date");
    assert_eq!((task.completed_at, task.late), (Some(at("2024-05-13")), true));
}

#[test]
fn a_completion_before_the_assignment_is_refused_however_it_comes() {
    let unsubmitted = [(CONFIRMED, "2024-05-01")];
    assert_eq!(run(Source::Import, None, &unsubmitted), Err(TaskRefusal::FinishedBeforeAssigned));
}

#[test]
fn what_an_undone_import_brought_never_was() {
    let void = |number| (TaskEventKind::Voided { number }, "2024-05-15");
    let corrected = (TaskEventKind::Assigned(assignment(Some("2024-05-20"))), "2024-05-06");
    let done = [(submitted("2024-05-08"), "2024-05-08"), (CONFIRMED, "2024-05-08")];
    let told = |steps: &[Step]| run(Source::Import, Some("2024-05-10"), steps).expect("it is told");
    // The corrected due date and the completion fall, the day that passed stands.
    let steps = [corrected, done[0].clone(), done[1].clone(), (passed("2024-05-10"), "2024-05-11")];
    let back: Vec<Step> = steps.iter().cloned().chain([void(2), void(3), void(4)]).collect();
    let (task, before) = (told(&back), told(&[steps[3].clone()]));
    assert_eq!((&task, task.overdue_flagged), (&before, true));
    assert_eq!(contributions(&task, &TOWN), contributions(&before, &TOWN));
    assert_ne!(contributions(&told(&steps), &TOWN), contributions(&before, &TOWN));
    // One that was brought counts for nothing, finished or not.
    for so_far in [vec![], done.to_vec()] {
        let gone: Vec<Step> = so_far.into_iter().chain([(TaskEventKind::Retracted, "2024-05-15")]).collect();
        assert_eq!(contributions(&told(&gone), &TOWN), []);
    }
}
