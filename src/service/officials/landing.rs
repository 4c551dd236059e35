//! Officials of an import: unknown codes are added, known ones take over what differs. The language and
//! the days in post, of which records say nothing, stay as they are.

use super::{OfficialRow, code, email, name, save, unit};
use crate::domain::official::OfficialRole;
use crate::domain::record::OfficialRecord;
use crate::domain::text;
use crate::service::findings::{foreign, reaches};
use crate::service::landing::Landed;
use crate::service::suppressions;
use crate::service::{ServiceError, Violation, Work};
use crate::store::officials;

/// Lands a batch of officials in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, OfficialRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let codes: Vec<String> = rows.iter().filter_map(|(_, record)| code("code", &record.code).ok()).collect();
    let known = officials::by_codes(&work.tx, &codes).await?;
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut news = Vec::new();
    for (number, record) in rows {
        let outcome = match read(work, &record) {
            Err(wrong) => Landed::refused(wrong.into_iter().map(Into::into).collect()),
            Ok(new) => match known.get(&new.code) {
                None => {
                    let id = new.id;
                    news.push(new);
                    Landed::fresh(id, Vec::new())
                }
                Some(old) if !reaches(work, Some(old.unit_id)) => foreign(&new.code),
                Some(old) => {
                    let mut row = OfficialRow {
                        unit_id: new.unit_id,
                        full_name: new.full_name,
                        name_folded: new.name_folded,
                        role: new.role,
                        email: new.email,
                        ..old.clone()
                    };
                    if row == *old {
                        Landed::unchanged()
                    } else {
                        if row.email != old.email {
                            suppressions::replaced(work, row.id, old.email.as_deref()).await?;
                        }
                        save(work, &mut row).await?;
                        Landed::changed(row.id, Vec::new())
                    }
                }
            },
        };
        outcomes.push((number, outcome));
    }
    for row in &news {
        work.note(format!("officials/{}", row.code), &serde_json::json!({ "landed": { "role": row.role } }));
    }
    officials::insert(&work.tx, news).await?;
    if outcomes.iter().any(|(_, landed)| landed.subject_id.is_some()) {
        work.reload_rules().await?;
    }
    Ok(outcomes)
}

fn read(work: &Work, record: &OfficialRecord) -> Result<OfficialRow, Vec<Violation>> {
    let mut wrong = Vec::new();
    let code = code("code", &record.code).map_err(|v| wrong.push(v)).unwrap_or_default();
    let unit_id =
        unit(work, "unit_code", record.unit_code.trim()).map_err(|v| wrong.push(v)).unwrap_or_default();
    let full_name = name("full_name", &record.full_name).map_err(|v| wrong.push(v)).unwrap_or_default();
    let email = email("email", &record.email).map_err(|v| wrong.push(v)).unwrap_or_default();
    let role = role(&record.role).map_err(|v| wrong.push(v)).unwrap_or(OfficialRole::Officer);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(OfficialRow {
        id: work.new_id(),
        code,
        unit_id,
        name_folded: text::fold(&full_name),
        full_name,
        role: role.as_str().to_owned(),
        email,
        language: "vi".to_owned(),
        valid_from: None,
        valid_to: None,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
        withdrawn_at: None,
    })
}

fn role(word: &str) -> Result<OfficialRole, Violation> {
    OfficialRole::parse(word.trim()).ok_or_else(|| {
        let word = text::cut(word);
        let roles = OfficialRole::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
        Violation::new(
            "role",
            "UNKNOWN_ROLE",
            format!("role: vai trò “{word}” không có; hãy chọn một trong: {roles}"),
            format!("role: there is no role “{word}”; take one of {roles}"),
        )
    })
}
