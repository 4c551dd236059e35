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
use crate::store::Tx;
use crate::store::notices;
use crate::store::outbox::MailRow;
use crate::store::snoozes::{self, SnoozeRow};

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
    pub async fn read(house: &House, tx: &Tx) -> Result<Self, ServiceError> {
        let (rules, now) = (house.rules(tx).await?, house.world.office.now());
        let sources = Sources::read(tx, &rules, house.settings.stale_after_hours, now).await?;
        let hindrances = Hindrances::read(tx, &rules, now).await?;
        let snoozed = snoozes::standing(tx, now).await?;
        Ok(Self { rules, sources, hindrances, snoozed, now })
    }
}

/// The digest of a mail as of a moment; None: there is nothing to say any more, or its official isn't there any more.
pub async fn anew(
    house: &House,
    tx: &Tx,
    moment: &Moment,
    row: &MailRow,
) -> Result<Option<Composed>, ServiceError> {
    let Moment { rules, sources, hindrances, snoozed, now } = moment;
    let about = notices::of_mail(tx, row.id).await?;
    let subjects = subjects_of(tx, &about).await?;
    let reach = Reach::at(rules, hindrances, *now);
    let history = History::read(tx, &about).await?;
    let (mut said, mut waiting) = (Vec::new(), Vec::new());
    let mut untrue: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
    let desk = Desk { reach: &reach, sources, snoozed, now: *now };
    for notice in &about {
        let hearer = match desk.verdict(notice, subjects.get(&notice.subject_id)) {
            // Somebody said so meanwhile, or it waited so long that its source fell silent.
            Verdict::Waits(Wait::Snoozed | Wait::Source) => {
                waiting.push(notice.id);
                continue;
            }
            Verdict::Untrue(why) => {
                untrue.entry(why).or_default().push(notice.id);
                continue;
            }
            Verdict::Waits(Wait::Later | Wait::Grace | Wait::Address(_)) | Verdict::Unheard(_) => None,
            Verdict::Told(hearer) => Some(hearer),
        };
        if history.is_told_later(notice) {
            untrue.entry(TOLD_LATER).or_default().push(notice.id);
            continue;
        }
        // Handed on meanwhile, back from leave, or reached at another address: the next run tells the right one.
        let is_theirs = hearer.is_some_and(|told| {
            Some(told.official.id) == row.recipient_official_id && told.address == row.to_address
        });
        if is_theirs { said.push(notice) } else { waiting.push(notice.id) }
    }
    notices::detach(tx, row.id, &waiting).await?;
    for (why, ids) in untrue {
        notices::suppress(tx, Some(row.id), &ids, why).await?;
    }
    let official = row.recipient_official_id.and_then(|id| rules.officials.get(&id));
    let Some(official) = official.filter(|_| !said.is_empty()) else { return Ok(None) };
    let link_template = house.settings.mail.link_template.clone();
    let common = Common { now: *now, sources: sources.clone(), link_template };
    let known = Known { reach: &reach, history: &history, written_at: row.created_at, snoozed };
    let digest = digest_for(known, official, &said, &subjects, &common);
    let by_code: HashMap<&str, Uuid> = subjects
        .values()
        .filter(|subject| subject.kind == SubjectKind::Dossier)
        .map(|subject| (subject.code.as_str(), subject.id))
        .collect();
    let dossiers = digest.dossiers().into_iter().filter_map(|code| by_code.get(code).copied()).collect();
    Ok((!digest.is_empty()).then_some(Composed { digest, dossiers }))
}
