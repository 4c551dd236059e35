//! Servers of the real binary upon one archive, which are killed and started again.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use super::archive::SENDER;
use crate::support::binary::bonro;

/// The longest that a server takes to listen, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How the servers are set up.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The archive.
    pub database: String,
    /// The mail server.
    pub mail: String,
    /// Connections of each server to it.
    pub connections: u32,
}

/// A server. It doesn't outlive the drill.
pub struct Replica {
    /// `http://HOST:PORT`.
    pub address: String,
    setting: Setting,
    process: Option<Child>,
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Slots every few seconds, short leases: what takes days in an office happens in a minute.
pub fn set(command: &mut Command, setting: &Setting) {
    for (name, value) in [
        ("DATABASE__URL", setting.database.as_str()),
        ("MAIL__URL", &setting.mail),
        ("MAIL__FROM", SENDER),
        ("MAIL__CONNECTIONS", &setting.connections.to_string()),
        ("MAIL__TIMEOUT_SECONDS", "10"),
        ("MAIL__RETRY_AFTER_SECONDS", "1"),
        ("JOBS__BEAT_SECONDS", "1"),
        ("JOBS__LEASE_SECONDS", "6"),
        ("JOBS__FLAG_OVERDUE", "*/10 * * * * *"),
        ("JOBS__REMINDERS_MORNING", "*/5 * * * * *"),
        ("JOBS__REMINDERS_DUE_TODAY", "*/5 * * * * *"),
        // Whatever the hour is at which the drill is held.
        ("REMINDERS__ONLY_IN_OFFICE_HOURS", "false"),
        ("LOG__LEVEL", "error"),
    ] {
        command.env(format!("BONRO_{name}"), value);
    }
}

impl Replica {
    /// One that isn't started yet, on a free port.
    pub fn new(setting: Setting) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        Self { address, setting, process: None }
    }

    /// Starts the process; its log is appended to a file.
    pub fn start(&mut self, log: &Path) {
        let mut command = bonro(&["serve", "--listen", self.listen()]);
        set(&mut command, &self.setting);
        let file = std::fs::OpenOptions::new().create(true).append(true).open(log).expect("a log file");
        command.stdout(Stdio::null()).stderr(file);
        self.process = Some(command.spawn().expect("the binary runs"));
    }

    /// Waits until it listens.
    pub async fn ready(&mut self) {
        let began = Instant::now();
        while TcpStream::connect(self.listen().to_owned()).await.is_err() {
            let ended = self.process.as_mut().and_then(|p| p.try_wait().ok().flatten());
            assert!(ended.is_none(), "{} ended by itself: {ended:?}", self.address);
            assert!(began.elapsed() < PATIENCE, "{} doesn't listen", self.address);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// kill -9.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // It may have ended by itself.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    fn listen(&self) -> &str {
        self.address.trim_start_matches("http://")
    }
}
