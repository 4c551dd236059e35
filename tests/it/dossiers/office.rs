//! A small office behind its front door: a town with two units and a ward below one of them, three officials, two
//! procedures, and a clock that moves on with each step. Thursday, 16 May 2024 begins it.

use bonro::pb::google::r#type::Date;
use bonro::pb::v1;
use bonro::pb::v1::calendar_service_client::CalendarServiceClient;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use bonro::pb::v1::official_service_client::OfficialServiceClient;
use bonro::pb::v1::procedure_service_client::ProcedureServiceClient;
use bonro::pb::v1::unit_service_client::UnitServiceClient;
use chrono::{DateTime, TimeDelta, Utc};
use prost_types::Timestamp;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::support::{Call, House, Line};

/// Roles of a key that may do everything to dossiers.
pub const ALL: [v1::Role; 3] = [v1::Role::Coordinator, v1::Role::Engineer, v1::Role::Importer];

/// Verbs of one dossier, as [`Office::act`] knows them.
pub const VERBS: [&str; 18] = [
    "accept",
    "refuse_intake",
    "start",
    "hand_over",
    "supplement",
    "payment",
    "suspend",
    "resume",
    "stop",
    "reappoint",
    "resolve",
    "refuse",
    "return",
    "withdraw",
    "correct",
    "void",
    "delay_cause",
    "digitise",
];

/// The office.
pub struct Office {
    pub line: Line,
    /// A key that reaches everything.
    pub key: String,
    url: String,
}

pub fn at(text: &str) -> Timestamp {
    let at: DateTime<Utc> = text.parse().expect("an instant");
    Timestamp { seconds: at.timestamp(), nanos: 0 }
}

fn day(year: i32, month: i32, day: i32) -> Option<Date> {
    Date { year, month, day }.into()
}

impl Office {
    /// Founds it through the front door.
    pub async fn open(house: &House) -> Self {
        let line = Line::open(&house.url).await;
        let key = line.key(&ALL, "", "").await;
        let office = Self { line, key, url: house.url.clone() };
        office.set("2024-05-16T01:00:00Z");
        let call = office.call();
        let mut units = UnitServiceClient::new(call.clone());
        for (code, parent) in [("T", ""), ("A", "units/T"), ("A1", "units/A"), ("B", "units/T")] {
            let unit = v1::Unit {
                code: code.to_owned(),
                display_name: format!("Đơn vị {code}"),
                kind: "commune".to_owned(),
                parent: parent.to_owned(),
                valid_from: day(2020, 1, 1),
                ..v1::Unit::default()
            };
            let request = v1::CreateUnitRequest { unit: Some(unit), ..Default::default() };
            units.create_unit(request).await.expect("a unit");
        }
        let mut officials = OfficialServiceClient::new(call.clone());
        for (code, unit, role) in [
            ("A-01", "A", v1::Role::Officer),
            ("A-02", "A", v1::Role::Officer),
            ("B-01", "B", v1::Role::Officer),
            ("A-09", "A", v1::Role::Head),
        ] {
            let official = v1::Official {
                code: code.to_owned(),
                unit: format!("units/{unit}"),
                full_name: format!("Cán bộ {code}"),
                role: role.into(),
                ..v1::Official::default()
            };
            let request = v1::CreateOfficialRequest { official: Some(official), ..Default::default() };
            officials.create_official(request).await.expect("an official");
        }
        let hours =
            |opens: &str, closes: &str| v1::OfficeHours { opens: opens.into(), closes: closes.into() };
        let calendar = v1::Calendar {
            time_zone: "Asia/Ho_Chi_Minh".to_owned(),
            working_weekdays: vec![1, 2, 3, 4, 5],
            office_hours: vec![hours("07:00", "11:30"), hours("13:30", "17:00")],
            same_day_cutoff: "15:00".to_owned(),
            first_year: 2023,
            last_year: 2024,
            ..v1::Calendar::default()
        };
        let request = v1::CreateCalendarRequest { calendar: Some(calendar), ..Default::default() };
        CalendarServiceClient::new(call.clone()).create_calendar(request).await.expect("a calendar");
        let mut procedures = ProcedureServiceClient::new(call);
        for (code, unit, count) in
            [("P5", v1::TermUnit::WorkingDays, 5), ("P8H", v1::TermUnit::WorkingHours, 8)]
        {
            let version = v1::ProcedureVersion {
                effective_on: day(2020, 1, 1),
                display_name: format!("Thủ tục {code}"),
                field: "Hộ tịch".to_owned(),
                level: "town".to_owned(),
                term: Some(v1::Term { unit: unit.into(), count }),
                online_level: v1::OnlineLevel::Full.into(),
                ..v1::ProcedureVersion::default()
            };
            let request = v1::CreateProcedureRequest {
                code: code.to_owned(),
                version: Some(version),
                ..Default::default()
            };
            procedures.create_procedure(request).await.expect("a procedure");
        }
        office
    }

