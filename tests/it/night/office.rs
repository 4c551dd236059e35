//! A small office to watch over: a town, a unit with a head and two officers, work with deadlines, and clocks
//! that stand until they are moved.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bonro::domain::schedule::JobName;
use bonro::mail::{Mailbox, Post};
use bonro::service::jobs::{Asked, Ran, run};
use bonro::service::settings::OfficeSettings;
use bonro::service::{House, ServiceError};
use bonro::store::entity::{calendar, official, outbox, petition, slot, task, unit};
use bonro::store::{Pool, Store};
use bonro::world::{Clock as _, Entropy, StandingClock, World};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Database, DatabaseConnection, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::letters::mails_of;
use crate::support::told::{Told, told};

/// The town's head of the unit, and its two officers.
pub const HEAD: Uuid = Uuid::from_u128(0x11);
pub const OFFICER: Uuid = Uuid::from_u128(0x12);
pub const OTHER: Uuid = Uuid::from_u128(0x13);
const UNIT: Uuid = Uuid::from_u128(0x01);

/// The office, the clocks, and a look into its tables.
pub struct Office {
    pub house: House,
    pub clock: Arc<StandingClock>,
    pub lease: Arc<StandingClock>,
    pub tables: DatabaseConnection,
    url: String,
    _mails: TempDir,
    mails: PathBuf,
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

macro_rules! put {
    ($office:expr, $table:ident, $row:expr) => {
        $table::Entity::insert($row.into_active_model().reset_all())
            .exec_without_returning(&$office)
            .await
            .expect("a row is inserted")
    };
}

impl Office {
    /// Opens it on Thursday, 16 May 2024, at 07:15.
    pub async fn open(url: &str) -> Self {
        let now = at("2024-05-16T00:15:00Z");
        let tables = Database::connect(url).await.expect("a fresh database can be opened");
        people(&tables, now).await;
        let clock = Arc::new(StandingClock::at(now));
        let lease = Arc::new(StandingClock::at(now));
        let directory = tempfile::tempdir().expect("a directory for mails");
        let mails = directory.path().join("mail");
        let house = house(url, &clock, &lease, 1, Post::Directory(mails.clone())).await;
        house.enter_default_rules().await.expect("rules are entered");
        house.enter_jobs().await.expect("jobs are entered");
        Self { house, clock, lease, tables, url: url.to_owned(), _mails: directory, mails }
    }

    /// Another replica of the house, with a way out of its own.
    pub async fn replica(&self, seed: u64, post: Post) -> House {
        house(&self.url, &self.clock, &self.lease, seed, post).await
    }

    /// The same house with another way out.
    pub async fn through(&self, post: Post) -> House {
        self.replica(99, post).await
    }

    /// A replica that was told something else about itself.
    pub async fn told(&self, seed: u64, tell: impl FnOnce(&mut OfficeSettings)) -> House {
        let mut settings = settings(Post::Directory(self.mails.clone()));
        tell(&mut settings);
        house_with(&self.url, &self.clock, &self.lease, seed, settings).await
    }

    /// The directory of mails.
    pub fn mails(&self) -> &Path {
        &self.mails
    }

    /// Lets time pass on both clocks.
    pub fn wait(&self, span: TimeDelta) {
        self.clock.advance(span);
        self.lease.advance(span);
    }

    /// Sets both clocks.
    pub fn set(&self, instant: &str) {
        self.clock.set(at(instant));
        self.lease.set(at(instant));
    }

    /// Assigns a task with a due day; `holder` answers for it.
    pub async fn assign(&self, code: &str, holder: Option<Uuid>, due_on: &str) -> Uuid {
        let id = self.house.world.entropy.uuid(self.clock.now());
        let due_at = at(&format!("{due_on}T10:00:00Z"));
        let row = task::Model {
            id,
            code: code.to_owned(),
            title: format!("Nhiệm vụ {code}"),
            assigned_by: "Chủ tịch UBND".to_owned(),
            source_document: String::new(),
            assigned_on: day("2024-05-02"),
            lead_unit_id: UNIT,
            responsible_id: holder,
            cooperating_unit_ids: String::new(),
            parent_id: None,
            product: "Báo cáo".to_owned(),
            due_on: Some(day(due_on)),
            due_at: Some(due_at),
            due_key: due_at,
            overdue_at: Some(due_at + TimeDelta::hours(7)),
            overdue_flagged: false,
            state: "in_progress".to_owned(),
            completed_at: None,
            timeliness: None,
            verdict: None,
            missing_clears: String::new(),
            commitment_id: None,
            recurrence: None,
            open: true,
            // As a rule that has just changed leaves it: to be looked at.
            next_notice_at: Some(self.clock.now()),
            next_notice_rule: None,
            next_notice_step: None,
            version: 1,
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
        };
        put!(self.tables, task, row);
        id
    }

    /// Takes in a petition that the unit must answer.
    pub async fn petition(&self, code: &str, due_on: &str) {
        let due_at = at(&format!("{due_on}T10:00:00Z"));
        let row = petition::Model {
            id: self.house.world.entropy.uuid(self.clock.now()),
            code: code.to_owned(),
            unit_id: Some(UNIT),
            received_at: at("2024-05-02T01:00:00Z"),
            channel: "post".to_owned(),
            kind: "regulation".to_owned(),
            subject: Some("names a person".to_owned()),
            due_at: Some(due_at),
            due_key: due_at,
            overdue_at: Some(due_at),
            overdue_flagged: false,
            answered_at: None,
            published_on: None,
            citizen_rating: None,
            state: "received".to_owned(),
            open: true,
            next_notice_at: Some(self.clock.now()),
            next_notice_rule: None,
            next_notice_step: None,
            version: 1,
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
        };
        put!(self.tables, petition, row);
    }

