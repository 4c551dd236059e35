//! What can't be so about a rule of reminding, in words that name the mend.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

use super::super::error::Violation;
use crate::domain::reminder::{NoticeRole, Rule, RuleKind, SubjectKind};
use crate::domain::text::cut;

/// The most working days that a rule may name: a quarter of a year.
const MOST_DAYS: i64 = 66;
/// The most office time that it may name, in minutes: as many days of eight hours.
const MOST_MINUTES: i64 = MOST_DAYS * 8 * 60;
/// The greatest age that it may name, in months: ten years.
const MOST_MONTHS: i64 = 120;
/// The longest code.
const LONGEST_CODE: usize = 40;

/// What is wrong with a rule, all at once. `repeat`: as it was asked for.
pub(super) fn wrong(rule: &Rule, repeat: Option<i64>) -> Vec<Violation> {
    let mut wrong = Vec::new();
    if !is_code(&rule.code) {
        wrong.push(Violation::new(
            "reminder_rule.code",
            "BAD_CODE",
            format!(
                "mã quy tắc “{}” chỉ gồm chữ thường không dấu, chữ số và dấu gạch dưới, bắt đầu bằng chữ, tối đa {LONGEST_CODE} ký tự",
                cut(&rule.code)
            ),
            format!(
                "the code “{}” must be lower-case letters, digits and underscores, begin with a letter and have at most {LONGEST_CODE} characters",
                cut(&rule.code)
            ),
        ));
    }
    if !rule.kind.fits(rule.subject_kind) {
        let (kind, subject) = (rule.kind.as_str(), rule.subject_kind.as_str());
        let fitting = SubjectKind::ALL.iter().copied().filter(|subject| rule.kind.fits(*subject));
        let fitting = fitting.map(SubjectKind::as_str).collect::<Vec<_>>().join(", ");
        wrong.push(Violation::new(
            "reminder_rule.kind",
            "UNFIT",
            format!("quy tắc {kind} không áp dụng cho {subject}, chỉ áp dụng cho: {fitting}"),
            format!("a rule of kind {kind} can't watch a {subject}; it is for: {fitting}"),
        ));
    }
    if rule.role == NoticeRole::Returned {
        wrong.push(Violation::new(
            "reminder_rule.role",
            "UNFIT",
            "vai trò returned chỉ có ở lời nhắc gửi lại cho người đi vắng về; hãy chọn responsible, head, coordinator hoặc leader",
            "the role returned is of copies to those who were away; choose responsible, head, coordinator or leader",
        ));
    }
    let (days, minutes) = measures(rule);
    wrong.extend(beyond("working_days", ("số ngày làm việc", rule.working_days), &days));
    wrong.extend(beyond("office_minutes", ("số phút làm việc", rule.office_minutes), &minutes));
    let (least, most) = if rule.kind == RuleKind::Ageing { (1, MOST_MONTHS) } else { (0, 0) };
    wrong.extend(beyond("months", ("số tháng", rule.months), &(least..=most)));
    if !rule.watched_list.is_empty() && rule.kind != RuleKind::Ageing {
        wrong.push(Violation::new(
            "reminder_rule.watched_list",
            "UNFIT",
            "chỉ quy tắc ageing theo dõi danh mục; hãy bỏ trống",
            "only rules of kind ageing watch a list; leave it out",
        ));
    }
    let repeats = !matches!(
        rule.kind,
        RuleKind::BeforeDue | RuleKind::DueToday | RuleKind::ApologyDue | RuleKind::Ageing
    );
    if repeat.is_some_and(|days| !repeats || !(1..=MOST_DAYS).contains(&days)) {
        let (vi, en) = if repeats {
            (
                format!("nhắc lại sau 1 đến {MOST_DAYS} ngày làm việc; hãy bỏ trống nếu chỉ nhắc một lần"),
                format!("it repeats after 1 to {MOST_DAYS} working days; leave it out to be told once"),
            )
        } else {
            (
                "quy tắc trước hạn và đúng hạn không nhắc lại, quy tắc ageing luôn nhắc hằng tháng; hãy bỏ trống"
                    .to_owned(),
                "a rule that speaks before or on the day doesn't repeat, and one of kind ageing does every month; \
                 leave it out"
                    .to_owned(),
            )
        };
        wrong.push(Violation::new("reminder_rule.repeat_working_days", "OUT_OF_RANGE", vi, en));
    }
    wrong
}

/// What a rule may name: working days and office minutes. Before a deadline it is one or the other.
fn measures(rule: &Rule) -> (RangeInclusive<i64>, RangeInclusive<i64>) {
    match rule.kind {
        RuleKind::BeforeDue | RuleKind::ApologyDue if rule.office_minutes > 0 => (0..=0, 1..=MOST_MINUTES),
        RuleKind::BeforeDue | RuleKind::ApologyDue | RuleKind::Undigitised | RuleKind::Undelivered => {
            (1..=MOST_DAYS, 0..=0)
        }
        RuleKind::DueToday | RuleKind::Ageing => (0..=0, 0..=0),
        RuleKind::Unaccepted | RuleKind::Standing => (0..=0, 1..=MOST_MINUTES),
        RuleKind::Unclear | RuleKind::Overdue => (0..=MOST_DAYS, 0..=0),
    }
}

fn beyond(field: &str, (vi, found): (&str, i64), range: &RangeInclusive<i64>) -> Option<Violation> {
    let (least, most) = (range.start(), range.end());
    (!range.contains(&found)).then(|| {
        Violation::new(
            &format!("reminder_rule.{field}"),
            "OUT_OF_RANGE",
            format!("{vi} phải từ {least} đến {most} đối với quy tắc này"),
            format!("{field} must be {least} to {most} for this kind of rule"),
        )
    })
}

fn is_code(code: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    code.len() <= LONGEST_CODE
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.chars().all(plain)
}

/// A version can't count from the past on: what was sent then was sent by another.
pub(super) fn too_early(valid_from: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<Violation> {
    valid_from.filter(|from| *from < now).map(|_| {
        Violation::new(
            "reminder_rule.valid_from",
            "IN_THE_PAST",
            "quy tắc không thể có hiệu lực từ quá khứ; hãy chọn thời điểm sau này hoặc bỏ trống",
            "a rule can't count from the past on; give a later instant, or leave it out",
        )
    })
}

/// The code belongs to rules of another kind.
pub(super) fn other_kind(code: &str, kind: &str) -> Violation {
    Violation::new(
        "reminder_rule.code",
        "CODE_TAKEN",
        format!("mã “{code}” đã dùng cho quy tắc loại {kind}; hãy chọn mã khác"),
        format!("the code “{code}” belongs to rules of kind {kind}; choose another"),
    )
}
