//! How the process ends: the documented exit codes, and what an error says to people.

use std::fmt::Write as _;
use std::process::ExitCode;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::output;
use crate::config::BadSettings;
use crate::intake::{BadMapping, CannotRead};
use crate::telemetry::NoLog;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: the work failed, or what was compared differs.
    Failed,
    /// 2: wrong usage, settings or input directory.
    Usage,
    /// 3: the server can't be reached.
    Unreachable,
    /// 4: done, but rows of an import were refused.
    Refused,
    /// 5: the key is missing, unknown, or doesn't allow it.
    Denied,
}

/// Said at the foot of `bonro --help`.
pub const CODES: &str = "\
Mã kết thúc / Exit codes:
  0  xong / done
  1  thất bại, số liệu khác nhau, hoặc còn thư chưa gửi / failed, what was compared differs, or mails wait
  2  sai cú pháp, cấu hình hoặc thư mục dữ liệu / wrong usage, settings or input directory
  3  không kết nối được máy chủ / the server can't be reached
  4  xong, nhưng có dòng bị từ chối khi nạp / done, but rows of an import were refused
  5  thiếu khóa, sai khóa hoặc khóa không đủ quyền / the key is missing, unknown or doesn't allow it
Nếu cả 1 và 4 cùng đúng thì là 1 / where both 1 and 4 hold, it is 1";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
            Exit::Refused => 4,
            Exit::Denied => 5,
        })
    }
}

/// Arguments that can't be so, found after they were parsed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUsage(pub String);

/// Says on stderr what went wrong, and ends as the kind of error asks for.
pub fn fail(error: &anyhow::Error) -> Exit {
    let mut text = String::new();
    for cause in error.chain() {
        let said = cause.downcast_ref::<Status>().map_or_else(|| cause.to_string(), told);
        // Many errors repeat what is below them.
        if !text.contains(&said) {
            let _ = write!(text, "{}{said}", if text.is_empty() { "" } else { ": " });
        }
    }
    output::complain(&format!("Lỗi / error: {text}"));
    kind_of(error)
}

fn kind_of(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        if let Some(status) = cause.downcast_ref::<Status>() {
            return match status.code() {
                Code::Unavailable | Code::DeadlineExceeded => Exit::Unreachable,
                Code::Unauthenticated | Code::PermissionDenied => Exit::Denied,
                Code::InvalidArgument => Exit::Usage,
                Code::Ok
                | Code::Cancelled
                | Code::Unknown
                | Code::NotFound
                | Code::AlreadyExists
                | Code::ResourceExhausted
                | Code::FailedPrecondition
                | Code::Aborted
                | Code::OutOfRange
                | Code::Unimplemented
                | Code::Internal
                | Code::DataLoss => Exit::Failed,
            };
        }
        if cause.is::<tonic::transport::Error>() {
            return Exit::Unreachable;
        }
        if cause.is::<WrongUsage>()
            || cause.is::<BadSettings>()
            || cause.is::<CannotRead>()
            || cause.is::<BadMapping>()
            || cause.is::<NoLog>()
        {
            return Exit::Usage;
        }
    }
    Exit::Failed
}

/// What the server says, Vietnamese first, and field by field where several are wrong.
fn told(status: &Status) -> String {
    let details = status.get_error_details();
    let english = status.message();
    let mut text = match details.localized_message() {
        Some(localized) => both(&localized.message, english),
        None if english.is_empty() => status.code().to_string(),
        None => english.to_owned(),
    };
    let fields = details.bad_request().map_or(&[][..], |bad| &bad.field_violations);
    // A lone one is what the message says.
    for violation in fields.iter().filter(|_| fields.len() > 1) {
        let english = named(&violation.field, &violation.description);
        let said = violation.localized_message.as_ref().map(|said| named(&violation.field, &said.message));
        let _ = write!(text, "\n  {}", said.map_or(english.clone(), |said| both(&said, &english)));
    }
    for violation in details.precondition_failure().into_iter().flat_map(|failure| &failure.violations) {
        if !text.contains(&violation.description) {
            let _ = write!(text, "\n  {}", named(&violation.subject, &violation.description));
        }
    }
    text
}

/// A sentence in both languages; once where the server speaks but one.
fn both(vietnamese: &str, english: &str) -> String {
    if english.is_empty() || vietnamese == english {
        vietnamese.to_owned()
    } else {
        format!("{vietnamese} / {english}")
    }
}

/// A sentence with what it speaks of first; most begin with it.
fn named(what: &str, said: &str) -> String {
    if said.starts_with(what) { said.to_owned() } else { format!("{what}: {said}") }
}

#[cfg(test)]
mod tests {
    use tonic_types::{ErrorDetails, FieldViolation, LocalizedMessage};

    use super::*;

    #[test]
    fn errors_end_by_their_kind() {
        let cases = [
            (anyhow::Error::from(Status::unavailable("x")), Exit::Unreachable),
            (anyhow::Error::from(Status::permission_denied("x")).context("above"), Exit::Denied),
            (anyhow::Error::from(Status::not_found("x")), Exit::Failed),
            (anyhow::Error::from(WrongUsage("x".to_owned())).context("above"), Exit::Usage),
            (anyhow::anyhow!("x"), Exit::Failed),
        ];
        for (error, exit) in cases {
            assert_eq!(kind_of(&error), exit, "{error:#}");
        }
    }

    #[test]
    fn a_server_is_told_in_both_languages_and_once() {
        let mut details = ErrorDetails::new();
        details.set_localized_message("vi", "không tìm thấy dossiers/X");
        let status = Status::with_error_details(Code::NotFound, "dossiers/X not found", details);
        assert_eq!(told(&status), "không tìm thấy dossiers/X / dossiers/X not found");

        let violation = |field: &str| {
            let mut found = FieldViolation::new(field, format!("{field}: there is none"));
            found.localized_message = Some(LocalizedMessage::new("vi", format!("{field}: không có")));
            found
        };
        let mut details = ErrorDetails::new();
        details.set_bad_request(vec![violation("unit")]);
        details.set_localized_message("vi", "unit: không có");
        let one = Status::with_error_details(Code::InvalidArgument, "unit: there is none", details.clone());
        assert_eq!(told(&one), "unit: không có / unit: there is none");
        details.set_bad_request(vec![violation("unit"), violation("from")]);
        details.set_localized_message("vi", "2 trường");
        let two = Status::with_error_details(Code::InvalidArgument, "2 fields", details);
        assert_eq!(
            told(&two),
            "2 trường / 2 fields\n  unit: không có / unit: there is none\n  from: không có / from: there is none"
        );
        assert_eq!(told(&Status::unavailable("x")), "x");
    }
}
