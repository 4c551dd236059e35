//! How the files of a folder were seen, and since when: a file is complete when it stays as it is for a while by our
//! own clock. Its own times don't show that. A program that copies sets them to those of the original while it still
//! writes, a file server may tell them late or by a clock that is wrong, and some mounts know only one of them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// How a file was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::service) struct Look {
    /// Its length in bytes.
    pub length: u64,
    /// When it was changed last, as its machine says.
    pub changed_at: DateTime<Utc>,
    /// When it was last touched at all, in seconds and nanoseconds; zero where nobody says.
    pub touched: (i64, i64),
}

/// What this instance saw; another one looks for itself.
#[derive(Debug, Clone, Default)]
pub struct Seen(Arc<Mutex<Looks>>);

/// How each file looks, and since when.
type Looks = HashMap<PathBuf, (Look, DateTime<Utc>)>;

impl Seen {
    /// Which of the files that lie there now were seen so for as long as `settle`, in their order. What no longer lies
    /// there is forgotten.
    pub(in crate::service) fn settled<'f>(
        &self,
        now: DateTime<Utc>,
        settle: TimeDelta,
        files: impl Iterator<Item = (&'f PathBuf, Look)>,
    ) -> Vec<bool> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = HashMap::new();
        let mut settled = Vec::new();
        for (path, look) in files {
            // A clock that was set back begins anew.
            let before = known.get(path).filter(|(as_it_was, since)| *as_it_was == look && *since <= now);
            let since = before.map_or(now, |(_, since)| *since);
            settled.push(now - since >= settle);
            next.insert(path.clone(), (look, since));
        }
        *known = next;
        settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_settles_by_our_own_clock() {
        let seen = Seen::default();
        let (path, settle) = (PathBuf::from("hồ sơ.xlsx"), TimeDelta::seconds(120));
        let at = |minute: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
        // Its time is that of the original, long ago, however long it is written.
        let look = |length| Look { length, changed_at: at(-1000), touched: (0, 0) };
        let settled = |minute, length| seen.settled(at(minute), settle, [(&path, look(length))].into_iter());
        assert_eq!(settled(0, 10), [false]);
        assert_eq!(settled(5, 20), [false], "it grew");
        assert_eq!(settled(6, 20), [false], "a minute isn't two");
        assert_eq!(settled(7, 20), [true]);
        assert_eq!(settled(3, 20), [false], "the clock was set back");
        assert_eq!(settled(5, 20), [true]);
        assert_eq!(seen.settled(at(6), settle, std::iter::empty()), [false; 0]);
        assert_eq!(settled(9, 20), [false], "it went and came again");
    }
}
