//! Delivery against a small server of our own that accepts, refuses, stalls and drops, and into a
//! directory.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use super::{BadPostUrl, DeliveryError, Post, Taken};

/// What the server does when it comes to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whim {
    /// Answers as it should.
    Well,
    /// Answers this line instead.
    Says(&'static str),
    /// The same, and takes several commands at once.
    SaysAtOnce(&'static str),
    /// Never answers.
    Stalls,
    /// Closes the connection.
    Drops,
    /// Takes the mail, says so, then closes the connection.
    KeepsThenDrops,
}

/// The command at which the server has its whim; `.` is the end of the message.
type At = &'static str;

#[derive(Default)]
struct Seen {
    connections: usize,
    mails: Vec<String>,
}

/// A server on a port of its own: the n-th connection has the n-th whim, the last one for ever.
async fn server(whims: Vec<(At, Whim)>) -> (String, Arc<Mutex<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("smtp://{}", listener.local_addr().expect("bound"));
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let mut seen = shared.lock().await;
            let whim = whims.get(seen.connections).or(whims.last()).copied().unwrap_or(("", Whim::Well));
            seen.connections += 1;
            drop(seen);
            tokio::spawn(converse(socket, whim, Arc::clone(&shared)));
        }
    });
    (url, seen)
}

async fn converse(socket: TcpStream, (at, whim): (At, Whim), seen: Arc<Mutex<Seen>>) {
    let mut stream = BufReader::new(socket);
    let (mut verb, mut mail, mut in_data) = ("HELLO".to_owned(), String::new(), false);
    let at_once = matches!(whim, Whim::SaysAtOnce(_));
    loop {
        let whim = if verb == at { whim } else { Whim::Well };
        let reply = match (whim, verb.as_str()) {
            (Whim::Drops, _) => return,
            (Whim::Stalls, _) => std::future::pending().await,
            (Whim::Says(line) | Whim::SaysAtOnce(line), _) => line,
            (Whim::KeepsThenDrops, _) => {
                seen.lock().await.mails.push(mail);
                // The client may already be gone; then there is nobody to tell.
                drop(stream.get_mut().write_all(b"250 kept\r\n").await);
                return;
            }
            (Whim::Well, "HELLO") => "220 test",
            (Whim::Well, "EHLO") if at_once => "250-test\r\n250-PIPELINING\r\n250 8BITMIME",
            (Whim::Well, "EHLO") => "250-test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME",
            (Whim::Well, "DATA") => {
                in_data = true;
                "354 go on"
            }
            (Whim::Well, ".") => {
                seen.lock().await.mails.push(std::mem::take(&mut mail));
                "250 kept"
            }
            (Whim::Well, _) => "250 fine",
        };
        if stream.get_mut().write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
            return;
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            if !in_data {
                verb = line.split_whitespace().next().unwrap_or_default().to_uppercase();
                break;
            }
            if line == ".\r\n" {
                (verb, in_data) = (".".to_owned(), false);
                break;
            }
            mail.push_str(&line);
        }
    }
}

const SEALED: &[u8] = b"Subject: x\r\n\r\n.dot\r\nend\r\n";

fn impatient(url: &str) -> Post {
    Post::from_url(url).expect("a good URL").with_patience(Duration::from_millis(300))
}

async fn deliver(post: &Post) -> Result<Taken, DeliveryError> {
    post.deliver("a@bonro.example", "b@ducpho.example", "<1@bonro.example>", SEALED).await
}

fn class(result: &Result<Taken, DeliveryError>) -> (&'static str, Option<u16>) {
    match result {
        Ok(_) => ("sent", None),
        Err(DeliveryError::Recipient { code, .. }) => ("recipient", Some(*code)),
        Err(DeliveryError::Message { code, .. }) => ("message", Some(*code)),
        Err(DeliveryError::Configuration { code, everybody: true, .. }) => ("configuration", *code),
        Err(DeliveryError::Configuration { code, everybody: false, .. }) => ("not to them", *code),
        Err(DeliveryError::Temporary { code, in_doubt: true, .. }) => ("in doubt", *code),
        Err(DeliveryError::Temporary { code, in_doubt: false, .. }) => ("temporary", *code),
    }
}

