//! The words of a digest's lines in both languages, and how a link is written safely.
//! No layout, no order.

use chrono::{Datelike, NaiveDate};

use crate::domain::reminder::{Concern, NoticeRole};

use super::Language;
use super::digest::{Line, Measured, Subject};

/// What a group of lines is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Past the deadline.
    Overdue,
    /// Due on the day of the run.
    DueToday,
    /// Due soon.
    DueSoon,
    /// Not about the deadline.
    Of(Concern),
}

impl Kind {
    /// The groups, the most urgent first.
    pub(super) const ALL: [Self; 10] = [
        Self::Overdue,
        Self::DueToday,
        Self::Of(Concern::Apology),
        Self::Of(Concern::Acceptance),
        Self::DueSoon,
        Self::Of(Concern::Standing),
        Self::Of(Concern::Age),
        Self::Of(Concern::Clarity),
        Self::Of(Concern::Digitisation),
        Self::Of(Concern::Delivery),
    ];
}

/// The heading of a group.
pub(super) fn title(kind: Kind, language: Language) -> &'static str {
    let (vi, en) = match kind {
        Kind::Overdue => ("Quá hạn", "Overdue"),
        Kind::DueToday => ("Đến hạn hôm nay", "Due today"),
        Kind::DueSoon | Kind::Of(Concern::Deadline) => ("Sắp đến hạn", "Due soon"),
        Kind::Of(Concern::Apology) => ("Cần xong hoặc gửi thư xin lỗi", "To finish, or to apologise for"),
        Kind::Of(Concern::Acceptance) => ("Chờ tiếp nhận trực tuyến", "Awaiting acceptance online"),
        Kind::Of(Concern::Standing) => ("Giữ lâu chưa chuyển bước", "Not handed on"),
        Kind::Of(Concern::Clarity) => ("Chưa đủ 4 rõ", "Without one of the four clears"),
        Kind::Of(Concern::Age) => ("Tồn lâu, đang theo dõi", "Long open, watched"),
        Kind::Of(Concern::Digitisation) => ("Chưa số hóa kết quả", "Result not scanned"),
        Kind::Of(Concern::Delivery) => ("Chưa được cấp chứng thư số", "Certificate not delivered"),
    };
    language.pick(vi, en)
}

/// When a line's subject came in, when it is due, and what else its group measures from.
pub(super) fn dates(line: &Line, kind: Kind, language: Language) -> Vec<String> {
    let word = |vi, en| language.pick(vi, en);
    let ((began_vi, began_en), (due_vi, due_en)) = match line.subject {
        Subject::Dossier | Subject::Task | Subject::Petition => (("Nhận", "Received"), ("hạn", "due")),
        Subject::Opinion => (("Gửi xin ý kiến", "Asked"), ("hạn trả lời", "due")),
        Subject::Certificate => (("Cấp", "Delivered"), ("hết hạn", "ends")),
    };
    let received = format!("{} {}", word(began_vi, began_en), language.date(line.received_on));
    let due = line.due.map(|due| format!("{} {}", word(due_vi, due_en), language.moment(due)));
    let from = line.measured.as_ref().map(|measured| language.moment(measured.from)).unwrap_or_default();
    let from = |vi, en| Some(format!("{} {from}", word(vi, en)));
    let (first, last) = match kind {
        Kind::Of(Concern::Acceptance) => (from("Đăng ký", "Registered"), None),
        Kind::Of(Concern::Apology) => (Some(received), from("hẹn trả", "appointment")),
        Kind::Of(Concern::Standing) => (Some(received), from("giữ từ", "held since")),
        Kind::Of(Concern::Digitisation) => (Some(received), from("có kết quả", "finished")),
        Kind::Of(Concern::Delivery) => (from("Đề nghị", "Asked for"), None),
        Kind::Overdue
        | Kind::DueToday
        | Kind::DueSoon
        | Kind::Of(Concern::Deadline | Concern::Clarity | Concern::Age) => (Some(received), None),
    };
    [first, due, last].into_iter().flatten().collect()
}

