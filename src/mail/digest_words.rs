//! The words of a digest's lines in both languages, and how a link is written safely.
//! No layout, no order.

use chrono::{Datelike, NaiveDate};

use crate::domain::reminder::NoticeRole;

use super::Language;
use super::digest::{Line, Subject};

/// What a line is about.
pub(super) fn subject_name(subject: Subject, language: Language) -> &'static str {
    match subject {
        Subject::Dossier => language.pick("Hồ sơ", "Dossier"),
        Subject::Task => language.pick("Nhiệm vụ", "Task"),
        Subject::Petition => language.pick("Phản ánh, kiến nghị", "Petition"),
    }
}

/// How many working days are left or past on `today`. A deadline on a day off may leave none and yet not be
/// today's; one beyond the calendar has no number.
pub(super) fn days(line: &Line, today: NaiveDate, overdue: bool, language: Language) -> String {
    let many = |n: i64| if n == 1 { "working day" } else { "working days" };
    let due_on = line.due.date();
    match (line.working_days, language) {
        (Some(n), Language::Vi) if n < 0 => format!("quá {} ngày làm việc", -n),
        (Some(n), Language::En) if n < 0 => format!("{} {} overdue", -n, many(-n)),
        (Some(0), _) if overdue => language.pick("vừa quá hạn", "just overdue").to_owned(),
        (None, _) if overdue => language.pick("quá hạn", "overdue").to_owned(),
        (Some(0) | None, _) if due_on == today => language.pick("hết hạn hôm nay", "due today").to_owned(),
        (None, _) => format!("{} {}", language.pick("hết hạn", "due"), short(due_on, today, language)),
        (Some(0), Language::Vi) => {
            format!("hết hạn {}, trước ngày làm việc tới", short(due_on, today, language))
        }
        (Some(0), Language::En) => {
            format!("due {}, before the next working day", short(due_on, today, language))
        }
        (Some(n), Language::Vi) => format!("còn {n} ngày làm việc"),
        (Some(n), Language::En) => format!("{n} {} left", many(n)),
    }
}

/// A day without its year where that is this year.
fn short(day: NaiveDate, today: NaiveDate, language: Language) -> String {
    let whole = language.date(day);
    if day.year() != today.year() {
        return whole;
    }
    whole.trim_end_matches(&day.year().to_string()).trim_end_matches(['/', ' ']).to_owned()
}

/// A state's word in the reader's language; any other text as it is.
pub(super) fn step(word: &str, language: Language) -> String {
    let said = match word {
        "received" => ("đã tiếp nhận", "received"),
        "in_process" => ("đang xử lý", "in process"),
        "awaiting_supplement" => ("chờ bổ sung", "awaiting papers"),
        "awaiting_payment" => ("chờ nghĩa vụ tài chính", "awaiting payment"),
        "suspended" => ("tạm dừng", "suspended"),
        "assigned" => ("mới giao", "assigned"),
        "accepted" => ("đã nhận", "accepted"),
        "in_progress" => ("đang thực hiện", "in progress"),
        "submitted" => ("chờ xác nhận", "awaiting confirmation"),
        other => return other.to_owned(),
    };
    language.pick(said.0, said.1).to_owned()
}

/// Why the reader gets the mail.
pub(super) fn why(role: NoticeRole, language: Language) -> &'static str {
    match role {
        NoticeRole::Responsible => language.pick(
            "Ông/bà nhận thư này vì đang được giao xử lý các việc nêu trên.",
            "You receive this mail because the work above is in your hands.",
        ),
        NoticeRole::Head => language.pick(
            "Ông/bà nhận thư này vì là người đứng đầu đơn vị đang xử lý các việc nêu trên.",
            "You receive this mail because you head the unit that handles the work above.",
        ),
        NoticeRole::Coordinator => language.pick(
            "Ông/bà nhận thư này vì là công chức đầu mối theo dõi việc giải quyết thủ tục hành chính.",
            "You receive this mail because you coordinate the control of administrative procedures.",
        ),
    }
}

/// The link of a code; only to the web, whatever a setting says.
pub(super) fn link_to(template: &str, code: &str) -> Option<String> {
    let web = template.starts_with("https://") || template.starts_with("http://");
    let encoded: String = code
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    web.then(|| template.replace("{code}", &encoded))
}
