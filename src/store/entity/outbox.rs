//! The table `outbox`.

use sea_orm::entity::prelude::*;

/// A mail to be sent, written in the transaction of what causes it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Names its cause: the same cause makes one mail.
    pub key: String,
    pub kind: String,
    pub recipient_official_id: Option<Uuid>,
    pub to_address: String,
    /// `vi` or `en`.
    pub language: String,
    /// JSON; never an applicant's data.
    pub render_input: String,
    /// `queued`, `leased`, `sent`, `dead` or `cancelled`.
    pub state: String,
    pub attempt: i32,
    pub not_before: DateTimeUtc,
    pub leased_by: Option<String>,
    pub leased_until: Option<DateTimeUtc>,
    /// The bytes that go out are kept in `sealed_mail`.
    pub is_sealed: bool,
    /// Those bytes, where somebody asked for them: no column of this table.
    #[sea_orm(ignore)]
    pub sealed: Option<Vec<u8>>,
    pub message_id: Option<String>,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
    /// Whose fault it is that the last attempt failed: `temporary`, `recipient`, `message` or `configuration`.
    pub fault: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
