//! CertificateService: digital-signing certificates of officials.

use chrono::{DateTime, Utc};
use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, official_name, timestamp, unspecified};
use super::{Front, Plan};
use crate::domain::certificate::{CertificateKind, CertificateState};
use crate::pb::v1;
use crate::pb::v1::certificate_service_server::CertificateService;
use crate::service::Rules;
use crate::service::certificates::{self, CertificateAsk, CertificateRow, PUBLISHED, Step};

type Wire<T> = Result<Response<T>, Status>;

fn state(word: &str) -> v1::CertificateState {
    match CertificateState::parse(word) {
        Some(CertificateState::Requested) => v1::CertificateState::Requested,
        Some(CertificateState::Delivered) => v1::CertificateState::Delivered,
        Some(CertificateState::Replaced) => v1::CertificateState::Replaced,
        Some(CertificateState::Ended) => v1::CertificateState::Ended,
        None => v1::CertificateState::Unspecified,
    }
}

fn kind(word: &str) -> v1::CertificateKind {
    match CertificateKind::parse(word) {
        Some(CertificateKind::New) => v1::CertificateKind::New,
        Some(CertificateKind::Replacement) => v1::CertificateKind::Replacement,
        None => v1::CertificateKind::Unspecified,
    }
}

fn read_kind(kind: v1::CertificateKind) -> Option<CertificateKind> {
    match kind {
        v1::CertificateKind::Unspecified => None,
        v1::CertificateKind::New => Some(CertificateKind::New),
        v1::CertificateKind::Replacement => Some(CertificateKind::Replacement),
    }
}

/// `certificates/CODE`, or nothing.
fn name(code: Option<String>) -> String {
    code.map(|code| format!("certificates/{code}")).unwrap_or_default()
}

fn certificate(rules: &Rules, row: CertificateRow, now: DateTime<Utc>) -> v1::Certificate {
    let delivered = row.state == CertificateState::Delivered.as_str();
    v1::Certificate {
        name: format!("certificates/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        official: official_name(rules, Some(row.official_id)),
        kind: kind(&row.kind).into(),
        provider: row.provider,
        replaces: name(row.replaces),
        replaced_by: name(row.replaced_by),
        asked_at: Some(timestamp(row.asked_at)),
        delivered_at: row.delivered_at.map(timestamp),
        valid_until: row.valid_until.map(timestamp),
        ended_at: row.ended_at.map(timestamp),
        end_reason: row.end_reason.unwrap_or_default(),
        state: state(&row.state).into(),
        expired: delivered && row.valid_until.is_some_and(|end| end < now),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

#[tonic::async_trait]
impl CertificateService for Front {
    async fn request_certificate(
        &self,
        request: Request<v1::RequestCertificateRequest>,
    ) -> Wire<v1::RequestCertificateResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RequestCertificateRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("certificate", r.certificate);
                    let kind = read_kind(asked.kind());
                    if kind.is_none() {
                        fields.refuse(unspecified("certificate.kind"));
                    }
                    let ask = CertificateAsk {
                        official: fields.code("certificate.official", &asked.official, "officials"),
                        replaces: fields.code_or_empty(
                            "certificate.replaces",
                            &asked.replaces,
                            "certificates",
                        ),
                        asked_at: fields.instant_or_none("certificate.asked_at", asked.asked_at),
                        provider: asked.provider,
                        kind,
                    };
                    let row = certificates::request(work, ask, fields.wrong()).await?;
                    let certificate = Some(certificate(&work.rules, row, work.now()));
                    Ok(v1::RequestCertificateResponse { certificate })
                })
            },
        )
        .await
    }

    async fn record_certificate_delivered(
        &self,
        request: Request<v1::RecordCertificateDeliveredRequest>,
    ) -> Wire<v1::RecordCertificateDeliveredResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RecordCertificateDeliveredRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = Step { code: fields.code("name", &r.name, "certificates"), etag: r.etag };
                    let delivered_at = fields.instant_or_none("delivered_at", r.delivered_at);
                    let valid_until = fields.instant("valid_until", r.valid_until);
                    fields.done()?;
                    let row = certificates::deliver(work, &step, delivered_at, valid_until).await?;
                    let certificate = Some(certificate(&work.rules, row, work.now()));
                    Ok(v1::RecordCertificateDeliveredResponse { certificate })
                })
            },
        )
        .await
    }

    async fn end_certificate(
        &self,
        request: Request<v1::EndCertificateRequest>,
    ) -> Wire<v1::EndCertificateResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::EndCertificateRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = Step { code: fields.code("name", &r.name, "certificates"), etag: r.etag };
                    let ended_at = fields.instant_or_none("ended_at", r.ended_at);
                    fields.done()?;
                    let row = certificates::end(work, &step, ended_at, &r.reason).await?;
                    let certificate = Some(certificate(&work.rules, row, work.now()));
                    Ok(v1::EndCertificateResponse { certificate })
                })
            },
        )
        .await
    }

    async fn get_certificate(
        &self,
        request: Request<v1::GetCertificateRequest>,
    ) -> Wire<v1::GetCertificateResponse> {
        self.look(request, |look, r: v1::GetCertificateRequest| {
            Box::pin(async move {
                let row = certificates::get(look, &code_of("name", &r.name, "certificates")?).await?;
                let certificate = Some(certificate(&look.rules, row, look.context.now));
                Ok(v1::GetCertificateResponse { certificate })
            })
        })
        .await
    }

    async fn list_certificates(
        &self,
        request: Request<v1::ListCertificatesRequest>,
    ) -> Wire<v1::ListCertificatesResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("asked_at", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = certificates::list(look, listing.query.clone()).await?;
                let now = look.context.now;
                let rows = page.rows.into_iter();
                Ok(v1::ListCertificatesResponse {
                    certificates: rows.map(|row| certificate(&look.rules, row, now)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
