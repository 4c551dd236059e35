//! Registers without events: ratings, payments, targets, documents, declared figures, incidents. A new record is
//! taken away, a changed one gets its former content; what that means for the ledger is written there.

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Back, Standing};
use crate::service::error::ServiceError;
use crate::service::work::Work;
use crate::service::{payments as paid, surveys as rated};
use crate::store::declared_figures::{self, DeclaredRow};
use crate::store::documents::{self, DocumentRow};
use crate::store::figures;
use crate::store::incidents::{self, Hits, IncidentRow};
use crate::store::payments::{self, PaymentRow};
use crate::store::surveys::{self, SurveyRow};
use crate::store::targets::{self, TargetRow};

/// A register whose rows have a version and stand alone. `$entries` is what a step from one row to another, or to
/// none, adds to the ledger.
macro_rules! register {
    ($row:ty, $table:ident, $collection:literal, $by:ident, $code:ident, |$work:ident, $now:ident, $then:ident| $entries:expr) => {
        impl Standing for $row {
            fn subject(&self) -> Uuid {
                self.id
            }

            fn name(&self) -> String {
                format!("{}/{}", $collection, self.$code)
            }

            fn settled(self) -> Self {
                Self { version: 0, updated_at: DateTime::UNIX_EPOCH, ..self }
            }

            async fn of_codes(work: &Work, codes: &[String]) -> Result<Vec<Self>, ServiceError> {
                Ok($table::$by(&work.tx, codes).await?.into_values().collect())
            }

            async fn of_ids(work: &Work, ids: &[Uuid]) -> Result<Vec<Self>, ServiceError> {
                Ok($table::by_ids(&work.tx, ids).await?)
            }

            async fn take_back(
                $work: &mut Work,
                _import_id: Uuid,
                backs: Vec<Back<Self>>,
            ) -> Result<(), ServiceError> {
                let mut entries = Vec::new();
                for Back { stands: $now, before: $then } in backs {
                    entries.extend($entries);
                    match $then {
                        None => $table::delete(&$work.tx, $now.id, $now.version).await?,
                        Some(before) => {
                            let updated_at = $work.now();
                            let row = Self { version: $now.version + 1, updated_at, ..before };
                            $table::update(&$work.tx, row, $now.version).await?;
                        }
                    }
                }
                Ok(figures::append(&$work.tx, &entries, $work.now()).await?)
            }
        }
    };
}

register!(SurveyRow, surveys, "surveys", by_codes, code, |work, now, then| {
    rated::steps(work, Some(&now), then.as_ref())?
});
register!(PaymentRow, payments, "payments", by_codes, code, |work, now, then| {
    paid::steps(work, Some(&now), then.as_ref())?
});
register!(TargetRow, targets, "targets", by_codes, code, |work, now, then| []);
register!(DocumentRow, documents, "documents", by_numbers, number, |work, now, then| []);

/// An incident with what it names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct IncidentStanding {
    row: IncidentRow,
    hits: Hits,
}

impl IncidentStanding {
    async fn with_hits(work: &Work, rows: Vec<IncidentRow>) -> Result<Vec<Self>, ServiceError> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut hits = incidents::hits(&work.tx, &ids).await?;
        let with = |row: IncidentRow| Self { hits: hits.remove(&row.id).unwrap_or_default(), row };
        Ok(rows.into_iter().map(with).collect())
    }
}

impl Standing for IncidentStanding {
    fn subject(&self) -> Uuid {
        self.row.id
    }

    fn name(&self) -> String {
        format!("incidents/{}", self.row.code)
    }

    fn settled(self) -> Self {
        let row = IncidentRow { version: 0, updated_at: DateTime::UNIX_EPOCH, ..self.row };
        Self { row, hits: self.hits }
    }

    async fn of_codes(work: &Work, codes: &[String]) -> Result<Vec<Self>, ServiceError> {
        let rows = incidents::by_codes(&work.tx, codes).await?;
        Self::with_hits(work, rows.into_values().collect()).await
    }

    async fn of_ids(work: &Work, ids: &[Uuid]) -> Result<Vec<Self>, ServiceError> {
        Self::with_hits(work, incidents::by_ids(&work.tx, ids).await?).await
    }

    async fn take_back(
        work: &mut Work,
        _import_id: Uuid,
        backs: Vec<Back<Self>>,
    ) -> Result<(), ServiceError> {
        for Back { stands, before } in backs {
            let (id, version) = (stands.row.id, stands.row.version);
            incidents::unlink(&work.tx, id, &stands.hits).await?;
            match before {
                None => incidents::delete(&work.tx, id, version).await?,
                Some(before) => {
                    let row = IncidentRow { version: version + 1, updated_at: work.now(), ..before.row };
                    incidents::update(&work.tx, row, version).await?;
                    incidents::link(&work.tx, id, &before.hits).await?;
                }
            }
        }
        Ok(())
    }
}

/// A version that holds. The one before holds again.
impl Standing for DeclaredRow {
    fn subject(&self) -> Uuid {
        self.id
    }

    fn handle(&self) -> String {
        self.code.clone()
    }

    fn name(&self) -> String {
        format!("declaredFigures/{}", self.code)
    }

    /// A version never changes but for its end.
    fn settled(self) -> Self {
        self
    }

    async fn of_codes(work: &Work, codes: &[String]) -> Result<Vec<Self>, ServiceError> {
        Ok(declared_figures::by_codes(&work.tx, codes).await?.into_values().collect())
    }

    async fn of_ids(work: &Work, ids: &[Uuid]) -> Result<Vec<Self>, ServiceError> {
        Ok(declared_figures::by_ids(&work.tx, ids).await?)
    }

    async fn take_back(
        work: &mut Work,
        _import_id: Uuid,
        backs: Vec<Back<Self>>,
    ) -> Result<(), ServiceError> {
        for Back { stands, before } in backs {
            let revision = before.map_or(0, |before| before.revision);
            declared_figures::put_back(&work.tx, &stands.code, revision).await?;
        }
        Ok(())
    }
}
