//! The digest: one mail a person and run with the work that is overdue, due today and due soon, and what else must be
//! done about it. It takes what the outbox stored; who gets it and what stands in it is decided elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::domain::reminder::{Concern, NoticeRole};

use super::digest_remarks::said;
use super::digest_words::{Kind, bands, dates, held_by, link_to, status, step, subject_name, title, why};
use super::{Language, Rendered};

/// Lines in the body; the list has all of them.
const MOST_LINES: usize = 20;

/// What a digest says: the outbox's render input. Codes only, never an applicant's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The official's name.
    pub recipient: String,
    /// The official's unit.
    pub unit: String,
    /// The code of that unit where the official oversees its work, else the official's own: what a list is called by.
    #[serde(default)]
    pub list_code: String,
    /// Some of it is others' work, that the official oversees.
    #[serde(default)]
    pub oversees: bool,
    /// As what the official gets it; said in the mail.
    pub role: NoticeRole,
    /// It is all meant for somebody else, for whom the official stands in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stands_in: bool,
    /// The run, local time.
    pub run_at: NaiveDateTime,
    /// Up to when the sources' records are known, local time.
    pub data_until: Option<NaiveDateTime>,
    /// Past the deadline.
    pub overdue: Vec<Line>,
    /// Due on the day of the run.
    pub due_today: Vec<Line>,
    /// Due soon.
    pub due_soon: Vec<Line>,
    /// What isn't about the deadline.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub concerns: BTreeMap<Concern, Vec<Line>>,
    /// Where a subject is opened, with `{code}` in it.
    pub link_template: Option<String>,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Hồ sơ TTHC.
    Dossier,
    /// Nhiệm vụ được giao.
    Task,
    /// Phản ánh, kiến nghị.
    Petition,
    /// Ý kiến của cơ quan, đơn vị khác về một hồ sơ.
    Opinion,
    /// Chứng thư số.
    Certificate,
}

/// One subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its code.
    pub code: String,
    /// What it is.
    pub subject: Subject,
    /// The procedure's name, or the task's title; of an opinion, who was asked and for what; of a certificate, which kind
    /// and whose make.
    pub procedure: String,
    /// Received, assigned, asked or delivered.
    pub received_on: NaiveDate,
    /// The deadline, local time; None where none runs.
    pub due: Option<NaiveDateTime>,
    /// Where it stands: a state's word (`in_process`), said in the reader's language, or plain text.
    pub step: String,
    /// The official who holds it; None: nobody is named.
    pub holder: Option<String>,
    /// The unit that must act.
    #[serde(default)]
    pub unit: String,
    /// The code that its link opens, where that isn't its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
    /// Working days left; negative: past the deadline by so many. None beyond the calendar's last year. Of a concern:
    /// until the instant that its rule measures from, or since.
    pub working_days: Option<i64>,
    /// What its rule measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// What else the reader has to know about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

/// What a reader has to know of a line besides what it is and when it is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "remark")]
pub enum Remark {
    /// It is meant for somebody who is away up to a day, inclusive.
    Away {
        /// Who.
        name: String,
        /// The last day.
        until: NaiveDate,
    },
    /// It is meant for somebody who has no address.
    Unreachable {
        /// Who.
        name: String,
    },
    /// It is meant for somebody whose address isn't written to.
    Unwritten {
        /// Who.
        name: String,
    },
    /// There is nobody at a level that should be told first.
    Nobody {
        /// The level.
        level: NoticeRole,
    },
    /// Somebody below was told of it before.
    Told {
        /// Who.
        name: String,
        /// How often.
        times: usize,
        /// When for the last time, local time.
        last: NaiveDateTime,
    },
    /// Nobody below was told of it.
    NobodyTold,
    /// Why it is late, as a word of the list of causes; empty: nobody recorded it.
    Cause {
        /// The word.
        cause: String,
    },
    /// Somebody lets the reminders of those below wait.
    Snoozed {
        /// Who.
        name: String,
        /// Until when, local time.
        until: NaiveDateTime,
        /// Why.
        reason: String,
    },
    /// Somebody was told of it while the reader couldn't be.
    Meanwhile {
        /// Who.
        name: String,
        /// When, local time.
        at: NaiveDateTime,
    },
}

/// What a rule measured that isn't about the deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// From when, local time.
    pub from: NaiveDateTime,
    /// Office time since, in minutes.
    pub office_minutes: Option<i64>,
    /// Office time of a working day, in minutes.
    pub day_minutes: i64,
    /// Whole months since.
    #[serde(default)]
    pub months: i64,
    /// Words for what isn't clear.
    pub missing: Vec<String>,
}

impl Digest {
    /// Nothing to say: such a mail is not sent.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// The codes of the dossiers that it speaks of.
    pub fn dossiers(&self) -> BTreeSet<&str> {
        let lines = Kind::ALL.iter().flat_map(|kind| self.lines(*kind));
        lines.filter(|line| line.subject == Subject::Dossier).map(|line| line.code.as_str()).collect()
    }

    fn total(&self) -> usize {
        Kind::ALL.iter().map(|kind| self.lines(*kind).len()).sum()
    }

    /// The lines of a group.
    pub(super) fn lines(&self, kind: Kind) -> &[Line] {
        match kind {
            Kind::Overdue => &self.overdue,
            Kind::DueToday => &self.due_today,
            Kind::DueSoon => &self.due_soon,
            Kind::Of(concern) => self.concerns.get(&concern).map_or(&[], Vec::as_slice),
        }
    }

