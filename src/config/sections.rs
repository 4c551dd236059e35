//! The sections and their keys, as the rooms get them.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Secret;

/// `[server]`.
#[derive(Debug, Clone, Serialize)]
pub struct Server {
    /// Where gRPC listens.
    pub listen: SocketAddr,
    /// PEM; both or neither.
    pub tls_certificate_file: Option<PathBuf>,
    /// PEM; both or neither.
    pub tls_key_file: Option<PathBuf>,
    /// On SIGTERM: how long running work may still finish.
    pub drain_seconds: u64,
    /// Signs page tokens; None: the house mints one and keeps it in the database.
    pub page_token_key: Option<Secret>,
}

/// `[database]`.
#[derive(Debug, Clone, Serialize)]
pub struct Database {
    /// `sqlite:…` or `postgres:…`.
    pub url: Secret,
    /// Bring the tables to today's form at start.
    pub migrate_at_start: bool,
    /// Connections that read.
    pub connections: u32,
    /// The longest wait for a connection.
    pub acquire_timeout_seconds: u64,
    /// The longest time of one statement.
    pub statement_timeout_seconds: u64,
}

/// `[mail]`.
#[derive(Debug, Clone, Serialize)]
pub struct Mail {
    /// `smtp://…`, `smtps://…` or `file:DIRECTORY`.
    pub url: Secret,
    /// PEM: authorities that are trusted beside the machine's.
    pub ca_file: Option<PathBuf>,
    /// DKIM: the name of the key; with `dkim_key_file` or not at all.
    pub dkim_selector: Option<String>,
    /// DKIM: the domain that signs; None: the sender's.
    pub dkim_domain: Option<String>,
    /// DKIM: the private key.
    pub dkim_key_file: Option<PathBuf>,
    /// The sender of everything.
    pub from: String,
    /// The address that mails come back to which can't be delivered; by default that of `from`.
    pub return_path: Option<String>,
    /// A Maildir or a directory into which they come back.
    pub returned: Option<PathBuf>,
    /// Connections to the mail server at once.
    pub connections: u32,
    /// The longest wait for one of its replies.
    pub timeout_seconds: u64,
    /// Mails that the mail server gets in a minute at most; 0: as many as it takes.
    pub per_minute: u32,
    /// Mails in a row that find no such address before it isn't written to any more; 0: never.
    pub suppress_after: u32,
    /// What a line of a digest links to; `{code}` is the dossier's code.
    pub dossier_link: Option<String>,
    /// Who runs the system: told by mail when something needs a hand.
    pub operator: Option<String>,
    /// The pause after a first failed attempt; it doubles with each, up to four hours.
    pub retry_after_seconds: u64,
    /// When mail that nobody accepts is given up.
    pub give_up_after_hours: u64,
}

/// `[jobs]`. The schedules are cron: minute hour day month weekday.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Whether this process does jobs by itself.
    pub enabled: bool,
    /// How often it looks for slots that have fallen due.
    pub beat_seconds: u64,
    /// How long a slot or a mail belongs to its worker.
    pub lease_seconds: u64,
    /// Flag what became overdue.
    pub flag_overdue: String,
    /// Fold the figure ledger.
    pub fold_figures: String,
    /// Send reminders of everything.
    pub reminders_morning: String,
    /// Send reminders of what is due today.
    pub reminders_due_today: String,
    /// Close a period and send its summary.
    pub close_period: String,
    /// Recount the figures from the events.
    pub check_figures: String,
    /// Take the files of drop folders.
    pub take_files: String,
    /// Take what comes back of mails.
    pub take_returned_mails: String,
}

/// `[intake]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// Where other software leaves its files.
    pub folders: Vec<IntakeFolder>,
}

/// One of `[[intake.folders]]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntakeFolder {
    /// Where it is.
    pub path: PathBuf,
    /// A mapping that the binary carries, or a TOML file; `bonro`: files of our own format.
    pub mapping: String,
    /// The source of its files; by default the mapping's.
    pub source: Option<String>,
    /// `full`: each holds all that the source has; `partial`.
    #[serde(default = "full")]
    pub kind: String,
    /// A file that is seen unchanged for so long is complete.
    #[serde(default = "two_minutes")]
    pub settle_seconds: u64,
    /// A file is complete when another of its name with this ending lies beside it, and only then.
    pub marker: Option<String>,
    /// Where a file's name says up to when it speaks, such as `yyyyMMdd_HHmm`; by default its last change says it.
    pub name_time: Option<String>,
}

