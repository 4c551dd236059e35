//! Those who work while servers die under them: clerks who receive dossiers until each is acknowledged, and an
//! engineer who runs jobs by hand.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::world::{Clock as _, RealClock};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use tokio::task::JoinSet;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::support::binary::Bearer;

/// Officials who hold the dossiers: the last has an address that the mail server doesn't know at first.
pub const HOLDERS: usize = 12;

/// A clerk doesn't wait longer for an answer that may never come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A line to one server. It connects when it is first used, and again after a break.
pub type Line = InterceptedService<Channel, Bearer>;

/// What they all know.
#[derive(Clone)]
pub struct Office {
    /// The servers' addresses.
    pub addresses: Vec<String>,
    /// A key with every role.
    pub key: String,
    /// When every dossier came in: its term has run out since.
    pub received_at: DateTime<Utc>,
    turn: Arc<AtomicUsize>,
    closed: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<BTreeSet<String>>>,
}

/// The machine's time; the servers take no other.
pub fn now() -> DateTime<Utc> {
    RealClock.now()
}

fn timestamp(at: DateTime<Utc>) -> prost_types::Timestamp {
    let nanos = i32::try_from(at.timestamp_subsec_nanos()).expect("below a second");
    prost_types::Timestamp { seconds: at.timestamp(), nanos }
}

impl Office {
    /// An office before its first customer.
    pub fn new(addresses: Vec<String>, key: String) -> Self {
        let received_at = now().trunc_subsecs(0) - TimeDelta::days(2);
        Self {
            addresses,
            key,
            received_at,
            turn: Arc::default(),
            closed: Arc::default(),
            acknowledged: Arc::default(),
        }
    }

    /// A line to the next server in turn.
    pub fn line(&self) -> Line {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst) % self.addresses.len();
        let endpoint = Endpoint::from_shared(self.addresses[turn].clone()).expect("an address");
        let endpoint = endpoint.timeout(PATIENCE).connect_timeout(Duration::from_secs(2));
        let key = format!("Bearer {}", self.key).parse().expect("a key is ASCII");
        InterceptedService::new(endpoint.connect_lazy(), Bearer(key))
    }

    /// The codes whose receipt was acknowledged.
    pub fn acknowledged(&self) -> BTreeSet<String> {
        self.acknowledged.lock().expect("nobody panicked").clone()
    }

    /// Opens the counters: `clerks` of them, each with a customer every `pause`, and the engineer.
    pub fn open(&self, clerks: usize, pause: Duration) -> JoinSet<()> {
        let mut at_work = JoinSet::new();
        for clerk in 0..clerks {
            let office = self.clone();
            at_work.spawn(async move { office.receive_all(clerk, pause).await });
        }
        let office = self.clone();
        at_work.spawn(async move { office.run_jobs().await });
        at_work
    }

    /// No new customers; who is at the counter is served.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    async fn receive_all(&self, clerk: usize, pause: Duration) {
        for number in 0.. {
            if self.is_closed() {
                return;
            }
            let code = format!("KT-{clerk}-{number:05}");
            self.receive(&code, clerk, number).await;
            self.acknowledged.lock().expect("nobody panicked").insert(code);
            tokio::time::sleep(pause).await;
        }
    }

    /// The same request again and again until a server has answered it.
    async fn receive(&self, code: &str, clerk: usize, number: usize) {
        let id = Uuid::from_u64_pair(clerk as u64 + 1, number as u64 + 1);
        let request = v1::ReceiveDossierRequest {
            code: code.to_owned(),
            procedure: "procedures/A".to_owned(),
            unit: "units/P1".to_owned(),
            channel: v1::Channel::Counter.into(),
            applicant: Some(v1::Applicant {
                kind: v1::ApplicantKind::Person.into(),
                ..v1::Applicant::default()
            }),
            occurred_at: Some(timestamp(self.received_at)),
            holder: format!("officials/C{}", number % HOLDERS),
            request_id: id.to_string(),
            ..v1::ReceiveDossierRequest::default()
        };
        until_answered(|| {
            let request = request.clone();
            let mut client = DossierServiceClient::new(self.line());
            async move { client.receive_dossier(request).await.map(drop) }
        })
        .await;
    }

    /// Runs the reminders and the post by hand, as slots of their own beside those of the schedule.
    async fn run_jobs(&self) {
        while !self.is_closed() {
            for job in ["send_reminders", "deliver_mail"] {
                self.run_job(job).await;
                tokio::time::sleep(Duration::from_millis(700)).await;
            }
        }
    }

    /// Runs a job for a slot of this instant until it is done, by whomever.
    pub async fn run_job(&self, job: &str) {
        let request = v1::RunJobRequest {
            name: format!("jobs/{job}"),
            slot_at: Some(timestamp(now().trunc_subsecs(3))),
            ..v1::RunJobRequest::default()
        };
        until_answered(|| {
            let request = request.clone();
            let mut client = JobServiceClient::new(self.line());
            async move { client.run_job(request).await.map(drop) }
        })
        .await;
    }
}

/// Asks until there is an answer. What may be the death of a server is asked again, all else is a fault.
async fn until_answered<T, F: Future<Output = Result<T, Status>>>(ask: impl Fn() -> F) -> T {
    let began = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(status) => {
                let passing = [
                    Code::Unavailable,
                    Code::Cancelled,
                    Code::Unknown,
                    Code::DeadlineExceeded,
                    Code::Aborted,
                    Code::Internal,
                    Code::ResourceExhausted,
                ];
                assert!(passing.contains(&status.code()), "a fault: {status:?}");
                assert!(began.elapsed() < Duration::from_mins(3), "no answer in three minutes: {status:?}");
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
        }
    }
}