/// How a line's subject stands on `today` with what its group is about.
pub(super) fn status(line: &Line, kind: Kind, today: NaiveDate, language: Language) -> String {
    let (Kind::Of(concern), Some(measured)) = (kind, &line.measured) else {
        return days(line, today, kind == Kind::Overdue, language);
    };
    let word = |vi: &str, en: &str| language.pick(vi, en).to_owned();
    let office_time = || office_time(measured, language);
    match concern {
        Concern::Deadline => days(line, today, false, language),
        Concern::Apology => match line.working_days {
            Some(n) if n > 0 => {
                let n = count(n, language);
                word(&format!("còn {n} đến ngày hẹn trả"), &format!("{n} to the appointment"))
            }
            _ if measured.from.date() == today => word("hẹn trả hôm nay", "the appointment is today"),
            _ => word("hẹn trả trước ngày làm việc tới", "the appointment comes before the next working day"),
        },
        Concern::Acceptance => {
            let time = office_time();
            word(&format!("đã chờ {time}"), &format!("waiting for {time}"))
        }
        Concern::Standing => {
            let time = office_time();
            word(&format!("đã giữ {time}"), &format!("held for {time}"))
        }
        Concern::Clarity => {
            let missing: Vec<&str> = measured.missing.iter().map(|clear| unclear(clear, language)).collect();
            format!("{}: {}", word("chưa rõ", "not clear"), missing.join(", "))
        }
        Concern::Age => {
            let (n, plural) = (measured.months, if measured.months == 1 { "month" } else { "months" });
            word(&format!("đã {n} tháng"), &format!("{n} {plural} old"))
        }
        Concern::Digitisation => {
            let n = count(line.working_days.unwrap_or_default().abs(), language);
            word(&format!("xong đã {n}"), &format!("finished {n} ago"))
        }
        Concern::Delivery => {
            let n = count(line.working_days.unwrap_or_default().abs(), language);
            word(&format!("đã chờ {n}"), &format!("waiting for {n}"))
        }
    }
}

/// From how many months on, in Vietnamese and English.
const BANDS: [(i64, &str, &str); 4] = [
    (12, "từ 12 tháng trở lên", "12 months and more"),
    (6, "từ 6 đến dưới 12 tháng", "6 to 11 months"),
    (3, "từ 3 đến dưới 6 tháng", "3 to 5 months"),
    (0, "dưới 3 tháng", "less than 3 months"),
];

/// How old the lines of a group are that is about that: `Tính từ ngày nhận - từ 12 tháng trở lên: 1; …`.
pub(super) fn bands(lines: &[Line], kind: Kind, language: Language) -> Option<String> {
    if kind != Kind::Of(Concern::Age) || lines.is_empty() {
        return None;
    }
    let ages = lines.iter().filter_map(|line| Some(line.measured.as_ref()?.months));
    let mut counts = [0_usize; BANDS.len()];
    for age in ages {
        let band = BANDS.iter().position(|(from, ..)| age >= *from).unwrap_or(BANDS.len() - 1);
        counts[band] += 1;
    }
    let said = BANDS.iter().zip(counts).filter(|(_, count)| *count > 0);
    let said: Vec<String> =
        said.map(|((_, vi, en), count)| format!("{}: {count}", language.pick(vi, en))).collect();
    Some(format!("{} - {}", language.pick("Tính từ ngày nhận", "Since the receipt"), said.join("; ")))
}

/// So many working days.
fn count(n: i64, language: Language) -> String {
    match language {
        Language::Vi => format!("{n} ngày làm việc"),
        Language::En if n == 1 => "1 working day".to_owned(),
        Language::En => format!("{n} working days"),
    }
}

/// Office time in working days, hours and minutes.
fn office_time(measured: &Measured, language: Language) -> String {
    let minutes = measured.office_minutes.unwrap_or_default();
    let day = measured.day_minutes.max(1);
    let parts =
        [(minutes / day, "ngày", "d"), (minutes % day / 60, "giờ", "h"), (minutes % day % 60, "phút", "min")];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, vi, en)| format!("{n} {}", language.pick(vi, en)))
        .collect();
    let said = if said.is_empty() { language.pick("0 phút", "0 min").to_owned() } else { said.join(" ") };
    match language {
        Language::Vi => format!("{said} làm việc"),
        Language::En => format!("{said} of office time"),
    }
}

