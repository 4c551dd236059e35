//! Reports as mail systems write them, what only looks like one, and bytes that somebody wrote to do harm.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::domain::mail::Fault;

const POSTFIX: &str = include_str!("reports/postfix.eml");
const EXCHANGE: &str = include_str!("reports/exchange.eml");
const GMAIL: &str = include_str!("reports/gmail.eml");
const OURS: &str = "<018f7c3e-0000-7000-8000-000000000001@ducpho.example>";

fn report(text: &str) -> Report {
    match read(text.as_bytes()) {
        Read::Report(report) => report,
        other @ (Read::Other | Read::Broken(_)) => panic!("{other:?}"),
    }
}

/// A report with these fields of a recipient.
fn said(fields: &str) -> RecipientReport {
    let text = format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{fields}\n--b--\n"
    );
    report(&text).recipients.remove(0)
}

fn class(fields: &str) -> (&'static str, Option<Fault>, bool) {
    let said = said(fields);
    let failure = said.failure();
    let none = failure.as_ref().is_some_and(DeliveryError::says_no_such_address);
    (said.action.as_str(), failure.map(|failure| failure.fault()), none)
}

#[test]
fn reports_of_three_houses_are_read() {
    for (text, own_id, addresses, status, words) in [
        (
            POSTFIX,
            "<4VgX2K3kzFz1@post.ducpho.example>",
            ["yt-02@ducpho.example", "YT-02@ducpho.example"].as_slice(),
            "5.1.1",
            "failed 5.1.1 X-Postfix; unknown user: \"yt-02\"",
        ),
        (
            EXCHANGE,
            "<99b1a2d0-1c4a-4f3e-8c90-0c9a1f4b7d11@MAIL01.tinh.example>",
            &["nguyen.van.uoc@tinh.example", "yt-02@ducpho.example"],
            "5.1.10",
            "failed 5.1.10 smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        ),
        (
            GMAIL,
            "<664551df.170a0220.8c7e1.3a2f.GMR@mx.mail.example>",
            &["yt-02@ducpho.example"],
            "5.2.1",
            "failed 5.2.1 smtp; 550-5.2.1 The email account that you tried to reach is inactive. 550 5.2.1 \
             https://support.example/mail/?p=DisabledUser - gsmtp",
        ),
    ] {
        // As it lies in a Maildir, and as it went over the wire.
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let found = report(&text);
            assert_eq!((found.own_id.as_deref(), found.message_id.as_deref()), (Some(own_id), Some(OURS)));
            assert_eq!(found.recipients.len(), 1, "{found:?}");
            let recipient = &found.recipients[0];
            assert_eq!(recipient.addresses, addresses);
            assert_eq!(recipient.status.map(|s| s.to_string()).as_deref(), Some(status));
            assert_eq!(recipient.text(), words);
            let failure = recipient.failure().expect("it failed");
            assert!(failure.says_no_such_address(), "{failure:?}");
        }
    }
}

