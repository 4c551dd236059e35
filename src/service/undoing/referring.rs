//! What is still needed isn't taken away: who refers to a record is named, and nothing is undone.

use uuid::Uuid;

use crate::service::error::ServiceError;
use crate::service::work::Work;
use crate::store::references::{self, Referred};

/// Refuses if anything beyond the import refers to one of these records, given by identity and resource name.
pub async fn refuse_needed(
    work: &Work,
    import_id: Uuid,
    referred: Referred,
    records: &[(Uuid, String)],
) -> Result<(), ServiceError> {
    let ids: Vec<Uuid> = records.iter().map(|(id, _)| *id).collect();
    let Some(found) = references::first(&work.tx, referred, &ids, import_id).await? else { return Ok(()) };
    let subject = records.iter().find(|(id, _)| *id == found.to).map(|(_, name)| name.clone());
    let subject = subject.unwrap_or_default();
    let ((vi, en), name) = (found.what, found.name);
    Err(ServiceError::Precondition {
        reason: "REFERRED",
        vi: format!(
            "{subject} đang được dùng ở {vi} {name} nên không hoàn tác được lượt nạp; hãy sửa {vi} đó trước"
        ),
        en: format!(
            "{subject} is referred to by {en} {name}, so the import can't be undone; mend that {en} first"
        ),
        subject,
    })
}
