//! SurveyService: ratings of satisfaction.

use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, unit_name};
use super::{Front, Plan};
use crate::domain::record::SurveyRecord;
use crate::pb::v1;
use crate::pb::v1::survey_service_server::SurveyService;
use crate::service::Rules;
use crate::service::surveys::{self, PUBLISHED, SurveyRow};

type Wire<T> = Result<Response<T>, Status>;

fn survey(rules: &Rules, row: SurveyRow) -> v1::Survey {
    v1::Survey {
        name: format!("surveys/{}", row.code),
        uid: row.id.to_string(),
        code: row.code,
        unit: unit_name(rules, row.unit_id),
        rated_at: Some(timestamp(row.rated_at)),
        rating: row.rating,
        create_time: Some(timestamp(row.created_at)),
        update_time: Some(timestamp(row.updated_at)),
        etag: row.version.to_string(),
    }
}

#[tonic::async_trait]
impl SurveyService for Front {
    async fn create_survey(
        &self,
        request: Request<v1::CreateSurveyRequest>,
    ) -> Wire<v1::CreateSurveyResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CreateSurveyRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let asked = fields.message("survey", r.survey);
                    let record = SurveyRecord {
                        unit_code: fields.code("survey.unit", &asked.unit, "units"),
                        rated_at: fields.instant_or_none("survey.rated_at", asked.rated_at),
                        code: asked.code,
                        rating: asked.rating,
                    };
                    let row = surveys::create(work, &record, fields.wrong()).await?;
                    Ok(v1::CreateSurveyResponse { survey: Some(survey(&work.rules, row)) })
                })
            },
        )
        .await
    }

    async fn get_survey(&self, request: Request<v1::GetSurveyRequest>) -> Wire<v1::GetSurveyResponse> {
        self.look(request, |look, r: v1::GetSurveyRequest| {
            Box::pin(async move {
                let row = surveys::get(look, &code_of("name", &r.name, "surveys")?).await?;
                Ok(v1::GetSurveyResponse { survey: Some(survey(&look.rules, row)) })
            })
        })
        .await
    }

    async fn list_surveys(&self, request: Request<v1::ListSurveysRequest>) -> Wire<v1::ListSurveysResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("rated_at", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = surveys::list(look, listing.query.clone()).await?;
                Ok(v1::ListSurveysResponse {
                    surveys: page.rows.into_iter().map(|row| survey(&look.rules, row)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