    /// Whether its list is enclosed: a head's always, another one's where the body can't show all of it.
    pub fn encloses_list(&self) -> bool {
        self.oversees || self.total() > MOST_LINES
    }

    /// Writes the mail. Its list, where it encloses one, is put in by whoever can make sheets.
    pub fn render(&self, language: Language) -> Rendered {
        let mut groups: Vec<Group> = Kind::ALL.iter().map(|kind| self.group(*kind, language)).collect();
        let shown = allot(&groups);
        for (group, shown) in groups.iter_mut().zip(shown) {
            group.lines.truncate(shown);
        }
        groups.retain(|g| g.total > 0);
        let view = View {
            l: language,
            digest: self,
            date: language.date(self.run_at.date()),
            run: language.moment(self.run_at),
            until: self.data_until.map(|at| language.watermark(at)),
            counts: groups
                .iter()
                .map(|g| format!("{} {}", g.total, g.title.to_lowercase()))
                .collect::<Vec<_>>()
                .join(", "),
            why: why(self.role, self.stands_in, language),
            all: self.encloses_list().then(|| self.total()),
            paste: self.oversees.then(|| self.paste(language)),
            groups,
        };
        let written = "writing a compiled template into a string cannot fail";
        Rendered {
            subject: SubjectLine { v: &view }.render().expect(written).trim().to_owned(),
            text: Body { v: &view }.render().expect(written),
            html: Page { v: &view }.render().expect(written),
            attachments: Vec::new(),
        }
    }
}

struct Group {
    kind: Kind,
    title: &'static str,
    class: &'static str,
    total: usize,
    /// How its lines are spread, for who oversees them.
    bands: Option<String>,
    lines: Vec<Shown>,
}

struct Shown {
    code: String,
    subject: &'static str,
    procedure: String,
    dates: Vec<String>,
    step: String,
    held_by: &'static str,
    holder: Option<String>,
    days: String,
    remarks: Vec<String>,
    link: Option<String>,
}

impl Digest {
    fn group(&self, kind: Kind, language: Language) -> Group {
        let link = self.link_template.as_deref();
        let today = self.run_at.date();
        let shown = |line: &Line| Shown {
            code: line.code.clone(),
            subject: subject_name(line.subject, language),
            procedure: line.procedure.clone(),
            dates: dates(line, kind, language),
            step: step(&line.step, language),
            held_by: held_by(line.subject, language),
            // The reader knows what is in the reader's own hands.
            holder: line.holder.clone().filter(|holder| *holder != self.recipient),
            days: status(line, kind, today, language),
            remarks: line.remarks.iter().map(|remark| said(remark, language)).collect(),
            link: link.zip(opens(line)).and_then(|(template, code)| link_to(template, code)),
        };
        let lines: Vec<Shown> = most_urgent_first(self.lines(kind)).into_iter().map(shown).collect();
        let class = match kind {
            Kind::Overdue => "overdue",
            Kind::DueToday | Kind::Of(Concern::Apology | Concern::Acceptance) => "today",
            Kind::DueSoon | Kind::Of(_) => "soon",
        };
        let bands = self.oversees.then(|| bands(self.lines(kind), kind, language)).flatten();
        Group { kind, title: title(kind, language), class, total: lines.len(), bands, lines }
    }
}

/// What a line's link opens: other software knows nothing of certificates.
fn opens(line: &Line) -> Option<&str> {
    match line.subject {
        Subject::Certificate => None,
        Subject::Dossier | Subject::Task | Subject::Petition | Subject::Opinion => {
            Some(line.opens.as_ref().unwrap_or(&line.code))
        }
    }
}

pub(super) fn most_urgent_first(lines: &[Line]) -> Vec<&Line> {
    let mut sorted: Vec<&Line> = lines.iter().collect();
    let from = |line: &Line| line.measured.as_ref().map(|measured| measured.from).or(line.due);
    sorted.sort_by(|a, b| (from(a), &a.code).cmp(&(from(b), &b.code)));
    sorted
}

/// How many lines of each group the body shows: the most urgent group first, yet a long list of
/// overdue work must not hide what can still be done in time, nor what else there is to do.
fn allot(groups: &[Group]) -> Vec<usize> {
    let kept = |kind: Kind| match kind {
        Kind::Overdue => 0,
        Kind::DueToday => 6,
        Kind::DueSoon => 4,
        Kind::Of(Concern::Apology | Concern::Acceptance | Concern::Standing) => 2,
        Kind::Of(_) => 1,
    };
    let mut shown: Vec<usize> = groups.iter().map(|group| group.total.min(kept(group.kind))).collect();
    let mut free = MOST_LINES - shown.iter().sum::<usize>();
    for (group, shown) in groups.iter().zip(&mut shown) {
        let more = (group.total - *shown).min(free);
        *shown += more;
        free -= more;
    }
    shown
}

struct View<'a> {
    l: Language,
    digest: &'a Digest,
    date: String,
    run: String,
    until: Option<String>,
    counts: String,
    why: &'static str,
    all: Option<usize>,
    paste: Option<String>,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "digest/subject.txt", config = "src/mail/templates/askama.toml")]
struct SubjectLine<'a> {
    v: &'a View<'a>,
}

#[derive(Template)]
#[template(path = "digest/body.txt", config = "src/mail/templates/askama.toml")]
struct Body<'a> {
    v: &'a View<'a>,
}

#[derive(Template)]
#[template(path = "digest/body.html", config = "src/mail/templates/askama.toml")]
struct Page<'a> {
    v: &'a View<'a>,
}
