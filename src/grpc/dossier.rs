//! DossierService: each verb is a step put to the history of one dossier.

use chrono::{DateTime, Utc};
use tonic::{Request, Response, Status};

use super::dossier_convert::{cause_word, dossier, events};
use super::dossier_step::{corrected, intake, official, reason_given, step, told, verb};
use super::import_convert::{applicant_kind, channel};
use super::wire::{code_of, instant_field, optional_code};
use super::{Front, Plan, Reference};
use crate::domain::dossier::{EventKind, Outcome, PauseReason, Tracked};
use crate::domain::filter::{Field, FieldKind, Value};
use crate::pb::v1;
use crate::pb::v1::dossier_service_server::DossierService;
use crate::service::dossiers::verbs::{self, Correct, NewDossier};
use crate::service::dossiers::{self, PUBLISHED};
use crate::service::{Cursor, Published, ServiceError, Violation};

type Wire<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl DossierService for Front {
    async fn receive_dossier(
        &self,
        request: Request<v1::ReceiveDossierRequest>,
    ) -> Wire<v1::ReceiveDossierResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::ReceiveDossierRequest| {
                Box::pin(async move {
                    let new = intake!(r, work, false);
                    let done = verbs::receive(work, new).await?;
                    let (dossier, warnings) = told(work, &done);
                    Ok(v1::ReceiveDossierResponse { dossier, warnings })
                })
            },
        )
        .await
    }

    async fn register_dossier(
        &self,
        request: Request<v1::RegisterDossierRequest>,
    ) -> Wire<v1::RegisterDossierResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RegisterDossierRequest| {
                Box::pin(async move {
                    let new = intake!(r, work, true);
                    let done = verbs::receive(work, new).await?;
                    let (dossier, warnings) = told(work, &done);
                    Ok(v1::RegisterDossierResponse { dossier, warnings })
                })
            },
        )
        .await
    }

    async fn accept_dossier(
        &self,
        request: Request<v1::AcceptDossierRequest>,
    ) -> Wire<v1::AcceptDossierResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::AcceptDossierRequest| {
                Box::pin(async move {
                    let step = step(&r.name, &r.etag, r.occurred_at.as_ref(), &r.reason)?;
                    let done = verbs::accept(work, step, r.intake_digitised).await?;
                    let (dossier, warnings) = told(work, &done);
                    Ok(v1::AcceptDossierResponse { dossier, warnings })
                })
            },
        )
        .await
    }

    async fn refuse_intake(
        &self,
        request: Request<v1::RefuseIntakeRequest>,
    ) -> Wire<v1::RefuseIntakeResponse> {
        verb!(self, request, RefuseIntakeResponse, |work, r| {
            reason_given(&r.reason)?;
            EventKind::NotAccepted
        })
    }

    async fn start_processing(
        &self,
        request: Request<v1::StartProcessingRequest>,
    ) -> Wire<v1::StartProcessingResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::StartProcessingRequest| {
                Box::pin(async move {
                    let step = step(&r.name, &r.etag, r.occurred_at.as_ref(), &r.reason)?;
                    let holder = official(&work.rules, "holder", &r.holder)?;
                    let done = verbs::start(work, step, holder).await?;
                    let (dossier, warnings) = told(work, &done);
                    Ok(v1::StartProcessingResponse { dossier, warnings })
                })
            },
        )
        .await
    }

    async fn hand_over(&self, request: Request<v1::HandOverRequest>) -> Wire<v1::HandOverResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::HandOverRequest| {
                Box::pin(async move {
                    let step = step(&r.name, &r.etag, r.occurred_at.as_ref(), &r.reason)?;
                    let to = official(&work.rules, "to_holder", &r.to_holder)?;
                    let to = to.ok_or_else(|| Violation::missing("to_holder"))?;
                    let done = verbs::hand_over(work, step, to, r.step).await?;
                    let (dossier, warnings) = told(work, &done);
                    Ok(v1::HandOverResponse { dossier, warnings })
                })
            },
        )
        .await
    }

    async fn request_supplement(
        &self,
        request: Request<v1::RequestSupplementRequest>,
    ) -> Wire<v1::RequestSupplementResponse> {
        verb!(self, request, RequestSupplementResponse, |work, r| {
            reason_given(&r.reason)?;
            EventKind::Paused { reason: PauseReason::SupplementRequested }
        })
    }

    async fn request_payment(
        &self,
        request: Request<v1::RequestPaymentRequest>,
    ) -> Wire<v1::RequestPaymentResponse> {
        verb!(self, request, RequestPaymentResponse, |work, r| EventKind::Paused {
            reason: PauseReason::FinancialObligation
        })
    }

    async fn suspend_dossier(
        &self,
        request: Request<v1::SuspendDossierRequest>,
    ) -> Wire<v1::SuspendDossierResponse> {
        verb!(self, request, SuspendDossierResponse, |work, r| {
            reason_given(&r.reason)?;
            EventKind::Paused { reason: PauseReason::Suspension }
        })
    }

    async fn resume_dossier(
        &self,
        request: Request<v1::ResumeDossierRequest>,
    ) -> Wire<v1::ResumeDossierResponse> {
        verb!(self, request, ResumeDossierResponse, |work, r| EventKind::Resumed)
    }

    async fn stop_dossier(&self, request: Request<v1::StopDossierRequest>) -> Wire<v1::StopDossierResponse> {
        verb!(self, request, StopDossierResponse, |work, r| {
            reason_given(&r.reason)?;
            EventKind::Stopped
        })
    }

    async fn reappoint(&self, request: Request<v1::ReappointRequest>) -> Wire<v1::ReappointResponse> {
        verb!(self, request, ReappointResponse, |work, r| {
            reason_given(&r.reason)?;
            let promised_at = instant_field("promised_at", r.promised_at.as_ref())?;
            let promised_at = promised_at.ok_or_else(|| Violation::missing("promised_at"))?;
            EventKind::Reappointed { promised_at, letter: r.letter_number.clone() }
        })
    }

    async fn resolve_dossier(
        &self,
        request: Request<v1::ResolveDossierRequest>,
    ) -> Wire<v1::ResolveDossierResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::ResolveDossierRequest| {
                Box::pin(async move {
                    let step = step(&r.name, &r.etag, r.occurred_at.as_ref(), &r.reason)?;
                    let outcome = match r.outcome() {
                        v1::Outcome::Resolved => Outcome::Granted,
                        v1::Outcome::Refused => {
                            reason_given(&r.reason)?;
                            Outcome::Refused
                        }
                        v1::Outcome::Unspecified | v1::Outcome::Withdrawn | v1::Outcome::Stopped => {
                            return Err(Violation::new(
                                "outcome",
                                "BAD_OUTCOME",
                                "outcome: dùng RESOLVED hoặc REFUSED",
                                "outcome: use RESOLVED or REFUSED",
                            )
                            .into());
                        }
                    };
                    let done = verbs::resolve(work, step, outcome, r.result_digitised).await?;
                    let (dossier, warnings) = told(work, &done);
                    Ok(v1::ResolveDossierResponse { dossier, warnings })
                })
            },
        )
        .await
    }

    async fn return_result(
        &self,
        request: Request<v1::ReturnResultRequest>,
    ) -> Wire<v1::ReturnResultResponse> {
        verb!(self, request, ReturnResultResponse, |work, r| EventKind::Returned)
    }

    async fn withdraw_dossier(
        &self,
        request: Request<v1::WithdrawDossierRequest>,
    ) -> Wire<v1::WithdrawDossierResponse> {
        verb!(self, request, WithdrawDossierResponse, |work, r| EventKind::Withdrawn)
    }

    async fn correct_dossier(
        &self,
        request: Request<v1::CorrectDossierRequest>,
    ) -> Wire<v1::CorrectDossierResponse> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::CorrectDossierRequest| {
                Box::pin(async move {
                    use v1::correct_dossier_request::Correction as Wanted;
                    let step = step(&r.name, &r.etag, r.occurred_at.as_ref(), &r.reason)?;
                    let approved_by = official(&work.rules, "approved_by", &r.approved_by)?;
                    let correction = match &r.correction {
                        None => return Err(Violation::missing("correction").into()),
                        Some(Wanted::VoidsNumber(number)) => Correct::Void(*number),
                        Some(Wanted::Fields(fields)) => {
                            Correct::Fields(Box::new(corrected(&work.rules, fields)?))
                        }
                    };
                    let done = verbs::correct(work, step, correction, approved_by).await?;
                    let (dossier, warnings) = told(work, &done);
                    Ok(v1::CorrectDossierResponse { dossier, warnings })
                })
            },
        )
        .await
    }

    async fn record_delay_cause(
        &self,
        request: Request<v1::RecordDelayCauseRequest>,
    ) -> Wire<v1::RecordDelayCauseResponse> {
        verb!(self, request, RecordDelayCauseResponse, |work, r| {
            let cause = cause_word(r.cause()).ok_or_else(|| Violation::missing("cause"))?;
            EventKind::DelayCause { cause: cause.to_owned() }
        })
    }

    async fn record_digitisation(
        &self,
        request: Request<v1::RecordDigitisationRequest>,
    ) -> Wire<v1::RecordDigitisationResponse> {
        verb!(self, request, RecordDigitisationResponse, |work, r| {
            if r.intake_digitised.is_none() && r.result_digitised.is_none() {
                return Err(Violation::missing("intake_digitised").into());
            }
            EventKind::Digitised {
                intake: r.intake_digitised.map(|f| Tracked::from_flag(Some(f))),
                result: r.result_digitised.map(|f| Tracked::from_flag(Some(f))),
            }
        })
    }

    async fn get_dossier(&self, request: Request<v1::GetDossierRequest>) -> Wire<v1::GetDossierResponse> {
        self.look(request, |look, r: v1::GetDossierRequest| {
            Box::pin(async move {
                let code = code_of("name", "dossiers", &r.name)?;
                let row = verbs::get(look, &code).await?;
                Ok(v1::GetDossierResponse { dossier: Some(dossier(&look.rules, &row, look.context.now)) })
            })
        })
        .await
    }

    async fn list_dossiers(
        &self,
        request: Request<v1::ListDossiersRequest>,
    ) -> Wire<v1::ListDossiersResponse> {
        const REFERENCES: [(&str, Reference); 3] =
            [("unit", Reference::Unit), ("procedure", Reference::Procedure), ("holder", Reference::Official)];
        let plan = Plan { published: &PUBLISHED, order: ("code", false), references: &REFERENCES };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = dossiers::list(look, &listing.query).await?;
                let now = look.context.now;
                Ok(v1::ListDossiersResponse {
                    dossiers: page.rows.iter().map(|row| dossier(&look.rules, row, now)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn list_dossier_events(
        &self,
        request: Request<v1::ListDossierEventsRequest>,
    ) -> Wire<v1::ListDossierEventsResponse> {
        // A history is short and read whole; nothing but its own order is published.
        const NUMBER: [Published; 1] = [Published {
            field: Field { name: "number", kind: FieldKind::Number, sortable: true },
            column: "number",
        }];
        let plan = Plan { published: &NUMBER, order: ("number", false), references: &[] };
        self.list(request, plan, |look, r: v1::ListDossierEventsRequest, listing| {
            Box::pin(async move {
                let code = code_of("parent", "dossiers", &r.parent)?;
                let (_, history) = verbs::history(look, &code).await?;
                let after = listing.query.after.as_ref().and_then(|c| c.id.parse::<i32>().ok()).unwrap_or(0);
                let limit = usize::try_from(listing.query.limit).unwrap_or(usize::MAX);
                let mut page: Vec<_> = events(&look.rules, &code, &history)
                    .into_iter()
                    .filter(|e| e.number > after)
                    .take(limit + 1)
                    .collect();
                let more = page.len() > limit;
                page.truncate(limit);
                let next = page
                    .last()
                    .filter(|_| more)
                    .map(|e| Cursor { key: Value::Missing, id: e.number.to_string() });
                Ok(v1::ListDossierEventsResponse {
                    next_page_token: listing.token(next.as_ref())?,
                    events: page,
                })
            })
        })
        .await
    }
}
