//! Reports on schedule: made on their day, kept back while something is wrong with them, and whoever drafts them is told
//! what.

use bonro::domain::schedule::JobName;
use bonro::mail::{Language, OperatorNotice};
use bonro::service::House;
use bonro::service::jobs::{Asked, run};
use bonro::service::settings::OfficeSettings;
use bonro::store::entity::{figure_entry, outbox, slot, source};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _,
};
use uuid::Uuid;

use super::office::{Office, at};
use super::troubles::mailbox;
use crate::support::both;

const DRAFTER: &str = "tonghop@ducpho.example";

fn drafted(settings: &mut OfficeSettings) {
    settings.report.drafters = vec![mailbox(DRAFTER)];
}

/// What became of the period report's slot of a day at 07:30.
async fn morning(office: &Office, house: &House, day: &str) -> slot::Model {
    let slot_at = at(&format!("{day}T00:30:00Z"));
    office.clock.set(slot_at);
    office.lease.set(slot_at);
    run(house, JobName::ReportPeriod, slot_at, Asked::Schedule).await.expect("it runs").slot
}

/// The English half of its note, with how it ended.
fn said(slot: &slot::Model) -> (&str, &str) {
    let note = slot.note.as_deref().unwrap_or_default();
    (slot.state.as_str(), note.split_once(" / ").map_or(note, |(_, en)| en))
}

async fn mails(office: &Office, kind: &str) -> Vec<outbox::Model> {
    let rows = outbox::Entity::find().filter(outbox::Column::Kind.eq(kind));
    rows.order_by_asc(outbox::Column::CreatedAt).all(&office.tables).await.expect("mails are read")
}

/// What drafters were told.
async fn told(office: &Office) -> Vec<OperatorNotice> {
    let rows = mails(office, "operator_notice").await;
    assert!(rows.iter().all(|row| row.to_address == DRAFTER));
    rows.iter().map(|row| serde_json::from_str(&row.render_input).expect("a notice")).collect()
}

/// A source's newest file speaks up to an instant; `limit` is its own number of office hours.
async fn speaks(office: &Office, name: &str, until: &str, limit: Option<i32>) {
    let row = source::Model {
        name: name.to_owned(),
        watermark: Some(at(until)),
        import_id: None,
        stale_after_hours: limit,
        updated_at: at(until),
        version: 1,
    };
    source::Entity::delete_by_id(name).exec(&office.tables).await.expect("it is taken away");
    let new = row.into_active_model().reset_all();
    source::Entity::insert(new).exec_without_returning(&office.tables).await.expect("a source");
}

both!(a_report_is_made_on_the_working_day_that_was_set, |house| {
    let office = Office::open(&house.url).await;
    // A period that ended before the house began is nobody's; 14 June is a Friday.
    let early = office.told(51, |settings| settings.report.after = 1).await;
    let slot = morning(&office, &early, "2024-05-17").await;
    assert_eq!(
        said(&slot),
        (
            "done",
            "month 2024-04-15 to 2024-05-14: ended before the house began, not made; if it's wanted, \
             `bonro jobs run report_period`"
        )
    );
    let house = office.told(52, |settings| settings.report.after = 3).await;
    for day in ["2024-06-17", "2024-06-18"] {
        let slot = morning(&office, &house, day).await;
        assert_eq!(said(&slot), ("done", "month 2024-05-15 to 2024-06-14: is made on 2024-06-19"));
        assert!(slot.note.expect("a note").contains("sẽ lập ngày 19/6/2024"));
    }
    assert_eq!(mails(&office, "period_summary").await.len(), 0);
    let slot = morning(&office, &house, "2024-06-19").await;
    assert_eq!(slot.state, "done");
    assert!(said(&slot).1.starts_with("month 2024-05-15 to 2024-06-14: closed at "), "{slot:?}");
    for day in ["2024-06-20", "2024-07-12"] {
        let slot = morning(&office, &house, day).await;
        assert_eq!(said(&slot), ("done", "month 2024-05-15 to 2024-06-14: closed before, nothing sent"));
    }
    assert_eq!(mails(&office, "period_summary").await.len(), 1);
    // What the schedule looks at: mornings of working days.
    office.set("2024-06-24T03:00:00Z");
    let due = office.house.due_slots().await.expect("schedules are read");
    let days: Vec<String> = due
        .iter()
        .filter(|due| due.job == JobName::ReportPeriod)
        .map(|due| due.slot_at.format("%d %H:%M").to_string())
        .collect();
    assert!(days.contains(&"21 00:30".to_owned()) && !days.contains(&"22 00:30".to_owned()), "{days:?}");
});

both!(figures_that_do_not_add_up_stay_until_they_do, |house| {
    let office = Office::open(&house.url).await;
    let house = office.told(53, drafted).await;
    // A closing of nothing.
    let day = "2024-06-03".parse().expect("a date");
    let row = figure_entry::Model {
        seq: 0,
        subject_kind: "dossier".to_owned(),
        subject_id: Uuid::from_u128(0x99),
        effective_on: day,
        effective_month: "2024-06-01".parse().expect("a date"),
        unit_id: Uuid::from_u128(0x01),
        procedure_id: Uuid::nil(),
        fact: "closed:resolved:on_time:yes".to_owned(),
        quantity: 1,
        recorded_at: at("2024-06-03T03:00:00Z"),
    };
    let mut new = row.into_active_model().reset_all();
    new.seq = sea_orm::ActiveValue::NotSet;
    figure_entry::Entity::insert(new).exec(&office.tables).await.expect("a row is inserted");

    for day in ["2024-06-17", "2024-06-18"] {
        let slot = morning(&office, &house, day).await;
        assert_eq!(slot.state, "failed");
        assert!(slot.note.as_deref().is_some_and(|note| note.contains("add up")), "{slot:?}");
    }
    assert_eq!(mails(&office, "period_summary").await.len(), 0);
    let letters = told(&office).await;
    assert_eq!(letters.len(), 1, "once");
    insta::assert_snapshot!("report_kept_back", letters[0].render(Language::Vi).text);

    figure_entry::Entity::delete_many().exec(&office.tables).await.expect("the row is taken away");
    let slot = morning(&office, &house, "2024-06-19").await;
    assert_eq!(slot.state, "done");
    assert_eq!((mails(&office, "period_summary").await.len(), told(&office).await.len()), (1, 1));
});

