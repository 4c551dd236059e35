//! Mail by SMTP over a few kept connections. No words, no sealing, no retries beyond the one that
//! a connection closed while it lay idle calls for.
//!
//! lettre's own pool never sets `TCP_NODELAY` and writes a message and its final dot apart, which
//! costs a delayed acknowledgement (some 40 ms) a mail. Here message and dot are one write, and the
//! socket is ours except for `smtps`, where lettre opens it together with TLS.

use std::fmt;
use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::delivery_error::DeliveryError;
use super::envelope::address;
use super::judging::{At, judge};
use super::pace::Pace;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// Not at all: a server on the same machine or a test.
    Plain,
    /// TLS after `STARTTLS`; without it nothing is sent.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// A mail server, and the connections that were kept.
pub struct SmtpPost {
    host: String,
    port: u16,
    security: Security,
    login: Option<Credentials>,
    patience: Duration,
    pace: Pace,
    /// The house's own authorities, beside those of the machine.
    authorities: Vec<Certificate>,
    /// Made once: it reads all certificates of the machine.
    tls: OnceLock<TlsParameters>,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// Connections that are kept when idle; a deliverer more opens its own and closes it.
const KEPT: usize = 8;

/// A connection that lay idle longer is not used again: servers close theirs after 1 to 5 minutes.
const KEPT_FOR: Duration = Duration::from_secs(50);

/// The last word on a mail that was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// The server's reply code; None where no server was asked.
    pub code: Option<u16>,
    /// What it said: mostly under which name it has the mail in its queue.
    pub text: String,
}

impl Taken {
    fn of(reply: &Response) -> Self {
        Self { code: Some(u16::from(reply.code())), text: reply.message().collect::<Vec<_>>().join(" ") }
    }
}

/// What went wrong in a conversation, and whether the connection can be used again.
enum Trouble {
    /// The server's reply to a command about this mail.
    Reply(u16, String),
    /// The connection is of no use any more.
    Lost(String),
}

impl fmt::Debug for SmtpPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the login.
        write!(f, "SmtpPost({}:{}, {:?})", self.host, self.port, self.security)
    }
}

impl SmtpPost {
    pub(super) fn new(host: String, port: u16, security: Security, login: Option<(String, String)>) -> Self {
        let login = login.map(|(user, password)| Credentials::new(user, password));
        Self {
            host,
            port,
            security,
            login,
            patience: Duration::from_mins(1),
            pace: Pace::default(),
            authorities: Vec::new(),
            tls: OnceLock::new(),
            idle: Mutex::default(),
        }
    }

    /// How long a single reply is waited for; by default a minute.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Certificates of authorities that are trusted beside the machine's.
    #[must_use]
    pub(super) fn with_authorities(self, authorities: Vec<Certificate>) -> Self {
        Self { authorities, tls: OnceLock::new(), ..self }
    }

    fn tls(&self) -> Result<TlsParameters, SmtpError> {
        if let Some(made) = self.tls.get() {
            return Ok(made.clone());
        }
        let trusting = |builder: TlsParametersBuilder, authority: &Certificate| {
            builder.add_root_certificate(authority.clone())
        };
        let made =
            self.authorities.iter().fold(TlsParameters::builder(self.host.clone()), trusting).build()?;
        Ok(self.tls.get_or_init(|| made).clone())
    }

    /// How many mails this server gets in a minute at most, evenly apart; 0: as many as it takes.
    #[must_use]
    pub fn with_most_per_minute(self, most: u32) -> Self {
        Self { pace: Pace::of(most), ..self }
    }

    /// Hands one mail to the server.
    pub(super) async fn deliver(&self, from: &str, to: &str, sealed: &[u8]) -> Result<Taken, DeliveryError> {
        let from = address(from).map_err(|e| DeliveryError::set_up_wrongly(None, e.to_string()))?;
        let to = address(to).map_err(|e| DeliveryError::Recipient { code: 0, text: e.to_string() })?;
        let (mail, recipient) = (Mail::new(Some(from), Vec::new()), Rcpt::new(to, Vec::new()));
        let payload = stuffed(sealed)?;
        self.pace.take_turn().await;
        let mut connection = match self.kept().await {
            // Nothing of this mail has been sent before MAIL is answered: if the server closed the
            // kept connection meanwhile, a fresh one takes over without any risk of doubling.
            Some(mut kept) => match self.ask(kept.command(mail.clone())).await {
                Ok(_) => kept,
                Err(Trouble::Reply(code, text)) if code != 421 => {
                    return Err(self.refused(kept, At::Sender, code, text).await);
                }
                Err(Trouble::Reply(..) | Trouble::Lost(_)) => self.fresh(&mail).await?,
            },
            None => self.fresh(&mail).await?,
        };
        let mut taken = Taken::default();
        for (at, command) in [
            (At::Recipient, Step::Recipient(recipient)),
            (At::Message, Step::Data),
            (At::End, Step::Payload(payload)),
        ] {
            let answer = match command {
                Step::Recipient(recipient) => self.ask(connection.command(recipient)).await,
                Step::Data => self.ask(connection.command(Data)).await,
                Step::Payload(payload) => self.ask(connection.command(payload)).await,
            };
            match answer {
                Ok(reply) => taken = Taken::of(&reply),
                Err(Trouble::Reply(code, text)) => {
                    return Err(self.refused(connection, at, code, text).await);
                }
                Err(Trouble::Lost(text)) => {
                    return Err(DeliveryError::Temporary { code: None, text, in_doubt: at == At::End });
                }
            }
        }
        self.keep(connection).await;
        Ok(taken)
    }

