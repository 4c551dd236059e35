//! How the engines find notices: those of a mail or of some subjects by these, however many wait beside them. And how
//! they find mails by their address, and the history of one.

use bonro::store::entity::{mail_attempt, notice, outbox};
use bonro::store::notices::{unattached, waiting_among};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _,
};
use uuid::Uuid;

use crate::dossiers::plans::{explained, one_connection};
use crate::support::both;

both!(notices_are_found_by_whom_they_are_of_and_not_by_their_state, |house| {
    let database = one_connection(&house.url).await;
    let engine = database.get_database_backend();
    let ids: Vec<Uuid> = (1..=50).map(Uuid::from_u128).collect();
    for identity in [notice::Column::Id, notice::Column::OutboxId, notice::Column::SubjectId] {
        let said = Condition::all().add(identity.is_in(ids.clone())).add(notice::Column::Why.is_null());
        let found = notice::Entity::find().filter(said).build(engine);
        let plan = explained(&database, found).await;
        assert!(plan.contains("Index Cond") || plan.contains("SEARCH notice USING INDEX"), "{plan}");
        assert!(!plan.contains("ix_notice_waiting"), "{identity:?}:\n{plan}");
    }
    let found = notice::Entity::find().filter(waiting_among(&ids));
    let plan = explained(&database, found.build(engine)).await;
    assert!(plan.contains("Index Cond") || plan.contains("SEARCH notice USING INDEX"), "{plan}");
    assert!(!plan.contains("ix_notice_outbox_id") && !plan.contains("ix_notice_waiting"), "{plan}");
    let waiting = notice::Entity::find()
        .filter(unattached())
        .order_by_asc(notice::Column::FellDueAt)
        .order_by_asc(notice::Column::Id);
    let plan = explained(&database, waiting.build(engine)).await;
    assert!(plan.contains("ix_notice_waiting"), "{plan}");
    database.close().await.expect("an idle connection closes");
});

both!(mails_to_an_address_and_the_history_of_one_are_found_by_an_index, |house| {
    let database = one_connection(&house.url).await;
    let engine = database.get_database_backend();
    let newest = outbox::Entity::find()
        .filter(outbox::Column::ToAddress.eq("a@b.example"))
        .filter(outbox::Column::State.ne("cancelled"))
        .order_by_desc(outbox::Column::CreatedAt)
        .order_by_desc(outbox::Column::Id);
    let history = mail_attempt::Entity::find()
        .filter(mail_attempt::Column::OutboxId.eq(Uuid::from_u128(1)))
        .order_by_desc(mail_attempt::Column::TriedAt)
        .order_by_desc(mail_attempt::Column::Id);
    for (found, index) in [
        (newest.build(engine), "ix_outbox_to_address_created_at_id"),
        (history.build(engine), "ix_mail_attempt_outbox_id_tried_at_id"),
    ] {
        let plan = explained(&database, found).await;
        assert!(plan.contains(index), "{plan}");
    }
    database.close().await.expect("an idle connection closes");
});
