//! ContributionService: what units give to reports.

use tonic::{Request, Response, Status};

use super::convert::{Fields, code_of, timestamp, unit_name, wire_date};
use super::report_issue_convert::{paper_word, report};
use super::{Front, Plan};
use crate::pb::v1;
use crate::pb::v1::contribution_service_server::ContributionService;
use crate::service::contributions::{self, Asked, ContributionRow, ContributionState, Given, PUBLISHED};
use crate::service::reports;
use crate::service::{Rules, Violation};

type Wire<T> = Result<Response<T>, Status>;

fn contribution(rules: &Rules, row: ContributionRow) -> v1::Contribution {
    v1::Contribution {
        name: format!("contributions/{}", row.code),
        report: format!("reports/{}", row.report_code),
        unit: unit_name(rules, row.unit_id),
        places: row.places.split(',').filter(|place| !place.is_empty()).map(str::to_owned).collect(),
        due_on: Some(wire_date(row.due_on)),
        state: match ContributionState::parse(&row.state) {
            Some(ContributionState::Asked) => v1::ContributionState::Asked,
            Some(ContributionState::Given) => v1::ContributionState::Given,
            Some(ContributionState::Returned) => v1::ContributionState::Returned,
            None => v1::ContributionState::Unspecified,
        }
        .into(),
        texts: contributions::texts(&row).into_iter().collect(),
        figures: match row.figures.as_deref() {
            Some("confirmed") => v1::FiguresVerdict::Confirmed,
            Some("contested") => v1::FiguresVerdict::Contested,
            Some(_) | None => v1::FiguresVerdict::Unspecified,
        }
        .into(),
        objection: row.objection,
        given_by: row.given_by.unwrap_or_default(),
        given_time: row.given_at.map(timestamp),
        returned_why: row.returned_why.unwrap_or_default(),
        etag: row.version.to_string(),
        code: row.code,
    }
}

#[tonic::async_trait]
impl ContributionService for Front {
    async fn ask_contributions(
        &self,
        request: Request<v1::AskContributionsRequest>,
    ) -> Wire<v1::AskContributionsResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::AskContributionsRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let report = fields.code("report", &r.report, "reports");
                    let units = r.units.iter().map(|unit| fields.code("units", unit, "units")).collect();
                    let due_on = fields.date("due_on", r.due_on);
                    fields.done()?;
                    let asked = Asked { report, units, places: r.places, due_on };
                    let rows = contributions::ask(work, &asked).await?.into_iter();
                    let contributions = rows.map(|row| contribution(&work.rules, row)).collect();
                    Ok(v1::AskContributionsResponse { contributions })
                })
            },
        )
        .await
    }

    async fn give_contribution(
        &self,
        request: Request<v1::GiveContributionRequest>,
    ) -> Wire<v1::GiveContributionResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::GiveContributionRequest| {
                Box::pin(async move {
                    let figures_confirmed = match r.figures() {
                        v1::FiguresVerdict::Unspecified => None,
                        v1::FiguresVerdict::Confirmed => Some(true),
                        v1::FiguresVerdict::Contested => Some(false),
                    };
                    let given = Given {
                        code: code_of("name", &r.name, "contributions")?,
                        etag: r.etag,
                        texts: r.texts.into_iter().collect(),
                        figures_confirmed,
                        objection: r.objection,
                    };
                    let row = contributions::give(work, &given).await?;
                    let contribution = Some(contribution(&work.rules, row));
                    Ok(v1::GiveContributionResponse { contribution })
                })
            },
        )
        .await
    }

    async fn return_contribution(
        &self,
        request: Request<v1::ReturnContributionRequest>,
    ) -> Wire<v1::ReturnContributionResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::ReturnContributionRequest| {
                Box::pin(async move {
                    let code = code_of("name", &r.name, "contributions")?;
                    let row = contributions::send_back(work, &code, &r.etag, &r.reason).await?;
                    let contribution = Some(contribution(&work.rules, row));
                    Ok(v1::ReturnContributionResponse { contribution })
                })
            },
        )
        .await
    }

    async fn merge_contributions(
        &self,
        request: Request<v1::MergeContributionsRequest>,
    ) -> Wire<v1::MergeContributionsResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::MergeContributionsRequest| {
                Box::pin(async move {
                    let code = code_of("report", &r.report, "reports")?;
                    let row = contributions::merge(work, &code, &r.etag, &r.place).await?;
                    let report = Some(report(reports::get(&work.tx, row).await?));
                    Ok(v1::MergeContributionsResponse { report })
                })
            },
        )
        .await
    }

    async fn print_contribution(
        &self,
        request: Request<v1::PrintContributionRequest>,
    ) -> Wire<v1::PrintContributionResponse> {
        self.look(request, |look, r: v1::PrintContributionRequest| {
            Box::pin(async move {
                let code = code_of("name", &r.name, "contributions")?;
                let paper = paper_word(r.paper()).ok_or_else(|| Violation::missing("paper"))?;
                let printed = contributions::print(look, &code, &r.form, paper).await?;
                let (file_name, content) = (printed.file_name, printed.bytes);
                Ok(v1::PrintContributionResponse { file_name, content })
            })
        })
        .await
    }

    async fn get_contribution(
        &self,
        request: Request<v1::GetContributionRequest>,
    ) -> Wire<v1::GetContributionResponse> {
        self.look(request, |look, r: v1::GetContributionRequest| {
            Box::pin(async move {
                let row = contributions::get(look, &code_of("name", &r.name, "contributions")?).await?;
                Ok(v1::GetContributionResponse { contribution: Some(contribution(&look.rules, row)) })
            })
        })
        .await
    }

    async fn list_contributions(
        &self,
        request: Request<v1::ListContributionsRequest>,
    ) -> Wire<v1::ListContributionsResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("due_on", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = contributions::list(look, listing.query.clone()).await?;
                Ok(v1::ListContributionsResponse {
                    contributions: page.rows.into_iter().map(|row| contribution(&look.rules, row)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