    /// A kept connection that is still young.
    async fn kept(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().await;
        idle.retain(|(connection, since)| since.elapsed() < KEPT_FOR && !connection.has_broken());
        idle.pop().map(|(connection, _)| connection)
    }

    async fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().await;
        if idle.len() < KEPT {
            idle.push((connection, Instant::now()));
        }
    }

    /// A new connection, greeted, protected, logged in, with MAIL accepted.
    async fn fresh(&self, mail: &Mail) -> Result<AsyncSmtpConnection, DeliveryError> {
        let mut connection =
            timeout(self.patience * 2, self.connect()).await.map_err(|_| self.silent())??;
        match self.ask(connection.command(mail.clone())).await {
            Ok(_) => Ok(connection),
            Err(Trouble::Reply(code, text)) => Err(self.refused(connection, At::Sender, code, text).await),
            Err(Trouble::Lost(text)) => Err(DeliveryError::temporary(text)),
        }
    }

    /// Whatever fails here is about the server, the network or the login, not about the mail: a wrong password
    /// doesn't make every mail a dead letter.
    async fn connect(&self) -> Result<AsyncSmtpConnection, DeliveryError> {
        let to_smtp = |e: SmtpError| unconnected(&e);
        let hello = ClientId::default();
        let tls = || self.tls().map_err(to_smtp);
        let mut connection = match self.security {
            Security::Tls => {
                let place = (self.host.as_str(), self.port);
                AsyncSmtpConnection::connect_tokio1(place, Some(self.patience), &hello, Some(tls()?), None)
                    .await
                    .map_err(to_smtp)?
            }
            Security::Plain | Security::StartTls => {
                let refused =
                    |e: std::io::Error| DeliveryError::temporary(format!("{}:{}: {e}", self.host, self.port));
                let socket = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(refused)?;
                socket.set_nodelay(true).map_err(refused)?;
                AsyncSmtpConnection::connect_with_transport(Box::new(socket), &hello)
                    .await
                    .map_err(to_smtp)?
            }
        };
        if self.security == Security::StartTls {
            connection.starttls(tls()?, &hello).await.map_err(to_smtp)?;
        }
        if let Some(login) = &self.login {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await.map_err(to_smtp)?;
        }
        Ok(connection)
    }

    /// A command's answer, waited for with patience.
    async fn ask(
        &self,
        answer: impl Future<Output = Result<Response, SmtpError>>,
    ) -> Result<Response, Trouble> {
        match timeout(self.patience, answer).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(e)) => Err(match e.status() {
                Some(code) => Trouble::Reply(u16::from(code), e.to_string()),
                None => Trouble::Lost(e.to_string()),
            }),
            Err(_) => Err(Trouble::Lost(format!("no reply within {} s", self.patience.as_secs_f32()))),
        }
    }

    fn silent(&self) -> DeliveryError {
        DeliveryError::temporary(format!("{}:{}: no connection within the time given", self.host, self.port))
    }

    /// Judges a refusal and keeps the connection for the next mail, if it can be wiped.
    async fn refused(
        &self,
        mut connection: AsyncSmtpConnection,
        at: At,
        code: u16,
        text: String,
    ) -> DeliveryError {
        if code != 421 && self.ask(connection.command(Rset)).await.is_ok() {
            self.keep(connection).await;
        }
        judge(at, code, text)
    }
}

/// Whose fault it is that there is no connection.
fn unconnected(error: &SmtpError) -> DeliveryError {
    let (code, text) = (error.status().map(u16::from), error.to_string());
    // A client error is what we can't or won't do: no STARTTLS there, no way to log in that both know.
    if error.is_permanent() || error.is_tls() || error.is_client() || broken_handshake(error) {
        DeliveryError::set_up_wrongly(code, text)
    } else {
        DeliveryError::Temporary { code, text, in_doubt: false }
    }
}

/// Whether a certificate, or what stands in place of a handshake, is what went wrong: such data is no network's fault.
fn broken_handshake(error: &SmtpError) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::InvalidData;
        }
        source = cause.source();
    }
    false
}

enum Step {
    Recipient(Rcpt),
    Data,
    Payload(String),
}

/// The message as DATA wants it: dots at line starts doubled, closed by a line with one dot.
fn stuffed(sealed: &[u8]) -> Result<String, DeliveryError> {
    let text = std::str::from_utf8(sealed)
        .ok()
        .filter(|text| text.is_ascii())
        .ok_or(DeliveryError::Message { code: 0, text: "the sealed mail is not ASCII".to_owned() })?;
    let mut payload = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        if line.starts_with('.') {
            payload.push('.');
        }
        payload.push_str(line);
    }
    if !payload.ends_with("\r\n") {
        payload.push_str("\r\n");
    }
    payload.push_str(".\r\n");
    Ok(payload)
}
