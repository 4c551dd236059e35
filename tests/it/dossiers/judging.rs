//! Whose date judges, through the front door: the setting and who inherits it, what it makes of dossiers, lateness with
//! apology and late records in lists and figures, and where promise and law differ.

use bonro::pb::google::r#type::Date;
use bonro::pb::v1::audit_service_client::AuditServiceClient;
use bonro::pb::v1::calendar_service_client::CalendarServiceClient;
use bonro::pb::v1::report_service_client::ReportServiceClient;
use bonro::pb::v1::unit_service_client::UnitServiceClient;
use bonro::pb::v1::{self, DossierFigure as Figure, JudgeBy, PromiseGiver, Timeliness};
use prost_types::Timestamp;
use tonic::Code;

use super::filters::list;
use super::office::{Office, act, at, fields, refusal};
use crate::support::{Call, both};

fn on(day: i32) -> Option<Date> {
    Date { year: 2024, month: 5, day }.into()
}

fn judge(unit: &str, judge_by: JudgeBy, day: i32) -> v1::SetJudgeByRequest {
    v1::SetJudgeByRequest {
        name: format!("units/{unit}"),
        judge_by: judge_by.into(),
        effective_on: on(day),
        ..Default::default()
    }
}

async fn unit(units: &mut UnitServiceClient<Call>, code: &str, day: i32) -> v1::Unit {
    let request = v1::GetUnitRequest { name: format!("units/{code}"), as_of: on(day) };
    units.get_unit(request).await.expect("a unit").into_inner().unit.expect("it is there")
}

/// What judges a unit on a day, and who says so.
async fn said(units: &mut UnitServiceClient<Call>, code: &str, day: i32) -> (JudgeBy, String) {
    let unit = unit(units, code, day).await;
    (unit.judge_by(), unit.judge_by_from)
}

/// A dossier of a unit, received now with the appointment that another software printed.
async fn receive(office: &Office, code: &str, unit: &str, promised_at: Option<Timestamp>) -> v1::Dossier {
    let unit = format!("units/{unit}");
    office.receive(v1::ReceiveDossierRequest { unit, promised_at, ..Office::new_dossier(code) }).await
}

both!(the_setting_holds_down_the_tree_from_its_day_on, |house| {
    let office = Office::open(&house).await;
    let mut units = UnitServiceClient::new(office.call());
    receive(&office, "OLD", "A1", None).await;
    let set = units.set_judge_by(judge("T", JudgeBy::Appointment, 17)).await.expect("set").into_inner();
    let set = set.unit.expect("the unit");
    let setting = v1::JudgeBySetting { effective_on: on(17), judge_by: JudgeBy::Appointment.into() };
    assert_eq!(
        (set.judge_by(), set.judge_by_settings, set.etag.as_str()),
        (JudgeBy::Statutory, vec![setting], "2")
    );
    units.set_judge_by(judge("A", JudgeBy::Statutory, 20)).await.expect("set");
    let (law, appointment) = (JudgeBy::Statutory, JudgeBy::Appointment);
    for (code, day, expected) in [
        ("A1", 16, (law, "")),
        ("A1", 17, (appointment, "units/T")),
        ("A1", 20, (law, "units/A")),
        ("B", 20, (appointment, "units/T")),
        ("T", 20, (appointment, "units/T")),
    ] {
        let found = said(&mut units, code, day).await;
        assert_eq!((found.0, found.1.as_str()), expected, "{code} on {day}");
    }
    // The same day again: the last word holds.
    units.set_judge_by(judge("A", JudgeBy::Appointment, 20)).await.expect("set");
    assert_eq!(said(&mut units, "A1", 20).await, (appointment, "units/A".to_owned()));
    assert_eq!(unit(&mut units, "A", 20).await.judge_by_settings.len(), 1);

    // What was received stays as it is judged, and so it can't be said for its day any more.
    assert_eq!(office.get("OLD").await.judge_by(), law);
    for (code, day) in [("T", 16), ("A", 15), ("A1", 16)] {
        let refused = units.set_judge_by(judge(code, law, day)).await.expect_err("received already");
        assert_eq!(refusal(&refused), (Code::FailedPrecondition, "RECEIVED_ALREADY".to_owned()), "{code}");
        assert!(refused.message().contains('1'), "it says how many: {}", refused.message());
    }
    units.set_judge_by(judge("B", law, 1)).await.expect("nothing was received there");

    let acts = v1::ListAuditEntriesRequest { page_size: 50, ..Default::default() };
    let acts = AuditServiceClient::new(office.call())
        .list_audit_entries(acts)
        .await
        .expect("the trail")
        .into_inner();
    let set = acts.audit_entries.iter().filter(|act| act.method.ends_with("UnitService/SetJudgeBy"));
    let set: Vec<(&str, &str)> = set.map(|act| (act.subject.as_str(), act.detail.as_str())).collect();
    assert_eq!(set.len(), 4);
    assert_eq!(set[0].0, "units/B");
    assert!(set[0].1.contains("statutory") && set[0].1.contains("2024-05-01"), "{set:?}");
});