    pub fn set(&self, instant: &str) {
        self.line.clock.set(instant.parse().expect("an instant"));
    }

    /// A minute passes.
    pub fn tick(&self) {
        self.line.clock.advance(TimeDelta::minutes(1));
    }

    pub fn call(&self) -> Call {
        self.line.call(&self.key)
    }

    pub fn dossiers(&self) -> DossierServiceClient<Call> {
        DossierServiceClient::new(self.call())
    }

    /// A dossier of unit A under P5, held by A-01.
    pub fn new_dossier(code: &str) -> v1::ReceiveDossierRequest {
        v1::ReceiveDossierRequest {
            code: code.to_owned(),
            procedure: "procedures/P5".to_owned(),
            unit: "units/A".to_owned(),
            channel: v1::Channel::Counter.into(),
            applicant: Some(v1::Applicant { kind: v1::ApplicantKind::Person.into(), ..Default::default() }),
            holder: "officials/A-01".to_owned(),
            ..Default::default()
        }
    }

    /// Receives it now.
    pub async fn receive(&self, request: v1::ReceiveDossierRequest) -> v1::Dossier {
        let answer = self.dossiers().receive_dossier(request).await.expect("received").into_inner();
        answer.dossier.expect("the dossier")
    }

    /// Registers one online now.
    pub async fn register(&self, code: &str) -> v1::Dossier {
        let new = Self::new_dossier(code);
        let request = v1::RegisterDossierRequest {
            code: new.code,
            procedure: new.procedure,
            unit: new.unit,
            applicant: new.applicant,
            holder: new.holder,
            ..Default::default()
        };
        let answer = self.dossiers().register_dossier(request).await.expect("registered").into_inner();
        answer.dossier.expect("the dossier")
    }

    pub async fn get(&self, code: &str) -> v1::Dossier {
        let request = v1::GetDossierRequest { name: format!("dossiers/{code}") };
        let answer = self.dossiers().get_dossier(request).await.expect("it is there").into_inner();
        answer.dossier.expect("the dossier")
    }

    /// A dossier's whole history.
    pub async fn events(&self, code: &str) -> Vec<v1::DossierEvent> {
        let request = v1::ListDossierEventsRequest {
            parent: format!("dossiers/{code}"),
            page_size: 1000,
            ..Default::default()
        };
        self.dossiers().list_dossier_events(request).await.expect("a history").into_inner().events
    }

    /// A verb done a minute later, which must succeed.
    pub async fn does(&self, verb: &str, code: &str) -> v1::Dossier {
        self.tick();
        let done = act(&self.call(), verb, code, "").await;
        done.unwrap_or_else(|status| panic!("{verb} of {code}: {status:?}"))
    }

    /// A resolved dossier is open again: it was resolved by mistake.
    pub async fn reopen(&self, code: &str) {
        let events = self.events(code).await;
        let resolved = events.iter().rfind(|event| event.kind() == v1::DossierEventKind::Resolved);
        let number = resolved.expect("it was resolved").number;
        let request = v1::CorrectDossierRequest {
            name: format!("dossiers/{code}"),
            reason: "ghi nhầm".to_owned(),
            correction: Some(v1::correct_dossier_request::Correction::VoidsNumber(number)),
            approved_by: "officials/A-09".to_owned(),
            ..Default::default()
        };
        self.dossiers().correct_dossier(request).await.expect("it is reopened");
    }