#[test]
fn faults_are_told_apart_by_their_status() {
    use Fault::{Message, Recipient, Temporary};
    for (fields, expected) in [
        ("Action: failed\nStatus: 5.1.1\n", ("failed", Some(Recipient), true)),
        (
            "Action: failed\nStatus: 5.1.2\nDiagnostic-Code: smtp; bad host\n",
            ("failed", Some(Recipient), true),
        ),
        ("Action: failed\nStatus: 5.4.4\n", ("failed", Some(Recipient), false)),
        (
            "Action: Failed (in the end)\nStatus: 5.0.0 (x)\nDiagnostic-Code: smtp; 550 5.1.1 no\n",
            ("failed", Some(Recipient), true),
        ),
        ("Action: failed\nDiagnostic-Code: smtp; 550 5.1.1 no\n", ("failed", Some(Recipient), true)),
        (
            "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no\n",
            ("failed", Some(Recipient), false),
        ),
        ("Action: failed\n", ("failed", Some(Recipient), false)),
        // A server further on, or its policy, isn't everybody's.
        (
            "Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 spam\n",
            ("failed", Some(Recipient), false),
        ),
        ("Action: failed\nStatus: 5.1.8\n", ("failed", Some(Recipient), false)),
        (
            "Action: failed\nStatus: 5.5.2\nDiagnostic-Code: smtp; 504 5.5.2 helo\n",
            ("failed", Some(Recipient), false),
        ),
        (
            "Action: failed\nStatus: 5.7.0\nDiagnostic-Code: smtp; 530 5.7.0 log in\n",
            ("failed", Some(Recipient), false),
        ),
        ("Action: failed\nStatus: 5.3.4\n", ("failed", Some(Message), false)),
        ("Action: failed\nStatus: 5.2.3\n", ("failed", Some(Message), false)),
        (
            "Action: failed\nStatus: 5.6.1\nDiagnostic-Code: smtp; 554 5.6.1\n",
            ("failed", Some(Message), false),
        ),
        ("Action: failed\nStatus: 5.2.2\n", ("failed", Some(Temporary), false)),
        ("Action: failed\nStatus: 4.4.7\n", ("failed", Some(Temporary), false)),
        ("Action: failed\nStatus: 5.4.7\n", ("failed", Some(Temporary), false)),
        (
            "Action: failed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect timed out\n",
            ("failed", Some(Temporary), false),
        ),
        ("Action: delayed\nStatus: 4.4.1\n", ("delayed", None, false)),
        ("Action: delivered\nStatus: 2.0.0\n", ("delivered", None, false)),
        ("Action: relayed\nStatus: 2.0.0\n", ("relayed", None, false)),
        ("Action: expanded\nStatus: 2.0.0\n", ("expanded", None, false)),
    ] {
        assert_eq!(class(fields), expected, "{fields}");
    }
}

#[test]
fn addresses_are_read_whatever_letters_they_have() {
    let addresses = |text: &str| said(&format!("Final-Recipient: {text}\nAction: failed\n")).addresses;
    assert_eq!(addresses("utf-8; việc@đứcphổ.example"), ["việc@đứcphổ.example"]);
    assert_eq!(addresses("UTF-8;vi\\x{1EC7}c@\\x{111}ucpho.example"), ["việc@đucpho.example"]);
    assert_eq!(addresses("RFC822;<a@b.example>"), ["a@b.example"]);
    assert_eq!(addresses("rfc822;\n  a@b.example"), ["a@b.example"], "folded");
    for odd in ["utf-8; a\\x{zz}@b", "utf-8; a\\x{", "utf-8; a\\x{D800}@b"] {
        assert_eq!(addresses(odd), [odd.trim_start_matches("utf-8; ")]);
    }
    assert_eq!(addresses("x400; /C=VN/"), Vec::<String>::new());
    assert_eq!(addresses("a@b.example"), ["a@b.example"]);
}

#[test]
fn what_brings_no_mail_names_none() {
    let without = POSTFIX.replace(&format!("Message-ID: {OURS}\n"), "");
    let found = report(&without);
    assert_eq!((found.message_id, found.recipients.len()), (None, 1));
}

#[test]
fn packed_parts_are_unpacked() {
    let text = "Content-Type: multipart/report; report-type=\"delivery-status\"; boundary=\"b b\"\r\n\r\n--b b\r\n\
        Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFAYi5leGFtcGxlDQpBY3Rpb246IGZhaWxlZA0K\r\n\r\n--b b\r\n\
        Content-Type: message/global-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Message-ID: <1=40c.example>\r\n\r\n--b b--\r\n";
    // A blank block before the first field, as the standard wants it, isn't needed to read it.
    let found = report(text);
    assert_eq!(found.message_id.as_deref(), Some("<1@c.example>"));
    assert_eq!(found.recipients[0].addresses, ["a@b.example"]);
}

