//! Troubles of the house's own work: slots that ran late, were skipped or failed, periods that nobody reported, and mail
//! that can't leave or has nowhere to go. Each is
//! a record from its beginning to its end; whoever runs the system gets one mail when troubles begin and one when they
//! are over. Those that begin together are told together.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::error::ServiceError;
use super::operator::{self, Trouble};
use super::period_report::{self, Unreported};
use super::slots::house_calendar;
use super::suppressions;
use super::work::{Look, Work};
use super::{House, Rules};
use crate::domain::mail::folded;
use crate::domain::schedule::JobName;
use crate::domain::text::{cut, cut_reply, moment};
use crate::domain::trouble::TroubleKind;
use crate::mail::Mailbox;
use crate::store::query::{ListQuery, Page};
use crate::store::troubles;
pub use crate::store::troubles::{PUBLISHED, TroubleRow};
use crate::store::{Tx, outbox, slots};

/// A trouble is told when it has stood so long: what begins with it is told in the same mail.
const SETTLED: TimeDelta = TimeDelta::minutes(1);
/// A trouble of slots is over when nothing has been added to it for so long: what comes and goes is one trouble.
const QUIET: TimeDelta = TimeDelta::minutes(15);
/// What the trouble of a way out that is set up wrongly for everybody is of; one of a single address is of the address.
pub(super) const WAY_OUT: &str = "mail";
/// Slots of a job among which one that is done is looked for.
const LATEST: u64 = 20;

/// Records slots as a trouble of their job, in the transaction that found them. Those that are told of already don't count
/// again.
pub(super) async fn note(
    work: &Work,
    kind: TroubleKind,
    job: JobName,
    slots: &[DateTime<Utc>],
    why: &str,
) -> Result<(), ServiceError> {
    if slots.is_empty() {
        return Ok(());
    }
    let known = troubles::of(&work.tx, kind.as_str(), job.as_str()).await?.map(|row| row.last_at);
    let new: Vec<_> = slots.iter().filter(|at| known.is_none_or(|last| last < **at)).copied().collect();
    let Some((first, last)) = new.iter().min().zip(new.iter().max()) else { return Ok(()) };
    tracing::warn!(job = job.as_str(), kind = kind.as_str(), slot_at = %last, count = new.len(), why, "trouble");
    let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
    let row = opened(work.new_id(), work.now(), kind, job.as_str().to_owned(), (*first, *last), why);
    Ok(troubles::note(&work.tx, TroubleRow { count, ..row }).await?)
}

/// Records a trouble of mail, in the transaction that found it.
pub(super) async fn note_of(
    house: &House,
    tx: &Tx,
    kind: TroubleKind,
    subject: &str,
    why: &str,
) -> Result<(), ServiceError> {
    let now = house.world.office.now();
    note_in(tx, house.world.entropy.uuid(now), now, kind, subject, why).await
}

/// The same where there is no house at hand.
pub(super) async fn note_in(
    tx: &Tx,
    id: Uuid,
    now: DateTime<Utc>,
    kind: TroubleKind,
    subject: &str,
    why: &str,
) -> Result<(), ServiceError> {
    tracing::warn!(subject, kind = kind.as_str(), why, "trouble");
    let row = opened(id, now, kind, subject.to_owned(), (now, now), why);
    Ok(troubles::note(tx, TroubleRow { note: cut_reply(why), ..row }).await?)
}

fn opened(
    id: Uuid,
    now: DateTime<Utc>,
    kind: TroubleKind,
    subject: String,
    (first_at, last_at): (DateTime<Utc>, DateTime<Utc>),
    why: &str,
) -> TroubleRow {
    TroubleRow {
        id,
        kind: kind.as_str().to_owned(),
        subject,
        first_at,
        last_at,
        count: 1,
        note: cut(why),
        opened_at: now,
        noticed_at: now,
        told_at: None,
        over_at: None,
    }
}

/// A page of troubles.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<TroubleRow>, ServiceError> {
    Ok(troubles::list(&look.door, query).await?)
}

impl House {
    /// Looks after the troubles: opens one for a period that is unreported, ends those that are over, and tells of both.
    /// Another replica that does the same at once is given way to.
    pub async fn watch_troubles(&self) -> Result<(), ServiceError> {
        let look = self.look(self.own_context(JobName::ReportPeriod)).await?;
        let now = look.context.now;
        let standing = troubles::going_on(&look.door).await?;
        let unreported = period_report::unreported(&look, &self.settings).await?.filter(|found| {
            let kind = TroubleKind::Unreported.as_str();
            !standing.iter().any(|row| row.kind == kind && row.subject == found.subject())
        });
        let (told, untold): (Vec<_>, Vec<_>) = standing.into_iter().partition(|row| row.told_at.is_some());
        let mut over = Vec::new();
        for row in told {
            if self.is_over(&look, &row, now).await? {
                over.push(row);
            }
        }
        // All of them, as soon as one has settled.
        let begun = if untold.iter().any(|row| row.opened_at + SETTLED <= now) { untold } else { Vec::new() };
        drop(look);
        if begun.is_empty() && over.is_empty() && unreported.is_none() {
            return Ok(());
        }

        let work = self.job(self.own_context(JobName::ReportPeriod)).await?;
        if let Some(found) = &unreported {
            note_unreported(&work, found).await?;
        }
        let ids: Vec<_> = begun.iter().map(|row| row.id).collect();
        if troubles::tell(&work.tx, &ids, now).await? != begun.len() as u64 {
            return Ok(());
        }
        for row in &over {
            if !troubles::end(&work.tx, row, now).await? {
                return Ok(());
            }
        }
        self.write(&work, &begun, Side::Begun).await?;
        self.write(&work, &over, Side::Over).await?;
        work.finish(&[]).await
    }

