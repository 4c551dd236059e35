//! The settings of the demo's server: nothing is taken from files or variables, so that a demo never
//! touches the database or the mail of a real house by accident.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::config::{Log, LogFormat, Secret, Settings};
use crate::domain::period::Period;
use crate::intake::{Record, SourceRow};

/// A domain that nobody has.
const NOBODYS: &str = "bonro.example";

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
    /// Who gets its summary; where none is named, and mail is files, an address that can't be anybody's.
    pub recipients: &'a [String],
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
    settings.report.recipients = wishes.recipients.to_vec();
    if wishes.recipients.is_empty() && wishes.mail.is_none() {
        let domain = if is_reserved(domain) { domain } else { NOBODYS };
        settings.report.recipients = vec![format!("Phòng Nội vụ <noivu@{domain}>")];
    }
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
    found.unwrap_or(NOBODYS)
}

/// Whether a domain is one that nobody can have (RFC 2606, RFC 6761).
fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let ends =
        |name: &str| domain.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    ["example", "test", "invalid", "localhost", "example.com", "example.net", "example.org"]
        .into_iter()
        .any(ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::period::Preset;
    use crate::intake::{Files, read};

    fn of(mail: Option<&str>, recipients: &[String], rows: &[SourceRow]) -> Settings {
        let period = Period::preset(Preset::Month(5), 2024).expect("a month");
        let (out, listen) = (Path::new("/tmp/a b?"), SocketAddr::from(([127, 0, 0, 1], 0)));
        settings(&Wishes { out, database: None, mail, listen, period, recipients }, rows)
    }

    #[test]
    fn a_demo_uses_its_own_directory_and_the_records_domain() {
        let settings = of(None, &[], &read(&Files::sample()).rows);
        assert_eq!(settings.database.url.expose(), "sqlite:///tmp/a b%3F/bonro.sqlite");
        assert_eq!(settings.mail.url.expose(), "file:/tmp/a b?/mail");
        assert_eq!(settings.mail.from, "Bonro <bonro@ducpho.example>");
        assert_eq!(settings.report.recipients, ["Phòng Nội vụ <noivu@ducpho.example>"]);
        assert!(!settings.jobs.enabled);
    }

    #[test]
    fn no_address_is_invented_that_could_be_somebodys() {
        let officials = "code,unit_code,full_name,role,email\nC1,A,Một,officer,mot@tinh.vn\n";
        let rows = read(&Files::of_memory([("officials.csv", officials.as_bytes().to_vec())])).rows;
        assert_eq!(of(None, &[], &rows).report.recipients, ["Phòng Nội vụ <noivu@bonro.example>"]);
        let smtp = Some("smtp://127.0.0.1:25");
        assert!(of(smtp, &[], &rows).report.recipients.is_empty());
        assert!(of(smtp, &[], &read(&Files::sample()).rows).report.recipients.is_empty());
        let named = ["an@tinh.vn".to_owned()];
        for mail in [None, smtp] {
            assert_eq!(of(mail, &named, &rows).report.recipients, named);
        }
        for domain in ["example", "a.Example", "example.com", "b.example.org", "x.test"] {
            assert!(is_reserved(domain), "{domain}");
        }
        for domain in ["tinh.vn", "myexample.com", "example.vn", "latest"] {
            assert!(!is_reserved(domain), "{domain}");
        }
    }
}
