//! The mails of JobService, and the addresses that they don't reach.

use tonic::{Request, Response, Status};

use super::convert::{Fields, timestamp, uid_of};
use super::job_convert::{attempt, mail};
use super::{Front, Plan, Reference};
use crate::pb::v1;
use crate::service::suppressions::SuppressionRow;
use crate::service::{mails, suppressions};

impl Front {
    pub(super) async fn mails(
        &self,
        request: Request<v1::ListOutboxRequest>,
    ) -> Result<Response<v1::ListOutboxResponse>, Status> {
        let references = &[("recipient", Reference::Official)];
        let plan = Plan { published: &mails::PUBLISHED, order: ("create_time", true), references };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = mails::list(look, &listing.query).await?;
                Ok(v1::ListOutboxResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    mails: page.rows.into_iter().map(|row| mail(&look.rules, row)).collect(),
                })
            })
        })
        .await
    }

    pub(super) async fn one_mail(
        &self,
        request: Request<v1::GetMailRequest>,
    ) -> Result<Response<v1::GetMailResponse>, Status> {
        self.look(request, |look, r: v1::GetMailRequest| {
            Box::pin(async move {
                let row = mails::get(look, uid_of("name", &r.name, "mails")?).await?;
                let attempts = mails::attempts(look, row.id).await?.into_iter().map(attempt).collect();
                Ok(v1::GetMailResponse { mail: Some(mail(&look.rules, row)), attempts })
            })
        })
        .await
    }

    pub(super) async fn try_again(
        &self,
        request: Request<v1::RetryMailRequest>,
    ) -> Result<Response<v1::RetryMailResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RetryMailRequest| {
                Box::pin(async move {
                    let id = uid_of("name", &r.name, "mails")?;
                    let row = mails::retry(work, id, &r.etag).await?;
                    Ok(v1::RetryMailResponse { mail: Some(mail(&work.rules, row)) })
                })
            },
        )
        .await
    }

    pub(super) async fn drop_mail(
        &self,
        request: Request<v1::GiveUpMailRequest>,
    ) -> Result<Response<v1::GiveUpMailResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::GiveUpMailRequest| {
                Box::pin(async move {
                    let id = uid_of("name", &r.name, "mails")?;
                    let row = mails::give_up(work, id, &r.etag, &r.note).await?;
                    Ok(v1::GiveUpMailResponse { mail: Some(mail(&work.rules, row)) })
                })
            },
        )
        .await
    }

    pub(super) async fn suppressed_addresses(
        &self,
        request: Request<v1::ListSuppressionsRequest>,
    ) -> Result<Response<v1::ListSuppressionsResponse>, Status> {
        let plan =
            Plan { published: &suppressions::PUBLISHED, order: ("create_time", true), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = suppressions::list(look, &listing.query).await?;
                let now = look.context.now;
                Ok(v1::ListSuppressionsResponse {
                    next_page_token: listing.token(page.next.as_ref())?,
                    suppressions: page.rows.into_iter().map(|row| suppression(row, now)).collect(),
                })
            })
        })
        .await
    }

    pub(super) async fn suppress(
        &self,
        request: Request<v1::SuppressAddressRequest>,
    ) -> Result<Response<v1::SuppressAddressResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::SuppressAddressRequest| {
                Box::pin(async move {
                    let mut fields = Fields::default();
                    let until = fields.instant_or_none("until_time", r.until_time);
                    fields.done()?;
                    let row = suppressions::suppress(work, &r.address, &r.reason, until).await?;
                    Ok(v1::SuppressAddressResponse { suppression: Some(suppression(row, work.now())) })
                })
            },
        )
        .await
    }

    pub(super) async fn lift(
        &self,
        request: Request<v1::LiftSuppressionRequest>,
    ) -> Result<Response<v1::LiftSuppressionResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::LiftSuppressionRequest| {
                Box::pin(async move {
                    let row = suppressions::lift(work, uid_of("name", &r.name, "suppressions")?).await?;
                    Ok(v1::LiftSuppressionResponse { suppression: Some(suppression(row, work.now())) })
                })
            },
        )
        .await
    }
}

fn suppression(row: SuppressionRow, now: chrono::DateTime<chrono::Utc>) -> v1::Suppression {
    v1::Suppression {
        name: format!("suppressions/{}", row.id),
        uid: row.id.to_string(),
        in_force: suppressions::stands(&row, now),
        address: row.address,
        failures: row.failures,
        reason: row.reason,
        entered_by: row.entered_by,
        create_time: Some(timestamp(row.created_at)),
        last_failure_time: (row.failures > 0).then(|| timestamp(row.failed_at)),
        suppress_time: row.suppressed_at.map(timestamp),
        until_time: row.until_at.map(timestamp),
    }
}
