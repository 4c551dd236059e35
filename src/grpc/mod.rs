//! The front door: the only room that serves gRPC. It translates, and decides nothing.
//!
//! A service is a file: `impl v1::unit_service_server::UnitService for Front`, each RPC a few lines that
//! read the request (`convert`), call a verb of `crate::service` inside [`Front::mutate`], [`Front::look`]
//! or [`Front::list`], and write the answer. Who calls and how far it reaches is settled before, by `caller`.

mod assessment;
mod audit;
mod calendar;
mod caller;
mod certificate;
mod commitment;
mod contribution;
pub mod convert;
mod deadline;
mod declared_figure;
mod document;
mod dossier;
mod dossier_convert;
mod dossier_history;
mod dossier_step;
mod import;
mod import_convert;
mod import_registers;
mod import_show;
mod incident;
mod job;
mod job_convert;
mod job_mail;
mod job_run;
mod key;
mod letter;
mod listing;
mod mutation;
mod official;
mod opinion;
mod payment;
mod petition;
mod procedure;
mod proposal;
mod reconciliation;
mod reminder;
mod reminder_convert;
mod report;
mod report_change;
mod report_convert;
mod report_file;
mod report_form;
mod report_issue;
mod report_issue_convert;
mod rights;
mod status;
mod survey;
mod target;
mod task;
mod unit;

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tonic::Request;
use tonic::codec::CompressionEncoding;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, health_reporter};

pub use key::create_key;
pub use listing::{Asked, Listing, Plan, Reference};
pub use rights::{BadRights, Right, Rights};

use crate::pb::{self, v1};
use crate::service::{Context, House, ServiceError, paging};

/// How much one request may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows of a page where nothing is said.
    pub page_size_default: u64,
    /// Rows of a page at most.
    pub page_size_max: u64,
    /// The largest request: a batch of an import is at most 1 MiB, a calendar far less.
    pub message_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { page_size_default: 50, page_size_max: 1000, message_bytes: 4 * 1024 * 1024 }
    }
}

/// The front door of a house.
#[derive(Debug, Clone)]
pub struct Front {
    /// The house behind it.
    pub house: House,
    rights: Arc<Rights>,
    page_key: Arc<[u8]>,
    closing: CancellationToken,
    limits: Limits,
}

/// Why the front door can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum CannotOpen {
    /// The contract lacks rights.
    #[error(transparent)]
    Rights(#[from] BadRights),
    /// The house failed.
    #[error(transparent)]
    House(#[from] ServiceError),
    /// The contract's descriptors can't be shown.
    #[error("the contract's descriptors can't be served")]
    Reflection(#[from] tonic_reflection::server::Error),
}

impl Front {
    /// The front door of a house. `page_key` signs page tokens; without it the house keeps one of its own.
    pub async fn new(house: House, page_key: Option<&[u8]>) -> Result<Self, CannotOpen> {
        let page_key = match page_key {
            Some(key) => key.to_vec(),
            None => paging::secret(&house).await?,
        };
        let (rights, closing) = (Arc::new(Rights::read(pb::DESCRIPTOR)?), CancellationToken::new());
        Ok(Self { house, rights, page_key: page_key.into(), closing, limits: Limits::default() })
    }

    /// With other limits than the usual ones.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The house is about to close: its health says so, and what would go on for long ends at its next step. Calls
    /// under way go on to their ends.
    pub async fn close(&self, mut health: HealthReporter) {
        let services = self.rights.all().filter_map(|right| right.rpc.split('/').next());
        let services: BTreeSet<&str> = services.chain([""]).collect();
        for service in &services {
            health.set_service_status(service, ServingStatus::NotServing).await;
        }
        for service in services {
            // Ends the streams of those who watch, after this last word.
            health.clear_service_status(service).await;
        }
        self.closing.cancel();
    }

    /// Who calls, how far the call reaches, and its instant.
    pub fn context<T>(request: &Request<T>) -> Result<Context, tonic::Status> {
        request.extensions().get::<Context>().cloned().ok_or_else(|| {
            tracing::error!("a request came past the caller's layer");
            tonic::Status::internal("internal")
        })
    }

    /// All services behind the layer that knows the callers, and the switch of their health. Serve them by
    /// `Server::builder().add_routes(routes)`.
    pub async fn routes(&self) -> Result<(Routes, HealthReporter), CannotOpen> {
        let (health, health_service) = health_reporter();
        let mut routes = Routes::new(health_service);
        macro_rules! serve {
            ($($module:ident::$server:ident),+ $(,)?) => {$(
                let service = v1::$module::$server::new(self.clone())
                    .max_decoding_message_size(self.limits.message_bytes)
                    .accept_compressed(CompressionEncoding::Gzip)
                    .send_compressed(CompressionEncoding::Gzip);
                routes = routes.add_service(service);
                health.set_service_status(v1::$module::$server::<Self>::NAME, ServingStatus::Serving).await;
            )+};
        }
        // THE SERVICES, by name. Whoever writes a service adds its line here and its `mod` above.
        serve!(
            reminder_service_server::ReminderServiceServer,
            job_service_server::JobServiceServer,
            report_service_server::ReportServiceServer,
            import_service_server::ImportServiceServer,
            dossier_service_server::DossierServiceServer,
            audit_service_server::AuditServiceServer,
            calendar_service_server::CalendarServiceServer,
            certificate_service_server::CertificateServiceServer,
            commitment_service_server::CommitmentServiceServer,
            contribution_service_server::ContributionServiceServer,
            declared_figure_service_server::DeclaredFigureServiceServer,
            document_service_server::DocumentServiceServer,
            incident_service_server::IncidentServiceServer,
            key_service_server::KeyServiceServer,
            letter_service_server::LetterServiceServer,
            official_service_server::OfficialServiceServer,
            opinion_service_server::OpinionServiceServer,
            payment_service_server::PaymentServiceServer,
            petition_service_server::PetitionServiceServer,
            procedure_service_server::ProcedureServiceServer,
            proposal_service_server::ProposalServiceServer,
            survey_service_server::SurveyServiceServer,
            target_service_server::TargetServiceServer,
            task_service_server::TaskServiceServer,
            unit_service_server::UnitServiceServer,
        );
        let reflection = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(pb::DESCRIPTOR)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                // What errors carry, so that a client can read it that knows only what the server says of itself.
                .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        };
        let routes = routes.add_service(reflection().build_v1()?).add_service(reflection().build_v1alpha()?);
        let guarded = routes.into_axum_router().layer(caller::Door::new(self.clone()));
        Ok((Routes::from(guarded).prepare(), health))
    }
}
