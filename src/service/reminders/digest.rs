//! What a digest says: the subjects that its notices speak of, each once, and only while it is true.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use uuid::Uuid;

use super::super::Rules;
use super::super::slots::house_calendar;
use super::history::History;
use super::planning::calendar_of;
use super::reach::{Past, Reach};
use super::snoozing::counts;
use super::sources::Sources;
use crate::domain::calendar::Calendar;
use crate::domain::certificate::CertificateKind;
use crate::domain::official::Official;
use crate::domain::reminder::{Concern, NoticeRole, RuleKind, SubjectKind, months_between};
use crate::mail::{self, Digest, Line, Measured, Remark};
use crate::store::notices::NoticeRow;
use crate::store::snoozes::SnoozeRow;
use crate::store::subjects::{About, Began, Subject};

/// What all digests of a run have in common.
#[derive(Debug, Clone)]
pub(super) struct Common {
    /// The run.
    pub now: DateTime<Utc>,
    /// Up to when records are known.
    pub sources: Sources,
    /// Where a subject is opened.
    pub link_template: Option<String>,
}

/// What is known of whom else the notices of a digest were, and are, for.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// The officials.
    pub reach: &'a Reach<'a>,
    /// What was told before.
    pub history: &'a History,
    /// When its mail was written.
    pub written_at: DateTime<Utc>,
    /// Whose reminders wait because somebody said so.
    pub snoozed: &'a HashMap<Uuid, SnoozeRow>,
}

/// The digest of one person. Notices whose subject isn't among `subjects` say nothing.
pub(super) fn digest_for(
    known: Known<'_>,
    official: &Official,
    notices: &[&NoticeRow],
    subjects: &HashMap<Uuid, Subject>,
    common: &Common,
) -> Digest {
    let rules = known.reach.rules();
    let house = house_calendar(rules);
    let local = |at: DateTime<Utc>| -> NaiveDateTime { house.local(at) };
    let ties = ties(known.reach, official, notices, subjects);
    let oversees = ties.iter().any(|(level, _)| oversees(*level));
    // The nearest says it for all of the mail.
    let (role, stands_in) = nearest(&ties);
    let mut digest = Digest {
        recipient: official.full_name.clone(),
        unit: unit_name(rules, Some(official.unit_id)),
        list_code: if oversees { rules.unit_code(official.unit_id) } else { &official.code }.to_owned(),
        oversees,
        role,
        stands_in,
        run_at: local(common.now),
        data_until: common
            .sources
            .known_until(notices.iter().filter_map(|notice| subjects.get(&notice.subject_id)))
            .map(local),
        overdue: Vec::new(),
        due_today: Vec::new(),
        due_soon: Vec::new(),
        concerns: BTreeMap::new(),
        link_template: common.link_template.clone(),
    };
    // Of several notices of one thing that of the lowest level is told of: it knows of everybody it went past.
    let mut notices = notices.to_vec();
    notices.sort_by_key(|notice| NoticeRole::parse(&notice.role));
    let mut said = HashSet::new();
    for notice in &notices {
        let Some(subject) = subjects.get(&notice.subject_id) else { continue };
        let Some(concern) = RuleKind::parse(&notice.rule_kind).map(RuleKind::concern) else { continue };
        let Some(from) = subject.marks.of(concern).filter(|_| said.insert((subject.id, concern))) else {
            continue;
        };
        let calendar = calendar_of(rules, subject).unwrap_or(&house);
        let (today, from_on) = (calendar.local_date(common.now), calendar.local_date(from));
        let overdue = subject.overdue_at.is_some_and(|at| at <= common.now) || from_on < today;
        let is_late = concern == Concern::Deadline && overdue;
        let mut line = line(known.reach, official, subject, (concern, from), calendar, common.now);
        line.remarks = remarks(known, official, (subject, notice), (concern, from), is_late, &house);
        if concern != Concern::Deadline {
            digest.concerns.entry(concern).or_default().push(line);
        } else if overdue {
            digest.overdue.push(line);
        } else if from_on == today {
            digest.due_today.push(line);
        } else {
            digest.due_soon.push(line);
        }
    }
    digest
}

