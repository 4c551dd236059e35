//! The settings as they are written: their defaults, the secrets' files, and what can't be so.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::sections::{
    Data, Database, Intake, Jobs, Limits, Log, LogFormat, Mail, Metrics, Reminders, Report, Server,
};
use super::{BadSettings, Secret, Settings};

/// The settings as they are written: secrets apart from the files that hold them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSettings {
    server: RawServer,
    database: RawDatabase,
    mail: RawMail,
    jobs: Jobs,
    intake: Intake,
    reminders: Reminders,
    report: Report,
    metrics: RawMetrics,
    log: Log,
    limits: Limits,
    data: Data,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawServer {
    listen: String,
    tls_certificate_file: Option<PathBuf>,
    tls_key_file: Option<PathBuf>,
    drain_seconds: u64,
    page_token_key: Option<String>,
    page_token_key_file: Option<PathBuf>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDatabase {
    url: Option<String>,
    url_file: Option<PathBuf>,
    migrate_at_start: bool,
    connections: u32,
    acquire_timeout_seconds: u64,
    statement_timeout_seconds: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMail {
    url: Option<String>,
    url_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    dkim_selector: Option<String>,
    dkim_domain: Option<String>,
    dkim_key_file: Option<PathBuf>,
    from: String,
    return_path: Option<String>,
    returned: Option<PathBuf>,
    connections: u32,
    timeout_seconds: u64,
    per_minute: u32,
    suppress_after: u32,
    dossier_link: Option<String>,
    operator: Option<String>,
    retry_after_seconds: u64,
    give_up_after_hours: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMetrics {
    listen: Option<String>,
}

impl Default for RawSettings {
    fn default() -> Self {
        Self {
            server: RawServer {
                listen: "127.0.0.1:50051".to_owned(),
                tls_certificate_file: None,
                tls_key_file: None,
                drain_seconds: 20,
                page_token_key: None,
                page_token_key_file: None,
            },
            database: RawDatabase {
                url: None,
                url_file: None,
                migrate_at_start: true,
                connections: 8,
                acquire_timeout_seconds: 10,
                statement_timeout_seconds: 30,
            },
            mail: RawMail {
                url: None,
                url_file: None,
                ca_file: None,
                dkim_selector: None,
                dkim_domain: None,
                dkim_key_file: None,
                from: "Bonro <bonro@localhost>".to_owned(),
                return_path: None,
                returned: None,
                connections: 2,
                timeout_seconds: 60,
                per_minute: 0,
                suppress_after: 2,
                dossier_link: None,
                operator: None,
                retry_after_seconds: 60,
                give_up_after_hours: 72,
            },
            jobs: Jobs {
                enabled: true,
                beat_seconds: 15,
                lease_seconds: 60,
                flag_overdue: "*/5 * * * *".to_owned(),
                fold_figures: "*/10 * * * *".to_owned(),
                reminders_morning: "15 7 * * *".to_owned(),
                reminders_due_today: "30 15 * * *".to_owned(),
                close_period: "30 7 * * *".to_owned(),
                check_figures: "0 2 * * *".to_owned(),
                take_files: "*/5 * * * *".to_owned(),
                take_returned_mails: "*/5 * * * *".to_owned(),
            },
            intake: Intake::default(),
            reminders: Reminders {
                only_in_office_hours: true,
                leader_grace_office_hours: 8,
                rules: Vec::new(),
            },
            report: Report {
                recipients: Vec::new(),
                superior_body: String::new(),
                issuing_body: String::new(),
                place: String::new(),
                superior_locality: "tỉnh".to_owned(),
                signer_title: String::new(),
                addressee: "Phòng Nội vụ".to_owned(),
                close: "month".to_owned(),
                after_working_days: 1,
                drafters: Vec::new(),
                alarm_after_working_days: 3,
                alarm_recipients: Vec::new(),
                forms: Vec::new(),
            },
            metrics: RawMetrics::default(),
            log: Log { level: "info".to_owned(), format: LogFormat::Auto },
            limits: Limits {
                page_size_default: 50,
                page_size_max: 1000,
                message_bytes: 4_194_304,
                streams_per_connection: 128,
            },
            data: Data {
                time_zone: "Asia/Ho_Chi_Minh".to_owned(),
                stale_after_office_hours: 16,
                dossier_code_prefix: "000.00.00.H48".to_owned(),
                request_replay_days: 14,
            },
        }
    }
}

/// A secret from its key or its file; not from both.
fn secret(
    key: &str,
    value: Option<String>,
    file: Option<PathBuf>,
    wrong: &mut Vec<String>,
) -> Option<Secret> {
    match (value, file) {
        (Some(_), Some(_)) => {
            wrong.push(format!("{key}, {key}_file: chỉ đặt một trong hai / set only one of the two"));
            None
        }
        (Some(value), None) => Some(Secret::new(value)),
        (None, Some(path)) => match fs::read_to_string(&path) {
            Ok(text) => Some(Secret::new(text.trim_end_matches(['\r', '\n']))),
            Err(error) => {
                wrong.push(format!("{key}_file: không đọc được / cannot read {}: {error}", path.display()));
                None
            }
        },
        (None, None) => None,
    }
}

impl RawSettings {
    /// Reads the secrets' files and holds everything against each other. All that can't be so is said
    /// at once.
    pub(super) fn resolve(self) -> Result<Settings, BadSettings> {
        let mut wrong = Vec::new();
        let mut address = |key: &str, found: &str, usual: u16| {
            found.parse().unwrap_or_else(|_| {
                wrong.push(format!("{key}: “{found}” phải có dạng / must be of the form 127.0.0.1:{usual}"));
                SocketAddr::from(([127, 0, 0, 1], usual))
            })
        };
        let listen = address("server.listen", &self.server.listen, 50051);
        let metrics =
            Metrics { listen: self.metrics.listen.map(|found| address("metrics.listen", &found, 9464)) };
        let (server, database, mail) = (self.server, self.database, self.mail);
        let page_token_key =
            secret("server.page_token_key", server.page_token_key, server.page_token_key_file, &mut wrong);
        let database_url = secret("database.url", database.url, database.url_file, &mut wrong);
        let mail_url = secret("mail.url", mail.url, mail.url_file, &mut wrong);
        let settings = Settings {
            server: Server {
                listen,
                tls_certificate_file: server.tls_certificate_file,
                tls_key_file: server.tls_key_file,
                drain_seconds: server.drain_seconds,
                page_token_key,
            },
            database: Database {
                url: database_url.unwrap_or_else(|| Secret::new("sqlite://bonro.db")),
                migrate_at_start: database.migrate_at_start,
                connections: database.connections,
                acquire_timeout_seconds: database.acquire_timeout_seconds,
                statement_timeout_seconds: database.statement_timeout_seconds,
            },
            mail: Mail {
                url: mail_url.unwrap_or_else(|| Secret::new("file:mail")),
                ca_file: mail.ca_file,
                dkim_selector: mail.dkim_selector,
                dkim_domain: mail.dkim_domain,
                dkim_key_file: mail.dkim_key_file,
                from: mail.from,
                return_path: mail.return_path,
                returned: mail.returned,
                connections: mail.connections,
                timeout_seconds: mail.timeout_seconds,
                per_minute: mail.per_minute,
                suppress_after: mail.suppress_after,
                dossier_link: mail.dossier_link,
                operator: mail.operator,
                retry_after_seconds: mail.retry_after_seconds,
                give_up_after_hours: mail.give_up_after_hours,
            },
            jobs: self.jobs,
            intake: self.intake,
            reminders: self.reminders,
            report: self.report,
            metrics,
            log: self.log,
            limits: self.limits,
            data: self.data,
        };
        settings.find_nonsense(&mut wrong);
        if wrong.is_empty() { Ok(settings) } else { Err(BadSettings::Sense(wrong)) }
    }
}

impl Settings {
    fn find_nonsense(&self, wrong: &mut Vec<String>) {
        let mut unless = |holds: bool, text: &str| {
            if !holds {
                wrong.push(text.to_owned());
            }
        };
        let (server, limits) = (&self.server, &self.limits);
        unless(
            server.tls_certificate_file.is_some() == server.tls_key_file.is_some(),
            "server.tls_certificate_file, server.tls_key_file: đặt cả hai hoặc không đặt / set both or neither",
        );
        unless(
            server.page_token_key.as_ref().is_none_or(|key| key.expose().chars().count() >= 32),
            "server.page_token_key: ít nhất 32 ký tự / at least 32 characters",
        );
        let starts =
            |url: &Secret, schemes: &[&str]| schemes.iter().any(|scheme| url.expose().starts_with(scheme));
        unless(
            starts(&self.database.url, &["sqlite:", "postgres:", "postgresql:"]),
            "database.url: sqlite://FILE hoặc / or postgres://USER:PASSWORD@HOST/DATABASE",
        );
        unless(
            starts(&self.mail.url, &["smtp:", "smtp+starttls:", "smtps:", "file:"]),
            "mail.url: smtp://HOST:PORT, smtp+starttls://HOST:PORT, smtps://HOST:PORT hoặc / or file:DIRECTORY",
        );
        unless(
            self.mail.dkim_selector.is_some() == self.mail.dkim_key_file.is_some(),
            "mail.dkim_selector, mail.dkim_key_file: đặt cả hai hoặc không đặt / set both or neither",
        );
        unless(self.mail.from.contains('@'), "mail.from: thiếu địa chỉ / an address is missing");
        unless(
            self.mail.return_path.as_ref().is_none_or(|address| address.contains('@')),
            "mail.return_path: thiếu địa chỉ / an address is missing",
        );
        unless(
            self.mail.returned.as_ref().is_none_or(|path| path.is_absolute()),
            "mail.returned: hãy ghi đường dẫn đầy đủ / give the absolute path of the directory",
        );
        let addresses = |all: &[String]| all.iter().all(|recipient| recipient.contains('@'));
        let report = &self.report;
        unless(
            addresses(&report.alarm_recipients),
            "report.alarm_recipients: thiếu địa chỉ / an address is missing",
        );
        unless(addresses(&report.drafters), "report.drafters: thiếu địa chỉ / an address is missing");
        // Later than that the next period would be over.
        unless(report.after_working_days <= 15, "report.after_working_days: từ 0 đến 15 / from 0 to 15");
        unless(
            report.alarm_after_working_days == 0
                || report.alarm_after_working_days >= report.after_working_days,
            "report.alarm_after_working_days: không sớm hơn report.after_working_days, hoặc 0 / \
             not before report.after_working_days, or 0",
        );
        unless(
            self.data.time_zone.parse::<Tz>().is_ok(),
            "data.time_zone: một tên IANA / an IANA name, such as Asia/Ho_Chi_Minh",
        );
        let jobs = &self.jobs;
        for (key, cron) in [
            ("flag_overdue", &jobs.flag_overdue),
            ("fold_figures", &jobs.fold_figures),
            ("reminders_morning", &jobs.reminders_morning),
            ("reminders_due_today", &jobs.reminders_due_today),
            ("close_period", &jobs.close_period),
            ("check_figures", &jobs.check_figures),
            ("take_files", &jobs.take_files),
            ("take_returned_mails", &jobs.take_returned_mails),
        ] {
            unless(
                cron.parse::<croner::Cron>().is_ok(),
                &format!(
                    "jobs.{key}: phút giờ ngày tháng thứ / minute hour day month weekday, such as 15 7 * * *"
                ),
            );
        }
        for (key, value) in [
            ("database.connections", u64::from(self.database.connections)),
            ("database.acquire_timeout_seconds", self.database.acquire_timeout_seconds),
            ("database.statement_timeout_seconds", self.database.statement_timeout_seconds),
            ("mail.connections", u64::from(self.mail.connections)),
            ("mail.timeout_seconds", self.mail.timeout_seconds),
            ("mail.retry_after_seconds", self.mail.retry_after_seconds),
            ("jobs.beat_seconds", jobs.beat_seconds),
            ("jobs.lease_seconds", jobs.lease_seconds),
            ("limits.page_size_default", u64::from(limits.page_size_default)),
            ("limits.page_size_max", u64::from(limits.page_size_max)),
            ("limits.message_bytes", limits.message_bytes as u64),
            ("limits.streams_per_connection", u64::from(limits.streams_per_connection)),
        ] {
            unless(value > 0, &format!("{key}: lớn hơn 0 / more than 0"));
        }
        unless(
            limits.page_size_default <= limits.page_size_max,
            "limits.page_size_default: không lớn hơn / no more than limits.page_size_max",
        );
    }
}
