//! The mail that carries a period's summary to the Home Affairs office: the key figures in the
//! body, the report and the figures as files. It counts nothing itself.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{NaiveDate, NaiveDateTime};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::declared::{Declared, Whose};
use crate::domain::summary::{Figures, PeriodSummary, Rate};
use crate::domain::text::{grouped, percent};
use crate::domain::unit::Group;

use super::{Attachment, Language, Rendered};

/// What the mail says and encloses: the outbox's render input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryMail {
    /// Whom it addresses: `Phòng Nội vụ`.
    pub recipient: String,
    /// Who sends it: `Văn phòng HĐND và UBND thị xã`.
    pub office: String,
    /// The period's first day.
    pub first: NaiveDate,
    /// Its last day.
    pub last: NaiveDate,
    /// The period is over.
    pub complete: bool,
    /// Up to when the sources' records are known, local time.
    pub data_until: Option<NaiveDateTime>,
    /// How the figures stand to the one-stop software's own table, in Vietnamese.
    #[serde(default)]
    pub reconciled: Option<String>,
    /// When the mail was caused, local time.
    pub made_at: NaiveDateTime,
    /// Dossiers by group.
    pub groups: Vec<GroupLine>,
    /// Tasks completed, of them late.
    pub tasks_completed: (i64, i64),
    /// Tasks in progress, of them overdue.
    pub tasks_in_progress: (i64, i64),
    /// Online dossiers: numerator, denominator.
    pub online: (i64, i64),
    /// Online payments: numerator, denominator.
    pub payments: (i64, i64),
    /// Petitions received, of them answered.
    pub petitions: (i64, i64),
    /// Figures that were declared for the period; none in mails of before there were any.
    #[serde(default)]
    pub declared: Vec<Declared>,
    /// The report in mails of before it was enclosed on paper: as `report.html`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub report_html: String,
    /// The report and its appendix, each with its name.
    #[serde(default)]
    pub papers: Vec<Enclosed>,
    /// The figures, enclosed as `summary.json`.
    pub summary_json: String,
}

/// A file as a mail keeps it until it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosed {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub mime: String,
    /// What is in it; as text, because the outbox keeps text.
    #[serde(serialize_with = "to_base64", deserialize_with = "of_base64")]
    pub bytes: Vec<u8>,
}

impl Enclosed {
    fn attachment(&self) -> Attachment {
        Attachment { name: self.name.clone(), mime: self.mime.clone(), bytes: self.bytes.clone() }
    }
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn of_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The dossiers of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLine {
    /// Which group.
    pub group: Group,
    /// Received in the period and carried over.
    pub received: i64,
    /// Resolved.
    pub resolved: i64,
    /// Of those, late.
    pub late: i64,
    /// In process.
    pub in_process: i64,
    /// Of those, overdue.
    pub overdue: i64,
    /// Withdrawn.
    pub withdrawn: i64,
    /// Stopped for good; none in a mail that was put in the outbox before this was told.
    #[serde(default)]
    pub stopped: i64,
}

impl SummaryMail {
    /// Takes the key figures out of `summary`; names, times and files are the caller's.
    pub fn of(summary: &PeriodSummary, recipient: &str, office: &str, made_at: NaiveDateTime) -> Self {
        let line = |group: Group, f: &Figures| GroupLine {
            group,
            received: f.dossiers.received_total,
            resolved: f.dossiers.resolved,
            late: f.dossiers.resolved_late,
            in_process: f.dossiers.in_process,
            overdue: f.dossiers.in_process_overdue,
            withdrawn: f.dossiers.withdrawn,
            stopped: f.dossiers.stopped,
        };
        let both = |rate: Rate| (rate.numerator, rate.denominator);
        Self {
            recipient: recipient.to_owned(),
            office: office.to_owned(),
            first: summary.period.first(),
            last: summary.period.last(),
            complete: summary.complete,
            data_until: None,
            reconciled: None,
            made_at,
            groups: Group::ALL.iter().filter_map(|g| summary.group(*g).map(|f| line(*g, f))).collect(),
            tasks_completed: (summary.tasks.completed, summary.tasks.completed_late),
            tasks_in_progress: (summary.tasks.in_progress, summary.tasks.in_progress_overdue),
            online: both(summary.online_overall),
            payments: both(summary.payments.online),
            petitions: (summary.petitions.received, summary.petitions.answered),
            declared: Vec::new(),
            report_html: String::new(),
            papers: Vec::new(),
            summary_json: String::new(),
        }
    }