/// As what somebody is told of each notice's subject, and whether it is for another whom they stand in for.
fn ties(
    reach: &Reach<'_>,
    official: &Official,
    notices: &[&NoticeRow],
    subjects: &HashMap<Uuid, Subject>,
) -> Vec<(NoticeRole, bool)> {
    let tie = |notice: &&NoticeRow| {
        let subject = subjects.get(&notice.subject_id)?;
        let role = NoticeRole::parse(&notice.role)?;
        Some(match reach.level_of(subject, role, official) {
            Some(level) => (level, false),
            // None of the levels: a stand-in.
            None => (role, role != NoticeRole::Returned),
        })
    };
    notices.iter().filter_map(tie).collect()
}

/// The nearest of ties: what is their own is nearer than what they stand in for.
fn nearest(ties: &[(NoticeRole, bool)]) -> (NoticeRole, bool) {
    let nearest = ties.iter().min_by_key(|(level, stands_in)| (*stands_in, *level));
    nearest.copied().unwrap_or((NoticeRole::Responsible, false))
}

/// A level that oversees what others hold.
fn oversees(level: NoticeRole) -> bool {
    matches!(level, NoticeRole::Head | NoticeRole::Coordinator | NoticeRole::Leader)
}

fn unit_name(rules: &Rules, unit_id: Option<Uuid>) -> String {
    unit_id.and_then(|id| rules.units.get(id)).map(|unit| unit.name.clone()).unwrap_or_default()
}

/// What a line says of others: whom its notice went past, who was told below, what somebody was told meanwhile, and why
/// it is late.
fn remarks(
    known: Known<'_>,
    reader: &Official,
    (subject, notice): (&Subject, &NoticeRow),
    (concern, from): (Concern, DateTime<Utc>),
    is_late: bool,
    house: &Calendar,
) -> Vec<Remark> {
    let name = |id: &Uuid| known.reach.rules().name_of(*id).to_owned();
    let role = NoticeRole::parse(&notice.role).unwrap_or(NoticeRole::Responsible);
    let mut remarks = Vec::new();
    if role == NoticeRole::Returned {
        let meanwhile =
            notice.meant_for_id.and_then(|id| known.history.told_instead_of(subject.id, concern, id));
        remarks
            .extend(meanwhile.map(|(who, at)| Remark::Meanwhile { name: name(&who), at: house.local(at) }));
    } else {
        let past = known.reach.of_level(subject, role).map(|hearer| hearer.past).unwrap_or_default();
        remarks.extend(past.into_iter().map(|past| match past {
            Past::Away(who, until) => Remark::Away { name: who.full_name.clone(), until },
            Past::Unreachable(who) => Remark::Unreachable { name: who.full_name.clone() },
            Past::Unwritten(who) => Remark::Unwritten { name: who.full_name.clone() },
            // Who would answer for it heads the unit that was asked.
            Past::Nobody(NoticeRole::Responsible) if subject.asked_unit_id.is_some() => {
                Remark::Nobody { level: NoticeRole::Head }
            }
            Past::Nobody(level) => Remark::Nobody { level },
        }));
        let level = known.reach.level_of(subject, role, reader).unwrap_or(role);
        if level != NoticeRole::Responsible {
            // What leaves with the same run is none of it, whichever mail is first.
            let before = known.written_at.max(notice.created_at);
            let told = known.history.told_below((notice, before), (concern, from), level);
            // That something grows old is told to whom the rule says, and not level by level.
            if told.is_empty() && remarks.is_empty() && concern != Concern::Age {
                remarks.push(Remark::NobodyTold);
            }
            let others = told.iter().filter(|heard| heard.official_id != reader.id);
            remarks.extend(others.map(|heard| Remark::Told {
                name: name(&heard.official_id),
                times: heard.times,
                last: house.local(heard.last),
            }));
        }
    }
    // Of a level above: its own don't wait.
    let by = known.snoozed.get(&subject.id).filter(|by| counts(by, subject));
    remarks.extend(by.map(|by| {
        Remark::Snoozed {
            name: by
                .official_id
                .map(|id| name(&id))
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| by.made_by.clone()),
            until: house.local(by.until_at),
            reason: by.reason.clone(),
        }
    }));
    if is_late {
        remarks.extend(subject.delay_cause.clone().map(|cause| Remark::Cause { cause }));
    }
    remarks
}

