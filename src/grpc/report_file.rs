//! Files of reports: as they were kept, as a draft would be printed now, a recipient's form, a courtesy translation.

use std::pin::Pin;

use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use super::Front;
use super::convert::code_of;
use super::report_issue_convert::{self as wire, paper_word};
use crate::pb::v1;
use crate::service::reports::{self, forms};
use crate::service::{ServiceError, Violation};

/// Bytes of a piece of a file.
const CHUNK: usize = 256 * 1024;

/// A file in pieces.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<v1::DownloadReportResponse, Status>> + Send>>;

/// Only what the house prints has a translation.
fn not_translated(paper: &str) -> Violation {
    Violation::new(
        "language",
        "VIETNAMESE_ONLY",
        format!("language: tệp {paper} chỉ có bản tiếng Việt; hãy chọn pdf, docx hoặc html"),
        format!("language: {paper} is in Vietnamese only; take pdf, docx or html"),
    )
}

impl Front {
    pub(super) async fn download(
        &self,
        request: Request<v1::DownloadReportRequest>,
    ) -> Result<Response<Pieces>, Status> {
        let context = Self::context(&request)?;
        let asked = request.into_inner();
        let read = async {
            let code = code_of("name", &asked.name, "reports")?;
            let paper = paper_word(asked.paper()).ok_or_else(|| Violation::missing("paper"))?;
            let look = self.house.look(context.clone()).await?;
            if asked.paper() == v1::ReportPaper::Form {
                let form = code_of("form", &asked.form, "reportForms")?;
                return forms::file(&look, &code, &form).await;
            }
            if asked.language() == v1::Language::English {
                let paper = reports::paper(paper).ok_or_else(|| not_translated(paper))?;
                return reports::translation(&look, &code, paper).await;
            }
            reports::file(&look, &code, paper).await
        };
        let file: reports::FileRow =
            read.await.map_err(|error: ServiceError| Self::refuse(&context, error))?;
        let line = reports::FileLine { paper: file.paper, sha256: file.sha256, size: file.size };
        let first = v1::DownloadReportResponse { file: Some(wire::file(line)), chunk: Vec::new() };
        let chunks: Vec<_> = file
            .bytes
            .chunks(CHUNK)
            .map(|chunk| v1::DownloadReportResponse { file: None, chunk: chunk.to_vec() })
            .collect();
        let pieces = std::iter::once(first).chain(chunks).map(Ok);
        Ok(Response::new(Box::pin(tokio_stream::iter(pieces))))
    }
}
