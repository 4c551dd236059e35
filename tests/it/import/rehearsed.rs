//! A dry run says of every row, batch after batch, what the import then does, and the archive is only read meanwhile.

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs};
use bonro::domain::permission::Scope;
use bonro::domain::record::{
    CalendarDayRecord, CalendarRecord, DossierRecord, ImportRow, OfficialRecord, PaymentRecord,
    PetitionRecord, Record, SurveyRecord, TaskRecord, UnitRecord,
};
use bonro::service::imports::{RowOutcome, Start};
use bonro::service::landing::LandedResult;
use uuid::Uuid;

use crate::records::town::{Town, at, day, procedure};
use crate::support::both;

/// Rows of a batch: small, so that most references lead to another batch.
const BATCH: usize = 7;

fn unit(code: &str, parent: &str) -> Record {
    Record::Unit(UnitRecord {
        code: code.into(),
        parent_code: parent.into(),
        kind: "commune".into(),
        name: format!("Phường {code}"),
        valid_from: None,
    })
}

fn official(code: &str, unit: &str) -> Record {
    Record::Official(OfficialRecord {
        code: code.into(),
        unit_code: unit.into(),
        full_name: format!("Cán bộ {code}"),
        role: "officer".into(),
        email: String::new(),
    })
}

fn calendar(name: &str) -> Record {
    let day_off = CalendarDayRecord {
        day: Some(day("2024-05-10")),
        kind: "day_off".into(),
        name: name.into(),
        ..CalendarDayRecord::default()
    };
    Record::Calendar(CalendarRecord {
        time_zone: "Asia/Ho_Chi_Minh".into(),
        working_weekdays: vec![1, 2, 3, 4, 5],
        office_hours: vec![("07:00".into(), "11:30".into()), ("13:30".into(), "17:00".into())],
        same_day_cutoff: "15:00".into(),
        first_year: Some(2023),
        last_year: Some(2024),
        days: vec![day_off],
        ..CalendarRecord::default()
    })
}

fn dossier(code: &str, unit: &str, holder: &str) -> DossierRecord {
    DossierRecord {
        code: code.into(),
        procedure_code: "d5".into(),
        unit_code: unit.into(),
        channel: Some(Channel::Counter),
        applicant_kind: Some(ApplicantKind::Person),
        received_at: Some(at("2024-05-06T02:00:00Z")),
        officer_code: holder.into(),
        ..DossierRecord::default()
    }
}

fn boxed(record: DossierRecord) -> Record {
    Record::Dossier(Box::new(record))
}

/// What another system says: first of some, then of more and of the same otherwise.
fn said(later: bool) -> Vec<Record> {
    let mut rows = vec![calendar(if later { "Nghỉ bù" } else { "Nghỉ" }), procedure()];
    rows.extend((0..9).map(|n| unit(&format!("N{n}"), if n == 0 { "UB" } else { "N0" })));
    rows.extend((0..9).map(|n| official(&format!("N{n}-01"), &format!("N{n}"))));
    for n in 0..30 {
        let (unit, holder) = (format!("N{}", n % 9), format!("N{}-01", n % 9));
        let record = dossier(&format!("H-{n:02}"), &unit, &holder);
        let closed = later && n % 3 == 0;
        rows.push(boxed(DossierRecord {
            closed_at: closed.then(|| at("2024-05-09T02:00:00Z")),
            outcome: closed.then_some(ClosedAs::Resolved),
            ..record
        }));
    }
    if later {
        // Known from another batch of the same import, and said otherwise; of nobody's unit; before its receipt.
        rows.push(boxed(DossierRecord { channel: Some(Channel::Post), ..dossier("H-01", "N1", "N1-01") }));
        rows.push(boxed(dossier("H-90", "N9", "")));
        rows.push(boxed(DossierRecord {
            closed_at: Some(at("2024-05-01T02:00:00Z")),
            outcome: Some(ClosedAs::Resolved),
            ..dossier("H-91", "N1", "")
        }));
        rows.push(boxed(dossier("H-02\0", "N1", "")));
    }
    rows.push(Record::Task(TaskRecord {
        code: "NV-1".into(),
        title: "Báo cáo".into(),
        assigned_on: Some(day("2024-05-02")),
        lead_unit_code: "N3".into(),
        responsible_official: "N3-01".into(),
        due_on: Some(day(if later { "2024-05-14" } else { "2024-05-13" })),
        ..TaskRecord::default()
    }));
    rows.push(Record::Petition(PetitionRecord {
        code: "PA-1".into(),
        unit_code: "N4".into(),
        received_at: Some(at("2024-05-03T02:00:00Z")),
        answered_at: later.then(|| at("2024-05-08T02:00:00Z")),
        channel: "portal".into(),
        kind: "behaviour".into(),
        ..PetitionRecord::default()
    }));
    rows.push(Record::Survey(SurveyRecord {
        code: "DG-1".into(),
        unit_code: "N5".into(),
        rated_at: Some(at("2024-05-03T02:00:00Z")),
        rating: if later { "satisfied" } else { "very_satisfied" }.into(),
    }));
    rows.push(Record::Payment(PaymentRecord {
        code: "TT-1".into(),
        unit_code: "N6".into(),
        paid_at: Some(at("2024-05-03T02:00:00Z")),
        kind: "fee".into(),
        amount_vnd: if later { 50_000 } else { 20_000 },
        online: true,
        dossier_code: "H-06".into(),
    }));
    rows
}

