//! The meter is read over HTTP, as Prometheus does it, from a house that serves.

use std::net::SocketAddr;

use bonro::app;
use bonro::config::Settings;
use bonro::pb::v1;
use bonro::pb::v1::import_service_client::ImportServiceClient;
use bonro::pb::v1::job_service_client::JobServiceClient;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};

use crate::support::binary::Bearer;
use crate::support::both;

async fn get(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let ask = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.expect("it is asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), body.to_owned())
}

fn value(body: &str, metric: &str) -> Option<f64> {
    body.lines().find_map(|line| line.strip_prefix(metric)?.trim().parse().ok())
}

both!(the_meter_is_read_as_prometheus_does, |house| {
    let mails = tempfile::tempdir().expect("a directory for mails");
    let toml = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[metrics]\nlisten = \"127.0.0.1:0\"\n[jobs]\nenabled = false\n\
         [database]\nurl = {:?}\n[mail]\nurl = \"file:{}\"\n[report]\nrecipients = [\"a@b.example\"]\n",
        house.url,
        mails.path().display()
    );
    let settings = Settings::layered(&toml, []).expect("the settings are right");
    let at = "2024-05-16T00:15:00Z".parse().expect("an instant");
    let running = app::start(settings, Some(at)).await.expect("it starts");
    let metrics = running.metrics_address().expect("it can be read");
    let endpoint = Endpoint::from_shared(format!("http://{}", running.address())).expect("an address");
    let channel: Channel = endpoint.connect().await.expect("it listens");
    let key: MetadataValue<Ascii> = format!("Bearer {}", running.admin_key()).parse().expect("a key");
    let line = InterceptedService::new(channel, Bearer(key));
    let mut jobs = JobServiceClient::new(line.clone());
    for name in ["jobs/report_period", "jobs/flag_overdue", "jobs/flag_overdue"] {
        let request = v1::RunJobRequest { name: name.to_owned(), ..Default::default() };
        jobs.run_job(request).await.expect("it runs");
    }
    let pause = v1::PauseJobRequest {
        name: "jobs/check_figures".to_owned(),
        note: "thử".to_owned(),
        ..Default::default()
    };
    jobs.pause_job(pause).await.expect("it rests");
    let unknown = v1::RunJobRequest { name: "jobs/no_such".to_owned(), ..Default::default() };
    jobs.run_job(unknown).await.expect_err("there is none");
    ImportServiceClient::new(line).list_sources(v1::ListSourcesRequest {}).await.expect("they are listed");

    let (head, body) = get(metrics, "/metrics").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        head.to_lowercase().contains("content-type: application/openmetrics-text; version=1.0.0"),
        "{head}"
    );
    for (metric, expected) in [
        ("bonro_slots_total{job=\"report_period\",outcome=\"done\"}", 1.0),
        ("bonro_slots_total{job=\"flag_overdue\",outcome=\"done\"}", 1.0),
        ("bonro_outbox_mails{kind=\"period_summary\",state=\"queued\"}", 1.0),
        ("bonro_outbox_oldest_seconds", 0.0),
        ("bonro_job_paused{job=\"check_figures\"}", 1.0),
        ("bonro_job_paused{job=\"flag_overdue\"}", 0.0),
        ("bonro_job_last_done_timestamp_seconds{job=\"report_period\"}", 1_715_818_500.0),
        ("bonro_rpcs_total{rpc=\"bonro.v1.JobService/RunJob\",code=\"Ok\"}", 3.0),
        ("bonro_rpcs_total{rpc=\"bonro.v1.JobService/RunJob\",code=\"NotFound\"}", 1.0),
        ("bonro_rpc_duration_seconds_count{rpc=\"bonro.v1.JobService/PauseJob\"}", 1.0),
    ] {
        assert_eq!(value(&body, metric), Some(expected), "{metric}\n{body}");
    }
    assert!(body.ends_with("# EOF\n"));
    let deliver = v1::RunJobRequest { name: "jobs/deliver_mail".to_owned(), ..Default::default() };
    jobs.run_job(deliver).await.expect("it runs");
    let (_, body) = get(metrics, "/metrics").await;
    assert_eq!(value(&body, "bonro_mails_total{kind=\"period_summary\",outcome=\"sent\"}"), Some(1.0));
    assert!(!body.contains("bonro_outbox_mails{"), "what has left waits no more");
    assert!(get(metrics, "/").await.0.starts_with("HTTP/1.1 404"));

    running.stop().await.expect("it stops");
    assert!(TcpStream::connect(metrics).await.is_err(), "its door is shut");
});
