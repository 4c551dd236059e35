//! ReportService: the figures of a period and the dossiers behind them.

use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::convert::{code_of, timestamp, unit_name};
use super::declared_figure::declared_figure;
use super::dossier_convert::{outcome, timeliness};
use super::import_show::source;
use super::report_convert::{breakdowns, figure, period, summary};
use super::report_file::Pieces;
use super::report_form::FormPieces;
use super::{Front, Listing, Plan, reconciliation, status};
use crate::domain::filter::Value;
use crate::domain::permission::Scope;
use crate::domain::unit::Group;
use crate::pb::v1;
use crate::pb::v1::report_service_server::ReportService;
use crate::service::declared_figures;
use crate::service::dossiers::PUBLISHED;
use crate::service::imports;
use crate::service::members::{self, Whose};
use crate::service::reconciling;
use crate::service::report::{Ask, summarize};
use crate::service::{Cursor, Look, ServiceError, Violation};

/// The unit that a request names; None for none.
pub(super) fn unit_id(look: &Look, name: &str) -> Result<Option<Uuid>, Violation> {
    if name.is_empty() {
        return Ok(None);
    }
    let code = code_of("unit", name, "units")?;
    look.rules
        .units
        .by_code(&code)
        .map(|u| Some(u.id))
        .ok_or_else(|| Violation::unknown("unit", &code, "cơ quan", "unit"))
}

/// An age in whole months: from so many on, and below so many, if that is said. None: whatever age.
fn months(from: i32, below: Option<i32>) -> Result<Option<(u32, Option<u32>)>, Violation> {
    let wrong = |field: &str, vi: &str, en: &str| Violation::new(field, "OUT_OF_RANGE", vi, en);
    let from = u32::try_from(from).map_err(|_| {
        wrong("from_months", "from_months: số tháng không được âm", "from_months can't be negative")
    })?;
    let below = below.map(|below| u32::try_from(below).ok().filter(|below| *below > from).ok_or(()));
    let below = below.transpose().map_err(|()| {
        wrong(
            "below_months",
            "below_months: phải lớn hơn from_months, hoặc bỏ trống",
            "below_months must be more than from_months, or be left out",
        )
    })?;
    Ok((from > 0 || below.is_some()).then_some((from, below)))
}

async fn members_of(
    look: &Look,
    r: v1::ListFigureMembersRequest,
    listing: &Listing,
) -> Result<v1::ListFigureMembersResponse, ServiceError> {
    let wanted = figure(r.figure())?;
    let range = period(r.period)?;
    let group = match r.group.as_str() {
        "" => None,
        word => Some(Group::parse(word).ok_or_else(|| Violation::unknown("group", word, "nhóm", "group"))?),
    };
    let procedure_id = if r.procedure.is_empty() {
        None
    } else {
        let code = code_of("procedure", &r.procedure, "procedures")?;
        let id = look.rules.procedures_by_code.get(&code).copied();
        Some(id.ok_or_else(|| Violation::unknown("procedure", &code, "thủ tục", "procedure"))?)
    };
    let field = (!r.field.is_empty()).then(|| r.field.clone());
    let whose = Whose {
        group,
        unit_id: unit_id(look, &r.unit)?,
        procedure_id,
        field,
        as_of: r.as_of_sequence,
        months: months(r.from_months, r.below_months)?,
        watched_list: (!r.watched_list.is_empty()).then(|| r.watched_list.clone()),
    };
    let after = listing.query.after.as_ref().and_then(|c| Uuid::parse_str(&c.id).ok()).unwrap_or_default();
    let limit = usize::try_from(listing.query.limit).unwrap_or(usize::MAX);
    let (mut rows, total) = members::list(look, wanted, range, &whose, after, limit + 1).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| Cursor { key: Value::Missing, id: row.id.to_string() });
    let rules = &look.rules;
    Ok(v1::ListFigureMembersResponse {
        members: rows
            .iter()
            .map(|row| v1::FigureMember {
                dossier: format!("dossiers/{}", row.code),
                uid: row.id.to_string(),
                unit: unit_name(rules, row.unit_id),
                procedure: format!("procedures/{}", rules.procedure_code(row.procedure_id)),
                received_at: Some(timestamp(row.received_at)),
                due_at: row.due_at.map(timestamp),
                closed_at: row.closed_at.map(timestamp),
                outcome: outcome(row.outcome.as_deref()).into(),
                timeliness: timeliness(row.timeliness.as_deref()).into(),
                judged_due_at: row.judged_due_at.map(timestamp),
                apologised: row.apologised,
            })
            .collect(),
        next_page_token: listing.token(next.as_ref())?,
        total_size: i64::try_from(total).unwrap_or(i64::MAX),
    })
}