fn line(
    reach: &Reach<'_>,
    reader: &Official,
    subject: &Subject,
    (concern, from): (Concern, DateTime<Utc>),
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Line {
    let holder = reach.holder(subject);
    let from_on = calendar.local_date(from);
    let office_minutes = calendar.office_micros(now).ok().zip(calendar.office_micros(from).ok());
    let measured = Measured {
        from: calendar.local(from),
        office_minutes: office_minutes.map(|(now, from)| (now - from) / 60_000_000),
        day_minutes: calendar.day_span() / 60_000_000,
        months: months_between(from_on, calendar.local_date(now)),
        missing: subject.missing.clone(),
    };
    Line {
        code: subject.code.clone(),
        subject: subject_word(subject.kind),
        procedure: about(reach.rules(), subject, &reader.language),
        received_on: match subject.began {
            Began::On(day) => day,
            Began::At(at) => calendar.local_date(at),
        },
        due: subject.marks.due.map(|due| calendar.local(due)),
        step: subject.state.clone(),
        holder: holder.map(|official| official.full_name.clone()),
        unit: unit_name(reach.rules(), subject.asked_unit_id.or(subject.unit_id)),
        opens: match &subject.about {
            About::Opinion { dossier_code, .. } => Some(dossier_code.clone()),
            About::Procedure(_) | About::Text(_) | About::Certificate { .. } => None,
        },
        working_days: calendar.working_days_between(calendar.local_date(now), from_on).ok(),
        measured: (concern != Concern::Deadline).then_some(measured),
        remarks: Vec::new(),
    }
}

fn subject_word(kind: SubjectKind) -> mail::Subject {
    match kind {
        SubjectKind::Dossier => mail::Subject::Dossier,
        SubjectKind::Task => mail::Subject::Task,
        SubjectKind::Petition => mail::Subject::Petition,
        SubjectKind::Opinion => mail::Subject::Opinion,
        SubjectKind::Certificate => mail::Subject::Certificate,
    }
}

fn about(rules: &Rules, subject: &Subject, language: &str) -> String {
    match &subject.about {
        About::Procedure(version) => {
            rules.book.versions.get(version).map(|v| v.name.clone()).unwrap_or_default()
        }
        About::Text(kind) if subject.kind == SubjectKind::Petition => {
            let said = match kind.as_str() {
                "regulation" => ("Về quy định hành chính", "On a regulation"),
                "behaviour" | "conduct" => ("Về hành vi hành chính", "On conduct"),
                _ => ("Phản ánh, kiến nghị", "Petition"),
            };
            if language == "en" { said.1 } else { said.0 }.to_owned()
        }
        About::Text(text) => text.clone(),
        About::Opinion { agency, matter, .. } => {
            let Some(asked) = subject.asked_unit_id else { return format!("{agency} - {matter}") };
            let (whom, by) = (unit_name(rules, Some(asked)), unit_name(rules, subject.unit_id));
            // Those who were asked read for whom they are to answer.
            match language {
                "en" => format!("{whom} - {matter} (asked by {by})"),
                _ => format!("{whom} - {matter} ({by} hỏi)"),
            }
        }
        About::Certificate { kind, provider } => {
            let said = match CertificateKind::parse(kind) {
                Some(CertificateKind::Replacement) => ("cấp đổi", "a replacement"),
                Some(CertificateKind::New) | None => ("cấp mới", "a first one"),
            };
            format!("{} - {provider}", if language == "en" { said.1 } else { said.0 })
        }
    }
}
