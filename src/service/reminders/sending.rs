//! Sending: waiting notices become one digest a person and run, in the outbox. What isn't true any more, or
//! has nobody to be told, is suppressed with the reason.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use super::super::House;
use super::super::error::ServiceError;
use super::super::settings::JobSettings;
use super::super::slots::{Claim, house_calendar};
use super::super::work::Work;
use super::copies::copy;
use super::deciding::{Desk, Run, Verdict, Wait};
use super::grace::{Below, to_leader};
use super::planning::{plan, remind_of_today};
use super::reach::{Hearer, Hindrances, Reach};
use super::sources::Sources;
use super::unheard;
use crate::domain::calendar::Calendar;
use crate::domain::official::Official;
use crate::domain::reminder::{NoticeRole, RuleKind, SubjectKind};
use crate::domain::schedule::{self, Misfire, Schedule};
use crate::store::notices::{self, NoticeRow};
use crate::store::outbox::{self, NewMail};
use crate::store::snoozes;
use crate::store::subjects::{self, Subject};

/// Notices a transaction. Those of one person lie far apart in the ledger, so that each transaction touches most of its
/// pages, however few persons it is for.
const BATCH: usize = 20_000;

/// Of what a run reminds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Everything that has fallen due.
    All,
    /// Once more of what is due today, and of what fell due within the day.
    DueToday,
}

impl Round {
    /// Of what the run of a slot reminds: what the settings give the afternoon, else everything.
    pub fn of(jobs: &JobSettings, calendar: &Calendar, slot_at: DateTime<Utc>) -> Self {
        let names = |cron: &str| {
            let schedule = Schedule {
                cron: cron.to_owned(),
                working_days_only: false,
                misfire: Misfire::Latest,
                grace_seconds: 0,
            };
            schedule::is_slot(&schedule, calendar, slot_at).unwrap_or(false)
        };
        let afternoon = names(&jobs.reminders_due_today) && !names(&jobs.reminders_all);
        if afternoon { Self::DueToday } else { Self::All }
    }

    /// Whether a run that began after `today`'s midnight takes a notice. What is measured in days fell due at that
    /// midnight and was told in the morning, or came too late for it and waits for the next. A leader is told in the
    /// afternoon too: in the morning those below may have lacked minutes of the time to say why it is late.
    pub fn takes(
        self,
        (kind, role): (RuleKind, &str),
        fell_due_at: DateTime<Utc>,
        today: DateTime<Utc>,
    ) -> bool {
        let at_any_hour = kind == RuleKind::DueToday || role == NoticeRole::Leader.as_str();
        self == Self::All || at_any_hour || fell_due_at > today
    }
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Digests put in the outbox.
    pub digests: u64,
    /// Digests of earlier runs that hadn't left, and speak for what came since too.
    pub joined: u64,
    /// Notices in them.
    pub notices: u64,
    /// Notices suppressed, by reason.
    pub suppressed: BTreeMap<&'static str, u64>,
    /// Notices that wait for a newer file of their source.
    pub held_back: u64,
    /// Notices that wait for an address that can be written to.
    pub unaddressed: u64,
    /// Notices to leaders that wait until those below had the time to say why it is late.
    pub in_grace: u64,
    /// Notices that wait because somebody said so.
    pub snoozed: u64,
}

impl Told {
    /// For the slot.
    pub fn note(&self) -> String {
        let Self { digests, joined, notices, suppressed, held_back, unaddressed, in_grace, snoozed } = self;
        let mut vi = format!("{digests} thư gồm {notices} lời nhắc");
        let mut en = format!("{digests} digests of {notices} notices");
        if *joined > 0 {
            let _ = write!(vi, "; {joined} thư trước chưa gửi được nay gộp thêm");
            let _ = write!(en, "; {joined} earlier ones that hadn't left say it too");
        }
        for (why, count) in suppressed {
            let _ = write!(vi, "; bỏ {count}: {why}");
            let _ = write!(en, "; {count} suppressed: {why}");
        }
        if *held_back > 0 {
            let _ = write!(vi, "; {held_back} lời nhắc chờ số liệu mới của nguồn");
            let _ = write!(en, "; {held_back} wait for a newer file of their source");
        }
        if *unaddressed > 0 {
            let _ = write!(vi, "; {unaddressed} lời nhắc chờ địa chỉ thư được sửa");
            let _ = write!(en, "; {unaddressed} wait for an address to be mended");
        }
        if *in_grace > 0 {
            let _ = write!(vi, "; {in_grace} lời nhắc lãnh đạo chờ cấp dưới ghi nguyên nhân");
            let _ = write!(en, "; {in_grace} to leaders wait for those below to record the cause");
        }
        if *snoozed > 0 {
            let _ = write!(vi, "; {snoozed} lời nhắc đang tạm hoãn");
            let _ = write!(en, "; {snoozed} are snoozed");
        }
        format!("{vi} / {en}")
    }
}

