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
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt, Rset};
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
    /// No more than were in use at once.
    idle: Mutex<Vec<(Line, Instant)>>,
}

/// A connection to it.
struct Line {
    connection: AsyncSmtpConnection,
    /// It takes several commands at once.
    pipelines: bool,
}

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

    /// Hands one mail to the server. Its bytes leave once `may_leave` says so: up to then the server has nothing of it but
    /// the two addresses, and forgets them where it says no.
    pub(super) async fn deliver(
        &self,
        from: &str,
        to: &str,
        sealed: &[u8],
        may_leave: impl Future<Output = bool>,
    ) -> Result<Taken, DeliveryError> {
        let from = address(from).map_err(|e| DeliveryError::set_up_wrongly(None, e.to_string()))?;
        let to = address(to).map_err(|e| DeliveryError::Recipient { code: 0, text: e.to_string() })?;
        let opening = (Mail::new(Some(from), Vec::new()), Rcpt::new(to, Vec::new()));
        let payload = stuffed(sealed)?;
        self.pace.take_turn().await;
        let mut line = match self.kept().await {
            // Nothing of this mail has been sent before MAIL is answered: if the server closed the
            // kept connection meanwhile, a fresh one takes over without any risk of doubling.
            Some(mut kept) => match self.open(&mut kept, &opening).await {
                Ok(()) => kept,
                Err((At::Sender, Trouble::Reply(421, _) | Trouble::Lost(_))) => self.fresh(&opening).await?,
                Err((at, trouble)) => return Err(self.failed(kept, at, trouble).await),
            },
            None => self.fresh(&opening).await?,
        };
        if !may_leave.await {
            // Without its end a mail is none: the connection is dropped.
            return Err(DeliveryError::temporary("it wasn't let go"));
        }
        match self.ask(line.connection.command(payload)).await {
            Ok(reply) => {
                self.keep(line).await;
                Ok(Taken::of(&reply))
            }
            Err(trouble) => Err(self.failed(line, At::End, trouble).await),
        }
    }

    /// Says from whom a mail is and to whom, and that it comes; where the server takes commands in one go (RFC 2920), all
    /// three at once.
    async fn open(&self, line: &mut Line, (mail, recipient): &(Mail, Rcpt)) -> Result<(), (At, Trouble)> {
        let Line { connection, pipelines } = line;
        if !*pipelines {
            self.ask(connection.command(mail)).await.map_err(|trouble| (At::Sender, trouble))?;
            self.ask(connection.command(recipient)).await.map_err(|trouble| (At::Recipient, trouble))?;
            self.ask(connection.command(Data)).await.map_err(|trouble| (At::Message, trouble))?;
            return Ok(());
        }
        let mut refused = None;
        let all = format!("{mail}{recipient}{Data}");
        for at in [At::Sender, At::Recipient, At::Message] {
            let answer = match at {
                At::Sender => self.ask(connection.command(&all)).await,
                At::Recipient | At::Message | At::End => self.ask(connection.read_response()).await,
            };
            match answer {
                Ok(_) if at == At::Message && refused.is_some() => {
                    // It waits for a mail to nobody all the same: it gets an empty one, and says no to that.
                    let _ = self.ask(connection.command(".\r\n")).await;
                }
                Ok(_) => {}
                // It says no more.
                Err(trouble @ (Trouble::Lost(_) | Trouble::Reply(421, _))) => {
                    return Err(refused.unwrap_or((at, trouble)));
                }
                Err(trouble) => {
                    refused.get_or_insert((at, trouble));
                }
            }
        }
        refused.map_or(Ok(()), Err)
    }

    /// A kept connection that is still young.
    async fn kept(&self) -> Option<Line> {
        let mut idle = self.idle.lock().await;
        idle.retain(|(line, since)| since.elapsed() < KEPT_FOR && !line.connection.has_broken());
        idle.pop().map(|(line, _)| line)
    }

    async fn keep(&self, line: Line) {
        self.idle.lock().await.push((line, Instant::now()));
    }

    /// A new connection, greeted, protected, logged in, with a mail announced.
    async fn fresh(&self, opening: &(Mail, Rcpt)) -> Result<Line, DeliveryError> {
        let mut line = timeout(self.patience * 2, self.connect()).await.map_err(|_| self.silent())??;
        match self.open(&mut line, opening).await {
            Ok(()) => Ok(line),
            Err((at, trouble)) => Err(self.failed(line, at, trouble).await),
        }
    }

    /// Whatever fails here is about the server, the network or the login, not about the mail: a wrong password
    /// doesn't make every mail a dead letter.
    async fn connect(&self) -> Result<Line, DeliveryError> {
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
        // Greeted once more: of what a server can do, lettre tells only what it uses itself.
        let pipelines = match self.ask(connection.command(Ehlo::new(hello))).await {
            Ok(reply) => reply.message().any(|word| word.trim().eq_ignore_ascii_case("PIPELINING")),
            Err(Trouble::Reply(..)) => false,
            Err(Trouble::Lost(text)) => return Err(DeliveryError::temporary(text)),
        };
        Ok(Line { connection, pipelines })
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

    /// Judges what went wrong, and keeps the connection for the next mail, if it can be wiped.
    async fn failed(&self, mut line: Line, at: At, trouble: Trouble) -> DeliveryError {
        match trouble {
            Trouble::Reply(code, text) => {
                if code != 421 && self.ask(line.connection.command(Rset)).await.is_ok() {
                    self.keep(line).await;
                }
                judge(at, code, text)
            }
            Trouble::Lost(text) => DeliveryError::Temporary { code: None, text, in_doubt: at == At::End },
        }
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
