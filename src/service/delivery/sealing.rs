//! The sealing of a mail: a digest is put together as of now, the mail is rendered, and the bytes are kept. No mail is
//! sealed for an address that isn't written to.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::reminders::{self, Composed, Moment};
use super::super::reports;
use super::super::suppressions::{self, SuppressionRow};
use super::super::{House, OfficeSettings, troubles};
use super::drafting::Turn;
use super::{Fate, release};
use crate::domain::mail::{Fault, folded};
use crate::domain::trouble::TroubleKind;
use crate::mail::{
    Attachment, ContributionMail, Language, Letter, Mailbox, OperatorNotice, Rendered, ReportMail,
    SummaryMail, Thread, seal,
};
use crate::store::Tx;
use crate::store::outbox::{self, Failure, Lease, MailRow};

/// A mail to an address that isn't written to is looked at again after so long, though nobody has lifted it.
const HELD_FOR: TimeDelta = TimeDelta::hours(1);

/// Dossiers whose threads a digest belongs to; one that speaks of more belongs to its reader's alone.
const THREADS: usize = 10;

/// Message-ID and bytes of a sealed mail, or the fate of one that isn't sent.
pub(super) type Sealed = Result<(String, Vec<u8>), Fate>;

/// The turns of mails: each is still ours, for another lease, and has the bytes that go out, sealed now or before. It may
/// have waited for its turn beyond its lease; then nothing is written.
pub(super) async fn make_ready(house: &House, tx: &Tx, turns: &[&Turn]) -> Result<Vec<Sealed>, ServiceError> {
    let (now, until) = (house.world.office.now(), house.world.lease.now() + house.settings.jobs.lease);
    let unsealed = turns.iter().filter(|turn| !turn.row.is_sealed);
    let addresses: Vec<String> = unsealed.map(|turn| folded(&turn.row.to_address)).collect();
    let kept_back = suppressions::standing_against(tx, &addresses, now).await?;
    let (mut all, mut moment) = (Vec::with_capacity(turns.len()), None);
    for Turn { row, lease, draft } in turns {
        let against = kept_back.get(&folded(&row.to_address));
        all.push(match draft {
            _ if row.is_sealed => {
                let ours = outbox::hold(tx, lease, until).await?;
                if ours { Ok(sealed_before(tx, row).await?) } else { Err(Fate::Lost) }
            }
            Some(draft) if against.is_none() => {
                let message_id = message_id(row, &house.settings.mail.domain);
                let ours = outbox::seal(tx, lease, until, message_id.clone()).await?;
                if ours { Ok((message_id, draft.bytes.clone())) } else { Err(Fate::Lost) }
            }
            _ if !outbox::hold(tx, lease, until).await? => Err(Fate::Lost),
            _ => Box::pin(seal_now(house, tx, &mut moment, (row, lease), against.cloned())).await?,
        });
    }
    let sealed = turns.iter().zip(&all).filter(|(turn, _)| !turn.row.is_sealed);
    let bytes = sealed.filter_map(|(turn, ready)| Some((turn.row.id, ready.as_ref().ok()?.1.clone())));
    outbox::keep_bytes(tx, bytes.collect()).await?;
    Ok(all)
}

/// What was sealed before.
async fn sealed_before(tx: &Tx, row: &MailRow) -> Result<(String, Vec<u8>), ServiceError> {
    let bytes = match &row.sealed {
        Some(bytes) => Some(bytes.clone()),
        None => outbox::sealed_bytes(tx, &[row.id]).await?.remove(&row.id),
    };
    let lost = || ServiceError::Internal(format!("the bytes of mail {} are gone", row.id));
    row.message_id.clone().zip(bytes).ok_or_else(lost)
}

fn message_id(row: &MailRow, domain: &str) -> String {
    format!("<{}@{domain}>", row.id)
}

