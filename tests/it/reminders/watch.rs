//! An office whose reminders are watched: everybody has an address, mails go to a directory, and only the rules that a
//! test makes speak.

use bonro::domain::schedule::JobName;
use bonro::mail::{Digest, Post};
use bonro::pb::v1;
use bonro::pb::v1::official_service_client::OfficialServiceClient;
use bonro::pb::v1::reminder_service_client::ReminderServiceClient;
use bonro::service::House;
use bonro::service::jobs::{Asked, run};
use bonro::service::settings::OfficeSettings;
use bonro::store::entity::outbox;
use bonro::world::Clock as _;
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use std::sync::Arc;
use tempfile::TempDir;
use tonic::Status;

use crate::dossiers::office::Office;
use crate::support::letters::{mails_of, said_of, text_of};
use crate::support::told::{Told, told};
use crate::support::{self, Call};

pub struct Watch {
    pub office: Office,
    pub tables: DatabaseConnection,
    house: House,
    _mails: TempDir,
}

/// What a test looks at of a notice: subject, rule code, local moment at which it fell due, role, state and why.
pub type Said = (String, String, String, String, String, Option<String>);

impl Watch {
    /// Opens it on Thursday, 16 May 2024, at 08:00, with the first rules of a house.
    pub async fn open(house: &support::House) -> Self {
        let office = Office::open(house).await;
        let tables = office.behind().await;
        tables
            .execute_unprepared("UPDATE official SET email = lower(code) || '@a.example'")
            .await
            .expect("everybody gets an address");
        let mails = tempfile::tempdir().expect("a directory for mails");
        let mut settings = OfficeSettings::default();
        settings.mail.post = Arc::new(Post::Directory(mails.path().join("mail")));
        let (store, world) = (office.line.house.store.clone(), office.line.house.world.clone());
        let house = House::with_settings(store, world, settings);
        house.enter_default_rules().await.expect("the first rules");
        house.enter_jobs().await.expect("the jobs");
        Self { office, tables, house, _mails: mails }
    }

    /// The same with the first rules switched off.
    pub async fn silent(house: &support::House) -> Self {
        let watch = Self::open(house).await;
        for rule in watch.rules(false).await {
            let rule = v1::ReminderRule { enabled: false, ..rule };
            watch.change(rule, &["enabled"]).await.expect("it is switched off");
        }
        watch
    }

    pub fn client(&self) -> ReminderServiceClient<Call> {
        ReminderServiceClient::new(self.office.call())
    }

    pub async fn rules(&self, all_versions: bool) -> Vec<v1::ReminderRule> {
        let ask = v1::ListReminderRulesRequest { page_size: 1000, all_versions, ..Default::default() };
        self.client().list_reminder_rules(ask).await.expect("listed").into_inner().reminder_rules
    }

    pub async fn create(&self, rule: v1::ReminderRule) -> Result<v1::ReminderRule, Status> {
        let request = v1::CreateReminderRuleRequest { reminder_rule: Some(rule), ..Default::default() };
        let answer = self.client().create_reminder_rule(request).await?;
        Ok(answer.into_inner().reminder_rule.expect("the rule"))
    }

    pub async fn change(&self, rule: v1::ReminderRule, paths: &[&str]) -> Result<v1::ReminderRule, Status> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let request = v1::UpdateReminderRuleRequest {
            reminder_rule: Some(rule),
            update_mask: Some(prost_types::FieldMask { paths }),
            ..Default::default()
        };
        let answer = self.client().update_reminder_rule(request).await?;
        Ok(answer.into_inner().reminder_rule.expect("the rule"))
    }

    /// Runs a job for the present instant.
    pub async fn run(&self, job: JobName) {
        self.run_as(job, Asked::ByHand).await;
    }

    /// Runs a job for the present instant as the schedule does.
    pub async fn scheduled(&self, job: JobName) {
        self.run_as(job, Asked::Schedule).await;
    }

    async fn run_as(&self, job: JobName, asked: Asked) {
        let now = self.office.line.clock.now();
        let ran = run(&self.house, job, now, asked).await.expect("the job runs");
        assert_eq!(ran.slot.state, "done", "{:?}", ran.slot);
    }

    /// Moves the clock on and runs a job.
    pub async fn at(&self, instant: &str, job: JobName) {
        self.office.set(instant);
        self.run(job).await;
    }

    /// The ledger, in the order of falling due.
    pub async fn ledger(&self) -> Vec<Told> {
        told(&self.tables).await
    }

    pub async fn said(&self) -> Vec<Said> {
        let local = |row: &Told| {
            row.fell_due_at.with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).format("%d/%m %H:%M").to_string()
        };
        let rows = self.ledger().await.into_iter();
        rows.map(|row| {
            let fell = local(&row);
            let Told { state, .. } = row.clone();
            (row.subject_code.clone(), row.rule_code.clone(), fell, row.role.clone(), state, row.why.clone())
        })
        .collect()
    }

    /// What the mail of that number would say now.
    pub async fn digest(&self, number: usize) -> Digest {
        said_of(&self.house, &self.outbox().await[number]).await
    }

    /// The mails that left, in the order of their slots and readers: to whom, and their text.
    pub async fn letters(&self) -> Vec<(String, String)> {
        let mails = self.outbox().await.into_iter().filter(|mail| mail.state == "sent");
        mails.map(|mail| (mail.to_address.clone(), text_of(&mail))).collect()
    }

    /// An official more, with an address.
    pub async fn employ(&self, code: &str, unit: &str, role: v1::Role) {
        let official = v1::Official {
            code: code.to_owned(),
            unit: format!("units/{unit}"),
            full_name: format!("Cán bộ {code}"),
            role: role.into(),
            email: format!("{}@a.example", code.to_lowercase()),
            ..v1::Official::default()
        };
        let request = v1::CreateOfficialRequest { official: Some(official), ..Default::default() };
        OfficialServiceClient::new(self.office.call()).create_official(request).await.expect("an official");
    }

    pub async fn outbox(&self) -> Vec<outbox::Model> {
        mails_of(&self.tables).await
    }
}

/// A rule for dossiers of the whole house that tells the responsible official once.
pub fn rule(kind: v1::ReminderKind) -> v1::ReminderRule {
    v1::ReminderRule {
        kind: kind.into(),
        subject_kind: v1::SubjectKind::Dossier.into(),
        role: v1::ReminderRole::Responsible.into(),
        enabled: true,
        ..v1::ReminderRule::default()
    }
}

/// A line of [`Watch::said`].
pub fn line(code: &str, rule: &str, fell: &str, whom: &str, state: &str, why: Option<&str>) -> Said {
    let own = str::to_owned;
    (own(code), own(rule), own(fell), own(whom), own(state), why.map(own))
}

/// A morning of May: what leaves, to whom.
pub async fn morning(watch: &Watch, day: u32) -> Vec<(String, String)> {
    let before = watch.letters().await.len();
    watch.at(&format!("2024-05-{day}T00:15:00Z"), JobName::SendReminders).await;
    watch.run(JobName::DeliverMail).await;
    watch.letters().await.split_off(before)
}

/// To whom letters go, without the office's domain.
pub fn readers(letters: &[(String, String)]) -> Vec<&str> {
    letters.iter().map(|(to, _)| to.trim_end_matches("@a.example")).collect()
}
