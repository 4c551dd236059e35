//! The landlord: builds the house from its settings, starts it and drains it. The only file that sees
//! all rooms.

mod office;
mod scrape;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use uuid::Uuid;

use office::office;
use scrape::Scrape;

use crate::config::Settings;
use crate::domain::period::Period;
use crate::domain::permission::{Caller, Role, Scope};
use crate::domain::record::RecordKind;
use crate::grpc::{Front, Limits};
use crate::jobs::NightWatch;
use crate::pb::v1;
use crate::report::Paper;
use crate::service::report::{Ask, summarize};
use crate::service::{Context, House, ServiceError, Work, checker, founding, keys, printing, reports};
use crate::store::{Pool, Store, holdings, outbox};
use crate::world::World;

/// How long the archive may take to close.
const CLOSING: Duration = Duration::from_secs(2);

/// Mails that haven't left a house.
#[derive(Debug, Clone, Default)]
pub struct Unsent {
    /// Those that are tried again, or are under way.
    pub waiting: usize,
    /// Those that were given up.
    pub dead: usize,
    /// How often those that wait were tried, all together.
    pub attempts: i64,
    /// When the first of those that wait may be tried.
    pub due_in: Duration,
    /// What a mail server, or the network, said of one of them.
    pub error: Option<String>,
}

/// A running house.
pub struct Running {
    house: House,
    address: SocketAddr,
    admin_key: String,
    night_watch: Option<NightWatch>,
    scrape: Option<Scrape>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Result<(), tonic::transport::Error>>,
    drain: Duration,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its metrics are read, if anywhere.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.scrape.as_ref().map(|scrape| scrape.address)
    }

    /// A key with every role, made for a demo; empty for a real house.
    pub fn admin_key(&self) -> &str {
        &self.admin_key
    }

    /// The report of a period on every paper that this build prints on: the files with their names.
    pub async fn report(
        &self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
        let look = self.house.look(own_context(&self.house, "report")).await?;
        let period = Period::new(first, last)?;
        let breakdowns = reports::BREAKDOWNS.into();
        let summary = summarize(&look, &Ask { period, unit_id: None, as_of: None, breakdowns }).await?;
        let papers: Vec<Paper> = Paper::ALL.into_iter().filter(|paper| paper.is_available()).collect();
        let printed = printing::printed(&look, summary, &self.house.settings.report, &papers).await?;
        Ok(papers.iter().map(|paper| paper.file_name()).zip(printed).collect())
    }

    /// The codes of all records that the house holds, by kind.
    pub async fn held(&self) -> anyhow::Result<Vec<(RecordKind, Vec<String>)>> {
        let look = self.house.look(own_context(&self.house, "held")).await?;
        let mut held = Vec::with_capacity(RecordKind::ALL.len());
        for kind in RecordKind::ALL {
            held.push((*kind, holdings::codes(&look.door, *kind).await?));
        }
        Ok(held)
    }

    /// What of its mail hasn't left.
    pub async fn unsent(&self) -> anyhow::Result<Unsent> {
        let look = self.house.look(own_context(&self.house, "unsent")).await?;
        let now = self.house.world.lease.now();
        let mut unsent = Unsent::default();
        for row in outbox::unsent(&look.door).await? {
            unsent.error = row.last_error.or(unsent.error);
            if row.state == "dead" {
                unsent.dead += 1;
                continue;
            }
            let free_at = if row.state == "leased" { row.leased_until } else { Some(row.not_before) };
            let due_in = free_at.and_then(|at| (at - now).to_std().ok()).unwrap_or_default();
            unsent.due_in = if unsent.waiting == 0 { due_in } else { unsent.due_in.min(due_in) };
            unsent.waiting += 1;
            unsent.attempts += i64::from(row.attempt);
        }
        Ok(unsent)
    }

    /// Serves until it is asked to stop, then drains. A server that ends by itself is an error.
    pub async fn until(mut self, asked: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
        tokio::select! {
            outcome = asked => outcome?,
            ended = &mut self.server => {
                ended.context("the server's task")?.context("the server")?;
                anyhow::bail!("the server ended though nobody asked it to");
            }
        }
        tracing::info!("draining");
        self.stop().await
    }

    /// Stops taking calls, lets those under way and the jobs end within the drain time, closes the archive.
    pub async fn stop(self) -> anyhow::Result<()> {
        let until = tokio::time::Instant::now() + self.drain;
        // The receiver is gone only if the server has ended by itself.
        let _ended = self.stop.send(());
        let resting = async {
            if let Some(night_watch) = self.night_watch {
                night_watch.stop(self.drain).await;
            }
        };
        let (ended, ()) = tokio::join!(tokio::time::timeout_at(until, self.server), resting);
        if let Ok(ended) = ended {
            ended.context("the server's task")?.context("the server")?;
        } else {
            tracing::warn!("calls still under way were cut off");
        }
        if !self.admin_key.is_empty() {
            let work = self.house.job(own_context(&self.house, "demo")).await?;
            keys::revoke_demos(&work).await?;
            work.finish(&[]).await?;
        }
        if let Some(scrape) = self.scrape {
            scrape.close().await;
        }
        // A call that was cut off may hold a connection: what isn't committed is rolled back with it.
        let closed = tokio::time::timeout(CLOSING, self.house.store.close()).await;
        closed.unwrap_or(Ok(())).context("the archive doesn't close")
    }
}

/// The context of the house's own doings.
fn own_context(house: &House, rpc: &str) -> Context {
    let caller = Caller {
        label: "bonro".to_owned(),
        key_id: Uuid::nil(),
        official_id: None,
        unit_id: None,
        roles: Vec::new(),
        language: "vi".to_owned(),
    };
    Context { caller, scope: Scope::All, rpc: rpc.to_owned(), now: house.world.office.now() }
}