both!(figures_wait_for_the_last_day_of_every_source_that_is_looked_after, |house| {
    let office = Office::open(&house.url).await;
    let house = office.told(54, drafted).await;
    // One is late, one is given up, one says all of the last day.
    speaks(&office, "iGate", "2024-06-12T16:00:00Z", None).await;
    speaks(&office, "phần mềm cũ", "2023-12-31T16:00:00Z", Some(0)).await;
    speaks(&office, "bưu chính", "2024-06-14T16:00:00Z", None).await;
    for day in ["2024-06-17", "2024-06-18"] {
        let slot = morning(&office, &house, day).await;
        assert_eq!(slot.state, "failed");
        let note = slot.note.expect("a note");
        assert!(note.contains("“iGate” up to 2024-06-12 23:00") && !note.contains("bưu"), "{note}");
    }
    let letters = told(&office).await;
    assert_eq!(letters.len(), 1);
    insta::assert_snapshot!("report_waits_for_a_source", letters[0].render(Language::Vi).text);
    // The next files come, still short of it, the last of them by an hour: the same reason. Then all is there.
    for (day, until) in [("2024-06-19", "2024-06-13T16:00:00Z"), ("2024-06-20", "2024-06-14T09:00:00Z")] {
        speaks(&office, "iGate", until, None).await;
        assert_eq!(morning(&office, &house, day).await.state, "failed");
    }
    assert_eq!(told(&office).await.len(), 1);
    speaks(&office, "iGate", "2024-06-14T16:00:00Z", None).await;
    assert_eq!(morning(&office, &house, "2024-06-21").await.state, "done");
    assert_eq!(mails(&office, "period_summary").await.len(), 1);
    // 14 July is a Sunday: what came on Friday evening is all there was.
    speaks(&office, "iGate", "2024-07-12T16:00:00Z", None).await;
    speaks(&office, "bưu chính", "2024-07-12T10:00:00Z", None).await;
    assert_eq!(morning(&office, &house, "2024-07-15").await.state, "done");
    assert_eq!((mails(&office, "period_summary").await.len(), told(&office).await.len()), (2, 1));
});

both!(a_report_that_was_kept_back_beyond_the_next_period_is_still_made, |house| {
    let office = Office::open(&house.url).await;
    let house = office.told(56, drafted).await;
    speaks(&office, "iGate", "2024-06-12T16:00:00Z", None).await;
    for day in ["2024-06-17", "2024-07-15"] {
        assert_eq!(morning(&office, &house, day).await.state, "failed");
    }
    assert_eq!(told(&office).await.len(), 2, "of each period");
    // The next file reaches beyond the first one's end only.
    speaks(&office, "iGate", "2024-07-01T16:00:00Z", None).await;
    let slot = morning(&office, &house, "2024-07-16").await;
    assert_eq!(slot.state, "failed", "the second waits on");
    let mails = mails(&office, "period_summary").await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].key.contains("2024-05-15_2024-06-14"), "{}", mails[0].key);
});

both!(a_range_that_is_not_over_is_no_trouble, |house| {
    use bonro::domain::period::Period;
    use bonro::service::settings::Closing;
    let office = Office::open(&house.url).await;
    let day = |text: &str| text.parse().expect("a date");
    let range = Period::new(day("2024-05-15"), day("2024-06-30")).expect("a period");
    let house = office.told(57, |settings| settings.report.closing = Closing::Fixed(range)).await;
    let slot = morning(&office, &house, "2024-06-17").await;
    assert_eq!(said(&slot), ("done", "the period isn't over"));
    office.set("2024-06-17T02:00:00Z");
    let by_hand = run(&house, JobName::ReportPeriod, at("2024-06-17T02:00:00Z"), Asked::ByHand).await;
    assert_eq!(by_hand.expect("it runs").slot.state, "failed", "whoever asks is told");
    let slot = morning(&office, &house, "2024-07-01").await;
    assert!(said(&slot).1.starts_with("range 2024-05-15 to 2024-06-30: closed at "), "{slot:?}");
    let slot = morning(&office, &house, "2024-07-02").await;
    assert_eq!(said(&slot).1, "range 2024-05-15 to 2024-06-30: closed before, nothing sent");
});

both!(whoever_cannot_wait_sends_what_there_is, |house| {
    let office = Office::open(&house.url).await;
    let house = office.told(55, drafted).await;
    speaks(&office, "iGate", "2024-06-12T16:00:00Z", None).await;
    office.set("2024-06-15T03:00:00Z");
    let ran = run(&house, JobName::ReportPeriod, at("2024-06-15T03:00:00Z"), Asked::ByHand).await;
    assert_eq!(ran.expect("it runs").slot.state, "done");
    assert_eq!((mails(&office, "period_summary").await.len(), told(&office).await.len()), (1, 0));
});
