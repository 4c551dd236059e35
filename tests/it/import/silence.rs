//! A source falls silent: what it said last may be untrue, so its reminders wait, whoever runs the system is told once,
//! and the first file after the silence decides what is still said.

use std::collections::BTreeSet;
use std::path::Path;

use bonro::domain::record::{ImportRow, Record};
use bonro::domain::schedule::JobName;
use bonro::mail::{Digest, Mailbox, OperatorNotice, Post};
use bonro::service::imports::Start;
use bonro::service::settings::OfficeSettings;
use bonro::store::entity::{notice, outbox};
use bonro::store::notices::unattached;
use chrono::{Datelike as _, Days, NaiveDate, TimeDelta, Weekday};
use sea_orm::{
    ColumnTrait as _, Database, DatabaseConnection, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use super::year::software::{Software, Whole, evening};
use super::year::town::Town;
use crate::support::both;
use crate::support::letters::said_of;

struct Stage<'s> {
    town: Town,
    software: &'s Software,
    tables: DatabaseConnection,
    seen: usize,
}

fn settings(mails: &Path) -> OfficeSettings {
    let mut settings = OfficeSettings::default();
    settings.mail.post = Post::Directory(mails.to_owned()).into();
    settings.mail.operator = Some(Mailbox { name: String::new(), address: "kysu@ducpho.example".to_owned() });
    settings
}

impl Stage<'_> {
    async fn feed(&self, day: NaiveDate) {
        let as_of = evening(day);
        self.town.clock.set(as_of + TimeDelta::hours(7));
        let start = Start {
            import_id: Uuid::from_u128(day.num_days_from_ce().unsigned_abs().into()),
            source: "iGate".into(),
            kind: "full".into(),
            watermark: Some(as_of),
            ..Start::default()
        };
        self.town.house.start_import(self.town.context(), &start).await.expect("it opens");
        let there = self.software.there(as_of);
        for (batch, chunk) in (0..).zip(there.chunks(1000)) {
            let row = |i: &usize| ImportRow {
                file: "dem.xlsx".into(),
                line: 2,
                record: Record::Dossier(Box::new(self.software.snapshot(*i, as_of))),
            };
            let rows = chunk.iter().map(row).collect();
            let (town, first) = (&self.town, 1 + batch * 1000);
            town.house.import_batch(town.context(), &start, first, rows).await.expect("it lands");
        }
        self.town.house.finish_import(self.town.context(), &start).await.expect("it ends");
    }

    /// The morning run of a day: codes in the digests that it made, and how many letters to the operator.
    async fn morning(&mut self, day: NaiveDate) -> (Vec<Digest>, Vec<OperatorNotice>, String) {
        self.town.clock.set(evening(day - Days::new(1)) + TimeDelta::minutes(8 * 60 + 15));
        // What was written on the day before has left.
        self.town.job(JobName::DeliverMail).await;
        self.town.job(JobName::FlagOverdue).await;
        let note = self.town.job(JobName::SendReminders).await;
        let rows = outbox::Entity::find()
            .order_by_asc(outbox::Column::CreatedAt)
            .order_by_asc(outbox::Column::Id)
            .all(&self.tables)
            .await
            .expect("the outbox is read");
        let (mut digests, mut letters) = (Vec::new(), Vec::new());
        for row in &rows[self.seen..] {
            match row.kind.as_str() {
                "reminder_digest" => digests.push(said_of(&self.town.house, row).await),
                "operator_notice" => letters.push(serde_json::from_str(&row.render_input).expect("a letter")),
                other => panic!("a mail of kind {other}"),
            }
        }
        self.seen = rows.len();
        (digests, letters, note)
    }

    fn whole(&self, code: &str) -> &Whole {
        self.software.dossiers.iter().find(|whole| whole.code == code).expect("a dossier of the sample")
    }
}

fn codes(digests: &[Digest]) -> BTreeSet<String> {
    let lines = digests.iter().flat_map(|d| d.overdue.iter().chain(&d.due_today).chain(&d.due_soon));
    lines.map(|line| line.code.clone()).collect()
}

