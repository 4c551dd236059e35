//! `bonro serve` as a process of its own on a SQLite file, told everything by `BONRO_…` variables.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};

use crate::support::binary::Bearer;

/// A directory with the house's file, and a key that opens it.
pub struct Office {
    directory: TempDir,
    drain_seconds: u32,
    key: String,
}

/// A running server; one that a test leaves behind is killed.
pub struct Served {
    child: Mutex<Child>,
    address: SocketAddr,
    key: MetadataValue<Ascii>,
}

impl Office {
    /// A fresh one.
    pub fn new(drain_seconds: u32) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let office = Self { directory, drain_seconds, key: String::new() };
        let made = office
            .bonro(&["key", "create", "--label", "test", "--role", "importer", "--role", "coordinator"])
            .output()
            .expect("the binary runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let said = String::from_utf8_lossy(&made.stdout);
        let key = said.split_whitespace().find(|word| word.starts_with("bonro_"));
        Self { key: key.expect("the key is printed").to_owned(), ..office }
    }

    fn bonro(&self, arguments: &[&str]) -> Command {
        let place = |name: &str| self.directory.path().join(name).display().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_bonro"));
        command
            .args(arguments)
            .env("BONRO_DATABASE__URL", format!("sqlite://{}", place("house.sqlite")))
            .env("BONRO_MAIL__URL", format!("file:{}", place("mail")))
            .env("BONRO_SERVER__LISTEN", "127.0.0.1:0")
            .env("BONRO_SERVER__DRAIN_SECONDS", self.drain_seconds.to_string())
            .env("BONRO_LOG__LEVEL", "info")
            .stdin(Stdio::null());
        command
    }

    /// Starts a server and waits until it says where it listens.
    pub async fn serve(&self) -> Served {
        let mut command = self.bonro(&["serve"]);
        let mut child =
            command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the binary runs");
        let mut log = BufReader::new(child.stderr.take().expect("it is piped"));
        let (told, heard) = tokio::sync::oneshot::channel();
        // Read to its end: a full pipe would hold the server.
        std::thread::spawn(move || {
            let (mut line, mut said, mut told) = (String::new(), String::new(), Some(told));
            while log.read_line(&mut line).is_ok_and(|count| count > 0) {
                let port = line.split("127.0.0.1:").nth(1).filter(|_| line.contains("serving"));
                let port =
                    port.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
                if let Some(port) = port
                    && let Some(told) = told.take()
                {
                    let _nobody_waits = told.send(Ok::<u16, String>(port));
                }
                said.push_str(&line);
                line.clear();
            }
            if let Some(told) = told.take() {
                let _nobody_waits = told.send(Err(said));
            }
        });
        let heard = tokio::time::timeout(Duration::from_mins(1), heard).await.expect("it starts in time");
        let port = heard.expect("its log is read").unwrap_or_else(|said| panic!("it didn't start:\n{said}"));
        let key = format!("Bearer {}", self.key).parse().expect("a key is ASCII");
        Served { child: Mutex::new(child), address: ([127, 0, 0, 1], port).into(), key }
    }
}

impl Served {
    /// A connection of its own, with the key.
    pub async fn call(&self) -> InterceptedService<Channel, Bearer> {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address)).expect("an address");
        let channel = endpoint.connect().await.expect("it listens");
        InterceptedService::new(channel, Bearer(self.key.clone()))
    }

    /// Tells it to stop.
    pub fn terminate(&self) {
        let id = self.child.lock().expect("one test").id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().expect("`kill` is part of every Unix");
        assert!(told.success());
    }

    /// Waits until nobody new is let in.
    pub async fn refuses_new_connections(&self) {
        let until = Instant::now() + Duration::from_secs(5);
        while tokio::net::TcpStream::connect(self.address).await.is_ok() {
            assert!(Instant::now() < until, "new connections are still taken");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Its exit code; None if it still runs after that time, or was killed.
    pub async fn ended(&self, patience: Duration) -> Option<i32> {
        let until = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.lock().expect("one test").try_wait().expect("it is ours") {
                return status.code();
            }
            if Instant::now() >= until {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Ok(child) = self.child.get_mut() {
            // It has ended already where the test went well.
            let _ended = child.kill();
            let _reaped = child.wait();
        }
    }
}
