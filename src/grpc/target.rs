//! TargetService: targets that were set.

use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, unit_name_or_empty, wire_date};
use super::{Front, Plan};
use crate::domain::record::TargetRecord;
use crate::pb::v1;
use crate::pb::v1::target_service_server::TargetService;
use crate::service::Rules;
use crate::service::targets::{self, PUBLISHED, TargetRow};

type Wire<T> = Result<Response<T>, Status>;

/// The words of comparisons in tables and files.
const COMPARISONS: [(v1::TargetComparison, &str); 3] = [
    (v1::TargetComparison::Unspecified, ""),
    (v1::TargetComparison::AtLeast, "at_least"),
    (v1::TargetComparison::AtMost, "at_most"),
];

fn target(rules: &Rules, row: TargetRow) -> v1::Target {
    let comparison = COMPARISONS.iter().find(|(_, word)| *word == row.comparison).map(|(wire, _)| *wire);
    v1::Target {
        name: format!("targets/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        display_name: row.name,
        unit: unit_name_or_empty(rules, row.unit_id),
        indicator: row.indicator,
        comparison: comparison.unwrap_or_default().into(),
        value_hundredths: row.value_hundredths,
        from_on: Some(wire_date(row.from_on)),
        to_on: Some(wire_date(row.to_on)),
        basis: row.basis,
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

#[tonic::async_trait]
impl TargetService for Front {
    async fn create_target(
        &self,
        request: Request<v1::CreateTargetRequest>,
    ) -> Wire<v1::CreateTargetResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateTargetRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("target", r.target);
                    let comparison = COMPARISONS.iter().find(|(wire, _)| *wire == asked.comparison());
                    let record = TargetRecord {
                        comparison: comparison.map(|(_, word)| (*word).to_owned()).unwrap_or_default(),
                        unit_code: fields.code_or_empty("target.unit", &asked.unit, "units"),
                        from_on: fields.date_or_none("target.from_on", asked.from_on),
                        to_on: fields.date_or_none("target.to_on", asked.to_on),
                        code: asked.code,
                        name: asked.display_name,
                        indicator: asked.indicator,
                        value_hundredths: asked.value_hundredths,
                        basis: asked.basis,
                    };
                    let row = targets::create(work, &record, fields.wrong()).await?;
                    Ok(v1::CreateTargetResponse { target: Some(target(&work.rules, row)) })
                })
            },
        )
        .await
    }

    async fn get_target(&self, request: Request<v1::GetTargetRequest>) -> Wire<v1::GetTargetResponse> {
        self.look(request, |look, r: v1::GetTargetRequest| {
            Box::pin(async move {
                let row = targets::get(look, &code_of("name", &r.name, "targets")?).await?;
                Ok(v1::GetTargetResponse { target: Some(target(&look.rules, row)) })
            })
        })
        .await
    }

    async fn list_targets(&self, request: Request<v1::ListTargetsRequest>) -> Wire<v1::ListTargetsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("code", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = targets::list(look, listing.query.clone()).await?;
                Ok(v1::ListTargetsResponse {
                    targets: page.rows.into_iter().map(|row| target(&look.rules, row)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
