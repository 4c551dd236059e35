//! Letters to the one who runs the system: something needs a hand. Each trouble is told once, by its key; where
//! nobody is named to be told, the log says so.

use futures_util::future::BoxFuture;

use super::House;
use super::error::ServiceError;
use super::slots::{Claim, house_calendar};
use super::work::Work;
use crate::mail::{Mailbox, OperatorNotice};
use crate::store::outbox::{self, NewMail};

/// What needs a hand.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    /// Names it: the same again isn't told again.
    pub key: String,
    /// What happened, in one line.
    pub headline: String,
    /// Particulars, a line each.
    pub details: Vec<String>,
    /// What to do about it.
    pub mend: String,
}

/// Puts a letter in the outbox, under the fence of a slot.
pub(super) fn tell<'a>(
    house: &'a House,
    claim: &'a Claim,
    trouble: Trouble,
) -> BoxFuture<'a, Result<(), ServiceError>> {
    Box::pin(async move {
        let Some(operator) = &house.settings.mail.operator else {
            let (headline, details) = (trouble.headline, trouble.details.join(" "));
            tracing::warn!(headline, details, "mail.operator names nobody to be told");
            return Ok(());
        };
        let work = house.batch(claim).await?;
        enqueue(house, &work, operator, trouble).await?;
        work.finish(&[]).await
    })
}

/// Puts a letter to somebody in the outbox, in the transaction of what it tells of.
pub(super) async fn enqueue(
    house: &House,
    work: &Work,
    to: &Mailbox,
    trouble: Trouble,
) -> Result<(), ServiceError> {
    let Trouble { key, headline, details, mend } = trouble;
    let notice = OperatorNotice {
        headline,
        noticed_at: house_calendar(&work.rules).local(work.now()),
        house: house.settings.mail.domain.clone(),
        details,
        mend: Some(mend),
    };
    let mail = NewMail {
        id: work.new_id(),
        key,
        kind: "operator_notice",
        recipient_official_id: None,
        to_address: to.address.clone(),
        language: "vi".to_owned(),
        render_input: serde_json::to_string(&notice).map_err(|e| ServiceError::Internal(e.to_string()))?,
        not_before: house.world.lease.now(),
        created_at: work.now(),
    };
    outbox::enqueue(&work.tx, mail).await?;
    Ok(())
}
