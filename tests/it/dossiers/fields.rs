//! Bad input: every wrong field of a request is named at once, and nothing is written.

use bonro::pb::v1;
use prost_types::Timestamp;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::office::{Office, fields, refusal};
use crate::support::both;

const BROKEN: Timestamp = Timestamp { seconds: i64::MAX, nanos: -1 };

both!(a_receipt_is_told_all_that_is_wrong, |house| {
    let office = Office::open(&house).await;
    let before = office.count("event").await;
    let bad = v1::ReceiveDossierRequest {
        code: "hai chữ".to_owned(),
        procedure: "procedures/NONE".to_owned(),
        unit: "A".to_owned(),
        holder: "officials/NOBODY".to_owned(),
        occurred_at: Some(BROKEN),
        promised_at: Some(BROKEN),
        ..Default::default()
    };
    let refused = office.dossiers().receive_dossier(bad.clone()).await.expect_err("seven faults");
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "INVALID_FIELDS".to_owned()));
    let expected =
        ["applicant.kind", "channel", "code", "holder", "occurred_at", "procedure", "promised_at", "unit"];
    assert_eq!(fields(&refused), expected);
    let details = refused.get_details_bad_request().expect("violations");
    for violation in &details.field_violations {
        assert!(!violation.description.is_empty() && !violation.reason.is_empty(), "{violation:?}");
    }
    let register =
        v1::RegisterDossierRequest { unit: bad.unit, procedure: bad.procedure, ..Default::default() };
    let refused = office.dossiers().register_dossier(register).await.expect_err("three faults");
    assert_eq!(fields(&refused), ["applicant.kind", "procedure", "unit"], "online is the usual channel");
    let early = v1::ReceiveDossierRequest {
        occurred_at: Some(super::office::at("2019-12-31T01:00:00Z")),
        ..Office::new_dossier("OLD")
    };
    let refused = office.dossiers().receive_dossier(early).await.expect_err("before the first version");
    assert_eq!(
        (refusal(&refused).1.as_str(), fields(&refused)),
        ("NOT_IN_FORCE", vec!["procedure".to_owned()])
    );
    assert_eq!(office.count("event").await, before, "nothing is written");
    assert_eq!(office.count("dossier").await, 0);
});

both!(a_verb_is_told_all_that_is_wrong, |house| {
    let office = Office::open(&house).await;
    office.receive(Office::new_dossier("D")).await;
    let mut client = office.dossiers();
    let (name, occurred_at) = ("D".to_owned(), Some(BROKEN));
    macro_rules! wrong {
        ($method:ident, $request:ident { $($field:ident: $value:expr),* }, $expected:expr) => {{
            let request =
                v1::$request { name: name.clone(), occurred_at, $($field: $value,)* ..Default::default() };
            let refused = client.$method(request).await.expect_err(stringify!($method));
            assert_eq!(refusal(&refused).0, Code::InvalidArgument, stringify!($method));
            assert_eq!(fields(&refused), $expected, stringify!($method));
        }};
    }
    let nobody = || "officials/NOBODY".to_owned();
    wrong!(accept_dossier, AcceptDossierRequest {}, ["name", "occurred_at"]);
    wrong!(refuse_intake, RefuseIntakeRequest {}, ["name", "occurred_at", "reason"]);
    wrong!(start_processing, StartProcessingRequest { holder: nobody() }, ["holder", "name", "occurred_at"]);
    wrong!(hand_over, HandOverRequest {}, ["name", "occurred_at", "to_holder"]);
    wrong!(hand_over, HandOverRequest { to_holder: nobody() }, ["name", "occurred_at", "to_holder"]);
    wrong!(request_supplement, RequestSupplementRequest {}, ["name", "occurred_at", "reason"]);
    wrong!(request_payment, RequestPaymentRequest {}, ["name", "occurred_at"]);
    wrong!(suspend_dossier, SuspendDossierRequest {}, ["name", "occurred_at", "reason"]);
    wrong!(resume_dossier, ResumeDossierRequest {}, ["name", "occurred_at"]);
    wrong!(stop_dossier, StopDossierRequest {}, ["name", "occurred_at", "reason"]);
    wrong!(reappoint, ReappointRequest {}, ["name", "occurred_at", "promised_at", "reason"]);
    wrong!(resolve_dossier, ResolveDossierRequest {}, ["name", "occurred_at", "outcome"]);
    let refused: i32 = v1::Outcome::Refused.into();
    wrong!(resolve_dossier, ResolveDossierRequest { outcome: refused }, ["name", "occurred_at", "reason"]);
    wrong!(return_result, ReturnResultRequest {}, ["name", "occurred_at"]);
    wrong!(withdraw_dossier, WithdrawDossierRequest {}, ["name", "occurred_at"]);
    wrong!(
        correct_dossier,
        CorrectDossierRequest { approved_by: nobody() },
        ["approved_by", "correction", "name", "occurred_at", "reason"]
    );
    let said = v1::DossierCorrection {
        procedure: Some("procedures/NONE".to_owned()),
        unit: Some("units/NONE".to_owned()),
        channel: Some(77),
        applicant_kind: Some(0),
        holder: Some(nobody()),
        received_at: Some(BROKEN),
        promised_at: Some(BROKEN),
    };
    wrong!(
        correct_dossier,
        CorrectDossierRequest {
            reason: "nhầm".to_owned(),
            correction: Some(v1::correct_dossier_request::Correction::Fields(said))
        },
        [
            "fields.applicant_kind",
            "fields.channel",
            "fields.holder",
            "fields.procedure",
            "fields.promised_at",
            "fields.received_at",
            "fields.unit",
            "name",
            "occurred_at"
        ]
    );
    wrong!(record_delay_cause, RecordDelayCauseRequest {}, ["cause", "name", "occurred_at"]);
    wrong!(record_digitisation, RecordDigitisationRequest {}, ["intake_digitised", "name", "occurred_at"]);
    assert_eq!(office.events("D").await.len(), 1);

    let no_uuid = v1::WithdrawDossierRequest {
        name: "dossiers/D".to_owned(),
        request_id: "một hai ba".to_owned(),
        ..Default::default()
    };
    let refused = client.withdraw_dossier(no_uuid).await.expect_err("no UUID");
    assert_eq!(
        (refusal(&refused).1.as_str(), fields(&refused)),
        ("NOT_A_UUID", vec!["request_id".to_owned()])
    );
    let unknown = v1::GetDossierRequest { name: "dossiers/NONE".to_owned() };
    let refused = client.get_dossier(unknown).await.expect_err("unknown");
    assert_eq!(refusal(&refused), (Code::NotFound, "NOT_FOUND".to_owned()));
    let bad = client.get_dossier(v1::GetDossierRequest::default()).await.expect_err("no name");
    assert_eq!(fields(&bad), ["name"]);
});
