//! Whose fault it is that mail doesn't leave: a way out that is set up wrongly kills no mail, an address that is none isn't
//! written to for ever, and people look after both through the front door.

use std::sync::Arc;

use bonro::domain::schedule::JobName;
use bonro::mail::{Mailbox, Post};
use bonro::pb::v1;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::service::House;
use bonro::store::entity::mail_suppression;
use bonro::world::Clock as _;
use chrono::TimeDelta;
use sea_orm::EntityTrait as _;
use tonic::Code;

use super::office::{HEAD, OFFICER, Office, at};
use super::server::Server;
use crate::support::letters::parts;
use crate::support::{Line, both};

pub const ADDRESS: &str = "yt-02@ducpho.example";

impl Office {
    /// A replica whose mail goes to that server, and whose operator has an address.
    pub async fn sending_to(&self, seed: u64, post: Post) -> House {
        self.told(seed, |settings| {
            settings.mail.post = Arc::new(post);
            settings.mail.operator =
                Some(Mailbox { name: String::new(), address: "kysu@ducpho.example".to_owned() });
        })
        .await
    }

    pub async fn suppressions(&self) -> Vec<mail_suppression::Model> {
        mail_suppression::Entity::find().all(&self.tables).await.expect("they are read")
    }

    /// A working day's morning through that house.
    pub async fn morning_of(&self, house: &House, day: &str) {
        self.set(&format!("{day}T00:15:00Z"));
        self.run(JobName::PlanReminders).await;
        self.run(JobName::SendReminders).await;
        self.deliver(house).await.expect("it runs");
    }
}

both!(a_wrong_setup_kills_no_mail_and_is_told_once, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    let closing = office.assign("NV-2", Some(OFFICER), "2024-05-17").await;
    office.assign("NV-3", Some(HEAD), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    let server = Server::answering("250 kept").await;
    server.says("MAIL", "550 5.7.1 you may not send as that");
    let sending = office.sending_to(51, server.post()).await;
    office.deliver(&sending).await.expect("it runs");
    // For a week: longer than mail that nobody takes is kept.
    for _ in 0..200 {
        office.wait(TimeDelta::minutes(51));
        office.deliver(&sending).await.expect("it runs");
    }
    sending.watch_troubles().await.expect("it is watched");
    let mails = office.outbox().await;
    let stand = |m: &bonro::store::outbox::MailRow| (m.state.clone(), m.fault.clone().unwrap_or_default());
    assert_eq!(
        mails.iter().filter(|m| m.kind == "reminder_digest").map(stand).collect::<Vec<_>>(),
        [
            ("queued".to_owned(), "configuration".to_owned()),
            ("queued".to_owned(), "configuration".to_owned())
        ]
    );
    let troubles = office.troubles().await;
    let told = troubles.iter().find(|t| t.kind == "mail_setup").expect("it is a trouble");
    assert!(told.told_at.is_some() && told.note.contains("you may not send as that"), "{told:?}");
    let letters = office.letters().await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].1.headline, "Thư: không gửi được thư do cấu hình");
    assert!(letters[0].1.mend.as_deref().is_some_and(|m| m.contains("[mail]")), "{letters:?}");

    // Mended. What was never under way says what is true now, and all leave within one round.
    office.complete(closing).await;
    server.says(".", "250 kept");
    office.wait(TimeDelta::minutes(7));
    office.deliver(&sending).await.expect("it runs");
    let mails = office.outbox().await;
    assert!(mails.iter().all(|m| m.state == "sent" && m.fault.is_none()), "{mails:?}");
    let sent = server.letters();
    assert_eq!(sent.len(), 3);
    let officers = sent.iter().find(|l| l.contains(ADDRESS)).expect("the officer has one");
    let text = parts(officers).concat();
    assert!(text.contains("NV-1") && !text.contains("NV-2"), "{text}");
    let root = format!("<reminders.{OFFICER}@ducpho.example>");
    for field in ["In-Reply-To", "References"] {
        assert!(
            officers.contains(&format!("{field}: {root}")),
            "a person's digests are one thread: {officers}"
        );
    }
    sending.watch_troubles().await.expect("it is watched");
    let over = office.troubles().await;
    assert!(over.iter().any(|t| t.kind == "mail_setup" && t.over_at.is_some()), "{over:?}");
    office.wait(TimeDelta::minutes(1));
    office.deliver(&sending).await.expect("it runs");
    let thread = format!("References: <trouble.{}@ducpho.example>", told.id);
    let of_it = server.letters().into_iter().filter(|l| l.contains(&thread)).count();
    assert_eq!(of_it, 2, "a trouble's beginning and end are one thread");
});

