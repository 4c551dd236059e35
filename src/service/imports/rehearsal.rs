//! A dry run: the rows land in a scratch archive, batch after batch, as they would in the real one, which is only
//! read. What the rows speak of is copied there before they land.

use std::collections::{BTreeMap, HashSet};

use super::landing::source_key;
use super::{RowOutcome, Start, reopening};
use crate::domain::code::Code;
use crate::domain::record::{ImportRow, Record, RecordKind};
use crate::service::{Context, House, ServiceError};
use crate::store::{Store, dossiers, scratch};

/// Codes a look-up.
const CHUNK: usize = 1000;

/// A dry run under way. Dropping it forgets all.
#[derive(Debug)]
pub struct Rehearsal {
    /// A house over the scratch archive.
    house: House,
    start: Start,
    /// What was looked up in the archive already; the scratch archive knows better what became of it since.
    looked_up: HashSet<(RecordKind, String)>,
    /// Open dossiers that were copied.
    copied_open: u64,
}

impl House {
    /// Begins a dry run.
    pub async fn rehearse(&self, context: Context, start: &Start) -> Result<Rehearsal, ServiceError> {
        let mut house =
            Self::with_settings(Store::scratch().await?, self.world.clone(), self.settings.as_ref().clone());
        let there = house.store.begin().await?;
        let here = self.store.read().await?;
        scratch::copy_rules(&here, &there).await?;
        house.closed_elsewhere = reopening::closed(&here, start.source.trim()).await?;
        drop(here);
        there.commit().await?;
        house.start_import(context, start).await?;
        Ok(Rehearsal { house, start: start.clone(), looked_up: HashSet::new(), copied_open: 0 })
    }
}

impl Rehearsal {
    /// What a batch would do after those before it. The same answers as [`House::import_batch`].
    pub async fn batch(
        &mut self,
        archive: &House,
        context: Context,
        first_row: i64,
        rows: Vec<ImportRow>,
    ) -> Result<(Vec<RowOutcome>, i64), ServiceError> {
        self.look_up(archive, &rows).await?;
        self.house.import_batch(context, &self.start, first_row, rows).await
    }

    /// Copies what these rows speak of.
    async fn look_up(&mut self, archive: &House, rows: &[ImportRow]) -> Result<(), ServiceError> {
        let mut unknown: BTreeMap<RecordKind, (Vec<String>, Vec<String>)> = BTreeMap::new();
        for row in rows {
            let (kind, code) = row.record.key();
            let key = source_key(&row.record);
            // PostgreSQL knows no text with U+0000; no code has it.
            if key.contains('\0') || !self.looked_up.insert((kind, key.clone())) {
                continue;
            }
            let (codes, keys) = unknown.entry(kind).or_default();
            codes.extend(Code::parse_number(code).map(String::from));
            keys.push(key);
            // An incident names dossiers that may be known from long ago.
            if let Record::Incident(incident) = &row.record {
                for code in incident.dossier_codes.iter().flat_map(|code| Code::parse(code)) {
                    let code = String::from(code);
                    if self.looked_up.insert((RecordKind::Dossier, code.clone())) {
                        let (codes, keys) = unknown.entry(RecordKind::Dossier).or_default();
                        codes.push(code.clone());
                        keys.push(code);
                    }
                }
            }
        }
        let here = archive.store.read().await?;
        let there = self.house.store.begin().await?;
        let before = reopening::closed(&there, self.start.source.trim()).await?;
        for (kind, (codes, keys)) in &unknown {
            // An incident names many dossiers.
            let part = |of: &[String], at: usize| {
                let (from, to) = (at.min(of.len()), (at + CHUNK).min(of.len()));
                of[from..to].to_vec()
            };
            for at in (0..codes.len().max(keys.len())).step_by(CHUNK) {
                let (codes, keys) = (part(codes, at), part(keys, at));
                let source = &self.start.source;
                self.copied_open +=
                    scratch::copy_known(&here, &there, source, *kind, (&codes, &keys)).await?;
            }
        }
        for (end, after) in reopening::closed(&there, self.start.source.trim()).await? {
            let copied = after.saturating_sub(before.get(end).copied().unwrap_or(0));
            let elsewhere = self.house.closed_elsewhere.entry(end).or_default();
            *elsewhere = elsewhere.saturating_sub(copied);
        }
        // Who replaces a calendar is told how many open deadlines stay by the old one.
        if unknown.contains_key(&RecordKind::Calendar) {
            self.house.open_elsewhere = dossiers::count_open(&here).await?.saturating_sub(self.copied_open);
        }
        drop(here);
        Ok(there.commit().await?)
    }
}
