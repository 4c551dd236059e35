//! Drop folders: where other software leaves its spreadsheets, by SFTP, SMB or by hand. A complete file is taken as an
//! import of its source, and ends in `done` or `failed` beside a report. What a file is and how it lands is not known
//! here: the reading room reads it, and imports land it.

mod lying;
mod reading;
mod rooms;
mod seen;
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
pub(in crate::service) use lying::{is_stray, look};
pub(in crate::service) use rooms::free_place;
pub(in crate::service) use seen::Look;
pub use seen::Seen;

/// After so long in one folder the others have their turn; what is left waits for the next run.
const TURN: TimeDelta = TimeDelta::minutes(10);
/// Letters on single files of one folder in one run; a last one speaks for all others of the day.
const LETTERS: usize = 10;

/// A folder, and what lies in it.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// The source of its files.
    pub source: String,
    /// How they are read.
    pub form: Form,
    /// Each holds all that the source has.
    pub full: bool,
    /// A file that is seen unchanged for so long is complete.
    pub settle: TimeDelta,
    /// A file is complete when another of its name with this ending lies beside it, and only then.
    pub marker: Option<String>,
    /// Where a file's name says up to when it speaks; None: it speaks up to its last change.
    pub name_time: Option<NameTime>,
    /// How its files were seen.
    pub seen: Seen,
}

/// How the files of a folder are read.
#[derive(Debug, Clone)]
pub enum Form {
    /// Each has a table of dossiers of other software.
    Table(Arc<Mapping>),
    /// Each has tables of our own format.
    Own,
}

/// What became of the files of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    done: usize,
    failed: usize,
    waiting: usize,
}

/// Takes what lies complete in all folders, under the fence of a slot. A folder that can't be read, or a file that
/// can't be taken at the moment, doesn't keep other folders from being read; the slot fails for it in the end.
pub async fn take(house: &House, claim: &Claim) -> Result<String, ServiceError> {
    let mut count = Count::default();
    let mut left = Vec::new();
    for folder in &house.settings.folders {
        house.keep(claim).await?;
        let rules = house.look(house.own_context(claim.job)).await?.rules.clone();
        let calendar = house_calendar(&rules);
        let now = Now {
            machine: house.world.lease.now(),
            office: house.world.office.now(),
            zone: calendar.spec().time_zone,
        };
        let today = calendar.local_date(now.office);
        match lying::files(folder, now).await {
            Ok(found) => {
                count.waiting += found.waiting;
                let turn = Turn { house, claim, folder, now, today };
                if let Err(why) = turn.take_all(&found.complete, &mut count).await? {
                    left.push(why);
                }
            }
            Err(error) => {
                operator::tell(house, claim, unreadable(folder, &error, today)).await?;
                left.push(format!("{}: {error}", folder.path.display()));
            }
        }
    }
    let Count { done, failed, waiting } = count;
    let note = format!(
        "nạp {done} tệp, {failed} tệp không nạp được, {waiting} tệp chưa đến lượt hoặc chưa trọn vẹn / \
         {done} files taken, {failed} refused, {waiting} not complete yet or for the next run"
    );
    if left.is_empty() {
        Ok(note)
    } else {
        Err(ServiceError::Internal(format!("{note}; {}", left.join("; "))))
    }
}

/// A folder's turn.
struct Turn<'t> {
    house: &'t House,
    claim: &'t Claim,
    folder: &'t Folder,
    now: Now,
    today: NaiveDate,
}

impl Turn<'_> {
    /// Takes files in their order. What can't be taken at the moment holds up those behind it: they speak later.
    async fn take_all(&self, files: &[File], count: &mut Count) -> Result<Result<(), String>, ServiceError> {
        let mut letters = 0;
        for (at, file) in files.iter().enumerate() {
            if self.house.world.lease.now() - self.now.machine > TURN {
                count.waiting += files.len() - at;
                break;
            }
            match self.take(file, count, &mut letters).await {
                Ok(()) => {}
                Err(ServiceError::Aborted(slot)) => return Err(ServiceError::Aborted(slot)),
                Err(error) => {
                    let said = if let ServiceError::Internal(said)
                    | ServiceError::Precondition { vi: said, .. } = &error
                    {
                        said.clone()
                    } else {
                        error.to_string()
                    };
                    operator::tell(self.house, self.claim, self.held_up(file, &said)).await?;
                    return Ok(Err(format!("{}: {error}", file.path.display())));
                }
            }
        }
        Ok(Ok(()))
    }

    async fn take(&self, file: &File, count: &mut Count, letters: &mut usize) -> Result<(), ServiceError> {
        let Some(taken) = taking::take(self.house, self.claim, self.folder, file, self.now).await? else {
            return Ok(());
        };
        if let Some(trouble) = taken.trouble.clone() {
            let trouble = if *letters < LETTERS { trouble } else { self.many() };
            *letters += 1;
            operator::tell(self.house, self.claim, trouble).await?;
        }
        let counted = if taken.is_refused() { &mut count.failed } else { &mut count.done };
        taken.put_away(self.folder).await?;
        *counted += 1;
        Ok(())
    }

    fn held_up(&self, file: &File, said: &str) -> Trouble {
        let (at, today) = (self.folder.path.display(), self.today);
        Trouble {
            key: format!("folder/{at}/held/{today}"),
            headline: format!("Thư mục nhận tệp “{at}” bị dừng ở tệp “{}”", file.name),
            details: vec![
                format!("Nguồn “{}”: {said}.", self.folder.source),
                "Các tệp sau trong thư mục này chờ đến khi tệp này xong.".to_owned(),
            ],
            mend: "kiểm tra quyền ghi và dung lượng trống ở taking, done và failed của thư mục; hệ thống tự nạp tiếp"
                .to_owned(),
        }
    }

    /// Hundreds of letters would be read by nobody.
    fn many(&self) -> Trouble {
        let (at, today) = (self.folder.path.display(), self.today);
        Trouble {
            key: format!("folder/{at}/many/{today}"),
            headline: format!("Nhiều tệp của thư mục “{at}” có lỗi"),
            details: vec![format!(
                "Nguồn “{}”: đã báo riêng {LETTERS} tệp, các tệp lỗi khác trong hôm nay không báo từng tệp.",
                self.folder.source
            )],
            mend: "xem các báo cáo cạnh tệp trong failed và done".to_owned(),
        }
    }
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