    /// Whether what went wrong goes well again.
    async fn is_over(&self, look: &Look, row: &TroubleRow, now: DateTime<Utc>) -> Result<bool, ServiceError> {
        let kind = TroubleKind::parse(&row.kind);
        if kind == Some(TroubleKind::Unreported) {
            return match Unreported::of_subject(&row.subject) {
                Some(found) => found.has_left(look, &self.settings).await,
                None => Ok(true),
            };
        }
        if kind == Some(TroubleKind::MailSetup) {
            return if row.subject == WAY_OUT {
                Ok(outbox::misconfigured(&look.door).await? == 0)
            } else {
                gets_mail_again(look, &row.subject, now).await
            };
        }
        if kind == Some(TroubleKind::MailAddress) {
            let addresses = [row.subject.clone()];
            return Ok(suppressions::standing_against(&look.door, &addresses, now).await?.is_empty());
        }
        if row.noticed_at + QUIET > now {
            return Ok(false);
        }
        let Some(job) = slots::find_job(&look.door, &row.subject).await? else { return Ok(true) };
        let latest = slots::latest(&look.door, &row.subject, now, LATEST).await?;
        Ok(latest.iter().any(|slot| {
            let late =
                slot.started_at.is_some_and(|at| (at - slot.slot_at).num_seconds() > job.grace_seconds);
            slot.state == "done" && slot.slot_at >= row.last_at && !(kind == Some(TroubleKind::Late) && late)
        }))
    }

    /// One letter of these troubles to whoever runs the system, and one of those among them that are of a report to
    /// whoever answers for it.
    async fn write(&self, work: &Work, rows: &[TroubleRow], side: Side) -> Result<(), ServiceError> {
        if rows.is_empty() {
            return Ok(());
        }
        let reports: Vec<_> =
            rows.iter().filter(|r| r.kind == TroubleKind::Unreported.as_str()).cloned().collect();
        let operator = self.settings.mail.operator.as_ref();
        if operator.is_none() {
            tracing::warn!(
                troubles = rows.len(),
                side = side.word(),
                "mail.operator names nobody to be told"
            );
        }
        let alarmed: Vec<&Mailbox> = self.settings.report.alarm_recipients.iter().collect();
        let letters = operator.map(|to| (to, rows)).into_iter();
        for (to, rows) in letters.chain(alarmed.into_iter().map(|to| (to, reports.as_slice()))) {
            if let Some(first) = rows.first() {
                let key = format!("trouble/{}/{}/{}", first.id, side.word(), to.address);
                operator::enqueue(self, work, to, letter(&work.rules, rows, side, key)).await?;
            }
        }
        Ok(())
    }
}

/// Whether the newest mail to an address has left and none comes back any more, or it is nobody's any more.
async fn gets_mail_again(look: &Look, address: &str, now: DateTime<Utc>) -> Result<bool, ServiceError> {
    let Some(newest) = outbox::newest_to(&look.door, address).await? else { return Ok(true) };
    let has_another = newest.recipient_official_id.is_some_and(|id| {
        let email = look.rules.officials.get(&id).and_then(|official| official.email.as_deref());
        email.map(folded) != Some(folded(address))
    });
    Ok(has_another || newest.state == "sent" && suppressions::is_reached(&look.door, address, now).await?)
}

async fn note_unreported(work: &Work, found: &Unreported) -> Result<(), ServiceError> {
    let subject = found.subject();
    tracing::warn!(subject, why = found.why.1, "no report was produced in time");
    let end = house_calendar(&work.rules).midnight(found.period.end());
    let why = format!("{} / {}", found.why.0, found.why.1);
    let row = opened(work.new_id(), work.now(), TroubleKind::Unreported, subject, (end, end), &why);
    Ok(troubles::note(&work.tx, row).await?)
}

/// Of which side of troubles a letter tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Begun,
    Over,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Over => "over",
        }
    }
}

