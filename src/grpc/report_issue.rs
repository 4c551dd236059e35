//! The life of a report: what ReportService answers about reports that people work on.

use std::sync::Arc;

use prost::Message;
use sha2::{Digest, Sha256};
use tokio_stream::StreamExt as _;
use tonic::{Request, Response, Status, Streaming};

use super::convert::{Fields, code_of};
use super::report_convert::period;
use super::report_issue_convert as wire;
use super::{Front, Plan};
use crate::domain::report::ReportOrigin;
use crate::pb::v1;
use crate::service::reports::{
    self, Opening, PUBLISHED, Report, ReportRow, Side, Signature, SignedReading, Step, Submitted, Written,
};
use crate::service::{Context, House, Look, ReplayKey, ServiceError, Violation, Work};

type Wire<T> = Result<Response<T>, Status>;

/// Bytes of a signed file that are read at most: a little more than are taken.
const MOST_READ: usize = 25 * 1024 * 1024;

fn step(name: &str, etag: String) -> Result<Step, Violation> {
    Ok(Step { code: code_of("name", name, "reports")?, etag })
}

/// The report of an answer.
pub(super) async fn shown(work: &Work, row: ReportRow) -> Result<Option<v1::Report>, ServiceError> {
    Ok(Some(wire::report(reports::get(&work.tx, row).await?)))
}

async fn called(look: &Look, name: &str) -> Result<Report, ServiceError> {
    let row = reports::find_called(&look.door, &code_of("name", name, "reports")?).await?;
    reports::get(&look.door, row).await
}

/// What opens a report.
fn opening(r: v1::OpenReportRequest) -> Result<(Opening, Vec<Violation>), ServiceError> {
    let mut fields = Fields::new();
    let period = fields.take(period(r.period).map(Some));
    let request = r.request.unwrap_or_default();
    let due_on = fields.date_or_none("due_on", r.due_on);
    let request_dated_on = fields.date_or_none("request.dated_on", request.dated_on);
    let mut forms = Vec::new();
    for name in &r.recipient_forms {
        forms.extend(fields.take(code_of("recipient_forms", name, "reportForms").map(Some)));
    }
    let wrong = fields.wrong();
    let Some(period) = period else { return Err(ServiceError::Invalid(wrong)) };
    let opening = Opening {
        period,
        form: r.form,
        request_number: request.number,
        request_dated_on,
        request_matter: request.matter,
        addressee: r.addressee,
        due_on,
        recipient_forms: forms,
    };
    Ok((opening, wrong))
}

async fn submit(
    house: House,
    context: Context,
    asked: v1::SubmitReportRequest,
) -> Result<v1::SubmitReportResponse, ServiceError> {
    let replay = ReplayKey::new(&asked.request_id, &asked.encode_to_vec())?;
    let (step, without_proposals) = (step(&asked.name, asked.etag)?, asked.without_proposals);
    let answer = |report: Report| v1::SubmitReportResponse { report: Some(wire::report(report)) };
    let kept = |report: &Report| {
        v1::SubmitReportResponse { report: Some(wire::report(report.clone())) }.encode_to_vec()
    };
    match reports::submit(&house, context, replay, &step, without_proposals, kept).await? {
        Submitted::Now(report) => Ok(answer(*report)),
        Submitted::Before(kept) => v1::SubmitReportResponse::decode(kept.as_slice())
            .map_err(|_| ServiceError::Internal("a kept answer can't be read".to_owned())),
    }
}

/// A view of figures that is asked for.
fn side(field: &str, view: Option<v1::FiguresView>) -> Result<Side, Violation> {
    use v1::figures_view::View;
    match view.and_then(|view| view.view) {
        None => Err(Violation::missing(field)),
        Some(View::Report(name)) => Ok(Side::Report(code_of(&format!("{field}.report"), &name, "reports")?)),
        Some(View::Period(asked)) => {
            let inside = |violation: Violation| Violation {
                field: format!("{field}.period.{}", violation.field),
                ..violation
            };
            Ok(Side::Period(period(asked.period).map_err(inside)?, asked.as_of_sequence))
        }
    }
}

