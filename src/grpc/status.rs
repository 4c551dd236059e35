//! Errors of the house as gRPC statuses with details for programs and a sentence for people. One match:
//! a new kind of error doesn't compile until it is worded here. No text of the archive leaves the house.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, LocalizedMessage, StatusExt};

use super::Right;
use crate::service::StoreError;
use crate::service::{Context, ServiceError, Violation};

/// The domain of all reasons.
const DOMAIN: &str = "bonro";
/// When a caller should try again while the house is busy.
const RETRY: Duration = Duration::from_secs(1);

/// Words of an error in both languages, and what programs go by.
struct Words {
    code: Code,
    reason: &'static str,
    vi: String,
    en: String,
}

impl Words {
    fn new(code: Code, reason: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, reason, vi: vi.into(), en: en.into() }
    }

    fn fault() -> Self {
        let (vi, en) = ("hệ thống gặp lỗi; lỗi đã được ghi lại", "the house failed; it was recorded");
        Self::new(Code::Internal, "INTERNAL", vi, en)
    }

    fn busy() -> Self {
        let (vi, en) =
            ("hệ thống đang bận; hãy thử lại sau giây lát", "the house is busy; try again in a moment");
        Self::new(Code::Unavailable, "BUSY", vi, en)
    }

    fn changed(subject: &str) -> Self {
        Self::new(
            Code::Aborted,
            "CHANGED_MEANWHILE",
            format!("{subject} vừa thay đổi; hãy đọc lại rồi làm lại"),
            format!("{subject} changed meanwhile; read it again and repeat"),
        )
    }

    /// The sentence in the caller's language.
    fn said(&self, language: &str) -> &str {
        if language == "en" { &self.en } else { &self.vi }
    }
}

fn locale(language: &str) -> &'static str {
    if language == "en" { "en" } else { "vi" }
}

/// An error as the caller of a context gets it.
pub fn refuse(context: &Context, error: ServiceError) -> Status {
    status(error, &context.rpc, &context.caller.language)
}

/// An error as a caller of an RPC gets it, in `vi` or `en`.
pub fn status(error: ServiceError, rpc: &str, language: &str) -> Status {
    let mut details = ErrorDetails::new();
    let mut metadata = HashMap::new();
    let words = match error {
        ServiceError::Invalid(violations) => {
            details.set_bad_request(violations.iter().map(|v| field(v, language)).collect::<Vec<_>>());
            invalid(&violations)
        }
        ServiceError::OutOfRange(violation) => {
            details.set_bad_request(vec![field(&violation, language)]);
            Words { code: Code::OutOfRange, ..invalid(&[violation]) }
        }
        ServiceError::NotFound(subject) => {
            let kind = subject.rsplit_once('/').map_or("", |(collection, _)| collection).to_owned();
            let words = Words::new(
                Code::NotFound,
                "NOT_FOUND",
                format!("không tìm thấy {subject}"),
                format!("{subject} not found"),
            );
            details.set_resource_info(kind, subject, "", words.said(language));
            words
        }
        ServiceError::AlreadyExists(subject) => {
            let kind = subject.rsplit_once('/').map_or("", |(collection, _)| collection).to_owned();
            let words = Words::new(
                Code::AlreadyExists,
                "ALREADY_EXISTS",
                format!("{subject} đã có; hãy dùng mã khác hoặc sửa bản ghi đã có"),
                format!("{subject} exists already; take another code or change what exists"),
            );
            details.set_resource_info(kind, subject, "", words.said(language));
            words
        }
        ServiceError::Precondition { reason, subject, vi, en } => {
            let words = Words::new(Code::FailedPrecondition, reason, vi, en);
            details.add_precondition_failure_violation(reason, subject, words.said(language));
            words
        }
        ServiceError::Aborted(subject) => Words::changed(&subject),
        ServiceError::RequestIdReused => {
            let violation = Violation::new(
                "request_id",
                "REQUEST_ID_REUSED",
                "request_id này đã dùng cho một yêu cầu khác; hãy tạo UUID mới",
                "this request_id was used for another request; draw a new UUID",
            );
            details.set_bad_request(vec![field(&violation, language)]);
            invalid(&[violation])
        }
        ServiceError::Denied(subject) => {
            metadata.insert("subject".to_owned(), subject.clone());
            Words::new(
                Code::PermissionDenied,
                "PERMISSION_DENIED",
                format!("không có quyền: {subject}"),
                format!("permission denied: {subject}"),
            )
        }
        ServiceError::Store(error) => match error {
            StoreError::Busy(cause) => {
                tracing::warn!(rpc, %cause, "the archive is busy");
                details.set_retry_info(Some(RETRY));
                Words::busy()
            }
            // Every verb looks first: a key that is taken at the commit was taken by a twin.
            StoreError::Duplicate | StoreError::Conflict => Words::changed("the record"),
            StoreError::BrokenReference | StoreError::NotFound { .. } | StoreError::Corrupt { .. } => {
                tracing::error!(rpc, %error, "the archive failed");
                Words::fault()
            }
            StoreError::Other(cause) => {
                tracing::error!(rpc, %cause, "the archive failed");
                Words::fault()
            }
        },
        ServiceError::Internal(cause) => {
            tracing::error!(rpc, cause, "a fault of the house");
            Words::fault()
        }
    };
    seal(&words, details, metadata, language)
}

