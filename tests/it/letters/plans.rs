//! How the engines find what is overdue in a unit's hands: among the open ones with a deadline, however many are closed.

use bonro::store::dossiers::overdue_in;
use bonro::store::entity::dossier;
use sea_orm::{EntityTrait as _, QueryFilter as _, QueryTrait as _};
use uuid::Uuid;

use crate::dossiers::plans::{explained, one_connection};
use crate::support::both;

both!(what_is_overdue_is_found_among_the_open_ones, |house| {
    let database = one_connection(&house.url).await;
    let engine = sea_orm::ConnectionTrait::get_database_backend(&database);
    let units: Vec<Uuid> = (1..=20).map(Uuid::from_u128).collect();
    let by = "2024-05-28T02:00:00Z".parse().expect("an instant");
    let plan =
        explained(&database, dossier::Entity::find().filter(overdue_in(&units, by)).build(engine)).await;
    assert!(plan.contains("ix_dossier_overdue_flagged_overdue_at_id"), "{plan}");
    assert!(plan.contains("Index Cond") || plan.contains("SEARCH dossier USING INDEX"), "{plan}");
    database.close().await.expect("an idle connection closes");
});