    /// Encloses the report and the figures.
    #[must_use]
    pub fn enclosing(self, papers: Vec<Enclosed>, summary_json: String) -> Self {
        Self { papers, summary_json, ..self }
    }

    /// Writes the mail.
    pub fn render(&self, language: Language) -> Rendered {
        let view = View {
            l: language,
            m: self,
            first: language.date(self.first),
            last: language.date(self.last),
            made: language.moment(self.made_at),
            reconciled: self.reconciled.as_deref(),
            until: self.data_until.map(|at| language.watermark(at)),
            rows: self.groups.iter().map(|g| row(g, language)).collect(),
            facts: self.facts(language),
            declared: self.declared.iter().map(|figure| declared(figure, language)).collect(),
            enclosed: self.enclosed(),
        };
        let written = "writing a compiled template into a string cannot fail";
        let file = |name: &str, mime: &str, text: &str| Attachment {
            name: name.to_owned(),
            mime: mime.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        Rendered {
            subject: SubjectLine { v: &view }.render().expect(written).trim().to_owned(),
            text: Body { v: &view }.render().expect(written),
            html: Page { v: &view }.render().expect(written),
            attachments: self
                .papers
                .iter()
                .map(Enclosed::attachment)
                .chain([
                    file("report.html", "text/html; charset=utf-8", &self.report_html),
                    file("summary.json", "application/json", &self.summary_json),
                ])
                .filter(|f| !f.bytes.is_empty())
                .collect(),
        }
    }

    /// The names of the report's files.
    fn enclosed(&self) -> String {
        let old = (!self.report_html.is_empty()).then_some("report.html");
        self.papers.iter().map(|paper| paper.name.as_str()).chain(old).collect::<Vec<_>>().join(", ")
    }

    /// Key figures beside the dossiers, each only where there is one.
    fn facts(&self, language: Language) -> Vec<String> {
        let n = |number: i64| number_in(number, language);
        let mut facts = Vec::new();
        let (completed, late) = self.tasks_completed;
        let (in_progress, overdue) = self.tasks_in_progress;
        if completed + in_progress > 0 {
            facts.push(match language {
                Language::Vi => format!(
                    "Nhiệm vụ được giao: hoàn thành {} (trễ hạn {}), đang thực hiện {} (quá hạn {})",
                    n(completed),
                    n(late),
                    n(in_progress),
                    n(overdue)
                ),
                Language::En => format!(
                    "Assigned tasks: {} completed ({} late), {} in progress ({} overdue)",
                    n(completed),
                    n(late),
                    n(in_progress),
                    n(overdue)
                ),
            });
        }
        for (sides, vi, en) in [
            (self.online, "Hồ sơ nộp trực tuyến", "Dossiers submitted online"),
            (self.payments, "Thanh toán trực tuyến", "Online payments"),
        ] {
            if let Some(share) = share(sides, language) {
                facts.push(format!("{}: {}/{} ({share})", language.pick(vi, en), n(sides.0), n(sides.1)));
            }
        }
        let (received, answered) = self.petitions;
        if received > 0 {
            facts.push(match language {
                Language::Vi => {
                    format!("Phản ánh, kiến nghị: tiếp nhận {}, đã trả lời {}", n(received), n(answered))
                }
                Language::En => format!("Petitions: {} received, {} answered", n(received), n(answered)),
            });
        }
        facts
    }
}

/// A declared figure with its source, the office of the person who declared it, and the day.
fn declared(figure: &Declared, language: Language) -> String {
    let group = |group: &Group| match group {
        Group::SpecialisedAgencies => language.pick("các cơ quan chuyên môn", "specialised agencies"),
        Group::Communes => language.pick("các xã, phường", "communes"),
        Group::LandRegistryBranch => {
            language.pick("Chi nhánh Văn phòng Đăng ký đất đai", "land registry branch")
        }
    };
    let whose = match &figure.whose {
        Whose::House => language.pick("toàn đơn vị", "the whole house").to_owned(),
        Whose::Group(of) => group(of).to_owned(),
        Whose::Unit(name) => name.clone(),
    };
    let (source, office, on) = (&figure.source, &figure.office, language.date(figure.declared_on));
    let file = match (figure.file.as_str(), language) {
        ("", _) => String::new(),
        (file, Language::Vi) => format!(", tệp {file}"),
        (file, Language::En) => format!(", file {file}"),
    };
    match language {
        Language::Vi => format!(
            "{}, {whose}: {} (nguồn: {source}{file}; {office} khai báo ngày {on})",
            capitalised(figure.indicator.vietnamese()),
            figure.shown()
        ),
        Language::En => format!(
            "{}, {whose}: {} (source: {source}{file}; declared by {office} on {on})",
            capitalised(figure.indicator.english()),
            figure.shown_in_english()
        ),
    }
}

/// With a capital letter first.
fn capitalised(said: &str) -> String {
    let mut letters = said.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

struct Row {
    name: &'static str,
    received: String,
    resolved: String,
    late: String,
    in_time: String,
    in_process: String,
    overdue: String,
    withdrawn: String,
    /// Told only where there are any.
    stopped: Option<String>,
}

fn row(g: &GroupLine, language: Language) -> Row {
    let n = |number: i64| number_in(number, language);
    let name = match g.group {
        Group::SpecialisedAgencies => language.pick("Các cơ quan chuyên môn", "Specialised agencies"),
        Group::Communes => language.pick("Các xã, phường", "Communes"),
        Group::LandRegistryBranch => {
            language.pick("Chi nhánh Văn phòng Đăng ký đất đai", "Land registry branch")
        }
    };
    Row {
        name,
        received: n(g.received),
        resolved: n(g.resolved),
        late: n(g.late),
        in_time: share((g.resolved - g.late, g.resolved), language).unwrap_or_else(|| "–".to_owned()),
        in_process: n(g.in_process),
        overdue: n(g.overdue),
        withdrawn: n(g.withdrawn),
        stopped: (g.stopped != 0).then(|| n(g.stopped)),
    }
}

fn share((numerator, denominator): (i64, i64), language: Language) -> Option<String> {
    let canonical = Rate { numerator, denominator }.percent()?;
    Some(match language {
        Language::Vi => percent(&canonical),
        Language::En => format!("{canonical}%"),
    })
}

fn number_in(number: i64, language: Language) -> String {
    match language {
        Language::Vi => grouped(number),
        Language::En => grouped(number).replace('.', ","),
    }
}

struct View<'a> {
    l: Language,
    m: &'a SummaryMail,
    first: String,
    last: String,
    made: String,
    reconciled: Option<&'a str>,
    until: Option<String>,
    rows: Vec<Row>,
    facts: Vec<String>,
    declared: Vec<String>,
    enclosed: String,
}

#[derive(Template)]
#[template(path = "summary/subject.txt", config = "src/mail/templates/askama.toml")]
struct SubjectLine<'a> {
    v: &'a View<'a>,
}

#[derive(Template)]
#[template(path = "summary/body.txt", config = "src/mail/templates/askama.toml")]
struct Body<'a> {
    v: &'a View<'a>,
}

#[derive(Template)]
#[template(path = "summary/body.html", config = "src/mail/templates/askama.toml")]
struct Page<'a> {
    v: &'a View<'a>,
}
