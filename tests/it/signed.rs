//! Signed mails before a verifier that this project didn't write: Python's dkimpy, told the public key instead of asking
//! the domain's. Where it isn't installed the test says so and is skipped; with `BONRO_REQUIRE_CLIENTS=1` it fails.

use std::process::{Command, Stdio};

use bonro::mail::{Attachment, BadSigningKey, Letter, Mailbox, Signing, Thread, seal};

/// Reads a mail's path and the record of its key; says whether the signature holds.
const VERIFIER: &str = "\
import sys, dkim
mail, record = open(sys.argv[1], 'rb').read(), sys.argv[2].encode()
print(dkim.verify(mail, dnsfunc=lambda name, timeout=5: record if name.rstrip(b'.') == b'k1._domainkey.ducpho.example' else None))
";

fn letter() -> Letter {
    let mailbox = |name: &str, address: &str| Mailbox { name: name.to_owned(), address: address.to_owned() };
    Letter {
        message_id: "<1@ducpho.example>".to_owned(),
        from: mailbox("Văn phòng", "bonro@ducpho.example"),
        to: mailbox("Cán bộ", "yt-02@ducpho.example"),
        subject: "3 việc đến hạn, 1 việc quá hạn: ".repeat(4),
        text: "Kính gửi,  \n\n.Một dòng bắt đầu bằng dấu chấm\n\n\n".to_owned(),
        html: "<p>Kính gửi</p>".to_owned(),
        attachments: vec![Attachment {
            name: "Phụ lục.csv".to_owned(),
            mime: "text/csv; charset=utf-8".to_owned(),
            bytes: b"a,b\r\n".to_vec(),
        }],
        date: "2024-05-16T00:15:00Z".parse().expect("an instant"),
        list_id: Some("<reminders.ducpho.example>".to_owned()),
        thread: Some(Thread {
            answers: "<reminders.1@ducpho.example>".to_owned(),
            refers_to: (1..4).map(|n| format!("<reminders.{n}@ducpho.example>")).collect(),
        }),
    }
}

fn openssl(arguments: &[&str]) -> Vec<u8> {
    let done =
        Command::new("openssl").args(arguments).stdin(Stdio::null()).output().expect("openssl is there");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

fn is_there() -> bool {
    let runs = |command: &str, arguments: &[&str]| {
        Command::new(command).args(arguments).output().is_ok_and(|done| done.status.success())
    };
    let found = runs("python3", &["-c", "import dkim"]) && runs("openssl", &["version"]);
    if !found {
        assert!(
            std::env::var("BONRO_REQUIRE_CLIENTS").is_err(),
            "python3 with dkimpy, or openssl, is missing though BONRO_REQUIRE_CLIENTS is set"
        );
        eprintln!(
            "!!! SKIPPED: dkimpy or openssl isn't installed, so no signature was verified by others !!!"
        );
    }
    found
}

#[test]
fn a_signed_mail_is_verified_by_others_and_a_changed_one_is_not() {
    if !is_there() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str| directory.path().join(name).to_str().expect("a plain path").to_owned();
    let (key, mail) = (file("key.pem"), file("mail.eml"));
    openssl(&["genrsa", "-traditional", "-out", &key, "2048"]);
    let public = String::from_utf8(openssl(&["rsa", "-in", &key, "-pubout"])).expect("PEM");
    let record: String = public.lines().filter(|line| !line.starts_with("-----")).collect();
    let record = format!("v=DKIM1; k=rsa; p={record}");
    let pem = std::fs::read_to_string(&key).expect("a key");
    let signing = Signing::new("k1", "ducpho.example", &pem).expect("a key that signs");
    let sealed = seal(&letter(), Some(&signing)).expect("a good letter");
    let verified = |bytes: &[u8]| {
        std::fs::write(&mail, bytes).expect("it is written");
        let done = Command::new("python3").args(["-c", VERIFIER, &mail, &record]).output().expect("it runs");
        let said = String::from_utf8_lossy(&done.stdout).trim().to_owned();
        assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
        said
    };
    assert_eq!(verified(&sealed), "True");
    let text = String::from_utf8(sealed).expect("all ASCII");
    for (from, to) in [
        ("Date: Thu, 16 May 2024", "Date: Fri, 17 May 2024"),
        ("List-Id: <reminders", "List-Id: <others"),
        ("yt-02@", "yt-03@"),
        ("MIME-Version: 1.0", "MIME-Version: 1.1"),
        ("PHA+S8", "PHA+T8"),
    ] {
        assert!(text.contains(from), "{text}");
        assert_eq!(verified(text.replacen(from, to, 1).as_bytes()), "False", "{to}");
    }
}

#[test]
fn keys_are_read_or_their_fault_is_named() {
    let read = |key: &str| Signing::new("k1", "ducpho.example", key);
    assert!(read("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n").is_ok(), "RFC 8463, appendix A");
    assert_eq!(read("-----BEGIN PRIVATE KEY-----\n").expect_err("PKCS#8"), BadSigningKey::Pkcs8);
    for bad in ["", "x", "AAAA", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"] {
        assert!(matches!(read(bad), Err(BadSigningKey::Unreadable(_))), "{bad}");
    }
}