/// `[reminders]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// Reminders leave while the office is open, and wait for that otherwise.
    pub only_in_office_hours: bool,
    /// Office hours that those below have to record the cause before a leader is told.
    pub leader_grace_office_hours: u16,
    /// Rules of the whole house.
    pub rules: Vec<ReminderRule>,
}

/// One of `[[reminders.rules]]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReminderRule {
    /// By what it is known; by default its kind and role.
    #[serde(default)]
    pub code: String,
    /// `dossier`, `task`, `petition`, `opinion` or `certificate`.
    pub subject: String,
    /// What it watches, such as `before_due`.
    pub kind: String,
    /// Working days before or after the instant that it measures from.
    #[serde(default)]
    pub working_days: i32,
    /// Office time before or after it, in minutes.
    #[serde(default)]
    pub office_minutes: i32,
    /// Months of age from which on it speaks; `ageing` only.
    #[serde(default)]
    pub months: i32,
    /// The watched list that it looks at; by default any. `ageing` only.
    #[serde(default)]
    pub watched_list: String,
    /// Working days between repeats; without it: told once.
    pub repeat_working_days: Option<i32>,
    /// `responsible`, `head`, `coordinator` or `leader`.
    #[serde(default = "responsible")]
    pub role: String,
    /// Whether it speaks.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn responsible() -> String {
    "responsible".to_owned()
}

fn yes() -> bool {
    true
}

fn full() -> String {
    "full".to_owned()
}

fn two_minutes() -> u64 {
    120
}

/// `[report]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Who gets the summary of a period: addresses, with or without names.
    pub recipients: Vec<String>,
    /// Top left of the report; empty: the committee that the units name, if an office issues.
    pub superior_body: String,
    /// Top left of the report, below; empty: the office that the units name, else the committee itself.
    pub issuing_body: String,
    /// The locality's name, also before the date; empty: as the committee's name says.
    pub place: String,
    /// What the locality belongs to, in lower case: `tỉnh`.
    pub superior_locality: String,
    /// Who signs; empty: `Chánh Văn phòng` for an office, `Chủ tịch` for a committee.
    pub signer_title: String,
    /// To whom the report is addressed.
    pub addressee: String,
    /// Which periods are closed: `month`, `quarter`, or one range `2023-12-15..2024-05-15`.
    pub close: String,
    /// Working days after a period's end on which its summary is made and sent; 0: the next day that the job runs.
    pub after_working_days: u16,
    /// Who drafts it, and is told what keeps it back.
    pub drafters: Vec<String>,
    /// Working days after a period's end by which its summary must have left, or somebody is told; 0: never.
    pub alarm_after_working_days: u16,
    /// Who is told then, besides `mail.operator`.
    pub alarm_recipients: Vec<String>,
    /// Files with forms of reports besides the one that comes with the house; one named `period` stands in its place.
    pub forms: Vec<PathBuf>,
}

/// `[metrics]`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Metrics {
    /// Where `/metrics` is served; None: nowhere.
    pub listen: Option<SocketAddr>,
}

/// `[log]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A level, or levels by room such as `info,bonro::jobs=debug`.
    pub level: String,
    /// For people or for collectors.
    pub format: LogFormat,
}

/// For whom the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Text,
    /// For collectors.
    Json,
}

/// `[limits]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Rows of a page for a client that doesn't ask.
    pub page_size_default: u32,
    /// Rows of a page at most.
    pub page_size_max: u32,
    /// The largest request or reply.
    pub message_bytes: usize,
    /// Requests at once on one connection.
    pub streams_per_connection: u32,
}

/// `[data]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Holds until a calendar is loaded.
    pub time_zone: String,
    /// Office hours after which the word of a source is stale and its reminders wait; 0: never. A source may have
    /// its own.
    pub stale_after_office_hours: u16,
    /// The agency part of the codes that the house draws.
    pub dossier_code_prefix: String,
    /// How long answers to a `request_id` are kept.
    pub request_replay_days: u32,
}
