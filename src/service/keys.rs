//! Keys of callers: who enters with which, and how they are made and revoked.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::paging::{ListQuery, Page};
use super::{House, Look, Rules, ServiceError, Violation, Work, check_etag};
use crate::domain::permission::{Caller, Role};
use crate::domain::text;
use crate::store::keys;
pub use crate::store::keys::{KeyRow, PUBLISHED};

/// Before each secret, so that one that leaks is recognised.
const PREFIX: &str = "bonro_";

/// A key to make.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What it is for.
    pub label: String,
    /// Code of the official for whom it speaks; empty for a machine.
    pub official_code: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Code of the unit that bounds its scope; empty for the whole house.
    pub unit_code: String,
}

fn hash(secret: &str) -> String {
    // 256 random bits need no slow hash: nobody can try them all.
    hex::encode(Sha256::digest(secret))
}

/// The caller behind a secret, and the rules by which its scope is settled. None where no such key opens.
/// `language` is spoken to callers without an official.
pub async fn enter(
    house: &House,
    secret: &str,
    language: &str,
) -> Result<Option<(Caller, Arc<Rules>)>, ServiceError> {
    let door = house.store.read().await?;
    let Some(key) = keys::by_hash(&door, &hash(secret)).await?.filter(|key| key.revoked_at.is_none()) else {
        return Ok(None);
    };
    let rules = house.rules(&door).await?;
    let official = key.official_id.and_then(|id| rules.officials.get(&id));
    let caller = Caller {
        roles: roles(&key),
        label: key.label.clone(),
        key_id: key.id,
        official_id: key.official_id,
        unit_id: key.unit_id.or_else(|| official.filter(|_| of_a_unit(&roles(&key))).map(|o| o.unit_id)),
        language: official.map_or(language, |o| o.language.as_str()).to_owned(),
    };
    Ok(Some((caller, rules)))
}

/// Roles that one has in a unit: a key with no others, made for an official, is of the official's unit.
fn of_a_unit(roles: &[Role]) -> bool {
    roles.iter().all(|role| matches!(role, Role::Clerk | Role::Officer | Role::Head))
}

/// The roles of a key.
pub fn roles(key: &KeyRow) -> Vec<Role> {
    key.roles.split(',').filter_map(Role::parse).collect()
}

/// Makes a key; the secret is known this once.
pub async fn create(work: &mut Work, new: NewKey) -> Result<(KeyRow, String), ServiceError> {
    let mut wrong = Vec::new();
    let label = text::tidy(&new.label);
    if label.is_empty() {
        wrong.push(Violation::missing("key.label"));
    }
    if new.roles.is_empty() {
        wrong.push(Violation::missing("key.roles"));
    }
    let official_id = work.rules.officials_by_code.get(&new.official_code).copied();
    if official_id.is_none() && !new.official_code.is_empty() {
        wrong.push(Violation::unknown("key.official", &new.official_code, "cán bộ", "official"));
    }
    let unit_id = work.rules.unit(&new.unit_code).map(|unit| unit.id);
    if unit_id.is_none() && !new.unit_code.is_empty() {
        wrong.push(Violation::unknown("key.unit", &new.unit_code, "cơ quan", "unit"));
    }
    // Nobody hands out more than the own reach.
    if let Some(own) = work.context.caller.unit_id
        && !unit_id.is_some_and(|unit| work.rules.units.subtree(own).contains(&unit))
    {
        wrong.push(Violation::new(
            "key.unit",
            "BEYOND_REACH",
            "key.unit: khóa của ông/bà chỉ trong phạm vi một cơ quan; hãy chọn cơ quan trong phạm vi đó",
            "key.unit: your key is bound to a unit; name that unit or one below it",
        ));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let mut words: Vec<&str> = new.roles.iter().map(|role| role.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(work.world.entropy.bytes::<32>()));
    let row = KeyRow {
        id: work.new_id(),
        label,
        hash: hash(&secret),
        official_id,
        roles: words.join(","),
        unit_id,
        created_at: work.now(),
        revoked_at: None,
    };
    keys::insert(&work.tx, row.clone()).await?;
    work.note(name(&row), &serde_json::json!({ "made": { "label": row.label, "roles": row.roles } }));
    Ok((row, secret))
}

/// Revokes a key from now on; one that is revoked stays as it was.
pub async fn revoke(work: &mut Work, id: Uuid, etag: &str) -> Result<KeyRow, ServiceError> {
    let mut row =
        keys::find(&work.tx, id).await?.ok_or_else(|| ServiceError::NotFound(format!("keys/{id}")))?;
    check_etag(etag, version(&row), &name(&row))?;
    if row.revoked_at.is_none() {
        keys::revoke(&work.tx, id, work.now()).await?;
        row.revoked_at = Some(work.now());
        work.note(name(&row), &serde_json::json!({ "revoked": { "label": row.label } }));
    }
    Ok(row)
}

/// Label of the keys that demos mint for themselves.
const DEMO: &str = "demo";

/// Mints a key with every role for a demo. Those of demos that were killed open nothing any more.
pub async fn create_for_demo(work: &mut Work) -> Result<String, ServiceError> {
    revoke_demos(work).await?;
    let new = NewKey {
        label: DEMO.to_owned(),
        official_code: String::new(),
        roles: Role::ALL.to_vec(),
        unit_code: String::new(),
    };
    Ok(create(work, new).await?.1)
}

/// Revokes what demos minted.
pub async fn revoke_demos(work: &Work) -> Result<(), ServiceError> {
    Ok(keys::revoke_labelled(&work.tx, DEMO, work.now()).await?)
}

/// A page of keys.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<KeyRow>, ServiceError> {
    Ok(keys::list(&look.door, query).await?)
}

/// The etag's number: a key changes but once.
pub fn version(key: &KeyRow) -> i64 {
    if key.revoked_at.is_none() { 1 } else { 2 }
}

fn name(key: &KeyRow) -> String {
    format!("keys/{}", key.id)
}
