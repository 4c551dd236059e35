//! The line to a server: address, key, and what client commands ask first.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use clap::Args;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status};

use super::exit::WrongUsage;
use super::wire;
use crate::pb::v1 as pb;
use crate::pb::v1::calendar_service_client::CalendarServiceClient;
use crate::pb::v1::report_service_client::ReportServiceClient;

/// Where the server is, and who calls.
#[derive(Debug, Clone, Args)]
pub struct ConnectionArgs {
    /// Địa chỉ máy chủ / Address of the server
    #[arg(long, env = "BONRO_SERVER", value_name = "URL", default_value = "http://127.0.0.1:50051")]
    pub server: String,
    /// Khóa truy cập / Key to call with
    #[arg(long, env = "BONRO_KEY", value_name = "KEY", hide_env_values = true)]
    pub key: Option<String>,
    /// Chứng chỉ CA (PEM) cho https / CA certificate (PEM) for https
    #[arg(long, env = "BONRO_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

/// Puts the key on every request.
#[derive(Debug, Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(key) = &self.0 {
            request.metadata_mut().insert("authorization", key.clone());
        }
        Ok(request)
    }
}

/// A connection that carries the key. It connects again by itself after a break.
pub type Line = InterceptedService<Channel, Bearer>;

/// The largest answer that is taken.
pub const ANSWER_BYTES: usize = 64 * 1024 * 1024;

impl ConnectionArgs {
    /// Connects now, so that a wrong address is said at once.
    pub async fn connect(&self) -> anyhow::Result<Line> {
        let key = match &self.key {
            None => None,
            Some(key) => {
                let value = format!("Bearer {}", key.trim()).parse();
                let mut value: MetadataValue<Ascii> = value.map_err(|_| {
                    WrongUsage("--key: có ký tự không hợp lệ / a character that can't be in a key".to_owned())
                })?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        let wrong = || WrongUsage(format!("--server: “{}”: http://HOST:PORT", self.server));
        let mut endpoint = Endpoint::from_shared(self.server.clone()).map_err(|_| wrong())?;
        if self.server.starts_with("https:") {
            let mut tls = ClientTlsConfig::new();
            if let Some(path) = &self.ca {
                let pem = std::fs::read(path).with_context(|| format!("--ca: {}", path.display()))?;
                tls = tls.ca_certificate(Certificate::from_pem(pem));
            }
            endpoint = endpoint.tls_config(tls).map_err(|_| wrong())?;
        } else if !self.server.starts_with("http:") {
            return Err(wrong().into());
        }
        let channel = endpoint
            .connect_timeout(Duration::from_secs(10))
            .http2_keep_alive_interval(Duration::from_secs(20))
            .keep_alive_while_idle(true)
            .tcp_nodelay(true)
            .connect()
            .await
            .with_context(|| format!("không kết nối được / cannot reach {}", self.server))?;
        Ok(InterceptedService::new(channel, Bearer(key)))
    }
}

/// The time zone of the house: that of its newest calendar in force.
pub async fn zone(line: &Line) -> anyhow::Result<Tz> {
    let request = pb::ListCalendarsRequest { page_size: 1000, ..Default::default() };
    let answer = CalendarServiceClient::new(line.clone()).list_calendars(request).await?.into_inner();
    let newest = answer
        .calendars
        .iter()
        .filter(|calendar| calendar.unit.is_empty() && calendar.state() == pb::CalendarState::InForce)
        .max_by_key(|calendar| calendar.version);
    let named = newest.and_then(|calendar| calendar.time_zone.parse().ok());
    Ok(named.unwrap_or(chrono_tz::Asia::Ho_Chi_Minh))
}

/// What the house takes for now: a demo's clock stands. A summary that isn't over says up to when it runs.
pub async fn now(line: &Line) -> anyhow::Result<Option<DateTime<Utc>>> {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a real day");
    let request = pb::SummarizePeriodRequest {
        period: Some(wire::period(day(2000, 1, 1), day(2099, 12, 31))),
        ..Default::default()
    };
    let answer = ReportServiceClient::new(line.clone()).summarize_period(request).await?.into_inner();
    Ok(answer.summary.and_then(|summary| summary.computed_until).as_ref().and_then(wire::instant))
}
