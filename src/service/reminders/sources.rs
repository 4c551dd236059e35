//! What reminders know of the sources behind the dossiers: nothing is sent from stale data. Notices of a stale source
//! wait for its next file, and whoever runs the system is told, once for each of its silences.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SecondsFormat, Utc};

use super::super::House;
use super::super::error::ServiceError;
use super::super::imports::{Freshness, freshness, known_until, moment};
use super::super::operator::{self, Trouble};
use super::super::slots::Claim;
use crate::store::Door;
use crate::store::rules::Rules;
use crate::store::subjects::Subject;

/// The sources as a run finds them.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    stale: BTreeSet<String>,
    watermarks: BTreeMap<String, DateTime<Utc>>,
    all: Vec<Freshness>,
    /// Up to when the records of the house are known.
    until: Option<DateTime<Utc>>,
}

impl Sources {
    /// Reads them.
    pub async fn read(
        door: &impl Door,
        rules: &Rules,
        usual_hours: i32,
        now: DateTime<Utc>,
    ) -> Result<Self, ServiceError> {
        let all = freshness(door, rules, usual_hours, now).await?;
        Ok(Self {
            stale: all.iter().filter(|s| s.is_stale()).map(|s| s.row.name.clone()).collect(),
            watermarks: all.iter().filter_map(|s| Some((s.row.name.clone(), s.row.watermark?))).collect(),
            until: known_until(door, &all).await?,
            all,
        })
    }

    /// Its source is silent: whatever would be said of it may be untrue.
    pub fn waits(&self, subject: &Subject) -> bool {
        subject.source.as_ref().is_some_and(|source| self.stale.contains(source))
    }

    /// Up to when the records of these subjects are known: the oldest watermark of their sources, else the house's.
    pub fn known_until<'s>(&self, subjects: impl Iterator<Item = &'s Subject>) -> Option<DateTime<Utc>> {
        let of_sources = subjects.filter_map(|subject| self.watermarks.get(subject.source.as_ref()?)).min();
        of_sources.copied().or(self.until)
    }

    /// Tells the one who runs the system of each silence of a source that isn't told yet.
    pub async fn tell_operator(
        &self,
        house: &House,
        claim: &Claim,
        rules: &Rules,
    ) -> Result<(), ServiceError> {
        for source in self.all.iter().filter(|source| source.is_stale()) {
            let Some(watermark) = source.watermark else { continue };
            let until = moment(rules, watermark).0;
            let stamp = watermark.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            let trouble = Trouble {
                key: format!("stale/{}/{stamp}", source.row.name),
                headline: format!("Nguồn dữ liệu “{}” không có số liệu mới", source.row.name),
                details: vec![
                    format!("Số liệu đồng bộ đến {until}."),
                    format!(
                        "Đã quá {} giờ làm việc; giới hạn là {} giờ.",
                        source.age_minutes.unwrap_or_default() / 60,
                        source.limit_hours
                    ),
                    "Nhắc việc về hồ sơ của nguồn này chờ đến khi có số liệu mới.".to_owned(),
                ],
                mend: "kiểm tra phần mềm một cửa và việc chuyển tệp, rồi nạp tệp mới nhất".to_owned(),
            };
            operator::tell(house, claim, trouble).await?;
        }
        Ok(())
    }
}
