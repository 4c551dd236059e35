//! KeyService: keys of callers. A secret leaves the house once.

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::convert::{Fields, official_name, role, timestamp, uid_of, unit_name_or_empty, unspecified};
use super::{Front, Plan, Reference};
use crate::domain::permission::{Caller, Role, Scope};
use crate::pb::v1;
use crate::pb::v1::key_service_server::KeyService;
use crate::service::keys::{self, KeyRow, NewKey, PUBLISHED};
use crate::service::{Context, House, Rules, ServiceError};

const PLAN: Plan = Plan {
    published: &PUBLISHED,
    order: ("create_time", false),
    references: &[("official", Reference::Official), ("unit", Reference::Unit)],
};

fn wire(rules: &Rules, row: &KeyRow) -> v1::Key {
    v1::Key {
        name: format!("keys/{}", row.id),
        uid: row.id.to_string(),
        label: row.label.clone(),
        official: official_name(rules, row.official_id),
        roles: keys::roles(row).into_iter().map(|one| role::write(one).into()).collect(),
        unit: unit_name_or_empty(rules, row.unit_id),
        create_time: Some(timestamp(row.created_at)),
        revoked_at: row.revoked_at.map(timestamp),
        etag: keys::version(row).to_string(),
    }
}

/// Makes a key without a caller: somebody must be able to make the first one.
pub async fn create_key(house: &House, key: v1::Key) -> Result<v1::CreateKeyResponse, ServiceError> {
    let caller = Caller {
        label: "console".to_owned(),
        key_id: Uuid::nil(),
        official_id: None,
        unit_id: None,
        roles: vec![Role::Engineer],
        language: "vi".to_owned(),
    };
    let now = house.world.office.now();
    let rpc = "bonro.v1.KeyService/CreateKey".to_owned();
    let mut work = house.job(Context { caller, scope: Scope::All, rpc, now }).await?;
    let (row, secret) = keys::create(&mut work, new_key(Some(key))?).await?;
    let answer = v1::CreateKeyResponse { key: Some(wire(&work.rules, &row)), secret };
    work.finish(&[]).await?;
    Ok(answer)
}

/// A key to make, from the wire.
fn new_key(key: Option<v1::Key>) -> Result<NewKey, ServiceError> {
    let mut fields = Fields::new();
    let key = fields.message("key", key);
    let mut roles = Vec::new();
    for one in key.roles() {
        match role::read(one) {
            Some(role) => roles.push(role),
            None => fields.refuse(unspecified("key.roles")),
        }
    }
    let new = NewKey {
        official_code: fields.code_or_empty("key.official", &key.official, "officials"),
        unit_code: fields.code_or_empty("key.unit", &key.unit, "units"),
        label: key.label,
        roles,
    };
    fields.done()?;
    Ok(new)
}

#[tonic::async_trait]
impl KeyService for Front {
    async fn create_key(
        &self,
        request: Request<v1::CreateKeyRequest>,
    ) -> Result<Response<v1::CreateKeyResponse>, Status> {
        self.mutate_keeping(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateKeyRequest| {
                Box::pin(async move {
                    let (row, secret) = keys::create(work, new_key(r.key)?).await?;
                    Ok(v1::CreateKeyResponse { key: Some(wire(&work.rules, &row)), secret })
                })
            },
            |answer| v1::CreateKeyResponse { secret: String::new(), ..answer.clone() },
        )
        .await
    }

    async fn list_keys(
        &self,
        request: Request<v1::ListKeysRequest>,
    ) -> Result<Response<v1::ListKeysResponse>, Status> {
        self.list(request, PLAN, |look, _, listing| {
            Box::pin(async move {
                let page = keys::list(look, &listing.query).await?;
                Ok(v1::ListKeysResponse {
                    keys: page.rows.iter().map(|row| wire(&look.rules, row)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn revoke_key(
        &self,
        request: Request<v1::RevokeKeyRequest>,
    ) -> Result<Response<v1::RevokeKeyResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RevokeKeyRequest| {
                Box::pin(async move {
                    let row = keys::revoke(work, uid_of("name", &r.name, "keys")?, &r.etag).await?;
                    Ok(v1::RevokeKeyResponse { key: Some(wire(&work.rules, &row)) })
                })
            },
        )
        .await
    }
}