both!(a_server_that_is_away_for_three_days_costs_no_mail_and_doubles_none, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    let closing = office.assign("NV-2", Some(OFFICER), "2024-05-17").await;
    office.assign("NV-3", Some(HEAD), "2024-05-17").await;
    let away = office.sending_to(55, Post::from_url("smtp://127.0.0.1:1").expect("a mail URL")).await;
    let mut pauses = std::collections::BTreeMap::new();
    let end = office.clock.now() + TimeDelta::days(3);
    while office.clock.now() < end {
        if office.clock.now().to_rfc3339().contains("T00:15") {
            office.run(JobName::PlanReminders).await;
            office.run(JobName::SendReminders).await;
        }
        office.deliver(&away).await.expect("it runs");
        for mail in office.outbox().await {
            assert_eq!(mail.sealed, None, "what nobody can have isn't sealed");
            // What a later notice stands for goes out in its mail alone: no flood follows the silence.
            let waits = matches!(mail.state.as_str(), "queued" | "cancelled");
            assert!(waits, "{mail:?}");
            if mail.state == "cancelled" {
                continue;
            }
            pauses.entry((mail.id, mail.attempt)).or_insert(mail.not_before - office.lease.now());
        }
        office.wait(TimeDelta::minutes(15));
    }
    // Longer with each attempt up to four hours, and never two alike.
    let tries = |id| pauses.keys().filter(|(of, _)| *of == id).count();
    let first = pauses.keys().map(|(id, _)| *id).max_by_key(|id| tries(*id)).expect("there is a mail");
    let seconds: Vec<i64> =
        pauses.iter().filter(|((id, n), _)| *id == first && *n > 0).map(|(_, p)| p.num_seconds()).collect();
    assert!(seconds.len() >= 12, "{seconds:?}");
    for (n, pause) in seconds.iter().enumerate() {
        let fair = 60_i64 << n.min(8);
        let fair = fair.min(4 * 3600);
        assert!((fair * 4 / 5..=fair * 6 / 5).contains(pause), "attempt {n}: {pause} s, {fair} s were fair");
    }
    let late: std::collections::BTreeSet<_> = seconds.iter().skip(8).collect();
    assert!(late.len() > 3, "jitter: {seconds:?}");

    office.complete(closing).await;
    let server = Server::answering("250 kept").await;
    let back = office.sending_to(56, server.post()).await;
    office.wait(TimeDelta::hours(5));
    office.deliver(&back).await.expect("it runs");
    let mails = office.outbox().await;
    assert!(mails.iter().all(|m| matches!(m.state.as_str(), "sent" | "cancelled")), "{mails:?}");
    let sent: Vec<_> = mails.iter().filter(|m| m.state == "sent").collect();
    let letters = server.letters();
    assert_eq!(letters.len(), sent.len());
    for mail in sent {
        let id = mail.message_id.clone().expect("it was sealed");
        assert_eq!(letters.iter().filter(|l| l.contains(&format!("Message-ID: {id}"))).count(), 1, "{id}");
    }
    let said: Vec<String> = letters.iter().map(|l| parts(l).concat()).collect();
    assert!(said.iter().all(|text| !text.contains("NV-2")), "{said:?}");
    assert!(said.iter().any(|text| text.contains("NV-1")) && said.iter().any(|text| text.contains("NV-3")));
    let notices = office.notices().await;
    assert!(notices.iter().all(|n| matches!(n.state.as_str(), "sent" | "suppressed")), "{notices:?}");
});