#[tokio::test]
async fn mails_share_a_connection_and_arrive_as_sealed() {
    let (url, seen) = server(vec![("", Whim::Well)]).await;
    let post = impatient(&url);
    for _ in 0..5 {
        deliver(&post).await.expect("accepted");
    }
    let seen = seen.lock().await;
    assert_eq!((seen.connections, seen.mails.len()), (1, 5));
    assert_eq!(seen.mails[0], "Subject: x\r\n\r\n..dot\r\nend\r\n", "a leading dot is doubled on the wire");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let cases = [
        ("RCPT", Whim::Says("550 no such user"), ("recipient", Some(550))),
        ("RCPT", Whim::Says("552 5.2.2 full"), ("temporary", Some(552))),
        ("RCPT", Whim::Says("550 5.2.2 over quota"), ("temporary", Some(550))),
        ("RCPT", Whim::Says("552 storage exceeded"), ("temporary", Some(552))),
        ("RCPT", Whim::Says("552 5.3.4 too big"), ("message", Some(552))),
        // Postfix and Exim say here what they hold against HELO, the sender and relaying.
        ("RCPT", Whim::Says("504 5.5.2 <me>: Helo command rejected"), ("configuration", Some(504))),
        ("RCPT", Whim::Says("550 5.1.0 <a@b>: Sender address rejected"), ("configuration", Some(550))),
        ("RCPT", Whim::Says("550 5.1.7 <a@b>: Sender address rejected"), ("configuration", Some(550))),
        ("RCPT", Whim::Says("550 5.1.8 <a@b>: Sender address rejected"), ("configuration", Some(550))),
        ("RCPT", Whim::Says("503 sender not yet given"), ("configuration", Some(503))),
        ("RCPT", Whim::Says("550 relay not permitted"), ("recipient", Some(550))),
        ("RCPT", Whim::Says("501 5.1.3 bad address syntax"), ("recipient", Some(501))),
        ("RCPT", Whim::Says("550 5.1.1 no such user"), ("recipient", Some(550))),
        (".", Whim::Says("552 5.2.2 full"), ("temporary", Some(552))),
        (".", Whim::Says("552 5.3.4 too big"), ("message", Some(552))),
        ("RCPT", Whim::Says("554 5.7.1 relay access denied"), ("not to them", Some(554))),
        ("RCPT", Whim::Says("530 5.7.0 log in first"), ("configuration", Some(530))),
        ("MAIL", Whim::Says("553 not you"), ("configuration", Some(553))),
        ("MAIL", Whim::Says("550 5.7.1 you are not that sender"), ("configuration", Some(550))),
        ("MAIL", Whim::Says("552 5.3.4 too big"), ("message", Some(552))),
        ("MAIL", Whim::Says("530 log in first"), ("configuration", Some(530))),
        ("DATA", Whim::Says("554 no valid recipients"), ("message", Some(554))),
        (".", Whim::Says("554 spam"), ("message", Some(554))),
        ("RCPT", Whim::Says("451 try later"), ("temporary", Some(451))),
        (".", Whim::Says("452 full"), ("in doubt", Some(452))),
        ("DATA", Whim::Says("421 closing"), ("temporary", Some(421))),
        ("HELLO", Whim::Says("554 no service"), ("configuration", Some(554))),
        ("HELLO", Whim::Says("421 busy"), ("temporary", Some(421))),
        ("HELLO", Whim::Stalls, ("temporary", None)),
        (".", Whim::Stalls, ("in doubt", None)),
        ("HELLO", Whim::Drops, ("temporary", None)),
        ("MAIL", Whim::Drops, ("temporary", None)),
        ("DATA", Whim::Drops, ("temporary", None)),
        (".", Whim::Drops, ("in doubt", None)),
        ("RCPT", Whim::Says("nonsense"), ("temporary", None)),
    ];
    for (at, whim, expected) in cases {
        let (url, _) = server(vec![(at, whim)]).await;
        assert_eq!(class(&deliver(&impatient(&url)).await), expected, "{whim:?} at {at}");
        if let (Whim::Says(line), false) = (whim, at == "AUTH") {
            let (url, _) = server(vec![(at, Whim::SaysAtOnce(line))]).await;
            assert_eq!(class(&deliver(&impatient(&url)).await), expected, "{line} at {at}, at once");
        }
    }
}

#[tokio::test]
async fn what_is_refused_at_once_leaves_the_connection_to_the_next() {
    let (url, seen) = server(vec![("RCPT", Whim::SaysAtOnce("550 no such user"))]).await;
    let post = impatient(&url);
    for _ in 0..3 {
        assert_eq!(class(&deliver(&post).await), ("recipient", Some(550)));
    }
    let seen = seen.lock().await;
    assert_eq!(seen.connections, 1);
    assert!(seen.mails.iter().all(String::is_empty), "it gets nothing that it would take");
}

#[tokio::test]
async fn a_mail_leaves_when_it_may() {
    for whim in [Whim::Well, Whim::SaysAtOnce("250 fine")] {
        let (url, seen) = server(vec![("RCPT", whim)]).await;
        let post = impatient(&url);
        let envelope = ("a@bonro.example", "b@ducpho.example");
        let refused =
            post.deliver_when(envelope, "<1@bonro.example>", SEALED, std::future::ready(false)).await;
        assert_eq!(class(&refused), ("temporary", None));
        let shared = Arc::clone(&seen);
        // It waits for longer than the server is waited for.
        let later = async move {
            tokio::time::sleep(Duration::from_millis(600)).await;
            shared.lock().await.mails.is_empty()
        };
        post.deliver_when(envelope, "<1@bonro.example>", SEALED, later).await.expect("accepted");
        let seen = seen.lock().await;
        assert_eq!((seen.connections, seen.mails.len()), (2, 1), "what is announced and not sent is dropped");
        assert_eq!(seen.mails[0], "Subject: x\r\n\r\n..dot\r\nend\r\n");
    }
}