#[test]
fn what_is_no_report_is_told_apart() {
    for other in [
        // Somebody is away.
        "From: a@b.example\nAuto-Submitted: auto-replied\nIn-Reply-To: <1@c.example>\nContent-Type: text/plain\n\nVắng\n",
        "From: a@b.example\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\n--b--\n",
        "From: a@b.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\n--b--\n",
        "From: a@b.example\n\n",
        "Subject: undelivered\n\nContent-Type: multipart/report; report-type=delivery-status\n",
    ] {
        assert_eq!(read(other.as_bytes()), Read::Other, "{other}");
    }
    let head = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n";
    for broken in [
        "",
        "\n",
        "x",
        "no field at all\n\n",
        "Content-Type: multipart/report; report-type=delivery-status\n\n--b\n",
        head,
        &format!("{head}--b\nContent-Type: text/plain\n\n--b--\n"),
        &format!("{head}--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n--b--\n"),
        &format!("{head}--b\nContent-Type: message/delivery-status\n\nAction: eaten\n\n--b--\n"),
    ] {
        assert!(matches!(read(broken.as_bytes()), Read::Broken(_)), "{broken}");
    }
}

#[test]
fn what_was_cut_short_is_read_as_far_as_it_goes_or_refused() {
    for text in [POSTFIX, EXCHANGE, GMAIL] {
        for end in 0..text.len() {
            match read(&text.as_bytes()[..end]) {
                Read::Report(found) => {
                    assert!(found.message_id.is_none_or(|id| OURS.starts_with(&id[..id.len() - 1])));
                }
                Read::Other | Read::Broken(_) => {}
            }
        }
    }
}

#[test]
fn nothing_is_looked_into_deeper_than_a_report_goes() {
    let nested = |kind: &str, levels: usize| format!("Content-Type: {kind}\n\n").repeat(levels);
    for levels in [50, 150_000] {
        assert_eq!(read(nested("message/rfc822", levels).as_bytes()), Read::Other);
        let deep =
            POSTFIX.replace("Return-Path: <bonro@ducpho.example>\n", &nested("message/rfc822", levels));
        let found = report(&deep);
        assert_eq!((found.message_id, found.recipients.len()), (None, 1), "the mail inside is another's");
    }
    let mut levels = String::new();
    for level in 0..50 {
        let head = "Content-Type: multipart/report; report-type=delivery-status";
        let _ = write!(levels, "{head}; boundary=b{level}\n\n--b{level}\n");
    }
    assert!(matches!(read(levels.as_bytes()), Read::Broken(_)));
    let many = format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n{}",
        "--b\n\n".repeat(900_000)
    );
    assert!(matches!(read(many.as_bytes()), Read::Broken(_)));
}

#[test]
fn what_is_too_large_is_not_read() {
    let large = format!("{POSTFIX}{}", " ".repeat(MAIL_BYTES));
    assert!(matches!(read(large.as_bytes()), Read::Broken(_)));
    // As much as may be: in one header field, in fields, in one line, and in addresses.
    for filler in ["a", "a:\n", "\n ", "\n", "(", ";a*0*=b'c'd", "=?utf-8?b?", "<", "\0", "\u{fffd}"] {
        for head in ["", "X: ", "Content-Type: multipart/report;", "Message-ID: ", "To: "] {
            let filled = format!("{head}{}", filler.repeat((MAIL_BYTES - head.len()) / filler.len()));
            assert!(!matches!(read(filled.as_bytes()), Read::Report(_)));
        }
    }
    let fields =
        format!("Final-Recipient: rfc822; a@b\nAction: failed\nDiagnostic-Code: {}\n", "đ".repeat(9000));
    assert!(said(&fields).text().chars().count() <= 301);
    let crowd = "Final-Recipient: rfc822; a@b\nAction: failed\n\n".repeat(5000);
    let text = format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{crowd}\n--b--\n"
    );
    assert!(report(&text).recipients.len() <= MOST_RECIPIENTS + 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_fall(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_change_of_a_report_makes_it_fall(
        changes in prop::collection::vec((0..POSTFIX.len(), any::<u8>()), 1..12),
        which in 0..3_usize,
    ) {
        let mut bytes = [POSTFIX, EXCHANGE, GMAIL][which].as_bytes().to_vec();
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        let _ = read(&bytes);
    }
}
