//! How the engines find notices: those of a mail or of some subjects by these, however many wait beside them.

use bonro::store::entity::notice;
use bonro::store::notices::{among, unattached};
use sea_orm::{EntityTrait as _, QueryFilter as _, QueryTrait as _};
use uuid::Uuid;

use crate::dossiers::plans::{explained, one_connection};
use crate::support::both;

both!(notices_are_found_by_whom_they_are_of_and_not_by_their_state, |house| {
    let database = one_connection(&house.url).await;
    let engine = database.get_database_backend();
    let ids: Vec<Uuid> = (1..=50).map(Uuid::from_u128).collect();
    for identity in [notice::Column::Id, notice::Column::OutboxId, notice::Column::SubjectId] {
        let found = notice::Entity::find().filter(among(identity, &ids, &["queued"])).build(engine);
        let plan = explained(&database, found).await;
        assert!(plan.contains("Index Cond") || plan.contains("SEARCH notice USING INDEX"), "{plan}");
        assert!(!plan.contains("ix_notice_state"), "{identity:?}:\n{plan}");
    }
    let waiting = among(notice::Column::Id, &ids, &["queued"]).add(unattached());
    let plan = explained(&database, notice::Entity::find().filter(waiting).build(engine)).await;
    assert!(plan.contains("Index Cond") || plan.contains("SEARCH notice USING INDEX"), "{plan}");
    assert!(!plan.contains("ix_notice_outbox_id") && !plan.contains("ix_notice_state"), "{plan}");
    database.close().await.expect("an idle connection closes");
});
