//! From the settings as they are written to what the office is told about itself: mailboxes, mappings and periods are
//! read here, so that what can't be so stops the start and not a night.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::TimeDelta;

use crate::config::{IntakeFolder, ReminderRule, Settings};
use crate::domain::period::Period;
use crate::domain::reminder::{NoticeRole, RuleKind, SubjectKind};
use crate::intake::{Mapping, NameTime, OWN_FORMAT, OWN_SOURCE};
use crate::mail::{Post, Signing};
use crate::report::Forms;
use crate::service::OfficeSettings;
use crate::service::folders::{Folder, Form, Seen};
use crate::service::reminders::RuleDraft;
use crate::service::returned::ReturnedMails;
use crate::service::settings::{Closing, JobSettings, MailSettings, ReportSettings, domain_of, mailbox};

/// The way out.
fn post(settings: &Settings) -> anyhow::Result<Post> {
    let post = Post::from_url(settings.mail.url.expose())
        .context("mail.url")?
        .with_patience(Duration::from_secs(settings.mail.timeout_seconds))
        .with_most_per_minute(settings.mail.per_minute);
    let Some(file) = &settings.mail.ca_file else { return Ok(post) };
    let named = || format!("mail.ca_file {}", file.display());
    let pem = std::fs::read(file).with_context(named)?;
    post.with_authorities(&pem).with_context(named)
}

/// The key that signs mails.
fn signing(settings: &Settings, domain: &str) -> anyhow::Result<Option<Signing>> {
    let mail = &settings.mail;
    let Some((selector, file)) = mail.dkim_selector.as_ref().zip(mail.dkim_key_file.as_ref()) else {
        return Ok(None);
    };
    let named = || format!("mail.dkim_key_file {}", file.display());
    let key = std::fs::read_to_string(file).with_context(named)?;
    let domain = mail.dkim_domain.as_deref().unwrap_or(domain);
    Ok(Some(Signing::new(selector, domain, &key).with_context(named)?))
}

/// What the office is told about itself.
pub(super) fn office(settings: &Settings) -> anyhow::Result<OfficeSettings> {
    let from = mailbox(&settings.mail.from);
    let usual = OfficeSettings::default();
    let seconds = |n: u64| TimeDelta::seconds(i64::try_from(n).unwrap_or(i64::MAX / 2000));
    Ok(OfficeSettings {
        mail: MailSettings {
            post: Arc::new(post(settings)?),
            signing: signing(settings, &domain_of(&from.address))?.map(Arc::new),
            domain: domain_of(&from.address),
            return_path: settings
                .mail
                .return_path
                .as_deref()
                .map_or_else(|| from.address.clone(), |told| mailbox(told).address),
            returned: settings
                .mail
                .returned
                .clone()
                .map(|path| ReturnedMails { path, seen: Seen::default() }),
            from,
            link_template: settings.mail.dossier_link.clone(),
            operator: settings.mail.operator.as_deref().map(mailbox),
            connections: usize::try_from(settings.mail.connections).unwrap_or(1),
            paced: settings.mail.per_minute > 0,
            suppress_after: i32::try_from(settings.mail.suppress_after).unwrap_or(i32::MAX),
            retry_after: seconds(settings.mail.retry_after_seconds),
            give_up_after: seconds(settings.mail.give_up_after_hours * 3600),
        },
        jobs: JobSettings {
            lease: seconds(settings.jobs.lease_seconds),
            flag_overdue: settings.jobs.flag_overdue.clone(),
            reminders_all: settings.jobs.reminders_morning.clone(),
            reminders_due_today: settings.jobs.reminders_due_today.clone(),
            fold_figures: settings.jobs.fold_figures.clone(),
            report_period: settings.jobs.close_period.clone(),
            check_figures: settings.jobs.check_figures.clone(),
            take_files: settings.jobs.take_files.clone(),
            take_returned_mails: settings.jobs.take_returned_mails.clone(),
            replays_kept: TimeDelta::days(settings.data.request_replay_days.into()),
            ..usual.jobs
        },
        report: ReportSettings {
            superior: settings.report.superior_body.clone(),
            office: settings.report.issuing_body.clone(),
            locality: settings.report.place.clone(),
            locality_upper: settings.report.superior_locality.clone(),
            signer_title: settings.report.signer_title.clone(),
            recipient: settings.report.addressee.clone(),
            recipients: settings.report.recipients.iter().map(|r| mailbox(r)).collect(),
            after: settings.report.after_working_days.into(),
            drafters: settings.report.drafters.iter().map(|r| mailbox(r)).collect(),
            alarm_after: settings.report.alarm_after_working_days.into(),
            alarm_recipients: settings.report.alarm_recipients.iter().map(|r| mailbox(r)).collect(),
            closing: closing(&settings.report.close)?,
            forms: forms(&settings.report.forms)?,
            ..usual.report
        },
        folders: settings
            .intake
            .folders
            .iter()
            .enumerate()
            .map(|(number, told)| folder(told).with_context(|| format!("intake.folders[{number}]")))
            .collect::<anyhow::Result<_>>()?,
        reminder_rules: settings
            .reminders
            .rules
            .iter()
            .enumerate()
            .map(|(number, told)| rule(told).with_context(|| format!("reminders.rules[{number}]")))
            .collect::<anyhow::Result<_>>()?,
        dossier_code_prefix: settings.data.dossier_code_prefix.clone(),
        time_zone: settings.data.time_zone.clone(),
        stale_after_hours: settings.data.stale_after_office_hours.into(),
        quiet_when_closed: settings.reminders.only_in_office_hours,
        leader_grace_hours: settings.reminders.leader_grace_office_hours.into(),
    })
}

