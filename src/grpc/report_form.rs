//! Forms that recipients of reports send: what ReportService answers about them, and about the names that they may have.

use std::pin::Pin;
use std::sync::Arc;

use prost::Message;
use sha2::{Digest, Sha256};
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

use super::convert::{Fields, code_of, timestamp, unit_name_or_empty};
use super::{Front, Plan};
use crate::pb::v1;
use crate::service::reports::forms::{
    self, FormDraft, FormKind, FormRow, LookedAt, NameLine, PUBLISHED_FORMS,
};
use crate::service::{ReplayKey, Rules, ServiceError, Violation, Work};

type Wire<T> = Result<Response<T>, Status>;

/// Bytes of a piece of a file.
const CHUNK: usize = 256 * 1024;

/// Bytes of a form that are read at most: a little more than are taken.
const MOST_READ: usize = 11 * 1024 * 1024;

/// A form in pieces.
pub type FormPieces = Pin<Box<dyn Stream<Item = Result<v1::DownloadReportFormResponse, Status>> + Send>>;

fn form(rules: &Rules, row: FormRow) -> v1::ReportForm {
    let kind = match FormKind::parse(&row.kind) {
        Some(FormKind::Docx) => v1::ReportFormKind::Docx,
        Some(FormKind::Xlsx) => v1::ReportFormKind::Xlsx,
        None => v1::ReportFormKind::Unspecified,
    };
    v1::ReportForm {
        name: forms::name(&row.code),
        uid: row.id.to_string(),
        display_name: row.name,
        kind: kind.into(),
        unit: unit_name_or_empty(rules, row.unit_id),
        report_form: row.report_form,
        places: row.places,
        sha256: row.sha256,
        size: row.size,
        put_by: row.put_by,
        withdraw_time: row.withdrawn_at.map(timestamp),
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
        code: row.code,
    }
}

fn named(line: NameLine) -> v1::ReportName {
    v1::ReportName {
        name: line.name,
        cell_name: line.cell_name,
        meaning: line.meaning,
        value: line.value,
        raw_value: line.raw,
        items: line.items.map(|items| i32::try_from(items).unwrap_or(i32::MAX)),
    }
}

/// A form with the bytes that follow it.
async fn put_pieces(
    mut pieces: Streaming<v1::PutReportFormRequest>,
) -> Result<Result<(v1::ReportFormDraft, Vec<u8>), Violation>, Status> {
    use v1::put_report_form_request::Piece;
    let mut form = None;
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        match (piece?.piece, &form) {
            (Some(Piece::Form(first)), None) => form = Some(first),
            (Some(Piece::Chunk(chunk)), Some(_)) if bytes.len() <= MOST_READ => bytes.extend(chunk),
            (Some(Piece::Chunk(_)), Some(_)) => {}
            (Some(Piece::Form(_) | Piece::Chunk(_)) | None, _) => {
                return Ok(Err(Violation::new(
                    "piece",
                    "WRONG_ORDER",
                    "piece: hãy gửi form một lần, trước các chunk",
                    "piece: send the form once, before the chunks",
                )));
            }
        }
    }
    Ok(form.map(|form| (form, bytes)).ok_or_else(|| Violation::missing("form")))
}

async fn put(
    work: &mut Work,
    r: v1::ReportFormDraft,
    looked_at: Arc<LookedAt>,
) -> Result<v1::PutReportFormResponse, ServiceError> {
    let mut fields = Fields::new();
    let unit =
        if r.unit.is_empty() { String::new() } else { fields.take(code_of("form.unit", &r.unit, "units")) };
    fields.done()?;
    let draft =
        FormDraft { code: r.code, name: r.display_name, unit, report_form: r.report_form, etag: r.etag };
    let row = forms::put(work, &draft, &looked_at).await?;
    Ok(v1::PutReportFormResponse { form: Some(form(&work.rules, row)) })
}

