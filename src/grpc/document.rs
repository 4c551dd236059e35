//! DocumentService: issued documents.

use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, wire_date};
use super::{Front, Plan};
use crate::domain::record::DocumentRecord;
use crate::pb::v1;
use crate::pb::v1::document_service_server::DocumentService;
use crate::service::documents::{self, DocumentRow, PUBLISHED};

type Wire<T> = Result<Response<T>, Status>;

fn document(row: DocumentRow) -> v1::Document {
    v1::Document {
        name: format!("documents/{}", row.number),
        uid: row.id.to_string(),
        number: row.number,
        kind: row.kind,
        issued_on: Some(wire_date(row.issued_on)),
        issuer: row.issuer,
        subject: row.subject,
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

#[tonic::async_trait]
impl DocumentService for Front {
    async fn create_document(
        &self,
        request: Request<v1::CreateDocumentRequest>,
    ) -> Wire<v1::CreateDocumentResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateDocumentRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("document", r.document);
                    let record = DocumentRecord {
                        issued_on: fields.date_or_none("document.issued_on", asked.issued_on),
                        number: asked.number,
                        kind: asked.kind,
                        issuer: asked.issuer,
                        subject: asked.subject,
                    };
                    let row = documents::create(work, &record, fields.wrong()).await?;
                    Ok(v1::CreateDocumentResponse { document: Some(document(row)) })
                })
            },
        )
        .await
    }

    async fn get_document(&self, request: Request<v1::GetDocumentRequest>) -> Wire<v1::GetDocumentResponse> {
        self.look(request, |look, r: v1::GetDocumentRequest| {
            Box::pin(async move {
                let row = documents::get(look, &code_of("name", &r.name, "documents")?).await?;
                Ok(v1::GetDocumentResponse { document: Some(document(row)) })
            })
        })
        .await
    }

    async fn list_documents(
        &self,
        request: Request<v1::ListDocumentsRequest>,
    ) -> Wire<v1::ListDocumentsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("issued_on", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = documents::list(look, listing.query.clone()).await?;
                Ok(v1::ListDocumentsResponse {
                    documents: page.rows.into_iter().map(document).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