/// A drop folder. That it is there isn't asked: what is mounted comes late.
fn folder(told: &IntakeFolder) -> anyhow::Result<Folder> {
    let (form, usual) = if told.mapping == OWN_FORMAT {
        (Form::Own, Some(OWN_SOURCE.to_owned()))
    } else {
        let mapping = Mapping::load(&told.mapping).context("mapping")?;
        let usual = mapping.source.clone();
        (Form::Table(Arc::new(mapping)), usual)
    };
    let source = told.source.clone().or(usual).filter(|source| !source.trim().is_empty());
    let source = source
        .context("source: ánh xạ không nêu nguồn; hãy đặt source / the mapping names no source; set one")?;
    let name_time = match &told.name_time {
        None => None,
        Some(pattern) => Some(NameTime::parse(pattern).context(
            "name_time: mẫu phải có năm, tháng, ngày và giờ như yyyyMMdd_HHmm / \
             the pattern needs year, month, day and hour, such as yyyyMMdd_HHmm",
        )?),
    };
    let full = match told.kind.as_str() {
        "full" => true,
        "partial" => false,
        _ => anyhow::bail!("kind: full hoặc / or partial"),
    };
    anyhow::ensure!(
        told.path.is_absolute(),
        "path: hãy ghi đường dẫn đầy đủ / give the absolute path of the folder"
    );
    Ok(Folder {
        path: told.path.clone(),
        source,
        form,
        full,
        settle: TimeDelta::seconds(i64::try_from(told.settle_seconds).unwrap_or(i64::MAX / 2000)),
        marker: told.marker.clone().filter(|marker| !marker.is_empty()),
        name_time,
        seen: Seen::default(),
    })
}

/// A rule of reminding of the whole house.
fn rule(told: &ReminderRule) -> anyhow::Result<RuleDraft> {
    let draft = RuleDraft {
        unit: String::new(),
        code: told.code.clone(),
        subject_kind: word(
            "subject",
            &told.subject,
            SubjectKind::parse,
            SubjectKind::ALL,
            SubjectKind::as_str,
        )?,
        kind: word("kind", &told.kind, RuleKind::parse, RuleKind::ALL, RuleKind::as_str)?,
        working_days: told.working_days.into(),
        office_minutes: told.office_minutes.into(),
        months: told.months.into(),
        watched_list: told.watched_list.clone(),
        repeat_working_days: told.repeat_working_days.map(Into::into),
        role: word("role", &told.role, NoticeRole::parse, &NoticeRole::LEVELS, NoticeRole::as_str)?,
        enabled: told.enabled,
        valid_from: None,
    };
    match draft.check() {
        Ok(()) => Ok(draft),
        Err(wrong) => {
            let wrong: Vec<String> = wrong
                .into_iter()
                .map(|v| format!("{}: {} / {}", v.field.trim_start_matches("reminder_rule."), v.vi, v.en))
                .collect();
            anyhow::bail!("{}", wrong.join("; "))
        }
    }
}

/// One of the words of a setting.
fn word<T: Copy>(
    key: &str,
    text: &str,
    parse: impl Fn(&str) -> Option<T>,
    all: &[T],
    said: impl Fn(T) -> &'static str,
) -> anyhow::Result<T> {
    parse(text).with_context(|| {
        let known: Vec<&str> = all.iter().map(|word| said(*word)).collect();
        format!("{key}: “{text}” phải là một trong / must be one of {}", known.join(", "))
    })
}

/// The forms of reports, each file read once at the start.
fn forms(files: &[PathBuf]) -> anyhow::Result<Forms> {
    let named = |file: &Path| format!("report.forms: {}", file.display());
    let texts: Vec<String> = files
        .iter()
        .map(|file| fs::read_to_string(file).with_context(|| named(file)))
        .collect::<anyhow::Result<_>>()?;
    Forms::with(texts).map_err(|(number, error)| anyhow::Error::new(error).context(named(&files[number])))
}

fn closing(text: &str) -> anyhow::Result<Closing> {
    match text {
        "month" => Ok(Closing::Month),
        "quarter" => Ok(Closing::Quarter),
        range => {
            let days = range.split_once("..").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
            let (first, last) = days.context("report.close: write month, quarter or FIRST..LAST")?;
            Ok(Closing::Fixed(Period::new(first, last).context("report.close")?))
        }
    }
}
