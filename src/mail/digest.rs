//! The digest: one mail a person and run with the work that is overdue, due today and due soon.
//! It takes what the outbox stored; who gets it and what stands in it is decided elsewhere.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::domain::reminder::NoticeRole;
use crate::domain::text::sheet_cell;

use super::digest_words::{days, link_to, step, subject_name, why};
use super::{Attachment, Language, Rendered};

/// Lines in the body; the sheet has all of them.
const MOST_LINES: usize = 20;

/// What a digest says: the outbox's render input. Codes only, never an applicant's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The official's name.
    pub recipient: String,
    /// The official's unit.
    pub unit: String,
    /// As what the official gets it; said in the mail.
    pub role: NoticeRole,
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
}

/// One subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its code.
    pub code: String,
    /// What it is.
    pub subject: Subject,
    /// The procedure's name, or the task's title.
    pub procedure: String,
    /// Received or assigned.
    pub received_on: NaiveDate,
    /// The deadline, local time.
    pub due: NaiveDateTime,
    /// Where it stands: a state's word (`in_process`), said in the reader's language, or plain text.
    pub step: String,
    /// The official who holds it, for a reader who heads the unit.
    pub holder: Option<String>,
    /// Working days left; negative: past the deadline by so many. None beyond the calendar's last year.
    pub working_days: Option<i64>,
}

impl Digest {
    /// Nothing to say: such a mail is not sent.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    fn total(&self) -> usize {
        self.overdue.len() + self.due_today.len() + self.due_soon.len()
    }

    /// Writes the mail.
    pub fn render(&self, language: Language) -> Rendered {
        let mut groups: Vec<Group> = [
            (&self.overdue, language.pick("Quá hạn", "Overdue"), "overdue"),
            (&self.due_today, language.pick("Đến hạn hôm nay", "Due today"), "today"),
            (&self.due_soon, language.pick("Sắp đến hạn", "Due soon"), "soon"),
        ]
        .into_iter()
        .map(|(lines, title, class)| self.group(lines, title, class, language))
        .collect();
        let shown = allot(groups.iter().map(|g| g.total).collect::<Vec<_>>().as_slice());
        let sheet = (self.total() > MOST_LINES).then(|| self.sheet(&groups, language));
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
            why: why(self.role, language),
            more: sheet.as_ref().map(|_| self.total()),
            groups,
        };
        let written = "writing a compiled template into a string cannot fail";
        Rendered {
            subject: SubjectLine { v: &view }.render().expect(written).trim().to_owned(),
            text: Body { v: &view }.render().expect(written),
            html: Page { v: &view }.render().expect(written),
            attachments: sheet.into_iter().collect(),
        }
    }

    /// All lines as a sheet that Excel opens right: a byte order mark, CRLF, and the separator that
    /// the language's regional settings expect.
    fn sheet(&self, groups: &[Group], language: Language) -> Attachment {
        let separator = language.pick(";", ",");
        let heads = language.pick(
            [
                "Nhóm",
                "Loại",
                "Mã",
                "Thủ tục, nhiệm vụ",
                "Ngày nhận",
                "Hạn",
                "Bước",
                "Người thụ lý",
                "Số ngày làm việc còn lại",
            ],
            [
                "Group",
                "Kind",
                "Code",
                "Procedure or task",
                "Received",
                "Due",
                "Step",
                "Held by",
                "Working days left",
            ],
        );
        let mut csv = format!("\u{feff}{}\r\n", heads.join(separator));
        let all = [&self.overdue, &self.due_today, &self.due_soon];
        for (group, lines) in groups.iter().zip(all) {
            for line in most_urgent_first(lines) {
                let cells = [
                    sheet_cell(group.title),
                    sheet_cell(subject_name(line.subject, language)),
                    sheet_cell(&line.code),
                    sheet_cell(&line.procedure),
                    line.received_on.format("%d/%m/%Y").to_string(),
                    line.due.format("%d/%m/%Y %H:%M").to_string(),
                    sheet_cell(&step(&line.step, language)),
                    sheet_cell(line.holder.as_deref().unwrap_or_default()),
                    line.working_days.map(|n| n.to_string()).unwrap_or_default(),
                ];
                csv += &cells.join(separator);
                csv += "\r\n";
            }
        }
        let name = format!(
            "{}-{}.csv",
            language.pick("viec-den-han", "work-due"),
            self.run_at.format("%Y%m%d-%H%M")
        );
        Attachment { name, mime: "text/csv; charset=utf-8".to_owned(), bytes: csv.into_bytes() }
    }
}

struct Group {
    title: &'static str,
    class: &'static str,
    total: usize,
    lines: Vec<Shown>,
}

struct Shown {
    code: String,
    subject: &'static str,
    procedure: String,
    received: String,
    due: String,
    step: String,
    holder: Option<String>,
    days: String,
    link: Option<String>,
}

impl Digest {
    fn group(&self, lines: &[Line], title: &'static str, class: &'static str, language: Language) -> Group {
        let link = self.link_template.as_deref();
        let today = self.run_at.date();
        let shown = |line: &Line| Shown {
            code: line.code.clone(),
            subject: subject_name(line.subject, language),
            procedure: line.procedure.clone(),
            received: language.date(line.received_on),
            due: language.moment(line.due),
            step: step(&line.step, language),
            holder: line.holder.clone(),
            days: days(line, today, class == "overdue", language),
            link: link.and_then(|template| link_to(template, &line.code)),
        };
        let lines: Vec<Shown> = most_urgent_first(lines).into_iter().map(shown).collect();
        Group { title, class, total: lines.len(), lines }
    }
}

fn most_urgent_first(lines: &[Line]) -> Vec<&Line> {
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by(|a, b| (a.due, &a.code).cmp(&(b.due, &b.code)));
    sorted
}

/// How many lines of each group the body shows: the most urgent group first, yet a long list of
/// overdue work must not hide what can still be done in time today (6 places) or soon (4).
fn allot(totals: &[usize]) -> Vec<usize> {
    let kept = [MOST_LINES, 6, 4];
    let mut free = MOST_LINES;
    let mut shown = vec![0; totals.len()];
    for (i, total) in totals.iter().enumerate().skip(1) {
        shown[i] = (*total).min(kept[i]);
        free -= shown[i];
    }
    for (i, total) in totals.iter().enumerate() {
        let more = (total - shown[i]).min(free);
        shown[i] += more;
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
    more: Option<usize>,
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
