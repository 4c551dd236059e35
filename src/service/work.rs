//! One unit of work: a caller, an instant, the rules as they stand, and a transaction.
//!
//! [`House::work`] opens a write transaction and [`Work::finish`] commits it with the audit row and the
//! kept answer; dropping it undoes everything. [`House::look`] opens a snapshot to read from.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::{House, OfficeSettings};
use crate::domain::permission::{Caller, Scope};
use crate::store::requests::{self, NewAudit, ReplayRow};
use crate::store::rules::Rules;
use crate::store::{Snapshot, StoreError, Tx};
use crate::world::World;

/// Who calls what, resolved once a request.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who.
    pub caller: Caller,
    /// What the caller may see or touch.
    pub scope: Scope,
    /// The RPC or job.
    pub rpc: String,
    /// The instant of the request: one for all it does.
    pub now: DateTime<Utc>,
}

/// What makes a mutation replayable.
#[derive(Debug, Clone)]
pub struct ReplayKey {
    /// The client's id of the request.
    pub request_id: Uuid,
    /// Hash of its content.
    pub hash: String,
}

impl ReplayKey {
    /// From the wire: None for an empty id. `content` is the encoded request.
    pub fn new(request_id: &str, content: &[u8]) -> Result<Option<Self>, ServiceError> {
        if request_id.is_empty() {
            return Ok(None);
        }
        let request_id = Uuid::parse_str(request_id).map_err(|_| {
            Violation::new("request_id", "NOT_A_UUID", "request_id phải là UUID", "request_id must be a UUID")
        })?;
        Ok(Some(Self { request_id, hash: hex::encode(Sha256::digest(content)) }))
    }
}

/// Either the work may begin, or the answer is known.
#[derive(Debug)]
pub enum Entered {
    /// Nothing was done yet.
    Fresh(Box<Work>),
    /// It was done before: the encoded answer.
    Replay(Vec<u8>),
}

/// A write under way.
#[derive(Debug)]
pub struct Work {
    /// The transaction.
    pub tx: Tx,
    /// Who and when.
    pub context: Context,
    /// The rules as the transaction sees them.
    pub rules: Arc<Rules>,
    /// Chance.
    pub world: World,
    /// What the house is told about itself.
    pub settings: Arc<OfficeSettings>,
    /// Open dossiers that the archive doesn't hold though they count: none, but in a rehearsal.
    pub open_elsewhere: u64,
    /// The same of a source's closed ones, by how they ended.
    pub closed_elsewhere: BTreeMap<&'static str, u64>,
    replay: Option<ReplayKey>,
    audits: Vec<(String, String)>,
}

/// A reading under way.
#[derive(Debug)]
pub struct Look {
    /// The snapshot.
    pub door: Snapshot,
    /// Who and when.
    pub context: Context,
    /// The rules as the snapshot sees them.
    pub rules: Arc<Rules>,
    /// What the house is told about itself.
    pub settings: Arc<OfficeSettings>,
}

/// Whose request ids they are. Labels of keys may be alike, and their reaches differ: the key itself tells.
fn owner(caller: &Caller) -> String {
    if caller.key_id.is_nil() { caller.label.clone() } else { caller.key_id.to_string() }
}

// In boxes: everything calls these, and rustc would look through all that they await anew for each caller.

impl House {
    /// Begins a write, or finds the kept answer.
    pub fn work(
        &self,
        context: Context,
        replay: Option<ReplayKey>,
    ) -> BoxFuture<'_, Result<Entered, ServiceError>> {
        Box::pin(async move {
            let tx = self.store.begin().await?;
            if let Some(key) = &replay
                && let Some(row) =
                    requests::find(&tx, &owner(&context.caller), &context.rpc, key.request_id).await?
            {
                return if row.request_hash == key.hash {
                    Ok(Entered::Replay(row.answer))
                } else {
                    Err(ServiceError::RequestIdReused)
                };
            }
            let rules = self.rules(&tx).await?;
            Ok(Entered::Fresh(Box::new(Work {
                tx,
                context,
                rules,
                world: self.world.clone(),
                settings: self.settings.clone(),
                open_elsewhere: self.open_elsewhere,
                closed_elsewhere: self.closed_elsewhere.clone(),
                replay,
                audits: Vec::new(),
            })))
        })
    }

    /// Begins a write that needs no kept answer.
    pub fn job(&self, context: Context) -> BoxFuture<'_, Result<Work, ServiceError>> {
        Box::pin(async move {
            match self.work(context, None).await? {
                Entered::Fresh(work) => Ok(*work),
                Entered::Replay(_) => Err(ServiceError::Internal("a job has no kept answer".to_owned())),
            }
        })
    }

    /// Begins a reading.
    pub fn look(&self, context: Context) -> BoxFuture<'_, Result<Look, ServiceError>> {
        Box::pin(async move {
            let door = self.store.read().await?;
            let rules = self.rules(&door).await?;
            Ok(Look { door, context, rules, settings: self.settings.clone() })
        })
    }
}