/// What isn't clear, in the reader's language.
fn unclear(clear: &str, language: Language) -> &'static str {
    match clear {
        "person" => language.pick("người thực hiện", "the person"),
        "work" => language.pick("việc phải làm", "the work"),
        "result" => language.pick("kết quả", "the result"),
        "responsibility" => language.pick("trách nhiệm", "the responsibility"),
        _ => language.pick("thời hạn", "the deadline"),
    }
}

/// What a line is about.
pub(super) fn subject_name(subject: Subject, language: Language) -> &'static str {
    match subject {
        Subject::Dossier => language.pick("Hồ sơ", "Dossier"),
        Subject::Task => language.pick("Nhiệm vụ", "Task"),
        Subject::Petition => language.pick("Phản ánh, kiến nghị", "Petition"),
        Subject::Opinion => language.pick("Chờ ý kiến", "Opinion awaited"),
        Subject::Certificate => language.pick("Chứng thư số", "Certificate"),
    }
}

/// As what somebody is named beside a line.
pub(super) fn held_by(subject: Subject, language: Language) -> &'static str {
    match subject {
        Subject::Dossier | Subject::Task | Subject::Petition => language.pick("người thụ lý", "held by"),
        Subject::Opinion => language.pick("người phụ trách", "in charge"),
        Subject::Certificate => language.pick("người được cấp", "issued to"),
    }
}

/// How many working days are left or past on `today`. A deadline on a day off may leave none and yet not be
/// today's; one beyond the calendar has no number.
fn days(line: &Line, today: NaiveDate, overdue: bool, language: Language) -> String {
    let many = |n: i64| if n == 1 { "working day" } else { "working days" };
    let Some(due_on) = line.due.map(|due| due.date()) else { return String::new() };
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
        "registered" => ("mới đăng ký", "registered"),
        "resolved" => ("đã xử lý xong", "resolved"),
        "returned" => ("đã trả kết quả", "result returned"),
        "received" => ("đã tiếp nhận", "received"),
        "in_process" => ("đang xử lý", "in process"),
        "awaiting_supplement" => ("chờ bổ sung", "awaiting papers"),
        "awaiting_payment" => ("chờ nghĩa vụ tài chính", "awaiting payment"),
        "suspended" => ("tạm dừng", "suspended"),
        "assigned" => ("mới giao", "assigned"),
        "accepted" => ("đã nhận", "accepted"),
        "in_progress" => ("đang thực hiện", "in progress"),
        "submitted" => ("chờ xác nhận", "awaiting confirmation"),
        "asked" => ("chờ trả lời", "awaiting an answer"),
        "requested" => ("chờ cấp", "awaiting delivery"),
        "delivered" => ("đã cấp", "delivered"),
        other => return other.to_owned(),
    };
    language.pick(said.0, said.1).to_owned()
}

/// Why the reader gets the mail.
pub(super) fn why(role: NoticeRole, stands_in: bool, language: Language) -> &'static str {
    if stands_in {
        return language.pick(
            "Ông/bà nhận thư này vì đang thay người vắng mặt ghi ở từng việc nêu trên.",
            "You receive this mail because you stand in for those who are away, as each line says.",
        );
    }
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
        NoticeRole::Leader => language.pick(
            "Ông/bà nhận thư này vì là lãnh đạo phụ trách; cấp dưới đã được nhắc đến đâu và nguyên nhân chậm ghi ở từng việc nêu trên.",
            "You receive this mail as the leader in charge; whom below it was told, and why it is late, stands with each line.",
        ),
        NoticeRole::Returned => language.pick(
            "Ông/bà nhận thư này vì các việc nêu trên đã được báo cho người khác khi ông/bà vắng mặt hoặc thư chưa đến được ông/bà.",
            "You receive this mail because somebody else was told of the work above while you were away or mail didn't reach you.",
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
