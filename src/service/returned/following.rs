//! What follows from a report: it goes on record with its mail, once. A mail that came back is a dead letter, what it said
//! comes in another one, and the fault is held against its address or told.

use sha2::{Digest as _, Sha256};

use super::super::House;
use super::super::delivery::release;
use super::super::error::ServiceError;
use super::super::slots::Claim;
use super::super::{suppressions, troubles};
use super::Fate;
use crate::domain::mail::{Fault, Outcome, folded};
use crate::domain::trouble::TroubleKind;
use crate::mail::{RecipientReport, Report};
use crate::store::Tx;
use crate::store::mail_attempts::{self, AttemptRow};
use crate::store::outbox::{self, Failure, MailRow};

/// Follows a report, whose bytes have this hash.
pub(super) async fn follow(
    house: &House,
    claim: &Claim,
    report: &Report,
    hash: &str,
) -> Result<Fate, ServiceError> {
    let Some(message_id) = &report.message_id else { return Ok(Fate::Strange) };
    let work = house.batch(claim).await?;
    let Some(mail) = outbox::hold_message(&work.tx, message_id).await? else { return Ok(Fate::Strange) };
    if mail.state == "leased" {
        // Whoever sends it will say that it left; the report is followed after that.
        return Ok(Fate::Waits);
    }
    let Some(Said { of, is_ours }) = said_of(report, &mail.to_address) else { return Ok(Fate::Strange) };
    let now = work.now();
    let failure = of.failure();
    let returned = failure.as_ref().filter(|_| is_ours);
    let row = AttemptRow {
        id: work.new_id(),
        outbox_id: mail.id,
        number: mail.attempt,
        tried_at: now,
        outcome: if returned.is_some() { Outcome::Returned } else { Outcome::Reported }.as_str().to_owned(),
        fault: failure.as_ref().map(|failure| failure.fault().as_str().to_owned()),
        code: of.code().map(i32::from),
        status: of.status.map(|status| status.to_string()),
        reply: of.text(),
        worker: house.instance.to_string(),
        // The same report comes with other bytes where it went over another server.
        report: Some(
            report.own_id.as_ref().map_or_else(|| hash.to_owned(), |id| hex::encode(Sha256::digest(id))),
        ),
    };
    let fate = if returned.is_some() { Fate::Returned } else { Fate::Reported };
    if !mail_attempts::enter(&work.tx, row).await? {
        return Ok(fate);
    }
    let kind = mail.kind.clone();
    match (failure, is_ours) {
        // What was given up or dropped meanwhile stays as it is.
        (Some(failure), true) if matches!(mail.state.as_str(), "sent" | "queued") => {
            let fault = failure.fault();
            bury(&work.tx, &mail, fault, failure.to_string()).await?;
            let (address, left) = (mail.to_address.as_str(), mail.sent_at.unwrap_or(now));
            suppressions::hold_against(house, &work.tx, claim.job, address, &failure, left).await?;
        }
        (Some(failure), false) => {
            // Behind the address others may have it: it isn't said again, and the address isn't to blame.
            let why = failure.to_string();
            troubles::note_of(house, &work.tx, TroubleKind::MailSetup, &mail.to_address, &why).await?;
        }
        (Some(_) | None, _) => {}
    }
    work.finish(&[]).await?;
    house.meter.mail(&kind, if fate == Fate::Returned { "returned" } else { "reported" });
    Ok(fate)
}

/// A report's word on a mail.
struct Said<'r> {
    of: &'r RecipientReport,
    /// It speaks of the address that the mail was sent to, not of one behind it.
    is_ours: bool,
}

/// The gravest of what a report says of an address, or, where it doesn't name it, of those behind it.
fn said_of<'r>(report: &'r Report, address: &str) -> Option<Said<'r>> {
    let address = folded(address);
    let names_it = |of: &&RecipientReport| of.addresses.iter().any(|named| folded(named) == address);
    let gravest = |of: &&RecipientReport| of.action;
    let ours = report.recipients.iter().filter(names_it).max_by_key(gravest);
    let of = ours.or_else(|| report.recipients.iter().max_by_key(gravest))?;
    Some(Said { of, is_ours: ours.is_some() })
}

/// Makes a dead letter of a mail that came back. What its notices say wasn't heard: they come in another mail, unless it is
/// what they say that was refused.
async fn bury(tx: &Tx, mail: &MailRow, fault: Fault, why: String) -> Result<(), ServiceError> {
    let released = mail.kind == "reminder_digest" && fault != Fault::Message;
    let text = format!("it came back: {why}");
    outbox::bury_returned(tx, mail, Failure { fault, text, unseal: released }).await?;
    if released {
        release(tx, mail.id).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Action;

    fn of(addresses: &[&str], action: Action) -> RecipientReport {
        RecipientReport {
            addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
            action,
            status: None,
            diagnostic: String::new(),
        }
    }

    #[test]
    fn the_gravest_word_on_the_address_counts() {
        let read = |recipients: &[RecipientReport]| {
            let report = Report { own_id: None, message_id: None, recipients: recipients.to_vec() };
            said_of(&report, "YT-02@ducpho.example").map(|said| (said.of.action, said.is_ours))
        };
        let ours = |action| of(&["x@y.example", "yt-02@DucPho.example"], action);
        let other = |action| of(&["x@y.example"], action);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[ours(Action::Delayed), ours(Action::Failed)]), Some((Action::Failed, true)));
        assert_eq!(read(&[other(Action::Failed), ours(Action::Delivered)]), Some((Action::Delivered, true)));
        assert_eq!(read(&[other(Action::Relayed), other(Action::Failed)]), Some((Action::Failed, false)));
        assert_eq!(read(&[of(&[], Action::Failed)]), Some((Action::Failed, false)));
    }
}
