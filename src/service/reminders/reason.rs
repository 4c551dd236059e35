//! Why a notice goes out, as a computation in words: from what its rule measures, how far, and where that falls.

use chrono::NaiveDateTime;

use crate::domain::reminder::{Concern, Rule, RuleKind};

/// A sentence in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// The computation of a notice that measures from one instant and falls on another, both in local time. `unit`: the
/// code of the unit whose rule it is, empty for the house.
pub(super) fn reason(
    rule: &Rule,
    step: i32,
    (from, falls): (NaiveDateTime, NaiveDateTime),
    unit: &str,
) -> Reason {
    let (mark_vi, mark_en) = mark(rule.kind.concern());
    let (way_vi, way_en) = way(rule, step);
    let (whose_vi, whose_en) = if unit.is_empty() {
        ("của toàn cơ quan".to_owned(), "of the whole house".to_owned())
    } else {
        (format!("của đơn vị {unit}"), format!("of unit {unit}"))
    };
    let (code, version) = (&rule.code, rule.version);
    Reason {
        vi: format!(
            "{mark_vi} {}; {way_vi}: {}; quy tắc {code} bản {version} {whose_vi}",
            from.format("%H:%M ngày %d/%m/%Y"),
            falls.format("%H:%M ngày %d/%m/%Y")
        ),
        en: format!(
            "{mark_en} {}; {way_en}: {}; rule {code} version {version} {whose_en}",
            from.format("%H:%M on %-d %B %Y"),
            falls.format("%H:%M on %-d %B %Y")
        ),
    }
}

/// What the instant is that rules of a concern measure from.
fn mark(concern: Concern) -> (&'static str, &'static str) {
    match concern {
        Concern::Deadline => ("hạn", "due"),
        Concern::Apology => ("hẹn trả", "appointment"),
        Concern::Acceptance => ("đăng ký", "registered"),
        Concern::Standing => ("giữ từ", "held since"),
        Concern::Clarity => ("vào sổ", "came in"),
        Concern::Digitisation => ("có kết quả", "finished"),
        Concern::Age => ("tiếp nhận", "received"),
        Concern::Delivery => ("đề nghị cấp", "asked for"),
    }
}

/// How far a rule goes from it.
fn way(rule: &Rule, step: i32) -> (String, String) {
    let (vi, en) = match rule.kind {
        RuleKind::DueToday if step > 1 => {
            return (
                "nhắc lại trong chiều ngày hạn".to_owned(),
                "again in the afternoon of the due day".to_owned(),
            );
        }
        RuleKind::DueToday => ("đúng ngày hạn".to_owned(), "on the due day".to_owned()),
        RuleKind::Overdue if rule.working_days > 1 => {
            let (vi, en) = span(rule);
            (format!("sau hạn {vi}"), format!("{en} after it"))
        }
        RuleKind::Overdue => {
            ("ngày làm việc đầu tiên sau hạn".to_owned(), "the first working day after it".to_owned())
        }
        RuleKind::Ageing => {
            let plural = if step == 1 { "month" } else { "months" };
            let list = |vi: &str| match &*rule.watched_list {
                "" => String::new(),
                list => format!(", {vi} “{list}”"),
            };
            return (
                format!("tròn {step} tháng{}", list("danh mục")),
                format!("{step} {plural} old{}", list("on the list")),
            );
        }
        RuleKind::BeforeDue | RuleKind::ApologyDue => {
            let (vi, en) = span(rule);
            (format!("trước {vi}"), format!("{en} before"))
        }
        RuleKind::Unaccepted
        | RuleKind::Standing
        | RuleKind::Unclear
        | RuleKind::Undigitised
        | RuleKind::Undelivered => {
            let (vi, en) = span(rule);
            (format!("sau {vi}"), format!("{en} after"))
        }
    };
    if step <= 1 {
        return (vi, en);
    }
    let (repeat, plural) = days(rule.repeat_working_days);
    (
        format!("{vi}, rồi cứ {repeat} ngày làm việc một lần, lần {step}"),
        format!("{en}, then every {repeat} working {plural}, the notice number {step}"),
    )
}

fn days(n: i64) -> (i64, &'static str) {
    (n, if n == 1 { "day" } else { "days" })
}

/// Working days, or office time in hours and minutes.
fn span(rule: &Rule) -> (String, String) {
    if rule.office_minutes == 0 {
        let (n, plural) = days(rule.working_days);
        return (format!("{n} ngày làm việc"), format!("{n} working {plural}"));
    }
    let (hours, minutes) = (rule.office_minutes / 60, rule.office_minutes % 60);
    let said = |hour: &str, minute: &str| {
        let parts = [(hours, hour), (minutes, minute)];
        let said: Vec<String> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        said.join(" ")
    };
    (format!("{} làm việc", said("giờ", "phút")), format!("{} of office time", said("h", "min")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reminder::default_rules;

    fn said(rule: &Rule, step: i32, unit: &str) -> (String, String) {
        let at = |text: &str| text.parse().expect("a local time");
        let Reason { vi, en } =
            reason(rule, step, (at("2024-05-23T17:00:00"), at("2024-05-21T00:00:00")), unit);
        (vi, en)
    }

    #[test]
    fn each_computation_in_both_languages() {
        let [before, today, overdue] =
            [0, 1, 2].map(|i: usize| default_rules().into_iter().nth(i).expect("three for dossiers"));
        let (vi, en) = said(&before, 1, "");
        assert_eq!(
            vi,
            "hạn 17:00 ngày 23/05/2024; trước 2 ngày làm việc: 00:00 ngày 21/05/2024; \
             quy tắc before_due bản 1 của toàn cơ quan"
        );
        assert_eq!(
            en,
            "due 17:00 on 23 May 2024; 2 working days before: 00:00 on 21 May 2024; \
             rule before_due version 1 of the whole house"
        );
        let has = |(vi, en): (String, String), part_vi: &str, part_en: &str| {
            assert!(vi.contains(part_vi), "{vi}");
            assert!(en.contains(part_en), "{en}");
        };
        has(
            said(&today, 2, ""),
            "; nhắc lại trong chiều ngày hạn: ",
            "; again in the afternoon of the due day: ",
        );
        has(
            said(&overdue, 3, "A"),
            "sau hạn, rồi cứ 3 ngày làm việc một lần, lần 3: ",
            "after it, then every 3 working days, the notice number 3: ",
        );
        has(said(&overdue, 1, "A"), " của đơn vị A", " of unit A");
        let hours = |kind, office_minutes| Rule { kind, office_minutes, ..before.clone() };
        let standing = hours(RuleKind::Standing, 270);
        has(
            said(&standing, 1, ""),
            "giữ từ 17:00 ngày 23/05/2024; sau 4 giờ 30 phút làm việc: ",
            "held since 17:00 on 23 May 2024; 4 h 30 min of office time after: ",
        );
        has(said(&hours(RuleKind::Unaccepted, 480), 1, ""), "đăng ký 17:00", "; 8 h of office time after");
        has(
            said(&hours(RuleKind::ApologyDue, 30), 1, ""),
            "; trước 30 phút làm việc",
            "; 30 min of office time before",
        );
        let day = |kind| Rule { kind, working_days: 1, ..before.clone() };
        has(said(&day(RuleKind::Undigitised), 1, ""), "; sau 1 ngày làm việc: ", "; 1 working day after: ");
    }
}
