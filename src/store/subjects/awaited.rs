//! What is awaited from others as subjects of reminding: opinions on dossiers, and certificates of officials. Who answers
//! for them, and in which unit, is read of the dossier and the official as they stand, so that nobody is told of what
//! was handed on.

use std::collections::HashMap;

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{About, Began, CHUNK, Subject};
use crate::domain::certificate::CertificateState;
use crate::domain::reminder::{Marks, SubjectKind};
use crate::store::entity::{certificate, dossier, official, opinion};
use crate::store::{Door, StoreError};

impl From<&opinion::Model> for Marks {
    fn from(row: &opinion::Model) -> Self {
        Self { due: Some(row.due_at).filter(|_| row.open), ..Self::default() }
    }
}

impl From<&certificate::Model> for Marks {
    fn from(row: &certificate::Model) -> Self {
        // Once another is asked for in its place, that one is what is awaited.
        let stands = row.state == CertificateState::Delivered.as_str() && row.replaced_by.is_none();
        let awaited = row.state == CertificateState::Requested.as_str();
        Self {
            due: row.valid_until.filter(|_| stands),
            undelivered: awaited.then_some(row.asked_at),
            ..Self::default()
        }
    }
}

/// Opinions with the dossiers that they are on.
pub(super) async fn of_opinions(
    door: &impl Door,
    rows: Vec<opinion::Model>,
) -> Result<Vec<Subject>, StoreError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.dossier_id).collect();
    let mut on: HashMap<Uuid, dossier::Model> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let found = dossier::Entity::find().filter(dossier::Column::Id.is_in(chunk.to_vec()));
        on.extend(found.all(door.conn()).await?.into_iter().map(|row| (row.id, row)));
    }
    let subject = |row: opinion::Model| {
        let of = on.get(&row.dossier_id).ok_or(StoreError::Corrupt {
            table: "opinion",
            column: "dossier_id",
            row: row.id.to_string(),
        })?;
        let marks = Marks::from(&row);
        Ok(Subject {
            kind: SubjectKind::Opinion,
            id: row.id,
            code: row.code,
            unit_id: of.continuing_unit_id.or(Some(of.unit_id)),
            // Another agency can't be told: whoever holds the dossier has to ask it.
            holder_id: of.holder_id.filter(|_| row.asked_unit_id.is_none()),
            asked_unit_id: row.asked_unit_id,
            state: row.state,
            open: row.open,
            clock_stopped: false,
            missing: Vec::new(),
            due_at: marks.due,
            overdue_at: row.overdue_at,
            began: Began::At(row.asked_at),
            about: About::Opinion {
                agency: row.agency.unwrap_or_default(),
                matter: row.matter,
                dossier_code: row.dossier_code,
            },
            next_notice_at: row.next_notice_at,
            source: of.source.clone(),
            delay_cause: None,
            marks,
        })
    };
    rows.into_iter().map(subject).collect()
}

/// Certificates with the officials whose they are.
pub(super) async fn of_certificates(
    door: &impl Door,
    rows: Vec<certificate::Model>,
) -> Result<Vec<Subject>, StoreError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.official_id).collect();
    let mut units: HashMap<Uuid, Uuid> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let found = official::Entity::find().filter(official::Column::Id.is_in(chunk.to_vec()));
        units.extend(found.all(door.conn()).await?.into_iter().map(|row| (row.id, row.unit_id)));
    }
    let subject = |row: certificate::Model| {
        let marks = Marks::from(&row);
        Subject {
            kind: SubjectKind::Certificate,
            id: row.id,
            code: row.code,
            unit_id: units.get(&row.official_id).copied(),
            holder_id: Some(row.official_id),
            asked_unit_id: None,
            state: row.state,
            open: row.open,
            clock_stopped: false,
            missing: Vec::new(),
            due_at: marks.due,
            // It is good up to its end itself.
            overdue_at: marks.due.map(|end| end + TimeDelta::microseconds(1)),
            began: Began::At(row.delivered_at.unwrap_or(row.asked_at)),
            about: About::Certificate { kind: row.kind, provider: row.provider },
            next_notice_at: row.next_notice_at,
            source: None,
            delay_cause: None,
            marks,
        }
    };
    Ok(rows.into_iter().map(subject).collect())
}
