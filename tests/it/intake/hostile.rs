//! More than a hundred hostile files against the real binary, each in a process that gets little memory and
//! little time: it is refused in words or read, and the process ends by itself.

mod damaged;
mod packed;
mod workbooks;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;

/// What must become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Refused as a whole, for this reason.
    Refused(&'static str),
    /// Read: that many good rows, that many refused.
    Read(u64, u64),
    /// Refused as a whole or read; both are sound.
    Either,
}

/// A hostile file.
pub struct Hostile {
    /// What it is; its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// What must become of it.
    pub fate: Fate,
}

pub fn hostile(name: impl Into<String>, bytes: impl Into<Vec<u8>>, fate: Fate) -> Hostile {
    Hostile { name: name.into(), bytes: bytes.into(), fate }
}

/// Address space of the process: the binary, its threads and what it reads.
const KIBIBYTES: u64 = 3 * 1024 * 1024;
const SECONDS: u64 = 60;

fn run(file: &Path) -> Output {
    let script = format!("ulimit -v {KIBIBYTES}; ulimit -t {SECONDS}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_bonro"), "import"]).arg(file);
    command.args(["--map", "dong-bo-ho-so", "--dry-run", "--json"]).env_remove("BONRO_KEY");
    command.env("RUST_BACKTRACE", "0").output().expect("the binary runs")
}

/// The other readers of such files: one looks for a mapping, one for a summary by unit. No house is reached.
fn elsewhere(file: &Path) -> Option<String> {
    let script = format!("ulimit -v {KIBIBYTES}; ulimit -t {SECONDS}; exec \"$0\" \"$@\"");
    let reconcile =
        ["--from", "2024-04-15", "--to", "2024-05-14", "--server", "http://127.0.0.1:1", "--key", "k"];
    for (words, more) in [(&["map", "guess"][..], &[][..]), (&["reconcile"], &reconcile)] {
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_bonro")]).args(words).arg(file).args(more);
        let output = command.env("RUST_BACKTRACE", "0").output().expect("the binary runs");
        // Done, refused, or readable and nobody there to be told: never a panic, never a signal.
        if !matches!(output.status.code(), Some(0 | 2 | 3)) {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Some(format!("{words:?} ended as {:?}: {said}", output.status));
        }
    }
    None
}

/// What is wrong with how it ended.
fn judge(file: &Hostile, output: &Output, took: Duration) -> Option<String> {
    let said = String::from_utf8_lossy(&output.stderr);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let reason = answer["refused"][0]["reason"].as_str();
    let rows = (answer["readable"].as_u64(), answer["refused"].as_u64());
    let found = match (output.status.code(), reason, rows) {
        (Some(2), Some(reason), _) => {
            let vi = answer["refused"][0]["message_vi"].as_str().unwrap_or_default();
            if !vi.contains("hãy ") {
                return Some(format!("no mend: {vi}"));
            }
            Err(reason)
        }
        (Some(0 | 4), None, (Some(good), Some(bad))) => Ok((good, bad)),
        _ => return Some(format!("ended as {:?}: {said}", output.status)),
    };
    let fits = match (file.fate, found) {
        (Fate::Refused(expected), Err(reason)) => expected == reason,
        (Fate::Read(good, bad), Ok(rows)) => rows == (good, bad),
        (Fate::Either, _) => true,
        (Fate::Refused(_), Ok(_)) | (Fate::Read(..), Err(_)) => false,
    };
    if !fits {
        return Some(format!("{:?} became {found:?}: {answer:#}", file.fate));
    }
    (took > Duration::from_secs(SECONDS)).then(|| format!("took {took:?}"))
}

#[test]
fn a_hundred_hostile_files_are_refused_or_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let waiting: Vec<Hostile> =
        [packed::all(), workbooks::all(), damaged::all()].into_iter().flatten().collect();
    let count = waiting.len();
    assert!(count >= 100, "there are only {count}");
    let (waiting, wrong) = (Mutex::new(waiting), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (waiting, wrong, directory) = (&waiting, &wrong, directory.path());
            scope.spawn(move || {
                loop {
                    let Some(file) = waiting.lock().expect("no test panics here").pop() else { return };
                    let extension = file.name.rsplit('.').next().unwrap_or_default();
                    let path = directory.join(format!("{worker}.{extension}"));
                    std::fs::write(&path, &file.bytes).expect("a file");
                    let began = Instant::now();
                    let output = run(&path);
                    let found = judge(&file, &output, began.elapsed()).or_else(|| elsewhere(&path));
                    wrong
                        .lock()
                        .expect("no test panics here")
                        .extend(found.map(|said| format!("{}: {said}", file.name)));
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no test panics here");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n\n"));
}