/// A person's notices.
struct Bundle<'a> {
    official: &'a Official,
    address: &'a str,
    /// With whom they were meant for, where that one is away.
    notices: Vec<(&'a NoticeRow, Option<Uuid>)>,
}

/// Makes the digests of a run, under the fence of its slot. What a planning job on another replica hasn't
/// entered yet is entered first.
pub async fn send(house: &House, claim: &Claim, round: Round) -> Result<Told, ServiceError> {
    plan(house, claim).await?;
    match round {
        Round::DueToday => remind_of_today(house, claim).await?,
        Round::All => copy(house, claim).await?,
    };
    let look = house.look(house.own_context(claim.job)).await?;
    let mut waiting = notices::waiting(&look.door).await?;
    let calendar = house_calendar(&look.rules);
    let (rules, now) = (look.rules.clone(), look.context.now);
    let hindrances = Hindrances::read(&look.door, &rules, now).await?;
    let sources = Sources::read(&look.door, &rules, house.settings.stale_after_hours, now).await?;
    let snoozed = snoozes::standing(&look.door, now).await?;
    let reach = Reach::at(&rules, &hindrances, now);
    let run = Run {
        desk: Desk { reach: &reach, sources: &sources, snoozed: &snoozed, now },
        round,
        today: calendar.midnight(calendar.local_date(now)),
        grace_minutes: i64::from(house.settings.leader_grace_hours) * 60,
        calendar: &calendar,
    };
    waiting.retain(|notice| run.takes(notice));
    let about = subjects_of(&look.door, &waiting).await?;
    let open = outbox::open_digests(&look.door).await?;
    let below = {
        let asked =
            |n: &&NoticeRow| about.get(&n.subject_id).is_some_and(|subject| to_leader(&reach, subject, n));
        let ids: Vec<Uuid> = waiting.iter().filter(asked).map(|n| n.subject_id).collect();
        Below::read(&look.door, ids).await?
    };
    // A snapshot must not outlive a page: on PostgreSQL it holds back the vacuum.
    drop(look);
    sources.tell_operator(house, claim, &rules).await?;
    let Sorted { bundles, untrue, waits } = sort(&run, &waiting, &about, &below);
    let count = |why| waits.get(&why).copied().unwrap_or_default();
    let unheard = unheard::by_official(&waits);
    let mut told = Told {
        held_back: count(Wait::Source),
        unaddressed: unheard.values().sum(),
        in_grace: count(Wait::Grace),
        snoozed: count(Wait::Snoozed),
        ..Told::default()
    };
    unheard::tell_operator(house, claim, &reach, &unheard).await?;
    suppress(house, claim, untrue, &mut told).await?;
    for batch in batches(bundles) {
        let work = house.batch(claim).await?;
        for bundle in &batch {
            // One that still waits for its server, or for the office to open, speaks for what came since too.
            let waits = open.get(&(bundle.official.id, bundle.address.to_owned()));
            if let Some(mail) = waits
                && outbox::join(&work.tx, *mail, house.world.lease.now()).await?
            {
                told.notices += give(&work, bundle, *mail).await?;
                told.joined += 1;
                continue;
            }
            let mail = NewMail {
                id: work.new_id(),
                key: key(claim.slot_at, bundle.official),
                kind: "reminder_digest",
                recipient_official_id: Some(bundle.official.id),
                to_address: bundle.address.to_owned(),
                language: language(bundle.official).to_owned(),
                // What it says is put together of its notices when it is sealed.
                render_input: "{}".to_owned(),
                not_before: house.world.lease.now(),
                created_at: work.now(),
            };
            let id = mail.id;
            // Where this run has written to that person before, what came since waits for the next run.
            if outbox::enqueue(&work.tx, mail).await? {
                told.notices += give(&work, bundle, id).await?;
                told.digests += 1;
            }
        }
        work.finish(&[]).await?;
    }
    Ok(told)
}

