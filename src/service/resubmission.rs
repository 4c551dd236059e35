//! Dossiers that were withdrawn and handed in again. Whether it is the same applicant is looked up here and told nobody: all
//! that is said is which dossier followed which.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::error::ServiceError;
use super::work::Look;
use crate::domain::text::fold;
use crate::store::applicants::{self, ApplicantRow, HandedIn};

/// How long after its withdrawal a dossier counts as handed in again.
pub const SOON: TimeDelta = TimeDelta::days(30);
/// Dossiers that are read at once.
const PAGE: u64 = 1_000;

/// A dossier that was withdrawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Withdrawn {
    /// Its identity.
    pub id: Uuid,
    /// Under what.
    pub procedure_id: Uuid,
    /// By whom.
    pub applicant_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which dossier followed each of these, if one did: the first that the same applicant handed in under the same procedure
/// within [`SOON`], to a unit that is `seen`. By code.
pub(super) async fn handed_in_again(
    look: &Look,
    withdrawn: &[Withdrawn],
    seen: &(dyn Fn(Uuid) -> bool + Sync),
) -> Result<HashMap<Uuid, String>, ServiceError> {
    let door = &look.door;
    let (Some(from), Some(to)) =
        (withdrawn.iter().map(|of| of.at).min(), withdrawn.iter().map(|of| of.at + SOON).max())
    else {
        return Ok(HashMap::new());
    };
    let mut procedures: Vec<Uuid> = withdrawn.iter().map(|of| of.procedure_id).collect();
    procedures.sort_unstable();
    procedures.dedup();
    let ids: Vec<Uuid> = withdrawn.iter().map(|of| of.applicant_id).collect();
    let whose = people(applicants::by_ids(door, &ids).await?);
    let mut left: HashMap<(Uuid, &str), Vec<(&Withdrawn, &Person)>> = HashMap::new();
    for of in withdrawn {
        if let Some(person) = whose.get(&of.applicant_id) {
            left.entry((of.procedure_id, &person.name)).or_default().push((of, person));
        }
    }
    let mut again: HashMap<Uuid, HandedIn> = HashMap::new();
    let mut after = Uuid::nil();
    loop {
        let page = applicants::handed_in(door, &procedures, (from, to), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        let ids: Vec<Uuid> = page.iter().map(|of| of.applicant_id).collect();
        let whose = people(applicants::by_ids(door, &ids).await?);
        for of in page.into_iter().filter(|of| seen(of.unit_id)) {
            let Some(person) = whose.get(&of.applicant_id) else { continue };
            for (gone, before) in left.get(&(of.procedure_id, &*person.name)).into_iter().flatten() {
                let is_soon = of.received_at >= gone.at && of.received_at < gone.at + SOON;
                if gone.id == of.id || !is_soon || !before.is_the_same(person) {
                    continue;
                }
                let is_earlier =
                    |than: &HandedIn| (of.received_at, &of.code) < (than.received_at, &than.code);
                if again.get(&gone.id).is_none_or(is_earlier) {
                    again.insert(gone.id, of.clone());
                }
            }
        }
    }
    Ok(again.into_iter().map(|(id, of)| (id, of.code)).collect())
}

/// What tells one applicant from another.
#[derive(Debug, PartialEq, Eq)]
struct Person {
    kind: String,
    name: String,
    phone: String,
    email: String,
}

impl Person {
    /// None: too little is on record to tell.
    fn of(row: &ApplicantRow) -> Option<Self> {
        #[derive(Default, serde::Deserialize)]
        #[serde(default)]
        struct Contact {
            phone: String,
            email: String,
        }
        let contact: Contact = row.contact.as_deref().and_then(|json| serde_json::from_str(json).ok())?;
        let name = fold(row.name.as_deref()?);
        let phone: String = contact.phone.chars().filter(char::is_ascii_digit).collect();
        let email = fold(&contact.email);
        let is_enough = !name.is_empty() && (!phone.is_empty() || !email.is_empty());
        is_enough.then(|| Self { kind: row.kind.clone(), name, phone, email })
    }

    /// A name alone is nobody's own: there must be one way of reaching them that both gave.
    fn is_the_same(&self, other: &Self) -> bool {
        let equal = |a: &str, b: &str| !a.is_empty() && a == b;
        self.kind == other.kind
            && self.name == other.name
            && (equal(&self.phone, &other.phone) || equal(&self.email, &other.email))
    }
}

fn people(rows: Vec<ApplicantRow>) -> HashMap<Uuid, Person> {
    rows.into_iter().filter_map(|row| Some((row.id, Person::of(&row)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applicant(name: &str, contact: &str) -> ApplicantRow {
        ApplicantRow {
            id: Uuid::nil(),
            kind: "person".to_owned(),
            name: Some(name.to_owned()),
            contact: Some(contact.to_owned()),
            created_at: DateTime::UNIX_EPOCH,
            erased_at: None,
        }
    }

    #[test]
    fn a_name_and_one_way_of_reaching_them_tell_applicants_apart() {
        let person = |name, contact| Person::of(&applicant(name, contact));
        let first = person("Người nộp  Một", r#"{"phone":"0900 000 001","address":"Tổ 1"}"#).expect("enough");
        let again =
            person("người nộp một", r#"{"phone":"0900000001","email":"mot@dan.example"}"#).expect("enough");
        assert!(first.is_the_same(&again));
        let namesake = person("Người nộp Một", r#"{"phone":"0900000002"}"#).expect("enough");
        assert!(!first.is_the_same(&namesake));
        let sibling = person("Người nộp Hai", r#"{"phone":"0900000001"}"#).expect("enough");
        assert!(!first.is_the_same(&sibling));
        assert_eq!(person("Người nộp Một", r#"{"address":"Tổ 1"}"#), None, "too little");
    }
}
