//! Taking back what imports did, for records of every kind. Those with events get events that void the import's own
//! (`events`, and a file beside the landing of each); all others are put back as they stood before, or taken away
//! (`registers`, `masters`): an outcome keeps their standing before the batch and a hash of how the batch left them.
//! Imports as such, their order and their steps, are in `imports::undo`.

pub mod events;
mod masters;
pub mod referring;
mod registers;

use std::collections::{BTreeMap, HashMap};
use std::future::Future;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::ServiceError;
use super::landing::Landed;
use super::work::Work;
use super::{dossiers, petitions, tasks};
use crate::domain::record::RecordKind;
use crate::store::StoreError;
use crate::store::imports::OutcomeRow;

use masters::{CalendarStanding, ProcedureStanding, UnitStanding};
use registers::IncidentStanding;

use crate::store::declared_figures::DeclaredRow;
use crate::store::documents::DocumentRow;
use crate::store::officials::OfficialRow;
use crate::store::payments::PaymentRow;
use crate::store::surveys::SurveyRow;
use crate::store::targets::TargetRow;

/// Why, in the words of events and audit.
pub const WHY: &str = "hoàn tác lượt nạp";

/// A record without events as it stands, whole enough to be put back.
trait Standing: Serialize + DeserializeOwned + Clone + Send + Sync {
    /// The identity under which outcomes name it.
    fn subject(&self) -> Uuid;

    /// What it is known by over all its versions.
    fn handle(&self) -> String {
        self.subject().to_string()
    }

    /// Its resource name.
    fn name(&self) -> String;

    /// Without what every change moves: number and time of the last one.
    fn settled(self) -> Self;

    /// Those with these codes that stand.
    fn of_codes(
        work: &Work,
        codes: &[String],
    ) -> impl Future<Output = Result<Vec<Self>, ServiceError>> + Send;

    /// Those with these identities.
    fn of_ids(work: &Work, ids: &[Uuid]) -> impl Future<Output = Result<Vec<Self>, ServiceError>> + Send;

    /// Puts back or takes away; all of it or nothing but an error.
    fn take_back(
        work: &mut Work,
        import_id: Uuid,
        backs: Vec<Back<Self>>,
    ) -> impl Future<Output = Result<(), ServiceError>> + Send;
}

/// A record on its way back.
#[derive(Debug)]
struct Back<S> {
    /// As it stands.
    stands: S,
    /// As it stood; None: it wasn't there.
    before: Option<S>,
}

/// Does something with the type that stands for a kind of records without events; `$else` for those with events.
macro_rules! by_kind {
    ($kind:expr, |$standing:ident| $do:expr, else $else:expr) => {
        match $kind {
            RecordKind::Unit => by_kind!(@ $standing = UnitStanding, $do),
            RecordKind::Official => by_kind!(@ $standing = OfficialRow, $do),
            RecordKind::Calendar => by_kind!(@ $standing = CalendarStanding, $do),
            RecordKind::Procedure => by_kind!(@ $standing = ProcedureStanding, $do),
            RecordKind::Document => by_kind!(@ $standing = DocumentRow, $do),
            RecordKind::Survey => by_kind!(@ $standing = SurveyRow, $do),
            RecordKind::Payment => by_kind!(@ $standing = PaymentRow, $do),
            RecordKind::Target => by_kind!(@ $standing = TargetRow, $do),
            RecordKind::Declared => by_kind!(@ $standing = DeclaredRow, $do),
            RecordKind::Incident => by_kind!(@ $standing = IncidentStanding, $do),
            RecordKind::Dossier | RecordKind::Task | RecordKind::Petition => $else,
        }
    };
    (@ $standing:ident = $type:ty, $do:expr) => {{
        type $standing = $type;
        $do
    }};
}

/// How records stood before a batch, as JSON by what they are known by.
#[derive(Debug, Default)]
pub struct Before(HashMap<String, String>);

fn written<S: Serialize>(standing: &S) -> Result<String, ServiceError> {
    serde_json::to_string(standing)
        .map_err(|_| ServiceError::Internal("a record's standing can't be written".to_owned()))
}

fn hash<S: Standing>(standing: &S) -> Result<String, ServiceError> {
    Ok(hex::encode(Sha256::digest(written(&standing.clone().settled())?)))
}

/// How the records of a kind with these codes stand before a batch lands. In a box, as below: the kinds side by side,
/// laid out in each caller, take the compiler minutes.
pub fn before<'a>(
    work: &'a Work,
    kind: RecordKind,
    codes: &'a [String],
) -> BoxFuture<'a, Result<Before, ServiceError>> {
    Box::pin(async move {
        by_kind!(
            kind,
            |S| {
                let mut found = HashMap::new();
                for standing in <S as Standing>::of_codes(work, codes).await? {
                    found.insert(standing.handle(), written(&standing)?);
                }
                Ok(Before(found))
            },
            else Ok(Before::default())
        )
    })
}

