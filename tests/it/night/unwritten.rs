//! An address that is none isn't written to for ever: its reminders go a level up, and come with what was told meanwhile
//! once the official has another one.

use bonro::domain::schedule::JobName;
use bonro::pb::v1;
use bonro::pb::v1::official_service_client::OfficialServiceClient;
use bonro::service::jobs::{Asked, run};
use bonro::world::Clock as _;
use chrono::TimeDelta;
use prost_types::FieldMask;

use super::mails::ADDRESS;
use super::office::{OFFICER, Office, at};
use super::server::Server;
use crate::support::letters::parts;
use crate::support::{Line, both};

both!(an_address_that_is_none_is_not_written_to_for_ever, |house| {
    let office = Office::open(&house.url).await;
    let server = Server::answering("250 kept").await;
    server.says("RCPT TO:<yt-02", "550 5.1.1 no such user");
    let sending = office.sending_to(53, server.post()).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-10").await;
    office.assign("NV-2", Some(OFFICER), "2024-05-20").await;
    office.morning_of(&sending, "2024-05-16").await;
    let counted = office.suppressions().await;
    assert_eq!(
        counted.iter().map(|s| (s.address.as_str(), s.failures, s.suppressed_at)).collect::<Vec<_>>(),
        [(ADDRESS, 1, None)]
    );
    office.morning_of(&sending, "2024-05-20").await;
    let standing = office.suppressions().await.remove(0);
    assert_eq!((standing.failures, standing.suppressed_at), (2, Some(at("2024-05-20T00:15:00Z"))));
    let dead = office.outbox().await;
    assert!(dead.iter().all(|m| m.state == "dead" && m.fault.as_deref() == Some("recipient")), "{dead:?}");

    // What falls due now goes one level up, and says why; whoever runs the system is told of the address, once.
    office.morning_of(&sending, "2024-05-21").await;
    for _ in 0..3 {
        office.wait(TimeDelta::minutes(2));
        sending.watch_troubles().await.expect("it is watched");
    }
    let to_head: Vec<_> = server.letters().into_iter().filter(|l| l.contains("yt-01@")).collect();
    assert_eq!(to_head.len(), 1, "{to_head:?}");
    let text = parts(&to_head[0]).concat();
    assert!(text.contains("NV-1") && text.contains("NV-2"), "{text}");
    assert!(text.contains("Chưa nhắc được Cán bộ YT-02: địa chỉ thư hiện không gửi đến được"), "{text}");
    let letters = office.letters().await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].1.headline, "Địa chỉ yt-02@ducpho.example: không gửi thư được nữa");
    assert!(letters[0].1.details[0].contains("(của YT-02)"), "{letters:?}");
    // Nobody above can be written to either: it waits, and that too is told once.
    let mut work = sending.job(sending.own_context(JobName::DeliverMail)).await.expect("a work begins");
    let (head, why) = ("yt-01@ducpho.example", "nghỉ phép");
    bonro::service::suppressions::suppress(&mut work, head, why, None).await.expect("it is put");
    work.finish(&[]).await.expect("it commits");
    office.assign("NV-3", Some(OFFICER), "2024-05-22").await;
    for hour in ["00:15", "00:45"] {
        office.set(&format!("2024-05-22T{hour}:00Z"));
        let ran = run(&sending, JobName::SendReminders, office.clock.now(), Asked::ByHand).await;
        let note = ran.expect("it runs").slot.note.unwrap_or_default();
        assert!(note.contains("wait for an address to be mended"), "{note}");
    }
    let letters = office.letters().await;
    assert_eq!(letters.len(), 2, "{letters:?}");
    assert_eq!(letters[1].1.headline, "Nhắc việc của YT-02 chưa báo được cho ai");

    // The official has another address: what waited comes in one mail, with what the head was told.
    let line = Line::open(&house.url).await;
    line.clock.set(office.clock.now());
    let key = line.key(&[v1::Role::Engineer], "", "").await;
    let official = v1::Official {
        name: "officials/YT-02".to_owned(),
        email: "can-bo@ducpho.example".to_owned(),
        ..Default::default()
    };
    let request = v1::UpdateOfficialRequest {
        official: Some(official),
        update_mask: Some(FieldMask { paths: vec!["email".to_owned()] }),
        ..Default::default()
    };
    OfficialServiceClient::new(line.call(&key)).update_official(request).await.expect("it is changed");
    let left: Vec<_> = office.suppressions().await.into_iter().map(|s| s.address).collect();
    assert_eq!(left, [head], "nobody has the old one");
    office.morning_of(&sending, "2024-05-23").await;
    let to_new: Vec<_> = server.letters().into_iter().filter(|l| l.contains("can-bo@")).collect();
    assert_eq!(to_new.len(), 1, "{to_new:?}");
    let text = parts(&to_new[0]).concat();
    assert!(text.contains("NV-3") && text.contains("NV-2"), "{text}");
    assert!(
        text.contains("Đã báo Cán bộ YT-01 lúc 07:15 ngày 21/5/2024, khi chưa báo được ông/bà"),
        "{text}"
    );
    sending.watch_troubles().await.expect("it is watched");
    assert!(office.troubles().await.iter().any(|t| t.kind == "mail_address" && t.over_at.is_some()));
});