both!(who_may_set_it_and_how, |house| {
    let office = Office::open(&house).await;
    let mut units = UnitServiceClient::new(office.call());
    let bare = units.set_judge_by(v1::SetJudgeByRequest::default()).await.expect_err("nothing is said");
    assert_eq!(
        (bare.code(), fields(&bare)),
        (Code::InvalidArgument, ["effective_on", "judge_by", "name"].map(str::to_owned).to_vec())
    );
    let unknown = units.set_judge_by(judge("NONE", JudgeBy::Appointment, 17)).await.expect_err("no unit");
    assert_eq!(unknown.code(), Code::NotFound);
    for role in [v1::Role::Clerk, v1::Role::Officer, v1::Role::Head, v1::Role::Leader, v1::Role::Importer] {
        let mut others = UnitServiceClient::new(office.line.call(&office.line.key(&[role], "", "").await));
        let refused =
            others.set_judge_by(judge("A", JudgeBy::Appointment, 17)).await.expect_err("not theirs");
        assert_eq!(refused.code(), Code::PermissionDenied, "{role:?}");
    }
    let key = office.line.key(&[v1::Role::Coordinator], "", "A").await;
    let mut of_a = UnitServiceClient::new(office.line.call(&key));
    let beside = of_a.set_judge_by(judge("B", JudgeBy::Appointment, 17)).await.expect_err("beside it");
    assert_eq!(beside.code(), Code::NotFound);
    of_a.set_judge_by(judge("A1", JudgeBy::Appointment, 17)).await.expect("below its unit");

    let request_id = "01900000-0000-7000-8000-000000000001".to_owned();
    let once =
        v1::SetJudgeByRequest { request_id, etag: "1".to_owned(), ..judge("A", JudgeBy::Appointment, 17) };
    let first = units.set_judge_by(once.clone()).await.expect("set").into_inner();
    assert_eq!(units.set_judge_by(once.clone()).await.expect("the same answer").into_inner(), first);
    let other = v1::SetJudgeByRequest { effective_on: on(18), ..once };
    assert_eq!(units.set_judge_by(other).await.expect_err("another content").code(), Code::InvalidArgument);
    let stale = v1::SetJudgeByRequest { etag: "1".to_owned(), ..judge("A", JudgeBy::Statutory, 18) };
    assert_eq!(units.set_judge_by(stale).await.expect_err("a stale etag").code(), Code::Aborted);
    let ended = v1::AbolishUnitRequest { name: "units/A1".to_owned(), on: on(16), ..Default::default() };
    units.abolish_unit(ended).await.expect("it ends");
    let ended = units.set_judge_by(judge("A1", JudgeBy::Statutory, 18)).await.expect_err("it has ended");
    assert_eq!(refusal(&ended), (Code::FailedPrecondition, "UNIT_ENDED".to_owned()));
});

