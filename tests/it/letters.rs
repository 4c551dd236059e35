//! Letters drawn on request: of what they speak, who may draw them, when there is nothing to write, and that no
//! applicant is named.

mod apology;
mod line;
mod plans;
mod urging;

use bonro::pb::v1;
use bonro::pb::v1::letter_service_client::LetterServiceClient;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::dossiers::office::Office;
use crate::support::Call;

/// The name of everybody who asks.
pub const APPLICANT: &str = "Huỳnh Thị Người Nộp";

pub fn client(office: &Office, key: &str) -> LetterServiceClient<Call> {
    LetterServiceClient::new(office.line.call(key))
}

/// A dossier of a unit and a holder, asked for by somebody with a name.
pub async fn receive(office: &Office, code: &str, unit: &str, holder: &str) {
    let mut request = Office::new_dossier(code);
    request.unit = format!("units/{unit}");
    request.holder = if holder.is_empty() { String::new() } else { format!("officials/{holder}") };
    if let Some(applicant) = &mut request.applicant {
        APPLICANT.clone_into(&mut applicant.full_name);
    }
    office.receive(request).await;
}

/// Code and word of a refusal, and the fields that it names.
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String, Vec<String>) {
    let status = answer.expect_err("it is refused");
    let details = status.get_error_details();
    let fields =
        details.bad_request().map(|bad| bad.field_violations.iter().map(|v| v.field.clone()).collect());
    let reason = details.error_info().map(|info| info.reason.clone()).unwrap_or_default();
    (status.code(), reason, fields.unwrap_or_default())
}

/// What a refused caller reads.
pub fn sentence<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    let details = answer.expect_err("it is refused").get_error_details();
    details.localized_message().map(|said| said.message.clone()).unwrap_or_default()
}

/// The bytes of a file, checked for what all of them have in common.
pub fn bytes(file: Option<v1::LetterFile>, name: &str) -> Vec<u8> {
    let file = file.expect("a file");
    assert_eq!(file.file_name, name);
    assert_eq!(file.content_type, "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    let parts = crate::support::packages::parts(&file.content);
    for (part, text) in &parts {
        assert!(!text.contains(APPLICANT) && !text.contains("Người Nộp"), "{part} names the applicant");
    }
    file.content
}
