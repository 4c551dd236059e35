//! Delivery over TLS with real handshakes, against a server whose certificate an authority of the test's own has signed.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::{DeliveryError, Post, Taken};

type Mails = Arc<Mutex<Vec<String>>>;

/// A server with a certificate for `name`: its port, the mails it took, and the authority in PEM.
async fn server(name: &str, implicit: bool) -> (u16, Mails, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority =
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(vec![name.to_owned()])
        .expect("a name")
        .signed_by(&key, &authority)
        .expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        )
        .expect("the key is the certificate's");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let mails = Mails::default();
    let kept = mails.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, acceptor.clone(), implicit, kept.clone()));
        }
    });
    (port, mails, authority.pem())
}

async fn serve(socket: TcpStream, acceptor: TlsAcceptor, implicit: bool, mails: Mails) {
    if implicit {
        if let Ok(stream) = acceptor.accept(socket).await {
            converse(stream, true, false, &mails).await;
        }
    } else if let Some(socket) = converse(socket, true, true, &mails).await
        && let Ok(stream) = acceptor.accept(socket).await
    {
        converse(stream, false, false, &mails).await;
    }
}

/// A conversation; what it was held over, where the client asks for TLS.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    greets: bool,
    offers_tls: bool,
    mails: &Mails,
) -> Option<S> {
    let mut stream = BufReader::new(stream);
    let (mut in_data, mut mail) = (false, String::new());
    if greets {
        stream.write_all(b"220 test\r\n").await.ok()?;
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        let reply = match line.trim_end() {
            "." if in_data => {
                in_data = false;
                mails.lock().await.push(std::mem::take(&mut mail));
                "250 kept"
            }
            _ if in_data => {
                mail.push_str(&line);
                continue;
            }
            "STARTTLS" if offers_tls => {
                stream.write_all(b"220 go on\r\n").await.ok()?;
                return Some(stream.into_inner());
            }
            "DATA" if offers_tls => "530 5.7.0 TLS first",
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            hello if hello.starts_with("EHLO") && offers_tls => "250-test\r\n250 STARTTLS",
            _ => "250 fine",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
    }
}

fn post(scheme: &str, port: u16) -> Post {
    Post::from_url(&format!("{scheme}://localhost:{port}"))
        .expect("a good URL")
        .with_patience(Duration::from_secs(10))
}

async fn deliver(post: &Post) -> Result<Taken, DeliveryError> {
    post.deliver("a@bonro.example", "b@ducpho.example", "<1@bonro.example>", b"Subject: x\r\n\r\ny\r\n").await
}

#[tokio::test]
async fn mails_go_over_tls_to_a_server_that_proves_its_name() {
    for (scheme, implicit) in [("smtps", true), ("smtp+starttls", false)] {
        let (port, mails, authority) = server("localhost", implicit).await;
        let trusting = post(scheme, port).with_authorities(authority.as_bytes()).expect("an authority");
        for _ in 0..2 {
            deliver(&trusting).await.expect("accepted");
        }
        assert_eq!(*mails.lock().await, ["Subject: x\r\n\r\ny\r\n"; 2], "{scheme}");
    }
}

#[tokio::test]
async fn a_certificate_that_proves_nothing_is_the_setups_fault() {
    for (scheme, implicit) in [("smtps", true), ("smtp+starttls", false)] {
        let (port, unknown, _) = server("localhost", implicit).await;
        let (other_port, misnamed, authority) = server("mail.ducpho.example", implicit).await;
        let trusting = post(scheme, other_port).with_authorities(authority.as_bytes()).expect("an authority");
        for (way, mails, what) in [(post(scheme, port), unknown, "unknown"), (trusting, misnamed, "misnamed")]
        {
            let error = deliver(&way).await.expect_err("it proves nothing");
            assert!(
                matches!(error, DeliveryError::Configuration { code: None, everybody: true, .. }),
                "{scheme}, {what}: {error:?}"
            );
            assert!(error.to_string().contains("certificate"), "{scheme}, {what}: {error}");
            assert!(mails.lock().await.is_empty(), "{scheme}, {what}");
        }
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_the_setups_fault() {
    let (port, mails, _) = server("localhost", false).await;
    let error = deliver(&post("smtps", port)).await.expect_err("it greets in plain text");
    assert!(matches!(error, DeliveryError::Configuration { everybody: true, .. }), "{error:?}");
    assert!(mails.lock().await.is_empty());
}

#[test]
fn authorities_are_certificates() {
    for bad in ["", "not PEM", "-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----\n"] {
        assert!(post("smtps", 465).with_authorities(bad.as_bytes()).is_err(), "{bad}");
    }
}