    /// Closes a task behind everybody's back.
    pub async fn complete(&self, id: Uuid) {
        use sea_orm::sea_query::Expr;
        task::Entity::update_many()
            .col_expr(task::Column::Open, Expr::value(false))
            .col_expr(task::Column::State, Expr::value("completed"))
            .filter(task::Column::Id.eq(id))
            .exec(&self.tables)
            .await
            .expect("a task is closed");
    }

    /// Gives a task to somebody else behind everybody's back.
    pub async fn hand(&self, id: Uuid, to: Uuid) {
        use sea_orm::sea_query::Expr;
        task::Entity::update_many()
            .col_expr(task::Column::ResponsibleId, Expr::value(to))
            .filter(task::Column::Id.eq(id))
            .exec(&self.tables)
            .await
            .expect("a task is handed on");
    }

    /// Runs a job by hand for the present instant.
    pub async fn run(&self, job: JobName) -> Ran {
        run(&self.house, job, self.clock.now(), Asked::ByHand).await.expect("the job runs")
    }

    /// The morning's three jobs.
    pub async fn morning(&self) {
        for job in [JobName::PlanReminders, JobName::SendReminders, JobName::DeliverMail] {
            let ran = self.run(job).await;
            assert_eq!(ran.slot.state, "done", "{:?}", ran.slot);
        }
    }

    /// What `house` says to the deliverer's slot of the present instant.
    pub async fn deliver(&self, house: &House) -> Result<Ran, ServiceError> {
        run(house, JobName::DeliverMail, self.clock.now(), Asked::ByHand).await
    }

    /// In the order in which they were entered.
    pub async fn notices(&self) -> Vec<Told> {
        let mut notices = told(&self.tables).await;
        notices.sort_by_key(|told| told.id);
        notices
    }

    /// With their bytes.
    pub async fn outbox(&self) -> Vec<outbox::Model> {
        mails_of(&self.tables).await
    }

    pub async fn slots(&self, job: JobName) -> Vec<slot::Model> {
        slot::Entity::find()
            .filter(slot::Column::Job.eq(job.as_str()))
            .order_by_asc(slot::Column::SlotAt)
            .all(&self.tables)
            .await
            .expect("slots are read")
    }

    /// The mail files, their encoded words and bodies as they are.
    pub fn files(&self) -> Vec<String> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&self.mails)
            .into_iter()
            .flatten()
            .map(|entry| entry.expect("an entry can be read").path())
            .filter(|path| path.extension().is_some_and(|e| e == "eml"))
            .collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read_to_string(path).expect("a mail is ASCII")).collect()
    }
}

async fn house(
    url: &str,
    clock: &Arc<StandingClock>,
    lease: &Arc<StandingClock>,
    seed: u64,
    post: Post,
) -> House {
    house_with(url, clock, lease, seed, settings(post)).await
}

async fn house_with(
    url: &str,
    clock: &Arc<StandingClock>,
    lease: &Arc<StandingClock>,
    seed: u64,
    settings: OfficeSettings,
) -> House {
    let store = Store::connect(url, Pool::default()).await.expect("a fresh database can be opened");
    let world =
        World { office: clock.clone(), lease: lease.clone(), entropy: Arc::new(Entropy::seeded(seed)) };
    House::with_settings(store, world, settings)
}

fn settings(post: Post) -> OfficeSettings {
    let mut settings = OfficeSettings::default();
    settings.mail.post = Arc::new(post);
    "ducpho.example".clone_into(&mut settings.mail.domain);
    settings.mail.from = Mailbox { name: "Bonro".to_owned(), address: "bonro@ducpho.example".to_owned() };
    let noivu = Mailbox { name: "Phòng Nội vụ".to_owned(), address: "noivu@ducpho.example".to_owned() };
    settings.report.recipients = vec![noivu];
    settings
}

async fn people(tables: &DatabaseConnection, now: DateTime<Utc>) {
    let row = calendar::Model {
        withdrawn_at: None,
        id: Uuid::from_u128(0x21),
        unit_id: None,
        version: 1,
        time_zone: "Asia/Ho_Chi_Minh".to_owned(),
        working_weekdays: "1,2,3,4,5".to_owned(),
        office_hours: "07:00-11:30,13:30-17:00".to_owned(),
        same_day_cutoff: "15:00".to_owned(),
        first_year: Some(2023),
        last_year: Some(2026),
        in_force_from: Some(now),
        state: "in_force".to_owned(),
        created_at: now,
        content_hash: String::new(),
    };
    put!(*tables, calendar, row);
    let row = unit::Model {
        withdrawn_at: None,
        id: UNIT,
        code: "YT".to_owned(),
        name: "Phòng Y tế".to_owned(),
        name_folded: "phong y te".to_owned(),
        kind: "specialised_agency".to_owned(),
        parent_id: None,
        valid_from: day("2023-01-01"),
        valid_to: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    put!(*tables, unit, row);
    for (id, code, role) in
        [(HEAD, "YT-01", "head"), (OFFICER, "YT-02", "officer"), (OTHER, "YT-03", "officer")]
    {
        let row = official::Model {
            withdrawn_at: None,
            id,
            code: code.to_owned(),
            unit_id: UNIT,
            full_name: format!("Cán bộ {code}"),
            name_folded: format!("can bo {code}"),
            role: role.to_owned(),
            email: Some(format!("{}@ducpho.example", code.to_lowercase())),
            language: "vi".to_owned(),
            valid_from: None,
            valid_to: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        put!(*tables, official, row);
    }
}
