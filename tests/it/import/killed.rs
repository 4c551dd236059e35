//! Imports that somebody kills: the client half way, and the server under a client.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use bonro::pb::v1;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::office::{Address, Picture, bonro, open, run, said, undisturbed};
use super::town::Town;
use crate::support::both;

/// Four batches of an import. One row of the first is refused, so that what is told of it outlives a kill.
const TOWN: Town = Town { officials: 20, dossiers: 3000, faulty: true };
/// The events of every such dossier are compared.
const EVERY: usize = 50;
/// Nothing here takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A child process that doesn't outlive its test.
pub struct Reaped(pub Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The picture of a house that got the same town in one go: made once for all tests.
async fn expected(directory: &Path) -> &'static Picture {
    static EXPECTED: OnceCell<Picture> = OnceCell::const_new();
    EXPECTED.get_or_init(|| undisturbed(directory, EVERY)).await
}

/// Asks again and again until `found` says so.
pub async fn until<T>(mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(found) = found().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it comes to that in time")
}

/// Waits until an import of the town has landed some batches, and not all.
async fn half_way(address: &Address) -> v1::Import {
    until(async || address.newest_import().await.ok().flatten().filter(|import| import.committed_row >= 1000))
        .await
}

/// One row was refused, and that is told by whoever ends the import.
fn assert_ended(code: Option<i32>, told: &Value) {
    assert_eq!((code, &told["total"]["refused"]), (Some(4), &1.into()), "{}", told["total"]);
    let [problem] = told["problems"].as_array().expect("problems").as_slice() else {
        panic!("one problem: {told:#}");
    };
    let of = |key: &str| problem[key].as_str().expect("a text");
    assert_eq!((of("file"), of("field"), of("code")), ("officials.csv", "unit_code", "C-X"));
    assert_eq!(problem["line"], TOWN.officials + 2);
    assert!(of("message_vi").contains("KHONG") && of("message_en").contains("KHONG"), "{problem:#}");
    assert_eq!(of("reason"), "UNKNOWN_REFERENCE", "{problem:#}");
}

both!(a_killed_import_goes_on_where_it_stopped, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    TOWN.write(directory.path());
    let (running, address) = open(&house.url, directory.path()).await;
    let mut import = address.importing(directory.path(), &["--json"]);
    let mut import = Reaped(import.stdout(Stdio::null()).spawn().expect("the binary runs"));
    half_way(&address).await;
    import.0.kill().expect("it was still at work");
    import.0.wait().expect("it is gone");
    // At once: the server may still have a batch of the dead client in its hands.
    let (code, told) = address.import(directory.path()).await;
    assert_ended(Some(code), &told);
    let of = |name: &str| told["total"][name].as_u64().expect("a count");
    let rows = TOWN.rows() as u64 - 1;
    assert!(of("before") >= 1000, "what was committed isn't sent again: {}", told["total"]);
    assert!(of("before") < rows, "it was killed half way: {}", told["total"]);
    // The calendar takes the place of the one that every house is founded with.
    assert_eq!(of("before") + of("landed") + of("changed"), rows, "{}", told["total"]);
    assert_eq!(of("unchanged"), 0, "{}", told["total"]);
    let ended = address.newest_import().await.expect("an answer").expect("an import");
    assert_eq!(ended.name, told["import"], "it is the same import");
    assert_eq!((ended.state(), ended.committed_row), (v1::ImportState::Finished, rows.cast_signed() + 1));
    assert_eq!(address.picture(EVERY).await, *expected(directory.path()).await);

    let (code, told) = address.import(directory.path()).await;
    assert_ended(Some(code), &told);
    assert_eq!(told["total"]["unchanged"], rows, "{}", told["total"]);
    running.stop().await.expect("the house drains");
});

/// A server of its own process.
struct Server {
    address: Address,
    database: String,
    process: Reaped,
}

impl Server {
    /// Starts one on an address, and waits until it answers.
    async fn start(database: &str, address: Address) -> Self {
        let listen = address.server.trim_start_matches("http://");
        let mut command = bonro(&["serve", "--listen", listen]);
        command.env("BONRO_DATABASE__URL", database).env("BONRO_JOBS__ENABLED", "false");
        command.env("BONRO_MAIL__URL", "file:/dev/null").env("BONRO_LOG__LEVEL", "error");
        let process = Reaped(command.spawn().expect("the binary runs"));
        until(async || address.newest_import().await.ok()).await;
        Self { address, database: database.to_owned(), process }
    }

    /// kill -9, and the same again.
    async fn killed_and_started_again(self) -> Self {
        let Self { address, database, mut process } = self;
        process.0.kill().expect("it was serving");
        process.0.wait().expect("it is gone");
        Self::start(&database, address).await
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

#[tokio::test]
async fn an_import_outlives_the_death_of_its_server() {
    let directory = tempfile::tempdir().expect("a directory");
    TOWN.write(directory.path());
    let database = format!("sqlite://{}", directory.path().join("house.sqlite").display());
    let mut minting = bonro(&["key", "create", "--label", "import", "--role", "admin"]);
    minting.env("BONRO_DATABASE__URL", &database);
    let minted = run(minting).await;
    let key = String::from_utf8(minted.stdout).expect("a key").trim().to_owned();
    let address = Address { server: format!("http://127.0.0.1:{}", free_port()), key };
    let server = Server::start(&database, address).await;

    let mut import = server.address.importing(directory.path(), &["--json"]);
    import.stdout(Stdio::piped()).stderr(Stdio::piped());
    let import = import.spawn().expect("the binary runs");
    let stopped = half_way(&server.address).await;
    let server = server.killed_and_started_again().await;
    let rows = i64::try_from(TOWN.rows()).expect("a small number");
    let begun = server.address.newest_import().await.expect("an answer").expect("what was committed stands");
    assert_eq!(begun.name, stopped.name);
    assert!((stopped.committed_row..rows).contains(&begun.committed_row), "{begun:?}");

    // The client that lived through it finds its way back and ends the import.
    let ending = tokio::task::spawn_blocking(move || import.wait_with_output());
    let ended = tokio::time::timeout(PATIENCE, ending).await.expect("it ends").expect("it is waited for");
    let ended = ended.expect("it has an end");
    assert_ended(ended.status.code(), &serde_json::from_slice(&ended.stdout).expect("JSON"));
    assert!(said(&ended).contains("trying again"), "{}", said(&ended));
    assert_eq!(server.address.picture(EVERY).await, *expected(directory.path()).await);

    let (code, told) = server.address.import(directory.path()).await;
    assert_ended(Some(code), &told);
    assert_eq!(told["total"]["unchanged"], rows - 1, "{}", told["total"]);
    let mut check = bonro(&["check", "figures"]);
    check.env("BONRO_DATABASE__URL", &database);
    let checked = run(check).await;
    assert!(checked.status.success(), "{}", said(&checked));
}
