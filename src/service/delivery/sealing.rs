//! The sealing of a mail: a digest is put together as of now, the mail is rendered, and the bytes are kept. No mail is
//! sealed for an address that isn't written to.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::super::House;
use super::super::error::ServiceError;
use super::super::reminders::{self, Moment};
use super::super::reports;
use super::super::suppressions::{self, SuppressionRow};
use super::super::troubles;
use super::{Fate, release};
use crate::domain::mail::Fault;
use crate::domain::trouble::TroubleKind;
use crate::mail::{
    ContributionMail, Language, Letter, Mailbox, OperatorNotice, Rendered, ReportMail, SummaryMail, Thread,
    seal,
};
use crate::store::Tx;
use crate::store::outbox::{self, Failure, Lease, MailRow};

/// A mail to an address that isn't written to is looked at again after so long, though nobody has lifted it.
const HELD_FOR: TimeDelta = TimeDelta::hours(1);

/// Dossiers whose threads a digest belongs to; one that speaks of more belongs to its reader's alone.
const THREADS: usize = 10;

/// Message-ID and bytes of a sealed mail, or the fate of one that isn't sent.
pub(super) type Sealed = Result<(String, Vec<u8>), Fate>;

/// The turn of a mail: it is still ours, for another lease, and has the bytes that go out, sealed now or before. It may have
/// waited for its turn beyond its lease; then nothing is written.
pub(super) async fn make_ready(
    house: &House,
    tx: &Tx,
    moment: &mut Option<Moment>,
    row: &MailRow,
    lease: &Lease,
) -> Result<Sealed, ServiceError> {
    if !outbox::hold(tx, lease, house.world.lease.now() + house.settings.jobs.lease).await? {
        return Ok(Err(Fate::Lost));
    }
    match (&row.message_id, &row.sealed) {
        (Some(message_id), Some(bytes)) => Ok(Ok((message_id.clone(), bytes.clone()))),
        (Some(_) | None, Some(_) | None) => seal_now(house, tx, moment, row, lease).await,
    }
}

/// Renders a mail, whose lease is held, as of now and keeps the bytes.
async fn seal_now(
    house: &House,
    tx: &Tx,
    moment: &mut Option<Moment>,
    row: &MailRow,
    lease: &Lease,
) -> Result<Sealed, ServiceError> {
    let kept_back = suppressions::standing_against(tx, &row.to_address, house.world.office.now()).await?;
    let mut dossiers = Vec::new();
    let rendered = match (kept_back, row.kind.as_str()) {
        (Some(held), _) => Err(Unsaid::NotTo(Box::new(held))),
        (None, "reminder_digest") => {
            let moment = match moment {
                Some(moment) => moment,
                none @ None => none.insert(Moment::read(house, tx).await?),
            };
            let composed = reminders::anew(house, tx, moment, row).await?;
            composed.ok_or(Unsaid::Empty).and_then(|composed| {
                dossiers = composed.dossiers;
                let mail = reminders::written(&composed.digest, Language::of(&row.language));
                mail.map_err(|e| Unsaid::Broken(e.to_string()))
            })
        }
        (None, "period_summary") => {
            parse::<SummaryMail>(row).map(|mail| mail.render(Language::of(&row.language)))
        }
        (None, "report") => match parse::<ReportMail>(row) {
            Ok(mail) => {
                let files = reports::enclosed(tx, &mail).await?;
                Ok(mail.render(files, Language::of(&row.language)))
            }
            Err(unsaid) => Err(unsaid),
        },
        (None, "contribution") => {
            parse::<ContributionMail>(row).map(|mail| mail.render(Language::of(&row.language)))
        }
        (None, "operator_notice") => {
            parse::<OperatorNotice>(row).map(|mail| mail.render(Language::of(&row.language)))
        }
        (None, other) => Err(Unsaid::Broken(format!("a mail of unknown kind {other}"))),
    };
    let mail = &house.settings.mail;
    let message_id = format!("<{}@{}>", row.id, mail.domain);
    let sealed = rendered.and_then(|rendered| {
        let thread = thread(row, &dossiers, &mail.domain);
        let letter = letter(
            row,
            rendered,
            message_id.clone(),
            thread,
            (&mail.from, &mail.domain),
            house.world.office.now(),
        );
        seal(&letter, mail.signing.as_deref()).map_err(|e| Unsaid::Broken(e.to_string()))
    });
    Ok(match sealed {
        Ok(bytes) => {
            let kept = outbox::seal(tx, lease, message_id.clone(), bytes.clone()).await?;
            if kept { Ok((message_id, bytes)) } else { Err(Fate::Lost) }
        }
        Err(Unsaid::Empty) => {
            let kept = outbox::cancel(tx, lease, "nothing to say any more".to_owned()).await?;
            Err(if kept { Fate::Cancelled } else { Fate::Lost })
        }
        Err(Unsaid::Broken(why)) => {
            let failure = Failure { fault: Fault::Message, text: why, unseal: false };
            let kept = outbox::bury(tx, lease, failure).await?;
            Err(if kept { Fate::Dead } else { Fate::Lost })
        }
        Err(Unsaid::NotTo(held)) if row.kind == "reminder_digest" => {
            release(tx, row.id).await?;
            let kept = outbox::cancel(tx, lease, suppressions::why(&held)).await?;
            Err(if kept { Fate::Cancelled } else { Fate::Lost })
        }
        Err(Unsaid::NotTo(held)) => {
            // Nobody writes it again: it waits until the address is written to, and whoever runs the system is told.
            let (now, why) = (house.world.office.now(), suppressions::why(&held));
            let left = held.until_at.map_or(HELD_FOR, |until| HELD_FOR.min(until - now));
            let kept = outbox::hold_back(tx, lease, house.world.lease.now() + left, why.clone()).await?;
            if kept && row.fault.as_deref() != Some(Fault::Recipient.as_str()) {
                troubles::note_of(house, tx, TroubleKind::MailAddress, &held.address, &why).await?;
            }
            Err(if kept { Fate::PutOff { unreachable: false } } else { Fate::Lost })
        }
    })
}

