//! What else comes to the sender: answers of those who are away, reports of others' mails, and bytes that mean harm.

use super::super::mails::ADDRESS;
use super::super::office::OFFICER;
use super::UNKNOWN;
use super::stage::{Stage, report};
use crate::support::both;

both!(what_is_no_report_of_a_mail_of_ours_is_put_aside, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.morning_of(&stage.sending, "2024-05-16").await;
    let mail = stage.mail_to(ADDRESS).await;
    let id = mail.message_id.clone().expect("it was sealed");
    let away = format!(
        "From: {ADDRESS}\nAuto-Submitted: auto-replied\nIn-Reply-To: {id}\nReferences: {id}\n\
         Content-Type: text/plain; charset=utf-8\n\nTôi vắng mặt.\n"
    );
    stage.leave("away", away.as_bytes());
    let read = report("read", &format!("Message-ID: {id}\n"), UNKNOWN)
        .replace("report-type=delivery-status", "report-type=disposition-notification");
    stage.leave("read", read.as_bytes());
    stage.leave("nobodys", report("nobodys", "", UNKNOWN).as_bytes());
    stage.leave("others", report("others", "Message-ID: <1@elsewhere.example>\n", UNKNOWN).as_bytes());
    stage.leave(".hidden", b"x");
    let note = stage.take().await;
    assert!(
        note.contains("0 mails came back, 0 other reports, 4 of no mail of ours, 0 broken, 0 wait"),
        "{note}"
    );
    assert_eq!(
        stage.files(),
        ["cur/away:2,", "cur/nobodys:2,", "cur/others:2,", "cur/read:2,", "new/.hidden"]
    );
    assert_eq!(stage.mail_to(ADDRESS).await, mail);
    assert!(office.suppressions().await.is_empty() && office.letters().await.is_empty());
});

both!(broken_bytes_are_put_aside_with_one_letter, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.morning_of(&stage.sending, "2024-05-16").await;
    let mail = stage.mail_to(ADDRESS).await;
    let good =
        report("z", &format!("Message-ID: {}\n", mail.message_id.as_deref().expect("sealed")), UNKNOWN);
    let random: Vec<u8> = (0..100_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    stage.leave("1-random", &random);
    stage.leave("2-large", &[good.as_bytes(), &vec![b'x'; bonro::mail::MAIL_BYTES]].concat());
    stage.leave("3-empty", b"");
    stage.leave("4-cut", &good.as_bytes()[..good.find("Reporting-MTA").expect("it is there")]);
    let level =
        |n| format!("Content-Type: multipart/report; report-type=delivery-status; boundary=n{n}\n\n--n{n}\n");
    let nested = (0..50).map(level).collect::<Vec<_>>().concat();
    stage.leave("5-nested", nested.as_bytes());
    stage.leave("6-deep", "Content-Type: message/rfc822\n\n".repeat(150_000).as_bytes());
    stage.leave("7-good", good.as_bytes());
    let note = stage.take().await;
    assert!(
        note.contains("1 mails came back, 0 other reports, 1 of no mail of ours, 5 broken, 0 wait"),
        "{note}"
    );
    assert_eq!(stage.files().iter().filter(|file| file.starts_with("cur/")).count(), 7);
    stage.leave("8-empty", b"");
    stage.take().await;
    let letters = office.letters().await;
    assert_eq!(letters.len(), 1, "one a day: {letters:?}");
    let (to, said) = &letters[0];
    assert_eq!(to, "kysu@ducpho.example");
    assert!(said.headline.starts_with("5 thư trả về"), "{said:?}");
    assert!(said.details.iter().any(|line| line.contains("2-large: it is too large")), "{said:?}");
    assert!(said.details.last().is_some_and(|line| line.ends_with("/cur")), "{said:?}");
});

both!(files_of_a_plain_directory_are_taken_when_they_stand_still, |house| {
    let stage = Stage::plain(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.morning_of(&stage.sending, "2024-05-16").await;
    let mail = stage.mail_to(ADDRESS).await;
    stage.comes_back("a.eml", &mail, UNKNOWN);
    let whole = std::fs::read(stage.path.join("a.eml")).expect("it is read");
    stage.leave("a.eml", &whole[..whole.len() / 2]);
    stage.leave("b.eml", b"From: a@b.example\n\nx\n");
    let note = stage.take().await;
    assert!(note.ends_with("2 wait"), "{note}");
    // It grew meanwhile: it is waited for once more.
    stage.leave("a.eml", &whole);
    let note = stage.take().await;
    assert!(note.contains("1 of no mail of ours") && note.ends_with("1 wait"), "{note}");
    let note = stage.take().await;
    assert!(note.contains("1 mails came back") && note.ends_with("0 wait"), "{note}");
    assert_eq!(stage.files(), ["done/a.eml", "unknown/b.eml"]);
    assert_eq!(stage.mail_to(ADDRESS).await.state, "dead");
});

both!(what_comes_back_from_behind_an_address_is_told_and_not_said_again, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.morning_of(&stage.sending, "2024-05-16").await;
    let mail = stage.mail_to(ADDRESS).await;
    let behind = "Final-Recipient: rfc822; nha-rieng@elsewhere.example\nAction: failed\nStatus: 5.1.1\n\n\
        Final-Recipient: rfc822; khac@elsewhere.example\nAction: delivered\nStatus: 2.0.0\n";
    stage.comes_back("a", &mail, behind);
    let note = stage.take().await;
    assert!(note.contains("0 mails came back, 1 other reports"), "{note}");
    assert_eq!(stage.mail_to(ADDRESS).await.state, "sent");
    assert!(office.suppressions().await.is_empty());
    assert!(office.notices().await.iter().all(|n| n.state == "sent"));
    let told = office.troubles().await.remove(0);
    assert_eq!((told.kind.as_str(), told.subject.as_str()), ("mail_setup", ADDRESS));
    let last = stage.attempts(mail.id).await.pop().expect("it is on record");
    assert_eq!((last.outcome.as_str(), last.fault.as_deref()), ("reported", Some("recipient")));
});

both!(a_directory_that_is_not_there_is_told_once, |house| {
    let stage = Stage::open(&house.url).await;
    std::fs::remove_dir_all(&stage.path).expect("it goes");
    for _ in 0..2 {
        assert_eq!(stage.run().await.slot.state, "failed");
    }
    let letters = stage.office.letters().await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(letters[0].1.headline.starts_with("Không nhận được thư trả lại"), "{letters:?}");
    assert_eq!(letters[0].1.mend.as_deref().map(|mend| mend.contains("mail.returned")), Some(true));
});
