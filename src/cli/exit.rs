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
  1  thất bại, hoặc số liệu khác nhau / failed, or what was compared differs
  2  sai cú pháp, cấu hình hoặc thư mục dữ liệu / wrong usage, settings or input directory
  3  không kết nối được máy chủ / the server can't be reached
  4  xong, nhưng có dòng bị từ chối khi nhập / done, but rows of an import were refused
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

/// What the server says, field by field.
fn told(status: &Status) -> String {
    let details = status.get_error_details();
    let message =
        details.localized_message().map_or(status.message(), |localized| localized.message.as_str());
    let mut text = if message.is_empty() { status.code().to_string() } else { message.to_owned() };
    for violation in details.bad_request().into_iter().flat_map(|bad| &bad.field_violations) {
        let _ = write!(text, "\n  {}: {}", violation.field, violation.description);
    }
    for violation in details.precondition_failure().into_iter().flat_map(|failure| &failure.violations) {
        let _ = write!(text, "\n  {}: {}", violation.subject, violation.description);
    }
    text
}

#[cfg(test)]
mod tests {
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
}