both!(one_who_is_not_let_in_is_not_asked_for_each_mail, |house| {
    let office = Office::open(&house.url).await;
    for (n, holder) in [OFFICER, HEAD, super::office::OTHER].into_iter().enumerate() {
        office.assign(&format!("NV-{n}"), Some(holder), "2024-05-16").await;
    }
    office.run(JobName::SendReminders).await;
    let server = Server::answering("250 kept").await;
    server.says("MAIL", "530 5.7.0 log in first");
    let sending = office
        .told(52, |settings| {
            settings.mail.post = Arc::new(server.post());
            settings.mail.connections = 1;
        })
        .await;
    office.deliver(&sending).await.expect("it runs");
    let mails = office.outbox().await;
    assert!(mails.iter().all(|m| m.fault.as_deref() == Some("configuration") && m.attempt == 0), "{mails:?}");
    assert!(mails.iter().all(|m| m.not_before > office.lease.now() + TimeDelta::minutes(3)), "{mails:?}");
    let trouble = office.troubles().await.into_iter().find(|t| t.kind == "mail_setup").expect("a trouble");
    assert_eq!(trouble.count, 3);
    // One that is refused to one recipient only holds nobody else back.
    server.says("RCPT TO:<yt-02", "554 5.7.1 relay access denied");
    office.wait(TimeDelta::minutes(7));
    office.deliver(&sending).await.expect("it runs");
    let states: Vec<_> = office.outbox().await.into_iter().map(|m| (m.to_address, m.state)).collect();
    assert_eq!(states.iter().filter(|(_, state)| state == "sent").count(), 2, "{states:?}");
    assert!(states.contains(&(ADDRESS.to_owned(), "queued".to_owned())), "{states:?}");
});

both!(
    a_mail_that_went_through_is_forgiven_and_a_mail_under_way_to_a_suppressed_address_is_not_sealed,
    |house| {
        let office = Office::open(&house.url).await;
        let server = Server::answering("250 kept").await;
        let sending = office.sending_to(54, server.post()).await;
        server.says("RCPT TO:<yt-02", "550 5.1.1 no such user");
        office.assign("NV-1", Some(OFFICER), "2024-05-10").await;
        office.morning_of(&sending, "2024-05-16").await;
        server.says(".", "250 kept");
        office.morning_of(&sending, "2024-05-21").await;
        assert!(office.suppressions().await.is_empty(), "one that went through is forgiven");

        office.assign("NV-2", Some(OFFICER), "2024-05-22").await;
        office.set("2024-05-22T00:15:00Z");
        office.run(JobName::SendReminders).await;
        let mut work = sending.job(sending.own_context(JobName::DeliverMail)).await.expect("a work begins");
        bonro::service::suppressions::suppress(&mut work, "YT-02@DucPho.example ", "nghỉ phép", None)
            .await
            .expect("it is put");
        work.finish(&[]).await.expect("it commits");
        office.deliver(&sending).await.expect("it runs");
        let last =
            office.outbox().await.into_iter().find(|m| m.key.contains("2024-05-22")).expect("it was made");
        assert_eq!((last.state.as_str(), last.sealed), ("cancelled", None));
        assert!(last.last_error.as_deref().is_some_and(|e| e.contains("nghỉ phép")), "{:?}", last.last_error);
        let waiting: Vec<_> = office.notices().await.into_iter().filter(|n| n.outbox_id.is_none()).collect();
        assert!(!waiting.is_empty() && waiting.iter().all(|n| n.state == "queued"), "{waiting:?}");
    }
);

