//! Notices and what became of them, as a test looks at them: read from the tables, not through the house.

use std::collections::HashMap;
use std::ops::Deref;

use bonro::store::entity::{notice, outbox};
use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, EntityTrait as _, QueryOrder as _};
use uuid::Uuid;

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// As it stands in the ledger.
    pub notice: notice::Model,
    /// `queued`, `sent` or `suppressed`.
    pub state: String,
    /// When its mail was.
    pub sent_at: Option<DateTime<Utc>>,
}

impl Deref for Told {
    type Target = notice::Model;

    fn deref(&self) -> &notice::Model {
        &self.notice
    }
}

/// All notices, in the order of falling due.
pub async fn told(tables: &DatabaseConnection) -> Vec<Told> {
    let mails = outbox::Entity::find().all(tables).await.expect("mails are read");
    let sent: HashMap<Uuid, Option<DateTime<Utc>>> =
        mails.into_iter().filter(|mail| mail.state == "sent").map(|mail| (mail.id, mail.sent_at)).collect();
    let notices = notice::Entity::find()
        .order_by_asc(notice::Column::FellDueAt)
        .order_by_asc(notice::Column::SubjectCode)
        .order_by_asc(notice::Column::Role)
        .order_by_asc(notice::Column::Step)
        .order_by_asc(notice::Column::Id)
        .all(tables)
        .await
        .expect("the ledger is read");
    let told = |notice: notice::Model| {
        let sent = notice.outbox_id.and_then(|mail| sent.get(&mail).copied());
        let (state, sent_at) = match (&notice.why, sent) {
            (Some(_), _) => ("suppressed", None),
            (None, Some(at)) => ("sent", at),
            (None, None) => ("queued", None),
        };
        Told { notice, state: state.to_owned(), sent_at }
    };
    notices.into_iter().map(told).collect()
}