/// Renders a mail, whose lease is held, as of now, and seals it.
async fn seal_now(
    house: &House,
    tx: &Tx,
    moment: &mut Option<Moment>,
    (row, lease): (&MailRow, &Lease),
    kept_back: Option<SuppressionRow>,
) -> Result<Sealed, ServiceError> {
    let (mut composed, mut files) = (Ok(None), Vec::new());
    if let Some(held) = kept_back {
        composed = Err(Unsaid::NotTo(Box::new(held)));
    } else if row.kind == "reminder_digest" {
        let moment = match moment {
            Some(moment) => moment,
            none @ None => none.insert(Moment::read(house, tx).await?),
        };
        let anew = reminders::anew(house, tx, moment, &[row]).await?.pop();
        let (found, left) = anew.unwrap_or_default();
        left.write(tx, row.id).await?;
        composed = found.map(Some).ok_or(Unsaid::Empty);
    } else if row.kind == "report"
        && let Ok(mail) = parse::<ReportMail>(row)
    {
        files = reports::enclosed(tx, &mail).await?;
    }
    let now = house.world.office.now();
    let bytes = composed.and_then(|composed| {
        words(row, composed.as_ref(), files).and_then(|said| sealed(&house.settings, row, said, now))
    });
    Ok(match bytes {
        Ok(bytes) => {
            let (message_id, until) = (
                message_id(row, &house.settings.mail.domain),
                house.world.lease.now() + house.settings.jobs.lease,
            );
            let kept = outbox::seal(tx, lease, until, message_id.clone()).await?;
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
            let why = suppressions::why(&held);
            let left = held.until_at.map_or(HELD_FOR, |until| HELD_FOR.min(until - now));
            let kept = outbox::hold_back(tx, lease, house.world.lease.now() + left, why.clone()).await?;
            if kept && row.fault.as_deref() != Some(Fault::Recipient.as_str()) {
                troubles::note_of(house, tx, TroubleKind::MailAddress, &held.address, &why).await?;
            }
            Err(if kept { Fate::PutOff { unreachable: false } } else { Fate::Lost })
        }
    })
}

/// What a mail says, with the dossiers that it speaks of. `composed`: of a digest what it says now; `files`: what is kept
/// elsewhere and enclosed.
pub(super) fn words(
    row: &MailRow,
    composed: Option<&Composed>,
    files: Vec<Attachment>,
) -> Result<(Rendered, Vec<Uuid>), Unsaid> {
    let language = Language::of(&row.language);
    let rendered = match (row.kind.as_str(), composed) {
        ("reminder_digest", Some(composed)) => {
            reminders::written(&composed.digest, language).map_err(|e| Unsaid::Broken(e.to_string()))?
        }
        ("period_summary", _) => parse::<SummaryMail>(row)?.render(language),
        ("report", _) => parse::<ReportMail>(row)?.render(files, language),
        ("contribution", _) => parse::<ContributionMail>(row)?.render(language),
        ("operator_notice", _) => parse::<OperatorNotice>(row)?.render(language),
        (other, _) => return Err(Unsaid::Broken(format!("a mail of unknown kind {other}"))),
    };
    Ok((rendered, composed.map(|composed| composed.dossiers.clone()).unwrap_or_default()))
}

/// The bytes of a mail that says that.
pub(super) fn sealed(
    settings: &OfficeSettings,
    row: &MailRow,
    (rendered, dossiers): (Rendered, Vec<Uuid>),
    now: DateTime<Utc>,
) -> Result<Vec<u8>, Unsaid> {
    let mail = &settings.mail;
    let message_id = message_id(row, &mail.domain);
    let thread = thread(row, &dossiers, &mail.domain);
    let letter = letter(row, rendered, message_id, thread, (&mail.from, &mail.domain), now);
    seal(&letter, mail.signing.as_deref()).map_err(|e| Unsaid::Broken(e.to_string()))
}

/// Why a mail can't be sealed.
pub(super) enum Unsaid {
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