both!(nothing_is_said_that_the_newest_file_would_have_made_untrue, |house| {
    let software = Software::of_sample(40);
    let mails = tempfile::tempdir().expect("a directory for mails");
    let town = Town::with_settings(&house.url, &software, settings(&mails.path().join("mail"))).await;
    let tables = Database::connect(&house.url).await.expect("the database opens");
    let mut stage = Stage { town, software: &software, tables, seen: 0 };
    let day = |text: &str| -> NaiveDate { text.parse().expect("a date") };

    // Two ordinary weeks: each evening a file, each morning a run.
    let mut on = day("2024-03-11");
    let mut said = 0;
    while on <= day("2024-03-22") {
        stage.feed(on - Days::new(1)).await;
        if !matches!(on.weekday(), Weekday::Sat | Weekday::Sun) {
            let (digests, letters, _) = stage.morning(on).await;
            assert!(letters.is_empty(), "{letters:?}");
            let until = evening(on - Days::new(1)) + TimeDelta::hours(7);
            for digest in &digests {
                assert_eq!(digest.data_until, Some(until.naive_utc()), "by the wall clock of Viet Nam");
            }
            for code in codes(&digests) {
                let whole = stage.whole(&code);
                assert!(
                    whole.closed.is_none_or(|(at, _)| at > evening(on - Days::new(1))),
                    "{code} was closed"
                );
                let until = evening(on - Days::new(1));
                let clock = whole.clock.iter().rfind(|(at, ..)| *at <= until);
                assert!(!clock.is_some_and(|event| event.1), "the clock of {code} stood");
                said += 1;
            }
        }
        on = on + Days::new(1);
    }
    assert!(said > 10, "{said}");

    // The software is down from Friday on. On Monday its word still holds; after two working days its reminders wait.
    let mut silent = BTreeSet::new();
    let mut told = 0;
    for text in
        ["2024-03-25", "2024-03-26", "2024-03-27", "2024-03-28", "2024-03-29", "2024-04-01", "2024-04-02"]
    {
        let (digests, letters, note) = stage.morning(day(text)).await;
        let silent_long = day(text) > day("2024-03-25");
        if silent_long {
            assert_eq!(codes(&digests), BTreeSet::new(), "on {text}");
            assert!(text == "2024-03-26" || note.contains("wait for a newer file"), "{text}: {note}");
        }
        silent.extend(codes(&digests));
        told += letters.len();
        for letter in letters {
            assert_eq!(text, "2024-03-26", "the silence is told when it begins");
            assert!(
                letter.headline.contains("iGate") && letter.details[0].contains("23 giờ 00, ngày 21/3/2024")
            );
        }
    }
    assert_eq!(told, 1);

    // The file comes again: what is said holds by it, and what fell due meanwhile isn't lost.
    stage.feed(day("2024-04-02")).await;
    let waiting =
        notice::Entity::find().filter(unattached()).all(&stage.tables).await.expect("notices are read");
    assert!(!waiting.is_empty());
    let (digests, letters, _) = stage.morning(day("2024-04-03")).await;
    assert!(letters.is_empty());
    let now_said = codes(&digests);
    for notice in waiting {
        let whole = stage.whole(&notice.subject_code);
        let open = whole.closed.is_none_or(|(at, _)| at > evening(day("2024-04-02")));
        let paused =
            whole.clock.iter().rfind(|(at, ..)| *at <= evening(day("2024-04-02"))).is_some_and(|e| e.1);
        if !open {
            assert!(!now_said.contains(&notice.subject_code), "{} is closed", notice.subject_code);
        } else if !paused && whole.clock.is_empty() {
            assert!(now_said.contains(&notice.subject_code), "{} was forgotten", notice.subject_code);
        }
    }
    for code in now_said {
        let whole = stage.whole(&code);
        assert!(whole.closed.is_none_or(|(at, _)| at > evening(day("2024-04-02"))), "{code} was closed");
    }

    // These mails don't get out until the source is silent once more: they say nothing, and their notices wait.
    stage.town.clock.set("2024-04-09T01:00:00Z".parse().expect("an instant"));
    let note = stage.town.job(JobName::DeliverMail).await;
    assert!(note.contains("cancelled") && !note.contains(" 0 cancelled"), "{note}");
    let lost = notice::Entity::find()
        .filter(notice::Column::Why.eq("stale"))
        .all(&stage.tables)
        .await
        .expect("notices are read");
    assert!(lost.is_empty());
    let again =
        notice::Entity::find().filter(unattached()).all(&stage.tables).await.expect("notices are read");
    assert!(!again.is_empty(), "they wait for the next file");
});