/// Notes in the outcomes of a batch how its records stood before, and how it left them.
pub fn note<'a>(
    work: &'a Work,
    kind: RecordKind,
    before: &'a Before,
    outcomes: &'a mut [(usize, Landed)],
) -> BoxFuture<'a, Result<(), ServiceError>> {
    Box::pin(async move {
        let ids: Vec<Uuid> = outcomes.iter().filter_map(|(_, landed)| landed.subject_id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        by_kind!(
            kind,
            |S| {
                let standing = <S as Standing>::of_ids(work, &ids).await?;
                let standing: HashMap<Uuid, S> = standing.into_iter().map(|s| (s.subject(), s)).collect();
                for (_, landed) in outcomes {
                    if let Some(now) = landed.subject_id.and_then(|id| standing.get(&id)) {
                        landed.before = before.0.get(&now.handle()).cloned();
                        landed.left_hash = Some(hash(now)?);
                    }
                }
            },
            else {}
        );
        Ok(())
    })
}

/// Whom an outcome's row spoke of before: where each version is a row of its own, another one than after it.
pub fn subject_before(kind: RecordKind, row: &OutcomeRow) -> Option<Uuid> {
    let before = row.before.as_deref()?;
    by_kind!(kind, |S| serde_json::from_str::<S>(before).ok().map(|before| before.subject()), else None)
}

/// Takes back what an import did to records of a kind: these rows, all that it has of their codes, ascending.
pub fn take_back<'a>(
    work: &'a mut Work,
    kind: RecordKind,
    import_id: Uuid,
    rows: &'a [OutcomeRow],
) -> BoxFuture<'a, Result<(), ServiceError>> {
    Box::pin(async move {
        match kind {
            RecordKind::Dossier => dossiers::take_back(work, import_id, rows).await,
            RecordKind::Task => tasks::take_back(work, import_id, rows).await,
            RecordKind::Petition => petitions::take_back(work, import_id, rows).await,
            RecordKind::Unit
            | RecordKind::Official
            | RecordKind::Calendar
            | RecordKind::Procedure
            | RecordKind::Document
            | RecordKind::Survey
            | RecordKind::Payment
            | RecordKind::Target
            | RecordKind::Declared
            | RecordKind::Incident => {
                by_kind!(
                    kind,
                    |S| {
                        let backs = backs::<S>(work, rows).await?;
                        <S as Standing>::take_back(work, import_id, backs).await
                    },
                    else Ok(())
                )
            }
        }
    })
}

/// Each record once: as it stands, if that is how the import left it, and as it stood before the first of its rows.
async fn backs<S: Standing>(work: &Work, rows: &[OutcomeRow]) -> Result<Vec<Back<S>>, ServiceError> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.subject_id).collect();
    let standing = S::of_ids(work, &ids).await?;
    let standing: HashMap<Uuid, S> = standing.into_iter().map(|s| (s.subject(), s)).collect();
    // The first and the last row of each.
    let mut deeds: BTreeMap<(&str, String), (&OutcomeRow, &OutcomeRow)> = BTreeMap::new();
    for row in rows {
        let Some(now) = row.subject_id.and_then(|id| standing.get(&id)) else {
            return Err(worked_on(&format!("{}: {}", row.kind, row.code)));
        };
        deeds.entry((&row.code, now.handle())).and_modify(|(_, last)| *last = row).or_insert((row, row));
    }
    let mut backs = Vec::with_capacity(deeds.len());
    for (first, last) in deeds.into_values() {
        let Some(stands) = last.subject_id.and_then(|id| standing.get(&id)).cloned() else { continue };
        let Some(left) = &last.left_hash else { return Err(unknown(last)) };
        if hash(&stands)? != *left {
            return Err(worked_on(&stands.name()));
        }
        let before = first.before.as_deref().map(serde_json::from_str).transpose().map_err(|_| {
            StoreError::Corrupt {
                table: "import_row",
                column: "before",
                row: format!("{} {}", first.import_id, first.number),
            }
        })?;
        backs.push(Back { stands, before });
    }
    Ok(backs)
}

/// Something happened to it since the import.
pub fn worked_on(subject: &str) -> ServiceError {
    ServiceError::Precondition {
        reason: "WORKED_ON",
        subject: subject.to_owned(),
        vi: format!(
            "{subject}: đã có thay đổi khác sau lượt nạp nên không hoàn tác được; hãy sửa bản ghi này bằng tay"
        ),
        en: format!("{subject}: something happened to it since the import; mend this record by hand"),
    }
}

/// From before outcomes kept what an undo needs.
pub fn unknown(row: &OutcomeRow) -> ServiceError {
    ServiceError::Precondition {
        reason: "OUTCOMES_UNKNOWN",
        subject: format!("imports/{}", row.import_id),
        vi: format!(
            "lượt nạp này có trước khi hệ thống ghi đủ kết quả của dòng {} ({} {}) nên không hoàn tác được; \
             hãy nạp tệp đúng",
            row.number, row.kind, row.code
        ),
        en: format!(
            "this import is from before what row {} ({} {}) did was kept, so it can't be undone; import the right \
             file",
            row.number, row.kind, row.code
        ),
    }
}
