//! The sample's figures, day by day, unit by unit and procedure by procedure, against a recount of its events.

use std::sync::Arc;

use bonro::domain::dossier::Rulebook;
use bonro::domain::permission::{Caller, Scope};
use bonro::grpc::Front;
use bonro::pb::v1::Breakdown;
use bonro::service::{Context, House};
use bonro::store::entity::event;
use bonro::store::{Pool, Store};
use bonro::world::{Clock as _, Entropy, StandingClock, World};
use sea_orm::{ColumnTrait as _, Database, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use super::hold::{Desk, every_day, named, summary, town_calendar, whole_period};
use super::recount::Life;
use super::tables::FIGURES;
use crate::records::town::{at, day};

/// Events that move no figure here: most of them, and nothing but time to read.
const IDLE: [&str; 4] = ["handed_over", "started", "returned", "digitised"];

async fn lives(url: &str, book: &Rulebook) -> Vec<Life> {
    let tables = Database::connect(url).await.expect("the demo's database opens");
    let events = event::Entity::find()
        .filter(event::Column::SubjectKind.eq("dossier"))
        .filter(event::Column::Kind.is_not_in(IDLE))
        .order_by_asc(event::Column::SubjectId)
        .order_by_asc(event::Column::Number)
        .all(&tables)
        .await
        .expect("events are read");
    tables.close().await.expect("an idle connection closes");
    let told = events.chunk_by(|a, b| a.subject_id == b.subject_id);
    told.map(|told| Life::read(told, book, None).expect("the sample's are all received")).collect()
}

/// Recounts the database that the demo left at `url`, its clock standing where the demo's stood.
pub async fn recount(url: &str) {
    let clock = Arc::new(StandingClock::at(at("2024-05-16T00:15:00Z")));
    let world = World { office: clock.clone(), lease: clock.clone(), entropy: Arc::new(Entropy::seeded(7)) };
    let house =
        House::new(Store::connect(url, Pool::default()).await.expect("the demo's database opens"), world);
    let front = Front::new(house, None).await.expect("the contract has rights");
    let caller = Caller {
        label: "test".into(),
        key_id: Uuid::nil(),
        official_id: None,
        unit_id: None,
        roles: vec![],
        language: "en".into(),
    };
    let context = Context { caller, scope: Scope::All, rpc: "test".into(), now: clock.now() };
    let desk = Desk { front, context };
    let look = desk.look().await;
    let lives = lives(url, &look.rules.book).await;
    assert_eq!(lives.len(), 24_580);
    let town = town_calendar(&look.rules);
    let first = lives.iter().map(|life| life.days(&town).0).min().expect("there are some");
    let today = town.local_date(look.context.now);
    let days = every_day(&look, &lives, (first, today)).await;
    let cells: usize = days.values().map(|table| table.len() * FIGURES.len()).sum();
    assert!(cells > 700_000, "{cells}");

    for (on, truth) in days.iter().step_by(14) {
        // The demo has flagged all that is overdue, so the ledger says all.
        for breakdown in [Breakdown::Unit, Breakdown::Procedure] {
            let (said, _) = summary(&desk, (*on, *on), "", breakdown, None).await;
            assert_eq!(said, named(&look.rules, truth, breakdown), "the summary (left) of {on}");
        }
    }
    // A month of the decree, one of the calendar, a part, and the whole.
    for (from, to) in [
        ("2023-12-15", "2024-01-14"),
        ("2024-01-01", "2024-01-31"),
        ("2024-02-01", "2024-05-15"),
        ("2023-12-15", "2024-05-15"),
    ] {
        let table = whole_period(&desk, &look, &lives, (day(from), day(to))).await;
        assert!(!table.is_empty());
    }
    drop(look);
    desk.front.house.store.close().await.expect("idle connections close");
}
