//! How sealed bytes leave the house: by SMTP (`smtp`) or into a directory of .eml files. No words
//! and no sealing here; delivering the same message again is the caller's right after any doubt.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::transport::smtp::client::Certificate;

use super::delivery_error::DeliveryError;
use super::smtp::{Security, SmtpPost, Taken};

/// How a certificate begins in PEM.
const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Where mails go.
#[derive(Debug)]
pub enum Post {
    /// A mail server.
    Smtp(Box<SmtpPost>),
    /// A directory; one file a Message-ID.
    Directory(PathBuf),
}

/// Why a mail URL is unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPostUrl {
    /// Not one of the schemes.
    #[error(
        "mail URL: unknown scheme; write smtp://host:port, smtp+starttls://user:password@host, smtps://user:password@host or file:DIRECTORY"
    )]
    Scheme,
    /// No host or no directory.
    #[error("mail URL: nothing follows the scheme; name a host or a directory")]
    Empty,
    /// A port that isn't 1 to 65535.
    #[error("mail URL: the port must be a number from 1 to 65535")]
    Port,
    /// A broken `%` sequence in user or password.
    #[error("mail URL: user and password must be percent-encoded; write %25 for %, %40 for @, %3A for :")]
    Encoding,
    /// Something after the host.
    #[error("mail URL: nothing may follow host and port")]
    Trailing,
}

/// Why a file of authorities is unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no certificate in it; write PEM, -----BEGIN CERTIFICATE----- and so on")]
pub struct BadAuthorities;

impl Post {
    /// Trusts these authorities (PEM, one or several) beside those of the machine: an office's own, mostly.
    pub fn with_authorities(self, pem: &[u8]) -> Result<Self, BadAuthorities> {
        // lettre takes a file without any for an empty list.
        if !pem.windows(MARK.len()).any(|window| window == MARK) {
            return Err(BadAuthorities);
        }
        let found = Certificate::from_pem(pem).map_err(|_| BadAuthorities)?;
        Ok(match self {
            Self::Smtp(post) => Self::Smtp(Box::new(post.with_authorities(vec![found]))),
            Self::Directory(directory) => Self::Directory(directory),
        })
    }

    /// How long a mail server's single reply is waited for.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        match self {
            Self::Smtp(post) => Self::Smtp(Box::new(post.with_patience(patience))),
            Self::Directory(directory) => Self::Directory(directory),
        }
    }

    /// How many mails a mail server gets in a minute at most; 0: as many as it takes.
    #[must_use]
    pub fn with_most_per_minute(self, most: u32) -> Self {
        match self {
            Self::Smtp(post) => Self::Smtp(Box::new(post.with_most_per_minute(most))),
            Self::Directory(directory) => Self::Directory(directory),
        }
    }

    /// Reads `smtp://`, `smtp+starttls://`, `smtps://` (with `user:password@`, percent-encoded, and
    /// `:port`, by default 25, 587, 465) or `file:DIRECTORY`.
    pub fn from_url(url: &str) -> Result<Self, BadPostUrl> {
        if let Some(directory) = url.strip_prefix("file:") {
            let directory = directory.strip_prefix("//").unwrap_or(directory);
            return if directory.is_empty() {
                Err(BadPostUrl::Empty)
            } else {
                Ok(Self::Directory(directory.into()))
            };
        }
        let (scheme, rest) = url.split_once("://").ok_or(BadPostUrl::Scheme)?;
        let (security, default_port) = match scheme {
            "smtp" => (Security::Plain, 25),
            "smtp+starttls" => (Security::StartTls, 587),
            "smtps" => (Security::Tls, 465),
            _ => return Err(BadPostUrl::Scheme),
        };
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, rest),
        };
        let place = place.strip_suffix('/').unwrap_or(place);
        if place.contains(['/', '?', '#']) {
            return Err(BadPostUrl::Trailing);
        }
        let (host, port) = split_port(place)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(BadPostUrl::Empty);
        }
        let login = login
            .map(|text| {
                let (user, password) = text.split_once(':').unwrap_or((text, ""));
                Ok::<_, BadPostUrl>((percent_decoded(user)?, percent_decoded(password)?))
            })
            .transpose()?;
        let server = SmtpPost::new(host.to_owned(), port.unwrap_or(default_port), security, login);
        Ok(Self::Smtp(Box::new(server)))
    }

    /// Delivers one sealed mail. `Ok` only after the server's final 250, or once the file and its
    /// name are on the disk.
    pub async fn deliver(
        &self,
        from: &str,
        to: &str,
        message_id: &str,
        sealed: &[u8],
    ) -> Result<Taken, DeliveryError> {
        self.deliver_when((from, to), message_id, sealed, std::future::ready(true)).await
    }

    /// The same, but the mail leaves only once `may_leave` says so: until then no server has anything of it. Where it says
    /// no, nothing leaves, and it ends with an error.
    pub async fn deliver_when(
        &self,
        (from, to): (&str, &str),
        message_id: &str,
        sealed: &[u8],
        may_leave: impl Future<Output = bool>,
    ) -> Result<Taken, DeliveryError> {
        match self {
            Self::Smtp(post) => post.deliver(from, to, sealed, may_leave).await,
            Self::Directory(directory) => {
                if !may_leave.await {
                    return Err(DeliveryError::temporary("it wasn't let go"));
                }
                let (directory, name, bytes) = (directory.clone(), file_name(message_id), sealed.to_vec());
                let taken = Taken { code: None, text: name.clone() };
                tokio::task::spawn_blocking(move || put(&directory, &name, &bytes))
                    .await
                    .map_err(|e| DeliveryError::temporary(e.to_string()))?
                    .map_err(|e| DeliveryError::temporary(e.to_string()))?;
                Ok(taken)
            }
        }
    }
}

fn split_port(place: &str) -> Result<(&str, Option<u16>), BadPostUrl> {
    match place.rsplit_once(':') {
        // The colons of an IPv6 address in brackets are not a port's.
        Some((_, after)) if after.ends_with(']') => Ok((place, None)),
        Some((host, port)) => match port.parse() {
            Ok(0) | Err(_) => Err(BadPostUrl::Port),
            Ok(port) => Ok((host, Some(port))),
        },
        None => Ok((place, None)),
    }
}

fn percent_decoded(text: &str) -> Result<String, BadPostUrl> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16)).ok_or(BadPostUrl::Encoding);
        let value = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(value).map_err(|_| BadPostUrl::Encoding)?);
    }
    String::from_utf8(bytes).map_err(|_| BadPostUrl::Encoding)
}

/// The file of a message: the local part of its Message-ID, without anything that leads elsewhere.
fn file_name(message_id: &str) -> String {
    let inside = message_id.trim_start_matches('<').trim_end_matches('>');
    let local = inside.rsplit_once('@').map_or(inside, |(local, _)| local);
    let safe: String = local
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.+=".contains(c) { c } else { '_' })
        .collect();
    format!("{}.eml", safe.trim_start_matches('.'))
}

/// Writes beside, syncs, renames, syncs the directory: a reader sees the whole file or none, and
/// the same name twice is one file.
fn put(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    // No other writer has this process and this thread.
    let beside = format!(".{name}.{}-{:?}.part", std::process::id(), std::thread::current().id());
    let beside = directory.join(beside);
    let mut file = fs::File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, directory.join(name))?;
    #[cfg(unix)]
    fs::File::open(directory)?.sync_all()?;
    Ok(())
}
