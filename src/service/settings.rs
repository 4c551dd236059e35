//! What the office is told about itself: names, addresses, times of its jobs. Read once at the start; what
//! changes while the house runs is in the archive.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;

use super::folders::Folder;
use super::reminders::RuleDraft;
use super::returned::ReturnedMails;
use crate::domain::period::Period;
use crate::domain::schedule::JobName;
use crate::mail::{Mailbox, Post, Signing};
use crate::report::Forms;

/// All of it.
#[derive(Debug, Clone)]
pub struct OfficeSettings {
    /// How mails leave.
    pub mail: MailSettings,
    /// What jobs go by.
    pub jobs: JobSettings,
    /// What the period report says of its maker, and who gets it.
    pub report: ReportSettings,
    /// Where other software leaves its files.
    pub folders: Vec<Folder>,
    /// Rules of reminding of the whole house, applied at each start.
    pub reminder_rules: Vec<RuleDraft>,
    /// The agency part of the codes that the house draws.
    pub dossier_code_prefix: String,
    /// The IANA name of the zone of a house that has no calendar yet.
    pub time_zone: String,
    /// Office hours after which the word of a source is stale; 0: never.
    pub stale_after_hours: i32,
    /// Reminders leave while the office is open, and wait for that otherwise.
    pub quiet_when_closed: bool,
    /// Office hours that those below have to record the cause before a leader is told.
    pub leader_grace_hours: i32,
}

/// How mails leave.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The way out.
    pub post: Arc<Post>,
    /// The sender of everything.
    pub from: Mailbox,
    /// The address that mails come back to which can't be delivered: the sender on the envelope.
    pub return_path: String,
    /// Where they come back to; None: nobody looks.
    pub returned: Option<ReturnedMails>,
    /// Right side of Message-IDs and List-IDs.
    pub domain: String,
    /// Signs mails; None: they aren't signed.
    pub signing: Option<Arc<Signing>>,
    /// What a line of a digest links to, with `{code}` in it.
    pub link_template: Option<String>,
    /// Who runs the system and is told when something needs a hand; None: nobody.
    pub operator: Option<Mailbox>,
    /// Mails on their way at once.
    pub connections: usize,
    /// The way out takes only so many in a minute.
    pub paced: bool,
    /// Mails in a row that find no such address before it isn't written to any more; 0: never.
    pub suppress_after: i32,
    /// When a mail that nobody takes is given up.
    pub give_up_after: TimeDelta,
    /// The pause after a first failed attempt.
    pub retry_after: TimeDelta,
}

/// What jobs go by. Patterns are cron in the zone of the house's calendar; several are separated by `;`.
#[derive(Debug, Clone)]
pub struct JobSettings {
    /// How long a slot or a mail belongs to its worker.
    pub lease: TimeDelta,
    /// Record which deadlines passed.
    pub flag_overdue: String,
    /// Remind of everything.
    pub reminders_all: String,
    /// Remind once more of what is due today.
    pub reminders_due_today: String,
    /// Send what lies in the outbox.
    pub deliver_mail: String,
    /// Fold the figure ledger.
    pub fold_figures: String,
    /// Close a period.
    pub report_period: String,
    /// Recount the figures.
    pub check_figures: String,
    /// Take the files of drop folders.
    pub take_files: String,
    /// Take what comes back of mails.
    pub take_returned_mails: String,
    /// Forget what is too old.
    pub purge_replays: String,
    /// How long answers to a `request_id` are kept.
    pub replays_kept: TimeDelta,
}

/// What the period report says of its maker, and who gets it.
#[derive(Debug, Clone)]
pub struct ReportSettings {
    /// Top left: the body above; empty: the committee that the units name.
    pub superior: String,
    /// Top left: the issuing office; empty: the one that the units name.
    pub office: String,
    /// What the locality is, in lower case: `thị xã`; empty: as the committee's name says.
    pub locality_kind: String,
    /// Its name: `Đức Phổ`; empty: as the committee's name says.
    pub locality: String,
    /// What it belongs to, in lower case: `tỉnh`.
    pub locality_upper: String,
    /// The signer's office; empty: by the issuing body.
    pub signer_title: String,
    /// To whom the report is addressed.
    pub recipient: String,
    /// The addresses it is mailed to; without any it is made and kept.
    pub recipients: Vec<Mailbox>,
    /// Working days after a period's end on which its summary is made and sent; 0: the next day.
    pub after: i64,
    /// Who drafts it, and is told what keeps it back.
    pub drafters: Vec<Mailbox>,
    /// Working days after a period's end by which its summary must have left, or somebody is told; 0: never.
    pub alarm_after: i64,
    /// Who is told then, besides whoever runs the system.
    pub alarm_recipients: Vec<Mailbox>,
    /// `vi` or `en`: of the mail that carries it.
    pub language: String,
    /// Which period a slot closes.
    pub closing: Closing,
    /// The forms of reports.
    pub forms: Forms,
}

