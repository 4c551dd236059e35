//! LetterService: letters drawn on request.

use tonic::{Request, Response, Status};

use super::Front;
use super::convert::{Fields, code_of, timestamp};
use super::dossier_convert::cause;
use crate::pb::v1;
use crate::pb::v1::letter_service_server::LetterService;
use crate::service::letters::{self, ApologyAsk, DrawnFile, UrgingAsk};

type Wire<T> = Result<Response<T>, Status>;

fn file(drawn: DrawnFile) -> v1::LetterFile {
    v1::LetterFile { file_name: drawn.name, content_type: drawn.media_type.to_owned(), content: drawn.bytes }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[tonic::async_trait]
impl LetterService for Front {
    async fn draft_urging(&self, request: Request<v1::DraftUrgingRequest>) -> Wire<v1::DraftUrgingResponse> {
        self.look(request, |look, r: v1::DraftUrgingRequest| {
            Box::pin(async move {
                let ask = UrgingAsk {
                    unit: code_of("unit", &r.unit, "units")?,
                    near_days: r.due_within_working_days.map(i64::from),
                };
                let drawn = letters::urging(look, &ask).await?;
                Ok(v1::DraftUrgingResponse {
                    file: Some(file(drawn.file)),
                    overdue_count: count(drawn.overdue),
                    near_due_count: count(drawn.near),
                })
            })
        })
        .await
    }

    async fn draft_apology(
        &self,
        request: Request<v1::DraftApologyRequest>,
    ) -> Wire<v1::DraftApologyResponse> {
        self.look(request, |look, r: v1::DraftApologyRequest| {
            Box::pin(async move {
                let mut fields = Fields::new();
                let dossier = fields.code("dossier", &r.dossier, "dossiers");
                let promised_at = fields.instant_or_none("promised_at", r.promised_at);
                fields.done()?;
                let drawn = letters::apology(look, &ApologyAsk { dossier, promised_at }).await?;
                Ok(v1::DraftApologyResponse {
                    file: Some(file(drawn.file)),
                    promised_at: drawn.promised_at.map(timestamp),
                    cause: drawn.cause.as_deref().map_or(v1::DelayCause::Unspecified, cause).into(),
                })
            })
        })
        .await
    }
}