fn letter(rules: &Rules, rows: &[TroubleRow], side: Side, key: String) -> Trouble {
    let lines: Vec<String> = rows.iter().map(|row| line(rules, row)).collect();
    let what = match rows {
        [one] => headline(one),
        several => format!("{} sự cố của việc tự động", several.len()),
    };
    match side {
        Side::Begun => Trouble { key, headline: what, details: lines, mend: mend(rows) },
        Side::Over => Trouble {
            key,
            headline: format!("Đã qua: {what}"),
            details: lines,
            mend: "không cần làm gì thêm; các lượt đã qua vẫn nằm trong sổ".to_owned(),
        },
    }
}

/// What to do about troubles that begin.
fn mend(rows: &[TroubleRow]) -> String {
    let has =
        |kinds: &[TroubleKind]| rows.iter().any(|row| kinds.iter().any(|kind| row.kind == kind.as_str()));
    let mut ways = Vec::new();
    if has(&[TroubleKind::Late, TroubleKind::Skipped, TroubleKind::Failed, TroubleKind::Unreported]) {
        ways.push(
            "xem `bonro jobs` và nhật ký máy chủ; lượt bị bỏ lỡ chạy bù bằng `bonro jobs backfill`, lượt thất bại chạy \
             lại bằng `bonro jobs run`",
        );
    }
    let setup = |row: &&TroubleRow| row.kind == TroubleKind::MailSetup.as_str();
    if rows.iter().filter(setup).any(|row| row.subject != WAY_OUT) {
        ways.push(
            "xem câu trả lời của máy chủ thư: sửa địa chỉ của người nhận, hoặc cho phép máy chủ nhận thư gửi tới địa chỉ \
             đó; thư đã bỏ thì gửi lại bằng `bonro mails retry` hoặc hủy bằng `bonro mails give-up`",
        );
    }
    if rows.iter().filter(setup).any(|row| row.subject == WAY_OUT) {
        ways.push(
            "sửa mục [mail] (đăng nhập, chứng chỉ, địa chỉ gửi) hoặc máy chủ thư; thư đang chờ sẽ tự đi khi sửa xong, \
             xem `bonro mails`",
        );
    }
    if has(&[TroubleKind::MailAddress]) {
        ways.push(
            "sửa địa chỉ thư của cán bộ; nếu địa chỉ vẫn đúng thì bỏ chặn bằng `bonro mails lift`. Lời nhắc và báo cáo \
             chờ đến khi địa chỉ được sửa hoặc bỏ chặn",
        );
    }
    format!("{}. Khi sự cố qua đi sẽ có thư báo", ways.join("; "))
}

fn named(subject: &str) -> String {
    JobName::parse(subject)
        .map_or_else(|| subject.to_owned(), |job| format!("{} ({})", job.vietnamese(), job.as_str()))
}

fn headline(row: &TroubleRow) -> String {
    let word = TroubleKind::parse(&row.kind).map_or("có sự cố", TroubleKind::vietnamese);
    match (of_mail(row), Unreported::of_subject(&row.subject)) {
        (Some(TroubleKind::MailAddress), _) => format!("Địa chỉ {}: {word}", row.subject),
        (Some(_), _) if row.subject != WAY_OUT => {
            format!("Thư gửi {}: máy chủ thư từ chối", row.subject)
        }
        (Some(_), _) => format!("Thư: {word}"),
        (None, Some(found)) => format!("{}: {word}", found.vietnamese()),
        (None, None) => format!("Việc {}: {word}", named(&row.subject)),
    }
}

/// The kind of a trouble of mail.
fn of_mail(row: &TroubleRow) -> Option<TroubleKind> {
    TroubleKind::parse(&row.kind)
        .filter(|kind| matches!(kind, TroubleKind::MailSetup | TroubleKind::MailAddress))
}

/// Whose address it is, for people.
fn whose(rules: &Rules, address: &str) -> String {
    let address = folded(address);
    let has_it = |email: &String| folded(email) == address;
    let mut names: Vec<_> = rules
        .officials
        .values()
        .filter(|official| official.email.as_ref().is_some_and(has_it))
        .map(|official| official.code.as_str())
        .collect();
    names.sort_unstable();
    if names.is_empty() { String::new() } else { format!(" (của {})", names.join(", ")) }
}

/// A trouble as a line of a letter.
fn line(rules: &Rules, row: &TroubleRow) -> String {
    let calendar = house_calendar(rules);
    let at = |at| moment(calendar.local(at));
    let note = if row.note.is_empty() { String::new() } else { format!(": {}", row.note) };
    if of_mail(row).is_some() {
        let since = at(row.first_at);
        return format!("{}{}, từ {since}{note}.", headline(row), whose(rules, &row.subject));
    }
    if Unreported::of_subject(&row.subject).is_some() {
        return format!("{}{note}.", headline(row));
    }
    let slots = if row.count == 1 {
        format!("lượt {}", at(row.last_at))
    } else {
        format!("{} lượt từ {} đến {}", row.count, at(row.first_at), at(row.last_at))
    };
    format!("{}, {slots}{note}.", headline(row))
}