impl Look {
    /// Which units count: those that the caller sees, within the subtree of one where it is named.
    pub fn counting(&self, within: Option<Uuid>) -> impl Fn(Uuid) -> bool + Sync {
        let subtree = within.map(|id| self.rules.units.subtree(id));
        let scope = self.context.scope.clone();
        move |unit| {
            let asked = subtree.as_ref().is_none_or(|units| units.contains(&unit));
            let allowed = match &scope {
                Scope::All => true,
                Scope::Units(units) => units.contains(&unit),
                Scope::Own(_) => false,
            };
            asked && allowed
        }
    }
}

impl Work {
    /// The instant of the request.
    pub fn now(&self) -> DateTime<Utc> {
        self.context.now
    }

    /// A new identity.
    pub fn new_id(&self) -> Uuid {
        self.world.entropy.uuid(self.context.now)
    }

    /// Notes what was done to which resource; written with the commit. No personal data.
    pub fn note(&mut self, subject: impl Into<String>, detail: &serde_json::Value) {
        self.audits.push((subject.into(), detail.to_string()));
    }

    /// Writes at once what changed along with something else, for those that only have a look at this work.
    pub async fn note_at_once(
        &self,
        subject: String,
        detail: &serde_json::Value,
    ) -> Result<(), ServiceError> {
        Ok(requests::audit(&self.tx, audited(&self.context, subject, detail.to_string())).await?)
    }

    /// Reads the rules again after this work changed them.
    pub fn reload_rules(&mut self) -> BoxFuture<'_, Result<(), ServiceError>> {
        Box::pin(async move {
            crate::store::rules::bump(&self.tx).await?;
            self.rules = Arc::new(crate::store::rules::load(&self.tx).await?);
            Ok(())
        })
    }

    /// Commits, keeping the encoded answer for replays.
    pub fn finish(self, answer: &[u8]) -> BoxFuture<'_, Result<(), ServiceError>> {
        Box::pin(async move {
            let Self { tx, context, replay, audits, .. } = self;
            for (subject, detail) in audits {
                requests::audit(&tx, audited(&context, subject, detail)).await?;
            }
            if let Some(key) = replay {
                let row = ReplayRow {
                    caller: owner(&context.caller),
                    rpc: context.rpc.clone(),
                    request_id: key.request_id,
                    request_hash: key.hash,
                    answer: answer.to_vec(),
                    created_at: context.now,
                };
                // A twin was faster: the caller sends it again and gets the twin's answer.
                requests::keep(&tx, row).await.map_err(|e| {
                    if matches!(e, StoreError::Duplicate) {
                        ServiceError::Aborted("the request".to_owned())
                    } else {
                        e.into()
                    }
                })?;
            }
            Ok(tx.commit().await?)
        })
    }
}

fn audited(context: &Context, subject: String, detail: String) -> NewAudit {
    NewAudit {
        at: context.now,
        caller: context.caller.label.clone(),
        official_id: context.caller.official_id,
        rpc: context.rpc.clone(),
        subject,
        detail,
    }
}

/// Checks an etag: empty means "whatever stands".
pub fn check_etag(etag: &str, version: i64, subject: &str) -> Result<(), ServiceError> {
    if etag.is_empty() || etag == version.to_string() {
        Ok(())
    } else {
        Err(ServiceError::Aborted(subject.to_owned()))
    }
}