fn seal(
    words: &Words,
    mut details: ErrorDetails,
    metadata: HashMap<String, String>,
    language: &str,
) -> Status {
    details.set_error_info(words.reason, DOMAIN, metadata);
    details.set_localized_message(locale(language), words.said(language));
    Status::with_error_details(words.code, words.en.clone(), details)
}

/// A lone violation speaks for itself, its field first; several are counted.
fn invalid(violations: &[Violation]) -> Words {
    match violations {
        [one] => {
            let named = |said: &str| {
                if said.starts_with(&one.field) { said.to_owned() } else { format!("{}: {said}", one.field) }
            };
            Words::new(Code::InvalidArgument, one.reason, named(&one.vi), named(&one.en))
        }
        several => {
            let fields: Vec<&str> = several.iter().map(|v| v.field.as_str()).collect();
            let (count, fields) = (several.len(), fields.join(", "));
            Words::new(
                Code::InvalidArgument,
                "INVALID_FIELDS",
                format!("{count} trường cần sửa: {fields}"),
                format!("{count} fields need mending: {fields}"),
            )
        }
    }
}

fn field(violation: &Violation, language: &str) -> FieldViolation {
    let said = if language == "en" { &violation.en } else { &violation.vi };
    let mut field = FieldViolation::new(violation.field.clone(), violation.en.clone());
    violation.reason.clone_into(&mut field.reason);
    field.localized_message = Some(LocalizedMessage::new(locale(language), said));
    field
}

/// The house closes while a stream is under way.
pub fn closing(context: &Context) -> Status {
    let words = Words::new(
        Code::Unavailable,
        "CLOSING",
        "máy chủ đang dừng; hãy kết nối lại và làm tiếp từ dòng đã ghi nhận",
        "the house is closing; connect again and go on from the last committed row",
    );
    let mut details = ErrorDetails::new();
    details.set_retry_info(Some(RETRY));
    seal(&words, details, HashMap::new(), &context.caller.language)
}

/// Nobody knows the caller.
pub fn unauthenticated(reason: &'static str, language: &str) -> Status {
    let words = Words::new(
        Code::Unauthenticated,
        reason,
        "cần khóa truy cập hợp lệ: authorization: Bearer KHÓA",
        "a valid key is needed: authorization: Bearer SECRET",
    );
    seal(&words, ErrorDetails::new(), HashMap::new(), language)
}

/// The caller is known, and none of the roles that the RPC asks for.
pub fn forbidden(right: &Right, language: &str) -> Status {
    let roles: Vec<&str> = right.roles.iter().map(|role| role.as_str()).collect();
    let (rpc, roles) = (&right.rpc, roles.join(", "));
    let words = Words::new(
        Code::PermissionDenied,
        "ROLE_MISSING",
        format!("{rpc} cần một trong các vai trò: {roles}"),
        format!("{rpc} needs one of the roles {roles}"),
    );
    let metadata = HashMap::from([("rpc".to_owned(), rpc.clone()), ("roles".to_owned(), roles)]);
    seal(&words, ErrorDetails::new(), metadata, language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_violations_come_at_once_in_the_callers_language() {
        let violations = vec![Violation::missing("unit.code"), Violation::missing("unit.kind")];
        let status = status(ServiceError::Invalid(violations), "x", "vi");
        assert_eq!(status.code(), Code::InvalidArgument);
        let details = status.get_error_details();
        assert_eq!(
            details.error_info().map(|i| (i.reason.as_str(), i.domain.as_str())),
            Some(("INVALID_FIELDS", "bonro"))
        );
        let fields = &details.bad_request().expect("violations").field_violations;
        assert_eq!(
            fields.iter().map(|f| (f.field.as_str(), f.reason.as_str())).collect::<Vec<_>>(),
            [("unit.code", "MISSING"), ("unit.kind", "MISSING")]
        );
        let message = details.localized_message().expect("a sentence");
        assert_eq!(
            (message.locale.as_str(), message.message.as_str()),
            ("vi", "2 trường cần sửa: unit.code, unit.kind")
        );
    }

    #[test]
    fn nothing_of_the_inside_leaves() {
        let status = status(ServiceError::Internal("SELECT secret".to_owned()), "x", "en");
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("SELECT"));
        assert!(!String::from_utf8_lossy(status.details()).contains("SELECT"));
    }
}
