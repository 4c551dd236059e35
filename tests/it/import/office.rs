//! A running house as an importing program meets it: the binary runs against it, and its contents are read
//! back through gRPC.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use bonro::app::Running;
use bonro::config::{Secret, Settings};
use bonro::pb::google::r#type::Date;
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use bonro::pb::v1::import_service_client::ImportServiceClient;
use bonro::pb::v1::report_service_client::ReportServiceClient;
use serde_json::Value;
use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};

use crate::support::binary::Bearer;
pub use crate::support::binary::bonro;

/// The instant at which the clock of these houses stands.
pub const AT: &str = "2024-05-20T00:15:00Z";
/// The period whose figures are compared.
pub const PERIOD: [(i32, i32, i32); 2] = [(2024, 4, 1), (2024, 5, 17)];

/// Where a house is, and with which key one enters.
#[derive(Clone)]
pub struct Address {
    /// `http://HOST:PORT`.
    pub server: String,
    /// A key with every role.
    pub key: String,
}

/// A line to a house. It connects when it is first used, and again after a break.
pub type Line = InterceptedService<Channel, Bearer>;

/// What a house knows, as far as it must be the same however the records came in.
#[derive(Debug, PartialEq)]
pub struct Picture {
    /// Code → everything of the dossier but its identities and when it was recorded.
    pub dossiers: BTreeMap<String, v1::Dossier>,
    /// Code → its events in the order of time, of some dossiers.
    pub events: BTreeMap<String, Vec<String>>,
    /// The figures of the period, by everything that they are told apart by.
    pub figures: v1::PeriodSummary,
}

/// Both streams of a run.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs a command to its end, while this runtime goes on serving.
pub async fn run(mut command: Command) -> Output {
    let ended = tokio::task::spawn_blocking(move || command.output());
    ended.await.expect("the command is waited for").expect("the binary runs")
}

/// A house on a database, its clock standing, its jobs at rest.
pub async fn open(url: &str, mail: &Path) -> (Running, Address) {
    let mut settings = Settings::default();
    settings.server.listen = ([127, 0, 0, 1], 0).into();
    settings.database.url = Secret::new(url.to_owned());
    settings.mail.url = Secret::new(format!("file:{}", mail.display()));
    settings.jobs.enabled = false;
    let at = AT.parse().expect("an instant");
    let running = bonro::app::start(settings, Some(at)).await.expect("the house starts");
    let server = format!("http://{}", running.address());
    let key = running.admin_key().to_owned();
    (running, Address { server, key })
}

/// The picture of a fresh house that got a directory, undisturbed.
pub async fn undisturbed(directory: &Path, every: usize) -> Picture {
    let fresh = crate::support::sqlite::fresh(crate::support::house::migrate).await;
    let (running, address) = open(fresh.url(), directory).await;
    let (_, told) = address.import(directory).await;
    assert_eq!(told["total"]["unchanged"], 0, "{told}");
    let picture = address.picture(every).await;
    running.stop().await.expect("the house drains");
    picture
}

impl Address {
    /// `bonro import DIR` with this house.
    pub fn importing(&self, directory: &Path, more: &[&str]) -> Command {
        let mut command = bonro(&["import"]);
        command.arg(directory).args(["--server", &self.server, "--key", &self.key]).args(more);
        command
    }

    /// Imports to the end: the exit code and what was printed.
    pub async fn import(&self, directory: &Path) -> (i32, Value) {
        let output = run(self.importing(directory, &["--json"])).await;
        let value = serde_json::from_slice(&output.stdout);
        let value = value.unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
        (output.status.code().expect("it wasn't killed"), value)
    }

    /// A line to it.
    pub fn line(&self) -> Line {
        let endpoint = Endpoint::from_shared(self.server.clone()).expect("an address");
        let key = format!("Bearer {}", self.key).parse().expect("a key is ASCII");
        InterceptedService::new(endpoint.connect_lazy(), Bearer(key))
    }

    /// The newest import, if there is one.
    pub async fn newest_import(&self) -> Result<Option<v1::Import>, Status> {
        let request = v1::ListImportsRequest { page_size: 1, ..Default::default() };
        let answer = ImportServiceClient::new(self.line()).list_imports(request).await?;
        Ok(answer.into_inner().imports.into_iter().next())
    }

    /// Reads everything back, and the events of every `every`-th dossier.
    pub async fn picture(&self, every: usize) -> Picture {
        let dossiers = self.dossiers().await;
        let mut events = BTreeMap::new();
        for code in dossiers.keys().step_by(every) {
            events.insert(code.clone(), self.events(code).await);
        }
        Picture { dossiers, events, figures: self.figures().await }
    }

    async fn dossiers(&self) -> BTreeMap<String, v1::Dossier> {
        let mut client = DossierServiceClient::new(self.line()).max_decoding_message_size(64 << 20);
        let mut found = BTreeMap::new();
        let mut page_token = String::new();
        loop {
            let request = v1::ListDossiersRequest { page_size: 1000, page_token, ..Default::default() };
            let page = client.list_dossiers(request).await.expect("a page").into_inner();
            for dossier in page.dossiers {
                let code = dossier.code.clone();
                let known = v1::Dossier {
                    uid: String::new(),
                    // Follows from `overdue_at` and the clock, which stands in some of these houses.
                    overdue: false,
                    procedure_version_uid: String::new(),
                    create_time: None,
                    update_time: None,
                    etag: String::new(),
                    ..dossier
                };
                assert!(found.insert(code, known).is_none(), "a dossier stands twice");
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return found;
            }
        }
    }

    async fn events(&self, code: &str) -> Vec<String> {
        let request = v1::ListDossierEventsRequest {
            parent: format!("dossiers/{code}"),
            page_size: 1000,
            ..Default::default()
        };
        let mut client = DossierServiceClient::new(self.line());
        let mut events = client.list_dossier_events(request).await.expect("events").into_inner().events;
        events.sort_by_key(|event| event.occurred_at.map(|at| (at.seconds, at.nanos)));
        let of = |event: &v1::DossierEvent| {
            let at = event.occurred_at.map_or(0, |at| at.seconds);
            let (kind, holder) = (event.kind().as_str_name(), &event.to_holder);
            format!("{at} {kind} {holder} {} {}", event.step, event.reason)
        };
        events.iter().map(of).collect()
    }

    async fn figures(&self) -> v1::PeriodSummary {
        let [from, to] = PERIOD.map(|(year, month, day)| Some(Date { year, month, day }));
        let all = [v1::Breakdown::Group, v1::Breakdown::Unit, v1::Breakdown::Procedure, v1::Breakdown::Field];
        let request = v1::SummarizePeriodRequest {
            period: Some(v1::Period {
                choice: Some(v1::period::Choice::Range(v1::DateRange { from_on: from, to_on: to })),
            }),
            breakdowns: all.map(i32::from).to_vec(),
            ..Default::default()
        };
        let mut client = ReportServiceClient::new(self.line()).max_decoding_message_size(64 << 20);
        let summary = client.summarize_period(request).await.expect("a summary").into_inner().summary;
        let summary = summary.expect("a summary");
        assert!(summary.identities.iter().all(|identity| identity.holds), "{:?}", summary.identities);
        // How many rows the ledger has, and which import was the newest, depends on the order in which things were learnt.
        v1::PeriodSummary { as_of_sequence: 0, sources: Vec::new(), ..summary }
    }
}
