//! Mails that come back: reports of what became of ours (RFC 3464), from the directory into which the mail server puts
//! what is addressed to our sender. What a report says is recorded with its mail, and a failure is followed by what would
//! have followed had the first server said so. What a report's bytes mean is known by the post room.

mod following;
mod lying;

use std::path::PathBuf;

use chrono::{NaiveDate, TimeDelta};
use sha2::{Digest, Sha256};

use super::House;
use super::error::ServiceError;
use super::folders::Seen;
use super::operator::{self, Trouble};
use super::slots::{Claim, house_calendar};
use crate::mail::{self, Read};
use following::follow;
use lying::{Lying, Message};

/// Mails of one run; what is left waits for the next.
const MOST: usize = 1000;
/// Mails that a letter names.
const NAMED: usize = 5;
/// A file of a plain directory that is seen unchanged for so long is complete.
const SETTLE: TimeDelta = TimeDelta::seconds(60);

/// Where mails come back to.
#[derive(Debug, Clone)]
pub struct ReturnedMails {
    /// A Maildir, which has a directory `new`, or a directory of files.
    pub path: PathBuf,
    /// How the files of a plain directory were seen.
    pub seen: Seen,
}

/// What became of a mail that lay there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It says that a mail of ours came back, or is a copy of what said so.
    Returned,
    /// It says something else of a mail of ours.
    Reported,
    /// It is no report, or speaks of no mail of ours.
    Strange,
    /// It is no mail, or a report that lacks what makes it one.
    Broken(&'static str),
    /// Its mail is under way at this moment, or it is gone.
    Waits,
}

/// How many of them.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    returned: usize,
    reported: usize,
    strange: usize,
    broken: usize,
    waiting: usize,
}

/// Takes what lies complete there, under the fence of a slot. What is taken, or isn't ours, is put aside. A mail that can't
/// be read or moved doesn't keep others from being taken; the slot fails for it in the end.
pub async fn take(house: &House, claim: &Claim) -> Result<String, ServiceError> {
    let Some(place) = &house.settings.mail.returned else {
        return Ok("mail.returned không được đặt / mail.returned is not set".to_owned());
    };
    let rules = house.look(house.own_context(claim.job)).await?.rules.clone();
    let today = house_calendar(&rules).local_date(house.world.office.now());
    let lying = match lying::messages(place, house.world.lease.now()).await {
        Ok(lying) => lying,
        Err(error) => {
            operator::tell(house, claim, unreadable(place, &error.to_string(), today)).await?;
            return Err(ServiceError::Internal(format!("{}: {error}", place.path.display())));
        }
    };
    let mut count = Count { waiting: lying.waiting, ..Count::default() };
    let (mut broken, mut left) = (Vec::new(), Vec::new());
    for message in lying.complete.iter().take(MOST) {
        match one(house, claim, place, &lying, message).await {
            Ok(Fate::Broken(why)) => {
                count.broken += 1;
                broken.push(format!("{}: {why}", message.name));
            }
            Ok(Fate::Returned) => count.returned += 1,
            Ok(Fate::Reported) => count.reported += 1,
            Ok(Fate::Strange) => count.strange += 1,
            Ok(Fate::Waits) => count.waiting += 1,
            Err(Held::Service(error)) => return Err(error),
            Err(Held::File(error)) => left.push(format!("{}: {error}", message.name)),
        }
    }
    count.waiting += lying.complete.len().saturating_sub(MOST);
    if !broken.is_empty() {
        operator::tell(house, claim, unread(place, &lying, &broken, today)).await?;
    }
    let Count { returned, reported, strange, broken, waiting } = count;
    let note = format!(
        "{returned} thư bị trả lại, {reported} thư báo khác, {strange} thư không phải của hệ thống, {broken} thư hỏng, \
         {waiting} thư chờ / {returned} mails came back, {reported} other reports, {strange} of no mail of ours, \
         {broken} broken, {waiting} wait"
    );
    let Some(first) = left.first() else { return Ok(note) };
    operator::tell(house, claim, unreadable(place, first, today)).await?;
    Err(ServiceError::Internal(format!(
        "{note}; {}",
        left.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ")
    )))
}

/// Why a mail couldn't be taken.
enum Held {
    /// Nothing can be done now.
    Service(ServiceError),
    /// This one can't be read or moved.
    File(std::io::Error),
}

impl From<ServiceError> for Held {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

/// Takes one. It is moved last: as long as it lies there it is read again, and a report that was followed once has no
/// effect any more.
async fn one(
    house: &House,
    claim: &Claim,
    place: &ReturnedMails,
    lying: &Lying,
    message: &Message,
) -> Result<Fate, Held> {
    let Some(bytes) = lying::bytes(message).await.map_err(Held::File)? else { return Ok(Fate::Waits) };
    let hash = hex::encode(Sha256::digest(&bytes));
    let read = tokio::task::spawn_blocking(move || mail::read(&bytes)).await;
    // A reader that falls over a mail has read it.
    let fate = match read.unwrap_or(Read::Broken("its reader ended early")) {
        Read::Report(report) => Box::pin(follow(house, claim, &report, &hash)).await?,
        Read::Other => Fate::Strange,
        Read::Broken(why) => Fate::Broken(why),
    };
    if fate != Fate::Waits {
        let is_ours = matches!(fate, Fate::Returned | Fate::Reported);
        lying::put_aside(place, lying, message, is_ours).await.map_err(Held::File)?;
        tracing::info!(message = message.name, ?fate, "a mail that came to our sender was taken");
    }
    Ok(fate)
}

/// Some are no mails, or reports that can't be understood.
fn unread(place: &ReturnedMails, lying: &Lying, broken: &[String], today: NaiveDate) -> Trouble {
    let at = place.path.display();
    let mut details: Vec<String> = broken.iter().take(NAMED).cloned().collect();
    if broken.len() > NAMED {
        details.push(format!("… và {} thư khác.", broken.len() - NAMED));
    }
    details.push(format!("Các thư này nằm ở: {}", lying::aside(place, lying, false).display()));
    Trouble {
        key: format!("returned/{at}/broken/{today}"),
        headline: format!("{} thư trả về “{at}” không đọc được", broken.len()),
        details,
        mend: "mở các thư này bằng phần mềm thư; nếu là thư báo không gửi được thì xử lý bằng tay (`bonro mails`), các thư \
               hỏng khác trong hôm nay không báo nữa"
            .to_owned(),
    }
}

fn unreadable(place: &ReturnedMails, error: &str, today: NaiveDate) -> Trouble {
    let at = place.path.display();
    Trouble {
        key: format!("returned/{at}/{today}"),
        headline: format!("Không nhận được thư trả lại ở “{at}”"),
        details: vec![format!("{error}.")],
        mend: "kiểm tra mail.returned, và quyền đọc, ghi của Bonro ở đó; hệ thống tự nhận tiếp".to_owned(),
    }
}
