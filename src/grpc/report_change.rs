//! What a draft answers and for whom, where that comes later: what ReportService answers about it.

use tonic::{Request, Response, Status};

use super::Front;
use super::convert::{Fields, check_mask, code_of, date};
use super::report_issue::shown;
use crate::pb::v1;
use crate::service::ServiceError;
use crate::service::reports::{self, Letter, Step, Update};

type Wire<T> = Result<Response<T>, Status>;

/// What an update may name.
const MASK: [&str; 5] = ["request", "due_on", "addressee", "form", "recipient_forms"];

fn update(asked: v1::UpdateReportRequest) -> Result<(Step, Update), ServiceError> {
    let mut fields = Fields::new();
    let report = fields.message("report", asked.report);
    let paths = asked.update_mask.map(|mask| mask.paths).unwrap_or_default();
    if let Err(refused) = check_mask(paths.iter().filter(|path| *path != "*"), &MASK) {
        fields.refuse(refused);
    }
    let named = |field: &str, says: bool| {
        if paths.is_empty() { says } else { paths.iter().any(|path| path == field || path == "*") }
    };
    let mut change = Update::default();
    if named("request", report.request.is_some()) {
        let letter = report.request.map(|letter| Letter {
            dated_on: fields.date_or_none("report.request.dated_on", letter.dated_on),
            number: letter.number,
            matter: letter.matter,
        });
        change.request = Some(letter);
    }
    if named("due_on", report.due_on.as_ref().and_then(date).is_some()) {
        change.due_on = Some(fields.date_or_none("report.due_on", report.due_on));
    }
    change.addressee = named("addressee", !report.addressee.is_empty()).then_some(report.addressee);
    change.form = named("form", !report.form.is_empty()).then_some(report.form);
    if named("recipient_forms", !report.recipient_forms.is_empty()) {
        let mut forms = Vec::new();
        for name in &report.recipient_forms {
            forms.extend(fields.take(code_of("report.recipient_forms", name, "reportForms").map(Some)));
        }
        change.recipient_forms = Some(forms);
    }
    let step = Step { code: fields.code("report.name", &report.name, "reports"), etag: report.etag };
    fields.done()?;
    Ok((step, change))
}

impl Front {
    pub(super) async fn update_one(
        &self,
        request: Request<v1::UpdateReportRequest>,
    ) -> Wire<v1::UpdateReportResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::UpdateReportRequest| {
                Box::pin(async move {
                    let (step, change) = update(r)?;
                    let row = reports::update(work, &step, change).await?;
                    Ok(v1::UpdateReportResponse { report: shown(work, row).await? })
                })
            },
        )
        .await
    }
}
