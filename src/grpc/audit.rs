//! AuditService: who did what.

use tonic::{Request, Response, Status};

use super::convert::{official_name, timestamp};
use super::{Front, Plan, Reference};
use crate::pb::v1;
use crate::pb::v1::audit_service_server::AuditService;
use crate::service::Rules;
use crate::service::audit::{self, AuditRow, PUBLISHED};

const PLAN: Plan = Plan {
    published: &PUBLISHED,
    order: ("sequence", true),
    references: &[("official", Reference::Official)],
};

fn entry(rules: &Rules, row: AuditRow) -> v1::AuditEntry {
    v1::AuditEntry {
        name: format!("auditEntries/{}", row.seq),
        sequence: row.seq,
        at: Some(timestamp(row.at)),
        caller: row.caller,
        official: official_name(rules, row.official_id),
        method: row.rpc,
        subject: row.subject,
        detail: row.detail,
    }
}

#[tonic::async_trait]
impl AuditService for Front {
    async fn list_audit_entries(
        &self,
        request: Request<v1::ListAuditEntriesRequest>,
    ) -> Result<Response<v1::ListAuditEntriesResponse>, Status> {
        self.list(request, PLAN, |look, _, listing| {
            Box::pin(async move {
                let page = audit::list(look, &listing.query).await?;
                Ok(v1::ListAuditEntriesResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    audit_entries: page.rows.into_iter().map(|row| entry(&look.rules, row)).collect(),
                })
            })
        })
        .await
    }
}