/// A signature with the bytes that follow it.
async fn signed(
    mut pieces: Streaming<v1::AttachSignedFileRequest>,
) -> Result<Result<(v1::SignatureOfReport, Vec<u8>), Violation>, Status> {
    use v1::attach_signed_file_request::Piece;
    let mut signature = None;
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        match (piece?.piece, &signature) {
            (Some(Piece::Signature(first)), None) => signature = Some(first),
            (Some(Piece::Chunk(chunk)), Some(_)) if bytes.len() <= MOST_READ => bytes.extend(chunk),
            (Some(Piece::Chunk(_)), Some(_)) => {}
            (Some(Piece::Signature(_) | Piece::Chunk(_)) | None, _) => {
                return Ok(Err(Violation::new(
                    "piece",
                    "WRONG_ORDER",
                    "piece: hãy gửi signature một lần, trước các chunk",
                    "piece: send the signature once, before the chunks",
                )));
            }
        }
    }
    Ok(signature.map(|signature| (signature, bytes)).ok_or_else(|| Violation::missing("signature")))
}

async fn attach(
    work: &mut Work,
    r: v1::SignatureOfReport,
    read: Arc<(Vec<u8>, SignedReading)>,
) -> Result<v1::AttachSignedFileResponse, ServiceError> {
    let mut fields = Fields::new();
    let dated_on = fields.date("dated_on", r.dated_on);
    fields.done()?;
    let signature = Signature {
        number: r.number,
        dated_on,
        signer_name: r.signer_name,
        signer_title: r.signer_title,
        differences_accepted: r.differences_accepted,
    };
    let row = reports::attach(work, &step(&r.name, r.etag)?, &signature, &read).await?;
    Ok(v1::AttachSignedFileResponse { report: shown(work, row).await? })
}

