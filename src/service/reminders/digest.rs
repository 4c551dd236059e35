//! What a digest says: the subjects that its notices speak of, each once, and only while it is true.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use uuid::Uuid;

use super::super::Rules;
use super::super::slots::house_calendar;
use super::planning::calendar_of;
use super::sources::Sources;
use crate::domain::calendar::Calendar;
use crate::domain::official::Official;
use crate::domain::reminder::{Concern, NoticeRole, RuleKind, SubjectKind};
use crate::mail::{self, Digest, Line, Measured};
use crate::store::notices::NoticeRow;
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

/// The digest of one person. Notices whose subject isn't among `subjects` say nothing.
pub(super) fn digest_for(
    rules: &Rules,
    official: &Official,
    notices: &[&NoticeRow],
    subjects: &HashMap<Uuid, Subject>,
    common: &Common,
) -> Digest {
    let house = house_calendar(rules);
    let local = |at: DateTime<Utc>| -> NaiveDateTime { house.local(at) };
    let mut digest = Digest {
        recipient: official.full_name.clone(),
        unit: unit_name(rules, Some(official.unit_id)),
        unit_code: rules.unit_code(official.unit_id).to_owned(),
        oversees: ties(official, notices, subjects).any(|tie| tie != NoticeRole::Responsible),
        role: role_of(official, notices, subjects),
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
    let mut said = HashSet::new();
    for notice in notices {
        let Some(subject) = subjects.get(&notice.subject_id) else { continue };
        let Some(concern) = RuleKind::parse(&notice.rule_kind).map(RuleKind::concern) else { continue };
        let Some(from) = subject.marks.of(concern).filter(|_| said.insert((subject.id, concern))) else {
            continue;
        };
        let calendar = calendar_of(rules, subject).unwrap_or(&house);
        let (today, from_on) = (calendar.local_date(common.now), calendar.local_date(from));
        let line = line(rules, &official.language, subject, (concern, from), calendar, common.now);
        if concern != Concern::Deadline {
            digest.concerns.entry(concern).or_default().push(line);
        } else if subject.overdue_at.is_some_and(|at| at <= common.now) || from_on < today {
            digest.overdue.push(line);
        } else if from_on == today {
            digest.due_today.push(line);
        } else {
            digest.due_soon.push(line);
        }
    }
    digest
}

/// As what somebody gets a digest: by the nearest tie to any of its subjects.
fn role_of(official: &Official, notices: &[&NoticeRow], subjects: &HashMap<Uuid, Subject>) -> NoticeRole {
    ties(official, notices, subjects).min().unwrap_or(NoticeRole::Responsible)
}

/// As what somebody is told of each notice's subject.
fn ties(
    official: &Official,
    notices: &[&NoticeRow],
    subjects: &HashMap<Uuid, Subject>,
) -> impl Iterator<Item = NoticeRole> {
    notices.iter().filter_map(|notice| {
        let subject = subjects.get(&notice.subject_id)?;
        let role = NoticeRole::parse(&notice.role)?;
        let holds = subject.holder_id == Some(official.id);
        // Who stands in for a missing holder gets it as the head.
        Some(if role == NoticeRole::Responsible && !holds { NoticeRole::Head } else { role })
    })
}

fn unit_name(rules: &Rules, unit_id: Option<Uuid>) -> String {
    unit_id.and_then(|id| rules.units.get(id)).map(|unit| unit.name.clone()).unwrap_or_default()
}

fn line(
    rules: &Rules,
    language: &str,
    subject: &Subject,
    (concern, from): (Concern, DateTime<Utc>),
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Line {
    let holder = subject.holder_id.and_then(|id| rules.officials.get(&id));
    let from_on = calendar.local_date(from);
    let office_minutes = calendar.office_micros(now).ok().zip(calendar.office_micros(from).ok());
    let measured = Measured {
        from: calendar.local(from),
        office_minutes: office_minutes.map(|(now, from)| (now - from) / 60_000_000),
        day_minutes: calendar.day_span() / 60_000_000,
        missing: subject.missing.clone(),
    };
    Line {
        code: subject.code.clone(),
        subject: subject_word(subject.kind),
        procedure: about(rules, subject, language),
        received_on: match subject.began {
            Began::On(day) => day,
            Began::At(at) => calendar.local_date(at),
        },
        due: subject.marks.due.map(|due| calendar.local(due)),
        step: subject.state.clone(),
        holder: holder.map(|official| official.full_name.clone()),
        unit: unit_name(rules, subject.unit_id),
        working_days: calendar.working_days_between(calendar.local_date(now), from_on).ok(),
        measured: (concern != Concern::Deadline).then_some(measured),
    }
}

fn subject_word(kind: SubjectKind) -> mail::Subject {
    match kind {
        SubjectKind::Dossier => mail::Subject::Dossier,
        SubjectKind::Task => mail::Subject::Task,
        SubjectKind::Petition => mail::Subject::Petition,
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
    }
}