#[tonic::async_trait]
impl ReportService for Front {
    async fn summarize_period(
        &self,
        request: Request<v1::SummarizePeriodRequest>,
    ) -> Result<Response<v1::SummarizePeriodResponse>, Status> {
        let usual = self.house.settings.stale_after_hours;
        self.look(request, move |look, r: v1::SummarizePeriodRequest| {
            Box::pin(async move {
                let ask = Ask {
                    period: period(r.period)?,
                    unit_id: unit_id(look, &r.unit)?,
                    as_of: r.as_of_sequence,
                    breakdowns: breakdowns(&r.breakdowns)?,
                };
                let found = summarize(look, &ask).await?;
                let sources = imports::list_sources(look, usual).await?;
                let sources = sources.into_iter().map(|fresh| source(&look.rules, fresh)).collect();
                let standing = reconciling::standing(look, ask.period).await?;
                let whole = look.context.scope == Scope::All;
                let declared = declared_figures::of_period(look, ask.period, ask.unit_id).await?.into_iter();
                Ok(v1::SummarizePeriodResponse {
                    summary: Some(v1::PeriodSummary { sources, ..summary(&found) }),
                    declared_figures: declared.map(|row| declared_figure(&look.rules, row)).collect(),
                    reconciliation: whole.then(|| reconciliation::reconciliation(standing)),
                })
            })
        })
        .await
    }

    async fn reconcile_figures(
        &self,
        request: Request<v1::ReconcileFiguresRequest>,
    ) -> Result<Response<v1::ReconcileFiguresResponse>, Status> {
        let context = Self::context(&request)?;
        let refuse = |error| status::refuse(&context, error);
        let asked = reconciliation::ask(request.into_inner()).map_err(refuse)?;
        let done = Box::pin(self.house.reconcile(context.clone(), &asked)).await.map_err(refuse)?;
        Ok(Response::new(reconciliation::response(done)))
    }

    async fn list_figure_members(
        &self,
        request: Request<v1::ListFigureMembersRequest>,
    ) -> Result<Response<v1::ListFigureMembersResponse>, Status> {
        // Ordered by identity; the request names no filter and no order of its own.
        let plan = Plan { published: &PUBLISHED, order: ("code", false), references: &[] };
        self.list(request, plan, |look, r, listing| Box::pin(members_of(look, r, listing))).await
    }

    async fn open_report(
        &self,
        request: Request<v1::OpenReportRequest>,
    ) -> Result<Response<v1::OpenReportResponse>, Status> {
        self.open_one(request).await
    }

    async fn update_report(
        &self,
        request: Request<v1::UpdateReportRequest>,
    ) -> Result<Response<v1::UpdateReportResponse>, Status> {
        self.update_one(request).await
    }

    async fn get_report(
        &self,
        request: Request<v1::GetReportRequest>,
    ) -> Result<Response<v1::GetReportResponse>, Status> {
        self.get_one(request).await
    }

    async fn list_reports(
        &self,
        request: Request<v1::ListReportsRequest>,
    ) -> Result<Response<v1::ListReportsResponse>, Status> {
        self.list_some(request).await
    }

    async fn list_narrative(
        &self,
        request: Request<v1::ListNarrativeRequest>,
    ) -> Result<Response<v1::ListNarrativeResponse>, Status> {
        self.narrative(request).await
    }

    async fn list_narrative_versions(
        &self,
        request: Request<v1::ListNarrativeVersionsRequest>,
    ) -> Result<Response<v1::ListNarrativeVersionsResponse>, Status> {
        self.narrative_versions(request).await
    }

    async fn write_narrative(
        &self,
        request: Request<v1::WriteNarrativeRequest>,
    ) -> Result<Response<v1::WriteNarrativeResponse>, Status> {
        self.write_one(request).await
    }

    async fn submit_report(
        &self,
        request: Request<v1::SubmitReportRequest>,
    ) -> Result<Response<v1::SubmitReportResponse>, Status> {
        self.submit_one(request).await
    }

