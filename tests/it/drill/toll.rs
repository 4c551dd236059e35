//! What it cost: everything is read back through gRPC and held against what the mail server took.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use bonro::pb::v1::job_service_client::JobServiceClient;
use bonro::pb::v1::reminder_service_client::ReminderServiceClient;
use chrono::{DateTime, TimeDelta, Utc};

use super::clerks::{self, Office};
use super::post::Taken;
use super::{Plan, Post};
use crate::support::letters::parts;

/// What a drill ended with.
#[derive(Debug, Clone, Default)]
pub struct Toll {
    /// Servers killed, and how often PostgreSQL fell.
    pub kills: (usize, usize),
    /// Dossiers whose receipt was acknowledged.
    pub dossiers: usize,
    /// Notices in the ledger.
    pub notices: usize,
    /// Mails in the outbox.
    pub mails: usize,
    /// Times that the mail server took a mail.
    pub taken: usize,
    /// Of them those that it had taken before.
    pub repeats: usize,
    /// How many repeats there may be: one for each 250 that never left the server, and one for each connection of
    /// each server that was killed.
    pub allowed: usize,
    /// Times that it said no, or hung up.
    pub refused: u64,
    /// Slots of the schedule that ended, and those run by hand.
    pub slots: (usize, usize),
    /// Everything that must not be.
    pub faults: Vec<String>,
}

impl fmt::Display for Toll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, dossiers, notices, mails, taken, repeats, allowed, refused, slots, faults } = self;
        writeln!(f, "{} servers killed, PostgreSQL fell {} times", kills.0, kills.1)?;
        writeln!(f, "{dossiers} dossiers acknowledged, {notices} notices, {mails} mails")?;
        writeln!(f, "{taken} mails taken by the server, which said no or hung up {refused} times")?;
        writeln!(f, "{repeats} repeats on the wire, {allowed} allowed")?;
        writeln!(f, "{} slots of the schedule, {} run by hand", slots.0, slots.1)?;
        writeln!(f, "{} faults", faults.len())?;
        faults.iter().take(20).try_for_each(|fault| writeln!(f, "- {fault}"))
    }
}

/// All pages of a list.
macro_rules! all {
    ($office:expr, $client:ident, $call:ident, $request:expr, $field:ident) => {{
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let mut request = $request;
            request.page_size = 1000;
            request.page_token = page_token;
            let mut client = $client::new($office.line()).max_decoding_message_size(64 << 20);
            let page = client.$call(request).await.expect("a page").into_inner();
            found.extend(page.$field);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break found;
            }
        }
    }};
}

/// Nothing waits for a mail or for its being sent. Dead letters are queued again.
pub async fn is_quiet(office: &Office) -> bool {
    let (mails, notices) = (mails(office, "").await, notices(office).await);
    let mut quiet = true;
    for mail in &mails {
        match mail.state() {
            v1::MailState::Dead => {
                let request = v1::RetryMailRequest { name: mail.name.clone(), ..Default::default() };
                // Whether it was taken up is seen at the next look.
                let _ = JobServiceClient::new(office.line()).retry_mail(request).await;
                quiet = false;
            }
            v1::MailState::Queued | v1::MailState::Leased | v1::MailState::Unspecified => quiet = false,
            v1::MailState::Sent | v1::MailState::Cancelled => {}
        }
    }
    // Who couldn't be written to can be now.
    let request = v1::ListSuppressionsRequest::default();
    let held = all!(office, JobServiceClient, list_suppressions, request.clone(), suppressions);
    for suppression in &held {
        let request = v1::LiftSuppressionRequest { name: suppression.name.clone(), ..Default::default() };
        let _ = JobServiceClient::new(office.line()).lift_suppression(request).await;
        quiet = false;
    }
    let told: BTreeSet<&str> = notices.iter().map(|notice| notice.subject.as_str()).collect();
    let acknowledged = office.acknowledged();
    let all_told = acknowledged.iter().all(|code| told.contains(format!("dossiers/{code}").as_str()));
    quiet && all_told && notices.iter().all(|notice| notice.state() != v1::NoticeState::Queued)
}

/// Counts.
pub async fn count(
    plan: &Plan,
    connections: u32,
    office: &Office,
    post: &Post,
    began: DateTime<Utc>,
) -> Toll {
    let (taken, refused) = post.taken();
    let mut toll = Toll { kills: (plan.kills, plan.falls), taken: taken.len(), ..Toll::default() };
    toll.refused = refused;
    let lost = taken.iter().filter(|mail| mail.unanswered).count();
    toll.allowed = lost + plan.kills * connections as usize;
    let acknowledged = office.acknowledged();
    toll.dossiers = acknowledged.len();
    let kept: Vec<String> = dossiers(office).await;
    toll.hold(kept.len() == acknowledged.len(), || {
        format!("{} dossiers are kept, {} were acknowledged", kept.len(), acknowledged.len())
    });
    let kept: BTreeSet<String> = kept.into_iter().collect();
    for code in acknowledged.difference(&kept) {
        toll.faults.push(format!("{code} was acknowledged and is lost"));
    }
    let (notices, mails) = (notices(office).await, mails(office, "").await);
    toll.notices = notices.len();
    toll.mails = mails.len();
    toll.hold_ledger(&acknowledged, &notices, &mails);
    toll.hold_wire(&acknowledged, &mails, &taken);
    toll.hold_slots(office, began).await;
    toll
}