/// Gives a person's notices to a mail. Returns how many still waited.
async fn give(work: &Work, bundle: &Bundle<'_>, mail: Uuid) -> Result<u64, ServiceError> {
    let mut by_whom: BTreeMap<Option<Uuid>, Vec<Uuid>> = BTreeMap::new();
    for (row, meant_for) in &bundle.notices {
        by_whom.entry(*meant_for).or_default().push(row.id);
    }
    let mut given = 0;
    for (meant_for, ids) in by_whom {
        given += notices::attach(&work.tx, &ids, mail, (bundle.official.id, meant_for)).await?;
    }
    Ok(given)
}

/// The bundles of each transaction.
fn batches(bundles: Vec<Bundle<'_>>) -> Vec<Vec<Bundle<'_>>> {
    let (mut batches, mut free) = (Vec::new(), 0);
    for bundle in bundles {
        let size = bundle.notices.len();
        if size > free || batches.is_empty() {
            batches.push(Vec::new());
            free = BATCH.max(size);
        }
        free -= size;
        batches.last_mut().expect("one was begun").push(bundle);
    }
    batches
}

fn key(slot_at: DateTime<Utc>, official: &Official) -> String {
    format!("reminders/{}/{}", slot_at.to_rfc3339_opts(SecondsFormat::AutoSi, true), official.code)
}

/// The outbox takes two languages.
fn language(official: &Official) -> &'static str {
    if official.language == "en" { "en" } else { "vi" }
}

/// The newest state of what notices speak of.
pub(crate) async fn subjects_of(
    door: &impl crate::store::Door,
    notices: &[NoticeRow],
) -> Result<HashMap<Uuid, Subject>, ServiceError> {
    let mut found = HashMap::new();
    for kind in SubjectKind::ALL {
        let mut ids: Vec<Uuid> =
            notices.iter().filter(|n| n.subject_kind == kind.as_str()).map(|n| n.subject_id).collect();
        ids.sort_unstable();
        ids.dedup();
        found.extend(subjects::of(door, *kind, &ids).await?.into_iter().map(|subject| (subject.id, subject)));
    }
    Ok(found)
}

/// Waiting notices as a run finds them.
#[derive(Default)]
struct Sorted<'a> {
    /// By person, in the order of their codes.
    bundles: Vec<Bundle<'a>>,
    /// Those that go to nobody, by reason.
    untrue: BTreeMap<&'static str, Vec<Uuid>>,
    /// How many wait, by reason.
    waits: BTreeMap<Wait, u64>,
}

fn sort<'a>(
    run: &Run<'a>,
    waiting: &'a [NoticeRow],
    about: &HashMap<Uuid, Subject>,
    below: &Below,
) -> Sorted<'a> {
    let mut bundles: BTreeMap<&str, Bundle<'a>> = BTreeMap::new();
    let mut sorted = Sorted::default();
    for notice in waiting {
        let subject = about.get(&notice.subject_id);
        match run.verdict(notice, subject, below.of(notice)) {
            Verdict::Waits(why) => *sorted.waits.entry(why).or_default() += 1,
            Verdict::Untrue(why) | Verdict::Unheard(why) => {
                sorted.untrue.entry(why).or_default().push(notice.id);
            }
            Verdict::Told(hearer) => {
                let meant_for = hearer.meant_for().or(notice.meant_for_id.filter(|_| is_copy(notice)));
                let Hearer { official, address, .. } = hearer;
                bundles
                    .entry(&official.code)
                    .or_insert_with(|| Bundle { official, address, notices: Vec::new() })
                    .notices
                    .push((notice, meant_for));
            }
        }
    }
    sorted.bundles = bundles.into_values().collect();
    sorted
}

pub(super) fn is_copy(notice: &NoticeRow) -> bool {
    notice.role == NoticeRole::Returned.as_str()
}

async fn suppress(
    house: &House,
    claim: &Claim,
    suppressed: BTreeMap<&'static str, Vec<Uuid>>,
    told: &mut Told,
) -> Result<(), ServiceError> {
    for (why, ids) in suppressed {
        for batch in ids.chunks(BATCH) {
            let work = house.batch(claim).await?;
            *told.suppressed.entry(why).or_default() += notices::suppress(&work.tx, None, batch, why).await?;
            work.finish(&[]).await?;
        }
    }
    Ok(())
}
