//! PaymentService: payments of fees and taxes.

use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, unit_name};
use super::{Front, Plan};
use crate::domain::record::PaymentRecord;
use crate::pb::v1;
use crate::pb::v1::payment_service_server::PaymentService;
use crate::service::Rules;
use crate::service::payments::{self, PUBLISHED, PaymentRow};

type Wire<T> = Result<Response<T>, Status>;

fn payment(rules: &Rules, row: PaymentRow) -> v1::Payment {
    v1::Payment {
        name: format!("payments/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        unit: unit_name(rules, row.unit_id),
        paid_at: Some(timestamp(row.paid_at)),
        kind: row.kind,
        amount_vnd: row.amount_vnd,
        online: row.online,
        dossier: row.dossier_code.map(|code| format!("dossiers/{code}")).unwrap_or_default(),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

#[tonic::async_trait]
impl PaymentService for Front {
    async fn create_payment(
        &self,
        request: Request<v1::CreatePaymentRequest>,
    ) -> Wire<v1::CreatePaymentResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreatePaymentRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("payment", r.payment);
                    let record = PaymentRecord {
                        unit_code: fields.code("payment.unit", &asked.unit, "units"),
                        paid_at: fields.instant_or_none("payment.paid_at", asked.paid_at),
                        dossier_code: fields.code_or_empty("payment.dossier", &asked.dossier, "dossiers"),
                        code: asked.code,
                        kind: asked.kind,
                        amount_vnd: asked.amount_vnd,
                        online: asked.online,
                    };
                    let row = payments::create(work, &record, fields.wrong()).await?;
                    Ok(v1::CreatePaymentResponse { payment: Some(payment(&work.rules, row)) })
                })
            },
        )
        .await
    }

    async fn get_payment(&self, request: Request<v1::GetPaymentRequest>) -> Wire<v1::GetPaymentResponse> {
        self.look(request, |look, r: v1::GetPaymentRequest| {
            Box::pin(async move {
                let row = payments::get(look, &code_of("name", &r.name, "payments")?).await?;
                Ok(v1::GetPaymentResponse { payment: Some(payment(&look.rules, row)) })
            })
        })
        .await
    }

    async fn list_payments(
        &self,
        request: Request<v1::ListPaymentsRequest>,
    ) -> Wire<v1::ListPaymentsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("paid_at", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = payments::list(look, listing.query.clone()).await?;
                Ok(v1::ListPaymentsResponse {
                    payments: page.rows.into_iter().map(|row| payment(&look.rules, row)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