impl Front {
    pub(super) async fn put_form(
        &self,
        request: Request<Streaming<v1::PutReportFormRequest>>,
    ) -> Wire<v1::PutReportFormResponse> {
        let context = Self::context(&request)?;
        let refuse = |error: ServiceError| Self::refuse(&context, error);
        let (asked, bytes) = put_pieces(request.into_inner()).await?.map_err(|wrong| refuse(wrong.into()))?;
        // The file is of the request as much as the words are.
        let mut whole = asked.encode_to_vec();
        whole.extend(Sha256::digest(&bytes));
        let replay = ReplayKey::new(&asked.request_id, &whole).map_err(refuse)?;
        let look = self.house.look(context.clone()).await.map_err(refuse)?;
        let looked_at = Arc::new(forms::look_at(&look, bytes).await.map_err(refuse)?);
        drop(look);
        let asked = (asked, looked_at);
        let kept = v1::PutReportFormResponse::clone;
        self.run(context.clone(), replay, asked, |work, (r, form)| Box::pin(put(work, r, form)), kept).await
    }

    pub(super) async fn get_form(
        &self,
        request: Request<v1::GetReportFormRequest>,
    ) -> Wire<v1::GetReportFormResponse> {
        self.look(request, |look, r: v1::GetReportFormRequest| {
            Box::pin(async move {
                let row = forms::found(&look.door, &code_of("name", &r.name, "reportForms")?).await?;
                Ok(v1::GetReportFormResponse { form: Some(form(&look.rules, row)) })
            })
        })
        .await
    }

    pub(super) async fn list_forms(
        &self,
        request: Request<v1::ListReportFormsRequest>,
    ) -> Wire<v1::ListReportFormsResponse> {
        let plan = Plan { published: &PUBLISHED_FORMS, order: ("code", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = forms::list(look, &listing.query).await?;
                Ok(v1::ListReportFormsResponse {
                    forms: page.rows.into_iter().map(|row| form(&look.rules, row)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    pub(super) async fn withdraw_form(
        &self,
        request: Request<v1::WithdrawReportFormRequest>,
    ) -> Wire<v1::WithdrawReportFormResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::WithdrawReportFormRequest| {
                Box::pin(async move {
                    let code = code_of("name", &r.name, "reportForms")?;
                    let row = forms::withdraw(work, &code, &r.etag).await?;
                    Ok(v1::WithdrawReportFormResponse { form: Some(form(&work.rules, row)) })
                })
            },
        )
        .await
    }

    pub(super) async fn download_form(
        &self,
        request: Request<v1::DownloadReportFormRequest>,
    ) -> Wire<FormPieces> {
        let context = Self::context(&request)?;
        let asked = request.into_inner();
        let read = async {
            let look = self.house.look(context.clone()).await?;
            let row = forms::found(&look.door, &code_of("name", &asked.name, "reportForms")?).await?;
            let (row, bytes) = forms::kept(&look.door, row).await?;
            Ok::<_, ServiceError>((form(&look.rules, row), bytes))
        };
        let (form, bytes) = read.await.map_err(|error| Self::refuse(&context, error))?;
        let first = v1::DownloadReportFormResponse { form: Some(form), chunk: Vec::new() };
        let chunks: Vec<_> = bytes
            .chunks(CHUNK)
            .map(|chunk| v1::DownloadReportFormResponse { form: None, chunk: chunk.to_vec() })
            .collect();
        let pieces = std::iter::once(first).chain(chunks).map(Ok);
        Ok(Response::new(Box::pin(tokio_stream::iter(pieces))))
    }

    pub(super) async fn report_names(
        &self,
        request: Request<v1::ListReportNamesRequest>,
    ) -> Wire<v1::ListReportNamesResponse> {
        self.look(request, |look, r: v1::ListReportNamesRequest| {
            Box::pin(async move {
                let lines = forms::list_names(look, &code_of("name", &r.name, "reports")?).await?;
                Ok(v1::ListReportNamesResponse { names: lines.into_iter().map(named).collect() })
            })
        })
        .await
    }
}