#[tokio::test]
async fn a_refused_mail_leaves_the_connection_to_the_next() {
    let (url, seen) = server(vec![("RCPT", Whim::Says("550 no such user"))]).await;
    let post = impatient(&url);
    for _ in 0..3 {
        assert_eq!(class(&deliver(&post).await), ("recipient", Some(550)));
    }
    assert_eq!(seen.lock().await.connections, 1);
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_replaced_without_doubling() {
    let (url, seen) = server(vec![(".", Whim::KeepsThenDrops), ("", Whim::Well)]).await;
    let post = impatient(&url);
    deliver(&post).await.expect("accepted");
    deliver(&post).await.expect("a fresh connection takes over");
    let seen = seen.lock().await;
    assert_eq!((seen.connections, seen.mails.len()), (2, 2));
}

#[tokio::test]
async fn a_refused_connection_is_temporary() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    assert_eq!(class(&deliver(&impatient(&format!("smtp://{address}"))).await), ("temporary", None));
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let (url, seen) = server(vec![("", Whim::Well)]).await;
    let post = impatient(&url.replace("smtp://", "smtp+starttls://"));
    assert_eq!(class(&deliver(&post).await).0, "configuration");
    assert_eq!(seen.lock().await.mails.len(), 0);
}

#[tokio::test]
async fn a_login_that_is_refused_keeps_every_mail_back() {
    let (url, seen) = server(vec![("AUTH", Whim::Says("535 5.7.8 wrong password"))]).await;
    let post = impatient(&url.replace("smtp://", "smtp://clerk:secret@"));
    assert_eq!(class(&deliver(&post).await), ("configuration", Some(535)));
    assert_eq!(seen.lock().await.mails.len(), 0);
}

#[tokio::test]
async fn mails_are_paced_over_all_connections() {
    let (url, seen) = server(vec![("", Whim::Well)]).await;
    let post = Post::from_url(&url).expect("a good URL").with_most_per_minute(1200);
    let began = tokio::time::Instant::now();
    let all = futures_util::future::join_all((0..7).map(|_| deliver(&post))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    deliver(&post).await.expect("accepted");
    assert!(began.elapsed() >= Duration::from_millis(7 * 50), "{:?}", began.elapsed());
    assert_eq!(seen.lock().await.mails.len(), 8);
}

#[tokio::test]
async fn a_directory_holds_one_file_a_message() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let inside = directory.path().join("mail");
    let post = Post::from_url(&format!("file:{}", inside.display())).expect("a good URL");
    for _ in 0..2 {
        deliver(&post).await.expect("written");
    }
    post.deliver("a@b.example", "c@d.example", "<../../x/y@z>", SEALED).await.expect("written");
    let mut names: Vec<_> = std::fs::read_dir(&inside)
        .expect("made by the post")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    assert_eq!(names, ["1.eml", "_.._x_y.eml"]);
    assert_eq!(std::fs::read(inside.join("1.eml")).expect("there"), SEALED);
}

#[test]
fn urls_are_read_or_their_fault_is_named() {
    let read = |url: &str| Post::from_url(url).map(|post| format!("{post:?}"));
    assert_eq!(read("smtp://mail.example").as_deref(), Ok("Smtp(SmtpPost(mail.example:25, Plain))"));
    assert_eq!(
        read("smtps://u%40x:p%3Aw@mail.example/").as_deref(),
        Ok("Smtp(SmtpPost(mail.example:465, Tls))")
    );
    assert_eq!(read("smtp+starttls://[::1]:2525").as_deref(), Ok("Smtp(SmtpPost(::1:2525, StartTls))"));
    assert_eq!(read("file:///var/mail").as_deref(), Ok("Directory(\"/var/mail\")"));
    assert_eq!(read("file:out/mail").as_deref(), Ok("Directory(\"out/mail\")"));
    let fault = |url: &str| Post::from_url(url).expect_err("a bad URL");
    assert_eq!(fault("http://x"), BadPostUrl::Scheme);
    assert_eq!(fault("mail.example"), BadPostUrl::Scheme);
    assert_eq!(fault("file:"), BadPostUrl::Empty);
    assert_eq!(fault("smtp://:25"), BadPostUrl::Empty);
    assert_eq!(fault("smtp://h:0"), BadPostUrl::Port);
    assert_eq!(fault("smtp://h:x"), BadPostUrl::Port);
    assert_eq!(fault("smtp://a:%zz@h"), BadPostUrl::Encoding);
    assert_eq!(fault("smtp://h/path"), BadPostUrl::Trailing);
}
