//! A PostgreSQL cluster of the tests' own, on memory-backed disk.
//!
//! It outlives no run: a watchdog stops it and removes it once this process is gone, however it went.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// No TCP (the socket lies in the cluster's own directory, so no port can be taken), and room for many tests at once.
const SETTINGS: &str = "\
listen_addresses = ''
wal_level = minimal
max_wal_senders = 0
max_connections = 300
shared_buffers = 64MB
timezone = 'UTC'
log_min_messages = warning
";

/// A running cluster.
pub struct Cluster {
    directory: PathBuf,
    programs: PathBuf,
    keeper: Keeper,
    /// Its standard input is the rope between the two: it ends when this process does.
    _watchdog: Child,
}

impl Cluster {
    /// Starts one with further settings; None, with a loud line, where PostgreSQL isn't installed and needn't be.
    pub fn start(settings: &str) -> Option<Self> {
        let Some(programs) = programs() else {
            let text = "PostgreSQL (initdb, pg_ctl) isn't installed";
            assert!(std::env::var_os("BONRO_REQUIRE_POSTGRES").is_none_or(|value| value != "1"), "{text}");
            // Not `eprintln!`: the test runner would keep it to itself.
            let _ = writeln!(
                std::io::stderr(),
                "\n!!! {text}: THE POSTGRESQL HALF OF THE TESTS IS SKIPPED !!!\n"
            );
            return None;
        };
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let directory = tempfile::Builder::new()
            .prefix("bonro-pg-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(base)
            .expect("a directory for the cluster can be made")
            .keep();
        let keeper = Keeper::of(&directory);
        let data = directory.join("data");
        let watchdog = keeper.watch(&programs, &directory, &data);
        keeper.run(
            &programs.join("initdb"),
            &[
                "-D".as_ref(),
                data.as_ref(),
                "--username=postgres".as_ref(),
                "--auth=trust".as_ref(),
                "--encoding=UTF8".as_ref(),
                "--locale=C".as_ref(),
                "--no-sync".as_ref(),
            ],
        );
        let socket = format!("unix_socket_directories = '{}'\n", directory.display());
        let file = data.join("postgresql.auto.conf");
        fs::write(&file, format!("{SETTINGS}{settings}{socket}"))
            .expect("the cluster's settings can be written");
        let cluster = Self { directory, programs, keeper, _watchdog: watchdog };
        cluster.control("start", "fast");
        Some(cluster)
    }

    /// The database of a name in it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.directory.display())
    }

    /// Ends it as a power cut does, and starts it again: it recovers from its log.
    pub fn fall_and_rise(&self) {
        self.control("restart", "immediate");
    }

    fn control(&self, verb: &str, mode: &str) {
        let (data, log) = (self.directory.join("data"), self.directory.join("log"));
        let mut arguments: Vec<&OsStr> = vec![verb.as_ref(), "-w".as_ref(), "-D".as_ref(), data.as_ref()];
        arguments.extend(["-l".as_ref(), log.as_os_str()]);
        if verb == "restart" {
            arguments.extend(["-m".as_ref(), OsStr::new(mode)]);
        }
        self.keeper.run(&self.programs.join("pg_ctl"), &arguments);
    }
}

/// Who owns the cluster. PostgreSQL refuses to run as root, so root lends it to `postgres`.
struct Keeper {
    lent: bool,
}

impl Keeper {
    fn of(directory: &Path) -> Self {
        let id = Command::new("id").arg("-u").output().expect("`id` is part of every Unix");
        let lent = id.stdout.trim_ascii() == b"0";
        if lent {
            let status = Command::new("chown").arg("postgres").arg(directory).status();
            assert!(status.is_ok_and(|status| status.success()), "as root, a user `postgres` is needed");
        }
        Self { lent }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = if self.lent {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // Its own group: Ctrl-C is for the tests, the watchdog sees to the rest.
        command.process_group(0).current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn run(&self, program: &Path, arguments: &[&OsStr]) {
        // Errors go to a file-less stream of ours: a server that inherited it would hold a pipe open.
        let mut command = self.command(program);
        let status = command.args(arguments).stderr(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "{} failed: {arguments:?}", program.display());
    }

    /// Starts the process that outlives this one for a moment, to clear up.
    fn watch(&self, programs: &Path, directory: &Path, data: &Path) -> Child {
        let script = r#"trap "" INT TERM HUP; cat >/dev/null
            "$1" stop -s -m immediate -w -D "$2"; rm -rf "$3""#;
        self.command(Path::new("sh"))
            .args(["-c", script, "bonro-watchdog"])
            .arg(programs.join("pg_ctl"))
            .arg(data)
            .arg(directory)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell can be started")
    }
}

/// The folder that holds `initdb` and `pg_ctl`: on the PATH, or where Debian puts them (the newest).
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    debian.sort();
    folders.extend(debian.into_iter().rev());
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
}
