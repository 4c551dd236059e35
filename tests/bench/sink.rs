//! Postfix's own measuring tools: a mail server that throws mails away, and a sender that knows nothing of records.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PROGRAMS: &str = "/usr/sbin";

/// A running `smtp-sink`. It ends with this process.
pub struct Sink {
    port: u16,
    /// Both programs ask for Postfix's settings, and need none.
    settings: TempDir,
    server: Child,
}

impl Sink {
    /// Starts one on loopback; None, with a loud line, where it isn't installed.
    pub fn start() -> Option<Self> {
        if !Path::new(PROGRAMS).join("smtp-sink").is_file() {
            let _ =
                writeln!(std::io::stderr(), "\n!!! Postfix isn't installed: MAILS GO INTO A DIRECTORY !!!\n");
            return None;
        }
        let settings = tempfile::tempdir().expect("a directory");
        std::fs::write(settings.path().join("main.cf"), "compatibility_level = 3.6\n").expect("a file");
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        let mut command = Command::new(Path::new(PROGRAMS).join("smtp-sink"));
        if Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0") {
            command.args(["-u", "nobody"]);
        }
        let server = command
            .arg(format!("127.0.0.1:{port}"))
            .arg("200")
            .env("MAIL_CONFIG", settings.path())
            .stdin(Stdio::null())
            .spawn()
            .expect("it starts");
        let sink = Self { port, settings, server };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "the sink doesn't listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(sink)
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// How long `smtp-source` takes for so many mails of so many bytes over kept connections.
    pub fn flood(&self, mails: usize, connections: usize, bytes: usize) -> Duration {
        let began = Instant::now();
        let status = Command::new(Path::new(PROGRAMS).join("smtp-source"))
            .args(["-d", "-s", &connections.to_string(), "-m", &mails.to_string(), "-l", &bytes.to_string()])
            .args(["-f", "bonro@tinh.example", "-t", "c1@tinh.example"])
            .arg(format!("127.0.0.1:{}", self.port))
            .env("MAIL_CONFIG", self.settings.path())
            .status()
            .expect("it starts");
        assert!(status.success(), "{status}");
        began.elapsed()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
