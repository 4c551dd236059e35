//! DossierService: each verb is a step put to the history of one dossier.

use tonic::{Request, Response, Status};

use super::Front;
use super::Plan;
use super::convert::{Fields, code_of};
use super::dossier_convert::{dossier, events};
use super::dossier_history;
use super::dossier_step::{applicant, cause_and_incident, corrected, intake, official, step, told, verb};
use super::import_convert::channel;
use crate::domain::dossier::{Channel, EventKind, Outcome, PauseReason, Tracked};
use crate::pb::v1;
use crate::pb::v1::dossier_service_server::DossierService;
use crate::service::Violation;
use crate::service::dossiers::verbs::{self, Correct, NewDossier, Step};
use crate::service::dossiers::{self, PUBLISHED, causes};
use crate::service::incidents;

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
                    let done = intake!(r, work, false, None)?;
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
                    let done = intake!(r, work, true, Some(Channel::Online))?;
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
                    let mut fields = Fields::new();
                    let step = step!(fields, r);
                    fields.done()?;
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
        verb!(self, request, RefuseIntakeResponse, |fields, r| {
            fields.text("reason", r.reason.clone());
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
                    let mut fields = Fields::new();
                    let step = step!(fields, r);
                    let holder = official(&mut fields, &work.rules, "holder", &r.holder);
                    fields.done()?;
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
                    let mut fields = Fields::new();
                    let step = step!(fields, r);
                    if r.to_holder.is_empty() {
                        fields.refuse(Violation::missing("to_holder"));
                    }
                    let to = official(&mut fields, &work.rules, "to_holder", &r.to_holder);
                    fields.done()?;
                    // A missing one was refused.
                    let to = to.unwrap_or_default();
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
        verb!(self, request, RequestSupplementResponse, |fields, r| {
            fields.text("reason", r.reason.clone());
            EventKind::Paused { reason: PauseReason::SupplementRequested }
        })
    }

    async fn request_payment(
        &self,
        request: Request<v1::RequestPaymentRequest>,
    ) -> Wire<v1::RequestPaymentResponse> {
        verb!(self, request, RequestPaymentResponse, |fields, r| EventKind::Paused {
            reason: PauseReason::FinancialObligation
        })
    }

    async fn suspend_dossier(
        &self,
        request: Request<v1::SuspendDossierRequest>,
    ) -> Wire<v1::SuspendDossierResponse> {
        verb!(self, request, SuspendDossierResponse, |fields, r| {
            fields.text("reason", r.reason.clone());
            EventKind::Paused { reason: PauseReason::Suspension }
        })
    }

    async fn resume_dossier(
        &self,
        request: Request<v1::ResumeDossierRequest>,
    ) -> Wire<v1::ResumeDossierResponse> {
        verb!(self, request, ResumeDossierResponse, |fields, r| EventKind::Resumed)
    }

    async fn stop_dossier(&self, request: Request<v1::StopDossierRequest>) -> Wire<v1::StopDossierResponse> {
        verb!(self, request, StopDossierResponse, |fields, r| {
            fields.text("reason", r.reason.clone());
            EventKind::Stopped
        })
    }

    async fn reappoint(&self, request: Request<v1::ReappointRequest>) -> Wire<v1::ReappointResponse> {
        verb!(self, request, ReappointResponse, |fields, r| {
            fields.text("reason", r.reason.clone());
            let promised_at = fields.instant("promised_at", r.promised_at);
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
                    let mut fields = Fields::new();
                    let step = step!(fields, r);
                    let outcome = match r.outcome() {
                        v1::Outcome::Resolved => Outcome::Granted,
                        v1::Outcome::Refused => {
                            fields.text("reason", r.reason.clone());
                            Outcome::Refused
                        }
                        v1::Outcome::Unspecified | v1::Outcome::Withdrawn | v1::Outcome::Stopped => {
                            fields.refuse(Violation::new(
                                "outcome",
                                "BAD_OUTCOME",
                                "outcome: dùng RESOLVED hoặc REFUSED",
                                "outcome: use RESOLVED or REFUSED",
                            ));
                            Outcome::Granted
                        }
                    };
                    fields.done()?;
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
        verb!(self, request, ReturnResultResponse, |fields, r| EventKind::Returned)
    }

    async fn withdraw_dossier(
        &self,
        request: Request<v1::WithdrawDossierRequest>,
    ) -> Wire<v1::WithdrawDossierResponse> {
        verb!(self, request, WithdrawDossierResponse, |fields, r| EventKind::Withdrawn)
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
                    let mut fields = Fields::new();
                    let step = step!(fields, r);
                    fields.text("reason", r.reason.clone());
                    let approved_by = official(&mut fields, &work.rules, "approved_by", &r.approved_by);
                    let correction = match &r.correction {
                        None => {
                            fields.refuse(Violation::missing("correction"));
                            Correct::Void(0)
                        }
                        Some(Wanted::VoidsNumber(number)) => Correct::Void(*number),
                        Some(Wanted::Fields(said)) => {
                            Correct::Fields(Box::new(corrected(&mut fields, &work.rules, said)))
                        }
                    };
                    fields.done()?;
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
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r: v1::RecordDelayCauseRequest| {
                Box::pin(async move {
                    let mut fields = Fields::new();
                    let step = step!(fields, r);
                    let (cause, incident) = cause_and_incident(&mut fields, &r);
                    fields.done()?;
                    let done = causes::record(work, step, cause, incident).await?;
                    let (dossier, warnings) = told(work, &done);
                    Ok(v1::RecordDelayCauseResponse { dossier, warnings })
                })
            },
        )
        .await
    }

    async fn record_digitisation(
        &self,
        request: Request<v1::RecordDigitisationRequest>,
    ) -> Wire<v1::RecordDigitisationResponse> {
        verb!(self, request, RecordDigitisationResponse, |fields, r| {
            if r.intake_digitised.is_none() && r.result_digitised.is_none() {
                fields.refuse(Violation::missing("intake_digitised"));
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
                let code = code_of("name", &r.name, "dossiers")?;
                let row = verbs::get(look, &code).await?;
                let hit_by = incidents::hitting(look, &row).await?;
                Ok(v1::GetDossierResponse {
                    dossier: Some(dossier(&look.rules, &row, look.context.now)),
                    incidents: hit_by.iter().map(|row| format!("incidents/{}", row.code)).collect(),
                })
            })
        })
        .await
    }

    async fn list_dossiers(
        &self,
        request: Request<v1::ListDossiersRequest>,
    ) -> Wire<v1::ListDossiersResponse> {
        let plan = Plan { published: &PUBLISHED, order: ("received_at", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = dossiers::list(look, listing.query.clone()).await?;
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
        self.list(request, dossier_history::PLAN, |look, r: v1::ListDossierEventsRequest, listing| {
            Box::pin(async move {
                let code = code_of("parent", &r.parent, "dossiers")?;
                let (_, history) = verbs::history(look, &code).await?;
                let events = events(&look.rules, &code, &history);
                let (events, next_page_token) = dossier_history::page(events, listing)?;
                Ok(v1::ListDossierEventsResponse { events, next_page_token })
            })
        })
        .await
    }
}
