//! A mail server that this project didn't write: Postfix, on a free port of loopback, with a queue and mailboxes of its
//! own, which returns what it can't deliver to its sender.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::archive::SENDER;
use super::post::Taken;

/// The header fields that a delivery puts before those of the mail.
const PREPENDED: [&str; 4] = ["Return-Path:", "X-Original-To:", "Delivered-To:", "Received:"];

/// A running Postfix.
pub struct Postfix {
    port: u16,
    directory: PathBuf,
    /// Its standard input is the rope between the two: it stops the server when this process is gone.
    _watchdog: Child,
}

impl Postfix {
    /// Starts one; None, with a loud line, where it isn't installed or this isn't root, and neither need be.
    pub fn start() -> Option<Self> {
        let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
        if !root || !Path::new("/usr/sbin/postfix").is_file() {
            let text = "Postfix isn't installed, or this isn't root";
            assert!(std::env::var_os("BONRO_REQUIRE_POSTFIX").is_none_or(|value| value != "1"), "{text}");
            // Not `eprintln!`: the test runner would keep it to itself.
            let _ = writeln!(
                std::io::stderr(),
                "\n!!! {text}: THE RUN AGAINST A REAL MAIL SERVER IS SKIPPED !!!\n"
            );
            return None;
        }
        let directory = tempfile::Builder::new()
            .prefix("bonro-mta-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir()
            .expect("a directory")
            .keep();
        for name in ["conf", "queue", "data", "mail"] {
            fs::create_dir(directory.join(name)).expect("a fresh directory");
        }
        let port = free_port();
        let conf = directory.join("conf");
        let put = |name: &str, text: &str| fs::write(conf.join(name), text).expect("a file");
        put("main.cf", &main_cf(&directory));
        put("master.cf", &master_cf(port));
        let sender = SENDER.replace('.', "\\.");
        put("boxes", &format!("/^c[0-9]+@tinh\\.example$/ all/\n/^{sender}$/ bounces/\n"));
        run(Command::new("chown").arg("postfix").arg(directory.join("data")));
        run(Command::new("chown").arg("nobody").arg(directory.join("mail")));
        let watchdog = Command::new("sh")
            .args(["-c", r#"trap "" INT TERM HUP; cat >/dev/null; postfix -c "$1/conf" abort; rm -rf "$1""#])
            .arg("bonro-watchdog")
            .arg(&directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell can be started");
        run(Command::new("/usr/sbin/postfix").arg("-c").arg(&conf).arg("start"));
        Some(Self { port, directory, _watchdog: watchdog })
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The Maildir of the sender.
    pub fn bounces(&self) -> PathBuf {
        self.directory.join("mail/bounces")
    }

    /// What lies in the mailboxes of the officials, and what was returned to the sender.
    pub fn taken(&self) -> Vec<Taken> {
        let delivered = mails(&self.directory.join("mail/all/new")).into_iter();
        let returned = mails(&self.directory.join("mail/bounces/new")).into_iter();
        let read = mails(&self.directory.join("mail/bounces/cur")).into_iter();
        let delivered = delivered.map(|text| taken(&text, "Delivered-To: "));
        delivered.chain(returned.chain(read).map(|report| returned_mail(&report))).collect()
    }

    /// The mails that it still has in its hands.
    pub fn waiting(&self) -> usize {
        let queue = self.directory.join("queue");
        ["maildrop", "incoming", "active", "deferred"].iter().map(|name| files(&queue.join(name))).sum()
    }
}

fn files(directory: &Path) -> usize {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

fn mails(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

/// The mail as it was sent; to whom, says a line with that beginning.
fn taken(text: &str, recipient: &str) -> Taken {
    let to = text.lines().find_map(|line| line.strip_prefix(recipient)).unwrap_or_default();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.peek() {
        let folded = line.starts_with([' ', '\t']);
        if !folded && !PREPENDED.iter().any(|name| line.starts_with(name)) {
            break;
        }
        lines.next();
    }
    let rest = lines.fold(String::new(), |mut rest, line| {
        let _ = writeln!(rest, "{line}");
        rest
    });
    Taken { to: to.to_owned(), text: rest, unanswered: false }
}

/// The mail that a report of non-delivery brings back.
fn returned_mail(report: &str) -> Taken {
    let to =
        report.lines().find_map(|line| line.strip_prefix("Final-Recipient: rfc822; ")).unwrap_or_default();
    let boundary = report.lines().find_map(|line| line.strip_prefix("\tboundary=\"")).unwrap_or_default();
    let end = format!("\n--{}", boundary.trim_end_matches('"'));
    let brought = report.split_once("Content-Type: message/rfc822").map_or("", |(_, rest)| rest);
    let brought = brought.split_once("\n\n").map_or("", |(_, mail)| mail);
    let mail = brought.split(&end).next().unwrap_or_default();
    Taken { to: to.to_owned(), ..taken(&format!("{}\n", mail.trim_end_matches('\n')), "\0") }
}

fn main_cf(directory: &Path) -> String {
    let at = directory.display();
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {at}/queue\n\
         data_directory = {at}/data\n\
         inet_interfaces = 127.0.0.1\n\
         inet_protocols = ipv4\n\
         myhostname = post.example\n\
         mydestination =\n\
         mynetworks = 127.0.0.0/8\n\
         alias_maps =\n\
         local_recipient_maps =\n\
         virtual_mailbox_domains = tinh.example, co-quan.example\n\
         virtual_mailbox_base = {at}/mail\n\
         virtual_mailbox_maps = regexp:{at}/conf/boxes\n\
         virtual_uid_maps = static:65534\n\
         virtual_gid_maps = static:65534\n\
         smtpd_reject_unlisted_recipient = no\n\
         smtpd_recipient_restrictions = permit_mynetworks, reject\n\
         smtpd_client_connection_count_limit = 0\n\
         maillog_file = {at}/log\n\
         maillog_file_prefixes = {at}\n"
    )
}

/// The services that take, queue, deliver and return mail. None in a chroot.
fn master_cf(port: u16) -> String {
    let mut services = format!("127.0.0.1:{port} inet n - n - - smtpd\n");
    for (name, kind, wakes, most, program) in [
        ("pickup", "unix", "60", "1", "pickup"),
        ("cleanup", "unix", "-", "0", "cleanup"),
        ("qmgr", "unix", "300", "1", "qmgr"),
        ("tlsmgr", "unix", "1000?", "1", "tlsmgr"),
        ("rewrite", "unix", "-", "-", "trivial-rewrite"),
        ("bounce", "unix", "-", "0", "bounce"),
        ("defer", "unix", "-", "0", "bounce"),
        ("trace", "unix", "-", "0", "bounce"),
        ("verify", "unix", "-", "1", "verify"),
        ("flush", "unix", "1000?", "0", "flush"),
        ("proxymap", "unix", "-", "-", "proxymap"),
        ("smtp", "unix", "-", "-", "smtp"),
        ("error", "unix", "-", "-", "error"),
        ("retry", "unix", "-", "-", "error"),
        ("discard", "unix", "-", "-", "discard"),
        ("virtual", "unix", "-", "-", "virtual"),
        ("anvil", "unix", "-", "1", "anvil"),
        ("scache", "unix", "-", "1", "scache"),
        ("postlog", "unix-dgram", "-", "1", "postlogd"),
    ] {
        let private =
            if matches!(name, "pickup" | "cleanup" | "qmgr" | "flush" | "postlog") { "n" } else { "-" };
        let unprivileged = if name == "virtual" { "n" } else { "-" };
        let _ = writeln!(services, "{name} {kind} {private} {unprivileged} n {wakes} {most} {program}");
    }
    services
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("the program is there");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
