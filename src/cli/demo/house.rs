//! The settings of the demo's server: nothing is taken from files or variables, so that a demo never
//! touches the database or the mail of a real house by accident.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::config::{Log, LogFormat, Secret, Settings};
use crate::domain::period::Period;
use crate::intake::{Record, SourceRow};

/// What the demo's server is to use.
pub struct Wishes<'a> {
    /// Where everything is written.
    pub out: &'a Path,
    /// A database other than the embedded one.
    pub database: Option<&'a str>,
    /// A mail server rather than files.
    pub mail: Option<&'a str>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The period to close.
    pub period: Period,
}

/// Where mail files go.
pub fn mail_directory(out: &Path) -> PathBuf {
    out.join("mail")
}

/// How the log is written: only what is wrong.
pub fn log() -> Log {
    Log { level: "warn".to_owned(), format: LogFormat::Text }
}

/// The settings.
pub fn settings(wishes: &Wishes<'_>, rows: &[SourceRow]) -> Settings {
    let mut settings = Settings::default();
    settings.server.listen = wishes.listen;
    settings.server.drain_seconds = 10;
    let sqlite = || {
        // What would end the path of a URL is written as a code.
        let path = wishes.out.join("bonro.sqlite").display().to_string();
        format!("sqlite://{}", path.replace('%', "%25").replace('?', "%3F").replace('#', "%23"))
    };
    settings.database.url = Secret::new(wishes.database.map_or_else(sqlite, str::to_owned));
    let files = || format!("file:{}", mail_directory(wishes.out).display());
    settings.mail.url = Secret::new(wishes.mail.map_or_else(files, str::to_owned));
    let domain = mail_domain(rows);
    settings.mail.from = format!("Bonro <bonro@{domain}>");
    settings.report.recipients = vec![format!("Phòng Nội vụ <noivu@{domain}>")];
    settings.report.close = format!("{}..{}", wishes.period.first(), wishes.period.last());
    settings.log = log();
    // Jobs run when the demo says so.
    settings.jobs.enabled = false;
    settings
}

/// The domain of the officials' addresses.
fn mail_domain(rows: &[SourceRow]) -> &str {
    let found = rows.iter().find_map(|row| {
        let Record::Official(official) = &row.record else { return None };
        let (_, domain) = official.email.rsplit_once('@')?;
        let is_plain =
            domain.contains('.') && domain.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
        is_plain.then_some(domain)
    });
    found.unwrap_or("bonro.example")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::Preset;
    use crate::intake::{Files, read};

    #[test]
    fn a_demo_uses_its_own_directory_and_the_records_domain() {
        let out = Path::new("/tmp/a b?");
        let period = Period::preset(Preset::Month(5), 2024).expect("a month");
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let wishes = Wishes { out, database: None, mail: None, listen, period };
        let settings = settings(&wishes, &read(&Files::sample()).rows);
        assert_eq!(settings.database.url.expose(), "sqlite:///tmp/a b%3F/bonro.sqlite");
        assert_eq!(settings.mail.url.expose(), "file:/tmp/a b?/mail");
        assert_eq!(settings.mail.from, "Bonro <bonro@ducpho.example>");
        assert_eq!(settings.report.recipients, ["Phòng Nội vụ <noivu@ducpho.example>"]);
        assert!(!settings.jobs.enabled);
    }
}