    /// A connection to the house's database, to look behind the door.
    pub async fn behind(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.expect("the database opens")
    }

    /// Rows of a table.
    pub async fn count(&self, table: &str) -> i64 {
        let database = self.behind().await;
        let sql = format!("SELECT COUNT(*) AS n FROM {table}");
        let row = database.query_one_raw(Statement::from_string(database.get_database_backend(), sql)).await;
        let count = row.expect("a count").expect("one row").try_get("", "n").expect("a number");
        database.close().await.expect("an idle connection closes");
        count
    }
}

/// One verb by a call, with what it needs besides the name.
pub async fn act(call: &Call, verb: &str, code: &str, etag: &str) -> Result<v1::Dossier, Status> {
    let mut client = DossierServiceClient::new(call.clone());
    let name = format!("dossiers/{code}");
    let (etag, reason) = (etag.to_owned(), "theo quy định".to_owned());
    macro_rules! ask {
        ($method:ident, $request:ident { $($field:ident: $value:expr),* }) => {{
            let request = v1::$request { name, etag, reason, $($field: $value,)* ..Default::default() };
            client.$method(request).await.map(|answer| answer.into_inner().dossier.expect("a dossier"))
        }};
    }
    match verb {
        "accept" => ask!(accept_dossier, AcceptDossierRequest {}),
        "refuse_intake" => ask!(refuse_intake, RefuseIntakeRequest {}),
        "start" => ask!(start_processing, StartProcessingRequest {}),
        "hand_over" => ask!(
            hand_over,
            HandOverRequest { to_holder: "officials/A-02".to_owned(), step: "Thẩm định".to_owned() }
        ),
        "supplement" => ask!(request_supplement, RequestSupplementRequest {}),
        "payment" => ask!(request_payment, RequestPaymentRequest {}),
        "suspend" => ask!(suspend_dossier, SuspendDossierRequest {}),
        "resume" => ask!(resume_dossier, ResumeDossierRequest {}),
        "stop" => ask!(stop_dossier, StopDossierRequest {}),
        "reappoint" => ask!(
            reappoint,
            ReappointRequest {
                promised_at: Some(at("2024-06-03T10:00:00Z")),
                letter_number: "01/XL".to_owned()
            }
        ),
        "resolve" => ask!(
            resolve_dossier,
            ResolveDossierRequest { outcome: v1::Outcome::Resolved.into(), result_digitised: Some(true) }
        ),
        "refuse" => ask!(resolve_dossier, ResolveDossierRequest { outcome: v1::Outcome::Refused.into() }),
        "return" => ask!(return_result, ReturnResultRequest {}),
        "withdraw" => ask!(withdraw_dossier, WithdrawDossierRequest {}),
        "correct" => ask!(
            correct_dossier,
            CorrectDossierRequest {
                correction: Some(v1::correct_dossier_request::Correction::Fields(v1::DossierCorrection {
                    channel: Some(v1::Channel::Post.into()),
                    ..Default::default()
                }))
            }
        ),
        "void" => ask!(
            correct_dossier,
            CorrectDossierRequest {
                correction: Some(v1::correct_dossier_request::Correction::VoidsNumber(2)),
                approved_by: "officials/A-09".to_owned()
            }
        ),
        "delay_cause" => ask!(
            record_delay_cause,
            RecordDelayCauseRequest { cause: v1::DelayCause::CooperatingAgency.into() }
        ),
        "digitise" => ask!(record_digitisation, RecordDigitisationRequest { intake_digitised: Some(true) }),
        other => panic!("no verb {other}"),
    }
}

/// Code and word of a refusal.
pub fn refusal(status: &Status) -> (Code, String) {
    (status.code(), status.get_details_error_info().map(|info| info.reason).unwrap_or_default())
}

/// Fields that a refusal names.
pub fn fields(status: &Status) -> Vec<String> {
    let bad = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let mut fields: Vec<String> = bad.into_iter().map(|violation| violation.field).collect();
    fields.sort();
    fields
}