impl Toll {
    fn hold(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(fault());
        }
    }

    /// Each acknowledged dossier has exactly one notice of being overdue, sent by a mail that is sent.
    fn hold_ledger(&mut self, acknowledged: &BTreeSet<String>, notices: &[v1::Notice], mails: &[v1::Mail]) {
        let sent: BTreeMap<&str, v1::MailState> =
            mails.iter().map(|mail| (mail.name.as_str(), mail.state())).collect();
        let mut of: BTreeMap<&str, Vec<&v1::Notice>> = BTreeMap::new();
        for notice in notices.iter().filter(|notice| notice.kind() == v1::ReminderKind::Overdue) {
            of.entry(notice.subject.trim_start_matches("dossiers/")).or_default().push(notice);
        }
        for code in acknowledged {
            let found = of.get(code.as_str()).map_or(&[][..], Vec::as_slice);
            self.hold(found.len() == 1, || format!("{code} has {} notices", found.len()));
            for notice in found {
                let mail = sent.get(notice.mail.as_str());
                self.hold(
                    notice.state() == v1::NoticeState::Sent && mail == Some(&v1::MailState::Sent),
                    || format!("the notice of {code} is {:?} by {mail:?}: {}", notice.state(), notice.why),
                );
            }
        }
        self.hold(of.len() == acknowledged.len(), || "notices of dossiers that nobody received".to_owned());
    }

    /// What went over the wire: each mail of the outbox, repeated only with the same identity and the same bytes, and
    /// each dossier in one mail.
    fn hold_wire(&mut self, acknowledged: &BTreeSet<String>, mails: &[v1::Mail], taken: &[Taken]) {
        let mut copies: BTreeMap<&str, Vec<&Taken>> = BTreeMap::new();
        for mail in taken {
            copies.entry(header(&mail.text, "Message-ID")).or_default().push(mail);
        }
        self.repeats = taken.len() - copies.len();
        let (repeats, allowed) = (self.repeats, self.allowed);
        self.hold(repeats <= allowed, || format!("{repeats} repeats, {allowed} allowed"));
        let sent: BTreeSet<&str> = mails
            .iter()
            .filter(|mail| mail.state() == v1::MailState::Sent)
            .map(|mail| mail.message_id.as_str())
            .collect();
        let heard: BTreeSet<&str> = copies.keys().copied().collect();
        for id in sent.symmetric_difference(&heard) {
            self.faults.push(format!("{id} is sent and not heard, or heard and not sent"));
        }
        let mut named: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (id, same) in &copies {
            let first = same[0];
            self.hold(same.iter().all(|other| other.text == first.text && other.to == first.to), || {
                format!("{id} was sent with two contents")
            });
            for code in codes(&first.text) {
                named.entry(code).or_default().insert(id);
            }
        }
        for code in acknowledged {
            let of = named.get(code).map_or(0, BTreeSet::len);
            self.hold(of == 1, || format!("{code} is named by {of} mails"));
        }
    }

    /// Each instant of the schedules has one slot that ended, done or skipped.
    async fn hold_slots(&mut self, office: &Office, began: DateTime<Utc>) {
        // What has only just fallen due may still be at work.
        let until = clerks::now() - TimeDelta::seconds(15);
        for (job, every) in [("send_reminders", 5), ("plan_reminders", 5), ("flag_overdue", 10)] {
            let slots = slots(office, job).await;
            let mut of: BTreeMap<i64, Vec<&v1::Slot>> = BTreeMap::new();
            let mut by_hand = 0;
            for slot in &slots {
                let at = slot.slot_at.unwrap_or_default();
                if at.nanos == 0 && at.seconds % every == 0 {
                    of.entry(at.seconds).or_default().push(slot);
                } else {
                    by_hand += 1;
                    self.hold(slot.state() == v1::SlotState::Done, || format!("by hand: {slot:?}"));
                }
            }
            self.slots.0 += of.len();
            self.slots.1 += by_hand;
            let first = began.timestamp() / every + 1;
            for instant in (first..=until.timestamp() / every).map(|number| number * every) {
                match of.get(&instant).map(Vec::as_slice) {
                    Some([slot]) => {
                        let ended = matches!(slot.state(), v1::SlotState::Done | v1::SlotState::Skipped);
                        self.hold(ended, || format!("{slot:?}"));
                    }
                    found => {
                        let found = found.map_or(0, <[_]>::len);
                        self.faults.push(format!("{job} has {found} slots at {instant}"));
                    }
                }
            }
        }
    }
}

/// The value of a header field on one line.
fn header<'a>(text: &'a str, name: &str) -> &'a str {
    let found = text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(name));
    found.and_then(|rest| rest.strip_prefix(':')).unwrap_or_default().trim()
}

/// The dossiers' codes that a mail names, in its text or in the attached sheet.
fn codes(mail: &str) -> BTreeSet<String> {
    let plain = parts(mail).concat();
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.filter(|word| word.starts_with("KT-")).map(str::to_owned).collect()
}

async fn dossiers(office: &Office) -> Vec<String> {
    let request = v1::ListDossiersRequest::default();
    let found = all!(office, DossierServiceClient, list_dossiers, request.clone(), dossiers);
    found.into_iter().map(|dossier: v1::Dossier| dossier.code).collect()
}

async fn notices(office: &Office) -> Vec<v1::Notice> {
    let request = v1::ListNoticesRequest::default();
    all!(office, ReminderServiceClient, list_notices, request.clone(), notices)
}

async fn mails(office: &Office, filter: &str) -> Vec<v1::Mail> {
    let request = v1::ListOutboxRequest { filter: filter.to_owned(), ..Default::default() };
    all!(office, JobServiceClient, list_outbox, request.clone(), mails)
}

async fn slots(office: &Office, job: &str) -> Vec<v1::Slot> {
    let request = v1::ListSlotsRequest { parent: format!("jobs/{job}"), ..Default::default() };
    all!(office, JobServiceClient, list_slots, request.clone(), slots)
}
