//! A digest put together when its mail is sealed: it may have waited for days, and says what is true now, to the one who
//! is to hear it now. What isn't said waits for the next run, or has its reason in the ledger.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::House;
use super::super::error::ServiceError;
use super::digest::{Common, digest_for};
use super::sending::subjects_of;
use super::sources::Sources;
use super::truth::{address, person, stale};
use crate::domain::reminder::{Concern, NoticeRole, RuleKind, SubjectKind};
use crate::mail::Digest;
use crate::store::notices::{self, NoticeRow};
use crate::store::outbox::MailRow;
use crate::store::{Door, StoreError, Tx};

/// A later notice of the same concern speaks for it.
const TOLD_LATER: &str = "told_later";

/// What a mail says now.
#[derive(Debug)]
pub struct Composed {
    /// Its words.
    pub digest: Digest,
    /// The dossiers that it speaks of, in the order of their codes.
    pub dossiers: Vec<Uuid>,
}

/// The digest of a mail as of now; None: there is nothing to say any more, or its official isn't there any more.
pub async fn anew(house: &House, tx: &Tx, row: &MailRow) -> Result<Option<Composed>, ServiceError> {
    let about = notices::of_mail(tx, row.id).await?;
    let subjects = subjects_of(tx, &about).await?;
    let (rules, now) = (house.rules(tx).await?, house.world.office.now());
    let sources = Sources::read(tx, &rules, house.settings.stale_after_hours, now).await?;
    let official = row.recipient_official_id.and_then(|id| rules.officials.get(&id));
    let latest = latest(tx, &about).await?;
    let (mut said, mut waiting) = (Vec::new(), Vec::new());
    let mut untrue: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
    for notice in &about {
        let subject = subjects.get(&notice.subject_id);
        if subject.is_some_and(|subject| sources.waits(subject)) {
            // The mail waited so long that its source fell silent.
            waiting.push(notice.id);
            continue;
        }
        if let Some(why) = stale(&rules, notice, subject, now) {
            untrue.entry(why).or_default().push(notice.id);
            continue;
        }
        if of(notice).is_some_and(|key| latest.get(&key).is_some_and(|at| *at > notice.fell_due_at)) {
            untrue.entry(TOLD_LATER).or_default().push(notice.id);
            continue;
        }
        let told = subject
            .zip(NoticeRole::parse(&notice.role))
            .and_then(|(subject, role)| person(&rules, subject, role));
        // Handed on meanwhile, or reached at another address: the next run tells the right one.
        let is_theirs = told.is_some_and(|told| {
            Some(told.id) == row.recipient_official_id && address(told) == Some(row.to_address.as_str())
        });
        if is_theirs { said.push(notice) } else { waiting.push(notice.id) }
    }
    notices::detach(tx, &waiting).await?;
    for (why, ids) in untrue {
        notices::suppress(tx, &ids, why).await?;
    }
    let Some(official) = official.filter(|_| !said.is_empty()) else { return Ok(None) };
    let common = Common { now, sources, link_template: house.settings.mail.link_template.clone() };
    let digest = digest_for(&rules, official, &said, &subjects, &common);
    let by_code: HashMap<&str, Uuid> = subjects
        .values()
        .filter(|subject| subject.kind == SubjectKind::Dossier)
        .map(|subject| (subject.code.as_str(), subject.id))
        .collect();
    let dossiers = digest.dossiers().into_iter().filter_map(|code| by_code.get(code).copied()).collect();
    Ok((!digest.is_empty()).then_some(Composed { digest, dossiers }))
}

/// Of one subject, role and concern the latest notice stands for all.
type Key = (Uuid, String, Concern);

fn of(notice: &NoticeRow) -> Option<Key> {
    Some((notice.subject_id, notice.role.clone(), RuleKind::parse(&notice.rule_kind)?.concern()))
}

/// When the latest notice of each fell due that was told or will be.
async fn latest(door: &impl Door, about: &[NoticeRow]) -> Result<HashMap<Key, DateTime<Utc>>, StoreError> {
    let ids: Vec<Uuid> = about.iter().map(|notice| notice.subject_id).collect();
    let mut latest = HashMap::new();
    for notice in notices::told_of(door, &ids).await? {
        if let Some(key) = of(&notice) {
            let at = latest.entry(key).or_insert(notice.fell_due_at);
            *at = (*at).max(notice.fell_due_at);
        }
    }
    Ok(latest)
}