async fn open(settings: &Settings, world: World) -> anyhow::Result<House> {
    let pool = Pool {
        connections: settings.database.connections,
        acquire: Duration::from_secs(settings.database.acquire_timeout_seconds),
        statement: Duration::from_secs(settings.database.statement_timeout_seconds),
    };
    let store = Store::connect(settings.database.url.expose(), pool)
        .await
        .context("database.url: the database can't be opened")?;
    Ok(House::with_settings(store, world, office(settings)?))
}

/// Starts a house; with `standing_at` the office clock stands there, as in a demo.
pub async fn start(settings: Settings, standing_at: Option<DateTime<Utc>>) -> anyhow::Result<Running> {
    let world = standing_at.map_or_else(World::real, World::standing);
    let house = open(&settings, world).await?;
    if settings.database.migrate_at_start {
        house.store.migrate().await.context("the tables can't be brought to today's form")?;
    }
    founding::found(&house).await?;
    let admin_key = if standing_at.is_some() { demo_key(&house).await? } else { String::new() };

    let page_key = settings.server.page_token_key.as_ref().map(|key| key.expose().as_bytes().to_vec());
    let limits = Limits {
        page_size_default: settings.limits.page_size_default.into(),
        page_size_max: settings.limits.page_size_max.into(),
        message_bytes: settings.limits.message_bytes,
    };
    let front = Front::new(house.clone(), page_key.as_deref()).await?.within(limits);
    let (routes, health) = front.routes().await?;
    let listener = TcpListener::bind(settings.server.listen)
        .await
        .with_context(|| format!("server.listen: {} can't be listened on", settings.server.listen))?;
    let address = listener.local_addr()?;
    house.free_leases().await?;
    let mut builder =
        Server::builder().tcp_nodelay(true).max_concurrent_streams(settings.limits.streams_per_connection);
    if let (Some(certificate), Some(key)) =
        (&settings.server.tls_certificate_file, &settings.server.tls_key_file)
    {
        let certificate = std::fs::read(certificate).context("server.tls_certificate_file")?;
        let key = std::fs::read(key).context("server.tls_key_file")?;
        builder =
            builder.tls_config(ServerTlsConfig::new().identity(Identity::from_pem(certificate, key)))?;
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let draining = async move {
        // An error means that the house was dropped: stop as well.
        let _dropped = stopped.await;
        front.close(health).await;
    };
    let incoming = TcpListenerStream::new(listener);
    let server = tokio::spawn(builder.add_routes(routes).serve_with_incoming_shutdown(incoming, draining));
    let night_watch = if settings.jobs.enabled {
        Some(NightWatch::start(house.clone(), Duration::from_secs(settings.jobs.beat_seconds)).await?)
    } else {
        None
    };
    let scrape = match settings.metrics.listen {
        Some(listen) => Some(Scrape::open(house.clone(), listen).await?),
        None => None,
    };
    let drain = Duration::from_secs(settings.server.drain_seconds);
    Ok(Running { house, address, admin_key, night_watch, scrape, stop, server, drain })
}

async fn demo_key(house: &House) -> anyhow::Result<String> {
    let mut work = house.job(own_context(house, "demo")).await?;
    let secret = keys::create_for_demo(&mut work).await?;
    work.finish(&[]).await?;
    Ok(secret)
}

/// Brings the tables to today's form; names what was applied.
pub async fn migrate(settings: &Settings) -> anyhow::Result<Vec<String>> {
    let house = open(settings, World::real()).await?;
    let applied = house.store.migrate().await?;
    founding::found(&house).await?;
    house.store.close().await?;
    Ok(applied)
}

/// Makes a key straight on the database: the first one.
pub async fn create_key(settings: &Settings, key: v1::Key) -> anyhow::Result<v1::CreateKeyResponse> {
    let house = open(settings, World::real()).await?;
    if settings.database.migrate_at_start {
        house.store.migrate().await?;
    }
    let mut work: Work = house.job(own_context(&house, "key create")).await?;
    let bare = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let roles = key.roles().filter_map(|role| {
        Role::parse(role.as_str_name().trim_start_matches("ROLE_").to_lowercase().as_str())
    });
    let new = keys::NewKey {
        label: key.label.clone(),
        official_code: bare(&key.official),
        roles: roles.collect(),
        unit_code: bare(&key.unit),
    };
    let (row, secret) = keys::create(&mut work, new).await.map_err(said)?;
    let key = v1::Key { name: format!("keys/{}", row.id), uid: row.id.to_string(), ..key };
    let answer = v1::CreateKeyResponse { key: Some(key), secret };
    work.finish(&[]).await?;
    house.store.close().await?;
    Ok(answer)
}

/// Recounts the ledger from the events; a line for each cell that differs.
pub async fn check_figures(settings: &Settings) -> anyhow::Result<Vec<String>> {
    let house = open(settings, World::real()).await?;
    let look = house.look(own_context(&house, "check figures")).await?;
    let found = checker::check(&look).await?;
    let lines = found
        .iter()
        .map(|d| {
            let unit = look.rules.unit_code(d.unit_id);
            let procedure = look.rules.procedure_code(d.procedure_id);
            format!("{} {unit} {procedure} {}: ledger {}, events {}", d.on, d.fact, d.ledger, d.events)
        })
        .collect();
    drop(look);
    house.store.close().await?;
    Ok(lines)
}

/// An error in both languages.
fn said(error: ServiceError) -> anyhow::Error {
    let ServiceError::Invalid(violations) = error else {
        return error.into();
    };
    let lines: Vec<String> = violations.iter().map(|v| format!("{}: {} / {}", v.field, v.vi, v.en)).collect();
    anyhow::anyhow!(lines.join("\n"))
}