fn batches(records: Vec<Record>) -> Vec<(i64, Vec<ImportRow>)> {
    let rows: Vec<ImportRow> =
        (1..).zip(records).map(|(line, record)| ImportRow { file: "f.csv".into(), line, record }).collect();
    let numbers = (1..).step_by(BATCH);
    numbers.zip(rows.chunks(BATCH).map(<[ImportRow]>::to_vec)).collect()
}

/// What outcomes say, but for the identities that are drawn.
fn told(outcomes: Vec<RowOutcome>) -> Vec<String> {
    let text = |o: RowOutcome| {
        let landed = o.landed;
        format!(
            "{} {:?} {} {:?} {:?} {} {:?}",
            o.row, o.kind, o.code, landed.result, landed.due_at, landed.provisional, landed.problems
        )
    };
    outcomes.into_iter().map(text).collect()
}

async fn rehearsed(town: &Town, id: Uuid, records: Vec<Record>) -> Vec<String> {
    let start =
        Start { import_id: id, source: "one-stop".into(), kind: "partial".into(), ..Start::default() };
    let context = || town.context(Scope::All);
    let mut run = town.house.rehearse(context(), &start).await.expect("a dry run begins");
    let mut outcomes = Vec::new();
    for (first, rows) in batches(records) {
        let last = first + i64::try_from(rows.len()).expect("few rows") - 1;
        let (some, checked) = run.batch(&town.house, context(), first, rows).await.expect("it is answered");
        assert_eq!(checked, last);
        outcomes.extend(some);
    }
    told(outcomes)
}

async fn imported(town: &Town, id: Uuid, records: Vec<Record>) -> Vec<RowOutcome> {
    let start =
        Start { import_id: id, source: "one-stop".into(), kind: "partial".into(), ..Start::default() };
    let context = || town.context(Scope::All);
    town.house.start_import(context(), &start).await.expect("an import begins");
    let mut outcomes = Vec::new();
    for (first, rows) in batches(records) {
        outcomes.extend(town.house.import_batch(context(), &start, first, rows).await.expect("it lands").0);
    }
    town.house.finish_import(context(), &start).await.expect("it ends");
    outcomes
}

fn results(outcomes: &[RowOutcome]) -> [usize; 4] {
    use LandedResult::{Changed, Landed, Refused, Unchanged};
    [Landed, Changed, Unchanged, Refused]
        .map(|result| outcomes.iter().filter(|o| o.landed.result == result).count())
}

both!(a_dry_run_says_what_the_import_then_does, |house| {
    let town = Town::open(&house.url).await;
    let id = |n: u128| Uuid::from_u128(n);
    for (number, later, expected) in [(1, false, [53, 1, 0, 0]), (2, true, [0, 16, 39, 3])] {
        // Somebody else writes all the while: nobody waits for the other.
        let writer = town.work().await;
        let dry = rehearsed(&town, id(number), said(later)).await;
        drop(writer);
        let look = town.house.look(town.context(Scope::All)).await.expect("a look");
        let kept = bonro::store::imports::find(&look.door, id(number)).await.expect("imports are read");
        assert!(kept.is_none(), "a dry run leaves nothing: {kept:?}");
        drop(look);

        let outcomes = imported(&town, id(number), said(later)).await;
        assert_eq!(results(&outcomes), expected, "{outcomes:#?}");
        assert_eq!(dry, told(outcomes), "later: {later}");
    }
    // Known all of it, but for what is refused each time and the dossier that stands twice.
    let dry = rehearsed(&town, id(3), said(true)).await;
    let outcomes = imported(&town, id(3), said(true)).await;
    assert_eq!(dry, told(outcomes));
});
