//! A mail server that says what it is told to: it takes a mail, or refuses it with a given reply at the end or at any
//! command.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bonro::mail::Post;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};

/// A running server.
pub struct Server {
    port: u16,
    taken: Arc<AtomicUsize>,
    letters: Arc<Mutex<Vec<String>>>,
    saying: Saying,
    held: Arc<RwLock<()>>,
    most: Arc<AtomicUsize>,
}

/// What it says, and to which command; `.` is the end of a mail.
type Saying = Arc<Mutex<(&'static str, &'static str)>>;

impl Server {
    /// One that answers the end of each mail with `reply`.
    pub async fn answering(reply: &'static str) -> Self {
        Self::at(0, reply).await
    }

    /// The same at a port; 0 is any.
    pub async fn at(port: u16, reply: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let taken = Arc::new(AtomicUsize::new(0));
        let letters = Arc::new(Mutex::new(Vec::new()));
        let saying = Arc::new(Mutex::new((".", reply)));
        let held = Arc::new(RwLock::new(()));
        let most = Arc::new(AtomicUsize::new(usize::MAX));
        let (counted, kept, said, holds) = (taken.clone(), letters.clone(), saying.clone(), held.clone());
        let tires = most.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counted = (counted.clone(), tires.clone());
                tokio::spawn(talk(stream, said.clone(), counted, kept.clone(), holds.clone()));
            }
        });
        Self { port, taken, letters, saying, held, most }
    }

    /// From now on it answers that command so, and all else as it should.
    pub fn says(&self, command: &'static str, reply: &'static str) {
        *self.saying.lock().expect("nobody panicked") = (command, reply);
    }

    /// It says its last word on a mail only when this is dropped.
    pub fn hold(&self) -> OwnedRwLockWriteGuard<()> {
        self.held.clone().try_write_owned().expect("nobody holds it")
    }

    /// Once it has taken so many mails, it lets nobody in.
    pub fn takes(&self, mails: usize) {
        self.most.store(mails, Ordering::SeqCst);
    }

    /// Waits until so many mails have reached their end.
    pub async fn heard_so_many(&self, mails: usize) {
        for _ in 0..500 {
            if self.heard() >= mails {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{} mails within ten seconds", self.heard());
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The mails that reached their end, as they came.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("nobody panicked").clone()
    }

    /// The way to it.
    pub fn post(&self) -> Post {
        Post::from_url(&format!("smtp://127.0.0.1:{}", self.port)).expect("a mail URL")
    }

    /// How many mails reached their end.
    pub fn heard(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

async fn talk(
    stream: TcpStream,
    saying: Saying,
    (taken, most): (Arc<AtomicUsize>, Arc<AtomicUsize>),
    letters: Arc<Mutex<Vec<String>>>,
    held: Arc<RwLock<()>>,
) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await?;
    let mut in_data = false;
    let mut letter = String::new();
    while let Some(line) = lines.next_line().await? {
        let (command, reply) = *saying.lock().expect("nobody panicked");
        let answer = if in_data {
            if line != "." {
                letter.push_str(&line);
                letter.push('\n');
                continue;
            }
            in_data = false;
            letters.lock().expect("nobody panicked").push(std::mem::take(&mut letter));
            taken.fetch_add(1, Ordering::SeqCst);
            drop(held.read().await);
            if command == "." { format!("{reply}\r\n") } else { "250 kept\r\n".to_owned() }
        } else if line.starts_with("MAIL") && taken.load(Ordering::SeqCst) >= most.load(Ordering::SeqCst) {
            "530 5.7.0 log in first\r\n".to_owned()
        } else if line.starts_with(command) {
            format!("{reply}\r\n")
        } else if line.starts_with("DATA") {
            in_data = true;
            "354 go on\r\n".to_owned()
        } else if line.starts_with("QUIT") {
            write.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            "250 test\r\n".to_owned()
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
