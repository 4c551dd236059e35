//! What a digest says of a line besides what it is: who should have been told, who was, and why it is late.

use crate::domain::reminder::NoticeRole;

use super::Language;
use super::digest::Remark;

/// A remark as a short sentence without its full stop.
pub(super) fn said(remark: &Remark, language: Language) -> String {
    let word = |vi: String, en: String| match language {
        Language::Vi => vi,
        Language::En => en,
    };
    match remark {
        Remark::Away { name, until } => {
            let until = language.date(*until);
            word(
                format!("Thay {name}, vắng đến hết ngày {until}"),
                format!("For {name}, away through {until}"),
            )
        }
        Remark::Unreachable { name } => word(
            format!("{name} chưa được nhắc: chưa có địa chỉ thư"),
            format!("{name} wasn't told: there is no address"),
        ),
        Remark::Unwritten { name } => word(
            format!("Chưa nhắc được {name}: địa chỉ thư hiện không gửi đến được"),
            format!("{name} can't be told: mail can't be sent to their address now"),
        ),
        Remark::Nobody { level } => nobody(*level, language).to_owned(),
        Remark::Told { name, times, last } => {
            let last = language.moment(*last);
            let en = if *times == 1 { "once".to_owned() } else { format!("{times} times, last") };
            word(
                if *times == 1 {
                    format!("Đã nhắc {name} lúc {last}")
                } else {
                    format!("Đã nhắc {name} {times} lần, lần cuối lúc {last}")
                },
                format!("{name} was told {en} at {last}"),
            )
        }
        Remark::NobodyTold => {
            word("Chưa ai ở cấp dưới được nhắc".to_owned(), "Nobody below was told".to_owned())
        }
        Remark::Cause { cause } => {
            let (vi, en) = cause_words(cause);
            word(format!("Nguyên nhân chậm: {vi}"), format!("Why it is late: {en}"))
        }
        Remark::Snoozed { name, until, reason } => {
            let until = language.moment(*until);
            word(
                format!("{name} tạm hoãn nhắc đến {until}: {reason}"),
                format!("{name} lets its reminders wait until {until}: {reason}"),
            )
        }
        Remark::Meanwhile { name, at } => {
            let at = language.moment(*at);
            word(
                format!("Đã báo {name} lúc {at}, khi chưa báo được ông/bà"),
                format!("{name} was told at {at}, while you couldn't be"),
            )
        }
    }
}

fn nobody(level: NoticeRole, language: Language) -> &'static str {
    let (vi, en) = match level {
        NoticeRole::Responsible | NoticeRole::Returned => ("Chưa có người thụ lý", "Nobody holds it"),
        NoticeRole::Head => ("Đơn vị chưa có người đứng đầu", "The unit has no head on record"),
        NoticeRole::Coordinator => ("Chưa có công chức đầu mối", "No coordinator is on record"),
        NoticeRole::Leader => ("Chưa có lãnh đạo phụ trách", "No leader is on record"),
    };
    language.pick(vi, en)
}

/// The words of the list of causes.
fn cause_words(cause: &str) -> (&str, &str) {
    match cause {
        "" => ("chưa được ghi", "not recorded"),
        "own_agency" => ("do cơ quan giải quyết", "the agency itself"),
        "cooperating_agency" => ("do cơ quan phối hợp", "an agency that had to answer"),
        "citizen" => ("do tổ chức, cá nhân", "the applicant"),
        "regulation" => ("do quy định", "a regulation, or a missing one"),
        "software_outage" => ("do sự cố phần mềm", "an outage of software"),
        other => (other, other),
    }
}
