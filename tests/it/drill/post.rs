//! A mail server as they are on a bad day: it stalls before its last word, hangs up, is busy, has no room, doesn't
//! know an address, is slow. It keeps every mail that it took, and whether its 250 got out.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The local part of the one address that nobody has until the server is calm.
pub const UNKNOWN: &str = "khong-co";

/// A mail that the server took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// To whom.
    pub to: String,
    /// Everything after DATA.
    pub text: String,
    /// Its 250 never left the server.
    pub unanswered: bool,
}

/// The server.
#[derive(Clone)]
pub struct BadPost {
    port: u16,
    seed: u64,
    connections: Arc<AtomicU64>,
    calm: Arc<AtomicBool>,
    taken: Arc<Mutex<Vec<Taken>>>,
    refused: Arc<AtomicU64>,
}

/// What becomes of a conversation.
enum Turn {
    Say(&'static str),
    HangUp,
}

impl BadPost {
    /// Opens on a free port of loopback.
    pub async fn open(seed: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let opened = Self {
            port,
            seed,
            connections: Arc::default(),
            calm: Arc::default(),
            taken: Arc::default(),
            refused: Arc::default(),
        };
        let server = opened.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move { server.talk(stream).await });
            }
        });
        opened
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on it takes everything at once.
    pub fn calm_down(&self) {
        self.calm.store(true, Ordering::SeqCst);
    }

    /// Every mail that it took, in their order.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().expect("nobody panicked").clone()
    }

    /// How often it said no, or hung up without having taken the mail.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::SeqCst)
    }

    fn keep(&self, to: &str, text: &str, unanswered: bool) {
        let mail = Taken { to: to.to_owned(), text: text.to_owned(), unanswered };
        self.taken.lock().expect("nobody panicked").push(mail);
    }

    /// One in a hundred as often as `percent` says, and never when calm.
    fn happens(&self, luck: &mut StdRng, percent: u32) -> bool {
        let happens = luck.random_range(0..100) < percent;
        happens && !self.calm.load(Ordering::SeqCst)
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let number = self.connections.fetch_add(1, Ordering::SeqCst);
        let mut luck = StdRng::seed_from_u64(self.seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        // Nagle would hold back the last word for a delayed acknowledgement.
        stream.set_nodelay(true)?;
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        if self.happens(&mut luck, 3) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return write.write_all(b"421 too many of you\r\n").await;
        }
        write.write_all(b"220 post.example\r\n").await?;
        let (mut to, mut text, mut in_data) = (String::new(), String::new(), false);
        while let Some(line) = lines.next_line().await? {
            let turn = if in_data {
                if line != "." {
                    text.push_str(&line);
                    text.push('\n');
                    continue;
                }
                in_data = false;
                let (to, text) = (std::mem::take(&mut to), std::mem::take(&mut text));
                self.last_word(&mut luck, &to, &text, &mut write).await?
            } else {
                let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
                let turn = self.word(&mut luck, &verb, &line);
                if verb == "RCPT" {
                    to = address(&line);
                }
                in_data = verb == "DATA" && matches!(turn, Turn::Say("354 go on"));
                turn
            };
            match turn {
                Turn::Say("") => {}
                Turn::Say(reply) => {
                    if reply.starts_with(['4', '5']) {
                        self.refused.fetch_add(1, Ordering::SeqCst);
                    }
                    write.write_all(format!("{reply}\r\n").as_bytes()).await?;
                    if reply.starts_with("421") || reply.starts_with("221") {
                        return Ok(());
                    }
                }
                Turn::HangUp => return Ok(()),
            }
        }
        Ok(())
    }

    /// The answer to a command before the mail itself.
    fn word(&self, luck: &mut StdRng, verb: &str, line: &str) -> Turn {
        Turn::Say(match verb {
            "EHLO" | "HELO" => "250 post.example",
            "QUIT" => "221 bye",
            "MAIL" if self.happens(luck, 2) => "421 going down",
            "MAIL" if self.happens(luck, 2) => "451 try again",
            "RCPT" if address(line).starts_with(UNKNOWN) && !self.calm.load(Ordering::SeqCst) => {
                "550 5.1.1 no such user"
            }
            "RCPT" if self.happens(luck, 2) => "450 greylisted",
            "RCPT" if self.happens(luck, 1) => "452 too many recipients",
            "DATA" if self.happens(luck, 1) => "451 not now",
            "DATA" => "354 go on",
            _ => "250 ok",
        })
    }

    /// The answer to the whole mail. Whatever it is, the mail is kept before a 250 leaves.
    async fn last_word(
        &self,
        luck: &mut StdRng,
        to: &str,
        text: &str,
        write: &mut (impl tokio::io::AsyncWrite + Unpin),
    ) -> std::io::Result<Turn> {
        for (percent, reply) in [(2, "451 try again"), (2, "452 no room"), (2, "421 going down")] {
            if self.happens(luck, percent) {
                return Ok(Turn::Say(reply));
            }
        }
        if self.happens(luck, 3) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Ok(Turn::HangUp);
        }
        if self.happens(luck, 3) {
            self.keep(to, text, true);
            return Ok(Turn::HangUp);
        }
        if self.happens(luck, 8) {
            tokio::time::sleep(Duration::from_millis(luck.random_range(100..600))).await;
        } else if self.happens(luck, 5) {
            // Longer than most pauses between two kills: a mail whose server is killed while it waits for this word.
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        let answered = write.write_all(b"250 taken\r\n").await;
        self.keep(to, text, answered.is_err());
        answered.map(|()| Turn::Say(""))
    }
}

fn address(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(String::new(), |(address, _)| address.to_owned())
}