impl Front {
    pub(super) async fn open_one(
        &self,
        request: Request<v1::OpenReportRequest>,
    ) -> Wire<v1::OpenReportResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::OpenReportRequest| {
                Box::pin(async move {
                    let (asked, wrong) = opening(r)?;
                    let row = reports::open(work, asked, ReportOrigin::Request, wrong).await?;
                    Ok(v1::OpenReportResponse { report: shown(work, row).await? })
                })
            },
        )
        .await
    }

    pub(super) async fn get_one(
        &self,
        request: Request<v1::GetReportRequest>,
    ) -> Wire<v1::GetReportResponse> {
        self.look(request, |look, r: v1::GetReportRequest| {
            Box::pin(async move {
                let report = called(look, &r.name).await?;
                Ok(v1::GetReportResponse { report: Some(wire::report(report)) })
            })
        })
        .await
    }

    pub(super) async fn list_some(
        &self,
        request: Request<v1::ListReportsRequest>,
    ) -> Wire<v1::ListReportsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("create_time", true), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = reports::list(look, listing.query.clone()).await?;
                Ok(v1::ListReportsResponse {
                    reports: page.rows.into_iter().map(wire::line).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    pub(super) async fn narrative(
        &self,
        request: Request<v1::ListNarrativeRequest>,
    ) -> Wire<v1::ListNarrativeResponse> {
        self.look(request, |look, r: v1::ListNarrativeRequest| {
            Box::pin(async move {
                let row = reports::find(&look.door, &code_of("name", &r.name, "reports")?).await?;
                let places = reports::places(look, &row).await?.into_iter();
                let places = places.map(|place| wire::place(&look.rules, place)).collect();
                Ok(v1::ListNarrativeResponse { places })
            })
        })
        .await
    }

    pub(super) async fn narrative_versions(
        &self,
        request: Request<v1::ListNarrativeVersionsRequest>,
    ) -> Wire<v1::ListNarrativeVersionsResponse> {
        self.look(request, |look, r: v1::ListNarrativeVersionsRequest| {
            Box::pin(async move {
                let code = code_of("name", &r.name, "reports")?;
                let rows = reports::versions(look, &code, &r.place).await?.into_iter();
                let versions = rows.map(|row| wire::text(&look.rules, row)).collect();
                Ok(v1::ListNarrativeVersionsResponse { versions })
            })
        })
        .await
    }

    pub(super) async fn write_one(
        &self,
        request: Request<v1::WriteNarrativeRequest>,
    ) -> Wire<v1::WriteNarrativeResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::WriteNarrativeRequest| {
                Box::pin(async move {
                    let step = step(&r.name, r.etag)?;
                    let row = reports::write(work, &step, &Written { place: r.place, text: r.text }).await?;
                    Ok(v1::WriteNarrativeResponse { report: shown(work, row).await? })
                })
            },
        )
        .await
    }

    pub(super) async fn submit_one(
        &self,
        request: Request<v1::SubmitReportRequest>,
    ) -> Wire<v1::SubmitReportResponse> {
        self.to_its_end(request, submit).await
    }

    pub(super) async fn return_one(
        &self,
        request: Request<v1::ReturnReportRequest>,
    ) -> Wire<v1::ReturnReportResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::ReturnReportRequest| {
                Box::pin(async move {
                    let row = reports::send_back(work, &step(&r.name, r.etag)?).await?;
                    Ok(v1::ReturnReportResponse { report: shown(work, row).await? })
                })
            },
        )
        .await
    }

    pub(super) async fn attach_one(
        &self,
        request: Request<Streaming<v1::AttachSignedFileRequest>>,
    ) -> Wire<v1::AttachSignedFileResponse> {
        let context = Self::context(&request)?;
        let refuse = |error: ServiceError| Self::refuse(&context, error);
        let (asked, bytes) = signed(request.into_inner()).await?.map_err(|wrong| refuse(wrong.into()))?;
        // The file is of the request as much as the words are.
        let mut whole = asked.encode_to_vec();
        whole.extend(Sha256::digest(&bytes));
        let replay = ReplayKey::new(&asked.request_id, &whole).map_err(refuse)?;
        let read = Arc::new(reports::reading(bytes).await.map_err(refuse)?);
        let asked = (asked, read);
        let kept = v1::AttachSignedFileResponse::clone;
        self.run(context.clone(), replay, asked, |work, (r, read)| Box::pin(attach(work, r, read)), kept)
            .await
    }

    pub(super) async fn send_one(
        &self,
        request: Request<v1::SendReportRequest>,
    ) -> Wire<v1::SendReportResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::SendReportRequest| {
                Box::pin(async move {
                    let row = reports::send(work, &step(&r.name, r.etag)?, &r.recipients).await?;
                    Ok(v1::SendReportResponse { report: shown(work, row).await? })
                })
            },
        )
        .await
    }

    pub(super) async fn correct_one(
        &self,
        request: Request<v1::CorrectReportRequest>,
    ) -> Wire<v1::CorrectReportResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CorrectReportRequest| {
                Box::pin(async move {
                    let row = reports::correct(work, &step(&r.name, r.etag)?, &r.reason).await?;
                    Ok(v1::CorrectReportResponse { report: shown(work, row).await? })
                })
            },
        )
        .await
    }

    pub(super) async fn cancel_one(
        &self,
        request: Request<v1::CancelReportRequest>,
    ) -> Wire<v1::CancelReportResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CancelReportRequest| {
                Box::pin(async move {
                    let row = reports::cancel(work, &step(&r.name, r.etag)?, &r.reason).await?;
                    Ok(v1::CancelReportResponse { report: shown(work, row).await? })
                })
            },
        )
        .await
    }

    pub(super) async fn check_one(
        &self,
        request: Request<v1::CheckReportRequest>,
    ) -> Wire<v1::CheckReportResponse> {
        self.look(request, |look, r: v1::CheckReportRequest| {
            Box::pin(async move {
                let report = called(look, &r.name).await?;
                let checked = reports::check(&look.door, &report.row).await?;
                Ok(wire::checked(report, checked))
            })
        })
        .await
    }

    pub(super) async fn compare(
        &self,
        request: Request<v1::ComparePeriodsRequest>,
    ) -> Wire<v1::ComparePeriodsResponse> {
        self.look(request, |look, r: v1::ComparePeriodsRequest| {
            Box::pin(async move {
                let (was, is) = (side("was", r.was)?, side("is", r.is)?);
                Ok(wire::compared(reports::compare(look, &was, &is).await?))
            })
        })
        .await
    }
}