/// Why a mail can't be sealed.
enum Unsaid {
    /// Nothing of it is true any more.
    Empty,
    /// It will never be a mail.
    Broken(String),
    /// Its address isn't written to.
    NotTo(Box<SuppressionRow>),
}

fn parse<T: serde::de::DeserializeOwned>(row: &MailRow) -> Result<T, Unsaid> {
    serde_json::from_str(&row.render_input)
        .map_err(|e| Unsaid::Broken(format!("the render input can't be read: {e}")))
}

fn letter(
    row: &MailRow,
    rendered: Rendered,
    message_id: String,
    thread: Option<Thread>,
    (from, domain): (&Mailbox, &str),
    date: DateTime<Utc>,
) -> Letter {
    let list = match row.kind.as_str() {
        "reminder_digest" => "reminders",
        "operator_notice" => "operations",
        _ => "reports",
    };
    Letter {
        message_id,
        from: from.clone(),
        to: Mailbox { name: String::new(), address: row.to_address.clone() },
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        attachments: rendered.attachments,
        date,
        list_id: Some(format!("<{list}.{domain}>")),
        thread,
    }
}

/// What mails that belong together share: the digests of one person, those of a dossier, and the beginning and end of one
/// trouble. A digest of one dossier answers that dossier's root: there its reader finds what was said of it before.
fn thread(row: &MailRow, dossiers: &[Uuid], domain: &str) -> Option<Thread> {
    let root = |of: String| format!("<{of}@{domain}>");
    if row.kind == "reminder_digest" {
        let person = root(format!("reminders.{}", row.recipient_official_id?));
        let few = if dossiers.len() <= THREADS { dossiers } else { &[] };
        let mut refers_to = vec![person.clone()];
        refers_to.extend(few.iter().map(|dossier| root(format!("dossier.{dossier}"))));
        let answers = if let ([_], Some(one)) = (few, refers_to.last()) { one.clone() } else { person };
        return Some(Thread { answers, refers_to });
    }
    let mut parts = row.key.split('/');
    let (kind, trouble) = (parts.next()?, parts.next()?);
    let plain = trouble.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let answers = (kind == "trouble" && plain).then(|| root(format!("trouble.{trouble}")))?;
    Some(Thread { refers_to: vec![answers.clone()], answers })
}