/// Which period a slot closes: the last of its kind that ended before the slot's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// The month of Decree 09/2019, from the 15th to the 14th.
    Month,
    /// The quarter of Decree 09/2019.
    Quarter,
    /// This one, whatever the slot.
    Fixed(Period),
}

impl Default for OfficeSettings {
    fn default() -> Self {
        let mailbox =
            |name: &str, address: &str| Mailbox { name: name.to_owned(), address: address.to_owned() };
        Self {
            mail: MailSettings {
                post: Arc::new(Post::Directory(PathBuf::from("mail"))),
                from: mailbox("Bonro", "bonro@localhost"),
                return_path: "bonro@localhost".to_owned(),
                returned: None,
                domain: "localhost".to_owned(),
                signing: None,
                link_template: None,
                operator: None,
                connections: 2,
                paced: false,
                suppress_after: 2,
                retry_after: TimeDelta::minutes(1),
                give_up_after: TimeDelta::hours(72),
            },
            jobs: JobSettings {
                lease: TimeDelta::seconds(60),
                flag_overdue: "*/15 * * * *".to_owned(),
                reminders_all: "15 7 * * *".to_owned(),
                reminders_due_today: "30 15 * * *".to_owned(),
                deliver_mail: "* * * * *".to_owned(),
                fold_figures: "30 0 * * *".to_owned(),
                report_period: "30 7 * * *".to_owned(),
                check_figures: "0 2 * * *".to_owned(),
                take_files: "*/5 * * * *".to_owned(),
                take_returned_mails: "*/5 * * * *".to_owned(),
                purge_replays: "0 3 * * *".to_owned(),
                replays_kept: TimeDelta::days(14),
            },
            report: ReportSettings {
                superior: String::new(),
                office: String::new(),
                locality_kind: String::new(),
                locality: String::new(),
                locality_upper: "tỉnh".to_owned(),
                signer_title: String::new(),
                recipient: "Phòng Nội vụ".to_owned(),
                recipients: Vec::new(),
                after: 1,
                drafters: Vec::new(),
                alarm_after: 3,
                alarm_recipients: Vec::new(),
                language: "vi".to_owned(),
                closing: Closing::Month,
                forms: Forms::default(),
            },
            folders: Vec::new(),
            reminder_rules: Vec::new(),
            dossier_code_prefix: "000.00.00.H48".to_owned(),
            time_zone: "Asia/Ho_Chi_Minh".to_owned(),
            stale_after_hours: 16,
            quiet_when_closed: true,
            leader_grace_hours: 8,
        }
    }
}

impl JobSettings {
    /// The patterns of a job.
    pub fn cron(&self, job: JobName) -> String {
        match job {
            JobName::FlagOverdue => self.flag_overdue.clone(),
            JobName::PlanReminders | JobName::SendReminders => {
                format!("{}; {}", self.reminders_all, self.reminders_due_today)
            }
            JobName::DeliverMail => self.deliver_mail.clone(),
            JobName::FoldFigures => self.fold_figures.clone(),
            JobName::ReportPeriod => self.report_period.clone(),
            JobName::CheckFigures => self.check_figures.clone(),
            JobName::TakeFiles => self.take_files.clone(),
            JobName::TakeReturnedMails => self.take_returned_mails.clone(),
            JobName::PurgeReplays => self.purge_replays.clone(),
        }
    }
}

/// Reads `local@domain` or `Name <local@domain>`.
pub fn mailbox(text: &str) -> Mailbox {
    let text = text.trim();
    let parts = text.strip_suffix('>').and_then(|t| t.rsplit_once('<'));
    let (name, address) = parts.unwrap_or(("", text));
    Mailbox { name: name.trim().trim_matches('"').to_owned(), address: address.trim().to_owned() }
}

/// The domain of an address, for Message-IDs; `localhost` where there is none in ASCII.
pub fn domain_of(address: &str) -> String {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let plain = domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    if plain && !domain.is_empty() { domain.to_owned() } else { "localhost".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_and_without_names() {
        let read = |text: &str| {
            let found = mailbox(text);
            (found.name, found.address)
        };
        let both = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        assert_eq!(read("Phòng Nội vụ <noivu@ducpho.example>"), both("Phòng Nội vụ", "noivu@ducpho.example"));
        assert_eq!(read(" noivu@ducpho.example "), both("", "noivu@ducpho.example"));
        assert_eq!(domain_of("noivu@ducpho.example"), "ducpho.example");
        assert_eq!(domain_of("nobody"), "localhost");
    }
}
