//! Drop folders: where other software leaves its spreadsheets, by SFTP, SMB or by hand. A complete file is taken as an
//! import of its source, and ends in `done` or `failed` beside a report. What a file is and how it lands is not known
//! here: the reading room reads it, and imports land it.

mod lying;
mod rows;
mod taking;
mod telling;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};

use super::House;
use super::error::ServiceError;
use super::operator::{self, Trouble};
use super::slots::{Claim, house_calendar};
use crate::intake::{Mapping, NameTime};
use lying::{File, Now};
use taking::Fate;

/// A folder, and what lies in it.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// The source of its files.
    pub source: String,
    /// How their columns are read.
    pub mapping: Arc<Mapping>,
    /// Each holds all that the source has.
    pub full: bool,
    /// A file that nobody has touched for so long is complete.
    pub settle: TimeDelta,
    /// A file is complete when another of its name with this ending lies beside it, and only then.
    pub marker: Option<String>,
    /// Where a file's name says up to when it speaks; None: it speaks up to its last change.
    pub name_time: Option<NameTime>,
}

/// What became of the files of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Taken {
    done: usize,
    failed: usize,
    waiting: usize,
}

/// Takes what lies complete in all folders, under the fence of a slot. A folder that can't be read, or a file that
/// can't be taken at the moment, doesn't keep other folders from being read; the slot fails for it in the end.
pub async fn take(house: &House, claim: &Claim) -> Result<String, ServiceError> {
    let mut taken = Taken::default();
    let mut left = Vec::new();
    for folder in &house.settings.folders {
        let rules = house.look(house.own_context(claim.job)).await?.rules.clone();
        let now = Now {
            machine: house.world.lease.now(),
            office: house.world.office.now(),
            zone: house_calendar(&rules).spec().time_zone,
        };
        match lying::files(folder, now).await {
            Ok(found) => {
                taken.waiting += found.waiting;
                if let Err(why) = take_all(house, claim, folder, &found.complete, &mut taken).await? {
                    left.push(why);
                }
            }
            Err(error) => {
                let today = house_calendar(&rules).local_date(now.office);
                operator::tell(house, claim, unreadable(folder, &error, today)).await?;
                left.push(format!("{}: {error}", folder.path.display()));
            }
        }
    }
    let Taken { done, failed, waiting } = taken;
    let note = format!(
        "nạp {done} tệp, {failed} tệp không nạp được, {waiting} tệp chưa trọn vẹn / \
         {done} files taken, {failed} refused, {waiting} not complete yet"
    );
    if left.is_empty() {
        Ok(note)
    } else {
        Err(ServiceError::Internal(format!("{note}; {}", left.join("; "))))
    }
}

/// Takes files in their order. What can't be taken at the moment holds up those behind it: they speak later.
async fn take_all(
    house: &House,
    claim: &Claim,
    folder: &Folder,
    files: &[File],
    taken: &mut Taken,
) -> Result<Result<(), String>, ServiceError> {
    for file in files {
        match taking::take(house, claim, folder, file).await {
            Ok(Fate::Done) => taken.done += 1,
            Ok(Fate::Failed) => taken.failed += 1,
            Ok(Fate::Gone) => {}
            Err(ServiceError::Aborted(slot)) => return Err(ServiceError::Aborted(slot)),
            Err(error) => return Ok(Err(format!("{}: {error}", file.path.display()))),
        }
    }
    Ok(Ok(()))
}

fn unreadable(folder: &Folder, error: &std::io::Error, today: NaiveDate) -> Trouble {
    let at = folder.path.display();
    Trouble {
        key: format!("folder/{at}/{today}"),
        headline: format!("Không đọc được thư mục nhận tệp “{at}”"),
        details: vec![format!("Nguồn “{}”: {error}.", folder.source)],
        mend: "kiểm tra thư mục chia sẻ hoặc kết nối SFTP/SMB, và quyền đọc, ghi của Bonro ở đó".to_owned(),
    }
}
