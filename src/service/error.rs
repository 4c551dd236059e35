//! What can be refused, as a caller can act on it: kinds, field names, words for programs and
//! sentences for people in both languages.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use crate::domain::code::BadCode;
use crate::domain::dossier::{Refusal, State};
use crate::domain::text::cut;
use crate::store::StoreError;

/// A field that is wrong, and its mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field's path on the wire.
    pub field: String,
    /// UPPER_SNAKE word for programs.
    pub reason: &'static str,
    /// What is wrong and the mend, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
}

impl Violation {
    /// A violation of a field.
    pub fn new(field: &str, reason: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { field: field.to_owned(), reason, vi: vi.into(), en: en.into() }
    }

    /// A field that must be given.
    pub fn missing(field: &str) -> Self {
        Self::new(
            field,
            "MISSING",
            format!("{field}: chưa có; hãy điền"),
            format!("{field} is missing; give it"),
        )
    }

    /// A text that is no code.
    pub fn bad_code(field: &str, bad: BadCode) -> Self {
        Self::new(field, "BAD_CODE", format!("{field}: {}", bad.vietnamese()), format!("{field}: {bad}"))
    }

    /// A reference to something unknown.
    pub fn unknown(field: &str, value: &str, vi: &str, en: &str) -> Self {
        let value = cut(value);
        Self::new(
            field,
            "UNKNOWN_REFERENCE",
            format!("{field}: không có {vi} mã “{value}”; hãy sửa mã hoặc nạp {vi} đó trước"),
            format!(
                "{field}: there is no {en} with code “{value}”; correct the code or import that {en} first"
            ),
        )
    }
}

/// Why a request can't be served.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Fields are wrong; all of them at once.
    #[error("the request has invalid fields")]
    Invalid(Vec<Violation>),
    /// A field asks for what lies beyond what there is yet.
    #[error("{} is out of range", .0.field)]
    OutOfRange(Violation),
    /// It doesn't exist, or the caller may not know that it does.
    #[error("{0} not found")]
    NotFound(String),
    /// It exists already.
    #[error("{0} exists already")]
    AlreadyExists(String),
    /// The state of something forbids it.
    #[error("{en}")]
    Precondition {
        /// UPPER_SNAKE word for programs.
        reason: &'static str,
        /// The resource's name.
        subject: String,
        /// Why and what to do, in Vietnamese.
        vi: String,
        /// The same in English.
        en: String,
    },
    /// It changed meanwhile: read it again.
    #[error("{0} changed meanwhile")]
    Aborted(String),
    /// The same request id came with another content.
    #[error("the request id was used for another request")]
    RequestIdReused,
    /// The caller may not do it.
    #[error("permission denied: {0}")]
    Denied(String),
    /// The archive.
    #[error(transparent)]
    Store(StoreError),
    /// A fault of the house.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Conflict) {
            Self::Aborted("the record".to_owned())
        } else {
            Self::Store(error)
        }
    }
}

impl From<Violation> for ServiceError {
    fn from(violation: Violation) -> Self {
        Self::Invalid(vec![violation])
    }
}

/// A step that isn't allowed in the state in which something is: what it is, that state, those in which the step is
/// allowed, and to which it leads.
pub fn forbidden(subject: String, now: &str, from: &[&str], to: &str) -> ServiceError {
    ServiceError::Precondition {
        reason: "FORBIDDEN_TRANSITION",
        vi: format!(
            "{subject}: không chuyển được từ trạng thái {now} sang {to}; phải ở trạng thái {}",
            from.join(" hoặc ")
        ),
        en: format!("{subject}: can't go from {now} to {to}; it must be {}", from.join(" or ")),
        subject,
    }
}