    async fn return_report(
        &self,
        request: Request<v1::ReturnReportRequest>,
    ) -> Result<Response<v1::ReturnReportResponse>, Status> {
        self.return_one(request).await
    }

    async fn send_report(
        &self,
        request: Request<v1::SendReportRequest>,
    ) -> Result<Response<v1::SendReportResponse>, Status> {
        self.send_one(request).await
    }

    async fn correct_report(
        &self,
        request: Request<v1::CorrectReportRequest>,
    ) -> Result<Response<v1::CorrectReportResponse>, Status> {
        self.correct_one(request).await
    }

    async fn cancel_report(
        &self,
        request: Request<v1::CancelReportRequest>,
    ) -> Result<Response<v1::CancelReportResponse>, Status> {
        self.cancel_one(request).await
    }

    async fn check_report(
        &self,
        request: Request<v1::CheckReportRequest>,
    ) -> Result<Response<v1::CheckReportResponse>, Status> {
        self.check_one(request).await
    }

    async fn compare_periods(
        &self,
        request: Request<v1::ComparePeriodsRequest>,
    ) -> Result<Response<v1::ComparePeriodsResponse>, Status> {
        self.compare(request).await
    }

    async fn attach_signed_file(
        &self,
        request: Request<Streaming<v1::AttachSignedFileRequest>>,
    ) -> Result<Response<v1::AttachSignedFileResponse>, Status> {
        self.attach_one(request).await
    }

    async fn put_report_form(
        &self,
        request: Request<Streaming<v1::PutReportFormRequest>>,
    ) -> Result<Response<v1::PutReportFormResponse>, Status> {
        self.put_form(request).await
    }

    async fn get_report_form(
        &self,
        request: Request<v1::GetReportFormRequest>,
    ) -> Result<Response<v1::GetReportFormResponse>, Status> {
        self.get_form(request).await
    }

    async fn list_report_forms(
        &self,
        request: Request<v1::ListReportFormsRequest>,
    ) -> Result<Response<v1::ListReportFormsResponse>, Status> {
        self.list_forms(request).await
    }

    async fn withdraw_report_form(
        &self,
        request: Request<v1::WithdrawReportFormRequest>,
    ) -> Result<Response<v1::WithdrawReportFormResponse>, Status> {
        self.withdraw_form(request).await
    }

    type DownloadReportFormStream = FormPieces;

    async fn download_report_form(
        &self,
        request: Request<v1::DownloadReportFormRequest>,
    ) -> Result<Response<FormPieces>, Status> {
        self.download_form(request).await
    }

    async fn list_report_names(
        &self,
        request: Request<v1::ListReportNamesRequest>,
    ) -> Result<Response<v1::ListReportNamesResponse>, Status> {
        self.report_names(request).await
    }

    type DownloadReportStream = Pieces;

    async fn download_report(
        &self,
        request: Request<v1::DownloadReportRequest>,
    ) -> Result<Response<Pieces>, Status> {
        self.download(request).await
    }

    async fn assess_period(
        &self,
        request: Request<v1::AssessPeriodRequest>,
    ) -> Result<Response<v1::AssessPeriodResponse>, Status> {
        self.assess(request).await
    }

    async fn forecast_overdue(
        &self,
        request: Request<v1::ForecastOverdueRequest>,
    ) -> Result<Response<v1::ForecastOverdueResponse>, Status> {
        self.forecast(request).await
    }

    async fn list_handling_times(
        &self,
        request: Request<v1::ListHandlingTimesRequest>,
    ) -> Result<Response<v1::ListHandlingTimesResponse>, Status> {
        self.handling_times(request).await
    }

    async fn list_hand_over_times(
        &self,
        request: Request<v1::ListHandOverTimesRequest>,
    ) -> Result<Response<v1::ListHandOverTimesResponse>, Status> {
        self.hand_over_times(request).await
    }

    async fn list_open_ages(
        &self,
        request: Request<v1::ListOpenAgesRequest>,
    ) -> Result<Response<v1::ListOpenAgesResponse>, Status> {
        self.open_ages(request).await
    }

    async fn list_irregularities(
        &self,
        request: Request<v1::ListIrregularitiesRequest>,
    ) -> Result<Response<v1::ListIrregularitiesResponse>, Status> {
        self.irregularities(request).await
    }
}
