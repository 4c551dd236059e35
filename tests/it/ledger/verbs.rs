//! The verbs of a dossier's life, as calls of the front door, and which of them fit a state.

use bonro::grpc::convert::timestamp;
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_server::DossierService as _;
use chrono::{DateTime, TimeDelta, Utc};
use tonic::Status;

use crate::records::town::Town;

/// A verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Accept,
    RefuseIntake,
    Start,
    HandOver,
    Supplement,
    Payment,
    Suspend,
    Resume,
    Stop,
    Reappoint,
    Grant,
    Refuse,
    Return,
    Withdraw,
    Digitise,
}

impl Verb {
    pub const ALL: [Self; 15] = [
        Self::Accept,
        Self::RefuseIntake,
        Self::Start,
        Self::HandOver,
        Self::Supplement,
        Self::Payment,
        Self::Suspend,
        Self::Resume,
        Self::Stop,
        Self::Reappoint,
        Self::Grant,
        Self::Refuse,
        Self::Return,
        Self::Withdraw,
        Self::Digitise,
    ];

    /// Calls it for `dossiers/CODE`, as having happened at an instant.
    pub async fn call(self, town: &Town, name: String, at: DateTime<Utc>) -> Result<v1::Dossier, Status> {
        let occurred_at = Some(timestamp(at));
        let reason = "theo quy định".to_owned();
        macro_rules! ask {
            ($method:ident, $request:ident { $($field:ident: $value:expr),* }) => {{
                let request =
                    v1::$request { name, occurred_at, reason, $($field: $value,)* ..v1::$request::default() };
                town.front.$method(town.ask(request)).await.map(|answer| answer.into_inner().dossier)
            }};
        }
        let answer = match self {
            Self::Accept => ask!(accept_dossier, AcceptDossierRequest {}),
            Self::RefuseIntake => ask!(refuse_intake, RefuseIntakeRequest {}),
            Self::Start => {
                ask!(start_processing, StartProcessingRequest { holder: "officials/VP-02".into() })
            }
            Self::HandOver => ask!(hand_over, HandOverRequest { to_holder: "officials/P1-01".into() }),
            Self::Supplement => ask!(request_supplement, RequestSupplementRequest {}),
            Self::Payment => ask!(request_payment, RequestPaymentRequest {}),
            Self::Suspend => ask!(suspend_dossier, SuspendDossierRequest {}),
            Self::Resume => ask!(resume_dossier, ResumeDossierRequest {}),
            Self::Stop => ask!(stop_dossier, StopDossierRequest {}),
            Self::Reappoint => {
                let promised_at = Some(timestamp(at + TimeDelta::days(5)));
                // Every third has no letter, or one that nobody numbered.
                let letter_number = if at.timestamp() % 3 == 0 { String::new() } else { "01/XL".to_owned() };
                ask!(reappoint, ReappointRequest { promised_at: promised_at, letter_number: letter_number })
            }
            Self::Grant => ask!(
                resolve_dossier,
                ResolveDossierRequest { outcome: v1::Outcome::Resolved.into(), result_digitised: Some(true) }
            ),
            Self::Refuse => {
                ask!(resolve_dossier, ResolveDossierRequest { outcome: v1::Outcome::Refused.into() })
            }
            Self::Return => ask!(return_result, ReturnResultRequest {}),
            Self::Withdraw => ask!(withdraw_dossier, WithdrawDossierRequest {}),
            Self::Digitise => {
                ask!(record_digitisation, RecordDigitisationRequest { intake_digitised: Some(true) })
            }
        };
        answer.map(|dossier| dossier.expect("a verb answers with its dossier"))
    }
}

/// The verbs that fit a state; what is likelier stands there more often.
pub fn fitting(state: v1::DossierState) -> &'static [Verb] {
    use Verb::{
        Accept, Digitise, Grant, HandOver, Payment, Reappoint, Refuse, RefuseIntake, Resume, Return, Start,
        Stop, Supplement, Suspend, Withdraw,
    };
    match state {
        v1::DossierState::Unspecified
        | v1::DossierState::NotAccepted
        | v1::DossierState::Withdrawn
        | v1::DossierState::Stopped => &[],
        v1::DossierState::Registered => &[Accept, Accept, Accept, Supplement, RefuseIntake],
        v1::DossierState::Received => {
            &[Start, Start, HandOver, Supplement, Payment, Suspend, Grant, Withdraw, Digitise]
        }
        v1::DossierState::InProcess => &[
            HandOver, Supplement, Payment, Suspend, Reappoint, Reappoint, Grant, Grant, Grant, Refuse,
            Withdraw, Digitise,
        ],
        v1::DossierState::AwaitingSupplement => &[Resume, Resume, Resume, Accept, Stop, Withdraw],
        v1::DossierState::AwaitingPayment | v1::DossierState::Suspended => {
            &[Resume, Resume, Resume, Stop, Withdraw]
        }
        v1::DossierState::Resolved => &[Return, Return, Digitise],
        v1::DossierState::Returned => &[Digitise],
    }
}