/// Vietnamese word of a dossier event, for sentences.
pub fn vi_event(event: &str) -> &'static str {
    match event {
        "registered" => "đăng ký",
        "received" => "tiếp nhận",
        "not_accepted" => "không tiếp nhận",
        "started" => "bắt đầu xử lý",
        "handed_over" => "luân chuyển",
        "paused" => "tạm dừng",
        "resumed" => "xử lý tiếp",
        "reappointed" => "hẹn lại",
        "resolved" => "xử lý xong",
        "returned" => "trả kết quả",
        "withdrawn" => "rút hồ sơ",
        "stopped" => "dừng giải quyết",
        _ => "sự kiện",
    }
}

/// A refusal of the lifecycle as an error about a dossier.
pub fn refused(subject: &str, refusal: &Refusal, zone: Tz) -> ServiceError {
    let (reason, vi, en) = sentence(refusal, zone);
    ServiceError::Precondition { reason, subject: subject.to_owned(), vi, en: format!("{subject}: {en}") }
}

/// An instant as people of the house read it, in the form that files have.
pub fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// The word for programs and the sentences of a refusal, Vietnamese and English, with instants of the house's zone.
pub fn sentence(refusal: &Refusal, zone: Tz) -> (&'static str, String, String) {
    let (reason, vi) = vietnamese(refusal, zone);
    let en = refusal.to_string();
    let en = match refusal {
        Refusal::Future { at, .. } | Refusal::BeforeReceipt { at, .. } | Refusal::Forbidden { at, .. } => {
            en.replace(&at.to_string(), &local(*at, zone))
        }
        Refusal::NothingToVoid(_)
        | Refusal::Retracted
        | Refusal::NoIntake
        | Refusal::UnknownVersion(_)
        | Refusal::OutOfRange => en,
    };
    (reason, vi, en)
}

fn vietnamese(refusal: &Refusal, zone: Tz) -> (&'static str, String) {
    match refusal {
        Refusal::Future { event, at } => (
            "IN_THE_FUTURE",
            format!(
                "thời điểm {} ({}) nằm trong tương lai; hãy sửa thời điểm",
                vi_event(event),
                local(*at, zone)
            ),
        ),
        Refusal::BeforeReceipt { event, at } => (
            "BEFORE_RECEIPT",
            format!(
                "thời điểm {} ({}) trước khi tiếp nhận; hãy sửa một trong hai thời điểm",
                vi_event(event),
                local(*at, zone)
            ),
        ),
        Refusal::Forbidden { state, event, at, from, to, .. } => {
            let called = |state: &State| format!("{} ({})", state.national_code(), state.vietnamese());
            let to = to.map(|to| format!(", sang trạng thái {},", called(&to))).unwrap_or_default();
            let from: Vec<String> = from.iter().map(called).collect();
            let from = match from.as_slice() {
                [] => String::new(),
                from => format!("; chỉ làm được từ trạng thái {}", from.join(", ")),
            };
            let text = format!(
                "không thể {}{to} lúc {} khi hồ sơ đang ở trạng thái {}{from}",
                vi_event(event),
                local(*at, zone),
                called(state)
            );
            ("FORBIDDEN_TRANSITION", text)
        }
        Refusal::NothingToVoid(number) => {
            ("NOTHING_TO_VOID", format!("không có sự kiện số {number} để hủy; hãy xem lại lịch sử hồ sơ"))
        }
        Refusal::Retracted => (
            "IMPORT_UNDONE",
            "lượt nạp đưa hồ sơ này vào đã được hoàn tác; hãy nạp lại hồ sơ trước".to_owned(),
        ),
        Refusal::NoIntake => ("NO_RECEIPT", "hồ sơ chưa có sự kiện tiếp nhận".to_owned()),
        Refusal::UnknownVersion(_) => ("UNKNOWN_VERSION", "thiếu phiên bản lịch hoặc thủ tục".to_owned()),
        Refusal::OutOfRange => {
            ("OUT_OF_RANGE", "ngày nằm ngoài các năm của lịch (1980–2119); hãy sửa ngày".to_owned())
        }
    }
}
