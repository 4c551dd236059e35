//! A digest put together when its mail is sealed: it may have waited for days, and says what is true now, to the one who
//! is to hear it now. What isn't said waits for the next run, or has its reason in the ledger.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::{House, Rules};
use super::deciding::{Desk, Verdict, Wait};
use super::digest::{Common, Known, digest_for};
use super::history::History;
use super::reach::{Hindrances, Reach};
use super::sending::subjects_of;
use super::sources::Sources;
use crate::domain::reminder::SubjectKind;
use crate::mail::Digest;
use crate::store::notices::{self, NoticeRow};
use crate::store::outbox::MailRow;
use crate::store::snoozes::{self, SnoozeRow};
use crate::store::subjects::Subject;
use crate::store::{Door, StoreError, Tx};

/// A later notice of the same concern speaks for it.
pub(super) const TOLD_LATER: &str = "told_later";

/// What a mail says now.
#[derive(Debug)]
pub struct Composed {
    /// Its words.
    pub digest: Digest,
    /// The dossiers that it speaks of, in the order of their codes.
    pub dossiers: Vec<Uuid>,
}

/// What all digests go by that are put together in one transaction.
#[derive(Debug)]
pub struct Moment {
    rules: Arc<Rules>,
    sources: Sources,
    hindrances: Hindrances,
    snoozed: HashMap<Uuid, SnoozeRow>,
    now: DateTime<Utc>,
}

impl Moment {
    /// As of now.
    pub async fn read(house: &House, door: &impl Door) -> Result<Self, ServiceError> {
        let (rules, now) = (house.rules(door).await?, house.world.office.now());
        let sources = Sources::read(door, &rules, house.settings.stale_after_hours, now).await?;
        let hindrances = Hindrances::read(door, &rules, now).await?;
        let snoozed = snoozes::standing(door, now).await?;
        Ok(Self { rules, sources, hindrances, snoozed, now })
    }
}

/// The notices of a mail that it doesn't say.
#[derive(Debug, Default)]
pub struct Left {
    waiting: Vec<Uuid>,
    untrue: BTreeMap<&'static str, Vec<Uuid>>,
}

impl Left {
    /// It says them all.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.untrue.is_empty()
    }

    /// Takes them out of the mail: they wait for the next run, or have their reason in the ledger.
    pub async fn write(&self, tx: &Tx, mail: Uuid) -> Result<(), StoreError> {
        notices::detach(tx, mail, &self.waiting).await?;
        for (why, ids) in &self.untrue {
            notices::suppress(tx, Some(mail), ids, why).await?;
        }
        Ok(())
    }
}

/// The digests of mails as of a moment, and what each leaves out. None: there is nothing to say any more, or its official
/// isn't there any more.
pub async fn anew(
    house: &House,
    door: &impl Door,
    moment: &Moment,
    mails: &[&MailRow],
) -> Result<Vec<(Option<Composed>, Left)>, ServiceError> {
    let ids: Vec<Uuid> = mails.iter().map(|row| row.id).collect();
    let about = notices::of_mails(door, &ids).await?;
    let facts = Facts {
        reach: Reach::at(&moment.rules, &moment.hindrances, moment.now),
        subjects: subjects_of(door, &about).await?,
        history: History::beside(door, &about).await?,
        moment,
        link_template: house.settings.mail.link_template.clone(),
    };
    let mut of: HashMap<Option<Uuid>, Vec<&NoticeRow>> = HashMap::new();
    for notice in &about {
        of.entry(notice.outbox_id).or_default().push(notice);
    }
    let of_mail = |row: &&MailRow| of.get(&Some(row.id)).map_or(&[][..], Vec::as_slice);
    Ok(mails.iter().map(|row| facts.digest(row, of_mail(row))).collect())
}

/// What is known of what several mails speak of.
struct Facts<'a> {
    reach: Reach<'a>,
    subjects: HashMap<Uuid, Subject>,
    history: History,
    moment: &'a Moment,
    link_template: Option<String>,
}

impl Facts<'_> {
    fn digest(&self, row: &MailRow, about: &[&NoticeRow]) -> (Option<Composed>, Left) {
        let Self { reach, subjects, history, moment, .. } = self;
        let Moment { rules, sources, snoozed, now, .. } = moment;
        let (mut said, mut left) = (Vec::new(), Left::default());
        let desk = Desk { reach, sources, snoozed, now: *now };
        for notice in about.iter().copied() {
            let hearer = match desk.verdict(notice, subjects.get(&notice.subject_id)) {
                // Somebody said so meanwhile, or it waited so long that its source fell silent.
                Verdict::Waits(Wait::Snoozed | Wait::Source) => {
                    left.waiting.push(notice.id);
                    continue;
                }
                Verdict::Untrue(why) => {
                    left.untrue.entry(why).or_default().push(notice.id);
                    continue;
                }
                Verdict::Waits(Wait::Later | Wait::Grace | Wait::Address(_)) | Verdict::Unheard(_) => None,
                Verdict::Told(hearer) => Some(hearer),
            };
            if history.is_told_later(notice) {
                left.untrue.entry(TOLD_LATER).or_default().push(notice.id);
                continue;
            }
            // Handed on meanwhile, back from leave, or reached at another address: the next run tells the right one.
            let is_theirs = hearer.is_some_and(|told| {
                Some(told.official.id) == row.recipient_official_id && told.address == row.to_address
            });
            if is_theirs { said.push(notice) } else { left.waiting.push(notice.id) }
        }
        let official = row.recipient_official_id.and_then(|id| rules.officials.get(&id));
        let Some(official) = official.filter(|_| !said.is_empty()) else { return (None, left) };
        let common =
            Common { now: *now, sources: sources.clone(), link_template: self.link_template.clone() };
        let known = Known { reach, history, written_at: row.created_at, snoozed };
        let digest = digest_for(known, official, &said, subjects, &common);
        let by_code: HashMap<&str, Uuid> = about
            .iter()
            .filter_map(|notice| subjects.get(&notice.subject_id))
            .filter(|subject| subject.kind == SubjectKind::Dossier)
            .map(|subject| (subject.code.as_str(), subject.id))
            .collect();
        let dossiers = digest.dossiers().into_iter().filter_map(|code| by_code.get(code).copied()).collect();
        ((!digest.is_empty()).then_some(Composed { digest, dossiers }), left)
    }
}