both!(mails_and_addresses_are_looked_after_through_the_door, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    let refusing = Server::answering("554 5.6.0 spam").await;
    office.deliver(&office.through(refusing.post()).await).await.expect("it runs");
    let line = Line::open(&house.url).await;
    line.clock.set(at("2024-05-16T00:16:00Z"));
    let key = line.key(&[v1::Role::Engineer], "", "").await;
    let mut client = JobServiceClient::new(line.call(&key));
    let list = |filter: &str| v1::ListOutboxRequest { filter: filter.to_owned(), ..Default::default() };
    let filter = format!("to_address = \"{ADDRESS}\" AND fault = \"message\"");
    let mails = client.list_outbox(list(&filter)).await.expect("they are listed").into_inner().mails;
    let mail = mails.first().expect("one is dead").clone();
    assert_eq!((mail.state(), mail.fault()), (v1::MailState::Dead, v1::MailFault::Message));
    let request = v1::GetMailRequest { name: mail.name.clone() };
    let shown = client.get_mail(request).await.expect("it is there").into_inner();
    assert_eq!(shown.mail, Some(mail.clone()));
    let [tried] = shown.attempts.as_slice() else { panic!("{:?}", shown.attempts) };
    assert_eq!(
        (tried.number, tried.outcome(), tried.fault(), tried.reply_code, tried.status.as_str()),
        (1, v1::MailOutcome::Refused, v1::MailFault::Message, 554, "5.6.0")
    );
    assert!(tried.reply.contains("spam") && tried.try_time.is_some() && !tried.worker.is_empty());
    let strange = v1::GetMailRequest { name: format!("mails/{}", uuid::Uuid::nil()) };
    assert_eq!(client.get_mail(strange).await.expect_err("there is none").code(), Code::NotFound);

    let give_up = |note: &str, etag: &str| v1::GiveUpMailRequest {
        name: mail.name.clone(),
        note: note.to_owned(),
        etag: etag.to_owned(),
        request_id: String::new(),
    };
    let refused = client.give_up_mail(give_up(" ", "")).await.expect_err("no reason");
    assert_eq!(refused.code(), Code::InvalidArgument);
    let stale = client.give_up_mail(give_up("thôi", "queued-9")).await.expect_err("of another time");
    assert_eq!(stale.code(), Code::Aborted);
    let done = client.give_up_mail(give_up("thôi", &mail.etag)).await.expect("it is dropped").into_inner();
    let done = done.mail.expect("a mail");
    assert_eq!(
        (done.state(), done.last_error.as_str()),
        (v1::MailState::Cancelled, "given up by test: thôi")
    );
    let again = client.give_up_mail(give_up("thôi", "")).await.expect_err("it is dropped already");
    assert_eq!(again.code(), Code::FailedPrecondition);
    let notices = office.notices().await;
    assert!(notices.iter().all(|n| n.state == "suppressed" && n.why.as_deref() == Some("given_up")));

    let suppress = |address: &str, until: Option<i64>| v1::SuppressAddressRequest {
        address: address.to_owned(),
        reason: "nghỉ thai sản".to_owned(),
        until_time: until.map(|seconds| prost_types::Timestamp { seconds, nanos: 0 }),
        request_id: String::new(),
    };
    let bad = client.suppress_address(suppress("nobody", Some(0))).await.expect_err("both are wrong");
    assert_eq!(bad.code(), Code::InvalidArgument);
    let until = at("2024-06-01T00:00:00Z").timestamp();
    let put = client.suppress_address(suppress("A@b.example", Some(until))).await.expect("it is put");
    let put = put.into_inner().suppression.expect("one");
    assert_eq!((put.address.as_str(), put.in_force, put.entered_by.as_str()), ("a@b.example", true, "test"));
    let list = v1::ListSuppressionsRequest {
        filter: "address = \"A@B.example\" AND suppress_time != null".to_owned(),
        ..Default::default()
    };
    let found = client.list_suppressions(list.clone()).await.expect("listed").into_inner().suppressions;
    assert_eq!(found, std::slice::from_ref(&put));
    line.clock.set(at("2024-06-01T00:00:00Z"));
    let found = client.list_suppressions(list).await.expect("listed").into_inner().suppressions;
    assert!(!found[0].in_force, "its time is over");
    let again = v1::LiftSuppressionRequest { name: put.name, request_id: String::new() };
    client.lift_suppression(again.clone()).await.expect("it is lifted");
    assert_eq!(client.lift_suppression(again).await.expect_err("there is none").code(), Code::NotFound);
    let clerk = line.key(&[v1::Role::Coordinator], "", "").await;
    let mut clerk = JobServiceClient::new(line.call(&clerk));
    let denied = clerk.suppress_address(suppress("a@b.example", None)).await.expect_err("not for them");
    assert_eq!(denied.code(), Code::PermissionDenied);
});

both!(a_mail_that_waited_says_what_is_true_to_whom_it_is_true, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    let handed = office.assign("NV-2", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    let server = Server::answering("250 kept").await;
    server.says("MAIL", "550 5.7.1 you may not send as that");
    let sending = office.sending_to(61, server.post()).await;
    office.deliver(&sending).await.expect("it runs");
    // A week goes by, one of the two goes into other hands, and no run was made meanwhile.
    office.hand(handed, HEAD).await;
    office.set("2024-05-23T01:00:00Z");
    server.says(".", "250 kept");
    office.deliver(&sending).await.expect("it runs");
    let sent = server.letters();
    let officers = sent.iter().find(|l| l.contains(ADDRESS)).expect("the officer has one");
    let text = parts(officers).concat();
    assert!(text.contains("NV-1") && !text.contains("NV-2"), "{text}");
    assert!(text.contains("quá 5 ngày làm việc") && !text.contains("hết hạn hôm nay"), "{text}");
    // The next run tells the one who has it now.
    office.wait(TimeDelta::minutes(10));
    office.run(JobName::PlanReminders).await;
    office.run(JobName::SendReminders).await;
    office.deliver(&sending).await.expect("it runs");
    let all = server.letters();
    let head = all.iter().find(|l| l.contains("yt-01@ducpho.example")).expect("the head has one");
    assert!(parts(head).concat().contains("NV-2"));
});