both!(dossiers_keep_the_setting_of_their_unit_and_day, |house| {
    let office = Office::open(&house).await;
    let mut units = UnitServiceClient::new(office.call());
    let promised = || Some(at("2024-05-30T10:00:00Z"));
    receive(&office, "OLD", "A1", promised()).await;
    office.register("REG").await;
    units.set_judge_by(judge("A", JudgeBy::Appointment, 17)).await.expect("set");
    office.set("2024-05-17T01:00:00Z");
    let new = receive(&office, "NEW", "A1", promised()).await;
    assert_eq!(
        (new.judge_by(), new.due_at, new.judged_due_at),
        (JudgeBy::Appointment, Some(at("2024-05-24T10:00:00Z")), promised())
    );
    assert_eq!(new.overdue_at, Some(at("2024-05-30T17:00:00Z")), "when the promised day is over");
    assert_eq!(new.promise_days, Some(6));
    receive(&office, "B", "B", promised()).await;
    // Accepted today: that is its receipt.
    assert_eq!(office.get("REG").await.judge_by(), JudgeBy::Statutory);
    assert_eq!(office.does("accept", "REG").await.judge_by(), JudgeBy::Appointment);
    // A correction of the unit brings the setting of that unit with it.
    let correct = |code: &str, fields: v1::DossierCorrection| v1::CorrectDossierRequest {
        name: format!("dossiers/{code}"),
        reason: "ghi nhầm".to_owned(),
        correction: Some(v1::correct_dossier_request::Correction::Fields(fields)),
        ..Default::default()
    };
    let moved = v1::DossierCorrection { unit: Some("units/A1".to_owned()), ..Default::default() };
    let moved = office.dossiers().correct_dossier(correct("B", moved)).await.expect("corrected").into_inner();
    assert_eq!(moved.dossier.map(|d| d.judge_by()), Some(JudgeBy::Appointment));
    let earlier =
        v1::DossierCorrection { received_at: Some(at("2024-05-16T01:00:00Z")), ..Default::default() };
    let earlier =
        office.dossiers().correct_dossier(correct("B", earlier)).await.expect("corrected").into_inner();
    assert_eq!(
        earlier.dossier.map(|d| d.judge_by()),
        Some(JudgeBy::Statutory),
        "on the day before the law judged"
    );

    office.set("2024-05-29T01:00:00Z");
    let overdue = list("overdue = true", "", 0, "");
    let overdue = office.dossiers().list_dossiers(overdue).await.expect("a page").into_inner().dossiers;
    let mut codes: Vec<&str> = overdue.iter().map(|d| d.code.as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["B", "OLD", "REG"], "REG by what its receipt promised, NEW isn't");
    for (code, expected) in [("OLD", Timeliness::Late), ("NEW", Timeliness::Early), ("REG", Timeliness::Late)]
    {
        assert_eq!(office.does("resolve", code).await.timeliness(), expected, "{code}");
    }
});

/// The counts of May and the codes behind one of them, page by page.
async fn may(office: &Office, figure: Figure) -> (v1::DossierFigures, Vec<String>) {
    let range = v1::DateRange { from_on: on(1), to_on: on(31) };
    let period = Some(v1::Period { choice: Some(v1::period::Choice::Range(range)) });
    let mut reports = ReportServiceClient::new(office.call());
    let ask = v1::SummarizePeriodRequest { period, ..Default::default() };
    let summary = reports.summarize_period(ask).await.expect("a summary").into_inner().summary.expect("one");
    assert!(summary.identities.iter().all(|identity| identity.holds), "{:?}", summary.identities);
    let ask = v1::ListFigureMembersRequest { figure: figure.into(), period, ..Default::default() };
    let page = reports.list_figure_members(ask).await.expect("members").into_inner();
    let mut codes: Vec<String> = page.members.into_iter().map(|member| member.dossier).collect();
    codes.sort();
    assert_eq!(page.total_size, i64::try_from(codes.len()).expect("few"));
    (summary.total.and_then(|row| row.dossiers).expect("counts"), codes)
}

both!(lateness_with_apology_and_late_records_are_told_apart, |house| {
    let office = Office::open(&house).await;
    for code in ["LATE", "SORRY", "SORRY2", "OPEN", "TOLD"] {
        receive(&office, code, "A", None).await;
    }
    // Due on the 23rd. A letter in time, one on the day after, and none.
    for code in ["SORRY", "OPEN"] {
        let done = office.does("reappoint", code).await;
        assert!(done.apologised && done.due_at == Some(at("2024-05-23T10:00:00Z")));
    }
    office.set("2024-05-24T01:00:00Z");
    assert!(!office.does("reappoint", "SORRY2").await.apologised, "too late");
    office.set("2024-05-27T01:00:00Z");
    for code in ["LATE", "SORRY", "SORRY2"] {
        assert_eq!(office.does("resolve", code).await.timeliness(), Timeliness::Late, "{code}");
    }
    let told = v1::ResolveDossierRequest {
        name: "dossiers/TOLD".to_owned(),
        outcome: v1::Outcome::Resolved.into(),
        occurred_at: Some(at("2024-05-23T01:00:00Z")),
        ..Default::default()
    };
    office.dossiers().resolve_dossier(told).await.expect("resolved");
    let (counts, late) = may(&office, Figure::ResolvedLateApologised).await;
    assert_eq!(
        (counts.resolved_late, counts.resolved_late_apologised, late),
        (3, 1, vec!["dossiers/SORRY".to_owned()])
    );
    let (counts, open) = may(&office, Figure::InProcessOverdueApologised).await;
    assert_eq!(
        (counts.in_process_overdue, counts.in_process_overdue_apologised),
        (1, 1),
        "no job has flagged it yet"
    );
    assert_eq!(open, ["dossiers/OPEN"]);
    let (counts, told) = may(&office, Figure::ResolvedLateRecorded).await;
    assert_eq!(
        (counts.resolved_on_time, counts.resolved_late_recorded, told),
        (1, 1, vec!["dossiers/TOLD".to_owned()])
    );
    for (filter, expected) in [
        ("timeliness = late AND apologised = true", vec!["SORRY"]),
        ("timeliness = late AND apologised = false", vec!["LATE", "SORRY2"]),
        ("overdue = true AND apologised = true", vec!["OPEN"]),
        ("late_recorded = true", vec!["TOLD"]),
    ] {
        let found =
            office.dossiers().list_dossiers(list(filter, "code", 0, "")).await.expect("a page").into_inner();
        let codes: Vec<&str> = found.dossiers.iter().map(|d| d.code.as_str()).collect();
        assert_eq!(codes, expected, "{filter}");
    }
});

both!(promise_and_law_are_explained_side_by_side, |house| {
    let office = Office::open(&house).await;
    receive(&office, "SAME", "A", None).await;
    receive(&office, "EARLY", "A1", Some(at("2024-05-21T10:00:00Z"))).await;
    receive(&office, "AFTER", "B", Some(at("2024-05-27T10:00:00Z"))).await;
    receive(&office, "STOPPED", "A", None).await;
    office.does("supplement", "STOPPED").await;
    office.set("2024-05-20T01:00:00Z");
    let resumed = office.does("resume", "STOPPED").await;
    assert_ne!(resumed.due_at, resumed.promised_at);
    let way = |days: Option<i32>| days.map_or("same", |days| if days < 0 { "earlier" } else { "later" });
    for (filter, expected) in [
        ("promise_way != \"same\"", vec![("AFTER", Some(4)), ("EARLY", Some(-2))]),
        ("promise_way = earlier AND unit = \"units/A\"", vec![("EARLY", Some(-2))]),
        ("promise_way = same", vec![("SAME", None), ("STOPPED", None)]),
    ] {
        let found =
            office.dossiers().list_dossiers(list(filter, "code", 0, "")).await.expect("a page").into_inner();
        let found: Vec<(&str, Option<i32>)> =
            found.dossiers.iter().map(|d| (d.code.as_str(), d.promise_days)).collect();
        assert_eq!(found, expected, "{filter}");
    }
    let refused = office.dossiers().list_dossiers(list("promise_way = sideways", "", 0, "")).await;
    assert_eq!(
        refusal(&refused.expect_err("no such way")),
        (Code::InvalidArgument, "UNKNOWN_WORD".to_owned())
    );

    let again = act(&office.call(), "reappoint", "STOPPED", "").await.expect("a letter");
    assert_eq!(
        (way(again.promise_days), again.promise_days),
        ("later", Some(10)),
        "from the 24th to the 3rd"
    );
    let ask = v1::ExplainDeadlineRequest {
        subject: Some(v1::explain_deadline_request::Subject::Dossier("dossiers/STOPPED".to_owned())),
    };
    let told =
        CalendarServiceClient::new(office.call()).explain_deadline(ask).await.expect("told").into_inner();
    let givers: Vec<PromiseGiver> = told.promises.iter().map(v1::Promise::giver).collect();
    assert_eq!(givers, [PromiseGiver::Computed, PromiseGiver::Reappointment]);
    assert_eq!(
        (told.promises[1].letter_number.as_str(), told.promises[1].actor_label.as_str()),
        ("01/XL", "test")
    );
    assert_eq!((told.promises[0].promised_at, told.promised_at), (told.receipt_due_at, again.promised_at));
    assert_eq!((told.judged_by(), told.judged_due_at), (JudgeBy::Statutory, again.due_at));
    assert_eq!(told.promise_days, Some(10));
    let last = |days: &[v1::TrailDay]| days.last().and_then(|day| day.day);
    assert_eq!((last(&told.receipt_days), last(&told.days)), (on(23), on(24)), "both trails, to their ends");
    let stopped =
        |days: &[v1::TrailDay]| days.iter().filter(|d| d.reason() == v1::DayReason::ClockStopped).count();
    assert!(stopped(&told.days) > 0 && stopped(&told.receipt_days) == 0);
});
